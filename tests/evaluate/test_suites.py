import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pinpoint3d import Masks, Scene, save
from pinpoint3d.errors import FileAccessError, FileFormatError, SynthesisError
from pinpoint3d.evaluate.frozen import (
    PLANS,
    Frozen,
    MadeScans,
    checksum,
    draw_entries,
    freeze,
    frozen_suites,
    main,
    read_frozen,
    write_frozen,
)
from pinpoint3d.evaluate.suites import open_suite
from pinpoint3d.synth.catalogue import subset_of
from pinpoint3d.synth.imported.store import read_store, write_store
from pinpoint3d.synth.shapes import cabinet, mug

PLAN = replace(PLANS["objects-made"], count=3)


@pytest.fixture(scope="module")
def frozen() -> Frozen:
    """Three single objects."""
    return freeze(PLAN)


@pytest.fixture
def toml(frozen: Frozen, tmp_path: Path) -> Path:
    path = tmp_path / "objects.toml"
    write_frozen(frozen, path)
    return path


def test_a_frozen_suite_comes_back_from_its_file(frozen: Frozen, toml: Path):
    assert read_frozen(toml) == frozen


def test_freezing_is_the_same_for_any_number_of_workers(frozen: Frozen):
    assert freeze(PLAN, workers=2) == frozen


def test_entries_ask_for_parts_that_are_there_and_large_enough(toml: Path):
    suite = open_suite(str(toml))
    assert suite.questions
    for question in suite.questions:
        truth = suite.truth(question)
        assert 2 <= len(question.targets) <= 14
        for object_id, part_id in question.targets:
            assert ((truth.object == object_id) & (truth.part == part_id)).sum() >= 30
        assert question.category
        assert len(suite.scenes.scene(question.scene)) == len(truth)


def test_a_suite_shows_only_what_training_never_does(frozen: Frozen):
    a_mug = mug.make(np.random.default_rng(0))
    for index in range(3):
        for shown in frozen.sample(index, None).objects:
            assert subset_of(replace(a_mug, kind=shown.kind, style=shown.style)) == "val"


def test_a_changed_generator_is_noticed_with_a_sentence(frozen: Frozen):
    changed = replace(frozen.scans[0], sha256="0" * 64)
    scans = MadeScans(replace(frozen, scans=(changed, *frozen.scans[1:])))
    scans.scene("1")
    with pytest.raises(SynthesisError, match=r"scan 0 comes out otherwise .* freeze a new"):
        scans.scene("0")


def test_the_hash_is_over_every_array(frozen: Frozen):
    sample = frozen.sample(0, None)
    scene, labels = sample.scene, sample.scene.labels
    assert labels is not None
    assert scene.rgb is not None
    moved, painted = scene.xyz.copy(), scene.rgb.copy()
    moved[3, 1] += 1e-4
    painted[3, 1] ^= 1
    relabelled = labels.part.copy()
    relabelled[labels.object > 0] += 1
    others = [
        Scene(moved, scene.rgb, labels=labels),
        Scene(scene.xyz, painted, labels=labels),
        Scene(scene.xyz, scene.rgb, labels=Masks.of(labels.object, relabelled)),
    ]
    hashes = {checksum(replace(sample, scene=other)) for other in others} | {checksum(sample)}
    assert len(hashes) == 4
    assert checksum(sample) == frozen.scans[0].sha256


def test_objects_of_a_scan_are_drawn_up_to_the_number_wanted():
    plan = replace(PLANS["rooms-made"], count=1, entries_a_scan=2)
    sample = plan.sample(0, None)
    two = [entry.object for entry, _ in draw_entries(sample, plan, 0)]
    assert len(two) == len(set(two)) == 2
    assert two == sorted(two)
    assert draw_entries(sample, plan, 0) == draw_entries(sample, plan, 0)


def test_settings_make_other_questions_of_the_same_entries(toml: Path):
    parts = open_suite(str(toml))
    whole = open_suite(str(toml), setting="object")
    single = open_suite(str(toml), setting="single-part", seed=1)
    assert [q.name for q in parts.questions] == [q.name for q in whole.questions]
    assert all(len(q.targets) == 1 for q in (*whole.questions, *single.questions))
    assert (parts.clicks_a_target, whole.clicks_a_target) == (10, 20)
    assert not whole.truth(whole.questions[0]).part.any()


def test_the_first_scenes_are_a_suite_of_their_own(toml: Path):
    suite = open_suite(str(toml))
    first = suite.first(1)
    assert {q.scene for q in first.questions} == {suite.questions[0].scene}
    assert first.version != suite.version


