"""The plan of a study: tasks, who does them in which order with which tool, and what is asked.

`tasks_of` makes tasks of a labelled scan and a click file that points at objects and parts;
`plan_study` assigns them; a plan is a folder with `study.json`, `participants/p01.json` and so on,
and an empty `logs`. `docs/user-study.md` has the form.
"""

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from pinpoint3d.errors import ClickError, FileAccessError, SceneError, SegmenterError
from pinpoint3d.evaluate.study.assignment import assign
from pinpoint3d.evaluate.study.questionnaires import QUESTIONNAIRES, Question, Questionnaire
from pinpoint3d.evaluate.study.stated import Stated
from pinpoint3d.files.clicks import ClickFile, check_version
from pinpoint3d.files.storage import write_atomically
from pinpoint3d.metrics import mask_iou, target_mask
from pinpoint3d.snap import snap_clicks
from pinpoint3d.types import MAX_ID, Masks, Scene

SCHEMA = "pinpoint3d.study"
PARTICIPANT_SCHEMA = "pinpoint3d.study.participant"
VERSION = (1, 0)
MAX_PARTICIPANTS = 10_000
MAX_SECONDS = 86_400.0
MAX_CLICKS = 100_000
MAX_DISTANCE = 1e6  # m
SECONDS = 180.0  # a task: clicks take 3 to 5 s each, and a chair with 8 parts some 20 of them
CLICKS_A_PART = 10  # as in the click protocol
CLICKS_AN_OBJECT = 20  # as in the click protocol
VIEW_RADII = 3.0  # from an object to the camera, so that all of it shows in a view of 40 degrees
LEAST_DISTANCE = 0.3  # m: nearer, the gaps between the points of a scan show

CONSENT = """\
You will be shown 3D scans and asked to mark objects and their parts by clicking, with one tool
after the other, and to answer some questions. What you do in the tool is recorded: clicks, views
and their times, under a number and not your name. Nothing else is recorded. Taking part is your
own choice; you may stop at any time without giving a reason, and have your records deleted until
they have been analysed. If you agree, go on; if not, close this window."""


@dataclass(frozen=True)
class View:
    """Where a task begins to look from.

    Attributes
    ----------
    target
        World position looked at, metres.
    azimuth_deg, elevation_deg
        Direction, as `pinpoint3d.picture.render` takes it.
    distance_m
        From the target to the camera.
    """

    target: tuple[float, float, float]
    azimuth_deg: float
    elevation_deg: float
    distance_m: float


@dataclass(frozen=True)
class Part:
    """A part to make: its id in the scan's labels, and what people call it."""

    id: int
    name: str


@dataclass(frozen=True)
class Task:
    """An object of a scan, the parts to make of it, and how long that may take.

    Attributes
    ----------
    name
        Unlike that of any other task of the study.
    scan, sha256
        The labelled file, relative to the study's folder, and the hash of its bytes.
    object, object_name
        The object to highlight: its id in the scan's labels, and what people call it.
    parts
        What to make; none for the object as a whole. Parts with the same name are one as good as
        the other: legs may be made in any order.
    seconds, clicks
        The task ends when either is used up.
    view
        Where it begins to look from.
    """

    name: str
    scan: str
    sha256: str
    object: int
    object_name: str
    parts: tuple[Part, ...]
    seconds: float
    clicks: int
    view: View

    def iou(self, predicted: Masks, truth: Masks) -> float:
        """Mean IoU over the parts, those of one name matched for the best mean; or of the whole."""
        if not self.parts:
            return mask_iou(predicted.object == self.object, truth.object == self.object)
        total = 0.0
        for name in {part.name for part in self.parts}:
            ids = [part.id for part in self.parts if part.name == name]
            made, right = (
                [target_mask(masks, (self.object, i)) for i in ids] for masks in (predicted, truth)
            )
            ious = np.array([[mask_iou(one, other) for other in right] for one in made])
            total += ious[linear_sum_assignment(ious, maximize=True)].sum()
        return total / len(self.parts)


@dataclass(frozen=True)
class PlannedTrial:
    """One task done by one participant with one tool; `number` counts from 1 in their order."""

    number: int
    task: str
    tool: str
    is_practice: bool


@dataclass(frozen=True)
class Participant:
    """Somebody, by a number that stands for the name, and what they do in which order."""

    name: str
    trials: tuple[PlannedTrial, ...]


@dataclass(frozen=True)
class Study:
    """A whole plan."""

    seed: int
    tools: tuple[str, ...]
    tasks: tuple[Task, ...]
    participants: tuple[Participant, ...]
    consent: str = CONSENT
    questionnaires: tuple[Questionnaire, ...] = QUESTIONNAIRES

    def task(self, name: str) -> Task:
        """The task of a name."""
        return next(task for task in self.tasks if task.name == name)


