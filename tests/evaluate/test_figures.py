from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.figures import (
    by_category,
    by_parts,
    by_points,
    by_size,
    check_comparable,
    differences,
    figures_of,
    summary,
)
from pinpoint3d.evaluate.questions import Question
from pinpoint3d.evaluate.records import Record, Seconds
from pinpoint3d.evaluate.run import Run


def record(
    ious: list[list[float]],
    *,
    name: str = "q",
    category: str | None = None,
    points: list[int] | None = None,
    of: int = 1000,
    failure: str | None = None,
    boundary: dict[str, list[float]] | None = None,
) -> Record:
    """A record whose targets had these IoU after the first round and each click since."""
    n = len(ious[0]) if ious else 2
    targets = tuple((1, part) for part in range(1, n + 1))
    return Record(
        question=Question(name, "scene", targets, category=category),
        scene_points=5000,
        target_points=points or [100] * n,
        object_points=[of] * n,
        clicks=[(row, 1, 1) for row in range(n + max(len(ious) - 1, 0))],
        iou=ious,
        precision=[[min(1.0, 2 * v) for v in row] for row in ious],
        recall=[list(row) for row in ious],
        boundary_iou=boundary or {},
        failure=failure,
        seconds=Seconds(0.5, [0.1] * len(ious)),
    )


def run_of(records: list[Record], *, clicks: int = 3, **protocol: Any) -> Run:
    about = {
        "segmenter": "made up",
        "suite": {"name": "s", "version": "1", "setting": "all-part"},
        "protocol": {"user": "exact", "compat": False, "seed": 0, "clicks_a_target": clicks}
        | protocol,
    }
    return Run(Path("somewhere"), about, records)


MEANS = [0.2, 0.4, 0.3, 0.9, 0.6]  # after 2, 3, 4, 5 and 6 clicks on two targets
TWO = record([[v - 0.1, v + 0.1] for v in MEANS], boundary={"1": [0.1, 0.3], "3": [0.4, 0.6]})


def test_figures_of_a_hand_made_entry():
    found = figures_of([TWO], 3)
    assert found.iou[0].tolist() == pytest.approx([0.2, 0.3, 0.6])
    # 0.5 and 0.65 and 0.8 and 0.85 and 0.9 are first reached at the fifth click
    assert found.clicks[0].tolist() == pytest.approx([2.5] * 5)
    assert found.reached.all()
    assert found.area[0] == pytest.approx((0.3 + 0.35 + 0.6 + 0.75) / 4)
    assert (found.harmful[0], found.harmful_large[0], found.further[0]) == (2, 2, 4)
    assert found.boundary[0].tolist() == pytest.approx([0.2, 1.0, 0.5])
    assert found.precision[0, 0] == pytest.approx(0.4)
    assert found.recall[0].tolist() == pytest.approx([0.2, 0.3, 0.6])


def test_small_falls_are_harmful_but_not_by_over_two_points():
    found = figures_of([record([[0.5], [0.485], [0.485]])], 3)
    assert (found.harmful[0], found.harmful_large[0], found.further[0]) == (1, 0, 2)


def test_an_entry_that_is_right_early_stays_right():
    found = figures_of([record([[0.7, 0.9], [1.0, 1.0]])], 3)
    assert found.iou[0].tolist() == pytest.approx([0.8, 1, 1])
    assert found.precision[0].tolist() == pytest.approx([1, 1, 1])
    assert found.boundary[0, 1:].tolist() == [1, 1]
    assert found.further[0] == 1


def test_a_failed_entry_is_zero_everywhere_and_clicks_at_the_limit():
    found = figures_of([record([], failure="it broke.")], 3)
    for table in (found.iou, found.area, found.boundary, found.precision, found.recall):
        assert not table.any()
    assert (found.clicks == 3).all()
    assert not found.reached.any()
    assert found.failed.all()


