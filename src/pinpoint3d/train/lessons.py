"""Lessons: a question about a crop, its clicks, and the corrections that follow.

`draw_lesson` decides what is asked (all parts, some, one, or the object alone; on which level of
the part tree) and where the first clicks fall. `Lesson.corrected` adds clicks where an answer is
wrong, by the same simulated user that the evaluation has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32, Int32

from pinpoint3d.graph.guarantees import NodeGraph, keep_clicked, keep_unconcerned
from pinpoint3d.net.pairs import ClickFields, Question, click_fields
from pinpoint3d.simulate import Clicker
from pinpoint3d.snap import SnappedClicks
from pinpoint3d.train.crops import Crop, recoloured, rescaled, turned
from pinpoint3d.types import Click, Masks, Scene

ALL_PARTS, SOME_PARTS, ONE_PART, OBJECT_ALONE = 0.64, 0.15, 0.07, 0.14
FINEST = 0.65  # of lessons ask on the finest level
MOST_PARTS = 12
FEWEST_NODES = 6  # of a part worth asking about
DEEPEST = 0.6  # of lessons begin with clicks at the deepest points, the others anywhere
OUTSIDE = 0.15  # of lessons begin with clicks outside the object as well


@dataclass(frozen=True)
class Lesson:
    """A crop, what is asked about it, and what is right.

    Attributes
    ----------
    crop
        What is looked at.
    question
        The clicks so far.
    fields
        `pairs.click_fields` of each click.
    truth
        Of each node: 0 background, 1 the object's rest, 2 and up its parts. int32 (V,).
    is_whole
        Whether the object alone is asked about; its one part is then all of it, and nothing is
        learned of parts.
    clicker
        Who finds what is wrong.
    """

    crop: Crop
    question: Question
    fields: tuple[ClickFields, ...]
    truth: Int32[np.ndarray, " nodes"]
    clicker: Clicker
    is_whole: bool = False

    @property
    def n_answers(self) -> int:
        """Labels that a node may have: background, rest, parts."""
        return 2 + len(self.question.parts)

    def held(self, before: Masks, answer: Masks, n_before: int) -> Masks:
        """An answer as a user sees it, who saw another before the clicks from `n_before` on.

        Those are corrections, and change what `graph.guarantees` lets them.
        """
        question = self.question
        graph = NodeGraph(np.arange(len(self.truth), dtype=np.int32), self.crop.view.neighbour)
        shown = before
        for k in range(n_before, len(question.node)):
            click = SnappedClicks(
                question.node[k : k + 1].astype(np.int64),
                question.is_object[k : k + 1].astype(np.int32),
                question.part[k : k + 1],
                np.zeros(1, np.float32),
            )
            shown = keep_clicked(keep_unconcerned(shown, answer, click, graph), click)
        return shown

    def corrected(self, shown: Masks, most: int) -> "Lesson":
        """The lesson with clicks on up to `most` errors of an answer, largest first."""
        return self.clicked(self.clicker.errors(shown, most))

    def clicked(self, clicks: Sequence[Click]) -> "Lesson":
        """The lesson with more clicks, corrections unless they are the first."""
        if not clicks:
            return self
        view, old = self.crop.view, self.question
        n_before = len(old.node)
        node = np.array([click.point for click in clicks], np.int32)
        question = replace(
            old,
            node=np.concatenate([old.node, node]),
            is_object=np.append(old.is_object, [bool(click.object) for click in clicks]),
            part=np.append(old.part, [int(click.part) for click in clicks]).astype(np.int32),
            corrections=tuple(range(n_before, n_before + len(clicks))) if n_before else (),
        )
        fields = tuple(click_fields(view, int(n)) for n in node)
        return replace(self, question=question, fields=self.fields + fields)


def draw_lesson(crop: Crop, rng: np.random.Generator) -> Lesson:
    """A lesson about a crop, which is turned, scaled and coloured anew."""
    crop = recoloured(rescaled(turned(crop, rng), float(rng.uniform(0.8, 1.25))), rng)
    return lesson_on(crop, rng)


def lesson_on(crop: Crop, rng: np.random.Generator, *, all_parts: bool = False) -> Lesson:
    """A lesson about a crop as it is; with `all_parts` the question that evaluations ask."""
    level = len(crop.levels) - 1
    if not all_parts and rng.random() > FINEST:
        level = int(rng.integers(len(crop.levels)))
    part = crop.levels[level][crop.part]
    count = np.bincount(part, minlength=crop.levels.shape[1])
    able = [p for p in range(1, len(count)) if count[p] >= FEWEST_NODES]
    chosen = _chosen(able, rng, all_parts=all_parts)
    if chosen and len(chosen) == 1 and count[chosen[0]] == count.sum() - (crop.label != 1).sum():
        chosen = []  # the part is the object
    truth = (crop.label == 1).astype(np.int32)
    if not chosen:
        truth *= 2
    for place, p in enumerate(chosen, start=2):
        truth[part == p] = place
    part_ids = tuple(range(1, 1 + max(1, len(chosen))))
    clicker = Clicker(Scene(crop.view.xyz), masks_of(truth), [(1, p) for p in part_ids])
    clicks = clicker.first_clicks()
    if not all_parts and rng.random() > DEEPEST:
        clicks = [
            replace(click, point=int(rng.choice(np.flatnonzero(truth == click.part + 1))))
            for click in clicks
        ]
    if not all_parts and rng.random() < OUTSIDE and (truth == 0).any():
        around = rng.choice(np.flatnonzero(truth == 0), int(rng.integers(1, 4)))
        clicks += [Click(int(row), object=0) for row in around]
    nothing = np.zeros(0, np.int32)
    question = Question(part_ids, nothing, nothing.astype(bool), nothing)
    return Lesson(crop, question, (), truth, clicker, is_whole=not chosen).clicked(clicks)


def _chosen(able: list[int], rng: np.random.Generator, *, all_parts: bool) -> list[int]:
    """Parts to ask about; none where the object alone is asked for."""
    if len(able) > MOST_PARTS:
        able = sorted(rng.choice(able, MOST_PARTS, replace=False).tolist())
    chance = rng.random()
    if all_parts or chance < ALL_PARTS or not able:
        return able
    if chance < ALL_PARTS + SOME_PARTS:
        return sorted(rng.choice(able, int(rng.integers(1, len(able) + 1)), replace=False).tolist())
    if chance < ALL_PARTS + SOME_PARTS + ONE_PART:
        return [int(rng.choice(able))]
    return []


def masks_of(
    answer: Int32[np.ndarray, " nodes"], confidence: Float32[np.ndarray, " nodes"] | None = None
) -> Masks:
    """An answer as masks: object 1 with part 0 for its rest; certain unless told how much."""
    masks = Masks.of((answer > 0).astype(np.int32), np.maximum(answer - 1, 0).astype(np.int32))
    return masks if confidence is None else replace(masks, confidence=confidence)
