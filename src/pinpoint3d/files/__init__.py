"""Scans in and out: `load` opens any known file, `save` writes masks into one.

Each format is a module with the same few functions (`read`, and where it can be written `relabel`
and `write`); the table below is all that ties them together.
"""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool
from numpy.typing import NDArray

from pinpoint3d.errors import FileAccessError, FileFormatError, SceneError
from pinpoint3d.files.contents import LABELS, OWN_PREFIX, Contents, LabelColumns
from pinpoint3d.files.report import UNITS, choose_unit, choose_up, make_report
from pinpoint3d.files.storage import (
    HEAD_BYTES,
    is_same_file,
    read_bytes,
    unpacked,
    write_atomically,
)
from pinpoint3d.files.surface import check_sample, contents_of, mesh_of
from pinpoint3d.types import Masks, Scene, Source

_logger = logging.getLogger(__name__)

_FORMATS = ("ply", "pcd", "las", "xyz", "arrays", "kitti", "mesh")
_RELABELLED = ("ply", "pcd", "las", "arrays", "xyz")
_SAMPLED = ("mesh", "ply")
_WRITTEN = {
    ".ply": "ply",
    ".pcd": "pcd",
    ".las": "las",
    ".laz": "las",
    ".npz": "arrays",
    ".xyz": "xyz",
    ".txt": "xyz",
    ".pts": "xyz",
    ".asc": "xyz",
    ".csv": "xyz",
}
Style = Literal["partscan"]
FARTHEST = 1e12  # m: the orbit of Jupiter; only damaged numbers lie beyond, and squares overflow


def load(
    path: str | Path,
    *,
    units: str | None = None,
    up: str | None = None,
    origin: tuple[float, float, float] | None = None,
    sample: float | None = None,
    columns: str | None = None,
) -> Scene:
    """Scene of a file, points in the file's order.

    Parameters
    ----------
    path
        PLY, PCD, LAS, LAZ, OBJ, GLB, STL, OFF, NPZ, NPY, XYZ, TXT, PTS, CSV or KITTI .bin, also
        packed as .gz or .xz. The content decides before the name does.
    units
        "m", "cm" or "mm"; None takes what the format states or the numbers suggest.
    up
        Axis that points up, "+z" for example; None likewise. Positions are not turned.
    origin
        Offset to take off all positions, metres; None takes off only a large one.
    sample
        Distance between points laid on a mesh's faces, in the file's units; None lays them where
        the vertices are too few to click on.
    columns
        What the columns of a text file are, one letter each (x y z r g b i n l _).

    Returns
    -------
    Scene
        `scene.source.report` says what was found and assumed.

    Raises
    ------
    FileAccessError
        If the file cannot be opened.
    FileFormatError
        If it is no scan, or a damaged one.
    SceneError
        If an option is out of range, or of no use for this format.
    """
    path = Path(path)
    check_sample(sample)
    options = {
        "units": units,
        "up": up,
        "origin": None if origin is None else _offset(origin),
        "sample": sample,
        "columns": columns,
    }
    stored = read_bytes(path)
    content, inner = unpacked(stored, path)
    name, notes = _recognise(content, inner)
    if sample is not None and name not in _SAMPLED:
        raise SceneError(f"{path.name}: is no mesh to lay points on; leave out sample.")
    if columns is not None and name != "xyz":
        raise SceneError(f"{path.name}: is no text file with columns to name; leave out columns.")
    contents = _read(name, content, path, sample=sample, columns=columns)
    return _scene(contents, path, stored, name, notes, options)


def save(
    scene: Scene, masks: Masks | None, path: str | Path, *, style: Style | None = None
) -> None:
    """Write a scene and its masks; what was in its file stays as it was.

    Under the format it came in, the original is copied and only `object_id`, `part_id` and
    `confidence` are added. Under another one, all fields that the format can hold are carried over,
    and so are the points that were laid on a mesh's faces. A PLY that is copied keeps its own
    vertices alone, so labels of such points are not in it, and a warning is logged.

    A .glb gets one node an object, and one under it for each part. The file is complete or not
    there at all.

    Parameters
    ----------
    scene
        What `load` gave, or a Scene of your own.
    masks
        Labels of its points; None writes the scene alone.
    path
        Where to: .ply, .pcd, .las, .laz, .npz, .xyz, .txt, .pts, .asc, .csv or .glb. Never the
        original.
    style
        "partscan" writes the research set's PLY, `label` = object * 100 + part.

    Raises
    ------
    FileAccessError
        If the path cannot be written, is the original, or the original is gone.
    FileFormatError
        If the format cannot be written, or the original has changed since it was opened.
    SceneError
        If there is not one label for every point.
    """
    path = Path(path)
    if masks is not None and len(masks) != len(scene):
        raise SceneError(
            f"masks of {len(masks):,} points cannot be saved with a scene of {len(scene):,}."
        )
    source = scene.source
    if source is not None and is_same_file(path, source.path):
        raise FileAccessError(f"{path}: is the scan that was opened; save under another name.")
    write_atomically(path, _encoded(scene, masks, path, style))


