"""From a click in the studio's page to its colours on screen: where each millisecond goes.

    python benchmarks/page.py [--segmenter net] [--points 0] [--clicks 20]

Starts the program on the bundled scan (or on a made hall of so many points), opens it in headless
chromium with WebGL in software, and clicks: on the bundled scan's objects and their parts, as one
who labels them (in the hall on whatever is there: a new object, more of it, its parts).
Stages are medians over all clicks but the first that changed a label, in milliseconds and as shares
of the whole:

- `press`: from the button's release to the message being sent;
- `server`: until labels are unpacked in the page, of which `disk` until the click is acknowledged;
- `labels`: until they are written where they are drawn from;
- `wait`: until the frame that shows them is asked for and handed to WebGL;
- `frame`: until its pixels are there.

`first_points` and `first_picture` are from the page's start until the coarsest level of the scan is
in the page, and drawn. `engine` is the same clicks in a Python session, in this process and after
everything else: what of `server` is the segmenter's. `idle` is what the page does in three seconds
without input.
"""

import argparse
import json
import math
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any

import numpy as np
from large import hall
from playwright.sync_api import Page, sync_playwright

from pinpoint3d import Session, load, load_segmenter, save
from pinpoint3d.client import Client
from pinpoint3d.demo_data import bundled_scan
from pinpoint3d.files.clicks import read_clicks

SOFTWARE_WEBGL = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
STAGES = (  # name, the stamps it lies between
    ("press", None, "sent"),
    ("server", "sent", "unpacked"),
    ("disk", "sent", "acknowledged"),
    ("labels", "unpacked", "labels"),
    ("wait", "labels", "draw"),
    ("frame", "draw", "pixels"),
    ("whole", None, "pixels"),
)
NEAR = 0.03  # m: what is picked where a click is planned lies no farther from it
FIRST_POINTS = (
    "performance.getEntriesByType('resource').find(e => e.name.includes('/levels/0')).responseEnd"
)
IDLE_S = 3.0
PATIENCE_S = 120.0


@contextmanager
def program(scan: Path, data: Path, segmenter: str) -> Iterator[str]:
    """The studio on a scan; gives its address."""
    command = [sys.executable, "-c", "from pinpoint3d.cli import main; main()", "serve", str(scan)]
    options = ["--port", "0", "--data", str(data), "--segmenter", segmenter]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None  # as asked for
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()


def until(page: Page, expression: str) -> None:
    """Wait for an expression; the page's policy forbids Playwright's own way."""
    end = perf_counter() + PATIENCE_S
    while not page.evaluate(f"!!({expression})"):
        if perf_counter() > end:
            sys.exit(f"never became true: {expression}")
        sleep(0.02)


@dataclass(frozen=True)
class Planned:
    """A click on a place of the page: for a new object, for more of it, or for a new part."""

    x: float
    y: float
    new_object: bool
    new_part: bool


def labelling(page: Page, scan: Path) -> Iterator[Planned]:
    """Each object of the bundled clicks as a whole, then its parts, where they can be seen."""
    scene = load(scan)
    known: set[int] = set()
    for click in read_clicks(bundled_scan().with_name("room.clicks.json")).clicks:
        assert click.point is not None
        x, y, z = scene.xyz[click.point].tolist()
        point = page.evaluate(f"__pp.nearest({x}, {y}, {z})")
        at = page.evaluate(f"__pp.screen({point})")
        seen = page.evaluate(f"__pp.pick({at['x']}, {at['y']})")
        hidden = seen < 0 or math.dist(page.evaluate(f"__pp.position({seen})"), (x, y, z)) > NEAR
        if click.object == 0 or hidden:
            continue
        if click.object not in known:
            known.add(int(click.object))
            yield Planned(at["x"], at["y"], new_object=True, new_part=False)
        yield Planned(at["x"], at["y"], new_object=False, new_part=True)


def about(page: Page) -> Iterator[Planned]:
    """Whatever is near the middle: an object, more of it, two parts, and so on."""
    rng = random.Random(7)
    box = page.locator(".stage").bounding_box()
    assert box is not None  # it is on the page
    for number in count():
        while True:
            x, y = rng.uniform(0.3, 0.7) * box["width"], rng.uniform(0.3, 0.75) * box["height"]
            if page.evaluate(f"__pp.pick({x}, {y})") >= 0:
                break
        yield Planned(x, y, new_object=number % 4 == 0, new_part=number % 4 >= 2)


