"""Triangles of a flat outline, by clipping its ears; `primitives.extrusion` closes its ends so."""

import numpy as np
from jaxtyping import Float64, Int64

_FLAT = 1e-9  # of the outline's size squared: a smaller triangle is a straight corner


def triangulated(polygon: Float64[np.ndarray, "corners 2"]) -> Int64[np.ndarray, "triangles 3"]:
    """Triangles of a simple counter-clockwise polygon (Meisters 1975), two fewer than its corners.

    Corners may lie on the line between their neighbours: no triangle is empty.
    """
    n = len(polygon)
    least = _FLAT * float(np.ptp(polygon, axis=0).max()) ** 2
    before, after = np.roll(polygon, 1, axis=0), np.roll(polygon, -1, axis=0)
    if (_turn(before, polygon, after) > least).all():  # convex: a fan
        rest = np.arange(1, n - 1)
        return np.stack([np.zeros_like(rest), rest, rest + 1], 1)
    left = list(range(n))
    triangles = []
    while len(left) > 3:
        ring = polygon[left]
        before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
        size = _turn(before, ring, after)
        ears = np.flatnonzero(size > least)
        # Only corners that do not stand out can lie in an ear, on its border included.
        inner = np.flatnonzero(size <= least)
        free = [k for k in ears if not _holds(ring, int(k), inner, least)]
        k = int(free[0] if free else size.argmax())  # none is free where the outline meets itself
        triangles.append([left[k - 1], left[k], left[(k + 1) % len(left)]])
        left.pop(k)
    return np.array([*triangles, left], np.int64)


def _turn(
    a: Float64[np.ndarray, "#n 2"], b: Float64[np.ndarray, "#n 2"], c: Float64[np.ndarray, "#n 2"]
) -> Float64[np.ndarray, " #n"]:
    """Twice the area of the triangles a, b, c: positive where the way turns left at b."""
    first, second = b - a, c - b
    return first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]


def _holds(ring: Float64[np.ndarray, "corners 2"], k: int, inner: np.ndarray, least: float) -> bool:
    """Whether the triangle at corner k holds one of the corners `inner`."""
    n = len(ring)
    before, after = (k - 1) % n, (k + 1) % n
    points = ring[inner[(inner != before) & (inner != after)]]
    inside = np.ones(len(points), bool)
    for i, j in ((before, k), (k, after), (after, before)):
        inside &= _turn(ring[i : i + 1], ring[j : j + 1], points) >= -least
    return bool(inside.any())
