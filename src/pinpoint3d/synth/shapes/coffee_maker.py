"""Coffee makers: filter machines with a jug, espresso machines, pod machines, presses.

Part tree: body; tank -> wall, lid, gauge; basket; jug -> wall, collar, lid, handle; plate; group,
portafilter, steam wand, drip tray; control panel -> buttons, display, knobs; plunger.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.controls import BUTTONS, PROUD, Plane, buttons, fill_strip
from pinpoint3d.synth.shapes.housings import add_feet
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    curve,
    cushion,
    cylinder,
    frame,
    joined,
    lathe,
    moved,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import hull, oval

KINDS = ("filter", "filter", "espresso", "pod", "press")
BODIES = ("square", "round", "slim")
PANELS = ("buttons and display", "knob and buttons", "knobs", "touch", "switch")
JUGS = ("glass", "steel", "narrow")


def make(rng: np.random.Generator) -> Asset:
    """A coffee maker, 18 to 42 cm high."""
    kind, form = str(rng.choice(KINDS)), str(rng.choice(BODIES))
    plan, jug = str(rng.choice(PANELS)), str(rng.choice(JUGS))
    builder = Builder("coffee_maker")
    extra = ""
    if kind == "filter":
        _filter(builder, form, plan, jug, rng)
    elif kind == "espresso":
        extra = _espresso(builder, form, plan, rng)
    elif kind == "pod":
        extra = _pod(builder, form, rng)
    else:
        extra = _press(builder, jug, rng)
    styles = {
        "filter": f"filter, {form} body, {plan}, {jug} jug",
        "espresso": f"espresso, {form} body, {plan}, {extra}",
        "pod": f"pod, {form} body, {extra}",
        "press": f"press, {jug} jug, {extra}",
    }[kind]
    return pose_at_random(builder.asset(styles), rng, share_open=0.25)


def _block(size: tuple[float, float, float], low: float, high: float, power: float) -> Mesh:
    """An upright block, `size` its half width and its front and rear y, with rounded corners."""
    half, front, back = size
    middle, deep = (front + back) / 2, (back - front) / 2
    rows = [
        oval(half * s, deep * s, deep * s, z, power, n_points=28) + np.array([0.0, middle, 0.0])
        for s, z in ((0.985, low), (1.0, low + 0.004), (1.0, high - 0.004), (0.985, high))
    ]
    return hull(rows)


def _power(form: str) -> float:
    return {"square": 12.0, "round": 3.0, "slim": 6.0}[form]


def _filter(builder: Builder, form: str, plan: str, jug: str, rng: np.random.Generator) -> None:
    """A machine in the shape of a C: foot with plate, column with tank, head with basket."""
    half = rng.uniform(0.08, 0.11) if form != "slim" else rng.uniform(0.07, 0.08)
    front, back = -rng.uniform(0.12, 0.15), rng.uniform(0.08, 0.1)
    height, rise = rng.uniform(0.3, 0.38), rng.uniform(0.04, 0.055)
    power, feet = _power(form), 0.005
    column = 0.005
    body = builder.part("body", finish="plastic")
    builder.add(body, _block((half, front, back), feet, feet + rise, power))
    add_feet(builder, (-half * 0.6, front * 0.6), (half * 0.6, back * 0.6), feet + 0.001, 0.009)
    head = height - rng.uniform(0.09, 0.12)
    builder.add(body, _block((half * 0.98, column, back), feet + rise - 0.004, height, power))
    _tank(builder, half, (column, back), (rise, height), rng)
    radius = min(half * 0.82, 0.07)
    centre = column - radius - 0.012
    basket = builder.part("basket", finish="plastic")
    cone = lathe(
        [(radius * 0.45, head - 0.012), (radius * 0.95, head + 0.02), (radius, height - 0.012)],
        sides=24,
    )
    builder.part("holder", moved(cone, 0, centre), parent=basket, finish="plastic")
    tab = box(
        (-0.018, centre - radius - 0.016, height - 0.05),
        (0.018, centre - radius + 0.01, height - 0.036),
        0.003,
    )
    builder.part("grip", tab, parent=basket, finish="plastic")
    builder.hinge(basket, (-radius, column, 0), (0, 0, -1), 0.0, 1.2)
    roof = box(
        (-half * 0.7, centre, height - 0.012), (half * 0.7, column + 0.01, height - 0.002), 0.003
    )
    cap = cylinder(
        (0, centre, height - 0.012), (0, centre, height - 0.001), radius * 0.97, sides=24
    )
    builder.part("arm", roof, cap, parent=body, finish="plastic")
    z = feet + rise
    plate = cylinder((0, centre, z - 0.004), (0, centre, z + 0.003), radius * 0.95, sides=24)
    builder.part("plate", plate, finish="metal")
    if rng.random() < 0.85:
        _jug(builder, jug, (0.0, centre, z + 0.003), radius * 0.9, head - 0.016 - z, rng)
    plane = Plane((0.0, front - 0.002, feet))
    wide = half * (0.75 if power > 4 else 0.5)
    sheet = box(
        (-wide, front - 0.002, feet + 0.004), (wide, front + 0.03, feet + rise - 0.004), 0.001
    )
    board = builder.part("control panel", sheet, parent=body, finish="plastic")
    if plan == "switch":
        press = plane.put(box((-0.009, -0.004, rise * 0.3), (0.009, 0.001, rise * 0.7), 0.001))
        builder.part("switch", press, parent=board, finish="plastic")
        return
    spread = (-wide + 0.004, 0.15 * rise), (wide - 0.004, 0.85 * rise)
    fill_strip(builder, plane, *spread, plan, rng, parent=board, n_knobs=2)


def _tank(
    builder: Builder,
    half: float,
    deep: tuple[float, float],
    rise: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    """The lid over the water, and the gauge in the column's side."""
    front, back = deep
    height = rise[1]
    lid = builder.part("tank lid", finish="plastic")
    leaf = box(
        (-half * 0.85, front + 0.008, height - 0.001),
        (half * 0.85, back - 0.008, height + 0.008),
        0.003,
    )
    builder.part("leaf", leaf, parent=lid, finish="plastic")
    tab = box(
        (-0.015, front - 0.002, height + 0.001), (0.015, front + 0.012, height + 0.006), 0.001
    )
    builder.part("grip", tab, parent=lid, finish="plastic")
    builder.hinge(lid, (0, back - 0.008, height), (-1, 0, 0), 0.0, 1.4)
    if rng.random() < 0.7:
        side = float(rng.choice((-1, 1)))
        x, y = side * half * 0.98, (front + back) / 2
        z0, z1 = rise[0] + 0.05, height - 0.05
        strip = box((x - side * 0.004, y - 0.007, z0), (x + side * PROUD, y + 0.007, z1))
        builder.part("gauge", strip, finish="glass")


