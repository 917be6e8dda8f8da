"""glTF 2.0: GLB files, and .gltf files with buffers inside or beside them.

The meshes of the scene are laid where its nodes put them, one after the other in the order of the
nodes, so a mesh that is used twice gives its points twice. `gltf_document` reads JSON and arrays.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Float64, Int32, UInt8
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.contents import LABELS
from pinpoint3d.files.gltf_document import MAGIC, Document, normalised
from pinpoint3d.files.siblings import SHOWN
from pinpoint3d.files.surface import Material, Mesh, srgb, srgb_bytes
from pinpoint3d.files.textures import MAX_PIXELS, decode_texture
from pinpoint3d.types import MAX_ID

SOURCE_INDEX = "_SOURCE_INDEX"
"""Attribute of the files we write: row of the scene, as two u2, because glTF allows no u4 there."""

MAX_PRIMITIVES = 100_000  # pieces of meshes, counted as often as nodes use them
MAX_INSTANCED = 5_000_000  # points or triangles that a small file may reach by using meshes again
MAX_IMAGE_BYTES = 1 << 28

_POINTS, _TRIANGLES, _STRIP, _FAN = 0, 4, 5, 6
_COMPRESSED = {
    "KHR_draco_mesh_compression": "Draco",
    "EXT_meshopt_compression": "meshopt",
    "KHR_meshopt_compression": "meshopt",
}
# What may be required and still be passed over: it changes looks, but neither points nor faces.
_LOOKS = re.compile(r"(KHR|EXT|MSFT)_(materials|texture|lights|mesh_quantization)_?\w*")


@dataclass(frozen=True)
class _Piece:
    """One primitive in the coordinates of its mesh."""

    xyz: Float[np.ndarray, "points 3"]
    faces: Int32[np.ndarray, "faces 3"]
    rgb: UInt8[np.ndarray, "points 3"] | None
    normals: Float32[np.ndarray, "points 3"] | None
    uv: Float32[np.ndarray, "points 2"] | None
    material: int  # -1 for none
    fields: dict[str, NDArray[Any]]


@dataclass(frozen=True)
class _Place:
    """A node's mesh, where it is laid in the world, and its object and part if we wrote it."""

    matrix: Float64[np.ndarray, "4 4"]
    mesh: int
    ids: tuple[int, int] | None


def sniff(head: bytes) -> bool:
    """Whether these first bytes are a .glb's or a .gltf's."""
    return head.startswith(MAGIC) or (
        re.match(rb"(?:\xef\xbb\xbf)?\s*\{", head) is not None
        and re.search(rb'"asset"\s*:\s*\{|"(?:accessors|bufferViews|meshes)"\s*:\s*\[', head)
        is not None
    )


def read_gltf(data: bytes, path: Path) -> Mesh:
    """Points and triangles of the scene of a glTF file, in metres and y up as the format states."""
    document = Document(data, path)
    _check_extensions(document)
    placed = list(_placements(document))
    pieces = _pieces(document, placed)
    if not pieces:
        raise FileFormatError(f"{path.name}: holds no points.")
    used = [(place, p) for place in placed for p in pieces.get(place.mesh, ())]
    mesh = _joined(document, [_placed(p, place.matrix) for place, p in used])
    return replace(mesh, fields=mesh.fields | _labels(used))


def _check_extensions(document: Document) -> None:
    for name in document.items(document.root, "extensionsRequired"):
        if name in _COMPRESSED:
            raise _compressed(document, name)
        if not isinstance(name, str) or not _LOOKS.fullmatch(name):
            raise document.error(
                f"needs the extension {str(name)[:SHOWN]}, which is not supported; save it without."
            )


def _compressed(document: Document, name: str) -> FileFormatError:
    return document.error(
        f"is compressed with {_COMPRESSED[name]}, which is not supported; save it without."
    )


# ---------------------------------------------------------------- nodes


