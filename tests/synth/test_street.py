"""Streets: things on the pavement and the road, nothing through anything."""

import numpy as np
import pytest

from pinpoint3d.synth import street
from pinpoint3d.synth.layout import footprints, overlap
from pinpoint3d.synth.samples import street as scanned

SEEDS = range(4)


@pytest.mark.parametrize("seed", SEEDS)
def test_things_stand_apart_on_the_ground(seed: int) -> None:
    world = street.make(np.random.default_rng(seed))
    assert len(world.items) >= 3
    for i, first in enumerate(world.items):
        assert first.position[2] >= -street.KERB - 1e-6
        for second in world.items[i + 1 :]:
            for a in footprints(first):
                for b in footprints(second):
                    apart = a.low >= b.high - 0.002 or b.low >= a.high - 0.002
                    assert apart or not overlap(a.corners, b.corners, 0.0)


def test_a_scanned_street_shows_labelled_things() -> None:
    made = scanned(np.random.default_rng(1))
    labels = made.scene.labels
    assert made.kind == "street"
    assert labels is not None
    assert len(np.unique(labels.object[labels.object > 0])) > len(made.objects) / 2
