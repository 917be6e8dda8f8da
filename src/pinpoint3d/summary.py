"""What a click list brought, in a few numbers for every object and part it asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int64

from pinpoint3d.snap import SnappedClicks, snap_clicks
from pinpoint3d.types import Click, Masks, Scene


@dataclass(frozen=True)
class TargetSummary:
    """One object, or one part of it.

    Attributes
    ----------
    object, part
        Its ids; `part` is None for the object as a whole.
    name
        As `names` calls it, or None.
    n_clicks, n_points
        Clicks that asked for it, and points it got.
    confidence
        Mean over its points, or None if it got none.
    iou
        Intersection over union with the truth, or None where none is known: the true object or
        part is the one that lies under the target's first click.
    """

    object: int
    part: int | None
    name: str | None
    n_clicks: int
    n_points: int
    confidence: float | None
    iou: float | None


def summarise(
    scene: Scene,
    masks: Masks,
    clicks: Sequence[Click],
    names: Mapping[str, str] | None = None,
) -> list[TargetSummary]:
    """Every object that was clicked or got points, each followed by its parts, by their ids.

    Parameters
    ----------
    scene, masks, clicks
        What was segmented, the answer, and what was asked.
    names
        Names of objects ("2") and of parts ("2.1").

    Raises
    ------
    ClickError
        If a click names no point of the scene.
    """
    snapped = snap_clicks(scene, clicks)
    rows = np.flatnonzero(masks.object)  # most of a large scan is background
    got = Masks(masks.object[rows], masks.part[rows], masks.confidence[rows])
    targets: list[tuple[int, int | None]] = []
    for object_id in _ids(snapped.objects, got.object):
        targets.append((object_id, None))
        mine = got.part[got.object == object_id]
        part_ids = _ids(snapped.parts[snapped.objects == object_id], mine)
        targets += [(object_id, part_id) for part_id in part_ids]
    return [_summary(scene, got, rows, snapped, target, names or {}) for target in targets]


def _ids(*sources: np.ndarray) -> list[int]:
    """All ids but 0 that occur, in order."""
    return sorted({int(i) for source in sources for i in np.unique(source)} - {0})


def _summary(
    scene: Scene,
    labelled: Masks,
    rows: Int64[np.ndarray, " labelled"],
    clicks: SnappedClicks,
    target: tuple[int, int | None],
    names: Mapping[str, str],
) -> TargetSummary:
    """Of one target, from the labels of those rows that are not background."""
    object_id, part_id = target
    key = str(object_id) if part_id is None else f"{object_id}.{part_id}"
    got = _mask(labelled, target)
    asked = clicks.objects == object_id
    if part_id is not None:
        asked &= clicks.parts == part_id
    n_points = int(np.count_nonzero(got))
    return TargetSummary(
        object=object_id,
        part=part_id,
        name=names.get(key),
        n_clicks=int(np.count_nonzero(asked)),
        n_points=n_points,
        confidence=float(labelled.confidence[got].mean(dtype=np.float64)) if n_points else None,
        iou=_iou(scene.labels, rows[got], clicks.rows[asked], whole=part_id is None),
    )


def _mask(masks: Masks, target: tuple[int, int | None]) -> Bool[np.ndarray, " rows"]:
    object_id, part_id = target
    inside = masks.object == object_id
    return inside if part_id is None else inside & (masks.part == part_id)


def _iou(
    truth: Masks | None,
    got: Int64[np.ndarray, " got"],
    clicked: Int64[np.ndarray, " clicks"],
    *,
    whole: bool,
) -> float | None:
    """Of the rows `got` with the true object (if `whole`) or part under the first click."""
    if truth is None or len(clicked) == 0 or truth.object[clicked[0]] == 0:
        return None
    first = clicked[0]
    wanted = _mask(truth, (int(truth.object[first]), None if whole else int(truth.part[first])))
    both = np.count_nonzero(wanted[got])
    return float(both / (np.count_nonzero(wanted) + len(got) - both))
