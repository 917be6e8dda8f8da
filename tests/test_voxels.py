import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pinpoint3d import SceneError
from pinpoint3d.voxels import Voxels, voxelise

positions = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 30), st.just(3)),
    elements=st.floats(-50, 50, width=32) | st.sampled_from([0, 0.25, 1, np.nan, np.inf]),
)
sizes = st.floats(0.01, 20)


def four_points() -> Voxels:
    """Two points in one voxel of a metre, one in the next along x, one without a position."""
    xyz = np.array([[1.5, 0, 0], [0, 0, 0], [np.nan, 0, 0], [0.5, 0, 0.5]], np.float32)
    return voxelise(xyz, 1.0)


def test_a_hand_made_grid():
    voxels = four_points()
    assert len(voxels) == 2
    assert voxels.voxel_of_point.tolist() == [1, 0, -1, 0]
    assert voxels.first_point.tolist() == [1, 0]
    assert voxels.count.tolist() == [2, 1]
    assert voxels.cells().tolist() == [[0, 0, 0], [1, 0, 0]]


def test_means_and_labels_of_a_hand_made_grid():
    voxels = four_points()
    values = np.array([[7, 1], [1, 2], [99, 99], [2, 4]], np.uint8)
    assert voxels.mean(values).tolist() == [[1.5, 3.0], [7.0, 1.0]]
    assert voxels.mean(values[:, 0]).tolist() == [1.5, 7.0]
    assert voxels.most_common(np.array([5, 9, 1, 8])).tolist() == [8, 5]


def test_the_most_common_label_wins_and_the_lowest_of_equals():
    xyz = np.zeros((5, 3), np.float32)
    xyz[3:] = 4
    voxels = voxelise(xyz, 1.0)
    assert voxels.most_common(np.array([7, 2, 7, 5, 3], np.int32)).tolist() == [7, 3]


def test_spreading_fills_points_that_were_left_out():
    voxels = four_points()
    assert voxels.spread(np.array([10.0, 20.0]), fill=-1).tolist() == [20, 10, -1, 10]
    assert voxels.spread(np.array([[1, 2], [3, 4]])).tolist() == [[3, 4], [1, 2], [0, 0], [1, 2]]


@given(xyz=positions, size=sizes)
def test_every_finite_point_lies_in_its_voxel_and_no_other_is_taken(xyz: np.ndarray, size: float):
    voxels = voxelise(xyz, size)
    finite = np.isfinite(xyz).all(axis=1)
    assert ((voxels.voxel_of_point >= 0) == finite).all()
    cell = voxels.cells()[voxels.voxel_of_point[finite]]
    offset = (xyz[finite].astype(np.float64) - voxels.corner) / size
    assert (cell == np.floor(offset)).all()


@given(xyz=positions, size=sizes)
def test_voxels_are_in_order_distinct_and_counted(xyz: np.ndarray, size: float):
    voxels = voxelise(xyz, size)
    assert (np.diff(voxels.keys) > 0).all()
    assert (voxels.count > 0).all()
    members = [np.flatnonzero(voxels.voxel_of_point == v) for v in range(len(voxels))]
    assert [len(m) for m in members] == voxels.count.tolist()
    assert [m[0] for m in members] == voxels.first_point.tolist()


@given(xyz=positions, size=sizes)
def test_what_was_pooled_and_spread_is_constant_inside_a_voxel(xyz: np.ndarray, size: float):
    voxels = voxelise(xyz, size)
    finite = np.isfinite(xyz).all(axis=1)
    values = np.arange(len(xyz))
    labels = values % 3
    spread = voxels.spread(voxels.mean(values))
    most = voxels.spread(voxels.most_common(labels), fill=-1)
    for row in np.flatnonzero(finite):
        members = voxels.voxel_of_point == voxels.voxel_of_point[row]
        assert spread[row] == np.float32(values[members].mean())
        assert most[row] == np.bincount(labels[members]).argmax()


@given(xyz=positions, size=sizes, seed=st.integers(0, 99))
def test_permuting_the_points_permutes_the_voxels(xyz: np.ndarray, size: float, seed: int):
    order = np.random.default_rng(seed).permutation(len(xyz))
    voxels, permuted = voxelise(xyz, size), voxelise(xyz[order], size)
    assert (permuted.keys == voxels.keys).all()
    assert (permuted.voxel_of_point == voxels.voxel_of_point[order]).all()


def test_points_can_be_left_out():
    xyz = np.arange(9, dtype=np.float32).reshape(3, 3)
    voxels = voxelise(xyz, 1.0, valid=np.array([False, True, True]))
    assert voxels.voxel_of_point.tolist() == [-1, 0, 1]
    assert len(voxelise(xyz, 1.0, valid=np.zeros(3, bool))) == 0


def test_one_long_axis_may_take_the_bits_that_the_others_do_not_need():
    xyz = np.array([[0, 0, 0], [3e7, 1, 0]], np.float32)
    voxels = voxelise(xyz, 1e-3)
    assert voxels.cells().tolist() == [[0, 0, 0], [30_000_000_000, 1000, 0]]


@pytest.mark.parametrize("size", [0.0, -1.0, float("nan"), float("inf")])
def test_a_size_that_is_no_length_is_refused(size: float):
    with pytest.raises(SceneError, match="positive"):
        voxelise(np.zeros((1, 3), np.float32), size)


def test_a_grid_too_fine_to_count_is_refused():
    xyz = np.array([[0, 0, 0], [1e30, 1, 1]], np.float32)
    with pytest.raises(SceneError, match="larger"):
        voxelise(xyz, 1e-6)
