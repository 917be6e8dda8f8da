"""PCD of the Point Cloud Library: ASCII, binary and compressed, organised or not.

`read` gives the points, `relabel` adds label fields to a file's bytes with all other fields bit for
bit as they were. The format: pointclouds.org, "The PCD (Point Cloud Data) file format".
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lzf
import numpy as np
from jaxtyping import UInt8
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.contents import LABELS, Contents, LabelColumns, distinct_names, label_names
from pinpoint3d.files.lines import cast, numbers, numbers_per_line, relabelled
from pinpoint3d.files.storage import HEAD_BYTES, MAX_POINTS

NAME = "pcd"
SUFFIXES = (".pcd",)
MAX_FIELDS = 1024
MAX_RATIO = 90  # LZF packs 264 bytes into 3 at best: a header that claims more lies
_NORMALS = ("normal_x", "normal_y", "normal_z")
_KEYS = (
    "VERSION", "FIELDS", "COLUMNS", "SIZE", "TYPE", "COUNT", "WIDTH", "HEIGHT", "VIEWPOINT",
    "POINTS", "DATA",
)  # fmt: skip


@dataclass(frozen=True)
class _Field:
    name: str
    type: str  # numpy kind and size, "f4"
    count: int

    @property
    def size(self) -> int:
        return np.dtype(self.type).itemsize * self.count


@dataclass(frozen=True)
class _Header:
    fields: tuple[_Field, ...]
    n_points: int
    width: int
    height: int
    encoding: str
    lines: tuple[tuple[str, bytes], ...]  # key ("" for comments) and the line as it stands
    size: int
    line_end: bytes

    @property
    def row_size(self) -> int:
        return sum(f.size for f in self.fields)


def sniff(head: bytes) -> bool:
    """Whether these first bytes are a PCD file's."""
    text = head[:4096].decode("latin-1").upper()
    lines = [line for line in re.split(r"[\r\n]+", text) if line and not line.startswith("#")]
    return bool(lines) and lines[0].split(" ")[0] in ("VERSION", "FIELDS", "COLUMNS")


@np.errstate(over="ignore", invalid="ignore")  # any bits may stand in a file, signalling NaN too
def read(data: bytes, path: Path) -> Contents:
    """Points with every field; an organised cloud keeps its rows without a position.

    Raises
    ------
    FileFormatError
        If the header is damaged, promises more than the file holds, or there are no points.
    """
    header = _parse_header(data, path)
    columns = _columns(header, _payload(data, header, path), path)
    spelled = {name.lower(): name for name in columns} | {name: name for name in columns}
    if not all(axis in spelled for axis in "xyz"):
        raise FileFormatError(f"{path.name}: its points have no x, y and z.")
    if not all(columns[spelled[axis]].ndim == 1 for axis in "xyz"):
        raise FileFormatError(f"{path.name}: its x, y and z hold more than one number a point.")
    xyz = np.stack([columns.pop(spelled[axis]) for axis in "xyz"], axis=1)
    rgb, colour = _colours(columns, as_text=header.encoding == "ascii")
    normals = None
    if all(n in columns and columns[n].ndim == 1 for n in _NORMALS):
        normals = np.stack([columns.pop(n) for n in _NORMALS], axis=1).astype(np.float32)
    names = {"ascii": "ASCII", "binary": "binary", "binary_compressed": "binary, compressed"}
    organised = header.height > 1
    return Contents(
        format=f"PCD, {names[header.encoding]}",
        xyz=xyz if xyz.dtype in (np.float32, np.float64) else xyz.astype(np.float64),
        rgb=rgb,
        colour=colour,
        normals=normals,
        fields=columns,
        shape=(header.height, header.width) if organised else None,
    )


