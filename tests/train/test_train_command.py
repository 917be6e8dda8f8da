"""`pinpoint3d train` as a user runs it."""

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pinpoint3d import load_segmenter
from pinpoint3d.synth.dataset import Recipe, build


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from pinpoint3d.cli import main; main()", "train"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, env=environment
    )


def test_a_folder_without_a_data_set_gets_one_sentence(torch: ModuleType, tmp_path: Path) -> None:
    assert torch
    result = run("--data", tmp_path, "--out", tmp_path / "run")
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.slow
def test_a_peer_is_trained_on_its_own_crops_and_segments(torch: ModuleType, tmp_path: Path) -> None:
    assert torch
    build(Recipe(3, 10, {"single": 1.0}), tmp_path / "set", executor="local")
    result = run(
        "--data", tmp_path / "set", "--out", tmp_path / "run", "--preset", "agile3d",
        "--steps", 1, "--validate-every", 1, "--workers", 1,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "set" / "crops-50mm-1").is_dir()
    best = tmp_path / "run" / "best.safetensors"
    assert str(best) in result.stdout
    assert load_segmenter(best).name == str(best)
