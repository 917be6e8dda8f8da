"""What of a correction is believed.

After a correction the network's chances say which nodes would change to the click's label. Chances
forget which click came last; but a node far from it, or a piece that is large for an error of a
part clicked so often, is oftener wrong than they say. A perceptron of three layers looks at
`change_inputs` and says whether changing a node mends or spoils it. It is learned from simulated
sessions (`train.corrections`); its parameters lie in the weights file beside the network's, and a
file without them believes all.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32, Int64

from pinpoint3d.net.ground import Ground
from pinpoint3d.net.parameters import Parameters, Shapes, under
from pinpoint3d.snap import SnappedClicks
from pinpoint3d.types import Masks

PREFIX = "corrections."
N_CHANGE_INPUTS = 15
WIDTH = 24
MENDED, SPOILED, NEITHER = range(3)
"""What becomes of a node: right now, right before, or wrong both times."""
BELIEVED = 0.67  # chance from which on a change that mends or spoils is taken to mend
FAR = 8.0  # what the logarithm of a distance in nodes is at most

SHAPES: Shapes = {
    f"{PREFIX}{name}": shape
    for name, shape in {
        "first.weight": (N_CHANGE_INPUTS, WIDTH),
        "first.bias": (WIDTH,),
        "second.weight": (WIDTH, WIDTH),
        "second.bias": (WIDTH,),
        "last.weight": (WIDTH, NEITHER + 1),
        "last.bias": (NEITHER + 1,),
    }.items()
}


@dataclass(frozen=True)
class Changes:
    """What one correction would change.

    Attributes
    ----------
    rows
        Of the scene. int64 (R,).
    node
        The number of each row's node among those that change. int64 (R,).
    inputs
        `change_inputs` of every node that changes. float32 (C, 15).
    """

    rows: Int64[np.ndarray, " rows"]
    node: Int64[np.ndarray, " rows"]
    inputs: Float32[np.ndarray, "changed 15"]


def change_inputs(
    *,
    chance: Float32[np.ndarray, " changed"],
    confidence: Float32[np.ndarray, " changed"],
    walked: Float32[np.ndarray, "changed 3"],
    from_same: Bool[np.ndarray, " changed"],
    from_background: Bool[np.ndarray, " changed"],
    from_rest: Bool[np.ndarray, " changed"],
    to_background: bool,
    to_rest: bool,
    n_own: int,
    clicks_a_part: float,
    clicked_confidence: float,
) -> Float32[np.ndarray, "changed 15"]:
    """What the perceptron is told of every node that would change.

    Parameters
    ----------
    chance, confidence
        Of the click's label now, and of the label before.
    walked
        Distance to the click, in nodes: along the surface, with creases as detours, and straight.
    from_same, from_background, from_rest
        Whether the label before is that of the clicked point, is not of the object, or its rest.
    to_background, to_rest
        What the click says.
    n_own
        Nodes that have the click's label before.
    clicks_a_part
        On the object so far, without this one, over the parts asked for.
    clicked_confidence
        Of the clicked point's label before.
    """
    same_for_all = (
        np.log(len(chance)),
        np.log1p(n_own),
        float(chance.mean()),
        float(to_background),
        float(to_rest),
        clicks_a_part,
        clicked_confidence,
    )
    return np.column_stack(
        [
            chance,
            confidence,
            np.minimum(np.log1p(walked), FAR),
            from_same,
            from_background,
            from_rest,
            np.tile(np.array(same_for_all, np.float32), (len(chance), 1)),
        ]
    ).astype(np.float32)


def changes_of(
    ground: Ground,
    clicks: SnappedClicks,
    rows: Int64[np.ndarray, " rows"],
    before: Masks,
    after: Masks,
) -> Changes:
    """The last click's change of some rows, in numbers."""
    row, to_object, to_part = (
        int(values[-1]) for values in (clicks.rows, clicks.objects, clicks.parts)
    )
    about = to_object or int(before.object[row])  # who takes, or else who loses
    on_it = clicks.objects[:-1] == about
    n_parts = len(set(clicks.parts[clicks.objects == about].tolist()) - {0})
    node_of_row = ground.surface.nodes.node_of_point
    nodes, node = np.unique(node_of_row[rows], return_inverse=True)
    objects, parts, confidence = ground.on_nodes(before)
    own = (objects == to_object) & (parts == to_part)
    objects, parts = objects[nodes], parts[nodes]
    clicked = int(node_of_row[row])
    walked = ground.click_fields(clicked).nodes[:2, nodes].astype(np.float32)
    straight = np.linalg.norm(ground.view.xyz[nodes] - ground.view.xyz[clicked], axis=1)
    inputs = change_inputs(
        chance=ground.on_nodes(after)[2][nodes],
        confidence=confidence[nodes],
        walked=np.column_stack([*walked, straight]) / np.float32(ground.view.size),
        from_same=(objects == before.object[row]) & (parts == before.part[row]),
        from_background=objects != about,
        from_rest=(objects == about) & (parts == 0) & (n_parts > 0),
        to_background=to_object == 0,
        to_rest=to_object > 0 and to_part == 0 and n_parts > 0,
        n_own=int(own.sum()),
        clicks_a_part=int(on_it.sum()) / max(n_parts, 1),
        clicked_confidence=float(before.confidence[row]),
    )
    return Changes(rows, node, inputs)


def outcome_logits(
    parameters: Parameters, inputs: Float[Any, "changed 15"]
) -> Float[Any, "changed 3"]:
    """Logits of `MENDED`, `SPOILED` and `NEITHER`; numpy arrays or torch tensors."""
    p, x = under(parameters, PREFIX), inputs
    for layer in ("first", "second"):
        x = (x @ p[f"{layer}.weight"] + p[f"{layer}.bias"]).clip(0)
    return x @ p["last.weight"] + p["last.bias"]


def believed(
    parameters: Parameters, inputs: Float32[np.ndarray, "changed 15"]
) -> Bool[np.ndarray, " changed"]:
    """Which nodes to change."""
    logits = outcome_logits(parameters, inputs)
    return logits[:, MENDED] - logits[:, SPOILED] > np.log(BELIEVED / (1 - BELIEVED))


def are_there(parameters: Parameters) -> bool:
    """Whether weights come with the perceptron."""
    return any(name.startswith(PREFIX) for name in parameters)


def expected(shapes: Shapes, parameters: Parameters) -> Shapes:
    """A network's shapes, and the perceptron's where weights come with it."""
    return shapes | SHAPES if are_there(parameters) else shapes
