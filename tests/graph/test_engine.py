from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d import (
    Click,
    ClickError,
    EncodedScene,
    GraphSegmenter,
    Masks,
    NearestSegmenter,
    Scene,
    Segmenter,
    load_segmenter,
)

ENGINES = [GraphSegmenter, NearestSegmenter, lambda: NET]
NET = load_segmenter("net")
EVERY_WAY = [GraphSegmenter(), GraphSegmenter(whole_scene_points=100), NearestSegmenter(), NET]
WAYS = ["graph", "graph in windows", "nearest", "net"]
SHEET = np.stack([*np.meshgrid(np.arange(12), np.arange(12)), np.zeros((12, 12))], axis=-1)
SHEET = SHEET.reshape(-1, 3) / 12


@pytest.fixture(scope="module", params=ENGINES)
def encoded(request: pytest.FixtureRequest, two_boxes: Scene) -> EncodedScene:
    return request.param().encode(two_boxes)


def row_at(scene: Scene, x: float, y: float, z: float) -> int:
    return int(np.linalg.norm(scene.xyz - np.array([x, y, z]), axis=1).argmin())


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def same(a: Masks, b: Masks) -> bool:
    return (
        bool((a.object == b.object).all())
        and bool((a.part == b.part).all())
        and a.confidence.tobytes() == b.confidence.tobytes()
    )


def test_one_click_takes_a_box_and_leaves_the_floor_and_the_other_box(two_boxes: Scene) -> None:
    encoded = GraphSegmenter().encode(two_boxes)
    masks = encoded.segment([Click(row_at(two_boxes, -0.15, 0, 0.2), object=1)])
    assert two_boxes.labels is not None
    assert iou(masks.object == 1, two_boxes.labels.object == 1) > 0.9


def test_two_objects_are_told_apart(two_boxes: Scene) -> None:
    encoded = GraphSegmenter().encode(two_boxes)
    masks = encoded.segment(
        [
            Click(row_at(two_boxes, -0.15, 0, 0.2), object=1),
            Click(row_at(two_boxes, 0.15, 0, 0.2), object=7),
        ]
    )
    assert two_boxes.labels is not None
    assert iou(masks.object == 1, two_boxes.labels.object == 1) > 0.9
    assert iou(masks.object == 7, two_boxes.labels.object == 2) > 0.9


def test_a_part_lies_inside_its_object_and_the_rest_is_part_0(two_boxes: Scene) -> None:
    encoded = GraphSegmenter().encode(two_boxes)
    top = Click(row_at(two_boxes, -0.15, 0, 0.2), object=1, part=3)
    side = Click(row_at(two_boxes, -0.15, -0.1, 0.1), object=1, part=0)
    masks = encoded.segment([top, side])
    assert set(np.unique(masks.part)) <= {0, 3}
    assert (masks.object[masks.part == 3] == 1).all()
    assert masks.part[side.point] == 0
    assert masks.object[side.point] == 1


def test_clicks_of_two_labels_on_one_superpoint_each_have_their_surroundings() -> None:
    x, y = np.meshgrid(np.arange(8), np.arange(8))
    scene = Scene(np.stack([x, y, 0 * x], axis=-1).reshape(-1, 3) * 0.01)
    left, right = row_at(scene, 0, 0.03, 0), row_at(scene, 0.07, 0.03, 0)
    masks = GraphSegmenter().encode(scene).segment([Click(left, object=1), Click(right, object=2)])
    for row, object_id in ((left, 1), (right, 2)):
        near = np.linalg.norm(scene.xyz - scene.xyz[row], axis=1) < 0.011
        assert (masks.object[near] == object_id).all()


