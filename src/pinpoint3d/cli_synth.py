"""`pinpoint3d synth`: data sets of made scans, objects put into given ones, pseudo labels.

As in `cli`, each command parses, calls the package, and prints.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pinpoint3d.errors import SynthesisError
from pinpoint3d.terminal import counted, print_json, print_line, print_table, progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pinpoint3d.synth.dataset import Dataset, Recipe
    from pinpoint3d.synth.samples import Kind
    from pinpoint3d.types import Masks, Scene

SHEET_SAMPLES = 12
INSERTED = 0.25  # of a set with scans are objects put into these

app = typer.Typer(
    help="Make part-labelled scans: rooms, objects, insertions, pseudo labels.",
    no_args_is_help=True,
)

Count = Annotated[int, typer.Option("--count", "-n", help="How many samples.", min=1)]
Seed = Annotated[int, typer.Option("--seed", help="Of the set: the same seed, the same scans.")]
Out = Annotated[
    Path, typer.Option("--out", "-o", help="Folder of the set; resumed if it is there.")
]
Side = Annotated[
    Literal["both", "train", "val", "any"],
    typer.Option(help="both: every tenth sample shows only what training never does."),
]
Store = Annotated[
    Path | None, typer.Option("--store", help="File of imported objects (synth import).")
]
Images = Annotated[
    Path | None, typer.Option("--images", help="Folder of pictures of surfaces to paint with.")
]
Where = Annotated[
    Literal["local", "processes", "ray"],
    typer.Option("--executor", help="One process, several, or a Ray cluster."),
]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Processes; else one a core.", min=1)
]
PartScan = Annotated[
    bool, typer.Option("--partscan", help="Also PLY files and lists in PartScan's form.")
]
Picture = Annotated[Path | None, typer.Option("--picture", help="Also a PNG of the parts.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command()
def rooms(
    count: Count,
    out: Out,
    seed: Seed = 0,
    subset: Side = "both",
    store: Store = None,
    images: Images = None,
    scans: Annotated[
        Path | None,
        typer.Option("--scans", help="Folder of scans; a quarter of the set are objects in them."),
    ] = None,
    executor: Where = "processes",
    workers: Workers = None,
    partscan: PartScan = False,
    as_json: AsJson = False,
) -> None:
    """Furnished rooms, and some streets, laid tables, frames and single objects among them."""
    from pinpoint3d.synth.samples import KINDS

    kinds = dict(KINDS)
    if scans is not None:
        if not scans.is_dir():
            raise SynthesisError(f"{scans}: is no folder of scans.")
        kinds["insert"] = INSERTED / (1 - INSERTED)  # beside shares that sum to 1
    recipe = _recipe(count, seed, kinds, subset, store, images, scans)
    _build(recipe, out, executor, workers, partscan, as_json)


@app.command()
def objects(
    count: Count,
    out: Out,
    seed: Seed = 0,
    subset: Side = "both",
    store: Store = None,
    images: Images = None,
    executor: Where = "processes",
    workers: Workers = None,
    partscan: PartScan = False,
    as_json: AsJson = False,
) -> None:
    """Single objects on a table or on the floor."""
    recipe = _recipe(count, seed, {"single": 1.0}, subset, store, images, None)
    _build(recipe, out, executor, workers, partscan, as_json)


@app.command()
def inspect(
    folder: Annotated[Path, typer.Argument(help="Folder of a data set.")],
    as_json: AsJson = False,
) -> None:
    """Statistics of a set and a sheet of pictures, written beside its shards."""
    from pinpoint3d.synth.dataset import Dataset

    dataset = Dataset(folder)
    dataset.verify()
    _describe(dataset, as_json=as_json)


@app.command()
def insert(
    scan: Annotated[Path, typer.Argument(help="A scan or mesh.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The scan with objects in it.")],
    n_objects: Annotated[int, typer.Option("--objects", help="At most so many.", min=1)] = 5,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    store: Store = None,
    images: Images = None,
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Put part-labelled objects into a given scan, as dense, noisy and bright as it is."""
    import numpy as np

    from pinpoint3d.files import load, save
    from pinpoint3d.synth.dataset import catalogue
    from pinpoint3d.synth.insert import insert as put_in

    with progress(f"opening {scan.name}"):
        scene = load(scan)
    known = catalogue(_text(store), _text(images), "any")
    with progress("placing objects"):
        sample = put_in(scene, known, np.random.default_rng(seed), n_objects=n_objects)
    save(sample.scene, sample.scene.labels, out)
    _draw(sample.scene, sample.scene.labels, picture)
    shown = [
        {"object": i, "kind": o.kind, "style": o.style, "parts": [p.name for p in o.parts]}
        for i, o in enumerate(sample.objects, start=1)
    ]
    if as_json:
        print_json({"scan": str(scan), "written": str(out), "objects": shown})
        return
    rows = [(str(o["object"]), o["kind"], o["style"], str(len(o["parts"]))) for o in shown]
    print_table(scan.name, ["object", "kind ", "style ", "parts"], rows)
    print_line(f"wrote {out} ({len(sample.scene):,} points)")


