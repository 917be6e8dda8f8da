"""PartObjaverse-Tiny folders; trimesh says in which order it counts the faces of a scene."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from set_files import refused, write, write_json, write_npy

from pinpoint3d.errors import FileAccessError
from pinpoint3d.evaluate.sets import Entry, ResearchSet, open_set

UID = "00790c705e4c4a1fbc0af9bf5c9e9525"
Tree = list[Any]
"""Numbers of triangles of a node's pieces, then its children."""


def write_glb(path: Path, *roots: Tree) -> None:
    """Nodes in trees; triangle k of the file, in the order of the arrays, lies at x = 10 k."""
    nodes: list[dict[str, Any]] = []
    meshes: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []
    views: list[dict[str, Any]] = []
    binary = b""
    n_triangles = 0

    def add(kind: dict[str, Any], content: bytes) -> int:
        nonlocal binary
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": len(content)})
        binary += content
        accessors.append(kind | {"bufferView": len(views) - 1})
        return len(accessors) - 1

    def node(tree: Tree) -> int:
        nonlocal n_triangles
        counts, *children = tree
        index = len(nodes)
        nodes.append({})
        primitives = []
        for count in counts:
            corner = 10.0 * (n_triangles + np.arange(count))[:, None, None] * [1, 0, 0]
            xyz = (corner + np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]])).reshape(-1, 3)
            position = {"componentType": 5126, "count": 3 * count, "type": "VEC3"}
            position |= {"min": xyz.min(axis=0).tolist(), "max": xyz.max(axis=0).tolist()}
            at = add(position, xyz.astype("<f4").tobytes())
            corners = {"componentType": 5125, "count": 3 * count, "type": "SCALAR"}
            indices = add(corners, np.arange(3 * count, dtype="<u4").tobytes())
            primitives.append({"attributes": {"POSITION": at}, "indices": indices})
            n_triangles += count
        if primitives:
            meshes.append({"primitives": primitives})
            nodes[index]["mesh"] = len(meshes) - 1
        below = [node(child) for child in children]
        if below:
            nodes[index]["children"] = below
        return index

    tops = [node(tree) for tree in roots]
    described = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": tops}], "nodes": nodes,
        "meshes": meshes, "accessors": accessors, "bufferViews": views,
        "buffers": [{"byteLength": len(binary)}],
    }  # fmt: skip
    text = json.dumps(described).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    chunks += struct.pack("<II", len(binary), 0x004E4942) + binary
    write(path, struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks)


def write_set(folder: Path, instance: Any, *roots: Tree) -> ResearchSet:
    write_glb(folder / f"PartObjaverse-Tiny_mesh/{UID}.glb", *roots)
    write_npy(folder / f"PartObjaverse-Tiny_instance_gt/{UID}.npy", np.asarray(instance))
    listed = {"Food": {UID: ["bread", "plate"]}}
    write_json(folder / "PartObjaverse-Tiny_semantic.json", listed)
    return open_set("partobjaverse-tiny", folder)


def part_of_triangle(found: ResearchSet) -> list[int]:
    """Part of each triangle by its place, which is what the file numbers it by."""
    scene = found.scene(UID)
    assert scene.labels is not None
    triangle = np.floor(scene.xyz[:, 0] / 10 + 0.05).astype(int)
    parts = [np.unique(scene.labels.part[triangle == k]) for k in range(triangle.max() + 1)]
    assert all(len(part) == 1 for part in parts)
    return [int(part[0]) for part in parts]


def trimesh_order(path: Path) -> list[int]:
    """The triangles as trimesh counts them."""
    mesh = trimesh.load_scene(path).to_mesh()
    return np.floor(mesh.triangles[:, :, 0].min(axis=1) / 10 + 0.05).astype(int).tolist()


def test_faces_are_counted_as_trimesh_joins_them(tmp_path: Path) -> None:
    roots: tuple[Tree, ...] = ([[1, 2], [[1]], [[2], [[1]]]], [[1]], [[], [[1]], [[1]]])
    write_glb(tmp_path / "a.glb", *roots)
    order = trimesh_order(tmp_path / "a.glb")
    assert order != sorted(order)  # else the test would not tell
    found = write_set(tmp_path, np.array(order), *roots)
    assert part_of_triangle(found) == list(range(1, len(order) + 1))


_COUNTS = st.lists(st.integers(1, 2), max_size=2)
_TREES = st.recursive(
    _COUNTS.map(lambda c: [c]),
    lambda below: st.tuples(_COUNTS, st.lists(below, max_size=3)).map(lambda t: [t[0], *t[1]]),
    max_leaves=5,
)


@given(st.lists(_TREES, min_size=1, max_size=3))
@settings(deadline=None, max_examples=25)
def test_faces_of_any_tree_are_counted_as_trimesh_joins_them(
    tmp_path_factory: pytest.TempPathFactory, roots: list[Tree]
) -> None:
    folder = tmp_path_factory.mktemp("set")
    roots = [*roots, [[1]]]  # so that there is a face
    write_glb(folder / "a.glb", *roots)
    order = trimesh_order(folder / "a.glb")
    found = write_set(folder, np.array(order), *roots)
    assert part_of_triangle(found) == list(range(1, len(order) + 1))


def test_faces_assigned_to_nothing_are_unlabelled(tmp_path: Path) -> None:
    found = write_set(tmp_path, [-1, 0], [[2]])
    scene = found.scene(UID)
    assert scene.labels is not None
    nothing = scene.xyz[:, 0] < 5
    assert np.array_equal(found.unlabelled(UID), nothing)
    assert np.array_equal(scene.labels.object == 0, nothing)
    assert scene.up.tolist() == [0, 1, 0]


def test_entries_ask_for_all_instances_by_category(tmp_path: Path) -> None:
    found = write_set(tmp_path, [2, 0], [[2]])
    assert found.entries("all") == [Entry(f"{UID}:1", UID, 1, (1, 3), "Food")]


def test_a_label_too_few_is_refused(tmp_path: Path) -> None:
    with refused("has 2 labels for the 3 faces"):
        write_set(tmp_path, [0, 1], [[3]]).scene(UID)


def test_pickled_labels_are_never_opened(tmp_path: Path) -> None:
    with refused("which are never opened"):
        write_set(tmp_path, np.array([{"instance_seg": 1}]), [[1]]).scene(UID)


def test_labels_that_promise_more_than_there_is_are_refused(tmp_path: Path) -> None:
    found = write_set(tmp_path, [0], [[1]])
    path = tmp_path / f"PartObjaverse-Tiny_instance_gt/{UID}.npy"
    write(path, path.read_bytes().replace(b"(1,), }           ", b"(999999999999,), }"))
    with refused("header promises"):
        found.scene(UID)


@pytest.mark.parametrize("bad", [[0.5], [-2], [[0]]])
def test_labels_that_are_no_instances_are_refused(tmp_path: Path, bad: Any) -> None:
    with refused("copy it again"):
        write_set(tmp_path, bad, [[1]]).scene(UID)


def test_a_missing_list_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match=r"semantic\.json is not there"):
        open_set("partobjaverse-tiny", tmp_path).entries("all")
