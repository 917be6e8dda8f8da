"""Samples in files: many to a shard, in a form that is read back lazily and is the same everywhere.

A shard is one safetensors file (https://github.com/huggingface/safetensors): arrays by sample
number, and one JSON text that says what they mean. Positions are kept in 65,534 steps along the
longest side of the scan, 0.1 mm in a room; colours and labels as bytes where they fit.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt16
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.storage import read_bytes, write_atomically
from pinpoint3d.synth.assets import Part
from pinpoint3d.synth.samples import ObjectLabel, Sample
from pinpoint3d.types import Masks, Scene

STEPS = 65_534  # of a position; the value above stands for a point without one
_NOWHERE = np.uint16(65_535)
_KEY = "samples"


def write_shard(path: Path, numbered: Iterable[tuple[int, Sample]], made_by: str) -> None:
    """Write samples with their numbers; `made_by` is what `shard_origin` gives back."""
    from safetensors.numpy import save

    arrays: dict[str, NDArray[Any]] = {}
    texts: dict[str, Any] = {}
    for number, sample in numbered:
        scene, labels = sample.scene, sample.scene.labels
        assert labels is not None
        assert scene.rgb is not None
        low, step, quantised = _quantised(scene)
        arrays |= {
            f"{number}.xyz": quantised,
            f"{number}.rgb": scene.rgb,
            f"{number}.object": _narrow(labels.object),
            f"{number}.part": _narrow(labels.part),
        }
        texts[str(number)] = {
            "name": scene.name,
            "kind": sample.kind,
            "device": sample.device,
            "low": low,
            "step": step,
            "up": scene.up.tolist(),
            "objects": [
                {
                    "kind": known.kind,
                    "style": known.style,
                    "parts": [[p.name, p.parent, p.finish] for p in known.parts],
                }
                for known in sample.objects
            ],
        }
    # One entry only: safetensors writes several in an order that changes from run to run.
    text = json.dumps({"made_by": made_by, "samples": texts}, sort_keys=True)
    contiguous = {name: np.ascontiguousarray(values) for name, values in arrays.items()}
    write_atomically(path, [save(contiguous, {_KEY: text})])


class Shard:
    """The samples of one file, read when they are asked for."""

    def __init__(self, path: Path) -> None:
        """Open a shard.

        Raises
        ------
        FileFormatError
            If it is no shard, or a damaged one.
        """
        from safetensors import SafetensorError, safe_open

        self._path = path
        read_bytes_of_head(path)
        try:
            with safe_open(path, "numpy") as stream:
                self._text = json.loads((stream.metadata() or {})[_KEY])
            self._samples: dict[str, Any] = self._text["samples"]
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise _damaged(path, error) from None

    @property
    def made_by(self) -> str:
        """What made it, as `write_shard` was told."""
        return str(self._text.get("made_by"))

    @property
    def numbers(self) -> Sequence[int]:
        """Numbers of its samples, ascending."""
        return sorted(int(number) for number in self._samples)

    def sample(self, number: int) -> Sample:
        """A sample by its number.

        Raises
        ------
        FileFormatError
            If the file is damaged.
        """
        from safetensors import SafetensorError, safe_open

        try:
            known = self._samples[str(number)]
            with safe_open(self._path, "numpy") as stream:
                xyz, rgb, objects, parts = (
                    stream.get_tensor(f"{number}.{name}")
                    for name in ("xyz", "rgb", "object", "part")
                )
            return Sample(
                scene=Scene(
                    _positions(xyz, known["low"], known["step"]),
                    rgb,
                    name=known["name"],
                    up=known["up"],
                    labels=Masks.of(objects.astype(np.int32), parts.astype(np.int32)),
                ),
                objects=tuple(
                    ObjectLabel(o["kind"], o["style"], tuple(Part(*p) for p in o["parts"]))
                    for o in known["objects"]
                ),
                kind=known["kind"],
                device=known["device"],
            )
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise _damaged(self._path, error) from None


def read_bytes_of_head(path: Path) -> None:
    """Refuse what is missing, empty or no ordinary file, with a sentence."""
    if not path.is_file() or path.stat().st_size == 0:
        read_bytes(path)  # says what is wrong


def _quantised(scene: Scene) -> tuple[list[float], float, UInt16[np.ndarray, "points 3"]]:
    """Lower corner, step in metres, and positions in steps."""
    inside = scene.valid[:, None]
    low = scene.xyz.min(axis=0, where=inside, initial=np.inf).astype(np.float64)
    high = scene.xyz.max(axis=0, where=inside, initial=-np.inf).astype(np.float64)
    step = max(float((high - low).max()) / STEPS, 1e-7)
    steps = np.full(scene.xyz.shape, _NOWHERE)
    steps[scene.valid] = np.rint((scene.xyz[scene.valid] - low) / step).astype(np.uint16)
    return low.tolist(), step, steps


def _positions(steps: NDArray[Any], low: Sequence[float], step: float) -> NDArray[Any]:
    xyz = (steps * np.float64(step) + np.asarray(low, np.float64)).astype(np.float32)
    xyz[steps[:, 0] == _NOWHERE] = np.nan
    return xyz


def _narrow(ids: NDArray[Any]) -> NDArray[Any]:
    """Ids in the narrowest type that holds them."""
    return ids.astype(np.min_scalar_type(int(ids.max(initial=0))))


def _damaged(path: Path, error: Exception) -> FileFormatError:
    return FileFormatError(f"{path.name}: is no shard of samples, or damaged ({error}).")
