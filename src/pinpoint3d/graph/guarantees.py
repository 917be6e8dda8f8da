"""What every answer keeps, whichever engine gave it.

A clicked point has its click's label (`keep_clicked`), and a correction changes nothing but the
piece it was made on (`keep_unconcerned`). The latter compares an answer with the one before it;
`replay.py` sees to it that there is one.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import no_type_check

import numpy as np
from jaxtyping import Bool, Int32, Int64
from numba import njit
from numpy.typing import NDArray

from pinpoint3d.disjoint import find
from pinpoint3d.snap import SnappedClicks
from pinpoint3d.types import Masks


@dataclass(frozen=True)
class NodeGraph:
    """Which points of a scene lie side by side: nodes that hold points, and their neighbours.

    Attributes
    ----------
    node_of_point
        Node of each point, -1 for points in none. int32 (N,).
    neighbour
        Nodes beside each node; it is enough that one of two names the other. int32 (V, k).
    """

    node_of_point: Int32[np.ndarray, " points"]
    neighbour: Int32[np.ndarray, "nodes k"]

    @cached_property
    def first_point(self) -> Int64[np.ndarray, " nodes"]:
        """First of each node's points; -1 where it has none."""
        held = np.flatnonzero(self.node_of_point >= 0)
        first = np.full(len(self.neighbour), -1, np.int64)
        first[self.node_of_point[held[::-1]]] = held[::-1]
        return first

    @cached_property
    def n_points(self) -> Int64[np.ndarray, " nodes"]:
        """Points of each node."""
        inside = self.node_of_point[self.node_of_point >= 0]
        return np.bincount(inside, minlength=len(self.neighbour))


def keep_clicked(masks: Masks, clicks: SnappedClicks) -> Masks:
    """Masks in which every clicked point has its click's label; a later click on it wins."""
    objects, parts, confidence = masks.object.copy(), masks.part.copy(), masks.confidence.copy()
    for row, object_id, part_id in zip(clicks.rows, clicks.objects, clicks.parts, strict=True):
        objects[row], parts[row], confidence[row] = object_id, part_id, 1
    return Masks(objects, parts, confidence)


def keep_unconcerned(before: Masks, after: Masks, click: SnappedClicks, graph: NodeGraph) -> Masks:
    """The answer after a correction, held to what the correction was about (`concerned`).

    All other points have the label and confidence they had before.
    """
    taken = concerned(before, after, click, graph)
    objects, parts, confidence = before.object.copy(), before.part.copy(), before.confidence.copy()
    objects[taken], parts[taken] = click.objects[0], click.parts[0]
    confidence[taken] = after.confidence[taken]
    return Masks(objects, parts, confidence)


def concerned(
    before: Masks, after: Masks, click: SnappedClicks, graph: NodeGraph
) -> Int64[np.ndarray, " rows"]:
    """Rows that a correction may change, ascending.

    A person who corrects says that a region belongs to the click's label. So points may only change
    to that label, and only where such changes hang together with the clicked point, from node to
    neighbouring node.

    Parameters
    ----------
    before, after
        An engine's answers without and with the last click.
    click
        That click alone.
    graph
        Round it; points outside stay as they were.
    """
    gained = np.flatnonzero((after.object == click.objects[0]) & (after.part == click.parts[0]))
    had = (before.object[gained] == click.objects[0]) & (before.part[gained] == click.parts[0])
    gained = gained[~had & (graph.node_of_point[gained] >= 0)]
    start = int(graph.node_of_point[click.rows[0]])
    if start < 0 or len(gained) == 0:
        return gained[:0]
    node = graph.node_of_point[gained]
    changed = np.zeros(len(graph.neighbour), bool)
    changed[node] = True
    return gained[_reached(changed, graph.neighbour, start)[node]]


def with_rows_of(masks: Masks, other: Masks, rows: Int64[np.ndarray, " rows"]) -> Masks:
    """Masks with some rows of other ones."""
    objects, parts, confidence = masks.object.copy(), masks.part.copy(), masks.confidence.copy()
    objects[rows], parts[rows] = other.object[rows], other.part[rows]
    confidence[rows] = other.confidence[rows]
    return Masks(objects, parts, confidence)


def keep_settled(settled: Masks, before: Masks, after: Masks) -> Masks:
    """What corrections have settled, but for what a click for something new changes by itself.

    Such a click competes with all that is there, so it may change any of it. Where an engine's
    answers `before` and `after` it give one label, `settled` stays.
    """
    changed = (before.object != after.object) | (before.part != after.part)
    return Masks(
        np.where(changed, after.object, settled.object),
        np.where(changed, after.part, settled.part),
        np.where(changed, after.confidence, settled.confidence),
    )


def pieces(
    inside: Bool[np.ndarray, " nodes"], neighbour: Int32[np.ndarray, "nodes k"]
) -> Int64[np.ndarray, " nodes"]:
    """One number for all nodes inside that hang together, from neighbour to neighbour."""
    return _roots(inside, neighbour)


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _roots(changed: NDArray, neighbour: NDArray) -> NDArray:
    root = np.arange(len(changed))
    for i in range(len(changed)):
        if changed[i]:
            for j in neighbour[i]:
                if changed[j]:
                    a, b = find(root, i), find(root, j)
                    root[max(a, b)] = min(a, b)
    for i in range(len(root)):
        root[i] = find(root, i)
    return root


def _reached(
    changed: Bool[np.ndarray, " nodes"], neighbour: Int32[np.ndarray, "nodes k"], start: int
) -> Bool[np.ndarray, " nodes"]:
    """Changed nodes to which a way leads from `start` over changed nodes."""
    changed = changed.copy()
    changed[start] = True
    piece = pieces(changed, neighbour)
    return changed & (piece == piece[start])
