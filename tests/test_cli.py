import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pinpoint3d import (
    Click,
    Scene,
    bundled_scan,
    load,
    load_segmenter,
    open_session,
    save,
)
from pinpoint3d.files.clicks import write_clicks


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from pinpoint3d.cli import main; main()"]
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=300
    )


@pytest.fixture(scope="module")
def work(two_boxes: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with scan.ply (two boxes, with truth) and clicks.json (one on each)."""
    folder = tmp_path_factory.mktemp("work")
    save(two_boxes, two_boxes.labels, folder / "scan.ply")
    clicks = [
        Click(_row(two_boxes, (-0.15, 0, 0.2)), object=1),
        Click(position=(0.15, 0.001, 0.2), object=2, part=1),
    ]
    write_clicks(folder / "clicks.json", clicks, {"1": "red box", "2": "blue box", "2.1": "lid"})
    return folder


def _row(scene: Scene, place: tuple[float, float, float]) -> int:
    return int(np.linalg.norm(scene.xyz - place, axis=1).argmin())


def test_segment_writes_the_masks_that_the_api_gives(work: Path) -> None:
    result = run(
        "segment", work / "scan.ply", "--clicks", work / "clicks.json", "-o", work / "a.ply"
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert "blue box" in result.stdout
    scene = load(work / "scan.ply")
    clicks = [
        Click(_row(scene, (-0.15, 0, 0.2)), 1),
        Click(None, 2, 1, position=(0.15, 0.001, 0.2)),
    ]
    masks = load_segmenter().encode(scene).segment(clicks)
    labels = load(work / "a.ply").labels
    assert labels is not None
    assert (labels.object == masks.object).all()
    assert (labels.part == masks.part).all()
    assert (labels.confidence == masks.confidence).all()


def test_segment_speaks_json_and_writes_picture_and_session(work: Path) -> None:
    result = run(
        "segment", work / "scan.ply", "--clicks", work / "clicks.json", "-o", work / "b.npz.ply",
        "--picture", work / "b.png", "--save-session", work / "b.pinpoint.json", "--json",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["points"] == len(load(work / "scan.ply"))
    whole = {t["name"]: t for t in document["targets"]}
    assert whole["red box"]["iou"] > 0.9
    assert max(document["snap_distances_m"]) < 0.01
    assert (work / "b.png").read_bytes().startswith(b"\x89PNG")
    assert open_session(work / "b.pinpoint.json").names["1"] == "red box"


def test_info_reports_what_was_found_and_assumed(work: Path) -> None:
    plain = run("info", work / "scan.ply")
    assert "+z (guessed)" in plain.stdout
    document = json.loads(run("info", work / "scan.ply", "--up", "+y", "--json").stdout)
    assert document["up"] == "+y"
    assert document["up_from"] == "given"
    assert document["labels"] == {"objects": 2, "parts": 0}


def test_convert_changes_the_format_and_keeps_the_labels(work: Path) -> None:
    assert run("convert", work / "scan.ply", work / "scan.pcd").returncode == 0
    before, after = load(work / "scan.ply"), load(work / "scan.pcd")
    assert (before.xyz == after.xyz).all()
    assert before.labels is not None
    assert after.labels is not None
    assert (before.labels.object == after.labels.object).all()


def test_the_demo_segments_the_bundled_scan(tmp_path: Path) -> None:
    result = run("demo", "--out", tmp_path / "here" / "demo", "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    objects = [t["iou"] for t in document["targets"] if t["part"] is None]
    assert len(objects) == 6
    assert np.mean(objects) > 0.9
    for path in document["written"].values():
        assert Path(path).stat().st_size > 0
    assert len(load(document["written"]["labelled scan"])) == len(load(bundled_scan()))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["info", "missing.ply"], "no such file"),
        (["info", "."], "folder"),
        (["info", "empty.ply"], "empty"),
        (["info", "noise.ply"], "noise.ply"),
        (["info", "short.ply"], "ends after"),
        (["info", "nan.ply"], "finite"),
        (["info", "letter.docx"], "no known kind"),
        (["info", "scan.ply", "--units", "inch"], "units"),
        (["info", "scan.ply", "--up", "north"], "up"),
        (["segment", "scan.ply", "--clicks", "missing.json", "-o", "o.ply"], "no such file"),
        (["segment", "scan.ply", "--clicks", "outside.json", "-o", "o.ply"], "click 1"),
        (["segment", "scan.ply", "--clicks", "text.json", "-o", "o.ply"], "JSON"),
        (["segment", "scan.ply", "--clicks", "clicks.json", "-o", "scan.ply"], "input"),
        (["segment", "scan.ply", "--clicks", "clicks.json", "-o", "no/o.ply"], "folder"),
        (["segment", "scan.ply", "--clicks", "clicks.json", "-o", "o.bmp"], "cannot write"),
        (
            [
                "segment",
                "scan.ply",
                "--clicks",
                "clicks.json",
                "-o",
                "o.ply",
                "--segmenter",
                "magic",
            ],
            "no segmenter",
        ),
        (["convert", "scan.ply", "scan.ply"], "input"),
        (["convert", "scan.ply", "a" * 300 + ".ply"], "cannot be written"),
        (
            ["segment", "scan.ply", "--clicks", "clicks.json", "-o", "o.ply", "--picture", "o.jpg"],
            "PNG",
        ),
    ],
)
def test_what_is_refused_gets_one_sentence_and_exit_code_2(
    work: Path, arguments: list[str], says: str
) -> None:
    scan = (work / "scan.ply").read_bytes()
    (work / "empty.ply").write_bytes(b"")
    (work / "noise.ply").write_bytes(b"ply\n" + bytes(range(256)))
    (work / "short.ply").write_bytes(scan[:-1000])
    (work / "letter.docx").write_bytes(b"Dear all")
    nan = (
        b"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\n"
        b"property float z\nend_header\nnan nan nan\n"
    )
    (work / "nan.ply").write_bytes(nan)
    (work / "outside.json").write_text('[{"point": 999999999, "object": 1}]')
    (work / "text.json").write_text("click here")
    result = run(*arguments, cwd=work)
    assert result.returncode == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert (work / "scan.ply").read_bytes() == scan
    assert not (work / "o.ply").exists()


def test_strange_names_are_only_names(work: Path) -> None:
    name = "scan \N{GRINNING FACE}\n[bold] %s.ply"
    (work / name).write_bytes((work / "scan.ply").read_bytes())
    result = run("info", work / name)
    assert result.returncode == 0, result.stderr


def test_a_full_disk_and_a_closed_output_are_told_in_a_sentence(work: Path) -> None:
    command = "from pinpoint3d.cli import main; main()"
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-c", command, "info", str(work / "scan.ply")],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize("key", ["chair", "1.a", "", "0", "-1", "1.2.3", "2147483648"])
def test_names_that_name_no_id_are_refused_before_anything_is_written(work: Path, key: str) -> None:
    document = {"schema": "pinpoint3d.clicks", "version": [1, 0], "clicks": [{"point": 1}]}
    (work / "names.json").write_text(json.dumps(document | {"names": {key: "x"}}))
    result = run("segment", "scan.ply", "--clicks", "names.json", "-o", "named.ply", cwd=work)
    assert result.returncode == 2
    assert "names" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (work / "named.ply").exists()
