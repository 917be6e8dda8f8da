"""Where an object can stand in a scan: all of its foot on a level, and nothing in its way.

`stand` tries places on a level until one is free of the scan's points and of what was put in
before.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64
from scipy import ndimage

from pinpoint3d.synth.assets import Asset, face_areas
from pinpoint3d.synth.insert.cloud import Cloud
from pinpoint3d.synth.insert.supports import Level
from pinpoint3d.synth.layout import Layout
from pinpoint3d.synth.textures import Material
from pinpoint3d.synth.world import Placed, spun

TRIED = 400  # places on a level looked at on its grid
TESTED = 25  # of those, at most so many against the points
COLUMN = 0.02  # m: width of the columns that an asset is cut into
FOOT = 0.015  # m over the lowest point still stands on the support
GAP = 0.01  # m between an object and the points of the scan
MOST_GAP = 0.06  # m, where those are far apart
SMALL = 0.75  # m: larger things do not stand on tables
LOW = 0.2  # m: smaller things stand on tables where there are any

PLAUSIBLE: Mapping[str, tuple[float, float]] = {
    "armchair": (0.5, 1.5), "bed": (1.0, 2.8), "bicycle": (0.8, 2.1), "bin": (0.15, 1.5),
    "book": (0.08, 0.5), "bottle": (0.06, 0.5), "bowl": (0.06, 0.5), "cabinet": (0.25, 3.0),
    "car": (2.5, 6.5), "chair": (0.5, 1.4), "cup": (0.04, 0.3), "desk": (0.6, 2.6),
    "fridge": (0.4, 2.3), "hammer": (0.1, 1.0), "keyboard": (0.2, 0.7), "knife": (0.08, 0.5),
    "lamp": (0.1, 2.3), "laptop": (0.2, 0.7), "microwave": (0.25, 0.8), "monitor": (0.2, 1.2),
    "mug": (0.04, 0.3), "pan": (0.1, 0.8), "plant": (0.08, 2.5), "pot": (0.08, 0.8),
    "sofa": (0.7, 4.0), "stool": (0.2, 1.3), "table": (0.3, 4.0), "vase": (0.06, 1.2),
    "wardrobe": (0.8, 3.2),
}  # fmt: skip
"""Longest edge of the bounding box of some kinds, metres."""
ANY_SIZE = (0.02, 5.0)


@dataclass(frozen=True)
class Columns:
    """An asset turned about z, cut into square columns: from where to where each is filled.

    `low` is infinite where the asset has nothing.
    """

    corner: Float64[np.ndarray, "2"]
    low: Float64[np.ndarray, "nx ny"]
    high: Float64[np.ndarray, "nx ny"]

    @property
    def feet(self) -> Float64[np.ndarray, "feet 2"]:
        """Middles of the columns that stand on the support."""
        return self.corner + (np.argwhere(self.low < FOOT) + 0.5) * COLUMN


def is_plausible(asset: Asset) -> bool:
    """Whether an asset is as large as its kind is in life; made ones are, others may not be."""
    least, most = PLAUSIBLE.get(asset.kind, ANY_SIZE)
    return least <= float((asset.high - asset.low).max()) <= most


def suits(asset: Asset, level: Level, others: list[Level]) -> bool:
    """Whether an asset belongs on such a level: furniture on floors, small things on top of it."""
    size = float((asset.high - asset.low).max())
    if level.is_floor:
        return size > LOW or all(other.is_floor for other in others)
    return size <= SMALL


def columns_of(asset: Asset, yaw: float, rng: np.random.Generator) -> Columns:
    """The columns of an asset, from points strewn over its faces."""
    area = face_areas(asset.vertices.astype(np.float64), asset.faces)
    count = np.minimum(np.ceil(area / (COLUMN / 2) ** 2), 50_000).astype(np.int64)
    face = np.repeat(np.arange(len(area)), count)
    a, b = rng.random((2, len(face), 1)).astype(np.float32)
    over = (a + b) > 1
    a, b = np.where(over, 1 - a, a), np.where(over, 1 - b, b)
    corner = [asset.vertices[asset.faces[face, i]] for i in range(3)]
    inside = corner[0] + a * (corner[1] - corner[0]) + b * (corner[2] - corner[0])
    xyz = spun(np.concatenate([inside, asset.vertices]).astype(np.float32), yaw)
    low = xyz[:, :2].min(axis=0).astype(np.float64)
    at = np.floor((xyz[:, :2] - low) / COLUMN).astype(np.int64)
    shape = at.max(axis=0) + 1
    bottom, top = np.full(shape, np.inf), np.full(shape, -np.inf)
    np.minimum.at(bottom, (at[:, 0], at[:, 1]), xyz[:, 2])
    np.maximum.at(top, (at[:, 0], at[:, 1]), xyz[:, 2])
    return Columns(low, bottom, top)


def stand(
    asset: Asset,
    coats: tuple[Material, ...],
    cloud: Cloud,
    level: Level,
    standing: Layout,
    rng: np.random.Generator,
) -> list[Placed]:
    """Places at which an asset stands on a level and is clear of all else, at most a few."""
    yaw = float(rng.uniform(0, 2 * math.pi))
    columns = columns_of(asset, yaw, rng)
    free = np.argwhere(level.occupied & (level.clearance > float(asset.high[2])))
    if len(free) == 0:
        return []
    picked = free[rng.integers(len(free), size=TRIED)]
    places = level.low + (picked + rng.random((TRIED, 2))) * level.cell
    places = places[_supported(columns, level, places)]
    found = []
    for x, y in places[:TESTED]:
        xyz = _height_under(cloud, level, columns, (float(x), float(y)))
        placed = Placed(asset, coats, xyz, yaw)
        if standing.fits(placed, gap=GAP) and _is_clear(cloud, level, columns, xyz):
            found.append(placed)
            if len(found) == 4:
                break
    return found


def _supported(
    columns: Columns, level: Level, places: Float64[np.ndarray, "places 2"]
) -> Bool[np.ndarray, " places"]:
    """At which places every foot stands on the level, with nothing on the square."""
    feet = columns.feet
    if len(feet) > 400:
        feet = feet[:: len(feet) // 400 + 1]
    squares = level.squares(places[:, None] + feet[None])
    x, y = squares[..., 0], squares[..., 1]
    stands = level.occupied[x, y] & (level.clearance[x, y] > FOOT)
    return np.asarray(stands.all(axis=1))


def _height_under(
    cloud: Cloud, level: Level, columns: Columns, place: tuple[float, float]
) -> tuple[float, float, float]:
    """A place with the height of the level under the feet there."""
    points = cloud.xyz[level.rows]
    feet = columns.feet + np.array(place)
    middle = (feet.min(axis=0) + feet.max(axis=0)) / 2
    reach = np.maximum((feet.max(axis=0) - feet.min(axis=0)) / 2, 2 * level.cell)
    under = (np.abs(points[:, :2] - middle) <= reach).all(axis=1)
    z = float(np.median(points[under, 2])) if under.sum() >= 3 else level.z
    return *place, z + 0.0005  # never quite in the surface: rays along it would flicker


def _is_clear(
    cloud: Cloud, level: Level, columns: Columns, place: tuple[float, float, float]
) -> bool:
    """Whether no point of the cloud lies in the object or nearer than the gap.

    Where points are far apart the gap is wider, or a thin thing would slip between them.
    """
    far = columns.corner + COLUMN * np.array(columns.low.shape) + place[:2] + MOST_GAP
    near = _inside(cloud.xyz, columns.corner + place[:2] - MOST_GAP, far)
    near = near[cloud.xyz[near, 2] > place[2] + level.roughness]
    if len(near) == 0:
        return True
    xyz = cloud.xyz[near]
    gap = float(np.clip(0.6 * np.quantile(cloud.gaps[near], 0.8), GAP, MOST_GAP))
    margin = math.ceil(gap / COLUMN)
    low = np.pad(columns.low, margin, constant_values=np.inf)
    high = np.pad(columns.high, margin, constant_values=-np.inf)
    low = ndimage.minimum_filter(low, 2 * margin + 1) - gap
    high = ndimage.maximum_filter(high, 2 * margin + 1) + gap
    corner = columns.corner - margin * COLUMN + place[:2]
    at = np.floor((xyz[:, :2] - corner) / COLUMN).astype(np.int64)
    inside = ((at >= 0) & (at < low.shape)).all(axis=1)
    x, y = at[inside].T
    z = xyz[inside, 2] - place[2]
    return not ((z > low[x, y]) & (z < high[x, y])).any()


def _inside(
    xyz: Float32[np.ndarray, "points 3"],
    low: Float64[np.ndarray, "2"],
    high: Float64[np.ndarray, "2"],
) -> Int64[np.ndarray, " inside"]:
    """Rows of the points over a rectangle."""
    rows = np.flatnonzero((xyz[:, 0] >= low[0]) & (xyz[:, 0] < high[0]))
    y = xyz[rows, 1]
    return rows[(y >= low[1]) & (y < high[1])]
