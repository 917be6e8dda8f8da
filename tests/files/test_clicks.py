import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d import Click, FileFormatError
from pinpoint3d.files.clicks import read_clicks, write_clicks

ids = st.integers(0, 2**31 - 1)
positions = st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 3)


objects = st.integers(1, 2**31 - 1)
clicks = st.fixed_dictionaries(  # values: a Click checks its types with `random`
    {"object": objects, "part": ids, "granularity": st.none() | st.floats(0, 1)}
).flatmap(
    lambda rest: st.one_of(
        st.builds(dict, st.just(rest), point=ids),
        st.builds(dict, st.just(rest), position=positions),
    )
)


def document(**changes: Any) -> dict[str, Any]:
    return {"schema": "pinpoint3d.clicks", "version": [1, 0], "clicks": [{"point": 3}]} | changes


def saved(folder: Path, content: Any) -> Path:
    path = folder / "scan.clicks.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


@settings(max_examples=50, deadline=None)
@given(
    st.lists(clicks, max_size=5),
    st.dictionaries(
        st.from_regex(r"[1-9][0-9]{0,3}(\.[1-9])?", fullmatch=True), st.text(), max_size=3
    ),
)
def test_clicks_and_names_come_back(
    tmp_path_factory: pytest.TempPathFactory, values: list[dict[str, Any]], names: dict[str, str]
) -> None:
    path = tmp_path_factory.mktemp("clicks") / "scan.clicks.json"
    some = [Click(0, 0), *(Click(**of_one) for of_one in values)]
    write_clicks(path, some, names)
    again = read_clicks(path)
    assert list(again.clicks) == some
    assert again.names == names


def test_values_from_numpy_can_be_written(tmp_path: Path) -> None:
    some = [Click(np.int64(3), np.int32(2), granularity=np.float64(0.5))]
    write_clicks(tmp_path / "clicks.json", some)
    assert read_clicks(tmp_path / "clicks.json").clicks == (Click(3, 2, granularity=0.5),)


def test_a_bare_list_is_taken(tmp_path: Path) -> None:
    path = saved(tmp_path, [{"point": 3, "object": 2}, {"position": [0, 1.5, -2], "part": 1}])
    assert read_clicks(path).clicks == (Click(3, 2), Click(position=(0.0, 1.5, -2.0), part=1))


def test_a_byte_order_mark_is_taken(tmp_path: Path) -> None:
    assert read_clicks(saved(tmp_path, "\ufeff[]")).clicks == ()


def test_a_newer_minor_version_is_read(tmp_path: Path) -> None:
    path = saved(tmp_path, document(version=[1, 7], colour="red"))
    assert read_clicks(path).clicks == (Click(3),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        ("{", "no valid JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('[{"position": [0, 0, NaN]}]', "NaN is no JSON number"),
        ('[{"position": [0, 0, 1e999]}]', "click 1: a click's position"),
        ("1" * 5000, "no valid JSON"),
        (3, "no click file"),
        (document(schema="other"), "no click file"),
        (document(version=[2, 0]), "newer than this program knows"),
        (document(version="1.0"), "two whole numbers"),
        (document(version=[True, 0]), "two whole numbers"),
        (document(clicks={}), '"clicks" are no list'),
        (document(names={"1": 2}), '"names" must give a text'),
        (document(names=[]), '"names" must give a text'),
        ([{"point": 1}, 3], "click 2 is no object"),
        ([{"point": 1, "objet": 2}], "click 1 has an unknown key 'objet'"),
        ([{"point": 1.0}], "click 1: point must be a whole number"),
        ([{"point": True}], "click 1: point must be a whole number"),
        ([{"point": None}], "click 1: point must be a whole number"),
        ([{"point": -1}], "click 1: a click's point is -1"),
        ([{"point": 2**31}], "click 1: a click's point is 2147483648"),
        ([{}], "needs a point or a position"),
        ([{"point": 1, "position": [0, 0, 0]}], "needs a point or a position"),
        ([{"position": [0, 0]}], "position must be three numbers"),
        ([{"position": [0, 0, "0"]}], "position must be three numbers"),
        ([{"position": [0, 0, 10**400]}], "click 1"),
        ([{"point": 1, "granularity": 2}], "granularity is 2"),
        ([{"point": 1, "granularity": 10**400}], "click 1"),
        ([{"point": 1, "granularity": "fine"}], "granularity must be a number"),
        ([{"point": 1, "object": 0, "part": 1}], "click 1: a click gives part 1 to background"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_clicks(saved(tmp_path, content))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("clicks") / "scan.clicks.json"
    write_clicks(
        path, [Click(3, 2, 1), Click(position=(0.0, 1.0, 2.0), granularity=0.5)], {"2": "cup"}
    )
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    with suppress(FileFormatError):
        read_clicks(path)
