"""What a ray meets first: a bounding volume hierarchy over triangles, and a caster.

Compiled here rather than taken from a ray library so that the same seed gives the same hits on
every machine. Build once a world, cast as often as needed.
"""

from dataclasses import dataclass
from typing import no_type_check

import numpy as np
from jaxtyping import Float32, Int32
from numba import njit

LEAF_TRIANGLES = 4
BINS = 12
STACK = 64  # deep enough for any tree of int32 triangles split near the middle


@dataclass(frozen=True)
class Tree:
    """Triangles sorted into nested boxes.

    Attributes
    ----------
    bounds
        Box of every node, low then high corner. float32 (N, 6).
    start, count
        For a leaf, its rows of `corners`; for an inner node `count` is 0, its children stand at
        `start` and `start + 1`. int32 (N,).
    corners
        One corner and two edges of every triangle, in the order of the leaves. float32 (F, 9).
    face_of_corner
        Triangle, as given, of every row of `corners`. int32 (F,).
    """

    bounds: Float32[np.ndarray, "nodes 6"]
    start: Int32[np.ndarray, " nodes"]
    count: Int32[np.ndarray, " nodes"]
    corners: Float32[np.ndarray, "faces 9"]
    face_of_corner: Int32[np.ndarray, " faces"]


def build_tree(
    vertices: Float32[np.ndarray, "vertices 3"], faces: Int32[np.ndarray, "faces 3"]
) -> Tree:
    """Hierarchy over triangles, split where the surface area heuristic is least.

    Wald: On fast construction of SAH-based bounding volume hierarchies (2007,
    doi:10.1109/RT.2007.4342588), with 12 bins.
    """
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    low = np.minimum(np.minimum(a, b), c)
    high = np.maximum(np.maximum(a, b), c)
    bounds, start, count, order = _split(low, high, LEAF_TRIANGLES, BINS)
    corners = np.concatenate([a, b - a, c - a], axis=1)[order]
    return Tree(bounds, start, count, np.ascontiguousarray(corners), order)


def cast(
    tree: Tree, origins: Float32[np.ndarray, "rays 3"], directions: Float32[np.ndarray, "rays 3"]
) -> tuple[Float32[np.ndarray, " rays"], Int32[np.ndarray, " rays"]]:
    """Distance to the first triangle along every ray, and which it is.

    Distances count in lengths of `directions`, which need not be 1; infinite and -1 where a ray
    meets nothing. Triangles are hit from both sides (Möller and Trumbore 1997,
    doi:10.1080/10867651.1997.10487468).
    """
    return _cast(
        tree.bounds, tree.start, tree.count, tree.corners, tree.face_of_corner, origins, directions
    )


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _split(low, high, leaf_triangles, n_bins):
    n = len(low)
    order = np.arange(n).astype(np.int32)
    centre = (low + high) * np.float32(0.5)
    bounds = np.empty((2 * n, 6), np.float32)
    start = np.zeros(2 * n, np.int32)
    count = np.zeros(2 * n, np.int32)
    scratch = np.empty(n, np.int32)
    count[0] = n
    n_nodes = 1
    bin_count = np.empty(n_bins, np.int64)
    bin_low = np.empty((n_bins, 3), np.float32)
    bin_high = np.empty((n_bins, 3), np.float32)
    right_cost = np.empty(n_bins, np.float32)
    node = 0
    while node < n_nodes:  # children are appended, so this walks the tree by level
        first, size = start[node], count[node]
        for d in range(3):
            bounds[node, d], bounds[node, d + 3] = np.inf, -np.inf
        c_low = np.full(3, np.inf, np.float32)
        c_high = np.full(3, -np.inf, np.float32)
        for k in range(first, first + size):
            i = order[k]
            for d in range(3):
                bounds[node, d] = min(bounds[node, d], low[i, d])
                bounds[node, d + 3] = max(bounds[node, d + 3], high[i, d])
                c_low[d] = min(c_low[d], centre[i, d])
                c_high[d] = max(c_high[d], centre[i, d])
        axis = 0
        for d in range(1, 3):
            if c_high[d] - c_low[d] > c_high[axis] - c_low[axis]:
                axis = d
        extent = c_high[axis] - c_low[axis]
        if size <= leaf_triangles or extent <= 0:
            node += 1
            continue
        bin_count[:] = 0
        bin_low[:] = np.inf
        bin_high[:] = -np.inf
        scale = np.float32(n_bins) / extent
        for k in range(first, first + size):
            i = order[k]
            b = min(n_bins - 1, int((centre[i, axis] - c_low[axis]) * scale))
            bin_count[b] += 1
            for d in range(3):
                bin_low[b, d] = min(bin_low[b, d], low[i, d])
                bin_high[b, d] = max(bin_high[b, d], high[i, d])
        box = np.empty(6, np.float32)
        box[:3], box[3:] = np.inf, -np.inf
        held = 0
        for b in range(n_bins - 1, 0, -1):
            held += bin_count[b]
            right_cost[b] = held * _grown(box, bin_low[b], bin_high[b])
        box[:3], box[3:] = np.inf, -np.inf
        held = 0
        best, best_cost = -1, np.float32(np.inf)
        for b in range(n_bins - 1):
            held += bin_count[b]
            cost = held * _grown(box, bin_low[b], bin_high[b]) + right_cost[b + 1]
            if 0 < held < size and cost < best_cost:
                best, best_cost = b, cost
        left, right = first, 0
        for k in range(first, first + size):
            i = order[k]
            if min(n_bins - 1, int((centre[i, axis] - c_low[axis]) * scale)) <= best:
                order[left] = i
                left += 1
            else:
                scratch[right] = i
                right += 1
        for k in range(right):
            order[left + k] = scratch[k]
        start[n_nodes], count[n_nodes] = first, left - first
        start[n_nodes + 1], count[n_nodes + 1] = left, right
        start[node], count[node] = n_nodes, 0
        n_nodes += 2
        node += 1
    return bounds[:n_nodes].copy(), start[:n_nodes].copy(), count[:n_nodes].copy(), order


