"""What every reader returns: the file's points in the file's own numbers, before any assumption.

`label_names` says under which names labels go into a file, whatever its format.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Int32, UInt8
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError

LABELS = ("object_id", "part_id", "confidence")
OWN_PREFIX = "pinpoint_"  # before our names where a foreign column bears one of them


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
    n_laid
        Points laid on faces on opening; they stand behind those that the file holds.
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
    n_laid: int = 0


@dataclass(frozen=True)
class LabelColumns:
    """Labels as they are written beside the points: one value a row of the file."""

    object_id: Int32[np.ndarray, " points"]
    part_id: Int32[np.ndarray, " points"]
    confidence: Float32[np.ndarray, " points"]


def label_names(kinds: Mapping[str, str]) -> tuple[str, str, str]:
    """Names of the three label columns in a file that has columns of these numpy kinds.

    Columns are ours if two whole numbers are called object and part id, and keep their names:
    their values are replaced. A foreign column of one of our names (a scanner's `confidence`, say)
    stays, and all three of ours get a prefix.

    Raises
    ------
    FileFormatError
        If foreign columns have both forms of a name.
    """
    plain, prefixed = ((prefix + LABELS[0], prefix + LABELS[1], prefix + LABELS[2])
                       for prefix in ("", OWN_PREFIX))  # fmt: skip
    for names in (prefixed, plain):
        object_kind, part_kind, confidence_kind = (kinds.get(name) for name in names)
        if {object_kind, part_kind} <= {"i", "u"} and confidence_kind in (None, "f"):
            return names
    for names in (plain, prefixed):
        if not any(name in kinds for name in names):
            return names
    taken = next(name for name in prefixed if name in kinds)
    raise FileFormatError(f"no name is left for the labels: rename the column {taken} first.")


def distinct_names(names: Iterable[str]) -> list[str]:
    """Names as a header can hold them: without white space, in Latin-1, each one only once."""
    used: dict[str, None] = {}
    for name in names:
        clean = re.sub(r"\s+", "_", name).encode("latin-1", "replace").decode("latin-1") or "field"
        number, candidate = 1, clean
        while candidate in used:
            number += 1
            candidate = f"{clean}_{number}"
        used[candidate] = None
    return list(used)
