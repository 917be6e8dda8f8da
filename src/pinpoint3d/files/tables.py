"""Lines of numbers as arrays, for the formats that are text; the first bad line is named."""

import warnings
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from pinpoint3d.errors import FileFormatError

MAX_COLUMNS = 1024


def parse_rows(
    lines: list[bytes], path: Path, *, what: str, columns: slice = slice(None)
) -> Float64[np.ndarray, "rows columns"]:
    """Numbers of lines that all hold equally many, separated by white space.

    Parameters
    ----------
    lines
        One row each, at least one.
    path, what
        For messages: the file, and what a row is called.
    columns
        Which of the values are wanted; the others are only counted.

    Raises
    ------
    FileFormatError
        At the first line with another number of values, or with one that is no number.
    """
    width = len(lines[0].split())
    if not 0 < width <= MAX_COLUMNS:
        raise FileFormatError(f"{path.name}: {what} 1 has {width:,} numbers.")
    texts = [line.decode("latin-1") for line in lines]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # "input contained no data"
            table = np.loadtxt(texts, np.float64, comments=None, ndmin=2)
    except (ValueError, OverflowError, UserWarning):
        table = None
    # An empty line is passed over by loadtxt, so the count of rows shows it.
    if table is None or table.shape != (len(lines), width):
        raise _bad_line(lines, width, path, what)
    return table[:, columns]


def _bad_line(lines: list[bytes], width: int, path: Path, what: str) -> FileFormatError:
    for number, line in enumerate(lines, 1):
        words = line.split()
        if len(words) != width:
            return FileFormatError(
                f"{path.name}: {what} {number:,} has {len(words):,} numbers where the first has "
                f"{width}; copy the file again or mend that line."
            )
        for word in words:
            try:
                float(word)
            except ValueError:
                shown = word[:40].decode("latin-1")
                return FileFormatError(
                    f"{path.name}: {what} {number:,} holds {shown!r}, which is no number."
                )
    return FileFormatError(f"{path.name}: the numbers of its lines ({what}) cannot be read.")
