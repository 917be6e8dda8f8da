"""Who stands where: things set down in a room one after another, only where they touch nothing.

A thing takes up the rectangles of its uppermost parts, each between two heights, so that a chair
may stand between the legs of a table and a picture may hang above a chest.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64

from pinpoint3d.synth.assets import Asset, at_level
from pinpoint3d.synth.textures import Material
from pinpoint3d.synth.world import Placed

TRIES = 12


@dataclass(frozen=True)
class Opening:
    """A hole in a wall: a window, or a doorway when `low` is 0. Metres along the wall and up."""

    wall: int
    start: float
    end: float
    low: float
    high: float


@dataclass(frozen=True)
class Footprint:
    """Where something stands: a rectangle turned about z, between two heights."""

    corners: Float64[np.ndarray, "4 2"]
    low: float
    high: float


@dataclass
class Layout:
    """A room being furnished: what stands in it, and how to add more without collision.

    `width` runs along x, `depth` along y; the room is centred on the origin, its floor at 0.
    """

    width: float
    depth: float
    items: list[Placed] = field(default_factory=list)
    _taken: list[list[Footprint]] = field(default_factory=list)
    """Of every item."""
    _clear: list[Footprint] = field(default_factory=list)

    def fits(self, placed: Placed, *, gap: float = 0.01, bearer: Placed | None = None) -> bool:
        """Whether it stands inside the room and clear of everything but what bears it."""
        mine = footprints(placed)
        inside = np.array([self.width, self.depth]) / 2 - 0.004
        if any((np.abs(part.corners) > inside).any() for part in mine):
            return False
        return self._is_clear(mine, gap, bearer) and not any(
            _meet(m, other, gap) for other in self._clear for m in mine
        )

    def fits_in_wall(self, placed: Placed) -> bool:
        """Whether something that stands in a wall, or before a window, is clear of all things."""
        return self._is_clear(footprints(placed), 0.005, None)

    def add(self, placed: Placed) -> None:
        """Set something down."""
        self.items.append(placed)
        self._taken.append(footprints(placed))

    def keep_clear(self, opening: Opening) -> None:
        """Leave room to walk through a doorway, and nothing tall before a window."""
        away = (self.depth if opening.wall % 2 == 0 else self.width) / 2
        reach = 0.8 if opening.low == 0 else 0.3
        ends = [(opening.start, away - reach), (opening.end, away - reach)]
        ends += [(opening.end, away), (opening.start, away)]
        corners = np.array([along_wall(opening.wall, *end) for end in ends])
        self._clear.append(Footprint(corners, opening.low, opening.high))

    def put_on(
        self, bearer: Placed, asset: Asset, coats: tuple[Material, ...], rng: np.random.Generator
    ) -> bool:
        """Set an asset on one of a bearer's surfaces if it fits there; whether it did."""
        supports = bearer.asset.supports
        size = asset.high - asset.low
        for _ in range(TRIES):
            support = supports[int(rng.integers(len(supports)))]
            reach = float(max(size[:2])) / 2
            low, high = np.array(support.low) + reach, np.array(support.high) - reach
            if (high <= low).any() or size[2] > support.clearance - 0.01:
                continue
            at = rng.uniform(low, high)
            # Clutter faces the room more often than not.
            yaw = bearer.yaw + rng.normal(0, 0.4) + (math.pi if rng.random() < 0.1 else 0)
            x, y, z = bearer.to_world(np.array([[at[0], at[1], support.z]], np.float32))[0].tolist()
            placed = Placed(asset, coats, (x, y, z + 0.0005), yaw)
            if self.fits(placed, gap=0.004, bearer=bearer):
                self.add(placed)
                return True
        return False

    def _is_clear(self, mine: list[Footprint], gap: float, bearer: Placed | None) -> bool:
        return not any(
            _meet(m, other, gap)
            for item, parts in zip(self.items, self._taken, strict=True)
            if item is not bearer
            for other in parts
            for m in mine
        )

    def against(
        self,
        wall: int,
        along: float,
        asset: Asset,
        coats: tuple[Material, ...],
        gap: float,
        z: float,
    ) -> Placed:
        """An asset with its back `gap` metres before a wall, facing the room."""
        away = (self.depth if wall % 2 == 0 else self.width) / 2
        x, y = along_wall(wall, along, away - float(asset.high[1]) - gap)
        return Placed(asset, coats, (float(x), float(y), z), -wall * math.pi / 2)

    def length_of(self, wall: int) -> float:
        """Metres from end to end of a wall."""
        return self.width if wall % 2 == 0 else self.depth


def along_wall(wall: int, along: float, out: float) -> tuple[float, float]:
    """A place `along` a wall's length and `out` from the middle of the room towards it.

    Walls are numbered from the back (+y) clockwise as seen from above.
    """
    return ((along, out), (out, -along), (-along, -out), (-out, along))[wall]


def footprints(placed: Placed) -> list[Footprint]:
    """The rectangles that the uppermost parts of a thing take up."""
    asset = placed.asset
    top = at_level(asset.parts, 0)[asset.face_part]
    prints = []
    for part in np.unique(top):
        vertices = asset.vertices[asset.faces[top == part].ravel()]
        low, high = vertices.min(axis=0), vertices.max(axis=0)
        square = np.array([[x, y, 0] for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))], np.float32)
        corners = placed.to_world((low + square * (high - low)).astype(np.float32))[:, :2]
        base = placed.position[2]
        prints.append(
            Footprint(corners.astype(np.float64), base + float(low[2]), base + float(high[2]))
        )
    return prints


def overlap(
    first: Float64[np.ndarray, "4 2"], second: Float64[np.ndarray, "4 2"], gap: float
) -> bool:
    """Whether two rectangles come nearer than `gap` (along the axes of their sides)."""
    middle = first.mean(axis=0) - second.mean(axis=0)
    reach = np.hypot(*(first[2] - first[0])) + np.hypot(*(second[2] - second[0]))
    if np.hypot(*middle) > reach / 2 + gap:
        return False
    for rectangle in (first, second):
        for side in (rectangle[1] - rectangle[0], rectangle[3] - rectangle[0]):
            axis = side / max(float(np.hypot(*side)), 1e-12)
            a, b = (first * axis).sum(axis=1), (second * axis).sum(axis=1)
            if a.min() > b.max() + gap or b.min() > a.max() + gap:
                return False
    return True


def _meet(first: Footprint, second: Footprint, gap: float) -> bool:
    """Whether two things would touch."""
    if first.low >= second.high - 0.002 or second.low >= first.high - 0.002:
        return False
    return overlap(first.corners, second.corners, gap)
