"""Pictures: what is shown where, that it repeats, and that files are whole or absent."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pinpoint3d import Click, FileAccessError, Masks, Scene
from pinpoint3d.picture import render, render_sheet, write_png
from pinpoint3d.picture.palette import palette

SIZE = (200, 150)


def near(image: np.ndarray, colour: tuple[int, int, int], tolerance: float = 60) -> np.ndarray:
    """Pixels of about a colour."""
    return np.linalg.norm(image.astype(float) - colour, axis=-1) < tolerance


def test_a_picture_shows_the_scan_in_its_own_colours(two_boxes: Scene):
    image = render(two_boxes, azimuth_deg=0.0, size=SIZE)
    assert image.shape == (150, 200, 3)
    red, blue = np.argwhere(near(image, (180, 40, 40))), np.argwhere(near(image, (40, 40, 180)))
    assert len(red) > 300
    assert len(blue) > 300
    assert red[:, 1].max() < blue[:, 1].min()  # the red box stands to the left


def test_surfaces_are_closed_although_points_are_apart(two_boxes: Scene):
    image = render(two_boxes, azimuth_deg=0.0, elevation_deg=60.0, size=SIZE)
    covered = ~near(image, (251, 251, 250), 6)
    rows = np.flatnonzero(covered.any(axis=1))
    inside = covered[rows[5] : rows[-5]]
    for line in inside:
        across = np.flatnonzero(line)
        assert line[across[0] : across[-1]].mean() > 0.97


def test_turning_the_camera_round_swaps_left_and_right(two_boxes: Scene):
    image = render(two_boxes, azimuth_deg=180.0, size=SIZE)
    red, blue = np.argwhere(near(image, (180, 40, 40))), np.argwhere(near(image, (40, 40, 180)))
    assert red[:, 1].mean() > blue[:, 1].mean()


def test_the_up_axis_of_the_scene_is_up_in_the_picture(two_boxes: Scene):
    turned = Scene(xyz=two_boxes.xyz[:, [0, 2, 1]] * [1, -1, 1], rgb=two_boxes.rgb, up="-y")
    upright = render(two_boxes, azimuth_deg=0.0, size=SIZE)
    assert np.abs(render(turned, azimuth_deg=0.0, size=SIZE).astype(int) - upright).mean() < 1


def test_masks_show_objects_in_the_colours_of_the_palette(two_boxes: Scene):
    masks = two_boxes.labels
    assert masks is not None
    image = render(two_boxes, masks, colour_by="object", azimuth_deg=0.0, size=SIZE)
    ids = np.array([1, 2], np.int32)
    for colour in palette(ids, np.zeros(2, np.int32)):
        hue = colour.astype(float) / colour.max()
        shown = image.astype(float) / image.max(axis=-1, keepdims=True)
        assert (np.linalg.norm(shown - hue, axis=-1) < 0.15).sum() > 300


def test_clicks_are_marked_where_they_were_made(two_boxes: Scene):
    top = int(np.flatnonzero((two_boxes.xyz[:, 2] > 0.19) & (two_boxes.xyz[:, 0] < 0))[200])
    plain = render(two_boxes, azimuth_deg=0.0, size=SIZE)
    marked = render(two_boxes, azimuth_deg=0.0, size=SIZE, clicks=[Click(point=top)])
    changed = np.argwhere((plain != marked).any(axis=-1))
    assert 10 < len(changed) < 300
    row, column = changed.mean(axis=0).round().astype(int)
    assert near(plain, (180, 40, 40), 90)[row, column]


def test_a_picture_is_the_same_every_time(two_boxes: Scene):
    masks = two_boxes.labels
    first = render(two_boxes, masks, size=SIZE)
    assert np.array_equal(first, render(two_boxes, masks, size=SIZE))


@pytest.mark.parametrize("n_points", [1, 2, 3, 40])
def test_very_small_and_degenerate_scenes_have_pictures(n_points: int):
    for xyz in (np.zeros((n_points, 3)), np.linspace(0, 1, 3 * n_points).reshape(-1, 3)):
        scene = Scene(xyz=np.concatenate([xyz, [[np.nan] * 3]]))
        image = render(scene, Masks.empty(len(scene)), size=SIZE)
        assert not near(image, (251, 251, 250), 6).all()


def test_the_near_walls_of_a_closed_room_can_be_cut_away():
    rng = np.random.default_rng(0)
    room = rng.uniform(-1, 1, (60_000, 3)) * [2, 1.5, 1]
    side = rng.integers(6, size=len(room))
    room[np.arange(len(room)), side % 3] = (
        np.where(side < 3, -1, 1) * np.array([2, 1.5, 1])[side % 3]
    )
    ball = rng.normal(size=(4000, 3))
    ball *= 0.4 / np.linalg.norm(ball, axis=1, keepdims=True)
    rgb = np.full((64_000, 3), 120, np.uint8)
    rgb[60_000:] = (200, 40, 40)
    scene = Scene(np.concatenate([room, ball]), rgb)
    assert near(render(scene, size=SIZE), (180, 40, 40)).sum() < 20
    assert near(render(scene, size=SIZE, cut=0.2), (180, 40, 40)).sum() > 300


def test_a_sheet_is_three_pictures_wide(two_boxes: Scene):
    masks = two_boxes.labels
    assert masks is not None
    sheet = render_sheet(two_boxes, masks, size=SIZE, clicks=[Click(point=3000)])
    assert sheet.shape[1] == 600
    assert sheet.shape[0] > 150


def test_a_written_picture_reads_back(two_boxes: Scene, tmp_path: Path):
    image = render(two_boxes, size=SIZE)
    write_png(image, tmp_path / "a.png")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "a.png")), image)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_a_picture_that_cannot_be_written_is_one_sentence(tmp_path: Path):
    with pytest.raises(FileAccessError, match="cannot be written"):
        write_png(np.zeros((2, 2, 3), np.uint8), tmp_path / "no such folder" / "a.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(FileAccessError, match="cannot be written"):
        write_png(np.zeros((2, 2, 3), np.uint8), tmp_path / "folder.png")
    assert [p.name for p in tmp_path.iterdir()] == ["folder.png"]
