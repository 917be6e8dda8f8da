"""Chairs: dining and office chairs, stools, with backs of many makes, with or without arms.

Part tree: seat, back (rails, slats or spindles are its children), legs, stretchers, armrests; an
office chair has a lift on a star base with castors.
"""

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    bent,
    box,
    curve,
    cushion,
    cylinder,
    extrusion,
    joined,
    lathe,
    moved,
    rounded_rectangle,
    slab,
    stretched,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.star_base import BASES, add_star_base

SEATS = ("board", "cushioned", "round", "shell")
BACKS = ("panel", "slats", "ladder", "spindles", "cushion", "none")
STANDS = ("square legs", "round legs", "splayed legs", "sled", "office base")


def make(rng: np.random.Generator) -> Asset:
    """A chair with its seat 0.42 to 0.5 m high, or a stool."""
    seat = str(rng.choice(SEATS))
    back = str(rng.choice(BACKS, p=(0.22, 0.2, 0.18, 0.15, 0.15, 0.1)))
    stand = str(rng.choice(STANDS))
    if seat == "shell":
        back = "panel"
    arms = back != "none" and rng.random() < 0.3
    return build(seat, back, stand, arms, rng)


def build(seat: str, back: str, stand: str, arms: bool, rng: np.random.Generator) -> Asset:
    """A chair of given style."""
    builder = Builder("chair")
    width, depth = rng.uniform(0.38, 0.5), rng.uniform(0.38, 0.48)
    height = rng.uniform(0.42, 0.5) if back != "none" else rng.choice((0.45, 0.65, 0.75))
    thick = rng.uniform(0.015, 0.03)
    if seat == "round":
        depth = width
    padded = seat == "cushioned" or back == "cushion"
    soft: Finish = "leather" if rng.random() < 0.3 else "fabric"
    plate = _seat(seat, width, depth, float(height), thick)
    builder.part("seat", *plate, finish=soft if padded else "wood")
    if seat == "cushioned" and rng.random() < 0.6:
        low, high = (-width / 2, -depth / 2, height - 0.01), (width / 2, depth / 2, height + 0.05)
        builder.part("cushion", cushion(low, high, 5.0, sides=20), finish=soft)
    if seat == "round":  # what joins the seat must stand inside its circle
        width, depth = 0.74 * width, 0.88 * depth
    if back != "none":
        _back(builder, back, width, depth, float(height), soft if padded else "wood", rng)
    under = float(height) - thick
    if stand == "office base":
        add_star_base(builder, str(rng.choice(BASES)), under, rng)
    elif stand == "sled":
        _sled(builder, width, depth, under)
    else:
        _legs(builder, stand, width, depth, under, rng)
    if arms:
        _arms(builder, width, depth, float(height), rng)
    styles = f"{seat} seat, {back} back, {stand}{', arms' if arms else ''}"
    return builder.asset(styles)


def _seat(seat: str, width: float, depth: float, height: float, thick: float) -> tuple[Mesh, ...]:
    if seat == "round":
        r = min(width, depth) / 2
        profile = [(r * 0.96, -thick), (r, -thick * 0.5), (r * 0.97, 0), (r * 0.5, -0.006)]
        return (moved(lathe(profile, sides=28), z=height),)
    if seat == "shell":
        # A flat sheet rolled about the x axis and turned over: it rises to the front and the back.
        sheet = slab((-width / 2, -depth / 2, 0), (width / 2, depth / 2, thick), (1, 8, 1))
        return (moved(stretched(bent(sheet, "x", 0.9), z=-1), z=height),)
    return (extrusion(rounded_rectangle(width, depth, 0.04), thick, height - thick),)


