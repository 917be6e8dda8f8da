"""Kitchen base units: a worktop over drawers and doors, with a sink and its tap, or a hob.

Part tree: body, plinth or legs; worktop (edge strip, upstand); drawers and doors as in `fronts`;
sink -> bowls, rim, drain, drainer; tap; hob -> plate, rings; hob controls -> knobs.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.carcass import add_stand
from pinpoint3d.synth.shapes.controls import KNOBS, Plane, knob
from pinpoint3d.synth.shapes.fronts import (
    Look,
    add_door,
    add_door_pair,
    add_drawer,
    add_shelves,
    drawn_look,
)
from pinpoint3d.synth.shapes.hobs import STYLES as HOBS
from pinpoint3d.synth.shapes.hobs import add_hob
from pinpoint3d.synth.shapes.primitives import box, cylinder, frame, joined, open_box
from pinpoint3d.synth.shapes.sweeps import hull, oval, ring_plate
from pinpoint3d.synth.shapes.taps import STYLES as TAPS
from pinpoint3d.synth.shapes.taps import add_tap

FITTINGS = ("none", "sink", "hob", "sink and hob")
SINKS = ("inset", "double", "drainer", "round", "farmhouse")
STANDS = ("plinth", "legs", "flush")
EDGES = ("plain", "strip", "upstand")


@dataclass(frozen=True)
class _Top:
    """The worktop: its outer corners in x, its front and rear y, bottom and surface."""

    left: float
    right: float
    front: float
    low: float
    high: float


def make(rng: np.random.Generator) -> Asset:
    """A base unit, 0.4 to 2.6 m wide, its fronts closed or partly open."""
    look = drawn_look(rng)
    fitting = str(rng.choice(FITTINGS, p=(0.25, 0.35, 0.25, 0.15)))
    sink, tap = str(rng.choice(SINKS)), str(rng.choice(TAPS[:3]))
    hob = str(rng.choice(HOBS))
    stand, edge = str(rng.choice(STANDS, p=(0.7, 0.2, 0.1))), str(rng.choice(EDGES))
    n_columns = {
        "none": int(rng.integers(1, 4)),
        "sink": int(rng.integers(2, 4)),
        "hob": int(rng.integers(2, 4)),
        "sink and hob": 4,
    }[fitting]
    unit = float(rng.choice((0.4, 0.5, 0.6))) if n_columns > 1 else rng.uniform(0.4, 0.9)
    width, depth = n_columns * unit, rng.uniform(0.54, 0.62)
    foot = {"plinth": rng.uniform(0.08, 0.15), "legs": 0.12, "flush": 0.0}[stand]
    thick = rng.uniform(0.02, 0.04)
    height = rng.uniform(0.86, 0.94) - thick
    x = width / 2
    builder = Builder("kitchen_unit")
    body = builder.part("body", finish="wood")
    add_stand(builder, stand, width, depth, foot)
    over = rng.uniform(0.015, 0.03)
    top = _Top(-x - 0.004, x + 0.004, -depth - over, height, height + thick)
    material: Finish = "stone" if rng.random() < 0.5 else "wood"
    columns = np.linspace(-x, x, n_columns + 1)
    # Fittings stand over two neighbouring columns, the first over the left or right pair.
    spans: dict[str, tuple[float, float]] = {}
    pair = (float(columns[0]), float(columns[min(2, n_columns)]))
    if n_columns > 2 and fitting != "sink and hob" and rng.random() < 0.5:
        pair = (float(columns[-3]), float(columns[-1]))
    if fitting in ("sink", "sink and hob"):
        spans["sink"] = pair
    if fitting in ("hob", "sink and hob"):
        spans["hob"] = pair if fitting == "hob" else (float(columns[2]), float(columns[4]))
    hole = _hole(sink, spans["sink"], top) if "sink" in spans else None
    gap = (hole[0], hole[2]) if hole is not None and sink == "farmhouse" else None
    _carcass(builder, body, (width, depth, foot, height), look.board, gap)
    worktop = builder.part("worktop", finish=material)
    _worktop(builder, worktop, top, hole, sink, edge, material)
    _fill(builder, body, columns, (foot, height), depth, look, spans, sink, hole, rng)
    if hole is not None:
        _sink(builder, sink, hole, top, rng)
        middle = (hole[0] + hole[2]) / 2
        behind = (hole[3], 0.0) if sink != "farmhouse" else (hole[3], -0.01)
        reach = min(0.5 * (hole[3] - hole[1]) + 0.04, 0.24)
        add_tap(builder, tap, (middle, sum(behind) / 2, top.high), rng, reach=reach)
    if "hob" in spans:
        left, right = spans["hob"]
        half, deep = min(0.29, (right - left) / 2 - 0.03), (-depth + 0.05, -0.05)
        middle = (left + right) / 2
        add_hob(builder, hob, (middle - half, deep[0]), (middle + half, deep[1]), top.high, rng)
    _supports(builder, top, spans, (-x, x))
    has = [sink if "sink" in spans else "", tap if "sink" in spans else ""]
    has.append(hob if "hob" in spans else "")
    styles = (
        f"{look.front} fronts, {look.handle} handles, {stand}, {edge} edge, {n_columns} columns"
    )
    styles = f"{styles}, {' '.join(has).strip() or 'bare'}"
    return pose_at_random(builder.asset(styles), rng, share_open=float(rng.choice((0.0, 0.1, 0.4))))


def _hole(sink: str, span: tuple[float, float], top: _Top) -> tuple[float, float, float, float]:
    """Left, front, right and rear of the opening in the worktop."""
    middle, wide = (span[0] + span[1]) / 2, span[1] - span[0]
    half = {"inset": 0.26, "double": 0.36, "drainer": 0.22, "round": 0.2, "farmhouse": 0.3}[sink]
    half = min(half, wide / 2 - 0.04)
    if sink == "drainer":
        middle = span[0] + half + 0.04
    front = top.front + (0.085 if sink != "farmhouse" else -0.012)
    rear = -0.12
    if sink == "round":
        half = min(half, (rear - front) / 2)
        centre = (front + rear) / 2
        return middle - half, centre - half, middle + half, centre + half
    return middle - half, front, middle + half, rear


def _carcass(
    builder: Builder,
    body: int,
    size: tuple[float, float, float, float],
    board: float,
    gap: tuple[float, float] | None,
) -> None:
    """Sides, floor, back, and two rails under the worktop: a bowl must hang between them.

    `gap` is where the front rail is left out.
    """
    width, depth, foot, height = size
    left, right = -width / 2, width / 2
    builder.add(
        body,
        box((left, -depth, foot), (left + board, 0, height), 0.001),
        box((right - board, -depth, foot), (right, 0, height), 0.001),
        box((left, -depth, foot), (right, 0, foot + board), 0.001),
        box((left, -0.006, foot), (right, 0, height)),
        box((left, -0.1, height - board), (right, 0, height)),
    )
    for a, b in [(left, right)] if gap is None else [(left, gap[0]), (gap[1], right)]:
        if b - a > board:
            builder.add(body, box((a, -depth, height - board), (b, -depth + 0.05, height)))


def _worktop(
    builder: Builder,
    worktop: int,
    top: _Top,
    hole: tuple[float, float, float, float] | None,
    sink: str,
    edge: str,
    material: Finish,
) -> None:
    """A plate round the sink's opening, made of slabs that meet edge to edge."""
    low, high = (top.left, top.front, top.low), (top.right, 0.0, top.high)
    if hole is None:
        builder.add(worktop, box(low, high, 0.002))
    elif sink == "farmhouse":
        a, _, b, rear = hole
        builder.add(
            worktop,
            box(low, (a, 0.0, top.high)),
            box((b, top.front, top.low), high),
            box((a, rear, top.low), (b, 0.0, top.high)),
        )
    else:
        border = (hole[0] - top.left, top.right - hole[2], hole[1] - top.front, -hole[3])
        builder.add(worktop, frame(low, high, border, axis="z"))
        if sink == "round":
            # Fills the square opening's corners round the bowl.
            middle = np.array([hole[0] + hole[2], hole[1] + hole[3]]) / 2
            half = (hole[2] - hole[0]) / 2
            outer = oval(half, half, half, 0, 60.0, n_points=32)[:, :2] + middle
            inner = oval(half * 0.96, half * 0.96, half * 0.96, 0, n_points=32)[:, :2] + middle
            builder.add(worktop, ring_plate(outer, inner, top.low, top.high))
    if edge == "strip" and sink != "farmhouse":
        strip = box(
            (top.left, top.front - 0.0012, top.low),
            (top.right, top.front + 0.001, top.high - 0.003),
        )
        builder.part("edge strip", strip, parent=worktop, finish="metal")
    elif edge == "upstand":
        board = box((top.left, -0.018, top.high), (top.right, 0.0, top.high + 0.08), 0.002)
        builder.part("upstand", board, finish=material)


