"""The finest graph of the engine: nodes, which are small voxels, and their nearest neighbours.

Everything slow works on nodes instead of points, so that its cost depends on the surface seen and
not on how often it was scanned. Read `build_nodes` first.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32, Int64
from scipy.spatial import KDTree

from pinpoint3d.types import Scene

N_NEIGHBOURS = 12  # 8 leave holes at creases of sparse scans, 16 bridge 1 cm slits; see docs/log.md
SPACING_SAMPLE = 4096  # points that estimate the median spacing to some 2 %
AXIS_BITS = 21  # of a voxel's key for each axis: three fill an int64


@dataclass(frozen=True)
class Nodes:
    """Occupied voxels of the points in hand, V of them, in an order that no reordering changes.

    Attributes
    ----------
    xyz
        Mean position of each node's points, metres. float32 (V, 3).
    rgb
        Mean colour, 0 to 1, or None. float32 (V, 3).
    count
        Points in each node. int32 (V,).
    node_of_point
        Node of each point, -1 for points without a position or outside the window. int32 (N,).
    size
        Edge of a voxel, metres.
    cell
        Of each voxel along x, y and z, ascending. int32 (V, 3).
    """

    xyz: Float32[np.ndarray, "nodes 3"]
    rgb: Float32[np.ndarray, "nodes 3"] | None
    count: Int32[np.ndarray, " nodes"]
    node_of_point: Int32[np.ndarray, " points"]
    size: float
    cell: Int32[np.ndarray, "nodes 3"]

    def __len__(self) -> int:
        return len(self.xyz)


def median_spacing(xyz: Float32[np.ndarray, "points 3"]) -> float:
    """Median distance in metres from a point to its nearest distinct neighbour.

    Taken over evenly spread points of the sorted cloud, so it does not depend on their order.
    """
    ordered = np.unique(xyz, axis=0)
    if len(ordered) < 2:
        return 0.01  # a lone point has no spacing; a centimetre keeps later lengths finite
    tree = KDTree(ordered, balanced_tree=False, compact_nodes=False)
    step = max(1, len(ordered) // SPACING_SAMPLE)
    distance, _ = tree.query(ordered[::step], k=2)
    return float(np.median(distance[:, 1]))


def build_nodes(scene: Scene, rows: Int64[np.ndarray, " window"], *, size: float) -> Nodes:
    """Nodes of edge `size` metres over the rows given.

    Points are brought into an order that depends on their positions alone before these are summed:
    floating-point sums then come out the same however the file is sorted, and so do the masks.
    Colours are summed as whole numbers, whose order does not matter.
    """
    xyz = scene.xyz[rows]
    keys = voxel_keys(xyz, size)
    order = np.lexsort((xyz[:, 2], xyz[:, 1], xyz[:, 0], keys))
    sorted_keys = keys[order]
    first = np.flatnonzero(np.r_[True, sorted_keys[1:] != sorted_keys[:-1]])
    count = np.diff(np.r_[first, len(order)]).astype(np.int32)
    node_of_point = np.full(len(scene), -1, np.int32)
    node_of_point[rows[order]] = np.repeat(np.arange(len(first), dtype=np.int32), count)
    mean = np.add.reduceat(xyz[order].astype(np.float64), first, axis=0) / count[:, None]
    colour = None
    if scene.rgb is not None:
        total = np.add.reduceat(scene.rgb[rows[order]], first, axis=0, dtype=np.int64)
        colour = (total / (255 * count[:, None].astype(np.int64))).astype(np.float32)
    cell = _cells(sorted_keys[first])
    return Nodes(mean.astype(np.float32), colour, count, node_of_point, size, cell)


def voxel_keys(xyz: Float32[np.ndarray, "points 3"], size: float) -> Int64[np.ndarray, " points"]:
    """One integer a voxel, ascending with its cell along x, then y, then z.

    Cells are counted from the lower corner of the points. Where a stray point lies so far away
    that they are too many for a key, only the layers that hold points are counted.
    """
    with np.errstate(over="ignore"):  # cells beyond float32 share one layer at infinity
        cell = np.floor((xyz - xyz.min(axis=0)) / np.float32(size))
    if cell.max() >= 1 << AXIS_BITS:
        layers = [np.unique(column, return_inverse=True)[1] for column in cell.T]
        cell = np.stack(layers, axis=1)
    x, y, z = cell.astype(np.int64).T
    return (x << 2 * AXIS_BITS) | (y << AXIS_BITS) | z


def _cells(keys: Int64[np.ndarray, " voxels"]) -> Int32[np.ndarray, "voxels 3"]:
    """Cell of each key along x, y and z."""
    along = (keys >> 2 * AXIS_BITS, keys >> AXIS_BITS, keys)
    return np.stack([k & ((1 << AXIS_BITS) - 1) for k in along], axis=1).astype(np.int32)


def nearest_neighbours(
    xyz: Float32[np.ndarray, "nodes 3"], k: int = N_NEIGHBOURS
) -> Int32[np.ndarray, "nodes k"]:
    """The k nearest other nodes of each node, nearest first.

    Rows of a cloud with fewer than k + 1 nodes are filled up with the node itself.
    """
    n = len(xyz)
    tree = KDTree(xyz, balanced_tree=False, compact_nodes=False)
    _, index = tree.query(xyz, k=min(k + 1, n), workers=-1)
    index = np.asarray(index).reshape(n, -1)[:, 1:]
    missing = k - index.shape[1]
    if missing:
        own = np.repeat(np.arange(n)[:, None], missing, axis=1)
        index = np.concatenate([index, own], axis=1)
    return index.astype(np.int32)


def undirected_edges(
    neighbour: Int32[np.ndarray, "nodes k"],
) -> Int32[np.ndarray, "edges 2"]:
    """Pairs (low, high) joined in either direction, each once, sorted; no loops."""
    n, k = neighbour.shape
    start = np.repeat(np.arange(n, dtype=np.int64), k)
    end = neighbour.ravel().astype(np.int64)
    low, high = np.minimum(start, end), np.maximum(start, end)
    keys = np.sort(low[low != high] * n + high[low != high])
    keys = keys[np.diff(keys, prepend=-1) > 0]  # `np.unique` hashes: four times as long
    return np.stack([keys // n, keys % n], axis=1).astype(np.int32)
