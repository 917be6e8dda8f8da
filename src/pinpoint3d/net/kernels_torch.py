# pyright: reportMissingImports=false, reportIncompatibleMethodOverride=false
# torch is an extra, so this file is checked with it and without it; its Function has *args.
"""The kernels of the network on torch tensors, with gradients: training, and CUDA.

Each function has the name, the arguments and the meaning of the one in `kernels_numpy`. `convolve`
has three forms. In single precision on a processor it lends its memory to `kernels_numpy`, which
takes a third off a training step. On CUDA, where every launch costs, it lays the neighbours of many
rows side by side and makes one product of them. In other precisions it goes offset by offset, the
plain form that the others are tested against. All write each row once a step, so that the same
input gives the same bits.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int, Int32, Int64

from pinpoint3d.net import kernels_numpy
from pinpoint3d.net.kernel_maps import KernelMap
from pinpoint3d.net.kernels_numpy import EPSILON

CHUNK_VALUES = 1 << 27  # of neighbours laid side by side: 512 MB, and few launches


def kernel_map(
    keys: Int64[torch.Tensor, " inputs"],
    sought: Int64[torch.Tensor, " outputs"],
    steps: Int64[np.ndarray, " offsets"],
) -> KernelMap:
    """For every output and every step, the input whose key is the one sought plus the step."""
    if len(keys) == 0:
        none = torch.zeros(0, dtype=torch.int32, device=keys.device)
        return KernelMap(none, none, (0,) * (len(steps) + 1), 0, len(sought))
    wanted = sought[None] + torch.as_tensor(steps, device=keys.device)[:, None]
    at = torch.searchsorted(keys, wanted).clamp_(max=len(keys) - 1)
    found = keys[at] == wanted
    starts = [0, *found.sum(dim=1).cumsum(dim=0).tolist()]
    target = found.nonzero()[:, 1]
    return KernelMap(at[found].int(), target.int(), tuple(starts), len(keys), len(sought))


def unique(
    keys: Int64[torch.Tensor, " rows"],
) -> tuple[Int64[torch.Tensor, " distinct"], Int32[torch.Tensor, " rows"]]:
    """The distinct keys, ascending, and which of them each row has."""
    distinct, index = torch.unique(keys, return_inverse=True)
    return distinct, index.int()


def on_device(plan: Any, device: str | torch.device) -> Any:
    """A plan (dataclasses and tuples of numpy arrays) with tensors on `device` for its arrays."""
    if isinstance(plan, np.ndarray):
        return torch.as_tensor(plan, device=device)
    if isinstance(plan, tuple):
        return tuple(on_device(item, device) for item in plan)
    if is_dataclass(plan) and not isinstance(plan, type):
        return type(plan)(*(on_device(getattr(plan, f.name), device) for f in fields(plan)))
    return plan


def convolve(
    x: Float[torch.Tensor, "inputs channels"],
    weight: Float[torch.Tensor, "offsets channels out"],
    maps: KernelMap,
) -> Float[torch.Tensor, "outputs out"]:
    """Sum over the offsets of the inputs paired with each output, times the offset's weights."""
    assert len(x) == maps.n_source
    kind = x.device.type
    if torch.is_autocast_enabled(kind):
        precision = torch.get_autocast_dtype(kind)
        x, weight = x.to(precision), weight.to(precision)
    return _Convolution.apply(x, weight, maps)


