"""PartNet-Mobility: a folder an object, a URDF of links and joints, and the annotated parts.

`read` gives the asset with its doors, drawers and knobs movable. A moving link is a part; what the
annotation names within a link are parts below it. Meshes lie in `textured_objs`; the base link
turns them to z up, and objects look along its -x. After the notes of sapien.ucsd.edu; the data has
terms of its own, which whoever imports it has agreed to.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import numpy as np
from jaxtyping import Float64

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.siblings import SHOWN
from pinpoint3d.files.storage import read_bytes
from pinpoint3d.synth.assets import Asset, Joint, Part
from pinpoint3d.synth.imported.cleaning import Model, cleaned
from pinpoint3d.synth.imported.described import Described
from pinpoint3d.synth.imported.kinds import finish_of, kind_of, part_name
from pinpoint3d.synth.imported.meshes import ObjFolder, Triangles, joined
from pinpoint3d.synth.imported.partnet import Node, described_by_meta, parse_tree

ROBOT = "mobility.urdf"
MAX_XML_BYTES = 1 << 24
MAX_LINKS = 2_000
MAX_VISUALS = 20_000
LICENCE = "PartNet-Mobility (SAPIEN) terms of use"
CREDIT = "PartNet-Mobility (Xiang et al. 2020), models of PartNet and ShapeNet"

_TURNED = np.array([[0.0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
"""Turns the base link's -x, where objects look, to -y."""

_FULL_TURN = (0.0, 2 * math.pi)


@dataclass(frozen=True)
class _Visual:
    """A mesh of a link, and the annotated part it belongs to, by the visual's name."""

    name: str
    file: str
    place: Float64[np.ndarray, "4 4"]


@dataclass(frozen=True)
class _Link:
    name: str
    visuals: tuple[_Visual, ...]


@dataclass(frozen=True)
class _Hinging:
    """A URDF joint: how its child link stands in its parent, and how it may move."""

    kind: str
    parent: str
    child: str
    place: Float64[np.ndarray, "4 4"]
    axis: tuple[float, float, float]
    limits: tuple[float, float] | None


def read(folder: Path, *, subset: Literal["train", "val"]) -> Asset:
    """The object of a PartNet-Mobility folder, at rest.

    Raises
    ------
    FileAccessError
        If there is no `mobility.urdf` in it.
    FileFormatError
        If a file is damaged, a mesh is missing, or the links make no tree.
    """
    path = folder / ROBOT
    links, hingings = _parsed(read_bytes(path), path)
    order = _from_the_base(links, hingings, path)
    names = _link_names(folder)
    category, style = described_by_meta(folder / "meta.json")
    tree = folder / "result.json"
    nodes = parse_tree(Described.read(tree)) if tree.exists() else ()
    kind = kind_of(category or (nodes[0].name if nodes else ""))
    assembly = _Assembly(kind, ObjFolder(path), nodes)
    for link, hinging in order:
        assembly.add(link, hinging, names.get(link.name, link.name))
    if not assembly.pieces:
        raise FileFormatError(f"{path.name}: names no meshes; copy it again.")
    mesh = joined(assembly.pieces)
    model = Model(
        kind=kind,
        style=f"partnet-mobility/{style or folder.name}",
        vertices=mesh.vertices,
        faces=mesh.faces,
        face_part=mesh.face_part,
        parts=tuple(assembly.parts),
        joints=tuple(assembly.joints),
        face_rgb=mesh.face_rgb,
        metric=False,
        subset=subset,
        licence=LICENCE,
        credit=CREDIT,
    )
    return cleaned(model, f"{folder.name}/{path.name}")


