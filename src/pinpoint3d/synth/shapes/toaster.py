"""Toasters: slots with wires in them, levers, knobs and buttons, a crumb tray.

Part tree: body, end caps, slots (liner, wires); lever -> arm, grip; knob or buttons; crumb tray;
rack; feet.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.controls import BUTTONS, KNOBS, PROUD, Plane, button
from pinpoint3d.synth.shapes.primitives import Mesh, box, cylinder, joined, lathe, moved, turned
from pinpoint3d.synth.shapes.sweeps import side_plate

SLOTS = ("two", "four", "long", "two long")
SHOULDERS = ("round", "soft", "square", "retro")
SIDES = ("end", "front")
CONTROLS = ("knob", "buttons", "knob and buttons")
EXTRAS = ("none", "rack", "crumb tray", "both")


def make(rng: np.random.Generator) -> Asset:
    """A toaster, 24 to 42 cm long."""
    slots, shoulder = str(rng.choice(SLOTS)), str(rng.choice(SHOULDERS))
    side, control = str(rng.choice(SIDES)), str(rng.choice(CONTROLS))
    extra = str(rng.choice(EXTRAS))
    n_rows = {"two": 2, "four": 2, "long": 1, "two long": 2}[slots]
    n_along = 2 if slots == "four" else 1
    slot = rng.uniform(0.028, 0.036)  # m wide: a slice and room
    rib = rng.uniform(0.022, 0.032)
    wall = rng.uniform(0.03, 0.042)
    long = rng.uniform(0.13, 0.145) * n_along if "long" not in slots else rng.uniform(0.25, 0.28)
    cap = rng.uniform(0.04, 0.06)
    middle = 0.035 * (n_along - 1)
    depth = 2 * wall + n_rows * slot + (n_rows - 1) * rib
    height, foot = rng.uniform(0.165, 0.2), rng.uniform(0.006, 0.012)
    x = (long + middle) / 2
    builder = Builder("toaster")
    body = builder.part("body", finish="metal")
    radius = {"round": 0.5, "soft": 0.2, "square": 0.05, "retro": 0.38}[shoulder] * depth
    profile = _Profile(depth, foot, foot + height, min(radius, 0.49 * depth), shoulder == "retro")
    edges = [-depth / 2]  # the y of every slot's two sides, then the far wall
    for k in range(n_rows):
        y = -depth / 2 + wall + k * (slot + rib)
        edges += [y, y + slot]
    edges.append(depth / 2)
    walls = [profile.slice(edges[k], edges[k + 1], -x, x) for k in range(0, len(edges), 2)]
    floor = box((-x, -depth / 2 + wall * 0.5, foot), (x, depth / 2 - wall * 0.5, foot + 0.03))
    builder.add(body, *walls, floor)
    if n_along == 2:
        builder.add(body, profile.slice(-depth / 2 + 0.001, depth / 2 - 0.001, -0.0175, 0.0175))
    for sign in (-1, 1):
        end = profile.slice(-depth / 2, depth / 2, *sorted((sign * (x - 0.001), sign * (x + cap))))
        plastic = shoulder != "square"
        if plastic:
            builder.part("end cap", end, parent=body, finish="plastic")
        else:
            builder.add(body, end)
    _wires(builder, edges, x, n_along, foot, height)
    for fx in (-x, x):
        for fy in (-depth / 2 + 0.03, depth / 2 - 0.03):
            pad = cylinder((fx, fy, 0), (fx, fy, foot + 0.002), 0.012, sides=10)
            builder.part("foot", pad, finish="rubber")
    at = (x + cap, depth, foot, height)
    n_levers = 2 if slots in ("four", "two long") and rng.random() < 0.6 else 1
    _controls(builder, body, side, control, at, n_levers, rng)
    if extra in ("crumb tray", "both"):
        z = foot + 0.006
        plate = box((-x, -depth * 0.3, z), (x + cap + 0.008, depth * 0.3, z + 0.004))
        edge = box(
            (x + cap - 0.001, -depth * 0.32, z - 0.002),
            (x + cap + 0.01, depth * 0.32, z + 0.012),
            0.002,
        )
        tray = builder.part("crumb tray", plate, edge, finish="metal")
        builder.slide(tray, (1, 0, 0), 0.0, 0.12)
    if extra in ("rack", "both"):
        _rack(builder, x + 0.01, depth, foot + height)
    styles = f"{slots} slots, {shoulder}, controls at {side}, {control}, {extra}, {n_levers} levers"
    return pose_at_random(builder.asset(styles), rng, share_open=0.2)


class _Profile:
    """The outline of a toaster seen from its end, cut into slices between its slots."""

    def __init__(
        self, depth: float, low: float, high: float, radius: float, narrowing: bool
    ) -> None:
        self.half, self.low, self.high, self.radius = depth / 2, low, high, radius
        self.narrowing = narrowing

    def top(self, y: float) -> float:
        """Height of the outline over y."""
        over = abs(y) - (self.half - self.radius)
        if over <= 0:
            return self.high
        rise = self.radius * (0.75 if self.narrowing else 1.0)
        return self.high - rise * (1 - math.sqrt(max(0.0, 1 - (over / self.radius) ** 2)))

    def slice(self, start: float, end: float, left: float, right: float) -> Mesh:
        """What lies between two y, filled from x = `left` to `right`."""
        # Dense where the shoulders bend: equal steps of angle.
        bend = self.half - self.radius + self.radius * np.sin(np.linspace(0, math.pi / 2, 8))
        inner = np.unique(np.round([*bend, *-bend], 6))
        ys = [start, *inner[(inner > start + 1e-4) & (inner < end - 1e-4)], end]
        roof = [(float(y), self.top(float(y))) for y in ys]
        return side_plate([(start, self.low), (end, self.low), *reversed(roof)], left, right)


def _wires(
    builder: Builder, edges: list[float], x: float, n_along: int, foot: float, height: float
) -> None:
    """A cage of thin wires in every slot, and its carriage below."""
    spans = [(-x, x)] if n_along == 1 else [(-x, -0.0175), (0.0175, x)]
    for k in range(1, len(edges) - 1, 2):
        for left, right in spans:
            low, high = foot + 0.028, foot + height * 0.9
            bars = [
                box((a - 0.0012, y - 0.0012, low), (a + 0.0012, y + 0.0012, high))
                for a in np.linspace(left + 0.015, right - 0.015, 6)
                for y in (edges[k] + 0.004, edges[k + 1] - 0.004)
            ]
            rails = [
                box((left, y - 0.0016, z), (right, y + 0.0016, z + 0.003))
                for y in (edges[k] + 0.004, edges[k + 1] - 0.004)
                for z in (low + 0.3 * (high - low), high - 0.012)
            ]
            builder.part("wires", joined(*bars, *rails), finish="metal")


def _controls(
    builder: Builder,
    body: int,
    side: str,
    control: str,
    size: tuple[float, float, float, float],
    n_levers: int,
    rng: np.random.Generator,
) -> None:
    """Lever, knob and buttons, on the right end or on the front."""
    x, depth, foot, height = size
    # Everything is laid out on a front about the origin, and then set where it belongs.
    wide = depth if side == "end" else 1.5 * x
    plane = Plane((0.0, 0.0, foot))

    def put(mesh: Mesh) -> Mesh:
        if side == "front":
            return moved(mesh, 0, -depth / 2)
        return moved(turned(mesh, "z", math.pi / 2), x)

    out = (1, 0, 0) if side == "end" else (0, -1, 0)
    style, shape = str(rng.choice(KNOBS[:3])), str(rng.choice(BUTTONS))
    for k in range(n_levers):
        at = wide * ((k + 0.5) / n_levers - 0.5)
        travel = height * 0.4
        top = height * 0.68
        slot = box((at - 0.003, -PROUD, top - travel), (at + 0.003, 0.001, top + 0.008))
        builder.part("slot", put(plane.put(slot)), parent=body, finish="rubber")
        lever = builder.part("lever", finish="plastic")
        arm = box((at - 0.002, -0.012, top - 0.004), (at + 0.002, 0.002, top + 0.004))
        builder.part("arm", put(plane.put(arm)), parent=lever, finish="metal")
        wing = rng.uniform(0.014, 0.022)
        grip = box((at - wing, -0.026, top - 0.008), (at + wing, -0.01, top + 0.008), 0.004)
        builder.part("grip", put(plane.put(grip)), parent=lever, finish="plastic")
        builder.slide(lever, (0, 0, -1), 0.0, travel)
        spread = wide / n_levers
        beside = at + 0.27 * spread
        if "knob" in control:
            radius = min(0.017, 0.16 * spread)
            mesh = _knob(style, radius)
            mesh = put(plane.put(mesh, at if control == "knob" else beside, height * 0.15))
            knob = builder.part("knob", mesh, finish="plastic")
            pivot = moved(mesh, 0).vertices.mean(axis=0)
            builder.hinge(knob, pivot, out, 0.0, 4.0)
        if "buttons" in control:
            n_buttons = int(rng.integers(2, 4))
            size_m = min(0.014, 0.16 * spread)
            for row in range(n_buttons):
                z = height * (0.14 + 0.13 * row)
                press = put(plane.put(button(shape, size_m), at - 0.3 * spread, z))
                builder.part("button", press, finish="plastic")


def _knob(style: str, radius: float) -> Mesh:
    if style == "winged":
        disc = lathe([(radius, -0.001), (radius * 0.96, 0.005)], sides=16)
        wing = box((-radius * 0.2, -radius * 0.9, 0), (radius * 0.2, radius * 0.9, 0.015), 0.002)
        mesh = joined(disc, wing)
    else:
        tip = radius * (0.95 if style == "round" else 0.7)
        mesh = lathe([(radius, -0.001), (radius, 0.003), (tip, 0.014)], sides=16)
    return turned(mesh, "x", math.pi / 2)


def _rack(builder: Builder, x: float, depth: float, top: float) -> None:
    """Two rails over the slots that keep rolls warm."""
    z, thick = top + 0.03, 0.0025
    rails = []
    for y in (-depth * 0.22, depth * 0.22):
        rails += [cylinder((-x, y, z), (x, y, z), thick, sides=6)]
        rails += [cylinder((a, y, top - 0.016), (a, y, z), thick, sides=6) for a in (-x, x)]
    bars = [
        cylinder((a, -depth * 0.22, z), (a, depth * 0.22, z), thick, sides=6)
        for a in np.linspace(-x, x, 5)
    ]
    builder.part("rack", joined(*rails, *bars), finish="metal")
