"""From where a scan was taken, as far as its points tell, and what can be seen from there.

A scan from one place has its sensor at its origin. For others `find_eyes` takes places at eye
height, or round about a small scan, from which most of the points are in sight.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import no_type_check

import numpy as np
from jaxtyping import Bool, Float32, Float64
from numba import njit

from pinpoint3d.synth.insert.cloud import Cloud, Frame
from pinpoint3d.synth.insert.supports import Level

EYE_HEIGHT = (1.3, 1.65)  # m over the floor: a scanner held before the chest, or on a tripod
APART = 0.6  # m between the places tried
BODY = 0.25  # m: nobody holds a scanner nearer to a wall
REACH = 6.0  # m: depth cameras see no farther
MOST_EYES = 16
MOST_PLACES = 100
LEAST_GAIN = 0.015  # of all points that an eye must add
SCORED = 40_000  # points that places are judged by
ONE_PLACE = 0.85  # of the points in sight of the origin: a scan from one place
RESOLUTION = 256  # pixels of a face of a depth cube: a third of a degree
KEPT_CUBES = 6  # by an eye: 1.5 MiB each
COARSE = 96
SLACK = 0.03  # of the range: surfaces seen at a slant lie at several depths in one pixel


@dataclass(frozen=True)
class DepthCube:
    """Range of the nearest point in every direction from a place, on six faces of a cube.

    Every point covers a disc as wide as the gaps about it, so that surfaces are closed.
    """

    eye: Float64[np.ndarray, "3"]
    ranges: Float32[np.ndarray, "6 n n"]
    spacing: float

    @classmethod
    def of(
        cls,
        xyz: Float32[np.ndarray, "points 3"],
        eye: Float64[np.ndarray, "3"],
        gaps: Float32[np.ndarray, " points"],
        resolution: int = RESOLUTION,
    ) -> "DepthCube":
        """The cube about `eye` of points so many metres from those about them."""
        ranges = np.full((6, resolution, resolution), np.inf, np.float32)
        _splat(ranges, xyz - eye.astype(np.float32), np.float32(0.7) * gaps)
        return cls(eye, ranges, float(np.median(gaps)))

    def sees(self, xyz: Float32[np.ndarray, "points 3"]) -> Bool[np.ndarray, " points"]:
        """Which points nothing hides."""
        offset = xyz - self.eye.astype(np.float32)
        away = np.sqrt((offset**2).sum(axis=1))
        return away * (1 - SLACK) - 1.5 * self.spacing <= _looked_up(self.ranges, offset)


@dataclass
class Eye:
    """A place of the scanner.

    Attributes
    ----------
    position
        Metres, z up.
    frame
        Its pixels, for a scan that is one image.
    """

    position: Float64[np.ndarray, "3"]
    cloud: Cloud
    frame: Frame | None = None
    _cubes: dict[Level | None, DepthCube] = field(default_factory=dict)

    def cube(self, without: Level | None = None) -> DepthCube:
        """What the scan's points hide, those of one level left out: it hides nothing on it."""
        if without not in self._cubes:
            if len(self._cubes) == KEPT_CUBES:
                self._cubes.clear()
            xyz, gaps = self.cloud.xyz, self.cloud.gaps
            if without is not None:
                xyz, gaps = (np.delete(v, without.rows, axis=0) for v in (xyz, gaps))
            self._cubes[without] = DepthCube.of(xyz, self.position, gaps)
        return self._cubes[without]


