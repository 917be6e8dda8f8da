"""Knives lying flat: kitchen, bread, table, cleaver, pocket and utility knives.

Part tree: blade (with edge), bolster, handle (scales, rivets, pommel), guard; a pocket knife's
blade turns, a utility knife's slides.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Points,
    box,
    curve,
    cylinder,
    extrusion,
    moved,
    rounded_rectangle,
    stretched,
    tube,
    turned,
)

BLADES = ("chef", "paring", "bread", "cleaver", "table", "pocket", "utility")
HANDLES = ("scales", "round", "moulded", "steel")
BOLSTERS = ("none", "collar", "guard")
RIVETS = (0, 2, 3)


def make(rng: np.random.Generator) -> Asset:
    """A knife, 0.14 to 0.36 m long, its tip towards +x."""
    blade, handle = str(rng.choice(BLADES)), str(rng.choice(HANDLES))
    bolster, n_rivets = str(rng.choice(BOLSTERS)), int(rng.choice(RIVETS))
    builder = Builder("knife")
    if blade == "pocket":
        return _pocket(builder, handle, n_rivets, rng)
    if blade == "utility":
        return _utility(builder, handle, bolster, rng)
    reach, wide = {
        "chef": (rng.uniform(0.15, 0.23), rng.uniform(0.036, 0.05)),
        "paring": (rng.uniform(0.07, 0.1), rng.uniform(0.016, 0.022)),
        "bread": (rng.uniform(0.18, 0.24), rng.uniform(0.026, 0.034)),
        "cleaver": (rng.uniform(0.15, 0.19), rng.uniform(0.065, 0.09)),
        "table": (rng.uniform(0.09, 0.12), rng.uniform(0.015, 0.019)),
    }[blade]
    grip = rng.uniform(0.09, 0.13)
    tall, thick = rng.uniform(0.019, 0.027), rng.uniform(0.013, 0.019)
    if handle == "steel":
        tall, thick = tall * 0.8, thick * 0.55
    level = thick / 2
    back = 0.42 * tall  # the blade's back is in line with the upper edge of the handle
    outline = np.array(_outline(blade, reach, wide)) + np.array([0.0, back])
    knife = builder.part("blade")
    # The ground strip along the edge is as thin as paper beside the blade's body.
    builder.part("body", extrusion(outline, 0.0022, level - 0.0011), parent=knife, finish="metal")
    edge = _edge(outline, back, 0.15 * wide)
    builder.part("edge", extrusion(edge, 0.0024, level - 0.0012), parent=knife, finish="metal")
    if blade == "cleaver" and rng.random() < 0.6:
        at = (0.88 * reach, back - 0.2 * wide)
        hole = cylinder((*at, level - 0.0014), (*at, level + 0.0014), 0.006)
        builder.part("hole", hole, parent=knife, finish="rubber")
    if bolster == "collar":
        block = box(
            (-0.012, -0.45 * tall, level - 0.4 * thick),
            (0.006, 0.45 * tall, level + 0.4 * thick),
            0.003,
        )
        builder.part("bolster", block, finish="metal")
    elif bolster == "guard":
        bar = box(
            (-0.005, -0.8 * tall, level - 0.45 * thick),
            (0.002, 0.62 * tall, level + 0.45 * thick),
            0.001,
        )
        builder.part("guard", bar, finish="metal")
    _handle(builder, handle, grip, tall, thick, n_rivets)
    return builder.asset(f"{blade}, {handle} handle, {bolster} bolster, {n_rivets} rivets")


def _outline(blade: str, reach: float, wide: float) -> Points:
    """From the heel round the tip; the back lies at y = 0, the edge towards -y."""
    a, b = reach, wide
    if blade == "chef":
        return [
            (-0.01, -0.3 * b),
            (0.005, -b),
            (0.4 * a, -0.97 * b),
            (0.75 * a, -0.68 * b),
            (a, -0.12 * b),
            (0.5 * a, 0),
            (-0.01, 0),
        ]
    if blade == "paring":
        return [(-0.01, -0.9 * b), (0.6 * a, -0.95 * b), (a, -0.35 * b), (0.7 * a, 0), (-0.01, 0)]
    if blade == "cleaver":
        return [(-0.01, -0.25 * b), (0.008, -b), (a, -b), (a, 0), (-0.01, 0)]
    if blade == "table":
        return [
            (-0.01, -0.8 * b),
            (0.15 * a, -b),
            (0.8 * a, -b),
            (0.96 * a, -0.8 * b),
            (a, -0.4 * b),
            (0.94 * a, 0),
            (-0.01, 0),
        ]
    teeth = [(0.01 + (a - 0.05) * k / 16, -b + (0.0025 if k % 2 else 0.0)) for k in range(17)]
    return [(-0.01, -0.4 * b), *teeth, (a, -0.5 * b), (a, -0.1 * b), (0.97 * a, 0), (-0.01, 0)]


def _edge(outline: np.ndarray, back: float, wide: float) -> np.ndarray:
    """A strip along the lower side of a blade: its lower corners, and the same raised."""
    low = outline[:, 1] < back - 1e-6
    rows = outline[low & (outline[:, 0] > 0)]
    inward = rows[::-1] * (0.995, 1.0) + np.array([0.0, wide])
    inward[:, 1] = np.minimum(inward[:, 1], back - 1e-4)
    # Off the blade's tip, where the strip would shrink to nothing.
    inward[0, 0] -= 0.3 * wide
    return np.concatenate([rows, inward])


def _handle(
    builder: Builder, handle: str, grip: float, tall: float, thick: float, n_rivets: int
) -> None:
    level, whole = thick / 2, builder.part("handle")
    if handle == "scales":
        bow = np.array(
            [
                (0, 0.46),
                (-0.3, 0.42),
                (-0.75, 0.44),
                (-1.0, 0.35),
                (-1.0, -0.6),
                (-0.8, -0.5),
                (-0.4, -0.42),
                (0, -0.48),
            ]
        )
        plan = bow * (grip, tall)
        builder.part(
            "tang", extrusion(plan * 0.998, 0.0024, level - 0.0012), parent=whole, finish="metal"
        )
        for low in (0.0, level + 0.0011):
            scale = extrusion(plan, level - 0.0011, low)
            builder.part("scale", scale, parent=whole, finish="wood")
        for k in range(n_rivets):
            x = -grip * (0.2 + 0.6 * k / max(1, n_rivets - 1))
            pin = cylinder((x, 0, -0.0), (x, 0, thick + 0.0004), 0.0035, sides=12)
            builder.part("rivet", pin, parent=whole, finish="metal")
        return
    if handle == "round":
        t = np.linspace(0, 1, 9)
        radius = thick * (0.42 + 0.08 * np.sin(math.pi * t))
        bar = tube(np.stack([0.004 - grip * t, 0 * t, 0 * t], 1), radius, sides=12)
        builder.part(
            "grip", moved(stretched(bar, y=1.25), z=0.5 * thick), parent=whole, finish="wood"
        )
        builder.part(
            "pommel",
            box(
                (-grip - 0.004, -0.4 * thick, 0.1 * thick),
                (-grip + 0.01, 0.4 * thick, 0.9 * thick),
                0.002,
            ),
            parent=whole,
            finish="metal",
        )
        return
    knots = [(0, 0.45), (-0.35, 0.4), (-0.7, 0.5), (-1.0, 0.4)]
    if handle == "steel":
        knots = [(0, 0.3), (-0.35, 0.3), (-0.7, 0.42), (-1.0, 0.5)]
    upper = curve(np.c_[np.array(knots) * (grip, tall), np.zeros(4)], 8)[:, :2]
    lower = (upper * (1, -1.15))[::-1]
    plan = np.concatenate([upper, lower])
    inner = plan * (0.985, 0.86)
    # Two layers make a rounded edge: the wider one lies in the middle.
    core = extrusion(plan, thick * 0.64, 0.18 * thick)
    finish = "metal" if handle == "steel" else "plastic"
    builder.part("grip", core, extrusion(inner, thick), parent=whole, finish=finish)
    if handle == "moulded":
        pad = extrusion(inner * (0.75, 0.7) - (0.1 * grip, 0), 0.0016, thick - 0.001)
        builder.part("inlay", pad, parent=whole, finish="rubber")


def _pocket(builder: Builder, handle: str, n_rivets: int, rng: np.random.Generator) -> Asset:
    """A folding knife: its blade turns out of the handle about the front pin."""
    grip, tall, thick = (
        rng.uniform(0.075, 0.11),
        rng.uniform(0.018, 0.026),
        rng.uniform(0.01, 0.015),
    )
    level = thick / 2
    plan = rounded_rectangle(grip, tall, 0.45 * tall)
    whole = builder.part("handle")
    # The spring side is closed; the blade lies in the slot between the two scales.
    for low in (0.0, level + 0.0014):
        scale = extrusion(plan, level - 0.0014, low)
        finish = "metal" if handle == "steel" else "plastic" if handle == "moulded" else "wood"
        builder.part("scale", scale, parent=whole, finish=finish)
    spine = box(
        (-0.4 * grip, 0.3 * tall, level - 0.0015), (0.38 * grip, 0.48 * tall, level + 0.0015)
    )
    builder.part("spring", spine, parent=whole, finish="metal")
    at = (0.5 * grip - 0.4 * tall, 0.0)
    ends = [at, (-at[0], 0.0)] if n_rivets else [at]
    for x, y in ends:
        pin = cylinder((x, y, 0.0004), (x, y, thick + 0.0005), 0.003, sides=12)
        builder.part("pin", pin, parent=whole, finish="metal")
    badge = extrusion(rounded_rectangle(0.3 * grip, 0.35 * tall, 0.003), 0.001, thick - 0.0006)
    builder.part("badge", badge, parent=whole, finish="metal")
    reach, wide = 0.88 * grip, 0.55 * tall
    outline = np.array(
        [
            (0.35 * tall, 0.28 * tall),
            (0.1 * reach, 0.3 * tall - wide),
            (0.7 * reach, 0.3 * tall - wide),
            (reach, -0.05 * tall),
            (0.8 * reach, 0.28 * tall),
        ]
    )
    outline = np.concatenate([outline, [(-0.25 * tall, 0.2 * tall), (-0.25 * tall, -0.2 * tall)]])
    blade = turned(extrusion(outline * (1, 1), 0.0024, level - 0.0012), "z", math.pi)
    folded = builder.part("blade", moved(blade, *at), finish="metal")
    builder.hinge(folded, (*at, level), (0, 0, 1), 0, math.pi)
    opened = math.pi if rng.random() < 0.6 else rng.uniform(0, math.pi)
    return pose(builder.asset(f"pocket, {handle}, {n_rivets} rivets"), [float(opened)])


def _utility(builder: Builder, handle: str, bolster: str, rng: np.random.Generator) -> Asset:
    """A cutter with a blade that slides out of a flat case."""
    grip, tall, thick = rng.uniform(0.12, 0.16), rng.uniform(0.018, 0.03), rng.uniform(0.01, 0.018)
    x, level = grip / 2, thick / 2
    if handle in ("round", "moulded"):
        knots = np.array([(-1, 0.4), (-0.5, 0.5), (0.3, 0.45), (1.0, 0.32)]) * (x, tall)
        upper = curve(np.c_[knots, np.zeros(4)], 8)[:, :2]
        plan = np.concatenate([upper, (upper * (1, -1))[::-1]])
        case = extrusion(plan, thick)
    else:
        case = box((-x, -tall / 2, 0), (x, tall / 2, thick), 0.003)
    builder.part("case", case, finish="metal" if handle == "steel" else "plastic")
    nose = box(
        (x - 0.02, -0.36 * tall, 0.12 * thick), (x + 0.006, 0.36 * tall, 0.88 * thick), 0.001
    )
    builder.part("nose", nose, finish="metal")
    wide = min(0.6 * tall, 0.018)
    tip = x + 0.005
    outline = [
        (-0.3 * x, -wide / 2),
        (tip + 0.8 * wide, -wide / 2),
        (tip, wide / 2),
        (-0.3 * x, wide / 2),
    ]
    blade = builder.part("blade")
    builder.part("steel", extrusion(outline, 0.0012, level - 0.0006), parent=blade, finish="metal")
    at = 0.1 * x
    post = box((at - 0.004, -0.003, level), (at + 0.004, 0.003, thick), 0.0)
    knob = box(
        (at - 0.009, -0.3 * tall, thick - 0.001), (at + 0.009, 0.3 * tall, thick + 0.004), 0.002
    )
    builder.part("slider", post, knob, parent=blade, finish="plastic")
    builder.slide(blade, (1, 0, 0), 0, 0.5 * x)
    slot = box((at - 0.012, -0.004, thick - 0.001), (0.72 * x, 0.004, thick + 0.0004))
    builder.part("slot", slot, finish="metal")
    if bolster != "none":
        n_ribs = 3 if bolster == "collar" else 5
        for k in range(n_ribs):
            at_x = -0.85 * x + 0.012 * k
            rib = box(
                (at_x, -0.42 * tall, thick - 0.001), (at_x + 0.006, 0.42 * tall, thick + 0.0012)
            )
            builder.part("rib", rib, finish="rubber")
    return pose_at_random(builder.asset(f"utility, {handle}, {bolster}"), rng, share_open=0.6)
