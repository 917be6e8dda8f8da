"""Carts that are pushed: for shopping, for sacks and goods, for tea, for children, for earth.

Part tree: frame or deck, basket or shelves, handle, and wheels with tyre, fork and hub. The front
is towards -y: the handle is behind.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Point,
    arc,
    box,
    curve,
    cushion,
    cylinder,
    frame,
    joined,
    tube,
)
from pinpoint3d.synth.shapes.sweeps import hull, oval, side_plate

KINDS = ("shopping cart", "sack barrow", "platform", "service trolley", "pushchair", "wheelbarrow")
WHEELS = ("plain", "spoked", "solid disc")
GRIPS = ("bar", "two grips", "foam")
SIDES = ("wires", "sheet")
EXTRAS = ("none", "load", "label", "brake")


def make(rng: np.random.Generator) -> Asset:
    """A cart or trolley, 0.8 to 1.3 m high."""
    style = (str(rng.choice(options)) for options in (KINDS, WHEELS, GRIPS, SIDES, EXTRAS))
    return build(*style, rng=rng)


def build(
    kind: str, wheels: str, grips: str, sides: str, extra: str, *, rng: np.random.Generator
) -> Asset:
    """A cart of given style."""
    builder = Builder("cart")
    {
        "shopping cart": _shopping,
        "sack barrow": _barrow,
        "platform": _platform,
        "service trolley": _service,
        "pushchair": _pushchair,
        "wheelbarrow": _wheelbarrow,
    }[kind](builder, wheels, grips, sides, extra, rng)
    asset = builder.asset(f"{kind}, {wheels} wheels, {grips}, {sides}, {extra}")
    return pose_at_random(asset, rng, share_open=0.5)


def _wheel(
    builder: Builder, at: Point, radius: float, wide: float, wheels: str, parent: int = -1
) -> None:
    """A wheel on an axle along x."""
    x, y, z = (float(v) for v in at)
    wheel = builder.part("wheel", parent=parent)
    angle = np.arange(20) * math.pi / 10
    thick = min(0.25 * radius, wide / 2)
    ring = radius - thick
    # A corner of the ring stands on the ground.
    path = np.stack([np.full(20, x), y + ring * np.sin(angle), z - ring * np.cos(angle)], 1)
    builder.part("tyre", tube(path, thick, sides=8, closed=True), parent=wheel, finish="rubber")
    hub = cylinder((x - wide / 2, y, z), (x + wide / 2, y, z), 0.24 * radius, sides=12)
    if wheels == "spoked":
        spokes = [
            cylinder(
                (x, y, z),
                (x, y + ring * math.sin(a), z - ring * math.cos(a)),
                0.07 * radius,
                sides=6,
            )
            for a in angle[::4]
        ]
        hub = joined(hub, *spokes)
    else:
        half = 0.3 * wide if wheels == "plain" else 0.44 * wide
        disc = cylinder((x - half, y, z), (x + half, y, z), ring, sides=20)
        hub = joined(hub, disc)
    builder.part("hub", hub, parent=wheel, finish="plastic")


def _castor(
    builder: Builder, x: float, y: float, top: float, radius: float, wheels: str, brake: bool
) -> None:
    """A wheel in a fork that turns under a deck at height `top`."""
    castor = builder.part("castor")
    trail = 0.35 * radius
    _wheel(builder, (x, y + trail, radius), radius, 0.03, wheels, castor)
    cheeks = [
        box(
            (x + s * 0.021 - 0.002, y - 0.01, radius - 0.012),
            (x + s * 0.021 + 0.002, y + trail + 0.012, top - 0.012),
        )
        for s in (-1, 1)
    ]
    bridge = box((x - 0.023, y - 0.015, top - 0.014), (x + 0.023, y + 0.03, top - 0.004))
    stem = cylinder((x, y, top - 0.008), (x, y, top + 0.01), 0.012, sides=10)
    axle = cylinder((x - 0.025, y + trail, radius), (x + 0.025, y + trail, radius), 0.005, sides=8)
    builder.part("fork", *cheeks, bridge, stem, axle, parent=castor, finish="metal")
    if brake:
        pedal = box(
            (x - 0.02, y + trail, 1.6 * radius),
            (x + 0.02, y + trail + radius + 0.02, 1.6 * radius + 0.008),
        )
        builder.part("brake", pedal, parent=castor, finish="plastic")
    builder.hinge(castor, (x, y, 0), (0, 0, 1), 0.0, math.pi)


def _grip(builder: Builder, half: float, y: float, z: float, grips: str, parent: int = -1) -> None:
    """The bar across that is pushed."""
    handle = builder.part("handle", parent=parent)
    bar = cylinder((-half, y, z), (half, y, z), 0.012, sides=10)
    builder.part("bar", bar, parent=handle, finish="metal")
    if grips == "two grips":
        for s in (-1, 1):
            grip = cylinder((s * 0.45 * half, y, z), (s * 0.92 * half, y, z), 0.017, sides=12)
            builder.part("grip", grip, parent=handle, finish="rubber")
    else:
        grip = cylinder(
            (-0.85 * half, y, z), (0.85 * half, y, z), 0.018 if grips == "bar" else 0.022, sides=12
        )
        builder.part("grip", grip, parent=handle, finish="plastic" if grips == "bar" else "fabric")


def _ring(half: float, front: float, back: float, z: float) -> np.ndarray:
    return np.array([(-half, front, z), (half, front, z), (half, back, z), (-half, back, z)])


def _wires(low: np.ndarray, high: np.ndarray, pitch: float, radius: float) -> dict[str, Mesh]:
    """Four sides and the floor of a wire basket between two rectangles, by name."""
    out = {}
    for k, name in enumerate(("front", "right side", "back", "left side")):
        a0, a1, b0, b1 = low[k], low[(k + 1) % 4], high[k], high[(k + 1) % 4]
        n = max(3, int(np.linalg.norm(b1 - b0) / pitch))
        rods = [
            cylinder(a0 + (a1 - a0) * t, b0 + (b1 - b0) * t, radius, sides=4)
            for t in np.linspace(0, 1, n + 1)
        ]
        rods += [
            cylinder(a0 + (b0 - a0) * t, a1 + (b1 - a1) * t, radius, sides=4)
            for t in (0.0, 0.35, 0.7)
        ]
        out[name] = joined(*rods)
    floor = [
        cylinder(low[0] + (low[1] - low[0]) * t, low[3] + (low[2] - low[3]) * t, radius, sides=4)
        for t in np.linspace(0, 1, max(4, int((low[1] - low[0])[0] / pitch)) + 1)
    ]
    out["floor"] = joined(*floor)
    return out


def _shopping(
    builder: Builder, wheels: str, grips: str, sides: str, extra: str, rng: np.random.Generator
) -> None:
    half, long = rng.uniform(0.24, 0.29), rng.uniform(0.75, 0.95)
    radius, high = 0.06, rng.uniform(0.92, 1.02)
    floor, rim = rng.uniform(0.45, 0.6), high - 0.05
    front, back = -long / 2, long / 2
    low = _ring(half * 0.72, front + 0.12, back - 0.1, floor)
    low[2:, 2] -= 0.05
    high_ring = _ring(half * 0.85, front, back - 0.05, rim - 0.06)
    high_ring[2:, 2] += 0.06
    high_ring[2:, 0] *= 1.15
    basket = builder.part("basket")
    if sides == "wires":
        for name, mesh in _wires(low, high_ring, 0.055, 0.0025).items():
            builder.part(name, mesh, parent=basket, finish="metal")
    else:
        inner = [
            high_ring + (high_ring.mean(0) - high_ring) * [0.03, 0.03, 0],
            low + np.array([0, 0, 0.01]),
        ]
        builder.part("tub", hull([low, high_ring, *inner]), parent=basket, finish="plastic")
    rail = tube(_around(high_ring), 0.009, sides=6, closed=True)
    builder.part("rim", rail, parent=basket, finish="metal")
    chassis = builder.part("chassis")
    deck = 2 * radius + 0.03
    x = half * 0.95
    for s in (-1, 1):
        path = [
            (s * x * 0.75, front + 0.08, deck),
            (s * x, back - 0.12, deck),
            (s * x, back - 0.02, deck + 0.1),
        ]
        path += [(s * x, back - 0.06, floor), (s * x, back, high - 0.02)]
        side = tube(curve(path, 14), 0.012, sides=8)
        builder.part("side bar", side, parent=chassis, finish="metal")
    bars = [
        cylinder((-x * 0.75, front + 0.08, deck), (x * 0.75, front + 0.08, deck), 0.011, sides=8),
        cylinder((-x, back - 0.12, deck), (x, back - 0.12, deck), 0.011, sides=8),
        cylinder((-x, back - 0.055, floor - 0.02), (x, back - 0.055, floor - 0.02), 0.011, sides=8),
        cylinder((0, front + 0.08, deck), (0, front + 0.14, floor), 0.011, sides=8),
    ]
    builder.part("cross bars", *bars, parent=chassis, finish="metal")
    rack = [
        cylinder(
            (t * x, front + 0.08, deck + 0.012), (t * x, back - 0.1, deck + 0.012), 0.004, sides=4
        )
        for t in np.linspace(-0.7, 0.7, 6)
    ]
    builder.part("lower rack", *rack, parent=chassis, finish="metal")
    _grip(builder, x, back, high - 0.02, grips)
    if extra in ("label", "brake"):
        sign = box((-0.12, back - 0.014, high - 0.035), (0.12, back + 0.03, high + 0.02), 0.004)
        builder.part("label", sign, finish="print")
    seat = side_plate(
        [
            (back - 0.2, rim - 0.12),
            (back - 0.05, rim - 0.12),
            (back - 0.05, rim - 0.105),
            (back - 0.2, rim - 0.105),
        ],
        -half * 0.9,
        half * 0.9,
    )
    flap = box((-half * 0.84, back - 0.075, rim - 0.25), (half * 0.84, back - 0.068, rim - 0.02))
    builder.part("child seat", seat, flap, finish="plastic")
    for y, w in ((front + 0.08, x * 0.72), (back - 0.12, x)):
        for s in (-1, 1):
            _castor(builder, s * w, y, deck - 0.005, radius, wheels, brake=False)


def _around(corners: np.ndarray, n: int = 6) -> np.ndarray:
    """Points along the sides of a polygon."""
    ends = np.roll(corners, -1, axis=0)
    t = np.linspace(0, 1, n, endpoint=False)[:, None]
    return np.concatenate([a + (b - a) * t for a, b in zip(corners, ends, strict=True)])


def _barrow(
    builder: Builder, wheels: str, grips: str, sides: str, extra: str, rng: np.random.Generator
) -> None:
    half, tall = rng.uniform(0.16, 0.22), rng.uniform(1.05, 1.25)
    radius = rng.uniform(0.09, 0.13)
    body = builder.part("frame")
    y = 0.0
    for s in (-1, 1):
        path = [
            (s * half, y, 0.03),
            (s * half, y, 0.75 * tall),
            (s * half, y + 0.06, 0.92 * tall),
            (s * half * 0.95, y + 0.16, tall),
        ]
        builder.part("upright", tube(curve(path, 10), 0.013, sides=8), parent=body, finish="metal")
    for z in np.linspace(0.16, 0.72 * tall, int(rng.integers(3, 6))):
        bar = cylinder((-half, y, z), (half, y, z), 0.01, sides=8)
        builder.part("cross bar", bar, parent=body, finish="metal")
    if sides == "sheet":
        sheet = box((-half * 0.6, y - 0.012, 0.05), (half * 0.6, y - 0.006, 0.7 * tall))
        builder.part("back plate", sheet, parent=body, finish="metal")
        ties = [
            box((-half * 0.6, y - 0.008, z), (half * 0.6, y + 0.002, z + 0.02))
            for z in (0.15, 0.7 * tall)
        ]
        builder.part("strips", *ties, parent=body, finish="metal")
    toe = rng.uniform(0.15, 0.25)
    lip = box((-half * 1.15, y - 0.014, 0), (half * 1.15, y + 0.014, 0.09), 0.002)
    builder.part("lip", lip, parent=body, finish="metal")
    blade = box((-half * 1.15, y - toe, 0), (half * 1.15, y - 0.013, 0.008))
    shovel = builder.part("toe plate", blade, parent=body, finish="metal")
    if extra != "load":
        builder.hinge(shovel, (0, y - 0.013, 0.0), (-1, 0, 0), 0.0, math.pi / 2)
    for s in (-1, 1):
        _wheel(builder, (s * (half + 0.05), y + 0.09, radius), radius, 0.05, wheels)
    axle = cylinder(
        (-half - 0.06, y + 0.09, radius), (half + 0.06, y + 0.09, radius), 0.009, sides=8
    )
    struts = [
        cylinder(
            (s * half * 0.9, y + 0.09, radius), (s * half * 0.9, y, radius + 0.22), 0.009, sides=6
        )
        for s in (-1, 1)
    ]
    stays = [
        cylinder((s * half * 0.9, y + 0.09, radius), (s * half * 0.9, y, 0.05), 0.009, sides=6)
        for s in (-1, 1)
    ]
    builder.part("axle", axle, *struts, *stays, finish="metal")
    if grips == "bar":
        _grip(builder, half * 0.95, y + 0.16, tall, grips)
    else:
        for s in (-1, 1):
            grip = cylinder(
                (s * half * 0.95, y + 0.13, tall - 0.03),
                (s * half * 0.94, y + 0.26, tall + 0.02),
                0.017,
            )
            builder.part("grip", grip, finish="rubber")
    if extra == "load":
        z = 0.012
        for _ in range(int(rng.integers(1, 4))):
            size = rng.uniform(0.12, 0.28)
            wide = rng.uniform(0.7, 1.1) * half
            case = box(
                (-wide, y - rng.uniform(0.5, 0.95) * toe, z), (wide, y - 0.014, z + size), 0.004
            )
            builder.part("box", case, finish="paper")
            z += size + 0.001


def _platform(
    builder: Builder, wheels: str, grips: str, sides: str, extra: str, rng: np.random.Generator
) -> None:
    half, long = rng.uniform(0.24, 0.36), rng.uniform(0.7, 1.1)
    radius = rng.uniform(0.05, 0.08)
    deck, high = 2 * radius + 0.035, rng.uniform(0.85, 1.0)
    y = long / 2
    floor = builder.part("deck")
    builder.part(
        "plate", box((-half, -y, deck), (half, y, deck + 0.03), 0.006), parent=floor, finish="wood"
    )
    rim = frame(
        (-half - 0.012, -y - 0.012, deck + 0.004),
        (half + 0.012, y + 0.012, deck + 0.026),
        0.014,
        axis="z",
    )
    builder.part("bumper", rim, parent=floor, finish="rubber")
    mat = box((-half + 0.03, -y + 0.03, deck + 0.028), (half - 0.03, y - 0.05, deck + 0.032))
    builder.part("mat", mat, parent=floor, finish="rubber")
    rail = builder.part("rail")
    path = [
        (-half + 0.03, y - 0.02, deck + 0.01),
        (-half + 0.03, y - 0.02, high - 0.06),
        (-half + 0.09, y - 0.02, high),
    ]
    path += [(-x, y_, z) for x, y_, z in reversed(path)]
    bow = np.concatenate([path[:1], curve(path[1:5], 12), path[5:]])
    builder.part("bow", tube(bow, 0.014, sides=8), parent=rail, finish="metal")
    for z in (0.45 * high, 0.72 * high):
        bar = cylinder((-half + 0.03, y - 0.02, z), (half - 0.03, y - 0.02, z), 0.01, sides=8)
        builder.part("cross bar", bar, parent=rail, finish="metal")
    if sides == "sheet":
        sheet = box((-half + 0.035, y - 0.023, deck + 0.05), (half - 0.035, y - 0.017, 0.72 * high))
        builder.part("panel", sheet, parent=rail, finish="metal")
    grip = cylinder(
        (-half + 0.1, y - 0.02, high),
        (half - 0.1, y - 0.02, high),
        0.018 if grips == "bar" else 0.023,
    )
    builder.part("grip", grip, parent=rail, finish="rubber")
    builder.hinge(
        rail,
        (0, y - 0.02, deck + 0.03),
        (1, 0, 0),
        0.0,
        math.radians(80) if extra != "load" else 0.01,
    )
    for s in (-1, 1):
        for t in (-1, 1):
            _castor(
                builder,
                s * (half - 0.06),
                t * (y - 0.1),
                deck,
                radius,
                wheels,
                brake=extra == "brake" and t > 0,
            )
    if extra == "load":
        z = deck + 0.032
        for _ in range(int(rng.integers(1, 4))):
            size = rng.uniform(0.12, 0.25)
            a, b = rng.uniform(0.45, 0.9, 2)
            case = box((-half * a, -y * b, z), (half * a, y * b * 0.8, z + size), 0.004)
            builder.part("box", case, finish="paper")
            z += size + 0.001
    else:
        builder.support((-half + 0.03, -y + 0.03), (half - 0.03, y - 0.1), deck + 0.032)


def _service(
    builder: Builder, wheels: str, grips: str, sides: str, extra: str, rng: np.random.Generator
) -> None:
    half, long = rng.uniform(0.2, 0.28), rng.uniform(0.6, 0.9)
    radius, high = rng.uniform(0.04, 0.06), rng.uniform(0.8, 0.95)
    y = long / 2
    low = 2 * radius + 0.05
    n = int(rng.integers(2, 4))
    for s in (-1, 1):
        for t in (-1, 1):
            post = cylinder((s * half, t * y, low - 0.02), (s * half, t * y, high), 0.013, sides=10)
            builder.part("post", post, finish="metal")
            _castor(
                builder,
                s * half,
                t * y,
                low - 0.012,
                radius,
                wheels,
                brake=extra == "brake" and t > 0,
            )
    levels = np.linspace(low, high - 0.06, n)
    for z in levels:
        tray = builder.part("shelf")
        plate = box((-half, -y, z), (half, y, z + 0.012))
        builder.part("tray", plate, parent=tray, finish="wood" if sides == "sheet" else "metal")
        rim = frame(
            (-half - 0.004, -y - 0.004, z), (half + 0.004, y + 0.004, z + 0.035), 0.008, axis="z"
        )
        builder.part("rim", rim, parent=tray, finish="metal")
        room = (high - 0.06 - low) / (n - 1) - 0.05 if z < levels[-1] else math.inf
        builder.support((-half + 0.02, -y + 0.02), (half - 0.02, y - 0.02), float(z) + 0.012, room)
    arms = [
        tube(
            curve(
                [
                    (s * half, y, high - 0.04),
                    (s * half, y + 0.06, high - 0.01),
                    (s * half, y + 0.1, high + 0.02),
                ],
                6,
            ),
            0.011,
            sides=8,
        )
        for s in (-1, 1)
    ]
    builder.part("handle arms", *arms, finish="metal")
    _grip(builder, half, y + 0.1, high + 0.02, grips)
    if extra == "label":
        builder.part(
            "label",
            box((-0.06, -y - 0.0055, high - 0.057), (0.06, -y - 0.003, high - 0.03)),
            finish="print",
        )


def _pushchair(
    builder: Builder, wheels: str, grips: str, sides: str, extra: str, rng: np.random.Generator
) -> None:
    half = rng.uniform(0.22, 0.28)
    radius, rear_radius = rng.uniform(0.06, 0.1), rng.uniform(0.09, 0.14)
    high = rng.uniform(0.98, 1.08)
    front, back = -0.38, 0.3
    body = builder.part("frame")
    for s in (-1, 1):
        x = s * half
        long_bar = cylinder((x, front, radius + 0.03), (x, 0.45, high), 0.013, sides=8)
        leg = cylinder((x, back, rear_radius), (x, -0.02, 0.52), 0.013, sides=8)
        builder.part("push bar", long_bar, parent=body, finish="metal")
        builder.part("leg", leg, parent=body, finish="metal")
        for y, r in ((front, radius), (back, rear_radius)):
            _wheel(builder, (x + s * 0.04, y, r), r, 0.036, wheels)
        pins = [cylinder((x, back, rear_radius), (x + s * 0.05, back, rear_radius), 0.008, sides=8)]
        pins.append(cylinder((x, front, radius), (x + s * 0.05, front, radius), 0.008, sides=8))
        pins.append(cylinder((x, front, radius), (x, front, radius + 0.04), 0.011, sides=8))
        builder.part("axle", *pins, finish="metal")
    ties = [
        cylinder((-half, y, z), (half, y, z), 0.01, sides=8)
        for y, z in ((back, rear_radius), (front + 0.06, radius + 0.095))
    ]
    builder.part("cross bars", *ties, parent=body, finish="metal")
    _grip(builder, half, 0.45, high, grips)
    seat = builder.part("seat")
    rest: list[Point] = [
        (-0.2, 0.45),
        (0.06, 0.4),
        (0.28, 0.86),
        (0.25, 0.88),
        (0.04, 0.44),
        (-0.2, 0.48),
    ]
    builder.part(
        "cloth", side_plate(rest, -half + 0.004, half - 0.004), parent=seat, finish="fabric"
    )
    calf = side_plate(
        [(-0.2, 0.45), (-0.2, 0.48), (-0.3, 0.25), (-0.285, 0.24)], -half * 0.85, half * 0.85
    )
    builder.part("leg rest", calf, parent=seat, finish="fabric")
    step = box((-half, front + 0.02, 0.17), (half, front + 0.12, 0.185), 0.003)
    builder.part("foot rest", step, parent=body, finish="plastic")
    if sides == "sheet":
        hood = builder.part("hood")
        fan = arc(0.26, 0.35, 2.4, 10) + np.array([0.1, 0.72])
        inner = arc(0.252, 0.35, 2.4, 10)[::-1] + np.array([0.1, 0.72])
        sheet = side_plate(np.concatenate([fan, inner]), -half, half)
        builder.part("cover", sheet, parent=hood, finish="fabric")
        for s in (-1, 1):
            wing = np.concatenate([fan, [(0.12, 0.7)]])
            ends = sorted((s * half, s * (half - 0.006)))
            builder.part("wing", side_plate(wing, *ends), parent=hood, finish="fabric")
    guard = tube(
        curve(
            [
                (-half, 0.0, 0.6),
                (-half * 0.9, -0.2, 0.62),
                (half * 0.9, -0.2, 0.62),
                (half, 0.0, 0.6),
            ],
            12,
        ),
        0.014,
        sides=8,
    )
    bar_posts = [
        cylinder((s * half, 0.0, 0.6), (s * half, -0.03, 0.5), 0.01, sides=8) for s in (-1, 1)
    ]
    builder.part("guard bar", guard, *bar_posts, finish="plastic")
    if extra in ("load", "brake"):
        rim = oval(half * 0.9, 0.2, 0.2, 0.3, 5.0, n_points=16)
        low = oval(half * 0.8, 0.17, 0.17, 0.17, 5.0, n_points=16)
        inside = [rim * [0.97, 0.97, 1.0], low * [0.95, 0.95, 1.0] + np.array([0, 0, 0.006])]
        net = hull([low, rim, *inside])
        straps = [
            cylinder((s * half * 0.88, y, 0.29), (s * half, y * 1.1, 0.36), 0.005, sides=6)
            for s in (-1, 1)
            for y in (-0.12, 0.08)
        ]
        builder.part("basket", net, *straps, finish="fabric")


def _wheelbarrow(
    builder: Builder, wheels: str, grips: str, sides: str, extra: str, rng: np.random.Generator
) -> None:
    radius = rng.uniform(0.17, 0.2)
    half, long = rng.uniform(0.26, 0.32), rng.uniform(0.75, 0.9)
    low, rim = rng.uniform(0.3, 0.36), rng.uniform(0.58, 0.66)
    power = 5.0 if sides == "sheet" else 2.6
    tray = builder.part("tray")
    lines = [
        oval(half * 0.55, 0.2 * long, 0.35 * long, low, power),
        oval(half * 0.8, 0.45 * long, 0.44 * long, (low + rim) / 2 + 0.02, power),
        oval(half, 0.55 * long, 0.5 * long, rim, power),
        oval(half - 0.008, 0.55 * long - 0.008, 0.5 * long - 0.008, rim, power),
        oval(half * 0.78, 0.44 * long, 0.43 * long, (low + rim) / 2 + 0.024, power),
        oval(half * 0.53, 0.19 * long, 0.34 * long, low + 0.008, power),
    ]
    builder.part("bowl", hull(lines), parent=tray, finish="metal")
    edge = tube(oval(half, 0.55 * long, 0.5 * long, rim, power), 0.009, sides=6, closed=True)
    builder.part("rim", edge, parent=tray, finish="metal")
    hub = (0.0, -0.5 * long - 0.12, radius)
    _wheel(builder, hub, radius, 0.08, wheels)
    body = builder.part("frame")
    back = 0.5 * long + rng.uniform(0.4, 0.5)
    for s in (-1, 1):
        path = [
            (s * 0.06, hub[1], radius),
            (s * 0.1, -0.2 * long, low - 0.012),
            (s * 0.2, 0.35 * long, low - 0.005),
            (s * 0.26, back, rim - 0.03),
        ]
        builder.part(
            "shaft",
            tube(curve(path, 14), 0.016, sides=8),
            parent=body,
            finish="wood" if grips == "foam" else "metal",
        )
        end = np.array(path[-1])
        grip = cylinder(
            end - np.array([0, 0.1, 0.025]), end + np.array([0, 0.02, 0.005]), 0.02, sides=10
        )
        builder.part("grip", grip, parent=body, finish="rubber")
        leg = tube(
            [
                (s * 0.19, 0.3 * long, low),
                (s * 0.24, 0.42 * long, 0.015),
                (s * 0.23, 0.3 * long, 0.012),
            ],
            0.012,
            sides=8,
        )
        stay = cylinder(
            (s * 0.24, 0.42 * long, 0.02),
            (s * half * 0.8, 0.4 * long, (low + rim) / 2),
            0.009,
            sides=6,
        )
        builder.part("leg", leg, stay, parent=body, finish="metal")
    axle = cylinder((-0.075, hub[1], radius), (0.075, hub[1], radius), 0.01, sides=8)
    brace = box((-0.12, -0.2 * long - 0.02, low - 0.02), (0.12, -0.2 * long + 0.02, low + 0.004))
    builder.part("axle", axle, parent=body, finish="metal")
    builder.part("brace", brace, parent=body, finish="metal")
    if extra == "load":
        heap = cushion(
            (-half * 0.8, -0.42 * long, low + 0.05), (half * 0.8, 0.4 * long, rim + 0.08), 2.5
        )
        builder.part("heap", heap, finish="fabric")
