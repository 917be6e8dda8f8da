"""PLY: every dialect in, and labels added with all else bit for bit as it was.

`read` gives the points of the vertex element and the triangles of the face element. `relabel` adds
`object_id`, `part_id` and `confidence` to a file's bytes. Layout after Greg Turk, "The PLY polygon
file format", 1994; what is met in the wild beyond it is noted where it is handled.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, no_type_check

import numpy as np
from jaxtyping import Int32, Int64, UInt8
from numba import njit
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.contents import (
    LABELS,
    OWN_PREFIX,
    Contents,
    LabelColumns,
    distinct_names,
    label_names,
)
from pinpoint3d.files.lines import cast, numbers, numbers_per_line, relabelled
from pinpoint3d.files.storage import HEAD_BYTES, MAX_POINTS

NAME = "ply"
SUFFIXES = (".ply",)
MAX_PROPERTIES = 1024
SPLAT_C0 = 0.28209479177387814  # first spherical harmonic: colour of a Gaussian splat
CHUNK_ROWS = 1 << 20
PARTSCAN = "pinpoint3d partscan labels"  # comment of files whose `label` we wrote
PARTS = 100  # of an object in `label`, the rest of it among them

_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2",
    "ushort": "u2", "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8", "int64": "i8", "uint64": "u8",
}  # fmt: skip
_SPELLING = {
    "i1": "char", "u1": "uchar", "i2": "short", "u2": "ushort", "i4": "int", "u4": "uint",
    "f4": "float", "f8": "double", "i8": "int64", "u8": "uint64",
}  # fmt: skip
_ENCODINGS = {
    "ascii": "ASCII",
    "binary_little_endian": "binary little endian",
    "binary_big_endian": "binary big endian",
}
_COLOURS = (
    ("red", "green", "blue"),
    ("r", "g", "b"),
    ("diffuse_red", "diffuse_green", "diffuse_blue"),
    ("f_dc_0", "f_dc_1", "f_dc_2"),
)


@dataclass(frozen=True)
class _Property:
    name: str
    type: str  # numpy kind and size, "f4"
    count_type: str | None = None  # of the length, for lists


@dataclass(frozen=True)
class _Element:
    name: str
    count: int
    properties: tuple[_Property, ...]
    end_of_properties: int  # byte after the last property line, where new ones go

    @property
    def has_lists(self) -> bool:
        return any(p.count_type for p in self.properties)

    def dtype(self, order: str) -> np.dtype[Any]:
        return np.dtype([(f"p{i}", order + p.type) for i, p in enumerate(self.properties)])


@dataclass(frozen=True)
class _Header:
    encoding: str
    elements: tuple[_Element, ...]
    size: int  # bytes, up to and with the end of the end_header line
    line_end: bytes
    comments: tuple[str, ...]

    @property
    def order(self) -> Literal["<", ">"]:
        return ">" if self.encoding == "binary_big_endian" else "<"


def sniff(head: bytes) -> bool:
    """Whether these first bytes are a PLY file's."""
    return head[:4] in (b"ply\n", b"ply\r") or head.startswith(b"ply ")


@np.errstate(over="ignore", invalid="ignore")  # any bits may stand in a file, signalling NaN too
def read(data: bytes, path: Path) -> Contents:
    """Points of the vertex element, with every field, and triangles of the face element.

    Raises
    ------
    FileFormatError
        If the header is damaged, promises more than the file holds, or there are no points.
    """
    header = _parse_header(data, path)
    vertex = _vertex_element(header, path)
    _check_positions(vertex, path)
    elements = _locate(data, header, path)
    columns, list_names = _columns(data, header, vertex, elements["vertex"], path)
    xyz = _take(columns, ("x", "y", "z"))
    assert xyz is not None  # _check_positions found them
    notes = [f"list property {name} of the vertices is kept but not shown" for name in list_names]
    rgb, colour = _colours(columns)
    normals = _take(columns, ("nx", "ny", "nz"))
    faces, face_notes = _faces(data, header, elements, vertex.count, path)
    if PARTSCAN in header.comments:
        columns |= _split_label(columns)
    end = max(stop for _, stop in elements.values())
    if header.encoding != "ascii" and end < len(data):
        notes.append(f"{len(data) - end:,} bytes after the last element are kept")
    return Contents(
        format=f"PLY, {_ENCODINGS[header.encoding]}",
        xyz=xyz if xyz.dtype in (np.float32, np.float64) else xyz.astype(np.float64),
        rgb=rgb,
        colour=colour,
        normals=None if normals is None else normals.astype(np.float32),
        fields=columns,
        faces=faces,
        notes=(*notes, *face_notes),
    )


