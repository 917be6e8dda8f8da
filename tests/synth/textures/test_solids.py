"""Solid materials, and that those in the bundled scan keep their colours."""

import numpy as np
import pytest

from pinpoint3d.synth import bundled
from pinpoint3d.synth.textures import Chips, Faded, Material, Plaited, Speckled, Tiles, Woven

RED, BLUE, GREY = (0.7, 0.2, 0.2), (0.2, 0.3, 0.7), (0.5, 0.5, 0.5)
CLOTH = Woven((0.23, 0.38, 0.52), (0.20, 0.33, 0.46), 0.03, seed=3)
FLOOR = Tiles((0.66, 0.53, 0.40), bundled.DARK, (1.1, 0.13), 0.004, staggered=True, seed=9)


@pytest.mark.parametrize(
    ("material", "mean", "first"),
    [
        (bundled.OAK, 0.57288, 0.71923),
        (bundled.WALNUT, 0.28193, 0.42644),
        (bundled.STEEL, 0.55994, 0.54897),
        (CLOTH, 0.33502, 0.18640),
        (FLOOR, 0.52207, 0.67780),
    ],
    ids=("oak", "walnut", "steel", "cloth", "floor"),
)
def test_materials_of_the_bundled_scan_keep_their_colours(
    material: Material, mean: float, first: float
):
    rng = np.random.default_rng(5)
    normals = np.eye(3, dtype=np.float32)[rng.integers(3, size=20_000)]
    xyz = rng.uniform(-1, 1, (20_000, 3)).astype(np.float32)
    colours = material.colours(xyz, normals)
    assert float(colours[:2000].mean(dtype=np.float64)) == pytest.approx(mean, abs=2e-5)
    assert float(colours[0, 0]) == pytest.approx(first, abs=2e-5)


def test_chips_show_their_colours_and_mortar_in_the_gaps(surface: tuple[np.ndarray, np.ndarray]):
    solid = Chips((RED, BLUE), GREY, 0.05, 0.0, seed=2).colours(*surface)
    gaps = Chips((RED, BLUE), GREY, 0.05, 0.2, seed=2).colours(*surface)
    assert len(np.unique(solid, axis=0)) == 2
    mortar = (gaps == np.float32(0.5)).all(axis=1)
    assert 0.1 < mortar.mean() < 0.6
    assert np.array_equal(gaps[~mortar], solid[~mortar])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_specks_take_about_the_share_asked_for(
    surface: tuple[np.ndarray, np.ndarray], share: float
):
    colours = Speckled((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), 0.01, share, clouds=0.0).colours(*surface)
    assert 1 - colours.mean() == pytest.approx(share, abs=0.12)


def test_a_glaze_passes_from_one_colour_to_the_other():
    height = np.linspace(-1, 1, 101, dtype=np.float32)
    xyz = np.stack([np.zeros_like(height), np.zeros_like(height), height], axis=1)
    colours = Faded(RED, BLUE, (0.0, 0.0, 1.0), -0.2, 0.2).colours(xyz, xyz)
    assert colours[0] == pytest.approx(RED)
    assert colours[-1] == pytest.approx(BLUE)


def test_strands_are_darkest_where_they_dive():
    side = np.linspace(0.0005, 0.0995, 100, dtype=np.float32)
    u, v = np.meshgrid(side, side)
    xyz = np.stack([u, v, np.zeros_like(u)], axis=-1).reshape(-1, 3)
    up = np.tile(np.array([0, 0, 1], np.float32), (len(xyz), 1))
    grey = Plaited(GREY, 0.02).colours(xyz, up).mean(axis=1).reshape(100, 100)
    middle = grey[10::20, 10::20].mean()
    border = grey[::20, ::20].mean()
    assert middle > 1.3 * border
