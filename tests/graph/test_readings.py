from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_graphs import graph_of, graphs

from pinpoint3d.graph.affinity import SuperpointGraph
from pinpoint3d.graph.hierarchy import merge_tree
from pinpoint3d.graph.readings import MAX_READINGS, readings


@settings(max_examples=100, deadline=None)
@given(graph=graphs(most=20), limit=st.floats(0.01, 4), data=st.data())
def test_readings_nest_hold_the_click_and_score_1_together(
    graph: SuperpointGraph, limit: float, data: st.DataObject
) -> None:
    tree = merge_tree(graph)
    superpoint = data.draw(st.integers(0, len(graph) - 1))
    found = readings(tree, superpoint, limit)
    assert 1 <= len(found) <= MAX_READINGS
    members = [set(tree.members(reading.entry).tolist()) for reading in found]
    assert all(superpoint in inside for inside in members)
    assert all(inner < outer for inner, outer in pairwise(members))
    assert all(reading.score >= 0 for reading in found)
    assert sum(reading.score for reading in found) == pytest.approx(1)


@settings(max_examples=60, deadline=None)
@given(graph=graphs(most=20), limit=st.floats(0.01, 4))
def test_the_last_reading_is_the_whole_object(graph: SuperpointGraph, limit: float) -> None:
    tree = merge_tree(graph)
    nobody = tree.parent == -2
    assert readings(tree, 0, limit)[-1].entry == tree.highest(0, limit, nobody)


def test_the_piece_that_stands_out_most_scores_best() -> None:
    graph = graph_of(4, [(0, 1), (1, 2), (2, 3)], [0.1, 0.9, 1.3])
    tree = merge_tree(graph)
    found = readings(tree, 0, limit=1.0)
    best = max(found, key=lambda reading: reading.score)
    assert set(tree.members(best.entry).tolist()) == {0, 1}


def test_pieces_of_nearly_one_size_are_one_reading() -> None:
    graph = graph_of(3, [(0, 1), (1, 2)], [0.1, 0.5], size=[100, 1, 1])
    tree = merge_tree(graph)
    assert len(readings(tree, 0, limit=2.0)) == 1
    assert len(readings(tree, 1, limit=2.0)) == 2


def test_a_lone_superpoint_has_one_reading_that_is_certain() -> None:
    [reading] = readings(merge_tree(graph_of(1, [])), 0, limit=1.0)
    assert (reading.entry, reading.score) == (0, 1.0)


def test_readings_of_equal_persistence_share_the_score() -> None:
    graph = graph_of(2, [(0, 1)], 0.0)
    found = readings(merge_tree(graph), 0, limit=0.0)
    assert [reading.score for reading in found] == [0.5, 0.5]
