"""Shoe racks: tiers of bars or boards, cases with tilting fronts, cubbies, benches with a cushion.

Part tree: sides or posts, each tier with its bars; a case with flaps (front, tray, handle); a
bench has a cushion with piping; feet.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.carcass import add_stand, foot_height
from pinpoint3d.synth.shapes.fronts import Look, add_drawer, drawn_look
from pinpoint3d.synth.shapes.handles import handle
from pinpoint3d.synth.shapes.housings import hollow
from pinpoint3d.synth.shapes.primitives import box, cylinder, frame, joined, moved
from pinpoint3d.synth.shapes.upholstery import button, button_places, pad, piping

FORMS = ("tiers", "tilting", "cubbies", "bench")
SIDES = ("tube loops", "panels", "posts", "crossed")
TIERS = ("bars", "slats", "boards", "mesh")


def make(rng: np.random.Generator) -> Asset:
    """A shoe rack, 0.4 to 1.2 m wide and 0.3 to 1.6 m high."""
    form = str(rng.choice(FORMS, p=(0.42, 0.26, 0.14, 0.18)))
    builder = Builder("shoe_rack")
    if form == "tilting":
        style = _tilting(builder, rng)
    elif form == "cubbies":
        style = _cubbies(builder, rng)
    else:
        style = _tiers(builder, form == "bench", rng)
    share = float(rng.choice((0.0, 0.25, 0.5)))
    return pose_at_random(builder.asset(f"{form}, {style}"), rng, share_open=share)


def _tiers(builder: Builder, bench: bool, rng: np.random.Generator) -> str:
    side, tier = str(rng.choice(SIDES)), str(rng.choice(TIERS))
    x, depth = rng.uniform(0.25, 0.6), rng.uniform(0.26, 0.36)
    n = int(rng.integers(1, 3)) if bench else int(rng.integers(2, 8))
    pitch, r = rng.uniform(0.15, 0.21), rng.uniform(0.007, 0.013)
    low = rng.uniform(0.05, 0.1)
    levels = [low + pitch * k for k in range(n)]
    height = rng.uniform(0.42, 0.5) if bench else levels[-1] + rng.uniform(0.02, 0.16)
    if bench:
        levels = np.linspace(low, height - 0.2, n).tolist() if n > 1 else [low]
    finish: Finish = "wood" if side in ("panels", "crossed") or rng.random() < 0.3 else "metal"
    _uprights(builder, side, x, depth, height, r, finish)
    for k, z in enumerate(levels):
        _tier(builder, tier, x, depth, z, r, finish, tilted=not bench and rng.random() < 0.2)
        above = height if k == n - 1 else levels[k + 1]
        clear = math.inf if k == n - 1 and not bench else max(above - z - 0.04, 0.05)
        builder.support((-x + 0.03, -depth + 0.03), (x - 0.03, -0.03), z + r, clear)
    if not bench:
        return f"{side}, {tier}, {n} tiers"
    top = builder.part("seat")
    low_corner, high_corner = (-x - 0.01, -depth - 0.01, height), (x + 0.01, 0.01, height + 0.02)
    builder.part("board", box(low_corner, high_corner, 0.002), parent=top, finish="wood")
    covered = str(rng.choice(("bare", "cushion", "tufted")))
    if covered == "bare":
        builder.support((-x, -depth), (x, 0), height + 0.02)
    else:
        _cushion(builder, x, depth, height + 0.018, covered == "tufted", rng)
    return f"{side}, {tier}, {n} tiers, {covered}"


def _cushion(
    builder: Builder, x: float, depth: float, z: float, tufted: bool, rng: np.random.Generator
) -> None:
    thick = rng.uniform(0.04, 0.07)
    low, high = (-x - 0.005, -depth - 0.005, z), (x + 0.005, 0.005, z + thick)
    whole = builder.part("cushion")
    builder.part("pad", pad(low, high, 0.016, 0.025, 0.006), parent=whole, finish="fabric")
    for level in (z + 0.022, z + thick - 0.022):
        cord = piping(low, high, level, 0.025, 0.003)
        builder.part("piping", cord, parent=whole, finish="fabric")
    if tufted:
        for at in button_places(low[:2], high[:2], 0.17, diamond=False):
            place = (*at, z + thick - 0.004)
            builder.part("button", button(place, 0.01), parent=whole, finish="fabric")


def _uprights(
    builder: Builder, side: str, x: float, depth: float, height: float, r: float, finish: Finish
) -> None:
    for s in (-1, 1):
        at = s * x
        if side == "tube loops":
            low, high = (at - r, -depth, 0), (at + r, 0, height)
            builder.part("side loop", frame(low, high, 2 * r, axis="x"), finish=finish)
        elif side == "panels":
            panel = box((at - 0.009, -depth, 0), (at + 0.009, 0, height), 0.001)
            builder.part("side panel", panel, finish=finish)
        else:
            posts = builder.part("side")
            for y in (-depth + r, -r):
                post = box((at - r, y - r, 0), (at + r, y + r, height), 0.001)
                builder.part("post", post, parent=posts, finish=finish)
            bars = [((at, -depth + r, height - r), (at, -r, height - r))]
            if side == "crossed":
                bars += [
                    ((at, -depth + r, 0.03), (at, -r, height - 0.03)),
                    ((at, -r, 0.03), (at, -depth + r, height - 0.03)),
                ]
            for ends in bars:
                rail = cylinder(*ends, 0.7 * r, sides=8)
                builder.part("rail", rail, parent=posts, finish=finish)


def _tier(
    builder: Builder,
    tier: str,
    x: float,
    depth: float,
    z: float,
    r: float,
    finish: Finish,
    *,
    tilted: bool,
) -> None:
    """A level between the sides on which shoes stand, its surface at about z + r."""
    whole = builder.part("tier")
    front, back = -depth + 0.012, -0.012
    fall = 0.05 if tilted else 0.0  # towards the front, with a rail for the heels

    def height(y: float) -> float:
        return z + fall * (y - back) / (back - front)

    if tier in ("bars", "slats"):
        rails = [
            cylinder(
                (s * x, -depth + r, height(front)), (s * x, -r, height(back)), 0.7 * r, sides=8
            )
            for s in (-1, 1)
        ]
        builder.part("end rails", *rails, parent=whole, finish=finish)
    if tier == "bars":
        for y in np.linspace(front, back, 4).tolist():
            ends = (-x, y, height(y)), (x, y, height(y))
            builder.part("bar", cylinder(*ends, 0.8 * r, sides=8), parent=whole, finish=finish)
    elif tier == "slats":
        n = 5
        pitch = (back - front) / n
        for k in range(n):
            y = front + (k + 0.5) * pitch
            low = (-x, y - 0.36 * pitch, height(y) - 0.008)
            slat = box(low, (x, y + 0.36 * pitch, height(y) + r), 0.001)
            builder.part("slat", slat, parent=whole, finish="wood")
    elif tier == "boards":
        board = box((-x, front, z + r - 0.016), (x, back, z + r), 0.001)
        builder.part("board", board, parent=whole, finish="wood")
    else:
        rim = frame((-x, front, z - 0.006), (x, back, z + 0.006), 0.01, axis="z")
        builder.part("rim", rim, parent=whole, finish="metal")
        wires = [
            cylinder((at, front + 0.005, z), (at, back - 0.005, z), 0.002, sides=5)
            for at in np.linspace(-x, x, round(2 * x / 0.03) + 1)[1:-1].tolist()
        ]
        wires += [
            cylinder((-x + 0.005, y, z), (x - 0.005, y, z), 0.002, sides=5)
            for y in np.linspace(front, back, 6)[1:-1].tolist()
        ]
        builder.part("mesh", joined(*wires), parent=whole, finish="metal")


def _tilting(builder: Builder, rng: np.random.Generator) -> str:
    """A shallow case whose fronts fall forwards with the shoes behind them."""
    look = drawn_look(rng)
    stand = str(rng.choice(("flush", "legs", "tapered legs", "plinth")))
    drawer = bool(rng.random() < 0.35)
    n_rows, n_columns = int(rng.integers(1, 5)), int(rng.choice((1, 1, 2)))
    width, depth = n_columns * rng.uniform(0.48, 0.75), rng.uniform(0.17, 0.28)
    foot, x = foot_height(stand, rng), width / 2
    foot = min(foot, 0.12)
    row = rng.uniform(0.36, 0.44)
    height = foot + n_rows * row + (0.14 if drawer else 0.0) + look.board
    case = hollow((-x, -depth, foot), (x, 0, height), look.board, 0.001)
    body = builder.part("body", case, finish="wood")
    if stand == "plinth":
        plinth = box((-x + 0.005, -depth + 0.02, 0), (x - 0.005, -0.02, foot))
        builder.part("plinth", plinth, finish="wood")
    else:
        add_stand(builder, stand, width, depth, foot)
    builder.support((-x, -depth), (x, 0), height)
    if rng.random() < 0.5:
        lid = box((-x - 0.012, -depth - 0.024, height), (x + 0.012, 0, height + 0.018), 0.002)
        builder.part("top", lid, finish="wood")
        builder.supports.pop()
        builder.support((-x, -depth), (x, 0), height + 0.018)
    edge = look.board / 2
    rows = foot + edge + row * np.arange(n_rows + 1)
    for left, right in pairwise(np.linspace(-x, x, n_columns + 1).tolist()):
        if left > -x:
            post = box((left - edge, -depth, foot + edge), (left + edge, -0.004, height - edge))
            builder.part("divider", post, parent=body, finish="wood")
        for low, high in pairwise(rows.tolist()):
            cell = (left + look.gap, low + look.gap, right - look.gap, high - look.gap)
            _flap(builder, cell, depth, look, rng)
        if drawer:
            top = height - edge
            cell = (left + look.gap, float(rows[-1]), right - look.gap, top - look.gap)
            add_drawer(builder, cell, depth, look, rng)
    return f"{n_rows} by {n_columns}, {look.front} fronts, {look.handle}, {stand}, drawer {drawer}"


def _flap(
    builder: Builder,
    cell: tuple[float, float, float, float],
    depth: float,
    look: Look,
    rng: np.random.Generator,
) -> None:
    left, low, right, high = cell
    flap = builder.part("flap")
    thick, face = 0.018, -depth - 0.018
    front = box((left, face, low), (right, -depth, high), 0.0015)
    board = builder.part("front", front, parent=flap, finish="wood")
    if look.front in ("panel", "framed"):
        border = 0.05
        bead = frame(
            (left + border, face - 0.004, low + border),
            (right - border, face + 0.001, high - border),
            0.012,
        )
        builder.add(board, bead)
    # What holds the shoes leans backwards from the foot of the front.
    a, b, back = left + 0.03, right - 0.03, -0.035
    for z, tall in ((low + 0.05, 0.09), (low + 0.22, 0.07)):
        if z + tall > high - 0.02:
            continue
        tray = joined(
            box((a, -depth - 0.001, z), (b, back, z + 0.006)),
            box((a, back - 0.006, z), (b, back, z + tall)),
            box((a, -depth - 0.001, z), (a + 0.006, back, z + tall)),
            box((b - 0.006, -depth - 0.001, z), (b, back, z + tall)),
        )
        builder.part("tray", tray, parent=flap, finish="plastic")
    if look.handle != "none":
        grip = handle(look.handle, min(look.handle_length, 0.5 * (right - left)), rng)
        z = high if look.handle == "edge" else high - 0.05
        grip = moved(grip, (left + right) / 2, face, z)
        builder.part("handle", grip, parent=flap, finish="metal")
    builder.hinge(flap, (0, -depth + thick, low + 0.01), (1, 0, 0), 0.0, math.radians(42))


def _cubbies(builder: Builder, rng: np.random.Generator) -> str:
    """A case of small bays, one pair of shoes in each."""
    stand = str(rng.choice(("flush", "legs", "plinth")))
    n_columns, n_rows = int(rng.integers(2, 6)), int(rng.integers(2, 6))
    wide, tall, depth = rng.uniform(0.19, 0.25), rng.uniform(0.15, 0.2), rng.uniform(0.28, 0.36)
    board, thin = rng.uniform(0.012, 0.02), rng.uniform(0.004, 0.012)
    foot = foot_height(stand, rng)
    x, top = n_columns * wide / 2, foot + n_rows * tall
    case = hollow((-x, -depth, foot), (x, 0, top), board, 0.001)
    body = builder.part("body", case, finish="wood")
    add_stand(builder, stand, 2 * x, depth, foot)
    covered = rng.random() < 0.4 and top < 0.6
    if covered:
        _cushion(builder, x - 0.01, depth - 0.01, top - 0.002, rng.random() < 0.5, rng)
    else:
        builder.support((-x, -depth), (x, 0), top)
    columns = np.linspace(-x, x, n_columns + 1).tolist()
    rows = np.linspace(foot, top, n_rows + 1).tolist()
    for at in columns[1:-1]:
        wall = box((at - thin / 2, -depth + 0.003, foot + board), (at + thin / 2, 0, top - board))
        builder.part("divider", wall, parent=body, finish="wood")
    for z in rows[1:-1]:
        shelf = box((-x + board, -depth + 0.003, z - thin / 2), (x - board, 0, z + thin / 2))
        builder.part("shelf", shelf, parent=body, finish="wood")
    for a, b in pairwise(columns):
        for z, above in pairwise(rows):
            floor = z + (board if z == foot else thin / 2)
            low, high = (a + 0.025, -depth + 0.02), (b - 0.025, -0.025)
            builder.support(low, high, floor, above - floor - 0.02)
    return f"{n_columns} by {n_rows}, {stand}, cushion {covered}"
