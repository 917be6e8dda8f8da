"""Kettles: electric ones on their base, and stove kettles with a handle overhead.

Part tree: body, band, gauge; lid -> plate, knob; handle; spout; switch; base -> disc, cable.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.controls import PROUD
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    arc,
    box,
    curve,
    cushion,
    cylinder,
    lathe,
    moved,
    tube,
)
from pinpoint3d.synth.shapes.sweeps import hull

BODIES = ("cone", "jug", "globe", "pear", "stove")
HANDLES = ("loop", "hook", "strap", "overhead")
SPOUTS = ("beak", "gooseneck", "short")
LIDS = ("knob", "flat", "button", "dome")
BASES = ("round", "wide", "none")


def make(rng: np.random.Generator) -> Asset:
    """A kettle, 16 to 30 cm high; its spout points to the left."""
    shape, handle = str(rng.choice(BODIES)), str(rng.choice(HANDLES))
    spout, lid = str(rng.choice(SPOUTS)), str(rng.choice(LIDS))
    stand = str(rng.choice(BASES, p=(0.5, 0.3, 0.2)))
    if shape == "stove":
        handle, stand = "overhead", "none"
    knots, height, radius = {
        "cone": ([(1, 0), (0.97, 0.1), (0.72, 0.95), (0.7, 1)], 0.20, 0.085),
        "jug": ([(0.95, 0), (1, 0.08), (0.92, 0.9), (0.9, 1)], 0.22, 0.075),
        "globe": ([(0.66, 0), (1, 0.42), (0.86, 0.8), (0.56, 1)], 0.17, 0.095),
        "pear": ([(0.9, 0), (1, 0.25), (0.7, 0.75), (0.62, 1)], 0.20, 0.085),
        "stove": ([(0.97, 0), (1, 0.2), (0.85, 0.72), (0.48, 1)], 0.13, 0.11),
    }[shape]
    height, radius = height * rng.uniform(0.88, 1.12), radius * rng.uniform(0.9, 1.1)
    rows = curve(np.c_[np.array(knots, float), np.zeros(4)], 14)[:, :2] * (radius, height)
    builder = Builder("kettle")
    foot = 0.0 if stand == "none" else rng.uniform(0.016, 0.026)
    if stand != "none":
        _stand(builder, stand, float(rows[0, 0]), foot, rng)
    rows[:, 1] += foot
    finish: Finish = "glass" if rng.random() < 0.2 and shape != "stove" else "metal"
    kettle = builder.part("kettle", finish=finish)
    wall = rows[::-1] - (0.003, 0.0)
    inner = np.maximum(wall, (0.0, foot + 0.006))
    body = builder.part("body", lathe([*rows, *inner], sides=28), parent=kettle, finish=finish)
    if rng.random() < 0.6:
        # A collar in another colour round the foot, where the heater sits.
        top = rows[0, 1] + rng.uniform(0.012, 0.035)
        edge = float(np.interp(top, rows[:, 1], rows[:, 0]))
        below = [row for row in rows if row[1] < top - 0.002]
        outer = np.array([*below, (edge, top)])
        proud, sunk = np.array([PROUD, 0.0]), np.array([-0.001, 0.0])
        ring = np.concatenate([outer + proud, outer[::-1] + sunk])
        builder.part("band", lathe(ring, sides=28, closed=True), parent=body, finish="plastic")
    _lid(builder, kettle, lid, rows, handle != "overhead", rng)
    _spout(builder, kettle, spout, rows, finish, rng)
    grip = _handle(builder, kettle, handle, rows, rng)
    if stand != "none" and rng.random() < 0.85:
        _switch(builder, grip, handle, rows, rng)
    gauge = stand != "none" and finish == "metal" and rng.random() < 0.5
    if gauge:
        _gauge(builder, body, rows)
    styles = f"{shape}, {handle} handle, {spout} spout, {lid} lid, base {stand}, {finish}"
    return pose_at_random(builder.asset(styles), rng, share_open=0.15)


def _at(rows: np.ndarray, share: float) -> tuple[float, float]:
    """Radius and height of the body at a share of its height."""
    z = float(rows[0, 1] + share * (rows[-1, 1] - rows[0, 1]))
    return float(np.interp(z, rows[:, 1], rows[:, 0])), z


def _stand(
    builder: Builder, stand: str, radius: float, foot: float, rng: np.random.Generator
) -> None:
    base = builder.part("base", finish="plastic")
    wide = radius * (1.08 if stand == "round" else 1.3)
    rows = [(wide, 0), (wide, foot * 0.6), (wide * 0.95, foot), (radius * 0.4, foot)]
    builder.part("disc", lathe(rows, sides=28), parent=base, finish="plastic")
    side = float(rng.choice((-1, 1)))
    far = wide + rng.uniform(0.03, 0.07)
    knots = [(0, wide * 0.9, 0.008), (0, far, 0.004), (side * 0.05, far + 0.04, 0.0035)]
    knots.append((side * 0.11, far + 0.03, 0.0035))
    cable = tube(curve(knots, 10), 0.0035, sides=6)
    builder.part("cable", cable, parent=base, finish="rubber")


def _lid(
    builder: Builder,
    kettle: int,
    style: str,
    rows: np.ndarray,
    hinged: bool,
    rng: np.random.Generator,
) -> None:
    radius, top = float(rows[-1, 0]), float(rows[-1, 1])
    lid = builder.part("lid", parent=kettle, finish="metal")
    rise = {"dome": 0.022, "knob": 0.008, "flat": 0.004, "button": 0.008}[style]
    rise *= rng.uniform(0.8, 1.2)
    plate = lathe(
        [
            (radius * 0.9, top - 0.006),
            (radius * 0.995, top + 0.0005),
            (radius * 0.97, top + 0.003),
            (radius * 0.6, top + 0.003 + rise * 0.8),
            (0, top + 0.003 + rise),
        ],
        sides=28,
    )
    builder.part("plate", plate, parent=lid, finish="metal")
    peak = top + rise + 0.002
    if style in ("knob", "dome"):
        thick = rng.uniform(0.009, 0.014)
        knob = lathe(
            [
                (thick * 0.6, peak - 0.002),
                (thick * 0.5, peak + 0.006),
                (thick, peak + 0.012),
                (thick, peak + 0.02),
                (thick * 0.6, peak + 0.024),
            ],
            sides=14,
        )
        builder.part("knob", knob, parent=lid, finish="plastic")
    elif style == "button":
        press = box(
            (radius * 0.3, -0.014, top), (radius * 0.8, 0.014, top + 0.01 + rise * 0.3), 0.003
        )
        builder.part("button", press, parent=lid, finish="plastic")
    else:
        tab = box((-radius * 0.5, -0.004, top), (radius * 0.5, 0.004, top + rise + 0.014), 0.002)
        builder.part("tab", tab, parent=lid, finish="plastic")
    if hinged:
        builder.hinge(lid, (radius, 0, top), (0, 1, 0), 0.0, 1.3)


def _spout(
    builder: Builder,
    kettle: int,
    style: str,
    rows: np.ndarray,
    finish: Finish,
    rng: np.random.Generator,
) -> None:
    if style == "beak":
        # A wedge on the rim: wide at the body, narrow at its lip.
        top = float(rows[-1, 1])
        _, z = _at(rows, rng.uniform(0.6, 0.78))
        reach = rng.uniform(0.018, 0.03)
        levels = []
        for share in (0.0, 0.5, 1.0):
            at = z + share * (top - z)
            edge = float(np.interp(at, rows[:, 1], rows[:, 0]))
            half, out = edge * 0.5 * max(share, 0.05), reach * share + 0.001
            inside = math.sqrt(max(edge**2 - half**2, 0.0)) - 0.004
            lip, tip = 0.004 * share + 1e-4, -edge - out
            corners = [(-inside, half, at), (tip, lip, at), (tip, -lip, at), (-inside, -half, at)]
            levels.append(np.array(corners))
        builder.part("spout", hull(levels), parent=kettle, finish=finish)
        return
    tip = np.zeros(3)
    if style == "gooseneck":
        radius, z = _at(rows, 0.18)
        top = float(rows[-1, 1])
        far = -radius - rng.uniform(0.06, 0.09)
        knots = [(-radius + 0.006, 0, z), (-radius - 0.035, 0, z + 0.015)]
        knots += [
            (-radius - 0.04, 0, top * 0.62),
            (far + 0.012, 0, top * 0.98),
            (far, 0, top * 0.97),
        ]
        thick = np.linspace(0.0105, 0.0055, 18)
        mesh = tube(curve(knots, 18), thick, sides=10)
    else:
        radius, z = _at(rows, rng.uniform(0.5, 0.65))
        out = rng.uniform(0.035, 0.06)
        tip = np.array([-radius - out, 0, z + out * rng.uniform(0.7, 1.1)])
        mesh = cylinder((-radius + 0.012, 0, z - 0.008), tip, 0.024, 0.012, sides=14)
    spout = builder.part("spout", mesh, parent=kettle, finish=finish)
    if style == "short" and rng.random() < 0.4:
        cap = cushion(tip - 0.015, tip + 0.015, 2.5, sides=12)
        builder.part("whistle", cap, parent=spout, finish="plastic")


def _handle(
    builder: Builder, kettle: int, style: str, rows: np.ndarray, rng: np.random.Generator
) -> int:
    out, thick = rng.uniform(0.038, 0.05), rng.uniform(0.008, 0.011)
    handle = builder.part("handle", parent=kettle, finish="plastic")
    if style == "overhead":
        radius, z = _at(rows, 0.82)
        top = float(rows[-1, 1])
        rise = top + rng.uniform(0.06, 0.1) - z
        half = arc(1.0, 0, math.pi, 15) * (radius, rise)
        path = np.c_[half[:, 0], np.zeros(15), half[:, 1] + z]
        builder.part("bail", tube(path, 0.0045, sides=8), parent=handle, finish="metal")
        grip = tube(path[5:10], thick * 1.1, sides=10)
        builder.part("grip", grip, parent=handle, finish="wood")
        return handle
    (high_r, high), (low_r, low) = _at(rows, 0.92), _at(rows, rng.uniform(0.12, 0.3))
    far = max(high_r, low_r) + out
    if style == "strap":
        # A flat band as wide as two fingers.
        knots = [
            (high_r - 0.008, high),
            (far, high),
            (far + 0.006, (high + low) / 2),
            (far - 0.01, low),
        ]
        knots.append((low_r - 0.004, low))
        path = curve(np.c_[np.array(knots), np.zeros(5)], 14)[:, :2]
        builder.part("grip", _strap(path, 0.011, 0.009), parent=handle, finish="plastic")
    else:
        knots = [(high_r - 0.008, 0, high), (high_r + out * 0.75, 0, high + 0.004)]
        knots += [(far, 0, high - 0.25 * (high - low)), (far, 0, low + 0.25 * (high - low))]
        if style == "loop":
            knots += [(low_r + out * 0.6, 0, low), (low_r - 0.004, 0, low)]
        else:
            knots += [(far - 0.004, 0, low + 0.05 * (high - low))]
        grip = tube(curve(knots, 16), thick, sides=10)
        builder.part("grip", grip, parent=handle, finish="plastic")
    return handle


def _strap(path: np.ndarray, half: float, thick: float) -> Mesh:
    """A flat bar along a path of (x, z), `half` wide to each side and `thick` metres strong."""
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    normal = np.stack([along[:, 1], -along[:, 0]], 1) * thick / 2
    rows = [
        np.array([(*a, -half), (*a, half), (*b, half), (*b, -half)])[:, [0, 2, 1]]
        for a, b in zip(path + normal, path - normal, strict=True)
    ]
    return hull(rows)


def _switch(
    builder: Builder, handle: int, style: str, rows: np.ndarray, rng: np.random.Generator
) -> None:
    if style == "overhead" or rng.random() < 0.5:
        radius, z = _at(rows, 0.06)
        lever = box((radius - 0.006, -0.011, z), (radius + 0.022, 0.011, z + 0.008), 0.002)
        index = builder.part("switch", lever, parent=handle, finish="plastic")
        builder.hinge(index, (radius, 0, z), (0, 1, 0), 0.0, 0.25)
        return
    radius, z = _at(rows, 0.92)
    press = cushion(
        (radius + 0.004, -0.008, z + 0.002), (radius + 0.026, 0.008, z + 0.017), 4.0, 12
    )
    builder.part("switch", press, parent=handle, finish="plastic")


def _gauge(builder: Builder, body: int, rows: np.ndarray) -> None:
    """A window in the side that shows how much water is inside."""
    heights = np.linspace(rows[0, 1] + 0.25 * (rows[-1, 1] - rows[0, 1]), _at(rows, 0.78)[1], 6)
    half = 0.006
    levels = []
    for z in heights:
        # Follows the roundness of the body, whose facets lie a little inside the true circle.
        y = -float(np.interp(z, rows[:, 1], rows[:, 0]))
        corners = [(-half, y + 0.004, z), (-half, y - PROUD, z), (half, y - PROUD, z)]
        levels.append(np.array([*corners, (half, y + 0.004, z)]))
    builder.part("gauge", moved(hull(levels)), parent=body, finish="glass")
