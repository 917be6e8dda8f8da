import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pinpoint3d import Masks, SceneError
from pinpoint3d.metrics import (
    Estimate,
    area_under_curve,
    bootstrap_interval,
    border_band,
    boundary_iou,
    calibration_error,
    clicks_a_target,
    clicks_to_reach,
    entry_iou,
    harmful_clicks,
    iou_after,
    iou_by_round,
    mask_iou,
    paired_difference,
    precision_recall,
    target_ious,
)

NAN = np.nan


def mask(text: str) -> np.ndarray:
    """ "#" for points that are in, anything else for points that are not."""
    return np.array([c == "#" for c in text])


def line(n: int) -> np.ndarray:
    """Points a metre apart along x."""
    return np.stack([np.arange(n), np.zeros(n), np.zeros(n)], axis=1).astype(np.float32)


pairs_of_masks = st.integers(0, 12).flatmap(
    lambda n: st.tuples(arrays.arrays(np.bool_, n), arrays.arrays(np.bool_, n))
)


@st.composite
def entries(draw: st.DrawFn) -> tuple[Masks, Masks, list[tuple[int, int]]]:
    """Prediction, truth, and some of the targets that the truth holds."""
    n = draw(st.integers(1, 15))
    ids = arrays.arrays(np.int32, n, elements=st.integers(0, 3))

    def masks() -> Masks:
        objects = draw(ids)
        return Masks.of(objects, np.where(objects > 0, draw(ids), 0))

    truth = masks()
    held = sorted(set(zip(truth.object.tolist(), truth.part.tolist(), strict=True)))
    targets = draw(st.lists(st.sampled_from(held), min_size=1, unique=True))
    return masks(), truth, targets


@st.composite
def curve_tables(draw: st.DrawFn) -> np.ndarray:
    """IoU curves, some of which end before the last column."""
    shape = draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    curves = draw(arrays.arrays(np.float64, shape, elements=st.floats(0, 1)))
    for row in curves:
        row[draw(st.integers(1, shape[1])) :] = np.nan
    return curves


def test_iou_of_hand_made_masks():
    assert mask_iou(mask("##.."), mask(".##.")) == 1 / 3
    assert mask_iou(mask("##.."), mask("####")) == 0.5
    assert mask_iou(mask("##.."), mask("..##")) == 0
    assert mask_iou(mask("...."), mask("..##")) == 0
    assert mask_iou(mask("...."), mask("....")) == 1


def test_precision_and_recall_of_hand_made_masks():
    assert precision_recall(mask("###."), mask("..##")) == (1 / 3, 1 / 2)
    assert precision_recall(mask("...."), mask("..##")) == (0, 0)
    assert precision_recall(mask("..##"), mask("....")) == (0, 0)
    assert precision_recall(mask("...."), mask("....")) == (1, 1)


@given(pair=pairs_of_masks)
def test_mask_measures_lie_in_0_to_1_and_iou_is_the_least(pair: tuple[np.ndarray, np.ndarray]):
    iou = mask_iou(*pair)
    precision, recall = precision_recall(*pair)
    assert 0 <= iou <= min(precision, recall) <= 1
    assert iou == mask_iou(*reversed(pair))
    assert (precision, recall) == precision_recall(*reversed(pair))[::-1]


def test_an_entry_is_the_mean_over_its_targets_and_a_missing_one_counts_as_0():
    truth = Masks.of([1, 1, 1, 2, 0], [1, 1, 2, 0, 0])
    predicted = Masks.of([1, 1, 1, 0, 2], [1, 1, 1, 0, 0])
    assert target_ious(predicted, truth, [(1, 1), (1, 2), (2, 0)]).tolist() == [2 / 3, 0, 0]
    assert entry_iou(predicted, truth, [(1, 1), (1, 2)]) == 1 / 3


def test_an_object_whose_parts_are_merged_is_one_target():
    truth, predicted = Masks.of([1, 1, 1, 0]), Masks.of([1, 1, 0, 0])
    assert entry_iou(predicted, truth, [(1, 0)]) == 2 / 3


@given(entry=entries())
def test_entries_lie_in_0_to_1_and_truth_against_truth_is_1(
    entry: tuple[Masks, Masks, list[tuple[int, int]]],
):
    predicted, truth, targets = entry
    assert 0 <= entry_iou(predicted, truth, targets) <= 1
    assert entry_iou(truth, truth, targets) == 1
    assert entry_iou(predicted, truth, targets) == pytest.approx(
        entry_iou(predicted, truth, targets[::-1])
    )


def test_what_cannot_be_compared_is_refused():
    truth = Masks.of([1, 0])
    with pytest.raises(SceneError, match="no points in the truth"):
        entry_iou(truth, truth, [(1, 2)])
    with pytest.raises(SceneError, match="no target"):
        entry_iou(truth, truth, [])
    with pytest.raises(SceneError, match="compared"):
        entry_iou(Masks.of([1]), truth, [(1, 0)])


