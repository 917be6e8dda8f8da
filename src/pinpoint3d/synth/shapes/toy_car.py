"""Toy vehicles on four wheels: cars, lorries, buses, racers, tractors.

Part tree: body (shell, roof or cab, bonnet), windows, wheels (tyre, hub), bumpers, lamps, doors,
spoiler, bed; a tipper's bed and a bonnet turn.
"""

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Number,
    Points,
    box,
    cushion,
    cylinder,
    joined,
    moved,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import side_plate

KINDS = ("saloon", "hatchback", "racer", "bus", "tipper", "pick-up", "tractor")
WHEELS = ("plain", "hubs", "fat")
TRIMS = ("none", "stripe", "number", "roof rack", "beacon")
MAKES = ("moulded", "wooden", "detailed")

Side = Callable[[Points, Number, str], None]
"""Adds to the body a named part that is drawn from its side and as wide as twice a number."""


def make(rng: np.random.Generator) -> Asset:
    """A toy vehicle, 0.07 to 0.35 m long, driving towards -y."""
    kind, wheel = str(rng.choice(KINDS)), str(rng.choice(WHEELS))
    trim, made = str(rng.choice(TRIMS)), str(rng.choice(MAKES))
    length = float(rng.choice((rng.uniform(0.07, 0.11), rng.uniform(0.14, 0.35))))
    builder = Builder("toy_car")
    half = length * {"racer": 0.2, "bus": 0.17, "tractor": 0.2}.get(kind, 0.21)
    radius = length * {"racer": 0.11, "bus": 0.085, "tractor": 0.12}.get(kind, 0.1)
    radius *= 1.2 if wheel == "fat" else 1.0
    floor = 0.55 * radius
    finish = "wood" if made == "wooden" else "metal"

    body = builder.part("body")

    def side(outline: Points, wide: Number, name: str) -> None:
        """A part drawn from its side: rows of (y, z) in lengths of the car, from the floor up."""
        rows = np.asarray(outline, np.float64) * length + (0, floor)
        builder.part(name, side_plate(rows, -wide, wide), parent=body, finish=finish)

    _SHAPE[kind](builder, side, length, half, floor)
    axles = (-0.3, 0.3) if kind not in ("tractor", "bus") else (-0.32, 0.28)
    for k, at in enumerate(axles):
        large = 1.5 if kind == "tractor" and k else 1.0
        _wheels(builder, wheel, at * length, radius * large, half, kind == "racer")
    if made == "detailed":
        _lamps(builder, kind, length, half, floor)
    _trim(builder, trim, kind, length, half, floor)
    style = f"{kind}, {wheel} wheels, {trim}, {made}, small {length < 0.12}"
    return pose_at_random(builder.asset(style), rng)


def _wheels(
    builder: Builder, wheel: str, y: float, radius: float, half: float, apart: bool
) -> None:
    wide = radius * (0.9 if wheel == "fat" else 0.6)
    out = half * (1.3 if apart else 1.04)
    axle = cylinder(
        (-out + 0.2 * wide, y, radius), (out - 0.2 * wide, y, radius), 0.16 * radius, sides=8
    )
    builder.part("axle", axle, finish="metal")
    for side in (-1, 1):
        whole = builder.part("wheel")
        ends = [(side * (out - wide), y, radius), (side * out, y, radius)]
        tyre = cylinder(ends[0], ends[1], radius, sides=18)
        builder.part("tyre", tyre, parent=whole, finish="rubber")
        if wheel != "plain":
            hub = cylinder(
                ends[1], (side * (out + 0.06 * radius), y, radius), 0.58 * radius, 0.45 * radius
            )
            builder.part("hub", hub, parent=whole, finish="metal")


def _cabin(
    builder: Builder, side: Side, length: Number, half: Number, floor: Number, rows: Points
) -> None:
    """A glazed upper part: rows of (y, z) from front below over the top to the rear below."""
    wide = 0.86 * half
    side(rows, wide, "cabin")
    corners = np.asarray(rows, np.float64) * length + (0, floor)
    tall = float(corners[1, 1] - corners[0, 1])
    middle = float(corners[:, 0].mean())
    low, high = corners[0, 1] + 0.25 * tall, corners[1, 1] - 0.15 * tall
    front = np.interp([low, high], corners[:2, 1], corners[:2, 0]) + 0.12 * tall
    rear = np.interp([low, high], corners[3:1:-1, 1], corners[3:1:-1, 0]) - 0.12 * tall
    post = 0.06 * tall
    for near, far in ((front, (middle - post,) * 2), ((middle + post,) * 2, rear)):
        outline = [(near[0], low), (far[0], low), (far[1], high), (near[1], high)]
        film = side_plate(outline, 0, 0.0014)
        for x in (wide - 0.001, -wide - 0.0004):  # as thin as a print on both flanks
            builder.part("side window", moved(film, x=x), finish="glass")
    for name, bottom, top in (
        ("windscreen", corners[0], corners[1]),
        ("rear window", corners[3], corners[2]),
    ):
        lean = math.atan2(top[0] - bottom[0], top[1] - bottom[1])
        tilt = 0.36 * float(np.linalg.norm(top - bottom))
        pane = box((-0.8 * wide, -0.0007, -tilt), (0.8 * wide, 0.0007, tilt))
        spot = (bottom + top) / 2
        placed = moved(turned(pane, "x", -lean), 0, spot[0], spot[1])
        builder.part(name, placed, finish="glass")