def test_a_background_click_takes_points_away(two_boxes: Scene) -> None:
    encoded = GraphSegmenter().encode(two_boxes)
    first = Click(row_at(two_boxes, -0.15, 0, 0.2), object=1)
    wrong = Click(row_at(two_boxes, -0.15, -0.1, 0.1), object=0)
    before = encoded.segment([first])
    after = encoded.segment([first, wrong])
    assert before.object[wrong.point] == 1
    assert after.object[wrong.point] == 0
    assert after.object[first.point] == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_no_clicks_give_background_with_confidence_0(two_boxes: Scene, engine: type) -> None:
    masks = engine().encode(two_boxes).segment([])
    assert not masks.object.any()
    assert not masks.confidence.any()


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_clicked_point_has_its_clicks_label(
    encoded: EncodedScene, data: st.DataObject
) -> None:
    clicks = draw_clicks(data, encoded.scene)
    masks = encoded.segment(clicks)
    last = {click.point: click for click in clicks}
    for row, click in last.items():
        assert (masks.object[row], masks.part[row]) == (click.object, click.part)
    assert (masks.part[masks.object == 0] == 0).all()
    named = {(c.object, c.part) for c in clicks} | {(c.object, 0) for c in clicks} | {(0, 0)}
    assert set(zip(masks.object.tolist(), masks.part.tolist(), strict=True)) <= named


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_the_answer_does_not_depend_on_what_was_asked_before(
    encoded: EncodedScene, data: st.DataObject
) -> None:
    clicks = draw_clicks(data, encoded.scene)
    once = encoded.segment(clicks)
    encoded.segment(draw_clicks(data, encoded.scene))
    assert same(encoded.segment(clicks), once)


@pytest.mark.parametrize("engine", ENGINES)
def test_permuting_the_points_permutes_the_masks(two_boxes: Scene, engine: type) -> None:
    order = np.random.default_rng(3).permutation(len(two_boxes))
    assert two_boxes.rgb is not None
    shuffled = Scene(two_boxes.xyz[order], two_boxes.rgb[order])
    place = np.argsort(order)
    clicks = [
        Click(row_at(two_boxes, -0.15, 0, 0.2), object=1, part=1),
        Click(row_at(two_boxes, -0.15, -0.1, 0.1), object=1, part=2),
        Click(row_at(two_boxes, 0.15, 0, 0.2), object=2),
        Click(row_at(two_boxes, 0.4, 0.3, 0), object=0),
    ]
    moved = [Click(int(place[c.point]), c.object, c.part) for c in clicks if c.point is not None]
    masks = engine().encode(two_boxes).segment(clicks)
    again = engine().encode(shuffled).segment(moved)
    assert (again.object == masks.object[order]).all()
    assert (again.part == masks.part[order]).all()
    np.testing.assert_array_equal(again.confidence, masks.confidence[order])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 9999), coloured=st.booleans(), data=st.data())
@pytest.mark.parametrize("segmenter", EVERY_WAY, ids=WAYS)
def test_permuting_any_points_permutes_masks_and_candidates_to_the_byte(
    segmenter: Segmenter, seed: int, coloured: bool, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    scene = heap(rng, coloured)
    order = rng.permutation(len(scene))
    shuffled = Scene(scene.xyz[order], None if scene.rgb is None else scene.rgb[order])
    place = np.argsort(order)
    clicks = draw_clicks(data, scene)
    moved = [Click(int(place[c.point]), c.object, c.part) for c in clicks if c.point is not None]
    encoded, again = segmenter.encode(scene), segmenter.encode(shuffled)
    masks, permuted = encoded.segment(clicks), again.segment(moved)
    assert same(permuted, Masks(masks.object[order], masks.part[order], masks.confidence[order]))
    there = zip(encoded.candidates(clicks[0]), again.candidates(moved[0]), strict=True)
    for candidate, twin in there:
        assert (twin.mask == candidate.mask[order]).all()
        assert twin.score == candidate.score


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 9999), coloured=st.booleans(), data=st.data())
@pytest.mark.parametrize("segmenter", EVERY_WAY, ids=WAYS)
def test_candidates_of_any_cloud_nest_hold_the_click_and_score_1_together(
    segmenter: Segmenter, seed: int, coloured: bool, data: st.DataObject
) -> None:
    scene = heap(np.random.default_rng(seed), coloured)
    [click, *_] = draw_clicks(data, scene)
    candidates = segmenter.encode(scene).candidates(click)
    assert 1 <= len(candidates) <= 5
    assert all(c.mask[click.point] for c in candidates)
    assert not any((c.mask & ~scene.valid).any() for c in candidates)
    for inner, outer in pairwise(candidates):
        assert not (inner.mask & ~outer.mask).any()
    assert sum(c.score for c in candidates) == pytest.approx(1)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_later_click_on_a_point_replaces_an_earlier_one(
    encoded: EncodedScene, data: st.DataObject
) -> None:
    clicks = draw_clicks(data, encoded.scene)
    again = data.draw(st.sampled_from(clicks))
    later = [*clicks, Click(again.point, object=5, part=1)]
    without = [click for click in later[:-1] if click.point != again.point]
    assert same(encoded.segment(later), encoded.segment([*without, later[-1]]))


