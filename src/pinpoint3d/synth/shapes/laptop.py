"""Laptops: base and lid, screen in its bezel, keyboard, touchpad, hinges, sockets.

Part tree: base (housing, keyboard, touchpad, feet, speakers, sockets), lid (screen, bezel, cover,
camera, badge), hinges between them.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, pose
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    cylinder,
    extrusion,
    frame,
    moved,
    rounded_rectangle,
)

KEYS = ("block", "rows", "single keys", "rows and number pad")
HINGES = ("bar", "two barrels", "hidden")
PADS = ("pad", "pad with buttons", "wide pad")
EDGES = ("square", "round corners")


def make(rng: np.random.Generator) -> Asset:
    """A laptop, 0.27 to 0.4 m wide, usually open."""
    keys, hinge = str(rng.choice(KEYS)), str(rng.choice(HINGES))
    pad, edge = str(rng.choice(PADS)), str(rng.choice(EDGES))
    width = rng.uniform(0.35, 0.4) if keys == "rows and number pad" else rng.uniform(0.27, 0.36)
    depth = width * rng.uniform(0.64, 0.74)
    thick = rng.choice((rng.uniform(0.009, 0.014), rng.uniform(0.016, 0.026)))
    builder = Builder("laptop")
    base = builder.part("base")
    _base(builder, base, width, depth, float(thick), edge, rng)
    _keyboard(builder, base, keys, width, depth, float(thick), rng)
    _touchpad(builder, base, pad, width, depth, float(thick), rng)
    lid = builder.part("lid")
    wide = rng.random() < 0.4
    border = rng.uniform(0.012, 0.022) if wide else rng.uniform(0.004, 0.008)
    _lid(builder, lid, width, depth, float(thick), border, edge, rng)
    z = float(thick) + 0.001
    if hinge != "hidden":
        spans = ((-0.36, 0.36),) if hinge == "bar" else ((-0.42, -0.28), (0.28, 0.42))
        for low, high in spans:
            barrel = cylinder((low * width, 0, z), (high * width, 0, z), 0.0045, sides=10)
            builder.part("hinge", barrel, finish="plastic")
    builder.hinge(lid, (0, 0, z), (-1, 0, 0), 0, math.radians(140))
    opened = 0.0 if rng.random() < 0.15 else math.radians(rng.uniform(75, 135))
    style = f"{keys}, {hinge} hinge, {pad}, {edge}, wide bezel {wide}"
    return pose(builder.asset(style), [opened])


def _plate(width: float, depth: float, low: float, high: float, edge: str) -> Mesh:
    """A flat body behind whose back edge lies y = 0."""
    if edge == "square":
        return box((-width / 2, -depth, low), (width / 2, 0, high), 0.0015)
    outline = rounded_rectangle(width, depth, 0.014)
    return moved(extrusion(outline, high - low, low), y=-depth / 2)


def _base(
    builder: Builder,
    base: int,
    width: float,
    depth: float,
    thick: float,
    edge: str,
    rng: np.random.Generator,
) -> None:
    foot = 0.0015
    builder.part("housing", _plate(width, depth, foot, thick, edge), parent=base, finish="metal")
    for x in (-0.38 * width, 0.38 * width):
        for y in (-0.88 * depth, -0.1 * depth):
            stub = cylinder((x, y, 0), (x, y, foot + 0.0005), 0.006, sides=10)
            builder.part("foot", stub, parent=base, finish="rubber")
    if rng.random() < 0.35:
        for side in (-1, 1):
            x = sorted((side * 0.46 * width, side * 0.49 * width))
            strip = box((x[0], -0.55 * depth, thick - 0.001), (x[1], -0.15 * depth, thick + 0.0004))
            builder.part("speaker", strip, parent=base, finish="metal")
    n_sockets = int(rng.integers(0, 4))
    middle = (thick + foot) / 2
    for k in range(n_sockets):
        side, y = (-1, 1)[k % 2], -depth * (0.15 + 0.12 * k)
        x = sorted((side * (width / 2 - 0.003), side * (width / 2 + 0.0004)))
        hole = box((x[0], y - 0.006, middle - 0.0025), (x[1], y + 0.006, middle + 0.0025))
        builder.part("socket", hole, parent=base, finish="plastic")


def _keyboard(
    builder: Builder,
    base: int,
    keys: str,
    width: float,
    depth: float,
    thick: float,
    rng: np.random.Generator,
) -> None:
    half, front, back = width * 0.44, -depth * 0.56, -depth * 0.12
    low, high = thick - 0.001, thick + 0.0012
    if keys == "block":
        block = box((-half, front, low), (half, back, high))
        builder.part("keyboard", block, parent=base, finish="rubber")
        return
    right = half * 0.5 if keys == "rows and number pad" else half
    field = builder.part("keyboard", parent=base)
    tray = box((-half, front, low), (half, back, thick + 0.0003))
    builder.part("tray", tray, parent=field, finish="plastic")
    rows = np.linspace(front + 0.003, back - 0.003, 7)
    gap = 0.0018
    for k in range(6):
        y = (rows[k], rows[k + 1] - gap)
        if k == 0:  # the lowest row is broken by the space bar
            ends = (-half * 0.35, right * 0.25)
            bar = box((ends[0] + gap, y[0], low), (ends[1] - gap, y[1], high))
            builder.part("space bar", bar, parent=field, finish="plastic")
            for a, b in ((-half + 0.003, ends[0]), (ends[1], right - 0.003)):
                group = box((a, y[0], low), (b, y[1], high))
                builder.part("key row", group, parent=field, finish="plastic")
        elif keys == "single keys":
            edge = np.linspace(-half + 0.003, right - 0.003, 11)
            for a, b in pairwise(edge) if k == 5 else ():
                key = box((a, y[0], low), (b - gap, y[1], high))
                builder.part("key", key, parent=field, finish="plastic")
            if k != 5:
                row = box((-half + 0.003, y[0], low), (right - 0.003, y[1], high))
                builder.part("key row", row, parent=field, finish="plastic")
        else:
            row = box((-half + 0.003, y[0], low), (right - 0.003, y[1], high))
            builder.part("key row", row, parent=field, finish="plastic")
    if keys == "rows and number pad":
        pad = box((right + 0.006, rows[0], low), (half - 0.003, rows[6] - gap, high))
        builder.part("number pad", pad, parent=field, finish="plastic")
    if rng.random() < 0.4:
        at = (half - 0.006, back + depth * 0.05)
        button = cylinder((*at, low), (*at, high), 0.005, sides=12)
        builder.part("power button", button, parent=base, finish="metal")


def _touchpad(
    builder: Builder,
    base: int,
    pad: str,
    width: float,
    depth: float,
    thick: float,
    rng: np.random.Generator,
) -> None:
    half = width * (0.22 if pad == "wide pad" else rng.uniform(0.13, 0.17))
    front, back = -depth * 0.95, -depth * 0.62
    low, high = thick - 0.001, thick + 0.0004
    if pad == "pad with buttons":
        edge = front + 0.3 * (back - front)
        for a, b in ((-half, -0.0005), (0.0005, half)):
            button = box((a, front, low), (b, edge - 0.001, high + 0.0006))
            builder.part("button", button, parent=base, finish="plastic")
        front = edge
    builder.part(
        "touchpad", box((-half, front, low), (half, back, high)), parent=base, finish="plastic"
    )


def _lid(
    builder: Builder,
    lid: int,
    width: float,
    depth: float,
    thick: float,
    border: float,
    edge: str,
    rng: np.random.Generator,
) -> None:
    """The lid as it lies shut on the base, screen down."""
    x, low = width / 2, thick + 0.0015
    high = low + rng.uniform(0.004, 0.007)
    chin = border * rng.choice((1.0, 2.5))
    inset = 0.0 if edge == "square" else 0.002
    ring = frame(
        (-x + inset, -depth + inset, low),
        (x - inset, -inset, low + 0.002),
        (border, border, border, chin),
        axis="z",
    )
    builder.part("bezel", ring, parent=lid, finish="plastic")
    pane = box((-x + border, -depth + border, low + 0.0003), (x - border, -chin, low + 0.002))
    builder.part("screen", pane, parent=lid, finish="screen")
    cover = _plate(width, depth, low + 0.0015, high, edge)
    builder.part("cover", cover, parent=lid, finish="metal")
    if rng.random() < 0.6:
        y = -depth + border / 2
        eye = cylinder((0, y, low + 0.001), (0, y, low - 0.0003), min(0.003, border / 3), sides=8)
        builder.part("camera", eye, parent=lid, finish="glass")
    badge = str(rng.choice(("none", "disc", "bar", "stickers")))
    if badge == "disc":
        disc = cylinder((0, -depth / 2, high - 0.001), (0, -depth / 2, high + 0.0005), 0.022)
        builder.part("badge", disc, parent=lid, finish="metal")
    elif badge == "bar":
        bar = box((-0.03, -depth / 2 - 0.007, high - 0.001), (0.03, -depth / 2, high + 0.0005))
        builder.part("badge", bar, parent=lid, finish="metal")
    elif badge == "stickers":
        for _ in range(int(rng.integers(1, 5))):
            at = rng.uniform((-x * 0.8, -depth * 0.85), (x * 0.5, -depth * 0.35))
            side = rng.uniform(0.02, 0.05)
            sticker = box((*at, high - 0.001), (at[0] + 1.4 * side, at[1] + side, high + 0.0004))
            builder.part("sticker", sticker, parent=lid, finish="print")
