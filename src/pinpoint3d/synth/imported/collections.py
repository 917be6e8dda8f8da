"""Folders of packed collections: an `index.json`, and NPZ files of many objects each.

An NPZ holds the arrays `v`, `f`, `part`, `rgb` of all its objects one after another, and in `meta`,
JSON as bytes, where each object begins and what it is. `load` reads one side of the split and
never the other.
"""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.archive import Member, find_members, unpack
from pinpoint3d.files.npy import parse_array, parse_header
from pinpoint3d.files.siblings import SHOWN, read_sibling
from pinpoint3d.files.storage import HEAD_BYTES
from pinpoint3d.synth.assets import Asset, Part
from pinpoint3d.synth.imported.cleaning import Model, cleaned
from pinpoint3d.synth.imported.described import Described
from pinpoint3d.synth.imported.kinds import finish_of, kind_of, part_name

INDEX = "index.json"
MAX_ARCHIVE_BYTES = 1 << 30
_LOOKS_ALONG_X = frozenset({"infinigen"})
"""Collections whose objects have their front towards +x, but for what hangs in a wall."""
_IN_A_WALL = frozenset({"door", "window"})
_COLUMNS = {"v": 3, "f": 3, "part": 1, "rgb": 3, "meta": 1}


def load(folder: Path, *, subset: Literal["train", "val"]) -> tuple[Asset, ...]:
    """The assets of a folder that are on one side of the split, in the order of its index.

    Raises
    ------
    FileAccessError
        If there is no index, or it may not be read.
    FileFormatError
        If a file is missing or damaged, or if objects of one group, which are variants of each
        other, are on both sides.
    """
    index = folder / INDEX
    entries = Described.read(index).items()
    _check_sides(entries)
    wanted = [e for e in entries if e.of("subset").text() == subset]
    by_file: dict[str, list[int]] = {}
    for row, entry in enumerate(wanted):
        by_file.setdefault(entry.of("file").text(), []).append(row)
    found: dict[int, Asset] = {}
    for name, rows in by_file.items():
        collection = _Collection(read_sibling(index, name, MAX_ARCHIVE_BYTES), Path(name[:SHOWN]))
        for row in rows:
            found[row] = collection.asset(wanted[row])
    return tuple(found[row] for row in range(len(wanted)))


def _check_sides(entries: list[Described]) -> None:
    side_of_group: dict[str, str] = {}
    for entry in entries:
        side, group = entry.of("subset").text(), entry.of("group").text()
        if side not in ("train", "val"):
            raise entry.error(f"has a subset {side[:SHOWN]!r}, which is neither 'train' nor 'val'")
        if side_of_group.setdefault(group, side) != side:
            raise FileFormatError(
                f"{entry.source}: has objects of group {group[:SHOWN]!r} in both subsets; "
                "put all of them into one."
            )


class _Collection:
    """The arrays of one NPZ."""

    def __init__(self, content: bytes, path: Path) -> None:
        self._path = path
        members = {member.name: member for member in find_members(content, path)}
        arrays = {name: self._array(content, members.get(f"{name}.npy"), name) for name in _COLUMNS}
        self._v, self._f, self._part, self._rgb = (arrays[k] for k in ("v", "f", "part", "rgb"))
        if not len(self._f) == len(self._part) == len(self._rgb):
            raise FileFormatError(
                f"{path.name}: has {len(self._f):,} faces, {len(self._part):,} parts and "
                f"{len(self._rgb):,} colours of faces; copy it again."
            )
        self._meta = Described.parsed(arrays["meta"].tobytes(), path.name).items()

    def asset(self, entry: Described) -> Asset:
        """The object that an entry of the index stands for."""
        meta = self._meta[entry.of("index").whole(0, len(self._meta) - 1)]
        name = entry.of("id").text()
        for key, other in (("name", "id"), ("subset", "subset"), ("group", "group")):
            if meta.of(key).text() != entry.of(other).text():
                raise meta.error(f"does not agree with {INDEX} on the {key} of {name[:SHOWN]!r}")
        source = f"{self._path.name}: {name[:SHOWN]}"
        v0 = meta.of("v0").whole(0, len(self._v))
        f0 = meta.of("f0").whole(0, len(self._f))
        n_vertices = meta.of("n_vertices").whole(0, len(self._v) - v0)
        faces = slice(f0, f0 + meta.of("n_faces").whole(0, len(self._f) - f0))
        kind = kind_of(meta.of("category").text())
        names = [part_name(part.text()) for part in meta.of("parts").items()]
        face_part = self._part[faces].astype(np.int32)
        if len(face_part) and face_part.max() >= len(names):
            raise FileFormatError(f"{source} has a face of part {face_part.max()}; copy it again.")
        step, origin = meta.of("step").number(), meta.of("origin").numbers(3)
        subset = meta.of("subset").text()
        collection = meta.of("collection").text()
        vertices = self._v[v0 : v0 + n_vertices].astype(np.float64) * step + np.array(origin)
        if collection in _LOOKS_ALONG_X and kind not in _IN_A_WALL:
            vertices = vertices[:, [1, 0, 2]] * np.array([1, -1, 1])
        model = Model(
            kind=kind,
            style=f"{collection}/{meta.of('group').text()}",
            vertices=vertices,
            faces=self._f[faces].astype(np.int32),
            face_part=face_part,
            parts=tuple(Part(part, finish=finish_of(part, kind)) for part in names),
            face_rgb=self._rgb[faces],
            subset="val" if subset == "val" else "train",
            licence=meta.of("licence").text(),
            credit=meta.of("credit").text(),
        )
        return cleaned(model, source)

    def _array(self, content: bytes, member: Member | None, name: str) -> NDArray[Any]:
        path = self._path
        if member is None:
            raise FileFormatError(f"{path.name}: has no array {name!r}; copy it again.")
        header = parse_header(unpack(content, member, path, HEAD_BYTES), path.name)
        shape = (*header.shape, 1) if len(header.shape) == 1 else header.shape
        dtype = header.dtype
        if dtype is None or dtype.kind != "u" or len(shape) != 2 or shape[1] != _COLUMNS[name]:
            raise FileFormatError(
                f"{path.name}: its array {name!r} is {header.shape} of {dtype}; copy it again."
            )
        if header.end > member.size or dtype.itemsize > 2:
            raise FileFormatError(f"{path.name}: its array {name!r} is damaged; copy it again.")
        array = parse_array(unpack(content, member, path), header)
        if name in ("part", "rgb", "meta") and dtype.itemsize != 1:
            raise FileFormatError(f"{path.name}: its array {name!r} is no bytes; copy it again.")
        return array
