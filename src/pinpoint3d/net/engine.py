"""The neural engine: a scene is encoded once, and every object that is clicked is decoded.

`NetSegmenter.encode` makes a surface, as the graph engine does, and features of its nodes.
`NetEncodedScene.segment` asks the network about one object at a time, the clicks on all others
standing for its surroundings; the objects then compete node by node. Corrections are held to what
they are about by `graph.replay`, which both engines share.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import numpy as np
from jaxtyping import Float32, Int32, Int64

from pinpoint3d.graph.boundary import surface_node_of_rows
from pinpoint3d.graph.guarantees import NodeGraph, keep_clicked
from pinpoint3d.graph.readings import readings
from pinpoint3d.graph.replay import Answer, Fresh, Replay, StandingClicks
from pinpoint3d.graph.surface import Surface, encode_surface
from pinpoint3d.graph.windows import Window, Windows
from pinpoint3d.net.losses import answer_log
from pinpoint3d.net.model import (
    Config,
    Features,
    Model,
    Place,
    fine_inputs,
    place_of,
    question_inputs,
)
from pinpoint3d.net.pairs import Question, click_fields, recalled
from pinpoint3d.net.parameters import Parameters
from pinpoint3d.net.view import View, view_of
from pinpoint3d.net.weights import Weights, config_of, read_weights, require
from pinpoint3d.snap import snap_clicks
from pinpoint3d.types import Candidate, Click, Masks, Scene

WHOLE_SCENE_POINTS = 1_000_000  # up to here one window holds all
MAX_NODES = 150_000
CACHED_WINDOWS = 4
CACHED_FIELDS = 256  # clicks whose distances are kept: 40 KB each in a room
OBJECT_LIMIT = 1.05  # height of the merge tree at which readings of a click end
REACH = 0.7  # of the diagonal of an object's clicks: how far round them it is looked for
FEWEST_NODES, MOST_NODES = 10_000, 24_000  # that are looked at, nearest to the clicks
SURELY_NOT = 0.003  # chance of the object on a superpoint below which its nodes are not looked at


@dataclass(frozen=True)
class _Ground:
    """A window of the scene, encoded."""

    surface: Surface
    view: View
    features: Features
    place: Place
    first_row: Int64[np.ndarray, " nodes"]
    fields: "OrderedDict[int, Float32[np.ndarray, 'fields superpoints']]" = field(
        default_factory=OrderedDict
    )


@dataclass(frozen=True)
class _Found:
    """What the network says of one object, on the nodes it was looked for.

    Attributes
    ----------
    key
        Window and clicks that it depends on.
    nodes
        Of the window, ascending. int64 (R,).
    odds
        Logarithm of p(object) / p(not). float32 (R,).
    part
        Likeliest part on each, and its chance within the object. int32 and float32 (R,).
    """

    key: object
    nodes: Int64[np.ndarray, " rows"]
    odds: Float32[np.ndarray, " rows"]
    part: Int32[np.ndarray, " rows"]
    chance: Float32[np.ndarray, " rows"]


class NetSegmenter:
    """A trained network, run with numpy; nothing but its weights is needed."""

    name = "net"

    def __init__(self, weights: Weights | Path | str, *, name: str = "net") -> None:
        """Load weights of a file, or take those given.

        Raises
        ------
        SegmenterError
            If they are damaged, or do not fit the network they describe.
        """
        self.name = name
        if not isinstance(weights, Weights):
            name, weights = Path(weights).name, read_weights(Path(weights))
        self.model = Model(config_of(Config, weights.config.get("model", {}), name))
        require(weights.parameters, self.model.shapes(), name)
        self._parameters = weights.parameters

    def encode(self, scene: Scene) -> "NetEncodedScene":
        """Features of the scene (of a large one: of the windows that are clicked)."""
        return NetEncodedScene(scene, self.model, self._parameters, self.name)


class NetEncodedScene:
    """A scene with its features; made by `NetSegmenter.encode`."""

    def __init__(self, scene: Scene, model: Model, parameters: Parameters, name: str) -> None:
        self.name = name
        self._scene = scene
        self._upright = _upright(scene)
        self._model = model
        self._parameters = parameters
        self._windows = Windows(scene, WHOLE_SCENE_POINTS)
        self._grounds: OrderedDict[Window, _Ground] = OrderedDict()
        self._lock = Lock()
        self._replay = Replay(self._fresh, self._around_last)
        if self._windows.whole is not None:
            self._ground(self._windows.whole)

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

    def candidates(self, click: Click) -> list[Candidate]:
        """Possible readings of one click, small to large, each inside the next.

        They are entries of the merge tree; the network's own answer to the click ranks them.
        """
        snapped = snap_clicks(self._scene, [click])
        [(window, _)] = self._windows.around(snapped, objects_only=False)
        ground = self._ground(window)
        node = int(ground.surface.nodes.node_of_point[snapped.rows[0]])
        wanted = np.nan if click.granularity is None else click.granularity
        question = Question(
            (),
            np.array([node], np.int32),
            np.array([True]),
            np.zeros(1, np.int32),
            np.array([wanted], np.float32),
        )
        found = self._asked(ground, question, None, key=None)
        chance = np.zeros(len(ground.view))
        chance[found.nodes] = 1 / (1 + np.exp(-np.clip(found.odds, -50, 50)))
        tree, superpoint = ground.surface.tree, ground.surface.superpoint
        masks, scores = [], []
        for reading in readings(tree, int(superpoint[node]), OBJECT_LIMIT):
            inside = np.zeros(ground.view.n_superpoints, bool)
            inside[tree.members(reading.entry)] = True
            on_nodes = inside[superpoint]
            both = chance[on_nodes].sum()
            scores.append(both / (chance.sum() + on_nodes.sum() - both))
            mask = np.zeros(len(self._scene), bool)
            rows = ground.surface.rows
            mask[rows] = on_nodes[ground.surface.nodes.node_of_point[rows]]
            masks.append(mask)
        total = sum(scores)
        return [Candidate(m, float(s / total)) for m, s in zip(masks, scores, strict=True)]

    def _fresh(self, clicks: StandingClicks, before: Answer | None) -> Fresh:
        """Masks from all clicks at once, and what was found of each object."""
        snapped = clicks.snapped
        objects = np.zeros(len(self._scene), np.int32)
        parts = np.zeros(len(self._scene), np.int32)
        confidence = np.where(self._scene.valid, 1, 0).astype(np.float32)
        found: dict[tuple[Window, int], _Found] = {}
        known = {} if before is None else before.fresh.memory
        for window, members in self._windows.around(snapped):
            ground = self._ground(window)
            inside = StandingClicks(
                snapped.take(np.array(members)), tuple(clicks.granularity[i] for i in members)
            )
            ids = sorted(set(inside.snapped.objects.tolist()) - {0})
            for object_id in ids:
                settled = None if before is None else before.settled
                found[window, object_id] = self._object(
                    ground, object_id, inside, settled, known.get((window, object_id))
                )
            answer = _joined(self._upright, ground, [(k, found[window, k]) for k in ids])
            rows = ground.surface.rows
            objects[rows], parts[rows] = answer.object, answer.part
            confidence[rows] = answer.confidence
        return Fresh(keep_clicked(Masks(objects, parts, confidence), snapped), memory=found)

    def _object(
        self,
        ground: _Ground,
        object_id: int,
        clicks: StandingClicks,
        settled: Masks | None,
        known: _Found | None,
    ) -> _Found:
        """What the network says of one object; what is known, where no click since concerns it."""
        snapped = clicks.snapped
        mine = snapped.objects == object_id
        node = ground.surface.nodes.node_of_point[snapped.rows]
        near = _near(ground.view, node[mine])
        concerned = mine | np.isin(ground.view.superpoint[node], near)
        concerned = np.flatnonzero(concerned)
        key = tuple(
            (int(snapped.rows[i]), int(snapped.objects[i]), int(snapped.parts[i]),
             clicks.granularity[i])
            for i in concerned
        )  # fmt: skip
        if known is not None and known.key == key:
            return known
        part_ids = sorted({int(p) for p in snapped.parts[mine]} - {0})
        wanted = [clicks.granularity[i] for i in concerned.tolist()]
        question = Question(
            tuple(part_ids),
            node[concerned],
            mine[concerned],
            np.where(mine, snapped.parts, 0)[concerned].astype(np.int32),
            np.array([np.nan if w is None else w for w in wanted], np.float32),
        )
        previous = None
        if settled is not None:
            rows = ground.first_row
            is_mine = settled.object[rows] == object_id
            place = np.searchsorted(part_ids, settled.part[rows])
            found = np.isin(settled.part[rows], part_ids)
            answer = np.where(is_mine, np.where(found, place + 2, 1), 0).astype(np.int32)
            previous = recalled(answer, settled.confidence[rows], question)
        return self._asked(ground, question, previous, key=key)

    def _asked(
        self,
        ground: _Ground,
        question: Question,
        previous: Float32[np.ndarray, "nodes labels"] | None,
        *,
        key: object,
    ) -> _Found:
        """The network's answer to a question about a window."""
        near = _near(ground.view, question.node[question.is_object])
        cut = ground.view.cut(near)
        view, nodes = cut.view, cut.nodes
        new_node = np.full(len(ground.view), -1, np.int32)
        new_node[nodes] = np.arange(len(nodes), dtype=np.int32)
        fields = [self._click_fields(ground, int(n))[:, near] for n in question.node]
        here = Question(
            question.parts,
            new_node[question.node],
            question.is_object,
            question.part,
            question.granularity,
        )
        whole = ground.place
        place = place_of(view, looks=whole.looks[near], arcs=whole.arcs[cut.arcs])
        features = Features(ground.features.token[near], ground.features.node[nodes])
        before = None if previous is None else previous[nodes]
        inputs = question_inputs(view, here, fields, before)
        states = self._model.decode_superpoints(self._parameters, features, place, inputs)
        maybe = np.exp(answer_log(states.logits[:, :2]))[:, 1] > SURELY_NOT
        maybe[view.superpoint[here.node]] = True
        rows = np.flatnonzero(maybe[view.superpoint]).astype(np.int32)
        logits = self._model.decode_nodes(
            self._parameters,
            features,
            place,
            states,
            rows,
            fine_inputs(view, rows, here, before),
        )
        part = np.zeros(len(rows), np.int32)
        chance = np.ones(len(rows), np.float32)
        if question.parts:
            inside = logits[:, 2:] - logits[:, 2:].max(axis=1, keepdims=True)
            share = np.exp(inside)
            part = np.array((0, *question.parts), np.int32)[inside.argmax(axis=1)]
            chance = 1 / share.sum(axis=1)
        return _Found(key, nodes[rows], logits[:, 1] - logits[:, 0], part, chance)

    def _click_fields(
        self, ground: _Ground, node: int
    ) -> Float32[np.ndarray, "fields superpoints"]:
        """Distances from a click, computed once and kept while they are in use."""
        with self._lock:
            if node in ground.fields:
                ground.fields.move_to_end(node)
                return ground.fields[node]
        fields = click_fields(ground.view, node)
        with self._lock:
            ground.fields[node] = fields
            while len(ground.fields) > CACHED_FIELDS:
                ground.fields.popitem(last=False)
        return fields

    def _around_last(self, clicks: StandingClicks) -> NodeGraph | None:
        """Nodes of the window that the last click lies in, if it lies in one."""
        for window, members in self._windows.around(clicks.snapped):
            if len(clicks) - 1 in members:
                surface = self._ground(window).surface
                return NodeGraph(surface.nodes.node_of_point, surface.neighbour)
        return None

    def _ground(self, window: Window) -> _Ground:
        """An encoded window, computed once and kept while it is in use."""
        with self._lock:
            if window in self._grounds:
                self._grounds.move_to_end(window)
                return self._grounds[window]
        rows = self._windows.rows(window)
        surface = encode_surface(self._upright, rows, max_nodes=MAX_NODES)
        view = view_of(surface)
        features = self._model.encode(self._parameters, self._model.view_inputs(view))
        first_row = np.zeros(len(view), np.int64)
        first_row[surface.nodes.node_of_point[rows[::-1]]] = rows[::-1]
        ground = _Ground(surface, view, features, place_of(view), first_row)
        with self._lock:
            self._grounds[window] = ground
            while len(self._grounds) > CACHED_WINDOWS:
                self._grounds.popitem(last=False)
        return ground


