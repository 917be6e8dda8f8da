"""Part trees and joints, on a box with a drawer that holds a knob."""

import math

import numpy as np
import pytest

from pinpoint3d.synth.assets import Asset, at_level, below, pose, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import box


def chest() -> Asset:
    """A 1 m cube (part 0), a lid on a hinge (1), a drawer (2) with front (3) and knob (4)."""
    builder = Builder("chest")
    builder.part("body", box((0, 0, 0), (1, 1, 1)))
    lid = builder.part("lid", box((0, 0, 1), (1, 1, 1.1)))
    builder.part("nothing")
    drawer = builder.part("drawer")
    builder.part("front", box((0.2, -0.02, 0.2), (0.8, 0, 0.5)), parent=drawer)
    knob = builder.part("knob", parent=drawer)
    builder.add(knob, box((0.45, -0.05, 0.3), (0.55, -0.02, 0.4)))
    builder.hinge(lid, (0, 1, 1), (-1, 0, 0), 0, math.radians(120))
    builder.slide(drawer, (0, -1, 0), 0, 0.5)
    builder.support((0, 0), (1, 1), 1.1)
    return builder.asset("plain")


def of_part(asset: Asset, part: int) -> np.ndarray:
    return asset.vertices[np.unique(asset.faces[asset.face_part == part])]


def test_parts_without_surface_are_left_out_and_the_tree_is_kept():
    asset = chest()
    assert [p.name for p in asset.parts] == ["body", "lid", "drawer", "front", "knob"]
    assert [p.parent for p in asset.parts] == [-1, -1, -1, 2, 2]
    assert asset.joints[1].part == 2
    assert below(asset.parts, 2).tolist() == [False, False, True, True, True]


def test_an_asset_is_centred_and_stands_on_the_floor():
    asset = chest()
    assert asset.low == pytest.approx([-0.5, -0.525, 0], abs=1e-6)
    assert asset.supports[0].low == pytest.approx((-0.5, -0.475))


def test_a_drawer_takes_its_front_and_knob_along():
    asset = chest()
    opened = pose(asset, [0.0, 0.3])
    for part in (3, 4):
        moved = of_part(opened, part) - of_part(asset, part)
        assert np.allclose(moved, [0, -0.3, 0], atol=1e-6)
    for part in (0, 1):
        assert np.array_equal(of_part(opened, part), of_part(asset, part))
    assert opened.joints[1].state == pytest.approx(0.3)


def test_a_lid_turns_about_its_hinge():
    opened = pose(chest(), [math.pi / 2, 0.0])
    lid = of_part(opened, 1)
    assert lid[:, 2].max() == pytest.approx(2.0, abs=1e-5)
    assert lid[:, 1].min() == pytest.approx(0.525, abs=1e-5)


def test_closing_again_gives_the_closed_shape():
    asset = chest()
    there = pose(asset, [1.0, 0.4])
    assert np.allclose(pose(there, [0.0, 0.0]).vertices, asset.vertices, atol=1e-6)


def test_random_poses_stay_in_range():
    for seed in range(10):
        posed = pose_at_random(chest(), np.random.default_rng(seed), share_open=0.7)
        assert all(j.low <= j.state <= j.high for j in posed.joints)


def test_levels_of_the_tree():
    parts = chest().parts
    assert at_level(parts, 0).tolist() == [0, 1, 2, 2, 2]
    assert at_level(parts, 1).tolist() == [0, 1, 2, 3, 4]


def test_a_joint_on_a_moving_part_moves_along_so_that_any_order_of_posing_agrees():
    builder = Builder("cupboard")
    door = builder.part("door")
    builder.part("leaf", box((0, -0.02, 0), (0.5, 0, 1.0)), parent=door)
    knob = builder.part("knob", box((0.4, -0.06, 0.5), (0.44, -0.02, 0.54)), parent=door)
    builder.part("side", box((-0.02, 0, 0), (0, 0.4, 1.0)))
    builder.hinge(door, (0, 0, 0), (0, 0, -1), 0.0, 2.0)
    builder.hinge(knob, (0.42, -0.04, 0.52), (0, -1, 0), 0.0, 3.0)
    closed = builder.asset("plain")
    at_once = pose(closed, (1.2, 0.7))
    in_steps = pose(pose(closed, (1.2, 0.0)), (1.2, 0.7))
    assert in_steps.vertices == pytest.approx(at_once.vertices, abs=1e-5)
    assert pose(at_once, (0.0, 0.0)).vertices == pytest.approx(closed.vertices, abs=1e-5)
