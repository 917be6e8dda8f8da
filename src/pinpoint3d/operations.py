"""What a person can do in a session: clicks, and the operations laid over their answer.

All are checked when they are made, so that whatever a session holds can be saved and read again.
"""

from dataclasses import dataclass

import numpy as np

from pinpoint3d.errors import ClickError
from pinpoint3d.types import Click, whole_number


@dataclass(frozen=True)
class Paint:
    """Points given to an object and part by hand; object 0 erases. `points` ascend."""

    points: tuple[int, ...]
    object: int
    part: int = 0

    def __post_init__(self) -> None:
        _set_whole(self, "object", "part")
        rows = np.asarray(self.points if len(self.points) else np.zeros(0, np.int64))
        if rows.dtype.kind not in "iu" or rows.ndim != 1 or rows[:1].sum() < 0:
            raise ClickError("paint is given points that are no rows; give whole numbers from 0.")
        if np.any(rows[1:] <= rows[:-1]):
            raise ClickError("paint is given points out of order; give each once, ascending.")
        object.__setattr__(self, "points", tuple(rows.tolist()))
        if self.object == 0 and self.part != 0:
            raise ClickError("paint gives a part to background; object 0 has no parts.")


@dataclass(frozen=True)
class Choose:
    """A candidate of a click, by its number from 0, taken for the click's object and part."""

    click: Click
    candidate: int

    def __post_init__(self) -> None:
        if not isinstance(self.click, Click):
            raise ClickError("a candidate is chosen without a Click; give the click it reads.")
        _set_whole(self, "candidate")


@dataclass(frozen=True)
class Lock:
    """An object kept as it is (or let go again)."""

    object: int
    locked: bool = True

    def __post_init__(self) -> None:
        _set_whole(self, "object")
        if not isinstance(self.locked, bool | np.bool_):
            raise ClickError("a lock is neither on nor off; give True or False.")
        object.__setattr__(self, "locked", bool(self.locked))


@dataclass(frozen=True)
class Rename:
    """A name for an object, or for one of its parts; an empty one takes the name away."""

    object: int
    part: int | None
    name: str

    def __post_init__(self) -> None:
        _set_whole(self, "object", *(() if self.part is None else ("part",)))
        if not isinstance(self.name, str):
            raise ClickError(f"the name of object {self.object} is no text; give a str.")
        object.__setattr__(self, "name", str(self.name))


@dataclass(frozen=True)
class Merge:
    """All of object `other` made part of object `into`."""

    into: int
    other: int

    def __post_init__(self) -> None:
        _set_whole(self, "into", "other")


@dataclass(frozen=True)
class Delete:
    """An object forgotten, or (with `part`) one of its parts, with the clicks and paint on it."""

    object: int
    part: int | None = None

    def __post_init__(self) -> None:
        _set_whole(self, "object", *(() if self.part is None else ("part",)))


Operation = Click | Paint | Choose | Lock | Rename | Merge | Delete


def _set_whole(operation: Operation, *names: str) -> None:
    """Turn the values of those names into plain ints, or refuse them."""
    kind = type(operation).__name__.lower()
    for name in names:
        value = whole_number(getattr(operation, name), f"the {name} of a {kind}")
        object.__setattr__(operation, name, value)