def test_boundary_iou_counts_only_points_near_the_borders():
    xyz = line(10)
    truth, predicted = mask("#####....."), mask("####......")
    assert mask_iou(predicted, truth) == 4 / 5
    assert boundary_iou(predicted, truth, xyz, band=1.0) == 0  # points 3 and 4
    assert boundary_iou(predicted, truth, xyz, band=2.0) == 1 / 3  # 2, 3 and 3, 4
    assert boundary_iou(predicted, truth, xyz, band=100.0) == 4 / 5


def test_boundary_iou_without_any_border_is_the_plain_iou():
    xyz = line(4)
    assert boundary_iou(mask("...."), mask("...."), xyz, band=1.0) == 1
    assert boundary_iou(mask("####"), mask("####"), xyz, band=1.0) == 1
    assert boundary_iou(mask("####"), mask("...."), xyz, band=1.0) == 0
    apart = xyz * np.float32(10)
    assert boundary_iou(mask("##.."), mask(".##."), apart, band=1.0) == 1 / 3


def test_boundary_iou_passes_over_points_without_a_position():
    xyz = line(4)
    xyz[2] = np.nan
    assert boundary_iou(mask("###."), mask("##.."), xyz, band=2.0) == 1
    with pytest.raises(SceneError, match="positive"):
        boundary_iou(mask("##.."), mask("##.."), xyz, band=0.0)


@given(data=st.data(), band=st.sampled_from([0.5, 1.0, 1.5, 3.0]))
def test_boundary_iou_equals_the_plain_computation(data: st.DataObject, band: float):
    predicted, truth = data.draw(pairs_of_masks)
    coordinates = st.integers(0, 4).map(float)
    shape = (len(truth), 3)
    xyz = data.draw(arrays.arrays(np.float32, shape, elements=coordinates))
    apart = np.linalg.norm(xyz[:, None] - xyz[None], axis=2)
    near = [m & ((apart <= band) & ~m).any(axis=1) for m in (predicted, truth)]
    expected = mask_iou(*near) if np.any(near) else mask_iou(predicted, truth)
    assert boundary_iou(predicted, truth, xyz, band=band) == expected
    assert boundary_iou(truth, truth, xyz, band=band) == 1


CURVES = np.array(
    [
        [0.2, 0.6, 0.5, 0.9],  # falls once
        [0.9, 1.0, NAN, NAN],  # is right after two clicks
        [0.0, 0.0, 0.0, 0.0],  # fails
    ]
)


def test_clicks_needed_in_a_hand_made_table():
    needed = clicks_to_reach(CURVES, 0.6)
    assert needed.clicks.tolist() == [2, 1, 4]
    assert needed.reached.tolist() == [True, True, False]
    assert needed.mean == pytest.approx(7 / 3)
    assert needed.failure_rate == pytest.approx(1 / 3)
    assert clicks_to_reach(CURVES, 1.0).clicks.tolist() == [4, 2, 4]
    assert clicks_to_reach(CURVES, 1.0).failure_rate == pytest.approx(2 / 3)


def test_area_and_iou_at_k_in_a_hand_made_table():
    assert iou_after(CURVES)[1].tolist() == [0.9, 1, 1, 1]
    assert area_under_curve(CURVES).tolist() == pytest.approx([1.65 / 3, 2.95 / 3, 0])
    assert area_under_curve(CURVES[:, :1]).tolist() == [0.2, 0.9, 0]


def test_harmful_clicks_in_a_hand_made_table():
    assert harmful_clicks(CURVES) == 1 / 7  # 3 + 1 + 3 clicks after the first
    assert harmful_clicks(CURVES, margin=0.2) == 0
    assert harmful_clicks(CURVES[:, :1]) == 0


def test_an_entry_without_a_single_click_counts_as_failed():
    curves = np.full((1, 3), np.nan)
    assert clicks_to_reach(curves, 0.5).failure_rate == 1
    assert area_under_curve(curves).tolist() == [0]
    assert harmful_clicks(curves) == 0


@given(curves=curve_tables(), low=st.floats(0, 1), high=st.floats(0, 1))
def test_laws_of_curves(curves: np.ndarray, low: float, high: float):
    low, high = sorted((low, high))
    limit = curves.shape[1]
    easy, hard = clicks_to_reach(curves, low), clicks_to_reach(curves, high)
    assert (easy.clicks >= 1).all()
    assert (easy.clicks <= hard.clicks).all()
    assert (hard.clicks <= limit).all()
    assert 0 <= easy.failure_rate <= hard.failure_rate <= 1
    area = area_under_curve(curves)
    assert (area >= 0).all()
    assert (area <= 1).all()
    assert 0 <= harmful_clicks(curves, margin=high) <= harmful_clicks(curves, margin=low) <= 1
    assert not np.isnan(iou_after(curves)).any()
    best = np.ones((2, limit))
    assert area_under_curve(best).tolist() == [1, 1]
    assert harmful_clicks(best) == 0


