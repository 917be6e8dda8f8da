"""From features and clicks to masks: message passing on superpoints, then detail on nodes.

Every label keeps a state on every superpoint (`_Rounds`), from how the superpoint looks, how it
lies to the label's clicks, and the label's own token. The states pass messages along borders, to
their rivals, and between an object and its parts; the tokens listen to their clicks and to what
their labels hold. On nodes, neighbours draw each other near. `Decoder.superpoints` and then
`Decoder.nodes` give one logit a label.
"""

from dataclasses import dataclass
from typing import Any

from jaxtyping import Float, Int32

from pinpoint3d.net.pairs import N_NODE_PAIRS, N_SUPERPOINT_PAIRS, PART
from pinpoint3d.net.parameters import Parameters, Shapes, norm_shapes
from pinpoint3d.net.sparse import kernels_of
from pinpoint3d.net.view import N_ARC_INPUTS, N_STEP_INPUTS, N_SUPERPOINT_INPUTS

N_KINDS = PART + 1
N_CLICK_INPUTS = 2  # how many clicks a label has, and whether it has any


@dataclass(frozen=True)
class Topology:
    """Where a decode takes place: indices alone, numpy arrays or torch tensors.

    Attributes
    ----------
    tail, head
        Superpoints of each arc. int32 (A,).
    superpoint
        Of each node. int32 (V,).
    neighbour
        Of each node. int32 (V, k).
    n_superpoints
        S.
    """

    tail: Int32[Any, " arcs"]
    head: Int32[Any, " arcs"]
    superpoint: Int32[Any, " nodes"]
    neighbour: Int32[Any, "nodes k"]
    n_superpoints: int


@dataclass(frozen=True)
class Asked:
    """A question in numbers: K clicks, C labels; numpy arrays or torch tensors.

    Attributes
    ----------
    kind
        One-hot. float32 (C, 4).
    numbers
        Of each label: see `N_CLICK_INPUTS`. float32 (C, 2).
    share
        What each click contributes to each label's token; rows add to 1 or 0. float32 (C, K).
    click_node, click_superpoint
        int32 (K,).
    rivals, family
        Mixing of labels: the mean of a label's rivals, and the mean of its object or of its parts.
        float32 (C, C).
    """

    kind: Float[Any, "labels kinds"]
    numbers: Float[Any, "labels numbers"]
    share: Float[Any, "labels clicks"]
    click_node: Int32[Any, " clicks"]
    click_superpoint: Int32[Any, " clicks"]
    rivals: Float[Any, "labels labels"]
    family: Float[Any, "labels labels"]


@dataclass(frozen=True)
class States:
    """What the superpoint stage hands to the node stage."""

    logits: Float[Any, "superpoints labels"]
    state: Float[Any, "superpoints labels width"]
    label: Float[Any, "labels width"]


@dataclass(frozen=True)
class FineInputs:
    """What the node stage is handed of some nodes, R of them: numpy arrays or torch tensors.

    Attributes
    ----------
    pairs
        `pairs.node_pairs`.
    tail, head
        Nodes side by side, as places among the R. int32 (A,).
    steps
        `view.step_inputs` of each. float32 (A, inputs).
    """

    pairs: Float[Any, "rows labels pairs"]
    tail: Int32[Any, " steps"]
    head: Int32[Any, " steps"]
    steps: Float[Any, "steps inputs"]


