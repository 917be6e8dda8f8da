"""Superpoint graphs of a few superpoints, made by hand or drawn, and surfaces round them."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from pinpoint3d.graph.affinity import SuperpointGraph
from pinpoint3d.graph.hierarchy import merge_tree
from pinpoint3d.graph.neighbours import Nodes
from pinpoint3d.graph.surface import Surface
from pinpoint3d.graph.walker import conductance


def graph_of(
    n: int,
    pairs: Sequence[tuple[int, int]],
    concave: ArrayLike = 0.0,
    *,
    border: ArrayLike = 1.0,
    distance: ArrayLike = 1.0,
    size: ArrayLike = 1.0,
) -> SuperpointGraph:
    """Graph of `n` superpoints on the x axis that differ by inward bends alone."""

    def per_border(values: ArrayLike) -> np.ndarray:
        return np.broadcast_to(np.asarray(values, np.float32), len(pairs)).copy()

    centre = np.zeros((n, 3), np.float32)
    centre[:, 0] = np.arange(n)
    return SuperpointGraph(
        pairs=np.array(pairs, np.int32).reshape(-1, 2),
        border=per_border(border),
        concave=per_border(concave),
        convex=per_border(0),
        colour=per_border(0),
        bend=per_border(0),
        contrast=per_border(0),
        distance=per_border(distance),
        centre=centre,
        size=np.broadcast_to(np.asarray(size, np.float32), n).copy(),
    )


def surface_of(graph: SuperpointGraph) -> Surface:
    """Surface of one node a superpoint, with the graph given."""
    n = len(graph)
    rows = np.arange(n)
    cell = graph.centre.astype(np.int32)
    nodes = Nodes(graph.centre, None, np.ones(n, np.int32), rows.astype(np.int32), 1.0, cell)
    return Surface(
        rows=rows,
        nodes=nodes,
        normal=np.tile(np.array([0, 0, 1], np.float32), (n, 1)),
        neighbour=np.zeros((n, 1), np.int32),
        variation=np.zeros(n, np.float32),
        ease=np.zeros((n, 1), np.float32),
        superpoint=rows.astype(np.int32),
        graph=graph,
        tree=merge_tree(graph),
        conductance=conductance(graph),
    )


@st.composite
def graphs(draw: st.DrawFn, most: int = 10) -> SuperpointGraph:
    """Any graph of up to `most` superpoints, connected or not, no two borders alike."""
    n = draw(st.integers(1, most))
    possible = list(combinations(range(n), 2))
    pairs = sorted(draw(st.sets(st.sampled_from(possible)))) if possible else []
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return graph_of(
        n,
        pairs,
        rng.uniform(0, 2, len(pairs)),
        border=rng.integers(1, 30, len(pairs)),
        distance=rng.uniform(0.01, 3, len(pairs)),
        size=rng.integers(1, 60, n),
    )
