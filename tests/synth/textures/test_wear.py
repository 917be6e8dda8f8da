"""What use does to a surface."""

import numpy as np

from pinpoint3d.synth.textures import Dusty, Plain, Rubbed, Scratched, Worn

RED, WHITE = Plain((0.7, 0.2, 0.2), gloss=0.4, clouds=0.0), (1.0, 1.0, 1.0)


def changed(colours: np.ndarray) -> np.ndarray:
    return np.abs(colours - np.array([0.7, 0.2, 0.2], np.float32)).max(axis=1) > 0.02


def test_stains_and_scratches_leave_most_of_a_surface(surface: tuple[np.ndarray, np.ndarray]):
    stained = changed(Worn(RED, WHITE, 0.5, 0.1).colours(*surface)).mean()
    scratched = changed(Scratched(RED, WHITE, 0.5, 0.1, 0.003).colours(*surface)).mean()
    assert 0.02 < stained < 0.5
    assert 0.01 < scratched < 0.3


def test_edges_are_rubbed_and_middles_are_not():
    rng = np.random.default_rng(0)
    xyz = rng.uniform(-0.5, 0.5, (20_000, 3)).astype(np.float32)
    xyz[:, 2] = 0.5  # the top of a cube of 1 m
    rubbed = changed(
        Rubbed(RED, WHITE, (-0.5, -0.5, -0.5), (0.5, 0.5, 0.5), 0.02).colours(xyz, xyz)
    )
    to_edge = 0.5 - np.abs(xyz[:, :2]).max(axis=1)
    assert rubbed[to_edge < 0.004].mean() > 0.5
    assert not rubbed[to_edge > 0.06].any()


def test_dust_lies_on_what_looks_up_and_takes_the_gloss():
    xyz = np.random.default_rng(0).uniform(-1, 1, (500, 3)).astype(np.float32)
    dusty = Dusty(RED, WHITE, 0.5)
    for normal, share in (((0, 0, 1), 1.0), ((0, 0, -1), 0.0), ((1, 0, 0), 0.0)):
        normals = np.tile(np.array(normal, np.float32), (500, 1))
        assert changed(dusty.colours(xyz, normals)).mean() == share
    assert dusty.gloss < RED.gloss