def _car(
    builder: Builder, side: Side, length: float, half: float, floor: float, hatch: bool
) -> None:
    side(
        [(-0.5, 0.02), (-0.48, 0.13), (-0.2, 0.17), (0.36, 0.17), (0.5, 0.15), (0.5, 0.02)],
        half,
        "shell",
    )
    rear = (0.44, 0.165) if hatch else (0.3, 0.165)
    back = (0.36, 0.31) if hatch else (0.16, 0.31)
    _cabin(builder, side, length, half, floor, [(-0.22, 0.165), (-0.08, 0.31), back, rear])
    for y in (-0.5, 0.5):
        low, high = floor + 0.02 * length, floor + 0.055 * length
        bar = box(
            (-half * 1.02, (y - 0.012) * length, low), (half * 1.02, (y + 0.012) * length, high)
        )
        builder.part("bumper", bar, finish="plastic")


def _bus(builder: Builder, side: Side, length: float, half: float, floor: float) -> None:
    side(
        [(-0.5, 0), (-0.5, 0.3), (-0.47, 0.34), (0.48, 0.34), (0.5, 0.32), (0.5, 0)], half, "shell"
    )
    low, high = floor + 0.17 * length, floor + 0.28 * length
    for way in (-1, 1):
        x = sorted((way * (half - 0.001), way * (half + 0.0005)))
        for k in range(5):
            y = (-0.42 + 0.175 * k) * length
            pane = box((x[0], y, low), (x[1], y + 0.15 * length, high))
            builder.part("side window", pane, finish="glass")
    x = sorted((half - 0.001, half + 0.0005))
    door = box(
        (x[0], -0.42 * length, floor + 0.01 * length), (x[1], -0.3 * length, low - 0.01 * length)
    )
    builder.part("door", door, finish="metal")
    for name, y in (("windscreen", -0.5), ("rear window", 0.5)):
        pane = box((-0.8 * half, y * length - 0.0006, low), (0.8 * half, y * length + 0.0006, high))
        builder.part(name, pane, finish="glass")


def _lorry(
    builder: Builder, side: Side, length: float, half: float, floor: float, tips: bool
) -> None:
    side([(-0.48, 0), (-0.48, 0.06), (0.5, 0.06), (0.5, 0)], half * 0.9, "chassis")
    if tips:
        side([(-0.5, 0.05), (-0.5, 0.18), (-0.12, 0.18), (-0.12, 0.05)], half, "shell")
        _cabin(
            builder,
            side,
            length,
            half,
            floor,
            [(-0.48, 0.175), (-0.43, 0.33), (-0.14, 0.33), (-0.14, 0.175)],
        )
    else:
        side(
            [(-0.5, 0.05), (-0.49, 0.14), (-0.28, 0.16), (0.12, 0.16), (0.12, 0.05)], half, "shell"
        )
        _cabin(
            builder,
            side,
            length,
            half,
            floor,
            [(-0.28, 0.155), (-0.17, 0.3), (0.08, 0.3), (0.1, 0.155)],
        )
    start, wall = (-0.1 if tips else 0.12) * length, 0.02 * length
    low, high = floor + 0.062 * length, floor + (0.24 if tips else 0.16) * length
    end = 0.5 * length
    bed = [
        box((-half, start, low), (half, end, low + wall)),
        box((-half, start, low), (-half + wall, end, high)),
        box((half - wall, start, low), (half, end, high)),
        box((-half, start, low), (half, start + wall, high)),
    ]
    whole = builder.part("bed")
    builder.part("tray", joined(*bed), parent=whole, finish="metal")
    gate = box((-half, end - wall, low), (half, end, high))
    builder.part("tailgate", gate, parent=whole, finish="metal")
    if tips:
        builder.hinge(whole, (0, end - 0.06 * length, low), (-1, 0, 0), 0, 0.75)
        ram = cylinder(
            (0, 0.05 * length, floor), (0, 0.05 * length, low + 0.004), 0.02 * length, sides=8
        )
        builder.part("ram", ram, finish="metal")


def _racer(builder: Builder, side: Side, length: float, half: float, floor: float) -> None:
    rows = [(-0.5, 0.03), (-0.48, 0.06), (-0.1, 0.13), (0.3, 0.15), (0.5, 0.1), (0.5, 0.02)]
    side(rows, half * 0.5, "shell")
    pod = [(-0.12, 0.01), (-0.1, 0.09), (0.2, 0.1), (0.24, 0.01)]
    side(pod, half * 0.85, "side pod")
    head = cushion(
        (-0.05 * length, -0.02 * length, floor + 0.11 * length),
        (0.05 * length, 0.09 * length, floor + 0.21 * length),
        2.0,
        sides=14,
        rings=8,
    )
    builder.part("driver", head, finish="plastic")
    top = floor + 0.2 * length
    wing = box((-half, 0.42 * length, top), (half, 0.52 * length, top + 0.012 * length))
    posts = [
        box(
            (x - 0.01 * length, 0.45 * length, floor + 0.08 * length),
            (x + 0.01 * length, 0.48 * length, top + 0.002),
        )
        for x in (-0.3 * half, 0.3 * half)
    ]
    builder.part("spoiler", joined(wing, *posts), finish="plastic")
    nose = box(
        (-half, -0.54 * length, floor + 0.02 * length),
        (half, -0.46 * length, floor + 0.04 * length),
    )
    builder.part("front wing", nose, finish="plastic")


