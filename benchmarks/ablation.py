# pyright: reportMissingImports=false
# torch is an extra, so this file is checked with it and without it.
"""What each ingredient of the network brings: rows of one small budget, judged on the same crops.

    python benchmarks/ablation.py OUT --data SET [SET ...] [--steps 500] [--rows whole flat ...]

Every row is the default network with one change, trained from nothing on the same crops in the same
order, and judged on crops of validation samples by the evaluation's simulated user: mean part IoU
after the first clicks and after each of two rounds of corrections, the share of rounds that lower a
crop's IoU, and the paired difference to the row `whole` with its 95 % interval (bootstrap over
crops). Each row runs in a process of its own and goes on where it was stopped; the table of all
rows that are done is printed as Markdown. Another budget or other sets need another OUT.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from pinpoint3d.net import model, pairs
from pinpoint3d.net.losses import LossWeights
from pinpoint3d.net.model import Config, Model
from pinpoint3d.net.presets import PRESETS
from pinpoint3d.net.sparse import kernels_of
from pinpoint3d.net.walks import N_WALKS
from pinpoint3d.synth.shapes import FAMILIES
from pinpoint3d.train.crops import Crop
from pinpoint3d.train.prepare import crop_files, prepare

ROUNDS = 2  # of corrections
HARMFUL, VERY = 0.0, 0.02  # of IoU that a crop loses
RESAMPLED = 2000
WALKS = slice(11, 11 + 2 * N_WALKS)  # of `pairs.node_pairs`
Pick = Callable[[Crop], bool]


@contextmanager
def _no_walks() -> Iterator[None]:
    """Nodes are measured against clicks straight alone."""
    measured = pairs.node_pairs

    def straight(*given: Any) -> np.ndarray:
        x = measured(*given)
        x[..., WALKS] = 0
        return x

    with patch.object(model, "node_pairs", straight):
        yield


@contextmanager
def _no_family() -> Iterator[None]:
    """An object and its parts do not exchange messages."""
    asked = model._asked  # pyright: ignore[reportPrivateUsage]  # reaches inside

    def apart(*given: Any) -> Any:
        known = asked(*given)
        return replace(known, family=known.family * 0)

    with patch.object(model, "_asked", apart):
        yield


@contextmanager
def _flat() -> Iterator[None]:
    """Background, rest and parts compete at once, without p(object) p(part | object)."""

    def at_once(logits: Any) -> Any:
        kernels = kernels_of(logits)
        if logits.shape[1] > 2:
            logits = kernels.concatenate(logits[:, :1], logits[:, 2:])
        return kernels.log_softmax(logits, 1)

    from pinpoint3d.train import loop

    with patch.object(loop, "answer_log", at_once):
        yield


@contextmanager
def _forgetful() -> Iterator[None]:
    """The answer before is not an input."""
    ask = Model.ask

    def anew(self: Model, view: Any, question: Any, distances: Any, _: Any) -> Any:
        return ask(self, view, question, distances, None)

    with patch.object(Model, "ask", anew):
        yield


@contextmanager
def _dice_of_rows() -> Iterator[None]:
    """Dice over the answers of a row, as the reference's code has it, and not over a mask."""

    def by_row(log: Any, share: Any) -> Any:
        chance = log.exp()
        both = (chance * share).sum(1)
        return (1 - (2 * both + 1) / (chance.sum(1) + share.sum(1) + 1)).mean()

    from pinpoint3d.train import loop

    with patch.object(loop, "soft_dice", by_row):
        yield


@contextmanager
def _grey() -> Iterator[None]:
    """Nothing has a colour."""
    from pinpoint3d.train.loop import Crops

    read = Crops.__getitem__

    def colourless(self: Crops, number: int) -> Crop:
        crop = read(self, number)
        border = crop.view.border.copy()
        border[:, [3, 5]] = 0
        return replace(crop, view=replace(crop.view, rgb=None, border=border))

    with patch.object(Crops, "__getitem__", colourless):
        yield


@dataclass(frozen=True)
class Row:
    """One change to the whole: of the configuration, the losses, the code, or the crops."""

    says: str
    config: Config = PRESETS["default"]  # pyright: ignore[reportAssignmentType]  # it is one
    weights: LossWeights = field(default_factory=LossWeights)
    change: Callable[[], Any] = ExitStack
    learns_from: Pick | None = None


