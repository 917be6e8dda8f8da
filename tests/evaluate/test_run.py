import csv
import json
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import made_up
import numpy as np
import pytest
from made_up import Engine, suite

from pinpoint3d import Click, GraphSegmenter, Masks, NearestSegmenter, Scene
from pinpoint3d.errors import FileAccessError, FileFormatError, MissingExtraError, SegmenterError
from pinpoint3d.evaluate.figures import figures_of, summary
from pinpoint3d.evaluate.peers import load_peer
from pinpoint3d.evaluate.questions import Question
from pinpoint3d.evaluate.records import COLUMNS, read_record, write_record, write_rows
from pinpoint3d.evaluate.run import AskedScene, ClickProtocol, answer, read_run, run_suite
from pinpoint3d.simulate import Clicker

BRIEF = ClickProtocol(clicks_a_target=4)


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "rows.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_run_has_a_row_for_every_question_target_and_click(tmp_path: Path):
    run = run_suite(suite(), NearestSegmenter, tmp_path, BRIEF)
    rows = rows_of(tmp_path)
    assert list(rows[0]) == list(COLUMNS)
    for record in run.records:
        mine = [row for row in rows if row["entry"] == record.question.name]
        assert len(mine) == record.n_targets * len(record.iou)
        last = mine[-1]
        assert int(last["clicks"]) == len(record.clicks)
        assert float(last["entry_iou"]) == pytest.approx(record.curve[-1], abs=1e-6)
        assert [int(row["part_points"]) for row in mine[: record.n_targets]] == record.target_points
    about = json.loads((tmp_path / "run.json").read_text())
    assert about["segmenter"] == "nearest"
    assert about["protocol"]["clicks_a_target"] == 4
    assert about["failures"] == []
    assert about["machine"]["cores"] >= 1


def test_rounds_start_with_a_click_on_every_target_and_end_at_the_budget_or_at_iou_1(
    tmp_path: Path,
):
    run = run_suite(suite(), NearestSegmenter, tmp_path, BRIEF)
    for record in run.records:
        first = [c[1:] for c in record.clicks[: record.n_targets]]
        assert first == list(record.question.targets)
        assert len(record.clicks) <= 4 * record.n_targets
        assert len(record.clicks) == 4 * record.n_targets or record.curve[-1] == 1
        assert len(record.seconds.answers) == len(record.iou)


def test_the_curve_is_that_of_the_plain_loop(tmp_path: Path):
    asked = suite(1)
    record = run_suite(asked, NearestSegmenter, tmp_path, BRIEF).records[0]
    scene, truth = asked.scenes.scene("0"), asked.scenes.truth("0", 0)
    clicker = Clicker(scene, truth, [(1, 1), (1, 2)])
    encoded, clicks, ious = NearestSegmenter().encode(scene), clicker.first_clicks(), []
    while True:
        masks = encoded.segment(clicks)
        pairs = [(masks.part == p, truth.part == p) for p in (1, 2)]
        ious.append(np.mean([(a & b).sum() / (a | b).sum() for a, b in pairs]))
        click = clicker.next_click(masks) if len(clicks) < 8 else None
        if click is None:
            break
        clicks.append(click)
    assert record.curve.tolist() == pytest.approx(ious, abs=1e-6)


def test_one_and_two_workers_give_identical_figures(tmp_path: Path):
    one = run_suite(suite(), NearestSegmenter, tmp_path / "1", BRIEF)
    two = run_suite(suite(), NearestSegmenter, tmp_path / "2", BRIEF, workers=2)
    assert (tmp_path / "1/rows.csv").read_bytes() == (tmp_path / "2/rows.csv").read_bytes()
    assert [r.clicks for r in one.records] == [r.clicks for r in two.records]


def test_noisy_users_are_the_same_for_any_number_of_workers_and_differ_by_seed(tmp_path: Path):
    noisy = ClickProtocol("noisy", seed=3, clicks_a_target=4)
    other = ClickProtocol("noisy", seed=4, clicks_a_target=4)
    run_suite(suite(), NearestSegmenter, tmp_path / "1", noisy)
    run_suite(suite(), NearestSegmenter, tmp_path / "2", noisy, workers=2)
    run_suite(suite(), NearestSegmenter, tmp_path / "3", other)
    rows = [(tmp_path / name / "rows.csv").read_bytes() for name in "123"]
    assert rows[0] == rows[1]
    assert rows[0] != rows[2]


