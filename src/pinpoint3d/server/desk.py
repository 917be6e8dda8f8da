"""A user study worked on in the studio: whose trial is next, and what they do, on disk.

What happens in a trial's session is logged here as it happens, with the IoU that it came to; the
client adds only what the server cannot know: where is looked from, and why a trial is over.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from pinpoint3d.errors import PinpointError
from pinpoint3d.evaluate.study.log import (
    Answers,
    Reason,
    TrialWriter,
    answers_path,
    read_trial,
    trial_path,
    write_answers,
)
from pinpoint3d.evaluate.study.plan import (
    Participant,
    PlannedTrial,
    Study,
    Task,
    View,
    read_study,
)
from pinpoint3d.files.project import operation_as_dict
from pinpoint3d.files.storage import write_atomically
from pinpoint3d.operations import Operation
from pinpoint3d.server.history import Entry
from pinpoint3d.server.live import LiveSession
from pinpoint3d.server.messages import (
    Code,
    StudyAnswers,
    StudyPart,
    StudyPlan,
    StudyProgress,
    StudyQuestion,
    StudyQuestionnaire,
    StudyTrial,
    StudyView,
)
from pinpoint3d.server.problems import RefusedError
from pinpoint3d.server.scenes import SceneStore
from pinpoint3d.server.sessions import Sessions
from pinpoint3d.server.work import Lane, Work
from pinpoint3d.types import Click

_logger = logging.getLogger(__name__)
_Trial = tuple[str, int]  # participant and number


@dataclass
class _Running:
    """A trial under way: its log, what is still to be written there, and the IoU at last."""

    session: str
    task: Task
    writer: TrialWriter
    entries: asyncio.Queue[Entry]
    stop: Callable[[], None]
    noting: asyncio.Task[None]
    iou: float | None = None


class Desk:
    """Where the participants of one study work.

    Parameters
    ----------
    folder
        The study, as `pinpoint3d study plan` made it.
    data
        The server's data folder: it keeps which session belongs to which trial.
    scenes, sessions, work
        The server's.
    """

    def __init__(
        self, folder: Path, data: Path, scenes: SceneStore, sessions: Sessions, work: Work
    ) -> None:
        self._folder = folder
        self._scenes = scenes
        self._sessions = sessions
        self._work = work
        self._study: Study = read_study(folder)
        self._book = data / "trials.json"
        self._session_of: dict[str, str] = (
            json.loads(self._book.read_bytes()) if self._book.exists() else {}
        )
        self._running: dict[_Trial, _Running] = {}
        self._starting = asyncio.Lock()

    def plan(self, participant: str) -> StudyPlan:
        """What a participant does, and what of it is over."""
        return StudyPlan(
            participant=participant,
            consent=self._study.consent,
            trials=[
                self._shown(participant, trial) for trial in self._participant(participant).trials
            ],
            questionnaires=[
                StudyQuestionnaire(
                    name=each.name,
                    lowest=each.lowest,
                    highest=each.highest,
                    questions=[
                        StudyQuestion(key=q.key, text=q.text, low=q.low, high=q.high)
                        for q in each.questions
                    ],
                )
                for each in self._study.questionnaires
            ],
        )

    async def start(self, participant: str, number: int) -> StudyProgress:
        """Begin a trial, or go on with it after a break."""
        planned = self._planned(participant, number)
        async with self._starting:
            if (participant, number) not in self._running:
                task = self._study.task(planned.task)
                live = await self._session_for(participant, planned, task)
                await live.answered()
                writer = await self._work.run(
                    Lane.DISK,
                    TrialWriter,
                    trial_path(self._folder, participant, number),
                    participant=participant,
                    number=number,
                    task=planned.task,
                    tool=planned.tool,
                )
                self._watch((participant, number), live, task, writer)
        return self.progress(participant, number)

    def progress(self, participant: str, number: int) -> StudyProgress:
        """A trial under way."""
        running = self._find(participant, number)
        return StudyProgress(
            session=self._sessions.info(running.session),
            trial=self._shown(participant, self._planned(participant, number)),
            elapsed=running.writer.seconds,
            iou=running.iou,
        )

    async def look(self, participant: str, number: int, view: StudyView) -> None:
        """Note where is looked from."""
        running = self._find(participant, number)
        await self._work.run(Lane.DISK, running.writer.view, View(**view.model_dump()))

    async def end(self, participant: str, number: int, reason: Reason) -> None:
        """Note that a trial is over, once all that was done in it is noted."""
        running = self._find(participant, number)
        running.stop()
        await running.entries.join()
        running.noting.cancel()
        del self._running[participant, number]
        await self._work.run(Lane.DISK, running.writer.end, reason)
        running.writer.close()

    async def answer(self, participant: str, given: StudyAnswers) -> None:
        """Keep answers to a questionnaire."""
        self._participant(participant)
        asked = {each.name: each for each in self._study.questionnaires}.get(given.questionnaire)
        if asked is None or given.tool not in self._study.tools:
            raise RefusedError(Code.NOT_FOUND, "the study has no such questionnaire or tool.")
        asked.score(given.answers)  # refuses what is missing or off the scale
        answers = Answers(given.tool, given.questionnaire, dict(given.answers))
        path = answers_path(self._folder, participant)
        await self._work.run(Lane.DISK, write_answers, path, answers)

    async def close(self) -> None:
        """Close the logs; a trial goes on when it is started again."""
        for running in self._running.values():
            running.stop()
            running.noting.cancel()
            running.writer.close()

    async def _session_for(
        self, participant: str, planned: PlannedTrial, task: Task
    ) -> LiveSession:
        """The session of a trial, a new one the first time."""
        name = f"{participant}-{planned.number:02}"
        if name in self._session_of:
            return await self._sessions.get(self._session_of[name])
        path = self._folder / task.scan
        opened = await self._scenes.add(path, {}, task.name)
        source = opened.scene.source
        if source is None or source.sha256 != task.sha256 or opened.scene.labels is None:
            raise RefusedError(
                Code.SCAN_CHANGED, f"the scan of {task.name} is not the planned one."
            )
        live = await self._sessions.create(opened.id, planned.tool)
        self._session_of[name] = live.record.id
        text = json.dumps(self._session_of, indent=1).encode()
        await self._work.run(Lane.DISK, write_atomically, self._book, [text])
        return live

    def _watch(self, trial: _Trial, live: LiveSession, task: Task, writer: TrialWriter) -> None:
        """Have everything that is done in a session noted in a trial's log."""
        entries: asyncio.Queue[Entry] = asyncio.Queue()
        live.watchers.add(entries.put_nowait)
        self._running[trial] = _Running(
            session=live.record.id,
            task=task,
            writer=writer,
            entries=entries,
            stop=lambda: live.watchers.discard(entries.put_nowait),
            noting=asyncio.create_task(self._note(trial, live, entries)),
        )

    async def _note(self, trial: _Trial, live: LiveSession, entries: asyncio.Queue[Entry]) -> None:
        while True:
            entry = await entries.get()
            try:
                await self._note_one(self._running[trial], live, entry)
            except PinpointError:
                _logger.exception("trial %s of %s is not noted", trial[1], trial[0])
            finally:
                entries.task_done()

    async def _note_one(self, running: _Running, live: LiveSession, entry: Entry) -> None:
        """Note an operation with the IoU of the masks it came to."""
        await live.answered(entry.rev)
        opened = await live.scene()
        truth = opened.scene.labels
        assert truth is not None  # checked when the trial began
        running.iou = await live.read(lambda s, _: running.task.iou(s.masks, truth))
        writer = running.writer
        if entry.kind in ("undo", "void"):
            await self._work.run(Lane.DISK, writer.undo, running.iou)
        elif entry.kind == "redo":
            await self._work.run(Lane.DISK, writer.redo, running.iou)
        elif isinstance(entry.operation, Operation):
            done = entry.operation
            if not isinstance(done, Click):
                done = operation_as_dict(done, opened.scene)
            await self._work.run(Lane.DISK, writer.do, done, running.iou)

    def _shown(self, participant: str, planned: PlannedTrial) -> StudyTrial:
        task = self._study.task(planned.task)
        return StudyTrial(
            number=planned.number,
            tool=planned.tool,
            is_practice=planned.is_practice,
            is_over=self._is_over(participant, planned.number),
            task=task.name,
            object=task.object,
            object_name=task.object_name,
            parts=[StudyPart(part=part.id, name=part.name) for part in task.parts],
            seconds=task.seconds,
            clicks=task.clicks,
            view=StudyView(**asdict(task.view)),
        )

    def _is_over(self, participant: str, number: int) -> bool:
        path = trial_path(self._folder, participant, number)
        return path.exists() and read_trial(path).reason is not None

    def _participant(self, name: str) -> Participant:
        for participant in self._study.participants:
            if participant.name == name:
                return participant
        raise RefusedError(Code.NOT_FOUND, "the study has no such participant.")

    def _planned(self, participant: str, number: int) -> PlannedTrial:
        for trial in self._participant(participant).trials:
            if trial.number == number:
                return trial
        raise RefusedError(Code.NOT_FOUND, "the participant has no such trial.")

    def _find(self, participant: str, number: int) -> _Running:
        running = self._running.get((participant, number))
        if running is None:
            raise RefusedError(Code.NOT_FOUND, "no such trial is under way; start it.")
        return running
