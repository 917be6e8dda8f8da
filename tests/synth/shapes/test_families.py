"""What every family of shapes keeps: real size, closed meshes, named parts with surface."""

import numpy as np
import pytest

from pinpoint3d.synth.assets import Asset, below, face_areas
from pinpoint3d.synth.shapes import FAMILIES

SEEDS = range(8)
MAX_FACES = 6000  # casting rays takes the longer the more there are
MAX_PARTS = 60


def make(kind: str, seed: int) -> Asset:
    return FAMILIES[kind](np.random.default_rng(seed))


@pytest.mark.parametrize("kind", FAMILIES)
def test_its_kind_is_the_name_of_its_family(kind: str):
    assert {make(kind, seed).kind for seed in SEEDS} == {kind}


@pytest.mark.parametrize("kind", FAMILIES)
def test_it_stands_on_the_floor_and_is_centred_before_anything_is_opened(kind: str):
    for seed in SEEDS:
        asset = make(kind, seed)
        assert asset.low[2] == pytest.approx(0, abs=1e-5)
        assert (asset.low[:2] <= 0).all()
        assert (asset.high[:2] >= 0).all()


@pytest.mark.parametrize("kind", FAMILIES)
def test_it_has_the_size_of_a_real_thing(kind: str):
    for seed in SEEDS:
        asset = make(kind, seed)
        assert 0.01 < (asset.high - asset.low).max() < 4.0


@pytest.mark.parametrize("kind", FAMILIES)
def test_it_has_few_faces_and_parts_that_a_person_could_click(kind: str):
    made = [make(kind, seed) for seed in SEEDS]
    for asset in made:
        assert 8 <= len(asset.faces) <= MAX_FACES
        assert len(asset.parts) <= MAX_PARTS
    assert np.mean([len(asset.parts) for asset in made]) >= 2


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_part_has_surface_and_a_name(kind: str):
    for seed in SEEDS:
        asset = make(kind, seed)
        area = face_areas(asset.vertices, asset.faces)
        for index, part in enumerate(asset.parts):
            assert area[below(asset.parts, index)[asset.face_part]].sum() > 1e-6, part.name
            assert part.name == part.name.lower().strip() != ""


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_part_is_closed(kind: str):
    for seed in SEEDS:
        asset = make(kind, seed)
        _, same = np.unique(np.round(asset.vertices, 5), axis=0, return_inverse=True)
        for index in range(len(asset.parts)):
            faces = same.reshape(-1)[asset.faces[asset.face_part == index]]
            edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
            edges = edges[edges[:, 0] != edges[:, 1]]
            there = np.unique(edges, axis=0, return_counts=True)
            back = np.unique(edges[:, ::-1], axis=0, return_counts=True)
            assert all(np.array_equal(x, y) for x, y in zip(there, back, strict=True)), index


@pytest.mark.parametrize("kind", FAMILIES)
def test_one_seed_makes_one_object_and_many_make_many(kind: str):
    made = [make(kind, seed) for seed in SEEDS]
    again = make(kind, 0)
    assert np.array_equal(again.vertices, made[0].vertices)
    assert again.parts == made[0].parts
    assert len({asset.vertices.tobytes() for asset in made}) == len(made)
    assert len({asset.style for asset in made}) >= 3


@pytest.mark.parametrize("kind", FAMILIES)
def test_joints_and_supports_belong_to_the_object(kind: str):
    for seed in SEEDS:
        asset = make(kind, seed)
        for joint in asset.joints:
            assert np.linalg.norm(joint.axis) == pytest.approx(1)
            assert joint.low <= joint.state <= joint.high
            assert 0 <= joint.part < len(asset.parts)
        for support in asset.supports:
            assert support.low[0] < support.high[0]
            assert support.low[1] < support.high[1]
            assert -1e-4 <= support.z <= asset.high[2] + 1e-4
            assert support.clearance > 0
