"""Wall cupboards: doors, flaps, glazed fronts and open cells, with cornice, rail and lamp.

Part tree: body, shelves; doors -> leaf, panel, handle; flap -> leaf, handle; cornice, light rail,
lamp. Stands on its underside: a room hangs it up.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.carcass import add_carcass
from pinpoint3d.synth.shapes.fronts import (
    THICK,
    Look,
    add_door,
    add_door_pair,
    add_shelves,
    drawn_look,
)
from pinpoint3d.synth.shapes.handles import handle
from pinpoint3d.synth.shapes.primitives import box, cylinder, frame, joined, moved

COLUMNS = ("door", "door pair", "flap", "two flaps", "open", "plate rack")
TRIMS = ("none", "cornice", "light rail", "cornice and rail")
LAMPS = ("none", "strip", "spots")


def make(rng: np.random.Generator) -> Asset:
    """A cupboard for a wall, 0.3 to 2 m wide and 0.35 to 0.95 m high."""
    look = drawn_look(rng)
    trim, lamp = str(rng.choice(TRIMS)), str(rng.choice(LAMPS, p=(0.6, 0.2, 0.2)))
    n_columns = int(rng.choice((1, 1, 2, 2, 3)))
    plans = [str(rng.choice(COLUMNS, p=(0.35, 0.2, 0.15, 0.1, 0.12, 0.08)))]
    if n_columns > 1:  # mostly one kind, with an odd one among them
        plans = plans * n_columns
        if rng.random() < 0.5:
            plans[int(rng.integers(n_columns))] = str(rng.choice(("open", "plate rack", "door")))
    if plans == ["open"]:  # bare boards alone would be hardly a cupboard
        trim = "cornice and rail"
    unit = rng.uniform(0.6, 0.9) if "flap" in plans[0] else rng.uniform(0.32, 0.62)
    width, depth = n_columns * unit, rng.uniform(0.26, 0.36)
    height = rng.uniform(0.36, 0.5) if plans[0] == "flap" else rng.uniform(0.55, 0.95)
    x = width / 2
    builder = Builder("wall_cupboard")
    base = 0.045 if "rail" in trim else 0.008 if lamp != "none" else 0.0
    roof = base + height
    body = builder.part("body", finish="wood")
    add_carcass(builder, body, width, depth, base, roof, look.board)
    columns = np.linspace(-x, x, n_columns + 1)
    for k, (left, right) in enumerate(pairwise(columns)):
        if k:
            post = (left - look.board / 2, -depth, base), (left + look.board / 2, 0, roof)
            builder.add(body, box(*post))
        span = (float(left), float(right))
        _column(builder, body, plans[k], span, (base, roof), depth, look, rng)
    top = roof
    if "cornice" in trim:
        top = _cornice(builder, x, depth, roof, rng)
    if "rail" in trim:
        front = -depth + 0.01
        board = box((-x, front, 0), (x, front + 0.018, base + 0.001), 0.002)
        sides = [box((a, front + 0.018, 0), (a + 0.018, 0, base + 0.001)) for a in (-x, x - 0.018)]
        builder.part("light rail", joined(board, *sides), finish="wood")
    if lamp == "strip":
        low, high = (-x * 0.7, -depth * 0.7, base - 0.008), (x * 0.7, -depth * 0.6, base + 0.001)
        builder.part("lamp", box(low, high, 0.001), finish="glass")
    elif lamp == "spots":
        for a in columns[:-1] + unit / 2:
            disc = cylinder((a, -depth * 0.6, base - 0.006), (a, -depth * 0.6, base + 0.001), 0.032)
            builder.part("lamp", disc, finish="glass")
    builder.support((-x, -depth), (x, 0), top)
    styles = (
        f"{look.front} fronts, {look.handle} handles, {' + '.join(plans)}, {trim}, lamps {lamp}"
    )
    return pose_at_random(builder.asset(styles), rng, share_open=float(rng.choice((0.0, 0.2, 0.6))))


def _column(
    builder: Builder,
    body: int,
    plan: str,
    across: tuple[float, float],
    rise: tuple[float, float],
    depth: float,
    look: Look,
    rng: np.random.Generator,
) -> None:
    left, right = across
    low, high = rise[0] + look.board * 0.5, rise[1] - look.board * 0.5
    cell = (left + look.gap, low, right - look.gap, high)
    if plan == "plate rack":
        _plate_rack(builder, across, rise, depth, look)
        return
    add_shelves(builder, body, across, rise, depth, look, rng)
    if plan == "door":
        hinged = "left" if rng.random() < 0.5 else "right"
        add_door(builder, cell, depth, look, hinged, rng)
    elif plan == "door pair":
        add_door_pair(builder, cell, depth, look, rng)
    elif plan == "flap":
        _flap(builder, cell, depth, look, rng)
    elif plan == "two flaps":
        middle = (low + high) / 2
        _flap(builder, (*cell[:3], middle - look.gap), depth, look, rng)
        _flap(builder, (cell[0], middle + look.gap, *cell[2:]), depth, look, rng)


def _flap(
    builder: Builder,
    cell: tuple[float, float, float, float],
    depth: float,
    look: Look,
    rng: np.random.Generator,
) -> None:
    """A front that lifts about its upper edge."""
    left, bottom, right, top = cell
    flap = builder.part("flap")
    low, high = (left, -depth - THICK, bottom), (right, -depth, top)
    if look.front == "framed":
        border = 0.05
        builder.part("leaf", frame(low, high, border), parent=flap, finish="wood")
        pane = box(
            (left + border, low[1] + 0.006, bottom + border),
            (right - border, -depth - 0.006, top - border),
        )
        builder.part("panel", pane, parent=flap, finish="glass")
    else:
        builder.part("leaf", box(low, high, 0.0015), parent=flap, finish="wood")
    if look.handle != "none":
        mesh = handle(look.handle, min(look.handle_length, 0.5 * (right - left)), rng)
        z = top if look.handle == "edge" else bottom + 0.04
        mesh = moved(mesh, (left + right) / 2, low[1], z)
        builder.part("handle", mesh, parent=flap, finish="metal")
    builder.hinge(flap, (0, low[1], top), (-1, 0, 0), 0.0, math.radians(85))


def _plate_rack(
    builder: Builder,
    across: tuple[float, float],
    rise: tuple[float, float],
    depth: float,
    look: Look,
) -> None:
    """Two rows of thin upright bars between rails, with no front."""
    left, right = across[0] + look.board * 0.4, across[1] - look.board * 0.4
    n_tiers = 2 if rise[1] - rise[0] > 0.5 else 1
    edges = np.linspace(rise[0] + look.board, rise[1] - look.board, n_tiers + 1)
    for low, high in pairwise(edges):
        bars = []
        for y in (-depth * 0.75, -depth * 0.3):
            rail = (left, y - 0.009, low + 0.02), (right, y + 0.009, low + 0.035)
            bars.append(box(*rail, 0.001))
            bars.append(
                box((left, y - 0.009, high - 0.03), (right, y + 0.009, high - 0.015), 0.001)
            )
            bars += [
                cylinder((a, y, low + 0.03), (a, y, high - 0.02), 0.005, sides=7)
                for a in np.linspace(
                    left + 0.03, right - 0.03, max(4, round((right - left) / 0.045))
                )
            ]
        builder.part("plate rack", joined(*bars), finish="wood")


def _cornice(
    builder: Builder, x: float, depth: float, roof: float, rng: np.random.Generator
) -> float:
    """Height of the top of a moulding in two steps round the upper edge."""
    pieces = []
    z = roof - 0.001
    for out in (0.008, rng.uniform(0.025, 0.035)):
        pieces.append(
            box((-x - out, -depth - THICK - out, z), (x + out, 0, z + rng.uniform(0.016, 0.025)))
        )
        z = float(pieces[-1].vertices[:, 2].max())
    builder.part("cornice", joined(*pieces), finish="wood")
    return z
