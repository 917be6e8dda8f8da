"""The mean of several weights."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from tiny import TINY, run, tiny_weights

from pinpoint3d.net.corrections import SHAPES
from pinpoint3d.net.engine import NetSegmenter
from pinpoint3d.net.model import Model
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.weights import Weights, read_weights, write_weights


def test_every_parameter_is_the_mean_and_what_was_fitted_to_one_is_gone(tmp_path: Path) -> None:
    paths = [tmp_path / "a.safetensors", tmp_path / "b.safetensors"]
    for path, value in zip(paths, (1.0, 4.0), strict=True):
        shapes = Model(TINY).shapes() | SHAPES
        parameters = {name: np.full(shape, value, np.float32) for name, shape in shapes.items()}
        config = {"model": TINY.as_dict(), "step": int(value), "temperature": [value, 1.0]}
        write_weights(path, Weights(config, parameters))
    result = run("average", *paths, "-o", tmp_path / "mean.safetensors")
    assert result.returncode == 0, result.stderr
    mean = read_weights(tmp_path / "mean.safetensors")
    assert set(mean.parameters) == set(Model(TINY).shapes())
    assert all((values == 2.5).all() for values in mean.parameters.values())
    assert set(mean.config) == {"model"}
    NetSegmenter(mean)


def test_another_network_is_refused(tmp_path: Path) -> None:
    wider = replace(TINY, width=12)
    parameters = initial(Model(wider).shapes(), np.random.default_rng(0))
    other, out = tmp_path / "wider.safetensors", tmp_path / "mean.safetensors"
    write_weights(other, Weights({"model": wider.as_dict()}, parameters))
    result = run("average", tiny_weights(tmp_path / "tiny.safetensors"), other, "-o", out)
    assert result.returncode == 2
    assert "wider.safetensors: is of another network" in result.stderr
    assert not out.exists()