def relabel(data: bytes, labels: LabelColumns, path: Path) -> Iterator[bytes]:
    """The file's bytes with label fields added after its own, under the same encoding.

    Fields of ours that are there already are replaced; if a foreign field has one of their names
    it is left alone, and ours are called `pinpoint_object_id` and so on.
    """
    header = _parse_header(data, path)
    if len(labels.object_id) != header.n_points:
        raise FileFormatError(
            f"{path.name}: has {header.n_points:,} points but the masks "
            f"{len(labels.object_id):,}; was it changed since it was opened?"
        )
    fresh, present = _placed(header, labels, path)
    fields = (*header.fields, *(_Field(n, v.dtype.str[1:], 1) for n, v in fresh.items()))
    yield _relabelled_head(header, fields)
    if header.encoding == "ascii":
        first = [sum(f.count for f in header.fields[:i]) for i in range(len(header.fields))]
        yield from relabelled(
            data[header.size :],
            header.line_end,
            list(fresh.values()),
            {first[i]: values for i, values in present.items()},
            n_rows=header.n_points,
        )
        return
    rows = _rows(header, _payload(data, header, path))
    new = np.empty(
        header.n_points, [("old", rows.dtype), *((n, v.dtype) for n, v in fresh.items())]
    )
    new["old"] = rows
    for i, values in present.items():
        new["old"][f"f{i}"][:, 0] = values
    for name, values in fresh.items():
        new[name] = values
    if header.encoding == "binary":
        yield new.tobytes()
        yield data[header.size + header.n_points * header.row_size :]
        return
    packed_size = int.from_bytes(data[header.size : header.size + 4], "little")
    yield from _compressed(new, header, list(fresh), path)
    yield data[header.size + 8 + packed_size :]


def write(contents: Contents, labels: LabelColumns | None) -> Iterator[bytes]:
    """A binary file of everything that `contents` holds."""
    columns: list[tuple[str, NDArray[Any]]] = list(zip("xyz", contents.xyz.T, strict=True))
    if contents.rgb is not None:
        columns.append(("rgb", _packed(contents.rgb)))
    if contents.normals is not None:
        columns += zip(_NORMALS, contents.normals.T, strict=True)
    columns += [
        ("field" if name == "_" else name, values)  # "_" would be padding
        for name, values in contents.fields.items()
        if values.dtype.kind in "biuf"
    ]
    named = dict(
        zip(distinct_names(name for name, _ in columns), (v for _, v in columns), strict=True)
    )
    if labels is not None:
        kinds = {name: v.dtype.kind if v.ndim == 1 else "" for name, v in named.items()}
        named |= {
            name: getattr(labels, ours)
            for name, ours in zip(label_names(kinds), LABELS, strict=True)
        }
    if len(named) > MAX_FIELDS:
        raise FileFormatError(
            f"{len(named):,} fields are more than the {MAX_FIELDS:,} of a PCD file; save as .npz."
        )
    columns = [(n, _storable(v).reshape(len(v), -1)) for n, v in named.items()]
    fields = [_Field(n, v.dtype.str[1:], v.shape[1]) for n, v in columns]
    n_points = len(contents.xyz)
    height, width = contents.shape or (1, n_points)
    yield (
        "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\n"
        f"FIELDS {' '.join(f.name for f in fields)}\n"
        f"SIZE {' '.join(str(np.dtype(f.type).itemsize) for f in fields)}\n"
        f"TYPE {' '.join(f.type[0].upper() for f in fields)}\n"
        f"COUNT {' '.join(str(f.count) for f in fields)}\n"
        f"WIDTH {width}\nHEIGHT {height}\nVIEWPOINT 0 0 0 1 0 0 0\n"
        f"POINTS {n_points}\nDATA binary\n"
    ).encode("latin-1", "replace")
    rows = np.empty(n_points, [(f"f{i}", f"<{f.type}", (f.count,)) for i, f in enumerate(fields)])
    for i, (_, values) in enumerate(columns):
        rows[f"f{i}"] = values
    yield rows.tobytes()


# ---------------------------------------------------------------- header


