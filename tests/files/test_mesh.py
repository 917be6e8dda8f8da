"""Meshes through `load` and `save`: the right reader, and GLB files of objects and parts."""

import gzip
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from trimesh.exchange.gltf import export_gltf

import pinpoint3d
from pinpoint3d import Masks, Scene
from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.mesh import read, sniff, write_glb
from pinpoint3d.types import UP_AXES

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
TWO = np.array([[0, 1, 2], [0, 2, 3]], np.int32)


def document(content: bytes) -> dict[str, Any]:
    """The JSON of a GLB file."""
    (size,) = struct.unpack_from("<I", content, 12)
    return json.loads(content[20 : 20 + size])


def reread(scene: Scene, masks: Masks, path: Path) -> tuple[np.ndarray, np.ndarray, Scene]:
    """Rows of the scene that a written file holds, their world positions, and what it opens as."""
    pinpoint3d.save(scene, masks, path)
    again = pinpoint3d.load(path, sample=None if scene.faces is None else 1e6)
    assert again.source is not None
    n = again.source.n_rows
    return again.fields["_SOURCE_INDEX"][:n], again.xyz[:n] + again.origin, again


def nodes_of_rows(content: bytes) -> dict[str, list[int]]:
    """Rows of the scene that each node holds, read by the format's rules alone."""
    tree = document(content)
    start = 28 + struct.unpack_from("<I", content, 12)[0]
    out: dict[str, list[int]] = {}
    for node in tree["nodes"]:
        for primitive in tree["meshes"][node["mesh"]]["primitives"] if "mesh" in node else []:
            accessor = tree["accessors"][primitive["attributes"]["_SOURCE_INDEX"]]
            view = tree["bufferViews"][accessor["bufferView"]]
            at = start + view["byteOffset"]
            rows = np.frombuffer(content[at : at + view["byteLength"]], "<u4")
            out.setdefault(node["name"], []).extend(rows.tolist())
    return out


# ---------------------------------------------------------------- in


@pytest.mark.parametrize("name", ["ball.obj", "ball.glb", "ball.gltf", "ball.stl", "ball.off"])
def test_what_another_program_writes_is_opened(tmp_path: Path, name: str):
    ball = trimesh.creation.icosphere(subdivisions=2)
    path = tmp_path / name
    if name.endswith(".gltf"):
        for file, content in export_gltf(ball.scene()).items():
            (tmp_path / file.replace("model.gltf", name)).write_bytes(content)
    else:
        ball.export(path)
    scene = pinpoint3d.load(path)
    assert scene.source is not None
    assert scene.faces is not None
    corners = (scene.xyz + scene.origin)[scene.faces]

    assert scene.source.format == "mesh"
    assert np.allclose(corners, ball.triangles, atol=1e-6)


@pytest.mark.parametrize("name", ["ball.txt", "ball.ply", "ball"])
@pytest.mark.parametrize("kind", ["obj", "glb", "off", "stl_ascii"])
def test_content_decides_before_the_name_does(tmp_path: Path, kind: str, name: str):
    trimesh.creation.box().export(tmp_path / name, file_type=kind)

    assert pinpoint3d.load(tmp_path / name).faces is not None


def test_a_packed_mesh_is_opened(tmp_path: Path):
    path = tmp_path / "ball.stl.gz"
    trimesh.creation.box().export(tmp_path / "ball.stl")
    path.write_bytes(gzip.compress((tmp_path / "ball.stl").read_bytes()))

    assert pinpoint3d.load(path, sample=10.0).faces is not None


@pytest.mark.parametrize(
    "head", [b"", b"ply\nformat ascii 1.0\n", b"# .PCD v0.7\n", b"0 0 0\n1 2 3\n", b"{}", b"LASF"]
)
def test_other_formats_are_not_taken_for_meshes(head: bytes):
    assert not sniff(head)


def test_a_file_of_no_known_mesh_is_refused():
    with pytest.raises(FileFormatError, match="is no mesh"):
        read(b"what", Path("a.dat"), sample=None)


