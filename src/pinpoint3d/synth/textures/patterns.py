"""Patterns drawn on a surface: tiles, prints, dots, bands, patches, and pictures that fit a panel.

Their colour steps lie inside parts, so that an edge in colour need not be the edge of a part.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float32

from pinpoint3d.synth.textures.material import Material, clipped, flat, mixed, row
from pinpoint3d.synth.textures.noise import chance, noise
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
class Printed:
    """A picture made of blocks, bars and blots on a ground, again and again: packs, wrapping."""

    ground: Colour
    inks: tuple[Colour, ...]
    size: float = 0.12
    gloss: float = 0.15
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        u, v = flat(xyz, normals)
        at_u, at_v = np.mod(u / self.size, 1.0), np.mod(v / self.size, 1.0)
        return _blocks(at_u, at_v, self.ground, self.inks, self.seed)


@dataclass(frozen=True)
class Blotted:
    """Blots of several inks, as on flowered cloth and camouflage. `size` is that of a blot."""

    inks: tuple[Colour, ...]
    size: float = 0.08
    gloss: float = 0.0
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        del normals
        return _blots(xyz / np.float32(self.size), self.inks, self.seed)


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


PictureKind = Literal["blocks", "text", "landscape", "blots", "interface"]


@dataclass(frozen=True)
class Picture:
    """One picture that fits a flat panel: a poster, a label, a page, a screen that is on.

    Attributes
    ----------
    kind
        What it shows.
    inks
        Four colours or more; the first is the ground.
    axes
        Axes of the object along which the picture goes, to the right and up.
    low, high
        Its edges along these axes, metres.
    """

    kind: PictureKind
    inks: tuple[Colour, ...]
    axes: tuple[int, int]
    low: tuple[float, float]
    high: tuple[float, float]
    gloss: float = 0.15
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        del normals
        u, v = (
            np.clip((xyz[:, axis] - low) / max(high - low, 1e-6), 0, 1)
            for axis, low, high in zip(self.axes, self.low, self.high, strict=True)
        )
        wide = (self.high[0] - self.low[0]) / max(self.high[1] - self.low[1], 1e-6)
        if self.kind == "text":
            return _text(u, v, wide, self.inks, self.seed)
        if self.kind == "landscape":
            return _landscape(u, v, self.inks, self.seed)
        if self.kind == "blots":
            place = np.stack([u * 3 * wide, v * 3, np.zeros_like(u)], axis=1)
            return _blots(place.astype(np.float32), self.inks, self.seed)
        if self.kind == "interface":
            return _interface(u, v, wide, self.inks, self.seed)
        return _blocks(u, v, self.inks[0], self.inks[1:], self.seed)


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


def _blocks(
    u: np.ndarray, v: np.ndarray, ground: Colour, inks: tuple[Colour, ...], seed: int
) -> Float32[np.ndarray, "points 3"]:
    """Blocks, bars and ellipses on a ground; `u` and `v` from 0 to 1."""
    rng = np.random.default_rng(seed)
    out = np.tile(row(ground), (len(u), 1))
    for _ in range(9):
        ink = inks[rng.integers(len(inks))]
        centre, reach = rng.random(2), rng.uniform(0.05, 0.35, 2)
        if rng.random() < 0.5:  # a line of writing
            reach[1] = rng.uniform(0.01, 0.04)
        du, dv = np.abs(u - centre[0]), np.abs(v - centre[1])
        if rng.random() < 0.3:
            inside = (du / reach[0]) ** 2 + (dv / reach[1]) ** 2 < 1
        else:
            inside = (du < reach[0]) & (dv < reach[1])
        out[inside] = row(ink)
    return out


def _blots(
    place: Float32[np.ndarray, "points 3"], inks: tuple[Colour, ...], seed: int
) -> Float32[np.ndarray, "points 3"]:
    """Contours of noise, an ink between each two; places in units of a blot."""
    height = np.clip((noise(place, seed, 2) - 0.25) * 2, 0, 0.999)  # noise seldom leaves that range
    return np.array(inks, np.float32)[(height * len(inks)).astype(np.int64)]


def _text(
    u: np.ndarray, v: np.ndarray, wide: float, inks: tuple[Colour, ...], seed: int
) -> Float32[np.ndarray, "points 3"]:
    """Words in lines under a headline, with a picture set into them now and then."""
    rng = np.random.default_rng(seed)
    n_lines = int(rng.integers(8, 24))
    line = np.floor(v * n_lines)
    word = np.floor(u * n_lines * wide * 0.4 + 0.37 * line)
    corner = np.stack([word, line, np.zeros_like(u)], axis=1).astype(np.float32)
    ends = chance(np.stack([line, line, line], axis=1).astype(np.float32), seed + 1)
    written = (np.abs(u - 0.5) < 0.42) & (np.abs(v - 0.5) < 0.44) & (u < 0.55 + 0.9 * ends)
    written &= (v * n_lines - line < 0.55) & (chance(corner, seed) > 0.15)
    out = mixed(inks[0], inks[1], 0.8 * written)
    if rng.random() < 0.6:
        out[(v > 0.8) & (v < 0.93) & (np.abs(u - 0.5) < rng.uniform(0.25, 0.42))] = row(inks[2])
    if rng.random() < 0.5:
        u_edge, v_edge = rng.uniform(0.08, 0.5), rng.uniform(0.1, 0.45)
        framed = (u > u_edge) & (u < u_edge + 0.4) & (v > v_edge) & (v < v_edge + 0.3)
        out[framed] = _landscape(
            (u[framed] - u_edge) / 0.4, (v[framed] - v_edge) / 0.3, inks, seed + 2
        )
    return out


def _landscape(
    u: np.ndarray, v: np.ndarray, inks: tuple[Colour, ...], seed: int
) -> Float32[np.ndarray, "points 3"]:
    """A sky that pales downwards, a sun or moon, and ridges that darken as they come nearer."""
    rng = np.random.default_rng(seed)
    sky, sun, land = row(inks[0]), row(inks[1]), row(inks[2])
    out = mixed(sky * 0.6 + 0.4, sky, v)
    sun_u, sun_v, radius = rng.uniform(0.1, 0.9), rng.uniform(0.5, 0.9), rng.uniform(0.04, 0.12)
    out[(u - sun_u) ** 2 + (v - sun_v) ** 2 < radius**2] = sun
    for k in range(4):
        place = np.stack([u * (2 + k), np.full_like(u, 3.5 * k), np.zeros_like(u)], axis=1)
        ridge = 0.62 - 0.16 * k + 0.35 * (noise(place.astype(np.float32), seed + k, 3) - 0.5)
        out[v < ridge] = sky * (0.5 - 0.15 * k) + land * (0.45 + 0.1 * k)
    return clipped(out)


def _interface(
    u: np.ndarray, v: np.ndarray, wide: float, inks: tuple[Colour, ...], seed: int
) -> Float32[np.ndarray, "points 3"]:
    """Windows with bars and writing before a backdrop, and a row of icons."""
    rng = np.random.default_rng(seed)
    out = _landscape(u, v, inks, seed + 9) if rng.random() < 0.5 else mixed(inks[0], inks[3], v)
    for k in range(int(rng.integers(1, 4))):
        middle, reach = rng.uniform(0.3, 0.7, 2), rng.uniform(0.15, 0.4, 2)
        in_u, in_v = (u - middle[0]) / reach[0] / 2 + 0.5, (v - middle[1]) / reach[1] / 2 + 0.5
        inside = (np.abs(in_u - 0.5) < 0.5) & (np.abs(in_v - 0.5) < 0.5)
        page = ((0.95, 0.95, 0.95), (0.2, 0.2, 0.22), *inks[2:])
        if rng.random() < 0.4:  # light writing on dark
            page = ((0.13, 0.13, 0.15), (0.8, 0.8, 0.78), *inks[2:])
        shape = wide * float(reach[0] / reach[1])
        out[inside] = _text(in_u[inside], in_v[inside], shape, page, seed + 20 + k)
        out[inside & (in_v > 0.93)] = row(inks[1])
    icons = (v < 0.06) & (np.mod(u * 14 * wide, 1.0) < 0.6)
    out[v < 0.075] *= np.float32(0.4)
    out[icons & (v > 0.015) & (np.abs(u - 0.5) < 0.3)] = row(inks[2])
    return out
