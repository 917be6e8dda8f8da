import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d import Click, NearestSegmenter, Scene


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 40), seed=st.integers(0, 9999), data=st.data())
def test_every_point_takes_the_label_of_its_nearest_click(
    n: int, seed: int, data: st.DataObject
) -> None:
    scene = Scene(np.random.default_rng(seed).normal(size=(n, 3)))
    rows = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=6, unique=True))
    labels = [(row % 3, row % 2 if row % 3 else 0) for row in rows]
    masks = (
        NearestSegmenter()
        .encode(scene)
        .segment([Click(row, *label) for row, label in zip(rows, labels, strict=True)])
    )
    apart = np.linalg.norm(scene.xyz[:, None].astype(float) - scene.xyz[rows], axis=2)
    for point in range(n):
        nearest = int(apart[point].argmin())
        assert (masks.object[point], masks.part[point]) == labels[nearest]
        others = [apart[point, i] for i in range(len(rows)) if labels[i] != labels[nearest]]
        near, rival = apart[point, nearest], min(others, default=np.inf)
        wanted = 1.0 if near == 0 else 1 - near / (near + rival)
        assert masks.confidence[point] == pytest.approx(wanted, abs=1e-6)


def test_half_way_to_a_rival_is_confidence_one_half() -> None:
    scene = Scene([[0, 0, 0], [1, 0, 0], [2, 0, 0]])
    masks = NearestSegmenter().encode(scene).segment([Click(0, 1), Click(2, 2)])
    assert masks.confidence.tolist() == [1, 0.5, 1]


def test_points_without_a_position_are_background() -> None:
    scene = Scene([[0, 0, 0], [np.nan, 0, 0], [np.inf, 0, 0]])
    encoded = NearestSegmenter().encode(scene)
    masks = encoded.segment([Click(0)])
    assert masks.object.tolist() == [1, 0, 0]
    assert masks.confidence.tolist() == [1, 0, 0]
    assert [c.mask.tolist() for c in encoded.candidates(Click(0))] == [[True, False, False]] * 4


def test_candidates_are_balls_up_to_the_whole_scene() -> None:
    scene = Scene(np.arange(300).reshape(100, 3))
    found = NearestSegmenter().encode(scene).candidates(Click(0))
    assert [int(c.mask.sum()) for c in found] == [1, 5, 22, 100]


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_candidates_are_the_same_at_every_scale(scale: float) -> None:
    scene = Scene(np.arange(300).reshape(100, 3) * scale)
    found = NearestSegmenter().encode(scene).candidates(Click(0))
    assert [int(c.mask.sum()) for c in found] == [1, 5, 22, 100]
