# pyright: reportMissingImports=false
# torch is an extra, so this file is checked with it and without it.
"""What corrections to believe, learned from simulated sessions.

`learn_corrections` has the simulated user of the evaluation click on objects of the training side
of data sets, notes what every correction would change and what becomes of it, and fits the
perceptron of `net.corrections` to that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float32, Int64

from pinpoint3d.errors import TrainingError
from pinpoint3d.metrics import Target
from pinpoint3d.net.corrections import (
    MENDED,
    NEITHER,
    SHAPES,
    SPOILED,
    Changes,
    believed,
    outcome_logits,
)
from pinpoint3d.net.engine import NetEncodedScene
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.presets import network_of
from pinpoint3d.net.weights import Weights, require
from pinpoint3d.simulate import Clicker, SceneIndex
from pinpoint3d.synth.dataset import Dataset
from pinpoint3d.train.calibrate import questions
from pinpoint3d.types import Masks, Scene

OBJECTS = 3  # of a sample
WHOLE = 0.15  # of sessions are about an object without its parts
CORRECTIONS_A_PART, MOST_CORRECTIONS = 4, 20
HELD_OUT = 5  # one sample of so many only judges
STEPS, BATCH, RATE, DECAY = 1500, 4096, 2e-3, 0.05


@dataclass(frozen=True)
class Outcomes:
    """What became of the nodes that one correction would change.

    Attributes
    ----------
    inputs
        `net.corrections.change_inputs`. float32 (C, 15).
    outcome
        `MENDED`, `SPOILED` or `NEITHER`, of most points of each node. int64 (C,).
    n_points
        Of each node. int64 (C,).
    """

    inputs: Float32[np.ndarray, "changed 15"]
    outcome: Int64[np.ndarray, " changed"]
    n_points: Int64[np.ndarray, " changed"]

    def gain(self, kept: Bool[np.ndarray, " changed"]) -> int:
        """Points that are right and were not, less those that were right, if `kept` change."""
        worth = (self.outcome == MENDED).astype(np.int64) - (self.outcome == SPOILED)
        return int((worth * self.n_points)[kept].sum())


@dataclass(frozen=True)
class Learned:
    """Weights that doubt corrections, and the share of harmful ones, without and with that.

    A correction is harmful where more points are right before it than after. The shares are of
    `n_judged` corrections that were not learned from.
    """

    weights: Weights
    n_judged: int
    before: float
    after: float


def learn_corrections(
    weights: Weights,
    folders: Sequence[Path],
    *,
    samples: int = 200,
    seed: int = 0,
    done: Callable[[int], None] = lambda _: None,
) -> Learned:
    """Weights with what corrections to believe; `done` is told of every sample.

    All other parameters, and so answers to first clicks, stay as they are.

    Raises
    ------
    TrainingError
        If the data sets hold too little to learn from.
    SegmenterError
        If the weights do not fit the network they describe.
    """
    network = network_of(weights, "weights")
    plain = {name: values for name, values in weights.parameters.items() if name not in SHAPES}
    require(plain, network.shapes(), "weights")
    places = [(Dataset(folder), i) for folder in folders for i in Dataset(folder).subset("train")]
    rng = np.random.default_rng(seed)
    learned: list[Outcomes] = []
    judged: list[Outcomes] = []
    for place in rng.permutation(len(places))[:samples].tolist():
        dataset, number = places[place]
        sample = dataset[number]
        seen: list[Changes] = []
        scene = Scene(sample.scene.xyz, sample.scene.rgb, up=sample.scene.up)
        index = SceneIndex(scene)
        asked = list(questions(sample, rng))[:OBJECTS]
        if asked:
            encoded = NetEncodedScene(scene, network, plain, "net", believed=_noting(seen))
            for truth, targets in asked:
                found = _session(encoded, truth, targets, index, rng, seen)
                (judged if place % HELD_OUT == 0 else learned).extend(found)
        done(1)
    if not learned or not judged:
        raise TrainingError("there are no corrections to learn from; make a larger data set.")
    perceptron = fitted(learned, seed)
    return Learned(
        Weights(weights.config, plain | perceptron),
        len(judged),
        float(np.mean([one.gain(np.ones(len(one.outcome), bool)) < 0 for one in judged])),
        float(np.mean([one.gain(believed(perceptron, one.inputs)) < 0 for one in judged])),
    )


def _noting(seen: list[Changes]) -> Callable[[Changes], Bool[np.ndarray, " changed"]]:
    """Believes all, and notes it."""

    def noted(changes: Changes) -> Bool[np.ndarray, " changed"]:
        seen.append(changes)
        return np.ones(len(changes.inputs), bool)

    return noted


def _session(
    encoded: NetEncodedScene,
    truth: Masks,
    targets: Sequence[Target],
    index: SceneIndex,
    rng: np.random.Generator,
    seen: list[Changes],
) -> list[Outcomes]:
    """The simulated user's corrections of one object; `seen` is what the engine has noted."""
    [object_id] = {object_id for object_id, _ in targets}
    parts = [part for _, part in targets]
    if rng.random() < WHOLE:
        parts, targets = [0], [(object_id, 0)]
    mine = truth.object == object_id
    part = np.where(mine & np.isin(truth.part, parts), truth.part, 0)
    right = Masks.of(np.where(mine, object_id, 0), part)
    clicker = Clicker(encoded.scene, right, targets, index=index)
    clicks = clicker.first_clicks()
    masks = encoded.segment(clicks)
    found: list[Outcomes] = []
    for _ in range(min(CORRECTIONS_A_PART * len(parts), MOST_CORRECTIONS)):
        click = clicker.next_click(masks)
        if click is None:
            break
        seen.clear()
        before, masks = masks, encoded.segment([*clicks, click])
        clicks = [*clicks, click]
        if seen:
            is_right = (right.object == click.object) & (right.part == click.part)
            was_right = (right.object == before.object) & (right.part == before.part)
            found.append(_outcomes(seen[0], is_right, was_right))
    return found


