"""Fridges and freezers: one to three doors, shelves and boxes inside, drawers, a dispenser.

Part tree: body, lining; door -> leaf, handle, bins, dispenser (panel, display, lever, tray),
display, badge; shelves, crispers, freezer drawers; plinth or feet.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.controls import PROUD, Plane, buttons, display
from pinpoint3d.synth.shapes.housings import HANDLES, add_door, add_drawer, add_feet, hollow, posed
from pinpoint3d.synth.shapes.primitives import box, cylinder, joined

LAYOUTS = ("single", "small", "freezer below", "freezer above", "side by side", "french")
STANDS = ("plinth", "feet", "grille")
EXTRAS = ("none", "dispenser", "display")


@dataclass(frozen=True)
class _Cell:
    """A compartment's outer corners (x, z), what it holds, and which side its door hangs on."""

    low: tuple[float, float]
    high: tuple[float, float]
    use: str
    hinged: str


def make(rng: np.random.Generator) -> Asset:
    """A fridge, 0.5 to 1 m wide and 0.8 to 2 m high, closed or partly open."""
    layout = str(rng.choice(LAYOUTS))
    held = str(rng.choice(HANDLES))
    stand = str(rng.choice(STANDS))
    extra = str(rng.choice(EXTRAS, p=(0.5, 0.3, 0.2)))
    retro = layout in ("single", "freezer below", "freezer above") and rng.random() < 0.25
    if layout in ("side by side", "french"):
        width, height, depth = rng.uniform(0.85, 0.98), rng.uniform(1.7, 1.9), rng.uniform(0.6, 0.7)
    elif layout == "small":
        width, height, depth = rng.uniform(0.48, 0.6), rng.uniform(0.6, 0.88), 0.52
        extra = "none"
    else:
        width, height = rng.uniform(0.54, 0.7), rng.uniform(1.4, 2.03)
        depth = rng.uniform(0.54, 0.62)
    foot = rng.uniform(0.02, 0.05) if stand == "feet" else rng.uniform(0.05, 0.09)
    builder = Builder("fridge")
    x, front, thick = width / 2, -depth, rng.uniform(0.045, 0.065)
    body = builder.part("body", finish="metal")
    _stand(builder, stand, x, depth, foot)
    for k, cell in enumerate(_cells(layout, x, foot, height, rng)):
        shell = hollow((cell.low[0], front, cell.low[1]), (cell.high[0], 0, cell.high[1]), 0.04)
        builder.add(body, shell)
        door = _front(builder, cell, front, thick, depth, held, 0.02 if retro else 0.003, rng)
        _inside(builder, body, door, cell, depth, rng)
        if door >= 0 and k == 0:
            _extra(builder, door, extra, cell, front - thick, rng)
    builder.support((-x, front), (x, 0), height)
    shape = "retro " if retro else ""
    styles = f"{shape}{layout}, {held} handles, {stand}, {extra} on the door"
    share = float(rng.choice((0.0, 0.2, 0.6)))
    return posed(builder.asset(styles), rng, share, inner=("crisper", "freezer drawer"))


def _cells(
    layout: str, x: float, foot: float, height: float, rng: np.random.Generator
) -> list[_Cell]:
    side = str(rng.choice(("left", "right")))
    if layout in ("single", "small"):
        use = "freezer" if rng.random() < 0.2 else "fridge"
        return [_Cell((-x, foot), (x, height), use, side)]
    if layout == "freezer below":
        z = foot + (height - foot) * rng.uniform(0.3, 0.48)
        return [
            _Cell((-x, z), (x, height), "fridge", side),
            _Cell((-x, foot), (x, z), "freezer", side),
        ]
    if layout == "freezer above":
        z = foot + (height - foot) * rng.uniform(0.65, 0.76)
        return [
            _Cell((-x, foot), (x, z), "fridge", side),
            _Cell((-x, z), (x, height), "freezer", side),
        ]
    if layout == "side by side":
        middle = -x * rng.uniform(0.0, 0.25)
        return [
            _Cell((-x, foot), (middle, height), "freezer", "left"),
            _Cell((middle, foot), (x, height), "fridge", "right"),
        ]
    z = foot + (height - foot) * rng.uniform(0.32, 0.42)
    cells = [
        _Cell((-x, z), (0.0, height), "fridge", "left"),
        _Cell((0.0, z), (x, height), "fridge", "right"),
    ]
    edges = np.linspace(foot, z, int(rng.integers(1, 3)) + 1)
    pulls = pairwise(edges)
    return cells + [_Cell((-x, float(a)), (x, float(b)), "pull", "bottom") for a, b in pulls]


