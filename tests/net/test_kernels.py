"""The kernels, against dense convolution and against each other."""

from itertools import pairwise
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import correlate
from voxel_sets import bumpy_plane, cell_sets

from pinpoint3d.net import kernels_numpy
from pinpoint3d.net.kernel_maps import ROWS, KernelMap
from pinpoint3d.net.sparse import pyramid, voxel_keys

seeds = st.integers(0, 2**32 - 1)


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Random float32 values."""
    return rng.normal(size=shape).astype(np.float32)


def dense(cells: np.ndarray, x: np.ndarray, side: int) -> np.ndarray:
    """Values on a full grid, 0 where no voxel is: (channels, side, side, side)."""
    grid = np.zeros((x.shape[1], side, side, side))
    grid[:, cells[:, 0], cells[:, 1], cells[:, 2]] = x.T
    return grid


@settings(deadline=None, max_examples=40)
@given(cell_sets, seeds)
def test_a_convolution_is_the_dense_one_at_the_voxels(cells: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, weight = normal(rng, len(cells), 3), normal(rng, 27, 3, 5)
    grid = dense(cells, x, 10)
    kernel = weight.reshape(3, 3, 3, 3, 5)
    expected = np.zeros((len(cells), 5))
    for i in range(3):
        for o in range(5):
            full = correlate(grid[i], kernel[..., i, o].astype(float), mode="constant")
            expected[:, o] += full[tuple(cells.T)]
    maps = pyramid(voxel_keys(cells), 1).around[0]
    assert np.allclose(kernels_numpy.convolve(x, weight, maps), expected, atol=1e-4)


@settings(deadline=None, max_examples=40)
@given(cell_sets, seeds)
def test_a_step_down_is_the_dense_one_of_stride_two(cells: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, weight = normal(rng, len(cells), 3), normal(rng, 8, 3, 4)
    blocks = dense(cells, x, 10).reshape(3, 5, 2, 5, 2, 5, 2)
    expected = np.einsum("iaxbycz,xyzio->abco", blocks, weight.reshape(2, 2, 2, 3, 4))
    down = pyramid(voxel_keys(cells), 2).down[0]
    parents = np.unique(cells // 2, axis=0)
    got = kernels_numpy.convolve(x, weight, down)
    assert np.allclose(got, expected[tuple(parents.T)], atol=1e-4)


@settings(deadline=None, max_examples=20)
@given(cell_sets, seeds)
def test_a_step_up_is_the_adjoint_of_the_step_down(cells: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    down = pyramid(voxel_keys(cells), 2).down[0]
    x, weight = normal(rng, len(cells), 3), normal(rng, 8, 3, 4)
    y = normal(rng, down.n_target, 4)
    up = kernels_numpy.convolve(y, weight.transpose(0, 2, 1), down.transposed)
    there = (kernels_numpy.convolve(x, weight, down) * y).sum()
    assert np.isclose(there, (x * up).sum(), rtol=1e-3, atol=1e-3)


def plain(x: np.ndarray, weight: np.ndarray, maps: KernelMap) -> np.ndarray:
    """`convolve` in three lines."""
    out = np.zeros((maps.n_target, weight.shape[2]), np.float64)
    for k, (start, end) in enumerate(pairwise(maps.starts)):
        out[maps.target[start:end]] += x[maps.source[start:end]].astype(np.float64) @ weight[k]
    return out


@pytest.mark.parametrize("channels", [1, 16, 33, 64])
def test_many_blocks_and_tiles_add_up(channels: int) -> None:
    rng = np.random.default_rng(channels)
    maps = pyramid(voxel_keys(bumpy_plane(60)), 1).around[0]
    assert maps.n_target > 3 * ROWS
    x, weight = normal(rng, maps.n_source, channels), normal(rng, 27, channels, 40)
    got = kernels_numpy.convolve(x, weight, maps)
    assert np.allclose(got, plain(x, weight, maps), atol=1e-3)
    assert np.array_equal(got, kernels_numpy.convolve(x, weight, maps))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 40), st.integers(1, 70), st.booleans(), seeds)
def test_rows_are_brought_to_mean_0_and_variance_1(
    n: int, width: int, has_residual: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x, residual = 3 + 2 * normal(rng, n, width), normal(rng, n, width)
    gain, bias = normal(rng, width), normal(rng, width)
    wide = x.astype(np.float64)
    spread = np.sqrt(wide.var(axis=1, keepdims=True) + kernels_numpy.EPSILON)
    expected = (wide - wide.mean(axis=1, keepdims=True)) / spread * gain + bias
    expected += residual if has_residual else 0
    got = kernels_numpy.normalise(x, gain, bias, residual if has_residual else None)
    assert np.allclose(got, np.maximum(expected, 0), atol=1e-3)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 30), st.integers(1, 8), seeds)
def test_segments_are_summed_averaged_and_topped(n: int, n_segments: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = normal(rng, n, 3)
    segment = rng.integers(n_segments, size=n).astype(np.int32)
    for s in range(n_segments):
        own = values[segment == s]
        for name, expected in (
            ("segment_sum", own.sum(axis=0)),
            ("segment_mean", own.mean(axis=0) if len(own) else np.zeros(3)),
            ("segment_max", own.max(axis=0) if len(own) else np.zeros(3)),
        ):
            got = getattr(kernels_numpy, name)(values, segment, n_segments)
            assert np.allclose(got[s], expected, atol=1e-5), name


class TestTorch:
    """The same functions on tensors, and their gradients."""

    @pytest.fixture(autouse=True)
    def _kernels(self, torch: ModuleType) -> None:
        from pinpoint3d.net import kernels_torch

        self.torch, self.kernels = torch, kernels_torch

    def maps(self, cells: np.ndarray) -> list[KernelMap]:
        """A map along a level, one down and one up."""
        plan = pyramid(voxel_keys(cells), 2)
        found = [plan.around[0], plan.down[0], plan.down[0].transposed]
        return [self.kernels.on_device(maps, "cpu") for maps in found]

    def random(self, *shape: int, seed: int = 0):
        """A float64 tensor that asks for its gradient."""
        values = np.random.default_rng(seed).normal(size=shape)
        return self.torch.tensor(values, requires_grad=True)

    @pytest.mark.parametrize("which", [0, 1, 2])
    def test_gradients_of_the_convolution_are_its_derivatives(self, which: int) -> None:
        maps = self.maps(bumpy_plane(4))[which]
        x = self.random(maps.n_source, 2)
        weight = self.random(len(maps.starts) - 1, 2, 3, seed=1)
        assert self.torch.autograd.gradcheck(
            lambda x, w: self.kernels.convolve(x, w, maps), (x, weight)
        )

    @pytest.mark.parametrize("which", [0, 1, 2])
    @pytest.mark.parametrize("chunk_values", [1, 500, 1 << 20])
    def test_the_form_for_cuda_gives_the_same_values_and_gradients(
        self, which: int, chunk_values: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(self.kernels, "CHUNK_VALUES", chunk_values)
        maps = self.maps(bumpy_plane(9))[which]
        x = self.random(maps.n_source, 4).detach()
        weight = self.random(len(maps.starts) - 1, 4, 3, seed=1).detach()
        gradient = self.random(maps.n_target, 3, seed=2).detach()
        one = self.kernels.offset_by_offset(x, weight, maps)
        assert self.torch.allclose(self.kernels.side_by_side(x, weight, maps), one)
        one = self.kernels.weight_gradient(x, gradient, maps)
        assert self.torch.allclose(self.kernels.columns_gradient(x, gradient, maps), one)

    @pytest.mark.parametrize("which", [0, 1, 2])
    def test_single_precision_gives_the_values_and_gradients_of_double(self, which: int) -> None:
        maps = self.maps(bumpy_plane(40))[which]
        x = self.random(maps.n_source, 4)
        weight = self.random(len(maps.starts) - 1, 4, 3, seed=1)
        gradient = self.random(maps.n_target, 3, seed=2).detach()
        results = []
        for single in (False, True):
            given = [(v.detach().float() if single else v.detach()) for v in (x, weight)]
            given = [v.requires_grad_() for v in given]
            out = self.kernels.convolve(*given, maps)
            back = self.torch.autograd.grad(out, given, gradient.to(out.dtype))
            results.append((out, *back))
        for double, single in zip(*results, strict=True):
            assert self.torch.allclose(double.float(), single, atol=1e-2, rtol=1e-4)

    @pytest.mark.parametrize("has_residual", [False, True])
    def test_gradients_of_the_normalisation_are_its_derivatives(self, has_residual: bool) -> None:
        x, gain, bias = self.random(5, 4), self.random(4, seed=1), self.random(4, seed=2)
        residual = self.random(5, 4, seed=3) if has_residual else None
        given = (x, gain, bias) if residual is None else (x, gain, bias, residual)
        assert self.torch.autograd.gradcheck(self.kernels.normalise, given)

    @pytest.mark.parametrize("name", ["segment_sum", "segment_mean", "segment_max"])
    def test_gradients_over_segments_are_their_derivatives(self, name: str) -> None:
        segment = self.torch.tensor([0, 2, 2, 0, 4], dtype=self.torch.int32)
        reduce = getattr(self.kernels, name)
        x = self.random(5, 3)
        assert self.torch.autograd.gradcheck(lambda x: reduce(x, segment, 6), (x,))

    @settings(deadline=None, max_examples=20)
    @given(cells=cell_sets, seed=seeds)
    def test_all_functions_agree_with_those_of_numpy(self, cells: np.ndarray, seed: int) -> None:
        rng = np.random.default_rng(seed)
        plan = pyramid(voxel_keys(cells), 2)
        x, other = normal(rng, len(cells), 6), normal(rng, len(cells), 6)
        segment = rng.integers(4, size=len(cells)).astype(np.int32)
        index = rng.integers(len(cells), size=(5, 3)).astype(np.int32)
        calls = {
            "convolve": (x, normal(rng, 27, 6, 4), plan.around[0]),
            "normalise": (x, normal(rng, 6), normal(rng, 6), other),
            "concatenate": (x, other),
            "gather": (x, index),
            "largest": (normal(rng, 4, 3, 2),),
            "segment_sum": (x, segment, 5),
            "segment_mean": (x, segment, 5),
            "segment_max": (x, segment, 5),
        }
        for name, given_ in calls.items():
            mine = getattr(kernels_numpy, name)(*given_)
            tensors = self.kernels.on_device(given_, "cpu")
            its = getattr(self.kernels, name)(*tensors).numpy()
            assert np.allclose(mine, its, atol=1e-4), name

    def test_under_autocast_products_are_of_lower_precision_and_gradients_are_not(self) -> None:
        maps = self.maps(bumpy_plane(9))[0]
        x = self.random(maps.n_source, 4).detach().float()
        weight = self.random(27, 4, 3, seed=1).detach().float().requires_grad_()
        with self.torch.autocast("cpu", self.torch.bfloat16):
            out = self.kernels.convolve(x, weight, maps)
        out.float().square().sum().backward()
        assert out.dtype == self.torch.bfloat16
        assert weight.grad.dtype == self.torch.float32
        exact = self.kernels.convolve(x, weight, maps)
        assert self.torch.allclose(out.float(), exact, atol=0.1)


def test_gradients_of_the_gated_mean_are_those_of_its_plain_form(torch: ModuleType) -> None:
    from pinpoint3d.net import kernels_torch

    rng = np.random.default_rng(0)
    tail, head = (torch.tensor(rng.integers(0, 9, 30), dtype=torch.int32) for _ in range(2))
    x, gate, weight = (
        torch.tensor(rng.uniform(0.1, 1, shape), requires_grad=True)
        for shape in ((9, 3, 4), (30, 4), (9, 3, 4))
    )
    plain = kernels_torch.gated_mean(x, gate, tail, head)  # float64 takes the plain form
    wanted = torch.autograd.grad((plain * weight.detach()).sum(), [x, gate])
    small = [values.detach().float().requires_grad_() for values in (x, gate)]
    ours = kernels_torch.gated_mean(small[0], small[1], tail, head)
    found = torch.autograd.grad((ours * weight.detach().float()).sum(), small)
    np.testing.assert_allclose(ours.detach(), plain.detach(), atol=1e-5)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_labels_are_mixed_and_spread_alike_by_both(torch: ModuleType) -> None:
    from pinpoint3d.net import kernels_torch

    rng = np.random.default_rng(0)
    held, share = normal(rng, 5, 3, 4), normal(rng, 3, 3)
    place = np.array([4, 0, 0, 2], np.int32)
    own, key, sought, value = (normal(rng, *s) for s in ((4, 4), (4, 4), (3, 4), (4, 3)))
    weight = normal(rng, 4)
    given = (held, place, own, key, sought, value, weight)
    ours = kernels_numpy.spread(*given)
    expected = held[0, 2] + own[1] + key[1] * sought[2] + value[1, 2] * weight  # row 1, label 2
    np.testing.assert_allclose(ours[1, 2], expected, atol=1e-5)
    theirs = kernels_torch.spread(*map(torch.tensor, given))
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    mixed = kernels_numpy.mixed(share, held)
    np.testing.assert_allclose(mixed[3], share @ held[3], atol=1e-5)
    np.testing.assert_allclose(
        mixed, kernels_torch.mixed(torch.tensor(share), torch.tensor(held)), atol=1e-5
    )