def find_eyes(cloud: Cloud, levels: Sequence[Level], rng: np.random.Generator) -> list[Eye]:
    """Places from which the scan can have been taken, the one that sees most first."""
    if cloud.frame is not None:
        return [Eye(cloud.sensor, cloud, cloud.frame)]
    few = cloud.thin[:: max(1, len(cloud.thin) // SCORED)]
    spacing = cloud.voxel * math.sqrt(len(cloud.thin) / len(few))
    gaps = np.full(len(few), spacing, np.float32)
    if _sees_all(few, cloud.sensor, gaps):
        return [Eye(cloud.sensor, cloud)]
    floors = [level for level in levels if level.is_floor]
    places = _within(cloud, floors, rng) if floors else _around(cloud, rng)
    if len(places) == 0:
        places = _around(cloud, rng)
    seen = np.stack([_in_reach(few, place, gaps) for place in places])
    chosen: list[Eye] = []
    left = np.ones(len(few), bool)
    while len(chosen) < MOST_EYES:
        gain = (seen & left).sum(axis=1)
        best = int(gain.argmax())
        if chosen and gain[best] < LEAST_GAIN * len(few):
            break
        chosen.append(Eye(places[best], cloud))
        left &= ~seen[best]
    return chosen


def _sees_all(
    xyz: Float32[np.ndarray, "points 3"],
    place: Float64[np.ndarray, "3"],
    gaps: Float32[np.ndarray, " points"],
) -> bool:
    """Whether nearly all points are in sight of a place that is clear of them."""
    away = np.linalg.norm(xyz - place, axis=1)
    if np.quantile(away, 0.001) < BODY:  # but for a few points on the scanner itself
        return False
    return bool(DepthCube.of(xyz, place, gaps, COARSE).sees(xyz).mean() > ONE_PLACE)


def _in_reach(
    xyz: Float32[np.ndarray, "points 3"],
    place: Float64[np.ndarray, "3"],
    gaps: Float32[np.ndarray, " points"],
) -> Bool[np.ndarray, " points"]:
    seen = DepthCube.of(xyz, place, gaps, COARSE).sees(xyz)
    return seen & (np.linalg.norm(xyz - place, axis=1) < REACH)


def _within(
    cloud: Cloud, floors: Sequence[Level], rng: np.random.Generator
) -> Float64[np.ndarray, "places 3"]:
    """Places at eye height over the floors, clear of all points."""
    found = []
    for floor in floors:
        stand = np.argwhere(floor.occupied)
        xy = floor.low + (stand + 0.5) * floor.cell
        _, first = np.unique(np.floor(xy / APART), axis=0, return_index=True)
        height = floor.z + rng.uniform(*EYE_HEIGHT, len(first))
        found.append(np.concatenate([xy[first], height[:, None]], axis=1))
    places = np.concatenate(found)
    places = places[rng.permutation(len(places))[: 2 * MOST_PLACES]]
    body = cloud.thin[:: max(1, len(cloud.thin) // SCORED)]
    hit = [
        (
            (np.abs(body[:, :2] - place[:2]) < BODY).all(axis=1)
            & (np.abs(body[:, 2] - place[2]) < 0.5)
        ).any()
        for place in places
    ]
    return places[~np.array(hit, bool)][:MOST_PLACES]


def _around(cloud: Cloud, rng: np.random.Generator) -> Float64[np.ndarray, "places 3"]:
    """Places round about a small scan, looking down on it."""
    low, high = cloud.thin.min(axis=0), cloud.thin.max(axis=0)
    middle, reach = (low + high) / 2, float(np.linalg.norm(high - low)) / 2
    turn = np.arange(16) * (2 * math.pi / 16) + rng.uniform(0, 1)
    up = np.radians(rng.uniform(25, 60, len(turn)))
    away = np.maximum(0.4, reach * rng.uniform(1.3, 2.0, len(turn)))
    offset = np.stack([np.cos(up) * np.cos(turn), np.cos(up) * np.sin(turn), np.sin(up)], axis=1)
    return middle.astype(np.float64) + away[:, None] * offset


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _splat(ranges, offsets, radii):
    n = ranges.shape[1]
    for i in range(len(offsets)):
        x, y, z = offsets[i]
        away = np.sqrt(x * x + y * y + z * z)
        if away < 1e-6:
            continue
        face, u, v, depth = _on_cube(x, y, z)
        column, row = int((u + 1) * 0.5 * n), int((v + 1) * 0.5 * n)
        wide = min(12, int(radii[i] / depth * 0.5 * n + 0.3))  # no holes between pixels
        for r in range(max(0, row - wide), min(n, row + wide + 1)):
            for c in range(max(0, column - wide), min(n, column + wide + 1)):
                if (r - row) ** 2 + (c - column) ** 2 <= (wide + 0.5) ** 2:
                    ranges[face, r, c] = min(ranges[face, r, c], away)


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _looked_up(ranges, offsets):
    n = ranges.shape[1]
    out = np.empty(len(offsets), np.float32)
    for i in range(len(offsets)):
        x, y, z = offsets[i]
        face, u, v, _ = _on_cube(x, y, z)
        column, row = int((u + 1) * 0.5 * n), int((v + 1) * 0.5 * n)
        out[i] = ranges[face, min(row, n - 1), min(column, n - 1)]
    return out


@njit(cache=True, inline="always")
@no_type_check  # numba compiles the plain function
def _on_cube(x, y, z):
    """Face of a cube that a direction leaves through, and where (-1 to 1); depth along its axis."""
    ax, ay, az = abs(x), abs(y), abs(z)
    if ax >= ay and ax >= az:
        depth = max(ax, np.float32(1e-9))
        return (0 if x > 0 else 1), y / depth, z / depth, depth
    if ay >= az:
        depth = max(ay, np.float32(1e-9))
        return (2 if y > 0 else 3), x / depth, z / depth, depth
    depth = max(az, np.float32(1e-9))
    return (4 if z > 0 else 5), x / depth, y / depth, depth
