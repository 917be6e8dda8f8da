"""PartNet-Mobility folders, written after a sample of the set."""

import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from solids import check_form, obj_text, part_box

from pinpoint3d.errors import FileAccessError, FileFormatError, PinpointError
from pinpoint3d.synth.assets import pose
from pinpoint3d.synth.imported.urdf import read
from pinpoint3d.synth.shapes.primitives import Mesh, box

# y up, looking towards +z: a cabinet with a door above a drawer, each with a handle
MESHES = {
    "original-1": box((-0.5, 0, -0.4), (0.5, 1, 0.4)),
    "original-2": box((-0.5, 0.5, 0.4), (0.5, 1, 0.44)),
    "original-3": box((0.35, 0.6, 0.44), (0.4, 0.9, 0.5)),
    "original-4": box((-0.5, 0, 0.4), (0.5, 0.5, 0.44)),
    "original-5": box((-0.2, 0.2, 0.44), (0.2, 0.25, 0.5)),
}
HINGE = (-0.5, 0, 0.44)  # where the door hangs


def link(name: str, origin: tuple[float, ...], *visuals: tuple[str, str]) -> str:
    place = " ".join(str(-v) for v in origin)
    return f'<link name="{name}">' + "".join(
        f'<{tag} name="{label}"><origin xyz="{place}"/><geometry>'
        f'<mesh filename="textured_objs/{obj}.obj"/></geometry></{tag}>'
        for label, obj in visuals
        for tag in ("visual", "collision")
    ) + "</link>"  # fmt: skip


def joint(kind: str, child: str, parent: str, origin: tuple[float, ...], axis: str, limit: str):
    place = " ".join(str(v) for v in origin)
    return (
        f'<joint name="joint_{child}" type="{kind}"><origin xyz="{place}"/><axis xyz="{axis}"/>'
        f'<child link="{child}"/><parent link="{parent}"/>{limit}</joint>'
    )


def urdf(door_axis: str = "0 -2 0", door_limit: str = '<limit lower="0" upper="1.5"/>') -> str:
    return "".join(
        [
            '<?xml version="1.0" ?><robot name="partnet_1"><link name="base"/>',
            link("link_0", HINGE, ("door-3", "original-2"), ("handle-4", "original-3")),
            joint("revolute", "link_0", "link_2", HINGE, door_axis, door_limit),
            link("link_1", (0, 0, 0), ("drawer-5", "original-4"), ("handle-6", "original-5")),
            joint("prismatic", "link_1", "link_2", (0, 0, 0), "0 0 1",
                  '<limit lower="0" upper="0.6"/>'),
            link("link_2", (0, 0, 0), ("frame-2", "original-1")),
            '<joint name="joint_2" type="fixed">'
            '<origin rpy="1.570796326794897 0 -1.570796326794897" xyz="0 0 0"/>'
            '<child link="link_2"/><parent link="base"/></joint></robot>',
        ]
    )  # fmt: skip


TREE: list[dict[str, Any]] = [
    {"id": 0, "name": "StorageFurniture", "children": [
        {"id": 2, "name": "frame", "objs": ["original-1"]},
        {"id": 7, "name": "cabinet_door", "children": [
            {"id": 3, "name": "door_surface", "objs": ["original-2"]},
            {"id": 4, "name": "handle", "objs": ["original-3"]}]},
        {"id": 8, "name": "drawer", "children": [
            {"id": 5, "name": "drawer_front", "objs": ["original-4"]},
            {"id": 6, "name": "handle", "objs": ["original-5"]}]},
    ]}
]  # fmt: skip


