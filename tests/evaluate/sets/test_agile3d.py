"""Folders in the form of AGILE3D's benchmark, written after its description."""

from pathlib import Path

import numpy as np
from set_files import points, refused, write, write_json, write_npy, write_ply

from pinpoint3d.evaluate.sets import Entry, open_set

COLOURS = {c: np.full(6, 10 * k, np.uint8) for k, c in enumerate("RGB", start=1)}
LABELS = np.array([-1, 1, 1, 2, 0, 3], np.int32)


def write_set(folder: Path) -> Path:
    write_ply(folder / "scans/scene0011_00.ply", points(**COLOURS, label=LABELS))
    asked = {
        "scene0011_00_obj_2": {"obj": {"1": 3, "2": 1}, "clicks": {"0": [], "1": [5], "2": []}}
    }
    write_json(folder / "val_list.json", asked)
    return folder


def test_capital_colour_names_are_colours(tmp_path: Path) -> None:
    scene = open_set("agile3d", write_set(tmp_path)).scene("scene0011_00")
    assert scene.rgb is not None
    assert scene.rgb.tolist() == [[10, 20, 30]] * 6


def test_labels_are_instances_and_minus_one_is_none_of_them(tmp_path: Path) -> None:
    found = open_set("agile3d", write_set(tmp_path))
    scene = found.scene("scene0011_00")
    assert scene.labels is not None
    assert scene.labels.object.tolist() == [0, 1, 1, 2, 0, 3]
    assert not scene.labels.part.any()
    assert found.unlabelled("scene0011_00").tolist() == [True] + [False] * 5


def test_a_question_of_many_objects_is_an_entry_each_in_its_order(tmp_path: Path) -> None:
    found = open_set("agile3d", write_set(tmp_path))
    assert found.splits == ("val",)
    assert found.entries("val") == [
        Entry("scene0011_00_obj_2:1", "scene0011_00", 3),
        Entry("scene0011_00_obj_2:2", "scene0011_00", 1),
    ]


def test_single_objects_are_object_1_of_their_crop(tmp_path: Path) -> None:
    write_npy(tmp_path / "single/object_ids.npy", np.array([["s0", "3"], ["s0", "17"]]))
    write(tmp_path / "single/object_classes.txt", "chair\ntable\n")
    label = np.array([0, 1, 1, 0, 0, 0], np.int32)
    write_ply(tmp_path / "single/crops/s0/s0_crop_17.ply", points(label=label))
    found = open_set("agile3d", tmp_path)
    entries = found.entries("single")
    assert entries == [
        Entry("s0:3", "s0/s0_crop_3", 1, (), "chair"),
        Entry("s0:17", "s0/s0_crop_17", 1, (), "table"),
    ]
    masks = found.scene(entries[1].scene).labels
    assert masks is not None
    assert masks.object.tolist() == label.tolist()


def test_object_ids_may_be_text_instead(tmp_path: Path) -> None:
    write(tmp_path / "single/object_ids.txt", "s0 3\ns0, 17\n")
    entries = open_set("agile3d", tmp_path).entries("single")
    assert [entry.name for entry in entries] == ["s0:3", "s0:17"]


def test_object_ids_of_bytes_are_read_too(tmp_path: Path) -> None:
    write_npy(tmp_path / "single/object_ids.npy", np.array([["s0", "3"]], "S4"))
    assert open_set("agile3d", tmp_path).entries("single")[0].name == "s0:3"


def test_pickled_object_ids_are_never_opened(tmp_path: Path) -> None:
    write_npy(tmp_path / "single/object_ids.npy", np.array([["s0", 3]], object))
    with refused("which are never opened"):
        open_set("agile3d", tmp_path).entries("single")


def test_object_ids_that_promise_more_than_there_is_are_refused(tmp_path: Path) -> None:
    path = write_npy(tmp_path / "single/object_ids.npy", np.array([["s0", "3"]]))
    content = path.read_bytes()
    write(path, content.replace(b"(1, 2), }        ", b"(99999999, 2), } "))
    with refused("header promises"):
        open_set("agile3d", tmp_path).entries("single")


def test_a_list_without_objects_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "val_list.json", {"scene0011_00_obj_2": {"clicks": {}}})
    with refused("has no 'obj'"):
        open_set("agile3d", tmp_path).entries("val")
