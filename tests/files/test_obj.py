"""OBJ files with their materials and textures."""

import io
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pinpoint3d.errors import FileFormatError, PinpointError
from pinpoint3d.files.obj import read_obj
from pinpoint3d.files.surface import contents_of

PATH = Path("chair.obj")
SQUARE = b"v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"
FULL = (
    b"# made by hand\nmtllib m.mtl\no seat\n" + SQUARE + b"vt 0 0\nvt 1 1\nvn 0 0 1\n"
    b"usemtl red\nf 1/1/1 2/2/1 3/1/1\nf -4/1/1 -2/1/1 \\\n -1/1/1\n"
)


def png(pixels: list[list[list[int]]]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.array(pixels, np.uint8)).save(out, "PNG")
    return out.getvalue()


def test_point_i_is_the_ith_vertex_line_whether_used_or_not():
    mesh = read_obj(b"v 9 9 9\nf 2 3 4\n" + SQUARE + b"v 8 8 8\n", PATH)

    assert mesh.vertices.tolist() == [
        [9, 9, 9], [0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [8, 8, 8]
    ]  # fmt: skip
    assert mesh.faces.tolist() == [[1, 2, 3]]


@pytest.mark.parametrize(
    ("face", "triangles"),
    [
        (b"f 1 2 3", [[0, 1, 2]]),
        (b"f -4 -3 -2", [[0, 1, 2]]),
        (b"f 1 2 3 4", [[0, 1, 2], [0, 2, 3]]),
        (b"f 1//1 2//1 3//1", [[0, 1, 2]]),
        (b"f 1/1 2/1 3/1", [[0, 1, 2]]),
        (b"f 1/1/1 2/1/1 3/1/1", [[0, 1, 2]]),
        (b"f 1/ 2/ 3/", [[0, 1, 2]]),
        (b"f 1 2 \\\n3", [[0, 1, 2]]),
        (b"f 1 2 \\\r\n3", [[0, 1, 2]]),
        (b"f 1 2 3 # the seat", [[0, 1, 2]]),
        (b"f 1 2 3\nf 1//1 3//1 4//1", [[0, 1, 2], [0, 2, 3]]),
        (b"f 1 2", []),
        (b"f", []),
    ],
)
def test_faces_are_read_in_every_form(face: bytes, triangles: list[list[int]]):
    assert read_obj(SQUARE + b"vt 0 0\nvn 0 0 1\n" + face + b"\n", PATH).faces.tolist() == triangles


def test_negative_indices_count_back_from_the_face_not_from_the_end():
    mesh = read_obj(SQUARE + b"f -4 -3 -2\n" + SQUARE + b"f -4 -3 -2\n", PATH)

    assert mesh.faces.tolist() == [[0, 1, 2], [4, 5, 6]]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (b"v 0 0 0 1 0 0.5\nv 1 0 0 0 1 0\n", "0-1"),
        (b"v 0 0 0 255 0 128\nv 1 0 0 0 255 0\n", "0-255"),
    ],
)
def test_colours_of_vertices_are_read_in_both_ranges(text: bytes, stored: str):
    mesh = read_obj(text, PATH)

    assert mesh.rgb is not None
    assert mesh.rgb.tolist() == [[255, 0, 128], [0, 255, 0]]
    assert mesh.colour == stored


def test_a_comment_behind_a_vertex_is_passed_over():
    assert read_obj(b"v 1 2 3 # a corner\n", PATH).vertices.tolist() == [[1, 2, 3]]


def test_a_face_of_a_missing_vertex_is_noted_and_points_are_kept():
    contents = contents_of(read_obj(SQUARE + b"f 1 2 9\n", PATH), PATH, sample=None)

    assert contents.faces is None
    assert len(contents.xyz) == 4


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"v 0 0 0\nv 0 zero 0\n", r"vertex 2 holds 'zero'"),
        (b"v 0 0 0\nv 0 0\n", r"vertex 2 has 2 numbers"),
        (b"v 0 0 0\nv\n", r"vertex 2 has 0 numbers"),
        (b"v 0 0\n", r"2 numbers instead of 3"),
        (SQUARE + b"f 1 2 three\n", r"face 1 holds 'three'"),
        (SQUARE + b"f 1 2 99999999999999999999999\n", r"names no vertex"),
        (b"# nothing\n", r"holds no points"),
    ],
)
def test_damage_is_named(text: bytes, sentence: str):
    with pytest.raises(FileFormatError, match=sentence):
        read_obj(text, PATH)


