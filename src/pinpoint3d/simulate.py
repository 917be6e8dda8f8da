"""The simulated user: where a person would click next, given what is wrong.

`Clicker` follows the click protocol of interactive segmentation: one click in the middle of every
target, then corrections in the middle of the largest error. It is exact, has no chance in it, and
a tree over the scene finds its points quickly (`_RivalTree`). `NoisyClicker` is a person whose hand
shakes and who errs. Read `Clicker`, towards the end, first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import no_type_check

import numpy as np
from jaxtyping import Bool, Float32, Int32, Int64
from numba import njit
from numpy.typing import NDArray
from scipy.spatial import KDTree

from pinpoint3d.disjoint import find
from pinpoint3d.errors import SceneError
from pinpoint3d.types import Click, Masks, Scene

N_LINKS = 12  # nearest neighbours that hold a region together; 8 leave holes in sparse scans
LEAF_POINTS = 8  # of the search tree: 4 and 16 are no faster
HEAD_START = 64  # every so manieth point is asked first, so that a good bound is found early

JITTER_M = 0.015  # m: how far beside the point meant a noisy user may click
ON_THE_PART = 0.95  # of noisy clicks stay on the part they are meant for
LARGEST_ERRORS = 3  # of which a noisy user mends any
WRONG_PART = 0.03  # of noisy clicks name another target


class _Links:
    """Which points of a scene lie side by side: the nearest neighbours of its distinct positions.

    Attributes
    ----------
    site
        Distinct position of each row, -1 for rows without one. int32 (N,).
    neighbour
        Nearest other positions of each. int32 (S, k).
    """

    def __init__(self, scene: Scene) -> None:
        valid = np.flatnonzero(scene.valid)
        xyz = scene.xyz[valid]
        order = np.lexsort(xyz.T)
        fresh = np.ones(len(order), bool)
        fresh[1:] = (xyz[order[1:]] != xyz[order[:-1]]).any(axis=1)
        self.site = np.full(len(scene), -1, np.int32)
        self.site[valid[order]] = np.cumsum(fresh, dtype=np.int32) - 1
        places = xyz[order[fresh]]
        tree = KDTree(places, balanced_tree=False, compact_nodes=False)
        k = min(N_LINKS + 1, len(places))
        _, neighbour = tree.query(places, k=k, workers=-1)
        self.neighbour = np.asarray(neighbour, np.int32).reshape(len(places), k)[:, 1:]

    def pieces(
        self, rows: Int64[np.ndarray, " rows"], kind: Int64[np.ndarray, " rows"]
    ) -> Int64[np.ndarray, " rows"]:
        """Number from 0 of the connected piece of its kind that each row lies in."""
        n_kinds = int(kind.max()) + 1
        key = self.site[rows].astype(np.int64) * n_kinds + kind
        nodes, node = np.unique(key, return_inverse=True)
        site, node_kind = np.divmod(nodes, n_kinds)
        first = np.full(len(self.neighbour), -1, np.int32)
        first[site[::-1]] = np.arange(len(site) - 1, -1, -1)  # the lowest node of a site stays
        return _joined(site, node_kind, first, self.neighbour)[node]


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _joined(site, kind, first, neighbour):
    """Piece of each node, by number from 0: nodes (site, kind), in order, linked by their sites."""
    root = np.arange(len(site))
    for i in range(len(site)):
        own = find(root, i)
        for other in neighbour[site[i]]:
            j = first[other]
            while 0 <= j < len(site) and site[j] == other and kind[j] < kind[i]:
                j += 1
            if 0 <= j < len(site) and site[j] == other and kind[j] == kind[i]:
                theirs = find(root, j)
                if theirs < own:
                    root[own] = theirs
                    own = theirs
                elif own < theirs:
                    root[theirs] = own
    piece, n_pieces = np.empty(len(root), np.int64), 0
    for i in range(len(root)):  # a root is the lowest of its piece, so it has its number already
        above = find(root, i)
        if above == i:
            piece[i] = n_pieces
            n_pieces += 1
        else:
            piece[i] = piece[above]
    return piece


@dataclass(frozen=True)
class _Marks:
    """Marks of a tree's points, and the least and the most mark under each of its nodes."""

    mark: Int32[np.ndarray, " finite"]
    least: Int32[np.ndarray, " nodes"]
    most: Int32[np.ndarray, " nodes"]


