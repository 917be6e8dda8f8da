"""Temperatures of trained weights, from samples that their training did not show.

`calibrate` asks about objects of the validation side of data sets, as a user would, and fits the
temperatures of `net.confidence` to how often the answers were right.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pinpoint3d.errors import TrainingError
from pinpoint3d.evaluate.calibration import Outcomes, first_answers
from pinpoint3d.metrics import Target, calibration_error
from pinpoint3d.net.confidence import (
    KEY,
    PLAIN,
    Temperature,
    calibrated,
    fitted_temperature,
)
from pinpoint3d.net.engine import NetSegmenter
from pinpoint3d.net.weights import Weights
from pinpoint3d.simulate import SceneIndex
from pinpoint3d.synth.dataset import Dataset
from pinpoint3d.synth.samples import Sample, masks_at
from pinpoint3d.types import Masks, Scene

FEWEST_POINTS = 60  # of a part worth a click
OBJECTS = 6  # of a sample
LEVELS = 3  # of the part tree, of which one is drawn


@dataclass(frozen=True)
class Calibration:
    """Weights with their temperatures, and the calibration error without and with them."""

    weights: Weights
    temperature: Temperature
    before: float
    after: float


def calibrate(
    weights: Weights,
    folders: Sequence[Path],
    *,
    most: int = 40,
    done: Callable[[int], None] = lambda _: None,
) -> Calibration:
    """Fit temperatures on up to `most` validation samples; `done` is told of every one.

    The weights themselves, and so all labels, stay as they are.

    Raises
    ------
    TrainingError
        If the data sets have no validation samples with parts.
    """
    plain = Weights(dict(weights.config) | {KEY: list(PLAIN)}, weights.parameters)
    segmenter = NetSegmenter(plain)
    found: list[Outcomes] = []
    places = [(Dataset(folder), i) for folder in folders for i in Dataset(folder).subset("val")]
    for dataset, number in places[:most]:
        sample = dataset[number]
        scene = sample.scene
        encoded = segmenter.encode(Scene(scene.xyz, scene.rgb, up=scene.up))
        index, rng = SceneIndex(encoded.scene), np.random.default_rng((dataset.recipe.seed, number))
        for truth, targets in questions(sample, rng):
            found.append(first_answers(encoded, truth, targets, rng, index))
        done(1)
    if not found:
        raise TrainingError("no validation sample with parts; make a set with --subset both.")
    outcomes = Outcomes.joined(found)
    temperature = fitted(outcomes)
    config = dict(weights.config) | {KEY: list(temperature)}
    return Calibration(
        Weights(config, weights.parameters),
        temperature,
        calibration_error(outcomes.confidence, outcomes.right),
        calibration_error(cooled(outcomes, temperature).confidence, outcomes.right),
    )


def fitted(outcomes: Outcomes) -> Temperature:
    """The temperatures that fit outcomes."""
    of = [
        fitted_temperature(outcomes.confidence[kind], outcomes.right[kind])
        for kind in (~outcomes.is_part, outcomes.is_part)
    ]
    return round(of[0], 4), round(of[1], 4)


def cooled(outcomes: Outcomes, temperature: Temperature) -> Outcomes:
    """The outcomes at a temperature."""
    objects = np.ones(len(outcomes), np.int32)
    masks = Masks(objects, outcomes.is_part.astype(np.int32), outcomes.confidence)
    return replace(outcomes, confidence=calibrated(masks, temperature).confidence)


def questions(sample: Sample, rng: np.random.Generator) -> Iterator[tuple[Masks, list[Target]]]:
    """What is right and what is asked, for some objects of a sample."""
    truths = [masks_at(sample, level) for level in range(LEVELS)]
    for object_id in (rng.permutation(len(sample.objects))[:OBJECTS] + 1).tolist():
        truth = truths[int(rng.integers(LEVELS))]
        mine = (truth.object == object_id) & sample.scene.valid
        count = np.bincount(truth.part[mine], minlength=1)
        parts = [p for p in range(1, len(count)) if count[p] >= FEWEST_POINTS]
        if parts:
            yield truth, [(object_id, part) for part in parts]
