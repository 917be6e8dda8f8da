"""Ways along the surface from a click, node by node, to what lies nearest.

Superpoints are too coarse to say where a way crosses a crease; `walk` goes from node to node, and
stops where it has come to as many as a question may be about.
"""

from typing import no_type_check

import numpy as np
from jaxtyping import Float16
from numba import njit
from numpy.typing import NDArray

from pinpoint3d.net.view import DETOUR, View

N_WALKS = 3  # as the surface runs, with creases as detours, with colour steps as detours
FARTHEST_WALK = 10_000  # nodes: as many as a training crop holds; what lies beyond counts as far


def walk(view: View, node: int, most: int = FARTHEST_WALK) -> Float16[np.ndarray, "walks nodes"]:
    """Metres from a node to those that are nearest along the surface; infinite beyond.

    Shortest paths (Dijkstra, 1959) over each node's neighbours, in the three measures of
    `N_WALKS`. Each reaches `most` nodes, the nearest.
    """
    colour = np.zeros((len(view), 0), np.float32) if view.rgb is None else view.rgb
    out = np.full((N_WALKS, len(view)), np.inf, np.float32)
    for metres, bend, tint in zip(out, (0, DETOUR, 0), (0, 0, DETOUR), strict=True):
        if tint and view.rgb is None:
            metres[:] = out[0]
            continue
        _walk(view.xyz, view.normal, colour, view.neighbour, node, bend, tint, most, metres)
    with np.errstate(over="ignore"):  # beyond half precision is far
        return out.astype(np.float16)


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _walk(
    xyz: NDArray,
    normal: NDArray,
    colour: NDArray,
    neighbour: NDArray,
    start: int,
    bend: float,
    tint: float,
    most: int,
    metres: NDArray,
) -> None:
    """Fill in the metres of what is reached; `bend` and `tint` stretch steps."""
    n_neighbours = neighbour.shape[1]
    most = min(most, len(xyz))
    key = np.empty(most * n_neighbours + 1, np.float32)
    place = np.empty(len(key), np.int32)
    settled = np.zeros(len(xyz), np.bool_)
    key[0], place[0], n = 0.0, start, 1
    metres[start] = 0.0
    n_settled = 0
    while n and n_settled < most:
        distance, i = key[0], place[0]
        n -= 1
        _sink(key, place, n)
        if settled[i]:
            continue
        settled[i] = True
        n_settled += 1
        for at in range(n_neighbours):
            j = neighbour[i, at]
            if settled[j]:
                continue
            squared, parallel, off_i, off_j, apart = 0.0, 0.0, 0.0, 0.0, 0.0
            for c in range(3):
                step = xyz[j, c] - xyz[i, c]
                squared += step * step
                parallel += normal[i, c] * normal[j, c]
                off_i += step * normal[i, c]
                off_j += step * normal[j, c]
            for c in range(colour.shape[1]):
                apart += (colour[j, c] - colour[i, c]) ** 2
            length = np.sqrt(squared)
            crease = 1 - abs(parallel)
            crease += 0.5 * max(abs(off_i), abs(off_j)) / max(length, 1e-9)
            further = distance + length * (1 + bend * crease + tint * np.sqrt(apart))
            if further < metres[j]:
                metres[j] = further
                _rise(key, place, n, further, j)
                n += 1
    for i in range(len(xyz)):  # what was only seen from afar is no better known than the rest
        if not settled[i]:
            metres[i] = np.inf


@njit(cache=True)
@no_type_check
def _rise(key: NDArray, place: NDArray, n: int, value: float, node: int) -> None:
    """Put a node at the end of a heap of n, and let it rise to its place."""
    at = n
    while at:
        above = (at - 1) // 2
        if key[above] <= value:
            break
        key[at], place[at] = key[above], place[above]
        at = above
    key[at], place[at] = value, node


@njit(cache=True)
@no_type_check
def _sink(key: NDArray, place: NDArray, n: int) -> None:
    """Take the first out of a heap of which n are left, and let the last sink to its place."""
    value, node = key[n], place[n]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= n:
            break
        if below + 1 < n and key[below + 1] < key[below]:
            below += 1
        if key[below] >= value:
            break
        key[at], place[at] = key[below], place[below]
        at = below
    key[at], place[at] = value, node
