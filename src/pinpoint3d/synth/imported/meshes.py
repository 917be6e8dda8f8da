"""Meshes of files as triangles with a colour each, and folders of OBJ files of one object."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int32, UInt8

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.obj import read_obj
from pinpoint3d.files.siblings import read_sibling
from pinpoint3d.files.surface import Mesh, contents_of

MAX_BYTES = 1 << 28  # of all the OBJ files of one object
MAX_FACES = 4_000_000  # of one object, counted as often as it uses a file

Y_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""Turns y up and front +z (glTF, PartNet) into z up and front -y."""


@dataclass(frozen=True)
class Triangles:
    """A mesh whose faces have colours, or none.

    `rgb` is sRGB, one row a face.
    """

    vertices: Float64[np.ndarray, "vertices 3"]
    faces: Int32[np.ndarray, "faces 3"]
    rgb: UInt8[np.ndarray, "faces 3"] | None


@dataclass(frozen=True)
class Joined:
    """Several meshes in one.

    Attributes
    ----------
    vertices, faces, face_rgb
        As of `Triangles`; meshes without colours are grey if others have some.
    face_part
        The part that each face's mesh was said to be.
    """

    vertices: Float64[np.ndarray, "vertices 3"]
    faces: Int32[np.ndarray, "faces 3"]
    face_part: Int32[np.ndarray, " faces"]
    face_rgb: UInt8[np.ndarray, "faces 3"] | None


def triangles_of(mesh: Mesh, path: Path) -> Triangles:
    """The surface of a file."""
    return Triangles(mesh.vertices.astype(np.float64), mesh.faces, _face_colours(mesh, path))


def joined(pieces: list[tuple[Triangles, int]]) -> Joined:
    """Meshes in their order, each with its part."""
    assert pieces
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh, _ in pieces[:-1]])
    faces = [
        np.where(mesh.faces < 0, -1, mesh.faces + start)
        for (mesh, _), start in zip(pieces, starts, strict=True)
    ]
    rgb = None
    if any(mesh.rgb is not None for mesh, _ in pieces):
        grey = np.array([[128, 128, 128]], np.uint8)
        rgb = np.concatenate(
            [grey.repeat(len(m.faces), axis=0) if m.rgb is None else m.rgb for m, _ in pieces]
        )
    counts = [len(mesh.faces) for mesh, _ in pieces]
    return Joined(
        vertices=np.concatenate([mesh.vertices for mesh, _ in pieces]),
        faces=np.concatenate(faces).astype(np.int32),
        face_part=np.repeat([part for _, part in pieces], counts).astype(np.int32),
        face_rgb=rgb,
    )


class ObjFolder:
    """The OBJ files that a description names beside itself, each read once.

    Parameters
    ----------
    description
        The file that names them; only its folder and what lies below is looked into.
    """

    def __init__(self, description: Path) -> None:
        self._description = description
        self._known: dict[str, Triangles] = {}
        self._bytes_left = MAX_BYTES
        self._faces_left = MAX_FACES

    def read(self, name: str) -> Triangles:
        """The surface of one file.

        Raises
        ------
        FileFormatError
            If it is missing or damaged, or all of them together are too large.
        """
        if name not in self._known:
            content = read_sibling(self._description, name, self._bytes_left)
            self._bytes_left -= len(content)
            path = self._description.parent / name.replace("\\", "/")
            self._known[name] = triangles_of(read_obj(content, path), path)
        found = self._known[name]
        self._faces_left -= len(found.faces)
        if self._faces_left < 0:
            raise FileFormatError(
                f"{self._description.name}: makes an object of over {MAX_FACES:,} triangles; "
                "simplify it first."
            )
        return found


def _face_colours(mesh: Mesh, path: Path) -> UInt8[np.ndarray, "faces 3"] | None:
    """Colour in the middle of every face, from materials, textures and vertices."""
    n = len(mesh.faces)
    if n == 0 or (mesh.rgb is None and not mesh.materials):
        return None
    corners = np.clip(mesh.faces, 0, len(mesh.vertices) - 1)
    uv = mesh.uv
    if uv is not None:
        with np.errstate(all="ignore"):
            uv = uv.mean(axis=1, keepdims=True).repeat(3, axis=1)
    # Each face shrunk to its middle, which then is a vertex that has one colour.
    middles = Mesh(
        format=mesh.format,
        vertices=np.zeros((n, 3)),
        faces=np.arange(n, dtype=np.int32).repeat(3).reshape(n, 3),
        rgb=None if mesh.rgb is None else mesh.rgb[corners].mean(axis=1).round().astype(np.uint8),
        uv=uv,
        material_of_face=mesh.material_of_face,
        materials=mesh.materials,
    )
    return contents_of(middles, path, sample=None).rgb