def test_suites_can_be_sent_to_other_processes(toml: Path):
    suite = open_suite(str(toml))
    assert pickle.loads(pickle.dumps(suite)) == suite  # noqa: S301  what we made ourselves


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A mug and a cabinet for validation, and another mug for training."""
    made = [family.make(np.random.default_rng(k)) for k, family in enumerate((mug, cabinet, mug))]
    path = tmp_path / "objects.store"
    write_store([replace(made[0], subset="val"), replace(made[1], subset="val"), made[2]], path)
    return path


def test_a_suite_of_imported_objects_shows_each_of_them_once(store: Path, tmp_path: Path):
    plan = replace(PLANS["objects-val"], count=2)
    path = tmp_path / "imported.toml"
    write_frozen(freeze(plan, store=str(store)), path)
    suite = open_suite(str(path), store=store)
    assert [q.category for q in suite.questions] == ["mug", "cabinet"]
    assert all(len(suite.truth(q)) for q in suite.questions)


def test_the_store_of_a_suite_is_checked_before_anything_runs(
    frozen: Frozen, toml: Path, store: Path, tmp_path: Path
):
    with pytest.raises(FileAccessError, match="leave out --store"):
        open_suite(str(toml), store=store)
    path = tmp_path / "imported.toml"
    write_frozen(replace(frozen, imported="mixed", imported_sha256="ab" * 32), path)
    assert read_frozen(path).imported_sha256 == "ab" * 32
    with pytest.raises(FileAccessError, match=r"synth import FOLDER -o FILE, then give --store"):
        open_suite(str(path))
    with pytest.raises(FileAccessError, match="holds other objects for validation"):
        open_suite(str(path), store=store)


def test_only_the_objects_for_validation_decide_about_a_store(store: Path, tmp_path: Path):
    plan = replace(PLANS["objects-val"], count=1)
    path = tmp_path / "imported.toml"
    write_frozen(freeze(plan, store=str(store)), path)
    other = tmp_path / "other.store"
    write_store(read_store(store, subset="val"), other)
    assert open_suite(str(path), store=other).questions


def test_a_suite_is_frozen_with_the_store_that_it_shows(store: Path):
    with pytest.raises(FileAccessError, match=r"give a store \(--store FILE\)"):
        freeze(replace(PLANS["objects-val"], count=1))
    with pytest.raises(FileAccessError, match="give no store"):
        freeze(PLAN, store=str(store))
    with pytest.raises(FileAccessError, match="holds 2 objects for validation"):
        freeze(replace(PLANS["objects-val"], count=3), store=str(store))


@pytest.mark.parametrize(
    "text",
    ["", "x", "name = 3", "name = 'a'\nscans = 3", "scans = []", "name = 'a'\nscans = [{}]"],
)
def test_a_damaged_file_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(FileFormatError):
        read_frozen(path)


def test_a_suite_cut_short_is_refused(frozen: Frozen, tmp_path: Path):
    path = tmp_path / "short.toml"
    write_frozen(replace(frozen, scans=frozen.scans[:1]), path)
    with pytest.raises(FileFormatError, match="1 of 3 scans"):
        read_frozen(path)


def test_freezing_by_command_writes_the_file(tmp_path: Path, frozen: Frozen):
    path = tmp_path / "new.toml"
    main(["objects-made", "--count", "3", "--workers", "1", "--version", "7", "--out", str(path)])
    assert read_frozen(path) == replace(frozen, version=7)
    with pytest.raises(FileAccessError, match="no such folder"):
        main(["objects-made", "--out", str(tmp_path / "none" / "new.toml")])


@pytest.mark.parametrize("name", ["objects-made", "rooms-made"])
def test_the_suites_of_made_scans_can_be_opened_by_their_names(name: str):
    suite = open_suite(name)
    assert suite.name == name
    assert len(suite.questions) >= 60


@pytest.mark.parametrize("name", ["objects-val", "rooms-val"])
def test_the_suites_with_imported_objects_say_how_to_get_them(name: str):
    with pytest.raises(FileAccessError, match=f"synth import .* {name[:-4]}-made needs none"):
        open_suite(name)
    assert sum(len(scan.entries) for scan in read_frozen(frozen_suites()[name]).scans) >= 80


def test_what_is_frozen_was_planned():
    for name, path in frozen_suites().items():
        assert replace(read_frozen(path), scans=(), imported_sha256=None) == PLANS[name]


def test_suites_that_lie_in_a_folder_ask_for_it():
    with pytest.raises(FileAccessError, match="name it after the suite"):
        open_suite("osd")
    with pytest.raises(FileAccessError, match="no suite 'nonsense'; use one of"):
        open_suite("nonsense")


def labelled_scan(path: Path, label: list[int]) -> None:
    x = np.arange(len(label), dtype=np.float32) / 100
    xyz = np.stack([x, x, x], axis=1)
    header = "\n".join([
        "VERSION .7", "FIELDS label x y z rgba", "SIZE 4 4 4 4 4", "TYPE U F F F U",
        "COUNT 1 1 1 1 1", f"WIDTH {len(label)}", "HEIGHT 1", "VIEWPOINT 0 0 0 1 0 0 0",
        f"POINTS {len(label)}", "DATA ascii", "",
    ])  # fmt: skip
    rows = [f"{k} {x:.4f} {y:.4f} {z:.4f} 255" for k, (x, y, z) in zip(label, xyz, strict=True)]
    path.write_text(header + "\n".join(rows) + "\n")


def test_osd_merges_the_pieces_of_objects_and_takes_the_table_for_background(tmp_path: Path):
    labelled_scan(tmp_path / "test2.pcd", [1, 2, 20, 21, 30, 0])
    labelled_scan(tmp_path / "test1.pcd", [1, 1, 20, 20])
    suite = open_suite("osd", tmp_path)
    assert [q.name for q in suite.questions] == ["test1", "test2"]
    assert suite.questions[1].targets == ((1, 0), (2, 0))
    assert suite.clicks_a_target == 20
    assert suite.truth(suite.questions[1]).object.tolist() == [0, 0, 1, 1, 2, 0]
    labelled_scan(tmp_path / "test1.pcd", [1, 1, 20, 1])
    assert open_suite("osd", tmp_path).version != suite.version


def test_osd_without_scans_or_labels_is_refused(tmp_path: Path):
    with pytest.raises(FileAccessError, match="holds no scans"):
        open_suite("osd", tmp_path)
    with pytest.raises(FileAccessError, match="no such folder"):
        open_suite("osd", tmp_path / "none")
    save(Scene([[0.0, 0, 0]]), None, tmp_path / "bare.pcd")
    with pytest.raises(FileFormatError, match="no label"):
        open_suite("osd", tmp_path)
    (tmp_path / "bare.pcd").unlink()
    (tmp_path / "packed.scan.npz").write_bytes(b"PK")
    with pytest.raises(FileAccessError, match=r"unpack\.py"):
        open_suite("osd", tmp_path)


def test_the_real_scans_are_23_with_their_objects(shared: Path):
    suite = open_suite("osd", shared / "data" / "scans_osd")
    assert len(suite.questions) == 23
    by_name = {q.name: q for q in suite.questions}
    assert len(by_name["learn0"].targets) == 2
    for name in ("learn0", "learn33"):  # packed, and as published
        scene = suite.scenes.scene(name)
        assert scene.up.tolist() == [0, -1, 0]
        assert scene.rgb is not None
    assert len(by_name["learn33"].targets) == 5


def test_a_research_set_is_a_suite_in_the_order_of_its_scenes(tmp_path: Path):
    xyz = np.arange(12, dtype=np.float32).reshape(4, 3)
    (tmp_path / "PartScan").mkdir()
    label = np.array([101, 102, 102, -1], np.int32)
    for scene in ("scene0000_00", "scene0001_00"):
        save(Scene(xyz, fields={"label": label}), None, tmp_path / "PartScan" / f"{scene}.ply")
    (tmp_path / "val_list.json").write_text(
        '{"scene0000_00_obj_1_1": {"obj": {"1": 101}},'
        ' "scene0001_00_obj_1_1": {"obj": {"1": 101, "2": 102}},'
        ' "scene0000_00_obj_2_1": {"obj": {"1": 102}}}'
    )
    suite = open_suite("partscan", tmp_path)
    assert [q.scene for q in suite.questions] == ["scene0000_00"] * 2 + ["scene0001_00"]
    assert suite.questions[2].targets == ((1, 1), (1, 2))
    assert (suite.setting, suite.clicks_a_target) == ("all-part", 10)
    assert suite.scenes.unlabelled("scene0000_00").tolist() == [False, False, False, True]
    assert suite.truth(suite.questions[0]).part.tolist() == [1, 2, 2, 0]
    assert pickle.loads(pickle.dumps(suite)).questions == suite.questions  # noqa: S301  our own
