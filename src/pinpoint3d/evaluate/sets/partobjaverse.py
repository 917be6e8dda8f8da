"""PartObjaverse-Tiny: 200 single objects as GLB, with a part a face.

Layout: `<uid>.glb` in a folder whose name ends in `mesh`, or in the folder itself; `<uid>.npy` in
folders whose names end in `instance_gt` and `semantic_gt`; and a file whose name ends in
`semantic.json`, `{category: {uid: [names]}}`.

Faces are counted the way trimesh joins the meshes of a scene: nodes depth first, of several
children or roots the **last** first, and the pieces of a mesh in order. `pinpoint3d.load` goes the
other way round, so labels are brought to its order; their number must be that of the faces.

A scene is a uid, all of it object 1. The part id is the instance plus one; -1 is assigned to
nothing, and such points are unlabelled. Points are the vertices, with the label of most of their
faces, and more laid on large faces, with the label of theirs. glTF states metres and y up.
"""

import numpy as np
from jaxtyping import Int64

from pinpoint3d.errors import FileAccessError, FileFormatError
from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, Labelled, entries_of, labelled
from pinpoint3d.evaluate.sets.faces import majority
from pinpoint3d.evaluate.sets.reading import (
    Document,
    array,
    first_of,
    names_in,
)
from pinpoint3d.files.gltf import read_gltf
from pinpoint3d.files.gltf_document import Document as GltfDocument
from pinpoint3d.files.storage import read_bytes
from pinpoint3d.files.surface import contents_of
from pinpoint3d.types import MAX_ID, Scene

_ALL = "all"
_LIST = "semantic.json"
_TRIANGLES, _STRIP, _FAN = 4, 5, 6  # modes of a piece, as glTF numbers them


class PartObjaverseTiny(FolderSet):
    """PartObjaverse-Tiny's objects; listing them reads them all."""

    name: str = "partobjaverse-tiny"

    def _splits(self) -> tuple[str, ...]:
        """Only "all": it is for testing alone."""
        return (_ALL,)

    def _entries(self, split: str) -> list[Entry]:  # noqa: ARG002  there is one split
        lists = names_in(self.folder, _LIST)
        if not lists:
            raise FileAccessError(f"{self.folder}: a file *{_LIST} is not there; copy it there.")
        found: list[Entry] = []
        listed = Document.within(first_of(self.folder, [lists[0] + _LIST])).named()
        for category, objects in listed.items():
            for uid in objects.named():
                masks = self.scene(uid).labels
                assert masks is not None
                found += entries_of(uid, masks, {1: category})
        return found

    def _labelled(self, scene_id: str) -> Labelled:
        folders = names_in(self.folder)
        meshes = [name for name in folders if name.endswith("mesh")]
        path = first_of(self.folder, [*(f"{m}/{scene_id}.glb" for m in meshes), f"{scene_id}.glb"])
        stored = [name for name in folders if name.endswith("instance_gt")] or ["instance_gt"]
        labels = first_of(self.folder, [f"{name}/{scene_id}.npy" for name in stored])
        content = read_bytes(path)
        mesh = read_gltf(content, path)
        order = _faces_by_trimesh(GltfDocument(content, path))
        instance = array(labels, "instances")
        if not len(order) == len(instance) == len(mesh.faces):
            raise FileFormatError(
                f"{labels.name}: has {len(instance):,} labels for the {len(mesh.faces):,} faces of "
                f"{path.name}; copy both again."
            )
        if instance.min(initial=0) < -1 or instance.max(initial=0) >= MAX_ID:
            raise FileFormatError(f"{labels.name}: has instances below -1; copy it again.")
        part_of_face = np.empty(len(order), np.int64)
        part_of_face[order] = instance + 1
        contents = contents_of(mesh, path, sample=None)
        if contents.faces is None or len(contents.faces) != len(mesh.faces):
            raise FileFormatError(f"{path.name}: has faces that cannot be used; copy it again.")
        parts = majority(contents.faces, part_of_face, len(mesh.vertices))
        source = contents.fields.get("source_face")
        if source is not None:
            parts = np.concatenate([parts, part_of_face[source[len(parts) :]]])
        scene = Scene(
            contents.xyz,
            contents.rgb,
            name=scene_id,
            up="+y",
            fields=contents.fields,
            faces=contents.faces,
        )
        known = parts > 0
        return labelled(scene, known.astype(np.int64), np.where(known, parts, 0), unlabelled=~known)


def _faces_by_trimesh(document: GltfDocument) -> Int64[np.ndarray, " faces"]:
    """Place in `read_gltf`'s order of each face in trimesh's order."""
    ours, theirs = _nodes(document, last_first=False), _nodes(document, last_first=True)
    counts = {node: _n_faces(document, node) for node in ours}
    first, start = {}, 0
    for node in ours:
        first[node] = start
        start += counts[node]
    pieces = [np.arange(first[node], first[node] + counts[node]) for node in theirs]
    return np.concatenate(pieces) if pieces else np.empty(0, np.int64)


def _nodes(document: GltfDocument, *, last_first: bool) -> list[int]:
    """Nodes of the scene, parents before children; `read_gltf` has seen that they are a tree."""
    if document.items(document.root, "scenes"):
        scene = document.entry("scenes", document.whole(document.root, "scene", 0))
        roots = document.items(scene, "nodes")
    else:
        every = range(len(document.items(document.root, "nodes")))
        below = {c for i in every for c in document.items(document.entry("nodes", i), "children")}
        roots = [i for i in every if i not in below]
    stack = list(roots if last_first else reversed(roots))
    order = []
    while stack:
        index = stack.pop()
        order.append(index)
        children = document.items(document.entry("nodes", index), "children")
        stack += children if last_first else reversed(children)
    return order


def _n_faces(document: GltfDocument, node: int) -> int:
    """Triangles of a node's mesh."""
    described = document.entry("nodes", node)
    if "mesh" not in described:
        return 0
    total = 0
    for piece in document.items(document.referred(described, "mesh", "meshes"), "primitives"):
        mode = document.whole(piece, "mode", _TRIANGLES)
        accessor = (
            document.whole(piece, "indices")
            if "indices" in piece
            else document.whole(document.child(piece, "attributes"), "POSITION")
        )
        corners = document.count(accessor)
        if mode == _TRIANGLES:
            total += corners // 3
        elif mode in (_STRIP, _FAN):
            total += max(corners - 2, 0)
    return total
