"""GLB files by node and OBJ files by group."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from solids import check_form, glb, obj_text, part_box

from pinpoint3d.errors import FileAccessError, FileFormatError, PinpointError
from pinpoint3d.synth.imported.nodes import read
from pinpoint3d.synth.shapes.primitives import box

BODY = box((-0.5, 0, -0.3), (0.5, 1, 0.3))
HANDLE = box((-0.1, 0.4, 0.3), (0.1, 0.45, 0.35))
NODES = [
    {"name": "Scene", "children": [1, 2]},
    {"name": "Body", "mesh": 0},
    {"name": "Drawer", "children": [3, 4]},
    {"name": "Handle.001", "mesh": 1},
    {"name": "Handle.002", "mesh": 1, "translation": [0.3, 0, 0]},
]


def test_nodes_of_a_glb_are_parts_in_their_tree(tmp_path: Path):
    path = tmp_path / "chest.glb"
    path.write_bytes(glb(NODES, [BODY, HANDLE]))

    asset = read(path, kind="cabinet", subset="val", licence="CC0", credit="me")

    check_form(asset)
    assert [(part.name, part.parent) for part in asset.parts] == [
        ("body", -1), ("drawer", -1), ("handle", 1), ("handle", 1),
    ]  # fmt: skip
    assert asset.high - asset.low == pytest.approx([1, 0.65, 1])
    assert part_box(asset, 2)[1][1] < part_box(asset, 0)[1][1] - 0.5  # +z is our front
    assert part_box(asset, 3)[0] - part_box(asset, 2)[0] == pytest.approx([0.3, 0, 0])
    assert (asset.style, asset.subset, asset.licence, asset.credit) == ("chest", "val", "CC0", "me")


def test_a_glb_in_millimetres_is_found_out(tmp_path: Path):
    path = tmp_path / "chest.glb"
    path.write_bytes(glb([{**NODES[0], "scale": [1000] * 3}, *NODES[1:]], [BODY, HANDLE]))

    asset = read(path, kind="cabinet", subset="train")

    assert asset.high - asset.low == pytest.approx([1, 0.65, 1])


def test_groups_of_an_obj_are_parts_and_objects_hold_them(tmp_path: Path):
    path = tmp_path / "chest.obj"
    lines = obj_text(BODY, HANDLE).splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("f"))
    lines[first:first] = ["o Chest", "g body"]
    lines.insert(first + 2 + len(BODY.faces), "g handle # of brass")
    path.write_text("\n".join(lines))

    asset = read(path, kind="cabinet", subset="train")

    check_form(asset)
    assert [part.name for part in asset.parts] == ["body", "handle of brass"]
    assert np.bincount(asset.face_part).tolist() == [len(BODY.faces), len(HANDLE.faces)]


def test_polygons_and_points_without_faces_are_counted_right(tmp_path: Path):
    path = tmp_path / "tent.obj"
    path.write_text(
        "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 0 0 1\nv 1 0 1\nf 1\nf 1 2\n"
        "g floor\nf 1 2 3 4\ng wall\nf 1 2 \\\n6 5\n"
    )

    asset = read(path, kind="tent", subset="train")

    assert [part.name for part in asset.parts] == ["floor", "wall"]
    assert asset.face_part.tolist() == [0, 0, 1, 1]


def test_colours_of_materials_come_along(tmp_path: Path):
    path = tmp_path / "box.obj"
    (tmp_path / "box.mtl").write_text("newmtl blue\nKd 0 0 1\n")
    path.write_text(obj_text(BODY, head="mtllib box.mtl\nusemtl blue"))

    colours = read(path, kind="box", subset="train").face_rgb

    assert colours is not None
    assert np.unique(colours, axis=0).tolist() == [[0, 0, 255]]


@pytest.mark.parametrize(
    "text", ["v 0 0 0\nv 1 0 0\nv 0 1 0\n", "v 0 0 0\nf 1 1 1\n", "v 0 0 0\nf 7 8 9\n", "f 1 2 3\n"]
)
def test_files_without_triangles_are_refused(tmp_path: Path, text: str):
    path = tmp_path / "points.obj"
    path.write_text(text)

    with pytest.raises(FileFormatError, match=r"^points\.obj"):
        read(path, kind="chair", subset="train")


def test_a_missing_file_is_told(tmp_path: Path):
    with pytest.raises(FileAccessError, match=r"no\.glb"):
        read(tmp_path / "no.glb", kind="chair", subset="train")


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    form=st.sampled_from(["glb", "obj"]),
    at=st.floats(0, 1, exclude_max=True),
    change=st.integers(1, 255),
    cut=st.booleans(),
)
def test_damaged_files_are_read_or_refused(
    tmp_path: Path, form: str, at: float, change: int, cut: bool
):
    good = {
        "glb": glb(NODES, [BODY, HANDLE]),
        "obj": obj_text(BODY, HANDLE, head="o Chest\ng body").encode(),
    }
    content = bytearray(good[form])
    place = int(at * len(content))
    content[place] ^= change
    path = tmp_path / f"chest.{form}"
    path.write_bytes(content[:place] if cut else content)
    with suppress(PinpointError):
        read(path, kind="cabinet", subset="train")
