"""Suggested clicks, on nodes in a row and by every engine."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinpoint3d import Click, GraphSegmenter, Masks, NearestSegmenter, Scene
from pinpoint3d.graph.guarantees import NodeGraph
from pinpoint3d.graph.suggest import suggested
from pinpoint3d.snap import snap_clicks

N = 40
LINE = Scene(np.arange(N)[:, None] * [0.01, 0, 0])
BESIDE = np.stack([np.maximum(np.arange(N) - 1, 0), np.minimum(np.arange(N) + 1, N - 1)], axis=1)
GRAPH = NodeGraph(np.arange(N, dtype=np.int32), BESIDE.astype(np.int32))


def masks_of(confidence: np.ndarray, part: np.ndarray | None = None) -> Masks:
    part = np.zeros(N, np.int32) if part is None else part.astype(np.int32)
    return Masks(np.ones(N, np.int32), part, confidence.astype(np.float32))


def suggested_on_line(masks: Masks, *rows: int):
    return suggested(masks, [GRAPH], snap_clicks(LINE, [Click(row) for row in rows]))


def test_the_middle_of_an_unsure_region_is_suggested_with_the_points_expected_to_change() -> None:
    confidence = np.ones(N)
    confidence[10:21] = 0.5
    [found] = suggested_on_line(masks_of(confidence), 0)
    assert found.point == 15
    assert found.gain == pytest.approx(0.5 * 9)  # its two ends are borders, which are always unsure


def test_the_region_with_most_to_change_comes_first() -> None:
    confidence = np.ones(N)
    confidence[2:9] = 0.3  # 5 inside, 0.7 each
    confidence[20:31] = 0.6  # 9 inside, 0.4 each
    assert [s.point for s in suggested_on_line(masks_of(confidence), 0)] == [25, 5]


def test_regions_of_different_labels_are_different_places() -> None:
    confidence = np.ones(N)
    confidence[10:24] = 0.5
    found = suggested_on_line(masks_of(confidence, np.arange(N) >= 17), 0)
    assert sorted(s.point for s in found) == [13, 20]


def test_a_click_settles_what_is_nearer_to_it_than_to_the_next_place() -> None:
    confidence = np.ones(N)
    confidence[10:31] = 0.5
    [before] = suggested_on_line(masks_of(confidence), 0)
    assert before.point == 20
    [after] = suggested_on_line(masks_of(confidence), 0, 20)
    assert after.point in (15, 25)
    assert after.gain < before.gain / 2


def test_nothing_is_suggested_before_the_first_click_or_where_all_is_sure() -> None:
    assert suggested_on_line(Masks.empty(N)) == []
    assert suggested_on_line(masks_of(np.full(N, 0.9)), 0) == []


@given(st.lists(st.floats(0, 1, width=32), min_size=N, max_size=N), st.integers(0, N - 1))
def test_only_unsure_points_are_suggested_for_no_more_than_there_are(
    confidence: list[float], row: int
) -> None:
    found = suggested_on_line(masks_of(np.array(confidence)), row)
    gains = [s.gain for s in found]
    assert gains == sorted(gains, reverse=True)
    assert sum(gains) <= N
    assert all(confidence[s.point] < 0.75 and s.point != row for s in found)


@pytest.mark.parametrize("segmenter", [GraphSegmenter(), NearestSegmenter()], ids=lambda s: s.name)
def test_engines_suggest_the_same_whatever_was_asked_before(
    two_boxes: Scene, segmenter: GraphSegmenter | NearestSegmenter
) -> None:
    encoded = segmenter.encode(two_boxes)
    assert encoded.suggest([]) == []
    assert two_boxes.labels is not None
    red, blue = (int(np.flatnonzero(two_boxes.labels.object == k)[0]) for k in (1, 2))
    clicks = [Click(red, 1), Click(blue, 2)]
    found = encoded.suggest(clicks)
    encoded.segment([Click(blue, 1)])
    assert encoded.suggest(clicks) == found
    assert segmenter.encode(two_boxes).suggest(clicks) == found
    assert all(encoded.segment(clicks).confidence[s.point] < 0.75 for s in found)
