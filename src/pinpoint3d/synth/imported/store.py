"""Many assets in one file: `write_store` makes it, `read_store` gives one side of the split.

Layout, little endian: the mark, the SHA-256 of all that follows, the length of the index, the index
(JSON, deflated), and a block (deflated) for each subset. A block holds, array by array, first all
objects' vertices (float32, by columns and bytes), then their faces (as differences), parts and
colours. Equal assets give equal bytes, on every machine with the same zlib.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import UInt8
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.storage import read_bytes, write_atomically
from pinpoint3d.synth.assets import Asset, Finish, Joint, Part, Support
from pinpoint3d.synth.imported.described import Described

MARK = b"PP3DSTR1"
MAX_BLOCK_BYTES = 1 << 31
MAX_INDEX_BYTES = 1 << 26
MAX_PARTS = 1 << 16
SUBSETS: tuple[Literal["train", "val"], ...] = ("train", "val")
_FINISHES: dict[str, Finish] = {finish: finish for finish in get_args(Finish)}
_KINDS: dict[str, Literal["hinge", "slide"]] = {"hinge": "hinge", "slide": "slide"}
_LENGTH = struct.Struct("<Q")
_HEAD = len(MARK) + hashlib.sha256().digest_size + _LENGTH.size


def write_store(assets: Iterable[Asset], path: Path) -> None:
    """Write assets to one file; within a subset they keep their order.

    Raises
    ------
    FileAccessError
        If the file cannot be written.
    """
    assets = list(assets)
    index: dict[str, Any] = {}
    blocks = []
    for subset in SUBSETS:
        own = [asset for asset in assets if asset.subset == subset]
        raw = b"".join(_packed(own))
        blocks.append(zlib.compress(raw, 9))
        index[subset] = {
            "packed": len(blocks[-1]),
            "size": len(raw),
            "assets": [_entry(asset) for asset in own],
        }
    text = json.dumps(index, sort_keys=True, separators=(",", ":"), allow_nan=False)
    packed = zlib.compress(text.encode(), 9)
    body = b"".join([_LENGTH.pack(len(packed)), packed, *blocks])
    write_atomically(path, [MARK, hashlib.sha256(body).digest(), body])


def read_store(path: Path, *, subset: Literal["train", "val"]) -> tuple[Asset, ...]:
    """The assets of one side of the split; the other side's are not even unpacked.

    Raises
    ------
    FileAccessError
        If the file cannot be opened.
    FileFormatError
        If it is no store, or a damaged one.
    """
    content = read_bytes(path)
    if not content.startswith(MARK):
        raise FileFormatError(f"{path.name}: is no store of assets; make it with write_store.")
    body = memoryview(content)[_HEAD - _LENGTH.size :]
    if hashlib.sha256(body).digest() != content[len(MARK) : _HEAD - _LENGTH.size]:
        raise FileFormatError(f"{path.name}: is cut short or damaged; copy it again.")
    if len(body) < _LENGTH.size:
        raise _damaged(path)
    (length,) = _LENGTH.unpack_from(body)
    at = _LENGTH.size
    index = Described.parsed(_inflated(body[at : at + length], MAX_INDEX_BYTES, path), path.name)
    at += length
    for name in SUBSETS:
        part = index.of(name)
        packed = part.of("packed").whole(0, MAX_BLOCK_BYTES)
        if name == subset:
            size = part.of("size").whole(0, MAX_BLOCK_BYTES)
            raw = _inflated(body[at : at + packed], size, path)
            return _unpacked(raw, part.of("assets").items(), subset, path)
        at += packed
    raise AssertionError(subset)


def digest(assets: Iterable[Asset]) -> str:
    """SHA-256 of what assets are: the same for the same ones, however a store was packed."""
    assets = list(assets)
    index = json.dumps([_entry(asset) for asset in assets], sort_keys=True, allow_nan=False)
    found = hashlib.sha256(index.encode())
    for block in _packed(assets):
        found.update(block)
    return found.hexdigest()


def _damaged(path: Path) -> FileFormatError:
    return FileFormatError(f"{path.name}: does not hold what its index says; make it anew.")


def _inflated(packed: memoryview, limit: int, path: Path) -> bytes:
    decoder = zlib.decompressobj()
    try:
        content = decoder.decompress(packed, limit) if limit else b""
    except (zlib.error, MemoryError):
        raise _damaged(path) from None
    return content


# ---------------------------------------------------------------- index


def _entry(asset: Asset) -> dict[str, Any]:
    """All of an asset but its arrays and its subset."""
    return {
        "kind": asset.kind,
        "style": asset.style,
        "licence": asset.licence,
        "credit": asset.credit,
        "vertices": len(asset.vertices),
        "faces": len(asset.faces),
        "coloured": int(asset.face_rgb is not None),
        "parts": [[part.name, part.parent, part.finish] for part in asset.parts],
        "joints": [asdict(joint) for joint in asset.joints],
        # JSON knows no infinity: a place under the sky has no fourth number behind its corners.
        "supports": [
            [*s.low, *s.high, s.z, *([s.clearance] if np.isfinite(s.clearance) else [])]
            for s in asset.supports
        ],
    }


def _part(described: Described, number: int) -> Part:
    name, parent, finish = _three(described)
    if finish.text() not in _FINISHES:
        raise finish.error(f"has a part of {finish.text()[:40]!r}")
    return Part(name.text(), parent.whole(-1, number - 1), _FINISHES[finish.text()])


def _three(described: Described) -> tuple[Described, Described, Described]:
    values = described.items()
    if len(values) != 3:
        raise described.error("has a part that is not three values")
    return values[0], values[1], values[2]


def _joint(described: Described, n_parts: int) -> Joint:
    kind = described.of("kind")
    if kind.text() not in _KINDS:
        raise kind.error(f"has a joint of kind {kind.text()[:40]!r}")
    ox, oy, oz = described.of("origin").numbers(3)
    x, y, z = described.of("axis").numbers(3)
    low, high, state = (described.of(key).number() for key in ("low", "high", "state"))
    part = described.of("part").whole(0, n_parts - 1)
    return Joint(part, _KINDS[kind.text()], (ox, oy, oz), (x, y, z), low, high, state)


def _support(described: Described) -> Support:
    values = [value.number() for value in described.items()]
    if len(values) not in (5, 6):
        raise described.error("has a support that is not five or six numbers")
    x0, y0, x1, y1, z, *clearance = values
    return Support((x0, y0), (x1, y1), z, *clearance)


# ---------------------------------------------------------------- arrays


def _packed(assets: list[Asset]) -> Iterable[bytes]:
    """The arrays of one subset, laid so that they deflate well."""
    for asset in assets:  # equal bytes of like numbers together: signs and exponents repeat
        yield _planes(asset.vertices.astype("<f4").T)
    for asset in assets:
        yield _planes(np.diff(asset.faces.ravel(), prepend=np.int32(0)).astype("<i4"))
    for asset in assets:
        yield _planes(np.diff(asset.face_part, prepend=np.int32(0)).astype("<i4"))
    for asset in assets:
        if asset.face_rgb is not None:
            yield _planes(asset.face_rgb.T)


def _planes(values: NDArray[Any]) -> bytes:
    """First all lowest bytes of an array's values, then all second ones, and so on."""
    flat = np.ascontiguousarray(values).reshape(-1)
    return flat.view(np.uint8).reshape(len(flat), -1).T.tobytes()


