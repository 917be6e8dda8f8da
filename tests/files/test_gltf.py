"""GLB and glTF files: nodes, primitives, accessors, colours, and what is refused."""

import base64
import io
import json
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from PIL import Image

from pinpoint3d.errors import FileFormatError, PinpointError
from pinpoint3d.files.gltf import read_gltf, sniff
from pinpoint3d.files.surface import Mesh, contents_of

PATH = Path("room.glb")
TRIANGLE = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
SQUARE = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], np.float32)
_COMPONENTS = {"i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125, "f4": 5126}
_FORMS = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}


class Maker:
    """A glTF document that is put together array by array."""

    def __init__(self) -> None:
        self.blob = b""
        self.json: dict[str, Any] = {
            "asset": {"version": "2.0"}, "accessors": [], "bufferViews": [], "meshes": [],
            "nodes": [],
        }  # fmt: skip

    def view(self, content: bytes, **rest: int) -> int:
        start = len(self.blob)
        self.blob += content + b"\0" * (-len(content) % 4)
        views = self.json["bufferViews"]
        views.append({"buffer": 0, "byteOffset": start, "byteLength": len(content), **rest})
        return len(views) - 1

    def array(self, values: ArrayLike, dtype: str = "f4", **rest: Any) -> int:
        array = np.asarray(values, "<" + dtype)
        width = array.shape[1] if array.ndim > 1 else 1
        accessor = {
            "bufferView": self.view(array.tobytes()), "componentType": _COMPONENTS[dtype],
            "type": _FORMS[width], "count": len(array),
        }  # fmt: skip
        self.json["accessors"].append(accessor | rest)
        return len(self.json["accessors"]) - 1

    def mesh(self, attributes: dict[str, int], **rest: Any) -> int:
        self.json["meshes"].append({"primitives": [{"attributes": attributes, **rest}]})
        return len(self.json["meshes"]) - 1

    def node(self, mesh: int | None = None, **rest: Any) -> int:
        self.json["nodes"].append(rest if mesh is None else {"mesh": mesh, **rest})
        return len(self.json["nodes"]) - 1

    def glb(self) -> bytes:
        document = self.json | {"buffers": [{"byteLength": len(self.blob)}]}
        text = json.dumps(document).encode()
        text += b" " * (-len(text) % 4)
        return (
            struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(self.blob))
            + struct.pack("<I4s", len(text), b"JSON") + text
            + struct.pack("<I4s", len(self.blob), b"BIN\0") + self.blob
        )  # fmt: skip

    def gltf(self, uri: str) -> bytes:
        buffers = [{"byteLength": len(self.blob), "uri": uri}]
        return json.dumps(self.json | {"buffers": buffers}).encode()

    def read(self) -> Mesh:
        return read_gltf(self.glb(), PATH)


def one_mesh(values: ArrayLike = TRIANGLE, dtype: str = "f4", **rest: Any) -> Maker:
    """A document of one primitive, at a node without a transform."""
    maker = Maker()
    maker.node(maker.mesh({"POSITION": maker.array(values, dtype)}, **rest))
    return maker


def png(pixels: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.array(pixels, np.uint8)).save(out, "PNG")
    return out.getvalue()


# ---------------------------------------------------------------- nodes


def test_metres_and_y_up_are_stated():
    contents = contents_of(one_mesh().read(), PATH, sample=None)

    assert (contents.unit_to_m, contents.up) == (1.0, "+y")
    assert np.array_equal(contents.xyz[:3], TRIANGLE)
    assert contents.xyz.dtype == np.float32


def test_nodes_move_turn_and_scale_what_lies_below_them():
    maker = Maker()
    mesh = maker.mesh({"POSITION": maker.array([[1, 2, 3]])}, mode=0)
    half = np.sqrt(0.5)
    inner = maker.node(mesh, scale=[2, 3, 4])
    maker.node(translation=[10, 20, 30], rotation=[0, 0, half, half], children=[inner])

    # (1, 2, 3) scaled is (2, 6, 12), turned by 90 degrees about z (-6, 2, 12)
    assert np.allclose(maker.read().vertices, [[4, 22, 42]], atol=1e-12)


