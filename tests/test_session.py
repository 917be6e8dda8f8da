import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import jaxtyping
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pinpoint3d import (
    Candidate,
    Click,
    ClickError,
    GraphSegmenter,
    Masks,
    NearestSegmenter,
    PinpointError,
    ProjectError,
    Scene,
    Session,
    Suggestion,
    load,
    open_session,
    save,
)
from pinpoint3d.operations import Choose, Delete, Lock, Merge, Operation, Paint, Rename

LINE = Scene([[float(x), 0.0, 0.0] for x in range(12)])


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Types as a user's program has them: not checked at run time, as they are in tests."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


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


def test_a_locked_object_does_not_grow() -> None:
    session = line_session()
    session.click(point=0, object=1)
    session.click(point=11, object=2)
    session.lock(1)
    kept = session.masks.object == 1
    with pytest.raises(ClickError, match="object 1 is locked; unlock it"):
        session.paint([11], object=1)
    with pytest.raises(ClickError, match="object 1 is locked; unlock it"):
        session.choose(Click(11, object=1), 0)
    session.erase(range(12))
    assert ((session.masks.object == 1) == kept).all()
    assert not session.masks.object[~kept].any()


def test_a_bool_mask_paints_the_points_it_marks() -> None:
    session = line_session()
    mask = np.zeros(12, bool)
    mask[[3, 7]] = True
    session.click(point=0, object=1)
    assert np.flatnonzero(session.paint(mask, object=2).object == 2).tolist() == [3, 7]
    assert np.flatnonzero(session.erase(mask.tolist()).object == 0).tolist() == [3, 7]


def test_whole_floats_and_no_points_can_be_painted() -> None:
    session = line_session()
    assert np.flatnonzero(session.paint([4.0, 2.0, 4.0], object=2).object).tolist() == [2, 4]
    assert np.flatnonzero(session.erase([]).object).tolist() == [2, 4]


