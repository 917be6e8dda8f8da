"""Taps of kitchens and bathrooms: `add_tap` puts one on a sink, a worktop or a wall.

Part tree: tap -> body, spout (with its spray head), lever or two handles. The lever tilts, handles
turn, and a spout swivels where real ones do.
"""

import math
from dataclasses import dataclass

import numpy as np

from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Number,
    Point,
    box,
    curve,
    cushion,
    cylinder,
    joined,
    lathe,
    moved,
    tube,
    turned,
)

STYLES = ("single lever", "two handles", "swan neck", "wall")
GRIPS = ("lever", "cross", "wheel")


@dataclass(frozen=True)
class _Site:
    """Where the tap stands, and which way it looks."""

    at: tuple[float, float, float]
    turn: float

    def put(self, mesh: Mesh) -> Mesh:
        return moved(turned(mesh, "z", self.turn), *self.at)

    def point(self, point: Point) -> np.ndarray:
        return self.direction(point) + self.at

    def direction(self, d: Point) -> np.ndarray:
        c, s = math.cos(self.turn), math.sin(self.turn)
        return np.array([c * d[0] - s * d[1], s * d[0] + c * d[1], d[2]])


def add_tap(
    builder: Builder,
    style: str,
    at: Point,
    rng: np.random.Generator,
    *,
    reach: Number = 0.16,
    turn: Number = 0.0,
    parent: int = -1,
) -> int:
    """Index of a new part "tap", whose water falls `reach` metres before `at`.

    Parameters
    ----------
    style
        One of `STYLES`. "wall" comes out of a wall behind it, the others stand on a level surface.
    at
        The middle of its foot; for "wall" the point of the wall between its two pipes.
    reach
        Horizontal distance from `at` to the mouth of the spout, towards -y.
    turn
        Radians about z: 0 looks towards -y.
    """
    site = _Site((float(at[0]), float(at[1]), float(at[2])), float(turn))
    tap = builder.part("tap", parent=parent, finish="metal")
    make = {
        "single lever": _single_lever,
        "two handles": _two_handles,
        "swan neck": _swan_neck,
        "wall": _wall,
    }[style]
    make(builder, tap, site, float(reach), rng)
    return tap


def _single_lever(
    builder: Builder, tap: int, site: _Site, reach: float, rng: np.random.Generator
) -> None:
    height, radius = rng.uniform(0.10, 0.17), rng.uniform(0.019, 0.025)
    square = rng.random() < 0.35
    if square:
        post = box((-radius, -radius, 0), (radius, radius, height), 0.002)
        foot = box((-radius * 1.3, -radius * 1.3, 0), (radius * 1.3, radius * 1.3, 0.006), 0.001)
        low, high = (-radius * 0.8, -reach - 0.012, height * 0.6), (radius * 0.8, 0, height * 0.78)
        spout = box(low, high, 0.003)
        cap = box((-radius, -radius, height), (radius, radius, height + 0.02), 0.003)
        bar = box((-0.009, -0.11, height + 0.014), (0.009, 0.01, height + 0.02), 0.002)
    else:
        post = lathe([(radius * 1.1, 0), (radius, 0.01), (radius * 0.92, height)], sides=16)
        foot = lathe([(radius * 1.4, 0), (radius * 1.35, 0.005), (radius, 0.008)], sides=16)
        knots = [(0, -0.005, height * 0.55), (0, -reach * 0.6, height * 0.8)]
        knots += [(0, -reach, height * 0.75), (0, -reach - 0.004, height * 0.55)]
        spout = tube(curve(knots, 12), np.linspace(radius * 0.75, radius * 0.5, 12), sides=10)
        cap = lathe([(radius, height), (radius, height + 0.014), (radius * 0.5, height + 0.026)])
        end = (0, -0.11, height + rng.uniform(0.03, 0.06))
        bar = cylinder((0, 0, height + 0.016), end, 0.007, 0.005, sides=8)
    builder.part("body", site.put(post), site.put(foot), parent=tap, finish="metal")
    builder.part("spout", site.put(spout), parent=tap, finish="metal")
    lever = builder.part("lever", site.put(cap), site.put(bar), parent=tap, finish="metal")
    pivot = site.point((0, 0, height + 0.01))
    builder.hinge(lever, pivot, site.direction((-1, 0, 0)), 0.0, 0.45)


