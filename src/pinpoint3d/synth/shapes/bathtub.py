"""Bath tubs: free on feet, built in behind panels, or in a corner, with taps, hose and hand shower.

Part tree: tub (rim, drain, overflow), feet, panels, tap (see `taps`), shower (bracket, hose, hand
piece), a screen, a tray across, a handle to hold. The long side is its front.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    box,
    curve,
    cushion,
    cylinder,
    joined,
    lathe,
    moved,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import band, hull, oval
from pinpoint3d.synth.shapes.taps import add_tap

BODIES = ("claw feet", "free standing", "panelled", "tiled in", "block feet")
OUTLINES = ("oval", "rounded", "square")
TAPS = ("single lever", "two handles", "swan neck")
SPOTS = ("end", "back")
EXTRAS = ("none", "hand shower", "screen", "tray", "grab rail")


def make(rng: np.random.Generator) -> Asset:
    """A bath tub, 1.4 to 1.8 m long."""
    style = (str(rng.choice(options)) for options in (BODIES, OUTLINES, TAPS, SPOTS, EXTRAS))
    return build(*style, rng=rng)


def build(
    body: str, outline: str, tap: str, spot: str, extra: str, *, rng: np.random.Generator
) -> Asset:
    """A bath tub of given style, its length along x."""
    builder = Builder("bathtub")
    half, deep = rng.uniform(0.7, 0.86), rng.uniform(0.34, 0.4)
    high = rng.uniform(0.52, 0.62)
    power = {"oval": 2.6, "rounded": 5.0, "square": 12.0}[outline]
    built_in = body in ("panelled", "tiled in")
    foot = {"claw feet": rng.uniform(0.1, 0.16), "block feet": 0.07, "free standing": 0.0}.get(
        body, 0.08
    )
    ledge = rng.uniform(0.06, 0.09) if built_in else rng.uniform(0.05, 0.07)
    _tub(builder, half, deep, foot, high, power, ledge, built_in)
    if body == "claw feet":
        _feet(builder, half, deep, foot)
    elif body == "block feet":
        for s in (-1, 1):
            block = box(
                (s * half * 0.5 - 0.05, -deep * 0.5, 0),
                (s * half * 0.5 + 0.05, deep * 0.5, foot + 0.03),
            )
            builder.part("foot", block, finish="wood")
    elif built_in:
        _panels(builder, body, half, deep, high, power, rng)
    reach = 0.13 + ledge
    if spot == "end":
        at, turn = (half - ledge / 2 - 0.005, 0.0, high - 0.001), -math.pi / 2
    else:
        at, turn = (half * 0.25, deep - ledge / 2 - 0.005, high - 0.001), 0.0
    if not built_in and spot == "end":
        at = (half - 0.035, *at[1:])
    add_tap(builder, tap, at, rng, reach=reach, turn=turn)
    if extra == "hand shower":
        _hand_shower(builder, at, spot, half, deep, high, rng)
    elif extra == "screen":
        _screen(builder, half, deep, high)
    elif extra == "tray":
        x = -half * rng.uniform(0.0, 0.35)
        slats = [
            box(
                (x - 0.1 + k * 0.055, -deep - 0.02, high),
                (x - 0.06 + k * 0.055, deep + 0.02, high + 0.014),
            )
            for k in range(4)
        ]
        bars = [
            box((x - 0.1, y - 0.015, high + 0.012), (x + 0.105, y + 0.015, high + 0.024))
            for y in (-deep * 0.6, deep * 0.6)
        ]
        tray = builder.part("bath tray")
        builder.part("slats", *slats, parent=tray, finish="wood")
        builder.part("bars", *bars, parent=tray, finish="wood")
        builder.support((x - 0.09, -deep * 0.5), (x + 0.09, deep * 0.5), high + 0.014)
    elif extra == "grab rail":
        y = deep - 0.035
        knots = [
            (-0.16, y, high - 0.005),
            (-0.14, y, high + 0.07),
            (0.14 - half * 0.1, y, high + 0.07),
            (0.16 - half * 0.1, y, high - 0.005),
        ]
        builder.part("grab rail", tube(curve(knots, 12), 0.013, sides=8), finish="metal")
    style = f"{body}, {outline}, {tap}, tap at the {spot}, {extra}"
    return pose_at_random(builder.asset(style), rng, share_open=0.4)


def _tub(
    builder: Builder,
    half: float,
    deep: float,
    foot: float,
    high: float,
    power: float,
    ledge: float,
    built_in: bool,
) -> None:
    n = 40
    whole = builder.part("tub")

    def line(wide: float, across: float, z: float, p: float) -> np.ndarray:
        return oval(wide, across, across, z, p, n_points=n)

    rise = high - foot
    slope = 0.86 if built_in else 0.8
    outside = [
        line(half * slope * 0.9, deep * 0.62, foot, power),
        line(half * slope, deep * 0.74, foot + 0.05, power),
        line(half * 0.95, deep * 0.9, foot + 0.6 * rise, power),
        line(half - 0.03, deep - 0.03, high - 0.03, power),
        line(half, deep, high - 0.025, power),
        line(half, deep, high - 0.006, power),
        line(half - 0.006, deep - 0.006, high, power),
    ]
    a, b = half - ledge, deep - ledge
    soft = min(power, 6.0)
    inside = [
        line(a, b, high, soft),
        line(a - 0.01, b - 0.01, high - 0.02, soft),
        line(a * 0.93, b * 0.9, foot + 0.4 * rise, soft),
        line(a * 0.84, b * 0.72, foot + 0.085, soft),
        line(a * 0.74, b * 0.55, foot + 0.06, soft),
    ]
    builder.part("shell", hull([*outside, *inside]), parent=whole, finish="ceramic")
    x = a * 0.62
    ring = lathe([(0.03, 0.035), (0.03, 0.064), (0.024, 0.066)], sides=18)
    drain = builder.part("drain", moved(ring, x, 0, foot), parent=whole, finish="metal")
    plug = lathe([(0.02, 0.06), (0.021, 0.07), (0.014, 0.074)], sides=16)
    builder.part("plug", moved(plug, x, 0, foot), parent=drain, finish="metal")
    over = turned(
        lathe([(0.03, -0.03), (0.03, 0.012), (0.022, 0.017)], sides=18), "y", -math.pi / 2
    )
    builder.part(
        "overflow", moved(over, a * 0.955, 0, foot + 0.68 * rise), parent=whole, finish="metal"
    )


def _feet(builder: Builder, half: float, deep: float, foot: float) -> None:
    for s in (-1, 1):
        for t in (-1, 1):
            x, y = s * half * 0.52, t * deep * 0.55
            knots = [
                (x * 0.95, y * 0.92, foot + 0.05),
                (x * 1.03, y * 1.12, foot * 0.75),
                (x * 0.99, y * 1.02, foot * 0.35),
                (x * 1.03, y * 1.14, 0.024),
            ]
            radii = np.array([0.034, 0.03, 0.028, 0.026, 0.022, 0.02, 0.02, 0.02])
            leg = tube(curve(knots, 8), radii, sides=8)
            paw = cushion(
                (x * 1.03 - 0.032, y * 1.14 - 0.032, 0.0),
                (x * 1.03 + 0.032, y * 1.14 + 0.032, 0.045),
                2.4,
                12,
                6,
            )
            builder.part("foot", joined(leg, paw), finish="metal")


def _panels(
    builder: Builder,
    body: str,
    half: float,
    deep: float,
    high: float,
    power: float,
    rng: np.random.Generator,
) -> None:
    """A casing round the tub, its front one panel with a hatch, or tiles."""
    case = builder.part("casing")
    x, y = half - 0.012, deep - 0.012
    if power < 4:  # an oval tub is let into a square deck
        x, y = half + 0.05, deep + 0.05
    top = high - 0.022
    thick = 0.016
    deck = 0.03
    front = box((-x, -y, 0), (x, -y + thick, top), 0.002)
    name = "front panel" if body == "panelled" else "tiled front"
    finish = "plastic" if body == "panelled" else "ceramic"
    panel = builder.part(name, front, parent=case, finish=finish)
    sides = [box((s * (x - thick), -y + thick, 0), (s * x, y, top)) for s in (-1, 1)]
    back = box((-x + thick, y - thick, 0), (x - thick, y, top))
    builder.part("end panels", *sides, parent=case, finish=finish)
    builder.part("back panel", back, parent=case, finish=finish)
    if power < 4:
        corners = oval(half - 0.02, deep - 0.02, deep - 0.02, top, power, n_points=40)
        outer = oval(x, y, y, top, 60.0, n_points=40)
        rows = [outer, outer + np.array([0, 0, deck]), corners + np.array([0, 0, deck]), corners]
        builder.part("deck", band(rows), parent=case, finish="stone")
    kick = box((-x + 0.01, -y - 0.001, 0), (x - 0.01, -y + 0.01, 0.06))
    builder.part("kick board", kick, parent=case, finish=finish)
    at = rng.uniform(-0.5, 0.3) * half
    hatch = box((at, -y - 0.004, 0.12), (at + 0.24, -y + 0.003, 0.36), 0.002)
    lid = builder.part("hatch", hatch, parent=panel, finish=finish)
    builder.hinge(lid, (at, -y - 0.004, 0), (0, 0, -1), 0.0, 1.6)


def _hand_shower(
    builder: Builder,
    at: tuple[float, float, float],
    spot: str,
    half: float,
    deep: float,
    high: float,
    rng: np.random.Generator,
) -> None:
    """A holder beside the tap, a hose and a hand piece lying in it."""
    shower = builder.part("hand shower")
    x, y = (half - 0.035, 0.16) if spot == "end" else (at[0] + 0.2, deep - 0.035)
    stand = lathe(
        [
            (0.02, high - 0.003),
            (0.018, high + 0.006),
            (0.011, high + 0.012),
            (0.011, high + 0.075),
            (0.015, high + 0.08),
        ],
        sides=14,
    )
    builder.part("holder", moved(stand, x, y), parent=shower, finish="metal")
    grip = cylinder((x, y, high + 0.06), (x - 0.03, y, high + 0.24), 0.011, 0.013, sides=10)
    face = turned(
        lathe([(0.014, -0.012), (0.04, 0.004), (0.042, 0.012), (0.03, 0.014)], sides=18), "y", -1.9
    )
    head = moved(face, x - 0.036, y, high + 0.25)
    hand = builder.part("hand piece", joined(grip, head), parent=shower, finish="metal")
    rose = turned(lathe([(0.034, 0.011), (0.034, 0.0155)], sides=18), "y", -1.9)
    builder.part("spray face", moved(rose, x - 0.036, y, high + 0.25), parent=hand, finish="rubber")
    way = -1 if spot == "end" else 1
    knots = [
        (x, y, high + 0.065),
        (x + 0.01, y - way * 0.03, high + 0.03),
        (x - 0.02, y - way * 0.06, high + 0.012),
    ]
    knots += [(at[0], at[1], high + 0.02)]
    if rng.random() < 0.6:
        inward = (x - 0.14, y) if spot == "end" else (x, y - 0.14)
        knots = [
            (x, y, high + 0.065),
            (*inward, high + 0.02),
            (*inward, high - 0.12),
            ((inward[0] + at[0]) / 2, (inward[1] + at[1]) / 2, high + 0.0),
            (at[0], at[1], high + 0.03),
        ]
    builder.part("hose", tube(curve(knots, 18), 0.0065, sides=6), parent=shower, finish="metal")


def _screen(builder: Builder, half: float, deep: float, high: float) -> None:
    """A glass wall on the rim that swings."""
    y = -deep + 0.022
    screen = builder.part("screen")
    pane = box((half - 0.75, y - 0.003, high + 0.012), (half - 0.03, y + 0.003, high + 1.35))
    builder.part("pane", pane, parent=screen, finish="glass")
    lip = box((half - 0.75, y - 0.005, high + 0.0), (half - 0.03, y + 0.005, high + 0.02))
    builder.part("seal", lip, parent=screen, finish="rubber")
    rail = box(
        (half - 0.035, y - 0.012, high - 0.004), (half - 0.008, y + 0.012, high + 1.36), 0.003
    )
    builder.part("wall profile", rail, finish="metal")
    builder.hinge(screen, (half - 0.03, y, 0), (0, 0, 1), 0.0, 1.5)
