"""What a session shows after its operations: labels in display order, and the object tree."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pinpoint3d.server.frames import Labels, delta_frame, encode, labels_frame
from pinpoint3d.server.history import Mark, next_part
from pinpoint3d.server.messages import Brief, ClickMark, ObjectRow, PartRow, State
from pinpoint3d.server.scenes import OpenScene
from pinpoint3d.server.sights import InSight
from pinpoint3d.session import Session
from pinpoint3d.snap import snap_clicks
from pinpoint3d.summary import TargetSummary, summarise

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Colours:
    """What is drawn of a session as of a revision; ready before the rest of its answer.

    Attributes
    ----------
    rev
        The last operation that is in it.
    labels
        Of the displayed points.
    base_rev
        Revision of the colours before.
    delta
        Frame of what changed since.
    """

    rev: int
    labels: Labels
    base_rev: int
    delta: bytes

    def whole(self) -> bytes:
        """Frame of all labels."""
        return encode(labels_frame(self.labels, self.rev))


@dataclass(frozen=True)
class Answer:
    """A session as of a revision: its colours, and everything else that is shown."""

    colours: Colours
    state: State

    @property
    def rev(self) -> int:
        """The last operation that is in it."""
        return self.colours.rev


@dataclass(frozen=True)
class Snapshot:
    """What of a history an answer needs, taken before the history goes on.

    `highest_part` is the highest part id ever used in each object.
    """

    rev: int
    marks: list[Mark]
    undo: Brief | None
    redo: Brief | None
    next_object: int | None
    highest_part: Mapping[int, int]
    in_sight: InSight


def colours(
    opened: OpenScene, session: Session, shown: Snapshot, before: Colours | None
) -> Colours:
    """Labels of a session as it is now, and what of them is new."""
    labels = opened.display.labels(session.masks)
    old = Labels.empty(len(labels)) if before is None else before.labels
    base_rev = 0 if before is None else before.rev
    delta = encode(delta_frame(labels, shown.rev, old, base_rev))
    return Colours(shown.rev, labels, base_rev, delta)


def answer(opened: OpenScene, session: Session, shown: Snapshot, drawn: Colours) -> Answer:
    """Tree, clicks and suggestions of a session as it is now, beside its colours."""
    return Answer(drawn, _state(opened, session, shown))


def _state(opened: OpenScene, session: Session, shown: Snapshot) -> State:
    found = summarise(opened.scene, session.masks, session.clicks, session.names)
    standing = [target for target in found if target.n_points]
    rows = snap_clicks(opened.scene, [mark.click for mark in shown.marks]).rows
    there = {0, *(target.object for target in standing)}
    rows_there = {(target.object, target.part or 0) for target in standing}
    sight = shown.in_sight
    marks = [
        ClickMark(
            point=int(opened.display.point[row]),
            object=mark.object,
            part=mark.part,
            negative=mark.negative,
        )
        for row, mark in zip(rows, shown.marks, strict=True)
        if mark.object in there
    ]
    return State(
        rev=shown.rev,
        undo=shown.undo,
        redo=shown.redo,
        next_object=shown.next_object,
        objects=_objects(standing, marks, session, shown.highest_part),
        clicks=marks,
        suggestions=_worth_a_click(opened, session),
        hidden=[each for each in sight.hidden if (each.object, each.part) in rows_there],
        alone=sight.alone if sight.alone in there else None,
    )


def _worth_a_click(opened: OpenScene, session: Session) -> list[int]:
    """Displayed points where a click would help most; none where the engine fails to say."""
    try:
        places = session.suggest()
    except Exception:  # any engine's: the masks are there, and should be shown without
        _logger.exception("no place to click next can be suggested")
        return []
    return [int(opened.display.point[place.point]) for place in places]


def _objects(
    targets: Sequence[TargetSummary],
    marks: Sequence[ClickMark],
    session: Session,
    highest_part: Mapping[int, int],
) -> list[ObjectRow]:
    """Rows of the tree; clicks are counted for the target they were made for."""
    of_object = Counter(mark.object for mark in marks)
    of_part = Counter((mark.object, mark.part) for mark in marks)
    rows = []
    for target in targets:
        if target.part is not None:
            continue
        parts = [
            PartRow(
                part=part.part or 0,
                name=part.name,
                points=part.n_points,
                clicks=of_part[part.object, part.part or 0],
                confidence=part.confidence,
                iou=part.iou,
            )
            for part in targets
            if part.object == target.object and part.part is not None
        ]
        rows.append(
            ObjectRow(
                object=target.object,
                name=target.name,
                points=target.n_points,
                clicks=of_object[target.object],
                confidence=target.confidence,
                iou=target.iou,
                locked=target.object in session.locked,
                next_part=next_part(highest_part.get(target.object, 0)),
                parts=parts,
            )
        )
    return rows