def test_a_matrix_is_read_by_columns():
    matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 6, 7, 1]
    maker = one_mesh(mode=0)
    maker.json["nodes"][0]["matrix"] = matrix

    assert np.array_equal(maker.read().vertices, TRIANGLE + np.array([5, 6, 7]))


def test_large_offsets_keep_the_places_of_float64():
    maker = one_mesh(np.array([[0.001, 0, 0]]), mode=0)
    maker.json["nodes"][0]["translation"] = [500_000.25, 0, 5_000_000.125]

    assert abs(maker.read().vertices - [500_000.251, 0, 5_000_000.125]).max() < 1e-9


def test_mirrored_faces_and_normals_keep_their_front():
    maker = Maker()
    attributes = {"POSITION": maker.array(TRIANGLE), "NORMAL": maker.array([[0, 0, 1]] * 3)}
    maker.node(maker.mesh(attributes), scale=[-1, 1, 1])
    mesh = maker.read()
    a, b, c = mesh.vertices[mesh.faces[0]]

    assert mesh.normals is not None
    assert np.cross(b - a, c - a)[2] > 0
    assert np.allclose(mesh.normals, [[0, 0, 1]] * 3)


def test_normals_stay_upright_on_a_surface_that_is_squeezed():
    maker = Maker()
    slope = np.array([[0, 0, 0], [1, 1, 0], [0, 0, 1]])
    normals = np.array([[-1, 1, 0]] * 3) / np.sqrt(2)
    attributes = {"POSITION": maker.array(slope), "NORMAL": maker.array(normals)}
    maker.node(maker.mesh(attributes), scale=[1, 3, 1])
    mesh = maker.read()

    assert mesh.normals is not None
    assert abs((mesh.vertices[1] - mesh.vertices[0]) @ mesh.normals[0]) < 1e-6


def test_a_mesh_used_twice_gives_its_points_twice_in_the_order_of_the_nodes():
    maker = one_mesh()
    maker.node(0, translation=[0, 0, 9])
    mesh = maker.read()

    assert np.array_equal(mesh.vertices, np.concatenate([TRIANGLE, TRIANGLE + np.array([0, 0, 9])]))
    assert mesh.faces.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_only_the_scene_that_is_shown_is_read():
    maker = one_mesh()
    maker.node(0, translation=[0, 0, 9])
    maker.json |= {"scenes": [{"nodes": [0]}, {"nodes": [1]}], "scene": 1}

    assert np.array_equal(maker.read().vertices, TRIANGLE + np.array([0, 0, 9]))


@pytest.mark.parametrize("children", [[[1], [0]], [[0], []], [[1, 1], []], [[2], [2], []]])
def test_circles_and_shared_children_are_refused(children: list[list[int]]):
    maker = one_mesh()
    for below in children[1:]:
        maker.node(children=below)
    maker.json["nodes"][0]["children"] = children[0]
    maker.json["scenes"] = [{"nodes": [0, 1] if len(children) == 3 else [0]}]

    with pytest.raises(FileFormatError, match="twice"):
        maker.read()


def test_a_deep_chain_of_nodes_is_followed_without_recursion():
    maker = one_mesh(mode=0)
    for index in range(5000):
        maker.node(children=[index], translation=[0, 0, 1])

    assert maker.read().vertices[0, 2] == 5000