def _parse_header(data: bytes, path: Path) -> _Header:
    head = data[:HEAD_BYTES]
    match = re.search(rb"(?:^|[\r\n])DATA[ \t]+(\w+)[^\r\n]*(\r\n|\r|\n)", head, re.IGNORECASE)
    if not match:
        raise FileFormatError(f"{path.name}: has no complete PCD header; copy it again.")
    lines = []
    for line in head[: match.end()].splitlines(keepends=True):
        words = line.split()
        key = words[0].decode("latin-1").upper() if words else ""
        lines.append((key if key in _KEYS else "", line))
    words = {key: [w.decode("latin-1") for w in line.split()[1:]] for key, line in lines if key}
    names = words.get("FIELDS") or words.get("COLUMNS") or []
    try:
        sizes = [int(w) for w in words.get("SIZE", [])]
        counts = [int(w) for w in words["COUNT"]] if "COUNT" in words else [1] * len(names)
        height = int(words.get("HEIGHT", ["1"])[0])
        width = int(words.get("WIDTH", words.get("POINTS", []))[0])
        n_points = int(words["POINTS"][0]) if "POINTS" in words else width * height
    except (IndexError, ValueError):
        raise FileFormatError(f"{path.name}: a number of its header cannot be read.") from None
    types = [w.upper() for w in words.get("TYPE", [])]
    encoding = match[1].decode("latin-1").lower()
    fields = _check_header(path, names, types, sizes, counts, encoding)
    if n_points != width * height or width < 0 or height < 0:
        raise FileFormatError(
            f"{path.name}: header promises {n_points:,} points but {width:,} x {height:,}."
        )
    if n_points == 0:
        raise FileFormatError(f"{path.name}: holds no points.")
    if n_points > MAX_POINTS:
        raise FileFormatError(
            f"{path.name}: promises {n_points:,} points, more than the {MAX_POINTS:,} that can be "
            "opened."
        )
    return _Header(fields, n_points, width, height, encoding, tuple(lines), match.end(), match[2])


def _check_header(
    path: Path,
    names: list[str],
    types: list[str],
    sizes: list[int],
    counts: list[int],
    encoding: str,
) -> tuple[_Field, ...]:
    if not names or not len(names) == len(types) == len(sizes) == len(counts):
        raise FileFormatError(
            f"{path.name}: its header names {len(names)} fields, {len(types)} types, "
            f"{len(sizes)} sizes and {len(counts)} counts."
        )
    if not sum(counts):
        raise FileFormatError(f"{path.name}: its header gives its fields no numbers.")
    if len(names) > MAX_FIELDS:
        raise FileFormatError(f"{path.name}: has over {MAX_FIELDS} fields.")
    if encoding not in ("ascii", "binary", "binary_compressed"):
        raise FileFormatError(f"{path.name}: its encoding is {encoding[:40]!r}, which PCD has not.")
    fields = []
    for name, kind, size, count in zip(names, types, sizes, counts, strict=True):
        known = (1, 2, 4, 8) if kind in ("I", "U") else (4, 8) if kind == "F" else ()
        if size not in known or not 0 <= count <= HEAD_BYTES:
            raise FileFormatError(
                f"{path.name}: field {name[:40]} has type {kind[:8]}, size {size}, count {count}."
            )
        fields.append(_Field(name, f"{kind.lower()}{size}", count))
    counted = Counter(f.name for f in fields if f.name != "_")
    twice = [name for name, n in counted.items() if n > 1]
    if twice:
        raise FileFormatError(f"{path.name}: has two fields named {min(twice)[:40]}.")
    return tuple(fields)


# ---------------------------------------------------------------- data


