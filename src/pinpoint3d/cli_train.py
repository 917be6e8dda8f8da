"""`pinpoint3d train`, `average`, `calibrate`, `corrections`, `finetune`: networks from samples.

As in `cli`, each command parses, calls the package, and prints.
"""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from pinpoint3d.errors import MissingExtraError
from pinpoint3d.terminal import counted, print_line, progress

app = typer.Typer()

Data = Annotated[
    list[Path], typer.Option("--data", help="Folder of a data set (synth rooms); several may be.")
]
Out = Annotated[
    Path, typer.Option("--out", "-o", help="Folder of the run; it goes on if it is there.")
]
Preset = Annotated[
    Literal["default", "reference", "agile3d", "pointsam"],
    typer.Option("--preset", help="Which network."),
]
Steps = Annotated[int, typer.Option("--steps", help="Of the optimiser.", min=1)]
Batch = Annotated[int, typer.Option("--batch", help="Crops a step, of all processes.", min=1)]
Rate = Annotated[float, typer.Option("--rate", help="Highest learning rate.", min=1e-7, max=1.0)]
Seed = Annotated[int, typer.Option("--seed", help="Of everything drawn.", min=0)]
Every = Annotated[
    int, typer.Option("--validate-every", help="Steps between validations and checkpoints.", min=1)
]
Begin = Annotated[
    Path | None, typer.Option("--begin", help="Weights of the same network to begin with.")
]
Device = Annotated[str, typer.Option("--device", help="cpu, or cuda where there is one.")]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Processes that prepare crops; else one a core.")
]

Given = Annotated[Path, typer.Argument(help="Weights (.safetensors).")]
Tuned = Annotated[Path, typer.Option("--out", "-o", help="File of the new weights.")]


@app.command()
def train(
    data: Data,
    out: Out,
    preset: Preset = "default",
    steps: Steps = 8000,
    batch: Batch = 2,
    rate: Rate = 1e-3,
    seed: Seed = 0,
    validate_every: Every = 250,
    device: Device = "cpu",
    begin: Begin = None,
    workers: Workers = None,
) -> None:
    """Train a network; stop it at any time, and run the same command to go on.

    On several processors or machines: torchrun --nproc-per-node N --no-python pinpoint3d train ...
    """
    try:
        from pinpoint3d.train.journal import Progress
        from pinpoint3d.train.loop import Crops, Recipe
        from pinpoint3d.train.loop import train as run
    except ImportError:
        raise MissingExtraError("training needs torch; install pinpoint3d[net].") from None
    from pinpoint3d.net.presets import PRESETS, built
    from pinpoint3d.net.weights import read_weights
    from pinpoint3d.synth.dataset import Dataset
    from pinpoint3d.train.prepare import crop_files, prepare, wait_for

    first = None if begin is None else read_weights(begin)
    config = PRESETS[preset]
    sight = built(config).sight
    is_first = int(os.environ.get("RANK", "0")) == 0  # torchrun starts several of this
    for folder in data:
        if is_first:
            with counted(f"crops of {folder.name}", len(Dataset(folder))) as advance:
                prepare(folder, sight, workers=workers or os.cpu_count() or 1, done=advance)
        else:
            wait_for(folder, sight)
    recipe = Recipe(config, seed, steps, batch, rate, validate_every=validate_every)
    learned, judged = (Crops(crop_files(data, side, sight)) for side in ("train", "val"))
    with counted("training", steps) as advance:
        last = 0

        def shown(now: Progress) -> None:
            nonlocal last
            advance(now.step - last)
            last = now.step

        best = run(recipe, learned, judged, out, begin=first, device=device, done=shown)
    if is_first:
        print_line(f"wrote {best}; use it with --segmenter {best}")


@app.command()
def average(
    weights: Annotated[list[Path], typer.Argument(help="Weights of runs that began alike.")],
    out: Tuned,
) -> None:
    """Write the mean of several runs' weights, which is often better than each of them."""
    from pinpoint3d.net.weights import read_weights, write_weights
    from pinpoint3d.train.average import averaged

    mean = averaged([read_weights(path) for path in weights], [path.name for path in weights])
    write_weights(out, mean)
    print_line(f"wrote {out}, the mean of {len(weights)}")


@app.command()
def calibrate(
    weights: Given,
    data: Data,
    out: Tuned,
    samples: Annotated[
        int, typer.Option("--samples", help="Of the sets' validation side.", min=1)
    ] = 40,
) -> None:
    """Fit the temperatures of weights, so that a confidence of 80 % is right in 80 % of cases."""
    from pinpoint3d.net.weights import read_weights, write_weights
    from pinpoint3d.train.calibrate import calibrate as fit

    given = read_weights(weights)
    with counted("asking", samples) as advance:
        found = fit(given, data, most=samples, done=advance)
    write_weights(out, found.weights)
    print_line(f"calibration error {found.before:.3f} before, {found.after:.3f} after")
    print_line(f"wrote {out}")


@app.command()
def corrections(
    weights: Given,
    data: Data,
    out: Tuned,
    samples: Annotated[
        int, typer.Option("--samples", help="Of the sets' training side.", min=1)
    ] = 200,
    seed: Seed = 0,
) -> None:
    """Have weights learn which changes of a correction to believe, from simulated sessions."""
    try:
        from pinpoint3d.train.corrections import learn_corrections
    except ImportError:
        raise MissingExtraError("training needs torch; install pinpoint3d[net].") from None
    from pinpoint3d.net.weights import read_weights, write_weights

    given = read_weights(weights)
    with counted("clicking", samples) as advance:
        found = learn_corrections(given, data, samples=samples, seed=seed, done=advance)
    write_weights(out, found.weights)
    print_line(
        f"harmful corrections {found.before:.1%} before, {found.after:.1%} after, "
        f"of {found.n_judged:,} not learned from"
    )
    print_line(f"wrote {out}")


@app.command()
def finetune(
    weights: Given,
    scans: Annotated[
        list[Path],
        typer.Argument(help="Saved sessions (.pinpoint.json), or files with labels in them."),
    ],
    out: Tuned,
    steps: Annotated[int, typer.Option("--steps", help="At most.", min=1)] = 300,
    rate: Rate = 3e-4,
    seed: Seed = 0,
) -> None:
    """Teach weights what you call a part, from scans that you have labelled.

    Of three or more the last is only judged, and learning ends when it gets no better.
    """
    try:
        from pinpoint3d.train.finetune import finetune as learn
        from pinpoint3d.train.finetune import labelled_scan
    except ImportError:
        raise MissingExtraError("training needs torch; install pinpoint3d[net].") from None
    from pinpoint3d.net.weights import read_weights, write_weights

    given = read_weights(weights)
    with progress("reading scans"):
        labelled = [labelled_scan(path) for path in scans]
    with counted("learning", steps) as advance:
        tuned = learn(given, labelled, steps=steps, rate=rate, seed=seed, done=advance)
    write_weights(out, tuned.weights)
    if tuned.before is not None and tuned.after is not None:
        print_line(f"IoU on {scans[-1].name}: {tuned.before:.3f} before, {tuned.after:.3f} after")
    print_line(f"wrote {out}; use it with --segmenter {out}")
