import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d.graph.boundary import BAND_RINGS, assign_points, band, refine_nodes


def row_of(n: int) -> np.ndarray:
    """Neighbours on a line of n nodes: left and right, the ends doubling their only one."""
    left = np.maximum(np.arange(n) - 1, 0)
    right = np.minimum(np.arange(n) + 1, n - 1)
    return np.stack([left, right], axis=1).astype(np.int32)


@given(border=st.integers(1, 19))
def test_the_band_is_the_nodes_a_few_steps_from_another_label(border: int) -> None:
    label = (np.arange(20) >= border).astype(np.int32)
    found = band(label, row_of(20), np.zeros(20, bool))
    steps = np.minimum(abs(np.arange(20) - border), abs(np.arange(20) - border + 1)) + 1
    assert (found == (steps <= BAND_RINGS)).all()


def test_the_band_holds_what_is_asked_for_besides() -> None:
    also = np.arange(20) == 10
    assert band(np.zeros(20, np.int32), row_of(20), also)[10]
    assert not band(np.zeros(20, np.int32), row_of(20), ~also & also).any()


@settings(max_examples=40, deadline=None)
@given(n=st.integers(2, 20), seed=st.integers(0, 999))
def test_refined_probabilities_add_to_1_and_other_nodes_stay(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    probability = rng.dirichlet([1, 1, 1], n).astype(np.float32)
    neighbour = rng.integers(0, n, (n, 4)).astype(np.int32)
    ease = rng.uniform(0, 1, (n, 4)).astype(np.float32)
    free = np.flatnonzero(rng.random(n) < 0.6).astype(np.int32)
    found = refine_nodes(probability, neighbour, ease, free)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    assert (found >= 0).all()
    others = np.setdiff1d(np.arange(n), free)
    assert (found[others] == probability[others]).all()


def test_a_label_is_drawn_to_the_crease_that_superpoints_missed() -> None:
    probability = np.zeros((10, 2), np.float32)
    probability[:4, 0] = probability[4:, 1] = 1  # superpoints end before node 4
    crease = 5  # and the crease lies before node 5
    neighbour = row_of(10)
    ease = np.ones((10, 2), np.float32)
    ease[crease - 1, 1] = ease[crease, 0] = 1e-3
    found = refine_nodes(probability, neighbour, ease, np.array([3, 4, 5, 6], np.int32))
    assert found.argmax(axis=1).tolist() == [0] * crease + [1] * (10 - crease)


def test_a_node_that_nothing_leads_to_keeps_its_answer() -> None:
    probability = np.array([[0.2, 0.8], [1, 0]], np.float32)
    ease = np.zeros((2, 1), np.float32)
    neighbour = np.array([[1], [0]], np.int32)
    found = refine_nodes(probability, neighbour, ease, np.array([0], np.int32))
    np.testing.assert_allclose(found, probability, rtol=1e-5)


def test_a_point_in_a_crease_goes_to_the_surface_it_lies_on() -> None:
    floor, wall = [0.5, 0, 0], [0, 0, 0.5]
    nodes = np.array([floor, wall], np.float32)
    normal = np.array([[0, 0, 1], [1, 0, 0]], np.float32)
    neighbour = np.array([[1], [0]], np.int32)
    points = np.array([[0.2, 0, 0.01], [0.01, 0, 0.2]], np.float32)
    for own in (0, 1):
        node = np.array([own, own], np.int32)
        assert assign_points(points, node, nodes, normal, neighbour, 1.0).tolist() == [0, 1]


def test_a_point_on_its_own_node_stays_there() -> None:
    nodes = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    normal = np.tile(np.array([0, 0, 1], np.float32), (20, 1))
    own = np.arange(20, dtype=np.int32)
    assert (assign_points(nodes, own, nodes, normal, row_of(20), 1.0) == own).all()
