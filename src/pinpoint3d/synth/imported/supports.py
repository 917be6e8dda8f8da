"""Where things may stand on an object that does not say so: its level surfaces with room above.

Columns of rays from above find every level surface, whichever way it is wound, and the free height
over it. Of each level the largest rectangles are taken that open towards some side, or to the sky.
"""

import math

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32

from pinpoint3d.synth.assets import Support
from pinpoint3d.synth.rays import Tree, build_tree, cast

CELLS = 40  # columns along the longer side: 4 cm on a table of 1.6 m
LAYERS = 32  # surfaces of one column that are looked at, each board having two
LEVEL = 0.995  # cosine: within 6 degrees a cup does not slide
CLEARANCE = 0.07  # m: lower than a cup is no place to put one
LEAST_SIDE = 0.09  # m: a cup's foot
SAME = 0.006  # m: surfaces no further apart are one level
ON_A_LEVEL = 3  # rectangles of one level: the boards of a bookcase with two uprights
MOST = 16  # supports of one object, the largest first
START = 1e-4  # m above a surface, where a ray from it begins


def find_supports(
    vertices: Float32[np.ndarray, "vertices 3"], faces: Int32[np.ndarray, "faces 3"]
) -> tuple[Support, ...]:
    """Level rectangles on which things may stand, the largest first."""
    tree = build_tree(vertices, faces)
    a, b, c = (vertices[faces[:, k]].astype(np.float64) for k in range(3))
    normal = np.cross(b - a, c - a)
    length = np.linalg.norm(normal, axis=1)
    level = np.abs(normal[:, 2]) >= LEVEL * np.where(length > 0, length, np.inf)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    cell = float((high - low)[:2].max()) / CELLS
    if cell <= 0 or not level.any():
        return ()
    n_x, n_y = (max(1, math.ceil(float(side) / cell)) for side in (high - low)[:2])
    x = low[0] + (np.arange(n_x) + 0.5) * cell
    y = low[1] + (np.arange(n_y) + 0.5) * cell
    heights, rooms = _columns(tree, np.asarray(level), x, y, float(high[2]))
    found = []
    for z in _levels(heights[rooms >= CLEARANCE]):
        on_level = (np.abs(heights - z) <= SAME) & (rooms >= CLEARANCE)
        free = np.asarray(on_level.any(axis=0))
        room = np.where(on_level, rooms, 0).max(axis=0)
        for _ in range(ON_A_LEVEL):
            x0, x1, y0, y1 = largest_rectangle(free)
            if min(x1 - x0, y1 - y0) * cell < LEAST_SIDE:
                break
            clearance = float(room[x0:x1, y0:y1].min())
            corner = (float(x[x0] - cell / 2), float(y[y0] - cell / 2))
            far = (float(x[x1 - 1] + cell / 2), float(y[y1 - 1] + cell / 2))
            support = Support(corner, far, z, clearance)
            if _is_open(tree, support):
                found.append(support)
            free[x0:x1, y0:y1] = False
    found.sort(key=lambda s: -(s.high[0] - s.low[0]) * (s.high[1] - s.low[1]))
    return tuple(found[:MOST])


def largest_rectangle(free: Bool[np.ndarray, "x y"]) -> tuple[int, int, int, int]:
    """Ranges (x0, x1, y0, y1) of the largest rectangle in which all is free; empty if none is."""
    best, answer = 0, (0, 0, 0, 0)
    run = np.zeros(free.shape[1], int)  # how many free cells end at this row, for each column
    for x in range(free.shape[0]):
        run = np.where(free[x], run + 1, 0)
        for y0 in np.flatnonzero(run):
            depths = np.minimum.accumulate(run[y0:])
            areas = depths * np.arange(1, len(depths) + 1)
            k = int(areas.argmax())
            if areas[k] > best:
                best = int(areas[k])
                answer = (x + 1 - int(depths[k]), x + 1, int(y0), int(y0) + k + 1)
    return answer


def _columns(
    tree: Tree,
    level: Bool[np.ndarray, " faces"],
    x: Float64[np.ndarray, " x"],
    y: Float64[np.ndarray, " y"],
    top: float,
) -> tuple[Float64[np.ndarray, "layers x y"], Float64[np.ndarray, "layers x y"]]:
    """Height of each level surface in every column, NaN for others, and the room above it."""
    shape = (len(x), len(y))
    origins = np.empty((*shape, 3), np.float32)
    origins[..., 0], origins[..., 1] = x[:, None], y[None]
    origins[..., 2] = top + 1
    origins = origins.reshape(-1, 3)
    down = np.tile(np.array([0, 0, -1], np.float32), (len(origins), 1))
    above = np.full(len(origins), np.inf)
    heights, rooms = [], []
    for _ in range(LAYERS):
        distance, face = cast(tree, origins, down)
        hit = face >= 0
        if not hit.any():
            break
        z = np.where(hit, origins[:, 2] - np.where(hit, distance, 0), np.nan).astype(np.float64)
        heights.append(np.where(hit & level[face], z, np.nan).reshape(shape))
        rooms.append(np.where(hit, above - z, 0).reshape(shape))
        above = np.where(hit, z, above)
        origins[:, 2] = np.where(hit, z - START, origins[:, 2])
    if not heights:
        return np.empty((0, *shape)), np.empty((0, *shape))
    return np.stack(heights), np.nan_to_num(np.stack(rooms), nan=0.0, posinf=np.inf)


def _levels(heights: Float64[np.ndarray, " cells"]) -> list[float]:
    """Heights at which enough cells lie together, each the middle of its cells."""
    rest = np.sort(heights[np.isfinite(heights)])
    levels = []
    while len(rest):
        together = rest <= rest[0] + SAME
        levels.append(float(np.median(rest[together])))
        rest = rest[~together]
    return levels


def _is_open(tree: Tree, support: Support) -> bool:
    """Whether something on a support could be seen from some side or from above."""
    if math.isinf(support.clearance):
        return True
    x, y = (np.linspace(a, b, 5)[1:-1] for a, b in zip(support.low, support.high, strict=True))
    z = support.z + min(support.clearance, 0.3) / 2
    starts = np.array([[u, v, z] for u in x for v in y], np.float32)
    ways = np.array([[1, 0, 0.1], [-1, 0, 0.1], [0, 1, 0.1], [0, -1, 0.1]], np.float32)
    _, face = cast(tree, starts.repeat(len(ways), axis=0), np.tile(ways, (len(starts), 1)))
    return bool((face < 0).mean() >= 1 / 12)  # one of the nine places, from one side
