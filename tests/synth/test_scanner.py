"""What a virtual scanner brings back: true surface with the right labels, and only what it saw."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import KDTree

from pinpoint3d.synth import rooms
from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.devices import DEVICES, HAND_HELD, STRUCTURED_LIGHT, TRIPOD_LASER, Device
from pinpoint3d.synth.fusion import Fusion
from pinpoint3d.synth.scanner import Pose, scan
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import box
from pinpoint3d.synth.textures import Plain
from pinpoint3d.synth.world import Placed, World
from pinpoint3d.types import Scene

GREY = Plain((0.6, 0.6, 0.6))


def placed(asset: Asset, x: float = 0.0, y: float = 0.0) -> Placed:
    return Placed(asset, (GREY,) * len(asset.parts), (x, y, 0.0))


def floor() -> Placed:
    builder = Builder("floor")
    builder.part("floor", box((-2, -2, -0.05), (2, 2, 0)))
    return Placed(builder.asset("plain"), (GREY,), (0.0, 0.0, -0.05))


def cube_with_stud() -> Asset:
    """A 40 cm cube, and on its front a stud of 1 cm that belongs to a plate of 10 cm."""
    builder = Builder("cube")
    builder.part("body", box((-0.2, -0.2, 0), (0.2, 0.2, 0.4)))
    plate = builder.part("plate", box((-0.05, -0.21, 0.2), (0.05, -0.2, 0.3)))
    builder.part("stud", box((-0.005, -0.215, 0.245), (0.005, -0.21, 0.255)), parent=plate)
    return builder.asset("plain")


FROM_THE_FRONT = Pose((0.0, -1.5, 0.9), 0.0, -0.45)


def test_only_what_faces_the_scanner_is_seen():
    world = World((floor(),), (placed(cube_with_stud()),))
    scene = scan(world, [FROM_THE_FRONT], HAND_HELD, np.random.default_rng(0))
    labels = scene.labels
    assert labels is not None
    cube = scene.xyz[labels.object == 1]
    assert len(cube) > 500
    assert cube[:, 1].min() == pytest.approx(-0.21, abs=0.03)
    assert not (cube[:, 2] < 0.37)[cube[:, 1] > 0].any()  # the back is hidden, the top is not
    shadow = (np.abs(scene.xyz[:, 0]) < 0.1) & (scene.xyz[:, 1] > 0.3) & (scene.xyz[:, 1] < 0.6)
    assert not (shadow & (scene.xyz[:, 2] < 0.1)).any()


def test_a_part_of_a_few_points_joins_its_parent():
    world = World((floor(),), (placed(cube_with_stud()),))
    scene = scan(world, [FROM_THE_FRONT], HAND_HELD, np.random.default_rng(0))
    assert scene.labels is not None
    parts, counts = np.unique(scene.labels.part[scene.labels.object == 1], return_counts=True)
    assert parts.tolist() == [1, 2]
    assert counts.min() >= 15


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
def test_every_labelled_point_lies_within_noise_of_its_part(device: Device):
    rng = np.random.default_rng(4)
    world = rooms.make(rng, n_items=9)
    device = replace(device, mixed=0.0)  # those points lie between surfaces, by design
    scene = scan(world, rooms.walk(world, 6, rng), device, rng, fusion=Fusion(drift=0.001))
    labels = scene.labels
    assert labels is not None
    assert len(np.unique(labels.object)) > 4
    for k, item in enumerate(world.items, start=1):
        mine = labels.object == k
        for part in np.unique(labels.part[mine]):
            points = scene.xyz[mine & (labels.part == part)]
            surface = sampled(item, int(part) - 1)
            away = KDTree(surface).query(points)[0]
            assert np.quantile(away, 0.9) < 0.05, (item.asset.kind, part)
            assert away.max() < 0.2


def sampled(item: Placed, part: int) -> np.ndarray:
    """Points all over a part and what lies below it, 1 cm apart or so."""
    asset = item.asset
    inside = np.array([is_below(asset, k, part) for k in range(len(asset.parts))])
    faces = asset.faces[inside[asset.face_part]] if part >= 0 else asset.faces
    a, b, c = (asset.vertices[faces[:, i]] for i in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    rng = np.random.default_rng(0)
    face = rng.choice(len(faces), 20_000, p=area / area.sum())
    u, v = np.sqrt(rng.random((20_000, 1))), rng.random((20_000, 1))
    points = (1 - u) * a[face] + u * (1 - v) * b[face] + u * v * c[face]
    return item.to_world(points.astype(np.float32))


def is_below(asset: Asset, part: int, ancestor: int) -> bool:
    while part >= 0 and part != ancestor:
        part = asset.parts[part].parent
    return part == ancestor


def test_the_same_seed_gives_the_same_scan():
    scenes: list[Scene] = []
    for _ in range(2):
        rng = np.random.default_rng(9)
        world = rooms.make(rng, n_items=5)
        scenes.append(scan(world, rooms.walk(world, 3, rng), STRUCTURED_LIGHT, rng))
    assert np.array_equal(scenes[0].xyz, scenes[1].xyz)
    assert scenes[0].rgb is not None
    assert scenes[1].rgb is not None
    assert np.array_equal(scenes[0].rgb, scenes[1].rgb)


def test_points_keep_their_distance_and_lie_wider_apart_far_away():
    fusion = Fusion(spacing=0.01, growth=0.02)
    scene = scan(
        World((floor(),), ()), [Pose((0.0, -1.9, 0.6), 0.0, -0.4)], TRIPOD_LASER,
        np.random.default_rng(1), fusion=fusion,
    )  # fmt: skip
    gap = KDTree(scene.xyz).query(scene.xyz, k=2)[0][:, 1]
    range_ = np.linalg.norm(scene.xyz - [0, -1.9, 0.6], axis=1)
    assert np.median(gap[range_ > 2.5]) > 1.5 * np.median(gap[range_ < 1.0])
    assert np.quantile(gap, 0.05) > 0.003


def test_a_projector_leaves_a_shadow_beside_what_stands_in_front():
    world = World((floor(),), (placed(cube_with_stud()),))
    pose = Pose((0.0, -1.2, 0.8), 0.0, -0.4)
    quiet = replace(STRUCTURED_LIGHT, holes=0.0, mixed=0.0)
    fine = Fusion(spacing=0.004, growth=0.0, drift=0.0)
    beside = []
    for device in (quiet, replace(quiet, baseline=0.0)):
        scene = scan(world, [pose], device, np.random.default_rng(2), fusion=fine)
        near = (np.abs(scene.xyz[:, 0]) < 0.5) & (scene.xyz[:, 1] > -0.2) & (scene.xyz[:, 2] < 0.05)
        beside.append(np.bincount((scene.xyz[near, 0] > 0).astype(int), minlength=2))
    lost = (beside[1] - beside[0]) / beside[1]
    assert abs(lost[0] - lost[1]) > 0.05  # on one side only


def test_glass_lets_most_rays_through():
    builder = Builder("pane")
    builder.part("pane", box((-0.5, -0.305, 0.0), (0.5, -0.3, 0.9)), finish="glass")
    world = World((floor(),), (placed(builder.asset("plain"), y=-0.3), placed(cube_with_stud())))
    scene = scan(world, [FROM_THE_FRONT], HAND_HELD, np.random.default_rng(0))
    assert scene.labels is not None
    behind = (scene.labels.object == 2).sum()
    assert behind > 500
