"""Solid materials: wood, cloth, stone, metal, plastic, paint, chips.

A solid texture is colour as a function of a place in the object: it needs no unwrapped mesh, and
runs on from one part to the next.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from pinpoint3d.synth.textures.material import clipped, flat, mixed, row
from pinpoint3d.synth.textures.noise import cells, chance, noise
from pinpoint3d.synth.textures.palettes import Colour


@dataclass(frozen=True)
class Plain:
    """One colour with faint clouds in it: paint, plastic, ceramic."""

    colour: Colour
    gloss: float = 0.1
    clouds: float = 0.02
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        del normals
        cloud = noise(xyz * np.float32(9.0), self.seed, 2)[:, None]
        return clipped(row(self.colour) + self.clouds * (cloud - 0.5))


@dataclass(frozen=True)
class Wood:
    """Rings round a trunk, cut by the surface, with fine fibres along it.

    After Peachey, Solid texturing of complex surfaces (1985, doi:10.1145/325165.325246).
    `trunk` is a unit direction, `ring` the distance between rings in metres.
    """

    light: Colour
    dark: Colour
    trunk: tuple[float, float, float]
    ring: float = 0.025
    wobble: float = 0.3
    gloss: float = 0.1
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        del normals
        along = (xyz * row(self.trunk)).sum(axis=1)  # no BLAS: its sums depend on how many
        across = xyz - along[:, None] * row(self.trunk)
        # The pith lies well outside the furniture: boards are sawn from the side of a trunk.
        radius = np.linalg.norm(across + np.float32(0.8), axis=1)
        # Everything changes slowly along the trunk: squeeze that axis before taking noise.
        squeezed = across + 0.12 * along[:, None] * row(self.trunk)
        turns = radius / self.ring + self.wobble * 6 * noise(
            squeezed * np.float32(4.0), self.seed, 2
        )
        ring = turns - np.floor(turns)
        late = np.where(ring < 0.75, ring / 0.75, (1 - ring) / 0.25) ** 2
        fibre = noise((across + 0.03 * along[:, None] * row(self.trunk)) * 150, self.seed + 1, 1)
        return mixed(self.light, self.dark, np.clip(0.75 * late + 0.35 * (fibre - 0.4), 0, 1))


@dataclass(frozen=True)
class Woven:
    """Cloth: two threads crossing, in stripes or checks or neither."""

    colour: Colour
    second: Colour
    period: float = 0.08
    checks: bool = False
    gloss: float = 0.0
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        u, v = flat(xyz, normals)
        stripe = (np.floor(u / self.period) % 2).astype(np.float32)
        if self.checks:
            stripe = (stripe + np.floor(v / self.period) % 2) / 2
        thread = noise(xyz * np.float32(280.0), self.seed, 1)
        fold = noise(xyz * np.float32(6.0), self.seed + 1, 2)
        shade = (0.88 + 0.14 * thread + 0.10 * (fold - 0.5)).astype(np.float32)[:, None]
        return clipped(mixed(self.colour, self.second, stripe) * shade)


@dataclass(frozen=True)
class Plaited:
    """Strands over and under each other: wicker, rattan, straps. `size` is a strand's width."""

    colour: Colour
    size: float = 0.015
    gloss: float = 0.05
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        u, v = flat(xyz, normals)
        column, line = np.floor(u / self.size), np.floor(v / self.size)
        lengthwise = (column + line) % 2 == 0
        across = np.where(lengthwise, v / self.size - line, u / self.size - column)
        strand = np.where(lengthwise, line, column)
        cell = np.stack([strand, lengthwise, np.zeros_like(u)], axis=1).astype(np.float32)
        own = chance(cell, self.seed)
        shade = (0.55 + 0.45 * (1 - (2 * across - 1) ** 2)) * (0.85 + 0.3 * own)
        return clipped(row(self.colour) * shade[:, None])


@dataclass(frozen=True)
class Stone:
    """Marble when veined, granite when speckled."""

    colour: Colour
    vein: Colour
    veined: bool = True
    gloss: float = 0.25
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        del normals
        if self.veined:
            warped = xyz[:, 0] * 5 + xyz[:, 1] * 3 + 6 * noise(xyz * np.float32(3), self.seed, 4)
            share = (1 - np.abs(np.sin(np.pi * warped))) ** 6
        else:
            share = np.clip(4 * (noise(xyz * np.float32(140), self.seed, 2) - 0.5), 0, 1)
        return clipped(mixed(self.colour, self.vein, share))


@dataclass(frozen=True)
class Chips:
    """Chips of several colours: terrazzo in its mortar, chipboard, cork, the flowers of zinc.

    `size` is that of a chip, metres; `gap` the share of it that is mortar.
    """

    chips: tuple[Colour, ...]
    mortar: Colour
    size: float = 0.02
    gap: float = 0.0
    gloss: float = 0.1
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        del normals
        value, depth = cells(xyz / np.float32(self.size), self.seed)
        which = (value * len(self.chips)).astype(np.int64).clip(0, len(self.chips) - 1)
        chip = np.array(self.chips, np.float32)[which]
        return np.where((depth < self.gap)[:, None], row(self.mortar), chip)


@dataclass(frozen=True)
class Speckled:
    """Fine grains of a second colour: carpet, tweed, cast plaster, textured plastic, concrete.

    `grain` is the size of a speck in metres, `share` how much of the second colour shows in all,
    and `clouds` how far brightness varies over decimetres.
    """

    colour: Colour
    second: Colour
    grain: float = 0.006
    share: float = 0.3
    clouds: float = 0.05
    gloss: float = 0.05
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        del normals
        speck = noise(xyz / np.float32(self.grain), self.seed, 1)
        cloud = noise(xyz * np.float32(5.0), self.seed + 1, 2)[:, None]
        # Values of noise crowd round one half: the quantile of `share`, about.
        share = np.clip((speck - 0.5) * 4 + 2 * self.share - 0.5, 0, 1)
        return clipped(mixed(self.colour, self.second, share) + self.clouds * (cloud - 0.5))


@dataclass(frozen=True)
class Brushed:
    """Metal, finely scratched along one axis of the object."""

    colour: Colour
    axis: int = 0
    gloss: float = 0.6
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        del normals
        scale = np.full(3, 400, np.float32)
        scale[self.axis] = 6
        scratch = noise(xyz * scale, self.seed, 1)[:, None]
        return clipped(row(self.colour) * (0.86 + 0.24 * scratch))


@dataclass(frozen=True)
class Faded:
    """One colour passing into another along a direction: a glaze, a dip, sun on cloth.

    `start` and `end` are where along `direction` (a unit vector) it does so, metres.
    """

    colour: Colour
    second: Colour
    direction: tuple[float, float, float]
    start: float
    end: float
    gloss: float = 0.3
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        del normals
        along = (xyz * row(self.direction)).sum(axis=1)
        run = noise(xyz * np.float32(30.0), self.seed, 2) - 0.5  # glaze does not run evenly
        share = (along - self.start) / (self.end - self.start) + 0.4 * run
        return clipped(mixed(self.colour, self.second, np.clip(share, 0, 1)))
