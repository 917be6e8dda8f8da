"""Folders in PartScan's form, written after its description."""

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from set_files import points, refused, write, write_json, write_ply

from pinpoint3d import Masks, Scene, save
from pinpoint3d.errors import FileAccessError, PinpointError
from pinpoint3d.evaluate.sets import Entry, open_set

LABELS = np.array([-1, 0, 3401, 3402, 3400, 207], np.int32)


def write_set(folder: Path, **asked: dict[str, float]) -> Path:
    write_ply(folder / "data/PartScan/scene0001_00.ply", points(label=LABELS))
    clicks = {"0": [], "1": {"1": [], "2": []}}
    listed = {key: {"clicks": clicks, "obj": obj} for key, obj in asked.items()}
    write_json(folder / "data/val_list.json", listed)
    return folder


def test_the_label_is_split_into_object_and_part(tmp_path: Path) -> None:
    scene = open_set("partscan", write_set(tmp_path)).scene("scene0001_00")
    assert scene.labels is not None
    assert scene.labels.object.tolist() == [0, 0, 34, 34, 34, 2]
    assert scene.labels.part.tolist() == [0, 0, 1, 2, 0, 7]


def test_minus_one_is_unlabelled_and_never_an_object_and_zero_is_background(tmp_path: Path) -> None:
    found = open_set("partscan", write_set(tmp_path))
    assert found.unlabelled("scene0001_00").tolist() == [True] + [False] * 5


def test_points_keep_their_order_and_those_without_position_are_unlabelled(tmp_path: Path) -> None:
    xyz = np.array([[3, 0, 0], [np.nan, 0, 0], [3, 0, 0], [1, 0, 0]], np.float32)
    label = np.array([101, 101, 101, 102], np.int32)
    write_ply(tmp_path / "PartScan/a.ply", points(xyz, label=label))
    found = open_set("partscan", tmp_path)
    scene = found.scene("a")
    assert np.array_equal(scene.xyz, xyz, equal_nan=True)
    assert scene.labels is not None
    assert scene.labels.object.tolist() == [1, 0, 1, 1]
    assert found.unlabelled("a").tolist() == [False, True, False, False]


@pytest.mark.parametrize("form", ["ascii", "binary_little_endian", "binary_big_endian"])
@pytest.mark.parametrize("kind", ["i4", "f4", "i2"])
def test_any_encoding_and_type_of_label_is_read(tmp_path: Path, form: str, kind: str) -> None:
    write_ply(tmp_path / "a.ply", points(label=LABELS.astype(kind)), form=form)
    masks = open_set("partscan", tmp_path).scene("a").labels
    assert masks is not None
    assert masks.object.tolist() == [0, 0, 34, 34, 34, 2]


def test_properties_of_other_elements_are_not_taken_for_the_points(tmp_path: Path) -> None:
    columns = points(label=LABELS)
    other = np.array([7, 7], np.int32)
    write_ply(tmp_path / "a.ply", columns, faces=[[0, 1, 2]] * 2, of_faces={"label": other})
    masks = open_set("partscan", tmp_path).scene("a").labels
    assert masks is not None
    assert masks.object.tolist() == [0, 0, 34, 34, 34, 2]


def test_an_entry_asks_for_the_listed_parts_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    asked = {"10": 3410.0, "2": 3402.0, "1": 3401.0}
    found = open_set("partscan", write_set(tmp_path, scene0001_00_obj_1_34=asked))
    assert found.entries("val") == [
        Entry("scene0001_00_obj_1_34", "scene0001_00", 34, (1, 2, 10), None)
    ]


def test_keys_tell_entries_with_equally_many_parts_of_one_scene_apart(tmp_path: Path) -> None:
    found = open_set(
        "partscan",
        write_set(tmp_path, s_obj_1_34={"1": 3401.0}, s_obj_1_2={"1": 207.0}),
    )
    assert [(e.object, e.parts) for e in found.entries("val")] == [(34, (1,)), (2, (7,))]


def test_a_key_without_an_object_takes_it_from_the_labels(tmp_path: Path) -> None:
    asked = {"scene_00103_01_obj_1": {"obj": {"1": 6102.0, "2": 6104.0}}}
    write_json(tmp_path / "val_list_multiscan.json", asked)
    write_ply(tmp_path / "MultiScan_new/scene_00103_01.ply", points(label=LABELS))
    found = open_set("partscan-multiscan", tmp_path)
    assert found.splits == ("val",)
    assert found.entries("val") == [Entry("scene_00103_01_obj_1", "scene_00103_01", 61, (2, 4))]
    assert len(found.scene("scene_00103_01")) == 6


def test_training_scenes_give_all_objects_that_have_parts(tmp_path: Path) -> None:
    write_json(write_set(tmp_path) / "data/train_list.json", {"scene0001_00_obj_2": {}})
    found = open_set("partscan", tmp_path)
    assert found.splits[:2] == ("train", "val")
    assert [(e.object, e.parts) for e in found.entries("train")] == [(2, (7,)), (34, (1, 2))]