def relabel(data: bytes, labels: LabelColumns, path: Path) -> Iterator[bytes]:
    """The file's bytes with label columns added behind the last property of the vertices.

    Columns of ours that are there already are overwritten where they stand; if a foreign column
    has one of their names it is left alone, and ours are called `pinpoint_object_id` and so on.
    """
    header = _parse_header(data, path)
    vertex = _vertex_element(header, path)
    start, stop = _locate(data, header, path)["vertex"]
    values = _fitted(labels, vertex, path)
    place = {p.name: i for i, p in enumerate(vertex.properties)}
    fresh = {name: v for name, v in values.items() if name not in place}
    present = {place[name]: v for name, v in values.items() if name in place}
    lines = b"".join(
        f"property {_SPELLING[v.dtype.str[1:]]} {name}".encode() + header.line_end
        for name, v in fresh.items()
    )
    yield data[: vertex.end_of_properties]
    yield lines
    yield data[vertex.end_of_properties : start]
    if header.encoding == "ascii":
        yield from relabelled(
            data[start:stop],
            header.line_end,
            list(fresh.values()),
            present,
            n_rows=vertex.count,
            place=_word_finder(vertex),
        )
    elif vertex.has_lists:
        yield from _relabelled_ragged(
            data, header, vertex, start, list(fresh.values()), present, path
        )
    else:
        yield from _relabelled_rows(data, header, vertex, start, fresh, present)
    yield data[stop:]


def write(contents: Contents, labels: LabelColumns | None) -> Iterator[bytes]:
    """A binary little-endian file of everything that `contents` holds."""
    pairs: list[tuple[str, NDArray[Any]]] = list(zip("xyz", contents.xyz.T, strict=True))
    if contents.rgb is not None:
        pairs += zip(("red", "green", "blue"), contents.rgb.T, strict=True)
    if contents.normals is not None:
        pairs += zip(("nx", "ny", "nz"), contents.normals.T, strict=True)
    for name, values in contents.fields.items():
        pairs += _scalar_columns(name, values)
    columns = dict(
        zip(distinct_names(name for name, _ in pairs), (v for _, v in pairs), strict=True)
    )
    if labels is not None:
        names = label_names({name: v.dtype.kind for name, v in columns.items()})
        columns |= {name: getattr(labels, ours) for name, ours in zip(names, LABELS, strict=True)}
    if len(columns) > MAX_PROPERTIES:
        raise FileFormatError(
            f"{len(columns):,} columns are more than the {MAX_PROPERTIES:,} of a PLY file; "
            "save as .npz."
        )
    yield from _written(columns, contents.faces)


def write_partscan(contents: Contents, labels: LabelColumns, path: Path) -> Iterator[bytes]:
    """PartScan's form: x y z red green blue label, with label = object * 100 + part."""
    if labels.part_id.max(initial=0) >= PARTS:
        raise FileFormatError(
            f"{path.name}: part {labels.part_id.max()} cannot be written PartScan-style, which "
            "has room for 99 parts an object."
        )
    if labels.object_id.max(initial=0) > (2**31 - 1) // PARTS - 1:
        raise FileFormatError(f"{path.name}: an object id is too large for PartScan's labels.")
    columns: dict[str, NDArray[Any]] = dict(
        zip("xyz", contents.xyz.astype(np.float32).T, strict=True)
    )
    rgb = contents.rgb if contents.rgb is not None else np.zeros((len(contents.xyz), 3), np.uint8)
    columns |= dict(zip(("red", "green", "blue"), rgb.T, strict=True))
    columns["label"] = labels.object_id * np.int32(PARTS) + labels.part_id
    yield from _written(columns, None, comment=PARTSCAN)


# ---------------------------------------------------------------- header and layout


