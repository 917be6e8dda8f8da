"""Stools: low and bar stools, padded, woven, saddled, swivelling, and steps.

Part tree: seat (board, cushion, piping, button), legs with stretchers, or a column, base and foot
ring; a low back on some; a step stool has treads and a grip.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.legs import add_legs
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    cylinder,
    extrusion,
    hoop,
    joined,
    lathe,
    moved,
    rounded_rectangle,
    slab,
    tube,
)
from pinpoint3d.synth.shapes.star_base import BASES, add_star_base
from pinpoint3d.synth.shapes.sweeps import side_plate
from pinpoint3d.synth.shapes.upholstery import button, button_places, pad, piping, weave

SEATS = ("round board", "round padded", "board", "padded", "saddle", "woven", "drum")
STANDS = ("four legs", "three legs", "pedestal", "star", "sled", "hairpin", "square")
SIZES = ("low", "counter", "bar")
BACKS = ("none", "none", "none", "hoop", "low panel")


def make(rng: np.random.Generator) -> Asset:
    """A stool, its seat 0.4 to 0.8 m high, or a step stool."""
    builder = Builder("stool")
    if rng.random() < 0.12:
        return builder.asset(f"step, {_steps(builder, rng)}")
    seat, size = str(rng.choice(SEATS)), str(rng.choice(SIZES, p=(0.5, 0.2, 0.3)))
    stand = str(rng.choice(STANDS))
    if seat == "drum":
        return builder.asset(f"drum, {_drum(builder, rng)}")
    back = str(rng.choice(BACKS)) if size != "low" else "none"
    height = {
        "low": rng.uniform(0.4, 0.5),
        "counter": rng.uniform(0.6, 0.67),
        "bar": rng.uniform(0.7, 0.8),
    }[size]
    if stand == "star":
        height = min(height, 0.66)
    round_seat = seat.startswith("round")
    x = rng.uniform(0.15, 0.2)
    y = x if round_seat else x * rng.uniform(0.75, 1.0)
    soft: Finish = "leather" if rng.random() < 0.4 else "fabric"
    under = _seat(builder, seat, x, y, height, soft, rng)
    if back != "none":
        _back(builder, back, x, y, height, soft, rng)
    if seat == "woven" and stand in ("star", "pedestal"):
        stand = "square"  # there is no board to screw a plate to
    inner = 0.62 if round_seat else 1.0 if seat == "woven" else 0.82
    _stand(builder, stand, (x * inner, y * inner), under, rng)
    style = f"{seat} seat, {stand}, {size}, {back} back"
    return pose_at_random(builder.asset(style), rng, share_open=0.5)


def _seat(
    builder: Builder,
    seat: str,
    x: float,
    y: float,
    height: float,
    soft: Finish,
    rng: np.random.Generator,
) -> float:
    """Height of the seat's underside, after it was built."""
    whole = builder.part("seat")
    board = rng.uniform(0.02, 0.035)
    if seat in ("round board", "round padded"):
        padded = seat == "round padded"
        top = height - (0.06 if padded else 0.0)
        dish = 0.0 if padded else 0.006
        profile = [(x * 0.95, -board), (x, -board * 0.6), (x * 0.985, 0), (x * 0.5, -dish)]
        plate = moved(lathe(profile, sides=26), z=top)
        builder.part("board", plate, parent=whole, finish="wood")
        if padded:
            r = x * 0.99
            curve = [(r * 0.96, -0.003), (r, 0.018), (r, 0.035), (r * 0.9, 0.054), (r * 0.5, 0.06)]
            body = moved(lathe(curve, sides=26), z=top)
            builder.part("cushion", body, parent=whole, finish=soft)
            if rng.random() < 0.5:
                cord = hoop(r, 0.004, top + 0.035, n_points=26, sides=5)
                builder.part("piping", cord, parent=whole, finish=soft)
            if rng.random() < 0.3:
                stud = button((0, 0, height - 0.001), 0.015)
                builder.part("button", stud, parent=whole, finish=soft)
        return top - board
    if seat == "saddle":
        sheet = slab((-x, -y, 0), (x, y, 0.03), (10, 1, 1))
        v = sheet.vertices.copy()
        v[:, 2] += height - 0.03 + 0.035 * ((v[:, 0] / x) ** 2 - 0.4)
        builder.part("board", Mesh(v, sheet.faces), parent=whole, finish="wood")
        batten = box((-0.86 * x, -0.86 * y, height - 0.075), (0.86 * x, 0.86 * y, height - 0.03))
        builder.part("block", batten, parent=whole, finish="wood")
        return height - 0.075
    if seat == "woven":
        rim = 0.014
        top = height
        for s in (-1, 1):
            for a, b in (((-x, s * y), (x, s * y)), ((s * x, -y), (s * x, y))):
                bar = cylinder((*a, top - rim), (*b, top - rim), rim, sides=10)
                builder.part("rail", bar, parent=whole, finish="wood")
        for straps in weave((-x, -y), (x, y), top - rim, (12, 10)):
            builder.part("straps", straps, parent=whole, finish="wicker")
        return top - 2 * rim
    padded = seat == "padded"
    top = height - (0.055 if padded else 0.0)
    plate = extrusion(rounded_rectangle(2 * x, 2 * y, 0.03), board, top - board)
    builder.part("board", plate, parent=whole, finish="wood")
    if padded:
        low, high = (-x - 0.002, -y - 0.002, top - 0.003), (x + 0.002, y + 0.002, height)
        body = pad(low, high, 0.02, 0.035, 0.008)
        builder.part("cushion", body, parent=whole, finish=soft)
        if rng.random() < 0.5:
            cord = piping(low, high, top + 0.02, 0.035, 0.004)
            builder.part("piping", cord, parent=whole, finish=soft)
        if rng.random() < 0.4:
            places = button_places(low[:2], high[:2], 0.11, diamond=False)
            studs = [button((*at, height - 0.004), 0.01) for at in places]
            builder.part("buttons", *studs, parent=whole, finish=soft)
    return top - board


