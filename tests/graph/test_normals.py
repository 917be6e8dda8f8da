import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d.graph.neighbours import nearest_neighbours, undirected_edges
from pinpoint3d.graph.normals import estimate_normals, orient_normals

UP = np.array([0.0, 0.0, 1.0])


def plane(n: int = 24, noise: float = 0.0, seed: int = 0) -> np.ndarray:
    """A unit grid of n by n points in the plane z = 0."""
    x, y = np.meshgrid(np.arange(n), np.arange(n))
    xyz = np.stack([x, y, np.zeros_like(x)], axis=-1).reshape(-1, 3).astype(np.float64)
    return xyz + np.random.default_rng(seed).normal(0, noise, xyz.shape)


def sphere(n: int = 2000) -> np.ndarray:
    """A spiral of n points on the unit sphere."""
    z = 1 - 2 * (np.arange(n) + 0.5) / n
    turn = np.arange(n) * np.pi * (3 - np.sqrt(5))
    rim = np.sqrt(1 - z**2)
    return np.stack([rim * np.cos(turn), rim * np.sin(turn), z], axis=1)


def fitted(xyz: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    positions = xyz.astype(np.float32)
    return estimate_normals(positions, nearest_neighbours(positions))


def oriented(xyz: np.ndarray, normal: np.ndarray, up: np.ndarray = UP) -> np.ndarray:
    positions = xyz.astype(np.float32)
    edges = undirected_edges(nearest_neighbours(positions))
    return orient_normals(positions, normal, edges, up)


def degrees(normal: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Angle of each normal to the line of its true one."""
    return np.degrees(np.arccos(np.minimum(np.abs((normal * truth).sum(axis=1)), 1)))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 999), offset=st.sampled_from([0.0, 900.0]))
def test_normals_of_a_noisy_plane_are_its_own_within_two_degrees(seed: int, offset: float) -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    normal, _ = fitted(plane(noise=0.02, seed=seed) @ turn.T + offset)
    assert degrees(normal, turn[:, 2]).max() < 2


def test_normals_of_a_sphere_point_from_its_centre_within_three_degrees() -> None:
    normal, _ = fitted(sphere())
    assert degrees(normal, sphere()).max() < 3


def test_normals_are_of_length_1_even_on_a_line_and_on_a_heap() -> None:
    line = np.arange(30)[:, None] * np.array([[1.0, 2.0, 3.0]])
    for xyz in (line, np.random.default_rng(0).normal(size=(200, 3)), line[:1]):
        normal, variation = fitted(xyz)
        np.testing.assert_allclose(np.linalg.norm(normal, axis=1), 1, rtol=1e-5)
        assert (variation >= 0).all()
        assert (variation <= 1 / 3 + 1e-6).all()


def test_surface_variation_tells_a_plane_from_a_heap() -> None:
    _, flat = fitted(plane())
    _, heap = fitted(np.random.default_rng(0).uniform(size=(500, 3)))
    assert flat.max() < 1e-6
    assert np.median(heap) > 0.1


def test_a_crease_stays_sharp_two_nodes_away_from_it() -> None:
    floor = plane()
    wall = floor[floor[:, 0] > 0][:, [2, 1, 0]]
    normal, _ = fitted(np.concatenate([floor, wall]))
    truth = np.repeat([[0, 0, 1], [1, 0, 0]], [len(floor), len(wall)], axis=0)
    away = np.concatenate([floor[:, 0], wall[:, 2]]) > 2
    assert degrees(normal, truth)[away].max() < 10


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 999))
def test_normals_of_a_closed_surface_all_point_outwards_whatever_signs_they_came_with(
    seed: int,
) -> None:
    sign = np.random.default_rng(seed).choice([-1, 1], (2000, 1))
    truth = sphere().astype(np.float32)
    assert ((oriented(sphere(), truth * sign.astype(np.float32)) * truth).sum(axis=1) > 0).all()


@pytest.mark.parametrize("up", [UP, -UP])
def test_a_floor_has_its_outside_up(up: np.ndarray) -> None:
    sign = np.random.default_rng(1).choice([-1, 1], (24 * 24, 1))
    signed = (np.array([[0, 0, 1]]) * sign).astype(np.float32)
    assert (oriented(plane(), signed, up) @ up > 0.99).all()


def test_a_floor_and_the_wall_on_it_face_the_same_side_of_their_common_surface() -> None:
    floor = plane()
    wall = floor[floor[:, 0] > 0][:, [2, 1, 0]]
    xyz = np.concatenate([floor, wall])
    normal = oriented(xyz, fitted(xyz)[0])
    assert (normal[: len(floor)][floor[:, 0] > 2, 2] > 0).all()
    assert (normal[len(floor) :][wall[:, 2] > 2, 0] > 0).all()


def test_pieces_that_do_not_touch_are_oriented_one_by_one() -> None:
    both = np.concatenate([sphere(), sphere() + 10])
    truth = np.concatenate([sphere(), sphere()]).astype(np.float32)
    flipped = truth.copy()
    flipped[2000:] *= -1
    assert ((oriented(both, flipped) * truth).sum(axis=1) > 0).all()
