import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d.graph.affinity import EdgeContrast, edge_contrast, lengths, superpoint_graph
from pinpoint3d.graph.neighbours import Nodes


def nodes_at(xyz: np.ndarray, rgb: np.ndarray | None = None) -> Nodes:
    """One point a node."""
    n = len(xyz)
    colour = None if rgb is None else rgb.astype(np.float32)
    rows = np.arange(n, dtype=np.int32)
    cell = np.zeros((n, 3), np.int32)  # what lies between nodes does not ask for it
    return Nodes(xyz.astype(np.float32), colour, np.ones(n, np.int32), rows, 0.01, cell)


def tilted(degrees: float) -> np.ndarray:
    """Unit vector in the xz plane, `degrees` from +z towards +x."""
    return np.array([np.sin(np.radians(degrees)), 0, np.cos(np.radians(degrees))])


def across(left: np.ndarray, right: np.ndarray, rgb: np.ndarray | None = None) -> EdgeContrast:
    """Contrast of the edge between two nodes, a centimetre apart along x, with these normals."""
    nodes = nodes_at(np.array([[0, 0, 0], [0.01, 0, 0]]), rgb)
    normal = np.stack([left, right]).astype(np.float32)
    return edge_contrast(nodes, normal, np.array([[0, 1]], np.int32))


def drawn(seed: int, n: int = 12) -> tuple[Nodes, np.ndarray, np.ndarray]:
    """Nodes, normals and edges without any order in them."""
    rng = np.random.default_rng(seed)
    normal = rng.normal(size=(n, 3))
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    i, j = np.triu_indices(n, 1)
    kept = rng.random(len(i)) < 0.5
    edges = np.stack([i, j], axis=1)[kept].astype(np.int32)
    nodes = nodes_at(rng.normal(size=(n, 3)), rng.random((n, 3)))
    return nodes, normal.astype(np.float32), edges


def test_a_valley_is_concave_and_a_ridge_is_not() -> None:
    valley = across(tilted(45), tilted(-45))
    ridge = across(tilted(-45), tilted(45))
    assert valley.concave.tolist() == [True]
    assert ridge.concave.tolist() == [False]
    assert valley.bend[0] == ridge.bend[0] == pytest.approx(1, abs=1e-5)


def test_a_ridge_parts_less_than_a_valley_as_deep() -> None:
    valley = across(tilted(20), tilted(-20)).weight()
    ridge = across(tilted(-20), tilted(20)).weight()
    assert 0 < ridge[0] < valley[0] < 1


def test_a_flat_surface_of_one_colour_has_no_contrast() -> None:
    grey = np.full((2, 3), 0.5)
    assert across(tilted(0), tilted(0), grey).weight().tolist() == [0]


def test_both_sides_of_a_thin_board_belong_together() -> None:
    assert across(tilted(0), tilted(180)).bend[0] == pytest.approx(0, abs=1e-3)


def test_a_colour_step_counts_by_its_size_and_not_at_all_without_colours() -> None:
    small = across(tilted(0), tilted(0), np.array([[0.5, 0.5, 0.5], [0.6, 0.5, 0.5]]))
    large = across(tilted(0), tilted(0), np.array([[0.0, 0, 0], [1, 1, 1]]))
    assert small.colour[0] == pytest.approx(0.1, abs=1e-6)
    assert 0 < small.weight()[0] < large.weight()[0] <= 1
    assert across(tilted(0), tilted(0)).colour.tolist() == [0]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 9999))
def test_contrast_is_the_same_from_both_ends_of_an_edge(seed: int) -> None:
    nodes, normal, edges = drawn(seed)
    there = edge_contrast(nodes, normal, edges)
    back = edge_contrast(nodes, normal, edges[:, ::-1].copy())
    for name in ("length", "bend", "concave", "colour"):
        np.testing.assert_array_equal(getattr(there, name), getattr(back, name))
    assert (there.weight() >= 0).all()
    assert (there.weight() <= 1).all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 9999), n=st.integers(1, 6))
def test_borders_pool_the_edges_that_cross_them(seed: int, n: int) -> None:
    nodes, normal, edges = drawn(seed)
    superpoint = np.arange(12, dtype=np.int32) % n
    contrast = edge_contrast(nodes, normal, edges)
    graph = superpoint_graph(nodes, normal, edges, contrast, superpoint)
    ends = np.sort(superpoint[edges], axis=1)
    wanted = sorted({(int(a), int(b)) for a, b in ends if a != b})
    assert [tuple(pair) for pair in graph.pairs.tolist()] == wanted
    for border, pair in enumerate(graph.pairs):
        mine = (ends == pair).all(axis=1)
        assert graph.border[border] == mine.sum()
        inwards = np.where(contrast.concave, contrast.bend, 0)[mine].mean()
        outwards = np.where(contrast.concave, 0, contrast.bend)[mine].mean()
        assert graph.concave[border] == pytest.approx(inwards, rel=1e-4, abs=1e-6)
        assert graph.convex[border] == pytest.approx(outwards, rel=1e-4, abs=1e-6)
        assert graph.colour[border] == pytest.approx(contrast.colour[mine].mean(), rel=1e-4)
        apart = np.linalg.norm(graph.centre[pair[0]] - graph.centre[pair[1]])
        assert graph.distance[border] == pytest.approx(apart, rel=1e-4)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 9999))
def test_renumbering_superpoints_renumbers_their_graph(seed: int) -> None:
    nodes, normal, edges = drawn(seed)
    superpoint = np.arange(12, dtype=np.int32) % 5
    new = np.random.default_rng(seed).permutation(5).astype(np.int32)
    contrast = edge_contrast(nodes, normal, edges)
    graph = superpoint_graph(nodes, normal, edges, contrast, superpoint)
    again = superpoint_graph(nodes, normal, edges, contrast, new[superpoint])
    assert (again.size[new] == graph.size).all()
    np.testing.assert_array_equal(again.centre[new], graph.centre)
    place = {tuple(pair): i for i, pair in enumerate(again.pairs.tolist())}
    moved = [place[tuple(pair)] for pair in np.sort(new[graph.pairs], axis=1).tolist()]
    for name in ("border", "concave", "convex", "colour", "bend", "contrast", "distance"):
        np.testing.assert_array_equal(getattr(again, name)[moved], getattr(graph, name))


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30, 3e38])
def test_lengths_are_right_at_every_scale(scale: float) -> None:
    steps = (np.array([[0.6, 0.0, 0.8], [0, 0, 0]]) * scale).astype(np.float32)
    np.testing.assert_allclose(lengths(steps), [scale, 0], rtol=1e-5)
