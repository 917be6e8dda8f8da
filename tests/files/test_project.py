import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d import (
    Click,
    FileAccessError,
    Masks,
    NearestSegmenter,
    PinpointError,
    ProjectError,
    Scene,
    Session,
    load,
    open_session,
    save,
)
from pinpoint3d.files.project import read_project
from pinpoint3d.operations import Choose, Delete, Lock, Merge, Operation, Paint, Rename

LINE = Scene([[float(x), 0.0, 0.0] for x in range(12)])
MADE: list[Operation] = [
    Click(0, 1),
    Click(11, 2, 3, granularity=0.25),
    Click(position=(5.0, 0.5, 0.0), object=3),
    Paint((1, 2, 3, 7), 4, 1),
    Paint((9,), 0),
    Choose(Click(6, 5), 1),
    Lock(1),
    Lock(1, False),
    Rename(2, None, "cup \U0001f375"),
    Rename(2, 3, "handle"),
    Rename(2, 3, ""),
    Merge(2, 3),
    Delete(4, 1),
    Delete(5),
]


def session_of(operations: list[Operation], scene: Scene = LINE) -> Session:
    """Session of those operations that can be done in this order."""
    session = Session(NearestSegmenter().encode(scene))
    for operation in operations:
        with suppress(PinpointError):
            session = Session(session.encoded, [*session.operations, operation])
    return session


def same(a: Masks, b: Masks) -> bool:
    return all(
        getattr(a, k).tobytes() == getattr(b, k).tobytes() for k in ("object", "part", "confidence")
    )


def saved(folder: Path, operations: list[Operation] | None = None) -> Path:
    path = folder / "line.pinpoint.json"
    session_of(MADE if operations is None else operations).save(path)
    return path


def scan(folder: Path, name: str = "line.ply", scene: Scene = LINE) -> Path:
    save(scene, None, folder / name)
    return folder / name


@settings(max_examples=60, deadline=None)
@given(st.permutations(MADE), st.integers(0, len(MADE)))
def test_a_session_opened_again_has_the_same_masks(
    tmp_path_factory: pytest.TempPathFactory, operations: list[Operation], n: int
) -> None:
    path = tmp_path_factory.mktemp("project") / "line.pinpoint.json"
    session = session_of(operations[:n])
    session.save(path)
    again = open_session(path, scene=LINE)
    assert again.operations == session.operations
    assert same(again.masks, session.masks)
    assert again.names == session.names
    assert again.locked == session.locked


def test_labels_lie_beside_the_project_for_other_programs(tmp_path: Path) -> None:
    path = saved(tmp_path, [Click(0, 1), Click(11, 2), Lock(2)])
    document = json.loads(path.read_text())
    labels = path.with_name(document["labels"]["file"])
    assert hashlib.sha256(labels.read_bytes()).hexdigest() == document["labels"]["sha256"]
    masks = session_of([Click(0, 1), Click(11, 2)]).masks
    with np.load(labels) as arrays:
        assert arrays["object_id"].tolist() == masks.object.tolist()
        assert arrays["locked"].tolist() == (masks.object == 2).tolist()


def test_saving_again_leaves_one_pair_of_files(tmp_path: Path) -> None:
    saved(tmp_path)
    path = saved(tmp_path, [Click(0, 1)])
    saved(tmp_path, [Click(0, 1)])
    labels = json.loads(path.read_text())["labels"]["file"]
    assert {p.name for p in tmp_path.iterdir()} == {path.name, labels}


def test_keys_not_known_here_stay(tmp_path: Path) -> None:
    path = saved(tmp_path)
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | {"version": [1, 9], "mood": ["good"]}))
    open_session(path, scene=LINE).save(path)
    again = json.loads(path.read_text())
    assert again["mood"] == ["good"]
    assert again["created"] == document["created"]


@pytest.mark.parametrize("labels", [[], {"file": ""}, {"file": "."}, {"file": 3}, {"file": "a\0"}])
def test_odd_values_in_what_is_overwritten_do_no_harm(tmp_path: Path, labels: Any) -> None:
    path = saved(tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"labels": labels}))
    saved(tmp_path, [Click(0, 1)])
    assert open_session(path, scene=LINE).operations == (Click(0, 1),)


@pytest.mark.parametrize("name", ["line.pinpoint.notes.npz", "../line.pinpoint.0123456789ab.npz"])
def test_no_file_but_our_own_labels_is_removed(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = saved(folder)
    (folder / name).write_bytes(b"mine")
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | {"labels": {"file": name}}))
    saved(folder, [Click(0, 1)])
    assert (folder / name).read_bytes() == b"mine"


def test_a_newer_major_version_is_refused_and_not_overwritten(tmp_path: Path) -> None:
    path = saved(tmp_path)
    newer = json.dumps(json.loads(path.read_text()) | {"version": [2, 0]})
    path.write_text(newer)
    with pytest.raises(ProjectError, match="newer than this program knows"):
        read_project(path)
    with pytest.raises(ProjectError, match="newer than this program knows"):
        saved(tmp_path)
    assert path.read_text() == newer


def test_a_project_never_overwrites_its_scan(tmp_path: Path) -> None:
    path = scan(tmp_path)
    before = path.read_bytes()
    session = session_of([Click(0)], load(path))
    with pytest.raises(FileAccessError, match="is the scan that was opened"):
        session.save(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["missing/a.json", "", "a\0.json"])
