"""Bookshelves: tall cases with shelves, cubes, open frames and ladders, some closed below.

Part tree: body (side, top, bottom, back, post, stile), shelves with edge bands, crown, plinth or
legs; below or in single cells drawers, doors and baskets; a frame has posts, rails and a brace.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.carcass import add_boards, add_crown, add_stand, foot_height
from pinpoint3d.synth.shapes.fronts import Look, add_door, add_door_pair, add_drawer, drawn_look
from pinpoint3d.synth.shapes.primitives import box, cylinder, frame, open_box, turned

CASES = ("case", "cubes", "frame", "ladder")
BACKS = {"full back": 1.0, "no back": 0.0, "half back": 0.55}
BELOW = ("open below", "doors below", "drawers below")
EDGES = ("plain", "edge bands", "face frame")

_COSTS = {"empty": 0, "baskets": 3, "doors": 3, "drawers": 8}
"""Parts of what may fill one of the cubes."""


def make(rng: np.random.Generator) -> Asset:
    """A bookshelf, 0.35 to 2 m wide and 0.7 to 2.2 m high."""
    case = str(rng.choice(CASES, p=(0.45, 0.25, 0.2, 0.1)))
    builder = Builder("bookshelf")
    if case == "case":
        style = _case(builder, rng)
    elif case == "cubes":
        style = _cubes(builder, rng)
    elif case == "frame":
        style = _frame(builder, rng)
    else:
        style = _ladder(builder, rng)
    share = float(rng.choice((0.0, 0.15, 0.4)))
    return pose_at_random(builder.asset(f"{case}, {style}"), rng, share_open=share)


def _case(builder: Builder, rng: np.random.Generator) -> str:
    look = drawn_look(rng)
    back = str(rng.choice(tuple(BACKS), p=(0.6, 0.25, 0.15)))
    below = str(rng.choice(BELOW, p=(0.5, 0.3, 0.2)))
    edge = str(rng.choice(EDGES))
    stand = str(rng.choice(("plinth", "legs", "tapered legs", "flush")))
    n_columns = int(rng.choice((1, 1, 2, 2, 3)))
    width, depth = n_columns * rng.uniform(0.4, 0.62), rng.uniform(0.22, 0.38)
    top, board, foot = rng.uniform(0.85, 2.15), look.board, foot_height(stand, rng)
    x = width / 2
    body = add_boards(builder, (-x, x), (foot, top), depth, board, BACKS[back])
    add_stand(builder, stand, width, depth, foot)
    crowned = rng.random() < 0.3
    high = add_crown(builder, width, depth, top, (0.012, 0.024)) if crowned else top
    builder.support((-x, -depth), (x, 0), high)
    split = foot
    if below != "open below":
        split = foot + min(rng.uniform(0.35, 0.6), 0.5 * (top - foot))
    edges = np.linspace(-x, x, n_columns + 1)
    pitch, staggered = rng.uniform(0.24, 0.4), rng.random() < 0.3
    for left, right in pairwise(edges.tolist()):
        if left > -x:
            low, high = (left - board / 2, -depth, foot + board), (left + board / 2, -0.005, top)
            post = box(low, (*high[:2], top - board))
            builder.part("post", post, parent=body, finish="wood")
        if below != "open below":
            _closed(builder, body, below, (left, right), (foot, split), depth, look, rng)
        n_cells = int(np.clip(round((top - split) / pitch), 1, 12 // n_columns))
        levels = np.linspace(split, top - board, n_cells + 1)
        if staggered:
            levels[1:-1] += rng.uniform(-0.04, 0.04, n_cells - 1)
        for k in range(n_cells):
            z = float(levels[k]) + (board if split == foot and k == 0 else 0.0)
            if k or split > foot:
                _shelf(builder, body, (left, right), z, depth, board, edge)
            low, high = (left + board, -depth + 0.01), (right - board, -0.015)
            builder.support(low, high, z, float(levels[k + 1]) - z - board)
    if edge == "face frame":
        for at in edges.tolist():
            half = 0.022
            middle = float(np.clip(at, -x + half, x - half))
            low, high = (middle - half, -depth - 0.012, split), (middle + half, -depth + 0.001, top)
            builder.part("stile", box(low, high, 0.002), parent=body, finish="wood")
    fronts = f", {look.front} fronts" if below != "open below" else ""
    return f"{back}, {below}{fronts}, {edge}, {n_columns} columns, {stand}"


def _shelf(
    builder: Builder,
    body: int,
    across: tuple[float, float],
    z: float,
    depth: float,
    board: float,
    edge: str,
) -> None:
    """A shelf whose upper face is at `z`, from post to post."""
    left, right = across[0] + board / 2, across[1] - board / 2
    low, high = (left, -depth + 0.002, z - board), (right, -0.003, z)
    shelf = builder.part("shelf", box(low, high), parent=body, finish="wood")
    if edge == "edge bands":
        low, high = (left + board / 2, -depth, z - board - 0.004), (right - board / 2, 0, z)
        band = box(low, (high[0], -depth + 0.0022, z + 0.0005))
        builder.part("edge band", band, parent=shelf, finish="wood")


def _closed(
    builder: Builder,
    body: int,
    below: str,
    across: tuple[float, float],
    rise: tuple[float, float],
    depth: float,
    look: Look,
    rng: np.random.Generator,
) -> None:
    """Doors or drawers in the lower part of a column."""
    (left, right), (low, high) = across, rise
    edge = look.board / 2
    cell = (left + look.gap, low + edge, right - look.gap, high - edge)
    if below == "doors below":
        inner = (left + look.board, -depth + 0.03), (right - look.board, -0.02)
        builder.support(*inner, low + look.board, high - low - 2 * look.board)
        if right - left > 0.5:
            add_door_pair(builder, cell, depth, look, rng)
        else:
            add_door(builder, cell, depth, look, str(rng.choice(("left", "right"))), rng)
        return
    floor = box((left + edge, -depth + 0.003, low), (right - edge, -0.003, low + look.board))
    builder.add(body, floor)
    n_drawers = int(np.clip(round((high - low) / rng.uniform(0.16, 0.26)), 1, 2))
    for top, bottom in pairwise(np.linspace(cell[3], cell[1], n_drawers + 1).tolist()):
        inner_cell = (cell[0], bottom + look.gap / 2, cell[2], top - look.gap / 2)
        add_drawer(builder, inner_cell, depth, look, rng)


def _cubes(builder: Builder, rng: np.random.Generator) -> str:
    look = drawn_look(rng)
    back = str(rng.choice(("full back", "no back")))
    stand = str(rng.choice(("flush", "legs", "castors", "plinth")))
    filled = str(rng.choice(("empty", "baskets", "doors", "mixed")))
    n_columns, n_rows = int(rng.integers(1, 5)), int(rng.integers(2, 6))
    cell, depth, thick = rng.uniform(0.3, 0.38), rng.uniform(0.3, 0.4), rng.uniform(0.02, 0.04)
    inner = rng.uniform(0.012, 0.02)
    foot = foot_height(stand, rng)
    x, top = n_columns * cell / 2, foot + n_rows * cell
    body = add_boards(builder, (-x, x), (foot, top), depth, thick, BACKS[back])
    add_stand(builder, stand, 2 * x, depth, foot)
    builder.support((-x, -depth), (x, 0), top)
    columns = np.linspace(-x, x, n_columns + 1).tolist()
    rows = np.linspace(foot, top, n_rows + 1).tolist()
    for z in rows[1:-1]:
        low, high = (-x + thick, -depth + 0.001, z - inner / 2), (x - thick, -0.004, z + inner / 2)
        builder.part("shelf", box(low, high), parent=body, finish="wood")
    for at in columns[1:-1]:
        low = (at - inner / 2, -depth + 0.001, foot + thick)
        post = box(low, (at + inner / 2, -0.004, top - thick))
        builder.part("post", post, parent=body, finish="wood")
    spare = 34  # parts that all doors, drawers and baskets together may have
    for left, right in pairwise(columns):
        for bottom, above in pairwise(rows):
            what = filled
            if filled == "mixed":
                what = str(rng.choice(("empty", "baskets", "doors", "drawers")))
            elif filled != "empty" and rng.random() < 0.5:
                what = "empty"
            spare -= _COSTS[what]
            what = what if spare >= 0 else "empty"
            a = left + (thick if left == -x else inner / 2)
            b = right - (thick if right == x else inner / 2)
            low = bottom + (thick if bottom == foot else inner / 2)
            high = above - (thick if above == top else inner / 2)
            _fill(builder, what, (a, low, b, high), depth, look, rng)
    return f"{n_columns} by {n_rows}, {filled}, {back}, {stand}"


def _fill(
    builder: Builder,
    what: str,
    cell: tuple[float, float, float, float],
    depth: float,
    look: Look,
    rng: np.random.Generator,
) -> None:
    """Put a basket, door or pair of drawers into the opening of a cube, or leave it to others."""
    a, low, b, high = cell
    if what == "empty":
        builder.support((a + 0.01, -depth + 0.01), (b - 0.01, -0.015), low, high - low - 0.01)
        return
    set_in = Look("inset", look.handle, 0.08, 0.003, look.gap, look.vertical)
    if look.handle == "edge":
        set_in = Look("inset", "knob", 0.08, 0.003, look.gap, look.vertical)
    if what == "doors":
        add_door(builder, cell, depth, set_in, str(rng.choice(("left", "right"))), rng)
    elif what == "drawers":
        middle = (low + high) / 2
        for bottom, top in ((low, middle - 0.001), (middle + 0.001, high)):
            add_drawer(builder, (a, bottom, b, top), depth, set_in, rng)
    else:
        finish: Finish = "wicker" if rng.random() < 0.5 else "fabric"
        gap, wall, top = 0.006, 0.006, high - rng.uniform(0.02, 0.08)
        front, back = -depth + 0.006, -0.02
        basket = builder.part("basket")
        walls = open_box((a + gap, front, low), (b - gap, back, top), wall)
        builder.part("box", walls, parent=basket, finish=finish)
        middle, z = (a + b) / 2, top - 0.05
        if rng.random() < 0.5:
            tab = box((middle - 0.012, front - 0.004, z - 0.03), (middle + 0.012, front + 0.001, z))
            builder.part("tab", tab, parent=basket, finish="leather")
        else:
            rim = frame(
                (middle - 0.045, front - 0.002, z - 0.03),
                (middle + 0.045, front + 0.001, z),
                0.006,
            )
            builder.part("grip", rim, parent=basket, finish="metal")
        builder.slide(basket, (0, -1, 0), 0.0, 0.6 * depth)


def _frame(builder: Builder, rng: np.random.Generator) -> str:
    """Boards on slender posts, as workshops and lofts have them."""
    post = str(rng.choice(("square posts", "round posts", "side frames")))
    brace = str(rng.choice(("cross", "back rail", "none")))
    shelf = str(rng.choice(("boards", "trays")))
    x, depth = rng.uniform(0.25, 0.7), rng.uniform(0.26, 0.42)
    n, height = int(rng.integers(3, 7)), rng.uniform(0.8, 2.0)
    r, board = rng.uniform(0.009, 0.016), rng.uniform(0.014, 0.03)
    metal: Finish = "metal" if rng.random() < 0.8 else "wood"
    front, back = -depth + r, -r
    for s in (-1, 1):
        at = s * (x - r)
        if post == "side frames":
            low, high = (at - r, -depth, 0), (at + r, 0, height)
            builder.part("side frame", frame(low, high, 2 * r, axis="x"), finish=metal)
            continue
        for y in (front, back):
            if post == "square posts":
                upright = box((at - r, y - r, 0), (at + r, y + r, height), 0.001)
            else:
                upright = cylinder((at, y, 0), (at, y, height), r)
            builder.part("post", upright, finish=metal)
    top = height - (2 * r if post == "side frames" else 0.03)
    for k, z in enumerate(np.linspace(rng.uniform(0.06, 0.2), top, n).tolist()):
        low, high = (-x + r, -depth + 0.002, z - board), (x - r, -0.002, z)
        sheet = builder.part("shelf", finish="wood" if shelf == "boards" else "metal")
        builder.part("board", box(low, high, 0.001), parent=sheet, finish="wood")
        if shelf == "trays":
            lip = frame(
                (low[0] - 0.002, low[1] - 0.002, z - board - 0.004),
                (high[0] + 0.002, 0, z + 0.012),
                0.003,
                axis="z",
            )
            builder.part("rim", lip, parent=sheet, finish=metal)
        room = (top - z) if k == n - 1 else (top - 0.1) / n - board
        clear = math.inf if k == n - 1 and room < 0.05 else max(room, 0.05)
        builder.support((-x + 0.03, -depth + 0.03), (x - 0.03, -0.03), z, clear)
        if brace == "back rail" and k < n - 1:
            rail = cylinder((-x + r, back, z + 0.07), (x - r, back, z + 0.07), 0.005, sides=8)
            builder.part("back rail", rail, finish=metal)
    if brace == "cross":
        pair = builder.part("brace")
        for s, y in ((1, -0.002), (-1, 0.001)):
            ends = (-s * (x - r), y, 0.15), (s * (x - r), y, height - 0.1)
            builder.part("strut", cylinder(*ends, 0.005, sides=6), parent=pair, finish=metal)
    return f"{post}, {brace} brace, {shelf}, {n} shelves"


def _ladder(builder: Builder, rng: np.random.Generator) -> str:
    """Shelves that grow shallower upwards between rails that lean against the wall."""
    kind = str(rng.choice(("leaning", "a-frame")))
    shelf = str(rng.choice(("boards", "boxes")))
    x, height = rng.uniform(0.2, 0.4), rng.uniform(1.4, 2.0)
    n, reach, thick = int(rng.integers(4, 6)), rng.uniform(0.32, 0.5), rng.uniform(0.012, 0.018)
    lean = math.atan2(reach - 0.1, height)
    for s in (-1, 1):
        at = s * x
        rail = box((at - thick, -reach, -0.1), (at + thick, -reach + 0.045, height + 0.1))
        rail = turned(rail, "x", -lean, about=(0, -reach, 0))
        # Cut level at the floor and the top: the corners slide along the leaning edge.
        vertices = rail.vertices
        for rows, z in ((vertices[:, 2] < height / 2, 0.0), (vertices[:, 2] > height / 2, height)):
            vertices[rows, 1] += (z - vertices[rows, 2]) * math.tan(lean)
            vertices[rows, 2] = z
        builder.part("rail", rail, finish="wood")
        if kind == "a-frame":
            rear = box((at - thick, -0.03, 0), (at + thick, 0, height), 0.002)
            builder.part("rear leg", rear, finish="wood")
    levels = np.linspace(rng.uniform(0.12, 0.3), height - 0.15, n).tolist()
    for k, z in enumerate(levels):
        front = -reach + z * math.tan(lean) - 0.004
        piece = builder.part("shelf")
        low, high = (-x + thick - 0.001, front, z - 0.018), (x - thick + 0.001, -0.001, z)
        builder.part("board", box(low, high), parent=piece, finish="wood")
        if shelf == "boxes":
            rise = 0.05
            rim = frame((low[0], front, z - 0.001), (high[0], -0.001, z + rise), 0.01, axis="z")
            builder.part("rim", rim, parent=piece, finish="wood")
        clear = math.inf if k == n - 1 else levels[k + 1] - z - 0.03
        if front < -0.12:
            builder.support((-x + 0.03, front + 0.07), (x - 0.03, -0.015), z, clear)
    return f"{kind}, {shelf}, {n} shelves"
