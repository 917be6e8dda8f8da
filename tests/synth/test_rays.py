"""The caster finds the first triangle, as trying every triangle does."""

import numpy as np
import pytest

from pinpoint3d.synth.rays import build_tree, cast
from pinpoint3d.synth.shapes.primitives import box, cushion, joined


def first_by_trying_all(
    vertices: np.ndarray, faces: np.ndarray, origin: np.ndarray, direction: np.ndarray
) -> float:
    """Distance to the first triangle in double precision, or infinity."""
    a, b, c = (vertices[faces[:, i]].astype(float) for i in range(3))
    edge, other, from_corner = b - a, c - a, origin - a
    p = np.cross(direction, other)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 1 / (edge * p).sum(axis=1)
        u = (from_corner * p).sum(axis=1) * scale
        q = np.cross(from_corner, edge)
        v, t = (q @ direction) * scale, (other * q).sum(axis=1) * scale
        hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (t > 0)
    return float(t[hit].min()) if hit.any() else np.inf


@pytest.mark.parametrize("n_triangles", [1, 3, 5, 400])
def test_it_agrees_with_trying_every_triangle(n_triangles: int):
    rng = np.random.default_rng(n_triangles)
    corners = rng.random((n_triangles, 1, 3)) + rng.normal(0, 0.1, (n_triangles, 3, 3))
    vertices = corners.reshape(-1, 3).astype(np.float32)
    faces = np.arange(3 * n_triangles, dtype=np.int32).reshape(-1, 3)
    origins = rng.uniform(-1, 2, (300, 3)).astype(np.float32)
    directions = (rng.random((300, 3)) - origins).astype(np.float32)
    distance, face = cast(build_tree(vertices, faces), origins, directions)
    expected = [
        first_by_trying_all(vertices, faces, o.astype(float), d.astype(float))
        for o, d in zip(origins, directions, strict=True)
    ]
    assert np.allclose(distance, expected, rtol=1e-3)
    assert np.array_equal(face >= 0, np.isfinite(expected))


def test_rays_along_the_axes_meet_a_box_where_it_stands():
    mesh = joined(box((0, 0, 0), (1, 1, 1)), cushion((3, 0, 0), (4, 1, 1)))
    tree = build_tree(mesh.vertices.astype(np.float32), mesh.faces.astype(np.int32))
    origins = np.array([[-1, 0.4, 0.3], [0.4, 0.3, 5], [0.4, 0.3, 5], [0.5, 0.4, 0.6]], np.float32)
    directions = np.array([[1, 0, 0], [0, 0, -1], [0, 0, 1], [0, 1, 0]], np.float32)
    distance, face = cast(tree, origins, directions)
    assert distance == pytest.approx([1, 4, np.inf, 0.6])
    assert face[2] == -1


def test_a_heap_of_equal_triangles_can_be_cast():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    tree = build_tree(vertices, np.tile(np.arange(3, dtype=np.int32), (50, 1)))
    ray = np.array([[0.2, 0.2, 1]], np.float32), np.array([[0, 0, -1]], np.float32)
    assert cast(tree, *ray)[0] == pytest.approx([1])
