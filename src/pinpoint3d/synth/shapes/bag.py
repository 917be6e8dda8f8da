"""Bags: backpacks, handbags, suitcases, totes and paper bags, standing upright.

Part tree: body, flap, pockets (pocket, zip), straps, handles, zips, buckles, wheels, tag.
"""

import math
from functools import partial

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    curve,
    cushion,
    cylinder,
    flattened,
    joined,
    moved,
    rounded_rectangle,
    sheared,
    tube,
)
from pinpoint3d.synth.shapes.sweeps import front_plate, hull, side_plate

KINDS = ("backpack", "handbag", "suitcase", "tote", "paper bag", "duffel")
POCKETS = ("none", "one", "two", "sides")
CLOSINGS = ("zip", "flap", "buckles")
HANDLES = ("one", "two")


def make(rng: np.random.Generator) -> Asset:
    """A bag, 0.2 to 0.8 m high."""
    kind, pockets = str(rng.choice(KINDS)), str(rng.choice(POCKETS))
    closing, handles = str(rng.choice(CLOSINGS)), str(rng.choice(HANDLES))
    builder = Builder("bag")
    build = {
        "backpack": _backpack,
        "handbag": _handbag,
        "suitcase": _suitcase,
        "tote": partial(_open_bag, paper=False),
        "paper bag": partial(_open_bag, paper=True),
        "duffel": _duffel,
    }[kind]
    build(builder, pockets, closing, handles, rng)
    style = f"{kind}, {pockets} pockets, {closing}, {handles} handles"
    return pose_at_random(builder.asset(style), rng, share_open=0.2)


def _bow(x: float, y: float, low: float, high: float, thick: float, flat: float = 1.0) -> Mesh:
    """A handle over the top: an arch in the plane of y, from -x to x."""
    knots = [(-x, y, low), (-x * 0.85, y, (low + high) / 2), (0, y, high)]
    knots += [(-a, b, c) for a, b, c in reversed(knots[:2])]
    bar = tube(curve(knots, 16), thick, sides=8)
    return Mesh((bar.vertices - (0, y, 0)) * (1, flat, 1) + (0, y, 0), bar.faces)


def _zip(builder: Builder, path: np.ndarray, parent: int = -1) -> None:
    """A thin ridge along a path, with a puller hanging from its first point."""
    line = builder.part("zip", parent=parent)
    builder.part("teeth", tube(path, 0.0028, sides=6), parent=line, finish="metal")
    x, y, z = path[0]
    puller = box((x - 0.003, y - 0.006, z - 0.024), (x + 0.003, y + 0.0015, z + 0.002), 0.001)
    builder.part("puller", puller, parent=line, finish="metal")


def _pocket(
    builder: Builder,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    closing: str,
) -> None:
    """A pillow on the front, closed by a zip, a flap or a buckled flap."""
    whole = builder.part("pocket")
    pillow = cushion(low, high, 5.0, sides=20, rings=8)
    builder.part("body", pillow, parent=whole, finish="fabric")
    x, y, z = (low[0] + high[0]) / 2, low[1], high[2]
    wide = (high[0] - low[0]) / 2
    drop = 0.28 * (high[2] - low[2])
    if closing == "zip":
        front = y + 0.012 * (high[1] - y) / 0.05
        ends = [
            (x - 0.7 * wide, front, z - drop),
            (x, y, z - drop),
            (x + 0.7 * wide, front, z - drop),
        ]
        _zip(builder, curve(ends, 9), whole)
        return
    flap = box(
        (x - wide * 0.92, y - 0.004, z - 2 * drop), (x + wide * 0.92, high[1], z - 0.002), 0.008
    )
    builder.part("flap", flap, parent=whole, finish="fabric")
    if closing == "buckles":
        clip = box(
            (x - 0.012, y - 0.009, z - 2.3 * drop), (x + 0.012, y + 0.002, z - 1.2 * drop), 0.002
        )
        builder.part("buckle", clip, parent=whole, finish="plastic")


