"""How much parts two neighbours: creases, colour steps and gaps, for nodes and for superpoints.

`edge_contrast` speaks of neighbouring nodes, `superpoint_graph` pools it along the borders of
superpoints. Angles are given as a share of a right angle, so 0 is flat and 1 is 90 degrees.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int32

from pinpoint3d.graph.neighbours import Nodes

RIGHT_ANGLE = np.float32(np.pi / 2)
CONVEX_SHARE = 0.5  # a convex bend parts half as often as a concave one: box edges, rounded rims
COLOUR_SHARE = 0.5  # of the distance in RGB, which goes up to 1.7


@dataclass(frozen=True)
class EdgeContrast:
    """What lies between the two nodes of every edge, E edges.

    Attributes
    ----------
    length
        Distance, metres. float32 (E,).
    bend
        Angle between the normals, in right angles. float32 (E,).
    concave
        Whether the surface bends inwards there. bool (E,).
    colour
        Distance in RGB, channels from 0 to 1; 0 without colour. float32 (E,).
    """

    length: Float32[np.ndarray, " edges"]
    bend: Float32[np.ndarray, " edges"]
    concave: Bool[np.ndarray, " edges"]
    colour: Float32[np.ndarray, " edges"]

    def weight(self) -> Float32[np.ndarray, " edges"]:
        """One difference an edge in [0, 1]: what over-segmentation sorts by."""
        crease = self.bend * np.where(self.concave, np.float32(1), np.float32(CONVEX_SHARE))
        return np.minimum(crease + np.float32(COLOUR_SHARE) * self.colour, 1).astype(np.float32)


@dataclass(frozen=True)
class SuperpointGraph:
    """Superpoints and their borders: S superpoints, B bordering pairs.

    Attributes
    ----------
    pairs
        Superpoints on both sides, lower first. int32 (B, 2).
    border
        Edges of the node graph that cross each border: its length in nodes. float32 (B,).
    concave, convex
        Mean inward and outward bend over the border, in right angles. float32 (B,).
    colour
        Mean colour step over the border. float32 (B,).
    bend
        Angle between the mean normals of both sides. float32 (B,).
    contrast
        Distance between their mean colours. float32 (B,).
    distance
        Between their centres, metres. float32 (B,).
    centre
        Mean position. float32 (S, 3).
    size
        Nodes in each. float32 (S,).
    """

    pairs: Int32[np.ndarray, "borders 2"]
    border: Float32[np.ndarray, " borders"]
    concave: Float32[np.ndarray, " borders"]
    convex: Float32[np.ndarray, " borders"]
    colour: Float32[np.ndarray, " borders"]
    bend: Float32[np.ndarray, " borders"]
    contrast: Float32[np.ndarray, " borders"]
    distance: Float32[np.ndarray, " borders"]
    centre: Float32[np.ndarray, "superpoints 3"]
    size: Float32[np.ndarray, " superpoints"]

    def __len__(self) -> int:
        return len(self.centre)


def edge_contrast(
    nodes: Nodes, normal: Float32[np.ndarray, "nodes 3"], edges: Int32[np.ndarray, "edges 2"]
) -> EdgeContrast:
    """Length, bend and colour step of every edge; `normal` must be oriented.

    An edge is concave where normals lean towards each other: (x_j - x_i) . (n_j - n_i) < 0
    (Stein et al., "Object partitioning using local convexity", 2014, doi 10.1109/CVPR.2014.46).
    The two sides of a thin board face away from each other and still belong together, so the bend
    is taken between lines, not between directions.
    """
    low, high = edges[:, 0], edges[:, 1]
    step = nodes.xyz[high] - nodes.xyz[low]
    turn = normal[high] - normal[low]
    parallel = np.abs(np.einsum("ij,ij->i", normal[low], normal[high]))
    if nodes.rgb is None:
        colour = np.zeros(len(edges), np.float32)
    else:
        colour = np.linalg.norm(nodes.rgb[high] - nodes.rgb[low], axis=1)
    return EdgeContrast(
        length=lengths(step),
        bend=(np.arccos(np.minimum(parallel, 1)) / RIGHT_ANGLE).astype(np.float32),
        concave=np.einsum("ij,ij->i", step, turn) < 0,
        colour=colour,
    )


def lengths(steps: Float32[np.ndarray, "steps 3"]) -> Float32[np.ndarray, " steps"]:
    """Length of each step; squares of far or tiny ones would leave the range of float32."""
    with np.errstate(over="ignore"):  # a length beyond float32 counts as the largest number
        length = np.hypot(np.hypot(steps[:, 0], steps[:, 1]), steps[:, 2])
    return np.minimum(length, np.finfo(np.float32).max)


def superpoint_graph(
    nodes: Nodes,
    normal: Float32[np.ndarray, "nodes 3"],
    edges: Int32[np.ndarray, "edges 2"],
    contrast: EdgeContrast,
    superpoint: Int32[np.ndarray, " nodes"],
) -> SuperpointGraph:
    """Graph whose nodes are superpoints and whose edges are their common borders."""
    n = int(superpoint.max()) + 1
    size = np.bincount(superpoint, minlength=n).astype(np.float32)
    centre = _pooled(superpoint, nodes.xyz, size)
    mean_normal = _pooled(superpoint, normal, size)
    mean_normal /= np.maximum(np.linalg.norm(mean_normal, axis=1, keepdims=True), 1e-6)

    ends = superpoint[edges]
    across = ends[:, 0] != ends[:, 1]
    low, high = ends[across].min(axis=1).astype(np.int64), ends[across].max(axis=1)
    keys, border_of_edge = np.unique(low * n + high, return_inverse=True)
    pairs = np.stack([keys // n, keys % n], axis=1).astype(np.int32)
    border = np.bincount(border_of_edge, minlength=len(keys)).astype(np.float32)

    def mean(values: Float32[np.ndarray, " edges"]) -> Float32[np.ndarray, " borders"]:
        total = np.bincount(border_of_edge, values[across], minlength=len(keys))
        return (total / border).astype(np.float32)

    a, b = pairs.T
    parallel = np.abs(np.einsum("ij,ij->i", mean_normal[a], mean_normal[b]))
    if nodes.rgb is None:
        difference = np.zeros(len(keys), np.float32)
    else:
        colour = _pooled(superpoint, nodes.rgb, size)
        difference = np.linalg.norm(colour[a] - colour[b], axis=1)
    nothing = np.float32(0)
    return SuperpointGraph(
        pairs=pairs,
        border=border,
        concave=mean(np.where(contrast.concave, contrast.bend, nothing)),
        convex=mean(np.where(contrast.concave, nothing, contrast.bend)),
        colour=mean(contrast.colour),
        bend=(np.arccos(np.minimum(parallel, 1)) / RIGHT_ANGLE).astype(np.float32),
        contrast=difference,
        distance=lengths(centre[a] - centre[b]),
        centre=centre,
        size=size,
    )


def _pooled(
    group: Int32[np.ndarray, " nodes"],
    values: Float32[np.ndarray, "nodes 3"],
    size: Float32[np.ndarray, " groups"],
) -> Float32[np.ndarray, "groups 3"]:
    """Mean of each group's values."""
    total = [np.bincount(group, values[:, k], minlength=len(size)) for k in range(3)]
    return (np.stack(total, axis=1) / size[:, None]).astype(np.float32)
