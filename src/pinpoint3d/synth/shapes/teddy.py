"""Soft toys: bears, rabbits, cats, elephants, sitting, standing or lying on their back.

Part tree: head (skull, ears with inner ears, eyes, muzzle, nose, trunk), body, belly, arms and legs
(limb, pad), tail, scarf, bow, shirt.
"""

import math
from collections.abc import Callable

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Point,
    box,
    circle,
    curve,
    cushion,
    flattened,
    moved,
    stretched,
    tube,
    turned,
)

ANIMALS = ("bear", "rabbit", "cat", "elephant", "dog")
POSES = ("sitting", "standing", "lying")
WEARS = ("nothing", "scarf", "bow", "shirt")
BUILDS = ("plump", "slim", "long limbs")


Add = Callable[..., int]
"""Names a part and adds its meshes, drawn upright: `Builder.part`, with the toy's pose."""


def make(rng: np.random.Generator) -> Asset:
    """A soft toy, 0.12 to 0.55 m high, looking towards -y."""
    animal, stance = str(rng.choice(ANIMALS)), str(rng.choice(POSES))
    wear, build = str(rng.choice(WEARS)), str(rng.choice(BUILDS))
    size = rng.uniform(0.05, 0.13)  # m: half the height of the trunk
    girth = size * {"plump": 0.9, "slim": 0.65, "long limbs": 0.72}[build] * rng.uniform(0.9, 1.1)
    skull = size * rng.uniform(0.62, 0.85)
    reach = size * {"plump": 1.0, "slim": 1.15, "long limbs": 1.6}[build]
    builder = Builder("teddy")

    def place(mesh: Mesh) -> Mesh:
        """Drawn sitting or standing; some are laid on their back."""
        return turned(mesh, "x", -math.pi / 2) if stance == "lying" else mesh

    def part(name: str, *meshes: Mesh, parent: int = -1, finish: Finish = "fabric") -> int:
        return builder.part(name, *map(place, meshes), parent=parent, finish=finish)

    # The trunk stands on z = 0 before limbs are added.
    trunk = _ball((0, 0, size), (girth, girth * 0.85, size), 16)
    part("body", trunk)
    if rng.random() < 0.6 and wear != "shirt":
        patch = _ball((0, -girth * 0.45, size * 0.92), (girth * 0.62, girth * 0.48, size * 0.6), 14)
        part("belly", patch)
    if wear == "shirt":
        cover = _ball((0, 0, size * 1.15), (girth * 1.04, girth * 0.9, size * 0.8), 18)
        part("shirt", cover)
    _head(part, animal, skull, 2 * size + 0.72 * skull, rng)
    _limbs(part, stance, size, girth, reach, rng)
    if stance != "lying" and animal in ("cat", "dog", "elephant"):
        end = girth * rng.uniform(1.6, 2.1)
        knots = [
            (0, girth * 0.6, 0.45 * size),
            (0.02, end * 0.8, 0.4 * size),
            (0.05, end, 0.9 * size),
        ]
        part("tail", tube(curve(knots, 8), np.linspace(0.16, 0.08, 8) * size, sides=8))
    elif stance != "lying":
        tuft = 0.22 * size
        part("tail", _ball((0, girth * 0.8, 0.35 * size), (tuft, tuft, tuft), 10))
    _wear(part, wear, size, girth, skull)
    return builder.asset(f"{animal}, {stance}, {wear}, {build}")


