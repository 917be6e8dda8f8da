from typing import Any

import jaxtyping
import numpy as np
import pytest

from pinpoint3d import Click, ClickError, Scene, SceneError

SENTENCE = r"^[^\n]{1,200}\.$"


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Types as a user's program has them: not checked at run time, as they are in tests."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


@pytest.mark.parametrize(
    "values",
    [
        {"point": "3"},
        {"point": 1.7},
        {"point": float("nan")},
        {"point": True},
        {"point": -1},
        {"point": 2**31},
        {"point": 10**400},
        {"point": [3]},
        {"point": 0, "object": None},
        {"point": 0, "object": "1"},
        {"point": 0, "part": None},
        {"point": 0, "part": 0.5},
        {"position": ["a", "b", "c"]},
        {"position": "123"},
        {"position": 5},
        {"position": [1.0, 2.0]},
        {"position": [1.0, 2.0, 3.0, 4.0]},
        {"position": np.zeros((3, 3))},
        {"position": [1.0, 2.0, float("inf")]},
        {"position": [1.0, 2.0, 10**400]},
        {"position": [None, 1.0, 2.0]},
        {"position": range(10**9)},
        {"point": 0, "granularity": "fine"},
        {"point": 0, "granularity": 2},
        {"point": 0, "granularity": float("nan")},
        {"point": 0, "position": [1.0, 2.0, 3.0]},
        {},
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_an_impossible_click_gets_one_sentence(values: dict[str, Any]) -> None:
    with pytest.raises(ClickError, match=SENTENCE):
        Click(**values)


def test_a_click_takes_numpy_numbers() -> None:
    click = Click(np.int64(3), np.uint8(2), np.int32(1))
    assert click == Click(3, 2, 1)
    assert Click(position=np.array([1, 2, 3], np.float32)) == Click(position=(1.0, 2.0, 3.0))


@pytest.mark.parametrize(
    "values",
    [
        {"xyz": [[0, 0, 0], [1, 0]]},
        {"xyz": [["a", "b", "c"]]},
        {"xyz": [[0, 0, 0], [1e300, 0, 0]]},
        {"xyz": [[-3e38, 0, 0], [3e38, 0, 0]]},
        {"xyz": [[1e300, 0, 0]], "origin": [0, 0, 0]},
        {"xyz": [[0, 0, 0]], "rgb": [[0, 0, 0], [0]]},
        {"xyz": [[0, 0, 0]], "faces": [[0, 0, 0], [0]]},
        {"xyz": [[0, 0, 0]], "origin": [[0], [0, 0]]},
        {"xyz": [[0, 0, 0]], "origin": ["a", "b", "c"]},
        {"xyz": [[0, 0, 0]], "up": [[0], [0, 0]]},
        {"xyz": [[0, 0, 0]], "up": ["a", "b", "c"]},
        {"xyz": [[0, 0, 0]], "fields": {"time": 3}},
        {"xyz": [[0, 0, 0]], "fields": {"time": [[1], [1, 2]]}},
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_arrays_that_are_no_cloud_get_one_sentence(values: dict[str, Any]) -> None:
    with pytest.raises(SceneError, match=SENTENCE):
        Scene(**values)


@pytest.mark.parametrize("origin", [None, [0, 0, 0]])
def test_rows_without_a_position_may_hold_any_number(origin: list[int] | None) -> None:
    scene = Scene([[0, 0, 0], [np.nan, 1e300, 0], [np.inf, 0, 0]], origin=origin)
    assert scene.valid.tolist() == [True, False, False]


def test_the_largest_float32_is_still_a_position() -> None:
    largest = np.finfo(np.float32).max
    assert Scene([[largest, 0, 0]], origin=[0, 0, 0]).xyz[0, 0] == largest
