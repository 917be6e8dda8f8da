"""Clocks that stand: alarm clocks with bells, round ones on a foot, mantel clocks, digital ones.

Part tree: case, rim, dial, marks, hands (hour, minute, second), bells, hammer, feet, buttons.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, Joint, pose
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    arc,
    box,
    curve,
    cushion,
    cylinder,
    hoop,
    lathe,
    moved,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import front_plate, side_plate

KINDS = ("bells", "round", "square", "mantel", "digital", "arched")
HANDS = ("bars", "pointed", "diamond")
MARKS = ("four", "twelve", "none")
RIMS = ("thin", "thick", "none")


def make(rng: np.random.Generator) -> Asset:
    """A clock, 0.06 to 0.4 m high, its dial towards -y."""
    kind, hands = str(rng.choice(KINDS)), str(rng.choice(HANDS))
    marks, rim = str(rng.choice(MARKS)), str(rng.choice(RIMS))
    builder = Builder("clock")
    if kind == "digital":
        return _digital(builder, marks, rim, rng)
    radius = rng.uniform(0.035, 0.07) if kind == "bells" else rng.uniform(0.035, 0.12)
    deep = rng.uniform(0.025, 0.06)
    y = -deep
    middle = _case(builder, kind, radius, deep, rng)

    def faced(mesh: Mesh) -> Mesh:
        """Drawn facing up about the origin; put on the front of the case."""
        return moved(turned(mesh, "x", math.pi / 2), 0, y, middle)

    inner = radius * 0.92
    builder.part(
        "dial", faced(cylinder((0, 0, -0.003), (0, 0, 0.0008), inner, sides=28)), finish="paper"
    )
    if rim != "none":
        thick = radius * (0.05 if rim == "thin" else 0.11)
        ring = hoop(radius * 0.97, thick, n_points=28)
        builder.part("rim", faced(ring), finish="metal")
    n_marks = {"four": 4, "twelve": 12, "none": 0}[marks]
    for k in range(n_marks):
        wide = inner * (0.035 if k % (n_marks // 4) else 0.06)
        mark = box((inner * 0.8, -wide / 2, 0.0), (inner * 0.93, wide / 2, 0.0014))
        builder.part("mark", faced(turned(mark, "z", 2 * math.pi * k / n_marks)), finish="print")
    _hands(builder, hands, inner, y, middle, rng)
    asset = builder.asset(f"{kind}, {hands} hands, {marks} marks, {rim} rim")
    return pose(asset, [_state(joint, rng) for joint in asset.joints])


def _state(joint: Joint, rng: np.random.Generator) -> float:
    return float(rng.uniform(joint.low, joint.high))


def _case(
    builder: Builder, kind: str, radius: float, deep: float, rng: np.random.Generator
) -> float:
    """The case, and what it stands on; the height of the dial's middle comes back."""
    if kind in ("bells", "round"):
        lift = rng.uniform(0.012, 0.03)
        middle = radius + lift
        drum = turned(
            lathe([(radius * 0.9, 0), (radius, 0.15 * deep), (radius, deep)], 28), "x", math.pi / 2
        )
        builder.part("case", moved(drum, z=middle), finish="metal")
        if kind == "bells":
            for side in (-1, 1):
                foot = cylinder(
                    (side * radius * 0.62, -deep / 2, 0),
                    (side * radius * 0.4, -deep / 2, middle - radius * 0.6),
                    0.006,
                )
                builder.part("foot", foot, finish="metal")
            heel = cylinder((0, -0.006, 0), (0, -0.012, middle - radius * 0.8), 0.004, sides=8)
            builder.part("foot", heel, finish="metal")
            _bells(builder, radius, deep, middle)
        else:
            wide = radius * rng.uniform(0.5, 0.9)
            block = box((-wide, -deep * 1.3, 0), (wide, deep * 0.3, lift + radius * 0.12), 0.003)
            builder.part("base", block, finish="wood")
        return middle
    if kind == "square":
        half = radius * 1.15
        builder.part(
            "case",
            box((-half, -deep, 0), (half, 0, 2 * half), rng.choice((0.002, 0.01))),
            finish="plastic",
        )
        for side in (-1, 1) if rng.random() < 0.4 else (0,):
            top = cylinder(
                (side * half * 0.4, -deep / 2, 2 * half - 0.002),
                (side * half * 0.4, -deep / 2, 2 * half + 0.006),
                0.009,
            )
            builder.part("button", top, finish="plastic")
        return half
    if kind == "arched":
        half, low = radius * 1.12, 0.012
        bow = arc(half, 0, math.pi, 15) + np.array([0, half * 1.1])
        outline = np.concatenate([[(half, 0)], bow, [(-half, 0)]])
        block = front_plate(outline, -deep, 0)
        builder.part("case", moved(block, z=low), finish="wood")
        plinth = box(
            (-half * 1.12, -deep * 1.12, 0), (half * 1.12, deep * 0.12, low + 0.002), 0.003
        )
        builder.part("base", plinth, finish="wood")
        return half * 1.1 + low
    # A mantel clock: broad, with rounded shoulders.
    wide, low = radius * rng.uniform(2.0, 2.8), 0.014
    knots = [
        (wide, 0, 0),
        (wide, 0.5 * radius, 0),
        (radius * 1.2, 1.0 * radius, 0),
        (radius * 0.75, 2.0 * radius, 0),
        (0, 2.3 * radius, 0),
    ]
    right = curve(knots, 12)[:, :2]
    outline = np.concatenate([right, (right * (-1, 1))[-2::-1]])
    block = front_plate(outline, -deep, 0)
    builder.part("case", moved(block, z=low), finish="wood")
    plinth = box((-wide * 1.05, -deep * 1.15, 0), (wide * 1.05, deep * 0.15, low + 0.002), 0.003)
    builder.part("base", plinth, finish="wood")
    return low + 1.12 * radius


