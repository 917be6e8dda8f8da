"""Random walker: the chance that a walk from each superpoint first meets a click of each label.

Solved exactly, by one sparse factorisation over the superpoints in question.
"""

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32
from scipy.sparse import coo_array, diags_array
from scipy.sparse.linalg import splu

from pinpoint3d.graph.affinity import SuperpointGraph

STEEPNESS = 8.0  # of conductance in contrast: 5 to 16 are within 1 point of IoU (docs/log.md)
CLOSEST = 0.01  # share of the usual distance below which borders are all alike: centres may meet
FLOOR = 1e-6  # least conductance of a border, so that no superpoint is cut off


def border_contrast(graph: SuperpointGraph) -> Float32[np.ndarray, " borders"]:
    """What parts the two sides of each border: at it and as a whole, in shape and in colour."""
    return (
        graph.concave
        + np.float32(0.5) * graph.convex
        + graph.colour
        + np.float32(0.5) * graph.bend
        + graph.contrast
    )


def conductance(graph: SuperpointGraph) -> Float64[np.ndarray, " borders"]:
    """How easily a walk passes each border: long ones easily, creases and colour steps hardly."""
    if len(graph.pairs) == 0:
        return np.zeros(0)
    usual = max(float(np.median(graph.distance)), float(np.finfo(np.float32).tiny))
    apart = np.maximum(graph.distance / usual, CLOSEST)
    reach = graph.border / apart
    contrast = border_contrast(graph).astype(np.float64)
    return reach.astype(np.float64) * np.exp(-STEEPNESS * contrast) + FLOOR


def random_walk(
    pairs: Int32[np.ndarray, "borders 2"],
    conductance: Float64[np.ndarray, " borders"],
    seeds: Float32[np.ndarray, "superpoints labels"],
    prior: Float32[np.ndarray, "superpoints labels"],
    free: Bool[np.ndarray, " superpoints"],
) -> Float32[np.ndarray, "superpoints labels"]:
    """Probability of every label on every superpoint.

    Parameters
    ----------
    pairs, conductance
        Borders and how easily they are passed.
    seeds
        Probabilities held fixed on superpoints that are not free.
    prior
        Strength, in units of conductance, with which a free superpoint is drawn to each label
        without walking anywhere.
    free
        Superpoints to solve for.

    Notes
    -----
    Solves (L_ff + diag(sum of prior)) x = -L_fs seeds + prior, L the graph's Laplacian: Leo Grady,
    "Random walks for image segmentation", 2006, doi 10.1109/TPAMI.2006.233, with the prior of his
    "Multilabel random walker image segmentation using prior models", 2005,
    doi 10.1109/CVPR.2005.239. A small uniform prior keeps the matrix regular where no seed can
    be reached.
    """
    n, n_labels = seeds.shape
    result = seeds.astype(np.float64)
    unknown = np.flatnonzero(free)
    if len(unknown) == 0:
        return result.astype(np.float32)
    index = np.full(n, -1, np.int64)
    index[unknown] = np.arange(len(unknown))
    a, b = pairs.T
    use = free[a] | free[b]
    a, b, c = a[use], b[use], conductance[use]
    inside = free[a] & free[b]
    tiny = FLOOR / n_labels
    pull = prior[unknown].astype(np.float64) + tiny
    diagonal = pull.sum(axis=1)
    right = pull
    for near, far in ((a, b), (b, a)):
        at = free[near]
        diagonal += np.bincount(index[near[at]], c[at], minlength=len(unknown))
        fixed = at & ~free[far]
        np.add.at(right, index[near[fixed]], c[fixed, None] * result[far[fixed]])
    row = np.concatenate([index[a[inside]], index[b[inside]]])
    column = np.concatenate([index[b[inside]], index[a[inside]]])
    off = coo_array((-np.tile(c[inside], 2), (row, column)), shape=(len(unknown),) * 2)
    factor = splu((off + diags_array(diagonal)).tocsc(), permc_spec="MMD_AT_PLUS_A")
    solved = np.maximum(factor.solve(right), 0)
    result[unknown] = solved / solved.sum(axis=1, keepdims=True)
    return result.astype(np.float32)
