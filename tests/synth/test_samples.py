"""Samples: a function of (seed, index), varied, and labelled with names that exist."""

import numpy as np
import pytest
from scipy.spatial import KDTree

from pinpoint3d.synth.samples import Sample, masks_at, room, sample, tabletop

INDEX = range(5)


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return [sample(7, index) for index in INDEX]


def test_seed_and_index_decide_everything(samples: list[Sample]):
    again = sample(7, 3)
    assert np.array_equal(again.scene.xyz, samples[3].scene.xyz, equal_nan=True)
    assert again.objects == samples[3].objects
    other = sample(8, 3)
    assert len(other.scene) != len(again.scene) or not np.array_equal(
        other.scene.xyz, again.scene.xyz
    )
    assert len({len(s.scene) for s in samples}) == len(samples)


def test_every_label_has_a_meaning_and_enough_points(samples: list[Sample]):
    for made in samples:
        labels = made.scene.labels
        assert labels is not None
        pairs, counts = np.unique(
            np.stack([labels.object, labels.part]), axis=1, return_counts=True
        )
        for (object_id, part_id), count in zip(pairs.T, counts, strict=True):
            assert object_id <= len(made.objects)
            if part_id:
                assert part_id <= len(made.objects[object_id - 1].parts)
                assert count >= 15


def test_coarser_levels_are_unions_of_finer_parts(samples: list[Sample]):
    for made in samples[:4]:
        fine, coarse = masks_at(made, 9), masks_at(made, 0)
        assert made.scene.labels is not None
        assert np.array_equal(fine.part, made.scene.labels.part)
        assert np.array_equal(fine.object, coarse.object)
        both = np.unique(np.stack([fine.object, fine.part, coarse.part]), axis=1)
        assert both.shape[1] == len(np.unique(both[:2].T, axis=0))
        tops = np.unique(coarse.part[coarse.object == 1])
        parts = made.objects[0].parts
        assert all(parts[p - 1].parent == -1 for p in tops if p)


def test_density_varies_from_fine_to_sparse():
    gaps = []
    for seed in (0, 7):
        xyz = room(np.random.default_rng(seed)).scene.xyz
        gaps.append(float(np.median(KDTree(xyz).query(xyz[::50], k=2)[0][:, 1])))
    assert min(gaps) < 0.012
    assert max(gaps) > 0.02


def test_a_frame_of_a_table_is_organised_and_shows_most_things():
    made = tabletop(np.random.default_rng(2), organised=True)
    labels = made.scene.labels
    assert labels is not None
    assert made.kind == "frame"
    assert not made.scene.valid.all()
    assert len(np.unique(labels.object)) > len(made.objects) / 2
