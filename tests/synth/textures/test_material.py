"""Frames of their own, and the axis plane a surface faces."""

import numpy as np

from pinpoint3d.synth.textures import Framed, Wood
from pinpoint3d.synth.textures.material import flat

BOARD = Wood((0.8, 0.6, 0.4), (0.5, 0.3, 0.2), (1.0, 0.0, 0.0), seed=3)


def roughness_along(material: Wood | Framed, axis: int) -> float:
    """How far colour changes over 20 cm along an axis."""
    rng = np.random.default_rng(0)
    starts = rng.uniform(-1, 1, (100, 1, 3))
    way = np.zeros((1, 41, 3))
    way[..., axis] = np.linspace(0, 0.2, 41)
    xyz = (starts + way).reshape(-1, 3).astype(np.float32)
    grey = material.colours(xyz, np.zeros_like(xyz)).mean(axis=1).reshape(100, 41)
    return float(grey.std(axis=1).mean())


def test_a_frame_turns_the_grain():
    turned = Framed(BOARD, (2, 0, 1), (0.0, 0.0, 0.0))
    assert roughness_along(BOARD, 0) < 0.7 * roughness_along(BOARD, 2)
    assert roughness_along(turned, 2) < 0.7 * roughness_along(turned, 0)


def test_a_frame_elsewhere_shows_other_wood(surface: tuple[np.ndarray, np.ndarray]):
    xyz, normals = surface
    shifted = Framed(BOARD, (0, 1, 2), (0.0, 0.7, 0.0))
    assert np.abs(shifted.colours(xyz, normals) - BOARD.colours(xyz, normals)).mean() > 0.02


def test_a_surface_is_drawn_on_in_the_plane_it_faces():
    xyz = np.array([[1, 2, 3]] * 3, np.float32)
    u, v = flat(xyz, np.array([[-1, 0, 0], [0, 0.9, 0.1], [0.2, 0.1, 0.7]], np.float32))
    assert u.tolist() == [2, 1, 1]
    assert v.tolist() == [3, 3, 2]
