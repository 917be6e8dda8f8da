"""Labels of faces: read from PLY files, and brought to the points of a scene.

Two rules are in use. The **last writer** wins where a set's own scripts do it that way (MultiScan),
so that figures stay comparable. The **majority** of a point's faces wins elsewhere: it does not
depend on the order in which faces happen to be stored.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int32, Int64
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.sets.reading import whole_numbers
from pinpoint3d.files.storage import HEAD_BYTES
from pinpoint3d.files.surface import Mesh, contents_of
from pinpoint3d.files.tables import parse_rows
from pinpoint3d.types import Scene

_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2",
    "ushort": "u2", "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8", "int64": "i8", "uint64": "u8",
}  # fmt: skip
_TRIANGLE = 3


def last_writer(
    faces: Int32[np.ndarray, "faces 3"], label: Int64[np.ndarray, " faces"], n_points: int
) -> Int64[np.ndarray, " points"]:
    """Label of the last face with each point; -1 for points without a face."""
    out = np.full(n_points, -1, np.int64)
    out[faces.ravel()] = label.repeat(3)  # of several assignments to one place the last one stays
    return out


def majority(
    faces: Int32[np.ndarray, "faces 3"], label: Int64[np.ndarray, " faces"], n_points: int
) -> Int64[np.ndarray, " points"]:
    """Label that most faces of each point have, the lowest of several; -1 without a face."""
    out = np.full(n_points, -1, np.int64)
    if not len(faces):
        return out
    known, number = np.unique(label, return_inverse=True)
    key = faces.ravel().astype(np.int64) * len(known) + number.repeat(3)
    pairs, votes = np.unique(key, return_counts=True)
    point, which = np.divmod(pairs, len(known))
    order = np.lexsort((-which, votes, point))  # the last of a point's is the one to keep
    out[point[order]] = known[which[order]]
    return out


def face_columns(
    content: bytes, names: tuple[str, ...], path: Path
) -> list[Int64[np.ndarray, " faces"]]:
    """Whole numbers that the triangles of a PLY file have beside their corners.

    Parameters
    ----------
    content
        A file that `pinpoint3d.load` has read without complaint.
    names
        Of the properties.
    path
        For messages.

    Raises
    ------
    FileFormatError
        If a property is missing, or the faces are other than triangles.
    """
    encoding, elements, start = _header(content, path)
    at = next((i for i, element in enumerate(elements) if element.name == "face"), None)
    if at is None:
        raise FileFormatError(f"{path.name}: has no faces; copy it again.")
    face = elements[at]
    missing = [name for name in names if name not in face.columns]
    if missing:
        raise FileFormatError(f"{path.name}: its faces have no {missing[0]}; copy it again.")
    if any(element.lengths for element in elements[:at]) or len(face.lengths) != 1:
        raise FileFormatError(
            f"{path.name}: has lists beside the corners of its faces; save it without."
        )
    if encoding == "ascii":
        table = _text_rows(content[start:], sum(e.count for e in elements[:at]), face, path)
    else:
        order = ">" if encoding == "binary_big_endian" else "<"
        start += sum(e.count * e.dtype(order).itemsize for e in elements[:at])
        row = face.dtype(order)
        if start + face.count * row.itemsize > len(content):
            raise _no_triangles(path)
        table = np.frombuffer(content, row, face.count, start)
    if (table[face.lengths[0]] != _TRIANGLE).any():
        raise _no_triangles(path)
    return [whole_numbers(table[name], path, name) for name in names]


@dataclass
class _Element:
    """Columns of an element as if every list had three values, its length as a column before."""

    name: str
    count: int
    columns: dict[str, tuple[str, int]] = field(default_factory=dict)  # type, values
    lengths: list[str] = field(default_factory=list)  # columns that are lengths of lists

    def dtype(self, order: str) -> np.dtype[Any]:
        return np.dtype(
            [
                (name, order + kind) if n == 1 else (name, order + kind, (n,))
                for name, (kind, n) in self.columns.items()
            ]
        )


def _header(content: bytes, path: Path) -> tuple[str, list[_Element], int]:
    """Encoding, elements, and where the values begin."""
    head = content[:HEAD_BYTES]
    match = re.search(rb"\nend_header[ \t]*\r?\n", head)
    if match is None:
        raise FileFormatError(f"{path.name}: its header has odd line ends; save it again.")
    encoding, elements = "", []
    for line in head[: match.start()].decode("latin-1").splitlines():
        words = line.split()
        if words[:1] == ["format"]:
            encoding = words[1]
        elif words[:1] == ["element"]:
            elements.append(_Element(words[1], int(words[2])))
        elif words[:2] == ["property", "list"]:
            _, _, count_type, item_type, name = words[:5]
            elements[-1].lengths.append(f"length of {name}")
            elements[-1].columns[f"length of {name}"] = (_TYPES[count_type.lower()], 1)
            elements[-1].columns[name] = (_TYPES[item_type.lower()], _TRIANGLE)
        elif words[:1] == ["property"]:
            elements[-1].columns[words[2]] = (_TYPES[words[1].lower()], 1)
    return encoding, elements, match.end()


def _text_rows(text: bytes, skipped: int, face: _Element, path: Path) -> NDArray[Any]:
    """Rows of the faces of a text file, in float64."""
    rows = text.splitlines()[skipped : skipped + face.count]
    width = sum(n for _, n in face.columns.values())
    values = parse_rows(rows, path, what="face") if rows else np.empty((0, width))
    if values.shape != (face.count, width):
        raise _no_triangles(path)
    dtype = np.dtype(
        [(name, "f8") if n == 1 else (name, "f8", (n,)) for name, (_, n) in face.columns.items()]
    )
    return np.ascontiguousarray(values).view(dtype)[:, 0]


def _no_triangles(path: Path) -> FileFormatError:
    return FileFormatError(
        f"{path.name}: has faces of other than three corners, which this set has not; "
        "copy it again."
    )


def covered(
    scene: Scene, path: Path, *labels: Int64[np.ndarray, " points"]
) -> tuple[Scene, list[Int64[np.ndarray, " more_points"]]]:
    """The scene with points laid on its large faces behind its own, and labels for all of them.

    A new point has the label of its face's first corner. The face of each is in the field
    `source_face`, -1 for the scene's own points.
    """
    if scene.faces is None:
        return scene, list(labels)
    fields = {f"label {i}": label for i, label in enumerate(labels)}
    mesh = Mesh(
        format="",
        vertices=scene.xyz,
        faces=scene.faces,
        rgb=scene.rgb,
        fields=dict(scene.fields) | fields,
    )
    contents = contents_of(mesh, path, sample=None)
    added = dict(contents.fields)
    taken = [added.pop(name) for name in fields]
    return (
        Scene(
            contents.xyz,
            contents.rgb,
            name=scene.name,
            origin=scene.origin,
            up=scene.up,
            fields=added,
            faces=scene.faces,
            source=scene.source,
        ),
        taken,
    )
