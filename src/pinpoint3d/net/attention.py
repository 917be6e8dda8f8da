"""Attention between rows: what the transformers of the peer networks are made of.

`attended` and `transformed` are layers with their residual, for numpy arrays and torch tensors,
normalised after the sum as in the first transformer (Vaswani et al., 2017, arXiv 1706.03762).
Leading axes, if any, are computed side by side.
"""

from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Integer

from pinpoint3d.net.parameters import Parameters, Shapes, norm_shapes
from pinpoint3d.net.sparse import kernels_of

BARRED = 1e9  # what is taken off the score of a row that must not be looked at: it weighs nothing
_SOFTER = 0.5  # `parameters.initial` draws queries and keys for rectifiers, twice as wide
_WAVELENGTHS = 10_000.0  # from the shortest to the longest of `time_code`, as in the paper above


def attention_shapes(name: str, width: int, inner: int | None = None) -> Shapes:
    """The parameters of `attended`; `inner` channels are compared, all unless it is given."""
    inner = inner or width
    shapes: Shapes = {f"{name}.{part}.weight": (width, inner) for part in ("query", "key", "value")}
    shapes |= {f"{name}.out.weight": (inner, width), f"{name}.out.bias": (width,)}
    return shapes | norm_shapes(name, width)


def attended(
    parameters: Parameters,
    name: str,
    x: Float[Any, "*sets rows width"],
    memory: Float[Any, "*_ others width"],
    n_heads: int,
    *,
    at: Float[Any, "*_ rows width"],
    memory_at: Float[Any, "*_ others width"],
    allowed: Float[Any, "rows others"] | None = None,
) -> Float[Any, "*sets rows width"]:
    """The rows after each has looked at those of `memory`.

    Parameters
    ----------
    at, memory_at
        Where the rows are, in the same channels; added where rows are compared.
    allowed
        1 where a row may look at another and 0 where not; every row may look somewhere.
    """
    p, kernels = parameters, kernels_of(x)
    query = _by_head((x + at) @ p[f"{name}.query.weight"], n_heads)
    key = _by_head((memory + memory_at) @ p[f"{name}.key.weight"], n_heads)
    value = _by_head(memory @ p[f"{name}.value.weight"], n_heads)
    scores = query @ key.swapaxes(-1, -2) * (_SOFTER * query.shape[-1] ** -0.5)
    if allowed is not None:
        scores = scores + (allowed - 1) * BARRED
    seen = (kernels.softmax(scores, -1) @ value).swapaxes(-2, -3)
    seen = seen.reshape(*seen.shape[:-2], -1) @ p[f"{name}.out.weight"] + p[f"{name}.out.bias"]
    return kernels.standardise(x + seen, p[f"{name}.gain"], p[f"{name}.bias"])


def perceptron_shapes(name: str, n_in: int, hidden: int, n_out: int) -> Shapes:
    """The parameters of `perceptron`."""
    return {
        f"{name}.first.weight": (n_in, hidden),
        f"{name}.first.bias": (hidden,),
        f"{name}.second.weight": (hidden, n_out),
        f"{name}.second.bias": (n_out,),
    }


def perceptron(
    parameters: Parameters, name: str, x: Float[Any, "*rows inputs"]
) -> Float[Any, "*rows outputs"]:
    """Two layers, the first of them rectified."""
    p = parameters
    hidden = (x @ p[f"{name}.first.weight"] + p[f"{name}.first.bias"]).clip(min=0)
    return hidden @ p[f"{name}.second.weight"] + p[f"{name}.second.bias"]


def transformed_shapes(name: str, width: int, hidden: int) -> Shapes:
    """The parameters of `transformed`."""
    return perceptron_shapes(name, width, hidden, width) | norm_shapes(name, width)


def transformed(
    parameters: Parameters, name: str, x: Float[Any, "*rows width"]
) -> Float[Any, "*rows width"]:
    """The rows after a perceptron on each by itself."""
    changed = x + perceptron(parameters, name, x)
    gain, bias = parameters[f"{name}.gain"], parameters[f"{name}.bias"]
    return kernels_of(x).standardise(changed, gain, bias)


def place_code(
    xyz: Float32[np.ndarray, "places 3"], width: int
) -> Float32[np.ndarray, "places width"]:
    """Places as waves of random direction and length, within the box that holds them all.

    Tancik et al., "Fourier features let networks learn high frequency functions in low dimensional
    domains", 2020, arXiv 2006.10739; with the frequencies of AGILE3D, about one wave a box.
    """
    low = xyz.min(axis=0)
    inside = (xyz - low) / np.maximum(xyz.max(axis=0) - low, np.float32(1e-6))
    frequency = np.random.default_rng(0).normal(size=(3, width // 2)).astype(np.float32)
    phase = np.float32(2 * np.pi) * inside @ frequency
    return np.concatenate([np.sin(phase), np.cos(phase)], axis=1)


def time_code(
    step: Integer[np.ndarray, " steps"], width: int
) -> Float32[np.ndarray, "steps width"]:
    """Steps in time as waves from short to long."""
    length = _WAVELENGTHS ** (np.arange(width // 2) / (width // 2))
    phase = step[:, None] / length
    return np.concatenate([np.sin(phase), np.cos(phase)], axis=1).astype(np.float32)


def _by_head(x: Any, n_heads: int) -> Any:
    """Channels dealt out to the heads: (..., heads, rows, channels)."""
    return x.reshape(*x.shape[:-1], n_heads, -1).swapaxes(-2, -3)