def _tractor(builder: Builder, side: Side, length: float, half: float, floor: float) -> None:
    side(
        [(-0.45, 0.03), (-0.45, 0.22), (-0.4, 0.25), (0.05, 0.25), (0.05, 0.03)],
        half * 0.55,
        "bonnet",
    )
    side([(-0.06, 0.02), (-0.06, 0.2), (0.42, 0.24), (0.42, 0.02)], half * 0.7, "shell")
    _cabin(
        builder,
        side,
        length,
        half * 0.95,
        floor,
        [(0.03, 0.235), (0.06, 0.5), (0.36, 0.5), (0.38, 0.235)],
    )
    roof = box(
        (-half * 0.9, 0.03 * length, floor + 0.495 * length),
        (half * 0.9, 0.4 * length, floor + 0.525 * length),
        0.01 * length,
    )
    builder.part("roof", roof, finish="plastic")
    pipe = cylinder(
        (0, -0.25 * length, floor + 0.24 * length),
        (0, -0.25 * length, floor + 0.4 * length),
        0.018 * length,
        sides=8,
    )
    builder.part("exhaust", pipe, finish="metal")
    for way in (-1, 1):
        x = sorted((way * half * 0.6, way * half * 1.05))
        wing = box(
            (x[0], 0.12 * length, floor + 0.235 * length),
            (x[1], 0.44 * length, floor + 0.26 * length),
            0.004,
        )
        builder.part("mudguard", wing, finish="plastic")


_SHAPE = {
    "saloon": partial(_car, hatch=False),
    "hatchback": partial(_car, hatch=True),
    "racer": _racer,
    "bus": _bus,
    "tipper": partial(_lorry, tips=True),
    "pick-up": partial(_lorry, tips=False),
    "tractor": _tractor,
}


def _lamps(builder: Builder, kind: str, length: float, half: float, floor: float) -> None:
    """Headlamps where the front is flat enough for them."""
    if kind == "racer":
        return
    y = {"tractor": -0.45, "saloon": -0.485, "hatchback": -0.485, "pick-up": -0.49}.get(kind, -0.5)
    x = half * (0.35 if kind == "tractor" else 0.68)
    z = floor + length * 0.105
    for way in (-1, 1):
        lamp = cylinder(
            (way * x, y * length + 0.006, z),
            (way * x, y * length - 0.004, z),
            0.03 * length,
            sides=12,
        )
        builder.part("headlamp", lamp, finish="glass")


def _trim(builder: Builder, trim: str, kind: str, length: float, half: float, floor: float) -> None:
    wide = half * (0.5 if kind == "racer" else 0.7 if kind == "tractor" else 1.0)
    if trim in ("stripe", "number"):
        z = floor + length * 0.09
        tall = 0.025 * length if trim == "stripe" else 0.045 * length
        span = (0.0, 0.1) if kind in ("racer", "tractor") else (-0.45, -0.15)
        if trim == "number":
            span = (span[0], span[0] + 0.09)
        for way in (-1, 1):
            x = sorted((way * (wide - 0.001), way * (wide + 0.0005)))
            patch = box((x[0], span[0] * length, z - tall), (x[1], span[1] * length, z + tall))
            builder.part(trim, patch, finish="print")
        return
    tops = {
        "saloon": 0.31,
        "hatchback": 0.31,
        "bus": 0.34,
        "tipper": 0.33,
        "pick-up": 0.3,
        "tractor": 0.525,
    }
    if trim == "none" or kind not in tops:
        return
    y = length * {
        "saloon": 0.04,
        "hatchback": 0.1,
        "tipper": -0.28,
        "pick-up": -0.05,
        "tractor": 0.2,
    }.get(kind, 0.0)
    z = floor + tops[kind] * length
    if trim == "beacon":
        lamp = cylinder((0, y, z - 0.002), (0, y, z + 0.05 * length), 0.03 * length, 0.024 * length)
        builder.part("beacon", lamp, finish="glass")
        return
    reach = 0.075 * length
    bars = [
        box(
            (-0.7 * half, y + at, z - 0.001),
            (0.7 * half, y + at + 0.015 * length, z + 0.03 * length),
        )
        for at in (-reach, reach)
    ]
    rails = [
        box(
            (x, y - reach, z + 0.018 * length),
            (x + 0.06 * half, y + reach + 0.01 * length, z + 0.03 * length),
        )
        for x in (-0.7 * half, 0.64 * half)
    ]
    builder.part("roof rack", joined(*bars, *rails), finish="metal")
