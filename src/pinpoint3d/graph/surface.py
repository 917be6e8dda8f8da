"""Everything the engine computes about a piece of a scene before the first click.

`Surface` is the result: nodes, normals, superpoints, their graph and merge tree, for the rows of a
window (of the whole scene, unless that is large).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64

from pinpoint3d.graph.affinity import SuperpointGraph, edge_contrast, superpoint_graph
from pinpoint3d.graph.guarantees import NodeGraph
from pinpoint3d.graph.hierarchy import MergeTree, merge_tree
from pinpoint3d.graph.neighbours import (
    Nodes,
    build_nodes,
    median_spacing,
    nearest_neighbours,
    undirected_edges,
)
from pinpoint3d.graph.normals import estimate_normals, orient_normals
from pinpoint3d.graph.superpoints import over_segment
from pinpoint3d.graph.walker import conductance
from pinpoint3d.types import Scene

NODE_PER_SPACING = 1.7  # two to three points a node: half the noise, and still the finest detail
MAX_NODES = 250_000  # 3 s to encode; a denser window gets coarser nodes
EASE_STEEPNESS = 8.0  # of crossing between nodes, in contrast


@dataclass(frozen=True)
class Surface:
    """A window of a scene, ready for clicks.

    Attributes
    ----------
    rows
        Rows of the scene inside the window. int64 (W,).
    nodes, normal, neighbour
        Small voxels, their oriented normals and nearest neighbours.
    variation
        Of the surface about each node: 0 on a plane, 1/3 in a ball. float32 (V,).
    ease
        How easily a walk crosses to each neighbour, in [0, 1]. float32 (V, k).
    superpoint
        Superpoint of each node. int32 (V,).
    graph, tree
        Superpoint graph and merge tree.
    conductance
        Of each border of `graph`. float64 (B,).
    """

    rows: Int64[np.ndarray, " window"]
    nodes: Nodes
    normal: Float32[np.ndarray, "nodes 3"]
    neighbour: Int32[np.ndarray, "nodes k"]
    variation: Float32[np.ndarray, " nodes"]
    ease: Float32[np.ndarray, "nodes k"]
    superpoint: Int32[np.ndarray, " nodes"]
    graph: SuperpointGraph
    tree: MergeTree
    conductance: Float64[np.ndarray, " borders"]

    @cached_property
    def node_graph(self) -> NodeGraph:
        """What lies side by side."""
        return NodeGraph(self.nodes.node_of_point, self.neighbour)


def encode_surface(
    scene: Scene,
    rows: Int64[np.ndarray, " window"],
    *,
    max_nodes: int = MAX_NODES,
    size: float | None = None,
    grain: float = 1.0,
) -> Surface:
    """Surface of the points in `rows` (finite ones, ascending), of at most `max_nodes` nodes.

    Parameters
    ----------
    size
        Edge of the nodes, metres; tied to the spacing of the points unless it is given. Larger
        where these nodes would be too many.
    grain
        Size of superpoints against the usual one.
    """
    if size is None:
        size = NODE_PER_SPACING * median_spacing(scene.xyz[rows])
    nodes = build_nodes(scene, rows, size=size)
    while len(nodes) > max_nodes:
        size *= float(np.sqrt(1.1 * len(nodes) / max_nodes))
        nodes = build_nodes(scene, rows, size=size)
    neighbour = nearest_neighbours(nodes.xyz)
    edges = undirected_edges(neighbour)
    normal, variation = estimate_normals(nodes.xyz, neighbour)
    normal = orient_normals(nodes.xyz, normal, edges, scene.up)
    contrast = edge_contrast(nodes, normal, edges)
    weight = contrast.weight()
    superpoint = over_segment(edges, weight, contrast.length, len(nodes), grain)
    graph = superpoint_graph(nodes, normal, edges, contrast, superpoint)
    return Surface(
        rows=rows,
        nodes=nodes,
        normal=normal,
        neighbour=neighbour,
        variation=variation,
        ease=_per_neighbour(np.exp(-EASE_STEEPNESS * weight), edges, neighbour),
        superpoint=superpoint,
        graph=graph,
        tree=merge_tree(graph),
        conductance=conductance(graph),
    )


def _per_neighbour(
    values: Float32[np.ndarray, " edges"],
    edges: Int32[np.ndarray, "edges 2"],
    neighbour: Int32[np.ndarray, "nodes k"],
) -> Float32[np.ndarray, "nodes k"]:
    """Values of edges laid out as the neighbour table; 0 where a node is its own neighbour."""
    n, k = neighbour.shape
    own = np.repeat(np.arange(n, dtype=np.int64), k)
    other = neighbour.ravel().astype(np.int64)
    key = np.minimum(own, other) * n + np.maximum(own, other)
    keys = edges[:, 0].astype(np.int64) * n + edges[:, 1]
    at = np.minimum(np.searchsorted(keys, key), len(keys) - 1) if len(keys) else key * 0
    found = values[at] if len(keys) else np.zeros(n * k, np.float32)
    return np.where(own == other, np.float32(0), found).astype(np.float32).reshape(n, k)
