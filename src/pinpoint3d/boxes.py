"""Oriented boxes round points: from the principal axes to the smallest box found on the hull."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from scipy.spatial import ConvexHull, QhullError

MOST_FACETS = 12  # of a hull, the largest, that a box is tried on
_ROUNDS = 20  # of turning, at most; it stands still after three or four
_GAIN = 1e-9  # of the volume: less is rounding


@dataclass(frozen=True)
class Box:
    """A box at any angle.

    Attributes
    ----------
    centre
        Its middle, metres.
    axes
        Rows are its unit axes, right-handed; the first is along its longest edge and the last
        along its shortest.
    size
        Its edges along those, metres, falling.
    """

    centre: Float64[np.ndarray, "3"]
    axes: Float64[np.ndarray, "3 3"]
    size: Float64[np.ndarray, "3"]

    def facing(self, direction: Float64[np.ndarray, "3"]) -> "Box":
        """The same box, its last axis on the side of a direction.

        The first axis has its largest component positive, so that a box has one name only.
        """
        x, z = self.axes[0], self.axes[2]
        x = x if x[np.abs(x).argmax()] > 0 else -x
        z = z if z @ direction >= 0 else -z
        return Box(self.centre, np.stack([x, np.cross(z, x), z]), self.size)


def smallest_box(points: Float64[np.ndarray, "points 3"]) -> Box:
    """A box of small volume round points.

    Starts from the principal axes and from the hull's largest facets, and turns about one axis
    after the other to the smallest rectangle seen along it, for as long as the volume falls. Each
    turn is exact (a smallest rectangle lies along an edge of the hull: Freeman and Shapira,
    "Determining the minimum-area encasing rectangle for an arbitrary closed curve", 1975,
    doi 10.1145/360881.360919); the result is a local minimum. Flat and thin sets are boxes too.
    """
    middle = points.mean(axis=0)
    centred = points - middle
    _, _, principal = np.linalg.svd(centred.T @ centred)
    starts = [principal]
    try:
        hull = ConvexHull(centred)
    except (QhullError, ValueError):  # fewer than four points, or all in one plane
        corners = centred
    else:
        corners = centred[hull.vertices]
        starts += _facet_axes(centred, hull, principal[0])
    found = [_turned(corners, axes) for axes in starts]
    axes = min(found, key=lambda axes: _rank(corners, axes))
    along = corners @ axes.T
    low, high = along.min(axis=0), along.max(axis=0)
    order = np.argsort(low - high, kind="stable")
    size, centre = (high - low)[order], middle + (low + high) / 2 @ axes
    axes = axes[order]
    axes[2] = np.cross(axes[0], axes[1])
    return Box(centre, axes, size)


def _facet_axes(
    points: Float64[np.ndarray, "points 3"], hull: ConvexHull, along: Float64[np.ndarray, "3"]
) -> list[Float64[np.ndarray, "3 3"]]:
    """Axes that lie flat on the largest facets of a hull."""
    a, b, c = (points[hull.simplices[:, corner]] for corner in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    normals = hull.equations[:, :3]
    # Triangles of one face count together: rounded, their normals are alike.
    keys, face = np.unique(np.rint(normals * 50).astype(int), axis=0, return_inverse=True)
    largest = np.argsort(-np.bincount(face.ravel(), area, len(keys)), kind="stable")
    result = []
    for number in largest[:MOST_FACETS]:
        normal = normals[face.ravel() == number][0]
        side = np.cross(normal, along)
        if np.linalg.norm(side) < 1e-6:
            side = np.cross(normal, np.eye(3)[np.abs(normal).argmin()])
        side /= np.linalg.norm(side)
        result.append(np.stack([normal, side, np.cross(normal, side)]))
    return result


def _turned(
    corners: Float64[np.ndarray, "corners 3"], axes: Float64[np.ndarray, "3 3"]
) -> Float64[np.ndarray, "3 3"]:
    """Axes turned about each other until no single turn makes the box smaller."""
    best = _rank(corners, axes)
    for _ in range(_ROUNDS):
        before = best
        for kept in range(3):
            u, v = axes[(kept + 1) % 3], axes[(kept + 2) % 3]
            turned = axes.copy()
            turn = _rectangle(np.stack([corners @ u, corners @ v], axis=1))
            turned[(kept + 1) % 3] = turn[0] * u + turn[1] * v
            turned[(kept + 2) % 3] = -turn[1] * u + turn[0] * v
            volume = _rank(corners, turned)
            if volume < best:
                axes, best = turned, volume
        if best[0] >= before[0] - _GAIN * before[0] and best[1] >= before[1] * (1 - _GAIN):
            break
    return axes


def _rank(
    corners: Float64[np.ndarray, "corners 3"], axes: Float64[np.ndarray, "3 3"]
) -> tuple[float, float]:
    """Volume of the box along axes, and its surface, which ranks flat ones."""
    along = corners @ axes.T
    a, b, c = along.max(axis=0) - along.min(axis=0)
    flat = max(a, b, c) * 1e-9
    return (0.0 if min(a, b, c) <= flat else float(a * b * c)), float(a * b + b * c + c * a)


def _rectangle(flat: Float64[np.ndarray, "corners 2"]) -> Float64[np.ndarray, "2"]:
    """Direction of the first side of the smallest rectangle round points of a plane."""
    try:
        outline = flat[ConvexHull(flat).vertices]
    except (QhullError, ValueError):  # on one line: along it
        offset = flat - flat.mean(axis=0)
        longest = offset[np.einsum("ij,ij->i", offset, offset).argmax()]
        length = float(np.hypot(*longest))
        return longest / length if length > 0 else np.array([1.0, 0.0])
    edge = np.roll(outline, -1, axis=0) - outline
    edge /= np.linalg.norm(edge, axis=1)[:, None]
    along = outline @ edge.T
    across = outline @ np.stack([-edge[:, 1], edge[:, 0]])
    area = np.ptp(along, axis=0) * np.ptp(across, axis=0)
    return edge[area.argmin()]
