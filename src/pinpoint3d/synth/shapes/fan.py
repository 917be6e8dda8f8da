"""Fans: on a desk foot or a tall pole, in a box, or as a tower.

Part tree: base, pole, head (motor, guard, rotor with hub and blades), knob, buttons, grille.
"""

import math
from collections.abc import Callable

import numpy as np

from pinpoint3d.synth.assets import Asset, pose
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    bent,
    box,
    curve,
    cylinder,
    extrusion,
    frame,
    hoop,
    joined,
    lathe,
    moved,
    rounded_rectangle,
    slab,
    stretched,
    tube,
    turned,
)

KINDS = ("desk", "pedestal", "box", "tower")
FEET = ("round", "cross", "plate")
GUARDS = ("spokes", "rings", "spiral")
BLADES = ("broad", "narrow", "swept")


def make(rng: np.random.Generator) -> Asset:
    """A fan, 0.25 to 1.4 m high, blowing towards -y."""
    kind, feet = str(rng.choice(KINDS)), str(rng.choice(FEET))
    guard, blade = str(rng.choice(GUARDS)), str(rng.choice(BLADES))
    n_blades = int(rng.integers(3, 7))
    builder = Builder("fan")
    if kind == "tower":
        return _tower(builder, feet, guard, rng)
    if kind == "box":
        radius = rng.uniform(0.12, 0.24)
        height = _box_case(builder, radius, rng)
    else:
        radius = rng.uniform(0.08, 0.17) if kind == "desk" else rng.uniform(0.17, 0.23)
        height = radius * rng.uniform(1.35, 1.7) if kind == "desk" else rng.uniform(0.85, 1.2)
        _stem(builder, feet, kind, radius, height, rng)
    tilt = 0.0 if kind == "box" else rng.uniform(-0.1, 0.3)

    def place(mesh: Mesh) -> Mesh:
        """Drawn about the origin with the axle along z, blowing up; put on the head."""
        return moved(turned(mesh, "x", math.pi / 2 - tilt), z=height)

    head = builder.part("head")
    motor = [(0.2, -0.75), (0.27, -0.6), (0.27, -0.12), (0.2, 0.0)]
    if kind == "box":
        motor = [(0.2, -0.25), (0.2, -0.02)]
    builder.part("motor", place(lathe(np.array(motor) * radius, 20)), parent=head, finish="plastic")
    _guard(builder, head, guard, radius, kind, place)
    rotor = builder.part("rotor", parent=head)
    deep = 0.16 * radius
    hub = lathe(np.array([(0.2, -0.02), (0.2, 0.12), (0.1, 0.2)]) * radius, 16)
    builder.part("hub", place(hub), parent=rotor, finish="plastic")
    for k in range(n_blades):
        leaf = turned(_blade(blade, radius * 0.88, deep, n_blades), "z", 2 * math.pi * k / n_blades)
        builder.part("blade", place(moved(leaf, z=0.05 * radius)), parent=rotor, finish="plastic")
    axis = (0.0, -math.cos(tilt), math.sin(tilt))
    builder.hinge(rotor, (0, 0, height), axis, 0, 2 * math.pi)
    state = rng.uniform(0, 2 * math.pi)
    style = f"{kind}, {feet if kind != 'box' else 'no'} foot, {guard}, {n_blades} {blade} blades"
    return pose(builder.asset(style), [float(state)])


def _blade(blade: str, radius: float, deep: float, n_blades: int) -> Mesh:
    """A twisted leaf along x from the hub outwards."""
    wide = min(
        radius * {"broad": 0.95, "narrow": 0.4, "swept": 0.6}[blade], 4.2 * radius / n_blades
    )
    strip = slab((0.16 * radius, -0.5, -0.0012), (radius, 0.5, 0.0012), (4, 2, 1))
    out = strip.vertices.copy()
    t = (out[:, 0] / radius - 0.16) / 0.84
    span = wide * (0.35 + 1.1 * t - 0.55 * t**2)
    out[:, 2] += out[:, 1] * deep * (1 - 0.4 * t) * 1.6
    out[:, 1] *= span
    if blade == "swept":
        out[:, 1] -= 0.25 * radius * t**2
    return Mesh(out, strip.faces)


