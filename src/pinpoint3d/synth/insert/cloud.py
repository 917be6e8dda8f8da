"""A given scan as insertion sees it: its finite points with z up, and one-camera images of it.

`upright` turns a scene; `Cloud.back` turns what was added the other way.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64, UInt8
from scipy.spatial import KDTree

from pinpoint3d.graph.neighbours import nearest_neighbours, voxel_keys
from pinpoint3d.graph.normals import estimate_normals
from pinpoint3d.types import Scene

MOST_THINNED = 250_000  # points that supports and viewpoints are found on
AXIS_OFF = math.radians(50)  # a camera's "-y up" is a guess: it may look down on a table
TRIPOD_OFF = math.radians(8)  # elsewhere up is known but for a little tilt
LEAST_OFF = math.radians(2)  # less than this is known no better from normals
QUERIES = 4096
WIDEST = 0.3  # m: points farther apart are no surface


@dataclass(frozen=True)
class Frame:
    """The pixels of a one-camera scan.

    Attributes
    ----------
    directions
        Ray of every pixel with z up, one metre of depth long. float32 (height * width, 3).
    depth
        Depth along it, NaN where the sensor gave none. float32 (height * width,).
    own
        The rays in the axes of the scene, whose z is 1 or -1.
    """

    directions: Float32[np.ndarray, "pixels 3"]
    depth: Float32[np.ndarray, " pixels"]
    own: Float32[np.ndarray, "pixels 3"]

    def rounded(
        self, depth: Float32[np.ndarray, " some"]
    ) -> tuple[Float32[np.ndarray, " some"], Float64[np.ndarray, " some"]]:
        """Depths as the sensor would report them, and how wide its steps are there.

        Its steps are those between the depths that it did report, if these are few.
        """
        known = np.unique(self.depth[np.isfinite(self.depth)])
        if len(known) > len(self.depth) / 50:
            return depth, np.zeros(len(depth))
        above = np.clip(np.searchsorted(known, depth), 1, len(known) - 1)
        low, high = known[above - 1], known[above]
        inside = (depth > known[0]) & (depth < known[-1]) & (high - low < 0.05)
        nearest = np.where(depth - low < high - depth, low, high)
        step = np.where(inside, high - low, 0).astype(np.float64)
        return np.where(inside, nearest, depth).astype(np.float32), step


@dataclass(frozen=True)
class Cloud:
    """The finite points of a scan, z up, metres.

    Attributes
    ----------
    xyz, rgb
        Positions and colours; `rgb` is None for scans without.
    rows
        Row of the scene of every point.
    turn
        Rotation from the scene's axes to these.
    sensor
        Where the scan's own origin is: often the sensor of a scan from one place.
    spacing
        Distance between points, metres, as if they lay on a square grid.
    gaps
        Distance from each point to those about it, metres, likewise: some places are sparser.
    thin, normals
        One point a voxel of `voxel` metres, and the normals there (sign arbitrary).
    frame
        Its pixels, if it is the image of one camera.
    """

    xyz: Float32[np.ndarray, "points 3"]
    rgb: UInt8[np.ndarray, "points 3"] | None
    rows: Int64[np.ndarray, " points"]
    turn: Float64[np.ndarray, "3 3"]
    sensor: Float64[np.ndarray, "3"]
    spacing: float
    gaps: Float32[np.ndarray, " points"]
    thin: Float32[np.ndarray, "thin 3"]
    normals: Float32[np.ndarray, "thin 3"]
    voxel: float
    frame: Frame | None

    def back(self, xyz: Float32[np.ndarray, "added 3"]) -> Float32[np.ndarray, "added 3"]:
        """Points in the axes of the scene."""
        return _turned(xyz, self.turn.T)


def upright(scene: Scene) -> Cloud:
    """The points of a scene with z up, by `scene.up` made exact by the level surfaces seen."""
    rows = np.flatnonzero(scene.valid)
    own = scene.xyz[rows]
    spacing = grid_spacing(own)
    organised = _organised(scene)
    first, gaps, voxel = _thinned(own, spacing)
    thin = own[first]
    normals = np.zeros_like(thin)
    if len(thin) > 3:
        normals, _ = estimate_normals(thin, nearest_neighbours(thin))
    up = _exact_up(normals, scene.up, AXIS_OFF if organised else TRIPOD_OFF)
    turn = _to_z(up)
    frame = None
    if organised is not None:
        directions, depth = organised
        frame = Frame(_turned(directions, turn), depth, directions)
    return Cloud(
        xyz=_turned(own, turn),
        rgb=None if scene.rgb is None else scene.rgb[rows],
        rows=rows,
        turn=turn,
        sensor=-turn @ scene.origin,
        spacing=spacing,
        gaps=gaps,
        thin=_turned(thin, turn),
        normals=_turned(normals, turn),
        voxel=voxel,
        frame=frame,
    )


def grid_spacing(xyz: Float32[np.ndarray, "points 3"]) -> float:
    """Edge of a square grid with as many points an area as these have, metres.

    From the sixth neighbours: the first lie along scan lines, or are the same point twice.
    """
    distinct = np.unique(xyz, axis=0)
    if len(distinct) < 8:
        return 0.01  # too few to tell: nothing will be found on them anyhow
    step = max(1, len(distinct) // QUERIES)
    distance, _ = KDTree(distinct).query(distinct[::step], k=7)
    # Density times the circle to the k-th neighbour is a gamma variable of median k - 1/3.
    return float(np.median(distance[:, 6])) * math.sqrt(math.pi / (6 - 1 / 3))


def _thinned(
    xyz: Float32[np.ndarray, "points 3"], spacing: float
) -> tuple[Int64[np.ndarray, " thin"], Float32[np.ndarray, " points"], float]:
    """Rows of one point a voxel, gaps at every point, and the voxel's edge.

    Fine for table tops, coarser for halls.
    """
    extent = float((xyz.max(axis=0) - xyz.min(axis=0)).max())
    voxel = max(1.1 * spacing, min(max(extent / 500, 0.006), 0.02))
    while True:
        _, first, inverse, count = np.unique(
            voxel_keys(xyz, voxel), return_index=True, return_inverse=True, return_counts=True
        )
        if len(first) <= MOST_THINNED:
            break
        voxel *= 1.4
    gap = voxel / np.sqrt(count)
    if len(first) > 6:
        distance, _ = KDTree(xyz[first]).query(xyz[first], k=7)
        sparse = distance[:, 6] * math.sqrt(math.pi / (6 - 1 / 3))
        gap = np.where(count > 1, gap, np.minimum(sparse, WIDEST))
    return first, gap[inverse.reshape(-1)].astype(np.float32), voxel


def _exact_up(
    normals: Float32[np.ndarray, "thin 3"], up: Float64[np.ndarray, "3"], most_off: float
) -> Float64[np.ndarray, "3"]:
    """Mean normal of the most frequent direction within `most_off` radians of `up`."""
    signed = normals * np.sign(normals @ up.astype(np.float32))[:, None]
    near = signed[signed @ up.astype(np.float32) > math.cos(most_off)]
    if len(near) < 100:
        return up
    tried = near[:: max(1, len(near) // 300)]
    votes = (near @ tried.T > math.cos(math.radians(6))).sum(axis=0)
    best = tried[int(votes.argmax())]
    mean = near[near @ best > math.cos(math.radians(6))].mean(axis=0, dtype=np.float64)
    mean /= np.linalg.norm(mean)
    return up if mean @ up > math.cos(LEAST_OFF) else mean


def _to_z(up: Float64[np.ndarray, "3"]) -> Float64[np.ndarray, "3 3"]:
    """Rotation that brings `up` to +z; the identity if it is there already."""
    if up[2] > 1 - 1e-12:
        return np.eye(3)
    side = np.cross([0.0, 1.0, 0.0] if abs(up[1]) < 0.7 else [1.0, 0.0, 0.0], up)
    side /= np.linalg.norm(side)
    return np.stack([side, np.cross(up, side), up])


def _turned(
    xyz: Float32[np.ndarray, "points 3"], turn: Float64[np.ndarray, "3 3"]
) -> Float32[np.ndarray, "points 3"]:
    """Rows turned, summed in a fixed order: BLAS would differ between machines."""
    m = turn.T
    return (xyz[:, :1] * m[0] + xyz[:, 1:2] * m[1] + xyz[:, 2:] * m[2]).astype(np.float32)


def _organised(
    scene: Scene,
) -> tuple[Float32[np.ndarray, "pixels 3"], Float32[np.ndarray, " pixels"]] | None:
    """Ray and depth of every pixel of a one-camera scan; None for other scans.

    The lens is found from the points: x / z and y / z are linear in column and row.
    """
    shape = None if scene.source is None else scene.source.report.shape
    if shape is None or shape[0] * shape[1] != len(scene) or min(shape) < 2 or scene.origin.any():
        return None
    z = scene.xyz[:, 2].astype(np.float64)
    sign = np.sign(np.median(z[scene.valid]))
    if sign == 0 or (np.sign(z[scene.valid]) != sign).any():
        return None
    row, column = np.divmod(np.arange(len(scene)), shape[1])
    grid = np.stack([column, row, np.ones(len(scene))], axis=1).astype(np.float64)
    flat = scene.xyz[scene.valid, :2] / z[scene.valid, None]
    lens, *_ = np.linalg.lstsq(grid[scene.valid], flat, rcond=None)
    pixel = np.abs(lens[:2]).max()
    if np.abs(grid[scene.valid] @ lens - flat).max() > pixel:
        return None  # rows in an image's order, but not seen from the origin
    directions = np.concatenate([grid @ lens, np.ones((len(scene), 1))], axis=1) * sign
    return directions.astype(np.float32), np.where(scene.valid, np.abs(z), np.nan).astype(
        np.float32
    )
