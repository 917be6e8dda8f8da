"""Washing machines and dryers: a round door before the drum, or a lid on top; drawer and controls.

Part tree: body, drum, gasket; door -> rim, glass, handle; control panel -> knob, buttons, display;
detergent drawer -> front, tray; filter flap; top; feet or plinth.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.controls import PROUD, Plane, fill_strip
from pinpoint3d.synth.shapes.housings import add_drawer, add_feet
from pinpoint3d.synth.shapes.primitives import Mesh, box, circle, frame, lathe, moved, turned
from pinpoint3d.synth.shapes.sweeps import ring_plate, side_plate, upended

LOADING = ("front", "front", "front", "top")
PANELS = ("knob and buttons", "buttons and display", "touch", "knobs and display")
DOORS = ("bowl", "flat", "wide rim", "covered")
STANDS = ("feet", "plinth")
DRAWERS = ("left", "right", "none")

_SIDES = 32  # of every circle: divisible by 8, so that a square's corners fall on it


def make(rng: np.random.Generator) -> Asset:
    """A washing machine, 0.6 m wide if loaded from the front and 0.4 m from above."""
    loading, plan = str(rng.choice(LOADING)), str(rng.choice(PANELS))
    stand = str(rng.choice(STANDS))
    if loading == "top":
        return _from_above(plan, stand, rng)
    door, tray = str(rng.choice(DOORS)), str(rng.choice(DRAWERS))
    builder = Builder("washing_machine")
    x, depth, height = 0.5 * rng.uniform(0.58, 0.61), rng.uniform(0.42, 0.62), 0.85
    height *= rng.uniform(0.97, 1.03)
    front, foot = -depth, 0.015 if stand == "feet" else rng.uniform(0.06, 0.1)
    roof = rng.uniform(0.018, 0.03)
    panel = rng.uniform(0.10, 0.14)
    top, sill = height - roof, height - roof - panel
    radius = rng.uniform(0.15, 0.185)
    middle = foot + (sill - foot) * rng.uniform(0.5, 0.58)
    flap = rng.random() < 0.7
    body = builder.part("body", finish="metal")
    plate = 0.018
    walls = [
        box((-x, front + plate, foot), (-x + 0.01, 0, top)),
        box((x - 0.01, front + plate, foot), (x, 0, top)),
        box((-x, front + plate, foot), (x, 0, foot + 0.01)),
        box((-x, front + plate, top - 0.01), (x, 0, top)),
        box((-x, -0.01, foot), (x, 0, top)),
        _holed_front(x, foot, sill, middle, radius, front, plate),
    ]
    builder.add(body, *walls)
    _stand(builder, stand, x, depth, foot)
    slab = box((-x, front - 0.004, top), (x, 0, height), 0.003)
    builder.part("top", slab, finish="paint")
    builder.support((-x, front), (x, 0), height)
    drum = _facing(
        lathe(
            [
                (radius * 1.25, -0.32 * depth / 0.6),
                (radius * 1.25, -0.04),
                (radius * 0.93, -0.03),
                (radius * 0.93, -0.034),
                (radius * 1.22, -0.045),
                (radius * 1.22, -0.31 * depth / 0.6),
            ],
            sides=_SIDES,
        ),
        front,
        middle,
    )
    builder.part("drum", drum, finish="metal")
    seal = [
        (radius * 0.9, -0.034),
        (radius * 1.02, -0.034),
        (radius * 1.02, -0.002),
        (radius * 0.9, -0.012),
    ]
    ring = _facing(lathe(seal, sides=_SIDES, closed=True), front, middle)
    builder.part("gasket", ring, finish="rubber")
    _round_door(builder, door, radius, front, middle, rng)
    if flap:
        wide, tall = rng.uniform(0.09, 0.13), rng.uniform(0.07, 0.1)
        side = float(rng.choice((-1, 1)))
        a = side * (x - 0.04) - (wide if side > 0 else 0)
        low, high = (a, front - PROUD, foot + 0.02), (a + wide, front + 0.003, foot + 0.02 + tall)
        cover = builder.part("filter flap", box(low, high), finish="plastic")
        builder.hinge(cover, (0, front, low[2]), (1, 0, 0), 0.0, 1.3)
    _controls(builder, plan, tray, (x, front, sill, top), depth, rng)
    has = "flap" if flap else "no flap"
    styles = f"front loading, {door} door, {plan}, drawer {tray}, {stand}, {has}"
    return pose_at_random(builder.asset(styles), rng, float(rng.choice((0.0, 0.25, 0.6))))


def _facing(mesh: Mesh, front: float, middle: float) -> Mesh:
    """A mesh turned about z, set up so that its top faces the front."""
    return moved(upended(mesh), 0, front, middle)


def _holed_front(
    x: float,
    low: float,
    high: float,
    middle: float,
    radius: float,
    front: float,
    thick: float,
) -> Mesh:
    """The front plate with its round hole."""
    ring = circle(1.0, _SIDES)
    outer = ring / np.abs(ring).max(axis=1, keepdims=True)
    outer[:, 0] *= x
    outer[:, 1] *= np.where(outer[:, 1] > 0, high - middle, middle - low)
    plate = upended(ring_plate(outer, ring * radius, -thick, 0.0))
    return moved(plate, 0, front, middle)


def _stand(builder: Builder, stand: str, x: float, depth: float, foot: float) -> None:
    if stand == "feet":
        add_feet(builder, (-x + 0.05, -depth + 0.05), (x - 0.05, -0.05), foot, 0.022)
        return
    low, high = (-x + 0.002, -depth + 0.006, 0), (x - 0.002, -0.01, foot)
    builder.part("plinth", box(low, high), finish="plastic")


def _round_door(
    builder: Builder,
    style: str,
    radius: float,
    front: float,
    middle: float,
    rng: np.random.Generator,
) -> None:
    outer = radius * (1.28 if style == "wide rim" else 1.14)
    clear = radius * (0.86 if style != "wide rim" else 0.78)
    out = rng.uniform(0.025, 0.04)
    left = rng.random() < 0.8
    door = builder.part("door", finish="plastic")
    profile = [
        (clear, 0.0005),
        (outer, 0.0005),
        (outer * 0.99, out * 0.7),
        (outer * 0.93, out),
        (clear * 1.03, out),
        (clear, out * 0.75),
    ]
    rim = lathe(profile, sides=_SIDES, closed=True)
    builder.part("rim", _facing(rim, front, middle), parent=door, finish="plastic")
    if style == "covered":
        pane = lathe([(clear * 1.03, out * 0.4), (clear * 1.03, out + PROUD)], sides=_SIDES)
    elif style == "flat":
        pane = lathe([(clear * 1.02, out * 0.3), (clear * 1.02, out * 0.6)], sides=_SIDES)
    else:
        # Glass bulges into the drum and keeps the washing out of the door's way.
        deep = rng.uniform(0.05, 0.09)
        pane = lathe(
            [
                (clear * 0.55, -deep),
                (clear * 0.8, -deep * 0.8),
                (clear * 1.02, out * 0.3),
                (clear * 1.02, out * 0.5),
                (clear * 0.97, out * 0.5),
                (clear * 0.75, -deep * 0.6),
                (clear * 0.5, -deep * 0.9),
            ],
            sides=_SIDES,
        )
    builder.part("glass", _facing(pane, front, middle), parent=door, finish="screen")
    side = 1 if left else -1
    wide = outer - clear
    low = (side * (clear + 0.2 * wide), front - out - 0.005, middle - 0.045)
    high = (side * (clear + 0.85 * wide), front - out * 0.6, middle + 0.045)
    grip = box(low, high, 0.003)
    builder.part("handle", grip, parent=door, finish="plastic")
    origin = (-side * outer, front, 0)
    builder.hinge(door, origin, (0, 0, -side), 0.0, math.radians(120))


def _controls(
    builder: Builder,
    plan: str,
    tray: str,
    size: tuple[float, float, float, float],
    depth: float,
    rng: np.random.Generator,
) -> None:
    x, front, sill, top = size
    face, wide = front - 0.006, rng.uniform(0.15, 0.19)
    left, right = -x, x
    if tray == "left":
        left += wide
    elif tray == "right":
        right -= wide
    low, high = (left, face, sill), (right, front + 0.02, top - 0.001)
    board = builder.part("control panel", box(low, high, 0.001), finish="plastic")
    plane = Plane((0.0, face, sill))
    tall = top - sill
    spread = (left + 0.02, 0.12 * tall), (right - 0.02, 0.88 * tall)
    fill_strip(builder, plane, *spread, plan, rng, parent=board, n_knobs=2)
    if tray == "none":
        return
    a = -x if tray == "left" else x - wide
    held = str(rng.choice(("grip", "edge", "none")))
    corners = (a + 0.001, face, sill + 0.001), (a + wide - 0.001, front + 0.014, top - 0.002)
    add_drawer(
        builder, *corners, 0.5 * depth, rng, held=held, finish="plastic", name="detergent drawer"
    )


def _from_above(plan: str, stand: str, rng: np.random.Generator) -> Asset:
    """A machine whose lid opens on top, with its controls on a raised back."""
    builder = Builder("washing_machine")
    american = rng.random() < 0.5  # wide, with an upright tub
    x = 0.5 * (rng.uniform(0.62, 0.69) if american else rng.uniform(0.4, 0.45))
    depth, height = rng.uniform(0.6, 0.68), rng.uniform(0.86, 0.94)
    foot = 0.015 if stand == "feet" else rng.uniform(0.05, 0.08)
    back = rng.uniform(0.13, 0.18)
    front = -depth
    walls = frame((-x, front, foot), (x, 0, height - 0.02), 0.012, axis="z")
    floor = box((-x, front, foot), (x, 0, foot + 0.01))
    body = builder.part("body", walls, floor, finish="metal")
    hole_x, hole = x - 0.05, (front + 0.06, -back - 0.03)
    border = (0.05, 0.05, 0.06, back + 0.03)
    deck = frame((-x, front, height - 0.02), (x, 0, height), border, axis="z")
    builder.part("top", deck, parent=body, finish="paint")
    _stand(builder, stand, x, depth, foot)
    middle, radius = sum(hole) / 2, min(hole_x, (hole[1] - hole[0]) / 2) * 0.97
    if american:
        rows = [(radius, foot + 0.009), (radius, height - 0.05), (radius * 0.97, height - 0.05)]
        rows.append((radius * 0.97, foot + 0.03))
        drum = lathe(rows, sides=24)
        agitator = lathe(
            [
                (0.11, foot + 0.03),
                (0.05, foot + 0.08),
                (0.035, height - 0.25),
                (0.02, height - 0.22),
            ],
            sides=14,
        )
        builder.part("agitator", moved(agitator, 0, middle), finish="plastic")
        builder.part("drum", moved(drum, 0, middle), finish="metal")
    else:
        span = x - 0.0115  # its axle's ends lie in the walls
        barrel = turned(lathe([(radius, -span), (radius, span)], sides=24), "y", math.pi / 2)
        z = height - 0.05 - radius
        flaps = box(
            (-span * 0.6, -radius * 0.5, radius * 0.8), (span * 0.6, radius * 0.5, radius + 0.004)
        )
        builder.part("drum", moved(barrel, 0, middle, z), finish="metal")
        builder.part("drum flap", moved(flaps, 0, middle, z), finish="metal")
    lid = builder.part("lid", finish="paint")
    low, high = (-x + 0.02, front + 0.004, height), (x - 0.02, -back, height + 0.022)
    if rng.random() < 0.4:
        builder.part("leaf", frame(low, high, 0.05, axis="z"), parent=lid, finish="paint")
        inner = (
            (low[0] + 0.05, low[1] + 0.05, low[2] + 0.004),
            (high[0] - 0.05, high[1] - 0.05, high[2]),
        )
        builder.part("window", box(*inner), parent=lid, finish="screen")
        leaf = "window lid"
    else:
        builder.part("leaf", box(low, high, 0.006), parent=lid, finish="paint")
        leaf = "plain lid"
    half = 0.08
    lip = box(
        (-half, low[1] - 0.012, high[2] - 0.012), (half, low[1] + 0.002, high[2] - 0.003), 0.002
    )
    builder.part("handle", lip, parent=lid, finish="plastic")
    builder.hinge(lid, (0, -back, height), (-1, 0, 0), 0.0, math.radians(95))
    rise, lean = rng.uniform(0.07, 0.13), rng.uniform(0.0, 0.35)
    run = rise * math.tan(lean)
    face = -back + 0.005
    outline = np.array(
        [(face, height), (0, height), (0, height + rise), (face + run, height + rise)]
    )
    console = side_plate(outline, -x, x)
    board = builder.part("control panel", console, finish="plastic")
    plane = Plane((0.0, face, height), lean)
    tall = rise / math.cos(lean)
    spread = (-x + 0.03, 0.12 * tall), (x - 0.03, 0.88 * tall)
    fill_strip(builder, plane, *spread, plan, rng, parent=board, n_knobs=2)
    builder.support((-x + 0.03, front + 0.02), (x - 0.03, -back - 0.02), height + 0.022)
    tub = "upright drum" if american else "lying drum"
    styles = f"top loading, {tub}, {leaf}, {plan}, {stand}"
    return pose_at_random(builder.asset(styles), rng, float(rng.choice((0.0, 0.25, 0.6))))