def _bells(builder: Builder, radius: float, deep: float, middle: float) -> None:
    size = radius * 0.42
    for side in (-1, 1):
        way = np.array([side * 0.62, 0, 0.78])
        root = np.array([0, -deep / 2, middle]) + way * radius * 0.95
        post = cylinder(root, root + way * (size * 0.5 + 0.008), 0.003, sides=8)
        builder.part("post", post, finish="metal")
        t = np.linspace(0, math.pi / 2, 6)
        dome = lathe(np.stack([size * np.cos(t), size * 0.75 * np.sin(t)], 1), sides=18)
        tilted = turned(dome, "y", math.atan2(way[0], way[2]))
        builder.part("bell", moved(tilted, *(root + way * 0.007)), finish="metal")
    stem = cylinder(
        (0, -deep / 2, middle + radius * 0.97),
        (0, -deep / 2, middle + radius * 1.3),
        0.002,
        sides=6,
    )
    knob = cushion(
        (-0.008, -deep / 2 - 0.005, middle + radius * 1.3 - 0.005),
        (0.008, -deep / 2 + 0.005, middle + radius * 1.3 + 0.005),
        3.0,
        sides=10,
        rings=5,
    )
    builder.part("hammer", stem, knob, finish="metal")
    high = middle + radius * 1.25 + size
    x = radius * 0.9
    bow = [(-x, -deep / 2, middle + radius * 0.45), (-x * 1.15, -deep / 2, high - 0.01)]
    bow += [(0, -deep / 2, high + 0.014), *((-a, b, c) for a, b, c in reversed(bow))]
    builder.part("handle", tube(curve(bow, 16), 0.0025, sides=6), finish="metal")


def _hands(
    builder: Builder, hands: str, radius: float, y: float, middle: float, rng: np.random.Generator
) -> None:
    """Hands pointing up; each turns about the middle of the dial."""
    with_second = rng.random() < 0.5
    rows = [("hour hand", 0.55, 0.09), ("minute hand", 0.85, 0.06)]
    rows += [("second hand", 0.88, 0.025)] if with_second else []
    for k, (name, reach, wide) in enumerate(rows):
        a, b, tail = reach * radius, max(0.0008, wide * radius / 2), 0.12 * radius
        if hands == "bars" or name == "second hand":
            outline = [(-b, -tail), (b, -tail), (b, a), (-b, a)]
        elif hands == "pointed":
            outline = [
                (-b * 0.6, -tail),
                (b * 0.6, -tail),
                (b * 1.3, 0.3 * a),
                (0, a),
                (-b * 1.3, 0.3 * a),
            ]
        else:
            outline = [(-b * 0.6, -tail), (b * 0.6, -tail), (b * 0.6, 0.6 * a), (b * 1.9, 0.7 * a)]
            outline += [(b * 0.6, 0.8 * a), (0, a), (-b * 0.6, 0.8 * a)]
            outline += [(-b * 1.9, 0.7 * a), (-b * 0.6, 0.6 * a)]
        blade = front_plate(outline, -0.001, 0)
        level = y - 0.0012 - 0.0014 * k
        part = builder.part(name, moved(blade, 0, level, middle), finish="metal")
        builder.hinge(part, (0, level, middle), (0, 1, 0), 0, 2 * math.pi)
    depth = y - 0.0026 - 0.0014 * len(rows)
    hub = cylinder((0, y + 0.001, middle), (0, depth, middle), max(0.0025, 0.05 * radius), sides=10)
    builder.part("hub", hub, finish="metal")


def _digital(builder: Builder, marks: str, rim: str, rng: np.random.Generator) -> Asset:
    """A block with a display and buttons on its top; some have a sloped front."""
    x, height, deep = rng.uniform(0.05, 0.12), rng.uniform(0.05, 0.1), rng.uniform(0.04, 0.09)
    lean = 0.0 if marks == "none" else rng.uniform(0.1, 0.35)
    shift = height * math.tan(lean)
    outline = [(-deep - shift, 0), (0, 0), (0, height), (-deep, height)]
    builder.part("case", side_plate(outline, -x, x), finish="plastic")

    def faced(mesh: Mesh) -> Mesh:
        """Drawn standing in the plane y = 0 about the middle of the front."""
        return moved(turned(mesh, "x", -lean), 0, -deep - shift / 2, height / 2)

    border = {"thin": 0.08, "thick": 0.2, "none": 0.03}[rim]
    half = (x * (1 - border), height / 2 * (1 - border) / math.cos(lean))
    pane = faced(box((-half[0], -0.0006, -half[1]), (half[0], 0.002, half[1])))
    builder.part("display", pane, finish="screen")
    if rng.random() < 0.6:
        digits = builder.part("digits")
        wide = half[0] * 0.3
        for k in range(4):
            at = (k - 1.5) * wide * 1.25 + (0.06 if k > 1 else -0.06) * half[0]
            digit = box((at - wide / 2, -0.0011, -half[1] * 0.6), (at + wide / 2, 0, half[1] * 0.6))
            builder.part("digit", faced(digit), parent=digits, finish="print")
    n_buttons = int(rng.integers(1, 5))
    for k in range(n_buttons):
        at = x * 1.3 * ((k + 0.5) / n_buttons - 0.5)
        size = min(0.012, 0.4 * x / n_buttons)
        key = box(
            (at - size, -deep * 0.7, height - 0.002),
            (at + size, -deep * 0.3, height + 0.0025),
            0.001,
        )
        builder.part("button", key, finish="rubber")
    return builder.asset(f"digital, {marks}, {rim} border")
