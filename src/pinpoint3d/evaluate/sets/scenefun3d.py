"""SceneFun3D: laser scans of rooms with the small elements that a hand works.

Layout: `<visit>/<visit>_laser_scan.ply` and `<visit>/<visit>_annotations.json`; lists of visits in
`benchmark_file_lists/<split>.txt`. The object id is the place of the annotation in its file, from
1; the category is its label ("rotate" ... "unplug"). Of overlapping annotations the last one
counts.

Indices are rows of the whole laser scan, not of what `<visit>_crop_mask.npy` keeps of it, so that
mask is never applied. Points annotated "exclude" are to be ignored: they are unlabelled, and no
entry asks for them. All other points without annotation are known background. There are no parts.
"""

import re

import numpy as np

from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, Labelled, labelled
from pinpoint3d.evaluate.sets.reading import (
    Document,
    first_of,
    inside,
    is_there,
    list_lines,
    metres,
    names_in,
)

_LISTS = "benchmark_file_lists"
_ALL = "all"
_EXCLUDED = "exclude"


class SceneFun3D(FolderSet):
    """SceneFun3D's visits and lists."""

    name: str = "scenefun3d"

    def _splits(self) -> tuple[str, ...]:
        """The lists that are there by their file names, and "all" for every visit."""
        lists = inside(self.folder, _LISTS)
        return (*(names_in(lists, ".txt") if is_there(lists) else []), _ALL)

    def _entries(self, split: str) -> list[Entry]:
        if split == _ALL:
            names = names_in(self.folder)
            visits = [n for n in names if is_there(inside(self.folder, _annotations(n)))]
        else:
            lines = list_lines(inside(self.folder, f"{_LISTS}/{split}.txt"))
            # A line may name the videos of the visit behind it.
            visits = list(dict.fromkeys(re.split(r"[\s,]", line)[0] for line in lines))
        return [
            Entry(f"{visit}:{annotation.of('annot_id').word()}", visit, number, (), label)
            for visit in visits
            for number, (annotation, label) in enumerate(self._annotations(visit), start=1)
            if label != _EXCLUDED
        ]

    def _annotations(self, visit: str) -> list[tuple[Document, str]]:
        """Annotations and their labels."""
        annotations = Document.within(first_of(self.folder, [_annotations(visit)]))
        listed = annotations if annotations.is_list() else annotations.of("annotations")
        return [(entry, entry.of("label").text()) for entry in listed.listed()]

    def _labelled(self, scene_id: str) -> Labelled:
        scene = metres(first_of(self.folder, [f"{scene_id}/{scene_id}_laser_scan.ply"]))
        ids = np.zeros(len(scene), np.int64)
        excluded = np.zeros(len(scene), bool)
        for number, (annotation, label) in enumerate(self._annotations(scene_id), start=1):
            rows = annotation.of("indices").wholes(len(scene))
            if label == _EXCLUDED:
                excluded[rows] = True
            else:
                ids[rows] = number
        return labelled(scene, ids, unlabelled=excluded)


def _annotations(visit: str) -> str:
    return f"{visit}/{visit}_annotations.json"
