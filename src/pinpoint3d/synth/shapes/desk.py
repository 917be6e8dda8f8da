"""Desks: writing tables and workplaces with pedestals of drawers, trays, risers, a hutch.

Part tree: top (with edge bands, grommets), on either side a pedestal (body, drawers), a panel or
legs; modesty panel, keyboard tray, riser, hutch, cable basket; a sit-stand desk has columns, feet
and a control panel.
"""

from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.controls import PROUD
from pinpoint3d.synth.shapes.fronts import Look, add_drawer, drawn_look
from pinpoint3d.synth.shapes.handles import handle
from pinpoint3d.synth.shapes.housings import hollow
from pinpoint3d.synth.shapes.legs import add_legs
from pinpoint3d.synth.shapes.primitives import (
    box,
    cylinder,
    extrusion,
    frame,
    moved,
    rounded_rectangle,
)

TOPS = ("square edged", "rounded", "edge bands", "glass", "corner")
SIDES = ("pedestal and panel", "pedestal and legs", "two pedestals", "panels", "legs", "sit-stand")
LEGS = ("square", "round", "tapered", "splayed", "hairpin", "loop")
ABOVE = ("none", "none", "riser", "hutch", "screen")
BELOW = ("none", "modesty panel", "flat drawer", "keyboard tray", "cable basket")


def make(rng: np.random.Generator) -> Asset:
    """A desk, 0.9 to 1.9 m wide and 0.7 to 1.2 m high at its top."""
    sides, top = str(rng.choice(SIDES)), str(rng.choice(TOPS, p=(0.3, 0.2, 0.2, 0.12, 0.18)))
    above, below = str(rng.choice(ABOVE)), str(rng.choice(BELOW))
    width, depth = rng.uniform(0.95, 1.8), rng.uniform(0.5, 0.8)
    height = rng.uniform(0.68, 1.15) if sides == "sit-stand" else rng.uniform(0.71, 0.77)
    look = drawn_look(rng)
    legs = str(rng.choice(LEGS))
    builder = Builder("desk")
    thick = rng.uniform(0.01, 0.014) if top == "glass" else rng.uniform(0.018, 0.035)
    under, x = height - thick, width / 2
    _top(builder, top, width, depth, under, thick, rng)
    builder.support((-x, -depth), (x, 0), height)
    knee = _sides(builder, sides, legs, width, depth, under, look, rng)
    _below(builder, below, knee, depth, under, look, rng)
    if top != "glass":
        _above(builder, above, width, depth, height, rng)
    if top == "corner":
        _wing(builder, width, depth, under, thick, rng)
    kinds = f"{sides}{f', {legs}' if 'legs' in sides else ''}, {below}, {above}"
    style = f"{top} top, {kinds}, {look.front} fronts"
    return pose_at_random(builder.asset(style), rng, share_open=float(rng.choice((0.0, 0.2, 0.5))))


def _top(
    builder: Builder,
    top: str,
    width: float,
    depth: float,
    under: float,
    thick: float,
    rng: np.random.Generator,
) -> None:
    x = width / 2
    plate = builder.part("top", finish="glass" if top == "glass" else "wood")
    if top == "rounded":
        sheet = extrusion(rounded_rectangle(width, depth, 0.07), thick, under)
        builder.add(plate, moved(sheet, y=-depth / 2))
    else:
        builder.add(plate, box((-x, -depth, under), (x, 0, under + thick), 0.002))
    if top == "edge bands":
        low, high = (-x - 0.001, -depth - 0.001, under + 0.001), (x + 0.001, 0, under + thick)
        band = frame(low, (*high[:2], high[2] - 0.001), 0.003, axis="z")
        builder.part("edge band", band, parent=plate, finish="plastic")
    if top != "glass" and rng.random() < 0.4:
        for s in (-1, 1) if rng.random() < 0.5 else (1,):
            at, z = s * (x - rng.uniform(0.1, 0.3)), under + thick
            grommet = builder.part("grommet", parent=plate)
            ring = cylinder((at, -0.08, z - 0.01), (at, -0.08, z + 0.002), 0.034, sides=18)
            builder.part("ring", ring, parent=grommet, finish="plastic")
            cap = cylinder((at, -0.08, z - 0.01), (at, -0.08, z + 0.003), 0.026, sides=18)
            builder.part("cap", cap, parent=grommet, finish="plastic")
    if top not in ("glass", "corner") and rng.random() < 0.2:
        z, half = under + thick, rng.uniform(0.25, 0.4)
        low = (-half, -depth + 0.03, z - 0.001)
        pad = box(low, (half, -depth + 0.03 + min(0.45, 0.7 * depth), z + 0.003))
        builder.part("desk pad", pad, parent=plate, finish="leather")


