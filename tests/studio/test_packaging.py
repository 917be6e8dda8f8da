"""The studio in the package: there, small enough, and with nothing that belongs elsewhere."""

import gzip
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from studio_page import Server, Studio

ROOT = Path(__file__).resolve().parents[2]
MOST_SCRIPT, MOST_STYLE = 220_000, 15_000  # bytes, packed


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


@pytest.fixture
def empty_python(wheel: zipfile.ZipFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Python of a new environment with the wheel and what it asks for, and nothing on its path."""
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True)
    python = str(tmp_path / "env" / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", f"{wheel.filename}[studio]"]
    installed = subprocess.run(install, capture_output=True, text=True)
    if installed.returncode != 0:
        if os.environ.get("CI"):
            pytest.fail(installed.stderr)
        pytest.skip("needs a package index to install from")
    monkeypatch.setenv("PATH", str(tmp_path / "env" / "bin"))  # no Node, and nothing else
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.chdir(tmp_path)
    return python


@pytest.mark.slow
def test_the_wheel_opens_a_scan_in_an_empty_environment_without_node(
    browser: Any, empty_python: str, boxes_file: Path, tmp_path: Path
) -> None:
    options = (str(boxes_file), "--segmenter", "nearest")
    server = Server(tmp_path / "data", *options, python=empty_python)
    try:
        studio = Studio(browser.new_page(viewport={"width": 1280, "height": 720}), server)
        studio.open()
        studio.click((-0.15, 0.0, 0.2))
        assert [row["object"] for row in studio.state()["objects"]] == [1]
    finally:
        server.stop()


@pytest.mark.slow
def test_the_wheel_holds_the_page_and_its_scripts(wheel: zipfile.ZipFile) -> None:
    names = [name for name in wheel.namelist() if "server/static/" in name]
    assert "pinpoint3d/server/static/index.html" in names
    page = wheel.read("pinpoint3d/server/static/index.html").decode()
    for name in names:
        if name.endswith((".js", ".css")) and "/index-" in name:
            assert name.removeprefix("pinpoint3d/server/static") in page
            assert gzip.decompress(wheel.read(f"{name}.gz")) == wheel.read(name)
    assert not [
        name for name in wheel.namelist() if "node_modules" in name or name.endswith(".map")
    ]


@pytest.mark.slow
def test_the_page_is_small_and_fetches_nothing_from_elsewhere(wheel: zipfile.ZipFile) -> None:
    packed = {name: len(wheel.read(name)) for name in wheel.namelist() if name.endswith(".gz")}
    assert sum(size for name, size in packed.items() if name.endswith(".js.gz")) <= MOST_SCRIPT
    assert sum(size for name, size in packed.items() if name.endswith(".css.gz")) <= MOST_STYLE
    page = wheel.read("pinpoint3d/server/static/index.html").decode()
    assert "http://" not in page
    assert "https://" not in page
