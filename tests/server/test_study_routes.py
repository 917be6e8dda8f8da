"""A user study worked on over the server: its logs are those that the analysis reads."""

from collections.abc import Callable
from pathlib import Path

import pytest
from serving import RunningServer

from pinpoint3d import Click, Scene, load
from pinpoint3d.evaluate.study.log import read_answers, read_trial
from pinpoint3d.evaluate.study.plan import plan_study, tasks_of, write_study
from pinpoint3d.files.clicks import ClickFile


@pytest.fixture
def study(labelled_scan: Path, tmp_path: Path) -> Path:
    """Two tasks, one tool, one participant."""
    scene: Scene = load(labelled_scan)
    clicked = ClickFile((Click(12_000, 1), Click(15_000, 2)), {"1": "red box"})
    tasks = tasks_of(scene, clicked)
    write_study(plan_study(tasks, ["nearest"], 1, seed=0, n_practice=1), tmp_path / "study")
    return tmp_path / "study"


def test_a_trial_is_logged_as_it_is_done(serve: Callable[..., RunningServer], study: Path):
    server = serve(study=study)
    plan = server.request("GET", "study/p01").json()
    assert len(plan["trials"]) == 2
    trial = plan["trials"][0]
    assert not trial["is_over"]
    started = server.request("POST", "study/p01/trials/1")
    assert started.status_code == 201
    session = started.json()["session"]["id"]
    click = {"op": "click", "row": 12_000, "object": trial["object"]}
    server.do(session, click)
    server.do(session, {"op": "undo"})
    server.do(session, {"op": "redo"})
    server.do(session, {"op": "isolate", "object": trial["object"]})  # no label changes by it
    server.do(session, {"op": "undo"})
    server.do(session, {"op": "rename", "object": trial["object"], "name": "mine"})
    view = {"target": [0, 0, 0.1], "azimuth_deg": 30, "elevation_deg": 20, "distance_m": 2}
    assert server.request("POST", "study/p01/trials/1/view", json=view).status_code == 204
    # the same session goes on where the page is loaded again
    again = server.request("POST", "study/p01/trials/1").json()
    assert again["session"]["id"] == session
    ended = server.request("POST", "study/p01/trials/1/end", json={"reason": "done"})
    assert ended.status_code == 204
    log = read_trial(study / "logs" / "p01-01.jsonl")
    assert [action.kind for action in log.actions] == ["do", "undo", "redo", "do"]
    assert log.actions[0].operation == Click(12_000, trial["object"])
    assert log.has_ious
    assert log.actions[1].iou == 0
    assert log.actions[0].iou == log.actions[2].iou
    assert (log.reason, log.n_views) == ("done", 1)
    assert server.request("GET", "study/p01").json()["trials"][0]["is_over"]
    assert server.request("POST", "study/p01/trials/1").status_code == 422


def test_answers_are_kept_and_checked(serve: Callable[..., RunningServer], study: Path):
    server = serve(study=study)
    asked = server.request("GET", "study/p01").json()["questionnaires"][0]
    answers = {question["key"]: asked["lowest"] for question in asked["questions"]}
    body = {"tool": "nearest", "questionnaire": asked["name"], "answers": answers}
    assert server.request("POST", "study/p01/answers", json=body).status_code == 204
    [kept] = read_answers(study / "logs" / "p01-answers.jsonl")
    assert kept.answers == answers
    wrong = body | {"answers": answers | {asked["questions"][0]["key"]: 999}}
    assert server.request("POST", "study/p01/answers", json=wrong).status_code == 422
    unknown = body | {"tool": "pencil"}
    assert server.request("POST", "study/p01/answers", json=unknown).status_code == 404


def test_without_a_study_there_are_no_trials(server: RunningServer):
    answer = server.request("GET", "study/p01")
    assert answer.status_code == 403
    assert "--study" in answer.json()["detail"]
