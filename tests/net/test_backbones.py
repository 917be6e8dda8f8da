"""Both backbones through their one interface, on numpy arrays and on torch tensors."""

from collections.abc import Callable
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from voxel_sets import bumpy_plane, cell_sets

from pinpoint3d import SegmenterError
from pinpoint3d.net.parameters import Backbone, initial
from pinpoint3d.net.pointnet2 import PointNet2
from pinpoint3d.net.unet import UNet

KINDS: list[Any] = [UNet, PointNet2]
Kind = Callable[[int, tuple[int, ...]], Backbone]
# Built in the tests, not by a strategy: the run-time checks draw random numbers.
kinds = st.sampled_from(KINDS)
sizes = st.lists(st.integers(2, 12), min_size=2, max_size=5).map(tuple)
seeds = st.integers(0, 2**32 - 1)


def features(backbone: Backbone, cells: np.ndarray, seed: int) -> tuple[np.ndarray, ...]:
    """Of random inputs, by random parameters."""
    rng = np.random.default_rng(seed)
    parameters = initial(backbone.shapes(), rng)
    n_inputs = parameters["stem.weight"].shape[-2]
    x = rng.normal(size=(len(cells), n_inputs)).astype(np.float32)
    return backbone.apply(parameters, x, backbone.plan(cells))


@settings(deadline=None, max_examples=40)
@given(kind=kinds, size=sizes, cells=cell_sets, seed=seeds)
def test_torch_gives_what_numpy_gives(
    torch: ModuleType, kind: Kind, size: tuple[int, ...], cells: np.ndarray, seed: int
) -> None:
    from pinpoint3d.net.kernels_torch import on_device

    backbone = kind(size[0], size[1:])
    rng = np.random.default_rng(seed)
    parameters = initial(backbone.shapes(), rng)
    n_inputs = parameters["stem.weight"].shape[-2]
    x = rng.normal(size=(len(cells), n_inputs)).astype(np.float32)
    plan = backbone.plan(cells)
    mine = backbone.apply(parameters, x, plan)
    # In double precision the convolutions of torch are its own, not those of numpy.
    dtype = torch.float64 if kind is UNet else torch.float32
    tensors = {name: torch.tensor(values, dtype=dtype) for name, values in parameters.items()}
    its = backbone.apply(tensors, torch.tensor(x, dtype=dtype), on_device(plan, "cpu"))
    for one, other in zip(mine, its, strict=True):
        assert np.allclose(one, other.numpy(), atol=1e-3)


@settings(deadline=None, max_examples=30)
@given(kind=kinds, size=sizes, cells=cell_sets, seed=seeds)
def test_every_level_has_features_for_the_rows_that_parents_name(
    kind: Kind, size: tuple[int, ...], cells: np.ndarray, seed: int
) -> None:
    backbone = kind(size[0], size[1:])
    levels = features(backbone, cells, seed)
    parents = backbone.plan(cells).parent
    assert tuple(level.shape[1] for level in levels) == backbone.widths
    assert len(levels[0]) == len(cells)
    for parent, (fine, coarse) in zip(parents, pairwise(levels), strict=True):
        assert len(parent) == len(fine)
        assert set(parent.tolist()) <= set(range(len(coarse)))
    assert all(np.isfinite(level).all() for level in levels)


@settings(deadline=None, max_examples=20)
@given(kind=kinds, size=sizes, first=cell_sets, second=cell_sets, seed=seeds)
def test_a_crop_gets_the_same_features_alone_and_among_others(
    kind: Kind, size: tuple[int, ...], first: np.ndarray, second: np.ndarray, seed: int
) -> None:
    backbone = kind(size[0], size[1:])
    rng = np.random.default_rng(seed)
    parameters = initial(backbone.shapes(), rng)
    n_inputs = parameters["stem.weight"].shape[-2]
    x = rng.normal(size=(len(first) + len(second), n_inputs)).astype(np.float32)
    crop = np.repeat([0, 1], [len(first), len(second)])
    plan = backbone.plan(np.concatenate([first, second]), crop)
    both = backbone.apply(parameters, x, plan)[0]
    alone = [
        backbone.apply(parameters, x[rows], backbone.plan(cells))[0]
        for cells, rows in ((first, crop == 0), (second, crop == 1))
    ]
    assert np.allclose(both, np.concatenate(alone), atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_input_gives_the_same_bits(kind: Kind) -> None:
    cells = bumpy_plane(50)
    once, again = (features(kind(4, (8, 16, 16)), cells, seed=0) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_no_voxels_get_no_features(kind: Kind) -> None:
    levels = features(kind(4, (8, 8, 8)), np.zeros((0, 3), np.int64), seed=0)
    assert [level.shape for level in levels] == [(0, 8)] * 3


def test_pieces_apart_do_not_change_each_other() -> None:
    near, far = bumpy_plane(12), bumpy_plane(12, seed=1) + np.array([0, 0, 500])
    backbone, rng = UNet(2, (8, 8, 8)), np.random.default_rng(0)
    parameters = initial(backbone.shapes(), rng)
    x = rng.normal(size=(len(near), 2)).astype(np.float32)
    alone = backbone.apply(parameters, x, backbone.plan(near))[0]
    cells = np.concatenate([near, far])
    order = np.lexsort(cells.T[::-1])
    both = np.concatenate([x, rng.normal(size=(len(far), 2)).astype(np.float32)])
    together = backbone.apply(parameters, both[order], backbone.plan(cells[order]))[0]
    assert np.allclose(together[order < len(near)], alone, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_voxel_sees_far_beyond_its_neighbours(kind: Kind) -> None:
    cells = bumpy_plane(24)
    backbone = kind(2, (8, 8, 8))
    rng = np.random.default_rng(0)
    parameters = initial(backbone.shapes(), rng)
    x = rng.normal(size=(len(cells), 2)).astype(np.float32)
    plan = backbone.plan(cells)
    before = backbone.apply(parameters, x, plan)[0]
    x[-1] += 5
    moved = np.abs(backbone.apply(parameters, x, plan)[0] - before).max(axis=1) > 1e-6
    reach = np.linalg.norm(cells[moved] - cells[-1], axis=1)
    assert reach.max() > 3


@pytest.mark.parametrize("kind", KINDS)
def test_training_steps_lower_the_loss(torch: ModuleType, kind: Kind) -> None:
    from pinpoint3d.net.kernels_torch import on_device

    cells = bumpy_plane(12)
    backbone, rng = kind(3, (8, 8, 8)), np.random.default_rng(0)
    parameters = {
        name: torch.tensor(values, requires_grad=True)
        for name, values in initial(backbone.shapes(), rng).items()
    }
    x = torch.tensor(cells - cells.mean(axis=0), dtype=torch.float32) / 6
    truth = torch.tensor(cells[:, 0] > cells[:, 1], dtype=torch.float32)
    plan = on_device(backbone.plan(cells), "cpu")
    optimiser = torch.optim.Adam(parameters.values(), 0.01)
    losses = []
    for _ in range(30):
        loss = (backbone.apply(parameters, x, plan)[0].mean(dim=1) - truth).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [(), (0,), (8,) * 9, (1_000_000,)])
def test_sizes_that_no_network_has_are_refused(kind: Kind, channels: tuple[int, ...]) -> None:
    with pytest.raises(SegmenterError, match="levels of 1 to"):
        kind(4, channels)