def _back(
    builder: Builder,
    back: str,
    width: float,
    depth: float,
    height: float,
    finish: Finish,
    rng: np.random.Generator,
) -> None:
    """A back rest, leaning backwards from the rear edge of the seat."""
    rise = rng.uniform(0.35, 0.55)
    lean = rng.uniform(0.05, 0.22)
    radius = rng.uniform(0.4, 1.2)
    hinge = (0, depth / 2 - 0.02, height)
    half = width / 2 - 0.02

    def leaned(*meshes: Mesh) -> Mesh:
        """Meshes drawn upright over the hinge, turned back about it."""
        return turned(moved(joined(*meshes), *hinge), "x", -lean, about=hinge)

    def curved(x_half: float, z_low: float, z_high: float, thick: float) -> Mesh:
        """An upright sheet that wraps round the sitter's back."""
        sheet = slab((-x_half, 0, z_low), (x_half, thick, z_high), (8, 1, 1))
        return bent(sheet, "z", radius) if back in ("panel", "ladder") else sheet

    whole = builder.part("back")
    if back == "panel":
        start = 0.0 if rng.random() < 0.5 else rise * 0.4
        panel = curved(half, start, rise, 0.016)
        builder.part("panel", leaned(panel), parent=whole, finish=finish)
        if start:
            posts = [
                box(
                    (s * half * 0.7 - 0.012, -0.008, -0.03),
                    (s * half * 0.7 + 0.012, 0.008, rise * 0.6),
                )
                for s in (-1, 1)
            ]
            builder.part("post", leaned(posts[0]), parent=whole, finish="metal")
            builder.part("post", leaned(posts[1]), parent=whole, finish="metal")
        return
    if back == "cushion":
        pad = cushion((-half, -0.04, 0.06), (half, 0.05, rise), 5.0, sides=20)
        builder.part("pad", leaned(pad), parent=whole, finish=finish)
        strut = box((-0.03, 0.0, -0.05), (0.03, 0.015, 0.2))
        builder.part("strut", leaned(strut), parent=whole, finish="metal")
        return
    for side in (-1, 1):
        post = cylinder((side * half, 0, -0.02), (side * half, 0, rise), 0.014, sides=10)
        builder.part("post", leaned(post), parent=whole, finish="wood")
    rail = box((-half, -0.01, rise - 0.07), (half, 0.01, rise), 0.003)
    builder.part("top rail", leaned(rail), parent=whole, finish="wood")
    if back == "ladder":
        for z in np.linspace(0.1, rise - 0.14, int(rng.integers(2, 4))):
            rung = box((-half, -0.007, float(z)), (half, 0.007, float(z) + 0.045), 0.002)
            builder.part("rung", leaned(rung), parent=whole, finish="wood")
        return
    n_bars = int(rng.integers(3, 7))
    for x in np.linspace(-half, half, n_bars + 2)[1:-1]:
        if back == "slats":
            bar = box((float(x) - 0.02, -0.005, -0.02), (float(x) + 0.02, 0.005, rise - 0.06))
        else:
            bar = cylinder((float(x), 0, -0.02), (float(x), 0, rise - 0.06), 0.007, sides=8)
        name = "slat" if back == "slats" else "spindle"
        builder.part(name, leaned(bar), parent=whole, finish="wood")


def _legs(
    builder: Builder,
    stand: str,
    width: float,
    depth: float,
    under: float,
    rng: np.random.Generator,
) -> None:
    thick = rng.uniform(0.011, 0.02)
    splay = 0.05 if stand == "splayed legs" else 0.0
    x, y = width / 2 - 0.035, depth / 2 - 0.035
    metal = rng.random() < 0.3
    for sx in (-1, 1):
        for sy in (-1, 1):
            if stand == "square legs":
                low = (sx * x - thick, sy * y - thick, 0)
                leg = box(low, (sx * x + thick, sy * y + thick, under + 0.005), 0.002)
            else:
                foot = (sx * (x + splay), sy * (y + splay), 0)
                leg = cylinder(foot, (sx * x, sy * y, under + 0.005), thick * 0.75, thick)
            builder.part("leg", leg, finish="metal" if metal else "wood")
    if rng.random() < 0.45:
        z = under * rng.uniform(0.25, 0.5)
        wide = 1 + splay / x * (1 - z / under)
        for sx in (-1, 1):
            ends = (sx * x * wide, -y * wide, z), (sx * x * wide, y * wide, z)
            builder.part("stretcher", cylinder(*ends, thick * 0.6, sides=8), finish="wood")


def _sled(builder: Builder, width: float, depth: float, under: float) -> None:
    x, y = width / 2 - 0.02, depth / 2
    for side in (-1, 1):
        knots = [(side * x, -y + 0.05, under), (side * x, -y + 0.02, 0.02), (side * x, y, 0.02)]
        knots.append((side * x, y - 0.06, under))
        builder.part("runner", tube(np.array(knots), 0.011, sides=8), finish="metal")


def _arms(
    builder: Builder, width: float, depth: float, height: float, rng: np.random.Generator
) -> None:
    rise, x = rng.uniform(0.18, 0.25), width / 2 + 0.01
    looped = rng.random() < 0.5
    for side in (-1, 1):
        if looped:
            knots = [
                (side * (x - 0.03), depth * 0.3, height - 0.01),
                (side * x, depth * 0.3, height + rise),
            ]
            knots += [
                (side * x, -depth * 0.3, height + rise),
                (side * (x - 0.03), -depth * 0.25, height - 0.01),
            ]
            builder.part("armrest", tube(curve(knots, 14), 0.012, sides=8), finish="metal")
            continue
        arm = builder.part("armrest")
        low = (side * x - 0.025, -depth * 0.35, height + rise)
        pad = box(low, (side * x + 0.025, depth * 0.3, height + rise + 0.025), 0.006)
        builder.part("pad", pad, parent=arm, finish="plastic")
        post = box((side * x - 0.01, -0.02, height - 0.02), (side * x + 0.01, 0.02, height + rise))
        plate = box(
            (side * (width / 2 - 0.06), -0.02, height - 0.02), (side * x, 0.02, height - 0.012)
        )
        builder.part("post", post, plate, parent=arm, finish="metal")
