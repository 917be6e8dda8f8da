"""ShapeNetPart folders, written after their description."""

from pathlib import Path

import numpy as np
import pytest
from set_files import refused, write, write_json

from pinpoint3d.errors import FileAccessError
from pinpoint3d.evaluate.sets import Entry, ResearchSet, open_set

SCENE = "02691156/1021a0914a7207aff927ed529ad90a11"


def write_object(folder: Path, *labels: str) -> ResearchSet:
    lines = [f"0.{k} 0.2 0.3 0 1 0 {label}" for k, label in enumerate(labels)]
    write(folder / f"{SCENE}.txt", "\n".join(lines))
    write(folder / "synsetoffset2category.txt", "Airplane\t02691156\nBag\t02773838\n")
    path = folder / "train_test_split/shuffled_test_file_list.json"
    write_json(path, [f"shape_data/{SCENE}"])
    return open_set("shapenetpart", folder)


def test_labels_as_fractions_become_parts_from_1(tmp_path: Path) -> None:
    found = write_object(tmp_path, "0.000000", "3.000000", "0.000000")
    scene = found.scene(SCENE)
    assert scene.labels is not None
    assert scene.labels.object.tolist() == [1, 1, 1]
    assert scene.labels.part.tolist() == [1, 4, 1]
    assert not found.unlabelled(SCENE).any()
    assert scene.up.tolist() == [0, 1, 0]
    assert scene.fields["normals"].tolist() == [[0, 1, 0]] * 3


def test_entries_ask_for_the_parts_that_are_there_by_category(tmp_path: Path) -> None:
    found = write_object(tmp_path, "0.0", "3.0", "0.0")
    assert found.splits == ("test",)
    assert found.entries("test") == [Entry(f"{SCENE}:1", SCENE, 1, (1, 4), "Airplane")]


def test_any_number_of_points_keeps_its_order(tmp_path: Path) -> None:
    for n in (1, 7):
        found = write_object(tmp_path / str(n), *["2.0"] * n)
        expected = np.array([float(f"0.{k}") for k in range(n)], np.float32)
        assert np.array_equal(found.scene(SCENE).xyz[:, 0], expected)


@pytest.mark.parametrize("label", ["50.0", "-1", "0.5", "nan"])
def test_labels_that_cannot_be_are_refused(tmp_path: Path, label: str) -> None:
    with refused("labels"):
        write_object(tmp_path, "0", label).scene(SCENE)


def test_lines_of_other_lengths_are_refused(tmp_path: Path) -> None:
    with refused("8 numbers instead of 7"):
        write_object(tmp_path, "0 1").scene(SCENE)


def test_a_list_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "outside/x.txt", "0 0 0 0 0 1 0\n")
    found = write_object(tmp_path / "set", "0")
    path = tmp_path / "set/train_test_split/shuffled_test_file_list.json"
    write_json(path, ["shape_data/../outside/x"])  # only the last two names count
    with pytest.raises(FileAccessError, match=r"outside/x\.txt is not there"):
        found.entries("test")
    write_json(path, ["shape_data/../outside"])
    with refused("lies outside that folder"):
        found.entries("test")
