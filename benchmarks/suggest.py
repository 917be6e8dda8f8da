"""How much sooner clicks at suggested places reach IoU .80 than clicks at a plainer guess.

    python benchmarks/suggest.py [--segmenter graph] [--suite objects-made] [--first 12]

Every entry begins with one click a part. Further clicks fall where the way says, with their true
label, until IoU .80 or the end of the budget (clicks a part). Ways: "suggest" is what
`encoded.suggest` puts first; "largest" the middle of the largest unsure region; "random" any
point of the asked object's surroundings; "told" the middle of the largest error, which nobody can
know: the limit. Prints JSON.
"""

import argparse
import json
from collections.abc import Callable

import numpy as np

from pinpoint3d.evaluate.calibration import surroundings
from pinpoint3d.evaluate.peers import load_peer
from pinpoint3d.evaluate.run import without_truth
from pinpoint3d.evaluate.suites import open_suite
from pinpoint3d.graph.suggest import node_graph
from pinpoint3d.metrics import entry_iou
from pinpoint3d.segmenter import EncodedScene
from pinpoint3d.simulate import Clicker, SceneIndex
from pinpoint3d.types import Click, Masks, Scene, Suggestion

WANTED = 0.8
SURE = 0.75

Way = Callable[[list[Click], Masks], int | None]
"""Row to click next."""


def largest(scene: Scene) -> Way:
    """The deepest point of the largest unsure region of one label, by what a clicker can find."""
    graph = node_graph(scene)
    index = SceneIndex(scene)

    def way(clicks: list[Click], masks: Masks) -> int | None:
        unsure = masks.confidence < SURE
        unsure[[int(c.point or 0) for c in clicks]] = False
        unsure &= graph.node_of_point >= 0
        if not unsure.any():
            return None
        rows = np.flatnonzero(unsure)
        kinds = np.stack([masks.object[rows], masks.part[rows]], axis=1)
        _, kind = np.unique(kinds, axis=0, return_inverse=True)
        piece = index.links.pieces(rows, kind.astype(np.int64))
        rows = rows[piece == np.bincount(piece).argmax()]
        marks = np.zeros(len(scene), np.int32)
        marks[rows] = 1
        return index.tree.deepest(index.tree.marked(marks), rows)[0]

    return way


def clicks_needed(
    encoded: EncodedScene, clicker: Clicker, truth: Masks, way: Way, budget: int
) -> tuple[list[float], bool]:
    """IoU after the first clicks and after each further one, and whether it got to `WANTED`."""
    clicks = clicker.first_clicks()
    curve: list[float] = []
    while True:
        masks = encoded.segment(clicks)
        curve.append(entry_iou(masks, truth, clicker.targets))
        if curve[-1] >= WANTED or len(clicks) >= budget * len(clicker.targets):
            return curve, curve[-1] >= WANTED
        row = way(clicks, masks)
        if row is None:
            return curve, False
        clicks.append(Click(row, *clicker.label_of(row)))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segmenter", default="graph")
    parser.add_argument("--suite", default="objects-made")
    parser.add_argument("--first", type=int, default=12)
    parser.add_argument("--clicks", type=int, default=5)
    asked = parser.parse_args()
    suite = open_suite(asked.suite).first(asked.first)
    segmenter = load_peer(asked.segmenter)
    rng = np.random.default_rng(0)
    tables: dict[str, list[tuple[float, bool, float]]] = {}
    n_easy = 0
    for scene_id in dict.fromkeys(question.scene for question in suite.questions):
        scene = suite.scenes.scene(scene_id)
        encoded = segmenter.encode(without_truth(scene))
        index, guess = SceneIndex(scene), largest(scene)
        for question in (q for q in suite.questions if q.scene == scene_id):
            truth = suite.truth(question)
            clicker = Clicker(scene, truth, question.targets, index=index)
            near = surroundings(scene, truth, question.targets[0][0])
            ways: dict[str, Way] = {
                "suggest": lambda clicks, _, encoded=encoded: first(encoded.suggest(clicks)),
                "largest": guess,
                "random": lambda _, __, near=near: int(rng.choice(near)),
                "told": lambda _, masks, clicker=clicker: place(clicker.next_click(masks)),
            }
            begun = entry_iou(encoded.segment(clicker.first_clicks()), truth, question.targets)
            if begun >= WANTED:
                n_easy += 1
                continue
            for name, way in ways.items():
                curve, reached = clicks_needed(encoded, clicker, truth, way, asked.clicks)
                n = len(question.targets)
                further = (len(curve) - 1) / n if reached else float(asked.clicks - 1)
                at = min(n, len(curve) - 1)
                tables.setdefault(name, []).append((further, reached, curve[at] - begun))
    found = {
        name: {
            "further_clicks_a_part": round(float(np.mean([row[0] for row in rows])), 3),
            "reached": round(float(np.mean([row[1] for row in rows])), 3),
            "gain_after_one_more_a_part": round(float(np.mean([row[2] for row in rows])), 4),
        }
        for name, rows in tables.items()
    }
    n = len(next(iter(tables.values()), []))
    print(json.dumps({"entries": n, "right_at_once": n_easy, "ways": found}, indent=2))


def first(suggestions: list[Suggestion]) -> int | None:
    """Row of the best suggestion."""
    return suggestions[0].point if suggestions else None


def place(click: Click | None) -> int | None:
    """Row of a click."""
    return None if click is None else int(click.point or 0)


if __name__ == "__main__":
    main()
