"""Fronts of furniture: drawers, hinged and sliding doors, and the shelves behind them.

All stand in the frame of a piece whose back is at y = 0 and whose carcass ends at y = -depth.
`Look` holds what is the same on every front of one piece; `drawn_look` draws one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinpoint3d.synth.assets import Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.handles import STYLES, handle, upright
from pinpoint3d.synth.shapes.primitives import Mesh, box, frame, joined, moved, open_box, turned

FRONTS = ("flat", "inset", "panel", "framed")

THICK = 0.018  # m: the usual board of a front
_SUNK = 0.007  # m: how far a panel lies behind the rim round it

Cell = tuple[float, float, float, float]
"""Left, bottom, right and top of a front, metres."""


@dataclass(frozen=True)
class Look:
    """Choices that hold for all fronts of one piece of furniture."""

    front: str
    handle: str
    handle_length: float
    board: float
    gap: float
    vertical: bool
    """Whether drawers' handles stand on their fronts instead of lying."""


def drawn_look(rng: np.random.Generator) -> Look:
    """A look, each choice as likely as the next."""
    return Look(
        front=str(rng.choice(FRONTS)),
        handle=str(rng.choice((*STYLES, "none"))),
        handle_length=rng.uniform(0.08, 0.22),
        board=rng.uniform(0.015, 0.028),
        gap=rng.uniform(0.0015, 0.004),
        vertical=rng.random() < 0.15,
    )


def add_drawer(
    builder: Builder,
    cell: Cell,
    depth: float,
    look: Look,
    rng: np.random.Generator,
    *,
    parent: int = -1,
    back: float = -0.03,
    facing: float = 0.0,
    finish: Finish = "wood",
) -> int:
    """Index of a new drawer: front, tray and handles, which slides out by 3/4 of its depth.

    Parameters
    ----------
    cell
        What its front fills.
    back
        y of the tray's end.
    facing
        Radians by which all of it is turned about the z axis: drawers under a bed open sideways.
    """
    left, bottom, right, top = cell
    drawer = builder.part("drawer", parent=parent)

    def put(name: str, mesh: Mesh, made_of: Finish) -> None:
        mesh = turned(mesh, "z", facing) if facing else mesh
        builder.part(name, mesh, parent=drawer, finish=made_of)

    low, high = _front_corners(cell, depth, look)
    leaf, panel = _front(look, low, high)
    put("front", leaf if panel is None else joined(leaf, panel), finish)
    floor, wall = bottom + 0.02, 0.012
    rim = bottom + max(0.06, 0.75 * (top - bottom))
    a, b = left + 0.02, right - 0.02
    base = (a, high[1], floor - 0.008)
    put("tray", open_box(base, (b, back, rim), wall, 0.008, front=False), finish)
    face = low[1] + (_SUNK if panel is not None and look.handle != "edge" else 0.0)
    for x in _handle_places(left, right, look):
        length = min(look.handle_length, 0.7 * (right - left))
        mesh = handle(look.handle, length, rng)
        if look.vertical and look.handle in ("bar", "arch", "bridge") and top - bottom > length:
            mesh = upright(mesh)
        z = high[2] if look.handle == "edge" else bottom + (top - bottom) * 0.55
        put("handle", moved(mesh, x, face, z), "metal")
    ahead = (math.sin(facing), -math.cos(facing), 0) if facing else (0, -1, 0)
    builder.slide(drawer, ahead, 0.0, 0.75 * (depth + (back + 0.03)))
    return drawer


def add_door(
    builder: Builder,
    cell: Cell,
    depth: float,
    look: Look,
    hinged: str,
    rng: np.random.Generator,
    *,
    parent: int = -1,
    finish: Finish = "wood",
    panel_finish: Finish | None = None,
) -> int:
    """Index of a new door, hinged "left" or "right": leaf, panel or pane, and handle.

    A framed door is glazed unless `panel_finish` says otherwise.
    """
    left, bottom, right, top = cell
    door = builder.part("door", parent=parent)
    low, high = _front_corners(cell, depth, look)
    leaf, panel = _front(look, low, high)
    builder.part("leaf", leaf, parent=door, finish=finish)
    if panel is not None:
        glazed: Finish = panel_finish or ("glass" if look.front == "framed" else finish)
        builder.part("panel", panel, parent=door, finish=glazed)
    if look.handle not in ("none", "edge"):
        mesh = handle(look.handle, min(look.handle_length, 0.5 * (top - bottom)), rng)
        x = right - 0.04 if hinged == "left" else left + 0.04
        z = bottom + (top - bottom) * (0.5 if top - bottom > 0.9 else 0.75)
        builder.part("handle", moved(upright(mesh), x, low[1], z), parent=door, finish="metal")
    edge = left if hinged == "left" else right
    turn = -1.0 if hinged == "left" else 1.0
    builder.hinge(door, (edge, low[1], 0), (0, 0, turn), 0.0, math.radians(110))
    return door


