"""Objects put into a scan stand, are seen, and look as its own points do."""

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import ConvexHull, KDTree

import pinpoint3d
from pinpoint3d import Masks, PinpointError, Scene
from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.catalogue import Catalogue
from pinpoint3d.synth.insert import insert
from pinpoint3d.synth.samples import Sample
from pinpoint3d.synth.scenes import read_furnished
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import box

NOISE, SPACING, TOP = 0.002, 0.014, 0.72


def sheet(
    low: tuple[float, float], high: tuple[float, float], z: float, rng: np.random.Generator
) -> np.ndarray:
    """Points of a level rectangle, as a fused scan has them: one mean a voxel, and noise."""
    xy = np.stack(
        np.meshgrid(*(np.arange(a, b, SPACING) for a, b in zip(low, high, strict=True))), -1
    ).reshape(-1, 2)
    xy = xy + rng.uniform(-0.12, 0.12, xy.shape) * SPACING
    return np.c_[xy, z + rng.normal(0, NOISE, len(xy))]


def floor_and_table() -> Scene:
    """A floor, and a table (object 7) under which nothing was scanned."""
    rng = np.random.default_rng(0)
    floor = sheet((-1.3, -1.2), (1.4, 1.2), 0, rng)
    under = (np.abs(floor[:, 0] - 0.9) < 0.5) & (np.abs(floor[:, 1]) < 0.5)
    table = sheet((0.5, -0.5), (1.3, 0.5), TOP, rng)
    xyz = np.concatenate([floor[~under], table]).astype(np.float32)
    objects = np.repeat([0, 7], [(~under).sum(), len(table)])
    rgb = np.where(objects[:, None] > 0, (150, 110, 80), (170, 170, 170))
    rgb = np.clip(rgb + rng.normal(0, 3, rgb.shape), 0, 255).astype(np.uint8)
    return Scene(xyz, rgb, labels=Masks.of(objects))


def crate(width: float, height: float) -> Asset:
    """A box with a lid, and a knob too small to be a part in a scan."""
    builder = Builder("crate")
    half = width / 2
    builder.part("body", box((-half, -half, 0), (half, half, height * 0.7)))
    lid = builder.part("lid", box((-half, -half, height * 0.7), (half, half, height)))
    knob = box((-0.006, -0.006, height), (0.006, 0.006, height + 0.012))
    builder.part("knob", knob, parent=lid)
    return builder.asset("plain")


CRATES = (crate(0.45, 0.4), crate(0.16, 0.14))


@pytest.fixture(scope="module")
def given() -> Scene:
    return floor_and_table()


@pytest.fixture(scope="module")
def made(given: Scene) -> Sample:
    return insert(given, CRATES, np.random.default_rng(3), n_objects=4)


def new_objects(made: Sample) -> list[np.ndarray]:
    """Points of every object that was put in."""
    labels = made.scene.labels
    assert labels is not None
    return [
        made.scene.xyz[labels.object == k]
        for k, known in enumerate(made.objects, start=1)
        if known.kind != "given"
    ]


def background(made: Sample) -> np.ndarray:
    labels = made.scene.labels
    assert labels is not None
    known = np.array([False] + [known.kind != "given" for known in made.objects])
    return made.scene.xyz[~known[labels.object]]


def test_objects_stand_on_floor_or_table(made: Sample):
    objects = new_objects(made)
    assert len(objects) == 4
    heights = [float(np.quantile(xyz[:, 2], 0.01)) for xyz in objects]
    assert all(min(abs(z), abs(z - TOP)) < SPACING for z in heights)
    assert {abs(z) < 0.1 for z in heights} == {True, False}


def test_objects_are_clear_of_the_scan_and_of_each_other(made: Sample):
    objects = new_objects(made)
    rest = background(made)
    for k, xyz in enumerate(objects):
        above = rest[rest[:, 2] > xyz[:, 2].min() + 0.03]
        assert KDTree(above).query(xyz)[0].min() > 0.005
        for other in objects[k + 1 :]:
            assert KDTree(other).query(xyz)[0].min() > 0.005


def test_points_on_objects_are_as_dense_as_those_about_them(made: Sample):
    def spacing(xyz: np.ndarray) -> float:
        return float(np.median(KDTree(xyz).query(xyz, k=2)[0][:, 1]))

    own = spacing(background(made))
    for xyz in new_objects(made):
        assert spacing(xyz) == pytest.approx(own, rel=0.25)