def _jug(
    builder: Builder,
    style: str,
    at: tuple[float, float, float],
    radius: float,
    height: float,
    rng: np.random.Generator,
) -> None:
    x, y, z = at
    finish: Finish = "metal" if style == "steel" else "glass"
    shape = {
        "glass": [(0.85, 0), (1.0, 0.2), (0.98, 0.5), (0.7, 0.82), (0.68, 0.86)],
        "steel": [(0.95, 0), (0.97, 0.1), (0.85, 0.7), (0.6, 0.84), (0.6, 0.86)],
        "narrow": [(0.85, 0), (0.9, 0.1), (0.8, 0.6), (0.78, 0.8), (0.8, 0.86)],
    }[style]
    outer = np.array(shape) * (radius, height)
    inner = np.maximum(outer[::-1] - (0.003, 0.0), (0.0, 0.004))
    jug = builder.part("jug", finish=finish)
    skin = lathe([*outer, *inner], sides=24)
    builder.part("wall", moved(skin, x, y, z), parent=jug, finish=finish)
    rim, top = float(outer[-1, 0]), float(outer[-1, 1])
    ring = [
        (rim - 0.001, top - 0.016),
        (rim + 0.005, top - 0.016),
        (rim + 0.004, top),
        (rim - 0.001, top),
    ]
    builder.part(
        "collar", moved(lathe(ring, sides=24, closed=True), x, y, z), parent=jug, finish="plastic"
    )
    lid = lathe(
        [(rim + 0.002, top), (rim, top + height * 0.05), (rim * 0.4, top + height * 0.09)], sides=24
    )
    builder.part("lid", moved(lid, x, y, z), parent=jug, finish="plastic")
    low = float(rng.uniform(0.15, 0.35)) * height
    foot = float(np.interp(low, outer[:, 1], outer[:, 0]))
    far = max(rim, foot) + rng.uniform(0.028, 0.038)
    knots = [(0, -rim - 0.002, top - 0.008), (0, -far, top - 0.01), (0, -far, low + 0.03)]
    if rng.random() < 0.5:
        knots += [(0, -far + 0.01, low), (0, -foot + 0.001, low)]
    grip = moved(tube(curve(knots, 12), 0.0075, sides=8), x, y, z)
    # Handles look to the side or to the user.
    turn = float(rng.choice((0.0, 0.6, math.pi / 2)))
    builder.part("handle", turned(grip, "z", turn, about=at), parent=jug, finish="plastic")


