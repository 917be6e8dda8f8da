"""For robots: a depth image in, parts out with what an arm needs to reach for them.

`rgbd_frame` and `organised_frame` make a `Frame`: a scene that keeps the image's lines and
columns. `Frame.click` turns a pixel into a click. `found_parts` measures every object and part of
an answer: where it is, how it lies, where it shows in the image.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, SupportsFloat

import numpy as np
from jaxtyping import Bool, Float64, Int64
from numpy.typing import ArrayLike
from scipy.spatial import KDTree

from pinpoint3d.boxes import Box, smallest_box
from pinpoint3d.errors import ClickError, SceneError
from pinpoint3d.types import Click, Masks, Scene

REACH = 6  # pixels to look for depth where there is none at a click
_WINDOW = 2  # pixels to each side: 5 x 5
_LEAST_SHARE = 0.2  # of a window: a wire one pixel wide is a depth of its own, a stray pixel not
_STEP = (0.02, 0.03)  # m, and of the depth: a larger gap between depths is another surface
_NEIGHBOURS = 16  # of a normal
_MOST = 2000  # points that the medoid is sought among, and that normals are fitted at
_AMBIGUOUS = 0.9  # edges this much alike leave the axes of a box open


@dataclass(frozen=True)
class Frame:
    """A depth image as a scene: the pixel in column u of line v is row v * width + u.

    Attributes
    ----------
    scene
        Points in the world; pixels without depth are rows without a position.
    height, width
        Pixels.
    world_from_camera
        float64 (4, 4); the camera looks along its +z, its +x is right and its +y down.
    """

    scene: Scene
    height: int
    width: int
    world_from_camera: Float64[np.ndarray, "4 4"]

    @property
    def eye(self) -> Float64[np.ndarray, "3"]:
        """Where the camera stands in the world."""
        return self.world_from_camera[:3, 3]

    def row_at(self, column: SupportsFloat, line: SupportsFloat) -> int:
        """Row of what is seen at a pixel.

        The depths in the 5 x 5 pixels round it are split at gaps; the nearest surface that has a
        fifth of them counts, and of its pixels about as deep as its median the one nearest to the
        click. Where the window has no depth, the nearest pixel with one counts.

        Raises
        ------
        ClickError
            If the pixel is outside the image or nothing has depth within six pixels.
        """
        x, y = float(column), float(line)
        if not (0 <= x < self.width and 0 <= y < self.height):  # false for NaN too
            raise ClickError(
                f"pixel ({x:g}, {y:g}) is outside the image of "
                f"{self.width} x {self.height}; click inside."
            )
        u, v = int(x), int(y)
        rows, away = self._around(u, v, REACH)
        if len(rows) == 0:
            raise ClickError(
                f"pixel ({u}, {v}): nothing has depth within {REACH} pixels; "
                "click where the camera measured."
            )
        near = np.maximum(abs(rows % self.width - u), abs(rows // self.width - v)) <= _WINDOW
        if near.any():
            rows, away = rows[near], away[near]
            kept = _near_surface(self._depths(rows))
            rows, away = rows[kept], away[kept]
        return int(rows[away.argmin()])

    def click(
        self,
        column: SupportsFloat,
        line: SupportsFloat,
        object: int = 1,
        part: int = 0,
        granularity: float | None = None,
    ) -> Click:
        """A click on what is seen at a pixel; see `row_at` and `Click`."""
        row = self.row_at(column, line)
        return Click(point=row, object=object, part=part, granularity=granularity)

    def _around(
        self, u: int, v: int, reach: int
    ) -> tuple[Int64[np.ndarray, " near"], Int64[np.ndarray, " near"]]:
        """Rows with a position in a disc round a pixel, and their squared distances in pixels."""
        lines = np.arange(max(v - reach, 0), min(v + reach + 1, self.height))
        columns = np.arange(max(u - reach, 0), min(u + reach + 1, self.width))
        rows = (lines[:, None] * self.width + columns).ravel()
        away = ((lines[:, None] - v) ** 2 + (columns - u) ** 2).ravel()
        good = (away <= reach * reach) & self.scene.valid[rows]
        return rows[good], away[good]

    def _depths(self, rows: Int64[np.ndarray, " near"]) -> Float64[np.ndarray, " near"]:
        """Metres along the view axis."""
        return (self.scene.xyz[rows] + (self.scene.origin - self.eye)) @ self.world_from_camera[
            :3, 2
        ]


@dataclass(frozen=True)
class Placement:
    """Where a part is and how it lies, in one frame; metres, tuples, ready for JSON.

    Attributes
    ----------
    centroid
        Mean of its points.
    medoid
        The point of it that is nearest to all others: always on the surface.
    box_centre, box_rotation, box_size
        The smallest box found round it: its middle, its rotation as a quaternion (x, y, z, w), and
        its edges, falling. The longest edge is x, and z is turned to the camera.
    normal
        Mean of its normals, turned to the camera; None with fewer than three points, and where
        they cancel.
    """

    centroid: tuple[float, float, float]
    medoid: tuple[float, float, float]
    box_centre: tuple[float, float, float]
    box_rotation: tuple[float, float, float, float]
    box_size: tuple[float, float, float]
    normal: tuple[float, float, float] | None


@dataclass(frozen=True)
class ImageMask:
    """Where a part shows in an image.

    Attributes
    ----------
    box
        First column, first line, width, height.
    runs
        Pixels off, on, off ... along the lines, from the first pixel of the first line.
    size
        Height and width of the image.
    """

    box: tuple[int, int, int, int]
    runs: tuple[int, ...]
    size: tuple[int, int]

    def pixels(self) -> Bool[np.ndarray, "height width"]:
        """The mask as an image."""
        on = np.arange(len(self.runs)) % 2 == 1
        return np.repeat(on, self.runs).reshape(self.size)


@dataclass(frozen=True)
class FoundPart:
    """One object, or one part of it, as an arm needs it.

    Attributes
    ----------
    object, part
        Its ids; `part` is None for the object as a whole.
    name
        As it was called, or None.
    confidence
        Mean over its points.
    n_points
        Points of the scene on it; for one image: its visible points.
    rows
        Those points, as rows of the scene.
    world, camera
        Where it is, in the world and as the camera sees it; `camera` is None without a frame.
    axis_ambiguous
        Whether two edges of its box differ by less than a tenth: its axes may then be swapped.
    normal_spread_deg
        Root mean square angle of its normals to their mean; None where `normal` is.
    image
        Where it shows, or None without a frame.
    """

    object: int
    part: int | None
    name: str | None
    confidence: float
    n_points: int
    rows: Int64[np.ndarray, " rows"]
    world: Placement
    camera: Placement | None
    axis_ambiguous: bool
    normal_spread_deg: float | None
    image: ImageMask | None

    def document(self) -> dict[str, Any]:
        """All but `rows`, as JSON holds it."""
        document = asdict(self)
        del document["rows"]
        return document


def rgbd_frame(
    depth: ArrayLike,
    intrinsics: ArrayLike,
    *,
    colour: ArrayLike | None = None,
    world_from_camera: ArrayLike | None = None,
    up: str | ArrayLike | None = None,
    name: str = "frame",
) -> Frame:
    """Frame of one depth image of a pinhole camera.

    Parameters
    ----------
    depth
        (H, W): unsigned integers in millimetres, or floats in metres, along the view axis. 0, NaN
        and infinity say that nothing was measured.
    intrinsics
        Camera matrix K, (3, 3), in pixels. Images must be free of distortion.
    colour
        uint8 (H, W, 3), in register with the depth.
    world_from_camera
        Pose of the camera, a rigid (4, 4); left out, the world is the camera's own frame.
    up
        Against gravity, in the world; left out, "+z" with a pose, and "-y" without one.
    name
        Shown to people.

    Raises
    ------
    SceneError
        If shapes or types do not fit, the pose is not rigid, or no pixel has depth.
    """
    metres = _metres(depth)
    height, width = metres.shape
    fx, fy, cx, cy = _pinhole(intrinsics)
    pose = _rigid(world_from_camera)
    rays = np.empty((height, width, 3))
    rays[..., 0] = (np.arange(width) - cx) / fx
    rays[..., 1] = ((np.arange(height) - cy) / fy)[:, None]
    rays[..., 2] = 1.0
    points = (rays * metres[..., None]).reshape(-1, 3) @ pose[:3, :3].T + pose[:3, 3]
    rgb = None if colour is None else np.asarray(colour)
    if rgb is not None and (rgb.shape != (height, width, 3) or rgb.dtype != np.uint8):
        raise SceneError(
            f"colour has shape {rgb.shape} and type {rgb.dtype}; give uint8 of {height, width, 3}."
        )
    if up is None:
        up = "-y" if world_from_camera is None else "+z"
    flat = None if rgb is None else rgb.reshape(-1, 3)
    return Frame(Scene(points, flat, name=name, up=up), height, width, pose)


def organised_frame(
    scene: Scene,
    shape: tuple[int, int] | None = None,
    *,
    world_from_camera: ArrayLike | None = None,
) -> Frame:
    """Frame of an organised cloud: one whose points lie line by line as in an image.

    Parameters
    ----------
    scene
        Points in the world.
    shape
        Height and width; left out, what the file says (PCD keeps both).
    world_from_camera
        Pose of the camera; left out, the scene is in the camera's own frame.

    Raises
    ------
    SceneError
        If the scene is not organised or the shape does not fit.
    """
    if shape is None and scene.source is not None:
        shape = scene.source.report.shape
    if shape is None:
        raise SceneError(f"{scene.name}: is not organised in lines and columns; give its shape.")
    height, width = shape
    if height < 1 or width < 1 or height * width != len(scene):
        raise SceneError(
            f"{scene.name}: {len(scene):,} points are no image of {height} lines and "
            f"{width} columns; give another shape."
        )
    return Frame(scene, height, width, _rigid(world_from_camera))


def found_parts(
    scene: Scene,
    masks: Masks,
    frame: Frame | None = None,
    names: Mapping[str, str] | None = None,
) -> list[FoundPart]:
    """Every object with points, each followed by its named parts, by their ids.

    Parameters
    ----------
    scene, masks
        What was segmented, and the answer.
    frame
        The image that the scene is; without one, normals point away from the object's middle.
    names
        Names of objects ("2") and of parts ("2.1").

    Raises
    ------
    SceneError
        If the masks are not of this scene, or the scene is not the frame's.
    """
    if len(masks) != len(scene):
        raise SceneError(f"masks of {len(masks):,} points for a scene of {len(scene):,}.")
    if frame is not None and len(frame.scene) != len(scene):
        raise SceneError(f"a frame of {len(frame.scene):,} pixels for {len(scene):,} points.")
    result = []
    for object_id in np.unique(masks.object[masks.object > 0]):
        rows = np.flatnonzero((masks.object == object_id) & scene.valid)
        if len(rows) == 0:
            continue
        middle = scene.xyz[rows].mean(axis=0, dtype=np.float64)
        part_ids = np.unique(masks.part[rows])
        for part_id in [None, *part_ids[part_ids > 0].tolist()]:
            mine = rows if part_id is None else rows[masks.part[rows] == part_id]
            key = str(object_id) if part_id is None else f"{object_id}.{part_id}"
            ids = int(object_id), part_id, (names or {}).get(key)
            result.append(_measured(scene, masks, frame, ids, mine, middle))
    return result


def _measured(
    scene: Scene,
    masks: Masks,
    frame: Frame | None,
    ids: tuple[int, int | None, str | None],
    rows: Int64[np.ndarray, " rows"],
    middle: Float64[np.ndarray, "3"],
) -> FoundPart:
    """One part, or a whole object. Computed about the scene's origin, where digits are finest."""
    xyz = scene.xyz[rows].astype(np.float64)
    centroid = xyz.mean(axis=0)
    eye = None if frame is None else frame.eye - scene.origin
    outward = centroid - middle if eye is None else eye - centroid
    box = smallest_box(xyz).facing(outward if outward.any() else scene.up)
    normal, spread = _mean_normal(xyz, middle, eye)
    local = np.stack([centroid, xyz[_medoid(xyz)], box.centre])
    world = _placement(local + scene.origin, box, normal)
    camera = None
    if frame is not None and eye is not None:
        turn = frame.world_from_camera[:3, :3]
        seen = Box(box.centre, box.axes @ turn, box.size)
        camera = _placement((local - eye) @ turn, seen, None if normal is None else normal @ turn)
    size = box.size
    return FoundPart(
        object=ids[0],
        part=ids[1],
        name=ids[2],
        confidence=float(masks.confidence[rows].mean(dtype=np.float64)),
        n_points=len(rows),
        rows=rows,
        world=world,
        camera=camera,
        axis_ambiguous=bool((size[1:] >= _AMBIGUOUS * size[:-1]).any()),
        normal_spread_deg=spread,
        image=None if frame is None else _image_mask(frame, rows),
    )


