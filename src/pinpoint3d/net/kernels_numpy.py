"""The kernels of the network on numpy arrays: what users run on a processor, without torch.

`convolve` is the one that matters. It gathers a tile of input rows, multiplies it with BLAS and
adds the product to the output, a block of output rows at a time, so that tile, product and block
stay in the cache and each block belongs to one thread: answers do not depend on the number of
threads. `kernels_torch` has the same functions with gradients.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import no_type_check

import numpy as np
from jaxtyping import Float, Float32, Int, Int32, Int64
from numba import get_num_threads, njit, prange, set_num_threads
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from pinpoint3d.net.kernel_maps import ROWS, KernelMap

TILE = 256  # rows multiplied at a time: 128 KB of input and product at 64 channels
EPSILON = 1e-5  # added to the variance, so that a constant row divides by no zero


def kernel_map(
    keys: Int64[np.ndarray, " inputs"],
    sought: Int64[np.ndarray, " outputs"],
    steps: Int64[np.ndarray, " offsets"],
) -> KernelMap:
    """For every output and every step, the input whose key is the one sought plus the step.

    Both lists of keys ascend, so that one walk along them finds all pairs of a step.
    """
    keys, sought = np.ascontiguousarray(keys), np.ascontiguousarray(sought)
    found, counts = _merged(keys, sought, np.ascontiguousarray(steps))
    starts = np.concatenate([[0], np.cumsum(counts)])
    source, target = _compacted(found, starts)
    return KernelMap(source, target, tuple(starts.tolist()), len(keys), len(sought))


def unique(
    keys: Int64[np.ndarray, " rows"],
) -> tuple[Int64[np.ndarray, " distinct"], Int32[np.ndarray, " rows"]]:
    """The distinct keys, ascending, and which of them each row has."""
    distinct, index = np.unique(keys, return_inverse=True)
    return distinct, index.astype(np.int32)


def convolve(
    x: Float32[np.ndarray, "inputs channels"],
    weight: Float32[np.ndarray, "offsets channels out"],
    maps: KernelMap,
) -> Float32[np.ndarray, "outputs out"]:
    """Sum over the offsets of the inputs paired with each output, times the offset's weights."""
    assert len(x) == maps.n_source
    out = np.empty((maps.n_target, weight.shape[2]), np.float32)
    with _blas().limit(limits=1):  # products run inside our own threads
        _convolved(
            np.ascontiguousarray(x),
            np.ascontiguousarray(weight),
            np.asarray(maps.source),
            np.asarray(maps.target),
            maps.blocks,
            out,
        )
    return out


def weight_gradient(
    x: Float32[np.ndarray, "inputs channels"],
    gradient: Float32[np.ndarray, "outputs out"],
    maps: KernelMap,
) -> Float32[np.ndarray, "offsets channels out"]:
    """Gradient of the weights of `convolve`, from that of its output."""
    n_offsets = len(maps.starts) - 1
    out = np.zeros((n_offsets, x.shape[1], gradient.shape[1]), np.float32)
    with _blas().limit(limits=1):
        _correlated(
            np.ascontiguousarray(x),
            np.ascontiguousarray(gradient),
            np.asarray(maps.source),
            np.asarray(maps.target),
            np.array(maps.starts),
            out,
        )
    return out


def normalise(
    x: Float32[np.ndarray, "rows channels"],
    gain: Float32[np.ndarray, " channels"],
    bias: Float32[np.ndarray, " channels"],
    residual: Float32[np.ndarray, "rows channels"] | None = None,
) -> Float32[np.ndarray, "rows channels"]:
    """max(0, LayerNorm(x) + residual): each row brought to mean 0 and variance 1, then scaled."""
    out = np.empty(x.shape, np.float32)
    added = x[:0] if residual is None else residual
    _normalised(np.ascontiguousarray(x), gain, bias, np.ascontiguousarray(added), out)
    return out


def standardise(
    x: Float32[np.ndarray, "... channels"],
    gain: Float32[np.ndarray, " channels"],
    bias: Float32[np.ndarray, " channels"],
) -> Float32[np.ndarray, "... channels"]:
    """LayerNorm(x): each row brought to mean 0 and variance 1, then scaled."""
    lowered = x - x.mean(axis=-1, keepdims=True)
    variance = np.square(lowered).mean(axis=-1, keepdims=True)
    return lowered / np.sqrt(variance + np.float32(EPSILON)) * gain + bias


def concatenate(
    first: Float32[np.ndarray, "rows channels"], second: Float32[np.ndarray, "rows others"]
) -> Float32[np.ndarray, "rows both"]:
    """The channels of both, side by side."""
    return np.concatenate([first, second], axis=1)


