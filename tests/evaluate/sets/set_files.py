"""Small files in the forms that research sets have, for the tests beside this file."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pinpoint3d.errors import FileFormatError

TYPES = {"f4": "float", "f8": "double", "u1": "uchar", "i4": "int", "u2": "ushort", "i2": "short"}

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [2, 0, 0], [2, 1, 0]], np.float32)
TRIANGLES = [[0, 1, 2], [0, 2, 3], [1, 4, 5], [1, 5, 2]]
"""Two squares side by side; their common edge is 1, 2."""


def write(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def write_json(path: Path, value: Any) -> Path:
    return write(path, json.dumps(value))


def write_npy(path: Path, values: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, values, allow_pickle=True)
    return path


def write_ply(
    path: Path,
    columns: Mapping[str, Any],
    *,
    faces: Sequence[Sequence[int]] | None = None,
    of_faces: Mapping[str, Any] | None = None,
    form: str = "binary_little_endian",
) -> Path:
    """A PLY of vertex columns, faces and columns of faces; `form` as in the header."""
    order = ">" if "big" in form else "<"
    arrays = {name: np.asarray(values) for name, values in columns.items()}
    n = len(next(iter(arrays.values())))
    head = ["ply", f"format {form} 1.0", f"element vertex {n}"]
    head += [f"property {TYPES[v.dtype.str[1:]]} {name}" for name, v in arrays.items()]
    row = np.dtype([(name, order + v.dtype.str[1:]) for name, v in arrays.items()])
    table = np.empty(n, row)
    for name, values in arrays.items():
        table[name] = values
    extra = {name: np.asarray(values) for name, values in (of_faces or {}).items()}
    if faces is not None:
        head += [f"element face {len(faces)}", "property list uchar int vertex_indices"]
        head += [f"property {TYPES[v.dtype.str[1:]]} {name}" for name, v in extra.items()]
    body = [table.tobytes()]
    lines = [" ".join(str(v) for v in values) for values in table.tolist()]
    for i, face in enumerate(faces or []):
        own = [values[i] for values in extra.values()]
        body.append(bytes([len(face)]) + np.array(face, order + "i4").tobytes())
        body += [np.array(value, order + value.dtype.str[1:]).tobytes() for value in own]
        lines.append(" ".join(map(str, [len(face), *face, *own])))
    text = ("\n".join([*head, "end_header"]) + "\n").encode()
    data = "\n".join([*lines, ""]).encode() if form == "ascii" else b"".join(body)
    return write(path, text + data)


def points(xyz: Any = SQUARE, **more: Any) -> dict[str, Any]:
    """Columns of points at these places."""
    x, y, z = np.asarray(xyz, np.float32).T
    return {"x": x, "y": y, "z": z} | more


def refused(pattern: str) -> Any:
    """The refusal of a file, in one sentence that says this."""
    return pytest.raises(FileFormatError, match=pattern + r"[^\n]*\.$")
