"""Solids from which every shape is built: boxes, lathes, tubes, extrusions, cushions.

Each function returns a closed `Mesh` in metres whose faces turn counter-clockwise when seen from
outside; `moved`, `turned` and `stretched` put it in place. Counts of sides are low on purpose: the
scanner sees centimetres, and few triangles keep ray casting fast.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from jaxtyping import Float64, Int64

from pinpoint3d.synth.shapes.ears import triangulated

Axis = Literal["x", "y", "z"]
Number = float | int
Point = Sequence[Number] | np.ndarray
"""Three numbers (two in a plane)."""
Points = Sequence[Point] | np.ndarray
"""Rows of points: (K, 3), or (K, 2) in a plane."""


@dataclass(frozen=True)
class Mesh:
    """Triangles: vertices float64 (V, 3) in metres, faces int64 (F, 3)."""

    vertices: Float64[np.ndarray, "vertices 3"]
    faces: Int64[np.ndarray, "faces 3"]


def moved(mesh: Mesh, x: Number = 0.0, y: Number = 0.0, z: Number = 0.0) -> Mesh:
    """The mesh shifted by metres."""
    return Mesh(mesh.vertices + np.array([x, y, z], np.float64), mesh.faces)


def turned(mesh: Mesh, axis: Axis, angle: Number, about: Point = (0.0, 0.0, 0.0)) -> Mesh:
    """The mesh turned by radians about a line along an axis through a point."""
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    origin = np.asarray(about, np.float64)
    out = mesh.vertices - origin
    first, second = out[:, i].copy(), out[:, j].copy()
    out[:, i] = math.cos(angle) * first - math.sin(angle) * second
    out[:, j] = math.sin(angle) * first + math.cos(angle) * second
    return Mesh(out + origin, mesh.faces)


def stretched(mesh: Mesh, x: Number = 1.0, y: Number = 1.0, z: Number = 1.0) -> Mesh:
    """The mesh scaled along the axes; negative factors mirror it."""
    faces = mesh.faces if x * y * z > 0 else mesh.faces[:, ::-1].copy()
    return Mesh(mesh.vertices * np.array([x, y, z], np.float64), faces)


def joined(*meshes: Mesh) -> Mesh:
    """One mesh of several."""
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.faces + start for mesh, start in zip(meshes, starts, strict=True)]),
    )


def box(low: Point, high: Point, bevel: Number = 0.0) -> Mesh:
    """A box between two corners, its edges cut by `bevel` metres (at most 45 % of a side).

    The corners may come in any order.
    """
    ends = np.stack([np.asarray(low, np.float64), np.asarray(high, np.float64)])
    a, b = ends.min(axis=0), ends.max(axis=0)
    cut = min(bevel, 0.45 * float((b - a).min()))
    if cut <= 0:
        return Mesh(np.where(_CORNERS, b, a), _BOX_FACES)
    # Each corner becomes three, one on each of the faces that met there.
    vertices = np.repeat(np.where(_CORNERS, b - cut, a + cut)[:, None], 3, axis=1)
    axis = np.arange(3)
    vertices[:, axis, axis] = np.where(_CORNERS, b, a)
    return Mesh(vertices.reshape(24, 3), _BEVEL_FACES)


def cylinder(
    start: Point,
    end: Point,
    radius: Number,
    end_radius: Number | None = None,
    sides: int = 14,
) -> Mesh:
    """A rod between two points, tapering to `end_radius` if one is given; 0 makes a cone."""
    points = np.stack([np.asarray(start, np.float64), np.asarray(end, np.float64)])
    radii = (radius, radius if end_radius is None else end_radius)
    return tube(points, radii, sides=sides)


def lathe(profile: Points, sides: int = 20, closed: bool = False) -> Mesh:
    """A profile of (radius, height) rows turned about the z axis.

    The profile runs from bottom to top on the outside, and may turn down again inside: a cup is
    one closed profile. Its ends are closed by flat caps, or with `closed` by joining the last row
    to the first: a ring, whose rows may run either way.
    """
    outline = np.asarray(profile, np.float64)
    if closed:
        r, z = outline.T
        if (r * np.roll(z, -1) - np.roll(r, -1) * z).sum() < 0:
            outline = outline[::-1]
    else:
        first, last = outline[:1], outline[-1:]
        ends = [rows * (0, 1) if rows[0, 0] > 0 else rows[:0] for rows in (first, last)]
        outline = np.concatenate([ends[0], outline, ends[1]])
    around = circle(1.0, sides)
    rings = np.empty((len(outline), sides, 3))
    rings[:, :, :2] = outline[:, None, :1] * around
    rings[:, :, 2] = outline[:, 1:]
    return _without_slivers(skin(rings, loop=closed))


def tube(
    path: Points,
    radius: Number | Sequence[Number] | np.ndarray,
    sides: int = 10,
    closed: bool = False,
) -> Mesh:
    """A round bar along a path of points, (K, 3); one radius, or one for each point.

    Cross-sections are carried along without twist (Wang, Jüttler, Zheng, Liu: Computation of
    rotation minimizing frames, 2008, doi:10.1145/1330511.1330513, its double reflection). `closed`
    joins the last point to the first.
    """
    points = np.asarray(path, np.float64)
    radii = np.broadcast_to(np.asarray(radius, np.float64), len(points))
    ahead, behind = np.roll(points, -1, axis=0), np.roll(points, 1, axis=0)
    if not closed:
        ahead[-1], behind[0] = points[-1], points[0]
    tangents = ahead - behind
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    across = _carried(points, tangents)
    around = circle(1.0, sides)[:, None]
    rings = around[..., :1] * across + around[..., 1:] * _cross(tangents, across)
    rings = points + radii[:, None] * rings
    bar = skin(rings.swapaxes(0, 1), loop=closed, caps=not closed)
    return bar if radii.all() else _without_slivers(bar)


def hoop(
    radius: Number, thick: Number, z: Number = 0.0, n_points: int = 24, sides: int = 6
) -> Mesh:
    """A ring of round bar about the z axis: its middle line at `radius`, the bar's own `thick`."""
    path = np.column_stack([circle(radius, n_points), np.full(n_points, float(z))])
    return tube(path, thick, sides, closed=True)


