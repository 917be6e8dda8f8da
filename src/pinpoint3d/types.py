"""The nouns that every other module speaks of: Scene, Click, Masks, Candidate, Suggestion.

All are immutable values that check what they are given and compute nothing. Read `Scene` first;
`docs/conventions.md` states axes, units, ids and special values once for all of them.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32, UInt8
from numpy.typing import ArrayLike, NDArray

from pinpoint3d.errors import ClickError, SceneError

MAX_ID = 2**31 - 1
"""Largest object or part id: masks are int32."""

LARGE_COORDINATE = 1000.0  # m: above this float32 steps pass 0.06 mm, so the offset is split off
_UP_AXES = {
    "+x": (1.0, 0.0, 0.0),
    "-x": (-1.0, 0.0, 0.0),
    "+y": (0.0, 1.0, 0.0),
    "-y": (0.0, -1.0, 0.0),
    "+z": (0.0, 0.0, 1.0),
    "-z": (0.0, 0.0, -1.0),
}
UP_AXES = tuple(_UP_AXES)
"""Names of the six directions that may point up."""


@dataclass(frozen=True)
class Report:
    """What a reader found in a file, and what it assumed where the file is silent.

    `unit_from` and `up_from` say where a value comes from: "stated" by the format, "guessed" from
    the numbers, or "given" by the caller.
    """

    format: str
    n_points: int
    n_finite: int
    n_duplicates: int
    extent_m: tuple[float, float, float]
    spacing_m: float
    unit: str
    unit_from: str
    up: str
    up_from: str
    origin_m: tuple[float, float, float]
    colour: str | None
    has_normals: bool
    n_faces: int
    shape: tuple[int, int] | None
    fields: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """The file a scene was read from: what a writer needs to leave all but the labels as it was.

    Attributes
    ----------
    path, sha256, size
        The file, the hash of its bytes in hex, and their number.
    format
        Name of the reader: "ply", "pcd", "las", "mesh", "arrays", "text" or "kitti".
    n_rows
        Points the file holds; a scene has more where a coarse mesh was sampled.
    unit_to_m
        Factor from file units to metres.
    report
        What was found and assumed on opening.
    options
        The flags it was opened with, so that a session can open it the same way again.
    """

    path: Path
    sha256: str
    size: int
    format: str
    n_rows: int
    unit_to_m: float
    report: Report
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Masks:
    """One object, part and confidence for every point of a scene, in its order.

    Parameters
    ----------
    object
        Object of each point, 0 for background. int32 (N,).
    part
        Part within its object, 0 for the rest of the object. int32 (N,); 0 where `object` is 0.
    confidence
        Probability in [0, 1] of the label given; 1 for ground truth. float32 (N,).

    Raises
    ------
    SceneError
        If lengths differ, an id is negative, a background point has a part, or a confidence lies
        outside [0, 1].
    """

    object: Int32[np.ndarray, " points"]
    part: Int32[np.ndarray, " points"]
    confidence: Float32[np.ndarray, " points"]

    def __post_init__(self) -> None:
        n = len(self.object)
        if len(self.part) != n or len(self.confidence) != n:
            raise SceneError(
                f"masks of {n:,} objects, {len(self.part):,} parts and "
                f"{len(self.confidence):,} confidences; give one of each for every point."
            )
        if n and (self.object.min() < 0 or self.part.min() < 0):
            raise SceneError("masks hold a negative id; background and rest are 0.")
        if np.any((self.object == 0) & (self.part != 0)):
            raise SceneError("masks give a part to background points; object 0 has only part 0.")
        if n and not (self.confidence.min() >= 0 and self.confidence.max() <= 1):
            raise SceneError("masks hold a confidence outside 0 to 1.")
        for name in ("object", "part", "confidence"):
            object.__setattr__(self, name, _frozen(getattr(self, name)))

    @classmethod
    def of(cls, objects: ArrayLike, parts: ArrayLike | None = None):
        """Masks from ids known for certain (ground truth): confidence 1, part 0 unless given."""
        object_ids = _ids(objects)
        part_ids = np.zeros_like(object_ids) if parts is None else _ids(parts)
        return cls(object_ids, part_ids, np.ones(len(object_ids), np.float32))

    @classmethod
    def empty(cls, n_points: int):
        """All background with confidence 0: the answer to no clicks."""
        ids = np.zeros(n_points, np.int32)
        return cls(ids, ids.copy(), np.zeros(n_points, np.float32))

    def __len__(self) -> int:
        return len(self.object)


class Scene:
    """An immutable cloud of N points, in the order of its file.

    Parameters
    ----------
    xyz
        Positions in metres, (N, 3), any real type. Rows with NaN or infinity are kept, so that
        order and count stay those of the file; they are never labelled.
    rgb
        Colours, uint8 (N, 3), or None.
    name
        Shown to people; usually the file's name.
    labels
        Known truth, or None.
    origin
        float64 (3,) added to `xyz` to give world positions. If None, and a coordinate passes
        1,000 m, the lower corner is moved here in whole metres so that float32 keeps 0.1 mm.
    up
        Direction against gravity: one of "+x" ... "-z", or a vector. Positions are not turned.
    fields
        Further values of every point, by name: arrays of length N in their own types.
    faces
        Triangles over the points, int32 (M, 3), or None.
    source
        The file this came from; set by `pinpoint3d.load`.

    Raises
    ------
    SceneError
        If shapes or types do not fit, there are no points, not one point is finite, or a position
        is too large for float32.

    Examples
    --------
    >>> scene = Scene(xyz=[[0, 0, 0], [1, 0, 0]], name="two points")
    >>> len(scene), scene.xyz.dtype.name
    (2, 'float32')
    """

    xyz: Float32[np.ndarray, "points 3"]
    rgb: UInt8[np.ndarray, "points 3"] | None
    origin: Float64[np.ndarray, "3"]
    up: Float64[np.ndarray, "3"]
    valid: Bool[np.ndarray, " points"]
    faces: Int32[np.ndarray, "faces 3"] | None
    fields: Mapping[str, NDArray[Any]]
    name: str
    labels: Masks | None
    source: Source | None

    __slots__ = (
        "faces",
        "fields",
        "labels",
        "name",
        "origin",
        "rgb",
        "source",
        "up",
        "valid",
        "xyz",
    )

    def __init__(
        self,
        xyz: ArrayLike,
        rgb: ArrayLike | None = None,
        *,
        name: str = "scene",
        labels: Masks | None = None,
        origin: ArrayLike | None = None,
        up: str | ArrayLike = "+z",
        fields: Mapping[str, NDArray[Any]] | None = None,
        faces: ArrayLike | None = None,
        source: Source | None = None,
    ) -> None:
        set_ = super().__setattr__
        positions = _positions(xyz)
        n = len(positions)
        valid = np.asarray(np.isfinite(positions).all(axis=1))
        if not valid.any():
            raise SceneError(f"{name}: not one of its {n:,} points is finite; nothing to segment.")
        local, offset = _split_offset(positions, valid, origin)
        set_("xyz", _frozen(local))
        set_("origin", _frozen(offset))
        set_("valid", _frozen(valid))
        set_("rgb", None if rgb is None else _frozen(_colours(rgb, n)))
        set_("up", _frozen(up_vector(up)))
        set_("faces", None if faces is None else _frozen(_faces(faces, n)))
        columns = {k: _array(v, f"field {k!r}") for k, v in (fields or {}).items()}
        for field_name, values in columns.items():
            count = len(values) if values.ndim else 0
            if count != n:
                raise SceneError(
                    f"field {field_name!r} has {count:,} values for {n:,} points; "
                    "give one for every point."
                )
        set_("fields", MappingProxyType({k: _frozen(v) for k, v in columns.items()}))
        if labels is not None and len(labels) != n:
            raise SceneError(f"labels for {len(labels):,} points given to a scene of {n:,}.")
        set_("labels", labels)
        set_("name", str(name))
        set_("source", source)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Scene is immutable; make a new one to change {name}.")

    def __len__(self) -> int:
        return len(self.xyz)

    def __repr__(self) -> str:
        parts = [f"{len(self):,} points", "colour" if self.rgb is not None else "no colour"]
        if self.faces is not None:
            parts.append(f"{len(self.faces):,} faces")
        if self.labels is not None:
            parts.append("labelled")
        return f"Scene({self.name!r}: {', '.join(parts)})"


@dataclass(frozen=True)
class Click:
    """A statement by a person: "this point belongs to that part of that object".

    Parameters
    ----------
    point
        Row of the scene. Give this or `position`.
    position
        World position in metres, snapped to the nearest point of the scene.
    object
        Object the point belongs to; 0 says background.
    part
        Part within the object; 0 claims the object but no part.
    granularity
        What an ambiguous click means, from 0 (finest part) to 1 (whole object); None lets the
        segmenter choose.

    Raises
    ------
    ClickError
        If there is neither a point nor a position, or both, or a value is of the wrong type or out
        of range.
    """

    point: int | np.integer | None = None
    object: int | np.integer = 1
    part: int | np.integer = 0
    position: Sequence[float] | np.ndarray | None = None
    granularity: float | None = None

    def __post_init__(self) -> None:
        if (self.point is None) == (self.position is None):
            raise ClickError("a click needs a point or a position, and not both.")
        for name in ("point", "object", "part"):
            value = getattr(self, name)
            if name != "point" or value is not None:
                object.__setattr__(self, name, whole_number(value, f"a click's {name}"))
        if self.object == 0 and self.part != 0:
            raise ClickError(
                f"a click gives part {self.part} to background; object 0 has no parts."
            )
        if self.position is not None:
            values = self.position if isinstance(self.position, Iterable) else ()
            position = [v for _, v in zip(range(4), values, strict=False)]  # a fourth is too many
            if len(position) != 3 or not all(_is_finite(v) for v in position):
                raise ClickError(
                    f"a click's position is {_brief(self.position)}; give three finite numbers."
                )
            object.__setattr__(self, "position", tuple(float(v) for v in position))
        granularity = self.granularity
        if granularity is not None and not (_is_finite(granularity) and 0 <= granularity <= 1):
            raise ClickError(f"a click's granularity is {_brief(granularity)}; give 0 to 1.")


@dataclass(frozen=True)
class Candidate:
    """One possible reading of one click.

    Parameters
    ----------
    mask
        Points it takes. bool (N,).
    score
        How likely this is what was meant, in [0, 1]; scores of the readings of a click rank them.
    """

    mask: Bool[np.ndarray, " points"]
    score: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "mask", _frozen(self.mask))


@dataclass(frozen=True)
class Suggestion:
    """A place where a click would help.

    Parameters
    ----------
    point
        Row of the scene.
    gain
        Points that are expected to change their label if it is clicked.
    """

    point: int
    gain: float


def whole_number(value: Any, what: str) -> int:
    """`value` as an int from 0 to `MAX_ID`; `what` names it in the error.

    Raises
    ------
    ClickError
        If it is anything else; a float passes where it is whole.
    """
    if not (_is_finite(value) and 0 <= value <= MAX_ID and value == int(value)):
        raise ClickError(f"{what} is {_brief(value)}; give a whole number from 0.")
    return int(value)


def up_vector(up: str | ArrayLike) -> Float64[np.ndarray, "3"]:
    """Unit vector of an axis name ("+z") or of any vector."""
    if isinstance(up, str):
        if up not in _UP_AXES:
            raise SceneError(f"up is {up!r}; give one of {', '.join(UP_AXES)}.")
        return np.array(_UP_AXES[up])
    vector = _array(up, "up")
    fits = vector.shape == (3,) and vector.dtype.kind in "iuf"
    vector = vector.astype(np.float64) if fits else np.zeros(3)
    length = np.linalg.norm(vector)
    if not (np.isfinite(length) and length > 0):
        raise SceneError(f"up is {_brief(up)}; give an axis name or a vector of three numbers.")
    return vector / length


def _is_finite(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an int beyond float64
        return False


def _brief(value: object) -> str:
    """What an error shows of a value: enough to know it by, whatever its size."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _array(values: ArrayLike, what: str) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except (ValueError, TypeError):
        raise SceneError(f"{what} has rows of different lengths; give a regular array.") from None


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Read-only, C-contiguous view or copy; the caller's own array stays writeable."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def _ids(values: ArrayLike) -> Int32[np.ndarray, " points"]:
    ids = _array(values, "a list of ids")
    if ids.ndim != 1 or ids.dtype.kind not in "iu":
        raise SceneError(f"ids of type {ids.dtype} and shape {ids.shape}; give whole numbers (N,).")
    if len(ids) and ids.max() > MAX_ID:
        raise SceneError(f"an id is {ids.max():,}; the largest is {MAX_ID:,}.")
    return ids.astype(np.int32)


