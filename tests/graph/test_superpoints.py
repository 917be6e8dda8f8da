import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pinpoint3d import Scene
from pinpoint3d.graph.affinity import edge_contrast
from pinpoint3d.graph.neighbours import (
    Nodes,
    build_nodes,
    nearest_neighbours,
    undirected_edges,
)
from pinpoint3d.graph.normals import estimate_normals, orient_normals
from pinpoint3d.graph.superpoints import CELL_NODES, MIN_NODES, adjacency, over_segment


def lattice(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Grid of n by n nodes joined to the next along x and along y, and the x of each."""
    number = np.arange(n * n).reshape(n, n)
    along_x = np.stack([number[:-1], number[1:]], axis=-1).reshape(-1, 2)
    along_y = np.stack([number[:, :-1], number[:, 1:]], axis=-1).reshape(-1, 2)
    return np.concatenate([along_x, along_y]).astype(np.int32), np.repeat(np.arange(n), n)


def pieces_that_are_connected(superpoint: np.ndarray, edges: np.ndarray) -> int:
    """Components that are left when only edges inside superpoints count."""
    inside = edges[superpoint[edges[:, 0]] == superpoint[edges[:, 1]]]
    shape = (len(superpoint),) * 2
    network = coo_array((np.ones(len(inside)), (inside[:, 0], inside[:, 1])), shape=shape)
    return connected_components(network, directed=False)[0]


def segmented(xyz: np.ndarray, rgb: np.ndarray | None = None) -> tuple[Nodes, np.ndarray]:
    """Nodes and superpoints of a cloud with one point a node."""
    scene = Scene(xyz, rgb)
    nodes = build_nodes(scene, np.arange(len(xyz)), size=1e-3)
    edges = undirected_edges(nearest_neighbours(nodes.xyz))
    normal, _ = estimate_normals(nodes.xyz, nearest_neighbours(nodes.xyz))
    normal = orient_normals(nodes.xyz, normal, edges, scene.up)
    contrast = edge_contrast(nodes, normal, edges)
    superpoint = over_segment(edges, contrast.weight(), contrast.length, len(nodes))
    return nodes, superpoint[nodes.node_of_point]


def sheet(n: int = 30) -> np.ndarray:
    x, y = np.meshgrid(np.arange(n), np.arange(n))
    flat = np.stack([x, y, np.zeros_like(x)], axis=-1).reshape(-1, 3) * 0.01
    return flat + np.random.default_rng(0).normal(0, 2e-4, flat.shape)


def purity(superpoint: np.ndarray, truth: np.ndarray) -> float:
    """Share of points that have the commonest truth of their superpoint."""
    table = np.zeros((superpoint.max() + 1, 2))
    np.add.at(table, (superpoint, truth), 1)
    return float(table.max(axis=1).sum() / len(truth))


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 14), seed=st.integers(0, 9999), like=st.booleans())
def test_superpoints_are_connected_and_numbered_without_gaps(n: int, seed: int, like: bool) -> None:
    rng = np.random.default_rng(seed)
    edges, _ = lattice(n)
    weight = rng.uniform(0, 0.5 if like else 1.5, len(edges)).astype(np.float32)
    length = rng.uniform(0.1, 1, len(edges)).astype(np.float32)
    superpoint = over_segment(edges, weight, length, n * n)
    assert np.unique(superpoint).tolist() == list(range(superpoint.max() + 1))
    assert pieces_that_are_connected(superpoint, edges) == superpoint.max() + 1


def test_superpoints_are_connected_where_edges_to_stray_points_dwarf_the_others() -> None:
    edges, _ = lattice(100)
    length = (1e6 ** np.random.default_rng(2).uniform(-1, 1, len(edges))).astype(np.float32)
    superpoint = over_segment(edges, np.zeros(len(edges), np.float32), length, 100 * 100)
    assert pieces_that_are_connected(superpoint, edges) == superpoint.max() + 1


def test_the_same_edges_give_the_same_superpoints() -> None:
    edges, _ = lattice(30)
    rng = np.random.default_rng(3)
    weight = rng.choice([0.1, 0.2, 0.4], len(edges)).astype(np.float32)  # ties in plenty
    length = np.ones(len(edges), np.float32)
    first = over_segment(edges, weight, length, 900)
    assert (over_segment(edges, weight, length, 900) == first).all()


def test_no_superpoint_crosses_a_line_of_strong_edges() -> None:
    edges, x = lattice(20)
    crossing = (x[edges] < 10).sum(axis=1) == 1
    weight = crossing.astype(np.float32)
    superpoint = over_segment(edges, weight, np.ones(len(edges), np.float32), 400)
    assert not set(superpoint[x < 10]) & set(superpoint[x >= 10])


def test_a_piece_too_small_to_stand_joins_its_neighbour() -> None:
    edges, _ = lattice(20)
    weight = np.zeros(len(edges), np.float32)
    speck = np.arange(400) < MIN_NODES - 1
    weight[speck[edges].sum(axis=1) == 1] = 1
    superpoint = over_segment(edges, weight, np.ones(len(edges), np.float32), 400)
    assert all((superpoint == superpoint[i]).sum() >= MIN_NODES for i in np.flatnonzero(speck))


def test_a_plain_surface_is_cut_into_compact_cells() -> None:
    edges, _ = lattice(60)
    zero = np.zeros(len(edges), np.float32)
    superpoint = over_segment(edges, zero, np.ones(len(edges), np.float32), 3600)
    size = np.bincount(superpoint)
    assert CELL_NODES / 3 < np.median(size) < 2 * CELL_NODES
    assert size.max() < 3 * CELL_NODES


def test_superpoints_end_at_a_crease() -> None:
    floor = sheet()
    wall = sheet()[:, [2, 1, 0]] + [0, 0, 0.01]
    truth = np.repeat([0, 1], [len(floor), len(wall)])
    _, superpoint = segmented(np.concatenate([floor, wall]))
    assert purity(superpoint, truth) > 0.98


def test_superpoints_end_where_the_colour_steps_on_a_flat_surface() -> None:
    truth = (sheet()[:, 0] > 0.15).astype(int)
    rgb = np.where(truth[:, None] == 1, [200, 30, 30], [60, 60, 160]).astype(np.uint8)
    _, superpoint = segmented(sheet(), rgb)
    assert purity(superpoint, truth) > 0.99


def test_rows_of_the_adjacency_hold_every_edge_from_both_ends() -> None:
    edges = np.array([[0, 2], [1, 2]], np.int32)
    start, end, cost = adjacency(edges, np.array([5, 7], np.float32), 4)
    assert start.tolist() == [0, 1, 2, 4, 4]
    assert end.tolist() == [2, 2, 0, 1]
    assert cost.tolist() == [5, 7, 5, 7]
