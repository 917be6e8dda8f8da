"""Clicking in the browser: what is coloured, corrected, taken back and done again."""

from collections.abc import Callable

import numpy as np
import pytest
from studio_page import Studio

from pinpoint3d.server import frames

pytestmark = pytest.mark.slow

RED_TOP, BLUE_TOP = (-0.15, 0.0, 0.2), (0.15, 0.0, 0.2)
FLOOR = (0.0, -0.4, 0.0)


def server_labels(studio: Studio) -> list[int]:
    """Labels as the server has them, in the form of `__pp.labels()`."""
    address = f"{studio.server.address}/api/v1/sessions/{studio.session}/labels"
    frame, _ = frames.decode(studio.page.request.get(address).body())
    labels = frames.labels_of(frame)
    return (labels.object.astype(int) * 256 + labels.part).tolist()


def test_draws_the_scan_with_webgl(studio: Studio) -> None:
    assert "SwiftShader" in studio.ask("__pp.renderer()") or "ANGLE" in studio.ask(
        "__pp.renderer()"
    )
    assert studio.ask("__pp.coloured()") > 0.2
    studio.picture("opened")


def test_a_click_colours_the_object_under_it_and_nothing_far_away(studio: Studio) -> None:
    point = studio.click(RED_TOP)
    state = studio.state()
    assert state["rev"] == 1
    assert [row["object"] for row in state["objects"]] == [1]
    assert state["target"] == {"object": 1, "part": 0}
    assert studio.ask(f"__pp.label({point})")["object"] == 1
    assert studio.ask(f"__pp.label({studio.screen(FLOOR)[0]})")["object"] == 0
    assert studio.ask("__pp.labels()") == server_labels(studio)
    studio.picture("first_click")


def test_the_colour_on_screen_is_the_objects(studio: Studio) -> None:
    point = studio.click(RED_TOP)
    studio.page.keyboard.press("Enter")  # a target is drawn brighter
    studio.page.locator("select").select_option("object")
    at = studio.ask(f"__pp.screen({point})")
    far = studio.ask(f"__pp.screen({studio.screen(FLOOR)[0]})")
    shown = np.array(studio.ask(f"__pp.pixel({at['x']}, {at['y']})"), float)
    meant = np.array(studio.ask("__pp.colour(0, 0)"), float)
    assert shown / shown.sum() == pytest.approx(meant / meant.sum(), abs=0.015)
    elsewhere = np.array(studio.ask(f"__pp.pixel({far['x']}, {far['y']})"), float)
    assert np.ptp(elsewhere) <= 2  # grey: unlabelled


def test_a_right_click_takes_points_away(studio: Studio) -> None:
    studio.click(RED_TOP)
    side = studio.click(BLUE_TOP)  # moves the other box to the object too
    assert studio.ask(f"__pp.label({side})")["object"] == 1
    studio.click(BLUE_TOP, button="right")
    assert studio.ask(f"__pp.label({side})")["object"] == 0
    marks = studio.page.locator(".mark.remove")
    assert marks.count() == 1


def test_control_click_makes_a_part_inside_its_object_only(studio: Studio) -> None:
    studio.click(RED_TOP)
    whole = studio.counts()
    studio.click((-0.15, -0.1, 0.1), "Control")
    counts = studio.counts()
    assert studio.state()["target"] == {"object": 1, "part": 1}
    assert counts["1.1"] > 0
    assert {key.split(".")[0] for key in counts} == {"0", "1"}
    assert counts["1.0"] + counts["1.1"] >= whole["1.0"] * 0.9
    studio.picture("part")


def test_b_and_a_click_give_points_to_nothing(studio: Studio) -> None:
    studio.click(RED_TOP)
    floor = studio.click(FLOOR, "b")
    assert studio.ask(f"__pp.label({floor})") == {"object": 0, "part": 0}
    assert studio.state()["target"] == {"object": 1, "part": 0}


def test_a_locked_object_refuses_clicks_and_says_so(studio: Studio) -> None:
    studio.click(RED_TOP)
    studio.press("k")
    before, rev = studio.ask("__pp.labels()"), studio.state()["rev"]
    studio.page.keyboard.press("Escape")
    _, (x, y) = studio.screen(RED_TOP)
    studio.page.keyboard.down("b")
    studio.page.mouse.click(x, y)
    studio.page.keyboard.up("b")
    studio.until("__pp.state().toasts.some(t => t.includes('locked'))")
    assert studio.state()["rev"] == rev
    assert studio.ask("__pp.labels()") == before


def test_readings_grow_with_the_slider_and_one_undo_returns(studio: Studio) -> None:
    studio.click(RED_TOP)
    studio.until("__pp.state().readings !== null")
    start = studio.ask("__pp.labels()")
    sizes = studio.state()["readings"]["sizes"]
    assert sizes == sorted(sizes)
    assert len(sizes) >= 2
    studio.picture("readings")
    chosen = studio.state()["readings"]["chosen"]
    studio.press("[" if chosen > 0 else "]")
    assert studio.ask("__pp.labels()") != start
    studio.press("Control+z")
    assert studio.ask("__pp.labels()") == start


