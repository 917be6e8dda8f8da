"""Who hides whom: what of the objects is seen through the scan, and what of the scan they hide.

`look` casts rays at one object from every eye; `hidden` says which points of the scan no eye sees
any more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32, Int64

from pinpoint3d.synth.insert.cloud import Cloud, Frame
from pinpoint3d.synth.insert.supports import Level
from pinpoint3d.synth.insert.viewpoints import REACH, Eye
from pinpoint3d.synth.rays import Tree, cast
from pinpoint3d.synth.world import Placed, Surface

MOST_RAYS = 400  # along a side of the square that an object is looked at with
MOST_LOOKS = 5  # eyes that look at one object
GRAZING = 0.1  # cosine to the normal at which sensors lose the surface
IN_IMAGE = 0.85  # of an object's ball that an image must show
NEAR = 0.003  # m: what lies so little before an object does not hide it


@dataclass(frozen=True)
class Standing:
    """An object put into a scan, and the level it stands on."""

    placed: Placed
    level: Level

    @property
    def middle(self) -> Float64[np.ndarray, "3"]:
        """Middle of its bounding box in the world."""
        asset = self.placed.asset
        return self.placed.to_world(((asset.low + asset.high) / 2)[None])[0].astype(np.float64)

    @property
    def radius(self) -> float:
        """Of the ball round the bounding box."""
        return float(np.linalg.norm(self.placed.asset.high - self.placed.asset.low)) / 2


@dataclass(frozen=True)
class Hits:
    """Rays that meet objects.

    Attributes
    ----------
    eye
        Where they come from. float32 (H, 3).
    direction, depth
        `eye + depth * direction` is on the surface. float32.
    face
        Triangle met.
    pixel
        Pixel of the frame, or -1.
    area
        Square metres of surface that a ray stands for; 0 where another eye's rays do.
    behind
        Whether a point of the scan is before it.
    grazes
        Whether it is too slanting to come back.
    """

    eye: Float32[np.ndarray, "hits 3"]
    direction: Float32[np.ndarray, "hits 3"]
    depth: Float32[np.ndarray, " hits"]
    face: Int32[np.ndarray, " hits"]
    pixel: Int64[np.ndarray, " hits"]
    area: Float64[np.ndarray, " hits"]
    behind: Bool[np.ndarray, " hits"]
    grazes: Bool[np.ndarray, " hits"]

    @property
    def at(self) -> Float32[np.ndarray, "hits 3"]:
        """Where the surface is."""
        return self.eye + self.direction * self.depth[:, None]

    def take(self, rows: np.ndarray) -> "Hits":
        """Some of the hits."""
        return Hits(*(getattr(self, column.name)[rows] for column in fields(self)))


def joined(hits: Sequence[Hits]) -> Hits:
    """The hits of several looks, one after another."""
    return Hits(*(np.concatenate([getattr(h, c.name) for h in hits]) for c in fields(Hits)))


def looking_at(standing: Standing, eyes: Sequence[Eye]) -> list[Eye]:
    """The eyes that may see an object: above its support and near, the nearest first."""
    able = [eye for eye in eyes if eye.position[2] > standing.level.z + 0.05]
    away = [float(np.linalg.norm(eye.position - standing.middle)) for eye in able]
    order = sorted(range(len(able)), key=lambda i: away[i])
    near = [able[i] for i in order if away[i] < REACH or len(eyes) == 1]
    return [eye for eye in near[:MOST_LOOKS] if _clears(eye, standing)]


def look(
    standing: Standing,
    owner: int,
    eyes: Sequence[Eye],
    surface: Surface,
    tree: Tree,
    step: float,
    rng: np.random.Generator,
) -> Hits:
    """What the eyes see of one object, with rays about `step` metres apart where they meet it."""
    found: list[Hits] = []
    before: list[Eye] = []
    for eye in looking_at(standing, eyes):
        direction, pixel, angle = _rays(eye, standing, step, rng)
        origin = np.tile(eye.position.astype(np.float32), (len(direction), 1))
        depth, face = cast(tree, origin, direction)
        met = np.flatnonzero((face >= 0) & (surface.owner[face] == owner))
        direction, depth, face = direction[met], depth[met], face[met]
        at = origin[met] + direction * depth[:, None]
        slant = np.abs((surface.normals[face] * direction).sum(axis=1)).astype(np.float64)
        area = angle**2 * depth.astype(np.float64) ** 2 / np.maximum(slant, 0.03)
        for other in before:
            area[_is_seen(other, standing.level, tree, at)] = 0
        found.append(
            Hits(
                eye=origin[met],
                direction=direction,
                depth=depth,
                face=face,
                pixel=pixel[met],
                area=area,
                behind=_is_behind(eye, standing.level, at, depth, pixel[met]),
                grazes=slant < GRAZING * np.linalg.norm(direction, axis=1),
            )
        )
        before.append(eye)
    return joined(found) if found else _no_hits()


def hidden(
    cloud: Cloud, eyes: Sequence[Eye], standing: Sequence[Standing], tree: Tree
) -> Bool[np.ndarray, " points"]:
    """Points that some eye saw and none sees past the objects.

    What no eye saw to begin with stays: it was taken from a place that is not known.
    """
    blocked = np.zeros(len(cloud.xyz), bool)
    for eye in eyes:
        behind = np.flatnonzero(_in_shadow_of_balls(cloud.xyz, eye, standing))
        shaded = behind[~_is_reached(eye, tree, cloud.xyz[behind])]
        blocked[shaded[eye.cube().sees(cloud.xyz[shaded])]] = True
    rows = np.flatnonzero(blocked)
    for eye in eyes:
        xyz = cloud.xyz[rows]
        near = np.linalg.norm(xyz - eye.position, axis=1) < REACH
        in_sight = near & eye.cube().sees(xyz)
        in_sight[in_sight] = _is_reached(eye, tree, xyz[in_sight])
        blocked[rows[in_sight]] = False
        rows = rows[~in_sight]
    return blocked


def _clears(eye: Eye, standing: Standing) -> bool:
    """Whether an object is at a distance from an eye, and not cut off by its image."""
    away = float(np.linalg.norm(eye.position - standing.middle))
    if away < 1.1 * standing.radius:
        return False
    if eye.frame is None:
        return True
    pixel, angle = _pixels(eye.frame, eye, standing)
    half = standing.radius / math.sqrt(away**2 - standing.radius**2)
    return len(pixel) * angle**2 > IN_IMAGE * math.pi * half**2


def _pixels(
    frame: Frame, eye: Eye, standing: Standing
) -> tuple[Int64[np.ndarray, " pixels"], float]:
    """Pixels on the ball round an object, and the tangent of the angle between two of them."""
    way = standing.middle - eye.position
    sine = standing.radius / float(np.linalg.norm(way))
    along = frame.directions @ (way / np.linalg.norm(way)).astype(np.float32)
    length = np.linalg.norm(frame.directions, axis=1)
    pixel = np.flatnonzero(along > length * math.sqrt(1 - sine**2))
    return pixel, float(np.linalg.norm(frame.directions[1] - frame.directions[0]))


def _rays(
    eye: Eye, standing: Standing, step: float, rng: np.random.Generator
) -> tuple[Float32[np.ndarray, "rays 3"], Int64[np.ndarray, " rays"], float]:
    """Rays towards the ball round an object, their pixels, and the tangent of the angle between."""
    way = standing.middle - eye.position
    away = float(np.linalg.norm(way))
    if eye.frame is not None:
        pixel, angle = _pixels(eye.frame, eye, standing)
        return eye.frame.directions[pixel], pixel, angle
    forward = way / away
    right = np.cross(forward, (0.0, 0.0, 1.0) if abs(forward[2]) < 0.9 else (1.0, 0.0, 0.0))
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    half = standing.radius / math.sqrt(away**2 - standing.radius**2)
    n = min(MOST_RAYS, max(40, math.ceil(2 * half * away / step)))
    side = np.arange(n) + 0.0
    u, v = (
        (np.add(side[:, None] if k else side[None], rng.random((n, n))) / n * 2 - 1) * half
        for k in range(2)
    )
    direction = forward + u[..., None] * right + v[..., None] * down
    flat = direction.reshape(-1, 3).astype(np.float32)
    return flat, np.full(len(flat), -1, np.int64), 2 * half / n


def _is_behind(
    eye: Eye,
    level: Level,
    at: Float32[np.ndarray, "hits 3"],
    depth: Float32[np.ndarray, " hits"],
    pixel: Int64[np.ndarray, " hits"],
) -> Bool[np.ndarray, " hits"]:
    """Which hits lie behind points of the scan."""
    if eye.frame is not None:
        return eye.frame.depth[pixel] < depth * (1 - NEAR) - NEAR
    return ~eye.cube(without=level).sees(at)


def _no_hits() -> Hits:
    rays, numbers = np.zeros((0, 3), np.float32), np.zeros(0, np.float32)
    rows, none = np.zeros(0, np.int64), np.zeros(0, bool)
    return Hits(rays, rays, numbers, rows.astype(np.int32), rows, np.zeros(0), none, none)


def _is_seen(
    eye: Eye, level: Level, tree: Tree, xyz: Float32[np.ndarray, "points 3"]
) -> Bool[np.ndarray, " points"]:
    """Which points on objects an eye sees past the scan and the objects."""
    seen = eye.cube(without=level).sees(xyz)
    seen[seen] = _is_reached(eye, tree, xyz[seen])
    return seen


def _is_reached(
    eye: Eye, tree: Tree, xyz: Float32[np.ndarray, "points 3"]
) -> Bool[np.ndarray, " points"]:
    """Which points no object hides from an eye; they may lie on one."""
    origin = np.tile(eye.position.astype(np.float32), (len(xyz), 1))
    way = xyz - origin
    distance, _ = cast(tree, origin, way)
    away = np.linalg.norm(way, axis=1)
    return distance * away > away - 2 * NEAR


def _in_shadow_of_balls(
    xyz: Float32[np.ndarray, "points 3"], eye: Eye, standing: Sequence[Standing]
) -> Bool[np.ndarray, " points"]:
    """Points that may be behind an object: in the cone of its ball, and not before it."""
    way = xyz - eye.position.astype(np.float32)
    away = np.linalg.norm(way, axis=1)
    found = np.zeros(len(xyz), bool)
    for one in standing:
        to_middle = one.middle - eye.position
        far = float(np.linalg.norm(to_middle))
        if far <= one.radius:
            found[:] = True  # an eye inside the ball: anything may be behind
            continue
        cosine = way @ (to_middle / far).astype(np.float32)
        found |= (away > far - one.radius) & (
            cosine > away * math.sqrt(1 - (one.radius / far) ** 2)
        )
    return found
