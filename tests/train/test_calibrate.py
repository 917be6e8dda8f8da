"""Temperatures fitted on a data set, by the command."""

from pathlib import Path

import numpy as np
from tiny import run, tiny_weights

from pinpoint3d.net.confidence import PLAIN, temperature_of
from pinpoint3d.net.weights import read_weights
from pinpoint3d.synth.dataset import Recipe, build


def test_temperatures_come_into_the_weights_and_nothing_else_changes(tmp_path: Path) -> None:
    build(Recipe(3, 1, {"single": 1.0}, "val"), tmp_path / "set", executor="local")
    given, out = tmp_path / "given.safetensors", tmp_path / "new.safetensors"
    tiny_weights(given)
    result = run("calibrate", given, "--data", tmp_path / "set", "-o", out, "--samples", 1)
    assert result.returncode == 0, result.stderr
    before, after = read_weights(given), read_weights(out)
    assert temperature_of(after.config, "new") != PLAIN
    assert after.config["step"] == 7
    for name, values in before.parameters.items():
        assert np.array_equal(values, after.parameters[name])


def test_a_set_without_validation_samples_is_refused(tmp_path: Path) -> None:
    build(Recipe(3, 1, {"single": 1.0}, "train"), tmp_path / "set", executor="local")
    given = tiny_weights(tmp_path / "given.safetensors")
    result = run("calibrate", given, "--data", tmp_path / "set", "-o", tmp_path / "new.safetensors")
    assert result.returncode == 2
    assert result.stderr.endswith("make a set with --subset both.\n")
    assert not (tmp_path / "new.safetensors").exists()
