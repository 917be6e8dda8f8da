"""Articulate3D annotations in both layouts, on a mesh such as ScanNet++ has."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from set_files import SQUARE, TRIANGLES, points, refused, write_json, write_ply

from pinpoint3d.errors import FileAccessError
from pinpoint3d.evaluate.sets import Entry, ResearchSet, open_set

SCENE = "0a5c013435"
DOOR = {"partId": 0, "label": "door", "triIndices": [0, 1, 2]}
HANDLE = {"partId": 3, "label": "handle", "vertIndices": [2]}
LAMP = {"partId": 5, "label": "lamp", "triIndices": [3]}


def write_mesh(folder: Path) -> ResearchSet:
    place = f"data/{SCENE}/scans" if folder.name == "below_data" else SCENE
    write_ply(folder / place / "mesh_aligned_0.05.ply", points(), faces=TRIANGLES)
    return open_set("articulate3d", folder)


def first_layout(folder: Path, *parts: dict[str, Any], joined: Any = ()) -> ResearchSet:
    annotations = {"modelId": SCENE, "data": {"stats": {}, "annotations": list(parts)}}
    write_json(folder / f"{SCENE}_parts.json", annotations)
    articulations = [{"pid": pid, "base": base} for pid, base in joined]
    write_json(folder / f"{SCENE}_artic.json", {"data": {"articulations": articulations}})
    return write_mesh(folder)


def ids_of(found: ResearchSet) -> tuple[list[int], list[int]]:
    """Ids of the mesh's own vertices."""
    masks = found.scene(SCENE).labels
    assert masks is not None
    return masks.object[: len(SQUARE)].tolist(), masks.part[: len(SQUARE)].tolist()


def test_joined_parts_are_one_object_and_the_smaller_wins_where_they_overlap(
    tmp_path: Path,
) -> None:
    for parts in ((DOOR, HANDLE), (HANDLE, DOOR)):
        found = first_layout(tmp_path, *parts, joined=[(3, [0])])
        assert ids_of(found) == ([1] * 6, [1, 1, 4, 1, 1, 1])
        assert found.entries("all") == [Entry(f"{SCENE}:1", SCENE, 1, (1, 4), "door")]


def test_parts_that_nothing_joins_are_objects_of_their_own(tmp_path: Path) -> None:
    found = first_layout(tmp_path, HANDLE, LAMP, joined=[(3, [77])])
    assert [(e.object, e.parts, e.category) for e in found.entries("all")] == [
        (4, (4,), "handle"),
        (6, (6,), "lamp"),
    ]


def test_points_in_no_part_are_unlabelled(tmp_path: Path) -> None:
    found = first_layout(tmp_path, HANDLE)
    expected = [True, True, False, True, True, True]
    assert found.unlabelled(SCENE)[: len(SQUARE)].tolist() == expected


def test_parts_joined_in_a_chain_or_a_ring_are_one_object(tmp_path: Path) -> None:
    ring = [(3, [5]), (5, [0]), (0, [3])]
    found = first_layout(tmp_path, DOOR, HANDLE, LAMP, joined=ring)
    assert [(e.object, e.parts) for e in found.entries("all")] == [(1, (1, 4, 6))]


def test_the_second_layout_has_an_object_a_part(tmp_path: Path) -> None:
    parts = {"3": {"triIndices": [0]}, "0": {"triIndices": [2, 3]}}
    write_json(tmp_path / f"{SCENE}/parts.json", parts)
    found = write_mesh(tmp_path)
    assert ids_of(found)[0] == [4, 4, 4, 0, 1, 1]
    assert [(e.object, e.parts, e.category) for e in found.entries("all")] == [
        (1, (1,), None),
        (4, (4,), None),
    ]


def test_the_mesh_may_lie_where_scannetpp_has_it(tmp_path: Path) -> None:
    found = first_layout(tmp_path / "below_data", DOOR)
    assert ids_of(found)[0] == [1, 1, 1, 1, 1, 1]


def test_without_the_mesh_it_says_where_that_belongs(tmp_path: Path) -> None:
    write_json(tmp_path / f"{SCENE}/parts.json", {"3": {"triIndices": [0]}})
    with pytest.raises(FileAccessError, match=r"mesh_aligned_0\.05\.ply or .* is not there"):
        open_set("articulate3d", tmp_path).scene(SCENE)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (DOOR | {"triIndices": [4]}, "holds 4 where numbers from 0 to 3"),
        (HANDLE | {"vertIndices": [6]}, "holds 6 where numbers from 0 to 5"),
        ({"partId": 1, "label": "x"}, "no 'triIndices'"),
        ({"partId": -1, "label": "x"}, "belongs"),
    ],
)
def test_parts_of_what_the_mesh_has_not_are_refused(
    tmp_path: Path, part: dict[str, Any], said: str
) -> None:
    with refused(said):
        first_layout(tmp_path, part).scene(SCENE)


def test_two_parts_of_one_id_are_refused(tmp_path: Path) -> None:
    with refused("has two parts 0"):
        first_layout(tmp_path, DOOR, DOOR).scene(SCENE)


def test_points_on_large_faces_have_the_label_of_their_first_corner(tmp_path: Path) -> None:
    found = first_layout(tmp_path, HANDLE, LAMP)
    scene = found.scene(SCENE)
    masks = scene.labels
    assert masks is not None
    face = scene.fields["source_face"][len(SQUARE) :]
    first = np.array(TRIANGLES)[face, 0]
    assert np.array_equal(masks.part[len(SQUARE) :], masks.part[first])
