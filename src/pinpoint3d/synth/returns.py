"""What views bring back, ray by ray, before it becomes a cloud."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Float32, Int32


@dataclass(frozen=True)
class Returns:
    """Rays of one or more views that came back."""

    true: Float32[np.ndarray, "rays 3"]
    """Where the surface is."""
    seen: Float32[np.ndarray, "rays 3"]
    """Where the scanner says it is."""
    face: Int32[np.ndarray, " rays"]
    range: Float32[np.ndarray, " rays"]
    colour_face: Int32[np.ndarray, " rays"]
    """Face whose colour is seen there: at edges, colour and depth do not quite agree."""
    colour_at: Float32[np.ndarray, "rays 3"]
    eye: Float32[np.ndarray, "rays 3"]
    """Where the scanner stood."""
    gain: Float32[np.ndarray, "rays 3"]


def joined(views: Sequence[Returns]) -> Returns:
    """The rays of several views, one after another."""
    return Returns(
        *(
            np.concatenate([getattr(view, column.name) for view in views])
            for column in fields(Returns)
        )
    )
