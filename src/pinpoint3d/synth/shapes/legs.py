"""Legs of furniture: four at the corners of a rectangle, or frames and runners in pairs.

`add_legs` puts one of `STYLES` under a seat, top or frame centred on the origin.
"""

import numpy as np

from pinpoint3d.synth.assets import Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    cylinder,
    frame,
    joined,
    lathe,
    moved,
    tube,
)

STYLES = ("square", "round", "tapered", "splayed", "turned", "hairpin", "loop", "sled")

_METAL = ("hairpin", "loop", "sled")
_INTO = 0.004  # m: how far a leg runs into what it carries, so that nothing hangs in the air


def add_legs(
    builder: Builder,
    style: str,
    x: float,
    y: float,
    under: float,
    rng: np.random.Generator,
    *,
    parent: int = -1,
    finish: Finish = "wood",
    middle: bool = False,
    at: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Add legs from the floor up to height `under`.

    Parameters
    ----------
    style
        One of `STYLES`; hairpins, loops and sleds are of metal whatever `finish` says.
    x, y
        Where legs stand: at (±x, ±y).
    middle
        Whether a third pair stands between the others, under something long.
    at
        Where the middle of them all lies.
    """
    made_of: Finish = "metal" if style in _METAL else finish
    thick = rng.uniform(0.014, 0.03)
    lean = rng.uniform(0.02, 0.06)
    ferrule = style in ("tapered", "splayed") and under > 0.2 and rng.random() < 0.4
    pad = rng.random() < 0.25 and style in ("square", "round", "loop")
    columns = (-1, 0, 1) if middle else (-1, 1)
    for sx in columns:
        if style in ("loop", "sled"):
            name = "leg frame" if style == "loop" else "runner"
            pair = moved(_pair(style, sx * x, y, under, thick), *at)
            builder.part(name, pair, parent=parent, finish=made_of)
            continue
        for sy in (-1, 1):
            top = np.array([sx * x, sy * y, under + _INTO])
            foot = top * (1, 1, 0)
            if style == "splayed":
                foot += np.array([sx, sy, 0]) * lean * min(1.0, under / 0.3)
            shaft = moved(_leg(style, foot, top, thick), *at)
            leg = builder.part("leg", shaft, parent=parent, finish=made_of)
            if ferrule:
                share = 0.16
                cap = cylinder(
                    foot, foot + share * (top - foot), 0.57 * thick, (0.57 + 0.5 * share) * thick
                )
                builder.part("ferrule", moved(cap, *at), parent=leg, finish="metal")
            elif pad:
                disc = cylinder(foot, (*foot[:2], 0.006), 1.15 * thick, sides=12)
                builder.part("glide", moved(disc, *at), parent=leg, finish="rubber")


def _leg(style: str, foot: np.ndarray, top: np.ndarray, thick: float) -> Mesh:
    x, y, tall = (float(v) for v in top)
    if style == "square":
        return box((x - thick, y - thick, 0), (x + thick, y + thick, tall), 0.003)
    if style == "round":
        return cylinder(foot, top, thick)
    if style in ("tapered", "splayed"):
        return cylinder(foot, top, 0.55 * thick, 1.05 * thick, sides=12)
    if style == "turned":
        turning = [(0.8, 0), (1.1, 0.08), (0.7, 0.16), (0.6, 0.4), (1.0, 0.6), (1.1, 0.72)]
        turning += [(0.65, 0.78), (1.2, 0.84), (1.2, 1.0)]
        profile = [(thick * r, tall * share) for r, share in turning]
        return moved(lathe(profile, sides=12), x, y)
    assert style == "hairpin", style
    inward = -np.sign(foot[:2])
    feet = foot - np.array([0, 0, -0.006])
    if inward[0] == 0:  # a middle pair has no side to lean to
        spread = np.array([0.03, 0, 0])
        return joined(*(cylinder(top - s * spread, feet, 0.006, sides=8) for s in (-1, 1)))
    along, aside = np.array([inward[0], 0, 0]), np.array([0, inward[1], 0])
    spread = min(0.07, 0.25 * tall + 0.02)
    near = feet + 0.012 * along, feet + 0.012 * aside
    ends = top + spread * along, top + spread * aside
    rods = [cylinder(a, b, 0.006, sides=8) for a, b in zip(ends, near, strict=True)]
    corner = top + (spread + 0.02) * (along + aside)
    plate = box((*top[:2], top[2] - 0.006), corner)
    return joined(*rods, cylinder(near[0], near[1], 0.006, sides=8), plate)


def _pair(style: str, x: float, y: float, under: float, thick: float) -> Mesh:
    """A front and a rear leg in one piece, joined along the floor."""
    half = 0.7 * thick
    if style == "loop":
        low, high = (x - half, -y - half, 0), (x + half, y + half, under + _INTO)
        return frame(low, high, 2 * half, axis="x")
    r = 0.011
    knots = [(-y, under + _INTO), (-y - 0.01, r + 0.02), (-y + 0.01, r), (y - 0.01, r)]
    knots += [(y + 0.01, r + 0.02), (y, under + _INTO)]
    return tube(np.array([(x, a, z) for a, z in knots]), r, sides=8)
