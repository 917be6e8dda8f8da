"""`pinpoint3d evaluate`, `compare` and `score`: runs of suites, reports, the reference's results.

As in `cli`, each command parses, calls the package, and prints.
"""

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pinpoint3d.errors import FileAccessError
from pinpoint3d.terminal import counted, print_json, print_line, print_table, progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pinpoint3d.evaluate.run import Run

app = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command()
def evaluate(
    suite: Annotated[
        str,
        typer.Argument(
            help="rooms-val, rooms-made, objects-..., osd, a research set, or a TOML file."
        ),
    ],
    folder: Annotated[
        Path | None, typer.Argument(help="Where the scans of osd or of the set lie.")
    ] = None,
    segmenter: Annotated[
        str, typer.Option("--segmenter", help="graph, nearest, geodesic, walker, original-...")
    ] = "graph",
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder of the run; resumed if it is there.")
    ] = Path("out/run"),
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Checkpoint of an original network.")
    ] = None,
    setting: Annotated[
        Literal["all-part", "random-part", "single-part", "object", "objects"] | None,
        typer.Option("--setting", help="What is asked of an entry; else the suite's own."),
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", help="Of a research set; else val.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option("--store", help="File of imported objects (synth import).")
    ] = None,
    user: Annotated[
        Literal["exact", "noisy"],
        typer.Option("--user", help="noisy: jittered clicks, some errors overlooked, some wrong."),
    ] = "exact",
    compat: Annotated[
        bool, typer.Option("--compat", help="Count errors as published evaluators do.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Of all that is drawn.", min=0)] = 0,
    clicks: Annotated[
        int | None, typer.Option("--clicks", help="Budget a target; else the suite's.", min=1)
    ] = None,
    first: Annotated[
        int | None, typer.Option("--first", help="Only so many scenes.", min=1)
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", help="Seconds for an answer or an encoding.", min=0.001)
    ] = 300.0,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes; else one a core.", min=1)
    ] = None,
    parquet: Annotated[
        bool, typer.Option("--parquet", help="Also the rows as Parquet (needs pyarrow).")
    ] = False,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="Draw the best and worst entries.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Ask a segmenter all questions of a suite, click by click, and report how well it did."""
    from pinpoint3d.evaluate.examples import draw_examples, n_examples
    from pinpoint3d.evaluate.peers import load_peer
    from pinpoint3d.evaluate.records import write_rows
    from pinpoint3d.evaluate.report import write_html
    from pinpoint3d.evaluate.run import ClickProtocol, run_suite
    from pinpoint3d.evaluate.suites import open_suite

    with progress(f"opening {suite}"):
        asked = open_suite(suite, folder, setting=setting, split=split, store=store, seed=seed)
    if first is not None:
        asked = asked.first(first)
    protocol = ClickProtocol(user, compat, seed, clicks or asked.clicks_a_target, timeout)
    make = functools.partial(load_peer, segmenter, weights)
    n_workers = workers or os.cpu_count() or 1
    with counted(f"asking {segmenter}", len(asked.questions)) as done:
        run = run_suite(asked, make, out, protocol, workers=n_workers, done=done)
    if parquet:
        write_rows(run.records, out / "rows.parquet")
    if pictures:
        with counted("drawing examples", n_examples(run)) as done:
            draw_examples(run, asked, make(), done)
    write_html([run], out / "report.html")
    _show([run], as_json=as_json)
    if not as_json:
        print_line(f"run and report: {out}")


@app.command()
def compare(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs on the same questions.")],
    html: Annotated[
        Path | None, typer.Option("--html", help="Also the report of all of them, one file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put runs beside each other: the first minus each other one, entry by entry."""
    from pinpoint3d.evaluate.figures import check_comparable
    from pinpoint3d.evaluate.report import write_html
    from pinpoint3d.evaluate.run import read_run

    if html is not None and not html.parent.is_dir():
        raise FileAccessError(f"{html}: its folder does not exist; make it first.")
    opened = [read_run(folder) for folder in runs]
    check_comparable(opened)
    if html is not None:
        with progress(f"writing {html.name}"):
            write_html(opened, html)
    _show(opened, as_json=as_json)


@app.command()
def score(
    file: Annotated[Path, typer.Argument(help="A val_results.csv of PinPoint3D's evaluation.")],
    as_json: AsJson = False,
) -> None:
    """Count the reference's own results, as its evaluator does and corrected."""
    from pinpoint3d.evaluate.reference import read_results
    from pinpoint3d.evaluate.reference import score as count

    found = count(read_results(file))
    if as_json:
        print_json({way: result.as_json() for way, result in found.items()})
        return
    some = found["compat"]
    columns = ["counted ", *(f"IoU@{k}" for k in some.iou_at), *(f"NoC@{q}" for q in some.noc_at)]
    rows = [
        [
            way,
            *(f"{iou:.2f}" for iou in result.iou_at.values()),
            *(f"{noc:.3f}" for noc in result.noc_at.values()),
            f"{result.entries:,}",
            f"{result.failures:,}",
        ]
        for way, result in found.items()
    ]
    print_table(str(file), [*columns, "entries", "failures"], rows)


def _show(runs: "Sequence[Run]", *, as_json: bool) -> None:
    from pinpoint3d.evaluate.report import difference_table, summary_table

    if as_json:
        print_json(_document(runs))
        return
    print_table(runs[0].suite, *summary_table(runs))
    if len(runs) > 1:
        print_table("Paired differences, points of IoU [95 %]", *difference_table(runs))
    for run in runs:
        for record in run.failures:
            print_line(f"{run.segmenter}, {record.question.name}: {record.failure}")


def _document(runs: "Sequence[Run]") -> dict[str, Any]:
    from dataclasses import asdict

    from pinpoint3d.evaluate.figures import differences, summary
    from pinpoint3d.evaluate.report import budget

    document: dict[str, Any] = {
        "suite": runs[0].about["suite"],
        "runs": [
            {
                "folder": str(run.folder),
                "segmenter": run.segmenter,
                "protocol": run.about["protocol"],
                **asdict(summary(run, budget(runs))),
                "failed": {r.question.name: r.failure for r in run.failures},
            }
            for run in runs
        ],
    }
    if len(runs) > 1:
        document["differences"] = [
            {k: asdict(value) for k, value in differences(runs[0], other).items()}
            for other in runs[1:]
        ]
    return document