def _stand(builder: Builder, stand: str, x: float, depth: float, foot: float) -> None:
    if stand == "feet":
        add_feet(builder, (-x + 0.04, -depth + 0.04), (x - 0.04, -0.04), foot, 0.02)
        return
    low, high = (-x + 0.006, -depth + 0.03, 0), (x - 0.006, -0.01, foot)
    plinth = builder.part("plinth", box(low, high), finish="plastic")
    if stand == "grille":
        slats = [
            box((a, -depth + 0.026, 0.01), (a + 0.004, -depth + 0.031, foot - 0.01))
            for a in np.linspace(-x + 0.03, x - 0.034, 18)
        ]
        builder.part("grille", joined(*slats), parent=plinth, finish="plastic")


def _front(
    builder: Builder,
    cell: _Cell,
    front: float,
    thick: float,
    depth: float,
    held: str,
    bevel: float,
    rng: np.random.Generator,
) -> int:
    """Index of the compartment's door, or -1 where a drawer closes it."""
    gap = 0.0025
    low = (cell.low[0] + gap, front - thick, cell.low[1] + gap)
    high = (cell.high[0] - gap, front, cell.high[1] - gap)
    if cell.use == "pull":
        # The tray must clear the housing's walls, which are thicker than furniture's.
        add_drawer(builder, low, high, depth - 0.08, rng, held=held, inset=0.045)
        return -1
    return add_door(builder, low, high, rng, hinged=cell.hinged, held=held, bevel=bevel)


def _inside(
    builder: Builder,
    body: int,
    door: int,
    cell: _Cell,
    depth: float,
    rng: np.random.Generator,
) -> None:
    if cell.use == "pull":
        return
    front, wall = -depth, 0.04
    left, right = cell.low[0] + wall, cell.high[0] - wall
    low, high = cell.low[1] + wall, cell.high[1] - wall
    lining = hollow((left, front + 0.002, low), (right, -wall, high), 0.003)
    builder.part("lining", lining, parent=body, finish="plastic")
    left, right, low, high, back = left + 0.003, right - 0.003, low + 0.003, high - 0.003, -0.043
    shallow = front + 0.13  # leaves room for the bins in the door
    if cell.use == "freezer":
        n_drawers = int(np.clip(round((high - low) / rng.uniform(0.17, 0.26)), 1, 6))
        edges = np.linspace(low, high, n_drawers + 1)
        for a, b in pairwise(edges):
            _box(
                builder,
                "freezer drawer",
                (left + 0.004, front + 0.03, float(a) + 0.002),
                (right - 0.004, back, float(b) - 0.012),
            )
        return
    base = low
    if high - low > 0.5 and rng.random() < 0.8:
        rise = rng.uniform(0.16, 0.22)
        n_boxes = 2 if right - left > 0.45 and rng.random() < 0.5 else 1
        edges = np.linspace(left, right, n_boxes + 1)
        for a, b in pairwise(edges):
            corner = (float(a) + 0.004, shallow, low), (float(b) - 0.004, back, low + rise - 0.015)
            _box(builder, "crisper", *corner)
        base = low + rise
    n_shelves = max(1, round((high - base) / rng.uniform(0.2, 0.32)))
    heights = np.linspace(base, high, n_shelves + 1)
    glass = rng.random() < 0.7
    for k in range(n_shelves):
        z = float(heights[k])
        if z > low:
            sheet = box((left, shallow, z - 0.006), (right, back, z))
            builder.part("shelf", sheet, finish="glass" if glass else "plastic")
        clear = float(heights[k + 1]) - z - 0.01
        builder.support((left + 0.01, shallow + 0.01), (right - 0.01, back - 0.01), z, clear)
    n_bins = max(1, round((high - low) / rng.uniform(0.3, 0.5)))
    for z in np.linspace(low + 0.04, high, n_bins + 1)[:-1]:
        deep, tall = 0.1, 0.07
        a, b = left + 0.015, right - 0.015
        pieces = [
            box((a, front - 0.001, z), (b, front + deep, z + 0.003)),
            box((a, front + deep - 0.003, z), (b, front + deep, z + tall)),
            box((a, front - 0.001, z), (a + 0.003, front + deep, z + tall)),
            box((b - 0.003, front - 0.001, z), (b, front + deep, z + tall)),
        ]
        builder.part("bin", joined(*pieces), parent=door, finish="plastic")