# ---------------------------------------------------------------- primitives


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4"])
@pytest.mark.parametrize(
    ("mode", "index", "faces"),
    [
        (4, [0, 1, 2, 2, 1, 3], [[0, 1, 2], [2, 1, 3]]),
        (5, [0, 1, 2, 3], [[0, 1, 2], [1, 3, 2]]),
        (6, [0, 1, 3, 2], [[0, 1, 3], [0, 3, 2]]),
        (4, [0, 1, 2, 3], [[0, 1, 2]]),
        (5, [0, 1], []),
        (0, [0, 1, 2], []),
        (1, [0, 1], []),
    ],
)
def test_faces_of_every_mode_and_type_of_index(
    dtype: str, mode: int, index: list[int], faces: list[list[int]]
):
    maker = Maker()
    attributes = {"POSITION": maker.array(SQUARE)}
    maker.node(maker.mesh(attributes, mode=mode, indices=maker.array(index, dtype)))
    mesh = maker.read()

    assert mesh.faces.tolist() == faces
    assert np.array_equal(mesh.vertices, SQUARE)


def test_triangles_without_indices_take_points_by_threes():
    assert one_mesh(np.concatenate([SQUARE, SQUARE])).read().faces.tolist() == [
        [0, 1, 2],
        [3, 4, 5],
    ]


@pytest.mark.parametrize(("dtype", "index"), [("u1", 255), ("u2", 9), ("u4", 2**32 - 1)])
def test_an_index_without_a_point_is_noted_and_points_are_kept(dtype: str, index: int):
    maker = _rich()
    primitive = maker.json["meshes"][0]["primitives"][0]
    maker.node(0)
    maker.json["scenes"][0]["nodes"] = [1, 2]
    primitive["indices"] = maker.array([0, 1, index], dtype)
    contents = contents_of(maker.read(), PATH, sample=None)

    assert contents.faces is None
    assert len(contents.xyz) == 8
    assert "does not exist" in contents.notes[0]


# ---------------------------------------------------------------- accessors


def test_interleaved_arrays_are_told_apart():
    maker = Maker()
    rows = np.zeros(3, [("xyz", "<f4", 3), ("rgba", "u1", 4)])
    rows["xyz"], rows["rgba"] = TRIANGLE, [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255]]
    view = maker.view(rows.tobytes(), byteStride=16)
    maker.json["accessors"] = [
        {"bufferView": view, "componentType": 5126, "type": "VEC3", "count": 3},
        {"bufferView": view, "byteOffset": 12, "componentType": 5121, "type": "VEC4", "count": 3,
         "normalized": True},
    ]  # fmt: skip
    maker.node(maker.mesh({"POSITION": 0, "COLOR_0": 1}))
    mesh = maker.read()

    assert mesh.rgb is not None
    assert np.array_equal(mesh.vertices, TRIANGLE)
    assert mesh.rgb.tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("dtype", ["u1", "u2", "u4"])
def test_sparse_arrays_replace_rows_of_a_buffer_or_of_zeros(stored: bool, dtype: str):
    maker = one_mesh(SQUARE, mode=0)
    accessor = maker.json["accessors"][0]
    if not stored:
        del accessor["bufferView"]
    accessor["sparse"] = {
        "count": 1,
        "indices": {
            "bufferView": maker.view(np.array([2], dtype).tobytes()),
            "componentType": _COMPONENTS[dtype],
        },
        "values": {"bufferView": maker.view(np.array([7, 8, 9], np.float32).tobytes())},
    }
    expected = SQUARE.copy() if stored else np.zeros((4, 3), np.float32)
    expected[2] = [7, 8, 9]

    assert np.array_equal(maker.read().vertices, expected)


@pytest.mark.parametrize(
    ("dtype", "normalized", "scale"),
    [("i2", False, 1), ("i2", True, 32767), ("u1", True, 255), ("i1", True, 127)],
)
def test_positions_of_whole_numbers_are_read(dtype: str, normalized: bool, scale: int):
    maker = Maker()
    maker.json["extensionsRequired"] = ["KHR_mesh_quantization"]
    position = maker.array([[1, 2, 100]], dtype, normalized=normalized)
    maker.node(maker.mesh({"POSITION": position}, mode=0))

    assert np.allclose(maker.read().vertices, np.array([[1, 2, 100]]) / scale, rtol=1e-6)


