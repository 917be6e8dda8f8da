"""Microwave ovens: a door with its window beside or above the controls, a turntable inside.

Part tree: housing, cavity; door -> leaf, window, handle; control panel -> display, buttons, knobs;
turntable -> plate, hub; vent, feet.
"""

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.controls import COLUMNS, PROUD, Plane, button, fill_column, fill_strip
from pinpoint3d.synth.shapes.housings import add_door, add_feet, hollow, posed
from pinpoint3d.synth.shapes.primitives import box, cylinder, joined, lathe, moved

PANELS = ("right", "below")
HOLDS = ("bar", "arch", "bridge", "edge", "grip", "open button")
VENTS = ("none", "side", "top")
STRIPS = ("knobs", "knobs and display", "knob and buttons", "buttons and display")


def make(rng: np.random.Generator) -> Asset:
    """A microwave oven, 0.42 to 0.56 m wide, closed or open."""
    panel = str(rng.choice(PANELS, p=(0.75, 0.25)))
    plan = str(rng.choice(COLUMNS if panel == "right" else STRIPS))
    held, vent = str(rng.choice(HOLDS)), str(rng.choice(VENTS))
    width, depth = rng.uniform(0.43, 0.56), rng.uniform(0.3, 0.42)
    height, foot = rng.uniform(0.24, 0.31), rng.uniform(0.008, 0.018)
    thick = rng.uniform(0.022, 0.035)
    builder = Builder("microwave")
    x, front, low, high = width / 2, -depth, foot, foot + height
    if panel == "right":
        strip = rng.uniform(0.09, 0.13)
        right, bottom = x - strip, low
        block = box((right - 0.001, front, low), (x, 0, high), 0.001)
    else:
        strip = rng.uniform(0.055, 0.075)
        right, bottom = x, low + strip
        block = box((-x, front, low), (x, 0, bottom + 0.001), 0.001)
    shell = hollow((-x, front, bottom), (right, 0, high), 0.02)
    housing = builder.part("housing", shell, block, finish="metal")
    inside = (-x + 0.02, front + 0.002, bottom + 0.02), (right - 0.02, -0.02, high - 0.02)
    builder.part("cavity", hollow(*inside, 0.002), parent=housing, finish="paint")
    _turntable(builder, inside, rng)
    add_door(
        builder,
        (-x, front - thick, bottom + (0.001 if panel == "below" else 0.0)),
        (right - (0.001 if panel == "right" else 0.0), front, high),
        rng,
        hinged="left",
        held="none" if held == "open button" else held,
        window=rng.uniform(0.02, 0.05),
        open_deg=110,
        finish="plastic",
    )
    face = front - thick
    if panel == "right":
        sheet = box((right, face, low), (x, front, high), 0.002)
    else:
        sheet = box((-x, face, low), (x, front, bottom), 0.002)
    board = builder.part("control panel", sheet, finish="plastic")
    plane = Plane((0.0, face, low))
    if panel == "right":
        base = 0.2 if held == "open button" else 0.04
        corners = (right + 0.008, height * base), (x - 0.008, height * 0.97)
        fill_column(builder, plane, *corners, plan, rng, parent=board)
        if held == "open button":
            press = plane.put(button("bar", strip * 0.7), right + strip / 2, height * 0.1)
            builder.part("open button", press, parent=board, finish="plastic")
    else:
        corners = (-x + 0.06, 0.08 * strip), (x - 0.06, 0.92 * strip)
        fill_strip(builder, plane, *corners, plan, rng, parent=board, n_knobs=2)
        if held == "open button":
            press = plane.put(button("bar", strip * 0.6), x - 0.035, strip / 2)
            builder.part("open button", press, parent=board, finish="plastic")
    add_feet(builder, (-x + 0.04, front + 0.04), (x - 0.04, -0.04), foot, 0.012)
    _vent(builder, housing, vent, (x, depth, low, high))
    builder.support((-x, front), (x, 0), high)
    styles = f"panel {panel}, {plan}, {held}, vent {vent}"
    return posed(builder.asset(styles), rng, float(rng.choice((0.0, 0.4, 0.8))), inner=())


def _turntable(
    builder: Builder,
    inside: tuple[tuple[float, float, float], tuple[float, float, float]],
    rng: np.random.Generator,
) -> None:
    (x0, y0, z), (x1, y1, _) = inside
    radius = 0.45 * min(x1 - x0, y1 - y0)
    middle = (x0 + x1) / 2, (y0 + y1) / 2, z
    table = builder.part("turntable", finish="glass")
    lip = rng.uniform(0.003, 0.008)
    plate = lathe(
        [
            (radius * 0.8, 0.01),
            (radius, 0.013 + lip),
            (radius * 0.96, 0.014 + lip),
            (radius * 0.78, 0.014),
        ],
        sides=28,
    )
    builder.part("plate", moved(plate, *middle), parent=table, finish="glass")
    hub = cylinder((*middle[:2], z + 0.001), (*middle[:2], z + 0.011), 0.03, sides=12)
    builder.part("hub", hub, parent=table, finish="plastic")
    builder.hinge(table, middle, (0, 0, 1), 0.0, 6.0)
    half = radius * 0.6
    low, high = (middle[0] - half, middle[1] - half), (middle[0] + half, middle[1] + half)
    builder.support(low, high, z + 0.014, inside[1][2] - z - 0.03)


def _vent(
    builder: Builder, housing: int, vent: str, size: tuple[float, float, float, float]
) -> None:
    x, depth, low, high = size
    if vent == "none":
        return
    places = -depth * np.linspace(0.25, 0.75, 9)
    if vent == "side":
        z0, z1 = low + 0.55 * (high - low), low + 0.8 * (high - low)
        slots = [box((x - 0.001, y - 0.003, z0), (x + PROUD, y + 0.003, z1)) for y in places]
    else:
        slots = [
            box((-0.3 * x, y - 0.003, high - 0.001), (0.3 * x, y + 0.003, high + PROUD))
            for y in places
        ]
    builder.part("vent", joined(*slots), parent=housing, finish="plastic")
