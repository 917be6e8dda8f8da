import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_graphs import graph_of, graphs

from pinpoint3d.graph.affinity import SuperpointGraph
from pinpoint3d.graph.geodesic import DETOUR, label_distances


def by_hand(graph: SuperpointGraph, contrast: np.ndarray, seeds: list[int]) -> np.ndarray:
    """Dijkstra's algorithm, one superpoint at a time."""
    ways: dict[int, list[tuple[int, float]]] = {i: [] for i in range(len(graph))}
    for (a, b), metres, bend in zip(graph.pairs.tolist(), graph.distance, contrast, strict=True):
        cost = float(metres) * (1 + DETOUR * float(bend))
        ways[a].append((b, cost))
        ways[b].append((a, cost))
    distance = np.full(len(graph), np.inf)
    queue = [(0.0, seed) for seed in seeds]
    while queue:
        reached, here = heapq.heappop(queue)
        if reached < distance[here]:
            distance[here] = reached
            for there, cost in ways[here]:
                heapq.heappush(queue, (reached + cost, there))
    return distance


@settings(max_examples=60, deadline=None)
@given(graph=graphs(), data=st.data())
def test_distances_are_those_of_a_plain_dijkstra_from_the_nearest_click(
    graph: SuperpointGraph, data: st.DataObject
) -> None:
    contrast = graph.concave
    place = st.tuples(st.integers(0, len(graph) - 1), st.integers(0, 2))
    clicks = data.draw(st.lists(place, min_size=1, max_size=6))
    superpoint, label = np.array(clicks, np.int32).T
    found = label_distances(graph, contrast, superpoint, label, 3)
    for k in range(3):
        wanted = by_hand(graph, contrast, [s for s, at in clicks if at == k])
        np.testing.assert_allclose(found[:, k], wanted, rtol=1e-5)


def test_a_creased_shortcut_is_longer_than_the_flat_way_round() -> None:
    graph = graph_of(4, [(0, 1), (1, 2), (0, 3), (2, 3)], distance=[1, 1, 0.5, 0.5])
    crease = np.array([0, 0, 1, 0], np.float32)
    one = np.array([0], np.int32)
    flat = label_distances(graph, np.zeros(4, np.float32), one, one, 1)[:, 0]
    creased = label_distances(graph, crease, one, one, 1)[:, 0]
    assert flat.tolist() == [0, 1, 1, 0.5]
    assert creased.tolist() == [0, 1, 2, 2.5]


def test_superpoints_with_one_centre_are_no_distance_apart() -> None:
    graph = graph_of(2, [(0, 1)], distance=0)
    one = np.array([0], np.int32)
    assert label_distances(graph, np.ones(1, np.float32), one, one, 1).tolist() == [[0], [0]]


def test_where_no_way_leads_the_distance_is_infinite() -> None:
    one = np.array([0], np.int32)
    found = label_distances(graph_of(2, []), np.zeros(0, np.float32), one, one, 2)
    assert found.tolist() == [[0, np.inf], [np.inf, np.inf]]


@pytest.mark.parametrize("metres", [1e30, 3e38])
def test_distances_beyond_all_numbers_do_not_fail(metres: float) -> None:
    graph = graph_of(3, [(0, 1), (1, 2)], distance=metres)
    one = np.array([0], np.int32)
    found = label_distances(graph, np.ones(2, np.float32), one, one, 1)[:, 0]
    assert found[0] == 0
    assert (found[1:] > 1e30).all()
