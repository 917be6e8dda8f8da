"""A user study worked through in the browser: consent, tasks, the log that is left."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from studio_page import Server, Studio

from pinpoint3d import Scene, save
from pinpoint3d.evaluate.study.log import read_trial, trial_path
from pinpoint3d.types import Click

pytestmark = pytest.mark.slow

RED_TOP = (-0.15, 0.0, 0.2)


@pytest.fixture(scope="module")
def study(two_boxes: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    save(two_boxes, two_boxes.labels, folder / "boxes.ply")
    nearest = int(np.linalg.norm(two_boxes.xyz - RED_TOP, axis=1).argmin())
    clicks = {
        "schema": "pinpoint3d.clicks",
        "version": [1, 0],
        "clicks": [{"point": nearest, "object": 1, "part": 0}],
        "names": {"1": "red box"},
    }
    (folder / "clicks.json").write_text(json.dumps(clicks))
    command = [str(Path(sys.executable).parent / "pinpoint3d"), "study", "plan"]
    given = {"scan": "boxes.ply", "clicks": "clicks.json", "tools": "graph", "participants": "1"}
    options = [text for name, value in given.items() for text in (f"--{name}", value)]
    rest = ["--practice", "0", "--seconds", "3000", "--out", "plan"]
    subprocess.run([*command, *options, *rest], cwd=folder, check=True, capture_output=True)
    return folder / "plan"


@pytest.fixture(scope="module")
def server(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("work"), "--study", str(study))
    yield running
    running.stop()


def test_a_task_is_done_and_logged(new_page: Callable[..., Studio], study: Path) -> None:
    [name] = [path.stem for path in (study / "participants").glob("*.json")]
    studio = new_page()
    page = studio.page
    page.goto(f"{studio.server.address}/?test=1&study={name}")
    page.get_by_label("I agree").check()
    studio.picture("study_consent")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Begin").click()
    studio.until("window.__pp && __pp.state().loaded === 1 && __pp.state().ready")
    assert studio.state()["target"] == {"object": 1, "part": 0}
    studio.ask("__pp.pixel(0, 0)")  # drawn from where the task begins
    studio.picture("study_task")
    studio.click(RED_TOP)
    studio.until("/1 of .* match [1-9]/.test(document.querySelector('.task .note').textContent)")
    page.get_by_role("button", name="Done", exact=True).click()
    page.get_by_text("How was it?").wait_for()
    studio.picture("study_questions")
    trial = read_trial(trial_path(study, name, 1))
    assert trial.reason == "done"
    [action] = trial.actions
    assert isinstance(action.operation, Click)
    assert action.operation.object == 1
    assert action.iou is not None
    assert action.iou > 0.5
