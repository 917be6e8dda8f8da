"""Vases and jars to look at: a turned or moulded body, bands, ears, sometimes flowers.

Part tree: body, neck or lip, band, handles, foot; each flower holds stem, leaves and bloom.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    bent,
    curve,
    cushion,
    cylinder,
    lathe,
    moved,
    stretched,
    tube,
    turned,
)

BODIES = ("bottle", "urn", "cylinder", "bowl", "bud", "trumpet", "gourd")
PLANS = ("round", "oval", "hexagon")
BANDS = ("none", "one", "two", "lip")
EARS = ("none", "loops", "high loops")
FILLS = ("empty", "empty", "flowers", "twigs")

_ROWS: dict[str, tuple[tuple[float, float], ...]] = {
    "bottle": ((0.7, 0), (1.0, 0.3), (0.85, 0.55), (0.32, 0.75), (0.35, 1.0)),
    "urn": ((0.5, 0), (0.75, 0.3), (1.0, 0.65), (0.7, 0.85), (0.8, 1.0)),
    "cylinder": ((0.95, 0), (1.0, 0.3), (1.0, 0.6), (1.0, 0.8), (1.0, 1.0)),
    "bowl": ((0.45, 0), (0.9, 0.3), (1.0, 0.55), (0.92, 0.8), (0.85, 1.0)),
    "bud": ((0.85, 0), (1.0, 0.2), (0.6, 0.42), (0.24, 0.7), (0.22, 1.0)),
    "trumpet": ((0.55, 0), (0.5, 0.3), (0.55, 0.6), (0.72, 0.82), (1.0, 1.0)),
    "gourd": ((0.8, 0), (1.0, 0.25), (0.5, 0.52), (0.65, 0.75), (0.35, 1.0)),
}


def make(rng: np.random.Generator) -> Asset:
    """A vase, 0.1 to 0.5 m high without its flowers."""
    body, plan = str(rng.choice(BODIES)), str(rng.choice(PLANS, p=(0.65, 0.2, 0.15)))
    band, ear = str(rng.choice(BANDS)), str(rng.choice(EARS, p=(0.65, 0.2, 0.15)))
    fill = str(rng.choice(FILLS))
    if band == ear == "none" and fill == "empty":
        band = "lip"  # else there would be a single part
    height = rng.uniform(0.12, 0.42)
    slim = {"cylinder": 0.2, "bowl": 0.45, "bud": 0.28}.get(body, 0.27) * rng.uniform(0.8, 1.25)
    radius = height * slim
    wide = rng.uniform(0.6, 0.8) if plan == "oval" else 1.0
    sides = 6 if plan == "hexagon" else 24
    wall = rng.uniform(0.003, 0.006)
    rows = np.array(_ROWS[body])
    outer = curve(np.c_[rows, np.zeros(len(rows))], 15)[:, :2] * (radius, height)
    outer[:, 1] = np.clip(np.maximum.accumulate(outer[:, 1]), 0, height)
    inner = np.stack([outer[:, 0] - wall, np.maximum(outer[:, 1], wall)], axis=1)
    finish: Finish = "glass" if rng.random() < 0.15 else "ceramic"
    builder = Builder("vase")

    def spun(profile: np.ndarray) -> Mesh:
        return stretched(lathe(profile, sides=sides), y=wide)

    whole = builder.part("body", finish=finish)
    split = 12 if band == "lip" else len(outer)  # the upper rows are a part of their own
    builder.add(whole, spun(np.concatenate([outer[:split], inner[:split][::-1]])))
    if band == "lip":
        top = np.concatenate([outer[split - 1 :], inner[split - 1 :][::-1]])
        builder.part("neck", stretched(lathe(top, sides, closed=True), y=wide), finish=finish)
    elif band != "none":
        for low in (0.2, 0.55) if band == "two" else (rng.uniform(0.2, 0.6),):
            reach = np.array([low, low + rng.uniform(0.06, 0.16)]) * height
            between = outer[(outer[:, 1] > reach[0]) & (outer[:, 1] < reach[1])]
            edges = np.interp(reach, outer[:, 1], outer[:, 0])
            strip = np.array([(edges[0], reach[0]), *between, (edges[1], reach[1])])
            outwards = np.array([0.0008, 0])  # m: as thick as glaze
            skin = np.concatenate([strip + outwards, strip[::-1] - outwards])
            builder.part("band", stretched(lathe(skin, sides, closed=True), y=wide), finish="paint")
    if ear != "none":
        _ears(builder, ear, outer, height, finish)
    if rng.random() < 0.25:
        foot = outer[0, 0] * 1.05
        plate = [(foot, -0.012), (foot * 0.95, -0.004), (foot * 0.9, 0.001)]
        builder.part("foot", spun(np.array(plate)), finish=finish)
    if fill != "empty":
        _fill(builder, fill, float(inner[:, 0].min()) * wide, wall, height, rng)
    return builder.asset(f"{body}, {plan}, {band} band, {ear} ears, {fill}")


def _ears(builder: Builder, ear: str, outer: np.ndarray, height: float, finish: Finish) -> None:
    low, high = (0.35, 0.68) if ear == "loops" else (0.6, 0.95)
    at = np.interp([low * height, high * height], outer[:, 1], outer[:, 0]) - 0.001
    reach = at.max() + 0.09 * height
    for side in (-1, 1):
        knots = [
            (side * at[1], 0, high * height),
            (side * reach, 0, (0.3 * low + 0.7 * high) * height),
            (side * at[0], 0, low * height),
        ]
        loop = tube(curve(knots, 10), 0.016 * height + 0.002, sides=8)
        builder.part("handle", loop, finish=finish)


def _fill(
    builder: Builder,
    fill: str,
    throat: float,
    floor: float,
    height: float,
    rng: np.random.Generator,
) -> None:
    """Flowers or twigs standing on the floor of the vase and leaning on its rim."""
    n_stems = int(rng.integers(2, 7))
    rise = height * rng.uniform(1.5, 2.2)
    bloom = str(rng.choice(("ball", "tulip", "daisy")))
    for k in range(n_stems):
        angle = 2 * math.pi * k / n_stems + rng.uniform(-0.4, 0.4)
        way = np.array([math.cos(angle), math.sin(angle)])
        out = 0.35 * throat
        spread = rng.uniform(0.1, 0.35) * rise
        tip = np.array([*(way * spread), rise * rng.uniform(0.85, 1.1)])
        knots = [(0, 0, floor), (*(way * out), height * 0.95), tip * (0.75, 0.75, 0.9), tip]
        stem = tube(curve(knots, 10), 0.0022 if fill == "flowers" else 0.003, sides=6)
        if fill == "twigs":
            fork = np.array(knots[2], np.float64)
            ends = fork + rng.normal(0, 0.05, (2, 3)) * rise + (0, 0, 0.15 * rise)
            forks = [cylinder(fork, end, 0.0025, 0.001, sides=6) for end in ends]
            builder.part("twig", stem, *forks, finish="wood")
            continue
        flower = builder.part("flower")
        builder.part("stem", stem, parent=flower, finish="leaf")
        builder.part("bloom", moved(_bloom(bloom, rng), *tip), parent=flower, finish="leaf")
        if rng.random() < 0.7:
            leaf = cushion((-0.014, 0, -0.0012), (0.014, 0.07, 0.0012), 2.0, sides=10, rings=2)
            placed = turned(bent(leaf, "x", 0.09), "x", 0.6)
            middle = curve(knots, 10)[7]
            leaf = moved(turned(placed, "z", angle - math.pi / 2), *middle)
            builder.part("leaf", leaf, parent=flower, finish="leaf")


def _bloom(bloom: str, rng: np.random.Generator) -> Mesh:
    size = rng.uniform(0.018, 0.032)
    if bloom == "ball":
        return cushion((-size, -size, -size * 0.6), (size, size, size), 2.0, sides=12, rings=7)
    if bloom == "tulip":
        rows = [(0.2, -0.2), (0.8, 0.2), (0.9, 0.8), (0.6, 1.6), (0.5, 1.6), (0.5, 0.4)]
        return lathe(np.array(rows) * size, sides=10)
    return lathe(np.array([(0.3, -0.1), (1.3, 0.15), (0.4, 0.25), (0.3, 0.45)]) * size, sides=12)
