from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d.errors import FileFormatError, PinpointError
from pinpoint3d.evaluate.reference import read_results, score


def results(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "val_results.csv"
    path.write_text(text)
    return path


def steps(entry: int, scene: str, n_parts: int, ious: list[float]) -> str:
    """The lines of an entry: nothing at first, then the first round, then a click a line."""
    clicks = [0.0, *((n_parts + i) / n_parts for i in range(len(ious)))]
    pairs = zip(clicks, [0.0, *ious], strict=True)
    return "".join(f"{entry} {scene} {n_parts} {c} {iou}\n" for c, iou in pairs)


@pytest.mark.parametrize(
    ("name", "compat", "corrected"),
    [
        (
            "PartScan",
            ([49.95, 61.51, 65.87, 69.63], [2.178, 4.168, 7.213, 8.272, 9.143], 340, 13),
            ([48.11, 59.24, 63.45, 67.07, 70.14], [2.502, 4.488, 7.417, 8.331, 9.189], 353, 13),
        ),
        (
            "MultiScan",
            ([44.02, 55.34, 60.79, 66.76], [2.709, 4.932, 7.773, 8.977, 9.634], 178, 10),
            ([41.68, 52.40, 57.55, 63.21, 68.90], [3.097, 5.202, 7.892, 9.032, 9.653], 188, 10),
        ),
    ],
)
def test_the_published_files_give_the_published_figures_and_the_corrected_ones(
    shared: Path,
    name: str,
    compat: tuple[list[float], list[float], int, int],
    corrected: tuple[list[float], list[float], int, int],
):
    found = score(read_results(shared / "reference" / f"{name}_val.csv"))
    for way, (ious, nocs, entries, failures) in (("compat", compat), ("corrected", corrected)):
        got = found[way].as_json()
        assert list(got["iou@k"].values())[: len(ious)] == ious  # pyright: ignore[reportAttributeAccessIssue]  # a dict
        assert list(got["noc@q"].values()) == nocs  # pyright: ignore[reportAttributeAccessIssue]  # a dict
        assert (got["entries"], got["failures"]) == (entries, failures)


def test_a_failed_entry_is_left_out_in_compat_and_counts_as_zero_corrected(tmp_path: Path):
    good = [0.4, 0.6] + [0.9] * 17
    found = score(read_results(results(tmp_path, steps(0, "a", 2, good) + steps(1, "b", 3, []))))
    assert found["compat"].iou_at[1] == pytest.approx(40)
    assert found["corrected"].iou_at[1] == pytest.approx(20)
    assert found["compat"].noc_at[50] == pytest.approx(1.5)
    assert found["corrected"].noc_at[50] == pytest.approx((1.5 + 10) / 2)
    assert (found["compat"].entries, found["corrected"].entries) == (1, 2)
    assert found["compat"].failures == found["corrected"].failures == 1


def test_an_entry_that_breaks_off_counts_zero_from_there_on(tmp_path: Path):
    broken = steps(0, "a", 1, [0.3, 0.4])
    found = score(read_results(results(tmp_path, broken)))["corrected"]
    assert [found.iou_at[k] for k in (1, 2, 3)] == pytest.approx([30, 40, 0])
    assert found.failures == 1


def test_an_entry_that_ends_because_all_is_right_stays_right(tmp_path: Path):
    found = score(read_results(results(tmp_path, steps(0, "a", 1, [0.3, 1.0]))))["corrected"]
    assert [found.iou_at[k] for k in (1, 2, 3, 10)] == pytest.approx([30, 100, 100, 100])
    assert found.failures == 0


def test_entries_of_one_scene_and_number_of_parts_collide_in_compat_alone(tmp_path: Path):
    text = steps(0, "a", 1, [0.2] * 10) + steps(1, "a", 1, [0.9] * 10)
    found = score(read_results(results(tmp_path, text)))
    assert found["compat"].noc_at[50] == 10
    assert found["corrected"].noc_at[50] == 5.5


def test_total_failure_is_zero_not_an_error(tmp_path: Path):
    text = steps(0, "a", 2, []) + "1 b 16 SKIPPED\n"
    found = score(read_results(results(tmp_path, text)))
    assert found["corrected"].iou_at[5] == found["compat"].iou_at[5] == 0
    assert found["corrected"].noc_at[80] == 10
    assert found["corrected"].failures == 2


@pytest.mark.parametrize(
    "line",
    ["", "0 a 2 1.0", "0 a 2 1.0 1.5", "0 a 0 1.0 0.5", "0 a 2 nan 0.5", "x a 2 1.0 0.5",
     "0 a 2 1.0 0.5 9", "0 a 2 1.0 0.5\n0 b 2 2.0 0.5", "0 a 2 1.0 0.5\n0 a 2 1.0 0.5"],
)  # fmt: skip
def test_what_is_no_result_file_is_refused(tmp_path: Path, line: str):
    with pytest.raises(FileFormatError):
        read_results(results(tmp_path, line + "\n"))


@settings(deadline=None, max_examples=60)
@given(content=st.binary(max_size=80))
def test_any_bytes_give_results_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
):
    path = tmp_path_factory.mktemp("results") / "r.csv"
    path.write_bytes(content)
    with suppress(PinpointError):
        score(read_results(path))


@given(ious=st.lists(st.lists(st.floats(0, 1), min_size=10, max_size=10), min_size=1, max_size=4))
def test_without_failures_and_collisions_both_ways_agree(
    tmp_path_factory: pytest.TempPathFactory, ious: list[list[float]]
):
    text = "".join(steps(i, f"scene{i}", 1, curve) for i, curve in enumerate(ious))
    found = score(read_results(results(tmp_path_factory.mktemp("results"), text)))
    for k in (1, 3, 10):
        expected = 100 * np.mean([curve[k - 1] for curve in ious])
        assert found["compat"].iou_at[k] == pytest.approx(expected)
        assert found["corrected"].iou_at[k] == pytest.approx(expected)
    assert found["compat"].noc_at == pytest.approx(found["corrected"].noc_at)
