"""What a person did on one task, as lines of JSON that are on disk as soon as they are done.

`TrialWriter` is for whatever lets people work (the studio, for one), `read_trial` for the analysis.
A crash loses at most the line it interrupts, and `TrialWriter` goes on behind the others.
`docs/user-study.md` has the form.
"""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal

from pinpoint3d.errors import ClickError, FileAccessError, FileFormatError
from pinpoint3d.evaluate.study.plan import MAX_PARTICIPANTS, Task, View, view_of
from pinpoint3d.evaluate.study.stated import Stated
from pinpoint3d.files.clicks import check_version, click_as_dict
from pinpoint3d.files.storage import read_bytes
from pinpoint3d.segmenter import EncodedScene
from pinpoint3d.types import MAX_ID, Click

SCHEMA = "pinpoint3d.study.trial"
VERSION = (1, 0)
MAX_BYTES = 64 << 20  # of a log: an hour of work at ten lines a second has 10 MB
MAX_SECONDS = 1e6  # of a trial: eleven days

Reason = Literal["done", "time", "clicks", "given up"]
REASONS: tuple[Reason, ...] = ("done", "time", "clicks", "given up")
"""Why a trial ended: by the person's word, at a limit, or without success."""

_OPERATIONS = ("click", "choose", "paint", "lock", "rename", "merge", "delete")
_SILENT = ("lock", "rename")  # these change no mask by themselves


@dataclass(frozen=True)
class Action:
    """Something that a person did to the masks.

    Attributes
    ----------
    kind
        "do", "undo" or "redo".
    seconds
        Since the trial began.
    operation
        What "do" did: a click, or the name of another operation of a session.
    iou
        Of the masks after it, with the truth; None where the client did not know.
    """

    kind: Literal["do", "undo", "redo"]
    seconds: float
    operation: Click | str | None = None
    iou: float | None = None


@dataclass(frozen=True)
class Trial:
    """One task done by one participant with one tool.

    Attributes
    ----------
    participant, number, task, tool
        As planned.
    actions
        In their order.
    n_views
        How often the view was changed, coarsely.
    seconds
        When it ended, or when the last line was written.
    reason
        Why it ended; None for one that was interrupted.
    """

    participant: str
    number: int
    task: str
    tool: str
    actions: tuple[Action, ...]
    n_views: int
    seconds: float
    reason: Reason | None

    @property
    def has_ious(self) -> bool:
        """Whether the IoU after every action is known."""
        return all(action.iou is not None for action in self.actions)


@dataclass(frozen=True)
class Answers:
    """One participant's answers to one questionnaire about one tool, by the questions' keys."""

    tool: str
    questionnaire: str
    answers: Mapping[str, int]


def trial_path(folder: Path, participant: str, number: int) -> Path:
    """Where a study's folder has the log of a trial."""
    return folder / "logs" / f"{participant}-{number:02}.jsonl"


def answers_path(folder: Path, participant: str) -> Path:
    """Where a study's folder has a participant's answers."""
    return folder / "logs" / f"{participant}-answers.jsonl"


