"""Showers: tray, glass screens and doors, riser rail with head and hose, mixer.

Part tree: tray with its drain, each screen with pane and profiles, door that swings or slides with
its handle, column (rail, hand shower, hose, overhead rose), mixer, shelf. The corner of the room is
at +x, +y.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    arc,
    box,
    curve,
    cylinder,
    extrusion,
    frame,
    joined,
    lathe,
    moved,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import ring_plate, upended

PLANS = ("corner", "walk-in", "niche", "quadrant", "three sides")
DOORS = ("swing", "slide", "none")
HEADS = ("hand shower", "rain head", "both", "fixed arm")
MIXERS = ("thermostat bar", "plate", "two wheels")
TRAYS = ("low", "raised", "flush", "deep")
EXTRAS = ("none", "basket", "seat", "grab rail", "wall panels")


def make(rng: np.random.Generator) -> Asset:
    """A shower, 0.75 to 1.4 m wide and about 2 m high."""
    style = (str(rng.choice(o)) for o in (PLANS, DOORS, HEADS, MIXERS, TRAYS, EXTRAS))
    return build(*style, rng=rng)


def build(
    plan: str, door: str, head: str, mixer: str, tray: str, extra: str, *, rng: np.random.Generator
) -> Asset:
    """A shower of given style."""
    builder = Builder("shower")
    half = rng.uniform(0.38, 0.5) if plan in ("corner", "quadrant") else rng.uniform(0.42, 0.68)
    deep = half if plan == "quadrant" else rng.uniform(0.38, 0.48)
    low = {"low": 0.04, "raised": 0.14, "flush": 0.02, "deep": 0.22}[tray]
    high = rng.uniform(1.88, 2.05)
    _tray(builder, plan, half, deep, low, rng)
    framed = rng.random() < 0.5
    if plan == "quadrant":
        _quadrant(builder, half, deep, low, high, door, framed)
    else:
        if plan in ("corner", "three sides"):
            _fixed(builder, (-half + 0.02, -deep + 0.02), (-half + 0.02, deep), low, high, framed)
        if plan == "three sides":
            _fixed(builder, (half - 0.02, -deep + 0.02), (half - 0.02, deep), low, high, framed)
        _front(builder, plan, half, deep, low, high, door, framed)
    _backing(builder, half, deep, high + 0.05, tiled=extra in ("wall panels", "grab rail", "seat"))
    _column(builder, head, mixer, deep, low, rng)
    if extra == "basket":
        _basket(builder, deep)
    elif extra == "seat":
        x = -half * 0.45
        seat = builder.part(
            "seat",
            box((x - 0.17, deep - 0.33, 0.47), (x + 0.17, deep - 0.03, 0.5), 0.008),
            finish="wood",
        )
        arms = [
            box(
                (x + s * 0.12 - 0.01, deep - 0.28, 0.45), (x + s * 0.12 + 0.01, deep - 0.001, 0.472)
            )
            for s in (-1, 1)
        ]
        builder.part("arms", *arms, parent=seat, finish="metal")
        builder.hinge(seat, (0, deep - 0.03, 0.47), (-1, 0, 0), 0.0, math.pi / 2)
    elif extra == "grab rail":
        z, x = 1.0, -half * 0.55
        knots = [(x, deep, z), (x, deep - 0.06, z), (x, deep - 0.06, z + 0.4), (x, deep, z + 0.4)]
        rail = joined(*(cylinder(a, b, 0.014, sides=10) for a, b in pairwise(knots)))
        builder.part("grab rail", rail, finish="metal")
    style = f"{plan}, {door}, {head}, {mixer}, {tray} tray, {extra}"
    return pose_at_random(builder.asset(style), rng, share_open=0.5)


def _tray(
    builder: Builder, plan: str, half: float, deep: float, low: float, rng: np.random.Generator
) -> None:
    whole = builder.part("tray")
    rim = 0.05
    if plan == "quadrant":
        outer = _quarter(half, deep, 0.0)
        inner = _quarter(half, deep, rim)
    else:
        outer = np.array([(-half, -deep), (half, -deep), (half, deep), (-half, deep)], float)
        inner = outer * (1 - rim / half, 1 - rim / deep)
    sunk = max(0.006, low - (0.03 if low < 0.1 else 0.06))
    builder.part("rim", ring_plate(outer, inner, 0, low), parent=whole, finish="ceramic")
    floor = extrusion(inner * 1.01, sunk, 0.0)
    builder.part("floor", floor, parent=whole, finish="ceramic")
    x, y = (0.0, 0.0) if rng.random() < 0.5 else (0.4 * half, 0.4 * deep)
    if rng.random() < 0.3 and plan != "quadrant":
        drain = builder.part(
            "channel",
            box((-0.3 * half, y - 0.03, sunk - 0.004), (0.3 * half, y + 0.03, sunk + 0.003)),
            parent=whole,
            finish="metal",
        )
        bars = [
            box((t * half - 0.004, y - 0.022, sunk), (t * half + 0.004, y + 0.022, sunk + 0.005))
            for t in np.linspace(-0.27, 0.27, 12)
        ]
        builder.part("grate", *bars, parent=drain, finish="metal")
    else:
        drain = builder.part(
            "drain",
            moved(lathe([(0.055, 0), (0.055, 0.004), (0.045, 0.007)], 22), x, y, sunk - 0.001),
            parent=whole,
            finish="metal",
        )
        knob = lathe([(0.02, 0.004), (0.02, 0.009), (0.014, 0.011)], 14)
        builder.part("cover", moved(knob, x, y, sunk - 0.001), parent=drain, finish="metal")


def _quarter(half: float, deep: float, inset: float) -> np.ndarray:
    """A square whose corner at -x, -y is rounded off, drawn in by `inset`."""
    x, y = half - inset, deep - inset
    r = 2 * 0.6 * half - inset * 0.2
    bow = arc(1.0, math.pi, 1.5 * math.pi, 11) * (r, r) + (r - x, r - y)
    return np.concatenate([bow, [(x, -y), (x, y), (-x, y)]])


def _fixed(
    builder: Builder,
    start: tuple[float, float],
    end: tuple[float, float],
    low: float,
    high: float,
    framed: bool,
    name: str = "side screen",
) -> int:
    """A standing pane from one point of the plan to another, square to the axes."""
    screen = builder.part(name)
    (a, b), (c, d) = start, end
    along_x = abs(c - a) > abs(d - b)
    t = 0.004
    pane_low = (min(a, c), b - t, low) if along_x else (a - t, min(b, d), low)
    pane_high = (max(a, c), b + t, high) if along_x else (a + t, max(b, d), high)
    builder.part("pane", box(pane_low, pane_high), parent=screen, finish="glass")
    w = 0.014
    rails: list[Mesh] = []
    heights = ((low, low + 0.02), (high - 0.015, high + 0.012)) if framed else ((low, low + 0.014),)
    for z0, z1 in heights:
        if along_x:
            rails.append(box((min(a, c), b - w, z0), (max(a, c), b + w, z1)))
        else:
            rails.append(box((a - w, min(b, d), z0), (a + w, max(b, d), z1)))
    builder.part("rails", *rails, parent=screen, finish="metal")
    ends = (start, end) if framed else (end,)
    for x, y in ends:
        post = box((x - w, y - w, low), (x + w, y + w, high + 0.012), 0.002)
        builder.part("profile", post, parent=screen, finish="metal")
    return screen


def _front(
    builder: Builder,
    plan: str,
    half: float,
    deep: float,
    low: float,
    high: float,
    door: str,
    framed: bool,
) -> None:
    """The front: a fixed pane and a door beside it, or an open way."""
    y, x0, x1 = -deep + 0.02, -half + 0.02, half - 0.02
    width = x1 - x0
    share = 0.0 if door == "swing" and width < 0.85 else 0.5
    if door == "none" or plan == "walk-in":
        _fixed(builder, (x0 + 0.55 * width, y), (x1, y), low, high, framed, "front screen")
        bar = cylinder(
            (x0 + 0.56 * width, y, high - 0.01),
            (x0 + 0.56 * width, deep, high - 0.01),
            0.009,
            sides=8,
        )
        builder.part("stay bar", bar, finish="metal")
        return
    if share:
        _fixed(builder, (x0 + share * width, y), (x1, y), low, high, framed, "front screen")
    edge = x0 + share * width if share else x1
    leaf = builder.part("door")
    near = y - 0.022 if door == "slide" else y
    pane = box((x0 + 0.006, near - 0.004, low + 0.012), (edge - 0.004, near + 0.004, high - 0.008))
    builder.part("pane", pane, parent=leaf, finish="glass")
    seal = box((x0 + 0.006, near - 0.006, low + 0.003), (edge - 0.004, near + 0.006, low + 0.016))
    builder.part("seal", seal, parent=leaf, finish="rubber")
    at = edge - 0.06
    for side in (-1, 1):
        grip = joined(
            cylinder((at, near + side * 0.04, 0.95), (at, near + side * 0.04, 1.2), 0.008, sides=8),
            *(
                cylinder((at, near, z), (at, near + side * 0.04, z), 0.006, sides=8)
                for z in (0.98, 1.17)
            ),
        )
        builder.part("handle", grip, parent=leaf, finish="metal")
    post = box((x0 - 0.014, y - 0.014, low), (x0 + 0.008, y + 0.014, high + 0.012), 0.002)
    builder.part("profile", post, finish="metal")
    if door == "swing":
        for z in (low + 0.2, high - 0.2):
            clamp = box(
                (x0 - 0.004, near - 0.014, z - 0.04), (x0 + 0.05, near + 0.014, z + 0.04), 0.003
            )
            builder.part("hinge", clamp, parent=leaf, finish="metal")
        builder.hinge(leaf, (x0, near, 0), (0, 0, -1), 0.0, 1.6)
        return
    rail = box((x0, y - 0.034, high - 0.012), (x1, y + 0.012, high + 0.016), 0.002)
    builder.part("slide rail", rail, finish="metal")
    foot = box((x0, y - 0.03, low - 0.001), (x1, y + 0.012, low + 0.006))
    builder.part("floor rail", foot, finish="metal")
    for x in (x0 + 0.06, edge - 0.06):
        roller = cylinder(
            (x, near - 0.012, high - 0.004), (x, near + 0.012, high - 0.004), 0.02, sides=14
        )
        builder.part("roller", roller, parent=leaf, finish="plastic")
    builder.slide(leaf, (1, 0, 0), 0.0, 0.9 * (x1 - edge))


def _quadrant(
    builder: Builder, half: float, deep: float, low: float, high: float, door: str, framed: bool
) -> None:
    """Two straight panes at the walls and two bowed ones between."""
    line = _quarter(half, deep, 0.02)[:11]
    inner = line + np.array([0.008, 0.008])
    cut = [(0, 5), (5, 10)]
    for k, (a, b) in enumerate(cut):
        strip = np.concatenate([line[a : b + 1], inner[a : b + 1][::-1]])
        leaf = builder.part("door" if door != "none" or k else "front screen")
        builder.part("pane", extrusion(strip, high - low, low), parent=leaf, finish="glass")
        at = line[b] if k == 0 else line[a]
        shift = np.array([0.05, -0.05]) * (-1 if k == 0 else 1)
        spot = at + shift
        grip = joined(
            cylinder((*(spot - 0.03), 0.95), (*(spot - 0.03), 1.2), 0.008, sides=8),
            *(
                cylinder((*(spot - 0.03), z), (*(spot + 0.006), z), 0.006, sides=8)
                for z in (0.98, 1.17)
            ),
        )
        builder.part("handle", grip, parent=leaf, finish="metal")
    for z in (low - 0.001, high - 0.004):
        outer, within = line - 0.008, line + 0.016
        rail = extrusion(np.concatenate([outer, within[::-1]]), 0.014, z)
        builder.part("bowed rail", rail, finish="metal")
    ends = (
        ((float(line[0, 0]), float(line[0, 1])), (-half + 0.02, deep)),
        ((float(line[-1, 0]), float(line[-1, 1])), (half, -deep + 0.02)),
    )
    for start, end in ends:
        if abs(end[0] - start[0]) + abs(end[1] - start[1]) > 0.05:
            _fixed(builder, start, end, low, high, framed)


def _backing(builder: Builder, half: float, deep: float, high: float, *, tiled: bool) -> None:
    """The piece of wall that carries the pipes: a narrow panel, or sheets over the whole back."""
    if tiled:
        for k, (a, b) in enumerate(((-half, -0.003), (0.003, half))):
            sheet = box((a, deep, 0), (b, deep + 0.012, high))
            builder.part("wall panel", sheet, finish="stone" if k else "ceramic")
        strip = box((-0.008, deep - 0.002, 0), (0.008, deep + 0.012, high))
        builder.part("joint strip", strip, finish="metal")
        return
    panel = box((-0.16, deep, 0), (0.16, deep + 0.02, high), 0.003)
    builder.part("wall panel", panel, finish="stone")


def _column(
    builder: Builder, head: str, mixer: str, deep: float, low: float, rng: np.random.Generator
) -> None:
    z = low + rng.uniform(0.95, 1.1)
    y = deep - 0.055
    whole = builder.part("mixer")
    if mixer == "thermostat bar":
        body = cylinder((-0.13, y, z), (0.13, y, z), 0.022, sides=14)
        builder.part("body", body, parent=whole, finish="metal")
        for s in (-1, 1):
            knob = cylinder((s * 0.128, y, z), (s * 0.165, y, z), 0.024, sides=14)
            index = builder.part("knob", knob, parent=whole, finish="plastic")
            builder.hinge(index, (s * 0.13, y, z), (1, 0, 0), 0.0, 2.0)
            stub = cylinder((s * 0.075, y, z), (s * 0.075, deep, z), 0.014, sides=10)
            rose = upended(lathe([(0.03, -0.002), (0.03, 0.006), (0.02, 0.012)], 16))
            builder.part(
                "union", stub, moved(rose, s * 0.075, deep, z), parent=whole, finish="metal"
            )
    elif mixer == "plate":
        builder.part(
            "plate",
            box((-0.08, deep - 0.01, z - 0.1), (0.08, deep + 0.002, z + 0.1), 0.004),
            parent=whole,
            finish="metal",
        )
        hub = cylinder((0, deep - 0.008, z - 0.02), (0, y, z - 0.02), 0.024, sides=16)
        bar = box((-0.008, y - 0.01, z - 0.02), (0.008, y + 0.004, z + 0.08), 0.003)
        lever = builder.part("lever", hub, bar, parent=whole, finish="metal")
        builder.hinge(lever, (0, y, z - 0.02), (0, 1, 0), 0.0, 1.2)
        button = cylinder(
            (0, deep - 0.008, z + 0.075), (0, deep - 0.022, z + 0.075), 0.014, sides=12
        )
        builder.part("diverter", button, parent=whole, finish="metal")
    else:
        for s in (-1, 1):
            stem = cylinder((s * 0.08, deep, z), (s * 0.08, y, z), 0.013, sides=10)
            wheel = upended(lathe([(0.03, 0), (0.034, 0.01), (0.03, 0.03), (0.02, 0.034)], 8))
            index = builder.part(
                "handle", stem, moved(wheel, s * 0.08, y + 0.01, z), parent=whole, finish="metal"
            )
            builder.hinge(index, (s * 0.08, y, z), (0, 1, 0), 0.0, 1.5)
        pipe = cylinder((-0.08, deep - 0.02, z), (0.08, deep - 0.02, z), 0.012, sides=10)
        builder.part("pipe", pipe, parent=whole, finish="metal")
    outlet = deep - 0.02 if mixer != "thermostat bar" else y
    start = (0.0, outlet, z - 0.02)
    if head in ("rain head", "both"):
        _rain(builder, outlet, z, deep, rng)
    if head == "fixed arm":
        arm = tube(
            curve([(0, deep, 1.95), (0, deep - 0.12, 1.97), (0, deep - 0.22, 1.9)], 8),
            0.011,
            sides=8,
        )
        rose = upended(lathe([(0.028, -0.002), (0.028, 0.004), (0.014, 0.012)], 16))
        bell = turned(lathe([(0.05, -0.03), (0.052, -0.02), (0.014, 0.03)], 18), "x", -0.5)
        fixed = builder.part("shower arm")
        builder.part("arm", arm, moved(rose, 0, deep, 1.95), parent=fixed, finish="metal")
        builder.part("head", moved(bell, 0, deep - 0.225, 1.885), parent=fixed, finish="metal")
    elif head in ("hand shower", "both"):
        _hand(builder, start, deep, z, rng)


def _rain(builder: Builder, y: float, z: float, deep: float, rng: np.random.Generator) -> None:
    """A pipe up from the mixer and a broad rose over the head."""
    rain = builder.part("rain shower")
    top = rng.uniform(2.0, 2.1)
    reach = rng.uniform(0.3, 0.4)
    rise = joined(
        cylinder((0, y, z), (0, y, top - 0.03), 0.011, sides=10),
        tube(
            curve(
                [
                    (0, y, top - 0.04),
                    (0, y - 0.01, top - 0.008),
                    (0, y - 0.05, top),
                    (0, y - reach, top),
                ],
                9,
            ),
            0.011,
            sides=8,
        ),
    )
    clip = box((-0.014, y - 0.014, top - 0.12), (0.014, deep, top - 0.09), 0.003)
    builder.part("riser", rise, parent=rain, finish="metal")
    builder.part("clip", clip, parent=rain, finish="metal")
    size = rng.uniform(0.09, 0.14)
    neck = cylinder((0, y - reach, top + 0.008), (0, y - reach, top - 0.04), 0.014, sides=10)
    if rng.random() < 0.5:
        plate = lathe([(size, top - 0.05), (size, top - 0.042), (0.3 * size, top - 0.032)], 26)
        nozzles = lathe([(size * 0.9, top - 0.053), (size * 0.9, top - 0.048)], 26)
    else:
        plate = box((-size, -size, top - 0.05), (size, size, top - 0.038), 0.003)
        nozzles = box(
            (-size * 0.9, -size * 0.9, top - 0.053), (size * 0.9, size * 0.9, top - 0.048)
        )
    rose = builder.part("rose", moved(plate, 0, y - reach), neck, parent=rain, finish="metal")
    builder.part("nozzles", moved(nozzles, 0, y - reach), parent=rose, finish="rubber")


def _hand(
    builder: Builder,
    start: tuple[float, float, float],
    deep: float,
    z: float,
    rng: np.random.Generator,
) -> None:
    """A rail on the wall, a holder on it, and a hand piece on its hose."""
    whole = builder.part("hand shower")
    x = 0.11 * float(rng.choice((-1, 1)))
    y, low, top = deep - 0.05, z + 0.12, z + rng.uniform(0.7, 0.85)
    rail = cylinder((x, y, low), (x, y, top), 0.01, sides=10)
    ends = [cylinder((x, y, h), (x, deep, h), 0.013, sides=10) for h in (low + 0.02, top - 0.02)]
    builder.part("rail", rail, *ends, parent=whole, finish="metal")
    hold = rng.uniform(0.35, 0.9) * (top - low) + low
    holder = box((x - 0.018, y - 0.045, hold - 0.02), (x + 0.018, y + 0.016, hold + 0.02), 0.006)
    slider = builder.part("holder", holder, parent=whole, finish="plastic")
    foot, tip = np.array([x, y - 0.035, hold - 0.06]), np.array([x, y - 0.1, hold + 0.13])
    grip = cylinder(foot, tip, 0.011, 0.013, sides=10)
    size = rng.uniform(0.035, 0.055)
    face = turned(
        upended(
            lathe([(0.3 * size, -0.014), (size, 0.002), (size, 0.012), (0.85 * size, 0.015)], 20)
        ),
        "x",
        0.8,
    )
    hand = builder.part("hand piece", grip, moved(face, *tip), parent=slider, finish="metal")
    disc = turned(upended(lathe([(0.8 * size, 0.012), (0.8 * size, 0.017)], 20)), "x", 0.8)
    builder.part("spray face", moved(disc, *tip), parent=hand, finish="rubber")
    sag = z - rng.uniform(0.15, 0.4)
    knots = [
        start,
        (start[0], start[1] - 0.01, z - 0.12),
        (x * 0.5, y - 0.05, sag),
        (x * 0.9, y - 0.05, z),
        foot,
    ]
    builder.part("hose", tube(curve(knots, 20), 0.0065, sides=6), parent=whole, finish="metal")
    if rng.random() < 0.4:
        dish = frame(
            (x - 0.07, y - 0.07, low + 0.05), (x + 0.07, y + 0.01, low + 0.07), 0.008, axis="z"
        )
        floor = box((x - 0.066, y - 0.066, low + 0.048), (x + 0.066, y + 0.006, low + 0.053))
        builder.part("soap dish", dish, floor, parent=whole, finish="glass")


def _basket(builder: Builder, deep: float) -> None:
    """A wire basket on the wall with bottles."""
    x, z = 0.0, 1.5
    rim = frame((x - 0.13, deep - 0.12, z + 0.05), (x + 0.13, deep, z + 0.058), 0.005, axis="z")
    wires = [
        cylinder((x + t, deep - 0.118, z), (x + t, deep, z), 0.002, sides=4)
        for t in np.linspace(-0.125, 0.125, 9)
    ]
    posts = [
        cylinder((x + s * 0.127, y, z), (x + s * 0.127, y, z + 0.055), 0.003, sides=4)
        for s in (-1, 1)
        for y in (deep - 0.117, deep - 0.003)
    ]
    edge = [cylinder((x - 0.127, deep - 0.117, z), (x + 0.127, deep - 0.117, z), 0.003, sides=4)]
    basket = builder.part("basket")
    builder.part("rim", rim, parent=basket, finish="metal")
    builder.part("wires", *wires, *posts, *edge, parent=basket, finish="metal")
    for at, r, tall in ((-0.06, 0.028, 0.15), (0.045, 0.032, 0.12)):
        bottle = lathe([(r, 0.002), (r, tall * 0.8), (r * 0.4, tall * 0.88), (r * 0.4, tall)], 16)
        builder.part(
            "bottle", moved(bottle, x + at, deep - 0.06, z), parent=basket, finish="plastic"
        )
