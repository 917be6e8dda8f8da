"""Furnished rooms: a shell with openings, furniture by a simple grammar, clutter on what bears it.

`make` gives a whole room; `walk` the way of a scanner through it. Things are set down one after
another and only where they touch nothing that already stands there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64

from pinpoint3d.synth.assets import Asset, at_level
from pinpoint3d.synth.scanner import Pose
from pinpoint3d.synth.shapes import FAMILIES
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import Mesh, box
from pinpoint3d.synth.textures import Material, Plain, Tiles, Woven, choose, paint, shaded
from pinpoint3d.synth.world import Placed, World

# What stands where. A family may be in several; kinds that differ in size are told apart there.
AGAINST_WALL = ("cabinet",)
TABLES = ("table",)
SEATS = ("chair",)
FREE_STANDING = ("lamp",)
ON_SURFACES = ("mug", "bottle", "monitor", "lamp")

TALLEST_ON_TABLE = 0.75  # m: lamps above this stand on the floor
WALL_THICKNESS = 0.12
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
class _Footprint:
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
    _taken: list[list[_Footprint]] = field(default_factory=list)
    """Of every item, and of every opening."""
    _clear: list[_Footprint] = field(default_factory=list)

    def fits(self, placed: Placed, *, gap: float = 0.01, bearer: Placed | None = None) -> bool:
        """Whether it stands inside the room and clear of everything but what bears it."""
        mine = _footprints(placed)
        inside = np.array([self.width, self.depth]) / 2 - 0.004
        if any((np.abs(part.corners) > inside).any() for part in mine):
            return False
        taken = [
            part
            for item, parts in zip(self.items, self._taken, strict=True)
            if item is not bearer
            for part in parts
        ]
        return not any(_meet(m, other, gap) for other in (*taken, *self._clear) for m in mine)

    def add(self, placed: Placed) -> None:
        """Set something down."""
        self.items.append(placed)
        self._taken.append(_footprints(placed))

    def keep_clear(self, opening: Opening) -> None:
        """Leave room to walk through a doorway, and nothing tall before a window."""
        away = (self.depth if opening.wall % 2 == 0 else self.width) / 2
        reach = 0.8 if opening.low == 0 else 0.3
        ends = [(opening.start, away - reach), (opening.end, away - reach)]
        ends += [(opening.end, away), (opening.start, away)]
        corners = np.array([_along_wall(opening.wall, *end) for end in ends])
        self._clear.append(_Footprint(corners, opening.low, opening.high))

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


def make(rng: np.random.Generator, n_items: int | None = None) -> World:
    """A furnished room, 2.6 to 6 m a side, with about `n_items` objects (8 to 20)."""
    width, depth = rng.uniform(2.6, 6.0), rng.uniform(2.6, 5.0)
    height = rng.uniform(2.3, 2.9)
    n_items = int(rng.integers(8, 21)) if n_items is None else n_items
    openings = _openings(width, depth, height, rng)
    layout = Layout(width, depth)
    for opening in openings:
        layout.keep_clear(opening)
    n_furniture = max(2, round(n_items * rng.uniform(0.4, 0.6)))
    while_left = 4 * n_furniture  # a full room takes no more, however often one asks
    for _ in range(while_left):
        if len(layout.items) >= n_furniture:
            break
        _furnish(layout, rng)
    bearers = [item for item in layout.items if item.asset.supports]
    for _ in range(3 * n_items):
        if len(layout.items) >= n_items or not bearers:
            break
        bearer = bearers[int(rng.integers(len(bearers)))]
        asset = _made(ON_SURFACES, rng)
        if (asset.high - asset.low)[2] < TALLEST_ON_TABLE:
            layout.put_on(bearer, asset, paint(asset, rng), rng)
    return World(shell=(shell(width, depth, height, openings, rng),), items=tuple(layout.items))


def shell(
    width: float,
    depth: float,
    height: float,
    openings: Sequence[Opening],
    rng: np.random.Generator,
) -> Placed:
    """Floor, ceiling, walls with openings, skirting boards.

    Walls are numbered from the back (+y) clockwise as seen from above.
    """
    builder = Builder("room")
    x, y, t = width / 2 + WALL_THICKNESS, depth / 2 + WALL_THICKNESS, 0.05
    builder.part("floor", box((-x, -y, -t), (x, y, 0)))
    builder.part("ceiling", box((-x, -y, height), (x, y, height + t)))
    skirted = rng.random() < 0.6
    skirting = builder.part("skirting") if skirted else -1
    for wall in range(4):
        length = width if wall % 2 == 0 else depth
        holes = sorted((o for o in openings if o.wall == wall), key=lambda o: o.start)
        pieces = _wall_pieces(length, height, holes)
        builder.part(
            "wall", *(_on_wall(wall, width, depth, *p, 0.0, WALL_THICKNESS) for p in pieces)
        )
        if skirted:
            low = [p for p in pieces if p[2] == 0]
            builder.add(
                skirting, *(_on_wall(wall, width, depth, *p[:3], 0.07, -0.012, 0.0) for p in low)
            )
    asset = builder.asset("plain")
    looks = {
        "floor": _floor(rng),
        "ceiling": Plain((0.93, 0.93, 0.92), 0.05, 0.02, int(rng.integers(1 << 30))),
        "wall": _wall_look(rng),
        "skirting": choose("paint", rng),
    }
    coats = tuple(looks[part.name] for part in asset.parts)
    return Placed(asset, coats, (0.0, 0.0, -t))


def walk(layout: World, n_poses: int, rng: np.random.Generator) -> list[Pose]:
    """Where a person with a scanner would stand and look: at free places, eye high, at things."""
    floor = layout.shell[0].asset
    reach = floor.high[:2] - WALL_THICKNESS - 0.3
    prints = [part for item in layout.items for part in _footprints(item)]
    poses = []
    for k in range(n_poses):
        at = rng.uniform(-reach, reach)
        for _ in range(TRIES):
            square = at + np.array([(-0.2, -0.2), (0.2, -0.2), (0.2, 0.2), (-0.2, 0.2)])
            if not any(_overlap(square, p.corners, 0.0) for p in prints if p.high > 0.3):
                break
            at = rng.uniform(-reach, reach)
        eye = np.array([at[0], at[1], rng.uniform(1.1, 1.8)])
        if layout.items and k % 4 != 3:
            item = layout.items[int(rng.integers(len(layout.items)))]
            middle = (item.asset.low + item.asset.high) / 2
            target = item.to_world(middle[None])[0] + rng.normal(0, 0.15, 3)
        else:  # now and then across the room
            target = np.array([*(-at * rng.uniform(0.3, 1)), rng.uniform(0.3, 1.3)])
        way = target - eye
        yaw = math.atan2(-way[0], way[1])
        pitch = math.atan2(way[2], math.hypot(way[0], way[1]))
        poses.append(Pose((float(eye[0]), float(eye[1]), float(eye[2])), yaw, max(pitch, -1.2)))
    return poses


def _furnish(layout: Layout, rng: np.random.Generator) -> None:
    """Try to set down one piece of furniture, or a table with its chairs."""
    what = rng.choice(("wall", "table", "free"), p=(0.5, 0.35, 0.15))
    if what == "wall":
        _against_wall(layout, _made(AGAINST_WALL, rng), rng)
    elif what == "table":
        table = _made(TABLES, rng)
        if rng.random() < 0.4:
            _against_wall(layout, table, rng)
        else:
            _in_the_open(layout, table, rng)
        if layout.items and layout.items[-1].asset is table and table.supports[0].z > 0.6:
            _chairs(layout, layout.items[-1], rng)
    else:
        asset = _made(FREE_STANDING, rng)
        if (asset.high - asset.low)[2] >= TALLEST_ON_TABLE:
            _in_the_open(layout, asset, rng)


def _against_wall(layout: Layout, asset: Asset, rng: np.random.Generator) -> None:
    coats = paint(asset, rng)
    for _ in range(TRIES):
        wall = int(rng.integers(4))
        length, away = (
            (layout.width, layout.depth) if wall % 2 == 0 else (layout.depth, layout.width)
        )
        half = float(asset.high[0] - asset.low[0]) / 2
        if length / 2 - half <= 0.02:
            continue
        along = rng.uniform(-(length / 2 - half - 0.02), length / 2 - half - 0.02)
        if rng.random() < 0.3:  # into the corner
            along = math.copysign(length / 2 - half - rng.uniform(0.02, 0.08), along)
        gap = rng.uniform(0.015, 0.05)
        out = away / 2 - float(asset.high[1]) - gap
        x, y = _along_wall(wall, along, out)
        yaw = -wall * math.pi / 2 + rng.normal(0, 0.01)
        placed = Placed(asset, coats, (float(x), float(y), 0.0), yaw)
        if layout.fits(placed):
            layout.add(placed)
            return


def _in_the_open(layout: Layout, asset: Asset, rng: np.random.Generator) -> None:
    coats = paint(asset, rng)
    for _ in range(TRIES):
        half = np.array([layout.width, layout.depth]) / 2 * rng.uniform(0.3, 0.9)
        x, y = (float(v) for v in rng.uniform(-half, half))
        yaw = int(rng.integers(4)) * math.pi / 2 + rng.normal(0, 0.15)
        placed = Placed(asset, coats, (x, y, 0.0), yaw)
        if layout.fits(placed, gap=0.05):
            layout.add(placed)
            return


def _chairs(layout: Layout, table: Placed, rng: np.random.Generator) -> None:
    """Chairs round a table, all of one model, drawn up or pushed back."""
    chair = _made(SEATS, rng)
    coats = paint(chair, rng)
    half = (table.asset.high - table.asset.low)[:2] / 2
    places = [(0, -1), (0, 1), (-1, 0), (1, 0)]
    if half[0] > 0.7:
        places = [(-0.5, -1), (0.5, -1), (-0.5, 1), (0.5, 1), (-1, 0), (1, 0)]
    for sx, sy in places:
        if rng.random() < 0.3:
            continue
        off = float(chair.high[1]) * rng.uniform(0.1, 1.3)  # how far from the table's edge
        x = sx * (half[0] + (off if sy == 0 else 0)) if sy == 0 else sx * half[0]
        y = sy * (half[1] + off) if sy else 0.0
        x, y, _ = table.to_world(np.array([[x, y, 0]], np.float32))[0].tolist()
        # Its front, -y, turns to the table.
        facing = math.atan2(table.position[0] - x, -(table.position[1] - y))
        if sy:
            facing = table.yaw + (math.pi if sy < 0 else 0.0)
        placed = Placed(chair, coats, (x, y, 0.0), facing + rng.normal(0, 0.15))
        if layout.fits(placed):
            layout.add(placed)


def _made(kinds: Sequence[str], rng: np.random.Generator) -> Asset:
    return FAMILIES[kinds[int(rng.integers(len(kinds)))]](rng)


def _openings(width: float, depth: float, height: float, rng: np.random.Generator) -> list[Opening]:
    """A door and up to two windows, in different walls."""
    walls = rng.permutation(4)
    found = []
    for n, wall in enumerate(walls[: int(rng.integers(1, 4))]):
        length = width if wall % 2 == 0 else depth
        wide = min(rng.uniform(0.8, 0.95) if n == 0 else rng.uniform(0.8, 1.8), length - 0.6)
        start = rng.uniform(0.2, length - wide - 0.2) - length / 2
        low, high = (
            (0.0, 2.05) if n == 0 else (rng.uniform(0.7, 1.0), height - rng.uniform(0.2, 0.5))
        )
        found.append(Opening(int(wall), start, start + wide, low, high))
    return found


def _wall_pieces(
    length: float, height: float, holes: Sequence[Opening]
) -> list[tuple[float, float, float, float]]:
    """Rectangles (from, to, low, high) that make a wall with holes."""
    pieces, done = [], -length / 2
    for hole in holes:
        pieces.append((done, hole.start, 0.0, height))
        if hole.low > 0:
            pieces.append((hole.start, hole.end, 0.0, hole.low))
        pieces.append((hole.start, hole.end, hole.high, height))
        done = hole.end
    pieces.append((done, length / 2, 0.0, height))
    return [p for p in pieces if p[1] - p[0] > 1e-6]


def _on_wall(
    wall: int,
    width: float,
    depth: float,
    start: float,
    end: float,
    low: float,
    high: float,
    near: float,
    far: float,
) -> Mesh:
    """A box on a wall: along it from start to end, and from `near` to `far` behind its face."""
    away = (depth if wall % 2 == 0 else width) / 2
    near_end, far_end = _along_wall(wall, start, away + near), _along_wall(wall, end, away + far)
    return box((*near_end, low), (*far_end, high))


def _along_wall(wall: int, along: float, out: float) -> tuple[float, float]:
    """A place `along` a wall's length and `out` from the middle of the room towards it."""
    return ((along, out), (out, -along), (-along, -out), (-out, along))[wall]


