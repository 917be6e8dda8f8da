"""One session while it is in use: operations in, answers out, and everything on disk in between.

`submit` is the way in. Operations come one at a time (the session's lock). A click is checked,
written to the log and acknowledged; it is answered by `_answer_clicks` as soon as the model is
free, together with all that came meanwhile: the newest click wins, and none is lost. Other
operations are done first and acknowledged when they are in the log.
"""

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import Literal, Protocol, TypeVar

import numpy as np

from pinpoint3d.errors import PinpointError
from pinpoint3d.operations import Choose, Delete, Lock, Merge, Operation, Paint, Rename
from pinpoint3d.server.answers import Answer, Colours, Snapshot, answer, colours
from pinpoint3d.server.frames import candidates_frame, encode, mask_frame
from pinpoint3d.server.history import Entry, History, Mark, entry_of, next_part
from pinpoint3d.server.identifiers import new_id
from pinpoint3d.server.messages import (
    MAX_PART,
    Ack,
    ChooseOp,
    ClickOp,
    Code,
    DeleteOp,
    HideOp,
    IsolateOp,
    LockOp,
    MergeOp,
    Op,
    PaintOp,
    Place,
    Progress,
    RedoOp,
    RenameOp,
    ShowOp,
    UndoOp,
)
from pinpoint3d.server.oplog import OpLog
from pinpoint3d.server.problems import RefusedError, refused
from pinpoint3d.server.records import SessionRecord
from pinpoint3d.server.scenes import OpenScene, SceneStore
from pinpoint3d.server.sights import Hide, Isolate, ShowAll
from pinpoint3d.server.work import Lane, Work
from pinpoint3d.session import Session
from pinpoint3d.snap import snap_clicks
from pinpoint3d.types import Click

MOST_OF_OBJECT = 0.9  # of its points: no part has more
_logger = logging.getLogger(__name__)
R = TypeVar("R")


class Listener(Protocol):
    """Who is told when a session changes."""

    def wake(self) -> None:
        """There is a new answer, or progress."""
        ...


