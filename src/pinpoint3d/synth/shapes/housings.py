"""Pieces that appliances share: hollow housings, hinged doors with windows, wire racks, feet.

`add_door` is what ovens, fridges, dishwashers and microwaves hang before a `hollow`; `posed` opens
them, and draws racks out only through open doors.
"""

import math
from collections.abc import Sequence

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.handles import handle, upright
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Number,
    Point,
    box,
    cylinder,
    frame,
    joined,
    moved,
    open_box,
)

HANDLES = ("bar", "arch", "bridge", "edge", "grip", "none")
"""How an appliance's door is held; "grip" is a dark strip let into its edge."""


def hollow(low: Point, high: Point, wall: Number, bevel: Number = 0.0) -> Mesh:
    """A box between two corners, open towards -y, with walls of even thickness."""
    (a, b, c), (d, e, f) = low, high
    return joined(
        box((a, b, c), (d, e, c + wall), bevel),
        box((a, b, f - wall), (d, e, f), bevel),
        box((a, b, c), (a + wall, e, f), bevel),
        box((d - wall, b, c), (d, e, f), bevel),
        box((a, e - wall, c), (d, e, f), bevel),
    )


def add_door(
    builder: Builder,
    low: Point,
    high: Point,
    rng: np.random.Generator,
    *,
    hinged: str,
    held: str,
    window: float | None = None,
    open_deg: Number = 105.0,
    finish: Finish = "metal",
    bevel: Number = 0.002,
    name: str = "door",
) -> int:
    """Index of a new door between two corners: leaf, window and handle, closed.

    Parameters
    ----------
    low, high
        Corners of the leaf; its face lies at the lower y.
    hinged
        "left", "right", "bottom" or "top".
    held
        One of `HANDLES`, on the side away from the hinge.
    window
        Width of the border round a pane, metres; None for a door without one.
    open_deg
        How far it opens.
    bevel
        By how much the edges of a leaf without window are rounded, metres.
    """
    (x0, y0, z0), (x1, y1, z1) = (tuple(float(v) for v in corner) for corner in (low, high))
    door = builder.part(name, finish=finish)
    if window is None:
        builder.part("leaf", box((x0, y0, z0), (x1, y1, z1), bevel), parent=door, finish=finish)
    else:
        # Room for the handle above (or beside) the pane.
        extra = 0.05 if held in ("bar", "arch", "bridge") else 0.0
        border = {
            "bottom": (window, window, window, window + extra),
            "top": (window, window, window + extra, window),
            "left": (window, window + extra, window, window),
            "right": (window + extra, window, window, window),
        }[hinged]
        ring = frame((x0, y0, z0), (x1, y1, z1), border)
        builder.part("leaf", ring, parent=door, finish=finish)
        sunk = float(rng.choice((0.0, 0.0, 0.0008, 0.004)))  # m: mostly flush with the leaf
        left, right, bottom, top = border
        pane = box((x0 + left, y0 + sunk, z0 + bottom), (x1 - right, y1 - 0.002, z1 - top))
        builder.part("window", pane, parent=door, finish="screen")
    _hold(builder, door, (x0, z0, x1, z1), y0, hinged, held, rng)
    axis, origin = {
        "left": ((0, 0, -1), (x0, y0, 0)),
        "right": ((0, 0, 1), (x1, y0, 0)),
        "bottom": ((1, 0, 0), (0, y0, z0)),
        "top": ((-1, 0, 0), (0, y0, z1)),
    }[hinged]
    builder.hinge(door, origin, axis, 0.0, math.radians(open_deg))
    return door


def _hold(
    builder: Builder,
    door: int,
    area: tuple[float, float, float, float],
    face: float,
    hinged: str,
    held: str,
    rng: np.random.Generator,
) -> None:
    x0, z0, x1, z1 = area
    if held == "none":
        return
    lying = hinged in ("bottom", "top")
    run = x1 - x0 if lying else z1 - z0
    if held == "grip":
        length, wide = run * rng.uniform(0.35, 0.8), 0.014
        along = {"bottom": z1 - 0.018, "top": z0 + 0.018, "left": x1 - 0.018, "right": x0 + 0.018}
        middle, at = ((x0 + x1) / 2 if lying else (z0 + z1) / 2), along[hinged]
        a, b = (length / 2, wide / 2) if lying else (wide / 2, length / 2)
        cx, cz = (middle, at) if lying else (at, middle)
        strip = box((cx - a, face - 0.0008, cz - b), (cx + a, face + 0.001, cz + b))
        builder.part("handle", strip, parent=door, finish="plastic")
        return
    if held == "edge":
        if not lying:
            x = x1 - 0.011 if hinged == "left" else x0 + 0.011
            rail = box((x - 0.011, face - 0.022, z0 + 0.06), (x + 0.011, face, z1 - 0.06), 0.004)
        else:
            z = z1 - 0.011 if hinged == "bottom" else z0 + 0.011
            rail = box((x0 + 0.03, face - 0.022, z - 0.011), (x1 - 0.03, face, z + 0.011), 0.004)
        builder.part("handle", rail, parent=door, finish="metal")
        return
    length = min(run * rng.uniform(0.55, 0.9), 0.9)
    mesh = handle(held, length, rng)
    if lying:
        z = z1 - 0.035 if hinged == "bottom" else z0 + 0.035
        mesh = moved(mesh, (x0 + x1) / 2, face, z)
    else:
        x = x1 - 0.035 if hinged == "left" else x0 + 0.035
        mesh = moved(upright(mesh), x, face, (z0 + z1) / 2)
    builder.part("handle", mesh, parent=door, finish="metal")


