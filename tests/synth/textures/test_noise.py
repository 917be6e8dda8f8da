"""Random values that belong to places."""

import numpy as np

from pinpoint3d.synth.textures.noise import cells, chance, noise


def test_noise_is_smooth_and_fills_its_range():
    line = np.linspace(0, 40, 4001, dtype=np.float32)
    xyz = np.stack([line, np.full_like(line, 0.3), np.full_like(line, -7.6)], axis=1)
    values = noise(xyz, 3, 1)
    assert np.abs(np.diff(values)).max() < 0.05
    assert values.min() < 0.25
    assert values.max() > 0.75
    assert not np.array_equal(values, noise(xyz, 4, 1))


def test_cells_have_one_value_each_and_meet_at_depth_zero():
    side = np.linspace(0, 4, 200, dtype=np.float32)
    u, v = np.meshgrid(side, side)
    value, depth = cells(np.stack([u, v, np.zeros_like(u)], axis=-1).reshape(-1, 3), 1)
    grid, deep = value.reshape(200, 200), depth.reshape(200, 200)
    assert 10 < len(np.unique(grid)) < 80  # 16 squares of size 1, cut by one plane
    border = grid[:, 1:] != grid[:, :-1]
    assert np.minimum(deep[:, 1:], deep[:, :-1])[border].max() < 0.05
    assert deep.min() >= 0


def test_chance_is_spread_evenly_and_fixed_to_its_corner():
    rng = np.random.default_rng(0)
    corners = rng.integers(-1000, 1000, (20_000, 3)).astype(np.float32)
    values = chance(corners, 5)
    counts, _ = np.histogram(values, 10, (0, 1))
    assert counts.min() > 1800
    assert np.array_equal(values[7:9], chance(corners[7:9], 5))
