"""Meshes of any format, and points laid on them where their vertices are too few to click on.

The readers of OBJ, glTF, STL and OFF each give a `Mesh`, and so does `mesh_of` for the PLY reader's
points and faces; `contents_of` turns it into points: first the vertices in the file's
order, then, on faces that are large for the whole, samples.
"""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Float64, Int32, Int64, UInt8
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError, SceneError
from pinpoint3d.files.contents import Contents

POINTS_WANTED = 80_000
"""Points that a mesh's surface should be covered by: 1 cm apart on 8 m2, the size of furniture."""

COARSE = 3.0
"""A face is covered by its own vertices unless its longest edge passes this many spacings."""

MAX_SAMPLES = 20_000_000
GREY = (0.5, 0.5, 0.5)
# Steps of the sequence that fills a square most evenly: powers of the root of g^3 = g + 1.
# M. Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018.
_PLASTIC = 1.324717957244746
_STEPS = np.array([1 / _PLASTIC, 1 / _PLASTIC**2])


@dataclass(frozen=True)
class Material:
    """Colour of a face: sRGB 0-1, times the texture if there is one (rows from the top)."""

    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)
    texture: UInt8[np.ndarray, "rows columns 3"] | None = None


@dataclass(frozen=True)
class Mesh:
    """Vertices and triangles as a file holds them.

    Attributes
    ----------
    format, colour, unit_to_m, up, notes, fields
        As in `Contents`; fields are those of the vertices.
    vertices, faces, rgb, normals
        One row a vertex or triangle, in the file's order; polygons are fans of triangles.
    uv
        Texture coordinates of each corner, (0, 0) the first pixel of the top row, or None.
    material_of_face, materials
        What the faces are painted with; used where vertices have no colours, or times them.
    """

    format: str
    vertices: Float[np.ndarray, "vertices 3"]
    faces: Int32[np.ndarray, "faces 3"]
    rgb: UInt8[np.ndarray, "vertices 3"] | None = None
    colour: str | None = None
    normals: Float32[np.ndarray, "vertices 3"] | None = None
    uv: Float32[np.ndarray, "faces 3 2"] | None = None
    material_of_face: Int32[np.ndarray, " faces"] | None = None
    materials: tuple[Material, ...] = ()
    fields: dict[str, NDArray[Any]] = field(default_factory=dict)
    unit_to_m: float | None = None
    up: str | None = None
    notes: tuple[str, ...] = ()


def contents_of(mesh: Mesh, path: Path, *, sample: float | None) -> Contents:
    """Vertices of a mesh as points, and samples behind them where faces are coarse.

    With `sample` None the spacing is the one at which `POINTS_WANTED` points cover the surface,
    whatever its unit, and only faces with an edge over `COARSE` spacings get samples: an even mesh
    of more than about 15,000 vertices gets none, a room's bare walls do. Samples lie where the
    running area passes a multiple of spacing squared and then along an even sequence within the
    face, so their density is the same everywhere and each reading gives the same points. The
    face of each sample is in `fields["source_face"]`, -1 for vertices.

    Parameters
    ----------
    mesh, path
        What was read, and the file for messages.
    sample
        Distance between samples in the file's units, or None.

    Raises
    ------
    FileFormatError
        If there are no vertices, or more samples than can be held.
    SceneError
        If `sample` is not a positive number, or there are no faces to lay points on.
    """
    if len(mesh.vertices) == 0:
        raise FileFormatError(f"{path.name}: holds no points.")
    check_sample(sample)
    if sample is not None and len(mesh.faces) == 0:
        raise SceneError(f"{path.name}: has no faces to lay points on; leave out sample.")
    faces, notes = mesh.faces, list(mesh.notes)
    if len(faces) and not ((faces >= 0) & (faces < len(mesh.vertices))).all():
        notes.append("a face names a vertex that does not exist; the faces are not used")
        faces = faces[:0]
    area, longest = _sizes(mesh.vertices, faces)
    with np.errstate(over="ignore"):
        total = float(area.sum())
    spacing = sample or math.sqrt(total / POINTS_WANTED)
    at = np.empty(0, np.int64)
    if math.isfinite(total) and spacing > 0:
        reach = spacing if sample else COARSE * spacing
        at = _faces_of_samples(np.where(longest > reach, area, 0.0), spacing, path)
    weights = _weights(len(at))
    has_faces = len(faces) > 0
    rgb, colour = mesh.rgb, mesh.colour
    if has_faces and mesh.materials:
        rgb, colour = _painted(mesh, faces), colour or "of materials"
    points = Contents(
        format=mesh.format,
        xyz=mesh.vertices,
        rgb=rgb,
        colour=None if rgb is None else colour,
        normals=mesh.normals,
        fields=dict(mesh.fields),
        faces=faces if has_faces else None,
        unit_to_m=mesh.unit_to_m,
        up=mesh.up,
        notes=tuple(notes),
    )
    return _with_samples(points, mesh, at, weights, spacing) if len(at) else points


