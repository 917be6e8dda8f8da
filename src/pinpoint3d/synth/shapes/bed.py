"""Beds: single to king size, with headboards, drawers underneath and bedding, made or unmade.

Part tree: frame (side rail, foot rail), headboard (panel, rim, slats, pads, buttons), footboard,
slats, drawers, legs; mattress (body, piping), sheet, pillows, duvet with its fold, throw, cushions.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.fronts import add_drawer, drawn_look
from pinpoint3d.synth.shapes.legs import add_legs
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    cushion,
    cylinder,
    frame,
    moved,
    slab,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import front_plate
from pinpoint3d.synth.shapes.upholstery import button, button_places, pad, piping

SIZES = {"single": (0.8, 1.0), "double": (1.2, 1.5), "king": (1.6, 2.0)}
"""Widths of mattresses, metres."""
HEADS = ("panel", "framed", "slats", "bars", "padded", "tufted", "channelled", "bookcase", "none")
FRAMES = ("rails", "rails", "padded rails", "metal", "platform", "boxspring")
BENEATH = ("legs", "drawers", "plinth")
BEDDING = ("made", "turned down", "folded", "crumpled", "bare")


def make(rng: np.random.Generator) -> Asset:
    """A bed, 0.85 to 2.2 m wide and 2 to 2.4 m long, its head towards +y."""
    size, head = str(rng.choice(tuple(SIZES))), str(rng.choice(HEADS))
    body, beneath = str(rng.choice(FRAMES)), str(rng.choice(BENEATH))
    bedding = str(rng.choice(BEDDING, p=(0.3, 0.25, 0.15, 0.15, 0.15)))
    if body in ("metal", "boxspring"):
        beneath = "legs"
    foot_end = bool(rng.random() < 0.4) and body in ("rails", "metal")
    builder = Builder("bed")
    wide, long = rng.uniform(*SIZES[size]), rng.uniform(1.9, 2.1)
    x = wide / 2
    if body == "boxspring":
        under, deck = rng.uniform(0.04, 0.12), rng.uniform(0.3, 0.38)
    elif beneath == "drawers":
        under, deck = 0.0, rng.uniform(0.3, 0.4)
    else:
        deck = rng.uniform(0.24, 0.38)
        under = deck - (0.05 if body == "metal" else rng.uniform(0.1, 0.16))
    rail = {"metal": 0.035, "padded rails": 0.06}.get(body, 0.028)
    lip = deck + (0.03 if body in ("rails", "padded rails", "metal") else 0.0)
    _frame(builder, body, beneath, (x, long, rail), (under, deck, lip), rng)
    if beneath == "drawers":
        _drawers(builder, (x + rail, long + rail), deck - 0.02, rng)
    elif beneath == "plinth":
        half = x - 0.12 if body == "platform" else x + 0.004
        low, high = (-half, -long + 0.14, 0), (half, -0.06, under + 0.002)
        builder.part("plinth", box(low, high), finish="wood")
    else:
        legs = "square" if body == "metal" else str(rng.choice(("square", "round", "tapered")))
        made_of: Finish = "metal" if body == "metal" else "wood"
        reach, at = (x + rail / 2, long / 2 - 0.06), (0.0, -long / 2)
        if body == "platform":  # under its beams
            reach, at = (x - 0.115, long / 2 - 0.1), (0.0, -long / 2 + 0.035)
        elif body == "boxspring":
            reach = x - 0.06, long / 2 - 0.06
        add_legs(builder, legs, *reach, under, rng, finish=made_of, at=at)
    top = rng.uniform(0.85, 1.25)
    _head(builder, head, x + rail, 0.0, top, "headboard", rng)
    if foot_end and head not in ("none", "bookcase"):
        kind = head if head in ("slats", "bars", "framed") and beneath != "drawers" else "panel"
        tall = rng.uniform(deck + 0.12, deck + 0.4)
        _head(builder, kind, x + rail, -long - rail - 0.03, tall, "footboard", rng)
    thick = rng.uniform(0.16, 0.28)
    _bedding(builder, bedding, (x, long), (deck, deck + thick), rng)
    style = f"{size}, {head} headboard, {body}, {beneath}, {bedding}, footboard {foot_end}"
    return pose_at_random(builder.asset(style), rng, share_open=float(rng.choice((0.0, 0.3))))


def _frame(
    builder: Builder,
    body: str,
    beneath: str,
    size: tuple[float, float, float],
    heights: tuple[float, float, float],
    rng: np.random.Generator,
) -> None:
    """What carries the mattress; heights are those of its underside, its deck, its lip."""
    (x, long, rail), (under, deck, lip) = size, heights
    whole = builder.part("frame")
    if body == "boxspring":
        soft: Finish = "fabric"
        base = pad((-x, -long, under), (x, 0, deck), 0.02, 0.03)
        builder.part("box spring", base, parent=whole, finish=soft)
        for level in (under + 0.02, deck - 0.02):
            cord = piping((-x, -long, 0), (x, 0, 1), level, 0.03, 0.005)
            builder.part("piping", cord, parent=whole, finish=soft)
        return
    finish: Finish = "wood"
    if body in ("metal", "padded rails"):
        finish = "metal" if body == "metal" else "fabric"
    a, b = x + rail, long + rail
    if body == "platform":
        over = rng.uniform(0.03, 0.12)
        deck_board = box((-x - over, -long - over, deck - 0.06), (x + over, 0, deck), 0.004)
        builder.part("platform", deck_board, parent=whole, finish="wood")
        skirt = frame((-x + 0.1, -long + 0.12, under), (x - 0.1, -0.05, deck - 0.059), 0.03, "z")
        builder.part("beam", skirt, parent=whole, finish="wood")
        return
    for s in (-1, 1):
        low, high = (s * x, -b, under), (s * a, 0.0, lip)
        mesh = (
            pad(*_sorted(low, high), 0.015, 0.02)
            if body == "padded rails"
            else box(low, high, 0.003)
        )
        builder.part("side rail", mesh, parent=whole, finish=finish)
    for name, y in (("foot rail", -b), ("head rail", -rail)):
        low, high = (-x, y, under), (x, y + rail, lip)
        mesh = pad(low, high, 0.015, 0.02) if body == "padded rails" else box(low, high, 0.003)
        builder.part(name, mesh, parent=whole, finish=finish)
    if beneath == "drawers":  # the chest below carries a board
        deck_board = box((-x - 0.002, -long, deck - 0.018), (x + 0.002, -0.02, deck - 0.001))
        builder.part("deck", deck_board, parent=whole, finish="wood")
        return
    n = int(rng.integers(7, 10))
    for y in np.linspace(-long + 0.06, -0.1, n).tolist():
        slat = box((-x - 0.002, y - 0.035, deck - 0.018), (x + 0.002, y + 0.035, deck - 0.001))
        builder.part("slat", slat, parent=whole, finish="wood")
    if x > 0.55:
        beam = box((-0.03, -long - 0.002, under), (0.03, 0, deck - 0.017))
        builder.part("middle beam", beam, parent=whole, finish=finish)


def _sorted(
    low: tuple[float, float, float], high: tuple[float, float, float]
) -> tuple[np.ndarray, np.ndarray]:
    ends = np.sort(np.array([low, high], np.float64), axis=0)
    return ends[0], ends[1]


def _drawers(
    builder: Builder, size: tuple[float, float], top: float, rng: np.random.Generator
) -> None:
    """A chest under the deck with drawers towards one or both sides."""
    x, long = size
    look = drawn_look(rng)
    y0, y1 = -long + 0.01, -0.02
    chest = builder.part("chest")
    inner = 0.02
    for name, low, high in (
        ("end", (-x + inner, y0, 0.0), (x - inner, y0 + 0.02, top)),
        ("end", (-x + inner, y1 - 0.02, 0.0), (x - inner, y1, top)),
        ("middle wall", (-0.01, y0 + 0.02, 0.0), (0.01, y1 - 0.02, top)),
        ("floor", (-x + inner, y0 + 0.02, 0.012), (x - inner, y1 - 0.02, 0.022)),
    ):
        builder.part(name, box(low, high), parent=chest, finish="wood")
    sides = (-1, 1) if rng.random() < 0.6 else (int(rng.choice((-1, 1))),)
    n = int(rng.integers(1, 4 if len(sides) == 1 else 3))
    for s in (-1, 1):
        if s not in sides:
            low, high = (s * (x - inner), y0, 0.0), (s * (x - inner - 0.018), y1, top)
            builder.part("side", box(low, high), parent=chest, finish="wood")
            continue
        edges = np.linspace(y0, y1, n + 1)
        # Seen from the side: what is x there runs along the bed.
        along = edges if s > 0 else -edges[::-1]
        for a, b in pairwise(along.tolist()):
            cell = (a + look.gap, 0.03, b - look.gap, top - 0.004)
            facing = s * math.pi / 2
            depth = x - inner
            add_drawer(builder, cell, depth, look, rng, back=-0.05, facing=facing)


def _head(
    builder: Builder,
    kind: str,
    x: float,
    y: float,
    top: float,
    name: str,
    rng: np.random.Generator,
) -> None:
    """A board at an end of the bed, its inner face at `y`, between the floor and `top`."""
    if kind == "none":
        return
    thick = 0.03
    board = builder.part(name)
    soft: Finish = "leather" if rng.random() < 0.25 else "fabric"
    low = 0.0 if rng.random() < 0.5 else 0.15
    if kind == "panel":
        sheet = box((-x, y, low), (x, y + thick, top), 0.006)
        builder.part("panel", sheet, parent=board, finish="wood")
    elif kind == "framed":
        bars = frame((-x, y, 0), (x, y + thick, top), 0.08)
        rim = builder.part("rim", bars, parent=board, finish="wood")
        n = int(rng.integers(1, 4))
        edges = np.linspace(-x + 0.08, x - 0.08, n + 1).tolist()
        for a, b in pairwise(edges):
            panel = box((a - 0.001, y + 0.008, 0.079), (b + 0.001, y + thick - 0.008, top - 0.079))
            builder.part("panel", panel, parent=board, finish="wood")
        stiles = [
            box((at - 0.03, y + 0.001, 0.079), (at + 0.03, y + thick - 0.001, top - 0.079))
            for at in edges[1:-1]
        ]
        builder.add(rim, *stiles)
    elif kind in ("slats", "bars"):
        finish: Finish = "metal" if kind == "bars" else "wood"
        r = 0.018
        for s in (-1, 1):
            at = s * (x - r)
            post = cylinder((at, y + 0.015, 0), (at, y + 0.015, top), r, sides=12)
            knob = cushion(
                (at - 0.025, y - 0.01, top - 0.008), (at + 0.025, y + 0.04, top + 0.042), 2, 10, 6
            )
            builder.part("post", post, knob, parent=board, finish=finish)
        rails = [top - 0.04, 0.32]
        for z in rails:
            rail = box((-x + r, y + 0.004, z - 0.03), (x - r, y + 0.026, z + 0.03), 0.003)
            builder.part("rail", rail, parent=board, finish=finish)
        n = int(np.clip(round(2 * x / rng.uniform(0.1, 0.22)), 3, 9))
        for at in np.linspace(-x, x, n + 2)[1:-1].tolist():
            if kind == "bars":
                bar = cylinder((at, y + 0.015, 0.33), (at, y + 0.015, top - 0.05), 0.008, sides=8)
            else:
                bar = box((at - 0.03, y + 0.009, 0.33), (at + 0.03, y + 0.021, top - 0.05), 0.002)
            builder.part("bar" if kind == "bars" else "slat", bar, parent=board, finish=finish)
    elif kind == "bookcase":
        deep = rng.uniform(0.18, 0.26)
        t = 0.018
        for at in np.linspace(-x + t / 2, x - t / 2, int(rng.integers(3, 5))).tolist():
            wall = box((at - t / 2, y, 0), (at + t / 2, y + deep - 0.005, top - t))
            builder.part("side", wall, parent=board, finish="wood")
        back = box((-x, y + deep - 0.006, 0), (x, y + deep, top - t))
        builder.part("back", back, parent=board, finish="wood")
        front = box((-x, y - 0.016, low), (x, y + 0.001, top - 0.28))
        builder.part("panel", front, parent=board, finish="wood")
        for z in (top, top - 0.28):
            shelf = box((-x, y - 0.016, z - t), (x, y + deep - 0.004, z))
            builder.part("shelf", shelf, parent=board, finish="wood")
        builder.support((-x, y), (x, y + deep), top)
    else:
        back = y if kind == "tufted" else y + 0.02
        core = pad((-x, back - 0.001, low), (x, back + 0.05, top), 0.015, 0.05, axis="y")
        builder.part("body", core, parent=board, finish=soft)
        if kind == "tufted":
            places = button_places((-x + 0.03, 0.45), (x - 0.03, top - 0.04), 0.17, True)
            studs = [button((at, y, z), 0.014) for at, z in places]
            builder.part("buttons", *studs, parent=board, finish=soft)
            return
        n = (
            min(9, round(2 * x / rng.uniform(0.14, 0.24)))
            if kind == "channelled"
            else int(rng.integers(1, 4))
        )
        for a, b in pairwise(np.linspace(-x, x, n + 1).tolist()):
            low_corner, high = (a + 0.002, y - 0.001, low + 0.02), (b - 0.002, y + 0.035, top)
            if kind == "channelled":
                block = box(low_corner, high, 0.017)
            else:
                block = pad(low_corner, high, 0.012, 0.03, 0.006, "y")
            builder.part("pad", block, parent=board, finish=soft)


def _bedding(
    builder: Builder,
    bedding: str,
    size: tuple[float, float],
    rise: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    """Mattress, sheet, pillows, duvet, throw."""
    (x, long), (deck, top) = size, rise
    edge = 0.006
    low, high = (-x + edge, -long + edge, deck - 0.002), (x - edge, -edge, top)
    mattress = builder.part("mattress")
    builder.part("body", pad(low, high, 0.035, 0.07, 0.004), parent=mattress, finish="fabric")
    cords = [piping(low, high, level, 0.07, 0.006) for level in (deck + 0.035, top - 0.04)]
    builder.part("piping", *cords, parent=mattress, finish="fabric")
    if bedding == "bare":
        builder.support((-x + 0.1, -long + 0.1), (x - 0.1, -0.1), top)
        if rng.random() < 0.5:
            return
    else:
        # A fitted sheet: barely more than the mattress itself.
        sheet = pad(
            (-x + 0.004, -long + 0.004, deck + 0.06),
            (x - 0.004, -0.004, top + 0.003),
            0.036,
            0.07,
            0.004,
        )
        builder.part("sheet", sheet, finish="fabric")
    rows = 2 if rng.random() < 0.35 else 1
    across = 1 if x < 0.55 else 2
    for row in range(rows):
        for k in range(across):
            _pillow(builder, (x, top), row, rows, k, across, rng)
    if bedding == "bare":
        return
    start = -0.3 - 0.2 * rows + 0.06
    if bedding in ("made", "turned down", "crumpled"):
        _duvet(builder, bedding, (x, long), (deck, top), start, rng)
        if bedding != "crumpled" and rng.random() < 0.35:
            y0 = -long + rng.uniform(0.15, 0.3)
            _cover(
                builder,
                "throw",
                x + 0.006,
                (y0, y0 + rng.uniform(0.35, 0.6)),
                (deck + 0.02, top + 0.046),
                0.012,
            )
    else:
        n = int(rng.integers(2, 4))
        wide, y0 = 0.9 * x, -long + 0.15
        duvet = builder.part("folded duvet")
        for k in range(n):
            z = top - 0.004 + 0.055 * k
            low, high = (-wide, y0, z), (wide, y0 + rng.uniform(0.42, 0.5), z + 0.062)
            builder.part("layer", pad(low, high, 0.026, 0.06, 0.008), parent=duvet, finish="fabric")
    if rng.random() < 0.3:
        for at in rng.uniform(-0.5 * x, 0.5 * x, int(rng.integers(1, 3))).tolist():
            side = rng.uniform(0.32, 0.42)
            body = cushion((-side / 2, -0.06, 0), (side / 2, 0.06, side), 2.8, 18, 8)
            leaned = turned(body, "x", -rng.uniform(0.5, 0.8))
            y = -0.3 - 0.2 * rows + 0.02
            builder.part("cushion", moved(leaned, at, y - 0.15, top + 0.01), finish="fabric")


def _pillow(
    builder: Builder,
    place: tuple[float, float],
    row: int,
    rows: int,
    k: int,
    across: int,
    rng: np.random.Generator,
) -> None:
    """A pillow lying flat, or leaning on the headboard behind another."""
    x, top = place
    wide = min(0.78, 2 * x / across - 0.06)
    middle = (k - (across - 1) / 2) * (2 * x / across)
    body = cushion((-wide / 2, -0.22, 0), (wide / 2, 0.22, 0.15), 3.0, 20, 8)
    if row == 1 or rows == 1:
        y, z, tilt = -0.26 - (0.18 if rows == 2 else 0.0), top - 0.025, 0.0
        if rows == 2:
            tilt = 0.35
    else:
        y, z, tilt = -0.2, top - 0.02, 1.0
    body = turned(body, "x", tilt)
    lowest = float(body.vertices[:, 2].min())
    if tilt > 0.8:
        y = -0.03 - float(body.vertices[:, 1].max())
    body = turned(body, "z", rng.normal(0, 0.03))
    builder.part("pillow", moved(body, middle, y, z - lowest), finish="fabric")


def _duvet(
    builder: Builder,
    bedding: str,
    size: tuple[float, float],
    rise: tuple[float, float],
    start: float,
    rng: np.random.Generator,
) -> None:
    """A quilt over the mattress with its sides hanging, its head end folded back or thrown open."""
    (x, long), (deck, top) = size, rise
    thick = 0.04
    duvet = builder.part("duvet")
    hang = deck + rng.uniform(0.02, 0.08)
    if bedding == "crumpled":
        n = (12, 13, 1)
        sheet = slab((-x + 0.02, -long + 0.05, 0), (x - 0.02, start - 0.1, thick + 0.02), n)
        v = sheet.vertices.copy()
        upper = v[:, 2] > thick / 2
        waves = rng.uniform(4, 14, (5, 2)) * rng.choice((-1, 1), (5, 2))
        bumps = np.sin(v[:, :2] @ waves.T + rng.uniform(0, 6, 5)).mean(axis=1)
        v[upper, 2] += 0.05 * (1 + bumps[upper])
        rim = np.abs(v[:, 0]) > x - 0.03
        v[rim & upper, 2] -= 0.04
        # One corner thrown back.
        s = float(rng.choice((-1, 1)))
        share = np.clip((s * v[:, 0] / x + (v[:, 1] - start) / 0.8), 0, 1)
        v[:, 1] -= 0.4 * share
        v[upper, 2] += 0.08 * share[upper]
        mesh = Mesh(v + np.array([0, 0, top - 0.002]), sheet.faces)
        builder.part("quilt", mesh, parent=duvet, finish="fabric")
        return
    _cover(builder, "quilt", x, (-long - 0.012, start), (hang, top + thick), thick, duvet)
    foot = box(
        (-x - 0.03, -long - thick + 0.005, hang), (x + 0.03, -long + 0.012, top + 0.02), 0.015
    )
    builder.part("foot end", foot, parent=duvet, finish="fabric")
    if bedding == "turned down":
        deep = rng.uniform(0.2, 0.45)
        low, high = (
            (-x - 0.006, start - deep, top + thick - 0.012),
            (x + 0.006, start + 0.012, top + 2 * thick),
        )
        builder.part("fold", pad(low, high, 0.02, 0.03, 0.006), parent=duvet, finish="fabric")


def _cover(
    builder: Builder,
    name: str,
    x: float,
    along: tuple[float, float],
    rise: tuple[float, float],
    thick: float,
    parent: int = -1,
) -> None:
    """Cloth across the bed from side to side, its ends hanging down."""
    (front, back), (low, high) = along, rise
    out = x + 0.03
    r = min(0.05, 0.4 * (high - low))
    outer = [(-out, low), (-out, high - r), (-out + 0.3 * r, high - 0.3 * r), (-out + r, high)]
    inner_x = out - thick
    inner = [(-inner_x, low), (-inner_x, high - thick - r), (-inner_x + 0.7 * r, high - thick)]
    outline = outer + [(-a, z) for a, z in reversed(outer)]
    outline += [(a * -1, z) for a, z in inner] + [(a, z) for a, z in reversed(inner)]
    sheet = front_plate(outline, front, back)
    builder.part(name, sheet, parent=parent, finish="fabric")
