"""PartNet-Mobility folders: a cabinet with a door, and a handle on it."""

from pathlib import Path

import numpy as np
import pytest
from set_files import write, write_json

from pinpoint3d.errors import FileAccessError
from pinpoint3d.evaluate.sets import ResearchSet, open_set
from pinpoint3d.synth.shapes.primitives import box

BOXES = {
    "original-1": box((-0.5, 0, -0.4), (0.5, 1, 0.4)),
    "original-2": box((-0.5, 0.5, 0.4), (0.5, 1, 0.44)),
    "original-3": box((0.35, 0.6, 0.44), (0.4, 0.9, 0.5)),
}
"""The body, the door and its handle: y up, looking towards +z."""


def link(name: str, *visuals: str) -> str:
    inner = "".join(
        f'<visual name="{v}"><geometry><mesh filename="textured_objs/{v}.obj"/></geometry></visual>'
        for v in visuals
    )
    return f'<link name="{name}">{inner}</link>'


def write_object(folder: Path) -> ResearchSet:
    place = folder / "45146"
    text = "".join(
        [
            '<?xml version="1.0" ?><robot name="partnet_1"><link name="base"/>',
            link("link_0", "original-2", "original-3"),
            link("link_1", "original-1"),
            '<joint name="a" type="revolute"><origin xyz="0 0 0"/><axis xyz="0 -2 0"/>'
            '<child link="link_0"/><parent link="link_1"/><limit lower="0" upper="1.5"/></joint>',
            '<joint name="b" type="fixed"><origin rpy="1.5707963 0 -1.5707963" xyz="0 0 0"/>'
            '<child link="link_1"/><parent link="base"/></joint></robot>',
        ]
    )
    write(place / "mobility.urdf", text)
    write(place / "semantics.txt", "link_0 hinge door\nlink_1 heavy body\n")
    write_json(place / "meta.json", {"model_cat": "StorageFurniture"})
    tree = {
        "id": 0, "name": "furniture", "children": [
            {"id": 1, "name": "body", "objs": ["original-1"]},
            {"id": 2, "name": "door", "children": [
                {"id": 3, "name": "panel", "objs": ["original-2"]},
                {"id": 4, "name": "handle", "objs": ["original-3"]},
            ]},
        ],
    }  # fmt: skip
    write_json(place / "result.json", [tree])
    for name, mesh in BOXES.items():
        lines = [f"v {x} {y} {z}" for x, y, z in mesh.vertices]
        lines += [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in mesh.faces]
        write(place / f"textured_objs/{name}.obj", "\n".join(lines) + "\n")
    return open_set("partnet-mobility", folder)


def test_every_point_of_a_part_lies_on_its_box(tmp_path: Path) -> None:
    found = write_object(tmp_path)
    scene = found.scene("45146")
    masks = scene.labels
    assert masks is not None
    assert (masks.object == 1).all()
    size = scene.xyz.max(axis=0) - scene.xyz.min(axis=0)
    heights = {
        part: np.ptp(scene.xyz[masks.part == part, 2]) / size[2] for part in np.unique(masks.part)
    }
    assert sorted(round(float(h), 2) for h in heights.values()) == [0.3, 0.5, 1.0]


def test_entries_ask_for_all_parts_that_have_a_surface(tmp_path: Path) -> None:
    found = write_object(tmp_path)
    (entry,) = found.entries("all")
    masks = found.scene(entry.scene).labels
    assert masks is not None
    assert (entry.object, entry.category) == (1, "StorageFurniture")
    assert entry.parts == tuple(np.unique(masks.part).tolist())
    assert len(entry.parts) == 3
    assert 0 not in entry.parts


def test_objects_may_lie_in_a_folder_dataset_beside_others(tmp_path: Path) -> None:
    write_object(tmp_path / "dataset")
    (tmp_path / "dataset/empty").mkdir()
    found = open_set("partnet-mobility", tmp_path)
    assert [entry.scene for entry in found.entries("all")] == ["45146"]


def test_a_missing_object_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match=r"7/mobility\.urdf"):
        open_set("partnet-mobility", tmp_path).scene("7")
