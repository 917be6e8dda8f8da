"""LAS and LAZ: points with all dimensions in, and labels added as extra dimensions.

`relabel` works on the bytes themselves: raw coordinates, scale and offset, every field of a point,
records before and behind the points, dates and the bounding box stay as they are. Labels become
dimensions that CloudCompare, PDAL and QGIS show. Only packed points need an extra, see `laz`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files import laz
from pinpoint3d.files.contents import Contents, LabelColumns
from pinpoint3d.files.las_layout import (
    BIT_FIELDS,
    COMPRESSED_BIT,
    DESCRIPTOR,
    EXTENDED_AT,
    EXTRA_BYTES,
    HAS_OFFSET,
    HAS_SCALE,
    LABEL_TYPES,
    LASZIP,
    MAGIC,
    MAX_PAYLOAD,
    MAX_POINT_SIZE,
    POINT_FORMAT,
    POINT_TYPES,
    POINTS_AT,
    WAVES_AT,
    Dimension,
    Layout,
    Record,
    describe,
    extended_records,
    make_record,
    parse_layout,
)
from pinpoint3d.files.las_write import CHUNK_POINTS, write

__all__ = ["NAME", "SUFFIXES", "read", "relabel", "sniff", "write"]

NAME = "las"
SUFFIXES = (".las", ".laz")
_COPC = "copc"  # user of the records that index a cloud-optimised file; void once packed anew
# A run of bytes without a meaning has its length where other dimensions have their options, and
# laspy takes it for them: lengths that would say "scaled" make it refuse the file.
_UNDESCRIBED = [n for n in range(1, 256) if not n & (HAS_SCALE | HAS_OFFSET)]
_NORMALS = (
    ("nx", "ny", "nz"),
    ("normal_x", "normal_y", "normal_z"),
    ("NormalX", "NormalY", "NormalZ"),
)


def sniff(head: bytes) -> bool:
    """Whether these first bytes are a LAS or LAZ file's."""
    return head.startswith(MAGIC)


def read(data: bytes, path: Path) -> Contents:
    """Points with every dimension, bit fields taken apart; raw * scale + offset as float64.

    Raises
    ------
    FileFormatError
        If the header cannot be true, or the points are damaged or fewer than promised.
    MissingExtraError
        If the points are packed and lazrs is not installed.
    """
    layout = parse_layout(data, path)
    points = _points(data, layout, path)
    rows = points.reshape(-1).view(layout.point_type())
    xyz = np.empty((layout.n_points, 3))
    for axis, name in enumerate("XYZ"):
        with np.errstate(over="ignore"):
            xyz[:, axis] = rows[name] * layout.scale[axis] + layout.offset[axis]
    fields = _fields(rows, layout)
    has_colours = "red" in (rows.dtype.names or ())  # an added dimension may be called so too
    rgb, colour, notes = _colours(fields) if has_colours else (None, None, [])
    normals = None
    for names in _NORMALS:
        if all(name in fields and fields[name].ndim == 1 for name in names):
            with np.errstate(over="ignore"):
                normals = np.stack([fields.pop(n).astype(np.float32) for n in names], axis=1)
            break
    if layout.described_size < layout.point_size:
        undescribed = layout.point_size - layout.described_size
        notes.append(f"{undescribed} bytes of each point have no description and are kept unread")
    if any(record.user == _COPC for record in layout.records):
        notes.append("is cloud optimised (COPC); a labelled copy is plain LAZ without that index")
    packed = "LAZ" if layout.compressed else "LAS"
    return Contents(
        format=f"{packed} 1.{layout.version}, point format {layout.point_format}",
        xyz=xyz,
        rgb=rgb,
        colour=colour,
        normals=normals,
        fields=fields,
        notes=(*layout.notes, *notes),
    )


def relabel(
    data: bytes, labels: LabelColumns | None, path: Path, *, compressed: bool | None = None
) -> Iterator[bytes]:
    """The file's bytes with labels as extra dimensions; ours that are there are overwritten.

    A foreign dimension of the same name is left alone, and ours is called `pinpoint_object_id` and
    so on. With `labels` None only the packing changes. Bytes that hide behind packed points and
    belong to no record are lost, as nothing says where they begin.

    Parameters
    ----------
    data, path
        The file's bytes, and its name for messages.
    labels
        One of each for every point.
    compressed
        Whether the result is LAZ; None keeps what the file is.

    Raises
    ------
    FileFormatError
        If the file is damaged, its points are not as many as the labels, or there is no room.
    MissingExtraError
        If points are packed or to be packed and lazrs is not installed.
    """
    layout = parse_layout(data, path)
    if labels is not None and len(labels.object_id) != layout.n_points:
        raise FileFormatError(
            f"{path.name}: has {layout.n_points:,} points but the masks "
            f"{len(labels.object_id):,}; was it changed since it was opened?"
        )
    pack = layout.compressed if compressed is None else compressed
    points = _points(data, layout, path)
    placed = _placed(layout, labels, path)
    point_size = layout.point_size + sum(v.itemsize for v in placed.fresh.values())
    if point_size > MAX_POINT_SIZE:
        raise _no_room(path)
    records = _with_dimensions(layout, placed, path)
    records = _with_packing(records, layout, point_size, packed=pack)
    head = _head(data, layout, records, point_size, packed=pack)
    tail, n_extended = _tail(data, layout)
    pieces = _widened(points, placed, point_size)
    if pack:
        rows = np.concatenate(list(pieces))
        content = laz.pack(rows, layout.point_format, head, point_size - layout.standard_size)
        points_end, head, pieces = len(content), content[: layout.header_size], ()
        rest = content[layout.header_size :]
    else:
        points_end = len(head) + layout.n_points * point_size
        head, rest = head[: layout.header_size], head[layout.header_size :]
    yield _with_tail_moved(head, layout, points_end - layout.points_end, n_extended)
    yield rest
    for piece in pieces:
        yield piece.tobytes()
    yield tail


