"""Turning bases of office chairs and stools: five arms on castors or glides, and a gas lift."""

import math

import numpy as np

from pinpoint3d.synth.assets import Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import Mesh, box, cylinder, joined, moved, tube, turned

BASES = ("nylon", "steel", "flat", "glides")


def add_star_base(builder: Builder, base: str, top: float, rng: np.random.Generator) -> None:
    """A turning base with five arms and a gas lift up to height `top`.

    `base` is one of `BASES`; "glides" stands on fixed feet.
    """
    reach = rng.uniform(0.27, 0.34)
    made_of: Finish = "metal" if base in ("steel", "flat") else "plastic"
    foot = 0.012 if base == "glides" else 0.06
    star = builder.part("base")
    # The base turns against the seat, which looks the same and leaves the seat facing forwards.
    builder.hinge(star, (0, 0, 0), (0, 0, 1), 0.0, 2 * math.pi / 5)
    hub_z = foot + (0.024 if base == "flat" else rng.uniform(0.04, 0.06))
    hub = cylinder((0, 0, foot + 0.004), (0, 0, hub_z + 0.012), 0.04, 0.034, sides=16)
    builder.part("hub", hub, parent=star, finish=made_of)
    twin = rng.random() < 0.7
    for k in range(5):
        angle = 2 * math.pi * (k + 0.25) / 5
        if base == "flat":
            arm = box((0.0, -0.022, hub_z - 0.018), (reach, 0.022, hub_z + 0.004), 0.004)
            foot_z = hub_z - 0.018
        else:
            low = foot + 0.012
            sizes = [0.024, 0.021, 0.016]
            path = [
                (0.02, 0, hub_z - 0.008),
                (0.5 * reach, 0, 0.5 * (hub_z + low)),
                (reach, 0, low),
            ]
            arm = tube(np.array(path), sizes, sides=8)
            foot_z = low
        builder.part("arm", turned(arm, "z", angle), parent=star, finish=made_of)
        x, y = reach * math.cos(angle) * 0.97, reach * math.sin(angle) * 0.97
        if base == "glides":
            glide = cylinder((x, y, 0), (x, y, foot_z), 0.02, 0.014, sides=12)
            builder.part("glide", glide, parent=star, finish="rubber")
            continue
        _castor(builder, star, (x, y), foot_z, twin, rng)
    lift = builder.part("lift")
    middle = hub_z + 0.6 * (top - hub_z)
    sleeve = cylinder((0, 0, hub_z), (0, 0, middle), 0.026, sides=14)
    builder.part("sleeve", sleeve, parent=lift, finish="metal")
    rod = cylinder((0, 0, middle - 0.005), (0, 0, top + 0.004), 0.014, sides=12)
    builder.part("rod", rod, parent=lift, finish="metal")
    if rng.random() < 0.3 and top - hub_z > 0.15:
        for k in range(3):  # telescoping covers
            a = hub_z + (top - hub_z) * k / 3
            b = hub_z + (top - hub_z) * (k + 1) / 3
            cover = cylinder((0, 0, a), (0, 0, b), 0.036 - 0.004 * k, sides=14)
            builder.part("cover", cover, parent=lift, finish="plastic")


def _castor(
    builder: Builder,
    star: int,
    place: tuple[float, float],
    top: float,
    twin: bool,
    rng: np.random.Generator,
) -> None:
    """A castor that trails behind its stem in any direction."""
    x, y = place
    r, trail = 0.026, 0.014
    castor = builder.part("castor", parent=star)
    heading = rng.uniform(0, 2 * math.pi)
    half = 0.008 if twin else 0.011
    wheels = [
        cylinder((trail, axle - half, r), (trail, axle + half, r), r, sides=10)
        for axle in ((-0.013, 0.013) if twin else (0.0,))
    ]
    fork = joined(
        cylinder((0, 0, r), (0, 0, top + 0.004), 0.006, sides=8),
        box((-0.006, -0.006, r - 0.004), (trail + 0.004, 0.006, 2 * r + 0.002)),
        cylinder((trail, -0.016, r), (trail, 0.016, r), 0.006, sides=8),
    )

    def put(mesh: Mesh) -> Mesh:
        return moved(turned(mesh, "z", heading), x, y)

    builder.part("fork", put(fork), parent=castor, finish="plastic")
    builder.part("wheel", put(joined(*wheels)), parent=castor, finish="rubber")
    builder.hinge(castor, (x, y, 0), (0, 0, 1), 0.0, math.pi)
