"""Virtual scanners: what a depth sensor carried through a world would bring back.

`scan` casts rays from every pose, spoils depth and colour as a `Device` does, misplaces the views
a little against each other, and fuses them into one thinned, labelled cloud. Figures for the
devices are fitted to real scans where those could be measured, and are from published
characterisations elsewhere.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32, Int64, UInt8

from pinpoint3d.synth.rays import Tree, build_tree, cast
from pinpoint3d.synth.textures import noise
from pinpoint3d.synth.world import Surface, World, surface_of
from pinpoint3d.types import Masks, Scene

LEAST_PART_POINTS = 15  # a part with fewer cannot be clicked with intent: it joins its parent


@dataclass(frozen=True)
class Device:
    """A depth camera, or a turning laser.

    Attributes
    ----------
    name
        What it stands for.
    width, height
        Rays of one view.
    field_deg
        Horizontal field of view; 360 makes a turning laser with equal angles between rays.
    near, far
        Range in metres.
    noise, noise_growth
        Standard deviation of depth: `noise + noise_growth * depth**2`, metres.
    waves
        Share of the noise that neighbouring pixels have in common: smooth bumps rather than grain.
    inverse_depth_step, depth_step
        Depth is rounded to steps of 1/z (per metre), then to steps of metres; 0 leaves it.
    baseline
        Metres between projector and camera: places that the projector cannot see are holes.
    mixed
        Share of the rays at depth edges that return a mean of both sides.
    grazing
        Cosine between ray and surface at which half of the rays are lost.
    holes
        Share of the view lost in patches, whatever is there.
    """

    name: str
    width: int
    height: int
    field_deg: float
    near: float
    far: float
    noise: float
    noise_growth: float
    waves: float = 0.5
    inverse_depth_step: float = 0.0
    depth_step: float = 0.0
    baseline: float = 0.0
    mixed: float = 0.1
    grazing: float = 0.1
    holes: float = 0.02


# Steps of inverse depth, rarity of mixed pixels and holes on one side of edges: measured on 22
# Kinect scans of tables. Its growth of noise: Khoshelham and Elberink 2012, doi:10.3390/s120201437.
STRUCTURED_LIGHT = Device(
    name="structured light",
    width=240,
    height=180,
    field_deg=57.0,
    near=0.45,
    far=4.5,
    noise=0.0004,
    noise_growth=0.0013,
    inverse_depth_step=0.0029,
    depth_step=0.001,
    baseline=0.075,
    mixed=0.003,
)
# Noise nearly flat in range, many mixed pixels ("flying pixels"): Sarbolandi, Lefloch, Kolb 2015,
# doi:10.1016/j.cviu.2015.05.006.
TIME_OF_FLIGHT = Device(
    name="time of flight",
    width=240,
    height=200,
    field_deg=70.0,
    near=0.5,
    far=6.0,
    noise=0.0015,
    noise_growth=0.0004,
    waves=0.6,
    depth_step=0.001,
    mixed=0.25,
)
# A tripod laser: millimetres everywhere, few holes, mixed points at edges as the beam has width.
TRIPOD_LASER = Device(
    name="tripod laser",
    width=720,
    height=200,
    field_deg=360.0,
    near=0.4,
    far=30.0,
    noise=0.0012,
    noise_growth=0.00001,
    waves=0.1,
    mixed=0.3,
    grazing=0.04,
    holes=0.0,
)
# A tablet walked through the room, its frames already filtered: little grain, slow bumps, no mixed
# pixels.
HAND_HELD = Device(
    name="hand-held fusion",
    width=200,
    height=150,
    field_deg=62.0,
    near=0.3,
    far=5.0,
    noise=0.0012,
    noise_growth=0.0006,
    waves=0.9,
    mixed=0.0,
    grazing=0.12,
    holes=0.03,
)
DEVICES = (STRUCTURED_LIGHT, TIME_OF_FLIGHT, TRIPOD_LASER, HAND_HELD)


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


@dataclass(frozen=True)
class Fusion:
    """How views become one cloud.

    Attributes
    ----------
    spacing
        Finest distance between points, metres.
    growth
        Coarser with range: at least this many metres a metre from the nearest pose.
    averaged
        Whether a point is the mean of all returns in its cell (fused), or one of them (raw).
    drift
        Standard deviation of the shift between views, metres; turns are `drift` radians a metre.
    """

    spacing: float = 0.010
    growth: float = 0.010
    averaged: bool = True
    drift: float = 0.003


@dataclass(frozen=True)
class _Returns:
    """Rays of one or more views that came back."""

    true: Float32[np.ndarray, "rays 3"]
    """Where the surface is."""
    seen: Float32[np.ndarray, "rays 3"]
    """Where the scanner says it is."""
    face: Int32[np.ndarray, " rays"]
    range: Float32[np.ndarray, " rays"]
    colour_face: Int32[np.ndarray, " rays"]
    """Face whose colour is seen there: at edges, colour and depth do not quite agree."""
    colour_at: Float32[np.ndarray, "rays 3"]
    gain: Float32[np.ndarray, "rays 3"]


def scan(
    world: World,
    poses: Sequence[Pose],
    device: Device,
    rng: np.random.Generator,
    *,
    fusion: Fusion | None = None,
    name: str = "made room",
) -> Scene:
    """A labelled cloud of a world, as seen from several poses.

    Objects are numbered as the world's items, parts as their asset's parts, from 1. A part with
    fewer than 15 points joins its parent, and in the end the rest of its object.
    """
    fusion = fusion or Fusion()
    surface = surface_of(world)
    tree = build_tree(surface.vertices, surface.faces)
    views = [_look(world, surface, tree, pose, device, fusion, rng) for pose in poses]
    returns = _Returns(
        *(
            np.concatenate([getattr(view, column) for view in views])
            for column in _Returns.__dataclass_fields__
        )
    )
    rgb = _colours(world, surface, tree, returns, rng)
    objects, parts = _labels(world, surface, returns.face)
    xyz, rgb, objects, parts = _fused(returns, rgb, objects, parts, fusion, rng)
    parts = _without_dust(world, objects, parts)
    order = rng.permutation(len(xyz))  # the order of points tells nothing
    return Scene(xyz[order], rgb[order], name=name, labels=Masks.of(objects[order], parts[order]))


def _look(
    world: World,
    surface: Surface,
    tree: Tree,
    pose: Pose,
    device: Device,
    fusion: Fusion,
    rng: np.random.Generator,
) -> _Returns:
    """What comes back from one pose."""
    rays = _rays(device, rng)
    axes = pose.axes
    directions = _turned(rays, axes.T.copy())
    origin = np.array(pose.position, np.float32)
    origins = np.tile(origin, (len(rays), 1))
    depth, face = _through_glass(world, surface, tree, origins, directions, rng)
    kept = np.isfinite(depth)
    at = origin + directions * np.where(kept, depth, 0)[:, None]
    colour_face, colour_at = _neighbour_colour(device, face, at, rng)
    kept &= _returned(world, surface, device, directions, depth, face, rng)
    measured = _measured(device, np.where(kept, depth, np.inf), rng)
    kept &= np.isfinite(measured) & (measured > device.near) & (measured < device.far)
    shift = rng.normal(0, fusion.drift, 3).astype(np.float32)
    tilt = rng.normal(0, fusion.drift, 3).astype(np.float32)  # radians, over about a metre
    along = directions[kept] * measured[kept, None]
    seen = origin + along + shift + np.cross(np.broadcast_to(tilt, along.shape), along)
    # Exposure and white balance of this view, darker towards its corners.
    gain = rng.normal(1, 0.05) * rng.normal(1, 0.015, 3)
    corner = 1 - 0.18 * np.minimum((rays[:, :2] ** 2).sum(axis=1), 1)
    return _Returns(
        true=at[kept],
        seen=seen.astype(np.float32),
        face=face[kept],
        range=measured[kept],
        colour_face=colour_face[kept],
        colour_at=colour_at[kept],
        gain=(corner[kept, None] * gain).astype(np.float32),
    )


def _rays(device: Device, rng: np.random.Generator) -> Float32[np.ndarray, "rays 3"]:
    """Directions in the camera's frame, row by row; depth along z for cameras, range for lasers."""
    columns, rows = np.arange(device.width) + 0.5, np.arange(device.height) + 0.5
    u, v = np.meshgrid(columns - device.width / 2, rows - device.height / 2)
    jitter = rng.uniform(-0.5, 0.5, 2)  # the grid is not aligned from view to view
    u, v = u + jitter[0], v + jitter[1]
    if device.field_deg < 180:
        focal = _focal(device)
        return (
            np.stack([u / focal, v / focal, np.ones_like(u)], -1).reshape(-1, 3).astype(np.float32)
        )
    step = math.radians(device.field_deg) / device.width
    turn, tilt = u * step, v * step
    rays = np.stack([np.sin(turn) * np.cos(tilt), np.sin(tilt), np.cos(turn) * np.cos(tilt)], -1)
    return rays.reshape(-1, 3).astype(np.float32)


