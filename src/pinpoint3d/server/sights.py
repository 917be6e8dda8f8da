"""What of a session is out of sight: operations that are undone as others are, and change no label.

They are the studio's alone. A saved session does not have them, and no engine hears of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pinpoint3d.server.messages import Target


@dataclass(frozen=True)
class Hide:
    """An object, or one of its parts, out of sight or back in it."""

    object: int
    part: int | None
    hidden: bool


@dataclass(frozen=True)
class Isolate:
    """One object in sight and no other; None: the others too."""

    object: int | None


@dataclass(frozen=True)
class ShowAll:
    """Everything in sight."""


Sight = Hide | Isolate | ShowAll


@dataclass(frozen=True)
class InSight:
    """What all of them together come to: targets out of sight, and the object left alone."""

    hidden: tuple[Target, ...] = ()
    alone: int | None = None


def in_sight(sights: Iterable[Sight]) -> InSight:
    """What is in sight after operations, in their order."""
    hidden: dict[tuple[int, int], None] = {}  # a set that keeps its order
    alone: int | None = None
    for sight in sights:
        match sight:
            case Hide(object_id, part_id, True):
                hidden[object_id, part_id or 0] = None
            case Hide(object_id, part_id, False):
                hidden.pop((object_id, part_id or 0), None)
            case Isolate(object_id):
                alone = object_id
            case ShowAll():
                hidden, alone = {}, None
    return InSight(tuple(Target(object=o, part=p) for o, p in hidden), alone)


def sight_as_dict(sight: Sight) -> dict[str, Any]:
    """An operation in the form that the log has."""
    match sight:
        case Hide(object_id, part_id, hidden):
            return {"op": "hide", "object": object_id, "part": part_id, "hidden": hidden}
        case Isolate(object_id):
            return {"op": "isolate", "object": object_id}
        case ShowAll():
            return {"op": "show"}


def sight_of(entry: Mapping[str, Any]) -> Sight | None:
    """Operation of that form; None if it is one of another kind.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it lacks something.
    """
    match entry["op"]:
        case "hide":
            part = entry["part"]
            return Hide(int(entry["object"]), part if part is None else int(part), entry["hidden"])
        case "isolate":
            alone = entry["object"]
            return Isolate(alone if alone is None else int(alone))
        case "show":
            return ShowAll()
        case _:
            return None
