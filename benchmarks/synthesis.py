"""How many made rooms a minute, and where the time goes.

    python benchmarks/synthesis.py [--rooms 24] [--workers 2] [--store FILE] [--images FOLDER]

First the rate of a whole data set by worker processes, and how many parts its objects have in
sight, then the share of each step in one process. A room has 8 to 20 objects and is seen from 8 or
more places (a laser stands in 3 to 6).
"""

import argparse
import cProfile
import json
import pstats
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from pinpoint3d.synth.dataset import Recipe, build, make_sample
from pinpoint3d.synth.inspection import SHARES, statistics

STEPS = {
    "furnishing": ("rooms.py", "make"),
    "ray tree": ("rays.py", "build_tree"),
    "views and noise": ("scanner.py", "_look"),
    "colours and light": ("lighting.py", "seen_colours"),
    "fusion": ("fusion.py", "fused"),
}
PROFILED = 8
PARTS = (0, 1, 2, 3, 5, 9, 17, 33)  # edges of the histogram of parts an object


def _histogram(values: list[int] | list[float], edges: tuple[float, ...]) -> dict[str, float]:
    """Percent of the values from each edge to the next."""
    counts, _ = np.histogram(values, [*edges, np.inf])
    percent = (100 * counts / max(len(values), 1)).round(1).tolist()
    return {f"from {edge:g}": share for edge, share in zip(edges, percent, strict=True)}


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description="Made rooms a minute, and where the time goes.")
    parser.add_argument("--rooms", type=int, default=24)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--store")
    parser.add_argument("--images")
    options = parser.parse_args()
    recipe = Recipe(1, options.rooms, {"room": 1.0}, "train", options.store, options.images)
    make_sample(recipe, 0)  # compiles
    with tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        made = build(recipe, Path(folder), workers=options.workers)
        wall = perf_counter() - start
        found = statistics(made[i] for i in range(len(made)))
        objects = [len(made[i].objects) for i in range(len(made))]

    profile = cProfile.Profile()
    cpu = process_time()
    profile.enable()
    for index in range(PROFILED):
        make_sample(recipe, index)
    profile.disable()
    cpu = (process_time() - cpu) / PROFILED
    entries = pstats.Stats(profile).stats  # pyright: ignore[reportAttributeAccessIssue]
    spent = {
        name: sum(
            values[3]
            for (path, _, function), values in entries.items()
            if (Path(path).name, function) == where
        )
        for name, where in STEPS.items()
    }
    total = sum(spent.values())
    print(
        json.dumps(
            {
                "rooms": options.rooms,
                "workers": options.workers,
                "rooms_a_minute": round(60 * options.rooms / wall, 1),
                "cpu_s_a_room": round(cpu, 2),
                "points_mean": round(float(np.mean(found.points))),
                "objects_mean": round(float(np.mean(objects)), 1),
                "kinds": len(found.kinds),
                "styles": len(found.styles),
                "parts_an_object_mean": round(float(np.mean(found.parts)), 2),
                "parts_an_object": _histogram(found.parts, PARTS),
                "part_share_of_its_object": _histogram(found.shares, (0.0, *SHARES)),
                "share": {name: round(seconds / total, 3) for name, seconds in spent.items()},
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