class _Cursor:
    """Takes arrays off the front of a block."""

    def __init__(self, raw: bytes, path: Path) -> None:
        self._raw = np.frombuffer(raw, np.uint8)
        self._path = path
        self._at = 0

    def take(self, count: int, dtype: str) -> NDArray[Any]:
        """The next values of a type."""
        width = np.dtype(dtype).itemsize
        end = self._at + count * width
        if end > len(self._raw):
            raise _damaged(self._path)
        planes: UInt8[np.ndarray, "width count"] = self._raw[self._at : end].reshape(width, count)
        self._at = end
        return np.ascontiguousarray(planes.T).view(dtype).reshape(count)

    def check_end(self) -> None:
        """Refuse a block with more in it than its index says."""
        if self._at != len(self._raw):
            raise _damaged(self._path)


def _unpacked(
    raw: bytes, entries: list[Described], subset: Literal["train", "val"], path: Path
) -> tuple[Asset, ...]:
    cursor = _Cursor(raw, path)
    sizes = [
        (e.of("vertices").whole(1, len(raw)), e.of("faces").whole(1, len(raw))) for e in entries
    ]
    # Laid by columns: x of all vertices, then y, then z.
    vertices = [cursor.take(3 * n, "<f4").reshape(3, n).T for n, _ in sizes]
    faces = [cursor.take(3 * n, "<i4") for _, n in sizes]
    face_part = [cursor.take(n, "<i4") for _, n in sizes]
    coloured = [entry.of("coloured").whole(0, 1) for entry in entries]
    face_rgb = [
        cursor.take(3 * n, "<u1").reshape(3, n).T if has else None
        for (_, n), has in zip(sizes, coloured, strict=True)
    ]
    cursor.check_end()
    return tuple(
        _asset(entry, v, f, p, c, subset, path)
        for entry, v, f, p, c in zip(entries, vertices, faces, face_part, face_rgb, strict=True)
    )


def _asset(
    entry: Described,
    vertices: NDArray[Any],
    face_steps: NDArray[Any],
    part_steps: NDArray[Any],
    face_rgb: NDArray[Any] | None,
    subset: Literal["train", "val"],
    path: Path,
) -> Asset:
    described = entry.of("parts").items()
    if not 0 < len(described) <= MAX_PARTS:
        raise _damaged(path)
    parts = tuple(_part(part, number) for number, part in enumerate(described))
    faces, face_part = (np.cumsum(steps, dtype=np.int64) for steps in (face_steps, part_steps))
    for values, count in ((faces, len(vertices)), (face_part, len(parts))):
        if values.min() < 0 or values.max() >= count:
            raise _damaged(path)
    if not np.isfinite(vertices).all():
        raise _damaged(path)
    return Asset(
        kind=entry.of("kind").text(),
        style=entry.of("style").text(),
        vertices=np.ascontiguousarray(vertices, np.float32),
        faces=faces.reshape(-1, 3).astype(np.int32),
        face_part=face_part.astype(np.int32),
        parts=parts,
        joints=tuple(_joint(joint, len(parts)) for joint in entry.of("joints").items()),
        supports=tuple(_support(support) for support in entry.of("supports").items()),
        face_rgb=None if face_rgb is None else np.ascontiguousarray(face_rgb),
        subset=subset,
        licence=entry.of("licence").text(),
        credit=entry.of("credit").text(),
    )
