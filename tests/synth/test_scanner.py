"""What a virtual scanner brings back: true surface with the right labels, and only what it saw."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import KDTree

from pinpoint3d.errors import SceneError
from pinpoint3d.synth import rooms
from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.devices import DEVICES, HAND_HELD, STRUCTURED_LIGHT, TRIPOD_LASER, Device
from pinpoint3d.synth.fusion import Fusion
from pinpoint3d.synth.scanner import Pose, frame, scan
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import box
from pinpoint3d.synth.textures import Plain
from pinpoint3d.synth.walks import walk
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
    scene = scan(world, walk(world, 6, rng), device, rng, fusion=Fusion(drift=0.001))
    labels = scene.labels
    assert labels is not None
    assert len(np.unique(labels.object)) > 4
    for k, item in enumerate(world.items, start=1):
        mine = labels.object == k
        for part in np.unique(labels.part[mine]):
            points = scene.xyz[mine & (labels.part == part)]
            surface = sampled(item, int(part) - 1)
            away = KDTree(surface).query(points)[0]
            noise = device.noise + device.noise_growth * device.far**2
            assert np.quantile(away, 0.9) < max(0.05, 2 * noise), (item.asset.kind, part)
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
        scenes.append(scan(world, walk(world, 3, rng), STRUCTURED_LIGHT, rng))
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
    quiet = replace(STRUCTURED_LIGHT, holes=0.0, mixed=0.0, torn=0.0)
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


KINECT = replace(STRUCTURED_LIGHT, width=640, height=480, field_deg=62.7)  # f = 525 pixels


def tabletop() -> World:
    builder = Builder("table")
    builder.part("top", box((-1, -0.8, -0.03), (1, 0.9, 0)))
    top = Placed(builder.asset("plain"), (GREY,), (0.0, 0.05, -0.03))
    return World((top,), (placed(cube_with_stud(), x=0.15, y=0.35),))


OVER_THE_TABLE = Pose((0.0, -0.62, 0.59), 0.0, -0.66)


def test_a_frame_is_organised_and_keeps_colour_where_depth_is_missing():
    scene = frame(tabletop(), OVER_THE_TABLE, KINECT, np.random.default_rng(0))
    assert scene.labels is not None
    assert scene.rgb is not None
    assert len(scene) == 640 * 480
    assert 0.05 < 1 - scene.valid.mean() < 0.5
    assert not scene.labels.object[~scene.valid].any()
    rows, columns = np.divmod(np.flatnonzero(scene.valid), 640)
    x, y, z = scene.xyz[scene.valid].T
    assert np.abs(x / z * 525 - (columns - 319.5)).max() < 1.1
    assert np.abs(y / z * 525 - (rows - 239.5)).max() < 1.1
    shadow = ~scene.valid.reshape(480, 640)[200:300]
    assert (scene.rgb.reshape(480, 640, 3)[200:300][shadow].mean(axis=-1) > 10).mean() > 0.9
    table = scene.xyz[scene.valid & (scene.labels.object == 0)]
    height = table @ scene.up
    assert np.quantile(height, 0.99) - np.quantile(height, 0.05) < 0.02  # up is up


@pytest.mark.parametrize(
    ("near", "far", "step_mm", "rough_1cm", "rough_5cm"),
    [(0.6, 0.7, 1, 0.74, 0.89), (0.9, 1.0, 3, 0.81, 1.15), (1.3, 1.4, 5, 0.92, 1.47)],
)
def test_depth_of_a_table_is_as_rough_as_in_real_scans(
    near: float, far: float, step_mm: float, rough_1cm: float, rough_5cm: float
):
    """Figures of real Kinect scans: depth steps, and residuals of planes over 1 and 5 cm, in mm."""
    scene = frame(tabletop(), OVER_THE_TABLE, KINECT, np.random.default_rng(3))
    assert scene.labels is not None
    xyz = scene.xyz[scene.valid & (scene.labels.object == 0)].astype(float)
    inside = np.flatnonzero((xyz[:, 2] > near) & (xyz[:, 2] < far))
    steps: np.ndarray = np.diff(np.unique(xyz[inside, 2].astype(np.float32)))
    assert np.median(steps.astype(float)) * 1000 == pytest.approx(step_mm, abs=1.1)
    tree = KDTree(xyz)
    centres = xyz[np.random.default_rng(0).choice(inside, 60)]
    for radius, expected in ((0.01, rough_1cm), (0.05, rough_5cm)):
        found = []
        for near_rows in tree.query_ball_point(centres, radius):
            about = xyz[near_rows] - xyz[near_rows].mean(axis=0)
            spread = np.linalg.eigvalsh(about.T @ about / len(about))[0]
            found.append(np.sqrt(max(spread, 0)) * 1000)
        assert np.median(found) == pytest.approx(expected, rel=0.25)


def test_a_scanner_that_sees_nothing_says_so():
    blind = Pose((0.0, 0.0, 1.0), 0.0, 1.2)
    for take in (
        lambda rng: scan(tabletop(), [blind], HAND_HELD, rng),
        lambda rng: frame(tabletop(), blind, KINECT, rng),
    ):
        with pytest.raises(SceneError, match="sees nothing"):
            take(np.random.default_rng(0))
