"""Ways to divide an object: cuts of a merge tree of its superpoints, as connected pieces.

Superpoints end at creases and colour edges, so pieces do too. Read `tree_cuts` first; `connected`
makes pieces of any labels of superpoints.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int64, Integer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from pinpoint3d.graph.affinity import SuperpointGraph
from pinpoint3d.graph.hierarchy import MergeTree, merge_tree

FEWEST_POINTS = 15  # of a part
DUST_SHARE = 0.01  # of its object: what is smaller is no part worth a label
MOST_PARTS = 10
SOFT = 0.05  # height below which ratios of heights mean nothing: noise bends a plane that much

# Against 1 for an inward bend. A part often differs in colour, so colour counts more than for
# whole objects; outward bends count less, or every face of a box is a part (docs/log.md).
CONVEX_SHARE, STEP_SHARE, COLOUR_SHARE = 0.15, 0.3, 0.3


@dataclass(frozen=True)
class Tokens:
    """The superpoints of one object: their graph, and the points in each."""

    graph: SuperpointGraph
    size: Float64[np.ndarray, " superpoints"]

    def __len__(self) -> int:
        return len(self.size)

    @property
    def dust(self) -> float:
        """Points below which a piece is no part."""
        return max(float(FEWEST_POINTS), DUST_SHARE * float(self.size.sum()))


@dataclass(frozen=True)
class Cut:
    """A partition of an object into pieces.

    Attributes
    ----------
    piece
        Piece of each superpoint, numbered from 0. int64 (S,).
    persistence
        Over which range of heights of a merge tree it lasts, from that of the merge that made its
        last piece to that of the one that joins two: the logarithm of their ratio. 0 for what no
        tree made.
    """

    piece: Int64[np.ndarray, " superpoints"]
    persistence: float = 0.0

    def __len__(self) -> int:
        return int(self.piece.max()) + 1


def tree_cuts(tokens: Tokens, features: Float64[np.ndarray, "superpoints features"]) -> list[Cut]:
    """Partitions into at most `MOST_PARTS` pieces, coarse to fine, each at a height of the tree.

    Only heights at which both sides of a merge are more than dust count, or the first cuts would
    take off crumbs.
    """
    contrast = border_contrast(tokens.graph, features)
    tree = merge_tree(_with_contrast(tokens.graph, contrast))
    size = _entry_sizes(tree, tokens.size)
    smaller = np.full(len(tree.parent), np.inf)
    child = np.flatnonzero(tree.parent >= 0)
    np.minimum.at(smaller, tree.parent[child], size[child])
    real = np.isfinite(smaller) & (smaller >= tokens.dust)
    heights = np.unique(tree.height[real])[::-1].astype(np.float64)
    # Loose pieces hold out as long as if they had parted at half again the highest merge.
    end = np.concatenate([[1.5 * heights.max(initial=0)], heights])
    begin = np.append(heights, 0)
    persistence = np.log((end + SOFT) / (begin + SOFT))
    limits = [np.inf, *heights.tolist()]
    cuts = [
        Cut(connected(tokens, _pieces_below(tree, limit)), lasting)
        for limit, lasting in zip(limits[:MOST_PARTS], persistence.tolist(), strict=False)
    ]
    return [cut for cut in cuts if len(cut) <= MOST_PARTS]


def border_contrast(
    graph: SuperpointGraph, features: Float64[np.ndarray, "superpoints features"]
) -> Float64[np.ndarray, " borders"]:
    """What parts the two sides of every border: creases, colours, features."""
    a, b = graph.pairs.T
    return (
        graph.concave
        + CONVEX_SHARE * graph.convex
        + STEP_SHARE * graph.colour
        + COLOUR_SHARE * graph.contrast
        + np.linalg.norm(features[a] - features[b], axis=1)
    ).astype(np.float64)


def connected(
    tokens: Tokens, label: Int64[np.ndarray, " superpoints"]
) -> Int64[np.ndarray, " superpoints"]:
    """Connected piece of each superpoint, numbered from 0, without dust.

    Dust joins the neighbour with which it has the longest border, or the nearest piece where it
    borders on none.
    """
    n = len(tokens)
    a, b = tokens.graph.pairs.T
    same = label[a] == label[b]
    piece = _components(a[same], b[same], n)
    while True:
        size = np.bincount(piece, tokens.size)
        dust = size < tokens.dust
        if not dust.any() or len(size) == 1:
            return piece
        # Only dust points to another piece, so a round never joins two pieces that are no dust.
        target = _neighbour_with_longest_border(tokens, piece)
        for lone in np.flatnonzero(dust & (target < 0)):
            target[lone] = _nearest_piece(tokens, piece, int(lone))
        dusty = np.flatnonzero(dust)
        piece = _components(dusty, target[dusty], len(size))[piece]


def _neighbour_with_longest_border(
    tokens: Tokens, piece: Int64[np.ndarray, " superpoints"]
) -> Int64[np.ndarray, " pieces"]:
    """The piece that each piece borders on most, the lowest of equals; -1 where there is none."""
    n = int(piece.max()) + 1
    ends = piece[tokens.graph.pairs]
    across = ends[:, 0] != ends[:, 1]
    ends, border = ends[across], tokens.graph.border[across]
    own = np.concatenate([ends[:, 0], ends[:, 1]])
    other = np.concatenate([ends[:, 1], ends[:, 0]])
    keys, at = np.unique(own * n + other, return_inverse=True)
    length = np.bincount(at, np.concatenate([border, border]), minlength=len(keys))
    own, other = keys // n, keys % n
    order = np.lexsort((-other, length, own))  # the longest comes last within its own
    last = np.searchsorted(own, np.arange(n), side="right") - 1
    target = np.full(n, -1, np.int64)
    bordering = np.isin(np.arange(n), own)
    target[bordering] = other[order[last[bordering]]]
    return target


def _nearest_piece(tokens: Tokens, piece: Int64[np.ndarray, " superpoints"], lone: int) -> int:
    """Piece of the superpoint outside `lone` whose centre is nearest to one inside."""
    inside = np.flatnonzero(piece == lone)
    outside = np.flatnonzero(piece != lone)
    centre = tokens.graph.centre
    found = KDTree(centre[outside]).query(centre[inside])
    distance, nearest = (np.asarray(values) for values in found)
    return int(piece[outside[nearest[distance.argmin()]]])


def _components(
    a: Integer[np.ndarray, " pairs"], b: Integer[np.ndarray, " pairs"], n: int
) -> Int64[np.ndarray, " n"]:
    """Connected component of each of n things."""
    pairs = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(n, n))
    _, component = connected_components(pairs, directed=False)
    return component.astype(np.int64)


def _with_contrast(
    graph: SuperpointGraph, contrast: Float64[np.ndarray, " borders"]
) -> SuperpointGraph:
    """The graph with one contrast for every border in place of bends and colours."""
    nothing = np.zeros(len(contrast), np.float32)
    return replace(graph, concave=contrast.astype(np.float32), convex=nothing, colour=nothing)


def _entry_sizes(
    tree: MergeTree, size: Float64[np.ndarray, " superpoints"]
) -> Float64[np.ndarray, " entries"]:
    """Points below every entry of a tree."""
    until = np.concatenate([[0.0], np.cumsum(size[tree.order])])
    return until[tree.last] - until[tree.first]


def _pieces_below(tree: MergeTree, height: float) -> Int64[np.ndarray, " superpoints"]:
    """Highest entry above each superpoint that was made below a height."""
    top = np.arange(len(tree.parent))
    for entry in range(len(top) - 1, -1, -1):  # parents come after their children
        parent = tree.parent[entry]
        if parent >= 0 and tree.height[parent] < height:
            top[entry] = top[parent]
    return top[: len(tree.order)]
