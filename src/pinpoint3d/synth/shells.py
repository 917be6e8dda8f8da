"""The room itself: floor, ceiling, walls with openings, skirting boards, and their looks."""

from collections.abc import Sequence

import numpy as np

from pinpoint3d.synth.layout import Opening, along_wall
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import Mesh, box
from pinpoint3d.synth.textures import Material, Plain, Tiles, Woven, choose, shaded
from pinpoint3d.synth.world import Placed

WALL_THICKNESS = 0.12


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
        pieces = wall_pieces(length, height, holes)
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


def wall_pieces(
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
    near_end, far_end = along_wall(wall, start, away + near), along_wall(wall, end, away + far)
    return box((*near_end, low), (*far_end, high))


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
