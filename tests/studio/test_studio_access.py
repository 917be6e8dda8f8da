"""The studio without a mouse, for screen readers, and in both themes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from studio_page import Studio

pytestmark = pytest.mark.slow

RED_TOP = (-0.15, 0.0, 0.2)
AXE = Path(__file__).resolve().parents[2] / "studio" / "node_modules" / "axe-core" / "axe.min.js"


def test_an_object_and_a_part_are_made_and_named_with_keys_alone(studio: Studio) -> None:
    _, (x, y) = studio.screen(RED_TOP)
    box = studio.page.locator(".stage").bounding_box()
    studio.page.locator(".stage").focus()
    studio.page.keyboard.press("x")
    dx = round(x - box["x"] - box["width"] / 2)
    dy = round(y - box["y"] - box["height"] / 2)
    for key, steps in (
        ("ArrowRight" if dx > 0 else "ArrowLeft", abs(dx)),
        ("ArrowDown" if dy > 0 else "ArrowUp", abs(dy)),
    ):
        for _ in range(steps // 10):
            studio.page.keyboard.press(f"Shift+{key}")
        for _ in range(steps % 10):
            studio.page.keyboard.press(key)
    studio.press("Enter")
    assert len(studio.state()["objects"]) == 1
    studio.page.keyboard.press("F2")
    studio.page.keyboard.type("box")
    studio.press("Enter")
    assert studio.state()["objects"][0]["name"] == "box"
    said = studio.page.locator("[aria-live=polite]").inner_text()
    assert "box" in said or "Object 1" in said
    studio.page.locator(".stage").focus()
    studio.press("Control+z")
    assert studio.state()["objects"][0]["name"] is None


def test_a_click_is_told_to_screen_readers(studio: Studio) -> None:
    studio.click(RED_TOP)
    studio.until("document.querySelector('[aria-live=polite]').textContent.includes('points')")
    said = studio.page.locator("[aria-live=polite]").inner_text()
    assert said.startswith("Object 1: ")
    assert "1 click" in said
    row = studio.page.get_by_role("treeitem", name="Object 1")
    assert row.get_attribute("aria-selected") == "true"


def test_the_help_lists_keys_and_lets_them_be_changed(studio: Studio) -> None:
    studio.page.keyboard.press("?")
    studio.picture("keys")
    studio.page.get_by_role("button", name="Next colouring").click()
    studio.page.keyboard.press("y")
    studio.page.keyboard.press("Escape")
    studio.until("__pp.state().dialog === null")
    studio.page.keyboard.press("y")
    assert studio.state()["mode"] == "height"
    studio.page.keyboard.press("c")
    assert studio.state()["mode"] == "height"


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_serious(new_page: Callable[..., Studio], theme: str) -> None:
    if not AXE.exists():
        pytest.skip("needs studio/node_modules (made when the studio is built)")
    studio = new_page(color_scheme=theme)
    studio.open()
    studio.page.evaluate(AXE.read_text(encoding="utf-8"))

    def check(where: str) -> None:
        studio.picture(f"{where}_{theme}")
        studio.page.wait_for_timeout(100)
        found = studio.page.evaluate("axe.run().then(r => r.violations)")
        serious = [
            (fault["id"], [node["html"] for node in fault["nodes"]])
            for fault in found
            if fault["impact"] in ("serious", "critical")
        ]
        assert serious == [], where

    check("empty")
    if not studio.state()["objects"]:
        studio.click(RED_TOP)
        studio.click((-0.15, -0.1, 0.1), "Control")
    check("labelled")
    for key, dialog in (("?", "help"), ("Control+e", "export"), ("i", "report")):
        studio.page.keyboard.press(key)
        studio.until(f"__pp.state().dialog === '{dialog}'")
        check(dialog)
        studio.page.keyboard.press("Escape")
        studio.until("__pp.state().dialog === null")
