"""Scissors lying flat, opened or shut: two halves that turn about a screw.

Part tree: each half holds blade, shank, bow (the finger ring) and perhaps an inlay; screw.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Number,
    curve,
    cylinder,
    extrusion,
    moved,
    stretched,
    tube,
)

BLADES = ("pointed", "broad", "blunt", "short")
BOWS = ("round", "long", "one long", "open")
HANDLES = ("plastic", "metal", "inlaid")
SCREWS = ("flat", "domed", "slotted")


def make(rng: np.random.Generator) -> Asset:
    """Scissors, 0.09 to 0.28 m long, pointing towards +x."""
    blade, bow = str(rng.choice(BLADES)), str(rng.choice(BOWS))
    handle, screw = str(rng.choice(HANDLES)), str(rng.choice(SCREWS))
    reach = rng.uniform(0.03, 0.06) if blade == "short" else rng.uniform(0.07, 0.15)
    wide = reach * rng.uniform(0.09, 0.13) * (1.8 if blade == "short" else 1.0)
    back = rng.uniform(0.045, 0.065) if blade == "short" else rng.uniform(0.06, 0.11)
    thick = rng.uniform(0.0025, 0.004) if handle == "metal" else rng.uniform(0.004, 0.006)
    builder = Builder("scissors")
    for side in (1, -1):  # the second half is the first one's mirror image, and lies below it
        half = builder.part("half")
        _half(builder, half, side, blade, bow, handle, (reach, wide, back, thick), rng)
        if side == 1:
            builder.hinge(half, (0, 0, 0), (0, 0, 1), 0, rng.uniform(0.5, 1.1))
    rise = {"flat": 0.0028, "domed": 0.004, "slotted": 0.0034}[screw]
    bolt = cylinder(
        (0, 0, thick - 0.0025), (0, 0, thick + rise), wide * 0.42, wide * 0.36, sides=14
    )
    builder.part("screw", bolt, finish="metal")
    style = f"{blade} blades, {bow} bows, {handle} handles, {screw} screw"
    return pose_at_random(builder.asset(style), rng, share_open=0.65)


def _half(
    builder: Builder,
    half: int,
    side: int,
    blade: str,
    bow: str,
    handle: str,
    size: tuple[Number, Number, Number, Number],
    rng: np.random.Generator,
) -> None:
    """One half about the screw at (0, 0): blade towards +x, bow behind on the other side of y."""
    reach, wide, back, thick = (float(v) for v in size)
    tip = {"pointed": 0.08, "broad": 0.3, "blunt": 0.6, "short": 0.15}[blade] * wide
    outline = [(-wide, -0.8 * wide), (0.12 * reach, -0.55 * wide), (reach, -tip * 0.3)]
    outline += [(reach * 0.985, tip), (0.6 * reach, 0.8 * wide), (0.1 * reach, wide), (-wide, wide)]
    plate = extrusion(outline, 0.0015, thick + (0.0 if side > 0 else -0.0015))

    def own(mesh: Mesh) -> Mesh:
        return stretched(mesh, y=side)

    builder.part("blade", own(plate), parent=half, finish="metal")
    longer = bow == "one long" and side < 0
    ring = np.array([0.022, 0.014]) * (back / 0.075) * (1.45 if longer or bow == "long" else 1.0)
    ring *= (1.0, 1.0 if bow != "round" else 1.25)
    middle = np.array([-back, -ring[1] - thick - 0.002])
    knots = [(0.5 * wide, 0, thick), (-wide, -0.1 * wide, thick)]
    knots += [
        (*(0.5 * middle), thick),
        (middle[0] + ring[0] * 0.8, middle[1] + 0.55 * ring[1], thick),
    ]
    finish = "metal" if handle == "metal" else "plastic"
    shank = tube(curve(knots, 8), [thick * 0.55] * 2 + [thick * 0.95] * 6, sides=8)
    builder.part("shank", own(shank), parent=half, finish=finish)
    turns = 2 * math.pi if bow != "open" or side > 0 else 1.55 * math.pi
    whole = turns > 6.2
    angle = np.linspace(0, turns, 21)[: 20 if whole else 21] + 0.5
    path = np.stack(
        [
            middle[0] + ring[0] * np.cos(angle),
            middle[1] + ring[1] * np.sin(angle),
            0 * angle + thick,
        ],
        1,
    )
    loop = tube(path, thick, sides=8, closed=whole)
    builder.part("bow", own(loop), parent=half, finish=finish)
    if handle == "inlaid" and whole:
        inner = path.copy()
        shrink = 1 - thick * 0.55 / ring
        inner[:, :2] = middle + (path[:, :2] - middle) * shrink
        pad = tube(inner, thick * 0.8, sides=8, closed=True)
        lifted = moved(pad, z=rng.uniform(0.0, 0.25) * thick)
        builder.part("inlay", own(lifted), parent=half, finish="rubber")