def _floor(rng: np.random.Generator) -> Material:
    kind, seed = rng.choice(("boards", "tiles", "carpet")), int(rng.integers(1 << 30))
    if kind == "carpet":
        tone = rng.uniform(0.3, 0.7)
        colour = (tone, tone * rng.uniform(0.85, 1.0), tone * rng.uniform(0.75, 1.05))
        return Woven(colour, colour, 0.1, seed=seed)
    wood = choose("wood", rng)
    colour = getattr(wood, "light", (0.7, 0.68, 0.64))
    joint = shaded(colour, 0.6)
    if kind == "boards":
        return Tiles(
            colour, joint, (rng.uniform(0.8, 1.4), rng.uniform(0.09, 0.2)), 0.003, True, seed=seed
        )
    side = rng.uniform(0.2, 0.6)
    grey = rng.uniform(0.5, 0.85)
    tile = (grey, grey * rng.uniform(0.93, 1), grey * rng.uniform(0.88, 1))
    return Tiles(tile, shaded(tile, 0.75), (side, side), 0.006, seed=seed)


def _wall_look(rng: np.random.Generator) -> Material:
    seed, tone = int(rng.integers(1 << 30)), rng.uniform(0.75, 0.95)
    colour = (tone, tone * rng.uniform(0.9, 1.02), tone * rng.uniform(0.82, 1.04))
    if rng.random() < 0.75:
        return Plain(colour, 0.02, 0.03, seed)
    if rng.random() < 0.5:
        return Woven(colour, shaded(colour, 0.9), rng.uniform(0.05, 0.3), seed=seed)
    return Tiles(colour, shaded(colour, 0.8), (0.24, 0.08), 0.008, True, seed=seed)


def _footprints(placed: Placed) -> list[_Footprint]:
    """Where each of its uppermost parts stands: one may put a chair between the legs of a table."""
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
            _Footprint(corners.astype(np.float64), base + float(low[2]), base + float(high[2]))
        )
    return prints


def _meet(first: _Footprint, second: _Footprint, gap: float) -> bool:
    """Whether two things would touch."""
    if first.low >= second.high - 0.002 or second.low >= first.high - 0.002:
        return False
    return _overlap(first.corners, second.corners, gap)


def _overlap(
    first: Float64[np.ndarray, "4 2"], second: Float64[np.ndarray, "4 2"], gap: float
) -> bool:
    """Whether two rectangles come nearer than `gap` (along the axes of their sides)."""
    for rectangle in (first, second):
        for side in (rectangle[1] - rectangle[0], rectangle[3] - rectangle[0]):
            axis = side / max(float(np.hypot(*side)), 1e-12)
            a, b = (first * axis).sum(axis=1), (second * axis).sum(axis=1)
            if a.min() > b.max() + gap or b.min() > a.max() + gap:
                return False
    return True
