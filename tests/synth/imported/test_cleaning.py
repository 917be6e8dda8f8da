"""Cleaning, on boxes that are wrong in one way each."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solids import check_form, part_box

from pinpoint3d.errors import FileFormatError, PinpointError
from pinpoint3d.synth.assets import Joint, Part, pose
from pinpoint3d.synth.imported.cleaning import Model, cleaned
from pinpoint3d.synth.shapes.primitives import Mesh, box, joined


def model_of(
    *pieces: tuple[int, Mesh], parts: tuple[Part, ...], joints: tuple[Joint, ...] = ()
) -> Model:
    mesh = joined(*(piece for _, piece in pieces))
    counts = [len(piece.faces) for _, piece in pieces]
    return Model(
        kind="unheard_of",
        style="plain",
        vertices=mesh.vertices,
        faces=mesh.faces.astype(np.int32),
        face_part=np.repeat([part for part, _ in pieces], counts).astype(np.int32),
        parts=parts,
        joints=joints,
    )


BODY = box((0, 0, 0), (1, 1, 1))
LEGS = [box((x, y, -0.5), (x + 0.1, y + 0.1, 0)) for x in (0, 0.9) for y in (0, 0.9)]


def test_a_box_comes_through_as_it_is():
    asset = cleaned(model_of((0, BODY), parts=(Part("body"),)), "a")

    check_form(asset)
    assert asset.high.tolist() == [0.5, 0.5, 1]
    assert len(asset.faces) == 12
    assert len(asset.vertices) == 8


def test_four_legs_in_one_part_become_four_parts_of_that_name():
    asset = cleaned(
        model_of((0, BODY), *((1, leg) for leg in LEGS), parts=(Part("body"), Part("leg"))), "a"
    )

    check_form(asset)
    assert [part.name for part in asset.parts] == ["body", *["leg"] * 4]
    assert {part.parent for part in asset.parts} == {-1}
    for part in range(1, 5):
        low, high = part_box(asset, part)
        assert np.allclose(high - low, [0.1, 0.1, 0.5], atol=1e-6)


def test_pieces_of_a_part_that_touch_stay_one():
    pieces = [(0, BODY), (1, box((0, 0, 1), (1, 1, 1.2))), (1, box((0, 0, 1.205), (1, 1, 1.4)))]

    asset = cleaned(model_of(*pieces, parts=(Part("body"), Part("lid"))), "a")

    assert len(asset.parts) == 2


def test_twenty_slats_are_one_part_by_nature():
    slats = [(0, box((0, 0, z / 10), (1, 0.1, z / 10 + 0.02))) for z in range(20)]

    assert len(cleaned(model_of(*slats, parts=(Part("slats"),)), "a").parts) == 1


def test_pieces_of_a_moving_part_move_along():
    drawer = [box((0, -1.2, z), (1, -1, z + 0.1)) for z in (0, 0.9)]
    joint = Joint(1, "slide", (0.0, 0.0, 0.0), (0.0, -1.0, 0.0), 0.0, 0.5)
    asset = cleaned(
        model_of(
            (0, BODY),
            *((1, piece) for piece in drawer),
            parts=(Part("body"), Part("drawer")),
            joints=(joint,),
        ),
        "a",
    )

    moved = pose(asset, [0.5]).vertices - asset.vertices

    assert [part.parent for part in asset.parts] == [-1, -1, 1]
    for part, step in ((0, 0.0), (1, -0.5), (2, -0.5)):
        rows = np.unique(asset.faces[asset.face_part == part])
        assert np.allclose(moved[rows], [0, step, 0], atol=1e-6)


def test_dust_joins_the_smallest_part_around_it():
    screw = box((0.5, -0.06, 0.5), (0.51, -0.05, 0.51))
    door = box((0.3, -0.1, 0.3), (0.7, 0, 0.7))

    asset = cleaned(
        model_of((0, BODY), (1, door), (2, screw), parts=(Part("body"), Part("door"), Part("x"))),
        "a",
    )

    assert [part.name for part in asset.parts] == ["body", "door"]
    assert np.bincount(asset.face_part).tolist() == [12, 24]


def test_a_small_knob_that_turns_is_no_dust():
    knob = box((0.5, -0.01, 0.5), (0.51, 0, 0.51))
    joint = Joint(1, "hinge", (0.505, 0.0, 0.505), (0.0, 1.0, 0.0), 0.0, 3.0)

    asset = cleaned(
        model_of((0, BODY), (1, knob), parts=(Part("body"), Part("knob")), joints=(joint,)), "a"
    )

    assert [part.name for part in asset.parts] == ["body", "knob"]
    assert asset.joints[0].origin == pytest.approx((0.005, 0.005 - 0.5, 0.505), abs=0.006)


def test_faces_without_area_and_doubled_ones_go():
    back_to_front = Mesh(BODY.vertices, BODY.faces[:, ::-1].copy())
    line = Mesh(np.array([[0, 0, 0], [0.5, 0, 0], [1, 0, 0]]), np.array([[0, 1, 2]]))

    asset = cleaned(
        model_of((0, BODY), (1, back_to_front), (1, line), parts=(Part("body"), Part("copy"))), "a"
    )

    assert len(asset.faces) == 12
    assert [part.name for part in asset.parts] == ["body"]


def test_levels_that_tell_nothing_are_left_out():
    parts = (
        Part("whole"),
        Part("cabinet", 0),
        Part("drawer", 1),
        Part("front", 2),
        Part("empty", 1),
        Part("body", 1),
    )

    asset = cleaned(model_of((5, BODY), (3, LEGS[0]), parts=parts), "a")

    assert [(part.name, part.parent) for part in asset.parts] == [("drawer", -1), ("body", -1)]


def test_joints_keep_their_place_and_slides_their_length_when_the_size_changes():
    leaf = box((0, -0.1, 0), (1, 0, 1))
    joints = (
        Joint(1, "hinge", (0.0, 0.0, 0.0), (0.0, 0.0, 1.0), 0.0, 1.5),
        Joint(2, "slide", (0.0, 0.0, 0.0), (0.0, -1.0, 0.0), 0.0, 0.5),
    )
    model = model_of(
        (0, BODY),
        (1, leaf),
        (2, box((0, -0.2, 0), (1, -0.1, 1))),
        parts=(Part("body"), Part("door"), Part("drawer")),
        joints=joints,
    )

    asset = cleaned(replace(model, vertices=model.vertices * 100), "a")
    small = cleaned(model, "a")

    assert asset.joints[0].high == small.joints[0].high == 1.5
    share = float(asset.high[2] / small.high[2])
    assert asset.joints[1].high == pytest.approx(0.5 * share / 100)
    assert share != pytest.approx(100)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_faces_at_no_place_are_left_out(value: float):
    model = model_of((0, BODY), (0, box((0, 0, 1), (1, 1, 2))), parts=(Part("body"),))
    vertices = model.vertices.copy()
    vertices[8:] = value

    assert len(cleaned(replace(model, vertices=vertices), "a").faces) == 12


def test_an_object_without_surface_is_refused_by_name():
    model = model_of((0, BODY), parts=(Part("body"),))

    with pytest.raises(FileFormatError, match=r"chair\.obj: has no surface"):
        cleaned(replace(model, faces=model.faces * 0 - 1), "chair.obj")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_the_triangles_the_asset_is_in_form(data: st.DataObject):
    n_parts = data.draw(st.integers(1, 6))
    n_faces = data.draw(st.integers(1, 12))
    coordinate = st.one_of(st.integers(-4, 4).map(float), st.floats(-3, 3), st.just(np.nan))
    vertices = data.draw(st.lists(st.tuples(coordinate, coordinate, coordinate), min_size=3))
    index = st.integers(-1, len(vertices))
    model = Model(
        kind=data.draw(st.sampled_from(["chair", "table", "unheard_of"])),
        style="any",
        vertices=np.array(vertices, np.float64),
        faces=np.array([[data.draw(index) for _ in range(3)] for _ in range(n_faces)], np.int32),
        face_part=np.array(
            [data.draw(st.integers(0, n_parts - 1)) for _ in range(n_faces)], np.int32
        ),
        parts=tuple(Part(f"p{i}", data.draw(st.integers(-1, i - 1))) for i in range(n_parts)),
        joints=tuple(
            Joint(i, "hinge", (0.0, 0.0, 0.0), (0.0, 0.0, 1.0), 0.0, 1.0)
            for i in range(n_parts)
            if data.draw(st.booleans())
        ),
        metric=data.draw(st.booleans()),
    )
    try:
        asset = cleaned(model, "any")
    except PinpointError:
        return

    check_form(asset)
    assert all(0 <= joint.part < len(asset.parts) for joint in asset.joints)
