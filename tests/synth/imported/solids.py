"""Boxes in the forms that sources have, for the tests beside this file."""

import io
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pinpoint3d.synth.assets import Asset, face_areas
from pinpoint3d.synth.shapes.primitives import Mesh, box


def obj_text(*meshes: Mesh, head: str = "") -> str:
    """An OBJ file of meshes, one after the other."""
    vertices = np.concatenate([mesh.vertices for mesh in meshes])
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    faces = np.concatenate([mesh.faces + at for mesh, at in zip(meshes, starts, strict=True)])
    lines = [head] + [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in vertices]
    return "\n".join([*lines, *(f"f {a + 1} {b + 1} {c + 1}" for a, b, c in faces), ""])


def check_form(asset: Asset) -> None:
    """What every asset must be: on the floor, centred, and no vertex shared between parts."""
    assert asset.vertices[:, 2].min() == 0
    assert np.allclose((asset.low + asset.high)[:2], 0, atol=1e-5)
    owner = np.full(len(asset.vertices), -1)
    for part in np.unique(asset.face_part):
        rows = np.unique(asset.faces[asset.face_part == part])
        assert (owner[rows] == -1).all()
        owner[rows] = part
    assert (owner >= 0).all()
    assert (face_areas(asset.vertices, asset.faces) > 0).all()
    holders = {part.parent for part in asset.parts} | set(asset.face_part.tolist())
    assert set(range(len(asset.parts))) <= holders


def part_box(asset: Asset, part: int) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper corner of a part's own surface."""
    rows = asset.vertices[np.unique(asset.faces[asset.face_part == part])]
    return rows.min(axis=0), rows.max(axis=0)


def write_collection(folder: Path, objects: Mapping[str, Mapping[str, Any]]) -> None:
    """A collection of objects of boxes: `boxes` (corner, corner) by part name, and overrides."""
    step, v, f, part, rgb, meta, index = 1e-4, [], [], [], [], [], []
    for name, described in objects.items():
        meshes = [box(*corners) for corners in described["boxes"].values()]
        starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
        vertices = np.concatenate([mesh.vertices for mesh in meshes])
        low = vertices.min(axis=0)
        faces = np.concatenate([mesh.faces + at for mesh, at in zip(meshes, starts, strict=True)])
        common = {
            "category": "chest", "collection": "hand", "subset": "train", "group": name,
            "parts": list(described["boxes"]), "n_vertices": len(vertices), "n_faces": len(faces),
            "licence": "CC0-1.0", "credit": "nobody",
        } | described.get("said", {})  # fmt: skip
        meta.append(
            common
            | {"name": name, "v0": sum(map(len, v)), "f0": sum(map(len, f)), "step": step}
            | {"origin": low.tolist()}
            | described.get("meta", {})
        )
        index.append(common | {"id": name, "file": "hand.npz", "index": len(index)})
        v.append(np.rint((vertices - low) / step).astype(np.uint16))
        f.append(faces.astype(np.uint16))
        part.append(np.repeat(np.arange(len(meshes)), [len(m.faces) for m in meshes]))
        rgb.append(np.repeat(part[-1][:, None] * 40 + 20, 3, axis=1))
    arrays = {
        "v": np.concatenate(v),
        "f": np.concatenate(f),
        "part": np.concatenate(part).astype(np.uint8),
        "rgb": np.concatenate(rgb).astype(np.uint8),
        "meta": np.frombuffer(json.dumps(meta).encode(), np.uint8),
    }
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    folder.mkdir(exist_ok=True)
    (folder / "hand.npz").write_bytes(stream.getvalue())
    (folder / "index.json").write_text(json.dumps(index))


def glb(nodes: list[dict[str, Any]], meshes: list[Mesh]) -> bytes:
    """A GLB of one scene whose first node is the root."""
    blob, views, accessors = b"", [], []
    for mesh in meshes:
        for array, component, form in (
            (mesh.vertices.astype("<f4"), 5126, "VEC3"),
            (mesh.faces.astype("<u2").reshape(-1), 5123, "SCALAR"),
        ):
            content = array.tobytes()
            views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": len(content)})
            accessors.append(
                {"bufferView": len(views) - 1, "componentType": component, "type": form}
                | {"count": len(array)}
            )
            blob += content + b"\0" * (-len(content) % 4)
    document = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": nodes,
        "meshes": [
            {"primitives": [{"attributes": {"POSITION": 2 * i}, "indices": 2 * i + 1}]}
            for i in range(len(meshes))
        ],
        "accessors": accessors, "bufferViews": views, "buffers": [{"byteLength": len(blob)}],
    }  # fmt: skip
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    return (
        struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(blob))
        + struct.pack("<I4s", len(text), b"JSON") + text
        + struct.pack("<I4s", len(blob), b"BIN\0") + blob
    )  # fmt: skip
