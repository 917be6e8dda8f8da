import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from small_graphs import graph_of, graphs

from pinpoint3d.graph.affinity import SuperpointGraph
from pinpoint3d.graph.hierarchy import SIZE_POWER, MergeTree, merge_tree


def nobody(tree: MergeTree) -> np.ndarray:
    return np.zeros(len(tree.parent), bool)


def merged_by_hand(graph: SuperpointGraph) -> list[tuple[frozenset[int], float]]:
    """What each merge makes and at what height: always the weakest of all borders, looked for."""
    pieces = [frozenset([i]) for i in range(len(graph))]
    made: list[tuple[frozenset[int], float]] = []
    heights: dict[frozenset[int], float] = dict.fromkeys(pieces, 0.0)
    while True:
        weakest: tuple[float, frozenset[int], frozenset[int]] | None = None
        for i, one in enumerate(pieces):
            for other in pieces[:i]:
                a, b = graph.pairs.T.tolist()
                between = [
                    (x in one and y in other) or (x in other and y in one)
                    for x, y in zip(a, b, strict=True)
                ]
                if any(between):
                    border = graph.border[between].astype(float)
                    contrast = (graph.concave[between] * border).sum() / border.sum()
                    smaller = min(float(graph.size[list(p)].sum()) for p in (one, other))
                    height = contrast * smaller**SIZE_POWER
                    if weakest is None or height < weakest[0]:
                        weakest = (height, one, other)
        if weakest is None:
            return made
        height, one, other = weakest
        both = one | other
        heights[both] = max(height, heights[one], heights[other])
        pieces = [p for p in pieces if p not in (one, other)] + [both]
        made.append((both, heights[both]))


@settings(max_examples=60, deadline=None)
@given(graph=graphs())
def test_merges_are_those_that_looking_for_the_weakest_border_each_time_gives(
    graph: SuperpointGraph,
) -> None:
    tree, n = merge_tree(graph), len(graph)
    found = [frozenset(tree.members(e).tolist()) for e in range(n, len(tree.parent))]
    wanted = merged_by_hand(graph)
    assert found == [members for members, _ in wanted]
    np.testing.assert_allclose(tree.height[n:], [height for _, height in wanted], rtol=1e-5)


@settings(max_examples=60, deadline=None)
@given(graph=graphs(most=16))
def test_heights_never_fall_and_members_nest_towards_the_root(graph: SuperpointGraph) -> None:
    tree = merge_tree(graph)
    assert sorted(tree.order.tolist()) == list(range(len(graph)))
    for entry, above in enumerate(tree.parent):
        assert tree.size[entry] == graph.size[tree.members(entry)].sum()
        if above >= 0:
            assert above > entry
            assert tree.height[above] >= tree.height[entry]
            assert set(tree.members(entry)) < set(tree.members(int(above)))


@settings(max_examples=60, deadline=None)
@given(graph=graphs(most=16))
def test_there_is_one_root_for_each_piece_that_hangs_together(graph: SuperpointGraph) -> None:
    tree, n = merge_tree(graph), len(graph)
    network = coo_array((np.ones(len(graph.pairs)), graph.pairs.T), shape=(n, n))
    n_pieces, piece = connected_components(network, directed=False)
    roots = np.flatnonzero(tree.parent < 0)
    assert len(roots) == n_pieces
    for root in roots.tolist():
        assert len(set(piece[tree.members(root)])) == 1


@settings(max_examples=40, deadline=None)
@given(graph=graphs(), data=st.data())
def test_the_chain_above_a_superpoint_is_every_entry_that_holds_it(
    graph: SuperpointGraph, data: st.DataObject
) -> None:
    tree = merge_tree(graph)
    superpoint = data.draw(st.integers(0, len(graph) - 1))
    holding = [e for e in range(len(tree.parent)) if superpoint in tree.members(e)]
    assert sorted(tree.chain_above(superpoint)) == holding


