"""Patterns drawn on a surface: tiles, dots, bands, patches.

Their colour steps lie inside parts, so that an edge in colour need not be the edge of a part.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from pinpoint3d.synth.textures.material import Material, clipped, flat, row
from pinpoint3d.synth.textures.noise import noise
from pinpoint3d.synth.textures.palettes import Colour


@dataclass(frozen=True)
class Tiles:
    """Tiles, boards or bricks with joints between them; each a little off in colour."""

    colour: Colour
    joint: Colour
    size: tuple[float, float] = (0.3, 0.3)
    gap: float = 0.004
    staggered: bool = False
    spread: float = 0.06
    gloss: float = 0.2
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        u, v = flat(xyz, normals)
        line = np.floor(v / self.size[1])
        shift = 0.37 * line if self.staggered else np.zeros_like(line)
        column = np.floor(u / self.size[0] + shift)
        in_u = np.abs(u / self.size[0] + shift - column - 0.5) * self.size[0]
        in_v = np.abs(v / self.size[1] - line - 0.5) * self.size[1]
        half = (self.size[0] - self.gap) / 2, (self.size[1] - self.gap) / 2
        joint = ((in_u > half[0]) | (in_v > half[1]))[:, None]
        cell = np.stack([column, line, np.zeros_like(line)], axis=1).astype(np.float32)
        own = noise(cell + np.float32(0.5), self.seed, 1)[:, None]
        grain_scale = np.array([7, 60, 60] if self.staggered else [12, 12, 12], np.float32)
        grain = noise(xyz * grain_scale, self.seed + 1, 2)[:, None]
        tile = row(self.colour) * (1 + self.spread * (2 * own - 1) + 0.12 * (grain - 0.5))
        return clipped(np.where(joint, row(self.joint), tile))


@dataclass(frozen=True)
class Dotted:
    """Dots in a staggered grid on another material; `radius` as a share of `period` (metres)."""

    under: Material
    colour: Colour
    period: float = 0.05
    radius: float = 0.25

    @property
    def gloss(self) -> float:
        """As the material beneath."""
        return self.under.gloss

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        u, v = (along / self.period for along in flat(xyz, normals))
        line = np.floor(v)
        in_u = np.mod(u + 0.5 * (line % 2), 1.0) - 0.5
        inside = in_u**2 + (v - line - 0.5) ** 2 < self.radius**2
        return np.where(inside[:, None], row(self.colour), self.under.colours(xyz, normals))


@dataclass(frozen=True)
class Banded:
    """Two materials by turns along a direction: two-tone, a stripe, many stripes.

    `edges` are where along `direction` (a unit vector) one gives way to the other, ascending,
    metres in the object's frame; `under` comes first.
    """

    under: Material
    over: Material
    direction: tuple[float, float, float]
    edges: tuple[float, ...]

    @property
    def gloss(self) -> float:
        """As the material beneath."""
        return self.under.gloss

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        along = (xyz * row(self.direction)).sum(axis=1)
        over = np.searchsorted(np.array(self.edges, np.float32), along) % 2 == 1
        return _laid(self.under, self.over, over, xyz, normals)


@dataclass(frozen=True)
class Patch:
    """A second material on a rectangle or ellipse of one side: a sticker, a badge, a spill.

    Attributes
    ----------
    axis, sign
        The side of the object it is on faces along this axis, this way.
    middle
        On the surface, metres.
    half
        Half its size along the two other axes, in their order.
    """

    under: Material
    over: Material
    axis: int
    sign: int
    middle: tuple[float, float, float]
    half: tuple[float, float]
    round: bool = False

    @property
    def gloss(self) -> float:
        """As the material beneath."""
        return self.under.gloss

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        away = np.abs(xyz - row(self.middle))
        a, b = (k for k in range(3) if k != self.axis)
        u, v = away[:, a] / self.half[0], away[:, b] / self.half[1]
        inside = u**2 + v**2 < 1 if self.round else np.maximum(u, v) < 1
        inside &= normals[:, self.axis] * self.sign > 0.6
        inside &= away[:, self.axis] < 0.03  # m: it does not come out on a shelf behind
        return _laid(self.under, self.over, inside, xyz, normals)


def _laid(
    under: Material,
    over: Material,
    inside: np.ndarray,
    xyz: Float32[np.ndarray, "points 3"],
    normals: Float32[np.ndarray, "points 3"],
) -> Float32[np.ndarray, "points 3"]:
    """Colours of two materials, each asked only where it is seen."""
    out = np.empty_like(xyz)
    for material, rows in ((under, ~inside), (over, inside)):
        if rows.any():
            out[rows] = material.colours(xyz[rows], normals[rows])
    return out
