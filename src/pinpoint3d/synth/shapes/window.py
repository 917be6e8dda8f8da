"""Windows in their frames: sashes that swing, tilt or slide, or panes that stay shut.

Part tree: frame (with mullions), each sash with its rails, panes, glazing bars and handle; window
sill; a roller or slatted blind with rail, cloth or slats, and cord.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import Mesh, box, cylinder, frame, joined, lathe, moved
from pinpoint3d.synth.shapes.sweeps import upended

OPENINGS = ("casement", "tilting", "vertical sliding", "side sliding", "fixed")
BARS = ("none", "one cross", "grid")
SILLS = ("none", "board", "stone")
BLINDS = ("none", "none", "roller", "slats", "cassette roller")
HANDLES = ("lever", "knob", "stay")


def make(rng: np.random.Generator) -> Asset:
    """A window, 0.5 to 2.2 m wide and 0.5 to 1.6 m high, shut or open."""
    opening, bars = str(rng.choice(OPENINGS)), str(rng.choice(BARS, p=(0.55, 0.2, 0.25)))
    sill, blind, grip = str(rng.choice(SILLS)), str(rng.choice(BLINDS)), str(rng.choice(HANDLES))
    n_sashes = int(rng.integers(1, 4))
    if opening.endswith("sliding"):
        n_sashes = 2
    return build(opening, bars, sill, blind, grip, n_sashes, rng)


def build(
    opening: str,
    bars: str,
    sill: str,
    blind: str,
    grip: str,
    n_sashes: int,
    rng: np.random.Generator,
) -> Asset:
    """A window of given style, its face about y = 0 and opening towards -y."""
    builder = Builder("window")
    stacked = opening == "vertical sliding"
    wide = rng.uniform(0.5, 0.75) * (1 if stacked else n_sashes)
    tall = rng.uniform(0.9, 1.6) if stacked else rng.uniform(0.5, 1.5)
    rim, deep = rng.uniform(0.035, 0.065), rng.uniform(0.06, 0.1)
    x = wide / 2
    outer = frame((-x - rim, 0, 0), (x + rim, deep, tall + 2 * rim), rim)
    body = builder.part("frame", outer, finish="paint")
    rows = 1
    if opening in ("casement", "fixed") and tall > 1.0 and rng.random() < 0.35:
        rows = 2
    cells = _cells(x, tall, rim, n_sashes, rows, stacked)
    for k, cell in enumerate(cells):
        if not opening.endswith("sliding"):
            if cell[0] > -x:
                low, high = (cell[0] - 0.015, 0.0, rim), (cell[0] + 0.015, deep, rim + tall)
                builder.add(body, box(low, high))
            if cell[1] > rim:
                low, high = (cell[0], 0.0, cell[1] - 0.015), (cell[2], deep, cell[1] + 0.015)
                builder.add(body, box(low, high))
        light = "fixed" if cell[1] > rim and not stacked else opening
        _sash(builder, cell, light, deep, k, bars, grip, rng)
    if sill != "none":
        out = rng.uniform(0.08, 0.22)
        board = box((-x - rim - 0.04, -out, -0.03), (x + rim + 0.04, deep * 0.5, 0.0), 0.004)
        builder.part("sill", board, finish="stone" if sill == "stone" else "wood")
        if out > 0.12:
            builder.support((-x, -out + 0.01), (x, -0.02), 0.0, tall)
    if blind != "none":
        _blind(builder, blind, x, 2 * rim + tall, rng)
    style = f"{opening}, {n_sashes} by {rows}, {bars} bars, {sill} sill, {blind} blind, {grip}"
    share = 0.0 if blind != "none" else float(rng.choice((0.0, 0.4, 0.8)))
    return pose_at_random(builder.asset(style), rng, share_open=share)


def _cells(
    x: float, tall: float, rim: float, n_sashes: int, rows: int, stacked: bool
) -> list[tuple[float, float, float, float]]:
    """Left, bottom, right, top of the place of every sash."""
    xs = np.linspace(-x, x, 1 + (1 if stacked else n_sashes)).tolist()
    zs = [rim, rim + tall]
    if stacked or rows == 2:
        zs.insert(1, rim + tall * (0.5 if stacked else 0.68))
    return [
        (xs[i], zs[k], xs[i + 1], zs[k + 1]) for k in range(len(zs) - 1) for i in range(len(xs) - 1)
    ]


def _sash(
    builder: Builder,
    cell: tuple[float, float, float, float],
    opening: str,
    deep: float,
    k: int,
    bars: str,
    grip: str,
    rng: np.random.Generator,
) -> None:
    left, bottom, right, top = cell
    thick = min(0.045, deep * 0.5)
    front = 0.002 if opening == "fixed" else -0.012
    if opening.endswith("sliding"):  # the sashes run behind each other
        thick = deep * 0.45
        front = 0.002 + k * deep * 0.5
        overlap = 0.02 * (1 - 2 * k)
        if opening == "side sliding":
            left, right = (left, right + overlap) if k == 0 else (left + overlap, right)
        else:
            bottom, top = (bottom, top + overlap) if k == 0 else (bottom + overlap, top)
    rail = float(rng.uniform(0.03, 0.055))
    sash = builder.part("sash")
    low, high = (left + 0.003, front, bottom + 0.003), (right - 0.003, front + thick, top - 0.003)
    builder.part("sash rails", frame(low, high, rail), parent=sash, finish="paint")
    middle = front + thick / 2
    a = (left + rail, middle - 0.003, bottom + rail)
    b = (right - rail, middle + 0.003, top - rail)
    builder.part("pane", box(a, b), parent=sash, finish="glass")
    strips = _bars(a, b, front + 0.004, front + thick - 0.004, bars)
    if strips is not None:
        builder.part("glazing bars", strips, parent=sash, finish="paint")
    if opening == "fixed":
        return
    hinge_left = k % 2 == 0
    x = right - rail / 2 if hinge_left else left + rail / 2
    z = (bottom + top) / 2
    if opening == "tilting":
        x, z = (left + right) / 2, top - rail / 2
    if opening == "vertical sliding":
        x, z = (left + right) / 2, top - rail / 2 if k == 0 else bottom + rail / 2
    if k == 0 or not opening.endswith("sliding"):
        placed = moved(_handle(grip), x, front, z)
        builder.part("handle", placed, parent=sash, finish="metal")
    if opening == "casement":
        edge = left if hinge_left else right
        turn = -1.0 if hinge_left else 1.0
        for height in (bottom + 0.12 * (top - bottom), top - 0.12 * (top - bottom)):
            pin = cylinder((edge, front, height - 0.03), (edge, front, height + 0.03), 0.006)
            builder.part("hinge", pin, finish="metal")
        builder.hinge(sash, (edge, front, 0), (0, 0, turn), 0.0, math.radians(95))
    elif opening == "tilting":
        builder.hinge(sash, (0, front, bottom + 0.003), (1, 0, 0), 0.0, math.radians(14))
    elif opening == "side sliding" and k == 0:
        builder.slide(sash, (1, 0, 0), 0.0, 0.85 * (right - left))
    elif opening == "vertical sliding" and k == 0:
        builder.slide(sash, (0, 0, 1), 0.0, 0.85 * (top - bottom))


def _bars(
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    front: float,
    back: float,
    bars: str,
) -> Mesh | None:
    if bars == "none":
        return None
    n = 1 if bars == "one cross" else 2
    half = 0.011
    xs = np.linspace(low[0], high[0], n + 2)[1:-1]
    zs = np.linspace(low[2], high[2], n + 2)[1:-1]
    upright = [box((x - half, front, low[2]), (x + half, back, high[2])) for x in xs]
    level = [box((low[0], front, z - half), (high[0], back, z + half)) for z in zs]
    return joined(*upright, *level)


def _handle(grip: str) -> Mesh:
    """A grip standing out from y = 0 towards -y."""
    if grip == "knob":
        return upended(lathe([(0.008, -0.001), (0.008, 0.02), (0.016, 0.03), (0.011, 0.042)], 14))
    plate = box((-0.013, -0.006, -0.035), (0.013, 0.001, 0.035), 0.002)
    neck = cylinder((0, 0, 0), (0, -0.035, 0), 0.008, sides=10)
    if grip == "lever":
        return joined(plate, neck, box((-0.009, -0.045, -0.12), (0.009, -0.03, 0.01), 0.004))
    return joined(plate, neck, cylinder((-0.055, -0.035, 0), (0.055, -0.035, 0), 0.007, sides=10))


def _blind(builder: Builder, blind: str, x: float, top: float, rng: np.random.Generator) -> None:
    """A blind before the frame, let down a random way."""
    down = float(rng.uniform(0.2, 0.95)) * top
    y, half = -0.055, x + rng.uniform(-0.02, 0.04)
    whole = builder.part("blind")
    if blind == "slats":
        rail = box((-half, y - 0.02, top - 0.03), (half, 0.002, top), 0.002)
        builder.part("head rail", rail, parent=whole, finish="metal")
        n_slats = max(3, min(45, int(down / 0.03)))
        tilt = rng.uniform(-0.9, 0.9)
        dy, dz = 0.0125 * math.cos(tilt), 0.0125 * math.sin(tilt)
        rise = np.linspace(top - 0.05, top - 0.05 - down + 0.05, n_slats)
        slats = [_slat(half, y, float(z), dy, dz) for z in rise]
        cords = [
            box((c - 0.001, y - 0.014, top - down), (c + 0.001, y + 0.014, top - 0.02))
            for c in (-0.7 * half, 0.7 * half)
        ]
        builder.part("slats", *slats, parent=whole, finish="metal")
        builder.part("ladder tape", *cords, parent=whole, finish="fabric")
        foot = box((-half, y - 0.013, top - down - 0.012), (half, y + 0.013, top - down), 0.002)
        builder.part("bottom rail", foot, parent=whole, finish="metal")
    else:
        roll = cylinder((-half, y, top - 0.025), (half, y, top - 0.025), 0.02, sides=14)
        if blind == "cassette roller":
            case = box((-half - 0.01, y - 0.032, top - 0.055), (half + 0.01, 0.002, top), 0.008)
            builder.part("cassette", case, parent=whole, finish="metal")
        else:
            ends = [
                box((s * half, y - 0.025, top - 0.05), (s * (half + 0.004), 0.002, top))
                for s in (-1, 1)
            ]
            builder.part("bracket", *ends, parent=whole, finish="metal")
            builder.part("roll", roll, parent=whole, finish="fabric")
        cloth = box((-half + 0.01, y - 0.021, top - down), (half - 0.01, y - 0.019, top - 0.025))
        builder.part("cloth", cloth, parent=whole, finish="fabric")
        foot = box(
            (-half + 0.01, y - 0.026, top - down - 0.02), (half - 0.01, y - 0.014, top - down)
        )
        builder.part("bottom rail", foot, parent=whole, finish="metal")
    side = half - 0.03 if rng.random() < 0.5 else -half + 0.03
    reach = rng.uniform(0.3, 0.7) * top
    cord = cylinder((side, y - 0.03, top - 0.03), (side, y - 0.03, top - reach), 0.0025, sides=6)
    hook = box((side - 0.004, y - 0.032, top - 0.036), (side + 0.004, y - 0.01, top - 0.022))
    weight = cylinder((side, y - 0.03, top - reach), (side, y - 0.03, top - reach - 0.04), 0.006)
    builder.part("cord", joined(cord, hook, weight), parent=whole, finish="plastic")


def _slat(half: float, y: float, z: float, dy: float, dz: float) -> Mesh:
    """A thin level board about (y, z), its edge raised by `dz`."""
    flat = box((-half, -1, -0.0008), (half, 1, 0.0008))
    spread = flat.vertices.copy()
    spread[:, 2] += spread[:, 1] * dz
    spread[:, 1] *= dy
    return moved(Mesh(spread, flat.faces), 0, y, z)