def _two_handles(
    builder: Builder, tap: int, site: _Site, reach: float, rng: np.random.Generator
) -> None:
    apart, radius = rng.uniform(0.07, 0.11), rng.uniform(0.010, 0.013)
    rise = rng.uniform(0.08, 0.28)
    bridged = rng.random() < 0.5
    if bridged:
        # Old taps carry their spout on a bar between two pillars.
        deck = rng.uniform(0.05, 0.09)
        bar = cylinder((-apart, 0, deck), (apart, 0, deck), radius)
    else:
        deck = 0.012
        bar = box((-apart - 0.025, -0.026, 0), (apart + 0.025, 0.026, deck), 0.004)
    pillars = [
        lathe([(0.024, 0), (0.022, 0.008), (0.014, 0.016), (0.013, deck + 0.03)], sides=14)
        for _ in range(2)
    ]
    body = joined(bar, *(moved(mesh, x) for mesh, x in zip(pillars, (-apart, apart), strict=True)))
    builder.part("body", site.put(body), parent=tap, finish="metal")
    knots = [(0, 0, deck - 0.004), (0, 0, deck + rise * 0.7), (0, -reach * 0.45, deck + rise)]
    knots += [(0, -reach * 0.95, deck + rise * 0.75), (0, -reach, deck + rise * 0.6)]
    path = curve(knots, 18)
    spout = builder.part("spout", site.put(tube(path, radius)), parent=tap, finish="metal")
    builder.hinge(spout, site.point((0, 0, 0)), (0, 0, 1), 0.0, 0.9)
    grip = str(rng.choice(GRIPS))
    for x in (-apart, apart):
        mesh = moved(_grip(grip, math.copysign(1, x), rng), x, 0, deck + 0.026)
        handle = builder.part("handle", site.put(mesh), parent=tap, finish="metal")
        builder.hinge(handle, site.point((x, 0, 0)), (0, 0, 1), 0.0, 1.5)


def _swan_neck(
    builder: Builder, tap: int, site: _Site, reach: float, rng: np.random.Generator
) -> None:
    height, radius = rng.uniform(0.26, 0.40), rng.uniform(0.010, 0.014)
    stem = rng.uniform(0.07, 0.11)
    wide = radius * 1.75
    post = lathe([(wide * 1.3, 0), (wide * 1.25, 0.006), (wide, 0.009), (wide, stem)], sides=16)
    builder.part("body", site.put(post), parent=tap, finish="metal")
    spout = builder.part("spout", parent=tap, finish="metal")
    if rng.random() < 0.3:
        # Squared neck: up, across and down, with short bends.
        bend = 0.02
        path = [(0, 0, stem - 0.005), (0, 0, height - bend), (0, -bend * 0.3, height - bend * 0.3)]
        path += [(0, -bend, height), (0, -reach + bend, height)]
        path += [(0, -reach + bend * 0.3, height - bend * 0.3), (0, -reach, height - bend)]
        path = np.array([*path, (0, -reach, height - 0.07)])
    else:
        half = reach / 2
        angle = np.linspace(0, math.pi * 0.95, 12)
        arch = np.c_[
            np.zeros(12),
            -half + half * np.cos(angle),
            height - half + half * np.sin(angle),
        ]
        path = np.concatenate([[(0, 0, stem - 0.005)], arch, [arch[-1] - (0, 0, 0.02)]])
    builder.part("pipe", site.put(tube(path, radius)), parent=spout, finish="metal")
    tip, long = path[-1], rng.uniform(0.05, 0.09)
    up = np.array([0.0, 0.0, 1.0])
    if rng.random() < 0.5:
        end = tip - long * up
        head = cylinder(tip + 0.012 * up, end, radius * 1.3, radius * 1.5, sides=12)
        builder.part("spray head", site.put(head), parent=spout, finish="plastic")
    else:
        nozzle = cylinder(tip + 0.006 * up, tip - 0.008 * up, radius * 1.2, sides=12)
        builder.part("nozzle", site.put(nozzle), parent=spout, finish="metal")
    builder.hinge(spout, site.point((0, 0, 0)), (0, 0, 1), 0.0, 1.0)
    side = float(rng.choice((-1.0, 1.0)))
    z = stem * 0.6
    stub = cylinder((0, 0, z), (side * (wide + 0.022), 0, z), wide * 0.75, sides=12)
    x = side * (wide + 0.014)
    pin = cylinder((x, 0, z), (x + side * 0.02, -0.015, z + 0.10), 0.0055, 0.004, sides=8)
    lever = builder.part("lever", site.put(stub), site.put(pin), parent=tap, finish="metal")
    builder.hinge(lever, site.point((0, 0, z)), site.direction((1, 0, 0)), 0.0, 0.8)


