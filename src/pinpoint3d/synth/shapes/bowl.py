"""Bowls and plates, single or stacked, with painted rims, lids, ears, or fruit in them.

Part tree: bowl -> wall, rim band, medallion, foot, handles; a stack holds several; fruit, lid.
"""

import math
from dataclasses import dataclass

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.controls import PROUD
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    curve,
    cushion,
    cylinder,
    lathe,
    moved,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import band, hull, oval

SHAPES = ("soup bowl", "deep bowl", "plate", "soup plate", "square plate", "ramekin", "fruit bowl")
DECORS = ("plain", "rim", "rim and medallion", "band")
EXTRAS = ("none", "stack", "spoon", "fruit", "ears", "lid")
FINISHES: tuple[Finish, ...] = ("ceramic", "wood", "metal", "glass")

_SIDES = 20  # a stack of five stays below 5,500 faces


@dataclass(frozen=True)
class _Form:
    """One bowl: its outside as (radius, height) rows, and its wall's thickness."""

    rows: np.ndarray
    wall: float
    square: bool

    @property
    def height(self) -> float:
        return float(self.rows[-1, 1])

    @property
    def radius(self) -> float:
        return float(self.rows[-1, 0])

    @property
    def flat(self) -> bool:
        """Whether it is a plate, whose inside lies above its outside, not beside it."""
        return self.height < 0.4 * self.radius

    @property
    def footed(self) -> bool:
        """Whether a ring lifts it off the table."""
        return bool(self.rows[0, 0] < 0.85 * self.radius)

    def at(self, z: float) -> float:
        """Outer radius at a height."""
        return float(np.interp(z, self.rows[:, 1], self.rows[:, 0]))


def make(rng: np.random.Generator) -> Asset:
    """A bowl or plate, 8 to 32 cm wide, or a stack of them."""
    shape, decor = str(rng.choice(SHAPES)), str(rng.choice(DECORS))
    extra = str(rng.choice(EXTRAS, p=(0.2, 0.3, 0.15, 0.15, 0.1, 0.1)))
    finish: Finish = FINISHES[int(rng.choice(4, p=(0.7, 0.1, 0.1, 0.1)))]
    flat = "plate" in shape
    if flat and extra in ("fruit", "ears", "lid"):
        extra = "stack" if rng.random() < 0.6 else "none"
    form = _form(shape, rng)
    builder = Builder("bowl")
    n_bowls, step = 1, 0.0
    if extra == "stack":
        n_bowls = int(rng.integers(2, 6 if flat else 5))
        step = form.wall * 2.2 if flat else _nesting(form)
    for k in range(n_bowls):
        _bowl(builder, form, decor, extra, k * step, k == n_bowls - 1, finish)
    top = (n_bowls - 1) * step
    if extra == "spoon":
        _spoon(builder, form, rng)
    elif extra == "fruit":
        _fruit(builder, form, rng)
    elif extra == "lid":
        _lid(builder, form, finish)
    if extra in ("none", "stack") and flat:
        half = form.radius * 0.45
        builder.support((-half, -half), (half, half), top + form.wall)
    return builder.asset(f"{shape}, {decor}, {extra}, {finish}")


def _form(shape: str, rng: np.random.Generator) -> _Form:
    knots, radius, height = {
        "soup bowl": ([(0.5, 0), (0.62, 0.12), (0.9, 0.6), (1, 1)], (0.065, 0.09), 0.8),
        "deep bowl": ([(0.45, 0), (0.75, 0.15), (0.98, 0.6), (1, 1)], (0.08, 0.14), 0.95),
        "plate": ([(0.55, 0), (0.64, 0.2), (0.72, 0.6), (1, 1)], (0.09, 0.145), 0.16),
        "soup plate": ([(0.45, 0), (0.6, 0.35), (0.68, 0.85), (1, 1)], (0.1, 0.125), 0.32),
        "square plate": ([(0.7, 0), (0.78, 0.2), (0.85, 0.6), (1, 1)], (0.09, 0.14), 0.16),
        "ramekin": ([(0.93, 0), (0.97, 0.1), (0.98, 0.6), (1, 1)], (0.038, 0.055), 1.0),
        "fruit bowl": ([(0.3, 0), (0.5, 0.2), (0.85, 0.6), (1, 1)], (0.11, 0.16), 0.6),
    }[shape]
    wide = rng.uniform(*radius)
    tall = wide * height * rng.uniform(0.85, 1.2)
    rows = curve(np.c_[np.array(knots, float), np.zeros(4)], 6)[:, :2]
    rows[:, 1] = np.maximum.accumulate(rows[:, 1])
    wall = min(rng.uniform(0.003, 0.0055), 0.3 * tall)
    return _Form(rows * (wide, tall), wall, shape == "square plate")


