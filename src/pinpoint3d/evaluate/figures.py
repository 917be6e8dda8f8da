"""The figures of a run: IoU@k, NoC@q, harmful clicks and the rest, with their intervals, by groups.

`Figures` holds one value an entry, failures as zeros; `summary` gives means and intervals,
`differences` compares two runs entry by entry, and `grouped` splits by category, size and number of
parts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.records import Record
from pinpoint3d.evaluate.run import ROUNDS, Run
from pinpoint3d.metrics import (
    Estimate,
    area_under_curve,
    bootstrap_interval,
    clicks_a_target,
    iou_by_round,
    paired_difference,
)

THRESHOLDS = (0.5, 0.65, 0.8, 0.85, 0.9)
"""IoU of NoC@q."""
LARGE_HARM = 0.02  # of IoU: what a person sees
BOOTSTRAP_SEED = 20  # any: the same run shows the same intervals
SIZES = ((0.0, 0.02), (0.02, 0.1), (0.1, 0.3), (0.3, 1.01))  # share of the object
POINTS = ((0.0, 100.0), (100.0, 1e3), (1e3, 1e4), (1e4, np.inf))
COUNTS = ((1, 1), (2, 2), (3, 5), (6, 10**6))  # of targets, as in docs/method


@dataclass(frozen=True)
class Figures:
    """Values of every entry of a run, E entries, R rounds.

    Attributes
    ----------
    names
        Of the entries.
    iou
        Mean IoU over targets after each round. float64 (E, R).
    clicks, reached
        Clicks a target to each IoU of `THRESHOLDS`, the limit if never, and whether it was reached.
        float64 and bool (E, Q).
    area
        Under the curve of IoU over clicks. float64 (E,).
    harmful, harmful_large, further
        Clicks after which IoU fell, fell by over 2 points, and all after the first round.
        float64 (E,).
    boundary, precision, recall
        Means over targets after each reported round. float64 (E, K).
    failed
        bool (E,).
    """

    names: tuple[str, ...]
    iou: Float64[np.ndarray, "entries rounds"]
    clicks: Float64[np.ndarray, "entries thresholds"]
    reached: Bool[np.ndarray, "entries thresholds"]
    area: Float64[np.ndarray, " entries"]
    harmful: Float64[np.ndarray, " entries"]
    harmful_large: Float64[np.ndarray, " entries"]
    further: Float64[np.ndarray, " entries"]
    boundary: Float64[np.ndarray, "entries reported"]
    precision: Float64[np.ndarray, "entries reported"]
    recall: Float64[np.ndarray, "entries reported"]
    failed: Bool[np.ndarray, " entries"]

    @property
    def limit(self) -> int:
        """Rounds of clicks that there were."""
        return self.iou.shape[1]

    @property
    def reported(self) -> tuple[int, ...]:
        """Rounds that are reported."""
        return reported_rounds(self.limit)


def reported_rounds(limit: int) -> tuple[int, ...]:
    """Those of `ROUNDS` within a budget."""
    return tuple(k for k in ROUNDS if k <= limit)


def figures_of(records: Sequence[Record], limit: int) -> Figures:
    """Figures of records, for a budget of `limit` clicks a target."""
    n, rounds = len(records), reported_rounds(limit)
    iou = np.zeros((n, limit))
    clicks = np.full((n, len(THRESHOLDS)), float(limit))
    reached = np.zeros((n, len(THRESHOLDS)), bool)
    area, harmful, large, further = np.zeros((4, n))
    boundary, precision, recall = np.zeros((3, n, len(rounds)))
    for i, record in enumerate(records):
        n_targets = record.n_targets
        curve = record.curve[: (limit - 1) * n_targets + 1]
        iou[i] = iou_by_round(curve, n_targets, limit)
        for q, threshold in enumerate(THRESHOLDS):
            clicks[i, q], reached[i, q] = clicks_a_target(curve, n_targets, threshold, limit)
        full = np.full((1, (limit - 1) * n_targets + 1), np.nan)
        full[0, : len(curve)] = curve
        area[i] = area_under_curve(full)[0]
        change = np.diff(curve)
        harmful[i] = np.count_nonzero(change < 0)
        large[i] = np.count_nonzero(change < -LARGE_HARM)
        further[i] = len(change)
        if record.failure is not None:
            continue
        for place, k in enumerate(rounds):
            step = min((k - 1) * n_targets, len(record.iou) - 1)
            precision[i, place] = np.mean(record.precision[step])
            recall[i, place] = np.mean(record.recall[step])
            # a round that was never asked for: all was right before
            boundary[i, place] = np.mean(record.boundary_iou.get(str(k), [1.0]))
    names = tuple(record.question.name for record in records)
    failed = np.array([record.failure is not None for record in records], bool)
    return Figures(
        names, iou, clicks, reached, area, harmful, large, further, boundary, precision, recall,
        failed,
    )  # fmt: skip


@dataclass(frozen=True)
class Summary:
    """Means over entries with their intervals, in [0, 1] but for clicks and seconds.

    Attributes
    ----------
    entries, failures
        How many.
    iou_at, boundary_at, precision_at, recall_at
        By round.
    noc_at, failure_rate_at
        Clicks a target to an IoU, by the IoU in percent, and the share that never reaches it.
    area, harmful, harmful_large
        Area under the curve; share of harmful clicks, and of those by over 2 points.
    encode_s, answer_s
        Seconds, 50th and 95th percentile.
    """

    entries: int
    failures: int
    iou_at: Mapping[int, Estimate]
    boundary_at: Mapping[int, Estimate]
    precision_at: Mapping[int, Estimate]
    recall_at: Mapping[int, Estimate]
    noc_at: Mapping[int, Estimate]
    failure_rate_at: Mapping[int, Estimate]
    area: Estimate
    harmful: Estimate
    harmful_large: Estimate
    encode_s: tuple[float, float]
    answer_s: tuple[float, float]


def summary(run: Run, limit: int | None = None) -> Summary:
    """The figures of a run, or those that it had with a smaller budget of clicks a target."""
    found = figures_of(run.records, limit or run.clicks_a_target)
    rng = np.random.default_rng(BOOTSTRAP_SEED)

    def by_round(table: Float64[np.ndarray, "entries reported"]) -> dict[int, Estimate]:
        columns = zip(found.reported, table.T, strict=True)
        return {k: bootstrap_interval(column, rng) for k, column in columns}

    at = [k - 1 for k in found.reported]
    percent = [round(100 * q) for q in THRESHOLDS]
    never = 1 - found.reached.astype(np.float64)
    encodes = [record.seconds.encode for record in run.records]
    answers = [s for record in run.records for s in record.seconds.answers]
    return Summary(
        entries=len(run.records),
        failures=int(found.failed.sum()),
        iou_at=by_round(found.iou[:, at]),
        boundary_at=by_round(found.boundary),
        precision_at=by_round(found.precision),
        recall_at=by_round(found.recall),
        noc_at={
            q: bootstrap_interval(column, rng)
            for q, column in zip(percent, found.clicks.T, strict=True)
        },
        failure_rate_at={
            q: bootstrap_interval(column, rng) for q, column in zip(percent, never.T, strict=True)
        },
        area=bootstrap_interval(found.area, rng),
        harmful=bootstrap_interval(found.harmful, rng, weights=found.further),
        harmful_large=bootstrap_interval(found.harmful_large, rng, weights=found.further),
        encode_s=_percentiles(encodes),
        answer_s=_percentiles(answers),
    )


def differences(run: Run, other: Run) -> dict[int, Estimate]:
    """IoU@k of a run minus that of another on the same entries, by round, with its interval.

    Raises
    ------
    FileFormatError
        If the runs are not of the same questions.
    """
    check_comparable([run, other])
    limit = min(run.clicks_a_target, other.clicks_a_target)
    ours, theirs = (figures_of(r.records, limit).iou for r in (run, other))
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    return {
        k: paired_difference(ours[:, k - 1], theirs[:, k - 1], rng) for k in reported_rounds(limit)
    }


def check_comparable(runs: Sequence[Run]) -> None:
    """Refuse runs that did not answer the same questions, asked the same way.

    Raises
    ------
    FileFormatError
        If they differ.
    """
    first = runs[0]
    for run in runs[1:]:
        same = [r.question for r in run.records] == [r.question for r in first.records]
        if not same or run.suite != first.suite or _way(run) != _way(first):
            raise FileFormatError(
                f"{run.folder}: asked other questions than {first.folder}, or asked them in "
                "another way; compare runs of one suite, setting and user."
            )


@dataclass(frozen=True)
class Group:
    """Entries, or targets, that have something in common: IoU@k with intervals."""

    name: str
    count: int
    iou_at: Mapping[int, Estimate]


def by_category(run: Run) -> list[Group]:
    """Entries by what the object is called, the most frequent first."""
    names = [record.question.category or "unnamed" for record in run.records]
    counts = {name: names.count(name) for name in sorted(set(names))}
    order = sorted(counts, key=lambda name: (-counts[name], name))
    return _entry_groups(run, {name: [own == name for own in names] for name in order})


def by_parts(run: Run) -> list[Group]:
    """Entries by their number of targets."""
    n = np.array([record.n_targets for record in run.records])
    return _entry_groups(
        run, {_range(low, high): ((n >= low) & (n <= high)).tolist() for low, high in COUNTS}
    )


def by_size(run: Run) -> list[Group]:
    """Targets by their share of the object's points."""

    def share(record: Record, target: int) -> float:
        return record.target_points[target] / max(record.object_points[target], 1)

    named = {f"{100 * low:.0f} to {min(100 * high, 100):.0f} %": (low, high) for low, high in SIZES}
    return _target_groups(run, share, named)


