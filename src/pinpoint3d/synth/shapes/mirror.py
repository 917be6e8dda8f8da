"""Mirrors: on the wall, on a floor stand, on a table, or as the door of a bathroom cabinet.

Part tree: frame, glass, back board, hooks, lamps and shelf; the mirror of a stand turns between its
posts.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Point,
    arc,
    box,
    circle,
    cushion,
    cylinder,
    extrusion,
    joined,
    lathe,
    moved,
    rounded_rectangle,
)
from pinpoint3d.synth.shapes.sweeps import front_plate, ring_plate, upended

PLACES = ("wall", "floor stand", "table stand", "cabinet", "leaning")
OUTLINES = ("square", "rounded", "round", "oval", "arched")
FRAMES = ("wide", "thin", "stepped", "none")
EXTRAS = ("none", "lamp", "shelf")


def make(rng: np.random.Generator) -> Asset:
    """A mirror, 0.2 to 1.9 m high."""
    place, outline = (
        str(rng.choice(PLACES, p=(0.4, 0.17, 0.15, 0.16, 0.12))),
        str(rng.choice(OUTLINES)),
    )
    rim, extra = str(rng.choice(FRAMES)), str(rng.choice(EXTRAS))
    if place == "cabinet":
        outline = "square"
    return build(place, outline, rim, extra, rng)


def build(place: str, outline: str, rim: str, extra: str, rng: np.random.Generator) -> Asset:
    """A mirror of given style."""
    builder = Builder("mirror")
    tall = {
        "wall": rng.uniform(0.4, 1.3),
        "floor stand": rng.uniform(1.2, 1.5),
        "table stand": rng.uniform(0.2, 0.4),
        "cabinet": rng.uniform(0.5, 0.75),
        "leaning": rng.uniform(1.4, 1.85),
    }[place]
    wide = tall * rng.uniform(0.32, 0.42) if tall > 1.2 else tall * rng.uniform(0.6, 1.3)
    if outline == "round":
        wide = tall = min(tall, 1.0)
    if place == "cabinet":
        _cabinet(builder, wide, tall, rng)
    else:
        if place == "leaning" and rim == "none":
            rim = "thin"  # a bare pane is never stood on its edge
        whole = builder.part("mirror") if place != "wall" else -1
        deep, height = _mirror(builder, whole, outline, rim, wide, tall, rng)
        if place in ("floor stand", "table stand"):
            _stand(builder, whole, place, wide, tall, rng)
        elif place == "leaning":
            builder.hinge(whole, (0, deep, -height / 2), (-1, 0, 0), 0.0, 0.2)
    if place in ("wall", "cabinet"):
        _extra(builder, extra, wide, tall, rng)
    asset = builder.asset(f"{place}, {outline}, {rim} frame, {extra}")
    return pose_at_random(asset, rng, share_open=0.5)


def _outline(outline: str, wide: float, tall: float) -> np.ndarray:
    """Corners (x, z) about the middle; the number depends on `outline` alone."""
    if outline in ("round", "oval"):
        return circle(1.0, 32) * (wide / 2, tall / 2)
    if outline == "arched":
        spring = tall / 2 - wide / 2
        top = arc(wide / 2, 0, math.pi, 15) + np.array([0.0, spring])
        return np.concatenate([top, [(-wide / 2, -tall / 2), (wide / 2, -tall / 2)]])
    return rounded_rectangle(
        wide, tall, 0.12 * min(wide, tall) if outline == "rounded" else 0.001, 3
    )


def _mirror(
    builder: Builder,
    whole: int,
    outline: str,
    rim: str,
    wide: float,
    tall: float,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Frame, glass and back about the origin, the glass near y = 0; how far back, how tall."""
    if outline == "arched":
        tall = max(tall, 1.05 * wide)
    scale = min(1.0, 0.35 + tall)
    border = {"wide": rng.uniform(0.04, 0.09), "stepped": rng.uniform(0.04, 0.08)}.get(
        rim, 0.012
    ) * scale
    deep = rng.uniform(0.012, 0.03) * scale
    outer, inner = (_outline(outline, wide - 2 * b, tall - 2 * b) for b in (0.0, border))
    if rim == "none":
        pane = upended(extrusion(outer, 0.005, 0.0))
        builder.part("glass", pane, parent=whole, finish="screen")
        small = _outline(outline, wide - 0.03, tall - 0.03)
        back = upended(extrusion(small, 0.012, -0.011))
        builder.part("back board", back, parent=whole, finish="wood")
        if outline not in ("round", "oval"):
            for x in (-0.3 * wide, 0.3 * wide):
                low, high = (x - 0.01, -0.008, -tall / 2 - 0.004), (x + 0.01, 0, -tall / 2 + 0.012)
                builder.part("clip", box(low, high, 0.002), parent=whole, finish="metal")
        return deep, tall
    ring = builder.part("frame", parent=whole, finish="wood")
    builder.add(ring, upended(ring_plate(outer, inner, -deep, deep)))
    if rim == "stepped":
        a, b = (
            _outline(outline, wide - 2 * c * border, tall - 2 * c * border) for c in (0.15, 0.6)
        )
        bead = upended(ring_plate(a, b, deep * 0.9, deep * 1.6))
        builder.part("moulding", bead, parent=ring, finish="metal")
    glass = _outline(outline, wide - 1.6 * border, tall - 1.6 * border)
    builder.part("glass", upended(extrusion(glass, 0.005, -0.002)), parent=whole, finish="screen")
    builder.part("back board", upended(extrusion(glass, 0.006, -deep)), parent=whole, finish="wood")
    return deep, tall


