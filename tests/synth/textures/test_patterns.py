"""Patterns: their steps in colour lie where they are said to."""

from typing import get_args

import numpy as np
import pytest

from pinpoint3d.synth.textures import Banded, Blotted, Dotted, Patch, Picture, Plain
from pinpoint3d.synth.textures.prints import PictureKind

RED, BLUE = Plain((0.7, 0.2, 0.2), clouds=0.0), Plain((0.2, 0.3, 0.7), clouds=0.0)
INKS = ((0.9, 0.9, 0.9), (0.1, 0.1, 0.1), (0.8, 0.2, 0.2), (0.2, 0.6, 0.3))


def is_blue(colours: np.ndarray) -> np.ndarray:
    return colours[:, 2] > 0.5


def test_bands_change_at_their_edges(surface: tuple[np.ndarray, np.ndarray]):
    xyz, normals = surface
    banded = Banded(RED, BLUE, (0.0, 0.0, 1.0), (-0.5, 0.1, 0.4))
    z = xyz[:, 2]
    expected = ((z > -0.5) & (z < 0.1)) | (z > 0.4)
    assert np.array_equal(is_blue(banded.colours(xyz, normals)), expected)


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_patch_lies_on_one_side_and_not_behind_it(sign: int):
    rng = np.random.default_rng(0)
    xyz = rng.uniform(-0.2, 0.2, (4000, 3)).astype(np.float32)
    normals = np.zeros_like(xyz)
    normals[:, 1] = rng.choice([-1, 1], 4000)
    patch = Patch(RED, BLUE, 1, sign, (0.05, 0.0, 0.0), (0.05, 0.1))
    blue = is_blue(patch.colours(xyz, normals))
    assert blue.any()
    assert (normals[blue, 1] == sign).all()
    away = np.abs(xyz[blue] - np.array([0.05, 0, 0], np.float32))
    assert (away <= np.array([0.05, 0.03, 0.1], np.float32) + 1e-6).all()


def test_dots_cover_their_share(surface: tuple[np.ndarray, np.ndarray]):
    dotted = Dotted(RED, (0.2, 0.3, 0.7), 0.1, 0.3)
    assert is_blue(dotted.colours(*surface)).mean() == pytest.approx(np.pi * 0.09, abs=0.03)


def test_blots_use_all_their_inks(surface: tuple[np.ndarray, np.ndarray]):
    assert len(np.unique(Blotted(INKS).colours(*surface), axis=0)) == 4


@pytest.mark.parametrize("kind", get_args(PictureKind))
def test_a_picture_fits_its_panel(kind: PictureKind):
    rng = np.random.default_rng(0)
    xyz = (rng.random((3000, 3)) * [0.3, 0.01, 0.2]).astype(np.float32)
    pictures = [Picture(kind, INKS, (0, 2), (0.0, 0.0), (0.3, 0.2), seed=s) for s in range(5)]
    seen = [picture.colours(xyz, xyz) for picture in pictures]
    for colours in seen:
        assert 0 <= colours.min() <= colours.max() <= 1
        assert colours.std() > 0.02
    assert not np.array_equal(seen[0], seen[1])
    moved = Picture(kind, INKS, (0, 2), (1.0, 2.0), (1.3, 2.2), seed=0)
    again = moved.colours(xyz + np.array([1, 5, 2], np.float32), xyz)
    assert (np.abs(again - seen[0]).max(axis=1) < 0.05).mean() > 0.98  # but for rounding at edges