def by_points(run: Run) -> list[Group]:
    """Targets by their points."""

    def points(record: Record, target: int) -> float:
        return float(record.target_points[target])

    named = {}
    for low, high in POINTS:
        text = f"{low:,.0f} and more" if high == np.inf else f"{low:,.0f} to {high - 1:,.0f}"
        named[text] = (low, high)
    return _target_groups(run, points, named)


def _entry_groups(run: Run, members: Mapping[str, Sequence[bool]]) -> list[Group]:
    iou = figures_of(run.records, run.clicks_a_target).iou
    groups = []
    for name, inside in members.items():
        own = iou[np.array(inside, bool)]
        if len(own):
            groups.append(_group(name, own))
    return groups


def _target_groups(
    run: Run,
    measure: Callable[[Record, int], float],
    bins: Mapping[str, tuple[float, float]],
) -> list[Group]:
    limit = run.clicks_a_target
    values, curves = [], []
    for record in run.records:
        table = np.array(record.iou, np.float64).reshape(-1, record.n_targets)
        for t in range(record.n_targets):
            curve = table[:, t] if record.failure is None else np.zeros(0)
            values.append(measure(record, t))
            curves.append(iou_by_round(curve, record.n_targets, limit))
    groups = []
    for name, (low, high) in bins.items():
        own = [c for v, c in zip(values, curves, strict=True) if low <= v < high]
        if own:
            groups.append(_group(name, np.stack(own)))
    return groups


def _group(name: str, iou: Float64[np.ndarray, "members rounds"]) -> Group:
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    rounds = reported_rounds(iou.shape[1])
    at = {k: bootstrap_interval(np.asarray(iou[:, k - 1]), rng) for k in rounds}
    return Group(name, len(iou), at)


def _range(low: int, high: int) -> str:
    if low == high:
        return f"{low}"
    return f"{low} and more" if high >= 10**6 else f"{low} to {high}"


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    if not seconds:
        return 0.0, 0.0
    middle, late = np.percentile(seconds, [50, 95]).tolist()
    return middle, late


def _way(run: Run) -> object:
    """How a run asked: who clicked, and what counts as an error."""
    known = run.about["protocol"]
    return [known.get(key) for key in ("user", "compat", "seed")]