def test_failures_pull_the_means_down_and_leave_harm_alone():
    found = summary(run_of([TWO, record([], name="broken", failure="it broke.")]))
    assert (found.entries, found.failures) == (2, 1)
    assert found.iou_at[1].mean == pytest.approx(0.1)
    assert found.noc_at[80].mean == pytest.approx((2.5 + 3) / 2)
    assert found.failure_rate_at[80].mean == 0.5
    assert found.harmful.mean == 0.5
    assert found.encode_s == (0.5, 0.5)
    assert found.answer_s == pytest.approx((0.1, 0.1))


def test_a_run_of_nothing_but_failures_has_figures():
    found = summary(run_of([record([], failure="it broke.")] * 3))
    assert found.iou_at[3].high == found.area.mean == found.harmful.mean == 0
    assert found.failure_rate_at[50].mean == 1


@given(
    tables=st.lists(
        st.lists(st.lists(st.floats(0, 1), min_size=2, max_size=2), min_size=1, max_size=5),
        min_size=1,
        max_size=5,
    )
)
def test_all_figures_lie_in_their_ranges(tables: list[list[list[float]]]):
    found = figures_of([record(ious) for ious in tables], 3)
    for table in (found.iou, found.area, found.boundary, found.precision, found.recall):
        assert (table >= 0).all()
        assert (table <= 1).all()
    assert (found.clicks >= 1).all()
    assert (found.clicks <= 3).all()
    assert (np.diff(found.clicks, axis=1) >= 0).all()
    assert (found.harmful_large <= found.harmful).all()
    assert (found.harmful <= found.further).all()
    assert (found.area <= found.iou.max(axis=1, initial=1)).all()


def test_differences_are_paired():
    ours = run_of([record([[0.5]], name="a"), record([[0.9]], name="b")])
    theirs = run_of([record([[0.4]], name="a"), record([[0.8]], name="b")])
    found = differences(ours, theirs)[1]
    assert (found.mean, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))


def test_runs_of_other_questions_or_users_do_not_compare():
    run = run_of([record([[0.5]], name="a")])
    with pytest.raises(FileFormatError, match="other questions"):
        check_comparable([run, run_of([record([[0.5]], name="b")])])
    with pytest.raises(FileFormatError, match="another way"):
        differences(run, run_of([record([[0.5]], name="a")], user="noisy"))
    check_comparable([run, run_of([record([[0.1]], name="a")], clicks=9)])


def test_a_run_with_a_larger_budget_counts_as_if_it_had_the_smaller_one():
    ious = [[0.2], [0.6], [0.5], [0.9], [0.7]]
    long, short = run_of([record(ious)], clicks=5), run_of([record(ious[:3])], clicks=3)
    assert summary(long, 3) == replace(summary(short), answer_s=summary(long).answer_s)
    assert summary(long).noc_at[80].mean == 4


def test_groups_by_category_count_entries_the_most_frequent_first():
    groups = by_category(
        run_of([
            record([[0.2]], category="mug"),
            record([[0.4]], category="chair"),
            record([[0.6]], category="chair"),
            record([[0.8]]),
        ])
    )  # fmt: skip
    assert [(g.name, g.count) for g in groups] == [("chair", 2), ("mug", 1), ("unnamed", 1)]
    assert groups[0].iou_at[1].mean == pytest.approx(0.5)


def test_groups_by_parts_count_entries_and_those_by_size_count_targets():
    run = run_of([
        record([[0.2]], points=[900]),
        record([[0.4, 0.6]], points=[15, 200]),
        record([], points=[5, 20000], of=20005, failure="it broke."),
    ])  # fmt: skip
    assert [(g.name, g.count) for g in by_parts(run)] == [("1", 1), ("2", 2)]
    shares = {g.name: (g.count, g.iou_at[1].mean) for g in by_size(run)}
    assert shares["0 to 2 %"] == (2, pytest.approx(0.2))
    assert shares["10 to 30 %"] == (1, pytest.approx(0.6))
    assert shares["30 to 100 %"] == (2, pytest.approx(0.1))
    points = {g.name: g.count for g in by_points(run)}
    assert points == {"0 to 99": 2, "100 to 999": 2, "10,000 and more": 1}
