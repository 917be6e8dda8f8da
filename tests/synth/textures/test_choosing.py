"""Materials by finish: colours in range, the same wherever and whenever they are asked for."""

from typing import get_args

import numpy as np
import pytest

from pinpoint3d.synth.assets import Finish
from pinpoint3d.synth.textures import choose


@pytest.mark.parametrize("finish", get_args(Finish))
def test_a_place_has_one_colour_whatever_else_is_asked(
    finish: Finish, surface: tuple[np.ndarray, np.ndarray]
):
    xyz, normals = surface
    for seed in range(16):
        material = choose(finish, np.random.default_rng(seed))
        colours = material.colours(xyz, normals)
        assert colours.shape == (2000, 3)
        assert 0 <= colours.min() <= colours.max() <= 1
        assert 0 <= material.gloss <= 1
        assert np.array_equal(material.colours(xyz[50:60], normals[50:60]), colours[50:60])


def test_colour_does_not_tell_which_side_of_a_sheet_is_seen(
    surface: tuple[np.ndarray, np.ndarray],
):
    xyz, normals = surface
    for seed in range(20):
        material = choose("fabric", np.random.default_rng(seed))
        assert np.array_equal(material.colours(xyz, normals), material.colours(xyz, -normals))
