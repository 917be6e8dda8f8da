"""Over-segmentation: nodes to superpoints, small connected pieces finer than any part.

Felzenszwalb and Huttenlocher's merging finds pieces bounded by creases and colour edges; large
pieces are then cut into compact cells, because a part may be bounded by nothing that is seen.
Read `over_segment` first.
"""

from typing import no_type_check

import numpy as np
from jaxtyping import Float32, Int32
from numba import njit
from numpy.typing import NDArray

from pinpoint3d.disjoint import find

MERGE_SCALE = 0.6  # FH's k in units of the edge weight: larger gives larger pieces
MIN_NODES = 8  # pieces below this join the neighbour they differ least from
CELL_NODES = 40  # nodes of a compact cell: 6 to 7 nodes across
WEIGHT_STEPS = 65535


def over_segment(
    edges: Int32[np.ndarray, "edges 2"],
    weight: Float32[np.ndarray, " edges"],
    length: Float32[np.ndarray, " edges"],
    n_nodes: int,
    grain: float = 1.0,
) -> Int32[np.ndarray, " nodes"]:
    """Superpoint of every node, numbered from 0.

    Parameters
    ----------
    edges
        Neighbouring nodes, each pair once.
    weight
        Difference across each edge, in [0, 1].
    length
        Length of each edge, metres: what compact cells measure distance by.
    n_nodes
        Number of nodes, V.
    grain
        Size of superpoints, against the usual one.

    Notes
    -----
    Pedro Felzenszwalb and Daniel Huttenlocher, "Efficient graph-based image segmentation", 2004,
    doi 10.1023/B:VISI.0000022288.19776.77. Weights are quantised before sorting, so that ties
    and with them the result are the same everywhere.
    """
    quantised = np.rint(np.clip(weight, 0, 1) * WEIGHT_STEPS).astype(np.uint16)
    order = np.argsort(quantised, kind="stable")
    least = max(1, round(MIN_NODES * grain))
    steps = quantised[order] / WEIGHT_STEPS
    piece = _merge(edges[order], steps, n_nodes, MERGE_SCALE * grain, least)
    return _compact_cells(piece, edges, length, n_nodes, max(1, round(CELL_NODES * grain)))


def _compact_cells(
    piece: Int32[np.ndarray, " nodes"],
    edges: Int32[np.ndarray, "edges 2"],
    length: Float32[np.ndarray, " edges"],
    n_nodes: int,
    cell_nodes: int,
) -> Int32[np.ndarray, " nodes"]:
    """Cut pieces into cells of about `cell_nodes`, by seeds spread over them and nearest seed."""
    inside = piece[edges[:, 0]] == piece[edges[:, 1]]
    start, end, cost = adjacency(edges[inside], length[inside], n_nodes)
    return _grow_cells(start, end, cost, cell_nodes)


def adjacency(
    edges: Int32[np.ndarray, "edges 2"], cost: Float32[np.ndarray, " edges"], n_nodes: int
) -> tuple[Int32[np.ndarray, " starts"], Int32[np.ndarray, " arcs"], Float32[np.ndarray, " arcs"]]:
    """Compressed rows of the symmetric graph: row starts (V + 1), neighbours, costs."""
    tail = np.concatenate([edges[:, 0], edges[:, 1]])
    head = np.concatenate([edges[:, 1], edges[:, 0]])
    order = np.argsort(tail, kind="stable")
    start = np.zeros(n_nodes + 1, np.int32)
    np.cumsum(np.bincount(tail, minlength=n_nodes), out=start[1:])
    return start, head[order], np.concatenate([cost, cost])[order]


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _merge(edges: NDArray, weight: NDArray, n_nodes: int, scale: float, min_nodes: int) -> NDArray:
    """Root of every node after FH merging over edges sorted by weight."""
    parent = np.arange(n_nodes)
    size = np.ones(n_nodes, np.int64)
    limit = np.full(n_nodes, scale)  # internal difference + scale / size
    for e in range(len(edges)):
        a, b = find(parent, edges[e, 0]), find(parent, edges[e, 1])
        if a != b and weight[e] <= limit[a] and weight[e] <= limit[b]:
            if size[a] < size[b]:
                a, b = b, a
            parent[b] = a
            size[a] += size[b]
            limit[a] = weight[e] + scale / size[a]
    for e in range(len(edges)):
        a, b = find(parent, edges[e, 0]), find(parent, edges[e, 1])
        if a != b and min(size[a], size[b]) < min_nodes:
            if size[a] < size[b]:
                a, b = b, a
            parent[b] = a
            size[a] += size[b]
    out = np.empty(n_nodes, np.int32)
    for i in range(n_nodes):
        out[i] = find(parent, i)
    return out


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _grow_cells(start: NDArray, end: NDArray, cost: NDArray, cell_nodes: int) -> NDArray:
    """Cell of every node: breadth-first balls of `cell_nodes` seed it, nearest seed decides.

    A first sweep takes nodes in order and covers the not yet covered ones around each by a ball of
    `cell_nodes` nodes, which spreads seeds evenly; a second assigns every node to the seed that is
    nearest along the graph.
    """
    n = len(start) - 1
    covered = np.zeros(n, np.bool_)
    queue = np.empty(n, np.int32)
    seed_of = np.full(n, -1, np.int32)
    n_cells = 0
    mark = np.full(n, -1, np.int32)
    for i in range(n):
        if covered[i]:
            continue
        seed_of[i] = n_cells
        head, tail, taken = 0, 1, 0
        queue[0] = i
        mark[i] = n_cells
        while head < tail and taken < cell_nodes:
            u = queue[head]
            head += 1
            if not covered[u]:
                covered[u] = True
                taken += 1
            for a in range(start[u], start[u + 1]):
                v = end[a]
                if mark[v] != n_cells and not covered[v]:
                    mark[v] = n_cells
                    queue[tail] = v
                    tail += 1
        n_cells += 1
    # nearest seed along the graph: label-correcting queue, costs are short and few
    distance = np.full(n, np.inf)  # float64, whose sums of float32 do not round
    cell = seed_of.copy()
    in_queue = np.zeros(n, np.bool_)
    ring = np.empty(n + 1, np.int32)
    head, tail = 0, 0
    for i in range(n):
        if seed_of[i] >= 0:
            distance[i] = 0
            ring[tail] = i
            tail += 1
            in_queue[i] = True
    while head != tail:
        u = ring[head]
        head = (head + 1) % (n + 1)
        in_queue[u] = False
        for a in range(start[u], start[u + 1]):
            v = end[a]
            reach = distance[u] + cost[a]
            if reach < distance[v]:
                distance[v] = reach
                cell[v] = cell[u]
                if not in_queue[v]:
                    in_queue[v] = True
                    ring[tail] = v
                    tail = (tail + 1) % (n + 1)
    return cell