class _RivalTree:
    """A search tree over a scene's points that finds the nearest point with another mark.

    It is built once a scene. Marking it costs one pass over the points, and branches whose points
    all bear the mark of the one asked about are never entered, so large regions cost no more than
    small ones. Boxes over runs of points in k-d order, two to a node up to the root, which is node
    1; the children of node i are 2i and 2i + 1.
    """

    def __init__(self, scene: Scene) -> None:
        rows = np.flatnonzero(scene.valid)
        order = KDTree(scene.xyz[rows], balanced_tree=False, compact_nodes=False).indices
        self.rows = rows[order].astype(np.int32)
        self.xyz = scene.xyz[self.rows]
        self.place = np.full(len(scene), -1, np.int32)
        self.place[self.rows] = np.arange(len(rows), dtype=np.int32)
        n_leaves = 1 << max(0, -(-len(rows) // LEAF_POINTS) - 1).bit_length()
        self.lower = np.stack(
            [_up_the_tree(np.minimum, self.xyz[:, i], np.inf, n_leaves) for i in range(3)], axis=1
        )
        self.upper = np.stack(
            [_up_the_tree(np.maximum, self.xyz[:, i], -np.inf, n_leaves) for i in range(3)], axis=1
        )

    def marked(self, marks: Int32[np.ndarray, " points"]) -> _Marks:
        """Marks of the scene's points, laid out for `deepest`."""
        n_leaves = len(self.lower) // 2
        bounds = np.iinfo(np.int32)
        mark = marks[self.rows]
        least = _up_the_tree(np.minimum, mark, bounds.max, n_leaves)
        return _Marks(mark, least, _up_the_tree(np.maximum, mark, bounds.min, n_leaves))

    def deepest(self, marks: _Marks, rows: Int64[np.ndarray, " rows"]) -> tuple[int, float]:
        """Row with the greatest squared distance to the nearest point of another mark, and that.

        The lowest row of several; infinity where no point bears another mark.
        """
        places = np.sort(self.place[rows])  # neighbours one after the other
        place, squared = _deepest(
            np.concatenate([places[::HEAD_START], places]),
            self.rows,
            self.xyz,
            marks.mark,
            self.lower,
            self.upper,
            marks.least,
            marks.most,
        )
        return int(self.rows[place]), float(squared)


def _up_the_tree(
    join: np.ufunc, values: NDArray, neutral: int | float, n_leaves: int
) -> Float32[np.ndarray, " nodes"] | Int32[np.ndarray, " nodes"]:
    """Values of points in leaf order joined in every node of a tree, (2 * n_leaves,)."""
    padded = np.full(n_leaves * LEAF_POINTS, neutral, values.dtype)
    padded[: len(values)] = values
    nodes = np.full(2 * n_leaves, neutral, values.dtype)
    join.reduce(padded.reshape(n_leaves, LEAF_POINTS), axis=1, out=nodes[n_leaves:])
    while n_leaves > 1:
        children = nodes[n_leaves : 2 * n_leaves]
        n_leaves //= 2
        join(children[::2], children[1::2], out=nodes[n_leaves : 2 * n_leaves])
    return nodes


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _deepest(places, rows, xyz, mark, lower, upper, least, most):
    """Place of the deepest of the points asked, lowest row first, and its squared depth.

    A point is given up as soon as a point of another mark is nearer to it than the deepest so far
    is deep; for most the rival of the point before is. Distances to boxes are rounded as those to
    points are, so pruning stays exact.
    """
    n_leaves = len(least) // 2
    stack = np.empty(64, np.int64)  # two a level, and a level for each bit of 2^31 points
    distance = np.empty(64, np.float64)
    best_place, best, rival = places[0], -1.0, places[0]
    for p in places:
        x, y, z = np.float64(xyz[p, 0]), np.float64(xyz[p, 1]), np.float64(xyz[p, 2])
        mine = mark[p]
        nearest = np.inf
        if mark[rival] != mine:
            dx, dy, dz = xyz[rival, 0] - x, xyz[rival, 1] - y, xyz[rival, 2] - z
            nearest = dx * dx + dy * dy + dz * dz
        stack[0], distance[0], size = 1, 0.0, 1
        while size > 0 and nearest >= best:
            size -= 1
            node = stack[size]
            if distance[size] >= nearest:
                continue
            if node >= n_leaves:
                start = (node - n_leaves) * LEAF_POINTS
                for j in range(start, min(start + LEAF_POINTS, len(mark))):
                    if mark[j] != mine:
                        dx, dy, dz = xyz[j, 0] - x, xyz[j, 1] - y, xyz[j, 2] - z
                        squared = dx * dx + dy * dy + dz * dz
                        if squared < nearest:
                            nearest, rival = squared, j
                continue
            near = size
            for child in (2 * node, 2 * node + 1):
                if least[child] >= mine and most[child] <= mine:
                    continue
                dx = max(lower[child, 0] - x, x - upper[child, 0], 0.0)
                dy = max(lower[child, 1] - y, y - upper[child, 1], 0.0)
                dz = max(lower[child, 2] - z, z - upper[child, 2], 0.0)
                stack[size], distance[size] = child, dx * dx + dy * dy + dz * dz
                size += 1
            if size == near + 2 and distance[near] < distance[near + 1]:
                stack[near], stack[near + 1] = stack[near + 1], stack[near]
                distance[near], distance[near + 1] = distance[near + 1], distance[near]
        if nearest > best or (nearest == best and rows[p] < rows[best_place]):
            best_place, best = p, nearest
    return best_place, best


class SceneIndex:
    """What a `Clicker` prepares about a scene; several may share it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    @cached_property
    def tree(self) -> _RivalTree:
        """Finds deepest points."""
        return _RivalTree(self._scene)

    @cached_property
    def links(self) -> _Links:
        """Finds connected pieces."""
        return _Links(self._scene)


class Clicker:
    """A person who knows the truth and clicks on what is wrong.

    Parameters
    ----------
    scene
        What is segmented. Points without a finite position are never clicked nor looked at.
    truth
        The right label of every point. Merge its parts (all 0) to ask for whole objects.
    targets
        The (object, part) pairs asked for. Points of a target's object that are of no target belong
        to part 0 of that object, and all others to background.
    connected
        Whether wrong points that lie apart are different errors, though they are of the same kind.
        Two lie together if each can be reached from the other over wrong points of the kind, from
        point to one of its 12 nearest positions in the scene or back.
    compat
        Count errors as the evaluators of AGILE3D and PinPoint3D do, so that figures compare with
        published ones: whatever belongs to no target, the rest of its object too, is background in
        the truth and in every answer, and errors that lie apart are one (`connected` is off).
    index
        What another clicker has prepared about the same scene; made where it is needed if None.

    Raises
    ------
    SceneError
        If the truth does not fit the scene, or there is no target, or one is background, comes
        twice or has no points.
    """

    def __init__(
        self,
        scene: Scene,
        truth: Masks,
        targets: Sequence[tuple[int, int]],
        *,
        connected: bool = True,
        compat: bool = False,
        index: SceneIndex | None = None,
    ) -> None:
        if len(truth) != len(scene):
            raise SceneError(f"a truth of {len(truth):,} points for a scene of {len(scene):,}.")
        self._scene = scene
        self._index = index or SceneIndex(scene)
        self._targets = _checked(targets)
        rests = {(object_id, 0) for object_id, _ in targets} - set(targets)
        self._rests = [] if compat else sorted(rests)
        self._compat = compat
        self._connected = connected and not compat
        self._target_of_point = self._targets_of(truth)
        for place, (object_id, part_id) in enumerate(self._targets, start=1):
            if not (self._target_of_point == place).any():
                raise SceneError(f"object {object_id}, part {part_id} has no points in the truth.")
        self._truth = self._labels_of(truth)

    def first_clicks(self) -> list[Click]:
        """One click for every target, in their order, at the deepest point of its true mask.

        That is the point farthest from all points outside the mask; of several the lowest row. In
        a mask that is the whole scene it is the point nearest to the centroid.
        """
        marks = self._index.tree.marked(self._target_of_point)
        return [
            Click(self._middle(marks, self._target_of_point == place), object_id, part_id)
            for place, (object_id, part_id) in enumerate(self._targets, start=1)
        ]

    def next_click(self, masks: Masks) -> Click | None:
        """The click that corrects the largest error of `masks`; None when nothing is wrong.

        An error is a region of points with the same right label and the same wrong one. The largest
        has the greatest distance from its deepest point to a point outside it; that deepest point
        is clicked, with its right label. Of several the lowest row is taken.
        """
        found = self.errors(masks, most=1)
        return found[0] if found else None

    def errors(self, masks: Masks, most: int) -> list[Click]:
        """Clicks that correct the `most` largest errors of `masks`, the largest first."""
        if len(masks) != len(self._scene):
            raise SceneError(f"masks of {len(masks):,} points for a scene of {len(self._scene):,}.")
        predicted = self._labels_of(masks)
        wrong = predicted != self._truth
        rows = np.flatnonzero(wrong)
        if len(rows) == 0:
            return []
        kind = self._truth[rows].astype(np.int64) * len(self._labels) + predicted[rows]
        region = np.zeros(len(self._scene), np.int32)
        if self._connected:
            region[rows] = self._index.links.pieces(rows, kind) + 1
        else:
            region[rows] = np.unique(kind, return_inverse=True)[1] + 1
        marks = self._index.tree.marked(region)
        clicks = []
        while len(clicks) < most and wrong.any():
            row = self._middle(marks, wrong)
            clicks.append(Click(row, *self._labels[self._truth[row]]))
            wrong &= region != region[row]
        return clicks

    def label_of(self, row: int) -> tuple[int, int]:
        """Right (object, part) of a point, as a click on it would name it."""
        return self._labels[self._truth[row]]

    @property
    def scene(self) -> Scene:
        """What is clicked on."""
        return self._scene

    @property
    def targets(self) -> tuple[tuple[int, int], ...]:
        """The (object, part) pairs asked for."""
        return self._targets

    @property
    def _labels(self) -> list[tuple[int, int]]:
        """Background, targets and rests, in the order that `_labels_of` counts them."""
        return [(0, 0), *self._targets, *self._rests]

    def _targets_of(self, masks: Masks) -> Int32[np.ndarray, " points"]:
        """Target of each finite point, counted from 1, and 0 for the others."""
        places = np.zeros(len(masks), np.int32)
        for place, (object_id, part_id) in enumerate(self._targets, start=1):
            places[(masks.object == object_id) & (masks.part == part_id)] = place
        places[~self._scene.valid] = 0
        return places

    def _labels_of(self, masks: Masks) -> Int32[np.ndarray, " points"]:
        """Place in `_labels` of each finite point's label."""
        places = self._targets_of(masks)
        if self._compat:
            return places
        for place, (object_id, part_id) in enumerate(self._labels[1:], start=1):
            if part_id == 0:
                rest = (masks.object == object_id) & (places == 0)
                places[rest & self._scene.valid] = place
        return places

    def _middle(self, marks: _Marks, inside: Bool[np.ndarray, " points"]) -> int:
        """Deepest of the points inside, by the marks; nearest to the centroid if all are marked."""
        rows = np.flatnonzero(inside)
        row, squared = self._index.tree.deepest(marks, rows)
        if np.isfinite(squared):
            return row
        offset = self._scene.xyz[rows].astype(np.float64)
        offset -= offset.mean(axis=0)
        return int(rows[np.argmin((offset**2).sum(axis=1))])


class NoisyClicker:
    """A person whose hand shakes, who overlooks the largest error, and who sometimes errs.

    Clicks fall evenly on the points within 1.5 cm of the one meant, for 95 % of clicks on those of
    the part meant; any of the three largest errors is mended; 3 % of clicks name another target.

    Parameters
    ----------
    clicker
        Who knows what is right and wrong.
    rng
        Where the chance comes from; the same state gives the same clicks.
    """

    def __init__(self, clicker: Clicker, rng: np.random.Generator) -> None:
        self._clicker = clicker
        self._rng = rng

    def first_clicks(self) -> list[Click]:
        """One click for every target, in their order, about the middle of each."""
        return [self._slipped(click) for click in self._clicker.first_clicks()]

    def next_click(self, masks: Masks) -> Click | None:
        """A click meant for one of the largest errors; None when nothing is wrong."""
        errors = self._clicker.errors(masks, most=LARGEST_ERRORS)
        return self._slipped(errors[int(self._rng.integers(len(errors)))]) if errors else None

    def _slipped(self, meant: Click) -> Click:
        """The click that a hand makes of it."""
        scene, rng = self._clicker.scene, self._rng
        assert meant.point is not None  # a clicker names rows
        apart = np.linalg.norm(scene.xyz - scene.xyz[meant.point], axis=1)
        near = np.flatnonzero(apart <= JITTER_M).tolist()
        if rng.random() < ON_THE_PART:
            right = self._clicker.label_of(int(meant.point))
            near = [row for row in near if self._clicker.label_of(row) == right]
        row = near[int(rng.integers(len(near)))]
        label = (int(meant.object), int(meant.part))
        others = [target for target in self._clicker.targets if target != label]
        if rng.random() < WRONG_PART and others:
            label = others[int(rng.integers(len(others)))]
        return Click(row, *label)


def _checked(targets: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    if not targets:
        raise SceneError("there is no target to click on; name at least one object and part.")
    if len(set(targets)) < len(targets):
        raise SceneError("a target is named twice; name each object and part once.")
    for object_id, part_id in targets:
        if object_id <= 0 or part_id < 0:
            raise SceneError(
                f"object {object_id}, part {part_id} is no target; objects start at 1."
            )
    return tuple(targets)
