"""The container of glTF 2.0: its JSON, the buffers that points into, and the arrays in them.

A `Document` hands out checked pieces of the JSON and arrays that lie wholly inside the bytes really
there. What the pieces mean is for `gltf`. Format after "glTF 2.0 Specification", Khronos Group,
2021.
"""

import base64
import binascii
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.siblings import SHOWN, read_sibling, sibling_or_reason
from pinpoint3d.files.storage import MAX_FILE_BYTES

MAX_JSON_BYTES = 1 << 26
MAX_JSON_CONTAINERS = 4_000_000  # objects and lists: 64 bytes of memory each, for 2 in the file
MAX_UNSTORED = 100_000  # rows of an array that has no buffer and so is zero, as a rule only in part

MAGIC = b"glTF"
_JSON_CHUNK = 0x4E4F534A
_BINARY_CHUNK = 0x004E4942
_COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_DATA_URI = re.compile(r"data:[^,]{0,200};base64,")


class Document:
    """The JSON of a glTF file and its buffers.

    Parameters
    ----------
    data
        A whole .glb or .gltf file.
    path
        Where it lies: buffers and images may be files beside it.

    Raises
    ------
    FileFormatError
        If it is not glTF 2.0, or is cut off.
    """

    def __init__(self, data: bytes, path: Path) -> None:
        self.path = path
        self.is_binary = data.startswith(MAGIC)
        text, self._embedded = self._chunks(data) if self.is_binary else (data, None)
        self.root = self._parsed(text)
        self._buffers: dict[str | None, memoryview] = {}
        asset = self.root.get("asset")
        version = asset.get("version") if isinstance(asset, dict) else None
        if not isinstance(version, str) or not version.startswith("2."):
            raise self.error("is not glTF 2.0; convert it to that first.")

    def error(self, message: str) -> FileFormatError:
        """Refusal of the file for this reason."""
        return FileFormatError(f"{self.path.name}: {message}")

    @property
    def n_bytes(self) -> int:
        """Bytes of all buffers read so far."""
        return sum(len(content) for content in self._buffers.values())

    # ---------------------------------------------------------------- JSON

    def items(self, holder: dict[str, Any], key: str) -> list[Any]:
        """A list of the JSON; empty where there is none."""
        found = holder.get(key, [])
        if not isinstance(found, list):
            raise self.error(f"its {key!r} is no list; it is damaged.")
        return found

    def child(self, holder: dict[str, Any], key: str) -> dict[str, Any]:
        """An object of the JSON; empty where there is none."""
        found = holder.get(key, {})
        if not isinstance(found, dict):
            raise self.error(f"its {key!r} is no object; it is damaged.")
        return found

    def whole(self, holder: dict[str, Any], key: str, default: int | None = None) -> int:
        """A whole number from 0 of the JSON, that must be there unless it has a default."""
        found = holder.get(key, default)
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            raise self.error(f"its {key!r} is no whole number; it is damaged.")
        return found

    def entry(self, kind: str, index: int) -> dict[str, Any]:
        """One of the file's nodes, meshes, accessors and so on."""
        entries = self.items(self.root, kind)
        if not index < len(entries) or not isinstance(entries[index], dict):
            raise self.error(f"names number {index:,} of its {kind}, which is not there.")
        return entries[index]

    def referred(self, holder: dict[str, Any], key: str, kind: str) -> dict[str, Any]:
        """The one of the file's `kind` whose number is under `key`."""
        return self.entry(kind, self.whole(holder, key))

    def numbers(self, holder: dict[str, Any], key: str, default: tuple[float, ...]) -> NDArray[Any]:
        """As many numbers as the default has, float64."""
        found = holder.get(key, default)
        if (
            not isinstance(found, list | tuple)
            or len(found) != len(default)
            or not all(isinstance(v, int | float) and abs(v) < 1e300 for v in found)
        ):
            raise self.error(f"its {key!r} is not {len(default)} numbers; it is damaged.")
        return np.array(found, np.float64)

    # ---------------------------------------------------------------- arrays

    def count(self, accessor: int) -> int:
        """Rows that an accessor says it has."""
        return self.whole(self.entry("accessors", accessor), "count")

    def is_stored(self, accessor: int) -> bool:
        """Whether an accessor has bytes of its own, and is not what an extension unpacks to."""
        return "bufferView" in self.entry("accessors", accessor)

    def rows(self, accessor: int) -> NDArray[Any]:
        """Array of an accessor, (rows, components), in its type; normalised ones as float32."""
        entry = self.entry("accessors", accessor)
        raw = self._stored(entry)
        sparse = self.child(entry, "sparse")
        if sparse:
            raw = self._patched(raw, sparse)
        if entry.get("normalized") is True and raw.dtype.kind in "iu":
            return normalised(raw)
        return raw

    def view(self, index: int) -> tuple[memoryview, int]:
        """Bytes of a buffer view, and the step between its rows; 0 if they follow closely."""
        entry = self.entry("bufferViews", index)
        content = self._buffer(self.whole(entry, "buffer"), entry)
        start, length = self.whole(entry, "byteOffset", 0), self.whole(entry, "byteLength")
        if start + length > len(content):
            raise self.error(
                f"its JSON promises a buffer of {start + length:,} bytes but there are "
                f"{len(content):,}; copy it again."
            )
        return content[start : start + length], self.whole(entry, "byteStride", 0)

    def image(self, index: int, limit: int) -> tuple[bytes | None, str]:
        """Encoded image, or None and why not."""
        entry = self.entry("images", index)
        if "bufferView" in entry:
            return bytes(self.view(self.whole(entry, "bufferView"))[0]), ""
        uri = entry.get("uri")
        if not isinstance(uri, str):
            return None, "is not there"
        if uri.startswith("data:"):
            return self._data_uri(uri), ""
        return sibling_or_reason(self.path, uri, limit)

    def _stored(self, entry: dict[str, Any]) -> NDArray[Any]:
        component, form = self.whole(entry, "componentType"), entry.get("type")
        if component not in _COMPONENTS or not isinstance(form, str) or form not in _WIDTHS:
            raise self.error(
                f"has an array of type {component} {str(form)[:SHOWN]}; it is damaged."
            )
        dtype, width = np.dtype(_COMPONENTS[component]), _WIDTHS[form]
        n_rows = self.whole(entry, "count")
        if "bufferView" not in entry:
            if n_rows > MAX_UNSTORED:
                raise self.error(f"promises {n_rows:,} rows without holding any; copy it again.")
            return np.zeros((n_rows, width), dtype)
        content, step = self.view(self.whole(entry, "bufferView"))
        return self._strided(
            content, dtype, (n_rows, width), self.whole(entry, "byteOffset", 0), step
        )

    def _strided(
        self,
        content: memoryview,
        dtype: np.dtype[Any],
        shape: tuple[int, int],
        start: int,
        step: int,
    ) -> NDArray[Any]:
        n_rows, width = shape
        row_bytes = width * dtype.itemsize
        if 0 < step < row_bytes:
            raise self.error(f"has rows of {row_bytes} bytes {step} bytes apart; it is damaged.")
        step = step or row_bytes
        needed = start + (n_rows - 1) * step + row_bytes if n_rows else 0
        if needed > len(content):
            raise self.error(
                f"promises {n_rows:,} rows but the file ends after "
                f"{max(0, len(content) - start) // step:,}; copy it again."
            )
        if n_rows == 0:
            return np.empty(shape, dtype)
        return np.ndarray(shape, dtype, content, start, (step, dtype.itemsize))

    def _patched(self, raw: NDArray[Any], sparse: dict[str, Any]) -> NDArray[Any]:
        """A copy in which some rows are replaced."""
        count = self.whole(sparse, "count")
        at, new = self.child(sparse, "indices"), self.child(sparse, "values")
        component = self.whole(at, "componentType")
        if component not in (5121, 5123, 5125):
            raise self.error("has a sparse array without whole indices; it is damaged.")
        places, _ = self.view(self.whole(at, "bufferView"))
        values, _ = self.view(self.whole(new, "bufferView"))
        dtype = np.dtype(_COMPONENTS[component])
        rows = self._strided(places, dtype, (count, 1), self.whole(at, "byteOffset", 0), 0)[:, 0]
        if count and rows.max() >= len(raw):
            raise self.error(f"replaces row {int(rows.max()):,} of {len(raw):,}; it is damaged.")
        out = raw.copy()
        start = self.whole(new, "byteOffset", 0)
        out[rows] = self._strided(values, raw.dtype, (count, raw.shape[1]), start, 0)
        return out

    # ---------------------------------------------------------------- bytes

    def _chunks(self, data: bytes) -> tuple[bytes, memoryview | None]:
        """JSON and binary chunk of a .glb."""
        version, length = (int.from_bytes(data[at : at + 4], "little") for at in (4, 8))
        if len(data) >= 12 and version != 2:
            raise self.error(f"is GLB of version {version}; convert it to version 2 first.")
        if len(data) < 20 or length > len(data):
            raise self.error(
                f"header promises {length:,} bytes but there are {len(data):,}; copy it again."
            )
        chunks: list[tuple[int, memoryview]] = []
        at, content = 12, memoryview(data)[:length]
        while at + 8 <= length and len(chunks) < 2:  # any further ones belong to extensions
            size = int.from_bytes(content[at : at + 4], "little")
            kind = int.from_bytes(content[at + 4 : at + 8], "little")
            if at + 8 + size > length:
                raise self.error("ends in the middle of a chunk; copy it again.")
            chunks.append((kind, content[at + 8 : at + 8 + size]))
            at += 8 + size
        if not chunks or chunks[0][0] != _JSON_CHUNK:
            raise self.error("does not begin with its JSON; copy it again.")
        binary = chunks[1][1] if len(chunks) > 1 and chunks[1][0] == _BINARY_CHUNK else None
        return bytes(chunks[0][1][: MAX_JSON_BYTES + 1]), binary

    def _parsed(self, text: bytes) -> dict[str, Any]:
        if len(text) > MAX_JSON_BYTES:
            raise self.error(
                f"has over {MAX_JSON_BYTES:,} bytes of JSON; save it as .glb, which keeps its "
                "arrays outside."
            )
        if text.count(b"{") + text.count(b"[") > MAX_JSON_CONTAINERS:
            raise self.error(f"its JSON has over {MAX_JSON_CONTAINERS:,} entries; split it.")
        try:
            root = json.loads(text.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            root = None
        if not isinstance(root, dict):
            raise self.error("its JSON is damaged; copy it again.")
        return root

    def _buffer(self, index: int, view: dict[str, Any]) -> memoryview:
        entry = self.entry("buffers", index)
        uri = entry.get("uri")
        if uri is None and index == 0 and self._embedded is not None:
            self._buffers[None] = self._embedded
            return self._embedded
        if not isinstance(uri, str):
            named = ", ".join(self.child(view, "extensions")) or "no file"
            raise self.error(
                f"keeps a buffer under {named[:SHOWN]}, which cannot be read; save it without "
                "compression."
            )
        if uri not in self._buffers:
            content = (
                self._data_uri(uri)
                if uri.startswith("data:")
                else read_sibling(self.path, uri, MAX_FILE_BYTES - self.n_bytes)
            )
            self._buffers[uri] = memoryview(content)
        return self._buffers[uri]

    def _data_uri(self, uri: str) -> bytes:
        """Content of a URI that holds it; the limit on the JSON bounds that too."""
        match = _DATA_URI.match(uri)
        try:
            if match is not None:
                return base64.b64decode(uri[match.end() :], validate=True)
        except (binascii.Error, ValueError):
            pass
        raise self.error(f"has a damaged URI, {uri[:40]!r}; copy it again.")


def normalised(whole: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers as the shares of 1 that they stand for, float32."""
    share = whole.astype(np.float32) / np.float32(np.iinfo(whole.dtype).max)
    return np.maximum(share, np.float32(-1))
