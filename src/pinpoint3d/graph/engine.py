"""The training-free engine: superpoints, their merge tree, and random walks between clicks.

`GraphSegmenter.encode` computes surfaces (`surface.py`); `GraphEncodedScene.segment` decides
objects first and parts inside them on superpoints (`claims.py`), and then where exactly they end
(`boundary.py`). A large scene is encoded in windows round the clicks.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float32, Int32

from pinpoint3d.graph.boundary import band, refine_nodes, surface_node_of_rows
from pinpoint3d.graph.claims import CLAIMED, Seeds, resolve
from pinpoint3d.graph.guarantees import NodeGraph, keep_clicked
from pinpoint3d.graph.readings import Reading, readings
from pinpoint3d.graph.replay import Answer, Fresh, Replay, StandingClicks
from pinpoint3d.graph.suggest import suggested
from pinpoint3d.graph.surface import Surface, encode_surface
from pinpoint3d.graph.windows import WHOLE_SCENE_POINTS, Window, Windows
from pinpoint3d.recent import Recent
from pinpoint3d.snap import SnappedClicks, snap_clicks
from pinpoint3d.types import Candidate, Click, Masks, Scene, Suggestion

OBJECT_LIMIT = 1.05  # height at which most objects part from their support; see docs/log.md
JOINT_LIMIT = 1.8  # for an object of which several parts are known: it does bend that much
CACHED_WINDOWS = 4


class GraphSegmenter:
    """Needs no training: shape and colour alone say what belongs together."""

    name = "graph"

    def __init__(self, *, whole_scene_points: int = WHOLE_SCENE_POINTS) -> None:
        """Scenes of more than `whole_scene_points` are encoded in windows round their clicks."""
        self._whole_scene_points = whole_scene_points

    def encode(self, scene: Scene) -> "GraphEncodedScene":
        """Superpoints, graph and merge tree of the scene (of a large one: once it is clicked)."""
        return GraphEncodedScene(scene, Windows(scene, self._whole_scene_points))


class GraphEncodedScene:
    """A scene with its surfaces; made by `GraphSegmenter.encode`."""

    name = "graph"

    def __init__(self, scene: Scene, windows: Windows) -> None:
        self._scene = scene
        self._windows = windows
        self._surfaces: Recent[Window, Surface] = Recent(CACHED_WINDOWS)
        self._replay = Replay(self._fresh, self._around_last)
        if self._windows.whole is not None:
            self._surface(self._windows.whole)

    @property
    def scene(self) -> Scene:
        """The scene that was encoded."""
        return self._scene

    def segment(self, clicks: Sequence[Click]) -> Masks:
        """Object, part and confidence of every point, given all clicks so far in their order."""
        standing = StandingClicks.of(self._scene, clicks)
        if len(standing) == 0:
            return Masks.empty(len(self._scene))
        return self._replay.answer(standing)

    def _fresh(self, clicks: StandingClicks, _: Answer | None) -> Fresh:
        """Masks from all clicks at once."""
        objects = np.zeros(len(self._scene), np.int32)
        parts = np.zeros(len(self._scene), np.int32)
        confidence = np.where(self._scene.valid, CLAIMED, np.float32(0))
        for window, members in self._windows.around(clicks.snapped):
            surface = self._surface(window)
            granularity = [clicks.granularity[i] for i in members]
            answer = _segment_surface(self._scene, surface, clicks.snapped, members, granularity)
            objects[surface.rows] = answer.object
            parts[surface.rows] = answer.part
            confidence[surface.rows] = answer.confidence
        return Fresh(keep_clicked(Masks(objects, parts, confidence), clicks.snapped))

    def _around_last(self, clicks: StandingClicks) -> NodeGraph | None:
        """Nodes of the window that the last click lies in, if it lies in one."""
        for window, members in self._windows.around(clicks.snapped):
            if len(clicks) - 1 in members:
                return self._surface(window).node_graph
        return None

    def candidates(self, click: Click) -> list[Candidate]:
        """Possible readings of one click, small to large, each inside the next."""
        snapped = snap_clicks(self._scene, [click])
        [(window, _)] = self._windows.around(snapped, objects_only=False)
        surface = self._surface(window)
        node = surface.nodes.node_of_point[snapped.rows[0]]
        found = readings(surface.tree, int(surface.superpoint[node]), OBJECT_LIMIT)
        return [self._candidate(surface, reading) for reading in found]

    def suggest(self, clicks: Sequence[Click]) -> list[Suggestion]:
        """Places where a click would help most after those so far, the best first."""
        snapped = snap_clicks(self._scene, clicks)
        graphs = [self._surface(window).node_graph for window, _ in self._windows.around(snapped)]
        return suggested(self.segment(clicks), graphs, snapped)

    def _candidate(self, surface: Surface, reading: Reading) -> Candidate:
        inside = np.zeros(len(surface.graph), bool)
        inside[surface.tree.members(reading.entry)] = True
        mask = np.zeros(len(self._scene), bool)
        mask[surface.rows] = inside[surface.superpoint[surface.nodes.node_of_point[surface.rows]]]
        return Candidate(mask, reading.score)

    def _surface(self, window: Window) -> Surface:
        """Surface of a window, computed once and kept while it is in use."""
        return self._surfaces.of(
            window, lambda: encode_surface(self._scene, self._windows.rows(window))
        )


def _segment_surface(
    scene: Scene,
    surface: Surface,
    clicks: SnappedClicks,
    members: Sequence[int],
    granularity: Sequence[float | None],
) -> Masks:
    """Masks of the window's rows from the clicks that lie in it."""
    node = surface.nodes.node_of_point[clicks.rows[list(members)]]
    objects, parts = clicks.objects[list(members)], clicks.parts[list(members)]
    kinds, probability = label_superpoints(surface, node, objects, parts, granularity)
    label_of_click = np.array(
        [kinds.index((int(o), int(p))) for o, p in zip(objects, parts, strict=True)], np.int32
    )
    on_nodes = _label_nodes(surface, probability, node, label_of_click)
    label = on_nodes.argmax(axis=1).astype(np.int32)
    objects, parts = np.array(kinds, np.int32)[label].T
    confidence = np.clip(on_nodes.max(axis=1), 0, 1)
    node_of_row = surface_node_of_rows(scene, surface, label)
    return Masks(objects[node_of_row], parts[node_of_row], confidence[node_of_row])


