"""ScanNet++ folders, written after their description."""

from pathlib import Path
from typing import Any

import numpy as np
from set_files import TRIANGLES, points, write, write_json, write_ply

from pinpoint3d.evaluate.sets import ResearchSet, open_set

SCENE = "0a5c013435"


def group(object_id: int, label: str, *segments: int) -> dict[str, Any]:
    return {"id": object_id, "objectId": object_id, "label": label, "segments": list(segments)}


def write_scene(folder: Path, *groups: dict[str, Any], segments: list[int]) -> ResearchSet:
    place = folder / f"data/{SCENE}/scans"
    colours = {c: np.full(6, 50, np.uint8) for c in ("red", "green", "blue")}
    write_ply(place / "mesh_aligned_0.05.ply", points(**colours), faces=TRIANGLES)
    write_json(place / "segments.json", {"segIndices": segments})
    write_json(place / "segments_anno.json", {"segGroups": list(groups)})
    return open_set("scannetpp", folder)


def objects_of(found: ResearchSet) -> np.ndarray:
    masks = found.scene(SCENE).labels
    assert masks is not None
    return masks.object


def test_a_vertex_of_two_objects_belongs_to_the_smaller(tmp_path: Path) -> None:
    cup, table = group(2, "cup", 5), group(1, "table", 5, 6)
    for k, groups in enumerate([(cup, table), (table, cup)]):
        found = write_scene(tmp_path / str(k), *groups, segments=[5, 6, 6, 6, 6, 6])
        assert objects_of(found)[:6].tolist() == [2, 1, 1, 1, 1, 1]


def test_segment_ids_are_never_taken_for_vertices(tmp_path: Path) -> None:
    found = write_scene(tmp_path, group(1, "a", 3), segments=[3, 3, 0, 0, 0, 0])
    assert objects_of(found)[:6].tolist() == [1, 1, 0, 0, 0, 0]


def test_ids_stand_as_they_are_unless_a_scene_has_an_object_zero(tmp_path: Path) -> None:
    for first in (1, 0):
        groups = group(first, "a", 1), group(first + 3, "b", 2)
        found = write_scene(tmp_path / str(first), *groups, segments=[1, 1, 1, 2, 2, 2])
        assert np.unique(objects_of(found)).tolist() == [1, 4]
        assert [e.object for e in found.entries("all")] == [1, 4]


def test_large_faces_are_covered_with_points_behind_the_vertices(tmp_path: Path) -> None:
    found = write_scene(tmp_path, group(1, "a", 1), group(2, "b", 2), segments=[1, 2, 1, 1, 2, 2])
    scene = found.scene(SCENE)
    assert scene.xyz[:6].tolist() == np.array([points()[axis] for axis in "xyz"]).T.tolist()
    assert len(scene) > 1000
    face = scene.fields["source_face"][6:]
    # the first corners of the four faces are vertices 0, 0, 1 and 1
    assert np.array_equal(objects_of(found)[6:], np.array([1, 1, 2, 2])[face])
    assert len(found.unlabelled(SCENE)) == len(scene)


def test_splits_are_the_lists_that_are_there(tmp_path: Path) -> None:
    write(tmp_path / "splits/nvs_sem_val.txt", f"{SCENE}\n")
    found = write_scene(tmp_path, group(1, "a", 1), segments=[1] * 6)
    assert found.splits == ("val", "all")
    assert found.entries("val")[0].category == "a"
