"""KITTI's Velodyne scans, `.bin`: rows of float32 without any header.

After Geiger, Lenz, Stiller and Urtasun, "Vision meets robotics: The KITTI dataset", 2013: x
forward, y left, z up, in metres, and a reflectance. nuScenes and others append columns. Labels are
never written inside, as nothing would tell them from a further column.
"""

from pathlib import Path

import numpy as np
from jaxtyping import Float32

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.contents import Contents
from pinpoint3d.files.storage import MAX_POINTS

NAME = "kitti"
SUFFIXES = (".bin",)
FARTHEST = 10_000.0  # m: no lidar on a vehicle sees so far, while other bytes read as floats do
_WIDTHS = (4, 5, 6)
MOSTLY = 0.5  # of the coordinates: some are 0, and some points are missing
MOST_RINGS = 256  # lasers of one scanner have up to 128


def sniff(head: bytes) -> bool:  # noqa: ARG001  every format module has this signature
    """False: the file has no mark of its own, the suffix decides."""
    return False


def read(data: bytes, path: Path) -> Contents:
    """Points of a scan, with the intensity, and ring and time where rows have more than four.

    A row has 5 or 6 numbers if the fifth or sixth is then a ring in every row, a whole number
    below `MOST_RINGS`, while coordinates are not whole. Otherwise it has 4; or, where 4 does not
    divide the file, 5 or 6 if that divides it and leaves no intensity below zero.

    Raises
    ------
    FileFormatError
        If no such row divides the file, or positions lie farther than any scanner sees.
    """
    if len(data) % 4:
        raise _refused(data, path)
    values = np.frombuffer(data, "<f4").astype(np.float32, copy=False)
    n_columns = _n_columns(values)
    if n_columns is None:
        raise _refused(data, path)
    rows = values.reshape(-1, n_columns)
    if len(rows) > MAX_POINTS:
        raise FileFormatError(
            f"{path.name}: has {len(rows):,} points, more than the {MAX_POINTS:,} that can be "
            "opened."
        )
    xyz = rows[:, :3]
    if (abs(xyz[np.isfinite(xyz)]) > FARTHEST).any():
        raise FileFormatError(
            f"{path.name}: has points over {FARTHEST:,.0f} m away, so it is no KITTI scan; "
            "convert it to PLY."
        )
    ring = next((k for k in range(4, n_columns) if _is_ring(rows, k)), None)
    names = ["intensity", *(f"column_{k + 1}" for k in range(4, n_columns))]
    if ring is not None:
        names = ["intensity", *("ring" if k == ring else "time" for k in range(4, n_columns))]
    return Contents(
        format=f"KITTI, {n_columns} numbers a point",
        xyz=np.ascontiguousarray(xyz),
        fields={name: np.ascontiguousarray(rows[:, 3 + k]) for k, name in enumerate(names)},
        unit_to_m=1.0,
        up="+z",
        notes=_notes(values, n_columns),
    )


def _n_columns(values: Float32[np.ndarray, " values"]) -> int | None:
    """Numbers in a row by the rule of `read`; None if none fits."""
    widths = [n for n in _WIDTHS if len(values) and len(values) % n == 0]
    for n in widths:
        rows = values.reshape(-1, n)
        if any(_is_ring(rows, k) for k in range(4, n)):
            return n
    if 4 in widths:
        return 4
    return next((n for n in widths if (values.reshape(-1, n)[:, 3] >= 0).all()), None)


def _notes(values: Float32[np.ndarray, " values"], taken: int) -> tuple[str, ...]:
    """Which width was taken, where it is not the usual one or another would do as well."""
    others = [str(n) for n in _WIDTHS if n != taken and len(values) % n == 0 and _fits(values, n)]
    if not others:
        return () if taken == 4 else (f"rows are taken to be of {taken} numbers",)
    return (
        f"rows are taken to be of {taken} numbers, but {' or '.join(others)} would fit as well; "
        "if that is right, write the scan as .npz or .ply and open that",
    )


def _fits(values: Float32[np.ndarray, " values"], n: int) -> bool:
    """Whether rows of this width have positions in reach and intensities that are not negative."""
    rows = values.reshape(-1, n)
    near = ~np.isfinite(rows[:, :3]) | (abs(rows[:, :3]) <= FARTHEST)
    return bool(near.all() and (rows[:, 3] >= 0).all())


def _is_ring(rows: Float32[np.ndarray, "points columns"], k: int) -> bool:
    """Whether a column holds whole numbers of rings, and the positions do not."""
    column, xyz = rows[:, k], rows[:, :3]
    if not ((column >= 0) & (column < MOST_RINGS)).all():
        return False
    with np.errstate(invalid="ignore"):  # signalling NaNs, which are no positions anyhow
        fractional = np.isfinite(xyz) & (xyz != np.floor(xyz))
    return bool((column == np.floor(column)).all() and fractional.mean() > MOSTLY)


def _refused(data: bytes, path: Path) -> FileFormatError:
    return FileFormatError(
        f"{path.name}: its {len(data):,} bytes are no whole number of points of 4, 5 or 6 float32 "
        "numbers; copy it again."
    )
