"""Lamps that hang from the ceiling: single shades, rows, clusters and chandeliers.

Part tree: canopy, cord or rod (chain, wires), each lamp with its shade, cap and bulb; arms and hub
of a chandelier. It stands upside up, its canopy at the top, as the ceiling carries it.
"""

import math
from collections.abc import Callable

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Point,
    box,
    curve,
    cushion,
    cylinder,
    hoop,
    joined,
    lathe,
    moved,
    stretched,
    tube,
)

LAYOUTS = ("single", "single", "row", "cluster", "chandelier", "bar", "flush")
SHADES = ("cone", "dome", "drum", "globe", "bell", "cage", "tube")
HANGERS = ("cord", "rod", "chain")
CANOPIES = ("disc", "dome", "cup")


def make(rng: np.random.Generator) -> Asset:
    """A ceiling lamp, 0.1 to 1.6 m high."""
    layout, shade = str(rng.choice(LAYOUTS)), str(rng.choice(SHADES))
    return build(layout, shade, str(rng.choice(HANGERS)), str(rng.choice(CANOPIES)), rng)


def build(layout: str, shade: str, hanger: str, canopy: str, rng: np.random.Generator) -> Asset:
    """A ceiling lamp of given style, the ceiling at z = 0."""
    builder = Builder("pendant")
    drop = rng.uniform(0.35, 1.1)
    size = rng.uniform(0.1, 0.26)
    n = 1
    if layout == "single":
        _canopy(builder, canopy, 0.0, rng.uniform(0.045, 0.07))
        _hang(builder, hanger, (0, 0, -0.02), (0, 0, -drop))
        _lamp(builder, shade, (0, 0, -drop), size, rng)
    elif layout == "flush":
        _flush(builder, shade, rng)
    elif layout == "row":
        n = int(rng.integers(2, 5))
        size = min(size, 0.14)
        pitch = 2.0 * size + rng.uniform(0.08, 0.2)
        half = pitch * (n - 1) / 2 + 0.06
        builder.part("canopy", box((-half, -0.035, -0.03), (half, 0.035, 0), 0.006), finish="metal")
        for k in range(n):
            x = (k - (n - 1) / 2) * pitch
            low = -drop * (rng.uniform(0.7, 1.0) if rng.random() < 0.3 else 1.0)
            _hang(builder, hanger, (x, 0, -0.025), (x, 0, low))
            _lamp(builder, shade, (x, 0, low), size, rng)
    elif layout == "cluster":
        n = int(rng.integers(3, 6))
        size = min(size, 0.13)
        spread = size / math.sin(math.pi / n) + 0.02
        _canopy(builder, "disc", 0.0, spread + 0.03)
        for k in range(n):
            angle = 2 * math.pi * k / n
            x, y = spread * math.cos(angle), spread * math.sin(angle)
            low = -drop * rng.uniform(0.6, 1.2)
            _hang(builder, "cord", (x, y, -0.02), (x, y, low))
            _lamp(builder, shade, (x, y, low), size, rng)
    elif layout == "chandelier":
        n = int(rng.choice((3, 4, 5, 6)))
        _canopy(builder, canopy, 0.0, 0.06)
        _hang(builder, hanger, (0, 0, -0.02), (0, 0, -drop))
        _chandelier(builder, n, drop, shade, rng)
    else:
        _bar(builder, drop, hanger, rng)
    return builder.asset(f"{layout} of {n}, {shade}, {hanger}, {canopy} canopy")


def _canopy(builder: Builder, canopy: str, x: float, radius: float) -> None:
    profile = {
        "disc": [(0.9, -0.02), (1.0, -0.016), (1.0, 0)],
        "dome": [(0.15, -0.045), (0.6, -0.035), (0.95, -0.012), (1.0, 0)],
        "cup": [(0.7, -0.06), (0.8, -0.058), (1.0, 0)],
    }[canopy]
    mesh = moved(lathe([(r * radius, z) for r, z in profile], sides=22), x)
    builder.part("canopy", mesh, finish="metal")


def _hang(
    builder: Builder,
    hanger: str,
    top: Point,
    low: Point,
) -> None:
    if hanger == "cord":
        builder.part("cord", cylinder(top, low, 0.0035, sides=6), finish="fabric")
    elif hanger == "rod":
        builder.part("rod", cylinder(top, low, 0.007, sides=10), finish="metal")
    else:
        builder.part("cord", cylinder(top, low, 0.002, sides=6), finish="fabric")
        pitch = 0.056
        links = []
        for k in range(max(2, int((top[2] - low[2]) / pitch))):
            angle = np.arange(6) * math.pi / 3
            flat = np.zeros((6, 3))
            flat[:, k % 2] = 0.009 * np.cos(angle)
            flat[:, 2] = 0.035 * np.sin(angle)
            links.append(
                moved(
                    tube(flat, 0.0022, sides=4, closed=True),
                    top[0],
                    top[1],
                    top[2] - (k + 0.5) * pitch,
                )
            )
        builder.part("chain", *links, finish="metal")


