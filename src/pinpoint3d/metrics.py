"""How good masks are, and how good they get click by click.

Three kinds of functions: those that compare masks with the truth (`entry_iou`, `mask_iou`,
`precision_recall`, `boundary_iou`), those that read curves of IoU over clicks (`clicks_to_reach`,
`area_under_curve`, `harmful_clicks`; `iou_by_round` and `clicks_a_target` in the click protocol's
sense), and those that say how sure a mean is (`bootstrap_interval`, `paired_difference`).
`calibration_error` says what a segmenter's own confidence is worth. All values lie in [0, 1] unless
they count clicks.

A **target** is an (object, part) pair; part 0 is the rest of the object, and all of it where the
masks hold no parts. A **curve** is one row an entry: its IoU after the first, second ... click, NaN
from where its clicks ended, as they do once all is right. An entry that failed has zeros.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Float64
from scipy.spatial import KDTree

from pinpoint3d.errors import SceneError
from pinpoint3d.types import Masks

Target = tuple[int, int]
"""Object and part asked for."""

BAND_M = 0.01  # m: an edge is drawn by hand no finer
BAND_SPACINGS = 2.0  # in sparse clouds a centimetre may hold no second point
N_BINS = 15  # of confidence
RESAMPLES = 2000  # of a bootstrap: its own error is then a tenth of the interval's width
LEVEL = 0.95  # of intervals
_DRAWS = 1 << 20  # at a time: bounds a bootstrap's temporaries at 16 MB


@dataclass(frozen=True)
class ClicksNeeded:
    """Number of clicks to an IoU (NoC), over entries.

    Attributes
    ----------
    clicks
        Of each entry; the limit where the IoU was never reached. float64 (E,).
    reached
        Whether it was. bool (E,).
    """

    clicks: Float64[np.ndarray, " entries"]
    reached: Bool[np.ndarray, " entries"]

    @property
    def mean(self) -> float:
        """Mean number of clicks, failures at the limit; meaningless without `failure_rate`."""
        return float(self.clicks.mean())

    @property
    def failure_rate(self) -> float:
        """Share of entries that never reached the IoU."""
        return float(1 - self.reached.mean())


@dataclass(frozen=True)
class Estimate:
    """A mean over entries and the interval that holds it with 95 % (percentile bootstrap)."""

    mean: float
    low: float
    high: float


def target_mask(masks: Masks, target: Target) -> Bool[np.ndarray, " points"]:
    """Points of a target."""
    object_id, part_id = target
    return (masks.object == object_id) & (masks.part == part_id)


def mask_iou(predicted: Bool[np.ndarray, " points"], truth: Bool[np.ndarray, " points"]) -> float:
    """Points in both masks, divided by points in either; 1 for two empty masks."""
    either = np.count_nonzero(predicted | truth)
    return np.count_nonzero(predicted & truth) / either if either else 1.0


def precision_recall(
    predicted: Bool[np.ndarray, " points"], truth: Bool[np.ndarray, " points"]
) -> tuple[float, float]:
    """Share of the predicted points that are right, and share of the true points that were found.

    Two empty masks have 1 and 1; an empty mask against one with points has 0 and 0.
    """
    n_predicted, n_true = np.count_nonzero(predicted), np.count_nonzero(truth)
    if n_predicted == n_true == 0:
        return 1.0, 1.0
    both = np.count_nonzero(predicted & truth)
    return both / max(n_predicted, 1), both / max(n_true, 1)


def target_ious(
    predicted: Masks, truth: Masks, targets: Sequence[Target]
) -> Float64[np.ndarray, " targets"]:
    """IoU of each target; 0 for one that is missing from the prediction.

    Raises
    ------
    SceneError
        If a target is missing from the truth, or there is none.
    """
    _check(predicted, truth, targets)
    ious = [mask_iou(target_mask(predicted, t), target_mask(truth, t)) for t in targets]
    return np.array(ious)


def entry_iou(predicted: Masks, truth: Masks, targets: Sequence[Target]) -> float:
    """Mean IoU over the targets of an entry."""
    return float(target_ious(predicted, truth, targets).mean())


def boundary_iou(
    predicted: Bool[np.ndarray, " points"],
    truth: Bool[np.ndarray, " points"],
    xyz: Float32[np.ndarray, "points 3"],
    *,
    band: float,
) -> float:
    """IoU of the two masks' points that lie within `band` metres of their own mask's border.

    A point lies that near if some point outside its mask is no farther away. Where neither mask
    has such points (both empty, or both with nothing near), this is the plain IoU. Points
    without a finite position do not count.

    After Cheng, Girshick, Dollar, Berg and Kirillov, "Boundary IoU: improving object-centric image
    segmentation evaluation", CVPR 2021, doi:10.1109/CVPR46437.2021.01508, on points instead of
    pixels.
    """
    if not (np.isfinite(band) and band > 0):
        raise SceneError(f"a border of {band} m; give its width as a positive number.")
    valid = np.isfinite(xyz).all(axis=1)
    predicted, truth, xyz = predicted[valid], truth[valid], xyz[valid]
    near_predicted, near_truth = _border(predicted, xyz, band), _border(truth, xyz, band)
    if not (near_predicted.any() or near_truth.any()):
        return mask_iou(predicted, truth)
    return mask_iou(near_predicted, near_truth)


def border_band(spacing: float) -> float:
    """Width in metres of the border that `boundary_iou` looks at: 1 cm, or two point spacings."""
    return max(BAND_M, BAND_SPACINGS * spacing)


def iou_by_round(
    curve: Float[np.ndarray, " clicks"], n_targets: int, n_rounds: int
) -> Float64[np.ndarray, " rounds"]:
    """IoU@1, IoU@2 ... of one entry: after as many clicks as it has targets, twice as many, ...

    `curve` is the entry's IoU after the first click of every target and after each click since;
    where it ends early its last value goes on.
    """
    full = np.full((1, (n_rounds - 1) * n_targets + 1), np.nan)
    n = min(len(curve), full.shape[1])
    full[0, :n] = curve[:n]
    return iou_after(full)[0, ::n_targets]


def clicks_a_target(
    curve: Float[np.ndarray, " clicks"], n_targets: int, iou: float, limit: int
) -> tuple[float, bool]:
    """Clicks a target after which one entry reaches `iou`, and whether it does within `limit`.

    `curve` is as for `iou_by_round`, so the least is 1; the limit stands for never.
    """
    within = curve[: (limit - 1) * n_targets + 1]
    reached = np.flatnonzero(within >= iou)
    if len(reached) == 0:
        return float(limit), False
    return float((n_targets + reached[0]) / n_targets), True


def clicks_to_reach(curves: Float[np.ndarray, "entries clicks"], iou: float) -> ClicksNeeded:
    """Number of clicks (NoC) after which each curve first reaches `iou`.

    The limit is the length of the curves. Clicks a target, instead of clicks, come out where a
    curve's columns are rounds of one click for every target.
    """
    reached = curves >= iou  # never for NaN: an entry whose clicks ended early had IoU 1 before
    first = reached.argmax(axis=1) + 1.0
    ever = np.asarray(reached.any(axis=1))
    return ClicksNeeded(np.where(ever, first, float(curves.shape[1])), ever)


def area_under_curve(
    curves: Float[np.ndarray, "entries clicks"],
) -> Float64[np.ndarray, " entries"]:
    """Mean height of each curve from its first click to the last (trapezoids).

    Where the clicks ended early the last IoU goes on.
    """
    filled = iou_after(curves)
    if curves.shape[1] == 1:
        return filled[:, 0]
    area = (filled[:, 1:] + filled[:, :-1]).sum(axis=1) / 2 / (curves.shape[1] - 1)
    return np.minimum(area, 1)  # a sum of ones may come out above by rounding


def iou_after(
    curves: Float[np.ndarray, "entries clicks"],
) -> Float64[np.ndarray, "entries clicks"]:
    """Curves in which the last IoU goes on where the clicks ended; 0 without any click.

    Column k of their mean over entries is IoU@(k + 1).
    """
    last = np.where(np.isnan(curves), 0, np.arange(1, curves.shape[1] + 1))
    last = np.maximum.accumulate(last, axis=1)
    padded = np.concatenate([np.zeros((len(curves), 1)), curves], axis=1)
    return np.take_along_axis(padded, last, axis=1)


def harmful_clicks(curves: Float[np.ndarray, "entries clicks"], *, margin: float = 0.0) -> float:
    """Share of the clicks, but for each entry's first, after which IoU falls by over `margin`.

    0 where there are no such clicks.
    """
    change = np.diff(curves, axis=1)
    n_clicks = np.count_nonzero(~np.isnan(change))
    return np.count_nonzero(change < -margin) / n_clicks if n_clicks else 0.0


def calibration_error(
    confidence: Float[np.ndarray, " answers"], right: Bool[np.ndarray, " answers"]
) -> float:
    """Expected calibration error: by how much confidence differs from the share that is right.

    Answers fall into 15 bins of equal width by their confidence, a bound belonging to the bin
    below; the differences of the bins' means are averaged by how many answers each holds (Guo et
    al., "On calibration of modern neural networks", 2017, arXiv 1706.04599). 0 without answers.
    """
    if len(right) == 0:
        return 0.0
    place = np.clip(np.ceil(confidence.astype(np.float64) * N_BINS) - 1, 0, N_BINS - 1)
    difference = confidence.astype(np.float64) - right
    return float(np.abs(np.bincount(place.astype(np.int64), difference)).sum() / len(right))


def bootstrap_interval(
    values: Float[np.ndarray, " entries"],
    rng: np.random.Generator,
    *,
    weights: Float[np.ndarray, " entries"] | None = None,
) -> Estimate:
    """Sum of `values` over that of `weights` (their mean, without), and its 95 % interval.

    Entries are drawn with replacement (Efron, "Bootstrap methods: another look at the jackknife",
    1979, doi:10.1214/aos/1176344552). With counts of harmful clicks as values and of all clicks
    as weights this is the share of harmful clicks. Without entries, or weight, all is 0.
    """
    n = len(values)
    shares = np.ones(n) if weights is None else weights.astype(np.float64)
    if n == 0 or shares.sum() == 0:
        return Estimate(0.0, 0.0, 0.0)
    totals = []
    rows = max(1, _DRAWS // n)
    for start in range(0, RESAMPLES, rows):
        drawn = rng.integers(n, size=(min(rows, RESAMPLES - start), n))
        below = shares[drawn].sum(axis=1)
        above = values[drawn].sum(axis=1)
        totals.append(np.divide(above, below, out=np.zeros_like(above), where=below > 0))
    edges = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    low, high = np.quantile(np.concatenate(totals), edges).tolist()
    return Estimate(float(values.sum() / shares.sum()), low, high)


def paired_difference(
    ours: Float[np.ndarray, " entries"],
    theirs: Float[np.ndarray, " entries"],
    rng: np.random.Generator,
) -> Estimate:
    """Mean of ours minus theirs over the same entries in the same order, and its 95 % interval."""
    return bootstrap_interval(ours.astype(np.float64) - theirs, rng)


def _check(predicted: Masks, truth: Masks, targets: Sequence[Target]) -> None:
    if len(predicted) != len(truth):
        raise SceneError(
            f"masks of {len(predicted):,} points cannot be compared with a truth of {len(truth):,}."
        )
    if not targets:
        raise SceneError("there is no target to compare; name at least one object and part.")
    for target in targets:
        if not target_mask(truth, target).any():
            raise SceneError(f"object {target[0]}, part {target[1]} has no points in the truth.")


def _border(
    mask: Bool[np.ndarray, " points"], xyz: Float32[np.ndarray, "points 3"], band: float
) -> Bool[np.ndarray, " points"]:
    """Points of the mask with a point outside it within `band` metres."""
    border = np.zeros(len(mask), bool)
    inside = np.flatnonzero(mask)
    if len(inside) == 0:
        return border
    lower, upper = xyz[inside].min(axis=0) - 2 * band, xyz[inside].max(axis=0) + 2 * band
    outside = ~mask
    for axis in range(3):  # by columns: ten times faster than whole rows at once
        outside &= (xyz[:, axis] >= lower[axis]) & (xyz[:, axis] <= upper[axis])
    if not outside.any():
        return border
    tree = KDTree(xyz[outside], balanced_tree=False, compact_nodes=False)
    # the bound itself is excluded by the tree, and "within" includes it
    distance, _ = tree.query(xyz[inside], distance_upper_bound=np.nextafter(band, np.inf))
    border[inside] = np.isfinite(distance)
    return border
