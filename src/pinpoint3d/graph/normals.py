"""Normals of noisy clouds: plane fits over a few rings of neighbours, then an edge-keeping filter.

Read `estimate_normals` first. The sign of a normal is made consistent along the surface by
`orient_normals`, because a concave crease can be told from a convex one only with it.
"""

from typing import no_type_check

import numpy as np
from jaxtyping import Float32, Float64, Int32
from numba import njit, prange
from numpy.typing import NDArray

FIT_ROUNDS = 2  # rings of neighbours whose moments are pooled: about 40 nodes a fit
FILTER_ROUNDS = 4
FILTER_ANGLE = 0.35  # rad: neighbours that differ by more (20 degrees) hardly count


def estimate_normals(
    xyz: Float32[np.ndarray, "nodes 3"], neighbour: Int32[np.ndarray, "nodes k"]
) -> tuple[Float32[np.ndarray, "nodes 3"], Float32[np.ndarray, " nodes"]]:
    """Unit normals (sign arbitrary) and surface variation of every node.

    The covariance of a node is that of its neighbours up to `FIT_ROUNDS` steps away, pooled by
    adding up their moments. Its smallest eigenvector is the normal and its smallest eigenvalue,
    as a share of the sum, the surface variation (Pauly, Gross and Kobbelt, "Efficient
    simplification of point-sampled surfaces", 2002, doi 10.1109/VISUAL.2002.1183771): 0 on a
    plane, 1/3 in a ball. A bilateral filter over normals then flattens noise and keeps creases
    (Jones, Durand and Zwicker, "Normal improvement for point rendering", 2004,
    doi 10.1109/MCG.2004.14).
    """
    moments = _moments(xyz.astype(np.float64) - xyz.mean(axis=0, dtype=np.float64))
    for _ in range(FIT_ROUNDS):
        moments = _pooled(moments, neighbour)
    count = moments[:, 0]
    mean = moments[:, 1:4] / count[:, None]
    covariance = (moments[:, 4:] / count[:, None])[:, [0, 1, 2, 1, 3, 4, 2, 4, 5]].reshape(-1, 3, 3)
    covariance -= mean[:, :, None] * mean[:, None, :]
    values, vectors = np.linalg.eigh(covariance)
    values = np.maximum(values, 0)
    variation = values[:, 0] / np.maximum(values.sum(axis=1), 1e-30)
    normal = np.ascontiguousarray(vectors[:, :, 0])
    for _ in range(FILTER_ROUNDS):
        normal = _filtered(normal, neighbour, FILTER_ANGLE)
    return normal.astype(np.float32), variation.astype(np.float32)


def orient_normals(
    xyz: Float32[np.ndarray, "nodes 3"],
    normal: Float32[np.ndarray, "nodes 3"],
    edges: Int32[np.ndarray, "edges 2"],
    up: Float64[np.ndarray, "3"],
) -> Float32[np.ndarray, "nodes 3"]:
    """Normals with signs that agree along the surface and point to its outside.

    Signs are carried along a minimum spanning forest that crosses sharp bends last (Hoppe et al.,
    "Surface reconstruction from unorganized points", 1992, doi 10.1145/133994.134011). What is
    outside of a connected piece is then decided as a whole: a piece with more surface facing up
    than down (a floor with what stands on it, a table top) keeps up as outside, a closed one takes
    the side away from its middle.
    """
    bend = 1 - np.abs(np.einsum("ij,ij->i", normal[edges[:, 0]], normal[edges[:, 1]]))
    order = np.argsort(np.rint(bend * 65535).astype(np.uint16), kind="stable")
    root, flip = _sign_forest(normal, edges[order])
    signed = np.where(flip[:, None], -normal, normal)
    pieces, piece = np.unique(root, return_inverse=True)
    n_pieces = len(pieces)
    size = np.bincount(piece, minlength=n_pieces)
    upward = np.bincount(piece, signed @ up, minlength=n_pieces) / size
    middle = np.stack([np.bincount(piece, xyz[:, k], minlength=n_pieces) / size for k in range(3)])
    away = np.einsum("ij,ij->i", signed, xyz - middle.T[piece])
    outward = np.bincount(piece, away, minlength=n_pieces)
    wrong = np.where(np.abs(upward) > 0.1, upward < 0, outward < 0)  # a tenth: clearly not closed
    return np.where(wrong[piece, None], -signed, signed).astype(np.float32)


def _moments(xyz: Float64[np.ndarray, "nodes 3"]) -> Float64[np.ndarray, "nodes 10"]:
    """Count, sums and sums of products of single points."""
    x, y, z = xyz.T
    return np.stack([np.ones_like(x), x, y, z, x * x, x * y, x * z, y * y, y * z, z * z], axis=1)


@njit(cache=True, parallel=True)
@no_type_check  # numba compiles the plain function
def _pooled(moments: NDArray, neighbour: NDArray) -> NDArray:
    """Moments of each node and its neighbours together."""
    out = moments.copy()
    for i in prange(len(neighbour)):
        for j in neighbour[i]:
            for c in range(moments.shape[1]):
                out[i, c] += moments[j, c]
    return out


@njit(cache=True, parallel=True)
@no_type_check  # numba compiles the plain function
def _filtered(normal: NDArray, neighbour: NDArray, angle: float) -> NDArray:
    """One round of the bilateral filter: neighbours weigh by how parallel they already are."""
    out = np.empty_like(normal)
    for i in prange(len(neighbour)):
        x, y, z = normal[i]
        for j in neighbour[i]:
            dot = normal[i, 0] * normal[j, 0] + normal[i, 1] * normal[j, 1]
            dot += normal[i, 2] * normal[j, 2]
            sine2 = max(0.0, 1 - dot * dot)
            weight = np.exp(-sine2 / (angle * angle))
            if dot < 0:
                weight = -weight
            x += weight * normal[j, 0]
            y += weight * normal[j, 1]
            z += weight * normal[j, 2]
        length = np.sqrt(x * x + y * y + z * z)
        out[i, 0], out[i, 1], out[i, 2] = x / length, y / length, z / length
    return out


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _sign_forest(normal: NDArray, edges: NDArray) -> tuple[NDArray, NDArray]:
    """Root of every node in the forest grown over the edges in order, and its sign against it."""
    n = len(normal)
    parent = np.arange(n)
    parity = np.zeros(n, np.bool_)  # against the parent
    size = np.ones(n, np.int64)
    for e in range(len(edges)):
        a, b = edges[e]
        opposed = (
            normal[a, 0] * normal[b, 0] + normal[a, 1] * normal[b, 1] + normal[a, 2] * normal[b, 2]
        ) < 0
        root_a, odd_a = _find(parent, parity, a)
        root_b, odd_b = _find(parent, parity, b)
        if root_a == root_b:
            continue
        if size[root_a] < size[root_b]:
            root_a, root_b = root_b, root_a
        parent[root_b] = root_a
        parity[root_b] = odd_a ^ odd_b ^ opposed
        size[root_a] += size[root_b]
    root = np.empty(n, np.int64)
    flip = np.empty(n, np.bool_)
    for i in range(n):
        root[i], flip[i] = _find(parent, parity, i)
    return root, flip


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _find(parent: NDArray, parity: NDArray, i: int) -> tuple[int, bool]:
    """Root of i and whether i is opposed to it; halves the path on the way."""
    odd = False
    while parent[i] != i:
        up = parent[i]
        parity[i] ^= parity[up] if parent[up] != up else False
        parent[i] = parent[up]
        odd ^= parity[i]
        i = parent[i]
    return i, odd
