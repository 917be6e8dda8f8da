"""Radiators: columns, panels, towel ladders and tubes, with valve and pipes.

Part tree: body (columns or panels, grille, side covers), thermostat with its head, shut-off valve,
pipes, feet or brackets. The wall is at its back, towards +y.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    curve,
    cushion,
    cylinder,
    joined,
    lathe,
    moved,
    slab,
    tube,
    turned,
)

BODIES = (
    "columns",
    "iron columns",
    "panel",
    "ribbed panel",
    "towel ladder",
    "upright tubes",
    "fins",
)
VALVES = ("thermostat", "hand wheel", "upright thermostat")
FEEDS = ("from the floor", "from the wall")
STANDS = ("feet", "brackets")


def make(rng: np.random.Generator) -> Asset:
    """A radiator, 0.4 to 1.6 m wide and 0.3 to 1.9 m high."""
    style = (str(rng.choice(options)) for options in (BODIES, VALVES, FEEDS, STANDS))
    return build(*style, left=rng.random() < 0.5, rng=rng)


def build(
    body: str, valve: str, feed: str, stand: str, *, left: bool, rng: np.random.Generator
) -> Asset:
    """A radiator of given style, the valve on one side of it."""
    builder = Builder("radiator")
    wide, tall = rng.uniform(0.4, 1.6), rng.uniform(0.3, 0.75)
    if body == "towel ladder":
        wide, tall = rng.uniform(0.4, 0.65), rng.uniform(0.8, 1.7)
    elif body == "upright tubes":
        wide, tall = rng.uniform(0.3, 0.6), rng.uniform(1.2, 1.8)
    foot = rng.uniform(0.08, 0.18)
    low, high = foot, foot + tall
    whole = builder.part("body")
    depth = {
        "columns": _columns,
        "iron columns": _iron,
        "panel": _panel,
        "ribbed panel": _ribbed_panel,
        "towel ladder": _ladder,
        "upright tubes": _tubes,
        "fins": _fins,
    }[body](builder, whole, wide, low, high, rng)
    x = (wide / 2 + 0.03) * (-1 if left else 1)
    y, z = -depth / 2, low + 0.04
    if body in ("towel ladder", "upright tubes"):
        x, z = (wide / 2 - 0.02) * (-1 if left else 1), low - 0.035
    _plumbing(builder, valve, feed, (x, y, z), hanging=z < low)
    if stand == "feet" and body not in ("towel ladder", "upright tubes"):
        for s in (-1, 1):
            at = s * wide * 0.38
            shoe = box((at - 0.025, -depth + 0.004, 0), (at + 0.025, -0.004, 0.012), 0.003)
            leg = box((at - 0.012, y - 0.02, 0.01), (at + 0.012, y + 0.02, low + 0.035))
            builder.part("foot", shoe, leg, finish="metal")
    else:
        for s in (-1, 1):
            for rise in (0.2, 0.85):
                at, height = s * wide * 0.4, low + tall * rise
                if body == "towel ladder":
                    at = s * (wide / 2 - 0.018)
                elif body == "upright tubes":
                    height = low + 0.03 if rise < 0.5 else high - 0.03
                inner = -depth + 0.007 if "panel" in body else y
                wall = cylinder((at, inner, height), (at, 0.035, height), 0.011, sides=10)
                if "columns" in body:  # a yoke that reaches the columns beside it
                    yoke = box((at - 0.04, y - 0.01, height - 0.008), (at + 0.04, y + 0.03, height))
                    wall = joined(wall, yoke)
                disc = cylinder((at, 0.028, height), (at, 0.036, height), 0.022, sides=14)
                builder.part("bracket", wall, disc, finish="metal")
    if rng.random() < 0.4 and body in ("panel", "ribbed panel", "columns", "iron columns"):
        side = 1 if left else -1
        start, end = ((side * (wide / 2 + out), y, high - 0.05) for out in (-0.03, 0.025))
        builder.part("vent plug", cylinder(start, end, 0.012), finish="metal")
    return builder.asset(f"{body}, {valve}, {feed}, {stand}, {'left' if left else 'right'}")


def _columns(
    builder: Builder,
    whole: int,
    wide: float,
    low: float,
    high: float,
    rng: np.random.Generator,
) -> float:
    """Sections of round tubes between headers; each is a part. Depth in metres."""
    n_deep = int(rng.integers(2, 5))
    n = max(4, min(24, round(wide / 0.055)))
    pitch, radius = wide / n, 0.0125
    depth = 0.036 * n_deep
    for i in range(n):
        x = -wide / 2 + (i + 0.5) * pitch
        ends = [
            box((x - pitch / 2, -depth, z - 0.024), (x + pitch / 2, 0, z + 0.024), 0.014)
            for z in (low + 0.024, high - 0.024)
        ]
        rods = [
            cylinder(
                (x, -0.018 - 0.036 * k, low + 0.03),
                (x, -0.018 - 0.036 * k, high - 0.03),
                radius,
                sides=6,
            )
            for k in range(n_deep)
        ]
        builder.part("column", *ends, *rods, parent=whole, finish="metal")
    return depth


def _iron(
    builder: Builder,
    whole: int,
    wide: float,
    low: float,
    high: float,
    rng: np.random.Generator,
) -> float:
    """Stout rounded sections as of cast iron."""
    pitch, depth = rng.uniform(0.06, 0.08), rng.uniform(0.12, 0.2)
    n = max(4, min(18, round(wide / pitch)))
    pitch = wide / n
    for i in range(n):
        x = -wide / 2 + (i + 0.5) * pitch
        pair = [
            cushion((x - 0.46 * pitch, y, low), (x + 0.46 * pitch, y + 0.46 * depth, high), 5, 8, 6)
            for y in (-depth, -0.46 * depth)
        ]
        links = [
            cylinder((x - pitch / 2, -depth / 2, z), (x + pitch / 2, -depth / 2, z), 0.024, sides=8)
            for z in (low + 0.05, high - 0.05)
        ]
        builder.part("column", *pair, *links, parent=whole, finish="metal")
    return depth


def _panel(
    builder: Builder,
    whole: int,
    wide: float,
    low: float,
    high: float,
    rng: np.random.Generator,
) -> float:
    """One to three sheets with a grille on top and covers at the sides."""
    n_sheets = int(rng.integers(1, 4))
    depth = 0.055 * n_sheets
    x, sheet = wide / 2, 0.014
    for k in range(n_sheets):
        y = -depth + 0.055 * k
        name = "front panel" if k == 0 else "panel"
        mesh = box((-x, y, low), (x, y + sheet, high), 0.004)
        builder.part(name, mesh, parent=whole, finish="metal")
    for z in (low + 0.04, high - 0.05):
        pipe = cylinder((-x + 0.02, -depth / 2, z), (x - 0.02, -depth / 2, z), 0.014, sides=8)
        cross = [
            cylinder(
                (s * (x - 0.03), -depth + 0.008, z), (s * (x - 0.03), -0.03, z), 0.014, sides=8
            )
            for s in (-1, 1)
        ]
        builder.part("header pipe", pipe, *cross, parent=whole, finish="metal")
    if n_sheets > 1 and rng.random() < 0.8:
        edge = box((-x, -depth + sheet * 0.8, high - 0.012), (x, -0.03, high - 0.004))
        n_slots = max(3, round(wide / 0.06))
        bars = [
            box((at - 0.02, -depth + sheet, high - 0.006), (at + 0.02, -0.034, high + 0.001))
            for at in np.linspace(-x + 0.03, x - 0.03, n_slots)
        ]
        builder.part("grille", edge, *bars, parent=whole, finish="metal")
        for s in (-1, 1):
            cover = box(
                (s * (x - 0.004), -depth + 0.004, low + 0.05), (s * (x + 0.001), -0.02, high)
            )
            builder.part("side cover", cover, parent=whole, finish="metal")
    if rng.random() < 0.25:
        start = (-x * 0.9, -depth - 0.0008, high - 0.07)
        builder.part(
            "name plate",
            box(start, (start[0] + 0.06, -depth + 0.002, high - 0.055)),
            parent=whole,
            finish="print",
        )
    return depth


def _ribbed_panel(
    builder: Builder, whole: int, wide: float, low: float, high: float, rng: np.random.Generator
) -> float:
    """A panel with upright ribs pressed into its front."""
    depth = _panel(builder, whole, wide, low, high, rng)
    n_ribs = max(4, round(wide / 0.05))
    ribs = [
        box(
            (x - 0.012, -depth - 0.005, low + 0.04), (x + 0.012, -depth + 0.002, high - 0.04), 0.004
        )
        for x in np.linspace(-wide / 2, wide / 2, n_ribs + 2)[1:-1]
    ]
    builder.part("ribs", *ribs, parent=whole, finish="metal")
    return depth


def _ladder(
    builder: Builder,
    whole: int,
    wide: float,
    low: float,
    high: float,
    rng: np.random.Generator,
) -> float:
    """Rungs in groups between two uprights, flat or bowed."""
    x, radius = wide / 2 - 0.018, rng.uniform(0.009, 0.013)
    bow = float(rng.choice((0.0, rng.uniform(0.03, 0.07))))
    for s in (-1, 1):
        upright = cylinder((s * x, -0.02, low), (s * x, -0.02, high), 0.018, sides=12)
        builder.part("upright", upright, parent=whole, finish="metal")
    n_groups = int(rng.integers(2, 5))
    edges = np.linspace(low + 0.05, high - 0.03, n_groups + 1)
    gap = rng.uniform(0.08, 0.16)
    for k in range(n_groups):
        room = float(edges[k + 1] - edges[k]) - gap
        for z in np.arange(edges[k], edges[k] + max(room, 0.05), 0.042):
            knots = [
                (-x, -0.02, z),
                (-x * 0.4, -0.02 - bow, z),
                (x * 0.4, -0.02 - bow, z),
                (x, -0.02, z),
            ]
            path = curve(knots, 8) if bow else knots
            builder.part("rung", tube(path, radius, sides=7), parent=whole, finish="metal")
    if rng.random() < 0.4:
        _towel(builder, (low + high) / 2, 0.7 * x, 0.02 + bow + radius + 0.012, rng)
    return 0.04


def _towel(builder: Builder, z: float, half: float, out: float, rng: np.random.Generator) -> None:
    """A towel hung over the rungs, before them and behind."""
    drop, thick = rng.uniform(0.2, 0.35), 0.008
    half *= rng.uniform(0.5, 0.95)
    front = box((-half, -out - thick, z - drop), (half, -out, z), 0.003)
    back = box((-half, 0.012, z - 0.7 * drop), (half, 0.02, z), 0.003)
    top = box((-half, -out - thick, z - 0.002), (half, 0.02, z + 0.006), 0.003)
    builder.part("towel", front, back, top, finish="fabric")


def _tubes(
    builder: Builder,
    whole: int,
    wide: float,
    low: float,
    high: float,
    rng: np.random.Generator,
) -> float:
    """Tall profiles side by side before two headers."""
    flat = rng.random() < 0.5
    n = max(4, round(wide / rng.uniform(0.045, 0.09)))
    pitch = wide / n
    for i in range(n):
        x = -wide / 2 + (i + 0.5) * pitch
        half = 0.42 * pitch
        if flat:
            rod = box((x - half, -0.055, low), (x + half, -0.04, high), 0.004)
        else:
            rod = cylinder((x, -0.05, low), (x, -0.05, high), min(half, 0.022), sides=10)
        builder.part("tube", rod, parent=whole, finish="metal")
    for z in (low + 0.03, high - 0.03):
        header = box((-wide / 2, -0.045, z - 0.02), (wide / 2, -0.01, z + 0.02), 0.008)
        builder.part("header pipe", header, parent=whole, finish="metal")
    return 0.055


def _fins(
    builder: Builder,
    whole: int,
    wide: float,
    low: float,
    high: float,
    rng: np.random.Generator,
) -> float:
    """A low convector: plates threaded on pipes under a folded cover."""
    depth = rng.uniform(0.1, 0.16)
    n = max(6, min(60, round(wide / 0.022)))
    plates = [
        box((x - 0.001, -depth + 0.012, low), (x + 0.001, -0.006, high - 0.01))
        for x in np.linspace(-wide / 2 + 0.01, wide / 2 - 0.01, n)
    ]
    builder.part("fins", *plates, parent=whole, finish="metal")
    for z in (low + 0.04, high - 0.07):
        pipe = cylinder((-wide / 2, -depth / 2, z), (wide / 2, -depth / 2, z), 0.014, sides=10)
        builder.part("header pipe", pipe, parent=whole, finish="metal")
    cover = joined(
        box((-wide / 2, -depth, low + 0.03), (wide / 2, -depth + 0.012, high), 0.003),
        slab((-wide / 2, -depth + 0.006, high - 0.01), (wide / 2, -0.004, high), (4, 1, 1)),
    )
    builder.part("cover", cover, parent=whole, finish="metal")
    return depth


def _plumbing(
    builder: Builder,
    valve: str,
    feed: str,
    at: tuple[float, float, float],
    *,
    hanging: bool,
) -> None:
    """Valve at a lower corner, shut-off at the other, and pipes to floor or wall."""
    x, y, z = at
    side = math.copysign(1.0, x)
    for s, name in ((side, "valve"), (-side, "shut-off valve")):
        here = s * abs(x)
        union = cylinder((here - s * 0.05, y, z), (here, y, z), 0.011, sides=10)
        if hanging:
            union = cylinder((here, y, z), (here, y, z + 0.05), 0.011, sides=10)
        body = cushion(
            (here - 0.016, y - 0.016, z - 0.016), (here + 0.016, y + 0.016, z + 0.016), 3, 12, 6
        )
        group = builder.part(name, joined(union, body), finish="metal")
        if feed == "from the floor":
            pipe = cylinder((here, y, 0), (here, y, z), 0.0085, sides=10)
            rose = moved(lathe([(0.022, 0), (0.022, 0.004), (0.012, 0.009)], 16), here, y)
        else:
            bend = curve(
                [
                    (here, y, z),
                    (here, y, z - 0.035),
                    (here, y + 0.03, z - 0.05),
                    (here, 0.035, z - 0.05),
                ],
                9,
            )
            pipe = tube(bend, 0.0085, sides=8)
            rose = turned(
                lathe([(0.022, -0.004), (0.022, 0), (0.012, 0.006)], 16), "x", math.pi / 2
            )
            rose = moved(rose, here, 0.031, z - 0.05)
        builder.part("pipe", pipe, finish="metal")
        builder.part("pipe rose", rose, finish="plastic")
        if name == "valve":
            head = _valve_head(valve, s, hanging=hanging)
            builder.part("valve head", moved(head, here, y, z), parent=group, finish="plastic")


def _valve_head(valve: str, side: float, *, hanging: bool) -> Mesh:
    """What is turned by hand, standing out from the valve's middle."""
    if valve == "hand wheel":
        head = lathe([(0.007, 0), (0.007, 0.03), (0.022, 0.032), (0.024, 0.045), (0.012, 0.05)], 12)
    else:
        profile = [(0.012, 0.005), (0.019, 0.02), (0.024, 0.03), (0.024, 0.065), (0.019, 0.085)]
        head = lathe(profile, sides=16)
    if valve == "upright thermostat" and not hanging:
        return head
    if hanging:
        return turned(head, "x", math.pi / 2)
    return turned(head, "y", side * math.pi / 2)
