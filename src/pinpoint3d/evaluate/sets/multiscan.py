"""MultiScan: scanned rooms whose triangles are labelled with objects and parts.

Layout: `<scan>/<scan>.ply` and `<scan>/<scan>.annotations.json` in the folder, or without the
folder of the scan; `scans_split.csv` beside them or in `dataset/benchmark`. There are two forms of
annotation that bear the same version, told apart by their keys: the released one has `parts` and
keeps ids with the faces of the PLY; the older one has faces by "object:part" in
`<scan>.semseg.json`, or in the annotations themselves.

Object ids are `objectId`, in the older form the place in `objects` from 1. Part ids are `partId`,
in the older form the place of the label in `triIndices` from 1, so they are unlike in all objects
of a scan. A point gets the label of the last face it is in, as the set's own scripts have it.
Objects called "remove..." are geometry that is not there: their points count as unlabelled, and
they are never asked for. Rows of the split file without a split are in split "all" alone. Boxes and
alignments, whose matrices go by columns, are not read: points stay in the frame of the PLY.
"""

import csv
from pathlib import Path

import numpy as np
from jaxtyping import Int64

from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, Labelled, entries_of, labelled
from pinpoint3d.evaluate.sets.faces import face_columns, last_writer
from pinpoint3d.evaluate.sets.reading import (
    Document,
    first_of,
    inside,
    is_there,
    list_lines,
    metres,
    names_in,
)
from pinpoint3d.files.siblings import SHOWN
from pinpoint3d.files.storage import read_bytes
from pinpoint3d.types import MAX_ID

_ANNOTATIONS = ".annotations.json"
_SPLIT_FILES = ("scans_split.csv", "dataset/benchmark/scans_split.csv")
_ID_COLUMNS = ("scanId", "scan_id", "scan", "id")  # the file's header is not documented
_REMOVED = "remove"
_ALL = "all"


class MultiScan(FolderSet):
    """MultiScan's scans and splits."""

    name: str = "multiscan"

    def _splits(self) -> tuple[str, ...]:
        """Those of the split file, and "all" for every scan that is there."""
        return (*dict.fromkeys(split for _, split in self._split_rows() if split), _ALL)

    def _split_rows(self) -> list[tuple[str, str]]:
        """Scan and split of each row of the split file; none without the file."""
        path = next((p for n in _SPLIT_FILES if is_there(p := inside(self.folder, n))), None)
        if path is None:
            return []
        try:
            rows = list(csv.reader(list_lines(path)))
        except csv.Error:
            raise FileFormatError(f"{path.name}: is no CSV that can be read; copy it.") from None
        head = [word.strip() for word in rows[0]] if rows else []
        column = next((head.index(name) for name in _ID_COLUMNS if name in head), 0)
        if "split" not in head:
            raise FileFormatError(f"{path.name}: has no column 'split'; copy it again.")
        split = head.index("split")
        longest = max(column, split)
        if any(len(row) <= longest for row in rows):
            raise FileFormatError(f"{path.name}: a row has too few columns; copy it again.")
        return [(row[column].strip(), row[split].strip()) for row in rows[1:]]

    def _entries(self, split: str) -> list[Entry]:
        if split == _ALL:
            flat = names_in(self.folder, _ANNOTATIONS)
            scans = flat + [n for n in names_in(self.folder) if self._has_annotations(n)]
        else:
            scans = [scan for scan, named in self._split_rows() if named == split]
        found: list[Entry] = []
        for scan in scans:
            masks = self.scene(scan).labels
            assert masks is not None
            found += entries_of(scan, masks, _categories(self._annotations(scan)))
        return found

    def _has_annotations(self, name: str) -> bool:
        return is_there(inside(self.folder, f"{name}/{name}{_ANNOTATIONS}"))

    def _file(self, scan: str, suffix: str) -> Path:
        return first_of(self.folder, [f"{scan}/{scan}{suffix}", f"{scan}{suffix}"])

    def _annotations(self, scan: str) -> Document:
        return Document.within(self._file(scan, _ANNOTATIONS))

    def _labelled(self, scene_id: str) -> Labelled:
        path = self._file(scene_id, ".ply")
        scene = metres(path)
        annotations = self._annotations(scene_id)
        if scene.faces is None:
            raise FileFormatError(f"{path.name}: has no faces, which carry the labels; copy it.")
        n_faces = len(scene.faces)
        if annotations.has("parts"):
            object_of_face, part_of_face = face_columns(
                read_bytes(path), ("objectId", "partId"), path
            )
            if len(object_of_face) != n_faces:
                raise FileFormatError(f"{path.name}: has faces that are no triangles; copy it.")
        else:
            stored = annotations
            if not annotations.has("triIndices"):
                stored = Document.within(self._file(scene_id, ".semseg.json"))
            object_of_face, part_of_face = _faces_by_label(stored, annotations, n_faces)
        known = np.isin(object_of_face, [*_categories(annotations)])
        object_of_face, part_of_face = (
            np.where(known, ids, 0) for ids in (object_of_face, part_of_face)
        )
        # Both ids come from the same face, so that no point has one object's part in another.
        face = last_writer(scene.faces, np.arange(n_faces), len(scene))
        ids, parts = (
            np.where(face < 0, 0, of_face[face]) for of_face in (object_of_face, part_of_face)
        )
        return labelled(scene, ids, parts, unlabelled=ids == 0)


def _categories(annotations: Document) -> dict[int, str]:
    """What the objects that are there are called, by id."""
    category: dict[int, str] = {}
    for object_id, label in _objects(annotations):
        if object_id in category:
            raise annotations.error(f"has two objects {object_id}")
        category[object_id] = label
    return {k: v.split(".")[0] for k, v in category.items() if not v.startswith(_REMOVED)}


def _objects(annotations: Document) -> list[tuple[int, str]]:
    """Id and label of every object."""
    return [
        (
            entry.of("objectId").whole(1, MAX_ID) if entry.has("objectId") else number,
            entry.of("label").text(),
        )
        for number, entry in enumerate(annotations.of("objects").listed(), start=1)
    ]


def _faces_by_label(
    stored: Document, annotations: Document, n_faces: int
) -> tuple[Int64[np.ndarray, " faces"], Int64[np.ndarray, " faces"]]:
    """Object and part of each face in the older form; 0 where no label has it."""
    object_of_label = {label: object_id for object_id, label in _objects(annotations)}
    object_of_face, part_of_face = np.zeros((2, n_faces), np.int64)
    for part, (label, faces) in enumerate(stored.of("triIndices").named().items(), start=1):
        name = label.split(":")[0]
        if name not in object_of_label:
            raise stored.error(f"labels faces {label[:SHOWN]!r}, which is no object of the scan")
        rows = faces.wholes(n_faces)
        object_of_face[rows], part_of_face[rows] = object_of_label[name], part
    return object_of_face, part_of_face
