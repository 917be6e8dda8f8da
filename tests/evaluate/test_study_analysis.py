from pathlib import Path

import numpy as np
import pytest

from pinpoint3d import Click, Masks, NearestSegmenter, Scene, load, save
from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.study.analysis import Analysis, analyse, gather, rows_as_csv
from pinpoint3d.evaluate.study.log import (
    Answers,
    Reason,
    Trial,
    TrialWriter,
    answers_path,
    read_trial,
    trial_path,
    write_answers,
)
from pinpoint3d.evaluate.study.measures import measured
from pinpoint3d.evaluate.study.plan import (
    Study,
    Task,
    View,
    plan_study,
    read_study,
    tasks_of,
    write_study,
)
from pinpoint3d.files.clicks import ClickFile

VIEW = View((0.0, 0.0, 0.0), 30.0, 35.0, 1.0)
TASKS = [Task(f"task {i}", "scan.ply", "0" * 64, 1, "box", (), 60.0, 10, VIEW) for i in range(5)]
SLOWER = 12.0  # s that tool "b" takes longer to the goal than "a"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def log(path: Path, study: Study, number: int, steps: list[tuple[float, float | None]],
        reason: Reason = "done", participant: str | None = None) -> None:  # fmt: skip
    """Write a trial of clicks: (seconds, IoU) of each."""
    who = next(p for p in study.participants if path.name.startswith(p.name))
    planned = who.trials[number - 1]
    clock = Clock()
    with TrialWriter(
        path,
        participant=participant or who.name,
        number=number,
        task=planned.task,
        tool=planned.tool,
        clock=clock,
    ) as writer:
        for seconds, iou in steps:
            clock.now = seconds
            writer.do(Click(0), iou)
        clock.now += 1
        writer.end(reason)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path]:
    """A study of 12 people; with tool "b" the goal comes 12 s later, and is harder to bear."""
    folder = tmp_path_factory.mktemp("study")
    study = plan_study(TASKS, ["a", "b"], 12, seed=3)
    write_study(study, folder)
    rng = np.random.default_rng(8)
    for participant in study.participants:
        pace = rng.normal(25, 5)
        for trial in participant.trials:
            later = SLOWER if trial.tool == "b" else 0.0
            reached = float(max(pace + later + rng.normal(0, 3), 3))
            steps: list[tuple[float, float | None]] = [(2.0, 0.4), (reached, 0.9)]
            log(trial_path(folder, participant.name, trial.number), study, trial.number, steps)
        for tool, load_ in (("a", 30), ("b", 60)):
            keys = [q.key for q in study.questionnaires[0].questions]
            answers = {key: int(load_ + rng.integers(-5, 6)) for key in keys}
            write_answers(
                answers_path(folder, participant.name), Answers(tool, "workload", answers)
            )
    return study, folder


@pytest.fixture(scope="module")
def analysis(worked: tuple[Study, Path]) -> Analysis:
    study, folder = worked
    return analyse(study, gather(study, folder))


def test_a_study_with_a_known_effect_is_told_so(analysis: Analysis) -> None:
    assert (analysis.n_participants, analysis.n_trials, analysis.left_out) == (12, 48, ())
    found = {difference.measure: difference for difference in analysis.differences}
    seconds = found["seconds_to_goal"]
    assert (seconds.tool, seconds.other) == ("a", "b")
    assert seconds.low <= -SLOWER <= seconds.high < 0
    assert seconds.p < 0.01
    assert found["workload"].low <= -30 <= found["workload"].high
    assert found["workload"].low_other_tasks is None


def test_what_is_alike_is_not_called_different(analysis: Analysis) -> None:
    found = {difference.measure: difference for difference in analysis.differences}
    for measure in ("clicks_to_goal", "failed", "final_iou", "undos", "harmful"):
        assert found[measure].difference == pytest.approx(0, abs=1e-9)
        assert found[measure].p == 1


def test_practice_does_not_count(worked: tuple[Study, Path], analysis: Analysis) -> None:
    study, _ = worked
    practised = {t.task for p in study.participants for t in p.trials if t.is_practice}
    counted = {row.task for row in gather(*worked).rows}
    assert practised == {"task 0"}
    assert counted == {task.name for task in study.tasks} - practised
    assert analysis.n_trials == 12 * 4


def test_the_same_logs_give_the_same_figures(
    worked: tuple[Study, Path], analysis: Analysis
) -> None:
    study, folder = worked
    assert analyse(study, gather(study, folder)) == analysis


def test_every_trial_is_a_row_of_the_csv(worked: tuple[Study, Path]) -> None:
    lines = rows_as_csv(gather(*worked).rows).splitlines()
    assert lines[0].startswith("participant,number,task,tool,reason,seconds_to_goal")
    assert len(lines) == 1 + 48


def trial_of(tmp_path: Path, steps: list[tuple[float, float | None]], reason: Reason) -> Trial:
    study = plan_study(TASKS[:1], ["a"], 1, seed=0, n_practice=0)
    path = tmp_path / "p01-01.jsonl"
    log(path, study, 1, steps, reason)
    return read_trial(path)