def extrusion(outline: Points, height: Number, z: Number = 0.0) -> Mesh:
    """A simple polygon (K, 2) in the x, y plane raised from `z` to `z + height`."""
    polygon = np.asarray(outline, np.float64)
    before = np.roll(polygon, 1, axis=0)
    polygon = polygon[(np.abs(polygon - before) > 1e-12).any(axis=1)]  # no corner twice
    x, y = polygon.T
    if (np.roll(x, 1) * y - np.roll(y, 1) * x).sum() < 0:
        polygon = polygon[::-1]
    n = len(polygon)
    lid = triangulated(polygon)
    vertices = np.zeros((2 * n, 3))
    vertices[:, :2] = np.tile(polygon, (2, 1))
    vertices[:n, 2], vertices[n:, 2] = z, z + height
    i = np.arange(n)
    j = (i + 1) % n
    walls = np.concatenate([np.stack([i, j, j + n], 1), np.stack([i, j + n, i + n], 1)])
    return Mesh(vertices, np.concatenate([lid[:, ::-1], lid + n, walls]).astype(np.int64))


def frame(low: Point, high: Point, border: Number | Point, axis: Axis = "y") -> Mesh:
    """A rectangular ring: a box with a window through it along `axis`.

    `border` is one width, or four: left, right, bottom, top (for axis "z": left, right, front,
    back; for "x" the left is the lower y).
    """
    a, b = np.asarray(low, np.float64), np.asarray(high, np.float64)
    left, right, bottom, top = np.broadcast_to(np.asarray(border, np.float64), 4)
    i, j = {"x": (1, 2), "y": (0, 2), "z": (0, 1)}[axis]
    bars = []
    for across, edge in ((i, (a[i], a[i] + left)), (i, (b[i] - right, b[i]))):
        corner_a, corner_b = a.copy(), b.copy()
        corner_a[across], corner_b[across] = edge
        bars.append(box(corner_a, corner_b))
    for edge in ((a[j], a[j] + bottom), (b[j] - top, b[j])):
        corner_a, corner_b = a.copy(), b.copy()
        corner_a[j], corner_b[j] = edge
        corner_a[i], corner_b[i] = a[i] + left, b[i] - right
        bars.append(box(corner_a, corner_b))
    return joined(*bars)


