"""Pictures of surfaces: laid in metres, read from a folder, never needed."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pinpoint3d.errors import FileAccessError, FileFormatError
from pinpoint3d.synth.textures import Images, Photo, choose, load_images

UP = np.tile(np.array([0, 0, 1], np.float32), (4, 1))


def write_folder(folder: Path, kinds: Sequence[str] = ("wood", "wood", "fabric")) -> None:
    index: list[dict[str, str]] = []
    for k, kind in enumerate(kinds):
        pixels = np.full((8, 8, 3), 40 * k + 20, np.uint8)
        Image.fromarray(pixels).save(folder / f"{k}.png")
        index.append({"file": f"{k}.png", "kind": kind, "subset": "val" if k == 1 else "train"})
    (folder / "index.json").write_text(json.dumps(index))


def test_an_image_is_as_large_as_it_is_said_to_be():
    pixels = np.zeros((4, 4, 3), np.uint8)
    pixels[:, :2] = 200  # its left half is bright
    xyz = np.array([[0.2, 0, 0], [0.7, 0, 0], [1.2, 0, 0], [-0.3, 0, 0]], np.float32)
    red = Photo(pixels, 1.0).colours(xyz, UP)[:, 0]
    assert red[[0, 2]] == pytest.approx(200 / 255)
    assert red[[1, 3]] == pytest.approx(0)


def test_its_seam_is_smooth():
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (16, 16, 3), np.uint8)
    line = np.linspace(-1, 2, 6001, dtype=np.float32)
    xyz = np.stack([line, np.full_like(line, 0.31), np.zeros_like(line)], axis=1)
    colours = Photo(pixels, 1.0).colours(xyz, np.tile(np.array([0, 0, 1], np.float32), (6001, 1)))
    assert np.abs(np.diff(colours, axis=0)).max() < 0.02  # one pixel is 33 steps of the line


def test_a_folder_is_read_by_kind_and_subset(tmp_path: Path):
    write_folder(tmp_path)
    everything, train = load_images(tmp_path), load_images(tmp_path, "train")
    assert {kind: len(found) for kind, found in everything.by_kind.items()} == {
        "wood": 2,
        "fabric": 1,
    }
    assert len(train.by_kind["wood"]) == 1
    with pytest.raises(ValueError, match="read-only"):
        everything.by_kind["wood"][0][0] = 0


def test_the_real_textures_are_read(shared: Path):
    images = load_images(shared / "data" / "textures")
    assert sum(len(found) for found in images.by_kind.values()) == 406
    xyz = np.random.default_rng(0).uniform(-1, 1, (4, 3)).astype(np.float32)
    for kind in images.by_kind:
        colours = images.draw_kind(kind, np.random.default_rng(1)).colours(xyz, UP)
        assert 0 <= colours.min() <= colours.max() <= 1


def test_a_finish_without_images_is_made_without(tmp_path: Path):
    write_folder(tmp_path)
    images = load_images(tmp_path)
    rng = np.random.default_rng(0)
    assert images.draw("glass", rng) is None
    photos = [isinstance(choose("wood", rng, images), Photo) for _ in range(100)]
    assert 5 < sum(photos) < 60
    assert not any(isinstance(choose("wood", rng, Images({})), Photo) for _ in range(20))


@pytest.mark.parametrize("index", ["", "[1]", '{"a": 2}', '[{"file": "x"}]', "\x00"])
def test_an_index_that_is_no_list_of_images_is_refused(tmp_path: Path, index: str):
    (tmp_path / "index.json").write_text(index)
    with pytest.raises(FileFormatError, match=r"index\.json: is no list of images"):
        load_images(tmp_path)


def test_a_missing_or_damaged_image_is_refused_by_name(tmp_path: Path):
    with pytest.raises(FileAccessError, match=r"index\.json: cannot be read"):
        load_images(tmp_path)
    write_folder(tmp_path)
    content = (tmp_path / "1.png").read_bytes()
    (tmp_path / "1.png").write_bytes(content[:50])
    with pytest.raises(FileFormatError, match=r"1\.png: is damaged; replace it"):
        load_images(tmp_path)
    (tmp_path / "1.png").unlink()
    with pytest.raises(FileAccessError, match=r"1\.png: cannot be read"):
        load_images(tmp_path)
