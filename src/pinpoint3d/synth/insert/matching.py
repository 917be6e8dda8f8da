"""How a scan looks where an object is put, and points on the object made to look the same.

`Neighbourhood.of` measures density, noise and light; `thinned`, `noise` and `coloured` apply them.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64, UInt8
from scipy.spatial import KDTree

from pinpoint3d.synth.insert.cloud import Cloud, grid_spacing
from pinpoint3d.synth.insert.occlusion import Hits, Standing
from pinpoint3d.synth.lighting import draw_lighting, seen_colours
from pinpoint3d.synth.rays import build_tree
from pinpoint3d.synth.returns import Returns
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import box
from pinpoint3d.synth.world import Placed, World, surface_of

Thinning = Literal["averaged", "picked", "random"]
"""The mean of each voxel's points, one of them, or no voxels at all."""

LEAST_POINTS = 200  # that a neighbourhood is measured on
AROUND = 0.15  # m beyond an object
ROUND_ABOUT = 1.0  # m: what tells exposure
FINER = 0.6  # times the support's spacing: things about are scanned in more detail than it
PATCH = 16  # neighbours that a plane is fitted to
BUMP = 0.005  # m: more is the shape of the support, not noise
RANDOM_CV = 0.45  # spread of nearest distances over their mean: 0.52 at random, less in voxels
PICKED_CV = 0.27
WHITE = 0.55  # linear albedo of the lightest things about: paper and paint
DARKEST, BRIGHTEST = 0.3, 1.2  # bounds of a camera's exposure, in units of full white
GROUND_POINTS = 300
WAVES = 24  # cosines that add up to bumps
GREY = 0.218  # linear albedo of middle grey, sRGB 0.5


@dataclass(frozen=True)
class Neighbourhood:
    """The scan about an object.

    Attributes
    ----------
    spacing, thinning
        Distance between points, as on a square grid, and how they were thinned: those of the
        support, or of the things about where these are far denser.
    grain, bumps
        Standard deviation from the support's plane, metres: from point to point, and smooth.
    light
        Linear brightness of a white surface there, by channel; None for scans without colour.
    contrast
        Spread of the logarithm of luminance.
    colour_noise
        Standard deviation, of 1.
    """

    spacing: float
    thinning: Thinning
    grain: float
    bumps: float
    light: Float64[np.ndarray, "3"] | None
    contrast: float
    colour_noise: float

    @classmethod
    def of(cls, cloud: Cloud, standing: Standing) -> "Neighbourhood":
        """The scan about an object, from the points of its support as far as there are enough."""
        middle = standing.middle[:2].astype(np.float32)
        rows = standing.level.rows
        away = np.linalg.norm(cloud.xyz[rows, :2] - middle, axis=1)
        size = standing.placed.asset.high - standing.placed.asset.low
        reach = float(np.linalg.norm(size[:2])) / 2 + AROUND
        enough = np.sort(away)[min(LEAST_POINTS, len(away)) - 1]
        near = rows[away <= max(reach, float(enough))]
        _, first = np.unique(cloud.xyz[near], axis=0, return_index=True)
        near = near[np.sort(first)]  # points twice in a file are one
        xyz = cloud.xyz[near]
        grain, bumps = _roughness(xyz)
        from_middle = np.linalg.norm(cloud.xyz - standing.middle.astype(np.float32), axis=1)
        about = np.flatnonzero(from_middle < max(ROUND_ABOUT, 1.5 * reach))
        spacing = grid_spacing(xyz)
        things = np.setdiff1d(about, rows, assume_unique=True)
        if len(things) >= LEAST_POINTS:
            of_things = grid_spacing(cloud.xyz[things])
            spacing = of_things if of_things < FINER * spacing else spacing
        light, contrast, colour_noise = None, 0.0, 0.0
        if cloud.rgb is not None:
            about = about if len(about) >= LEAST_POINTS else near
            light, contrast = _light(cloud.rgb[about], cloud.rgb[near])
            colour_noise = _colour_noise(xyz, cloud.rgb[near])
        return cls(spacing, _thinning(xyz), grain, bumps, light, contrast, colour_noise)


