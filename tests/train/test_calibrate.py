"""Temperatures fitted on a data set, by the command."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from pinpoint3d.net.confidence import PLAIN, temperature_of
from pinpoint3d.net.model import Config, Model
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.weights import Weights, read_weights, write_weights
from pinpoint3d.synth.dataset import Recipe, build

TINY = Config(channels=(8, 8), token_width=8, node_width=8, width=8, n_rounds=1, fine_width=8)


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from pinpoint3d.cli import main; main()", "calibrate"]
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_temperatures_come_into_the_weights_and_nothing_else_changes(tmp_path: Path) -> None:
    build(Recipe(3, 1, {"single": 1.0}, "val"), tmp_path / "set", executor="local")
    given, out = tmp_path / "given.safetensors", tmp_path / "new.safetensors"
    parameters = initial(Model(TINY).shapes(), np.random.default_rng(0))
    write_weights(given, Weights({"model": TINY.as_dict(), "step": 7}, parameters))
    result = run(given, "--data", tmp_path / "set", "-o", out, "--samples", 1)
    assert result.returncode == 0, result.stderr
    before, after = read_weights(given), read_weights(out)
    assert temperature_of(after.config, "new") != PLAIN
    assert after.config["step"] == 7
    for name, values in before.parameters.items():
        assert np.array_equal(values, after.parameters[name])


def test_a_set_without_validation_samples_is_refused(tmp_path: Path) -> None:
    build(Recipe(3, 1, {"single": 1.0}, "train"), tmp_path / "set", executor="local")
    given = tmp_path / "given.safetensors"
    parameters = initial(Model(TINY).shapes(), np.random.default_rng(0))
    write_weights(given, Weights({"model": TINY.as_dict()}, parameters))
    result = run(given, "--data", tmp_path / "set", "-o", tmp_path / "new.safetensors")
    assert result.returncode == 2
    assert result.stderr.endswith("make a set with --subset both.\n")
    assert not (tmp_path / "new.safetensors").exists()