class LiveSession:
    """A session in memory.

    Parameters
    ----------
    record
        What it is and what it works on.
    log
        Its log, just opened.
    scenes, work
        Where scans come from, and where slow things run.
    """

    def __init__(self, record: SessionRecord, log: OpLog, scenes: SceneStore, work: Work) -> None:
        self.record = record
        self.progress = Progress(stage="read", done=None)
        self.colours: Colours | None = None  # they are there a little before the answer
        self.answer: Answer | None = None
        self.listeners: set[Listener] = set()
        # told of every entry on disk that has to do with labels
        self.watchers: set[Callable[[Entry], None]] = set()
        self.used = monotonic()
        self._log = log
        self._scenes = scenes
        self._work = work
        self._history = History()
        for entry in log.records:
            self._history.add(entry_of(entry, record.rows))
        self._session: Session | None = None
        self._pending: list[Operation] = []  # in the log, not yet in `_session`
        self._lock = asyncio.Lock()  # order of operations; taken before `_model`
        self._model = asyncio.Lock()  # whoever reads or changes `_session`
        self._to_show = asyncio.Event()
        self._changed = asyncio.Event()  # set and replaced at every change
        self._closed = False
        self._preparing = asyncio.create_task(self._prepare())
        self._answering = asyncio.create_task(self._answer_clicks())

    @property
    def rev(self) -> int:
        """Operations that are on disk."""
        return self._history.rev

    @property
    def has_failed(self) -> bool:
        """Whether it could not be opened."""
        ready = self._preparing
        return ready.done() and (ready.cancelled() or ready.exception() is not None)

    async def scene(self) -> OpenScene:
        """The scan, waited for."""
        return await self._scenes.open(self.record.scene)

    async def answered(self, rev: int = 0) -> Answer:
        """An answer with at least so many operations, waited for."""
        while self.answer is None or self.answer.rev < rev:
            self._check_open()
            await self._changed.wait()
        return self.answer

    async def submit(self, key: str, base: int | None, op: Op) -> Ack:
        """Do an operation once, however often it is sent.

        Parameters
        ----------
        key
            What the client calls it; the second time only the first answer is given again.
        base
            Revision that the person saw; None for whatever stands.
        op
            What to do.

        Raises
        ------
        RefusedError
            If it is not done; nothing has changed then. STALE if the target changed since `base`.
        """
        doing = asyncio.create_task(self._submit(key, base, op))
        return await asyncio.shield(doing)  # to its end, even if the client leaves

    async def _submit(self, key: str, base: int | None, op: Op) -> Ack:
        self.used = monotonic()
        opened = await self.scene()
        async with self._lock:
            self._check_open()
            earlier = self._history.entry_of(key)
            if earlier is not None:
                return _ack(earlier)
            if base is not None:
                self._check_base(base, op)
            if isinstance(op, ClickOp):
                entry = await self._click(key, op, opened)
                if op.part is None:
                    await self._bring_along(entry, opened)
                return Ack(key=key, rev=self.rev, object=entry.object, part=entry.part)
            entry = await self._change(key, op, opened)
            while isinstance(op, UndoOp) and self._history.undone[-1].rider:
                entry = await self._change(new_id(), op, opened)
            while isinstance(op, RedoOp) and self._history.rides_next():
                entry = await self._change(new_id(), op, opened)
            return Ack(key=key, rev=entry.rev, object=entry.object, part=entry.part)

    async def candidates(self, op: ClickOp, ack: Ack) -> bytes:
        """Frame of the readings of a click, small to large."""
        click = Click(
            point=_row(await self.scene(), op), object=ack.object or 0, part=ack.part or 0
        )
        target = {"object": ack.object or 0, "part": ack.part or 0}

        def read(session: Session, opened: OpenScene) -> bytes:
            masks = [
                mask_frame(
                    opened.display.mask(candidate.mask),
                    rev=ack.rev,
                    score=candidate.score,
                    **target,
                )
                for candidate in session.candidates(click)[:255]
            ]
            return encode(candidates_frame(masks, ack.rev))

        return await self.read(read, Lane.DECODE)

    def is_first_click(self, op: ClickOp, ack: Ack) -> bool:
        """Whether a click that was just acknowledged is the only one of its target."""
        if not ack.object or op.negative:
            return False
        target = (ack.object, ack.part)
        marks = self._history.marks()
        return sum((m.object, m.part) == target and not m.rider for m in marks) == 1

    async def read(self, do: Callable[[Session, OpenScene], R], lane: Lane = Lane.FILES) -> R:
        """Result of a function that looks at the session as it is answered, run in a thread."""
        await self.answered()
        opened = await self.scene()
        async with self._model:
            assert self._session is not None  # there is an answer
            return await self._work.run(lane, do, self._session, opened)

    def entries_since(self, rev: int) -> list[Entry]:
        """Entries of the log after a revision."""
        return self._history.since(rev)

    async def close(self) -> None:
        """Finish what runs and close the log; what waits is answered when it is opened again."""
        async with self._lock:
            self._closed = True
            self._answering.cancel()
            self._preparing.cancel()
            async with self._model:
                await self._work.run(Lane.DISK, self._log.close)
        self._tell("read")

    def _check_open(self) -> None:
        """Refuse what comes after the session was closed or has failed to open."""
        if self._closed:
            raise RefusedError(Code.NOT_READY, "the session was closed; ask again.", retry_after=1)
        if self.has_failed:
            self._preparing.result()  # raises what kept it from opening

    async def _prepare(self) -> None:
        """Read the scan, encode it, and do what the log says."""
        try:
            self._tell("read")
            opened = await self.scene()
            self._tell("encode")
            encoded = await self._scenes.encoded(self.record.scene, self.record.segmenter)
            async with self._model:
                shown, self._pending = self._shown(), []
                operations = self._history.operations()
                session = await self._work.run(Lane.ENCODE, Session, encoded, operations)
                self._session = session
                await self._show(opened, shown, Lane.ENCODE)
        except PinpointError as error:
            self._tell("read")
            raise refused(error) from None
        except Exception:
            self._tell("read")
            _logger.exception("session %s cannot be opened", self.record.id)
            raise RefusedError(
                Code.INTERNAL, "the session cannot be opened; see the log."
            ) from None

    async def _answer_clicks(self) -> None:
        """Answer waiting clicks whenever there are some, all at once."""
        await asyncio.wait({self._preparing})
        while not self._preparing.cancelled() and self._preparing.exception() is None:
            await self._to_show.wait()
            self._to_show.clear()
            opened = await self.scene()
            try:
                async with self._model:
                    await self._show(opened, await self._flush())
            except Exception:
                _logger.exception("clicks in session %s have no answer", self.record.id)
                async with self._lock, self._model:
                    await self._take_back(opened)

    async def _flush(self) -> Snapshot:
        """Have all clicks answered that wait; what the session then shows. `_model` is held."""
        pending, shown = list(self._pending), self._shown()  # before any others come
        if pending:
            assert self._session is not None  # the session is prepared
            await self._work.run(Lane.DECODE, self._session.extend, pending)
            del self._pending[: len(pending)]
        return shown

    async def _take_back(self, opened: OpenScene) -> None:
        """Void the clicks that wait, because the segmenter fails on them; both locks are held."""
        if not self._pending:
            return  # what fails is no click's fault, and trying again would not end
        while self._pending:
            void = self._history.next_entry(new_id(), "void")
            await self._write(void, opened)
            self._pending.pop()
        self._to_show.set()

    async def _show(self, opened: OpenScene, shown: Snapshot, lane: Lane = Lane.DECODE) -> None:
        """Compute what is shown of the session, colours first, and tell; `_model` is held."""
        run, session = self._work.run, self._session
        assert session is not None  # the session is prepared
        self.colours = await run(lane, colours, opened, session, shown, self.colours)
        self._tell("ready")
        self.answer = await run(lane, answer, opened, session, shown, self.colours)
        self._tell("ready")

    async def _click(self, key: str, op: ClickOp, opened: OpenScene) -> Entry:
        """Check a click, have it on disk, and leave it to be answered; `_lock` is held."""
        object_id, part_id = self._target(op.object, op.part)
        row = _row(opened, op)
        self._check_free(object_id, int(opened.display.point[row]))
        if op.negative and object_id == 0:
            raise RefusedError(
                Code.REFUSED, "background has no negative clicks; click for an object."
            )
        label = (object_id, part_id)
        if op.negative:
            label = self._without(*label, int(opened.display.point[row]))
        click = Click(row, *label, granularity=op.granularity)
        entry = self._history.next_entry(
            key,
            "do",
            operation=click,
            object=object_id,
            part=part_id,
            negative=op.negative,
        )
        await self._write(entry, opened)
        self._pending.append(click)
        self._to_show.set()
        return entry

    async def _bring_along(self, entry: Entry, opened: OpenScene) -> None:
        """Let clicks for the whole object come to a part that was started; `_lock` is held.

        A click made when its object had no parts did not mean "none of its parts", as it does to
        a segmenter. Where it would be in the new part, were it not there, it is a click for it.
        """
        object_id, part_id = entry.object or 0, entry.part or 0
        early = self._history.on_whole(object_id)
        if not early:
            return
        await self.answered()
        async with self._model:
            try:
                there = await self._work.run(Lane.DECODE, self._within, entry, early)
                for mark in there:
                    click = Click(mark.click.point, object_id, part_id)
                    target = {"object": object_id, "part": part_id, "rider": True}
                    rider = self._history.next_entry(new_id(), "do", operation=click, **target)
                    await self._write(rider, opened)
                    self._pending.append(click)  # answered together with the click itself
            except Exception:  # whatever fails here, the click itself is on disk and stands
                _logger.exception(
                    "session %s: a part was started by one click alone", self.record.id
                )
        self._to_show.set()

    def _within(self, entry: Entry, early: list[Mark]) -> list[Mark]:
        """Which early clicks are where a part would be without them, if it were only a part."""
        assert self._session is not None  # the session is prepared
        others = [mark.click for mark in self._history.marks() if mark not in early]
        masks = self._session.encoded.segment(others)
        part = (masks.object == entry.object) & (masks.part == entry.part)
        n_object = np.count_nonzero(self._session.masks.object == entry.object)
        if np.count_nonzero(part) > MOST_OF_OBJECT * n_object:
            return []  # then they are what keeps it from being everything
        return [mark for mark in early if part[mark.click.point or 0]]

    async def _change(self, key: str, op: Op, opened: OpenScene) -> Entry:
        """Do anything but a click, then have it on disk; `_lock` is held."""
        await self.answered()
        async with self._model:
            try:
                await self._flush()
            except Exception:
                _logger.exception("clicks in session %s have no answer", self.record.id)
                await self._take_back(opened)
            entry = self._entry(key, op, opened)
            await self._do_and_write(entry, opened)
        self._to_show.set()
        return entry

    async def _do_and_write(self, entry: Entry, opened: OpenScene) -> None:
        """Do an entry's operation and have it on disk, or neither; both locks are held."""
        try:
            await self._work.run(Lane.DECODE, self._apply, entry)
        except PinpointError as error:
            raise refused(error) from None
        try:
            await self._write(entry, opened)
        except RefusedError:
            await self._work.run(Lane.DECODE, self._revert, entry)
            raise

    def _entry(self, key: str, op: Op, opened: OpenScene) -> Entry:
        """What an operation other than a click comes to in the log."""
        if isinstance(op, UndoOp):
            if not self._history.done:
                raise RefusedError(Code.REFUSED, "there is nothing to undo.")
            return self._history.next_entry(key, "undo")
        if isinstance(op, RedoOp):
            if not self._history.undone:
                raise RefusedError(Code.REFUSED, "there is nothing to redo.")
            return self._history.next_entry(key, "redo")
        values: dict[str, int | None]
        match op:
            case ChooseOp():
                object_id, part_id = self._target(op.object, op.part)
                values = {"object": object_id, "part": part_id}
                click = Click(_row(opened, op), object_id, part_id)
                operation = Choose(click, op.candidate)
            case PaintOp():
                object_id, part_id = self._target(op.object, op.part)
                values = {"object": object_id, "part": part_id}
                operation = Paint(_painted(opened, op), object_id, part_id)
            case RenameOp():
                values = {"object": op.object, "part": op.part}
                operation = Rename(op.object, op.part, op.name)
            case LockOp():
                values = {"object": op.object}
                operation = Lock(op.object, op.locked)
            case MergeOp():
                values = {"object": op.into}
                operation = Merge(op.into, op.other)
            case DeleteOp():
                values = {"object": op.object, "part": op.part}
                operation = Delete(op.object, op.part)
            case HideOp():
                values = {"object": op.object, "part": op.part}
                operation = Hide(op.object, op.part, op.hidden)
            case IsolateOp():
                values = {"object": op.object}
                operation = Isolate(op.object)
            case ShowOp():
                values = {}
                operation = ShowAll()
            case _:
                raise AssertionError(f"no such operation: {op}")
        return self._history.next_entry(key, "do", operation=operation, **values)

    def _apply(self, entry: Entry) -> None:
        """Do an entry's operation in the session."""
        assert self._session is not None  # the session is prepared
        operation = self._history.subject(entry)
        if not isinstance(operation, Operation):
            return  # it is about what is in sight
        if entry.kind == "undo":
            self._session.undo()
            return
        masks = self._session.extend([operation])
        if isinstance(operation, Merge) and masks.part.max() > MAX_PART:
            self._session.undo()
            raise RefusedError(
                Code.REFUSED, f"together they have more than {MAX_PART} parts; delete some."
            )

    def _revert(self, entry: Entry) -> None:
        """Take back what `_apply` did."""
        assert self._session is not None  # the session is prepared
        operation = self._history.subject(entry)
        if not isinstance(operation, Operation):
            return
        if entry.kind == "undo":
            self._session.extend([operation])
        else:
            self._session.undo()

    async def _write(self, entry: Entry, opened: OpenScene) -> None:
        """Have an entry on disk and in the history, or raise and have it in neither."""
        record = entry.as_record(opened.scene)
        await self._work.run(Lane.DISK, self._log.append, record)
        changes_labels = isinstance(self._history.subject(entry), Operation)
        self._history.add(entry)
        for watcher in self.watchers if changes_labels else ():
            watcher(entry)

    def _check_base(self, base: int, op: Op) -> None:
        """Refuse an operation that others got in the way of since `base`."""
        if base > self.rev:
            raise RefusedError(
                Code.STALE, f"there are {self.rev} operations, not {base}.", rev=self.rev, ops=[]
            )
        if isinstance(op, ClickOp):
            between = self._history.in_the_way(base, op.object)
        elif isinstance(op, RenameOp | HideOp | IsolateOp | ShowOp):
            between = []
        else:
            between = self._history.since(base)
        if between:
            raise RefusedError(
                Code.STALE,
                "somebody else changed this meanwhile; look again.",
                rev=self.rev,
                ops=[entry.logged() for entry in between],
            )

    def _target(self, object_id: int | None, part_id: int | None) -> tuple[int, int]:
        """Ids of a target, new ones filled in."""
        if object_id is None:
            object_id = self._history.next_object()
            if object_id is None:
                raise RefusedError(Code.REFUSED, "no object id is left; start another session.")
        if part_id is None:
            part_id = next_part(self._history.highest_parts().get(object_id, 0))
            if part_id is None:
                raise RefusedError(Code.REFUSED, f"object {object_id} has no part id left.")
        if object_id == 0 and part_id != 0:
            raise RefusedError(Code.REFUSED, "background has no parts; give part 0.")
        return object_id, part_id

    def _without(self, object_id: int, part_id: int, point: int) -> tuple[int, int]:
        """What a negative click says a point is: the object, not this part; or not this object.

        Of a point that no part of the object has, it is said that it is not the object's either;
        one that another object has stays with that.
        """
        within = (object_id, 0) if part_id else (0, 0)
        if self.colours is None or self.colours.rev < self.rev:
            return within  # what is there is not known yet
        labels = self.colours.labels
        under = (int(labels.object[point]), int(labels.part[point]))
        if under[0] not in (0, object_id):
            return under
        return within if under[0] == object_id and under[1] > 0 else (0, 0)

    def _check_free(self, object_id: int, point: int) -> None:
        """Refuse a click for or on a locked object, of which nothing would come."""
        locked = self._history.locked()
        under = 0 if self.colours is None else int(self.colours.labels.object[point])
        for each in (object_id, under):
            if each in locked:
                raise RefusedError(Code.LOCKED, f"object {each} is locked; unlock it first.")

    def _shown(self) -> Snapshot:
        """What an answer needs of the history as it is now."""
        history = self._history
        return Snapshot(
            rev=history.rev,
            marks=history.marks(),
            undo=history.done[-1].brief() if history.done else None,
            redo=history.undone[-1].brief() if history.undone else None,
            next_object=history.next_object(),
            highest_part=history.highest_parts(),
            in_sight=history.in_sight(),
        )

    def _tell(self, stage: Literal["read", "encode", "ready"]) -> None:
        """Wake everybody who waits for a change."""
        self.progress = Progress(stage=stage, done=1.0 if stage == "ready" else None)
        self._changed.set()
        self._changed = asyncio.Event()
        for listener in self.listeners:
            listener.wake()