@pytest.mark.parametrize("degrees", [0, 90, 37])
def test_moving_and_turning_the_scene_leaves_the_masks_as_they_were(
    two_boxes: Scene, degrees: float
) -> None:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    moved = Scene(two_boxes.xyz @ turn.T + [300.0, -20.0, 1.5], two_boxes.rgb)
    clicks = [
        Click(row_at(two_boxes, -0.15, 0, 0.2), object=1),
        Click(row_at(two_boxes, 0.15, 0, 0.2), object=2),
    ]
    masks = GraphSegmenter().encode(two_boxes).segment(clicks)
    again = GraphSegmenter().encode(moved).segment(clicks)
    for object_id in (0, 1, 2):
        assert iou(masks.object == object_id, again.object == object_id) > 0.95


def test_boxes_without_colours_are_still_told_from_the_floor(two_boxes: Scene) -> None:
    encoded = GraphSegmenter().encode(Scene(two_boxes.xyz))
    masks = encoded.segment([Click(row_at(two_boxes, -0.15, 0, 0.2), object=1)])
    assert two_boxes.labels is not None
    assert iou(masks.object == 1, two_boxes.labels.object == 1) > 0.9


def test_a_position_is_as_good_as_the_row_it_snaps_to(two_boxes: Scene) -> None:
    encoded = GraphSegmenter().encode(two_boxes)
    row = row_at(two_boxes, 0.15, 0, 0.2)
    position = two_boxes.xyz[row].astype(float)
    by_position = encoded.segment([Click(position=position)])
    assert same(by_position, encoded.segment([Click(row)]))


@pytest.mark.parametrize("engine", ENGINES)
def test_candidates_are_nested_and_hold_the_click(two_boxes: Scene, engine: type) -> None:
    row = row_at(two_boxes, -0.15, 0, 0.2)
    candidates = engine().encode(two_boxes).candidates(Click(row))
    assert 2 <= len(candidates) <= 5
    for inner, outer in pairwise(candidates):
        assert not (inner.mask & ~outer.mask).any()
        assert inner.mask.sum() < outer.mask.sum()
    assert all(c.mask[row] for c in candidates)
    assert sum(c.score for c in candidates) == pytest.approx(1)


@pytest.mark.parametrize("engine", [GraphSegmenter, lambda: NET])
def test_granularity_chooses_the_finest_and_the_largest_candidate(
    two_boxes: Scene, engine: Callable[[], Segmenter]
) -> None:
    encoded = engine().encode(two_boxes)
    row = row_at(two_boxes, -0.15, 0, 0.2)
    fine = encoded.segment([Click(row, granularity=0.0)]).object == 1
    coarse = encoded.segment([Click(row, granularity=1.0)]).object == 1
    assert fine.sum() < coarse.sum()
    assert not (fine & ~coarse).any()


@pytest.mark.parametrize("engine", ENGINES)
def test_points_without_a_position_stay_background(two_boxes: Scene, engine: type) -> None:
    xyz = two_boxes.xyz.copy()
    xyz[::7] = np.nan
    scene = Scene(xyz, two_boxes.rgb)
    row = row_at(two_boxes, -0.15, 0, 0.2) // 7 * 7 + 1
    masks = engine().encode(scene).segment([Click(row)])
    assert not masks.object[::7].any()
    assert not masks.confidence[::7].any()
    with pytest.raises(ClickError, match="no position"):
        engine().encode(scene).segment([Click(7)])


