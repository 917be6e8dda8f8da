"""Toilets: bowl with seat and lid, and a cistern close by, high up, or hidden in the wall.

Part tree: bowl (rim, foot, bolt caps), seat and lid on their hinges, cistern (tank, cover, flush
button or lever), flush pipe. The wall is at its back, towards +y.
"""

import math
from dataclasses import dataclass

import numpy as np

from pinpoint3d.synth.assets import Asset, pose
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
)
from pinpoint3d.synth.shapes.sweeps import hull, oval, ring_plate, upended

BOWLS = ("pedestal", "skirted", "wall-hung", "open pedestal")
CISTERNS = ("close coupled", "hidden", "high", "low wall")
FLUSHES = ("round button", "double button", "lever", "side lever")
SEATS = ("closed ring", "thick ring", "no lid")
FRONTS = ("round", "oval", "square")
UP = math.radians(93)  # how far lid and seat turn up


@dataclass(frozen=True)
class _Bowl:
    """Measures of a bowl in metres: half width, reach to front and back, height.

    `seat` is how far back the seat has room; what stands behind it is under a cistern.
    """

    half: float
    front: float
    back: float
    seat: float
    high: float
    power: float


def make(rng: np.random.Generator) -> Asset:
    """A toilet, 0.35 to 0.8 m high without a high cistern, its lid shut or up."""
    style = (str(rng.choice(options)) for options in (BOWLS, CISTERNS, FLUSHES, SEATS, FRONTS))
    return build(*style, rng=rng)


def build(
    bowl: str, cistern: str, flush: str, seat: str, front: str, *, rng: np.random.Generator
) -> Asset:
    """A toilet of given style; the middle of its bowl is the origin."""
    builder = Builder("toilet")
    behind = rng.uniform(0.2, 0.24)
    size = _Bowl(
        half=rng.uniform(0.17, 0.195),
        front=rng.uniform(0.2, 0.24) if front == "round" else rng.uniform(0.24, 0.29),
        back=behind + {"close coupled": 0.13, "low wall": 0.09}.get(cistern, 0.0),
        seat=behind,
        high=rng.uniform(0.37, 0.44),
        power={"round": 2.0, "oval": 2.2, "square": 4.0}[front],
    )
    _bowl(builder, bowl, size, rng)
    wall = size.back + (0.0 if cistern != "high" else 0.05)
    if cistern == "close coupled":
        wall = size.back + 0.02
        _tank(builder, size.high - 0.01, size.seat - 0.01, wall, flush, rng)
    elif cistern == "low wall":
        base = size.high + rng.uniform(0.08, 0.2)
        _tank(builder, base, size.seat - 0.01, wall, flush, rng)
        _pipe(builder, size, base + 0.02, wall - 0.05)
    elif cistern == "high":
        base = rng.uniform(1.5, 1.75)
        _tank(builder, base, wall - 0.16, wall, "chain", rng)
        _pipe(builder, size, base + 0.02, wall - 0.06)
        for s in (-1, 1):
            arm = box((s * 0.13 - 0.008, wall - 0.15, base - 0.02), (s * 0.13 + 0.008, wall, base))
            web = box((s * 0.13 - 0.004, wall - 0.01, base - 0.12), (s * 0.13 + 0.004, wall, base))
            builder.part("bracket", arm, web, finish="metal")
    else:
        _panel(builder, size, flush, wall, rng)
    _seat(builder, size, seat, rng)
    asset = builder.asset(f"{bowl}, {cistern}, {flush}, {seat}, {front}")
    # The seat cannot rise under a shut lid, so the two are not opened independently.
    states = {"lid": 0.0, "seat": 0.0}
    if seat != "no lid" and rng.random() < 0.4:
        states["lid"] = rng.uniform(0.9, 1.0) * UP
    if (seat == "no lid" or states["lid"]) and rng.random() < 0.4:
        states["seat"] = rng.uniform(0.9, 1.0) * UP
    names = [asset.parts[joint.part].name for joint in asset.joints]
    return pose(asset, [states.get(name, 0.0) for name in names])


