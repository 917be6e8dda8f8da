"""Fine-tuning on scans whose parts differ in nothing but what their user calls them by."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pinpoint3d import (
    Click,
    Masks,
    NearestSegmenter,
    ProjectError,
    Scene,
    Session,
    load,
    load_segmenter,
    save,
)
from pinpoint3d.errors import TrainingError
from pinpoint3d.metrics import entry_iou
from pinpoint3d.net.engine import NetSegmenter
from pinpoint3d.net.model import Config, Model
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.weights import Weights, read_weights, write_weights
from pinpoint3d.simulate import Clicker

pytestmark = pytest.mark.usefixtures("torch")

SMALL = Config(channels=(8, 12), token_width=12, node_width=8, width=16, n_rounds=1, fine_width=8)
SIDE = 0.3  # m, of a tile
PALETTE = np.array([[200, 60, 50], [50, 70, 190]])


def tiles(seed: int, n: int = 4) -> Scene:
    """Flat square tiles on a floor; part 1 of each is where it is red, part 2 where it is blue.

    Stripes run in another direction on each, so that nothing but colour tells the parts.
    """
    rng = np.random.default_rng(seed)
    u = np.stack(np.meshgrid(np.arange(0, SIDE, 0.012), np.arange(0, SIDE, 0.012)), -1)
    flat = u.reshape(-1, 2)
    pieces = [np.column_stack([flat / SIDE * 1.4 - 0.3, np.zeros(len(flat))])]
    colours, objects, parts = (
        [np.full((len(flat), 3), 120)],
        [np.zeros(len(flat))],
        [0 * flat[:, 0]],
    )
    for k in range(n):
        angle = rng.uniform(0, 2 * np.pi)
        across = (flat - SIDE / 2) @ [np.cos(angle), np.sin(angle)]
        blue = (np.floor(across / 0.1 + rng.uniform()) % 2).astype(int)
        corner = np.array([k % 2, k // 2]) * 0.45
        pieces.append(np.column_stack([flat + corner, np.full(len(flat), 0.1)]))
        colours.append(PALETTE[blue])
        objects.append(np.full(len(flat), k + 1))
        parts.append(blue + 1)
    xyz = np.concatenate(pieces) + rng.normal(0, 0.001, (sum(map(len, pieces)), 3))
    rgb = np.clip(np.concatenate(colours) + rng.normal(0, 6, xyz.shape), 0, 255)
    labels = Masks.of(
        np.concatenate(objects).astype(np.int32), np.concatenate(parts).astype(np.int32)
    )
    return Scene(xyz, rgb.astype(np.uint8), labels=labels, name=f"tiles {seed}")


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from pinpoint3d.cli import main; main()"]
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def iou(weights: Weights, scan: Scene) -> float:
    """Mean IoU of the parts of all tiles after one click a part."""
    encoded, labels = NetSegmenter(weights).encode(Scene(scan.xyz, scan.rgb)), scan.labels
    assert labels is not None
    found = []
    for k in range(1, int(labels.object.max()) + 1):
        mine = labels.object == k
        truth = Masks.of(np.where(mine, k, 0), np.where(mine, labels.part, 0))
        clicker = Clicker(scan, truth, [(k, 1), (k, 2)])
        found.append(entry_iou(encoded.segment(clicker.first_clicks()), truth, clicker.targets))
    return float(np.mean(found))


@pytest.fixture(scope="module")
def weights() -> Weights:
    """Of a network that has learned nothing."""
    parameters = initial(Model(SMALL).shapes(), np.random.default_rng(0))
    return Weights({"model": SMALL.as_dict()}, parameters)


def test_labels_of_one_scan_help_on_another_of_its_kind(weights: Weights) -> None:
    from pinpoint3d.train.finetune import finetune

    passed = []
    tuned = finetune(weights, [tiles(1)], steps=60, rate=5e-3, done=passed.append)
    assert sum(passed) == 60
    assert iou(tuned.weights, tiles(2)) > iou(weights, tiles(2)) + 0.1
    for name, values in weights.parameters.items():
        assert np.array_equal(values, tuned.weights.parameters[name]) != name.startswith("decoder.")


def test_of_three_scans_the_last_says_when_to_stop(weights: Weights) -> None:
    from pinpoint3d.train.finetune import finetune

    tuned = finetune(weights, [tiles(1, 2), tiles(2, 2), tiles(3)], steps=75, rate=5e-3)
    assert tuned.before is not None
    assert tuned.after is not None
    assert tuned.after > tuned.before
    assert tuned.weights.config["finetuned"] == {"scans": 2, "steps": tuned.steps}
    worse = finetune(weights, [tiles(1, 1), tiles(2, 1), tiles(3, 2)], steps=25, rate=0.0)
    assert worse.steps == 0  # nothing better was found, so the weights are those given
    for name, values in weights.parameters.items():
        assert np.array_equal(values, worse.weights.parameters[name])


def test_the_command_learns_from_saved_sessions_and_labelled_files(
    weights: Weights, tmp_path: Path
) -> None:
    scan, labelled = tiles(1, 1), tmp_path / "labelled.ply"
    save(Scene(scan.xyz, scan.rgb), None, tmp_path / "scan.ply")
    session = Session(NearestSegmenter().encode(load(tmp_path / "scan.ply")))
    assert scan.labels is not None
    for part in (1, 2):
        session.paint(scan.labels.part == part, object=1, part=part)
    session.save(tmp_path / "scan.pinpoint.json")
    save(scan, scan.labels, labelled)
    write_weights(tmp_path / "given.safetensors", weights)
    out = tmp_path / "tuned.safetensors"
    given = [tmp_path / "given.safetensors", tmp_path / "scan.pinpoint.json", labelled]
    result = run("finetune", *given, "-o", out, "--steps", 2)
    assert result.returncode == 0, result.stderr
    assert str(out) in result.stdout
    assert read_weights(out).config["finetuned"]["scans"] == 2
    assert load_segmenter(out).encode(scan).segment([Click(0, 1)]).object.any()


def test_scans_without_labels_and_changed_sessions_are_refused(tmp_path: Path) -> None:
    from pinpoint3d.train.finetune import labelled_scan

    scan = tiles(1, 1)
    save(Scene(scan.xyz, scan.rgb), None, tmp_path / "scan.ply")
    with pytest.raises(TrainingError, match=r"^scan\.ply: nothing in it is labelled; .*\.$"):
        labelled_scan(tmp_path / "scan.ply")
    session = Session(NearestSegmenter().encode(load(tmp_path / "scan.ply")))
    session.paint([0, 1], object=1)
    session.save(tmp_path / "scan.pinpoint.json")
    read = labelled_scan(tmp_path / "scan.pinpoint.json").labels
    assert read is not None
    assert read.object.sum() == 2
    [labels] = tmp_path.glob("*.npz")
    labels.write_bytes(labels.read_bytes()[:-9])
    with pytest.raises(ProjectError, match=r"^scan\.pinpoint\.json: its labels .*\.$"):
        labelled_scan(tmp_path / "scan.pinpoint.json")


def test_objects_of_a_few_points_are_nothing_to_learn_from(weights: Weights) -> None:
    from pinpoint3d.train.finetune import finetune

    scan = tiles(1, 1)
    few = Masks.of((np.arange(len(scan)) < 5).astype(np.int32))
    with pytest.raises(TrainingError, match="large enough"):
        finetune(weights, [Scene(scan.xyz, scan.rgb, labels=few)], steps=1)