def _upright(scene: Scene) -> Scene:
    """The scene turned so that up is z; the scene itself where it is so already."""
    up = scene.up
    if up[2] > 1 - 1e-9:
        return scene
    side = np.cross(up, [0.0, 0.0, 1.0] if abs(up[2]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    turn = np.stack([side, np.cross(up, side), up])
    with np.errstate(invalid="ignore"):  # rows without a position stay without
        xyz = (scene.xyz @ turn.T).astype(np.float32)
    return Scene(xyz, scene.rgb, name=scene.name, origin=np.zeros(3))


def _near(view: View, node: Int32[np.ndarray, " clicks"]) -> Int64[np.ndarray, " superpoints"]:
    """Superpoints round the clicks of an object, ascending: where it is looked for."""
    clicked = view.xyz[node]
    apart = np.full(view.n_superpoints, np.inf, np.float32)
    for point in clicked:
        apart = np.minimum(apart, np.linalg.norm(view.centre - point, axis=1))
    apart[view.superpoint[node]] = 0
    reach = REACH * np.linalg.norm(clicked.max(axis=0) - clicked.min(axis=0))
    order = np.argsort(apart, kind="stable")
    count = np.cumsum(view.n_nodes_of[order])
    most = np.clip(count[apart[order] <= reach][-1], FEWEST_NODES, MOST_NODES)
    n = max(int(np.searchsorted(count, most, side="right")), len(np.unique(view.superpoint[node])))
    return np.sort(order[:n])


def _joined(scene: Scene, ground: _Ground, found: Sequence[tuple[int, _Found]]) -> Masks:
    """Masks of the window's rows: objects compete on every node, and take their parts along."""
    n = len(ground.view)
    best = np.zeros(n, np.float32)  # odds of the background against itself
    total = np.ones(n)
    objects, parts = np.zeros(n, np.int32), np.zeros(n, np.int32)
    within = np.ones(n, np.float32)
    for object_id, answer in found:
        at, odds = answer.nodes, np.clip(answer.odds, -50, 50)
        total[at] += np.exp(odds)
        wins = odds > best[at]
        rows = at[wins]
        best[rows], objects[rows] = odds[wins], object_id
        parts[rows], within[rows] = answer.part[wins], answer.chance[wins]
    confidence = np.minimum(np.exp(best) / total * within, 1).astype(np.float32)
    label = np.unique(np.stack([objects, parts], axis=1), axis=0, return_inverse=True)[1]
    node = surface_node_of_rows(scene, ground.surface, label.astype(np.int32))
    return Masks(objects[node], parts[node], confidence[node])