def _fill(
    builder: Builder,
    body: int,
    columns: np.ndarray,
    rise: tuple[float, float],
    depth: float,
    look: Look,
    spans: dict[str, tuple[float, float]],
    sink: str,
    hole: tuple[float, float, float, float] | None,
    rng: np.random.Generator,
) -> None:
    """Fill every column with drawers or doors; what lies under a sink or hob stays shallow."""
    foot, height = rise
    z_low, z_high = foot + look.board * 0.5, height - look.board * 0.5
    below_sink = 0.24  # m: deeper than any bowl
    n_wide = len(columns) - 1
    for k, (left, right) in enumerate(pairwise(columns)):
        if k:
            under = any(kind == "sink" and a < left < b for kind, (a, b) in spans.items())
            a, b = left - look.board / 2, left + look.board / 2
            builder.add(
                body, box((a, -depth, foot), (b, 0, height - (below_sink if under else 0.0)))
            )
            if under and sink != "farmhouse":
                stile = box((a, -depth, height - below_sink), (b, -depth + 0.045, height))
                builder.add(body, stile)
        middle = (left + right) / 2
        over = [kind for kind, (a, b) in spans.items() if a < middle < b]
        ceiling = z_high
        if "sink" in over:
            ceiling = height - (0.2 if sink == "farmhouse" else 0.0) - look.board * 0.5
            if sink == "farmhouse":
                _apron(builder, body, (float(left), float(right)), hole, (ceiling, height), depth)
        if "hob" in over and rng.random() < 0.6:
            # The hob's controls lie on a blind front above the drawers.
            ceiling = height - rng.uniform(0.09, 0.12)
            low, high = (left, -depth - 0.02, ceiling), (right, -depth, height)
            board = builder.part("hob controls", box(low, high, 0.002), finish="metal")
            plane = Plane((0.0, -depth - 0.02, (ceiling + height) / 2))
            style, radius = str(rng.choice(KNOBS)), rng.uniform(0.015, 0.021)
            for share in (0.28, 0.72):
                x = left + share * (right - left)
                knob(builder, plane, x, 0, radius, style, parent=board)
            ceiling -= 0.002
        cell = (left + look.gap, z_low + look.gap, right - look.gap, ceiling - look.gap)
        plan = str(rng.choice(("drawers", "door", "drawer over door")))
        if "sink" in over:
            plan = "door"
        if plan == "drawers":
            n_drawers = int(
                rng.integers(2, 5 if n_wide < 4 else 3)
            )  # fewer in long rows: parts add up
            edges = cell[3] - (cell[3] - cell[1]) * np.linspace(0, 1, n_drawers + 1) ** 1.2
            for high, low in pairwise(edges):
                drawer = (cell[0], float(low) + look.gap, cell[2], float(high) - look.gap)
                add_drawer(builder, drawer, depth, look, rng)
            continue
        if plan == "drawer over door":
            z = cell[3] - rng.uniform(0.13, 0.18)
            add_drawer(builder, (cell[0], z + look.gap, cell[2], cell[3]), depth, look, rng)
            cell = (*cell[:3], z - look.gap)
        if "sink" not in over:
            add_shelves(builder, body, (left, right), (foot, cell[3]), depth, look, rng)
        if right - left > 0.55 and n_wide < 4 and rng.random() < 0.5:
            add_door_pair(builder, cell, depth, look, rng)
        else:
            hinged = "left" if rng.random() < 0.5 else "right"
            add_door(builder, cell, depth, look, hinged, rng)


