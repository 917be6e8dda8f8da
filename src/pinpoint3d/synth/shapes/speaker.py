"""Loudspeakers: a cabinet with cones in its front, grille, knobs, port; round and long ones too.

Part tree: cabinet, each driver (ring, cone, dust cap), port, grille, knob, display, feet, handle.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    curve,
    cushion,
    cylinder,
    hoop,
    lathe,
    moved,
    rounded_rectangle,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import front_plate

KINDS = ("bookshelf", "tower", "bar", "cylinder", "radio", "horn monitor")
FRONTS = ("bare", "cloth", "half cloth")
EXTRAS = ("none", "knob", "knobs", "display", "badge")
FEET = ("none", "stubs", "spikes", "plinth")


def make(rng: np.random.Generator) -> Asset:
    """A loudspeaker, 0.1 m (portable) to 1.2 m (tower) high."""
    kind, front = str(rng.choice(KINDS)), str(rng.choice(FRONTS))
    extra, feet = str(rng.choice(EXTRAS)), str(rng.choice(FEET))
    builder = Builder("speaker")
    if kind == "cylinder":
        return _round(builder, front, extra, rng)
    width, depth, height = {
        "bookshelf": (rng.uniform(0.12, 0.25), rng.uniform(0.16, 0.3), rng.uniform(0.22, 0.4)),
        "tower": (rng.uniform(0.17, 0.26), rng.uniform(0.25, 0.38), rng.uniform(0.8, 1.15)),
        "bar": (rng.uniform(0.5, 1.05), rng.uniform(0.07, 0.1), rng.uniform(0.055, 0.08)),
        "radio": (rng.uniform(0.22, 0.36), rng.uniform(0.09, 0.16), rng.uniform(0.14, 0.2)),
        "horn monitor": (rng.uniform(0.3, 0.4), rng.uniform(0.25, 0.35), rng.uniform(0.5, 0.65)),
    }[kind]
    x, lift = width / 2, 0.0 if feet == "none" else rng.uniform(0.006, 0.02)
    bevel = float(rng.choice((0.001, 0.006, 0.015)))
    wooden = kind in ("bookshelf", "tower", "radio")
    cabinet = box((-x, -depth, lift), (x, 0, lift + height), bevel)
    builder.part("cabinet", cabinet, finish="wood" if wooden else "plastic")
    _feet(builder, feet, x, depth, lift)
    _front(builder, kind, front, (x - bevel, -depth, lift + bevel, lift + height - bevel), rng)
    _extra(builder, extra, kind, (x, -depth, lift, lift + height), rng)
    if kind == "radio" and rng.random() < 0.6:
        _handle(builder, x * 0.7, -depth / 2, lift + height - 0.002, rng)
    elif kind != "bar":
        inset = bevel + 0.004
        builder.support((-x + inset, -depth + inset), (x - inset, -inset), lift + height)
    style = f"{kind}, {front} front, {extra}, {feet} feet, bevel {bevel}"
    return pose_at_random(builder.asset(style), rng)


def _feet(builder: Builder, feet: str, x: float, depth: float, lift: float) -> None:
    if feet == "none":
        return
    if feet == "plinth":
        plinth = box((-x * 0.96, -depth * 0.97, 0), (x * 0.96, -0.01, lift + 0.002))
        builder.part("plinth", plinth, finish="plastic")
        return
    for side in (-0.8 * x, 0.8 * x):
        for y in (-depth * 0.88, -depth * 0.12):
            wide = min(0.014, 0.1 * depth)
            tip = 0.2 * wide if feet == "spikes" else wide
            stub = cylinder((side, y, 0), (side, y, lift + 0.002), tip, wide, sides=10)
            builder.part("foot", stub, finish="metal" if feet == "spikes" else "rubber")


def _front(
    builder: Builder,
    kind: str,
    front: str,
    room: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> None:
    """Drivers and cloth on a front with half width, y, lowest and highest z."""
    x, y, low, high = room
    height = high - low
    spots: list[tuple[float, float, float]]  # x, z, radius
    if kind == "bar":
        n_drivers = int(rng.integers(2, 5))
        radius = 0.36 * height
        spots = [
            (x * (0.85 - 0.3 * k) * side, (low + high) / 2, radius)
            for k in range((n_drivers + 1) // 2)
            for side in (-1, 1)
        ]
    elif kind == "radio":
        radius = min(0.36 * height, 0.42 * x)
        sides = (-0.5, 0.5) if rng.random() < 0.6 else (-0.5,)
        spots = [(x * side, low + height * 0.45, radius) for side in sides]
    elif kind == "tower":
        radius = x * rng.uniform(0.6, 0.8)
        n_drivers = int(rng.integers(1, 4))
        spots = [(0.0, high - 0.06, 0.03)]
        spots += [(0.0, high - 0.11 - radius * (1 + 2.15 * k), radius) for k in range(n_drivers)]
    else:
        radius = min(x * rng.uniform(0.65, 0.85), height * 0.3)
        spots = [(0.0, low + radius * 1.12, radius)]
        if kind == "bookshelf":
            spots.append((0.0, high - 0.22 * height, min(0.17 * height, 0.5 * x)))
    covered = front == "cloth" and kind != "horn monitor"
    if covered:
        cloth = box((-x * 0.96, y - 0.006, low + 0.01), (x * 0.96, y + 0.002, high - 0.01), 0.003)
        if kind in ("bar", "radio"):
            cloth = box((-x, y - 0.003, low + 0.003), (x * 0.4, y + 0.002, high - 0.003), 0.001)
        builder.part("grille", cloth, finish="fabric")
        return
    for k, (at_x, at_z, radius) in enumerate(spots):
        if front == "half cloth" and radius == max(spot[2] for spot in spots):
            disc = lathe([(radius, -0.002), (radius, 0.005), (radius * 0.93, 0.009)], sides=24)
            placed = moved(turned(disc, "x", math.pi / 2), at_x, y, at_z)
            builder.part("grille", placed, finish="fabric")
        else:
            _driver(builder, (at_x, y, at_z), radius, k)
    if kind == "horn monitor":
        mouth = front_plate(rounded_rectangle(x * 1.5, 0.13, 0.02), -0.006, 0)
        placed = moved(mouth, 0, y + 0.002, high - 0.1)
        builder.part("horn", placed, finish="plastic")
        throat = moved(
            front_plate(rounded_rectangle(x * 0.9, 0.07, 0.02), -0.003, 0),
            0,
            y - 0.0035,
            high - 0.1,
        )
        builder.part("throat", throat, finish="plastic")
    if kind == "tower" and rng.random() < 0.6:
        ring = lathe([(x * 0.35, -0.001), (x * 0.35, 0.002), (x * 0.3, 0.0025)], sides=20)
        port = moved(turned(ring, "x", math.pi / 2), 0, y, low + 0.09)
        builder.part("port", port, finish="plastic")


def _driver(builder: Builder, at: tuple[float, float, float], radius: float, number: int) -> None:
    """A cone in its ring, sunk a little: drawn facing up, then turned to the front."""
    x, y, z = at

    def placed(mesh: Mesh) -> Mesh:
        return moved(turned(mesh, "x", math.pi / 2), x, y, z)

    driver = builder.part("tweeter" if radius < 0.035 and number else "driver")
    ring = hoop(radius * 0.93, min(0.006, radius * 0.09), 0.001)
    builder.part("ring", placed(ring), parent=driver, finish="rubber")
    # Flat from the side, yet deep enough that its slope shows: rises from the middle to the rim.
    cone = lathe(
        [(radius * 0.95, -0.004), (radius * 0.95, 0.003), (radius * 0.3, 0.0012)], sides=24
    )
    builder.part("cone", placed(cone), parent=driver, finish="paper")
    bulge = radius * 0.33
    cap = cushion((-bulge, -bulge, -0.003), (bulge, bulge, bulge * 0.6), 2.0, sides=12, rings=6)
    builder.part("dust cap", placed(cap), parent=driver, finish="plastic")


def _extra(
    builder: Builder,
    extra: str,
    kind: str,
    room: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> None:
    x, y, low, high = room
    height = high - low
    if kind in ("bar", "radio"):
        at = (x * 0.72, low + height * (0.5 if kind == "bar" else 0.84))
    else:
        at = (x * 0.65, low + 0.035)
    size = min(0.014, height * 0.09)
    if extra in ("knob", "knobs"):
        for k in range(1 if extra == "knob" else 3):
            at_x = at[0] - 2.7 * size * k
            knob = cylinder((at_x, y + 0.002, at[1]), (at_x, y - 0.014, at[1]), size)
            builder.part("knob", knob, finish="metal")
            builder.hinge(len(builder.parts) - 1, (at_x, y, at[1]), (0, 1, 0), 0, math.radians(270))
    elif extra in ("display", "badge"):
        wide = size * (2.2 if extra == "display" else 1.6)
        pane = box(
            (at[0] - wide, y - 0.0008, at[1] - size), (at[0] + wide, y + 0.003, at[1] + size)
        )
        builder.part(extra, pane, finish="screen" if extra == "display" else "metal")
    if kind == "radio" and rng.random() < 0.5:
        mast = cylinder(
            (x * 0.8, -0.012, high - 0.003), (x * 0.8, -0.012, high + 0.16), 0.0025, sides=8
        )
        builder.part("antenna", mast, finish="metal")


def _handle(builder: Builder, x: float, y: float, z: float, rng: np.random.Generator) -> None:
    reach = rng.uniform(0.025, 0.05)
    knots = [(-x, y, z), (-x * 0.95, y, z + reach), (x * 0.95, y, z + reach), (x, y, z)]
    builder.part("handle", tube(curve(knots, 16), 0.006, sides=8), finish="leather")


def _round(builder: Builder, front: str, extra: str, rng: np.random.Generator) -> Asset:
    """A portable or smart speaker: a cylinder in cloth, standing or lying."""
    lying = rng.random() < 0.35
    radius, height = rng.uniform(0.035, 0.075), rng.uniform(0.1, 0.24)
    waist = {"bare": 1.0, "cloth": 1.08, "half cloth": 0.9}[front]
    rows = np.array([(1.0, 0.06), (waist, 0.5), (1.0, 0.94)])
    rows = curve(np.c_[rows, np.zeros(3)], 7)[:, :2] * (radius, height)
    pieces: list[tuple[str, Mesh]] = [
        ("body", lathe(rows, sides=28)),
        ("base", lathe([(radius * 0.93, 0), (radius * 0.99, height * 0.065)], sides=28)),
        ("top", lathe([(radius * 0.99, height * 0.93), (radius * 0.9, height)], sides=28)),
    ]
    for k in range(int(rng.integers(0, 5))):
        angle = 2 * math.pi * k / 4
        spot = 0.5 * radius * np.array([math.cos(angle), math.sin(angle)])
        button = cylinder(
            (*spot, height - 0.002), (*spot, height + 0.0012), radius * 0.16, sides=10
        )
        pieces.append(("button", button))
    if extra in ("badge", "display"):
        at = radius * min(1.0, waist) * 0.985
        pieces.append(
            (extra, box((-0.012, -at - 0.004, height * 0.18), (0.012, -at + 0.01, height * 0.24)))
        )
    if extra == "knob" and not lying:
        pieces.append(("light ring", hoop(radius * 0.8, 0.0045, height - 0.003)))
    finish = {"body": "fabric", "base": "rubber", "top": "plastic"}
    for name, mesh in pieces:
        out = turned(mesh, "y", math.pi / 2) if lying else mesh
        builder.part(name, out, finish="fabric" if finish.get(name) == "fabric" else "plastic")
    if lying:
        at = height * np.array([0.35, 0.65])
        deep = max(1.0, waist) * radius
        for x in at:
            block = box(
                (x - 0.008, -radius * 0.6, -deep - 0.002), (x + 0.008, radius * 0.6, -radius * 0.6)
            )
            builder.part("foot", block, finish="rubber")
    style = f"cylinder, {front}, {extra}, lying {lying}"
    return builder.asset(style)
