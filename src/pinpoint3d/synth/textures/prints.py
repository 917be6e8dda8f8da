"""Prints: pictures, writing and packs, again and again on anything, or once on a flat panel.

Their colour steps lie inside parts, so that an edge in colour need not be the edge of a part.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float32

from pinpoint3d.synth.textures.material import clipped, flat, mixed, row
from pinpoint3d.synth.textures.noise import chance, noise
from pinpoint3d.synth.textures.palettes import Colour


@dataclass(frozen=True)
class Printed:
    """A cover again and again: packs, wrapping, tins. `size` is how high one is, metres."""

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
        return _cover(at_u, at_v, 1.0, (self.ground, *self.inks), self.seed)


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


PictureKind = Literal["blocks", "cover", "text", "landscape", "blots", "interface"]


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
        if self.kind == "cover":
            return _cover(u, v, wide, self.inks, self.seed)
        if self.kind == "landscape":
            return _landscape(u, v, self.inks, self.seed)
        if self.kind == "blots":
            place = np.stack([u * 3 * wide, v * 3, np.zeros_like(u)], axis=1)
            return _blots(place.astype(np.float32), self.inks, self.seed)
        if self.kind == "interface":
            return _interface(u, v, wide, self.inks, self.seed)
        return _blocks(u, v, self.inks[0], self.inks[1:], self.seed)


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


def _cover(
    u: np.ndarray, v: np.ndarray, wide: float, inks: tuple[Colour, ...], seed: int
) -> Float32[np.ndarray, "points 3"]:
    """A pack: a picture on a ground, a name, lines in small letters, a band, a seal.

    What is on a pack is seldom of one colour for long, so all is drawn down to millimetres.
    """
    rng = np.random.default_rng(seed)
    ground, paper, dark = row(inks[0]), np.float32(0.93), row(inks[1]) * np.float32(0.3)
    rays = 0.5 + 0.5 * np.cos(np.arctan2(v - 0.5, u - 0.5) * int(rng.integers(3, 15)))
    glow = v if rng.random() < 0.6 else rays
    out = mixed(ground, ground * 0.6 + 0.4 * row(inks[2]), rng.uniform(0.1, 0.9) * glow)
    du, dv = u - rng.uniform(0.25, 0.75), v - rng.uniform(0.2, 0.6)
    reach = rng.uniform(0.2, 0.5, 2)
    if rng.random() < 0.5:
        shown = (du / reach[0]) ** 2 + (dv / reach[1]) ** 2 < 1
    else:
        shown = (np.abs(du) < reach[0]) & (np.abs(dv) < reach[1])
    out[shown] = _photograph(u[shown] * wide, v[shown], inks[1:], seed + 1)
    band = np.abs(v - rng.uniform(0.1, 0.9)) < rng.uniform(0.03, 0.12)
    if rng.random() < 0.6:
        out[band] = row(inks[3])
    for k, high in enumerate(rng.uniform((0.08, 0.02, 0.012), (0.2, 0.06, 0.03))):
        low, left = rng.uniform(0.05, 0.75), rng.uniform(0.0, 0.3)
        tall = high if k == 0 else rng.uniform(0.1, 0.35)  # a name is one line, the rest are many
        block = (v > low) & (v < low + tall) & (u > left) & (u < left + rng.uniform(0.4, 0.7))
        written = block & _letters(u * wide / high, (v - low) / high, seed + 2 + k)
        out[written] = (dark, paper)[int(rng.random() < 0.6)]
    seal = (u - rng.random()) ** 2 * wide**2 + (v - rng.random()) ** 2 < rng.uniform(
        0.03, 0.12
    ) ** 2
    out[seal] = row(inks[4 % len(inks)])
    return out


def _photograph(
    u: np.ndarray, v: np.ndarray, inks: tuple[Colour, ...], seed: int
) -> Float32[np.ndarray, "points 3"]:
    """Soft heaps of several colours, lit from one side: food, flowers, a face, at a glance."""
    place = np.stack([u * 7, v * 7, np.zeros_like(u)], axis=1).astype(np.float32)
    which = np.clip((noise(place, seed, 3) - 0.25) * 2, 0, 0.999) * (len(inks) - 1)
    below = which.astype(np.int64)
    known = np.array(inks, np.float32)
    out = mixed(known[below], known[below + 1], np.clip((which - below) * 3 - 1, 0, 1))
    return clipped(out * (0.35 + 1.1 * noise(place * np.float32(2.5), seed + 1, 3)[:, None]))


def _letters(x: np.ndarray, y: np.ndarray, seed: int) -> Bool[np.ndarray, " points"]:
    """Whether a place is inside a letter; lines are 1 high, letters are of 3 x 5 squares."""
    line, letter = np.floor(y), np.floor(x / 0.6)
    column, across = np.floor((x / 0.6 - letter) * 4), np.floor((y - line) * 6.5)
    at = np.stack([4 * letter + column, 8 * line + across, np.zeros_like(x)], axis=1)
    word = np.stack([letter, line, np.ones_like(x)], axis=1)
    inked = chance(at.astype(np.float32), seed) > 0.4
    return inked & (column < 3) & (across < 5) & (chance(word.astype(np.float32), seed) > 0.15)


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