def test_colours_of_materials_beside_the_file_are_taken(tmp_path: Path):
    (tmp_path / "my colours.mtl").write_text("newmtl red\n\tKd\t1 0 0\nnewmtl blue\nKd 0 0 1\n")
    text = b"mtllib my colours.mtl\n" + SQUARE + b"usemtl red\nf 1 2 3\nusemtl blue\nf 1 3 4\n"
    path = tmp_path / "chair.obj"
    contents = contents_of(read_obj(text, path), path, sample=0.1)

    assert contents.rgb is not None
    expected = [[[255, 0, 0], [0, 0, 255]][face] for face in contents.fields["source_face"][4:]]
    assert contents.rgb[4:].tolist() == expected


def test_textures_beside_the_file_are_taken(tmp_path: Path):
    (tmp_path / "m.mtl").write_text("newmtl wood\nKd 0 0 0\nmap_Kd -s 1 1 1 wood.png\n")
    (tmp_path / "wood.png").write_bytes(png([[[200, 0, 0]], [[0, 0, 200]]]))
    text = b"mtllib m.mtl\n" + SQUARE + b"vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nusemtl wood\n"
    path = tmp_path / "chair.obj"
    contents = contents_of(read_obj(text + b"f 1/1 2/2 3/3 4/4\n", path), path, sample=0.1)

    assert contents.rgb is not None
    upper = contents.xyz[4:, 1] > 0.5  # v counts from the bottom, rows from the top
    assert np.array_equal(contents.rgb[4:, 0] == 200, upper)
    assert np.array_equal(contents.rgb[4:, 2] == 200, ~upper)


@pytest.mark.parametrize(
    "name", ["../outside.mtl", "/etc/passwd", "http://example.org/m.mtl", "link.mtl", "C:\\m.mtl"]
)
def test_a_material_file_elsewhere_is_never_read_but_noted(tmp_path: Path, name: str):
    inside = tmp_path / "scan"
    inside.mkdir()
    (tmp_path / "outside.mtl").write_text("newmtl red\nKd 1 0 0\n")
    (inside / "link.mtl").symlink_to(tmp_path / "outside.mtl")
    text = f"mtllib {name}\n".encode() + SQUARE + b"usemtl red\nf 1 2 3\n"
    mesh = read_obj(text, inside / "chair.obj")

    assert mesh.materials == ()
    assert "material file" in mesh.notes[0]
    assert len(mesh.vertices) == 4


def test_a_texture_elsewhere_is_never_read_but_noted(tmp_path: Path):
    inside = tmp_path / "scan"
    inside.mkdir()
    (tmp_path / "wood.png").write_bytes(png([[[200, 0, 0]]]))
    (inside / "m.mtl").write_text("newmtl wood\nmap_Kd ../wood.png\n")
    text = b"mtllib m.mtl\n" + SQUARE + b"usemtl wood\nf 1 2 3\n"
    mesh = read_obj(text, inside / "chair.obj")

    assert mesh.materials[1].texture is None
    assert "lies outside its folder" in mesh.notes[0]


def test_a_file_cut_at_any_byte_gives_points_or_a_refusal():
    for end in range(len(FULL)):
        with suppress(PinpointError):
            contents_of(read_obj(FULL[:end], PATH), PATH, sample=1.0)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_flipped_bytes_give_points_or_a_refusal(data: st.DataObject):
    damaged = bytearray(FULL)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(FULL) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PinpointError):
        contents_of(read_obj(bytes(damaged), PATH), PATH, sample=None)