def _apron(
    builder: Builder,
    body: int,
    across: tuple[float, float],
    hole: tuple[float, float, float, float] | None,
    rise: tuple[float, float],
    depth: float,
) -> None:
    """Boards that close the front beside and below a sink whose own front shows."""
    assert hole is not None
    left, right = across
    a, b = max(left, min(hole[0], right)), min(right, max(hole[2], left))
    low, high = rise
    front, back = -depth, -depth + 0.016
    for start, end in ((left, a), (b, right)):
        if end - start > 0.001:
            builder.add(body, box((start, front, low), (end, back, high)))
    if b > a:
        builder.add(body, box((a, front, low), (b, back, low + 0.045)))


def _sink(
    builder: Builder,
    style: str,
    hole: tuple[float, float, float, float],
    top: _Top,
    rng: np.random.Generator,
) -> None:
    a, front, b, rear = hole
    finish: Finish = "ceramic" if style == "farmhouse" or rng.random() < 0.25 else "metal"
    sink = builder.part("sink", finish=finish)
    deep, rim = rng.uniform(0.15, 0.19), 0.002
    if style == "round":
        middle, radius = ((a + b) / 2, (front + rear) / 2), (b - a) / 2 * 0.955
        _bowl(builder, sink, (*middle, radius, radius), deep, top.high, 2.0, finish)
        ring = ring_plate(
            oval(radius * 1.06, radius * 1.06, radius * 1.06, 0)[:, :2] + np.array(middle),
            oval(radius * 0.985, radius * 0.985, radius * 0.985, 0)[:, :2] + np.array(middle),
            top.high - 0.001,
            top.high + rim,
        )
        builder.part("rim", ring, parent=sink, finish=finish)
        return
    z, lip = top.high, 0.012
    if style == "farmhouse":
        z, lip = top.high + 0.004, 0.0
        wall = 0.03
        shell = open_box((a, front, z - 0.215), (b, rear, z), wall, 0.02)
        builder.part("bowl", shell, parent=sink, finish=finish)
        _drain(builder, sink, ((a + b) / 2, (front + rear) / 2, z - 0.195))
        low, high = (a + wall + 0.01, front + wall + 0.01), (b - wall - 0.01, rear - wall - 0.01)
        builder.support(low, high, z - 0.195)
        return
    n_bowls = 2 if style == "double" else 1
    edges = np.linspace(a, b, n_bowls + 1)
    for left, right in pairwise(edges):
        middle = ((left + right) / 2, (front + rear) / 2)
        half = (float(right - left) / 2 - 0.008, (rear - front) / 2 - 0.008)
        _bowl(builder, sink, (float(middle[0]), middle[1], *half), deep, z, 7.0, finish)
        out = half[0] - 0.002, half[1] - 0.002
        inner = oval(out[0], out[1], out[1], 0, 7.0, n_points=32)[:, :2] + np.array(middle)
        # To the sink's edge: a superellipse of this power is a rectangle.
        x0 = float(left) - (lip if left == a else 0.0) - float(middle[0])
        x1 = float(right) + (lip if right == b else 0.0) - float(middle[0])
        outer = oval(1.0, half[1] + 0.008 + lip, half[1] + 0.008 + lip, 0, 60.0, n_points=32)[:, :2]
        outer[:, 0] = np.where(outer[:, 0] > 0, outer[:, 0] * x1, -outer[:, 0] * x0)
        plate = ring_plate(outer + np.array(middle), inner, z - 0.001, z + rim)
        builder.part("rim", plate, parent=sink, finish=finish)
    end = min(top.right - 0.02, b + 0.5)
    if style == "drainer" and end - b > 0.15:
        sheet = box((b + lip, front - lip, z - 0.001), (end, rear + lip, z + rim))
        ribs = [
            box((b + lip + 0.03, y - 0.004, z), (end - 0.03, y + 0.004, z + rim + 0.003), 0.001)
            for y in np.linspace(front + 0.04, rear - 0.04, 7)
        ]
        builder.part("drainer", joined(sheet, *ribs), parent=sink, finish=finish)


