"""What a segmenter's confidence is worth: its answers to first clicks, point by point.

`first_answers` asks; `metrics.calibration_error` counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int64

from pinpoint3d.metrics import Target
from pinpoint3d.segmenter import EncodedScene
from pinpoint3d.simulate import Clicker, SceneIndex
from pinpoint3d.types import Masks, Scene

MARGIN = 0.15  # of an object's diagonal that counts as its surroundings
MOST_POINTS = 2000  # of a question, so that large objects do not drown the others


@dataclass(frozen=True)
class Outcomes:
    """Answers on points: how sure they were, whether they were right, and if they were a part's."""

    confidence: Float32[np.ndarray, " points"]
    right: Bool[np.ndarray, " points"]
    is_part: Bool[np.ndarray, " points"]

    def __len__(self) -> int:
        return len(self.right)

    @classmethod
    def joined(cls, several: Sequence["Outcomes"]) -> "Outcomes":
        """All of several, of which there is at least one."""
        return cls(
            np.concatenate([some.confidence for some in several]),
            np.concatenate([some.right for some in several]),
            np.concatenate([some.is_part for some in several]),
        )


def first_answers(
    encoded: EncodedScene,
    truth: Masks,
    targets: Sequence[Target],
    rng: np.random.Generator,
    index: SceneIndex | None = None,
) -> Outcomes:
    """The answer to one click on every target, on points of their object and of what is close.

    Parameters
    ----------
    targets
        Of one object.
    rng
        Draws the points, `MOST_POINTS` of them where there are more.
    """
    clicker = Clicker(encoded.scene, truth, targets, index=index)
    masks = encoded.segment(clicker.first_clicks())
    rows = surroundings(encoded.scene, truth, targets[0][0])
    if len(rows) > MOST_POINTS:
        rows = np.sort(rng.choice(rows, MOST_POINTS, replace=False))
    # what belongs to no target is the rest of the object asked for, or background
    mine = truth.object[rows] == targets[0][0]
    asked = mine & np.isin(truth.part[rows], [part for _, part in targets])
    right = (masks.object[rows] == np.where(mine, targets[0][0], 0)) & (
        masks.part[rows] == np.where(asked, truth.part[rows], 0)
    )
    return Outcomes(masks.confidence[rows], right, masks.part[rows] > 0)


def surroundings(scene: Scene, truth: Masks, object_id: int) -> Int64[np.ndarray, " rows"]:
    """Rows of an object and of what lies close to it."""
    mine = scene.xyz[(truth.object == object_id) & scene.valid]
    low, high = mine.min(axis=0), mine.max(axis=0)
    margin = MARGIN * np.linalg.norm(high - low)
    inside = (scene.xyz >= low - margin) & (scene.xyz <= high + margin)
    return np.flatnonzero(inside.all(axis=1))
