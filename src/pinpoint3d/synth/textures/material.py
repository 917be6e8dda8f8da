"""What a material is, a frame of its own for it, and what all materials calculate with."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32


@runtime_checkable
class Material(Protocol):
    """A way for surface to look."""

    @property
    def gloss(self) -> float:
        """From 0, matt, to 1, a mirror: how likely a depth sensor is to see nothing."""
        ...

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """Colour at places on the surface, in the object's own frame (metres)."""
        ...


@dataclass(frozen=True)
class Framed:
    """Another material in a frame of its own: a board sawn elsewhere, its grain another way.

    Its axis i is axis `axes[i]` of the object; `shift` is added along its own axes, metres.
    """

    under: Material
    axes: tuple[int, int, int]
    shift: tuple[float, float, float]

    @property
    def gloss(self) -> float:
        """As the material itself."""
        return self.under.gloss

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        axes = list(self.axes)
        return self.under.colours(xyz[:, axes] + row(self.shift), normals[:, axes])


_Colours = tuple[float, float, float] | Float32[np.ndarray, "3"] | Float32[np.ndarray, "points 3"]
"""One for all points, or one for each."""


def row(values: tuple[float, float, float]) -> Float32[np.ndarray, "3"]:
    """Three numbers as an array: a colour, a direction."""
    return np.array(values, np.float32)


def mixed(
    colour: _Colours,
    other: _Colours,
    share: np.ndarray,
) -> Float32[np.ndarray, "points 3"]:
    """A colour, with `share` (one a point, 0 to 1) of the other in its place."""
    part = share.astype(np.float32)[:, None]
    return np.asarray(colour, np.float32) * (1 - part) + np.asarray(other, np.float32) * part


def clipped(colours: np.ndarray) -> Float32[np.ndarray, "points 3"]:
    """Colours held between 0 and 1."""
    return np.clip(colours, 0, 1).astype(np.float32)


def flat(
    xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
) -> tuple[Float32[np.ndarray, " points"], Float32[np.ndarray, " points"]]:
    """Coordinates on the axis plane that a surface faces most: triplanar mapping, unblended."""
    axis = np.abs(normals).argmax(axis=1)
    u = np.where(axis == 0, xyz[:, 1], xyz[:, 0])
    v = np.where(axis == 2, xyz[:, 1], xyz[:, 2])
    return u, v
