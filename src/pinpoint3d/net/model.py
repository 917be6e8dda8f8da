"""The network: a backbone, tokens of superpoints, and a decoder that clicks condition.

`Model.encode` runs once a scene, `Model.decode` once a click. Both are written for numpy arrays and
torch tensors alike; `view_inputs` and `ask` prepare, in numpy, what they are handed. `Model.answer`
is what users wait for: it decodes superpoints, and single nodes only where these are unsure.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Float, Float32, Int32

from pinpoint3d.net.decoder import (
    N_CLICK_INPUTS,
    N_KINDS,
    Asked,
    Decoder,
    FineInputs,
    States,
    Topology,
)
from pinpoint3d.net.levels import blended, level_rows, level_shapes
from pinpoint3d.net.losses import answer_log
from pinpoint3d.net.network import Distances, Logits, Sight
from pinpoint3d.net.pairs import (
    OBJECT,
    REST,
    ClickFields,
    Question,
    node_pairs,
    superpoint_pairs,
)
from pinpoint3d.net.parameters import Backbone, Parameters, Shapes, norm_shapes, under
from pinpoint3d.net.pointnet2 import PointNet2
from pinpoint3d.net.sparse import kernels_of
from pinpoint3d.net.unet import UNet
from pinpoint3d.net.view import (
    N_NODE_INPUTS,
    N_STEP_INPUTS,
    Cut,
    View,
    arc_inputs,
    node_inputs,
    step_inputs,
    superpoint_inputs,
)

SURELY_NOT = 0.003  # chance of the object on a superpoint below which it is left out
SURE = 0.97  # chance of an answer on a superpoint from which on its nodes are not looked at singly


@dataclass(frozen=True)
class Config:
    """What a network is built with; kept in its weights file.

    Attributes
    ----------
    backbone
        "unet" (sparse convolutions) or "pointnet2".
    channels
        Of the backbone's levels, finest first.
    token_width, node_width
        Channels of a superpoint's token and of a node's features.
    width, n_rounds, fine_width
        Of the decoder.
    pairs
        Whether the decoder looks at pair features.
    settling
        Rounds in which neighbouring nodes draw near.
    grain
        Size of superpoints, against those of the graph engine.
    """

    backbone: Literal["unet", "pointnet2"] = "unet"
    channels: tuple[int, ...] = (32, 64, 96, 128, 128)
    token_width: int = 64
    node_width: int = 32
    width: int = 48
    n_rounds: int = 3
    fine_width: int = 32
    pairs: bool = True
    settling: int = 4
    grain: float = 1.0

    def as_dict(self) -> dict[str, Any]:
        """For a weights file."""
        return asdict(self)


@dataclass(frozen=True)
class Place:
    """What does not change from click to click: numpy arrays or torch tensors.

    Attributes
    ----------
    looks, arcs
        `view.superpoint_inputs` and `view.arc_inputs`.
    topology
        Indices.
    """

    looks: Float[Any, "superpoints inputs"]
    arcs: Float[Any, "arcs traits"]
    topology: Topology


@dataclass(frozen=True)
class ViewInputs:
    """What `encode` is handed: numpy arrays or torch tensors.

    Attributes
    ----------
    x
        `view.node_inputs`. float32 (V, inputs).
    plan
        Of the backbone.
    rows
        `levels.level_rows`.
    place
        Of the view.
    """

    x: Float[Any, "nodes inputs"]
    plan: Any
    rows: tuple[Int32[Any, " nodes"], ...]
    place: Place


@dataclass(frozen=True)
class Features:
    """What an encoding keeps: tokens (S, t) and node features (V, v), and where they are."""

    token: Float[Any, "superpoints channels"]
    node: Float[Any, "nodes features"]
    place: Place


@dataclass(frozen=True)
class QuestionInputs:
    """What the superpoint stage is handed besides features: numpy arrays or torch tensors."""

    asked: Asked
    pairs: Float[Any, "superpoints labels pairs"]


@dataclass(frozen=True)
class AllInputs:
    """What both stages are handed besides features, to decode every node.

    Attributes
    ----------
    superpoints
        Of the first stage.
    fine
        Of the second, for all nodes.
    rows
        The number of each node. int32 (V,).
    """

    superpoints: QuestionInputs
    fine: FineInputs
    rows: Int32[Any, " nodes"]


@dataclass(frozen=True)
class Model:
    """A network of a configuration; it holds no weights."""

    config: Config

    @property
    def sight(self) -> Sight:
        """What it is shown."""
        return Sight(grain=self.config.grain)

    @cached_property
    def backbone(self) -> Backbone:
        """What makes features of nodes."""
        kind = {"unet": UNet, "pointnet2": PointNet2}[self.config.backbone]
        return kind(N_NODE_INPUTS, self.config.channels)

    @cached_property
    def decoder(self) -> Decoder:
        """What makes masks of features and clicks."""
        c = self.config
        return Decoder(
            c.token_width, c.node_width, c.width, c.n_rounds, c.fine_width, c.pairs, c.settling
        )

    def shapes(self) -> Shapes:
        """Name and shape of every parameter."""
        shapes = {f"backbone.{name}": shape for name, shape in self.backbone.shapes().items()}
        shapes |= {f"decoder.{name}": shape for name, shape in self.decoder.shapes().items()}
        both = self.config.token_width + self.config.node_width
        shapes |= level_shapes("neck", self.backbone.widths, both)
        shapes |= norm_shapes("neck.token", self.config.token_width)
        return shapes | norm_shapes("neck.node", self.config.node_width)

    def view_inputs(self, view: View) -> ViewInputs:
        """What `encode` is handed of a view, as numpy arrays."""
        plan = self.backbone.plan(view.cell - view.cell.min(axis=0))
        return ViewInputs(node_inputs(view), plan, level_rows(plan, len(view)), place_of(view))

    def encode(self, parameters: Parameters, inputs: ViewInputs) -> Features:
        """Tokens and node features of a view."""
        p, kernels, t = parameters, kernels_of(inputs.x), self.config.token_width
        levels = self.backbone.apply(under(p, "backbone."), inputs.x, inputs.plan)
        both = blended(p, "neck", levels, inputs.rows)
        where = inputs.place.topology
        token = kernels.segment_mean(both[:, :t], where.superpoint, where.n_superpoints)
        return Features(
            kernels.normalise(token, p["neck.token.gain"], p["neck.token.bias"]),
            kernels.normalise(both[:, t:], p["neck.node.gain"], p["neck.node.bias"]),
            inputs.place,
        )

    def cut(self, parameters: Parameters, features: Features, cut: Cut) -> Features:  # noqa: ARG002
        """Features of a part of a view."""
        looks, arcs = features.place.looks, features.place.arcs
        place = place_of(cut.view, looks=looks[cut.superpoints], arcs=arcs[cut.arcs])
        return Features(features.token[cut.superpoints], features.node[cut.nodes], place)

    def ask(
        self,
        view: View,
        question: Question,
        distances: Distances,
        previous: Float32[np.ndarray, "nodes labels"] | None,
    ) -> AllInputs:
        """A question in numbers, about all nodes."""
        rows = np.arange(len(view), dtype=np.int32)
        fields = _fields(question, distances)
        inputs = question_inputs(view, question, fields, previous)
        return AllInputs(inputs, self.fine_inputs(view, rows, question, fields, previous), rows)

    def decode(self, parameters: Parameters, features: Features, asked: AllInputs) -> Logits:
        """Logits of every label on every node, and on superpoints."""
        place = features.place
        states = self.decode_superpoints(parameters, features, place, asked.superpoints)
        nodes = self.decode_nodes(parameters, features, place, states, asked.rows, asked.fine)
        return Logits(nodes, states.logits)

    def answer(
        self,
        parameters: Parameters,
        features: Features,
        view: View,
        question: Question,
        distances: Distances,
        previous: Float32[np.ndarray, "nodes labels"] | None,
    ) -> tuple[Int32[np.ndarray, " rows"], Float32[np.ndarray, "rows labels"]]:
        """Nodes that may be of the object, and the logits there."""
        place = features.place
        fields = _fields(question, distances)
        inputs = question_inputs(view, question, fields, previous)
        states = self.decode_superpoints(parameters, features, place, inputs)
        maybe, open_ = _in_question(states.logits, view, question)
        rows = np.flatnonzero(maybe[view.superpoint]).astype(np.int32)
        logits = states.logits[view.superpoint[rows]]
        fine = open_[view.superpoint[rows]]
        near = self.fine_inputs(view, rows[fine], question, fields, previous)
        logits[fine] = self.decode_nodes(parameters, features, place, states, rows[fine], near)
        return rows, logits

    def decode_superpoints(
        self, parameters: Parameters, features: Features, place: Place, inputs: QuestionInputs
    ) -> States:
        """Logits of every label on every superpoint, and what `decode_nodes` needs of them."""
        return self.decoder.superpoints(
            under(parameters, "decoder."),
            features.token,
            features.node,
            place.looks,
            place.arcs,
            inputs.pairs,
            inputs.asked,
            place.topology,
        )

    def decode_nodes(
        self,
        parameters: Parameters,
        features: Features,
        place: Place,
        states: States,
        rows: Int32[Any, " rows"],
        fine: FineInputs,
    ) -> Float[Any, "rows labels"]:
        """Logits of every label on the nodes of `rows`, of which `fine` speaks."""
        kernels, where = kernels_of(features.node), place.topology
        superpoint = where.superpoint[rows]
        around = where.superpoint[where.neighbour[rows]]
        return self.decoder.nodes(
            under(parameters, "decoder."),
            states,
            kernels.gather(features.node, rows),
            fine,
            kernels.gather(states.logits, around).mean(1),
            superpoint,
        )

    def fine_inputs(
        self,
        view: View,
        rows: Int32[np.ndarray, " rows"],
        question: Question,
        fields: Sequence[ClickFields],
        previous: Float32[np.ndarray, "nodes labels"] | None,
    ) -> FineInputs:
        """What `decode_nodes` is handed of some nodes, as numpy arrays."""
        known = None if previous is None else previous[rows]
        pairs = node_pairs(view, rows, question, fields, known)
        nothing = rows[:0]
        if not self.config.settling:
            return FineInputs(pairs, nothing, nothing, np.zeros((0, N_STEP_INPUTS), np.float32))
        return FineInputs(pairs, *step_inputs(view, rows))


def place_of(
    view: View,
    *,
    looks: Float32[np.ndarray, "superpoints inputs"] | None = None,
    arcs: Float32[np.ndarray, "arcs traits"] | None = None,
) -> Place:
    """What stays the same from click to click, as numpy arrays; `looks` and `arcs` if known."""
    topology = Topology(view.tail, view.head, view.superpoint, view.neighbour, view.n_superpoints)
    return Place(
        superpoint_inputs(view) if looks is None else looks,
        arc_inputs(view) if arcs is None else arcs,
        topology,
    )


def question_inputs(
    view: View,
    question: Question,
    fields: Sequence[ClickFields],
    previous: Float32[np.ndarray, "nodes labels"] | None,
) -> QuestionInputs:
    """What a decode is handed, as numpy arrays.

    Parameters
    ----------
    fields
        `pairs.click_fields` of every click.
    previous
        Probabilities of the last answer on nodes, or None before there is one.
    """
    pooled = None if previous is None else view.pooled(previous)
    return QuestionInputs(_asked(view, question), superpoint_pairs(view, question, fields, pooled))


def _asked(view: View, question: Question) -> Asked:
    """A question in numbers."""
    c, member = question.n_labels, question.member
    count = member.sum(axis=0)
    numbers = np.zeros((c, N_CLICK_INPUTS), np.float32)
    numbers[:, 0] = np.log1p(count)
    numbers[:, 1] = count > 0
    rivals = np.zeros((c, c), np.float32)
    for group in question.groups:
        n = group.stop - group.start
        rivals[group, group] = (1 - np.eye(n)) / max(n - 1, 1)
    family = np.zeros((c, c), np.float32)
    family[REST:, OBJECT] = 1
    family[OBJECT, REST:] = 1 / (c - REST)
    return Asked(
        kind=np.eye(N_KINDS, dtype=np.float32)[question.kind],
        numbers=numbers,
        share=(member / np.maximum(count, 1)).T.astype(np.float32),
        click_node=question.node,
        click_superpoint=view.superpoint[question.node],
        rivals=rivals,
        family=family,
    )


def _fields(question: Question, distances: Distances) -> list[ClickFields]:
    """Distances of every click."""
    return [distances(k) for k in range(len(question.node))]


def _in_question(
    logits: Float32[np.ndarray, "superpoints labels"], view: View, question: Question
) -> tuple[Bool[np.ndarray, " superpoints"], Bool[np.ndarray, " superpoints"]]:
    """Superpoints that may be of the object, and those whose nodes have to be looked at singly.

    The latter are those that are unsure, hold a click, or border on another answer.
    """
    chance = np.exp(answer_log(logits))
    maybe = 1 - chance[:, 0] > SURELY_NOT
    best = chance.argmax(axis=1)
    open_ = chance.max(axis=1) < SURE
    borders = best[view.tail] != best[view.head]
    open_[view.tail[borders]] = True
    open_[view.superpoint[question.node]] = True
    maybe[view.superpoint[question.node]] = True
    return maybe | open_, open_
