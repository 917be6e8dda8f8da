"""What use does to a surface: stains, scratches, rubbed edges, dust. Each lies over a material."""

from dataclasses import dataclass
from typing import no_type_check

import numpy as np
from jaxtyping import Float32
from numba import njit

from pinpoint3d.synth.textures.material import Material, flat, mixed, row
from pinpoint3d.synth.textures.noise import hashed, noise
from pinpoint3d.synth.textures.palettes import Colour


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
        return self.under.colours(xyz, normals) * (1 - share) + row(self.stain) * share


@dataclass(frozen=True)
class Scratched:
    """Another material with straight scratches in it, one in about two squares of `spacing`."""

    under: Material
    colour: Colour
    amount: float = 0.6
    spacing: float = 0.12
    width: float = 0.002
    seed: int = 0

    @property
    def gloss(self) -> float:
        """As the material beneath."""
        return self.under.gloss

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        u, v = flat(xyz, normals)
        away = _to_scratch(u / self.spacing, v / self.spacing, np.uint64(self.seed))
        share = np.clip(1.5 - away * self.spacing / self.width, 0, 1) * self.amount
        return mixed(self.under.colours(xyz, normals), self.colour, share)


@dataclass(frozen=True)
class Rubbed:
    """Another material worn through to a bare colour along the edges of a box.

    `low` and `high` are its corners in the object's frame, `width` how far the wear reaches from
    the edges, metres.
    """

    under: Material
    bare: Colour
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    width: float = 0.01
    seed: int = 0

    @property
    def gloss(self) -> float:
        """As the material beneath."""
        return self.under.gloss

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        off = np.minimum(np.abs(xyz - row(self.low)), np.abs(xyz - row(self.high)))
        edge = np.sort(off, axis=1)[:, 1]  # near two sides of the box is near an edge
        reach = self.width * np.clip(4 * noise(xyz * np.float32(25.0), self.seed, 2) - 1, 0.02, 3)
        share = np.clip(2 * (1 - edge / reach), 0, 0.9)
        return mixed(self.under.colours(xyz, normals), self.bare, share)


@dataclass(frozen=True)
class Dusty:
    """Another material with dust on all that looks up, thicker in some places."""

    under: Material
    dust: Colour
    amount: float = 0.4
    seed: int = 0

    @property
    def gloss(self) -> float:
        """Dust is matt."""
        return self.under.gloss * (1 - self.amount)

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        thick = noise(xyz * np.float32(12.0), self.seed, 3)
        share = self.amount * np.clip(normals[:, 2] * 2 - 0.8, 0, 1) * (0.4 + 1.2 * thick)
        return mixed(self.under.colours(xyz, normals), self.dust, np.clip(share, 0, 1))


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _to_scratch(u, v, seed):
    """Distance to the nearest scratch; one lies in every other unit square, drawn by its hash."""
    out = np.empty(len(u), np.float32)
    for i in range(len(u)):
        nearest = 1e6
        bu, bv = np.int64(np.floor(u[i])), np.int64(np.floor(v[i]))
        for iu in range(bu - 1, bu + 2):
            for iv in range(bv - 1, bv + 2):
                if hashed(iu, iv, 4, seed) < 0.5:
                    continue
                du = u[i] - iu - hashed(iu, iv, 0, seed)
                dv = v[i] - iv - hashed(iu, iv, 1, seed)
                half = 0.08 + 0.8 * hashed(iu, iv, 2, seed) ** 2  # most are short
                angle = 2 * np.pi * hashed(iu, iv, 3, seed)
                cosine, sine = np.cos(angle), np.sin(angle)
                along = min(max(du * cosine + dv * sine, -half), half)
                ou, ov = du - along * cosine, dv - along * sine
                nearest = min(nearest, ou * ou + ov * ov)
        out[i] = np.sqrt(nearest)
    return out
