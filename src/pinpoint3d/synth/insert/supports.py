"""Where things may stand in a scan: level patches of its surface, and what of them is free.

Read `find_levels` first.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from pinpoint3d.graph.neighbours import nearest_neighbours, undirected_edges
from pinpoint3d.synth.insert.cloud import Cloud, grid_spacing

LEVEL = 0.95  # cosine: 18 degrees off the vertical, noise of normals included
LEAST_AREA = 0.03  # m2: a sheet of paper holds a mug
FLOOR_AREA = 2.5  # m2: a level patch smaller than this is no floor, even if it is the lowest
ROUGHEST = 0.03  # m: a made bed; more is several shelves in one, or a heap
FARTHEST = 0.4  # m between neighbours of one level: sparse scans of floors, not from bank to bank
MARGIN = 1.0  # m round a level: as far as things reach over its edge


@dataclass(frozen=True, eq=False)
class Level:
    """A level patch of a scan on which things may stand; known by its identity.

    Attributes
    ----------
    rows
        Its points, rows of the cloud.
    z
        Its median height.
    roughness
        Points so far above it still belong to it, metres.
    low, cell
        Lower corner and edge of the grid's squares, metres.
    occupied
        Squares that the level covers, small gaps closed. The grid reaches `MARGIN` beyond.
    clearance
        Free height over the level in every square, infinite where nothing is above.
    is_floor
        Whether it is a floor rather than the top of something.
    """

    rows: Int64[np.ndarray, " rows"]
    z: float
    roughness: float
    low: Float64[np.ndarray, "2"]
    cell: float
    occupied: Bool[np.ndarray, "nx ny"]
    clearance: Float32[np.ndarray, "nx ny"]
    is_floor: bool

    @property
    def area(self) -> float:
        """Square metres."""
        return float(self.occupied.sum()) * self.cell**2

    def squares(self, xy: Float64[np.ndarray, "*n 2"]) -> Int64[np.ndarray, "*n 2"]:
        """Indices of the squares that places lie in, kept to the grid."""
        index = np.floor((xy - self.low) / self.cell).astype(np.int64)
        return np.clip(index, 0, np.array(self.occupied.shape) - 1)


def find_levels(cloud: Cloud) -> list[Level]:
    """The level patches of a cloud, the largest first.

    Points whose normal is vertical grow into regions: neighbours join if their heights agree. A
    histogram of the heights of all such patches, weighted by area, then says which is the floor:
    the lowest height that holds a fair share of what is level.
    """
    flat = np.flatnonzero(np.abs(cloud.normals[:, 2]) > LEVEL)
    if len(flat) < 10:
        return []
    seeds = cloud.thin[flat]
    patch = _regions(seeds)
    order = np.argsort(patch, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(patch[order])) + 1)
    groups = [rows for rows in groups if _may_be_large(seeds[rows])]
    if not groups:
        return []
    members = np.concatenate(groups)
    group = np.repeat(np.arange(len(groups)), [len(rows) for rows in groups])
    distance, nearest = KDTree(seeds[members]).query(cloud.xyz)
    grids = [_Grid.of(seeds[rows]) for rows in groups]
    near = distance < np.array([2 * grid.cell for grid in grids])[group[nearest]]
    owner = np.where(near, group[nearest], -1)
    levels = [_level(cloud, grid, np.flatnonzero(owner == k)) for k, grid in enumerate(grids)]
    levels = [v for v in levels if v.area >= LEAST_AREA and v.roughness <= ROUGHEST]
    if not levels:
        return []
    levels.sort(key=lambda level: -level.area)
    floor = _floor_height(np.array([v.z for v in levels]), np.array([v.area for v in levels]))
    return [replace(level, is_floor=abs(level.z - floor) < 0.06) for level in levels]


def _regions(seeds: Float32[np.ndarray, "seeds 3"]) -> Int64[np.ndarray, " seeds"]:
    """Which region each point belongs to; a step counts three times as far as a distance."""
    squeezed = (seeds * np.array([1, 1, 3], np.float32)).astype(np.float32)
    links = undirected_edges(nearest_neighbours(squeezed))
    step = squeezed[links[:, 0]] - squeezed[links[:, 1]]
    flat = np.hypot(step[:, 0], step[:, 1])
    links = links[(flat < FARTHEST) & (np.abs(step[:, 2]) < np.minimum(flat, 0.06) + 0.015)]
    n = len(seeds)
    graph = coo_matrix((np.ones(len(links), np.int8), (links[:, 0], links[:, 1])), shape=(n, n))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _may_be_large(seeds: Float32[np.ndarray, "seeds 3"]) -> bool:
    width, depth, _ = seeds.max(axis=0) - seeds.min(axis=0)
    return len(seeds) >= 12 and bool(width * depth >= LEAST_AREA)


def _floor_height(
    heights: Float64[np.ndarray, " patches"], area: Float64[np.ndarray, " patches"]
) -> float:
    """The lowest height, to 5 cm, that holds a fifth as much as the fullest; -inf for no floor."""
    layer = np.floor((heights - heights.min()) / 0.05).astype(np.int64)
    held = np.bincount(layer, area)
    both = held + np.r_[held[1:], 0]  # a floor may lie on the border of two layers
    lowest = int(np.flatnonzero(both > both.max() / 5)[0])
    if both[lowest] < FLOOR_AREA:
        return -np.inf
    inside = (layer == lowest) | (layer == lowest + 1)
    return float(np.average(heights[inside], weights=area[inside]))


@dataclass(frozen=True)
class _Grid:
    """Squares over a level, and its height in each."""

    low: Float64[np.ndarray, "2"]
    cell: float
    height: Float64[np.ndarray, "nx ny"]
    z: float
    roughness: float

    @classmethod
    def of(cls, seeds: Float32[np.ndarray, "seeds 3"]) -> "_Grid":
        """A grid about as fine as the points of a level."""
        cell = max(0.02, 1.5 * grid_spacing(seeds))
        low = seeds[:, :2].min(axis=0).astype(np.float64) - MARGIN
        high = seeds[:, :2].max(axis=0).astype(np.float64) + MARGIN
        shape = np.ceil((high - low) / cell).astype(np.int64) + 1
        at = np.floor((seeds[:, :2] - low) / cell).astype(np.int64)
        height = _height_map(at, seeds[:, 2], shape)
        off = np.abs(seeds[:, 2] - height[at[:, 0], at[:, 1]])
        roughness = max(0.006, 3 * 1.48 * float(np.median(off)))
        return cls(low, cell, height, float(np.median(seeds[:, 2])), roughness)

    def above(
        self, xyz: Float32[np.ndarray, "points 3"]
    ) -> tuple[Int64[np.ndarray, "points 2"], Float64[np.ndarray, " points"]]:
        """Square of every point, and how high it lies over the level there."""
        at = np.floor((xyz[:, :2] - self.low) / self.cell).astype(np.int64)
        return at, xyz[:, 2] - self.height[at[:, 0], at[:, 1]]


def _level(cloud: Cloud, grid: _Grid, rows: Int64[np.ndarray, " rows"]) -> Level:
    """A level of those of the cloud's points that lie near it."""
    at, above = grid.above(cloud.xyz[rows])
    on = np.abs(above) <= grid.roughness
    occupied = np.zeros(grid.height.shape, bool)
    occupied[at[on, 0], at[on, 1]] = True
    occupied = np.asarray(ndimage.binary_closing(occupied, np.ones((3, 3)), iterations=2))

    high = grid.low + grid.cell * np.array(grid.height.shape)
    near = ((cloud.xyz[:, :2] > grid.low) & (cloud.xyz[:, :2] < high)).all(axis=1)
    at, above = grid.above(cloud.xyz[near])
    over = above > grid.roughness
    clearance = np.full(grid.height.shape, np.inf, np.float32)
    np.minimum.at(clearance, (at[over, 0], at[over, 1]), above[over].astype(np.float32))
    return Level(
        rows[on], grid.z, grid.roughness, grid.low, grid.cell, occupied, clearance, is_floor=False
    )


def _height_map(
    at: Int64[np.ndarray, "seeds 2"],
    z: Float32[np.ndarray, " seeds"],
    shape: Int64[np.ndarray, "2"],
) -> Float64[np.ndarray, "nx ny"]:
    """Height of the level in every square, smoothed, and carried on beyond its edge."""
    total, count = np.zeros(shape), np.zeros(shape)
    np.add.at(total, (at[:, 0], at[:, 1]), z)
    np.add.at(count, (at[:, 0], at[:, 1]), 1)
    total, count = (ndimage.gaussian_filter(v, 2.0) for v in (total, count))
    known = count > 1e-3
    height = np.where(known, total / np.maximum(count, 1e-9), 0)
    nearest = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
    x, y = np.asarray(nearest)
    return height[x, y]
