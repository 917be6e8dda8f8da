"""Pots and pans: saucepans, stock pots, frying pans, casseroles, woks, with lids.

Part tree: pot -> wall, base, rim band, handles (grip, bracket); lid -> plate or glass, rim, knob.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.controls import PROUD
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    arc,
    box,
    curve,
    cylinder,
    extrusion,
    hoop,
    joined,
    lathe,
    moved,
    stretched,
    tube,
    turned,
)

KINDS = ("saucepan", "stock pot", "frying pan", "casserole", "oval casserole", "wok", "saute pan")
LIDS = ("none", "flat", "domed", "glass", "askew")
HANDLES = ("long", "long and loop", "loops", "ears")
KNOBS = ("knob", "ring", "bar")


def make(rng: np.random.Generator) -> Asset:
    """A pot or pan, 14 to 34 cm wide without its handles."""
    kind, lid = str(rng.choice(KINDS)), str(rng.choice(LIDS, p=(0.3, 0.2, 0.2, 0.2, 0.1)))
    handle, top = str(rng.choice(HANDLES)), str(rng.choice(KNOBS))
    radius, share, flare = {
        "saucepan": (rng.uniform(0.07, 0.1), 1.1, 1.0),
        "stock pot": (rng.uniform(0.1, 0.14), 1.5, 1.0),
        "frying pan": (rng.uniform(0.1, 0.15), 0.36, 0.78),
        "casserole": (rng.uniform(0.1, 0.14), 0.9, 0.96),
        "oval casserole": (rng.uniform(0.1, 0.13), 0.85, 0.94),
        "wok": (rng.uniform(0.14, 0.17), 0.6, 0.4),
        "saute pan": (rng.uniform(0.11, 0.15), 0.5, 1.0),
    }[kind]
    if kind in ("stock pot", "casserole", "oval casserole") and "long" in handle:
        handle = "loops"
    if kind in ("frying pan", "wok") and handle in ("loops", "ears"):
        handle = "long" if rng.random() < 0.7 else handle
    height = radius * share * rng.uniform(0.85, 1.15)
    finish: Finish = "ceramic" if "casserole" in kind and rng.random() < 0.4 else "metal"
    oval = rng.uniform(0.7, 0.8) if kind.startswith("oval") else 1.0
    builder = Builder("pot")
    pot = builder.part("pot", finish=finish)
    wall = rng.uniform(0.0025, 0.004)
    outer = _profile(kind, radius, height, flare)
    inner = np.stack([outer[::-1, 0] - wall, np.maximum(outer[::-1, 1], wall)], 1)

    def put(mesh: Mesh) -> Mesh:
        return stretched(mesh, y=oval)

    body = builder.part("wall", put(lathe([*outer, *inner], sides=28)), parent=pot, finish=finish)
    floor = float(outer[0, 0]) - 0.006
    builder.support((-floor * 0.7, -floor * 0.7 * oval), (floor * 0.7, floor * 0.7 * oval), wall)
    if rng.random() < 0.6 and kind != "wok":
        base = lathe([(outer[0, 0] * 0.96, -0.005), (outer[0, 0] * 0.97, 0.0005)], sides=28)
        builder.part("base", put(base), parent=pot, finish="metal")
    if rng.random() < 0.35:
        z = height * rng.uniform(0.72, 0.9)
        band = _band(outer, z, height * 0.06)
        builder.part("band", put(band), parent=body, finish="metal")
    style = str(rng.choice(("round", "flat")))
    _handles(builder, pot, handle, style, outer, oval, rng)
    if lid != "none":
        _lid(builder, lid, top, (radius, height, oval), finish, rng)
    styles = f"{kind}, {lid} lid, {handle}, {style} handle, {top if lid != 'none' else 'no'} knob"
    return builder.asset(f"{styles}, {finish}")


def _profile(kind: str, radius: float, height: float, flare: float) -> np.ndarray:
    """The outside from the foot to the rim, (radius, height) rows."""
    low = radius * flare
    if kind == "wok":
        angle = np.linspace(0.25, math.pi / 2 * 0.96, 10)
        rows = np.stack([np.sin(angle), 1 - np.cos(angle)], 1)
        rows = (rows - (0.0, rows[0, 1])) / (rows[-1, 0], rows[-1, 1] - rows[0, 1])
        return rows * (radius, height)
    bend = min(0.012 if flare > 0.9 else 0.025, height * 0.4)
    knots = [(low - bend, 0.0), (low - bend * 0.3, bend * 0.3), (low, bend)]
    return np.array([*knots, ((low + 3 * radius) / 4, height * 0.75), (radius, height)])


def _band(outer: np.ndarray, z: float, tall: float) -> Mesh:
    """A painted or polished ring round the wall, as thick as a coat of paint."""
    heights = np.array([z - tall, z])
    radii = np.interp(heights, outer[:, 1], outer[:, 0])
    rows = [(radii[0] - 0.001, heights[0]), (radii[0] + PROUD, heights[0])]
    rows += [(radii[1] + PROUD, heights[1]), (radii[1] - 0.001, heights[1])]
    return lathe(rows, sides=28, closed=True)


def _handles(
    builder: Builder,
    pot: int,
    style: str,
    section: str,
    outer: np.ndarray,
    oval: float,
    rng: np.random.Generator,
) -> None:
    height = float(outer[-1, 1])
    z = height * rng.uniform(0.72, 0.86)
    radius = float(np.interp(z, outer[:, 1], outer[:, 0]))
    if style.startswith("long"):
        long, rise = rng.uniform(0.14, 0.21), rng.uniform(0.0, 0.06)
        handle = builder.part("handle", parent=pot, finish="plastic")
        near, far = radius + rng.uniform(0.03, 0.05), radius + long
        bracket = box((radius - 0.004, -0.009, z - 0.004), (near + 0.012, 0.009, z + 0.004), 0.002)
        plate = box((radius - 0.006, -0.018, z - 0.013), (radius + 0.003, 0.018, z + 0.013), 0.001)
        builder.part("bracket", bracket, plate, parent=handle, finish="metal")
        path = curve([(near, 0, z), ((near + far) / 2, 0, z + rise * 0.6), (far, 0, z + rise)], 10)
        thick = np.interp(np.linspace(0, 1, 10), (0, 0.2, 0.9, 1), (0.008, 0.011, 0.012, 0.008))
        grip = tube(path, thick, sides=10)
        if section == "flat":
            grip = moved(stretched(moved(grip, z=-z), z=0.55, y=1.15), z=z)
        builder.part("grip", grip, parent=handle, finish="plastic")
        if rng.random() < 0.5:
            tip = path[-1]
            eye = hoop(0.011, 0.003, n_points=14)
            ring = moved(
                eye,
                float(tip[0]) + 0.008,
                0,
                z + (float(tip[2]) - z) * (0.55 if section == "flat" else 1.0),
            )
            builder.part("hanging ring", ring, parent=handle, finish="metal")
    sides = {"long": (), "long and loop": (-1,), "loops": (-1, 1), "ears": (-1, 1)}[style]
    wide, out = rng.uniform(0.035, 0.05), rng.uniform(0.028, 0.042)
    for side in sides:
        # Handles end in the wall, not inside the pot.
        foot = math.sqrt(max(radius**2 - (wide / oval) ** 2, 0.0)) + 0.001
        if style == "ears":
            reach = math.atan2(wide / oval, foot)
            wall = arc(radius - 0.0012, -reach, reach, 7) * (1, oval)
            outer_edge = [(radius + out * 0.6, wide * 0.8), (radius + out * 0.6, -wide * 0.8)]
            mesh = extrusion([*wall, *outer_edge], 0.01, z - 0.005)
        else:
            lift = rng.uniform(-0.005, 0.02)
            knots = [(foot, -wide, z), (radius + out * 0.8, -wide * 0.9, z + lift * 0.5)]
            knots += [(radius + out, 0, z + lift)]
            knots += [(x, -y, h) for x, y, h in reversed(knots[:2])]
            mesh = tube(curve(knots, 14), 0.005 if section == "round" else 0.007, sides=8)
        mesh = mesh if side > 0 else turned(mesh, "z", math.pi)
        builder.part("handle", mesh, parent=pot, finish="metal")


def _lid(
    builder: Builder,
    style: str,
    top: str,
    size: tuple[float, float, float],
    finish: Finish,
    rng: np.random.Generator,
) -> None:
    radius, height, oval = size
    rise = {"flat": 0.008, "domed": 0.32 * radius, "glass": 0.22 * radius, "askew": 0.012}[style]
    edge = radius + 0.001
    t = np.linspace(0, 1, 7)
    skin = np.stack([edge * np.cos(t * math.pi / 2), 0.004 + rise * np.sin(t * math.pi / 2)], 1)
    if style in ("flat", "askew"):
        skin = np.array([(edge, 0.004), (edge * 0.93, 0.004 + rise * 0.9), (0, 0.004 + rise)])
    plate = lathe([(edge * 0.97, 0.0), (edge, 0.0), *skin], sides=28)
    # Ajar, so that steam escapes: one side hangs over.
    shift = radius * rng.uniform(0.15, 0.35) if style == "askew" else 0.0

    def put(mesh: Mesh) -> Mesh:
        return moved(stretched(mesh, y=oval), shift, 0, height + 0.0003)

    lid = builder.part("lid", finish=finish)
    glass: Finish = "glass" if style == "glass" else finish
    builder.part("plate", put(plate), parent=lid, finish=glass)
    if style == "glass":
        rows = [(edge * 0.95, -0.0005), (edge + 0.002, -0.0005), (edge + 0.002, 0.007)]
        ring = lathe([*rows, (edge * 0.96, 0.0075 + rise * 0.2)], sides=28, closed=True)
        builder.part("rim", put(ring), parent=lid, finish="metal")
    peak = 0.004 + rise
    if top == "knob":
        size_m = rng.uniform(0.013, 0.02)
        rows = [(size_m * 0.7, peak - 0.003), (size_m * 0.45, peak + 0.008), (size_m, peak + 0.018)]
        rows += [(size_m * 0.9, peak + 0.026), (size_m * 0.5, peak + 0.029)]
        mesh = lathe(rows, sides=14)
    elif top == "ring":
        half = rng.uniform(0.016, 0.022)
        loop = turned(hoop(half, 0.0045, n_points=14), "x", math.pi / 2)
        mesh = moved(loop, z=peak + half - 0.001)
    else:
        half = rng.uniform(0.025, 0.04)
        knots = [(-half, 0, peak - 0.004), (-half * 0.8, 0, peak + 0.026)]
        knots += [(half * 0.8, 0, peak + 0.026), (half, 0, peak - 0.004)]
        # Its feet end inside the plate, which falls away from the middle.
        feet = [
            cylinder((x, 0, peak - min(0.01, rise)), (x, 0, peak + 0.004), 0.008, sides=8)
            for x in (-half, half)
        ]
        mesh = joined(tube(curve(knots, 12), 0.006, sides=8), *feet)
    builder.part("knob", moved(mesh, shift, 0, height + 0.0003), parent=lid, finish="plastic")