def _placements(document: Document) -> Iterator[_Place]:
    """Every node that has a mesh, parents before children."""
    seen: set[int] = set()
    stack = [(node, np.eye(4)) for node in reversed(_roots(document))]
    while stack:
        index, above = stack.pop()
        if not isinstance(index, int) or index in seen:  # else a small file could unfold forever
            raise document.error(
                f"reaches its node {str(index)[:SHOWN]} twice, by a circle or from two parents."
            )
        seen.add(index)
        node = document.entry("nodes", index)
        with np.errstate(all="ignore"):
            matrix = above @ _local(document, node)
        if "mesh" in node:
            yield _Place(matrix, document.whole(node, "mesh"), _ids(node))
        stack += [(child, matrix) for child in reversed(document.items(node, "children"))]


def _ids(node: dict[str, Any]) -> tuple[int, int] | None:
    """Object and part that a node we wrote says its points belong to; None for other nodes."""
    extras = node.get("extras")
    if not isinstance(extras, dict) or "object_id" not in extras:
        return None
    ids = (extras["object_id"], extras.get("part_id", 0))
    return ids if all(type(v) is int and 0 <= v <= MAX_ID for v in ids) else None


def _labels(used: list[tuple[_Place, _Piece]]) -> dict[str, NDArray[Any]]:
    """Label columns of a file that we wrote with labels; none of another file."""
    ids = [place.ids for place, piece in used if SOURCE_INDEX in piece.fields]
    found = [pair for pair in ids if pair is not None]
    if len(found) < len(used) or not any(object_id for object_id, _ in found):
        return {}
    n_points = [len(piece.xyz) for _, piece in used]
    columns = np.repeat(np.array(found, np.int32), n_points, axis=0).T
    return dict(zip(LABELS, columns, strict=False))  # the format holds no confidence


def _roots(document: Document) -> list[Any]:
    """Top nodes of the scene to be shown; of a file without scenes, those without a parent."""
    if document.items(document.root, "scenes"):
        scene = document.entry("scenes", document.whole(document.root, "scene", 0))
        return document.items(scene, "nodes")
    nodes = document.items(document.root, "nodes")
    children = {
        child
        for index in range(len(nodes))
        for child in document.items(document.entry("nodes", index), "children")
        if isinstance(child, int)
    }
    return [index for index in range(len(nodes)) if index not in children]


