"""PartNet folders with point samples, written after their description."""

from pathlib import Path
from typing import Any

import pytest
from set_files import refused, write, write_json

from pinpoint3d.evaluate.sets import Entry, ResearchSet, open_set

NAME = "41264"


def leaf(number: int, name: str) -> dict[str, Any]:
    return {"id": number, "name": name, "text": name, "objs": [f"original-{number}"]}


TREE = {
    "id": 0, "name": "chair", "text": "Chair",
    "children": [
        leaf(4, "back"),
        # a node that has both: its meshes are those of its child once more
        {"id": 2, "name": "base", "text": "Base", "objs": ["original-9"],
         "children": [leaf(9, "leg")]},
    ],
}  # fmt: skip


def write_object(folder: Path, labels: list[str], tree: Any = None) -> ResearchSet:
    place = folder / f"data/{NAME}"
    write_json(place / "result.json", [TREE if tree is None else tree])
    write_json(place / "result_after_merging.json", [leaf(77, "merged")])
    write_json(place / "meta.json", {"model_cat": "Chair", "model_id": "x"})
    rows = [f"0.{k} 0.5 0 0 1 0 {k} 20 30 255" for k in range(len(labels))]
    sample = place / "point_sample"
    write(sample / "sample-points-all-pts-nor-rgba-10000.txt", "\n".join(rows) + "\n")
    write(sample / "sample-points-all-label-10000.txt", "\n".join(labels) + "\n")
    split = [{"anno_id": NAME, "model_id": "x"}]
    write_json(folder / "stats/train_val_test_split/Chair.test.json", split)
    return open_set("partnet", folder)


def test_labels_are_leaves_of_the_tree_before_merging(tmp_path: Path) -> None:
    found = write_object(tmp_path, ["4", "9", "9"])
    scene = found.scene(NAME)
    assert scene.labels is not None
    assert scene.labels.object.tolist() == [1, 1, 1]
    assert scene.labels.part.tolist() == [4, 9, 9]
    assert scene.rgb is not None
    assert scene.rgb.tolist() == [[k, 20, 30] for k in range(3)]
    assert scene.up.tolist() == [0, 1, 0]


@pytest.mark.parametrize("label", ["77", "2", "0"])
def test_labels_of_merged_or_inner_nodes_are_refused(tmp_path: Path, label: str) -> None:
    with refused(f"names part {label}, which is no leaf"):
        write_object(tmp_path, ["4", label, "9"]).scene(NAME)


def test_an_object_whose_root_is_its_only_leaf_has_no_parts(tmp_path: Path) -> None:
    found = write_object(tmp_path, ["0", "0"], tree=leaf(0, "bowl"))
    assert found.entries("all") == [Entry(f"{NAME}:1", NAME, 1, (), "Chair")]


def test_entries_ask_for_the_leaves_that_have_points(tmp_path: Path) -> None:
    found = write_object(tmp_path, ["9", "9"])
    assert found.splits == ("test", "all")
    assert found.entries("test") == [Entry(f"{NAME}:1", NAME, 1, (9,), "Chair")]


def test_split_files_may_name_objects_by_number(tmp_path: Path) -> None:
    found = write_object(tmp_path, ["9"])
    write_json(tmp_path / "stats/train_val_test_split/Chair.test.json", [{"anno_id": int(NAME)}])
    assert found.entries("test")[0].scene == NAME


def test_a_label_too_few_is_refused(tmp_path: Path) -> None:
    found = write_object(tmp_path, ["4", "9"])
    path = tmp_path / f"data/{NAME}/point_sample/sample-points-all-label-10000.txt"
    write(path, "4\n")
    with refused("has 1 labels for 2 points"):
        found.scene(NAME)


def test_two_trees_are_refused(tmp_path: Path) -> None:
    found = write_object(tmp_path, ["4"])
    write_json(tmp_path / f"data/{NAME}/result.json", [TREE, TREE])
    with refused("has 2 trees instead of one"):
        found.scene(NAME)
