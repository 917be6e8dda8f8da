"""Where a next click would help most: the middle of what the segmenter is least sure of."""

import numpy as np

from pinpoint3d.server.display import Display
from pinpoint3d.types import Masks, Scene

N_SUGGESTED = 3
SURE = 0.75  # confidence above which nothing is suggested
CELLS = 24  # along the scene's longest side: about the size of a part


def suggestions(scene: Scene, display: Display, masks: Masks) -> list[int]:
    """Up to three displayed points in doubt, the largest doubt first, in cells of the scene.

    A cell's doubt is the sum of 1 - confidence over its points that are not sure; the point
    nearest to the middle of those stands for it.
    """
    if not masks.object.any():
        return []
    doubt = 1 - masks.confidence[display.rows]
    unsure = np.flatnonzero(doubt > 1 - SURE)
    if len(unsure) == 0:
        return []
    xyz = scene.xyz[display.rows[unsure]] - np.asarray(display.low, np.float32)
    size = max(float(xyz.max()) / CELLS, 1e-6)
    cells = (xyz / size).astype(np.int64)
    flat = (cells[:, 0] * (CELLS + 1) + cells[:, 1]) * (CELLS + 1) + cells[:, 2]
    _, cell = np.unique(flat, return_inverse=True)
    total = np.bincount(cell, weights=doubt[unsure])
    found = []
    for worst in np.argsort(-total, kind="stable")[:N_SUGGESTED]:
        mine = np.flatnonzero(cell == worst)
        middle = xyz[mine].mean(axis=0)
        nearest = mine[((xyz[mine] - middle) ** 2).sum(axis=1).argmin()]
        found.append(int(unsure[nearest]))
    return found