def _outcomes(
    changes: Changes,
    is_right: Bool[np.ndarray, " points"],
    was_right: Bool[np.ndarray, " points"],
) -> Outcomes:
    """What becomes of every node that changes, by most of its points."""
    n = len(changes.inputs)
    kind = np.full(len(changes.rows), NEITHER)
    kind[was_right[changes.rows]] = SPOILED
    kind[is_right[changes.rows]] = MENDED
    count = np.bincount(changes.node * (NEITHER + 1) + kind, minlength=n * (NEITHER + 1))
    count = count.reshape(n, NEITHER + 1)
    return Outcomes(changes.inputs, count.argmax(axis=1), count.sum(axis=1))


def fitted(outcomes: Sequence[Outcomes], seed: int) -> dict[str, Float32[np.ndarray, "..."]]:
    """The perceptron that fits outcomes; a correction counts by the root of how much it changes."""
    inputs = torch.tensor(np.concatenate([one.inputs for one in outcomes]))
    outcome = torch.tensor(np.concatenate([one.outcome for one in outcomes]))
    size = [np.full(len(one.outcome), len(one.outcome) ** -0.5) for one in outcomes]
    weight = torch.tensor(np.concatenate(size).astype(np.float32))
    values = initial(SHAPES, np.random.default_rng(seed))
    parameters = {name: torch.tensor(v, requires_grad=True) for name, v in values.items()}
    optimiser = torch.optim.AdamW(list(parameters.values()), RATE, weight_decay=DECAY)
    draws = torch.Generator().manual_seed(seed)
    for _ in range(STEPS):
        rows = torch.randint(len(inputs), (BATCH,), generator=draws)
        logits = outcome_logits(parameters, inputs[rows])
        surprise = torch.nn.functional.cross_entropy(logits, outcome[rows], reduction="none")
        loss = (surprise * weight[rows]).sum() / weight[rows].sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return {name: v.detach().numpy() for name, v in parameters.items()}