def label_superpoints(
    surface: Surface,
    node: Int32[np.ndarray, " clicks"],
    objects: Int32[np.ndarray, " clicks"],
    parts: Int32[np.ndarray, " clicks"],
    granularity: Sequence[float | None],
) -> tuple[list[tuple[int, int]], Float32[np.ndarray, "superpoints labels"]]:
    """The labels in play, background first, and their probabilities on every superpoint."""
    superpoint = surface.superpoint[node]
    everywhere = np.ones(len(surface.graph), bool)
    ids = [0, *sorted({int(o) for o in objects} - {0})]
    column = np.searchsorted(ids, objects).astype(np.int32)
    several = [len(set(parts[objects == i].tolist())) > 1 for i in ids]
    limit = np.where(np.array(several)[column], JOINT_LIMIT, OBJECT_LIMIT).astype(np.float32)
    for i, wanted in enumerate(granularity):
        if wanted is not None and objects[i] != 0 and parts[i] == 0:
            limit[i] = _limit_of(surface, int(superpoint[i]), wanted)
    further = _further(objects, parts)
    p_object = resolve(surface, Seeds(superpoint, column, limit, further, len(ids)), everywhere)

    kinds: list[tuple[int, int]] = [(0, 0)]
    columns = [p_object[:, 0]]
    for k, object_id in enumerate(ids[1:], start=1):
        mine = np.flatnonzero(objects == object_id)
        region = p_object[:, k] >= p_object.max(axis=1)
        region[superpoint[mine]] = True
        part_ids = [0, *sorted({int(p) for p in parts[mine]} - {0})]
        p_part = np.ones((len(surface.graph), 1), np.float32)
        if len(part_ids) > 1:
            wanted = [granularity[i] for i in mine.tolist()]
            seeds = _part_seeds(
                surface, superpoint[mine], parts[mine], further[mine], part_ids, wanted
            )
            p_part = resolve(surface, seeds, region)
        for c, part_id in enumerate(part_ids):
            kinds.append((object_id, part_id))
            columns.append(p_object[:, k] * p_part[:, c])
    return kinds, np.stack(columns, axis=1)


