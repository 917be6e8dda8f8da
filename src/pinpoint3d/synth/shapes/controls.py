"""Controls of appliances: knobs, buttons, displays and lamps, laid out on a flat panel.

A `Plane` says where the panel's surface lies; `knob`, `buttons` and `display` put one thing there,
`fill_strip` and `fill_column` draw a whole arrangement for a lying or a standing panel.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinpoint3d.synth.assets import Finish
from pinpoint3d.synth.shapes.builder import Builder, triple
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Number,
    Point,
    box,
    cylinder,
    joined,
    lathe,
    moved,
    turned,
)

KNOBS = ("round", "conical", "winged", "flat")
BUTTONS = ("round", "square", "bar", "flush")
STRIPS = ("knobs", "knobs and display", "knob and buttons", "buttons and display", "touch")
COLUMNS = ("two knobs", "keypad", "knob and display", "touch")

PROUD = 0.0007
"""Metres by which a flush piece stands out: a scanner sees its colour alone."""


@dataclass(frozen=True)
class Plane:
    """The surface of a panel: a point of it, and by how far it leans back.

    Positions on it are x, and z along its rise from `origin`. A tilt of 0 faces -y, of pi/2 up.
    """

    origin: tuple[float, float, float]
    tilt: float = 0.0

    def put(self, mesh: Mesh, x: Number = 0.0, z: Number = 0.0) -> Mesh:
        """A mesh made about the origin, facing -y, in its place on the plane."""
        return moved(turned(moved(mesh, x, 0, z), "x", -self.tilt), *self.origin)

    def point(self, x: Number, z: Number) -> np.ndarray:
        """A position on the plane, in the asset's frame."""
        c, s = math.cos(self.tilt), math.sin(self.tilt)
        return np.array([x, s * z, c * z]) + self.origin

    @property
    def normal(self) -> tuple[float, float, float]:
        """The direction in which the panel faces."""
        return 0.0, -math.cos(self.tilt), math.sin(self.tilt)


def knob(
    builder: Builder,
    plane: Plane,
    x: Number,
    z: Number,
    radius: Number,
    style: str,
    *,
    parent: int = -1,
    name: str = "knob",
    finish: Finish = "plastic",
) -> int:
    """Index of a new knob of one of `KNOBS`, which turns."""
    reach = min(0.026, 0.9 * radius + 0.004)
    if style == "round":
        profile = [(radius, 0), (radius, reach * 0.85), (radius * 0.85, reach)]
        mesh = lathe(profile, sides=12)
    elif style == "conical":
        profile = [(radius, 0), (radius, 0.002), (radius * 0.78, 0.004), (radius * 0.66, reach)]
        mesh = lathe(profile, sides=12)
    elif style == "winged":
        disc = lathe([(radius, 0), (radius * 0.96, reach * 0.35)], sides=12)
        wing = box((-radius * 0.2, -radius * 0.92, 0), (radius * 0.2, radius * 0.92, reach), 0.002)
        mesh = joined(disc, wing)
    else:
        assert style == "flat", style
        mesh = lathe([(radius, 0), (radius, 0.007), (radius * 0.9, 0.009)], sides=14)
    index = builder.part(
        name, plane.put(turned(mesh, "x", math.pi / 2), x, z), parent=parent, finish=finish
    )
    builder.hinge(index, plane.point(x, z), plane.normal, 0.0, 4.7)
    return index


def button(style: str, size: Number) -> Mesh:
    """A button of one of `BUTTONS` about the origin, facing -y; `size` is its width in metres."""
    half = size / 2
    if style == "round":
        return cylinder((0, 0.0005, 0), (0, -0.0035, 0), half, half * 0.9, sides=12)
    if style == "square":
        return box((-half, -0.003, -half), (half, 0.0005, half), 0.001)
    if style == "bar":
        return box((-half, -0.003, -half * 0.45), (half, 0.0005, half * 0.45), 0.001)
    assert style == "flush", style
    return box((-half, -PROUD, -half * 0.7), (half, 0.0005, half * 0.7))


def buttons(
    builder: Builder,
    plane: Plane,
    places: Sequence[Point],
    size: Number,
    style: str,
    *,
    parent: int = -1,
    finish: Finish = "plastic",
) -> None:
    """Put a button at each place (x, z) of a plane."""
    for x, z in places:
        mesh = plane.put(button(style, size), x, z)
        builder.part("button", mesh, parent=parent, finish=finish)


def display(builder: Builder, plane: Plane, low: Point, high: Point, *, parent: int = -1) -> int:
    """Index of a new display between two corners (x, z) of a plane; only its colour shows."""
    mesh = box((low[0], -PROUD, low[1]), (high[0], 0.0005, high[1]))
    return builder.part("display", plane.put(mesh), parent=parent, finish="screen")


