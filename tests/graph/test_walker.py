from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_graphs import graph_of, graphs

from pinpoint3d.graph.affinity import SuperpointGraph
from pinpoint3d.graph.walker import FLOOR, border_contrast, conductance, random_walk

LABELS = 3


def dense(
    graph: SuperpointGraph,
    ease: np.ndarray,
    seeds: np.ndarray,
    prior: np.ndarray,
    free: np.ndarray,
) -> np.ndarray:
    """The equation of `random_walk`, solved with a full matrix."""
    n = len(graph)
    laplacian = np.zeros((n, n))
    for (a, b), c in zip(graph.pairs, ease, strict=True):
        laplacian[a, a] += c
        laplacian[b, b] += c
        laplacian[a, b] -= c
        laplacian[b, a] -= c
    pull = prior[free].astype(np.float64) + FLOOR / LABELS
    left = laplacian[np.ix_(free, free)] + np.diag(pull.sum(axis=1))
    right = -laplacian[np.ix_(free, ~free)] @ seeds[~free] + pull
    solved = seeds.astype(np.float64)
    solved[free] = np.linalg.solve(left, right)
    return solved


@st.composite
def walks(
    draw: st.DrawFn,
) -> tuple[SuperpointGraph, np.ndarray, np.ndarray, np.ndarray]:
    """A graph with seeds, priors and the superpoints that are free."""
    graph = draw(graphs())
    rng = np.random.default_rng(draw(st.integers(0, 9999)))
    seeds = rng.dirichlet(np.ones(LABELS), len(graph)).astype(np.float32)
    prior = rng.uniform(0, draw(st.sampled_from([0, 1e-4, 1])), seeds.shape).astype(np.float32)
    free = rng.random(len(graph)) < draw(st.sampled_from([0.3, 0.7, 1]))
    return graph, seeds, prior, free


@settings(max_examples=80, deadline=None)
@given(walk=walks())
def test_probabilities_solve_the_equation_of_the_random_walker(
    walk: tuple[SuperpointGraph, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    graph, seeds, prior, free = walk
    ease = conductance(graph)
    found = random_walk(graph.pairs, ease, seeds, prior, free)
    np.testing.assert_allclose(found, dense(graph, ease, seeds, prior, free), atol=1e-5)


@settings(max_examples=80, deadline=None)
@given(walk=walks())
def test_probabilities_add_to_1_and_seeds_keep_theirs(
    walk: tuple[SuperpointGraph, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    graph, seeds, prior, free = walk
    found = random_walk(graph.pairs, conductance(graph), seeds, prior, free)
    assert (found >= 0).all()
    assert (found <= 1).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    assert (found[~free] == seeds[~free]).all()


def test_half_way_between_two_clicks_either_is_as_likely() -> None:
    graph = graph_of(3, [(0, 1), (1, 2)])
    seeds = np.array([[1, 0], [0, 0], [0, 1]], np.float32)
    free = np.array([False, True, False])
    found = random_walk(graph.pairs, np.ones(2), seeds, np.zeros((3, 2), np.float32), free)
    np.testing.assert_allclose(found[1], [0.5, 0.5], atol=1e-5)


def test_a_superpoint_follows_the_side_that_no_crease_parts_it_from() -> None:
    graph = graph_of(3, [(0, 1), (1, 2)], [0, 0.5])
    seeds = np.array([[1, 0], [0, 0], [0, 1]], np.float32)
    free = np.array([False, True, False])
    prior = np.zeros((3, 2), np.float32)
    assert random_walk(graph.pairs, conductance(graph), seeds, prior, free)[1, 0] > 0.95


def test_where_no_click_leads_the_prior_alone_decides() -> None:
    seeds = np.array([[1, 0], [0, 0]], np.float32)
    prior = np.array([[0, 0], [0.3, 0.1]], np.float32)
    none = np.zeros((0, 2), np.int32)
    found = random_walk(none, np.zeros(0), seeds, prior, np.array([False, True]))
    np.testing.assert_allclose(found[1], [0.75, 0.25], atol=1e-4)


def test_no_superpoint_needs_to_be_free() -> None:
    graph = graph_of(2, [(0, 1)])
    seeds = np.eye(2, dtype=np.float32)
    found = random_walk(graph.pairs, np.ones(1), seeds, seeds * 0, np.zeros(2, bool))
    assert (found == seeds).all()


def test_long_borders_let_more_pass_and_bent_ones_less() -> None:
    graph = graph_of(4, [(0, 1), (1, 2), (2, 3)], [0, 0, 0.3], border=[1, 5, 1])
    short, long, bent = conductance(graph)
    assert long == pytest.approx(5 * short, rel=1e-3)
    assert 0 < bent < short / 5


@pytest.mark.parametrize("distance", [[0, 1, 1], [0, 0, 0], [1e-40, 1, 3e38]])
def test_conductance_stays_finite_where_centres_coincide_or_lie_far_apart(
    distance: list[float],
) -> None:
    graph = graph_of(4, [(0, 1), (1, 2), (2, 3)], distance=distance)
    assert np.isfinite(conductance(graph)).all()
    assert (conductance(graph) >= FLOOR).all()


def test_an_inward_bend_parts_twice_as_much_as_an_outward_one() -> None:
    inwards = graph_of(2, [(0, 1)], 0.4)
    outwards = replace(inwards, concave=inwards.convex, convex=inwards.concave)
    assert border_contrast(inwards)[0] == 2 * border_contrast(outwards)[0] > 0
