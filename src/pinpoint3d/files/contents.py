"""What every reader returns: the file's points in the file's own numbers, before any assumption."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Int32, UInt8
from numpy.typing import NDArray


@dataclass(frozen=True)
class Contents:
    """Points as a file holds them, one row a point, in the file's order.

    Attributes
    ----------
    format
        For people: "PLY, binary little endian".
    xyz
        Coordinates in the file's units and axes, in its precision, (N, 3).
    rgb
        Colours brought to 0-255, or None.
    colour
        How colours were stored ("0-255", "0-1", "16 bit", "packed"), or None.
    normals
        float32 (N, 3), or None.
    fields
        Every other field of a point, by the file's name, in its type: (N,) or (N, k).
    faces
        Triangles over rows, or None.
    shape
        Rows and columns of an organised cloud, or None.
    unit_to_m, up
        What the format states ("+y" and 1.0 for glTF); None where it is silent.
    notes
        Sentences about oddities that were accepted.
    """

    format: str
    xyz: Float[np.ndarray, "points 3"]
    rgb: UInt8[np.ndarray, "points 3"] | None = None
    colour: str | None = None
    normals: Float32[np.ndarray, "points 3"] | None = None
    fields: dict[str, NDArray[Any]] = field(default_factory=dict)
    faces: Int32[np.ndarray, "faces 3"] | None = None
    shape: tuple[int, int] | None = None
    unit_to_m: float | None = None
    up: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LabelColumns:
    """Labels as they are written beside the points: one value a row of the file."""

    object_id: Int32[np.ndarray, " points"]
    part_id: Int32[np.ndarray, " points"]
    confidence: Float32[np.ndarray, " points"]
