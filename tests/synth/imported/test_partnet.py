"""PartNet folders, written after the set's own description."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from solids import check_form, obj_text, part_box

from pinpoint3d.errors import FileAccessError, FileFormatError, PinpointError
from pinpoint3d.synth.imported.kinds import SIZES
from pinpoint3d.synth.imported.partnet import read
from pinpoint3d.synth.shapes.primitives import box

# y up, looking towards +z, about 1 in size, as there
SEAT = box((-0.4, 0, -0.4), (0.4, 0.1, 0.4))
BACK = [box((x, 0.1, -0.4), (x + 0.3, 0.9, -0.3)) for x in (-0.4, 0.1)]
LEGS = [box((x, -0.6, z), (x + 0.1, 0, z + 0.1)) for x in (-0.4, 0.3) for z in (-0.4, 0.3)]


def leaf(number: int, name: str, *objs: str) -> dict[str, Any]:
    return {"id": number, "name": name, "text": name.title(), "objs": list(objs)}


def write_chair(folder: Path, name: str = "result.json") -> None:
    (folder / "objs").mkdir(parents=True, exist_ok=True)
    meshes = {"original-1": SEAT, "new-0": BACK[0], "new-1": BACK[1]}
    meshes |= {f"original-{i + 2}": leg for i, leg in enumerate(LEGS)}
    for obj, mesh in meshes.items():
        (folder / "objs" / f"{obj}.obj").write_text(obj_text(mesh))
    legs = [leaf(7 + i, "leg", f"original-{i + 2}") for i in range(4)]
    tree = {
        "id": 0, "name": "chair", "text": "Chair", "children": [
            leaf(1, "chair_back", "new-0", "new-1"),
            # inner nodes may name meshes too: those of their children
            {"id": 3, "name": "chair_base", "children": legs, "objs": ["original-2"]},
            leaf(5, "chair_seat", "original-1"),
        ],
    }  # fmt: skip
    (folder / name).write_text(json.dumps([tree]))
    meta = {"model_cat": "Chair", "model_id": "abc", "anno_id": "42"}
    (folder / "meta.json").write_text(json.dumps(meta))


def test_a_chair_stands_on_its_legs_and_looks_to_the_front(tmp_path: Path):
    write_chair(tmp_path)

    asset = read(tmp_path, subset="val")

    check_form(asset)
    assert asset.kind == "chair"
    assert asset.style == "partnet/abc"
    assert asset.subset == "val"
    names = [part.name for part in asset.parts]
    back, seat = names.index("chair back"), names.index("chair seat")
    assert part_box(asset, back)[0][2] == pytest.approx(part_box(asset, seat)[1][2])
    assert part_box(asset, back)[0][1] > part_box(asset, seat)[0][1] + 0.1
    for part, name in enumerate(names):
        if name == "leg":
            assert part_box(asset, part)[0][2] == pytest.approx(0, abs=1e-6)


def test_the_tree_is_kept_and_a_torn_part_is_two(tmp_path: Path):
    write_chair(tmp_path)

    parts = read(tmp_path, subset="train").parts

    base = next(i for i, part in enumerate(parts) if part.name == "chair base")
    assert sorted((part.name, part.parent) for part in parts) == [
        ("chair back", -1), ("chair back", -1), ("chair base", -1), ("chair seat", -1),
        *[("leg", base)] * 4,
    ]  # fmt: skip


def test_lengths_without_a_unit_become_those_of_a_chair(tmp_path: Path):
    write_chair(tmp_path)

    asset = read(tmp_path, subset="train")

    low, high = SIZES["chair"]
    assert low < float((asset.high - asset.low).max()) < high
    assert np.allclose((asset.high - asset.low) / asset.high[2], [0.8 / 1.5, 0.8 / 1.5, 1])


def test_the_merged_tree_is_preferred(tmp_path: Path):
    write_chair(tmp_path)
    merged = [{"id": 0, "name": "chair", "children": [leaf(1, "seat", "original-1")]}]
    (tmp_path / "result_after_merging.json").write_text(json.dumps(merged))

    assert [part.name for part in read(tmp_path, subset="train").parts] == ["chair"]


def test_without_meta_the_root_says_what_it_is(tmp_path: Path):
    folder = tmp_path / "2442"
    write_chair(folder)
    (folder / "meta.json").unlink()

    asset = read(folder, subset="train")

    assert (asset.kind, asset.style) == ("chair", "partnet/2442")


def test_no_tree_and_a_missing_mesh_are_told(tmp_path: Path):
    with pytest.raises(FileAccessError, match=r"result\.json"):
        read(tmp_path, subset="train")
    write_chair(tmp_path)
    (tmp_path / "objs" / "new-1.obj").unlink()
    with pytest.raises(FileFormatError, match=r"result\.json: needs 'objs/new-1\.obj'"):
        read(tmp_path, subset="train")


@pytest.mark.parametrize(
    "tree",
    [
        "{}", "[]", "[1]", "[{}]", '[{"name": "a"}]', '[{"name": 3, "objs": ["original-1"]}]',
        '[{"name": "a", "objs": ["../../secret"]}]', '[{"name": "a", "objs": 5}]',
        '[{"name": "a", "children": {"a": 1}}]', "[" * 100_000, '[{"name": "\\ud800", "objs": []}]',
        '[{"name": "a", "objs": ["original-1"]}, {"name": "b"}]',
    ],
)  # fmt: skip
def test_trees_that_are_none_are_refused(tmp_path: Path, tree: str):
    write_chair(tmp_path)
    (tmp_path / "result.json").write_text(tree)

    with pytest.raises(FileFormatError, match=r"^result\.json"):
        read(tmp_path, subset="train")


def test_a_tree_of_any_depth_is_read(tmp_path: Path):
    write_chair(tmp_path)
    tree = leaf(0, "seat", "original-1")
    for _ in range(300):
        tree = {"name": "inner", "children": [tree]}
    (tmp_path / "result.json").write_text(json.dumps([tree]))

    assert len(read(tmp_path, subset="train").parts) == 1


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    which=st.sampled_from(["result.json", "meta.json", "objs/new-0.obj"]),
    at=st.floats(0, 1, exclude_max=True),
    change=st.integers(1, 255),
    cut=st.booleans(),
)
def test_damaged_files_are_read_or_refused(
    tmp_path: Path, which: str, at: float, change: int, cut: bool
):
    write_chair(tmp_path)
    content = bytearray((tmp_path / which).read_bytes())
    place = int(at * len(content))
    content[place] ^= change
    (tmp_path / which).write_bytes(content[:place] if cut else content)
    with suppress(PinpointError):
        read(tmp_path, subset="train")
