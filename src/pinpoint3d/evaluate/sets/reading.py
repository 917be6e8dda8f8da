"""Files of research sets: found only inside the set's folder, and checked before they are believed.

`Document` is JSON with long lists of numbers in it, `array` a NumPy file, `table` text.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64, UInt8
from numpy.typing import NDArray

from pinpoint3d.errors import FileAccessError, FileFormatError
from pinpoint3d.files import load
from pinpoint3d.files.npy import MAGIC, parse_array, parse_header
from pinpoint3d.files.siblings import SHOWN
from pinpoint3d.files.storage import HEAD_BYTES, read_bytes
from pinpoint3d.files.tables import parse_rows
from pinpoint3d.synth.imported.described import Described
from pinpoint3d.types import Scene

MAX_LIST_BYTES = 1 << 24  # the longest list of names, of 31,963 objects, has 2 MB
_WORDS_HEADER = re.compile(
    r"\{'descr': '(?P<order>[<|])(?P<kind>[SU])(?P<width>\d{1,4})', 'fortran_order': False, "
    r"'shape': \((?P<rows>\d{1,9}), (?P<columns>\d{1,3})\), \}\s*"
)


class Document(Described):
    """A value of a JSON file, for files that hold long lists of numbers or objects with any keys.

    As of `Described`, every method raises FileFormatError where the file holds something else.
    """

    @classmethod
    def within(cls, path: Path) -> "Document":
        """The whole of a JSON file."""
        inner = cls.parsed(read_bytes(path), path.name)
        return Document(inner._value, inner.source)

    def of(self, key: str) -> "Document":
        """A value of an object."""
        inner = super().of(key)
        return Document(inner._value, inner.source)

    def named(self) -> dict[str, "Document"]:
        """The values of an object, by name."""
        if not isinstance(self._value, dict):
            raise self.error("holds something else where an object belongs")
        return {key: Document(value, self.source) for key, value in self._value.items()}

    def listed(self) -> list["Document"]:
        """The values of a list."""
        if not isinstance(self._value, list):
            raise self.error("holds something else where a list belongs")
        return [Document(value, self.source) for value in self._value]

    def is_list(self) -> bool:
        """Whether this is a list."""
        return isinstance(self._value, list)

    def wholes(self, high: int) -> Int64[np.ndarray, " numbers"]:
        """A list of whole numbers from 0 up to, but without, `high`."""
        if not isinstance(self._value, list):
            raise self.error("holds something else where a list of numbers belongs")
        if not all(type(value) is int for value in self._value):
            raise self.error("holds something else where whole numbers belong")
        if self._value and not 0 <= min(self._value) <= max(self._value) < high:
            wrong = next(value for value in self._value if not 0 <= value < high)
            raise self.error(f"holds {str(wrong)[:40]} where numbers from 0 to {high - 1:,} belong")
        return np.array(self._value, np.int64)

    def rounded(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, that may be written as a fraction: 3401.0."""
        value = self.number(2.0**53)
        if value != int(value) or not low <= value <= high:
            raise self.error(f"holds {value} where a whole number {low} to {high:,} belongs")
        return int(value)

    def numbered(self) -> list["Document"]:
        """The values of an object whose names are "1", "2" and so on, in that order."""
        named = self.named()
        if not named or not all(re.fullmatch("[0-9]{1,9}", name) for name in named):
            raise self.error("holds something else where values numbered from 1 belong")
        return [named[name] for name in sorted(named, key=int)]

    def word(self) -> str:
        """A text, or a whole number as text: ids are written either way."""
        return str(self._value) if type(self._value) is int else self.text()


# ---------------------------------------------------------------- places


def inside(folder: Path, name: str) -> Path:
    """Where a file of that name, with "/" between folders, lies in the folder; it need not exist.

    Raises
    ------
    FileFormatError
        If it leads out of the folder, by "..", an absolute path or a link.
    """
    place = None
    if "\0" not in name:
        place = Path(os.path.realpath(folder / name))
    if place is None or not place.is_relative_to(os.path.realpath(folder)):
        raise FileFormatError(
            f"{folder}: {name[:SHOWN]!r} lies outside that folder; put the file itself into it."
        )
    return folder / name


def is_there(path: Path) -> bool:
    """Whether a file or folder exists; not, if its name is one that cannot be."""
    return os.path.exists(path)  # noqa: PTH110  Path.exists raises on names that are too long


def first_of(folder: Path, names: Sequence[str]) -> Path:
    """The first of these that is there.

    Raises
    ------
    FileAccessError
        If none is; the message says what was looked for, and where.
    """
    for name in names:
        path = inside(folder, name)
        if is_there(path):
            return path
    shown = " or ".join(name[:SHOWN] for name in names)
    raise FileAccessError(f"{folder}: {shown} is not there; copy it to that place.")


def names_in(folder: Path, suffix: str | None = None) -> list[str]:
    """Names of the folders in a folder, or of its files with a suffix, without it; sorted.

    Raises
    ------
    FileAccessError
        If there is no such folder.
    """
    try:
        places = sorted(folder.iterdir())
        if suffix is None:
            return [p.name for p in places if p.is_dir() and not p.name.startswith(".")]
        files = [p for p in places if p.name.endswith(suffix) and not p.name.startswith(".")]
    except OSError:
        raise FileAccessError(f"{folder}: there is no such folder; copy the set again.") from None
    return [p.name.removesuffix(suffix) for p in files if p.is_file()]


# ---------------------------------------------------------------- contents


