"""AGILE3D's benchmark: scans with an instance a point, many objects a question or one in a crop.

One folder a parent set (ScanNet, S3DIS, KITTI360), with `scans/<scene>.ply`, `train_list.json`,
`val_list.json`, `single/object_ids.npy` (or .txt), `single/object_classes.txt` and
`single/crops/<scene>/<scene>_crop_<id>.ply`.

A key of a list asks for several objects at once: it becomes one entry for each, named
`<key>:<number>`, in the order of the list. The entries of split "single" are objects in crops, in
which `label` is 1 for the object and 0 for all else. -1 is unlabelled. The clicks recorded in the
lists count voxels, not points, and are not read.
"""

import re

from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, Labelled, labelled
from pinpoint3d.evaluate.sets.reading import (
    Document,
    first_of,
    inside,
    is_there,
    list_lines,
    metres,
    whole_numbers,
    words,
)
from pinpoint3d.files.siblings import SHOWN
from pinpoint3d.types import MAX_ID

_KEY = re.compile(r"(?P<scene>.+?)_obj_\d+")
_LISTS = {"train": ["train_list.json"], "val": ["val_list.json"],
          "single": ["single/object_ids.npy", "single/object_ids.txt"]}  # fmt: skip
_SINGLE = "single"


class Agile3D(FolderSet):
    """The lists, scans and crops of one parent set."""

    name: str = "agile3d"

    def _splits(self) -> tuple[str, ...]:
        """Those whose list is there."""
        return tuple(
            split
            for split, names in _LISTS.items()
            if any(is_there(inside(self.folder, name)) for name in names)
        )

    def _entries(self, split: str) -> list[Entry]:
        path = first_of(self.folder, _LISTS[split])
        if split == _SINGLE:
            rows = words(path, 2)
            classes: list[str | None] = [None] * len(rows)
            if is_there(named := inside(self.folder, "single/object_classes.txt")):
                lines = list_lines(named)  # one for each object, or the names of the classes
                classes = list(lines) if len(lines) == len(rows) else classes
            return [
                Entry(f"{scene}:{number}", f"{scene}/{scene}_crop_{number}", 1, (), category)
                for (scene, number), category in zip(rows, classes, strict=True)
            ]
        listed = Document.within(path)
        found = []
        for key, asked in listed.named().items():
            match = _KEY.fullmatch(key)
            if match is None:
                raise listed.error(f"has a key {key[:SHOWN]!r} that is not <scene>_obj_<number>")
            found += [
                Entry(f"{key}:{number}", match["scene"], label.rounded(1, MAX_ID))
                for number, label in enumerate(asked.of("obj").numbered(), start=1)
            ]
        return found

    def _labelled(self, scene_id: str) -> Labelled:
        place = "single/crops" if "/" in scene_id else "scans"
        path = first_of(self.folder, [f"{place}/{scene_id}.ply"])
        scene = metres(path)
        if "label" not in scene.fields:
            raise FileFormatError(f"{path.name}: its points have no label; copy it again.")
        label = whole_numbers(scene.fields["label"], path, "labels")
        return labelled(scene, label, unlabelled=label < 0)