def test_attributes_of_ones_own_become_fields_when_every_piece_has_them():
    maker = Maker()
    for shift in (0, 10):
        attributes = {
            "POSITION": maker.array(TRIANGLE),
            "_LABEL": maker.array(np.arange(3) + shift, "u2"),
            "_PAIR": maker.array(np.arange(6).reshape(3, 2), "f4"),
        }
        if shift:
            attributes["_ONLY_HERE"] = maker.array([1, 2, 3])
        maker.node(maker.mesh(attributes))
    mesh = maker.read()

    assert mesh.fields["_LABEL"].tolist() == [0, 1, 2, 10, 11, 12]
    assert mesh.fields["_LABEL"].dtype == np.uint16
    assert mesh.fields["_PAIR"].shape == (6, 2)
    assert list(mesh.fields) == ["_LABEL", "_PAIR"]
    assert "_ONLY_HERE" in mesh.notes[0]


# ---------------------------------------------------------------- colours


@pytest.mark.parametrize(
    ("values", "dtype", "normalized"),
    [
        ([[0, 55, 255]], "u1", True),
        ([[0, 14135, 65535]], "u2", True),
        ([[0.0, 0.21569, 1.0]], "f4", False),
        ([[0, 55, 255, 0]], "u1", True),
        ([[0, 55, 255, 0]], "u1", False),
    ],
)
def test_colours_are_light_and_become_srgb(values: list[list[float]], dtype: str, normalized: bool):
    maker = one_mesh([[0, 0, 0]], mode=0)
    attributes = maker.json["meshes"][0]["primitives"][0]["attributes"]
    attributes["COLOR_0"] = maker.array(values, dtype, normalized=normalized)
    mesh = maker.read()

    assert mesh.rgb is not None
    assert mesh.rgb.tolist() == [[0, 128, 255]]
    assert mesh.colour == "linear"


def test_faces_take_the_colour_of_their_material_times_that_of_points():
    maker = Maker()
    maker.json["materials"] = [
        {"pbrMetallicRoughness": {"baseColorFactor": [1, 0.2158605, 0, 1]}},
        {},
    ]
    attributes = {"POSITION": maker.array(TRIANGLE)}
    coloured = attributes | {"COLOR_0": maker.array([[0.2158605, 1, 1]] * 3)}
    maker.node(maker.mesh(attributes, material=0))
    maker.node(maker.mesh(coloured, material=0))
    maker.node(maker.mesh(attributes, material=1))
    maker.node(maker.mesh(attributes))
    contents = contents_of(maker.read(), PATH, sample=None)

    assert contents.rgb is not None
    assert contents.rgb[:12:3].tolist() == [
        [255, 128, 0], [128, 128, 0], [255, 255, 255], [255, 255, 255]
    ]  # fmt: skip


def test_points_take_the_colour_of_their_material():
    maker = one_mesh(mode=0, material=0)
    maker.json["materials"] = [{"pbrMetallicRoughness": {"baseColorFactor": [1, 0, 0, 1]}}]
    contents = contents_of(maker.read(), PATH, sample=None)

    assert contents.rgb is not None
    assert contents.rgb.tolist() == [[255, 0, 0]] * 3


def test_without_any_colour_there_is_none():
    assert contents_of(one_mesh().read(), PATH, sample=None).rgb is None


