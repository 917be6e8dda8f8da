"""Large scenes are encoded in windows round their clicks; small ones as a whole.

A window is a box of tiles of a fixed grid, so it depends on the clicks alone and two clicks in the
same tile share one. Boxes that meet become one window, so that objects near each other compete.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64
from scipy.ndimage import uniform_filter

from pinpoint3d.snap import SnappedClicks
from pinpoint3d.types import Scene

WHOLE_SCENE_POINTS = 2_000_000  # up to here one window holds all: 6 s and 1.5 GB to encode
WINDOW_SHARE = 0.75  # of those points, at most, in the densest three by three by three tiles
FEWEST_TILES, MOST_TILES = 4, 64  # along the longest side
CHUNK = 1 << 20  # rows at a time: bounds temporaries


@dataclass(frozen=True)
class Window:
    """A box of tiles, lower corner and one past the upper corner, as three whole numbers each."""

    lower: tuple[int, int, int]
    upper: tuple[int, int, int]

    def meets(self, other: "Window") -> bool:
        """Whether the boxes share a tile."""
        return all(
            a < d and c < b
            for a, b, c, d in zip(self.lower, self.upper, other.lower, other.upper, strict=True)
        )

    def joined(self, other: "Window") -> "Window":
        """Smallest box round both."""
        return Window(
            (
                min(self.lower[0], other.lower[0]),
                min(self.lower[1], other.lower[1]),
                min(self.lower[2], other.lower[2]),
            ),
            (
                max(self.upper[0], other.upper[0]),
                max(self.upper[1], other.upper[1]),
                max(self.upper[2], other.upper[2]),
            ),
        )


class Windows:
    """The tile grid of one scene."""

    def __init__(self, scene: Scene, whole_scene_points: int = WHOLE_SCENE_POINTS) -> None:
        self._scene = scene
        self.whole: Window | None = None
        if np.count_nonzero(scene.valid) <= whole_scene_points:
            self.whole = Window((0, 0, 0), (1, 1, 1))
            return
        inside = scene.valid[:, None]
        self._lower = scene.xyz.min(axis=0, where=inside, initial=np.inf)
        upper = scene.xyz.max(axis=0, where=inside, initial=-np.inf)
        self._extent = np.maximum(upper - self._lower, 1e-6)
        n_tiles = FEWEST_TILES
        while True:
            self._tile = float(self._extent.max()) / n_tiles
            if n_tiles >= MOST_TILES or self._densest_block() <= WINDOW_SHARE * whole_scene_points:
                return
            n_tiles += n_tiles // 2

    def around(
        self, clicks: SnappedClicks, *, objects_only: bool = True
    ) -> list[tuple[Window, list[int]]]:
        """Windows of a click list, each with the indices of the clicks inside it.

        Background clicks ask for no window of their own (unless `objects_only` is off): they
        matter where they fall into one.
        """
        if self.whole is not None:
            return [(self.whole, list(range(len(clicks))))]
        tiles = self._tiles(self._scene.xyz[clicks.rows])
        windows: list[Window] = []
        for tile, object_id in zip(tiles, clicks.objects, strict=True):
            if objects_only and object_id == 0:
                continue
            x, y, z = (int(v) for v in tile)
            window = Window((x - 1, y - 1, z - 1), (x + 2, y + 2, z + 2))
            while meeting := [w for w in windows if w.meets(window)]:
                for other in meeting:
                    windows.remove(other)
                    window = window.joined(other)
            windows.append(window)
        return [
            (w, [i for i, tile in enumerate(tiles) if _holds(w, tile)])
            for w in sorted(windows, key=lambda w: w.lower)
        ]

    def rows(self, window: Window) -> Int64[np.ndarray, " window"]:
        """Finite rows of the scene inside a window, ascending."""
        if self.whole is not None:
            return np.flatnonzero(self._scene.valid)
        found = []
        for start in range(0, len(self._scene), CHUNK):
            stop = start + CHUNK
            tiles = self._tiles(self._scene.xyz[start:stop])
            inside = (tiles >= window.lower).all(axis=1) & (tiles < window.upper).all(axis=1)
            found.append(start + np.flatnonzero(inside & self._scene.valid[start:stop]))
        return np.concatenate(found)

    def _tiles(self, xyz: np.ndarray) -> Int64[np.ndarray, "points 3"]:
        with np.errstate(invalid="ignore"):  # rows without a position are masked by the caller
            return np.floor((xyz - self._lower) / self._tile).astype(np.int64)

    def _densest_block(self) -> int:
        """Most points in any three by three by three tiles."""
        shape = (self._extent / self._tile).astype(np.int64) + 1
        count = np.zeros(int(shape.prod()), np.int64)
        for start in range(0, len(self._scene), CHUNK):
            valid = self._scene.valid[start : start + CHUNK]
            x, y, z = self._tiles(self._scene.xyz[start : start + CHUNK][valid]).T
            flat = (x * shape[1] + y) * shape[2] + z
            count += np.bincount(flat, minlength=len(count))
        block = uniform_filter(count.reshape(shape).astype(np.float64), 3, mode="constant") * 27
        return round(float(block.max()))


def _holds(window: Window, tile: np.ndarray) -> bool:
    return bool((tile >= window.lower).all() and (tile < window.upper).all())
