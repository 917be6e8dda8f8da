"""PartNet v0: a folder an object, a JSON tree of parts, and OBJ files that its leaves name.

`read` gives the asset with the whole tree. Files in `objs` have y up and look towards +z, and their
lengths mean nothing. After the notes of github.com/daerduoCarey/partnet_dataset; the data has
terms of its own, which whoever imports it has agreed to.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pinpoint3d.errors import FileFormatError
from pinpoint3d.synth.assets import Asset, Part
from pinpoint3d.synth.imported.cleaning import Model, cleaned
from pinpoint3d.synth.imported.described import Described
from pinpoint3d.synth.imported.kinds import finish_of, kind_of, part_name
from pinpoint3d.synth.imported.meshes import Y_UP, ObjFolder, joined

TREES = ("result_after_merging.json", "result.json")
"""The tree with the categories that benchmarks use, and the annotators' own."""

MAX_NODES = 5_000
LICENCE = "ShapeNet terms of use"
CREDIT = "PartNet v0 (Mo et al. 2019), models of ShapeNet"


@dataclass(frozen=True)
class Node:
    """A part of the annotated tree.

    Attributes
    ----------
    name
        As in the file.
    parent
        Index of the node it belongs to, -1 for the root. Parents come first.
    objs
        Names of the meshes that are this part; only those of nodes without children count.
    """

    name: str
    parent: int
    objs: tuple[str, ...]


def read(folder: Path, *, subset: Literal["train", "val"]) -> Asset:
    """The object of a PartNet folder.

    Parameters
    ----------
    folder
        One of the numbered folders below `data`.
    subset
        Its side of the split; PartNet's own is in files beside the data.

    Raises
    ------
    FileAccessError
        If there is no tree in the folder.
    FileFormatError
        If the tree or a mesh is damaged, or a mesh is missing.
    """
    tree = next((folder / name for name in TREES if (folder / name).exists()), folder / TREES[-1])
    nodes = parse_tree(Described.read(tree))
    category, style = described_by_meta(folder / "meta.json")
    kind = kind_of(category or nodes[0].name)
    parts, pieces, objs = [], [], ObjFolder(tree)
    for index, node in enumerate(nodes):
        name = part_name(node.name)
        parts.append(Part(name, node.parent, finish_of(name, kind)))
        pieces += [(objs.read(f"objs/{obj}.obj"), index) for obj in node.objs]
    if not pieces:
        raise FileFormatError(f"{tree.name}: names no meshes; copy it again.")
    mesh = joined(pieces)
    model = Model(
        kind=kind,
        style=f"partnet/{style or folder.name}",
        vertices=mesh.vertices @ Y_UP.T,
        faces=mesh.faces,
        face_part=mesh.face_part,
        parts=tuple(parts),
        face_rgb=mesh.face_rgb,
        metric=False,
        subset=subset,
        licence=LICENCE,
        credit=CREDIT,
    )
    return cleaned(model, f"{folder.name}/{tree.name}")


def parse_tree(described: Described) -> tuple[Node, ...]:
    """Nodes of a `result.json`, the root first.

    Some nodes with children name meshes too: those of their children once more.
    """
    roots = described.items()
    if len(roots) != 1:
        raise described.error(f"has {len(roots)} trees instead of one")
    nodes: list[Node] = []
    stack = [(roots[0], -1)]
    while stack:
        entry, parent = stack.pop()
        children = entry.of("children").items() if entry.has("children") else []
        is_leaf = not children and entry.has("objs")
        objs = tuple(obj.text() for obj in entry.of("objs").items()) if is_leaf else ()
        nodes.append(Node(entry.of("name").text(), parent, objs))
        if len(nodes) + len(stack) + len(children) > MAX_NODES:
            raise described.error(f"has over {MAX_NODES:,} parts")
        stack += [(child, len(nodes) - 1) for child in reversed(children)]
    return tuple(nodes)


def described_by_meta(path: Path) -> tuple[str, str]:
    """Category and model of a `meta.json`; empty where there is none, or it is silent."""
    if not path.exists():
        return "", ""
    meta = Described.read(path)
    category, model = (
        meta.of(key).text() if meta.has(key) else "" for key in ("model_cat", "model_id")
    )
    return category, model
