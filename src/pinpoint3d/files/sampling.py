"""Points laid evenly over the faces of a mesh whose vertices are too few to click on."""

import math
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Float64, Int64
from numpy.typing import NDArray

from pinpoint3d.errors import SceneError
from pinpoint3d.files.contents import Contents
from pinpoint3d.files.surface import Mesh

ENOUGH = 60_000  # points: a coarser mesh is filled up to this, whatever its size and units
MAX_SAMPLES = 20_000_000
_STEPS = (0.7548776662466927, 0.5698402909980532)  # 1/g and 1/g^2, g the real root of g^3 = g + 1


def with_samples(mesh: Mesh, spacing: float | None) -> Contents:
    """The mesh with points on its faces behind its vertices.

    Without `spacing`, a mesh of fewer than `ENOUGH` vertices gets as many points as it lacks; with
    it, one point for each square of that side, in the file's units. The field `source_face` holds
    the face of each, -1 for vertices. Positions depend on nothing but the mesh.

    Raises
    ------
    SceneError
        If `spacing` is no positive number, or so small that there are over `MAX_SAMPLES` points.
    """
    if spacing is not None and not (math.isfinite(spacing) and spacing > 0):
        raise SceneError(f"a sample spacing of {spacing}; give a positive number in file units.")
    n_points = len(mesh.xyz)
    if mesh.faces is None or len(mesh.faces) == 0 or (spacing is None and n_points >= ENOUGH):
        return _plain(mesh)
    area = _areas(mesh)
    total = float(np.sum(area))
    if not (math.isfinite(total) and total > 0):
        return _plain(mesh)
    if spacing is None:
        n_samples = ENOUGH - n_points
    else:
        wanted = total / spacing / spacing
        if not wanted <= MAX_SAMPLES:
            raise SceneError(
                f"a sample spacing of {spacing} lays over {MAX_SAMPLES:,} points on this mesh; "
                "give a wider one."
            )
        n_samples = max(1, round(wanted))
    face, weight = _places(area, n_samples)
    return _joined(mesh, face, weight)


def _areas(mesh: Mesh) -> Float64[np.ndarray, " faces"]:
    """Areas of the faces, 0 for those that have none or no finite one."""
    assert mesh.faces is not None
    with np.errstate(all="ignore"):
        a, b, c = (mesh.xyz[mesh.faces[:, k]].astype(np.float64) for k in range(3))
        area = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
        return np.where(np.isfinite(area) & (area < 1e300), area, 0.0)


def _places(
    area: Float64[np.ndarray, " faces"], n_samples: int
) -> tuple[Int64[np.ndarray, " samples"], Float64[np.ndarray, "samples 3"]]:
    """Faces and barycentric weights of samples, equally many for equal area.

    Faces are met in equal steps along the sum of their areas; within a face, places follow the
    additive recurrence R2 (Martin Roberts, "The unreasonable effectiveness of quasirandom
    sequences", 2018), folded from the square to the triangle.
    """
    number = np.arange(n_samples)
    ends = np.cumsum(area)
    face = np.searchsorted(ends, (number + 0.5) * (ends[-1] / n_samples), side="right")
    face = np.minimum(face, int(np.flatnonzero(area)[-1]))
    u, v = ((0.5 + number * step) % 1.0 for step in _STEPS)
    outside = u + v > 1
    u, v = np.where(outside, 1 - u, u), np.where(outside, 1 - v, v)
    return face.astype(np.int64), np.stack([1 - u - v, u, v], axis=1)


def _joined(
    mesh: Mesh, face: Int64[np.ndarray, " samples"], weight: Float64[np.ndarray, "samples 3"]
) -> Contents:
    assert mesh.faces is not None
    corners = mesh.faces[face]
    nearest = corners[np.arange(len(face)), weight.argmax(axis=1)]
    fields = {k: np.concatenate([v, v[nearest]]) for k, v in mesh.fields.items()}
    fields["source_face"] = np.concatenate([np.full(len(mesh.xyz), -1), face]).astype(np.int32)
    rgb, normals = mesh.rgb, mesh.normals
    if rgb is not None:
        laid = mesh.paint(face, weight) if mesh.paint else _blend(rgb, corners, weight)
        rgb = np.concatenate([rgb, np.rint(laid).astype(np.uint8)])
    if normals is not None:
        blended = _blend(normals, corners, weight)
        with np.errstate(all="ignore"):
            length = np.linalg.norm(blended, axis=1, keepdims=True)
            blended = np.where(length > 0, blended / np.where(length > 0, length, 1), 0)
        normals = np.concatenate([normals, blended.astype(np.float32)])
    positions = _blend(mesh.xyz, corners, weight).astype(mesh.xyz.dtype)
    return replace(
        _plain(mesh),
        xyz=np.concatenate([mesh.xyz, positions]),
        rgb=rgb,
        normals=normals,
        fields=fields,
        notes=(*mesh.notes, f"{len(face):,} points are laid on its faces, behind its vertices"),
    )


def _blend(
    values: NDArray[np.generic],
    corners: NDArray[np.int32],
    weight: Float64[np.ndarray, "samples 3"],
) -> Float[np.ndarray, "samples 3"]:
    with np.errstate(all="ignore"):
        return sum(
            (values[corners[:, k]].astype(np.float64) * weight[:, k, None] for k in range(3)),
            np.zeros((len(corners), 3)),
        )


def _plain(mesh: Mesh) -> Contents:
    return Contents(**{name: getattr(mesh, name) for name in Contents.__dataclass_fields__})