@pytest.mark.parametrize("place", ["buffer", "data", "file"])
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_textures_are_read_wherever_they_are(tmp_path: Path, place: str, form: str):
    image = io.BytesIO()
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[:8, :, 0] = pixels[8:, :, 2] = 200  # red above blue
    Image.fromarray(pixels).save(image, form)
    maker = Maker()
    uv = maker.array([[0, 1], [1, 1], [0, 0], [1, 0]])  # v counts from the top
    mesh = maker.mesh({"POSITION": maker.array(SQUARE), "TEXCOORD_0": uv}, mode=5, material=0)
    maker.node(mesh)
    where: dict[str, Any] = {"uri": "wood%20one.png"}
    if place == "buffer":
        where = {"bufferView": maker.view(image.getvalue()), "mimeType": "image/png"}
    elif place == "data":
        where = {"uri": "data:image/png;base64," + base64.b64encode(image.getvalue()).decode()}
    else:
        (tmp_path / "wood one.png").write_bytes(image.getvalue())
    maker.json |= {
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        "textures": [{"source": 0}],
        "images": [where],
    }
    path = tmp_path / "room.glb"
    contents = contents_of(read_gltf(maker.glb(), path), path, sample=0.1)

    assert contents.rgb is not None
    upper = contents.xyz[4:, 1] > 0.5
    away = abs(contents.xyz[4:, 1] - 0.5) > 0.1  # JPEG blurs the edge
    red = contents.rgb[4:, 0] > contents.rgb[4:, 2]
    assert np.array_equal(red[away], upper[away])


def test_texture_coordinates_follow_their_transform():
    maker = Maker()
    image = maker.view(png([[[200, 0, 0], [0, 200, 0]]]))
    uv = maker.array([[0.1, 0.5]] * 3)
    maker.node(maker.mesh({"POSITION": maker.array(TRIANGLE), "TEXCOORD_0": uv}, material=0))
    transform = {"KHR_texture_transform": {"offset": [0.5, 0], "scale": [2, 1]}}
    maker.json |= {
        "extensionsRequired": ["KHR_texture_transform"],
        "materials": [
            {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0, "extensions": transform}}}
        ],
        "textures": [{"source": 0}],
        "images": [{"bufferView": image}],
    }
    contents = contents_of(maker.read(), PATH, sample=None)

    assert contents.rgb is not None
    assert contents.rgb[0].tolist() == [0, 200, 0]


@pytest.mark.parametrize(
    ("image", "note"),
    [
        ({"uri": "../secret.png"}, "lies outside its folder"),
        ({"uri": "http://example.org/wood.png"}, "is no file of its folder"),
        ({"uri": "missing.png"}, "is not beside it"),
        ({}, "is not there"),
    ],
)
def test_a_texture_that_cannot_be_had_is_noted(image: dict[str, str], note: str):
    maker = one_mesh(material=0)
    maker.json |= {
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        "textures": [{"source": 0}],
        "images": [image],
    }

    assert note in maker.read().notes[0]


# ---------------------------------------------------------------- containers


@pytest.mark.parametrize("uri", ["points one.bin", "points%20one.bin"])
def test_buffers_may_lie_beside_a_gltf_file(tmp_path: Path, uri: str):
    maker = one_mesh()
    (tmp_path / "points one.bin").write_bytes(maker.blob)
    text = maker.gltf(uri)

    assert sniff(text)
    assert np.array_equal(read_gltf(text, tmp_path / "a.gltf").vertices, TRIANGLE)


def test_buffers_may_lie_inside_a_gltf_file():
    maker = one_mesh()
    uri = "data:application/octet-stream;base64," + base64.b64encode(maker.blob).decode()

    assert np.array_equal(read_gltf(maker.gltf(uri), PATH).vertices, TRIANGLE)


@pytest.mark.parametrize(
    "uri",
    [
        "../points.bin",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://example.org/points.bin",
        "missing.bin",
        "data:;base64,????",
        "data:text/plain,abc",
    ],
)
def test_buffers_elsewhere_are_refused(tmp_path: Path, uri: str):
    maker = one_mesh()
    (tmp_path / "points.bin").write_bytes(maker.blob)
    (tmp_path / "scan").mkdir()

    with pytest.raises(FileFormatError, match=r"^a.gltf: .*\.$"):
        read_gltf(maker.gltf(uri), tmp_path / "scan" / "a.gltf")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("KHR_draco_mesh_compression", "Draco"),
        ("EXT_meshopt_compression", "meshopt"),
        ("EXT_mesh_gpu_instancing", "EXT_mesh_gpu_instancing"),
    ],
)
def test_extensions_that_change_geometry_are_refused_by_name(name: str, shown: str):
    maker = one_mesh()
    maker.json["extensionsRequired"] = [name]

    with pytest.raises(FileFormatError, match=shown):
        maker.read()


