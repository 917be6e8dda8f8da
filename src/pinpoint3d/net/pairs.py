"""Pair features: how each superpoint, and each node, lies to the clicks of every label.

`Question` says what is asked about one object; `superpoint_pairs` and `node_pairs` measure every
place against every label, and against the best of the label's rivals. Nothing here is learned:
these are the numbers that a person would look at, and most of what one click says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import no_type_check

import numpy as np
from jaxtyping import Bool, Float16, Float32, Int32, Int64
from numba import njit, prange
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from pinpoint3d.net.view import View
from pinpoint3d.net.walks import N_WALKS, walk

BACKGROUND, OBJECT, REST, PART = range(4)
"""Kinds of labels."""

N_FIELDS = 5
N_SUPERPOINT_PAIRS = 27
N_NODE_PAIRS = 13 + 2 * N_WALKS
FAR = 6.0  # what a logarithm of a distance is at most; labels without clicks are as far
CLOSEST = 0.5  # nodes: distances below are alike
NOWHERE = 1e9  # m
ROOTS = 3.0  # height of the merge tree above which all is one


@dataclass(frozen=True)
class Question:
    """What is asked about one object: K clicks, C labels in two groups.

    The first two labels are the background (with all other objects) and the object; the others are
    the rest of the object and its parts. An object alone is asked for as one of a single part.

    Attributes
    ----------
    parts
        Part ids asked for, without the rest; one at least.
    node
        Node of the view that each click lies on. int32 (K,).
    is_object
        Whether each click is on the object. bool (K,).
    part
        Part that each click names, 0 for the rest. int32 (K,).
    corrections
        Which clicks, by number, correct the last answer, which did not know them.
    """

    parts: tuple[int, ...]
    node: Int32[np.ndarray, " clicks"]
    is_object: Bool[np.ndarray, " clicks"]
    part: Int32[np.ndarray, " clicks"]
    corrections: tuple[int, ...] = ()

    @property
    def n_labels(self) -> int:
        """C."""
        return PART + len(self.parts)

    @cached_property
    def kind(self) -> Int32[np.ndarray, " labels"]:
        """Kind of each label."""
        return np.array([BACKGROUND, OBJECT, REST] + [PART] * len(self.parts), np.int32)

    @property
    def groups(self) -> tuple[slice, slice]:
        """The labels that exclude each other."""
        return slice(0, REST), slice(REST, self.n_labels)

    @cached_property
    def member(self) -> Bool[np.ndarray, "clicks labels"]:
        """Which clicks speak for which labels."""
        member = np.zeros((len(self.node), self.n_labels), bool)
        for labels in self.speaks_for.T:
            rows = np.flatnonzero(labels >= 0)
            member[rows, labels[rows]] = True
        return member

    @property
    def speaks_for(self) -> Int32[np.ndarray, "clicks 2"]:
        """The one or two labels of each click, one of each group; -1 where it has none."""
        labels = np.full((len(self.node), 2), -1, np.int32)
        labels[:, 0] = self.is_object
        for column, part in enumerate((0, *self.parts), start=REST):
            labels[self.is_object & (self.part == part), 1] = column
        return labels


def recalled(
    answer: Int32[np.ndarray, " nodes"],
    confidence: Float32[np.ndarray, " nodes"],
    question: Question,
) -> Float32[np.ndarray, "nodes labels"]:
    """Probabilities of all labels on each node, as far as an answer tells them.

    Parameters
    ----------
    answer
        0 for the background, 1 for the object's rest, 2 and up for its parts.
    confidence
        Of that answer; what is left of it is spread over the others.
    """
    n = 2 + len(question.parts)
    chance = np.repeat(((1 - confidence) / (n - 1))[:, None], n, axis=1)
    chance[np.arange(len(answer)), answer] = confidence
    return np.column_stack([chance[:, 0], 1 - chance[:, 0], chance[:, 1:]]).astype(np.float32)


@dataclass(frozen=True)
class ClickFields:
    """Distances from one click.

    Attributes
    ----------
    superpoints
        To every superpoint: straight, along the surface, the same with creases and with colour
        steps as detours, all in metres; and the height of the merge tree at which both join.
    nodes
        To every node along the surface, metres: `walks.walk`.
    """

    superpoints: Float32[np.ndarray, "fields superpoints"]
    nodes: Float16[np.ndarray, "walks nodes"]

    def within(
        self, superpoints: Int64[np.ndarray, " kept"], nodes: Int64[np.ndarray, " rows"]
    ) -> "ClickFields":
        """Those to some superpoints and nodes alone."""
        return ClickFields(self.superpoints[:, superpoints], self.nodes[:, nodes])


def click_fields(view: View, node: int) -> ClickFields:
    """Distances from a click on a node."""
    superpoint = int(view.superpoint[node])
    fields = np.empty((N_FIELDS, view.n_superpoints), np.float32)
    fields[0] = np.linalg.norm(view.centre - view.xyz[node], axis=1)
    for row, network in enumerate(view.networks, start=1):
        fields[row] = dijkstra(network, directed=True, indices=superpoint)
    fields[4] = view.joined_at(superpoint)
    return ClickFields(fields, walk(view, node))


def superpoint_pairs(
    view: View,
    question: Question,
    fields: Sequence[ClickFields],
    previous: Float32[np.ndarray, "superpoints labels"] | None,
) -> Float32[np.ndarray, "superpoints labels 27"]:
    """Features of every superpoint and label.

    Parameters
    ----------
    fields
        `click_fields` of every click.
    previous
        Probabilities of the last answer, or None before there is one.
    """
    member, n = question.member, view.n_superpoints
    distance = np.zeros((len(fields), N_FIELDS, n), np.float32)
    for k, field in enumerate(fields):
        distance[k] = field.superpoints
    x = np.zeros((n, question.n_labels, N_SUPERPOINT_PAIRS), np.float32)
    own = _least(distance, member)  # (fields, superpoints, labels)
    other = _rival(own, question.groups)
    scale = np.float32(view.size)
    for k in range(4):
        x[..., k] = _logarithm(own[k] / scale)
        x[..., 5 + k] = _ratio(own[k], other[k], CLOSEST * scale)
    x[..., 4] = np.minimum(own[4], ROOTS)
    x[..., 9] = np.minimum(own[4], ROOTS) - np.minimum(other[4], ROOTS)
    x[..., 10] = np.minimum(own[0], 3)  # in metres as well, for kinds of things have sizes

    nearest = _nearest_click(distance[:, 0], member)  # (superpoints, labels), -1 without clicks
    rival = _rival_click(own[0], nearest, question.groups)
    place = view.superpoint[question.node]
    for first, click in ((11, nearest), (16, rival)):
        known = click >= 0
        at = question.node[np.maximum(click, 0)] if len(question.node) else np.zeros_like(click)
        step = view.centre[:, None] - view.xyz[at]
        length = np.maximum(np.linalg.norm(step, axis=2), scale)
        normal = view.normal[at]
        x[..., first] = known * np.abs((step * normal).sum(axis=2)) / length
        x[..., first + 1] = known * np.abs((view.facing[:, None] * normal).sum(axis=2))
        x[..., first + 2] = known * step[..., 2] / length
        if view.rgb is not None:
            apart = np.linalg.norm(view.colour[:, None] - view.rgb[at], axis=2)
            x[..., first + 3] = known * apart
    if view.rgb is not None:
        x[..., 15] = x[..., 19] - x[..., 14]
    between = _between(view, question, nearest, rival)
    x[..., 20] = np.minimum(np.minimum(own[0], NOWHERE) / between, 4)
    x[:, ~member.any(axis=0), 21] = 1
    for k, superpoint in enumerate(place):
        x[superpoint, member[k], 22] = 1
        for group in question.groups:
            if member[k, group].any():
                columns = np.arange(question.n_labels)[group]
                x[superpoint, columns[~member[k, group]], 23] = 1
    if previous is not None:
        x[..., 24] = 2 * previous - 1
    if question.corrections:
        new = list(question.corrections)
        own = _least(distance[new, 1:2], member[new])
        x[..., 25] = _closeness(own[0] / scale)
        x[..., 26] = _closeness(_rival(own, question.groups)[0] / scale)
    return x


def node_pairs(
    view: View,
    rows: Int32[np.ndarray, " rows"],
    question: Question,
    fields: Sequence[ClickFields],
    previous: Float32[np.ndarray, "rows labels"] | None,
) -> Float32[np.ndarray, "rows labels 19"]:
    """Features of some nodes and every label.

    For the nearest click of the label and of its nearest rival: distances, how far off the click's
    plane, angle of the normals, height, difference of colour; and the distances along the surface,
    also to corrections alone.

    Parameters
    ----------
    fields
        `click_fields` of every click.
    previous
        Probabilities of the last answer, or None before there is one.
    """
    group = np.zeros(question.n_labels, np.int32)
    for number, columns in enumerate(question.groups):
        group[columns] = number
    colour = np.zeros((len(view), 0), np.float32) if view.rgb is None else view.rgb
    walked = np.empty((len(fields), N_WALKS, len(rows)), np.float32)
    for k, field in enumerate(fields):
        walked[k] = field.nodes[:, rows]
    corrects = np.zeros(len(fields), bool)
    corrects[list(question.corrections)] = True
    x = _node_pairs(
        view.xyz, view.normal, colour, rows, question.node, question.speaks_for, group,
        np.float32(view.size), walked, corrects,
    )  # fmt: skip
    if previous is not None:
        x[..., 10] = 2 * previous - 1
    return x


@njit(cache=True, parallel=True)
@no_type_check  # numba compiles the plain function
def _node_pairs(
    xyz: NDArray,
    normal: NDArray,
    colour: NDArray,
    rows: NDArray,
    clicked: NDArray,
    speaks_for: NDArray,
    group: NDArray,
    size: float,
    walked: NDArray,
    corrects: NDArray,
) -> NDArray:
    """All the features of `node_pairs` but the last answer; `speaks_for` two labels a click."""
    is_corrected = corrects.any()
    n_labels = len(group)
    out = np.zeros((len(rows), n_labels, N_NODE_PAIRS), np.float32)
    closest = np.float32(CLOSEST) * size
    far = np.float32(1e4) * closest
    for r in prange(len(rows)):
        i = rows[r]
        own = np.full(n_labels, np.float32(np.inf))
        nearest = np.full(n_labels, -1, np.int64)
        rival = np.empty(n_labels, np.int64)
        for k in range(len(clicked)):
            squared = np.float32(0)
            for c in range(3):
                squared += (xyz[i, c] - xyz[clicked[k], c]) ** 2
            distance = np.sqrt(squared)
            for label in speaks_for[k]:
                if label >= 0 and distance < own[label]:
                    own[label], nearest[label] = distance, k
        _rivals(own, group, rival)
        for label in range(n_labels):
            other = rival[label]
            beside = np.float32(np.inf) if other < 0 else own[other]
            x = out[r, label]
            x[0] = min(np.log1p(own[label] / size), FAR) / 3
            ratio = np.log((min(own[label], far) + closest) / (min(beside, far) + closest))
            x[1] = min(max(ratio, -3), 3)
            for side in range(2):
                k = nearest[label] if side == 0 else (-1 if other < 0 else nearest[other])
                if k < 0:
                    continue
                j = clicked[k]
                length = max(own[label] if side == 0 else beside, size)
                off, parallel, squared = np.float32(0), np.float32(0), np.float32(0)
                for c in range(3):
                    off += (xyz[i, c] - xyz[j, c]) * normal[j, c]
                    parallel += normal[i, c] * normal[j, c]
                for c in range(colour.shape[1]):
                    squared += (colour[i, c] - colour[j, c]) ** 2
                first = 2 + 4 * side
                x[first] = abs(off) / length
                x[first + 1] = abs(parallel)
                x[first + 2] = (xyz[i, 2] - xyz[j, 2]) / length
                x[first + 3] = np.sqrt(squared)
        for f in range(N_WALKS):
            own[:] = np.float32(np.inf)
            for k in range(len(clicked)):
                for label in speaks_for[k]:
                    if label >= 0:
                        own[label] = min(own[label], walked[k, f, r])
            _rivals(own, group, rival)
            for label in range(n_labels):
                beside = np.float32(np.inf) if rival[label] < 0 else own[rival[label]]
                x = out[r, label]
                x[11 + 2 * f] = min(np.log1p(own[label] / size), FAR) / 3
                ratio = np.log((min(own[label], far) + closest) / (min(beside, far) + closest))
                x[12 + 2 * f] = min(max(ratio, -3), 3)
        if not is_corrected:
            continue
        own[:] = np.float32(np.inf)
        for k in np.flatnonzero(corrects):
            for label in speaks_for[k]:
                if label >= 0:
                    own[label] = min(own[label], walked[k, 0, r])
        _rivals(own, group, rival)
        for label in range(n_labels):
            beside = np.float32(np.inf) if rival[label] < 0 else own[rival[label]]
            x = out[r, label]
            x[N_NODE_PAIRS - 2] = max(1 - np.log1p(own[label] / size) / FAR, 0)
            x[N_NODE_PAIRS - 1] = max(1 - np.log1p(beside / size) / FAR, 0)
    return out


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _rivals(own: NDArray, group: NDArray, out: NDArray) -> None:
    """The nearest other label of each label's group, the first of equals; -1 where none is."""
    start = 0
    while start < len(own):
        end, best, second = start, -1, -1
        while end < len(own) and group[end] == group[start]:
            if best < 0 or own[end] < own[best]:
                best, second = end, best
            elif second < 0 or own[end] < own[second]:
                second = end
            end += 1
        for label in range(start, end):
            out[label] = second if label == best else best
        start = end


