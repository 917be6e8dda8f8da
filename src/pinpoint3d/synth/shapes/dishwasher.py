"""Dishwashers: a door that folds down with the control panel in it, baskets, a spray arm.

Part tree: body, tub; door -> leaf, control panel (buttons, display, knob), handle, detergent box;
upper and lower basket, cutlery basket, spray arms; top, plinth or feet.
"""

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.controls import Plane, fill_strip
from pinpoint3d.synth.shapes.housings import (
    HANDLES,
    add_door,
    add_feet,
    hollow,
    posed,
    wire_basket,
)
from pinpoint3d.synth.shapes.primitives import box, cylinder, joined

PANELS = ("knob and buttons", "buttons and display", "touch", "none")
STANDS = ("plinth", "feet")
TOPS = ("none", "board", "overhang")


def make(rng: np.random.Generator) -> Asset:
    """A dishwasher, 0.45 or 0.6 m wide, closed or open."""
    plan = str(rng.choice(PANELS))
    held = str(rng.choice(HANDLES))
    stand = str(rng.choice(STANDS))
    top = str(rng.choice(TOPS))
    wide = rng.random() < 0.7
    width = (0.6 if wide else 0.45) * rng.uniform(0.98, 1.0)
    depth, height = rng.uniform(0.52, 0.58), rng.uniform(0.8, 0.86)
    foot = rng.uniform(0.07, 0.12) if stand == "plinth" else rng.uniform(0.02, 0.05)
    x, front, thick = width / 2, -depth, rng.uniform(0.03, 0.045)
    builder = Builder("dishwasher")
    shell = hollow((-x, front, foot), (x, 0, height), 0.025)
    body = builder.part("body", shell, finish="metal")
    tub = hollow(
        (-x + 0.025, front + 0.002, foot + 0.025), (x - 0.025, -0.025, height - 0.025), 0.003
    )
    tub_part = builder.part("tub", tub, parent=body, finish="metal")
    if stand == "plinth":
        low, high = (-x + 0.006, front + rng.uniform(0.005, 0.05), 0), (x - 0.006, -0.02, foot)
        builder.part("plinth", box(low, high), finish="metal")
    else:
        add_feet(builder, (-x + 0.04, front + 0.04), (x - 0.04, -0.04), foot)
    panel = rng.uniform(0.09, 0.13) if plan != "none" else 0.0
    door = add_door(
        builder,
        (-x + 0.002, front - thick, foot + 0.003),
        (x - 0.002, front, height - panel - 0.003),
        rng,
        hinged="bottom",
        held=held,
        open_deg=88,
    )
    if panel:
        # Touches the leaf, with a groove between them for the eye.
        low, high = (
            (-x + 0.002, front - thick + 0.001, height - panel - 0.0035),
            (x - 0.002, front, height - 0.003),
        )
        board = builder.part("control panel", box(low, high, 0.002), parent=door, finish="plastic")
        plane = Plane((0.0, front - thick + 0.001, height - panel))
        corners = (-x + 0.03, 0.1 * panel), (x - 0.03, 0.9 * panel)
        fill_strip(builder, plane, *corners, plan, rng, parent=board)
    z = foot + 0.45 * (height - foot)
    low, high = (0.0, front - 0.001, z), (0.09, front + 0.012, z + 0.14)
    builder.part("detergent box", box(low, high, 0.003), parent=door, finish="plastic")
    _baskets(builder, tub_part, (x, depth, foot, height), rng)
    roof = height
    if top != "none":
        lip = thick if top == "overhang" else 0.0
        roof = height + rng.uniform(0.02, 0.035)
        low, high = (-x, front - lip, height), (x, 0, roof)
        builder.part("top", box(low, high, 0.002), finish="paint")
    builder.support((-x, front), (x, 0), roof)
    size = "wide" if wide else "narrow"
    styles = f"{size}, {plan} panel, {held} handle, {stand}, {top} top"
    inner = ("lower basket", "upper basket")
    return posed(builder.asset(styles), rng, float(rng.choice((0.0, 0.3, 0.8))), inner=inner)


def _baskets(
    builder: Builder,
    tub: int,
    size: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> None:
    x, depth, foot, height = size
    left, right, y0, y1 = -x + 0.035, x - 0.035, -depth + 0.03, -0.05
    floor = foot + 0.028  # the tub's
    bottom = floor + 0.028  # on its wheels
    middle = foot + (height - foot) * rng.uniform(0.5, 0.58)
    for side in (-1, 1):
        low, high = (
            (side * (x - 0.027), y0, middle - 0.012),
            (side * (x - 0.037), y1, middle + 0.002),
        )
        builder.add(tub, box(low, high))  # the rail of the upper basket
    for name, z, tall in (("lower basket", bottom, 0.13), ("upper basket", middle, 0.11)):
        basket = builder.part(name, finish="metal")
        wires = wire_basket((left, y0, z), (right, y1, z + tall), 13)
        builder.part("wires", wires, parent=basket, finish="metal")
        if name == "lower basket":
            wheels = [
                cylinder((a, y, z - 0.012), (a + 0.008, y, z - 0.012), 0.016, sides=10)
                for a in (left - 0.002, right - 0.006)
                for y in (y0 + 0.06, y1 - 0.06)
            ]
            builder.part("wheels", joined(*wheels), parent=basket, finish="plastic")
            low, high = (right - 0.1, y0 + 0.02, z + 0.003), (right - 0.02, y0 + 0.24, z + 0.12)
            builder.part("cutlery basket", box(low, high, 0.004), parent=basket, finish="plastic")
        half = 0.4 * (right - left)
        deep = (y0 + y1) / 2
        # Arms hang under their basket, on a pipe from the one above or the tub's floor below.
        arm = box((-half, deep - 0.02, z - 0.026), (half, deep + 0.02, z - 0.016), 0.004)
        if name == "upper basket":
            stem = cylinder((0, deep, z - 0.02), (0, deep, z + 0.006), 0.015)
            builder.part("spray arm", arm, stem, parent=basket, finish="plastic")
        else:
            stem = cylinder((0, deep, floor - 0.001), (0, deep, z - 0.016), 0.03)
            builder.part("spray arm", arm, stem, finish="plastic")
        builder.slide(basket, (0, -1, 0), 0.0, 0.75 * depth)
