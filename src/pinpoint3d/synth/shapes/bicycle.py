"""Bicycles: city, sport and mountain bikes, and children's bikes with training wheels.

Part tree: frame (tubes), steering (fork, front wheel, handlebar, stem, grips, brakes), rear wheel,
saddle with its post, cranks with pedals, chain, and mudguards, racks, lights, basket, bell.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Point,
    box,
    curve,
    cushion,
    cylinder,
    frame,
    joined,
    moved,
    tube,
)
from pinpoint3d.synth.shapes.sweeps import hull, oval, side_plate

FRAMES = ("diamond", "step-through", "curved step-through", "sloping")
BARS = ("flat", "swept", "drop", "riser")
GUARDS = ("none", "both", "rear")
CARRIERS = ("none", "rack", "basket", "rack and basket")
SIZES = ("adult", "adult", "adult", "child")
STANDS = ("none", "side stand", "training wheels")


def make(rng: np.random.Generator) -> Asset:
    """A bicycle, 1.0 to 1.8 m long, its front towards -y."""
    style = (str(rng.choice(o)) for o in (FRAMES, BARS, GUARDS, CARRIERS, SIZES, STANDS))
    return build(*style, rng=rng)


def build(
    shape: str,
    bars: str,
    guards: str,
    carrier: str,
    size: str,
    stand: str,
    *,
    rng: np.random.Generator,
) -> Asset:
    """A bicycle of given style."""
    builder = Builder("bicycle")
    child = size == "child"
    if stand == "training wheels" and not child:
        stand = "side stand"
    r = rng.uniform(0.17, 0.25) if child else rng.uniform(0.29, 0.345)
    tyre = rng.uniform(0.014, 0.03) * (0.8 if child else 1.0)
    k = r / 0.33  # small bikes are small all over
    base = rng.uniform(0.96, 1.06) * k
    rear, front = np.array([0, base * 0.43, r]), np.array([0, -base * 0.57, r])
    crank = np.array([0, 0, r - 0.055 * k])
    seat = np.array([0, 0.17 * k, r + rng.uniform(0.42, 0.52) * k])
    head_low = front + np.array([0, 0.15 * k, 0.36 * k])
    head_high = head_low + np.array([0, 0.045 * k, rng.uniform(0.13, 0.18) * k])
    _frame(builder, shape, rear, crank, seat, head_low, head_high, k)
    steering = builder.part("steering")
    _wheel(builder, "front wheel", front, r, tyre, steering, rng)
    _wheel(builder, "rear wheel", rear, r, tyre, -1, rng)
    _fork(builder, steering, front, head_low, k)
    _handlebar(builder, steering, bars, head_high, k, rng)
    _saddle(builder, seat, k, rng)
    _drive(builder, crank, rear, k, rng)
    for name, hub, parent, wanted in (
        ("front mudguard", front, steering, guards == "both"),
        ("rear mudguard", rear, -1, guards in ("both", "rear")),
    ):
        if wanted:
            start, end = (0.15, 2.5) if name == "rear mudguard" else (0.75, 2.9)
            _mudguard(builder, name, hub, r + 0.012, tyre, start, end, parent)
    if "rack" in carrier:
        _rack(builder, rear, r, seat, k)
    if "basket" in carrier:
        _basket(builder, steering, head_high, k, rng)
    if rng.random() < 0.5:
        _lights(builder, steering, head_high, rear, r, guards, k)
    if stand == "side stand":
        foot = np.array([-0.17 * k, 0.12 * k, 0.006])
        leg = cylinder(crank + np.array([-0.02, 0.05 * k, 0.0]), foot, 0.008, sides=8)
        builder.part("stand", leg, finish="metal")
    elif stand == "training wheels":
        for s in (-1, 1):
            hub = np.array([s * 0.19, rear[1], 0.06])
            wheel = cylinder(
                hub - np.array([0.012, 0, 0]), hub + np.array([0.012, 0, 0]), 0.06, sides=16
            )
            arm = tube(
                [rear, (s * 0.08, rear[1], r), (s * 0.17, rear[1], 0.06), hub], 0.006, sides=6
            )
            builder.part("training wheel", wheel, arm, finish="rubber")
    # The axis is upright, so that a turned wheel stays on the ground.
    axis = (head_low + head_high) / 2
    builder.hinge(steering, axis, (0, 0, 1), -0.6, 0.6)
    asset = builder.asset(f"{shape}, {bars} bar, {guards} guards, {carrier}, {size}, {stand}")
    return pose_at_random(asset, rng, share_open=0.5)


def _frame(
    builder: Builder,
    shape: str,
    rear: np.ndarray,
    crank: np.ndarray,
    seat: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    k: float,
) -> None:
    whole = builder.part("frame")
    thick = 0.016 * k + 0.002

    def pipe(name: str, path: list[np.ndarray], radius: float) -> None:
        points = curve(path, 9) if len(path) > 2 else np.stack(path)
        builder.part(name, tube(points, radius, sides=8), parent=whole, finish="metal")

    pipe("head tube", [low, high], thick * 1.2)
    post = seat + (crank - seat) * 0.16
    pipe("seat tube", [crank, post], thick)
    down = low + (high - low) * 0.25
    up = high + (low - high) * 0.2
    if shape in ("diamond", "sloping"):
        share = 0.02 if shape == "diamond" else 0.35
        pipe("top tube", [up, post + (crank - post) * share], thick * 0.9)
        pipe("down tube", [down, crank], thick * 1.1)
    elif shape == "step-through":
        pipe("top tube", [up, post + (crank - post) * 0.7], thick)
        pipe("down tube", [down, crank], thick)
    else:
        sag = (down + crank) / 2 + np.array([0, 0.05, -0.06]) * k
        pipe("down tube", [down, sag, crank], thick * 1.3)
        arch = (up + post + (crank - post) * 0.6) / 2 + np.array([0, 0.03, -0.09]) * k
        pipe("top tube", [up, arch, post + (crank - post) * 0.6], thick * 0.8)
    for name, root, radius in (("chain stays", crank, 0.55), ("seat stays", post, 0.5)):
        sides = [np.array([s * 0.055 * k, 0, 0]) for s in (-1, 1)]
        pair = [cylinder(root + 0.4 * x, rear + x, thick * radius, sides=8) for x in sides]
        builder.part(name, *pair, parent=whole, finish="metal")
    shell = cylinder(
        crank - np.array([0.036 * k, 0, 0]),
        crank + np.array([0.036 * k, 0, 0]),
        0.024 * k,
        sides=12,
    )
    builder.part("bottom bracket", shell, parent=whole, finish="metal")


def _circle(hub: np.ndarray, radius: float, n: int, x: float = 0.0) -> np.ndarray:
    angle = np.arange(n) * (2 * math.pi / n) - math.pi / 2
    return hub + np.stack([np.full(n, x), radius * np.cos(angle), radius * np.sin(angle)], 1)


def _wheel(
    builder: Builder,
    name: str,
    hub: np.ndarray,
    radius: float,
    tyre: float,
    parent: int,
    rng: np.random.Generator,
) -> None:
    wheel = builder.part(name, parent=parent)
    ring = tube(_circle(hub, radius - tyre, 28), tyre, sides=8, closed=True)
    builder.part("tyre", ring, parent=wheel, finish="rubber")
    flat = radius - 2 * tyre
    rim = tube(_circle(hub, flat, 28), 0.009, sides=6, closed=True)
    builder.part("rim", rim, parent=wheel, finish="metal")
    half = 0.045 * radius / 0.33
    axle = cylinder(
        hub - np.array([half * 1.5, 0, 0]), hub + np.array([half * 1.5, 0, 0]), 0.006, sides=8
    )
    barrel = cylinder(hub - np.array([half, 0, 0]), hub + np.array([half, 0, 0]), 0.022, sides=12)
    builder.part("hub", joined(axle, barrel), parent=wheel, finish="metal")
    n = int(rng.choice((12, 16, 20)))
    ends = _circle(hub, flat, n)
    spokes = [
        cylinder(hub + np.array([half * (1 if i % 2 else -1), 0, 0]), end, 0.0015, sides=4)
        for i, end in enumerate(ends)
    ]
    builder.part("spokes", *spokes, parent=wheel, finish="metal")
    if rng.random() < 0.3:
        at = ends[int(rng.integers(n))]
        flake = cushion(
            (at + hub * 2) / 3 - np.array([0.006, 0.02, 0.02]),
            (at + hub * 2) / 3 + np.array([0.006, 0.02, 0.02]),
            4,
            8,
            6,
        )
        builder.part("reflector", flake, parent=wheel, finish="plastic")


def _fork(builder: Builder, steering: int, hub: np.ndarray, low: np.ndarray, k: float) -> None:
    fork = builder.part("fork", parent=steering)
    crown = low + np.array([0, -0.01, -0.02]) * k
    half = 0.05 * k
    block = box(
        crown - np.array([half + 0.01, 0.02 * k, 0.015]),
        crown + np.array([half + 0.01, 0.02 * k, 0.025]),
        0.006,
    )
    builder.part("crown", block, parent=fork, finish="metal")
    for s in (-1, 1):
        side = np.array([s * half, 0, 0])
        bend = crown + (hub - crown) * 0.7 + np.array([0, 0.012, 0])
        blade = tube(
            curve([crown + side, bend + side, hub + side], 7),
            np.linspace(0.014, 0.009, 7) * k,
            sides=8,
        )
        builder.part("blade", blade, parent=fork, finish="metal")


def _handlebar(
    builder: Builder, steering: int, bars: str, head: np.ndarray, k: float, rng: np.random.Generator
) -> None:
    bar = builder.part("handlebar", parent=steering)
    rise = rng.uniform(0.04, 0.12) * k
    clamp = head + np.array([0, -0.06 * k if bars != "swept" else -0.03 * k, rise])
    stem = tube(
        [head - np.array([0, 0, 0.02]), head + np.array([0, 0, rise * 0.8]), clamp],
        0.013 * k,
        sides=8,
    )
    builder.part("stem", stem, parent=bar, finish="metal")
    wide = rng.uniform(0.26, 0.34) * k
    reach: list[tuple[float, float, float]] = {
        "flat": [(0.0, 0.0, 0.0), (0.5, 0.0, 0.0), (1.0, 0.03, 0.0)],
        "riser": [(0.0, 0.0, 0.0), (0.25, 0.0, 0.0), (0.4, 0.0, 0.06), (1.0, 0.05, 0.07)],
        "swept": [(0.0, 0.0, 0.0), (0.5, -0.03, 0.05), (0.9, 0.06, 0.07), (0.95, 0.22, 0.05)],
        "drop": [
            (0.0, 0.0, 0.0),
            (0.62, 0.0, 0.0),
            (0.68, -0.09, -0.02),
            (0.7, -0.06, -0.13),
            (0.72, 0.04, -0.14),
        ],
    }[bars]
    half = np.array([clamp + np.array([x * wide, y * k, z * k]) for x, y, z in reach])
    right = curve(half, 13)
    left = (right * [-1, 1, 1])[::-1]
    pipe = tube(np.concatenate([left[:-1], right]), 0.011, sides=8)
    builder.part("bar", pipe, parent=bar, finish="metal")
    for s in (-1, 1):
        end = right[-4:] * [s, 1, 1]
        builder.part("grip", tube(end, 0.016, sides=10), parent=bar, finish="rubber")
        at = right[-5] * [s, 1, 1]
        if bars == "drop":
            at = right[7] * [s, 1, 1]
            lever = tube(
                curve(
                    [
                        at,
                        at + np.array([0, -0.03 * k, 0.02]),
                        at + np.array([0, -0.03 * k, -0.09 * k]),
                    ],
                    6,
                ),
                0.007,
                sides=6,
            )
        else:
            tip = at + np.array([s * 0.08 * k, -0.045, -0.012])
            if bars == "swept":
                tip = at + np.array([s * 0.03, 0.1 * k, -0.03])
            lever = tube([at, (at + tip) / 2 + np.array([0, -0.012, 0]), tip], 0.005, sides=6)
        builder.part("brake lever", lever, parent=bar, finish="metal")
    if rng.random() < 0.4:
        at = right[4]
        dome = cushion(
            at + np.array([-0.022, -0.022, 0.005]), at + np.array([0.022, 0.022, 0.045]), 2.0, 10, 6
        )
        builder.part("bell", dome, parent=bar, finish="metal")


def _saddle(builder: Builder, seat: np.ndarray, k: float, rng: np.random.Generator) -> None:
    up = rng.uniform(0.05, 0.16) * k
    whole = builder.part("seat")
    tilt = np.array([0, 0.3, 1.0]) / math.hypot(0.3, 1.0)
    top = seat + tilt * up
    post = cylinder(seat - tilt * 0.14 * k, top, 0.0125, sides=10)
    builder.part("seat post", post, parent=whole, finish="metal")
    broad, long = rng.uniform(0.07, 0.1) * k, rng.uniform(0.12, 0.14) * k
    outlines = [
        _saddle_line(broad * 0.85, long * 0.95, 0.0),
        _saddle_line(broad, long, 0.02),
        _saddle_line(broad * 0.96, long * 0.98, 0.04),
        _saddle_line(broad * 0.6, long * 0.8, 0.052),
    ]
    builder.part(
        "saddle",
        moved(hull(outlines), *(top - np.array([0, 0, 0.006]))),
        parent=whole,
        finish="leather",
    )
    if rng.random() < 0.3:
        for s in (-1, 1):
            at = top + np.array([s * 0.035, 0.05 * k, -0.045])
            coil = cylinder(at, at + np.array([0, 0, 0.05]), 0.014, sides=8)
            builder.part("spring", coil, parent=whole, finish="metal")


def _saddle_line(broad: float, long: float, z: float) -> np.ndarray:
    """Outline of a saddle: narrow in front, broad behind."""
    line = oval(broad, long, long, z, 2.2, n_points=20)
    ahead = np.clip(0.5 - line[:, 1] / long, 0, 1.5) / 1.5
    line[:, 0] *= 1 - 0.78 * ahead**0.7
    return line


def _drive(
    builder: Builder, crank: np.ndarray, rear: np.ndarray, k: float, rng: np.random.Generator
) -> None:
    x = 0.05 * k
    turn = builder.part("cranks")
    ring = rng.uniform(0.075, 0.1) * k
    plate = cylinder(
        crank + np.array([x - 0.003, 0, 0]), crank + np.array([x + 0.003, 0, 0]), ring, sides=24
    )
    axle = cylinder(
        crank - np.array([x + 0.02, 0, 0]), crank + np.array([x + 0.02, 0, 0]), 0.01, sides=8
    )
    builder.part("chainring", plate, axle, parent=turn, finish="metal")
    angle, arm = rng.uniform(0, math.pi), 0.165 * k
    for s in (-1, 1):
        way = np.array([0, math.cos(angle), math.sin(angle)]) * s * arm
        side = np.array([s * (x + 0.018), 0, 0])
        builder.part(
            "crank",
            cylinder(crank + side, crank + side + way, 0.011 * k, sides=8),
            parent=turn,
            finish="metal",
        )
        at = crank + side + way
        low, high = (
            at + np.array([0, -0.04 * k, -0.011]),
            at + np.array([s * 0.095 * k, 0.04 * k, 0.011]),
        )
        builder.part("pedal", box(low, high, 0.005), parent=turn, finish="rubber")
    builder.hinge(turn, crank, (1, 0, 0), 0.0, 2 * math.pi)
    cog = 0.036 * k
    middle = rear + np.array([x, 0, 0])
    disc = cylinder(
        middle - np.array([0.006, 0, 0]), middle + np.array([0.006, 0, 0]), cog, sides=14
    )
    builder.part("sprocket", disc, finish="metal")
    at = crank + np.array([x, 0, 0])
    if rng.random() < 0.45:
        z0, z1 = min(at[2], middle[2]) - ring - 0.006, max(at[2], middle[2]) + ring * 0.9
        outline: list[Point] = [(at[1] - ring, z0 + 0.03), (at[1], z0), (at[1] + ring, z0 + 0.01)]
        outline += [
            (middle[1] + cog, middle[2] - cog - 0.01),
            (middle[1] + cog, middle[2] + cog + 0.012),
        ]
        outline += [(at[1] + ring * 0.5, z1 + 0.012), (at[1] - ring, z1 - 0.02)]
        builder.part("chain guard", side_plate(outline, x + 0.005, x + 0.011), finish="plastic")
        return
    runs = [
        cylinder(
            at + np.array([0, 0, s * ring * 0.98]),
            middle + np.array([0, 0, s * cog]),
            0.005,
            sides=6,
        )
        for s in (-1, 1)
    ]
    builder.part("chain", *runs, finish="metal")


def _mudguard(
    builder: Builder,
    name: str,
    hub: np.ndarray,
    radius: float,
    tyre: float,
    start: float,
    end: float,
    parent: int,
) -> None:
    """A bent strip over a wheel from one angle to another, on two stays."""
    n = 14
    angle = np.linspace(start, end, n)
    half = tyre + 0.012
    arc = hub + np.stack([np.zeros(n), np.cos(angle), np.sin(angle)], 1) * radius
    outer = hub + (arc - hub) * (1 + 0.004 / radius)
    lines = [
        np.stack(
            [
                arc[i] - [half, 0, 0],
                arc[i] + [half, 0, 0],
                outer[i] + [half * 0.8, 0, 0],
                outer[i] - [half * 0.8, 0, 0],
            ]
        )
        for i in range(n)
    ]
    guard = builder.part(name, parent=parent)
    builder.part("blade", hull(lines), parent=guard, finish="plastic")
    tip = arc[0] if name.startswith("rear") else arc[-1]
    sides = [np.array([s, 0, 0]) for s in (-1, 1)]
    stays = [cylinder(hub + 0.05 * x, tip + half * x, 0.0025, sides=5) for x in sides]
    root = arc[-1] if name.startswith("rear") else arc[n // 2]
    inward = np.array([0, -0.045, 0.0]) if name.startswith("rear") else np.array([0, 0.05, 0.03])
    clip = cylinder(root, root + inward, 0.006, sides=6)
    builder.part("stays", *stays, clip, parent=guard, finish="metal")


def _rack(builder: Builder, rear: np.ndarray, radius: float, seat: np.ndarray, k: float) -> None:
    rack = builder.part("rack")
    z, half = rear[2] + radius + 0.05 * k, 0.06 * k
    near, far = rear[1] - 0.16 * k, rear[1] + 0.2 * k
    builder.part(
        "grate",
        frame((-half, near, z - 0.006), (half, far, z + 0.006), 0.01, axis="z"),
        parent=rack,
        finish="metal",
    )
    legs = [
        cylinder((s * 0.056 * k, rear[1], rear[2]), (s * half * 0.93, y, z), 0.005, sides=6)
        for s in (-1, 1)
        for y in (rear[1] - 0.02, rear[1] + 0.06 * k)
    ]
    tie = cylinder(
        (0, near + 0.005, z), (0, seat[1] - 0.03, max(z + 0.02, seat[2] - 0.12 * k)), 0.006, sides=6
    )
    builder.part("legs", *legs, tie, parent=rack, finish="metal")


def _basket(
    builder: Builder, steering: int, head: np.ndarray, k: float, rng: np.random.Generator
) -> None:
    basket = builder.part("basket", parent=steering)
    wide, deep, tall = 0.17 * k, 0.12 * k, rng.uniform(0.16, 0.22) * k
    y, low = head[1] - 0.07 * k - deep, head[2] - 0.05 * k
    lines = [
        oval(wide * s, deep * s, deep * s, low + z, 5.0, n_points=20)
        for s, z in ((0.82, 0), (1.0, tall), (0.97, tall), (0.8, 0.008))
    ]
    builder.part("body", moved(hull(lines), y=y), parent=basket, finish="wicker")
    rim = tube(
        oval(wide, deep, deep, low + tall, 5.0, n_points=20) + np.array([0, y, 0]),
        0.006,
        sides=6,
        closed=True,
    )
    near, far = (0.03, head[1], head[2] - 0.02), (0.05, y + deep * 0.8, low + 0.03)
    struts = [
        cylinder((s * near[0], *near[1:]), (s * far[0], *far[1:]), 0.005, sides=6) for s in (-1, 1)
    ]
    builder.part("rim", rim, *struts, parent=basket, finish="metal")


def _lights(
    builder: Builder,
    steering: int,
    head: np.ndarray,
    rear: np.ndarray,
    radius: float,
    guards: str,
    k: float,
) -> None:
    lamp = builder.part("front light", parent=steering)
    at = head + np.array([0, -0.02, -0.035 * k])
    builder.part(
        "case", _pot(at, at - np.array([0, 0.065, 0]), 0.02, 0.027), parent=lamp, finish="plastic"
    )
    lens = cylinder(at - np.array([0, 0.064, 0]), at - np.array([0, 0.069, 0]), 0.025, sides=14)
    builder.part("lens", lens, parent=lamp, finish="glass")
    if guards != "none":
        angle = 0.55
        spot = rear + np.array([0, math.cos(angle), math.sin(angle)]) * (radius + 0.014)
        tail = box(
            spot - np.array([0.022, 0.012, 0.014]), spot + np.array([0.022, 0.022, 0.022]), 0.006
        )
        builder.part("rear light", tail, finish="plastic")


def _pot(start: Point, end: Point, low: float, high: float) -> Mesh:
    return cylinder(start, end, low, high, sides=14)