class _Assembly:
    """Parts, joints and meshes, gathered link by link from the base on."""

    def __init__(self, kind: str, objs: ObjFolder, nodes: tuple[Node, ...]) -> None:
        self.parts: list[Part] = []
        self.joints: list[Joint] = []
        self.pieces: list[tuple[Triangles, int]] = []
        self._kind = kind
        self._objs = objs
        self._nodes = nodes
        self._node_of_obj = {obj: i for i, node in enumerate(nodes) for obj in node.objs}
        self._place: dict[str, Float64[np.ndarray, "4 4"]] = {}
        self._part: dict[str, int] = {}  # of each link; -1 while nothing on the way has moved

    def add(self, link: _Link, hinging: _Hinging | None, name: str) -> None:
        """Take in a link whose parent is known already."""
        above, part, moves = _TURNED, -1, False
        if hinging is not None:
            above, part = self._place[hinging.parent] @ hinging.place, self._part[hinging.parent]
            joint = _joint(hinging, above, len(self.parts))
            if joint is not None:
                part, moves = self._new_part(name, part), True
                self.joints.append(joint)
        self._place[link.name], self._part[link.name] = above, part
        part_of_node = self._nodes_within(link, part, moves=moves)
        part_of_name: dict[str, int] = {}
        for visual in link.visuals:
            index = part_of_node.get(self._node_of_obj.get(Path(visual.file).stem, -1))
            if index is None:
                own = part_name(visual.name)
                if visual.name not in part_of_name:
                    part_of_name[visual.name] = self._new_part(own, part)
                index = part_of_name[visual.name]
            mesh = self._objs.read(visual.file)
            matrix = above @ visual.place
            with np.errstate(all="ignore"):
                xyz = mesh.vertices @ matrix[:3, :3].T + matrix[:3, 3]
            self.pieces.append((Triangles(xyz, mesh.faces, mesh.rgb), index))

    def _nodes_within(self, link: _Link, part: int, *, moves: bool) -> dict[int, int]:
        """Parts for the annotated nodes that lie in this link, new ones, parents first.

        A node whose meshes are in several links is none of any; one that has all meshes of a link
        that moves is the link itself.
        """
        stems = {Path(visual.file).stem for visual in link.visuals}
        n_objs, n_inside = np.zeros((2, len(self._nodes)), int)
        for i in reversed(range(len(self._nodes))):
            node = self._nodes[i]
            n_objs[i] += len(node.objs)
            n_inside[i] += sum(obj in stems for obj in node.objs)
            if node.parent >= 0:
                n_objs[node.parent] += n_objs[i]
                n_inside[node.parent] += n_inside[i]
        own: dict[int, int] = {}
        for i, node in enumerate(self._nodes):
            if n_inside[i] == 0 or (n_inside[i] < n_objs[i] and not node.objs):
                continue
            if moves and n_inside[i] == len(stems):
                own[i] = part
                continue
            parent = own.get(node.parent, part)
            own[i] = self._new_part(part_name(node.name), parent)
        return own

    def _new_part(self, name: str, parent: int) -> int:
        self.parts.append(Part(part_name(name), parent, finish_of(part_name(name), self._kind)))
        return len(self.parts) - 1


def _joint(hinging: _Hinging, place: Float64[np.ndarray, "4 4"], part: int) -> Joint | None:
    """How a link moves, in the frame of the whole; None if it does not."""
    kinds: dict[str, Literal["hinge", "slide"]] = {
        "revolute": "hinge", "continuous": "hinge", "prismatic": "slide",
    }  # fmt: skip
    axis = place[:3, :3] @ np.array(hinging.axis)
    length = float(np.linalg.norm(axis))
    if hinging.kind not in kinds or not 1e-6 < length < math.inf:
        return None
    kind = kinds[hinging.kind]
    limits = hinging.limits
    if hinging.kind == "continuous" or (limits is None and kind == "hinge"):
        limits = _FULL_TURN
    if limits is None:
        return None
    x, y, z = (axis / length).tolist()
    ox, oy, oz = place[:3, 3].tolist()
    return Joint(part, kind, (ox, oy, oz), (x, y, z), min(*limits, 0.0), max(*limits, 0.0))


# ---------------------------------------------------------------- files


def _link_names(folder: Path) -> dict[str, str]:
    """What links are called, by `semantics.txt` ("link_0 hinge door") or `mobility_v2.json`."""
    semantics, mobility = folder / "semantics.txt", folder / "mobility_v2.json"
    if semantics.exists():
        lines = read_bytes(semantics).decode("utf-8", "replace").splitlines()
        rows = [line.split(None, 2) for line in lines]
        return {row[0]: row[2].strip() for row in rows if len(row) == 3}
    if not mobility.exists():
        return {}
    entries = Described.read(mobility).items()
    return {f"link_{entry.of('id').whole(0, 10**9)}": entry.of("name").text() for entry in entries}


