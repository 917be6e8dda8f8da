import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d import SceneError
from pinpoint3d.files.contents import Contents
from pinpoint3d.files.report import (
    bounds,
    choose_unit,
    choose_up,
    count_duplicates,
    make_report,
    report_as_dict,
    spacing,
)
from pinpoint3d.types import Scene


def grid(n: int, step: float) -> np.ndarray:
    """An n by n sheet of points, `step` apart, a little bent so that it has a height."""
    x, y = np.meshgrid(np.arange(n) * step, np.arange(n) * step)
    return np.stack([x, y, 0.1 * x], axis=-1).reshape(-1, 3)


def unit_of(
    xyz: np.ndarray, given: str | None = None, *, stated: float | None = None
) -> tuple[str, str]:
    valid = np.asarray(np.isfinite(xyz).all(axis=1))
    return choose_unit(Contents("any", xyz, unit_to_m=stated), valid, given)


@pytest.mark.parametrize(
    ("n", "step", "unit"),
    [
        (100, 0.01, "m"),  # a table, 1 cm apart
        (100, 10.0, "mm"),  # the same in millimetres
        (100, 1.0, "mm"),  # a hand-held scan of 10 cm, in millimetres
        (40, 0.25, "m"),  # a hall, 25 cm apart
        (100, 0.5, "mm"),  # 5 cm wide, in half millimetres
        (32, 0.35, "cm"),  # 1.5 cm would be too small for a scan, 15 cm are not
        (60, 150.0, "m"),  # too wide apart for any unit: a terrain
        (20, 1e-5, "m"),  # under 1,000 points say nothing
        (31, 10.0, "m"),
    ],
)
def test_units_are_guessed_only_from_strong_evidence(n: int, step: float, unit: str) -> None:
    assert unit_of(grid(n, step)) == (unit, "guessed")


def test_a_map_projection_is_in_metres() -> None:
    assert unit_of(grid(100, 10.0) + np.array([500_000, 5_000_000, 0])) == ("m", "guessed")


def test_points_without_a_position_do_not_count_towards_a_guess() -> None:
    xyz = grid(100, 10.0)
    assert unit_of(np.concatenate([xyz, np.full((5000, 3), np.nan)])) == ("mm", "guessed")
    xyz[900:] = np.nan
    assert unit_of(xyz) == ("m", "guessed")


def test_what_is_given_or_stated_goes_before_a_guess() -> None:
    assert unit_of(grid(100, 10.0), "cm") == ("cm", "given")
    assert unit_of(grid(100, 10.0), stated=1.0) == ("m", "stated")
    assert unit_of(grid(100, 10.0), "mm", stated=1.0) == ("mm", "given")


def test_an_unknown_unit_or_axis_is_refused() -> None:
    with pytest.raises(SceneError, match="units are 'inch'; give one of m, cm, mm"):
        unit_of(grid(2, 1.0), "inch")
    with pytest.raises(SceneError, match="up is 'z'; give one of"):
        choose_up(Contents("any", grid(2, 1.0)), np.ones(4, bool), "z")


@pytest.mark.parametrize(
    ("depth", "shape", "up"),
    [
        ([1, 2, 3, np.nan], (2, 2), "-y"),
        ([-1, -2, -3, -0.1], (2, 2), "+y"),
        ([-1, 2, 3, 4], (2, 2), "+z"),
        ([0, 2, 3, 4], (2, 2), "+z"),
        ([1, 2, 3, 4], None, "+z"),
    ],
)
def test_up_of_one_cameras_view(depth: list[float], shape: tuple[int, int] | None, up: str) -> None:
    xyz = np.stack([np.zeros(4), np.zeros(4), np.array(depth)], axis=1)
    contents = Contents("any", xyz, shape=shape)
    assert choose_up(contents, np.isfinite(xyz[:, 2]), None) == (up, "guessed")


def test_what_is_given_or_stated_of_up_goes_before_a_guess() -> None:
    contents = Contents("any", grid(2, 1.0) + 1, shape=(2, 2), up="+y")
    assert choose_up(contents, np.ones(4, bool), None) == ("+y", "stated")
    assert choose_up(contents, np.ones(4, bool), "-x") == ("-x", "given")


def test_a_report_says_what_was_found() -> None:
    xyz = np.array([[0, 0, 0], [0, 0, 2], [0, 0, 2], [1, np.nan, 5], [0, 3, 0]])
    xyz[:, 0] += 5e5
    contents = Contents(
        "PLY, ASCII",
        xyz,
        colour="0-1",
        normals=np.zeros((5, 3), np.float32),
        fields={"time": np.zeros(5)},
        faces=np.array([[0, 1, 2]], np.int32),
        notes=("odd",),
    )
    scene = Scene(xyz, faces=contents.faces)
    report = make_report(scene, contents, unit=("m", "guessed"), up=("+z", "given"), notes=("too",))
    assert (report.n_points, report.n_finite, report.n_duplicates) == (5, 4, 1)
    assert report.extent_m == (0, 3, 2)
    assert report.spacing_m == 2
    assert report.origin_m == (5e5, 0, 0)
    assert (report.colour, report.has_normals, report.n_faces) == ("0-1", True, 1)
    assert (report.unit, report.unit_from, report.up, report.up_from) == (
        "m", "guessed", "+z", "given",
    )  # fmt: skip
    assert report.fields == ("time",)
    assert report.notes == ("odd", "too")
    assert json.loads(json.dumps(report_as_dict(report)))["format"] == "PLY, ASCII"


def test_a_single_point_has_no_spacing() -> None:
    assert spacing(np.zeros((3, 3)), np.array([True, True, False])) == 0


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_spacing_of_a_large_cloud_is_that_of_all_of_it(kind: type) -> None:
    xyz = grid(600, 0.02).astype(kind)
    np.random.default_rng(0).shuffle(xyz)
    assert spacing(xyz, np.ones(len(xyz), bool)) == pytest.approx(0.02, rel=1e-3)


def test_bounds_pass_over_points_without_a_position() -> None:
    xyz = np.array([[1, 2, 3], [np.nan, 9, 9], [-1, 5, 0]], np.float32)
    lower, upper = bounds(xyz, np.array([True, False, True]))
    assert (lower.tolist(), upper.tolist()) == ([-1, 2, 0], [1, 5, 3])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from([0.0, -0.0, 1.0, 2.0, -1.0])] * 3), max_size=40))
def test_duplicates_are_counted_as_a_dictionary_would(points: list[tuple[float, ...]]) -> None:
    xyz = np.array(points, np.float32).reshape(-1, 3)
    assert count_duplicates(xyz) == len(points) - len(set(points))


def test_no_false_duplicates_among_a_million_points_of_a_grid() -> None:
    xyz = np.stack(np.meshgrid(*[np.arange(100)] * 3), axis=-1).reshape(-1, 3).astype(np.float32)
    assert count_duplicates(xyz * np.float32(0.01)) == 0
