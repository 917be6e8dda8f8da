"""Bins: pedal bins, swing tops, open waste baskets, wheeled bins.

Part tree: body, rim, lid (cover, handle), pedal, liner, bucket, wheels, label, base.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Number,
    box,
    circle,
    cushion,
    cylinder,
    extrusion,
    frame,
    joined,
    lathe,
    moved,
    rounded_rectangle,
    sheared,
    squared,
    stretched,
    tube,
)

KINDS = ("pedal", "swing", "open", "wheeled")
PLANS = ("round", "square", "oval")
LIDS = ("flat", "domed", "stepped")
MARKS = ("none", "band", "label")


def make(rng: np.random.Generator) -> Asset:
    """A bin, 0.2 to 1.1 m high."""
    kind, plan = str(rng.choice(KINDS, p=(0.35, 0.2, 0.3, 0.15))), str(rng.choice(PLANS))
    lid, mark = str(rng.choice(LIDS)), str(rng.choice(MARKS))
    builder = Builder("bin")
    if kind == "wheeled":
        _wheeled(builder, mark, rng)
        return pose_at_random(builder.asset(f"wheeled, {mark}"), rng)
    height = {
        "pedal": rng.uniform(0.25, 0.7),
        "swing": rng.uniform(0.3, 0.65),
        "open": rng.uniform(0.22, 0.38),
    }[kind]
    radius = float(np.clip(height * rng.uniform(0.28, 0.42), 0.1, 0.2))
    flare = rng.uniform(0.75, 0.95) if kind == "open" else rng.uniform(0.9, 1.0)
    deep = rng.uniform(0.65, 0.9) if plan == "oval" else 1.0
    wall = 0.004

    foot = 0.012 if kind == "pedal" else 0.0
    if foot:
        base = _solid(plan, radius * flare * 1.02, deep, 0, foot + 0.006)
        builder.part("base", base, finish="plastic")
    finish = "metal" if kind == "pedal" else "plastic"
    builder.part("body", _shell(plan, radius, flare, deep, foot, height, wall), finish=finish)
    mesh_like = kind == "open" and rng.random() < 0.35
    if mesh_like:
        for share in (0.3, 0.6):
            scale = flare + (1 - flare) * share
            hoop = _loop(plan, radius * scale + 0.001, deep, height * share, 0.003)
            builder.part("hoop", hoop, finish="metal")
    if kind != "open" or mark == "none" or rng.random() < 0.5:
        rim = _loop(plan, radius - 0.001, deep, height - 0.004, rng.uniform(0.004, 0.008))
        builder.part("rim", rim, finish="plastic")
    if kind == "open" and rng.random() < 0.4:
        drop = height * rng.uniform(0.1, 0.25)
        liner = _cuff(plan, radius + 0.003, deep, height - drop, height + 0.004, 0.009)
        builder.part("liner", liner, finish="plastic")
    if kind == "pedal":
        _pedal_lid(builder, plan, lid, radius, deep, height)
        _pedal(builder, radius * deep, flare, rng)
    elif kind == "swing":
        _swing_lid(builder, plan, lid, radius, deep, height)
    _mark(builder, mark, plan, radius, flare, deep, height)
    style = f"{kind}, {plan}, {lid if kind != 'open' else 'no'} lid, {mark}, hoops {mesh_like}"
    return pose_at_random(builder.asset(style), rng)


def _outline(plan: str, radius: Number, deep: Number) -> np.ndarray:
    if plan == "square":
        return rounded_rectangle(2 * radius, 2 * radius * deep, 0.3 * radius)
    return circle(radius, 24) * (1, deep)


def _solid(plan: str, radius: Number, deep: Number, low: Number, high: Number) -> Mesh:
    return extrusion(_outline(plan, radius, deep), high - low, low)


def _shell(
    plan: str,
    radius: Number,
    flare: Number,
    deep: Number,
    low: Number,
    high: Number,
    wall: Number,
) -> Mesh:
    """A vessel whose floor is `flare` times as wide as its mouth."""
    rows = [(radius * flare, low), (radius, high), (radius - wall, high)]
    rows.append((radius * flare - wall, low + wall))
    skin = lathe(rows, sides=24)
    return stretched(squared(skin, 5) if plan == "square" else skin, y=deep)


def _cuff(plan: str, radius: Number, deep: Number, low: Number, high: Number, wall: Number) -> Mesh:
    """A band of wall, open above and below."""
    band = lathe(
        [(radius, low), (radius, high), (radius - wall, high), (radius - wall, low)],
        sides=24,
        closed=True,
    )
    return stretched(squared(band, 5) if plan == "square" else band, y=deep)


def _loop(plan: str, radius: Number, deep: Number, z: Number, thick: Number) -> Mesh:
    ring = np.c_[circle(1.0), np.zeros(24)]
    if plan == "square":
        ring[:, :2] /= (np.abs(ring[:, :2]) ** 5).sum(axis=1, keepdims=True) ** 0.2
    return tube(ring * (radius, radius * deep, 1) + (0, 0, z), thick, sides=6, closed=True)


def _cover(plan: str, lid: str, radius: Number, deep: Number) -> Mesh:
    """A lid lying on z = 0."""
    rise = radius * {"flat": 0.06, "domed": 0.35, "stepped": 0.2}[lid]
    t = np.linspace(0, 1, 6)[:-1]
    rows = {
        "flat": [(1.0, 0), (1.0, 0.7), (0.96, 1.0)],
        "domed": [(1.0, 0), *zip(np.cos(t * 1.5), 0.1 + 0.9 * np.sin(t * 1.5), strict=True)],
        "stepped": [(1.0, 0), (1.0, 0.35), (0.7, 0.4), (0.66, 1.0)],
    }[lid]
    skin = lathe(np.array(rows) * (radius, rise), sides=24)
    return stretched(squared(skin, 5) if plan == "square" else skin, y=deep)


def _pedal_lid(
    builder: Builder, plan: str, lid: str, radius: Number, deep: Number, height: Number
) -> None:
    whole = builder.part("lid")
    cover = moved(_cover(plan, lid, radius + 0.003, deep), z=height + 0.002)
    builder.part("cover", cover, parent=whole, finish="metal")
    y = radius * deep
    joint = box((-0.03, y - 0.012, height - 0.02), (0.03, y + 0.012, height + 0.008), 0.003)
    builder.part("hinge", joint, finish="plastic")
    builder.hinge(whole, (0, y, height + 0.002), (-1, 0, 0), 0, math.radians(85))


def _pedal(builder: Builder, y: Number, flare: Number, rng: np.random.Generator) -> None:
    reach = rng.uniform(0.03, 0.05)
    wide = rng.uniform(0.025, 0.06)
    front = -float(y) * float(flare)
    arm = box((-0.01, front - reach, 0.007), (0.01, front + 0.03, 0.011))
    plate = box((-wide, front - reach - 0.012, 0.005), (wide, front - reach + 0.012, 0.014), 0.003)
    builder.part("pedal", joined(arm, plate), finish="metal")


def _swing_lid(
    builder: Builder, plan: str, lid: str, radius: Number, deep: Number, height: Number
) -> None:
    """A hood with a window in its top, closed by a flap on a middle axle."""
    r = float(radius) + 0.003
    x, y = r * 0.98, r * float(deep) * 0.98
    if plan != "square":  # a round hood: a ring of wall with the flap across it
        x, y = 0.7 * x, 0.7 * y
        plate = moved(_cover(plan, "flat", r, deep), z=height + 0.001)
        builder.part("hood", plate, finish="plastic")
        low = height + r * 0.05
    else:
        hood = frame((-x, -y, height), (x, y, height + 0.05), (0.03, 0.03, 0.03, 0.03), axis="z")
        builder.part("hood", hood, finish="plastic")
        x, y, low = x - 0.031, y - 0.031, float(height) + 0.04
        pin = (-x - 0.005, 0, low), (x + 0.005, 0, low)
        builder.part("axle", cylinder(*pin, 0.004, sides=8), finish="metal")
    rise = {"flat": 0.008, "domed": 0.05, "stepped": 0.02}[lid]
    if lid == "domed":
        flap = cushion((-x, -y, low - 0.004), (x, y, low + rise), 3.0, sides=20, rings=6)
    else:
        flap = box((-x, -y, low - 0.004), (x, y, low + rise), 0.004)
    part = builder.part("flap", flap, finish="plastic")
    if plan == "square":
        builder.hinge(part, (0, 0, low), (1, 0, 0), 0, math.radians(50))


def _mark(
    builder: Builder,
    mark: str,
    plan: str,
    radius: Number,
    flare: Number,
    deep: Number,
    height: Number,
) -> None:
    at = 0.62
    scale = float(flare) + (1 - float(flare)) * at
    if mark == "band":
        low, high = height * (at - 0.03), height * (at + 0.03)
        band = _cuff(plan, radius * scale + 0.003, deep, low, high, 0.006)
        builder.part("band", band, finish="metal")
    elif mark == "label":
        y = -float(radius) * scale * float(deep)
        wide = 0.35 * float(radius) if plan == "square" else 0.16 * float(radius)
        patch = box((-wide, y - 0.0015, height * 0.55), (wide, y + 0.006, height * 0.7))
        builder.part("label", patch, finish="print")


def _wheeled(builder: Builder, mark: str, rng: np.random.Generator) -> None:
    """A wheeled rubbish bin for the street: tapered body, lid, axle, two wheels, handle."""
    x, y, height = rng.uniform(0.23, 0.3), rng.uniform(0.25, 0.34), rng.uniform(0.85, 1.02)
    narrow, wall = rng.uniform(0.72, 0.85), 0.008
    body = builder.part("body", finish="plastic")
    bottom = np.array([x, y]) * narrow
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    rings = [
        np.c_[corners * bottom, np.full(4, 0.02)],
        np.c_[corners * (x, y), np.full(4, height)],
        np.c_[corners * (x - wall, y - wall), np.full(4, height)],
        np.c_[corners * (bottom - wall), np.full(4, 0.03)],
    ]
    points = np.concatenate(rings)
    faces = [[0, 2, 1], [0, 3, 2], [12, 13, 14], [12, 14, 15]]
    for k in range(3):
        for j in range(4):
            a, b = 4 * k + j, 4 * k + (j + 1) % 4
            faces += [[a, b, b + 4], [a, b + 4, a + 4]]
    builder.add(body, Mesh(points, np.array(faces, np.int64)))
    rim = frame((-x - 0.02, -y - 0.02, height - 0.05), (x + 0.02, y + 0.02, height), 0.024, "z")
    builder.part("rim", rim, finish="plastic")
    radius = rng.uniform(0.08, 0.11)
    at_y = bottom[1] + 0.01
    axle = cylinder((-bottom[0] - 0.02, at_y, radius), (bottom[0] + 0.02, at_y, radius), 0.012)
    builder.part("axle", axle, finish="metal")
    block = box((-bottom[0], at_y - 0.03, radius - 0.03), (bottom[0], at_y + 0.015, radius + 0.03))
    builder.add(body, block)
    for side in (-1, 1):
        inner = side * (bottom[0] + 0.004)
        wheel = cylinder(
            (inner, at_y, radius), (inner + side * 0.04, at_y, radius), radius, sides=20
        )
        builder.part("wheel", wheel, finish="rubber")
    foot = box((-bottom[0], -bottom[1], 0), (bottom[0], -bottom[1] + 0.05, 0.03))
    builder.part("foot", foot, finish="plastic")
    lid = builder.part("lid")
    cover = box((-x - 0.022, -y - 0.025, height), (x + 0.022, y + 0.02, height + 0.03), 0.012)
    crown = box((-x * 0.8, -y * 0.85, height + 0.025), (x * 0.8, y * 0.8, height + 0.055), 0.02)
    builder.part("cover", cover, crown, parent=lid, finish="plastic")
    grip = box((-0.08, -y - 0.045, height + 0.006), (0.08, -y - 0.02, height + 0.02), 0.004)
    builder.part("handle", grip, parent=lid, finish="plastic")
    builder.hinge(lid, (0, y + 0.02, height), (-1, 0, 0), 0, math.radians(100))
    pin = cylinder((-x * 0.5, y + 0.02, height), (x * 0.5, y + 0.02, height), 0.012, sides=10)
    builder.part("hinge", pin, finish="plastic")
    bar = (-x * 0.8, y + 0.06, height - 0.02), (x * 0.8, y + 0.06, height - 0.02)
    arms = [
        box((at - 0.012, y, height - 0.035), (at + 0.012, y + 0.065, height - 0.005))
        for at in (-x * 0.75, x * 0.75)
    ]
    builder.part("handle", cylinder(*bar, 0.014), *arms, finish="plastic")
    if mark != "none":
        lean = y * (1 - narrow) / (height - 0.02)
        low, high = (-0.08, -0.0015, -0.1), (0.08, 0.004, 0.1)
        at = -y * (narrow + (1 - narrow) * 0.6)
        patch = moved(sheared(box(low, high), -lean), 0, at, 0.02 + (height - 0.02) * 0.6)
        builder.part("label", patch, finish="print")