@app.command()
def pseudo(
    scan: Annotated[Path, typer.Argument(help="A scan whose objects are labelled (object_id).")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The scan with parts in its labels.")],
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Guess parts of labelled objects by their shape and colour, and leave out poor guesses."""
    import numpy as np

    from pinpoint3d.files import load, save
    from pinpoint3d.synth.pseudo import pseudo_parts

    with progress(f"opening {scan.name}"):
        scene = load(scan)
    with progress("looking for parts"):
        found = pseudo_parts(scene, rng=np.random.default_rng(seed))
    save(scene, found.masks, out)
    _draw(scene, found.masks, picture)
    if as_json:
        quality = {str(k): v for k, v in found.quality.items()}
        left_out = {str(k): why for k, why in found.left_out.items()}
        written = {"scan": str(scan), "written": str(out)}
        print_json(written | {"quality": quality, "left_out": left_out})
        return
    rows = [
        (str(k), f"{found.quality[k]:.2f}" if k in found.quality else "", found.left_out.get(k, ""))
        for k in sorted({*found.quality, *found.left_out})
    ]
    print_table(scan.name, ["object", "quality", "left out "], rows)
    print_line(f"wrote {out}")


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="Folder of collections with an index.json.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The store, one file.")],
) -> None:
    """Pack part-labelled objects of a folder into one file that sets are made from."""
    from pinpoint3d.synth.imported.collections import load
    from pinpoint3d.synth.imported.store import write_store

    with progress(f"reading {folder}"):
        assets = [*load(folder, subset="train"), *load(folder, subset="val")]
    with progress(f"writing {out.name}"):
        write_store(assets, out)
    print_line(f"wrote {out} ({len(assets):,} objects)")


def _recipe(
    count: int,
    seed: int,
    kinds: "Mapping[Kind, float]",
    subset: Literal["both", "train", "val", "any"],
    store: Path | None,
    images: Path | None,
    scans: Path | None,
) -> "Recipe":
    from pinpoint3d.synth.dataset import Recipe

    if images is not None and not images.is_dir():
        raise SynthesisError(f"{images}: is no folder of images.")
    return Recipe(seed, count, kinds, subset, _text(store), _text(images), _text(scans))


def _build(
    recipe: "Recipe",
    out: Path,
    executor: Literal["local", "processes", "ray"],
    workers: int | None,
    partscan: bool,
    as_json: bool,
) -> None:
    from pinpoint3d.synth.dataset import build

    n_workers = workers or os.cpu_count() or 1
    with counted("making samples", recipe.count) as done:
        dataset = build(recipe, out, executor=executor, workers=n_workers, done=done)
    if partscan:
        _export(dataset, recipe, out / "partscan")
    _describe(dataset, as_json=as_json)


def _export(dataset: "Dataset", recipe: "Recipe", folder: Path) -> None:
    from pinpoint3d.synth.partscan import export_partscan

    with progress(f"writing {folder}"):
        export_partscan(((i, recipe.subset_of(i), dataset[i]) for i in range(len(dataset))), folder)


def _describe(dataset: "Dataset", *, as_json: bool) -> None:
    """Write statistics and the sheet, and print the former."""
    import json

    from pinpoint3d.files.storage import write_atomically
    from pinpoint3d.picture import write_png
    from pinpoint3d.synth.inspection import Statistics, contact_sheet

    found = Statistics()
    with counted("counting", len(dataset)) as done:
        for index in range(len(dataset)):
            found.add(dataset[index])
            done(1)
    summary = found.summary()
    text = json.dumps(summary, indent=1)
    write_atomically(dataset.folder / "statistics.json", [text.encode() + b"\n"])
    with progress("drawing the sheet"):
        step = max(1, len(dataset) // SHEET_SAMPLES)
        chosen = range(0, len(dataset), step)[:SHEET_SAMPLES]
        write_png(contact_sheet(dataset[i] for i in chosen), dataset.folder / "sheet.png")
    if as_json:
        print_json({"folder": str(dataset.folder), **summary})
        return
    rows = [(name.replace("_", " "), _shown(value)) for name, value in summary.items()]
    print_table(str(dataset.folder), ["of the set ", "value "], rows)
    print_line(f"pictures: {dataset.folder / 'sheet.png'}")


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _draw(scene: "Scene", masks: "Masks | None", picture: Path | None) -> None:
    from pinpoint3d.picture import render_sheet, write_png
    from pinpoint3d.types import Masks

    if picture is not None:
        with progress("drawing the picture"):
            write_png(render_sheet(scene, masks or Masks.empty(len(scene))), picture)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
