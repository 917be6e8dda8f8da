import json
import subprocess
import sys
from pathlib import Path

import pytest

from pinpoint3d import Click, Scene, save
from pinpoint3d.evaluate.study.log import TrialWriter, trial_path
from pinpoint3d.evaluate.study.plan import read_study
from pinpoint3d.files.clicks import write_clicks


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from pinpoint3d.cli import main; main()", "study"]
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, timeout=300
    )


@pytest.fixture(scope="module")
def boxes(two_boxes: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with scan.ply (two boxes, with truth) and scan.clicks.json (one on each)."""
    folder = tmp_path_factory.mktemp("boxes")
    save(two_boxes, two_boxes.labels, folder / "scan.ply")
    assert two_boxes.labels is not None
    rows = [int((two_boxes.labels.object == k).nonzero()[0][0]) for k in (1, 2)]
    clicks = [Click(row, k) for k, row in enumerate(rows, 1)]
    write_clicks(folder / "scan.clicks.json", clicks, {"1": "red box", "2": "blue box"})
    return folder


def planned(boxes: Path, out: Path, *more: object) -> subprocess.CompletedProcess[str]:
    return run(
        "plan", "--scan", boxes / "scan.ply", "--clicks", boxes / "scan.clicks.json",
        "--tools", "graph,nearest", "--participants", 4, "--seed", 1, "--out", out, *more,
    )  # fmt: skip


def test_a_study_is_planned_worked_and_analysed(boxes: Path, tmp_path: Path) -> None:
    out = tmp_path / "study"
    result = planned(boxes, out, "--practice", 0)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert "red box" in result.stdout
    study = read_study(out)
    for participant in study.participants:
        for trial in participant.trials:
            path = trial_path(out, participant.name, trial.number)
            who = {"participant": participant.name, "number": trial.number}
            with TrialWriter(path, task=trial.task, tool=trial.tool, **who) as log:
                log.do(Click(0), 0.9 if trial.tool == "graph" else 0.7)
                log.end("done")
    shown = run("analyse", out)
    assert shown.returncode == 0, shown.stderr
    assert "8 trials of 4 participants" in shown.stdout
    assert "graph - nearest" in shown.stdout
    document = json.loads(run("analyse", out, "--json").stdout)
    assert document == json.loads((out / "analysis.json").read_text())
    final = {m["tool"]: m["mean"] for m in document["means"] if m["measure"] == "final_iou"}
    assert final == pytest.approx({"graph": 0.9, "nearest": 0.7})
    assert len((out / "trials.csv").read_text().splitlines()) == 9


def test_too_few_tasks_are_refused_with_one_sentence(boxes: Path, tmp_path: Path) -> None:
    result = planned(boxes, tmp_path / "study")
    assert result.returncode == 2
    assert "too few for 2 tools" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "study").exists()


def test_scans_and_clicks_that_do_not_pair_are_refused(boxes: Path, tmp_path: Path) -> None:
    result = planned(boxes, tmp_path / "study", "--scan", boxes / "scan.ply")
    assert result.returncode == 2
    assert "2 scans and 1 click files" in result.stderr


def test_a_folder_that_is_no_study_is_refused(tmp_path: Path) -> None:
    result = run("analyse", tmp_path)
    assert result.returncode == 2
    assert "no such file" in result.stderr


def test_power_says_how_many_people_it_takes() -> None:
    document = json.loads(run("power", "--effect", 10, "--sd", 10, "--json").stdout)
    assert 8 <= document["participants"] <= 12
    result = run("power", "--effect", 10, "--sd", 10, "--participants", 20)
    assert result.stdout.startswith("20 participants: 9")
