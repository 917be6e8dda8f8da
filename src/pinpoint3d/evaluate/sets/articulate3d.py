"""Articulate3D: movable parts on the meshes of ScanNet++, which it does not hold itself.

Layout of the annotations, either of the two that are met: `<scene>_parts.json` and
`<scene>_artic.json`, in the folder or in `<scene>`; or `<scene>/parts.json`, which has `triIndices`
by part. The mesh is `mesh_aligned_0.05.ply` in `<scene>`, or where ScanNet++ has it below `data`.

The part id is the set's own, plus one, because some count from 0. Parts that an articulation joins
(`pid` moves on `base`) are one object, all others are one each; the object id is the least part id
in it. In the second layout nothing is known of that, so each part is an object. A part's vertices
are its `vertIndices`, or the corners of its `triIndices`; of overlapping parts the one with the
fewest vertices counts, so that a handle is not lost in its door. Points in no part are unlabelled.
Points laid on large faces follow behind the mesh's vertices, as for ScanNet++.
"""

from pathlib import Path

import numpy as np
from jaxtyping import Int64

from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, Labelled, labelled
from pinpoint3d.evaluate.sets.faces import covered
from pinpoint3d.evaluate.sets.reading import (
    Document,
    first_of,
    inside,
    is_there,
    metres,
    names_in,
)
from pinpoint3d.evaluate.sets.scannetpp import MESH
from pinpoint3d.types import MAX_ID, Scene

_ALL = "all"
_SUFFIX = "_parts.json"


class Articulate3D(FolderSet):
    """Articulate3D's annotations on meshes that lie beside them."""

    name: str = "articulate3d"

    def _splits(self) -> tuple[str, ...]:
        """Only "all": the set's own lists are not known."""
        return (_ALL,)

    def _entries(self, split: str) -> list[Entry]:  # noqa: ARG002  there is one split
        scenes = set(names_in(self.folder, _SUFFIX))
        scenes |= {name for name in names_in(self.folder) if self._annotation(name) is not None}
        found = []
        for scene in sorted(scenes):
            parts = self._parts(scene)
            objects = self._object_of_part(scene, parts)
            for object_id in sorted(set(objects.values())):
                own = [part for part in sorted(parts) if objects[part] == object_id]
                label = parts[own[0]]
                name = label.of("label").text() if label.has("label") else None
                found.append(Entry(f"{scene}:{object_id}", scene, object_id, tuple(own), name))
        return found

    def _annotation(self, scene: str) -> Path | None:
        """The file with a scene's parts, if there is one."""
        places = [f"{scene}{_SUFFIX}", f"{scene}/{scene}{_SUFFIX}", f"{scene}/parts.json"]
        return next((p for n in places if is_there(p := inside(self.folder, n))), None)

    def _parts(self, scene: str) -> dict[int, Document]:
        """What is said of each part, by its id here."""
        path = self._annotation(scene)
        if path is None:
            path = first_of(self.folder, [f"{scene}{_SUFFIX}", f"{scene}/parts.json"])
        found = Document.within(path)
        if not found.has("data"):
            named = found.named()
            if not all(name.isascii() and name.isdigit() and len(name) < 10 for name in named):
                raise found.error("holds something else where numbered parts belong")
            return {int(name) + 1: part for name, part in named.items()}
        parts: dict[int, Document] = {}
        for part in found.of("data").of("annotations").listed():
            number = part.of("partId").whole(0, MAX_ID - 1) + 1
            if number in parts:
                raise found.error(f"has two parts {number - 1}")
            parts[number] = part
        return parts

    def _object_of_part(self, scene: str, parts: dict[int, Document]) -> dict[int, int]:
        """The least part that each is joined to, by any number of articulations."""
        places = [f"{scene}_artic.json", f"{scene}/{scene}_artic.json"]
        path = next((p for n in places if is_there(p := inside(self.folder, n))), None)
        root = {part: part for part in parts}
        if path is None:
            return root
        articulations = Document.within(path).of("data").of("articulations").listed()
        joined = [
            (entry.of("pid").whole(0, MAX_ID - 1) + 1, base.whole(0, MAX_ID - 1) + 1)
            for entry in articulations
            for base in (entry.of("base").listed() if entry.has("base") else [])
        ]
        for one, other in joined:
            if one in root and other in root:
                low, high = sorted((_root(root, one), _root(root, other)))
                root[high] = low
        return {part: _root(root, part) for part in parts}

    def _labelled(self, scene_id: str) -> Labelled:
        path = first_of(
            self.folder,
            [f"{scene_id}/{MESH}", f"data/{scene_id}/scans/{MESH}", f"{scene_id}/scans/{MESH}"],
        )
        scene = metres(path)
        parts = self._parts(scene_id)
        objects = self._object_of_part(scene_id, parts)
        rows = {part: _rows(said, scene) for part, said in parts.items()}
        object_ids, part_ids = np.zeros((2, len(scene)), np.int64)
        for part in sorted(rows, key=lambda k: -len(rows[k])):
            object_ids[rows[part]], part_ids[rows[part]] = objects[part], part
        whole, (object_ids, part_ids) = covered(scene, path, object_ids, part_ids)
        return labelled(whole, object_ids, part_ids, unlabelled=object_ids == 0)


def _root(root: dict[int, int], part: int) -> int:
    while root[part] != part:
        root[part] = root[root[part]]  # halves the way, which could be as long as the file
        part = root[part]
    return part


def _rows(part: Document, scene: Scene) -> Int64[np.ndarray, " rows"]:
    """Vertices of a part."""
    if part.has("vertIndices"):
        return np.unique(part.of("vertIndices").wholes(len(scene)))
    if scene.faces is None:
        raise FileFormatError(f"{scene.name}: has no faces, which carry the labels; copy it again.")
    faces = part.of("triIndices").wholes(len(scene.faces))
    return np.unique(scene.faces[faces]).astype(np.int64)