def add_drawer(
    builder: Builder,
    low: Point,
    high: Point,
    depth: Number,
    rng: np.random.Generator,
    *,
    held: str,
    inset: Number = 0.025,
    finish: Finish = "metal",
    name: str = "drawer",
) -> int:
    """Index of a new drawer that slides towards -y: a front between two corners, tray, handle.

    The tray reaches `depth` behind the front, and is `inset` narrower on each side; `held` is one
    of `HANDLES`.
    """
    (x0, y0, z0), (x1, y1, z1) = (tuple(float(v) for v in corner) for corner in (low, high))
    drawer = builder.part(name, finish=finish)
    builder.part("front", box((x0, y0, z0), (x1, y1, z1), 0.002), parent=drawer, finish=finish)
    rim, wall = z0 + 0.7 * (z1 - z0), 0.003
    a, b = x0 + float(inset), x1 - float(inset)
    back, floor = y1 + float(depth), z0 + max(0.008, float(inset) - 0.004)
    tray = open_box((a, y1, floor), (b, back, rim), wall, front=False)
    builder.part("tray", tray, parent=drawer, finish="metal")
    _hold(builder, drawer, (x0, z0, x1, z1), y0, "bottom", held, rng)
    builder.slide(drawer, (0, -1, 0), 0.0, 0.7 * float(depth))
    return drawer


def wire_rack(low: Point, high: Point, n_wires: int, thick: Number = 0.003) -> Mesh:
    """A level grid in the rectangle between two corners (x, y, z; one z): a frame and wires."""
    (x0, y0, z), (x1, y1, _) = low, high
    bars = [cylinder((x0, y, z), (x1, y, z), thick, sides=5) for y in (y0 + thick, y1 - thick)]
    xs = np.linspace(x0 + thick, x1 - thick, n_wires)
    bars += [cylinder((x, y0, z), (x, y1, z), thick * 0.7, sides=5) for x in xs]
    return joined(*bars)


def wire_basket(low: Point, high: Point, n_wires: int, thick: Number = 0.0025) -> Mesh:
    """An open basket of wires that fills the box between two corners."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    bars = [wire_rack((x0, y0, z0 + thick), (x1, y1, z0 + thick), n_wires, thick)]
    for z in (z0 + 0.5 * (z1 - z0), z1 - thick):
        for start, end in (
            ((x0, y0, z), (x1, y0, z)),
            ((x0, y1, z), (x1, y1, z)),
            ((x0, y0, z), (x0, y1, z)),
            ((x1, y0, z), (x1, y1, z)),
        ):
            bars.append(cylinder(start, end, thick, sides=5))
    for x in np.linspace(x0, x1, max(3, n_wires // 2)):
        bars += [cylinder((x, y, z0), (x, y, z1), thick * 0.7, sides=5) for y in (y0, y1)]
    for y in np.linspace(y0, y1, max(3, n_wires // 2))[1:-1]:
        bars += [cylinder((x, y, z0), (x, y, z1), thick * 0.7, sides=5) for x in (x0, x1)]
    return joined(*bars)


def add_feet(
    builder: Builder, low: Point, high: Point, rise: Number, radius: Number = 0.018
) -> None:
    """Put four round feet, from z = 0 up to `rise`, into the corners of a rectangle (x, y)."""
    for x in (low[0], high[0]):
        for y in (low[1], high[1]):
            foot = cylinder((x, y, 0), (x, y, rise + 0.001), radius, sides=10)
            builder.part("foot", foot, finish="rubber")


def posed(
    asset: Asset,
    rng: np.random.Generator,
    share_open: float,
    *,
    inner: Sequence[str],
    door: str = "door",
) -> Asset:
    """The asset with some joints opened; parts called `inner` move only past doors wide open."""
    opened = pose_at_random(asset, rng, share_open)
    names = [asset.parts[joint.part].name for joint in asset.joints]
    least = min(
        joint.state for joint, name in zip(opened.joints, names, strict=True) if name == door
    )
    if least > 1.4:  # radians: a rack that comes out passes over or beside the door
        return opened
    states = [
        0.0 if name in inner else joint.state
        for joint, name in zip(opened.joints, names, strict=True)
    ]
    return pose(asset, states)
