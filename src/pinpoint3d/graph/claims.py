"""Who a superpoint belongs to: claims along the merge tree, and a random walk where they meet.

A click claims the largest piece of the tree above it that no other label's click touches and that
no strong border cuts off. What two labels reach but neither claims is contested, and a random walk
decides. The same rule serves objects against the background and parts against each other.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int32

from pinpoint3d.graph.affinity import lengths
from pinpoint3d.graph.geodesic import label_distances
from pinpoint3d.graph.hierarchy import MergeTree
from pinpoint3d.graph.surface import Surface
from pinpoint3d.graph.walker import border_contrast, random_walk

CLAIMED = np.float32(0.9)  # probability of a claimed superpoint: what is right at one click
FURTHER = 1.5  # a correction reaches at most this many times as far as it lies from its label
DISTINCT = 0.15  # height that must part two labels for either to claim all of its side
FILL = 0.3  # a piece without a click is small when below this share of what a label claims
PULL_LOOSE = 0.001  # of small pieces towards label 0
NEAR = 0.3  # of the usual distance to a click: how much farther halves a label's pull, and more
PULL = 0.1  # towards labels that reach a superpoint, against the conductance of a usual border


@dataclass(frozen=True)
class Seeds:
    """Clicks as the tree sees them, K clicks of L labels; label 0 is what nobody claims.

    Attributes
    ----------
    superpoint
        Superpoint each click lies on. int32 (K,).
    label
        Label of each click, from 0 to L - 1. int32 (K,).
    limit
        Height of the tree up to which each click may claim, and to which it reaches. float32 (K,).
    further
        Whether an earlier click was on the same part of the same object: a correction, which is
        meant to change a little and not to claim much. bool (K,).
    n_labels
        L.
    """

    superpoint: Int32[np.ndarray, " clicks"]
    label: Int32[np.ndarray, " clicks"]
    limit: Float32[np.ndarray, " clicks"]
    further: Bool[np.ndarray, " clicks"]
    n_labels: int


def resolve(
    surface: Surface, seeds: Seeds, region: Bool[np.ndarray, " superpoints"]
) -> Float32[np.ndarray, "superpoints labels"]:
    """Probability of each label on each superpoint; label 0 has all outside `region`."""
    tree, n = surface.tree, len(surface.graph)
    touched = np.zeros((seeds.n_labels, len(tree.parent)), bool)
    for superpoint, label in zip(seeds.superpoint.tolist(), seeds.label, strict=True):
        touched[label, tree.chain_above(superpoint)] = True
    n_touching = touched.sum(axis=0)
    none = np.zeros(len(tree.parent), bool)

    votes = np.zeros((n, seeds.n_labels), np.float32)
    reached = np.zeros((n, seeds.n_labels), bool)
    claimed = np.zeros((n, seeds.n_labels), bool)
    columns = (seeds.superpoint, seeds.label, seeds.limit, seeds.further)
    for superpoint, label, limit, further in zip(*(c.tolist() for c in columns), strict=True):
        votes[superpoint, label] += 1
        most = _most(surface, claimed[:, label], superpoint) if further else np.inf
        reach = _entry(surface, superpoint, limit, most, none)
        reached[tree.members(reach), label] = True
        rivals = n_touching > touched[label]
        own = _entry(surface, superpoint, limit, most, rivals)
        if not rivals[own] and _ends_at(tree, own) >= DISTINCT:
            claimed[tree.members(own), label] = True

    clicked = votes.any(axis=1)
    decided = claimed.any(axis=1) | clicked
    probability = np.zeros((n, seeds.n_labels), np.float32)
    probability[:, 0] = 1
    probability[claimed.any(axis=1)] = claimed[claimed.any(axis=1)]
    probability[clicked] = votes[clicked]
    probability[decided] /= probability[decided].sum(axis=1, keepdims=True)
    loose = _loose(tree, surface.graph.size, n_touching > 0, claimed, float(seeds.limit.max()))
    free = region & (reached.any(axis=1) | loose) & ~decided
    pull = PULL * _nearness(surface, seeds, reached, free)
    pull[:, 0] = np.where(loose & ~reached.any(axis=1), PULL_LOOSE, 0)
    walked = random_walk(
        surface.graph.pairs,
        surface.conductance,
        seeds=probability,
        prior=pull * np.float32(np.median(surface.conductance) if len(surface.conductance) else 1),
        free=free,
    )
    spread = (1 - CLAIMED) / max(seeds.n_labels - 1, 1)
    sure = ~free & ~clicked
    walked[sure] = walked[sure] * (CLAIMED - spread) + spread
    walked[~region] = 0
    walked[~region, 0] = 1
    return walked


def _nearness(
    surface: Surface,
    seeds: Seeds,
    reached: Bool[np.ndarray, "superpoints labels"],
    free: Bool[np.ndarray, " superpoints"],
) -> Float32[np.ndarray, "superpoints labels"]:
    """Share of each label that reaches a free superpoint, by nearness along the surface."""
    graph = surface.graph
    share = reached.astype(np.float32)
    if not free.any() or seeds.n_labels == 1:
        return share
    distance = label_distances(
        graph, border_contrast(graph), seeds.superpoint, seeds.label, seeds.n_labels
    )
    nearest = distance.min(axis=1, keepdims=True)
    known = np.isfinite(nearest[:, 0])
    scale = NEAR * max(float(np.median(nearest[free & known])) if (free & known).any() else 1, 1e-9)
    with np.errstate(invalid="ignore"):  # infinity from infinity, where no click leads
        further = np.where(known[:, None], (distance - nearest) / scale, 0)
    share *= np.exp(-further).astype(np.float32)
    return share


def _loose(
    tree: MergeTree,
    size: Float32[np.ndarray, " superpoints"],
    touched: Bool[np.ndarray, " entries"],
    claimed: Bool[np.ndarray, "superpoints labels"],
    limit: float,
) -> Bool[np.ndarray, " superpoints"]:
    """Superpoints of small pieces that nobody clicked: as likely a bit of a thing as of nothing.

    A piece is the highest entry below `limit` without a click; it is small against what the
    largest label claims.
    """
    most = FILL * max((size[own].sum() for own in claimed.T[1:]), default=0)
    small = ~touched & (tree.height <= limit) & (tree.size <= most)
    above = tree.parent
    ends = np.append(touched | (tree.height > limit), True)[above]
    loose = np.zeros(len(size), bool)
    for entry in np.flatnonzero(small & ends):
        loose[tree.members(int(entry))] = True
    return loose


def _most(surface: Surface, claimed: Bool[np.ndarray, " superpoints"], superpoint: int) -> float:
    """Nodes that a further click of a label may claim.

    People click a wrong region in its middle, so it ends about as far away on one side as the
    label's own points lie on the other: a click close to them mends an edge, one far from them
    adds a piece. It is at most as large as what the label claims already.
    """
    graph = surface.graph
    if not claimed.any():
        return 0.0
    apart = lengths(graph.centre[claimed] - graph.centre[superpoint]).min()
    disc = np.pi * (FURTHER * float(apart) / surface.nodes.size) ** 2
    return min(disc, float(graph.size[claimed].sum()))


def _entry(
    surface: Surface,
    superpoint: int,
    limit: float,
    most: float,
    barred: Bool[np.ndarray, " entries"],
) -> int:
    """Entry that a click stands for: the highest below `limit`, of at most `most` nodes.

    Where size decides, the entry that ends most distinctly is taken rather than the largest.
    """
    tree = surface.tree
    top = tree.highest(superpoint, limit, barred)
    if tree.size[top] <= most:
        return top
    below = [e for e in tree.chain_above(superpoint)[:-1] if tree.size[e] <= most]
    return max(below, key=lambda e: (_ends_at(tree, e), e), default=superpoint)


def _ends_at(tree: MergeTree, entry: int) -> float:
    """Height of the merge that ends an entry; without bound for a root."""
    above = tree.parent[entry]
    return float(tree.height[above]) if above >= 0 else np.inf
