"""Furnished scenes: positions in metres, things numbered, the building as background."""

import io
import json
from pathlib import Path

import numpy as np
import pytest

from pinpoint3d import FileFormatError
from pinpoint3d.synth.scenes import read_furnished

META = {
    "step": 0.5,
    "origin": [1.0, 2.0, 3.0],
    "instances": ["wall", "chair", "floor", "mug"],
    "structure": [True, False, True, False],
}


def packed(instance: list[int], meta: object = META, **other: np.ndarray) -> bytes:
    n = len(instance)
    columns = {
        "xyz": np.arange(3 * n, dtype=np.uint16).reshape(n, 3),
        "rgb": np.full((n, 3), 9, np.uint8),
        "instance": np.array(instance, np.uint8),
        "meta": np.frombuffer(json.dumps(meta).encode(), np.uint8),
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **(columns | other))  # pyright: ignore[reportArgumentType]  # numpy's stub takes names for flags
    return buffer.getvalue()


def read(content: bytes, folder: Path):
    path = folder / "house.npz"
    path.write_bytes(content)
    return read_furnished(path)


def test_points_are_in_metres_and_things_are_numbered(tmp_path: Path):
    scene = read(packed([3, 0, 1]), tmp_path)
    assert scene.labels is not None
    assert scene.rgb is not None
    assert scene.xyz.tolist() == [[1, 2.5, 4], [2.5, 4, 5.5], [4, 5.5, 7]]
    assert scene.labels.object.tolist() == [2, 0, 1]
    assert (scene.rgb == 9).all()


@pytest.mark.parametrize(
    "content",
    [
        packed([4]),
        packed([]),
        packed([1], {"step": 1.0}),
        packed([1], META | {"origin": [1.0]}),
        packed([1], META | {"structure": True}),
        packed([1], META | {"step": "long"}),
        packed([1], rgb=np.zeros((2, 3), np.uint8)),
        packed([1], xyz=np.zeros((1, 3), np.float64)),
        packed([1], [1]),
    ],
)
def test_what_does_not_fit_is_refused(content: bytes, tmp_path: Path):
    with pytest.raises(FileFormatError):
        read(content, tmp_path)


def test_every_cut_is_refused(tmp_path: Path):
    whole = packed([3, 0, 1])
    for end in range(0, len(whole), 7):
        with pytest.raises(FileFormatError):
            read(whole[:end], tmp_path)
