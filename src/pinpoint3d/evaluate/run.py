"""Runs: the click loop over all questions of a suite, for one segmenter.

`run_suite` makes a run, or what is missing of it, in a folder: a record a question, `run.json` with
what was run and where, and the rows. Scenes are shared out among processes, and what comes out does
not depend on how many. A question whose segmenter raises, takes too long, returns nonsense or loses
a clicked part has failed: it counts as zero, and says why. `read_run` reads a run again.
"""

import hashlib
import json
import os
import platform
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool

from pinpoint3d._version import __version__
from pinpoint3d.errors import FileAccessError, FileFormatError
from pinpoint3d.evaluate.questions import Question, child_rng
from pinpoint3d.evaluate.records import (
    DIGITS,
    Record,
    Seconds,
    read_record,
    write_record,
    write_rows,
)
from pinpoint3d.evaluate.suites import Suite
from pinpoint3d.files.clicks import read_json
from pinpoint3d.files.storage import write_atomically
from pinpoint3d.graph.neighbours import median_spacing
from pinpoint3d.metrics import border_band, boundary_iou, mask_iou, precision_recall, target_mask
from pinpoint3d.segmenter import EncodedScene, Segmenter
from pinpoint3d.simulate import Clicker, NoisyClicker, SceneIndex
from pinpoint3d.synth.executors import run_jobs
from pinpoint3d.types import Click, Masks, Scene

SCHEMA = "pinpoint3d.run"
VERSION = (1, 0)
RUN_FILE = "run.json"
RECORDS = "entries"
ROWS = "rows.csv"
ROUNDS = (1, 2, 3, 5, 10)
"""Rounds of one click a target that are reported."""
TIMEOUT_S = 300.0  # for one answer or one encoding: a hundred times what any engine here needs
_MESSAGE = 200  # characters of an engine's own words that a failure quotes


@dataclass(frozen=True)
class ClickProtocol:
    """How questions are asked.

    Attributes
    ----------
    user
        "exact" clicks the middle of the largest error, "noisy" as `NoisyClicker` does.
    compat
        Count errors as the evaluators of AGILE3D and PinPoint3D do; see `Clicker`.
    seed
        Of the noisy user.
    clicks_a_target
        Budget, in rounds of one click for every target.
    timeout_s
        Seconds after which an answer or an encoding has failed.
    """

    user: Literal["exact", "noisy"] = "exact"
    compat: bool = False
    seed: int = 0
    clicks_a_target: int = 10
    timeout_s: float = TIMEOUT_S


@runtime_checkable
class _User(Protocol):
    """Who clicks."""

    def first_clicks(self) -> list[Click]: ...

    def next_click(self, masks: Masks) -> Click | None: ...


@dataclass(frozen=True)
class Run:
    """A run as it lies in a folder.

    Attributes
    ----------
    folder
        Where.
    about
        What `run.json` says: suite, segmenter, protocol, commit, machine.
    records
        One a question, in the order of the suite.
    """

    folder: Path
    about: dict[str, Any]
    records: list[Record]

    @property
    def segmenter(self) -> str:
        """Name of the segmenter that ran."""
        return str(self.about["segmenter"])

    @property
    def clicks_a_target(self) -> int:
        """The budget."""
        return int(self.about["protocol"]["clicks_a_target"])

    @property
    def suite(self) -> str:
        """Name and version of the suite, and the setting."""
        known = self.about["suite"]
        return f"{known['name']} ({known['version']}), {known['setting']}"

    @property
    def failures(self) -> list[Record]:
        """The questions that failed."""
        return [record for record in self.records if record.failure is not None]


