"""Power drills: cordless ones standing on their battery or lying, corded ones lying on their side.

Part tree: housing, handle, chuck (sleeve, collar, jaws), bit, trigger, battery, cable, switch,
vents, label, side grip.
"""

import math
from collections.abc import Callable

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Points,
    box,
    curve,
    cylinder,
    extrusion,
    lathe,
    moved,
    tube,
    turned,
)

KINDS = ("cordless", "corded", "impact driver")
LYING = ("standing", "lying")
BODIES = ("round", "boxy", "long")
BITS = ("none", "drill bit", "screw bit", "wood bit")
EXTRAS = ("none", "side grip", "belt clip", "lamp")


Add = Callable[..., int]
"""Names a part and adds its meshes, drawn upright: `Builder.part`, with the drill's pose."""


def make(rng: np.random.Generator) -> Asset:
    """A drill, 0.17 to 0.35 m long, its bit towards -y."""
    kind, body = str(rng.choice(KINDS)), str(rng.choice(BODIES))
    bit, extra = str(rng.choice(BITS)), str(rng.choice(EXTRAS))
    rest = "lying" if kind == "corded" else str(rng.choice(LYING))
    radius = rng.uniform(0.026, 0.034)
    back = rng.uniform(0.06, 0.09) * (1.35 if body == "long" else 1.0)
    front = rng.uniform(0.045, 0.07)
    drop = rng.uniform(0.11, 0.15)  # m: from the barrel's axis to the bottom of the handle
    builder = Builder("drill")

    def place(mesh: Mesh) -> Mesh:
        """Drawn upright with the barrel's axis along y at z = 0."""
        return turned(mesh, "y", math.pi / 2) if rest == "lying" else mesh

    def part(name: str, *meshes: Mesh, parent: int = -1, finish: Finish = "plastic") -> int:
        return builder.part(name, *map(place, meshes), parent=parent, finish=finish)

    if body == "boxy":
        shell = box((-radius, -front, -radius), (radius, back, radius), 0.35 * radius)
    else:
        rows = [(0.8, -front), (1.0, -0.7 * front), (1.0, 0.6 * back), (0.7, back)]
        shell = turned(lathe(np.array(rows) * (radius, 1.0), sides=18), "x", -math.pi / 2)
    part("housing", shell)
    lean = rng.uniform(0.0, 0.018)
    y = rng.uniform(0.0, 0.03)
    knots = [(0, y, -0.4 * radius), (0, y + 0.4 * lean, -0.55 * drop), (0, y + lean, -drop)]
    grip = np.array([1.0, 0.95, 0.85, 0.85, 0.9, 1.0, 1.1]) * 0.0185
    part("handle", tube(curve(knots, 7), grip, sides=12), finish="rubber")
    reach = y - 0.017
    pull = box(
        (-0.008, reach - 0.014, -radius - 0.03), (0.008, reach + 0.006, -radius - 0.002), 0.003
    )
    trigger = part("trigger", pull)
    builder.slide(trigger, (0, 1, 0), 0, 0.008)
    tip = _chuck(kind, radius, front, part, rng)
    _bit(bit, tip, part, rng)
    if kind == "corded":
        _cable(part, y + lean, drop, radius)
    else:
        tall = rng.uniform(0.028, 0.055)
        half, ahead = rng.uniform(0.03, 0.04), rng.uniform(0.05, 0.07)
        low = -drop - tall
        pack = box((-half, y + lean - ahead, low), (half, y + lean + 0.05, -drop - 0.004), 0.006)
        battery = part("battery")
        part("case", pack, parent=battery)
        lock = box(
            (-half - 0.003, y + lean - 0.02, low + 0.01),
            (half + 0.003, y + lean + 0.005, low + 0.02),
            0.002,
        )
        part("latch", lock, parent=battery)
        foot = box(
            (-half * 0.9, y + lean - ahead * 0.9, -drop - 0.006),
            (half * 0.9, y + lean + 0.045, -drop + 0.008),
            0.004,
        )
        part("base", foot)
    _details(part, extra, kind, radius, front, back, rng)
    style = f"{kind}, {rest}, {body}, {bit}, {extra}"
    return pose_at_random(builder.asset(style), rng)


