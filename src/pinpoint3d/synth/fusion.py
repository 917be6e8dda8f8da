"""From the rays of many views to one thinned, labelled cloud."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64, UInt8

from pinpoint3d.synth.returns import Returns
from pinpoint3d.synth.world import World

LEAST_PART_POINTS = 15  # a part with fewer cannot be clicked with intent: it joins its parent


@dataclass(frozen=True)
class Fusion:
    """How views become one cloud.

    Attributes
    ----------
    spacing
        Finest distance between points, metres.
    growth
        Coarser with range: at least this many metres a metre from the nearest pose.
    averaged
        Whether a point is the mean of all returns in its cell (fused), or one of them (raw).
    drift
        Standard deviation of the shift between views, metres; turns are `drift` radians a metre.
    """

    spacing: float = 0.010
    growth: float = 0.010
    averaged: bool = True
    drift: float = 0.003


def fused(
    returns: Returns,
    rgb: Float32[np.ndarray, "rays 3"],
    objects: Int32[np.ndarray, " rays"],
    parts: Int32[np.ndarray, " rays"],
    fusion: Fusion,
    rng: np.random.Generator,
) -> tuple[
    Float32[np.ndarray, "points 3"],
    UInt8[np.ndarray, "points 3"],
    Int32[np.ndarray, " points"],
    Int32[np.ndarray, " points"],
]:
    """One point a cell: the label with most returns there, and the mean (or one) of its returns."""
    low = returns.seen.min(axis=0)
    region = _keys(returns.seen - low, np.full(len(rgb), 0.15))
    _, region = np.unique(region, return_inverse=True)
    nearest = np.full(region.max() + 1, np.inf)
    np.minimum.at(nearest, region, returns.range)
    # Cells double in size, so that a coarse cell is made of whole fine ones.
    wanted = np.maximum(fusion.spacing, fusion.growth * nearest[region])
    level = np.floor(np.log2(wanted / fusion.spacing) + 0.5)
    cell = _keys(returns.seen - low, fusion.spacing * 2.0**level) * 16 + level.astype(np.int64)
    _, cell = np.unique(cell, return_inverse=True)
    label = objects.astype(np.int64) << 32 | parts
    _, label = np.unique(label, return_inverse=True)
    pair, member = np.unique(cell * (label.max() + 1) + label, return_inverse=True)
    count = np.bincount(member)
    pair_cell = pair // (label.max() + 1)
    order = np.lexsort((-count, pair_cell))
    first = np.r_[True, np.diff(pair_cell[order]) > 0]
    winners = order[first]  # one (cell, label) for each cell
    point_of_pair = np.full(len(pair), -1)
    point_of_pair[winners] = np.arange(len(winners))
    used = np.flatnonzero(point_of_pair[member] >= 0)
    used = used[rng.permutation(len(used))]
    point = point_of_pair[member[used]]
    one = np.empty(len(winners), np.int64)
    one[point] = used  # the last written stands for its cell
    if fusion.averaged:
        n = np.bincount(point)[:, None]
        xyz = np.stack([np.bincount(point, returns.seen[used, i]) for i in range(3)], 1) / n
        colour = np.stack([np.bincount(point, rgb[used, i]) for i in range(3)], 1) / n
    else:
        xyz, colour = returns.seen[one], rgb[one]
    bytes_ = np.rint(colour * 255).astype(np.uint8)
    return xyz.astype(np.float32), bytes_, objects[one], parts[one]


def _keys(
    offsets: Float32[np.ndarray, "rays 3"], cell: Float64[np.ndarray, " rays"]
) -> Int64[np.ndarray, " rays"]:
    """A number for the cube that each point lies in."""
    index = np.floor(offsets / cell[:, None]).astype(np.int64)
    return (index[:, 0] << 38) | (index[:, 1] << 19) | index[:, 2]


def without_dust(
    world: World, objects: Int32[np.ndarray, " points"], parts: Int32[np.ndarray, " points"]
) -> Int32[np.ndarray, " points"]:
    """Parts with those of too few points given to their parents, the lowest first."""
    parts = parts.copy()
    for k, item in enumerate(world.items):
        rows = np.flatnonzero(objects == k + 1)
        own = parts[rows]
        count = np.bincount(own, minlength=len(item.asset.parts) + 1)
        for index in range(len(item.asset.parts), 0, -1):
            if 0 < count[index] < LEAST_PART_POINTS:
                parent = item.asset.parts[index - 1].parent + 1
                own[own == index] = parent
                count[parent] += count[index]
                count[index] = 0
        parts[rows] = own
    return parts
