"""OBJ of Wavefront: vertices with or without colours, polygons, materials and their textures.

Vertex i of the scan is the i-th `v` line, whether a face uses it or not. Materials and textures are
read only from the folder of the file. Format after "Object Files (.obj)", Alias|Wavefront, 1995.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Float64, Int64, UInt8

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.siblings import SHOWN, sibling_or_reason
from pinpoint3d.files.surface import Material, Mesh, fans
from pinpoint3d.files.tables import parse_rows
from pinpoint3d.files.textures import MAX_PIXELS, decode_texture

MAX_LIBRARIES = 16
MAX_LIBRARY_BYTES = 1 << 24
MAX_TEXTURE_BYTES = 1 << 28


@dataclass
class _Lines:
    """Lines of each kind without their keyword, and what was in force at each face."""

    vertices: list[bytes] = field(default_factory=list)
    texture_coordinates: list[bytes] = field(default_factory=list)
    faces: list[bytes] = field(default_factory=list)
    vertices_before: list[int] = field(default_factory=list)  # counts at each face, to which
    coordinates_before: list[int] = field(default_factory=list)  # negative indices refer
    material: list[int] = field(default_factory=list)
    material_names: dict[str, int] = field(default_factory=lambda: {"": 0})
    libraries: list[str] = field(default_factory=list)


def read_obj(data: bytes, path: Path) -> Mesh:
    """Vertices and triangle fans of an OBJ file, colours of vertices or materials."""
    lines = _sorted_lines(data)
    if not lines.vertices:
        raise FileFormatError(f"{path.name}: holds no points.")
    table = parse_rows(lines.vertices, path, what="vertex")
    if table.shape[1] not in (3, 4, 6, 7):
        raise FileFormatError(
            f"{path.name}: its vertices have {table.shape[1]} numbers instead of 3, or 6 with "
            "colours."
        )
    rgb, stored = _colours(table[:, 3:6]) if table.shape[1] >= 6 else (None, None)
    corner, coordinate, length = _corners(lines, path)
    faces = fans(corner, length)
    notes: list[str] = []
    materials: tuple[Material, ...] = ()
    uv = material_of_face = None
    if rgb is None and len(lines.material_names) > 1:
        materials, notes = _materials(lines, path)
    if materials:
        of_face = np.array(lines.material, np.int32)
        material_of_face = np.repeat(of_face, np.maximum(length - 2, 0))
        if coordinate is not None and any(m.texture is not None for m in materials):
            uv = _texture_coordinates(lines, fans(coordinate, length), path)
    return Mesh(
        format="OBJ",
        vertices=np.ascontiguousarray(table[:, :3]),
        faces=faces.astype(np.int32),
        rgb=rgb,
        colour=stored,
        uv=uv,
        material_of_face=material_of_face,
        materials=materials,
        notes=tuple(notes),
    )


def _sorted_lines(data: bytes) -> _Lines:
    if b"\\" in data:  # a backslash at its end continues a line
        data = data.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ")
    out, material = _Lines(), 0
    for line in data.splitlines():
        words = line.split(None, 1)
        if not words:
            continue
        key, rest = words[0], words[1] if len(words) > 1 else b""
        if key == b"v":
            out.vertices.append(rest.split(b"#", 1)[0] if b"#" in rest else rest)
        elif key == b"f":
            out.faces.append(rest)
            out.vertices_before.append(len(out.vertices))
            out.coordinates_before.append(len(out.texture_coordinates))
            out.material.append(material)
        elif key == b"vt":
            out.texture_coordinates.append(rest)
        elif key == b"usemtl":
            name = rest.decode("latin-1").strip()
            material = out.material_names.setdefault(name, len(out.material_names))
        elif key == b"mtllib":
            out.libraries.append(rest.decode("latin-1").strip())
    return out


def _colours(
    values: Float64[np.ndarray, "vertices 3"],
) -> tuple[UInt8[np.ndarray, "vertices 3"] | None, str | None]:
    """Colours as 0-255 and how they were stored; None if the values can be no colours."""
    if not np.isfinite(values).all() or values.min() < 0 or values.max() > 255:
        return None, None
    if values.max() <= 1:
        return np.rint(255 * values).astype(np.uint8), "0-1"
    return np.rint(values).astype(np.uint8), "0-255"


# ---------------------------------------------------------------- faces


def _corners(
    lines: _Lines, path: Path
) -> tuple[
    Int64[np.ndarray, " corners"],
    Int64[np.ndarray, " corners"] | None,
    Int64[np.ndarray, " polygons"],
]:
    """Vertex and texture coordinate of each corner, from 0, and how many corners a polygon has.

    Texture coordinates are None unless every corner names one. An index that names no vertex
    becomes -1.
    """
    texts = [line.split(b"#")[0] for line in lines.faces] if lines.faces else []
    length = np.array([len(text.split()) for text in texts], np.int64)
    if not length.sum():
        return np.empty(0, np.int64), None, length
    slashes = np.array([text.count(b"/") for text in texts], np.int64)
    joined = b" ".join(texts)
    n_corners = int(length.sum())
    if not slashes.any():
        width = 1
    elif (slashes == length).all():
        width = 2
    elif (slashes == 2 * length).all():
        width = 3
    else:  # faces of several forms in one file: only the vertices are taken
        joined = b" ".join(word.split(b"/", 1)[0] for text in texts for word in text.split())
        width = 1
    flat = joined.replace(b"//", b"/0/").replace(b"/ ", b"/0 ").replace(b"/", b" ").split()
    if len(flat) == n_corners * width - 1:
        flat.append(b"0")  # the last corner ends with a slash
    try:
        values = np.array(flat, dtype="S20").astype(np.int64)
    except (ValueError, OverflowError):
        values = None
    if values is None or len(values) != n_corners * width or max(map(len, flat)) > 19:
        raise _bad_face(texts, path)
    table = values.reshape(n_corners, width)
    vertex = _from_zero(table[:, 0], lines.vertices_before, len(lines.vertices), length)
    coordinate = None
    if width > 1 and table[:, 1].all():
        total = len(lines.texture_coordinates)
        coordinate = _from_zero(table[:, 1], lines.coordinates_before, total, length)
    return vertex, coordinate, length


def _from_zero(
    index: Int64[np.ndarray, " corners"],
    before: list[int],
    total: int,
    length: Int64[np.ndarray, " polygons"],
) -> Int64[np.ndarray, " corners"]:
    """Indices from 1, or backwards from the latest with -1, as indices from 0; -1 for none such."""
    latest = np.repeat(np.array(before, np.int64), length)
    out = np.where(index > 0, index - 1, np.where(index < 0, latest + index, -1))
    return np.where((out >= 0) & (out < total), out, -1)


def _bad_face(texts: list[bytes], path: Path) -> FileFormatError:
    for number, text in enumerate(texts, 1):
        for word in text.split():
            if not all(i.lstrip(b"+-").isdigit() and len(i) < 19 for i in word.split(b"/") if i):
                shown = word[:40].decode("latin-1")
                return FileFormatError(
                    f"{path.name}: face {number:,} holds {shown!r}, which names no vertex."
                )
    return FileFormatError(f"{path.name}: its faces cannot be read.")


# ---------------------------------------------------------------- materials


def _texture_coordinates(
    lines: _Lines, corner: Int64[np.ndarray, "faces 3"], path: Path
) -> Float32[np.ndarray, "faces 3 2"] | None:
    """Texture coordinates of each corner, counted from the top; None if one is missing."""
    if not lines.texture_coordinates or (corner < 0).any():
        return None
    table = parse_rows(lines.texture_coordinates, path, what="texture coordinate")
    if table.shape[1] < 2:
        return None
    with np.errstate(over="ignore"):
        uv = table[:, :2].astype(np.float32)[corner]
    uv[..., 1] = 1 - uv[..., 1]
    return uv


def _materials(lines: _Lines, path: Path) -> tuple[tuple[Material, ...], list[str]]:
    """Materials by the order of their first use, and notes on what could not be had.

    A scan's shape does not depend on them, so one that cannot be had never stops it from opening.
    None at all if no library could be read: then the colours are unknown, and not white.
    """
    known: dict[str, tuple[tuple[float, float, float], str | None]] = {}
    notes = []
    for name in dict.fromkeys(lines.libraries[:MAX_LIBRARIES]):
        content, reason = _library(path, name)
        if content is None:
            notes.append(f"its material file {name[:SHOWN]!r} {reason}")
        else:
            known |= _parse_library(content)
    if not known:
        return (), notes
    textures: dict[str, UInt8[np.ndarray, "rows columns 3"] | None] = {}
    materials, pixels_left = [], MAX_PIXELS
    for name in lines.material_names:
        colour, image = known.get(name, ((1.0, 1.0, 1.0), None))
        if image is not None and image not in textures:
            texture, note = _texture(path, image, pixels_left)
            pixels_left -= 0 if texture is None else texture.shape[0] * texture.shape[1]
            notes += [f"its texture {image[:SHOWN]!r} {note}"] if note else []
            textures[image] = texture
        texture = textures.get(image) if image is not None else None
        # Where there is a texture its colours are meant; Kd beside one is often left black.
        materials.append(Material(colour if texture is None else (1.0, 1.0, 1.0), texture))
    return tuple(materials), notes


def _library(path: Path, name: str) -> tuple[bytes | None, str]:
    """A material file, or None and why not; a name may hold spaces, or be several."""
    whole, reason = sibling_or_reason(path, name, MAX_LIBRARY_BYTES)
    if whole is not None:
        return whole, ""
    found = [sibling_or_reason(path, n, MAX_LIBRARY_BYTES)[0] for n in name.split()[:MAX_LIBRARIES]]
    contents = [content for content in found if content is not None]
    return (b"\n".join(contents), "") if contents else (None, reason)


def _parse_library(content: bytes) -> dict[str, tuple[tuple[float, float, float], str | None]]:
    """Diffuse colour and texture file of each material."""
    known: dict[str, tuple[tuple[float, float, float], str | None]] = {}
    name = None
    for line in content.decode("latin-1").splitlines():
        key, *after = line.split(None, 1) or [""]
        rest = "".join(after).strip()
        words = rest.split()
        if key == "newmtl":
            name = rest
            known[name] = ((1.0, 1.0, 1.0), None)
        elif name is not None and key == "Kd" and len(words) >= 3:
            try:
                r, g, b = (min(max(float(word), 0.0), 1.0) for word in words[:3])
            except ValueError:
                continue  # "Kd spectral file.rfl", or "Kd xyz ...": neither is a plain colour
            known[name] = ((r, g, b), known[name][1])
        elif name is not None and key == "map_Kd" and words:
            known[name] = (known[name][0], rest)
    return known


def _texture(
    path: Path, name: str, pixels_left: int
) -> tuple[UInt8[np.ndarray, "rows columns 3"] | None, str]:
    """An image named by a material, behind options such as "-s 1 1 1"; or None and why not."""
    reason = ""
    for spelling in dict.fromkeys((name, name.split()[-1])):
        content, reason = sibling_or_reason(path, spelling, MAX_TEXTURE_BYTES)
        if content is not None:
            return decode_texture(content, pixels_left)
    return None, reason
