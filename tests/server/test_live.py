"""Sessions: what comes over the wire is what the package computes, whoever clicks and whenever."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import WAIT_S, RunningServer

from pinpoint3d import Masks, Scene, Session, Suggestion, load_segmenter
from pinpoint3d.server.frames import Labels, decode, frames_in, mask_of
from pinpoint3d.server.identifiers import new_id
from pinpoint3d.server.oplog import OpLog
from pinpoint3d.server.problems import RefusedError


def same(labels: Labels, masks: Masks) -> bool:
    return bool((labels.object == masks.object).all() and (labels.part == masks.part).all())


def records(path: Path) -> list[dict[str, Any]]:
    """What a log holds when it is opened."""
    log = OpLog(path)
    log.close()
    return log.records


def click(row: int, object_id: int | None = 1, part: int | None = 0, **more: object):
    return {"op": "click", "row": row, "object": object_id, "part": part, **more}


@pytest.mark.parametrize("segmenter", ["nearest", "graph"])
def test_clicks_over_the_socket_give_the_package_s_labels(
    server: RunningServer, scan: Path, scene: Scene, segmenter: str
):
    expected = Session(load_segmenter(segmenter).encode(scene))
    session = server.open(scan, segmenter)
    with server.browser(session) as browser:
        for row, label in ((9_000, (1, 0)), (12_000, (2, 0)), (9_300, (1, 2)), (40, (0, 0))):
            ack = browser.do(click(row, *label))
            expected.click(point=row, object=label[0], part=label[1])
            browser.follow(ack["rev"])
            assert same(server.labels(session), expected.masks)
        rows = server.display(session).rows
        assert browser.labels is not None
        assert (browser.labels.object == expected.masks.object[rows]).all()
        assert (browser.labels.part == expected.masks.part[rows]).all()


def test_every_operation_is_that_of_a_session(server: RunningServer, scan: Path, scene: Scene):
    expected = Session(load_segmenter("nearest").encode(scene))
    session = server.open(scan)

    def both(op: dict[str, object], do: Callable[[], object]) -> None:
        do()
        assert server.do(session, op).status_code == 200
        assert same(server.labels(session), expected.masks)

    for row, object_id in ((9_000, 1), (12_000, 2), (40, 0)):
        both(click(row, object_id), lambda: expected.click(point=row, object=object_id))  # noqa: B023
    both(click(9_100, 1, 3, granularity=0.0), lambda: expected.click(point=9_100, part=3))
    both({"op": "rename", "object": 1, "name": "box"}, lambda: expected.rename(1, "box"))
    both({"op": "lock", "object": 2, "locked": True}, lambda: expected.lock(2))
    rows = [7, 8, 9_001]
    paint = {"op": "paint", "object": 1, "part": 0, "rows": rows}
    both(paint, lambda: expected.paint(rows, object=1))
    both({"op": "undo"}, expected.undo)
    both({"op": "redo"}, expected.redo)
    both({"op": "lock", "object": 2, "locked": False}, lambda: expected.lock(2, locked=False))
    both({"op": "merge", "into": 1, "other": 2}, lambda: expected.merge(1, 2))
    both({"op": "undo"}, expected.undo)
    both({"op": "delete", "object": 1, "part": 3}, lambda: expected.delete(1, part=3))
    state = server.request("GET", f"sessions/{session}/state").json()
    assert [row["object"] for row in state["objects"]] == [1, 2]
    assert state["objects"][0]["name"] == "box"
    assert state["rev"] == 13


def test_a_click_for_the_whole_object_comes_to_the_part_that_is_started_round_it(
    server: RunningServer, scan: Path
):
    """To a segmenter it would mean "none of its parts", which nobody meant who saw no parts."""
    top = [9_000, 9_001, 9_300]
    session = server.open(scan)
    with server.browser(session) as browser:
        browser.do(click(top[0], None))
        browser.do(click(12_000, 1))
        browser.do(click(12_001, 2))
        before = server.labels(session)
        ack = browser.do(click(top[1], 1, None))
        browser.follow(ack["rev"])
        after = server.labels(session)
        assert ack["rev"] == 5  # with the click that came along
        assert [after.part[row] for row in (top[0], top[1], 12_000)] == [1, 1, 0]
        marks = browser.state["clicks"]
        assert sorted((m["object"], m["part"]) for m in marks) == [(1, 0), (1, 1), (1, 1), (2, 0)]
        # one undo and one redo for both
        browser.follow(browser.do({"op": "undo"})["rev"])
        assert (server.labels(session).part == before.part).all()
        assert browser.state["undo"] == {"op": "click", "object": 2, "part": 0, "negative": False}
        browser.follow(browser.do({"op": "redo"})["rev"])
        assert (server.labels(session).part == after.part).all()
        assert browser.state["redo"] is None
        # the log says the same, and a click on what has parts stays what it says
        browser.follow(browser.do(click(9_600, 1))["rev"])
        rev = browser.do(click(9_601, 1, None))["rev"]
        assert rev == browser.state["rev"] + 1
    shown = server.labels(session)
    server.run(server.services.sessions.close())
    assert (server.labels(session).part == shown.part).all()


def test_sights_are_operations_that_no_engine_hears_of(
    serve: Callable[..., RunningServer], scan: Path
):
    server = serve()
    session = server.open(scan)

    def sight() -> tuple[list[tuple[int, int]], int | None]:
        state = server.request("GET", f"sessions/{session}/state").json()
        return [(each["object"], each["part"]) for each in state["hidden"]], state["alone"]

    server.do(session, click(9_000, 1, 2))
    server.do(session, click(12_000, 2))
    labels = server.labels(session)
    hide = {"op": "hide", "object": 1, "part": 2, "hidden": True}
    for op, seen in (
        (hide, ([(1, 2)], None)),
        ({"op": "hide", "object": 2, "hidden": True}, ([(1, 2), (2, 0)], None)),
        (hide | {"hidden": False}, ([(2, 0)], None)),
        ({"op": "isolate", "object": 1}, ([(2, 0)], 1)),
        ({"op": "delete", "object": 2}, ([], 1)),
        ({"op": "undo"}, ([(2, 0)], 1)),
        ({"op": "show"}, ([], None)),
        ({"op": "undo"}, ([(2, 0)], 1)),
        ({"op": "isolate", "object": None}, ([(2, 0)], None)),
        ({"op": "undo"}, ([(2, 0)], 1)),
        ({"op": "redo"}, ([(2, 0)], None)),
    ):
        assert server.do(session, op).status_code == 200
        assert sight() == seen
    assert (server.labels(session).object == labels.object).all()
    live = server.run(server.services.sessions.get(session))
    done = server.run(live.read(lambda shown, _: shown.operations))
    assert [type(operation).__name__ for operation in done] == ["Click", "Click"]
    # the log brings back what was out of sight
    server.run(server.services.sessions.close())
    assert sight() == ([(2, 0)], None)
    assert server.do(session, click(40, None)).json()["object"] == 3


def test_painted_runs_are_points_in_display_order(server: RunningServer, scan: Path):
    session = server.open(scan)
    op = {"op": "paint", "object": None, "runs": [[3, 2], [100, 1]]}
    assert server.do(session, op).json()["object"] == 1
    rows = server.display(session).rows[[3, 4, 100]]
    assert sorted(server.labels(session).object.nonzero()[0].tolist()) == sorted(rows.tolist())


def test_new_objects_and_parts_get_ids_that_were_never_used(server: RunningServer, scan: Path):
    session = server.open(scan)
    with server.browser(session) as browser:
        assert browser.do(click(9_000, None))["object"] == 1
        ack = browser.do(click(12_000, None, None))
        assert (ack["object"], ack["part"]) == (2, 1)
        assert browser.do(click(12_300, 2, None))["part"] == 2
        browser.do({"op": "undo"})
        assert browser.do(click(12_300, 2, None))["part"] == 3
        rev = browser.do({"op": "delete", "object": 2})["rev"]
        browser.follow(rev)
        assert browser.state["next_object"] == 3


def test_a_negative_click_says_not_this_part_or_not_this_object(server: RunningServer, scan: Path):
    session = server.open(scan)
    with server.browser(session) as browser:
        browser.do(click(9_000, 1, 2))
        browser.do(click(9_200, 1, 2, negative=True))
        rev = browser.do(click(40, 1, 0, negative=True))["rev"]
        browser.follow(rev)
        labels = server.labels(session)
        assert (labels.object[9_200], labels.part[9_200]) == (1, 0)
        assert labels.object[40] == 0
        marks = browser.state["clicks"]
        assert [(m["object"], m["part"], m["negative"]) for m in marks] == [
            (1, 2, False),
            (1, 2, True),
            (1, 0, True),
        ]
        assert browser.state["objects"][0]["clicks"] == 3


def test_a_negative_click_gives_an_object_nothing_it_did_not_have(
    server: RunningServer, scan: Path
):
    session = server.open(scan)
    for row, label in ((9_000, (1, 2)), (9_300, (1, 0)), (12_000, (2, 1)), (40, (0, 0))):
        server.do(session, click(row, *label))
    for row, left in ((12_010, (2, 1)), (41, (0, 0)), (9_301, (0, 0)), (9_001, (1, 0))):
        server.do(session, click(row, 1, 2, negative=True))
        labels = server.labels(session)
        assert (labels.object[row], labels.part[row]) == left


def test_the_first_click_of_a_target_brings_its_nested_readings(server: RunningServer, scan: Path):
    session = server.open(scan, "graph")
    with server.browser(session) as browser:
        browser.do(click(9_000, None))
        browser.wait_for(lambda: browser.candidates or None)
        frame, _ = decode(browser.candidates[0])
        masks = [mask_of(mask) for mask in frames_in(frame.body)]
        sizes = [int(mask.sum()) for mask in masks]
        assert sizes == sorted(sizes)
        point = server.display(session).point[9_000]
        assert all(mask[point] for mask in masks)
        # the last one is the whole object, and a click with granularity 1 takes it
        browser.do(click(9_000, 1, granularity=1.0))
        browser.do(click(9_010, 1))
        rev = browser.do({"op": "undo"})["rev"]
        browser.follow(rev)
        assert len(browser.candidates) == 1


def test_colours_do_not_wait_for_what_else_is_shown(
    serve: Callable[..., RunningServer], scan: Path, monkeypatch: pytest.MonkeyPatch
):
    server = serve()
    session = server.open(scan)
    may_suggest = threading.Event()
    suggest = Session.suggest

    def later(asked: Session) -> list[Suggestion]:
        assert may_suggest.wait(WAIT_S)
        return suggest(asked)

    with server.browser(session) as browser:
        with monkeypatch.context() as patch:
            patch.setattr(Session, "suggest", later)
            rev = browser.do(click(9_000, 1))["rev"]
            browser.wait_for(lambda: browser.labels_rev == rev or None)
            assert browser.labels is not None
            assert browser.labels.object.any()
            assert browser.state["rev"] < rev
            may_suggest.set()
            browser.follow(rev)
        assert [row["object"] for row in browser.state["objects"]] == [1]


def test_two_browsers_come_to_the_same_labels(server: RunningServer, scan: Path):
    session = server.open(scan)
    with server.browser(session) as one, server.browser(session) as other:
        for i in range(6):
            one.ask(click(9_000 + 50 * i, 1))
            other.ask(click(12_000 + 50 * i, 2))
        one.ask({"op": "rename", "object": 1, "name": "left"})
        other.ask({"op": "rename", "object": 2, "name": "right"})
        for browser in (one, other):
            browser.follow(14)
            assert {row["name"] for row in browser.state["objects"]} == {"left", "right"}
        assert one.state == other.state
        assert one.labels is not None
        assert other.labels is not None
        assert (one.labels.object == other.labels.object).all()


def test_a_resent_operation_is_done_once(server: RunningServer, scan: Path):
    session = server.open(scan)
    key = new_id()
    with server.browser(session) as browser:
        browser.ask(click(9_000, None), key=key)
        first = browser.wait_for(lambda: browser.find("ack", key))
        browser.ask(click(9_000, None), key=key)
        assert browser.wait_for(lambda: browser.find("ack", key)) == first
    assert server.do(session, click(9_000, None), key=key).json()["rev"] == first["rev"]


def test_an_operation_whose_target_changed_is_stale_and_the_client_learns_why(
    server: RunningServer, scan: Path
):
    session = server.open(scan)
    with server.browser(session) as one, server.browser(session) as other:
        base = one.do(click(9_000, 1))["rev"]
        other.follow(base)
        one.do({"op": "delete", "object": 1})
        key = other.ask(click(9_100, 1), base)
        stale = other.wait_for(lambda: other.find("stale", key))
        assert stale["rev"] == base + 1
        assert [op["op"] for op in stale["ops"]] == ["delete"]
        # another target is free, and so is a name
        assert other.do(click(12_000, 2), base)["rev"] == base + 2
        key = other.ask({"op": "undo"}, base)
        assert other.wait_for(lambda: other.find("stale", key))["rev"] == base + 2
    answer = server.do(session, {"op": "undo"}, base='"1"')
    assert answer.status_code == 409
    assert answer.json()["code"] == "stale"
    assert answer.json()["rev"] == base + 2
    assert server.do(session, {"op": "undo"}, base=f'"{base + 2}"').status_code == 200


def test_without_if_match_an_operation_is_refused(server: RunningServer, scan: Path):
    session = server.open(scan)
    answer = server.request(
        "POST", f"sessions/{session}/ops", json={"op": "undo"}, headers={"Idempotency-Key": "k" * 9}
    )
    assert answer.status_code == 428
    assert answer.json()["code"] == "no_revision"


@pytest.mark.parametrize(
    ("op", "code"),
    [
        ({"op": "undo"}, "refused"),
        ({"op": "redo"}, "refused"),
        (click(10**6), "refused"),
        (click(5), "refused"),  # a point without a position
        ({"op": "click", "point": 10**6, "object": 1}, "refused"),
        ({"op": "click", "object": 1}, "bad_request"),
        (click(9_000, 0, 1), "refused"),
        (click(9_000, 0, negative=True), "refused"),
        ({"op": "merge", "into": 1, "other": 2}, "refused"),
        ({"op": "lock", "object": 7, "locked": True}, "refused"),
        ({"op": "paint", "object": 1, "runs": [[10**6, 2]]}, "refused"),
        ({"op": "choose", "row": 9_000, "object": 1, "candidate": 99}, "refused"),
        ({"op": "dance"}, "bad_request"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    server: RunningServer, scan: Path, op: dict[str, object], code: str
):
    session = server.open(scan)
    answer = server.do(session, op)
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] == code
    assert answer.json()["detail"].endswith(".")
    assert server.request("GET", f"sessions/{session}").json()["rev"] == 0


def test_clicks_for_and_on_locked_objects_are_refused(server: RunningServer, scan: Path):
    session = server.open(scan)
    server.do(session, click(9_000, 1))
    server.do(session, click(40, 0))
    server.do(session, {"op": "lock", "object": 1, "locked": True})
    for op in (click(40, 1), click(9_000, 2)):
        answer = server.do(session, op)
        assert answer.status_code == 423
        assert answer.json()["code"] == "locked"
    assert server.do(session, click(41, 2)).status_code == 200


def test_iou_and_confidence_are_told_where_there_is_truth(
    server: RunningServer, labelled_scan: Path
):
    session = server.open(labelled_scan)
    row = server.do(session, click(12_000, 1)).json()["state"]["objects"][0]
    assert 0 < row["iou"] < 1
    assert row["confidence"] == 1.0
    answer = server.request("GET", f"sessions/{session}/confidence")
    frame, _ = decode(answer.content)
    assert set(frame.body) == {255}


def test_a_session_left_alone_leaves_memory_and_comes_back(
    serve: Callable[..., RunningServer], scan: Path
):
    server = serve(idle_s=0.0)
    session = server.open(scan)
    server.do(session, click(9_000, 1))
    before = server.labels(session)
    server.run(server.services.sessions.close_idle())
    assert not server.services.sessions.live
    assert server.request("GET", f"sessions/{session}").json()["rev"] == 1
    assert (server.labels(session).object == before.object).all()
    assert server.do(session, {"op": "undo"}).json()["rev"] == 2


def test_no_more_sessions_than_fit_are_in_memory(serve: Callable[..., RunningServer], scan: Path):
    server = serve(sessions=1)
    first = server.open(scan)
    with server.browser(first):
        answer = server.request(
            "POST", "sessions", json={"scene": server.scene_of(first), "segmenter": "nearest"}
        )
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    server.open(scan)
    assert len(server.services.sessions.live) == 1


def test_a_deleted_session_is_gone_for_all(serve: Callable[..., RunningServer], scan: Path):
    server = serve()
    session = server.open(scan)
    with server.browser(session) as browser:
        assert server.request("DELETE", f"sessions/{session}").status_code == 204
        assert server.close_code(browser.ws) == 4410
    for path in (f"sessions/{session}", f"sessions/{session}/labels"):
        answer = server.request("GET", path)
        assert answer.status_code == 410
        assert answer.json()["code"] == "gone"
    assert server.request("GET", f"sessions/{new_id()}").status_code == 404


def test_a_full_disk_refuses_operations_and_loses_nothing(
    serve: Callable[..., RunningServer], scan: Path, monkeypatch: pytest.MonkeyPatch
):
    server = serve()
    session = server.open(scan)
    server.do(session, click(9_000, 1))
    server.do(session, {"op": "rename", "object": 1, "name": "a"})
    before = server.request("GET", f"sessions/{session}/state").json()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fdatasync", full)
        for op in (click(12_000, 2), {"op": "undo"}, {"op": "delete", "object": 1}):
            answer = server.do(session, op)
            assert answer.status_code == 507
            assert answer.json()["code"] == "disk_full"
        assert server.request("GET", f"sessions/{session}/state").json() == before
    assert server.do(session, click(12_000, 2)).json()["rev"] == 3
    path = server.services.settings.data / "sessions" / session / "ops.log"
    assert [record["rev"] for record in records(path)] == [1, 2, 3]


def test_clicks_without_an_answer_are_taken_back(
    serve: Callable[..., RunningServer], scan: Path, monkeypatch: pytest.MonkeyPatch
):
    server = serve()
    session = server.open(scan)
    server.do(session, click(9_000, 1))
    before = server.labels(session)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("pinpoint3d.graph.nearest.NearestEncodedScene.segment", broken)
        state = server.do(session, click(12_000, 2)).json()["state"]
    assert state["rev"] == 3
    assert [row["object"] for row in state["objects"]] == [1]
    assert (server.labels(session).object == before.object).all()
    assert server.do(session, click(12_000, 2)).status_code == 200


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.one_of(
            st.builds(click, st.integers(6, 15_000), st.integers(0, 3), st.just(0)),
            st.just({"op": "undo"}),
            st.just({"op": "redo"}),
            st.builds(lambda o: {"op": "delete", "object": o}, st.integers(1, 3)),
            st.builds(lambda o: {"op": "lock", "object": o, "locked": True}, st.integers(1, 3)),
        ),
        max_size=12,
    )
)
def test_reopening_a_session_gives_the_same_labels(
    server: RunningServer, scan: Path, ops: list[dict[str, object]]
):
    session = server.open(scan)
    for op in ops:
        server.do(session, op)
    before = server.request("GET", f"sessions/{session}/state").json()
    labels = server.labels(session)
    server.run(server.services.sessions.close())
    assert server.request("GET", f"sessions/{session}/state").json() == before
    again = server.labels(session)
    assert (again.object == labels.object).all()
    assert (again.part == labels.part).all()


def test_a_torn_record_is_cut_off(tmp_path: Path):
    path = tmp_path / "ops.log"
    log = OpLog(path)
    for i in range(3):
        log.append({"rev": i})
    log.close()
    whole = path.read_bytes()
    for n in range(1, len(whole)):
        path.write_bytes(whole[:n])
        log = OpLog(path)
        n_whole = len(log.records)
        assert log.records == [{"rev": i} for i in range(n_whole)]
        log.append({"rev": "next"})
        log.close()
        assert records(path) == [*({"rev": i} for i in range(n_whole)), {"rev": "next"}]


def test_a_damaged_record_ends_the_log(tmp_path: Path):
    path = tmp_path / "ops.log"
    log = OpLog(path)
    log.append({"rev": 1})
    log.append({"rev": 2})
    log.close()
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    log = OpLog(path)
    log.close()
    assert log.records == [{"rev": 1}]
    assert log.n_cut > 0


def test_a_log_that_cannot_be_written_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    log = OpLog(tmp_path / "ops.log")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fdatasync", full)
    with pytest.raises(RefusedError, match="No space left"):
        log.append({"rev": 1})
    log.close()
    assert records(tmp_path / "ops.log") == []
