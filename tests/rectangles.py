"""Points of rectangles: what made-up scenes of the tests consist of."""

import numpy as np


def grid(corner, along, across, spacing: float = 0.01) -> np.ndarray:  # pyright: ignore[reportMissingParameterType]  # any three numbers
    """Points of a rectangle, `spacing` metres apart."""
    corner, along, across = (np.asarray(v, float) for v in (corner, along, across))
    u = np.arange(0, np.linalg.norm(along) + 1e-9, spacing) / np.linalg.norm(along)
    v = np.arange(0, np.linalg.norm(across) + 1e-9, spacing) / np.linalg.norm(across)
    return (corner + u[:, None, None] * along + v[None, :, None] * across).reshape(-1, 3)
