import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d import Click, NearestSegmenter, Scene
from pinpoint3d.errors import ClickError, FileFormatError, PinpointError
from pinpoint3d.evaluate.study.log import (
    Action,
    Answers,
    TrialWriter,
    read_answers,
    read_trial,
    replayed,
    write_answers,
)
from pinpoint3d.evaluate.study.plan import Task, View

LAWS = settings(max_examples=60, deadline=None)
HEADER = {"participant": "p01", "number": 2, "task": "room-1", "tool": "graph"}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def writer(path: Path, clock: Clock) -> TrialWriter:
    return TrialWriter(path, participant="p01", number=2, task="room-1", tool="graph", clock=clock)


def write_example(path: Path) -> None:
    clock = Clock()
    with writer(path, clock) as log:
        clock.now += 2.5
        log.do(Click(5, 1, 2), iou=0.4)
        clock.now += 1
        log.view(View((0.0, 0.0, 1.0), 30.0, 20.0, 2.0))
        log.undo(iou=0.0)
        log.redo(iou=0.4)
        clock.now += 2
        log.do({"op": "paint", "runs": [[3, 4]], "object": 1, "part": 2}, iou=0.9)
        log.do(Click(position=(0.0, 1.0, 2.0), object=0, granularity=0.25))
        clock.now += 1
        log.end("done")


EXAMPLE = (
    Action("do", 2.5, Click(5, 1, 2), 0.4),
    Action("undo", 3.5, None, 0.0),
    Action("redo", 3.5, None, 0.4),
    Action("do", 5.5, "paint", 0.9),
    Action("do", 5.5, Click(position=(0.0, 1.0, 2.0), object=0, granularity=0.25), None),
)


def test_a_trial_comes_back_as_it_was_worked(tmp_path: Path) -> None:
    write_example(tmp_path / "log.jsonl")
    trial = read_trial(tmp_path / "log.jsonl")
    assert trial.actions == EXAMPLE
    assert {key: getattr(trial, key) for key in HEADER} == HEADER
    assert (trial.n_views, trial.seconds, trial.reason) == (1, 6.5, "done")
    assert not trial.has_ious