def _payload(data: bytes, header: _Header, path: Path) -> bytes | memoryview:
    """Bytes of the rows (binary), of the columns one after another (compressed), or the text."""
    rest = memoryview(data)[header.size :]
    wanted = header.n_points * header.row_size
    if header.encoding == "ascii":
        if len(rest) < 2 * header.n_points - 1:
            raise _too_short(header, len(rest) // 2, path)
        return rest
    if header.encoding == "binary":
        if len(rest) < wanted:
            raise _too_short(header, len(rest) // max(header.row_size, 1), path)
        return rest[:wanted]
    if len(rest) < 8:
        raise _too_short(header, 0, path)
    packed, unpacked = (int.from_bytes(rest[i : i + 4], "little") for i in (0, 4))
    if packed > len(rest) - 8:
        raise FileFormatError(
            f"{path.name}: promises {packed:,} compressed bytes but holds {len(rest) - 8:,}; "
            "copy it again."
        )
    if unpacked != wanted or unpacked > MAX_RATIO * packed:
        raise FileFormatError(
            f"{path.name}: {packed:,} compressed bytes cannot hold its {header.n_points:,} points."
        )
    try:
        content = lzf.decompress(bytes(rest[8 : 8 + packed]), unpacked)
    except (ValueError, MemoryError):
        content = None
    if content is None or len(content) != unpacked:
        raise FileFormatError(f"{path.name}: its compressed data are damaged; copy it again.")
    return content


def _too_short(header: _Header, found: int, path: Path) -> FileFormatError:
    return FileFormatError(
        f"{path.name}: header promises {header.n_points:,} points but the file ends after "
        f"{found:,}; copy it again."
    )


def _rows(header: _Header, payload: bytes | memoryview) -> NDArray[Any]:
    """Structured rows, a field f0, f1, ... for each field, of (binary or compressed) data."""
    row = np.dtype([(f"f{i}", f"<{f.type}", (f.count,)) for i, f in enumerate(header.fields)])
    if header.encoding == "binary":
        return np.frombuffer(payload, row, header.n_points)
    rows = np.empty(header.n_points, row)
    position = 0
    for i, f in enumerate(header.fields):
        if f.count:
            column = np.frombuffer(payload, f"<{f.type}", header.n_points * f.count, position)
            rows[f"f{i}"] = column.reshape(header.n_points, f.count)
        position += header.n_points * f.size
    return rows


def _columns(header: _Header, payload: bytes | memoryview, path: Path) -> dict[str, NDArray[Any]]:
    """Fields by name, without padding; (N,) or (N, count)."""
    if header.encoding == "ascii":
        table = _text_table(header, bytes(payload), path)
    else:
        rows = _rows(header, payload)
        table = [np.ascontiguousarray(rows[f"f{i}"]) for i in range(len(header.fields))]
    return {
        f.name: values[:, 0] if f.count == 1 else values
        for f, values in zip(header.fields, table, strict=True)
        if f.name != "_" and f.count
    }


def _text_table(header: _Header, text: bytes, path: Path) -> list[NDArray[Any]]:
    text = text.rstrip(b"\0 \t\r\n")  # some writers fill the last block with zeros
    values = numbers(text, path, what="point")
    width = sum(f.count for f in header.fields)
    found = numbers_per_line(text, header.line_end)
    found = found[found > 0]
    wrong = np.flatnonzero(found != width)
    if len(found) != header.n_points or len(wrong):
        where = f"point {wrong[0]:,} has {found[wrong[0]]:,} numbers" if len(wrong) else ""
        raise FileFormatError(
            f"{path.name}: {where or f'holds {len(found):,} points'} where the header says "
            f"{header.n_points:,} points of {width:,}; copy it again."
        )
    if len(values) != header.n_points * width:
        raise FileFormatError(f"{path.name}: its lines hold something that is no number.")
    values = values.reshape(header.n_points, width)
    table, at = [], 0
    for f in header.fields:
        columns = range(at, at + f.count)
        at += f.count
        table.append(
            np.stack(
                [
                    cast(
                        values[:, k],
                        f.type,
                        path,
                        what=f.name,
                        words=lambda k=k: text.split()[k::width],
                    )
                    for k in columns
                ],
                axis=1,
            )
            if columns
            else np.empty((header.n_points, 0), f.type)
        )
    return table


def _colours(
    columns: dict[str, NDArray[Any]], *, as_text: bool
) -> tuple[UInt8[np.ndarray, "points 3"] | None, str | None]:
    """Colours of a packed `rgb` or `rgba` field (0x00RRGGBB in either type), else of r, g, b.

    A fraction usually holds the colour in its bits, which without alpha make a tiny number; some
    programs write the number 0xRRGGBB itself. Text that says "nan" has lost its colour: black.
    """
    for name in ("rgb", "rgba"):
        packed = columns.get(name)
        if packed is None or packed.ndim != 1 or packed.itemsize != 4:
            continue
        bits = packed.view(np.uint32)
        if packed.dtype.kind == "f":
            known = np.where(np.isfinite(packed), packed, 0)
            if known.any() and ((known == 0) | ((known >= 1) & (known <= 0xFFFFFF))).all():
                bits = known.astype(np.uint32)
            elif as_text:
                bits = np.where(np.isnan(packed), np.uint32(0), bits)
        del columns[name]
        return np.stack([bits >> 16 & 255, bits >> 8 & 255, bits & 255], axis=1).astype(
            np.uint8
        ), "packed"
    if all(c in columns and columns[c].dtype == np.uint8 for c in "rgb"):
        return np.stack([columns.pop(c) for c in "rgb"], axis=1), "0-255"
    return None, None


def _packed(rgb: UInt8[np.ndarray, "points 3"]) -> NDArray[np.uint32]:
    wide = rgb.astype(np.uint32)
    return wide @ np.array([1 << 16, 1 << 8, 1], np.uint32)


def _storable(values: NDArray[Any]) -> NDArray[Any]:
    """Values in a type that PCD has."""
    if values.dtype.kind == "b":
        return values.astype(np.uint8)
    if values.dtype == np.float16:
        return values.astype(np.float32)
    return values


# ---------------------------------------------------------------- relabelling


def _placed(
    header: _Header, labels: LabelColumns, path: Path
) -> tuple[dict[str, NDArray[Any]], dict[int, NDArray[Any]]]:
    """Our columns: the new ones by name, and those that stand in the file already by index."""
    existing = {f.name: i for i, f in enumerate(header.fields)}
    kinds = {f.name: f.type[0] if f.count == 1 else "" for f in header.fields}
    fresh: dict[str, NDArray[Any]] = {}
    present: dict[int, NDArray[Any]] = {}
    for name, ours in zip(label_names(kinds), LABELS, strict=True):
        values = getattr(labels, ours)
        if name not in existing:
            fresh[name] = values
            continue
        kind = header.fields[existing[name]].type
        if kind[0] in "iu" and values.max(initial=0) > np.iinfo(kind).max:
            raise FileFormatError(
                f"{path.name}: id {values.max():,} does not fit its field {name}; "
                "save under another format."
            )
        present[existing[name]] = values.astype(kind)
    return fresh, present


def _relabelled_head(header: _Header, fields: tuple[_Field, ...]) -> bytes:
    """Header lines as they were, with words for the added fields at the ends of four of them."""
    added = fields[len(header.fields) :]
    words = {
        "FIELDS": [f.name for f in added],
        "COLUMNS": [f.name for f in added],
        "SIZE": [str(np.dtype(f.type).itemsize) for f in added],
        "TYPE": [f.type[0].upper() for f in added],
        "COUNT": ["1"] * len(added),
    }
    out = []
    for key, line in header.lines:
        body = line.rstrip(b"\r\n")
        end = line[len(body) :]
        more = "".join(f" {word}" for word in words.get(key, ())).encode()
        out.append(body.rstrip() + more + end if more else line)
    return b"".join(out)


def _compressed(
    rows: NDArray[Any], header: _Header, added: list[str], path: Path
) -> Iterator[bytes]:
    """Sizes and LZF data of the columns one after another."""
    columns = [rows["old"][f"f{i}"] for i in range(len(header.fields))]
    content = b"".join(c.tobytes() for c in [*columns, *(rows[name] for name in added)])
    if len(content) >= 1 << 32:
        raise FileFormatError(
            f"{path.name}: is too large for compressed PCD with labels; save as .ply."
        )
    packed = lzf.compress(content, 2 * len(content) + 64)  # room enough for data that only grow
    if packed is None:
        raise FileFormatError(f"{path.name}: cannot be compressed with labels; save as .ply.")
    yield len(packed).to_bytes(4, "little") + len(content).to_bytes(4, "little")
    yield packed
