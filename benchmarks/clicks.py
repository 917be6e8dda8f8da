"""What a click costs each network: the bundled scan and its clicks, on one thread, in one process.

    NUMBA_NUM_THREADS=1 OMP_NUM_THREADS=1 python benchmarks/clicks.py [--networks default reference]

The default network has its weights, the others chance ones: a decode of theirs looks at every voxel
whatever they are, but a click may take more or fewer decodes than when trained. They take turns
click by click, because the machine's speed changes from minute to minute: ratios are what counts.
Prints JSON: seconds to encode, and milliseconds of a click on the wall and of the processor.
"""

import argparse
import json
from time import perf_counter, process_time

import numpy as np

import pinpoint3d as p3
from pinpoint3d.files.clicks import read_clicks
from pinpoint3d.net.engine import NetSegmenter
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.presets import PRESETS, built, described
from pinpoint3d.net.weights import Weights
from pinpoint3d.segmenter import EncodedScene, Segmenter

REPEATS = 3


def segmenter_of(name: str) -> Segmenter:
    """The network of a preset."""
    if name == "default":
        return p3.load_segmenter("net")
    config = PRESETS[name]
    values = initial(built(config).shapes(), np.random.default_rng(0))
    return NetSegmenter(Weights(described(config), values), name=name)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="What a click costs each network.")
    parser.add_argument("--networks", nargs="+", choices=PRESETS, default=list(PRESETS))
    names = parser.parse_args().networks
    path = p3.bundled_scan()
    scene, clicks = p3.load(path), read_clicks(path.with_name("room.clicks.json")).clicks
    segmenters = {name: segmenter_of(name) for name in names}
    encode: dict[str, list[float]] = {name: [] for name in names}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for turn in range(REPEATS + 1):
        encoded: dict[str, EncodedScene] = {}
        for name, segmenter in segmenters.items():
            start = perf_counter()
            encoded[name] = segmenter.encode(scene)
            encode[name].append(perf_counter() - start)
        for n in range(1, len(clicks) + 1):
            for name in names:
                wall, cpu = perf_counter(), process_time()
                encoded[name].segment(clicks[:n])
                if turn:  # the first turn compiles
                    taken[name].append((perf_counter() - wall, process_time() - cpu))
    figures = {}
    for name in names:
        wall, cpu = 1e3 * np.array(taken[name]).T
        figures[name] = {
            "encode_s": round(float(np.median(encode[name][1:])), 2),
            "click_p50_ms": round(float(np.percentile(wall, 50)), 1),
            "click_p95_ms": round(float(np.percentile(wall, 95)), 1),
            "click_cpu_p50_ms": round(float(np.median(cpu)), 1),
            "click_cpu_mean_ms": round(float(cpu.mean()), 1),
        }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