def test_a_project_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileAccessError):
        session_of([Click(0)]).save(tmp_path / name if name else "")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with every operation, beside its scan."""
    folder = tmp_path_factory.mktemp("project")
    opened = load(scan(folder), units="m", origin=(1.0, 0.0, 0.0))
    session_of(MADE, opened).save(folder / "line.pinpoint.json")
    return folder / "line.pinpoint.json"


def everywhere(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Places of all values in a JSON document."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    if isinstance(value, list):
        inner = list(enumerate(value))
    return [place, *(p for k, v in inner for p in everywhere(v, (*place, k)))]


odd_values = st.sampled_from(
    [
        None,
        True,
        -1,
        2**31,
        10**30,
        1.5,
        1e308,
        "",
        "text",
        "\0",
        [],
        [1],
        [[0, 10**9]],
        {},
        {"a": 1},
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_wrong_value_anywhere_is_a_project_error(good: Path, data: st.DataObject) -> None:
    document = json.loads(good.read_text())
    path = good.with_name("damaged.json")
    place = data.draw(st.sampled_from(everywhere(document)))
    value = data.draw(odd_values)
    if not place:
        document = value
    else:
        holder = document
        for key in place[:-1]:
            holder = holder[key]
        if data.draw(st.booleans()):
            holder[place[-1]] = value
        else:
            del holder[place[-1]]
    path.write_text(json.dumps(document))
    with suppress(ProjectError):
        read_project(path)
    with suppress(PinpointError):
        open_session(path)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_bytes_are_a_project_error(good: Path, data: st.DataObject) -> None:
    path = good.with_name("damaged.json")
    content = bytearray(good.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    with suppress(ProjectError):
        read_project(path)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "fly"},
        {"op": "paint", "runs": [[0, 13]], "object": 1, "part": 0},
        {"op": "paint", "runs": [[0, 3], [2, 3]], "object": 1, "part": 0},
        {"op": "paint", "runs": [[0, 10**12]], "object": 1, "part": 0},
        {"op": "paint", "runs": [[0, -1]], "object": 1, "part": 0},
        {"op": "paint", "runs": [[0]], "object": 1, "part": 0},
        {"op": "lock", "object": 1, "locked": "no"},
        {"op": "click", "object": 1, "part": 0},
        {"op": "click", "point": 1, "object": 1, "part": 0, "granularity": "fine"},
        {"op": "click", "position": [0, 0], "object": 1, "part": 0},
        {"op": "choose", "click": 3, "candidate": 0},
        {"op": "rename", "object": 1, "part": None, "name": None},
    ],
)
def test_an_impossible_operation_is_a_project_error(tmp_path: Path, operation: Any) -> None:
    path = saved(tmp_path)
    document = json.loads(path.read_text()) | {"operations": [operation]}
    path.write_text(json.dumps(document))
    with pytest.raises(ProjectError, match="is damaged"):
        read_project(path)


@pytest.mark.parametrize("content", ["", "[]", "{}", "[" * 100_000, "\xff", '{"schema": "other"}'])
def test_what_is_no_project_is_a_project_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "line.pinpoint.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ProjectError):
        read_project(path)


def test_a_missing_project_is_an_access_error(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match="no such file"):
        read_project(tmp_path / "missing.json")


def project_of_file(folder: Path) -> tuple[Path, Masks]:
    session = session_of(MADE, load(scan(folder)))
    session.save(folder / "line.pinpoint.json")
    return folder / "line.pinpoint.json", session.masks


def test_the_scan_is_found_beside_the_project_in_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    path, masks = project_of_file(tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "b")
    monkeypatch.chdir(os.sep)
    assert same(open_session(tmp_path / "b" / path.name).masks, masks)


def test_the_scan_is_opened_with_the_same_options(tmp_path: Path) -> None:
    session = session_of(
        [Click(3)], load(scan(tmp_path), units="mm", up="+y", origin=(0.5, 0.0, 0.0))
    )
    session.save(tmp_path / "line.pinpoint.json")
    again = open_session(tmp_path / "line.pinpoint.json").scene
    assert again.xyz.tobytes() == session.scene.xyz.tobytes()
    assert again.origin.tolist() == [0.5, 0, 0]
    assert again.up.tolist() == [0, 1, 0]


@pytest.mark.parametrize("name", ["line.pcd", "line.ply"])
def test_the_same_points_in_another_file_are_recognised(tmp_path: Path, name: str) -> None:
    path, masks = project_of_file(tmp_path)
    (tmp_path / "other").mkdir()
    labelled = Scene(LINE.xyz, fields={"time": np.arange(12)})
    other = scan(tmp_path / "other", name, labelled)
    assert same(open_session(path, scene=load(other)).masks, masks)


@pytest.mark.parametrize("change", ["reordered", "moved", "shorter"])
def test_other_points_are_refused(tmp_path: Path, change: str) -> None:
    path, _ = project_of_file(tmp_path)
    xyz = LINE.xyz.copy()
    xyz = {"reordered": xyz[::-1], "moved": xyz + np.float32(1e-3), "shorter": xyz[:-1]}[change]
    scan(tmp_path, scene=Scene(xyz))
    with pytest.raises(ProjectError, match="was saved for another scan"):
        open_session(path)


def test_a_scene_that_was_no_file_has_to_be_given(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="give the scene"):
        open_session(saved(tmp_path))


def test_points_without_a_position_are_the_same_in_any_spelling(tmp_path: Path) -> None:
    bits = np.array([0x7F800001, 0x7FC00000, 0xFFC12345], np.uint32).view(np.float32)
    path = tmp_path / "a.json"
    for first in range(3):
        xyz = LINE.xyz.copy()
        xyz[1] = np.roll(bits, first)
        scene = Scene(xyz)
        if not first:
            session_of([Click(0)], scene).save(path)
        assert len(open_session(path, scene=scene).operations) == 1
