"""OFF and its variants COFF, NOFF, CNOFF: a list of vertices and a list of polygons, as text.

After Geomview's manual, "OFF files": an optional header word, the counts of vertices, faces and
edges, then a line for each vertex and face, colours at the end of either.
"""

import re
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int32, UInt8

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.storage import HEAD_BYTES
from pinpoint3d.files.surface import Material, Mesh, fans
from pinpoint3d.files.tables import parse_rows

# Well-known sets of models have "OFF490 518 0" on their first line: no space is needed.
_HEADER = re.compile(
    rb"\s*(?:#[^\n]*\n\s*)*(?P<kind>(?:ST)?C?N?(?:4n?|n)?OFF)(?![A-Za-z_])[ \t]*(BINARY)?"
)


def sniff(head: bytes) -> bool:
    """Whether these first bytes are an OFF file's."""
    return _HEADER.match(head) is not None


def read_off(data: bytes, path: Path) -> Mesh:
    """Vertices and triangle fans of the faces; colours of either."""
    match = _HEADER.match(data[:HEAD_BYTES])
    if match is None:
        raise FileFormatError(f"{path.name}: does not begin with OFF; copy it again.")
    kind = match["kind"].decode()
    if match[2] or "4" in kind or "n" in kind:
        form = "binary OFF" if match[2] else f"{kind}, whose points are not of three numbers"
        raise FileFormatError(f"{path.name}: is {form}; convert it to plain OFF or PLY.")
    lines = [
        line for raw in data[match.end() :].splitlines() if (line := raw.split(b"#")[0].strip())
    ]
    try:
        counts = [int(word) for word in lines[0].split()[:2]] if lines else []
    except ValueError:
        counts = []
    if len(counts) != 2 or min(counts) < 0:
        raise FileFormatError(f"{path.name}: its first line does not count vertices and faces.")
    n_vertices, n_faces = counts
    if len(lines) - 1 < n_vertices + n_faces:
        raise FileFormatError(
            f"{path.name}: header promises {n_vertices:,} vertices and {n_faces:,} faces but "
            f"{len(lines) - 1:,} lines follow; copy it again."
        )
    if n_vertices == 0:
        raise FileFormatError(f"{path.name}: holds no points.")
    table = parse_rows(lines[1 : 1 + n_vertices], path, what="vertex")
    faces, face_of_triangle, face_colours = _faces(
        lines[1 + n_vertices : 1 + n_vertices + n_faces], n_vertices, path
    )
    normal_at = 3
    colour_at = 6 if "N" in kind else 3
    if table.shape[1] < colour_at:
        raise FileFormatError(f"{path.name}: its vertices have only {table.shape[1]} numbers.")
    has_colours = table.shape[1] >= colour_at + 3 and "ST" not in kind
    rgb, stored = _bytes(table[:, colour_at : colour_at + 3]) if has_colours else (None, None)
    materials: tuple[Material, ...] = ()
    material_of_face = None
    if rgb is None and face_colours is not None:
        colours, of_face = np.unique(face_colours, axis=0, return_inverse=True)
        materials = tuple(Material((r / 255, g / 255, b / 255)) for r, g, b in colours.tolist())
        material_of_face = of_face.reshape(-1)[face_of_triangle].astype(np.int32)
    with np.errstate(over="ignore"):
        normals = table[:, normal_at:6].astype(np.float32) if "N" in kind else None
    return Mesh(
        format=kind,
        vertices=np.ascontiguousarray(table[:, :3]),
        faces=faces,
        rgb=rgb,
        colour=stored,
        normals=normals,
        material_of_face=material_of_face,
        materials=materials,
    )


def _faces(
    lines: list[bytes], n_vertices: int, path: Path
) -> tuple[
    Int32[np.ndarray, "triangles 3"],
    Int32[np.ndarray, " triangles"],
    UInt8[np.ndarray, "faces 3"] | None,
]:
    """Triangles, the polygon of each, and the polygons' colours if all have one."""
    corners: list[list[int]] = []
    colours: list[list[float]] = []
    for number, line in enumerate(lines, 1):
        words = line.split()
        try:
            n = int(words[0])
            polygon = [int(word) for word in words[1 : n + 1]]
            colour = [float(word) for word in words[n + 1 : n + 4]]
        except ValueError:
            n, polygon, colour = -1, [], []
        if n < 0 or len(polygon) != n:
            raise FileFormatError(
                f"{path.name}: face {number:,} does not hold as many whole numbers as it says."
            )
        if polygon and not 0 <= min(polygon) <= max(polygon) < n_vertices:
            polygon = [-1] * n  # no such vertex: `contents_of` says so and leaves the faces out
        corners.append(polygon)
        colours.append(colour)
    length = np.array([len(polygon) for polygon in corners], np.int64)
    index = np.array([i for polygon in corners for i in polygon], np.int32)
    of_triangle = np.repeat(np.arange(len(lines), dtype=np.int32), np.maximum(length - 2, 0))
    if lines and all(len(colour) == 3 for colour in colours):
        rgb, _ = _bytes(np.array(colours))
        return fans(index, length), of_triangle, rgb
    return fans(index, length), of_triangle, None


def _bytes(
    values: Float64[np.ndarray, "rows 3"],
) -> tuple[UInt8[np.ndarray, "rows 3"] | None, str | None]:
    """Colours as 0-255 and how they were stored; None if the values can be no colours."""
    if not np.isfinite(values).all() or values.min() < 0 or values.max() > 255:
        return None, None
    if values.max() <= 1:
        return np.rint(255 * values).astype(np.uint8), "0-1"
    return np.rint(values).astype(np.uint8), "0-255"
