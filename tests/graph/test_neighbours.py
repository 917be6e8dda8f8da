from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pinpoint3d import Scene
from pinpoint3d.graph.neighbours import (
    build_nodes,
    median_spacing,
    nearest_neighbours,
    undirected_edges,
    voxel_keys,
)

clouds = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 30), st.just(3)),
    elements=st.floats(-20, 20, width=32) | st.sampled_from([0, 0.25, 1]),
)
sizes = st.sampled_from([0.1, 0.25, 1.0, 7.0])


def all_rows(scene: Scene) -> np.ndarray:
    return np.flatnonzero(scene.valid)


@settings(max_examples=40, deadline=None)
@given(xyz=clouds, size=sizes, seed=st.integers(0, 999))
def test_every_point_in_hand_has_a_node_and_no_other_point_has(
    xyz: np.ndarray, size: float, seed: int
) -> None:
    inside = np.random.default_rng(seed).random(len(xyz)) < 0.7
    inside[0] = True
    nodes = build_nodes(Scene(xyz), np.flatnonzero(inside), size=size)
    assert ((nodes.node_of_point >= 0) == inside).all()
    assert np.bincount(nodes.node_of_point[inside]).tolist() == nodes.count.tolist()


@settings(max_examples=40, deadline=None)
@given(xyz=clouds, size=sizes)
def test_a_node_is_the_mean_of_points_within_one_voxel(xyz: np.ndarray, size: float) -> None:
    scene = Scene(xyz)
    nodes = build_nodes(scene, all_rows(scene), size=size)
    for node in range(len(nodes)):
        mine = scene.xyz[nodes.node_of_point == node]
        assert np.ptp(mine, axis=0).max() <= size * 1.001
        np.testing.assert_allclose(nodes.xyz[node], mine.mean(axis=0), rtol=1e-5, atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(xyz=clouds, size=sizes, seed=st.integers(0, 999))
def test_nodes_are_the_same_to_the_byte_in_whatever_order_points_come(
    xyz: np.ndarray, size: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    xyz = np.concatenate([xyz, xyz])  # points that differ in colour alone
    rgb = rng.integers(0, 256, xyz.shape).astype(np.uint8)
    order = rng.permutation(len(xyz))
    scene, shuffled = Scene(xyz, rgb), Scene(xyz[order], rgb[order])
    nodes = build_nodes(scene, all_rows(scene), size=size)
    again = build_nodes(shuffled, all_rows(shuffled), size=size)
    assert nodes.rgb is not None
    assert again.rgb is not None
    assert again.xyz.tobytes() == nodes.xyz.tobytes()
    assert again.rgb.tobytes() == nodes.rgb.tobytes()
    assert (again.node_of_point == nodes.node_of_point[order]).all()


def test_a_mean_that_rounding_would_make_depend_on_the_order_of_points_does_not() -> None:
    x = np.array([2, 2 + 2**-22, 2**-51, 2**-51])  # halves of a last digit, alone too small to tell
    means = set()
    for order in permutations(range(4)):
        scene = Scene(np.stack([x[list(order)], 0 * x, 0 * x], axis=1))
        means.add(float(build_nodes(scene, all_rows(scene), size=7.0).xyz[0, 0]))
    assert len(means) == 1


def test_colours_of_a_node_are_the_mean_of_its_points() -> None:
    scene = Scene([[0, 0, 0], [0.1, 0, 0]], np.array([[0, 0, 255], [255, 0, 255]], np.uint8))
    nodes = build_nodes(scene, all_rows(scene), size=1.0)
    assert nodes.rgb is not None
    assert nodes.rgb.tolist() == [[0.5, 0, 1]]


@pytest.mark.parametrize("far", [1e6, 1e9, 1e20, 1e38])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_one_stray_point_however_far_leaves_the_voxels_of_the_others_apart(
    far: float, axis: int
) -> None:
    xyz = np.array([[0, 0, 0], [0.01, 0, 0], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]], np.float32)
    stray = np.zeros((1, 3), np.float32)
    stray[0, axis] = far
    keys = voxel_keys(np.concatenate([xyz, stray]), 0.1)
    assert keys[0] == keys[1]
    assert len(set(keys.tolist())) == 5
    assert keys.max() == keys[5] or axis > 0


def test_the_median_spacing_of_a_grid_is_its_spacing_however_often_points_repeat() -> None:
    grid = np.stack(np.meshgrid(*[np.arange(8)] * 3), axis=-1).reshape(-1, 3) / np.float32(4)
    grid = grid.astype(np.float32)
    assert median_spacing(grid) == pytest.approx(0.25)
    assert median_spacing(np.repeat(grid, 5, axis=0)) == pytest.approx(0.25)


def test_the_spacing_of_a_single_place_is_a_positive_number() -> None:
    assert median_spacing(np.ones((4, 3), np.float32)) > 0


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 40), k=st.integers(1, 12), seed=st.integers(0, 999))
def test_neighbours_are_those_that_brute_force_finds(n: int, k: int, seed: int) -> None:
    xyz = np.random.default_rng(seed).normal(size=(n, 3)).astype(np.float32)
    found = nearest_neighbours(xyz, k)
    apart = np.linalg.norm(xyz[:, None].astype(float) - xyz[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    wanted = apart.argsort(axis=1)[:, : min(k, n - 1)]
    assert (found[:, : wanted.shape[1]] == wanted).all()
    assert (found[:, wanted.shape[1] :] == np.arange(n)[:, None]).all()


def test_edges_join_each_pair_once_whichever_side_found_it() -> None:
    neighbour = np.array([[1, 2], [0, 1], [0, 3], [3, 3]], np.int32)
    assert undirected_edges(neighbour).tolist() == [[0, 1], [0, 2], [2, 3]]
