"""Furnished scenes that others made, stored as labelled points: `read_furnished` gives a Scene.

An NPZ holds `xyz` as whole steps from an origin, `rgb`, and `instance`, the number of the thing a
point is on; `meta`, JSON as bytes, has the step, the origin, the things' names and which of them
are the building itself.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.archive import Member, find_members, unpack
from pinpoint3d.files.npy import parse_array, parse_header
from pinpoint3d.files.storage import HEAD_BYTES, read_bytes
from pinpoint3d.types import Masks, Scene

_COLUMNS = {"xyz": (3, "u2"), "rgb": (3, "u1"), "instance": (1, "u1"), "meta": (1, "u1")}


def read_furnished(path: Path) -> Scene:
    """The scene of a file; what belongs to the building is background.

    Raises
    ------
    FileAccessError
        If the file may not be read.
    FileFormatError
        If it is damaged, or holds something else.
    """
    content = read_bytes(path)
    members = {member.name: member for member in find_members(content, path)}
    xyz, rgb, instance, meta = (
        _array(content, members.get(f"{name}.npy"), name, path) for name in _COLUMNS
    )
    if not len(xyz) == len(rgb) == len(instance):
        raise FileFormatError(
            f"{path.name}: has {len(xyz):,} positions, {len(rgb):,} colours and {len(instance):,} "
            "instances; copy it again."
        )
    try:
        about = json.loads(meta.tobytes())
        is_building = np.array(about["structure"], bool)
        step, origin = np.float32(about["step"]), np.array(about["origin"], np.float32)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise FileFormatError(f"{path.name}: its 'meta' cannot be read; copy it again.") from None
    if origin.shape != (3,) or is_building.ndim != 1:
        raise FileFormatError(f"{path.name}: its 'meta' cannot be read; copy it again.")
    if len(instance) == 0 or instance.max() >= len(is_building):
        raise FileFormatError(f"{path.name}: has points on things it does not name; copy it again.")
    thing = instance[:, 0].astype(np.int32)
    number = np.where(is_building, 0, np.cumsum(~is_building)).astype(np.int32)
    return Scene(
        (xyz * step + origin).astype(np.float32),
        rgb,
        name=path.stem,
        labels=Masks.of(number[thing]),
    )


def _array(content: bytes, member: Member | None, name: str, path: Path) -> NDArray[Any]:
    if member is None:
        raise FileFormatError(f"{path.name}: has no array {name!r}; it is no furnished scene.")
    header = parse_header(unpack(content, member, path, HEAD_BYTES), path.name)
    shape = (*header.shape, 1) if len(header.shape) == 1 else header.shape
    right = header.dtype is not None and header.dtype == _COLUMNS[name][1]
    if not right or len(shape) != 2 or shape[1] != _COLUMNS[name][0] or header.end > member.size:
        raise FileFormatError(
            f"{path.name}: its array {name!r} is {header.shape} of {header.dtype}; copy it again."
        )
    return parse_array(unpack(content, member, path), header).reshape(shape)
