"""From superpoints to points: labels along borders are decided on nodes, then on single points.

Superpoints decide what is what; where exactly it ends is decided here, in a narrow band.
`refine_nodes` lets probability spread over the nodes of the band, `assign_points` gives each point
near a border to the surface it lies on.
"""

from typing import no_type_check

import numpy as np
from jaxtyping import Bool, Float32, Int32
from numba import njit, prange
from numpy.typing import NDArray

from pinpoint3d.graph.surface import Surface
from pinpoint3d.types import Scene

BAND_RINGS = 2  # nodes on either side of a border: superpoints are 6 to 7 nodes across
SWEEPS = 12
STAY = 0.05  # pull towards the superpoint's own answer, against one open edge
PLANE_WEIGHT = 4.0  # offset from a node's plane counts more than distance along it


def band(
    label: Int32[np.ndarray, " nodes"],
    neighbour: Int32[np.ndarray, "nodes k"],
    also: Bool[np.ndarray, " nodes"],
) -> Bool[np.ndarray, " nodes"]:
    """Nodes within `BAND_RINGS` steps of another label, and those in `also`."""
    inside = _bordering(label, neighbour) | also
    for _ in range(BAND_RINGS - 1):
        inside |= inside[neighbour].any(axis=1)
    return inside


def refine_nodes(
    probability: Float32[np.ndarray, "nodes labels"],
    neighbour: Int32[np.ndarray, "nodes k"],
    ease: Float32[np.ndarray, "nodes k"],
    free: Int32[np.ndarray, " free"],
) -> Float32[np.ndarray, "nodes labels"]:
    """Probabilities after a short random walk among the free nodes; the others stay.

    Parameters
    ----------
    probability
        What the superpoints say.
    neighbour, ease
        Neighbouring nodes and how easily a walk crosses to each, in [0, 1].
    free
        Nodes whose labels are in question.
    """
    unary = probability[free]
    current = probability.copy()
    for _ in range(SWEEPS):
        current[free] = _swept(current, unary, neighbour, ease, free, STAY)
    return current


def assign_points(
    xyz: Float32[np.ndarray, "points 3"],
    node: Int32[np.ndarray, " points"],
    node_xyz: Float32[np.ndarray, "nodes 3"],
    normal: Float32[np.ndarray, "nodes 3"],
    neighbour: Int32[np.ndarray, "nodes k"],
    size: float,
) -> Int32[np.ndarray, " points"]:
    """Node whose surface patch each point lies on best: its own, or one of that node's neighbours.

    A voxel on a crease holds points of both faces, one of which its mean belongs to. The offset
    from each patch's plane tells them apart.
    """
    return _assigned(xyz, node, node_xyz, normal, neighbour, PLANE_WEIGHT / size**2, 1 / size**2)


def surface_node_of_rows(
    scene: Scene, surface: Surface, label: Int32[np.ndarray, " nodes"]
) -> Int32[np.ndarray, " window"]:
    """Node that speaks for each row: its own, or near a border the one it lies flattest on."""
    node = surface.nodes.node_of_point[surface.rows]
    near = np.flatnonzero(_bordering(label, surface.neighbour)[node])
    node[near] = assign_points(
        scene.xyz[surface.rows[near]],
        node[near],
        surface.nodes.xyz,
        surface.normal,
        surface.neighbour,
        surface.nodes.size,
    )
    return node


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _bordering(label: NDArray, neighbour: NDArray) -> NDArray:
    """Nodes that have a neighbour of another label."""
    found = np.zeros(len(label), np.bool_)
    for i in range(len(label)):
        for a in range(neighbour.shape[1]):
            if label[neighbour[i, a]] != label[i]:
                found[i] = True
                break
    return found


@njit(cache=True, parallel=True)
@no_type_check
def _swept(
    current: NDArray, unary: NDArray, neighbour: NDArray, ease: NDArray, free: NDArray, stay: float
) -> NDArray:
    n_labels = current.shape[1]
    out = np.empty((len(free), n_labels), np.float32)
    for f in prange(len(free)):
        i = free[f]
        total = stay
        for c in range(n_labels):
            out[f, c] = stay * unary[f, c]
        for a in range(neighbour.shape[1]):
            weight = ease[i, a]
            total += weight
            for c in range(n_labels):
                out[f, c] += weight * current[neighbour[i, a], c]
        for c in range(n_labels):
            out[f, c] /= total
    return out


@njit(cache=True, parallel=True)
@no_type_check  # numba compiles the plain function
def _assigned(
    xyz: NDArray,
    node: NDArray,
    node_xyz: NDArray,
    normal: NDArray,
    neighbour: NDArray,
    plane_weight: float,
    distance_weight: float,
) -> NDArray:
    out = np.empty(len(node), np.int32)
    for p in prange(len(node)):
        best, best_cost = node[p], np.inf
        for a in range(-1, neighbour.shape[1]):
            j = node[p] if a < 0 else neighbour[node[p], a]
            offset, squared = 0.0, 0.0
            for c in range(3):
                step = xyz[p, c] - node_xyz[j, c]
                offset += step * normal[j, c]
                squared += step * step
            cost = plane_weight * offset * offset + distance_weight * squared
            if cost < best_cost:
                best, best_cost = j, cost
        out[p] = best
    return out
