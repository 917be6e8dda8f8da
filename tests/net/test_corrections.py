"""What of a correction is believed: in numbers, and by the engine."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from pinpoint3d import Click, SegmenterError, bundled_scan, load
from pinpoint3d.net.corrections import (
    MENDED,
    N_CHANGE_INPUTS,
    SHAPES,
    SPOILED,
    believed,
    change_inputs,
)
from pinpoint3d.net.engine import NetSegmenter
from pinpoint3d.net.model import Config, Model
from pinpoint3d.net.pairs import N_NODE_PAIRS, N_SUPERPOINT_PAIRS
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.weights import Weights, read_weights

CHAIR = 3  # of the bundled scan's truth
SMALL = Config(channels=(8, 12), token_width=16, node_width=8, width=12, fine_width=8)


def always(outcome: int) -> dict[str, np.ndarray]:
    """A perceptron that expects one outcome of every change."""
    parameters = {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()}
    parameters["corrections.last.bias"][outcome] = 2
    return parameters


def inputs_of(n: int) -> np.ndarray:
    return change_inputs(
        chance=np.full(n, 0.7, np.float32),
        confidence=np.full(n, 0.6, np.float32),
        walked=np.full((n, 3), np.inf, np.float32),
        from_same=np.ones(n, bool),
        from_background=np.zeros(n, bool),
        from_rest=np.zeros(n, bool),
        to_background=False,
        to_rest=True,
        n_own=0,
        clicks_a_part=1.5,
        clicked_confidence=0.6,
    )


def test_inputs_are_numbers_even_of_what_no_way_leads_to() -> None:
    inputs = inputs_of(4)
    assert inputs.shape == (4, N_CHANGE_INPUTS)
    assert np.isfinite(inputs).all()
    np.testing.assert_allclose(
        inputs[0], [0.7, 0.6, 8, 8, 8, 1, 0, 0, np.log(4), 0, 0.7, 0, 1, 1.5, 0.6], rtol=1e-6
    )


def test_a_change_is_believed_that_is_likelier_to_mend() -> None:
    assert believed(always(MENDED), inputs_of(3)).all()
    assert not believed(always(SPOILED), inputs_of(3)).any()
    even = {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()}
    assert not believed(even, inputs_of(3)).any()


def test_an_engine_changes_what_it_believes_and_the_clicked_point() -> None:
    scene = load(bundled_scan())
    assert scene.labels is not None
    shipped = read_weights(Path(str(files("pinpoint3d.net") / "default.safetensors")))
    parameters = {k: v for k, v in shipped.parameters.items() if k not in SHAPES}
    plain = Weights(shipped.config, parameters)
    chair = scene.labels.object == CHAIR
    rows = [int(np.flatnonzero(chair & (scene.labels.part == part))[50]) for part in (1, 2, 3)]
    first = [Click(rows[0], 1, 1), Click(rows[1], 1, 2)]
    clicks = [*first, Click(rows[2], 1, 1)]
    encoded = NetSegmenter(plain).encode(scene)
    shown, free = encoded.segment(first), encoded.segment(clicks)
    assert np.count_nonzero(free.part != shown.part) > 20
    sure = NetSegmenter(replace(plain, parameters=parameters | always(MENDED))).encode(scene)
    found = sure.segment(clicks)
    assert np.array_equal(found.part, free.part)
    assert np.array_equal(found.confidence, free.confidence)
    doubting = NetSegmenter(replace(plain, parameters=parameters | always(SPOILED))).encode(scene)
    assert doubting.segment(first).part.tobytes() == shown.part.tobytes()
    changed = np.flatnonzero(doubting.segment(clicks).part != shown.part)
    assert changed.tolist() == [rows[2]]
    sized = [*first, Click(rows[2], 1, 1, granularity=0.5)]
    assert doubting.segment(sized).part.tobytes() == encoded.segment(sized).part.tobytes()
    assert np.count_nonzero(doubting.segment(sized).part != shown.part) > 20


def test_the_network_is_told_which_click_corrects() -> None:
    scene = load(bundled_scan())
    assert scene.labels is not None
    shipped = read_weights(Path(str(files("pinpoint3d.net") / "default.safetensors")))
    plain = {k: v for k, v in shipped.parameters.items() if k not in SHAPES}
    heeding = dict(plain)
    for name, own in (("place", N_SUPERPOINT_PAIRS - 2), ("fine", N_NODE_PAIRS - 2)):
        name = f"decoder.{name}.pairs.weight"
        heeding[name] = plain[name].copy()
        heeding[name][own, ::2] += 3
    one, two = (
        NetSegmenter(Weights(shipped.config, parameters)).encode(scene)
        for parameters in (plain, heeding)
    )
    chair = scene.labels.object == CHAIR
    rows = [int(np.flatnonzero(chair & (scene.labels.part == part))[50]) for part in (1, 2, 3)]
    first = [Click(rows[0], 1, 1), Click(rows[1], 1, 2)]
    another, correction = Click(rows[2], 1, 3), Click(rows[2], 1, 1)
    for clicks in (first, [*first, another]):
        assert one.segment(clicks).part.tobytes() == two.segment(clicks).part.tobytes()
    free, told = (encoded.segment([*first, correction]) for encoded in (one, two))
    assert np.count_nonzero(free.part != told.part) > 20


def test_half_a_perceptron_is_refused() -> None:
    parameters = initial(Model(SMALL).shapes(), np.random.default_rng(0)) | always(MENDED)
    del parameters["corrections.second.bias"]
    with pytest.raises(SegmenterError, match=r"lack corrections\.second\.bias"):
        NetSegmenter(Weights({"model": SMALL.as_dict()}, parameters))