def run_suite(
    suite: Suite,
    make_segmenter: Callable[[], Segmenter],
    folder: Path,
    protocol: ClickProtocol,
    *,
    workers: int = 1,
    done: Callable[[int], None] = lambda _: None,
) -> Run:
    """Ask a segmenter all questions of a suite, or those that the folder lacks.

    Parameters
    ----------
    suite, protocol
        What is asked, and how.
    make_segmenter
        Makes the segmenter, in whichever process; with several workers it must be picklable.
    folder
        Where the run is written, and resumed from.
    workers
        Processes.
    done
        Called with the number of questions answered, scene by scene.

    Raises
    ------
    FileAccessError
        If the folder holds another run, or cannot be written.
    PinpointError
        Whatever keeps the segmenter from being made, or a scene from being read.
    """
    segmenter = make_segmenter()  # what cannot be made is refused before the work
    about = _about(suite, segmenter.name, protocol)
    try:
        (folder / RECORDS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileAccessError(f"{folder}: cannot be made a folder ({error.strerror}).") from None
    _check_same(folder, about)
    _write_about(folder, about, [])
    start = perf_counter()
    jobs = list(_jobs(suite, folder))
    for job in jobs:
        done(len(job.known))
    work = _Work(suite, make_segmenter, folder, protocol, tuple(jobs))
    left = [i for i, job in enumerate(jobs) if job.missing]
    executor = "local" if workers == 1 else "processes"
    for number, _ in run_jobs(work, left, executor, workers):
        done(len(jobs[number].missing))
    records = [read_record(_record_path(folder, i)) for i in range(len(suite.questions))]
    write_rows(records, folder / ROWS)
    about = about | {"workers": workers, "seconds": round(perf_counter() - start, 1)}
    _write_about(folder, about, records)
    return Run(folder, about, records)


def read_run(folder: Path) -> Run:
    """A finished run.

    Raises
    ------
    FileAccessError
        If a file of it cannot be read.
    FileFormatError
        If the folder holds no finished run, or a damaged one.
    """
    about = read_json(folder / RUN_FILE)
    if not isinstance(about, dict) or about.get("schema") != SCHEMA:
        raise FileFormatError(f"{folder}: holds no run of pinpoint3d.")
    try:
        n = int(about["suite"]["questions"])
        segmenter, clicks = about["segmenter"], about["protocol"]["clicks_a_target"]
        sound = isinstance(segmenter, str) and isinstance(clicks, int) and clicks > 0
        finished = "seconds" in about
    except (KeyError, TypeError, ValueError) as error:
        raise FileFormatError(f"{folder}: its {RUN_FILE} is damaged ({error}).") from None
    if not sound or not finished:
        raise FileFormatError(f"{folder}: its run was broken off; run it again to go on.")
    return Run(folder, about, [read_record(_record_path(folder, i)) for i in range(n)])


def without_truth(scene: Scene) -> Scene:
    """What a segmenter is shown of a scene: points and colours, nothing that may tell labels."""
    return Scene(scene.xyz, scene.rgb, name=scene.name, origin=scene.origin, up=scene.up)


class AskedScene:
    """A scene about which questions are asked, and what they share.

    Parameters
    ----------
    scene
        The scene.
    unlabelled
        Points of which nobody knows what is right.
    encoded, encode_s
        What the segmenter made of it, and how long that took.
    """

    def __init__(
        self,
        scene: Scene,
        unlabelled: Bool[np.ndarray, " points"],
        encoded: EncodedScene,
        encode_s: float = 0.0,
    ) -> None:
        self.scene = scene
        self.unlabelled = unlabelled
        self.encoded = encoded
        self.encode_s = encode_s
        self.index = SceneIndex(scene)
        self.band = border_band(median_spacing(scene.xyz[scene.valid]))


def answer(asked: AskedScene, question: Question, truth: Masks, protocol: ClickProtocol) -> Record:
    """The record of one question: the click loop, to IoU 1 or to the end of the budget.

    Points without a position are never scored; nor are unlabelled ones, except in compat, where
    they are background.
    """
    n, scene = len(question.targets), asked.scene
    unscored = ~scene.valid if protocol.compat else ~scene.valid | asked.unlabelled
    scored = np.flatnonzero(~unscored)
    xyz = scene.xyz[scored]
    compat, index = protocol.compat, asked.index
    clicker = Clicker(scene, truth, question.targets, compat=compat, index=index)
    user: _User = clicker
    if protocol.user == "noisy":
        user = NoisyClicker(clicker, child_rng(protocol.seed, question.name))
    true_masks = [target_mask(truth, target)[scored] for target in question.targets]
    record = _empty_record(question, scene, truth, asked.encode_s)
    clicks = user.first_clicks()
    try:
        while True:
            masks, seconds = _answer(asked.encoded, clicks, len(scene), protocol.timeout_s)
            record.seconds.answers.append(seconds)
            masks = _scored_alone(masks, truth, unscored, whole=question.whole)
            found = [target_mask(masks, target)[scored] for target in question.targets]
            _check_kept(question, clicks, found)
            pairs = list(zip(found, true_masks, strict=True))
            record.iou.append([round(mask_iou(*pair), DIGITS) for pair in pairs])
            measures = [precision_recall(*pair) for pair in pairs]
            record.precision.append([round(precision, DIGITS) for precision, _ in measures])
            record.recall.append([round(recall, DIGITS) for _, recall in measures])
            if len(clicks) % n == 0 and len(clicks) // n in ROUNDS:
                record.boundary_iou[str(len(clicks) // n)] = [
                    round(boundary_iou(*pair, xyz, band=asked.band), DIGITS) for pair in pairs
                ]
            further = None
            if len(clicks) < protocol.clicks_a_target * n:
                further = user.next_click(masks)
            if further is None:
                break
            clicks.append(further)
    except _FailedError as error:
        return _failed(record, clicks, str(error))
    record.clicks.extend(_plain(clicks))
    return record


class _FailedError(Exception):
    """Why a question counts as zero."""


class _LateError(Exception):
    """The time for a call is over."""


def _answer(
    encoded: EncodedScene, clicks: Sequence[Click], n_points: int, timeout_s: float
) -> tuple[Masks, float]:
    """Masks of the clicks, sound, and the seconds they took."""
    masks, seconds = _within(lambda: encoded.segment(list(clicks)), timeout_s, "answering")
    if not isinstance(masks, Masks):
        raise _FailedError(f"the segmenter gave {type(masks).__name__} in place of masks.")
    if len(masks) != n_points:
        raise _FailedError(
            f"the segmenter gave masks of {len(masks):,} points for a scene of {n_points:,}."
        )
    if not np.isfinite(masks.confidence).all():
        raise _FailedError("the segmenter gave a confidence that is no number.")
    return masks, seconds


def _within(call: Callable[[], Any], timeout_s: float, doing: str) -> tuple[Any, float]:
    """What a call into a segmenter gives, and its seconds; any trouble is a failure."""
    start = perf_counter()
    try:
        with _alarm(timeout_s):
            given = call()
    except _LateError:
        raise _FailedError(f"{doing} took longer than {timeout_s:g} s.") from None
    except Exception as error:  # noqa: BLE001  whatever an engine raises is its failure, listed
        words = " ".join(str(error).split())[:_MESSAGE]
        raise _FailedError(f"{doing} raised {type(error).__name__}: {words}") from None
    seconds = perf_counter() - start
    if seconds > timeout_s:  # where no alarm could be set, or compiled code did not hear it
        raise _FailedError(f"{doing} took longer than {timeout_s:g} s.")
    return given, round(seconds, 4)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise `_LateError` here after so long; only the main thread of a Unix process has alarms."""
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _LateError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _scored_alone(
    masks: Masks, truth: Masks, unscored: Bool[np.ndarray, " points"], *, whole: bool
) -> Masks:
    """Masks that are right where nothing is scored; with parts merged if objects are asked for."""
    parts = np.zeros_like(masks.part) if whole else masks.part
    return Masks.of(
        np.where(unscored, truth.object, masks.object), np.where(unscored, truth.part, parts)
    )


def _check_kept(
    question: Question, clicks: Sequence[Click], found: Sequence[Bool[np.ndarray, " points"]]
) -> None:
    """Refuse an answer in which a target has no point though a click that stands asks for it."""
    label_of_row = {click.point: (int(click.object), int(click.part)) for click in clicks}
    standing = set(label_of_row.values())
    for target, mask in zip(question.targets, found, strict=True):
        if target in standing and not mask.any():
            what = f"object {target[0]}" + ("" if question.whole else f", part {target[1]}")
            raise _FailedError(f"{what} vanished though it was clicked.")


def _empty_record(question: Question, scene: Scene, truth: Masks, encode_s: float) -> Record:
    sizes = [int(np.count_nonzero(target_mask(truth, t))) for t in question.targets]
    of_objects = [int(np.count_nonzero(truth.object == k)) for k, _ in question.targets]
    seconds = Seconds(encode_s, [])
    return Record(question, len(scene), sizes, of_objects, [], [], [], [], {}, None, seconds)


def _failed(record: Record, clicks: Sequence[Click], why: str) -> Record:
    """A record without measures, of the clicks up to the failure."""
    empty = ([], [], [], {})
    return Record(
        record.question,
        record.scene_points,
        record.target_points,
        record.object_points,
        _plain(clicks),
        *empty,
        why,
        record.seconds,
    )


def _plain(clicks: Sequence[Click]) -> list[tuple[int, int, int]]:
    return [(int(c.point or 0), int(c.object), int(c.part)) for c in clicks]


@dataclass(frozen=True)
class _Job:
    """The questions of one scene by their place in the suite: answered ones, and others."""

    scene: str
    known: tuple[int, ...]
    missing: tuple[int, ...]


def _jobs(suite: Suite, folder: Path) -> Iterator[_Job]:
    places: dict[str, list[int]] = {}
    for i, question in enumerate(suite.questions):
        places.setdefault(question.scene, []).append(i)
    for scene, own in places.items():
        known = tuple(i for i in own if _is_answered(_record_path(folder, i), suite.questions[i]))
        yield _Job(scene, known, tuple(i for i in own if i not in known))


def _is_answered(path: Path, question: Question) -> bool:
    """Whether there is a sound record of a question; a damaged one is made again."""
    try:
        return path.exists() and read_record(path).question == question
    except FileFormatError:
        return False


@dataclass(frozen=True)
class _Work:
    """Answers the questions of a scene by its number, in whichever process it is called."""

    suite: Suite
    make_segmenter: Callable[[], Segmenter]
    folder: Path
    protocol: ClickProtocol
    jobs: tuple[_Job, ...]

    def __call__(self, number: int) -> None:
        job, limit = self.jobs[number], self.protocol.timeout_s
        scene = self.suite.scenes.scene(job.scene)
        unlabelled = self.suite.scenes.unlabelled(job.scene)
        segmenter = self.make_segmenter()
        asked, why = None, ""
        try:
            encoded, encode_s = _within(
                lambda: segmenter.encode(without_truth(scene)), limit, "encoding"
            )
            asked = AskedScene(scene, unlabelled, encoded, encode_s)
        except _FailedError as error:
            why = str(error)
        for i in job.missing:
            question = self.suite.questions[i]
            truth = self.suite.truth(question)
            if asked is None:
                record = _failed(_empty_record(question, scene, truth, 0.0), [], why)
            else:
                record = answer(asked, question, truth, self.protocol)
            write_record(record, _record_path(self.folder, i))


def _record_path(folder: Path, place: int) -> Path:
    return folder / RECORDS / f"{place:05d}.json"


def _about(suite: Suite, segmenter: str, protocol: ClickProtocol) -> dict[str, Any]:
    """What decides a run's figures, and where it was made."""
    return {
        "schema": SCHEMA,
        "version": list(VERSION),
        "suite": {
            "name": suite.name,
            "version": suite.version,
            "setting": suite.setting,
            "questions": len(suite.questions),
        },
        "segmenter": segmenter,
        "protocol": asdict(protocol),
        "app": f"pinpoint3d {__version__}",
        "commit": _commit(),
        "code": _code(),
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
    }


_DECIDES = ("suite", "segmenter", "protocol", "code")


@cache
def _code() -> str:
    """Hash of the package's source: a commit does not tell what was changed since."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _check_same(folder: Path, about: dict[str, Any]) -> None:
    """Refuse to go on with a run of something else."""
    if not (folder / RUN_FILE).exists():
        return
    there: Any = read_json(folder / RUN_FILE)
    if not isinstance(there, dict) or there.get("schema") != SCHEMA:
        raise FileFormatError(f"{folder / RUN_FILE}: is no run of pinpoint3d; use a new folder.")
    for key in _DECIDES:
        if there.get(key) != about[key]:
            other = "other code" if key == "code" else f"another {key}"
            raise FileAccessError(f"{folder}: holds a run of {other}; use a new folder.")


def _write_about(folder: Path, about: dict[str, Any], records: Sequence[Record]) -> None:
    failures = [
        {"entry": record.question.name, "why": record.failure}
        for record in records
        if record.failure is not None
    ]
    text = json.dumps(about | {"failures": failures}, indent=1)
    write_atomically(folder / RUN_FILE, [text.encode() + b"\n"])


def _commit() -> str | None:
    """Commit of the checkout that the package lies in, or None where it is installed."""
    here = Path(__file__)
    git = ["git", "-C", str(here.parent)]
    try:
        known = subprocess.run([*git, "ls-files", here.name], capture_output=True, check=True)
        if not known.stdout.strip():
            return None
        head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return head.stdout.decode().strip()
