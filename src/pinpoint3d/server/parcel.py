"""A scene as plain arrays in a folder, to be handed from one process to another.

Whoever unpacks need not trust who packed: there are no pickled objects, no lengths to be believed,
and everything goes through the checks of `Scene`.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from pinpoint3d.errors import FileFormatError, SceneError
from pinpoint3d.types import Masks, Scene, Source

_SOURCE: TypeAdapter[Source] = TypeAdapter(Source)
_WORDS = "scene.json"
_LABELS = ("object", "part", "confidence")


def pack(scene: Scene, folder: Path) -> None:
    """Write a scene that was read from a file into an empty folder."""
    assert scene.source is not None  # it was read from a file
    arrays = {
        "xyz": scene.xyz,
        "origin": scene.origin,
        "up": scene.up,
        "rgb": scene.rgb,
        "faces": scene.faces,
        **({} if scene.labels is None else {k: getattr(scene.labels, k) for k in _LABELS}),
    }
    arrays |= {f"field{k}": values for k, values in enumerate(scene.fields.values())}
    forms = {}
    for name, values in arrays.items():
        if values is not None:
            forms[name] = [values.dtype.str, values.shape]
            values.tofile(folder / name)
    source = asdict(scene.source) | {"path": str(scene.source.path)}
    words = {"arrays": forms, "fields": list(scene.fields), "source": source}
    (folder / _WORDS).write_text(json.dumps(words), encoding="utf-8")


def unpack(folder: Path, **source: Any) -> Scene:
    """The scene that was packed into a folder, which may go afterwards.

    What `source` names replaces that of the scene's own source.

    Raises
    ------
    FileFormatError
        If there is none in it.
    """
    try:
        words = json.loads((folder / _WORDS).read_bytes())
        known = _SOURCE.validate_python(words["source"] | source)
        arrays = {
            name: _array(folder / name, dtype, shape)
            for name, (dtype, shape) in words["arrays"].items()
            if name.isalnum()  # a name in this folder
        }
        return Scene(
            arrays["xyz"],
            arrays.get("rgb"),
            name=known.path.stem,
            labels=Masks(*(arrays[k] for k in _LABELS)) if _LABELS[0] in arrays else None,
            origin=arrays["origin"],
            up=arrays["up"],
            fields={name: arrays[f"field{k}"] for k, name in enumerate(words["fields"])},
            faces=arrays.get("faces"),
            source=known,
        )
    except (OSError, ValueError, KeyError, TypeError, SceneError) as error:
        raise FileFormatError(f"what was read is no scene ({error}).") from None


def _array(path: Path, dtype: str, shape: list[int]) -> NDArray[Any]:
    """An array that is as long as its file."""
    return np.fromfile(path, dtype).reshape(shape)
