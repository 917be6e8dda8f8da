"""What all sets have in common, and the one door to them."""

from pathlib import Path

import numpy as np
import pytest
from set_files import points, write_json, write_ply

from pinpoint3d import Masks, Scene
from pinpoint3d.errors import FileAccessError, FileFormatError
from pinpoint3d.evaluate.sets import SETS, ResearchSet, open_set
from pinpoint3d.evaluate.sets.entries import entries_of, labelled, relabelled


@pytest.mark.parametrize("name", list(SETS))
def test_every_set_opens_an_empty_folder_and_says_what_is_missing(
    tmp_path: Path, name: str
) -> None:
    found = open_set(name, tmp_path)
    assert isinstance(found, ResearchSet)
    assert found.name == name
    with pytest.raises((FileAccessError, FileFormatError), match=r"\.$"):
        found.scene("nothing")
    with pytest.raises(FileAccessError, match="has no split 'nothing'"):
        found.entries("nothing")


@pytest.mark.parametrize("name", list(SETS))
@pytest.mark.parametrize("scene_id", ["../x", "/etc", "a\0b", "x" * 5000, "", "a\nb"])
def test_no_scene_id_gives_more_than_an_error(tmp_path: Path, name: str, scene_id: str) -> None:
    with pytest.raises((FileAccessError, FileFormatError)):
        open_set(name, tmp_path).scene(scene_id)


def test_an_unknown_set_or_folder_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match="use one of partscan, "):
        open_set("nothing", tmp_path)
    with pytest.raises(FileAccessError, match="there is no such folder"):
        open_set("partscan", tmp_path / "nothing")


def test_entries_come_in_order_of_objects_and_a_whole_one_asks_for_no_parts() -> None:
    masks = Masks.of(np.array([3, 0, 1, 3, 3]), np.array([2, 0, 0, 1, 0]))
    found = entries_of("s", masks, {1: "cup"})
    assert [(e.name, e.object, e.parts, e.category) for e in found] == [
        ("s:1", 1, (), "cup"),
        ("s:3", 3, (1, 2), None),
    ]


def test_labels_leave_all_else_of_a_scene_as_it_was() -> None:
    scene = Scene(
        [[5e5, 0, 0], [5e5 + 1, 0, 0], [5e5, 1, 0]],
        np.arange(9, dtype=np.uint8).reshape(3, 3),
        name="s",
        up="+y",
        fields={"f": np.arange(3)},
        faces=[[0, 1, 2]],
    )
    again = relabelled(scene, Masks.empty(3))
    for name in ("xyz", "rgb", "origin", "up", "valid", "faces"):
        assert np.array_equal(getattr(again, name), getattr(scene, name))
    assert (again.name, again.fields["f"].tolist()) == ("s", [0, 1, 2])


def test_ids_that_no_label_can_have_are_refused_by_the_scene() -> None:
    scene = Scene([[0, 0, 0]], name="s")
    for bad in (-1, 2**31):
        with pytest.raises(FileFormatError, match=r"^s: has ids from"):
            labelled(scene, np.array([bad]))


def test_an_entry_named_twice_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "train_list.json", {"a_obj_1": {}, "a_obj_2": {}})
    write_ply(tmp_path / "a.ply", points(label=np.full(6, 101, np.int32)))
    with pytest.raises(FileFormatError, match="names an entry twice"):
        open_set("partscan", tmp_path).entries("train")
