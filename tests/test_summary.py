"""The numbers that are shown for every object and part asked for."""

import numpy as np
import pytest

from pinpoint3d import Click, ClickError, Masks, Scene
from pinpoint3d.summary import summarise


def line(labels: Masks | None = None) -> Scene:
    """Ten points in a row, 1 m apart."""
    xyz = np.zeros((10, 3), np.float32)
    xyz[:, 0] = np.arange(10)
    return Scene(xyz, labels=labels)


OBJECTS = [0, 0, 3, 3, 3, 3, 7, 7, 0, 0]
PARTS = [0, 0, 1, 1, 2, 0, 0, 0, 0, 0]


def test_objects_come_in_order_each_followed_by_its_parts():
    masks = Masks.of(OBJECTS, PARTS)
    rows = summarise(line(), masks, [Click(7, 7), Click(2, 3, 1), Click(4, 3, 2), Click(3, 3, 1)])
    assert [(r.object, r.part, r.n_clicks, r.n_points) for r in rows] == [
        (3, None, 3, 4),
        (3, 1, 2, 2),
        (3, 2, 1, 1),
        (7, None, 1, 2),
    ]


def test_background_is_no_target():
    assert summarise(line(), Masks.empty(10), [Click(0, 0)]) == []


def test_a_target_that_got_nothing_is_shown_without_a_confidence():
    [row] = summarise(line(), Masks.empty(10), [Click(0, 4)])
    assert (row.object, row.n_points, row.confidence) == (4, 0, None)


def test_names_are_those_of_the_target():
    masks = Masks.of(OBJECTS, PARTS)
    rows = summarise(line(), masks, [Click(2, 3, 1)], names={"3": "chair", "3.2": "seat"})
    assert [r.name for r in rows] == ["chair", None, "seat", None]


def test_confidence_is_the_mean_over_the_targets_points():
    confidence = np.linspace(0, 0.9, 10).astype(np.float32)
    masks = Masks(np.array(OBJECTS, np.int32), np.array(PARTS, np.int32), confidence)
    rows = summarise(line(), masks, [])
    assert rows[0].confidence == pytest.approx(0.35)


def test_without_truth_there_is_no_iou():
    assert all(r.iou is None for r in summarise(line(), Masks.of(OBJECTS), [Click(2, 3)]))


def test_truth_is_what_lies_under_the_first_click_whatever_its_id():
    truth = Masks.of([0, 0, 5, 5, 5, 5, 6, 6, 0, 0], [0, 0, 9, 9, 9, 8, 0, 0, 0, 0])
    masks = Masks.of(OBJECTS, PARTS)
    clicks = [Click(2, 3, 1), Click(4, 3, 2), Click(0, 7)]
    iou = {(r.object, r.part): r.iou for r in summarise(line(truth), masks, clicks)}
    assert iou[3, None] == 1
    assert iou[3, 1] == pytest.approx(2 / 3)
    assert iou[3, 2] == pytest.approx(1 / 3)
    assert iou[7, None] is None  # its only click lies on background


def test_truth_against_itself_is_one():
    truth = Masks.of(OBJECTS, PARTS)
    clicks = [Click(2, 3, 1), Click(4, 3, 2), Click(6, 7)]
    assert {r.iou for r in summarise(line(truth), truth, clicks)} == {1.0}


def test_a_click_outside_the_scene_is_refused():
    with pytest.raises(ClickError, match="click 1"):
        summarise(line(), Masks.empty(10), [Click(10, 1)])
