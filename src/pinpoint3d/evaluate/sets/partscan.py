"""PartScan, and MultiScan in its form: scans with one label a point, and lists of entries.

Layout: `PartScan/<scene>.ply` (or the PLY files themselves) beside `train_list.json` and
`val_list.json`, all in the folder or its `data`; for the twin `MultiScan_new/<scene>.ply` and
`val_list_multiscan.json`. A label is object * 100 + part; it is split here and nowhere kept.

What the set does not say is taken like this: -1 and all below is unlabelled; 0 to 99 is known
background. In `val` an entry asks for the listed parts of one object. All its other parts, and all
other objects, are background to the reference's evaluator; the labels here keep them apart. `train`
lists scenes only, so its entries are all objects that have parts, and each scene is read to list
them. Most rooms of the published `val` occur in `train` too, in another scan; `val-unseen-rooms` is
what is left without those.
"""

import re
from typing import ClassVar

import numpy as np

from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, Labelled, entries_of, labelled
from pinpoint3d.evaluate.sets.reading import (
    Document,
    first_of,
    inside,
    is_there,
    metres,
    whole_numbers,
)
from pinpoint3d.files.siblings import SHOWN
from pinpoint3d.types import MAX_ID

PARTS = 100
"""An object's share of the labels."""

UNSEEN = "val-unseen-rooms"
"""Split of the entries of `val` in rooms of which `train` holds no scan."""

_KEY = re.compile(r"(?P<scene>.+?)_obj_\d+(?:_(?P<object>\d{1,9}))?")


class PartScan(FolderSet):
    """PartScan's own lists and scans."""

    name: str = "partscan"
    _lists: ClassVar[dict[str, str]] = {"train": "train_list.json", "val": "val_list.json"}
    _scans: ClassVar[str] = "PartScan"

    def _splits(self) -> tuple[str, ...]:
        """Those whose list is there."""
        there = [
            split
            for split, name in self._lists.items()
            if any(is_there(inside(self.folder, place + name)) for place in ("", "data/"))
        ]
        return (*there, UNSEEN) if {"train", "val"} <= set(there) else tuple(there)

    def _entries(self, split: str) -> list[Entry]:
        if split == UNSEEN:
            seen = {_room(match["scene"]) for match, _ in self._listed("train")}
            return [e for e in self._entries("val") if _room(e.scene) not in seen]
        found: list[Entry] = []
        for match, asked in self._listed(split):
            if asked.has("obj"):
                found.append(_entry(match, asked.of("obj")))
            else:
                masks = self.scene(match["scene"]).labels
                assert masks is not None
                found += [e for e in entries_of(match["scene"], masks) if e.parts]
        return found

    def _listed(self, split: str) -> list[tuple[re.Match[str], Document]]:
        """The keys of a list, taken apart, and what stands under each."""
        name = self._lists[split]
        listed = Document.within(first_of(self.folder, [name, f"data/{name}"]))
        found: list[tuple[re.Match[str], Document]] = []
        for key, asked in listed.named().items():
            match = _KEY.fullmatch(key)
            if match is None:
                raise listed.error(f"has a key {key[:SHOWN]!r} that is not <scene>_obj_<number>")
            found.append((match, asked))
        return found

    def _labelled(self, scene_id: str) -> Labelled:
        places = [f"{self._scans}/", f"data/{self._scans}/", "", "data/"]
        path = first_of(self.folder, [f"{place}{scene_id}.ply" for place in places])
        scene = metres(path)
        if "label" not in scene.fields:
            raise FileFormatError(f"{path.name}: its points have no label; copy it again.")
        label = whole_numbers(scene.fields["label"], path, "labels")
        unlabelled = label < 0
        objects, parts = np.divmod(np.where(unlabelled, 0, label), PARTS)
        return labelled(scene, objects, parts, unlabelled=unlabelled)


class PartScanOfMultiScan(PartScan):
    """The scans of MultiScan that were labelled in PartScan's form."""

    name: str = "partscan-multiscan"
    _lists: ClassVar[dict[str, str]] = {"val": "val_list_multiscan.json"}
    _scans: ClassVar[str] = "MultiScan_new"


def _room(scene_id: str) -> str:
    """The room that a scan is of: ScanNet and MultiScan number the scans of a room behind it."""
    return scene_id.rpartition("_")[0] or scene_id


def _entry(match: re.Match[str], asked: Document) -> Entry:
    """An entry of one object; where its key does not name that, its labels do."""
    key = match.string
    fused = [label.rounded(PARTS, MAX_ID) for label in asked.numbered()]
    objects = {label // PARTS for label in fused}
    stated = match["object"]
    if len(objects) > 1 or (stated is not None and objects != {int(stated)}):
        raise asked.error(
            f"lists labels of objects {sorted(objects)[:5]} under {key[:SHOWN]!r}, which is one "
            "object"
        )
    return Entry(key, match["scene"], objects.pop(), tuple(label % PARTS for label in fused))