def _placement(
    places: Float64[np.ndarray, "3 3"], box: Box, normal: Float64[np.ndarray, "3"] | None
) -> Placement:
    """Centroid, medoid and box centre as `places`, with the directions, all in one frame."""
    centroid, medoid, centre = (_three(place) for place in places)
    return Placement(
        centroid=centroid,
        medoid=medoid,
        box_centre=centre,
        box_rotation=_quaternion(box.axes.T),
        box_size=_three(box.size),
        normal=None if normal is None else _three(normal),
    )


def _near_surface(depths: Float64[np.ndarray, " near"]) -> Bool[np.ndarray, " near"]:
    """Which depths are those of the nearest surface that has a share worth counting."""
    order = np.argsort(depths, kind="stable")
    gap = _STEP[0] + _STEP[1] * depths[order][:-1]
    group = np.concatenate([[0], np.cumsum(np.diff(depths[order]) > gap)])
    count = np.bincount(group)
    large = np.flatnonzero(count >= _LEAST_SHARE * len(depths))
    chosen = large[0] if len(large) else count.argmax()
    median = float(np.median(depths[order][group == chosen]))
    kept = np.zeros(len(depths), bool)
    kept[order[group == chosen]] = True
    return kept & (abs(depths - median) <= _STEP[0] + _STEP[1] * median)


