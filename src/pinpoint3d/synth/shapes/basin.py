"""Wash basins: on a pedestal, on the wall, on a vanity unit, or set on a board, with their taps.

Part tree: basin (bowl, drain, overflow), tap (see `taps`), pedestal, trap, or vanity unit with
doors and drawers; a towel rail, a soap dish. The wall is at its back, towards +y.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.handles import STYLES, handle
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    curve,
    cylinder,
    joined,
    lathe,
    moved,
    open_box,
    tube,
)
from pinpoint3d.synth.shapes.sweeps import hull, oval, upended
from pinpoint3d.synth.shapes.taps import add_tap

PLACES = ("pedestal", "wall-hung", "vanity", "board", "half pedestal")
BOWLS = ("oval", "square", "round front", "trough")
TAPS = ("single lever", "two handles", "swan neck", "wall")
UNITS = ("doors", "drawers", "door and drawers")
EXTRAS = ("none", "towel rail", "soap dish", "splash back")


def make(rng: np.random.Generator) -> Asset:
    """A wash basin, 0.36 to 1.2 m wide, its rim 0.8 to 0.9 m high where it stands on the floor."""
    style = (str(rng.choice(options)) for options in (PLACES, BOWLS, TAPS, UNITS, EXTRAS))
    return build(*style, rng=rng)


def build(
    place: str, bowl: str, tap: str, unit: str, extra: str, *, rng: np.random.Generator
) -> Asset:
    """A basin of given style; the wall is the plane y = 0, its rim at a height of its own."""
    builder = Builder("basin")
    half = rng.uniform(0.36, 0.5) if bowl == "trough" else rng.uniform(0.2, 0.32)
    deep = rng.uniform(0.36, 0.5)
    rim = rng.uniform(0.8, 0.9)
    tall = rng.uniform(0.1, 0.17)
    if place == "board":
        tap = "wall" if tap == "wall" else "swan neck"  # others do not reach over its rim
        floor = _board(builder, half, deep, rim - tall, rng)
        _basin(builder, bowl, half * 0.8, deep * 0.72, rim, tall, wall=False)
        reach = 0.065 + deep * 0.36
        spot = (0.0, -0.055, floor)
        if tap == "wall":
            _splash(builder, half, rim - tall, rng.uniform(0.42, 0.55))
            spot = (0.0, 0.0, rim + 0.14)
    else:
        ledge = _basin(builder, bowl, half, deep, rim, tall, wall=True)
        spot, reach = (0.0, -0.06, ledge), deep * 0.32
        if tap == "wall":
            _splash(builder, half, rim - 0.01, rng.uniform(0.28, 0.4))
            spot, reach = (0.0, 0.0, rim + 0.12), deep * 0.45
    add_tap(builder, tap, spot, rng, reach=reach)
    trap_y, low = -deep * 0.52, rim - tall
    if place == "vanity":
        _vanity(builder, unit, half * 0.97, deep * 0.94, rim - 0.05, rng)
    elif place in ("pedestal", "half pedestal"):
        _pedestal(builder, deep, low, whole=place == "pedestal", rng=rng)
    else:
        _trap(builder, trap_y, low, board=place == "board")
        if place == "wall-hung":
            for s in (-1, 1):
                iron = box(
                    (s * half * 0.6 - 0.012, -0.11, low + 0.02),
                    (s * half * 0.6 + 0.012, 0, low + 0.05),
                )
                foot = box(
                    (s * half * 0.6 - 0.012, -0.008, low - 0.08),
                    (s * half * 0.6 + 0.012, 0, low + 0.05),
                )
                builder.part("bracket", iron, foot, finish="metal")
    if extra == "towel rail" and place in ("wall-hung", "vanity"):
        y = -deep - 0.045
        arms = [
            cylinder(
                (s * half * 0.6, -deep * 0.85, rim - 0.055),
                (s * half * 0.6, y, rim - 0.055),
                0.006,
                sides=8,
            )
            for s in (-1, 1)
        ]
        bar = cylinder((-half * 0.7, y, rim - 0.055), (half * 0.7, y, rim - 0.055), 0.008, sides=10)
        builder.part("towel rail", bar, *arms, finish="metal")
    elif extra == "splash back" and tap != "wall":
        foot = rim - tall if place == "board" else rim - 0.01
        _splash(builder, half, foot, rng.uniform(0.1, 0.3))
    elif extra == "soap dish" and place != "board":
        dish = lathe([(0.03, 0), (0.05, 0.02), (0.046, 0.02), (0.028, 0.004)], sides=18)
        x, y = half * 0.72, -0.055
        tray = builder.part("soap dish", moved(dish, x, y, rim - 0.003), finish="ceramic")
        soap = box((x - 0.03, y - 0.02, rim), (x + 0.03, y + 0.02, rim + 0.026), 0.01)
        builder.part("soap", soap, parent=tray, finish="plastic")
    style = f"{place}, {bowl}, {tap}, {unit if place == 'vanity' else 'no unit'}, {extra}"
    return pose_at_random(builder.asset(style), rng, share_open=float(rng.choice((0.1, 0.4))))


def _basin(
    builder: Builder, bowl: str, half: float, deep: float, rim: float, tall: float, *, wall: bool
) -> float:
    """The basin with its drain and overflow; height of the ledge behind it, where taps stand."""
    power, square = {
        "oval": (2.2, 2.6),
        "square": (9.0, 9.0),
        "round front": (2.2, 9.0),
        "trough": (10.0, 10.0),
    }[bowl]
    if wall and bowl == "oval":
        square = 8.0  # a basin at the wall is straight behind
    shelf = 0.12 if wall else 0.022
    hollow = (deep - shelf - 0.022) / 2
    centre = -(shelf + hollow)  # of the hollow
    front, back = deep + centre, -centre
    if not wall:
        centre -= 0.12  # leaves room for the tap

    def line(scale: float, z: float) -> np.ndarray:
        return _shifted(
            oval(half * scale, front * scale, back if wall else back * scale, z, power, square, 32),
            centre,
        )

    def inside(scale: float, z: float) -> np.ndarray:
        wide = half - 0.022
        return _shifted(
            oval(
                wide * scale, hollow * scale, hollow * scale, z, power, max(2.2, square * 0.6), 32
            ),
            centre,
        )

    whole = builder.part("basin")
    floor = rim - tall * 0.85
    lines = [
        line(0.55, rim - tall),
        line(0.72, rim - tall * 0.9),
        line(0.95, rim - tall * 0.35),
        line(1.0, rim - 0.02),
        line(1.0, rim - 0.004),
        line(0.985, rim),
    ]
    if not wall:
        lines[0], lines[1] = line(0.7, rim - tall), line(0.8, rim - tall * 0.9)
    lines += [
        inside(1.0, rim),
        inside(0.97, rim - 0.02),
        inside(0.8, rim - tall * 0.6),
        inside(0.45, floor + 0.006),
        inside(0.12, floor),
    ]
    builder.part("bowl", hull(lines), parent=whole, finish="ceramic")
    drain = builder.part("drain", parent=whole)
    ring = lathe([(0.024, floor - 0.01), (0.024, floor + 0.003), (0.019, floor + 0.005)], sides=18)
    builder.part("drain ring", moved(ring, 0, centre), parent=drain, finish="metal")
    plug = lathe([(0.017, floor), (0.017, floor + 0.008), (0.012, floor + 0.011)], sides=16)
    builder.part("plug", moved(plug, 0, centre), parent=drain, finish="metal")
    z = rim - tall * 0.32
    y = centre + hollow * 0.88
    eye = moved(upended(lathe([(0.014, -0.02), (0.014, 0.002), (0.01, 0.004)], sides=14)), 0, y, z)
    builder.part("overflow", eye, parent=whole, finish="metal")
    return rim - 0.002


def _shifted(line: np.ndarray, y: float) -> np.ndarray:
    """An outline shifted along y."""
    return line + np.array([0.0, y, 0.0])


def _board(builder: Builder, half: float, deep: float, z: float, rng: np.random.Generator) -> float:
    """The board on which a basin is set; height of its top."""
    x = half + rng.uniform(0.05, 0.25)
    thick = rng.uniform(0.025, 0.05)
    top = box((-x, -deep - 0.03, z - thick), (x, 0, z + 0.002), 0.003)
    builder.part("board", top, finish="wood" if rng.random() < 0.6 else "stone")
    if x - half > 0.12:
        builder.support((half + 0.01, -deep), (x, -0.02), z + 0.002)
    if rng.random() < 0.6:
        for s in (-1, 1):
            for y in (-deep + 0.02, -0.05):
                leg = box(
                    (s * (x - 0.04) - 0.016, y - 0.016, 0),
                    (s * (x - 0.04) + 0.016, y + 0.016, z - thick + 0.001),
                )
                builder.part("leg", leg, finish="metal")
        low = box((-x + 0.03, -deep + 0.01, 0.2), (x - 0.03, -0.03, 0.22))
        builder.part("shelf", low, finish="wood")
        builder.support((-x + 0.06, -deep + 0.04), (x - 0.06, -0.05), 0.22, z - thick - 0.4)
    else:
        for s in (-1, 1):
            arm = box(
                (s * (x - 0.06) - 0.012, -0.8 * deep, z - thick - 0.03),
                (s * (x - 0.06) + 0.012, 0, z - thick + 0.001),
            )
            builder.part("bracket", arm, finish="metal")
    return z + 0.002


def _splash(builder: Builder, half: float, z: float, tall: float) -> None:
    """A strip of wall behind the basin: tiles or a sheet."""
    plate = box((-half - 0.02, -0.004, z), (half + 0.02, 0.02, z + tall))
    builder.part("splash back", plate, finish="stone")


def _pedestal(
    builder: Builder, deep: float, low: float, *, whole: bool, rng: np.random.Generator
) -> None:
    wide, y = rng.uniform(0.08, 0.105), -0.34 * deep
    front, back = rng.uniform(0.09, 0.12), 0.3 * deep
    power = float(rng.choice((2.3, 4.0)))

    def ring(scale: float, z: float) -> np.ndarray:
        return _shifted(oval(wide * scale, front * scale, back, z, power, 5.0, 24), y)

    if whole:
        lines = [
            ring(1.15, 0.0),
            ring(1.1, 0.03),
            ring(0.88, 0.16),
            ring(0.85, low * 0.6),
            ring(1.25, low + 0.035),
        ]
    else:
        lines = [ring(0.6, low - 0.28), ring(0.9, low - 0.2), ring(1.25, low + 0.008)]
    builder.part("pedestal" if whole else "cover", hull(lines), finish="ceramic")


def _trap(builder: Builder, y: float, low: float, *, board: bool) -> None:
    """Drain pipes under the bowl, with stop valves and hoses."""
    top = low + 0.03 if not board else low
    trap = builder.part("trap")
    bottle = lathe(
        [
            (0.016, low - 0.2),
            (0.03, low - 0.19),
            (0.03, low - 0.11),
            (0.017, low - 0.095),
            (0.016, top),
        ],
        sides=16,
    )
    builder.part("bottle", moved(bottle, 0, y), parent=trap, finish="metal")
    pipe = cylinder((0, y, low - 0.14), (0, 0.0, low - 0.14), 0.016, sides=12)
    builder.part("waste pipe", pipe, parent=trap, finish="metal")
    rose = upended(lathe([(0.032, -0.002), (0.032, 0.004), (0.018, 0.01)], sides=16))
    builder.part("rose", moved(rose, 0, -0.002, low - 0.14), parent=trap, finish="metal")
    for s in (-1, 1):
        x = s * 0.11
        valve: list[Mesh] = [cylinder((x, 0, low - 0.16), (x, -0.05, low - 0.16), 0.011, sides=10)]
        valve.append(cylinder((x, -0.045, low - 0.16), (x, -0.07, low - 0.16), 0.016, sides=8))
        builder.part("stop valve", joined(*valve), finish="metal")
        knots = [
            (x, -0.035, low - 0.155),
            (x, -0.035, low - 0.08),
            (s * 0.03, -0.05, low + 0.01),
            (s * 0.02, -0.06, low + 0.05),
        ]
        builder.part("hose", tube(curve(knots, 9), 0.005, sides=6), finish="metal")


def _vanity(
    builder: Builder, unit: str, half: float, deep: float, top: float, rng: np.random.Generator
) -> None:
    """A cabinet under the basin, on legs, a plinth or hung."""
    low = top - rng.uniform(0.42, 0.6)
    body = builder.part("cabinet")
    board = 0.016
    walls = [
        box((-half, -deep, low), (-half + board, 0, top)),
        box((half - board, -deep, low), (half, 0, top)),
        box((-half + board, -deep, low), (half - board, 0, low + board)),
        box((-half + board, -0.008, low + board), (half - board, 0, top)),
        box((-half + board, -deep, top - 0.03), (half - board, -deep + board, top)),
    ]
    builder.part("carcass", *walls, parent=body, finish="wood")
    stand = str(rng.choice(("hung", "legs", "plinth")))
    if stand == "plinth":
        plinth = box((-half + 0.01, -deep + 0.05, low - 0.1), (half - 0.01, -0.02, low))
        builder.part("plinth", plinth, parent=body, finish="wood")
    elif stand == "legs":
        for s in (-1, 1):
            for y in (-deep + 0.04, -0.04):
                leg = cylinder(
                    (s * (half - 0.04), y, max(0.0, low - 0.25)),
                    (s * (half - 0.04), y, low + 0.001),
                    0.014,
                    0.02,
                )
                builder.part("leg", leg, parent=body, finish="wood")
    grip = str(rng.choice(STYLES))
    gap = 0.003
    fronts: list[tuple[str, float, float, float, float]] = []
    if unit == "drawers":
        edges = np.linspace(low, top, int(rng.integers(2, 4)) + 1)
        fronts += [("drawer", -half, a, half, b) for a, b in pairwise(edges)]
    elif unit == "doors":
        fronts += [("left door", -half, low, 0.0, top), ("right door", 0.0, low, half, top)]
    else:
        middle = (low + top) / 2
        fronts += [
            ("left door", -half, low, 0.0, top),
            ("drawer", 0.0, low, half, middle),
            ("drawer", 0.0, middle, half, top),
        ]
    for name, a, bottom, b, upper in fronts:
        piece = builder.part(name.rsplit(" ", maxsplit=1)[-1])
        front = -deep - 0.017
        leaf = box((a + gap, front, bottom + gap), (b - gap, -deep - 0.001, upper - gap), 0.0015)
        builder.part("front", leaf, parent=piece, finish="wood")
        mesh = handle(grip, min(0.16, 0.5 * (b - a)), rng)
        if name == "drawer":
            at = ((a + b) / 2, (bottom + upper) / 2)
            base = (a + 0.022, -deep - 0.002, bottom + 0.03)
            rim = bottom + 0.03 + 0.4 * (upper - bottom)
            tray = open_box(base, (b - 0.022, -0.12, rim), 0.01, 0.006, front=False)
            builder.part("tray", tray, parent=piece, finish="wood")
            builder.slide(piece, (0, -1, 0), 0.0, 0.6 * deep)
        else:
            left = name.startswith("left")
            at = ((b - 0.05 if left else a + 0.05) - (0.05 if left else -0.05), upper - 0.06)
            hinge = a + gap if left else b - gap
            builder.hinge(
                piece, (hinge, front, 0), (0, 0, -1 if left else 1), 0.0, math.radians(105)
            )
        if grip == "edge":
            at = (at[0], upper - gap)
        builder.part("handle", moved(mesh, at[0], front, at[1]), parent=piece, finish="metal")