def test_a_run_broken_off_is_resumed_to_identical_rows_and_asks_only_what_is_missing(
    tmp_path: Path,
):
    run_suite(suite(), NearestSegmenter, tmp_path / "whole", BRIEF)
    run_suite(suite(), NearestSegmenter, tmp_path / "part", BRIEF)
    kept = tmp_path / "part/entries/00000.json"
    before = kept.stat().st_mtime_ns
    (tmp_path / "part/entries/00003.json").unlink()
    (tmp_path / "part/entries/00004.json").write_text('{"question": 3')  # cut off
    (tmp_path / "part/rows.csv").unlink()
    steps: list[int] = []
    run_suite(suite(), NearestSegmenter, tmp_path / "part", BRIEF, done=steps.append)
    assert sum(steps) == 6
    assert kept.stat().st_mtime_ns == before
    assert (tmp_path / "part/rows.csv").read_bytes() == (tmp_path / "whole/rows.csv").read_bytes()


def test_a_folder_of_another_run_is_refused(tmp_path: Path):
    run_suite(suite(), NearestSegmenter, tmp_path, BRIEF)
    with pytest.raises(FileAccessError, match="of another protocol"):
        run_suite(suite(), NearestSegmenter, tmp_path, ClickProtocol(clicks_a_target=5))
    with pytest.raises(FileAccessError, match="of another segmenter"):
        run_suite(suite(), Engine, tmp_path, BRIEF)
    with pytest.raises(FileAccessError, match="of another suite"):
        run_suite(suite(2), NearestSegmenter, tmp_path, BRIEF)


@pytest.mark.parametrize(
    ("engine", "why"),
    [
        (made_up.Raises, "answering raised ZeroDivisionError: no such luck"),
        (made_up.RaisesAtOnce, "encoding raised MemoryError: 60 points are too many"),
        (made_up.WrongLength, "masks of 59 points for a scene of 60"),
        (made_up.NoMasks, "NoneType in place of masks"),
        (made_up.NotANumber, "confidence that is no number"),
    ],
)
def test_whatever_a_segmenter_does_wrong_counts_as_zero_and_is_listed(
    tmp_path: Path, engine: type[Engine], why: str
):
    run = run_suite(suite(1), engine, tmp_path, BRIEF)
    asked = run.records[0]
    assert asked.failure is not None
    assert why in asked.failure
    assert len(asked.curve) == 0
    listed = json.loads((tmp_path / "run.json").read_text())["failures"]
    assert {"entry": "0/parts", "why": asked.failure} in listed
    rows = [row for row in rows_of(tmp_path) if row["entry"] == "0/parts"]
    assert [row["iou"] for row in rows] == ["0.0", "0.0"]
    assert all(row["failure"] == asked.failure for row in rows)
    figures = figures_of([asked], 4)
    assert figures.iou.tolist() == [[0, 0, 0, 0]]
    assert (figures.clicks == 4).all()
    assert not figures.reached.any()


def test_a_clicked_part_that_vanishes_counts_as_zero_and_is_listed(tmp_path: Path):
    run = run_suite(suite(1), made_up.LosesAPart, tmp_path, BRIEF)
    parts, whole = run.records
    assert parts.failure == "object 1, part 2 vanished though it was clicked."
    assert len(parts.clicks) == 2
    assert whole.failure is None
    assert [record.question.name for record in run.failures] == ["0/parts"]


def test_an_answer_that_takes_too_long_counts_as_zero_and_is_cut_short(tmp_path: Path):
    start = time.perf_counter()
    protocol = ClickProtocol(clicks_a_target=2, timeout_s=0.2)
    run = run_suite(suite(1), made_up.Slow, tmp_path, protocol)
    assert time.perf_counter() - start < 4
    assert all(r.failure == "answering took longer than 0.2 s." for r in run.records)


def test_total_failure_is_a_run_like_any_other(tmp_path: Path):
    run_suite(suite(), made_up.RaisesAtOnce, tmp_path, BRIEF, workers=2)
    found = summary(read_run(tmp_path))
    assert found.failures == found.entries == 6
    assert found.iou_at[1].mean == found.area.high == found.harmful.mean == 0
    assert found.noc_at[80].mean == 4
    assert found.failure_rate_at[50].mean == 1


def test_what_cannot_be_made_is_refused_before_anything_is_written(tmp_path: Path):
    with pytest.raises(SegmenterError, match="no weights yet"):
        run_suite(suite(), partial(load_peer, "agile3d"), tmp_path / "new", BRIEF)
    assert not (tmp_path / "new").exists()


