"""The neural engine: a scene is encoded once, and every object that is clicked is decoded.

`NetSegmenter.encode` makes a surface, as the graph engine does, and features of its nodes.
`NetEncodedScene.segment` asks the network about one object at a time, the clicks on all others
standing for its surroundings; the objects then compete node by node. Corrections are held to what
they are about by `graph.replay`, which both engines share.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Int32, Int64

from pinpoint3d.graph.boundary import surface_node_of_rows
from pinpoint3d.graph.engine import label_superpoints
from pinpoint3d.graph.guarantees import NodeGraph, concerned, keep_clicked
from pinpoint3d.graph.readings import nested, readings
from pinpoint3d.graph.replay import Answer, Fresh, Replay, StandingClicks
from pinpoint3d.graph.suggest import suggested
from pinpoint3d.graph.surface import Surface
from pinpoint3d.graph.windows import Window, Windows
from pinpoint3d.net import corrections
from pinpoint3d.net.confidence import PLAIN, Temperature, calibrated, temperature_of
from pinpoint3d.net.corrections import Changes, changes_of
from pinpoint3d.net.found import LEAST_ODDS, ClickKey, Found, dense
from pinpoint3d.net.ground import Ground, Reading, ground_of, upright
from pinpoint3d.net.kernels_numpy import in_one_thread
from pinpoint3d.net.network import Network
from pinpoint3d.net.pairs import Question, recalled
from pinpoint3d.net.parameters import Parameters
from pinpoint3d.net.presets import network_of
from pinpoint3d.net.view import Cut, View
from pinpoint3d.net.weights import Weights, read_weights, require
from pinpoint3d.recent import Recent
from pinpoint3d.snap import snap_clicks
from pinpoint3d.types import Candidate, Click, Masks, Scene, Suggestion

WHOLE_SCENE_POINTS = 1_000_000  # up to here one window holds all
CACHED_WINDOWS = 4
OBJECT_LIMIT = 1.05  # height of the merge tree at which readings of a click end
MOST_LEVELS = 4  # of ever coarser nodes in which a window may be looked at
GRAPH_WEIGHT = 2.0  # of the graph engine's odds of a whole object, against the network's
LEAST_WEIGHT = 0.5  # where it says no for weak borders alone
STRONG = 2.0  # height of the merge tree from which on its no counts in full
LEAST = 1e-3  # chance that the graph engine gives at least
MOST_ODDS = 6.0  # of the network, either way, where both are added
WIDER = 2  # how much more is looked at for a whole object, whose clicks do not show its size


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
        self.network = network_of(weights, name)
        shapes = corrections.expected(self.network.shapes(), weights.parameters)
        require(weights.parameters, shapes, name)
        self._parameters = weights.parameters
        self._temperature = temperature_of(weights.config, name)
        self._believed = None
        if corrections.are_there(weights.parameters):
            self._believed = lambda changes: corrections.believed(self._parameters, changes.inputs)

    def encode(self, scene: Scene) -> "NetEncodedScene":
        """Features of the scene (of a large one: of the windows that are clicked)."""
        return NetEncodedScene(
            scene,
            self.network,
            self._parameters,
            self.name,
            temperature=self._temperature,
            believed=self._believed,
        )


class NetEncodedScene:
    """A scene with its features; made by `NetSegmenter.encode`.

    Parameters
    ----------
    believed
        Says which nodes a correction changes, of those that it would; all of them if None.
    """

    def __init__(
        self,
        scene: Scene,
        network: Network,
        parameters: Parameters,
        name: str,
        *,
        temperature: Temperature = PLAIN,
        believed: Callable[[Changes], Bool[np.ndarray, " changed"]] | None = None,
    ) -> None:
        self.name = name
        self._temperature = temperature
        self._scene = scene
        self._upright = upright(scene)
        self._network = network
        self._parameters = parameters
        self._windows = Windows(scene, WHOLE_SCENE_POINTS)
        most = CACHED_WINDOWS * MOST_LEVELS
        self._grounds: Recent[tuple[Window, int], Ground] = Recent(most)
        self._believed = believed
        self._replay = Replay(self._fresh, self._around_last, self._doubted if believed else None)
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
        with in_one_thread():
            return calibrated(self._replay.answer(standing), self._temperature)

    def candidates(self, click: Click) -> list[Candidate]:
        """Possible readings of one click, small to large, each inside the next.

        The network's own answers, the object and, of a click for a part, the part, and between
        them entries of the merge tree. Scores are by how well they fit the network's chances.
        """
        snapped = snap_clicks(self._scene, [click])
        [(window, _)] = self._windows.around(snapped, objects_only=False)
        ground = self._ground(window)
        with in_one_thread():
            found = self._readings(ground, int(snapped.rows[0]), is_part=bool(click.part > 0))
        rows = ground.surface.rows
        node_of_row = ground.surface.nodes.node_of_point[rows]
        total = sum(reading.score for reading in found)
        masks = np.zeros((len(found), len(self._scene)), bool)
        for mask, reading in zip(masks, found, strict=True):
            mask[rows] = reading.nodes[node_of_row]
        return [
            Candidate(mask, float(reading.score / total))
            for mask, reading in zip(masks, found, strict=True)
        ]

    def suggest(self, clicks: Sequence[Click]) -> list[Suggestion]:
        """Places where a click would help most after those so far, the best first."""
        snapped = snap_clicks(self._scene, clicks)
        graphs = [
            self._ground(window).surface.node_graph for window, _ in self._windows.around(snapped)
        ]
        return suggested(self.segment(clicks), graphs, snapped)

    def _fresh(self, clicks: StandingClicks, before: Answer | None) -> Fresh:
        """Masks from all clicks at once, and what was found of each object."""
        snapped = clicks.snapped
        objects = np.zeros(len(self._scene), np.int32)
        parts = np.zeros(len(self._scene), np.int32)
        confidence = np.where(self._scene.valid, 1, 0).astype(np.float32)
        found: dict[tuple[Window, int], Found] = {}
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
        ground: Ground,
        object_id: int,
        clicks: StandingClicks,
        settled: Masks | None,
        known: Found | None,
    ) -> Found:
        """What the network says of one object; what is known, where no click since concerns it.

        Clicks on the background and on other objects count where the object would reach them, or
        would have before.
        """
        keys = _keys(clicks)
        own = tuple(key for key in keys if key[1] == object_id)
        others = [key for key in keys if key[1] != object_id]
        node_of_row = ground.surface.nodes.node_of_point
        if known is not None and known.own == own:
            reached = {key for key in others if known.reaches(int(node_of_row[key[0]]))}
            if reached <= set(known.against) <= set(keys):
                return known
        heeded = [] if known is None else [key for key in others if key in known.against]
        found = self._asked(ground, own, tuple(heeded), settled, known)
        reached = {key for key in others if found.reaches(int(node_of_row[key[0]]))}
        if not reached <= set(heeded):
            reached |= set(heeded)
            heeded = [key for key in others if key in reached]
            found = self._asked(ground, own, tuple(heeded), settled, known)
        return found

    def _before(
        self, ground: Ground, own: tuple[ClickKey, ...], settled: Masks
    ) -> tuple[Int32[np.ndarray, " nodes"], Float32[np.ndarray, " nodes"]]:
        """The last answer about an object on every node, and its confidence."""
        part_ids = _part_ids(own)
        objects, parts, confidence = ground.on_nodes(settled)
        known = np.isin(parts, part_ids) | (not part_ids)  # a whole object is asked for as a part
        place = np.where(known, np.searchsorted(part_ids, parts) + 2, 1)
        mine = objects == own[0][1]
        answer = np.where(mine, place, 0).astype(np.int32)
        return answer, confidence

    def _asked(
        self,
        ground: Ground,
        own: tuple[ClickKey, ...],
        against: tuple[ClickKey, ...],
        settled: Masks | None = None,
        known: Found | None = None,
    ) -> Found:
        """The answer about one object; kept, where it depends on the clicks alone."""

        def answer() -> Found:
            found = self._decoded(ground, own, against, settled, known)
            if len(_part_ids(own)) > 1:  # one click alone is on one of the object's pieces
                clicked = ground.surface.nodes.node_of_point[[key[0] for key in own]]
                found = found.without_strays(clicked, ground.view.xyz, ground.surface.neighbour)
            return self._sized(ground, found)

        return answer() if settled is not None else ground.answers.of((own, against), answer)

    def _readings(self, ground: Ground, row: int, *, is_part: bool) -> list[Reading]:
        """What one click may mean, small to large, each inside the next."""
        return ground.readings.of((row, is_part), lambda: self._read(ground, row, is_part=is_part))

    def _read(self, ground: Ground, row: int, *, is_part: bool) -> list[Reading]:
        node, n = int(ground.surface.nodes.node_of_point[row]), len(ground.view)
        whole = self._asked(ground, ((row, 1, 0, None),), ())
        chance = dense(n, whole.nodes, _sigmoid(whole.odds), 0)
        answers = [_mask(n, node, whole.nodes[whole.odds > 0])]
        if is_part:
            part = self._asked(ground, ((row, 1, 1, None),), ())
            inside = np.where(part.part == 1, part.chance, 1 - part.chance)
            chance = dense(n, part.nodes, _sigmoid(part.odds) * inside, 0)
            mine = part.nodes[(part.odds > 0) & (part.part == 1)]
            answers.insert(0, _mask(n, node, mine) & answers[0])
        tree, superpoint = ground.surface.tree, ground.surface.superpoint
        entries = []
        for reading in readings(tree, int(superpoint[node]), OBJECT_LIMIT):
            members = np.zeros(ground.view.n_superpoints, bool)
            members[tree.members(reading.entry)] = True
            entries.append(members[superpoint])
        return [Reading(mask, _overlap(mask, chance)) for mask in nested(answers, entries)]

    def _sized(self, ground: Ground, found: Found) -> Found:
        """An answer held to the sizes that its clicks name.

        Where all clicks of an object or part do, it is what they name, except where other labels
        are clicked within that: there the network decides.
        """
        of_part: dict[int, list[ClickKey]] = {}
        for key in found.own:
            of_part.setdefault(key[2], []).append(key)
        part_ids = _part_ids(found.own)
        for part_id in part_ids or [0]:
            said = [(key[0], key[3]) for key in of_part[part_id] if key[3] is not None]
            if len(said) < len(of_part[part_id]):
                continue
            named = np.zeros(len(ground.view), bool)
            for row, granularity in said:
                possible = self._readings(ground, row, is_part=part_id > 0)
                named |= possible[round(granularity * (len(possible) - 1))].nodes
            elsewhere = [key[0] for key in found.against]
            at_rest = [key[0] for key in of_part.get(0, [])] if part_id else []
            found = found.held(
                part_id,
                named,
                background=not _is_clicked(ground.surface, named, elsewhere),
                rest=not _is_clicked(ground.surface, named, at_rest),
            )
        return found

    def _decoded(
        self,
        ground: Ground,
        own: tuple[ClickKey, ...],
        against: tuple[ClickKey, ...],
        settled: Masks | None,
        known: Found | None,
    ) -> Found:
        """One decode, of the surroundings of the object's clicks.

        A whole object is asked for as the object of one part, which the network knows more of than
        of objects without parts (docs/log.md). Clicks on parts show how large an object is: one
        that is asked for as a whole and turns out too large for what was looked at is looked for
        again in coarser nodes.
        """
        part_ids = _part_ids(own)
        in_window = _question(ground, own, against)
        fewest, most = self._network.sight.around
        around = (fewest if part_ids else WIDER * fewest, most)
        near = ground.near(in_window.node[in_window.is_object], around)
        seen = in_window.is_object | np.isin(ground.view.superpoint[in_window.node], near)
        cut = ground.view.cut(near)
        view, nodes = cut.view, cut.nodes
        new_node = np.full(len(ground.view), -1, np.int32)
        new_node[nodes] = np.arange(len(nodes), dtype=np.int32)
        question = Question(
            in_window.parts,
            new_node[in_window.node[seen]],
            in_window.is_object[seen],
            in_window.part[seen],
            _new_corrections((*own, *against), seen, known),
        )
        clicked = in_window.node[seen].tolist()
        before = None
        if settled is not None:
            answer, confidence = self._before(ground, own, settled)
            before = recalled(answer[nodes], confidence[nodes], question)
        rows, logits = self._network.answer(
            self._parameters,
            self._looked_at(ground, cut),
            view,
            question,
            lambda k: ground.click_fields(clicked[k]).within(near, nodes),
            before,
        )
        odds = logits[:, 1] - logits[:, 0]
        if not part_ids:
            rows, odds = _with_graph(ground, in_window, nodes, rows, odds)
        mine = view.superpoint[rows[odds > 0]]
        ambiguous = not part_ids and ground.level + 1 < MOST_LEVELS
        if ambiguous and ground.is_outgrown(near, mine):
            coarser = self._ground(ground.window, ground.level + 1)
            return self._decoded(coarser, own, against, settled, known)
        part = np.zeros(len(rows), np.int32)
        chance = np.ones(len(rows), np.float32)
        if part_ids:
            inside = logits[:, 2:] - logits[:, 2:].max(axis=1, keepdims=True)
            part = np.array((0, *part_ids), np.int32)[inside.argmax(axis=1)]
            chance = 1 / np.exp(inside).sum(axis=1)
        found = Found(own, against, nodes[rows], odds, part, chance)
        return found if ground.spans is None else found.spread(ground.spans)

    def _encoded(self, view: View) -> Any:
        return self._network.encode(self._parameters, self._network.view_inputs(view))

    def _looked_at(self, ground: Ground, cut: Cut) -> Any:
        """Features of a part of the window, computed once and kept while they are in use."""
        return ground.looks.of(
            cut.superpoints.tobytes(),
            lambda: self._network.cut(self._parameters, ground.features, cut),
        )

    def _around_last(self, clicks: StandingClicks) -> NodeGraph | None:
        """Nodes of the window that the last click lies in, if it lies in one."""
        ground = self._ground_of_last(clicks)
        return None if ground is None else ground.surface.node_graph

    def _ground_of_last(self, clicks: StandingClicks) -> Ground | None:
        for window, members in self._windows.around(clicks.snapped):
            if len(clicks) - 1 in members:
                return self._ground(window)
        return None

    def _doubted(
        self, clicks: StandingClicks, before: Masks, after: Masks
    ) -> Int64[np.ndarray, " rows"]:
        """Rows whose change by the last click, a correction, is not believed.

        A click that names a size is taken at its word.
        """
        nothing = np.zeros(0, np.int64)
        ground = self._ground_of_last(clicks)
        if ground is None or self._believed is None or clicks.granularity[-1] is not None:
            return nothing
        last = clicks.snapped.take(np.array([len(clicks) - 1]))
        rows = concerned(before, after, last, ground.surface.node_graph)
        if len(rows) == 0:
            return nothing
        changes = changes_of(ground, clicks.snapped, rows, before, after)
        return rows[~self._believed(changes)[changes.node]]

    def _ground(self, window: Window, level: int = 0) -> Ground:
        """An encoded window, computed once and kept while it is in use."""

        def made() -> Ground:
            return ground_of(
                self._upright,
                window,
                self._windows.rows(window),
                self._network.sight,
                self._encoded,
                level=level,
                finest=self._ground(window) if level else None,
            )

        return self._grounds.of((window, level), made)


def _with_graph(
    ground: Ground,
    question: Question,
    nodes: Int64[np.ndarray, " looked_at"],
    rows: Int32[np.ndarray, " rows"],
    odds: Float32[np.ndarray, " rows"],
) -> tuple[Int32[np.ndarray, " found"], Float32[np.ndarray, " found"]]:
    """Rows of the nodes looked at that may be of a whole object, and its odds there.

    The network has learned to tell parts apart. Where one click stands for an object, what the
    graph engine makes of it counts `GRAPH_WEIGHT` times as much; but it takes the creases between
    parts for ends of the object, so its no counts by the strength of the borders between a node and
    the nearest click (docs/log.md).
    """
    objects = question.is_object.astype(np.int32)
    unsaid = [None] * len(objects)
    _, chance = label_superpoints(
        ground.surface, question.node, objects, np.zeros_like(objects), unsaid
    )
    claim = np.log(np.maximum(chance[:, 1], LEAST) / np.maximum(chance[:, 0], LEAST))
    both = np.full(len(nodes), -MOST_ODDS, np.float32)
    both[rows] = np.clip(odds, -MOST_ODDS, MOST_ODDS)
    clicked = np.unique(ground.view.superpoint[question.node[question.is_object]])
    height = np.min([ground.view.joined_at(superpoint) for superpoint in clicked.tolist()], axis=0)
    no = np.interp(height, (OBJECT_LIMIT, STRONG), (LEAST_WEIGHT, GRAPH_WEIGHT))
    claim *= np.where(claim > 0, GRAPH_WEIGHT, no).astype(np.float32)
    both += claim[ground.view.superpoint[nodes]]
    found = np.flatnonzero(both > LEAST_ODDS).astype(np.int32)
    return found, both[found]


def _is_clicked(surface: Surface, mask: Bool[np.ndarray, " nodes"], rows: list[int]) -> bool:
    """Whether any row lies on the nodes of a mask, or on a neighbour of theirs."""
    nodes = surface.nodes.node_of_point[rows]
    return bool(mask[nodes].any() or mask[surface.neighbour[nodes]].any())


def _overlap(mask: Bool[np.ndarray, " nodes"], chance: Float32[np.ndarray, " nodes"]) -> float:
    """Intersection over union of a mask with chances."""
    both = float(chance[mask].sum())
    return both / (float(chance.sum()) + np.count_nonzero(mask) - both)


def _mask(n: int, node: int, nodes: Int64[np.ndarray, " inside"]) -> Bool[np.ndarray, " nodes"]:
    """Mask of some nodes of n and one more."""
    mask = np.zeros(n, bool)
    mask[nodes] = True
    mask[node] = True
    return mask


def _sigmoid(odds: Float32[np.ndarray, " rows"]) -> Float32[np.ndarray, " rows"]:
    return (1 / (1 + np.exp(-np.clip(odds, -50, 50)))).astype(np.float32)


def _keys(clicks: StandingClicks) -> list[ClickKey]:
    """Each click as a value."""
    snapped = clicks.snapped
    columns = (snapped.rows, snapped.objects, snapped.parts)
    return list(zip(*(c.tolist() for c in columns), clicks.granularity, strict=True))


def _part_ids(own: tuple[ClickKey, ...]) -> list[int]:
    """Parts that the clicks on an object name, ascending."""
    return sorted({key[2] for key in own} - {0})


def _question(ground: Ground, own: tuple[ClickKey, ...], against: tuple[ClickKey, ...]) -> Question:
    """What the clicks ask, in nodes of the window."""
    rows = np.array([key[0] for key in (*own, *against)])
    parts = tuple(_part_ids(own))
    named = [key[2] for key in own] if parts else [1] * len(own)
    return Question(
        parts or (1,),
        ground.surface.nodes.node_of_point[rows],
        np.arange(len(rows)) < len(own),
        np.array(named + [0] * len(against), np.int32),
    )


def _new_corrections(
    keys: tuple[ClickKey, ...],
    seen: Bool[np.ndarray, " clicks"],
    known: Found | None,
) -> tuple[int, ...]:
    """Which of the clicks that are seen correct what was found before they were made.

    The first click of a part says that there is one, and corrects nothing.
    """
    if known is None:
        return ()
    before = {*known.own, *known.against}
    named = {key[1:3] for key in known.own}
    own = known.own[0][1]
    kept = [key for key, is_seen in zip(keys, seen, strict=True) if is_seen]
    return tuple(
        k
        for k, key in enumerate(kept)
        if key not in before and (key[1] != own or key[1:3] in named)
    )


def _joined(scene: Scene, ground: Ground, found: Sequence[tuple[int, Found]]) -> Masks:
    """Masks of the window's rows: objects compete on every node, and take their parts along."""
    n = len(ground.view)
    best = np.zeros(n, np.float32)  # odds of the background against itself
    total = np.ones(n)
    objects, parts, label = (np.zeros(n, np.int32) for _ in range(3))
    within = np.ones(n, np.float32)
    n_labels = 1
    for object_id, answer in found:
        at, odds = answer.nodes, np.clip(answer.odds, -50, 50)
        total[at] += np.exp(odds)
        wins = odds > best[at]
        rows = at[wins]
        best[rows], objects[rows] = odds[wins], object_id
        parts[rows], within[rows] = answer.part[wins], answer.chance[wins]
        part_ids = _part_ids(answer.own)
        label[rows] = n_labels + np.searchsorted([0, *part_ids], answer.part[wins])
        n_labels += 1 + len(part_ids)
    confidence = np.minimum(np.exp(best) / total * within, 1).astype(np.float32)
    node = surface_node_of_rows(scene, ground.surface, label)
    return Masks(objects[node], parts[node], confidence[node])
