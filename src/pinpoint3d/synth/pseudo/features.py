"""What tells the parts of an object apart, for each of its superpoints.

`superpoint_features` takes a network's features where there are some, or else describes shape and
colour. Both are scaled so that distances between features can be added to the contrast of borders.
"""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, Float64, Int64
from scipy.spatial import ConvexHull, QhullError

from pinpoint3d.errors import SceneError
from pinpoint3d.graph.surface import Surface
from pinpoint3d.types import Scene

# Shares of the groups. Cuts of the tree depend on them little. More of the normals makes a part of
# every face of a box (docs/log.md).
POSITION, HEIGHT, NORMAL, SHAPE, DEPTH, EXTENT, COLOUR = 0.5, 0.2, 0.1, 0.5, 1.0, 0.3, 0.7

# Root of the mean squared distance from the object's mean. Borders already know of shape and
# colour, so more than 0.05 to 0.1 serves no purpose; what a network sees they know nothing of.
OWN_SPREAD, GIVEN_SPREAD = 0.05, 0.5


@runtime_checkable
class FeatureFunction(Protocol):
    """Features of points of a scene, such as those of a network."""

    def __call__(
        self, scene: Scene, rows: Int64[np.ndarray, " points"]
    ) -> Float32[np.ndarray, "points features"]:
        """One row of features for each of the rows of the scene, which are those of one object."""
        ...


def superpoint_features(
    scene: Scene, surface: Surface, function: FeatureFunction | None = None
) -> Float64[np.ndarray, "superpoints features"]:
    """Features of the superpoints of one object, centred and scaled."""
    superpoint = surface.superpoint
    if function is None:
        features = _pooled(_shape_and_colour(scene, surface), superpoint)
        features = np.concatenate([features, EXTENT * _extent(surface)], axis=1)
    else:
        of_point = np.asarray(function(scene, surface.rows))
        if of_point.ndim != 2 or len(of_point) != len(surface.rows):
            raise SceneError(
                f"{scene.name}: features of shape {of_point.shape} for {len(surface.rows):,} "
                "points; give one row for every point."
            )
        if not np.isfinite(of_point).all():
            raise SceneError(f"{scene.name}: features hold NaN or infinity; give finite numbers.")
        superpoint = superpoint[surface.nodes.node_of_point[surface.rows]]
        features = _typical(of_point.astype(np.float64), superpoint)
    size = np.bincount(superpoint)
    features = features - np.average(features, axis=0, weights=size)
    spread = float(np.sqrt(np.average((features**2).sum(axis=1), weights=size)))
    wanted = OWN_SPREAD if function is None else GIVEN_SPREAD
    return features * (wanted / spread) if spread > 0 else features


def _shape_and_colour(scene: Scene, surface: Surface) -> Float64[np.ndarray, "nodes features"]:
    """Position, height, normal, local shape, depth and colour of every node.

    A normal enters as the products of its components, so that its sign does not matter: the two
    sides of a board are one part.
    """
    xyz = surface.nodes.xyz.astype(np.float64)
    low, high = xyz.min(axis=0), xyz.max(axis=0)
    size = max(float(np.linalg.norm(high - low)), float(np.finfo(np.float32).tiny))
    placed = (xyz - (low + high) / 2) / size
    normal = surface.normal.astype(np.float64)
    i, j = np.triu_indices(3)
    products = normal[:, i] * normal[:, j] * np.where(i == j, 1, np.sqrt(2))
    groups = [
        POSITION * placed,
        HEIGHT * (placed @ scene.up)[:, None],
        NORMAL * products,
        SHAPE * _local_shape(placed, surface),
        DEPTH * _depth(placed)[:, None],
    ]
    if surface.nodes.rgb is not None:
        groups.append(COLOUR * surface.nodes.rgb.astype(np.float64))
    return np.concatenate(groups, axis=1)


def _local_shape(
    xyz: Float64[np.ndarray, "nodes 3"], surface: Surface
) -> Float64[np.ndarray, "nodes 3"]:
    """Linearity, planarity and scatter of the nodes up to two steps away.

    With s1 >= s2 >= s3 the standard deviations along the principal axes: (s1 - s2) / s1,
    (s2 - s3) / s1 and s3 / s1 (Demantke et al., "Dimensionality based scale selection in 3D lidar
    point clouds", 2011, doi 10.5194/isprsarchives-XXXVIII-5-W12-97-2011).
    """
    x, y, z = xyz.T
    moments = [np.ones_like(x), x, y, z, x * x, x * y, x * z, y * y, y * z, z * z]
    for _ in range(2):
        moments = [m + m[surface.neighbour].sum(axis=1) for m in moments]
    return _dimensions(np.stack(moments, axis=1))


def _extent(surface: Surface) -> Float64[np.ndarray, "superpoints 3"]:
    """Linearity, planarity and scatter of each superpoint as a whole."""
    centre = surface.graph.centre.astype(np.float64)
    x, y, z = (surface.nodes.xyz - centre[surface.superpoint]).T.astype(np.float64)
    moments = [np.ones_like(x), x, y, z, x * x, x * y, x * z, y * y, y * z, z * z]
    n = len(surface.graph)
    total = [np.bincount(surface.superpoint, m, minlength=n) for m in moments]
    return _dimensions(np.stack(total, axis=1))


def _dimensions(moments: Float64[np.ndarray, "sets 10"]) -> Float64[np.ndarray, "sets 3"]:
    """Linearity, planarity and scatter from count, sums and sums of products."""
    mean = moments[:, 1:] / moments[:, :1]
    covariance = mean[:, [3, 4, 5, 4, 6, 7, 5, 7, 8]].reshape(-1, 3, 3)
    covariance = covariance - mean[:, :3, None] * mean[:, None, :3]
    s3, s2, s1 = np.sqrt(np.maximum(np.linalg.eigvalsh(covariance), 0)).T
    s1 = np.maximum(s1, np.finfo(np.float64).tiny)
    return np.stack([(s1 - s2) / s1, (s2 - s3) / s1, s3 / s1], axis=1)


def _depth(xyz: Float64[np.ndarray, "nodes 3"]) -> Float64[np.ndarray, " nodes"]:
    """How far each node lies inside the object's boundary: below the faces of its convex hull."""
    try:
        planes = ConvexHull(xyz).equations
    except QhullError:  # flat things have no inside
        return np.zeros(len(xyz))
    depth = np.full(len(xyz), np.inf)
    for plane in planes:  # a matrix of nodes by faces may not fit
        np.minimum(depth, -(xyz @ plane[:3] + plane[3]), out=depth)
    return np.maximum(depth, 0)


def _pooled(
    values: Float64[np.ndarray, "rows features"], superpoint: np.ndarray
) -> Float64[np.ndarray, "superpoints features"]:
    """Mean of the rows of each superpoint."""
    count = np.bincount(superpoint)
    return np.stack([np.bincount(superpoint, v) for v in values.T], axis=1) / count[:, None]


def _typical(
    values: Float64[np.ndarray, "rows features"], superpoint: np.ndarray
) -> Float64[np.ndarray, "superpoints features"]:
    """The row of each superpoint that is nearest to their mean.

    A superpoint that lies across a border of parts so sides with one of them; means of two parts
    would look like a third.
    """
    off = ((values - _pooled(values, superpoint)[superpoint]) ** 2).sum(axis=1)
    order = np.lexsort((off, superpoint))
    return values[order[np.searchsorted(superpoint[order], np.arange(superpoint.max() + 1))]]
