"""From what a source holds to an `Asset`: read `cleaned` first.

Degenerate and doubled faces go, pieces of a part that lie apart become parts of their own, what is
too small to click joins its neighbour, and the whole gets a plausible size and stands on z = 0.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Float64, Int32, Int64, UInt8
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pinpoint3d.errors import FileFormatError
from pinpoint3d.synth.assets import Asset, Joint, Part, face_areas
from pinpoint3d.synth.imported.kinds import SUPPORTING, scale_of
from pinpoint3d.synth.imported.supports import find_supports

CLICKABLE_SHARE = 0.002  # of the surface: 40 points of a thing that shows 20,000
CLICKABLE_LENGTH = 0.08  # of the longest side: a cable or a rod has little surface, yet is seen
LEAST_SHARE = 0.0005  # of the surface, however long: a rim a few micrometres wide is not seen
GAP = 0.01  # of the longest side: pieces nearer than this count as touching
MOST_PIECES = 12  # a part of more pieces is one by nature: foliage, slats, keys
MOST_COMPARED = 1500  # pieces of one part whose distances are all looked at
LEVELS = 1 << 20  # of the grid on which equal corners are found: a micrometre in a metre
THIN = 1e-6  # of the longest side: a triangle less high than this is a line
LARGEST, SMALLEST = 1e9, 1e-9  # longest side in the source's numbers; beyond, they are none


@dataclass(frozen=True)
class Model:
    """An object as its source gives it, but with z up and its front towards -y if that is known.

    Attributes
    ----------
    kind, style, parts, joints, subset, licence, credit
        As of `Asset`. Joints are in the frame and unit of `vertices`.
    vertices, faces, face_part, face_rgb
        As of `Asset`, but vertices may be shared, and faces may name none or be degenerate.
    metric
        Whether lengths are in a unit, or mean nothing.
    """

    kind: str
    style: str
    vertices: Float64[np.ndarray, "vertices 3"]
    faces: Int32[np.ndarray, "faces 3"]
    face_part: Int32[np.ndarray, " faces"]
    parts: tuple[Part, ...]
    joints: tuple[Joint, ...] = ()
    face_rgb: UInt8[np.ndarray, "faces 3"] | None = None
    metric: bool = True
    subset: Literal["train", "val"] = "train"
    licence: str = ""
    credit: str = ""


def cleaned(model: Model, source: str) -> Asset:
    """The asset of a model; `source` names its file in messages.

    Faces are those of the model, without those that have no area or lie on another one. Parts
    without surface are left out, as are levels of the tree that tell nothing: one part that holds
    all the others, or that has a single child.

    Raises
    ------
    FileFormatError
        If no surface is left, or the object's size is no number.
    """
    model = _with_faces(model, _usable(model))
    size = _longest_side(model, source)
    corner = _welded(model, size)
    model = _with_faces(model, kept := _solid(model, corner, size))
    corner = corner[kept]
    if len(model.faces) == 0:
        raise FileFormatError(f"{source}: has no surface; export its triangles.")
    model = _split(model, corner, size)
    model = _without_dust(model, size)
    model = _pruned(model)
    asset = _placed(model, _longest_side(model, source))
    if model.kind not in SUPPORTING:
        return asset
    return replace(asset, supports=find_supports(asset.vertices, asset.faces))


# ---------------------------------------------------------------- faces


def _usable(model: Model) -> Bool[np.ndarray, " faces"]:
    """Faces whose corners are there and have a place."""
    n = len(model.vertices)
    inside = np.asarray(((model.faces >= 0) & (model.faces < n)).all(axis=1))
    if n == 0:
        return inside
    with np.errstate(invalid="ignore"):
        finite = np.asarray((np.abs(model.vertices) < LARGEST).all(axis=1))
    return np.asarray(inside & finite[np.where(inside[:, None], model.faces, 0)].all(axis=1))


def _with_faces(model: Model, kept: Bool[np.ndarray, " faces"]) -> Model:
    return replace(
        model,
        faces=model.faces[kept],
        face_part=model.face_part[kept],
        face_rgb=None if model.face_rgb is None else model.face_rgb[kept],
    )


def _longest_side(model: Model, source: str) -> float:
    if len(model.faces) == 0:
        raise FileFormatError(f"{source}: has no surface; export its triangles.")
    used = model.vertices[np.unique(model.faces)]
    size = float((used.max(axis=0) - used.min(axis=0)).max())
    if not SMALLEST < size < LARGEST:
        raise FileFormatError(f"{source}: is {size:g} long, which is no size; export it anew.")
    return size


def _welded(model: Model, size: float) -> Int64[np.ndarray, "faces 3"]:
    """Corners of every face, equal where they are in the same place."""
    used = model.vertices[model.faces.ravel()]
    steps = np.rint((used - used.min(axis=0)) * (LEVELS / size)).astype(np.int64)
    key = (steps[:, 0] << 42) | (steps[:, 1] << 21) | steps[:, 2]
    _, corner = np.unique(key, return_inverse=True)
    return corner.reshape(-1, 3)


def _solid(
    model: Model, corner: Int64[np.ndarray, "faces 3"], size: float
) -> Bool[np.ndarray, " faces"]:
    """Faces that have area, and the first of those that cover each other."""
    a, b, c = (model.vertices[model.faces[:, k]] for k in range(3))
    longest = np.sqrt(np.max([((p - q) ** 2).sum(axis=1) for p, q in ((a, b), (b, c), (c, a))], 0))
    twice_area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    has_area = twice_area > longest * THIN * size
    ordered = np.sort(corner, axis=1)
    order = np.lexsort((np.arange(len(ordered)), *ordered.T[::-1]))
    repeats = np.zeros(len(ordered), bool)
    repeats[order[1:]] = (ordered[order[1:]] == ordered[order[:-1]]).all(axis=1)
    return np.asarray(has_area & ~repeats)


# ---------------------------------------------------------------- parts


def _split(model: Model, corner: Int64[np.ndarray, "faces 3"], size: float) -> Model:
    """The model with pieces of a part that lie apart as parts of the same name.

    They stand beside it, or below it if it moves or has parts below: what moves it moves them.
    """
    piece = _pieces(corner, model.face_part)
    pieces = _measured(model, piece, int(piece.max()) + 1)
    total = float(pieces.area.sum())
    part_of_piece = np.zeros(len(pieces.area), np.int32)
    part_of_piece[piece] = model.face_part
    parts = list(model.parts)
    holders = {part.parent for part in parts} | {joint.part for joint in model.joints}
    order = np.argsort(part_of_piece, kind="stable")
    edges = np.searchsorted(part_of_piece[order], np.arange(len(model.parts) + 1))
    for part in range(len(model.parts)):
        members = order[edges[part] : edges[part + 1]]
        if not 1 < len(members) <= MOST_COMPARED:
            continue
        group = _touching(pieces.low[members], pieces.high[members], GAP * size)
        groups = [members[group == k] for k in range(int(group.max()) + 1)]
        whole = [g for g in groups if _is_clickable(pieces, g, total, size)]
        if not 1 < len(whole) <= MOST_PIECES:
            continue
        whole.sort(key=lambda g: -float(pieces.area[g].sum()))
        boxes = [(pieces.low[g].min(axis=0), pieces.high[g].max(axis=0)) for g in whole]
        parent = part if part in holders else parts[part].parent
        new = [part, *range(len(parts), len(parts) + len(whole) - 1)]
        parts += [replace(parts[part], parent=parent)] * (len(whole) - 1)
        for rows in groups:
            low, high = pieces.low[rows].min(axis=0), pieces.high[rows].max(axis=0)
            near = [_box_distance(low, high, *box) for box in boxes]
            part_of_piece[rows] = new[int(np.argmin(near))]
        for rows, index in zip(whole, new, strict=True):
            part_of_piece[rows] = index
    return replace(model, parts=tuple(parts), face_part=part_of_piece[piece])


@dataclass(frozen=True)
class _Measures:
    """Surface and box of numbered groups of faces; boxes of empty ones are inverted."""

    area: Float64[np.ndarray, " groups"]
    low: Float64[np.ndarray, "groups 3"]
    high: Float64[np.ndarray, "groups 3"]


def _measured(model: Model, group: NDArray[Any], n_groups: int) -> _Measures:
    corners = model.vertices[model.faces]
    low, high = np.full((n_groups, 3), np.inf), np.full((n_groups, 3), -np.inf)
    np.minimum.at(low, group, corners.min(axis=1))
    np.maximum.at(high, group, corners.max(axis=1))
    area = np.bincount(group, face_areas(model.vertices, model.faces), n_groups)
    return _Measures(area, low, high)


def _pieces(
    corner: Int64[np.ndarray, "faces 3"], face_part: Int32[np.ndarray, " faces"]
) -> Int32[np.ndarray, " faces"]:
    """Connected piece of every face; pieces keep within a part."""
    n_corners = int(corner.max()) + 1
    key = face_part[:, None].astype(np.int64) * n_corners + corner
    known, node = np.unique(key, return_inverse=True)
    node = node.reshape(-1, 3)
    start, end = np.concatenate([node[:, :2], node[:, 1:]]).T
    links = coo_matrix((np.ones(len(start), bool), (start, end)), shape=(len(known), len(known)))
    _, label = connected_components(links, directed=False)
    return label[node[:, 0]].astype(np.int32)


def _touching(
    low: Float64[np.ndarray, "pieces 3"], high: Float64[np.ndarray, "pieces 3"], gap: float
) -> Int32[np.ndarray, " pieces"]:
    """Groups of pieces whose boxes come within a gap of each other."""
    near = ((low[:, None] <= high[None] + gap) & (low[None] <= high[:, None] + gap)).all(axis=2)
    _, group = connected_components(coo_matrix(near), directed=False)
    return group.astype(np.int32)


def _is_clickable(pieces: _Measures, rows: NDArray[Any], total: float, size: float) -> bool:
    """Whether a person could hit this: it has some surface, or is long."""
    extent = pieces.high[rows].max(axis=0) - pieces.low[rows].min(axis=0)
    share = float(pieces.area[rows].sum()) / total
    is_long = float(extent.max()) >= CLICKABLE_LENGTH * size
    return share >= (LEAST_SHARE if is_long else CLICKABLE_SHARE)


def _box_distance(
    low: Float64[np.ndarray, "3"],
    high: Float64[np.ndarray, "3"],
    other_low: Float64[np.ndarray, "3"],
    other_high: Float64[np.ndarray, "3"],
) -> float:
    return float(np.linalg.norm(np.maximum(0, np.maximum(low - other_high, other_low - high))))


def _without_dust(model: Model, size: float) -> Model:
    """The model with parts that are too small to click joined to their neighbours.

    Only parts with nothing below them that do not move by themselves are dust. The neighbour is
    the nearest part beside it, of several in whose boxes it lies the smallest; or else its parent.
    """
    n_parts = len(model.parts)
    measures = _measured(model, model.face_part, n_parts)
    total = float(measures.area.sum())
    has_surface = measures.area > 0
    holders = {part.parent for part in model.parts}
    moving = {joint.part for joint in model.joints}
    dust = np.array(
        [
            bool(has_surface[i])
            and i not in holders
            and i not in moving
            and not _is_clickable(measures, np.array([i]), total, size)
            for i in range(n_parts)
        ]
    )
    into = np.arange(n_parts, dtype=np.int32)
    parent = np.array([part.parent for part in model.parts])
    is_moving = np.isin(np.arange(n_parts), list(moving))
    for i in np.flatnonzero(dust):
        near = np.flatnonzero((parent == parent[i]) & has_surface & ~dust & ~is_moving)
        if len(near):
            low, high = measures.low[near], measures.high[near]
            outside = np.maximum(0, np.maximum(measures.low[i] - high, low - measures.high[i])).max(
                axis=1
            )
            steps = np.floor(outside / (GAP * size))
            into[i] = near[np.lexsort((near, np.linalg.norm(high - low, axis=1), steps))[0]]
        elif parent[i] >= 0:
            into[i] = parent[i]
    return replace(model, face_part=into[model.face_part])


def _pruned(model: Model) -> Model:
    """The model without parts that have no surface, or say no more than the one above or below."""
    has_surface = np.bincount(model.face_part, minlength=len(model.parts)) > 0
    alive = has_surface.copy()
    for i in reversed(range(len(model.parts))):
        if alive[i] and model.parts[i].parent >= 0:
            alive[model.parts[i].parent] = True
    parent = [part.parent for part in model.parts]
    children: list[list[int]] = [[] for _ in parent]
    tops = []
    for i in np.flatnonzero(alive).tolist():
        (children[parent[i]] if parent[i] >= 0 else tops).append(i)
    moving = {joint.part for joint in model.joints}
    into = np.arange(len(parent))
    for i in np.flatnonzero(alive).tolist():  # parents first, so that chains shorten from above
        while (
            alive[i]
            and not has_surface[i]
            and len(children[i]) == 1
            and not {i, children[i][0]} <= moving
        ):
            (child,) = children[i]
            into[child], alive[child] = i, False
            has_surface[i], children[i] = has_surface[child], children[child]
            moving |= {i} if child in moving else set()
            for grandchild in children[i]:
                parent[grandchild] = i
    while len(tops) == 1 and not has_surface[tops[0]] and tops[0] not in moving:
        alive[tops[0]], tops = False, children[tops[0]]
        for top in tops:
            parent[top] = -1
    return _renumbered(model, alive, np.array(parent), into)


def _renumbered(
    model: Model,
    alive: Bool[np.ndarray, " parts"],
    parent: NDArray[Any],
    into: NDArray[Any],
) -> Model:
    """The model with only some of its parts; all else must have been taken `into` one of them."""
    new_index = np.where(alive, np.cumsum(alive) - 1, -1)
    parts = tuple(
        replace(model.parts[i], parent=int(new_index[parent[i]]) if parent[i] >= 0 else -1)
        for i in np.flatnonzero(alive)
    )
    joints = [
        replace(joint, part=int(new_index[into[joint.part]]))
        for joint in model.joints
        if new_index[into[joint.part]] >= 0
    ]
    joints.sort(key=lambda joint: joint.part)  # `pose` takes those of parents first
    face_part = new_index[into[model.face_part]].astype(np.int32)
    return replace(model, parts=parts, joints=tuple(joints), face_part=face_part)


# ---------------------------------------------------------------- place


def _placed(model: Model, size: float) -> Asset:
    """The asset: of its kind's size, on z = 0, in the middle, no vertex shared between parts."""
    n = len(model.vertices)
    key = model.face_part[:, None].astype(np.int64) * n + model.faces
    known, faces = np.unique(key, return_inverse=True)
    xyz = model.vertices[known % n]
    low, high = xyz.min(axis=0), xyz.max(axis=0)
    middle = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    scale = scale_of(model.kind, size, metric=model.metric)

    def joint_placed(joint: Joint) -> Joint:
        x, y, z = ((np.array(joint.origin) - middle) * scale).tolist()
        far = scale if joint.kind == "slide" else 1.0
        return replace(joint, origin=(x, y, z), low=joint.low * far, high=joint.high * far)

    return Asset(
        kind=model.kind,
        style=model.style,
        vertices=((xyz - middle) * scale).astype(np.float32),
        faces=faces.reshape(-1, 3).astype(np.int32),
        face_part=model.face_part,
        parts=model.parts,
        joints=tuple(joint_placed(joint) for joint in model.joints),
        face_rgb=model.face_rgb,
        subset=model.subset,
        licence=model.licence,
        credit=model.credit,
    )
