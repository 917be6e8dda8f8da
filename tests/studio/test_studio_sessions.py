"""What must not be lost: reloads, second tabs, servers that die; and what an export holds."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from studio_page import Studio

from pinpoint3d import Click, Session, load, load_segmenter

pytestmark = pytest.mark.slow

RED_TOP, RED_SIDE, BLUE_TOP = (-0.15, 0.0, 0.2), (-0.15, -0.1, 0.1), (0.15, 0.0, 0.2)


def test_a_reload_brings_back_work_target_and_camera(studio: Studio) -> None:
    studio.click(RED_TOP)
    studio.click(RED_SIDE, "Control")
    studio.page.mouse.move(700, 400)
    studio.page.mouse.wheel(0, -300)
    frames = studio.ask("__pp.frames()")
    studio.until(f"__pp.frames() > {frames}")
    studio.page.wait_for_timeout(400)  # the camera is kept once it rests
    before = studio.state()
    labels = studio.ask("__pp.labels()")
    studio.page.reload()
    studio.until("window.__pp && __pp.state().loaded === 1 && __pp.state().ready")
    studio.settled(before["rev"])
    after = studio.state()
    assert studio.ask("__pp.labels()") == labels
    for kept in ("rev", "target", "objects", "undo", "redo"):
        assert after[kept] == before[kept], kept
    assert after["pose"]["eye"] == pytest.approx(before["pose"]["eye"], abs=1e-6)
    studio.press("Control+z")
    assert studio.state()["rev"] == before["rev"] + 1


def test_a_file_is_dropped_on_the_start_screen_and_sessions_are_listed_there(
    new_page: Callable[..., Studio], boxes_file: Path
) -> None:
    studio = new_page()
    studio.page.goto(f"{studio.server.address}/?test=1")
    studio.page.get_by_role("button", name="two_boxes.ply").first.wait_for()
    studio.picture("start")
    studio.page.locator("input[type=file]").set_input_files(boxes_file)
    studio.page.wait_for_url("**session=*")
    studio.until("window.__pp && __pp.state().loaded === 1 && __pp.state().ready")
    assert studio.state()["rev"] == 0


def test_a_second_tab_stays_in_step(studio: Studio, new_page: Callable[..., Studio]) -> None:
    other = new_page()
    other.open(studio.session)
    studio.click(RED_TOP)
    other.settled(1)
    assert other.ask("__pp.labels()") == studio.ask("__pp.labels()")
    other.page.keyboard.press("n")
    other.click(BLUE_TOP)
    studio.settled(2)
    assert studio.ask("__pp.labels()") == other.ask("__pp.labels()")
    assert studio.state()["target"] == {"object": 1, "part": 0}
    assert other.state()["target"] == {"object": 2, "part": 0}


def test_clicks_of_two_tabs_at_once_are_both_taken(
    studio: Studio, new_page: Callable[..., Studio]
) -> None:
    studio.click(RED_TOP)
    other = new_page()
    other.open(studio.session)
    places = [(tab, *tab.screen(at)[1]) for tab, at in ((studio, RED_SIDE), (other, BLUE_TOP))]
    other.page.get_by_role("treeitem", name="Object 1").click()
    for tab, x, y in places:
        tab.page.mouse.click(x, y)
    for tab, _, _ in places:
        tab.settled(3)
    assert studio.state()["objects"][0]["clicks"] == 3
    assert studio.ask("__pp.labels()") == other.ask("__pp.labels()")


def test_a_fix_of_the_opening_report_opens_the_scan_again(studio: Studio) -> None:
    first = studio.session
    studio.page.keyboard.press("i")
    report = studio.page.get_by_role("dialog")
    assert "guessed" in report.inner_text()
    studio.picture("report")
    report.get_by_role("button", name="cm", exact=True).click()
    studio.page.wait_for_url(lambda url: first not in url)
    studio.until("window.__pp && __pp.state().loaded === 1 && __pp.state().ready")
    studio.page.keyboard.press("i")
    assert "given" in studio.page.get_by_role("dialog").inner_text()


def test_clicks_survive_a_server_that_dies_between_them(studio: Studio) -> None:
    studio.click(RED_TOP)
    labels = studio.ask("__pp.labels()")
    studio.server.kill()
    studio.until("__pp.state().connection === 'lost'")
    _, (x, y) = studio.screen(BLUE_TOP)
    studio.page.keyboard.press("n")
    studio.page.mouse.click(x, y)  # made while nobody listens
    studio.until("__pp.state().pending === 1")
    studio.picture("server_gone")
    studio.server.start()
    studio.until("__pp.state().connection === 'open'")
    studio.settled(2)
    assert [row["object"] for row in studio.state()["objects"]] == [1, 2]
    studio.press("Control+z")
    assert studio.ask("__pp.labels()") == labels
    # what the browser says of a socket that nobody answers is no fault of the page
    studio.faults[:] = [fault for fault in studio.faults if "ERR_CONNECTION" not in fault]


def test_an_export_holds_what_the_same_clicks_make_in_python(
    studio: Studio, boxes_file: Path, tmp_path: Path
) -> None:
    studio.click(RED_TOP)
    studio.click(RED_SIDE, "Control")
    studio.page.keyboard.press("n")
    studio.click(BLUE_TOP)
    studio.page.keyboard.press("Control+e")
    studio.picture("export")
    with studio.page.expect_download() as download:
        studio.page.get_by_role("button", name="Export", exact=True).last.click()
    exported = tmp_path / "exported.ply"
    download.value.save_as(exported)
    saved = load(exported)
    scene = load(boxes_file)
    np.testing.assert_array_equal(saved.xyz, scene.xyz)
    session = Session(load_segmenter("graph").encode(scene))
    for mark in studio.page.request.get(
        f"{studio.server.address}/api/v1/sessions/{studio.session}/state"
    ).json()["clicks"]:
        position = studio.ask(f"__pp.position({mark['point']})")
        clicked = np.asarray(position) + scene.origin
        session.click(Click(position=clicked.tolist(), object=mark["object"], part=mark["part"]))
    assert saved.labels is not None
    np.testing.assert_array_equal(saved.labels.object, session.masks.object)
    np.testing.assert_array_equal(saved.labels.part, session.masks.part)
