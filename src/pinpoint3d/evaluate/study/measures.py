"""What is measured of a trial: time and clicks to an IoU, and what it took besides."""

from dataclasses import dataclass

import numpy as np

from pinpoint3d.evaluate.study.log import Trial
from pinpoint3d.evaluate.study.plan import Task
from pinpoint3d.types import Click

GOAL = 0.8  # IoU at which a mask serves as a label; the study's headline figures are to it


@dataclass(frozen=True)
class TrialRow:
    """Measures of one trial, and which it was.

    Attributes
    ----------
    participant, number, task, tool, reason
        As logged.
    seconds_to_goal, clicks_to_goal
        When the IoU first reached `GOAL`; the task's limit where it never did.
    failed
        1 where it never did, within the task's limits; else 0.
    final_iou
        After the last action; 0 without one.
    seconds, clicks, undos
        Until the end. A click taken back was a click.
    harmful
        Share of the clicks after which the IoU fell.
    """

    participant: str
    number: int
    task: str
    tool: str
    reason: str
    seconds_to_goal: float
    clicks_to_goal: float
    failed: float
    final_iou: float
    seconds: float
    clicks: float
    undos: float
    harmful: float


def measured(trial: Trial, task: Task) -> TrialRow:
    """Measures of a trial that has ended and whose IoUs are known."""
    assert trial.reason is not None
    assert trial.has_ious
    ious = np.array([action.iou for action in trial.actions], float)
    seconds = np.array([action.seconds for action in trial.actions], float)
    is_click = np.array([isinstance(action.operation, Click) for action in trial.actions], bool)
    n_clicks = np.cumsum(is_click)
    reached = (ious >= GOAL) & (seconds <= task.seconds) & (n_clicks <= task.clicks)
    first = int(reached.argmax()) if reached.any() else None
    fell = np.diff(ious, prepend=0.0) < 0
    return TrialRow(
        participant=trial.participant,
        number=trial.number,
        task=trial.task,
        tool=trial.tool,
        reason=trial.reason,
        seconds_to_goal=task.seconds if first is None else float(seconds[first]),
        clicks_to_goal=float(task.clicks if first is None else n_clicks[first]),
        failed=float(first is None),
        final_iou=float(ious[-1]) if len(ious) else 0.0,
        seconds=trial.seconds,
        clicks=float(is_click.sum()),
        undos=float(sum(action.kind == "undo" for action in trial.actions)),
        harmful=float(fell[is_click].mean()) if is_click.any() else 0.0,
    )
