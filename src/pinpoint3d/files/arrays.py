"""NumPy arrays: NPZ archives and single NPY files.

The positions are found by name, or by being the only table there; every other array with a value
for each point is a field. Nothing is ever unpickled. `npy` reads one array, `archive` the NPZ.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int32, Integer
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.archive import Member, find_members, pack, unpack
from pinpoint3d.files.columns import Column, contents_of, guessed_columns, meaning_of, unused_name
from pinpoint3d.files.contents import LABELS, Contents, LabelColumns, label_names
from pinpoint3d.files.npy import MAGIC, Header, array_bytes, parse_array, parse_header
from pinpoint3d.files.storage import HEAD_BYTES, MAX_POINTS

NAME = "arrays"
SUFFIXES = (".npz", ".npy")
MAX_COLUMNS = 1024
LONE = "points"  # name of the array of an NPY file
_POSITIONS = (
    "xyz", "points", "point", "coords", "coord", "coordinates", "positions", "position", "pos",
    "pc", "pointcloud", "point_cloud", "cloud", "vertices",
)  # fmt: skip
_COLOURS = ("rgb", "rgba", "colors", "colours", "color", "colour")
_NORMALS = ("normals", "normal")
_FACES = ("faces", "triangles")


@dataclass(frozen=True)
class _Stored:
    """An array that has not been unpacked yet; `member` is None for an NPY file."""

    header: Header
    member: Member | None


def sniff(head: bytes) -> bool:
    """Whether these first bytes are an NPY file's or an archive's."""
    return head.startswith((MAGIC, b"PK\3\4"))


def read(data: bytes, path: Path) -> Contents:
    """Points of an NPZ or NPY file.

    Raises
    ------
    FileFormatError
        If it is damaged, has no positions that can be found, holds them as Python objects, or
        says that it holds more than it does.
    """
    stored = _stored(data, path)
    positions = _find_positions(stored, path)
    n_points = _count(stored, positions, path)
    arrays: dict[str, NDArray[Any]] = {}
    for name in positions:
        array = _array(data, stored[name], path)
        if array.dtype.names is None:
            arrays[name] = array
        else:
            arrays |= {field: array[field] for field in array.dtype.names}
    faces, others = None, []
    for name in [name for name in stored if name not in positions]:
        header = stored[name].header
        if name.lower() in _FACES and faces is None and _may_be_faces(header):
            faces = _faces(_array(data, stored[name], path), n_points)
            if faces is not None:
                continue
        if _is_field(header, n_points):
            arrays[unused_name(name, arrays)] = _array(data, stored[name], path)
        else:
            others.append(name)
    notes = []
    if others:
        shown = ", ".join(name[:40] for name in others[:5]) + (", ..." if others[5:] else "")
        notes.append(f"arrays without a value for each point are kept as they are: {shown}")
    end = stored[LONE].header.end if data.startswith(MAGIC) else len(data)
    if end < len(data):
        notes.append(f"{len(data) - end:,} bytes after the array are kept")
    return _contents(arrays, faces, path, notes)


def relabel(data: bytes, labels: LabelColumns | None, path: Path) -> Iterator[bytes]:
    """An NPZ with every array as it was, byte for byte, and the labels after them.

    Arrays of ours that are there already are replaced; foreign ones of the same name are left
    alone, and ours is called `pinpoint_object_id` and so on. An NPY file becomes the array
    `points` of an NPZ, its own bytes unchanged.
    """
    stored = _stored(data, path)
    n_points = _count(stored, _find_positions(stored, path), path)
    added = {f"{LONE}.npy": data} if data.startswith(MAGIC) else {}
    if labels is not None:
        if len(labels.object_id) != n_points:
            raise FileFormatError(
                f"{path.name}: has {n_points:,} points but the masks "
                f"{len(labels.object_id):,}; was it changed since it was opened?"
            )
        kinds = {name: _kind(entry.header, n_points) for name, entry in stored.items()}
        for name, ours in zip(label_names(kinds), LABELS, strict=True):
            added[f"{name}.npy"] = array_bytes(getattr(labels, ours))
    members = [] if data.startswith(MAGIC) else find_members(data, path)
    return pack(data, [m for m in members if m.name not in added], added, path)


def write(contents: Contents, labels: LabelColumns | None) -> Iterator[bytes]:
    """An NPZ of everything that `contents` holds; the same bytes for equal contents."""
    arrays: dict[str, NDArray[Any]] = {"xyz": contents.xyz}
    if contents.rgb is not None:
        arrays["rgb"] = contents.rgb
    if contents.normals is not None:
        arrays["normals"] = contents.normals
    if contents.faces is not None:
        arrays["faces"] = contents.faces
    for name, values in contents.fields.items():
        clean = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in name) or "field"
        arrays[unused_name(clean, arrays)] = values
    if labels is not None:
        names = label_names({n: v.dtype.kind if v.ndim == 1 else "?" for n, v in arrays.items()})
        arrays |= {name: getattr(labels, ours) for name, ours in zip(names, LABELS, strict=True)}
    packed = {f"{name}.npy": array_bytes(values) for name, values in arrays.items()}
    return pack(b"", [], packed, Path("scene.npz"))


# ---------------------------------------------------------------- finding the arrays


def _stored(data: bytes, path: Path) -> dict[str, _Stored]:
    """Every array of the file by name, its header compared with the bytes that are there."""
    if data.startswith(MAGIC):
        header = parse_header(data[:HEAD_BYTES], path.name)
        _check_size(header, len(data), path.name)
        return {LONE: _Stored(header, None)}
    stored = {}
    for member in find_members(data, path):
        if member.name.endswith(".npy"):
            name = member.name.removesuffix(".npy")
            what = f"{path.name}: array {name[:60]!r}"
            header = parse_header(unpack(data, member, path, HEAD_BYTES), what)
            _check_size(header, member.size, what)
            stored[name] = _Stored(header, member)
    return stored


def _check_size(header: Header, size: int, what: str) -> None:
    if header.end > size:
        raise FileFormatError(
            f"{what}: header promises {header.n_bytes:,} bytes but {size - header.size:,} follow; "
            "copy it again."
        )


def _find_positions(stored: Mapping[str, _Stored], path: Path) -> tuple[str, ...]:
    """Name of the array with the positions, or the three names of their coordinates."""
    spelled = {name.lower(): name for name in stored}
    for name in _POSITIONS:
        if name in spelled:
            return (spelled[name],)
    if all(axis in spelled for axis in "xyz"):
        return tuple(spelled[axis] for axis in "xyz")
    tables = [name for name, entry in stored.items() if _may_be_positions(entry.header)]
    if len(tables) == 1:
        return (tables[0],)
    shown = ", ".join(name[:40] for name in list(stored)[:8]) or "none"
    raise FileFormatError(
        f"{path.name}: none of its arrays ({shown}) is named xyz or points; rename one."
    )


def _may_be_positions(header: Header) -> bool:
    if header.is_pickled:
        return True
    if header.dtype is None:
        return False
    if header.dtype.names is not None:
        return len(header.shape) == 1
    return header.dtype.kind == "f" and len(header.shape) == 2 and header.shape[1] >= 3


def _count(stored: Mapping[str, _Stored], positions: tuple[str, ...], path: Path) -> int:
    """Number of points, after a look at the headers of the positions."""
    for name in positions:
        header = stored[name].header
        what = f"{path.name}: array {name[:60]!r}"
        if header.is_pickled:
            raise FileFormatError(
                f"{what} holds Python objects, which are never opened; save plain numbers instead."
            )
        fits = (
            header.dtype is not None
            and (header.dtype.names is not None or header.dtype.kind in "iuf")
            and len(header.shape) == (2 if len(positions) == 1 and not header.dtype.names else 1)
            and (len(header.shape) == 1 or 3 <= header.shape[1] <= MAX_COLUMNS)
        )
        if not fits:
            raise FileFormatError(
                f"{what} has the shape {header.shape} of no list of points; save numbers, one row "
                "a point."
            )
    (n_points,) = {stored[name].header.shape[0] for name in positions[:1]}
    if any(stored[name].header.shape[0] != n_points for name in positions):
        raise FileFormatError(f"{path.name}: its arrays x, y and z are not of one length.")
    if n_points == 0:
        raise FileFormatError(f"{path.name}: holds no points.")
    if n_points > MAX_POINTS:
        raise FileFormatError(
            f"{path.name}: promises {n_points:,} points, more than the {MAX_POINTS:,} that can be "
            "opened."
        )
    return n_points


def _is_field(header: Header, n_points: int) -> bool:
    """Whether an array holds plain numbers for each point."""
    return (
        header.dtype is not None
        and header.dtype.names is None
        and header.shape[:1] == (n_points,)
        and 0 < math.prod(header.shape[1:]) <= MAX_COLUMNS
    )


def _array(data: bytes, entry: _Stored, path: Path) -> NDArray[Any]:
    content = data if entry.member is None else unpack(data, entry.member, path)
    return parse_array(content, entry.header)


def _kind(header: Header, n_points: int) -> str:
    """Numpy kind of an array's values, or ? if it has not one for each point."""
    fits = header.dtype is not None and header.shape == (n_points,)
    return header.dtype.kind if fits and header.dtype is not None else "?"