def _encoded(scene: Scene, masks: Masks | None, path: Path, style: str | None) -> Iterator[bytes]:
    suffix = path.suffix.lower()
    if style not in (None, "partscan"):
        raise FileFormatError(f"{path.name}: there is no style {style!r}; leave it out.")
    if style == "partscan":
        if suffix != ".ply" or masks is None:
            raise FileFormatError(f"{path.name}: PartScan's form is a labelled .ply file.")
        contents, labels = _contents(scene), _labels(masks)
        return _module("ply").write_partscan(contents, labels, path)
    if suffix == ".glb":
        return _module("mesh").write_glb(scene, masks or Masks.empty(len(scene)))
    if suffix not in _WRITTEN:
        raise FileFormatError(
            f"{path.name}: cannot write {suffix or 'a file without a suffix'}; "
            f"use one of {', '.join([*_WRITTEN, '.glb'])}."
        )
    name = _WRITTEN[suffix]
    labels = None if masks is None else _labels(masks)
    source = scene.source
    if source is not None and source.format == name in _RELABELLED:
        content, _ = _original(source)
        same = _same_packing(source, path)
        if labels is None and same and name != "arrays":  # an NPY becomes an NPZ even without
            return iter([content])
        if name == "las":
            return _module(name).relabel(content, labels, path, compressed=suffix == ".laz")
        if same:
            if masks is not None and len(scene) > source.n_rows:
                labels = _labels(masks, source.n_rows)
                _logger.warning(
                    "%s holds labels of the %s vertices alone and not of the %s points laid on "
                    "its faces; save under another format to keep those",
                    path.name,
                    f"{source.n_rows:,}",
                    f"{len(scene) - source.n_rows:,}",
                )
            return _module(name).relabel(content, labels, path)
    contents = _contents(scene)
    if name == "las":
        return _module(name).write(contents, labels, compressed=suffix == ".laz")
    if suffix == ".csv":
        return _module(name).write(contents, labels, separator=",")
    return _module(name).write(contents, labels)


def _same_packing(source: Source, path: Path) -> bool:
    """Whether a .las, a .laz or a .csv stays one; other suffixes say nothing."""
    if source.format not in ("las", "xyz"):
        return True
    telling = (".las", ".laz") if source.format == "las" else (".csv",)
    packed = source.path.suffix.lower() in (".gz", ".xz")
    inner = Path(source.path.stem) if packed else source.path
    return all((inner.suffix.lower() == s) == (path.suffix.lower() == s) for s in telling)


def _recognise(content: bytes, path: Path) -> tuple[str, tuple[str, ...]]:
    """Name of the format's module, by content and then by suffix."""
    head, suffix = content[:HEAD_BYTES], path.suffix.lower()
    by_suffix = [name for name in _FORMATS if suffix in _module(name).SUFFIXES]
    by_content = [name for name in _FORMATS if _module(name).sniff(head)]
    if by_content:
        name = by_content[0]
        if by_suffix and name not in by_suffix:
            return name, (f"is {name.upper()} inside although its name ends in {suffix}",)
        return name, ()
    if by_suffix:
        return by_suffix[0], ()
    known = sorted({s for name in _FORMATS for s in _module(name).SUFFIXES})
    raise FileFormatError(f"{path.name}: is of no known kind; open one of {', '.join(known)}.")


def _module(name: str) -> ModuleType:
    return import_module(f"pinpoint3d.files.{name}")


def _read(
    name: str, content: bytes, path: Path, *, sample: float | None, columns: str | None
) -> Contents:
    module = _module(name)
    if name == "mesh":
        return module.read(content, path, sample=sample)
    if name == "xyz":
        return module.read(content, path, columns=columns)
    contents = module.read(content, path)
    if name == "ply" and sample is not None:
        if "source_face" in contents.fields:
            raise SceneError(f"{path.name}: holds points of its faces already; leave out sample.")
        return contents_of(mesh_of(contents), path, sample=sample)
    return contents


