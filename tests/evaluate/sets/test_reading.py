"""Files of sets: what is found where, and what damaged ones give."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from set_files import refused, write, write_npy

from pinpoint3d.errors import FileAccessError, PinpointError
from pinpoint3d.evaluate.sets.reading import Document, array, first_of, inside, words


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/x", "a\0b", "link/x"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set/link").symlink_to(tmp_path)
    with refused("lies outside that folder"):
        inside(tmp_path / "set", name)


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    path = write(tmp_path / "a/x", "1")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert first_of(tmp_path, ["b/x"]).resolve() == path.resolve()


@pytest.mark.parametrize("name", ["x" * 300, "a" * 5000, "\n", "ä/ö"])
def test_a_name_that_cannot_be_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileAccessError, match="is not there"):
        first_of(tmp_path, [name])


def test_long_lists_of_numbers_are_checked_as_one(tmp_path: Path) -> None:
    path = write(tmp_path / "x.json", '{"a": [0, 3, 2], "b": [true], "c": [4], "d": 1}')
    document = Document.within(path)
    assert document.of("a").wholes(4).tolist() == [0, 3, 2]
    for key in "bcd":
        with refused("belong"):
            document.of(key).wholes(4)


@given(st.integers(0, 200), st.integers(0, 255), st.integers(0, 200))
@settings(deadline=None, max_examples=80)
def test_damaged_arrays_give_numbers_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int, end: int
) -> None:
    folder = tmp_path_factory.mktemp("arrays")
    for values, read in (
        (np.array([1, 0, 2]), lambda path: array(path, "labels")),
        (np.array([["s0", "3"]]), lambda path: words(path, 2)),
    ):
        path = write_npy(folder / "a.npy", values)
        content = bytearray(path.read_bytes())
        content[at % len(content)] = byte
        write(path, bytes(content[: len(content) - end % 40]))
        with suppress(PinpointError):
            assert read(path) is not None