def test_undo_all_and_redo_all_pass_through_the_same_labels(studio: Studio) -> None:
    seen = [studio.ask("__pp.labels()")]

    def then(*_: object) -> None:
        seen.append(studio.ask("__pp.labels()"))

    then(studio.click(RED_TOP))
    then(studio.click((-0.15, -0.1, 0.1), "Control"))
    studio.page.keyboard.press("Escape")
    studio.page.keyboard.press("Escape")
    then(studio.click(BLUE_TOP))
    then(studio.press("k"))
    then(studio.click(FLOOR, "b"))
    for labels in reversed(seen[:-1]):
        studio.press("Control+z")
        assert studio.ask("__pp.labels()") == labels
    assert studio.state()["undo"] is None
    for labels in seen[1:]:
        studio.press("Control+Shift+z")
        assert studio.ask("__pp.labels()") == labels
    assert studio.state()["redo"] is None


def test_clicks_faster_than_answers_make_one_object(studio: Studio) -> None:
    _, (x, y) = studio.screen(RED_TOP)
    for step in range(4):
        studio.page.mouse.click(x + 3 * step, y)
    studio.settled(4)
    assert [row["object"] for row in studio.state()["objects"]] == [1]
    assert studio.state()["objects"][0]["clicks"] == 4


def test_delete_frees_points_and_undo_brings_them_back(studio: Studio) -> None:
    studio.click(RED_TOP)
    before = studio.ask("__pp.labels()")
    studio.press("Delete")
    assert set(studio.counts()) == {"0.0"}
    assert studio.state()["target"] is None
    studio.press("Control+z")
    assert studio.ask("__pp.labels()") == before


def test_merge_by_a_click_on_the_other_object(studio: Studio) -> None:
    studio.click(RED_TOP)
    studio.page.keyboard.press("Escape")
    studio.click(BLUE_TOP)
    assert len(studio.state()["objects"]) == 2
    studio.page.keyboard.press("m")
    studio.click(RED_TOP)
    assert [row["object"] for row in studio.state()["objects"]] == [2]


def test_names_are_typed_in_the_tree_and_undone(studio: Studio) -> None:
    studio.click(RED_TOP)
    studio.page.keyboard.press("F2")
    studio.page.keyboard.type("red box")
    studio.press("Enter")
    assert studio.state()["objects"][0]["name"] == "red box"
    assert studio.page.get_by_role("treeitem", name="red box").count() == 1
    studio.press("Control+z")
    assert studio.state()["objects"][0]["name"] is None


def test_hidden_objects_are_not_picked(studio: Studio) -> None:
    point = studio.click(RED_TOP)
    at = studio.ask(f"__pp.screen({point})")
    assert studio.ask(f"__pp.label(__pp.pick({at['x']}, {at['y']}))")["object"] == 1
    studio.press("h")
    behind = studio.ask(f"__pp.pick({at['x']}, {at['y']})")
    assert behind < 0 or studio.ask(f"__pp.label({behind})")["object"] == 0
    studio.press("Alt+h")
    assert studio.ask(f"__pp.label(__pp.pick({at['x']}, {at['y']}))")["object"] == 1


def test_what_is_hidden_or_alone_is_undone_redone_and_there_again_after_a_reload(
    studio: Studio,
) -> None:
    red = studio.click(RED_TOP)
    studio.page.keyboard.press("n")
    blue = studio.click(BLUE_TOP)

    def in_sight() -> list[bool]:
        return [studio.ask(f"__pp.visible({point})") for point in (red, blue)]

    seen = [in_sight()]
    for keys in ("h", "Alt+h", "Shift+H", "Shift+H"):  # blue is the target
        studio.press(keys)
        seen.append(in_sight())
    assert seen == [[True, True], [True, False], [True, True], [False, True], [True, True]]
    for before in reversed(seen[:-1]):
        studio.press("Control+z")
        assert in_sight() == before
    assert studio.state()["undo"]["op"] == "click"
    for after in seen[1:4]:
        studio.press("Control+Shift+z")
        assert in_sight() == after
    studio.page.reload()
    studio.until("window.__pp && __pp.state().loaded === 1 && __pp.state().ready")
    assert in_sight() == [False, True]
    studio.page.get_by_role("button", name="Some objects are hidden").click()
    studio.settled(14)
    assert in_sight() == [True, True]


def test_a_new_object_is_in_sight_though_another_is_alone(studio: Studio) -> None:
    studio.click(RED_TOP)
    studio.press("Shift+H")
    studio.page.keyboard.press("n")
    blue = studio.click(BLUE_TOP)
    assert studio.ask(f"__pp.label({blue})")["object"] == 2
    assert studio.ask(f"__pp.visible({blue})")


def test_tapping_on_a_tablet(new_page: Callable[..., Studio]) -> None:
    studio = new_page(width=820, height=1180, has_touch=True)
    studio.open()
    rev = studio.state()["rev"]
    _, (x, y) = studio.screen(RED_TOP)
    studio.page.touchscreen.tap(x, y)
    studio.settled(rev + 1)
    assert studio.state()["target"] is not None
    studio.picture("tablet")
    studio.page.get_by_role("button", name="Start a new part").tap()
    _, (x, y) = studio.screen((-0.15, -0.1, 0.1))
    studio.page.touchscreen.tap(x, y)
    studio.settled(rev + 2)
    target = studio.state()["target"]
    assert target["part"] == 1
