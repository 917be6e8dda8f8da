import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pinpoint3d import Scene, save


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from pinpoint3d.cli import main; main()"]
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, timeout=600
    )


@pytest.fixture(scope="module")
def partscan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny set in PartScan's form: a board of two halves on a floor, twice."""
    folder = tmp_path_factory.mktemp("partscan")
    (folder / "PartScan").mkdir()
    u, v = np.meshgrid(np.arange(20) / 100, np.arange(20) / 100)
    floor = np.stack([u.ravel(), v.ravel(), np.zeros(400)], axis=1)
    board = np.stack([u.ravel(), np.full(400, 0.1), v.ravel() + 0.01], axis=1)
    label = np.concatenate([np.zeros(400), np.where(board[:, 0] < 0.1, 101, 102)])
    for scene in ("scene0000_00", "scene0001_00"):
        xyz = np.concatenate([floor, board]).astype(np.float32)
        made = Scene(xyz, fields={"label": label.astype(np.int32)})
        save(made, None, folder / "PartScan" / f"{scene}.ply")
    asked = {"obj": {"1": 101, "2": 102}}
    keys = ("scene0000_00_obj_2_1", "scene0001_00_obj_2_1")
    (folder / "val_list.json").write_text(json.dumps(dict.fromkeys(keys, asked)))
    return folder


def test_a_set_is_evaluated_reported_resumed_and_compared(partscan: Path, tmp_path: Path):
    options = ("--clicks", 3, "--workers", 1, "--out")
    graph, nearest = tmp_path / "graph", tmp_path / "nearest"
    first = run("evaluate", "partscan", partscan, "--segmenter", "graph", *options, graph)
    assert first.returncode == 0, first.stderr
    assert first.stderr == ""
    assert "PinPoint3D (published)" in first.stdout
    assert "55.8" in first.stdout
    assert "0 of 2" in first.stdout
    assert (graph / "report.html").stat().st_size > 1000
    rows = (graph / "rows.csv").read_bytes()
    again = run("evaluate", "partscan", partscan, "--segmenter", "graph", *options, graph, "--json")
    document = json.loads(again.stdout)
    assert (graph / "rows.csv").read_bytes() == rows
    [found] = document["runs"]
    assert (found["entries"], found["failures"]) == (2, 0)
    assert set(found["iou_at"]) == {"1", "2", "3"}

    other = run(
        "evaluate", "partscan", partscan, "--segmenter", "nearest", "--no-pictures",
        *options, nearest,
    )  # fmt: skip
    assert other.returncode == 0, other.stderr
    page = tmp_path / "both.html"
    both = run("compare", graph, nearest, "--html", page)
    assert both.returncode == 0, both.stderr
    assert "graph minus" in both.stdout
    assert page.read_text().startswith("<!doctype html>")
    compared = json.loads(run("compare", graph, nearest, "--json").stdout)
    assert [r["segmenter"] for r in compared["runs"]] == ["graph", "nearest"]
    assert set(compared["differences"][0]) == {"1", "2", "3"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("evaluate", "nonsense"), "no suite 'nonsense'"),
        (("evaluate", "osd"), "name it after the suite"),
        (("compare", "nowhere"), "no such file"),
        (("score", "nowhere.csv"), "no such file"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments: tuple[str, ...], sentence: str):
    result = run(*arguments)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_segmenter_that_is_not_there_is_one_sentence(partscan: Path, tmp_path: Path):
    for name, sentence in (
        ("agile3d", "no weights yet"),
        ("original-pinpoint3d", "--weights"),
        ("nonsense", "no segmenter"),
    ):
        result = run(
            "evaluate", "partscan", partscan, "--segmenter", name, "--out", tmp_path / "run"
        )
        assert result.returncode == 2
        assert sentence in result.stderr
        assert result.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_the_reference_is_scored_both_ways(shared: Path):
    file = shared / "reference" / "PartScan_val.csv"
    document = json.loads(run("score", file, "--json").stdout)
    assert set(document) == {"compat", "corrected"}
    assert set(document["compat"]) == {"iou@k", "noc@q", "entries", "failures"}
    assert document["compat"]["iou@k"]["5"] == 69.63
    assert document["corrected"]["noc@q"]["90"] == 9.189
    table = run("score", file)
    assert "69.63" in table.stdout
    assert "67.07" in table.stdout
