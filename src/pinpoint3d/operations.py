"""What a person can do in a session: clicks, and the operations laid over their answer."""

from dataclasses import dataclass

from pinpoint3d.errors import ClickError
from pinpoint3d.types import MAX_ID, Click


@dataclass(frozen=True)
class Paint:
    """Points given to an object and part by hand; object 0 erases. `points` ascend."""

    points: tuple[int, ...]
    object: int
    part: int = 0

    def __post_init__(self) -> None:
        _check_ids(self.object, self.part)
        if self.object == 0 and self.part != 0:
            raise ClickError("paint gives a part to background; object 0 has no parts.")


@dataclass(frozen=True)
class Choose:
    """A candidate of a click, by its number from 0, taken for the click's object and part."""

    click: Click
    candidate: int


@dataclass(frozen=True)
class Lock:
    """An object kept as it is (or let go again)."""

    object: int
    locked: bool = True


@dataclass(frozen=True)
class Rename:
    """A name for an object, or for one of its parts; an empty one takes the name away."""

    object: int
    part: int | None
    name: str


@dataclass(frozen=True)
class Merge:
    """All of object `other` made part of object `into`."""

    into: int
    other: int


@dataclass(frozen=True)
class Delete:
    """An object forgotten, or (with `part`) one of its parts, with the clicks and paint on it."""

    object: int
    part: int | None = None


Operation = Click | Paint | Choose | Lock | Rename | Merge | Delete


def _check_ids(*ids: int) -> None:
    for value in ids:
        if not 0 <= value <= MAX_ID:
            raise ClickError(f"an id is {value}; give a whole number from 0.")
