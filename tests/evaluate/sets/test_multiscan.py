"""MultiScan folders in both forms of annotation, written after their description."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from set_files import SQUARE, TRIANGLES, points, refused, write, write_json, write_ply

from pinpoint3d.errors import FileAccessError
from pinpoint3d.evaluate.sets import Entry, ResearchSet, open_set

SCAN = "scene_00000_00"
OBJECTS = ["cabinet.1", "bag.1", "remove.1"]
TRUTH = {"cabinet.1:door.1": [0], "cabinet.1:static.1": [1], "bag.1:static.1": [2]}


def write_mesh(path: Path, **of_faces: Any) -> None:
    columns = points(SQUARE.astype(np.float64), nx=np.zeros(6), ny=np.zeros(6), nz=np.ones(6))
    columns |= {c: np.full(6, 9, np.uint8) for c in ("red", "green", "blue", "alpha")}
    write_ply(path, columns, faces=TRIANGLES, of_faces=of_faces)


def released(folder: Path, object_of_face: list[int], part_of_face: list[int]) -> ResearchSet:
    """The form with `parts`, and ids with the faces."""
    write_mesh(
        folder / f"{SCAN}/{SCAN}.ply",
        objectId=np.array(object_of_face, np.uint16),
        partId=np.array(part_of_face, np.uint16),
    )
    annotations = {
        "objects": [
            {"objectId": k, "label": label, "mobilityType": "fixed", "partIds": [k]}
            for k, label in enumerate(OBJECTS, start=1)
        ],
        "parts": [{"partId": k, "label": label} for k, label in enumerate(TRUTH, start=1)],
    }
    write_json(folder / f"{SCAN}/{SCAN}.annotations.json", annotations)
    return open_set("multiscan", folder)


def older(folder: Path, faces: dict[str, list[int]]) -> ResearchSet:
    """The form with faces by "object:part"."""
    write_mesh(folder / f"{SCAN}/{SCAN}.ply")
    objects = [{"label": label, "type": "fixed object"} for label in OBJECTS]
    write_json(folder / f"{SCAN}/{SCAN}.annotations.json", {"objects": objects})
    write_json(folder / f"{SCAN}/{SCAN}.semseg.json", {"semseg": {}, "triIndices": faces})
    return open_set("multiscan", folder)


def ids_of(found: ResearchSet) -> tuple[list[int], list[int]]:
    masks = found.scene(SCAN).labels
    assert masks is not None
    return masks.object.tolist(), masks.part.tolist()


def test_both_forms_give_the_same_labels(tmp_path: Path) -> None:
    one = released(tmp_path / "b", [1, 1, 2, 0], [1, 2, 3, 0])
    other = older(tmp_path / "a", TRUTH)
    assert ids_of(one) == ids_of(other)
    assert one.entries("all") == other.entries("all")


def test_a_point_has_the_label_of_the_last_face_it_is_in(tmp_path: Path) -> None:
    objects, parts = ids_of(released(tmp_path, [1, 1, 2, 2], [1, 2, 3, 3]))
    assert objects == [1, 2, 2, 1, 2, 2]
    assert parts == [2, 3, 3, 2, 3, 3]


def test_entries_ask_for_all_parts_of_each_object_by_its_category(tmp_path: Path) -> None:
    found = released(tmp_path, [1, 1, 2, 2], [1, 2, 3, 3])
    assert found.entries("all") == [
        Entry(f"{SCAN}:1", SCAN, 1, (2,), "cabinet"),
        Entry(f"{SCAN}:2", SCAN, 2, (3,), "bag"),
    ]


def test_removed_objects_and_faces_without_a_label_are_unlabelled(tmp_path: Path) -> None:
    found = released(tmp_path, [1, 1, 3, 0], [1, 2, 3, 0])
    assert ids_of(found)[0] == [1, 0, 0, 1, 0, 0]
    assert found.unlabelled(SCAN).tolist() == [False, True, True, False, True, True]
    assert [entry.object for entry in found.entries("all")] == [1]


@pytest.mark.parametrize("form", ["ascii", "binary_big_endian"])
def test_ids_of_faces_are_read_in_every_encoding(tmp_path: Path, form: str) -> None:
    found = released(tmp_path, [1, 1, 2, 2], [1, 2, 3, 3])
    of_faces = {"objectId": np.array([1, 1, 2, 2], np.uint16), "partId": np.arange(4, dtype="u2")}
    path = tmp_path / f"{SCAN}/{SCAN}.ply"
    write_ply(path, points(), faces=TRIANGLES, of_faces=of_faces, form=form)
    assert ids_of(found)[0] == [1, 2, 2, 1, 2, 2]


def test_splits_leave_out_rows_that_have_none(tmp_path: Path) -> None:
    found = released(tmp_path, [1, 1, 2, 2], [1, 2, 3, 3])
    write(tmp_path / "scans_split.csv", f"scanId,split\n{SCAN},train\nscene_00001_00,\n")
    found = open_set("multiscan", tmp_path)
    assert found.splits == ("train", "all")
    assert {entry.scene for entry in found.entries("train")} == {SCAN}


def test_an_unknown_split_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match="use one of all"):
        released(tmp_path, [0] * 4, [0] * 4).entries("val")


def test_faces_without_ids_are_refused(tmp_path: Path) -> None:
    found = released(tmp_path, [0] * 4, [0] * 4)
    write_mesh(tmp_path / f"{SCAN}/{SCAN}.ply", objectId=np.zeros(4, np.uint16))
    with refused("its faces have no partId"):
        found.scene(SCAN)


def test_polygons_are_refused(tmp_path: Path) -> None:
    found = released(tmp_path, [0] * 4, [0] * 4)
    ids = {"objectId": np.zeros(1, np.uint16), "partId": np.zeros(1, np.uint16)}
    for form in ("binary_little_endian", "ascii"):
        path = tmp_path / f"{SCAN}/{SCAN}.ply"
        write_ply(path, points(), faces=[[0, 1, 2, 3]], of_faces=ids, form=form)
        with refused("other than three corners"):
            found.scene(SCAN)


@pytest.mark.parametrize(
    ("faces", "said"),
    [
        ({"bag.1:x": [4]}, "holds 4 where numbers from 0 to 3"),
        ({"bag.1:x": [-1]}, "holds -1 where"),
        ({"bag.1:x": [0.5]}, "whole numbers"),
        ({"chair.1:x": [0]}, "no object of the scan"),
    ],
)
def test_labels_of_faces_or_objects_that_are_not_there_are_refused(
    tmp_path: Path, faces: dict[str, list[int]], said: str
) -> None:
    found = older(tmp_path, faces)
    with refused(said):
        found.scene(SCAN)


def test_two_objects_of_one_id_are_refused(tmp_path: Path) -> None:
    found = released(tmp_path, [0] * 4, [0] * 4)
    objects = [{"objectId": 1, "label": "a"}, {"objectId": 1, "label": "b"}]
    path = tmp_path / f"{SCAN}/{SCAN}.annotations.json"
    write_json(path, {"objects": objects, "parts": [{}]})
    with refused("has two objects 1"):
        found.scene(SCAN)