def _least(
    distance: Float32[np.ndarray, "clicks fields places"], member: Bool[np.ndarray, "clicks labels"]
) -> Float32[np.ndarray, "fields places labels"]:
    """Least distance to the clicks of each label; infinite for labels without."""
    out = np.full((*distance.shape[1:], member.shape[1]), np.inf, np.float32)
    for label in range(member.shape[1]):
        mine = member[:, label]
        if mine.any():
            out[..., label] = distance[mine].min(axis=0)
    return out


def _rival(
    own: Float32[np.ndarray, "fields places labels"], groups: tuple[slice, ...]
) -> Float32[np.ndarray, "fields places labels"]:
    """Least distance to any other label of the same group."""
    out = np.full_like(own, np.inf)
    for group in groups:
        mine = own[..., group]
        if mine.shape[-1] < 2:
            continue
        best = mine.argmin(axis=-1, keepdims=True)
        two = np.partition(mine, 1, axis=-1)[..., :2]
        is_best = np.arange(mine.shape[-1]) == best
        out[..., group] = np.where(is_best, two[..., 1:2], two[..., :1])
    return out


def _nearest_click(
    straight: Float32[np.ndarray, "clicks places"], member: Bool[np.ndarray, "clicks labels"]
) -> Int32[np.ndarray, "places labels"]:
    """Nearest click of each label; -1 for labels without."""
    out = np.full((straight.shape[1], member.shape[1]), -1, np.int32)
    for label in range(member.shape[1]):
        mine = np.flatnonzero(member[:, label])
        if len(mine):
            out[:, label] = mine[straight[mine].argmin(axis=0)]
    return out


