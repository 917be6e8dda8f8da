"""Colours that are drawn."""

import numpy as np

from pinpoint3d.synth.textures import painted, shaded, vivid


def test_drawn_colours_are_colours_and_differ():
    rng = np.random.default_rng(0)
    for draw in (painted, vivid):
        drawn = np.array([draw(rng) for _ in range(300)])
        assert 0 <= drawn.min() <= drawn.max() <= 1
        assert len(np.unique(drawn.round(2), axis=0)) > 150


def test_shade_never_passes_white():
    assert shaded((0.5, 0.9, 0.1), 2.0) == (1.0, 1.0, 0.2)