def append(
    first: Float32[np.ndarray, "rows channels"], second: Float32[np.ndarray, "others channels"]
) -> Float32[np.ndarray, "both channels"]:
    """The rows of one after those of the other."""
    return np.concatenate([first, second], axis=0)


def gather(
    x: Float32[np.ndarray, "rows channels"], index: Int[np.ndarray, " *shape"]
) -> Float32[np.ndarray, "*shape channels"]:
    """The rows named by `index`, which may have any shape."""
    return np.take(x, index, axis=0)


def largest(x: Float[np.ndarray, "rows k channels"]) -> Float[np.ndarray, "rows channels"]:
    """Largest value of each channel among the k of every row."""
    return x.max(axis=1)


def winners(x: Float32[np.ndarray, "rows labels"]) -> Float32[np.ndarray, "rows labels"]:
    """1 where a row is largest, at the first of equals, and 0 elsewhere."""
    return np.eye(x.shape[1], dtype=np.float32)[x.argmax(axis=1)]


def segment_sum(
    values: Float32[np.ndarray, "rows channels"], segment: Int32[np.ndarray, " rows"], n: int
) -> Float32[np.ndarray, "segments channels"]:
    """Sum of the rows of each of `n` segments; 0 for those without rows."""
    return _summed(np.ascontiguousarray(values), segment, n)


def segment_mean(
    values: Float32[np.ndarray, "rows channels"], segment: Int32[np.ndarray, " rows"], n: int
) -> Float32[np.ndarray, "segments channels"]:
    """Mean of the rows of each of `n` segments; 0 for those without rows."""
    count = np.maximum(np.bincount(segment, minlength=n), 1).astype(np.float32)
    return segment_sum(values, segment, n) / count[:, None]


def segment_max(
    values: Float32[np.ndarray, "rows channels"], segment: Int32[np.ndarray, " rows"], n: int
) -> Float32[np.ndarray, "segments channels"]:
    """Largest of the rows of each of `n` segments; 0 for those without rows."""
    return _topped(np.ascontiguousarray(values), segment, n)


def gated_mean(
    x: Float32[np.ndarray, "places labels channels"],
    gate: Float32[np.ndarray, "arcs channels"],
    tail: Int32[np.ndarray, " arcs"],
    head: Int32[np.ndarray, " arcs"],
) -> Float32[np.ndarray, "places labels channels"]:
    """Mean of what the heads of each place's arcs hold, weighted by the arcs' gates."""
    scale = 1 / (segment_sum(gate, tail, len(x)) + np.float32(EPSILON))
    return _gated(np.ascontiguousarray(x), np.ascontiguousarray(gate), tail, head, scale)


def gated_mean_gradient(
    x: Float32[np.ndarray, "places labels channels"],
    gate: Float32[np.ndarray, "arcs channels"],
    tail: Int32[np.ndarray, " arcs"],
    head: Int32[np.ndarray, " arcs"],
    mean: Float32[np.ndarray, "places labels channels"],
    gradient: Float32[np.ndarray, "places labels channels"],
) -> tuple[Float32[np.ndarray, "places labels channels"], Float32[np.ndarray, "arcs channels"]]:
    """Gradients of `x` and `gate` in `gated_mean`, from its output and that one's gradient."""
    scale = 1 / (segment_sum(gate, tail, len(x)) + np.float32(EPSILON))
    gradient = np.ascontiguousarray(gradient)
    of_x = _gated_back(gate, tail, head, scale, gradient)
    return of_x, _gates_back(np.ascontiguousarray(x), tail, head, scale, mean, gradient)


def mixed(
    share: Float32[np.ndarray, "labels labels"],
    x: Float32[np.ndarray, "places labels channels"],
) -> Float32[np.ndarray, "places labels channels"]:
    """On each place, every label's sum of what all labels hold, times its shares of them."""
    return _mixed(np.ascontiguousarray(share), np.ascontiguousarray(x))


def spread(
    held: Float32[np.ndarray, "places labels channels"],
    place: Int32[np.ndarray, " rows"],
    own: Float32[np.ndarray, "rows channels"],
    key: Float32[np.ndarray, "rows channels"],
    sought: Float32[np.ndarray, "labels channels"],
    value: Float32[np.ndarray, "rows labels"],
    weight: Float32[np.ndarray, " channels"],
) -> Float32[np.ndarray, "rows labels channels"]:
    """held[place] + own + key * sought + value * weight, in one pass: rows are many."""
    return _spread(held, place, own, key, sought, np.ascontiguousarray(value), weight)


