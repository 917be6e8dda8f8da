import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pinpoint3d import Click, Masks, Scene
from pinpoint3d.graph.guarantees import keep_clicked
from pinpoint3d.snap import snap_clicks

SCENE = Scene(np.arange(30).reshape(10, 3))
labels = st.one_of(st.just((0, 0)), st.tuples(st.integers(1, 3), st.integers(0, 3)))


@given(clicks=st.lists(st.tuples(st.integers(0, 9), labels), max_size=8))
def test_clicked_points_have_their_latest_clicks_label_and_all_others_stay(
    clicks: list[tuple[int, tuple[int, int]]],
) -> None:
    masks = Masks(
        np.repeat([0, 4], 5).astype(np.int32),
        np.repeat([0, 5], 5).astype(np.int32),
        np.full(10, 0.5, np.float32),
    )
    found = keep_clicked(masks, snap_clicks(SCENE, [Click(row, *label) for row, label in clicks]))
    latest = dict(clicks)
    for row in range(10):
        label = latest.get(row, (masks.object[row], masks.part[row]))
        assert (found.object[row], found.part[row]) == label
        assert found.confidence[row] == (1 if row in latest else 0.5)


def test_the_masks_given_stay_as_they_were() -> None:
    masks = Masks.empty(10)
    keep_clicked(masks, snap_clicks(SCENE, [Click(3)]))
    assert not masks.object.any()
