from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pinpoint3d import (
    Click,
    ClickError,
    GraphSegmenter,
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

LINE = Scene([[float(x), 0.0, 0.0] for x in range(12)])


def line_session() -> Session:
    return Session(NearestSegmenter().encode(LINE))


def same(a: Masks, b: Masks) -> bool:
    return all(
        getattr(a, k).tobytes() == getattr(b, k).tobytes() for k in ("object", "part", "confidence")
    )


def test_undo_and_redo_restore_the_exact_masks() -> None:
    session = line_session()
    first = session.click(point=0, object=1)
    second = session.click(point=11, object=2, part=3)
    assert session.undo()
    assert same(session.masks, first)
    assert session.redo()
    assert same(session.masks, second)
    assert not session.redo()


def test_a_new_operation_drops_what_was_undone() -> None:
    session = line_session()
    session.click(point=0)
    session.undo()
    session.click(point=5, object=2)
    assert not session.redo()
    assert session.clicks == (Click(5, 2),)


def test_a_refused_operation_changes_nothing() -> None:
    session = line_session()
    session.click(point=0)
    before = session.masks
    for wrong in (
        lambda: session.click(point=99),
        lambda: session.lock(7),
        lambda: session.merge(1, 7),
        lambda: session.delete(7),
        lambda: session.paint([99], object=1),
        lambda: session.choose(Click(0), 50),
    ):
        with pytest.raises(ClickError):
            wrong()
    assert session.masks is before
    assert len(session.operations) == 1


def test_a_locked_object_keeps_its_points() -> None:
    session = line_session()
    session.click(point=0, object=1)
    session.click(point=11, object=2)
    session.lock(1)
    kept = session.masks.object == 1
    session.click(point=3, object=2)
    session.paint([0, 1], object=2)
    assert ((session.masks.object == 1) == kept).all()
    session.lock(1, locked=False)
    session.paint([0], object=2)
    assert session.masks.object[0] == 2


def test_paint_lies_over_later_clicks() -> None:
    session = line_session()
    session.click(point=0, object=1)
    session.paint([4, 5], object=2, part=1)
    session.click(point=11, object=3)
    assert session.masks.object[[4, 5]].tolist() == [2, 2]
    session.erase([4])
    assert session.masks.object[4] == 0


def test_merging_keeps_parts_apart_and_renames_them() -> None:
    session = line_session()
    session.click(point=0, object=1, part=1)
    session.click(point=11, object=2, part=1)
    session.rename(2, "door", part=1)
    session.merge(1, 2)
    assert set(session.masks.object.tolist()) == {1}
    assert set(session.masks.part.tolist()) == {1, 2}
    assert dict(session.names) == {"1.2": "door"}


def test_a_deleted_object_is_forgotten_and_can_be_clicked_again() -> None:
    session = line_session()
    session.click(point=0, object=1)
    session.click(point=11, object=2)
    session.rename(2, "lamp")
    session.delete(2)
    assert set(session.masks.object.tolist()) == {1}
    assert not session.names
    session.click(point=11, object=2)
    assert session.masks.object[11] == 2


def test_what_was_merged_into_a_deleted_object_goes_with_it() -> None:
    session = line_session()
    session.click(point=0, object=1)
    session.click(point=11, object=2)
    session.click(point=5, object=0)
    session.merge(1, 2)
    session.delete(1)
    assert not session.masks.object.any()


def test_choosing_a_candidate_takes_its_points() -> None:
    session = line_session()
    click = Click(0, object=4)
    candidates = session.candidates(click)
    masks = session.choose(click, 1)
    assert ((masks.object == 4) == candidates[1].mask).all()


def test_the_distance_of_a_snapped_position_is_told() -> None:
    session = line_session()
    session.click(position=[3.2, 0.0, 0.0])
    assert session.masks.object[3] == 1
    assert session.snap_distance() == pytest.approx(0.2, abs=1e-6)


def test_a_session_resumes_exactly(two_boxes: Scene, tmp_path: Path) -> None:
    save(two_boxes, None, tmp_path / "scan.ply")
    scene = load(tmp_path / "scan.ply")
    session = Session(GraphSegmenter().encode(scene))
    session.click(point=3000, object=1, part=2)
    session.click(position=scene.xyz[9000].tolist(), object=2)
    session.rename(1, "box")
    session.paint(range(5, 9), object=2)
    session.lock(2)
    session.click(point=100, object=0)
    session.save(tmp_path / "scan.pinpoint.json")
    again = open_session(tmp_path / "scan.pinpoint.json")
    assert same(again.masks, session.masks)
    assert again.operations == session.operations
    assert again.locked == session.locked
    assert dict(again.names) == dict(session.names)


def test_saving_again_keeps_one_pair_of_files_and_unknown_keys(tmp_path: Path) -> None:
    path = tmp_path / "work.pinpoint.json"
    session = line_session()
    session.click(point=0)
    session.save(path)
    path.write_text(path.read_text().replace("{", '{"of a later version": 1,', 1))
    session.click(point=5, object=2)
    session.save(path)
    assert "of a later version" in path.read_text()
    assert len(list(tmp_path.iterdir())) == 2
    assert same(open_session(path, scene=LINE).masks, session.masks)


def test_a_project_of_another_scan_is_refused(tmp_path: Path) -> None:
    session = line_session()
    session.click(point=0)
    session.save(tmp_path / "a.pinpoint.json")
    with pytest.raises(ProjectError, match="another scan"):
        open_session(tmp_path / "a.pinpoint.json", scene=Scene(LINE.xyz[::-1]))
    with pytest.raises(ProjectError, match="no file"):
        open_session(tmp_path / "a.pinpoint.json")


def test_damaged_projects_get_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.pinpoint.json"
    session = line_session()
    session.click(point=0)
    session.paint([3, 4, 7], object=2)
    session.save(path)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for trial in range(300):
        content = bytearray(whole)
        if trial % 2:
            content = content[: rng.integers(len(content))]
        else:
            content[rng.integers(len(content))] = rng.integers(256)
        path.write_bytes(content)
        with suppress(PinpointError):
            open_session(path, scene=LINE)


class SessionMachine(RuleBasedStateMachine):
    """A session against the plain meaning of its list: replaying it gives the same bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded = NearestSegmenter().encode(LINE)
        self.session = Session(self.encoded)
        self.history = [self.session.masks]

    def did(self) -> None:
        self.history.append(self.session.masks)

    @rule(row=st.integers(0, 11), label=st.sampled_from([(0, 0), (1, 0), (1, 2), (2, 1), (3, 0)]))
    def click(self, row: int, label: tuple[int, int]) -> None:
        self.session.click(point=row, object=label[0], part=label[1])
        self.did()

    @rule(rows=st.sets(st.integers(0, 11)), label=st.sampled_from([(0, 0), (1, 1), (4, 0)]))
    def paint(self, rows: set[int], label: tuple[int, int]) -> None:
        self.session.paint(sorted(rows), object=label[0], part=label[1])
        self.did()

    @precondition(lambda self: self.session.masks.object.any())
    @rule(
        what=st.sampled_from(["lock", "unlock", "merge", "delete", "rename"]),
        first=st.integers(1, 4),
        second=st.integers(1, 4),
    )
    def change(self, what: str, first: int, second: int) -> None:
        actions = {
            "lock": lambda: self.session.lock(first),
            "unlock": lambda: self.session.lock(first, locked=False),
            "merge": lambda: self.session.merge(first, second),
            "delete": lambda: self.session.delete(first),
            "rename": lambda: self.session.rename(first, f"thing {second}"),
        }
        try:
            actions[what]()
        except ClickError:
            return
        self.did()

    @precondition(lambda self: len(self.history) > 1)
    @rule()
    def undo_restores_and_redo_brings_back(self) -> None:
        now = self.session.masks
        assert self.session.undo()
        assert same(self.session.masks, self.history[-2])
        assert self.session.redo()
        assert same(self.session.masks, now)

    @precondition(lambda self: len(self.history) > 1)
    @rule()
    def undo(self) -> None:
        self.session.undo()
        self.history.pop()

    @invariant()
    def replaying_the_list_gives_the_same_bytes(self) -> None:
        again = Session(self.encoded, self.session.operations)
        assert same(again.masks, self.session.masks)
        assert again.locked == self.session.locked
        assert dict(again.names) == dict(self.session.names)


TestSessionMachine = SessionMachine.TestCase
TestSessionMachine.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
