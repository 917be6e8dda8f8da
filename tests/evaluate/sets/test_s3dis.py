"""S3DIS folders, written after their description."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from set_files import refused, write

from pinpoint3d.errors import FileAccessError
from pinpoint3d.evaluate.sets import Entry, ResearchSet, open_set

ROOM = "Area_5/hallway_1"
DOOR = ["0.1 0 0 1 2 3", "0.2 0 0 1 2 3"]
STAIRS = ["0.3 0 0 9 9 9", "0.1 0 0 4 5 6"]


def write_room(folder: Path, room: list[str] | None, **annotations: list[str]) -> ResearchSet:
    for name, lines in annotations.items():
        write(folder / f"{ROOM}/Annotations/{name}.txt", "\n".join(lines) + "\n")
    if room is not None:
        write(folder / f"{ROOM}/hallway_1.txt", "\n".join(room) + "\n")
    write(folder / "Area_5/Area_5_alignmentAngle.txt", "hallway_1 90\n")
    return open_set("s3dis", folder)


def objects_of(found: ResearchSet) -> list[int]:
    masks = found.scene(ROOM).labels
    assert masks is not None
    return masks.object.tolist()


def test_points_are_in_the_order_of_the_room_and_labelled_by_their_place(tmp_path: Path) -> None:
    room = [STAIRS[0], DOOR[1], "7 7 7 0 0 0", DOOR[0]]
    found = write_room(tmp_path, room, door_1=DOOR, stairs_1=STAIRS)
    assert found.scene(ROOM).xyz[:, 0].tolist() == np.array([0.3, 0.2, 7, 0.1], "f4").tolist()
    assert objects_of(found) == [2, 1, 0, 1]
    assert found.unlabelled(ROOM).tolist() == [False, False, True, False]


def test_of_points_in_one_place_each_gets_one_annotation(tmp_path: Path) -> None:
    room = [DOOR[0], "5 5 5 0 0 0", STAIRS[1]]
    assert objects_of(write_room(tmp_path, room, door_1=DOOR, stairs_1=STAIRS)) == [1, 0, 2]


def test_without_the_room_the_annotations_in_order_of_their_names_are_it(tmp_path: Path) -> None:
    found = write_room(tmp_path, None, stairs_1=STAIRS, door_1=DOOR)
    assert objects_of(found) == [1, 1, 2, 2]
    rgb = found.scene(ROOM).rgb
    assert rgb is not None
    assert rgb.tolist() == [[1, 2, 3], [1, 2, 3], [9, 9, 9], [4, 5, 6]]


def test_classes_beside_the_thirteen_are_clutter(tmp_path: Path) -> None:
    found = write_room(tmp_path, None, stairs_1=STAIRS, door_1=DOOR)
    assert found.splits == ("Area_5",)
    assert found.entries("Area_5") == [
        Entry(f"{ROOM}:door_1", ROOM, 1, (), "door"),
        Entry(f"{ROOM}:stairs_1", ROOM, 2, (), "clutter"),
    ]


def test_other_files_among_the_annotations_are_passed_over(tmp_path: Path) -> None:
    found = write_room(tmp_path, None, door_1=DOOR)
    write(tmp_path / f"{ROOM}/Annotations/.DS_Store", b"\0\1")
    write(tmp_path / f"{ROOM}/Annotations/Icon.txt", b"\0\1")
    write(tmp_path / f"{ROOM}/Annotations/door_1.txt~", b"\0\1")
    assert objects_of(found) == [1, 1]


def test_a_control_character_between_two_numbers_parts_them(tmp_path: Path) -> None:
    found = write_room(tmp_path, None, door_1=["0 0 0 185\x10187 185", DOOR[0]])
    rgb = found.scene(ROOM).rgb
    assert rgb is not None
    assert rgb[0].tolist() == [185, 187, 185]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1 2 3 4 5", "5 numbers instead of 6"),
        ("1 2 3 4 5 x", "holds 'x', which is no number"),
        ("1 2 3 4 5 256", "colours outside 0 to 255"),
        ("", "holds no points"),
    ],
)
def test_lines_that_are_no_points_are_refused(tmp_path: Path, line: str, said: str) -> None:
    with refused(said):
        write_room(tmp_path, None, door_1=[line]).scene(ROOM)


def test_a_room_without_annotations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match="Annotations: there is no such folder"):
        write_room(tmp_path, DOOR).scene(ROOM)
    write(tmp_path / f"{ROOM}/Annotations/Icon.txt", "x")
    with refused("has no annotations"):
        open_set("s3dis", tmp_path).scene(ROOM)


@given(st.permutations(range(8)))
@settings(deadline=None, max_examples=20)
def test_any_order_of_the_room_gives_each_point_its_label(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    lines = [f"{k} 0.5 0 0 0 0" for k in range(8)]
    found = write_room(
        tmp_path_factory.mktemp("set"),
        [lines[k] for k in order],
        door_1=lines[:3],
        wall_2=lines[3:],
    )
    assert objects_of(found) == [1 if k < 3 else 2 for k in order]
