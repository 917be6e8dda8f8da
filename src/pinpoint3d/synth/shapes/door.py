"""Doors in their frames: one or two leaves that open, flush, panelled, planked or glazed.

Part tree: frame (with casing, threshold, fanlight), hinges; each door holds leaf, panels or panes,
levers or knobs on both sides, plate or rose, lock, and what is screwed to it.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    curve,
    cylinder,
    frame,
    joined,
    lathe,
    moved,
    stretched,
    tube,
)
from pinpoint3d.synth.shapes.sweeps import upended

LEAVES = ("flush", "panelled", "glazed", "half glazed", "planked", "grooved")
GRIPS = ("straight lever", "curved lever", "knob", "pull bar")
FIXINGS = ("rose", "long plate")
FRAMES = ("plain", "casing", "deep casing")
EXTRAS = ("none", "kick plate", "letter slot", "number", "closer", "spy hole")


@dataclass(frozen=True)
class Look:
    """Choices that hold for every leaf of one door."""

    leaf: str
    grip: str
    fixing: str
    extra: str
    grid: tuple[int, int]
    """Columns and rows of its panels or panes."""
    thick: float
    latch: float
    """Height of the handle."""


def make(rng: np.random.Generator) -> Asset:
    """A door, 0.7 to 1.7 m wide and 1.9 to 2.6 m high, shut or open."""
    look = Look(
        leaf=str(rng.choice(LEAVES)),
        grip=str(rng.choice(GRIPS, p=(0.35, 0.25, 0.2, 0.2))),
        fixing=str(rng.choice(FIXINGS)),
        extra=str(rng.choice(EXTRAS)),
        grid=(int(rng.integers(1, 3)), int(rng.integers(1, 5))),
        thick=rng.uniform(0.035, 0.055),
        latch=rng.uniform(0.95, 1.08),
    )
    return build(look, str(rng.choice(FRAMES)), n_leaves=1 + int(rng.random() < 0.15), rng=rng)


def build(look: Look, surround: str, n_leaves: int, rng: np.random.Generator) -> Asset:
    """A door of given style."""
    builder = Builder("door")
    wide = rng.uniform(0.62, 1.0) if n_leaves == 1 else rng.uniform(1.2, 1.5)
    high = rng.uniform(1.92, 2.15)
    jamb, deep = rng.uniform(0.03, 0.06), rng.uniform(0.08, 0.2)
    fanlight = rng.uniform(0.22, 0.38) if rng.random() < 0.15 else 0.0
    x, top = wide / 2 + jamb, high + jamb + fanlight
    body = builder.part("frame", finish="wood")
    builder.add(
        body,
        box((-x, -deep / 2, 0), (-wide / 2, deep / 2, top)),
        box((wide / 2, -deep / 2, 0), (x, deep / 2, top)),
        box((-wide / 2, -deep / 2, top - jamb), (wide / 2, deep / 2, top)),
    )
    gap = 0.003
    back = -deep / 2 + look.thick
    builder.add(  # the stop that the leaf shuts against
        body,
        box((-wide / 2, back + gap, 0), (-wide / 2 + 0.012, back + 0.02, high)),
        box((wide / 2 - 0.012, back + gap, 0), (wide / 2, back + 0.02, high)),
        box((-wide / 2, back + gap, high - 0.012), (wide / 2, back + 0.02, high)),
    )
    if fanlight:
        builder.add(body, box((-wide / 2, -deep / 2, high), (wide / 2, deep / 2, high + 0.03)))
        pane = box((-wide / 2, -0.004, high + 0.03), (wide / 2, 0.004, top - jamb))
        builder.part("fanlight", pane, parent=body, finish="glass")
    _casing(builder, surround, x, top, deep, rng)
    threshold = rng.random() < 0.35
    floor = 0.02 if threshold else 0.006
    if threshold:
        sill = box((-wide / 2, -deep / 2 - 0.01, 0), (wide / 2, deep / 2, floor - 0.004), 0.004)
        builder.part(
            "threshold", sill, parent=body, finish="metal" if rng.random() < 0.5 else "wood"
        )
    front = -deep / 2
    low, far = (-wide / 2 + gap, front, floor), (wide / 2 - gap, back, high - gap)
    first = "left" if rng.random() < 0.5 else "right"
    if n_leaves == 2:
        _leaf(builder, low, (-gap / 2, *far[1:]), "left", look, rng)
        _leaf(builder, (gap / 2, *low[1:]), far, "right", look, rng)
    else:
        _leaf(builder, low, far, first, look, rng)
        strike = wide / 2 * (1 if first == "left" else -1)
        plate = (strike, front + 0.006, look.latch - 0.1)
        end = (strike - math.copysign(0.0015, strike), back - 0.006, look.latch + 0.1)
        builder.part("strike plate", box(plate, end), parent=body, finish="metal")
    style = f"{look.leaf} {look.grid}, {look.grip}, {look.fixing}, {surround}, {n_leaves} leaves"
    share = float(rng.choice((0.0, 0.5, 0.9)))
    return pose_at_random(builder.asset(f"{style}, {look.extra}"), rng, share_open=share)


def _casing(
    builder: Builder, surround: str, x: float, top: float, deep: float, rng: np.random.Generator
) -> None:
    if surround == "plain":
        return
    width = rng.uniform(0.05, 0.11)
    thick = 0.012 if surround == "casing" else 0.028
    head = rng.uniform(0.0, 0.03)
    for side in (-1, 1):
        y = side * deep / 2
        near, far = min(y, y + side * thick), max(y, y + side * thick)
        pieces = [
            box((s * (x - 0.012), near, 0), (s * (x + width), far, top + 0.01), 0.003)
            for s in (-1, 1)
        ]
        lintel = box(
            (-x - width - head, near - head / 2, top - 0.012),
            (x + width + head, far + head / 2, top + width),
            0.003,
        )
        builder.part("casing", *pieces, lintel, finish="wood")


def _leaf(
    builder: Builder,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    hinged: str,
    look: Look,
    rng: np.random.Generator,
) -> None:
    """One leaf that fills the box between two corners, with all that is on it."""
    door = builder.part("door")
    _surface(builder, door, low, high, look)
    inward = -1 if hinged == "right" else 1  # from the hinges towards the lock
    lock = high[0] - 0.055 if hinged == "left" else low[0] + 0.055
    middle = (low[1] + high[1]) / 2
    for side, y in ((1, low[1]), (-1, high[1])):
        for name, mesh in _grip(look, inward):
            placed = moved(stretched(mesh, y=side), lock, y, look.latch)
            builder.part(name, placed, parent=door, finish="metal")
    bolt = lock + inward * 0.055
    plate = (bolt - inward * 0.004, middle - 0.011, look.latch - 0.11)
    lock_plate = box(plate, (bolt + inward * 0.001, middle + 0.011, look.latch + 0.11))
    builder.part("lock plate", lock_plate, parent=door, finish="metal")
    _extra(builder, door, low, high, look, rng)
    edge = low[0] if hinged == "left" else high[0]
    n_hinges = int(rng.integers(2, 4))
    for z in np.linspace(low[2] + 0.22, high[2] - 0.22, n_hinges):
        pin = cylinder((edge, low[1] - 0.004, z - 0.045), (edge, low[1] - 0.004, z + 0.045), 0.007)
        builder.part("hinge", pin, finish="metal")
    turn = -1.0 if hinged == "left" else 1.0
    builder.hinge(door, (edge, low[1] - 0.004, 0), (0, 0, turn), 0.0, math.radians(105))


def _surface(
    builder: Builder,
    door: int,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    look: Look,
) -> None:
    width, tall = high[0] - low[0], high[2] - low[2]
    if look.leaf in ("flush", "grooved", "planked"):
        builder.part("leaf", box(low, high, 0.0015), parent=door, finish="wood")
        if look.leaf == "planked":
            n_planks = max(4, round(width / 0.14))
            edges = np.linspace(low[0], high[0], n_planks + 1)
            for a, b in pairwise(edges):
                start = (a + 0.002, low[1] - 0.006, low[2])
                plank = box(start, (b - 0.002, low[1] + 0.002, high[2]), 0.003)
                builder.part("plank", plank, parent=door, finish="wood")
        if look.leaf == "grooved":
            for z in np.linspace(low[2], high[2], 2 + look.grid[1])[1:-1]:
                for y in (low[1], high[1]):
                    strip = box((low[0], y - 0.001, z - 0.008), (high[0], y + 0.001, z + 0.008))
                    builder.part("inlay", strip, parent=door, finish="metal")
        return
    border = min(0.12, 0.2 * width)
    columns, rows = look.grid
    leaf = builder.part("leaf", frame(low, high, border), parent=door, finish="wood")
    xs = np.linspace(low[0] + border, high[0] - border, columns + 1)
    zs = np.linspace(low[2] + border, high[2] - border, rows + 1)
    if look.leaf == "half glazed":
        zs = np.array([zs[0], low[2] + 0.45 * tall, zs[-1]])
    bar = 0.03 if look.leaf == "glazed" else 0.045
    for x in xs[1:-1]:
        builder.add(leaf, box((x - bar, low[1], zs[0]), (x + bar, high[1], zs[-1])))
    for z in zs[1:-1]:
        builder.add(leaf, box((xs[0], low[1], z - bar), (xs[-1], high[1], z + bar)))
    for i in range(len(xs) - 1):
        for k in range(len(zs) - 1):
            glazed = look.leaf == "glazed" or (look.leaf == "half glazed" and k == 1)
            sunk = 0.4 * look.thick if glazed else 0.006
            panel = box((xs[i], low[1] + sunk, zs[k]), (xs[i + 1], high[1] - sunk, zs[k + 1]))
            name = "pane" if glazed else "panel"
            builder.part(name, panel, parent=door, finish="glass" if glazed else "wood")


def _grip(look: Look, inward: int) -> list[tuple[str, Mesh]]:
    """Name and mesh of what opens a leaf, standing out towards -y; levers point to the hinges."""
    if look.grip == "pull bar":
        half = 0.25
        posts = [cylinder((0, 0, z), (0, -0.045, z), 0.007, sides=8) for z in (-0.2, 0.2)]
        bar = cylinder((0, -0.045, -half), (0, -0.045, half), 0.012, sides=12)
        return [("handle", joined(bar, *posts))]
    pieces: list[tuple[str, Mesh]] = []
    if look.fixing == "rose":
        disc = upended(lathe([(0.026, -0.001), (0.026, 0.005), (0.022, 0.009)], sides=20))
        pieces.append(("rose", disc))
        pieces.append(("key rose", moved(disc, z=-0.09)))
    else:
        pieces.append(("plate", box((-0.022, -0.008, -0.17), (0.022, 0.001, 0.07), 0.004)))
    hole = upended(lathe([(0.008, 0), (0.008, 0.0105), (0.006, 0.0115)], sides=12))
    pieces.append(("cylinder lock", moved(hole, z=-0.09)))
    neck = cylinder((0, 0, 0), (0, -0.05, 0), 0.009, sides=10)
    if look.grip == "knob":
        profile = [(0.012, 0.02), (0.027, 0.035), (0.03, 0.05), (0.022, 0.062)]
        return [*pieces, ("knob", joined(neck, upended(lathe(profile, sides=18))))]
    length = -inward * 0.115  # from the lock towards the hinges
    if look.grip == "straight lever":
        lever = cylinder((0, -0.048, 0), (length, -0.048, 0), 0.0095, sides=10)
    else:
        drop = 0.018
        knots = [(0, -0.048, 0), (length * 0.4, -0.052, drop * 0.4)]
        knots += [(length * 0.8, -0.046, -drop * 0.3), (length, -0.036, -drop * 0.2)]
        lever = tube(curve(knots, 9), np.linspace(0.01, 0.007, 9), sides=8)
    return [*pieces, ("lever", joined(neck, lever))]


def _extra(
    builder: Builder,
    door: int,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    look: Look,
    rng: np.random.Generator,
) -> None:
    middle = (low[0] + high[0]) / 2
    face = low[1] - (0.006 if look.leaf == "planked" else 0.0)
    if look.extra == "kick plate":
        tall = rng.uniform(0.12, 0.3)
        start = (low[0] + 0.02, face - 0.0015, low[2] + 0.02)
        plate = box(start, (high[0] - 0.02, low[1] + 0.002, low[2] + tall))
        builder.part("kick plate", plate, parent=door, finish="metal")
    elif look.extra == "letter slot":
        start, end = (middle - 0.14, face - 0.006, 0.78), (middle + 0.14, high[1] - 0.01, 0.86)
        slot = builder.part("letter plate", box(start, end, 0.003), parent=door, finish="metal")
        flap = box((middle - 0.11, face - 0.009, 0.8), (middle + 0.11, face - 0.005, 0.84))
        builder.part("flap", flap, parent=slot, finish="metal")
    elif look.extra == "number":
        z = rng.uniform(1.4, 1.6)
        start, end = (middle - 0.05, face - 0.004, z), (middle + 0.05, high[1] - 0.01, z + 0.07)
        builder.part("number plate", box(start, end, 0.002), parent=door, finish="print")
    elif look.extra == "spy hole":
        hole = upended(lathe([(0.012, 0), (0.012, 0.004), (0.006, 0.006)], sides=12))
        hole = joined(hole, cylinder((0, 0, 0), (0, high[1] - low[1], 0), 0.01, sides=10))
        builder.part("spy hole", moved(hole, middle, face, 1.5), parent=door, finish="metal")
    elif look.extra == "closer":
        start, end = (middle - 0.12, face - 0.05, high[2] - 0.11), (middle + 0.12, low[1], 0)
        case = box(start, (*end[:2], high[2] - 0.05), 0.006)
        builder.part("closer", case, parent=door, finish="metal")
