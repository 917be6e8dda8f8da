"""Rooms: furniture inside the walls, nothing through anything, small things on what bears them."""

from functools import cache

import numpy as np
import pytest

from pinpoint3d.synth import rooms
from pinpoint3d.synth.catalogue import Catalogue, subset_of
from pinpoint3d.synth.layout import Opening
from pinpoint3d.synth.rays import build_tree, cast
from pinpoint3d.synth.shells import WALL_THICKNESS, shell
from pinpoint3d.synth.walks import walk
from pinpoint3d.synth.world import Placed, World, surface_of

SEEDS = range(5)
IN_WALLS = ("door", "window")


@cache
def furnished(seed: int) -> World:
    return rooms.make(np.random.default_rng(seed))


def box_of(item: Placed) -> tuple[np.ndarray, np.ndarray]:
    corners = item.to_world(item.asset.vertices)
    return corners.min(axis=0), corners.max(axis=0)


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_stands_inside_the_room(seed: int):
    world = furnished(seed)
    shell = world.shell[0].asset
    reach = (shell.high - shell.low)[:2] / 2 - WALL_THICKNESS
    assert len(world.items) >= 3
    for item in world.items:
        low, high = box_of(item)
        # Doors and windows stand in the walls, their casings and sills a little beyond.
        inside = reach + (WALL_THICKNESS + 0.2 if item.asset.kind in IN_WALLS else 0)
        assert (low[:2] > -inside).all()
        assert (high[:2] < inside).all()
        assert low[2] > -1e-4


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_is_held_by_the_floor_a_support_a_wall_or_the_ceiling(seed: int):
    world = furnished(seed)
    shell = world.shell[0]
    reach = (shell.asset.high - shell.asset.low)[:2] / 2 - WALL_THICKNESS
    ceiling = float(shell.asset.high[2]) + shell.position[2] - 0.05
    heights = [0.0] + [i.position[2] + s.z for i in world.items for s in i.asset.supports]
    for item in world.items:
        low, high = box_of(item)
        stands = np.abs(np.array(heights) - item.position[2]).min() < 0.002
        at_a_wall = (np.abs(np.concatenate([reach + low[:2], reach - high[:2]])) < 0.06).any()
        hangs = abs(ceiling - high[2]) < 0.01
        assert stands or at_a_wall or hangs or item.asset.kind in IN_WALLS, item.asset.kind


def test_a_split_keeps_kinds_and_styles_apart():
    for side in ("train", "val"):
        catalogue = Catalogue(side)
        for seed in range(6):
            for item in rooms.make(np.random.default_rng(seed), catalogue).items:
                assert subset_of(item.asset) == side


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_things_pass_through_each_other(seed: int):
    world = furnished(seed)
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
    for pose in walk(world, 8, rng):
        assert (np.abs(pose.position[:2]) < shell.high[:2]).all()
        assert 1.0 < pose.position[2] < 2.0
        assert np.allclose(pose.axes @ pose.axes.T, np.eye(3), atol=1e-6)


def test_the_same_seed_gives_the_same_room():
    first, second = (surface_of(rooms.make(np.random.default_rng(3))) for _ in range(2))
    assert np.array_equal(first.vertices, second.vertices)
    assert np.array_equal(first.part, second.part)


def test_a_doorway_is_open_and_the_wall_beside_it_is_not():
    door = Opening(wall=0, start=-0.5, end=0.5, low=0.0, high=2.0)
    room = shell(4.0, 3.0, 2.5, [door], np.random.default_rng(0))
    tree = build_tree(room.to_world(room.asset.vertices), room.asset.faces)
    origins = np.tile(np.array([[0, 0, 1]], np.float32), (5, 1))
    ways = np.array([[0, 1, 0], [1, 1, 0], [1, 0, 0], [0, -1, 0], [0, 0, -1]], np.float32)
    distance, _ = cast(tree, origins, ways)
    assert distance == pytest.approx([np.inf, 1.5, 2.0, 1.5, 1.0], abs=1e-3)
