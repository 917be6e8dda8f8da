"""Points as text, one a line: XYZ, TXT, PTS, CSV, ASC.

`read` says what it took the columns for; `relabel` appends label columns and leaves every
character that was there. `text_layout` finds out how the lines are written, `columns` what they
mean.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.columns import (
    EXACT,
    Column,
    are_whole,
    contents_of,
    given_columns,
    guessed_columns,
    is_confidence_column,
    is_object_column,
    named_columns,
    unused_name,
)
from pinpoint3d.files.contents import LABELS, OWN_PREFIX, Contents, LabelColumns, label_names
from pinpoint3d.files.text_layout import Layout, blocks, find_layout, has_point, parse_table

NAME = "xyz"
SUFFIXES = (".xyz", ".txt", ".pts", ".csv", ".asc")
WRITE_ROWS = 1 << 16
_SEPARATORS = {None: "spaces", ",": "commas", ";": "semicolons"}


def sniff(head: bytes) -> bool:  # noqa: ARG001  every format module has this signature
    """False: text has no mark of its own, the suffix decides."""
    return False


def read(data: bytes, path: Path, *, columns: str | None = None) -> Contents:
    """Points of a text file.

    Parameters
    ----------
    data, path
        The file's bytes and its name.
    columns
        What each column is, one letter each: x y z, r g b, n (three of them: a normal),
        i intensity, l label, _ ignored. None takes the header row, or guesses. Label columns that
        `relabel` appended need no letters.

    Raises
    ------
    FileFormatError
        If it is no table of numbers with at least three columns, or `columns` does not fit it.
    """
    layout, text = find_layout(data, path)
    table = parse_table(text, layout, path)
    unnamed = _label_columns(layout, table) if layout.labelled else {}
    ours = [Column(i, name) for name, (_, i) in unnamed.items()]
    n_others = layout.n_columns - len(ours)
    notes: list[str] = []
    if columns is not None and len(columns) == n_others:
        meaning = given_columns(columns, n_others, path) + ours
    elif columns is not None:
        meaning = given_columns(columns, layout.n_columns, path)
    elif layout.names is not None:
        meaning, notes = named_columns(layout.names)
    else:
        is_pts = ".pts" in map(str.lower, path.suffixes)
        meaning, notes = guessed_columns(table[:, :n_others], intensity_first=is_pts)
        meaning += ours
    if layout.decimal == ",":
        notes.append("commas are taken as decimal signs")
    if layout.count is not None and layout.count > len(table):
        notes.append(f"promises {layout.count:,} points but holds {len(table):,}")
    contents = contents_of(
        {c: _typed(table[:, c.index], is_whole=layout.whole[c.index]) for c in meaning},
        format=f"text, separated by {_SEPARATORS[layout.separator]}",
        path=path,
        notes=tuple(notes),
        strict=columns is not None,
    )
    return _with_confidence(contents)


def relabel(data: bytes, labels: LabelColumns, path: Path) -> Iterator[bytes]:
    """The file's bytes with the labels as new last columns, named in the header row if it has one.

    Label columns that stand there already are replaced; foreign ones of the same name are left
    alone, and ours is called `pinpoint_object_id` and so on. Where no header row can name them,
    confidences are written with ten digits, by which they are known again.
    """
    layout, text = find_layout(data, path)
    table = parse_table(text, layout, path)
    if len(labels.object_id) != len(table):
        raise FileFormatError(
            f"{path.name}: has {len(table):,} points but the masks "
            f"{len(labels.object_id):,}; was it changed since it was opened?"
        )
    present: dict[int, list[str]] = {}
    fresh: dict[str, list[str]] = {}
    there = _label_columns(layout, table)
    for name, ours in zip(label_names({n: k for n, (k, _) in there.items()}), LABELS, strict=True):
        words = _printed(getattr(labels, ours), layout)
        if name in there:
            present[there[name][1]] = words
        else:
            fresh[name] = words
    del table
    return _relabelled(layout, text, present, fresh)


def write(
    contents: Contents, labels: LabelColumns | None, *, separator: str = " "
) -> Iterator[bytes]:
    """A header row and a line a point; numbers in the fewest digits that give the same value."""
    columns: dict[str, NDArray[Any]] = dict(zip("xyz", contents.xyz.T, strict=True))
    if contents.rgb is not None:
        columns |= zip(("red", "green", "blue"), contents.rgb.T, strict=True)
    if contents.normals is not None:
        columns |= zip(("nx", "ny", "nz"), contents.normals.T, strict=True)
    for name, values in contents.fields.items():
        wide = values.reshape(len(values), -1)
        for k in range(wide.shape[1]):
            spelled = _word(name if wide.shape[1] == 1 else f"{name}_{k}")
            columns[unused_name(spelled, columns)] = wide[:, k]
    if labels is not None:
        names = label_names({name: values.dtype.kind for name, values in columns.items()})
        columns |= {name: getattr(labels, ours) for name, ours in zip(names, LABELS, strict=True)}
    yield (separator.join(columns) + "\n").encode()
    for start in range(0, len(contents.xyz), WRITE_ROWS):
        words = [_words(values[start : start + WRITE_ROWS]) for values in columns.values()]
        lines = map(separator.join, zip(*words, strict=True))
        yield ("\n".join(lines) + "\n").encode("ascii")


# ---------------------------------------------------------------- reading


def _label_columns(
    layout: Layout, table: Float64[np.ndarray, "points columns"]
) -> dict[str, tuple[str, int]]:
    """Columns with a name of ours: the numpy kind that their values have, and their places."""
    names = layout.names or ()
    if layout.labelled:
        names = ("",) * (layout.n_columns - len(LABELS)) + LABELS
    found: dict[str, tuple[str, int]] = {}
    for i, name in enumerate(names):
        plain = name.removeprefix(OWN_PREFIX)
        if plain == LABELS[2]:
            found[name] = ("f" if is_confidence_column(table[:, i]) else "?", i)
        elif plain in LABELS:
            found[name] = ("i" if is_object_column(table[:, i]) else "?", i)
    if layout.labelled and "?" in (kind for kind, _ in found.values()):
        return {}
    return found


def _typed(values: Float64[np.ndarray, " points"], *, is_whole: bool) -> NDArray[Any]:
    """A column as integers if it is written so; numbers too large to be exact stay fractions."""
    if not is_whole or not np.isfinite(values).all() or not are_whole(values):
        return values
    largest = abs(values).max()
    if largest >= EXACT:
        return values
    return values.astype(np.int32 if largest < 2**31 else np.int64)


def _with_confidence(contents: Contents) -> Contents:
    """Contents with confidences as float32, the type in which they were written."""
    fields = dict(contents.fields)
    for name in (LABELS[2], OWN_PREFIX + LABELS[2]):
        if name in fields and fields[name].dtype.kind == "f":
            with np.errstate(over="ignore"):
                fields[name] = fields[name].astype(np.float32)
    return replace(contents, fields=fields)


# ---------------------------------------------------------------- writing


def _printed(values: NDArray[Any], layout: Layout) -> list[str]:
    """Words for labels in the form that this file gets them."""
    if values.dtype.kind == "f" and layout.names is None:
        words = [f"{value:.9e}" for value in values.tolist()]
    else:
        words = _words(values)
    return [w.replace(".", ",") for w in words] if layout.decimal == "," else words


def _words(values: NDArray[Any]) -> list[str]:
    if values.dtype.kind == "b":
        values = values.astype(np.uint8)
    if values.dtype == np.float64 or values.dtype.kind in "iu":
        return list(map(repr, values.tolist()))
    return values.astype(str).tolist()


def _relabelled(
    layout: Layout, text: bytes, present: dict[int, list[str]], fresh: dict[str, list[str]]
) -> Iterator[bytes]:
    """The text's lines with words replaced or appended, in the file's encoding."""
    first = text.split(layout.end.encode(), layout.first_row + 1)[layout.first_row]
    joint = layout.separator or ("\t" if b"\t" in first.strip() else " ")
    appended = list(map(joint.join, zip(*fresh.values(), strict=True)))
    row = number = 0
    head = layout.mark
    for lines in blocks(text, layout, Path()):
        for i, line in enumerate(lines):
            if number + i == layout.header_line:
                lines[i] = _extended(line, joint.join(fresh), joint)
            elif number + i >= layout.first_row and has_point(line):
                if present:
                    line = _replaced(line, {k: v[row] for k, v in present.items()}, layout)
                lines[i] = _extended(line, appended[row], joint) if fresh else line
                row += 1
        block = layout.end.join(lines).encode("latin-1")
        if layout.encoding.startswith("utf-16"):
            block = block.decode().encode(layout.encoding)
        yield head + block
        number += len(lines)
        head = layout.end.encode(layout.encoding)  # between this block and the next


def _extended(line: str, more: str, joint: str) -> str:
    """The line with more at its end, before a carriage return."""
    body = line.rstrip("\r")
    ends = body.rstrip(" ").endswith(joint) if joint.strip() else body.endswith((" ", "\t"))
    return body + ("" if ends or not more else joint) + more + line[len(body) :]


def _replaced(line: str, words: dict[int, str], layout: Layout) -> str:
    """The line with some of its words exchanged and what lies between them kept."""
    between = r"(\s+)" if layout.separator is None else f"({re.escape(layout.separator)})"
    body = line.strip()
    lead = line[: len(line) - len(line.lstrip())]
    pieces = re.split(between, body)
    for i, word in words.items():
        pieces[2 * i] = word
    return lead + "".join(pieces) + line[len(lead) + len(body) :]


def _word(name: str) -> str:
    """A name that no separator or quotation mark breaks up."""
    return "".join(c if c.isprintable() and c not in " ,;\"'" else "_" for c in name) or "field"
