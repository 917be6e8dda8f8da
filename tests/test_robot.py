import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pinpoint3d import ClickError, Masks, NearestSegmenter, Scene, SceneError
from pinpoint3d.robot import Frame, found_parts, organised_frame, rgbd_frame

K = np.array([[100.0, 0, 31.5], [0, 100.0, 23.5], [0, 0, 1]])
WALL, BOX = 2000, 1000  # mm


def depth_image() -> np.ndarray:
    """A wall two metres away, and before it a panel of 20 x 10 pixels a metre away."""
    depth = np.full((48, 64), WALL, np.uint16)
    depth[20:30, 20:40] = BOX
    return depth


def some_pose() -> np.ndarray:
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_euler("xyz", [-1.9, 0.1, 0.4]).as_matrix()
    pose[:3, 3] = (3.0, -1.0, 1.5)
    return pose


def panel(frame: Frame) -> Masks:
    objects = np.zeros((frame.height, frame.width), np.int32)
    parts = np.zeros_like(objects)
    objects[20:30, 20:40] = 3
    parts[20:30, 30:40] = 2
    return Masks.of(objects.ravel(), parts.ravel())


def test_points_lie_where_the_camera_saw_them() -> None:
    frame = rgbd_frame(depth_image(), K)
    assert len(frame.scene) == 48 * 64
    assert frame.scene.xyz[23 * 64 + 31] == pytest.approx([-0.005, -0.005, 1.0], abs=1e-6)
    assert frame.scene.xyz[0] == pytest.approx([-0.63, -0.47, 2.0], abs=1e-6)
    assert frame.scene.up.tolist() == [0, -1, 0]


def test_millimetres_and_metres_are_the_same_frame() -> None:
    whole = rgbd_frame(depth_image(), K).scene.xyz
    metres = rgbd_frame((depth_image() / 1000).astype(np.float32), K).scene.xyz
    assert metres == pytest.approx(whole, abs=1e-6)


def test_a_pose_moves_points_to_the_world() -> None:
    pose = some_pose()
    here, there = rgbd_frame(depth_image(), K), rgbd_frame(depth_image(), K, world_from_camera=pose)
    expected = here.scene.xyz @ pose[:3, :3].T + pose[:3, 3]
    assert there.scene.xyz == pytest.approx(expected, abs=1e-5)
    assert there.scene.up.tolist() == [0, 0, 1]
    assert there.row_at(22, 25) == here.row_at(22, 25)


def test_pixels_without_depth_keep_their_rows_and_colours() -> None:
    depth = depth_image().astype(np.float32) / 1000
    depth[0, :3] = (0, np.nan, np.inf)
    colour = np.arange(48 * 64 * 3, dtype=np.uint32).reshape(48, 64, 3).astype(np.uint8)
    frame = rgbd_frame(depth, K, colour=colour)
    assert (~frame.scene.valid).nonzero()[0].tolist() == [0, 1, 2]
    assert frame.scene.rgb is not None
    assert (frame.scene.rgb.reshape(48, 64, 3) == colour).all()


@pytest.mark.parametrize(
    ("depth", "intrinsics", "more"),
    [
        (np.zeros((4, 4), np.uint16), K, {}),
        (np.ones((4, 4), np.int32), K, {}),
        (np.ones(4, np.float32), K, {}),
        (np.ones((4, 4), np.float32), np.eye(4), {}),
        (np.ones((4, 4), np.float32), np.diag([0.0, 1, 1]), {}),
        (np.ones((4, 4), np.float32), K, {"world_from_camera": np.diag([2.0, 2, 2, 1])}),
        (np.ones((4, 4), np.float32), K, {"world_from_camera": np.diag([1.0, 1, -1, 1])}),
        (np.ones((4, 4), np.float32), K, {"colour": np.zeros((4, 5, 3), np.uint8)}),
    ],
)
def test_what_is_no_frame_is_refused(depth: np.ndarray, intrinsics: np.ndarray, more: dict) -> None:
    with pytest.raises(SceneError):
        rgbd_frame(depth, intrinsics, **more)


def test_a_cloud_is_organised_only_by_a_shape_that_fits() -> None:
    scene = rgbd_frame(depth_image(), K).scene
    frame = organised_frame(scene, (48, 64))
    assert frame.row_at(5.7, 2.2) == 2 * 64 + 5
    with pytest.raises(SceneError, match="not organised"):
        organised_frame(scene)
    with pytest.raises(SceneError, match="no image of 47 lines"):
        organised_frame(scene, (47, 64))


