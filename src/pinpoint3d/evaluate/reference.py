"""What the reference published: its result files counted its way and rightly, and its tables.

A result file of PinPoint3D has a line a step of the click loop: entry number, scene, number of
parts, clicks so far divided by parts, mean IoU over the parts. `read_results` reads it, `score`
gives the figures that the reference's evaluator prints from it (compat) and what it says when
every entry counts (corrected). `PUBLISHED` holds the tables of its README.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.storage import read_bytes
from pinpoint3d.metrics import clicks_a_target, iou_by_round

LIMIT = 10  # clicks a part, as in the reference's runs
ROUNDS = (1, 2, 3, 5, 10)
THRESHOLDS = (0.5, 0.65, 0.8, 0.85, 0.9)
_FIELDS = 5
_SKIPPED = "SKIPPED"  # in place of the figures of an entry with too many parts
_MOST_PARTS = 10_000


@dataclass(frozen=True)
class Trajectory:
    """The steps of one entry of a result file.

    Attributes
    ----------
    scene, n_parts
        What was asked.
    clicks, iou
        Clicks divided by parts, and mean IoU, of each step, ascending. float64 (S,).
    """

    scene: str
    n_parts: int
    clicks: Float64[np.ndarray, " steps"]
    iou: Float64[np.ndarray, " steps"]

    @property
    def curve(self) -> Float64[np.ndarray, " clicks"]:
        """IoU from the first round on; empty where there was none."""
        return self.iou[self.clicks >= 1]

    @property
    def ended_early(self) -> bool:
        """Whether the run stopped before its clicks were spent, with something still wrong."""
        if len(self.curve) == 0:
            return True
        return bool(self.clicks[-1] < LIMIT and self.iou[-1] < 1)


@dataclass(frozen=True)
class Score:
    """Figures of a result file, IoU in percent.

    Attributes
    ----------
    iou_at
        IoU@k by k.
    noc_at
        Mean clicks a part to an IoU, by that IoU in percent.
    entries, failures
        Entries that count, and entries that failed: in `compat` they are left out of all means.
    """

    iou_at: Mapping[int, float]
    noc_at: Mapping[int, float]
    entries: int
    failures: int

    def as_json(self) -> dict[str, object]:
        """The form that `pinpoint3d score --json` prints."""
        return {
            "iou@k": {str(k): round(v, 2) for k, v in self.iou_at.items()},
            "noc@q": {str(q): round(v, 3) for q, v in self.noc_at.items()},
            "entries": self.entries,
            "failures": self.failures,
        }


def read_results(path: Path) -> list[Trajectory]:
    """Trajectories of a result file, in its order.

    Raises
    ------
    FileAccessError
        If the file cannot be read.
    FileFormatError
        If a line is not of the form.
    """
    try:
        lines = read_bytes(path).decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise FileFormatError(f"{path.name}: is no text; give a result file.") from None
    found: dict[int, tuple[str, int, list[tuple[float, float]]]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        entry, scene, n_parts, step = _fields(line, f"{path.name}: line {number}")
        known = found.setdefault(entry, (scene, n_parts, []))
        if known[:2] != (scene, n_parts):
            raise FileFormatError(
                f"{path.name}: line {number} gives entry {entry} another scene or number of parts; "
                "copy it again."
            )
        if step is not None:
            if known[2] and step[0] <= known[2][-1][0]:
                raise FileFormatError(
                    f"{path.name}: line {number} does not have more clicks than the one before; "
                    "copy it again."
                )
            known[2].append(step)
    if not found:
        raise FileFormatError(f"{path.name}: holds no results; give a result file.")
    trajectories = []
    for scene, n_parts, steps in found.values():
        columns = np.array(steps, np.float64).reshape(-1, 2)
        trajectories.append(Trajectory(scene, n_parts, columns[:, 0], columns[:, 1]))
    return trajectories


def score(trajectories: Sequence[Trajectory]) -> dict[str, Score]:
    """The two ways to count them: "compat" and "corrected"."""
    return {"compat": _compat(trajectories), "corrected": _corrected(trajectories)}


def _compat(trajectories: Sequence[Trajectory]) -> Score:
    """As the reference's evaluator counts.

    IoU@k is the mean over lines that have exactly k clicks a part, so an entry that ended before
    is left out. For NoC entries are told apart by scene and number of parts alone: of several the
    first line that reaches the IoU, or the limit, speaks for all.
    """
    iou_at = {}
    for k in ROUNDS:
        values = [t.iou[t.clicks == k] for t in trajectories]
        at = np.concatenate(values)
        iou_at[k] = 100 * float(at.mean()) if len(at) else 0.0
    noc_at = {}
    for threshold in THRESHOLDS:
        needed: dict[tuple[str, int], float] = {}
        for t in trajectories:
            done = np.flatnonzero((t.iou >= threshold) | (t.clicks >= LIMIT))
            if len(done):
                needed.setdefault((t.scene, t.n_parts), float(t.clicks[done[0]]))
        noc_at[_percent(threshold)] = float(np.mean(list(needed.values()))) if needed else 0.0
    failures = sum(t.ended_early for t in trajectories)
    return Score(iou_at, noc_at, len(trajectories) - failures, failures)


def _corrected(trajectories: Sequence[Trajectory]) -> Score:
    """Every entry counts; one that ended early has IoU 0 from there on and the limit as its NoC."""
    iou_at = {}
    rounds = np.stack([_rounds(t) for t in trajectories])
    for k in ROUNDS:
        iou_at[k] = 100 * float(rounds[:, k - 1].mean())
    noc_at = {}
    for threshold in THRESHOLDS:
        needed = [clicks_a_target(t.curve, t.n_parts, threshold, LIMIT)[0] for t in trajectories]
        noc_at[_percent(threshold)] = float(np.mean(needed))
    return Score(iou_at, noc_at, len(trajectories), sum(t.ended_early for t in trajectories))


def _rounds(trajectory: Trajectory) -> Float64[np.ndarray, " rounds"]:
    rounds = iou_by_round(trajectory.curve, trajectory.n_parts, LIMIT)
    if trajectory.ended_early:
        last = trajectory.clicks[-1] if len(trajectory.clicks) else 0.0
        rounds[np.arange(1, LIMIT + 1) > last] = 0
    return rounds


def _percent(threshold: float) -> int:
    return round(100 * threshold)


def _fields(line: str, where: str) -> tuple[int, str, int, tuple[float, float] | None]:
    """Entry, scene, parts, and clicks with IoU unless the entry was skipped."""
    fields = line.split(" ")
    try:
        entry, scene, n_parts = int(fields[0]), fields[1], int(fields[2])
        if fields[3:] == [_SKIPPED]:
            return entry, scene, n_parts, None
        clicks, iou = float(fields[3]), float(fields[4])
    except (ValueError, IndexError):
        clicks = iou = math.nan
        entry, scene, n_parts = -1, "", 0
    sound = 1 <= n_parts <= _MOST_PARTS and 0 <= clicks < math.inf and 0 <= iou <= 1
    if len(fields) != _FIELDS or not sound:
        raise FileFormatError(
            f"{where} is not entry, scene, parts, clicks and IoU apart by one space; "
            "give a result file."
        )
    return entry, scene, n_parts, (clicks, iou)


@dataclass(frozen=True)
class PublishedRow:
    """A row of a published table: IoU@1, IoU@3 and IoU@5 in percent."""

    system: str
    iou_at: tuple[float, float, float]


PUBLISHED: Mapping[tuple[str, str], tuple[PublishedRow, ...]] = {
    ("partscan", "all-part"): (
        PublishedRow("Point-SAM", (48.4, 52.6, 52.7)),
        PublishedRow("AGILE3D", (39.1, 61.1, 66.7)),
        PublishedRow("PinPoint3D", (55.8, 68.4, 71.3)),
    ),
    ("partscan", "random-part"): (
        PublishedRow("Point-SAM", (46.2, 50.1, 51.4)),
        PublishedRow("AGILE3D", (39.8, 58.4, 64.9)),
        PublishedRow("PinPoint3D", (50.0, 65.9, 69.7)),
    ),
    ("partscan", "object"): (
        PublishedRow("AGILE3D", (83.6, 96.9, 97.7)),
        PublishedRow("PinPoint3D", (86.7, 97.0, 98.0)),
    ),
    ("partscan-multiscan", "all-part"): (
        PublishedRow("Point-SAM", (44.9, 54.0, 56.1)),
        PublishedRow("AGILE3D", (42.1, 61.2, 67.5)),
        PublishedRow("PinPoint3D", (44.4, 62.7, 68.1)),
    ),
    ("partscan-multiscan", "random-part"): (
        PublishedRow("Point-SAM", (44.4, 54.9, 58.1)),
        PublishedRow("AGILE3D", (40.8, 59.3, 66.5)),
        PublishedRow("PinPoint3D", (44.0, 60.8, 66.8)),
    ),
    ("partscan-multiscan", "object"): (
        PublishedRow("AGILE3D", (58.5, 75.0, 81.0)),
        PublishedRow("PinPoint3D", (57.1, 72.3, 78.6)),
    ),
}
"""By set and setting, from the README of Quit123/PinPoint3D (arXiv 2509.25970)."""