def _nesting(form: _Form) -> float:
    """How far the next bowl of a stack stands above the one that it stands in."""
    z = np.linspace(0, form.height, 30)
    inside = np.interp(z, form.rows[:, 1], form.rows[:, 0]) - form.wall
    for step in np.linspace(form.wall + 0.0045, form.height, 40):
        upper = z[z >= step]
        outside = np.interp(upper - step, form.rows[:, 1], form.rows[:, 0])
        if (outside <= inside[z >= step] + 0.0003).all():
            return float(step)
    # Straight walls: one stands on the other's rim.
    return form.height + form.wall * 0.35 + (0.004 if form.footed else 0.0)


def _bowl(
    builder: Builder,
    form: _Form,
    decor: str,
    extra: str,
    z: float,
    uppermost: bool,
    finish: Finish,
) -> None:
    bowl = builder.part("plate" if form.flat else "bowl", finish=finish)
    lip = (form.radius - form.wall * 0.5, form.height + form.wall * 0.35)
    inner = np.stack([form.rows[::-1, 0] - form.wall, np.maximum(form.rows[::-1, 1], form.wall)], 1)
    if form.flat:
        inner = form.rows[::-1] + np.array([-form.wall * 0.5, form.wall * 0.8])
        lip = (form.radius - form.wall * 0.2, form.height + form.wall * 0.5)
    profile = np.array([*form.rows, lip, *inner])
    wall = builder.part(
        "wall", moved(_turned(profile, form.square), z=z), parent=bowl, finish=finish
    )
    ring = form.rows[0, 0]
    if form.footed:
        rim = [
            (ring * 0.86, -0.004),
            (ring * 0.97, -0.004),
            (ring * 0.99, 0.001),
            (ring * 0.84, 0.001),
        ]
        foot = _ring(rim, form.square)
        builder.part("foot", moved(foot, z=z), parent=bowl, finish=finish)
    if decor in ("rim", "rim and medallion"):
        low = form.height * (0.7 if form.flat else 0.86)
        _paint(builder, wall, form, low, form.height, z)
    elif decor == "band":
        _paint(builder, wall, form, form.height * 0.45, form.height * 0.62, z)
    if decor == "rim and medallion" and uppermost:
        floor = float(inner[-1, 1])
        disc = lathe([(inner[-1, 0] * 0.6, floor - 0.001), (inner[-1, 0] * 0.6, floor + PROUD)])
        builder.part("medallion", moved(disc, z=z), parent=wall, finish="print")
    if extra == "ears":
        for side in (-1, 1):
            high = form.height * 0.8
            out, half = form.at(high), 0.18 * form.radius
            knots = [(out - 0.003, -half, high), (out + 0.018, -half * 0.8, high + 0.002)]
            knots += [(out + 0.018, half * 0.8, high + 0.002), (out - 0.003, half, high)]
            loop = turned(tube(curve(knots, 10), 0.0045, sides=8), "z", 0 if side > 0 else math.pi)
            builder.part("handle", moved(loop, z=z), parent=bowl, finish=finish)


def _turned(profile: np.ndarray, square: bool) -> Mesh:
    if not square:
        return lathe(profile, sides=_SIDES)
    return hull([oval(r, r, r, h, 5.0, n_points=_SIDES) for r, h in profile])


def _ring(profile: list[tuple[float, float]], square: bool) -> Mesh:
    if square:
        profile = [(r * 0.98, h) for r, h in profile]
    return lathe(profile, sides=_SIDES, closed=True)


