"""Hammers lying on their side: claw and ball hammers, mallets, sledges.

Part tree: head (block, face, claw or peen), handle (shaft, grip, cap, wedge).
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    curve,
    cushion,
    cylinder,
    extrusion,
    lathe,
    moved,
    tube,
    turned,
)

HEADS = ("claw", "ball", "cross", "sledge", "mallet", "soft faces")
SHAFTS = ("wood", "steel", "fibre")
GRIPS = ("none", "sleeve", "rings", "tape")
ENDS = ("plain", "flared", "cap")


def make(rng: np.random.Generator) -> Asset:
    """A hammer, 0.22 to 0.45 m long; its handle lies along x."""
    head, shaft = str(rng.choice(HEADS)), str(rng.choice(SHAFTS))
    grip, end = str(rng.choice(GRIPS)), str(rng.choice(ENDS))
    length = rng.uniform(0.22, 0.36) if head != "sledge" else rng.uniform(0.26, 0.45)
    half = rng.uniform(0.011, 0.016) * (1.8 if head in ("sledge", "mallet", "soft faces") else 1.0)
    radius = min(rng.uniform(0.01, 0.014), half)
    builder = Builder("hammer")
    _head(builder, head, length, half, rng)
    handle = builder.part("handle")
    # It rests on the end of its handle and on its head, so the handle rises towards the head.
    start, finish = np.array([0, 0, radius * 1.25]), np.array([length, 0, half])
    t = np.linspace(0, 1, 8)
    swell = {
        "wood": 1 + 0.22 * np.cos(2 * math.pi * t),
        "steel": 0 * t + 0.62,
        "fibre": 0 * t + 0.85,
    }
    reach = radius * swell[shaft]
    if end == "flared":
        reach[0] *= 1.0 if shaft == "wood" else 1.3
    path = start + t[:, None] * (finish - start)
    bar = tube(path, np.minimum(reach, radius * 1.25), sides=12)
    builder.part("shaft", bar, parent=handle, finish="wood" if shaft == "wood" else "metal")
    if grip != "none":
        _grip(builder, handle, grip, path, radius * 1.18, rng)
    if end == "cap":
        cap = moved(cylinder((-0.006, 0, 0), (0.008, 0, 0), radius * 1.22, sides=12), *start)
        builder.part("cap", cap, parent=handle, finish="rubber")
    if shaft == "wood" and head not in ("mallet", "soft faces") and rng.random() < 0.6:
        tip = length + half * 1.3
        wedge = box(
            (tip - 0.01, -half * 0.5, half - 0.002), (tip + 0.002, half * 0.5, half + 0.002)
        )
        builder.part("wedge", wedge, parent=handle, finish="metal")
    return builder.asset(f"{head}, {shaft} shaft, {grip} grip, {end} end")


def _grip(
    builder: Builder,
    handle: int,
    grip: str,
    path: np.ndarray,
    radius: float,
    rng: np.random.Generator,
) -> None:
    share = rng.uniform(0.3, 0.48)
    way = path[-1] - path[0]
    if grip == "rings":
        for k in range(int(rng.integers(3, 7))):
            at = path[0] + way * (0.06 + 0.055 * k)
            band = cylinder(at, at + way * 0.03, radius * 1.03, sides=12)
            builder.part("ring", band, parent=handle, finish="rubber")
        return
    first, last = path[0] + way * 0.01, path[0] + way * share
    middle = (first + last) / 2
    if grip == "sleeve":
        steps = np.linspace(0, 1, 9)
        scale = radius * (1.0 + 0.06 * np.cos(4 * math.pi * steps))
        body = tube(first + steps[:, None] * (last - first), scale, sides=14)
    else:
        body = cylinder(first, last, radius, sides=12)
        strip = cylinder(middle, middle + way * 0.05, radius * 1.02, sides=12)
        builder.part("band", strip, parent=handle, finish="print")
    builder.part("grip", body, parent=handle, finish="rubber")


def _head(builder: Builder, head: str, x: float, half: float, rng: np.random.Generator) -> None:
    """The head about (x, 0, half): its face towards +y, its peen towards -y."""
    whole = builder.part("head")
    back = rng.uniform(0.035, 0.06)
    front = rng.uniform(0.035, 0.055)

    def at(mesh: Mesh) -> Mesh:
        return moved(mesh, x, 0, half)

    if head in ("sledge", "mallet", "soft faces"):
        reach = rng.uniform(0.045, 0.075)
        wooden = head == "mallet" and rng.random() < 0.6
        if head == "sledge" or wooden:
            block = box((-half * 1.1, -reach, -half), (half * 1.1, reach, half), half * 0.25)
        else:
            block = cylinder((0, -reach, 0), (0, reach, 0), half, sides=20)
        builder.part(
            "block",
            at(block),
            parent=whole,
            finish="wood" if wooden else "rubber" if head == "mallet" else "metal",
        )
        for side in (-1, 1) if head == "soft faces" else ():
            face = cylinder(
                (0, side * (reach - 0.004), 0),
                (0, side * (reach + 0.02), 0),
                half * 0.98,
                half * 0.9,
                20,
            )
            builder.part("face", at(face), parent=whole, finish="plastic")
        return
    cheek = box((-half * 1.25, -half * 1.1, -half), (half * 1.25, half * 1.3, half), half * 0.3)
    builder.part("block", at(cheek), parent=whole, finish="metal")
    neck = [(half * 0.8, half * 1.2), (half * 0.62, front * 0.62), (half * 0.95, front * 0.7)]
    neck += [(half * 0.98, front + 0.008), (half * 0.9, front + 0.011)]
    face = turned(lathe(neck, sides=16), "x", -math.pi / 2)
    builder.part("face", at(face), parent=whole, finish="metal")
    if head == "ball":
        size = half * 0.85
        rod = cylinder((0, -half, 0), (0, -back * 0.8, 0), half * 0.55)
        knob = cushion(
            (-size, -back - size, -size), (size, -back + size, size), 2.0, sides=14, rings=8
        )
        builder.part("peen", at(rod), at(knob), parent=whole, finish="metal")
    elif head == "cross":
        outline = [(-half, -half), (half, -half), (half * 0.2, -back), (-half * 0.2, -back)]
        wedge = extrusion(outline, 2 * half * 0.92, -half * 0.92)
        builder.part("peen", at(wedge), parent=whole, finish="metal")
    else:
        # Two prongs that bend back towards the hand, side by side as it lies: one above the other.
        knots = [(half * 1.0, -half), (half * 0.75, -back), (-0.012, -back * 1.35)]
        outer = curve(np.c_[np.array(knots), np.zeros(3)], 7)[:, :2]
        taper = np.linspace(1.7 * half, 0.003, 7)
        inner = outer + np.c_[-taper, 0.35 * taper]
        keep = [0, 2, 3, 4, 5, 6]  # the second point may lie on the line between its neighbours
        prong = np.concatenate([outer[keep], inner[keep][::-1]])
        pieces = [extrusion(prong, half * 0.75, low) for low in (-half * 0.85, half * 0.1)]
        root = extrusion(np.concatenate([outer[[0, 2]], inner[[2, 0]]]), half * 1.7, -half * 0.85)
        builder.part(
            "claw", *(at(piece) for piece in (*pieces, root)), parent=whole, finish="metal"
        )
