"""Crops: the surroundings of one object as the network sees them, with the truth about it.

`crops_of` cuts them from a labelled sample; a crop is what one training step looks at. They are
made once and kept in files, since making one costs as much as learning from it.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int16, Int32
from scipy.spatial import KDTree

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.storage import write_atomically
from pinpoint3d.graph.surface import encode_surface
from pinpoint3d.net.view import View, view_of
from pinpoint3d.synth.assets import at_level
from pinpoint3d.synth.samples import Sample
from pinpoint3d.types import Scene

MOST_NODES = 10_000
FEWEST_NODES = 40  # of an object worth asking about
FEWEST_GIVEN = 8  # where the size of nodes is given: hardly an object is too small
FEWEST_CLEAR = 150  # of an object whose parts are clear
FEWEST_A_PART = 25  # nodes, on average over the parts that are seen
SEEN = 3  # nodes of a part that count as seeing it
LARGE = 6_000  # nodes of an object: one with more is looked at in coarser nodes
MARGIN = (0.15, 2.0)  # of the object's diagonal that is seen round it
CLEARANCE = 8.0  # nodes that are seen round it at least
THINNED = 0.35  # of samples lose points
COLOURLESS = 0.12  # of samples are seen without colour from the start
_KEY = "crop"


@dataclass(frozen=True)
class Crop:
    """A view of an object and the truth about it.

    Attributes
    ----------
    view
        What the network sees.
    label
        Object of each node: 1 for the one asked about, 0 for what belongs to none, and others.
        int32 (V,).
    part
        Finest part of the object on each node, 0 for none. int16 (V,).
    levels
        Part id that stands for each part id on each level of the part tree, the coarsest first.
        int16 (L, P + 1).
    kind
        Of the object.
    """

    view: View
    label: Int32[np.ndarray, " nodes"]
    part: Int16[np.ndarray, " nodes"]
    levels: Int16[np.ndarray, "levels ids"]
    kind: str


def is_clear(crop: Crop) -> bool:
    """Whether an object has nodes enough for its parts to be told apart, by anyone."""
    part = crop.part[crop.label == 1]
    n_seen = int((np.bincount(part)[1:] >= SEEN).sum())
    return n_seen > 0 and len(part) >= max(FEWEST_CLEAR, FEWEST_A_PART * n_seen)


def crops_of(
    sample: Sample,
    rng: np.random.Generator,
    *,
    most: int = 6,
    size: float | None = None,
    grain: float = 1.0,
) -> Iterator[Crop]:
    """Crops of up to `most` objects of a sample, each in a density of its own or the sample's.

    Parameters
    ----------
    size
        Edge of a node, metres; tied to the spacing of the points unless it is given.
    grain
        Size of superpoints against those of the graph engine.
    """
    scene = _seen_anew(sample.scene, rng)
    labels = sample.scene.labels
    assert labels is not None
    valid = np.flatnonzero(scene.valid)
    surface = encode_surface(scene, valid, size=size, grain=grain)
    view = view_of(surface)
    node_of_point = surface.nodes.node_of_point
    label = _most_common(node_of_point, labels.object, len(view))
    count = np.bincount(label, minlength=len(sample.objects) + 1)
    fewest = FEWEST_NODES if size is None else FEWEST_GIVEN
    able = [
        k
        for k, known in enumerate(sample.objects, start=1)
        if count[k] >= fewest and len(known.parts) > 1
    ]
    for k in rng.permutation(able)[:most].tolist():
        if count[k] > LARGE and size is None:
            yield from _coarser(sample, scene, k, rng, grain)
            continue
        part = _most_common(node_of_point, np.where(labels.object == k, labels.part, 0), len(view))
        yield _crop(view, sample, k, label, part, rng)


def _coarser(
    sample: Sample, scene: Scene, k: int, rng: np.random.Generator, grain: float
) -> Iterator[Crop]:
    """The crop of an object that has too many nodes, in larger ones."""
    labels = sample.scene.labels
    assert labels is not None
    mine = scene.xyz[(labels.object == k) & scene.valid]
    low, high = mine.min(axis=0), mine.max(axis=0)
    margin = _margin(rng) * np.linalg.norm(high - low)
    near = ((scene.xyz >= low - margin) & (scene.xyz <= high + margin)).all(axis=1)
    most = int(rng.integers(5_000, MOST_NODES))
    rows = np.flatnonzero(near & scene.valid)
    surface = encode_surface(scene, rows, max_nodes=most, grain=grain)
    view = view_of(surface)
    at = surface.nodes.node_of_point
    label = _most_common(at, labels.object, len(view))
    part = _most_common(at, np.where(labels.object == k, labels.part, 0), len(view))
    yield _crop(view, sample, k, label, part, rng)


def _crop(
    view: View,
    sample: Sample,
    k: int,
    label: Int32[np.ndarray, " nodes"],
    part: Int32[np.ndarray, " nodes"],
    rng: np.random.Generator,
) -> Crop:
    """What lies round object `k`, nearest first, up to the most nodes."""
    mine = view.xyz[label == k]
    diagonal = np.linalg.norm(mine.max(axis=0) - mine.min(axis=0))
    reach = _margin(rng) * diagonal + CLEARANCE * view.size
    apart, _ = KDTree(mine).query(view.centre)
    order = np.argsort(apart, kind="stable")
    fits = (np.cumsum(view.n_nodes_of[order]) <= MOST_NODES) & (apart[order] <= reach)
    cut = view.cut(np.sort(order[fits]))
    rows = cut.nodes
    mine_first = np.where(label[rows] == k, 1, np.where(label[rows] == 0, 0, label[rows] + 1))
    parts = sample.objects[k - 1].parts
    levels = _levels(parts)
    return Crop(
        cut.view,
        mine_first.astype(np.int32),
        np.where(label[rows] == k, part[rows], 0).astype(np.int16),
        levels,
        sample.objects[k - 1].kind,
    )


def _margin(rng: np.random.Generator) -> float:
    """Share of the diagonal, even on a logarithmic scale."""
    return float(np.exp(rng.uniform(*np.log(MARGIN))))


def _levels(parts: Any) -> Int16[np.ndarray, "levels ids"]:
    """Part id that stands for each id on each level, until nothing changes any more."""
    rows: list[np.ndarray] = []
    finest = np.arange(len(parts) + 1)
    while not rows or (rows[-1] != finest).any():
        rows.append(np.concatenate([[0], at_level(parts, len(rows)) + 1]))
    return np.array(rows, np.int16)


def _seen_anew(scene: Scene, rng: np.random.Generator) -> Scene:
    """The scene turned about up, and sometimes thinned or without colour; rows stay."""
    angle = rng.uniform(0, 2 * np.pi)
    c, s = np.cos(angle), np.sin(angle)
    xyz = scene.xyz @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]], np.float32)
    if rng.random() < THINNED:
        kept = rng.uniform(0.1, 1) ** 1.5
        gone = rng.random(len(xyz)) > max(kept, 3000 / len(xyz))
        xyz[gone] = np.nan
    return Scene(xyz, None if rng.random() < COLOURLESS else scene.rgb, name=scene.name)


def _most_common(
    node_of_point: Int32[np.ndarray, " points"], values: Int32[np.ndarray, " points"], n_nodes: int
) -> Int32[np.ndarray, " nodes"]:
    """Value that most points of each node have; the lowest of those that tie."""
    inside = node_of_point >= 0
    width = int(values.max()) + 1
    key = node_of_point[inside].astype(np.int64) * width + values[inside]
    pairs, count = np.unique(key, return_counts=True)
    node, value = np.divmod(pairs, width)
    order = np.lexsort((value, -count, node))
    first = order[np.searchsorted(node, np.arange(n_nodes))]
    return value[first].astype(np.int32)


def write_crops(path: Path, crops: Iterable[Crop]) -> None:
    """Write crops as one safetensors file."""
    from safetensors.numpy import save

    arrays: dict[str, np.ndarray] = {}
    texts = []
    for i, crop in enumerate(crops):
        texts.append({"kind": crop.kind, "size": crop.view.size})
        for field in fields(View):
            values = getattr(crop.view, field.name)
            if isinstance(values, np.ndarray):
                arrays[f"{i}.view.{field.name}"] = np.ascontiguousarray(_packed(values, field.name))
        for name in ("label", "part", "levels"):
            arrays[f"{i}.{name}"] = np.ascontiguousarray(getattr(crop, name))
    write_atomically(path, [save(arrays, {_KEY: json.dumps(texts)})])


class CropFile:
    """The crops of one file, read when they are asked for."""

    def __init__(self, path: Path) -> None:
        """Open a file of crops.

        Raises
        ------
        FileFormatError
            If it is none, or a damaged one.
        """
        from safetensors import SafetensorError, safe_open

        self._path = path
        try:
            with safe_open(path, "numpy") as stream:
                self._texts = json.loads((stream.metadata() or {})[_KEY])
        except (SafetensorError, KeyError, ValueError, OSError) as error:
            raise FileFormatError(f"{path}: is no file of crops, or a damaged one.") from error

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, i: int) -> Crop:
        from safetensors import safe_open

        if not 0 <= i < len(self):
            raise IndexError(i)
        with safe_open(self._path, "numpy") as stream:
            names = set(stream.keys())
            values = {
                field.name: _unpacked(stream.get_tensor(name), field.name)
                for field in fields(View)
                if (name := f"{i}.view.{field.name}") in names
            }
            view = View(size=float(self._texts[i]["size"]), rgb=values.pop("rgb", None), **values)
            label, part, levels = (
                stream.get_tensor(f"{i}.{name}") for name in ("label", "part", "levels")
            )
        return Crop(view, label, part, levels, str(self._texts[i]["kind"]))


_HALVES = {"normal", "rgb", "variation", "border"}


def _packed(values: np.ndarray, name: str) -> np.ndarray:
    """Half precision where it is enough."""
    return values.astype(np.float16) if name in _HALVES else values


def _unpacked(values: np.ndarray, name: str) -> np.ndarray:
    return values.astype(np.float32) if name in _HALVES else values


def turned(crop: Crop, rng: np.random.Generator) -> Crop:
    """The crop mirrored and turned by quarters about up: grids stay grids."""
    view = crop.view
    cell, xyz, normal = view.cell.copy(), view.xyz.copy(), view.normal.copy()
    for axis in (0, 1):
        if rng.random() < 0.5:
            cell[:, axis] = cell[:, axis].max() - cell[:, axis]
            xyz[:, axis] *= -1
            normal[:, axis] *= -1
    if rng.random() < 0.5:
        for values in (cell, xyz, normal):
            values[:, [0, 1]] = values[:, [1, 0]]
    order = np.lexsort((cell[:, 2], cell[:, 1], cell[:, 0]))
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    view = replace(
        view,
        cell=cell[order],
        xyz=xyz[order],
        normal=normal[order],
        rgb=None if view.rgb is None else view.rgb[order],
        variation=view.variation[order],
        height=view.height[order],
        count=view.count[order],
        neighbour=place[view.neighbour[order]],
        superpoint=view.superpoint[order],
    )
    return replace(crop, view=view, label=crop.label[order], part=crop.part[order])


def rescaled(crop: Crop, factor: float) -> Crop:
    """The crop larger or smaller by a factor."""
    view, f = crop.view, np.float32(factor)
    border = view.border.copy()
    border[:, 6] *= f
    view = replace(
        view, size=view.size * factor, xyz=view.xyz * f, height=view.height * f, border=border
    )
    return replace(crop, view=view)


def recoloured(crop: Crop, rng: np.random.Generator) -> Crop:
    """The crop under another light, grey, or without colour."""
    view = crop.view
    if view.rgb is None:
        return crop
    border, chance = view.border.copy(), rng.random()
    if chance < 0.12:
        border[:, [3, 5]] = 0
        return replace(crop, view=replace(view, rgb=None, border=border))
    rgb = view.rgb
    if chance < 0.2:
        rgb = np.repeat(rgb.mean(axis=1, keepdims=True), 3, axis=1)
    gain = rng.uniform(0.8, 1.2) * rng.normal(1, 0.06, 3)
    rgb = np.clip(rgb * gain + rng.normal(0, 0.03, 3), 0, 1).astype(np.float32)
    return replace(crop, view=replace(view, rgb=rgb))
