import dataclasses
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d import Click, Masks, Scene, load, save
from pinpoint3d.errors import (
    ClickError,
    FileAccessError,
    FileFormatError,
    PinpointError,
    SceneError,
    SegmenterError,
)
from pinpoint3d.evaluate.study.plan import (
    Part,
    Study,
    Task,
    View,
    plan_study,
    read_study,
    tasks_of,
    write_study,
)
from pinpoint3d.evaluate.study.questionnaires import USABILITY, WORKLOAD
from pinpoint3d.files.clicks import ClickFile

VIEW = View((0.0, 0.0, 0.0), 30.0, 35.0, 1.0)


def made_task(name: str, parts: tuple[Part, ...] = (), **limits: float) -> Task:
    values = {"seconds": 60.0, "clicks": 20, **limits}
    return Task(name, "scan.ply", "0" * 64, 1, "box", parts, view=VIEW, **values)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A file of a table (object 7: rest, top 1, legs 2 and 3) and a cup (object 9), on a floor."""
    folder = tmp_path_factory.mktemp("scans")
    xyz = np.stack([np.arange(12.0), np.zeros(12), np.zeros(12)], axis=1)
    labels = Masks.of([0, 0, 7, 7, 7, 7, 7, 7, 7, 9, 9, 9], [0, 0, 0, 1, 1, 2, 2, 3, 3, 0, 0, 0])
    save(Scene(xyz), labels, folder / "table.ply")
    return load(folder / "table.ply", units="m")


CLICKS = ClickFile(
    (
        Click(3, 1, 1),
        Click(5, 1, 2),
        Click(7, 1, 3),
        Click(0, 0),
        Click(10, 2),
    ),
    {"1": "table", "1.1": "top", "1.2": "leg", "1.3": "leg", "2": "cup"},
)


def test_clicks_say_what_to_make_and_the_scans_labels_what_is_right(table: Scene) -> None:
    of_table, of_cup = tasks_of(table, CLICKS, seconds=90.0)
    assert (of_table.object, of_table.object_name) == (7, "table")
    assert of_table.parts == (Part(1, "top"), Part(2, "leg"), Part(3, "leg"))
    assert (of_table.seconds, of_table.clicks) == (90.0, 30)
    assert (of_cup.object, of_cup.object_name, of_cup.parts, of_cup.clicks) == (9, "cup", (), 20)
    assert of_table.name != of_cup.name


def test_a_task_begins_with_its_object_in_view(table: Scene) -> None:
    view = tasks_of(table, CLICKS)[0].view
    assert view.target == pytest.approx((5, 0, 0))
    assert view.distance_m == pytest.approx(9)


def test_clicks_that_lie_on_several_objects_or_on_none_are_refused(table: Scene) -> None:
    with pytest.raises(ClickError, match=r"object 1 lie on objects 7, 9 of its labels"):
        tasks_of(table, ClickFile((Click(3, 1), Click(9, 1))))
    with pytest.raises(ClickError, match=r"object 4 lie on objects 0 of"):
        tasks_of(table, ClickFile((Click(0, 4),)))


def test_a_scan_without_labels_is_refused(two_boxes: Scene, tmp_path: Path) -> None:
    save(two_boxes, None, tmp_path / "bare.ply")
    with pytest.raises(SceneError, match=r"bare.*has no labels"):
        tasks_of(load(tmp_path / "bare.ply"), ClickFile((Click(0, 1),)))


def test_parts_of_one_name_may_be_made_in_any_order(table: Scene) -> None:
    task = tasks_of(table, CLICKS)[0]
    assert table.labels is not None
    swapped = np.array([0, 1, 3, 2], np.int32)[table.labels.part]
    assert task.iou(Masks.of(table.labels.object, swapped), table.labels) == 1
    turned = np.array([0, 2, 1, 3], np.int32)[table.labels.part]  # top for leg is wrong
    assert task.iou(Masks.of(table.labels.object, turned), table.labels) == pytest.approx(1 / 3)


def test_a_whole_object_is_compared_whatever_its_parts(table: Scene) -> None:
    task = dataclasses.replace(tasks_of(table, CLICKS)[0], parts=())
    assert table.labels is not None
    assert task.iou(Masks.of(table.labels.object), table.labels) == 1
    assert task.iou(Masks.empty(len(table)), table.labels) == 0


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(names, min_size=1, max_size=3, unique=True),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(1, 7),
    st.integers(0, 2**31),
)
def test_a_plan_comes_back_from_its_folder(
    tmp_path_factory: pytest.TempPathFactory,
    tools: list[str],
    n_practice: int,
    n_more: int,
    n_participants: int,
    seed: int,
) -> None:
    n_tasks = len(tools) + n_practice + n_more
    tasks = [made_task(f"task {i}", (Part(i, "leg"), Part(i + 1, "top"))) for i in range(n_tasks)]
    study = plan_study(tasks, tools, n_participants, seed=seed, n_practice=n_practice)
    folder = tmp_path_factory.mktemp("study")
    write_study(study, folder)
    again = read_study(folder)
    scans = {(folder / task.scan).resolve() for task in again.tasks}
    assert scans == {Path("scan.ply").resolve()}
    at_home = tuple(dataclasses.replace(task, scan="scan.ply") for task in again.tasks)
    assert dataclasses.replace(again, tasks=at_home) == study


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(0, 4), st.integers(0))
def test_every_tool_meets_every_task_as_often_after_practice_with_it(
    n_tools: int, n_rounds: int, n_practice: int, n_more: int, seed: int
) -> None:
    tools = [f"tool {i}" for i in range(n_tools)]
    tasks = [made_task(f"task {i}") for i in range(n_tools + n_practice + n_more)]
    study = plan_study(tasks, tools, n_tools * n_rounds, seed=seed, n_practice=n_practice)
    met: Counter[tuple[str, str]] = Counter()
    for participant in study.participants:
        practised: Counter[str] = Counter()
        assert [trial.number for trial in participant.trials] == [
            *range(1, len(participant.trials) + 1)
        ]
        for trial in participant.trials:
            if trial.is_practice:
                practised[trial.tool] += 1
            else:
                assert practised[trial.tool] == n_practice
                met[trial.tool, trial.task] += 1
    assert len(met) == n_tools * (n_tools + n_more)
    assert set(met.values()) == {n_rounds}


def small_study() -> Study:
    return plan_study([made_task(f"task {i}") for i in range(3)], ["a", "b"], 2, seed=1)


def test_the_same_seed_plans_the_same_to_the_byte(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_study(small_study(), tmp_path / name)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.json"))
    assert len(files) == 3
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_plan_is_never_laid_over_another(tmp_path: Path) -> None:
    write_study(small_study(), tmp_path)
    with pytest.raises(FileAccessError, match="holds a study"):
        write_study(small_study(), tmp_path)


def test_too_few_tasks_and_tools_named_twice_are_refused() -> None:
    tasks = [made_task("one"), made_task("two")]
    with pytest.raises(ClickError, match="too few for 2 tools"):
        plan_study(tasks, ["a", "b"], 4, seed=0)
    with pytest.raises(SegmenterError, match="name each once"):
        plan_study(tasks, ["a", "a"], 4, seed=0, n_practice=0)
    with pytest.raises(ClickError, match="two tasks are called 'one'"):
        plan_study([made_task("one")] * 3, ["a"], 4, seed=0)


def test_a_plan_that_is_cut_or_has_a_wrong_value_is_refused(tmp_path: Path) -> None:
    write_study(small_study(), tmp_path)
    path = tmp_path / "participants" / "p01.json"
    whole = path.read_bytes()
    for length in range(0, len(whole) - 2, 3):
        path.write_bytes(whole[:length])
        with pytest.raises(FileFormatError):
            read_study(tmp_path)
    for key, wrong in [("task", "x"), ("tool", "x"), ("number", 5), ("is_practice", 1)]:
        document = json.loads(whole)
        document["trials"][1][key] = wrong
        path.write_text(json.dumps(document))
        with pytest.raises(FileFormatError, match=r"p01\.json: "):
            read_study(tmp_path)


def test_a_participants_name_leads_to_no_other_folder(tmp_path: Path) -> None:
    write_study(small_study(), tmp_path)
    path = tmp_path / "study.json"
    document = json.loads(path.read_text())
    document["participants"] = ["../../secret"]
    path.write_text(json.dumps(document))
    with pytest.raises(FileFormatError, match="letters and digits"):
        read_study(tmp_path)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_plan_only_a_sentence_comes_out(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("study")
    write_study(small_study(), folder)
    path = folder / "study.json"
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        read_study(folder)
    except PinpointError as error:
        assert "\n" not in str(error)  # noqa: PT017  it need not raise


def test_scores_run_from_0_to_100_with_every_question_the_right_way_round() -> None:
    assert WORKLOAD.score(dict.fromkeys((q.key for q in WORKLOAD.questions), 100)) == 100
    best = {f"sus{i}": 5 if i % 2 else 1 for i in range(1, 11)}
    assert USABILITY.score(best) == 100
    assert USABILITY.score(dict.fromkeys(best, 3)) == 50
    # one answer a step lower costs 2.5 of 100, as the scale's authors count
    assert USABILITY.score(best | {"sus2": 2}) == 97.5


def test_an_answer_that_is_missing_or_off_the_scale_is_refused() -> None:
    answers = {q.key: 3 for q in USABILITY.questions}
    with pytest.raises(FileFormatError, match=r"'sus4' is answered by 6; give 1 to 5"):
        USABILITY.score(answers | {"sus4": 6})
    del answers["sus4"]
    with pytest.raises(FileFormatError, match="'sus4' is answered by None"):
        USABILITY.score(answers)
