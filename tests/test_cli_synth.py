import json
import subprocess
import sys
from pathlib import Path


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from pinpoint3d.cli import main; main()", "synth"]
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, timeout=600
    )


def test_objects_are_made_described_and_inspected(tmp_path: Path) -> None:
    out = tmp_path / "set"
    result = run("objects", "-n", 2, "--seed", 4, "--out", out, "--executor", "local", "--partscan")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert (out / "sheet.png").read_bytes().startswith(b"\x89PNG")
    assert len(list((out / "partscan").glob("*.ply"))) == 2
    again = run("inspect", out, "--json")
    document = json.loads(again.stdout)
    assert document["samples"] == 2
    assert document["by_kind"] == {"single": 2}


def test_a_set_of_another_recipe_is_refused_with_one_sentence(tmp_path: Path) -> None:
    out = tmp_path / "set"
    out.mkdir()
    (out / "manifest.json").write_text('{"fingerprint": "of another"}')
    result = run("rooms", "-n", 1, "--out", out, "--executor", "local")
    assert result.returncode == 2
    assert "another recipe" in result.stderr
    assert result.stderr.count("\n") == 1


def test_what_is_no_set_is_refused(tmp_path: Path) -> None:
    result = run("inspect", tmp_path)
    assert result.returncode == 2
    assert "no such file" in result.stderr


def test_objects_are_put_into_a_scan_and_found_to_have_parts(tmp_path: Path) -> None:
    from pinpoint3d import bundled_scan, load, save
    from pinpoint3d.types import Masks

    whole = load(bundled_scan())
    assert whole.labels is not None
    save(whole, Masks.of(whole.labels.object), tmp_path / "objects.ply")
    pseudo = run("pseudo", tmp_path / "objects.ply", "-o", tmp_path / "parts.ply", "--json")
    assert pseudo.returncode == 0, pseudo.stderr
    labels = load(tmp_path / "parts.ply").labels
    assert labels is not None
    assert (labels.object == whole.labels.object).all()
    assert labels.part.max() > 0
    assert set(json.loads(pseudo.stdout)["quality"]) <= {str(k) for k in range(1, 7)}

    put = run("insert", bundled_scan(), "-o", tmp_path / "more.ply", "--objects", 2, "--json")
    assert put.returncode == 0, put.stderr
    more = load(tmp_path / "more.ply").labels
    assert more is not None
    named = [o["object"] for o in json.loads(put.stdout)["objects"]]
    assert more.object.max() == max(named) > 6