def test_a_click_beside_an_edge_takes_the_nearer_surface() -> None:
    frame = rgbd_frame(depth_image(), K)
    assert frame.row_at(20, 25) == 25 * 64 + 20
    assert frame.row_at(19, 25) == 25 * 64 + 20  # two fifths of its window are the panel
    assert frame.row_at(17, 25) == 25 * 64 + 17  # none of it is


def test_a_stray_pixel_is_no_surface() -> None:
    depth = depth_image()
    depth[10, 50] = 500
    frame = rgbd_frame(depth, K)
    assert frame.row_at(51, 10) == 10 * 64 + 51
    assert frame.row_at(50, 10) != 10 * 64 + 50


def test_without_depth_the_nearest_pixel_counts_up_to_six_away() -> None:
    depth = depth_image()
    depth[:, :12] = 0
    frame = rgbd_frame(depth, K)
    assert frame.row_at(6, 3) == 3 * 64 + 12
    with pytest.raises(ClickError, match=r"pixel \(5, 3\): nothing has depth within 6 pixels"):
        frame.row_at(5, 3)


@pytest.mark.parametrize("pixel", [(-1, 0), (64, 0), (0, 48), (np.nan, 3)])
def test_pixels_outside_the_image_are_refused(pixel: tuple[float, float]) -> None:
    with pytest.raises(ClickError, match="outside the image"):
        rgbd_frame(depth_image(), K).row_at(*pixel)