def _local(document: Document, node: dict[str, Any]) -> Float64[np.ndarray, "4 4"]:
    """Matrix of a node in its parent: given by columns, or as translation, rotation and scale."""
    if "matrix" in node:
        return document.numbers(node, "matrix", tuple(np.eye(4).ravel())).reshape(4, 4).T
    out = np.eye(4)
    x, y, z, w = document.numbers(node, "rotation", (0.0, 0.0, 0.0, 1.0))
    length = np.sqrt(x * x + y * y + z * z + w * w)
    if length > 0:
        x, y, z, w = (v / length for v in (x, y, z, w))
        out[:3, :3] = [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    out[:3, :3] *= document.numbers(node, "scale", (1.0, 1.0, 1.0))
    out[:3, 3] = document.numbers(node, "translation", (0.0, 0.0, 0.0))
    return out


# ---------------------------------------------------------------- primitives


def _pieces(document: Document, placed: list[_Place]) -> dict[int, list[_Piece]]:
    """Primitives of each mesh in use, read once; those without points are left out.

    What they add up to, as often as nodes use them, is compared with the bytes that are there.
    """
    out: dict[int, list[_Piece]] = {}
    n_primitives = n_values = n_corners = 0
    for index, uses in Counter(place.mesh for place in placed).items():
        primitives = document.items(document.entry("meshes", index), "primitives")
        n_primitives += uses * len(primitives)
        if n_primitives > MAX_PRIMITIVES:
            raise document.error(f"has over {MAX_PRIMITIVES:,} pieces; join some of them.")
        pieces = []
        for primitive in primitives:
            attributes = _attributes(document, primitive)
            xyz = document.rows(attributes["POSITION"])  # no copy as yet
            n_fields = sum(name.startswith("_") for name in attributes)
            n_values += uses * len(xyz) * (1 + n_fields)
            if "indices" in primitive:
                n_corners += uses * document.count(document.whole(primitive, "indices"))
            stored = document.n_bytes  # a value of a point takes at least 4 of them
            if max(n_values, n_corners // 3) > max(MAX_INSTANCED, stored // 3):
                raise document.error(
                    "uses the same points again and again, to more than can be held; split it."
                )
            piece = _piece(document, primitive, attributes, xyz)
            pieces += [piece] if len(xyz) else []
        if pieces:
            out[index] = pieces
    return out


def _attributes(document: Document, primitive: object) -> dict[str, int]:
    if not isinstance(primitive, dict):
        raise document.error("its 'primitives' are no objects; it is damaged.")
    attributes = document.child(primitive, "attributes")
    indices = {name: document.whole(attributes, name) for name in attributes}
    compressed = [n for n in document.child(primitive, "extensions") if n in _COMPRESSED]
    positions = indices.get("POSITION")
    if compressed and (positions is None or not document.is_stored(positions)):
        raise _compressed(document, compressed[0])
    if positions is None:
        raise document.error("has a piece without POSITION; it is damaged.")
    return indices


def _piece(
    document: Document,
    primitive: dict[str, Any],
    attributes: dict[str, int],
    xyz: NDArray[Any],
) -> _Piece:
    n_points = len(xyz)

    def rows(name: str, *widths: int) -> NDArray[Any]:
        values = document.rows(attributes[name])
        if len(values) != n_points or (widths and values.shape[1] not in widths):
            raise document.error(
                f"has {name[:SHOWN]} of shape {values.shape} for {n_points:,} points; "
                "it is damaged."
            )
        return values

    if xyz.shape[1] != 3:
        raise document.error("has POSITION of other than three numbers; it is damaged.")
    mode = document.whole(primitive, "mode", _TRIANGLES)
    faces = _faces(document, primitive, mode, n_points)
    material = document.whole(primitive, "material") if "material" in primitive else -1
    base = _base(document, material)
    light = rows("COLOR_0", 3, 4) if "COLOR_0" in attributes else None
    if light is not None:
        light = (normalised(light) if light.dtype.kind in "iu" else light)[:, :3]
    if len(faces) == 0 and (
        light is not None or "baseColorFactor" in base
    ):  # a surface is painted later, points now
        factor = _factor(document, base)
        with np.errstate(all="ignore"):
            light = np.broadcast_to(factor, (n_points, 3)) if light is None else light * factor
    normals = rows("NORMAL", 3) if "NORMAL" in attributes else None
    texture = document.child(base, "baseColorTexture")
    coordinates = f"TEXCOORD_{_coordinate_set(document, texture)}"
    uv = rows(coordinates, 2) if texture and coordinates in attributes else None
    return _Piece(
        xyz=xyz if xyz.dtype.kind == "f" else xyz.astype(np.float32),
        faces=faces,
        rgb=None if light is None else srgb_bytes(light),
        normals=None if normals is None else normals.astype(np.float32),
        uv=None if uv is None else _moved(document, texture, uv),
        material=material,
        fields={name: _field(name, rows(name)) for name in attributes if name.startswith("_")},
    )


def _field(name: str, values: NDArray[Any]) -> NDArray[Any]:
    if name == SOURCE_INDEX and values.dtype == np.uint16 and values.shape[1] == 2:
        return values[:, 0] | values[:, 1].astype(np.uint32) << np.uint32(16)
    return values[:, 0] if values.shape[1] == 1 else values


def _faces(
    document: Document, primitive: dict[str, Any], mode: int, n_points: int
) -> Int32[np.ndarray, "faces 3"]:
    """Triangles over the points of a primitive; -1 for a point that does not exist."""
    corners = np.arange(n_points, dtype=np.int32)
    if "indices" in primitive:
        index = document.rows(document.whole(primitive, "indices"))
        if index.dtype.kind != "u" or index.shape[1] != 1:
            raise document.error("has indices that are not whole numbers; it is damaged.")
        wide = index[:, 0].astype(np.int64)
        corners = np.where(wide < n_points, wide, -1).astype(np.int32)
    n = len(corners)
    if mode == _TRIANGLES:
        return corners[: n - n % 3].reshape(-1, 3)
    if mode not in (_STRIP, _FAN) or n < 3:
        return np.empty((0, 3), np.int32)
    if mode == _FAN:
        return np.stack([np.broadcast_to(corners[0], n - 2), corners[1:-1], corners[2:]], axis=1)
    strip = np.stack([corners[:-2], corners[1:-1], corners[2:]], axis=1)
    strip[1::2, 1:] = strip[1::2, :0:-1]  # every other one runs the other way
    return strip


# ---------------------------------------------------------------- materials


def _base(document: Document, material: int) -> dict[str, Any]:
    """What the file says of a material's own colour."""
    if material < 0:
        return {}
    return document.child(document.entry("materials", material), "pbrMetallicRoughness")


def _factor(document: Document, base: dict[str, Any]) -> Float64[np.ndarray, "3"]:
    return document.numbers(base, "baseColorFactor", (1.0, 1.0, 1.0, 1.0))[:3]


def _transform(document: Document, texture: dict[str, Any]) -> dict[str, Any]:
    return document.child(document.child(texture, "extensions"), "KHR_texture_transform")


def _coordinate_set(document: Document, texture: dict[str, Any]) -> int:
    stated = document.whole(texture, "texCoord", 0)
    return document.whole(_transform(document, texture), "texCoord", stated)


def _moved(
    document: Document, texture: dict[str, Any], uv: NDArray[Any]
) -> Float32[np.ndarray, "points 2"]:
    """Texture coordinates where KHR_texture_transform puts them: scaled, turned, moved."""
    move = _transform(document, texture)
    (angle,) = document.numbers({"rotation": [move.get("rotation", 0.0)]}, "rotation", (0.0,))
    scale, offset = (
        document.numbers(move, key, (default, default))
        for key, default in (("scale", 1.0), ("offset", 0.0))
    )
    with np.errstate(all="ignore"):
        u, v = (uv * scale).T
        cos, sin = np.cos(angle), np.sin(angle)
        turned = np.stack([cos * u + sin * v, cos * v - sin * u], axis=1)
        return (turned + offset).astype(np.float32)


def _materials(document: Document, used: list[int]) -> tuple[tuple[Material, ...], list[str]]:
    """Materials of these numbers, and notes on textures that could not be had.

    None at all if every one is plain white, as where all the colours are those of points.
    """
    textures: dict[int | None, UInt8[np.ndarray, "rows columns 3"] | None] = {}
    materials, notes, pixels_left, plain = [], [], MAX_PIXELS, True
    for number in used:
        base = _base(document, number)
        factor = _factor(document, base)
        texture = None
        if "baseColorTexture" in base:
            named = document.referred(document.child(base, "baseColorTexture"), "index", "textures")
            image = document.whole(named, "source") if "source" in named else None
            if image not in textures:
                textures[image], reason = _texture(document, image, pixels_left)
                notes += [f"one of its textures {reason}"] if reason else []
            texture = textures[image]
            pixels_left = MAX_PIXELS - sum(t.size // 3 for t in textures.values() if t is not None)
        plain &= texture is None and bool((factor == 1).all())
        r, g, b = srgb(factor).tolist()
        materials.append(Material((r, g, b), texture))
    return () if plain else tuple(materials), notes


def _texture(
    document: Document, image: int | None, pixels_left: int
) -> tuple[UInt8[np.ndarray, "rows columns 3"] | None, str]:
    """Pixels of an image, or None and why not."""
    if image is None:  # only an extension names one: KTX, WebP
        return None, "is of a kind that cannot be read"
    content, reason = document.image(image, MAX_IMAGE_BYTES)
    return (None, reason) if content is None else decode_texture(content, pixels_left)


# ---------------------------------------------------------------- the whole


def _joined(document: Document, pieces: list[_Piece]) -> Mesh:
    """One mesh of all pieces, points and faces in their order."""
    used = sorted({piece.material for piece in pieces if len(piece.faces)})
    materials, notes = _materials(document, used)
    n_faces = [len(piece.faces) for piece in pieces]
    first = np.cumsum([0, *(len(piece.xyz) for piece in pieces[:-1])])
    faces = [np.where(p.faces < 0, -1, p.faces + at) for p, at in zip(pieces, first, strict=True)]
    material = np.searchsorted(used, [piece.material for piece in pieces]).astype(np.int32)
    textured = any(m.texture is not None for m in materials)
    normals = [piece.normals for piece in pieces if piece.normals is not None]
    rgb = None
    if any(piece.rgb is not None for piece in pieces):
        rgb = [np.full((len(p.xyz), 3), 255, np.uint8) if p.rgb is None else p.rgb for p in pieces]
    fields, field_notes = _joined_fields(pieces)
    return Mesh(
        format="glTF, binary" if document.is_binary else "glTF",
        vertices=np.concatenate([piece.xyz for piece in pieces]),
        faces=np.concatenate(faces).astype(np.int32),
        rgb=None if rgb is None else np.concatenate(rgb),
        colour=None if rgb is None else "linear",
        normals=np.concatenate(normals) if len(normals) == len(pieces) else None,
        uv=np.concatenate([_corner_uv(piece) for piece in pieces]) if textured else None,
        material_of_face=np.repeat(material, n_faces),
        materials=materials,
        fields=fields,
        unit_to_m=1.0,
        up="+y",
        notes=(*notes, *field_notes),
    )


def _placed(piece: _Piece, matrix: Float64[np.ndarray, "4 4"]) -> _Piece:
    """A piece where its node puts it. Mirrored faces are turned to keep their front."""
    if (matrix == np.eye(4)).all():
        return piece
    linear = matrix[:3, :3]
    with np.errstate(all="ignore"):
        mirrored = bool(np.linalg.det(linear) < 0)
        xyz = piece.xyz.astype(np.float64) @ linear.T + matrix[:3, 3]
        normals = piece.normals
        if normals is not None:
            # The matrix of cofactors: the inverse transposed, but it exists for flat scales too.
            a, b, c = linear
            cofactors = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)])
            turned = normals @ (-cofactors if mirrored else cofactors).T
            length = np.linalg.norm(turned, axis=1, keepdims=True)
            normals = (turned / np.where(length > 0, length, 1)).astype(np.float32)
    faces = piece.faces[:, [0, 2, 1]] if mirrored else piece.faces
    return replace(piece, xyz=xyz, faces=faces, normals=normals)


def _corner_uv(piece: _Piece) -> Float32[np.ndarray, "faces 3 2"]:
    if piece.uv is None:
        return np.zeros((len(piece.faces), 3, 2), np.float32)
    return piece.uv[np.maximum(piece.faces, 0)]


def _joined_fields(pieces: list[_Piece]) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """Custom attributes that every piece has in one shape, and notes on the others."""
    names = dict.fromkeys(name for piece in pieces for name in piece.fields)
    fields, notes = {}, []
    for name in names:
        values = [piece.fields[name] for piece in pieces if name in piece.fields]
        if len(values) == len(pieces) and len({v.shape[1:] for v in values}) == 1:
            fields[name] = np.concatenate(values)
        else:
            notes.append(f"{name[:SHOWN]} is left out, because only some of its pieces have it")
    return fields, notes
