"""The picture: what is picked, what a drag is, colours, strokes, layouts, and rest."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from studio_page import Studio

pytestmark = pytest.mark.slow

RED_TOP, BLUE_TOP = (-0.15, 0.0, 0.2), (0.15, 0.0, 0.2)


def test_picks_the_nearest_of_the_points_that_cover_a_pixel(studio: Studio) -> None:
    """Against all points projected here: nothing picked lies behind what covers the pixel."""
    rng = np.random.default_rng(3)
    box = studio.page.locator(".stage").bounding_box()
    n = studio.state()["points"]
    screen = studio.ask(f"Array.from({{length: {n}}}, (_, i) => __pp.screen(i))")
    xy = np.array([(at["x"], at["y"]) for at in screen])
    depth = np.array([at["depth"] for at in screen])
    checked = 0
    for x, y in rng.uniform(
        (0.3 * box["width"], 0.3 * box["height"]),
        (0.7 * box["width"], 0.8 * box["height"]),
        (300, 2),
    ):
        picked = studio.ask(f"__pp.pick({x}, {y})")
        covering = (
            np.abs(xy - (x, y)).max(axis=1) <= 0.75
        )  # the least size that points are drawn at
        if picked < 0 or not covering.any():
            continue
        checked += 1
        assert depth[picked] <= depth[covering].min() + 1e-6
        assert np.hypot(*(xy[picked] - (x, y))) <= 7.5
    assert checked > 50


def test_a_small_jitter_is_a_click_and_a_drag_is_none(studio: Studio) -> None:
    _, (x, y) = studio.screen(RED_TOP)
    pose = studio.state()["pose"]
    for button in ("left", "right", "middle"):
        studio.page.mouse.move(x, y)
        studio.page.mouse.down(button=button)
        studio.page.mouse.move(x + 3, y)
        studio.page.mouse.move(x + 7, y)
        studio.page.mouse.up(button=button)
        assert studio.state()["pending"] == 0
    assert studio.state()["rev"] == 0
    assert studio.state()["pose"] != pose
    studio.ask("__pp.calm()")
    studio.page.mouse.move(x, y)
    studio.page.mouse.down()
    studio.page.mouse.move(x + 4, y + 3)
    studio.page.mouse.up()
    studio.settled(1)


def test_nothing_is_drawn_or_asked_while_nothing_happens(studio: Studio) -> None:
    studio.click(RED_TOP)
    studio.page.wait_for_timeout(1500)
    requests = []
    studio.page.on("request", lambda request: requests.append(request.url))
    frames = studio.ask("__pp.frames()")
    studio.page.wait_for_timeout(2000)
    assert studio.ask("__pp.frames()") == frames
    assert requests == []


def test_hovering_lights_up_what_a_click_would_start(studio: Studio) -> None:
    _, (x, y) = studio.screen(RED_TOP)
    studio.page.mouse.move(x, y)
    studio.until("__pp.lit() > 0")
    shown = studio.ask("__pp.lit()")
    studio.picture("hover")
    studio.page.mouse.click(x, y)
    studio.settled(1)
    assert studio.ask("__pp.lit()") == 0
    assert studio.counts()["1.0"] == pytest.approx(shown, rel=0.5)
    assert studio.state()["rev"] == 1  # looking is no operation


def test_each_colouring_looks_different(studio: Studio) -> None:
    studio.click(RED_TOP)
    studio.click((-0.15, -0.1, 0.1), "Control")
    stage = studio.page.locator(".stage canvas")
    pictures = {}
    for mode in ("rgb", "height", "object", "part", "confidence"):
        studio.page.locator("select").select_option(mode)
        studio.page.wait_for_timeout(150)
        pictures[mode] = stage.screenshot()
        studio.picture(f"colours_{mode}")
    for a, b in itertools.combinations(pictures, 2):
        assert pictures[a] != pictures[b], (a, b)


def test_lasso_takes_what_is_visible_or_with_through_all(studio: Studio) -> None:
    box = studio.page.locator(".stage").bounding_box()
    corners = ((0.3, 0.25), (0.75, 0.25), (0.75, 0.85), (0.3, 0.85), (0.3, 0.3))

    def draw() -> dict[str, int]:
        rev = studio.state()["rev"]
        for k, (u, v) in enumerate(corners):
            studio.page.mouse.move(box["x"] + u * box["width"], box["y"] + v * box["height"])
            if k == 0:
                studio.page.mouse.down()
        studio.picture("lasso")
        studio.page.mouse.up()
        studio.settled(rev + 1)
        return studio.counts()

    studio.page.keyboard.press("o")
    visible = draw()
    studio.press("Control+z")
    assert set(studio.counts()) == {"0.0"}
    studio.page.get_by_label("through").check()
    everything = draw()
    assert 0 < visible["1.0"] < everything["2.0"]  # ids are not used again
    studio.press("Control+z")
    assert set(studio.counts()) == {"0.0"}


def test_brush_paints_one_operation_a_stroke(studio: Studio) -> None:
    studio.page.keyboard.press("j")
    _, (x, y) = studio.screen(RED_TOP)
    studio.page.mouse.move(x - 15, y)
    studio.page.mouse.down()
    for step in range(4):
        studio.page.mouse.move(x - 15 + 10 * step, y)
    studio.page.mouse.up()
    studio.settled(1)
    painted = studio.counts()["1.0"]
    studio.page.keyboard.down("Shift")
    studio.page.mouse.move(x, y)
    studio.page.mouse.down()
    studio.page.mouse.move(x + 8, y)
    studio.page.mouse.up()
    studio.page.keyboard.up("Shift")
    studio.settled(2)
    assert 0 < studio.counts()["1.0"] < painted


def test_no_two_of_the_first_objects_look_alike(studio: Studio) -> None:
    """Least distance in OKLab, with normal sight and without red or green (Machado 2009)."""
    colours = np.array([studio.ask(f"__pp.colour({k}, 0)") for k in range(24)], float) / 255
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    visions = (
        np.eye(3),
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.01182, 0.04294, 0.968881],
        ],
    )
    to_lms = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.793617785, -0.0040720468],
        [1.9779984951, -2.428592205, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.808675766],
    ]
    for vision in visions:
        seen = np.clip(linear @ np.asarray(vision).T, 0, None)
        lab = np.cbrt(seen @ np.asarray(to_lms).T) @ np.asarray(to_lab).T
        apart = np.linalg.norm(lab[:, None] - lab[None], axis=2)
        assert apart[np.triu_indices(24, 1)].min() > 0.04


@pytest.mark.parametrize(
    ("width", "height", "touch", "least"),
    [
        (1280, 720, False, (1000, 600)),
        (1024, 768, False, (740, 640)),
        (820, 1180, True, (800, 1000)),
    ],
)
def test_layouts_keep_the_picture_large_and_nothing_overlaps(
    new_page: Callable[..., Studio], width: int, height: int, touch: bool, least: tuple[int, int]
) -> None:
    studio = new_page(width=width, height=height, has_touch=touch, is_mobile=touch)
    studio.open()
    stage = studio.page.locator(".stage").bounding_box()
    assert stage["width"] >= least[0]
    assert stage["height"] >= least[1]
    scrolls = studio.ask(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert scrolls == [width, height]
    boxes = [studio.page.locator(name).bounding_box() for name in (".pill", ".tools", ".viewbar")]
    for a, b in itertools.combinations(boxes, 2):
        apart_x = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
        apart_y = a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
        assert apart_x or apart_y
    studio.picture(f"layout_{width}")


def test_a_lost_graphics_context_comes_back(studio: Studio) -> None:
    before = studio.ask("__pp.coloured()")
    studio.ask("__pp.loseContext()")
    studio.until("__pp.contextLost() === false")
    assert studio.ask("__pp.coloured()") == pytest.approx(before, abs=0.01)