def _rival_click(
    own: Float32[np.ndarray, "places labels"],
    nearest: Int32[np.ndarray, "places labels"],
    groups: tuple[slice, ...],
) -> Int32[np.ndarray, "places labels"]:
    """Nearest click of any other label of the same group; -1 where there is none."""
    out = np.full_like(nearest, -1)
    rows = np.arange(len(own))
    for group in groups:
        columns = np.arange(own.shape[1])[group]
        for column in columns:
            others = columns[columns != column]
            if len(others):
                best = others[own[:, others].argmin(axis=1)]
                out[:, column] = nearest[rows, best]
    return out


def _between(
    view: View,
    question: Question,
    nearest: Int32[np.ndarray, "places labels"],
    rival: Int32[np.ndarray, "places labels"],
) -> Float32[np.ndarray, "places labels"]:
    """Metres from the nearest click of each label to that of its rival; very many without one."""
    if len(question.node) == 0:
        return np.full(nearest.shape, NOWHERE, np.float32)
    clicked = view.xyz[question.node]
    apart = np.linalg.norm(clicked[:, None] - clicked[None], axis=2).astype(np.float32)
    found = np.maximum(apart, view.size)[np.maximum(nearest, 0), np.maximum(rival, 0)]
    return np.where((nearest >= 0) & (rival >= 0), found, np.float32(NOWHERE))


def _logarithm(nodes: Float32[np.ndarray, "places labels"]) -> Float32[np.ndarray, "places labels"]:
    """Logarithm of a distance in nodes, brought to about one."""
    return np.minimum(np.log1p(nodes), FAR) / 3


def _closeness(nodes: Float32[np.ndarray, "places labels"]) -> Float32[np.ndarray, "places labels"]:
    """1 at a distance of 0, falling with its logarithm to 0."""
    return np.maximum(1 - np.log1p(nodes) / FAR, 0)


def _ratio(
    own: Float32[np.ndarray, "places labels"],
    other: Float32[np.ndarray, "places labels"],
    closest: np.floating | float,
) -> Float32[np.ndarray, "places labels"]:
    """Logarithm of own distance over the rival's, within 3; 0 where neither label has a click."""
    far = np.float32(1e4) * closest
    return np.clip(
        np.log((np.minimum(own, far) + closest) / (np.minimum(other, far) + closest)), -3, 3
    ).astype(np.float32)