def _parse_header(data: bytes, path: Path) -> _Header:
    head = data[:HEAD_BYTES]
    match = re.search(rb"(?:^|[\r\n])end_header[ \t]*(\r\n|\r|\n)", head)
    if not sniff(head) or match is None:
        raise FileFormatError(
            f"{path.name}: has no complete PLY header in its first {HEAD_BYTES:,} bytes; "
            "copy it again."
        )
    line_end, size = match[1], match.end()
    if line_end == b"\r\n" and b"\n" not in head[: match.start() + 1]:
        size, line_end = size - 1, b"\r"  # the data happen to begin with a line feed
    names_and_counts: list[tuple[str, int]] = []
    properties: list[list[_Property]] = []
    ends: list[int] = []
    comments: list[str] = []
    encoding = None
    for line in re.finditer(rb"([^\r\n]*)(?:\r\n|\r|\n)", head[: match.start() + 1]):
        words = [word.decode("latin-1") for word in line[1].split()]
        if not words or words[0] in ("ply", "comment", "obj_info"):
            comments += [" ".join(words[1:])] if words[:1] == ["comment"] else []
            continue
        try:
            if words[0] == "format":
                encoding = words[1]
            elif words[0] == "element":
                names_and_counts.append((words[1], int(words[2])))
                properties.append([])
                ends.append(line.end())
            elif words[0] == "property":
                properties[-1].append(_parse_property(words, path))
                ends[-1] = line.end()
            else:
                raise FileFormatError(
                    f"{path.name}: its header has a line that begins with {words[0][:40]!r}."
                )
        except (IndexError, ValueError) as error:
            if isinstance(error, FileFormatError):
                raise
            shown = line[1].decode("latin-1")[:60]
            raise FileFormatError(f"{path.name}: header line {shown!r} cannot be read.") from None
    if encoding not in _ENCODINGS:
        raise FileFormatError(f"{path.name}: its encoding is {encoding!r}, which PLY has not.")
    elements = tuple(
        _Element(name, count, tuple(own), end)
        for (name, count), own, end in zip(names_and_counts, properties, ends, strict=True)
    )
    _check_elements(elements, path)
    return _Header(encoding, elements, size, line_end, tuple(comments))


def _parse_property(words: list[str], path: Path) -> _Property:
    is_list = words[1] == "list"
    types = [w.lower() for w in (words[2:4] if is_list else words[1:2])]
    for name in types:
        if name not in _TYPES:
            raise FileFormatError(f"{path.name}: property type {name[:40]!r} is not known.")
    if is_list:
        count_type = _TYPES[types[0]]
        if count_type[0] == "f":
            raise FileFormatError(f"{path.name}: list {words[4][:40]!r} has a fractional length.")
        return _Property(words[4], _TYPES[types[1]], count_type)
    return _Property(words[2], _TYPES[types[0]])


def _check_elements(elements: tuple[_Element, ...], path: Path) -> None:
    if sum(len(e.properties) for e in elements) > MAX_PROPERTIES:
        raise FileFormatError(f"{path.name}: has over {MAX_PROPERTIES} properties.")
    names = [e.name for e in elements]
    if len(set(names)) < len(names):
        raise FileFormatError(f"{path.name}: has two elements of one name.")
    for element in elements:
        properties = [p.name for p in element.properties]
        if len(set(properties)) < len(properties):
            raise FileFormatError(
                f"{path.name}: element {element.name[:40]} has two properties of one name."
            )
        if element.count < 0:
            raise FileFormatError(f"{path.name}: element {element.name[:40]} has a negative count.")


def _vertex_element(header: _Header, path: Path) -> _Element:
    for element in header.elements:
        if element.name == "vertex":
            if element.count == 0:
                raise FileFormatError(f"{path.name}: holds no points.")
            if element.count > MAX_POINTS:
                raise FileFormatError(
                    f"{path.name}: promises {element.count:,} points, more than the "
                    f"{MAX_POINTS:,} that can be opened."
                )
            return element
    raise FileFormatError(f"{path.name}: has no vertices.")


def _check_positions(vertex: _Element, path: Path) -> None:
    names = {p.name.lower() for p in vertex.properties if not p.count_type}
    if "packed_position" in names:
        raise FileFormatError(
            f"{path.name}: is a compressed Gaussian splat, whose positions are packed; "
            "export it as plain PLY."
        )
    if not {"x", "y", "z"} <= names:
        raise FileFormatError(f"{path.name}: its vertices have no x, y and z.")


