"""Points as discs: how large they must be to close the surface, and what a pixel then sees.

Compiled with numba. `discs` first, then `nearest_disc` for depth, then `blend` for anything else.
"""

from typing import no_type_check

import numpy as np
from jaxtyping import Float32
from numba import njit
from scipy.spatial import KDTree

NEIGHBOURS = 12  # enough for a steady normal on a noisy scan, few enough to follow a mug's handle


def discs(
    xyz: Float32[np.ndarray, "points 3"],
) -> tuple[Float32[np.ndarray, " points"], Float32[np.ndarray, "points 3"]]:
    """Disc radius and normal of every point, from its nearest neighbours."""
    n_points = len(xyz)
    k = min(NEIGHBOURS, n_points)
    distances, neighbours = KDTree(xyz).query(xyz, k=k)
    distances, neighbours = distances.reshape(n_points, k), neighbours.reshape(n_points, k)
    centred = xyz[neighbours].astype(np.float64)
    centred -= centred.mean(axis=1, keepdims=True)
    _, vectors = np.linalg.eigh(np.einsum("nki,nkj->nij", centred, centred))
    # The middle neighbour's distance closes gaps of a grid seen at a slant.
    radius = distances[:, k // 2]
    typical = np.median(radius)
    radius = np.clip(radius, 0.35 * typical, 2.5 * typical)
    # A stray point is nobody's near neighbour; drawn as large as its distances it would be a plate.
    admirers = np.bincount(neighbours.ravel(), minlength=n_points)
    radius[admirers < k / 3] = 0.35 * typical
    if typical == 0:
        radius = np.full(n_points, max(1e-3, float(np.ptp(xyz, axis=0).max()) / 200))
    return radius.astype(np.float32), vectors[:, :, 0].astype(np.float32)


@njit(cache=True, inline="always")
@no_type_check  # numba compiles the plain function
def _window(x, y, z, radius, focal, width, height):
    """Pixels a disc may touch: left, right, top, bottom (ends not included)."""
    reach = min(max(focal * radius / z, 0.75), 0.1 * width)
    u, v = focal * x / z + width / 2, focal * y / z + height / 2
    return (
        max(0, int(u - reach)),
        min(width, int(u + reach) + 1),
        max(0, int(v - reach)),
        min(height, int(v + reach) + 1),
    )


@njit(cache=True, inline="always")
@no_type_check  # numba compiles the plain function
def _hit(u, v, x, y, z, nx, ny, nz, reach):
    """Depth where the ray (u, v, 1) meets a disc, and its share of the radius (above 1: missed)."""
    slant = nx * u + ny * v + nz
    # Seen from its edge, a disc is turned to the camera, which keeps thin things visible.
    depth = (nx * x + ny * y + nz * z) / slant if slant < -0.2 else z
    du, dv, dw = depth * u - x, depth * v - y, depth - z
    return depth, (du * du + dv * dv + dw * dw) / (reach * reach)


@njit(cache=True)
@no_type_check
def nearest_disc(points, normals, radii, focal, width, height):
    """Depth of the nearest disc in every pixel (infinite: none), and its row (-1: none)."""
    depth = np.full((height, width), np.inf, np.float32)
    row = np.full((height, width), -1, np.int32)
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        nx, ny, nz = normals[i, 0], normals[i, 1], normals[i, 2]
        if z <= 0:
            continue
        reach = max(radii[i], np.float32(0.75) / focal * z)  # never thinner than a pixel
        left, right, top, bottom = _window(x, y, z, reach, focal, width, height)
        for v in range(top, bottom):
            ray_v = (v + np.float32(0.5) - height / 2) / focal
            for u in range(left, right):
                ray_u = (u + np.float32(0.5) - width / 2) / focal
                at, share = _hit(ray_u, ray_v, x, y, z, nx, ny, nz, reach)
                # Away from its centre a disc steps back, so that the nearest centre wins a pixel.
                at += np.float32(0.5) * share * reach
                if share <= 1 and at < depth[v, u]:
                    depth[v, u] = at
                    row[v, u] = i
    return depth, row


@njit(cache=True)
@no_type_check
def blend(points, normals, radii, values, depth, focal, width, height):
    """Weighted mean of six `values` over the discs at the surface of every pixel."""
    total = np.zeros((height, width, 6), np.float32)
    weight = np.zeros((height, width), np.float32)
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        nx, ny, nz = normals[i, 0], normals[i, 1], normals[i, 2]
        if z <= 0:
            continue
        reach = max(radii[i], np.float32(0.75) / focal * z)
        left, right, top, bottom = _window(x, y, z, reach, focal, width, height)
        for v in range(top, bottom):
            ray_v = (v + np.float32(0.5) - height / 2) / focal
            for u in range(left, right):
                ray_u = (u + np.float32(0.5) - width / 2) / focal
                at, share = _hit(ray_u, ray_v, x, y, z, nx, ny, nz, reach)
                if share > 1 or at > depth[v, u] + np.float32(1.5) * reach:
                    continue
                falloff = np.float32(1) - share
                w = falloff * falloff + np.float32(0.01)
                weight[v, u] += w
                for c in range(6):
                    total[v, u, c] += w * values[i, c]
    for v in range(height):
        for u in range(width):
            for c in range(6):
                total[v, u, c] /= max(weight[v, u], np.float32(1e-9))
    return total