def _part_seeds(
    surface: Surface,
    superpoint: Int32[np.ndarray, " clicks"],
    parts: Int32[np.ndarray, " clicks"],
    further: Bool[np.ndarray, " clicks"],
    part_ids: list[int],
    granularity: Sequence[float | None],
) -> Seeds:
    """Seeds of the parts of one object; the rest of it, part 0, is what nobody claims.

    While only one part has been clicked, its clicks claim their likeliest reading. Further parts
    bound each other, and then together they may take all of the object.
    """
    alone = len(part_ids) == 2
    limit = np.full(len(parts), np.inf, np.float32)
    for i in range(len(parts)):
        wanted = granularity[i]
        if wanted is not None:
            limit[i] = _limit_of(surface, int(superpoint[i]), wanted)
        elif alone:
            found = readings(surface.tree, int(superpoint[i]), OBJECT_LIMIT)
            best = max(found, key=lambda reading: reading.score)
            limit[i] = surface.tree.height[best.entry]
    label = np.searchsorted(part_ids, parts).astype(np.int32)
    return Seeds(superpoint, label, limit, further, len(part_ids))


def _further(
    objects: Int32[np.ndarray, " clicks"], parts: Int32[np.ndarray, " clicks"]
) -> Bool[np.ndarray, " clicks"]:
    """Whether each click repeats the label of an earlier one; background clicks always do."""
    seen = {(0, 0)}
    further = np.zeros(len(objects), bool)
    for i, label in enumerate(zip(objects.tolist(), parts.tolist(), strict=True)):
        further[i] = label in seen
        seen.add(label)
    return further


def _limit_of(surface: Surface, superpoint: int, granularity: float) -> float:
    """Height of the reading that a granularity names: 0 the finest, 1 the whole object."""
    found = readings(surface.tree, superpoint, OBJECT_LIMIT)
    chosen = found[round(granularity * (len(found) - 1))]
    return float(surface.tree.height[chosen.entry])


def _label_nodes(
    surface: Surface,
    probability: Float32[np.ndarray, "superpoints labels"],
    click_node: Int32[np.ndarray, " clicks"],
    click_label: Int32[np.ndarray, " clicks"],
) -> Float32[np.ndarray, "nodes labels"]:
    """Probabilities on nodes: the superpoints' own, redecided along borders, strays removed."""
    on_nodes = probability[surface.superpoint]
    n_labels = probability.shape[1]
    fixed = np.zeros((len(surface.nodes), n_labels), np.float32)
    np.add.at(fixed, (click_node, click_label), 1)
    clicked = fixed.any(axis=1)
    fixed[clicked] /= fixed[clicked].sum(axis=1, keepdims=True)

    label = on_nodes.argmax(axis=1).astype(np.int32)
    shared = _superpoints_with_rivals(surface, click_node, click_label)
    free = band(label, surface.neighbour, shared[surface.superpoint]) & ~clicked
    on_nodes[clicked] = fixed[clicked]
    free_nodes = np.flatnonzero(free).astype(np.int32)
    return refine_nodes(on_nodes, surface.neighbour, surface.ease, free_nodes)


def _superpoints_with_rivals(
    surface: Surface,
    click_node: Int32[np.ndarray, " clicks"],
    click_label: Int32[np.ndarray, " clicks"],
) -> Bool[np.ndarray, " superpoints"]:
    """Superpoints that hold clicks of more than one label."""
    held = np.unique(np.stack([surface.superpoint[click_node], click_label], axis=1), axis=0)
    return np.bincount(held[:, 0], minlength=len(surface.graph)) > 1