def _focal(device: Device) -> float:
    return 0.5 * device.width / math.tan(math.radians(device.field_deg) / 2)


def _turned(
    xyz: Float32[np.ndarray, "rays 3"], matrix: Float32[np.ndarray, "3 3"]
) -> Float32[np.ndarray, "rays 3"]:
    """Rows times a matrix, summed in a fixed order: BLAS would differ between machines."""
    x, y, z = xyz[:, :1], xyz[:, 1:2], xyz[:, 2:]
    return x * matrix[:, 0] + y * matrix[:, 1] + z * matrix[:, 2]


def _through_glass(
    world: World,
    surface: Surface,
    tree: Tree,
    origins: Float32[np.ndarray, "rays 3"],
    directions: Float32[np.ndarray, "rays 3"],
    rng: np.random.Generator,
) -> tuple[Float32[np.ndarray, " rays"], Int32[np.ndarray, " rays"]]:
    """Depth and face of the first opaque hit; most rays pass glass, some are reflected by it."""
    depth, face = cast(tree, origins, directions)
    passes = _is_glass(world)[surface.owner, surface.part]
    for _ in range(2):  # the two sides of a pane
        through = np.flatnonzero((face >= 0) & passes[face] & (rng.random(len(face)) < 0.85))
        if len(through) == 0:
            break
        start = depth[through] + np.float32(1e-4)
        onward = origins[through] + directions[through] * start[:, None]
        more, next_face = cast(tree, onward, directions[through])
        depth[through], face[through] = start + more, next_face
    return depth, face


