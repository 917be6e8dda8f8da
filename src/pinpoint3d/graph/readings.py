"""What one click may mean: a few nested entries of the merge tree, small to large, with scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from pinpoint3d.graph.hierarchy import MergeTree

GROWTH = 1.25  # a reading is at least this much larger than the one inside it
MAX_READINGS = 5


@dataclass(frozen=True)
class Reading:
    """An entry of the merge tree and how likely it is what a click meant, scores adding to 1."""

    entry: int
    score: float


def readings(tree: MergeTree, superpoint: int, limit: float) -> list[Reading]:
    """Up to five readings of a click on a superpoint, the last one the whole object.

    An entry is a good reading when it stays itself over a wide range of contrast: its score is the
    gap between the merge that made it and the one that ends it (the persistence of watershed
    regions; Najman and Schmitt, "Geodesic saliency of watershed contours", 1996,
    doi 10.1109/34.546254). Of entries of nearly the same size the most persistent one stands for
    all. `limit` is the height at which objects end.
    """
    nobody = np.zeros(len(tree.parent), bool)
    top = tree.highest(superpoint, limit, nobody)
    chain = [e for e in tree.chain_above(superpoint) if e <= top]
    size = tree.size[chain]
    above = [tree.parent[e] for e in chain]
    end = np.array([tree.height[a] if a >= 0 else 2 * limit for a in above], np.float64)
    persistence = end - tree.height[chain]
    groups: list[list[int]] = [[0]]
    for i in range(1, len(chain)):
        if size[i] >= GROWTH * size[groups[-1][0]]:
            groups.append([i])
        else:
            groups[-1].append(i)
    best = [max(group, key=lambda i: (persistence[i], i)) for group in groups]
    best[-1] = len(chain) - 1  # the object itself, whatever stands out below it
    kept = sorted(sorted(best[:-1], key=lambda i: -persistence[i])[: MAX_READINGS - 1])
    kept.append(best[-1])
    total = sum(persistence[i] for i in kept)
    if total <= 0:
        return [Reading(chain[i], 1 / len(kept)) for i in kept]
    return [Reading(chain[i], float(persistence[i] / total)) for i in kept]


def nested(
    answers: Sequence[Bool[np.ndarray, " nodes"]], entries: Sequence[Bool[np.ndarray, " nodes"]]
) -> list[Bool[np.ndarray, " nodes"]]:
    """Answers and what of entries lies between them, each well larger than the one before.

    Both are nested, small to large; the largest answer is the last.
    """
    found: list[Bool[np.ndarray, " nodes"]] = []
    inner = np.zeros_like(answers[0])
    for number, answer in enumerate(answers, start=1):
        size = np.count_nonzero(answer)
        for entry in entries:
            between = inner | (entry & answer)
            n = np.count_nonzero(between)
            least = GROWTH * np.count_nonzero(found[-1]) if found else 1
            if least <= n <= size / GROWTH:
                found.append(between)
        if number < len(answers) and size * GROWTH > np.count_nonzero(answers[number]):
            continue  # the next is the same but for a little
        found.append(answer)
        inner = answer
    return found