def open_box(
    low: Point, high: Point, wall: Number, floor: Number | None = None, front: bool = True
) -> Mesh:
    """A box open at its top, its walls inside two corners; without `front` also towards -y.

    Its `floor` is as thick as its walls if not given.
    """
    (x0, y0, z0), (x1, y1, z1) = low, high
    rise = z0 + (wall if floor is None else floor)
    boards = [
        box((x0, y0, z0), (x1, y1, rise)),
        box((x0, y0, rise), (x0 + wall, y1, z1)),
        box((x1 - wall, y0, rise), (x1, y1, z1)),
        box((x0 + wall, y1 - wall, rise), (x1 - wall, y1, z1)),
    ]
    if front:
        boards.append(box((x0 + wall, y0, rise), (x1 - wall, y0 + wall, z1)))
    return joined(*boards)


def cushion(
    low: Point, high: Point, squareness: Number = 4.0, sides: int = 16, rings: int = 8
) -> Mesh:
    """A rounded block between two corners: |x|^p + |y|^p + |z|^p = 1 with p = `squareness`.

    2 is an ellipsoid; 4 a stuffed cushion; 8 nearly a box. (Superquadrics: Barr 1981,
    doi:10.1109/MCG.1981.1673799, with one exponent for all axes.)
    """
    a, b = np.asarray(low, np.float64), np.asarray(high, np.float64)
    # A grid on the sphere, denser towards the edges that the exponent makes.
    theta = np.linspace(-math.pi / 2, math.pi / 2, rings + 1)
    phi = np.arange(sides) * (2 * math.pi / sides) + math.pi / sides
    sphere = np.empty((rings + 1, sides, 3))
    sphere[..., 0] = np.cos(theta)[:, None] * np.cos(phi)
    sphere[..., 1] = np.cos(theta)[:, None] * np.sin(phi)
    sphere[..., 2] = np.sin(theta)[:, None]
    reach = (np.abs(sphere) ** squareness).sum(axis=-1, keepdims=True) ** (-1 / squareness)
    return _without_slivers(skin((a + b) / 2 + sphere * reach * (b - a) / 2))


def curve(points: Points, n_points: int = 12) -> Float64[np.ndarray, "n 3"]:
    """A smooth path through points (K, 3), as `n_points` points (Catmull and Rom, 1974)."""
    knots = np.asarray(points, np.float64)
    padded = np.concatenate([[2 * knots[0] - knots[1]], knots, [2 * knots[-1] - knots[-2]]])
    at = np.linspace(0, len(knots) - 1, n_points)
    k = np.minimum(at.astype(int), len(knots) - 2)
    t = (at - k)[:, None]
    p0, p1, p2, p3 = (padded[k + i] for i in range(4))
    return 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )


def arc(
    radius: Number, start: Number, end: Number, n_points: int = 8
) -> Float64[np.ndarray, "n 2"]:
    """Points of a circle about the origin, from one angle to another (radians)."""
    angle = np.linspace(start, end, n_points)
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def circle(radius: Number, n_points: int = 24) -> Float64[np.ndarray, "n 2"]:
    """Points round the origin, counter-clockwise from +x, the first not repeated."""
    angle = np.arange(n_points) * (2 * math.pi / n_points)
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def rounded_rectangle(
    width: Number, depth: Number, radius: Number, steps: int = 4
) -> Float64[np.ndarray, "n 2"]:
    """Outline of a rectangle about the origin with round corners, counter-clockwise."""
    r = min(radius, 0.499 * min(width, depth))
    corners = []
    for k, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        centre = np.array([sx * (width / 2 - r), sy * (depth / 2 - r)])
        corners.append(centre + arc(r, k * math.pi / 2, (k + 1) * math.pi / 2, steps + 1))
    return np.concatenate(corners)


