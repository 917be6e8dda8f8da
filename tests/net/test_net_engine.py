"""The shipped network as an engine: what one click may mean, and answers held to that."""

from itertools import pairwise

import numpy as np
import pytest

from pinpoint3d import Click, Masks, Scene, bundled_scan, load, load_segmenter
from pinpoint3d.metrics import mask_iou
from pinpoint3d.net.found import Found
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
        assert mask_iou(target(encoded.segment([said]), part_id), candidate.mask) > 0.9


@pytest.mark.parametrize("part_id", [0, 1])
def test_what_the_network_makes_of_a_click_alone_is_one_of_its_readings(
    scene: Scene, encoded: EncodedScene, part_id: int
) -> None:
    click = Click(row_of(scene, CHAIR, SEAT), 1, part_id)
    answer = target(encoded.segment([click]), part_id)
    # a part's reading ends where its object does
    assert max(mask_iou(answer, c.mask) for c in encoded.candidates(click)) > 0.85


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


def test_a_piece_far_from_all_clicks_is_none_of_an_answer() -> None:
    x = np.concatenate([np.arange(101), [105, 106], [120, 121]])  # a long piece and two short ones
    n, first = len(x), (0, 101, 103)
    neighbour = np.clip(np.arange(n)[:, None] + np.array([-1, 1]), 0, n - 1).astype(np.int32)
    neighbour[list(first), 0] = first  # nodes are beside those of their own piece alone
    neighbour[[100, 102], 1] = 100, 102
    xyz = np.stack([x, 0 * x, 0 * x], axis=1).astype(np.float32)
    odds, part = np.ones(n, np.float32), np.ones(n, np.int32)
    found = Found(((50, 1, 1, None),), (), np.arange(n), odds, part, odds)
    on_long, on_both = np.array([50], np.int32), np.array([50, 104], np.int32)
    # a tenth of 100: the piece that is 5 off stays, that 20 off goes, unless it is clicked
    assert found.without_strays(on_long, xyz, neighbour).nodes.tolist() == list(range(103))
    assert found.without_strays(on_both, xyz, neighbour).nodes.tolist() == list(range(n))