def _box(
    builder: Builder,
    name: str,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
) -> None:
    """An open box that slides out, with a grip along its front's upper edge."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    drawer = builder.part(name, finish="plastic")
    wall = 0.003
    front = box((x0, y0, z0), (x1, y0 + 0.008, z1), 0.002)
    half, middle = 0.3 * (x1 - x0), (x0 + x1) / 2
    grip = box((middle - half, y0 - 0.012, z1 - 0.03), (middle + half, y0 + 0.001, z1 - 0.02))
    builder.part("front", front, grip, parent=drawer, finish="plastic")
    tray = joined(
        box((x0, y0 + 0.008, z0), (x1, y1, z0 + wall)),
        box((x0, y0 + 0.008, z0), (x0 + wall, y1, z1 - 0.02)),
        box((x1 - wall, y0 + 0.008, z0), (x1, y1, z1 - 0.02)),
        box((x0, y1 - wall, z0), (x1, y1, z1 - 0.02)),
    )
    builder.part("tray", tray, parent=drawer, finish="plastic")
    builder.slide(drawer, (0, -1, 0), 0.0, 0.6 * (y1 - y0))


def _extra(
    builder: Builder, door: int, extra: str, cell: _Cell, face: float, rng: np.random.Generator
) -> None:
    wide, tall = cell.high[0] - cell.low[0], cell.high[1] - cell.low[1]
    middle = (cell.low[0] + cell.high[0]) / 2
    if rng.random() < 0.5:
        z = cell.high[1] - 0.06
        badge = box((middle - 0.045, face - PROUD, z), (middle + 0.045, face + 0.001, z + 0.014))
        builder.part("badge", badge, parent=door, finish="metal")
    if extra == "display":
        z = cell.low[1] + tall * 0.62
        plane = Plane((middle, face, z))
        display(builder, plane, (-0.06, 0), (0.06, 0.03), parent=door)
        places = [(-0.045 + 0.03 * k, -0.02) for k in range(4)]
        buttons(builder, plane, places, 0.014, "flush", parent=door)
    if extra != "dispenser":
        return
    half, z0 = min(0.11, 0.28 * wide), cell.low[1] + tall * rng.uniform(0.38, 0.48)
    z1 = z0 + rng.uniform(0.3, 0.38)
    dispenser = builder.part("dispenser", parent=door, finish="plastic")
    sheet = box((middle - half, face - 0.002, z0), (middle + half, face + 0.001, z1), 0.0005)
    builder.part("panel", sheet, parent=dispenser, finish="plastic")
    plane = Plane((middle, face - 0.002, z0))
    rise = z1 - z0
    corners = (-half * 0.7, rise * 0.78), (half * 0.7, rise * 0.93)
    display(builder, plane, *corners, parent=dispenser)
    places = [(half * share, rise * 0.7) for share in (-0.5, 0.0, 0.5)]
    buttons(builder, plane, places, 0.016, "round", parent=dispenser)
    chute = cylinder(
        (middle, face - 0.022, z0 + rise * 0.64), (middle, face, z0 + rise * 0.52), 0.02
    )
    builder.part("chute", chute, parent=dispenser, finish="plastic")
    low, high = (
        (middle - 0.022, face - 0.012, z0 + rise * 0.2),
        (middle + 0.022, face, z0 + rise * 0.46),
    )
    builder.part("lever", box(low, high, 0.004), parent=dispenser, finish="plastic")
    low, high = (middle - half * 0.85, face - 0.035, z0), (middle + half * 0.85, face, z0 + 0.014)
    builder.part("tray", box(low, high, 0.002), parent=dispenser, finish="plastic")