WHOLE = Row("the default network")
ROWS: dict[str, Row] = {
    "whole": WHOLE,
    "pointnet2": Row("PointNet++ for the U-Net", replace(WHOLE.config, backbone="pointnet2")),
    "no-pairs": Row("no pair features", replace(WHOLE.config, pairs=False)),
    "no-walks": Row("no distances from node to node", change=_no_walks),
    "no-rounds": Row("no messages in the click graph", replace(WHOLE.config, n_rounds=0)),
    "no-family": Row("no messages between object and parts", change=_no_family),
    "no-settling": Row("neighbouring nodes not drawn near", replace(WHOLE.config, settling=0)),
    "flat": Row("no factorisation into object and part", change=_flat),
    "forgetful": Row("the answer before is no input", change=_forgetful),
    "no-keep": Row("no price for what was right before", weights=LossWeights(keep=0)),
    "no-dice": Row("cross-entropy alone", weights=LossWeights(dice=0)),
    "dice-of-rows": Row("Dice over answers, as in the reference", change=_dice_of_rows),
    "grey": Row("no colour, in training and judging", change=_grey),
    "made": Row("made kinds alone", learns_from=lambda crop: crop.kind in FAMILIES),
    "imported": Row(
        "kinds alone that are only imported", learns_from=lambda crop: crop.kind not in FAMILIES
    ),
}


def run_row(row: Row, options: argparse.Namespace, out: Path) -> None:
    """Train a row and judge it; the result is `out`/judged.json."""
    import torch

    from pinpoint3d.net.presets import network_of
    from pinpoint3d.net.weights import read_weights
    from pinpoint3d.train.lessons import lesson_on
    from pinpoint3d.train.loop import BEST, Crops, Recipe, ious, train

    class Chosen(Crops):
        """Those that a row learns from."""

        def __init__(self, paths: list[Path]) -> None:
            super().__init__(paths)
            if pick := row.learns_from:
                kept = [pick(self[n]) for n in range(len(self))]
                self._places = [p for p, keep in zip(self._places, kept, strict=True) if keep]

    torch.set_num_threads(1)
    sight = Model(row.config).sight
    for folder in options.data:
        prepare(folder, sight)
    recipe = Recipe(
        row.config, seed=1, steps=options.steps, validate_every=options.steps, losses=row.weights
    )
    held_out = Crops(crop_files(options.data, "val", sight))
    with row.change():
        train(recipe, Chosen(crop_files(options.data, "train", sight)), held_out, out)
        weights = read_weights(out / BEST)
        network = network_of(weights, row.says)
        parameters = {name: torch.tensor(v) for name, v in weights.parameters.items()}
        found = []
        numbers = np.random.default_rng(2).permutation(len(held_out))[: options.judged]
        for number in numbers.tolist():
            lesson = lesson_on(held_out[number], np.random.default_rng(number), all_parts=True)
            with torch.no_grad():
                found.append(ious(network, parameters, lesson, ROUNDS))
    (out / "judged.json").write_text(json.dumps(found))


def table(out: Path) -> Iterator[str]:
    """The rows that are done, as lines of Markdown."""
    heads = ["row", "IoU@1", "after 1 round", "after 2", "@1 against whole", "harmful (by > 2)"]
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    judged = {
        name: np.array(json.loads(path.read_text()))
        for name in ROWS
        if (path := out / name / "judged.json").exists()
    }
    rng = np.random.default_rng(0)
    for name, iou in judged.items():
        apart = 100 * (iou - judged.get("whole", iou))[:, 0]
        means = rng.choice(apart, (RESAMPLED, len(apart))).mean(axis=1)
        low, high = np.percentile(means, [2.5, 97.5])
        lost = -np.diff(iou, axis=1)
        cells = [ROWS[name].says, *(f"{100 * v:.1f}" for v in iou.mean(axis=0))]
        cells += [f"{apart.mean():+.1f} [{low:+.1f}, {high:+.1f}]"]
        cells += [f"{100 * (lost > HARMFUL).mean():.0f} % ({100 * (lost > VERY).mean():.0f})"]
        yield f"| {' | '.join(cells)} |"


def main() -> None:
    """Train what is missing, and print the table."""
    parser = argparse.ArgumentParser(description="What each ingredient of the network brings.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--steps", type=int, default=500, help="of two crops")
    parser.add_argument("--judged", type=int, default=150, help="validation crops")
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    options = parser.parse_args()
    for name in options.rows:
        out = options.out / name
        if (out / "judged.json").exists():
            continue
        if len(options.rows) == 1:
            run_row(ROWS[name], options, out)
        else:
            given = [str(options.out), "--data", *map(str, options.data)]
            given += ["--steps", str(options.steps), "--judged", str(options.judged)]
            command = [sys.executable, __file__, *given, "--rows", name]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    print("\n".join(table(options.out)))


if __name__ == "__main__":
    main()
