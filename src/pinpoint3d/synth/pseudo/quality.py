"""How good a partition is likely to be, from what can be seen of it.

`expected_agreement` chooses among the cuts of one object, and ranks objects against each other.
"""

import numpy as np
from jaxtyping import Float64

from pinpoint3d.synth.pseudo.clusters import silhouette
from pinpoint3d.synth.pseudo.partitions import Cut, Tokens, border_contrast

TERMS = (
    "silhouette",
    "two",
    "across",
    "inside",
    "persistence",
    "border",
    "pieces",
    "balance",
    "superpoints",
)
"""Names of what `terms` gives, in its order."""

# Fitted to 401 made objects; see `expected_agreement`.
WEIGHTS = np.array([0.550, -0.103, 0.131, -0.201, 0.100, -0.389, 0.131, 0.085, -0.037])
CONSTANT = 0.319


def expected_agreement(
    tokens: Tokens,
    features: Float64[np.ndarray, "superpoints features"],
    cuts: list[Cut],
    *,
    rng: np.random.Generator,
) -> Float64[np.ndarray, " cuts"]:
    """Expected agreement of each cut with true parts, 0 to 1: the mean of two measures.

    `CONSTANT` + `WEIGHTS` . `terms`, fitted by ridge regression to the mean of the adjusted Rand
    index and of the best IoU of every true part, over the partitions of made objects
    (`benchmarks/pseudo_parts.py --fit --seed 0 --singles 300 --rooms 12`). The negative weight of
    `two` is what the trivial split costs.
    """
    return np.clip(CONSTANT + terms(tokens, features, cuts, rng=rng) @ WEIGHTS, 0, 1)


def terms(
    tokens: Tokens,
    features: Float64[np.ndarray, "superpoints features"],
    cuts: list[Cut],
    *,
    rng: np.random.Generator,
) -> Float64[np.ndarray, "cuts terms"]:
    """What can be seen of cuts into at least two pieces, in the order of `TERMS`.

    The silhouette; whether there are just two pieces; mean contrast across the borders between
    pieces, and across those inside; the persistence; the share of borders that lie between pieces;
    the logarithm of the number of pieces; how alike they are in size (entropy over its maximum);
    the logarithm of the number of superpoints.
    """
    separation = silhouette(features, tokens.size, [cut.piece for cut in cuts], rng=rng)
    contrast = border_contrast(tokens.graph, features)
    border = tokens.graph.border.astype(np.float64)
    rows = []
    for cut, separated in zip(cuts, separation, strict=True):
        n = len(cut)
        ends = cut.piece[tokens.graph.pairs]
        between = ends[:, 0] != ends[:, 1]
        share = np.bincount(cut.piece, tokens.size) / tokens.size.sum()
        rows.append(
            [
                separated,
                n == 2,
                _mean(contrast[between], border[between]),
                _mean(contrast[~between], border[~between]),
                cut.persistence,
                border[between].sum() / max(border.sum(), 1),
                np.log(n),
                -(share * np.log(share)).sum() / np.log(n),
                np.log(len(tokens)),
            ]
        )
    return np.array(rows, np.float64).reshape(-1, len(TERMS))


def _mean(values: Float64[np.ndarray, " some"], weight: Float64[np.ndarray, " some"]) -> float:
    """Weighted mean; 0 of nothing."""
    return float(np.average(values, weights=weight)) if len(values) else 0.0
