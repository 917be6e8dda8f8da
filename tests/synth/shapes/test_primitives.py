"""Primitives are closed, face outward, and have the size they were asked for."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d.synth.shapes.primitives import (
    Axis,
    Mesh,
    arc,
    bent,
    box,
    curve,
    cushion,
    cylinder,
    extrusion,
    frame,
    joined,
    lathe,
    moved,
    rounded_rectangle,
    slab,
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


SOLIDS = {
    "box": (box((0, 0, 0), (1, 2, 3)), 6.0),
    "box from any corners": (box((1, 0, 3), (0, 2, 0)), 6.0),
    "bevelled box": (box((0, 0, 0), (1, 2, 3), 0.1), 5.885),
    "cylinder": (cylinder((0, 0, 0), (0, 3, 4), 0.3, sides=64), 5 * math.pi * 0.09),
    "cone": (cylinder((0, 0, 0), (0, 0, 1), 0.3, 0.0, sides=64), math.pi * 0.09 / 3),
    "lathe": (lathe([(0.5, 0), (0.5, 1)], sides=64), math.pi / 4),
    "ring": (
        tube(np.c_[arc(1, 0, 2 * math.pi * 63 / 64, 64), np.zeros(64)], 0.1, 32, closed=True),
        2 * math.pi * math.pi * 0.01,
    ),
    "arrow": (extrusion([(0, 0), (2, 0), (2, 2), (1, 0.5), (0, 2)], 1.0), 2.5),
    "arrow the other way": (extrusion([(0, 2), (1, 0.5), (2, 2), (2, 0), (0, 0)], 1.0), 2.5),
    "rounded plate": (extrusion(rounded_rectangle(1, 2, 0.2, 16), 0.1), 0.1965),
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