@pytest.mark.parametrize(
    "points",
    [
        [1.5],
        [float("nan")],
        [float("inf")],
        [1e300],
        [-1],
        [2**64 - 1],
        "3",
        ["3"],
        [[1, 2], [3]],
        [[1, 2], [3, 4]],
        [True, False],
        np.ones(13, bool),
        np.ones((12, 1), bool),
        [1 + 2j],
        [None],
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_what_is_no_list_of_points_is_refused(points: Any) -> None:
    session = line_session()
    for wrong in (lambda: session.paint(points, object=1), lambda: session.erase(points)):
        with pytest.raises(ClickError, match=r"^[^\n]*\.$"):
            wrong()
    assert not session.operations


def test_paint_leaves_points_without_a_position() -> None:
    scene = Scene([[0.0, 0, 0], [np.nan, 0, 0], [1, 0, 0]])
    session = Session(NearestSegmenter().encode(scene))
    assert session.paint(np.ones(3, bool), object=1).object.tolist() == [1, 0, 1]


@pytest.mark.parametrize("wrong", [-1, 2**31, 1.5, "1", True, None])
@pytest.mark.parametrize(
    "make",
    [
        lambda v: Rename(v, None, "x"),
        lambda v: Lock(v),
        lambda v: Merge(v, 2),
        lambda v: Merge(2, v),
        lambda v: Delete(v),
        lambda v: Choose(Click(0), v),
        lambda v: Paint((1,), v),
        lambda v: Paint((1,), 1, v),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_an_operation_on_no_id_is_refused_when_made(
    make: Callable[[Any], Operation], wrong: Any
) -> None:
    with pytest.raises(ClickError, match=r"; give a whole number from 0\.$"):
        make(wrong)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Rename(1, -1, "x"),
        lambda: Rename(1, None, 5),  # pyright: ignore[reportArgumentType]: what is refused
        lambda: Delete(1, -1),
        lambda: Lock(1, "yes"),  # pyright: ignore[reportArgumentType]: what is refused
        lambda: Choose(3, 0),  # pyright: ignore[reportArgumentType]: what is refused
        lambda: Paint((3, 1), 1),
        lambda: Paint((-1, 1), 1),
        lambda: Paint((1.5,), 1),  # pyright: ignore[reportArgumentType]: what is refused
        lambda: line_session().rename(-1, "x"),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_an_operation_that_could_not_be_read_again_is_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(ClickError, match=r"^[^\n]*\.$"):
        make()


def test_a_later_click_wins_over_paint_at_its_point() -> None:
    session = line_session()
    session.click(point=0, object=1)
    session.paint([4, 5], object=2, part=1)
    masks = session.click(position=[4.1, 0.0, 0.0], object=3, part=2)
    assert (masks.object[4], masks.part[4]) == (3, 2)
    assert (masks.object[5], masks.part[5]) == (2, 1)
    session.choose(Click(4, object=5), 0)
    assert session.click(point=4, object=0).object[4] == 0
    assert session.click(point=11, object=1).object[4] == 0
    assert session.paint([4], object=2).object[4] == 2


def test_a_click_on_paint_of_a_locked_object_leaves_it() -> None:
    session = line_session()
    session.paint([4, 5], object=2)
    session.lock(2)
    assert session.click(point=4, object=1).object[[4, 5]].tolist() == [2, 2]


def test_after_a_merge_a_click_as_the_other_object_counts_for_the_first() -> None:
    session = line_session()
    session.click(point=0, object=1, part=1)
    session.click(point=11, object=2, part=1)
    session.paint([6], object=2, part=1)
    session.rename(2, "door", part=1)
    session.merge(1, 2)
    masks = session.click(point=6, object=2, part=1)
    assert set(masks.object.tolist()) == {1}
    assert masks.part[[6, 11]].tolist() == [2, 2]
    session.click(point=3, object=1, part=5)
    assert session.masks.part[11] == 2  # what "1.2" is the name of
    assert dict(session.names) == {"1.2": "door"}


def test_a_part_beyond_the_largest_id_is_refused_after_a_merge() -> None:
    session = line_session()
    session.click(point=0, object=1, part=1)
    session.click(point=11, object=2, part=1)
    session.paint([6], object=3)
    session.merge(1, 2)
    with pytest.raises(ClickError, match=r"^[^\n]*\.$"):
        session.click(point=6, object=2, part=2**31 - 1)


class Counting:
    """Segmenter that labels the clicked points and knows which of its answers are still held."""

    name = "counting"
    scene = LINE

    def __init__(self) -> None:
        self.answers: list[weakref.ref[Masks]] = []

    def segment(self, clicks: Sequence[Click]) -> Masks:
        masks = Masks.empty(12)
        objects = masks.object.copy()
        for click in clicks:
            objects[click.point] = click.object
        masks = Masks.of(objects)
        self.answers.append(weakref.ref(masks))
        return masks

    def candidates(self, click: Click) -> list[Candidate]:  # noqa: ARG002 (the protocol's)
        return []

    def suggest(self, clicks: Sequence[Click]) -> list[Suggestion]:  # noqa: ARG002
        return []

    def n_held(self) -> int:
        return sum(answer() is not None for answer in self.answers)


@pytest.mark.parametrize("locked", [False, True])
def test_masks_of_a_long_session_are_let_go_and_come_back_on_undo(locked: bool) -> None:
    encoded = Counting()
    session = Session(encoded)
    history = []
    for i in range(40):
        if i == 20 and locked:
            session.lock(1)
            history.append(session.masks.object.tolist())
        session.click(point=i * 5 % 12, object=i % 3 + 1)
        history.append(session.masks.object.tolist())
        assert encoded.n_held() <= 8
    n_asked = len(encoded.answers)
    while history:
        assert session.masks.object.tolist() == history.pop()
        session.undo()
        assert encoded.n_held() <= 8
    assert not session.masks.object.any()
    assert len(encoded.answers) - n_asked <= 60  # locks ask for the same again at times


def test_of_clicks_in_a_row_only_the_last_is_answered() -> None:
    encoded, one_by_one = Counting(), Session(Counting())
    clicks = [Click(i, i % 3) for i in range(9)]
    for click in clicks:
        one_by_one.click(click)
    session = Session(encoded, [*clicks, Rename(1, None, "a"), *clicks])
    assert len(encoded.answers) == 2
    assert session.extend(clicks).object.tolist() == one_by_one.masks.object.tolist()
    assert len(encoded.answers) == 3


def test_of_several_operations_all_are_done_or_none() -> None:
    session = line_session()
    session.click(point=0)
    session.undo()
    with pytest.raises(ClickError):
        session.extend([Click(3), Click(4), Lock(7)])
    assert session.operations == ()
    assert not session.masks.object.any()
    assert session.redo()


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


def test_suggestions_are_of_what_stands_and_not_in_locked_objects() -> None:
    scene = Scene([[x / 10, y / 10, 0.0] for x in range(40) for y in range(8)])
    encoded = NearestSegmenter().encode(scene)
    session = Session(encoded)
    assert session.suggest() == []
    session.click(point=0, object=1)
    session.click(point=len(scene) - 1, object=2)
    places = session.suggest()
    assert places == encoded.suggest(session.clicks)
    objects = {int(session.masks.object[place.point]) for place in places}
    assert objects == {1, 2}
    session.lock(1)
    assert {int(session.masks.object[place.point]) for place in session.suggest()} == {2}
    session.lock(1, locked=False)
    session.delete(2)
    assert session.suggest() == encoded.suggest(session.clicks[:1])


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
        with suppress(ClickError):  # locked
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
        assert same(self.session.masks, self.history[-1])

    @rule(n=st.integers(9, 40))
    def undo_far(self, n: int) -> None:
        for _ in range(min(n, len(self.history) - 1)):
            self.undo()

    @invariant()
    def replaying_the_list_gives_the_same_bytes(self) -> None:
        again = Session(self.encoded, self.session.operations)
        assert same(again.masks, self.session.masks)
        assert again.locked == self.session.locked
        assert dict(again.names) == dict(self.session.names)


TestSessionMachine = SessionMachine.TestCase
TestSessionMachine.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