def test_objects_are_as_rough_as_their_support(made: Sample):
    for xyz in new_objects(made):
        reach = float(np.ptp(xyz[:, 2]))
        if reach < 0.3:
            continue  # the lid of a small one has too few points to measure
        base = float(np.quantile(xyz[:, 2], 0.01))
        middle = (xyz.min(axis=0) + xyz.max(axis=0))[:2] / 2
        lid = (np.abs(xyz[:, 2] - base - 0.4) < 0.012) & (
            np.linalg.norm(xyz[:, :2] - middle, axis=1).clip(0.05) < 0.18
        )
        on = xyz[lid].astype(np.float64)
        assert len(on) > 200
        design = np.c_[on[:, :2], np.ones(len(on))]
        plane, *_ = np.linalg.lstsq(design, on[:, 2], rcond=None)
        assert float(np.std(on[:, 2] - design @ plane)) == pytest.approx(NOISE, rel=0.25)


def test_labels_given_come_first_and_parts_have_meanings(made: Sample):
    labels = made.scene.labels
    assert labels is not None
    assert [known.kind for known in made.objects] == ["given"] + ["crate"] * 4
    assert not labels.part[labels.object == 1].any()
    for k in range(2, 6):
        ids, counts = np.unique(labels.part[labels.object == k], return_counts=True)
        assert set(ids) <= {1, 2}, "the knob is dust: it joins the lid"
        assert (counts >= 15).all()


def test_points_of_the_scan_stay_as_they_were(given: Scene, made: Sample):
    before = {row.tobytes() for row in np.ascontiguousarray(given.xyz)}
    after = {row.tobytes() for row in np.ascontiguousarray(background(made))}
    assert after < before


def test_the_same_generator_gives_the_same_sample(given: Scene):
    one, two = (insert(given, CRATES, np.random.default_rng(8), n_objects=1) for _ in range(2))
    assert np.array_equal(one.scene.xyz, two.scene.xyz)
    assert one.scene.rgb is not None
    assert two.scene.rgb is not None
    assert np.array_equal(one.scene.rgb, two.scene.rgb)
    other = insert(given, CRATES, np.random.default_rng(9), n_objects=1)
    assert len(other.scene) != len(one.scene) or not np.array_equal(other.scene.xyz, one.scene.xyz)


def test_a_scan_from_one_place_loses_what_is_behind_the_object_and_no_more(given: Scene):
    eye = np.array([0.2, -2.2, 1.5], np.float32)
    on_floor = given.xyz[:, 2] < 0.1
    scene = Scene(given.xyz[on_floor] - eye)
    made = insert(scene, CRATES[:1], np.random.default_rng(1), n_objects=1)
    (xyz,) = new_objects(made)
    outline = xyz[:, [0, 2]] / xyz[:, 1:2]
    kept = {row.tobytes() for row in np.ascontiguousarray(background(made))}
    gone = np.array([row.tobytes() not in kept for row in np.ascontiguousarray(scene.xyz)])
    flat = scene.xyz[:, [0, 2]] / scene.xyz[:, 1:2]
    hull = ConvexHull(outline)
    off = (flat @ hull.equations[:, :2].T + hull.equations[:, 2]).max(axis=1)
    margin = 2 * SPACING / float(np.linalg.norm(xyz.mean(axis=0)))
    assert gone.sum() > 500
    assert off[gone].max() < margin, "only what the object hides is gone"
    farther = np.linalg.norm(scene.xyz, axis=1) > np.linalg.norm(xyz, axis=1).max()
    assert gone[(off < -margin) & farther].all(), "all that it hides is gone"


def test_a_scan_without_colour_stays_without(given: Scene):
    made = insert(Scene(given.xyz), CRATES, np.random.default_rng(1), n_objects=1)
    assert made.scene.rgb is None


def test_objects_stand_upright_in_a_scan_whose_y_points_up(given: Scene):
    turned = Scene(given.xyz[:, [0, 2, 1]] * np.array([1, 1, -1], np.float32), up="+y")
    made = insert(turned, CRATES[:1], np.random.default_rng(1), n_objects=1)
    (xyz,) = new_objects(made)
    assert np.array_equal(made.scene.up, (0, 1, 0))
    assert abs(float(np.quantile(xyz[:, 1], 0.01))) < SPACING
    assert float(np.ptp(xyz[:, 1])) == pytest.approx(0.41, abs=0.02)


