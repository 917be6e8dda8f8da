"""Weights files: what is written comes back, and nothing else gets in."""

import json
import struct
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pinpoint3d import PinpointError, SegmenterError
from pinpoint3d.errors import FileAccessError
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.unet import UNet
from pinpoint3d.net.weights import Weights, config_of, read_weights, require, write_weights

NET = UNet(2, (3, 4))
in_a_folder = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A weights file of `NET`."""
    path = tmp_path / "net.safetensors"
    parameters = initial(NET.shapes(), np.random.default_rng(0))
    write_weights(path, Weights({"backbone": asdict(NET)}, parameters))
    return path


def test_weights_come_back_to_half_precision_with_their_configuration(path: Path) -> None:
    read = read_weights(path)
    net = config_of(UNet, read.config["backbone"], "net")
    assert net == NET
    require(read.parameters, net.shapes(), "net")
    for name, values in initial(NET.shapes(), np.random.default_rng(0)).items():
        assert read.parameters[name].dtype == np.float32
        assert np.allclose(read.parameters[name], values, rtol=1e-3, atol=1e-6)


def test_the_same_weights_make_the_same_file(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.safetensors"
    write_weights(again, read_weights(path))
    assert again.read_bytes() == path.read_bytes()


def test_a_file_cut_short_anywhere_is_refused(path: Path) -> None:
    content = path.read_bytes()
    for end in [*range(0, len(content), 7), len(content) - 1]:
        path.write_bytes(content[:end])
        with pytest.raises(SegmenterError):
            read_weights(path)


@in_a_folder
@given(at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_changes_values_alone(path: Path, at: float, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] ^= 1 << bit
    damaged = path.with_name("damaged.safetensors")
    damaged.write_bytes(content)
    try:
        read = read_weights(damaged)
        require(read.parameters, config_of(UNet, read.config["backbone"], "net").shapes(), "net")
    except (PinpointError, KeyError):  # KeyError: our own look-up above, in a damaged name
        return
    assert all(np.isfinite(values).all() for values in read.parameters.values())


def file_of(header: object, body: bytes = b"") -> bytes:
    """A safetensors file with any header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


TEXT = {"pinpoint3d": json.dumps({"format": 1, "config": {}})}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no weights at all",
        struct.pack("<Q", 2**63 - 1) + b"{}",
        struct.pack("<Q", 10**8 - 1) + b"{}",
        file_of(b"[" * 100_000),
        file_of({}),
        file_of({"__metadata__": {"pinpoint3d": "[" * 100_000}}),
        file_of({"__metadata__": {"pinpoint3d": "null"}}),
        file_of({"__metadata__": {"pinpoint3d": '{"format": 2, "config": {}}'}}),
        file_of({"__metadata__": {"pinpoint3d": '{"format": 1, "config": []}'}}),
        file_of(
            {
                "__metadata__": TEXT,
                "w": {"dtype": "F16", "shape": [10**9, 10**9], "data_offsets": [0, 2 * 10**18]},
            }
        ),
        file_of(
            {"__metadata__": TEXT, "w": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}},
            b"\0\0",
        ),
        file_of(
            {"__metadata__": TEXT, "a\nb": {"dtype": "I8", "shape": [1], "data_offsets": [0, 1]}},
            b"\0",
        ),
        file_of(
            {"__metadata__": TEXT, "w": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]}},
            bytes(8),
        ),
        file_of(
            {"__metadata__": TEXT, "w": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}},
            np.float16(np.nan).tobytes(),
        ),
        file_of(
            {"__metadata__": TEXT, "w": {"dtype": "F16", "shape": [2], "data_offsets": [0, 2]}},
            b"\0\0",
        ),
    ],
)
def test_what_is_no_weights_file_gets_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.safetensors"
    path.write_bytes(content)
    with pytest.raises(SegmenterError) as caught:
        read_weights(path)
    sentence = str(caught.value)
    assert sentence.startswith("other.safetensors")
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(FileAccessError, match=path.name):
            read_weights(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, 70_000.0])
def test_values_that_half_precision_can_not_hold_are_not_written(
    tmp_path: Path, value: float
) -> None:
    path = tmp_path / "net.safetensors"
    with pytest.raises(SegmenterError, match=r"w\.bias"):
        write_weights(path, Weights({}, {"w.bias": np.array([value], np.float32)}))
    assert not path.exists()


def test_parameters_that_lack_exceed_or_differ_are_named() -> None:
    shapes = {"a.weight": (2, 3), "b.weight": (4,)}
    a, b = np.zeros((2, 3)), np.zeros(4)
    require({"a.weight": a, "b.weight": b}, shapes, "net")
    for parameters, named in (
        ({"a.weight": a}, r"lack b\.weight"),
        ({"a.weight": a, "b.weight": b, "c.weight": b}, r"should not, c\.weight"),
        ({"a.weight": a.T, "b.weight": b}, r"a\.weight \(3, 2\) for \(2, 3\)"),
        ({}, "lack a.weight, b.weight;"),
    ):
        with pytest.raises(SegmenterError, match=named):
            require(parameters, shapes, "net")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"n_inputs": 2, "depth": 3},
        {"n_inputs": "2"},
        {"n_inputs": True},
        {"n_inputs": 2.5},
        {"n_inputs": 2, "channels": 32},
        {"n_inputs": 2, "channels": [32, None]},
        {"n_inputs": 2, "channels": [10**9]},
    ],
)
def test_a_configuration_of_another_kind_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(SegmenterError):
        config_of(UNet, values, "net")