@settings(max_examples=30)
@given(st.integers(0, 63), st.integers(0, 47), st.integers(0, 100))
def test_a_click_finds_a_measured_pixel_near_by_or_says_so(u: int, v: int, seed: int) -> None:
    depth = depth_image()
    depth[np.random.default_rng(seed).uniform(size=depth.shape) < 0.97] = 0
    frame = rgbd_frame(depth, K)
    lines, columns = np.nonzero(depth)
    away = (lines - v) ** 2 + (columns - u) ** 2
    if away.min() > 36:
        with pytest.raises(ClickError):
            frame.row_at(u, v)
        return
    row = frame.row_at(u, v)
    assert frame.scene.valid[row]
    assert (row % 64 - u) ** 2 + (row // 64 - v) ** 2 <= 36


def test_parts_are_measured_in_camera_and_world() -> None:
    pose = some_pose()
    frame = rgbd_frame(depth_image(), K, world_from_camera=pose)
    whole, part = found_parts(frame.scene, panel(frame), frame, {"3": "panel", "3.2": "right"})
    assert (whole.object, whole.part, whole.name, whole.n_points) == (3, None, "panel", 200)
    assert (part.object, part.part, part.name, part.n_points) == (3, 2, "right", 100)
    assert whole.camera is not None
    # columns 20 to 39 and lines 20 to 29, a centimetre apart, about (31.5, 23.5)
    assert whole.camera.centroid == pytest.approx([-0.02, 0.01, 1.0], abs=1e-5)
    assert whole.camera.box_centre == pytest.approx([-0.02, 0.01, 1.0], abs=1e-5)
    assert whole.camera.box_size == pytest.approx([0.19, 0.09, 0.0], abs=1e-5)
    assert whole.camera.normal == pytest.approx([0, 0, -1], abs=1e-4)
    assert whole.normal_spread_deg == pytest.approx(0, abs=0.1)
    centroid = pose[:3, :3] @ whole.camera.centroid + pose[:3, 3]
    assert whole.world.centroid == pytest.approx(centroid, abs=1e-5)
    assert whole.world.normal == pytest.approx(-pose[:3, 2], abs=1e-4)
    assert not whole.axis_ambiguous
    assert part.axis_ambiguous  # 9 x 9 cm
    assert whole.confidence == 1


def test_the_box_turns_its_last_axis_to_the_camera() -> None:
    frame = rgbd_frame(depth_image(), K, world_from_camera=some_pose())
    whole = found_parts(frame.scene, panel(frame), frame)[0]
    assert whole.camera is not None
    in_camera = Rotation.from_quat(whole.camera.box_rotation).as_matrix()
    in_world = Rotation.from_quat(whole.world.box_rotation).as_matrix()
    assert in_camera[:, 2] == pytest.approx([0, 0, -1], abs=1e-4)
    assert abs(in_camera[:, 0]) == pytest.approx([1, 0, 0], abs=1e-4)
    assert in_world == pytest.approx(some_pose()[:3, :3] @ in_camera, abs=1e-6)


def test_the_medoid_is_a_point_of_the_part() -> None:
    frame = rgbd_frame(depth_image(), K)
    masks = panel(frame)
    ring = masks.object.reshape(48, 64).copy()
    ring[22:28, 22:38] = 0
    [found] = found_parts(frame.scene, Masks.of(ring.ravel()), frame)
    own = frame.scene.xyz[found.rows]
    assert np.linalg.norm(own - found.world.medoid, axis=1).min() < 1e-6
    assert np.linalg.norm(own - found.world.centroid, axis=1).min() > 0.02


def test_the_image_mask_gives_the_pixels_back() -> None:
    frame = rgbd_frame(depth_image(), K)
    part = found_parts(frame.scene, panel(frame), frame)[1]
    assert part.image is not None
    assert part.image.box == (30, 20, 10, 10)
    expected = np.zeros((48, 64), bool)
    expected[20:30, 30:40] = True
    assert (part.image.pixels() == expected).all()


@settings(max_examples=30)
@given(st.integers(0, 1000), st.floats(0.05, 1))
def test_any_mask_survives_its_runs(seed: int, share: float) -> None:
    frame = rgbd_frame(np.ones((6, 7), np.float32), K)
    objects = (np.random.default_rng(seed).uniform(size=42) < share).astype(np.int32)
    for found in found_parts(frame.scene, Masks.of(objects), frame):
        assert found.image is not None
        assert found.image.pixels().ravel().astype(int).tolist() == objects.tolist()


def test_a_ball_has_a_wide_spread_and_a_wall_none() -> None:
    u, v = np.meshgrid(np.arange(64), np.arange(48))
    x, y = (u - 31.5) / 100, (v - 23.5) / 100
    depth = 1.0 - np.sqrt(np.maximum(0.2**2 - x**2 - y**2, 0))
    frame = rgbd_frame(depth, K)
    ball = Masks.of((x**2 + y**2 < 0.17**2).astype(np.int32).ravel())
    [found] = found_parts(frame.scene, ball, frame)
    assert found.camera is not None
    assert found.camera.normal is not None
    assert found.camera.normal[2] < -0.99
    assert found.normal_spread_deg is not None
    assert found.normal_spread_deg > 25


def test_without_a_frame_normals_point_outwards() -> None:
    shell = np.random.default_rng(0).normal(size=(3000, 3))
    shell /= np.linalg.norm(shell, axis=1)[:, None]
    scene = Scene(shell)
    cap = (shell[:, 2] > 0.8).astype(np.int32)
    whole, top = found_parts(scene, Masks.of(np.ones(3000, np.int32), cap))
    assert whole.world.normal is None  # they cancel
    assert top.world.normal is not None
    assert top.world.normal[2] > 0.95
    assert top.camera is None
    assert top.image is None


def test_few_points_have_places_but_no_normal() -> None:
    scene = Scene([[0.0, 0, 0], [1, 0, 0], [0, 0, 9]])
    [found] = found_parts(scene, Masks.of([1, 1, 0]))
    assert found.world.normal is None
    assert found.world.centroid == (0.5, 0, 0)
    assert found.world.box_size == pytest.approx([1, 0, 0])


def test_far_from_the_origin_nothing_gets_coarse() -> None:
    pose = some_pose()
    near = rgbd_frame(depth_image(), K, world_from_camera=pose)
    pose[:3, 3] += (500_000, 4_000_000, 0)
    far = rgbd_frame(depth_image(), K, world_from_camera=pose)
    assert far.row_at(19, 25) == near.row_at(19, 25)
    a = found_parts(near.scene, panel(near), near)[0]
    b = found_parts(far.scene, panel(far), far)[0]
    assert b.camera is not None
    assert a.camera is not None
    assert b.camera.centroid == pytest.approx(a.camera.centroid, abs=1e-3)
    assert b.world.box_size == pytest.approx(a.world.box_size, abs=1e-3)


def test_masks_and_frames_of_other_scenes_are_refused() -> None:
    frame = rgbd_frame(depth_image(), K)
    with pytest.raises(SceneError, match="masks of 5 points"):
        found_parts(frame.scene, Masks.empty(5), frame)
    with pytest.raises(SceneError, match="a frame of"):
        found_parts(Scene([[0.0, 0, 0]]), Masks.empty(1), frame)


def test_no_object_is_an_empty_list() -> None:
    frame = rgbd_frame(depth_image(), K)
    assert found_parts(frame.scene, Masks.empty(len(frame.scene)), frame) == []


def test_from_pixels_to_json() -> None:
    frame = rgbd_frame(depth_image(), K)
    clicks = [frame.click(25, 25, object=1), frame.click(2, 2, object=0)]
    masks = NearestSegmenter().encode(frame.scene).segment(clicks)
    [found] = found_parts(frame.scene, masks, frame)
    document = json.loads(json.dumps(found.document()))
    assert document["camera"]["medoid"] == list(found.world.medoid)
    assert document["image"]["runs"] == list(found.image.runs if found.image else ())
    assert "rows" not in document