def fill_strip(
    builder: Builder,
    plane: Plane,
    low: Point,
    high: Point,
    plan: str,
    rng: np.random.Generator,
    *,
    parent: int = -1,
    n_knobs: int = 4,
) -> None:
    """Lay controls after one of `STRIPS` along a panel between two corners (x, z) of a plane."""
    left, right, middle = float(low[0]), float(high[0]), float(low[1] + high[1]) / 2
    tall, wide = float(high[1] - low[1]), float(high[0] - low[0])
    style, shape = str(rng.choice(KNOBS)), str(rng.choice(BUTTONS))
    radius = min(0.024, 0.34 * tall, 0.36 * wide / max(n_knobs, 1)) * rng.uniform(0.85, 1.0)
    screen = min(0.3 * wide, tall * rng.uniform(1.4, 2.6))
    if plan in ("knobs", "knobs and display"):
        xs = left + wide * (np.arange(n_knobs) + 0.5) / n_knobs
        if plan == "knobs and display":
            centre = (left + right) / 2
            rest = wide - screen - 2 * radius
            n_left = (n_knobs + 1) // 2
            sides = ((left, n_left), (centre + screen / 2 + radius, n_knobs - n_left))
            xs = np.concatenate(
                [start + rest / 2 * (np.arange(n) + 0.5) / max(n, 1) for start, n in sides]
            )
            radius = min(radius, 0.4 * rest / 2 / n_left)
            corners = (
                (centre - screen / 2, middle - tall * 0.28),
                (centre + screen / 2, middle + tall * 0.28),
            )
            display(builder, plane, *corners, parent=parent)
        for x in xs:
            knob(builder, plane, x, middle, radius, style, parent=parent)
        return
    size = min(0.018, 0.3 * tall)
    n_buttons = int(np.clip(rng.integers(3, 8), 1, max(1, int(0.4 * wide / (size * 1.7)))))
    run = np.arange(n_buttons) * size * rng.uniform(1.4, 1.7)
    if plan == "knob and buttons":
        radius = min(0.032, 0.38 * tall)
        x = left + wide * rng.uniform(0.3, 0.55)
        knob(builder, plane, x, middle, radius, style, parent=parent)
        run = run[run < right - x - radius * 2 - size]
        places = [(x + radius * 1.6 + size + step, middle) for step in run]
        buttons(builder, plane, places, size, shape, parent=parent)
        return
    assert plan in ("buttons and display", "touch"), plan
    start = left + 0.5 * (wide - screen - (run[-1] if len(run) else 0.0) - 3 * size)
    if plan == "touch":
        # One dark glass over everything, in which keys are marks.
        end = start + screen + run[-1] + 3 * size
        glass = box(
            (start - size, -PROUD, middle - tall * 0.4), (end + size, 0, middle + tall * 0.4)
        )
        glass_part = builder.part("touch panel", plane.put(glass), parent=parent, finish="screen")
        out = Plane(triple(plane.point(0, 0) + np.array(plane.normal) * PROUD), plane.tilt)
        plane, parent, shape = out, glass_part, "flush"
    corners = ((start, middle - tall * 0.26), (start + screen, middle + tall * 0.26))
    display(builder, plane, *corners, parent=parent)
    places = [(start + screen + 1.8 * size + step, middle) for step in run]
    buttons(builder, plane, places, size, shape, parent=parent)


def fill_column(
    builder: Builder,
    plane: Plane,
    low: Point,
    high: Point,
    plan: str,
    rng: np.random.Generator,
    *,
    parent: int = -1,
) -> None:
    """Lay controls after one of `COLUMNS` on a standing panel between two corners (x, z)."""
    left, bottom = float(low[0]), float(low[1])
    wide, tall = float(high[0]) - left, float(high[1]) - bottom
    middle = left + wide / 2
    style, shape = str(rng.choice(KNOBS)), str(rng.choice(BUTTONS))
    radius = 0.27 * wide * rng.uniform(0.8, 1.0)
    if plan == "two knobs":
        for share in (0.68, 0.32):
            knob(builder, plane, middle, bottom + share * tall, radius, style, parent=parent)
        return
    corners = (
        (left + 0.14 * wide, bottom + 0.8 * tall),
        (left + 0.86 * wide, bottom + 0.93 * tall),
    )
    display(builder, plane, *corners, parent=parent)
    if plan == "knob and display":
        knob(builder, plane, middle, bottom + 0.3 * tall, radius, style, parent=parent)
        places = [(left + share * wide, bottom + 0.62 * tall) for share in (0.28, 0.72)]
        buttons(builder, plane, places, 0.2 * wide, shape, parent=parent)
        return
    assert plan in ("keypad", "touch"), plan
    shape = "flush" if plan == "touch" else shape
    n_rows = int(rng.integers(3, 6))
    places = [
        (left + wide * (0.22 + 0.28 * column), bottom + tall * (0.12 + 0.6 * row / n_rows))
        for row in range(n_rows)
        for column in range(3)
    ]
    size = min(0.22 * wide, 0.45 * tall / n_rows)
    buttons(builder, plane, places, size, shape, parent=parent)
