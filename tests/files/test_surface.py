"""Points laid on coarse meshes, and colours of materials and textures."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d.errors import FileFormatError, SceneError
from pinpoint3d.files.surface import (
    Material,
    Mesh,
    contents_of,
    fans,
    linear,
    srgb_bytes,
)

PATH = Path("mesh.obj")
SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float64)
TWO = np.array([[0, 1, 2], [0, 2, 3]], np.int32)


def mesh(vertices=SQUARE, faces=TWO, **rest) -> Mesh:  # pyright: ignore[reportMissingParameterType]  # any of Mesh's
    return Mesh("test", vertices, faces, **rest)


def test_samples_follow_the_vertices_and_name_their_face():
    contents = contents_of(mesh(), PATH, sample=0.1)

    assert np.array_equal(contents.xyz[:4], SQUARE)
    source = contents.fields["source_face"]
    assert (source[:4] == -1).all()
    assert set(source[4:].tolist()) == {0, 1}
    assert "laid on its faces" in contents.notes[-1]


def test_samples_are_as_many_as_the_spacing_asks_for_and_even():
    points = contents_of(mesh(), PATH, sample=0.02).xyz[4:]

    assert len(points) == 2500
    cell = np.minimum((points[:, :2] * 5).astype(int), 4)
    cells, counts = np.unique(cell, axis=0, return_counts=True)
    assert len(cells) == 25
    assert abs(counts - 100).max() <= 12  # each cell of a fifth of the side holds 100


def test_every_sample_lies_inside_its_face():
    contents = contents_of(mesh(), PATH, sample=0.05)
    source, points = contents.fields["source_face"][4:], contents.xyz[4:]

    below = points[:, 1] <= points[:, 0] + 1e-9
    assert np.array_equal(source == 0, below)
    assert (points[:, 2] == 0).all()


def test_a_fine_mesh_gets_no_samples():
    n = 150
    x, y = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n))
    vertices = np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], axis=1)
    a = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    faces = np.concatenate([np.stack([a, a + 1, a + n], 1), np.stack([a + 1, a + n + 1, a + n], 1)])

    assert len(contents_of(mesh(vertices, faces.astype(np.int32)), PATH, sample=None).xyz) == n * n


def test_a_coarse_mesh_in_millimetres_gets_as_many_samples_as_in_metres():
    metres = contents_of(mesh(), PATH, sample=None)
    millimetres = contents_of(mesh(1000 * SQUARE), PATH, sample=None)

    assert len(metres.xyz) == len(millimetres.xyz) == 80_004


def test_reading_twice_gives_the_same_points():
    first, second = (contents_of(mesh(), PATH, sample=0.03).xyz for _ in range(2))

    assert first.tobytes() == second.tobytes()


def test_samples_take_colours_between_those_of_the_corners():
    rgb = np.array([[0, 0, 0], [100, 0, 0], [100, 0, 0], [0, 0, 0]], np.uint8)
    contents = contents_of(mesh(rgb=rgb, colour="0-255"), PATH, sample=0.1)

    assert contents.rgb is not None
    red = contents.rgb[4:, 0].astype(float)
    assert abs(red - 100 * contents.xyz[4:, 0]).max() <= 0.51


def test_samples_take_the_pixel_of_the_texture_they_lie_on():
    texture = np.zeros((2, 2, 3), np.uint8)
    texture[0, :, 0] = 200  # the top row is red
    texture[1, :, 2] = 200  # the bottom row is blue
    uv = SQUARE[:, :2].astype(np.float32)[TWO]
    contents = contents_of(mesh(uv=uv, materials=(Material(texture=texture),)), PATH, sample=0.1)

    assert contents.rgb is not None
    assert contents.colour == "of materials"
    top = contents.xyz[4:, 1] < 0.5  # v counts from the top
    assert np.array_equal(contents.rgb[4:, 0] == 200, top)
    assert np.array_equal(contents.rgb[4:, 2] == 200, ~top)


def test_each_face_has_the_colour_of_its_own_material():
    materials = (Material((1.0, 0.0, 0.0)), Material((0.0, 1.0, 0.0)))
    of_face = np.array([0, 1], np.int32)
    contents = contents_of(mesh(materials=materials, material_of_face=of_face), PATH, sample=0.1)

    assert contents.rgb is not None
    expected = np.array([[255, 0, 0], [0, 255, 0]])[contents.fields["source_face"][4:]]
    assert np.array_equal(contents.rgb[4:], expected)


def test_vertices_that_no_face_uses_stay():
    vertices = np.concatenate([SQUARE, [[9, 9, 9]]])
    contents = contents_of(
        mesh(vertices, materials=(Material((1.0, 0.0, 0.0)),)), PATH, sample=None
    )

    assert contents.xyz[4].tolist() == [9, 9, 9]
    assert contents.rgb is not None
    assert contents.rgb[4].tolist() == [128, 128, 128]


@pytest.mark.parametrize("bad", [-1, 4])
def test_faces_with_a_vertex_that_does_not_exist_are_left_out_and_noted(bad: int):
    contents = contents_of(mesh(faces=np.array([[0, 1, bad]], np.int32)), PATH, sample=None)

    assert contents.faces is None
    assert "does not exist" in contents.notes[0]
    assert len(contents.xyz) == 4


def test_too_small_a_sample_distance_is_refused_before_anything_is_allocated():
    with pytest.raises(FileFormatError, match="larger sample distance"):
        contents_of(mesh(), PATH, sample=1e-9)


@pytest.mark.parametrize("sample", [0.0, -1.0, float("nan"), float("inf")])
def test_a_sample_distance_must_be_positive(sample: float):
    with pytest.raises(SceneError, match="above 0"):
        contents_of(mesh(), PATH, sample=sample)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(width=64), min_size=9, max_size=12),
    st.sampled_from([None, 1.0, 1e-150, 1e150]),
)
def test_vertices_of_any_numbers_are_kept_as_they_are(numbers: list[float], sample: float | None):
    vertices = np.array(numbers[: len(numbers) // 3 * 3]).reshape(-1, 3)
    faces = np.array([[0, 1, 2]] * 3, np.int32)
    with suppress(FileFormatError):  # too many samples
        contents = contents_of(mesh(vertices, faces), PATH, sample=sample)
        assert contents.xyz[: len(vertices)].tobytes() == vertices.tobytes()


def test_polygons_become_fans():
    index, length = np.arange(9), np.array([4, 2, 3])

    assert fans(index, length).tolist() == [[0, 1, 2], [0, 2, 3], [6, 7, 8]]


def test_light_and_back_leaves_every_colour_as_it_was():
    colours = np.arange(256)

    assert np.array_equal(srgb_bytes(linear(colours / 255.0)), colours)
    assert srgb_bytes(np.array([-1.0, 2.0, np.nan])).tolist() == [0, 255, 0]
