"""Floor and table lamps: base, pole or arm, shade, bulb, switch."""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import curve, cushion, cylinder, lathe, moved, tube, turned

PLACES = ("floor", "table")
STEMS = ("straight", "tripod", "arc", "jointed", "vase")
SHADES = ("cone", "drum", "globe", "bowl", "spot")


def make(rng: np.random.Generator) -> Asset:
    """A lamp, 0.3 to 0.6 m high for tables and 1.2 to 1.8 m for floors."""
    place, shade = str(rng.choice(PLACES)), str(rng.choice(SHADES))
    stem = str(rng.choice(STEMS))
    if place == "floor" and stem == "vase":
        stem = "straight"
    return build(place, stem, shade, rng)


def build(place: str, stem: str, shade: str, rng: np.random.Generator) -> Asset:
    """A lamp of given style."""
    builder = Builder("lamp")
    floor = place == "floor"
    height = rng.uniform(1.2, 1.7) if floor else rng.uniform(0.28, 0.48)
    thick = rng.uniform(0.009, 0.016) if floor else rng.uniform(0.006, 0.011)
    foot = rng.uniform(0.12, 0.17) if floor else rng.uniform(0.06, 0.09)
    tip = np.array([0.0, 0.0, height])
    if stem == "tripod":
        hub = height * 0.85
        for k in range(3):
            angle = 2 * math.pi * k / 3
            spread = foot * 1.9
            end = (spread * math.cos(angle), spread * math.sin(angle), 0)
            leg = cylinder(end, (0, 0, hub), thick, sides=10)
            builder.part("leg", leg, finish="wood")
        builder.part("pole", cylinder((0, 0, hub - 0.03), tip, thick), finish="metal")
    elif stem == "vase":
        profile = np.array(
            [(0.7, 0), (1.0, 0.15), (1.1, 0.35), (0.7, 0.7), (0.25, 0.9), (0.2, 1.0)]
        )
        profile = curve(np.c_[profile, np.zeros(len(profile))], 14)[:, :2]
        builder.part("base", lathe(profile * (foot, height), sides=24), finish="ceramic")
    else:
        disc = [(foot, 0), (foot, 0.014), (foot * 0.9, 0.022), (thick * 1.6, 0.03)]
        builder.part("base", lathe(disc, sides=28), finish="metal")
        if stem == "straight":
            builder.part("pole", cylinder((0, 0, 0.02), tip, thick), finish="metal")
        elif stem == "arc":
            reach = height * rng.uniform(0.3, 0.55)
            knots = [
                (0, 0, 0.02),
                (0, 0, height * 0.75),
                (0, -reach * 0.45, height),
                (0, -reach, height * 0.86),
            ]
            builder.part("pole", tube(curve(knots, 20), thick, sides=10), finish="metal")
            tip = np.array([0, -reach, height * 0.86])
        else:
            elbow = np.array([0, 0.12 * height, height * 0.6])
            tip = np.array([0, -0.35 * height, height * 0.95])
            builder.part(
                "lower arm", cylinder((0, 0, 0.02), elbow, thick, sides=10), finish="metal"
            )
            joint = cushion(elbow - 2 * thick, elbow + 2 * thick, 2.0, sides=12)
            builder.part("joint", joint, finish="metal")
            builder.part("upper arm", cylinder(elbow, tip, thick, sides=10), finish="metal")
    size = rng.uniform(0.14, 0.24) if floor else rng.uniform(0.08, 0.15)
    tilt = rng.uniform(-0.6, 0.6) if stem == "jointed" else 0.0
    head = builder.part("head") if stem in ("arc", "jointed") else -1
    for name, mesh, finish in _head(shade, size, stem in ("arc", "jointed")):
        placed = turned(moved(mesh, *(float(v) for v in tip)), "x", tilt, about=tip)
        builder.part(name, placed, parent=head, finish=finish)
    if stem in ("straight", "arc") and rng.random() < 0.5:
        knob = cylinder((0, -foot * 0.6, 0.015), (0, -foot * 0.6, 0.035), 0.012, sides=10)
        builder.part("switch", knob, finish="plastic")
    return builder.asset(f"{place} lamp, {stem} stem, {shade} shade")


def _head(shade: str, size: float, hanging: bool) -> list:
    """Name, mesh and finish of the pieces round the lamp's tip; the shade opens downwards."""
    bulb = moved(cushion((-0.03, -0.03, -0.04), (0.03, 0.03, 0.05), 2.0, sides=12), z=0)
    if shade == "globe":
        globe = cushion((-size * 0.6,) * 3, (size * 0.6,) * 3, 2.0, sides=24, rings=14)
        return [("shade", moved(globe, z=-size * 0.4 if hanging else size * 0.4), "paper")]
    low, high, rise = {
        "cone": (1.0, 0.5, 1.0),
        "drum": (1.0, 1.0, 0.9),
        "bowl": (1.0, 0.25, 0.6),
        "spot": (0.55, 0.3, 0.8),
    }[shade]
    t = np.linspace(0, 1, 7)
    radius = low + (high - low) * (t**2.5 if shade == "bowl" else t)
    outer = np.stack([radius * size, (t - 0.55) * rise * size], axis=1)
    inner = (outer - (0.003, 0.0))[::-1]
    # One skin, outside and inside: a closed profile whose ends meet at the lower rim.
    skin = lathe(np.concatenate([outer, inner]), sides=28, closed=True)
    return [
        ("shade", skin, "metal" if shade in ("bowl", "spot") else "fabric"),
        ("bulb", bulb, "glass"),
    ]
