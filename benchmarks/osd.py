"""Object IoU over clicks on the real Kinect scans of a table, every labelled object a target.

    python benchmarks/osd.py ../shared/data [--segmenter graph] [--segmenter nearest] [--rounds 3]

Takes the folder that holds `scans_osd` and its `unpack.py`. Each object gets one click at its
deepest point, then one correction at a time is made at the largest error, until every object has
had as many clicks as there are rounds. Objects are merged from their labelled pieces; the table is
background and gets no click of its own to begin with.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

import pinpoint3d as p3
from pinpoint3d.metrics import entry_iou
from pinpoint3d.simulate import Clicker

FIRST_OBJECT_LABEL = 20  # 1 to 9 are the table, 10 k to 10 k + 9 the pieces of object k - 1


def truth_of(scene: p3.Scene) -> p3.Masks:
    """Objects as the data set labels them."""
    label = scene.fields["label"].astype(np.int64)
    objects = np.where(label < FIRST_OBJECT_LABEL, 0, label // 10 - 1)
    return p3.Masks.of(np.where(scene.valid, objects, 0))


def iou_curve(segmenter: p3.Segmenter, scene: p3.Scene, rounds: int) -> tuple[list[float], float]:
    """Mean IoU after the first round and after each further click, and seconds a click."""
    truth = truth_of(scene)
    targets = [(int(k), 0) for k in np.unique(truth.object) if k]
    clicker = Clicker(scene, truth, targets)
    encoded = segmenter.encode(scene)
    clicks, curve, seconds = clicker.first_clicks(), [], []
    while True:
        start = perf_counter()
        masks = encoded.segment(clicks)
        seconds.append(perf_counter() - start)
        curve.append(entry_iou(masks, truth, targets))
        further = clicker.next_click(masks)
        if further is None or len(clicks) == rounds * len(targets):
            break
        clicks.append(further)
    n_steps = (rounds - 1) * len(targets) + 1
    return curve + curve[-1:] * (n_steps - len(curve)), float(np.median(seconds))


def main() -> None:
    """Print a line a scan and the means."""
    parser = argparse.ArgumentParser(description="Object IoU over clicks on real scans.")
    parser.add_argument("data", type=Path, help="the folder with scans_osd and unpack.py")
    parser.add_argument("--segmenter", action="append")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rounds = options.rounds
    with tempfile.TemporaryDirectory() as folder:
        packed = str(options.data / "scans_osd")
        unpack = [sys.executable, str(options.data / "unpack.py"), folder, "--from", packed]
        subprocess.run(unpack, check=True, stdout=subprocess.DEVNULL)
        paths = sorted(Path(folder).glob("*.pcd"))
        for name in options.segmenter or ["nearest", "graph"]:
            segmenter = p3.load_segmenter(name)
            by_round, harmful, large, seconds = [], [], [], []
            for path in paths:
                curve, click_s = iou_curve(segmenter, p3.load(path), rounds)
                n_targets = (len(curve) - 1) // (rounds - 1) if rounds > 1 else 1
                by_round.append([curve[k * n_targets] for k in range(rounds)])
                harmful.append(np.diff(curve) < 0)
                large.append(np.diff(curve) < -0.02)
                seconds.append(click_s)
                figures = " ".join(f"{value:.3f}" for value in by_round[-1])
                print(f"{name:8s} {path.stem:8s} {figures}  {1e3 * click_s:.0f} ms", flush=True)
            print(
                json.dumps(
                    {
                        "segmenter": name,
                        "scans": len(paths),
                        "mean_iou": np.mean(by_round, axis=0).round(4).tolist(),
                        "harmful": round(float(np.concatenate(harmful).mean()), 4),
                        "harmful_by_2_points": round(float(np.concatenate(large).mean()), 4),
                        "click_ms": round(1e3 * float(np.median(seconds)), 1),
                    }
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()
