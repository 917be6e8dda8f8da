"""Killed, restarted and crowded: the benchmarks of these, in small."""

import runpy
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def benchmark(name: str) -> dict[str, Any]:
    return runpy.run_path(str(BENCHMARKS / f"{name}.py"))


@pytest.mark.slow
def test_a_killed_server_has_lost_nothing_it_acknowledged(tmp_path: Path):
    figures = benchmark("kill")["run"](kills=3, seed=1, folder=tmp_path)
    assert figures["acknowledged"] > 0
    assert figures["in the log"] >= figures["acknowledged"]


@pytest.mark.slow
def test_sessions_clicked_at_once_are_not_mixed_up(tmp_path: Path):
    figures = benchmark("load")["run"](tmp_path, sessions=5, seconds=5.0, rate=2.0, points=2000)
    assert figures["errors"] == 0
    assert figures["clicks"] >= 5
