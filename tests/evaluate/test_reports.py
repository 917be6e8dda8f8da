import re
from pathlib import Path

import pytest
from made_up import Engine, RaisesAtOnce, suite

from pinpoint3d import NearestSegmenter, Scene
from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.examples import draw_examples, examples, n_examples
from pinpoint3d.evaluate.report import (
    difference_table,
    names,
    summary_table,
    write_html,
)
from pinpoint3d.evaluate.run import ClickProtocol, Run, run_suite
from pinpoint3d.segmenter import EncodedScene

BRIEF = ClickProtocol(clicks_a_target=3)


STEPS: list[int] = []
"""What `draw_examples` told of its progress for the run that works."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """One that works and one that fails, on the same questions, with their pictures."""
    folder = tmp_path_factory.mktemp("runs")
    good = run_suite(suite(), NearestSegmenter, folder / "good", BRIEF)
    bad = run_suite(suite(), RaisesAtOnce, folder / "bad", BRIEF)
    draw_examples(good, suite(), NearestSegmenter(), STEPS.append)
    draw_examples(bad, suite(), RaisesAtOnce())
    return [good, bad]


def test_the_table_has_a_row_a_run_with_its_failures(runs: list[Run]):
    columns, (good, bad) = summary_table(runs)
    assert columns[:4] == ["segmenter ", "IoU@1", "IoU@2", "IoU@3"]
    assert (good[0], bad[0]) == ("nearest", "raises at once")
    assert (good[-1], bad[-1]) == ("0 of 6", "6 of 6")
    assert bad[1] == "0.0 ±0.0"


def test_published_rows_stand_above_ours_on_the_set_they_are_of(runs: list[Run]):
    about = runs[0].about
    known = {"name": "partscan", "version": "val", "setting": "all-part"}
    partscan = Run(runs[0].folder, about | {"suite": known}, runs[0].records)
    columns, rows = summary_table([partscan])
    assert [row[0] for row in rows] == [
        "Point-SAM (published)",
        "AGILE3D (published)",
        "PinPoint3D (published)",
        "nearest",
    ]
    assert rows[2][1:4] == ["55.8", "", "68.4"]
    assert len({len(row) for row in [*rows, columns]}) == 1
    other = Run(runs[0].folder, about | {"suite": known | {"version": "train"}}, runs[0].records)
    assert len(summary_table([other])[1]) == 1


def test_differences_stand_in_points_with_their_sign(runs: list[Run]):
    columns, [row] = difference_table(runs)
    assert columns[0] == "nearest minus "
    assert row[0] == "raises at once"
    assert all(cell.startswith("+") for cell in row[1:])


def test_runs_of_one_segmenter_are_told_apart_by_their_folders(runs: list[Run]):
    assert names([runs[0], runs[0], runs[1]]) == [
        "nearest (good)",
        "nearest (good)",
        "raises at once",
    ]


def test_examples_are_the_worst_the_best_and_what_lies_between_each_once(
    runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs[0]
    last = [record.curve[-1] for record in run.records]
    for n in (1, 2, 4):
        monkeypatch.setattr("pinpoint3d.evaluate.examples.N_EXAMPLES", n)
        found = examples(run)
        places = [place for kind in ("worst", "middling", "best") for place in found[kind]]
        assert len(set(places)) == len(places) == min(6, 3 * n) == n_examples(run)
        assert [last[place] for place in places] == sorted(last[place] for place in places)
        assert last[places[0]] == min(last)
        assert last[places[-1]] == max(last)


def test_examples_are_drawn(runs: list[Run]) -> None:
    pictures = sorted((runs[0].folder / "examples").glob("*.png"))
    assert [p.stem for p in pictures] == [f"{place:05d}" for place in range(6)]
    assert all(p.read_bytes().startswith(b"\x89PNG") for p in pictures)
    assert STEPS == [1] * 6


def test_what_failed_in_a_run_is_drawn_all_the_same(runs: list[Run]):
    assert len(list((runs[1].folder / "examples").glob("*.png"))) == 6


def test_the_page_needs_nothing_from_outside_and_says_what_failed(runs: list[Run], tmp_path: Path):
    write_html(runs, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "@import" not in page
    assert page.count("<svg") == 5
    assert page.count("data:image/png;base64,") >= 6
    assert "60 points are too many" in page
    assert "boundary IoU@1" in page
    assert "±" in page


def test_runs_of_other_questions_make_no_page(runs: list[Run], tmp_path: Path):
    other = run_suite(suite(2), Engine, tmp_path / "run", BRIEF)
    with pytest.raises(FileFormatError, match="other questions"):
        write_html([runs[0], other], tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_the_report_of_a_run_does_not_depend_on_when_it_is_written(runs: list[Run], tmp_path: Path):
    for name in ("a.html", "b.html"):
        write_html(runs, tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_what_failed_is_not_asked_again_for_its_picture(runs: list[Run]):
    asked: list[str] = []

    class Listens(Engine):
        def encode(self, scene: Scene) -> EncodedScene:
            asked.append(scene.name)
            return super().encode(scene)

    draw_examples(runs[1], suite(), Listens())
    assert asked == []


def test_pictures_are_drawn_without_showing_the_truth(runs: list[Run]):
    class Peeks(Engine):
        def encode(self, scene: Scene) -> EncodedScene:
            assert scene.labels is None
            return super().encode(scene)

    draw_examples(runs[0], suite(), Peeks())
    assert len(list((runs[0].folder / "examples").glob("*.png"))) == 6
