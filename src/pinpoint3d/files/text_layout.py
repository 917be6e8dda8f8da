"""How a text file of points is laid out, and its numbers.

No two programs agree on such files: separator, decimal sign, encoding, line ends, header row and
counts between the points are found out from the first lines. Read `find_layout` first.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.storage import HEAD_BYTES, MAX_POINTS

MAX_COLUMNS = 1024
MAX_LINE = 1 << 16
LAYOUT_BYTES = 4 * HEAD_BYTES  # what the layout is found from; holds any longest line
SAMPLED_ROWS = 256  # points that must agree on separator and decimal sign
BLOCK_BYTES = 1 << 24  # text parsed at a time
COUNT_DIGITS = 12  # longest number of points that is believed to be one

_NUMBER = re.compile(
    r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE | re.ASCII
)
_WINDOWS_NAN = re.compile(r"[+-]?1\.#(IND|QNAN|SNAN|INF)\d*|[+-]?nan\((ind|snan)\)", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_CONFIDENCE = re.compile(r"\d\.\d{9}e[+-]\d\d", re.ASCII)
_COMMENTS = ("#", "//", "%")
_BLANK = " \t\r\v\f"  # str.strip would also take halves of UTF-8 characters
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class _Reading:
    """One way to take a line apart."""

    separator: str | None  # None: runs of spaces and tabs
    decimal: str

    def words(self, line: str) -> list[str]:
        """Values of a line, with a decimal point; a separator at the end ends nothing more."""
        text = line.strip()
        words = [w.strip() for w in text.split(self.separator)]
        if self.separator is not None and len(words) > 1 and not words[-1]:
            words.pop()
        return [w.replace(",", ".") for w in words] if self.decimal == "," else words

    def fits(self, line: str) -> bool:
        """Whether the line holds three numbers or more, and nothing else."""
        words = self.words(line)
        return len(words) >= 3 and all(map(_is_number, words))


# "1, 2, 3" is separated by commas, "1,5 2,5 3,5" by spaces, "1,5; 2,5; 3,5" by semicolons.
_READINGS = (
    _Reading(";", "."),
    _Reading(";", ","),
    _Reading(None, "."),
    _Reading(",", "."),
    _Reading(None, ","),
)


@dataclass(frozen=True)
class Layout:
    """How a file's lines are to be read.

    Attributes
    ----------
    mark, encoding
        Byte order mark, and the encoding; "latin-1" for all that is a byte a character.
    end
        Of a line; a carriage return may stand before it.
    separator
        Between values; None for runs of spaces and tabs.
    decimal
        "." or ",".
    n_columns, whole
        Their number, and for each whether it is written without a decimal sign.
    names, header_line
        Of the columns, and the line (from 0) that names them; None if none does.
    labelled
        Whether nothing names the columns but the last three are written as `xyz.relabel` writes
        labels there.
    first_row
        The first line, from 0, with a point.
    count
        Points promised on a line before them, or None.
    """

    mark: bytes
    encoding: str
    end: str
    separator: str | None
    decimal: str
    n_columns: int
    whole: tuple[bool, ...]
    names: tuple[str, ...] | None
    header_line: int | None
    labelled: bool
    first_row: int
    count: int | None

    def words(self, line: str) -> list[str]:
        """Values of a line with a point, with a decimal point."""
        return _Reading(self.separator, self.decimal).words(line)


def find_layout(data: bytes, path: Path) -> tuple[Layout, bytes]:
    """How a file is laid out, and its text: a byte a character, or UTF-8 without a mark.

    Raises
    ------
    FileFormatError
        If it is no text, a line is longer than any list of points has, or its first lines are no
        table of three numbers or more.
    """
    mark, encoding = _encoding(data)
    head = _decoded(data[len(mark) : len(mark) + LAYOUT_BYTES], encoding, path, is_head=True)
    if b"\0" in head:
        raise FileFormatError(f"{path.name}: is not text although its name ends in {path.suffix}.")
    end = "\n" if b"\n" in head or b"\r" not in head else "\r"
    lines = head.decode("latin-1").split(end)
    for number, line in enumerate(lines):
        if len(line) > MAX_LINE:
            raise _line_too_long(number, path)
    if len(data) > len(mark) + LAYOUT_BYTES:
        lines.pop()  # cut short
    first_row, text_line, count = _first_lines(lines, path)
    rows = [v for v in lines[first_row:] if has_point(v)]
    reading = _reading(rows[:SAMPLED_ROWS])
    words = [reading.words(row) for row in rows[:SAMPLED_ROWS]]
    n_columns = len(words[0])
    if n_columns > MAX_COLUMNS:
        raise FileFormatError(f"{path.name}: line {first_row + 1} has over {MAX_COLUMNS} columns.")
    names = _header_names(lines, text_line, first_row, n_columns, reading.separator)
    if names is None and text_line is not None:
        raise _no_table(path, text_line, lines[text_line])
    alike = list(zip(*(row for row in words if len(row) == n_columns), strict=True))
    whole = tuple(all(map(_WHOLE.fullmatch, column)) for column in alike)
    labelled = names is None and n_columns >= 6 and whole[-3:] == (True, True, False)
    layout = Layout(
        mark,
        encoding,
        end,
        reading.separator,
        reading.decimal,
        n_columns,
        whole,
        names[0] if names else None,
        names[1] if names else None,
        labelled and all(map(_CONFIDENCE.fullmatch, alike[-1])),
        first_row,
        count,
    )
    return layout, _decoded(data[len(mark) :] if mark else data, encoding, path)


def has_point(line: str) -> bool:
    """Whether a line holds more than white space, a comment or a count."""
    text = line.strip()
    return bool(text) and not text.startswith(_COMMENTS) and not _is_count(text)


def parse_table(text: bytes, layout: Layout, path: Path) -> Float64[np.ndarray, "points columns"]:
    """All values, a row for each point.

    Raises
    ------
    FileFormatError
        At the first line with another number of columns than the first point's, or with something
        that is no number.
    """
    pieces, number, n_rows = [], 0, 0
    for lines in blocks(text, layout, path):
        skip = max(0, layout.first_row - number)
        piece = _parsed(lines[skip:], layout)
        if piece is None:
            piece = _parsed_singly(lines[skip:], number + skip, layout, path)
        pieces.append(piece)
        n_rows += len(piece)
        if n_rows > MAX_POINTS:
            raise FileFormatError(
                f"{path.name}: has over {MAX_POINTS:,} points, more than can be opened; split it."
            )
        number += len(lines)
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def blocks(text: bytes, layout: Layout, path: Path) -> Iterator[list[str]]:
    """Lines of the text without their ends, some megabytes at a time.

    What follows the last line end is a line too, be it empty, so that joining all lines gives the
    text again.
    """
    end = layout.end.encode()
    start, number = 0, 0
    while start <= len(text):
        stop = len(text)
        if stop - start > BLOCK_BYTES:
            stop = text.rfind(end, start, start + BLOCK_BYTES)
            if stop < 0:
                raise _line_too_long(number, path)
        lines = text[start:stop].decode("latin-1").split(layout.end)
        if max(map(len, lines)) > MAX_LINE:
            longest = next(i for i, line in enumerate(lines) if len(line) > MAX_LINE)
            raise _line_too_long(number + longest, path)
        yield lines
        start, number = stop + 1, number + len(lines)


def _encoding(data: bytes) -> tuple[bytes, str]:
    """Byte order mark and encoding; UTF-16 is also known by every other byte being zero."""
    for mark, encoding in _ENCODINGS:
        if data.startswith(mark):
            return mark, encoding
    head = data[: 512 if len(data) >= 512 else len(data) & ~1]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(head) >= 6 and not any(head[offset::2]) and all(head[1 - offset :: 2]):
            return b"", encoding
    return b"", "latin-1"


def _decoded(text: bytes, encoding: str, path: Path, *, is_head: bool = False) -> bytes:
    if not encoding.startswith("utf-16"):
        return text
    try:
        return codecs.getincrementaldecoder(encoding)().decode(text, not is_head).encode()
    except UnicodeError:
        raise FileFormatError(f"{path.name}: its UTF-16 text is damaged; copy it again.") from None


def _first_lines(lines: list[str], path: Path) -> tuple[int, int | None, int | None]:
    """Number of the first line with a point, of a line of names before it, and a count there."""
    text_line = count = None
    for number, line in enumerate(lines):
        if any(reading.fits(line) for reading in _READINGS):
            return number, text_line, count
        if not line.strip() or _is_comment(line):
            continue
        if _is_count(line.strip()):
            count = int(line)
        elif text_line is not None:
            raise _no_table(path, text_line, lines[text_line], line)
        else:
            text_line = number
    if text_line is not None:
        raise _no_table(path, text_line, lines[text_line])
    raise FileFormatError(f"{path.name}: holds no points.")


def _reading(rows: list[str]) -> _Reading:
    """The reading that fits all rows, or else the first one."""
    fitting = [reading for reading in _READINGS if reading.fits(rows[0])]
    return next((r for r in fitting if all(r.fits(row) for row in rows)), fitting[0])


def _header_names(
    lines: list[str], text_line: int | None, first_row: int, n_columns: int, separator: str | None
) -> tuple[tuple[str, ...], int] | None:
    """Names of the columns and the line they stand on: a row of its own, or a comment."""
    for number in [text_line] if text_line is not None else range(first_row - 1, -1, -1):
        text = lines[number].strip(_BLANK).lstrip("#/%").strip(_BLANK)
        with suppress(UnicodeDecodeError):  # latin-1 then, which is as good as any other guess
            text = text.encode("latin-1").decode()
        names = tuple(word.strip("\"' \t") for word in text.split(separator))
        if separator is not None and len(names) == n_columns + 1 and not names[-1]:
            names = names[:-1]
        if len(names) != n_columns:
            continue
        if text_line is not None or {"x", "y", "z"} <= {name.lower() for name in names}:
            return names, number
    return None


def _is_number(word: str) -> bool:
    return bool(_NUMBER.fullmatch(word) or _WINDOWS_NAN.fullmatch(word))


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith(_COMMENTS)


def _is_count(text: str) -> bool:
    """Whether text promises a number of points, as lines of PTS do."""
    return len(text) <= COUNT_DIGITS and text.isascii() and text.isdigit()


def _parsed(lines: list[str], layout: Layout) -> Float64[np.ndarray, "points columns"] | None:
    """Values of lines that are all points, comments or blank; None if there is more to them."""
    if layout.decimal == ",":
        lines = [line.replace(",", ".") for line in lines]
    if not any(map(str.strip, lines)):
        return np.empty((0, layout.n_columns))
    try:
        table = np.loadtxt(lines, np.float64, comments=None, delimiter=layout.separator, ndmin=2)
    except ValueError:
        points = [line for line in lines if line.strip() and not _is_comment(line)]
        return _parsed(points, layout) if len(points) < len(lines) else None
    return table if table.shape[1] == layout.n_columns else None


def _parsed_singly(
    lines: list[str], number: int, layout: Layout, path: Path
) -> Float64[np.ndarray, "points columns"]:
    """Values of lines after a look at each word; `number` is that of the first line, from 0."""
    rows = []
    for at, line in enumerate(lines, number + 1):
        if not has_point(line):
            continue
        words = layout.words(line)
        if len(words) != layout.n_columns:
            raise FileFormatError(
                f"{path.name}: line {at:,} has {len(words)} columns where the first has "
                f"{layout.n_columns}; copy the file again or mend that line."
            )
        for i, word in enumerate(words):
            if _NUMBER.fullmatch(word):
                continue
            if not _WINDOWS_NAN.fullmatch(word):
                raise FileFormatError(
                    f"{path.name}: line {at:,} has {_shown(word)} in column {i + 1}, "
                    "which is no number."
                )
            words[i] = "nan"
        rows.append([float(word) for word in words])
    return np.array(rows, np.float64).reshape(-1, layout.n_columns)


def _no_table(path: Path, number: int, line: str, after: str = "") -> FileFormatError:
    if line.lower().startswith("ncols"):
        return FileFormatError(f"{path.name}: is a raster grid, not a list of points.")
    if sum(map(_is_number, re.split(r"[\s,;]+", after))) >= 3:
        return FileFormatError(
            f"{path.name}: its first point ({_shown(after)}) holds something other than numbers; "
            "remove that column."
        )
    return FileFormatError(
        f"{path.name}: line {number + 1} ({_shown(line)}) is neither numbers nor a name for each "
        "column."
    )


def _shown(text: str) -> str:
    return repr("".join(c if c.isprintable() else "?" for c in text.strip()[:40]))


def _line_too_long(number: int, path: Path) -> FileFormatError:
    return FileFormatError(
        f"{path.name}: line {number + 1:,} is longer than {MAX_LINE:,} characters; "
        "it is no list of points."
    )
