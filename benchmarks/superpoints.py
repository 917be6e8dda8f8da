"""How good masks could be if every superpoint, or every node, were given its best label.

    python benchmarks/superpoints.py rooms-made --first 8
    python benchmarks/superpoints.py rooms-val --store parts.store --first 8

Mean part IoU over the questions of a suite's first scans, for superpoints of several grains: what
an engine that decides on them whole can reach at most. Prints JSON.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from pinpoint3d.evaluate.suites import open_suite
from pinpoint3d.graph.surface import encode_surface
from pinpoint3d.types import Masks

GRAINS = (1.0, 0.5, 0.4, 0.25)


def best_possible(group: np.ndarray, truth: Masks, targets: list[tuple[int, int]]) -> float:
    """Mean IoU of the targets if each group had the label of most of its points."""
    label = np.zeros(len(group), np.int64)
    for place, (object_id, part_id) in enumerate(targets, start=1):
        label[(truth.object == object_id) & (truth.part == part_id)] = place
    n_labels = len(targets) + 1
    inside = group >= 0
    count = np.bincount(group[inside] * n_labels + label[inside])
    count = np.pad(count, (0, -len(count) % n_labels)).reshape(-1, n_labels)
    answer = np.where(inside, count.argmax(axis=1)[np.maximum(group, 0)], -1)
    ious = []
    for place in range(1, n_labels):
        mine, right = answer == place, label == place
        ious.append((mine & right).sum() / max((mine | right).sum(), 1))
    return float(np.mean(ious))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Measure what superpoints cost.")
    parser.add_argument("suite")
    parser.add_argument("--store", type=Path)
    parser.add_argument("--first", type=int, default=8)
    options = parser.parse_args()
    suite = open_suite(options.suite, store=options.store).first(options.first)
    scenes = {q.scene: suite.scenes.scene(q.scene) for q in suite.questions}
    figures: dict[str, dict[str, float]] = {}
    for grain in GRAINS:
        found, n_superpoints = [], []
        for name, scene in scenes.items():
            surface = encode_surface(scene, np.flatnonzero(scene.valid), grain=grain)
            node = surface.nodes.node_of_point.astype(np.int64)
            superpoint = np.where(node >= 0, surface.superpoint[node], -1)
            n_superpoints.append(len(surface.graph))
            for question in suite.questions:
                if question.scene == name:
                    truth, targets = suite.truth(question), list(question.targets)
                    both = [best_possible(g, truth, targets) for g in (node, superpoint)]
                    found.append(both)
        on_nodes, on_superpoints = np.mean(found, axis=0)
        figures[f"grain {grain}"] = {
            "nodes": round(float(on_nodes), 3),
            "superpoints": round(float(on_superpoints), 3),
            "superpoints a scan": float(np.mean(n_superpoints)),
        }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
