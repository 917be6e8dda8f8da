"""Text files whose lines must stay as they are: numbers out of them, and labels into them.

ASCII PLY and PCD give each point a line. `numbers` and `numbers_per_line` read them; `relabelled`
adds words to the lines, or replaces some, and leaves every other character alone.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError

CHUNK_ROWS = 1 << 16  # turned to text at a time: texts take many times the room of numbers
_EXACT = 1 << 53  # float64 holds all whole numbers up to here


def numbers(text: bytes, path: Path, *, what: str) -> Float64[np.ndarray, " numbers"]:
    """All numbers of a text, whatever white space is between them."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.fromstring(text.decode("ascii"), sep=" ")
        except (DeprecationWarning, ValueError):
            raise FileFormatError(
                f"{path.name}: its {what} lines hold something that is no number."
            ) from None


def numbers_per_line(text: bytes, line_end: bytes) -> Int64[np.ndarray, " lines"]:
    """How many words each line of a text holds; `line_end` is its last character."""
    raw = np.frombuffer(text, np.uint8)
    blank = (raw == ord(" ")) | ((raw >= ord("\t")) & (raw <= ord("\r")))
    first = np.flatnonzero(~blank & np.concatenate([[True], blank[:-1]]))
    ends = np.flatnonzero(raw == line_end[-1])
    if len(raw) and (len(ends) == 0 or ends[-1] < len(raw) - 1):
        ends = np.append(ends, len(raw))
    return np.diff(np.searchsorted(first, ends), prepend=0)


def cast(
    values: Float64[np.ndarray, " rows"],
    kind: str,
    path: Path,
    *,
    what: str,
    words: Callable[[], Sequence[bytes]],
) -> NDArray[Any]:
    """Numbers in the type that the header gives them, whole ones exactly.

    `words` gives their texts, which are read again where float64 could not hold the number.
    """
    if kind[0] == "f":
        return values.astype(kind)
    limits = np.iinfo(kind)
    if (abs(values) < _EXACT).all() and (values >= limits.min).all():
        if (values <= limits.max).all():
            return values.astype(kind)
    elif np.dtype(kind).itemsize == 8:
        try:
            return np.array([int(word) for word in words()], kind)
        except (ValueError, OverflowError):
            pass  # said below, as for all types
    raise FileFormatError(f"{path.name}: a value of {what[:40]} does not fit its type.")


def relabelled(
    text: bytes,
    line_end: bytes,
    fresh: Sequence[NDArray[Any]],
    present: Mapping[int, NDArray[Any]],
    *,
    n_rows: int,
    place: Callable[[Sequence[bytes], int], int] = lambda _, column: column,
) -> Iterator[bytes]:
    """Lines with words replaced or appended; blank lines, and those after the last row, stay.

    Parameters
    ----------
    text, line_end
        Lines, and the character that ends them.
    fresh
        Columns to append to the lines.
    present
        Columns to write over, by their place in a row.
    n_rows
        Lines that are not blank and are points.
    place
        Word at which a column stands in a line with these words; lists shift those after them.
    """
    added, replaced = _texts(fresh, n_rows), _texts(list(present.values()), n_rows)
    row, out = 0, []
    for match in re.finditer(rb"[^%b]*(?:%b|$)" % (line_end[-1:], line_end[-1:]), text):
        line = match[0]
        body = line.rstrip(b"\r\n")
        if row == n_rows or not body.strip():
            out.append(line)
            continue
        changed = body
        if present:
            pieces = re.split(rb"(\s+)", body)
            lead = 0 if pieces[0] else 2  # white space before the first word
            words = pieces[lead::2]
            for column, text_of_row in zip(present, next(replaced), strict=True):
                pieces[lead + 2 * place(words, column)] = text_of_row.encode()
            changed = b"".join(pieces)
        if fresh:
            gap = b"" if changed.endswith((b" ", b"\t")) else b" "
            changed += gap + " ".join(next(added)).encode()
        out.append(changed + line[len(body) :])
        row += 1
        if row % CHUNK_ROWS == 0:
            yield b"".join(out)
            out = []
    yield b"".join(out)


def _texts(columns: Sequence[NDArray[Any]], n_rows: int) -> Iterator[tuple[str, ...]]:
    """The shortest texts that read back the same, row by row."""
    for first in range(0, n_rows, CHUNK_ROWS):
        rows = slice(first, first + CHUNK_ROWS)
        yield from zip(*(values[rows].astype(str).tolist() for values in columns), strict=True)