class TrialWriter:
    """The log of a trial, open for writing; a context manager.

    Every line is on disk when its method returns. Where the file is there, from before a crash, the
    trial goes on: its clock from the last line's time, for nobody could work in between.

    Parameters
    ----------
    path
        From `trial_path`.
    participant, number, task, tool
        As planned.
    clock
        Seconds that only ever grow.

    Raises
    ------
    FileFormatError
        If the file is there and is damaged, of another trial, or of one that has ended.
    FileAccessError
        If it cannot be written.
    """

    def __init__(
        self,
        path: Path,
        *,
        participant: str,
        number: int,
        task: str,
        tool: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        header = {"participant": participant, "number": number, "task": task, "tool": tool}
        begun = _whole_lines(read_bytes(path), path) if _holds_bytes(path) else []
        earlier = _trial(begun, path) if begun else None
        if earlier is not None and any(getattr(earlier, k) != v for k, v in header.items()):
            raise FileFormatError(f"{path.name}: is the log of another trial; move it away.")
        if earlier is not None and earlier.reason is not None:
            raise FileFormatError(f"{path.name}: is the log of a trial that has ended.")
        self._file = _opened_behind(begun, path)
        self._path = path
        self._clock = clock
        self._began = clock() - (0.0 if earlier is None else earlier.seconds)
        if earlier is None:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            start = {"schema": SCHEMA, "version": list(VERSION), **header, "at": now}
            self._write("start", start, seconds=0.0)
        else:
            self._write("resume", {}, seconds=earlier.seconds)

    def __enter__(self) -> "TrialWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def seconds(self) -> float:
        """Since the trial began."""
        return self._clock() - self._began

    def do(self, operation: Click | Mapping[str, Any], iou: float | None = None) -> None:
        """Note a click, or another operation in the form that saved sessions have."""
        if isinstance(operation, Click):
            operation = {"op": "click", **click_as_dict(operation)}
        self._act("do", iou, {"operation": dict(operation)})

    def undo(self, iou: float | None = None) -> None:
        """Note that the last operation was taken back."""
        self._act("undo", iou, {})

    def redo(self, iou: float | None = None) -> None:
        """Note that the operation undone last was done again."""
        self._act("redo", iou, {})

    def view(self, view: View) -> None:
        """Note where is looked from now; once a second is enough."""
        self._write("view", asdict(view))

    def end(self, reason: Reason) -> None:
        """Note why the trial is over."""
        self._write("end", {"reason": reason})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _act(self, event: str, iou: float | None, values: Mapping[str, Any]) -> None:
        self._write(event, values if iou is None else {**values, "iou": float(iou)})

    def _write(self, event: str, values: Mapping[str, Any], seconds: float | None = None) -> None:
        elapsed = self.seconds if seconds is None else seconds
        _append(self._file, {"event": event, "seconds": elapsed, **values}, self._path)


def read_trial(path: Path) -> Trial:
    """Trial of a log; a last line that is cut or damaged is left out.

    Raises
    ------
    FileFormatError
        If anything else is wrong with it; the message names the line.
    FileAccessError
        If it cannot be read.
    """
    return _trial(_whole_lines(read_bytes(path), path), path)


def write_answers(path: Path, answers: Answers) -> None:
    """Add answers to a participant's file, and have them on disk.

    Raises
    ------
    FileAccessError
        If it cannot be written.
    """
    lines = _whole_lines(read_bytes(path), path) if _holds_bytes(path) else []
    with _opened_behind(lines, path) as stream:
        _append(stream, asdict(answers), path)


def read_answers(path: Path) -> list[Answers]:
    """Answers of a participant's file, the last given to each questionnaire about each tool.

    Raises
    ------
    FileFormatError
        If it is damaged but for its last line.
    FileAccessError
        If it cannot be read.
    """
    latest: dict[tuple[str, str], Answers] = {}
    for line in _whole_lines(read_bytes(path), path):
        tool, name = line.value.of("tool").text(), line.value.of("questionnaire").text()
        given = line.value.of("answers")
        values = {key: given.of(key).whole(0, MAX_ID) for key in given.keys()}  # noqa: SIM118  no dict
        latest[tool, name] = Answers(tool, name, values)
    return list(latest.values())


def replayed(trial: Trial, task: Task, encoded: EncodedScene) -> Trial:
    """The trial with the IoU after each action that the segmenter's answers to its clicks have.

    Parameters
    ----------
    trial
        As logged.
    task
        What was to be made.
    encoded
        The task's scan, with its labels.

    Raises
    ------
    ClickError
        If a click does not fit the scan, or something else than clicks changed the masks.
    """
    truth = encoded.scene.labels
    assert truth is not None  # tasks are made of labelled scans alone
    done: list[Click | None] = []
    undone: list[Click | None] = []
    known: dict[tuple[Click, ...], float] = {}
    actions = []
    for action in trial.actions:
        match action.kind:
            case "do":
                done.append(_replayable(action.operation, trial))
                undone = []
            case "undo":
                undone.append(done.pop())
            case "redo":
                done.append(undone.pop())
        clicks = tuple(click for click in done if click is not None)
        if clicks not in known:
            known[clicks] = task.iou(encoded.segment(clicks), truth)
        actions.append(replace(action, iou=known[clicks]))
    return replace(trial, actions=tuple(actions))


@dataclass(frozen=True)
class _Line:
    """A whole line: its value, where it ends in the file, and whether no line end follows it."""

    value: Stated
    end: int
    is_open: bool


def _whole_lines(content: bytes, path: Path) -> list[_Line]:
    """Lines of a log, without a last one that is cut or damaged."""
    if len(content) > MAX_BYTES:
        raise FileFormatError(f"{path.name}: has {len(content):,} bytes, too many for a log.")
    lines: list[_Line] = []
    position = 0
    while position < len(content):
        stop = content.find(b"\n", position)
        end = len(content) if stop < 0 else stop + 1
        try:
            value = Stated.line(content[position:end], f"{path.name}: line {len(lines) + 1}")
            value.keys()
        except FileFormatError:
            if end == len(content):
                return lines
            raise
        lines.append(_Line(value, end, stop < 0))
        position = end
    return lines


def _trial(lines: list[_Line], path: Path) -> Trial:
    if not lines:
        raise FileFormatError(f"{path.name}: has no whole line; start the trial again.")
    start = lines[0].value
    if not start.has("schema") or start.of("schema").text() != SCHEMA:
        raise start.error("is no start of a trial")
    check_version(
        [number.whole(0, MAX_ID) for number in start.of("version").listed()], VERSION, path
    )
    start.of("event").one_of(["start"])
    actions: list[Action] = []
    n_views, n_done, n_undone, seconds = 0, 0, 0, 0.0
    reason: Reason | None = None
    for line in (each.value for each in lines[1:]):
        if reason is not None:
            raise line.error("follows the end of the trial")
        kind = line.of("event").one_of(["do", "undo", "redo", "view", "resume", "end"])
        before, seconds = seconds, line.of("seconds").number(MAX_SECONDS)
        if seconds < before:
            raise line.error(f"is of {seconds} s, before the line above it")
        match kind:
            case "do":
                actions.append(Action("do", seconds, _operation(line.of("operation")), _iou(line)))
                n_done, n_undone = n_done + 1, 0
            case "undo":
                if n_done == 0:
                    raise line.error("takes back what was never done")
                actions.append(Action("undo", seconds, None, _iou(line)))
                n_done, n_undone = n_done - 1, n_undone + 1
            case "redo":
                if n_undone == 0:
                    raise line.error("does again what was not taken back")
                actions.append(Action("redo", seconds, None, _iou(line)))
                n_done, n_undone = n_done + 1, n_undone - 1
            case "view":
                view_of(line)
                n_views += 1
            case "end":
                given = line.of("reason").one_of(REASONS)
                reason = next(known for known in REASONS if known == given)
            case _:  # a trial that goes on changes nothing
                pass
    return Trial(
        participant=start.of("participant").text(),
        number=start.of("number").whole(1, MAX_PARTICIPANTS),
        task=start.of("task").text(),
        tool=start.of("tool").text(),
        actions=tuple(actions),
        n_views=n_views,
        seconds=seconds,
        reason=reason,
    )


def _operation(entry: Stated) -> Click | str:
    """A click, or the name of another operation."""
    kind = entry.of("op").one_of(_OPERATIONS)
    if kind != "click":
        return kind
    try:
        return Click(
            point=entry.of("point").whole(0, MAX_ID) if entry.has("point") else None,
            object=entry.of("object").whole(0, MAX_ID),
            part=entry.of("part").whole(0, MAX_ID),
            position=entry.of("position").numbers(3) if entry.has("position") else None,
            granularity=entry.of("granularity").number() if entry.has("granularity") else None,
        )
    except ClickError as error:
        raise entry.error(f"holds no click ({str(error).rstrip('.')})") from None


def _iou(line: Stated) -> float | None:
    if not line.has("iou"):
        return None
    iou = line.of("iou").number()
    if not 0 <= iou <= 1:
        raise line.error(f"has an IoU of {iou}")
    return iou


def _replayable(operation: Click | str | None, trial: Trial) -> Click | None:
    """A click, or None for what changes no mask."""
    if isinstance(operation, Click) or operation in _SILENT:
        return operation if isinstance(operation, Click) else None
    raise ClickError(
        f"{trial.participant}, trial {trial.number}: masks were changed by {operation!r}, which "
        "clicks alone do not give again; take the recorded IoU."
    )


def _holds_bytes(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _opened_behind(lines: Sequence[_Line], path: Path) -> BinaryIO:
    """The file, open for writing behind its whole lines; what follows them is cut off."""
    try:
        stream = path.open("r+b" if path.exists() else "xb")
        stream.truncate(lines[-1].end if lines else 0)
        stream.seek(0, os.SEEK_END)
        if lines and lines[-1].is_open:
            stream.write(b"\n")
    except OSError as error:
        raise _unwritable(path, error) from None
    return stream


def _append(stream: BinaryIO, values: Mapping[str, Any], path: Path) -> None:
    """Write a line and have it on disk."""
    text = json.dumps(values, allow_nan=False, separators=(",", ":"))
    try:
        stream.write(text.encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> FileAccessError:
    return FileAccessError(
        f"{path}: cannot be written ({error.strerror or error}); check the folder and the space "
        "left."
    )
