"""Weights on disk: a safetensors file of half-precision arrays, and the configuration they fit.

Nothing in such a file runs when it is read (https://github.com/huggingface/safetensors). Read
`read_weights` and `write_weights`; `require` compares parameters with those that a network has.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import numpy as np

from pinpoint3d.errors import FileAccessError, FileFormatError, SegmenterError
from pinpoint3d.files.storage import read_bytes, write_atomically
from pinpoint3d.net.parameters import Parameters, Shapes

FORMAT = 1
SUFFIX = ".safetensors"
SHIPPED = Path(__file__).with_name("default.safetensors")
"""The network of the package; docs/model-card.md says what it was trained on."""
_KEY = "pinpoint3d"
_LISTED = 3  # names of parameters in a sentence
_LONGEST = 80  # characters of each

Config = TypeVar("Config")


@dataclass(frozen=True)
class Weights:
    """What a weights file holds.

    Attributes
    ----------
    config
        What the network was built with, and notes on where the weights come from.
    parameters
        float32 arrays by path.
    """

    config: Mapping[str, Any]
    parameters: Parameters


def write_weights(path: Path, weights: Weights) -> None:
    """Write weights, rounded to half precision; the same weights give the same bytes.

    Raises
    ------
    SegmenterError
        If a value is no number, or too large for half precision.
    FileAccessError
        If the folder is missing or may not be written.
    """
    from safetensors.numpy import save

    halves = {}
    for name, values in weights.parameters.items():
        with np.errstate(over="ignore"):  # looked at below
            half = np.ascontiguousarray(values, dtype=np.float16)
        if not np.isfinite(half).all():
            raise SegmenterError(
                f"{path.name}: parameter {name} has values that half precision can not hold; "
                "take weights from before the training went wrong."
            )
        halves[name] = half
    # One entry only: safetensors writes several in an order that changes from run to run.
    text = json.dumps({"format": FORMAT, "config": dict(weights.config)}, sort_keys=True)
    write_atomically(path, [save(halves, {_KEY: text})])


def read_weights(path: Path) -> Weights:
    """Weights of a file, in single precision.

    Raises
    ------
    SegmenterError
        If it is no weights file of ours, is damaged, or of a later version.
    FileAccessError
        If it is missing or may not be read.
    """
    from safetensors import SafetensorError, safe_open

    try:
        read_bytes(path)  # says what is wrong with a file that can not be opened
        with safe_open(path, "numpy") as stream:
            config = _config((stream.metadata() or {}).get(_KEY), path)
            parameters = {}
            for name in sorted(stream.keys()):
                if stream.get_slice(name).get_dtype() not in ("F16", "F32"):
                    raise _damaged(path, f"{_shown(name)} is of another type than half precision")
                values = stream.get_tensor(name)
                if not np.isfinite(values).all():
                    raise _damaged(path, f"{_shown(name)} holds values that are no numbers")
                parameters[name] = values.astype(np.float32)
    except FileFormatError as error:  # empty
        raise SegmenterError(str(error)) from None
    except (SafetensorError, OSError) as error:
        if isinstance(error, FileAccessError):
            raise
        raise _damaged(path, str(error)) from None
    return Weights(config, parameters)


def require(parameters: Parameters, shapes: Shapes, name: str) -> None:
    """Nothing, if the parameters are exactly those named in `shapes`, in those shapes.

    Raises
    ------
    SegmenterError
        If one is missing, is not expected, or has another shape; `name` says whose they are.
    """
    wrong = {
        "lack": [key for key in shapes if key not in parameters],
        "have, and should not,": [_shown(key) for key in parameters if key not in shapes],
        "have in another shape": [
            f"{key} {tuple(parameters[key].shape)} for {shape}"
            for key, shape in shapes.items()
            if key in parameters and tuple(parameters[key].shape) != tuple(shape)
        ],
    }
    for what, keys in wrong.items():
        if keys:
            more = f" and {len(keys) - _LISTED} more" if len(keys) > _LISTED else ""
            raise SegmenterError(
                f"{name}: these weights do not fit the network they describe: they {what} "
                f"{', '.join(keys[:_LISTED])}{more}; take the file of the right version."
            )


def config_of(kind: type[Config], values: Mapping[str, Any], name: str) -> Config:
    """A configuration dataclass from what a weights file says; lists become tuples.

    Raises
    ------
    SegmenterError
        If a field is missing, unknown or of another type.
    """
    assert is_dataclass(kind)
    known = {field.name: field for field in fields(kind)}
    unknown = sorted(set(values) - set(known))
    missing = sorted(
        key
        for key, field in known.items()
        if key not in values and field.default is MISSING and field.default_factory is MISSING
    )
    if unknown or missing:
        raise SegmenterError(
            f"{name}: its configuration has unknown fields {unknown} and lacks {missing}; it was "
            "made by another version."
        )
    given = {key: _tupled(value) for key, value in values.items()}
    hints = get_type_hints(kind)
    for key, value in given.items():
        if not _fits(value, hints[key]):
            raise SegmenterError(f"{name}: its configuration says {key} is {value!r:.50}.")
    return kind(**given)


def _config(text: str | None, path: Path) -> dict[str, Any]:
    """The configuration in the file's own words."""
    try:
        described = json.loads(text or "")
        version, config = described["format"], described["config"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _damaged(path, "it does not say what network it fits") from None
    if version != FORMAT or not isinstance(config, dict):
        raise SegmenterError(
            f"{path.name}: weights of format {version!r:.20}; this version reads {FORMAT}."
        )
    return config


def _tupled(value: Any) -> Any:
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of the type that a field is annotated with."""
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]  # all our tuples are of any length
        return isinstance(value, tuple) and all(_fits(item, inner) for item in value)
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, hint) and (hint is bool or not isinstance(value, bool))


def _shown(name: str) -> str:
    """A name from a file, fit for a sentence."""
    return (name if name.isprintable() else repr(name))[:_LONGEST]


def _damaged(path: Path, why: str) -> SegmenterError:
    return SegmenterError(
        f"{path.name}: is no weights file, or a damaged one ({why.rstrip('.')}); fetch it again."
    )
