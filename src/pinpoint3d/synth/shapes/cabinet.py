"""Cabinets: a carcass with columns of drawers, doors and open shelves, on plinth, legs or wheels.

Part tree: body (sides, top, back, shelves as one), plinth or legs; each drawer holds front,
handle and tray; each door holds leaf (with panel or pane) and handle.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.handles import STYLES, handle, upright
from pinpoint3d.synth.shapes.primitives import Mesh, box, cylinder, frame, joined, moved

FRONTS = ("flat", "inset", "panel", "framed")
STANDS = ("plinth", "legs", "tapered legs", "flush", "castors")


@dataclass(frozen=True)
class Look:
    """Choices that hold for one whole cabinet."""

    front: str
    handle: str
    handle_length: float
    board: float
    gap: float
    vertical: bool
    """Whether drawers' handles stand on their fronts instead of lying."""


def make(rng: np.random.Generator) -> Asset:
    """A cabinet, 0.35 to 1.9 m wide, closed or partly open."""
    look = Look(
        front=str(rng.choice(FRONTS)),
        handle=str(rng.choice((*STYLES, "none"))),
        handle_length=rng.uniform(0.08, 0.22),
        board=rng.uniform(0.015, 0.028),
        gap=rng.uniform(0.0015, 0.004),
        vertical=rng.random() < 0.15,
    )
    n_columns = int(rng.choice((1, 1, 1, 2, 2, 3)))
    width = n_columns * rng.uniform(0.35, 0.65)
    depth = rng.uniform(0.35, 0.62)
    height = rng.choice((rng.uniform(0.45, 0.95), rng.uniform(0.95, 1.5), rng.uniform(1.7, 2.1)))
    stand = str(rng.choice(STANDS))
    return build(width, depth, float(height), n_columns, stand, look, rng)


def build(
    width: float,
    depth: float,
    height: float,
    n_columns: int,
    stand: str,
    look: Look,
    rng: np.random.Generator,
) -> Asset:
    """A cabinet of given outer size, metres, whose cells are filled at random."""
    builder = Builder("cabinet")
    foot = {"plinth": rng.uniform(0.06, 0.1), "castors": 0.06, "flush": 0.0}.get(
        stand, rng.uniform(0.08, 0.18)
    )
    body = builder.part("body", finish="wood")
    _carcass(builder, body, width, depth, foot, height, look.board)
    _stand(builder, stand, width, depth, foot)
    lip = rng.choice((0.0, 0.0, 0.02))
    if lip:
        top = box((-width / 2 - lip, -depth - lip, height), (width / 2 + lip, 0, height + 0.025))
        builder.part("top", top, finish="stone" if rng.random() < 0.5 else "wood")
        height += 0.025
    builder.support((-width / 2, -depth), (width / 2, 0), height)
    inner = np.linspace(-width / 2, width / 2, n_columns + 1)
    roof = height - (0.025 if lip else 0.0)
    for left, right in pairwise(inner):
        if left > -width / 2:
            post = box((left - look.board / 2, -depth, foot), (left + look.board / 2, 0, roof))
            builder.add(body, post)
        _column(builder, body, (left, right), (foot, roof), depth, look, rng)
    styles = f"{look.front} fronts, {look.handle} handles, {stand}, {n_columns} columns"
    return pose_at_random(builder.asset(styles), rng, share_open=rng.choice((0.0, 0.15, 0.5)))


def _carcass(
    builder: Builder,
    body: int,
    width: float,
    depth: float,
    foot: float,
    height: float,
    board: float,
) -> None:
    left, right = -width / 2, width / 2
    builder.add(
        body,
        box((left, -depth, foot), (left + board, 0, height), 0.001),
        box((right - board, -depth, foot), (right, 0, height), 0.001),
        box((left, -depth, height - board), (right, 0, height), 0.001),
        box((left, -depth, foot), (right, 0, foot + board), 0.001),
        box((left, -0.006, foot), (right, 0, height)),
    )