def _backpack(
    builder: Builder,
    pockets: str,
    closing: str,
    handles: str,
    rng: np.random.Generator,
) -> None:
    x, deep, height = rng.uniform(0.13, 0.17), rng.uniform(0.12, 0.2), rng.uniform(0.38, 0.52)
    body = cushion((-x, -deep, -0.015), (x, 0, height), 5.0, sides=28, rings=12)
    builder.part("body", flattened(body, 0), finish="fabric")
    if pockets in ("one", "two"):
        tall = height * (0.42 if pockets == "one" else 0.3)
        _pocket(
            builder,
            (-x * 0.78, -deep - 0.045, 0.03),
            (x * 0.78, -deep + 0.04, 0.03 + tall),
            closing,
        )
    if pockets == "two":
        _pocket(
            builder,
            (-x * 0.65, -deep - 0.03, 0.38 * height),
            (x * 0.65, -deep + 0.04, 0.66 * height),
            "zip",
        )
    if pockets == "sides":
        for side in (-1, 1):
            ends = sorted((side * (x - 0.03), side * (x + 0.028)))
            net = cushion((ends[0], -deep * 0.8, 0.01), (ends[1], -deep * 0.2, height * 0.4), 5.0)
            builder.part("side pocket", net, finish="fabric")
    if closing == "zip":
        steps = np.linspace(0.15, math.pi - 0.15, 14)
        front = -deep * 0.5 + 0 * steps
        power = (np.abs(np.cos(steps)) ** 5 + np.abs(np.sin(steps)) ** 5) ** -0.2
        path = np.stack(
            [x * power * np.cos(steps), front, height / 2 + height / 2 * power * np.sin(steps)], 1
        )
        _zip(builder, path)
    else:
        lid = cushion(
            (-x * 1.03, -deep * 1.05, height * 0.8), (x * 1.03, -0.01, height * 1.05), 5.0, 24, 8
        )
        builder.part("flap", lid, finish="fabric")
        for at in (-0.5 * x, 0.5 * x) if closing == "buckles" else (0.0,):
            strap = box(
                (at - 0.012, -deep * 1.05 - 0.004, height * 0.5),
                (at + 0.012, -deep + 0.01, height * 0.93),
                0.002,
            )
            clip = box(
                (at - 0.017, -deep * 1.05 - 0.009, height * 0.6),
                (at + 0.017, -deep * 1.05, height * 0.68),
                0.003,
            )
            builder.part("strap", strap, finish="fabric")
            builder.part("buckle", clip, finish="metal")
    for side in (-1, 1):
        knots = [
            (side * 0.045, -0.02, height * 0.93),
            (side * 0.07, 0.045, height * 0.85),
            (side * 0.085, 0.06, height * 0.5),
            (side * 0.1, -0.01, height * 0.12),
        ]
        builder.part("strap", tube(curve(knots, 14), 0.011, sides=8), finish="fabric")
    loops = (0.0,) if handles == "one" else (-0.018, 0.018)
    for y in loops:
        loop = _bow(0.04, y - 0.04, height - 0.035, height + 0.045, 0.006)
        builder.part("handle", loop, finish="fabric")


def _handbag(
    builder: Builder,
    pockets: str,
    closing: str,
    handles: str,
    rng: np.random.Generator,
) -> None:
    x, y, height = rng.uniform(0.11, 0.18), rng.uniform(0.04, 0.075), rng.uniform(0.16, 0.27)
    top = rng.uniform(0.7, 1.0)
    outline = [(-y, 0), (y, 0), (y * 0.6, height), (-y * 0.6, height)]
    shape = side_plate(outline, -x, x)
    taper = shape.vertices.copy()
    taper[:, 0] *= 1 - (1 - top) * taper[:, 2] / height
    builder.part("body", Mesh(taper, shape.faces), finish="leather")
    front = -y * 0.8 - 0.001
    if pockets in ("one", "two"):
        patch = sheared(
            box((-x * 0.55, -0.004, -0.3 * height), (x * 0.55, 0.004, 0.1 * height), 0.002),
            0.4 * y / height,
        )
        builder.part("pocket", moved(patch, 0, front, 0.5 * height), finish="leather")
    if pockets == "sides":
        for side in (-1, 1):
            ends = sorted((side * x * 0.94, side * x * 1.012))
            corner = box((ends[0], -y * 1.03, 0), (ends[1], y * 1.03, 0.06), 0.003)
            builder.part("trim", corner, finish="leather")
    if closing == "zip":
        ends = np.array([(-x * top * 0.95, 0, height), (0, 0, height), (x * top * 0.95, 0, height)])
        _zip(builder, ends)
    else:
        reach = rng.uniform(0.3, 0.65)
        cover = box(
            (-x * top, -y * 0.6 - 0.002, height - 0.003), (x * top, y * 0.62, height + 0.004)
        )
        flap = sheared(
            box((-x * top, -0.004, -reach * height), (x * top, 0.001, 0.004)), 0.4 * y / height
        )
        builder.part("flap", joined(cover, moved(flap, 0, -y * 0.6, height)), finish="leather")
        at = height * (1 - reach)
        spot = -y * (1 - 0.4 * at / height) - 0.004
        for side in (0.0,) if closing == "flap" else (-0.5 * x, 0.5 * x):
            clasp = box(
                (side - 0.012, spot - 0.006, at - 0.008),
                (side + 0.012, spot + 0.006, at + 0.02),
                0.003,
            )
            builder.part("clasp", clasp, finish="metal")
    rise = height + rng.uniform(0.08, 0.2)
    for at in (-y * 0.45, y * 0.45) if handles == "two" else (0.0,):
        bow = _bow(x * 0.5 * top, at, height - 0.03, rise, rng.uniform(0.005, 0.009))
        builder.part("handle", bow, finish="leather")
        for side in (-1, 1):
            size = 0.012
            ring_at = np.array([side * x * 0.5 * top, at, height - 0.012])
            builder.part("ring", box(ring_at - size, ring_at + size, 0.004), finish="metal")


