"""How well pseudo parts agree with the true parts of made objects, by several ways.

    python benchmarks/pseudo_parts.py [--seed 1000] [--singles 150] [--rooms 8] [--json FILE]
    python benchmarks/pseudo_parts.py --fit --seed 0 --singles 300 --rooms 12

An object counts if it has 200 points and at least two true parts, on the coarsest level of its part
tree, that hold 15 points and 1 % of it. Agreement is the adjusted Rand index (ARI) and the mean
over true parts of the best IoU that any found part has. The second command fits the
weights of `synth.pseudo.quality`; the first judges them on other objects. Differences from the
default are paired, with the half width of their 95 % interval.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import numpy as np
from scipy.stats import rankdata

from pinpoint3d.graph.surface import Surface, encode_surface
from pinpoint3d.synth.pseudo.clusters import clustered
from pinpoint3d.synth.pseudo.features import superpoint_features
from pinpoint3d.synth.pseudo.partitions import Tokens, connected, tree_cuts
from pinpoint3d.synth.pseudo.quality import TERMS, expected_agreement, terms
from pinpoint3d.synth.samples import Kind, masks_at, sample_of
from pinpoint3d.types import Scene

LEVELS = (0, 1, 9)
RIDGE = 0.01
KEPT = (0.4, 0.45, 0.5, 0.55, 0.6)


@dataclass(frozen=True)
class Object:
    """An object alone, what is computed of it, and its true parts on a few levels."""

    kind: str
    surface: Surface
    tokens: Tokens
    features: np.ndarray
    truth: list[np.ndarray]

    def agreement(self, label: np.ndarray, level: int = 0) -> tuple[float, float]:
        """ARI and mean best IoU of labels of superpoints."""
        found = label[self.surface.superpoint[self.surface.nodes.node_of_point]]
        return rand_index(found, self.truth[level]), best_iou(found, self.truth[level])


def rand_index(a: np.ndarray, b: np.ndarray) -> float:
    """Adjusted Rand index: Hubert and Arabie, "Comparing partitions", 1985."""
    table = _table(a, b)
    pairs, rows, columns = (
        float((n * (n - 1) / 2).sum()) for n in (table, table.sum(axis=1), table.sum(axis=0))
    )
    expected = rows * columns / (len(a) * (len(a) - 1) / 2)
    most = (rows + columns) / 2
    return 1.0 if most == expected else (pairs - expected) / (most - expected)


def best_iou(found: np.ndarray, truth: np.ndarray) -> float:
    """Mean over true parts, crumbs aside, of the best IoU with any found part."""
    table = _table(truth, found)
    iou = table / (table.sum(axis=1, keepdims=True) + table.sum(axis=0) - table)
    return float(iou.max(axis=1)[_counts(table.sum(axis=1))].mean())


def _counts(points: np.ndarray) -> np.ndarray:
    return points >= max(15, 0.01 * points.sum())


def _table(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    kinds_a, a = np.unique(a, return_inverse=True)
    kinds_b, b = np.unique(b, return_inverse=True)
    table = np.zeros((len(kinds_a), len(kinds_b)))
    np.add.at(table, (a, b), 1)
    return table


def objects(kind: Kind, seeds: range) -> Iterator[Object]:
    """Objects of made samples that have true parts."""
    for seed in seeds:
        made = sample_of(kind, np.random.default_rng(seed))
        scene, labels = made.scene, made.scene.labels
        assert labels is not None
        levels = [masks_at(made, level).part for level in LEVELS]
        for object_id, known in enumerate(made.objects, start=1):
            rows = np.flatnonzero((labels.object == object_id) & scene.valid)
            if len(rows) < 200:
                continue
            parts = np.unique(levels[0][rows], return_counts=True)[1]
            if np.count_nonzero(_counts(parts)) < 2:
                continue
            assert scene.rgb is not None
            alone = Scene(scene.xyz[rows], scene.rgb[rows], up=scene.up)
            surface = encode_surface(alone, np.arange(len(rows)))
            superpoint = surface.superpoint[surface.nodes.node_of_point]
            size = np.bincount(superpoint, minlength=len(surface.graph)).astype(float)
            yield Object(
                known.kind,
                surface,
                Tokens(surface.graph, size),
                superpoint_features(alone, surface),
                [level[rows] for level in levels],
            )


def engine_cut(thing: Object, height: float) -> np.ndarray:
    """The graph engine's own merge tree cut at one height for all objects."""
    tree = thing.surface.tree
    top = np.arange(len(tree.parent))
    for entry in range(len(top) - 1, -1, -1):
        if tree.parent[entry] >= 0 and tree.height[tree.parent[entry]] <= height:
            top[entry] = top[tree.parent[entry]]
    return connected(thing.tokens, top[: len(tree.order)])


def persistent_cut(thing: Object) -> np.ndarray:
    """The same tree cut into 2 to 10 parts, in the widest range of heights (by their ratio)."""
    spans: dict[int, tuple[float, np.ndarray]] = {}
    heights = np.unique(thing.surface.tree.height)[-60:]
    for height, above in pairwise(heights):
        label = engine_cut(thing, float(height))
        n = int(label.max()) + 1
        span = np.log((above + 1e-3) / (height + 1e-3))
        spans[n] = (spans.get(n, (0.0, label))[0] + float(span), label)
    allowed = [span for n, span in spans.items() if 2 <= n <= 10]
    if not allowed:
        return np.zeros(len(thing.tokens), np.int64)
    return max(allowed, key=lambda span: span[0])[1]