@np.errstate(invalid="ignore")  # signalling NaN may stand where points have no position
def _scene(
    contents: Contents,
    path: Path,
    stored: bytes,
    name: str,
    notes: tuple[str, ...],
    options: dict[str, Any],
) -> Scene:
    contents, valid = _within_reach(contents)
    if not valid.any():
        raise FileFormatError(
            f"{path.name}: not one of its {len(valid):,} points is finite; nothing to segment."
        )
    unit = choose_unit(contents, valid, options["units"])
    up = choose_up(contents, valid, options["up"])
    scale = UNITS[unit[0]]
    xyz = contents.xyz if scale == 1 else contents.xyz * contents.xyz.dtype.type(scale)
    origin = None if options["origin"] is None else np.array(options["origin"], np.float64)
    if origin is not None:
        xyz = xyz - origin
    fields = dict(contents.fields)
    labels, label_notes = _labels_taken(fields)
    if contents.normals is not None:
        fields["normals"] = contents.normals

    def scene(source: Source | None) -> Scene:
        return Scene(
            xyz,
            contents.rgb,
            name=path.stem,
            labels=labels,
            origin=origin,
            up=up[0],
            fields=fields,
            faces=contents.faces,
            source=source,
        )

    report = make_report(scene(None), contents, unit=unit, up=up, notes=(*notes, *label_notes))
    source = Source(
        path=path,
        sha256=hashlib.sha256(stored).hexdigest(),
        size=len(stored),
        format=name,
        n_rows=len(xyz) - contents.n_laid,
        unit_to_m=scale,
        report=report,
        options={k: v for k, v in options.items() if v is not None},
    )
    return scene(source)


def _offset(origin: Sequence[float]) -> tuple[float, float, float]:
    offset = np.asarray(origin, np.float64)
    if offset.shape != (3,) or not (np.abs(offset) <= FARTHEST).all():
        raise SceneError(f"origin is {origin}; give three numbers of metres.")
    return (float(offset[0]), float(offset[1]), float(offset[2]))


def _within_reach(contents: Contents) -> tuple[Contents, Bool[np.ndarray, " points"]]:
    """Contents without the positions that cannot be any, and which rows have one."""
    with np.errstate(invalid="ignore"):  # a signalling NaN is as good as a quiet one
        size = np.abs(contents.xyz)
        valid = np.asarray((size <= FARTHEST).all(axis=1))
        n_far = int(np.count_nonzero(np.isfinite(size).all(axis=1) & ~valid))
    if n_far:
        note = f"{n_far:,} of its points lie beyond {FARTHEST:.0e} and count as without a position"
        xyz = contents.xyz.copy()
        xyz[~valid] = np.nan
        contents = replace(contents, xyz=xyz, notes=(*contents.notes, note))
    return contents, valid


def _labels_taken(
    fields: dict[str, NDArray[Any]],
) -> tuple[Masks | None, tuple[str, ...]]:
    """Masks from our own columns, if the file has them; they leave `fields`."""
    whole = {name for name, v in fields.items() if v.dtype.kind in "iu" and v.ndim == 1}
    names = [prefixed if (prefixed := OWN_PREFIX + n) in fields else n for n in LABELS]
    if not whole.issuperset(names[:2]):
        return None, ()
    objects, parts = (fields[name] for name in names[:2])
    confidence = fields.get(names[2])
    if confidence is not None and (confidence.dtype.kind != "f" or confidence.ndim != 1):
        confidence = None
    try:
        masks = Masks.of(objects, parts)
        if confidence is not None:
            masks = Masks(masks.object, masks.part, confidence.astype(np.float32))
    except SceneError as error:
        return None, (f"its label columns are kept but not used: {error}",)
    for name in names if confidence is not None else names[:2]:
        del fields[name]
    return masks, ()


def _labels(masks: Masks, n: int | None = None) -> LabelColumns:
    """Labels of the first `n` points, or of all."""
    return LabelColumns(masks.object[:n], masks.part[:n], masks.confidence[:n])


def _original(source: Source) -> tuple[bytes, Path]:
    """Bytes of the file a scene came from, if they are still the same."""
    stored = read_bytes(source.path)
    if hashlib.sha256(stored).hexdigest() != source.sha256:
        raise FileFormatError(
            f"{source.path.name}: has changed since it was opened; open it again before saving."
        )
    return unpacked(stored, source.path)


def _contents(scene: Scene) -> Contents:
    """What a scene holds, in the exact coordinates of its file if it has one."""
    source = scene.source
    if source is not None:
        content, _ = _original(source)
        options = source.options
        contents = _read(
            source.format,
            content,
            source.path,
            sample=options.get("sample"),
            columns=options.get("columns"),
        )
        kept = dict(contents.fields)
        _labels_taken(kept)
        return replace(contents, fields=kept)
    fields = dict(scene.fields)
    normals = fields.get("normals")
    if normals is not None and normals.dtype == np.float32 and normals.shape == scene.xyz.shape:
        del fields["normals"]
    else:
        normals = None
    xyz = scene.xyz if not scene.origin.any() else scene.xyz + scene.origin
    return Contents("arrays", xyz, rgb=scene.rgb, normals=normals, fields=fields, faces=scene.faces)