def test_objects_are_lit_as_their_place_is(given: Scene):
    assert given.rgb is not None
    bright = insert(given, CRATES[:1], np.random.default_rng(2), n_objects=1)
    dim_scan = Scene(given.xyz, (given.rgb * 0.75).astype(np.uint8))
    dim = insert(dim_scan, CRATES[:1], np.random.default_rng(2), n_objects=1)

    def mean(made: Sample) -> float:
        labels, rgb = made.scene.labels, made.scene.rgb
        assert labels is not None
        assert rgb is not None
        return float(rgb[labels.object == len(made.objects)].mean())

    assert mean(dim) == pytest.approx(0.75 * mean(bright), rel=0.1)


def test_a_frame_keeps_its_rows_and_shows_objects_in_their_pixels(tmp_path: Path):
    width, height, focal = 160, 120, 140.0
    u, v = np.meshgrid(np.arange(width) - 79.5, np.arange(height) - 59.5)
    x, y = (u / focal).ravel(), (v / focal).ravel()
    z = 0.9 / (0.7071 * y + 0.7071)  # a table 0.9 m below a camera that looks down by 45 degrees
    z[z > 2.5] = np.nan
    rows = ["nan nan nan" if np.isnan(d) else f"{a * d} {b * d} {d}" for a, b, d in zip(x, y, z)]  # noqa: B905  # equal by construction
    head = ["VERSION .7", "FIELDS x y z", "SIZE 4 4 4", "TYPE F F F", "COUNT 1 1 1"]
    head += [f"WIDTH {width}", f"HEIGHT {height}", "VIEWPOINT 0 0 0 1 0 0 0"]
    head += [f"POINTS {width * height}", "DATA ascii"]
    path = tmp_path / "table.pcd"
    path.write_text("\n".join([*head, *rows, ""]))
    scene = pinpoint3d.load(path)
    made = insert(scene, CRATES[1:], np.random.default_rng(0), n_objects=2)
    labels = made.scene.labels
    assert labels is not None
    assert made.kind == "frame"
    assert len(made.scene) == len(scene)
    shows = labels.object > 0
    lost = scene.valid & ~made.scene.valid
    assert shows.sum() > 200
    assert np.array_equal(made.scene.xyz[~shows & ~lost], scene.xyz[~shows & ~lost], equal_nan=True)
    seen = made.scene.xyz[shows]
    assert np.allclose(seen[:, 0] / seen[:, 2], x[shows], atol=1e-4)
    assert (seen[:, 2] <= np.nan_to_num(z[shows], nan=9) + 0.02).all()


def test_walls_alone_hold_nothing(given: Scene):
    wall = Scene(given.xyz[:, [2, 0, 1]])
    with pytest.raises(PinpointError, match="no level surface"):
        insert(wall, CRATES, np.random.default_rng(0), n_objects=1)


def test_what_is_larger_than_the_floor_finds_no_room(given: Scene):
    with pytest.raises(PinpointError, match="no room"):
        insert(given, [crate(4.0, 1.0)], np.random.default_rng(0), n_objects=1)


def test_assets_of_impossible_size_are_refused(given: Scene):
    with pytest.raises(PinpointError, match="plausible size"):
        insert(given, [crate(40.0, 1.0)], np.random.default_rng(0), n_objects=1)


@pytest.mark.slow
def test_a_furnished_scene_takes_objects_of_the_catalogue(shared: Path):
    scene = read_furnished(shared / "data" / "scenes_aws" / "small_house.npz")
    made = insert(scene, Catalogue(), np.random.default_rng(1), n_objects=4)
    objects = new_objects(made)
    assert len(objects) == 4
    assert all(len(xyz) >= 50 for xyz in objects)
    assert made.kind == "room"


@pytest.mark.slow
def test_a_real_frame_takes_objects_on_its_table(shared: Path):
    scene = pinpoint3d.load(shared / "data" / "scans_osd" / "learn33.pcd")
    made = insert(scene, Catalogue(), np.random.default_rng(1), n_objects=3)
    labels = made.scene.labels
    assert labels is not None
    assert made.kind == "frame"
    assert len(made.scene) == len(scene)
    depth = made.scene.xyz[labels.object == len(made.objects), 2]
    assert np.isin(depth, scene.xyz[:, 2]).mean() > 0.9, "in the sensor's own steps"


@pytest.mark.slow
def test_a_laser_scan_without_colour_takes_objects(shared: Path):
    scene = pinpoint3d.load(shared / "data" / "scans_pcl" / "room_scan1.pcd")
    made = insert(scene, Catalogue(), np.random.default_rng(1), n_objects=2)
    assert made.scene.rgb is None
    assert new_objects(made)
