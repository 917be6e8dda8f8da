"""What was done in a session, by whom it may still be undone, and which ids are taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pinpoint3d.errors import ProjectError
from pinpoint3d.files.project import operation_as_dict, operation_of
from pinpoint3d.operations import Choose, Delete, Lock, Merge, Operation, Paint, Rename
from pinpoint3d.server.messages import MAX_OBJECT, MAX_PART, Brief, LoggedOp
from pinpoint3d.server.sights import (
    Hide,
    InSight,
    Isolate,
    ShowAll,
    Sight,
    in_sight,
    sight_as_dict,
    sight_of,
)
from pinpoint3d.types import Click, Scene

_NAMES = {
    Click: "click",
    Choose: "choose",
    Paint: "paint",
    Rename: "rename",
    Lock: "lock",
    Merge: "merge",
    Delete: "delete",
    Hide: "hide",
    Isolate: "isolate",
    ShowAll: "show",
}


@dataclass(frozen=True)
class Entry:
    """A line of the log.

    Attributes
    ----------
    rev, key, at
        Its number from 1, what the client calls it, and when it was written (ISO 8601).
    kind
        "do", "undo" and "redo", or "void": the last click taken back because it had no answer.
    operation
        What "do" does.
    object, part, negative
        The target that was meant: a negative click is an operation for another label.
    rider
        Whether it came along with the entry before, and is undone and redone with it.
    """

    rev: int
    key: str
    at: str
    kind: Literal["do", "undo", "redo", "void"]
    operation: Operation | Sight | None = None
    object: int | None = None
    part: int | None = None
    negative: bool = False
    rider: bool = False

    def brief(self) -> Brief:
        """What a list shows of it."""
        return Brief(op=self._name, object=self.object, part=self.part, negative=self.negative)

    def logged(self) -> LoggedOp:
        """What other clients are told of it."""
        return LoggedOp(rev=self.rev, key=self.key, at=self.at, **self.brief().model_dump())

    @property
    def _name(self) -> str:
        if isinstance(self.operation, Hide) and not self.operation.hidden:
            return "show"
        return self.kind if self.operation is None else _NAMES[type(self.operation)]

    def as_record(self, scene: Scene) -> dict[str, Any]:
        """Its JSON in the log."""
        record = {"rev": self.rev, "key": self.key, "at": self.at, "kind": self.kind}
        if self.operation is not None:
            if isinstance(self.operation, Sight):
                record["do"] = sight_as_dict(self.operation)
            else:
                record["do"] = operation_as_dict(self.operation, scene)
            record["target"] = [self.object, self.part]
            record["negative"] = self.negative
            if self.rider:
                record["rider"] = True
        return record


@dataclass(frozen=True)
class Mark:
    """A click that stands: its operation, and the target it was made for."""

    click: Click
    object: int
    part: int
    negative: bool
    rider: bool = False


class History:
    """All entries of a log in order, and what follows from them."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.done: list[Entry] = []
        self.undone: list[Entry] = []
        self._by_key: dict[str, Entry] = {}
        self._highest_part: dict[int, int] = {}

    @property
    def rev(self) -> int:
        """Number of the last entry."""
        return len(self.entries)

    def next_entry(self, key: str, kind: Literal["do", "undo", "redo", "void"], **values: Any):
        """An entry to come, not yet in the history."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        return Entry(self.rev + 1, key, at, kind, **values)

    def add(self, entry: Entry) -> None:
        """Count an entry that is on disk."""
        self.entries.append(entry)
        self._by_key[entry.key] = entry
        match entry.kind:
            case "do":
                self.done.append(entry)
                self.undone = []
                self._take_ids(entry)
            case "undo":
                self.undone.append(self.done.pop())
            case "redo":
                self.done.append(self.undone.pop())
            case "void":
                self.done.pop()

    def entry_of(self, key: str) -> Entry | None:
        """The entry that a client made under a key."""
        return self._by_key.get(key)

    def since(self, rev: int) -> list[Entry]:
        """Entries after a revision."""
        return self.entries[rev:]

    def operations(self) -> list[Operation]:
        """What was done and not undone, in order."""
        return [entry.operation for entry in self.done if isinstance(entry.operation, Operation)]

    def subject(self, entry: Entry) -> Operation | Sight | None:
        """What an entry to come does, takes back, or does again."""
        match entry.kind:
            case "do":
                return entry.operation
            case "redo":
                return self.undone[-1].operation
            case _:
                return self.done[-1].operation

    def rides_next(self) -> bool:
        """Whether what would be redone next came along with what was redone last."""
        return bool(self.undone) and self.undone[-1].rider

    def in_sight(self) -> InSight:
        """What is out of sight."""
        return in_sight(e.operation for e in self.done if isinstance(e.operation, Sight))

    def next_object(self) -> int | None:
        """An object id that was never used; None if there is none left."""
        free = max(self._highest_part, default=0) + 1
        return free if free <= MAX_OBJECT else None

    def highest_parts(self) -> dict[int, int]:
        """The highest part id that was ever used in each object."""
        return dict(self._highest_part)

    def _take_ids(self, entry: Entry) -> None:
        """Count the ids of an entry as used, even if it is undone later."""
        highest = self._highest_part
        match entry.operation:
            case Merge(into, other):  # parts of `other` are raised by those of `into`, at most
                highest[into] = highest.get(into, 0) + highest.get(other, 0)
            case Hide() | Isolate() | ShowAll():
                pass  # nobody gets an id by these
            case _:
                object_id = entry.object or 0
                highest[object_id] = max(highest.get(object_id, 0), entry.part or 0)

    def locked(self) -> set[int]:
        """Objects that are locked."""
        locked: set[int] = set()
        for entry in self.done:
            match entry.operation:
                case Lock(object_id, True):
                    locked.add(object_id)
                case Lock(object_id, False):
                    locked.discard(object_id)
        return locked

    def marks(self) -> list[Mark]:
        """Clicks on objects and parts that were not deleted since, under the object they are in."""
        marks: list[Mark] = []
        for entry in self.done:
            match entry.operation:
                case Click() as click:
                    target = (entry.object or 0, entry.part or 0)
                    marks = [m for m in marks if not (entry.rider and m.click.point == click.point)]
                    marks.append(Mark(click, *target, entry.negative, entry.rider))
                case Merge(into, other):
                    marks = [
                        Mark(m.click, into, 0, m.negative) if m.object == other else m
                        for m in marks
                    ]
                case Delete(object_id, part_id):
                    marks = [
                        m for m in marks if m.object != object_id or part_id not in (None, m.part)
                    ]
        return marks

    def on_whole(self, object_id: int) -> list[Mark]:
        """Clicks for an object from before it had parts: they did not mean "none of its parts"."""
        early: list[Mark] = []
        for mark in self.marks():
            if mark.object == object_id and mark.part == 0 and not mark.negative:
                early.append(mark)
            elif mark.object == object_id and mark.part and not mark.rider:
                break
        return early

    def in_the_way(self, base: int, object_id: int | None) -> list[Entry]:
        """What was done after `base` that changes what a click for an object means."""
        return [entry for entry in self.since(base) if _changes(entry, object_id)]


def next_part(highest: int) -> int | None:
    """The part id after the `highest` one ever used in an object; None if there is none left."""
    return highest + 1 if highest < MAX_PART else None


def entry_of(record: Mapping[str, Any], n_rows: int) -> Entry:
    """Entry of a record in the log.

    Raises
    ------
    ProjectError
        If it is none: a log that is whole but of another program.
    """
    try:
        do = record.get("do")
        object_id, part_id = record.get("target", (None, None))
        return Entry(
            rev=int(record["rev"]),
            key=str(record["key"]),
            at=str(record["at"]),
            kind=record["kind"],
            operation=None if do is None else sight_of(do) or operation_of(do, n_rows),
            object=object_id,
            part=part_id,
            negative=bool(record.get("negative", False)),
            rider=bool(record.get("rider", False)),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ProjectError(f"a session's log holds what is no operation ({error!r}).") from None


def _changes(entry: Entry, object_id: int | None) -> bool:
    match entry.operation:
        case Click() | Paint() | Choose() | Rename() | Hide() | Isolate() | ShowAll():
            return False
        case Lock(changed, _) | Delete(changed, _):
            return changed == object_id
        case Merge(into, other):
            return object_id in (into, other)
        case _:  # undo, redo and void may change anything
            return True