@njit(cache=True)
@no_type_check
def _grown(box, low, high):
    """Half the surface of `box` after it has been made to hold another; empty boxes change none."""
    for d in range(3):
        box[d] = min(box[d], low[d])
        box[d + 3] = max(box[d + 3], high[d])
    x, y, z = box[3] - box[0], box[4] - box[1], box[5] - box[2]
    if x < 0:
        return np.float32(0)
    return x * y + y * z + z * x


@njit(cache=True)
@no_type_check
def _cast(bounds, start, count, corners, face_of_corner, origins, directions):
    n = len(origins)
    distance = np.full(n, np.inf, np.float32)
    face = np.full(n, -1, np.int32)
    stack = np.empty(STACK, np.int32)
    stack_near = np.empty(STACK, np.float32)
    for r in range(n):
        ox, oy, oz = origins[r, 0], origins[r, 1], origins[r, 2]
        dx, dy, dz = directions[r, 0], directions[r, 1], directions[r, 2]
        ix, iy, iz = _inverse(dx), _inverse(dy), _inverse(dz)
        best, best_face = np.float32(np.inf), -1
        stack[0], stack_near[0] = 0, _enter(bounds, 0, ox, oy, oz, ix, iy, iz)
        top = 1
        while top > 0:
            top -= 1
            node = stack[top]
            if stack_near[top] >= best:
                continue
            if count[node] == 0:
                one, two = start[node], start[node] + 1
                near_one = _enter(bounds, one, ox, oy, oz, ix, iy, iz)
                near_two = _enter(bounds, two, ox, oy, oz, ix, iy, iz)
                if near_one < near_two:  # the nearer child last, so that it is taken first
                    one, two, near_one, near_two = two, one, near_two, near_one
                if near_one < best:
                    stack[top], stack_near[top] = one, near_one
                    top += 1
                if near_two < best:
                    stack[top], stack_near[top] = two, near_two
                    top += 1
                continue
            for k in range(start[node], start[node] + count[node]):
                ux, uy, uz = corners[k, 3], corners[k, 4], corners[k, 5]
                vx, vy, vz = corners[k, 6], corners[k, 7], corners[k, 8]
                px, py, pz = dy * vz - dz * vy, dz * vx - dx * vz, dx * vy - dy * vx
                det = ux * px + uy * py + uz * pz
                if det == 0:
                    continue
                inv = np.float32(1) / det
                sx, sy, sz = ox - corners[k, 0], oy - corners[k, 1], oz - corners[k, 2]
                u = (sx * px + sy * py + sz * pz) * inv
                if u < 0 or u > 1:
                    continue
                qx, qy, qz = sy * uz - sz * uy, sz * ux - sx * uz, sx * uy - sy * ux
                v = (dx * qx + dy * qy + dz * qz) * inv
                if v < 0 or u + v > 1:
                    continue
                t = (vx * qx + vy * qy + vz * qz) * inv
                if 0 < t < best:
                    best, best_face = t, face_of_corner[k]
        distance[r], face[r] = best, best_face
    return distance, face


@njit(cache=True, inline="always")
@no_type_check
def _inverse(value):
    # A huge number in place of infinity: zero times infinity would be NaN inside the box test.
    if abs(value) < np.float32(1e-20):
        return np.float32(1e20)
    return np.float32(1) / value


@njit(cache=True, inline="always")
@no_type_check
def _enter(bounds, node, ox, oy, oz, ix, iy, iz):
    """Where a ray enters a box (0 from inside), or infinity."""
    ax, bx = (bounds[node, 0] - ox) * ix, (bounds[node, 3] - ox) * ix
    ay, by = (bounds[node, 1] - oy) * iy, (bounds[node, 4] - oy) * iy
    az, bz = (bounds[node, 2] - oz) * iz, (bounds[node, 5] - oz) * iz
    near = max(max(min(ax, bx), min(ay, by)), max(min(az, bz), np.float32(0)))
    far = min(min(max(ax, bx), max(ay, by)), max(az, bz))
    # The slack keeps flat boxes from being missed by rounding.
    if near > far * np.float32(1.000001):
        return np.float32(np.inf)
    return near
