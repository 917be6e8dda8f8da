"""What was found in a file and what is assumed where it is silent: units, up, offset.

A guess is only made from strong evidence, is always reported, and every one can be overridden.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from scipy.spatial import KDTree

from pinpoint3d.errors import SceneError
from pinpoint3d.files.contents import Contents
from pinpoint3d.types import UP_AXES, Report, Scene

UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001}
SAMPLE = 200_000  # points that stand for all when spacing is estimated
QUERIES = 2_000
FEWEST_FOR_GUESS = 1_000  # points: a handful says nothing about units
WIDE_SPACING = 0.3  # m: no scanner of rooms or objects leaves such gaps
GEOREFERENCED = 10_000.0  # a cloud this far from its origin is in metres of a map projection
PLAUSIBLE_SPACING = (0.0002, 0.1)  # m
PLAUSIBLE_DIAGONAL = (0.02, 100.0)  # m


def choose_unit(
    contents: Contents, valid: Bool[np.ndarray, " points"], given: str | None
) -> tuple[str, str]:
    """Unit name and where it comes from: "given", "stated" by the format, or "guessed".

    Metres unless the numbers rule them out: at least `FEWEST_FOR_GUESS` points, wider apart than
    `WIDE_SPACING` if they were metres, and quite ordinary in millimetres or centimetres.
    """
    if given is not None:
        if given not in UNITS:
            raise SceneError(f"units are {given!r}; give one of {', '.join(UNITS)}.")
        return given, "given"
    if contents.unit_to_m is not None:
        return next(u for u, scale in UNITS.items() if scale == contents.unit_to_m), "stated"
    if np.count_nonzero(valid) < FEWEST_FOR_GUESS:
        return "m", "guessed"
    lower, upper = bounds(contents.xyz, valid)
    diagonal = float(np.linalg.norm(upper - lower))
    if max(abs(lower).max(), abs(upper).max()) > GEOREFERENCED:
        return "m", "guessed"
    gap = spacing(contents.xyz, valid)
    if gap > WIDE_SPACING:
        for unit in ("mm", "cm"):
            scale = UNITS[unit]
            if (
                PLAUSIBLE_SPACING[0] <= gap * scale <= PLAUSIBLE_SPACING[1]
                and PLAUSIBLE_DIAGONAL[0] <= diagonal * scale <= PLAUSIBLE_DIAGONAL[1]
            ):
                return unit, "guessed"
    return "m", "guessed"


def choose_up(
    contents: Contents, valid: Bool[np.ndarray, " points"], given: str | None
) -> tuple[str, str]:
    """Axis that points up and where that comes from.

    An organised cloud is one camera's view: all in front of it with z forward means y points down,
    all with z backward means y points up. Other clouds are taken as z up, the custom of scanners.
    """
    if given is not None:
        if given not in UP_AXES:
            raise SceneError(f"up is {given!r}; give one of {', '.join(UP_AXES)}.")
        return given, "given"
    if contents.up is not None:
        return contents.up, "stated"
    if contents.shape is not None:
        depth = contents.xyz[valid, 2]
        if (depth > 0).all():
            return "-y", "guessed"
        if (depth < 0).all():
            return "+y", "guessed"
    return "+z", "guessed"


def make_report(
    scene: Scene,
    contents: Contents,
    *,
    unit: tuple[str, str],
    up: tuple[str, str],
    notes: tuple[str, ...],
) -> Report:
    """Report of a scene made from a file's contents."""
    lower, upper = bounds(scene.xyz, scene.valid)
    x, y, z = (float(v) for v in upper - lower)
    return Report(
        format=contents.format,
        n_points=len(scene),
        n_finite=int(np.count_nonzero(scene.valid)),
        n_duplicates=count_duplicates(scene.xyz[scene.valid]),
        extent_m=(x, y, z),
        spacing_m=spacing(scene.xyz, scene.valid),
        unit=unit[0],
        unit_from=unit[1],
        up=up[0],
        up_from=up[1],
        origin_m=(float(scene.origin[0]), float(scene.origin[1]), float(scene.origin[2])),
        colour=contents.colour,
        has_normals=contents.normals is not None,
        n_faces=0 if contents.faces is None else len(contents.faces),
        shape=contents.shape,
        fields=tuple(contents.fields),
        notes=(*contents.notes, *notes),
    )


def report_as_dict(report: Report) -> Mapping[str, Any]:
    """Plain values under the report's own names, for JSON."""
    return {name: getattr(report, name) for name in report.__dataclass_fields__}


def bounds(
    xyz: Float[np.ndarray, "points 3"], valid: Bool[np.ndarray, " points"]
) -> tuple[Float[np.ndarray, "3"], Float[np.ndarray, "3"]]:
    """Lower and upper corner of the finite points, without a copy of them."""
    inside = valid[:, None]
    lower = xyz.min(axis=0, where=inside, initial=np.inf)
    return lower, xyz.max(axis=0, where=inside, initial=-np.inf)


def spacing(xyz: Float[np.ndarray, "points 3"], valid: Bool[np.ndarray, " points"]) -> float:
    """Median distance to the nearest distinct point, in the units given.

    A large cloud is cut to the slab of it that holds `SAMPLE` points about its middle, which
    keeps neighbours together; distances from `QUERIES` of them are taken.
    """
    points = xyz[valid]
    if len(points) > SAMPLE:
        axis = int(np.argmax(np.subtract(*reversed(bounds(points, np.ones(len(points), bool))))))
        middle = len(points) // 2
        order = np.argpartition(points[:, axis], (middle - SAMPLE // 2, middle + SAMPLE // 2))
        points = points[order[middle - SAMPLE // 2 : middle + SAMPLE // 2]]
    points = np.unique(points, axis=0)
    if len(points) < 2:
        return 0.0
    tree = KDTree(points, balanced_tree=False, compact_nodes=False)
    distance, _ = tree.query(points[:: max(1, len(points) // QUERIES)], k=2)
    return float(np.median(distance[:, 1]))


def count_duplicates(xyz: Float[np.ndarray, "points 3"]) -> int:
    """Points that lie exactly where an earlier one lies."""
    if len(xyz) == 0:
        return 0
    bits = np.ascontiguousarray(xyz + 0.0).view(f"u{xyz.itemsize}")  # + 0.0: one zero, not two
    mixed = bits[:, 0].astype(np.uint64)
    for column in (1, 2):  # a 64-bit hash: false hits are one in 10^5 at 10 M points
        mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed += bits[:, column].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed.sort()
    return int(np.count_nonzero(mixed[1:] == mixed[:-1]))
