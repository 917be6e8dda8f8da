"""The `pinpoint3d` command. Read `main` first, then the commands in the order of `--help`.

Each command parses, calls the package, and prints. What computes is imported inside the commands,
so that `--help` and `--version` answer at once.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pinpoint3d._version import __version__
from pinpoint3d.cli_evaluate import app as evaluate_app
from pinpoint3d.cli_serve import app as serve_app
from pinpoint3d.cli_serve import has_display, serve_studio
from pinpoint3d.cli_study import app as study_app
from pinpoint3d.cli_synth import app as synth_app
from pinpoint3d.cli_train import app as train_app
from pinpoint3d.errors import FileAccessError, PinpointError
from pinpoint3d.terminal import (
    prepare_streams,
    print_error,
    print_json,
    print_line,
    print_table,
    progress,
)

if TYPE_CHECKING:
    from pinpoint3d.files.clicks import ClickFile
    from pinpoint3d.segmenter import EncodedScene
    from pinpoint3d.summary import TargetSummary
    from pinpoint3d.types import Masks, Report, Scene

app = typer.Typer(
    name="pinpoint3d",
    help="Click on a 3D scan and get the object and its parts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(serve_app)  # without a name: its commands stand beside the others
app.add_typer(synth_app, name="synth")
app.add_typer(train_app)  # likewise
app.add_typer(evaluate_app)  # likewise
app.add_typer(study_app, name="study")

ScanFile = Annotated[
    Path, typer.Argument(help="A scan or mesh.", show_default=False, readable=False)
]
Units = Annotated[
    str | None,
    typer.Option("--units", metavar="m|cm|mm", help="Unit of the file's numbers, not guessed."),
]
Up = Annotated[
    str | None,
    typer.Option("--up", metavar="+x..-z", help="Axis of the file that points up, not guessed."),
]
Origin = Annotated[
    tuple[float, float, float] | None,
    typer.Option("--origin", metavar="X Y Z", help="Offset to take off positions, in metres."),
]
Sample = Annotated[
    float | None,
    typer.Option("--sample", help="Distance of points laid on a mesh's faces, in its units."),
]
Columns = Annotated[
    str | None,
    typer.Option("--columns", help="A text file's columns, a letter each: x y z r g b i n l _."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def main() -> None:
    """Run the command line: exit code 0, 2 for whatever is refused, 130 when interrupted."""
    # Idle OpenMP workers spin by default, which made a busy machine 35 times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    prepare_streams()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()  # here, where a full disk can still be told in a sentence
    except PinpointError as error:
        print_error(str(error))
        sys.exit(2)
    except OSError as error:  # files raise `FileAccessError`: this is where the output goes
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        print_error(f"the output cannot be written ({error.strerror}).")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)
    ] = False,
) -> None:
    if version:
        print_line(f"pinpoint3d {__version__}")
        raise typer.Exit


@app.command()
def info(
    file: ScanFile,
    units: Units = None,
    up: Up = None,
    origin: Origin = None,
    sample: Sample = None,
    columns: Columns = None,
    as_json: AsJson = False,
) -> None:
    """Say what a file holds, and what is assumed where it is silent."""
    scene = _open(file, units=units, up=up, origin=origin, sample=sample, columns=columns)
    assert scene.source is not None  # it was read from a file
    report = scene.source.report
    labels = _count_labels(scene.labels)
    if as_json:
        print_json({"file": str(file), **asdict(report), "labels": labels})
        return
    rows = _report_rows(report)
    if labels is not None:
        rows.append(("labels", f"{labels['objects']:,} objects, {labels['parts']:,} parts"))
    print_table(str(file), ["found ", "value "], rows)
    for note in report.notes:
        print_line(f"note: {note}")


@app.command()
def segment(
    scan: ScanFile,
    clicks: Annotated[
        Path, typer.Option("--clicks", help="The clicks, a JSON file.", readable=False)
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The scan with its labels; format by ending.")
    ],
    segmenter: Annotated[
        str | None, typer.Option("--segmenter", help="net, graph, nearest, or a weights file.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Also a PNG of scan, objects and parts.")
    ] = None,
    save_session: Annotated[
        Path | None, typer.Option("--save-session", help="Also a session file to go on from.")
    ] = None,
    units: Units = None,
    up: Up = None,
    origin: Origin = None,
    sample: Sample = None,
    columns: Columns = None,
    as_json: AsJson = False,
) -> None:
    """Turn clicks on a scan into masks of objects and parts."""
    outputs = {"labelled scan": output, "picture": picture, "session": save_session}
    opening = {"units": units, "up": up, "origin": origin, "sample": sample, "columns": columns}
    _segment_and_report(scan, clicks, outputs, segmenter, opening, as_json=as_json)


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A scan or mesh.", readable=False)],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="Format by its ending.")],
    style: Annotated[
        Literal["partscan"] | None,
        typer.Option("--style", help="partscan: a PLY with label = object * 100 + part."),
    ] = None,
    units: Units = None,
    up: Up = None,
    origin: Origin = None,
    sample: Sample = None,
    columns: Columns = None,
) -> None:
    """Write a scan, with the labels it holds, in another format."""
    from pinpoint3d.files import save

    _check_outputs([source], [target])
    scene = _open(source, units=units, up=up, origin=origin, sample=sample, columns=columns)
    with progress(f"writing {target.name}"):
        save(scene, scene.labels, target, style=style)
    print_line(f"wrote {target} ({len(scene):,} points)")


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("out/demo"),
    serve: Annotated[
        bool | None,
        typer.Option(
            "--serve/--no-serve",
            help="End in the studio; else where there are a display and a terminal.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Segment the bundled scan by bundled clicks, and open it in the studio to click on it."""
    from pinpoint3d.demo_data import bundled_scan

    scan = bundled_scan()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileAccessError(f"{out}: cannot be made a folder ({error.strerror}).") from None
    outputs = {"labelled scan": out / "room.labelled.ply", "picture": out / "room.png"}
    _segment_and_report(
        scan, scan.with_name("room.clicks.json"), outputs, None, {}, as_json=as_json
    )
    if serve is None:
        serve = has_display() and sys.stdout.isatty() and not as_json
    if serve:
        serve_studio([scan], data=out / "studio", browser=has_display())
    elif not as_json:
        print_line("to click on it yourself: pinpoint3d demo --serve")