def _positions(xyz: ArrayLike) -> NDArray[Any]:
    array = _array(xyz, "xyz")
    if array.ndim != 2 or array.shape[1] != 3 or array.dtype.kind not in "iuf":
        raise SceneError(
            f"xyz has shape {array.shape} and type {array.dtype}; give numbers of shape (N, 3)."
        )
    if len(array) == 0:
        raise SceneError("a scene needs at least one point; this one has none.")
    if len(array) > MAX_ID:
        raise SceneError(f"a scene of {len(array):,} points; the most is {MAX_ID:,}.")
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _split_offset(
    positions: NDArray[Any], valid: Bool[np.ndarray, " points"], origin: ArrayLike | None
) -> tuple[Float32[np.ndarray, "points 3"], Float64[np.ndarray, "3"]]:
    """Local float32 positions and the float64 offset that brings them back to the world."""
    lower = positions.min(axis=0, where=valid[:, None], initial=np.inf)
    upper = positions.max(axis=0, where=valid[:, None], initial=-np.inf)
    large = max(abs(lower).max(), abs(upper).max()) > LARGE_COORDINATE
    if origin is None:
        offset = np.floor(lower.astype(np.float64)) if large else np.zeros(3)
        shift = offset
    else:
        offset, shift = _array(origin, "origin"), np.zeros(3)
        if offset.shape != (3,) or offset.dtype.kind not in "iuf" or not np.isfinite(offset).all():
            raise SceneError(f"origin is {_brief(origin)}; give three finite numbers.")
        offset = offset.astype(np.float64)
    reach = max(abs(lower - shift).max(), abs(upper - shift).max())
    if not reach <= np.finfo(np.float32).max:
        raise SceneError(f"xyz reaches {reach:.3g} m, too far for float32; give metres.")
    local = np.empty(positions.shape, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):  # in rows that are not finite as they are
        for axis in range(3):  # a column at a time: never a float64 copy of the whole cloud
            local[:, axis] = positions[:, axis] - shift[axis]
    return local, offset


def _colours(rgb: ArrayLike, n_points: int) -> UInt8[np.ndarray, "points 3"]:
    array = _array(rgb, "rgb")
    if array.shape != (n_points, 3) or array.dtype != np.uint8:
        raise SceneError(
            f"rgb has shape {array.shape} and type {array.dtype}; "
            f"give uint8 of shape ({n_points}, 3)."
        )
    return array.copy()


def _faces(faces: ArrayLike, n_points: int) -> Int32[np.ndarray, "faces 3"]:
    array = _array(faces, "faces")
    if array.ndim != 2 or array.shape[1] != 3 or array.dtype.kind not in "iu":
        raise SceneError(f"faces have shape {array.shape} and type {array.dtype}; give (M, 3).")
    if len(array) and (array.min() < 0 or array.max() >= n_points):
        raise SceneError(f"a face names a point outside the scene of {n_points:,} points.")
    return array.astype(np.int32)
