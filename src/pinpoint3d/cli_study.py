"""`pinpoint3d study`: a user study planned, analysed, and how many people it needs.

As in `cli`, each command parses, calls the package, and prints.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinpoint3d.errors import ClickError
from pinpoint3d.terminal import print_json, print_line, print_table, progress

if TYPE_CHECKING:
    from pinpoint3d.evaluate.study.analysis import Analysis
    from pinpoint3d.evaluate.study.statistics import Difference, Mean

app = typer.Typer(
    help="Compare tools by what people achieve with them: plan a study, analyse its logs.",
    no_args_is_help=True,
)

Seed = Annotated[
    int, typer.Option("--seed", help="The same seed, the same result.", min=0, max=2**32 - 1)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

_HEADINGS = {
    "seconds_to_goal": "s to IoU .8",
    "clicks_to_goal": "clicks to IoU .8",
    "failed": "never reached .8",
    "final_iou": "final IoU",
    "seconds": "s in all",
    "clicks": "clicks in all",
    "undos": "undone",
    "harmful": "harmful clicks",
    "workload": "workload, 0 to 100",
    "usability": "usability, 0 to 100",
}
_SHARES = ("failed", "harmful")


@app.command()
def plan(
    scan: Annotated[list[Path], typer.Option("--scan", help="A labelled scan; repeat for more.")],
    clicks: Annotated[
        list[Path],
        typer.Option("--clicks", help="Clicks on what to make of each scan, in the same order."),
    ],
    tools: Annotated[str, typer.Option("--tools", help="Names with commas: graph,nearest.")],
    participants: Annotated[int, typer.Option("--participants", help="How many.", min=1)],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the study, a new one.")],
    seed: Seed = 0,
    practice: Annotated[
        int, typer.Option("--practice", help="The first so many tasks are for practice.", min=0)
    ] = 1,
    seconds: Annotated[
        float, typer.Option("--seconds", help="Limit of a task.", min=1, max=86_400)
    ] = 180.0,
    max_clicks: Annotated[
        int | None,
        typer.Option("--max-clicks", help="Limit of a task; else ten a part.", min=1, max=100_000),
    ] = None,
) -> None:
    """Make tasks of labelled scans and give everybody an order of tools and tasks."""
    from pinpoint3d.evaluate.study.plan import MAX_PARTICIPANTS, plan_study, tasks_of, write_study
    from pinpoint3d.files import load
    from pinpoint3d.files.clicks import read_clicks

    if len(scan) != len(clicks):
        raise ClickError(f"{len(scan)} scans and {len(clicks)} click files; give one for each.")
    if participants > MAX_PARTICIPANTS:
        raise ClickError(f"{participants:,} participants; the most is {MAX_PARTICIPANTS:,}.")
    tasks = []
    for path, click_path in zip(scan, clicks, strict=True):
        clicked = read_clicks(click_path)
        with progress(f"opening {path.name}"):
            scene = load(path)
        tasks += tasks_of(scene, clicked, seconds=seconds, clicks=max_clicks)
    names = [name.strip() for name in tools.split(",")]
    study = plan_study(tasks, names, participants, seed=seed, n_practice=practice)
    write_study(study, out)
    rows = [
        (task.name, task.object_name, ", ".join(part.name for part in task.parts) or "whole object",
         f"{task.seconds:g}", str(task.clicks), "practice" if i < practice else "")
        for i, task in enumerate(tasks)
    ]  # fmt: skip
    columns = ["task ", "object ", "parts ", "seconds", "clicks", "use "]
    print_table(f"{out}: {participants} participants, {', '.join(names)}", columns, rows)
    if participants % len(names):
        print_line(
            f"order and tasks are balanced for multiples of {len(names)} participants; "
            f"{participants} is none"
        )


@app.command()
def analyse(
    folder: Annotated[Path, typer.Argument(help="Folder of the study.", show_default=False)],
    seed: Seed = 0,
    replay: Annotated[
        bool,
        typer.Option("--replay", help="Compute IoUs from the clicks, by the tools as segmenters."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare the tools on the logs: trials.csv, analysis.json, and two tables."""
    from pinpoint3d.evaluate.study.analysis import analyse, gather, rows_as_csv
    from pinpoint3d.evaluate.study.plan import read_study
    from pinpoint3d.files.storage import write_atomically

    study = read_study(folder)
    with progress("reading the logs"):
        gathered = gather(study, folder, replay=replay)
    write_atomically(folder / "trials.csv", [rows_as_csv(gathered.rows).encode()])
    with progress("comparing the tools"):
        analysis = analyse(study, gathered, seed=seed)
    document = analysis.as_dict()
    write_atomically(folder / "analysis.json", [json.dumps(document, indent=1).encode() + b"\n"])
    if as_json:
        print_json(document)
        return
    _print(analysis, folder)