def _segment_and_report(
    scan: Path,
    clicks: Path,
    outputs: Mapping[str, Path | None],
    segmenter: str | None,
    opening: Mapping[str, Any],
    *,
    as_json: bool,
) -> None:
    """Open, encode, segment, write what is asked for, and show what came out."""
    from pinpoint3d.files.clicks import read_clicks
    from pinpoint3d.segmenter import load_segmenter
    from pinpoint3d.snap import snap_clicks
    from pinpoint3d.summary import summarise

    written = {what: path for what, path in outputs.items() if path is not None}
    if "picture" in written and written["picture"].suffix.lower() != ".png":
        raise FileAccessError(f"{written['picture']}: pictures are PNG; end the name in .png.")
    _check_outputs([scan, clicks], list(written.values()))
    clicked = read_clicks(clicks)
    engine = load_segmenter(segmenter)
    scene = _open(scan, **opening)
    start = perf_counter()
    with progress("encoding (the first run ever also compiles)"):
        encoded = engine.encode(scene)
    encoded_after = perf_counter()
    with progress("segmenting"):
        masks = encoded.segment(clicked.clicks)
    seconds = {"encode": encoded_after - start, "segment": perf_counter() - encoded_after}
    distances = snap_clicks(scene, clicked.clicks).distances
    snapped = float(distances.max()) if len(distances) else 0.0
    _write(encoded, masks, clicked, written)
    summaries = summarise(scene, masks, clicked.clicks, clicked.names)
    if as_json:
        document = {
            "scan": str(scan),
            "segmenter": engine.name,
            "points": len(scene),
            "clicks": len(clicked.clicks),
            "snap_distances_m": [float(d) for d in distances],
            "targets": [asdict(summary) for summary in summaries],
            "seconds": seconds,
            "written": {what: str(path) for what, path in written.items()},
        }
        print_json(document)
        return
    print_table(
        f"{scan.name}: {len(scene):,} points, {len(clicked.clicks)} clicks, {engine.name}",
        ["object", "part", "name ", "clicks", "points", "confidence", "IoU"],
        [_summary_row(summary) for summary in summaries],
    )
    if snapped:
        print_line(f"positions were snapped to points up to {100 * snapped:.1f} cm away")
    print_line(f"encoded in {seconds['encode']:.2f} s, segmented in {seconds['segment']:.2f} s")
    for what, path in written.items():
        print_line(f"{what}: {path}")


