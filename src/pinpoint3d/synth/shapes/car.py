"""Small cars, 3.3 to 3.9 m long: hatchbacks, saloons, vans and pick-ups, coarse but whole.

Part tree: body (shell, underbody, bonnet, tailgate, bumpers, grille), cabin (roof, pillars, panes),
doors with panel, pane and handle, wheels with tyre and rim, lights, mirrors, plates, wipers.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Point,
    box,
    cushion,
    cylinder,
    joined,
    lathe,
    moved,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import side_plate

BODIES = ("hatchback", "saloon", "van", "pick-up", "mini")
DOORS = ("two", "four")
RIMS = ("disc", "five spokes", "many spokes", "cap")
LIGHTS = ("round", "square", "slit")
EXTRAS = ("none", "roof rack", "spoiler", "aerial", "sunroof")


@dataclass(frozen=True)
class _Plan:
    """Where things lie along a car (y, front negative) and above the ground (z), metres."""

    front: float
    rear: float
    half: float
    sill: float
    shoulder: float
    roof: float
    scuttle: float
    """Foot of the windscreen."""
    head: float
    """Where the windscreen meets the roof."""
    tail: float
    """Where the roof ends."""
    foot: float
    """Foot of the rear window."""
    axles: tuple[float, float]
    wheel: float

    @property
    def waist(self) -> float:
        """Where the middle pillar stands."""
        return max((self.scuttle + self.tail) / 2, self.head + 0.1)


def make(rng: np.random.Generator) -> Asset:
    """A car, 3.3 to 3.95 m long, its front towards -y."""
    style = (str(rng.choice(options)) for options in (BODIES, DOORS, RIMS, LIGHTS, EXTRAS))
    return build(*style, rng=rng)


def build(
    body: str, doors: str, rims: str, lights: str, extra: str, *, rng: np.random.Generator
) -> Asset:
    """A car of given style."""
    builder = Builder("car")
    plan = _plan(body, rng)
    _shell(builder, plan, body, lights, rng)
    _cabin(builder, plan, body, extra, rng)
    _doors(builder, plan, 2 if doors == "two" or body in ("pick-up", "mini") else 4, rng)
    for y in plan.axles:
        for side in (-1, 1):
            _wheel(builder, plan, y, side, rims)
    asset = builder.asset(f"{body}, {doors} doors, {rims} rims, {lights} lights, {extra}")
    return pose_at_random(asset, rng, share_open=float(rng.choice((0.0, 0.0, 0.3))))


def _plan(body: str, rng: np.random.Generator) -> _Plan:
    long = rng.uniform(3.35, 3.6) if body == "mini" else rng.uniform(3.55, 3.84)
    if body == "pick-up":
        long -= 0.3  # its tailgate lies level when open
    wheel = rng.uniform(0.27, 0.31)
    front, rear = -long / 2, long / 2
    shoulder = rng.uniform(0.84, 0.92)
    roof = rng.uniform(1.38, 1.5) + (0.3 if body == "van" else 0.0)
    bonnet = {"van": 0.14, "mini": 0.2, "pick-up": 0.22}.get(body, rng.uniform(0.24, 0.28))
    scuttle = front + bonnet * long
    head = scuttle + {"van": 0.45, "mini": 0.5, "pick-up": 0.42}.get(body, rng.uniform(0.6, 0.75))
    tail = {
        "hatchback": rear - rng.uniform(0.4, 0.55),
        "mini": rear - rng.uniform(0.3, 0.4),
        "van": rear - 0.12,
        "saloon": rear - rng.uniform(0.95, 1.05),
        "pick-up": rear - 1.2,
    }[body]
    foot = {"saloon": tail + 0.42, "pick-up": tail + 0.1}.get(body, rear - 0.06)
    axles = front + rng.uniform(0.62, 0.7), rear - rng.uniform(0.58, 0.66)
    half = rng.uniform(0.76, 0.84)
    return _Plan(front, rear, half, 0.2, shoulder, roof, scuttle, head, tail, foot, axles, wheel)


def _narrowed(mesh: Mesh, plan: _Plan) -> Mesh:
    """The mesh with all above the shoulder drawn in: the sides of a cabin lean."""
    vertices = mesh.vertices.copy()
    over = np.clip((vertices[:, 2] - plan.shoulder) / (plan.roof - plan.shoulder), 0, 1.1)
    vertices[:, 0] *= 1 - 0.17 * over
    return Mesh(vertices, mesh.faces)


def _rounded(mesh: Mesh, plan: _Plan) -> Mesh:
    """The mesh with front and rear drawn in towards their corners and sills."""
    vertices = mesh.vertices.copy()
    y = vertices[:, 1]
    ahead = np.clip((plan.axles[0] - y) / (plan.axles[0] - plan.front), 0, 1.2)
    behind = np.clip((y - plan.axles[1]) / (plan.rear - plan.axles[1]), 0, 1.2)
    vertices[:, 0] *= 1 - 0.1 * ahead**2 - 0.07 * behind**2
    return Mesh(vertices, mesh.faces)


def _shell(builder: Builder, plan: _Plan, body: str, lights: str, rng: np.random.Generator) -> None:
    """All below the shoulder: a side view with wheel arches, and what is fixed to it."""
    nose = rng.uniform(0.6, 0.72)
    whole = builder.part("body")
    arch = plan.wheel + 0.045
    under: list[Point] = [(plan.front + 0.04, plan.sill + 0.05)]
    for y in plan.axles:
        start = math.asin((plan.sill - plan.wheel) / arch)
        angle = np.linspace(math.pi - start, start, 9)
        under += [(y + arch * math.cos(a), plan.wheel + arch * math.sin(a)) for a in angle]
    rear_top = plan.shoulder - (0.06 if body in ("saloon",) else 0.0)
    over: list[Point] = [
        (plan.rear - 0.05, plan.sill + 0.08),
        (plan.rear, 0.45),
        (plan.rear - 0.03, rear_top - 0.05),
        (plan.rear - 0.09, rear_top),
        (plan.foot - 0.02, plan.shoulder),
        (plan.scuttle, plan.shoulder),
        (
            plan.scuttle - 0.5 * (plan.scuttle - plan.front),
            plan.shoulder - 0.4 * (plan.shoulder - nose),
        ),
        (plan.front + 0.06, nose),
        (plan.front, nose - 0.1),
        (plan.front, 0.4),
    ]
    half = plan.half
    shell = side_plate([*under, *over], -half, half)
    if body == "pick-up":  # the bed is a box open at the top, set into the shell
        over[3:6] = [(plan.rear - 0.02, 0.5), (plan.foot, 0.5), (plan.foot, plan.shoulder)]
        shell = side_plate([*under, *over], -half, half)
        bed = [
            box(
                (s * (half - 0.06), plan.foot - 0.02, 0.48),
                (s * half, plan.rear - 0.02, plan.shoulder - 0.02),
            )
            for s in (-1, 1)
        ]
        gate = box((-half, plan.rear - 0.07, 0.48), (half, plan.rear - 0.02, plan.shoulder - 0.02))
        shell = joined(shell, *bed)
        index = builder.part("tailgate", _rounded(gate, plan), parent=whole, finish="metal")
        builder.hinge(index, (0, plan.rear - 0.02, 0.49), (-1, 0, 0), 0.0, math.pi / 2)
        floor = (-half + 0.1, plan.foot + 0.03), (half - 0.1, plan.rear - 0.1)
        builder.support(*floor, 0.5)
    builder.part("shell", _rounded(shell, plan), parent=whole, finish="metal")
    floor_pan = box((-half + 0.22, plan.front + 0.2, 0.17), (half - 0.22, plan.rear - 0.2, 0.5))
    axle = [
        cylinder((-half + 0.1, y, plan.wheel), (half - 0.1, y, plan.wheel), 0.04, sides=8)
        for y in plan.axles
    ]
    builder.part("underbody", floor_pan, *axle, parent=whole, finish="metal")
    _bonnet(builder, whole, plan, nose)
    for name, y, low in (("front bumper", plan.front, 0.26), ("rear bumper", plan.rear, 0.3)):
        away = -1 if y < 0 else 1
        bar = box(
            (-half * 0.9, y - away * 0.1, low), (half * 0.9, y + away * 0.025, low + 0.17), 0.03
        )
        builder.part(name, bar, parent=whole, finish="plastic")
        plate = box((-0.24, y + away * 0.02, low + 0.03), (0.24, y + away * 0.03, low + 0.13))
        builder.part("number plate", plate, parent=whole, finish="print")
    grille = builder.part("grille", parent=whole, finish="plastic")
    z = nose - 0.13
    wide = rng.uniform(0.22, 0.38)
    builder.add(
        grille, box((-wide, plan.front - 0.006, z - 0.035), (wide, plan.front + 0.03, z + 0.035))
    )
    bars = [
        box((-wide + 0.01, plan.front - 0.012, up - 0.004), (wide - 0.01, plan.front, up + 0.004))
        for up in (z - 0.022, z, z + 0.022)
    ]
    builder.add(grille, *bars)
    badge = cylinder((0, plan.front + 0.01, z), (0, plan.front - 0.02, z), 0.04, sides=14)
    builder.part("badge", badge, parent=grille, finish="metal")
    _lights(builder, whole, plan, lights, z, rear_top)


def _bonnet(builder: Builder, whole: int, plan: _Plan, nose: float) -> None:
    """A lid a few millimetres over the shell; its far edge is its hinge."""
    a, b = plan.scuttle - 0.03, plan.front + 0.09
    middle = plan.scuttle - 0.5 * (plan.scuttle - plan.front)
    knee = plan.shoulder - 0.4 * (plan.shoulder - nose)

    def height(y: float) -> float:
        ys = [plan.front + 0.06, middle, plan.scuttle]
        return float(np.interp(y, ys, [nose, knee, plan.shoulder]))

    line: list[Point] = [(y, height(y) + 0.008) for y in (a, middle, b)]
    line += [(y, height(y) - 0.02) for y in (b, middle, a)]
    lid = builder.part(
        "bonnet",
        _rounded(side_plate(line, -plan.half + 0.09, plan.half - 0.09), plan),
        parent=whole,
        finish="metal",
    )
    builder.hinge(lid, (0, a, height(a)), (-1, 0, 0), 0.0, 0.9)


def _lights(
    builder: Builder, whole: int, plan: _Plan, lights: str, z: float, rear_top: float
) -> None:
    x = plan.half * 0.72
    for s in (-1, 1):
        at = (s * x, plan.front, z + 0.01)
        if lights == "round":
            ring = cylinder(
                (at[0], at[1] + 0.05, at[2]), (at[0], at[1] - 0.015, at[2]), 0.09, sides=20
            )
            lens = cushion(
                (at[0] - 0.078, at[1] - 0.035, at[2] - 0.078),
                (at[0] + 0.078, at[1] + 0.01, at[2] + 0.078),
                2.0,
                12,
                6,
            )
        else:
            tall, wide = (0.07, 0.12) if lights == "square" else (0.035, 0.16)
            ring = box(
                (at[0] - wide, at[1] - 0.012, at[2] - tall),
                (at[0] + wide * 0.7, at[1] + 0.07, at[2] + tall),
                0.01,
            )
            if s < 0:
                ring = box(
                    (at[0] - wide * 0.7, at[1] - 0.012, at[2] - tall),
                    (at[0] + wide, at[1] + 0.07, at[2] + tall),
                    0.01,
                )
            lens = box(
                (at[0] - wide * 0.55, at[1] - 0.016, at[2] - tall * 0.8),
                (at[0] + wide * 0.55, at[1], at[2] + tall * 0.8),
                0.003,
            )
        lamp = builder.part("headlight", ring, parent=whole, finish="metal")
        builder.part("lens", lens, parent=lamp, finish="screen")
        top = rear_top - 0.09
        low = (s * (plan.half * 0.93), plan.rear - 0.09, top - 0.2)
        tail = box(low, (s * (plan.half * 0.93 - 0.14), plan.rear + 0.004, top), 0.012)
        strip = box(
            (s * (plan.half * 0.92), plan.rear, top - 0.07),
            (s * (plan.half * 0.93 - 0.13), plan.rear + 0.007, top - 0.04),
        )
        builder.part("tail light", tail, strip, parent=whole, finish="plastic")


def _cabin(builder: Builder, plan: _Plan, body: str, extra: str, rng: np.random.Generator) -> None:
    """Pillars and roof as one, panes before and behind, and what the roof carries."""
    whole = builder.part("cabin")
    half, z0, z1 = plan.half - 0.02, plan.shoulder - 0.01, plan.roof
    scuttle, head, tail, foot = plan.scuttle, plan.head, plan.tail, plan.foot
    roof_line: list[Point] = [
        (head, z1 - 0.05),
        (head, z1 - 0.004),
        (head + 0.3 * (tail - head), z1 + 0.02),
        (tail - 0.2 * (tail - head), z1 + 0.012),
        (tail, z1 - 0.02),
        (tail, z1 - 0.06),
    ]
    roof = _narrowed(side_plate(roof_line, -half, half), plan)
    builder.part("roof", roof, parent=whole, finish="metal")
    # Pillars follow the slopes of the panes; a van's last quarter is closed sheet.
    waist = plan.waist
    stripe = 0.055
    windscreen = [
        (scuttle, z0),
        (scuttle + stripe, z0),
        (head + stripe, z1 - 0.03),
        (head, z1 - 0.03),
    ]
    back = [(foot - stripe, z0), (foot, z0), (tail, z1 - 0.03), (tail - stripe, z1 - 0.03)]
    if body == "van":
        back[0], back[3] = (waist + 0.35, z0), (waist + 0.35, z1 - 0.03)
    middle = [(waist - 0.035, z0), (waist + 0.035, z0), (waist + 0.035, z1), (waist - 0.035, z1)]
    pillars = builder.part("pillars", parent=whole, finish="metal")
    for line in (windscreen, middle, back):
        pair = [side_plate(line, *ends) for ends in ((-half, 0.05 - half), (half - 0.05, half))]
        builder.add(pillars, *(_narrowed(pillar, plan) for pillar in pair))
    inner = half - 0.03
    for name, low, high in (("windscreen", scuttle, head), ("rear window", foot, tail)):
        lean = 0.012 if name == "windscreen" else -0.012
        line = [
            (low + lean, z0),
            (low + 2 * lean, z0),
            (high + 2 * lean, z1 - 0.03),
            (high + lean, z1 - 0.03),
        ]
        pane = _narrowed(side_plate(line, -inner, inner), plan)
        builder.part(name, pane, parent=whole, finish="glass")
    foot_at = np.array([0.0, scuttle + 0.002, z0 + 0.012])
    way = np.array([0.42, -0.012, 0.0]) + 0.05 * np.array([0, head - scuttle, z1 - z0])
    wipers = [
        cylinder(foot_at + np.array([x, 0, 0]), foot_at + np.array([x, 0, 0]) + way, 0.008, sides=6)
        for x in (-0.4, 0.05)
    ]
    builder.part("wipers", *wipers, parent=whole, finish="rubber")
    _seats(builder, plan, rng)
    if extra == "roof rack":
        rack = builder.part("roof rack", parent=whole, finish="metal")
        for y in (head + 0.25, tail - 0.3):
            bar = cylinder((-half * 0.8, y, z1 + 0.07), (half * 0.8, y, z1 + 0.07), 0.016, sides=8)
            feet = [
                box(
                    (s * half * 0.74 - 0.03, y - 0.025, z1 - 0.02),
                    (s * half * 0.74 + 0.03, y + 0.025, z1 + 0.07),
                )
                for s in (-1, 1)
            ]
            builder.add(rack, bar, *feet)
    elif extra == "spoiler" and body in ("hatchback", "mini"):
        lip = [
            (tail - 0.05, z1 - 0.01),
            (tail + 0.2, z1 - 0.03),
            (tail + 0.2, z1 - 0.05),
            (tail - 0.05, z1 - 0.05),
        ]
        builder.part(
            "spoiler", side_plate(lip, -half * 0.75, half * 0.75), parent=whole, finish="plastic"
        )
    elif extra == "aerial":
        y = tail - 0.1
        rod = cylinder((0, y, z1), (0, y + 0.15, z1 + 0.32), 0.004, sides=6)
        foot_disc = cylinder((0, y, z1 - 0.02), (0, y, z1 + 0.02), 0.025, sides=10)
        builder.part("aerial", rod, foot_disc, parent=whole, finish="plastic")
    elif extra == "sunroof":
        y = head + 0.3 * (tail - head)
        hatch = box((-0.36, y - 0.14, z1), (0.36, y + 0.22, z1 + 0.024), 0.004)
        builder.part("sunroof", hatch, parent=whole, finish="screen")


def _seats(builder: Builder, plan: _Plan, rng: np.random.Generator) -> None:
    """What is seen through the panes: seats, wheel and the shelf below them."""
    y = min(plan.waist, plan.tail - 0.15)
    driver = 1 if rng.random() < 0.7 else -1
    for s in (-1, 1):
        x = s * 0.36
        back = cushion(
            (x - 0.23, y - 0.02, plan.shoulder - 0.12),
            (x + 0.23, y + 0.12, plan.shoulder + 0.28),
            5,
            12,
            6,
        )
        top = min(plan.shoulder + 0.42, plan.roof - 0.07)
        rest = cushion(
            (x - 0.12, y + 0.01, plan.shoulder + 0.24), (x + 0.12, y + 0.1, top), 5, 10, 6
        )
        builder.part("seat", back, rest, finish="fabric")
    ring = lathe([(0.18, -0.012), (0.18, 0.012), (0.155, 0.012), (0.155, -0.012)], 20, closed=True)
    ring = joined(ring, box((-0.16, -0.02, -0.006), (0.16, 0.02, 0.006)))
    column = cylinder((0, 0, -0.25), (0, 0, 0.0), 0.025, sides=8)
    wheel = turned(joined(ring, column), "x", 0.9)
    placed = moved(wheel, driver * 0.36, plan.scuttle + 0.32, plan.shoulder + 0.05)
    builder.part("steering wheel", placed, finish="plastic")


def _doors(builder: Builder, plan: _Plan, n: int, rng: np.random.Generator) -> None:
    """Panels a hand's breadth thick over the sides, panes above them; hinged in front."""
    arch = plan.wheel + 0.07
    start = plan.axles[0] + arch + 0.03
    end = plan.axles[1] - arch + 0.02
    waist = plan.waist
    end = min(end if n == 4 else waist + 0.12, plan.tail + 0.05)
    edges = [start, end] if n == 2 else [start, waist, end]
    grip = str(rng.choice(("bar", "flap")))
    z0, z1 = plan.shoulder - 0.004, plan.roof - 0.065
    lean = (plan.head - plan.scuttle) / (plan.roof - plan.shoulder)
    for s in (-1, 1):
        for k, (a, b) in enumerate(pairwise(edges)):
            door = builder.part("door")
            low, high = a + 0.006, b - 0.006
            line: list[Point] = [
                (low, 0.3),
                (high, 0.26),
                (high, plan.shoulder),
                (low, plan.shoulder),
            ]
            xs = sorted((s * (plan.half - 0.05), s * (plan.half + 0.006)))
            sheet = side_plate(line, xs[0], xs[1])
            panel = builder.part("panel", sheet, parent=door, finish="metal")
            front_low = max(low, plan.scuttle + 0.075) if k == 0 else low + 0.03
            front_high = max(low, plan.scuttle + 0.075 + lean * (z1 - z0)) if k == 0 else low + 0.03
            back = min(high, plan.tail - 0.07) if b > waist + 0.2 else high - 0.03
            pane: list[Point] = [
                (front_low, z0),
                (back, z0),
                (back, z1),
                (min(front_high, back - 0.1), z1),
            ]
            xs = sorted((s * (plan.half - 0.03), s * (plan.half - 0.024)))
            glass = _narrowed(side_plate(pane, xs[0], xs[1]), plan)
            builder.part("window", glass, parent=door, finish="glass")
            x, y, z = s * (plan.half + 0.004), high - 0.12, plan.shoulder - 0.1
            if grip == "bar":
                handle = box((x, y - 0.09, z - 0.011), (x + s * 0.03, y + 0.06, z + 0.011), 0.006)
            else:
                handle = box((x, y - 0.08, z - 0.025), (x + s * 0.008, y + 0.07, z + 0.025), 0.003)
            builder.part("handle", handle, parent=door, finish="metal")
            trim = box((x, low + 0.02, 0.46), (x + s * 0.014, high - 0.02, 0.51), 0.003)
            builder.add(panel, trim)
            builder.hinge(door, (s * (plan.half + 0.006), low, 0), (0, 0, s), 0.0, 1.1)
            if k == 0:
                _mirror(builder, door, plan, s, front_low)
        corner, ledge = plan.foot - 0.05, plan.tail - 0.05
        if corner - edges[-1] > 0.08:
            rest: list[Point] = [(edges[-1], z0), (corner, z0), (ledge, z1)]
            if ledge - edges[-1] > 0.05:
                rest.append((edges[-1], z1))
            xs = sorted((s * (plan.half - 0.03), s * (plan.half - 0.024)))
            quarter = _narrowed(side_plate(rest, xs[0], xs[1]), plan)
            builder.part("quarter window", quarter, finish="glass")


