"""Solids beyond the primitives: hulls over a stack of outlines, rings, plates cut to an outline.

Basins, tubs, car bodies and frames of mirrors are made of these. All are closed and outward.
"""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Number,
    Points,
    extrusion,
    skin,
    turned,
)

Outline = Float64[np.ndarray, "corners 3"]


def oval(
    half_width: Number,
    front: Number,
    back: Number,
    z: Number,
    power: Number = 2.0,
    power_back: Number | None = None,
    n_points: int = 28,
) -> Outline:
    """A level outline about the z axis, reaching `front` towards -y and `back` towards +y.

    `power` 2 makes halves of ellipses, 8 nearly rectangles (superellipses), for the front and, if
    given, `power_back` for the back: the bowl of a toilet is round in front and square behind.
    """
    angle = np.arange(n_points) * (2 * math.pi / n_points)
    x, y = np.cos(angle), np.sin(angle)
    exponent = np.where(y < 0, power, power if power_back is None else power_back)
    reach = (np.abs(x) ** exponent + np.abs(y) ** exponent) ** (-1 / exponent)
    along = np.where(y < 0, front, back)
    return np.stack([half_width * x * reach, along * y * reach, np.full_like(x, float(z))], 1)


def hull(outlines: Sequence[Outline]) -> Mesh:
    """A skin over outlines of equally many points, its ends closed by flat fans.

    The outlines run counter-clockwise seen from above, from the bottom up; a hollow body goes on
    over its rim and down inside.
    """
    ends = [np.broadcast_to(line.mean(axis=0), line.shape) for line in (outlines[0], outlines[-1])]
    rows = np.stack([ends[0], *outlines, ends[1]])
    closed = skin(rows)
    # The ends have shrunk to points: of their two triangles a side, one is empty.
    n, last = len(ends[0]), len(closed.faces)
    empty = np.r_[np.arange(n), np.arange(last - n, last)]
    return _outward(Mesh(closed.vertices, np.delete(closed.faces, empty, axis=0)))


def band(rows: Sequence[Outline]) -> Mesh:
    """A ring: closed outlines of equally many points, skinned one after another in a loop."""
    return _outward(skin(np.stack(rows), loop=True))


def ring_plate(outer: Points, inner: Points, low: Number, high: Number) -> Mesh:
    """A level plate from height `low` to `high` between two outlines of equally many (x, y)."""
    rows = [
        np.c_[np.asarray(line, np.float64)[:, :2], np.full(len(line), float(z))]
        for line, z in ((outer, low), (outer, high), (inner, high), (inner, low))
    ]
    return band(rows)


def side_plate(outline: Points, low: Number, high: Number) -> Mesh:
    """A polygon of (y, z) rows, seen from the side, filled from x = `low` to `high`."""
    plate = extrusion(outline, high - low, low)
    return Mesh(plate.vertices[:, [2, 0, 1]].copy(), plate.faces)


def front_plate(outline: Points, low: Number, high: Number) -> Mesh:
    """A polygon of (x, z) rows, seen from the front, filled from y = `low` to `high`."""
    return upended(extrusion(outline, high - low, -high))


def upended(mesh: Mesh) -> Mesh:
    """A lying mesh set up: what was its top faces the front, what was y becomes height."""
    return turned(mesh, "x", math.pi / 2)


def _outward(mesh: Mesh) -> Mesh:
    """The mesh, turned inside out if it encloses a negative volume."""
    a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
    if (a * np.cross(b, c)).sum() < 0:
        return Mesh(mesh.vertices, mesh.faces[:, ::-1].copy())
    return mesh