def test_the_samples_of_a_coarse_mesh_are_no_rows_of_its_file(tmp_path: Path):
    trimesh.creation.box().export(tmp_path / "box.obj")
    scene = pinpoint3d.load(tmp_path / "box.obj", sample=0.1)
    assert scene.source is not None

    assert scene.source.n_rows == 8
    assert len(scene) > 500


# ---------------------------------------------------------------- out


def test_each_object_is_a_node_and_each_part_a_child_of_it():
    scene = Scene(np.arange(15).reshape(5, 3), name="table")
    masks = Masks.of([0, 1, 1, 7, 7], [0, 2, 0, 3, 3])
    content = b"".join(write_glb(scene, masks))
    tree = document(content)
    nodes = tree["nodes"]

    def names(node: dict[str, Any]) -> list[str]:
        return [nodes[child]["name"] for child in node.get("children", [])]

    root = nodes[tree["scenes"][0]["nodes"][0]]
    by_name = {node["name"]: node for node in nodes}
    assert root["name"] == "table"
    assert names(root) == ["unlabelled", "object_1", "object_7"]
    assert names(by_name["object_1"]) == ["object_1_rest", "object_1_part_2"]
    assert by_name["object_7"]["extras"] == {"object_id": 7}
    assert by_name["object_7_part_3"]["extras"] == {"object_id": 7, "part_id": 3}
    assert nodes_of_rows(content) == {
        "unlabelled": [0], "object_1_rest": [2], "object_1_part_2": [1], "object_7_part_3": [3, 4]
    }  # fmt: skip


def test_another_program_finds_the_same_nodes_and_points(tmp_path: Path):
    ball = trimesh.creation.icosphere(subdivisions=3)
    objects = (ball.vertices[:, 0] > 0).astype(np.int32)
    parts = objects * (ball.vertices[:, 2] > 0) * 4
    scene = Scene(ball.vertices, faces=ball.faces, name="ball")
    path = tmp_path / "ball.glb"
    pinpoint3d.save(scene, Masks.of(objects, parts), path)
    opened = trimesh.load_scene(path, process=False)
    rows = nodes_of_rows(path.read_bytes())

    assert set(opened.geometry) == {"unlabelled", "object_1_rest", "object_1_part_4"}
    assert {k: len(g.vertices) for k, g in opened.geometry.items()} == {
        k: len(v) for k, v in rows.items()
    }
    assert sum(len(g.faces) for g in opened.geometry.values()) == len(ball.faces)
    turned = opened.to_mesh().vertices  # y up
    there = np.unique(np.round(turned @ [[1, 0, 0], [0, 0, 1], [0, -1, 0]], 5) + 0.0, axis=0)
    assert np.array_equal(there, np.unique(np.round(scene.xyz.astype(float), 5) + 0.0, axis=0))


def test_another_program_finds_the_same_points_and_colours_without_faces(tmp_path: Path):
    rgb = np.array([[255, 0, 0], [0, 128, 20]], np.uint8)
    scene = Scene(xyz=[[0, 0, 0], [1, 2, 3]], rgb=rgb)
    pinpoint3d.save(scene, Masks.of([1, 1]), tmp_path / "two.glb")
    (cloud,) = trimesh.load_scene(tmp_path / "two.glb").geometry.values()

    assert isinstance(cloud, trimesh.PointCloud)
    assert np.array_equal(cloud.vertices, scene.xyz)
    assert cloud.colors[:, :3].tolist() == [[255, 0, 0], [0, 55, 2]]  # light, as glTF has it


def test_a_face_goes_to_the_label_of_most_of_its_corners_or_to_the_lowest():
    vertices = np.arange(18).reshape(6, 3)
    faces = [[0, 1, 2], [3, 1, 5], [4, 5, 3]]
    scene = Scene(vertices, faces=faces)
    masks = Masks.of([1, 2, 1, 2, 3, 1])

    rows = nodes_of_rows(b"".join(write_glb(scene, masks)))
    assert rows == {"object_1_rest": [0, 1, 2, 3, 4, 5], "object_2_rest": [1, 3, 5]}


