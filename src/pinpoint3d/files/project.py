"""Saved sessions: `scan.pinpoint.json` with the operations, `scan.pinpoint.HASH.npz` with labels.

The JSON is enough to go on from: labels are the answer to its operations, kept beside it so that
other programs can read them without a segmenter. They are written first and named by their hash,
so a crash between the two files leaves the old pair whole. `docs/formats.md` has the form.
"""

import hashlib
import io
import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from pinpoint3d._version import __version__
from pinpoint3d.errors import FileAccessError, FileFormatError, PinpointError, ProjectError
from pinpoint3d.files.clicks import check_version, click_as_dict, read_json
from pinpoint3d.files.storage import MAX_POINTS, is_same_file, read_bytes, write_atomically
from pinpoint3d.operations import Choose, Delete, Lock, Merge, Operation, Paint, Rename
from pinpoint3d.types import Click, Masks, Scene

SCHEMA = "pinpoint3d.project"
VERSION = (1, 0)
_TEXTS = {"units", "up", "columns"}
_OPTIONS = {"origin", "sample", *_TEXTS}


@dataclass(frozen=True)
class ScanRecord:
    """Which scan a project belongs to.

    Attributes
    ----------
    path
        The file, relative to the project's folder; None for a scene that is no file.
    sha256
        Hash of the file's bytes, or None.
    geometry_sha256
        Hash of the positions in their order: the same scan in another format has the same.
    n_points
        Points of the scene.
    options
        How the file was opened.
    """

    path: str | None
    sha256: str | None
    geometry_sha256: str
    n_points: int
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Project:
    """A saved session."""

    scan: ScanRecord
    segmenter: str
    operations: Sequence[Operation]
    names: Mapping[str, str]


def scan_record(scene: Scene, project: Path) -> ScanRecord:
    """What a project at `project` says of its scan."""
    source = scene.source
    path = None
    if source is not None:
        path = Path(os.path.relpath(source.path.resolve(), project.parent.resolve())).as_posix()
    return ScanRecord(
        path=path,
        sha256=None if source is None else source.sha256,
        geometry_sha256=_geometry_hash(scene),
        n_points=len(scene),
        options={} if source is None else dict(source.options),
    )


def write_project(
    path: Path, project: Project, scene: Scene, masks: Masks, locked: frozenset[int]
) -> None:
    """Write labels and project; keys of an older file that are not known here stay in it.

    Raises
    ------
    FileAccessError
        If the path cannot be written, or is that of the scan.
    ProjectError
        If a newer version wrote what is there.
    """
    if path.is_dir():  # said before the labels are written beside it
        raise FileAccessError(f"{path}: is a folder; name a file in it.")
    if scene.source is not None and is_same_file(path, scene.source.path):
        raise FileAccessError(f"{path}: is the scan that was opened; save under another name.")
    document = _older(path)
    labels_before = document.get("labels")
    content = io.BytesIO()
    np.savez_compressed(
        content,
        object_id=masks.object,
        part_id=masks.part,
        confidence=masks.confidence,
        locked=np.isin(masks.object, list(locked)),
    )
    labels = content.getvalue()
    digest = hashlib.sha256(labels).hexdigest()
    stem = path.name.removesuffix(".json")
    labels_path = path.parent / f"{stem}.{digest[:12]}.npz"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    document |= {
        "schema": SCHEMA,
        "version": list(VERSION),
        "app": f"pinpoint3d {__version__}",
        "created": document.get("created", now),
        "modified": now,
        "scan": {
            "path": project.scan.path,
            "sha256": project.scan.sha256,
            "geometry_sha256": project.scan.geometry_sha256,
            "n_points": project.scan.n_points,
            "options": dict(project.scan.options),
            "origin": scene.origin.tolist(),
        },
        "segmenter": project.segmenter,
        "names": dict(project.names),
        "operations": [operation_as_dict(operation, scene) for operation in project.operations],
        "labels": {"file": labels_path.name, "sha256": digest},
    }
    write_atomically(labels_path, [labels])
    text = json.dumps(document, indent=1, sort_keys=True, allow_nan=False)
    write_atomically(path, [text.encode() + b"\n"])
    outdated = labels_before.get("file") if isinstance(labels_before, dict) else None
    ours = re.escape(stem) + r"\.[0-9a-f]{12}\.npz"
    if isinstance(outdated, str) and outdated != labels_path.name and re.fullmatch(ours, outdated):
        path.with_name(outdated).unlink(missing_ok=True)


