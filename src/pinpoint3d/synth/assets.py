"""Assets: one object as a mesh whose every face knows its part.

`synth.shapes` makes assets by procedure (with `shapes.builder`). `pose` opens their doors and
drawers; `at_level` says which part a face belongs to when only coarser parts are asked for.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Float32, Int32, UInt8

Finish = Literal[
    "wood",
    "paint",
    "metal",
    "plastic",
    "fabric",
    "leather",
    "ceramic",
    "stone",
    "glass",
    "screen",
    "print",
    "paper",
    "rubber",
    "leaf",
    "wicker",
]
"""What a part is usually made of; `textures.paint` decides what it looks like this time."""


@dataclass(frozen=True)
class Part:
    """A named piece of an asset that a person could click.

    Attributes
    ----------
    name
        In lower-case words: "drawer", "left armrest". Siblings may share a name.
    parent
        Index of the part it belongs to, or -1 if it belongs to the whole object. A parent comes
        before its children.
    finish
        What it is usually made of.
    """

    name: str
    parent: int = -1
    finish: Finish = "paint"


@dataclass(frozen=True)
class Joint:
    """How a part, with all below it, moves against its parent.

    Attributes
    ----------
    part
        Index of the moving part.
    kind
        "hinge" turns about the axis (radians), "slide" moves along it (metres).
    origin, axis
        A point on the axis and its unit direction, in the asset's frame.
    low, high
        Range of the state; 0 is closed, or at rest.
    state
        Where it stands now.
    """

    part: int
    kind: Literal["hinge", "slide"]
    origin: tuple[float, float, float]
    axis: tuple[float, float, float]
    low: float
    high: float
    state: float = 0.0


@dataclass(frozen=True)
class Support:
    """A level rectangle on which things may stand, in the asset's frame.

    Attributes
    ----------
    low, high
        Corners in x and y, metres.
    z
        Height of the surface.
    clearance
        Free height above it; infinite for the top of a table.
    """

    low: tuple[float, float]
    high: tuple[float, float]
    z: float
    clearance: float = math.inf


@dataclass(frozen=True)
class Asset:
    """A part-labelled mesh: metres, z up, lowest point at 0, front towards -y.

    Attributes
    ----------
    kind
        What a person calls it: "cabinet".
    style
        Which of the family's discrete choices it shows; objects of one style look alike.
    vertices, faces
        float32 (V, 3) and int32 (F, 3). No vertex is shared between parts.
    face_part
        Index into `parts` of every face. int32 (F,).
    parts
        The part tree, parents before children.
    joints, supports
        What moves, and where things may stand.
    face_rgb
        sRGB of every face for assets that bring their colours, else None. uint8 (F, 3).
    subset
        "val" for objects that only evaluation may see.
    licence, credit
        For imported assets; made ones need none.
    """

    kind: str
    style: str
    vertices: Float32[np.ndarray, "vertices 3"]
    faces: Int32[np.ndarray, "faces 3"]
    face_part: Int32[np.ndarray, " faces"]
    parts: tuple[Part, ...]
    joints: tuple[Joint, ...] = ()
    supports: tuple[Support, ...] = ()
    face_rgb: UInt8[np.ndarray, "faces 3"] | None = None
    subset: Literal["train", "val"] = "train"
    licence: str = ""
    credit: str = ""

    def __post_init__(self) -> None:
        assert all(part.parent < i for i, part in enumerate(self.parts)), "parents come first"
        assert len(self.face_part) == len(self.faces)
        assert 0 <= self.face_part.min() <= self.face_part.max() < len(self.parts)

    @property
    def low(self) -> Float32[np.ndarray, "3"]:
        """Lower corner of the bounding box."""
        return self.vertices.min(axis=0)

    @property
    def high(self) -> Float32[np.ndarray, "3"]:
        """Upper corner of the bounding box."""
        return self.vertices.max(axis=0)


def below(parts: Sequence[Part], part: int) -> Bool[np.ndarray, " parts"]:
    """Which parts are `part` or lie under it in the tree."""
    inside = np.zeros(len(parts), bool)
    inside[part] = True
    for i in range(part + 1, len(parts)):  # parents come first, so one pass is enough
        if parts[i].parent >= 0:
            inside[i] |= inside[parts[i].parent]
    return inside


def at_level(parts: Sequence[Part], level: int) -> Int32[np.ndarray, " parts"]:
    """The ancestor of each part on a level of the tree: 0 for the top, 1 for its children, ...

    A part that is not as deep as `level` is its own answer.
    """
    depth = np.zeros(len(parts), np.int32)
    ancestor = np.arange(len(parts), dtype=np.int32)
    for i, part in enumerate(parts):
        if part.parent >= 0:
            depth[i] = depth[part.parent] + 1
            if depth[i] > level:
                ancestor[i] = ancestor[part.parent]
    return ancestor


def pose(asset: Asset, states: Sequence[float]) -> Asset:
    """The asset with its joints moved to `states`, one a joint, in their order."""
    vertices = asset.vertices.astype(np.float64)
    moved: list[Joint] = []
    # The last joint first: what hangs below a part moves before the part carries it along.
    for joint, state in reversed(list(zip(asset.joints, states, strict=True))):
        carried = below(asset.parts, joint.part)
        rows = np.unique(asset.faces[carried[asset.face_part]])
        step = state - joint.state
        axis, origin = np.asarray(joint.axis), np.asarray(joint.origin)
        turn = np.eye(3) if joint.kind == "slide" else _turn(axis, step)
        shift = axis * step if joint.kind == "slide" else origin - turn @ origin
        vertices[rows] = vertices[rows] @ turn.T + shift
        moved = [
            replace(
                other,
                origin=_triple(turn @ np.asarray(other.origin) + shift),
                axis=_triple(turn @ np.asarray(other.axis)),
            )
            if carried[other.part]
            else other
            for other in moved
        ]
        moved.append(replace(joint, state=float(state)))
    return replace(asset, vertices=vertices.astype(np.float32), joints=tuple(reversed(moved)))


def pose_at_random(asset: Asset, rng: np.random.Generator, share_open: float = 0.3) -> Asset:
    """The asset with some of its joints opened, others left as they are."""
    states = []
    for joint in asset.joints:
        opened = rng.random() < share_open
        share = rng.uniform(0.08, 1.0)  # a crack is the least that counts as open
        states.append(joint.low + share * (joint.high - joint.low) if opened else joint.state)
    return pose(asset, states)


def face_areas(
    vertices: Float[np.ndarray, "vertices 3"], faces: Int32[np.ndarray, "faces 3"]
) -> Float[np.ndarray, " faces"]:
    """Area of every face, square metres."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


def _triple(values: Float[np.ndarray, "3"]) -> tuple[float, float, float]:
    x, y, z = (float(v) for v in values)
    return x, y, z


def _turn(axis: Float[np.ndarray, "3"], angle: float) -> Float[np.ndarray, "3 3"]:
    """Rotation matrix about a unit axis (Rodrigues)."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * (cross @ cross)
