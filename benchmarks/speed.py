"""How long the bundled scan takes to open, encode and click, beside a plain geodesic engine.

    python benchmarks/speed.py            the table
    python benchmarks/speed.py --json     for machines

Both engines run in this one process and take turns, because the machine's speed changes from
minute to minute: the ratio is what counts. Peak memory is measured in a process of its own.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter, process_time

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

import pinpoint3d as p3
from pinpoint3d.files.clicks import read_clicks

REPEATS = 5
NEIGHBOURS = 16


class PlainGeodesic:
    """Every point to the click that is nearest along the surface, at full resolution."""

    def __init__(self, scene: p3.Scene) -> None:
        tree = KDTree(scene.xyz)
        found = tree.query(scene.xyz, k=NEIGHBOURS + 1)
        distance, index = (np.asarray(values) for values in found)
        tail = np.repeat(np.arange(len(scene)), NEIGHBOURS)
        shape = (len(scene), len(scene))
        graph = coo_array((distance[:, 1:].ravel(), (tail, index[:, 1:].ravel())), shape=shape)
        self.graph = graph.tocsr().maximum(graph.tocsr().T.tocsr())

    def segment(self, clicks: Sequence[p3.Click]) -> np.ndarray:
        """Number of the winning click for every point."""
        rows = [click.point for click in clicks]
        return dijkstra(self.graph, indices=rows).argmin(axis=0)


def timed(task: Callable[..., object], *arguments: object) -> tuple[float, float]:
    """Wall and processor seconds of a call."""
    wall, cpu = perf_counter(), process_time()
    task(*arguments)
    return perf_counter() - wall, process_time() - cpu


def measure() -> dict[str, float]:
    """All figures, in seconds and ratios."""
    path = p3.bundled_scan()
    clicks = read_clicks(path.with_name("room.clicks.json")).clicks
    segmenter = p3.load_segmenter("graph")
    first_ever = timed(lambda: segmenter.encode(p3.load(path)).segment(clicks))[0]

    scene = p3.load(path)
    load, encode, plain_encode = [], [], []
    for _ in range(REPEATS):
        load.append(timed(p3.load, path))
        encode.append(timed(segmenter.encode, scene))
        plain_encode.append(timed(PlainGeodesic, scene))
    encoded, plain = segmenter.encode(scene), PlainGeodesic(scene)
    ours, theirs = [], []
    for _ in range(REPEATS):
        for k in range(1, len(clicks) + 1):
            ours.append(timed(encoded.segment, clicks[:k]))
            if k % 5 == 0:
                theirs.append((k, *timed(plain.segment, clicks[:k])))
    same_counts = [cpu for i, (_, cpu) in enumerate(ours) if (i % len(clicks) + 1) % 5 == 0]
    wall = [w for w, _ in ours]
    return {
        "points": len(scene),
        "clicks": len(clicks),
        "first_ever_s": first_ever,
        "load_s": median(w for w, _ in load),
        "encode_s": median(w for w, _ in encode),
        "encode_cpu_s": median(c for _, c in encode),
        "click_p50_ms": 1e3 * float(np.percentile(wall, 50)),
        "click_p95_ms": 1e3 * float(np.percentile(wall, 95)),
        "click_cpu_p50_ms": 1e3 * median(c for _, c in ours),
        "plain_encode_cpu_s": median(c for _, c in plain_encode),
        "plain_click_cpu_p50_ms": 1e3 * median(c for _, _, c in theirs),
        "encode_cpu_ratio": median(c for _, c in encode) / median(c for _, c in plain_encode),
        "click_cpu_ratio": median(same_counts) / median(c for _, _, c in theirs),
        "peak_memory_mb": peak_memory_mb(),
    }


def peak_memory_mb() -> float:
    """Resident memory of a fresh process that opens, encodes and clicks once."""
    code = (
        "import resource, pinpoint3d as p3;"
        "scene = p3.load(p3.bundled_scan());"
        "p3.load_segmenter('graph').encode(scene).segment([p3.Click(0)]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return int(result.stdout) / 1024


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Time the bundled scan.")
    parser.add_argument("--json", action="store_true")
    figures = measure()
    if parser.parse_args().json:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        print(f"{name:24s} {value:10.3f}")


if __name__ == "__main__":
    main()