def _is_glass(world: World) -> Bool[np.ndarray, "owners parts"]:
    return _table(world, lambda placed, k: placed.asset.parts[k].finish == "glass").astype(bool)


def _table(world: World, value) -> Float32[np.ndarray, "owners parts"]:  # pyright: ignore[reportMissingParameterType]  # a function of (Placed, part)
    """One number a part of every placed asset."""
    placed = world.shell + world.items
    table = np.zeros((len(placed), max(len(p.asset.parts) for p in placed)), np.float32)
    for i, p in enumerate(placed):
        for k in range(len(p.asset.parts)):
            table[i, k] = value(p, k)
    return table


def _returned(
    world: World,
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
    gloss = _table(world, lambda placed, k: placed.coats[k].gloss)[surface.owner, surface.part][
        face
    ]
    lost = 1 / (1 + np.exp((steep - device.grazing) * 25))
    lost = np.maximum(lost, 0.6 * np.maximum(gloss - 0.3, 0) * steep**2)
    kept = rng.random(len(face)) > lost
    if device.holes:
        u = np.arange(device.width) / device.width
        v = np.arange(device.height) / device.height
        grid = np.zeros((device.height, device.width, 3), np.float32)
        grid[..., 0], grid[..., 1] = u * 6, v[:, None] * 4.5
        patches = noise(grid.reshape(-1, 3), int(rng.integers(1 << 30)), 3)
        kept &= patches > np.quantile(patches, device.holes)
    return kept & np.isfinite(depth)


def _measured(
    device: Device, depth: Float32[np.ndarray, " rays"], rng: np.random.Generator
) -> Float32[np.ndarray, " rays"]:
    """Depth as the device reports it; infinite where it reports none."""
    z = depth.reshape(device.height, device.width).astype(np.float64)
    if device.baseline:
        z = _without_shadow(device, z)
    z = _mixed(device, z, rng)
    finite = np.isfinite(z)
    sigma = device.noise + device.noise_growth * np.where(finite, z, 0) ** 2
    z = z + sigma * _noise_image(device, rng)
    if device.inverse_depth_step:
        inverse = np.where(finite, 1 / np.where(finite, z, 1), 0)
        steps = np.rint(inverse / device.inverse_depth_step)
        z = np.where(
            finite & (steps > 0), 1 / np.maximum(steps * device.inverse_depth_step, 1e-9), np.inf
        )
    if device.depth_step:
        z = np.rint(z / device.depth_step) * device.depth_step
    return z.reshape(-1).astype(np.float32)


def _without_shadow(
    device: Device, z: Float64[np.ndarray, "height width"]
) -> Float64[np.ndarray, "height width"]:
    """Depth without what the projector, beside the camera, cannot see.

    The projector stands to the right. A place at column u and depth z is lit at its column
    u - f b / z; along a row these must grow, or something nearer to the right stands in the light.
    """
    column = np.arange(device.width) - _focal(device) * device.baseline / z
    column[~np.isfinite(z)] = np.inf
    lit_from = np.minimum.accumulate(column[:, ::-1], axis=1)[:, ::-1]
    return np.where(column > lit_from + 0.8, np.inf, z)


def _mixed(
    device: Device, z: Float64[np.ndarray, "height width"], rng: np.random.Generator
) -> Float64[np.ndarray, "height width"]:
    """Depth in which some rays at edges see both sides and report something between."""
    finite = np.where(np.isfinite(z), z, 0)
    beside = np.roll(finite, 1, axis=1)
    edge = (np.abs(finite - beside) > 0.03) & (finite > 0) & (beside > 0)
    edge[:, 0] = False
    both = edge & (rng.random(z.shape) < device.mixed)
    share = rng.random(z.shape)
    return np.where(both, share * finite + (1 - share) * beside, z)


def _noise_image(device: Device, rng: np.random.Generator) -> Float64[np.ndarray, "height width"]:
    """Noise of unit variance: grain, and bumps some seven pixels wide."""
    height, width = device.height, device.width
    grain = rng.standard_normal((height, width))
    coarse = rng.standard_normal((height // 7 + 3, width // 7 + 3))
    rows, columns = np.arange(height) / 7, np.arange(width) / 7
    r, c = rows.astype(int), columns.astype(int)
    a, b = (rows - r)[:, None], (columns - c)[None]
    bumps = (1 - a) * ((1 - b) * coarse[r][:, c] + b * coarse[r][:, c + 1])
    bumps += a * ((1 - b) * coarse[r + 1][:, c] + b * coarse[r + 1][:, c + 1])
    bumps /= np.sqrt(((1 - a) ** 2 + a**2) * ((1 - b) ** 2 + b**2))
    return math.sqrt(1 - device.waves**2) * grain + device.waves * bumps


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


def _colours(
    world: World,
    surface: Surface,
    tree: Tree,
    returns: _Returns,
    rng: np.random.Generator,
) -> Float32[np.ndarray, "rays 3"]:
    """Lit colour of every return, sRGB from 0 to 1, with a camera's noise."""
    placed = world.shell + world.items
    albedo = np.empty((len(returns.face), 3), np.float32)
    owner, part = surface.owner[returns.colour_face], surface.part[returns.colour_face]
    key = owner.astype(np.int64) * (1 << 16) + part
    order = np.argsort(key, kind="stable")
    edges = np.flatnonzero(np.diff(key[order])) + 1
    for rows in np.split(order, edges):
        stands = placed[owner[rows[0]]]
        place = stands.to_asset(returns.colour_at[rows])
        turned = surface.normals[returns.colour_face[rows]]
        cosine, sine = math.cos(-stands.yaw), math.sin(-stands.yaw)
        normal = turned.copy()
        normal[:, 0] = cosine * turned[:, 0] - sine * turned[:, 1]
        normal[:, 1] = sine * turned[:, 0] + cosine * turned[:, 1]
        albedo[rows] = stands.coats[part[rows[0]]].colours(place, normal)
    light = _light(surface, tree, returns, rng)
    lit = albedo**2.2 * light * returns.gain
    noisy = np.clip(lit, 0, 1) ** (1 / 2.2) + rng.normal(0, 0.008, lit.shape)
    return np.clip(noisy, 0, 1).astype(np.float32)


def _light(
    surface: Surface, tree: Tree, returns: _Returns, rng: np.random.Generator
) -> Float32[np.ndarray, "rays 3"]:
    """Light falling on every return: sky from above, and lamps that throw shadows."""
    low, high = surface.vertices.min(axis=0), surface.vertices.max(axis=0)
    normal = surface.normals[returns.colour_face]
    ambient = rng.uniform(0.4, 0.6) * (0.85 + 0.15 * normal[:, 2:])
    warm = np.array([1.0, rng.uniform(0.9, 1.0), rng.uniform(0.8, 1.0)], np.float32)
    total = ambient * np.ones(3, np.float32)
    start = returns.colour_at + normal * np.float32(2e-3)
    for _ in range(2):
        lamp = rng.uniform(
            low + (high - low) * (0.25, 0.25, 0.9), low + (high - low) * (0.75, 0.75, 0.97)
        )
        way = lamp.astype(np.float32) - start
        distance, _ = cast(tree, start, way)
        squared = (way**2).sum(axis=1)
        cosine = np.maximum((way * normal).sum(axis=1), 0) / np.sqrt(squared)
        # Room light is many times reflected: it falls off far slower than a lamp in the open.
        falling = 1 / (0.6 + 0.18 * squared)
        shine = cosine * falling * np.where(distance > 0.98, 1.0, 0.25)
        total = total + rng.uniform(0.35, 0.7) * shine[:, None] * warm
    return total.astype(np.float32)


def _labels(
    world: World, surface: Surface, face: Int32[np.ndarray, " rays"]
) -> tuple[Int32[np.ndarray, " rays"], Int32[np.ndarray, " rays"]]:
    """Object and part of every return."""
    objects = np.maximum(surface.owner[face] - len(world.shell) + 1, 0)
    parts = np.where(objects > 0, surface.part[face] + 1, 0)
    return objects.astype(np.int32), parts.astype(np.int32)


def _fused(
    returns: _Returns,
    rgb: Float32[np.ndarray, "rays 3"],
    objects: Int32[np.ndarray, " rays"],
    parts: Int32[np.ndarray, " rays"],
    fusion: Fusion,
    rng: np.random.Generator,
) -> tuple[
    Float32[np.ndarray, "points 3"],
    UInt8[np.ndarray, "points 3"],
    Int32[np.ndarray, " points"],
    Int32[np.ndarray, " points"],
]:
    """One point a cell: the label with most returns there, and the mean (or one) of its returns."""
    low = returns.seen.min(axis=0)
    region = _keys(returns.seen - low, np.full(len(rgb), 0.15))
    _, region = np.unique(region, return_inverse=True)
    nearest = np.full(region.max() + 1, np.inf)
    np.minimum.at(nearest, region, returns.range)
    # Cells double in size, so that a coarse cell is made of whole fine ones.
    wanted = np.maximum(fusion.spacing, fusion.growth * nearest[region])
    level = np.floor(np.log2(wanted / fusion.spacing) + 0.5)
    cell = _keys(returns.seen - low, fusion.spacing * 2.0**level) * 16 + level.astype(np.int64)
    _, cell = np.unique(cell, return_inverse=True)
    label = objects.astype(np.int64) << 32 | parts
    _, label = np.unique(label, return_inverse=True)
    pair, member = np.unique(cell * (label.max() + 1) + label, return_inverse=True)
    count = np.bincount(member)
    pair_cell = pair // (label.max() + 1)
    order = np.lexsort((-count, pair_cell))
    first = np.r_[True, np.diff(pair_cell[order]) > 0]
    winners = order[first]  # one (cell, label) for each cell
    point_of_pair = np.full(len(pair), -1)
    point_of_pair[winners] = np.arange(len(winners))
    used = np.flatnonzero(point_of_pair[member] >= 0)
    used = used[rng.permutation(len(used))]
    point = point_of_pair[member[used]]
    one = np.empty(len(winners), np.int64)
    one[point] = used  # the last written stands for its cell
    if fusion.averaged:
        n = np.bincount(point)[:, None]
        xyz = np.stack([np.bincount(point, returns.seen[used, i]) for i in range(3)], 1) / n
        colour = np.stack([np.bincount(point, rgb[used, i]) for i in range(3)], 1) / n
    else:
        xyz, colour = returns.seen[one], rgb[one]
    bytes_ = np.rint(colour * 255).astype(np.uint8)
    return xyz.astype(np.float32), bytes_, objects[one], parts[one]


def _keys(
    offsets: Float32[np.ndarray, "rays 3"], cell: Float64[np.ndarray, " rays"]
) -> Int64[np.ndarray, " rays"]:
    """A number for the cube that each point lies in."""
    index = np.floor(offsets / cell[:, None]).astype(np.int64)
    return (index[:, 0] << 38) | (index[:, 1] << 19) | index[:, 2]


def _without_dust(
    world: World, objects: Int32[np.ndarray, " points"], parts: Int32[np.ndarray, " points"]
) -> Int32[np.ndarray, " points"]:
    """Parts with those of too few points given to their parents, the lowest first."""
    parts = parts.copy()
    for k, item in enumerate(world.items):
        rows = np.flatnonzero(objects == k + 1)
        own = parts[rows]
        count = np.bincount(own, minlength=len(item.asset.parts) + 1)
        for index in range(len(item.asset.parts), 0, -1):
            if 0 < count[index] < LEAST_PART_POINTS:
                parent = item.asset.parts[index - 1].parent + 1
                own[own == index] = parent
                count[parent] += count[index]
                count[index] = 0
        parts[rows] = own
    return parts
