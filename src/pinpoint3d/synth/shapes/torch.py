"""Torches (flashlights) lying on a table, and hand lamps that stand.

Part tree: body, grip rings, head (shell, bezel, lens), switch, tail cap, clip, strap; a hand lamp
has case, lens, bezel, handle, switch.
"""

import math
from collections.abc import Callable

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    curve,
    cylinder,
    lathe,
    moved,
    tube,
    turned,
)

KINDS = ("tube", "wide head", "pen", "stubby", "hand lamp")
GRIPS = ("plain", "rings", "sleeve", "facets")
SWITCHES = ("side", "slider", "tail")
EXTRAS = ("none", "clip", "strap", "crenels")


def make(rng: np.random.Generator) -> Asset:
    """A torch, 0.08 to 0.35 m long, shining towards +x."""
    kind, grip = str(rng.choice(KINDS)), str(rng.choice(GRIPS))
    switch, extra = str(rng.choice(SWITCHES)), str(rng.choice(EXTRAS))
    builder = Builder("torch")
    if kind == "hand lamp":
        return _hand_lamp(builder, grip, switch, rng)
    radius, length, head = {
        "tube": (rng.uniform(0.013, 0.02), rng.uniform(0.13, 0.22), rng.uniform(1.15, 1.4)),
        "wide head": (rng.uniform(0.016, 0.024), rng.uniform(0.16, 0.3), rng.uniform(1.6, 2.2)),
        "pen": (rng.uniform(0.006, 0.009), rng.uniform(0.11, 0.15), rng.uniform(1.0, 1.15)),
        "stubby": (rng.uniform(0.013, 0.02), rng.uniform(0.07, 0.1), rng.uniform(1.1, 1.35)),
    }[kind]
    front = head * radius
    long = length * rng.uniform(0.2, 0.3)
    # It rests on its tail and on the rim of its wider head: the axis rises towards the front.
    tilt = math.atan2(front - radius, length + long)

    def lying(mesh: Mesh) -> Mesh:
        """Drawn standing on its tail along z; laid along x."""
        return turned(turned(mesh, "y", math.pi / 2), "y", -tilt)

    sides = 8 if grip == "facets" else 20
    barrel = lathe([(radius * 0.98, 0), (radius, 0.004), (radius, length)], sides=sides)
    builder.part("body", lying(barrel), finish="metal" if grip != "sleeve" else "plastic")
    if grip == "rings":
        for k in range(int(rng.integers(3, 7))):
            z = length * (0.18 + 0.1 * k)
            builder.part("ring", lying(_band(radius * 1.03, z, z + 0.05 * length)), finish="rubber")
    elif grip == "sleeve":
        sleeve = _band(radius * 1.04, 0.15 * length, 0.6 * length)
        builder.part("grip", lying(sleeve), finish="rubber")
    whole = builder.part("head")
    rows = [(radius * 0.97, length - 0.005), (radius * 1.02, length + 0.15 * long)]
    rows += [(front * 0.97, length + 0.75 * long), (front * 0.97, length + long - 0.002)]
    builder.part("shell", lying(lathe(rows, sides=24)), parent=whole, finish="metal")
    end = length + long
    bezel = _band(front, end - 0.2 * long, end + 0.002, inner=0.84 * front)
    builder.part("bezel", lying(bezel), parent=whole, finish="metal")
    glass = lathe(
        [(front * 0.86, end - 0.004), (front * 0.86, end - 0.001), (front * 0.4, end)], 20
    )
    builder.part("lens", lying(glass), parent=whole, finish="glass")
    if extra == "crenels":
        for k in range(6):
            angle = 2 * math.pi * k / 6
            at = 0.92 * front * np.array([math.cos(angle), math.sin(angle)])
            size = 0.16 * front
            tooth = box((*(at - 0.4 * size), end), (*(at + 0.4 * size), end + 0.0045))
            builder.part("tooth", lying(tooth), parent=whole, finish="metal")
    tail = [(radius * 0.8, -0.007), (radius, -0.002), (radius, 0.012)]
    builder.part("tail cap", lying(lathe(tail, sides=20)), finish="metal")
    _switch(builder, switch, radius, length, lying)
    if extra == "clip":
        low = box((-radius - 0.004, -0.004, 0.1 * length), (-radius - 0.0025, 0.004, 0.6 * length))
        foot = box((-radius - 0.004, -0.004, 0.08 * length), (-radius + 0.001, 0.004, 0.1 * length))
        clip = [turned(mesh, "z", -0.6) for mesh in (low, foot)]
        builder.part("clip", *(lying(mesh) for mesh in clip), finish="metal")
    elif extra == "strap":
        level = 0.003 - radius  # m: a cord on the table, behind the tail
        knots = [(-0.004, 0, 0), (-0.03, 0.015, level), (-0.075, 0.03, level), (-0.1, 0, level)]
        knots += [(-0.07, -0.03, level), (-0.028, -0.012, level), (-0.004, 0, 0)]
        strap = tube(curve(knots, 26), 0.0024, sides=6)
        builder.part("strap", strap, finish="fabric")
    return builder.asset(f"{kind}, {grip}, {switch} switch, {extra}")