def _suitcase(
    builder: Builder,
    pockets: str,
    closing: str,
    handles: str,
    rng: np.random.Generator,
) -> None:
    x, y = rng.uniform(0.17, 0.26), rng.uniform(0.1, 0.15)
    height, lift = rng.uniform(0.48, 0.72), rng.uniform(0.035, 0.06)
    hard = closing != "flap"
    outline = rounded_rectangle(2 * x, height, 0.05)
    middle = lift + height / 2

    def plate(scale: float, low: float, high: float) -> Mesh:
        return moved(front_plate(outline * scale, low, high), z=middle)

    if hard:
        for side, (low, high) in {"front": (-y, -0.004), "back": (0.004, y)}.items():
            shell = builder.part(f"{side} shell", plate(1.0, low, high), finish="plastic")
            for k in range(5 if pockets == "none" else 0):  # ribs pressed into the shell
                at = x * (k - 2) * 0.36
                face = low if side == "front" else high
                edges = (face - 0.004, face + 0.004)
                rib = box(
                    (at - 0.012, edges[0], lift + 0.06),
                    (at + 0.012, edges[1], lift + height - 0.06),
                )
                builder.add(shell, rib)
        builder.part("seam", plate(1.004, -0.0045, 0.0045), finish="metal")
    else:
        builder.part("body", plate(1.0, -y, y), finish="fabric")
    if pockets in ("one", "two"):
        spans = ((0.08, 0.9),) if pockets == "one" else ((0.06, 0.45), (0.52, 0.94))
        for low, high in spans:
            _pocket(
                builder,
                (-x * 0.85, -y - 0.022, lift + low * height),
                (x * 0.85, -y + 0.02, lift + high * height),
                "zip",
            )
    if closing == "buckles":
        for at in (-0.5 * x, 0.5 * x):
            clip = box(
                (at - 0.018, -0.02, lift + height - 0.002),
                (at + 0.018, 0.02, lift + height + 0.008),
                0.003,
            )
            builder.part("buckle", clip, finish="metal")
    _wheels(builder, x, y, lift, "two" if handles == "one" else "four")
    loop = tube(
        curve([(-0.06, 0, 0), (-0.055, 0, 0.025), (0.055, 0, 0.025), (0.06, 0, 0)], 12), 0.008, 8
    )
    builder.part("handle", moved(loop, 0, -0.02, lift + height - 0.004), finish="rubber")
    rise = rng.uniform(0.3, 0.45)
    trolley = builder.part("trolley handle")
    back = y - 0.02
    rods = [
        cylinder(
            (at, back, lift + height - rise), (at, back, lift + height + 0.015), 0.006, sides=8
        )
        for at in (-0.07, 0.07)
    ]
    for rod in rods:
        builder.part("rod", rod, parent=trolley, finish="metal")
    grip = box(
        (-0.085, back - 0.014, lift + height + 0.003),
        (0.085, back + 0.014, lift + height + 0.024),
        0.006,
    )
    builder.part("grip", grip, parent=trolley, finish="rubber")
    builder.slide(trolley, (0, 0, 1), 0, rise - 0.03)