def mesh_of(contents: Contents) -> Mesh:
    """The mesh that a format's points and triangles are."""
    faces = contents.faces
    return Mesh(
        format=contents.format,
        vertices=contents.xyz,
        faces=np.empty((0, 3), np.int32) if faces is None else faces,
        rgb=contents.rgb,
        colour=contents.colour,
        normals=contents.normals,
        fields=contents.fields,
        unit_to_m=contents.unit_to_m,
        up=contents.up,
        notes=contents.notes,
    )


def check_sample(sample: float | None) -> None:
    """Refuse a distance between samples that is none."""
    if sample is not None and not (math.isfinite(sample) and sample > 0):
        raise SceneError(f"sample is {sample}; give a distance above 0 in the file's units.")


def fans(
    index: Int32[np.ndarray, " corners"] | Int64[np.ndarray, " corners"],
    length: Int64[np.ndarray, " polygons"],
) -> NDArray[Any]:
    """Triangles (0, k, k + 1) of every polygon; those of fewer than three corners give none."""
    n_triangles = np.maximum(length - 2, 0)
    first = np.repeat(np.cumsum(length) - length, n_triangles)
    ends = np.cumsum(n_triangles)
    step = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - n_triangles, n_triangles)
    return np.stack([index[first], index[first + step + 1], index[first + step + 2]], axis=1)


def linear(srgb: Float[np.ndarray, "*shape"]) -> Float64[np.ndarray, "*shape"]:
    """Light of colours 0-1 as screens and images hold them. IEC 61966-2-1."""
    wide = srgb.astype(np.float64)
    return np.where(wide <= 0.04045, wide / 12.92, ((np.maximum(wide, 0) + 0.055) / 1.055) ** 2.4)


def srgb(light: Float[np.ndarray, "*shape"]) -> Float64[np.ndarray, "*shape"]:
    """Colours 0-1 of light 0-1, which is cut to that; the inverse of `linear`."""
    clipped = np.clip(np.nan_to_num(light.astype(np.float64)), 0, 1)
    return np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055)


def srgb_bytes(light: Float[np.ndarray, "*shape"]) -> UInt8[np.ndarray, "*shape"]:
    """Colours 0-255 of light 0-1."""
    return np.rint(255 * srgb(light)).astype(np.uint8)


# ---------------------------------------------------------------- samples


def _sizes(
    vertices: Float[np.ndarray, "vertices 3"], faces: Int32[np.ndarray, "faces 3"]
) -> tuple[Float64[np.ndarray, " faces"], Float64[np.ndarray, " faces"]]:
    """Area and longest edge of each face; 0 where a corner is not finite."""
    with np.errstate(all="ignore"):
        a, b, c = (vertices[faces[:, k]].astype(np.float64) for k in range(3))
        ab, ac, bc = b - a, c - a, c - b
        area = np.linalg.norm(np.cross(ab, ac), axis=1) / 2
        longest = np.sqrt(np.max([(e * e).sum(axis=1) for e in (ab, ac, bc)], axis=0))
    bad = ~(np.isfinite(area) & np.isfinite(longest))
    area[bad] = longest[bad] = 0
    return area, longest


def _faces_of_samples(
    area: Float64[np.ndarray, " faces"], spacing: float, path: Path
) -> Int64[np.ndarray, " samples"]:
    """The face of each sample: one for every spacing squared of the running area."""
    running = np.cumsum(area)
    with np.errstate(over="ignore"):
        wanted = running[-1] / spacing**2 if len(running) and spacing**2 > 0 else 0.0
    if wanted > MAX_SAMPLES:
        raise FileFormatError(
            f"{path.name}: points {spacing:g} apart on its faces would be over {MAX_SAMPLES:,}; "
            "give a larger sample distance."
        )
    positions = (np.arange(round(wanted)) + 0.5) * spacing**2
    return np.minimum(np.searchsorted(running, positions, side="right"), len(area) - 1)


def _weights(n_samples: int) -> Float64[np.ndarray, "samples 3"]:
    """Weights of the three corners for each sample; even over a triangle."""
    square = (0.5 + np.arange(n_samples)[:, None] * _STEPS) % 1
    folded = np.where(square.sum(axis=1, keepdims=True) > 1, 1 - square, square)
    return np.concatenate([1 - folded.sum(axis=1, keepdims=True), folded], axis=1)


