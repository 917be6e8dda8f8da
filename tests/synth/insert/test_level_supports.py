"""Level surfaces of a scan: found, told apart, and known to be covered or free."""

import numpy as np

from pinpoint3d import Scene
from pinpoint3d.synth.insert.cloud import upright
from pinpoint3d.synth.insert.supports import find_levels


def sheet(low, high, z: float, rng: np.random.Generator) -> np.ndarray:  # pyright: ignore[reportMissingParameterType]  # two numbers
    xy = np.stack(
        np.meshgrid(*(np.arange(a, b, 0.015) for a, b in zip(low, high, strict=True))), -1
    ).reshape(-1, 2)
    return np.c_[xy, z + rng.normal(0, 0.001, len(xy))]


def test_floor_and_table_are_levels_and_walls_are_not():
    rng = np.random.default_rng(0)
    wall = sheet((-1, 0), (1, 2), 1.0, rng)[:, [0, 2, 1]]
    scene = Scene(
        np.concatenate(
            [sheet((-1, -1), (1, 1), 0, rng), sheet((0, 0), (0.6, 0.4), 0.7, rng), wall]
        ).astype(np.float32)
    )
    floor, table = find_levels(upright(scene))
    assert abs(floor.z) < 0.005
    assert floor.is_floor
    assert abs(table.z - 0.7) < 0.005
    assert not table.is_floor
    assert abs(floor.area - 4) < 0.3
    assert abs(table.area - 0.24) < 0.05


def test_a_level_knows_what_stands_over_it():
    rng = np.random.default_rng(0)
    points = [sheet((-1, -1), (1, 1), 0, rng), sheet((0, 0), (0.6, 0.4), 0.7, rng)]
    floor = find_levels(upright(Scene(np.concatenate(points).astype(np.float32))))[0]
    under, beside = floor.squares(np.array([[0.3, 0.2], [-0.5, -0.5]]))
    assert abs(float(floor.clearance[tuple(under)]) - 0.7) < 0.01
    assert np.isinf(floor.clearance[tuple(beside)])


def test_a_tilted_scan_is_made_upright():
    rng = np.random.default_rng(0)
    angle = np.radians(6)
    turn = np.array(
        [[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]]
    )
    cloud = upright(Scene((sheet((-1, -1), (1, 1), 0, rng) @ turn.T).astype(np.float32)))
    assert float(cloud.xyz[:, 2].std()) < 0.004
    assert np.allclose(cloud.back(cloud.xyz) @ cloud.turn.T, cloud.xyz, atol=1e-5)