def click_all(page: Page, planned: Iterable[Planned]) -> list[dict[str, float]]:
    """Stamps of clicks."""
    box = page.locator(".stage").bounding_box()
    assert box is not None  # it is on the page
    for click in planned:
        if click.new_object:
            page.keyboard.press("n")
            sleep(0.1)
            page.evaluate("__pp.finish()")
        if click.new_part:
            page.keyboard.down("Control")
        rev = page.evaluate("__pp.state().rev")
        page.mouse.click(box["x"] + click.x, box["y"] + click.y)
        page.keyboard.up("Control")
        until(page, f"__pp.state().rev > {rev} && __pp.state().pending === 0")
        sleep(0.5)  # it is drawn with its readings and suggestions, and the pointer rests
        page.evaluate("__pp.finish()")
    return page.evaluate("__pp.clickTimes()")


def at_rest(page: Page) -> dict[str, float]:
    """Frames and processor time of a page that nobody touches."""
    page.mouse.move(5, 5)
    sleep(2)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def busy() -> float:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        return next(m["value"] for m in metrics if m["name"] == "TaskDuration")

    frames, before = page.evaluate("__pp.frames()"), busy()
    sleep(IDLE_S)
    spent = busy() - before
    return {"frames": page.evaluate("__pp.frames()") - frames, "busy_ms": 1000 * spent}


def engine_ms(scan: Path, segmenter: str, session: str, address: str) -> float:
    """Median time of the same clicks in a session of this process."""
    client = Client(address.partition("/?")[0]).session(session)
    done = scan.with_suffix(".clicks.json")
    client.export(done, format="clicks")
    again = Session(load_segmenter(segmenter).encode(load(scan)))
    times = []
    for click in read_clicks(done).clicks:
        start = perf_counter()
        again.extend([click])
        times.append(perf_counter() - start)
    return 1000 * median(times[1:])


def measure(
    scan: Path, folder: Path, *, segmenter: str, n_clicks: int, bundled: bool
) -> dict[str, Any]:
    """All figures of one run."""
    began = perf_counter()
    with program(scan, folder / "data", segmenter) as address, sync_playwright() as playwright:
        serving = perf_counter() - began
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(SOFTWARE_WEBGL)
        )
        page = chromium.new_page(viewport={"width": 1280, "height": 720})
        page.goto(f"{address}&test=1")
        until(page, "window.__pp && __pp.state().loaded === 1 && __pp.state().ready")
        page.evaluate("__pp.calm()")
        sleep(1)
        planned = labelling(page, scan) if bundled else about(page)
        stamps = click_all(page, islice(planned, n_clicks))[1:]
        figures: dict[str, Any] = {
            "points": page.evaluate("__pp.state().points"),
            "program_s": round(serving, 2),
            "first_points_ms": round(page.evaluate(FIRST_POINTS)),
            "first_picture_ms": round(page.evaluate("__pp.firstPicture()")),
            "idle": at_rest(page),
        }
        chromium.close()
        session = address.partition("session=")[2]
        figures["engine_ms"] = round(engine_ms(scan, segmenter, session, address), 1)
    stages = {
        name: median(at[end] - (at[start] if start else 0) for at in stamps if end in at)
        for name, start, end in STAGES
    }
    figures["ms"] = {name: round(value, 1) for name, value in stages.items()}
    figures["share"] = {name: round(value / stages["whole"], 3) for name, value in stages.items()}
    return figures


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description="Times of a click in the studio's page.")
    parser.add_argument("--segmenter", default="net")
    parser.add_argument("--points", type=int, default=0, help="of a made hall; 0: the bundled scan")
    parser.add_argument("--clicks", type=int, default=20)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scan = folder / "scan.ply"
        if chosen.points:
            scene, _ = hall(chosen.points, np.random.default_rng(5))
            save(scene, None, scan)
        else:
            shutil.copy(bundled_scan(), scan)
        figures = measure(
            scan,
            folder,
            segmenter=chosen.segmenter,
            n_clicks=chosen.clicks,
            bundled=not chosen.points,
        )
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