def tasks_of(
    scene: Scene,
    clicked: ClickFile,
    *,
    seconds: float = SECONDS,
    clicks: int | None = None,
) -> list[Task]:
    """One task for each object that a click file clicks, with the parts it clicks.

    The clicks say what to make: the object and part that the scan's own labels have at each. Their
    ids count only for the names, which are the click file's.

    Parameters
    ----------
    scene
        A scan with labels, from `pinpoint3d.load`.
    clicked
        Clicks and names.
    seconds, clicks
        Limits of each task; ten clicks a part, or twenty for a whole object, if not given.

    Raises
    ------
    SceneError
        If the scan has no labels, or is no file.
    ClickError
        If the clicks on an object lie on no or on several objects of the scan's labels.
    """
    truth, source = scene.labels, scene.source
    if truth is None or source is None:
        raise SceneError(f"{scene.name}: has no labels to compare people's with; label it first.")
    snapped = snap_clicks(scene, clicked.clicks)
    tasks = []
    for clicked_id in dict.fromkeys(snapped.objects[snapped.objects > 0].tolist()):
        of_object = snapped.objects == clicked_id
        objects = np.unique(truth.object[snapped.rows[of_object]]).tolist()
        if len(objects) != 1 or objects == [0]:
            raise ClickError(
                f"{scene.name}: clicks on object {clicked_id} lie on objects "
                f"{', '.join(map(str, objects))} of its labels; put them on one."
            )
        parts: dict[int, str] = {}
        named = np.flatnonzero(of_object & (snapped.parts > 0))
        for row, part in zip(snapped.rows[named], snapped.parts[named], strict=True):
            part_id = int(truth.part[row])
            name = clicked.names.get(f"{clicked_id}.{part}", f"part {part_id}")
            parts.setdefault(part_id, name)
        default_clicks = CLICKS_A_PART * len(parts) or CLICKS_AN_OBJECT
        tasks.append(
            Task(
                name=f"{source.path.stem}-{objects[0]}",
                scan=str(source.path),
                sha256=source.sha256,
                object=objects[0],
                object_name=clicked.names.get(str(clicked_id), f"object {objects[0]}"),
                parts=tuple(Part(part_id, name) for part_id, name in parts.items()),
                seconds=float(seconds),
                clicks=default_clicks if clicks is None else clicks,
                view=_view(scene, truth, objects[0]),
            )
        )
    return tasks


def plan_study(
    tasks: Sequence[Task],
    tools: Sequence[str],
    n_participants: int,
    *,
    seed: int,
    n_practice: int = 1,
) -> Study:
    """Study in which everybody does every task once and uses every tool, in balanced order.

    The first `n_practice` tasks are for practice: they come first with every tool, and do not
    count. `assignment.assign` says what is balanced.

    Raises
    ------
    SegmenterError
        If there is no tool, or one is named twice.
    ClickError
        If there are fewer tasks than tools, or two tasks have one name.
    """
    tool_names = Counter(tools)
    if not tools or max(tool_names.values()) > 1 or "" in tool_names:
        raise SegmenterError(f"the tools are {', '.join(tools) or 'none'}; name each once.")
    twice = [name for name, count in Counter(task.name for task in tasks).items() if count > 1]
    if twice:
        raise ClickError(
            f"two tasks are called {twice[0]!r}; give each scan once, under a name of its own."
        )
    counted = tasks[n_practice:]
    if len(counted) < len(tools):
        raise ClickError(
            f"{len(counted)} tasks and {n_practice} for practice are too few for {len(tools)} "
            "tools; click more objects."
        )
    practice = [(task.name, True) for task in tasks[:n_practice]]
    rng = np.random.default_rng(seed)
    participants = []
    n_digits = max(2, len(str(n_participants)))
    for number, blocks in enumerate(assign(n_participants, len(tools), len(counted), rng), 1):
        order = [
            (tools[block.tool], task, is_practice)
            for block in blocks
            for task, is_practice in [*practice, *((counted[i].name, False) for i in block.tasks)]
        ]
        trials = [
            PlannedTrial(i, task, tool, done) for i, (tool, task, done) in enumerate(order, 1)
        ]
        participants.append(Participant(f"p{number:0{n_digits}}", tuple(trials)))
    return Study(seed, tuple(tools), tuple(tasks), tuple(participants))


def write_study(study: Study, folder: Path) -> None:
    """Write the plan into a new folder: `study.json`, a file a participant, a place for logs.

    Raises
    ------
    FileAccessError
        If a study is there, or the folder cannot be made.
    """
    if (folder / "study.json").exists():
        raise FileAccessError(f"{folder}: holds a study; choose another folder.")
    try:
        for place in (folder / "participants", folder / "logs"):
            place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileAccessError(f"{folder}: cannot be made a folder ({error.strerror}).") from None
    for participant in study.participants:
        _write(
            folder / "participants" / f"{participant.name}.json",
            {"schema": PARTICIPANT_SCHEMA, "version": list(VERSION), **asdict(participant)},
        )
    tasks = [asdict(task) | {"scan": _relative(task.scan, folder)} for task in study.tasks]
    document = {"schema": SCHEMA, "version": list(VERSION), **asdict(study)} | {
        "tasks": tasks,
        "participants": [participant.name for participant in study.participants],
    }
    _write(folder / "study.json", document)  # last: a folder with it is whole