def _write(
    encoded: "EncodedScene",
    masks: "Masks",
    clicked: "ClickFile",
    written: Mapping[str, Path],
) -> None:
    from pinpoint3d.files import save
    from pinpoint3d.picture import render_sheet, write_png
    from pinpoint3d.session import Session

    if "labelled scan" in written:
        with progress("writing the labelled scan"):
            save(encoded.scene, masks, written["labelled scan"])
    if "picture" in written:
        with progress("drawing the picture"):
            sheet = render_sheet(
                encoded.scene, masks, azimuth_deg=5.0, elevation_deg=28.0, clicks=clicked.clicks
            )
            write_png(sheet, written["picture"])
    if "session" in written:
        session = Session(encoded, clicked.clicks)
        for key, name in clicked.names.items():
            object_id, _, part_id = key.partition(".")
            session.rename(int(object_id), name, part=int(part_id) if part_id else None)
        session.save(written["session"])


def _open(scan: Path, **opening: Any) -> "Scene":
    from pinpoint3d.files import load

    with progress(f"opening {scan.name}"):
        return load(scan, **opening)


def _check_outputs(inputs: Sequence[Path], outputs: Sequence[Path]) -> None:
    """Refuse what could only fail after the work is done, or would destroy what it came from."""
    for output in outputs:
        try:
            _check_output(output, inputs)
        except OSError as error:
            if isinstance(error, FileAccessError):
                raise
            raise FileAccessError(f"{output}: cannot be written ({error.strerror}).") from None
    if len({output.resolve() for output in outputs}) < len(outputs):
        raise FileAccessError("two outputs have the same name; give each its own.")


def _check_output(output: Path, inputs: Sequence[Path]) -> None:
    if output.is_dir():
        raise FileAccessError(f"{output}: is a folder; name a file in it.")
    if not output.parent.is_dir():
        raise FileAccessError(f"{output}: its folder does not exist; make it first.")
    for given in inputs:
        if output.exists() and given.exists() and output.samefile(given):
            raise FileAccessError(f"{output}: is an input; give the output another name.")


def _count_labels(labels: "Masks | None") -> dict[str, int] | None:
    """How many objects and named parts a scan's own labels hold."""
    import numpy as np

    if labels is None:
        return None
    pairs = np.unique(np.stack([labels.object, labels.part], axis=1), axis=0)
    return {
        "objects": int(np.count_nonzero(np.unique(pairs[:, 0]))),
        "parts": int(np.count_nonzero(pairs[:, 1])),
    }


def _report_rows(report: "Report") -> list[tuple[str, str]]:
    """The opening report, one thing a row."""

    def metres(values: tuple[float, float, float]) -> str:
        return " x ".join(f"{value:.3f}" for value in values) + " m"

    rows = [
        ("format", report.format),
        ("points", f"{report.n_points:,}"),
        ("without a position", f"{report.n_points - report.n_finite:,}"),
        ("duplicates", f"{report.n_duplicates:,}"),
        ("extent", metres(report.extent_m)),
        ("spacing", f"{1000 * report.spacing_m:.2f} mm"),
        ("unit", f"{report.unit} ({report.unit_from})"),
        ("up", f"{report.up} ({report.up_from})"),
        ("offset removed", metres(report.origin_m) if any(report.origin_m) else "none"),
        ("colour", report.colour or "none"),
        ("normals", "yes" if report.has_normals else "none"),
        ("faces", f"{report.n_faces:,}" if report.n_faces else "none"),
        ("other fields", ", ".join(report.fields) or "none"),
    ]
    if report.shape is not None:
        rows.insert(2, ("organised", f"{report.shape[0]} x {report.shape[1]}"))
    return rows


def _summary_row(summary: "TargetSummary") -> tuple[str, ...]:
    return (
        str(summary.object) if summary.part is None else "",
        "" if summary.part is None else str(summary.part),
        summary.name or "",
        str(summary.n_clicks),
        f"{summary.n_points:,}",
        "" if summary.confidence is None else f"{summary.confidence:.2f}",
        "" if summary.iou is None else f"{summary.iou:.3f}",
    )