def _guard(
    builder: Builder,
    head: int,
    guard: str,
    radius: float,
    kind: str,
    place: Callable[[Mesh], Mesh],
) -> None:
    """A cage of wires in front and behind, joined by a hoop."""
    wire = 0.0016 + 0.004 * radius
    front, back = (
        (0.34 * radius, -0.3 * radius) if kind != "box" else (0.22 * radius, -0.26 * radius)
    )
    if kind != "box":
        rim = hoop(radius * 1.03, 0.035 * radius + 0.001, n_points=28)
        builder.part("rim", place(rim), parent=head, finish="metal")
    for name, level in (("front guard", front), ("rear guard", back)):
        pieces = []
        if guard == "rings":
            for scale in (0.45, 0.65, 0.85):
                z = level * math.sqrt(1 - scale**4)
                pieces.append(hoop(radius * scale, wire, z, sides=5))
        n_spokes = {"rings": 6, "spokes": 18, "spiral": 16}[guard]
        for k in range(n_spokes):
            steps = np.linspace(0.18, 1.03, 6)
            swirl = 0.7 * steps if guard == "spiral" else 0 * steps
            angle = 2 * math.pi * k / n_spokes + swirl
            z = level * np.sqrt(np.maximum(0, 1 - (steps / 1.03) ** 4))
            path = np.stack([radius * steps * np.cos(angle), radius * steps * np.sin(angle), z], 1)
            pieces.append(tube(path, wire, sides=5))
        middle = level * 0.98
        disc = cylinder((0, 0, middle - 0.004), (0, 0, middle + 0.004), 0.24 * radius, sides=18)
        cage = builder.part(name, parent=head)
        builder.part(
            "wires",
            place(joined(*pieces, *_inner_ring(radius, level, wire))),
            parent=cage,
            finish="metal",
        )
        if name == "front guard":
            builder.part("badge", place(disc), parent=cage, finish="plastic")


def _inner_ring(radius: float, level: float, wire: float) -> list[Mesh]:
    """The ring on which the inner ends of the wires sit: it makes them one."""
    inner = hoop(radius * 0.19, wire * 1.3, level, 16, sides=5)
    return [inner, hoop(radius * 1.02, wire * 1.3, 0.0, 28, sides=5)]


def _stem(
    builder: Builder, feet: str, kind: str, radius: float, height: float, rng: np.random.Generator
) -> None:
    reach = radius * (0.75 if kind == "desk" else 1.05)
    low = 0.02
    if feet == "round":
        rows = [(reach, 0), (reach, 0.012), (reach * 0.85, 0.022), (0.02, 0.034)]
        builder.part("base", lathe(rows, sides=28), finish="plastic")
    elif feet == "plate":
        outline = rounded_rectangle(2 * reach, 1.7 * reach, 0.25 * reach)
        builder.part("base", extrusion(outline, 0.022), finish="plastic")
    else:
        for turn in (math.pi / 4, -math.pi / 4):
            bar = turned(
                box((-reach * 1.15, -0.018, 0), (reach * 1.15, 0.018, 0.022), 0.004), "z", turn
            )
            builder.part("base", bar, finish="metal")
    y = 0.42 * radius  # the pole meets the motor behind the blades
    thick = 0.012 if kind == "desk" else 0.014
    pole = curve([(0, 0.3 * y, low), (0, 0.8 * y, 0.4 * height), (0, y, height - 0.1 * radius)], 8)
    if kind == "pedestal":
        split = pole[4]
        builder.part("lower pole", tube(pole[:5], thick * 1.35, sides=10), finish="metal")
        collar = moved(cylinder((0, 0, -0.03), (0, 0, 0.02), thick * 2, sides=12), *split)
        builder.part("collar", collar, finish="plastic")
        builder.part("upper pole", tube(pole[4:], thick, sides=10), finish="metal")
    else:
        builder.part("pole", tube(pole, thick, sides=10), finish="plastic")
    panel = str(rng.choice(("none", "knob", "buttons")))
    spots = {"none": 0, "knob": 1, "buttons": int(rng.integers(2, 5))}[panel]
    for k in range(spots):
        if kind == "pedestal":
            at = (0.0, float(pole[4, 1]) - 2 * thick, float(pole[4, 2]) - 0.02 + 0.014 * k)
            knob = cylinder(
                (at[0], at[1] + 0.006, at[2]), (at[0], at[1] - 0.006, at[2]), 0.006, sides=10
            )
        else:
            x, size = 0.024 * (k - (spots - 1) / 2), 0.014 if panel == "knob" else 0.009
            knob = cylinder((x, -0.6 * reach, 0.008), (x, -0.6 * reach, 0.031), size)
            if feet == "cross":
                continue
        builder.part("knob" if panel == "knob" else "button", knob, finish="plastic")


