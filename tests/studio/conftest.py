"""The studio in a real browser: a server of its own, and Debian's chromium."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from studio_page import Server, Studio

from pinpoint3d import Scene

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (make setup)")

SOFTWARE_WEBGL = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium with WebGL, for one file of tests: while it runs no other event loop can."""
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium; .ci/run installs it")
        pytest.skip("needs chromium (apt-get install chromium)")
    with playwright.sync_playwright() as session:
        launched = session.chromium.launch(executable_path=chromium, args=list(SOFTWARE_WEBGL))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def boxes_file(two_boxes: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two boxes as a PLY file without labels."""
    path = tmp_path_factory.mktemp("scan") / "two_boxes.ply"
    assert two_boxes.rgb is not None
    rows = np.zeros(len(two_boxes), [("xyz", "<f4", 3), ("rgb", "u1", 3)])
    rows["xyz"], rows["rgb"] = two_boxes.xyz, two_boxes.rgb
    columns = [f"property float {c}" for c in "xyz"]
    columns += [f"property uchar {c}" for c in ("red", "green", "blue")]
    head = ["ply", "format binary_little_endian 1.0", f"element vertex {len(rows)}", *columns]
    path.write_bytes("\n".join([*head, "end_header\n"]).encode() + rows.tobytes())
    return path


@pytest.fixture(scope="module")
def server(boxes_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a session on the two boxes."""
    running = Server(tmp_path_factory.mktemp("work"), str(boxes_file), "--segmenter", "graph")
    yield running
    running.stop()


@pytest.fixture
def new_page(browser: Any, server: Server) -> Iterator[Callable[..., Studio]]:
    """Opens pages; what they complain about fails the test."""
    contexts, made = [], []

    def open_page(*, width: int = 1280, height: int = 720, **options: Any) -> Studio:
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        page = context.new_page()
        studio = Studio(page, server)
        page.on("pageerror", lambda error: studio.faults.append(str(error)))
        page.on(
            "console",
            lambda said: studio.faults.append(said.text) if said.type == "error" else None,
        )
        made.append(studio)
        return studio

    yield open_page
    for context in contexts:
        context.close()
    assert [fault for studio in made for fault in studio.faults] == []


@pytest.fixture
def studio(new_page: Callable[..., Studio]) -> Studio:
    """A page on a new session."""
    page = new_page()
    known = f"{page.server.address}/api/v1/sessions/{page.server.session}"
    scene = page.page.request.get(known).json()["scene"]
    made = page.page.request.post(
        f"{page.server.address}/api/v1/sessions",
        data={"scene": scene},
        headers={"Origin": page.server.address},
    )
    assert made.ok, made.text()
    page.open(made.json()["id"])
    return page