def _band(radius: float, low: float, high: float, inner: float | None = None) -> Mesh:
    within = 0.94 * radius if inner is None else inner
    return lathe(
        [(radius, low), (radius, high), (within, high), (within, low)], sides=24, closed=True
    )


def _switch(
    builder: Builder, switch: str, radius: float, length: float, lying: Callable[[Mesh], Mesh]
) -> None:
    """A button on the upper side, which is -x while the torch is drawn standing."""
    z = 0.75 * length
    if switch == "tail":
        button = lathe([(0.55 * radius, -0.011), (0.62 * radius, -0.004)], sides=14)
        builder.part("switch", lying(button), finish="rubber")
        return
    if switch == "side":
        knob = cylinder((-radius * 0.85, 0, z), (-radius - 0.002, 0, z), 0.45 * radius, sides=14)
        builder.part("switch", lying(knob), finish="rubber")
        return
    wide = 0.35 * radius
    plate = box((-radius - 0.001, -wide, z - 0.022), (-radius * 0.85, wide, z + 0.016))
    builder.part("plate", lying(plate), finish="plastic")
    knob = box(
        (-radius - 0.004, -0.6 * wide, z - 0.006), (-radius * 0.9, 0.6 * wide, z + 0.006), 0.001
    )
    builder.part("switch", lying(knob), finish="plastic")


def _hand_lamp(builder: Builder, grip: str, switch: str, rng: np.random.Generator) -> Asset:
    """A block with a large lens in front (-y) and a handle over its top."""
    radius = rng.uniform(0.045, 0.07)
    half, deep, height = radius * 1.1, rng.uniform(0.1, 0.17), 2.2 * radius
    bevel = {"plain": 0.003, "rings": 0.01, "sleeve": 0.02, "facets": 0.03}[grip]
    builder.part("case", box((-half, -deep, 0), (half, 0, height), bevel), finish="plastic")
    middle = height / 2

    def fronted(mesh: Mesh) -> Mesh:
        return moved(turned(mesh, "x", math.pi / 2), 0, -deep, middle)

    head = builder.part("head")
    bezel = _band(radius, -0.002, 0.016, inner=0.86 * radius)
    builder.part("bezel", fronted(bezel), parent=head, finish="metal")
    glass = lathe([(0.88 * radius, -0.001), (0.88 * radius, 0.008), (0.4 * radius, 0.011)], 24)
    builder.part("lens", fronted(glass), parent=head, finish="glass")
    y, rise = -0.85 * deep, height + rng.uniform(0.04, 0.06)
    knots = [
        (0, y, height - 0.004),
        (0, y, rise),
        (0, -0.15 * deep, rise),
        (0, -0.15 * deep, height - 0.004),
    ]
    path = np.array(knots, np.float64) if grip in ("plain", "facets") else curve(knots, 14)
    builder.part("handle", tube(path, 0.011, sides=10), finish="rubber")
    if switch == "tail":
        button = cylinder((0, -0.004, middle), (0, 0.004, middle), 0.012)
    elif switch == "side":
        button = cylinder(
            (half - 0.004, -0.5 * deep, 0.7 * height),
            (half + 0.004, -0.5 * deep, 0.7 * height),
            0.01,
        )
    else:
        button = box((-0.008, y - 0.005, rise + 0.008), (0.008, y + 0.03, rise + 0.014), 0.002)
    builder.part("switch", button, finish="rubber")
    if rng.random() < 0.5:
        label = box(
            (half - 0.001, -0.8 * deep, 0.3 * height), (half + 0.0005, -0.3 * deep, 0.55 * height)
        )
        builder.part("label", label, finish="print")
    return builder.asset(f"hand lamp, {grip}, {switch} switch")