def test_points_laid_on_a_coarse_face_say_what_it_is(tmp_path: Path):
    (tmp_path / "square.off").write_text(
        "OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2\n3 0 2 3\n"
    )
    scene = pinpoint3d.load(tmp_path / "square.off", sample=0.1)
    masks = Masks.of((scene.fields["source_face"] == 0).astype(np.int32))

    rows = nodes_of_rows(b"".join(write_glb(scene, masks)))
    assert rows == {"object_1_rest": [0, 1, 2], "unlabelled": [0, 2, 3]}


def test_points_that_no_face_uses_stay_as_points():
    scene = Scene(np.concatenate([SQUARE, [[5, 5, 5]]]), faces=TWO)
    content = b"".join(write_glb(scene, Masks.of([1] * 5)))
    (mesh,) = document(content)["meshes"]

    assert [primitive["mode"] for primitive in mesh["primitives"]] == [4, 0]
    assert nodes_of_rows(content) == {"object_1_rest": [0, 1, 2, 3, 4]}


def test_points_that_are_not_finite_are_left_out_with_their_faces(tmp_path: Path):
    vertices = SQUARE.copy()
    vertices[1] = np.nan
    rows, world, again = reread(Scene(vertices, faces=TWO), Masks.empty(4), tmp_path / "a.glb")

    assert sorted(rows.tolist()) == [0, 2, 3]
    assert np.isfinite(world).all()
    assert again.faces is not None
    assert len(again.faces) == 1


def test_every_colour_comes_back_as_it_was(tmp_path: Path):
    rgb = np.stack([np.arange(256), np.arange(256)[::-1], np.zeros(256)], axis=1).astype(np.uint8)
    scene = Scene(np.arange(768).reshape(256, 3), rgb)
    rows, _, again = reread(scene, Masks.of(np.arange(256) % 3), tmp_path / "a.glb")

    assert again.rgb is not None
    assert np.array_equal(again.rgb, rgb[rows])


def test_a_large_offset_is_kept_to_a_tenth_of_a_millimetre(tmp_path: Path):
    offset = np.array([500_000.25, 5_400_000.5, 120.125])
    xyz = offset + np.random.default_rng(0).uniform(0, 50, (100, 3))
    rows, world, again = reread(Scene(xyz), Masks.empty(100), tmp_path / "a.glb")

    back = np.stack([world[:, 0], -world[:, 2], world[:, 1]], axis=1)
    assert abs(back - xyz[rows]).max() < 1e-4
    assert np.array_equal(again.up, [0, 1, 0])


UPS = [*UP_AXES, np.array([1.0, 2.0, -3.0]), np.array([1e-9, -1.0, 0.0])]


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(UPS), st.integers(0, 2**32 - 1), st.booleans(), st.booleans(), st.integers(1, 3)
)
def test_what_is_written_opens_as_the_same_scene(
    tmp_path_factory: pytest.TempPathFactory,
    up: Any, seed: int, with_faces: bool, with_rgb: bool, n_objects: int,
):  # fmt: skip
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 40))
    xyz = rng.uniform(-3, 3, (n, 3)).astype(np.float32)
    rgb = rng.integers(0, 256, (n, 3)).astype(np.uint8) if with_rgb else None
    faces = rng.integers(0, n, (n, 3)) if with_faces else None
    scene = Scene(xyz, rgb, up=up, faces=faces, origin=rng.integers(-9, 9, 3) * 1000.0)
    objects = rng.integers(0, n_objects + 1, n)
    masks = Masks.of(objects, objects * rng.integers(0, 2, n))
    path = tmp_path_factory.mktemp("glb") / "a.glb"
    rows, world, again = reread(scene, masks, path)

    assert set(rows.tolist()) == set(range(n))
    there, here = world, scene.xyz[rows] + scene.origin
    # Turned about the world's origin so that up is y: lengths and angles are as they were.
    assert np.allclose(there[:, 1], here @ scene.up, atol=2e-4)
    assert np.allclose(there @ there[0], here @ here[0], rtol=1e-6)
    first, second = there[1:] - there[0], here[1:] - here[0]
    assert np.allclose(first @ first.T, second @ second.T, atol=1e-2)
    handed = [np.linalg.det(side[:3]) for side in (first, second) if len(side) >= 3]
    assert not handed or np.isclose(handed[0], handed[1], atol=1e-2)
    if rgb is not None:
        assert again.rgb is not None
        assert np.array_equal(again.rgb[: len(rows)], rgb[rows])