def _stand(builder: Builder, stand: str, width: float, depth: float, foot: float) -> None:
    if stand == "flush":
        return
    if stand == "plinth":
        low, high = (-width / 2 + 0.005, -depth + 0.04, 0), (width / 2 - 0.005, -0.02, foot)
        builder.part("plinth", box(low, high), finish="wood")
        return
    inset = 0.05
    for x in (-width / 2 + inset, width / 2 - inset):
        for y in (-depth + inset, -inset):
            if stand == "castors":
                wheel = cylinder((x - 0.01, y, 0.022), (x + 0.01, y, 0.022), 0.022, sides=12)
                stem = cylinder((x, y, 0.03), (x, y, foot), 0.008, sides=8)
                builder.part("castor", joined(wheel, stem), finish="rubber")
            elif stand == "legs":
                leg = box((x - 0.02, y - 0.02, 0), (x + 0.02, y + 0.02, foot), 0.003)
                builder.part("leg", leg, finish="wood")
            else:
                leg = cylinder((x * 1.02, y * 1.02, 0), (x, y, foot), 0.012, 0.022, sides=10)
                builder.part("leg", leg, finish="wood")


def _column(
    builder: Builder,
    body: int,
    across: tuple[float, float],
    rise: tuple[float, float],
    depth: float,
    look: Look,
    rng: np.random.Generator,
) -> None:
    """Fill one column from the top down with drawers, a door or open cells."""
    left, right = across
    z_high = rise[1] - look.board * 0.5
    z_low = rise[0] + look.board * 0.5
    kinds = ("drawers", "door", "drawer over door", "open")
    plan = str(rng.choice(kinds, p=(0.45, 0.25, 0.2, 0.1)))
    if plan == "open":
        _shelves(builder, body, across, (rise[0], rise[1]), depth, look, rng)
        return
    n_drawers = 0
    if plan == "drawers":
        n_drawers = int(np.clip(round((z_high - z_low) / rng.uniform(0.14, 0.3)), 1, 7))
        edges = np.linspace(z_high, z_low, n_drawers + 1)
        if n_drawers > 2 and rng.random() < 0.4:  # lower drawers are often deeper
            edges = z_high - (z_high - z_low) * np.linspace(0, 1, n_drawers + 1) ** 1.25
    elif plan == "drawer over door":
        n_drawers = 1
        edges = np.array([z_high, z_high - rng.uniform(0.13, 0.2), z_low])
    else:
        edges = np.array([z_high, z_low])
    for top, bottom in pairwise(edges[: n_drawers + 1]):
        cell = (left + look.gap, bottom + look.gap, right - look.gap, top - look.gap)
        _drawer(builder, cell, depth, look, rng)
    if plan != "drawers":
        _shelves(builder, body, across, (rise[0], float(edges[-2])), depth, look, rng)
        cell = (left + look.gap, z_low + look.gap, right - look.gap, float(edges[-2]) - look.gap)
        if right - left > 0.5 and rng.random() < 0.7:
            middle = (left + right) / 2
            _door(
                builder,
                (cell[0], cell[1], middle - look.gap / 2, cell[3]),
                depth,
                look,
                "left",
                rng,
            )
            _door(builder, (middle + look.gap / 2, *cell[1:]), depth, look, "right", rng)
        else:
            side = "left" if rng.random() < 0.5 else "right"
            _door(builder, cell, depth, look, side, rng)


def _shelves(
    builder: Builder,
    body: int,
    across: tuple[float, float],
    rise: tuple[float, float],
    depth: float,
    look: Look,
    rng: np.random.Generator,
) -> None:
    n_cells = max(1, round((rise[1] - rise[0]) / rng.uniform(0.25, 0.4)))
    heights = np.linspace(rise[0] + look.board, rise[1] - look.board, n_cells + 1)
    for k in range(n_cells):
        z = float(heights[k])
        if k:
            edge = look.board / 2  # meets a post, and ends inside an outer side
            low = (across[0] + edge, -depth + 0.03, z - look.board)
            high = (across[1] - edge, -0.003, z)
            builder.part("shelf", box(low, high), parent=body, finish="wood")
        low, high = (across[0] + 0.03, -depth + 0.05), (across[1] - 0.03, -0.03)
        builder.support(low, high, z, float(heights[k + 1] - z) - look.board)