def _chuck(kind: str, radius: float, front: float, part: Add, rng: np.random.Generator) -> float:
    """The chuck in front of the housing; the y of its mouth comes back."""
    chuck = part("chuck")
    if kind == "impact driver":
        nose = _along([(0.75 * radius, 0), (0.5 * radius, 0.02), (0.42 * radius, 0.03)], -front)
        part("nose", nose, parent=chuck, finish="metal")
        sleeve = _along([(0.011, 0), (0.011, 0.016)], -front - 0.029)
        part("sleeve", sleeve, parent=chuck, finish="metal")
        return -front - 0.045
    collar = _along([(0.85 * radius, 0), (0.85 * radius, 0.016)], -front + 0.001)
    part("torque ring", collar, parent=chuck)
    wide, long = rng.uniform(0.017, 0.022), rng.uniform(0.03, 0.042)
    body = _along([(wide, 0), (wide, 0.72 * long), (0.55 * wide, long)], -front - 0.014)
    part("sleeve", body, parent=chuck)
    mouth = -front - 0.014 - long
    jaws = _along([(0.5 * wide, 0), (0.3 * wide, 0.008)], mouth + 0.001)
    part("jaws", jaws, parent=chuck, finish="metal")
    return mouth - 0.006


def _along(rows: Points, y: float) -> Mesh:
    """A turned piece whose axis runs from `y` towards -y."""
    return moved(turned(lathe(rows, sides=18), "x", math.pi / 2), y=y)


def _bit(bit: str, tip: float, part: Add, rng: np.random.Generator) -> None:
    if bit == "none":
        return
    reach = rng.uniform(0.03, 0.05) if bit == "screw bit" else rng.uniform(0.06, 0.11)
    thick = {"drill bit": 0.0035, "screw bit": 0.0033, "wood bit": 0.0025}[bit]
    rod = cylinder((0, tip + 0.006, 0), (0, tip - reach, 0), thick, sides=8)
    point = cylinder((0, tip - reach, 0), (0, tip - reach - 0.006, 0), thick, 0.3 * thick, sides=8)
    pieces = [rod, point]
    if bit == "wood bit":
        spade = [(-0.011, 0), (0.011, 0), (0.011, 0.018), (0.002, 0.02), (0, 0.028), (-0.002, 0.02)]
        blade = extrusion([*spade, (-0.011, 0.018)], 0.002, -0.001)
        pieces.append(turned(moved(blade, y=-tip + reach - 0.004), "z", math.pi))
    part("bit", *pieces, finish="metal")


def _cable(part: Add, y: float, drop: float, radius: float) -> None:
    """A cable that leaves the handle and bends down to the table on which the drill lies."""
    sleeve = cylinder((0, y, -drop + 0.01), (0, y, -drop - 0.03), 0.008, 0.006, sides=10)
    part("cable sleeve", sleeve, finish="rubber")
    side = radius - 0.004  # lying, +x looks down: the table is one radius away
    knots = [
        (0, y, -drop - 0.025),
        (0.6 * side, y + 0.01, -drop - 0.06),
        (side, y + 0.06, -drop - 0.1),
    ]
    knots += [(side, y + 0.14, -drop - 0.09), (side, y + 0.2, -drop - 0.03)]
    part("cable", tube(curve(knots, 18), 0.004, sides=8), finish="rubber")


def _details(
    part: Add,
    extra: str,
    kind: str,
    radius: float,
    front: float,
    back: float,
    rng: np.random.Generator,
) -> None:
    switch = box((-0.009, -0.2 * front, radius - 0.003), (0.009, 0.012, radius + 0.004), 0.002)
    part("switch", switch)
    deep = 0.75 * radius  # the flanks of round housings lie further in at the vents' height
    for side in (-1, 1):
        edges = sorted((side * deep, side * (radius + 0.0008)))
        label = box((edges[0], 0.0, -0.3 * radius), (edges[1], 0.55 * back, 0.3 * radius))
        part("label", label, finish="print")
    cap = _along([(0.62 * radius, 0), (0.72 * radius, 0.01)], back + 0.004)
    part("end cap", cap, finish="rubber")
    if extra == "side grip" and kind != "impact driver":
        ring = _along([(0.95 * radius, 0), (0.95 * radius, 0.014)], -front + 0.012)
        bar = cylinder((0, -front + 0.004, 0), (0, -front + 0.004, radius + 0.1), 0.008)
        knob = cylinder(
            (0, -front + 0.004, radius + 0.02), (0, -front + 0.004, radius + 0.105), 0.015
        )
        grip = part("side grip")
        part("ring", ring, bar, parent=grip)
        part("grip", knob, parent=grip, finish="rubber")
    elif extra == "belt clip":
        clip = box(
            (radius - 0.006, 0.3 * back, -radius),
            (radius + 0.003, 0.3 * back + 0.014, -radius * 0.2),
        )
        part("belt clip", clip, finish="metal")
    elif extra == "lamp":
        lamp = cylinder(
            (0, -front * 0.72, -radius * 0.85),
            (0, -front * 0.72 - 0.006, -radius - 0.003),
            0.005,
            sides=10,
        )
        part("lamp", lamp, finish="glass")
    if rng.random() < 0.5:
        band = _along([(radius * 1.012, 0), (radius * 1.012, 0.012)], 0.5 * back)
        part("trim", band)
