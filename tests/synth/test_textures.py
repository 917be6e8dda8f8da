"""Materials: colours in range, the same wherever and whenever they are asked for."""

from typing import get_args

import numpy as np
import pytest

from pinpoint3d.synth.assets import Finish
from pinpoint3d.synth.shapes import FAMILIES
from pinpoint3d.synth.textures import choose, noise, paint


def surface(n_points: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Places and normals scattered over a unit cube."""
    rng = np.random.default_rng(5)
    normals = np.eye(3)[rng.integers(3, size=n_points)]
    return rng.uniform(-1, 1, (n_points, 3)).astype(np.float32), normals.astype(np.float32)


@pytest.mark.parametrize("finish", get_args(Finish))
def test_a_place_has_one_colour_whatever_else_is_asked(finish: Finish):
    xyz, normals = surface()
    for seed in range(6):
        material = choose(finish, np.random.default_rng(seed))
        colours = material.colours(xyz, normals)
        assert colours.shape == (2000, 3)
        assert 0 <= colours.min() <= colours.max() <= 1
        assert 0 <= material.gloss <= 1
        assert np.array_equal(material.colours(xyz[50:60], normals[50:60]), colours[50:60])


def test_noise_is_smooth_and_fills_its_range():
    line = np.linspace(0, 40, 4001, dtype=np.float32)
    xyz = np.stack([line, np.full_like(line, 0.3), np.full_like(line, -7.6)], axis=1)
    values = noise(xyz, 3, 1)
    assert np.abs(np.diff(values)).max() < 0.05
    assert values.min() < 0.25
    assert values.max() > 0.75
    assert not np.array_equal(values, noise(xyz, 4, 1))


def test_colour_often_does_not_tell_parts_apart():
    alike = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        asset = FAMILIES["cabinet"](rng)
        coats = [
            coat
            for coat, part in zip(paint(asset, rng), asset.parts, strict=True)
            if part.finish != "glass"
        ]
        assert len(coats) <= len(asset.parts)
        alike += all(coat is coats[0] for coat in coats)
    assert 15 < alike < 45


def test_siblings_of_one_name_look_alike():
    rng = np.random.default_rng(0)
    for _ in range(10):
        asset = FAMILIES["table"](rng)
        coats = paint(asset, rng)
        legs = [c for c, p in zip(coats, asset.parts, strict=True) if p.name == "leg"]
        assert all(coat is legs[0] for coat in legs)