def test_a_log_cut_at_any_byte_loses_at_most_the_line_that_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    write_example(path)
    whole = path.read_bytes()
    first = whole.index(b"\n")
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        if length < first:
            with pytest.raises(FileFormatError):
                read_trial(path)
            continue
        trial = read_trial(path)
        # the last brace may be there without its line end
        lines = [json.loads(line) for line in (whole[:length] + b"\n").split(b"\n")[1:]
                 if line.endswith(b"}") and _is_json(line)]  # fmt: skip
        acts = [line for line in lines if line["event"] in ("do", "undo", "redo")]
        assert trial.actions == EXAMPLE[: len(acts)]
        assert whole[:length].count(b"\n") - 1 <= len(lines)
        assert (trial.reason == "done") == (length >= len(whole) - 1)


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("tail", [b"\x00" * 40, b'{"event": "do"\xff\n', b"[1]\n", b"[" * 5000])
def test_a_damaged_last_line_is_left_out(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "log.jsonl"
    clock = Clock()
    with writer(path, clock) as log:
        log.do(Click(5), iou=0.5)
    path.write_bytes(path.read_bytes() + tail)
    assert len(read_trial(path).actions) == 1


def test_damage_before_the_last_line_is_refused_and_located(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    write_example(path)
    lines = path.read_bytes().split(b"\n")
    lines[2] = lines[2][:-4]
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(FileFormatError, match=r"log\.jsonl: line 3"):
        read_trial(path)


@LAWS
@given(st.data())
def test_whatever_bytes_a_log_has_only_a_sentence_comes_out(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("logs") / "log.jsonl"
    write_example(path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        read_trial(path)
    except PinpointError as error:
        assert "\n" not in str(error)  # noqa: PT017  it need not raise


def refused(path: Path, *lines: Mapping[str, Any]) -> str:
    """The sentence that refuses a log of a good start, these lines, and an end."""
    path.unlink(missing_ok=True)
    write_example(path)
    start = path.read_bytes().split(b"\n")[0].decode()
    end = {"event": "end", "seconds": 99, "reason": "done"}
    path.write_text("\n".join([start, *map(json.dumps, lines), json.dumps(end)]) + "\n")
    with pytest.raises(FileFormatError) as caught:
        read_trial(path)
    return str(caught.value)


def test_logs_that_can_not_have_happened_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    click = {"op": "click", "point": 3, "object": 1, "part": 0}
    do = {"event": "do", "seconds": 2, "operation": click}
    assert "line 2: takes back what was never done" in refused(
        path, {"event": "undo", "seconds": 1}
    )
    assert "was not taken back" in refused(path, do, {"event": "redo", "seconds": 3})
    assert "line 3: is of 1.0 s" in refused(path, do, do | {"seconds": 1})
    assert "IoU of 1.5" in refused(path, do | {"iou": 1.5})
    assert "'jump'" in refused(path, do | {"event": "jump"})
    assert "'fly'" in refused(path, do | {"operation": {"op": "fly"}})
    assert "no click" in refused(path, do | {"operation": click | {"object": 0, "part": 2}})
    assert "follows the end" in refused(path, {"event": "end", "seconds": 1, "reason": "time"})
    assert "'bored'" in refused(path, {"event": "end", "seconds": 1, "reason": "bored"})


def test_a_newer_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    write_example(path)
    path.write_bytes(path.read_bytes().replace(b'"version":[1,0]', b'"version":[2,0]'))
    with pytest.raises(FileFormatError, match=r"newer than this program"):
        read_trial(path)


@pytest.mark.parametrize("tail", [b"", b'{"event":"do","sec'])
def test_after_a_crash_a_trial_goes_on_and_its_clock_stood_still(
    tmp_path: Path, tail: bytes
) -> None:
    path = tmp_path / "log.jsonl"
    clock = Clock()
    with writer(path, clock) as log:
        clock.now += 4
        log.do(Click(5), iou=0.5)
    path.write_bytes(path.read_bytes() + tail)
    later = Clock()
    later.now = 7.0  # another boot, another beginning
    with writer(path, later) as log:
        later.now += 3
        log.undo(iou=0.0)
        log.end("given up")
    trial = read_trial(path)
    assert [action.seconds for action in trial.actions] == [4.0, 7.0]
    assert trial.reason == "given up"


def test_a_log_whose_last_line_end_is_missing_goes_on_in_a_new_line(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with writer(path, Clock()) as log:
        log.do(Click(5), iou=0.5)
    path.write_bytes(path.read_bytes()[:-1])
    with writer(path, Clock()) as log:
        log.end("done")
    assert len(read_trial(path).actions) == 1


def test_a_trial_whose_start_was_lost_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"event":"sta')
    with writer(path, Clock()) as log:
        log.end("done")
    assert read_trial(path).reason == "done"


def test_logs_of_other_trials_and_of_ended_ones_are_never_written_to(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    write_example(path)
    before = path.read_bytes()
    with pytest.raises(FileFormatError, match="has ended"):
        writer(path, Clock())
    with pytest.raises(FileFormatError, match="another trial"):
        TrialWriter(path, participant="p02", number=2, task="room-1", tool="graph")
    assert path.read_bytes() == before


def test_answers_come_back_and_a_later_answer_counts(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    first = Answers("graph", "workload", {"mental": 10})
    other = Answers("nearest", "workload", {"mental": 20})
    again = Answers("graph", "workload", {"mental": 30})
    for answers in (first, other, again):
        write_answers(path, answers)
    path.write_bytes(path.read_bytes() + b'{"tool": "gr')
    assert read_answers(path) == [again, other]
    write_answers(path, first)
    assert read_answers(path) == [first, other]


TASK = Task(
    "boxes", "two.ply", "0" * 64, 1, "red box", (), 60.0, 10, View((0.0, 0.0, 0.0), 0.0, 0.0, 1.0)
)


def test_replayed_clicks_give_the_ious_that_the_segmenter_has(
    two_boxes: Scene, tmp_path: Path
) -> None:
    encoded = NearestSegmenter().encode(two_boxes)
    truth = two_boxes.labels
    assert truth is not None
    red, floor = (int((truth.object == k).nonzero()[0][0]) for k in (1, 0))
    clicks = [Click(red, 1), Click(floor, 0)]
    path = tmp_path / "log.jsonl"
    with writer(path, Clock()) as log:
        log.do(clicks[0])
        log.do({"op": "rename", "object": 1, "part": None, "name": "box"})
        log.do(clicks[1])
        log.undo()
        log.redo()
    trial = replayed(read_trial(path), TASK, encoded)
    one, two = (TASK.iou(encoded.segment(clicks[:n]), truth) for n in (1, 2))
    assert one != two
    assert [action.iou for action in trial.actions] == [one, one, two, one, two]


def test_what_clicks_alone_do_not_give_is_not_replayed(two_boxes: Scene, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    write_example(path)
    with pytest.raises(ClickError, match=r"p01, trial 2: .*'paint'"):
        replayed(read_trial(path), TASK, NearestSegmenter().encode(two_boxes))
