"""Training from the data set to the weights, on a set of a few samples."""

import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from pinpoint3d import FileFormatError, load_segmenter
from pinpoint3d.net.model import Config
from pinpoint3d.net.view import View
from pinpoint3d.net.weights import read_weights
from pinpoint3d.synth.dataset import Recipe, build
from pinpoint3d.train.crops import Crop, CropFile, is_clear, recoloured, rescaled, turned
from pinpoint3d.train.lessons import draw_lesson, lesson_on, masks_of
from pinpoint3d.train.prepare import crop_file, crop_files, prepare

TINY = Config(channels=(8, 8), token_width=8, node_width=8, width=8, n_rounds=1, fine_width=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten single objects, the last for validation, and their crops."""
    folder = tmp_path_factory.mktemp("set")
    build(Recipe(3, 10, {"single": 1.0}), folder, executor="local")
    prepare(folder, executor="local")
    return folder


@pytest.fixture(scope="module")
def crop(folder: Path) -> Crop:
    return max((c for f in crop_files([folder], "train") for c in CropFile(f)), key=_n_parts)


def _n_parts(crop: Crop) -> int:
    return len(np.unique(crop.part))


def test_crops_are_made_once_and_come_back_as_they_were(folder: Path, crop: Crop) -> None:
    known = {f: f.stat().st_mtime_ns for f in crop_files([folder], "train")}
    crop_file(folder, 0).unlink()
    prepare(folder, executor="local")
    changed = [f for f, time in known.items() if f.stat().st_mtime_ns != time]
    assert changed == ([crop_file(folder, 0)] if crop_file(folder, 0) in known else [])
    assert (crop.label[crop.part > 0] == 1).all()
    assert (np.sort(crop.view.order) == np.arange(crop.view.n_superpoints)).all()
    assert (crop.levels[-1] == np.arange(crop.levels.shape[1])).all()


def test_objects_whose_parts_nobody_could_tell_apart_are_not_learned(
    folder: Path, crop: Crop
) -> None:
    assert all(is_clear(c) for f in crop_files([folder], "train") for c in CropFile(f))
    mine = np.flatnonzero(crop.label == 1)
    few = crop.label.copy()
    few[mine[100:]] = 0
    assert not is_clear(replace(crop, label=few))
    many = crop.part.copy()
    many[mine] = 1 + np.arange(len(mine)) // 20  # of 20 nodes each
    assert not is_clear(replace(crop, part=many))


def test_a_damaged_file_of_crops_gets_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "000000.safetensors"
    path.write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00{}      ")
    with pytest.raises(FileFormatError, match="damaged"):
        CropFile(path)


def test_turning_and_scaling_keep_what_belongs_together(crop: Crop) -> None:
    rng = np.random.default_rng(4)
    other = turned(crop, rng)
    for name, values in (("label", other.label), ("part", other.part)):
        assert sorted(values.tolist()) == sorted(getattr(crop, name).tolist())
    cells = other.view.cell.astype(np.int64)
    keys = (cells[:, 0] << 40) + (cells[:, 1] << 20) + cells[:, 2]
    assert (np.diff(keys) > 0).all()
    step = np.linalg.norm(other.view.xyz - other.view.xyz[other.view.neighbour[:, 0]], axis=1)
    before = np.linalg.norm(crop.view.xyz - crop.view.xyz[crop.view.neighbour[:, 0]], axis=1)
    np.testing.assert_allclose(np.sort(step), np.sort(before), atol=1e-5)
    larger = rescaled(crop, 2.0)
    assert larger.view.size == pytest.approx(2 * crop.view.size)
    np.testing.assert_allclose(larger.view.xyz, 2 * crop.view.xyz)


def test_recolouring_changes_colour_alone(crop: Crop) -> None:
    other = recoloured(crop, np.random.default_rng(0))
    for field in fields(View):
        if field.name not in ("rgb", "border"):
            assert getattr(other.view, field.name) is getattr(crop.view, field.name)


def test_every_lesson_asks_for_what_has_nodes_and_clicks_on_it(crop: Crop) -> None:
    for seed in range(40):
        lesson = draw_lesson(crop, np.random.default_rng(seed))
        question, truth = lesson.question, lesson.truth
        for answer in range(2, lesson.n_answers):
            clicked = question.node[question.is_object & (question.part == answer - 1)]
            assert len(clicked) >= 1
            assert (truth[clicked] == answer).all()
        assert (truth[question.node[~question.is_object]] == 0).all()
        if lesson.is_whole:
            assert truth.tolist() == np.where(lesson.crop.label == 1, 2, 0).tolist()


def test_corrections_fall_on_errors_with_their_right_label(crop: Crop) -> None:
    lesson = lesson_on(crop, np.random.default_rng(0), all_parts=True)
    nothing = masks_of(np.zeros(len(crop.view), np.int32))
    better = lesson.corrected(nothing, 2)
    added = better.question.node[len(lesson.question.node) :]
    assert 1 <= len(added) <= 2
    assert (lesson.truth[added] > 0).all()
    assert len(better.fields) == len(better.question.node)
    assert lesson.corrected(masks_of(lesson.truth), 3) is lesson


def test_a_correction_changes_its_own_piece_to_its_own_label_alone(crop: Crop) -> None:
    lesson = lesson_on(crop, np.random.default_rng(0), all_parts=True)
    nothing = masks_of(np.zeros(len(crop.view), np.int32))
    n_before = len(lesson.question.node)
    better = lesson.corrected(nothing, 1)
    node, part = int(better.question.node[n_before]), int(better.question.part[n_before])

    def changed(label: np.ndarray) -> list[int]:
        return np.flatnonzero(better.held(nothing, masks_of(label), n_before).object).tolist()

    label = np.full(len(crop.view), part + 1, np.int32)
    neighbour = crop.view.neighbour
    assert set(neighbour[node].tolist()) <= set(changed(label))
    assert changed(np.ones_like(label)) == [node]  # all say the object, and none the part clicked
    label[neighbour[node]] = 0
    label[(neighbour == node).any(axis=1)] = 0
    assert changed(label) == [node]  # the part is elsewhere alone


def test_a_run_stopped_and_resumed_ends_as_one_that_was_not(
    torch: ModuleType, folder: Path, tmp_path: Path
) -> None:
    from pinpoint3d.train.loop import Crops, train
    from pinpoint3d.train.loop import Recipe as Training

    torch.set_num_threads(1)
    learned, judged = (Crops(crop_files([folder], side)) for side in ("train", "val"))
    recipe = Training(config=TINY, steps=4, validate_every=2, batch=1)
    whole = train(recipe, learned, judged, tmp_path / "whole")
    train(replace(recipe, steps=2), learned, judged, tmp_path / "halves")
    # both are within the warm-up, where the rate does not depend on the steps in all
    assert read_weights(whole).config["step"] in (2, 4)
    begun = _checkpoint(tmp_path / "halves")
    assert begun["step"] == 2
    train(recipe, learned, judged, tmp_path / "halves")
    assert _checkpoint(tmp_path / "halves")["step"] == 4
    one, two = (_arrays(tmp_path / name) for name in ("whole", "halves"))
    for name in one:
        assert (one[name] == two[name]).all(), name


def test_another_recipe_does_not_go_on_in_the_same_folder(
    torch: ModuleType, folder: Path, tmp_path: Path
) -> None:
    from pinpoint3d.errors import TrainingError
    from pinpoint3d.train.loop import Crops, train
    from pinpoint3d.train.loop import Recipe as Training

    assert torch
    learned, judged = (Crops(crop_files([folder], side)) for side in ("train", "val"))
    recipe = Training(config=TINY, steps=1, validate_every=1, batch=1)
    train(recipe, learned, judged, tmp_path)
    with pytest.raises(TrainingError, match="another rate"):
        train(replace(recipe, rate=0.5), learned, judged, tmp_path)


@pytest.mark.slow
def test_two_processes_learn_what_one_does(torch: ModuleType, folder: Path, tmp_path: Path) -> None:
    assert torch
    script = tmp_path / "run.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "import torch\n"
        "torch.set_num_threads(1)\n"
        "from pinpoint3d.net.model import Config\n"
        "from pinpoint3d.train.loop import Crops, Recipe, train\n"
        "from pinpoint3d.train.prepare import crop_files\n"
        "folder, out = Path(sys.argv[1]), Path(sys.argv[2])\n"
        f"config = {TINY!r}\n"
        "sides = [Crops(crop_files([folder], side)) for side in ('train', 'val')]\n"
        "train(Recipe(config=config, steps=3, validate_every=3), *sides, out)\n"
    )
    environment = os.environ | {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    subprocess.run([sys.executable, script, folder, tmp_path / "one"], check=True, env=environment)
    subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port",
         "29533", script, folder, tmp_path / "two"],
        check=True, env=environment, capture_output=True,
    )  # fmt: skip
    one, two = (_losses(tmp_path / name / "log.csv") for name in ("one", "two"))
    np.testing.assert_allclose(one, two, atol=2e-3)


def test_trained_weights_are_a_segmenter(
    torch: ModuleType, folder: Path, tmp_path: Path, two_boxes: object
) -> None:
    from pinpoint3d import Click, Scene
    from pinpoint3d.train.loop import Crops, train
    from pinpoint3d.train.loop import Recipe as Training

    assert torch
    learned, judged = (Crops(crop_files([folder], side)) for side in ("train", "val"))
    best = train(Training(config=TINY, steps=1, validate_every=1), learned, judged, tmp_path)
    assert isinstance(two_boxes, Scene)
    masks = load_segmenter(best).encode(two_boxes).segment([Click(100, object=1, part=2)])
    assert (masks.object[100], masks.part[100]) == (1, 2)


def _checkpoint(out: Path) -> dict[str, int]:
    import json

    from safetensors import safe_open

    with safe_open(out / "checkpoint.safetensors", "numpy") as stream:
        return json.loads(stream.metadata()["state"])


def _arrays(out: Path) -> dict[str, np.ndarray]:
    from safetensors.numpy import load_file

    return load_file(out / "checkpoint.safetensors")


def _losses(path: Path) -> list[float]:
    lines = path.read_text().splitlines()[1:]
    return [float(line.split(",")[1]) for line in lines]
