"""Random values fixed to places in space: smooth noise, cells, and one value a grid corner.

A place has its value whatever else is asked, so that a texture looks the same from every pose.
"""

from typing import no_type_check

import numpy as np
from jaxtyping import Float32
from numba import njit


def noise(
    xyz: Float32[np.ndarray, "points 3"], seed: int, octaves: int
) -> Float32[np.ndarray, " points"]:
    """Smooth random values in 0 to 1 with features of size 1, and finer ones by octaves.

    Value noise on a grid of hashed corners (Perlin 1985, doi:10.1145/325165.325247, with values
    in place of gradients).
    """
    return _noise(np.ascontiguousarray(xyz, np.float32), np.uint64(seed), octaves)


def cells(
    xyz: Float32[np.ndarray, "points 3"], seed: int
) -> tuple[Float32[np.ndarray, " points"], Float32[np.ndarray, " points"]]:
    """A random value in 0 to 1 for each of many cells of size 1, and how far inside it a place is.

    A cell is what lies nearest to one of many scattered seeds; depth is by how much the second is
    farther off, 0 on a border (Worley 1996, doi:10.1145/237170.237267).
    """
    return _cells(np.ascontiguousarray(xyz, np.float32), np.uint64(seed))


def chance(corner: Float32[np.ndarray, "points 3"], seed: int) -> Float32[np.ndarray, " points"]:
    """A random value in 0 to 1 for every corner of the grid, given as whole numbers."""
    return _chance(np.ascontiguousarray(corner, np.float32), np.uint64(seed))


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
                        corner = hashed(ix + cx, iy + cy, iz + cz, seed + np.uint64(octave))
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


@njit(cache=True)
@no_type_check
def _cells(xyz, seed):
    value = np.zeros(len(xyz), np.float32)
    depth = np.zeros(len(xyz), np.float32)
    one, two = np.uint64(1), np.uint64(2)
    for i in range(len(xyz)):
        bx = np.int64(np.floor(xyz[i, 0]))
        by = np.int64(np.floor(xyz[i, 1]))
        bz = np.int64(np.floor(xyz[i, 2]))
        nearest, second = 1e9, 1e9
        for ix in range(bx - 1, bx + 2):
            for iy in range(by - 1, by + 2):
                for iz in range(bz - 1, bz + 2):
                    own = hashed(ix, iy, iz, seed)
                    dx = ix + own - xyz[i, 0]
                    dy = iy + hashed(ix, iy, iz, seed + one) - xyz[i, 1]
                    dz = iz + hashed(ix, iy, iz, seed + two) - xyz[i, 2]
                    squared = dx * dx + dy * dy + dz * dz
                    if squared < nearest:
                        nearest, second = squared, nearest
                        value[i] = own
                    elif squared < second:
                        second = squared
        depth[i] = np.sqrt(second) - np.sqrt(nearest)
    return value, depth


@njit(cache=True)
@no_type_check
def _chance(corner, seed):
    out = np.empty(len(corner), np.float32)
    for i in range(len(corner)):
        x, y, z = np.int64(corner[i, 0]), np.int64(corner[i, 1]), np.int64(corner[i, 2])
        out[i] = hashed(x, y, z, seed)
    return out


@njit(cache=True, inline="always")
@no_type_check
def hashed(x, y, z, seed):
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
