"""Points to voxels and back: which voxel holds each point, means and labels of a voxel's points.

Read `voxelise` first. Voxels come in ascending order of their cells, and whatever is pooled over
them is given back in the order of the points by `Voxels.spread`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32, Int64, Integer, Shaped
from numpy.typing import NDArray

from pinpoint3d.errors import SceneError

KEY_BITS = 63  # of a key: an int64 without its sign
CHUNK = 1 << 20  # points worked on at a time, so that float64 temporaries stay at 8 MB an axis


@dataclass(frozen=True)
class Voxels:
    """The V voxels of a grid that hold points, among N points.

    Attributes
    ----------
    size
        Edge of a voxel, metres.
    corner
        Lower corner of the grid, which is that of the points. float64 (3,).
    axis_bits
        Bits of a key that the cell along x, y and z takes.
    keys
        One integer a voxel, ascending: its cell along x, y and z in one. int64 (V,).
    voxel_of_point
        Voxel of each point, -1 for points that were left out. int32 (N,).
    first_point
        Lowest row of each voxel. int64 (V,).
    count
        Points of each voxel. int32 (V,).
    """

    size: float
    corner: Float64[np.ndarray, "3"]
    axis_bits: tuple[int, int, int]
    keys: Int64[np.ndarray, " voxels"]
    voxel_of_point: Int32[np.ndarray, " points"]
    first_point: Int64[np.ndarray, " voxels"]
    count: Int32[np.ndarray, " voxels"]

    def __len__(self) -> int:
        return len(self.keys)

    def cells(self) -> Int64[np.ndarray, "voxels 3"]:
        """Cell of each voxel along x, y and z, counted from the corner."""
        _, y_bits, z_bits = self.axis_bits
        x = self.keys >> (y_bits + z_bits)
        y = (self.keys >> z_bits) & ((1 << y_bits) - 1)
        return np.stack([x, y, self.keys & ((1 << z_bits) - 1)], axis=1)

    def mean(self, values: Shaped[np.ndarray, " points *rest"]) -> Float32[np.ndarray, "..."]:
        """Mean of each voxel's points, (V,) of values (N,) or (V, k) of values (N, k).

        Sums are float64 and run in the order of the points.
        """
        inside = self.voxel_of_point >= 0
        voxel = self.voxel_of_point if inside.all() else self.voxel_of_point[inside]
        columns = values.reshape(len(values), -1)
        means = np.empty((len(self), columns.shape[1]), np.float32)
        for i, column in enumerate(columns.T):
            weights = column if len(voxel) == len(column) else column[inside]
            means[:, i] = np.bincount(voxel, weights, minlength=len(self)) / self.count
        return means.reshape(len(self), *values.shape[1:])

    def most_common(self, labels: Integer[np.ndarray, " points"]) -> Integer[np.ndarray, " voxels"]:
        """Label that most points of each voxel have; the lowest of those that tie."""
        inside = self.voxel_of_point >= 0
        kinds, kind = np.unique(labels[inside], return_inverse=True)
        pair = self.voxel_of_point[inside].astype(np.int64) * len(kinds) + kind
        pairs, count = np.unique(pair, return_counts=True)
        voxel, kind = np.divmod(pairs, len(kinds))
        order = np.lexsort((kind, -count, voxel))
        best = order[np.searchsorted(voxel, np.arange(len(self)))]
        return kinds[kind[best]]

    def spread(
        self, values: Shaped[np.ndarray, " voxels *rest"], *, fill: int | float = 0
    ) -> NDArray[Any]:
        """Each point's voxel's value, (N,) or (N, k); `fill` for points that were left out."""
        spread = np.full((len(self.voxel_of_point), *values.shape[1:]), fill, values.dtype)
        inside = self.voxel_of_point >= 0
        spread[inside] = values[self.voxel_of_point[inside]]
        return spread


def voxelise(
    xyz: Float32[np.ndarray, "points 3"],
    size: float,
    *,
    valid: Bool[np.ndarray, " points"] | None = None,
) -> Voxels:
    """Voxels of edge `size` metres that hold points, counted from the points' lower corner.

    Parameters
    ----------
    xyz
        Positions, metres.
    size
        Edge of a voxel, metres.
    valid
        Points to take; None takes all with a finite position, and no others are ever taken.

    Raises
    ------
    SceneError
        If the size is no positive number, or so small that voxels of this scene cannot be counted.
    """
    if not (np.isfinite(size) and size > 0):
        raise SceneError(f"a voxel size of {size} m; give a positive number.")
    taken = np.asarray(np.isfinite(xyz).all(axis=1))
    if valid is not None:
        taken &= valid
    rows = np.flatnonzero(taken)
    corner, axis_bits = _grid(xyz, taken, size)
    key_of_row = _keys(xyz, rows, corner, size, axis_bits)
    order = np.argsort(key_of_row, kind="stable")
    sorted_keys = key_of_row[order]
    starts = np.ones(len(rows), bool)
    np.not_equal(sorted_keys[1:], sorted_keys[:-1], out=starts[1:])
    first = np.flatnonzero(starts)
    voxel_of_point = np.full(len(xyz), -1, np.int32)
    voxel_of_point[rows[order]] = np.cumsum(starts, dtype=np.int32) - 1
    return Voxels(
        size=float(size),
        corner=corner,
        axis_bits=axis_bits,
        keys=sorted_keys[first],
        voxel_of_point=voxel_of_point,
        first_point=rows[order[first]],
        count=np.diff(first, append=len(rows)).astype(np.int32),
    )


def _grid(
    xyz: Float32[np.ndarray, "points 3"], taken: Bool[np.ndarray, " points"], size: float
) -> tuple[Float64[np.ndarray, "3"], tuple[int, int, int]]:
    """Lower corner of the points taken, and the bits that their cells along each axis need."""
    if not taken.any():
        return np.zeros(3), (1, 1, 1)
    inside = taken[:, None]
    corner = xyz.min(axis=0, where=inside, initial=np.inf).astype(np.float64)
    upper = xyz.max(axis=0, where=inside, initial=-np.inf).astype(np.float64)
    x, y, z = (max(1, int(last).bit_length()) for last in np.floor((upper - corner) / size))
    if x + y + z > KEY_BITS:
        raise SceneError(
            f"voxels of {size:g} m are too many to count in a scene of "
            f"{float((upper - corner).max()):g} m; take larger ones."
        )
    return corner, (x, y, z)


def _keys(
    xyz: Float32[np.ndarray, "points 3"],
    rows: Int64[np.ndarray, " taken"],
    corner: Float64[np.ndarray, "3"],
    size: float,
    axis_bits: tuple[int, int, int],
) -> Int64[np.ndarray, " taken"]:
    """Key of the voxel of each row."""
    keys = np.zeros(len(rows), np.int64)
    for start in range(0, len(rows), CHUNK):
        chunk = xyz[rows[start : start + CHUNK]]
        part = keys[start : start + CHUNK]
        for axis, bits in enumerate(axis_bits):
            part <<= bits
            part |= ((chunk[:, axis] - corner[axis]) / size).astype(np.int64)
    return keys
