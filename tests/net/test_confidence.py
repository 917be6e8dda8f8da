"""Temperatures: what they do to confidence, and that no label depends on them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinpoint3d import Click, Masks, Scene, SegmenterError
from pinpoint3d.net.confidence import KEY, calibrated, fitted_temperature, temperature_of
from pinpoint3d.net.engine import NetSegmenter
from pinpoint3d.net.model import Config, Model
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.weights import Weights

TINY = Config(channels=(8, 8), token_width=8, node_width=8, width=8, n_rounds=1, fine_width=8)


def test_a_temperature_is_found_again_from_what_came_of_the_odds() -> None:
    rng = np.random.default_rng(0)
    odds = rng.normal(1, 2, 20_000)
    right = rng.random(len(odds)) < 1 / (1 + np.exp(-odds))
    boasted = 1 / (1 + np.exp(-2.5 * odds))
    assert fitted_temperature(boasted, right) == pytest.approx(2.5, rel=0.05)


def test_nothing_is_learned_from_what_is_certain() -> None:
    assert fitted_temperature(np.ones(5), np.ones(5, bool)) == 1.0


def test_odds_are_divided_by_the_temperature_of_their_kind() -> None:
    nine_to_one = np.full(4, 0.9, np.float32)
    masks = Masks(np.array([0, 1, 1, 1], np.int32), np.array([0, 0, 1, 2], np.int32), nine_to_one)
    found = calibrated(masks, (2.0, 0.5)).confidence  # 3 to 1, and 81 to 1
    assert found == pytest.approx([3 / 4, 3 / 4, 81 / 82, 81 / 82])


@given(
    st.lists(st.floats(0, 1, width=32), min_size=2, max_size=30),
    st.floats(0.2, 5),
)
def test_labels_and_their_order_stay(confidence: list[float], temperature: float) -> None:
    objects = np.arange(len(confidence), dtype=np.int32)
    given_ = np.array(confidence, np.float32)
    masks = Masks(objects, np.zeros_like(objects), given_)
    found = calibrated(masks, (temperature, 1.0))
    assert (found.object == objects).all()
    assert (np.diff(found.confidence[np.argsort(given_, kind="stable")]) >= 0).all()
    sure = (given_ == 0) | (given_ == 1)
    assert (found.confidence[sure] == given_[sure]).all()


def test_no_click_is_answered_otherwise_at_another_temperature(two_boxes: Scene) -> None:
    parameters = initial(Model(TINY).shapes(), np.random.default_rng(1))
    assert two_boxes.labels is not None
    red, blue = (np.flatnonzero(two_boxes.labels.object == k) for k in (1, 2))
    clicks = [Click(int(red[0]), 1, 1), Click(int(red[-1]), 1, 2), Click(int(blue[9]), 2)]
    clicks += [Click(int(red[300]), 1, 2), Click(int(blue[200]), 0)]
    masks = [
        NetSegmenter(Weights({"model": TINY.as_dict()} | extra, parameters))
        .encode(two_boxes)
        .segment(clicks)
        for extra in ({}, {KEY: [3.0, 2.0]})
    ]
    assert (masks[0].object == masks[1].object).all()
    assert (masks[0].part == masks[1].part).all()
    assert (masks[0].confidence != masks[1].confidence).any()


@pytest.mark.parametrize("damaged", ["warm", [1.0], [1.0, 0.0], [1.0, float("nan")], [1, 2, 3]])
def test_a_temperature_that_is_none_gets_a_sentence(damaged: object) -> None:
    with pytest.raises(SegmenterError, match=r"a\.safetensors: its configuration .*\.$"):
        temperature_of({KEY: damaged}, "a.safetensors")
    assert temperature_of({}, "a.safetensors") == (1.0, 1.0)
