"""How the command line shows things: tables, progress on slow steps, JSON, names made safe.

Results go to standard output. Progress goes to standard error, and only to a terminal.
"""

import io
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

WIDTH_IN_FILES = 200  # columns: where no terminal sets a width, lines are not broken for it
STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # Unicode: control, format, surrogate, line, paragraph
JOINERS = "\u200c\u200d"  # format characters that emoji and many scripts are written with


def printable(text: str) -> str:
    """`text` on one line, with whatever could steer a terminal or not be encoded escaped."""
    return "".join(
        c.encode("unicode_escape").decode()
        if unicodedata.category(c) in STEERING and c not in JOINERS
        else c
        for c in text
    )


def prepare_streams() -> None:
    """Escape what the terminal cannot show instead of raising; stand in for closed streams."""
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115  # lives as long as we do
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_error(message: str) -> None:
    """One sentence to standard error."""
    sys.stderr.write(printable(message) + "\n")


def print_json(document: dict[str, Any]) -> None:
    """One JSON document, in ASCII so that every terminal and pipe can take it."""
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; columns whose heading ends in a space hold text, all others numbers."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else WIDTH_IN_FILES)
    table = Table(box=box.SIMPLE_HEAD, title=Text(printable(title), "bold"), title_justify="left")
    for column in columns:
        table.add_column(column.strip(), justify="left" if column.endswith(" ") else "right")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))  # Text: names are not markup
    console.print(table)


def print_line(text: str) -> None:
    """One line of text."""
    sys.stdout.write(printable(text) + "\n")


@contextmanager
def progress(step: str) -> Iterator[None]:
    """A moving line that says what takes time, gone when the step is over."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    shown = sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown) as bar:
        bar.add_task(printable(step))
        yield


@contextmanager
def counted(step: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar over `total` things with rate and time left; call what it gives for every few done."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(text_format="", show_speed=True),
        TimeRemainingColumn(),
    )
    shown = sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown) as bar:
        task = bar.add_task(printable(step), total=total)
        yield lambda n: bar.advance(task, n)
