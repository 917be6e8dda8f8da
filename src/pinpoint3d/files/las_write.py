"""New LAS and LAZ files of any scan, for `las.write`."""

import itertools
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Float, Float64, Int32
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files import laz
from pinpoint3d.files.contents import Contents, LabelColumns
from pinpoint3d.files.las_layout import (
    BIT_FIELDS,
    COMPRESSED_BIT,
    DESCRIPTOR,
    EXTRA_BYTES,
    EXTRA_TYPES,
    LABEL_TYPES,
    LASZIP,
    MAGIC,
    MAX_PAYLOAD,
    N_POINTS,
    NAME_BYTES,
    OFFSET,
    POINT_FORMAT,
    POINT_TYPES,
    SCALE,
    Record,
    describe,
    make_record,
)

CHUNK_POINTS = 1 << 18
FINEST_SCALE = 1e-9
_PLACES = {name: element for name, element in POINT_TYPES[6][3:] if not name.endswith("bits")}
_WIDTHS = {part: width for name in ("new bits", "flag_bits") for part, _, width in BIT_FIELDS[name]}
_KNOWN = {*dict(POINT_TYPES[7]), *_WIDTHS}
"""Names that LAS gives a meaning, so that no added dimension may have them."""


def write(
    contents: Contents, labels: LabelColumns | None, *, compressed: bool = False
) -> Iterator[bytes]:
    """A LAS 1.4 file, or LAZ, of everything that `contents` holds.

    Coordinates are whole multiples of a step from the lower corner. The step of each axis is the
    finest power of ten that reaches the upper corner within 31 bits: 1e-8 for 10 m, 1e-5 for 20 km,
    finer than float32 holds and coarser than `FINEST_SCALE` never. Fields that LAS knows and whose
    values fit go to their place; all others become extra dimensions.

    Raises
    ------
    FileFormatError
        If a point has no position, which LAS cannot express.
    MissingExtraError
        If `compressed` and lazrs is not installed.
    """
    n_missing = len(contents.xyz) - int(np.isfinite(contents.xyz).all(axis=1).sum())
    if n_missing:
        raise FileFormatError(
            f"LAS cannot hold the {n_missing:,} points that have no position; save as .ply, .pcd "
            "or .npz."
        )
    point_format = 6 if contents.rgb is None else 7
    scale, offset, raw = _quantised(contents.xyz)
    standard, extra = _sorted_fields(contents, labels)
    point_type = np.dtype([*POINT_TYPES[point_format], *((n, v.dtype) for n, v in extra.items())])
    rows = np.zeros(len(raw), point_type)
    for axis, name in enumerate("XYZ"):
        rows[name] = raw[:, axis]
    if contents.rgb is not None:
        for k, name in enumerate(("red", "green", "blue")):
            rows[name] = contents.rgb[:, k].astype(np.uint16) * 257  # 255 becomes 65535
    returns = {"return_number": np.ones(len(raw), np.uint8),
               "number_of_returns": np.ones(len(raw), np.uint8)}  # fmt: skip
    for name, values in (returns | standard).items():
        _put(rows, name, values)
    descriptors = b"".join(describe(name, values.dtype.str[1:]) for name, values in extra.items())
    for name, values in extra.items():
        rows[name] = values
    records = [make_record(*EXTRA_BYTES, descriptors, "")] if extra else []
    size = point_type.itemsize
    added = size - np.dtype(POINT_TYPES[point_format]).itemsize
    if compressed:
        records.append(make_record(*LASZIP, laz.description(point_format, added), ""))
    head = _new_head(rows, raw, scale, offset, records, point_format, size, packed=compressed)
    points = rows.view(np.uint8).reshape(len(rows), size)
    if compressed:
        yield laz.pack(points, point_format, head, added)
        return
    yield head
    for start in range(0, len(points), CHUNK_POINTS):
        yield points[start : start + CHUNK_POINTS].tobytes()


def _quantised(
    xyz: Float[np.ndarray, "points 3"],
) -> tuple[Float64[np.ndarray, "3"], Float64[np.ndarray, "3"], Int32[np.ndarray, "points 3"]]:
    """Step and lower corner of each axis, and coordinates as multiples of the step."""
    lower, upper = (edge.astype(np.float64) for edge in (xyz.min(axis=0), xyz.max(axis=0)))
    with np.errstate(over="ignore"):
        extent = upper - lower
    if not (extent < 1e300).all():
        raise FileFormatError("LAS cannot hold coordinates this far apart; save as .ply.")
    exponent = np.ceil(np.log10(np.maximum(extent, 1e-300) / (2**31 - 2)))
    scale = np.maximum(10.0**exponent, FINEST_SCALE)
    raw = np.empty(xyz.shape, np.int32)
    for axis in range(3):
        raw[:, axis] = np.rint((xyz[:, axis] - lower[axis]) / scale[axis])
    return scale, lower, raw