def _with_samples(
    points: Contents,
    mesh: Mesh,
    at: Int64[np.ndarray, " samples"],
    weights: Float64[np.ndarray, "samples 3"],
    spacing: float,
) -> Contents:
    """Contents with samples behind the vertices; fields are those of a face's first corner."""
    corners = mesh.faces[at]

    def blended(values: NDArray[Any]) -> Float64[np.ndarray, "samples k"]:
        with np.errstate(over="ignore", invalid="ignore"):
            return sum(  # pyright: ignore[reportReturnType]  # three terms, so never plain 0
                weights[:, k, None] * values[corners[:, k]].astype(np.float64) for k in range(3)
            )

    def joined(values: NDArray[Any], samples: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([values, samples.astype(values.dtype)])

    xyz = joined(points.xyz, blended(points.xyz))
    rgb = points.rgb
    if rgb is not None:
        colours = (
            _colours(mesh, at, weights)
            if mesh.materials
            else np.rint(blended(rgb)).astype(np.uint8)
        )
        rgb = np.concatenate([rgb, colours])
    normals = points.normals
    if normals is not None:
        between = blended(normals)
        length = np.linalg.norm(between, axis=1, keepdims=True)
        normals = joined(normals, between / np.where(length > 0, length, 1))
    fields = {k: np.concatenate([v, v[corners[:, 0]]]) for k, v in points.fields.items()}
    vertex = np.full(len(points.xyz), -1, np.int32)
    fields["source_face"] = np.concatenate([vertex, at.astype(np.int32)])
    note = (
        f"{len(at):,} points about {spacing:.2g} apart were laid on its faces, because its "
        f"{len(vertex):,} vertices alone are too far apart to click on"
    )
    return Contents(
        format=points.format,
        xyz=xyz,
        rgb=rgb,
        colour=points.colour,
        normals=normals,
        fields=fields,
        faces=points.faces,
        unit_to_m=points.unit_to_m,
        up=points.up,
        notes=(*points.notes, note),
        n_laid=len(at),
    )


# ---------------------------------------------------------------- colours


def _painted(mesh: Mesh, faces: Int32[np.ndarray, "faces 3"]) -> UInt8[np.ndarray, "vertices 3"]:
    """Colour of each vertex at the first corner that names it; unused vertices keep theirs."""
    n = len(mesh.vertices)
    out = np.full((n, 3), round(255 * GREY[0]), np.uint8) if mesh.rgb is None else mesh.rgb.copy()
    corner_of_vertex = np.full(n, -1)
    # Of several assignments to one place the last one stays.
    corner_of_vertex[faces.ravel()[::-1]] = np.arange(faces.size)[::-1]
    used = np.flatnonzero(corner_of_vertex >= 0)
    face, corner = np.divmod(corner_of_vertex[used], 3)
    out[used] = _colours(mesh, face, np.eye(3)[corner])
    return out


def _colours(
    mesh: Mesh, at: Int64[np.ndarray, " samples"], weights: Float64[np.ndarray, "samples 3"]
) -> UInt8[np.ndarray, "samples 3"]:
    """Material times texture times vertex colour, as light, at places within faces."""
    material = np.zeros_like(at) if mesh.material_of_face is None else mesh.material_of_face[at]
    light = linear(np.array([m.colour for m in mesh.materials]))[material]
    if mesh.uv is not None:
        uv = np.einsum("sk,skc->sc", weights, mesh.uv[at].astype(np.float64))
        for i, m in enumerate(mesh.materials):
            if m.texture is not None:
                here = np.flatnonzero(material == i)
                light[here] *= linear(_pixels(m.texture, uv[here]) / 255.0)
    if mesh.rgb is not None:
        corners = linear(mesh.rgb[mesh.faces[at]] / 255.0)  # (samples, corners, 3)
        light *= np.einsum("sk,skc->sc", weights, corners)
    return srgb_bytes(light)


def _pixels(
    texture: UInt8[np.ndarray, "rows columns 3"], uv: Float64[np.ndarray, "samples 2"]
) -> UInt8[np.ndarray, "samples 3"]:
    """Nearest pixels; the texture repeats in both directions."""
    height, width = texture.shape[:2]
    with np.errstate(invalid="ignore"):
        u, v = np.nan_to_num(uv % 1.0).T
    column = np.minimum((u * width).astype(np.int64), width - 1)
    row = np.minimum((v * height).astype(np.int64), height - 1)
    return texture[row, column]
