"""Given scans in a data set: room-sized pieces of them with part-labelled objects put in.

Real walls, floors and clutter with objects whose parts are known. Each scan is on one side of the
split between training and validation, by its name.
"""

import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np

from pinpoint3d.errors import FileAccessError, SceneError, SynthesisError
from pinpoint3d.files import load
from pinpoint3d.synth.catalogue import VAL_STYLES, Catalogue, Subset
from pinpoint3d.synth.insert import insert
from pinpoint3d.synth.samples import Sample
from pinpoint3d.types import Masks, Scene

REACH = (1.5, 3.0)  # m from the middle of a piece to its sides
LEAST_POINTS = 2000  # of a piece
MOST_OBJECTS = 8
TRIES = 12
GREY = 128  # of scans without colours


def with_objects(
    folder: Path, subset: Subset, catalogue: Catalogue, rng: np.random.Generator
) -> Sample:
    """A piece of one of a folder's scans with up to eight objects in it.

    Raises
    ------
    FileAccessError
        If there is no such folder, or a scan in it cannot be read.
    FileFormatError
        If a scan is damaged.
    SynthesisError
        If the folder has no scan for this side, or none with room for anything.
    """
    scans = scans_of(folder, subset)
    for _ in range(TRIES):
        whole = _opened(scans[int(rng.integers(len(scans)))])
        scene = _piece(whole, rng)
        if len(scene) < LEAST_POINTS:
            continue
        try:
            return insert(scene, catalogue, rng, n_objects=int(rng.integers(2, MOST_OBJECTS + 1)))
        except SceneError:  # no floor here, or no room on it
            continue
    raise SynthesisError(
        f"{folder}: no place was found in its scans where things could stand; check their up axes."
    )


def scans_of(folder: Path, subset: Subset) -> tuple[Path, ...]:
    """The scans of a folder that are on one side of the split.

    Raises
    ------
    FileAccessError
        If there is no such folder.
    SynthesisError
        If none is on this side.
    """
    if not folder.is_dir():
        raise FileAccessError(f"{folder}: is no folder of scans.")
    known = sorted(path for path in folder.iterdir() if path.is_file())
    kept = tuple(path for path in known if subset in ("any", _side(path)))
    if not kept:
        raise SynthesisError(
            f"{folder}: none of its {len(known)} scans is for {subset}, as their names decide; "
            "add more scans, or make a set of one side alone."
        )
    return kept


def _side(path: Path) -> str:
    return "val" if zlib.crc32(path.stem.encode()) % VAL_STYLES == 0 else "train"


@lru_cache(maxsize=4)
def _opened(path: Path) -> Scene:
    return load(path)


def _piece(scene: Scene, rng: np.random.Generator) -> Scene:
    """What lies in an upright box about a point of the scan; colours are grey if it has none."""
    usable = np.flatnonzero(scene.valid)
    flat = scene.xyz - (scene.xyz * scene.up).sum(axis=1, keepdims=True) * scene.up
    middle = flat[usable[int(rng.integers(len(usable)))]]
    near = np.abs(flat - middle).max(axis=1) < rng.uniform(*REACH)
    rows = np.flatnonzero(near & scene.valid)
    rgb = np.full((len(rows), 3), GREY, np.uint8) if scene.rgb is None else scene.rgb[rows]
    labels = scene.labels
    return Scene(
        scene.xyz[rows],
        rgb,
        name=scene.name,
        labels=None if labels is None else Masks.of(labels.object[rows], labels.part[rows]),
        origin=scene.origin,
        up=scene.up,
    )
