"""Patches, clicks as prompts, and a binary mask for one target at a time: Point-SAM.

The nodes of a view are cut into overlapping patches, a small PointNet makes a token of each, and a
transformer relates them. For every target the prompts and the patches then look at each other both
ways. Zhou et al., "Point-SAM", 2025, arXiv 2406.16741; smaller, trained from nothing, with one mask
a target.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Int32

from pinpoint3d.net.attention import (
    attended,
    attention_shapes,
    perceptron,
    perceptron_shapes,
    place_code,
    transformed,
    transformed_shapes,
)
from pinpoint3d.net.network import Distances, Logits, Sight
from pinpoint3d.net.pairs import Question
from pinpoint3d.net.parameters import Parameters, Shapes, norm_shapes
from pinpoint3d.net.pointnet2 import farthest, nearest_of
from pinpoint3d.net.sparse import kernels_of
from pinpoint3d.net.view import N_NODE_INPUTS, Cut, View, node_inputs

AROUND = (6_000, 10_000)  # nodes: as many as in training, and in the paper's encoder
SPREAD = 16  # nodes to a patch's centre
GROUP = 32  # nodes of a patch, nearest to its centre: patches overlap
REACH = 4.0  # nodes from a patch's centre that count as far
SPREAD_FROM = 3  # patches that each node takes features from
MASK, ON, OFF = range(3)
"""Kinds of prompts: the one that asks for the mask, clicks on the target, and clicks elsewhere."""


@dataclass(frozen=True)
class PointSamConfig:
    """What the network is built with.

    Attributes
    ----------
    width, hidden, n_heads
        Channels of tokens, of the perceptrons between attentions, and heads.
    n_layers, n_mask_layers
        Of the encoder of patches, and of prompts and patches together.
    fine_width
        Channels of nodes.
    """

    width: int = 256
    hidden: int = 768
    n_heads: int = 8
    n_layers: int = 4
    n_mask_layers: int = 2
    fine_width: int = 32

    def as_dict(self) -> dict[str, Any]:
        """For a weights file."""
        return asdict(self)


@dataclass(frozen=True)
class Patches:
    """A view in P patches: numpy arrays or torch tensors.

    Attributes
    ----------
    x
        `view.node_inputs`. float32 (V, inputs).
    group, offset
        Nodes of each patch, and where they lie about its centre. int32 (P, k), float32 (P, k, 3).
    place
        Of each patch, as waves. float32 (P, width).
    nearest, share
        Patches nearest to each node, and what each contributes. int32 and float32 (V, 3).
    """

    x: Float[Any, "nodes inputs"]
    group: Int32[Any, "patches k"]
    offset: Float[Any, "patches k 3"]
    place: Float[Any, "patches width"]
    nearest: Int32[Any, "nodes near"]
    share: Float[Any, "nodes near"]


@dataclass(frozen=True)
class Tokens:
    """The patches of a view, and the token of each. float32 (P, width)."""

    patches: Patches
    token: Float[Any, "patches width"]


@dataclass(frozen=True)
class Prompts:
    """A question in numbers, a target at a time.

    Attributes
    ----------
    kind
        One-hot kind of every prompt, the one that asks for the mask first.
        float32 (targets, prompts, 3).
    place
        Of each prompt, as waves. float32 (prompts, width).
    previous
        Twice the chance of the last answer, less 1, or None. float32 (V, targets).
    label
        One-hot label of each target. float32 (targets, labels).
    """

    kind: Float[Any, "targets prompts kinds"]
    place: Float[Any, "prompts width"]
    previous: Float[Any, "nodes targets"] | None
    label: Float[Any, "targets labels"]


class PointSam:
    """The network of a configuration; it holds no weights."""

    sight = Sight(around=AROUND, whole=False)

    def __init__(self, config: PointSamConfig) -> None:
        self.config = config

    def shapes(self) -> Shapes:
        """Name and shape of every parameter."""
        c, d, f = self.config, self.config.width, self.config.fine_width
        shapes: Shapes = {
            "patch.first.weight": (N_NODE_INPUTS, d // 2),
            "patch.offset.weight": (3, d // 2),
            "patch.second.weight": (d // 2, d),
            "prompt.kind.weight": (OFF + 1, d),
            "previous.offset.weight": (3, f),
            "previous.first.weight": (1, f),
            "previous.second.weight": (f, d),
            "previous.none.bias": (d,),
            "fine.node.weight": (N_NODE_INPUTS, f),
            "fine.patch.weight": (d, f),
            "fine.mix.weight": (f, f),
        }
        shapes |= norm_shapes("patch.first", d // 2) | norm_shapes("patch.second", d)
        shapes |= norm_shapes("previous.first", f)
        shapes |= norm_shapes("fine", f) | norm_shapes("fine.mix", f)
        for layer in range(c.n_layers):
            shapes |= attention_shapes(f"encode.{layer}.patches", d)
            shapes |= transformed_shapes(f"encode.{layer}.alone", d, c.hidden)
        for layer in range(c.n_mask_layers):
            shapes |= attention_shapes(f"mask.{layer}.prompts", d)
            shapes |= attention_shapes(f"mask.{layer}.look", d, d // 2)
            shapes |= transformed_shapes(f"mask.{layer}.alone", d, c.hidden)
            shapes |= attention_shapes(f"mask.{layer}.back", d, d // 2)
        shapes |= attention_shapes("mask.last", d, d // 2)
        return shapes | perceptron_shapes("mask.out", d, d, f)

    def view_inputs(self, view: View) -> Patches:
        """The patches of a view, as numpy arrays."""
        centre = np.sort(farthest(view.xyz, -(-len(view) // SPREAD)))
        own = view.xyz[centre]
        _, group = nearest_of(view.xyz, own, GROUP, np.inf)
        distance, nearest = nearest_of(own, view.xyz, SPREAD_FROM, np.inf)
        share = 1 / (distance + np.float32(1e-6))
        offset = (view.xyz[group] - own[:, None]) / np.float32(REACH * view.size)
        return Patches(
            node_inputs(view),
            group,
            np.clip(offset, -3, 3),
            place_code(view.xyz, self.config.width)[centre],
            nearest,
            share / share.sum(axis=1, keepdims=True),
        )

    def encode(self, parameters: Parameters, inputs: Patches) -> Tokens:
        """Tokens of the patches, each aware of the others."""
        p, kernels, patches = parameters, kernels_of(inputs.x), inputs
        n, k = patches.group.shape
        x = kernels.gather(patches.x @ p["patch.first.weight"], patches.group)
        x = (x + patches.offset @ p["patch.offset.weight"]).reshape(n * k, -1)
        x = kernels.normalise(x, p["patch.first.gain"], p["patch.first.bias"])
        x = kernels.largest((x @ p["patch.second.weight"]).reshape(n, k, -1))
        token = kernels.standardise(x, p["patch.second.gain"], p["patch.second.bias"])
        at = patches.place
        for layer in range(self.config.n_layers):
            name, h = f"encode.{layer}", self.config.n_heads
            token = attended(p, f"{name}.patches", token, token, h, at=at, memory_at=at)
            token = transformed(p, f"{name}.alone", token)
        return Tokens(patches, token)

    def cut(self, parameters: Parameters, features: None, cut: Cut) -> Tokens:  # noqa: ARG002
        """Features of a part of a view, encoded by itself."""
        return self.encode(parameters, self.view_inputs(cut.view))

    def ask(
        self,
        view: View,
        question: Question,
        distances: Distances,  # noqa: ARG002  nothing is measured beforehand
        previous: Float32[np.ndarray, "nodes labels"] | None,
    ) -> Prompts:
        """The object and each of its parts by itself; the rest too, where it is clicked.

        Clicks on others count as clicks elsewhere. The background is where the object is not, and
        an unclicked rest where no part is: their logit is 0.
        """
        member = question.member
        targets = [c for c in range(1, question.n_labels) if member[:, c].any()]
        kind = np.full((len(targets), 1 + len(member)), MASK, np.int32)
        kind[:, 1:] = np.where(member[:, targets].T, ON, OFF)
        clicked = place_code(view.xyz, self.config.width)[question.node]
        return Prompts(
            np.eye(OFF + 1, dtype=np.float32)[kind],
            np.concatenate([np.zeros_like(clicked[:1]), clicked]),
            None if previous is None else 2 * previous[:, targets] - 1,
            np.eye(question.n_labels, dtype=np.float32)[targets],
        )

    def decode(self, parameters: Parameters, features: Tokens, asked: Prompts) -> Logits:
        """Logits of every label on every node."""
        p, h = parameters, self.config.n_heads
        at = features.patches.place
        scene = features.token + self._remembered(p, features.patches, asked)
        prompt_at = asked.kind @ p["prompt.kind.weight"] + asked.place
        prompt = prompt_at
        for layer in range(self.config.n_mask_layers):
            name = f"mask.{layer}"
            prompt = attended(
                p, f"{name}.prompts", prompt, prompt, h, at=prompt_at, memory_at=prompt_at
            )
            prompt = attended(p, f"{name}.look", prompt, scene, h, at=prompt_at, memory_at=at)
            prompt = transformed(p, f"{name}.alone", prompt)
            scene = attended(p, f"{name}.back", scene, prompt, h, at=at, memory_at=prompt_at)
        prompt = attended(p, "mask.last", prompt, scene, h, at=prompt_at, memory_at=at)
        sought = perceptron(p, "mask.out", prompt[:, 0]) * self.config.fine_width**-0.5
        alike = (self._on_nodes(p, features.patches, scene) * sought).sum(-1)
        return Logits(alike @ asked.label)

    def answer(
        self,
        parameters: Parameters,
        features: Tokens,
        view: View,
        question: Question,
        distances: Distances,
        previous: Float32[np.ndarray, "nodes labels"] | None,
    ) -> tuple[Int32[np.ndarray, " rows"], Float32[np.ndarray, "rows labels"]]:
        """Every node of the view, and the logits there."""
        asked = self.ask(view, question, distances, previous)
        return np.arange(len(view), dtype=np.int32), self.decode(parameters, features, asked).nodes

    def _remembered(
        self, p: Parameters, patches: Patches, asked: Prompts
    ) -> Float[Any, "targets patches width"]:
        """What each patch has of the last answer: a PointNet on the answers of its nodes."""
        kernels, previous = kernels_of(patches.x), asked.previous
        if previous is None:
            return asked.kind[:, :1, : MASK + 1] * p["previous.none.bias"]  # the same for all
        n_targets, (n, k) = previous.shape[1], patches.group.shape
        seen = kernels.gather(previous, patches.group)[..., None] * p["previous.first.weight"]
        seen = seen + (patches.offset @ p["previous.offset.weight"])[:, :, None]
        seen = seen.reshape(n * k * n_targets, -1)
        seen = kernels.normalise(seen, p["previous.first.gain"], p["previous.first.bias"])
        most = kernels.largest(seen.reshape(n, k, -1)).reshape(n, n_targets, -1)
        return most.swapaxes(0, 1) @ p["previous.second.weight"]

    def _on_nodes(
        self, p: Parameters, patches: Patches, scene: Float[Any, "targets patches width"]
    ) -> Float[Any, "nodes targets fine"]:
        """Features of the nodes for each target, from the patches about them and their own."""
        kernels, f = kernels_of(scene), self.config.fine_width
        n_targets, n_patches = scene.shape[:2]
        coarse = (scene @ p["fine.patch.weight"]).swapaxes(0, 1).reshape(n_patches, -1)
        spread = (kernels.gather(coarse, patches.nearest) * patches.share[..., None]).sum(1)
        x = spread.reshape(-1, n_targets, f) + (patches.x @ p["fine.node.weight"])[:, None]
        x = kernels.normalise(x.reshape(-1, f), p["fine.gain"], p["fine.bias"])
        mixed = x @ p["fine.mix.weight"]
        x = kernels.normalise(mixed, p["fine.mix.gain"], p["fine.mix.bias"], x)
        return x.reshape(-1, n_targets, f)
