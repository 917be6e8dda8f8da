"""The merge tree: superpoints joined two by two until whole objects stand together.

Every node of the tree is one possible reading of a click on any superpoint below it: `chain_above`
lists them for `candidates`, and the engine takes from it how far an object may reach when nobody
has said where it ends. Build it with `merge_tree`.
"""

import heapq
from dataclasses import dataclass
from typing import no_type_check

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32
from numba import njit, types
from numba.typed import Dict
from numpy.typing import NDArray

from pinpoint3d.disjoint import find
from pinpoint3d.graph.affinity import SuperpointGraph

CONVEX_SHARE = 0.3  # an outward bend holds an object together more than an inward one
COLOUR_SHARE = 0.15  # print and shadow change the colour inside objects too
SIZE_POWER = 0.2  # of the smaller side: dust merges first, large pieces last

SUPPORT_SHARE = 0.1
SUPPORT_GROWTH = 10.0
SUPPORT_HEIGHT = 0.2


@dataclass(frozen=True)
class MergeTree:
    """A binary forest over S superpoints with M merges; entry S + m is the m-th merge.

    Attributes
    ----------
    parent
        Entry that each entry merges into, -1 for roots. int32 (S + M,).
    height
        Contrast that each merge overcame, 0 for superpoints; never falls towards the root.
        float32 (S + M,).
    size
        Nodes of the cloud below each entry. float32 (S + M,).
    first, last
        Each entry's superpoints are `order[first:last]`. int32 (S + M,).
    order
        Superpoints in the order of the leaves. int32 (S,).
    """

    parent: Int32[np.ndarray, " entries"]
    height: Float32[np.ndarray, " entries"]
    size: Float32[np.ndarray, " entries"]
    first: Int32[np.ndarray, " entries"]
    last: Int32[np.ndarray, " entries"]
    order: Int32[np.ndarray, " superpoints"]

    def members(self, entry: int) -> Int32[np.ndarray, " members"]:
        """Superpoints below an entry."""
        return self.order[self.first[entry] : self.last[entry]]

    def chain_above(self, superpoint: int) -> list[int]:
        """Entries that hold a superpoint, itself first, the root last."""
        chain = [superpoint]
        while self.parent[chain[-1]] >= 0:
            chain.append(int(self.parent[chain[-1]]))
        return chain

    def rises(self) -> Float32[np.ndarray, " gaps"]:
        """Height at which each superpoint in `order` joins the next one; infinite across trees.

        The highest rise between two superpoints is the height at which they join.
        """
        n_leaves = len(self.order)
        rise = np.full(max(n_leaves - 1, 0), np.inf, np.float32)
        children = np.flatnonzero(self.parent >= 0)
        starts_it = self.first[children] == self.first[self.parent[children]]
        left = children[starts_it]
        rise[self.last[left] - 1] = self.height[self.parent[left]]
        return rise

    def highest(self, superpoint: int, limit: float, barred: Bool[np.ndarray, " entries"]) -> int:
        """Highest entry above a superpoint that is neither above `limit` nor barred.

        The way up also ends where a thing would join its support: something `SUPPORT_GROWTH`
        times its size that makes up `SUPPORT_SHARE` of the cloud (a floor, a wall, a table top),
        across a border of at least `SUPPORT_HEIGHT`.
        """
        support = SUPPORT_SHARE * self.size[: len(self.order)].sum()
        entry = superpoint
        while True:
            above = int(self.parent[entry])
            if above < 0 or self.height[above] > limit or barred[above]:
                return entry
            huge = self.size[above] > max(support, SUPPORT_GROWTH * self.size[entry])
            if huge and self.height[above] >= SUPPORT_HEIGHT:
                return entry
            entry = above


def merge_tree(graph: SuperpointGraph) -> MergeTree:
    """Average-linkage merging by the contrast across borders, weakest first.

    The contrast of two pieces is the mean over their whole common border, so that one leak does
    not join them (Arbelaez et al., "Contour detection and hierarchical image segmentation", 2011,
    doi 10.1109/TPAMI.2010.161, for pictures), times the smaller size to the power `SIZE_POWER`.
    """
    contrast = graph.concave + CONVEX_SHARE * graph.convex + COLOUR_SHARE * graph.colour
    left, right, height = _merge(
        graph.pairs, contrast.astype(np.float64), graph.border.astype(np.float64), graph.size
    )
    return _laid_out(left, right, height, graph.size)


