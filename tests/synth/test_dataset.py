"""Data sets: the same bytes whoever makes them, resumed after a stop, read back as made."""

import json
import os
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from pinpoint3d import FileFormatError, SynthesisError, load
from pinpoint3d.synth import dataset as dataset_module
from pinpoint3d.synth.catalogue import Catalogue, Subset, catalogue_of, subset_of
from pinpoint3d.synth.dataset import Dataset, Recipe, build, make_sample
from pinpoint3d.synth.executors import run_jobs
from pinpoint3d.synth.inspection import contact_sheet, statistics
from pinpoint3d.synth.partscan import export_partscan
from pinpoint3d.synth.shapes import mug
from pinpoint3d.synth.shards import STEPS

RECIPE = Recipe(seed=5, count=3, kinds={"table": 0.5, "frame": 0.5})


@pytest.fixture(scope="module", autouse=True)
def two_samples_a_shard():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dataset_module, "PER_SHARD", 2)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return build(RECIPE, tmp_path_factory.mktemp("set"), executor="local")


def test_samples_come_back_as_they_were_made(made: Dataset) -> None:
    assert len(made) == 3
    for index in range(len(made)):
        fresh, stored = make_sample(RECIPE, index), made[index]
        extent = np.nanmax(fresh.scene.xyz, axis=0) - np.nanmin(fresh.scene.xyz, axis=0)
        off = np.abs(fresh.scene.xyz - stored.scene.xyz)
        assert np.nanmax(off) <= extent.max() / STEPS
        assert (fresh.scene.valid == stored.scene.valid).all()
        assert fresh.scene.labels is not None
        assert stored.scene.labels is not None
        assert (fresh.scene.labels.object == stored.scene.labels.object).all()
        assert (fresh.scene.labels.part == stored.scene.labels.part).all()
        assert fresh.scene.rgb is not None
        assert stored.scene.rgb is not None
        assert np.array_equal(fresh.scene.rgb, stored.scene.rgb)
        assert fresh.scene.up == pytest.approx(stored.scene.up)
        assert fresh.objects == stored.objects
        assert (fresh.kind, fresh.device) == (stored.kind, stored.device)


def test_an_interrupted_set_is_finished_with_the_same_bytes(made: Dataset, tmp_path: Path) -> None:
    there = tmp_path / "set"
    shutil.copytree(made.folder, there)
    (there / "manifest.json").unlink()
    (there / "shard-00001.safetensors").unlink()
    first = there / "shard-00000.safetensors"
    before = first.stat().st_mtime_ns
    counted = []
    build(RECIPE, there, executor="local", done=counted.append)
    assert counted == [2, 1]
    assert first.stat().st_mtime_ns == before
    for path in made.folder.iterdir():
        assert (there / path.name).read_bytes() == path.read_bytes()


def test_a_cut_shard_is_made_again_and_a_changed_one_is_noticed(
    made: Dataset, tmp_path: Path
) -> None:
    there = tmp_path / "set"
    shutil.copytree(made.folder, there)
    shard = there / "shard-00001.safetensors"
    whole = shard.read_bytes()
    shard.write_bytes(whole[:-9])
    with pytest.raises(FileFormatError, match="changed"):
        Dataset(there).verify()
    with pytest.raises(FileFormatError, match="damaged"):
        Dataset(there)[2]
    build(RECIPE, there, executor="local").verify()
    assert shard.read_bytes() == whole


def test_another_recipe_does_not_touch_a_set(made: Dataset) -> None:
    before = {path.name: path.read_bytes() for path in made.folder.iterdir()}
    with pytest.raises(SynthesisError, match="another recipe"):
        build(Recipe(seed=6, count=3), made.folder, executor="local")
    assert {path.name: path.read_bytes() for path in made.folder.iterdir()} == before


def test_a_folder_without_a_set_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": "something else"}))
    with pytest.raises(FileFormatError, match="no data set"):
        Dataset(tmp_path)