def _back(
    builder: Builder,
    back: str,
    x: float,
    y: float,
    height: float,
    soft: Finish,
    rng: np.random.Generator,
) -> None:
    rise = rng.uniform(0.15, 0.28)
    whole = builder.part("back")
    at, inner = y - 0.03, 0.7 * x
    for s in (-1, 1):
        foot, top = (s * inner, at, height - 0.03), (s * inner, at + 0.03, height + rise)
        post = cylinder(foot, top, 0.009, sides=8)
        builder.part("post", post, parent=whole, finish="metal")
    if back == "hoop":
        angle = np.linspace(-0.2, math.pi + 0.2, 14)
        rail = np.stack(
            [x * np.cos(angle), (at + 0.03) * np.sin(angle), np.full(14, height + rise)], 1
        )
        # Its ends reach forwards beside the seat; the posts meet it near the back.
        rail[:, 1] = np.where(
            np.abs(rail[:, 0]) < inner, np.maximum(rail[:, 1], at + 0.024), rail[:, 1]
        )
        builder.part("hoop", tube(rail, 0.012, sides=8), parent=whole, finish="wood")
        return
    low, high = (
        (-x * 0.9, at + 0.008, height + 0.45 * rise),
        (x * 0.9, at + 0.045, height + rise + 0.02),
    )
    builder.part("panel", pad(low, high, 0.01, 0.03, axis="y"), parent=whole, finish=soft)


def _stand(
    builder: Builder,
    stand: str,
    reach: tuple[float, float],
    under: float,
    rng: np.random.Generator,
) -> None:
    x, y = reach
    tall = under > 0.52
    ring_z = under * 0.42 if tall else under * 0.3
    if stand == "star":
        add_star_base(builder, str(rng.choice(BASES)), under, rng)
        plate = cylinder((0, 0, under - 0.012), (0, 0, under + 0.002), 0.07, sides=16)
        builder.part("plate", plate, finish="metal")
        return
    if stand == "pedestal":
        r = rng.uniform(0.18, 0.22)
        disc = [(r, 0), (r, 0.01), (0.06, 0.03), (0.03, 0.05)]
        builder.part("base", lathe(disc, sides=26), finish="metal")
        lower, rod = builder.part("column"), 0.55 * under
        sleeve = cylinder((0, 0, 0.03), (0, 0, rod), 0.028, sides=14)
        builder.part("sleeve", sleeve, parent=lower, finish="metal")
        piston = cylinder((0, 0, rod - 0.005), (0, 0, under + 0.002), 0.019, sides=12)
        builder.part("rod", piston, parent=lower, finish="metal")
        plate = cylinder((0, 0, under - 0.012), (0, 0, under + 0.001), 0.08, sides=16)
        builder.part("plate", plate, parent=lower, finish="metal")
        if tall:
            out = 0.16
            angle = np.linspace(math.pi * 0.95, 2.05 * math.pi, 12)
            bow = np.stack([0.13 * np.cos(angle), out * np.sin(angle), np.full(12, ring_z)], 1)
            path = np.concatenate([[(-0.02, 0.0, ring_z)], bow, [(0.02, 0.0, ring_z)]])
            rest = tube(path, 0.009, sides=8)
            builder.part("footrest", rest, finish="metal")
        return
    if stand in ("sled", "hairpin", "square"):
        legs: Finish = "wood" if stand == "square" else "metal"
        add_legs(builder, stand, x, y, under, rng, finish=legs)
        if stand == "square":
            for s in (-1, 1):
                for z, ends in (
                    (ring_z, ((-x, s * y), (x, s * y))),
                    (ring_z + 0.06, ((s * x, -y), (s * x, y))),
                ):
                    (a, b), (c, d) = ends
                    bar = box((a - 0.008, b - 0.008, z - 0.014), (c + 0.008, d + 0.008, z + 0.014))
                    builder.part("stretcher", bar, finish="wood")
        return
    n = 4 if stand == "four legs" else 3
    splay, thick = rng.uniform(0.03, 0.09), rng.uniform(0.012, 0.02)
    metal = rng.random() < 0.3
    made_of: Finish = "metal" if metal else "wood"
    at_ring = []
    for k in range(n):
        angle = 2 * math.pi * (k + 0.5) / n - math.pi / 2
        way = np.array([math.cos(angle), math.sin(angle)]) * (math.sqrt(2) if n == 4 else 1.0)
        top = np.array([way[0] * x, way[1] * y, under + 0.006])
        foot = np.array([*(top[:2] * (1 + splay / math.hypot(x, y))), 0.0])
        builder.part("leg", cylinder(foot, top, 0.75 * thick, thick), finish=made_of)
        at_ring.append(foot + (top - foot) * ring_z / under)
    if tall and rng.random() < 0.5:
        r = float(np.mean([np.hypot(*p[:2]) for p in at_ring]))
        if abs(x - y) < 1e-9:
            ring = hoop(r, 0.008, ring_z, n_points=28)
            builder.part("foot ring", ring, finish="metal")
            return
    if tall or rng.random() < 0.5:
        for k, start in enumerate(at_ring):
            lift = np.array([0, 0, 0.03 * (k % 2)])
            bar = cylinder(start + lift, at_ring[(k + 1) % n] + lift, 0.6 * thick, sides=8)
            builder.part("stretcher", bar, finish=made_of)