def thinned(
    hits: Hits, parts: Int32[np.ndarray, " hits"], about: Neighbourhood, rng: np.random.Generator
) -> tuple[Int64[np.ndarray, " kept"], Float32[np.ndarray, "kept 3"]]:
    """Hits to keep, and where on the surface: as many an area as the neighbourhood has.

    Means are taken within a part.
    """
    at = hits.at
    wanted = max(1, round(float(hits.area.sum()) / about.spacing**2))
    if about.thinning == "random":
        share = hits.area / max(float(hits.area.sum()), 1e-12)
        n = min(wanted, int((share > 0).sum()))
        kept = np.sort(rng.choice(len(at), n, replace=False, p=share))
        return kept, at[kept]
    shift = rng.random(3).astype(np.float32)
    order = rng.permutation(len(at))
    low, high = about.spacing / 2, about.spacing * 2
    for _ in range(12):  # bisection: as many voxels as points are wanted
        cell = math.sqrt(low * high)
        voxel = _voxels(at, cell, shift)
        low, high = (cell, high) if voxel.max() + 1 > wanted else (low, cell)
    voxel = _voxels(at, math.sqrt(low * high), shift)
    one = np.empty(voxel.max() + 1, np.int64)
    one[voxel[order]] = order  # the last written stands for its voxel
    if about.thinning == "picked":
        return one, at[one]
    same = np.flatnonzero(parts == parts[one[voxel]])
    count = np.bincount(voxel[same])
    mean = np.stack([np.bincount(voxel[same], at[same, i]) / count for i in range(3)], axis=1)
    return one, mean.astype(np.float32)


def noise(
    at: Float32[np.ndarray, "hits 3"],
    about: Neighbourhood,
    rng: np.random.Generator,
    *,
    known: Float64[np.ndarray, " hits"] | float = 0.0,
) -> Float32[np.ndarray, " hits"]:
    """Metres by which points must leave their surface to be as far off it as the scan's are.

    `known` is a standard deviation that comes from elsewhere, as from rounded depths.
    """
    grain = np.sqrt(np.maximum(about.grain**2 - np.square(known), 0))
    off = grain * rng.standard_normal(len(at)) + about.bumps * _bumps(at, about.spacing, rng)
    return off.astype(np.float32)


def coloured(
    hits: Hits, standing: Standing, about: Neighbourhood, seed: int
) -> UInt8[np.ndarray, "hits 3"]:
    """Colours of an object in the light of its place; equal seeds give equal lamps.

    `hits.face` counts in the object alone. A grey ground under it tells how bright the lamps are,
    so that a dark object stays dark.
    """
    assert about.light is not None
    placed, ground = standing.placed, _ground(standing)
    world = World((ground,), (placed,))
    surface = surface_of(world)
    tree = build_tree(surface.vertices, surface.faces)
    top = np.flatnonzero((surface.owner == 0) & (surface.normals[:, 2] > 0.9))
    rng = np.random.default_rng(seed)
    place = rng.uniform(ground.asset.low[:2], ground.asset.high[:2], (GROUND_POINTS, 2))
    on_ground = ground.to_world(
        np.c_[place, np.full(len(place), ground.asset.high[2])].astype(np.float32)
    )
    at = np.concatenate([hits.at, on_ground])
    face = np.concatenate(
        [hits.face + len(ground.asset.faces), np.full(len(place), top[0])]
    ).astype(np.int32)
    returns = Returns(
        true=at,
        seen=at,
        face=face,
        range=np.ones(len(at), np.float32),
        colour_face=face,
        colour_at=at,
        eye=np.concatenate([hits.eye, on_ground + np.array([0, 0, 1], np.float32)]),
        gain=np.ones((len(at), 3), np.float32),
    )
    # Brightness, contrast and noise are those of the scan; the sun has no walls to fall past.
    lamps = replace(draw_lighting(rng), sun=None, contrast=1.0, noise=0.0)
    lit = seen_colours(world, surface, tree, returns, rng, lamps).astype(np.float64) ** 2.2
    open_ground = float(np.quantile(lit[len(hits.at) :].mean(axis=1), 0.7))
    linear = lit[: len(hits.at)] * (GREY / open_ground) * about.light
    luminance = np.log(np.maximum(linear.mean(axis=1), 1e-4))
    factor = float(np.clip(about.contrast / max(float(luminance.std()), 1e-6), 0.8, 1.1))
    linear *= np.exp((factor - 1) * (luminance - luminance.mean()))[:, None]
    seen = np.clip(linear, 0, 1) ** (1 / 2.2) + rng.normal(0, about.colour_noise, linear.shape)
    return np.rint(np.clip(seen, 0, 1) * 255).astype(np.uint8)


@dataclass(frozen=True)
class _Grey:
    """Middle grey all over: what a light meter is held at."""

    gloss: float = 0.0

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        del normals
        return np.full_like(xyz, GREY ** (1 / 2.2))


def _ground(standing: Standing) -> Placed:
    """A grey board under an object, a little lower than its support."""
    half = standing.radius + 0.5
    builder = Builder("ground")
    builder.part("board", box((-half, -half, 0), (half, half, 0.02)))
    x, y, z = standing.placed.position
    return Placed(builder.asset("plain"), (_Grey(),), (x, y, z - 0.022))