def sigmoid(x: Float32[np.ndarray, "..."]) -> Float32[np.ndarray, "..."]:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-np.clip(x, -80, 80)))


def softmax(x: Float32[np.ndarray, "..."], axis: int) -> Float32[np.ndarray, "..."]:
    """exp(x) as shares of its sum along an axis."""
    raised = np.exp(x - x.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)


def log_softmax(x: Float32[np.ndarray, "..."], axis: int) -> Float32[np.ndarray, "..."]:
    """Logarithm of `softmax`."""
    lowered = x - x.max(axis=axis, keepdims=True)
    return lowered - np.log(np.exp(lowered).sum(axis=axis, keepdims=True))


@contextmanager
def in_one_thread() -> Iterator[None]:
    """While inside, this thread's kernels and products run in it alone.

    Those of a click are too small for more, and on a busy machine one that waits costs the most.
    """
    before = get_num_threads()
    set_num_threads(1)
    try:
        with _blas().limit(limits=1):
            yield
    finally:
        set_num_threads(before)


@cache
def _blas() -> ThreadpoolController:
    """The BLAS libraries of this process; finding them takes some milliseconds."""
    import_module("scipy.linalg.cython_blas")  # the products that numba calls
    return ThreadpoolController().select(user_api="blas")


@njit(cache=True, parallel=True)
@no_type_check  # numba compiles the plain function
def _merged(keys: NDArray, sought: NDArray, steps: NDArray) -> tuple[NDArray, NDArray]:
    """Input of every step and output, -1 where there is none, and how many each step found."""
    n = len(keys)
    found = np.empty((len(steps), len(sought)), np.int32)
    counts = np.zeros(len(steps), np.int64)
    for k in prange(len(steps)):
        p = 0
        count = 0
        for i in range(len(sought)):
            key = sought[i] + steps[k]
            while p < n and keys[p] < key:
                p += 1
            if p < n and keys[p] == key:
                found[k, i] = p
                count += 1
            else:
                found[k, i] = -1
        counts[k] = count
    return found, counts


@njit(cache=True, parallel=True)
@no_type_check  # numba compiles the plain function
def _compacted(found: NDArray, starts: NDArray) -> tuple[NDArray, NDArray]:
    """Input and output of every pair found."""
    source = np.empty(starts[-1], np.int32)
    target = np.empty(starts[-1], np.int32)
    for k in prange(len(found)):
        p = starts[k]
        for i in range(found.shape[1]):
            if found[k, i] >= 0:
                source[p] = found[k, i]
                target[p] = i
                p += 1
    return source, target


@njit(cache=True, parallel=True)
@no_type_check  # numba compiles the plain function
def _convolved(
    x: NDArray, weight: NDArray, source: NDArray, target: NDArray, blocks: NDArray, out: NDArray
) -> None:
    """Fill `out` with the convolution."""
    n_in, n_out = x.shape[1], weight.shape[2]
    for b in prange(blocks.shape[1] - 1):
        rows = np.empty((TILE, n_in), np.float32)
        product = np.empty((TILE, n_out), np.float32)
        out[b * ROWS : (b + 1) * ROWS] = 0
        for k in range(len(weight)):
            s, end = blocks[k, b], blocks[k, b + 1]
            while s < end:
                m = min(TILE, end - s)
                for i in range(m):  # loops, not slices, which take half the time at 32 channels
                    j = source[s + i]
                    for c in range(n_in):
                        rows[i, c] = x[j, c]
                np.dot(rows[:m], weight[k], product[:m])
                for i in range(m):
                    j = target[s + i]
                    for c in range(n_out):
                        out[j, c] += product[i, c]
                s += m


@njit(cache=True, parallel=True)
@no_type_check  # numba compiles the plain function
def _correlated(
    x: NDArray, gradient: NDArray, source: NDArray, target: NDArray, starts: NDArray, out: NDArray
) -> None:
    """Add the gradient of the weights to `out`, an offset a thread."""
    n_in, n_out = x.shape[1], gradient.shape[1]
    for k in prange(len(out)):
        rows = np.empty((TILE, n_in), np.float32)
        asked = np.empty((TILE, n_out), np.float32)
        product = np.empty((n_in, n_out), np.float32)
        s, end = starts[k], starts[k + 1]
        while s < end:
            m = min(TILE, end - s)
            for i in range(m):
                j = source[s + i]
                for c in range(n_in):
                    rows[i, c] = x[j, c]
                j = target[s + i]
                for c in range(n_out):
                    asked[i, c] = gradient[j, c]
            np.dot(rows[:m].T, asked[:m], product)
            out[k] += product
            s += m