def _front(look: Look, low: np.ndarray, high: np.ndarray) -> tuple[Mesh, Mesh | None]:
    """Meshes of a front between corners, (leaf, panel or None); its face lies at low y."""
    if look.front in ("flat", "inset") or min(high[0] - low[0], high[2] - low[2]) < 0.16:
        return box(low, high, 0.0015), None
    border = min(0.06, 0.25 * float(min(high[0] - low[0], high[2] - low[2])))
    sunk = low + np.array([border, 0.007, border])
    panel = box(sunk, high - np.array([border, 0.002, border]))
    return frame(low, high, border), panel


def _drawer(
    builder: Builder,
    cell: tuple[float, float, float, float],
    depth: float,
    look: Look,
    rng: np.random.Generator,
) -> None:
    left, bottom, right, top = cell
    drawer = builder.part("drawer")
    low, high = _front_corners(cell, depth, look)
    leaf, panel = _front(look, low, high)
    front = builder.part("front", leaf, parent=drawer, finish="wood")
    if panel is not None:
        builder.add(front, panel)
    back, floor, wall = -0.03, bottom + 0.02, 0.012
    rim = bottom + max(0.06, 0.75 * (top - bottom))
    a, b = left + 0.02, right - 0.02
    tray = joined(
        box((a, high[1], floor), (a + wall, back, rim)),
        box((b - wall, high[1], floor), (b, back, rim)),
        box((a + wall, back - wall, floor), (b - wall, back, rim)),
        box((a, high[1], floor - 0.008), (b, back, floor)),
    )
    builder.part("tray", tray, parent=drawer, finish="wood")
    for x in _handle_places(left, right, look):
        length = min(look.handle_length, 0.7 * (right - left))
        mesh = handle(look.handle, length, rng)
        if look.vertical and look.handle in ("bar", "arch", "bridge") and top - bottom > length:
            mesh = upright(mesh)
        z = high[2] if look.handle == "edge" else bottom + (top - bottom) * 0.55
        builder.part("handle", moved(mesh, x, low[1], z), parent=drawer, finish="metal")
    builder.slide(drawer, (0, -1, 0), 0.0, 0.75 * depth)


def _handle_places(left: float, right: float, look: Look) -> list[float]:
    if look.handle == "none":
        return []
    middle, wide = (left + right) / 2, right - left
    if wide > 0.62 and look.handle != "edge":
        return [middle - wide * 0.27, middle + wide * 0.27]
    return [middle]


def _door(
    builder: Builder,
    cell: tuple[float, float, float, float],
    depth: float,
    look: Look,
    hinged: str,
    rng: np.random.Generator,
) -> None:
    left, bottom, right, top = cell
    door = builder.part("door")
    low, high = _front_corners(cell, depth, look)
    leaf, panel = _front(look, low, high)
    builder.part("leaf", leaf, parent=door, finish="wood")
    if panel is not None:
        glazed: Finish = "glass" if look.front == "framed" else "wood"
        builder.part("panel", panel, parent=door, finish=glazed)
    if look.handle not in ("none", "edge"):
        mesh = handle(look.handle, min(look.handle_length, 0.5 * (top - bottom)), rng)
        x = right - 0.04 if hinged == "left" else left + 0.04
        z = bottom + (top - bottom) * (0.5 if top - bottom > 0.9 else 0.75)
        builder.part("handle", moved(upright(mesh), x, low[1], z), parent=door, finish="metal")
    edge = left if hinged == "left" else right
    turn = -1.0 if hinged == "left" else 1.0
    builder.hinge(door, (edge, low[1], 0), (0, 0, turn), 0.0, math.radians(110))


def _front_corners(
    cell: tuple[float, float, float, float], depth: float, look: Look
) -> tuple[np.ndarray, np.ndarray]:
    """Corners of a front: before the carcass, or set into it and flush with its edges."""
    left, bottom, right, top = cell
    thick = 0.018
    if look.front == "inset":
        edge = look.board * 0.6
        low = np.array([left + edge, -depth + 0.0005, bottom + edge * 0.4])
        return low, np.array([right - edge, -depth + thick, top - edge * 0.4])
    return np.array([left, -depth - thick, bottom]), np.array([right, -depth, top])
