from pathlib import Path

import numpy as np
import pytest

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.columns import (
    colour_bytes,
    contents_of,
    given_columns,
    guessed_columns,
    named_columns,
)

RNG = np.random.default_rng(5)
N = 200
XYZ = RNG.normal(size=(N, 3))
GREY = RNG.integers(20, 200, (N, 1))
RGB = GREY + RNG.integers(-9, 10, (N, 3))
NORMALS = XYZ / np.linalg.norm(XYZ, axis=1, keepdims=True)
INTENSITY = RNG.integers(0, 256, (N, 1))
SCALAR = RNG.normal(size=(N, 1))
LABEL = RNG.integers(0, 9, (N, 1))


def letters_of(*blocks: np.ndarray, intensity_first: bool = False) -> str:
    table = np.concatenate([XYZ, *blocks], axis=1).astype(np.float64)
    columns, _ = guessed_columns(table, intensity_first=intensity_first)
    short = {"intensity": "i", "label": "l", "nx": "n", "ny": "n", "nz": "n"}
    return "".join(
        "_" if c.name.startswith("column") else short.get(c.name, c.name) for c in columns
    )


@pytest.mark.parametrize(
    ("blocks", "letters"),
    [
        ((), "xyz"),
        ((SCALAR,), "xyzi"),
        ((LABEL,), "xyzl"),
        ((RGB,), "xyzrgb"),
        ((RGB / 255,), "xyzrgb"),
        ((NORMALS,), "xyznnn"),
        ((RGB, LABEL), "xyzrgbl"),
        ((INTENSITY, RGB), "xyzirgb"),
        ((INTENSITY - 2000, RGB), "xyzirgb"),
        ((NORMALS, LABEL), "xyznnnl"),
        ((RGB, NORMALS), "xyzrgbnnn"),
        ((NORMALS, RGB), "xyznnnrgb"),
        ((RGB, NORMALS, LABEL), "xyzrgbnnnl"),
        ((INTENSITY, RGB, NORMALS), "xyzirgbnnn"),
        ((SCALAR, SCALAR, SCALAR), "xyz__i"),
    ],
)
def test_columns_are_guessed_by_their_numbers(blocks: tuple[np.ndarray, ...], letters: str) -> None:
    assert letters_of(*blocks) == letters


def test_the_intensity_of_a_pts_file_stands_before_its_colours_however_alike_they_are() -> None:
    assert letters_of(RGB[:, :1], RGB, intensity_first=True) == "xyzirgb"


def test_a_guess_is_reported_with_what_else_the_columns_may_be() -> None:
    _, notes = guessed_columns(np.concatenate([XYZ, NORMALS], axis=1))
    assert notes == ["columns are guessed to be xyznnn; they may also be xyzrgb"]


def test_missing_normals_do_not_hide_the_others() -> None:
    normals = NORMALS.copy()
    normals[:20], normals[20] = 0, np.nan
    assert letters_of(normals) == "xyznnn"


def test_names_decide_whatever_their_spelling() -> None:
    names = ("//X", "Y", "Z")
    columns, notes = named_columns(("X", "Y", "Z", "Scalar_Red", "g", "BLUE", "Normal_X (m)", "t"))
    assert [c.meaning for c in columns] == ["x", "y", "z", "r", "g", "b", "nx", None]
    assert notes == []
    assert named_columns(names)[1] == [
        "the header names no x, y and z; the first three columns are taken"
    ]


def test_two_columns_of_one_name_are_both_kept() -> None:
    columns, _ = named_columns(("x", "y", "z", "t", "t", "red", "red"))
    assert [c.name for c in columns] == ["x", "y", "z", "t", "t_2", "red", "red_2"]
    assert [c.meaning for c in columns][5:] == ["r", None]


@pytest.mark.parametrize(
    ("letters", "complaint"),
    [
        ("xyzq", "hold 'q'"),
        ("xyz", "name 3 columns but it has 4"),
        ("xyyz", "need x, y and z once each"),
        ("xyzr", "need r, g and b once each"),
        ("xyzn", "n three times"),
    ],
)
def test_letters_that_do_not_fit_are_refused(letters: str, complaint: str) -> None:
    with pytest.raises(FileFormatError, match=complaint):
        given_columns(letters, 4, Path("a.txt"))


def test_ignored_columns_are_left_out() -> None:
    columns = given_columns("_xyz_ii", 7, Path("a.txt"))
    assert [(c.index, c.name) for c in columns] == [
        (1, "x"), (2, "y"), (3, "z"), (5, "intensity"), (6, "intensity_2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        (RGB.astype(np.uint8), "0-255"),
        (RGB.astype(np.int64), "0-255"),
        (RGB / 255, "0-1"),
        ((RGB / 255).astype(np.float32), "0-1"),
        (RGB.astype(np.float64), "0-255"),
        ((RGB * 257).astype(np.uint16), "16 bit"),
        (RGB * 257.0, "16 bit"),
    ],
)
def test_colours_come_out_the_same_however_they_are_stored(values: np.ndarray, stored: str) -> None:
    rgb, found = colour_bytes(values)
    assert found == stored
    np.testing.assert_array_equal(rgb, RGB)


def test_a_dark_scan_of_whole_numbers_stays_dark() -> None:
    rgb, _ = colour_bytes(np.ones((4, 3), np.int32))
    np.testing.assert_array_equal(rgb, np.ones((4, 3)))


@pytest.mark.parametrize("values", [[-1, 0, 0], [0.5, 700.5, 0], [0, 0, 70_000], [np.nan] * 3])
def test_values_that_are_no_colours_are_not_taken_for_some(values: list[float]) -> None:
    assert colour_bytes(np.array([values])) == (None, None)


def test_colours_without_a_third_stay_fields_under_their_own_names() -> None:
    columns, _ = named_columns(("x", "y", "z", "Red", "Green"))
    table = np.concatenate([XYZ, RGB[:, :2]], axis=1)
    contents = contents_of({c: table[:, c.index] for c in columns}, format="", path=Path("a.txt"))
    assert contents.rgb is None
    assert list(contents.fields) == ["Red", "Green"]