def _espresso(builder: Builder, form: str, plan: str, rng: np.random.Generator) -> str:
    half = rng.uniform(0.11, 0.16) if form != "slim" else rng.uniform(0.075, 0.09)
    front, back = -rng.uniform(0.14, 0.17), rng.uniform(0.1, 0.14)
    height, feet = rng.uniform(0.28, 0.36), 0.012
    tray, head = rng.uniform(0.045, 0.06), height * rng.uniform(0.64, 0.7)
    column = front + rng.uniform(0.1, 0.12)
    power = 12.0 if form != "round" else 5.0
    body = builder.part("body", finish="metal")
    builder.add(body, _block((half, column, back), feet, height, power))
    builder.add(body, _block((half, front + 0.01, back), head, height, power))
    add_feet(builder, (-half * 0.8, column + 0.03), (half * 0.8, back * 0.7), feet + 0.001, 0.012)
    drip = builder.part("drip tray", finish="plastic")
    pan = box((-half * 0.96, front, 0.004), (half * 0.96, column + 0.005, tray), 0.004)
    builder.part("pan", pan, parent=drip, finish="plastic")
    slots = [
        box((-half * 0.85, y - 0.002, tray - 0.001), (half * 0.85, y + 0.002, tray + 0.0015))
        for y in np.linspace(front + 0.014, column - 0.01, 9)
    ]
    builder.part("grid", joined(*slots), parent=drip, finish="metal")
    builder.slide(drip, (0, -1, 0), 0.0, 0.08)
    builder.support((-half * 0.8, front + 0.015), (half * 0.8, column - 0.015), tray + 0.0015, 0.06)
    n_groups = 2 if half > 0.14 and rng.random() < 0.4 else 1
    for x in (0.0,) if n_groups == 1 else (-half * 0.45, half * 0.45):
        _group(builder, x, front + 0.062, head, rng)
    wand = rng.random() < 0.75
    if wand:
        side = float(rng.choice((-1, 1)))
        x = side * half * 0.86
        knots = [(x, front + 0.04, head + 0.004), (x, front + 0.03, head - 0.02)]
        knots += [(x, front + 0.015, head - 0.06), (x + side * 0.006, front + 0.002, head - 0.115)]
        steam = builder.part("steam wand", finish="metal")
        builder.part("pipe", tube(curve(knots, 12), 0.0042, sides=8), parent=steam, finish="metal")
        tip = np.array(knots[-1])
        bead = cushion(tip - 0.006, tip + 0.006, 2.0, sides=10)
        builder.part("nozzle", bead, parent=steam, finish="metal")
        builder.hinge(steam, (x, front + 0.04, 0), (0, 0, side), 0.0, 0.7)
    face = front + 0.01
    tall = height - head
    sheet = box(
        (-half * 0.8, face - 0.003, head + 0.1 * tall),
        (half * 0.8, face + 0.02, height - 0.1 * tall),
        0.001,
    )
    board = builder.part("control panel", sheet, parent=body, finish="metal")
    plane = Plane((0.0, face - 0.003, head))
    gauge = form != "slim" and rng.random() < 0.5
    right = half * (0.3 if gauge else 0.75)
    strip = "knob and buttons" if plan == "switch" else plan
    fill_strip(
        builder,
        plane,
        (-half * 0.75, 0.16 * tall),
        (right, 0.84 * tall),
        strip,
        rng,
        parent=board,
        n_knobs=2,
    )
    if gauge:
        dial = builder.part("gauge", parent=board, finish="metal")
        radius = 0.26 * min(tall, half)
        bezel = [(radius * 0.85, -0.001), (radius, -0.001), (radius, 0.006), (radius * 0.85, 0.006)]
        ring = turned(lathe(bezel, sides=20, closed=True), "x", math.pi / 2)
        builder.part("bezel", plane.put(ring, half * 0.55, tall / 2), parent=dial, finish="metal")
        disc = cylinder((0, 0.001, 0), (0, -0.002, 0), radius * 0.86, sides=20)
        builder.part("face", plane.put(disc, half * 0.55, tall / 2), parent=dial, finish="print")
    _tank(builder, half, (back - 0.09, back), (0.1, height), rng)
    rail = rng.random() < 0.4
    if rail:
        low, high = (
            (-half * 0.95, front + 0.03, height + 0.018),
            (half * 0.95, back - 0.1, height + 0.022),
        )
        border = frame(low, high, 0.004, axis="z")
        posts = [
            cylinder((x, y, height - 0.002), (x, y, height + 0.02), 0.003, sides=6)
            for x in (low[0] + 0.004, high[0] - 0.004)
            for y in (low[1] + 0.004, high[1] - 0.004)
        ]
        builder.part("cup rail", border, *posts, finish="metal")
    builder.support((-half * 0.8, front + 0.05), (half * 0.8, back - 0.12), height)
    return f"{n_groups} groups, {'wand' if wand else 'no wand'}, {'rail' if rail else 'no rail'}"