def _bowl(builder: Builder, bowl: str, size: _Bowl, rng: np.random.Generator) -> None:
    a, f, b, h, p = size.half, size.front, size.back, size.high, size.power
    c = size.seat
    stem = {"pedestal": 0.6, "open pedestal": 0.5, "skirted": 0.92, "wall-hung": 0.6}[bowl]
    waist = stem * rng.uniform(0.85, 1.0) if "pedestal" in bowl else stem
    square = 6.0
    reach = b - 0.01 if bowl == "skirted" else b * 0.8

    def line(wide: float, ahead: float, behind: float, z: float) -> np.ndarray:
        return oval(a * wide, f * ahead, behind, z, p, square)

    if bowl == "wall-hung":
        outside = [
            oval(a * 0.55, 0.01, b, 0.0, 3.0, square),
            line(0.75, 0.45, b, 0.07),
            line(0.93, 0.85, b, 0.6 * h - 0.06),
        ]
        h = 0.75 * h
    else:
        outside = [
            line(stem * 1.1, stem * 0.95, reach, 0.0),
            line(stem * 1.08, stem * 0.93, reach, 0.03),
            line(waist, waist * 0.8 if bowl != "skirted" else 0.85, reach, 0.12),
            line(waist * 1.05, waist * 0.85 if bowl != "skirted" else 0.9, reach, 0.45 * h),
            line(0.93, 0.93, b, 0.78 * h),
        ]
    rim = 0.042
    inside = [
        oval(a - rim, f - rim, c - 0.1, h - 0.005, p),
        oval(a - rim - 0.01, f - rim - 0.01, c - 0.11, h - 0.06, p),
        oval(a * 0.5, f * 0.4, c * 0.3, h - 0.17, 2.0),
        oval(a * 0.28, f * 0.15, c * 0.2, h - 0.22, 2.0),
    ]
    top = [line(1.0, 1.0, b, h - 0.03), line(1.0, 1.0, b, h - 0.008), line(0.97, 0.98, b, h)]
    shift = size.high - h  # a bowl on the wall hangs at the height of the others
    whole = builder.part("bowl")
    body = hull([*outside, *top, oval(a - rim + 0.008, f - rim + 0.008, c - 0.09, h, p), *inside])
    builder.part("basin", moved(body, z=shift), parent=whole, finish="ceramic")
    drain = lathe([(0.03, h - 0.232), (0.03, h - 0.2185)], sides=16)
    builder.part("drain", moved(drain, z=shift), parent=whole, finish="rubber")
    if bowl != "wall-hung":
        for s in (-1, 1):
            x, y = s * a * stem * 1.07, 0.35 * b
            cap = cushion((x - 0.011, y - 0.011, 0.004), (x + 0.011, y + 0.011, 0.026), 2.0, 10, 6)
            builder.part("bolt cap", cap, parent=whole, finish="plastic")
    if bowl == "open pedestal":
        bend = [(0, 0.3 * b, 0.2), (0, 0.6 * b, 0.24), (0, 0.9 * b, 0.15), (0, b, 0.0)]
        builder.part("trap", tube(curve(bend, 10), 0.052, sides=12), parent=whole, finish="ceramic")


def _tank(
    builder: Builder, low: float, near: float, far: float, flush: str, rng: np.random.Generator
) -> None:
    """A cistern between two depths, standing on `low`."""
    half, tall = rng.uniform(0.17, 0.22), rng.uniform(0.3, 0.38)
    tank = builder.part("cistern")
    middle = (near + far) / 2
    deep = (far - near) / 2
    if rng.random() < 0.5:
        rings = [
            oval(half * k, deep, deep, low + t * tall, 7.0)
            for t, k in ((0, 0.86), (0.05, 0.9), (1.0, 1.0))
        ]
        shell = moved(hull(rings), y=middle)
    else:
        shell = box((-half, near, low), (half, far, low + tall), 0.02)
    builder.part("tank", shell, parent=tank, finish="ceramic")
    top = low + tall
    edge = half + 0.006
    cover = box((-edge, near - 0.008, top - 0.004), (edge, far, top + 0.028), 0.008)
    builder.part("cover", cover, parent=tank, finish="ceramic")
    builder.support((-half + 0.02, near + 0.01), (half - 0.02, far - 0.01), top + 0.028)
    if flush in ("round button", "double button"):
        button = lathe([(0.032, top + 0.02), (0.032, top + 0.031), (0.028, top + 0.034)], sides=20)
        ring = builder.part("button", moved(button, y=middle), parent=tank, finish="metal")
        if flush == "double button":
            half_disc = box(
                (0.001, middle - 0.018, top + 0.03), (0.019, middle + 0.018, top + 0.036), 0.003
            )
            builder.part("half flush", half_disc, parent=ring, finish="metal")
    elif flush == "chain":
        x = half + 0.03
        arm = box(
            (half - 0.03, middle - 0.006, top - 0.05), (x + 0.006, middle + 0.006, top - 0.038)
        )
        chain = cylinder((x, middle, top - 0.04), (x, middle, top - 0.75), 0.003, sides=6)
        grip = lathe([(0.008, 0), (0.013, 0.03), (0.007, 0.1)], sides=10)
        builder.part("lever", arm, parent=tank, finish="metal")
        builder.part("chain", chain, parent=tank, finish="metal")
        builder.part("pull", moved(grip, x, middle, top - 0.83), parent=tank, finish="wood")
    else:
        x = -half + 0.05 if flush == "lever" else half
        if flush == "lever":
            boss = cylinder((x, near + 0.004, top - 0.06), (x, near - 0.02, top - 0.06), 0.014)
            bar = box(
                (x - 0.01, near - 0.026, top - 0.067), (x + 0.085, near - 0.016, top - 0.053), 0.003
            )
        else:
            boss = cylinder((x - 0.02, middle, top - 0.06), (x + 0.02, middle, top - 0.06), 0.014)
            bar = box(
                (x + 0.014, middle - 0.085, top - 0.067),
                (x + 0.024, middle + 0.01, top - 0.053),
                0.003,
            )
        builder.part("flush lever", joined(boss, bar), parent=tank, finish="metal")


