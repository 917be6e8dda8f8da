"""Wall shelves: one to four boards on brackets, rails, ropes, or in a box.

Part tree: boards (with edge strip), brackets, uprights, rail with hooks, back panel. The wall is at
its back, towards +y.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Point,
    arc,
    box,
    curve,
    cushion,
    cylinder,
    extrusion,
    joined,
    tube,
)
from pinpoint3d.synth.shapes.sweeps import side_plate

HOLDS = ("angle", "strut", "triangle", "scroll", "hidden", "uprights", "ropes", "box")
BOARDS = ("plain", "rounded", "thick", "glass", "live edge")
EXTRAS = ("none", "none", "hooks", "lip", "gallery")


def make(rng: np.random.Generator) -> Asset:
    """A wall shelf, 0.3 to 1.6 m wide."""
    hold, board = str(rng.choice(HOLDS)), str(rng.choice(BOARDS))
    n = int(rng.integers(2, 5)) if hold in ("uprights", "ropes") else 1
    return build(hold, board, str(rng.choice(EXTRAS)), n, rng)


def build(hold: str, board: str, extra: str, n: int, rng: np.random.Generator) -> Asset:
    """A wall shelf of given style, its wall at y = 0."""
    builder = Builder("shelf_board")
    wide, deep = rng.uniform(0.35, 1.5), rng.uniform(0.14, 0.32)
    thick = {"thick": rng.uniform(0.035, 0.055), "glass": rng.uniform(0.006, 0.01)}.get(
        board, rng.uniform(0.016, 0.026)
    )
    pitch = rng.uniform(0.24, 0.36)
    x = rng.uniform(0.3, 0.42) * wide
    if hold == "box":
        _box(builder, wide, deep, rng)
        return builder.asset(f"box, {board}")
    levels = [k * pitch for k in range(n)]
    for k, z in enumerate(levels):
        _board(builder, board, wide, deep, thick, z, rng)
        room = pitch - thick - 0.03 if k < n - 1 else math.inf
        builder.support((-wide / 2 + 0.02, -deep + 0.02), (wide / 2 - 0.02, -0.01), z, room)
        if extra == "lip" and board != "live edge":
            lip = box((-wide / 2, -deep - 0.012, z - thick), (wide / 2, -deep + 0.001, z + 0.02))
            builder.part("lip", lip, finish="wood")
        elif extra == "gallery" and board != "glass":
            _gallery(builder, wide, deep, z)
        if hold in ("angle", "strut", "triangle", "scroll"):
            for s in (-1, 1):
                _bracket(builder, hold, s * x, deep, z - thick)
        elif hold == "hidden":
            for s in (-1, 1):
                plate = box((s * x - 0.02, -0.004, z - thick - 0.008), (s * x + 0.02, 0, z + 0.002))
                builder.part("fixing plate", plate, finish="metal")
    if hold == "uprights":
        for s in (-1, 1):
            low, high = (s * x - 0.012, -0.02, -0.16), (s * x + 0.012, 0, levels[-1] + 0.08)
            builder.part("upright", box(low, high, 0.002), finish="metal")
            for z in levels:
                outline: list[Point] = [(-0.015, z - thick), (-0.015, z - thick - 0.06)]
                outline += [(-0.9 * deep, z - thick - 0.012), (-0.9 * deep, z - thick)]
                arm = side_plate(outline, s * x - 0.004, s * x + 0.004)
                builder.part("bracket", arm, finish="metal")
    elif hold == "ropes":
        _ropes(builder, wide, deep, thick, levels)
    if extra == "hooks":
        _hooks(builder, wide, thick, hold, rng)
    return builder.asset(f"{hold}, {board} boards, {n}, {extra}")


def _board(
    builder: Builder,
    board: str,
    wide: float,
    deep: float,
    thick: float,
    z: float,
    rng: np.random.Generator,
) -> None:
    if board == "rounded":
        r = min(0.08, 0.4 * deep)
        left = arc(r, math.pi, 1.5 * math.pi, 6) + np.array([-wide / 2 + r, -deep + r])
        right = arc(r, 1.5 * math.pi, 2 * math.pi, 6) + np.array([wide / 2 - r, -deep + r])
        outline = np.concatenate([left, right, [(wide / 2, 0), (-wide / 2, 0)]])
        builder.part("board", extrusion(outline, thick, z - thick), finish="wood")
    elif board == "live edge":
        at = np.linspace(-wide / 2, wide / 2, 14)
        edge = -deep + 0.03 * deep * rng.standard_normal(14)
        outline = np.concatenate([np.stack([at, edge], 1), [(wide / 2, 0), (-wide / 2, 0)]])
        plank = builder.part("board", extrusion(outline, thick, z - thick), finish="wood")
        bark = np.concatenate(
            [np.stack([at, edge - 0.006], 1), np.stack([at, edge + 0.004], 1)[::-1]]
        )
        strip = extrusion(bark, 0.8 * thick, z - 0.9 * thick)
        builder.part("bark", strip, parent=plank, finish="wood")
    else:
        low, high = (-wide / 2, -deep, z - thick), (wide / 2, 0, z)
        finish = "glass" if board == "glass" else "wood"
        plank = builder.part("board", box(low, high, 0.0015), finish=finish)
        if board == "plain" and rng.random() < 0.5:
            strip = box(
                (-wide / 2, -deep - 0.0008, z - thick + 0.001), (wide / 2, -deep + 0.001, z - 0.001)
            )
            builder.part("edge band", strip, parent=plank, finish="wood")


def _bracket(builder: Builder, hold: str, x: float, deep: float, z: float) -> None:
    """What carries a board whose underside is at `z`."""
    reach, drop = 0.82 * deep, 0.75 * deep
    if hold == "triangle":
        outline: list[Point] = [(0, z), (0, z - drop), (-0.15 * reach, z - drop)]
        outline += [(-reach, z - 0.15 * drop), (-reach, z)]
        builder.part("bracket", side_plate(outline, x - 0.01, x + 0.01), finish="wood")
        return
    half = 0.011
    angle = joined(
        box((x - half, -0.004, z - drop), (x + half, 0, z)),
        box((x - half, -reach, z - 0.004), (x + half, 0, z)),
    )
    bracket = builder.part("bracket", finish="metal")
    if hold == "angle":
        builder.add(bracket, angle)
        for y, dz in ((-0.7 * reach, 0.0), (-0.3 * reach, 0.0)):
            screw = cylinder((x, y, z - 0.0065), (x, y, z + dz - 0.002), 0.004, sides=8)
            builder.part("screw", screw, parent=bracket, finish="metal")
        return
    builder.part("angle", angle, parent=bracket, finish="metal")
    if hold == "strut":
        rod = cylinder((x, -0.003, z - 0.9 * drop), (x, -0.85 * reach, z - 0.003), 0.005, sides=8)
        builder.part("strut", rod, parent=bracket, finish="metal")
    else:
        knots = [(x, -0.003, z - 0.9 * drop), (x, -0.25 * reach, z - 0.6 * drop)]
        knots += [(x, -0.3 * reach, z - 0.3 * drop), (x, -0.6 * reach, z - 0.25 * drop)]
        knots += [(x, -0.9 * reach, z - 0.002)]
        builder.part(
            "scroll", tube(curve(knots, 14), 0.0045, sides=6), parent=bracket, finish="metal"
        )


def _gallery(builder: Builder, wide: float, deep: float, z: float) -> None:
    """A low railing round the front and sides."""
    rail = builder.part("railing")
    x = wide / 2 - 0.008
    high = z + 0.04
    path = [
        (-x, -0.005, high),
        (-x, -deep + 0.008, high),
        (x, -deep + 0.008, high),
        (x, -0.005, high),
    ]
    bars = [cylinder(a, b, 0.004, sides=6) for a, b in pairwise(path)]
    builder.part("bar", *bars, parent=rail, finish="metal")
    n = max(3, round(wide / 0.2))
    posts = [(float(at), -deep + 0.008) for at in np.linspace(-x, x, n)] + [(-x, -0.01), (x, -0.01)]
    rods = [cylinder((at, y, z - 0.002), (at, y, high), 0.004, sides=6) for at, y in posts]
    builder.part("posts", *rods, parent=rail, finish="metal")


def _ropes(builder: Builder, wide: float, deep: float, thick: float, levels: list[float]) -> None:
    """Two ropes a side, from a hook above down through every board to its knot."""
    low, top = levels[0] - thick, levels[-1] + 0.28
    for s in (-1, 1):
        x = s * (wide / 2 - 0.03)
        hook = cylinder((x, 0, top), (x, -deep / 2 - 0.012, top), 0.005, sides=8)
        builder.part("hook", hook, finish="metal")
        for y in (-deep + 0.025, -0.02):
            bends = [(x, -deep / 2, top + 0.003), (x, y, levels[-1] + 0.1), (x, y, low - 0.02)]
            ropes = [cylinder(a, b, 0.0045, sides=6) for a, b in pairwise(bends)]
            builder.part("rope", *ropes, finish="fabric")
            for z in levels:
                knot = cushion(
                    (x - 0.011, y - 0.011, z - thick - 0.018),
                    (x + 0.011, y + 0.011, z - thick + 0.002),
                    2.0,
                    8,
                    6,
                )
                builder.part("knot", knot, finish="fabric")


def _hooks(
    builder: Builder, wide: float, thick: float, hold: str, rng: np.random.Generator
) -> None:
    """A rail under the lowest board with pegs or hooks."""
    z = -thick
    rail = builder.part("rail")
    strip = box((-wide / 2 + 0.01, -0.018, z - 0.055), (wide / 2 - 0.01, 0, z + 0.001), 0.002)
    builder.part("strip", strip, parent=rail, finish="wood")
    n = max(2, min(8, round(wide / rng.uniform(0.12, 0.2))))
    peg = rng.random() < 0.5 or hold == "ropes"
    for at in np.linspace(-wide / 2 + 0.06, wide / 2 - 0.06, n):
        builder.part(
            "peg" if peg else "hook",
            _hook(float(at), z - 0.03, peg),
            parent=rail,
            finish="wood" if peg else "metal",
        )


def _hook(x: float, z: float, peg: bool) -> Mesh:
    if peg:
        stem = cylinder((x, -0.015, z), (x, -0.065, z + 0.012), 0.006, sides=8)
        head = cushion((x - 0.01, -0.075, z + 0.003), (x + 0.01, -0.058, z + 0.023), 2.0, 8, 6)
        return joined(stem, head)
    knots = [(x, -0.016, z), (x, -0.035, z - 0.01), (x, -0.05, z - 0.03), (x, -0.065, z - 0.005)]
    plate = box((x - 0.008, -0.02, z - 0.012), (x + 0.008, -0.016, z + 0.018))
    return joined(tube(curve(knots, 9), 0.0035, sides=6), plate)


def _box(builder: Builder, wide: float, deep: float, rng: np.random.Generator) -> None:
    """A box open to the room, with partitions."""
    tall, board = rng.uniform(0.22, 0.5), rng.uniform(0.012, 0.02)
    x = wide / 2
    for name, low, high in (
        ("top", (-x, -deep, tall - board), (x, 0, tall)),
        ("bottom", (-x, -deep, 0), (x, 0, board)),
        ("side", (-x, -deep, board), (-x + board, 0, tall - board)),
        ("side", (x - board, -deep, board), (x, 0, tall - board)),
    ):
        builder.part(name, box(low, high), finish="wood")
    n = max(1, round(wide / rng.uniform(0.3, 0.5)))
    edges = np.linspace(-x, x, n + 1)
    for at in edges[1:-1]:
        wall = box((at - board / 2, -deep + 0.004, board), (at + board / 2, 0, tall - board))
        builder.part("partition", wall, finish="wood")
    if rng.random() < 0.5:
        back = box((-x + board, -0.004, board), (x - board, 0, tall - board))
        builder.part("back", back, finish="wood")
    builder.support((-x, -deep), (x, 0), tall)
    for a, b in pairwise(edges):
        low, high = (float(a) + 0.02, -deep + 0.02), (float(b) - 0.02, -0.02)
        builder.support(low, high, board, tall - 2 * board)
