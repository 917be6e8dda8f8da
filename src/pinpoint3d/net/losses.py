"""What training minimises: terms that are functions of probabilities, and their weighted sum.

Tensors come in and go out; nothing here imports torch. A logarithm of probabilities has a column
for each answer: background, the object (where parts are asked for: its rest), and its parts.
"""

from dataclasses import dataclass
from typing import Any

from jaxtyping import Float

from pinpoint3d.net.sparse import kernels_of

SMOOTH = 1.0  # nodes added to both sides of a Dice ratio: a part of three nodes is no cliff


@dataclass(frozen=True)
class LossWeights:
    """Weight of every term.

    Attributes
    ----------
    entropy, dice
        Of the answer on nodes.
    object
        Cross-entropy of the object against all else, on nodes.
    coarse
        Cross-entropy of the superpoint stage; with the Dice term, of the layers before the last.
    keep
        Of nodes that were right before a correction.
    """

    entropy: float = 1.0
    dice: float = 1.0
    object: float = 0.5
    coarse: float = 0.5
    keep: float = 1.0


def answer_log(logits: Float[Any, "rows labels"]) -> Float[Any, "rows answers"]:
    """Logarithm of the probability of every answer: p(object), and p(object) p(part | object)."""
    kernels = kernels_of(logits)
    which = kernels.log_softmax(logits[:, :2], 1)
    if logits.shape[1] == 2:
        return which
    inside = kernels.log_softmax(logits[:, 2:], 1)
    return kernels.concatenate(which[:, :1], which[:, 1:] + inside)


def cross_entropy(
    log: Float[Any, "rows answers"], share: Float[Any, "rows answers"]
) -> Float[Any, ""]:
    """Mean over rows, each answer weighted by one over the root of how many rows have it.

    `share` says how much of each row is of each answer.
    """
    count = share.sum(0)
    weight = share / (count + 1) ** 0.5
    return -(log * weight).sum() / (weight.sum() + 1e-6)


def soft_dice(log: Float[Any, "rows answers"], share: Float[Any, "rows answers"]) -> Float[Any, ""]:
    """One minus the Dice ratio of every mask but the background's, on average over masks.

    Milletari, Navab and Ahmadi, "V-Net", 2016, doi 10.1109/3DV.2016.79: over the rows of a mask,
    and not over the answers of a row.
    """
    chance, truth = log.exp()[:, 1:], share[:, 1:]
    both = (chance * truth).sum(0)
    ratio = (2 * both + SMOOTH) / ((chance * chance).sum(0) + (truth * truth).sum(0) + SMOOTH)
    there = (truth.sum(0) > 0).to(ratio.dtype)
    return ((1 - ratio) * there).sum() / there.sum().clamp(min=1)


def lost(
    log: Float[Any, "rows answers"],
    share: Float[Any, "rows answers"],
    right: Float[Any, " rows"],
) -> Float[Any, ""]:
    """Mean surprise on rows that were right before: corrections should not cost them."""
    surprise = -(log * share).sum(1)
    return (surprise * right).sum() / right.sum().clamp(min=1)