def _locate(data: bytes, header: _Header, path: Path) -> dict[str, tuple[int, int]]:
    """First byte and end of each element's data, checked against the file before any use."""
    if header.encoding == "ascii":
        return _locate_lines(data, header, path)
    places, position = {}, header.size
    for element in header.elements:
        fixed = sum(np.dtype(p.count_type or p.type).itemsize for p in element.properties)
        least = element.count * fixed
        if position + least > len(data):
            raise _too_short(element, (len(data) - position) // max(fixed, 1), path)
        end = position + least
        if element.has_lists:
            end = int(_property_offsets(data, header, element, position, path)[-1, 0])
        places[element.name] = (position, end)
        position = end
    return places


def _too_short(element: _Element, found: int, path: Path) -> FileFormatError:
    return FileFormatError(
        f"{path.name}: header promises {element.count:,} rows of {element.name[:40]} but the file "
        f"ends after {found:,}; copy it again."
    )


def _property_offsets(
    data: bytes, header: _Header, element: _Element, start: int, path: Path
) -> Int64[np.ndarray, "rows_and_end properties"]:
    """Where each property of each row begins; the first entry of a last row is the end."""
    count_size = [
        np.dtype(p.count_type).itemsize if p.count_type else 0 for p in element.properties
    ]
    signed = [bool(p.count_type) and p.count_type[0] == "i" for p in element.properties]
    offsets = _walk(
        np.frombuffer(data, np.uint8),
        start,
        element.count,
        np.array([np.dtype(p.type).itemsize for p in element.properties]),
        np.array(count_size),
        np.array(signed),
        header.order == ">",
    )
    bad = int(offsets[-1, 0])
    if bad < 0:
        raise _too_short(element, -bad - 1, path)
    return offsets


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _walk(data, start, n_rows, item_size, count_size, signed, big):
    n_properties = len(item_size)
    out = np.empty((n_rows + 1, n_properties), np.int64)
    position = start
    for row in range(n_rows):
        for p in range(n_properties):
            out[row, p] = position
            if count_size[p] == 0:
                position += item_size[p]
                continue
            if position + count_size[p] > len(data):
                out[n_rows, 0] = -row - 1
                return out
            length = np.uint64(0)
            for k in range(count_size[p]):
                at = k if big else count_size[p] - 1 - k
                length = (length << np.uint64(8)) | np.uint64(data[position + at])
            limit = np.uint64(1) << np.uint64(8 * count_size[p] - 1)
            if (signed[p] and length >= limit) or length > np.uint64(len(data)):
                out[n_rows, 0] = -row - 1
                return out
            position += count_size[p] + np.int64(length) * item_size[p]
        if position > len(data):
            out[n_rows, 0] = -row - 1
            return out
    out[n_rows, 0] = position
    return out


def _locate_lines(data: bytes, header: _Header, path: Path) -> dict[str, tuple[int, int]]:
    """As `_locate`, for text: one row a line."""
    content = np.frombuffer(data, np.uint8)[header.size :]
    ends = header.size + 1 + np.flatnonzero(content == header.line_end[-1])
    if len(content) and (len(ends) == 0 or ends[-1] < len(data)):
        ends = np.append(ends, len(data))  # a last line without an end
    places, line = {}, 0
    for element in header.elements:
        if line + element.count > len(ends):
            raise _too_short(element, max(len(ends) - line, 0), path)
        start = int(ends[line - 1]) if line else header.size
        line += element.count
        places[element.name] = (start, int(ends[line - 1]) if line else header.size)
    return places


# ---------------------------------------------------------------- reading columns


def _columns(
    data: bytes, header: _Header, vertex: _Element, place: tuple[int, int], path: Path
) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """Scalar properties of the vertices by name, in native byte order, and the names of lists."""
    start, stop = place
    lists = [p.name for p in vertex.properties if p.count_type]
    if header.encoding == "ascii":
        return _text_columns(data[start:stop], header, vertex, path), lists
    if not vertex.has_lists:
        rows = np.frombuffer(data, vertex.dtype(header.order), vertex.count, start)
        return {
            p.name: np.ascontiguousarray(rows[f"p{i}"]).astype(p.type, copy=False)
            for i, p in enumerate(vertex.properties)
        }, lists
    offsets = _property_offsets(data, header, vertex, start, path)[:-1]
    columns = {}
    for i, p in enumerate(vertex.properties):
        if not p.count_type:
            size = np.dtype(p.type).itemsize
            at = offsets[:, i, None] + np.arange(size)
            raw = np.frombuffer(data, np.uint8)[at]
            columns[p.name] = raw.view(header.order + p.type)[:, 0].astype(p.type)
    return columns, lists


def _text_columns(
    text: bytes, header: _Header, vertex: _Element, path: Path
) -> dict[str, NDArray[Any]]:
    values = numbers(text, path, what="vertex")
    is_list = np.array([p.count_type is not None for p in vertex.properties])
    at = _walk_numbers(values, vertex.count, is_list)
    expected = np.diff(at[:, 0])
    found = numbers_per_line(text, header.line_end)
    if not np.array_equal(expected, found):
        row = int(np.argmax(expected != found))
        raise FileFormatError(
            f"{path.name}: vertex {row:,} has {found[row]:,} numbers on its line, which does not "
            "fit the header; copy it again."
        )
    return {
        p.name: cast(
            values[at[:-1, i]],
            p.type,
            path,
            what=p.name,
            words=lambda i=i: _words_at(text, at[:-1, i]),
        )
        for i, p in enumerate(vertex.properties)
        if not p.count_type
    }


def _words_at(text: bytes, places: Int64[np.ndarray, " rows"]) -> list[bytes]:
    words = text.split()
    return [words[place] for place in places]


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _walk_numbers(values, n_rows, is_list):
    """Where each property of each row begins in a flat array of numbers; -1 when it runs out."""
    out = np.zeros((n_rows + 1, len(is_list)), np.int64)
    position = 0
    for row in range(n_rows):
        for p in range(len(is_list)):
            if position >= len(values):
                out[n_rows, 0] = -1
                return out
            out[row, p] = position
            if is_list[p]:
                length = values[position]
                if not 0 <= length <= len(values):
                    out[n_rows, 0] = -1
                    return out
                position += int(length)
            position += 1
    out[n_rows, 0] = position
    return out


def _take(columns: dict[str, NDArray[Any]], names: tuple[str, str, str]) -> NDArray[Any] | None:
    """Three columns (any case) as one (N, 3) array, taken out of `columns`; None if not there."""
    spelled = {name.lower(): name for name in columns} | {name: name for name in columns}
    if not all(name in spelled for name in names):
        return None
    return np.stack([columns.pop(spelled[name]) for name in names], axis=1)


def _colours(
    columns: dict[str, NDArray[Any]],
) -> tuple[UInt8[np.ndarray, "points 3"] | None, str | None]:
    """Colours as 0-255 and how they were stored; the type decides before the values do."""
    for names in _COLOURS:
        is_splat = names[0] == "f_dc_0"
        source = dict(columns) if is_splat else columns  # splats keep their coefficients
        values = _take(source, names)
        if values is None:
            continue
        if is_splat:
            return _as_bytes(0.5 + SPLAT_C0 * values), "spherical harmonics"
        if values.dtype == np.uint8:
            return values, "0-255"
        if values.dtype.kind == "f":
            largest = values.max(initial=0, where=np.isfinite(values))
            return (
                (_as_bytes(values), "0-1")
                if largest <= 1.5
                else (_as_bytes(values / 255), "0-255 as fractions")
            )
        if values.max(initial=0) > 255:
            return _as_bytes(values / 65535), "16 bit"
        return np.clip(values, 0, 255).astype(np.uint8), "0-255"
    return None, None


def _split_label(columns: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Our two columns from PartScan's one, which stays; none where they are there or it is not."""
    label = columns.get("label")
    has_own = any(prefix + LABELS[0] in columns for prefix in ("", OWN_PREFIX))
    if has_own or label is None or label.dtype != np.int32 or (label < 0).any():
        return {}
    return dict(zip(LABELS, np.divmod(label, np.int32(PARTS)), strict=False))  # no confidence


def _as_bytes(share: NDArray[Any]) -> UInt8[np.ndarray, "points 3"]:
    return np.rint(255 * np.clip(np.nan_to_num(share), 0, 1)).astype(np.uint8)


def _faces(
    data: bytes,
    header: _Header,
    elements: dict[str, tuple[int, int]],
    n_points: int,
    path: Path,
) -> tuple[Int32[np.ndarray, "faces 3"] | None, list[str]]:
    """Triangle fans of the polygons; none, and a note, where an index is wrong."""
    found = [e for e in header.elements if e.name == "face" and e.count]
    if not found:
        return None, []
    face = found[0]
    names = [p.name for p in face.properties]
    which = [n for n in ("vertex_indices", "vertex_index", "vertex_id") if n in names]
    if not which or face.properties[names.index(which[0])].count_type is None:
        return None, ["its faces name no vertices and are kept but not used"]
    column = names.index(which[0])
    if header.encoding == "ascii":
        values = numbers(data[slice(*elements["face"])], path, what="face")
        at = _walk_numbers(
            values, face.count, np.array([bool(p.count_type) for p in face.properties])
        )
        if at[-1, 0] != len(values):
            return None, ["its faces do not fit their list lengths and are kept but not used"]
        first = at[:-1, column]
        length = values[first].astype(np.int64)
        corner = _ranges(first + 1, length)
        index = values[corner]
    else:
        offsets = _property_offsets(data, header, face, elements["face"][0], path)[:-1, column]
        p = face.properties[column]
        raw = np.frombuffer(data, np.uint8)
        count_type, item_type = (
            np.dtype(header.order + str(p.count_type)),
            np.dtype(header.order + p.type),
        )
        length = raw[offsets[:, None] + np.arange(count_type.itemsize)].view(count_type)[:, 0]
        length = length.astype(np.int64)
        items = _ranges(np.zeros(len(length), np.int64), length) * item_type.itemsize
        start = np.repeat(offsets + count_type.itemsize, length) + items
        index = raw[start[:, None] + np.arange(item_type.itemsize)].view(item_type)[:, 0]
    if len(index) and not ((index >= 0) & (index < n_points)).all():
        return None, ["a face names a vertex that does not exist; the faces are kept but not used"]
    return _fans(index.astype(np.int32), length), []


def _ranges(
    first: Int64[np.ndarray, " rows"], length: Int64[np.ndarray, " rows"]
) -> NDArray[np.int64]:
    """first, first + 1, ... for each row, behind one another."""
    ends = np.cumsum(length)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - (ends - length), length)


def _fans(
    index: Int32[np.ndarray, " corners"], length: Int64[np.ndarray, " polygons"]
) -> Int32[np.ndarray, "faces 3"]:
    """Triangles (0, k, k + 1) of every polygon; fewer than three corners give none."""
    n_triangles = np.maximum(length - 2, 0)
    first = np.repeat(np.cumsum(length) - length, n_triangles)
    step = _ranges(np.zeros(len(length), np.int64), n_triangles)
    return np.stack([index[first], index[first + step + 1], index[first + step + 2]], axis=1)


# ---------------------------------------------------------------- writing


def _fitted(labels: LabelColumns, vertex: _Element, path: Path) -> dict[str, NDArray[Any]]:
    """Our columns under the names and in the types they get in this file."""
    if len(labels.object_id) != vertex.count:
        raise FileFormatError(
            f"{path.name}: has {vertex.count:,} points but the masks {len(labels.object_id):,}; "
            "was it changed since it was opened?"
        )
    types = {p.name: "" if p.count_type else p.type for p in vertex.properties}
    fitted = {}
    for name, ours in zip(label_names({n: t[:1] for n, t in types.items()}), LABELS, strict=True):
        values = getattr(labels, ours)
        kind = types[name] if name in types else values.dtype.str[1:]
        if kind[0] in "iu" and values.max(initial=0) > np.iinfo(kind).max:
            raise FileFormatError(
                f"{path.name}: id {values.max():,} does not fit its column {name}; "
                "save under another format."
            )
        fitted[name] = values.astype(kind)
    return fitted


def _relabelled_rows(
    data: bytes,
    header: _Header,
    vertex: _Element,
    start: int,
    fresh: dict[str, NDArray[Any]],
    present: dict[int, NDArray[Any]],
) -> Iterator[bytes]:
    old = vertex.dtype(header.order)
    new = np.dtype(
        [*old.descr, *((name, v.dtype.newbyteorder(header.order)) for name, v in fresh.items())]
    )
    width = old.itemsize
    for first in range(0, vertex.count, CHUNK_ROWS):
        n = min(CHUNK_ROWS, vertex.count - first)
        rows = np.empty(n, new)
        raw = rows.view(np.uint8).reshape(n, new.itemsize)
        raw[:, :width] = np.frombuffer(data, np.uint8, n * width, start + first * width).reshape(
            n, width
        )
        for i, values in present.items():
            rows[f"p{i}"] = values[first : first + n]
        for name, values in fresh.items():
            rows[name] = values[first : first + n]
        yield rows.tobytes()


def _relabelled_ragged(
    data: bytes,
    header: _Header,
    vertex: _Element,
    start: int,
    fresh: list[NDArray[Any]],
    present: dict[int, NDArray[Any]],
    path: Path,
) -> Iterator[bytes]:
    """Rows of a vertex element with lists, one by one: they differ in length, and are rare."""
    offsets = _property_offsets(data, header, vertex, start, path)
    added = [_bytes_of_rows(v, header.order) for v in fresh]
    replaced = {i: _bytes_of_rows(v, header.order) for i, v in present.items()}
    for row in range(vertex.count):
        content = bytearray(data[offsets[row, 0] : offsets[row + 1, 0]])
        for i, values in replaced.items():
            at = offsets[row, i] - offsets[row, 0]
            content[at : at + values.shape[1]] = values[row].tobytes()
        yield bytes(content) + b"".join(values[row].tobytes() for values in added)


def _bytes_of_rows(
    values: NDArray[Any], order: Literal["<", ">"]
) -> UInt8[np.ndarray, "rows bytes"]:
    ordered = values.astype(values.dtype.newbyteorder(order))
    return ordered.view(np.uint8).reshape(len(values), values.itemsize)


def _word_finder(vertex: _Element) -> Callable[[Sequence[bytes], int], int]:
    """Word of a vertex line at which a property stands; lists before it shift it."""
    lists = [i for i, p in enumerate(vertex.properties) if p.count_type]

    def place(words: Sequence[bytes], column: int) -> int:
        shift = 0
        for i in lists:
            if i < column:
                shift += int(float(words[i + shift]))
        return column + shift

    return place


def _scalar_columns(name: str, values: NDArray[Any]) -> list[tuple[str, NDArray[Any]]]:
    """A field as columns PLY can hold: (N, k) becomes k columns, odd types the next wider one.

    What is no number (texts in an array of one's own) gives none.
    """
    if values.dtype.kind not in "biuf":
        return []
    if values.dtype.kind == "b":
        values = values.astype(np.uint8)
    if values.dtype.str[1:] not in _SPELLING:
        values = values.astype(np.float32 if values.dtype == np.float16 else np.float64)
    if values.ndim == 1:
        return [(name, values)]
    flat = values.reshape(len(values), -1)
    return [(f"{name}_{k}", flat[:, k]) for k in range(flat.shape[1])]


def _written(
    columns: dict[str, NDArray[Any]],
    faces: Int32[np.ndarray, "faces 3"] | None,
    comment: str = "written by pinpoint3d",
) -> Iterator[bytes]:
    n = len(next(iter(columns.values())))
    lines = ["ply", "format binary_little_endian 1.0", f"comment {comment}"]
    lines.append(f"element vertex {n}")
    lines += [f"property {_SPELLING[v.dtype.str[1:]]} {name}" for name, v in columns.items()]
    if faces is not None:
        lines += [f"element face {len(faces)}", "property list uchar int vertex_indices"]
    yield ("\n".join([*lines, "end_header"]) + "\n").encode("latin-1", "replace")
    row = np.dtype([(name, v.dtype.newbyteorder("<")) for name, v in columns.items()])
    for first in range(0, n, CHUNK_ROWS):
        rows = np.empty(min(CHUNK_ROWS, n - first), row)
        for name, values in columns.items():
            rows[name] = values[first : first + CHUNK_ROWS]
        yield rows.tobytes()
    if faces is not None:
        polygons = np.empty(len(faces), np.dtype([("n", "u1"), ("corner", "<i4", 3)]))
        polygons["n"], polygons["corner"] = 3, faces
        yield polygons.tobytes()