def _sorted_fields(
    contents: Contents, labels: LabelColumns | None
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Fields that LAS has a place for and whose values fit it, and all others."""
    columns: dict[str, NDArray[Any]] = {}
    if labels is not None:  # first, so that their names are surely free
        columns |= {n: getattr(labels, n).astype(t) for n, t in LABEL_TYPES.items()}
    columns |= {n: v for n, v in contents.fields.items() if n not in columns}
    if contents.normals is not None:
        columns |= dict(zip(("nx", "ny", "nz"), contents.normals.T, strict=True))
    standard: dict[str, NDArray[Any]] = {}
    extra: dict[str, NDArray[Any]] = {}
    for name, values in columns.items():
        if _has_place(name, values):
            standard[name] = values
        else:
            extra |= _extra_columns(name, values, {*_KNOWN, *extra})
    if len(extra) > MAX_PAYLOAD // DESCRIPTOR:
        raise FileFormatError(
            f"LAS cannot hold {len(extra):,} added dimensions, the most is "
            f"{MAX_PAYLOAD // DESCRIPTOR}; save as .ply."
        )
    return standard, extra


def _has_place(name: str, values: NDArray[Any]) -> bool:
    """Whether LAS has a place of this name that can hold these values."""
    if values.ndim != 1 or name not in {*_PLACES, *_WIDTHS}:
        return False
    if name in _WIDTHS:
        lowest, highest = 0, (1 << _WIDTHS[name]) - 1
    elif np.dtype(_PLACES[name]).kind == "f":
        return values.dtype.kind == "f"
    else:
        limits = np.iinfo(_PLACES[name])
        lowest, highest = limits.min, limits.max
    whole = values.dtype.kind in "iub"
    return whole and bool(values.min() >= lowest and values.max() <= highest)


def _extra_columns(name: str, values: NDArray[Any], taken: set[str]) -> dict[str, NDArray[Any]]:
    """A field as added dimensions of one value each, in types that LAS has; no text."""
    if values.dtype.kind not in "iufb":
        return {}
    if values.dtype.kind == "b":
        values = values.astype(np.uint8)
    if values.dtype.str[1:] not in EXTRA_TYPES:
        values = values.astype(np.float32 if values.dtype == np.float16 else np.float64)
    flat = values.reshape(len(values), -1)
    columns: dict[str, NDArray[Any]] = {}
    for k in range(flat.shape[1]):
        ending = "" if values.ndim == 1 else f"_{k}"
        unique = _free_name(name, ending, {*taken, *columns})
        columns[unique] = flat[:, k].astype(flat.dtype.newbyteorder("<"))
    return columns


def _free_name(name: str, ending: str, taken: set[str]) -> str:
    """The name cut so that it fits with its ending, and numbered if it is taken."""
    spelled = name.encode("utf-8", "replace") or b"field"
    tails = itertools.chain([ending], (f"{ending}_{n}" for n in itertools.count(2)))
    names = (spelled[: NAME_BYTES - len(t)].decode("utf-8", "ignore") + t for t in tails)
    return next(free for free in names if free not in taken)


def _put(rows: NDArray[Any], name: str, values: NDArray[Any]) -> None:
    """Store a field in its place, or in its bits of a byte."""
    for packed_as, byte in (("new bits", "bits"), ("flag_bits", "flag_bits")):
        for part, first, width in BIT_FIELDS[packed_as]:
            if part == name:
                kept = np.uint8(0xFF ^ (((1 << width) - 1) << first))
                rows[byte] = (rows[byte] & kept) | (values.astype(np.uint8) << first)
                return
    rows[name] = values


def _new_head(
    rows: NDArray[Any],
    raw: Int32[np.ndarray, "points 3"],
    scale: Float64[np.ndarray, "3"],
    offset: Float64[np.ndarray, "3"],
    records: list[Record],
    point_format: int,
    point_size: int,
    *,
    packed: bool,
) -> bytes:
    """Header of LAS 1.4 and the records. The date is left open: equal scenes give equal files."""
    header = bytearray(375)
    body = b"".join(r.header + r.payload for r in records)
    struct.pack_into("<4sHH", header, 0, MAGIC, 0, 16)  # 16: a coordinate system would be WKT
    struct.pack_into("<BB32s32s", header, 24, 1, 4, b"OTHER", b"pinpoint3d")
    struct.pack_into("<HII", header, 94, 375, 375 + len(body), len(records))
    stored_format = point_format | (COMPRESSED_BIT if packed else 0)
    struct.pack_into("<BH", header, POINT_FORMAT, stored_format, point_size)
    struct.pack_into("<3d3d", header, SCALE, *scale, *offset)
    for axis in range(3):
        lower, upper = (int(f(raw[:, axis])) * scale[axis] + offset[axis] for f in (np.min, np.max))
        struct.pack_into("<dd", header, OFFSET + 24 + 16 * axis, upper, lower)
    struct.pack_into("<Q", header, N_POINTS, len(rows))
    returns = np.bincount(rows["bits"] & 15, minlength=16)
    struct.pack_into("<15Q", header, N_POINTS + 8, *returns[1:16].tolist())
    return bytes(header) + body