@settings(max_examples=40, deadline=None)
@given(graph=graphs())
def test_the_highest_rise_between_two_superpoints_is_where_they_join(
    graph: SuperpointGraph,
) -> None:
    tree = merge_tree(graph)
    rises = tree.rises()
    place = np.argsort(tree.order)
    for a in range(len(graph)):
        for b in range(a + 1, len(graph)):
            low, high = sorted((place[a], place[b]))
            above_b = set(tree.chain_above(b))
            common = [entry for entry in tree.chain_above(a) if entry in above_b]
            height = tree.height[common[0]] if common else np.inf
            assert rises[low:high].max() == height


@settings(max_examples=60, deadline=None)
@given(graph=graphs(), limit=st.floats(0, 4), data=st.data())
def test_the_highest_entry_keeps_below_the_limit_and_below_barred_entries(
    graph: SuperpointGraph, limit: float, data: st.DataObject
) -> None:
    tree = merge_tree(graph)
    superpoint = data.draw(st.integers(0, len(graph) - 1))
    rival = data.draw(st.integers(0, len(graph) - 1))
    barred = nobody(tree)
    if rival != superpoint:
        barred[tree.chain_above(rival)] = True
    top = tree.highest(superpoint, limit, barred)
    assert superpoint in tree.members(top)
    assert tree.height[top] <= limit
    assert not barred[top]


def test_two_boxes_joined_by_weak_borders_inside_merge_before_they_meet() -> None:
    graph = graph_of(4, [(0, 1), (1, 2), (2, 3)], [0.1, 0.9, 0.2])
    tree = merge_tree(graph)
    members = [set(tree.members(e).tolist()) for e in range(4, 7)]
    assert members == [{0, 1}, {2, 3}, {0, 1, 2, 3}]
    top = tree.highest(0, 0.5, nobody(tree))
    assert set(tree.members(top).tolist()) == {0, 1}


def test_one_leak_in_a_long_border_does_not_join_two_pieces() -> None:
    pairs = [(0, 1), (0, 2), (1, 3), (2, 3)]
    graph = graph_of(4, pairs, [0.05, 0.1, 0.9, 0.05], border=[10, 1, 30, 10])
    tree = merge_tree(graph)
    assert tree.height[6] > 0.8
    assert set(tree.members(tree.highest(0, 0.5, nobody(tree))).tolist()) == {0, 1}


def test_a_thing_does_not_join_the_floor_it_stands_on_however_high_the_limit() -> None:
    graph = graph_of(3, [(0, 1), (1, 2)], [0.05, 0.4], size=[10, 10, 1000])
    tree = merge_tree(graph)
    top = tree.highest(0, np.inf, nobody(tree))
    assert set(tree.members(top).tolist()) == {0, 1}


def test_a_large_piece_across_a_faint_border_is_no_support() -> None:
    graph = graph_of(3, [(0, 1), (1, 2)], [0.01, 0.02], size=[10, 10, 1000])
    tree = merge_tree(graph)
    top = tree.highest(0, np.inf, nobody(tree))
    assert set(tree.members(top).tolist()) == {0, 1, 2}


def test_a_lone_superpoint_is_its_own_root() -> None:
    tree = merge_tree(graph_of(1, []))
    assert tree.chain_above(0) == [0]
    assert tree.highest(0, 1.0, nobody(tree)) == 0
    assert tree.height.tolist() == [0]


@pytest.mark.parametrize("seed", range(3))
def test_a_floor_that_borders_on_everything_is_merged_like_any_other_piece(seed: int) -> None:
    n = 40
    pairs = [(0, i) for i in range(1, n)] + [(i, i + 1) for i in range(1, n - 1)]
    rng = np.random.default_rng(seed)
    graph = graph_of(
        n,
        sorted(pairs),
        rng.uniform(0, 1, len(pairs)),
        border=rng.integers(1, 9, len(pairs)),
        size=np.r_[500, rng.integers(1, 40, n - 1)],
    )
    tree = merge_tree(graph)
    found = [frozenset(tree.members(e).tolist()) for e in range(n, len(tree.parent))]
    assert found == [members for members, _ in merged_by_hand(graph)]
