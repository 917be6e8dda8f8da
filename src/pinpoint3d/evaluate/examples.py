"""Examples of a run as pictures: its best, its middling and its worst entries.

`draw_examples` draws truth, first answer and a later one side by side when a run is made, because
that needs the scenes; the report shows what it finds.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from pinpoint3d.evaluate.figures import figures_of
from pinpoint3d.evaluate.records import Record
from pinpoint3d.evaluate.run import Run, without_truth
from pinpoint3d.evaluate.suites import Suite
from pinpoint3d.picture import render, write_png
from pinpoint3d.segmenter import Segmenter
from pinpoint3d.types import Click, Masks, Scene

N_EXAMPLES = 10  # of each kind
KINDS = ("worst", "middling", "best")
LATER = 3  # the round by which they are chosen, and the last shown: early failures, not leftovers
FOLDER = "examples"
PICTURE = (360, 300)
MARGIN = 0.25  # of the object's size, shown round it


def examples(run: Run) -> Mapping[str, list[int]]:
    """Places of the entries of each kind, by IoU after three rounds; the worst of each first.

    Of few entries the worst are named before the best, and each entry once.
    """
    limit = run.clicks_a_target
    iou = figures_of(run.records, limit).iou[:, min(LATER, limit) - 1]
    order = np.argsort(iou, kind="stable")
    n = len(order)
    worst = min(N_EXAMPLES, n)
    best = min(N_EXAMPLES, n - worst)
    left = order[worst : n - best]
    start = max(0, (len(left) - N_EXAMPLES) // 2)
    chosen = (order[:worst], left[start : start + N_EXAMPLES], order[n - best :])
    return {kind: places.tolist() for kind, places in zip(KINDS, chosen, strict=True)}


def n_examples(run: Run) -> int:
    """How many pictures `draw_examples` draws."""
    return min(len(KINDS) * N_EXAMPLES, len(run.records))


def picture_path(run: Run, place: int) -> Path:
    """Where the picture of an entry lies, once it is drawn."""
    return run.folder / FOLDER / f"{place:05d}.png"


def draw_examples(
    run: Run, suite: Suite, segmenter: Segmenter, done: Callable[[int], None] = lambda _: None
) -> None:
    """Draw the examples of a run into its folder."""
    folder = run.folder / FOLDER
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for places in examples(run).values():
        for place in places:
            picture = _picture(run.records[place], suite, segmenter, run.clicks_a_target)
            write_png(picture, picture_path(run, place))
            done(1)


def _picture(record: Record, suite: Suite, segmenter: Segmenter, limit: int) -> np.ndarray:
    """The truth, then the answers after one round and after three, cut to the object."""
    asked = record.question
    scene, truth = suite.scenes.scene(asked.scene), suite.truth(asked)
    rows = _round_object(scene, truth, {k for k, _ in asked.targets})
    place = np.full(len(scene), -1, np.int64)
    place[rows] = np.arange(len(rows))
    rgb = None if scene.rgb is None else scene.rgb[rows]
    part = Scene(scene.xyz[rows], rgb, name=scene.name, up=scene.up)
    pictures = [render(part, _taken(_only(truth, asked.targets), rows), size=PICTURE)]
    # what failed, or never came to an end, is not tried again
    encoded = None if record.failure is not None else segmenter.encode(without_truth(scene))
    for rounds in (1, min(LATER, limit)):
        clicks = [Click(*c) for c in record.clicks[: rounds * record.n_targets]]
        masks = Masks.empty(len(scene)) if encoded is None else encoded.segment(clicks)
        near = [
            Click(int(place[c.point or 0]), c.object, c.part)
            for c in clicks
            if place[c.point or 0] >= 0
        ]
        pictures.append(render(part, _taken(masks, rows), size=PICTURE, clicks=near))
    return np.concatenate(pictures, axis=1)


def _only(truth: Masks, targets: Sequence[tuple[int, int]]) -> Masks:
    """The truth with all that was not asked for as background or rest."""
    objects, parts = np.zeros_like(truth.object), np.zeros_like(truth.part)
    for object_id, part_id in targets:
        objects[truth.object == object_id] = object_id
        parts[(truth.object == object_id) & (truth.part == part_id)] = part_id
    return Masks.of(objects, parts)


def _round_object(scene: Scene, truth: Masks, objects: set[int]) -> np.ndarray:
    """Rows in the objects' box and a margin round it."""
    inside = np.isin(truth.object, list(objects)) & scene.valid
    low, high = scene.xyz[inside].min(axis=0), scene.xyz[inside].max(axis=0)
    margin = MARGIN * float((high - low).max())
    near = scene.valid.copy()
    for axis in range(3):
        values = scene.xyz[:, axis]
        near &= (values >= low[axis] - margin) & (values <= high[axis] + margin)
    return np.flatnonzero(near)


def _taken(masks: Masks, rows: np.ndarray) -> Masks:
    return Masks(masks.object[rows], masks.part[rows], masks.confidence[rows])
