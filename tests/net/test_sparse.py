"""Voxels and their neighbours, level by level."""

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from voxel_sets import cell_sets

from pinpoint3d import SceneError
from pinpoint3d.net.kernel_maps import KernelMap
from pinpoint3d.net.sparse import MAX_CELL, MAX_CROPS, pyramid, voxel_keys


def pairs(maps: KernelMap) -> set[tuple[int, int, int]]:
    """(offset, source, target) of every pair."""
    offset = np.repeat(np.arange(len(maps.starts) - 1), np.diff(maps.starts))
    return set(zip(offset.tolist(), maps.source.tolist(), maps.target.tolist(), strict=True))


@settings(deadline=None, max_examples=40)
@given(cell_sets)
def test_neighbours_are_the_voxels_one_step_away_in_each_direction(cells: np.ndarray) -> None:
    maps = pyramid(voxel_keys(cells), 1).around[0]
    row = {tuple(cell): i for i, cell in enumerate(cells.tolist())}
    steps = [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)]
    expected = {
        (k, row[other], i)
        for i, (x, y, z) in enumerate(cells.tolist())
        for k, (dx, dy, dz) in enumerate(steps)
        if (other := (x + dx, y + dy, z + dz)) in row
    }
    assert pairs(maps) == expected


@settings(deadline=None, max_examples=40)
@given(cell_sets)
def test_whoever_has_a_neighbour_is_its_neighbour_on_the_other_side(cells: np.ndarray) -> None:
    maps = pyramid(voxel_keys(cells), 1).around[0]
    assert pairs(maps) == {(26 - k, target, source) for k, source, target in pairs(maps)}


@settings(deadline=None, max_examples=40)
@given(cell_sets, st.integers(2, 5))
def test_every_voxel_has_one_parent_and_that_holds_it(cells: np.ndarray, n_levels: int) -> None:
    plan = pyramid(voxel_keys(cells), n_levels)
    level_cells = cells
    for level, down in enumerate(plan.down):
        halves = np.unique(level_cells // 2, axis=0)
        parent = plan.parent[level]
        assert np.array_equal(halves[parent], level_cells // 2)
        assert sorted(down.source.tolist()) == list(range(len(level_cells)))
        assert np.array_equal(parent[down.source], down.target)
        octant = np.repeat(np.arange(8), np.diff(down.starts))
        assert np.array_equal(octant, (level_cells[down.source] % 2) @ [4, 2, 1])
        level_cells = halves


@settings(deadline=None, max_examples=20)
@given(cell_sets, cell_sets)
def test_crops_side_by_side_are_no_neighbours(first: np.ndarray, second: np.ndarray) -> None:
    crop = np.repeat([0, MAX_CROPS - 1], [len(first), len(second)])
    both = pyramid(voxel_keys(np.concatenate([first, second]), crop), 3)
    alone = [pyramid(voxel_keys(cells), 3) for cells in (first, second)]
    for level in range(3):
        n = len(alone[0].keys[level])
        expected = pairs(alone[0].around[level]) | {
            (k, s + n, t + n) for k, s, t in pairs(alone[1].around[level])
        }
        assert pairs(both.around[level]) == expected


def test_the_far_ends_of_the_grid_do_not_touch() -> None:
    ends = np.array(
        [[x, y, z] for x in (0, MAX_CELL) for y in (0, MAX_CELL) for z in (0, MAX_CELL)]
    )
    for maps in pyramid(voxel_keys(ends, np.arange(8) // 8), 3).around:
        assert all(source == target for _, source, target in pairs(maps))


def test_no_voxels_have_no_neighbours() -> None:
    plan = pyramid(voxel_keys(np.zeros((0, 3), np.int64)), 3)
    assert [len(keys) for keys in plan.keys] == [0, 0, 0]
    assert [len(maps.source) for maps in (*plan.around, *plan.down)] == [0] * 5


@pytest.mark.parametrize("cell", [-1, MAX_CELL + 1])
def test_cells_beyond_the_grid_are_refused(cell: int) -> None:
    with pytest.raises(SceneError, match="larger voxels"):
        voxel_keys(np.array([[0, cell, 0]]))


def test_too_many_crops_are_refused() -> None:
    with pytest.raises(SceneError, match="the most at a time"):
        voxel_keys(np.zeros((1, 3), np.int64), np.array([MAX_CROPS]))


@settings(deadline=None, max_examples=20)
@given(cells=cell_sets)
def test_torch_finds_the_same_neighbours(torch: ModuleType, cells: np.ndarray) -> None:
    keys = voxel_keys(cells)
    one, other = pyramid(keys, 3), pyramid(torch.from_numpy(keys), 3)
    for mine, its in zip((*one.around, *one.down), (*other.around, *other.down), strict=True):
        assert its.starts == mine.starts
        assert np.array_equal(its.source.numpy(), mine.source)
        assert np.array_equal(its.target.numpy(), mine.target)
    for mine, its in zip(one.parent, other.parent, strict=True):
        assert np.array_equal(its.numpy(), mine)


def test_torch_finds_no_neighbours_of_no_voxels(torch: ModuleType) -> None:
    plan = pyramid(torch.zeros(0, dtype=torch.int64), 2)
    assert [len(maps.source) for maps in (*plan.around, *plan.down)] == [0, 0, 0]
