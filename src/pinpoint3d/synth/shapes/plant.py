"""Plants in pots: the pot with soil and saucer, stems or a trunk, leaves.

Part tree: pot (wall, rim, feet), saucer, soil; plant (trunk, stems, leaves, flowers), each leaf or
crown a part of its own.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Number,
    bent,
    box,
    curve,
    cushion,
    cylinder,
    frame,
    hoop,
    lathe,
    moved,
    slab,
    tube,
    turned,
)

POTS = ("tapered", "straight", "square", "bowl", "footed")
GREENS = ("blades", "broad", "cactus", "tree", "palm", "trailing", "bush")
SAUCERS = ("none", "saucer")
SIZES = ("small", "middle", "floor")


def make(rng: np.random.Generator) -> Asset:
    """A potted plant, 0.1 to 1.8 m high."""
    pot, green = str(rng.choice(POTS)), str(rng.choice(GREENS))
    saucer, size = str(rng.choice(SAUCERS)), str(rng.choice(SIZES, p=(0.45, 0.35, 0.2)))
    radius = {
        "small": rng.uniform(0.035, 0.07),
        "middle": rng.uniform(0.07, 0.13),
        "floor": rng.uniform(0.13, 0.21),
    }[size]
    builder = Builder("plant")
    top = _pot(builder, pot, saucer == "saucer", radius, rng)
    whole = builder.part("plant")
    rise = radius * {"cactus": 2.2, "trailing": 1.2, "bush": 1.8, "tree": 5.5, "palm": 5.0}.get(
        green, 3.0
    )
    rise *= rng.uniform(0.75, 1.25)
    _GROW[green](builder, whole, radius, top, float(rise), rng)
    return builder.asset(f"{green}, {pot} pot, {saucer}, {size}")


def _pot(
    builder: Builder, pot: str, saucer: bool, radius: float, rng: np.random.Generator
) -> float:
    """The pot with soil; the height of the soil comes back."""
    height = radius * (1.2 if pot == "bowl" else rng.uniform(1.5, 2.1))
    wall = 0.04 * radius + 0.002
    lift = 0.0
    if saucer and pot != "square":
        out = radius * 1.05
        rows = [(out * 0.9, 0), (out, 0.02 + 0.1 * radius), (out - 0.004, 0.02 + 0.1 * radius)]
        builder.part("saucer", lathe([*rows, (out * 0.88, 0.005)], sides=24), finish="ceramic")
        lift = 0.004
    elif pot == "footed":
        lift = rng.uniform(0.2, 0.9) * radius
        for k in range(3):
            angle = 2 * math.pi * k / 3 + 0.5
            way = np.array([math.cos(angle), math.sin(angle)]) * radius
            leg = cylinder(
                (*(way * 1.0), 0), (*(way * 0.75), lift + 0.25 * height), 0.05 * radius + 0.003
            )
            builder.part("leg", leg, finish="wood")
    whole = builder.part("pot", finish="ceramic")
    soil = lift + height * rng.uniform(0.82, 0.92)
    if pot == "square":
        half = radius * 0.9
        shell = frame((-half, -half, 0), (half, half, height), wall, axis="z")
        floor = box((-half, -half, 0), (half, half, wall))
        builder.add(whole, shell, floor)
        inner = half - wall * 0.7
        earth = box((-inner, -inner, soil - 0.02), (inner, inner, soil), 0.002)
        builder.part("soil", earth, finish="stone")
        return float(soil)
    foot, belly = {
        "tapered": (0.68, 0.84),
        "straight": (0.95, 1.0),
        "bowl": (0.5, 0.92),
        "footed": (0.85, 0.97),
    }[pot]
    rows = np.array([(foot, 0), (belly, 0.5), (1.0, 1.0)])
    outer = curve(np.c_[rows, np.zeros(3)], 7)[:, :2] * (radius, height) + (0, lift)
    inner = outer[::-1] - (wall, 0)
    inner[-1, 1] += wall
    builder.add(whole, lathe(np.concatenate([outer, inner]), sides=24))
    if pot == "tapered":
        edge = radius + wall * 0.9
        ring = hoop(edge, wall * 1.2, lift + height * 0.93)
        builder.part("rim", ring, finish="ceramic")
    at = float(np.interp(soil, outer[:, 1], outer[:, 0])) - wall * 0.6
    earth = lathe(
        [(at * 0.97, soil - 0.012), (at, soil), (at * 0.3, soil + 0.04 * radius)], sides=20
    )
    builder.part("soil", earth, finish="stone")
    return float(soil)


def _blade(length: Number, width: Number, droop: Number) -> Mesh:
    """A long leaf rising along y from the origin and bending down at its end."""
    strip = slab((-0.5, 0, -0.5), (0.5, 1, 0.5), (1, 6, 1))
    out = strip.vertices.copy()
    t = out[:, 1]
    out[:, 0] *= width * (0.45 + 1.5 * t - 1.9 * t**2)
    out[:, 1] *= length
    out[:, 2] *= 0.0012 + 0.03 * width
    return bent(Mesh(out, strip.faces), "x", length / max(float(droop), 0.05))


def _leaf(length: Number, width: Number, droop: Number) -> Mesh:
    """A broad leaf from the origin along y, lying, its end hanging down."""
    thick = 0.001 + 0.008 * width
    flat = cushion((-width / 2, 0, -thick), (width / 2, length, thick), 2.0, sides=12, rings=4)
    return bent(flat, "x", length / max(float(droop), 0.05))


def _put(mesh: Mesh, pitch: Number, turn: Number, at: np.ndarray) -> Mesh:
    """A leaf raised by `pitch` from level, turned about z, and moved to where it grows."""
    placed = turned(turned(mesh, "x", pitch), "z", turn - math.pi / 2)
    return moved(placed, *at)


def _blades(
    builder: Builder, whole: int, radius: float, soil: float, rise: float, rng: np.random.Generator
) -> None:
    n_leaves, stiff = int(rng.integers(6, 20)), rng.random() < 0.4
    for k in range(n_leaves):
        angle = k * 2.4 + rng.uniform(-0.3, 0.3)  # radians: the golden angle, as leaves grow
        inner = k / n_leaves
        length = rise * rng.uniform(0.75, 1.1)
        droop = 0.15 if stiff else rng.uniform(0.6, 1.6)
        blade = _blade(length, rng.uniform(0.16, 0.3) * radius + 0.006, droop)
        out = 0.2 * radius * (1 - inner)
        root = np.array([math.cos(angle) * out, math.sin(angle) * out, soil - 0.004])
        pitch = rng.uniform(1.15, 1.5) if stiff else 0.6 + 0.8 * inner
        leaf = _put(blade, pitch, angle, root)
        builder.part("leaf", leaf, parent=whole, finish="leaf")


def _broad(
    builder: Builder, whole: int, radius: float, soil: float, rise: float, rng: np.random.Generator
) -> None:
    for k in range(int(rng.integers(4, 13))):
        angle = k * 2.4 + rng.uniform(-0.3, 0.3)
        way = np.array([math.cos(angle), math.sin(angle), 0])
        out = rng.uniform(0.25, 1.0) * radius * 1.2
        tip = way * out + (0, 0, soil + rise * rng.uniform(0.45, 1.0))
        foot = way * 0.15 * radius + (0, 0, soil - 0.004)
        knots = [foot, way * out * 0.4 + (0, 0, soil + 0.6 * (tip[2] - soil)), tip]
        thick = 0.012 * radius + 0.0014
        stem = tube(curve(knots, 7), thick, sides=6)
        builder.part("stem", stem, parent=whole, finish="leaf")
        length = radius * rng.uniform(0.8, 1.4)
        blade = _leaf(length, length * rng.uniform(0.5, 0.8), rng.uniform(0.3, 1.0))
        leaf = _put(blade, rng.uniform(-0.2, 0.5), angle, tip - way * thick)
        builder.part("leaf", leaf, parent=whole, finish="leaf")


def _cactus(
    builder: Builder, whole: int, radius: float, soil: float, rise: float, rng: np.random.Generator
) -> None:
    wide = radius * rng.uniform(0.35, 0.6)
    ball = rng.random() < 0.35
    high = 2 * wide if ball else rise
    trunk = cushion((-wide, -wide, soil - 0.01), (wide, wide, soil + high), 2.5, 14, 9)
    builder.part("trunk", trunk, parent=whole, finish="leaf")
    for k in range(0 if ball else int(rng.integers(0, 4))):
        angle, level = 2.3 * k + rng.uniform(0, 1), soil + high * rng.uniform(0.35, 0.6)
        way = np.array([math.cos(angle), math.sin(angle), 0])
        reach = wide * 1.7
        knots = [
            way * wide * 0.5 + (0, 0, level),
            way * reach + (0, 0, level + 0.1 * wide),
            way * reach + (0, 0, level + high * rng.uniform(0.2, 0.4)),
        ]
        path = curve(knots, 9)
        thick = wide * rng.uniform(0.32, 0.5) * np.array([1, 1, 1, 1, 1, 1, 1, 0.9, 0.5])
        builder.part("arm", tube(path, thick, sides=10), parent=whole, finish="leaf")
    if rng.random() < 0.4:
        size = wide * 0.35
        bloom = cushion((-size, -size, soil + high - size), (size, size, soil + high + size), 2.0)
        builder.part("flower", bloom, parent=whole, finish="leaf")


def _tree(
    builder: Builder, whole: int, radius: float, soil: float, rise: float, rng: np.random.Generator
) -> None:
    thick = 0.06 * radius + 0.004
    bow = rng.normal(0, 0.15, 2) * radius
    top = np.array([*bow, soil + rise * 0.72])
    path = curve([(0, 0, soil - 0.01), (*(-0.4 * bow), soil + rise * 0.35), top], 9)
    builder.part(
        "trunk", tube(path, np.linspace(thick, thick * 0.6, 9), 8), parent=whole, finish="wood"
    )
    n_crowns = int(rng.integers(1, 5))
    size = rise * rng.uniform(0.17, 0.26)
    for k in range(n_crowns):
        angle = 2.4 * k
        shift = np.array([math.cos(angle), math.sin(angle), 0]) * (0.85 * size if k else 0)
        middle = top + shift + (0, 0, (0.55 if k % 2 else 0.0) * size)
        if k:
            twig = cylinder(path[7], middle, thick * 0.5, sides=6)
            builder.part("branch", twig, parent=whole, finish="wood")
        scale = size * rng.uniform(0.75, 1.0)
        crown = cushion(middle - scale, middle + scale, 2.0, sides=14, rings=9)
        rough = crown.vertices + rng.normal(0, 0.04 * scale, crown.vertices.shape)
        # Corners that lie on one another (poles) move together, so that the skin stays closed.
        _, first, same = np.unique(
            crown.vertices.round(6), axis=0, return_index=True, return_inverse=True
        )
        rough = rough[first][same.reshape(-1)]
        builder.part("crown", Mesh(rough, crown.faces), parent=whole, finish="leaf")


def _palm(
    builder: Builder, whole: int, radius: float, soil: float, rise: float, rng: np.random.Generator
) -> None:
    thick = 0.1 * radius + 0.003
    bare = rise * rng.uniform(0.3, 0.6)
    top = np.array([*(rng.normal(0, 0.15, 2) * radius), soil + bare])
    path = curve([(0, 0, soil - 0.01), (*(0.2 * top[:2]), soil + 0.5 * bare), top], 7)
    builder.part(
        "trunk", tube(path, np.linspace(thick, 0.7 * thick, 7), 8), parent=whole, finish="wood"
    )
    for k in range(int(rng.integers(7, 16))):
        angle = 2.4 * k + rng.uniform(-0.2, 0.2)
        length = (rise - bare) * rng.uniform(0.8, 1.2)
        blade = _blade(length, length * rng.uniform(0.1, 0.16), rng.uniform(0.8, 1.7))
        leaf = _put(blade, rng.uniform(0.5, 1.3), angle, top - (0, 0, 0.003))
        builder.part("leaf", leaf, parent=whole, finish="leaf")


def _trailing(
    builder: Builder, whole: int, radius: float, soil: float, rise: float, rng: np.random.Generator
) -> None:
    """Vines over the rim and down the pot, with small leaves along them as one part each."""
    for k in range(int(rng.integers(3, 8))):
        angle = 2 * math.pi * k / 7 + rng.uniform(-0.2, 0.2)
        way = np.array([math.cos(angle), math.sin(angle), 0])
        out, low = radius * rng.uniform(1.25, 1.7), soil * rng.uniform(0.1, 0.8)
        knots = [
            way * 0.2 * radius + (0, 0, soil - 0.004),
            way * radius * 0.9 + (0, 0, soil + 0.35 * radius + 0.2 * rise),
            way * out + (0, 0, soil),
            way * out * 1.03 + (0, 0, low + 0.15 * radius),
        ]
        path = curve(knots, 12)
        vine = builder.part("vine", parent=whole)
        stem = tube(path, 0.012 * radius + 0.001, sides=6)
        builder.part("stem", stem, parent=vine, finish="leaf")
        leaves = []
        for j in range(3, 12):
            size = radius * rng.uniform(0.25, 0.4)
            blade = _leaf(size, size * 0.8, 0.6)
            leaves.append(_put(blade, rng.uniform(-0.7, 0.1), angle + (1.2, -1.2)[j % 2], path[j]))
        for leaf in leaves[::3]:
            builder.part("leaf", leaf, parent=vine, finish="leaf")


def _bush(
    builder: Builder, whole: int, radius: float, soil: float, rise: float, rng: np.random.Generator
) -> None:
    """A dome of stems with small leaves; some bear flowers."""
    flowers = rng.random() < 0.5
    for k in range(int(rng.integers(8, 14))):
        angle, lean = 2.4 * k, 0.15 + 0.9 * rng.random()
        way = np.array([math.cos(angle) * lean, math.sin(angle) * lean, 1.0])
        tip = np.array([0, 0, soil]) + way / np.linalg.norm(way) * rise * rng.uniform(0.6, 1.0)
        stem = cylinder((0, 0, soil - 0.004), tip, 0.014 * radius + 0.001, sides=6)
        builder.part("stem", stem, parent=whole, finish="leaf")
        if flowers and k % 2:
            size = 0.2 * radius
            bloom = cushion(tip - size, tip + size, 2.0, sides=10, rings=5)
            builder.part("flower", bloom, parent=whole, finish="leaf")
            continue
        size = radius * rng.uniform(0.55, 0.8)
        leaf = _put(_leaf(size, size * 0.6, 0.5), rng.uniform(-0.3, 0.6), angle, tip)
        builder.part("leaf", leaf, parent=whole, finish="leaf")


_GROW = {
    "blades": _blades,
    "broad": _broad,
    "cactus": _cactus,
    "tree": _tree,
    "palm": _palm,
    "trailing": _trailing,
    "bush": _bush,
}
