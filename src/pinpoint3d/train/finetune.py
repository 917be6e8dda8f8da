# pyright: reportMissingImports=false
# torch is an extra, so this file is checked with it and without it.
"""Fine-tuning: a network learns what its user calls a part, from a few labelled scans.

The features of a scan stay as they are, so they are computed once; only the decoder learns, which
takes minutes on a processor. `labelled_scan` reads what a user has, `finetune` learns from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pinpoint3d.errors import ProjectError, TrainingError
from pinpoint3d.files import load
from pinpoint3d.files.project import read_labels, read_project
from pinpoint3d.net.corrections import expected
from pinpoint3d.net.ground import upright
from pinpoint3d.net.kernels_torch import on_device
from pinpoint3d.net.losses import LossWeights
from pinpoint3d.net.network import Network
from pinpoint3d.net.presets import network_of
from pinpoint3d.net.weights import Weights, require
from pinpoint3d.synth.assets import Part
from pinpoint3d.synth.samples import ObjectLabel, Sample
from pinpoint3d.train.crops import Crop, crops_of
from pinpoint3d.train.lessons import lesson_on
from pinpoint3d.train.loop import ious, lesson_loss
from pinpoint3d.types import Masks, Scene

SESSION = ".pinpoint.json"
LEARNED = "decoder."  # how the names of the parameters that learn begin
VIEWS = 4  # of each scan: turned, and sometimes thinned
OBJECTS = 12  # of each view
HELD_OUT_FROM = 3  # scans: with fewer, all are learned from
JUDGED = 12  # crops of the scan that is held out
JUDGE_EVERY = 25  # steps
PATIENCE = 4  # judgements in a row that are no better, after which it ends
BATCH = 2
SECOND = 0.5  # of lessons go on to a second answer
CLIP = 1.0  # of the length of the gradient
AVERAGE = 0.98  # of parameters over steps


@dataclass(frozen=True)
class Tuned:
    """What came of fine-tuning.

    Attributes
    ----------
    weights
        The best.
    steps
        That they took.
    before, after
        Mean IoU of parts on the scan that was held out, after first clicks; None without one.
    """

    weights: Weights
    steps: int
    before: float | None
    after: float | None


@dataclass(frozen=True)
class _Seen:
    """A crop and its features."""

    crop: Crop
    features: Any


def labelled_scan(path: Path) -> Scene:
    """A scan with labels: of a saved session (.pinpoint.json), or of a file that holds both.

    Raises
    ------
    TrainingError
        If nothing in it is labelled.
    PinpointError
        If it cannot be read, or the session is of another scan.
    """
    if path.name.endswith(SESSION):
        scan = read_project(path).scan
        if scan.path is None:
            raise ProjectError(f"{path.name}: its scan was no file; save it as one with labels.")
        scene, labels = load(path.parent / scan.path, **scan.options), read_labels(path)
        if len(labels) != len(scene):
            raise ProjectError(
                f"{path.name}: has labels of {len(labels):,} points, and {scene.name} has "
                f"{len(scene):,}; give the scan it belongs to."
            )
    else:
        scene = load(path)
        labels = scene.labels
    if labels is None or not labels.object.any():
        raise TrainingError(f"{path.name}: nothing in it is labelled; label an object first.")
    return Scene(scene.xyz, scene.rgb, name=path.name, labels=labels, up=scene.up)


def finetune(
    weights: Weights,
    scans: Sequence[Scene],
    *,
    steps: int = 300,
    rate: float = 3e-4,
    seed: int = 0,
    done: Callable[[int], None] = lambda _: None,
) -> Tuned:
    """Weights that know the labels of some scans; `done` is told of steps as they pass.

    Of three scans or more the last is only judged, and learning ends when it gets no better.

    Raises
    ------
    TrainingError
        If no labelled object is large enough to learn from, or the network has no decoder.
    SegmenterError
        If the weights do not fit the network they describe.
    """
    model = network_of(weights, "weights")
    require(weights.parameters, expected(model.shapes(), weights.parameters), "weights")
    if not any(name.startswith(LEARNED) for name in weights.parameters):
        raise TrainingError("these weights are of a peer; the default network alone is fine-tuned.")
    rng = np.random.default_rng(seed)
    fixed = {name: torch.tensor(values) for name, values in weights.parameters.items()}
    held_out = scans[-1:] if len(scans) >= HELD_OUT_FROM else []
    learned_from = scans[: len(scans) - len(held_out)]
    learned = [seen for scan in learned_from for seen in _seen(model, fixed, scan, VIEWS, rng)]
    judged = [seen for scan in held_out for seen in _seen(model, fixed, scan, 1, rng)][:JUDGED]
    if not learned:
        raise TrainingError("no labelled object is large enough to learn from; label larger ones.")

    parameters = {
        name: values.clone().requires_grad_() if name.startswith(LEARNED) else values
        for name, values in fixed.items()
    }
    moving = {name: values for name, values in parameters.items() if values.requires_grad}
    average = {name: values.detach().clone() for name, values in moving.items()}
    optimiser = torch.optim.Adam(list(moving.values()), rate)
    before = best = _judge(model, fixed, judged)
    kept, at, since = dict(fixed), 0, 0
    for step in range(1, steps + 1):
        optimiser.zero_grad(set_to_none=True)
        for number in rng.integers(len(learned), size=BATCH).tolist():
            seen, rounds = learned[number], 1 + int(rng.random() < SECOND)
            lesson = lesson_on(seen.crop, rng)
            loss = lesson_loss(
                model, parameters, lesson, LossWeights(), rounds, rng, features=seen.features
            )
            (loss / BATCH).backward()
        torch.nn.utils.clip_grad_norm_(list(moving.values()), CLIP)
        optimiser.step()
        with torch.no_grad():
            for name, values in moving.items():
                average[name].lerp_(values, 1 - min(AVERAGE, step / (step + 10)))
        done(1)
        if step % JUDGE_EVERY and step < steps:
            continue
        now = fixed | average
        score = _judge(model, now, judged)
        if score is None or best is None or score > best:
            kept, at, since, best = {k: v.clone() for k, v in now.items()}, step, 0, score
        else:
            since += 1
        if since == PATIENCE:
            done(steps - step)
            break
    arrays = {name: values.numpy() for name, values in kept.items()}
    config = dict(weights.config) | {"finetuned": {"scans": len(learned_from), "steps": at}}
    return Tuned(Weights(config, arrays), at, before, best)


@torch.no_grad()
def _seen(
    model: Network,
    parameters: dict[str, torch.Tensor],
    scan: Scene,
    views: int,
    rng: np.random.Generator,
) -> list[_Seen]:
    """Crops of a scan, seen a few times, with their features."""
    sample = _as_sample(scan)
    found = []
    for _ in range(views):
        for crop in crops_of(sample, rng, most=OBJECTS):
            inputs = on_device(model.view_inputs(crop.view), "cpu")
            found.append(_Seen(crop, model.encode(parameters, inputs)))
    return found


def _as_sample(scan: Scene) -> Sample:
    """A labelled scan in the form that crops are cut from: ids from 1 without gaps, up along z."""
    assert scan.labels is not None
    labels = scan.labels
    ids, objects = np.unique(np.append(0, labels.object), return_inverse=True)
    parts = np.zeros_like(labels.part)
    known = []
    for object_id in ids[1:].tolist():
        mine = labels.object == object_id
        named, place = np.unique(np.append(0, labels.part[mine]), return_inverse=True)
        parts[mine] = place[1:]
        count = max(2, len(named) - 1)  # crops are cut of objects that could have parts
        known.append(ObjectLabel("labelled", "", tuple(Part(str(p)) for p in range(count))))
    turned = upright(scan)
    truth = Masks.of(objects[1:].astype(np.int32), parts)
    scene = Scene(turned.xyz, turned.rgb, name=scan.name, labels=truth)
    return Sample(scene, tuple(known), "insert", "unknown")


@torch.no_grad()
def _judge(
    model: Network, parameters: dict[str, torch.Tensor], judged: Sequence[_Seen]
) -> float | None:
    """Mean IoU of all parts after the first clicks; None where nothing is judged."""
    if not judged:
        return None
    found = []
    for number, seen in enumerate(judged):
        lesson = lesson_on(seen.crop, np.random.default_rng(number), all_parts=True)
        found += ious(model, parameters, lesson, rounds=0, features=seen.features)
    return float(np.mean(found))