def write_cabinet(folder: Path, text: str | None = None) -> None:
    (folder / "textured_objs").mkdir(parents=True, exist_ok=True)
    for name, mesh in MESHES.items():
        (folder / "textured_objs" / f"{name}.obj").write_text(
            obj_text(mesh, head=f"mtllib {name}.mtl\nusemtl paint")
        )
        (folder / "textured_objs" / f"{name}.mtl").write_text("newmtl paint\nKd 1 0 0\n")
    (folder / "mobility.urdf").write_text(text or urdf())
    (folder / "semantics.txt").write_text(
        "link_0 hinge rotation_door\nlink_1 slider drawer\nlink_2 heavy furniture_body\n"
    )
    (folder / "result.json").write_text(json.dumps(TREE))
    (folder / "meta.json").write_text('{"model_cat": "StorageFurniture", "model_id": "m1"}')


def test_links_that_move_are_parts_with_the_annotated_ones_below(tmp_path: Path):
    write_cabinet(tmp_path)

    asset = read(tmp_path, subset="train")

    check_form(asset)
    assert (asset.kind, asset.style) == ("cabinet", "partnet-mobility/m1")
    parents = {
        (part.name, asset.parts[part.parent].name if part.parent >= 0 else "")
        for part in asset.parts
    }
    assert parents == {
        ("frame", ""), ("rotation door", ""), ("door surface", "rotation door"),
        ("handle", "rotation door"), ("drawer", ""), ("drawer front", "drawer"),
        ("handle", "drawer"),
    }  # fmt: skip
    assert asset.face_rgb is not None
    assert (asset.face_rgb == [255, 0, 0]).all()


def test_the_front_with_its_handles_looks_to_minus_y(tmp_path: Path):
    write_cabinet(tmp_path)

    asset = read(tmp_path, subset="train")

    names = [part.name for part in asset.parts]
    frame, front = part_box(asset, names.index("frame")), part_box(asset, names.index("handle"))
    assert front[1][1] < frame[0][1]
    assert frame[1][2] - frame[0][2] == pytest.approx(frame[1][0] - frame[0][0], rel=1e-5)


def test_the_drawer_slides_out_to_the_front_with_its_handle(tmp_path: Path):
    write_cabinet(tmp_path)
    asset = read(tmp_path, subset="train")
    (slide,) = [j for j in asset.joints if j.kind == "slide"]

    opened = pose(asset, [j.high if j is slide else 0.0 for j in asset.joints])

    assert slide.axis == pytest.approx((0, -1, 0), abs=1e-9)
    moved = opened.vertices - asset.vertices
    scale = float(asset.high[2])  # the cabinet is 1 high in its file
    drawer = [i for i, p in enumerate(asset.parts) if slide.part in (i, p.parent)]
    rows = np.unique(asset.faces[np.isin(asset.face_part, drawer)])
    assert np.allclose(moved[rows], [0, -0.6 * scale, 0], atol=1e-5)
    assert np.count_nonzero(moved.any(axis=1)) == len(rows)


def test_the_door_turns_about_its_hinge_to_the_front(tmp_path: Path):
    write_cabinet(tmp_path)
    asset = read(tmp_path, subset="train")
    (hinge,) = [j for j in asset.joints if j.kind == "hinge"]

    opened = pose(asset, [math.pi / 2 if j is hinge else 0.0 for j in asset.joints])

    assert np.linalg.norm(hinge.axis) == pytest.approx(1)
    assert (hinge.low, hinge.high) == (0, 1.5)
    door = [p.name for p in asset.parts].index("door surface")
    before, after = part_box(asset, door), part_box(opened, door)
    assert after[0][0] == pytest.approx(before[0][0], abs=1e-4)  # it hangs on its left side
    assert after[0][1] == pytest.approx(before[0][1] - (before[1][0] - before[0][0]), abs=1e-4)


def test_names_come_from_the_visuals_where_there_is_no_annotation(tmp_path: Path):
    write_cabinet(tmp_path)
    (tmp_path / "result.json").unlink()
    (tmp_path / "semantics.txt").unlink()
    mobility = [{"id": i, "name": name} for i, name in enumerate(["flap", "tray", "body"])]
    (tmp_path / "mobility_v2.json").write_text(json.dumps(mobility))

    names = sorted(part.name for part in read(tmp_path, subset="train").parts)

    assert names == ["door", "drawer", "flap", "frame", "handle", "handle", "tray"]


