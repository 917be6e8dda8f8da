"""Virtual scanners: what a depth sensor carried through a world would bring back.

`scan` casts rays from every pose, spoils depth and colour as a `Device` does, misplaces the views
a little against each other, and fuses them into one thinned, labelled cloud.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32
from scipy.special import ndtr

from pinpoint3d.errors import SceneError
from pinpoint3d.synth.camera import developed
from pinpoint3d.synth.devices import TEAR, Device, bumps, measured, rays_of, torn_edges
from pinpoint3d.synth.fusion import Fusion, fused, without_dust
from pinpoint3d.synth.lighting import Lighting, seen_colours
from pinpoint3d.synth.rays import Tree, build_tree, cast
from pinpoint3d.synth.returns import Returns, joined
from pinpoint3d.synth.textures import noise
from pinpoint3d.synth.world import Surface, World, surface_of
from pinpoint3d.types import Masks, Scene


@dataclass(frozen=True)
class Pose:
    """Where a scanner stands and looks.

    Attributes
    ----------
    position
        Metres.
    yaw
        Heading, radians; 0 looks along +y, and it grows counter-clockwise.
    pitch
        Radians above the horizon.
    """

    position: tuple[float, float, float]
    yaw: float
    pitch: float

    @property
    def axes(self) -> Float32[np.ndarray, "3 3"]:
        """Rows: right, down, forward in the world."""
        cy, sy, cp, sp = (f(a) for a in (self.yaw, self.pitch) for f in (math.cos, math.sin))
        right = (cy, sy, 0.0)
        forward = (-sy * cp, cy * cp, sp)
        down = (-sy * sp, cy * sp, -cp)
        return np.array([right, down, forward], np.float32)


def scan(
    world: World,
    poses: Sequence[Pose],
    device: Device,
    rng: np.random.Generator,
    *,
    fusion: Fusion | None = None,
    lighting: Lighting | None = None,
    name: str = "made room",
) -> Scene:
    """A labelled cloud of a world, as seen from several poses.

    Objects are numbered as the world's items, parts as their asset's parts, from 1. A part with
    fewer than 15 points joins its parent, and in the end the rest of its object.
    """
    fusion = fusion or Fusion()
    surface = surface_of(world)
    tree = build_tree(surface.vertices, surface.faces)
    views = []
    for pose in poses:
        view = _look(surface, tree, pose, device, rng)
        drift = rng.normal(0, fusion.drift, (2, 3))  # radians grow to as many metres in one metre
        views.append(_returns(view, np.isfinite(view.depth), *drift))
    returns = joined(views)
    if len(returns.face) == 0:
        raise SceneError(f"{name}: the scanner sees nothing from any pose; move them.")
    rgb = seen_colours(world, surface, tree, returns, rng, lighting)
    objects, parts = _labels(world, surface, returns.face)
    xyz, rgb, objects, parts = fused(returns, rgb, objects, parts, fusion, rng)
    parts = without_dust(world, objects, parts)
    order = rng.permutation(len(xyz))  # the order of points tells nothing
    return Scene(xyz[order], rgb[order], name=name, labels=Masks.of(objects[order], parts[order]))


def frame(
    world: World,
    pose: Pose,
    device: Device,
    rng: np.random.Generator,
    *,
    lighting: Lighting | None = None,
    name: str = "made frame",
) -> Scene:
    """One organised RGB-D frame in the camera's own axes: x right, y down, z forward.

    Rows run along the image, line by line (`device.height` lines of `device.width`). Where the
    sensor reports no depth a row is NaN and unlabelled, but keeps its colour.
    """
    assert device.field_deg < 180, "a turning laser takes no frames"
    surface = surface_of(world)
    tree = build_tree(surface.vertices, surface.faces)
    view = _look(surface, tree, pose, device, rng)
    known = np.isfinite(view.depth)
    if not known.any():
        raise SceneError(f"{name}: the sensor sees nothing from {pose.position}; move the pose.")
    everything = _returns(view, np.ones(len(known), bool), np.zeros(3), np.zeros(3))
    lighting = lighting or Lighting()
    lit = seen_colours(world, surface, tree, everything, rng, replace(lighting, noise=0.0))
    lit[view.colour_face < 0] = 0
    rgb = developed(lit.reshape(device.height, device.width, 3), lighting.noise, rng)
    objects, parts = _labels(world, surface, view.face)
    objects, parts = np.where(known, objects, 0), np.where(known, parts, 0)
    parts = without_dust(world, objects, parts)
    xyz = view.rays * np.where(known, view.depth, np.nan).astype(np.float32)[:, None]
    return Scene(
        xyz,
        rgb.reshape(-1, 3),
        name=name,
        labels=Masks.of(objects, parts),
        up=pose.axes[:, 2],
    )


@dataclass(frozen=True)
class _View:
    """All rays of one pose, whether they came back or not.

    `depth` is what the sensor reports along each ray, infinite for nothing; `face` is -1 where a
    ray meets nothing at all.
    """

    pose: Pose
    rays: Float32[np.ndarray, "rays 3"]
    directions: Float32[np.ndarray, "rays 3"]
    true: Float32[np.ndarray, "rays 3"]
    face: Int32[np.ndarray, " rays"]
    depth: Float32[np.ndarray, " rays"]
    colour_face: Int32[np.ndarray, " rays"]
    colour_at: Float32[np.ndarray, "rays 3"]
    gain: Float32[np.ndarray, "rays 3"]


def _look(
    surface: Surface, tree: Tree, pose: Pose, device: Device, rng: np.random.Generator
) -> _View:
    """What one pose sees."""
    rays = rays_of(device, rng)
    directions = _turned(rays, pose.axes.T.copy())
    origin = np.array(pose.position, np.float32)
    origins = np.tile(origin, (len(rays), 1))
    depth, face = _through_glass(surface, tree, origins, directions, rng)
    hit = np.isfinite(depth)
    at = origin + directions * np.where(hit, depth, 0)[:, None]
    colour_face, colour_at = _neighbour_colour(device, face, at, rng)
    if device.torn:
        taken = torn_edges(device, depth, rng)
        depth, face = depth[taken], face[taken]
        at = origin + directions * np.where(hit, depth, 0)[:, None]
    back = hit & _returned(surface, device, directions, depth, face, rng)
    reported = measured(device, np.where(back, depth, np.inf), rng)
    within = back & (reported > device.near) & (reported < device.far)
    # Exposure and white balance of this view, darker towards its corners.
    gain = rng.normal(1, 0.05) * rng.normal(1, 0.015, 3)
    corner = 1 - 0.18 * np.minimum((rays[:, :2] ** 2).sum(axis=1), 1)
    return _View(
        pose=pose,
        rays=rays,
        directions=directions,
        true=at,
        face=face,
        depth=np.where(within, reported, np.inf).astype(np.float32),
        colour_face=colour_face,
        colour_at=colour_at,
        gain=(corner[:, None] * gain).astype(np.float32),
    )


def _returns(
    view: _View,
    kept: Bool[np.ndarray, " rays"],
    shift: Float64[np.ndarray, "3"],
    tilt: Float64[np.ndarray, "3"],
) -> Returns:
    """Rays of a view that is misplaced by metres and radians (small, about each axis)."""
    depth = np.where(np.isfinite(view.depth[kept]), view.depth[kept], 0)[:, None]
    along = view.directions[kept] * depth
    turn = np.cross(np.broadcast_to(tilt.astype(np.float32), along.shape), along)
    eye = np.array(view.pose.position, np.float32)
    seen = eye + along + shift.astype(np.float32) + turn
    return Returns(
        true=view.true[kept],
        seen=seen.astype(np.float32),
        face=view.face[kept],
        range=depth[:, 0].astype(np.float32),
        colour_face=view.colour_face[kept],
        colour_at=view.colour_at[kept],
        eye=np.broadcast_to(eye, along.shape),
        gain=view.gain[kept],
    )


def _through_glass(
    surface: Surface,
    tree: Tree,
    origins: Float32[np.ndarray, "rays 3"],
    directions: Float32[np.ndarray, "rays 3"],
    rng: np.random.Generator,
) -> tuple[Float32[np.ndarray, " rays"], Int32[np.ndarray, " rays"]]:
    """Depth and face of the first opaque hit; most rays pass glass, some are reflected by it."""
    depth, face = cast(tree, origins, directions)
    for _ in range(2):  # the two sides of a pane
        through = np.flatnonzero((face >= 0) & surface.glass[face] & (rng.random(len(face)) < 0.85))
        if len(through) == 0:
            break
        start = depth[through] + np.float32(1e-4)
        onward = origins[through] + directions[through] * start[:, None]
        more, next_face = cast(tree, onward, directions[through])
        depth[through], face[through] = start + more, next_face
    return depth, face


def _returned(
    surface: Surface,
    device: Device,
    directions: Float32[np.ndarray, "rays 3"],
    depth: Float32[np.ndarray, " rays"],
    face: Int32[np.ndarray, " rays"],
    rng: np.random.Generator,
) -> Bool[np.ndarray, " rays"]:
    """Which rays give a depth at all: not those that graze, glance off gloss or fall in a hole."""
    normal = surface.normals[face]
    steep = np.abs((normal * directions).sum(axis=1)) / np.sqrt((directions**2).sum(axis=1))
    lost = 1 / (1 + np.exp((steep - device.grazing) * 25))
    lost = np.maximum(lost, 0.6 * np.maximum(surface.gloss[face] - 0.3, 0) * steep**2)
    if device.torn:  # by patches
        kept = (ndtr(bumps(device, rng, 2 * TEAR)) > lost.reshape(device.height, -1)).reshape(-1)
    else:
        kept = rng.random(len(face)) > lost
    if device.holes:
        u = np.arange(device.width) / device.width
        v = np.arange(device.height) / device.height
        grid = np.zeros((device.height, device.width, 3), np.float32)
        grid[..., 0], grid[..., 1] = u * 6, v[:, None] * 4.5
        patches = noise(grid.reshape(-1, 3), int(rng.integers(1 << 30)), 3)
        kept &= patches > np.quantile(patches, device.holes)
    return kept & np.isfinite(depth)


def _neighbour_colour(
    device: Device,
    face: Int32[np.ndarray, " rays"],
    at: Float32[np.ndarray, "rays 3"],
    rng: np.random.Generator,
) -> tuple[Int32[np.ndarray, " rays"], Float32[np.ndarray, "rays 3"]]:
    """Where each ray takes its colour: colour and depth images are a little out of line."""
    if rng.random() < 0.5:
        return face, at
    du, dv = (int(v) for v in rng.integers(-1, 2, 2))
    row = np.arange(len(face)).reshape(device.height, device.width)
    rows = np.clip(np.arange(device.height) + dv, 0, device.height - 1)
    columns = np.clip(np.arange(device.width) + du, 0, device.width - 1)
    other = row[rows][:, columns].reshape(-1)
    other = np.where(face[other] >= 0, other, row.reshape(-1))
    return face[other], at[other]


def _labels(
    world: World, surface: Surface, face: Int32[np.ndarray, " rays"]
) -> tuple[Int32[np.ndarray, " rays"], Int32[np.ndarray, " rays"]]:
    """Object and part of every return."""
    objects = np.maximum(surface.owner[face] - len(world.shell) + 1, 0)
    parts = np.where(objects > 0, surface.part[face] + 1, 0)
    return objects.astype(np.int32), parts.astype(np.int32)


def _turned(
    xyz: Float32[np.ndarray, "rays 3"], matrix: Float32[np.ndarray, "3 3"]
) -> Float32[np.ndarray, "rays 3"]:
    """Rows times a matrix, summed in a fixed order: BLAS would differ between machines."""
    x, y, z = xyz[:, :1], xyz[:, 1:2], xyz[:, 2:]
    return x * matrix[:, 0] + y * matrix[:, 1] + z * matrix[:, 2]