def bent(mesh: Mesh, axis: Axis, radius: Number) -> Mesh:
    """The mesh rolled round a line along `axis`: what lay flat in x (or y) follows a circle.

    For "z", x becomes arc length on a circle of `radius` whose centre lies at y = -radius: a flat
    back rest curves round the sitter. For "x", y does so with z, for "y", x with z.
    """
    i, j = {"z": (0, 1), "x": (1, 2), "y": (0, 2)}[axis]
    out = mesh.vertices.copy()
    angle = mesh.vertices[:, i] / radius
    reach = radius + mesh.vertices[:, j]
    out[:, i] = reach * np.sin(angle)
    out[:, j] = reach * np.cos(angle) - radius
    return Mesh(out, mesh.faces)


def sheared(mesh: Mesh, slope: Number) -> Mesh:
    """The mesh leaning back: y grows by `slope` with every metre of height."""
    out = mesh.vertices.copy()
    out[:, 1] += slope * out[:, 2]
    return Mesh(out, mesh.faces)


def flattened(mesh: Mesh, z: Number) -> Mesh:
    """The mesh with all that hung below `z` pressed up to it: a soft thing on a flat base."""
    out = mesh.vertices.copy()
    out[:, 2] = np.maximum(out[:, 2], z)
    return _without_slivers(Mesh(out, mesh.faces))


def squared(mesh: Mesh, power: Number) -> Mesh:
    """What was turned about the z axis pulled out to rounded squares: |x|^p + |y|^p = r^p."""
    out = mesh.vertices.copy()
    r = np.linalg.norm(out[:, :2], axis=1)
    reach = (np.abs(out[:, :2]) ** power).sum(axis=1) ** (1 / power)
    out[:, :2] *= np.divide(r, reach, out=np.ones_like(r), where=reach > 1e-9)[:, None]
    return Mesh(out, mesh.faces)


def slab(low: Point, high: Point, cells: tuple[int, int, int]) -> Mesh:
    """A box whose faces are divided into cells along x, y and z, to be bent."""
    a, b = np.asarray(low, np.float64), np.asarray(high, np.float64)
    pieces = []
    for axis in range(3):
        i, j = (axis + 1) % 3, (axis + 2) % 3
        u, v = np.linspace(0, 1, cells[i] + 1), np.linspace(0, 1, cells[j] + 1)
        for end in (0, 1):
            grid = np.empty((len(u), len(v), 3))
            grid[..., axis] = end
            grid[..., i], grid[..., j] = np.meshgrid(u, v, indexing="ij")
            row = np.arange(grid[..., 0].size).reshape(len(u), len(v))
            p, q, r, s = row[:-1, :-1], row[1:, :-1], row[1:, 1:], row[:-1, 1:]
            faces = np.concatenate(
                [np.stack([p, q, r], -1).reshape(-1, 3), np.stack([p, r, s], -1).reshape(-1, 3)]
            )
            pieces.append(Mesh(grid.reshape(-1, 3), faces if end else faces[:, ::-1].copy()))
    unit = joined(*pieces)
    return Mesh(a + unit.vertices * (b - a), unit.faces)


def skin(
    rings: Float64[np.ndarray, "rings sides 3"], loop: bool = False, caps: bool = False
) -> Mesh:
    """Faces over rings of points, one above another; a `loop` joins the last to the first.

    `caps` close the ends by fans; without either, ends must have shrunk to a point.
    """
    return Mesh(rings.reshape(-1, 3), _skin_faces(*rings.shape[:2], loop, caps))


@cache
def _skin_faces(n_rings: int, sides: int, loop: bool, caps: bool) -> Int64[np.ndarray, "faces 3"]:
    row = np.arange(n_rings * sides).reshape(n_rings, sides)
    below = row if loop else row[:-1]
    above = np.roll(row, -1, axis=0) if loop else row[1:]
    a, b = below, np.roll(below, -1, axis=1)
    d, c = above, np.roll(above, -1, axis=1)
    faces = [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]
    if caps:
        fan = np.stack([np.zeros(sides - 2, int), np.arange(1, sides - 1), np.arange(2, sides)], 1)
        faces += [row[0][fan[:, ::-1]], row[-1][fan]]
    out = np.concatenate(faces).astype(np.int64)
    out.flags.writeable = False  # many meshes share it
    return out