def test_rounds_are_clicks_divided_by_targets():
    curve = np.array([0.1, 0.2, 0.3, 0.4, 0.9, 1.0])  # after 2, 3 ... 7 clicks on two targets
    assert iou_by_round(curve, 2, 5).tolist() == [0.1, 0.3, 0.9, 1.0, 1.0]
    assert iou_by_round(curve, 2, 2).tolist() == [0.1, 0.3]
    assert iou_by_round(curve, 1, 3).tolist() == [0.1, 0.2, 0.3]
    assert iou_by_round(np.zeros(0), 3, 2).tolist() == [0, 0]


def test_clicks_a_target_count_every_click():
    curve = np.array([0.1, 0.2, 0.3, 0.4, 0.9, 1.0])
    assert clicks_a_target(curve, 2, 0.1, 10) == (1, True)
    assert clicks_a_target(curve, 2, 0.25, 10) == (2, True)
    assert clicks_a_target(curve, 2, 0.9, 10) == (3, True)
    assert clicks_a_target(curve, 2, 0.9, 2) == (2, False)
    assert clicks_a_target(curve[:3], 2, 0.9, 10) == (10, False)
    assert clicks_a_target(np.zeros(0), 2, 0.0, 10) == (10, False)


@given(curves=curve_tables(), n_targets=st.integers(1, 4), limit=st.integers(1, 6))
def test_rounds_and_clicks_a_target_agree(curves: np.ndarray, n_targets: int, limit: int):
    curve = curves[0][~np.isnan(curves[0])]
    rounds = iou_by_round(curve, n_targets, limit)
    assert rounds[0] == (curve[0] if len(curve) else 0)
    for k, iou in enumerate(rounds, start=1):
        clicks, reached = clicks_a_target(curve, n_targets, iou, limit)
        assert reached == (len(curve) > 0)
        assert clicks <= (k if reached else limit)


def test_borders_are_a_centimetre_or_two_spacings():
    assert border_band(0.001) == 0.01
    assert border_band(0.02) == 0.04


def test_the_interval_holds_the_mean_and_narrows_with_more_entries():
    rng = np.random.default_rng(0)
    values = rng.random(400)
    wide = bootstrap_interval(values[:40], rng)
    narrow = bootstrap_interval(values, rng)
    assert narrow.mean == pytest.approx(values.mean())
    for found in (wide, narrow):
        assert found.low < found.mean < found.high
    assert narrow.high - narrow.low < wide.high - wide.low
    # 1.96 standard errors on either side, for a mean of so many
    assert narrow.high - narrow.low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def test_a_weighted_interval_is_of_the_share():
    harmful, clicks = np.array([1.0, 0.0, 3.0]), np.array([2.0, 2.0, 4.0])
    found = bootstrap_interval(harmful, np.random.default_rng(0), weights=clicks)
    assert found.mean == 0.5
    assert 0 <= found.low <= 0.5 <= found.high <= 0.75


def test_no_entries_and_total_failure_have_intervals_too():
    rng = np.random.default_rng(0)
    assert bootstrap_interval(np.zeros(0), rng) == Estimate(0.0, 0.0, 0.0)
    assert bootstrap_interval(np.zeros(5), rng) == Estimate(0.0, 0.0, 0.0)
    assert bootstrap_interval(np.zeros(5), rng, weights=np.zeros(5)) == Estimate(0.0, 0.0, 0.0)
    assert bootstrap_interval(np.ones(5), rng) == Estimate(1.0, 1.0, 1.0)


def test_a_steady_difference_is_sure_however_much_entries_differ():
    rng = np.random.default_rng(0)
    theirs = rng.random(50)
    found = paired_difference(theirs + 0.1, theirs, rng)
    assert (found.mean, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))
    assert paired_difference(theirs, theirs, rng) == Estimate(0.0, 0.0, 0.0)


def test_the_same_state_gives_the_same_interval():
    values = np.random.default_rng(5).random(30)
    one, other = (bootstrap_interval(values, np.random.default_rng(6)) for _ in range(2))
    assert one == other


def test_calibration_error_of_answers_counted_by_hand() -> None:
    boastful = np.full(5, 0.9)
    assert calibration_error(boastful, np.array([1, 1, 1, 0, 0], bool)) == pytest.approx(0.3)
    two_bins = np.array([0.95, 0.95, 0.95, 0.95, 0.05])
    assert calibration_error(two_bins, np.ones(5, bool)) == pytest.approx((4 * 0.05 + 0.95) / 5)
    assert calibration_error(np.array([0.0, 1.0]), np.array([False, True])) == 0
    assert calibration_error(np.zeros(0), np.zeros(0, bool)) == 0


def test_calibration_error_is_of_bins_and_not_of_answers() -> None:
    half = np.full(10, 0.5)
    right = np.arange(10) < 5
    assert calibration_error(half, right) == pytest.approx(0)
    apart = np.where(right, 0.6, 0.4)  # in two bins, the one always right and the other never
    assert calibration_error(apart, right) == pytest.approx(0.4)
