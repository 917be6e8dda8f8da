"""ScanNet folders, written after their description."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from set_files import TRIANGLES, points, refused, write, write_json, write_ply

from pinpoint3d.errors import FileAccessError
from pinpoint3d.evaluate.sets import Entry, ResearchSet, open_set

SCENE = "scene0000_00"


def group(object_id: int, label: str, *segments: int) -> dict[str, Any]:
    return {"id": object_id, "objectId": object_id, "label": label, "segments": list(segments)}


def write_scene(folder: Path, *groups: dict[str, Any], segments: list[int]) -> ResearchSet:
    place = folder / f"scans/{SCENE}"
    colours = {c: np.full(6, 50, np.uint8) for c in ("red", "green", "blue", "alpha")}
    write_ply(place / f"{SCENE}_vh_clean_2.ply", points(**colours), faces=TRIANGLES)
    stored = {"sceneId": SCENE, "segIndices": segments}
    write_json(place / f"{SCENE}_vh_clean_2.0.010000.segs.json", stored)
    write_json(place / f"{SCENE}.aggregation.json", {"segGroups": groups})
    # of the full mesh, which has other segments: reading it would show
    write_json(place / f"{SCENE}_vh_clean.aggregation.json", {"segGroups": []})
    return open_set("scannet", folder)


def objects_of(found: ResearchSet) -> list[int]:
    masks = found.scene(SCENE).labels
    assert masks is not None
    assert not masks.part.any()
    return masks.object.tolist()


def test_an_object_is_its_id_plus_one_and_the_rest_is_unlabelled(tmp_path: Path) -> None:
    found = write_scene(
        tmp_path, group(0, "chair", 7, 9), group(4, "desk", 3), segments=[7, 7, 9, 3, 5, 5]
    )
    assert objects_of(found) == [1, 1, 1, 5, 0, 0]
    assert found.unlabelled(SCENE).tolist() == [False] * 4 + [True] * 2
    assert found.entries("all") == [
        Entry(f"{SCENE}:1", SCENE, 1, (), "chair"),
        Entry(f"{SCENE}:5", SCENE, 5, (), "desk"),
    ]


def test_objects_that_share_a_label_are_not_merged(tmp_path: Path) -> None:
    found = write_scene(
        tmp_path, group(0, "chair", 1), group(1, "chair", 2), segments=[1, 1, 1, 2, 2, 2]
    )
    assert objects_of(found) == [1, 1, 1, 2, 2, 2]


def test_groups_that_share_an_object_id_are_not_merged(tmp_path: Path) -> None:
    found = write_scene(
        tmp_path,
        *(group(0, "chair", 1), group(0, "chair", 2), group(5, "desk", 3)),
        segments=[1, 1, 2, 2, 3, 3],
    )
    assert objects_of(found) == [1, 1, 7, 7, 6, 6]
    assert [entry.object for entry in found.entries("all")] == [1, 7, 6]


def test_a_segment_of_two_groups_belongs_to_the_last(tmp_path: Path) -> None:
    found = write_scene(
        tmp_path, group(0, "a", 1, 2), group(1, "b", 2), segments=[1, 1, 2, 2, 1, 1]
    )
    assert objects_of(found) == [1, 1, 2, 2, 1, 1]


def test_splits_are_the_official_lists_that_are_there(tmp_path: Path) -> None:
    write(tmp_path / "Tasks/Benchmark/scannetv2_val.txt", f"{SCENE}\n")
    found = write_scene(tmp_path, group(0, "chair", 1), segments=[1] * 6)
    assert found.splits == ("val", "all")
    assert found.entries("val") == found.entries("all")


def test_segments_of_another_mesh_are_refused(tmp_path: Path) -> None:
    found = write_scene(tmp_path, group(0, "chair", 1), segments=[1] * 5)
    with refused("segments of 5 vertices but the mesh has 6"):
        found.scene(SCENE)


def test_groups_of_other_segments_are_refused(tmp_path: Path) -> None:
    found = write_scene(tmp_path, group(0, "chair", 99), segments=[1] * 6)
    with refused("gives object 1 segments that its scan has not"):
        found.scene(SCENE)


@pytest.mark.parametrize("bad", [[1.5] * 6, ["1"] * 6, [-1] * 6, {"a": 1}, [2**70] * 6])
def test_segments_that_are_no_whole_numbers_are_refused(tmp_path: Path, bad: Any) -> None:
    found = write_scene(tmp_path, group(0, "chair", 1), segments=bad)
    with refused("belong"):
        found.scene(SCENE)


def test_a_scan_without_annotations_says_what_is_missing(tmp_path: Path) -> None:
    found = write_scene(tmp_path, segments=[1] * 6)
    (tmp_path / f"scans/{SCENE}/{SCENE}.aggregation.json").unlink()
    with pytest.raises(FileAccessError, match=r"scene0000_00\.aggregation\.json is not there"):
        found.entries("all")
