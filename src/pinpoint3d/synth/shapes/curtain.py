"""Curtains: a rod or rail with one or two pleated cloths, drawn open or shut.

Part tree: rail (with finials, brackets), each curtain with its cloth, heading, rings and tie-back;
a pelmet or a valance before it. The wall is at its back, towards +y.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    cushion,
    cylinder,
    hoop,
    joined,
    lathe,
    moved,
    slab,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import band

RAILS = ("rod", "thick rod", "flat rail", "double rod", "pelmet")
HEADINGS = ("rings", "eyelets", "loops", "pleats")
ENDS = ("ball", "cap", "cone")
TIES = ("none", "none", "band", "cord")
CLOTHS = ("two", "two", "one")


def make(rng: np.random.Generator) -> Asset:
    """A curtain, 0.9 to 2.6 m wide and 0.9 to 2.5 m high."""
    style = (str(rng.choice(options)) for options in (RAILS, HEADINGS, ENDS, TIES, CLOTHS))
    return build(*style, rng=rng)


def build(
    rail: str, heading: str, ends: str, tie: str, cloths: str, *, rng: np.random.Generator
) -> Asset:
    """A curtain of given style."""
    builder = Builder("curtain")
    wide = rng.uniform(1.1, 2.4) if cloths == "two" else rng.uniform(0.8, 1.3)
    drop = float(rng.choice((rng.uniform(0.8, 1.4), rng.uniform(1.9, 2.35))))
    radius = {"rod": 0.011, "thick rod": 0.017, "double rod": 0.01}.get(rail, 0.009)
    out = rng.uniform(0.09, 0.14)
    _rail(builder, rail, ends, wide, radius, out)
    hang = {"rings": 0.045, "eyelets": -0.035, "loops": 0.05, "pleats": 0.012}[heading]
    if rail in ("flat rail", "pelmet"):
        hang, heading = 0.012, "pleats"
    drawn = float(rng.uniform(0.18, 0.5)) if cloths == "two" else float(rng.uniform(0.3, 0.95))
    room = wide - 0.06
    for side in (-1, 1) if cloths == "two" else (int(rng.choice((-1, 1))),):
        width = max(0.16, drawn * room * rng.uniform(0.92, 1.0))
        outer = side * (room / 2)
        edges = sorted((outer, outer - side * width))
        _cloth(builder, (edges[0], edges[1]), hang, drop, out, heading, tie, radius, side, rng)
    if rail == "pelmet":
        board = box((-wide / 2 - 0.03, -out - 0.1, -0.14), (wide / 2 + 0.03, -out - 0.085, 0.03))
        lid = box((-wide / 2 - 0.03, -out - 0.1, 0.03), (wide / 2 + 0.03, 0, 0.045))
        cheeks = [
            box((s * (wide / 2 + 0.015), -out - 0.09, -0.14), (s * (wide / 2 + 0.03), 0, 0.035))
            for s in (-1, 1)
        ]
        builder.part("pelmet", board, lid, *cheeks, finish="wood")
    if rail == "double rod":
        y = -out + 0.055
        sheer = _folds(
            (-room / 2, room / 2),
            drop * 0.96,
            0.012,
            y,
            float(np.clip(room / 0.15, 4, 10)),
            (0.0, 0.0),
            rng,
        )
        builder.part("sheer curtain", sheer, finish="fabric")
    return builder.asset(f"{rail}, {heading}, {ends} ends, {tie} tie, {cloths} cloths")


def _rail(builder: Builder, rail: str, ends: str, wide: float, radius: float, out: float) -> None:
    x = wide / 2
    whole = builder.part("rail")
    depths = [-out] + ([-out + 0.055] if rail == "double rod" else [])
    for y in depths:
        if rail in ("flat rail", "pelmet"):
            bar = box((-x, y - 0.012, -0.009), (x, y + 0.012, 0.009), 0.002)
        else:
            bar = cylinder((-x, y, 0), (x, y, 0), radius, sides=12)
        builder.part("rod", bar, parent=whole, finish="metal")
    if rail not in ("flat rail", "pelmet"):
        for s in (-1, 1):
            builder.part(
                "finial", moved(_finial(ends, radius, s), s * x, -out), parent=whole, finish="metal"
            )
    n = 2 if wide < 1.8 else 3
    for at in np.linspace(-x + 0.015, x - 0.015, n):
        arm = box((at - 0.006, -out - 0.003, -radius - 0.006), (at + 0.006, 0, -radius + 0.004))
        foot = box((at - 0.014, -0.006, -0.05), (at + 0.014, 0, 0.03), 0.002)
        builder.part("bracket", arm, foot, parent=whole, finish="metal")


def _finial(ends: str, radius: float, side: int) -> Mesh:
    """What closes a rod, standing out from its end."""
    if ends == "ball":
        r = 2.2 * radius
        return moved(cushion((-r, -r, -r), (r, r, r), 2.0, 12, 8), side * r * 0.8)
    profile = {
        "cap": [(1.5, -0.5), (1.5, 1.2), (1.2, 1.6)],
        "cone": [(1.3, -0.5), (1.9, 0.8), (1.2, 3.0), (0.4, 5.5)],
    }[ends]
    return turned(lathe(np.array(profile) * radius, sides=12), "y", side * math.pi / 2)


def _cloth(
    builder: Builder,
    edges: tuple[float, float],
    hang: float,
    drop: float,
    out: float,
    heading: str,
    tie: str,
    radius: float,
    side: int,
    rng: np.random.Generator,
) -> None:
    """One curtain between two places along its rod, `side` the one it is drawn to."""
    width = edges[1] - edges[0]
    n_folds = float(np.clip(width / rng.uniform(0.07, 0.13), 2, 10))
    depth = float(np.clip(0.35 * width / n_folds, 0.01, 0.032))
    curtain = builder.part("curtain")
    tied = (0.0, 0.0) if tie == "none" or drop < 1.2 else (0.62, rng.uniform(0.45, 0.7))
    top = -hang
    cloth = moved(_folds(edges, drop, depth, -out, n_folds, tied, rng, side), z=top)
    builder.part("cloth", cloth, parent=curtain, finish="fabric")
    at = np.linspace(edges[0] + 0.02, edges[1] - 0.02, max(3, min(10, round(n_folds))))
    if heading in ("rings", "eyelets"):
        for x in at:
            size = radius + (0.012 if heading == "rings" else 0.009)
            upright = turned(hoop(size, 0.0032, n_points=10, sides=4), "y", math.pi / 2)
            ring = moved(upright, x, -out)
            if heading == "rings":
                eye = cylinder((x, -out, -size), (x, -out, top - 0.01), 0.003, sides=6)
                ring = joined(moved(ring, z=radius - size + 0.002), eye)
            builder.part("ring", ring, parent=curtain, finish="metal")
    elif heading == "loops":
        for x in at:
            half, reach = 0.018, radius + 0.003
            strip = joined(
                box((x - half, -out - reach - 0.002, top - 0.02), (x + half, -out - reach, reach)),
                box((x - half, -out + reach, top - 0.02), (x + half, -out + reach + 0.002, reach)),
                box(
                    (x - half, -out - reach - 0.002, reach - 0.001),
                    (x + half, -out + reach + 0.002, reach + 0.002),
                ),
            )
            builder.part("loop", strip, parent=curtain, finish="fabric")
    else:
        tape = _folds(edges, 0.06, depth, -out, n_folds, (0.0, 0.0), rng, side, thick=0.006)
        builder.part("heading tape", moved(tape, z=top + 0.004), parent=curtain, finish="fabric")
        for x in at:
            glider = box((x - 0.004, -out - 0.004, top - 0.02), (x + 0.004, -out + 0.004, 0.0))
            builder.part("glider", glider, parent=curtain, finish="plastic")
    if tied[0]:
        squeezed = width * (1 - tied[0])
        a = edges[1] - squeezed if side > 0 else edges[0]
        z = top - tied[1] * drop
        middle = a + squeezed / 2
        angle = np.arange(16) * math.pi / 8
        path = np.stack(
            [
                middle + (squeezed / 2 + 0.008) * np.cos(angle),
                -out + (depth + 0.012) * np.sin(angle),
                z + side * 0.25 * squeezed * np.cos(angle),
            ],
            1,
        )
        if tie == "cord":
            knot = tube(path, 0.008, sides=6, closed=True)
            x = middle + side * 0.3 * squeezed
            low = z + 0.25 * squeezed * 0.6
            tassel = cylinder(
                (x, -out - depth - 0.01, low), (x, -out - depth - 0.01, low - 0.13), 0.006, 0.014
            )
            builder.part("tie cord", knot, parent=curtain, finish="fabric")
            builder.part("tassel", tassel, parent=curtain, finish="fabric")
        else:
            heart = np.array([middle, -out, z])
            inner = heart + (path - heart) * np.array([0.96, 0.85, 1.0])
            rise = np.array([0.0, 0.0, 0.03])
            strap = band([path - rise, path + rise, inner + rise, inner - rise])
            builder.part("tie band", strap, parent=curtain, finish="fabric")


def _folds(
    edges: tuple[float, float],
    drop: float,
    depth: float,
    y: float,
    n_folds: float,
    tied: tuple[float, float],
    rng: np.random.Generator,
    side: int = 1,
    thick: float = 0.003,
) -> Mesh:
    """A hanging cloth from z = 0 down, in folds; `tied` is how much it is gathered, and where."""
    rows = 7 if tied[0] else max(1, min(4, round(3 * drop)))
    n_across = int(np.clip(round(5 * n_folds), 24, 40))
    flat = slab((0, 0, -drop), (1, 1, 0), (n_across, 1, rows))
    u, v, z = flat.vertices.T
    phase, wander = rng.uniform(0, 6.28), rng.uniform(0.1, 0.5)
    down = -z / drop
    swing = 2 * math.pi * n_folds * u + phase + wander * np.sin(5 * u + 2 * down)
    squeeze = 1 - tied[0] * np.exp(-(((down - tied[1]) / 0.22) ** 2))
    flare = squeeze * (1 + 0.04 * down)
    width = edges[1] - edges[0]
    fixed, across = (edges[1], u - 1) if side > 0 else (edges[0], u)
    x = fixed + across * width * flare
    deep = y + depth * np.sin(swing) * (0.85 + 0.3 * down) + (v - 0.5) * thick
    return Mesh(np.stack([x, deep, z], 1), flat.faces)
