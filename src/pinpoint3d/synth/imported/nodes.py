"""GLB and glTF files whose nodes are parts, and OBJ files whose groups are.

`read` makes a part of every node or group that has triangles, in the tree that the nodes or groups
stand in. glTF states metres, y up and a front towards +z; of OBJ the same axes are taken, and the
unit is found out by the size that such an object has.
"""

from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Int64

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.gltf import read_gltf, sniff
from pinpoint3d.files.gltf_document import Document
from pinpoint3d.files.obj import read_obj
from pinpoint3d.files.storage import read_bytes
from pinpoint3d.files.surface import Mesh
from pinpoint3d.synth.assets import Asset, Part
from pinpoint3d.synth.imported.cleaning import Model, cleaned
from pinpoint3d.synth.imported.kinds import finish_of, kind_of, part_name
from pinpoint3d.synth.imported.meshes import Y_UP, triangles_of

MAX_PARTS = 5_000


def read(
    path: Path,
    *,
    kind: str,
    subset: Literal["train", "val"],
    style: str = "",
    licence: str = "",
    credit: str = "",
) -> Asset:
    """The object of a .glb, .gltf or .obj file.

    Parameters
    ----------
    path
        Where it lies.
    kind
        What a person calls it: the file does not say.
    style
        Objects of one style stay on one side of the split; the file's name if left out.

    Raises
    ------
    FileAccessError
        If it cannot be opened.
    FileFormatError
        If it is damaged, or has no triangles.
    """
    content = read_bytes(path)
    if sniff(content[:4096]):
        mesh = read_gltf(content, path)
        names, parents, face_part = _nodes(content, mesh, path)
    else:
        mesh = read_obj(content, path)
        names, parents, face_part = _groups(content, mesh, path)
    if len(names) > MAX_PARTS:
        raise FileFormatError(f"{path.name}: has over {MAX_PARTS:,} parts; join some of them.")
    kind = kind_of(kind)
    named = [part_name(name) for name in names]
    triangles = triangles_of(mesh, path)
    model = Model(
        kind=kind,
        style=style or path.stem,
        vertices=triangles.vertices @ Y_UP.T,
        faces=triangles.faces,
        face_part=face_part.astype(np.int32),
        parts=tuple(
            Part(name, parent, finish_of(name, kind))
            for name, parent in zip(named, parents, strict=True)
        ),
        face_rgb=triangles.rgb,
        subset=subset,
        licence=licence,
        credit=credit,
    )
    return cleaned(model, path.name)


def _nodes(
    content: bytes, mesh: Mesh, path: Path
) -> tuple[list[str], list[int], Int64[np.ndarray, " faces"]]:
    """Name and parent of every node of the scene, and the node of every face.

    `read_gltf` lays the meshes one after the other in the order of the nodes, parents first, and
    has refused files whose nodes are no tree.
    """
    document = Document(content, path)
    names: list[str] = []
    parents: list[int] = []
    counts: list[int] = []
    stack = [(index, -1) for index in reversed(_roots(document))]
    while stack:
        index, parent = stack.pop()
        node = document.entry("nodes", index)
        name = node.get("name")
        names.append(name if isinstance(name, str) else "")
        parents.append(parent)
        counts.append(_n_vertices(document, document.whole(node, "mesh")) if "mesh" in node else 0)
        children = document.items(node, "children")
        stack += [(child, len(names) - 1) for child in reversed(children)]
    ends = np.cumsum(counts)
    assert ends[-1] == len(mesh.vertices)
    # Faces without a first corner are degenerate, and any part will do.
    node_of_face = np.searchsorted(ends, np.maximum(mesh.faces[:, 0], 0), side="right")
    return names, parents, node_of_face.astype(np.int64)


def _roots(document: Document) -> list[int]:
    if document.items(document.root, "scenes"):
        scene = document.entry("scenes", document.whole(document.root, "scene", 0))
        return document.items(scene, "nodes")
    entries = range(len(document.items(document.root, "nodes")))
    below = {c for i in entries for c in document.items(document.entry("nodes", i), "children")}
    return [i for i in entries if i not in below]


def _n_vertices(document: Document, mesh: int) -> int:
    primitives = document.items(document.entry("meshes", mesh), "primitives")
    return sum(
        document.count(document.whole(document.child(primitive, "attributes"), "POSITION"))
        for primitive in primitives
    )


def _groups(
    content: bytes, mesh: Mesh, path: Path
) -> tuple[list[str], list[int], Int64[np.ndarray, " faces"]]:
    """Name and parent of every object and group of an OBJ file, and the group of every face."""
    whole = path.stem
    key = ("", "")
    part_of_key: dict[tuple[str, str], int] = {}
    names: list[str] = []
    parents: list[int] = []
    part_of_polygon: list[int] = []
    n_triangles: list[int] = []
    for line in content.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ").splitlines():
        words = line.split(None, 1)
        if not words:
            continue
        rest = words[1] if len(words) > 1 else b""
        if words[0] == b"o":
            key = (rest.decode("latin-1").strip(), "")
        elif words[0] == b"g":
            key = (key[0], rest.decode("latin-1").strip())
        elif words[0] == b"f":
            if key not in part_of_key:
                if key[0] and key[1] and (key[0], "") not in part_of_key:
                    part_of_key[key[0], ""] = len(names)
                    names.append(key[0])
                    parents.append(-1)
                part_of_key[key] = len(names)
                names.append(key[1] or key[0] or whole)
                parents.append(part_of_key.get((key[0], ""), -1) if key[0] and key[1] else -1)
            part_of_polygon.append(part_of_key[key])
            n_triangles.append(max(len(rest.split(b"#")[0].split()) - 2, 0))
    if not len(mesh.faces):
        raise FileFormatError(f"{path.name}: has no surface; export its triangles.")
    part = np.repeat(np.array(part_of_polygon, np.int64), n_triangles)
    assert len(part) == len(mesh.faces)
    return names, parents, part