@pytest.mark.parametrize("segmenter", EVERY_WAY, ids=WAYS)
@pytest.mark.parametrize(
    "xyz",
    [
        [[0, 0, 0]],
        [[0, 0, 0], [1, 0, 0]],
        [[1, 2, 3]] * 50,
        [[x, 0, 0] for x in range(60)],
        np.concatenate([SHEET, SHEET, SHEET]),
        np.concatenate([SHEET, [[np.nan, 0, 0], [0, np.inf, 0], [np.nan] * 3]]),
        SHEET * 1e-30,
        SHEET * 1e6,
        SHEET * 1e30,
        SHEET + 1e9,
        np.concatenate([SHEET, [[1e9, 0, 0]]]),
        np.concatenate([SHEET, [[0, 1e30, 0]]]),
        np.concatenate([SHEET, [[0, 0, 3.4e38]]]),
    ],
    ids=[
        "one point",
        "two points",
        "all the same",
        "a line",
        "every point thrice",
        "missing points",
        "tiny",
        "a thousand kilometres",
        "beyond all measure",
        "far from the origin",
        "a point far away",
        "a point farther away",
        "a point as far as float32 goes",
    ],
)
def test_odd_clouds_are_segmented(segmenter: Segmenter, xyz: list[list[float]]) -> None:
    scene = Scene(xyz)
    encoded = segmenter.encode(scene)
    last = int(np.flatnonzero(scene.valid)[-1])
    first = Click(0, object=1, part=1)
    for clicks in ([first], [first, Click(last, object=1, part=2)], [first, Click(last, object=0)]):
        masks = encoded.segment(clicks)
        standing = {click.point: (click.object, click.part) for click in clicks}
        for row, label in standing.items():
            assert (masks.object[row], masks.part[row]) == label
        assert not masks.object[~scene.valid].any()
    for candidate in encoded.candidates(Click(0)):
        assert candidate.mask[0]
        assert not candidate.mask[~scene.valid].any()


def test_windows_round_the_clicks_answer_as_the_whole_scene_does(two_boxes: Scene) -> None:
    clicks = [Click(row_at(two_boxes, 0.15, 0, 0.2), object=1)]
    whole = GraphSegmenter().encode(two_boxes).segment(clicks)
    windowed = GraphSegmenter(whole_scene_points=12_000).encode(two_boxes).segment(clicks)
    assert iou(windowed.object == 1, whole.object == 1) > 0.8


def test_windows_depend_on_the_clicks_alone(two_boxes: Scene) -> None:
    encoded = GraphSegmenter(whole_scene_points=1_500).encode(two_boxes)
    left = Click(row_at(two_boxes, -0.15, 0, 0.2), object=1)
    right = Click(row_at(two_boxes, 0.15, 0, 0.2), object=2)
    both = encoded.segment([left, right])
    encoded.segment([left])
    encoded.segment([right])
    assert same(encoded.segment([left, right]), both)
    assert both.object[left.point] == 1
    assert both.object[right.point] == 2


def heap(rng: np.random.Generator, coloured: bool) -> Scene:
    """A corner of two sheets in a cloud of noise, with points repeated and points missing."""
    floor, wall = SHEET, SHEET[:, [2, 1, 0]]
    noise = rng.uniform(-0.1, 1.1, (40, 3))
    xyz = np.concatenate([floor, wall + rng.normal(0, 0.01, wall.shape), noise])
    xyz = np.concatenate([xyz, xyz[rng.integers(0, len(xyz), 30)]])
    xyz[rng.integers(0, len(xyz), 10)] = np.nan
    rgb = rng.integers(0, 256, xyz.shape).astype(np.uint8) if coloured else None
    return Scene(xyz, rgb)


def labelled_rows(n_points: int) -> st.SearchStrategy[list[tuple[int, tuple[int, int]]]]:
    labels = st.one_of(st.just((0, 0)), st.tuples(st.integers(1, 3), st.integers(0, 3)))
    return st.lists(st.tuples(st.integers(0, n_points - 1), labels), min_size=1, max_size=8)


def draw_clicks(data: st.DataObject, scene: Scene) -> list[Click]:
    valid = np.flatnonzero(scene.valid)
    drawn = data.draw(labelled_rows(len(valid)))
    return [Click(int(valid[row]), *label) for row, label in drawn]