def _wheels(builder: Builder, x: float, y: float, lift: float, count: str) -> None:
    radius = lift * 0.55
    for side in (-1, 1):
        for at in (-y * 0.75, y * 0.75):
            if count == "two" and at < 0:
                foot = box(
                    (side * x * 0.75 - 0.015, at - 0.015, 0),
                    (side * x * 0.75 + 0.015, at + 0.015, lift + 0.01),
                )
                builder.part("foot", foot, finish="rubber")
                continue
            caster = builder.part("wheel")
            fork = box(
                (side * x * 0.75 - 0.014, at - 0.012, radius),
                (side * x * 0.75 + 0.014, at + 0.012, lift + 0.012),
            )
            builder.part("fork", fork, parent=caster, finish="plastic")
            wheel = cylinder(
                (side * x * 0.75 - 0.018, at, radius), (side * x * 0.75 + 0.018, at, radius), radius
            )
            builder.part("tyre", wheel, parent=caster, finish="rubber")


def _open_bag(
    builder: Builder,
    pockets: str,
    closing: str,
    handles: str,
    rng: np.random.Generator,
    paper: bool,
) -> None:
    """A bag open at the top: paper or cloth, its two handles standing or folded outwards."""
    x, y, height = rng.uniform(0.11, 0.19), rng.uniform(0.045, 0.08), rng.uniform(0.26, 0.42)
    wall = 0.002 if paper else 0.004
    flare = 1.0 if paper else rng.uniform(1.0, 1.25)
    outline = rounded_rectangle(2 * x, 2 * y, 0.002 if paper else 0.03, 1 if paper else 3)
    rings = []
    for scale, inset, z in (
        (1.0, 0.0, 0.0),
        (flare, 0.0, height),
        (flare, wall, height),
        (1.0, wall, wall),
    ):
        shrink = np.array([(x - inset) / x, (y - inset) / y])
        rings.append(np.c_[outline * shrink * (scale, 1.0), np.full(len(outline), z)])
    body = hull(rings)
    builder.part("body", body, finish="paper" if paper else "fabric")
    if pockets in ("one", "two"):
        tall = 0.35 * height
        patch = box(
            (-x * 0.5, -y - 0.002, 0.3 * height), (x * 0.5, -y + 0.001, 0.3 * height + tall)
        )
        builder.part("print" if paper else "pocket", patch, finish="print" if paper else "fabric")
    if closing == "buckles":
        tag = box((x * 0.4, -y - 0.0015, height * 0.8), (x * 0.55, -y + 0.001, height * 0.93))
        builder.part("label", tag, finish="print")
    reach = rng.uniform(0.06, 0.2)
    thick = 0.003 if paper else 0.006
    ways = (-1, 1) if handles == "two" or paper else (-1,)
    for side in ways:
        loop = _bow(x * 0.45, side * (y - wall / 2), height - 0.05, height + reach, thick)
        builder.part("handle", loop, finish="paper" if paper else "fabric")


def _duffel(
    builder: Builder,
    pockets: str,
    closing: str,
    handles: str,
    rng: np.random.Generator,
) -> None:
    """A long soft roll with two handles, a zip along its top and end pockets."""
    x, radius = rng.uniform(0.2, 0.3), rng.uniform(0.11, 0.16)
    body = cushion((-x, -radius, -0.02), (x, radius, 2 * radius), 4.0, sides=28, rings=12)
    builder.part("body", flattened(body, 0), finish="fabric")
    top = 2 * radius
    steps = np.linspace(-0.75, 0.75, 11)
    rise = radius - 0.01 + (radius + 0.01) * (1 - np.abs(steps) ** 4) ** 0.25
    _zip(builder, np.stack([x * steps, 0 * steps, rise], 1))
    if pockets != "none":
        _pocket(
            builder,
            (-x * 0.5, -radius - 0.025, 0.25 * radius),
            (x * 0.5, -radius + 0.03, 1.3 * radius),
            closing,
        )
    for side in (-1, 1):
        knots = [
            (-x * 0.42, side * radius * 0.99, 0.7 * radius),
            (-x * 0.38, side * radius * 0.9, top * 0.85),
            (-x * 0.2, side * 0.03, top + 0.07),
            (x * 0.2, side * 0.03, top + 0.07),
            (x * 0.38, side * radius * 0.9, top * 0.85),
            (x * 0.42, side * radius * 0.99, 0.7 * radius),
        ]
        builder.part("handle", tube(curve(knots, 20), 0.008, sides=8), finish="fabric")
    if handles == "two":
        for side in (-1, 1):
            at = side * x
            knots = [
                (at * 0.985, 0, radius * 1.4),
                (at + side * 0.02, 0, radius),
                (at * 0.985, 0, radius * 0.6),
            ]
            builder.part("side handle", tube(curve(knots, 8), 0.007, sides=8), finish="fabric")
