"""What importing costs: names are loaded when they are first used, and torch never."""

import json
import subprocess
import sys

import pytest

HEAVY = ["numpy", "scipy", "numba", "torch", "PIL", "laspy", "trimesh", "fastapi", "uvicorn"]


def modules_after(code: str) -> set[str]:
    """Modules that a fresh interpreter holds after running `code`."""
    report = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", report], capture_output=True, text=True, check=True, timeout=300
    )
    return set(json.loads(result.stdout.splitlines()[-1]))


def test_importing_the_package_loads_none_of_its_dependencies():
    assert modules_after("import pinpoint3d; dir(pinpoint3d)").isdisjoint([*HEAVY, "rich", "typer"])


def test_an_error_can_be_named_without_loading_an_engine():
    assert "numba" not in modules_after("import pinpoint3d; pinpoint3d.PinpointError")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["segment", "--help"]])
def test_version_and_help_load_no_numbers(arguments: list[str]):
    code = f"""
import contextlib, io
from pinpoint3d.cli import main
sys.argv = ["pinpoint3d", *{arguments!r}]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
"""
    assert modules_after(code).isdisjoint(HEAVY)


@pytest.mark.parametrize("name", ["graph", "nearest"])
def test_clicking_needs_no_torch(name: str):
    code = f"""
import numpy as np
import pinpoint3d as p3
rng = np.random.default_rng(0)
scene = p3.Scene(rng.normal(size=(2000, 3)).astype(np.float32))
session = p3.Session(p3.load_segmenter({name!r}).encode(scene))
for row in (5, 900, 1800):
    session.click(p3.Click(point=row, object=1 + row % 2))
"""
    assert "torch" not in modules_after(code)
