"""What surfaces look like: solid textures, colour as a function of a place in the object.

A `Material` needs no unwrapped mesh, and its pattern runs on from one part to the next. `paint`
chooses one for every part of an asset; it often chooses the same for all, because colour must not
give parts away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, no_type_check, runtime_checkable

import numpy as np
from jaxtyping import Float32
from numba import njit

from pinpoint3d.synth.assets import Asset, Finish

Colour = tuple[float, float, float]
"""sRGB, 0 to 1."""


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
        return _clipped(_row(self.colour) + self.clouds * (cloud - 0.5))


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
        along = (xyz * _row(self.trunk)).sum(axis=1)  # no BLAS: its sums depend on how many
        across = xyz - along[:, None] * _row(self.trunk)
        # The pith lies well outside the furniture: boards are sawn from the side of a trunk.
        radius = np.linalg.norm(across + np.float32(0.8), axis=1)
        # Everything changes slowly along the trunk: squeeze that axis before taking noise.
        squeezed = across + 0.12 * along[:, None] * _row(self.trunk)
        turns = radius / self.ring + self.wobble * 6 * noise(
            squeezed * np.float32(4.0), self.seed, 2
        )
        ring = turns - np.floor(turns)
        late = np.where(ring < 0.75, ring / 0.75, (1 - ring) / 0.25) ** 2
        fibre = noise((across + 0.03 * along[:, None] * _row(self.trunk)) * 150, self.seed + 1, 1)
        share = np.clip(0.75 * late + 0.35 * (fibre - 0.4), 0, 1)[:, None].astype(np.float32)
        return _row(self.light) * (1 - share) + _row(self.dark) * share


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
        u, v = _flat(xyz, normals)
        stripe = (np.floor(u / self.period) % 2).astype(np.float32)
        if self.checks:
            stripe = (stripe + np.floor(v / self.period) % 2) / 2
        thread = noise(xyz * np.float32(280.0), self.seed, 1)
        fold = noise(xyz * np.float32(6.0), self.seed + 1, 2)
        shade = (0.88 + 0.14 * thread + 0.10 * (fold - 0.5)).astype(np.float32)[:, None]
        mixed = _row(self.colour) * (1 - stripe[:, None]) + _row(self.second) * stripe[:, None]
        return _clipped(mixed * shade)


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
        share = share.astype(np.float32)[:, None]
        return _clipped(_row(self.colour) * (1 - share) + _row(self.vein) * share)


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
        return _clipped(_row(self.colour) * (0.86 + 0.24 * scratch))


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
        u, v = _flat(xyz, normals)
        row = np.floor(v / self.size[1])
        shift = 0.37 * row if self.staggered else np.zeros_like(row)
        column = np.floor(u / self.size[0] + shift)
        in_u = np.abs(u / self.size[0] + shift - column - 0.5) * self.size[0]
        in_v = np.abs(v / self.size[1] - row - 0.5) * self.size[1]
        half = (self.size[0] - self.gap) / 2, (self.size[1] - self.gap) / 2
        joint = ((in_u > half[0]) | (in_v > half[1]))[:, None]
        cell = np.stack([column, row, np.zeros_like(row)], axis=1).astype(np.float32)
        own = noise(cell + np.float32(0.5), self.seed, 1)[:, None]
        grain_scale = np.array([7, 60, 60] if self.staggered else [12, 12, 12], np.float32)
        grain = noise(xyz * grain_scale, self.seed + 1, 2)[:, None]
        tile = _row(self.colour) * (1 + self.spread * (2 * own - 1) + 0.12 * (grain - 0.5))
        return _clipped(np.where(joint, _row(self.joint), tile))


@dataclass(frozen=True)
class Printed:
    """A picture made of blocks, bars and blots on a ground, as on packs, posters and labels."""

    ground: Colour
    inks: tuple[Colour, ...]
    size: float = 0.12
    gloss: float = 0.15
    seed: int = 0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        u, v = _flat(xyz, normals)
        rng = np.random.default_rng(self.seed)
        out = np.tile(_row(self.ground), (len(xyz), 1))
        at_u, at_v = np.mod(u / self.size, 1.0), np.mod(v / self.size, 1.0)
        for _ in range(9):
            ink = self.inks[rng.integers(len(self.inks))]
            centre, reach = rng.random(2), rng.uniform(0.05, 0.35, 2)
            if rng.random() < 0.5:  # a line of writing
                reach[1] = rng.uniform(0.01, 0.04)
            du, dv = np.abs(at_u - centre[0]), np.abs(at_v - centre[1])
            if rng.random() < 0.3:
                inside = (du / reach[0]) ** 2 + (dv / reach[1]) ** 2 < 1
            else:
                inside = (du < reach[0]) & (dv < reach[1])
            out[inside] = _row(ink)
        return out


@dataclass(frozen=True)
class Worn:
    """Another material with stains, dust and rubbed places over it."""

    under: Material
    stain: Colour
    amount: float = 0.3
    size: float = 0.15
    seed: int = 0

    @property
    def gloss(self) -> float:
        """As the material beneath."""
        return self.under.gloss

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        patch = noise(xyz / np.float32(self.size), self.seed, 4)
        share = np.clip((patch - 0.62) * 5, 0, 1).astype(np.float32)[:, None] * self.amount
        return self.under.colours(xyz, normals) * (1 - share) + _row(self.stain) * share


def paint(asset: Asset, rng: np.random.Generator) -> tuple[Material, ...]:
    """A material for every part of an asset.

    In about half of the objects all parts but glass, screens and prints share one material;
    otherwise parts of one finish do, or each kind of part has its own.
    """
    how = rng.choice(("one", "by finish", "by name"), p=(0.45, 0.35, 0.2))
    chosen: dict[tuple[str, ...], Material] = {}
    main = max({part.finish for part in asset.parts}, key=_area_by_finish(asset).__getitem__)
    coats = []
    for part in asset.parts:
        if part.finish in ("glass", "screen", "print"):
            key = (part.finish,)
        elif how == "one":
            key = (main,)
        else:
            key = (part.finish,) if how == "by finish" else (part.finish, part.name)
        if key not in chosen:
            chosen[key] = choose(key[0], rng)  # pyright: ignore[reportArgumentType]  # a Finish
        coats.append(chosen[key])
    return tuple(coats)


def choose(finish: Finish, rng: np.random.Generator) -> Material:
    """A material of one finish, worn now and then."""
    seed = int(rng.integers(1 << 30))
    material: Material
    if finish == "wood" or finish == "wicker":
        material = (
            _wood(rng, seed) if rng.random() < 0.75 else Plain(_painted(rng), 0.15, 0.02, seed)
        )
    elif finish == "metal":
        material = Brushed(_of(_METALS, rng), int(rng.integers(3)), rng.uniform(0.3, 0.8), seed)
    elif finish in ("fabric", "leather"):
        colour = _painted(rng)
        second = shaded(colour, rng.uniform(0.6, 0.95)) if rng.random() < 0.4 else colour
        period, checks = rng.uniform(0.02, 0.12), bool(rng.random() < 0.4)
        material = Woven(colour, second, period, checks, 0.0, seed)
    elif finish == "stone":
        ground = _of(_STONES, rng)
        material = Stone(
            ground, shaded(ground, rng.uniform(0.5, 1.3)), rng.random() < 0.5, 0.25, seed
        )
    elif finish == "print":
        inks = tuple(_vivid(rng) for _ in range(4))
        material = Printed(_vivid(rng), inks, rng.uniform(0.1, 0.5), 0.15, seed)
    elif finish == "screen":
        material = Plain((0.05, 0.05, 0.06), 0.5, 0.01, seed)
        if rng.random() < 0.3:  # switched on
            material = Printed(
                (0.15, 0.25, 0.4), tuple(_vivid(rng) for _ in range(4)), 0.3, 0.3, seed
            )
    elif finish == "glass":
        material = Plain((0.75, 0.82, 0.82), 0.95, 0.01, seed)
    elif finish == "leaf":
        green = (rng.uniform(0.15, 0.4), rng.uniform(0.4, 0.65), rng.uniform(0.1, 0.3))
        material = Plain(green, 0.05, 0.15, seed)
    elif finish == "paper":
        material = Plain((0.93, 0.92, 0.88), 0.0, 0.03, seed)
    elif finish == "rubber":
        material = Plain(shaded((0.16, 0.16, 0.17), rng.uniform(0.6, 1.6)), 0.05, 0.02, seed)
    elif finish == "ceramic":
        white = rng.random() < 0.5
        material = Plain((0.93, 0.93, 0.91) if white else _vivid(rng), 0.3, 0.02, seed)
    else:
        material = Plain(_painted(rng), rng.uniform(0.05, 0.35), 0.02, seed)
    if finish not in ("glass", "screen") and rng.random() < 0.25:
        amount, size = rng.uniform(0.15, 0.5), rng.uniform(0.05, 0.3)
        material = Worn(
            material, shaded((0.5, 0.45, 0.4), rng.uniform(0.4, 1.6)), amount, size, seed + 7
        )
    return material


def _wood(rng: np.random.Generator, seed: int) -> Wood:
    light = _of(_WOODS, rng)
    trunk = np.zeros(3)
    trunk[rng.choice(3, p=(0.4, 0.1, 0.5))] = 1
    trunk += rng.normal(0, 0.05, 3)
    trunk /= np.linalg.norm(trunk)
    x, y, z = (float(v) for v in trunk)
    dark = shaded(light, rng.uniform(0.55, 0.85))
    return Wood(light, dark, (x, y, z), rng.uniform(0.01, 0.04), rng.uniform(0.1, 0.5), 0.1, seed)


_WOODS = (
    (0.80, 0.64, 0.44),
    (0.87, 0.76, 0.58),
    (0.62, 0.43, 0.27),
    (0.45, 0.29, 0.19),
    (0.30, 0.20, 0.15),
    (0.72, 0.52, 0.36),
    (0.66, 0.60, 0.52),
)
_METALS = (
    (0.72, 0.72, 0.73),
    (0.55, 0.56, 0.58),
    (0.80, 0.68, 0.42),
    (0.20, 0.20, 0.21),
    (0.62, 0.45, 0.35),
    (0.88, 0.88, 0.88),
)
_STONES = ((0.88, 0.87, 0.85), (0.30, 0.30, 0.32), (0.66, 0.62, 0.57), (0.52, 0.54, 0.55))


def _of(colours: Sequence[Colour], rng: np.random.Generator) -> Colour:
    return shaded(colours[int(rng.integers(len(colours)))], rng.uniform(0.88, 1.1))


def shaded(colour: Colour, factor: float) -> Colour:
    """A colour made lighter or darker."""
    red, green, blue = (min(1.0, channel * factor) for channel in colour)
    return red, green, blue


def _painted(rng: np.random.Generator) -> Colour:
    """A colour that rooms are furnished in: mostly white, grey or muted, seldom loud."""
    kind = rng.choice(4, p=(0.25, 0.2, 0.4, 0.15))
    if kind == 0:
        return shaded((0.94, 0.93, 0.90), rng.uniform(0.9, 1.05))
    if kind == 1:
        grey = rng.uniform(0.12, 0.7)
        return grey, grey, grey * rng.uniform(0.95, 1.08)
    return _hsv(rng.random(), rng.uniform(0.1, 0.45) if kind == 2 else 0.75, rng.uniform(0.35, 0.9))


def _vivid(rng: np.random.Generator) -> Colour:
    return _hsv(rng.random(), rng.uniform(0.2, 0.9), rng.uniform(0.3, 0.95))


def _hsv(hue: float, saturation: float, value: float) -> Colour:
    channels = [
        value * (1 - saturation * min(1.0, max(0.0, abs((hue * 6 + k) % 6 - 3) - 1)))
        for k in (3.0, 1.0, 5.0)
    ]
    return channels[0], channels[1], channels[2]


def _area_by_finish(asset: Asset) -> dict[str, int]:
    """Faces of each finish: a fair guess at which one the object is mostly made of."""
    counts: dict[str, int] = {}
    faces = np.bincount(asset.face_part, minlength=len(asset.parts))
    for part, count in zip(asset.parts, faces, strict=True):
        counts[part.finish] = counts.get(part.finish, 0) + int(count)
    return counts


def _row(colour: tuple[float, float, float]) -> Float32[np.ndarray, "3"]:
    return np.array(colour, np.float32)


def _clipped(colours: np.ndarray) -> Float32[np.ndarray, "points 3"]:
    return np.clip(colours, 0, 1).astype(np.float32)


def _flat(
    xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
) -> tuple[Float32[np.ndarray, " points"], Float32[np.ndarray, " points"]]:
    """Coordinates on the axis plane that a surface faces most: triplanar mapping, unblended."""
    axis = np.abs(normals).argmax(axis=1)
    u = np.where(axis == 0, xyz[:, 1], xyz[:, 0])
    v = np.where(axis == 2, xyz[:, 1], xyz[:, 2])
    return u, v


def noise(
    xyz: Float32[np.ndarray, "points 3"], seed: int, octaves: int
) -> Float32[np.ndarray, " points"]:
    """Smooth random values in 0 to 1 with features of size 1, and finer ones by octaves.

    Value noise on a grid of hashed corners (Perlin 1985, doi:10.1145/325165.325247, with values
    in place of gradients), so that a place has its value whatever else is asked.
    """
    return _noise(np.ascontiguousarray(xyz, np.float32), np.uint64(seed), octaves)


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _noise(xyz, seed, octaves):
    out = np.zeros(len(xyz), np.float32)
    for i in range(len(xyz)):
        total, weight, scale, share = 0.0, 0.0, 1.0, 1.0
        for octave in range(octaves):
            x, y, z = xyz[i, 0] * scale, xyz[i, 1] * scale, xyz[i, 2] * scale
            fx, fy, fz = np.floor(x), np.floor(y), np.floor(z)
            ux, uy, uz = x - fx, y - fy, z - fz
            ux, uy, uz = ux * ux * (3 - 2 * ux), uy * uy * (3 - 2 * uy), uz * uz * (3 - 2 * uz)
            ix, iy, iz = np.int64(fx), np.int64(fy), np.int64(fz)
            value = 0.0
            for cx in range(2):
                for cy in range(2):
                    for cz in range(2):
                        corner = _hashed(ix + cx, iy + cy, iz + cz, seed + np.uint64(octave))
                        wx = ux if cx else 1 - ux
                        wy = uy if cy else 1 - uy
                        wz = uz if cz else 1 - uz
                        value += wx * wy * wz * corner
            total += share * value
            weight += share
            scale *= 2.0
            share *= 0.5
        out[i] = total / weight
    return out


@njit(cache=True, inline="always")
@no_type_check
def _hashed(x, y, z, seed):
    """A fixed random value in 0 to 1 for a grid corner.

    Mixed as in SplitMix64 (Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195).
    """
    h = np.uint64(x) * np.uint64(0x9E3779B97F4A7C15)
    h ^= np.uint64(y) * np.uint64(0xC2B2AE3D27D4EB4F)
    h ^= np.uint64(z) * np.uint64(0x165667B19E3779F9)
    h += seed * np.uint64(0xD6E8FEB86659FD93)
    h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    h ^= h >> np.uint64(31)
    return np.float64(h >> np.uint64(11)) / 9007199254740992.0