def _ball(middle: Point, half: Point, sides: int) -> Mesh:
    centre, reach = np.asarray(middle, np.float64), np.asarray(half, np.float64)
    return cushion(centre - reach, centre + reach, 2.2, sides=sides, rings=max(6, sides // 2))


def _head(part: Add, animal: str, r: float, z: float, rng: np.random.Generator) -> None:
    """A head of half width `r` about (0, 0, z)."""
    head = part("head")
    part("skull", _ball((0, 0, z), (r, r * 0.9, r * 0.92), 16), parent=head)
    if animal == "elephant":
        knots = [(0, -0.75 * r, z), (0, -1.35 * r, z - 0.25 * r), (0, -1.5 * r, z - 0.9 * r)]
        knots += [(0, -1.8 * r, z - 1.1 * r)]
        trunk = tube(curve(knots, 10), np.linspace(0.32, 0.2, 10) * r, sides=10)
        part("trunk", trunk, parent=head)
    else:
        long = {"dog": 0.75, "bear": 0.5}.get(animal, 0.36) * r
        muzzle = _ball((0, -0.75 * r, z - 0.22 * r), (0.45 * r, long, 0.34 * r), 12)
        part("muzzle", muzzle, parent=head)
        tip = -0.75 * r - 0.95 * long
        nose = _ball((0, tip, z - 0.1 * r), (0.15 * r, 0.1 * r, 0.1 * r), 10)
        part("nose", nose, parent=head, finish="plastic")
    for side in (-1, 1):
        eye = _ball((side * 0.36 * r, -0.8 * r, z + 0.18 * r), (0.1 * r, 0.1 * r, 0.1 * r), 8)
        part("eye", eye, parent=head, finish="plastic")
        outer, inner = _ear(animal, r, rng.uniform(-0.1, 0.1))
        ear = part("ear", parent=head)
        for name, mesh in (("outer ear", outer), ("inner ear", inner)):
            part(name, moved(stretched(mesh, x=side), z=z), parent=ear)


def _ear(animal: str, r: float, tilt: float) -> tuple[Mesh, Mesh]:
    """The right ear and its lining, about a head at the origin."""
    root, half = {
        "bear": ((0.72, 0.0, 0.75), (0.36, 0.16, 0.36)),
        "rabbit": ((0.38, 0.0, 1.55), (0.24, 0.13, 0.85)),
        "cat": ((0.55, 0.0, 0.9), (0.28, 0.14, 0.38)),
        "elephant": ((1.35, 0.1, 0.1), (0.62, 0.13, 0.68)),
        "dog": ((0.95, -0.05, 0.1), (0.22, 0.3, 0.68)),
    }[animal]
    centre, reach = np.array(root) * r, np.array(half) * r
    outer = _ball(centre, reach, 12)
    lining = _ball(centre - (0, 0.55 * reach[1], 0), reach * (0.68, 0.62, 0.72), 10)
    if animal == "dog":  # ears that hang at the sides are lined towards the head
        lining = _ball(centre - (0, 0.5 * reach[1], 0.2 * reach[2]), reach * (0.9, 0.6, 0.6), 10)
    turn = {"cat": 0.35, "rabbit": 0.12, "bear": 0.5}.get(animal, 0.0) + tilt
    return turned(outer, "y", turn, centre * 0.6), turned(lining, "y", turn, centre * 0.6)


def _limbs(
    part: Add,
    stance: str,
    size: float,
    girth: float,
    reach: float,
    rng: np.random.Generator,
) -> None:
    lift = rng.uniform(-0.9, 0.5)  # radians above level: arms hang or are raised
    thick = size * rng.uniform(0.24, 0.32)
    for side in (-1, 1):
        shoulder = np.array([side * 0.62 * girth, -0.1 * girth, 1.55 * size])
        way = np.array([side * math.cos(lift) * 0.9, -0.45, math.sin(lift)])
        way /= np.linalg.norm(way)
        hand = shoulder + way * reach
        _limb(part, "arm", shoulder, hand, thick, way)
        hip = np.array([side * 0.55 * girth, -0.1 * girth, 0.42 * size])
        if stance != "sitting":
            foot = np.array([side * 0.6 * girth, -0.1 * girth, -0.75 * reach])
            whole = part("leg")
            path = np.linspace(hip, foot, 6)
            part("limb", tube(path, 1.15 * thick, sides=12), parent=whole)
            sole = _ball(foot - (0, 0.45 * thick, 0), (1.2 * thick, 1.75 * thick, 1.0 * thick), 14)
            part("foot", flattened(sole, foot[2] - 0.7 * thick), parent=whole)
        else:
            way = np.array([side * 0.45, -1.0, 0.0])
            way /= np.linalg.norm(way)
            hip[2] = 1.25 * thick
            _limb(part, "leg", hip, hip + way * (reach + 0.5 * girth), 1.25 * thick, way)


def _limb(
    part: Add, name: str, start: np.ndarray, end: np.ndarray, thick: float, way: np.ndarray
) -> None:
    """A sausage with a pad at its end."""
    whole = part(name)
    path = start + np.linspace(0, 1, 8)[:, None] * (end - start)
    bulge = thick * np.array([0.8, 0.95, 0.95, 0.92, 0.95, 1.0, 0.9, 0.5])
    part("limb", tube(path, bulge, sides=12), parent=whole)
    spot = end - 0.12 * thick * way
    pad = _ball((0, 0, 0), (0.58 * thick, 0.22 * thick, 0.58 * thick), 10)
    facing = turned(pad, "z", math.atan2(way[1], way[0]) + math.pi / 2)
    part("pad", moved(facing, *spot), parent=whole)


def _wear(part: Add, wear: str, size: float, girth: float, skull: float) -> None:
    z = 1.86 * size
    around = min(girth, skull) * 0.6
    if wear in ("scarf", "bow"):
        path = np.c_[circle(1.0, 20) * (around, 0.9 * around), np.full(20, z)]
        thick = (0.13 if wear == "scarf" else 0.07) * size
        loop = tube(path, thick, sides=8, closed=True)
        whole = part(wear)
        part("loop", loop, parent=whole)
        y = -0.9 * around - 0.8 * thick
        if wear == "scarf":
            low = z - 0.8 * size
            end = box(
                (0.05 * size, y - 0.06 * size, low), (0.4 * size, y + 0.1 * size, z), 0.03 * size
            )
            lean = turned(end, "x", -0.28, (0, y, z))
            part("end", lean, parent=whole)
        else:
            knot = _ball((0, y, z), (0.12 * size, 0.1 * size, 0.12 * size), 8)
            wings = [
                _ball((side * 0.32 * size, y, z), (0.28 * size, 0.09 * size, 0.2 * size), 10)
                for side in (-1, 1)
            ]
            part("knot", knot, parent=whole)
            for wing in wings:
                part("wing", wing, parent=whole)
