"""Screwdrivers lying on their handle: round, fluted, six-sided, stubby, T-shaped.

Part tree: handle (body, inlays, cap, label), ferrule, blade (shank, tip).
"""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    curve,
    cylinder,
    joined,
    lathe,
    moved,
    turned,
)

HANDLES = ("round", "bulb", "six-sided", "waisted", "T")
TIPS = ("slot", "cross", "hexagon", "socket")
INLAYS = ("none", "strips", "rings", "halves")
SHANKS = ("round", "six-sided")


def make(rng: np.random.Generator) -> Asset:
    """A screwdriver, 0.08 to 0.33 m long, its tip towards +x."""
    shape, tip = str(rng.choice(HANDLES)), str(rng.choice(TIPS))
    inlay, shank = str(rng.choice(INLAYS)), str(rng.choice(SHANKS))
    radius = rng.uniform(0.009, 0.018)
    grip = rng.uniform(0.075, 0.12)
    reach = float(rng.choice((rng.uniform(0.025, 0.05), rng.uniform(0.07, 0.2))))
    thick = rng.uniform(0.0022, 0.0045)
    builder = Builder("screwdriver")

    def lying(mesh: Mesh) -> Mesh:
        """Drawn standing with its axis along z; laid along x."""
        return turned(mesh, "y", math.pi / 2)

    handle = builder.part("handle")
    rows = np.array(
        {
            "round": [(0.75, 0), (1.0, 0.05), (1.0, 0.6), (0.78, 0.8), (0.9, 1.0)],
            "bulb": [(0.8, 0), (1.15, 0.25), (1.0, 0.5), (0.6, 0.85), (0.7, 1.0)],
            "six-sided": [(0.85, 0), (1.0, 0.05), (1.0, 0.5), (1.0, 0.9), (0.75, 1.0)],
            "waisted": [(0.8, 0), (1.0, 0.1), (0.95, 0.6), (0.62, 0.8), (0.95, 1.0)],
            "T": [(0.6, 0), (0.62, 0.2), (0.62, 0.5), (0.62, 0.8), (0.6, 1.0)],
        }[shape]
    )
    outer = curve(np.c_[rows, np.zeros(5)], 13)[:, :2] * (radius, grip)
    outer[:, 1] = np.maximum.accumulate(np.clip(outer[:, 1], 0, grip))
    sides = 6 if shape == "six-sided" else 18
    if shape == "T":  # the bar lies along y, the shank leaves its middle
        bar = cylinder((0, -0.045, 0), (0, 0.045, 0), radius, sides=14)
        builder.part("body", bar, parent=handle, finish="plastic")
        grip, base = radius, -0.5 * radius
    else:
        builder.part("body", lying(lathe(outer, sides=sides)), parent=handle, finish="plastic")
        base = grip
        _inlays(builder, handle, inlay, outer, sides, lying)
        if rng.random() < 0.4:
            cap = lathe([(0.5 * radius, -0.004), (0.7 * radius, 0.003)], sides=14)
            builder.part("cap", lying(cap), parent=handle, finish="plastic")
    if rng.random() < 0.5 and shape != "T":
        collar = lathe([(0.8 * radius, grip - 0.003), (2.0 * thick, grip + 0.012)], sides=14)
        builder.part("ferrule", lying(collar), finish="metal")
    blade = builder.part("blade")
    end = grip + reach
    n_sides = 6 if shank == "six-sided" else 10
    rod = cylinder((0, 0, base - 0.01), (0, 0, end), thick, sides=n_sides)
    builder.part("shank", lying(rod), parent=blade, finish="metal")
    builder.part("tip", lying(moved(_tip(tip, thick), z=end)), parent=blade, finish="metal")
    return builder.asset(
        f"{shape} handle, {tip}, {inlay} inlays, {shank} shank, short {reach < 0.055}"
    )


def _tip(tip: str, thick: float) -> Mesh:
    """From z = -0.002 up, where the shank ends."""
    if tip == "slot":
        flat = box((-thick * 1.5, -thick * 0.4, 0.004), (thick * 1.5, thick * 0.4, 0.014))
        flare = box(
            (-thick * 1.2, -thick * 0.75, -0.002), (thick * 1.2, thick * 0.75, 0.006), thick * 0.3
        )
        return joined(flat, flare)
    if tip == "cross":
        cone = cylinder((0, 0, -0.002), (0, 0, 0.009), thick * 0.7, thick * 0.3, sides=8)
        fins = [
            box((-thick * a, -thick * b, -0.001), (thick * a, thick * b, 0.007))
            for a, b in ((0.9, 0.28), (0.28, 0.9))
        ]
        return joined(cone, *fins)
    if tip == "hexagon":
        return cylinder((0, 0, -0.002), (0, 0, 0.012), thick * 0.85, sides=6)
    return cylinder((0, 0, -0.006), (0, 0, 0.02), thick * 2.0, sides=6)


def _inlays(
    builder: Builder,
    handle: int,
    inlay: str,
    outer: np.ndarray,
    sides: int,
    lying: Callable[[Mesh], Mesh],
) -> None:
    if inlay == "none":
        return

    def band(low: float, high: float, lift: float) -> Mesh:
        steps = np.linspace(low, high, 5)
        strip = np.stack([np.interp(steps, outer[:, 1], outer[:, 0]), steps], axis=1)
        proud = np.array([lift, 0.0])
        return lathe(np.concatenate([strip + proud, (strip - 3 * proud)[::-1]]), sides, closed=True)

    grip = float(outer[-1, 1])
    if inlay == "rings":
        for share in (0.15, 0.3, 0.45):
            mesh = band(grip * share, grip * (share + 0.06), 0.0006)
            builder.part("ring", lying(mesh), parent=handle, finish="rubber")
    elif inlay == "halves":
        builder.part(
            "grip", lying(band(0.12 * grip, 0.68 * grip, 0.0005)), parent=handle, finish="rubber"
        )
    else:
        for k in range(6):
            angle = 2 * math.pi * k / 6 + 0.1
            knots = np.linspace(0.12, 0.7, 4) * grip
            radius = np.interp(knots, outer[:, 1], outer[:, 0]) - 0.0008
            path = np.stack([radius * math.cos(angle), radius * math.sin(angle), knots], axis=1)
            strip = [cylinder(a, b, 0.0018, sides=6) for a, b in pairwise(path)]
            builder.part("inlay", lying(joined(*strip)), parent=handle, finish="rubber")