def paper(thing: Object, rng: np.random.Generator, penalty: float = 0.0) -> np.ndarray:
    """K-means, k by plain silhouette."""
    return clustered(thing.features, thing.tokens.size, rng=rng, penalty=penalty)


def measure(things: list[Object], rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """Figures of every way."""
    ways = {
        "one part": lambda t: np.zeros(len(t.tokens), np.int64),
        "k-means, silhouette": lambda t: paper(t, rng),
        "the same, connected, no dust": lambda t: connected(t.tokens, paper(t, rng)),
        "the same, penalty 0.05": lambda t: connected(t.tokens, paper(t, rng, 0.05)),
        "engine's tree at 0.3": lambda t: engine_cut(t, 0.3),
        "engine's tree at 0.5": lambda t: engine_cut(t, 0.5),
        "engine's tree, most persistent": persistent_cut,
        "default": lambda t: chosen(t, rng)[0],
        "best of the default's cuts": oracle,
    }
    figures: dict[str, dict[str, float]] = {}
    agreement: dict[str, np.ndarray] = {}
    for name, way in ways.items():
        start = perf_counter()
        labels = [way(thing) for thing in things]
        seconds = perf_counter() - start
        found = np.array([t.agreement(label) for t, label in zip(things, labels, strict=True)])
        agreement[name] = found
        figures[name] = _figures(found, [int(label.max()) + 1 for label in labels])
        figures[name]["ms an object"] = 1000 * seconds / len(things)
    for name, found in agreement.items():
        difference = agreement["default"] - found
        half = 1.96 * difference.std(axis=0) / np.sqrt(len(things))
        for measure_name, mean, width in zip(
            ("ARI", "IoU"), difference.mean(axis=0), half, strict=True
        ):
            figures[name][f"default's {measure_name} more by"] = float(mean)
            figures[name][f"+- ({measure_name})"] = float(width)
    scores = np.array([chosen(thing, rng)[1] for thing in things])
    found = agreement["default"]
    figures["default"]["rank correlation of quality"] = float(
        np.corrcoef(rankdata(scores), rankdata(found.mean(axis=1)))[0, 1]
    )
    for least in KEPT:
        kept = scores >= least
        figures[f"default, quality from {least}"] = {
            "share kept": float(kept.mean()),
            **_figures(found[kept], []),
        }
        figures[f"default, quality below {least}"] = _figures(found[~kept], [])
    return figures


def chosen(thing: Object, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """What `pseudo_parts` takes, and its quality."""
    cuts = [cut for cut in tree_cuts(thing.tokens, thing.features) if len(cut) > 1]
    if not cuts:
        return np.zeros(len(thing.tokens), np.int64), 0.0
    scores = expected_agreement(thing.tokens, thing.features, cuts, rng=rng)
    return cuts[int(scores.argmax())].piece, float(scores.max())


def oracle(thing: Object) -> np.ndarray:
    """The cut that agrees most: what a perfect choice would reach."""
    cuts = [cut.piece for cut in tree_cuts(thing.tokens, thing.features)]
    cuts = cuts or [np.zeros(len(thing.tokens), np.int64)]
    return max(cuts, key=lambda cut: sum(thing.agreement(cut)))


def fit(things: list[Object], rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Weights and constant of the quality: ridge regression over all cuts of all objects.

    The target is the agreement with the level of the part tree that a cut agrees with most, since
    a cut that is right on a finer level is not wrong.
    """
    rows, targets = [], []
    for thing in things:
        cuts = [cut for cut in tree_cuts(thing.tokens, thing.features) if len(cut) > 1]
        if cuts:
            rows.append(terms(thing.tokens, thing.features, cuts, rng=rng))
            targets += [
                max(sum(thing.agreement(cut.piece, i)) / 2 for i in range(len(LEVELS)))
                for cut in cuts
            ]
    x, y = np.concatenate(rows), np.array(targets)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    z = (x - mean) / spread
    slope = np.linalg.solve(z.T @ z + RIDGE * len(z) * np.eye(z.shape[1]), z.T @ (y - y.mean()))
    weights = slope / spread
    return weights, float(y.mean() - mean @ weights)


def _figures(found: np.ndarray, n_parts: list[int]) -> dict[str, float]:
    if len(found) == 0:
        return {}
    ari, iou = found.mean(axis=0).tolist()
    return {"ARI": ari, "IoU": iou} | ({"parts": float(np.mean(n_parts))} if n_parts else {})


def main() -> None:
    """Print a line a way."""
    parser = argparse.ArgumentParser(description="Pseudo parts against true parts.")
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--singles", type=int, default=150)
    parser.add_argument("--rooms", type=int, default=8)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    things = [
        *objects("single", range(options.seed, options.seed + options.singles)),
        *objects("room", range(options.seed, options.seed + options.rooms)),
    ]
    rng = np.random.default_rng(options.seed)
    print(f"{len(things)} objects")
    if options.fit:
        weights, constant = fit(things, rng)
        for name, weight in zip(TERMS, weights, strict=True):
            print(f"{name:12} {weight:+.3f}")
        print(f"{'constant':12} {constant:+.3f}")
        return
    figures = measure(things, rng)
    for name, values in figures.items():
        print(f"{name:34}", "  ".join(f"{key} {value:.3f}" for key, value in values.items()))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
