"""Cooker hoods: a canopy under a chimney, with grease filters, lamps and buttons.

Part tree: canopy (rim, glass), filters -> mesh, handle; lamps; control panel -> buttons, display;
chimney -> lower and upper sleeve. Stands on the underside of its canopy: a room hangs it up.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.controls import BUTTONS, PROUD, Plane, buttons, display, knob
from pinpoint3d.synth.shapes.primitives import Mesh, arc, box, cylinder, frame, joined
from pinpoint3d.synth.shapes.sweeps import front_plate, hull, side_plate

CANOPIES = ("pyramid", "flat", "glass", "slanted", "visor", "curved glass")
CHIMNEYS = ("square", "round", "stepped", "none")
CONTROLS = ("buttons", "buttons and display", "slider", "knob")
LAMPS = ("round", "strip", "none")


def make(rng: np.random.Generator) -> Asset:
    """A hood, 0.5 to 0.9 m wide."""
    canopy = str(rng.choice(CANOPIES))
    chimney = str(rng.choice(CHIMNEYS, p=(0.5, 0.15, 0.25, 0.1)))
    if canopy in ("slanted", "visor"):
        chimney = "none" if canopy == "visor" or rng.random() < 0.5 else "square"
    control, lamp = str(rng.choice(CONTROLS)), str(rng.choice(LAMPS))
    width = float(rng.choice((0.5, 0.6, 0.6, 0.9))) * rng.uniform(0.98, 1.0)
    depth = rng.uniform(0.42, 0.52)
    builder = Builder("hood")
    part = builder.part("canopy", finish="metal")
    if canopy == "slanted":
        roof = _slanted(builder, part, width, depth, control, lamp, rng)
        _chimney(builder, chimney, depth * 0.25, roof - 0.06, rng)
    else:
        edge = {"flat": 0.05, "glass": 0.05, "visor": 0.11}.get(canopy, rng.uniform(0.04, 0.07))
        # Glass spreads over a narrower box that holds the fan.
        inner = width * (rng.uniform(0.55, 0.75) if "glass" in canopy else 1.0)
        _under(builder, part, inner, depth, edge, lamp, rng)
        holder, face = part, -depth
        if canopy == "visor":
            holder, face = _visor(builder, part, inner, depth, edge)
        _controls(builder, holder, control, inner, face, edge, rng)
        roof = _over(builder, part, canopy, (width, inner, depth, edge), rng)
        _chimney(builder, chimney, depth * 0.62, roof, rng)
    wide = "wide" if width > 0.7 else "narrow"
    styles = f"{wide} {canopy} canopy, {chimney} chimney, {control}, {lamp} lamps"
    return pose_at_random(builder.asset(styles), rng, share_open=0.2)


def _under(
    builder: Builder,
    part: int,
    width: float,
    depth: float,
    edge: float,
    lamp: str,
    rng: np.random.Generator,
) -> None:
    """The canopy's rim and ceiling, with filters and lamps set into its underside."""
    x, border = width / 2, 0.012
    ring = frame((-x, -depth, 0), (x, 0, edge), border, axis="z")
    ceiling = box((-x + border, -depth + border, edge - 0.012), (x - border, -border, edge))
    builder.add(part, ring, ceiling)
    z = edge - 0.012
    front = -depth + border
    strip = 0.075 if lamp != "none" else 0.015
    if lamp == "round":
        for cx in (-0.32 * width, 0.32 * width):
            disc = cylinder((cx, front + 0.04, z - 0.004), (cx, front + 0.04, z + 0.001), 0.03)
            builder.part("lamp", disc, parent=part, finish="glass")
    elif lamp == "strip":
        bar = box((-0.3 * width, front + 0.03, z - 0.005), (0.3 * width, front + 0.055, z + 0.001))
        builder.part("lamp", bar, parent=part, finish="glass")
    n_filters = max(1, round((width - 0.05) / rng.uniform(0.24, 0.32)))
    edges = np.linspace(-x + border + 0.006, x - border - 0.006, n_filters + 1)
    for a, b in pairwise(edges):
        mesh = builder.part("filter", parent=part, finish="metal")
        low, high = (a + 0.002, front + strip, z - 0.009), (b - 0.002, -border - 0.006, z + 0.001)
        builder.part("mesh", box(low, high), parent=mesh, finish="metal")
        cx = (a + b) / 2
        tab = box(
            (cx - 0.03, front + strip + 0.01, z - 0.014),
            (cx + 0.03, front + strip + 0.025, z - 0.008),
        )
        builder.part("handle", tab, parent=mesh, finish="metal")


