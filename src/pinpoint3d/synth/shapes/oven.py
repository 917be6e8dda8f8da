"""Ovens and cookers: a door with its window, controls, rings on top, a drawer or feet below.

Part tree: body, cavity; door -> leaf, window, handle; control panel -> knobs, buttons, display;
hob -> plate, rings; drawer -> front, tray, handle; racks.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.controls import STRIPS, Plane, fill_strip
from pinpoint3d.synth.shapes.hobs import STYLES as HOBS
from pinpoint3d.synth.shapes.hobs import add_hob
from pinpoint3d.synth.shapes.housings import (
    HANDLES,
    add_door,
    add_drawer,
    add_feet,
    hollow,
    posed,
    wire_rack,
)
from pinpoint3d.synth.shapes.primitives import box, moved, turned

BELOW = ("drawer", "second door", "plinth", "feet")
BACKS = ("none", "splashback", "lid", "control back")
WINDOWS = ("large", "small", "none")


def make(rng: np.random.Generator) -> Asset:
    """A cooker, 0.5 to 0.9 m wide, or an oven without rings, closed or partly open."""
    hob = str(rng.choice((*HOBS, "none")))
    strip = str(rng.choice(STRIPS))
    below = str(rng.choice(BELOW)) if hob != "none" else "flush"
    back = str(rng.choice(BACKS)) if hob != "none" else "none"
    window = str(rng.choice(WINDOWS, p=(0.55, 0.3, 0.15)))
    held = str(rng.choice(HANDLES[:4], p=(0.4, 0.2, 0.25, 0.15)))
    builder = Builder("oven")
    width = float(rng.choice((0.5, 0.6, 0.6, 0.9))) * rng.uniform(0.98, 1.02)
    depth = rng.uniform(0.5, 0.62)
    foot = {
        "drawer": rng.uniform(0.14, 0.2),
        "second door": rng.uniform(0.28, 0.34),
        "plinth": rng.uniform(0.06, 0.1),
        "feet": rng.uniform(0.04, 0.1),
        "flush": 0.0,
    }[below]
    height = rng.uniform(0.86, 0.93) if hob != "none" else rng.uniform(0.46, 0.6)
    panel = rng.uniform(0.08, 0.13)
    x, front, thick = width / 2, -depth, rng.uniform(0.03, 0.045)
    body = builder.part("body", finish="metal")
    _body(builder, body, below, (x, depth, foot, height), held, rng)
    inside = (-x + 0.05, front + 0.001, foot + 0.04), (x - 0.05, -0.06, height - panel - 0.03)
    lining = hollow(*inside, 0.004)
    builder.part("cavity", lining, parent=body, finish="metal")
    builder.add(body, *_front_frame(x, front, foot, height, inside))
    for share in rng.choice((0.25, 0.5, 0.7), int(rng.integers(1, 3)), replace=False):
        z = inside[0][2] + float(share) * (inside[1][2] - inside[0][2])
        low, high = (-x + 0.0535, front + 0.02, z), (x - 0.0535, -0.07, z)
        rack = builder.part("rack", wire_rack(low, high, 12), finish="metal")
        builder.slide(rack, (0, -1, 0), 0.0, 0.25)
        builder.support((low[0], low[1]), (high[0], high[1]), z + 0.003, 0.12)
    border = {"large": rng.uniform(0.025, 0.05), "small": rng.uniform(0.09, 0.12), "none": None}
    add_door(
        builder,
        (-x + 0.002, front - thick, foot + 0.004),
        (x - 0.002, front, height - panel - 0.004),
        rng,
        hinged="bottom",
        held=held,
        window=border[window],
        open_deg=88,
    )
    board = builder.part("control panel", finish="metal")
    at_back = back == "control back"
    rise = (height - panel, height)
    lean = 0.0 if at_back else float(rng.choice((0.0, 0.0, 0.2)))
    base = (0.0, front - thick, rise[0])
    strip_box = box((-x, 0, 0), (x, thick + 0.001, panel * math.cos(lean)), 0.002)
    tilted = turned(strip_box, "x", -lean)
    # A leaning panel is filled up behind, so that it does not hang before the body.
    solid = box((-x, front - 0.001, rise[0]), (x, front + 0.002 + thick * lean, rise[1] - 0.002))
    builder.add(board, moved(tilted, *base), solid)
    if at_back:
        tall = rng.uniform(0.12, 0.2)
        low, high = (-x, -0.07, height), (x, -0.005, height + tall)
        board = builder.part("control panel", box(low, high, 0.003), finish="metal")
        plane = Plane((0.0, -0.07, height))
        spread = (-x + 0.02, 0.35 * tall), (x - 0.02, 0.92 * tall)
    else:
        plane = Plane(base, lean)
        spread = (-x + 0.02, 0.08 * panel), (x - 0.02, 0.92 * panel)
    n_knobs = int(rng.integers(4, 7)) if width < 0.8 else int(rng.integers(6, 9))
    fill_strip(builder, plane, *spread, strip, rng, parent=board, n_knobs=n_knobs)
    if hob != "none":
        _top(builder, hob, back, (x, depth, height), rng)
    else:
        builder.support((-x, front), (x, 0), height)
    styles = f"{hob} hob, {strip} at {back}, {below} below, {window} window, {held} handle"
    share = float(rng.choice((0.0, 0.2, 0.5)))
    return posed(builder.asset(styles), rng, share, inner=("rack",))


def _body(
    builder: Builder,
    body: int,
    below: str,
    size: tuple[float, float, float, float],
    held: str,
    rng: np.random.Generator,
) -> None:
    """The housing, and what lies under the door."""
    x, depth, foot, height = size
    front = -depth
    builder.add(body, hollow((-x, front, foot), (x, 0, height), 0.03))
    if below == "plinth":
        low, high = (-x + 0.01, front + 0.03, 0), (x - 0.01, -0.02, foot)
        builder.part("plinth", box(low, high), finish="metal")
    elif below == "feet":
        add_feet(builder, (-x + 0.04, front + 0.04), (x - 0.04, -0.04), foot)
    elif below in ("drawer", "second door"):
        rise = 0.03
        add_feet(builder, (-x + 0.04, front + 0.04), (x - 0.04, -0.04), rise, 0.015)
        builder.add(body, hollow((-x, front, rise), (x, 0, foot), 0.012))
        low, high = (-x + 0.002, front - 0.025, rise + 0.002), (x - 0.002, front, foot - 0.002)
        if below == "drawer":
            drawer_held = str(rng.choice((held, "grip", "none")))
            add_drawer(builder, low, high, depth - 0.06, rng, held=drawer_held)
        else:
            add_door(
                builder,
                low,
                high,
                rng,
                hinged="bottom",
                held=held,
                window=None,
                open_deg=88,
                name="lower door",
            )


def _front_frame(x: float, front: float, foot: float, height: float, inside: tuple) -> list:
    """Bars that close the housing round the cavity's mouth."""
    (left, _, low), (right, _, high) = inside
    back = front + 0.02
    return [
        box((-x, front, foot), (left + 0.001, back, height)),
        box((right - 0.001, front, foot), (x, back, height)),
        box((left, front, foot), (right, back, low + 0.001)),
        box((left, front, high - 0.001), (right, back, height)),
    ]


def _top(
    builder: Builder,
    hob: str,
    back: str,
    size: tuple[float, float, float],
    rng: np.random.Generator,
) -> None:
    x, depth, height = size
    rear = {"none": -0.01, "splashback": -0.04, "lid": -0.03, "control back": -0.08}[back]
    add_hob(builder, hob, (-x + 0.006, -depth + 0.006), (x - 0.006, rear), height, rng)
    if back == "splashback":
        tall = rng.uniform(0.08, 0.5)
        sheet = box((-x, -0.025, height), (x, 0, height + tall), 0.002)
        builder.part("splashback", sheet, finish="metal")
    elif back == "lid":
        lid = builder.part("lid", finish="glass")
        sheet = box((-x + 0.005, -0.016, height + 0.012), (x - 0.005, -0.01, height + depth * 0.9))
        builder.part("sheet", sheet, parent=lid, finish="glass")
        for side in (-0.7, 0.7):
            low = (side * x - 0.02, -0.022, height)
            post = box(low, (side * x + 0.02, -0.004, height + 0.04), 0.002)
            builder.part("hinge", post, parent=lid, finish="metal")
