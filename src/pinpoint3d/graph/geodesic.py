"""Distances along the surface, in which creases and colour steps count as detours."""

import numpy as np
from jaxtyping import Float32, Int32
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from pinpoint3d.graph.affinity import SuperpointGraph

DETOUR = 20.0  # a border of contrast 1 is as long as this many times its length


def label_distances(
    graph: SuperpointGraph,
    contrast: Float32[np.ndarray, " borders"],
    superpoint: Int32[np.ndarray, " clicks"],
    label: Int32[np.ndarray, " clicks"],
    n_labels: int,
) -> Float32[np.ndarray, "superpoints labels"]:
    """Metres from every superpoint to the nearest click of each label; infinite where none leads.

    Parameters
    ----------
    graph
        Superpoints and their borders.
    contrast
        What lies between the two sides of each border; see `walker.border_contrast`.
    superpoint, label
        Where the clicks are, and of what label, from 0 to `n_labels` - 1.
    """
    length = graph.distance.astype(np.float64) * (1 + DETOUR * contrast.astype(np.float64))
    a, b = graph.pairs.T
    n = len(graph)
    network = coo_array((length, (a, b)), shape=(n, n)).tocsr()
    distance = np.full((n, n_labels), np.inf, np.float32)
    for k in range(n_labels):
        seeds = np.unique(superpoint[label == k])
        if len(seeds):
            metres = dijkstra(network, directed=False, indices=seeds, min_only=True)
            with np.errstate(over="ignore"):  # beyond float32 is as far as where none leads
                distance[:, k] = metres
    return distance
