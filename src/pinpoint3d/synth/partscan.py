"""PartScan-style folders for other people's tools: PLY files with `label`, and entry lists.

`label` is object * 100 + part. `train_list.json`, `val_list.json` (all parts of each object) and
`val_list_random.json` (some of them) name entries the way the research set does:
`<scene>_obj_1_<object>` with the labels of the parts that are asked for. The form is that of the
set released with PinPoint3D (arXiv 2509.25970).
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from pinpoint3d.files import save
from pinpoint3d.files.storage import write_atomically
from pinpoint3d.synth.catalogue import Subset
from pinpoint3d.synth.samples import Sample, masks_at
from pinpoint3d.types import Masks

MOST_PARTS = 99  # what `label` has room for
LEAST_PARTS = 2  # of an object that is asked about
LISTS = ("train_list.json", "val_list.json", "val_list_random.json")


def export_partscan(
    numbered: Iterable[tuple[int, Subset, Sample]], folder: Path, *, level: int = 9
) -> dict[str, int]:
    """Write samples as scenes, and the lists of their entries; how many entries each list has.

    Parameters
    ----------
    numbered
        Index, side of the split and sample.
    folder
        Where to; made if it is not there.
    level
        Of the part tree, 0 the coarsest.

    Raises
    ------
    FileAccessError
        If the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lists: dict[str, dict[str, Any]] = {name: {} for name in LISTS}
    for index, side, sample in numbered:
        name = f"scene{index:05d}_00"
        masks = _renumbered(masks_at(sample, level))
        save(sample.scene, masks, folder / f"{name}.ply", style="partscan")
        if side == "val":
            rng = np.random.default_rng(index)
            lists["val_list.json"] |= dict(_entries(name, masks, None))
            lists["val_list_random.json"] |= dict(_entries(name, masks, rng))
        else:
            n_objects = len(np.unique(masks.object[masks.object > 0]))
            lists["train_list.json"][f"{name}_obj_{n_objects}"] = {}
    for file, entries in lists.items():
        text = json.dumps(entries, indent=1)
        write_atomically(folder / file, [text.encode() + b"\n"])
    return {file: len(entries) for file, entries in lists.items()}


def _entries(
    name: str, masks: Masks, rng: np.random.Generator | None
) -> Iterable[tuple[str, dict[str, Any]]]:
    """An entry for every object of at least two parts: for all of them, or some drawn by `rng`."""
    for object_id in np.unique(masks.object[masks.object > 0]).tolist():
        parts = np.unique(masks.part[masks.object == object_id])
        asked = parts[parts > 0].tolist()
        if len(asked) >= LEAST_PARTS:
            if rng is not None:
                asked = sorted(
                    rng.choice(asked, int(rng.integers(1, len(asked) + 1)), False).tolist()
                )
            wanted = {str(k): float(100 * object_id + p) for k, p in enumerate(asked, start=1)}
            clicks: dict[str, Any] = {"0": [], "1": {str(k): [] for k in range(1, len(asked) + 1)}}
            yield f"{name}_obj_1_{object_id}", {"clicks": clicks, "obj": wanted}


def _renumbered(masks: Masks) -> Masks:
    """Parts numbered from 1 without gaps in every object; those above `MOST_PARTS` are its rest."""
    parts = masks.part.copy()
    for object_id in np.unique(masks.object[masks.object > 0]).tolist():
        mine = np.flatnonzero(masks.object == object_id)
        known, number = np.unique(masks.part[mine], return_inverse=True)
        number = number + (0 if known[0] == 0 else 1)
        parts[mine] = np.where(number > MOST_PARTS, 0, number)
    return Masks.of(masks.object, parts)