def _mirror(builder: Builder, door: int, plan: _Plan, s: int, y: float) -> None:
    x, z = plan.half, plan.shoulder + 0.09
    arm = cylinder(
        (s * (x - 0.03), y + 0.05, z - 0.1), (s * (x + 0.07), y + 0.03, z), 0.02, sides=8
    )
    case = cushion(
        (s * x + s * 0.11 - 0.09, y - 0.03, z - 0.06),
        (s * x + s * 0.11 + 0.09, y + 0.06, z + 0.07),
        4,
        12,
        6,
    )
    mirror = builder.part("wing mirror", arm, case, parent=door, finish="plastic")
    glass = box(
        (s * x + s * 0.11 - 0.06, y + 0.055, z - 0.035),
        (s * x + s * 0.11 + 0.06, y + 0.064, z + 0.045),
    )
    builder.part("glass", glass, parent=mirror, finish="screen")


def _wheel(builder: Builder, plan: _Plan, y: float, side: int, rims: str) -> None:
    """A wheel whose outside is flush with the body."""
    r, wide = plan.wheel, 0.17
    wheel = builder.part("wheel")

    def put(mesh: Mesh) -> Mesh:
        out = turned(mesh, "y", side * math.pi / 2)  # z becomes the way out
        return moved(out, side * (plan.half - 0.01), y, r)

    profile = [
        (0.66 * r, -wide),
        (0.93 * r, -wide),
        (r, -wide + 0.03),
        (r, -0.03),
        (0.93 * r, 0),
        (0.66 * r, -0.004),
    ]
    builder.part("tyre", put(lathe(profile, 20, closed=True)), parent=wheel, finish="rubber")
    rim = builder.part("rim", parent=wheel, finish="metal")
    ring = lathe(
        [(0.6 * r, -wide * 0.9), (0.68 * r, -wide * 0.9), (0.68 * r, -0.006), (0.6 * r, -0.012)],
        20,
        closed=True,
    )
    builder.add(rim, put(ring))
    if rims in ("disc", "cap"):
        rise = -0.05 if rims == "disc" else -0.02
        disc = lathe(
            [(0.66 * r, -0.09), (0.66 * r, -0.03), (0.4 * r, rise), (0.15 * r, rise + 0.01)], 24
        )
        builder.add(rim, put(disc))
    else:
        n = 5 if rims == "five spokes" else 10
        half = 0.09 * r if n == 5 else 0.035 * r
        back = lathe([(0.62 * r, -0.12), (0.62 * r, -0.1)], 20)
        builder.add(rim, put(back))
        for k in range(n):
            spoke = box((-half, 0.0, -0.06), (half, 0.62 * r, -0.02))
            builder.add(rim, put(turned(spoke, "z", 2 * math.pi * k / n)))
    cap = lathe([(0.17 * r, -0.1), (0.17 * r, -0.012), (0.1 * r, -0.004)], 12)
    builder.add(rim, put(cap))
