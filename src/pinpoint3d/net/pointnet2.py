"""PointNet++: features from groups of points round centres, spread back to all points.

Qi, Yi, Su and Guibas, "PointNet++: deep hierarchical feature learning on point sets in a metric
space", NeurIPS 2017, arXiv 1706.02413. It knows no grid and no gaps in it, and costs many times a
sparse convolution: take it for objects and crops. Read `PointNet2.plan`, then `apply`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, no_type_check

import numpy as np
from jaxtyping import Float, Float32, Int32, Integer
from numba import njit
from numpy.typing import NDArray
from scipy.spatial import KDTree

from pinpoint3d.errors import SegmenterError
from pinpoint3d.net.parameters import Parameters, Shapes, norm_shapes
from pinpoint3d.net.sparse import kernels_of
from pinpoint3d.net.unet import MAX_CHANNELS, MAX_LEVELS

RATIO = 4  # points to a centre: on a surface each level is then twice as coarse
RADIUS = 3.0  # voxels, of a group of the first level: some 28 cells of a plane
GROUP = 32  # points of a group at most, nearest first; as in the paper
SPREAD_FROM = 3  # centres that each point takes features from; as in the paper


@dataclass(frozen=True)
class Step:
    """From N points to M centres among them, and back.

    Attributes
    ----------
    group
        Points of each centre's ball, nearest first; the centre itself fills empty places.
        int32 (M, k).
    offset
        From the centre to each point of its group, in radii. float32 (M, k, 3).
    nearest, share
        Centres nearest to each point, and what each contributes. int32 and float32 (N, 3).
    """

    group: Int32[Any, "centres k"]
    offset: Float32[Any, "centres k 3"]
    nearest: Int32[Any, "points 3"]
    share: Float32[Any, "points 3"]


@dataclass(frozen=True)
class PointPlan:
    """The steps from fine to coarse; `parent` holds the nearest centre of each level's points."""

    steps: tuple[Step, ...]
    parent: tuple[Int32[Any, " _"], ...]