# ---------------------------------------------------------------- reading


def _points(data: bytes, layout: Layout, path: Path) -> UInt8[np.ndarray, "points bytes"]:
    """The bytes of each point: a view of the file, or unpacked."""
    if layout.compressed:
        return laz.unpack(data, layout, path)
    size = layout.n_points * layout.point_size
    raw = np.frombuffer(data, np.uint8, size, layout.points_at)
    return raw.reshape(layout.n_points, layout.point_size)


def _fields(rows: NDArray[Any], layout: Layout) -> dict[str, NDArray[Any]]:
    """Every dimension but the coordinates by name, scaled ones as what they mean."""
    fields: dict[str, NDArray[Any]] = {}
    for name, _ in POINT_TYPES[layout.point_format][3:]:
        packed_as = f"new {name}" if name == "bits" and layout.point_format >= 6 else name
        if packed_as in BIT_FIELDS:
            for part, first, width in BIT_FIELDS[packed_as]:
                fields[part] = (rows[name] >> first) & np.uint8((1 << width) - 1)
        else:
            fields[name] = _native(rows[name])
    for d in layout.dimensions:
        if d.type is None:
            continue
        values = _native(rows[f"extra {d.name}"])
        if d.scale is not None or d.offset is not None:
            with np.errstate(all="ignore"):
                values = values * np.array(d.scale or (1.0,)) + np.array(d.offset or (0.0,))
        name = d.name
        while name in fields:
            name += "_"
        fields[name] = values[:, 0] if d.count == 1 else values
    return fields