def _bowl(
    builder: Builder,
    sink: int,
    area: tuple[float, float, float, float],
    deep: float,
    z: float,
    power: float,
    finish: Finish,
) -> None:
    """A basin hung into the worktop: middle and half sizes in x and y, and its depth."""
    x, y, half_x, half_y = area
    rows = [(0.86, -deep - 0.003), (0.99, -deep * 0.85), (1.0, 0.0005)]
    rows += [(0.985, 0.0005), (0.975, -deep * 0.85), (0.85, -deep)]
    outlines = [
        oval(half_x * s, half_y * s, half_y * s, z + h, power, n_points=28) + np.array([x, y, 0.0])
        for s, h in rows
    ]
    builder.part("bowl", hull(outlines), parent=sink, finish=finish)
    _drain(builder, sink, (x, y, z - deep))
    low, high = (x - half_x * 0.7, y - half_y * 0.7), (x + half_x * 0.7, y + half_y * 0.7)
    builder.support(low, high, z - deep)


def _drain(builder: Builder, sink: int, at: tuple[float, float, float]) -> None:
    x, y, z = at
    disc = cylinder((x, y, z - 0.001), (x, y, z + 0.0025), 0.045, 0.042, sides=16)
    builder.part("drain", disc, parent=sink, finish="metal")


def _supports(
    builder: Builder,
    top: _Top,
    spans: dict[str, tuple[float, float]],
    across: tuple[float, float],
) -> None:
    """What is left of the worktop beside the fittings."""
    taken = sorted(spans.values())
    starts = [across[0], *(b for _, b in taken)]
    ends = [*(a for a, _ in taken), across[1]]
    for start, end in zip(starts, ends, strict=True):
        if end - start > 0.15:
            builder.support((start + 0.02, top.front + 0.04), (end - 0.02, -0.03), top.high)
