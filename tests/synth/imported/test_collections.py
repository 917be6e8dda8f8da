"""Packed collections: hand-made ones, and the real ones where they are."""

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from solids import check_form, part_box, write_collection

from pinpoint3d.errors import FileAccessError, FileFormatError, PinpointError
from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.imported.collections import load

CHEST = {
    "boxes": {
        "body": ((0, 0, 0), (0.8, 0.4, 0.5)),
        "handle_1": ((0.2, -0.05, 0.3), (0.35, 0, 0.35)),
        "handle_2": ((0.5, -0.05, 0.3), (0.65, 0, 0.35)),
    }
}


def test_an_object_comes_with_parts_colours_and_credit(tmp_path: Path):
    write_collection(tmp_path, {"chest": CHEST})

    (asset,) = load(tmp_path, subset="train")

    check_form(asset)
    assert asset.kind == "chest"
    assert asset.style == "hand/chest"
    assert [part.name for part in asset.parts] == ["body", "handle", "handle"]
    assert [part.finish for part in asset.parts] == ["wood", "metal", "metal"]
    assert (asset.licence, asset.credit) == ("CC0-1.0", "nobody")
    assert asset.high - asset.low == pytest.approx([0.8, 0.45, 0.5], abs=1e-3)
    assert asset.face_rgb is not None
    assert np.array_equal(asset.face_rgb[:, 0], asset.face_part * 40 + 20)


def test_the_sides_of_the_split_are_kept_apart(tmp_path: Path):
    val = CHEST | {"said": {"subset": "val", "category": "Mug"}}
    write_collection(tmp_path, {"a": CHEST, "b": val, "c": CHEST})

    assert [asset.style for asset in load(tmp_path, subset="train")] == ["hand/a", "hand/c"]
    assert [(a.style, a.subset) for a in load(tmp_path, subset="val")] == [("hand/b", "val")]


def test_variants_of_one_object_on_both_sides_are_refused(tmp_path: Path):
    said = {"group": "same"}
    write_collection(
        tmp_path, {"a": CHEST | {"said": said}, "b": CHEST | {"said": said | {"subset": "val"}}}
    )

    with pytest.raises(FileFormatError, match="both subsets"):
        load(tmp_path, subset="train")


def test_an_index_that_moves_an_object_to_the_other_side_is_refused(tmp_path: Path):
    write_collection(tmp_path, {"a": CHEST | {"meta": {"subset": "val"}}})

    with pytest.raises(FileFormatError, match="subset"):
        load(tmp_path, subset="train")


def test_objects_that_look_along_x_are_turned_to_the_front(tmp_path: Path):
    boxes = {"body": ((0, 0, 0), (0.4, 1.6, 0.5)), "front": ((0.4, 0, 0), (0.45, 1.6, 0.5))}
    said = {"collection": "infinigen", "category": "cabinet"}
    write_collection(tmp_path, {"a": {"boxes": boxes, "said": said}})

    (asset,) = load(tmp_path, subset="train")

    assert part_box(asset, 1)[1][1] < part_box(asset, 0)[0][1] + 1e-3


def test_a_folder_without_index_is_told(tmp_path: Path):
    with pytest.raises(FileAccessError, match=r"index\.json"):
        load(tmp_path, subset="train")


@pytest.mark.parametrize(
    "wrong",
    [
        {"v0": 7}, {"v0": -1}, {"f0": 10**9}, {"n_vertices": 3}, {"n_faces": 0}, {"step": "1"},
        {"step": 1e300}, {"step": 0}, {"origin": [0, 0]}, {"origin": None}, {"parts": ["one"]},
        {"parts": 3}, {"parts": [1, 2, 3]}, {"licence": None}, {"name": "other"},
    ],
)  # fmt: skip
def test_descriptions_that_do_not_fit_are_refused(tmp_path: Path, wrong: dict[str, object]):
    write_collection(tmp_path, {"a": CHEST | {"meta": wrong}})

    with pytest.raises(FileFormatError, match=r"^hand\.npz"):
        load(tmp_path, subset="train")


@pytest.mark.parametrize("name", ["../hand.npz", "/etc/passwd", "absent.npz"])
def test_files_outside_the_folder_or_missing_are_refused(tmp_path: Path, name: str):
    write_collection(tmp_path / "in", {"a": CHEST})
    index = tmp_path / "in" / "index.json"
    entries = json.loads(index.read_text())
    entries[0]["file"] = name
    index.write_text(json.dumps(entries))
    (tmp_path / "in" / "hand.npz").rename(tmp_path / "hand.npz")

    with pytest.raises(FileFormatError, match=r"index\.json: needs"):
        load(tmp_path / "in", subset="train")


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    which=st.sampled_from(["hand.npz", "index.json"]),
    at=st.floats(0, 1, exclude_max=True),
    change=st.integers(1, 255),
    cut=st.booleans(),
)
def test_damaged_files_are_read_or_refused(
    tmp_path: Path, which: str, at: float, change: int, cut: bool
):
    write_collection(tmp_path, {"a": CHEST})
    content = bytearray((tmp_path / which).read_bytes())
    place = int(at * len(content))
    content[place] ^= change
    (tmp_path / which).write_bytes(content[:place] if cut else content)
    with suppress(PinpointError):
        load(tmp_path, subset="train")


@pytest.mark.slow
def test_the_real_collections_are_in_form(
    real_assets: tuple[tuple[Asset, ...], tuple[Asset, ...]],
):
    train, val = real_assets

    assert (len(train), len(val)) == (657, 154)
    for asset in (*train, *val):
        check_form(asset)
        assert asset.licence
        assert asset.credit
    styles = [{asset.style for asset in side} for side in (train, val)]
    assert not styles[0] & styles[1]
    assert sum(bool(asset.supports) for asset in (*train, *val)) > 150
