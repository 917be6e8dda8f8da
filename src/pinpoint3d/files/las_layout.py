"""What the bytes of a LAS or LAZ file say before any point is touched: header, records, dimensions.

`parse_layout` checks every number of the header against the bytes that are there, so that whoever
works with a `Layout` may trust it. Format: ASPRS, "LAS Specification 1.4 - R15", 2019.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.storage import MAX_POINTS

MAGIC = b"LASF"
COMPRESSED_BIT = 0x80  # of the point format: the points are packed by LASzip
EXTRA_BYTES = ("LASF_Spec", 4)  # user and number of the record that describes added dimensions
LASZIP = ("laszip encoded", 22204)
RECORD_HEADER = 54  # bytes before the payload of a variable length record
EXTENDED_HEADER = 60
DESCRIPTOR = 192  # bytes that describe one added dimension
HAS_SCALE, HAS_OFFSET = 8, 16  # of its options
NAME_BYTES = 32  # of the name of an added dimension
MAX_POINT_SIZE = MAX_PAYLOAD = 2**16 - 1  # both are counted in 16 bits

# Where header fields stand.
VERSION, HEADER_SIZE, POINTS_AT, N_RECORDS, POINT_FORMAT, RECORD_LENGTH = 24, 94, 96, 100, 104, 105
N_POINTS_LEGACY, SCALE, OFFSET, WAVES_AT, EXTENDED_AT, N_EXTENDED = 107, 131, 155, 227, 235, 243
N_POINTS = 247
_HEADER_SIZES = {0: 227, 1: 227, 2: 227, 3: 235, 4: 375}

_OLD = [
    ("X", "<i4"), ("Y", "<i4"), ("Z", "<i4"), ("intensity", "<u2"), ("bits", "u1"),
    ("classification_bits", "u1"), ("scan_angle_rank", "i1"), ("user_data", "u1"),
    ("point_source_id", "<u2"),
]  # fmt: skip
_NEW = [
    ("X", "<i4"), ("Y", "<i4"), ("Z", "<i4"), ("intensity", "<u2"), ("bits", "u1"),
    ("flag_bits", "u1"), ("classification", "u1"), ("user_data", "u1"), ("scan_angle", "<i2"),
    ("point_source_id", "<u2"), ("gps_time", "<f8"),
]  # fmt: skip
_GPS = [("gps_time", "<f8")]
_RGB = [("red", "<u2"), ("green", "<u2"), ("blue", "<u2")]
_NIR = [("nir", "<u2")]
_WAVE = [
    ("wavepacket_index", "u1"), ("wavepacket_offset", "<u8"), ("wavepacket_size", "<u4"),
    ("return_point_wave_location", "<f4"), ("x_t", "<f4"), ("y_t", "<f4"), ("z_t", "<f4"),
]  # fmt: skip
POINT_TYPES = (
    _OLD, _OLD + _GPS, _OLD + _RGB, _OLD + _GPS + _RGB, _OLD + _GPS + _WAVE,
    _OLD + _GPS + _RGB + _WAVE, _NEW, _NEW + _RGB, _NEW + _RGB + _NIR, _NEW + _WAVE,
    _NEW + _RGB + _NIR + _WAVE,
)  # fmt: skip
"""Fields of point formats 0 to 10, packed without gaps."""

BIT_FIELDS: dict[str, tuple[tuple[str, int, int], ...]] = {
    "bits": (("return_number", 0, 3), ("number_of_returns", 3, 3),
             ("scan_direction_flag", 6, 1), ("edge_of_flight_line", 7, 1)),
    "classification_bits": (("classification", 0, 5), ("synthetic", 5, 1), ("key_point", 6, 1),
                            ("withheld", 7, 1)),
    "new bits": (("return_number", 0, 4), ("number_of_returns", 4, 4)),
    "flag_bits": (("synthetic", 0, 1), ("key_point", 1, 1), ("withheld", 2, 1), ("overlap", 3, 1),
                  ("scanner_channel", 4, 2), ("scan_direction_flag", 6, 1),
                  ("edge_of_flight_line", 7, 1)),
}  # fmt: skip
"""Name, first bit and width of what is packed into a byte; "new bits" is `bits` from format 6."""

EXTRA_TYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8")
"""Types 1 to 10 of added dimensions; 11 to 30 are two and three of them."""

LABEL_TYPES = {"object_id": "u4", "part_id": "u4", "confidence": "f4"}
"""Dimensions that labels are kept in."""


@dataclass(frozen=True)
class Record:
    """A variable length record: its header as it stands, and its payload."""

    user: str
    number: int
    header: bytes
    payload: bytes


@dataclass(frozen=True)
class Dimension:
    """An added dimension of the points.

    `type` is None for bytes without a meaning; `scale` and `offset` apply where not None.
    """

    name: str
    type: str | None
    count: int
    start: int  # byte within the point
    scale: tuple[float, ...] | None
    offset: tuple[float, ...] | None

    @property
    def size(self) -> int:
        """Bytes of a point that it takes."""
        return self.count * (1 if self.type is None else np.dtype(self.type).itemsize)


@dataclass(frozen=True)
class Layout:
    """Where everything is. All places lie within the file."""

    version: int  # minor
    header_size: int
    records: tuple[Record, ...]
    records_end: int
    points_at: int
    points_end: int  # of packed points: the end of the file or the first extended record
    point_format: int
    point_size: int
    n_points: int
    compressed: bool
    scale: tuple[float, float, float]
    offset: tuple[float, float, float]
    dimensions: tuple[Dimension, ...]
    waves_at: int  # 0 if there are none
    extended_at: int  # 0 if there are none
    n_extended: int
    notes: tuple[str, ...]

    @property
    def standard_size(self) -> int:
        """Bytes of a point before its added dimensions."""
        return np.dtype(POINT_TYPES[self.point_format]).itemsize

    @property
    def described_size(self) -> int:
        """Bytes of a point up to the end of the last dimension that has a name."""
        return max((d.start + d.size for d in self.dimensions), default=self.standard_size)

    def point_type(self) -> np.dtype[Any]:
        """A point as it is stored, added dimensions without those of no meaning."""
        names, formats, offsets, start = [], [], [], 0
        for name, element in POINT_TYPES[self.point_format]:
            names.append(name)
            formats.append(element)
            offsets.append(start)
            start += np.dtype(element).itemsize
        for d in self.dimensions:
            if d.type is not None:
                names.append(f"extra {d.name}")
                formats.append(np.dtype(("<" + d.type, (d.count,))))
                offsets.append(d.start)
        return np.dtype({"names": names, "formats": formats, "offsets": offsets,
                         "itemsize": self.point_size})  # fmt: skip


def parse_layout(data: bytes, path: Path) -> Layout:
    """Layout of a LAS or LAZ file.

    Raises
    ------
    FileFormatError
        If a number of the header cannot be true, or the file ends before what it promises.
    """
    if not data.startswith(MAGIC) or len(data) < _HEADER_SIZES[0]:
        raise FileFormatError(f"{path.name}: has no complete LAS header; copy it again.")
    major, version = data[VERSION], data[VERSION + 1]
    if major != 1 or version not in _HEADER_SIZES:
        raise FileFormatError(
            f"{path.name}: is LAS {major}.{version}; only 1.0 to 1.4 can be opened."
        )
    header_size, points_at, n_records = struct.unpack_from("<HII", data, HEADER_SIZE)
    if not _HEADER_SIZES[version] <= header_size <= points_at <= len(data):
        raise FileFormatError(
            f"{path.name}: its header of {header_size:,} bytes and points from byte {points_at:,} "
            f"do not fit into {len(data):,} bytes; copy it again."
        )
    stored_format, point_size = struct.unpack_from("<BH", data, POINT_FORMAT)
    point_format = stored_format & 0x3F
    if point_format >= len(POINT_TYPES):
        raise FileFormatError(f"{path.name}: has points of the unknown format {point_format}.")
    standard_size = np.dtype(POINT_TYPES[point_format]).itemsize
    if point_size < standard_size:
        raise FileFormatError(
            f"{path.name}: its points of {point_size} bytes are too short for format "
            f"{point_format}, which takes {standard_size}."
        )
    n_points, notes = _count(data, version, path)
    scale = struct.unpack_from("<3d", data, SCALE)
    offset = struct.unpack_from("<3d", data, OFFSET)
    if not np.isfinite([*scale, *offset]).all() or 0 in scale:
        raise FileFormatError(f"{path.name}: its coordinates have scale {scale}, offset {offset}.")
    records, records_end = _records(data, header_size, points_at, n_records, path)
    compressed = bool(stored_format & 0xC0)  # bit 6 in files of early versions
    points_end = points_at if compressed else points_at + n_points * point_size
    if points_end > len(data):
        raise FileFormatError(
            f"{path.name}: header promises {n_points:,} points but the file ends after "
            f"{(len(data) - points_at) // point_size:,}; copy it again."
        )
    waves_at, extended_at, n_extended = _tail(data, version, points_end, path)
    if compressed:
        points_end = min(at for at in (waves_at, extended_at, len(data)) if at)
    dimensions, dimension_notes = _dimensions(records, standard_size, point_size)
    return Layout(
        version=version,
        header_size=header_size,
        records=records,
        records_end=records_end,
        points_at=points_at,
        points_end=points_end,
        point_format=point_format,
        point_size=point_size,
        n_points=n_points,
        compressed=compressed,
        scale=scale,
        offset=offset,
        dimensions=dimensions,
        waves_at=waves_at,
        extended_at=extended_at,
        n_extended=n_extended,
        notes=(*notes, *dimension_notes),
    )


def extended_records(data: bytes, layout: Layout) -> Iterator[tuple[str, int, int]]:
    """User, start and end of each extended record that lies within the file."""
    position = layout.extended_at
    for _ in range(layout.n_extended):
        if position + EXTENDED_HEADER > len(data):
            return
        (length,) = struct.unpack_from("<Q", data, position + 20)
        end = position + EXTENDED_HEADER + length
        if end > len(data):
            return
        yield _text(data[position + 2 : position + 18]), position, end
        position = end


def make_record(user: str, number: int, payload: bytes, text: str) -> Record:
    """A record with a header of our own."""
    fields = (0, user.encode(), number, len(payload), text.encode())
    return Record(user, number, struct.pack("<H16sHH32s", *fields), payload)


def describe(name: str, element: str | None, n_bytes: int = 0) -> bytes:
    """Description of an added dimension of one value, or of bytes without a meaning."""
    kind = 0 if element is None else EXTRA_TYPES.index(element) + 1
    text = b"pinpoint3d v1" if name.removeprefix("pinpoint_") in LABEL_TYPES else b""
    return struct.pack("<HBB32s124x32s", 0, kind, n_bytes, name.encode(), text)


def _count(data: bytes, version: int, path: Path) -> tuple[int, list[str]]:
    (n_points,) = struct.unpack_from("<I", data, N_POINTS_LEGACY)
    notes = []
    if version == 4:
        (long_count,) = struct.unpack_from("<Q", data, N_POINTS)
        if n_points and long_count and n_points != long_count:
            notes.append(f"its header counts {n_points:,} points in one place, {long_count:,} in "
                         "another; the second is taken")  # fmt: skip
        n_points = long_count or n_points
    if n_points == 0:
        raise FileFormatError(f"{path.name}: holds no points.")
    if n_points > MAX_POINTS:
        raise FileFormatError(
            f"{path.name}: promises {n_points:,} points, more than the {MAX_POINTS:,} that can be "
            "opened."
        )
    return n_points, notes


def _records(
    data: bytes, position: int, end: int, n_records: int, path: Path
) -> tuple[tuple[Record, ...], int]:
    records = []
    for _ in range(n_records):
        if position + RECORD_HEADER > end:
            raise FileFormatError(
                f"{path.name}: header promises {n_records:,} records before the points but there "
                f"are {len(records):,}; copy it again."
            )
        number, length = struct.unpack_from("<HH", data, position + 18)
        start = position + RECORD_HEADER
        if start + length > end:
            raise FileFormatError(
                f"{path.name}: record {len(records) + 1} before the points is cut short; "
                "copy it again."
            )
        user = _text(data[position + 2 : position + 18])
        header, payload = data[position:start], data[start : start + length]
        records.append(Record(user, number, header, payload))
        position = start + length
    return tuple(records), position


def _tail(data: bytes, version: int, earliest: int, path: Path) -> tuple[int, int, int]:
    """Where the waveforms and the extended records begin, and the number of the latter."""
    waves_at = extended_at = n_extended = 0
    if version >= 3:
        (waves_at,) = struct.unpack_from("<Q", data, WAVES_AT)
    if version >= 4:
        extended_at, n_extended = struct.unpack_from("<QI", data, EXTENDED_AT)
    if not n_extended:
        extended_at = 0
    for at in (waves_at, extended_at):
        if at and not earliest <= at <= len(data):
            raise FileFormatError(
                f"{path.name}: what follows its points should begin at byte {at:,} of "
                f"{len(data):,}; copy it again."
            )
    return waves_at, extended_at, n_extended


def _dimensions(
    records: tuple[Record, ...], start: int, point_size: int
) -> tuple[tuple[Dimension, ...], list[str]]:
    """Added dimensions as far as they are described and fit into the point."""
    found = [r.payload for r in records if (r.user, r.number) == EXTRA_BYTES]
    payload = found[0] if found else b""
    dimensions: list[Dimension] = []
    taken: set[str] = set()
    for at in range(0, len(payload) - DESCRIPTOR + 1, DESCRIPTOR):
        descriptor = payload[at : at + DESCRIPTOR]
        kind, options = descriptor[2], descriptor[3]
        if kind > 3 * len(EXTRA_TYPES):
            return tuple(dimensions), [f"an added dimension is of the unknown type {kind}"]
        if kind == 0:
            element, count = None, options
        else:
            element = EXTRA_TYPES[(kind - 1) % len(EXTRA_TYPES)]
            count = (kind - 1) // len(EXTRA_TYPES) + 1
        name = _text(descriptor[4:36]) or f"extra_{len(dimensions)}"
        while name in taken:
            name += "_"
        taken.add(name)
        scale = struct.unpack_from("<3d", descriptor, 112)[:count] if options & HAS_SCALE else None
        offset = (
            struct.unpack_from("<3d", descriptor, 136)[:count] if options & HAS_OFFSET else None
        )
        if element is None:
            scale = offset = None
        dimension = Dimension(name, element, count, start, scale, offset)
        if start + dimension.size > point_size:
            return tuple(dimensions), ["more dimensions are described than its points have"]
        dimensions.append(dimension)
        start += dimension.size
    return tuple(dimensions), []


def _text(field: bytes) -> str:
    raw = field.split(b"\0")[0]
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        return raw.decode("latin-1").strip()
