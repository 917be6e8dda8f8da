"""Benches: planks and slats, padded and woven seats, chests with a lid, with or without a back.

Part tree: seat (planks, cushion, piping, buttons), legs, trestles or cheeks, stretchers, shelf;
back (posts, rails, slats), armrests; a chest has walls, a lid that opens, drawers or baskets.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.fronts import add_drawer, drawn_look
from pinpoint3d.synth.shapes.legs import add_legs
from pinpoint3d.synth.shapes.primitives import Point, box, cylinder, frame, open_box, turned
from pinpoint3d.synth.shapes.sweeps import side_plate
from pinpoint3d.synth.shapes.upholstery import button, button_places, pad, piping, weave

SEATS = ("plank", "slats", "padded", "tufted", "channelled", "woven")
STANDS = ("square", "tapered", "splayed", "hairpin", "loop", "cheeks", "trestle", "chest")
BACKS = ("none", "none", "slats", "rails", "panel", "padded")
BELOW = ("none", "none", "stretcher", "shelf")


def make(rng: np.random.Generator) -> Asset:
    """A bench, 0.8 to 1.9 m long, its seat 0.4 to 0.5 m high."""
    seat, stand, back = (str(rng.choice(options)) for options in (SEATS, STANDS, BACKS))
    below = str(rng.choice(BELOW))
    arms = bool(rng.random() < 0.35) and back != "none"
    builder = Builder("bench")
    x, depth, height = rng.uniform(0.4, 0.95), rng.uniform(0.32, 0.45), rng.uniform(0.42, 0.48)
    soft: Finish = "leather" if rng.random() < 0.3 else "fabric"
    if stand == "chest":
        detail = _chest(builder, seat, x, depth, height, soft, rng)
    else:
        seat_thick = {"plank": rng.uniform(0.025, 0.045), "slats": 0.025, "woven": 0.03}.get(
            seat, rng.uniform(0.06, 0.11)
        )
        under = height - seat_thick
        _seat(builder, seat, (x, depth), (under, height), soft, rng)
        # Legs of a woven seat stand under its frame.
        inset = 0.028 if seat == "woven" else 0.06
        _stand(builder, stand, (x, depth), under, inset, rng)
        if below != "none" and stand not in ("trestle", "hairpin", "splayed"):
            _below(builder, below, stand, (x, depth), under, inset, rng)
        detail = below
    if back != "none":
        _back(builder, back, x, height, soft, rng)
    if arms:
        _arms(builder, x, depth, height)
    style = f"{seat} seat, {stand}, {back} back, {detail}, arms {arms}"
    return pose_at_random(builder.asset(style), rng, share_open=float(rng.choice((0.0, 0.3))))


def _seat(
    builder: Builder,
    seat: str,
    size: tuple[float, float],
    rise: tuple[float, float],
    soft: Finish,
    rng: np.random.Generator,
    parent: int = -1,
) -> None:
    (x, depth), (low, high) = size, rise
    whole = builder.part("seat", parent=parent)
    if seat == "plank":
        n = int(rng.integers(1, 4))
        for a, b in pairwise(np.linspace(-depth, 0, n + 1).tolist()):
            plank = box((-x, a + 0.0008, low), (x, b - 0.0008, high), 0.003)
            builder.part("plank", plank, parent=whole, finish="wood")
        for at in (-x + 0.06, 0.0, x - 0.06):
            batten = box((at - 0.02, -depth + 0.02, low - 0.012), (at + 0.02, -0.02, low + 0.001))
            builder.part("batten", batten, parent=whole, finish="wood")
        builder.support((-x, -depth), (x, 0), high)
        return
    if seat == "slats":
        lengthwise = rng.random() < 0.6
        n = int(rng.integers(4, 8)) if lengthwise else max(6, round(2 * x / 0.09))
        start, end = (-depth, 0.0) if lengthwise else (-x, x)
        pitch = (end - start) / n
        half = 0.5 * pitch * rng.uniform(0.75, 0.93)
        for k in range(n):
            at = start + (k + 0.5) * pitch
            if lengthwise:
                slat = box((-x, at - half, low + 0.006), (x, at + half, high), 0.003)
            else:
                slat = box((at - half, -depth, low + 0.006), (at + half, 0, high), 0.003)
            builder.part("slat", slat, parent=whole, finish="wood")
        for s in (-1, 0, 1):
            middle = s * (x - 0.06) if lengthwise else 0.0
            if lengthwise:
                batten = box(
                    (middle - 0.02, -depth + 0.005, low), (middle + 0.02, -0.005, low + 0.008)
                )
            else:
                y = -depth / 2 + s * (depth / 2 - 0.04)
                batten = box((-x + 0.005, y - 0.02, low), (x - 0.005, y + 0.02, low + 0.008))
            builder.part("batten", batten, parent=whole, finish="wood")
        builder.support((-x, -depth), (x, 0), high)
        return
    if seat == "woven":
        rim = frame((-x, -depth, low), (x, 0, high), 0.035, axis="z")
        builder.part("frame", rim, parent=whole, finish="wood")
        n = round((2 * x - 0.07) / 0.035)
        low_corner, high_corner = (-x + 0.034, -depth + 0.034), (x - 0.034, -0.034)
        for straps in weave(low_corner, high_corner, high - 0.006, (n, 6)):
            builder.part("straps", straps, parent=whole, finish="wicker")
        return
    board = low + 0.02
    base = box((-x + 0.004, -depth + 0.004, low), (x - 0.004, -0.004, board), 0.002)
    builder.part("board", base, parent=whole, finish="wood")
    if seat == "channelled":
        n = max(4, round(2 * x / rng.uniform(0.09, 0.16)))
        for a, b in pairwise(np.linspace(-x, x, n + 1).tolist()):
            roll = box((a + 0.001, -depth, board - 0.002), (b - 0.001, 0, high), 0.02)
            builder.part("channel", roll, parent=whole, finish=soft)
        return
    n = 1 if seat == "tufted" else int(rng.integers(1, 4))
    for a, b in pairwise(np.linspace(-x, x, n + 1).tolist()):
        low_corner, high_corner = (a + 0.001, -depth, board - 0.002), (b - 0.001, 0, high)
        cushion = builder.part("cushion", parent=whole)
        body = pad(low_corner, high_corner, 0.02, 0.03, 0.008)
        builder.part("pad", body, parent=cushion, finish=soft)
        cord = piping(low_corner, high_corner, high - 0.028, 0.03, 0.004)
        builder.part("piping", cord, parent=cushion, finish=soft)
    if seat == "tufted":
        places = button_places((-x + 0.03, -depth + 0.02), (x - 0.03, -0.02), 0.15, diamond=True)
        studs = [button((*at, high - 0.004), 0.011) for at in places]
        builder.part("buttons", *studs, parent=whole, finish=soft)


def _stand(
    builder: Builder,
    stand: str,
    size: tuple[float, float],
    under: float,
    inset: float,
    rng: np.random.Generator,
) -> None:
    x, depth = size
    if stand == "cheeks":
        for s in (-1, 1):
            edge = s * (x - 0.06)
            cheek = box(
                (edge - 0.02, -depth + 0.012, 0), (edge + 0.02, -0.012, under + 0.001), 0.003
            )
            builder.part("cheek", cheek, finish="wood")
        return
    if stand == "trestle":
        half = depth / 2 - 0.03
        for s in (-1, 1):
            edge = s * (x - 0.15)
            trestle = builder.part("trestle")
            for sy in (-1, 1):
                foot = (edge, -depth / 2 + sy * (half + 0.03), 0)
                top = (edge, -depth / 2 + sy * 0.5 * half, under + 0.002)
                leg = cylinder(foot, top, 0.02, 0.024, sides=8)
                builder.part("leg", leg, parent=trestle, finish="wood")
            bar = box(
                (edge - 0.018, -depth / 2 - 0.7 * half, 0.4 * under),
                (edge + 0.018, -depth / 2 + 0.7 * half, 0.4 * under + 0.04),
            )
            builder.part("bar", bar, parent=trestle, finish="wood")
            cap = box(
                (edge - 0.025, -depth + 0.02, under - 0.03), (edge + 0.025, -0.02, under + 0.001)
            )
            builder.part("cap", cap, parent=trestle, finish="wood")
        z = 0.4 * under + 0.012
        beam = box((-x + 0.15, -depth / 2 - 0.015, z), (x - 0.15, -depth / 2 + 0.015, z + 0.05))
        builder.part("beam", beam, finish="wood")
        return
    made_of: Finish = "metal" if rng.random() < 0.3 else "wood"
    reach = x - inset, depth / 2 - 0.75 * inset
    middle = x > 0.75 and stand != "loop"
    add_legs(
        builder, stand, *reach, under, rng, finish=made_of, middle=middle, at=(0.0, -depth / 2)
    )


def _below(
    builder: Builder,
    below: str,
    stand: str,
    size: tuple[float, float],
    under: float,
    inset: float,
    rng: np.random.Generator,
) -> None:
    x, depth = size
    z = rng.uniform(0.1, 0.16)
    edge = x - inset
    if below == "shelf":
        shelf = box((-edge, -depth + 0.04, z - 0.016), (edge, -0.04, z))
        builder.part("shelf", shelf, finish="wood")
        low, high = (-edge + 0.05, -depth + 0.06), (edge - 0.05, -0.06)
        builder.support(low, high, z, under - z - 0.02)
        return
    if stand in ("cheeks", "loop"):
        beam = box(
            (-edge, -depth / 2 - 0.012, under - 0.09), (edge, -depth / 2 + 0.012, under + 0.001)
        )
        builder.part("stretcher", beam, finish="wood")
        return
    for y in (-depth + 0.75 * inset, -0.75 * inset):
        bar = cylinder((-edge, y, z), (edge, y, z), 0.011, sides=8)
        builder.part("stretcher", bar, finish="wood")


def _chest(
    builder: Builder,
    seat: str,
    x: float,
    depth: float,
    height: float,
    soft: Finish,
    rng: np.random.Generator,
) -> str:
    """A box to sit on: below its seat a chest with a lid, drawers, or bays for baskets."""
    inside = str(rng.choice(("lid", "drawers", "bays")))
    t, foot = 0.018, float(rng.choice((0.0, 0.05)))
    thick = 0.03 if seat in ("plank", "slats", "woven") else rng.uniform(0.06, 0.09)
    top = height - thick
    body = builder.part("chest")
    for name, low, high in (
        ("end", (-x, -depth, foot), (-x + t, 0, top)),
        ("end", (x - t, -depth, foot), (x, 0, top)),
        ("back", (-x + t, -t, foot), (x - t, 0, top)),
        ("floor", (-x + t, -depth, foot), (x - t, -t, foot + t)),
    ):
        builder.part(name, box(low, high, 0.001), parent=body, finish="wood")
    if foot:
        for sx in (-1, 1):
            for y in (-depth + 0.05, -0.05):
                at = (sx * (x - 0.06), y)
                ball = cylinder((*at, 0), (*at, foot + 0.002), 0.02, 0.026, sides=12)
                builder.part("foot", ball, finish="wood")
    if inside == "lid":
        front = box((-x + t, -depth, foot + t), (x - t, -depth + t, top), 0.001)
        builder.part("front", front, parent=body, finish="wood")
        if rng.random() < 0.5:
            bead = frame(
                (-x + 0.06, -depth - 0.004, foot + 0.06),
                (x - 0.06, -depth + 0.001, top - 0.05),
                0.014,
            )
            builder.part("moulding", bead, parent=body, finish="wood")
        low, high = (-x + 0.03, -depth + 0.03), (x - 0.03, -0.03)
        builder.support(low, high, foot + t, top - foot - t - 0.01)
        lid = builder.part("lid")
        n_supports = len(builder.supports)
        _seat(builder, seat, (x + 0.004, depth + 0.006), (top, height), soft, rng, parent=lid)
        del builder.supports[n_supports:]  # nothing stays on a lid that may be open
        builder.hinge(lid, (0, 0, top), (-1, 0, 0), 0.0, math.radians(80))
        return inside
    look = drawn_look(rng)
    n = int(rng.integers(2, 4)) if x > 0.5 else 2
    edges = np.linspace(-x, x, n + 1).tolist()
    for a, b in pairwise(edges):
        if a > -x:
            wall = box((a - t / 2, -depth, foot + t), (a + t / 2, -t, top))
            builder.part("divider", wall, parent=body, finish="wood")
        if inside == "drawers":
            cell = (a + look.gap, foot + t / 2, b - look.gap, top - 0.004)
            add_drawer(builder, cell, depth, look, rng)
            continue
        left, right = a + 1.2 * t, b - 1.2 * t
        if rng.random() < 0.5:
            builder.support(
                (left, -depth + 0.01), (right, -t - 0.01), foot + t, top - foot - t - 0.01
            )
            continue
        y0, y1, z1 = -depth + 0.008, -t - 0.006, top - rng.uniform(0.02, 0.06)
        walls = open_box((left, y0, foot + t), (right, y1, z1), 0.008)
        basket = builder.part("basket", walls, finish="wicker")
        builder.slide(basket, (0, -1, 0), 0.0, 0.6 * depth)
    _seat(builder, seat, (x, depth), (top, height), soft, rng)
    return inside


def _back(
    builder: Builder,
    back: str,
    x: float,
    height: float,
    soft: Finish,
    rng: np.random.Generator,
) -> None:
    """A back behind the seat that leans a little."""
    rise, lean = rng.uniform(0.3, 0.48), rng.uniform(0.0, 0.15)
    whole = builder.part("back")
    about = (0.0, 0.0, height - 0.03)
    foot, high = height - 0.05, height + rise

    def put(name: str, finish: Finish, low: Point, high: Point) -> None:
        mesh = pad(low, high, 0.02, 0.03, axis="y") if finish == soft else box(low, high, 0.003)
        builder.part(name, turned(mesh, "x", -lean, about=about), parent=whole, finish=finish)

    y0, y1 = -0.008, 0.02
    edge = x - 0.03
    n_posts = 2 if x < 0.7 else 3
    for at in np.linspace(-edge, edge, n_posts).tolist():
        put("post", "wood", (at - 0.02, y0, foot), (at + 0.02, y1, high))
    if back == "panel":
        put("panel", "wood", (-x, y0 - 0.012, height + 0.1), (x, y0 + 0.002, high + 0.01))
        return
    if back == "padded":
        put("rail", "wood", (-x, y0 + 0.001, high - 0.12), (x, y1, high - 0.06))
        n = int(rng.integers(1, 4))
        for a, b in pairwise(np.linspace(-x, x, n + 1).tolist()):
            put("pad", soft, (a + 0.002, y0 - 0.06, height + 0.04), (b - 0.002, y0 + 0.004, high))
        return
    rail_low = height + 0.08
    for z in (rail_low, high - 0.06):
        put("rail", "wood", (-x, y0 - 0.004, z), (x, y1 - 0.004, z + 0.06))
    if back == "rails":
        n = int(rng.integers(1, 3))
        for z in np.linspace(rail_low, high - 0.06, n + 2)[1:-1].tolist():
            put("rail", "wood", (-x, y0 - 0.004, z), (x, y1 - 0.004, z + 0.05))
        return
    n = max(4, round(2 * x / rng.uniform(0.08, 0.14)))
    half = rng.uniform(0.015, 0.028)
    for at in np.linspace(-edge, edge, n + 2)[1:-1].tolist():
        put(
            "slat",
            "wood",
            (at - half, y0 + 0.004, rail_low + 0.05),
            (at + half, y1 - 0.012, high - 0.05),
        )


def _arms(builder: Builder, x: float, depth: float, height: float) -> None:
    rise = 0.2
    for s in (-1, 1):
        edge = s * (x - 0.025)
        arm = builder.part("armrest")
        post = box(
            (edge - 0.02, -depth + 0.03, height - 0.02),
            (edge + 0.02, -depth + 0.07, height + rise),
            0.003,
        )
        builder.part("post", post, parent=arm, finish="wood")
        outline = [(0.02, height + rise - 0.002), (-depth - 0.01, height + rise - 0.002)]
        outline += [(-depth - 0.01, height + rise + 0.022), (0.02, height + rise + 0.028)]
        rest = side_plate(outline, edge - 0.03, edge + 0.03)
        builder.part("rest", rest, parent=arm, finish="wood")
