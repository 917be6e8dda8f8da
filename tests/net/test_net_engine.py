"""The shipped network as an engine: what one click may mean, and answers held to that."""

from itertools import pairwise

import numpy as np
import pytest

from pinpoint3d import Click, Masks, Scene, bundled_scan, load, load_segmenter
from pinpoint3d.segmenter import EncodedScene

CHAIR, SEAT = 3, 2  # object and part of the bundled scan's truth


@pytest.fixture(scope="module")
def scene() -> Scene:
    return load(bundled_scan())


@pytest.fixture(scope="module")
def encoded(scene: Scene) -> EncodedScene:
    return load_segmenter("net").encode(scene)


def row_of(scene: Scene, object_id: int, part_id: int) -> int:
    """The point of a part that is nearest to its middle."""
    assert scene.labels is not None
    rows = np.flatnonzero((scene.labels.object == object_id) & (scene.labels.part == part_id))
    apart = np.linalg.norm(scene.xyz[rows] - np.median(scene.xyz[rows], axis=0), axis=1)
    return int(rows[apart.argmin()])


def target(masks: Masks, part_id: int) -> np.ndarray:
    """Points of object 1, or of a part of it."""
    inside = masks.object == 1
    return inside & (masks.part == part_id) if part_id else inside


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return np.count_nonzero(a & b) / np.count_nonzero(a | b)


@pytest.mark.parametrize("part_id", [0, 1])
def test_a_click_s_readings_nest_and_granularity_names_one_of_them(
    scene: Scene, encoded: EncodedScene, part_id: int
) -> None:
    row = row_of(scene, CHAIR, SEAT)
    found = encoded.candidates(Click(row, 1, part_id))
    assert len(found) > 2
    assert sum(candidate.score for candidate in found) == pytest.approx(1)
    assert all(candidate.mask[row] for candidate in found)
    for inner, outer in pairwise(found):
        assert not (inner.mask & ~outer.mask).any()
    for number, candidate in enumerate(found):
        said = Click(row, 1, part_id, granularity=number / (len(found) - 1))
        assert iou(target(encoded.segment([said]), part_id), candidate.mask) > 0.9


@pytest.mark.parametrize("part_id", [0, 1])
def test_what_the_network_makes_of_a_click_alone_is_one_of_its_readings(
    scene: Scene, encoded: EncodedScene, part_id: int
) -> None:
    click = Click(row_of(scene, CHAIR, SEAT), 1, part_id)
    answer = target(encoded.segment([click]), part_id)
    # a part's reading ends where its object does
    assert max(iou(answer, c.mask) for c in encoded.candidates(click)) > 0.85


def test_a_size_that_was_named_leaves_other_labels_their_clicks(
    scene: Scene, encoded: EncodedScene
) -> None:
    row = row_of(scene, CHAIR, SEAT)
    everything = Click(row, 1, 1, granularity=1.0)
    alone = target(encoded.segment([everything]), 1)
    beyond = alone & ~target(encoded.segment([Click(row, 1, 1)]), 1)
    assert np.count_nonzero(beyond) > 100
    rows = np.flatnonzero(beyond)
    other = int(rows[len(rows) // 2])
    both = encoded.segment([everything, Click(other, 1, 2)])
    assert np.count_nonzero(target(both, 2)) > 20
    assert target(both, 1)[row]
    rest = encoded.segment([everything, Click(other, 1, 0)])
    assert not target(rest, 1)[other]
    assert np.count_nonzero(alone & ~target(rest, 1)) > 20
    outside = encoded.segment([Click(row, 1, granularity=1.0), Click(other, 0)])
    assert not target(outside, 0)[other]
    assert target(outside, 0)[row]


def test_no_piece_of_an_answer_lies_far_from_its_clicks(
    scene: Scene, encoded: EncodedScene
) -> None:
    clicks = [Click(row_of(scene, 6, part), 1, part) for part in (1, 2)]  # a mug on a table
    masks = encoded.segment(clicks)
    inside = scene.xyz[target(masks, 0)]
    assert scene.labels is not None
    mug = scene.xyz[scene.labels.object == 6]
    assert len(inside) > 200
    assert np.all(inside > mug.min(axis=0) - 0.1)
    assert np.all(inside < mug.max(axis=0) + 0.1)
