"""Clusters in feature space: k-means with k chosen by silhouette, and the silhouette itself."""

import numpy as np
from jaxtyping import Float64, Int64
from scipy.spatial.distance import cdist

MOST_CLUSTERS = 10
TRIVIAL_PENALTY = 0.05
STARTS = 4  # of k-means: more change its cost by under 1 % on a few hundred superpoints
ROUNDS = 50
SAMPLE = 1500  # superpoints that stand for all in a silhouette, which is quadratic in them


def clustered(
    features: Float64[np.ndarray, "superpoints features"],
    size: Float64[np.ndarray, " superpoints"],
    *,
    rng: np.random.Generator,
    penalty: float = TRIVIAL_PENALTY,
) -> Int64[np.ndarray, " superpoints"]:
    """Cluster of each superpoint, for the k from 2 to 10 that maximises s(k) - `penalty` [k = 2].

    s(k) is the mean silhouette, weighted by size. At k = 2 the nearest other cluster is the only
    other one, all of the rest, so that s(2) is high for any object that is longer than wide: cut
    in the middle. With the penalty such a split has to stand out before it is taken.
    """
    best, best_value = np.zeros(len(features), np.int64), -np.inf
    for k in range(2, min(MOST_CLUSTERS, len(features) - 1) + 1):
        label = k_means(features, size, k, rng=rng)
        value = silhouette(features, size, [label], rng=rng)[0] - penalty * (k == 2)
        if value > best_value:
            best, best_value = label, value
    return best


def k_means(
    features: Float64[np.ndarray, "superpoints features"],
    size: Float64[np.ndarray, " superpoints"],
    k: int,
    *,
    rng: np.random.Generator,
) -> Int64[np.ndarray, " superpoints"]:
    """Cluster of each row; the best of a few starts. Fewer than k where rows coincide.

    Lloyd's rounds from seeds drawn by squared distance: Arthur and Vassilvitskii, "k-means++: the
    advantages of careful seeding", SODA 2007, with rows weighted by `size`.
    """
    best, best_cost = np.zeros(len(features), np.int64), np.inf
    for _ in range(STARTS):
        centre = _seeds(features, size, k, rng)
        for _ in range(ROUNDS):
            label = cdist(features, centre, "sqeuclidean").argmin(axis=1)
            weight = np.bincount(label, size, minlength=len(centre))
            total = [np.bincount(label, size * f, minlength=len(centre)) for f in features.T]
            mean = np.stack(total, axis=1) / np.maximum(weight, 1)[:, None]
            moved = np.where(weight[:, None] > 0, mean, centre)
            if np.array_equal(moved, centre):
                break
            centre = moved
        squared = cdist(features, centre, "sqeuclidean")
        cost = float(squared.min(axis=1) @ size)
        if cost < best_cost:
            best, best_cost = squared.argmin(axis=1), cost
    return best


def silhouette(
    features: Float64[np.ndarray, "superpoints features"],
    size: Float64[np.ndarray, " superpoints"],
    labellings: list[Int64[np.ndarray, " superpoints"]],
    *,
    rng: np.random.Generator,
) -> Float64[np.ndarray, " labellings"]:
    """Mean silhouette of each labelling, -1 to 1, rows weighted by size.

    (b - a) / max(a, b), a the mean distance to the rest of the own cluster, b that to the nearest
    other one; 0 for a row alone. Rousseeuw, "Silhouettes: a graphical aid to the interpretation
    and validation of cluster analysis", 1987, doi 10.1016/0377-0427(87)90125-7.
    """
    rows = np.arange(len(features))
    if len(rows) > SAMPLE:
        rows = np.sort(rng.choice(rows, SAMPLE, replace=False))
    distance, weight = cdist(features[rows], features[rows]), size[rows]
    values = np.zeros(len(labellings))
    for i, labelling in enumerate(labellings):
        kinds, own = np.unique(labelling[rows], return_inverse=True)
        if len(kinds) < 2:
            continue
        member = np.zeros((len(rows), len(kinds)))
        member[np.arange(len(rows)), own] = weight
        total, mass = distance @ member, member.sum(axis=0)
        near = total[np.arange(len(rows)), own]
        mass_near = mass[own] - weight
        total /= mass
        total[np.arange(len(rows)), own] = np.inf
        b = total.min(axis=1)
        alone = mass_near <= 0
        a = near / np.where(alone, 1, mass_near)
        larger = np.maximum(a, b)
        value = np.divide(b - a, larger, out=np.zeros(len(rows)), where=(larger > 0) & ~alone)
        values[i] = np.average(value, weights=weight)
    return values


def _seeds(
    features: Float64[np.ndarray, "superpoints features"],
    size: Float64[np.ndarray, " superpoints"],
    k: int,
    rng: np.random.Generator,
) -> Float64[np.ndarray, "seeds features"]:
    """Up to k different rows, far from each other."""
    chosen = [int(rng.choice(len(features), p=size / size.sum()))]
    squared = ((features - features[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < k and squared.any():
        chance = squared * size
        chosen.append(int(rng.choice(len(features), p=chance / chance.sum())))
        squared = np.minimum(squared, ((features - features[chosen[-1]]) ** 2).sum(axis=1))
    return features[chosen]
