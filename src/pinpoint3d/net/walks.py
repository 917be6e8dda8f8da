"""Ways along the surface from a click, node by node, to what lies nearest.

Superpoints are too coarse to say where a way crosses a crease; `walk` goes from node to node, and
stops where it has come to as many as a question may be about.
"""

from typing import no_type_check

import numpy as np
from jaxtyping import Float16
from numba import njit
from numpy.typing import NDArray

from pinpoint3d.net.view import View

N_WALKS = 3  # as the surface runs, with creases as detours, with colour steps as detours
TINTED = 2  # which of them
FARTHEST_WALK = 10_000  # nodes: as many as a training crop holds; what lies beyond counts as far


def walk(view: View, node: int, most: int = FARTHEST_WALK) -> Float16[np.ndarray, "walks nodes"]:
    """Metres from a node to those that are nearest along the surface; infinite beyond.

    Shortest paths (Dijkstra, 1959) over the steps to each node's neighbours, in the three measures
    of `View.steps`. Each reaches `most` nodes, the nearest.
    """
    out = np.full((N_WALKS, len(view)), np.inf, np.float32)
    for k, metres in enumerate(out):
        if k == TINTED and view.rgb is None:
            metres[:] = out[0]
            continue
        _walk(view.neighbour, view.steps[k], node, most, metres)
    with np.errstate(over="ignore"):  # beyond half precision is far
        return out.astype(np.float16)


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _walk(neighbour: NDArray, steps: NDArray, start: int, most: int, metres: NDArray) -> None:
    """Fill in the metres of what is reached."""
    n_neighbours = neighbour.shape[1]
    most = min(most, len(neighbour))
    key = np.empty(most * n_neighbours + 1, np.float32)
    place = np.empty(len(key), np.int32)
    settled = np.zeros(len(neighbour), np.bool_)
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
            further = distance + steps[i, at]
            if further < metres[j]:
                metres[j] = further
                _rise(key, place, n, further, j)
                n += 1
    for i in range(len(metres)):  # what was only seen from afar is no better known than the rest
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