def _native(values: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(values).astype(values.dtype.newbyteorder("="), copy=False)


def _colours(
    fields: dict[str, NDArray[Any]],
) -> tuple[UInt8[np.ndarray, "points 3"] | None, str | None, list[str]]:
    """Colours as 0-255; many programs store 8 bits where the format has 16."""
    wide = np.stack([fields.pop(c) for c in ("red", "green", "blue")], axis=1)
    largest = wide.max()
    if largest == 0:
        return None, None, ["its colours are all black and taken for none"]
    if largest < 256:
        return wide.astype(np.uint8), "0-255", []
    return (wide >> 8).astype(np.uint8), "16 bit", []


# ---------------------------------------------------------------- adding labels


@dataclass(frozen=True)
class _Placed:
    present: tuple[tuple[Dimension, NDArray[Any]], ...]
    fresh: dict[str, NDArray[Any]]


def _placed(layout: Layout, labels: LabelColumns | None, path: Path) -> _Placed:
    """Our dimensions: those that are there already, and those to add, by name."""
    existing = {d.name: d for d in layout.dimensions}
    present: list[tuple[Dimension, NDArray[Any]]] = []
    fresh: dict[str, NDArray[Any]] = {}
    for name, element in LABEL_TYPES.items() if labels is not None else ():
        values = getattr(labels, name).astype(element)
        own = f"pinpoint_{name}"
        kinds = "f" if name == "confidence" else "iu"
        usable = [n for n in (own, name) if n in existing and _may_hold(existing[n], kinds)]
        if name == "confidence" and len(present) < 2:
            usable = [n for n in usable if n == own]  # without both ids it is a scanner's
        if usable:
            there = existing[usable[0]]
            present.append((there, _as_stored(values, there, path)))
            continue
        free = [n for n in (name, own) if n not in existing]
        if not free:
            raise FileFormatError(
                f"{path.name}: has dimensions {name} and {own} of another kind; "
                "save under another format."
            )
        fresh[free[0]] = values
    return _Placed(tuple(present), fresh)


def _as_stored(values: NDArray[Any], d: Dimension, path: Path) -> NDArray[Any]:
    """Labels in the type of a dimension that is there already."""
    element = np.dtype(str(d.type))
    if element.kind in "iu" and values.max() > np.iinfo(element).max:
        raise FileFormatError(
            f"{path.name}: id {values.max():,} does not fit its dimension {d.name}; "
            "save under another format."
        )
    return values.astype(element.newbyteorder("<"))


def _no_room(path: Path) -> FileFormatError:
    return FileFormatError(f"{path.name}: has no room for more dimensions; save as .ply.")


def _may_hold(d: Dimension, kinds: str) -> bool:
    plain = d.scale is None and d.offset is None and d.count == 1
    return plain and d.type is not None and d.type[0] in kinds


def _with_dimensions(layout: Layout, placed: _Placed, path: Path) -> list[Record]:
    """The records with the new dimensions described behind those that are there."""
    if not placed.fresh:
        return list(layout.records)
    found = [i for i, r in enumerate(layout.records) if (r.user, r.number) == EXTRA_BYTES]
    old = layout.records[found[0]].payload if found else b""
    if len(old) // DESCRIPTOR != len(layout.dimensions):
        raise FileFormatError(
            f"{path.name}: describes its added dimensions wrongly, so none can be added; "
            "save under another format."
        )
    gap, names = layout.point_size - layout.described_size, {d.name for d in layout.dimensions}
    added = []
    while gap > 0:  # bytes without description come first, so they are described as such
        name = next(n for k in range(1000) if (n := f"undescribed_{k}") not in names)
        names.add(name)
        size = max(n for n in _UNDESCRIBED if n <= gap)
        added.append(describe(name, None, size))
        gap -= size
    added += [describe(n, v.dtype.str[1:]) for n, v in placed.fresh.items()]
    payload = old[: len(layout.dimensions) * DESCRIPTOR] + b"".join(added)
    if len(payload) > MAX_PAYLOAD:
        raise _no_room(path)
    records = list(layout.records)
    if found:
        header = records[found[0]].header
        header = header[:20] + struct.pack("<H", len(payload)) + header[22:]
        records[found[0]] = Record(*EXTRA_BYTES, header, payload)
    else:
        records.append(make_record(*EXTRA_BYTES, payload, "added dimensions"))
    return records


def _with_packing(
    records: list[Record], layout: Layout, point_size: int, *, packed: bool
) -> list[Record]:
    """The records with the packing described anew where it was, or not at all."""
    if not packed and not layout.compressed:
        return records
    described = []
    if packed:
        payload = laz.description(layout.point_format, point_size - layout.standard_size)
        described = [make_record(*LASZIP, payload, "points packed by LASzip")]
    kept = [r for r in records if r.user != _COPC]
    places = [i for i, r in enumerate(kept) if (r.user, r.number) == LASZIP] or [len(kept)]
    return kept[: places[0]] + described + kept[places[0] + 1 :]


def _head(
    data: bytes, layout: Layout, records: list[Record], point_size: int, *, packed: bool
) -> bytes:
    """All before the points: the header, the records, and what lay between them and the points."""
    body = b"".join(r.header + r.payload for r in records)
    body += data[layout.records_end : layout.points_at]
    header = bytearray(data[: layout.header_size])
    struct.pack_into("<II", header, POINTS_AT, len(header) + len(body), len(records))
    stored_format = layout.point_format | (COMPRESSED_BIT if packed else 0)
    struct.pack_into("<BH", header, POINT_FORMAT, stored_format, point_size)
    return bytes(header) + body


def _widened(
    points: UInt8[np.ndarray, "points bytes"], placed: _Placed, point_size: int
) -> Iterator[UInt8[np.ndarray, "rows wide"]]:
    """Points with our values in place or behind, some at a time."""
    for first in range(0, len(points), CHUNK_POINTS):
        piece = slice(first, first + CHUNK_POINTS)
        old = points[piece]
        rows = np.empty((len(old), point_size), np.uint8)
        rows[:, : old.shape[1]] = old
        columns = [(d.start, values) for d, values in placed.present]
        start = old.shape[1]
        for values in placed.fresh.values():
            columns.append((start, values))
            start += values.itemsize
        for start, values in columns:
            raw = np.ascontiguousarray(values[piece]).view(np.uint8).reshape(len(old), -1)
            rows[:, start : start + raw.shape[1]] = raw
        yield rows


def _tail(data: bytes, layout: Layout) -> tuple[bytes, int]:
    """What follows the points, and the number of extended records in it.

    The index of a cloud-optimised file names places of packed points, so it cannot be kept.
    """
    tail = data[layout.points_end :]
    found = list(extended_records(data, layout))
    if not layout.compressed or not any(user == _COPC for user, _, _ in found):
        return tail, layout.n_extended
    kept = [data[start:end] for user, start, end in found if user != _COPC]
    between, behind = data[layout.points_end : layout.extended_at], data[found[-1][2] :]
    return between + b"".join(kept) + behind, layout.n_extended - (len(found) - len(kept))


def _with_tail_moved(header: bytes, layout: Layout, shift: int, n_extended: int) -> bytes:
    """The header with the places of what follows the points moved."""
    moved = bytearray(header)
    if layout.waves_at:
        struct.pack_into("<Q", moved, WAVES_AT, layout.waves_at + shift)
    if layout.extended_at:
        place = layout.extended_at + shift if n_extended else 0
        struct.pack_into("<QI", moved, EXTENDED_AT, place, n_extended)
    return bytes(moved)
