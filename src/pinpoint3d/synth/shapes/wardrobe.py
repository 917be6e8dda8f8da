"""Wardrobes: hinged or sliding doors, behind them a rail with hangers, shelves and drawers.

Part tree: body (side, top, bottom, back, divider), doors with leaf, panel and handle, drawers, rail
with hangers and clothes, shelves, crown, plinth or legs; an open one has posts instead.
"""

from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.carcass import add_boards, add_crown, add_stand, foot_height
from pinpoint3d.synth.shapes.fronts import (
    Look,
    add_door,
    add_door_pair,
    add_drawer,
    add_sliding_doors,
    drawn_look,
)
from pinpoint3d.synth.shapes.hangers import add_hanger
from pinpoint3d.synth.shapes.primitives import box, cushion, cylinder, extrusion

DOORS = ("hinged", "sliding", "open", "curtain")
CROWNS = ("none", "crown", "cornice", "flat lid")
BELOW = ("doors to the floor", "drawers below")
STANDS = ("plinth", "legs", "tapered legs", "flush")

_CROWNS = {
    "crown": ((0.01, 0.025, 0.04), 0.018),
    "cornice": ((0.03, 0.015), 0.018),
    "flat lid": ((0.022,), 0.028),
}
"""By how much the boards of a crown stand out, and how high each is, metres."""


def make(rng: np.random.Generator) -> Asset:
    """A wardrobe, 0.5 to 2.4 m wide and 1.7 to 2.3 m high."""
    doors = str(rng.choice(DOORS, p=(0.55, 0.27, 0.12, 0.06)))
    look = drawn_look(rng)
    crown = str(rng.choice(CROWNS))
    below = str(rng.choice(BELOW, p=(0.65, 0.35)))
    stand = str(rng.choice(STANDS, p=(0.45, 0.2, 0.15, 0.2)))
    n_columns = int(rng.choice((1, 1, 2, 2, 3)))
    if doors == "sliding":
        n_columns, below = max(2, n_columns), BELOW[0]
    if n_columns > 2 and doors == "hinged":
        below = BELOW[0]
    width, depth = n_columns * rng.uniform(0.5, 0.9), rng.uniform(0.5, 0.65)
    width = min(width, 2.4)
    foot, top = foot_height(stand, rng), rng.uniform(1.75, 2.25)
    builder = Builder("wardrobe")
    x = width / 2
    body = add_boards(builder, (-x, x), (foot, top), depth, look.board)
    add_stand(builder, stand, width, depth, foot)
    high = top
    if crown != "none":
        high = add_crown(builder, width, depth, top, *_CROWNS[crown], name=crown)
    builder.support((-x, -depth), (x, 0), high)
    split = foot
    if below == "drawers below" and doors != "curtain":
        split = foot + rng.uniform(0.2, 0.45)
    edges = np.linspace(-x, x, n_columns + 1).tolist()
    for left, right in pairwise(edges):
        if left > -x:
            low = (left - look.board / 2, -depth, foot + look.board)
            wall = box(low, (left + look.board / 2, -0.005, top - look.board))
            builder.part("divider", wall, parent=body, finish="wood")
        edge = look.board / 2
        a, b = left + edge * (2 if left == -x else 1), right - edge * (2 if right == x else 1)
        if split > foot:
            n_drawers = 1 if split - foot < 0.3 or n_columns > 2 else 2
            _drawers(builder, body, (left, right), (foot, split), n_drawers, depth, look, rng)
        seen = doors in ("open", "curtain")
        most = (9 if seen else 6) // n_columns
        _inside(builder, body, (a, b), (split, top), depth, look, seen, most, rng)
        cell = (left + look.gap, split + look.board / 2, right - look.gap, top - look.board / 2)
        if doors == "hinged":
            if right - left > 0.6:
                add_door_pair(builder, cell, depth, look, rng)
            else:
                add_door(builder, cell, depth, look, str(rng.choice(("left", "right"))), rng)
    if doors == "sliding":
        panels: list[Finish] = [
            "glass" if rng.random() < 0.4 else "wood" for _ in range(max(2, n_columns))
        ]
        rim: Finish = "metal" if rng.random() < 0.5 else "wood"
        cell = (-x, foot + 0.012, x, top - 0.012)
        add_sliding_doors(builder, cell, depth, look, panels, finish=rim)
    elif doors == "curtain":
        _curtain(builder, x - look.board, depth, (foot + look.board, top - look.board), rng)
    fronts = {"hinged": f", {look.front} fronts, {look.handle}", "sliding": f", {look.front}"}
    style = f"{doors}{fronts.get(doors, '')}, {crown}, {below}, {stand}, {n_columns} columns"
    share = float(rng.choice((0.0, 0.0, 0.3, 0.7)))
    return pose_at_random(builder.asset(style), rng, share_open=share)


