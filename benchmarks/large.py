"""A scan of ten million points: open, encode, click, and the most memory that took.

    python benchmarks/large.py [--points 10000000]

The scan is made here: a hall of boxes of many sizes on a floor, measured evenly with 1 mm noise.
Memory is that of a fresh process; the limit to stay under is 6 GB.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import pinpoint3d as p3

HALL_M = 30.0
N_BOXES = 120

MEASURE = """
import json, resource, sys
from time import perf_counter
import numpy as np
import pinpoint3d as p3
start = perf_counter()
scene = p3.load(sys.argv[1])
opened = perf_counter()
encoded = p3.load_segmenter("graph").encode(scene)
ready = perf_counter()
row = int(sys.argv[2])
masks = encoded.segment([p3.Click(row)])
first = perf_counter()
truth = scene.labels.object == scene.labels.object[row]
same_box = int(np.flatnonzero(truth)[0])
begin = perf_counter()
encoded.segment([p3.Click(row), p3.Click(same_box)])
second = perf_counter()
mine = masks.object == 1
print(json.dumps({
    "points": len(scene),
    "open_s": opened - start,
    "encode_s": ready - opened,
    "first_click_s": first - ready,
    "next_click_s": second - begin,
    "iou_of_the_box": float((truth & mine).sum() / (truth | mine).sum()),
    "peak_memory_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
}))
"""


def hall(n_points: int, rng: np.random.Generator) -> tuple[p3.Scene, int]:
    """The scan, and the row of a point in the middle of a box's top."""
    size = rng.uniform(0.3, 1.2, (N_BOXES, 3))
    place = np.stack(np.meshgrid(np.arange(11), np.arange(11)), axis=-1).reshape(-1, 2)[:N_BOXES]
    corner = np.c_[1.5 + 2.5 * place, np.zeros(N_BOXES)]
    x, y, z = size.T
    faces = np.stack([x * y, x * z, x * z, y * z, y * z], axis=1)
    area = np.append(faces.ravel(), HALL_M**2)
    share = rng.multinomial(n_points, area / area.sum())
    xyz = np.empty((n_points, 3), np.float32)
    objects = np.zeros(n_points, np.int32)
    at = 0
    for box in range(N_BOXES):
        for face in range(5):
            n = share[5 * box + face]
            u = rng.random((n, 3))
            u[:, (2, 1, 1, 0, 0)[face]] = (1, 0, 1, 0, 1)[face]
            xyz[at : at + n] = corner[box] + u * size[box]
            objects[at : at + n] = box + 1
            at += n
    xyz[at:, :2] = HALL_M * rng.random((n_points - at, 2))
    xyz[at:, 2] = 0
    under = np.zeros(n_points, bool)
    for box in range(N_BOXES):
        inside = (xyz[at:, :2] > corner[box, :2]) & (xyz[at:, :2] < corner[box, :2] + size[box, :2])
        under[at:] |= inside.all(axis=1)
    xyz = xyz[~under] + rng.normal(0, 0.001, (int((~under).sum()), 3)).astype(np.float32)
    objects = objects[~under]
    order = rng.permutation(len(xyz))
    scene = p3.Scene(xyz[order], name="hall", labels=p3.Masks.of(objects[order]))
    top = corner[60] + size[60] * [0.5, 0.5, 1.0]
    return scene, int(np.linalg.norm(scene.xyz - top, axis=1).argmin())


def main() -> None:
    """Make the scan, then measure it in a process that has nothing else in memory."""
    parser = argparse.ArgumentParser(
        description="Open, encode and click a scan of ten million points."
    )
    parser.add_argument("--points", type=int, default=10_000_000)
    n_points = parser.parse_args().points
    with tempfile.TemporaryDirectory() as folder:
        scene, row = hall(n_points, np.random.default_rng(5))
        path = Path(folder) / "hall.ply"
        p3.save(scene, scene.labels, path)
        del scene
        result = subprocess.run(
            [sys.executable, "-c", MEASURE, str(path), str(row)], stdout=subprocess.PIPE, check=True
        )
    print(json.dumps(json.loads(result.stdout), indent=1))


if __name__ == "__main__":
    main()
