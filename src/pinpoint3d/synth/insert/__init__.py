"""Part-labelled objects put into a given scan, so that they look scanned with it: `insert`.

Supports are found (`supports`), objects placed on them (`placing`), seen from where the scan was
taken (`viewpoints`, `occlusion`), and made as dense, noisy and bright as what is about them
(`matching`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32, Int32, Int64, Shaped, UInt8

from pinpoint3d.errors import SceneError
from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.catalogue import Catalogue
from pinpoint3d.synth.fusion import without_dust
from pinpoint3d.synth.insert.cloud import Cloud, upright
from pinpoint3d.synth.insert.matching import Neighbourhood, coloured, noise, thinned
from pinpoint3d.synth.insert.occlusion import GRAZING, Standing, hidden, look
from pinpoint3d.synth.insert.placing import is_plausible, stand, suits
from pinpoint3d.synth.insert.supports import Level, find_levels
from pinpoint3d.synth.insert.viewpoints import Eye, find_eyes
from pinpoint3d.synth.layout import Layout
from pinpoint3d.synth.rays import Tree, build_tree
from pinpoint3d.synth.samples import Kind, ObjectLabel, Sample
from pinpoint3d.synth.textures import paint
from pinpoint3d.synth.world import Surface, World, surface_of
from pinpoint3d.types import Masks, Scene

TRIES = 14  # objects tried for each that is wanted
LEAST_POINTS = 80  # that an object must show
LEAST_SEEN = 0.35  # of the surface that would be seen in an empty room
ON_FLOORS = (
    "on the floor", "on the floor", "seat", "desk seat", "table", "storage", "sofa", "desk",
)  # fmt: skip
ON_TOPS = ("on a table", "on a table", "on a worktop", "on a bench")
GIVEN = "given"
"""Kind and style of the objects that the scan brought along."""


def insert(
    scene: Scene,
    assets: Sequence[Asset] | Catalogue,
    rng: np.random.Generator,
    *,
    n_objects: int,
) -> Sample:
    """A scan with part-labelled objects standing in it, up to `n_objects` as far as there is room.

    Objects that the scan's own labels know come first, numbered in the order of their ids, without
    parts; those put in follow. Points of the scan keep their values; those that the new objects
    hide are gone. An organised frame keeps its rows, hidden ones showing the object instead; in
    other scans the order of the points is drawn anew. Fields and faces are left behind: new points
    have none. A scan without colour gets objects without colour.

    Raises
    ------
    SceneError
        If there is no level surface, no asset that suits one, or no room for a single object.
    """
    if not isinstance(assets, Catalogue):
        assets = [asset for asset in assets if is_plausible(asset)]
        if not assets:
            raise SceneError(f"{scene.name}: no asset of a plausible size was given to put in.")
    cloud = upright(scene)
    levels = find_levels(cloud)
    eyes = find_eyes(cloud, levels, rng)
    levels = [v for v in levels if any(eye.position[2] > v.z + 0.1 for eye in eyes)]
    if not levels:
        raise SceneError(
            f"{scene.name}: has no level surface on which things could stand; check its up axis."
        )
    objects = _furnish(cloud, levels, eyes, assets, rng, n_objects)
    if not objects:
        raise SceneError(
            f"{scene.name}: has no room for any of the objects on its level surfaces; "
            "give smaller ones."
        )
    return _assembled(scene, cloud, eyes, objects, rng)


@dataclass(frozen=True)
class _Set:
    """An object that was set down, and how the scan looks there."""

    standing: Standing
    about: Neighbourhood


def _furnish(
    cloud: Cloud,
    levels: list[Level],
    eyes: Sequence[Eye],
    assets: Sequence[Asset] | Catalogue,
    rng: np.random.Generator,
    n_objects: int,
) -> list[_Set]:
    """Objects set down one after another, each where it is seen and hides none before it."""
    layout = Layout(np.inf, np.inf)
    chosen: list[_Set] = []
    # Large levels are met more often, but not in proportion: a floor would take everything.
    weight = np.sqrt([level.area for level in levels])
    for _ in range(TRIES * n_objects):
        if len(chosen) == n_objects:
            break
        level = levels[int(rng.choice(len(levels), p=weight / weight.sum()))]
        asset = _picked(assets, level, levels, rng)
        if asset is None:
            continue
        coats = paint(asset, rng)
        for placed in stand(asset, coats, cloud, level, layout, rng):
            standing = Standing(placed, level)
            together = [*chosen, _Set(standing, Neighbourhood.of(cloud, standing))]
            if _all_show(together, eyes, rng):
                layout.add(placed)
                chosen = together
                break
    return chosen


def _picked(
    assets: Sequence[Asset] | Catalogue, level: Level, levels: list[Level], rng: np.random.Generator
) -> Asset | None:
    """An asset for a level; None if none of those given suits it."""
    if isinstance(assets, Catalogue):
        roles = ON_FLOORS if level.is_floor else ON_TOPS
        asset = assets.pick(roles[int(rng.integers(len(roles)))], rng)
        return asset if is_plausible(asset) else None
    fitting = [asset for asset in assets if suits(asset, level, levels)]
    return fitting[int(rng.integers(len(fitting)))] if fitting else None


def _all_show(together: list[_Set], eyes: Sequence[Eye], rng: np.random.Generator) -> bool:
    """Whether enough of every object is seen, through the scan, from where the scan was taken.

    The newest is looked at first: it fails most often.
    """
    surface, tree = _mesh(together)
    for k in reversed(range(len(together))):
        one = together[k].standing
        hits = look(one, k, eyes, surface, tree, one.radius / 20, rng)
        seen = float(hits.area[~hits.behind].sum())
        too_few = seen < LEAST_POINTS * together[k].about.spacing ** 2
        if too_few or seen < LEAST_SEEN * float(hits.area.sum()):
            return False
    return True


@dataclass(frozen=True)
class _Scanned:
    """Points on one object, in the axes of the scene; NaN where a frame has no depth."""

    xyz: Float32[np.ndarray, "points 3"]
    rgb: UInt8[np.ndarray, "points 3"] | None
    part: Int32[np.ndarray, " points"]
    pixel: Int64[np.ndarray, " points"]


def _scanned(
    one: _Set,
    owner: int,
    cloud: Cloud,
    eyes: Sequence[Eye],
    surface: Surface,
    tree: Tree,
    lamps: int,
    rng: np.random.Generator,
) -> _Scanned:
    """One object as the scan would have it."""
    about = one.about
    hits = look(one.standing, owner, eyes, surface, tree, about.spacing / 3, rng)
    hits = hits.take(np.flatnonzero(~hits.behind))
    if cloud.frame is None:
        hits = hits.take(np.flatnonzero(~hits.grazes))
        kept, at = thinned(hits, surface.part[hits.face], about, rng)
        hits = hits.take(kept)
        xyz = cloud.back(at + surface.normals[hits.face] * noise(at, about, rng)[:, None])
    else:
        # Along the ray, that it stays in its pixel; the sensor's own steps are a part of its noise.
        slant = np.abs((surface.normals[hits.face] * hits.direction).sum(axis=1)).clip(GRAZING)
        _, step = cloud.frame.rounded(hits.depth)
        off = noise(hits.at, about, rng, known=step * slant / math.sqrt(12))
        depth, _ = cloud.frame.rounded(hits.depth + off / slant)
        xyz = cloud.frame.own[hits.pixel] * depth[:, None]
        xyz[hits.grazes] = np.nan
    rgb = None
    if cloud.rgb is not None:
        first_face = int(np.flatnonzero(surface.owner == owner)[0])
        rgb = coloured(replace(hits, face=hits.face - first_face), one.standing, about, lamps)
    return _Scanned(xyz, rgb, surface.part[hits.face] + 1, hits.pixel)


def _assembled(
    scene: Scene,
    cloud: Cloud,
    eyes: Sequence[Eye],
    objects: list[_Set],
    rng: np.random.Generator,
) -> Sample:
    """The scan with the objects in place of what they hide."""
    surface, tree = _mesh(objects)
    standing = [one.standing for one in objects]
    lamps = int(rng.integers(1 << 30))
    scans = [
        _scanned(one, k, cloud, eyes, surface, tree, lamps, rng) for k, one in enumerate(objects)
    ]
    given, n_given = _given(scene)
    xyz = np.concatenate([scan.xyz for scan in scans])
    counts = [len(scan.xyz) for scan in scans]
    own = np.repeat(np.arange(1, len(scans) + 1), counts)
    own = np.where(np.isfinite(xyz).all(axis=1), own, 0).astype(np.int32)
    part = np.where(own > 0, np.concatenate([scan.part for scan in scans]), 0).astype(np.int32)
    part = without_dust(World((), tuple(one.placed for one in standing)), own, part)
    if cloud.frame is not None:
        merge = _Merge.into_pixels(len(scene), np.concatenate([scan.pixel for scan in scans]))
    else:
        gone = cloud.rows[hidden(cloud, eyes, standing, tree)]
        merge = _Merge.shuffled(np.delete(np.arange(len(scene)), gone), len(xyz), rng)
    colours = [scan.rgb for scan in scans if scan.rgb is not None]
    made = Scene(
        merge.of(scene.xyz, xyz),
        None if scene.rgb is None else merge.of(scene.rgb, np.concatenate(colours)),
        name=scene.name,
        labels=Masks.of(
            merge.of(given, np.where(own > 0, own + n_given, 0)),
            merge.of(np.zeros_like(given), part),
        ),
        origin=scene.origin,
        up=scene.up,
    )
    assets = [one.placed.asset for one in standing]
    meanings = [ObjectLabel(GIVEN, GIVEN, ())] * n_given
    meanings += [ObjectLabel(asset.kind, asset.style, asset.parts) for asset in assets]
    return Sample(made, tuple(meanings), _kind(cloud, standing), GIVEN)


@dataclass(frozen=True)
class _Merge:
    """How rows of the scan and new ones make up the result.

    Attributes
    ----------
    kept
        Rows of the scan that stay.
    at
        Where the new ones go: over kept ones, or behind them.
    order
        Of all rows in the end.
    """

    kept: Int64[np.ndarray, " kept"]
    at: Int64[np.ndarray, " added"]
    order: Int64[np.ndarray, " rows"]

    @classmethod
    def into_pixels(cls, n_pixels: int, pixel: Int64[np.ndarray, " added"]) -> "_Merge":
        rows = np.arange(n_pixels)
        return cls(rows, pixel, rows)

    @classmethod
    def shuffled(
        cls, kept: Int64[np.ndarray, " kept"], n_added: int, rng: np.random.Generator
    ) -> "_Merge":
        at = len(kept) + np.arange(n_added)
        return cls(kept, at, rng.permutation(len(kept) + n_added))

    def of(
        self, old: Shaped[np.ndarray, " points *k"], new: Shaped[np.ndarray, " added *k"]
    ) -> Shaped[np.ndarray, " rows *k"]:
        """A column of the result."""
        both = np.empty((len(self.order), *old.shape[1:]), old.dtype)
        both[: len(self.kept)] = old[self.kept]
        both[self.at] = new
        return both[self.order]


def _given(scene: Scene) -> tuple[Int32[np.ndarray, " points"], int]:
    """Objects of the scan's own labels, numbered from 1 without gaps, and how many they are."""
    if scene.labels is None:
        return np.zeros(len(scene), np.int32), 0
    ids, number = np.unique(scene.labels.object, return_inverse=True)
    number = number.reshape(-1) + (0 if ids[0] == 0 else 1)
    return number.astype(np.int32), int(number.max())


def _kind(cloud: Cloud, standing: Sequence[Standing]) -> Kind:
    if cloud.frame is not None:
        return "frame"
    return "room" if any(one.level.is_floor for one in standing) else "table"


def _mesh(objects: Sequence[_Set]) -> tuple[Surface, Tree]:
    surface = surface_of(World((), tuple(one.standing.placed for one in objects)))
    return surface, build_tree(surface.vertices, surface.faces)