def _wall(builder: Builder, tap: int, site: _Site, reach: float, rng: np.random.Generator) -> None:
    apart, radius = rng.uniform(0.07, 0.09), rng.uniform(0.018, 0.024)
    out = rng.uniform(0.05, 0.07)
    pieces = [cylinder((-apart - 0.02, -out, 0), (apart + 0.02, -out, 0), radius)]
    for x in (-apart, apart):
        pieces += [
            cylinder((x, 0, 0), (x, -0.008, 0), 0.032, 0.028),
            cylinder((x, 0, 0), (x, -out, 0), 0.013, sides=10),
        ]
    builder.part("body", site.put(joined(*pieces)), parent=tap, finish="metal")
    up = rng.random() < 0.5
    rise = rng.uniform(0.06, 0.16) if up else -rng.uniform(0.015, 0.03)
    knots = [(0, -out, 0), (0, -out - 0.012, rise * 0.8), (0, -(out + reach) / 2, rise)]
    knots += [(0, -reach, rise - 0.005), (0, -reach - 0.008, rise - 0.035)]
    pipe = tube(curve(knots, 16), 0.011)
    spout = builder.part("spout", site.put(pipe), parent=tap, finish="metal")
    builder.hinge(spout, site.point((0, -out, 0)), (0, 0, 1), 0.0, 0.8)
    if rng.random() < 0.5:
        low, high = (-0.012, -out - 0.09, radius + 0.004), (0.012, -out + 0.012, radius + 0.012)
        bar = turned(box(low, high, 0.003), "x", -0.25, about=(0, -out, radius))
        hub = cushion((-0.02, -out - 0.02, radius - 0.012), (0.02, -out + 0.02, radius + 0.014))
        lever = builder.part("lever", site.put(hub), site.put(bar), parent=tap, finish="metal")
        pivot = site.point((0, -out, radius))
        builder.hinge(lever, pivot, site.direction((-1, 0, 0)), 0.0, 0.4)
        return
    grip = str(rng.choice(GRIPS))
    for side in (-1.0, 1.0):
        mesh = turned(_grip(grip, 1.0, rng), "y", side * math.pi / 2)
        mesh = moved(mesh, side * (apart + 0.016), -out)
        handle = builder.part("handle", site.put(mesh), parent=tap, finish="metal")
        pivot = site.point((0, -out, 0))
        builder.hinge(handle, pivot, site.direction((side, 0, 0)), 0.0, 1.5)


def _grip(style: str, side: float, rng: np.random.Generator) -> Mesh:
    """A handle that turns about z, standing on z = 0; a lever points towards `side`."""
    tall = rng.uniform(0.028, 0.036)
    stem = cylinder((0, 0, 0), (0, 0, tall), 0.010, 0.008, sides=10)
    if style == "lever":
        end = (side * rng.uniform(0.055, 0.075), -0.01, tall + 0.004)
        return joined(stem, cylinder((0, 0, tall - 0.007), end, 0.007, 0.0045, sides=8))
    if style == "cross":
        z, half = tall - 0.004, rng.uniform(0.026, 0.034)
        arms = [
            cylinder((-half, 0, z), (half, 0, z), 0.006, sides=8),
            cylinder((0, -half, z), (0, half, z), 0.006, sides=8),
        ]
        return joined(stem, *arms)
    assert style == "wheel", style
    wheel = lathe([(0.016, 0), (0.024, 0.006), (0.025, 0.018), (0.015, 0.025)], sides=12)
    return joined(stem, moved(wheel, z=tall - 0.024))