@pytest.mark.parametrize(("axis", "limit"), [("0 0 0", '<limit lower="0" upper="1"/>')])
def test_a_joint_without_an_axis_does_not_move(tmp_path: Path, axis: str, limit: str):
    write_cabinet(tmp_path, urdf(axis, limit))

    assert [j.kind for j in read(tmp_path, subset="train").joints] == ["slide"]


def test_limits_the_wrong_way_round_and_none_are_taken_well(tmp_path: Path):
    write_cabinet(tmp_path, urdf(door_limit='<limit lower="1.2" upper="-0.5"/>'))
    assert [j.low for j in read(tmp_path, subset="train").joints if j.kind == "hinge"] == [-0.5]
    write_cabinet(tmp_path, urdf(door_limit=""))
    (hinge,) = [j for j in read(tmp_path, subset="train").joints if j.kind == "hinge"]
    assert hinge.high == pytest.approx(2 * math.pi)


def test_a_mesh_is_scaled_and_turned_as_its_visual_says(tmp_path: Path):
    (tmp_path / "textured_objs").mkdir()
    brick = Mesh(MESHES["original-1"].vertices, MESHES["original-1"].faces)
    (tmp_path / "textured_objs" / "a.obj").write_text(obj_text(brick))
    (tmp_path / "mobility.urdf").write_text(
        '<robot name="r"><link name="base"><visual><origin rpy="0 0 1.5707963267948966"/><geometry>'
        '<mesh filename="textured_objs/a.obj" scale="3 1 1"/></geometry></visual></link></robot>'
    )

    asset = read(tmp_path, subset="train")

    size = asset.high - asset.low  # 3 x 1 x 0.8 in its file, turned twice by a quarter
    assert size / size[0] == pytest.approx([1, 1 / 3, 0.8 / 3], rel=1e-4)


def test_a_folder_without_urdf_is_told(tmp_path: Path):
    with pytest.raises(FileAccessError, match=r"mobility\.urdf"):
        read(tmp_path, subset="train")


@pytest.mark.parametrize(
    "text",
    [
        "no xml", "<robot/>", "<robot><link name='a'/><link name='a'/></robot>",
        "<!DOCTYPE r [<!ENTITY a 'aaaa'>]><robot>&a;</robot>",
        urdf().replace("-1.570796326794897", "nan"), urdf().replace('lower="0"', 'lower="low"'),
        urdf().replace('parent link="base"', 'parent link="link_2"'),
        urdf().replace('parent link="base"', 'parent link="none"'),
        urdf().replace('child link="link_1"', 'child link="link_0"'),
        urdf().replace("textured_objs/original-1.obj", "../../etc/passwd"),
        urdf().replace("textured_objs/original-1.obj", "textured_objs/original-99.obj"),
        urdf().replace('<parent link="base"/>', ""),
    ],
)  # fmt: skip
def test_descriptions_that_are_none_are_refused(tmp_path: Path, text: str):
    write_cabinet(tmp_path, text)

    with pytest.raises(FileFormatError, match=r"^mobility\.urdf"):
        read(tmp_path, subset="train")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    which=st.sampled_from(
        ["mobility.urdf", "semantics.txt", "result.json", "textured_objs/original-1.obj"]
    ),
    at=st.floats(0, 1, exclude_max=True),
    change=st.integers(1, 255),
    cut=st.booleans(),
)
def test_damaged_files_are_read_or_refused(
    tmp_path: Path, which: str, at: float, change: int, cut: bool
):
    write_cabinet(tmp_path)
    content = bytearray((tmp_path / which).read_bytes())
    place = int(at * len(content))
    content[place] ^= change
    (tmp_path / which).write_bytes(content[:place] if cut else content)
    with suppress(PinpointError):
        read(tmp_path, subset="train")