def _sides(
    builder: Builder,
    sides: str,
    legs: str,
    width: float,
    depth: float,
    under: float,
    look: Look,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """What the top stands on; returns from where to where one's knees have room."""
    x = width / 2
    if sides == "sit-stand":
        _lifted(builder, width, depth, under, rng)
        return -x + 0.12, x - 0.12
    if sides == "legs":
        inset = rng.uniform(0.03, 0.07)
        stand, middle = builder.part("stand"), (0.0, -depth / 2)
        reach = x - inset, depth / 2 - inset
        add_legs(builder, legs, *reach, under, rng, parent=stand, at=middle)
        if legs in ("square", "round", "tapered") or rng.random() < 0.5:
            low = (-x + inset, -depth + inset, under - 0.06)
            apron = frame(low, (x - inset, -inset, under + 0.002), 0.02, axis="z")
            builder.part("apron", apron, parent=stand, finish="wood")
        return -x + inset + 0.04, x - inset - 0.04
    wide = min(rng.uniform(0.34, 0.46), 0.36 * width)
    left, right = -x + 0.03, x - 0.03
    mirrored = rng.random() < 0.5
    plan = {
        "pedestal and panel": ("pedestal", "panel"),
        "pedestal and legs": ("pedestal", "legs"),
        "two pedestals": ("pedestal", "pedestal"),
        "panels": ("panel", "panel"),
    }[sides]
    for s, what in zip((-1, 1) if mirrored else (1, -1), plan, strict=True):
        outer = s * (x - 0.012)
        inner = outer - s * (wide if what == "pedestal" else 0.024)
        a, b = min(outer, inner), max(outer, inner)
        if what == "pedestal":
            _pedestal(builder, (a, b), depth - 0.03, under, look, rng)
        elif what == "panel":
            panel = box((a, -depth + 0.02, 0), (b, -0.02, under + 0.001), 0.001)
            builder.part("side panel", panel, finish="wood")
        else:
            pair = builder.part("leg frame")
            thick, metal = rng.uniform(0.015, 0.028), rng.random() < 0.5
            made_of: Finish = "metal" if metal else "wood"
            for y in (-depth + 0.06, -0.06):
                low = (outer - s * 0.03 - thick, y - thick, 0)
                leg = box(low, (low[0] + 2 * thick, y + thick, under + 0.002), 0.002)
                builder.part("leg", leg, parent=pair, finish=made_of)
            low = (outer - s * 0.03 - 0.6 * thick, -depth + 0.06, under - 0.05)
            rail = box(low, (low[0] + 1.2 * thick, -0.06, under + 0.001))
            builder.part("rail", rail, parent=pair, finish=made_of)
        if s < 0:
            left = b
        else:
            right = a
    return left, right


def _pedestal(
    builder: Builder,
    across: tuple[float, float],
    depth: float,
    under: float,
    look: Look,
    rng: np.random.Generator,
) -> None:
    """A case with drawers that carries the top."""
    left, right = across
    pedestal = builder.part("pedestal")
    foot = 0.0 if rng.random() < 0.5 else 0.04
    top = under + 0.001
    case = hollow((left, -depth, foot), (right, -0.02, top), look.board)
    builder.part("case", case, parent=pedestal, finish="wood")
    if foot:
        plinth = box((left + 0.01, -depth + 0.03, 0), (right - 0.01, -0.03, foot + 0.001))
        builder.part("plinth", plinth, parent=pedestal, finish="wood")
    low, high = foot + look.board / 2, top - look.board / 2
    n_drawers = int(rng.integers(1, 5))
    edges = np.linspace(high, low, n_drawers + 1)
    if n_drawers == 3 and rng.random() < 0.6:  # two shallow ones over one for files
        edges = high - (high - low) * np.array([0, 0.25, 0.5, 1])
    for above, below in pairwise(edges.tolist()):
        cell = (left + look.gap, below + look.gap / 2, right - look.gap, above - look.gap / 2)
        drawer = add_drawer(builder, cell, depth, look, rng, parent=pedestal, back=-0.05)
        if rng.random() < 0.15:
            face = -depth - (0.018 if look.front != "inset" else 0)
            x, z = right - 0.05, cell[3] - 0.035
            lock = cylinder((x, face - PROUD, z), (x, face + 0.002, z), 0.009, sides=12)
            builder.part("lock", lock, parent=drawer, finish="metal")


def _lifted(
    builder: Builder, width: float, depth: float, under: float, rng: np.random.Generator
) -> None:
    """Two telescopic columns on long feet, a beam between them, a panel to raise the desk."""
    x, y = width / 2 - rng.uniform(0.15, 0.25), -depth / 2
    n_stages = int(rng.integers(2, 4))
    for s in (-1, 1):
        leg = builder.part("lifting leg")
        low, high = (
            (s * x - 0.035, y - 0.46 * depth, 0.008),
            (s * x + 0.035, y + 0.46 * depth, 0.045),
        )
        builder.part("foot", box(low, high, 0.006), parent=leg, finish="metal")
        for end in (-0.42, 0.42):
            at = (s * x, y + end * depth)
            glide = cylinder((*at, 0), (*at, 0.01), 0.018, sides=10)
            builder.part("glide", glide, parent=leg, finish="rubber")
        levels = np.linspace(0.04, under + 0.001, n_stages + 1)
        for k, (a, b) in enumerate(pairwise(levels.tolist())):
            half = 0.035 - 0.006 * (n_stages - 1 - k)
            stage = box(
                (s * x - half, y - 0.8 * half, a - 0.003), (s * x + half, y + 0.8 * half, b)
            )
            builder.part("stage", stage, parent=leg, finish="metal")
        bracket = box(
            (s * x - 0.03, y - 0.4 * depth, under - 0.02),
            (s * x + 0.03, y + 0.4 * depth, under + 0.001),
        )
        builder.part("bracket", bracket, parent=leg, finish="metal")
    beam = box((-x, y - 0.05, under - 0.035), (x, y + 0.05, under - 0.004), 0.002)
    builder.part("beam", beam, finish="metal")
    at = rng.uniform(0.2, 0.3) * width * (1 if rng.random() < 0.7 else -1)
    panel = builder.part("control panel")
    front = -depth - 0.008
    body = box(
        (at - 0.055, front, under - 0.022), (at + 0.055, -depth + 0.06, under + 0.001), 0.003
    )
    builder.part("housing", body, parent=panel, finish="plastic")
    for k in range(int(rng.integers(2, 6))):
        middle = at - 0.04 + 0.018 * k
        key = cylinder(
            (middle, front - 0.001, under - 0.011),
            (middle, front + 0.002, under - 0.011),
            0.006,
            sides=10,
        )
        builder.part("button", key, parent=panel, finish="rubber")


def _below(
    builder: Builder,
    below: str,
    knee: tuple[float, float],
    depth: float,
    under: float,
    look: Look,
    rng: np.random.Generator,
) -> None:
    """What hangs where the knees go."""
    left, right = knee
    middle = (left + right) / 2
    if below == "modesty panel":
        low = under - rng.uniform(0.25, 0.45)
        panel = box((left - 0.003, -0.06, low), (right + 0.003, -0.042, under + 0.001))
        builder.part("modesty panel", panel, finish="wood")
    elif below == "flat drawer":
        half = min(0.3, 0.42 * (right - left))
        drawer_look = Look("flat", look.handle, look.handle_length, look.board, look.gap, False)
        for s in (-1, 1):
            edge = middle + s * half
            rail = box(
                (edge - 0.008, -depth + 0.03, under - 0.09), (edge + 0.008, -0.08, under + 0.001)
            )
            builder.part("runner", rail, finish="metal")
        cell = (middle - half + 0.009, under - 0.09, middle + half - 0.009, under - 0.002)
        add_drawer(builder, cell, depth - 0.03, drawer_look, rng, back=-0.12)
    elif below == "keyboard tray":
        half, z = min(0.36, 0.44 * (right - left)), under - rng.uniform(0.07, 0.1)
        for s in (-1, 1):
            edge = middle + s * half
            rail = box(
                (edge - 0.012, -depth + 0.04, z + 0.004), (edge + 0.012, -0.1, under + 0.001)
            )
            builder.part("runner", rail, finish="metal")
        tray = builder.part("keyboard tray")
        low, high = (
            (middle - half - 0.012, -depth + 0.03, z - 0.012),
            (middle + half + 0.012, -0.14, z + 0.005),
        )
        builder.part("board", box(low, high, 0.002), parent=tray, finish="wood")
        if rng.random() < 0.5:
            grip = handle(str(rng.choice(("bar", "arch", "edge"))), 0.12, rng)
            builder.part("handle", moved(grip, middle, low[1], z), parent=tray, finish="metal")
        builder.slide(tray, (0, -1, 0), 0.0, 0.3)
    elif below == "cable basket":
        half, z = 0.32 * (right - left), under - 0.11
        basket = builder.part("cable basket", finish="metal")
        for at in np.linspace(middle - half, middle + half, 9).tolist():
            builder.add(
                basket,
                box((at - 0.002, -0.17, z), (at + 0.002, -0.05, z + 0.004)),
                box((at - 0.002, -0.054, z), (at + 0.002, -0.05, under + 0.001)),
                box((at - 0.002, -0.17, z), (at + 0.002, -0.166, z + 0.05)),
            )
        for y, rise in ((-0.168, 0.05), (-0.11, 0.002), (-0.052, 0.04)):
            ends = (middle - half, y, z + rise), (middle + half, y, z + rise)
            builder.add(basket, cylinder(*ends, 0.003, sides=6))


def _above(
    builder: Builder,
    above: str,
    width: float,
    depth: float,
    height: float,
    rng: np.random.Generator,
) -> None:
    """What stands on the top."""
    x, deep, board = width / 2, min(0.26, 0.4 * depth), 0.016
    if above == "riser":
        half, rise = rng.uniform(0.25, 0.8) * x, rng.uniform(0.09, 0.14)
        riser = builder.part("riser")
        z = height + rise
        plank = box((-half, -deep, z - board), (half, -0.01, z), 0.002)
        builder.part("board", plank, parent=riser, finish="wood")
        for s in (-1, 1):
            inner = s * (half - 0.03)
            foot = box(
                (inner - 0.01, -deep + 0.005, height - 0.001),
                (inner + 0.01, -0.012, z - board + 0.001),
            )
            builder.part("foot", foot, parent=riser, finish="wood")
        builder.support((-half + 0.01, -deep + 0.01), (half - 0.01, -0.02), z)
    elif above == "hutch":
        rise, n = rng.uniform(0.25, 0.5), int(rng.integers(2, 5))
        hutch = builder.part("hutch")
        edges = np.linspace(-x + board / 2, x - board / 2, n).tolist()
        top = height + rise
        for at in edges:
            wall = box(
                (at - board / 2, -deep, height - 0.001), (at + board / 2, -0.003, top - board)
            )
            builder.part("side", wall, parent=hutch, finish="wood")
        lid = box((-x, -deep, top - board), (x, 0, top), 0.001)
        builder.part("shelf", lid, parent=hutch, finish="wood")
        builder.support((-x, -deep), (x, 0), top)
        if rng.random() < 0.7:
            sheet = box((-x + 0.001, -0.004, height - 0.001), (x - 0.001, 0, top - board))
            builder.part("back", sheet, parent=hutch, finish="wood")
        for a, b in pairwise(edges):
            builder.support((a + 0.015, -deep + 0.01), (b - 0.015, -0.01), height, rise - 2 * board)
            if rng.random() < 0.5 and rise > 0.3:
                z = height + 0.5 * rise
                shelf = box((a, -deep + 0.003, z - 0.012), (b, -0.004, z))
                builder.part("shelf", shelf, parent=hutch, finish="wood")
    elif above == "screen":
        screen = builder.part("screen")
        rise = rng.uniform(0.3, 0.45)
        low, high = (-x + 0.01, -0.03, height - 0.06), (x - 0.01, -0.006, height + rise)
        builder.part("rim", frame(low, high, 0.012), parent=screen, finish="metal")
        cloth = box(
            (low[0] + 0.01, -0.027, low[2] + 0.01), (high[0] - 0.01, -0.009, high[2] - 0.01)
        )
        builder.part("panel", cloth, parent=screen, finish="fabric")


def _wing(
    builder: Builder,
    width: float,
    depth: float,
    under: float,
    thick: float,
    rng: np.random.Generator,
) -> None:
    """A second top at a right angle, towards the sitter, on its own legs."""
    s = -1 if rng.random() < 0.5 else 1
    deep, reach = rng.uniform(0.45, 0.6), rng.uniform(0.4, 0.8)
    outer, inner = s * width / 2, s * (width / 2 - deep)
    a, b = min(outer, inner), max(outer, inner)
    front = -depth - reach
    wing = builder.part("wing")
    board = box((a, front, under), (b, -depth, under + thick), 0.002)
    builder.part("top", board, parent=wing, finish="wood")
    builder.support((a, front), (b, -depth), under + thick)
    if rng.random() < 0.5:
        panel = box((a + 0.01, front + 0.02, 0), (b - 0.01, front + 0.042, under + 0.001))
        builder.part("end panel", panel, parent=wing, finish="wood")
        return
    for at in (a + 0.05, b - 0.05):
        leg = cylinder((at, front + 0.05, 0), (at, front + 0.05, under + 0.001), 0.022)
        builder.part("leg", leg, parent=wing, finish="metal")