def _box_case(builder: Builder, radius: float, rng: np.random.Generator) -> float:
    """A square case with a round opening's worth of room; the height of the axle comes back."""
    half, deep, lift = radius * 1.12, radius * rng.uniform(0.25, 0.35), 0.02
    height = half + lift
    ring = frame((-half, -deep, lift), (half, deep, lift + 2 * half), radius * 0.1)
    builder.part("case", ring, finish="plastic")
    for side in (-1, 1):
        foot = box(
            (side * half * 0.75 - 0.02, -deep * 1.4, 0),
            (side * half * 0.75 + 0.02, deep * 1.4, lift + 0.004),
            0.003,
        )
        builder.part("foot", foot, finish="rubber")
    if rng.random() < 0.6:
        at = (half * 0.72, lift + 2 * half - 0.001)
        knob = cylinder((at[0], 0, at[1]), (at[0], 0, at[1] + 0.018), min(0.018, deep * 0.8))
        builder.part("knob", knob, finish="plastic")
    if rng.random() < 0.6:
        loop = [(-0.06, 0, -0.002), (-0.055, 0, 0.03), (0.055, 0, 0.03), (0.06, 0, -0.002)]
        bar = moved(tube(curve(loop, 12), 0.007, sides=8), z=lift + 2 * half)
        builder.part("handle", bar, finish="plastic")
    for side in (-1, 1):  # the axle's bearer, across the case
        strut = sorted((side * 0.15 * radius, side * (half - 0.02)))
        bar = box(
            (strut[0], -0.02 * radius, height - 0.012), (strut[1], 0.2 * radius, height + 0.012)
        )
        builder.part("strut", bar, finish="metal")
    return float(height)


def _tower(builder: Builder, feet: str, guard: str, rng: np.random.Generator) -> Asset:
    """A slim column with slats in front and buttons on its top."""
    radius, height = rng.uniform(0.06, 0.1), rng.uniform(0.6, 1.05)
    low = 0.03
    reach = radius * rng.uniform(1.4, 1.9)
    if feet == "round":
        base = lathe([(reach, 0), (reach, 0.012), (radius * 0.8, low + 0.005)], sides=28)
    else:
        outline = rounded_rectangle(
            2 * reach, 1.8 * reach, 0.02 if feet == "plate" else 0.5 * reach
        )
        base = extrusion(outline, low + 0.003)
    builder.part("base", base, finish="plastic")
    flat = rng.uniform(0.8, 1.0)
    column = [(radius, low), (radius, height - 0.02), (radius * 0.9, height)]
    builder.part("housing", stretched(lathe(column, sides=24), y=flat), finish="plastic")
    lower, upper = low + 0.12 * height, height * 0.86
    # The grille follows the round front: a flat field rolled round the column.
    sweep = rng.uniform(0.7, 1.1)
    field = slab((-sweep * radius, -0.004, lower), (sweep * radius, 0.0015, upper), (10, 1, 1))
    whole = builder.part("grille")

    def fronted(mesh: Mesh) -> Mesh:
        rolled = moved(bent(mesh, "z", radius), y=radius)
        return stretched(turned(rolled, "z", math.pi), y=flat)

    builder.part("field", fronted(field), parent=whole, finish="metal")
    n_slats = {"spokes": 9, "rings": 12, "spiral": 5}[guard]
    for k in range(n_slats):
        if guard == "rings":
            z = lower + (k + 0.5) * (upper - lower) / n_slats
            low_z, high_z, half = z - 0.006, z + 0.006, sweep * radius * 0.95
            slat = slab((-half, 0.001, low_z), (half, 0.005, high_z), (10, 1, 1))
        else:
            x = sweep * radius * 0.9 * (2 * (k + 0.5) / n_slats - 1)
            slat = slab(
                (x - 0.003, 0.001, lower + 0.01), (x + 0.003, 0.005, upper - 0.01), (1, 1, 1)
            )
        builder.part("slat", fronted(slat), parent=whole, finish="plastic")
    if rng.random() < 0.6:
        pane = slab((-0.02, -0.004, upper + 0.02), (0.02, 0.001, upper + 0.045), (4, 1, 1))
        builder.part("display", fronted(pane), finish="screen")
    n_buttons = int(rng.integers(0, 5))
    for k in range(n_buttons):
        angle = 2 * math.pi * k / 5
        at = np.array([math.cos(angle), flat * math.sin(angle)]) * 0.5 * radius
        button = cylinder((*at, height - 0.002), (*at, height + 0.003), 0.009, sides=10)
        builder.part("button", button, finish="rubber")
    return builder.asset(f"tower, {feet}, {guard}, {n_buttons > 0} buttons")
