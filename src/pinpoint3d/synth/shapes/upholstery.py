"""Pads, piping and buttons: what is soft on seats, beds and benches.

`pad` is a stuffed block with round edges; `piping` the cord along its seam; `button_places` where
its surface is drawn in; `weave` makes seats of straps.
"""

import math

import numpy as np
from jaxtyping import Float64

from pinpoint3d.synth.shapes.primitives import (
    Axis,
    Mesh,
    Number,
    Point,
    box,
    cushion,
    joined,
    rounded_rectangle,
    tube,
)
from pinpoint3d.synth.shapes.sweeps import hull


def pad(
    low: Point,
    high: Point,
    edge: Number = 0.02,
    corner: Number = 0.04,
    crown: Number = 0.0,
    axis: Axis = "z",
) -> Mesh:
    """A block between two corners, its edges rounded, its faces domed.

    Parameters
    ----------
    edge
        Radius of the edges round its two faces, metres.
    corner
        Radius of its outline's corners.
    crown
        How much higher the middle of a face is than its rim, inside the corners given.
    axis
        Which way its faces look: "z" for a seat, "y" for a back rest, "x" for a side.
    """
    first, second, along = _order(axis)
    a, b = np.asarray(low, np.float64), np.asarray(high, np.float64)
    size = b - a
    tall = float(size[along])
    crown = min(crown, 0.35 * tall)
    edge = min(edge, 0.49 * (tall - 2 * crown), 0.3 * float(min(size[first], size[second])))
    corner = max(corner, edge)
    rows = [(edge * (1 - math.sin(t)), edge * (1 - math.cos(t))) for t in (0, 0.8, 1.57)]
    half = [(inset, crown + rise) for inset, rise in rows]
    narrow = 0.5 * float(min(size[first], size[second]))
    lid = edge + min(0.08, 0.5 * (narrow - edge))
    half.insert(0, (lid, 0.0))
    levels = half + [(inset, tall - z) for inset, z in reversed(half)]
    outlines = []
    for inset, z in levels:
        wide, deep = float(size[first]) - 2 * inset, float(size[second]) - 2 * inset
        flat = rounded_rectangle(wide, deep, max(corner - inset, 0.004), steps=2)
        outlines.append(np.column_stack([flat, np.full(len(flat), z - tall / 2)]))
    block = hull(outlines)
    return Mesh(_placed(block.vertices, axis) + (a + b) / 2, block.faces)


def piping(
    low: Point,
    high: Point,
    level: Number,
    corner: Number = 0.04,
    radius: Number = 0.005,
    axis: Axis = "z",
) -> Mesh:
    """A cord round a block between two corners, at a coordinate along `axis`."""
    first, second, along = _order(axis)
    a, b = np.asarray(low, np.float64), np.asarray(high, np.float64)
    wide, deep = float(b[first] - a[first]), float(b[second] - a[second])
    flat = rounded_rectangle(wide, deep, corner, steps=2)
    middle = (a + b) / 2
    path = _placed(np.column_stack([flat, np.zeros(len(flat))]), axis) + middle
    path[:, along] = level
    return tube(path, radius, sides=3, closed=True)


def button(place: Point, radius: Number = 0.013) -> Mesh:
    """A covered button, half of it sunk into the cloth."""
    middle = np.asarray(place, np.float64)
    return cushion(middle - radius, middle + radius, 2.2, sides=6, rings=4)


def button_places(
    low: tuple[Number, Number], high: tuple[Number, Number], pitch: Number, diamond: bool
) -> list[tuple[float, float]]:
    """Points of a grid inside a rectangle, every second row shifted for a `diamond` pattern."""
    rows = []
    wide, tall = high[0] - low[0], high[1] - low[1]
    n_rows, n_columns = max(1, round(tall / pitch)), max(1, round(wide / pitch))
    for row in range(n_rows):
        shifted = diamond and row % 2 == 1 and n_columns > 1
        n = n_columns - 1 if shifted else n_columns
        start = 1.0 if shifted else 0.5
        for k in range(n):
            share = (start + k) / n_columns, (row + 0.5) / n_rows
            rows.append((float(low[0] + share[0] * wide), float(low[1] + share[1] * tall)))
    return rows


def weave(
    low: Point, high: Point, z: Number, n_straps: tuple[int, int], thick: Number = 0.004
) -> tuple[Mesh, Mesh]:
    """Straps of a woven seat over a rectangle (x, y): those along y, and those across at `z`.

    `n_straps` says how many lie side by side either way. Every second one of the first lies
    lower.
    """
    (x0, y0), (x1, y1) = low[:2], high[:2]
    n, m = n_straps
    pitch, row = (x1 - x0) / n, (y1 - y0) / m
    along = [
        box(
            (x0 + (k + 0.08) * pitch, y0, z - thick / 2 + dz),
            (x0 + (k + 0.92) * pitch, y1, z + thick / 2 + dz),
        )
        for k in range(n)
        for dz in (thick / 2 if k % 2 else -thick / 2,)
    ]
    across = [
        box((x0, y0 + (k + 0.15) * row, z - thick / 2), (x1, y0 + (k + 0.85) * row, z + thick / 2))
        for k in range(m)
    ]
    return joined(*along), joined(*across)


def _order(axis: Axis) -> tuple[int, int, int]:
    """The two axes of a block's outline, and the one its faces look along."""
    return {"z": (0, 1, 2), "x": (1, 2, 0), "y": (2, 0, 1)}[axis]


def _placed(points: Float64[np.ndarray, "n 3"], axis: Axis) -> Float64[np.ndarray, "n 3"]:
    """Points drawn with the faces along z, turned so that these look along `axis`."""
    out = np.empty_like(points)
    out[:, _order(axis)] = points
    return out
