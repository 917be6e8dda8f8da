"""One GLB file of a scene and its masks: a node an object, and under it a node a part.

Layout: a root node that turns the scene's up to glTF's y and holds the scene's origin; under it
"object_1" and so on, each with "object_1_part_2" or "object_1_rest", and "unlabelled". Every part
is a mesh of its own, whose points say by `_SOURCE_INDEX` which rows of the scene they are.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64, Int32, Int64, UInt32
from numpy.typing import NDArray

from pinpoint3d._version import __version__
from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.gltf import SOURCE_INDEX
from pinpoint3d.files.surface import linear
from pinpoint3d.types import Masks, Scene

MAX_BYTES = 2**32 - 1  # a GLB's length is a u4
_LIGHT = linear(np.arange(256) / 255.0).astype(np.float32)
"""Linear colours of sRGB 0-255. Eight bits would run the dark ones together, and not every program
takes the sixteen that glTF allows for what they are; all read floats."""

_POINTS, _TRIANGLES = 0, 4
_FLOAT, _U2, _U4 = 5126, 5123, 5125
_ATTRIBUTES, _INDICES = 34962, 34963  # targets of buffer views


@dataclass(frozen=True)
class _Primitive:
    """Rows of a scene, as triangles or as loose points."""

    rows: UInt32[np.ndarray, " points"]
    faces: UInt32[np.ndarray, "faces 3"] | None  # over `rows`


def write_glb(scene: Scene, masks: Masks) -> Iterator[bytes]:
    """Content of a .glb file, in pieces.

    A face goes to the label that most of its corners have, together with the points that were
    laid on it on opening; of several such labels to the lowest. Corners on a border are there once
    for each part that uses them. Points without faces are points in the file too; those that are
    not finite cannot be held by glTF and are left out.

    Raises
    ------
    FileFormatError
        If the file would pass the 4 GiB that GLB can hold.
    """
    pair_of_point = masks.object.astype(np.int64) << 32 | masks.part
    pairs, label = np.unique(pair_of_point, return_inverse=True)
    label = label.reshape(-1)
    parts: list[list[_Primitive]] = [[] for _ in pairs]
    loose = scene.valid
    if scene.faces is not None:
        faces, source_face = _usable(scene, scene.faces)
        loose = scene.valid & (source_face < 0)
        loose[faces] = False
        label_of_face = _most_common(label, faces, source_face, len(pairs))
        for part, chosen in zip(parts, _grouped(label_of_face, len(pairs)), strict=True):
            if len(chosen):
                rows, corner = np.unique(faces[chosen], return_inverse=True)
                local = corner.reshape(-1, 3).astype(np.uint32)
                part.append(_Primitive(rows.astype(np.uint32), local))
    rows = np.flatnonzero(loose)
    for part, chosen in zip(parts, _grouped(label[rows], len(pairs)), strict=True):
        if len(chosen):
            part.append(_Primitive(rows[chosen].astype(np.uint32), None))
    document = _document(scene, [divmod(pair, 1 << 32) for pair in pairs.tolist()], parts)
    n_bytes = document["buffers"][0]["byteLength"]
    text = json.dumps(document, allow_nan=False, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + n_bytes
    if total > MAX_BYTES:
        raise FileFormatError(
            f"{scene.name}: needs {total:,} bytes as .glb, which can hold {MAX_BYTES:,}; "
            "save it as .ply."
        )
    yield struct.pack("<4sII", b"glTF", 2, total)
    yield struct.pack("<I4s", len(text), b"JSON") + text
    yield struct.pack("<I4s", n_bytes, b"BIN\0")
    for part in parts:
        for primitive in part:
            for _, _, array in _arrays(scene, primitive):
                yield array.tobytes()


# ---------------------------------------------------------------- what goes where


def _usable(
    scene: Scene, faces: Int32[np.ndarray, "faces 3"]
) -> tuple[Int32[np.ndarray, "usable 3"], Int64[np.ndarray, " points"]]:
    """Faces whose corners are finite, and which of them each point was laid on; -1 for none."""
    usable = scene.valid[faces].all(axis=1)
    new = np.where(usable, np.cumsum(usable) - 1, -1)
    out = np.full(len(scene), -1)
    source = scene.fields.get("source_face")
    if source is not None and source.ndim == 1 and source.dtype.kind in "iu":
        laid = np.flatnonzero((source >= 0) & (source < len(faces)) & scene.valid)
        out[laid] = new[source[laid]]
    return faces[usable], out


def _most_common(
    label: Int64[np.ndarray, " points"],
    faces: Int32[np.ndarray, "faces 3"],
    source_face: Int64[np.ndarray, " points"],
    n_labels: int,
) -> Int64[np.ndarray, " faces"]:
    """Label that most points of each face have; of equals the lowest."""
    laid = np.flatnonzero(source_face >= 0)
    face = np.concatenate([np.repeat(np.arange(len(faces)), 3), source_face[laid]])
    vote, count = np.unique(
        face * n_labels + np.concatenate([label[faces.ravel()], label[laid]]), return_counts=True
    )
    order = np.lexsort((vote, -count, vote // n_labels))
    _, first = np.unique(vote[order] // n_labels, return_index=True)
    return vote[order[first]] % n_labels


def _grouped(label: Int64[np.ndarray, " items"], n_labels: int) -> list[Int64[np.ndarray, " k"]]:
    """Places of each label, in their order."""
    order = np.argsort(label, kind="stable")
    return np.split(order, np.searchsorted(label[order], np.arange(1, n_labels)))


# ---------------------------------------------------------------- JSON


def _document(
    scene: Scene, labels: list[tuple[int, int]], parts: list[list[_Primitive]]
) -> dict[str, Any]:
    """The JSON; its buffer is the arrays of the parts one after the other."""
    rotation, turn = _y_up(scene.up)
    root: dict[str, Any] = {
        "name": scene.name,
        "translation": (turn @ scene.origin).tolist(),
        "rotation": rotation,
        "children": [],
    }
    nodes, node_of_object = [root], {}
    meshes, accessors, views = [], [], []
    n_bytes = 0
    for (object_id, part_id), primitives in zip(labels, parts, strict=True):
        if not primitives:
            continue
        above, name, extras = root, "unlabelled", {"object_id": object_id}
        if object_id:
            if object_id not in node_of_object:
                node_of_object[object_id] = {
                    "name": f"object_{object_id}",
                    "extras": extras,
                    "children": [],
                }
                root["children"].append(len(nodes))
                nodes.append(node_of_object[object_id])
            above = node_of_object[object_id]
            name = f"object_{object_id}_" + (f"part_{part_id}" if part_id else "rest")
            extras = extras | {"part_id": part_id}
        above["children"].append(len(nodes))
        nodes.append({"name": name, "extras": extras, "mesh": len(meshes)})
        written = []
        for primitive in primitives:
            number: dict[str, int] = {}
            for key, accessor, array in _arrays(scene, primitive):
                number[key] = len(accessors)
                accessors.append(accessor | {"bufferView": len(views), "count": len(array)})
                target = _INDICES if key == "indices" else _ATTRIBUTES
                views.append(
                    {"buffer": 0, "byteOffset": n_bytes, "byteLength": array.nbytes,
                     "target": target}
                )  # fmt: skip
                n_bytes += array.nbytes
            indices = {"indices": number.pop("indices")} if "indices" in number else {}
            mode = _POINTS if primitive.faces is None else _TRIANGLES
            written.append({"attributes": number, "mode": mode, "material": 0} | indices)
        meshes.append({"name": name, "primitives": written})
    # Without a material of its own a mesh counts as metal, which viewers show nearly black.
    matte = {"metallicFactor": 0.0, "roughnessFactor": 1.0}
    return {
        "asset": {"version": "2.0", "generator": f"pinpoint3d {__version__}"},
        "scene": 0,
        "scenes": [{"name": scene.name, "nodes": [0]}],
        "nodes": nodes,
        "materials": [{"pbrMetallicRoughness": matte, "doubleSided": True}],
        "meshes": meshes,
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": n_bytes}],
    }


def _arrays(
    scene: Scene, primitive: _Primitive
) -> Iterator[tuple[str, dict[str, Any], NDArray[Any]]]:
    """Name, accessor and values of each array of a primitive; all take whole four bytes a row."""
    xyz = scene.xyz[primitive.rows]
    bounds = {"min": xyz.min(axis=0).tolist(), "max": xyz.max(axis=0).tolist()}
    yield "POSITION", {"componentType": _FLOAT, "type": "VEC3"} | bounds, xyz
    if scene.rgb is not None:
        light = _LIGHT[scene.rgb[primitive.rows]]
        yield "COLOR_0", {"componentType": _FLOAT, "type": "VEC3"}, light
    halves = primitive.rows.astype("<u4").view("<u2").reshape(-1, 2)
    yield SOURCE_INDEX, {"componentType": _U2, "type": "VEC2"}, halves
    if primitive.faces is not None:
        yield "indices", {"componentType": _U4, "type": "SCALAR"}, primitive.faces.reshape(-1)


def _y_up(up: Float64[np.ndarray, "3"]) -> tuple[list[float], Float64[np.ndarray, "3 3"]]:
    """Quaternion (x, y, z, w) and matrix of the shortest turn that brings `up` to +y.

    The matrix, by Rodrigues' formula, is exact where up is an axis, and so is a turned origin.
    """
    x, y, z = up.tolist()
    if y < -1 + 1e-12:  # half a turn, about any level axis
        return [1.0, 0.0, 0.0, 0.0], np.diag([1.0, -1.0, -1.0])
    axis = np.array([-z, 0.0, x])
    cross = np.array([[0.0, -x, 0.0], [x, 0.0, z], [0.0, -z, 0.0]])
    quaternion = np.array([*axis, 1 + y])
    matrix = np.eye(3) + cross + cross @ cross / (1 + y)
    return (quaternion / np.linalg.norm(quaternion)).tolist(), matrix