@app.command()
def power(
    effect: Annotated[float, typer.Option("--effect", help="Difference of two tools to be found.")],
    sd: Annotated[
        float,
        typer.Option("--sd", help="Of people's own differences; analyse prints it.", min=1e-9),
    ],
    participants: Annotated[
        int | None, typer.Option("--participants", help="Say how often so many find it.", min=2)
    ] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Say how many participants find a difference in 80 of 100 studies, by simulation."""
    import numpy as np

    from pinpoint3d.evaluate.study.statistics import MAX_NEEDED, participants_needed
    from pinpoint3d.evaluate.study.statistics import power as power_of

    rng = np.random.default_rng(seed)
    with progress("simulating studies"):
        if participants is None:
            found = {"participants": participants_needed(effect, sd, rng), "power": 0.8}
        else:
            found = {
                "participants": participants,
                "power": power_of(min(participants, MAX_NEEDED), effect, sd, rng),
            }
    if as_json:
        print_json({"effect": effect, "sd": sd, **found})
    elif found["participants"] is None:
        print_line(f"not even {MAX_NEEDED} participants find it in 80 of 100 studies")
    else:
        print_line(f"{found['participants']} participants: {found['power']:.0%} of studies find it")


def _print(analysis: "Analysis", folder: Path) -> None:
    print_table(
        f"{folder}: {analysis.n_trials} trials of {analysis.n_participants} participants",
        ["measure ", "tool ", "mean", "95 % interval"],
        [_mean_row(mean) for mean in analysis.means],
    )
    if analysis.differences:
        columns = [
            "measure ",
            "tools ",
            "difference",
            "95 % interval",
            "other tasks too",
            "sd",
            "p",
        ]
        rows = [_difference_row(difference) for difference in analysis.differences]
        print_table("differences", columns, rows)
    print_line("where .8 was never reached the limit counts; p is adjusted for the pairs of tools")
    for sentence in analysis.left_out:
        print_line(f"left out: {sentence}")
    print_line(f"trials: {folder / 'trials.csv'}, figures: {folder / 'analysis.json'}")


def _mean_row(mean: "Mean") -> tuple[str, ...]:
    shown = [_shown(value, mean.measure) for value in (mean.mean, mean.low, mean.high)]
    heading = _HEADINGS.get(mean.measure, mean.measure)
    return heading, mean.tool, shown[0], f"{shown[1]} to {shown[2]}"


def _difference_row(difference: "Difference") -> tuple[str, ...]:
    def between(low: float | None, high: float | None) -> str:
        if low is None or high is None:
            return ""
        return f"{_shown(low, difference.measure)} to {_shown(high, difference.measure)}"

    return (
        _HEADINGS.get(difference.measure, difference.measure),
        f"{difference.tool} - {difference.other}",
        _shown(difference.difference, difference.measure),
        between(difference.low, difference.high),
        between(difference.low_other_tasks, difference.high_other_tasks),
        _shown(difference.sd, difference.measure),
        f"{difference.p_adjusted:.3f}",
    )


def _shown(value: float, measure: str) -> str:
    if measure in _SHARES:
        return f"{100 * value:z.0f} %"
    return f"{value:z.3f}" if measure == "final_iou" else f"{value:z.1f}"
