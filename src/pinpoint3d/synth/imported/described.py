"""JSON that describes objects, checked piece by piece: each value is of the kind it must be."""

import json
from pathlib import Path
from typing import Any

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.storage import read_bytes

MAX_JSON_BYTES = 1 << 26


class Described:
    """A value of a JSON file, and the file's name for messages.

    Every method raises FileFormatError where the file holds something else.
    """

    def __init__(self, value: Any, source: str) -> None:
        self._value = value
        self.source = source

    @classmethod
    def parsed(cls, content: bytes, source: str) -> "Described":
        """The whole of a JSON text."""
        try:
            if len(content) <= MAX_JSON_BYTES:
                return cls(json.loads(content.decode("utf-8-sig")), source)
        except (ValueError, RecursionError):
            pass
        raise FileFormatError(f"{source}: is no JSON that can be read; copy it again.")

    @classmethod
    def read(cls, path: Path) -> "Described":
        """The whole of a JSON file."""
        return cls.parsed(read_bytes(path), path.name)

    def error(self, what: str) -> FileFormatError:
        """Refusal of the file."""
        return FileFormatError(f"{self.source}: {what}; copy it again.")

    def has(self, key: str) -> bool:
        """Whether this is an object with a value of that name."""
        return isinstance(self._value, dict) and self._value.get(key) is not None

    def of(self, key: str) -> "Described":
        """A value of an object."""
        if not self.has(key):
            raise self.error(f"an entry of it has no {key!r}")
        return Described(self._value[key], self.source)

    def items(self) -> list["Described"]:
        """The values of a list."""
        if not isinstance(self._value, list):
            raise self.error("holds something else where a list belongs")
        return [Described(value, self.source) for value in self._value]

    def text(self) -> str:
        """A string that can be written as UTF-8."""
        value = self._value
        if not isinstance(value, str) or any("\ud800" <= c <= "\udfff" for c in value):
            raise self.error("holds something else where a name belongs")
        return value

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self._value
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.error(f"holds {str(value)[:40]!r} where a number {low} to {high:,} belongs")
        return value

    def number(self, limit: float = 1e9) -> float:
        """A finite number, not beyond a limit on either side."""
        value = self._value
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not -limit <= value <= limit:
            raise self.error(f"holds {str(value)[:40]!r} where a number belongs")
        return float(value)

    def numbers(self, count: int, limit: float = 1e9) -> tuple[float, ...]:
        """So many finite numbers."""
        values = tuple(value.number(limit) for value in self.items())
        if len(values) != count:
            raise self.error(f"holds {len(values)} numbers where {count} belong")
        return values