def _skin(profile: np.ndarray, thick: float = 0.003) -> Mesh:
    """A shade: (radius, height) rows from the lower rim up, as a skin open at both ends."""
    inner = (profile - np.array([thick, 0.0]))[::-1]
    sides = 24 if profile[:, 0].max() > 0.08 else 12
    return lathe(np.concatenate([profile, inner]), sides=sides, closed=True)


def _lamp(
    builder: Builder,
    shade: str,
    at: Point,
    size: float,
    rng: np.random.Generator,
    *,
    upward: bool = False,
    parent: int = -1,
) -> None:
    """Socket, bulb and shade hanging from a point, or standing on it."""
    lamp = builder.part("lamp", parent=parent)

    def put(mesh: Mesh) -> Mesh:
        if upward:
            mesh = stretched(mesh, z=-1)
        return moved(mesh, *at)

    cap = lathe([(0.016, -0.055), (0.02, -0.05), (0.02, -0.01), (0.008, 0.004)], sides=12)
    builder.part("socket", put(cap), parent=lamp, finish="metal")
    r = min(0.032, 0.5 * size)
    bulb = lathe(
        [
            (0.2 * r, -0.055 - 2.6 * r),
            (0.8 * r, -0.055 - 2.3 * r),
            (r, -0.055 - 1.6 * r),
            (0.45 * r, -0.05),
        ],
        12,
    )
    if shade != "globe":
        builder.part("bulb", put(bulb), parent=lamp, finish="glass")
    if shade == "globe":
        sides = 24 if size > 0.08 else 12
        globe = cushion((-size,) * 3, (size,) * 3, 2.0, sides=sides, rings=sides // 2)
        builder.part("globe", put(moved(globe, z=-0.05 - 0.95 * size)), parent=lamp, finish="paper")
        return
    if shade == "cage":
        _cage(builder, lamp, put, size)
        return
    tall = size * rng.uniform(0.8, 1.3)
    t = np.linspace(0, 1, 6)
    narrow = 0.022 / size
    radius = {
        "cone": 1 + (narrow - 1) * t,
        "dome": narrow + (1 - narrow) * np.sqrt(np.clip(1 - t**2, 0, 1)),
        "drum": np.full(6, 0.9),
        "bell": narrow + (1 - narrow) * (1 - t) ** 2 * (1 + 1.2 * t),
        "tube": np.full(6, 0.35),
    }[shade]
    if shade == "tube":
        tall = size * 1.9
    heights = (t - 1) * tall - 0.01
    skin = _skin(np.stack([radius * size, heights], axis=1))
    finish = "fabric" if shade == "drum" else "metal" if shade in ("dome", "tube") else "ceramic"
    builder.part("shade", put(skin), parent=lamp, finish=finish)
    if shade in ("drum", "tube"):
        reach = radius[-1] * size - 0.001
        bars = [
            cylinder(
                (0, 0, -0.018), (reach * math.cos(a), reach * math.sin(a), -0.018), 0.003, sides=6
            )
            for a in (0.0, 2.1, 4.2)
        ]
        builder.part("spider", put(joined(*bars)), parent=lamp, finish="metal")
    if shade in ("cone", "bell", "dome") and rng.random() < 0.4:
        r_low = float(radius[0]) * size
        trim = lathe(
            [
                (r_low + 0.002, heights[0] - 0.001),
                (r_low + 0.002, heights[0] + 0.008),
                (r_low - 0.001, heights[0] + 0.008),
                (r_low - 0.001, heights[0] - 0.001),
            ],
            24 if size > 0.08 else 12,
            closed=True,
        )
        builder.part("rim", put(trim), parent=lamp, finish="metal")


def _cage(builder: Builder, lamp: int, put: Callable[[Mesh], Mesh], size: float) -> None:
    """Wires from the socket round the bulb, held by two rings."""
    size = min(size, 0.16)
    n = 6
    wires = []
    for k in range(n):
        a = 2 * math.pi * k / n
        c, s = math.cos(a), math.sin(a)
        knots = [(0.018 * c, 0.018 * s, -0.02), (0.6 * size * c, 0.6 * size * s, -0.09)]
        knots += [(0.75 * size * c, 0.75 * size * s, -0.09 - 0.8 * size)]
        knots += [(0.3 * size * c, 0.3 * size * s, -0.1 - 1.3 * size)]
        wires.append(tube(curve(knots, 7), 0.003, sides=5))
    builder.part("wires", put(joined(*wires)), parent=lamp, finish="metal")
    for radius, z in ((0.75 * size, -0.09 - 0.8 * size), (0.3 * size, -0.1 - 1.3 * size)):
        ring = put(hoop(radius, 0.0035, z, 16, sides=5))
        builder.part("ring", ring, parent=lamp, finish="metal")


def _chandelier(
    builder: Builder, n: int, drop: float, shade: str, rng: np.random.Generator
) -> None:
    reach, rise = rng.uniform(0.22, 0.4), rng.uniform(0.02, 0.12)
    hub = [
        (0.008, -drop - 0.14),
        (0.03, -drop - 0.11),
        (0.018, -drop - 0.07),
        (0.04, -drop - 0.03),
        (0.01, -drop + 0.02),
    ]
    builder.part("hub", lathe(hub, sides=16), finish="metal")
    upward = rng.random() < 0.7
    shade = shade if shade in ("cone", "bell", "globe", "drum") else "bell"
    for k in range(n):
        a = 2 * math.pi * k / n
        c, s = math.cos(a), math.sin(a)
        tip = (reach * c, reach * s, -drop + (rise if upward else -rise))
        dip = -0.11 if upward else 0.05
        knots = [
            (0.02 * c, 0.02 * s, -drop - 0.04),
            (0.5 * reach * c, 0.5 * reach * s, -drop + dip),
        ]
        knots += [
            (0.95 * reach * c, 0.95 * reach * s, -drop - 0.03 if upward else -drop + 0.02),
            tip,
        ]
        arm = builder.part("arm")
        builder.part("tube", tube(curve(knots, 9), 0.006, sides=6), parent=arm, finish="metal")
        dish = moved(lathe([(0.01, -0.006), (0.03, 0.0), (0.03, 0.004), (0.01, 0.004)], 10), *tip)
        builder.part("dish", dish, parent=arm, finish="metal")
        _lamp(builder, shade, tip, rng.uniform(0.05, 0.055), rng, upward=upward, parent=arm)


def _bar(builder: Builder, drop: float, hanger: str, rng: np.random.Generator) -> None:
    """A long lamp over a desk on two hangers."""
    half, wide = rng.uniform(0.35, 0.7), rng.uniform(0.025, 0.05)
    canopy = box((-0.15, -0.03, -0.025), (0.15, 0.03, 0), 0.006)
    builder.part("canopy", canopy, finish="metal")
    for s in (-1, 1):
        _hang(builder, hanger, (s * 0.12, 0, -0.02), (s * 0.12, 0, -drop))
    body = box((-half, -wide, -drop - 0.045), (half, wide, -drop), 0.008)
    builder.part("body", body, finish="metal")
    low = box(
        (-half + 0.01, -wide + 0.008, -drop - 0.052),
        (half - 0.01, wide - 0.008, -drop - 0.04),
        0.003,
    )
    builder.part("diffuser", low, finish="paper")
    for s in (-1, 1):
        cap = box((s * half, -wide, -drop - 0.045), (s * (half + 0.006), wide, -drop), 0.002)
        builder.part("end cap", cap, finish="plastic")


def _flush(builder: Builder, shade: str, rng: np.random.Generator) -> None:
    """A lamp right under the ceiling."""
    radius, deep = rng.uniform(0.14, 0.26), rng.uniform(0.06, 0.12)
    builder.part(
        "base", lathe([(radius * 0.92, -0.025), (radius * 0.95, 0)], sides=28), finish="metal"
    )
    if shade in ("drum", "tube", "cage"):
        profile = [(radius * 0.95, -deep), (radius, -deep + 0.006), (radius, -0.012)]
    else:
        t = np.linspace(0, 0.5 * math.pi, 8)
        profile = [(radius * math.sin(a), -0.02 - (deep - 0.02) * math.cos(a)) for a in t[1:]]
    builder.part("shade", lathe(profile, sides=28), finish="paper")
    ring = lathe(
        [
            (radius + 0.006, -0.024),
            (radius + 0.006, -0.008),
            (radius - 0.004, -0.008),
            (radius - 0.004, -0.024),
        ],
        28,
        closed=True,
    )
    builder.part("rim", ring, finish="metal")
    n = int(rng.integers(2, 4))
    for k in range(n):
        a = 2 * math.pi * k / n + 0.4
        x, y = (radius + 0.006) * math.cos(a), (radius + 0.006) * math.sin(a)
        screw = cushion((x - 0.007, y - 0.007, -0.023), (x + 0.007, y + 0.007, -0.009), 2.0, 8, 6)
        builder.part("thumb screw", screw, finish="metal")
    builder.part(
        "knob",
        lathe([(0.006, -deep - 0.016), (0.01, -deep - 0.01), (0.005, -deep + 0.012)], 12),
        finish="metal",
    )
