"""Display order: the order in which points are sent and drawn.

Points are sorted along a Morton curve and dealt into levels: the first is an even sample, each
further one four times as many. A prefix is a picture of less detail, and a mask has few runs.
Points without a position are not in it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Int32, Int64

from pinpoint3d.server.frames import Frame, Kind, Labels, encode
from pinpoint3d.server.messages import MAX_OBJECT, MAX_PART, Level
from pinpoint3d.types import Masks, Scene

FIRST_LEVEL = 60_000  # points, at most: drawn in 50 ms without a graphics card
GROWTH = 4
LARGEST_U16 = 65.0  # m: up to here a step of a u16 is at most a millimetre
_BITS = 21  # of a Morton code, along each axis


@dataclass(frozen=True)
class Display:
    """The display order of a scene.

    Attributes
    ----------
    rows
        Row of each displayed point.
    point
        Displayed point of each row, -1 for rows without a position.
    levels
        How many points each level starts at and has.
    low, step
        Corner of the scene, and metres a step of a u16 along each axis.
    positions
        How positions are sent.
    """

    rows: Int32[np.ndarray, " points"]
    point: Int32[np.ndarray, " rows"]
    levels: tuple[Level, ...]
    low: tuple[float, float, float]
    step: tuple[float, float, float]
    positions: Literal["u16", "f32"]

    def __len__(self) -> int:
        return len(self.rows)

    def labels(self, masks: Masks) -> Labels:
        """Labels of the displayed points; ids that the wire cannot hold count as its largest."""
        return Labels(
            np.minimum(masks.object[self.rows], MAX_OBJECT).astype(np.uint16),
            np.minimum(masks.part[self.rows], MAX_PART).astype(np.uint8),
        )

    def in_file_order(self, labels: Labels) -> Labels:
        """Labels of all rows; those without a position are background."""
        shown = self.point >= 0
        objects = np.zeros(len(self.point), np.uint16)
        parts = np.zeros(len(self.point), np.uint8)
        objects[shown] = labels.object[self.point[shown]]
        parts[shown] = labels.part[self.point[shown]]
        return Labels(objects, parts)

    def mask(self, mask: Bool[np.ndarray, " rows"]) -> Bool[np.ndarray, " points"]:
        """A mask of the scene's rows, for the displayed points."""
        return mask[self.rows]


def display_of(scene: Scene) -> Display:
    """Display order of a scene, and how its positions are sent."""
    valid = np.flatnonzero(scene.valid)
    xyz = scene.xyz[valid]
    low, high = xyz.min(axis=0), xyz.max(axis=0)
    extent = (high - low).astype(np.float64)
    step = np.where(extent > 0, extent / 0xFFFF, 1.0)
    along = np.argsort(_morton(xyz, low, float(extent.max())), kind="stable")
    order, levels = _dealt(len(valid))
    rows = valid[along[order]].astype(np.int32)
    point = np.full(len(scene), -1, np.int32)
    point[rows] = np.arange(len(rows), dtype=np.int32)
    return Display(
        rows=rows,
        point=point,
        levels=levels,
        low=_three(low),
        step=_three(step),
        positions="u16" if extent.max() <= LARGEST_U16 else "f32",
    )


def level_frames(scene: Scene, display: Display, level: int) -> bytes:
    """Positions of a level, and its colours and normals where there are any."""
    first, count = display.levels[level].first, display.levels[level].count
    rows = display.rows[first : first + count]
    offset = scene.xyz[rows].astype(np.float64) - display.low
    if display.positions == "u16":
        positions = np.clip(np.rint(offset / display.step), 0, 0xFFFF).astype("<u2")
    else:
        positions = offset.astype("<f4")
    frames = [Frame(Kind.POSITIONS, count, positions.tobytes())]
    if scene.rgb is not None:
        frames.append(Frame(Kind.COLOURS, count, scene.rgb[rows].tobytes()))
    if has_normals(scene):
        normals = np.clip(np.nan_to_num(scene.fields["normals"][rows]), -1, 1)
        frames.append(Frame(Kind.NORMALS, count, np.rint(normals * 127).astype(np.int8).tobytes()))
    return b"".join(encode(frame) for frame in frames)


def has_normals(scene: Scene) -> bool:
    """Whether the scan came with normals."""
    return "normals" in scene.fields and scene.fields["normals"].shape == scene.xyz.shape


def _dealt(n: int) -> tuple[Int64[np.ndarray, " points"], tuple[Level, ...]]:
    """Places along the curve, level after level: every 4^k-th, then every 4^(k-1)-th left ..."""
    stride = 1
    while -(-n // stride) > FIRST_LEVEL:
        stride *= GROWTH
    places = np.arange(n)
    order, levels, first = [], [], 0
    taken = np.zeros(n, bool)
    while stride >= 1:
        mine = places[::stride][~taken[::stride]]
        taken[mine] = True
        order.append(mine)
        levels.append(Level(first=first, count=len(mine)))
        first += len(mine)
        stride //= GROWTH
    return np.concatenate(order), tuple(levels)


def _morton(xyz: np.ndarray, low: np.ndarray, extent: float) -> Int64[np.ndarray, " points"]:
    """Place of each point on a Morton curve through the scene's cube."""
    scale = (2**_BITS - 1) / extent if extent > 0 else 0.0
    cells = ((xyz - low).astype(np.float64) * scale).astype(np.int64)
    code = np.zeros(len(xyz), np.int64)
    for axis in range(3):
        code |= _spread(cells[:, axis]) << axis
    return code


def _spread(values: Int64[np.ndarray, " points"]) -> Int64[np.ndarray, " points"]:
    """Bits with two free places behind each (the constants split a word in halves, thirds ...)."""
    for shift, mask in (
        (32, 0x1F00000000FFFF),
        (16, 0x1F0000FF0000FF),
        (8, 0x100F00F00F00F00F),
        (4, 0x10C30C30C30C30C3),
        (2, 0x1249249249249249),
    ):
        values = (values | (values << shift)) & mask
    return values


def _three(values: np.ndarray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
