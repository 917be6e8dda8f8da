"""KITTI-360 folders, written after their description."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from set_files import points, refused, write, write_ply

from pinpoint3d.evaluate.sets import Entry, open_set

SEQUENCE = "2013_05_28_drive_0000_sync"
STATIC = f"train/{SEQUENCE}/static/000002_000385"
SEMANTIC = np.array([26, 26, 26, 7, 0, 11], np.int32)
INSTANCE = np.array([26001, 26002, 26000, 7000, 0, 11005], np.int32)
FAR = np.array([[k, 0, 0] for k in range(6)], np.float32) + np.array([1000, 3840, 110], np.float32)


def columns(**more: Any) -> dict[str, Any]:
    """Columns of a static scan, in the set's order."""
    colours = {c: np.full(6, 8, np.uint8) for c in ("red", "green", "blue")}
    return points(FAR, **colours, **more)


LABELS = {"semantic": SEMANTIC, "instance": INSTANCE, "visible": np.ones(6, np.uint8)}
CONFIDENCE = {"confidence": np.ones(6, np.float32)}


def test_instances_are_objects_and_a_multiple_of_1000_is_none(tmp_path: Path) -> None:
    write_ply(tmp_path / f"data_3d_semantics/{STATIC}.ply", columns(**LABELS, **CONFIDENCE))
    found = open_set("kitti360", tmp_path)
    masks = found.scene(STATIC).labels
    assert masks is not None
    assert masks.object.tolist() == [26001, 26002, 0, 0, 0, 11005]
    assert found.unlabelled(STATIC).tolist() == [False] * 4 + [True, False]


def test_dynamic_scans_with_their_longer_rows_are_read_by_their_header(tmp_path: Path) -> None:
    scene_id = f"train/{SEQUENCE}/dynamic/000002_000385"
    stamped = columns(**LABELS, timestamp=np.arange(6, dtype=np.int32), **CONFIDENCE)
    write_ply(tmp_path / f"data_3d_semantics/{scene_id}.ply", stamped)
    scene = open_set("kitti360", tmp_path).scene(scene_id)
    assert scene.labels is not None
    assert scene.labels.object.tolist() == [26001, 26002, 0, 0, 0, 11005]
    assert scene.fields["timestamp"].tolist() == list(range(6))
    assert scene.fields["confidence"].tolist() == [1] * 6


def test_large_coordinates_lose_no_digit(tmp_path: Path) -> None:
    write_ply(tmp_path / f"data_3d_semantics/{STATIC}.ply", columns(**LABELS, **CONFIDENCE))
    scene = open_set("kitti360", tmp_path).scene(STATIC)
    assert np.array_equal(scene.xyz + scene.origin, FAR.astype(np.float64))


def test_entries_are_the_instances_of_all_scans_of_the_folder(tmp_path: Path) -> None:
    write_ply(tmp_path / f"data_3d_semantics/{STATIC}.ply", columns(**LABELS))
    found = open_set("kitti360", tmp_path)
    assert found.splits == ("train",)
    assert found.entries("train") == [
        Entry(f"{STATIC}:11005", STATIC, 11005, (), "building"),
        Entry(f"{STATIC}:26001", STATIC, 26001, (), "car"),
        Entry(f"{STATIC}:26002", STATIC, 26002, (), "car"),
    ]


def test_lists_split_the_scans(tmp_path: Path) -> None:
    write_ply(tmp_path / f"data_3d_semantics/{STATIC}.ply", columns(**LABELS))
    listed = tmp_path / "data_3d_semantics/train/2013_05_28_drive_val.txt"
    write(listed, f"data_3d_semantics/{STATIC}.ply\n")
    found = open_set("kitti360", tmp_path)
    assert found.splits == ("val",)
    assert len(found.entries("val")) == 3


def test_test_scans_open_unlabelled(tmp_path: Path) -> None:
    scene_id = f"test/{SEQUENCE}/static/000002_000385"
    visible = np.ones(6, np.uint8)
    write_ply(tmp_path / f"data_3d_semantics/{scene_id}.ply", columns(visible=visible))
    found = open_set("kitti360", tmp_path)
    masks = found.scene(scene_id).labels
    assert masks is not None
    assert not masks.object.any()
    assert found.unlabelled(scene_id).all()


@pytest.mark.parametrize("missing", ["semantic", "instance"])
def test_training_scans_without_labels_are_refused(tmp_path: Path, missing: str) -> None:
    kept = {name: values for name, values in LABELS.items() if name != missing}
    write_ply(tmp_path / f"data_3d_semantics/{STATIC}.ply", columns(**kept))
    with refused(f"have no {missing}"):
        open_set("kitti360", tmp_path).scene(STATIC)