def test_measures_by_hand(tmp_path: Path) -> None:
    trial = trial_of(tmp_path, [(2.0, 0.5), (5.0, 0.4), (9.0, 0.8), (12.0, 0.7)], "done")
    row = measured(trial, TASKS[0])
    assert (row.seconds_to_goal, row.clicks_to_goal, row.failed) == (9.0, 3.0, 0.0)
    assert (row.final_iou, row.seconds, row.clicks, row.undos) == (0.7, 13.0, 4.0, 0.0)
    assert row.harmful == 0.5


def test_whoever_never_gets_there_has_the_limits_and_a_failure(tmp_path: Path) -> None:
    row = measured(trial_of(tmp_path, [(2.0, 0.5)], "given up"), TASKS[0])
    assert (row.seconds_to_goal, row.clicks_to_goal, row.failed) == (60.0, 10.0, 1.0)
    (tmp_path / "late").mkdir()
    late = measured(trial_of(tmp_path / "late", [(61.0, 0.9)], "time"), TASKS[0])
    assert (late.seconds_to_goal, late.failed, late.final_iou) == (60.0, 1.0, 0.9)


def test_whoever_does_nothing_fails(tmp_path: Path) -> None:
    row = measured(trial_of(tmp_path, [], "given up"), TASKS[0])
    assert (row.failed, row.final_iou, row.clicks, row.harmful) == (1.0, 0.0, 0.0, 0.0)


def test_what_is_missing_interrupted_or_damaged_is_left_out_and_named(tmp_path: Path) -> None:
    study = plan_study(TASKS, ["a", "b"], 3, seed=3, n_practice=0)
    write_study(study, tmp_path)
    steps: list[tuple[float, float | None]] = [(1.0, 0.9)]
    for participant in study.participants:
        for number in range(1, 6):
            log(trial_path(tmp_path, participant.name, number), study, number, steps)
    path = trial_path(tmp_path, "p01", 1)
    path.unlink()
    path = trial_path(tmp_path, "p01", 2)
    path.write_bytes(path.read_bytes()[:-10])  # its end is cut off
    path = trial_path(tmp_path, "p02", 3)
    path.write_bytes(b"{}\n" + path.read_bytes())
    path = trial_path(tmp_path, "p02", 4)
    path.unlink()
    log(path, study, 4, steps, participant="p03")
    path = trial_path(tmp_path, "p03", 5)
    path.unlink()
    log(path, study, 5, [(1.0, None)])
    gathered = gather(study, tmp_path)
    assert len(gathered.rows) == 10
    for name, reason in [
        ("p01-01", "no log"),
        ("p01-02", "interrupted"),
        ("p02-03", "no start of a trial"),
        ("p02-04", "not what it logs"),
        ("p03-05", "without an IoU"),
    ]:
        assert any(name in each and reason in each for each in gathered.left_out), reason
    assert len(gathered.left_out) == 5


def test_a_study_without_logs_is_refused(tmp_path: Path) -> None:
    study = plan_study(TASKS, ["a", "b"], 2, seed=3)
    write_study(study, tmp_path)
    with pytest.raises(FileFormatError, match=r"no trial that has ended \(p01-02"):
        analyse(study, gather(study, tmp_path))


@pytest.fixture
def replayable(tmp_path: Path) -> tuple[Study, Path]:
    """A study of three people who click once on each of two bars with tool "nearest"."""
    xyz = np.stack([np.arange(8.0), np.zeros(8), np.zeros(8)], axis=1)
    save(Scene(xyz), Masks.of([0, 1, 1, 1, 0, 2, 2, 0]), tmp_path / "bars.ply")
    scene = load(tmp_path / "bars.ply")
    tasks = tasks_of(scene, ClickFile((Click(2, 1), Click(6, 2))))
    study = plan_study(tasks, ["nearest"], 3, seed=0, n_practice=0)
    write_study(study, tmp_path / "study")
    for participant in study.participants:
        for planned in participant.trials:
            target = study.task(planned.task).object
            with TrialWriter(
                trial_path(tmp_path / "study", participant.name, planned.number),
                participant=participant.name,
                number=planned.number,
                task=planned.task,
                tool=planned.tool,
            ) as writer:
                writer.do(Click(2 if target == 1 else 6, target), 0.123)
                writer.end("done")
    return study, tmp_path / "study"


def test_replay_takes_the_ious_of_the_clicks_and_not_those_recorded(
    replayable: tuple[Study, Path],
) -> None:
    study, folder = replayable
    assert {row.final_iou for row in gather(study, folder).rows} == {0.123}
    scene = load(folder.parent / "bars.ply")
    encoded = NearestSegmenter().encode(scene)
    assert scene.labels is not None
    for row in gather(read_study(folder), folder, replay=True).rows:
        task = study.task(row.task)
        click = Click(2 if task.object == 1 else 6, task.object)
        assert row.final_iou == task.iou(encoded.segment([click]), scene.labels)


def test_a_scan_that_changed_since_the_plan_is_not_replayed(
    replayable: tuple[Study, Path],
) -> None:
    _, folder = replayable
    path = folder.parent / "bars.ply"
    path.write_bytes(path.read_bytes() + b"\n")
    gathered = gather(read_study(folder), folder, replay=True)
    assert gathered.rows == ()
    assert all("not the scan of the study" in each for each in gathered.left_out)
