import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pinpoint3d.disjoint import find


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_one_root_exactly_when_joins_link(pairs: list[tuple[int, int]]) -> None:
    parent = np.arange(10)
    linked = np.eye(10, dtype=bool)
    for a, b in pairs:
        parent[find(parent, a)] = find(parent, b)
        linked[a, b] = linked[b, a] = True
    for k in range(10):  # Warshall
        linked |= linked[:, [k]] & linked[[k], :]
    roots = np.array([find(parent, i) for i in range(10)])
    assert ((roots[:, None] == roots[None]) == linked).all()
