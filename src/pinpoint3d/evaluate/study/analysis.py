"""A study's logs gathered, and its tools compared on them.

`gather` reads what is there and says what it had to leave out, `analyse` compares. Nobody's time
to the goal is left out because they never got there: it counts as the task's limit (the mean is
restricted to it), and the share of such trials stands beside it.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from pinpoint3d.errors import FileAccessError, FileFormatError, PinpointError
from pinpoint3d.evaluate.study.log import (
    Trial,
    answers_path,
    read_answers,
    read_trial,
    replayed,
    trial_path,
)
from pinpoint3d.evaluate.study.measures import TrialRow, measured
from pinpoint3d.evaluate.study.plan import Participant, PlannedTrial, Study
from pinpoint3d.evaluate.study.statistics import Difference, Mean, Observations, compare
from pinpoint3d.files import load
from pinpoint3d.segmenter import EncodedScene, load_segmenter

MEASURES = (
    "seconds_to_goal",
    "clicks_to_goal",
    "failed",
    "final_iou",
    "seconds",
    "clicks",
    "undos",
    "harmful",
)
"""Fields of a `TrialRow` that tools are compared on."""


@dataclass(frozen=True)
class Score:
    """What one participant's answers about one tool come to, 0 to 100."""

    participant: str
    tool: str
    questionnaire: str
    score: float


@dataclass(frozen=True)
class Gathered:
    """What the logs of a study hold.

    Attributes
    ----------
    rows
        Of all counted trials that have ended.
    scores
        Of all questionnaires answered.
    left_out
        One sentence for each trial or file that could not be used.
    """

    rows: tuple[TrialRow, ...]
    scores: tuple[Score, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Analysis:
    """Tools compared."""

    n_participants: int
    n_trials: int
    means: tuple[Mean, ...]
    differences: tuple[Difference, ...]
    left_out: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return asdict(self)


def gather(study: Study, folder: Path, *, replay: bool = False) -> Gathered:
    """Trials and answers in the logs of a study's folder.

    Parameters
    ----------
    study
        The plan of that folder.
    folder
        With the logs in it.
    replay
        Whether to compute every IoU again from the clicks, with the segmenter that has the tool's
        name, instead of taking those recorded.
    """
    reader = _Reader(study, folder, replay=replay)
    for participant in study.participants:
        for planned in participant.trials:
            if not planned.is_practice:
                reader.trial(participant, planned)
        reader.answers(participant)
    return Gathered(tuple(reader.rows), tuple(reader.scores), tuple(reader.left_out))


def analyse(study: Study, gathered: Gathered, *, seed: int = 0) -> Analysis:
    """Means and differences of the tools of a study, on its trials and on its questionnaires.

    Raises
    ------
    FileFormatError
        If there are too few trials to compare anything.
    """
    order = {tool: place for place, tool in enumerate(study.tools)}
    rows = sorted(gathered.rows, key=lambda row: order[row.tool])
    left_out = list(gathered.left_out)
    if not rows:
        first = f" ({left_out[0].rstrip('.')})" if left_out else ""
        raise FileFormatError(f"the study has no trial that has ended{first}; run it first.")
    rng = np.random.default_rng(seed)
    observed = Observations(
        participants=[row.participant for row in rows],
        tasks=[row.task for row in rows],
        tools=[row.tool for row in rows],
        measures=MEASURES,
        values=np.array([[getattr(row, measure) for measure in MEASURES] for row in rows]),
    )
    means, differences = compare(observed, rng)
    for name in (questionnaire.name for questionnaire in study.questionnaires):
        scores = [score for score in gathered.scores if score.questionnaire == name]
        if not scores:
            continue
        scores.sort(key=lambda score: order[score.tool])
        observed = Observations(
            participants=[score.participant for score in scores],
            tasks=[""] * len(scores),
            tools=[score.tool for score in scores],
            measures=[name],
            values=np.array([[score.score] for score in scores]),
        )
        try:
            of_scores = compare(observed, rng)
        except FileFormatError as error:
            left_out.append(f"{name}: {error}")
            continue
        means, differences = means + of_scores[0], differences + of_scores[1]
    return Analysis(
        n_participants=len({row.participant for row in rows}),
        n_trials=len(rows),
        means=tuple(means),
        differences=tuple(differences),
        left_out=tuple(left_out),
    )


def rows_as_csv(rows: Sequence[TrialRow]) -> str:
    """One line a trial under a line of names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(TrialRow))
    writer.writerows(asdict(row).values() for row in rows)
    return text.getvalue()


class _Reader:
    """Reads logs one by one, and keeps what can be used and why the rest can not."""

    def __init__(self, study: Study, folder: Path, *, replay: bool) -> None:
        self.rows: list[TrialRow] = []
        self.scores: list[Score] = []
        self.left_out: list[str] = []
        self._study = study
        self._folder = folder
        self._replay = replay
        self._encoded: dict[tuple[str, str], EncodedScene] = {}

    def trial(self, participant: Participant, planned: PlannedTrial) -> None:
        """Read a counted trial."""
        path = trial_path(self._folder, participant.name, planned.number)
        where = f"{path.name}: {planned.task} with {planned.tool}"
        try:
            trial = read_trial(path)
            if (trial.participant, trial.number) != (participant.name, planned.number) or (
                (trial.task, trial.tool) != (planned.task, planned.tool)
            ):
                self.left_out.append(f"{where} is not what it logs.")
            elif trial.reason is None:
                self.left_out.append(f"{where} was interrupted.")
            else:
                self._measure(trial, where)
        except FileAccessError:
            self.left_out.append(f"{where} has no log that can be read.")
        except PinpointError as error:
            self.left_out.append(str(error))

    def answers(self, participant: Participant) -> None:
        """Read a participant's answers; somebody may have given none."""
        path = answers_path(self._folder, participant.name)
        if not path.is_file():
            return
        known = {each.name: each for each in self._study.questionnaires}
        try:
            for given in read_answers(path):
                if given.questionnaire not in known or given.tool not in self._study.tools:
                    self.left_out.append(
                        f"{path.name}: answers {given.questionnaire!r} about {given.tool!r}, "
                        "which the study does not have."
                    )
                    continue
                score = known[given.questionnaire].score(given.answers)
                self.scores.append(Score(participant.name, given.tool, given.questionnaire, score))
        except PinpointError as error:
            self.left_out.append(f"{path.name}: {error}")

    def _measure(self, trial: Trial, where: str) -> None:
        task = self._study.task(trial.task)
        if self._replay:
            trial = replayed(trial, task, self._encode(task.scan, task.sha256, trial.tool))
        if trial.has_ious:
            self.rows.append(measured(trial, task))
        else:
            self.left_out.append(f"{where} has actions without an IoU; replay its clicks.")

    def _encode(self, scan: str, sha256: str, tool: str) -> EncodedScene:
        if (scan, tool) not in self._encoded:
            segmenter = load_segmenter(tool)
            scene = load(self._folder.resolve() / scan)
            if scene.labels is None or scene.source is None or scene.source.sha256 != sha256:
                raise FileFormatError(f"{scan}: is not the scan of the study; copy it again.")
            self._encoded[scan, tool] = segmenter.encode(scene)
        return self._encoded[scan, tool]
