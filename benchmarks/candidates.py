"""How good the nested readings of one ambiguous click are, and how well they are ranked.

    python benchmarks/candidates.py [--segmenters net graph] [--suite objects-made] [--first 20]

Every part of every entry is clicked once, at its deepest point, with nothing else clicked. The
click may mean the part or its object. Printed as JSON, means over clicks of the IoU with the part,
with the object, and with whichever is nearer ("either"): of the reading ranked first, of the best
there is (what a slider can reach), of the smallest, of the largest, and of what `segment` answers
to the click; and how many readings there are.
"""

import argparse
import json

import numpy as np

from pinpoint3d.evaluate.peers import load_peer
from pinpoint3d.evaluate.run import without_truth
from pinpoint3d.evaluate.suites import open_suite
from pinpoint3d.metrics import mask_iou
from pinpoint3d.simulate import Clicker, SceneIndex
from pinpoint3d.types import Click


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segmenters", nargs="+", default=["net", "graph"])
    parser.add_argument("--suite", default="objects-made")
    parser.add_argument("--first", type=int, default=20)
    asked = parser.parse_args()
    suite = open_suite(asked.suite).first(asked.first)
    rows: dict[str, list[np.ndarray]] = {name: [] for name in asked.segmenters}
    counts: dict[str, list[int]] = {name: [] for name in asked.segmenters}
    for scene_id in dict.fromkeys(question.scene for question in suite.questions):
        scene = suite.scenes.scene(scene_id)
        index = SceneIndex(scene)
        encoded = {n: load_peer(n).encode(without_truth(scene)) for n in asked.segmenters}
        for question in (q for q in suite.questions if q.scene == scene_id):
            truth = suite.truth(question)
            clicker = Clicker(scene, truth, question.targets, index=index)
            for click in clicker.first_clicks():
                whole = truth.object == click.object
                part = whole & (truth.part == click.part)
                for name in asked.segmenters:
                    readings = encoded[name].candidates(click)
                    iou = np.array([[mask_iou(r.mask, t) for t in (part, whole)] for r in readings])
                    iou = np.column_stack([iou.max(axis=1), iou])
                    first = int(np.argmax([r.score for r in readings]))
                    answer = encoded[name].segment([Click(click.point, 1)]).object == 1
                    own = np.array([mask_iou(answer, t) for t in (part, whole)])
                    own = np.array([own.max(), *own])
                    rows[name].append(np.stack([iou[first], iou.max(axis=0), iou[0], iou[-1], own]))
                    counts[name].append(len(readings))
    found = {}
    for name in asked.segmenters:
        mean = np.mean(rows[name], axis=0).round(3).tolist()
        kinds = ("ranked_first", "best", "smallest", "largest", "answer")
        columns = ("either", "part", "object")
        found[name] = {
            k: dict(zip(columns, v, strict=True)) for k, v in zip(kinds, mean, strict=True)
        }
        found[name]["readings"] = round(float(np.mean(counts[name])), 2)
    print(json.dumps({"clicks": len(next(iter(rows.values()))), "segmenters": found}, indent=2))


if __name__ == "__main__":
    main()
