"""Primitives are closed, face outward, and have the size they were asked for."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d.synth.shapes.primitives import (
    Axis,
    Mesh,
    bent,
    box,
    circle,
    curve,
    cushion,
    cylinder,
    extrusion,
    flattened,
    frame,
    hoop,
    joined,
    lathe,
    moved,
    open_box,
    rounded_rectangle,
    sheared,
    slab,
    squared,
    stretched,
    tube,
    turned,
)


def volume(mesh: Mesh) -> float:
    """Volume inside, positive when faces turn outward."""
    a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def is_closed(mesh: Mesh) -> bool:
    """Whether every edge is met by the same edge in the other direction."""
    _, same = np.unique(np.round(mesh.vertices, 9), axis=0, return_inverse=True)
    faces = same.reshape(-1)[mesh.faces]
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    edges = edges[edges[:, 0] != edges[:, 1]]
    there, back = (np.unique(e, axis=0, return_counts=True) for e in (edges, edges[:, ::-1]))
    return all(np.array_equal(x, y) for x, y in zip(there, back, strict=True))


def area(mesh: Mesh) -> np.ndarray:
    """Area of every face."""
    a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


OUTLINES = (
    [(0, 0), (2, 0), (2, 1), (0, 1)],
    [(0, 0), (2, 0), (2, 2), (1, 0.5), (0, 2)],
    [(0, 0), (3, 0), (3, 1), (2, 1), (2, 2), (1, 2), (1, 1), (0, 1)],
    [(0, 0), (3, 0), (3, 2), (2, 2), (2, 1), (1, 1), (1, 2), (0, 2)],
)

SOLIDS = {
    "box": (box((0, 0, 0), (1, 2, 3)), 6.0),
    "box from any corners": (box((1, 0, 3), (0, 2, 0)), 6.0),
    "bevelled box": (box((0, 0, 0), (1, 2, 3), 0.1), 5.885),
    "cylinder": (cylinder((0, 0, 0), (0, 3, 4), 0.3, sides=64), 5 * math.pi * 0.09),
    "cone": (cylinder((0, 0, 0), (0, 0, 1), 0.3, 0.0, sides=64), math.pi * 0.09 / 3),
    "lathe": (lathe([(0.5, 0), (0.5, 1)], sides=64), math.pi / 4),
    "hoop": (hoop(1, 0.1, 2.0, 64, 32), 2 * math.pi * math.pi * 0.01),
    "band": (lathe([(1, 0), (1, 1), (0.5, 1), (0.5, 0)], 64, closed=True), 0.75 * math.pi),
    "band the other way": (
        lathe([(0.5, 0), (0.5, 1), (1, 1), (1, 0)], 64, closed=True),
        0.75 * math.pi,
    ),
    "arrow": (extrusion([(0, 0), (2, 0), (2, 2), (1, 0.5), (0, 2)], 1.0), 2.5),
    "arrow the other way": (extrusion([(0, 2), (1, 0.5), (2, 2), (2, 0), (0, 0)], 1.0), 2.5),
    "rounded plate": (extrusion(rounded_rectangle(1, 2, 0.2, 16), 0.1), 0.1965),
    "disc": (extrusion(circle(1, 64), 1.0), math.pi),
    "half a ball": (
        flattened(cushion((-1, -1, -1), (1, 1, 1), 2.0, sides=64, rings=64), 0),
        2 / 3 * math.pi,
    ),
    "squared": (squared(lathe([(1, 0), (1, 1)], sides=64), 40), 3.99),
    "open box": (open_box((0, 0, 0), (1, 2, 1), 0.1), 2 - 0.8 * 1.8 * 0.9),
    "tray": (open_box((0, 0, 0), (1, 2, 1), 0.1, 0.2, front=False), 2 - 0.8 * 1.9 * 0.8),
    "leaning box": (sheared(box((0, 0, 0), (1, 2, 3)), 0.5), 6.0),
    "frame": (frame((0, 0, 0), (1, 0.1, 2), 0.1), 0.1 * (2 - 0.8 * 1.8)),
    "ellipsoid": (cushion((0, 0, 0), (2, 2, 2), 2.0, sides=64, rings=32), 4 / 3 * math.pi),
    "slab": (slab((0, 0, 0), (1, 2, 3), (4, 1, 2)), 6.0),
    "mirrored": (stretched(box((0, 0, 0), (1, 2, 3)), x=-1.0), 6.0),
    "rolled": (bent(slab((-1, 0, 0), (1, 0.2, 1), (64, 1, 1)), "z", 2.0), 0.42),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_a_solid_is_closed_and_has_its_volume(name: str):
    mesh, expected = SOLIDS[name]
    assert is_closed(mesh)
    assert volume(mesh) == pytest.approx(expected, rel=0.01)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_outline_with_corners_on_straight_lines_gives_no_empty_triangles(data: st.DataObject):
    corners = data.draw(st.sampled_from(OUTLINES))
    outline: list[tuple[float, float]] = []
    for (x, y), (u, v) in zip(corners, [*corners[1:], corners[0]], strict=True):
        shares = data.draw(st.lists(st.integers(0, 9), max_size=3, unique=True))
        outline += [(x + (u - x) * t / 10, y + (v - y) * t / 10) for t in sorted({0, *shares})]
    mesh = extrusion(outline, 0.5)
    assert area(mesh).min() > 1e-5
    assert is_closed(mesh)
    assert volume(mesh) == pytest.approx(volume(extrusion(corners, 0.5)))


def test_a_corner_named_twice_counts_once():
    corners = [(0, 0), (0, 0), (1, 0), (1, 1), (1, 1), (0, 1), (0, 0)]
    mesh = extrusion(corners, 1.0)
    assert volume(mesh) == pytest.approx(1)
    assert area(mesh).min() > 0.1


@settings(max_examples=30, deadline=None)
@given(
    angle=st.floats(-7, 7),
    axis=st.sampled_from(["x", "y", "z"]),
    shift=st.tuples(*[st.floats(-5, 5)] * 3),
)
def test_moving_and_turning_keep_shape_and_can_be_undone(
    angle: float, axis: Axis, shift: tuple[float, float, float]
):
    mesh = joined(box((0, 0, 0), (1, 2, 3), 0.1), cushion((2, 0, 0), (3, 1, 1)))
    there = turned(moved(mesh, *shift), axis, angle, about=(1, 2, 3))
    assert volume(there) == pytest.approx(volume(mesh), rel=1e-6)
    back = moved(turned(there, axis, -angle, about=(1, 2, 3)), *(-s for s in shift))
    assert np.allclose(back.vertices, mesh.vertices, atol=1e-9)


def test_a_bent_tube_keeps_its_thickness():
    path = curve([(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1)], 40)
    mesh = tube(path, 0.05, sides=12)
    gaps = np.linalg.norm(mesh.vertices[:, None] - path[None], axis=-1).min(axis=1)
    assert np.allclose(gaps, 0.05, atol=0.003)


def test_a_curve_passes_through_its_points():
    knots = np.array([(0, 0, 0), (1, 2, 0), (3, 2, 1)], float)
    path = curve(knots, 21)
    assert np.allclose(path[[0, 10, 20]], knots)
