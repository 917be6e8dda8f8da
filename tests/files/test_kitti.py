from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pinpoint3d import Masks, load, save
from pinpoint3d.errors import FileFormatError, PinpointError
from pinpoint3d.files import kitti

PATH = Path("000000.bin")


def scan(n: int, *more: np.ndarray, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    columns = [rng.normal(0, 20, (n, 3)), rng.random((n, 1)), *more]
    return np.concatenate(columns, axis=1).astype(np.float32)


def rings(n: int) -> np.ndarray:
    return (np.arange(n) % 32)[:, None]


def times(n: int) -> np.ndarray:
    return np.linspace(0.05, 0.15, n)[:, None]


@pytest.mark.parametrize("n", [7, 20])
def test_rows_of_four_are_positions_in_metres_with_z_up_and_an_intensity(n: int) -> None:
    rows = scan(n)
    contents = kitti.read(rows.tobytes(), PATH)
    np.testing.assert_array_equal(contents.xyz, rows[:, :3])
    np.testing.assert_array_equal(contents.fields["intensity"], rows[:, 3])
    assert (contents.unit_to_m, contents.up, contents.notes) == (1.0, "+z", ())


@pytest.mark.parametrize("n", [7, 20, 60])
@pytest.mark.parametrize("names", ["ring", "ring time", "time ring"])
def test_wider_rows_are_known_by_their_rings(n: int, names: str) -> None:
    columns = {"ring": rings(n), "time": times(n)}
    rows = scan(n, *(columns[name] for name in names.split()))
    contents = kitti.read(rows.tobytes(), PATH)
    np.testing.assert_array_equal(contents.xyz, rows[:, :3])
    assert list(contents.fields) == ["intensity", *names.split()]
    for k, values in enumerate(contents.fields.values()):
        np.testing.assert_array_equal(values, rows[:, 3 + k])
    assert contents.notes == (f"rows are taken to be of {rows.shape[1]} numbers",)


def test_rows_without_rings_are_wider_where_four_does_not_divide_them() -> None:
    rows = scan(7, times(7))
    contents = kitti.read(rows.tobytes(), PATH)
    np.testing.assert_array_equal(contents.xyz, rows[:, :3])
    assert list(contents.fields) == ["intensity", "column_5"]


def test_a_width_that_would_do_as_well_is_named() -> None:
    rows = np.abs(scan(20, times(20)))
    contents = kitti.read(rows.tobytes(), PATH)
    assert len(contents.xyz) == 25
    (note,) = contents.notes
    assert note.startswith("rows are taken to be of 4 numbers, but 5 would fit as well; ")


def test_a_scan_on_whole_metres_has_rows_of_four() -> None:
    rows = np.arange(80, dtype=np.float32)
    assert len(kitti.read(rows.tobytes(), PATH).xyz) == 20


def test_a_scan_of_four_that_is_cut_short_is_not_taken_for_one_of_five() -> None:
    with pytest.raises(FileFormatError, match="no whole number of points"):
        kitti.read(scan(100).tobytes()[: 25 * 4], PATH)


@pytest.mark.parametrize("size", [1, 2, 15, 28, 4 * 7 * 4 + 1])
def test_a_length_that_no_row_divides_is_refused(size: int) -> None:
    with pytest.raises(FileFormatError, match="no whole number of points"):
        kitti.read(bytes(size), PATH)


def test_other_binary_files_are_refused() -> None:
    with pytest.raises(FileFormatError, match="no KITTI scan"):
        kitti.read(np.random.default_rng(0).bytes(4096), PATH)


def test_points_without_a_position_keep_their_row() -> None:
    rows = scan(8)
    rows[2, :3] = np.nan
    np.testing.assert_array_equal(kitti.read(rows.tobytes(), PATH).xyz, rows[:, :3])


@settings(max_examples=150, deadline=None)
@given(st.binary(min_size=1, max_size=200) | st.binary(min_size=20, max_size=20))
@example(bytes(10) + b"\x81\x7f" + bytes(8))  # a signalling NaN
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(PinpointError):
        contents = kitti.read(data, PATH)
        assert 16 <= len(data) // len(contents.xyz) <= 24


def test_labels_go_into_another_format_and_never_into_the_scan(tmp_path: Path) -> None:
    path = tmp_path / "scan.bin"
    path.write_bytes(scan(8).tobytes())
    scene, masks = load(path), Masks.of([0, 1, 2, 3, 0, 0, 0, 1])
    with pytest.raises(FileFormatError, match=r"cannot write \.bin"):
        save(scene, masks, tmp_path / "labelled.bin")
    save(scene, masks, tmp_path / "labelled.npz")
    again = load(tmp_path / "labelled.npz")
    assert again.labels is not None
    np.testing.assert_array_equal(again.labels.object, masks.object)
    np.testing.assert_array_equal(again.fields["intensity"], scene.fields["intensity"])