def list_lines(path: Path) -> list[str]:
    """Lines of a text file that hold something, without white space around them."""
    content = read_bytes(path)
    if len(content) > MAX_LIST_BYTES:
        raise FileFormatError(f"{path.name}: has over {MAX_LIST_BYTES:,} bytes; it is no list.")
    text = content.decode("utf-8-sig", "replace")
    return [line.strip() for line in text.splitlines() if line.strip()]


def table(path: Path, what: str, widths: Sequence[int]) -> Float64[np.ndarray, "rows columns"]:
    """Numbers of a text file, a row a line that is not empty, in so many columns.

    Control characters are taken as spaces: one set has a stray one between two numbers.
    """
    content = read_bytes(path).translate(_CONTROL_TO_SPACE)
    rows = [line for line in content.splitlines() if line.strip()]
    if not rows:
        raise FileFormatError(f"{path.name}: holds no points.")
    values = parse_rows(rows, path, what=what)
    if values.shape[1] not in widths:
        expected = " or ".join(map(str, widths))
        raise FileFormatError(
            f"{path.name}: its lines hold {values.shape[1]} numbers instead of {expected}; "
            "copy it again."
        )
    return values


_CONTROL_TO_SPACE = bytes(32 if i < 32 and i not in (10, 13) else i for i in range(256))


def colours(values: Float64[np.ndarray, "points 3"], path: Path) -> UInt8[np.ndarray, "points 3"]:
    """Colours of a table that states them as 0 to 255."""
    if not ((values >= 0) & (values <= 255)).all():
        raise FileFormatError(f"{path.name}: has colours outside 0 to 255; copy it again.")
    return values.astype(np.uint8)


def whole_numbers(values: NDArray[Any], path: Path, what: str) -> Int64[np.ndarray, " rows"]:
    """Numbers that must be whole, whatever type they are stored in.

    Raises
    ------
    FileFormatError
        If one is a fraction or no number, or there is not one a row.
    """
    if values.ndim == 1 and values.dtype.kind in "iu" and values.max(initial=0) < 2**63:
        return values.astype(np.int64)
    if values.ndim == 1 and values.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            if ((values == np.rint(values)) & (np.abs(values) < 2**53)).all():
                return values.astype(np.int64)
    raise FileFormatError(
        f"{path.name}: its {what} are no whole numbers, one a row; copy it again."
    )


def array(path: Path, what: str) -> Int64[np.ndarray, " rows"]:
    """Whole numbers of a NumPy file of one axis; nothing is ever unpickled."""
    content = read_bytes(path)
    header = parse_header(content[:HEAD_BYTES], path.name)
    if header.is_pickled:
        raise FileFormatError(
            f"{path.name}: holds Python objects, which are never opened; save numbers instead."
        )
    if header.dtype is None or header.dtype.names is not None or len(header.shape) != 1:
        raise FileFormatError(f"{path.name}: its {what} are no list of numbers; copy it again.")
    if header.end > len(content):
        raise FileFormatError(
            f"{path.name}: header promises {header.n_bytes:,} bytes but "
            f"{len(content) - header.size:,} follow; copy it again."
        )
    return whole_numbers(parse_array(content, header), path, what)


def words(path: Path, n_columns: int) -> list[tuple[str, ...]]:
    """Rows of a NumPy file of texts, or of a text file with white space or commas between them.

    Raises
    ------
    FileFormatError
        If it holds Python objects, or is no table of so many columns.
    """
    content = read_bytes(path)
    rows = _stored_words(content, path) if content.startswith(MAGIC) else _text_words(path)
    if any(len(row) != n_columns for row in rows):
        raise FileFormatError(f"{path.name}: a row does not hold {n_columns} names; copy it again.")
    return rows


def _text_words(path: Path) -> list[tuple[str, ...]]:
    return [tuple(re.split(r"[\s,]+", line)) for line in list_lines(path)]


def _stored_words(content: bytes, path: Path) -> list[tuple[str, ...]]:
    """Texts of an array; numpy's own header is always written in this one form."""
    header = parse_header(content[:HEAD_BYTES], path.name)
    if header.is_pickled:
        raise FileFormatError(
            f"{path.name}: holds Python objects, which are never opened; save it as text instead."
        )
    start = 12 if content[6:7] in (b"\2", b"\3") else 10
    match = _WORDS_HEADER.fullmatch(content[start : header.size].decode("latin-1"))
    if match is None:
        raise FileFormatError(f"{path.name}: is no table of texts; save it as text instead.")
    dtype = np.dtype(f"{match['order']}{match['kind']}{match['width']}")
    n_rows, n_columns = int(match["rows"]), int(match["columns"])
    size = n_rows * n_columns * dtype.itemsize
    if header.size + size > len(content):
        raise FileFormatError(
            f"{path.name}: header promises {size:,} bytes but "
            f"{len(content) - header.size:,} follow; copy it again."
        )
    if size == 0:
        return []
    unit = "<u4" if match["kind"] == "U" else "u1"
    codes = np.frombuffer(content, unit, size // np.dtype(unit).itemsize, header.size)
    if (codes >= 0x80).any():  # also what is no character at all
        raise FileFormatError(f"{path.name}: holds names that are not plain ASCII; copy it again.")
    flat = np.frombuffer(content, dtype, n_rows * n_columns, header.size).tolist()
    texts = [text.decode("ascii") if isinstance(text, bytes) else text for text in flat]
    return [tuple(texts[i : i + n_columns]) for i in range(0, len(texts), n_columns)]


def metres(path: Path) -> Scene:
    """Scene of a file whose set states metres and z up."""
    return load(path, units="m", up="+z")
