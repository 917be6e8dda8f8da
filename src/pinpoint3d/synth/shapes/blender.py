"""Blenders: a jug with its blades on a motor base, under a lid.

Part tree: base -> housing, panel, dial, buttons, feet; jug -> wall, collar, scale, handle, blades;
lid -> plate, stopper.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.controls import BUTTONS, KNOBS, PROUD, Plane, buttons, display, knob
from pinpoint3d.synth.shapes.primitives import (
    Number,
    box,
    curve,
    cylinder,
    joined,
    moved,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import hull, oval

JUGS = ("round", "square", "waisted", "cup")
BASES = ("cone", "box", "dome", "stepped")
CONTROLS = ("dial", "buttons", "dial and buttons", "display")
HANDLES = ("loop", "open", "none")
STOPPERS = ("cap", "knob", "none")

_N = 28  # corners of every outline


def make(rng: np.random.Generator) -> Asset:
    """A blender, 28 to 46 cm high."""
    jug, base = str(rng.choice(JUGS)), str(rng.choice(BASES))
    control, handle = str(rng.choice(CONTROLS)), str(rng.choice(HANDLES, p=(0.5, 0.3, 0.2)))
    stopper = str(rng.choice(STOPPERS))
    if jug == "cup":
        handle, stopper = "none", "none"
    builder = Builder("blender")
    foot, tall = 0.006, rng.uniform(0.10, 0.17)
    wide = rng.uniform(0.075, 0.095)
    seat = rng.uniform(0.05, 0.062)
    top = _base(builder, base, control, (foot, tall, wide, seat), rng)
    height = rng.uniform(0.19, 0.26) if jug != "cup" else rng.uniform(0.13, 0.18)
    _jug(builder, jug, handle, stopper, (top, height, seat), rng)
    styles = f"{jug} jug, {base} base, {control}, {handle} handle, {stopper} stopper"
    return pose_at_random(builder.asset(styles), rng, share_open=0.2)


def _base(
    builder: Builder,
    style: str,
    control: str,
    size: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> float:
    """Height of the seat of the jug on the base that was added."""
    foot, tall, wide, seat = size
    power = 7.0 if style == "box" else float(rng.choice((2.0, 3.5)))
    rows = {
        "cone": [(1.0, 0), (1.0, 0.12), (0.78, 0.95), (0.74, 1)],
        "box": [(0.97, 0), (1.0, 0.03), (0.96, 0.95), (0.9, 1)],
        "dome": [(0.95, 0), (1.0, 0.15), (0.97, 0.5), (0.86, 0.8), (0.7, 1)],
        "stepped": [(1.0, 0), (1.0, 0.35), (0.8, 0.4), (0.78, 0.95), (0.74, 1)],
    }[style]
    base = builder.part("base", finish="plastic")
    outlines = [
        oval(wide * r, wide * r, wide * r, foot + tall * z, power, n_points=_N) for r, z in rows
    ]
    builder.part("housing", hull(outlines), parent=base, finish="plastic")
    # Controls lie on a plane that leans as the housing's front does between two heights.
    low, high = {"stepped": (0.45, 0.92), "dome": (0.18, 0.48)}.get(style, (0.2, 0.85))
    shares, radii = np.array([z for _, z in rows]), np.array([r for r, _ in rows])
    y0, y1 = (-wide * float(np.interp(z, shares, radii)) for z in (low, high))
    z0, z1 = foot + tall * low, foot + tall * high
    rise = math.hypot(y1 - y0, z1 - z0)
    out = 0.003
    plane = Plane((0.0, y0 - out, z0), math.atan2(y1 - y0, z1 - z0))
    half = wide * 0.5
    # Deep enough to meet the housing where its front curves away.
    sheet = plane.put(box((-half, 0, 0), (half, 0.03, rise), 0.001))
    panel = builder.part("panel", sheet, parent=base, finish="metal")
    _controls(builder, panel, plane, control, half, rise, rng)
    for x in (-0.6, 0.6):
        for y in (-0.6, 0.6):
            pad = cylinder(
                (x * wide, y * wide, 0), (x * wide, y * wide, foot + 0.001), 0.011, sides=10
            )
            builder.part("foot", pad, parent=base, finish="rubber")
    top = foot + tall
    collar = cylinder((0, 0, top - 0.002), (0, 0, top + 0.014), seat * 0.9, seat * 0.86, sides=20)
    builder.part("seat", collar, parent=base, finish="rubber")
    side = float(rng.choice((-1, 1)))
    knots = [
        (0, wide * 0.7, foot + 0.012),
        (0, wide + 0.03, 0.005),
        (side * 0.05, wide + 0.06, 0.0035),
    ]
    knots.append((side * 0.11, wide + 0.05, 0.0035))
    builder.part("cable", tube(curve(knots, 10), 0.0035, sides=6), parent=base, finish="rubber")
    return top + 0.012


def _controls(
    builder: Builder,
    panel: int,
    plane: Plane,
    control: str,
    half: float,
    rise: float,
    rng: np.random.Generator,
) -> None:
    style, shape = str(rng.choice(KNOBS)), str(rng.choice(BUTTONS))
    if "dial" in control:
        radius = min(0.4 * rise, 0.5 * half) * rng.uniform(0.75, 1.0)
        z = rise * (0.62 if "buttons" in control else 0.5)
        radius = min(radius, (rise - z) * 0.85)
        knob(builder, plane, 0, z, radius, style, parent=panel, name="dial")
    if "buttons" in control:
        n_buttons = int(rng.integers(3, 6))
        spots = np.linspace(-half * 0.75, half * 0.75, n_buttons)
        size = min(0.9 * half / n_buttons, 0.2 * rise)
        z = rise * (0.14 if "dial" in control else 0.5)
        buttons(builder, plane, [(float(x), z) for x in spots], size, shape, parent=panel)
    if control == "display":
        display(builder, plane, (-half * 0.7, rise * 0.5), (half * 0.7, rise * 0.88), parent=panel)
        places = [(half * share, rise * 0.22) for share in (-0.6, -0.2, 0.2, 0.6)]
        buttons(builder, plane, places, min(0.3 * half, 0.2 * rise), shape, parent=panel)


def _jug(
    builder: Builder,
    style: str,
    handle: str,
    stopper: str,
    size: tuple[float, float, float],
    rng: np.random.Generator,
) -> None:
    bottom, height, seat = size
    power = {"square": 6.0}.get(style, 2.0)
    flare = rng.uniform(1.15, 1.4) if style != "cup" else 0.85
    rows = {
        "round": [(1.0, 0), (1.0, 0.15), (flare, 0.9), (flare, 1)],
        "square": [(1.0, 0), (1.05, 0.1), (flare, 0.9), (flare, 1)],
        "waisted": [(1.05, 0), (0.95, 0.18), (flare, 0.55), (flare * 0.97, 1)],
        "cup": [(1.1, 0), (1.12, 0.1), (1.0, 0.7), (flare, 1)],
    }[style]
    jug = builder.part("jug", finish="glass")
    collar_top = bottom + 0.03
    collar = hull(
        [
            oval(seat * r, seat * r, seat * r, z, n_points=_N)
            for r, z in ((1.02, bottom - 0.008), (1.12, bottom), (1.06, collar_top))
        ]
    )
    builder.part("collar", collar, parent=jug, finish="plastic")
    low = collar_top - 0.002
    wall = 0.003

    def outline(r: Number, z: Number, shrink: Number = 0.0) -> np.ndarray:
        reach = seat * r - shrink
        return oval(reach, reach, reach, low + height * z, power, n_points=_N)

    if style == "cup":  # closed above: the cup stands on its rim
        builder.part("wall", hull([outline(r, z) for r, z in rows]), parent=jug, finish="glass")
        dome = hull(
            [outline(rows[-1][0] * s, z) for s, z in ((1.0, 0.999), (0.9, 1.04), (0.6, 1.06))]
        )
        builder.part("end", dome, parent=jug, finish="plastic")
    else:
        inner = [outline(r, max(z, 0.02), wall) for r, z in reversed(rows)]
        skin = hull([*(outline(r, z) for r, z in rows), *inner])
        builder.part("wall", skin, parent=jug, finish="glass")
        _blades(builder, jug, low + height * 0.02, seat)
    shares, radii = np.array([z for _, z in rows]), np.array([r for r, _ in rows])
    if rng.random() < 0.6:
        # Marks of measure, printed on the front.
        marks = []
        for k, z in enumerate(np.linspace(0.3, 0.85, 8)):
            y = -seat * float(np.interp(z, shares, radii))
            half = 0.010 if k % 2 == 0 else 0.006
            h = low + height * z
            marks.append(box((-half, y - PROUD, h - 0.001), (half, y + 0.003, h + 0.001)))
        builder.part("scale", joined(*marks), parent=jug, finish="print")
    if handle != "none":
        reach = [seat * float(np.interp(z, shares, radii)) for z in (0.86, 0.2)]
        z1, z0 = low + height * 0.86, low + height * 0.2
        far = max(reach) + rng.uniform(0.035, 0.05)
        knots = [(reach[0] - 0.002, 0, z1), (far - 0.008, 0, z1 + 0.004), (far, 0, z1 - 0.04)]
        if handle == "loop":
            knots += [(far - 0.006, 0, z0 + 0.03), (reach[1] - 0.002, 0, z0)]
        else:
            knots += [(far - 0.004, 0, z0 + 0.02)]
        grip = tube(curve(knots, 14), rng.uniform(0.008, 0.011), sides=10)
        builder.part("handle", grip, parent=jug, finish="plastic")
    if style != "cup":
        _lid(builder, stopper, seat * rows[-1][0], low + height, power, rng)


def _blades(builder: Builder, jug: int, floor: float, seat: float) -> None:
    hub = cylinder((0, 0, floor - 0.002), (0, 0, floor + 0.02), 0.01, sides=10)
    wings = []
    for k in range(4):
        blade = box((0, -0.005, -0.0008), (seat * 0.62, 0.005, 0.0008))
        lean = -0.35 if k % 2 else 0.25
        blade = turned(turned(blade, "y", lean), "z", k * math.pi / 2)
        wings.append(moved(blade, 0, 0, floor + 0.014))
    blades = builder.part("blades", hub, *wings, parent=jug, finish="metal")
    builder.hinge(blades, (0, 0, 0), (0, 0, 1), 0.0, 1.5)


def _lid(
    builder: Builder,
    stopper: str,
    reach: float,
    z: float,
    power: float,
    rng: np.random.Generator,
) -> None:
    rise = rng.uniform(0.014, 0.024)
    lid = builder.part("lid", finish="plastic")
    rows = [(0.9, -0.01), (0.93, 0.0002), (1.03, 0.0002), (1.03, rise * 0.7), (0.9, rise)]
    plate = hull(
        [oval(reach * r, reach * r, reach * r, z + h, power, n_points=_N) for r, h in rows]
    )
    builder.part("plate", plate, parent=lid, finish="plastic")
    if rng.random() < 0.5:
        tab = box((reach * 0.8, -0.012, z + 0.002), (reach + 0.022, 0.012, z + rise * 0.6), 0.003)
        builder.part("tab", tab, parent=lid, finish="plastic")
    top = z + rise
    if stopper == "cap":
        cap = cylinder((0, 0, top - 0.002), (0, 0, top + 0.018), 0.026, 0.028, sides=18)
        builder.part("stopper", cap, parent=lid, finish="glass")
    elif stopper == "knob":
        knob_mesh = cylinder((0, 0, top - 0.002), (0, 0, top + 0.022), 0.012, 0.017, sides=14)
        builder.part("stopper", knob_mesh, parent=lid, finish="plastic")