def _parsed(content: bytes, path: Path) -> tuple[dict[str, _Link], list[_Hinging]]:
    """Links by name, and joints."""
    if len(content) > MAX_XML_BYTES:
        raise FileFormatError(f"{path.name}: has over {MAX_XML_BYTES:,} bytes; simplify it.")
    if re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", content):  # the means to make little text large
        raise FileFormatError(f"{path.name}: declares a document type; save it without one.")
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, LookupError, ValueError):
        raise FileFormatError(f"{path.name}: is no XML that can be read; copy it again.") from None
    links: dict[str, _Link] = {}
    n_visuals = 0
    for element in root.findall("link"):
        visuals = []
        for visual in element.findall("visual"):
            mesh = visual.find("geometry/mesh")
            if mesh is None:
                continue
            place = _place(visual.find("origin"), path)
            place[:3, :3] *= _numbers(mesh, "scale", (1.0, 1.0, 1.0), path)
            visuals.append(_Visual(visual.get("name", ""), mesh.get("filename", ""), place))
        name = element.get("name", "")
        n_visuals += len(visuals)
        if name in links or len(links) >= MAX_LINKS or n_visuals > MAX_VISUALS:
            raise FileFormatError(
                f"{path.name}: has two links {name[:SHOWN]!r}, or over {MAX_LINKS:,} of them; "
                "copy it again."
            )
        links[name] = _Link(name, tuple(visuals))
    return links, [_hinging(element, path) for element in root.findall("joint")]


def _hinging(element: ElementTree.Element, path: Path) -> _Hinging:
    parent, child, axis, limit = (element.find(k) for k in ("parent", "child", "axis", "limit"))
    if parent is None or child is None:
        raise FileFormatError(f"{path.name}: has a joint without parent or child; copy it again.")
    x, y, z = (1.0, 0.0, 0.0) if axis is None else _numbers(axis, "xyz", (1.0, 0.0, 0.0), path)
    limits = None
    if limit is not None:
        (low,), (high,) = (_numbers(limit, key, (0.0,), path) for key in ("lower", "upper"))
        limits = low, high
    return _Hinging(
        kind=element.get("type", ""),
        parent=parent.get("link", ""),
        child=child.get("link", ""),
        place=_place(element.find("origin"), path),
        axis=(x, y, z),
        limits=limits,
    )


def _place(origin: ElementTree.Element | None, path: Path) -> Float64[np.ndarray, "4 4"]:
    """Matrix of an origin: turned about x, then y, then z, then moved."""
    out = np.eye(4)
    if origin is None:
        return out
    roll, pitch, yaw = _numbers(origin, "rpy", (0.0, 0.0, 0.0), path)
    (sr, sp, sy), (cr, cp, cy) = (
        [turn(angle) for angle in (roll, pitch, yaw)] for turn in (math.sin, math.cos)
    )
    out[:3, :3] = [
        [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
        [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
        [-sp, cp * sr, cp * cr],
    ]
    out[:3, 3] = _numbers(origin, "xyz", (0.0, 0.0, 0.0), path)
    return out


def _numbers(
    element: ElementTree.Element, key: str, default: tuple[float, ...], path: Path
) -> tuple[float, ...]:
    text = element.get(key)
    if text is None:
        return default
    try:
        values = tuple(float(word) for word in text.split())
    except ValueError:
        values = ()
    if len(values) != len(default) or not all(abs(value) < 1e9 for value in values):
        raise FileFormatError(
            f"{path.name}: {key} is {text[:SHOWN]!r} where {len(default)} numbers belong; "
            "copy it again."
        )
    return values


def _from_the_base(
    links: dict[str, _Link], hingings: list[_Hinging], path: Path
) -> list[tuple[_Link, _Hinging | None]]:
    """Links with the joints that hold them, parents first."""
    below: dict[str, list[_Hinging]] = {}
    held = set()
    for hinging in hingings:
        if hinging.parent not in links or hinging.child not in links or hinging.child in held:
            raise FileFormatError(
                f"{path.name}: its joint of {hinging.child[:SHOWN]!r} joins no links, or a link "
                "twice; copy it again."
            )
        held.add(hinging.child)
        below.setdefault(hinging.parent, []).append(hinging)
    stack: list[tuple[_Link, _Hinging | None]] = [
        (link, None) for name, link in reversed(links.items()) if name not in held
    ]
    order = []
    while stack:
        link, hinging = stack.pop()
        order.append((link, hinging))
        stack += [(links[h.child], h) for h in reversed(below.get(link.name, []))]
    if len(order) < len(links):
        raise FileFormatError(f"{path.name}: its links run in a circle; copy it again.")
    return order
