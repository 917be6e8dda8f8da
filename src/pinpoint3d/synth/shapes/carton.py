"""Boxes and packs of cardboard: with flaps and tape, with a lid, open, or as food comes.

Part tree: walls, flaps, tape, label, stamp, hand holes; a lid box has body and lid; a milk carton
body, gable, crest, cap.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import box, cylinder, joined, moved, open_box, turned
from pinpoint3d.synth.shapes.sweeps import side_plate

KINDS = ("flaps", "taped", "lidded", "food", "milk", "tray")
TAPES = ("none", "along", "cross", "wide")
LABELS = ("none", "top", "front", "front and side", "stamp")
HOLES = ("none", "slots", "round")


def make(rng: np.random.Generator) -> Asset:
    """A box, 0.06 to 0.6 m wide."""
    kind, tape = str(rng.choice(KINDS)), str(rng.choice(TAPES))
    label, hole = str(rng.choice(LABELS)), str(rng.choice(HOLES))
    if kind in ("tray", "milk") and label == "none":
        label = "front"  # bare ones would be a single part
    builder = Builder("carton")
    if kind == "food":
        _food(builder, label, rng)
        return builder.asset(f"food, {label} label, {tape}")
    if kind == "milk":
        _milk(builder, label, tape != "none", rng)
        return builder.asset(f"milk, {label} label, cap {tape != 'none'}")
    size = rng.uniform((0.18, 0.15, 0.1), (0.6, 0.42, 0.42))
    if kind == "lidded":
        size = rng.uniform((0.2, 0.14, 0.08), (0.42, 0.32, 0.26))
    elif kind == "tray":
        size[2] = rng.uniform(0.05, 0.14)
    x, y, z = size[0] / 2, size[1] / 2, size[2]
    wall = rng.uniform(0.003, 0.006)
    walls = builder.part("walls", finish="paper")
    builder.add(walls, open_box((-x, -y, 0), (x, y, z), wall))
    if kind == "flaps":
        _flaps(builder, x, y, z, wall)
    elif kind == "taped":
        _taped(builder, tape, x, y, z, wall)
    elif kind == "lidded":
        _lid(builder, x, y, z, wall, rng)
    if kind in ("flaps", "tray"):
        reach = (x - 2 * wall, y - 2 * wall)
        builder.support((-reach[0], -reach[1]), reach, wall)
    _label(builder, label, x, y, z, kind == "taped", rng)
    _holes(builder, hole, x, z)
    style = f"{kind}, {tape} tape, {label} label, {hole} holes"
    return pose_at_random(builder.asset(style), rng, share_open=0.75)


def _flaps(builder: Builder, x: float, y: float, z: float, wall: float) -> None:
    """Four flaps, drawn shut; the short ones lie under the long ones."""
    most = math.radians(215)
    short = min(y, x) * 0.98
    for side in (-1, 1):
        ends = sorted((side * x, side * (x - short)))
        under = box((ends[0], -y + 0.001, z - wall * 0.1), (ends[1], y - 0.001, z + wall * 0.9))
        flap = builder.part("flap", under, finish="paper")
        builder.hinge(flap, (side * x, 0, z + wall * 0.9), (0, side, 0), 0, most)
    for side in (-1, 1):
        ends = sorted((side * y, side * 0.001))
        over = box((-x, ends[0], z + wall), (x, ends[1], z + 2 * wall))
        rest = box((-x, side * y, z - 0.001), (x, side * (y - wall), z + wall * 1.1))
        flap = builder.part("flap", over, rest, finish="paper")
        builder.hinge(flap, (0, side * y, z), (-side, 0, 0), 0, most)


def _taped(builder: Builder, tape: str, x: float, y: float, z: float, wall: float) -> None:
    for side in (-1, 1):
        ends = sorted((side * y, side * 0.0006))
        over = box((-x, ends[0], z - 0.001), (x, ends[1], z + wall))
        builder.part("flap", over, finish="paper")
    top = z + wall
    builder.support((-x * 0.95, -y * 0.95), (x * 0.95, y * 0.95), top)
    if tape == "none":
        return
    half, drop = (0.036 if tape == "wide" else 0.024), min(0.06, 0.4 * z)
    band = joined(
        box((-x - 0.0004, -half, top - 0.001), (x + 0.0004, half, top + 0.0004)),
        box((-x - 0.0004, -half, top - drop), (-x + 0.001, half, top)),
        box((x - 0.001, -half, top - drop), (x + 0.0004, half, top)),
    )
    builder.part("tape", band, finish="plastic")
    if tape == "cross":
        for side in (-1, 1):
            at = side * (x - 0.04)
            band = box((at - half, -y * 0.98, top - 0.001), (at + half, y * 0.98, top + 0.0006))
            builder.part("tape", band, finish="plastic")


def _lid(
    builder: Builder, x: float, y: float, z: float, wall: float, rng: np.random.Generator
) -> None:
    drop = z * rng.choice((0.2, 0.35, 0.95))
    lid = builder.part("lid", finish="paper")
    out = wall * 0.9
    upside = turned(
        open_box((-x - out, -y - out, 0), (x + out, y + out, drop + wall), wall), "x", math.pi
    )
    builder.add(lid, moved(upside, z=z + wall * 0.9))


def _label(
    builder: Builder,
    label: str,
    x: float,
    y: float,
    z: float,
    top_shut: bool,
    rng: np.random.Generator,
) -> None:
    wide, tall = x * rng.uniform(0.25, 0.5), z * rng.uniform(0.15, 0.28)
    at = (x * rng.uniform(-0.45, 0.45), z * rng.uniform(0.35, 0.55))
    if label in ("front", "front and side", "stamp") or (label == "top" and not top_shut):
        patch = box(
            (at[0] - wide, -y - 0.0005, at[1] - tall), (at[0] + wide, -y + 0.001, at[1] + tall)
        )
        builder.part("stamp" if label == "stamp" else "label", patch, finish="print")
    if label == "front and side":
        patch = box((x - 0.001, -y * 0.5, z * 0.3), (x + 0.0005, y * 0.4, z * 0.6))
        builder.part("label", patch, finish="print")
    if label == "top" and top_shut:
        top = z + 0.003
        patch = box((-x * 0.8, -y * 0.85, top - 0.002), (-x * 0.8 + wide, -y * 0.2, z + 0.0066))
        builder.part("label", patch, finish="print")


def _holes(builder: Builder, hole: str, x: float, z: float) -> None:
    """Dark patches where hands go in, flush in the short sides."""
    if hole == "none" or z < 0.12:
        return
    for side in (-1, 1):
        ends = sorted((side * (x - 0.001), side * (x + 0.0004)))
        if hole == "slots":
            patch = box((ends[0], -0.045, z * 0.7), (ends[1], 0.045, z * 0.7 + 0.028))
        else:
            patch = cylinder((ends[0], 0, z * 0.75), (ends[1], 0, z * 0.75), 0.018, sides=16)
        builder.part("hand hole", patch, finish="rubber")


def _food(builder: Builder, label: str, rng: np.random.Generator) -> None:
    """A thin pack, standing or lying, with printed fields and perhaps its top torn open."""
    size = rng.uniform((0.1, 0.03, 0.14), (0.22, 0.09, 0.32))
    if rng.random() < 0.35:  # lying on its back
        size = size[[0, 2, 1]]
    x, y, z = size[0] / 2, size[1] / 2, size[2]
    builder.part("box", box((-x, -y, 0), (x, y, z), 0.0008), finish="print")
    front = box((-x * 0.85, -y - 0.0004, z * 0.55), (x * 0.85, -y + 0.001, z * 0.9))
    builder.part("label", front, finish="print")
    if label != "none":
        picture = cylinder(
            (x * 0.2, -y - 0.0004, z * 0.28), (x * 0.2, -y + 0.001, z * 0.28), min(x, z) * 0.24
        )
        builder.part("picture", picture, finish="print")
    side = box((x - 0.001, -y * 0.75, z * 0.1), (x + 0.0004, y * 0.75, z * 0.45))
    builder.part("table of contents", side, finish="print")
    if rng.random() < 0.5:
        lid = box((-x * 0.8, -y * 0.6, z - 0.001), (x * 0.8, y * 0.6, z + 0.0005))
        builder.part("tab", lid, finish="paper")


def _milk(builder: Builder, label: str, capped: bool, rng: np.random.Generator) -> None:
    """A drink carton with a gable roof or a flat top."""
    x, y, z = rng.uniform(0.03, 0.05), rng.uniform(0.03, 0.048), rng.uniform(0.14, 0.22)
    builder.part("body", box((-x, -y, 0), (x, y, z), 0.001), finish="print")
    top = z
    if rng.random() < 0.6:
        top = z + rng.uniform(0.7, 1.0) * y
        gable = [(-y, z - 0.001), (y, z - 0.001), (0.002, top), (-0.002, top)]
        builder.part("gable", side_plate(gable, -x, x), finish="print")
        crest = box((-x, -0.0018, top - 0.004), (x, 0.0018, top + 0.018))
        builder.part("crest", crest, finish="paper")
        root, way = np.array([0, -y * 0.5, (z + top) / 2]), np.array([0, -0.6, 0.8])
    else:
        root, way = np.array([0, -y * 0.3, z]), np.array([0, 0, 1.0])
    if capped:
        neck = cylinder(root - way * 0.006, root + way * 0.004, 0.014, sides=18)
        builder.part("neck", neck, finish="plastic")
        cap = cylinder(root + way * 0.003, root + way * 0.014, 0.016, sides=18)
        builder.part("cap", cap, finish="plastic")
    if label != "none":
        band = box((-x - 0.0004, -y - 0.0004, z * 0.3), (x + 0.0004, y + 0.0004, z * 0.6))
        builder.part("label", band, finish="print")