def _ack(entry: Entry) -> Ack:
    return Ack(key=entry.key, rev=entry.rev, object=entry.object, part=entry.part)


def _row(opened: OpenScene, place: Place) -> int:
    """Row of the scan that a place names."""
    if place.point is not None:
        if place.point >= len(opened.display):
            raise RefusedError(
                Code.REFUSED, f"point {place.point} of a scan that shows {len(opened.display):,}."
            )
        return int(opened.display.rows[place.point])
    try:
        click = Click(point=place.row, position=place.position)
        return int(snap_clicks(opened.scene, [click]).rows[0])
    except PinpointError as error:
        raise refused(error) from None


def _painted(opened: OpenScene, op: PaintOp) -> tuple[int, ...]:
    """Rows of the scan that a stroke covers, ascending."""
    if op.rows is not None:
        rows = np.unique(np.asarray(op.rows, np.int64))
        if len(rows) and rows[-1] >= len(opened.scene):
            raise RefusedError(
                Code.REFUSED, f"row {rows[-1]} of a scan of {len(opened.scene):,} rows."
            )
        return tuple(rows.tolist())
    inside = np.zeros(len(opened.display), bool)
    for first, count in op.runs or ():
        if first + count > len(inside):
            raise RefusedError(
                Code.REFUSED, f"point {first + count - 1} of a scan that shows {len(inside):,}."
            )
        inside[first : first + count] = True
    return tuple(np.sort(opened.display.rows[inside]).tolist())
