"""What a run writes down of each question, and the rows that other programs read.

`Record` is one question answered click by click, a JSON file in the folder of its run.
`write_rows` lays the records of a run out as a table, one row for every question, target and click.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64

from pinpoint3d.errors import FileFormatError, MissingExtraError
from pinpoint3d.evaluate.questions import Question
from pinpoint3d.files.clicks import read_json
from pinpoint3d.files.storage import write_atomically

DIGITS = 6  # of a measure: a point of a 300,000-point part still shows
COLUMNS = (
    "entry", "scene", "category", "targets", "object", "part", "part_points", "object_points",
    "clicks", "clicks_a_target", "click_point", "click_object", "click_part", "iou", "precision",
    "recall", "boundary_iou", "entry_iou", "failure",
)  # fmt: skip
"""Of `write_rows`; what is not known is empty."""


@dataclass(frozen=True)
class Seconds:
    """How long the segmenter took: to encode the scene, and for each answer."""

    encode: float
    answers: list[float]


@dataclass(frozen=True)
class Record:
    """One question, answered click by click.

    Attributes
    ----------
    question
        What was asked.
    scene_points
        Points of the scene.
    target_points, object_points
        True points of each target, and of the object it belongs to.
    clicks
        Row, object and part of each, in their order.
    iou, precision, recall
        Of every target (columns) after the first round and after each click since (rows).
    boundary_iou
        Of every target, by round as text; only rounds that are reported.
    failure
        Why the question counts as zero, in one sentence, or None.
    seconds
        Of the segmenter; the only thing that differs from run to run.
    """

    question: Question
    scene_points: int
    target_points: list[int]
    object_points: list[int]
    clicks: list[tuple[int, int, int]]
    iou: list[list[float]]
    precision: list[list[float]]
    recall: list[list[float]]
    boundary_iou: dict[str, list[float]]
    failure: str | None
    seconds: Seconds

    @property
    def n_targets(self) -> int:
        """How many targets the question has."""
        return len(self.question.targets)

    @property
    def curve(self) -> Float64[np.ndarray, " clicks"]:
        """Mean IoU over targets, after the first round and each click since; empty if it failed."""
        if self.failure is not None or not self.iou:
            return np.zeros(0)
        return np.asarray(np.array(self.iou, np.float64).mean(axis=1))


def write_record(record: Record, path: Path) -> None:
    """Write a record; what was at `path` stays whole until the new file is."""
    text = json.dumps(asdict(record), allow_nan=False, separators=(",", ":"))
    write_atomically(path, [text.encode() + b"\n"])


def read_record(path: Path) -> Record:
    """A record as `write_record` wrote it.

    Raises
    ------
    FileAccessError
        If the file cannot be read.
    FileFormatError
        If it is damaged.
    """
    document: Any = read_json(path)
    try:
        asked = document.pop("question")
        targets = tuple((int(o), int(p)) for o, p in asked.pop("targets"))
        seconds = Seconds(**document.pop("seconds"))
        document["clicks"] = [(int(r), int(o), int(p)) for r, o, p in document["clicks"]]
        record = Record(question=Question(targets=targets, **asked), seconds=seconds, **document)
    except (AttributeError, TypeError, ValueError, KeyError) as error:
        raise FileFormatError(
            f"{path.name}: is no record of a run ({error}); remove it and run again."
        ) from None
    return record


def write_rows(records: Sequence[Record], path: Path) -> None:
    """Write one row for every question, target and click, as CSV or, by its ending, as Parquet.

    Raises
    ------
    MissingExtraError
        If Parquet is asked for without pyarrow.
    FileAccessError
        If the file cannot be written.
    """
    if path.suffix == ".parquet":
        write_atomically(path, [_parquet(records)])
        return
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(_rows(records))
    write_atomically(path, [text.getvalue().encode()])


def _parquet(records: Sequence[Record]) -> bytes:
    try:
        import pyarrow as pa  # pyright: ignore[reportMissingImports]  # an extra
        import pyarrow.parquet as pq  # pyright: ignore[reportMissingImports]  # an extra
    except ImportError:
        raise MissingExtraError(
            "writing Parquet needs pyarrow; install pinpoint3d[report], or write CSV."
        ) from None
    columns = zip(*_rows(records), strict=True)
    table = pa.table(dict(zip(COLUMNS, map(list, columns), strict=True)))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def _rows(records: Iterable[Record]) -> Iterator[tuple[Any, ...]]:
    for record in records:
        asked, n = record.question, record.n_targets
        steps = range(len(record.iou)) if record.failure is None else range(1)
        for step in steps:
            n_clicks = n + step
            if record.failure is None:
                entry_iou = round(float(np.mean(record.iou[step])), DIGITS)
            else:
                entry_iou = 0.0
            # the click that was last before this answer; a first round has one for every target
            click: tuple[int | None, ...] = (None, None, None)
            if len(record.clicks) >= n_clicks and step > 0:
                click = record.clicks[n_clicks - 1]
            for t, (object_id, part_id) in enumerate(asked.targets):
                if step == 0 and len(record.clicks) >= n:
                    click = record.clicks[t]
                measures: tuple[float | None, ...] = (0.0, 0.0, 0.0, 0.0)
                if record.failure is None:
                    known = record.boundary_iou.get(str(n_clicks // n)) if step % n == 0 else None
                    measures = (
                        record.iou[step][t],
                        record.precision[step][t],
                        record.recall[step][t],
                        None if known is None else known[t],
                    )
                yield (
                    asked.name, asked.scene, asked.category, n, object_id, part_id,
                    record.target_points[t], record.object_points[t], n_clicks,
                    round(n_clicks / n, DIGITS), *click, *measures, entry_iou, record.failure,
                )  # fmt: skip
