"""Monitors on a stand; the screen lies flush in its bezel.

Part tree: display (screen, bezel, housing, buttons), neck, foot.
"""

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    box,
    cylinder,
    extrusion,
    frame,
    lathe,
    moved,
    rounded_rectangle,
)

FEET = ("plate", "round", "two legs")


def make(rng: np.random.Generator) -> Asset:
    """A monitor, 0.45 to 0.85 m wide, on its stand, its screen towards -y."""
    builder = Builder("monitor")
    width = rng.uniform(0.45, 0.82)
    height = width * rng.choice((9 / 16, 10 / 16, 9 / 21))
    lift = rng.uniform(0.1, 0.2)
    bezel = rng.uniform(0.006, 0.03)
    chin = bezel * rng.choice((1.0, 2.5))
    display = builder.part("display")
    low, high = (-width / 2, -0.012, lift), (width / 2, 0.006, lift + height)
    ring = frame(low, high, (bezel, bezel, chin, bezel))
    builder.part("bezel", ring, parent=display, finish="plastic")
    pane = box((low[0] + bezel, -0.011, lift + chin), (high[0] - bezel, -0.004, high[2] - bezel))
    builder.part("screen", pane, parent=display, finish="screen")
    shell = box((-width / 2, 0.0, lift), (width / 2, 0.02, lift + height), 0.006)
    bulge = box(
        (-width / 4, 0.015, lift + height * 0.2), (width / 4, 0.045, lift + height * 0.8), 0.015
    )
    builder.part("housing", shell, bulge, parent=display, finish="plastic")
    if rng.random() < 0.5:
        for k in range(int(rng.integers(1, 5))):
            x = width * 0.42 - 0.025 * k
            button = cylinder(
                (x, -0.012, lift + chin / 2), (x, -0.0155, lift + chin / 2), 0.005, sides=8
            )
            builder.part("button", button, parent=display, finish="plastic")
    foot = str(rng.choice(FEET))
    if foot == "two legs":
        for side in (-1, 1):
            ends = (side * width * 0.3, -0.1, 0.008), (side * width * 0.3, 0.12, 0.008)
            up = cylinder(
                (side * width * 0.3, 0.012, 0), (side * width * 0.3, 0.012, lift + 0.02), 0.009
            )
            builder.part("foot", cylinder(*ends, 0.008), up, finish="metal")
        return builder.asset(f"{foot}, chin {chin > bezel}")
    neck = box((-0.03, 0.03, 0.008), (0.03, 0.05, lift + height * 0.45), 0.003)
    builder.part("neck", neck, finish="metal")
    if foot == "round":
        plate = moved(lathe([(0.11, 0), (0.11, 0.006), (0.1, 0.012)], sides=28), y=0.03)
    else:
        outline = rounded_rectangle(rng.uniform(0.2, 0.3), rng.uniform(0.16, 0.22), 0.02)
        plate = moved(extrusion(outline, 0.012), y=0.02)
    builder.part("foot", plate, finish="metal")
    return builder.asset(f"{foot}, chin {chin > bezel}")
