"""Clicks as queries to the voxels of a scene: AGILE3D, and with a second stage PinPoint3D.

Every click is a query that looks at the voxels, at the other clicks, and is looked at by the
voxels; a target's mask is what its queries resemble. Yue et al., "AGILE3D", 2024, arXiv 2306.00977.
The second stage decides the parts of one object, and at first looks at the object alone (targeted
attention masking): "PinPoint3D", 2025, arXiv 2509.25970.
"""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32, Int32

from pinpoint3d.net.attention import (
    BARRED,
    attended,
    attention_shapes,
    perceptron,
    perceptron_shapes,
    place_code,
    time_code,
    transformed,
    transformed_shapes,
)
from pinpoint3d.net.levels import blended, level_rows, level_shapes
from pinpoint3d.net.network import Distances, Logits, Sight
from pinpoint3d.net.pairs import Question
from pinpoint3d.net.parameters import Parameters, Shapes, norm_shapes, under
from pinpoint3d.net.sparse import kernels_of
from pinpoint3d.net.unet import UNet
from pinpoint3d.net.view import N_NODE_INPUTS, Cut, View, node_inputs

SIZE = 0.05  # m, of a voxel
AROUND = (2_500, 10_000)  # voxels: 6 and 25 m2 of surface
LEARNED = 10  # queries of the background besides its clicks, and as many of an object's rest
ADAPTED = 0.1  # share of the adapter in the features that it changes
STEPS = 200  # in time that are told apart


