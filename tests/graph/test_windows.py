from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d import Click, Scene
from pinpoint3d.graph.windows import Window, Windows
from pinpoint3d.snap import SnappedClicks, snap_clicks

LENGTH = 4000


@pytest.fixture(scope="module")
def street() -> Scene:
    """Points along x with one in a hundred missing, 1 cm apart, and 20 cm wide."""
    rng = np.random.default_rng(0)
    xyz = np.stack(
        [np.arange(LENGTH) * 0.01, rng.uniform(0, 0.2, LENGTH), np.zeros(LENGTH)], axis=1
    )
    xyz[99::100] = np.nan
    return Scene(xyz)


@pytest.fixture(scope="module")
def windows(street: Scene) -> Windows:
    return Windows(street, 1000)


def snapped(scene: Scene, *rows: int, object_id: int = 1) -> SnappedClicks:
    return snap_clicks(scene, [Click(row, object_id) for row in rows])


rows_clicked = st.lists(
    st.integers(0, LENGTH - 1).filter(lambda row: row % 100 != 99), min_size=1, max_size=8
)


def test_a_small_scene_is_one_window_with_every_finite_point(street: Scene) -> None:
    whole = Windows(street, LENGTH)
    assert whole.whole is not None
    [(window, members)] = whole.around(snapped(street, 0, 3000))
    assert window == whole.whole
    assert members == [0, 1]
    assert (whole.rows(window) == np.flatnonzero(street.valid)).all()


def test_a_window_is_the_surroundings_of_its_click(street: Scene, windows: Windows) -> None:
    [(window, members)] = windows.around(snapped(street, 2000))
    rows = windows.rows(window)
    assert members == [0]
    assert 2000 in rows
    assert len(rows) < 1000
    assert (np.diff(rows) > 0).all()
    assert street.valid[rows].all()
    assert rows.min() < 2000 - 100
    assert rows.max() > 2000 + 100


def test_clicks_far_apart_have_windows_of_their_own(street: Scene, windows: Windows) -> None:
    found = windows.around(snapped(street, 3800, 100))
    assert [members for _, members in found] == [[1], [0]]


def test_clicks_near_each_other_share_a_window(street: Scene, windows: Windows) -> None:
    [(window, members)] = windows.around(snapped(street, 2000, 2400))
    assert members == [0, 1]
    assert {2000, 2400} <= set(windows.rows(window).tolist())


def test_a_background_click_asks_for_no_window_but_counts_in_one(
    street: Scene, windows: Windows
) -> None:
    clicks = snap_clicks(street, [Click(2000), Click(2010, object=0), Click(50, object=0)])
    [(_, members)] = windows.around(clicks)
    assert members == [0, 1]
    assert windows.around(snapped(street, 50, object_id=0)) == []
    assert len(windows.around(snapped(street, 50, object_id=0), objects_only=False)) == 1


@settings(max_examples=40, deadline=None)
@given(rows=rows_clicked)
def test_windows_are_disjoint_and_every_click_lies_in_exactly_one(
    street: Scene, windows: Windows, rows: list[int]
) -> None:
    found = windows.around(snapped(street, *rows))
    inside = [set(windows.rows(window).tolist()) for window, _ in found]
    assert all(not a & b for a, b in combinations(inside, 2))
    assert sorted(i for _, members in found for i in members) == list(range(len(rows)))
    for (_, members), held in zip(found, inside, strict=True):
        assert {rows[i] for i in members} <= held


@settings(max_examples=40, deadline=None)
@given(rows=rows_clicked, seed=st.integers(0, 999))
def test_windows_do_not_depend_on_the_order_of_the_clicks(
    street: Scene, windows: Windows, rows: list[int], seed: int
) -> None:
    shuffled = np.random.default_rng(seed).permutation(rows).tolist()
    there = [window for window, _ in windows.around(snapped(street, *rows))]
    assert [window for window, _ in windows.around(snapped(street, *shuffled))] == there


def test_denser_scenes_have_smaller_windows(street: Scene) -> None:
    [(coarse, _)] = Windows(street, 2000).around(snapped(street, 2000))
    [(fine, _)] = Windows(street, 500).around(snapped(street, 2000))
    assert len(Windows(street, 500).rows(fine)) < len(Windows(street, 2000).rows(coarse))
    assert len(Windows(street, 500).rows(fine)) <= 500


def test_boxes_meet_when_they_share_a_tile_and_not_when_they_touch() -> None:
    one = Window((0, 0, 0), (2, 2, 2))
    assert one.meets(Window((1, 1, 1), (3, 3, 3)))
    assert not one.meets(Window((2, 0, 0), (4, 2, 2)))
    assert one.joined(Window((1, -1, 0), (4, 1, 2))) == Window((0, -1, 0), (4, 2, 2))


def test_points_that_are_all_alike_have_a_window() -> None:
    scene = Scene(np.ones((50, 3)))
    windows = Windows(scene, 10)
    [(window, _)] = windows.around(snapped(scene, 7))
    assert windows.rows(window).tolist() == list(range(50))
