"""STL, binary and ASCII: loose triangles, so three points a face, which are not merged."""

import re
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.surface import Mesh
from pinpoint3d.files.tables import parse_rows

_RECORD = np.dtype([("normal", "<f4", 3), ("corner", "<f4", (3, 3)), ("attribute", "<u2")])
_HEADER = 84  # 80 bytes of anything and the number of triangles


def sniff(head: bytes) -> bool:
    """Whether these first bytes are an ASCII STL file's; the binary form has no mark."""
    return re.match(rb"\s*solid\b[^\0]*?\bfacet\s+normal\b", head, re.IGNORECASE) is not None


def read_stl(data: bytes, path: Path) -> Mesh:
    """Triangles of an STL file.

    A binary file may begin with "solid" like an ASCII one; it is told by its length.
    """
    count = int.from_bytes(data[80:_HEADER], "little") if len(data) >= _HEADER else 0
    fits = len(data) == _HEADER + count * _RECORD.itemsize
    if sniff(data[: 1 << 16]) and not fits:
        return _ascii(data, path)
    return _binary(data, count, path)


def _binary(data: bytes, count: int, path: Path) -> Mesh:
    rest = len(data) - _HEADER - count * _RECORD.itemsize
    if len(data) < _HEADER:
        raise FileFormatError(f"{path.name}: is too short for an STL file; copy it again.")
    if rest < 0:
        raise FileFormatError(
            f"{path.name}: header promises {count:,} triangles but the file ends after "
            f"{(len(data) - _HEADER) // _RECORD.itemsize:,}; copy it again."
        )
    rows = np.frombuffer(data, _RECORD, count, _HEADER)
    attributes = np.repeat(rows["attribute"], 3)
    return _mesh(
        "STL, binary",
        rows["corner"].reshape(-1, 3).astype(np.float32),
        rows["normal"].astype(np.float32),
        fields={"attribute": attributes.astype(np.uint16)} if attributes.any() else {},
        notes=(f"{rest:,} bytes after the last triangle are not used",) if rest else (),
    )


def _ascii(data: bytes, path: Path) -> Mesh:
    corners: list[bytes] = []
    normals: list[bytes] = []
    last = b""
    for line in data.splitlines():
        words = line.split(None, 1)
        if not words:
            continue
        last = words[0].lower()
        if last == b"vertex" and len(words) > 1:
            corners.append(words[1])
        elif last == b"facet" and words[-1][:6].lower() == b"normal":
            normals.append(words[1][6:])
    if last != b"endsolid" or len(corners) != 3 * len(normals):
        raise FileFormatError(f"{path.name}: ends in the middle of a triangle; copy it again.")
    if not corners:
        raise FileFormatError(f"{path.name}: holds no points.")
    vertices = parse_rows(corners, path, what="vertex")
    directions = parse_rows(normals, path, what="normal")
    if vertices.shape[1] != 3 or directions.shape[1] != 3:
        raise FileFormatError(f"{path.name}: its vertices and normals are not three numbers each.")
    with np.errstate(over="ignore"):
        return _mesh("STL, ASCII", vertices, directions.astype(np.float32))


def _mesh(
    form: str,
    vertices: Float32[np.ndarray, "vertices 3"] | np.ndarray,
    normals: Float32[np.ndarray, "faces 3"],
    *,
    fields: dict[str, np.ndarray] | None = None,
    notes: tuple[str, ...] = (),
) -> Mesh:
    usable = bool(normals.any() and np.isfinite(normals).all())  # many writers leave them 0
    return Mesh(
        format=form,
        vertices=vertices,
        faces=np.arange(len(vertices), dtype=np.int32).reshape(-1, 3),
        normals=np.repeat(normals, 3, axis=0) if usable else None,
        fields=fields or {},
        notes=notes,
    )