class _Convolution(torch.autograd.Function):
    """Only inputs and weights are kept for the way back: what is gathered is gathered again."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor, maps: KernelMap) -> torch.Tensor:
        ctx.save_for_backward(x, weight)
        ctx.maps = maps
        return _form(x)(x, weight, maps)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[Any, Any, None]:
        x, weight = ctx.saved_tensors
        of_x = of_weight = None
        if ctx.needs_input_grad[0]:
            of_x = _form(x)(gradient, weight.transpose(1, 2), ctx.maps.transposed)
        if ctx.needs_input_grad[1]:
            of_weight = weight_gradient(x, gradient, ctx.maps)
        return of_x, of_weight, None


def _form(x: torch.Tensor) -> Callable[[torch.Tensor, torch.Tensor, KernelMap], torch.Tensor]:
    if x.is_cuda:
        return side_by_side
    return tile_by_tile if x.dtype == torch.float32 else offset_by_offset


def tile_by_tile(
    x: Float[torch.Tensor, "inputs channels"],
    weight: Float[torch.Tensor, "offsets channels out"],
    maps: KernelMap,
) -> Float[torch.Tensor, "outputs out"]:
    """`convolve` by the kernel for numpy arrays, on the memory of the tensors."""
    arrays = x.detach().numpy(), weight.detach().numpy()
    return torch.from_numpy(kernels_numpy.convolve(*arrays, maps))


def offset_by_offset(
    x: Float[torch.Tensor, "inputs channels"],
    weight: Float[torch.Tensor, "offsets channels out"],
    maps: KernelMap,
) -> Float[torch.Tensor, "outputs out"]:
    """`convolve` as one gather, product and sum an offset."""
    out = x.new_zeros(maps.n_target, weight.shape[2])
    for k, (start, end) in enumerate(pairwise(maps.starts)):
        product = x.index_select(0, maps.source[start:end]) @ weight[k]
        out.index_add_(0, maps.target[start:end], product)
    return out


def side_by_side(
    x: Float[torch.Tensor, "inputs channels"],
    weight: Float[torch.Tensor, "offsets channels out"],
    maps: KernelMap,
) -> Float[torch.Tensor, "outputs out"]:
    """`convolve` as one gather and product for many rows, with zeros where no pair is."""
    flat = weight.reshape(-1, weight.shape[2])
    return torch.cat([columns @ flat for columns in _columns(x, maps)])


def _columns(x: torch.Tensor, maps: KernelMap) -> Iterator[torch.Tensor]:
    """The inputs of each output side by side, (rows, offsets x channels), some rows at a time."""
    padded, table = torch.cat([x, x.new_zeros(1, x.shape[1])]), _table(maps)
    width = table.shape[1] * x.shape[1]
    for chunk in table.split(max(1, CHUNK_VALUES // max(1, width))):
        yield padded.index_select(0, chunk.flatten()).reshape(len(chunk), width)


def weight_gradient(
    x: Float[torch.Tensor, "inputs channels"],
    gradient: Float[torch.Tensor, "outputs out"],
    maps: KernelMap,
) -> Float[torch.Tensor, "offsets channels out"]:
    """Gradient of the weights of `convolve`, from that of its output."""
    if x.is_cuda:
        return columns_gradient(x, gradient, maps)
    if x.dtype == torch.float32:
        arrays = x.detach().numpy(), gradient.detach().numpy()
        return torch.from_numpy(kernels_numpy.weight_gradient(*arrays, maps))
    return torch.stack(
        [
            x.index_select(0, maps.source[start:end]).T
            @ gradient.index_select(0, maps.target[start:end])
            for start, end in pairwise(maps.starts)
        ]
    )


def columns_gradient(
    x: Float[torch.Tensor, "inputs channels"],
    gradient: Float[torch.Tensor, "outputs out"],
    maps: KernelMap,
) -> Float[torch.Tensor, "offsets channels out"]:
    """`weight_gradient` as few products of neighbours laid side by side."""
    n_offsets = len(maps.starts) - 1
    out = x.new_zeros(n_offsets * x.shape[1], gradient.shape[1])
    row = 0
    for columns in _columns(x, maps):
        out.addmm_(columns.T, gradient[row : row + len(columns)])
        row += len(columns)
    return out.reshape(n_offsets, x.shape[1], gradient.shape[1])


def _table(maps: KernelMap) -> Int32[torch.Tensor, "outputs offsets"]:
    """The input paired with every output and offset; one past the last where there is none."""
    n_offsets = len(maps.starts) - 1
    device = maps.source.device
    counts = torch.tensor([end - start for start, end in pairwise(maps.starts)], device=device)
    offset = torch.arange(n_offsets, device=device).repeat_interleave(
        counts, output_size=maps.starts[-1]
    )
    table = torch.full((maps.n_target, n_offsets), maps.n_source, dtype=torch.int32, device=device)
    table[maps.target.long(), offset] = maps.source
    return table


def normalise(
    x: Float[torch.Tensor, "rows channels"],
    gain: Float[torch.Tensor, " channels"],
    bias: Float[torch.Tensor, " channels"],
    residual: Float[torch.Tensor, "rows channels"] | None = None,
) -> Float[torch.Tensor, "rows channels"]:
    """max(0, LayerNorm(x) + residual): each row brought to mean 0 and variance 1, then scaled."""
    normal = torch.nn.functional.layer_norm(x, gain.shape, gain, bias, EPSILON)
    return torch.relu(normal if residual is None else normal + residual)


def standardise(
    x: Float[torch.Tensor, "... channels"],
    gain: Float[torch.Tensor, " channels"],
    bias: Float[torch.Tensor, " channels"],
) -> Float[torch.Tensor, "... channels"]:
    """LayerNorm(x): each row brought to mean 0 and variance 1, then scaled."""
    return torch.nn.functional.layer_norm(x, gain.shape, gain, bias, EPSILON)


def concatenate(
    first: Float[torch.Tensor, "rows channels"], second: Float[torch.Tensor, "rows others"]
) -> Float[torch.Tensor, "rows both"]:
    """The channels of both, side by side."""
    return torch.cat([first, second], dim=1)


def append(
    first: Float[torch.Tensor, "rows channels"], second: Float[torch.Tensor, "others channels"]
) -> Float[torch.Tensor, "both channels"]:
    """The rows of one after those of the other."""
    return torch.cat([first, second], dim=0)


def gather(
    x: Float[torch.Tensor, "rows channels"], index: Int[torch.Tensor, " *shape"]
) -> Float[torch.Tensor, "*shape channels"]:
    """The rows named by `index`, which may have any shape."""
    return x.index_select(0, index.flatten()).reshape(*index.shape, x.shape[1])


def largest(x: Float[torch.Tensor, "rows k channels"]) -> Float[torch.Tensor, "rows channels"]:
    """Largest value of each channel among the k of every row."""
    return x.amax(dim=1)


def winners(x: Float[torch.Tensor, "rows labels"]) -> Float[torch.Tensor, "rows labels"]:
    """1 where a row is largest, at the first of equals, and 0 elsewhere."""
    return torch.nn.functional.one_hot(x.argmax(dim=1), x.shape[1]).to(x.dtype)


def segment_sum(
    values: Float[torch.Tensor, "rows channels"], segment: Int32[torch.Tensor, " rows"], n: int
) -> Float[torch.Tensor, "segments channels"]:
    """Sum of the rows of each of `n` segments; 0 for those without rows."""
    return values.new_zeros(n, values.shape[1]).index_add(0, segment, values)


def segment_mean(
    values: Float[torch.Tensor, "rows channels"], segment: Int32[torch.Tensor, " rows"], n: int
) -> Float[torch.Tensor, "segments channels"]:
    """Mean of the rows of each of `n` segments; 0 for those without rows."""
    count = torch.bincount(segment, minlength=n).clamp(min=1)
    return segment_sum(values, segment, n) / count[:, None]


def segment_max(
    values: Float[torch.Tensor, "rows channels"], segment: Int32[torch.Tensor, " rows"], n: int
) -> Float[torch.Tensor, "segments channels"]:
    """Largest of the rows of each of `n` segments; 0 for those without rows."""
    index = segment.long()[:, None].expand_as(values)
    zeros = values.new_zeros(n, values.shape[1])
    return zeros.scatter_reduce(0, index, values, "amax", include_self=False)


def gated_mean(
    x: Float[torch.Tensor, "places labels channels"],
    gate: Float[torch.Tensor, "arcs channels"],
    tail: Int32[torch.Tensor, " arcs"],
    head: Int32[torch.Tensor, " arcs"],
) -> Float[torch.Tensor, "places labels channels"]:
    """Mean of what the heads of each place's arcs hold, weighted by the arcs' gates."""
    if not x.is_cuda and x.dtype == torch.float32:
        return _GatedMean.apply(x, gate, tail, head)
    total = segment_sum(gate, tail, len(x)) + EPSILON
    sent = x.index_select(0, head) * gate[:, None]
    return torch.zeros_like(x).index_add(0, tail, sent) / total[:, None]


class _GatedMean(torch.autograd.Function):
    """By the kernels for numpy arrays, on the memory of the tensors: a tenth of the memory."""

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, gate: torch.Tensor, tail: torch.Tensor, head: torch.Tensor
    ) -> torch.Tensor:
        arrays = [values.detach().numpy() for values in (x, gate, tail, head)]
        mean = torch.from_numpy(kernels_numpy.gated_mean(*arrays))
        ctx.save_for_backward(x, gate, tail, head, mean)
        return mean

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[Any, Any, None, None]:
        arrays = [values.detach().numpy() for values in (*ctx.saved_tensors, gradient)]
        of_x, of_gate = kernels_numpy.gated_mean_gradient(*arrays)
        return torch.from_numpy(of_x), torch.from_numpy(of_gate), None, None


def mixed(
    share: Float[torch.Tensor, "labels labels"],
    x: Float[torch.Tensor, "places labels channels"],
) -> Float[torch.Tensor, "places labels channels"]:
    """On each place, every label's sum of what all labels hold, times its shares of them."""
    return share @ x