def test_a_draco_primitive_without_a_plain_form_is_refused_by_name():
    maker = one_mesh(extensions={"KHR_draco_mesh_compression": {"bufferView": 0}})
    del maker.json["accessors"][0]["bufferView"]

    with pytest.raises(FileFormatError, match="Draco"):
        maker.read()


def test_extensions_that_only_change_looks_are_passed_over():
    maker = one_mesh()
    maker.json["extensionsRequired"] = ["KHR_materials_unlit", "KHR_texture_transform"]

    assert len(maker.read().vertices) == 3


@pytest.mark.parametrize(
    ("kind", "lie"),
    [
        ("accessors", {"count": 1_000_000_000}),
        ("accessors", {"count": 10**30}),
        ("accessors", {"count": -1}),
        ("accessors", {"count": 1.5}),
        ("accessors", {"count": True}),
        ("accessors", {"byteOffset": 10**12}),
        ("accessors", {"type": "MAT4"}),
        ("accessors", {"type": ["VEC3"]}),
        ("accessors", {"type": "VEC2"}),
        ("accessors", {"componentType": 5130}),
        ("accessors", {"bufferView": 7}),
        ("accessors", {"bufferView": "0"}),
        ("accessors", {"sparse": {"count": 10**9}}),
        ("bufferViews", {"byteLength": 10**12}),
        ("bufferViews", {"byteStride": 4}),
        ("bufferViews", {"buffer": 1}),
        ("meshes", {"primitives": [None]}),
        ("meshes", {"primitives": [{}]}),
        ("meshes", {"primitives": [{"attributes": {"POSITION": 0}, "indices": 0}]}),
        ("meshes", {"primitives": [{"attributes": {"POSITION": 0}, "material": 3}]}),
        ("meshes", {"primitives": []}),
        ("nodes", {"mesh": 9}),
        ("nodes", {"children": [9]}),
        ("nodes", {"children": ["0"]}),
        ("nodes", {"matrix": [1, 2, 3]}),
        ("nodes", {"scale": [1, None, 1]}),
        ("nodes", {"translation": [10**400, 0, 0]}),
    ],
)
def test_lies_are_refused_before_anything_is_allocated(kind: str, lie: dict[str, Any]):
    maker = one_mesh()
    maker.json[kind][0].update(lie)

    with pytest.raises(FileFormatError, match=r"^room.glb: .*\.$"):
        maker.read()


def test_an_array_of_a_thousand_million_zeros_is_refused():
    maker = one_mesh()
    maker.json["accessors"][0] = {"componentType": 5126, "type": "VEC3", "count": 1_000_000_000}

    with pytest.raises(FileFormatError, match="without holding any"):
        maker.read()


def test_a_small_file_that_unfolds_to_millions_of_points_is_refused():
    maker = one_mesh(np.zeros((20_000, 3)), mode=0)
    for _ in range(300):
        maker.node(0)

    with pytest.raises(FileFormatError, match="again and again"):
        maker.read()


@pytest.mark.parametrize(
    "text",
    [
        b'{"asset":' + b"[" * 100_000,
        b'{"asset":{"version":"2.0"},"nodes":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"asset":{"version":"1.0"},"meshes":[]}',
        b'{"asset":{"version":"2.0"},"meshes":[]}',
        b'{"asset":{"version":2},"meshes":[]}',
        b'{"asset":[],"meshes":[]}',
        b"[]",
        b"\xff\xfe{}",
        b'{"asset":' + b"9" * 10_000 + b"}",
    ],
)
def test_json_that_is_none_or_too_deep_is_refused(text: bytes):
    with pytest.raises(FileFormatError, match=r"^room.glb: .*\.$"):
        read_gltf(text, PATH)