def _may_be_faces(header: Header) -> bool:
    return header.dtype is not None and header.dtype.kind in "iu" and header.shape[1:] == (3,)


def _faces(
    corners: Integer[np.ndarray, "faces 3"], n_points: int
) -> Int32[np.ndarray, "faces 3"] | None:
    """Triangles, if all their corners are points."""
    if not len(corners) or corners.min() < 0 or corners.max() >= n_points:
        return None
    return corners.astype(np.int32)


# ---------------------------------------------------------------- what they are


def _contents(
    arrays: dict[str, NDArray[Any]],
    faces: Int32[np.ndarray, "faces 3"] | None,
    path: Path,
    notes: list[str],
) -> Contents:
    """Contents of arrays with one row for each point."""
    columns: dict[Column, NDArray[Any]] = {}
    meant: set[str | None] = set()
    names: set[str] = set()

    def add(name: str, meaning: str | None, values: NDArray[Any]) -> None:
        known = meaning if meaning not in meant else None
        meant.add(meaning)
        unique = unused_name(name, names)
        names.add(unique)
        columns[Column(len(columns), unique, known)] = values

    spelled = {name.lower(): name for name in arrays}
    colours = next((spelled[n] for n in _COLOURS if n in spelled), None)
    normals = next((spelled[n] for n in _NORMALS if n in spelled), None)
    positions = next((spelled[n] for n in _POSITIONS if _is_table(arrays, spelled.get(n))), None)
    if positions is None and not all(axis in spelled for axis in "xyz"):
        positions = next(iter(arrays))  # the only table there
        if not _is_table(arrays, positions):
            raise FileFormatError(f"{path.name}: its rows have no fields x, y and z.")
    if positions is not None:
        table = arrays.pop(positions)
        may_be = ("" if colours else "rgb") + ("" if normals else "n")
        meaning, note = guessed_columns(
            table if table.dtype.kind == "f" else table.astype(np.float64), may_be=may_be
        )
        notes += note
        for column in meaning:
            add(column.name, column.meaning, table[:, column.index])
    for name, values in arrays.items():
        wide = values.reshape(len(values), -1)
        if name == colours and wide.shape[1] in (3, 4):
            for k, letter in enumerate("rgb"):
                add(letter, letter, wide[:, k])
            if wide.shape[1] == 4:
                add("alpha", None, wide[:, 3])
        elif name == normals and wide.shape[1] == 3 and values.dtype.kind == "f":
            for k, axis in enumerate(("nx", "ny", "nz")):
                add(axis, axis, wide[:, k])
        elif wide.shape[1] == 1:
            add(name, meaning_of(name), wide[:, 0])
        else:
            add(name, None, wide)
    return contents_of(columns, format="NumPy arrays", path=path, notes=tuple(notes), faces=faces)


def _is_table(arrays: Mapping[str, NDArray[Any]], name: str | None) -> bool:
    """Whether an array could hold the positions."""
    if name is None:
        return False
    values = arrays[name]
    return values.ndim == 2 and values.shape[1] >= 3 and values.dtype.kind in "iuf"
