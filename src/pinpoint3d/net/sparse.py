"""Where the voxels of a scan are, at every level of a U-Net, and which of them are neighbours.

`pyramid` is the function to read: it makes all kernel maps of a voxel set once, for every layer of
every level to share. `kernels_of` picks the kernels that suit an array, so that what is written
with them runs on numpy arrays and on torch tensors. How large a voxel is decides the caller, from
the spacing of the points.
"""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from jaxtyping import Int32, Int64, Integer

from pinpoint3d.errors import SceneError
from pinpoint3d.net import kernels_numpy
from pinpoint3d.net.kernel_maps import KernelMap

AXIS_BITS = 18  # of a key for each axis: 2.6 km of 1 cm voxels, and 512 crops side by side
MAX_CELL = (1 << AXIS_BITS) - 2  # the last cell stays empty: a step below 0 borrows and ends there
MAX_CROPS = 1 << (63 - 3 * AXIS_BITS)
_CELL_BITS = (1 << 3 * AXIS_BITS) - 1
_EVEN = _CELL_BITS ^ (1 << 2 * AXIS_BITS | 1 << AXIS_BITS | 1)  # all but each cell's lowest bit


def _steps(*along: int) -> Int64[np.ndarray, " offsets"]:
    """What each offset of a cubic kernel adds to a key, x slowest."""
    x, y, z = np.meshgrid(along, along, along, indexing="ij")
    return ((x << 2 * AXIS_BITS) + (y << AXIS_BITS) + z).ravel().astype(np.int64)


NEIGHBOURS = _steps(-1, 0, 1)
"""Steps of a 3x3x3 kernel; offset k is opposite to offset 26 - k."""
OCTANTS = _steps(0, 1)
"""Steps from a parent's lowest child to each of its eight."""


@dataclass(frozen=True)
class Pyramid:
    """A voxel set halved again and again, level 0 the finest.

    Attributes
    ----------
    keys
        Of the voxels of each level, ascending. int64 (V_level,).
    around
        Each level's 3x3x3 neighbours.
    down
        From each level but the last to the next coarser one; `transposed` leads back up.
    parent
        Row of the next coarser level that holds each voxel, of each level but the last. int32.
    """

    keys: tuple[Int64[Any, " _"], ...]
    around: tuple[KernelMap, ...]
    down: tuple[KernelMap, ...]
    parent: tuple[Int32[Any, " _"], ...]


def kernels_of(array: Any) -> ModuleType:
    """The kernels for numpy arrays or for torch tensors, whichever `array` is."""
    if isinstance(array, np.ndarray):
        return kernels_numpy
    from pinpoint3d.net import kernels_torch  # torch is an extra; a tensor shows it is there

    return kernels_torch


def voxel_keys(
    cells: Integer[np.ndarray, "voxels 3"], crop: Integer[np.ndarray, " voxels"] | None = None
) -> Int64[np.ndarray, " voxels"]:
    """One integer a voxel: the crop it belongs to, then its cell along x, y and z.

    Keys ascend where voxels come crop by crop and in the order of `pinpoint3d.voxels`.

    Raises
    ------
    SceneError
        If a cell is negative or too large, or there are too many crops.
    """
    if len(cells) and not (cells.min() >= 0 and cells.max() <= MAX_CELL):
        raise SceneError(
            f"voxels from cell {cells.min()} to {cells.max():,}; the network counts from 0 to "
            f"{MAX_CELL:,}, so take larger voxels or a smaller piece of the scene."
        )
    x, y, z = cells.astype(np.int64).T
    keys = (x << 2 * AXIS_BITS) | (y << AXIS_BITS) | z
    if crop is None:
        return keys
    if len(crop) and not (crop.min() >= 0 and crop.max() < MAX_CROPS):
        raise SceneError(f"crops numbered up to {crop.max()}; the most at a time is {MAX_CROPS}.")
    return keys | (crop.astype(np.int64) << 3 * AXIS_BITS)


def pyramid(keys: Int64[Any, " voxels"], n_levels: int) -> Pyramid:
    """The kernel maps of the voxels with these ascending keys, and of their parents.

    Parameters
    ----------
    keys
        From `voxel_keys`; a numpy array or a torch tensor, as the maps will be.
    n_levels
        How many; a voxel of each is twice as wide as one of the level before.
    """
    kernels = kernels_of(keys)
    assert bool((keys[1:] > keys[:-1]).all()), "keys must ascend"
    levels, down, parents = [keys], [], []
    for _ in range(n_levels - 1):
        coarse, parent = kernels.unique(_halved(levels[-1]))
        down.append(kernels.kernel_map(levels[-1], _doubled(coarse), OCTANTS))
        levels.append(coarse)
        parents.append(parent)
    around = tuple(kernels.kernel_map(level, level, NEIGHBOURS) for level in levels)
    return Pyramid(tuple(levels), around, tuple(down), tuple(parents))


def _halved(keys: Int64[Any, " voxels"]) -> Int64[Any, " voxels"]:
    """Keys of the parents: each cell halved, the crop kept."""
    cell = keys & _CELL_BITS
    return (keys ^ cell) | ((cell & _EVEN) >> 1)


def _doubled(keys: Int64[Any, " voxels"]) -> Int64[Any, " voxels"]:
    """Keys of the lowest children."""
    cell = keys & _CELL_BITS
    return (keys ^ cell) | (cell << 1)