def _paint(builder: Builder, wall: int, form: _Form, low: float, high: float, z: float) -> None:
    """A coloured band as thick as paint: round a bowl's outside, on the top of a plate."""
    heights = np.unique([low, *[h for h in form.rows[:, 1] if low < h < high], high])
    radii = np.interp(heights, form.rows[:, 1], form.rows[:, 0])
    if form.flat:
        line = np.stack([radii - form.wall * 0.5, heights + form.wall * 0.8], 1)
        outward = np.array([-PROUD * 0.4, PROUD])
    else:
        line = np.stack([radii, heights], 1)
        outward = np.array([PROUD, -PROUD * 0.4])
    rows = [*(line + outward), *(line - outward)[::-1]]
    if form.square:
        mesh = band([oval(r, r, r, h, 5.0, n_points=_SIDES) for r, h in rows])
    else:
        mesh = lathe(rows, sides=_SIDES, closed=True)
    builder.part(
        "rim" if high >= form.height else "band", moved(mesh, z=z), parent=wall, finish="print"
    )


def _spoon(builder: Builder, form: _Form, rng: np.random.Generator) -> None:
    """A spoon that leans on the rim with its bowl on the floor."""
    floor = form.wall + 0.003
    near = np.array([-0.35 * form.rows[0, 0], 0.0, floor + 0.003])
    rim = np.array([form.radius - form.wall * 0.3, 0.0, form.height + 0.006])
    end = rim + (rim - near) / np.linalg.norm(rim - near) * rng.uniform(0.03, 0.06)
    spoon = builder.part("spoon", finish="metal")
    handle = cylinder(near, end, 0.0028, 0.0042, sides=8)
    builder.part("handle", handle, parent=spoon, finish="metal")
    scoop = cushion((-0.02, -0.014, -0.0035), (0.02, 0.014, 0.0035), 2.3, sides=14)
    tilt = -math.atan2(rim[2] - near[2], rim[0] - near[0]) * 0.3
    scoop = moved(turned(scoop, "y", tilt), float(near[0]), 0, float(near[2]) + 0.002)
    builder.part("scoop", scoop, parent=spoon, finish="metal")
    if rng.random() < 0.6:
        return
    spot = near + 0.9 * (end - near)
    mark = cushion(spot - 0.006, spot + 0.006, 2.0, sides=10)
    builder.part("ornament", mark, parent=spoon, finish="plastic")


def _fruit(builder: Builder, form: _Form, rng: np.random.Generator) -> None:
    """Apples and oranges on the bowl's floor, round its axis, and one on top of them."""
    inside = form.radius - form.wall
    size = min(0.04, 0.42 * inside)
    n_round = 3 if inside > 2.1 * size else 1
    reach = 0.0 if n_round == 1 else size * 1.18
    # The lowest height at which a ball of this size does not cut the wall.
    angle = np.linspace(-math.pi / 2, math.pi / 2, 15)
    need = []
    for a in angle:
        out = reach + size * math.cos(a)
        meets = float(np.interp(out + form.wall, form.rows[:, 0], form.rows[:, 1]))
        need.append(max(meets, form.wall) - size * math.sin(a))
    z = max(need)
    start = rng.uniform(0, 2 * math.pi)
    places = [
        (
            reach * math.cos(start + 2 * math.pi * k / 3),
            reach * math.sin(start + 2 * math.pi * k / 3),
            z,
        )
        for k in range(n_round)
    ]
    if n_round == 3 and rng.random() < 0.7:
        places.append((0.0, 0.0, z + size * 1.62))
    for x, y, high in places:
        apple = rng.random() < 0.5
        squat = size * (0.94 if apple else 1.0)
        ball = cushion(
            (x - size, y - size, high - squat), (x + size, y + size, high + squat), 2.0, 18, 10
        )
        fruit = builder.part("apple" if apple else "orange", finish="leaf")
        builder.part("flesh", ball, parent=fruit, finish="leaf")
        if apple:
            stem = cylinder(
                (x, y, high + squat * 0.9), (x + 0.004, y, high + squat + 0.012), 0.0016, sides=6
            )
            builder.part("stem", stem, parent=fruit, finish="wood")


def _lid(builder: Builder, form: _Form, finish: Finish) -> None:
    radius, z = form.radius + 0.002, form.height + form.wall * 0.36
    lid = builder.part("lid", finish=finish)
    rows = [
        (radius, z),
        (radius, z + 0.003),
        (radius * 0.75, z + radius * 0.16),
        (0, z + radius * 0.22),
    ]
    builder.part("plate", lathe(rows, sides=_SIDES), parent=lid, finish=finish)
    peak, thick = z + radius * 0.22, max(0.008, radius * 0.13)
    knob = cushion((-thick, -thick, peak - 0.004), (thick, thick, peak + thick * 1.6), 2.2, 14)
    builder.part("knob", knob, parent=lid, finish=finish)
