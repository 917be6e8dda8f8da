"""SceneFun3D folders, written after their description."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from set_files import points, refused, write, write_json, write_npy, write_ply

from pinpoint3d.errors import FileAccessError
from pinpoint3d.evaluate.sets import Entry, ResearchSet, open_set

VISIT = "420673"


def write_visit(folder: Path, *annotations: tuple[str, str, list[int]]) -> ResearchSet:
    write_ply(folder / f"{VISIT}/{VISIT}_laser_scan.ply", points())
    stored: list[dict[str, Any]] = [
        {"annot_id": name, "label": label, "indices": rows} for name, label, rows in annotations
    ]
    write_json(folder / f"{VISIT}/{VISIT}_annotations.json", stored)
    return open_set("scenefun3d", folder)


def test_annotations_are_objects_and_all_else_is_background(tmp_path: Path) -> None:
    found = write_visit(tmp_path, ("a", "rotate", [5, 1]), ("b", "unplug", [2]))
    masks = found.scene(VISIT).labels
    assert masks is not None
    assert masks.object.tolist() == [0, 1, 2, 0, 0, 1]
    assert not found.unlabelled(VISIT).any()
    assert found.entries("all") == [
        Entry(f"{VISIT}:a", VISIT, 1, (), "rotate"),
        Entry(f"{VISIT}:b", VISIT, 2, (), "unplug"),
    ]


def test_excluded_points_are_unlabelled_and_never_asked_for(tmp_path: Path) -> None:
    found = write_visit(
        tmp_path, ("x", "exclude", [0, 1]), ("a", "rotate", [1, 2]), ("y", "exclude", [4])
    )
    masks = found.scene(VISIT).labels
    assert masks is not None
    assert masks.object.tolist() == [0, 0, 2, 0, 0, 0]
    assert found.unlabelled(VISIT).tolist() == [True, True, False, False, True, False]
    assert [entry.object for entry in found.entries("all")] == [2]


def test_indices_count_rows_of_the_scan_before_cropping(tmp_path: Path) -> None:
    found = write_visit(tmp_path, ("a", "rotate", [5]))
    write_npy(tmp_path / f"{VISIT}/{VISIT}_crop_mask.npy", np.array([0, 5]))
    scene = found.scene(VISIT)
    assert scene.labels is not None
    assert (len(scene), scene.labels.object.tolist()) == (6, [0, 0, 0, 0, 0, 1])


@pytest.mark.parametrize("row", [6, -1, 0.5])
def test_indices_outside_the_scan_are_refused(tmp_path: Path, row: Any) -> None:
    with refused("belong"):
        write_visit(tmp_path, ("a", "rotate", [row])).scene(VISIT)


def test_lists_name_visits_with_or_without_their_videos(tmp_path: Path) -> None:
    write_visit(tmp_path, ("a", "rotate", [5]))
    write(tmp_path / "benchmark_file_lists/val_scenes.txt", f"{VISIT},42445\n{VISIT},42446\n")
    found = open_set("scenefun3d", tmp_path)
    assert found.splits == ("val_scenes", "all")
    assert found.entries("val_scenes") == found.entries("all")


def test_a_visit_without_annotations_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match=r"420673_laser_scan\.ply is not there"):
        open_set("scenefun3d", tmp_path).scene(VISIT)
