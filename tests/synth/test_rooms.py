"""Rooms: furniture inside the walls, nothing through anything, small things on what bears them."""

import numpy as np
import pytest

from pinpoint3d.synth import rooms
from pinpoint3d.synth.rays import build_tree, cast
from pinpoint3d.synth.world import Placed, surface_of

SEEDS = range(5)


def box_of(item: Placed) -> tuple[np.ndarray, np.ndarray]:
    corners = item.to_world(item.asset.vertices)
    return corners.min(axis=0), corners.max(axis=0)


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_stands_inside_the_room(seed: int):
    world = rooms.make(np.random.default_rng(seed))
    shell = world.shell[0].asset
    reach = (shell.high - shell.low)[:2] / 2 - rooms.WALL_THICKNESS
    assert len(world.items) >= 3
    for item in world.items:
        low, high = box_of(item)
        assert (low[:2] > -reach).all()
        assert (high[:2] < reach).all()
        assert low[2] > -1e-4


@pytest.mark.parametrize("seed", SEEDS)
def test_things_stand_on_the_floor_or_on_a_support(seed: int):
    world = rooms.make(np.random.default_rng(seed))
    heights = [0.0] + [i.position[2] + s.z for i in world.items for s in i.asset.supports]
    for item in world.items:
        assert np.abs(np.array(heights) - item.position[2]).min() < 0.002


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_things_pass_through_each_other(seed: int):
    world = rooms.make(np.random.default_rng(seed))
    for i, first in enumerate(world.items):
        for second in world.items[i + 1 :]:
            (a, b), (c, d) = box_of(first), box_of(second)
            if (np.minimum(b, d) - np.maximum(a, c)).min() < 0.003:
                continue  # even their boxes are apart
            assert not edges_pierce(first, second)
            assert not edges_pierce(second, first)


def edges_pierce(one: Placed, other: Placed) -> bool:
    """Whether an edge of one mesh goes through the other's surface."""
    vertices = one.to_world(one.asset.vertices)
    starts = vertices[one.asset.faces[:, 0]]
    ways = vertices[one.asset.faces[:, 1]] - starts
    tree = build_tree(other.to_world(other.asset.vertices), other.asset.faces)
    distance, _ = cast(tree, starts, ways)
    return bool((distance < 1).any())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_scanner_walks_inside_the_room_at_eye_height(seed: int):
    rng = np.random.default_rng(seed)
    world = rooms.make(rng)
    shell = world.shell[0].asset
    for pose in rooms.walk(world, 8, rng):
        assert (np.abs(pose.position[:2]) < shell.high[:2]).all()
        assert 1.0 < pose.position[2] < 2.0
        assert np.allclose(pose.axes @ pose.axes.T, np.eye(3), atol=1e-6)


def test_the_same_seed_gives_the_same_room():
    first, second = (surface_of(rooms.make(np.random.default_rng(3))) for _ in range(2))
    assert np.array_equal(first.vertices, second.vertices)
    assert np.array_equal(first.part, second.part)


def test_a_doorway_is_open_and_the_wall_beside_it_is_not():
    door = rooms.Opening(wall=0, start=-0.5, end=0.5, low=0.0, high=2.0)
    room = rooms.shell(4.0, 3.0, 2.5, [door], np.random.default_rng(0))
    tree = build_tree(room.to_world(room.asset.vertices), room.asset.faces)
    origins = np.tile(np.array([[0, 0, 1]], np.float32), (5, 1))
    ways = np.array([[0, 1, 0], [1, 1, 0], [1, 0, 0], [0, -1, 0], [0, 0, -1]], np.float32)
    distance, _ = cast(tree, origins, ways)
    assert distance == pytest.approx([np.inf, 1.5, 2.0, 1.5, 1.0], abs=1e-3)
