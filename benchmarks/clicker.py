"""Milliseconds to find the next click in a scene of 300,000 points, by how much is wrong.

    python benchmarks/clicker.py [--points 300000] [--repeats 9]

A made room; the answers to mend are those of the nearest-click engine after few and many clicks,
and nothing but background. Prints JSON; CPU time stands beside wall time, for a busy machine.
"""

import argparse
import json
from statistics import median
from time import perf_counter, process_time

import numpy as np

import pinpoint3d as p3
from pinpoint3d.simulate import Clicker
from pinpoint3d.synth.dataset import Recipe, make_sample

SEED = 3


def room(n_points: int) -> p3.Scene:
    """A made room, seen again and again with a millimetre of noise until it has enough points."""
    scene = make_sample(Recipe(SEED, 1, {"room": 1.0}, "val"), 0).scene
    assert scene.labels is not None
    rng = np.random.default_rng(SEED)
    rows = np.sort(rng.integers(len(scene), size=n_points))
    xyz = scene.xyz[rows] + rng.normal(0, 0.001, (n_points, 3)).astype(np.float32)
    labels = p3.Masks.of(scene.labels.object[rows], scene.labels.part[rows])
    return p3.Scene(xyz, name="room", labels=labels)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Time the simulated user.")
    parser.add_argument("--points", type=int, default=300_000)
    parser.add_argument("--repeats", type=int, default=9)
    options = parser.parse_args()
    scene = room(options.points)
    truth = scene.labels
    assert truth is not None
    pairs = np.stack([truth.object, truth.part], axis=1)[truth.object > 0]
    kinds, counts = np.unique(pairs, axis=0, return_counts=True)
    targets = [(int(o), int(p)) for o, p in kinds[np.argsort(-counts)[:10]]]
    start = perf_counter()
    clicker = Clicker(scene, truth, targets)
    clicks = clicker.first_clicks()
    clicker.next_click(p3.Masks.empty(len(scene)))  # also lays out the neighbours
    prepared = perf_counter() - start
    encoded = p3.NearestSegmenter().encode(scene)
    answers = {"nothing": p3.Masks.empty(len(scene)), "one click each": encoded.segment(clicks)}
    for _ in range(20):
        found = clicker.next_click(encoded.segment(clicks))
        assert found is not None  # the nearest click is never all right
        clicks.append(found)
    answers["twenty corrections"] = encoded.segment(clicks)
    figures: dict[str, float] = {"points": len(scene), "prepare_ms": 1e3 * prepared}
    for name, masks in answers.items():
        seconds, cpu = [], []
        for _ in range(options.repeats):
            start, cpu_start = perf_counter(), process_time()
            clicker.next_click(masks)
            seconds.append(perf_counter() - start)
            cpu.append(process_time() - cpu_start)
        figures[f"{name}_ms"] = round(1e3 * median(seconds), 1)
        figures[f"{name}_cpu_ms"] = round(1e3 * median(cpu), 1)
        figures[f"{name}_worst_ms"] = round(1e3 * max(seconds), 1)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