@dataclass(frozen=True)
class PointNet2:
    """A backbone of set abstraction and feature propagation, in place of a `UNet`.

    Parameters
    ----------
    n_inputs
        Channels of the points.
    channels
        Channels of each level, finest first.
    """

    n_inputs: int
    channels: tuple[int, ...] = (32, 64, 128, 256)

    def __post_init__(self) -> None:
        sizes = (self.n_inputs, *self.channels)
        if not (
            1 <= len(self.channels) <= MAX_LEVELS and all(1 <= n <= MAX_CHANNELS for n in sizes)
        ):
            raise SegmenterError(
                f"a PointNet++ of {self.n_inputs} inputs and channels {self.channels}; give 1 to "
                f"{MAX_LEVELS} levels of 1 to {MAX_CHANNELS} channels."
            )

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of the features that `apply` gives, finest level first."""
        return self.channels

    def shapes(self) -> Shapes:
        """Name and shape of every parameter."""
        shapes = _layer_shapes("stem", self.n_inputs, self.channels[0])
        for level, (fine, coarse) in enumerate(pairwise(self.channels)):
            shapes |= _layer_shapes(f"abstract.{level}.first", fine, fine)
            shapes |= {f"abstract.{level}.offset.weight": (3, fine)}
            shapes |= _layer_shapes(f"abstract.{level}.second", fine, coarse)
            shapes |= _layer_shapes(f"propagate.{level}.first", coarse + fine, fine)
            shapes |= _layer_shapes(f"propagate.{level}.second", fine, fine)
        return shapes

    def plan(
        self,
        cells: Integer[np.ndarray, "voxels 3"],
        crop: Integer[np.ndarray, " voxels"] | None = None,
    ) -> PointPlan:
        """Centres, groups and neighbours of every level, found in each crop by itself."""
        xyz = cells.astype(np.float32)
        crop = np.zeros(len(xyz), np.int64) if crop is None else crop
        steps, radius = [], RADIUS
        for _ in self.channels[1:]:
            centre = _centres(xyz, crop)
            steps.append(_step(xyz, crop, centre, radius))
            xyz, crop = xyz[centre], crop[centre]
            radius *= 2
        parents = tuple(np.ascontiguousarray(step.nearest[:, 0]) for step in steps)
        return PointPlan(tuple(steps), parents)

    def apply(
        self, parameters: Parameters, x: Float[Any, "voxels channels"], plan: PointPlan
    ) -> tuple[Float[Any, "_ _"], ...]:
        """Features of each level, finest first."""
        kernels = kernels_of(x)
        x = _layer(parameters, "stem", x)
        skips = [x]
        for level, step in enumerate(plan.steps):
            x = _abstract(parameters, f"abstract.{level}", x, step)
            skips.append(x)
        features = [skips.pop()]
        for level, step in reversed(list(enumerate(plan.steps))):
            spread = (kernels.gather(features[-1], step.nearest) * step.share[:, :, None]).sum(1)
            x = kernels.concatenate(spread, skips.pop())
            x = _layer(parameters, f"propagate.{level}.first", x)
            features.append(_layer(parameters, f"propagate.{level}.second", x))
        return tuple(reversed(features))


def _abstract(parameters: Parameters, name: str, x: Any, step: Step) -> Any:
    """Features of each centre: two layers on every point of its group, then the largest.

    The first layer is linear in the point's features, so it is applied before points are repeated
    in groups.
    """
    kernels = kernels_of(x)
    n_centres, k = step.group.shape
    grouped = kernels.gather(x @ parameters[f"{name}.first.weight"], step.group)
    grouped = grouped + step.offset @ parameters[f"{name}.offset.weight"]
    flat = grouped.reshape(n_centres * k, grouped.shape[2])
    flat = _normalised(parameters, f"{name}.first", flat)
    flat = _layer(parameters, f"{name}.second", flat)
    return kernels.largest(flat.reshape(n_centres, k, flat.shape[1]))


def _layer(parameters: Parameters, name: str, x: Any) -> Any:
    return _normalised(parameters, name, x @ parameters[f"{name}.weight"])


def _normalised(parameters: Parameters, name: str, x: Any) -> Any:
    gain, bias = parameters[f"{name}.gain"], parameters[f"{name}.bias"]
    return kernels_of(x).normalise(x, gain, bias)


def _layer_shapes(name: str, n_in: int, n_out: int) -> Shapes:
    return {f"{name}.weight": (n_in, n_out)} | norm_shapes(name, n_out)


def _centres(
    xyz: Float32[np.ndarray, "points 3"], crop: Integer[np.ndarray, " points"]
) -> Int32[np.ndarray, " centres"]:
    """Every crop's share of centres, spread as widely as they can be; ascending."""
    chosen = [
        rows.start + np.sort(farthest(xyz[rows], -(-(rows.stop - rows.start) // RATIO)))
        for rows in _crops(crop)
    ]
    return np.concatenate(chosen, dtype=np.int32) if chosen else np.zeros(0, np.int32)


def _crops(crop: Integer[np.ndarray, " points"]) -> Iterator[slice]:
    """Rows of each crop; the points come crop by crop."""
    first = np.flatnonzero(np.diff(crop, prepend=-1))
    for start, stop in pairwise([*first.tolist(), len(crop)]):
        yield slice(start, stop)


def _step(
    xyz: Float32[np.ndarray, "points 3"],
    crop: Integer[np.ndarray, " points"],
    centre: Int32[np.ndarray, " centres"],
    radius: float,
) -> Step:
    group = np.empty((len(centre), GROUP), np.int32)
    nearest = np.empty((len(xyz), SPREAD_FROM), np.int32)
    share = np.zeros((len(xyz), SPREAD_FROM), np.float32)
    for rows in _crops(crop):
        among = slice(*np.searchsorted(centre, [rows.start, rows.stop]).tolist())
        own = xyz[centre[among]]
        found = nearest_of(xyz[rows], own, GROUP, radius)[1]
        group[among] = rows.start + found
        distance, found = nearest_of(own, xyz[rows], SPREAD_FROM, np.inf)
        nearest[rows] = among.start + found
        share[rows] = 1 / (distance + 1e-6)  # a centre has all of itself
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-30)
    offset = (xyz[group] - xyz[centre][:, None]) / np.float32(radius)
    return Step(group, offset, nearest, share)


def nearest_of(
    xyz: Float32[np.ndarray, "points 3"],
    centre: Float32[np.ndarray, "centres 3"],
    k: int,
    radius: float,
) -> tuple[Float32[np.ndarray, "centres k"], Int32[np.ndarray, "centres k"]]:
    """Distances and rows of the k points nearest to each centre.

    Where fewer lie within the radius, the nearest is repeated, at an infinite distance.
    """
    tree = KDTree(xyz, balanced_tree=False, compact_nodes=False)
    found = tree.query(centre, k=k, distance_upper_bound=radius)
    distance, index = (np.asarray(values) for values in found)
    missing = index == len(xyz)
    index = np.where(missing, index[:, :1], index)
    return distance.astype(np.float32), index.astype(np.int32)


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def farthest(xyz: NDArray, n: int) -> NDArray:
    """Rows of n points, each the farthest from those before it; the first row begins."""
    chosen = np.zeros(n, np.int64)
    nearest = np.full(len(xyz), np.inf, np.float32)
    for i in range(1, n):
        last = chosen[i - 1]
        best = 0
        for j in range(len(xyz)):
            dx = xyz[j, 0] - xyz[last, 0]
            dy = xyz[j, 1] - xyz[last, 1]
            dz = xyz[j, 2] - xyz[last, 2]
            distance = dx * dx + dy * dy + dz * dz
            if distance < nearest[j]:
                nearest[j] = distance
            if nearest[j] > nearest[best]:
                best = j
        chosen[i] = best
    return chosen
