"""Fronts of furniture hold together: handles touch what they are screwed to, trays their front."""

from itertools import product

import numpy as np
import pytest

from pinpoint3d.synth.assets import Asset, below
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.fronts import FRONTS, Look, add_door, add_drawer
from pinpoint3d.synth.shapes.handles import STYLES

LOOKS = [
    Look(front, handle, 0.14, 0.02, 0.002, vertical=False)
    for front, handle in product(FRONTS, STYLES)
]


def vertices(asset: Asset, name: str) -> np.ndarray:
    """Corners of every part of a name."""
    named = [below(asset.parts, i) for i, part in enumerate(asset.parts) if part.name == name]
    return asset.vertices[np.unique(asset.faces[np.any(named, axis=0)[asset.face_part]])]


def built(look: Look, *, drawer: bool) -> Asset:
    builder, rng = Builder("cabinet"), np.random.default_rng(0)
    cell = (-0.25, 0.1, 0.25, 0.4)
    if drawer:
        add_drawer(builder, cell, 0.45, look, rng)
    else:
        add_door(builder, cell, 0.45, look, "left", rng)
    return builder.asset("")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.front}, {look.handle}")
def test_a_drawers_handle_reaches_the_surface_it_stands_on(look: Look):
    asset = built(look, drawer=True)
    front, handle = vertices(asset, "front"), vertices(asset, "handle")
    levels = np.unique(front[:, 1].round(5))  # the rim's face first, then that of a sunk panel
    sunk = look.front in ("panel", "framed") and look.handle != "edge"
    surface = levels[1] if sunk else levels[0]
    assert handle[:, 1].max() >= surface - 1e-5


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.front}, {look.handle}")
def test_a_tray_meets_its_front(look: Look):
    asset = built(look, drawer=True)
    front, tray = vertices(asset, "front"), vertices(asset, "tray")
    assert tray[:, 1].min() <= front[:, 1].max() + 1e-5
    assert tray[:, 0].min() >= front[:, 0].min() - 1e-5
    assert tray[:, 0].max() <= front[:, 0].max() + 1e-5


@pytest.mark.parametrize("front", FRONTS)
def test_a_doors_handle_touches_its_leaf(front: str):
    asset = built(Look(front, "bar", 0.14, 0.02, 0.002, vertical=False), drawer=False)
    assert vertices(asset, "handle")[:, 1].max() >= vertices(asset, "leaf")[:, 1].min() - 1e-5
