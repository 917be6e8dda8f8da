"""Printers: housing, scanner lid, paper trays, control panel with screen and buttons.

Part tree: housing, lid (cover, grip), glass under it, control panel (plate, screen, buttons),
paper tray (front, tray, paper), output tray, rear feeder, badge, feet.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import Mesh, box, cylinder, joined, moved, turned
from pinpoint3d.synth.shapes.sweeps import side_plate

KINDS = ("inkjet", "multifunction", "laser", "label")
PANELS = ("flat", "sloped", "front")
TRAYS = ("drawer", "flap", "none")


def make(rng: np.random.Generator) -> Asset:
    """A printer, 0.12 to 0.5 m wide."""
    kind, panel, tray = (str(rng.choice(c)) for c in (KINDS, PANELS, TRAYS))
    if kind == "label":
        return _label_printer(panel, rng)
    width, depth = rng.uniform(0.36, 0.48), rng.uniform(0.28, 0.4)
    height = {
        "inkjet": rng.uniform(0.12, 0.18),
        "multifunction": rng.uniform(0.16, 0.32),
        "laser": rng.uniform(0.2, 0.32),
    }[kind]
    builder = Builder("printer")
    x, bevel = width / 2, rng.choice((0.002, 0.008, 0.02))
    _feet(builder, x * 0.85, depth)
    housing = builder.part("housing", finish="plastic")
    mouth = (0.3 * height, 0.3 * height + rng.uniform(0.03, 0.06))
    # Two blocks with a slot between them, open towards the front: where the paper comes out.
    cheek = width * rng.uniform(0.06, 0.12)
    builder.add(
        housing,
        box((-x, -depth, 0.006), (x, 0, mouth[0]), bevel),
        box((-x, -depth, mouth[1]), (x, 0, height), bevel),
        box((-x, -depth * 0.98, mouth[0] - bevel), (-x + cheek, -0.01, mouth[1] + bevel)),
        box((x - cheek, -depth * 0.98, mouth[0] - bevel), (x, -0.01, mouth[1] + bevel)),
        box((-x + 0.01, -depth * 0.5, mouth[0] - bevel), (x - 0.01, -0.01, mouth[1] + bevel)),
    )
    _output(builder, x - cheek, depth, mouth[0], rng)
    if tray != "none":
        _paper_tray(builder, tray, width * 0.72, depth, mouth[0], rng)
    feeder = kind == "inkjet" and rng.random() < 0.7
    if feeder:
        _rear_feeder(builder, width * 0.6, height, rng)
    if kind == "multifunction" or (kind == "inkjet" and not feeder):
        _scanner(builder, x, depth, height, panel, rng)
    elif kind == "laser":
        builder.support((-x * 0.9, -depth * 0.65), (x * 0.9, -0.03), height)
    _panel(builder, panel, x, depth, (mouth[1], height), rng)
    if rng.random() < 0.5:
        at = (-x + 0.03, -depth - 0.0006, mouth[1] + 0.4 * (height - mouth[1]))
        badge = box(at, (at[0] + 0.06, -depth + 0.004, at[2] + 0.012))
        builder.part("badge", badge, finish="print")
    style = f"{kind}, {panel} panel, {tray} tray, feeder {feeder}, bevel {bevel}"
    return pose_at_random(builder.asset(style), rng)


def _feet(builder: Builder, x: float, depth: float) -> None:
    for side in (-x, x):
        for y in (-depth * 0.9, -depth * 0.1):
            stub = cylinder((side, y, 0), (side, y, 0.008), 0.011, sides=10)
            builder.part("foot", stub, finish="rubber")


def _output(
    builder: Builder, half: float, depth: float, z: float, rng: np.random.Generator
) -> None:
    reach = rng.uniform(0.04, 0.14)
    tray = box((-half * 0.8, -depth - reach, z), (half * 0.8, -depth * 0.5, z + 0.005), 0.001)
    builder.part("output tray", tray, finish="plastic")
    if rng.random() < 0.5:
        page, rise = 0.105, rng.uniform(0.0012, 0.008)
        sheets = box(
            (-page, -depth - reach * 0.9, z + 0.0045), (page, -depth * 0.55, z + 0.005 + rise)
        )
        builder.part("paper", sheets, finish="paper")


def _paper_tray(
    builder: Builder,
    tray: str,
    width: float,
    depth: float,
    top: float,
    rng: np.random.Generator,
) -> None:
    low, high = 0.012, top - 0.008
    front = (-depth - 0.008, -depth + 0.002)
    if tray == "flap":
        flap = builder.part("flap")
        leaf = box((-width / 2, front[0], low), (width / 2, front[1], high), 0.002)
        builder.part("leaf", leaf, parent=flap, finish="plastic")
        grip = box((-0.03, front[0] - 0.004, high - 0.01), (0.03, front[0] + 0.002, high - 0.004))
        builder.part("handle", grip, parent=flap, finish="plastic")
        builder.hinge(flap, (0, front[0], low), (1, 0, 0), 0, math.radians(88))
        return
    drawer = builder.part("paper tray")
    face = box((-width / 2, front[0], low), (width / 2, front[1], high), 0.002)
    builder.part("front", face, parent=drawer, finish="plastic")
    notch = box((-0.035, front[0] - 0.0005, high - 0.016), (0.035, front[0] + 0.003, high - 0.006))
    builder.part("handle", notch, parent=drawer, finish="plastic")
    back = -depth + 0.24
    floor = box((-width / 2 + 0.012, front[1] - 0.001, low), (width / 2 - 0.012, back, low + 0.004))
    sides = [
        box((x - 0.002, front[1] - 0.001, low), (x + 0.002, back, high - 0.006))
        for x in (-width / 2 + 0.012, width / 2 - 0.012)
    ]
    builder.part("tray", joined(floor, *sides), parent=drawer, finish="plastic")
    rise = rng.uniform(0.2, 0.8) * (high - low - 0.012)
    pile = box((-0.105, front[1] + 0.006, low + 0.004), (0.105, back - 0.01, low + 0.006 + rise))
    builder.part("paper", pile, parent=drawer, finish="paper")
    builder.slide(drawer, (0, -1, 0), 0, 0.2)


def _rear_feeder(builder: Builder, width: float, height: float, rng: np.random.Generator) -> None:
    lean, rise = rng.uniform(0.25, 0.5), rng.uniform(0.1, 0.2)
    about = (0, -0.03, height - 0.01)

    def leant(mesh: Mesh) -> Mesh:
        return turned(mesh, "x", -lean, about)

    board = box((-width / 2, -0.034, height - 0.01), (width / 2, -0.028, height + rise), 0.002)
    builder.part("feeder", leant(board), finish="plastic")
    if rng.random() < 0.6:
        top = height + rng.uniform(0.8, 1.3) * rise
        sheets = box((-0.105, -0.038, height - 0.005), (0.105, -0.033, top))
        builder.part("paper", leant(sheets), finish="paper")


def _scanner(
    builder: Builder, x: float, depth: float, height: float, panel: str, rng: np.random.Generator
) -> None:
    front = -depth + (0.09 if panel == "flat" else 0.01)
    glass = box((-x * 0.8, front + 0.03, height - 0.002), (x * 0.8, -0.04, height + 0.0006))
    builder.part("glass", glass, finish="glass")
    lid = builder.part("lid")
    thick = rng.uniform(0.012, 0.03)
    low = height + 0.001
    cover = box((-x, front, low), (x, -0.004, low + thick), 0.004)
    builder.part("cover", cover, parent=lid, finish="plastic")
    if rng.random() < 0.5:
        grip = box((-0.04, front - 0.006, low), (0.04, front + 0.004, low + 0.008), 0.002)
        builder.part("handle", grip, parent=lid, finish="plastic")
    if rng.random() < 0.3:  # an automatic feeder on the lid
        block = box(
            (-x * 0.98, front + 0.06, low + thick - 0.002), (-x * 0.2, -0.03, low + 0.075), 0.01
        )
        builder.part("feeder", block, parent=lid, finish="plastic")
        shelf = box(
            (-x * 0.25, front + 0.08, low + thick - 0.002), (x * 0.8, -0.05, low + thick + 0.012)
        )
        builder.part("feeder tray", shelf, parent=lid, finish="plastic")
    builder.hinge(lid, (0, -0.004, low), (-1, 0, 0), 0, math.radians(75))


def _panel(
    builder: Builder,
    panel: str,
    x: float,
    depth: float,
    span: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    """A control panel drawn lying flat about the origin, facing up, and turned into place."""
    wide = x * (1.7 if panel == "flat" else rng.uniform(0.8, 1.6))
    room = {"flat": 0.075, "sloped": 0.06, "front": 0.75 * (span[1] - span[0])}[panel]
    deep = float(min(room, 0.09))
    turn = {"flat": 0.0, "sloped": 0.9, "front": math.pi / 2}[panel]
    at = {
        "flat": (0.0, -depth + 0.045, span[1]),
        "sloped": (0.0, -depth - 0.008, span[1] - deep * 0.45),
        "front": (0.0, -depth, (span[0] + span[1]) / 2),
    }[panel]

    def placed(mesh: Mesh) -> Mesh:
        return moved(turned(mesh, "x", turn), *at)

    whole = builder.part("control panel")
    back = -0.03 if panel == "sloped" else -0.004
    plate = box((-wide / 2, -deep / 2, back), (wide / 2, deep / 2, 0.002), 0.001)
    builder.part("plate", placed(plate), parent=whole, finish="plastic")
    size = deep * rng.uniform(0.55, 0.8)
    if rng.random() < 0.75:
        pane = box((-size * 0.8, -size / 2, 0.001), (size * 0.8, size / 2, 0.0024))
        builder.part("screen", placed(pane), parent=whole, finish="screen")
    columns = rng.integers(1, 4)
    for side in (-1, 1) if rng.random() < 0.6 else (1,):
        for k in range(int(columns)):
            spot = side * (size * 0.8 + 0.018 + 0.02 * k)
            if abs(spot) > wide / 2 - 0.009:
                break
            for y in (-deep * 0.2, deep * 0.2):
                button = cylinder((spot, y, 0.001), (spot, y, 0.0036), 0.006, sides=10)
                builder.part("button", placed(button), parent=whole, finish="rubber")


def _label_printer(panel: str, rng: np.random.Generator) -> Asset:
    """A small printer for labels: a block with a lid over the roll and a slot in front."""
    builder = Builder("printer")
    width, depth, height = rng.uniform(0.1, 0.14), rng.uniform(0.13, 0.2), rng.uniform(0.11, 0.16)
    x, split = width / 2, height * rng.uniform(0.5, 0.7)
    _feet(builder, x * 0.75, depth)
    outline = [(-depth, 0.006), (0, 0.006), (0, split), (-depth, split * 0.8)]
    builder.part("housing", side_plate(outline, -x, x), finish="plastic")
    lid = builder.part("lid", finish="plastic")
    outline = [
        (-depth, split * 0.8),
        (0, split),
        (0, height * 0.92),
        (-depth * 0.15, height),
        (-depth * 0.8, height),
        (-depth, height * 0.8),
    ]
    builder.add(lid, side_plate(outline, -x, x))
    builder.hinge(lid, (0, 0, split), (-1, 0, 0), 0, math.radians(80))
    strip = box((-x * 0.6, -depth - 0.03, split * 0.78), (x * 0.6, -depth + 0.004, split * 0.79))
    builder.part("label", strip, finish="paper")
    for k in range(int(rng.integers(1, 4))):
        at = (x * (0.55 - 0.4 * k), split * 0.4)
        button = cylinder((at[0], -depth + 0.002, at[1]), (at[0], -depth - 0.002, at[1]), 0.007)
        builder.part("button", button, finish="rubber")
    return pose_at_random(builder.asset(f"label, {panel}"), rng)