def add_door_pair(
    builder: Builder,
    cell: Cell,
    depth: float,
    look: Look,
    rng: np.random.Generator,
    *,
    parent: int = -1,
    finish: Finish = "wood",
) -> None:
    """Two doors that close against each other in the middle of a cell."""
    left, bottom, right, top = cell
    middle, half_gap = (left + right) / 2, look.gap / 2
    for a, b, hinged in ((left, middle - half_gap, "left"), (middle + half_gap, right, "right")):
        part_cell = (a, bottom, b, top)
        add_door(builder, part_cell, depth, look, hinged, rng, parent=parent, finish=finish)


def add_sliding_doors(
    builder: Builder,
    cell: Cell,
    depth: float,
    look: Look,
    panels: Sequence[Finish],
    *,
    parent: int = -1,
    finish: Finish = "wood",
) -> None:
    """Doors that run before each other on two tracks, one for each finish of `panels`.

    Their rims are of `finish`; each has a grip let into it, and slides by most of its width.
    """
    left, bottom, right, top = cell
    lap = 0.035  # m: how far neighbours cover each other
    n = len(panels)
    wide = (right - left + lap * (n - 1)) / n
    border = min(0.03, 0.2 * (top - bottom))
    rail = builder.part("track", parent=parent, finish="metal")
    y = -depth - 2 * THICK - 0.006
    for z in (bottom - 0.004, top - 0.004):
        builder.add(rail, box((left, y - 0.002, z), (right, -depth, z + 0.008)))
    for k, panel in enumerate(panels):
        front = -depth - THICK - 0.002 - (THICK + 0.002) * (k % 2)
        a = left + k * (wide - lap)
        low = np.array([a, front, bottom + 0.004])
        high = np.array([a + wide, front + THICK, top - 0.004])
        door = builder.part("sliding door", parent=parent)
        if look.front == "flat":
            builder.part("leaf", box(low, high, 0.001), parent=door, finish=panel)
        else:
            builder.part("rim", frame(low, high, border), parent=door, finish=finish)
            sunk = np.array([border, 0.004, border])
            sheet = box(low + sunk, high - sunk)
            builder.part("panel", sheet, parent=door, finish=panel)
        x = a + border / 2 if k == n - 1 else a + wide - border / 2
        if k not in (0, n - 1):
            x = a + border / 2
        z, half = (bottom + top) / 2, min(0.08, 0.2 * (top - bottom))
        grip = box((x - 0.009, front - 0.0015, z - half), (x + 0.009, front + 0.004, z + half))
        builder.part("grip", grip, parent=door, finish="metal")
        builder.slide(door, (-1 if k == n - 1 else 1, 0, 0), 0.0, 0.85 * (wide - lap))


def add_shelves(
    builder: Builder,
    body: int,
    across: tuple[float, float],
    rise: tuple[float, float],
    depth: float,
    look: Look,
    rng: np.random.Generator,
) -> None:
    """Shelves 25 to 40 cm apart between two sides, and what may stand on each."""
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
    sunk = low + np.array([border, _SUNK, border])
    panel = box(sunk, high - np.array([border, 0.002, border]))
    return frame(low, high, border), panel


def _handle_places(left: float, right: float, look: Look) -> list[float]:
    if look.handle == "none":
        return []
    middle, wide = (left + right) / 2, right - left
    if wide > 0.62 and look.handle != "edge":
        return [middle - wide * 0.27, middle + wide * 0.27]
    return [middle]


def _front_corners(cell: Cell, depth: float, look: Look) -> tuple[np.ndarray, np.ndarray]:
    """Corners of a front: before the carcass, or set into it and flush with its edges."""
    left, bottom, right, top = cell
    if look.front == "inset":
        edge = look.board * 0.6
        low = np.array([left + edge, -depth + 0.0005, bottom + edge * 0.4])
        return low, np.array([right - edge, -depth + THICK, top - edge * 0.4])
    return np.array([left, -depth - THICK, bottom]), np.array([right, -depth, top])