def test_engines_do_not_see_the_truth(tmp_path: Path):
    seen = []

    class Spy(NearestSegmenter):
        def encode(self, scene: Scene):
            seen.append(scene.labels)
            return super().encode(scene)

    run_suite(suite(1), Spy, tmp_path, BRIEF)
    assert seen == [None]


def test_unlabelled_points_are_not_scored_but_in_compat():
    asked = suite(1)
    scene, truth = asked.scenes.scene("0"), asked.scenes.truth("0", 0)
    unlabelled = np.zeros(len(scene), bool)
    unlabelled[: len(scene) // 3] = True
    question = Question("q", "0", ((1, 1), (1, 2)))
    everything = AskedScene(scene, unlabelled, NearestSegmenter().encode(scene))
    known = answer(everything, question, truth, ClickProtocol(clicks_a_target=1))
    compat = answer(everything, question, truth, ClickProtocol(compat=True, clicks_a_target=1))
    assert known.precision[0][0] > compat.precision[0][0]


def test_objects_are_asked_for_with_their_parts_merged():
    """An engine that answers with parts is not punished where objects are asked for."""

    class Parts(Engine):
        def change(self, masks: Masks, clicks: Sequence[Click]) -> Masks:  # noqa: ARG002
            return Masks.of(masks.object, np.where(masks.object > 0, 7, 0).astype(np.int32))

    asked = suite(1)
    scene = asked.scenes.scene("0")
    everything = AskedScene(scene, np.zeros(len(scene), bool), Parts().encode(scene))
    question = asked.questions[1]
    record = answer(everything, question, asked.truth(question), BRIEF)
    assert record.failure is None
    assert record.curve[0] == pytest.approx(1 / 3, abs=1e-6)


def test_a_run_is_read_as_it_was_made(tmp_path: Path):
    made = run_suite(suite(), NearestSegmenter, tmp_path, BRIEF)
    read = read_run(tmp_path)
    assert read.records == made.records
    assert (read.segmenter, read.suite, read.clicks_a_target) == (
        "nearest",
        "rows (1), all-part",
        4,
    )


def test_what_is_no_finished_run_is_refused(tmp_path: Path):
    with pytest.raises(FileAccessError):
        read_run(tmp_path)
    run_suite(suite(1), NearestSegmenter, tmp_path, BRIEF)
    about = json.loads((tmp_path / "run.json").read_text())
    for change, sentence in (
        ({"schema": "other"}, "no run"),
        ({"suite": 3}, "damaged"),
        ({"segmenter": 3}, "broken off"),
    ):
        (tmp_path / "run.json").write_text(json.dumps(about | change))
        with pytest.raises(FileFormatError, match=sentence):
            read_run(tmp_path)
    del about["seconds"]
    (tmp_path / "run.json").write_text(json.dumps(about))
    with pytest.raises(FileFormatError, match="broken off"):
        read_run(tmp_path)


def test_records_come_back_as_they_were_written_and_damaged_ones_are_refused(tmp_path: Path):
    run = run_suite(suite(1), NearestSegmenter, tmp_path, BRIEF)
    path = tmp_path / "record.json"
    write_record(run.records[0], path)
    assert read_record(path) == run.records[0]
    for text in ("{}", "[]", "3", '{"question": {"targets": []}}', "{"):
        path.write_text(text)
        with pytest.raises(FileFormatError):
            read_record(path)


def test_parquet_holds_the_rows_or_says_what_is_missing(tmp_path: Path):
    run = run_suite(suite(1), NearestSegmenter, tmp_path, BRIEF)
    path = tmp_path / "rows.parquet"
    try:
        import pyarrow.parquet as pq  # pyright: ignore[reportMissingImports]  # an extra
    except ImportError:
        with pytest.raises(MissingExtraError, match="pinpoint3d\\[report\\]"):
            write_rows(run.records, path)
        return
    write_rows(run.records, path)
    table = pq.read_table(path)
    assert table.column_names == list(COLUMNS)
    assert table.num_rows == len(rows_of(tmp_path))


def test_the_graph_engine_answers_the_same_from_any_process(tmp_path: Path):
    one = run_suite(suite(2), GraphSegmenter, tmp_path / "1", BRIEF)
    two = run_suite(suite(2), GraphSegmenter, tmp_path / "2", BRIEF, workers=2)
    assert not one.failures
    assert not two.failures
    assert (tmp_path / "1/rows.csv").read_bytes() == (tmp_path / "2/rows.csv").read_bytes()
