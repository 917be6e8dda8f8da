"""Tables: dining, side and coffee tables, on legs, a column, trestles or panels.

Part tree: top, legs, and where the style has them apron, column, base, stretchers, lower shelf,
a drawer with front, handle and tray.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.handles import STYLES, handle
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    cylinder,
    extrusion,
    frame,
    joined,
    lathe,
    moved,
    rounded_rectangle,
)

SIZES = ("dining", "coffee", "side", "bar")
TOPS = ("square edged", "rounded", "round", "glass")
STANDS = ("square legs", "round legs", "splayed legs", "turned legs", "column", "panels", "trestle")


def make(rng: np.random.Generator) -> Asset:
    """A table, 0.4 to 2.2 m long and 0.35 to 1.1 m high."""
    size, top = str(rng.choice(SIZES)), str(rng.choice(TOPS, p=(0.4, 0.25, 0.2, 0.15)))
    length, depth, height = {
        "dining": (rng.uniform(1.1, 2.2), rng.uniform(0.7, 1.0), rng.uniform(0.70, 0.78)),
        "coffee": (rng.uniform(0.7, 1.3), rng.uniform(0.45, 0.75), rng.uniform(0.35, 0.48)),
        "side": (rng.uniform(0.4, 0.6), rng.uniform(0.4, 0.55), rng.uniform(0.45, 0.65)),
        "bar": (rng.uniform(0.6, 1.2), rng.uniform(0.55, 0.7), rng.uniform(0.95, 1.1)),
    }[size]
    if top == "round":
        depth = length = min(length, 1.3)
    stand = str(rng.choice(STANDS))
    if top == "round" and stand in ("panels", "trestle"):
        stand = "column"
    return build(length, depth, height, top, stand, rng)


def build(
    length: float, depth: float, height: float, top: str, stand: str, rng: np.random.Generator
) -> Asset:
    """A table of given outer size, metres."""
    builder = Builder("table")
    thick = rng.uniform(0.012, 0.02) if top == "glass" else rng.uniform(0.02, 0.045)
    under = height - thick
    finish = "glass" if top == "glass" else "wood"
    builder.part("top", _top(top, length, depth, under, thick), finish=finish)
    round_top = top == "round"
    inner = 0.65 if round_top else 1.0  # legs of a round table stand in the square inside it
    x, y = length / 2 * inner - 0.05, depth / 2 * inner - 0.05
    reach = length / 2 * 0.7 if round_top else length / 2
    builder.support((-reach, -reach if round_top else -depth / 2), (reach, depth / 2), height)
    if stand == "column":
        _column(builder, min(length, depth), under, rng)
    elif stand == "panels":
        for side in (-1, 1):
            panel = box((side * x - 0.02, -y, 0), (side * x + 0.02, y, under), 0.002)
            builder.part("side panel", panel, finish="wood")
        rail = box((-x, y - 0.02, under - 0.25), (x, y, under))
        builder.part("back panel", rail, finish="wood")
    elif stand == "trestle":
        for side in (-1, 1):
            legs = [
                cylinder((side * x, s * y, 0), (side * x * 0.95, s * 0.06, under), 0.02, 0.025)
                for s in (-1, 1)
            ]
            bar = box((side * x - 0.02, -y * 0.6, 0.28), (side * x + 0.02, y * 0.6, 0.31))
            builder.part("trestle", *legs, bar, finish="wood")
        builder.part("beam", box((-x, -0.03, under - 0.06), (x, 0.03, under)), finish="wood")
    else:
        _legs(builder, stand, x, y, under, rng)
        if top != "glass" and rng.random() < 0.6:
            _apron(builder, stand, x, y, under, rng)
        if rng.random() < 0.3:
            z = rng.uniform(0.12, 0.3) * height
            builder.part("shelf", box((-x, -y, z), (x, y, z + 0.018)), finish="wood")
            builder.support((-x, -y), (x, y), z + 0.018, under - z - 0.05)
    return pose_at_random(builder.asset(f"{top} top, {stand}"), rng, share_open=0.3)


def _top(top: str, length: float, depth: float, under: float, thick: float) -> Mesh:
    if top == "round":
        r = length / 2
        profile = [(r * 0.98, 0), (r, thick * 0.3), (r, thick * 0.8), (r * 0.99, thick)]
        return moved(lathe(profile, sides=36), z=under)
    if top == "rounded":
        return extrusion(rounded_rectangle(length, depth, 0.3 * depth), thick, under)
    return box((-length / 2, -depth / 2, under), (length / 2, depth / 2, under + thick), 0.003)


def _column(builder: Builder, width: float, under: float, rng: np.random.Generator) -> None:
    radius = rng.uniform(0.025, 0.05)
    builder.part("column", cylinder((0, 0, 0.02), (0, 0, under), radius), finish="metal")
    if rng.random() < 0.5:
        foot = width * rng.uniform(0.28, 0.36)
        disc = [(foot, 0), (foot, 0.012), (radius * 1.5, 0.035), (radius, 0.05)]
        builder.part("base", lathe(disc, sides=28), finish="metal")
        return
    n_feet = int(rng.choice((3, 4, 5)))
    for k in range(n_feet):
        angle = 2 * math.pi * (k + 0.5) / n_feet
        end = (0.38 * width * math.cos(angle), 0.38 * width * math.sin(angle), 0.018)
        foot = cylinder((0, 0, 0.1), end, 0.024, 0.016, sides=8)
        builder.part("foot", foot, finish="metal")


def _legs(
    builder: Builder, stand: str, x: float, y: float, under: float, rng: np.random.Generator
) -> None:
    thick = rng.uniform(0.02, 0.038)
    splay = rng.uniform(0.03, 0.08) if stand == "splayed legs" else 0.0
    turning = [(thick, 0), (thick * 0.6, 0.03), (thick, 0.08), (thick * 0.55, 0.14)]
    turning += [(thick * 0.9, 0.45), (thick * 1.1, 0.72), (thick * 0.7, 0.78), (thick * 1.2, 0.85)]
    turning += [(thick * 1.2, 1.0)]
    for sx in (-1, 1):
        for sy in (-1, 1):
            if stand == "square legs":
                low = (sx * x - thick, sy * y - thick, 0)
                leg = box(low, (sx * x + thick, sy * y + thick, under), 0.003)
            elif stand == "turned legs":
                leg = moved(lathe([(r, z * under) for r, z in turning], sides=12), sx * x, sy * y)
            else:
                foot = (sx * (x + splay), sy * (y + splay), 0)
                leg = cylinder(foot, (sx * x * 0.95, sy * y * 0.95, under), thick * 0.7, thick)
            builder.part("leg", leg, finish="wood")


def _apron(
    builder: Builder, stand: str, x: float, y: float, under: float, rng: np.random.Generator
) -> None:
    deep = rng.uniform(0.06, 0.11)
    edge = 0.04 if stand == "splayed legs" else 0.01
    low, high = (-x + edge, -y + edge, under - deep), (x - edge, y - edge, under)
    builder.part("apron", frame(low, high, 0.018, axis="z"), finish="wood")
    if x < 0.3 or rng.random() < 0.5:
        return
    half = min(0.3, 0.6 * x)
    front = -y + edge
    drawer = builder.part("drawer")
    face = box((-half, front - 0.012, under - deep + 0.008), (half, front + 0.004, under - 0.008))
    builder.part("front", face, parent=drawer, finish="wood")
    a, b, back, floor = -half + 0.01, half - 0.01, front + min(0.4, 1.2 * y), under - deep + 0.015
    tray = joined(
        box((a, front, floor), (b, back, floor + 0.006)),
        box((a, front, floor), (a + 0.01, back, under - 0.02)),
        box((b - 0.01, front, floor), (b, back, under - 0.02)),
        box((a, back - 0.01, floor), (b, back, under - 0.02)),
    )
    builder.part("tray", tray, parent=drawer, finish="wood")
    grip = handle(str(rng.choice(STYLES[:6])), 0.1, rng)
    grip = moved(grip, 0, front - 0.012, under - deep / 2)
    builder.part("handle", grip, parent=drawer, finish="metal")
    builder.slide(drawer, (0, -1, 0), 0, 0.25)
