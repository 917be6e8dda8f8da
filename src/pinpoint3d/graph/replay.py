"""Answers to click lists, click by click, so that corrections keep what they are not about.

An engine answers all clicks at once. `Replay` asks it after every click and holds each answer to
the one before (`guarantees.py`). The answer is still a function of the click list alone; the last
few are kept, so that one more click, or one taken back, costs one question.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Int64

from pinpoint3d.graph.guarantees import (
    NodeGraph,
    keep_clicked,
    keep_settled,
    keep_unconcerned,
    with_rows_of,
)
from pinpoint3d.recent import Recent
from pinpoint3d.snap import SnappedClicks, snap_clicks
from pinpoint3d.types import Click, Masks, Scene

KEPT = 3  # answers, 24 bytes a point each


@dataclass(frozen=True)
class StandingClicks:
    """Clicks that no later one on the same point replaces, in their order.

    Attributes
    ----------
    snapped
        Rows and labels.
    granularity
        Of each click, as `Click` has it.
    """

    snapped: SnappedClicks
    granularity: tuple[float | None, ...]

    @classmethod
    def of(cls, scene: Scene, clicks: Sequence[Click]) -> "StandingClicks":
        """Those of a click list."""
        snapped = snap_clicks(scene, clicks)
        standing = snapped.standing()
        return cls(snapped.take(standing), tuple(clicks[i].granularity for i in standing.tolist()))

    def __len__(self) -> int:
        return len(self.snapped)

    def first(self, n: int) -> "StandingClicks":
        """The first `n` of them."""
        return StandingClicks(self.snapped.take(np.arange(n)), self.granularity[:n])

    def labels(self) -> list[tuple[int, int]]:
        """(object, part) of each."""
        return list(zip(self.snapped.objects.tolist(), self.snapped.parts.tolist(), strict=True))


@dataclass(frozen=True)
class Fresh:
    """An engine's answer to all clicks at once, and what it wants to know at the next click."""

    masks: Masks
    memory: Any = None


@dataclass(frozen=True)
class Answer:
    """To some clicks: what the engine said, and the masks that are shown."""

    fresh: Fresh
    settled: Masks


class Replay:
    """Answers of one engine about one scene.

    Parameters
    ----------
    fresh
        The engine: an answer from clicks and the answer before the last of them, or None for the
        first; a pure function in which clicked points have their label.
    around
        The graph round the last of some clicks; None where nothing is segmented.
    doubted
        Rows whose change by the last of some clicks, a correction, the engine does not believe,
        given the masks shown before it and the engine's answer.
    """

    def __init__(
        self,
        fresh: Callable[[StandingClicks, Answer | None], Fresh],
        around: Callable[[StandingClicks], NodeGraph | None],
        doubted: Callable[[StandingClicks, Masks, Masks], Int64[np.ndarray, " rows"]] | None = None,
    ) -> None:
        self._fresh = fresh
        self._around = around
        self._doubted = doubted
        self._kept: Recent[tuple[object, ...], Answer] = Recent(KEPT)

    def answer(self, clicks: StandingClicks) -> Masks:
        """Masks after all the clicks, of which there is at least one.

        Up to the first correction they are the engine's own.
        """
        labels = clicks.labels()
        keys = tuple(zip(clicks.snapped.rows.tolist(), labels, clicks.granularity, strict=True))
        seen = {(0, 0), labels[0]}
        corrects = [False]
        for label in labels[1:]:
            corrects.append(label in seen)
            seen.add(label)
        n_free = corrects.index(True) if True in corrects else len(clicks)
        n = len(clicks)
        while (known := self._kept.find(keys[:n])) is None and n > n_free:
            n -= 1
        if known is None:
            fresh = self._fresh(clicks.first(n), None)
            known = self._kept.of(keys[:n], lambda: Answer(fresh, fresh.masks))
        for k in range(n, len(clicks)):
            known = self._kept.of(
                keys[: k + 1],
                partial(self._next, clicks.first(k + 1), known, corrects=corrects[k]),
            )
        return known.settled

    def _next(self, clicks: StandingClicks, before: Answer, *, corrects: bool) -> Answer:
        """The answer after the last of the clicks, from the one after those before it."""
        fresh = self._fresh(clicks, before)
        last = clicks.snapped.take(np.array([len(clicks) - 1]))
        settled = before.settled
        if not corrects:
            settled = keep_settled(settled, before.fresh.masks, fresh.masks)
        elif (graph := self._around(clicks)) is not None:
            said = fresh.masks
            if self._doubted is not None:
                said = with_rows_of(said, settled, self._doubted(clicks, settled, said))
            settled = keep_unconcerned(settled, said, last, graph)
        return Answer(fresh, keep_clicked(settled, last))