def _voxels(
    at: Float32[np.ndarray, "hits 3"], cell: float, shift: Float32[np.ndarray, "3"]
) -> Int64[np.ndarray, " hits"]:
    """Number of the voxel that each hit lies in, from 0 without gaps."""
    index = np.floor(at / np.float32(cell) + shift).astype(np.int64)
    index -= index.min(axis=0)
    key = (index[:, 0] << 42) | (index[:, 1] << 21) | index[:, 2]
    return np.unique(key, return_inverse=True)[1].reshape(-1)


def _bumps(
    at: Float32[np.ndarray, "points 3"], spacing: float, rng: np.random.Generator
) -> Float64[np.ndarray, " points"]:
    """A smooth random function of unit variance, its waves some eight points long."""
    direction = rng.standard_normal((WAVES, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    wave = direction * (2 * math.pi / (8 * spacing) / rng.uniform(0.7, 1.6, (WAVES, 1)))
    phase = rng.uniform(0, 2 * math.pi, WAVES)
    total = np.zeros(len(at))
    for k in range(WAVES):
        total += np.cos((at * wave[k]).sum(axis=1) + phase[k])
    return total * math.sqrt(2 / WAVES)


def _thinning(xyz: Float32[np.ndarray, "points 3"]) -> Thinning:
    """How points of a level were thinned, from how evenly they lie.

    Noise hides chance from the nearest distances in space, and a voxel border in the level from
    those in the plan: both are looked at.
    """
    if len(xyz) < 20:
        return "averaged"
    plan = _spread(np.ascontiguousarray(xyz[:, :2]))
    space = _spread(xyz)
    if min(plan, space + 0.1) > RANDOM_CV:
        return "random"
    return "picked" if space > PICKED_CV else "averaged"


def _spread(xyz: Float32[np.ndarray, "points k"]) -> float:
    distance = KDTree(xyz).query(xyz, k=2)[0][:, 1]
    return float(distance.std() / max(float(distance.mean()), 1e-12))


def _roughness(xyz: Float32[np.ndarray, "points 3"]) -> tuple[float, float]:
    """Standard deviation from the plane through a few neighbours, and of those planes' heights."""
    n = min(PATCH, len(xyz))
    if n < 6:
        return 0.0, 0.0
    points = xyz.astype(np.float64) - xyz.mean(axis=0, dtype=np.float64)
    _, near = KDTree(points[:, :2]).query(points[:, :2], k=n)
    patch = points[near]
    normal = np.linalg.svd(patch - patch.mean(axis=1, keepdims=True), full_matrices=False)[2][:, 2]
    centred = patch - patch.mean(axis=1, keepdims=True)
    residual = np.einsum("pkc,pc->pk", centred, normal)
    grain = float(np.median(np.sqrt((residual**2).sum(axis=1) / (n - 3))))
    design = np.c_[points[:, :2], np.ones(len(points))]
    plane, *_ = np.linalg.lstsq(design, points[:, 2], rcond=None)
    smooth = (points[:, 2] - design @ plane)[near].mean(axis=1)
    wide = 1.48 * float(np.median(np.abs(smooth - np.median(smooth))))
    return grain, min(math.sqrt(max(wide**2 - grain**2 / n, 0)), BUMP)


def _light(
    about: UInt8[np.ndarray, "about 3"], support: UInt8[np.ndarray, "support 3"]
) -> tuple[Float64[np.ndarray, "3"], float]:
    """Brightness of white by channel, and the spread of the logarithm of luminance.

    The lightest seventh of what is about is taken for white, and a part of its tint for the lamp's:
    the rest may be its own.
    """
    linear = (about / 255.0) ** 2.2
    luminance = linear.mean(axis=1)
    lightest = linear[luminance >= np.quantile(luminance, 0.85)].mean(axis=0)
    tint = np.clip((lightest / max(float(lightest.mean()), 1e-6)) ** 0.4, 0.9, 1.1)
    of_support = float(((support / 255.0) ** 2.2).mean())
    # A dark carpet with nothing light about is dark itself, not in the dark.
    brightness = np.clip(max(float(lightest.mean()), of_support) / WHITE, DARKEST, BRIGHTEST)
    return tint * brightness, float(np.log(np.maximum(luminance, 1e-4)).std())


def _colour_noise(
    xyz: Float32[np.ndarray, "points 3"], rgb: UInt8[np.ndarray, "points 3"]
) -> float:
    """Standard deviation of colour from the mean of a few neighbours, in the plainest quarter."""
    n = min(9, len(xyz))
    _, near = KDTree(xyz).query(xyz, k=n)
    patch = rgb[np.asarray(near).reshape(len(xyz), n)].astype(np.float64) / 255
    return float(np.quantile(patch.std(axis=1).mean(axis=1), 0.25))