def _group(builder: Builder, x: float, y: float, head: float, rng: np.random.Generator) -> None:
    """A brewing head with the portafilter locked into it."""
    radius = rng.uniform(0.028, 0.033)
    group = builder.part("group", finish="metal")
    ring = cylinder((x, y, head - 0.022), (x, y, head + 0.003), radius * 1.15, sides=20)
    builder.part("head", ring, parent=group, finish="metal")
    filter_ = builder.part("portafilter", parent=group, finish="metal")
    z = head - 0.032
    cup = [(radius * 0.6, z - 0.016), (radius, z - 0.006), (radius, z + 0.012)]
    spouts = [
        cylinder((x + a, y, z - 0.012), (x + 1.5 * a, y, z - 0.034), 0.006, sides=8)
        for a in (-0.008, 0.008)
    ]
    builder.part(
        "basket", moved(lathe(cup, sides=20), x, y), *spouts, parent=filter_, finish="metal"
    )
    long = rng.uniform(0.11, 0.14)
    path = curve(
        [
            (x, y - radius * 0.8, z + 0.004),
            (x, y - long * 0.5, z + 0.002),
            (x, y - long, z - 0.012),
        ],
        8,
    )
    thick = np.interp(np.linspace(0, 1, 8), (0, 0.3, 0.9, 1), (0.006, 0.011, 0.012, 0.008))
    builder.part("handle", tube(path, thick, sides=10), parent=filter_, finish="plastic")
    builder.hinge(filter_, (x, y, 0), (0, 0, 1), 0.0, 0.7)


