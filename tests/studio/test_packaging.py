"""The studio in the package: there, small enough, and with nothing that belongs elsewhere."""

import gzip
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_SCRIPT, MOST_STYLE = 220_000, 15_000  # bytes, packed


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


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
