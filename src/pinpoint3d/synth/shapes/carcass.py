"""Carcasses of furniture and what they stand on: plinths, legs, castors.

The frame is that of `fronts`: back at y = 0, front at y = -depth, centred in x.
"""

import numpy as np

from pinpoint3d.synth.assets import Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import box, cylinder, joined

STANDS = ("plinth", "legs", "tapered legs", "flush", "castors")


def foot_height(stand: str, rng: np.random.Generator) -> float:
    """How high one of `STANDS` lifts a carcass, metres."""
    return {"plinth": rng.uniform(0.06, 0.1), "castors": 0.06, "flush": 0.0}.get(
        stand, rng.uniform(0.08, 0.18)
    )


def add_carcass(
    builder: Builder,
    body: int,
    width: float,
    depth: float,
    foot: float,
    height: float,
    board: float,
) -> None:
    """Give a part two sides, top, bottom and back, open towards the front."""
    left, right = -width / 2, width / 2
    builder.add(
        body,
        box((left, -depth, foot), (left + board, 0, height), 0.001),
        box((right - board, -depth, foot), (right, 0, height), 0.001),
        box((left, -depth, height - board), (right, 0, height), 0.001),
        box((left, -depth, foot), (right, 0, foot + board), 0.001),
        box((left, -0.006, foot), (right, 0, height)),
    )


def add_stand(
    builder: Builder,
    stand: str,
    width: float,
    depth: float,
    foot: float,
    finish: Finish = "wood",
) -> None:
    """Put one of `STANDS`, `foot` metres high, under a carcass."""
    if stand == "flush":
        return
    if stand == "plinth":
        low, high = (-width / 2 + 0.005, -depth + 0.04, 0), (width / 2 - 0.005, -0.02, foot)
        builder.part("plinth", box(low, high), finish=finish)
        return
    inset = 0.05
    for x in (-width / 2 + inset, width / 2 - inset):
        for y in (-depth + inset, -inset):
            if stand == "castors":
                wheel = cylinder((x - 0.01, y, 0.022), (x + 0.01, y, 0.022), 0.022, sides=12)
                stem = cylinder((x, y, 0.03), (x, y, foot), 0.008, sides=8)
                builder.part("castor", joined(wheel, stem), finish="rubber")
            elif stand == "legs":
                leg = box((x - 0.02, y - 0.02, 0), (x + 0.02, y + 0.02, foot), 0.003)
                builder.part("leg", leg, finish=finish)
            else:
                leg = cylinder((x * 1.02, y * 1.02, 0), (x, y, foot), 0.012, 0.022, sides=10)
                builder.part("leg", leg, finish=finish)