def test_json_of_millions_of_empty_lists_is_refused_before_it_is_parsed():
    with pytest.raises(FileFormatError, match="entries"):
        read_gltf(b'{"asset":[' + b"[]," * 4_000_001 + b"0]}", PATH)


# ---------------------------------------------------------------- damage


def _rich() -> Maker:
    maker = Maker()
    attributes = {
        "POSITION": maker.array(SQUARE), "NORMAL": maker.array([[0, 0, 1]] * 4),
        "COLOR_0": maker.array([[9, 9, 9, 9]] * 4, "u1", normalized=True),
        "TEXCOORD_0": maker.array([[0, 1]] * 4), "_LABEL": maker.array([1, 2, 3, 4], "u2"),
    }  # fmt: skip
    mesh = maker.mesh(attributes, mode=5, indices=maker.array([0, 1, 2, 3], "u1"), material=0)
    inner = maker.node(mesh, rotation=[0, 0, 0, 1])
    maker.node(translation=[1, 2, 3], children=[inner])
    maker.json |= {
        "scenes": [{"nodes": [1]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        "textures": [{"source": 0}],
        "images": [{"bufferView": maker.view(png([[[200, 0, 0], [0, 200, 0]]]))}],
    }
    return maker


RICH = _rich().glb()


def test_a_file_cut_at_any_byte_is_refused():
    for end in range(len(RICH)):
        with pytest.raises(PinpointError):
            read_gltf(RICH[:end], PATH)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_flipped_bytes_give_points_or_a_refusal(data: st.DataObject):
    damaged = bytearray(RICH)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(RICH) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PinpointError):
        contents_of(read_gltf(bytes(damaged), PATH), PATH, sample=None)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 10**12) | st.floats() | st.sampled_from(
        ["", "VEC3", "data:;base64,AAAA", "a.bin"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["index", "count", "bufferView", "POSITION"]), inner),
    max_leaves=4,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_json_of_other_types_gives_points_or_a_refusal(data: st.DataObject):
    maker = _rich()
    holder: Any = maker.json
    while True:
        key = data.draw(st.sampled_from(list(holder) if isinstance(holder, dict) else
                                        list(range(len(holder)))))  # fmt: skip
        if isinstance(holder[key], dict | list) and holder[key] and data.draw(st.booleans()):
            holder = holder[key]
            continue
        holder[key] = data.draw(_JSON)
        break
    with suppress(PinpointError):
        contents_of(read_gltf(maker.glb(), PATH), PATH, sample=None)


_EXTREME = st.sampled_from([0.0, -1.0, 1e38, -1e38, np.inf, -np.inf, np.nan, 1e-38])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(_EXTREME, min_size=9, max_size=9), st.sampled_from([1.0, 0.0, -1e299]),
    st.sampled_from([0, 4]),
)  # fmt: skip
def test_numbers_of_any_size_are_read_without_a_warning(
    numbers: list[float], factor: float, mode: int
):
    maker = Maker()
    rows = np.array(numbers).reshape(3, 3)
    names = ("POSITION", "NORMAL", "COLOR_0")
    attributes = {name: maker.array(rows) for name in names}
    attributes["TEXCOORD_0"] = maker.array(rows[:, :2])
    transform = {"KHR_texture_transform": {"scale": [factor, 1], "rotation": 1}}
    texture = {"index": 0, "extensions": transform}
    base = {"baseColorFactor": [factor, 0, 1, 1], "baseColorTexture": texture}
    maker.json |= {
        "materials": [{"pbrMetallicRoughness": base}],
        "textures": [{"source": 0}],
        "images": [{"bufferView": maker.view(png([[[200, 0, 0]]]))}],
    }
    maker.node(maker.mesh(attributes, mode=mode, material=0), scale=[factor, 1, 2])

    assert len(contents_of(maker.read(), PATH, sample=None).xyz) >= 3