@dataclass(frozen=True)
class Decoder:
    """Message passing on the graph of superpoints, with the clicks in it.

    Parameters
    ----------
    token_width
        Channels of a superpoint's token.
    node_width
        Channels of a node's features.
    width
        Channels of a label's state on a superpoint.
    n_rounds
        Rounds of messages; 0 leaves every superpoint by itself.
    fine_width
        Channels of the node stage.
    pairs
        Whether pair features are looked at, for measuring what they bring.
    settling
        Rounds in which the answers of neighbouring nodes draw near; 0 leaves every node by itself.
    """

    token_width: int
    node_width: int
    width: int = 48
    n_rounds: int = 3
    fine_width: int = 32
    pairs: bool = True
    settling: int = 4

    def shapes(self) -> Shapes:
        """Name and shape of every parameter."""
        d, f, t, v = self.width, self.fine_width, self.token_width, self.node_width
        shapes: Shapes = {
            "label.kind.weight": (N_KINDS, d),
            "label.numbers.weight": (N_CLICK_INPUTS, d),
            "label.token.weight": (t, d),
            "label.node.weight": (v, d),
            "place.token.weight": (t + N_SUPERPOINT_INPUTS, d),
            "place.pairs.weight": (N_SUPERPOINT_PAIRS, d),
            "place.label.weight": (d, d),
            "place.match.weight": (t, d),
            "place.mix.weight": (d, d),
            "out.weight": (d, 1),
            "out.bias": (1,),
            "fine.node.weight": (v, f),
            "fine.state.weight": (d, f),
            "fine.label.weight": (d, f),
            "fine.match.node.weight": (v, f),
            "fine.match.label.weight": (d, f),
            "fine.pairs.weight": (N_NODE_PAIRS + 2, f),
            "fine.mix.weight": (f, f),
            "fine.out.weight": (f, 1),
            "fine.out.bias": (1,),
        }
        for name, width in (("label", d), ("place", d), ("place.mix", d)):
            shapes |= norm_shapes(name, width)
        shapes |= norm_shapes("fine", f) | norm_shapes("fine.mix", f)
        if self.settling:
            shapes |= {"settle.gate.weight": (N_STEP_INPUTS, 1), "settle.gate.bias": (1,)}
        for r in range(self.n_rounds):
            shapes |= {
                f"round.{r}.gate.weight": (N_ARC_INPUTS, d),
                f"round.{r}.gate.bias": (d,),
                f"round.{r}.send.weight": (d, d),
                f"round.{r}.mix.weight": (3 * d, d),
                f"round.{r}.label.weight": (d, d),
                f"round.{r}.listen.weight": (2 * d, d),
                f"round.{r}.attend.weight": (d, 1),
            }
            shapes |= norm_shapes(f"round.{r}", d) | norm_shapes(f"round.{r}.listen", d)
        return shapes

    def superpoints(
        self,
        parameters: Parameters,
        token: Float[Any, "superpoints channels"],
        node: Float[Any, "nodes features"],
        looks: Float[Any, "superpoints inputs"],
        arcs: Float[Any, "arcs traits"],
        pairs: Float[Any, "superpoints labels pairs"],
        asked: Asked,
        topology: Topology,
    ) -> States:
        """Logits and states of every label on every superpoint."""
        p, kernels = parameters, kernels_of(token)
        n, c, d = topology.n_superpoints, len(asked.kind), self.width
        if not self.pairs:
            pairs = pairs * 0

        clicked = kernels.gather(token, asked.click_superpoint) @ p["label.token.weight"]
        clicked = clicked + kernels.gather(node, asked.click_node) @ p["label.node.weight"]
        label = asked.share @ clicked
        label = label + asked.kind @ p["label.kind.weight"]
        label = label + asked.numbers @ p["label.numbers.weight"]
        label = kernels.normalise(label, p["label.gain"], p["label.bias"])

        place = kernels.concatenate(token, looks) @ p["place.token.weight"]
        match = (token @ p["place.match.weight"])[:, None] * label[None]
        state = (
            place[:, None]
            + (label @ p["place.label.weight"])[None]
            + pairs @ p["place.pairs.weight"]
            + match * d**-0.5
        ).reshape(n * c, d)
        state = kernels.normalise(state, p["place.gain"], p["place.bias"])
        state = kernels.normalise(
            state @ p["place.mix.weight"], p["place.mix.gain"], p["place.mix.bias"], state
        )
        for r in range(self.n_rounds):
            state, label = self._round(p, f"round.{r}", state, label, arcs, asked, topology)
        logits = (state @ p["out.weight"] + p["out.bias"]).reshape(n, c)
        return States(logits, state.reshape(n, c, d), label)

    def nodes(
        self,
        parameters: Parameters,
        states: States,
        node: Float[Any, "rows features"],
        fine: FineInputs,
        smooth: Float[Any, "rows labels"],
        superpoint: Int32[Any, " rows"],
    ) -> Float[Any, "rows labels"]:
        """Logits of every label on some nodes.

        Parameters
        ----------
        node
            Features of the nodes.
        fine
            How they lie to the clicks, and to each other.
        smooth
            Mean of the superpoints' logits over each node's neighbours.
        superpoint
            Of each node.
        """
        p, kernels = parameters, kernels_of(node)
        n, c, f = len(node), smooth.shape[1], self.fine_width
        w = p["fine.pairs.weight"]
        state = (states.state.reshape(-1, self.width) @ p["fine.state.weight"]).reshape(-1, c, f)
        state = state + (states.label @ p["fine.label.weight"])[None]
        state = state + states.logits[..., None] * w[N_NODE_PAIRS]
        key = node @ p["fine.match.node.weight"] * f**-0.5
        sought = states.label @ p["fine.match.label.weight"]
        own = node @ p["fine.node.weight"]
        x = kernels.spread(state, superpoint, own, key, sought, smooth, w[N_NODE_PAIRS + 1])
        x = x.reshape(n * c, f)
        if self.pairs:
            x += fine.pairs.reshape(n * c, N_NODE_PAIRS) @ w[:N_NODE_PAIRS]
        x = kernels.normalise(x, p["fine.gain"], p["fine.bias"])
        mixed = x @ p["fine.mix.weight"]
        x = kernels.normalise(mixed, p["fine.mix.gain"], p["fine.mix.bias"], x)
        logits = smooth + (x @ p["fine.out.weight"] + p["fine.out.bias"]).reshape(n, c)
        return self._settled(p, logits, fine) if self.settling else logits

    def _settled(
        self, p: Parameters, logits: Float[Any, "rows labels"], fine: FineInputs
    ) -> Float[Any, "rows labels"]:
        """Logits drawn towards those of neighbours, as far as what lies between lets them.

        Rounds of Jacobi's method for the minimum of the squared distances to the logits and, times
        the gates, between neighbours: a random walk with learned conductances (Grady, "Random walks
        for image segmentation", 2006, doi 10.1109/TPAMI.2006.233).
        """
        kernels = kernels_of(logits)
        gate = kernels.sigmoid(fine.steps @ p["settle.gate.weight"] + p["settle.gate.bias"])
        pull = kernels.segment_sum(gate, fine.tail, len(logits))
        share = pull / (1 + pull)
        settled = logits
        for _ in range(self.settling):
            heard = kernels.gated_mean(settled[..., None], gate, fine.tail, fine.head)[..., 0]
            settled = logits + share * (heard - logits)
        return settled

    def _round(
        self,
        p: Parameters,
        name: str,
        state: Float[Any, "rows width"],
        label: Float[Any, "labels width"],
        arcs: Float[Any, "arcs traits"],
        asked: Asked,
        topology: Topology,
    ) -> tuple[Float[Any, "rows width"], Float[Any, "labels width"]]:
        """One exchange of messages: along borders, between labels, and with the tokens."""
        kernels = kernels_of(state)
        n, c, d = topology.n_superpoints, len(label), self.width
        gate = kernels.sigmoid(arcs @ p[f"{name}.gate.weight"] + p[f"{name}.gate.bias"])
        sent = (state @ p[f"{name}.send.weight"]).reshape(n, c, d)
        heard = kernels.gated_mean(sent, gate, topology.tail, topology.head).reshape(n * c, d)

        by_place = state.reshape(n, c, d)
        rivals = kernels.mixed(asked.rivals, by_place).reshape(n * c, d)
        family = kernels.mixed(asked.family, by_place).reshape(n * c, d)
        mixed = kernels.concatenate(kernels.concatenate(state, rivals), family)
        new = (mixed @ p[f"{name}.mix.weight"] + heard).reshape(n, c, d)
        new = (new + (label @ p[f"{name}.label.weight"])[None]).reshape(n * c, d)
        state = kernels.normalise(new, p[f"{name}.gain"], p[f"{name}.bias"], state)

        attention = kernels.softmax((state @ p[f"{name}.attend.weight"]).reshape(n, c), 0)
        by_place = state.reshape(n, c, d)
        held = (attention[..., None] * by_place).sum(0)
        at_clicks = kernels.gather(by_place.reshape(n, c * d), asked.click_superpoint)
        mine = (at_clicks.reshape(-1, c, d) * asked.share.T[..., None]).sum(0)
        told = kernels.concatenate(held, mine) @ p[f"{name}.listen.weight"]
        label = kernels.normalise(told, p[f"{name}.listen.gain"], p[f"{name}.listen.bias"], label)
        return state, label
