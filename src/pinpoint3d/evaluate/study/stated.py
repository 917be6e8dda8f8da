"""Values of a study's JSON files, checked piece by piece."""

from collections.abc import Collection
from pathlib import Path

from pinpoint3d.synth.imported.described import Described


class Stated(Described):
    """A value of a plan or a log.

    As of `Described`, every method raises FileFormatError where the file holds something else.
    """

    @classmethod
    def within(cls, path: Path) -> "Stated":
        """The whole of a JSON file."""
        inner = super().read(path)
        return Stated(inner._value, inner.source)

    @classmethod
    def line(cls, content: bytes, source: str) -> "Stated":
        """The whole of a JSON text, such as a line of a log."""
        inner = super().parsed(content, source)
        return Stated(inner._value, inner.source)

    def of(self, key: str) -> "Stated":
        """A value of an object."""
        inner = super().of(key)
        return Stated(inner._value, inner.source)

    def listed(self) -> list["Stated"]:
        """The values of a list."""
        return [Stated(inner._value, inner.source) for inner in super().items()]

    def keys(self) -> list[str]:
        """Names of the values of an object."""
        if not isinstance(self._value, dict):
            raise self.error("holds something else where an object belongs")
        return list(self._value)

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self._value, bool):
            raise self.error("holds something else where true or false belongs")
        return self._value

    def one_of(self, known: Collection[str]) -> str:
        """A text that is one of those known."""
        value = self.text()
        if value not in known:
            raise self.error(f"holds {value[:40]!r} where one of {', '.join(known)} belongs")
        return value

    def positive(self, limit: float) -> float:
        """A number above 0, up to a limit."""
        value = self.number(limit)
        if value <= 0:
            raise self.error(f"holds {value} where a number above 0 belongs")
        return value