@njit(cache=True, parallel=True, fastmath={"reassoc", "contract"})  # sums in vectors
@no_type_check  # numba compiles the plain function
def _normalised(x: NDArray, gain: NDArray, bias: NDArray, residual: NDArray, out: NDArray) -> None:
    n, n_channels = x.shape
    scale = np.float32(1 / n_channels)
    for b in prange((n + ROWS - 1) // ROWS):
        for i in range(b * ROWS, min(n, (b + 1) * ROWS)):
            mean = np.float32(0)
            for c in range(n_channels):
                mean += x[i, c]
            mean *= scale
            variance = np.float32(0)
            for c in range(n_channels):
                variance += (x[i, c] - mean) ** 2
            factor = np.float32(1) / np.sqrt(variance * scale + np.float32(EPSILON))
            for c in range(n_channels):
                out[i, c] = (x[i, c] - mean) * factor * gain[c] + bias[c]
            if len(residual):
                for c in range(n_channels):
                    out[i, c] += residual[i, c]
            for c in range(n_channels):
                out[i, c] = max(out[i, c], np.float32(0))


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _summed(values: NDArray, segment: NDArray, n: int) -> NDArray:
    out = np.zeros((n, values.shape[1]), np.float32)
    for i in range(len(values)):
        for c in range(values.shape[1]):
            out[segment[i], c] += values[i, c]
    return out


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _topped(values: NDArray, segment: NDArray, n: int) -> NDArray:
    out = np.zeros((n, values.shape[1]), np.float32)
    seen = np.zeros(n, np.bool_)
    for i in range(len(values)):
        s = segment[i]
        for c in range(values.shape[1]):
            if not seen[s] or values[i, c] > out[s, c]:
                out[s, c] = values[i, c]
        seen[s] = True
    return out


@njit(cache=True, parallel=True)
@no_type_check  # numba compiles the plain function
def _gated(x: NDArray, gate: NDArray, tail: NDArray, head: NDArray, scale: NDArray) -> NDArray:
    n, n_labels, n_channels = x.shape
    out = np.zeros_like(x)
    for label in prange(n_labels):
        for a in range(len(tail)):
            t, h = tail[a], head[a]
            for c in range(n_channels):
                out[t, label, c] += gate[a, c] * x[h, label, c]
        for t in range(n):
            for c in range(n_channels):
                out[t, label, c] *= scale[t, c]
    return out


@njit(cache=True, parallel=True)
@no_type_check  # numba compiles the plain function
def _gated_back(
    gate: NDArray, tail: NDArray, head: NDArray, scale: NDArray, gradient: NDArray
) -> NDArray:
    n_labels, n_channels = gradient.shape[1:]
    out = np.zeros_like(gradient)
    for label in prange(n_labels):
        for a in range(len(tail)):
            t, h = tail[a], head[a]
            for c in range(n_channels):
                out[h, label, c] += gate[a, c] * scale[t, c] * gradient[t, label, c]
    return out


@njit(cache=True, parallel=True)
@no_type_check  # numba compiles the plain function
def _gates_back(
    x: NDArray, tail: NDArray, head: NDArray, scale: NDArray, mean: NDArray, gradient: NDArray
) -> NDArray:
    n_labels, n_channels = x.shape[1:]
    out = np.zeros((len(tail), n_channels), np.float32)
    for a in prange(len(tail)):
        t, h = tail[a], head[a]
        for label in range(n_labels):
            for c in range(n_channels):
                apart = x[h, label, c] - mean[t, label, c]
                out[a, c] += gradient[t, label, c] * apart * scale[t, c]
    return out


@njit(cache=True, parallel=True)
@no_type_check  # numba compiles the plain function
def _mixed(share: NDArray, x: NDArray) -> NDArray:
    n, n_labels, n_channels = x.shape
    out = np.zeros_like(x)
    for i in prange(n):
        for a in range(n_labels):
            for b in range(n_labels):
                if share[a, b] != 0:
                    for c in range(n_channels):
                        out[i, a, c] += share[a, b] * x[i, b, c]
    return out


@njit(cache=True, parallel=True)
@no_type_check  # numba compiles the plain function
def _spread(
    held: NDArray,
    place: NDArray,
    own: NDArray,
    key: NDArray,
    sought: NDArray,
    value: NDArray,
    weight: NDArray,
) -> NDArray:
    n_labels, n_channels = sought.shape
    out = np.empty((len(place), n_labels, n_channels), np.float32)
    for i in prange(len(place)):
        p = place[i]
        for label in range(n_labels):
            for c in range(n_channels):
                alike = own[i, c] + key[i, c] * sought[label, c]
                out[i, label, c] = held[p, label, c] + alike + value[i, label] * weight[c]
    return out