def read_study(folder: Path) -> Study:
    """Plan of a folder.

    Raises
    ------
    FileFormatError
        If a file of it is damaged, of a newer version, or speaks of tasks or tools not in it.
    FileAccessError
        If a file of it is missing.
    """
    path = folder / "study.json"
    document = _opened(path, SCHEMA)
    tasks = tuple(_task(entry) for entry in document.of("tasks").listed())
    tools = tuple(entry.text() for entry in document.of("tools").listed())
    known = {task.name for task in tasks}
    if len(known) < len(tasks) or len(set(tools)) < len(tools):
        raise document.error("names a task or a tool twice")
    names = [entry.text() for entry in document.of("participants").listed()]
    if len(set(names)) < len(names) or len(names) > MAX_PARTICIPANTS:
        raise document.error("names a participant twice, or too many")
    if not all(name.isalnum() for name in names):  # they become names of files
        raise document.error("names a participant with something else than letters and digits")
    participants = tuple(
        _participant(folder / "participants" / f"{name}.json", name, known, set(tools))
        for name in names
    )
    return Study(
        seed=document.of("seed").whole(0, 2**63),
        tools=tools,
        tasks=tasks,
        participants=participants,
        consent=document.of("consent").text(),
        questionnaires=tuple(_questionnaire(e) for e in document.of("questionnaires").listed()),
    )


def view_of(entry: Stated) -> View:
    """View of a plan or a log."""
    x, y, z = entry.of("target").numbers(3)
    return View(
        target=(x, y, z),
        azimuth_deg=entry.of("azimuth_deg").number(),
        elevation_deg=entry.of("elevation_deg").number(),
        distance_m=entry.of("distance_m").positive(MAX_DISTANCE),
    )


def _view(scene: Scene, truth: Masks, object_id: int) -> View:
    xyz = scene.xyz[(truth.object == object_id) & scene.valid].astype(np.float64)
    lower, upper = xyz.min(axis=0), xyz.max(axis=0)
    x, y, z = ((lower + upper) / 2 + scene.origin).tolist()
    radius = float(np.linalg.norm(upper - lower)) / 2
    # the angles are those a picture is drawn from unless others are asked for
    return View((x, y, z), 30.0, 35.0, max(VIEW_RADII * radius, LEAST_DISTANCE))


def _relative(scan: str, folder: Path) -> str:
    return Path(os.path.relpath(Path(scan).resolve(), folder.resolve())).as_posix()


def _write(path: Path, document: dict[str, Any]) -> None:
    write_atomically(path, [json.dumps(document, indent=1).encode() + b"\n"])


def _opened(path: Path, schema: str) -> Stated:
    document = Stated.within(path)
    if not document.has("schema") or document.of("schema").text() != schema:
        raise document.error(f"is no {schema} file")
    version = [number.whole(0, MAX_ID) for number in document.of("version").listed()]
    check_version(version, VERSION, path)
    return document


def _task(entry: Stated) -> Task:
    return Task(
        name=entry.of("name").text(),
        scan=entry.of("scan").text(),
        sha256=entry.of("sha256").text(),
        object=entry.of("object").whole(1, MAX_ID),
        object_name=entry.of("object_name").text(),
        parts=tuple(
            Part(part.of("id").whole(0, MAX_ID), part.of("name").text())
            for part in entry.of("parts").listed()
        ),
        seconds=entry.of("seconds").positive(MAX_SECONDS),
        clicks=entry.of("clicks").whole(1, MAX_CLICKS),
        view=view_of(entry.of("view")),
    )


def _participant(path: Path, name: str, tasks: set[str], tools: set[str]) -> Participant:
    document = _opened(path, PARTICIPANT_SCHEMA)
    if document.of("name").text() != name:
        raise document.error(f"is not of participant {name}")
    trials = [
        PlannedTrial(
            number=entry.of("number").whole(number, number),
            task=entry.of("task").text(),
            tool=entry.of("tool").text(),
            is_practice=entry.of("is_practice").flag(),
        )
        for number, entry in enumerate(document.of("trials").listed(), start=1)
    ]
    if not all(trial.task in tasks and trial.tool in tools for trial in trials):
        raise document.error("speaks of a task or tool that study.json does not have")
    return Participant(name, tuple(trials))


def _questionnaire(entry: Stated) -> Questionnaire:
    lowest = entry.of("lowest").whole(0, MAX_ID - 1)
    questions = entry.of("questions").listed()
    if not questions:
        raise entry.error("has a questionnaire without a question")
    return Questionnaire(
        name=entry.of("name").text(),
        source=entry.of("source").text(),
        lowest=lowest,
        highest=entry.of("highest").whole(lowest + 1, MAX_ID),
        questions=tuple(
            Question(
                key=question.of("key").text(),
                text=question.of("text").text(),
                low=question.of("low").text(),
                high=question.of("high").text(),
                is_reversed=question.of("is_reversed").flag(),
            )
            for question in questions
        ),
    )