def _mean_normal(
    xyz: Float64[np.ndarray, "points 3"],
    middle: Float64[np.ndarray, "3"],
    eye: Float64[np.ndarray, "3"] | None,
) -> tuple[Float64[np.ndarray, "3"] | None, float | None]:
    """Mean of the normals, turned to the eye or away from the middle, and their spread (deg)."""
    if len(xyz) < 3:
        return None, None
    at = xyz[:: -(-len(xyz) // _MOST)]
    _, near = KDTree(xyz).query(at, min(_NEIGHBOURS, len(xyz)))
    patch = xyz[near] - xyz[near].mean(axis=1, keepdims=True)
    _, vectors = np.linalg.eigh(np.einsum("nki,nkj->nij", patch, patch))
    normals = vectors[:, :, 0]
    outward = at - middle if eye is None else eye - at
    normals = np.where(np.einsum("ij,ij->i", normals, outward)[:, None] < 0, -normals, normals)
    mean = normals.mean(axis=0)
    length = float(np.linalg.norm(mean))
    if length < 0.05:  # all round a ball: no direction is its own
        return None, None
    mean /= length
    angles = np.degrees(np.arccos(np.clip(normals @ mean, -1, 1)))
    return mean, float(np.sqrt((angles**2).mean()))


def _medoid(xyz: Float64[np.ndarray, "points 3"]) -> int:
    """Index of the point with the least sum of distances to the others (to an even sample)."""
    stride = -(-len(xyz) // _MOST)
    sample = xyz[::stride]
    total = np.zeros(len(sample))
    for other in np.array_split(sample, math.ceil(len(sample) / 200)):  # keeps tables small
        total += np.linalg.norm(sample[:, None] - other, axis=2).sum(axis=1)
    return int(total.argmin()) * stride


def _image_mask(frame: Frame, rows: Int64[np.ndarray, " rows"]) -> ImageMask:
    mask = np.zeros(frame.height * frame.width, bool)
    mask[rows] = True
    edges = np.flatnonzero(np.diff(mask)) + 1
    runs = np.diff(np.concatenate([[0], edges, [len(mask)]])).tolist()
    lines, columns = rows // frame.width, rows % frame.width
    left, top = int(columns.min()), int(lines.min())
    return ImageMask(
        box=(left, top, int(columns.max()) - left + 1, int(lines.max()) - top + 1),
        runs=(0, *runs) if mask[0] else tuple(runs),
        size=(frame.height, frame.width),
    )


def _quaternion(rotation: Float64[np.ndarray, "3 3"]) -> tuple[float, float, float, float]:
    """(x, y, z, w) of a rotation matrix, w not negative.

    The largest eigenvector of Bar-Itzhack's symmetric matrix ("New method for extracting the
    quaternion from a rotation matrix", 2000, doi 10.2514/2.4654): stable for every angle.
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rotation
    matrix = np.array(
        [
            [xx - yy - zz, yx + xy, zx + xz, zy - yz],
            [yx + xy, yy - xx - zz, zy + yz, xz - zx],
            [zx + xz, zy + yz, zz - xx - yy, yx - xy],
            [zy - yz, xz - zx, yx - xy, xx + yy + zz],
        ]
    )
    x, y, z, w = np.linalg.eigh(matrix)[1][:, -1]
    sign = -1.0 if w < 0 else 1.0
    return float(sign * x), float(sign * y), float(sign * z), float(sign * w)


def _metres(depth: ArrayLike) -> Float64[np.ndarray, "height width"]:
    """Depth in metres, NaN where nothing was measured."""
    array = np.asarray(depth)
    if array.ndim != 2 or array.size == 0 or array.dtype.kind not in "uf":
        raise SceneError(
            f"depth has shape {array.shape} and type {array.dtype}; "
            "give (H, W), unsigned millimetres or metres as floats."
        )
    metres = array.astype(np.float64)
    if array.dtype.kind == "u":
        metres /= 1000
    metres[~(np.isfinite(metres) & (metres > 0))] = np.nan
    return metres


def _pinhole(intrinsics: ArrayLike) -> tuple[float, float, float, float]:
    """Focal lengths and principal point of a camera matrix."""
    matrix = np.asarray(intrinsics)
    fits = matrix.shape == (3, 3) and matrix.dtype.kind in "iuf" and np.isfinite(matrix).all()
    if not fits or min(matrix[0, 0], matrix[1, 1]) <= 0:
        raise SceneError("the camera matrix is not (3, 3) with positive focal lengths; give K.")
    return float(matrix[0, 0]), float(matrix[1, 1]), float(matrix[0, 2]), float(matrix[1, 2])


def _rigid(pose: ArrayLike | None) -> Float64[np.ndarray, "4 4"]:
    """A pose as float64 (4, 4)."""
    if pose is None:
        return np.eye(4)
    matrix = np.asarray(pose)
    if matrix.shape != (4, 4) or matrix.dtype.kind not in "iuf" or not np.isfinite(matrix).all():
        raise SceneError(f"world_from_camera has shape {matrix.shape}; give a rigid (4, 4).")
    matrix = matrix.astype(np.float64)
    turn = matrix[:3, :3]
    is_rotation = np.allclose(turn @ turn.T, np.eye(3), atol=1e-4) and np.linalg.det(turn) > 0
    if not is_rotation or not np.allclose(matrix[3], [0, 0, 0, 1], atol=1e-6):
        raise SceneError("world_from_camera is not rigid: give a rotation and an offset in metres.")
    return matrix


def _three(values: np.ndarray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