@dataclass(frozen=True)
class Agile3DConfig:
    """What the network is built with.

    Attributes
    ----------
    channels
        Of the backbone's levels, finest first.
    width, hidden, n_heads
        Channels of queries and voxels, of the perceptron between attentions, and heads.
    n_layers, n_part_layers
        Layers of the first stage, and of a second one for parts; without that the parts are
        targets of the first stage, beside background and rest.
    """

    channels: tuple[int, ...] = (32, 64, 96, 128)
    width: int = 128
    hidden: int = 512
    n_heads: int = 8
    n_layers: int = 3
    n_part_layers: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For a weights file."""
        return asdict(self)


@dataclass(frozen=True)
class Voxels:
    """What the backbone is handed: numpy arrays or torch tensors; `rows` as `level_rows` has it."""

    x: Float[Any, "nodes inputs"]
    plan: Any
    rows: tuple[Int32[Any, " nodes"], ...]
    place: Float[Any, "nodes width"]


@dataclass(frozen=True)
class Scenery:
    """Features of voxels, and where they are, in as many channels."""

    node: Float[Any, "nodes width"]
    place: Float[Any, "nodes width"]


@dataclass(frozen=True)
class Queries:
    """A question in numbers.

    Attributes
    ----------
    node
        Voxel of each click. int32 (K,).
    time
        When each was made. float32 (K, width).
    first, second
        Which queries stand for which targets of each stage: 1 or 0; the clicks come first, then
        those learned. The targets are those of `Question`; where parts are told apart, the object
        is not among them. `second` is None without a second stage. float32 (Q, targets).
    """

    node: Int32[Any, " clicks"]
    time: Float[Any, "clicks width"]
    first: Float[Any, "queries targets"]
    second: Float[Any, "all_queries all_targets"] | None


@dataclass(frozen=True)
class _Stage:
    """Where the layers of a stage have come to."""

    query: Float[Any, "queries width"]
    scene: Float[Any, "nodes width"]
    masks: tuple[Float[Any, "nodes targets"], ...]


class Agile3D:
    """The network of a configuration; it holds no weights."""

    sight = Sight(size=SIZE, around=AROUND)

    def __init__(self, config: Agile3DConfig) -> None:
        self.config = config

    @cached_property
    def backbone(self) -> UNet:
        """What makes features of voxels."""
        return UNet(N_NODE_INPUTS, self.config.channels)

    def shapes(self) -> Shapes:
        """Name and shape of every parameter."""
        c = self.config
        shapes = {f"backbone.{name}": shape for name, shape in self.backbone.shapes().items()}
        shapes |= level_shapes("squeeze", self.backbone.widths, c.width)
        shapes |= norm_shapes("squeeze", c.width) | norm_shapes("query", c.width)
        for target in ("background", "rest"):
            shapes[f"{target}.query.weight"] = (LEARNED, c.width)
            shapes[f"{target}.place.weight"] = (LEARNED, c.width)
        shapes |= self._stage_shapes("first", c.n_layers)
        if c.n_part_layers:
            shapes |= perceptron_shapes("adapter", c.width, c.width, c.width)
            shapes |= self._stage_shapes("second", c.n_part_layers)
        return shapes

    def view_inputs(self, view: View) -> Voxels:
        """What `encode` is handed of a view, as numpy arrays."""
        plan = self.backbone.plan(view.cell - view.cell.min(axis=0))
        place = place_code(view.xyz, self.config.width)
        return Voxels(node_inputs(view), plan, level_rows(plan, len(view)), place)

    def encode(self, parameters: Parameters, inputs: Voxels) -> Scenery:
        """Features of the voxels of a view."""
        p = parameters
        levels = self.backbone.apply(under(p, "backbone."), inputs.x, inputs.plan)
        node = blended(p, "squeeze", levels, inputs.rows)
        node = kernels_of(node).standardise(node, p["squeeze.gain"], p["squeeze.bias"])
        if self.config.n_part_layers:
            node = node + ADAPTED * perceptron(p, "adapter", node)
        return Scenery(node, inputs.place)

    def cut(self, parameters: Parameters, features: Scenery, cut: Cut) -> Scenery:  # noqa: ARG002
        """Features of a part of a view."""
        return Scenery(features.node[cut.nodes], place_code(cut.view.xyz, self.config.width))

    def ask(
        self,
        view: View,  # noqa: ARG002  its voxels are looked at where they are decoded
        question: Question,
        distances: Distances,  # noqa: ARG002  nothing is measured beforehand
        previous: Float32[np.ndarray, "nodes labels"] | None,  # noqa: ARG002  nor remembered
    ) -> Queries:
        """A question in numbers."""
        step = np.minimum(np.arange(len(question.node)), STEPS - 1)
        time = time_code(step, self.config.width)
        of_parts = _standing(np.delete(question.member, 1, axis=1), rest=True)
        if not self.config.n_part_layers:
            return Queries(question.node, time, of_parts, None)
        return Queries(question.node, time, _standing(question.member[:, :2]), of_parts)

    def decode(self, parameters: Parameters, features: Scenery, asked: Queries) -> Logits:
        """Logits of every label on every voxel."""
        p, kernels = parameters, kernels_of(features.node)
        clicked = kernels.gather(features.node, asked.node)
        query = kernels.append(clicked, p["background.query.weight"])
        at = kernels.gather(features.place, asked.node) + asked.time
        at = kernels.append(at, p["background.place.weight"])
        if asked.second is None:
            query = kernels.append(query, p["rest.query.weight"])
            at = kernels.append(at, p["rest.place.weight"])
        stage = self._decided(p, "first", query, at, features.node, features.place, asked.first)
        if asked.second is None:
            *earlier, last = stage.masks
            return Logits(_nested(last), earlier=tuple(_nested(mask) for mask in earlier))
        # The clicks on the object are taken up anew, the background's as they have become.
        query = query + asked.first[:, :1] * (stage.query - query)
        query = kernels.append(query, p["rest.query.weight"])
        at = kernels.append(at, p["rest.place.weight"])
        inside = _of_object(asked.second, stage.masks[-1])
        parts = self._decided(
            p, "second", query, at, stage.scene, features.place, asked.second, inside
        )
        *earlier, last = (_nested(mask) for mask in parts.masks)
        return Logits(last, earlier=(*stage.masks, *earlier))

    def answer(
        self,
        parameters: Parameters,
        features: Scenery,
        view: View,
        question: Question,
        distances: Distances,
        previous: Float32[np.ndarray, "nodes labels"] | None,
    ) -> tuple[Int32[np.ndarray, " rows"], Float32[np.ndarray, "rows labels"]]:
        """Every voxel of the view, and the logits there."""
        asked = self.ask(view, question, distances, previous)
        return np.arange(len(view), dtype=np.int32), self.decode(parameters, features, asked).nodes

    def _stage_shapes(self, name: str, n_layers: int) -> Shapes:
        c = self.config
        shapes = perceptron_shapes(f"{name}.mask", c.width, c.width, c.width)
        for layer in range(n_layers):
            for kind in ("scene", "clicks", "back"):
                shapes |= attention_shapes(f"{name}.{layer}.{kind}", c.width)
            shapes |= transformed_shapes(f"{name}.{layer}.alone", c.width, c.hidden)
        return shapes

    def _decided(
        self,
        p: Parameters,
        name: str,
        query: Float[Any, "queries width"],
        at: Float[Any, "queries width"],
        scene: Float[Any, "nodes width"],
        place: Float[Any, "nodes width"],
        stands: Float[Any, "queries targets"],
        allowed: Float[Any, "queries nodes"] | None = None,
    ) -> _Stage:
        """The layers of a stage: clicks look at the scene, at each other, and the scene at them.

        From the second layer on, a query looks at its target's last mask alone.
        """
        h, masks = self.config.n_heads, []
        n_layers = self.config.n_layers if name == "first" else self.config.n_part_layers
        for layer in range(n_layers):
            to = f"{name}.{layer}"
            query = attended(
                p, f"{to}.scene", query, scene, h, at=at, memory_at=place, allowed=allowed
            )
            query = attended(p, f"{to}.clicks", query, query, h, at=at, memory_at=at)
            query = transformed(p, f"{to}.alone", query)
            scene = attended(p, f"{to}.back", scene, query, h, at=place, memory_at=at)
            masks.append(self._masks(p, name, query, scene, stands))
            allowed = _looked_at(stands, masks[-1])
        return _Stage(query, scene, tuple(masks))

    def _masks(
        self,
        p: Parameters,
        name: str,
        query: Float[Any, "queries width"],
        scene: Float[Any, "nodes width"],
        stands: Float[Any, "queries targets"],
    ) -> Float[Any, "nodes targets"]:
        """How much every voxel resembles the query of each target that it resembles most."""
        kernels = kernels_of(scene)
        query = kernels.standardise(query, p["query.gain"], p["query.bias"])
        sought = perceptron(p, f"{name}.mask", query) * self.config.width**-0.5
        alike = scene @ sought.swapaxes(0, 1)
        return kernels.largest(alike[..., None] + (stands - 1) * BARRED)


def _standing(
    member: Bool[np.ndarray, "clicks targets"], *, rest: bool = False
) -> Float32[np.ndarray, "queries targets"]:
    """Which queries stand for which targets; those learned are the background's and the rest's."""
    learned = np.repeat(np.arange(1 + rest), LEARNED)
    return np.concatenate([member, np.eye(member.shape[1])[learned]]).astype(np.float32)


def _looked_at(
    stands: Float[Any, "queries targets"], masks: Float[Any, "nodes targets"]
) -> Float[Any, "queries nodes"]:
    """1 where a voxel is of a query's target, and everywhere where no voxel is."""
    inside = stands @ kernels_of(masks).winners(masks).swapaxes(0, 1)
    return inside + (inside.sum(1) == 0)[:, None]


def _of_object(
    stands: Float[Any, "queries targets"], masks: Float[Any, "nodes 2"]
) -> Float[Any, "queries nodes"]:
    """Queries of parts look at the object, those of the background at the background."""
    background = stands[:, :1]
    return _looked_at(kernels_of(masks).concatenate(background, 1 - background), masks)


def _nested(masks: Float[Any, "nodes targets"]) -> Float[Any, "nodes labels"]:
    """Logits of all labels: the object is as likely as its rest and parts together."""
    kernels, inside = kernels_of(masks), masks[:, 1:]
    together = inside[:, :1] - kernels.log_softmax(inside, 1)[:, :1]
    return kernels.concatenate(kernels.concatenate(masks[:, :1], together), inside)
