"""Mugs and cups: a turned body, open at the top, with a handle or none.

Part tree: body, handle; some have a rim or a foot of their own, or a printed band.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import Mesh, curve, lathe, moved, tube

WALLS = ("straight", "tapered", "barrel", "tulip", "tea cup")
GRIPS = ("ear", "ring", "square", "none")


def make(rng: np.random.Generator) -> Asset:
    """A mug, 6 to 11 cm wide."""
    wall = str(rng.choice(WALLS))
    grip = str(rng.choice(GRIPS, p=(0.45, 0.25, 0.2, 0.1)))
    radius = rng.uniform(0.034, 0.048)
    height = rng.uniform(0.055, 0.075) if wall == "tea cup" else rng.uniform(0.08, 0.115)
    return build(wall, grip, radius, height, rng)


def build(wall: str, grip: str, radius: float, height: float, rng: np.random.Generator) -> Asset:
    """A mug of given style and size, metres."""
    thick = rng.uniform(0.003, 0.005)
    t = np.linspace(0, 1, 9)
    shape = {
        "straight": np.ones(9),
        "tapered": 0.78 + 0.22 * t,
        "barrel": 0.88 + 0.2 * np.sin(math.pi * (0.1 + 0.8 * t)),
        "tulip": 0.72 + 0.35 * np.sqrt(t) - 0.12 * np.sin(math.pi * t),
        "tea cup": 0.45 + 0.65 * np.sqrt(t),
    }[wall]
    outer = np.stack([radius * shape, height * t], axis=1)
    inner = np.stack([radius * shape - thick, np.maximum(height * t, thick)], axis=1)[::-1]
    builder = Builder("mug")
    body = builder.part("body", finish="ceramic")
    rim = rng.random() < 0.15
    if rim:  # the uppermost band is a part of its own colour
        builder.part("rim", lathe(np.concatenate([outer[7:], inner[:2]])), finish="ceramic")
        outer, inner = outer[:8], inner[1:]
    builder.add(body, lathe(np.concatenate([outer, inner])))
    if rng.random() < 0.2:
        foot = radius * shape[0] * 0.8
        builder.part("foot", moved(lathe([(foot, -0.006), (foot, 0.0)]), z=0.0), finish="ceramic")
    if grip != "none":
        builder.part("handle", _grip(grip, outer, height, rng), finish="ceramic")
    return builder.asset(f"{wall}, {grip} handle")


def _grip(grip: str, outer: np.ndarray, height: float, rng: np.random.Generator) -> Mesh:
    """A handle on the +x side, rooted a little inside the wall."""
    low, high = height * rng.uniform(0.12, 0.25), height * rng.uniform(0.75, 0.9)
    at = np.interp([low, high], outer[:, 1], outer[:, 0]) - 0.002
    reach = float(at.max()) + rng.uniform(0.022, 0.032)
    knots = {
        "ear": [(at[1], high), (reach, high * 0.97), (reach, 0.6 * high), (at[0], low)],
        "ring": [(at[1], high), (reach, (low + high) / 2), (at[0], low)],
        "square": [(at[1], high), (reach, high), (reach, low), (at[0], low)],
    }[grip]
    path = np.array([(x, 0.0, z) for x, z in knots])
    if grip != "square":
        path = curve(path, 12)
    return tube(path, rng.uniform(0.0035, 0.0055), sides=8)
