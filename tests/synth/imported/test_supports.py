"""Supports, on boxes put together to furniture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pinpoint3d.synth.imported.supports import find_supports, largest_rectangle
from pinpoint3d.synth.shapes.primitives import Mesh, box, joined


def supports_of(*meshes: Mesh):
    mesh = joined(*meshes)
    return find_supports(mesh.vertices.astype(np.float32), mesh.faces.astype(np.int32))


TABLE = [
    box((-0.8, -0.4, 0.7), (0.8, 0.4, 0.74)),
    *(box((x, y, 0), (x + 0.05, y + 0.05, 0.7)) for x in (-0.8, 0.75) for y in (-0.4, 0.35)),
]


def test_a_table_has_one_support_its_top():
    (top,) = supports_of(*TABLE)

    assert top.z == pytest.approx(0.74, abs=1e-3)
    assert top.clearance == np.inf
    assert top.low == pytest.approx((-0.8, -0.4), abs=0.05)
    assert top.high == pytest.approx((0.8, 0.4), abs=0.05)


def test_boards_of_an_open_shelf_have_the_room_below_the_next():
    boards = [box((0, 0, z), (0.8, 0.3, z + 0.02)) for z in (0.0, 0.4, 0.8)]
    sides = [box((x, 0, 0), (x + 0.02, 0.3, 0.82)) for x in (0, 0.78)]

    found = sorted(supports_of(*boards, *sides), key=lambda s: s.z)

    assert [s.z for s in found] == pytest.approx([0.02, 0.42, 0.82], abs=1e-3)
    assert [s.clearance for s in found] == pytest.approx([0.38, 0.38, np.inf], abs=1e-3)


def test_nothing_stands_inside_a_closed_cabinet():
    walls = joined(box((0, 0, 0), (1, 0.5, 1)), box((0.02, 0.02, 0.02), (0.98, 0.48, 0.98)))

    assert [s.z for s in supports_of(walls)] == pytest.approx([1.0], abs=1e-3)


def test_a_slanting_board_and_a_broom_stick_carry_nothing():
    slope = Mesh(np.array([[0, 0, 0], [1, 0, 0.5], [1, 1, 0.5], [0, 1, 0]], float),
                 np.array([[0, 1, 2], [0, 2, 3]]))  # fmt: skip

    assert supports_of(slope) == ()
    assert supports_of(box((0, 0, 0), (0.02, 0.02, 1.2))) == ()


def test_winding_does_not_matter():
    mesh = joined(*TABLE)
    inside_out = Mesh(mesh.vertices, mesh.faces[:, ::-1].copy())

    assert supports_of(inside_out) == supports_of(mesh)


@settings(max_examples=80, deadline=None)
@given(arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 6))))
def test_no_rectangle_is_larger(free: np.ndarray):
    x0, x1, y0, y1 = largest_rectangle(free)
    nx, ny = free.shape
    areas = [
        (b - a) * (d - c)
        for a in range(nx)
        for b in range(a + 1, nx + 1)
        for c in range(ny)
        for d in range(c + 1, ny + 1)
        if free[a:b, c:d].all()
    ]

    assert free[x0:x1, y0:y1].all()
    assert (x1 - x0) * (y1 - y0) == max(areas, default=0)
