"""KITTI-360: fused street scans with semantic and instance labels.

Layout: `data_3d_semantics/train/<sequence>/static/<first>_<last>.ply`, `dynamic` likewise, and
`data_3d_semantics/train/2013_05_28_drive_train.txt` and `..._val.txt`, whose lines end in such
paths. A scene is the path below `data_3d_semantics` without its suffix. Without a list, split
"train" is all that lies in `train`; the scans in `test` have no labels: they open, unlabelled, and
no split lists them.

Columns are found by the header; the set's own tools assume row lengths of 28 and 32 bytes. The
object id is the instance, semantic * 1000 + k; k = 0 means that the class has no instances there,
and such points are background. Points of class 0 or below are unlabelled. Neighbouring windows
overlap by 10 m, so an object may be in two scenes. In dynamic scans an object stands where it was
at every `timestamp`. There are no parts.
"""

import numpy as np

from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, Labelled, entries_of, labelled
from pinpoint3d.evaluate.sets.reading import (
    first_of,
    inside,
    is_there,
    list_lines,
    metres,
    names_in,
    whole_numbers,
)

_ROOT = "data_3d_semantics"
_KINDS = ("static", "dynamic")
_INSTANCES = 1000  # of a class
_CLASSES = {
    11: "building", 12: "wall", 13: "fence", 17: "pole", 19: "traffic light", 20: "traffic sign",
    24: "person", 25: "rider", 26: "car", 27: "truck", 28: "bus", 29: "caravan", 30: "trailer",
    31: "train", 32: "motorcycle", 33: "bicycle", 34: "garage", 35: "gate", 36: "stop",
    37: "smallpole", 38: "lamp", 39: "trash bin", 40: "vending machine", 41: "box",
    42: "unknown construction", 43: "unknown vehicle", 44: "unknown object",
}  # fmt: skip
"""Classes that may have instances, by semantic id, after autonomousvision/kitti360Scripts."""


class Kitti360(FolderSet):
    """KITTI-360's semantic scans; listing a split reads its scans."""

    name: str = "kitti360"

    def _splits(self) -> tuple[str, ...]:
        """Those whose list is there; "train" also where its folder is."""
        train = is_there(inside(self.folder, f"{_ROOT}/train"))
        listed = [s for s in ("train", "val") if is_there(inside(self.folder, _list_name(s)))]
        return tuple(listed if listed or not train else ["train"])

    def _entries(self, split: str) -> list[Entry]:
        found: list[Entry] = []
        for scene in self._scenes(split):
            masks = self.scene(scene).labels
            assert masks is not None
            ids = np.unique(masks.object).tolist()
            found += entries_of(scene, masks, {i: _CLASSES.get(i // _INSTANCES) for i in ids})
        return found

    def _scenes(self, split: str) -> list[str]:
        listed = inside(self.folder, _list_name(split))
        if is_there(listed):
            lines = [line.removesuffix(".ply") for line in list_lines(listed)]
            return [line.split(f"{_ROOT}/", 1)[-1] for line in lines]
        found = []
        for sequence in names_in(inside(self.folder, f"{_ROOT}/{split}")):
            for kind in _KINDS:
                place = inside(self.folder, f"{_ROOT}/{split}/{sequence}/{kind}")
                names = names_in(place, ".ply") if is_there(place) else []
                found += [f"{split}/{sequence}/{kind}/{name}" for name in names]
        return found

    def _labelled(self, scene_id: str) -> Labelled:
        path = first_of(self.folder, [f"{_ROOT}/{scene_id}.ply"])
        scene = metres(path)
        if "instance" not in scene.fields and scene_id.startswith("test/"):
            nothing = np.zeros(len(scene), np.int64)
            return labelled(scene, nothing, unlabelled=np.ones(len(scene), bool))
        for name in ("semantic", "instance"):
            if name not in scene.fields:
                raise FileFormatError(f"{path.name}: its points have no {name}; copy it again.")
        semantic = whole_numbers(scene.fields["semantic"], path, "classes")
        instance = whole_numbers(scene.fields["instance"], path, "instances")
        ids = np.where((instance > 0) & (instance % _INSTANCES != 0), instance, 0)
        return labelled(scene, ids, unlabelled=semantic <= 0)


def _list_name(split: str) -> str:
    return f"{_ROOT}/train/2013_05_28_drive_{split}.txt"
