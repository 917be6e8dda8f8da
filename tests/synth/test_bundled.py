"""The scan that comes with the package: small, labelled, with clicks that say what is true."""

import json
from importlib.resources import files

import numpy as np
import pytest

from pinpoint3d.synth import bundled

FOLDER = files("pinpoint3d") / "demo_data"
COLUMNS = np.dtype(
    [(axis, "<f4") for axis in "xyz"]
    + [(name, "u1") for name in ("red", "green", "blue", "object_id", "part_id")]
)


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    content = (FOLDER / "room.ply").read_bytes()
    end = content.index(b"end_header\n") + len(b"end_header\n")
    return np.frombuffer(content[end:], COLUMNS)


def test_the_file_is_small_and_has_the_points_it_promises(rows: np.ndarray):
    content = (FOLDER / "room.ply").read_bytes()
    assert len(content) < 3_000_000
    assert f"element vertex {len(rows)}\n".encode() in content[:400]
    assert 80_000 <= len(rows) <= 100_000


def test_it_is_what_its_maker_makes(rows: np.ndarray):
    scene, clicks = bundled.make()
    assert len(scene) == pytest.approx(len(rows), rel=0.01)
    assert scene.labels is not None
    for object_id in range(1, 7):
        made = (scene.labels.object == object_id).sum()
        assert made == pytest.approx((rows["object_id"] == object_id).sum(), rel=0.03)
    assert json.loads((FOLDER / "room.clicks.json").read_text())["names"] == clicks["names"]


def test_every_click_lies_on_the_part_that_it_names(rows: np.ndarray):
    written = json.loads((FOLDER / "room.clicks.json").read_text())
    for click in written["clicks"]:
        row = rows[click["point"]]
        assert (row["object_id"], row["part_id"]) == (click["object"], click["part"])


def test_every_part_has_a_name_one_click_and_enough_points(rows: np.ndarray):
    written = json.loads((FOLDER / "room.clicks.json").read_text())
    clicked = [f"{c['object']}.{c['part']}" for c in written["clicks"] if c["object"]]
    named = [label for label in written["names"] if "." in label]
    assert clicked == named
    pairs, counts = np.unique(rows[["object_id", "part_id"]], return_counts=True)
    present = [f"{o}.{p}" for o, p in pairs.tolist() if p]
    assert sorted(present) == sorted(named)
    assert counts[pairs["part_id"] > 0].min() >= 30
    assert len({label.split(".")[0] for label in named}) >= 5
