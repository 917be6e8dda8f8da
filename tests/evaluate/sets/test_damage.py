"""Any byte of any file of a set may be wrong, and any file cut short: only refusals come out."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import test_agile3d
import test_articulate3d
import test_kitti360
import test_mobility
import test_multiscan
import test_partnet_points
import test_partobjaverse
import test_partscan
import test_s3dis
import test_scannet
import test_scannetpp
import test_scenefun3d
import test_shapenetpart
from hypothesis import given, settings
from hypothesis import strategies as st
from set_files import write_npy, write_ply

from pinpoint3d.errors import PinpointError
from pinpoint3d.evaluate.sets import SETS, open_set


def _agile3d(folder: Path) -> None:
    test_agile3d.write_set(folder)
    write_npy(folder / "single/object_ids.npy", np.array([["s0", "3"]]))


def _kitti360(folder: Path) -> None:
    path = folder / f"data_3d_semantics/{test_kitti360.STATIC}.ply"
    write_ply(path, test_kitti360.columns(**test_kitti360.LABELS))


def _partscan_multiscan(folder: Path) -> None:
    test_partscan.write_set(folder, s_obj_1={"1": 3401.0})
    (folder / "data/val_list.json").rename(folder / "data/val_list_multiscan.json")
    (folder / "data/PartScan").rename(folder / "data/MultiScan_new")


_group = test_scannet.group
SMALL: dict[str, tuple[Callable[[Path], object], str]] = {
    "partscan": (
        lambda f: test_partscan.write_set(f, scene0001_00_obj_1_34={"1": 3401.0}),
        "scene0001_00",
    ),
    "partscan-multiscan": (_partscan_multiscan, "scene0001_00"),
    "agile3d": (_agile3d, "scene0011_00"),
    "multiscan": (
        lambda f: test_multiscan.released(f, [1, 1, 2, 0], [1, 2, 3, 0]),
        test_multiscan.SCAN,
    ),
    "scannet": (
        lambda f: test_scannet.write_scene(f, _group(0, "a", 1), segments=[1] * 6),
        test_scannet.SCENE,
    ),
    "scannetpp": (
        lambda f: test_scannetpp.write_scene(f, _group(0, "a", 1), segments=[1] * 6),
        test_scannetpp.SCENE,
    ),
    "s3dis": (
        lambda f: test_s3dis.write_room(f, test_s3dis.DOOR, door_1=test_s3dis.DOOR),
        test_s3dis.ROOM,
    ),
    "partnet": (
        lambda f: test_partnet_points.write_object(f, ["4", "9"]),
        test_partnet_points.NAME,
    ),
    "partnet-mobility": (test_mobility.write_object, "45146"),
    "scenefun3d": (
        lambda f: test_scenefun3d.write_visit(f, ("a", "rotate", [1])),
        test_scenefun3d.VISIT,
    ),
    "articulate3d": (
        lambda f: test_articulate3d.first_layout(f, test_articulate3d.DOOR, joined=[(0, [0])]),
        test_articulate3d.SCENE,
    ),
    "shapenetpart": (
        lambda f: test_shapenetpart.write_object(f, "0.0", "3.0"),
        test_shapenetpart.SCENE,
    ),
    "kitti360": (_kitti360, test_kitti360.STATIC),
    "partobjaverse-tiny": (
        lambda f: test_partobjaverse.write_set(f, [1, -1], [[1], [[1]]]),
        test_partobjaverse.UID,
    ),
}


def test_every_set_has_its_small_copy_here() -> None:
    assert set(SMALL) == set(SETS)


@pytest.mark.parametrize("name", list(SMALL))
@given(data=st.data())
@settings(deadline=None, max_examples=12)
def test_damaged_files_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    build, scene = SMALL[name]
    folder = tmp_path_factory.mktemp("set")
    build(folder)
    assert len(open_set(name, folder).scene(scene)) > 0
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    path = data.draw(st.sampled_from(files))
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    else:
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    path.write_bytes(content)
    with suppress(PinpointError):
        found = open_set(name, folder)
        with suppress(PinpointError):
            assert len(found.unlabelled(scene)) == len(found.scene(scene))
        for split in found.splits:
            with suppress(PinpointError):
                found.entries(split)