def _stand(
    builder: Builder, whole: int, place: str, wide: float, tall: float, rng: np.random.Generator
) -> None:
    """Posts at both sides that let the mirror turn, on feet or a foot plate with a drawer."""
    if place == "table stand" and rng.random() < 0.5:
        radius = max(0.05, 0.4 * wide)
        bottom = -tall / 2 - rng.uniform(0.04, 0.15)
        plate = lathe(
            [(radius, 0), (radius, 0.008), (0.3 * radius, 0.016), (0.007, 0.02)], sides=24
        )
        builder.part("base", moved(plate, 0, 0.0, bottom), finish="metal")
        stem = cylinder((0, 0.0, bottom + 0.01), (0, 0.0, -tall / 2 + 0.004), 0.006, sides=10)
        builder.part("stem", stem, finish="metal")
        builder.hinge(whole, (0, 0, -tall / 2), (1, 0, 0), -0.05, 0.35)
        return
    thick = 0.018 if place == "floor stand" else 0.008
    gap = 0.4 * thick
    bottom = -tall / 2 - (0.12 if place == "floor stand" else 0.035)
    x = wide / 2 + gap + thick
    reach = rng.uniform(0.14, 0.22) if place == "floor stand" else rng.uniform(0.05, 0.09)
    top = rng.uniform(0.05, 0.45) * tall
    turned_post = rng.random() < 0.5
    for s in (-1, 1):
        post = builder.part("post", finish="wood")
        if turned_post:
            builder.add(post, cylinder((s * x, 0, bottom), (s * x, 0, top), thick * 0.8, sides=12))
            ball = cushion(
                (s * x - thick, -thick, top - thick),
                (s * x + thick, thick, top + thick),
                2.0,
                10,
                6,
            )
            builder.part("finial", ball, parent=post, finish="wood")
        else:
            builder.add(
                post,
                box(
                    (s * x - thick * 0.8, -thick, bottom), (s * x + thick * 0.8, thick, top), 0.002
                ),
            )
        foot = box(
            (s * x - thick, -reach, bottom - 2 * thick),
            (s * x + thick, reach, bottom + 0.003),
            0.004,
        )
        builder.part("foot", foot, finish="wood")
        pin = cylinder(
            (s * (wide / 2 - 0.006), 0, 0), (s * (x + 1.6 * thick), 0, 0), thick * 0.35, sides=8
        )
        wheel = cylinder(
            (s * (x + thick), 0, 0), (s * (x + 2 * thick), 0, 0), thick * 0.9, sides=12
        )
        builder.part("knob", joined(pin, wheel), finish="metal")
    rail = box((-x, -0.6 * thick, bottom - 0.8 * thick), (x, 0.6 * thick, bottom + 0.4 * thick))
    builder.part("rail", rail, finish="wood")
    builder.hinge(whole, (0, 0, 0), (1, 0, 0), -0.15, 0.3)


