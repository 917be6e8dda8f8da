"""What corrections to believe, learned by the command."""

from pathlib import Path
from types import ModuleType

import numpy as np
from tiny import run, tiny_weights

from pinpoint3d.net.corrections import MENDED, NEITHER, SHAPES, SPOILED, believed
from pinpoint3d.net.engine import NetSegmenter
from pinpoint3d.net.weights import read_weights
from pinpoint3d.synth.dataset import Recipe, build


def test_the_perceptron_comes_into_the_weights_and_nothing_else_changes(
    torch: ModuleType,  # noqa: ARG001  the command needs it
    tmp_path: Path,
) -> None:
    build(Recipe(3, 2, {"single": 1.0}, "train"), tmp_path / "set", executor="local")
    given, out = tiny_weights(tmp_path / "given.safetensors"), tmp_path / "new.safetensors"
    result = run("corrections", given, "--data", tmp_path / "set", "-o", out, "--samples", 2)
    assert result.returncode == 0, result.stderr
    assert "not learned from" in result.stdout
    before, after = read_weights(given), read_weights(out)
    assert set(after.parameters) == set(before.parameters) | set(SHAPES)
    for name, values in before.parameters.items():
        assert np.array_equal(values, after.parameters[name])
    assert after.config == before.config
    NetSegmenter(out)


def test_a_set_without_training_samples_is_refused(
    torch: ModuleType,  # noqa: ARG001  the command needs it
    tmp_path: Path,
) -> None:
    build(Recipe(3, 1, {"single": 1.0}, "val"), tmp_path / "set", executor="local")
    out = tmp_path / "new.safetensors"
    given = tiny_weights(tmp_path / "given.safetensors")
    result = run("corrections", given, "--data", tmp_path / "set", "-o", out)
    assert result.returncode == 2
    assert result.stderr.endswith("make a larger data set.\n")
    assert not out.exists()


def test_what_can_be_told_is_learned(torch: ModuleType) -> None:  # noqa: ARG001
    from pinpoint3d.train.corrections import Outcomes, fitted

    rng = np.random.default_rng(0)

    def drawn() -> Outcomes:
        inputs = rng.normal(size=(60, 15)).astype(np.float32)
        outcome = np.where(inputs[:, 3] > 0.5, SPOILED, MENDED)
        outcome[rng.random(60) < 0.1] = NEITHER
        return Outcomes(inputs, outcome, rng.integers(1, 9, 60))

    parameters = fitted([drawn() for _ in range(60)], seed=0)
    new = drawn()
    told = new.outcome != NEITHER
    right = believed(parameters, new.inputs)[told] == (new.outcome[told] == MENDED)
    assert right.mean() > 0.9
    everything = np.ones(60, bool)
    by_hand = new.n_points[new.outcome == MENDED].sum() - new.n_points[new.outcome == SPOILED].sum()
    assert new.gain(everything) == by_hand
    assert new.gain(believed(parameters, new.inputs)) > new.gain(everything)