def _drawers(
    builder: Builder,
    body: int,
    across: tuple[float, float],
    rise: tuple[float, float],
    n_drawers: int,
    depth: float,
    look: Look,
    rng: np.random.Generator,
) -> None:
    (left, right), (low, high) = across, rise
    edge = look.board / 2
    floor = box((left + edge, -depth + 0.002, high - edge), (right - edge, -0.003, high + edge))
    builder.part("floor", floor, parent=body, finish="wood")
    edges = np.linspace(high, low + edge, n_drawers + 1).tolist()
    for top, bottom in pairwise(edges):
        cell = (left + look.gap, bottom + look.gap, right - look.gap, top - look.gap)
        add_drawer(builder, cell, depth, look, rng)


def _inside(
    builder: Builder,
    body: int,
    across: tuple[float, float],
    rise: tuple[float, float],
    depth: float,
    look: Look,
    seen: bool,
    most: int,
    rng: np.random.Generator,
) -> None:
    """A rail under a hat shelf, or shelves from top to bottom.

    A rail that is `seen` always has hangers, at `most` so many.
    """
    (a, b), (low, high) = across, rise
    board = look.board
    floor, roof = low + board, high - board
    shelved = rng.random() < 0.3
    if shelved:
        levels = np.linspace(floor, roof, int(rng.integers(4, 7))).tolist()
    else:
        levels = [floor, roof - rng.uniform(0.25, 0.38), roof]
    for k, (z, above) in enumerate(pairwise(levels)):
        if k:
            low_corner, high_corner = (a - 0.001, -depth + 0.04, z - board), (b + 0.001, -0.004, z)
            builder.part("shelf", box(low_corner, high_corner), parent=body, finish="wood")
        if shelved or k:
            builder.support((a + 0.01, -depth + 0.05), (b - 0.01, -0.02), z, above - z - board)
    if shelved:
        return
    z, y = levels[1] - board - 0.06, -depth / 2
    bar = cylinder((a - 0.001, y, z), (b + 0.001, y, z), 0.0125, sides=12)
    roses = [
        cylinder((end, y, z), (inner, y, z), 0.022, sides=12)
        for end, inner in ((a, a + 0.006), (b, b - 0.006))
    ]
    rail = builder.part("rail", bar, *roses, finish="metal")
    n_hangers = int(rng.integers(2, min(most, 6) + 1)) if seen or rng.random() < 0.5 else 0
    for at in np.sort(rng.uniform(a + 0.06, b - 0.06, n_hangers)).tolist():
        _hanger(builder, rail, (at, y, z), min(0.23, depth / 2 - 0.04), floor, rng)


def _hanger(
    builder: Builder,
    rail: int,
    place: tuple[float, float, float],
    half: float,
    floor: float,
    rng: np.random.Generator,
) -> None:
    """A hanger over the rail through `place`, most often with something on it."""
    x, y, z = place
    hanger = add_hanger(builder, rail, x, y, z + 0.015, half, 0.02)
    if rng.random() < 0.75:
        drop = min(rng.uniform(0.5, 1.1), z - 0.15 - floor)
        thick = rng.uniform(0.012, 0.03)
        low = (x - thick, y - half - 0.02, z - 0.06 - drop)
        high = (x + thick, y + half + 0.02, z - 0.06)
        cloth = cushion(low, high, 3.5, sides=12, rings=6)
        builder.part("garment", cloth, parent=hanger, finish="fabric")


def _curtain(
    builder: Builder,
    x: float,
    depth: float,
    rise: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    """Cloth in folds before the opening, drawn to one or both sides."""
    low, high = rise
    y = -depth - 0.02
    rod = cylinder((-x, y, high - 0.03), (x, y, high - 0.03), 0.008)
    builder.part("curtain rod", rod, finish="metal")
    for s in (-1, 1):
        end = box((s * x - 0.006, y - 0.008, high - 0.04), (s * x + 0.006, -depth, high - 0.02))
        builder.part("bracket", end, finish="metal")
    share = rng.uniform(0.3, 0.95)
    for s in (-1, 1):
        n_folds = max(3, round(x * share / 0.05))
        at = np.linspace(x * (1 - share) + 0.02, x - 0.012, 2 * n_folds)
        fold = 0.02 * np.where(np.arange(2 * n_folds) % 2, 1.0, -1.0)
        path = np.stack([s * at, y + 0.6 * fold], 1)
        half = np.array([0, 0.0015])
        outline = np.concatenate([path - half, (path + half)[::-1]])
        sheet = extrusion(outline, high - 0.022 - low, low)
        builder.part("curtain", sheet, finish="fabric")