def test_entries_in_rooms_that_training_saw_can_be_left_out(tmp_path: Path) -> None:
    asked = {"1": 3401.0}
    keys = dict.fromkeys(["scene0001_00_obj_1_34", "scene0002_01_obj_1_34"], asked)
    found = open_set("partscan", write_set(tmp_path, **keys))
    assert found.splits == ("val",)
    write_json(tmp_path / "data/train_list.json", {"scene0002_00_obj_3": {}})
    found = open_set("partscan", tmp_path)
    assert found.splits == ("train", "val", "val-unseen-rooms")
    assert [e.scene for e in found.entries("val")] == ["scene0001_00", "scene0002_01"]
    assert [e.scene for e in found.entries("val-unseen-rooms")] == ["scene0001_00"]


@pytest.mark.parametrize(
    ("key", "asked", "said"),
    [
        ("s_obj_1_34", {"1": 3401.5}, "3401.5 where a whole number"),
        ("s_obj_1_34", {"1": 3401.0, "2": 3502.0}, "which is one object"),
        ("s_obj_1_33", {"1": 3401.0}, "which is one object"),
        ("s_obj_1_34", {"one": 3401.0}, "numbered from 1"),
        ("s_obj_1_34", {"9" * 5000: 3401.0}, "numbered from 1"),
        ("s_obj_1_34", {}, "numbered from 1"),
        ("s_obj_1_0", {"1": 1.0}, "1.0 where a whole number"),
        ("s_1_34", {"1": 3401.0}, "is not <scene>_obj_<number>"),
    ],
)
def test_lists_that_contradict_themselves_are_refused(
    tmp_path: Path, key: str, asked: dict[str, float], said: str
) -> None:
    with refused(said):
        open_set("partscan", write_set(tmp_path, **{key: asked})).entries("val")


def test_labels_that_are_missing_or_fractions_are_refused(tmp_path: Path) -> None:
    write_ply(tmp_path / "a.ply", points())
    write_ply(tmp_path / "b.ply", points(label=np.full(6, 0.5, np.float32)))
    write_ply(tmp_path / "c.ply", points(label=np.full(6, np.nan, np.float32)))
    found = open_set("partscan", tmp_path)
    for scene, said in (("a", "have no label"), ("b", "no whole numbers"), ("c", "no whole")):
        with refused(said):
            found.scene(scene)


def test_a_missing_scan_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match=r"PartScan/nowhere\.ply"):
        open_set("partscan", tmp_path).scene("nowhere")


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a\0b"])
def test_a_scene_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    write_ply(tmp_path / "outside.ply", points(label=LABELS))
    (tmp_path / "set").mkdir()
    with refused("lies outside that folder"):
        open_set("partscan", tmp_path / "set").scene(name)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write_ply(tmp_path / "outside.ply", points(label=LABELS))
    (tmp_path / "set").mkdir()
    (tmp_path / "set/a.ply").symlink_to(tmp_path / "outside.ply")
    with refused("lies outside that folder"):
        open_set("partscan", tmp_path / "set").scene("a")


@given(st.integers(-1, 30), st.integers(0, 99))
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_what_save_writes_in_this_form_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, object_id: int, part: int
) -> None:
    folder = tmp_path_factory.mktemp("set")
    known = max(object_id, 0)
    masks = Masks.of(np.array([known, 0]), np.array([part if known else 0, 0]))
    save(Scene([[0, 0, 0], [1, 1, 1]]), masks, folder / "a.ply", style="partscan")
    again = open_set("partscan", folder).scene("a").labels
    assert again is not None
    assert np.array_equal(again.object, masks.object)
    assert np.array_equal(again.part, masks.part)


@given(st.integers(0, 10_000), st.integers(0, 255))
@settings(deadline=None, max_examples=60)
def test_a_damaged_list_gives_entries_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int
) -> None:
    folder = tmp_path_factory.mktemp("set")
    content = bytearray(json.dumps({"s_obj_1_34": {"obj": {"1": 3401.0, "2": 3402.0}}}).encode())
    content[at % len(content)] = byte
    write(folder / "val_list.json", bytes(content))
    with suppress(PinpointError):
        found = open_set("partscan", folder).entries("val")
        assert all(entry.object > 0 for entry in found)


@pytest.mark.parametrize(
    ("name", "list_name", "source", "n", "most"),
    [
        ("partscan", "val_list.json", "PartScan_val_list.json", 353, 14),
        ("partscan-multiscan", "val_list_multiscan.json", "MultiScan_val_list.json", 188, 8),
    ],
)
def test_the_published_lists_are_read_whole(
    tmp_path: Path, shared: Path, name: str, list_name: str, source: str, n: int, most: int
) -> None:
    write(tmp_path / list_name, (shared / "reference" / source).read_bytes())
    entries = open_set(name, tmp_path).entries("val")
    n_parts = [len(entry.parts) for entry in entries]
    assert len(entries) == n
    assert (min(n_parts), max(n_parts)) == (2, most)
