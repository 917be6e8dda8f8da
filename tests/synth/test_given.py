"""Data sets that put objects into given scans: which scans, which objects, the same every time."""

from pathlib import Path

import numpy as np
import pytest

from pinpoint3d import FileAccessError, Scene, SynthesisError, save
from pinpoint3d.synth.catalogue import HELD_OUT, Catalogue
from pinpoint3d.synth.dataset import Recipe, build, make_sample
from pinpoint3d.synth.given import scans_of, with_objects
from pinpoint3d.synth.insert import GIVEN

NAMES = ("a", "b", "c", "d", "e", "f", "g", "h")


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight scans of one empty floor, 6 x 6 m, 3 cm between points, without colours."""
    folder = tmp_path_factory.mktemp("scans")
    x, y = (g.ravel() for g in np.meshgrid(np.arange(0, 6, 0.03), np.arange(0, 6, 0.03)))
    height = np.random.default_rng(0).normal(0, 0.002, len(x))
    floor = Scene(np.stack([x, y, height], axis=1).astype(np.float32), up=np.array([0, 0, 1.0]))
    for name in NAMES:
        save(floor, None, folder / f"{name}.ply")
    return folder


def test_each_scan_is_on_one_side_of_the_split(scans: Path) -> None:
    train, val, both = (scans_of(scans, side) for side in ("train", "val", "any"))
    assert set(train) | set(val) == set(both)
    assert not set(train) & set(val)
    assert train
    assert val
    assert len(both) == len(NAMES)


def test_a_piece_of_a_scan_gets_objects_of_its_side(scans: Path) -> None:
    sample = with_objects(scans, "train", Catalogue("train"), np.random.default_rng(1))
    labels = sample.scene.labels
    assert labels is not None
    assert sample.objects
    assert not {known.kind for known in sample.objects} & (HELD_OUT | {GIVEN})
    assert all(known.parts for known in sample.objects)
    assert labels.part.max() > 0
    assert np.ptp(sample.scene.xyz[labels.object == 0], axis=0)[:2].max() <= 6.0
    assert sample.scene.rgb is not None


def test_sets_mix_them_in_and_come_out_the_same(scans: Path, tmp_path: Path) -> None:
    recipe = Recipe(2, 2, {"insert": 1.0}, "train", scans=str(scans))
    made = build(recipe, tmp_path / "set", executor="local")
    again = make_sample(recipe, 1)
    assert [known.kind for known in made[1].objects] == [known.kind for known in again.objects]
    assert len(made[1].scene) == len(again.scene)


def test_what_is_missing_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SynthesisError, match="name a folder of scans"):
        Recipe(1, 1, {"insert": 1.0})
    with pytest.raises(FileAccessError, match="no folder of scans"):
        scans_of(tmp_path / "none", "any")
    with pytest.raises(SynthesisError, match="none of its 0 scans is for val"):
        scans_of(tmp_path, "val")


def test_scans_with_nothing_to_stand_on_are_refused(tmp_path: Path) -> None:
    ball = np.random.default_rng(0).normal(0, 1, (5000, 3))
    ball /= np.linalg.norm(ball, axis=1, keepdims=True)
    save(Scene(ball.astype(np.float32)), None, tmp_path / "ball.ply")
    with pytest.raises(SynthesisError, match="no place was found"):
        with_objects(tmp_path, "any", Catalogue(), np.random.default_rng(0))