def _cabinet(builder: Builder, wide: float, tall: float, rng: np.random.Generator) -> None:
    """A shallow cabinet whose doors are mirrors."""
    deep, board = rng.uniform(0.1, 0.16), 0.015
    x, z = wide / 2, tall / 2
    walls = [
        box((-x, 0, -z), (-x + board, deep, z)),
        box((x - board, 0, -z), (x, deep, z)),
        box((-x + board, 0, z - board), (x - board, deep, z)),
        box((-x + board, 0, -z), (x - board, deep, -z + board)),
        box((-x + board, deep - 0.005, -z + board), (x - board, deep, z - board)),
    ]
    builder.part("body", *walls, finish="wood")
    for height in np.linspace(-z, z, int(rng.integers(3, 5)))[1:-1]:
        shelf = box((-x + board, 0.008, height - 0.003), (x - board, deep - 0.005, height + 0.003))
        builder.part("shelf", shelf, finish="glass")
        builder.support((-x + 0.03, 0.015), (x - 0.03, deep - 0.015), height + 0.003, tall / 4)
    n = 1 if wide < 0.5 else int(rng.integers(2, 4))
    edges = np.linspace(-x, x, n + 1)
    for k in range(n):
        a, b = float(edges[k]) + 0.001, float(edges[k + 1]) - 0.001
        door = builder.part("door")
        builder.part("leaf", box((a, -0.014, -z), (b, -0.001, z)), parent=door, finish="wood")
        pane = box((a + 0.002, -0.018, -z + 0.002), (b - 0.002, -0.0135, z - 0.002))
        builder.part("glass", pane, parent=door, finish="screen")
        left = k % 2 == 0
        lock = b - 0.02 if left else a + 0.02
        knob = moved(
            upended(lathe([(0.004, 0), (0.004, 0.01), (0.01, 0.014), (0.008, 0.02)], 10)),
            lock,
            -0.017,
            -0.6 * z,
        )
        builder.part("knob", knob, parent=door, finish="metal")
        edge = a if left else b
        builder.hinge(door, (edge, -0.016, 0), (0, 0, -1 if left else 1), 0.0, math.radians(100))


def _extra(
    builder: Builder, extra: str, wide: float, tall: float, rng: np.random.Generator
) -> None:
    if extra == "lamp":
        half = 0.35 * wide
        z = tall / 2 + 0.02
        arm = box((-0.012, -0.05, z - 0.006), (0.012, 0.012, z + 0.006))
        drop = box((-0.02, 0.0, tall / 2 - 0.03), (0.02, 0.012, z + 0.006))
        lamp = builder.part("lamp")
        builder.part("arm", arm, drop, parent=lamp, finish="metal")
        rod = cylinder((-half, -0.055, z), (half, -0.055, z), 0.016, sides=12)
        builder.part("tube", rod, parent=lamp, finish="glass")
        ends = [
            cylinder((s * half, -0.055, z), (s * (half + 0.02), -0.055, z), 0.018) for s in (-1, 1)
        ]
        builder.part("cap", *ends, parent=lamp, finish="metal")
    elif extra == "shelf":
        z, deep = -tall / 2 - 0.006, rng.uniform(0.09, 0.14)
        half = rng.uniform(0.35, 0.5) * wide
        board = builder.part("shelf", finish="glass" if rng.random() < 0.5 else "wood")
        builder.add(board, box((-half, -deep, z - 0.006), (half, 0.012, z + 0.006), 0.002))
        for s in (-1, 1):
            corners: list[Point] = [(-0.01, z - 0.04), (0.01, z - 0.04), (0.01, z), (-0.01, z)]
            shifted = [(x + s * 0.7 * half, height) for x, height in corners]
            builder.part("bracket", front_plate(shifted, -0.5 * deep, 0.012), finish="metal")
        builder.support((-half + 0.01, -deep + 0.01), (half - 0.01, -0.02), z + 0.006, 0.4)