@pytest.mark.parametrize("with_faces", [True, False])
def test_a_file_of_objects_and_parts_opens_with_its_labels(tmp_path: Path, with_faces: bool):
    faces = [[0, 1, 2], [3, 4, 5]] if with_faces else None
    scene = Scene(np.random.default_rng(1).random((7, 3)), faces=faces)
    masks = Masks.of([3, 3, 3, 5, 5, 5, 0], [2, 2, 2, 0, 0, 0, 0])
    rows, _, again = reread(scene, masks, tmp_path / "a.glb")

    assert again.labels is not None
    assert again.labels.object[: len(rows)].tolist() == masks.object[rows].tolist()
    assert again.labels.part[: len(rows)].tolist() == masks.part[rows].tolist()
    pinpoint3d.save(again, again.labels, tmp_path / "b.glb")
    assert "object_3_part_2" in nodes_of_rows((tmp_path / "b.glb").read_bytes())


def test_a_file_saved_without_labels_opens_without(tmp_path: Path):
    pinpoint3d.save(Scene(SQUARE), None, tmp_path / "a.glb")
    assert pinpoint3d.load(tmp_path / "a.glb").labels is None


@pytest.mark.parametrize("ids", ['"1"', "-1", "true", "1e99", "2147483648", "[]"])
def test_ids_that_are_none_leave_a_file_unlabelled(tmp_path: Path, ids: str):
    content = b"".join(write_glb(Scene(SQUARE), Masks.of([77, 77, 77, 77])))
    (size,) = struct.unpack_from("<I", content, 12)
    text = content[20 : 20 + size].replace(b'"object_id":77', f'"object_id":{ids}'.encode())
    text += b" " * (-len(text) % 4)
    rest = content[20 + size :]
    head = struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text) + len(rest), len(text), b"JSON")
    (tmp_path / "a.glb").write_bytes(head + text + rest)
    scene = pinpoint3d.load(tmp_path / "a.glb")

    assert scene.labels is None
    assert scene.fields["_SOURCE_INDEX"].tolist() == [0, 1, 2, 3]


def test_arrays_lie_as_the_format_asks():
    scene = Scene(SQUARE, np.zeros((4, 3), np.uint8), faces=TWO)
    content = b"".join(write_glb(scene, Masks.of([0, 1, 1, 1])))
    tree = document(content)

    assert struct.unpack_from("<4sII", content) == (b"glTF", 2, len(content))
    assert len(content) % 4 == 0
    end = 0
    for view in tree["bufferViews"]:
        assert view["byteOffset"] == end
        assert end % 4 == 0
        end += view["byteLength"]
    assert tree["buffers"] == [{"byteLength": end}]
    for mesh in tree["meshes"]:
        for primitive in mesh["primitives"]:
            accessors = {k: tree["accessors"][i] for k, i in primitive["attributes"].items()}
            assert len({accessor["count"] for accessor in accessors.values()}) == 1
            assert {"min", "max"} <= set(accessors["POSITION"])
            # glTF allows whole numbers of 32 bits for indices alone.
            assert all(accessor["componentType"] != 5125 for accessor in accessors.values())