def _without_slivers(mesh: Mesh) -> Mesh:
    """The mesh without the empty triangles at poles and cone tips."""
    a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
    normal = _cross(b - a, c - a)
    return Mesh(mesh.vertices, mesh.faces[(normal**2).sum(axis=1) > 1e-24])


def _carried(
    points: Float64[np.ndarray, "n 3"], tangents: Float64[np.ndarray, "n 3"]
) -> Float64[np.ndarray, "n 3"]:
    """A cross-section's axis at every point of a path, carried on without twist."""
    side = np.eye(3)[np.abs(tangents[0]).argmin()]
    across = _cross(tangents[:1], side[None])[0]
    across /= np.linalg.norm(across)
    rows = [across]
    for step, here, there in zip(np.diff(points, axis=0), tangents[:-1], tangents[1:], strict=True):
        # Two reflections: from point to point, and from tangent to tangent.
        across = _reflected(across, step)
        across = _reflected(across, there - _reflected(here, step))
        rows.append(across)
    return np.stack(rows)


def _cross(
    a: Float64[np.ndarray, "#n 3"], b: Float64[np.ndarray, "#n 3"]
) -> Float64[np.ndarray, "#n 3"]:
    """Cross products of rows: numpy's own spends most of its time on axes."""
    x, y, z = a.T
    u, v, w = b.T
    return np.stack([y * w - z * v, z * u - x * w, x * v - y * u], 1)


def _reflected(
    vector: Float64[np.ndarray, "3"], normal: Float64[np.ndarray, "3"]
) -> Float64[np.ndarray, "3"]:
    """The vector mirrored in the plane across `normal`, which may be of any length, or none."""
    length = float(normal @ normal)
    return vector - (2 * float(normal @ vector) / length) * normal if length > 1e-12 else vector


def _outward(corners: Float64[np.ndarray, "vertices 3"], faces: list[list[int]]) -> np.ndarray:
    """Faces of a convex body about the origin, turned counter-clockwise from outside."""
    out = []
    for face in faces:
        a, b, c = (corners[i] for i in face)
        out.append(face if np.cross(b - a, c - a) @ (a + b + c) > 0 else face[::-1])
    return np.array(out, np.int64)


def _box_tables() -> tuple[Int64[np.ndarray, "12 3"], Int64[np.ndarray, "44 3"]]:
    """Faces of a plain and of a bevelled box, over corners numbered by bits x, y, z."""
    bits = _CORNERS * 2.0 - 1
    plain, bevelled = [], []
    for axis in range(3):
        i, j = (axis + 1) % 3, (axis + 2) % 3
        weight = [4, 2, 1]
        for end in (0, 1):
            p = end * weight[axis]
            ring = [p, p + weight[i], p + weight[i] + weight[j], p + weight[j]]
            plain += [[ring[0], ring[1], ring[2]], [ring[0], ring[2], ring[3]]]
            flat = [3 * corner + axis for corner in ring]
            bevelled += [[flat[0], flat[1], flat[2]], [flat[0], flat[2], flat[3]]]
        for first in (0, weight[i]):  # edges along `axis`: a strip between two faces
            for second in (0, weight[j]):
                a, b = first + second, first + second + weight[axis]
                strip = [3 * a + i, 3 * a + j, 3 * b + j, 3 * b + i]
                bevelled += [[strip[0], strip[1], strip[2]], [strip[0], strip[2], strip[3]]]
    bevelled += [[3 * corner, 3 * corner + 1, 3 * corner + 2] for corner in range(8)]
    spread = np.repeat(bits, 3, axis=0) * 0.8
    for corner in range(8):
        for axis in range(3):
            spread[3 * corner + axis, axis] /= 0.8
    return _outward(bits, plain), _outward(spread, bevelled)


_CORNERS = np.array([[c >> 2 & 1, c >> 1 & 1, c & 1] for c in range(8)], bool)
_BOX_FACES, _BEVEL_FACES = _box_tables()