def _pipe(builder: Builder, size: _Bowl, top: float, y: float) -> None:
    """The flush pipe from a cistern down into the back of the bowl."""
    z = size.high - 0.05
    knots = [(0, y, top), (0, y, z + 0.06), (0, y - 0.02, z + 0.012), (0, size.back - 0.06, z)]
    path = np.concatenate([[knots[0]], curve(knots[1:], 8)])
    builder.part("flush pipe", tube(path, 0.018, sides=10), finish="metal")
    cuff = cylinder((0, size.back - 0.02, z), (0, size.back + 0.012, z), 0.03, sides=14)
    builder.part("cuff", cuff, finish="rubber")


def _panel(
    builder: Builder, size: _Bowl, flush: str, wall: float, rng: np.random.Generator
) -> None:
    """The piece of wall that hides a cistern, with its flush plate."""
    half, tall = rng.uniform(0.24, 0.35), rng.uniform(1.0, 1.2)
    case = builder.part("boxing")
    body = box((-half, wall - 0.012, 0), (half, wall + 0.15, tall), 0.002)
    builder.part("front", body, parent=case, finish="paint")
    if rng.random() < 0.6:
        board = box(
            (-half - 0.01, wall - 0.025, tall - 0.001),
            (half + 0.01, wall + 0.15, tall + 0.02),
            0.003,
        )
        builder.part("ledge", board, parent=case, finish="stone")
        builder.support((-half, wall), (half, wall + 0.14), tall + 0.02)
    y, z = wall - 0.012, size.high + rng.uniform(0.4, 0.5)
    outer = box((-0.12, y - 0.01, z - 0.08), (0.12, y + 0.004, z + 0.08), 0.003)
    plate = builder.part("flush plate", outer, parent=case, finish="plastic")
    if flush == "round button":
        for x, r in ((-0.045, 0.045), (0.06, 0.03)):
            knob = upended(lathe([(r, 0), (r, 0.003), (r * 0.93, 0.005)], sides=22))
            builder.part("button", moved(knob, x, y - 0.0095, z), parent=plate, finish="metal")
    else:
        split = 0.02 if flush == "double button" else 0.1
        for a, b in ((-0.1, split - 0.002), (split + 0.002, 0.1)):
            if b - a > 0.01:
                key = box((a, y - 0.0115, z - 0.055), (b, y - 0.009, z + 0.055), 0.001)
                builder.part("button", key, parent=plate, finish="plastic")


def _seat(builder: Builder, size: _Bowl, seat: str, rng: np.random.Generator) -> None:
    """Seat and lid, which turn about one axis."""
    a, f, p = size.half, size.front, size.power
    back = min(0.145, size.seat - 0.045)  # hinges lie here
    thick = rng.uniform(0.012, 0.016) if seat == "closed ring" else rng.uniform(0.02, 0.028)
    z = size.high + 0.004
    n = 36
    outer = oval(a + 0.004, f + 0.004, back, 0, p, 5.0, n)
    inner = oval(a - 0.065, f - 0.075, back - 0.07, 0, min(p, 2.6), 2.5, n)
    ring = builder.part("seat", finish="plastic")
    builder.add(ring, moved(ring_plate(outer, inner, 0, thick), z=z))
    for x, y in (
        (-0.7 * a, -0.5 * f),
        (0.7 * a, -0.5 * f),
        (-0.8 * a, 0.4 * back),
        (0.8 * a, 0.4 * back),
    ):
        pad = box((x - 0.012, y - 0.008, size.high - 0.001), (x + 0.012, y + 0.008, z + 0.001))
        builder.part("buffer", pad, parent=ring, finish="rubber")
    axis = z + thick * 0.6
    for s in (-1, 1):
        x = s * 0.075
        pin = cylinder(
            (x - 0.022, back + 0.006, axis), (x + 0.022, back + 0.006, axis), 0.011, sides=12
        )
        post = cylinder(
            (x, back + 0.006, size.high - 0.004), (x, back + 0.006, axis), 0.013, sides=12
        )
        builder.part("hinge", joined(pin, post), finish="metal")
    hinge = (0, back + 0.006, axis)
    builder.hinge(ring, hinge, (-1, 0, 0), 0.0, UP)
    if seat == "no lid":
        return
    low = z + thick + 0.001
    rise = rng.uniform(0.008, 0.02)
    lines = [
        oval(a + 0.006, f + 0.006, back + 0.002, low, p, 5.0, n),
        oval(a + 0.006, f + 0.006, back + 0.002, low + 0.5 * rise, p, 5.0, n),
        oval(a * 0.93, f * 0.94, back * 0.9, low + rise, p, 5.0, n),
    ]
    lid = builder.part("lid", hull(lines), finish="plastic")
    builder.hinge(lid, hinge, (-1, 0, 0), 0.0, UP)
