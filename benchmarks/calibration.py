"""What a segmenter's confidence is worth on a suite, after the first clicks.

    python benchmarks/calibration.py SEGMENTER [--suite rooms-made] [--first 10] [--store FILE]

Expected calibration error (15 bins) of the points of every asked object and its surroundings, of
all and of those answered with a part and without; and beside each bin's confidence the share that
was right. For weights also at temperature 1, and at temperatures fitted on the suite itself, which
is how low the error could be; nothing should be kept that was fitted there. Prints JSON.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from pinpoint3d.evaluate.calibration import Outcomes, first_answers
from pinpoint3d.evaluate.peers import load_peer
from pinpoint3d.evaluate.run import without_truth
from pinpoint3d.evaluate.suites import open_suite
from pinpoint3d.metrics import N_BINS, calibration_error
from pinpoint3d.net.confidence import KEY, PLAIN, temperature_of
from pinpoint3d.net.engine import NetSegmenter
from pinpoint3d.net.weights import Weights, read_weights
from pinpoint3d.simulate import SceneIndex
from pinpoint3d.train.calibrate import cooled, fitted


def figures(outcomes: Outcomes) -> dict[str, object]:
    """Errors and the reliability table."""
    kinds = {"all": np.ones(len(outcomes), bool), "parts": outcomes.is_part}
    kinds["others"] = ~outcomes.is_part
    place = np.clip(np.ceil(outcomes.confidence * N_BINS) - 1, 0, N_BINS - 1).astype(int)
    return {
        "error": {
            name: round(calibration_error(outcomes.confidence[of], outcomes.right[of]), 4)
            for name, of in kinds.items()
        },
        "bins": [
            [
                int((place == k).sum()),
                round(float(outcomes.confidence[place == k].mean()), 3),
                round(float(outcomes.right[place == k].mean()), 3),
            ]
            for k in range(N_BINS)
            if (place == k).any()
        ],
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("segmenter")
    parser.add_argument("--suite", default="rooms-made")
    parser.add_argument("--first", type=int, default=10)
    parser.add_argument("--store", type=Path)
    asked = parser.parse_args()
    suite = open_suite(asked.suite, store=asked.store).first(asked.first)
    temperature = None
    if asked.segmenter.endswith(".safetensors"):
        weights = read_weights(Path(asked.segmenter))
        temperature = temperature_of(weights.config, asked.segmenter)
        plain = Weights(dict(weights.config) | {KEY: list(PLAIN)}, weights.parameters)
        segmenter = NetSegmenter(plain)
    else:
        segmenter = load_peer(asked.segmenter)
    found = []
    rng = np.random.default_rng(0)
    for scene_id in dict.fromkeys(question.scene for question in suite.questions):
        scene = suite.scenes.scene(scene_id)
        encoded, index = segmenter.encode(without_truth(scene)), SceneIndex(scene)
        found += [
            first_answers(encoded, suite.truth(question), question.targets, rng, index)
            for question in suite.questions
            if question.scene == scene_id
        ]
    outcomes = Outcomes.joined(found)
    document: dict[str, object] = {"questions": len(found), "points": len(outcomes)}
    document["accuracy"] = round(float(outcomes.right.mean()), 4)
    document["at 1"] = figures(outcomes)
    if temperature is not None:
        document["temperature"] = temperature
        document["calibrated"] = figures(cooled(outcomes, temperature))
        best = fitted(outcomes)
        document["fitted here"] = [best, figures(cooled(outcomes, best))]
    print(json.dumps(document))


if __name__ == "__main__":
    main()