def read_project(path: Path) -> Project:
    """Project of a JSON file.

    Raises
    ------
    ProjectError
        If it is damaged, no project, or of a newer version.
    FileAccessError
        If it cannot be opened.
    """
    try:
        document = read_json(path)
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise ProjectError(f"{path.name}: is no saved session of pinpoint3d.")
        check_version(document.get("version"), VERSION, path)
    except FileFormatError as error:
        raise ProjectError(str(error)) from None
    try:
        scan = _scan(document["scan"])
        project = Project(
            scan=scan,
            segmenter=_text(document["segmenter"]),
            operations=_operations(document["operations"], scan.n_points),
            names={_text(k): _text(v) for k, v in document["names"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        detail = str(error) if isinstance(error, PinpointError) else repr(error)[:80]
        raise ProjectError(f"{path.name}: is damaged ({detail}); take a copy.") from None
    return project


def read_labels(path: Path) -> Masks:
    """Labels that were saved beside the project at `path`.

    Raises
    ------
    ProjectError
        If they are missing, changed or damaged.
    """
    read_project(path)  # says what is wrong with it
    try:
        labels = read_json(path)["labels"]
        content = _unchanged(path.parent / Path(labels["file"]).name, labels["sha256"])
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return Masks(arrays["object_id"], arrays["part_id"], arrays["confidence"])
    except (KeyError, TypeError, ValueError, AttributeError, OSError, BadZipFile) as error:
        raise ProjectError(
            f"{path.name}: its labels cannot be read ({error}); open the session and save it again."
        ) from None


def _unchanged(path: Path, sha256: str) -> bytes:
    """Bytes of a file that has the hash expected."""
    content = read_bytes(path)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"{path.name} was changed")
    return content


def _geometry_hash(scene: Scene) -> str:
    """Hash of world positions to the float64 bit, NaN in one spelling, a chunk at a time."""
    digest = hashlib.sha256()
    for start in range(0, len(scene), 1 << 20):
        with np.errstate(invalid="ignore"):  # signalling NaN
            world = scene.xyz[start : start + (1 << 20)].astype("<f8") + scene.origin
        world[np.isnan(world)] = np.nan
        digest.update(np.ascontiguousarray(world).tobytes())
    return digest.hexdigest()


def _older(path: Path) -> dict[str, Any]:
    """The document that stands at `path`, if it is a project; its unknown keys are kept."""
    if not path.exists():
        return {}
    try:
        document = read_json(path)
    except PinpointError:
        return {}
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        return {}
    try:
        check_version(document.get("version"), VERSION, path)
    except FileFormatError as error:
        raise ProjectError(str(error)) from None
    return document


def operation_as_dict(operation: Operation, scene: Scene) -> dict[str, Any]:
    """An operation in the form that saved sessions have; clicks with their point's position."""
    match operation:
        case Click():
            entry = {"op": "click", **click_as_dict(operation)}
            if operation.point is not None and operation.point < len(scene):
                entry["xyz"] = (scene.xyz[operation.point] + scene.origin).tolist()
            return entry
        case Choose(click, candidate):
            return {"op": "choose", "click": click_as_dict(click), "candidate": int(candidate)}
        case Paint(points, object_id, part_id):
            runs = _runs(points)
            return {"op": "paint", "runs": runs, "object": int(object_id), "part": int(part_id)}
        case Lock(object_id, locked):
            return {"op": "lock", "object": int(object_id), "locked": bool(locked)}
        case Rename(object_id, part_id, name):
            part = None if part_id is None else int(part_id)
            return {"op": "rename", "object": int(object_id), "part": part, "name": name}
        case Merge(into, other):
            return {"op": "merge", "into": int(into), "other": int(other)}
        case Delete(object_id, part_id):
            part = None if part_id is None else int(part_id)
            return {"op": "delete", "object": int(object_id), "part": part}


def _scan(entry: Mapping[str, Any]) -> ScanRecord:
    n_points = _whole(entry["n_points"])
    if n_points > MAX_POINTS:
        raise ValueError(f"a scan of {n_points:,} points")
    return ScanRecord(
        path=_text_or_none(entry["path"]),
        sha256=_text_or_none(entry["sha256"]),
        geometry_sha256=_text(entry["geometry_sha256"]),
        n_points=n_points,
        options=_options(entry["options"]),
    )


def _operations(entries: Any, n_points: int) -> list[Operation]:
    if not isinstance(entries, list):
        raise TypeError("its operations are no list")
    return [operation_of(entry, n_points) for entry in entries]


def operation_of(entry: Mapping[str, Any], n_points: int) -> Operation:
    """Operation of that form, on a scan of so many points.

    Raises
    ------
    KeyError, TypeError, ValueError, AttributeError, OverflowError
        If it is none; `read_project` makes one sentence of these.
    """
    match entry["op"]:
        case "click":
            return _click(entry)
        case "choose":
            return Choose(_click(entry["click"]), _whole(entry["candidate"]))
        case "paint":
            points = _from_runs(entry["runs"], n_points)
            return Paint(points, _whole(entry["object"]), _whole(entry["part"]))
        case "lock":
            return Lock(_whole(entry["object"]), _truth(entry["locked"]))
        case "rename":
            return Rename(
                _whole(entry["object"]), _whole_or_none(entry["part"]), _text(entry["name"])
            )
        case "merge":
            return Merge(_whole(entry["into"]), _whole(entry["other"]))
        case "delete":
            return Delete(_whole(entry["object"]), _whole_or_none(entry["part"]))
        case other:
            raise ValueError(f"an operation {str(other)[:40]!r} is not known")


def _click(entry: Mapping[str, Any]) -> Click:
    granularity = entry.get("granularity")
    position = entry.get("position")
    return Click(
        point=_whole_or_none(entry.get("point")),
        object=_whole(entry["object"]),
        part=_whole(entry["part"]),
        position=None if position is None else [_number(v) for v in position],
        granularity=None if granularity is None else _number(granularity),
    )


def _runs(points: Sequence[int]) -> list[list[int]]:
    """Ascending rows as [first, count] pairs."""
    rows = np.asarray(points, np.int64)
    if len(rows) == 0:
        return []
    first = np.flatnonzero(np.r_[True, np.diff(rows) != 1])
    count = np.diff(np.r_[first, len(rows)])
    return np.stack([rows[first], count], axis=1).tolist()


def _from_runs(runs: Sequence[Sequence[int]], n_points: int) -> tuple[int, ...]:
    points: list[int] = []
    for first, count in runs:
        # ascending and inside the scan: a short text can not stand for endless points
        if _whole(first) <= (points[-1] if points else -1) or first + _whole(count) > n_points:
            raise ValueError("a painted area leaves the scan or meets itself")
        points.extend(range(first, first + count))
    return tuple(points)


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{str(value)[:40]} is no whole number from 0")
    return value


def _whole_or_none(value: Any) -> int | None:
    return None if value is None else _whole(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]} is no text")
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"{str(value)[:40]} is no number")
    return float(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{str(value)[:40]} is neither true nor false")
    return value


def _options(value: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(value) - _OPTIONS
    if unknown:
        raise ValueError(f"an unknown way {min(unknown)[:40]!r} of opening the scan")
    options: dict[str, Any] = {
        name: _text_or_none(v) for name, v in value.items() if name in _TEXTS
    }
    if value.get("sample") is not None:
        options["sample"] = _number(value["sample"])
    if value.get("origin") is not None:
        x, y, z = value["origin"]
        options["origin"] = (_number(x), _number(y), _number(z))
    return options
