"""ShapeNetPart: single objects as points with normals and a part each.

Layout (`shapenetcore_partanno_segmentation_benchmark_v0_normal`): `<synset>/<id>.txt`, lines of x y
z nx ny nz label; `train_test_split/shuffled_<split>_file_list.json`, names
"shape_data/<synset>/<id>"; `synsetoffset2category.txt`, lines "Airplane 02691156".

A scene is "<synset>/<id>", all of it object 1. The part id is the label plus one: labels run from 0
to 49 over all categories, and part 0 would be the rest of the object. Labels are written as
fractions ("12.000000"). The axis that points up is said to be y, which could not be verified;
lengths mean nothing.
"""

import numpy as np

from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, Labelled, entries_of, labelled
from pinpoint3d.evaluate.sets.reading import (
    Document,
    first_of,
    inside,
    is_there,
    list_lines,
    table,
    whole_numbers,
)
from pinpoint3d.files.siblings import SHOWN
from pinpoint3d.types import Scene

_LISTS = "train_test_split/shuffled_{}_file_list.json"
_CATEGORIES = "synsetoffset2category.txt"
_N_LABELS = 50


class ShapeNetPart(FolderSet):
    """ShapeNetPart's objects and official lists; listing a split reads its objects."""

    name: str = "shapenetpart"

    def _splits(self) -> tuple[str, ...]:
        """Those whose list is there."""
        return tuple(
            split
            for split in ("train", "val", "test")
            if is_there(inside(self.folder, _LISTS.format(split)))
        )

    def _entries(self, split: str) -> list[Entry]:
        category = self._categories()
        listed = Document.within(first_of(self.folder, [_LISTS.format(split)]))
        found: list[Entry] = []
        for entry in listed.listed():
            name = entry.text()
            words = name.split("/")
            if len(words) < 2:
                raise listed.error(f"names {name[:SHOWN]!r}, which is not <synset>/<id>")
            scene = "/".join(words[-2:])
            masks = self.scene(scene).labels
            assert masks is not None
            found += entries_of(scene, masks, {1: category.get(words[-2])})
        return found

    def _categories(self) -> dict[str, str]:
        rows = [line.split() for line in list_lines(first_of(self.folder, [_CATEGORIES]))]
        if any(len(row) != 2 for row in rows):
            raise FileFormatError(
                f"{_CATEGORIES}: a line is not a category and a number; copy it again."
            )
        return {synset: category for category, synset in rows}

    def _labelled(self, scene_id: str) -> Labelled:
        path = first_of(self.folder, [f"{scene_id}.txt"])
        values = table(path, "point", (7,))
        label = whole_numbers(values[:, 6], path, "labels")
        if label.min() < 0 or label.max() >= _N_LABELS:
            raise FileFormatError(
                f"{path.name}: has labels outside 0 to {_N_LABELS - 1}; copy it again."
            )
        normals = values[:, 3:6].astype(np.float32)
        scene = Scene(values[:, :3], name=path.stem, up="+y", fields={"normals": normals})
        return labelled(scene, np.ones(len(label), np.int64), label + 1)
