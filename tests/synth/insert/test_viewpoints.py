"""Places of the scanner: the origin of a scan from one place, eye height in a room."""

import numpy as np
from test_level_supports import sheet

from pinpoint3d import Scene
from pinpoint3d.synth.insert.cloud import upright
from pinpoint3d.synth.insert.supports import find_levels
from pinpoint3d.synth.insert.viewpoints import DepthCube, find_eyes


def test_a_board_hides_what_is_behind_it_and_nothing_else():
    rng = np.random.default_rng(0)
    board = sheet((-0.5, -0.5), (0.5, 0.5), 1.0, rng).astype(np.float32)
    cube = DepthCube.of(board, np.zeros(3), np.full(len(board), 0.015, np.float32))
    asked = np.array([[0, 0, 2], [0, 0, 0.5], [3, 0, 2], [0, 0, -2]], np.float32)
    assert cube.sees(asked).tolist() == [False, True, True, True]
    assert cube.sees(board).all(), "it does not hide itself"


def test_a_scan_without_inner_occlusion_was_taken_from_its_origin():
    rng = np.random.default_rng(0)
    cloud = upright(Scene(sheet((-1, -1), (1, 1), -1.2, rng).astype(np.float32)))
    (eye,) = find_eyes(cloud, find_levels(cloud), rng)
    assert np.array_equal(eye.position, np.zeros(3))


def test_a_room_was_scanned_at_eye_height_over_its_floor():
    rng = np.random.default_rng(0)
    floor = sheet((-1.5, -1.5), (1.5, 1.5), 0, rng)
    wall = sheet((-1.5, 0), (1.5, 2), 1.5, rng)[:, [0, 2, 1]]
    cloud = upright(Scene(np.concatenate([floor, wall]).astype(np.float32)))
    eyes = find_eyes(cloud, find_levels(cloud), rng)
    assert eyes
    for eye in eyes:
        assert 1.2 < eye.position[2] < 1.7
        assert (np.abs(eye.position[:2]) < 1.5).all()
