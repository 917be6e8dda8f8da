"""Disjoint sets for compiled loops: which piece each thing belongs to while pieces are joined."""

from typing import no_type_check

from numba import njit
from numpy.typing import NDArray


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def find(parent: NDArray, i: int) -> int:
    """Root of the set that `i` is in; the way there is halved for the next who asks.

    `parent` starts as `arange(n)`; sets are joined by `parent[root_a] = root_b`. Tarjan and
    van Leeuwen, "Worst-case analysis of set union algorithms", 1984, doi 10.1145/62.2160.
    """
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i
