"""A U-Net of sparse convolutions: fine features of every voxel, with the view of a coarse one.

`UNet.apply` reads top to bottom. Rows are normalised one by one (LayerNorm), so that what a voxel
gets depends on its surroundings alone, and not on how much of a scene was encoded with it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Integer

from pinpoint3d.errors import SegmenterError
from pinpoint3d.net.kernel_maps import KernelMap
from pinpoint3d.net.parameters import Parameters, Shapes, norm_shapes
from pinpoint3d.net.sparse import Pyramid, kernels_of, pyramid, voxel_keys

MAX_LEVELS = 8  # a cell of the coarsest is then 128 voxels wide
MAX_CHANNELS = 1024  # a file that asks for more asks for gigabytes


@dataclass(frozen=True)
class UNet:
    """A backbone with one residual block a level on the way down, and one on the way up.

    Choy, Gwak and Savarese, "4D spatio-temporal ConvNets", 2019, doi 10.1109/CVPR.2019.00319,
    with fewer blocks, and steps between levels by octant: each child has its own weights.

    Parameters
    ----------
    n_inputs
        Channels of the voxels.
    channels
        Channels of each level, finest first.
    """

    n_inputs: int
    channels: tuple[int, ...] = (32, 64, 96, 128, 128)

    def __post_init__(self) -> None:
        sizes = (self.n_inputs, *self.channels)
        if not (
            1 <= len(self.channels) <= MAX_LEVELS and all(1 <= n <= MAX_CHANNELS for n in sizes)
        ):
            raise SegmenterError(
                f"a U-Net of {self.n_inputs} inputs and channels {self.channels}; give 1 to "
                f"{MAX_LEVELS} levels of 1 to {MAX_CHANNELS} channels."
            )

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of the features that `apply` gives, finest level first."""
        return self.channels

    def shapes(self) -> Shapes:
        """Name and shape of every parameter."""
        c = self.channels
        shapes = _layer_shapes("stem", 27, self.n_inputs, c[0]) | _block_shapes("encode.0", c[0])
        for level in range(1, len(c)):
            shapes |= _layer_shapes(f"encode.{level}.down", 8, c[level - 1], c[level])
            shapes |= _block_shapes(f"encode.{level}", c[level])
            shapes |= _layer_shapes(f"decode.{level - 1}.up", 8, c[level], c[level - 1])
            shapes |= _block_shapes(f"decode.{level - 1}", c[level - 1], 2 * c[level - 1])
        return shapes

    def plan(
        self,
        cells: Integer[np.ndarray, "voxels 3"],
        crop: Integer[np.ndarray, " voxels"] | None = None,
    ) -> Pyramid:
        """Kernel maps of the voxels, for every level."""
        return pyramid(voxel_keys(cells, crop), len(self.channels))

    def apply(
        self, parameters: Parameters, x: Float[Any, "voxels channels"], plan: Pyramid
    ) -> tuple[Float[Any, "_ _"], ...]:
        """Features of each level, finest first."""
        kernels = kernels_of(x)
        x = _layer(parameters, "stem", x, plan.around[0])
        x = _block(parameters, "encode.0", x, plan.around[0])
        skips = [x]
        for level, down in enumerate(plan.down, start=1):
            x = _layer(parameters, f"encode.{level}.down", x, down)
            x = _block(parameters, f"encode.{level}", x, plan.around[level])
            skips.append(x)
        features = [skips.pop()]
        for level in reversed(range(len(plan.down))):
            up = _layer(parameters, f"decode.{level}.up", features[-1], plan.down[level].transposed)
            x = kernels.concatenate(up, skips.pop())
            features.append(_block(parameters, f"decode.{level}", x, plan.around[level]))
        return tuple(reversed(features))


def _layer(parameters: Parameters, name: str, x: Any, maps: KernelMap, residual: Any = None) -> Any:
    """A convolution, normalised and rectified; `residual` is added before it is rectified."""
    kernels = kernels_of(x)
    x = kernels.convolve(x, parameters[f"{name}.weight"], maps)
    return kernels.normalise(x, parameters[f"{name}.gain"], parameters[f"{name}.bias"], residual)


def _layer_shapes(name: str, n_offsets: int, n_in: int, n_out: int) -> Shapes:
    return {f"{name}.weight": (n_offsets, n_in, n_out)} | norm_shapes(name, n_out)


def _block(parameters: Parameters, name: str, x: Any, maps: KernelMap) -> Any:
    """Two convolutions and the input, which is brought to their width where it has another."""
    skip = parameters.get(f"{name}.skip.weight")
    residual = x if skip is None else x @ skip
    x = _layer(parameters, f"{name}.first", x, maps)
    return _layer(parameters, f"{name}.second", x, maps, residual)


def _block_shapes(name: str, width: int, n_in: int | None = None) -> Shapes:
    shapes = _layer_shapes(f"{name}.first", 27, n_in or width, width)
    shapes |= _layer_shapes(f"{name}.second", 27, width, width)
    return shapes if n_in is None else shapes | {f"{name}.skip.weight": (n_in, width)}