def test_every_tenth_sample_is_for_validation_and_shows_nothing_of_training() -> None:
    recipe = Recipe(seed=1, count=20)
    sides = [recipe.subset_of(i) for i in range(20)]
    assert sides.count("val") == 2
    kinds: dict[Literal["train", "val"], set[tuple[str, str]]] = {"train": set(), "val": set()}
    for side, seen in kinds.items():
        rng = np.random.default_rng(2)
        for _ in range(15):
            asset = Catalogue(side).pick_any(rng)
            assert subset_of(asset) == side
            seen.add((asset.kind, asset.style))
    assert not kinds["train"] & kinds["val"]


def test_training_gets_no_imported_object_that_is_kept_back() -> None:
    a_mug = mug.make(np.random.default_rng(0))
    imported = [
        replace(a_mug, kind=kind, subset=subset)
        for kind in ("cup", "toaster", "speaker", "washer")
        for subset in ("train", "val")
    ]
    expected: dict[Subset, set[str]] = {
        "train": {"cup"},
        "val": {"cup", "toaster", "speaker", "washer"},
    }
    for side, kinds in expected.items():
        shown = catalogue_of(imported, side).imported.values()
        found = [a for by_kind in shown for assets in by_kind.values() for a in assets]
        assert {asset.kind for asset in found} == kinds
        assert {asset.subset for asset in found} == {side}


def test_statistics_and_sheet_show_what_is_there(made: Dataset) -> None:
    samples = [made[i] for i in range(len(made))]
    summary = statistics(samples).summary()
    assert summary["samples"] == 3
    labels = [s.scene.labels for s in samples]
    objects = sum(len(np.unique(m.object[m.object > 0])) for m in labels if m is not None)
    assert summary["objects_a_sample"] == pytest.approx(objects / 3, abs=0.06)
    sheet = contact_sheet(samples)
    assert sheet.shape == (270, 3 * 720, 3)
    assert len(np.unique(sheet.reshape(-1, 3), axis=0)) > 100


def test_partscan_folders_hold_labels_and_lists(made: Dataset, tmp_path: Path) -> None:
    sides: tuple[Literal["train", "val"], ...] = ("train", "val", "val")
    counts = export_partscan(
        ((i, side, made[i]) for i, side in enumerate(sides)), tmp_path / "partscan"
    )
    assert counts["train_list.json"] == 1
    entries = json.loads((tmp_path / "partscan" / "val_list.json").read_text())
    assert len(entries) == counts["val_list.json"] > 0
    some = json.loads((tmp_path / "partscan" / "val_list_random.json").read_text())
    assert some.keys() == entries.keys()
    for name, entry in some.items():
        assert set(entry["obj"].values()) <= set(entries[name]["obj"].values())
        assert entry["obj"]
    for name, entry in entries.items():
        scene, _, object_id = name.partition("_obj_1_")
        label = load(tmp_path / "partscan" / f"{scene}.ply").fields["label"]
        assert len(entry["obj"]) >= 2
        for value in entry["obj"].values():
            assert value // 100 == int(object_id)
            assert (label == value).sum() >= 15


def _pid_but_die_once(job: int) -> int:
    marker = Path(os.environ["PINPOINT3D_TEST_MARKER"])
    if job == 2 and not marker.exists():
        marker.touch()
        os._exit(1)
    return job * job


def test_a_worker_that_dies_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINPOINT3D_TEST_MARKER", str(tmp_path / "died"))
    results = dict(run_jobs(_pid_but_die_once, range(5), "processes", workers=2))
    assert (tmp_path / "died").exists()
    assert results == {job: job * job for job in range(5)}


def test_a_ray_cluster_does_the_same_jobs() -> None:
    ray = pytest.importorskip("ray", reason="needs pinpoint3d[ray]")
    try:
        assert dict(run_jobs(partial(pow, 2), range(4), "ray")) == {0: 1, 1: 2, 2: 4, 3: 8}
    finally:
        ray.shutdown()