def _pod(builder: Builder, form: str, rng: np.random.Generator) -> str:
    half = rng.uniform(0.055, 0.08)
    back, front = rng.uniform(0.1, 0.16), -rng.uniform(0.1, 0.13)
    height = rng.uniform(0.23, 0.3)
    power = {"square": 9.0, "round": 2.4, "slim": 4.0}[form]
    body = builder.part("body", finish="plastic")
    column = -0.01
    builder.add(body, _block((half, column, back * 0.55), 0.0, height, power))
    head = height * rng.uniform(0.62, 0.7)
    nose = front * 0.7
    builder.add(body, _block((half * 0.8, nose, 0.03), head, height * 0.985, power))
    spout = cylinder(
        (0, nose * 0.72, head - 0.022), (0, nose * 0.72, head + 0.004), 0.01, 0.018, sides=14
    )
    builder.part("spout", spout, parent=body, finish="metal")
    stand = builder.part("cup stand", finish="plastic")
    low, rise = rng.uniform(0.0, 0.03), 0.03
    plate = _block((half * 0.85, front, column + 0.006), low, low + rise, power)
    builder.part("plate", plate, parent=stand, finish="plastic")
    middle, deep = (front + column) / 2, (column - front) / 2
    slots = [
        box(
            (-half * 0.45, y - 0.002, low + rise - 0.001),
            (half * 0.45, y + 0.002, low + rise + 0.001),
        )
        for y in np.linspace(middle - deep * 0.5, middle + deep * 0.5, 5)
    ]
    builder.part("grid", joined(*slots), parent=stand, finish="metal")
    builder.support(
        (-half * 0.5, middle - deep * 0.5),
        (half * 0.5, middle + deep * 0.5),
        low + rise + 0.001,
        head - 0.06,
    )
    tank = builder.part("tank", finish="glass")
    y0, y1 = back * 0.5, back
    wall = _block((half * 0.85, y0, y1), 0.012, height * 0.86, max(power, 3.0))
    builder.part("wall", wall, parent=tank, finish="glass")
    cover = _block(
        (half * 0.87, y0 - 0.002, y1 + 0.002), height * 0.86 - 0.001, height * 0.9, max(power, 3.0)
    )
    builder.part("lid", cover, parent=tank, finish="plastic")
    opener = str(rng.choice(("lever", "slider", "flap")))
    top = height * 0.985
    if opener == "lever":
        arm = builder.part("lever", finish="metal")
        sides = [
            box(
                (s * half * 0.8 - 0.004, nose * 0.6, top - 0.03),
                (s * half * 0.8 + 0.004, 0.0, top + 0.006),
                0.002,
            )
            for s in (-1, 1)
        ]
        bar = box(
            (-half * 0.84, nose * 0.75, top - 0.004), (half * 0.84, nose * 0.55, top + 0.012), 0.004
        )
        builder.part("arms", *sides, parent=arm, finish="metal")
        builder.part("grip", bar, parent=arm, finish="plastic")
        builder.hinge(arm, (0, 0, top - 0.01), (-1, 0, 0), 0.0, 1.2)
    elif opener == "slider":
        knob_part = box((-0.014, nose * 0.7, top - 0.002), (0.014, nose * 0.35, top + 0.012), 0.004)
        index = builder.part("slider", knob_part, finish="plastic")
        builder.slide(index, (0, 1, 0), 0.0, 0.03)
    else:
        leaf = box((-half * 0.6, nose * 0.8, top - 0.001), (half * 0.6, 0.0, top + 0.007), 0.003)
        index = builder.part("flap", leaf, finish="plastic")
        builder.hinge(index, (0, 0, top), (-1, 0, 0), 0.0, 1.0)
    shape = str(rng.choice(BUTTONS))
    up = Plane((0.0, 0.0, height), math.pi / 2)
    n_buttons = int(rng.integers(1, 4))
    xs = np.linspace(-half * 0.4, half * 0.4, n_buttons) if n_buttons > 1 else [0.0]
    buttons(
        builder, up, [(float(a), 0.036) for a in xs], min(0.016, half * 0.3), shape, parent=body
    )
    return f"{opener}, {n_buttons} buttons"


