"""Television stands: low consoles with open bays, drawers, hinged, folding and sliding doors.

Part tree: body (side, top, bottom, back, divider), shelves, doors, drawers and flaps with handles,
slatted fronts, cable holes, plinth, legs or castors; open ones are sheets on posts.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.carcass import add_stand, foot_height
from pinpoint3d.synth.shapes.fronts import (
    THICK,
    Cell,
    Look,
    add_door,
    add_drawer,
    add_sliding_doors,
    drawn_look,
)
from pinpoint3d.synth.shapes.handles import handle
from pinpoint3d.synth.shapes.legs import add_legs
from pinpoint3d.synth.shapes.primitives import Point, box, cylinder, frame, joined, moved

FORMS = ("console", "console", "console", "sliding console", "open sheets", "bench")
BAYS = ("open", "shelf", "drawers", "door", "flap", "slats")
STANDS = ("plinth", "legs", "tapered legs", "flush", "castors", "splayed", "hairpin", "sled")
TOPS = ("flush top", "proud top", "waterfall")


def make(rng: np.random.Generator) -> Asset:
    """A stand for a television, 0.8 to 2.2 m wide and 0.3 to 0.65 m high."""
    form, look = str(rng.choice(FORMS)), drawn_look(rng)
    stand, top = str(rng.choice(STANDS)), str(rng.choice(TOPS))
    width, depth = rng.uniform(0.85, 2.1), rng.uniform(0.34, 0.48)
    builder = Builder("tv_stand")
    if form == "open sheets":
        style = _sheets(builder, width, depth, rng)
        return builder.asset(f"{form}, {style}")
    n_bays = max(1, min(5, round(width / rng.uniform(0.38, 0.7))))
    legs = stand in ("splayed", "hairpin", "sled")
    foot = rng.uniform(0.1, 0.22) if legs else foot_height(stand, rng)
    rise = rng.uniform(0.2, 0.3) if form == "bench" else rng.uniform(0.28, 0.45)
    height, x = foot + rise, width / 2
    if legs:
        reach = x - 0.12, depth / 2 - 0.06
        long = width > 1.6 and stand != "sled"
        add_legs(builder, stand, *reach, foot, rng, middle=long, at=(0.0, -depth / 2))
    else:
        add_stand(builder, stand, width, depth, foot)
    board = look.board
    body = _body(builder, width, depth, foot, height, board, top)
    lid = height + (0.0 if top != "proud top" else 0.022)
    builder.support((-x, -depth), (x, 0), lid)
    edges = np.linspace(-x, x, n_bays + 1)
    if n_bays == 3:  # a wide middle for what the remote control must see
        edges[1:3] = np.array([-1, 1]) * x * rng.uniform(0.2, 0.45)
    bays = []
    palindrome = [str(rng.choice(BAYS)) for _ in range((n_bays + 1) // 2)]
    for k, (left, right) in enumerate(pairwise(edges.tolist())):
        if left > -x:
            low = (left - board / 2, -depth + 0.001, foot + board)
            wall = box(low, (left + board / 2, -0.004, height - board))
            builder.part("divider", wall, parent=body, finish="wood")
        bay = palindrome[min(k, n_bays - 1 - k)]
        if form == "sliding console":
            bay = "shelf"
        bays.append(bay)
        _bay(builder, body, bay, (left, foot, right, height), depth, look, rng)
    if form == "sliding console":
        panels: list[Finish] = ["glass" if rng.random() < 0.3 else "wood" for _ in range(2)]
        cell = (-x + 0.002, foot + 0.014, x - 0.002, height - 0.012)
        add_sliding_doors(builder, cell, depth, look, panels)
    if rng.random() < 0.4:
        z, at = foot + 0.6 * rise, rng.uniform(-0.2, 0.2) * width
        hole = cylinder((at, -0.0055, z), (at, 0.001, z), 0.03, sides=18)
        builder.part("cable hole", hole, parent=body, finish="plastic")
    style = f"{form}, {'-'.join(bays)}, {look.front} fronts, {top}, {stand}"
    return pose_at_random(builder.asset(style), rng, share_open=float(rng.choice((0.0, 0.2, 0.5))))


def _body(
    builder: Builder, width: float, depth: float, foot: float, height: float, board: float, top: str
) -> int:
    x = width / 2
    body = builder.part("body")
    pieces: list[tuple[str, Point, Point]] = [
        ("side", (-x, -depth, foot), (-x + board, 0, height)),
        ("side", (x - board, -depth, foot), (x, 0, height)),
        ("top", (-x + board, -depth, height - board), (x - board, 0, height)),
        ("bottom", (-x + board, -depth, foot), (x - board, 0, foot + board)),
        ("back", (-x + board, -0.005, foot + board), (x - board, -0.001, height - board)),
    ]
    if top == "proud top":
        corner, other = (-x - 0.015, -depth - THICK - 0.006, height), (x + 0.015, 0, height + 0.022)
        pieces.append(("top board", corner, other))
    elif top == "waterfall":
        front = -depth - THICK - 0.004
        pieces += [
            ("cheek", (-x - 0.02, front, foot - 0.002), (-x, 0, height)),
            ("cheek", (x, front, foot - 0.002), (x + 0.02, 0, height)),
        ]
    for name, low, high in pieces:
        builder.part(name, box(low, high, 0.001), parent=body, finish="wood")
    return body


def _bay(
    builder: Builder,
    body: int,
    bay: str,
    across: Cell,
    depth: float,
    look: Look,
    rng: np.random.Generator,
) -> None:
    """Fill one bay, given by the middles of the boards round it."""
    left, foot, right, height = across
    board = look.board
    a, b, low, high = left + board / 2, right - board / 2, foot + board, height - board
    cell = (left + look.gap, foot + board / 2, right - look.gap, height - board / 2)
    levels = [low, high]
    if bay in ("shelf", "door", "slats") and high - low > 0.2 and rng.random() < 0.8:
        z = low + (high - low) * rng.uniform(0.4, 0.65)
        glass = bay == "shelf" and rng.random() < 0.3
        thick = 0.006 if glass else 0.014
        shelf = box((a - 0.001, -depth + 0.025, z - thick), (b + 0.001, -0.004, z))
        builder.part("shelf", shelf, parent=body, finish="glass" if glass else "wood")
        levels.insert(1, z)
    if bay != "drawers":
        for z, above in pairwise(levels):
            inner = (a + 0.015, -depth + 0.03), (b - 0.015, -0.02)
            builder.support(*inner, z, above - z - 0.02)
    if bay == "drawers":
        n = max(1, round((high - low) / rng.uniform(0.13, 0.22)))
        for top, bottom in pairwise(np.linspace(cell[3], cell[1], n + 1).tolist()):
            part_cell = (cell[0], bottom + look.gap / 2, cell[2], top - look.gap / 2)
            add_drawer(builder, part_cell, depth, look, rng)
    elif bay == "door":
        add_door(builder, cell, depth, look, str(rng.choice(("left", "right"))), rng)
    elif bay in ("flap", "slats"):
        flap = builder.part("flap" if bay == "flap" else "slatted door")
        x0, z0, x1, z1 = cell
        front = -depth - THICK
        if bay == "flap":
            leaf = box((x0, front, z0), (x1, -depth, z1), 0.0015)
            builder.part("leaf", leaf, parent=flap, finish="wood")
            if look.handle != "none":
                grip = handle(look.handle, min(look.handle_length, 0.5 * (x1 - x0)), rng)
                z = z1 if look.handle == "edge" else z1 - 0.05
                grip = moved(grip, (x0 + x1) / 2, front, z)
                builder.part("handle", grip, parent=flap, finish="metal")
            builder.hinge(flap, (0, front, z0), (1, 0, 0), 0.0, math.radians(95))
            return
        rim = frame((x0, front, z0), (x1, -depth, z1), 0.022)
        builder.part("rim", rim, parent=flap, finish="wood")
        pitch = rng.uniform(0.018, 0.03)
        n = max(2, round((x1 - x0 - 0.044) / pitch))
        at = np.linspace(x0 + 0.022, x1 - 0.022, n + 1)
        half = 0.5 * rng.uniform(0.55, 0.8) * float(at[1] - at[0])
        slats = [
            box((m - half, front + 0.002, z0 + 0.02), (m + half, -depth - 0.002, z1 - 0.02))
            for m in ((at[:-1] + at[1:]) / 2).tolist()
        ]
        builder.part("slats", joined(*slats), parent=flap, finish="wood")
        hinged_left = rng.random() < 0.5
        edge, turn = (x0, -1.0) if hinged_left else (x1, 1.0)
        builder.hinge(flap, (edge, front, 0), (0, 0, turn), 0.0, math.radians(110))


def _sheets(builder: Builder, width: float, depth: float, rng: np.random.Generator) -> str:
    """Two or three sheets of glass or board on posts, with or without a pole for the screen."""
    sheet = str(rng.choice(("glass", "board", "steel")))
    post = str(rng.choice(("round posts", "panels", "frames", "u legs")))
    n, height = int(rng.integers(2, 4)), rng.uniform(0.38, 0.58)
    x = min(width, 1.5) / 2
    thick = 0.008 if sheet == "glass" else 0.02
    finishes: dict[str, Finish] = {"glass": "glass", "board": "wood", "steel": "metal"}
    finish = finishes[sheet]
    levels = np.linspace(rng.uniform(0.06, 0.12), height, n).tolist()
    for k, z in enumerate(levels):
        shy = 0.0 if k == n - 1 else 0.03
        low, high = (-x + shy, -depth + shy, z - thick), (x - shy, -shy, z)
        builder.part("sheet", box(low, high, 0.002), finish=finish)
        clear = math.inf if k == n - 1 else levels[k + 1] - z - thick - 0.01
        builder.support((-x + 0.1, -depth + 0.06), (x - 0.1, -0.06), z, clear)
    under = height - thick
    for s in (-1, 1):
        at = s * (x - 0.07)
        if post == "round posts":
            for y in (-depth + 0.07, -0.07):
                pole = builder.part("post")
                rod = cylinder((at, y, 0.01), (at, y, under), 0.016)
                builder.part("pole", rod, parent=pole, finish="metal")
                for z in (0.0, *(level for level in levels[:-1])):
                    disc = cylinder((at, y, z), (at, y, z + 0.012), 0.026)
                    builder.part("collar", disc, parent=pole, finish="metal")
        elif post == "panels":
            low, high = (at - 0.012, -depth + 0.03, 0), (at + 0.012, -0.03, under + 0.001)
            builder.part("panel", box(low, high, 0.001), finish="wood")
        elif post == "frames":
            low, high = (at - 0.015, -depth + 0.03, 0), (at + 0.015, -0.03, under + 0.001)
            builder.part("leg frame", frame(low, high, 0.03, axis="x"), finish="metal")
        else:
            parts = [
                box((at - 0.03, -depth + 0.02, 0), (at + 0.03, -0.02, 0.012)),
                box((at - 0.03, -depth / 2 - 0.006, 0), (at + 0.03, -depth / 2 + 0.006, under)),
            ]
            builder.part("leg", joined(*parts), finish="metal")
    if rng.random() < 0.25:
        pole = builder.part("screen mount")
        tall = height + rng.uniform(0.4, 0.7)
        column = box((-0.04, -0.055, 0), (0.04, -0.015, tall), 0.002)
        builder.part("column", column, parent=pole, finish="metal")
        base = box((-0.2, -depth + 0.1, 0), (0.2, -0.01, 0.012), 0.002)
        builder.part("base", base, parent=pole, finish="metal")
        plate = joined(
            box((-0.2, -0.075, tall - 0.18), (0.2, -0.054, tall - 0.14)),
            box((-0.2, -0.085, tall - 0.26), (-0.17, -0.074, tall - 0.02)),
            box((0.17, -0.085, tall - 0.26), (0.2, -0.074, tall - 0.02)),
        )
        builder.part("bracket", plate, parent=pole, finish="metal")
    return f"{sheet}, {post}, {n} sheets"