def _laid_out(
    left: Int32[np.ndarray, " merges"],
    right: Int32[np.ndarray, " merges"],
    height: Float64[np.ndarray, " merges"],
    leaf_size: Float32[np.ndarray, " superpoints"],
) -> MergeTree:
    """Parents, monotone heights, and an order in which every entry is one run of leaves."""
    n_leaves = len(leaf_size)
    n = n_leaves + len(left)
    parent = np.full(n, -1, np.int32)
    merged = np.arange(n_leaves, n, dtype=np.int32)
    parent[left], parent[right] = merged, merged
    monotone = np.zeros(n, np.float32)
    count = np.ones(n, np.int32)
    size = np.concatenate([leaf_size, np.zeros(len(left), np.float32)])
    for m in range(len(left)):
        a, b = left[m], right[m]
        monotone[n_leaves + m] = max(height[m], monotone[a], monotone[b])
        count[n_leaves + m] = count[a] + count[b]
        size[n_leaves + m] = size[a] + size[b]
    first = np.zeros(n, np.int32)
    roots = np.flatnonzero(parent < 0)
    first[roots] = np.cumsum(count[roots]) - count[roots]
    for m in range(len(left) - 1, -1, -1):
        first[left[m]] = first[n_leaves + m]
        first[right[m]] = first[n_leaves + m] + count[left[m]]
    order = np.empty(n_leaves, np.int32)
    order[first[:n_leaves]] = np.arange(n_leaves, dtype=np.int32)
    return MergeTree(parent, monotone, size, first, first + count, order)


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _merge(
    pairs: NDArray, contrast: NDArray, border: NDArray, leaf_size: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    """Tree entries joined by each merge, and at what height.

    Borders hang in a linked list a piece; a merge walks the shorter list only. Priorities that
    have grown since they were queued are put back when they come up, which keeps the work near
    linear even when one floor borders on everything.
    """
    n, n_borders = len(leaf_size), len(pairs)
    total = contrast * border
    count = border.copy()
    size = leaf_size.astype(np.float64)
    owner = np.arange(n)
    entry = np.arange(n)  # tree entry of each piece
    head = np.full(n, -1, np.int64)
    tail = np.full(n, -1, np.int64)
    degree = np.zeros(n, np.int64)
    after = np.full(2 * n_borders, -1, np.int64)
    alive = np.ones(n_borders, np.bool_)
    border_between = Dict.empty(types.int64, types.int64)
    queue = [(0.0, np.int64(0)) for _ in range(0)]
    for e in range(n_borders):
        border_between[np.int64(pairs[e, 0]) * n + pairs[e, 1]] = e
        for side in range(2):
            p, half = pairs[e, side], 2 * e + side
            if head[p] < 0:
                head[p] = half
            else:
                after[tail[p]] = half
            tail[p] = half
            degree[p] += 1
        smaller = min(size[pairs[e, 0]], size[pairs[e, 1]])
        queue.append((contrast[e] * smaller**SIZE_POWER, np.int64(e)))
    heapq.heapify(queue)

    left = np.empty(max(n - 1, 0), np.int32)
    right = np.empty(max(n - 1, 0), np.int32)
    height = np.empty(max(n - 1, 0), np.float64)
    n_merges = 0
    while len(queue) > 0:
        priority, e = heapq.heappop(queue)
        if not alive[e]:
            continue
        a, b = find(owner, pairs[e, 0]), find(owner, pairs[e, 1])
        now = total[e] / count[e] * min(size[a], size[b]) ** SIZE_POWER
        if now > priority + 1e-12:
            heapq.heappush(queue, (now, e))
            continue
        alive[e] = False
        if degree[a] < degree[b]:
            a, b = b, a
        left[n_merges], right[n_merges], height[n_merges] = entry[a], entry[b], now
        half = head[b]
        while half >= 0:
            f = half // 2
            if alive[f]:
                end0, end1 = find(owner, pairs[f, 0]), find(owner, pairs[f, 1])
                other = end1 if end0 == b else end0
                key = min(a, other) * n + max(a, other)
                if key in border_between and alive[border_between[key]]:
                    kept = border_between[key]
                    total[kept] += total[f]
                    count[kept] += count[f]
                    alive[f] = False
                    merged_size = min(size[a] + size[b], size[other])
                    priority = total[kept] / count[kept] * merged_size**SIZE_POWER
                    heapq.heappush(queue, (priority, np.int64(kept)))
                else:
                    border_between[key] = f
            half = after[half]
        owner[b] = a
        entry[a] = n + n_merges
        size[a] += size[b]
        degree[a] += degree[b]
        if head[b] >= 0:
            after[tail[a]] = head[b]
            tail[a] = tail[b]
        n_merges += 1
    return left[:n_merges], right[:n_merges], height[:n_merges]
