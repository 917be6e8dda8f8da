"""The network: a backbone, tokens of superpoints, and a decoder that clicks condition.

`Model.encode` runs once a scene, `Model.decode` once a click. Both are written for numpy arrays and
torch tensors alike; `question_inputs` and `view_inputs` prepare, in numpy, what they are handed.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Float32, Int32

from pinpoint3d.net.decoder import N_KINDS, Asked, Decoder, States, Topology
from pinpoint3d.net.pairs import (
    OBJECT,
    PART,
    REST,
    Question,
    node_pairs,
    superpoint_pairs,
)
from pinpoint3d.net.parameters import Backbone, Parameters, Shapes, norm_shapes
from pinpoint3d.net.pointnet2 import PointNet2
from pinpoint3d.net.sparse import kernels_of
from pinpoint3d.net.unet import UNet
from pinpoint3d.net.view import (
    N_NODE_INPUTS,
    View,
    arc_inputs,
    node_inputs,
    superpoint_inputs,
)


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
    """

    backbone: Literal["unet", "pointnet2"] = "unet"
    channels: tuple[int, ...] = (32, 64, 96, 128, 128)
    token_width: int = 64
    node_width: int = 32
    width: int = 48
    n_rounds: int = 3
    fine_width: int = 32
    pairs: bool = True

    def as_dict(self) -> dict[str, Any]:
        """For a weights file."""
        return asdict(self)


@dataclass(frozen=True)
class ViewInputs:
    """What the backbone is handed: numpy arrays or torch tensors.

    Attributes
    ----------
    x
        `view.node_inputs`. float32 (V, inputs).
    plan
        Of the backbone.
    rows
        Row of each level that stands for each node, finest level left out. int32 (V,) each.
    superpoint
        Of each node. int32 (V,).
    n_superpoints
        S.
    """

    x: Float[Any, "nodes inputs"]
    plan: Any
    rows: tuple[Int32[Any, " nodes"], ...]
    superpoint: Int32[Any, " nodes"]
    n_superpoints: int


@dataclass(frozen=True)
class Features:
    """What an encoding keeps: tokens (S, t) and node features (V, v)."""

    token: Float[Any, "superpoints channels"]
    node: Float[Any, "nodes features"]


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
class QuestionInputs:
    """What one decode is handed besides features: numpy arrays or torch tensors."""

    asked: Asked
    pairs: Float[Any, "superpoints labels pairs"]


@dataclass(frozen=True)
class Model:
    """A network of a configuration; it holds no weights."""

    config: Config

    @cached_property
    def backbone(self) -> Backbone:
        """What makes features of nodes."""
        kind = {"unet": UNet, "pointnet2": PointNet2}[self.config.backbone]
        return kind(N_NODE_INPUTS, self.config.channels)

    @cached_property
    def decoder(self) -> Decoder:
        """What makes masks of features and clicks."""
        c = self.config
        return Decoder(c.token_width, c.node_width, c.width, c.n_rounds, c.fine_width, c.pairs)

    def shapes(self) -> Shapes:
        """Name and shape of every parameter."""
        shapes = {f"backbone.{name}": shape for name, shape in self.backbone.shapes().items()}
        shapes |= {f"decoder.{name}": shape for name, shape in self.decoder.shapes().items()}
        both = self.config.token_width + self.config.node_width
        for level, width in enumerate(self.backbone.widths):
            shapes[f"neck.{level}.weight"] = (width, both)
        shapes |= norm_shapes("neck.token", self.config.token_width)
        return shapes | norm_shapes("neck.node", self.config.node_width)

    def view_inputs(self, view: View) -> ViewInputs:
        """What `encode` is handed of a view, as numpy arrays."""
        plan = self.backbone.plan(view.cell - view.cell.min(axis=0))
        rows, row = [], np.arange(len(view), dtype=np.int32)
        for parent in plan.parent:
            row = np.asarray(parent)[row]
            rows.append(row)
        return ViewInputs(node_inputs(view), plan, tuple(rows), view.superpoint, view.n_superpoints)

    def encode(self, parameters: Parameters, inputs: ViewInputs) -> Features:
        """Tokens and node features of a view."""
        kernels = kernels_of(inputs.x)
        levels = self.backbone.apply(_under(parameters, "backbone."), inputs.x, inputs.plan)
        both = levels[0] @ parameters["neck.0.weight"]
        for level, row in enumerate(inputs.rows, start=1):
            both = both + kernels.gather(levels[level] @ parameters[f"neck.{level}.weight"], row)
        t = self.config.token_width
        token = kernels.segment_mean(both[:, :t], inputs.superpoint, inputs.n_superpoints)
        p = parameters
        return Features(
            kernels.normalise(token, p["neck.token.gain"], p["neck.token.bias"]),
            kernels.normalise(both[:, t:], p["neck.node.gain"], p["neck.node.bias"]),
        )

    def decode_superpoints(
        self, parameters: Parameters, features: Features, place: Place, inputs: QuestionInputs
    ) -> States:
        """Logits of every label on every superpoint, and what `decode_nodes` needs of them."""
        return self.decoder.superpoints(
            _under(parameters, "decoder."),
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
        pairs: Float[Any, "rows labels pairs"],
    ) -> Float[Any, "rows labels"]:
        """Logits of every label on the nodes of `rows`, of which `pairs.node_pairs` speaks."""
        kernels, where = kernels_of(features.node), place.topology
        superpoint = where.superpoint[rows]
        around = where.superpoint[where.neighbour[rows]]
        return self.decoder.nodes(
            _under(parameters, "decoder."),
            states,
            kernels.gather(features.node, rows),
            pairs,
            kernels.gather(states.logits, around).mean(1),
            superpoint,
        )


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
    fields: Sequence[Float32[np.ndarray, "fields superpoints"]],
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


def fine_inputs(
    view: View,
    rows: Int32[np.ndarray, " rows"],
    question: Question,
    previous: Float32[np.ndarray, "nodes labels"] | None,
) -> Float32[np.ndarray, "rows labels pairs"]:
    """Pair features of some nodes."""
    return node_pairs(view, rows, question, None if previous is None else previous[rows])


def _asked(view: View, question: Question) -> Asked:
    """A question in numbers."""
    c, member = question.n_labels, question.member
    count = member.sum(axis=0)
    numbers = np.zeros((c, 4), np.float32)
    numbers[:, 0] = np.log1p(count)
    numbers[:, 1] = count > 0
    for label in range(c):
        wanted = question.granularity[member[:, label]]
        wanted = wanted[np.isfinite(wanted)]
        if len(wanted):
            numbers[label, 2:] = 2 * wanted[-1] - 1, 1
    rivals = np.zeros((c, c), np.float32)
    for group in question.groups:
        n = group.stop - group.start
        rivals[group, group] = (1 - np.eye(n)) / max(n - 1, 1)
    family = np.zeros((c, c), np.float32)
    inside = (question.kind == REST) | (question.kind == PART)
    family[inside, OBJECT] = 1
    if inside.any():
        family[OBJECT, inside] = 1 / inside.sum()
    return Asked(
        kind=np.eye(N_KINDS, dtype=np.float32)[question.kind],
        numbers=numbers,
        share=(member / np.maximum(count, 1)).T.astype(np.float32),
        click_node=question.node,
        click_superpoint=view.superpoint[question.node],
        rivals=rivals,
        family=family,
    )


def _under(parameters: Parameters, prefix: str) -> Parameters:
    """The parameters whose names begin with a prefix, without it."""
    n = len(prefix)
    return {name[n:]: values for name, values in parameters.items() if name.startswith(prefix)}
