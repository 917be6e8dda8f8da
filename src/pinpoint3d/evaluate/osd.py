"""The suite `osd`: real Kinect scans of things on a table, objects labelled.

The scans are those of the Object Segmentation Database as the Point Cloud Library publishes them
(PCD files with a `label`: 1 to 9 the table, 10 k to 10 k + 9 the pieces of object k - 1). Packed
ones (`*.scan.npz`) are read by the `unpack.py` that comes with them, beside their folder; it is run
as code, so take it from where you trust it.
"""

import hashlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Integer

from pinpoint3d.errors import FileAccessError, FileFormatError
from pinpoint3d.evaluate.sets.entries import Entry, relabelled
from pinpoint3d.files import load
from pinpoint3d.files.storage import read_bytes
from pinpoint3d.types import Masks, Scene

FIRST_OBJECT_LABEL = 20  # below it are the table and, at 0, nothing
PIECES = 10  # an object's share of the labels
UP = "-y"  # the scans are as the camera saw them: x right, y down, z forward
_PACKED = ".scan.npz"
_UNPACKER = "unpack.py"


@dataclass(frozen=True)
class OsdScans:
    """The scans of a folder."""

    folder: str

    def entries(self) -> list[Entry]:
        """Every object of every scan, its pieces merged.

        Raises
        ------
        FileAccessError
            If the folder holds no scans.
        """
        found = []
        for scene_id in self._paths():
            truth = self.truth(scene_id, 0)
            ids = [int(k) for k in np.unique(truth.object) if k]
            found += [Entry(f"{scene_id}:{k}", scene_id, k) for k in ids]
        return found

    def version(self) -> str:
        """Hash of what the files hold."""
        digest = hashlib.sha256()
        for scene_id, path in self._paths().items():
            digest.update(scene_id.encode() + hashlib.sha256(read_bytes(path)).digest())
        return digest.hexdigest()[:12]

    def scene(self, scene_id: str) -> Scene:
        """A scan with its objects as labels."""
        path = self._paths().get(scene_id)
        if path is None:
            raise FileAccessError(f"{self.folder}: has no scan {scene_id[:60]!r}.")
        return _read(path)

    def truth(self, scene_id: str, level: int) -> Masks:  # noqa: ARG002  objects have one level
        """Objects; the table is background."""
        labels = self.scene(scene_id).labels
        assert labels is not None  # `_read` gives some
        return labels

    def unlabelled(self, scene_id: str) -> Bool[np.ndarray, " points"]:
        """Points without a position: all others are labelled."""
        return ~self.scene(scene_id).valid

    def _paths(self) -> dict[str, Path]:
        """Files by the scan's name, in the order of the names."""
        folder = Path(self.folder)
        if not folder.is_dir():
            raise FileAccessError(f"{folder}: there is no such folder; name the one of the scans.")
        paths = {p.name.partition(".")[0]: p for p in folder.glob(f"*{_PACKED}")}
        paths |= {p.stem: p for p in folder.glob("*.pcd")}
        if not paths:
            raise FileAccessError(f"{folder}: holds no scans; name a folder of PCD files.")
        return dict(sorted(paths.items()))


@lru_cache(maxsize=2)
def _read(path: Path) -> Scene:
    if path.name.endswith(_PACKED):
        packed = _unpacker(path.parent.parent / _UNPACKER)(path)
        xyz, rgb = packed["xyz"].reshape(-1, 3), packed["rgb"].reshape(-1, 3)
        label = packed["label"].reshape(-1)
        name = path.name.removesuffix(_PACKED)
        labels = _objects(label, np.isfinite(xyz).all(axis=1))
        return Scene(xyz, rgb, name=name, labels=labels, up=UP)
    scene = load(path, units="m", up=UP)
    if "label" not in scene.fields:
        raise FileFormatError(f"{path.name}: its points have no label; copy it again.")
    labels = _objects(scene.fields["label"], scene.valid)
    return relabelled(scene, labels)


def _objects(label: Integer[np.ndarray, " points"], valid: Bool[np.ndarray, " points"]) -> Masks:
    """Pieces merged to objects; the table, and points without a position, are background."""
    wide = label.astype(np.int64)
    return Masks.of(np.where((wide < FIRST_OBJECT_LABEL) | ~valid, 0, wide // PIECES - 1))


@lru_cache(maxsize=1)
def _unpacker(path: Path) -> Callable[[Path], Mapping[str, Any]]:
    """The function that unpacks a scan, of the script that comes with them."""
    spec = importlib.util.spec_from_file_location("pinpoint3d_osd_unpack", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise FileAccessError(
            f"{path}: there is no such script, and packed scans need it; give a folder of PCD "
            "files instead."
        )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load