def spread(
    held: Float[torch.Tensor, "places labels channels"],
    place: Int32[torch.Tensor, " rows"],
    own: Float[torch.Tensor, "rows channels"],
    key: Float[torch.Tensor, "rows channels"],
    sought: Float[torch.Tensor, "labels channels"],
    value: Float[torch.Tensor, "rows labels"],
    weight: Float[torch.Tensor, " channels"],
) -> Float[torch.Tensor, "rows labels channels"]:
    """held[place] + own + key * sought + value * weight."""
    x = gather(held.flatten(1), place).reshape(len(place), *held.shape[1:])
    x = x + own[:, None]
    x += key[:, None] * sought
    x += value[..., None] * weight
    return x


def sigmoid(x: Float[torch.Tensor, "..."]) -> Float[torch.Tensor, "..."]:
    """1 / (1 + exp(-x))."""
    return torch.sigmoid(x)


def softmax(x: Float[torch.Tensor, "..."], axis: int) -> Float[torch.Tensor, "..."]:
    """exp(x) as shares of its sum along an axis."""
    return torch.softmax(x, axis)


def log_softmax(x: Float[torch.Tensor, "..."], axis: int) -> Float[torch.Tensor, "..."]:
    """Logarithm of `softmax`."""
    return torch.log_softmax(x, axis)