def _press(builder: Builder, jug: str, rng: np.random.Generator) -> str:
    """A beaker in a frame, with a plunger through its lid."""
    radius, height = rng.uniform(0.042, 0.052), rng.uniform(0.15, 0.19)
    finish: Finish = "metal" if jug == "steel" else "glass"
    foot = 0.008
    beaker = builder.part("beaker", finish=finish)
    outer = np.array([(radius * 0.95, foot), (radius, foot + 0.008), (radius, foot + height)])
    inner = np.maximum(outer[::-1] - (0.0025, 0.0), (0.0, foot + 0.003))
    wall = builder.part("wall", lathe([*outer, *inner], sides=24), parent=beaker, finish=finish)
    # A triangle on the rim that runs out into the wall below it.
    beak = []
    for z, out in ((foot + height * 0.88, 0.0008), (foot + height, radius * 0.35)):
        corners = [(0.0, -radius * 0.9), (-radius * 0.25, -radius * 0.93)]
        corners += [(0.0, -radius - out), (radius * 0.25, -radius * 0.93)]
        beak.append(np.array([(*corner, z) for corner in corners]))
    builder.part("spout", hull(beak), parent=wall, finish=finish)
    cage = builder.part("frame", finish="metal")
    rings = [
        lathe(
            [
                (radius + 0.0002, z),
                (radius + 0.0022, z),
                (radius + 0.0022, z + 0.007),
                (radius + 0.0002, z + 0.007),
            ],
            sides=24,
            closed=True,
        )
        for z in (foot + 0.012, foot + height * 0.78)
    ]
    n_legs = int(rng.choice((3, 4)))
    bars = []
    for k in range(n_legs):
        a = 2 * math.pi * (k + 0.5) / n_legs
        x, y = (radius + 0.0015) * math.cos(a), (radius + 0.0015) * math.sin(a)
        bars.append(cylinder((x * 1.1, y * 1.1, 0), (x, y, foot + 0.016), 0.0035, sides=6))
        bars.append(cylinder((x, y, foot + 0.012), (x, y, foot + height * 0.79), 0.0022, sides=6))
    builder.part("cage", joined(*rings, *bars), parent=cage, finish="metal")
    far, z1, z0 = radius + rng.uniform(0.035, 0.045), foot + height * 0.8, foot + 0.016
    knots = [
        (radius + 0.001, 0, z1),
        (far, 0, z1 - 0.004),
        (far, 0, (z0 + z1) / 2),
        (far - 0.004, 0, z0 + 0.004),
    ]
    knots.append((radius + 0.001, 0, z0))
    builder.part("handle", tube(curve(knots, 14), 0.0065, sides=8), parent=cage, finish="plastic")
    lid = builder.part("lid", finish="metal")
    top = foot + height
    dome = str(rng.choice(("dome", "flat")))
    rise = 0.022 if dome == "dome" else 0.008
    rows = [
        (radius * 0.96, top - 0.008),
        (radius * 1.03, top + 0.0005),
        (radius * 1.02, top + 0.006),
    ]
    rows += [(radius * 0.6, top + 0.004 + rise * 0.8), (0, top + 0.004 + rise)]
    builder.part("plate", lathe(rows, sides=24), parent=lid, finish="metal")
    plunger = builder.part("plunger", parent=lid, finish="metal")
    out = rng.uniform(0.02, 0.09)
    tip = top + rise + out
    disc = top - 0.02 - (0.085 - out)
    rod = cylinder((0, 0, disc), (0, 0, tip), 0.0022, sides=8)
    builder.part("rod", rod, parent=plunger, finish="metal")
    sieve = cylinder((0, 0, disc - 0.003), (0, 0, disc + 0.003), radius * 0.93, sides=24)
    builder.part("sieve", sieve, parent=plunger, finish="metal")
    ball = cushion((-0.011, -0.011, tip - 0.006), (0.011, 0.011, tip + 0.016), 2.0, sides=14)
    builder.part("knob", ball, parent=plunger, finish="plastic")
    return f"{dome} lid, {n_legs} legs"