def _drum(builder: Builder, rng: np.random.Generator) -> str:
    """A pouffe: a stuffed block to sit on or rest one's feet on."""
    form, lid = str(rng.choice(("round", "square"))), bool(rng.random() < 0.5)
    r, height = rng.uniform(0.18, 0.3), rng.uniform(0.35, 0.45)
    soft: Finish = "leather" if rng.random() < 0.4 else "fabric"
    split = height - 0.09 if lid else height - 0.03
    low = rng.uniform(0.015, 0.03)
    if form == "round":
        side = [(r * 0.97, low), (r, low + 0.02), (r, split - 0.004), (r * 0.99, split)]
        builder.part("body", lathe(side, sides=28), finish=soft)
        top = [(r * 0.99, split - 0.001), (r + 0.004, split + 0.012), (r * 0.98, height - 0.012)]
        top += [(r * 0.8, height)]
        cover = lathe(top, sides=28)
    else:
        body = pad((-r, -r, low), (r, r, split), 0.012, 0.03)
        builder.part("body", body, finish=soft)
        cover = pad(
            (-r - 0.003, -r - 0.003, split - 0.002), (r + 0.003, r + 0.003, height), 0.02, 0.03
        )
    builder.part("lid" if lid else "cushion", cover, finish=soft)
    if rng.random() < 0.5:
        stud = button((0, 0, height - 0.001), 0.016)
        builder.part("button", stud, finish=soft)
    for sx in (-1, 1):
        for sy in (-1, 1):
            at = (sx * r * 0.6, sy * r * 0.6)
            foot = cylinder((*at, 0), (*at, low + 0.004), 0.018, sides=10)
            builder.part("foot", foot, finish="plastic")
    return f"{form}, lid {lid}, {soft}"


def _steps(builder: Builder, rng: np.random.Generator) -> str:
    """A stool with one or two treads to climb."""
    made = str(rng.choice(("wood", "plastic", "metal")))
    finishes: dict[str, Finish] = {"wood": "wood", "plastic": "plastic", "metal": "metal"}
    finish = finishes[made]
    n, x, rise, going = int(rng.integers(1, 4)), rng.uniform(0.18, 0.24), 0.22, 0.17
    deep = going * n + 0.06
    for s in (-1, 1):
        outline = [(0.0, 0.0), (-deep, 0.0), (-deep, rise - 0.02)]
        for k in range(1, n):
            y = -deep + going * k
            outline += [(y, rise * k - 0.02), (y, rise * (k + 1) - 0.02)]
        outline.append((0.0, rise * n - 0.02))
        side = side_plate(outline, s * x - 0.011, s * x + 0.011)
        builder.part("side", side, finish=finish)
    for k in range(n):
        front, z = -deep + going * k - 0.012, rise * (k + 1)
        back = 0.005 if k == n - 1 else front + going + 0.02
        tread = builder.part("tread")
        board = box((-x - 0.015, front, z - 0.021), (x + 0.015, back, z), 0.003)
        builder.part("board", board, parent=tread, finish=finish)
        if rng.random() < 0.4:
            grip = box((-x + 0.02, front + 0.015, z - 0.001), (x - 0.02, back - 0.02, z + 0.0015))
            builder.part("mat", grip, parent=tread, finish="rubber")
    brace = box((-x, -0.02, 0.08), (x, -0.004, 0.13))
    builder.part("brace", brace, finish=finish)
    if rng.random() < 0.3:
        z = rise * n
        posts = [
            cylinder((s * x, -0.02, z - 0.03), (s * x, -0.02, z + 0.4), 0.011, sides=8)
            for s in (-1, 1)
        ]
        rail = cylinder((-x, -0.02, z + 0.4), (x, -0.02, z + 0.4), 0.012, sides=8)
        builder.part("handrail", joined(*posts, rail), finish="metal")
    return f"{made}, {n} treads"