def _over(
    builder: Builder,
    part: int,
    canopy: str,
    size: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> float:
    """Height on which the chimney stands, over what was built above the rim."""
    width, inner, depth, edge = size
    if canopy in ("flat", "visor"):
        return edge
    if canopy == "pyramid":
        rise = rng.uniform(0.12, 0.3)
        # The narrow end keeps to the wall, as its chimney does.
        rows = [_rectangle(inner, depth, edge), _rectangle(0.3, 0.27, edge + rise)]
        builder.add(part, hull(rows))
        return edge + rise
    glass = 0.006
    if canopy == "glass":
        sheet = box((-width / 2, -depth - 0.02, edge), (width / 2, 0, edge + glass), 0.001)
        builder.part("glass", sheet, parent=part, finish="glass")
        return edge + glass
    assert canopy == "curved glass", canopy
    sag = rng.uniform(0.03, 0.08)
    radius = ((width / 2) ** 2 + sag**2) / (2 * sag)
    reach, inside = math.asin(width / 2 / radius), math.asin(inner / 2 / radius)
    upper = arc(radius + glass, math.pi / 2 - reach, math.pi / 2 + reach, 15)
    lower = arc(radius, math.pi / 2 + reach, math.pi / 2 - reach, 15)
    # The sheet rests on the box's upper edges; what would gape below its crown is filled.
    drop = np.array([0.0, edge - radius * math.cos(inside)])
    sheet = front_plate(np.concatenate([upper, lower]) + drop, -depth - 0.02, 0.0)
    builder.part("glass", sheet, parent=part, finish="glass")
    fill = arc(radius, math.pi / 2 - inside, math.pi / 2 + inside, 11) + drop
    builder.add(part, front_plate(fill, -depth + 0.002, 0.0))
    return edge + radius * (1 - math.cos(inside)) + glass - 0.002


def _visor(
    builder: Builder, part: int, width: float, depth: float, edge: float
) -> tuple[int, float]:
    """Index and front (y) of the plate that is pulled out when the hood is used."""
    face = -depth - 0.012
    low, high = (-width / 2 + 0.004, face, 0.01), (width / 2 - 0.004, -depth - 0.001, edge - 0.02)
    visor = builder.part("visor", parent=part, finish="metal")
    builder.part("plate", box(low, high, 0.003), parent=visor, finish="metal")
    # What the plate draws out behind it, seen from below when open.
    tray = box((low[0] + 0.02, -depth - 0.002, 0.014), (high[0] - 0.02, -depth * 0.4, 0.018))
    builder.part("screen", tray, parent=visor, finish="glass")
    builder.slide(visor, (0, -1, 0), 0.0, 0.15)
    return visor, face


def _rectangle(width: float, depth: float, z: float) -> np.ndarray:
    x = width / 2
    return np.array([(-x, -depth, z), (x, -depth, z), (x, 0.0, z), (-x, 0.0, z)])


def _controls(
    builder: Builder,
    part: int,
    control: str,
    width: float,
    front: float,
    edge: float,
    rng: np.random.Generator,
) -> None:
    tall = min(edge, 0.05) * 0.7
    x = 0.0 if rng.random() < 0.6 else 0.28 * width
    plane = Plane((x, front - PROUD, edge / 2))
    half = 0.09 if control != "slider" else 0.06
    sheet = box(
        (x - half, front - PROUD, edge / 2 - tall / 2),
        (x + half, front + 0.002, edge / 2 + tall / 2),
    )
    board = builder.part("control panel", sheet, parent=part, finish="plastic")
    _press(builder, board, plane, control, half, tall, rng)


def _press(
    builder: Builder,
    board: int,
    plane: Plane,
    control: str,
    half: float,
    tall: float,
    rng: np.random.Generator,
) -> None:
    """Controls about a plane's origin, on a panel of given half width and height."""
    shape, size = str(rng.choice(BUTTONS)), min(0.016, tall * 0.7)
    if control == "slider":
        slot = plane.put(box((-half * 0.8, -PROUD, -0.003), (half * 0.8, 0.001, 0.003)))
        builder.part("slot", slot, parent=board, finish="plastic")
        grip = plane.put(box((-0.006, -0.008, -tall * 0.3), (0.006, 0.001, tall * 0.3), 0.001))
        index = builder.part("slider", grip, parent=board, finish="plastic")
        builder.slide(index, (1, 0, 0), 0.0, half * 0.6)
    elif control == "knob":
        knob(builder, plane, -half * 0.5, 0, tall * 0.42, "round", parent=board)
        places = [(half * share, 0) for share in (0.1, 0.4, 0.7)]
        buttons(builder, plane, places, size, shape, parent=board)
    else:
        n_buttons = int(rng.integers(3, 6))
        start = -0.8 * half if control == "buttons" else 0.0
        if control != "buttons":
            display(
                builder,
                plane,
                (-0.8 * half, -tall * 0.32),
                (-0.2 * half, tall * 0.32),
                parent=board,
            )
        places = [(float(a), 0) for a in np.linspace(start, 0.8 * half, n_buttons)]
        buttons(builder, plane, places, min(size, 0.5 * half / n_buttons), shape, parent=board)


def _chimney(
    builder: Builder, style: str, depth: float, roof: float, rng: np.random.Generator
) -> None:
    if style == "none":
        return
    tall, width = rng.uniform(0.35, 0.75), rng.uniform(0.2, 0.3)
    chimney = builder.part("chimney", finish="metal")
    deep = min(depth, 0.26)
    if style == "round":
        radius = 0.5 * min(width, deep)
        pipe = cylinder((0, -radius, roof), (0, -radius, roof + tall), radius, sides=24)
        builder.part("lower sleeve", pipe, parent=chimney, finish="metal")
        collar = cylinder(
            (0, -radius, roof - 0.001), (0, -radius, roof + 0.02), radius * 1.05, sides=24
        )
        builder.part("collar", collar, parent=chimney, finish="metal")
        return
    split = rng.uniform(0.4, 0.7) if style == "stepped" else 0.6
    thin = 0.006 if style == "stepped" else 0.001
    lower = box((-width / 2, -deep, roof - 0.001), (width / 2, 0, roof + tall * split), 0.001)
    builder.part("lower sleeve", lower, parent=chimney, finish="metal")
    low, high = (
        (-width / 2 + thin, -deep + thin, roof + tall * split - 0.002),
        (width / 2 - thin, 0, roof + tall),
    )
    upper = builder.part("upper sleeve", box(low, high, 0.001), parent=chimney, finish="metal")
    slots = [
        box(
            (-width / 2 + thin - PROUD, y, roof + tall * 0.88),
            (-width / 2 + thin + 0.001, y + 0.006, roof + tall * 0.97),
        )
        for y in np.linspace(-deep * 0.75, -deep * 0.25, 5)
    ]
    mirror = [Mesh(slot.vertices * (-1, 1, 1), slot.faces[:, ::-1].copy()) for slot in slots]
    builder.part("vent", joined(*slots, *mirror), parent=upper, finish="plastic")


def _slanted(
    builder: Builder,
    part: int,
    width: float,
    depth: float,
    control: str,
    lamp: str,
    rng: np.random.Generator,
) -> float:
    """Height of a leaning head whose glass front swings open before its filter."""
    x, deep = width / 2, depth * 0.8
    tall, toe = rng.uniform(0.35, 0.5), 0.06
    outline = np.array([(0, 0), (0, tall), (-deep, tall), (-deep, tall - toe), (-0.14, 0)])
    builder.add(part, side_plate(outline, -x * 0.98, x * 0.98))
    run, rise = deep - 0.14, tall - toe
    lean, length = math.atan2(run, rise), math.hypot(run, rise)
    # The front leans forward: its plane tilts down, which is a negative tilt.
    plane = Plane((0.0, -0.14, 0.0), -lean)
    front = builder.part("front", parent=part, finish="glass")
    sheet = box((-x, -0.012, 0.02), (x, 0.001, length - 0.01), 0.002)
    builder.part("glass", plane.put(sheet), parent=front, finish="glass")
    builder.hinge(front, plane.point(0, length - 0.01), (-1, 0, 0), 0.0, 0.7)
    face = Plane(_point(plane.point(0, 0) + 0.012 * np.array(plane.normal)), -lean)
    if lamp == "strip":
        bar = face.put(box((-x * 0.6, -PROUD, length * 0.8), (x * 0.6, 0.001, length * 0.83)))
        builder.part("lamp", bar, parent=front, finish="glass")
    elif lamp == "round":
        for cx in (-x * 0.7, x * 0.7):
            disc = cylinder((cx, tall - toe * 0.5, 0), (cx, tall - toe * 0.5, PROUD), 0.02)
            turned_disc = Mesh(disc.vertices[:, [0, 2, 1]] * (1, -1, 1) + (0, -deep, 0), disc.faces)
            builder.part("lamp", turned_disc, parent=part, finish="glass")
    half, high = 0.08, 0.03
    at = Plane(_point(face.point(0, length * 0.15)), -lean)
    sheet = at.put(box((-half, -PROUD, -high / 2), (half, 0.001, high / 2)))
    board = builder.part("control panel", sheet, parent=front, finish="plastic")
    top = Plane(_point(at.point(0, 0) + PROUD * np.array(at.normal)), -lean)
    _press(builder, board, top, control, half, high, rng)
    return tall


def _point(values: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (float(v) for v in values)
    return x, y, z
