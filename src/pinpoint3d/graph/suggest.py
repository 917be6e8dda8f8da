"""Where a next click would help most, from an answer alone: the same for every engine.

Nodes that are unsure, have one label and hang together are right or wrong together. A click in
the middle of such a region settles it, or changes it as a whole. `suggested` ranks regions by the
points that are expected to change.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64, Int32, Int64
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from pinpoint3d.graph.guarantees import NodeGraph
from pinpoint3d.graph.neighbours import build_nodes, median_spacing, nearest_neighbours
from pinpoint3d.snap import SnappedClicks
from pinpoint3d.types import Masks, Scene, Suggestion

SURE = 0.75  # confidence from which on a node is in no region
MOST = 5  # suggestions
LOOKED_AT = 12  # regions, those with most doubt, whose middle is looked for


def suggested(masks: Masks, graphs: Sequence[NodeGraph], clicks: SnappedClicks) -> list[Suggestion]:
    """Places worth a click next, the most helpful first; none where the answer is sure.

    Parameters
    ----------
    masks
        The answer to `clicks`.
    graphs
        What lies side by side, in one piece or more; points in no node are never suggested.
    clicks
        What is known already: of a region only that counts to which its middle is nearer than any
        click on it.
    """
    found = [place for graph in graphs for place in _in_graph(masks, graph, clicks)]
    return sorted(found, key=lambda suggestion: -suggestion.gain)[:MOST]


def _in_graph(masks: Masks, graph: NodeGraph, clicks: SnappedClicks) -> list[Suggestion]:
    """Suggestions in one graph, in no order."""
    if len(clicks) == 0:
        return []
    row = graph.first_point
    known = np.unique(graph.node_of_point[clicks.rows])
    doubt = np.where(row >= 0, 1 - masks.confidence[row], 0).astype(np.float64)
    doubt[known[known >= 0]] = 1  # in the region that a click was made on, and the end of it
    unsure = np.flatnonzero(doubt > 1 - SURE)
    if len(unsure) == 0:
        return []
    number = np.full(len(row), -1, np.int32)
    number[unsure] = np.arange(len(unsure))
    clicked = np.isin(unsure, known)
    links, edge = _links(masks, row, unsure, number[graph.neighbour[unsure]])
    expected = np.where(clicked, 0, doubt[unsure] * graph.n_points[unsure])
    _, region = connected_components(links, directed=False)
    total = np.bincount(region, expected)
    found = []
    for which in np.argsort(-total, kind="stable")[:LOOKED_AT]:
        inside = np.flatnonzero(region == which)
        own = csr_array(links[inside][:, inside])
        place, gain = _middle(own, expected[inside], edge[inside], clicked[inside])
        if gain > 0:
            found.append(Suggestion(int(row[unsure[inside[place]]]), gain))
    return found


def node_graph(scene: Scene) -> NodeGraph:
    """A graph of a scene, for engines that have none of their own."""
    rows = np.flatnonzero(scene.valid)
    nodes = build_nodes(scene, rows, size=median_spacing(scene.xyz[rows]))
    return NodeGraph(nodes.node_of_point, nearest_neighbours(nodes.xyz))


def _links(
    masks: Masks,
    row: Int64[np.ndarray, " nodes"],
    unsure: Int64[np.ndarray, " unsure"],
    neighbour: Int32[np.ndarray, "unsure k"],
) -> tuple[csr_array, np.ndarray]:
    """Links between unsure nodes of one label, and which of them have a neighbour of none."""
    n, k = neighbour.shape
    label = np.stack([masks.object[row[unsure]], masks.part[row[unsure]]], axis=1)
    beside = (neighbour >= 0) & (label[neighbour] == label[:, None]).all(axis=2)
    tail = np.repeat(np.arange(n), k).reshape(n, k)[beside]
    ones = np.ones(len(tail))
    links = csr_array((ones, (tail, neighbour[beside])), shape=(n, n))
    return csr_array(links.maximum(links.T)), ~beside.all(axis=1)


def _middle(
    links: csr_array,
    expected: Float64[np.ndarray, " region"],
    edge: np.ndarray,
    clicked: np.ndarray,
) -> tuple[int, float]:
    """Node of a region farthest from its edge and from clicks, and what hangs on it."""
    ends = np.flatnonzero(edge | clicked)
    depth = np.ones(len(expected))
    if len(ends):
        depth = dijkstra(links, unweighted=True, indices=ends, min_only=True)
    inner = expected * np.where(edge, 0, 1)
    place = int(np.lexsort((-expected, -depth))[0])
    if not clicked.any():
        return place, float(inner.sum())
    to_click = dijkstra(links, unweighted=True, indices=np.flatnonzero(clicked), min_only=True)
    to_place = dijkstra(links, unweighted=True, indices=place)
    return place, float(inner[to_place < to_click].sum())
