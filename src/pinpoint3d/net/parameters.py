"""How the weights of a network live: one flat dictionary of arrays, named by their path.

The modules of this package (`UNet`, `PointNet2`) are frozen dataclasses that hold no arrays. They
say which parameters they have (`shapes`), and compute (`apply`) from parameters that they are
handed. So one forward pass serves numpy arrays and torch tensors; training optimises the values of
the dictionary; a weights file is that dictionary on disk, and checking it is comparing names and
shapes. Classes of torch would have tied the pass to torch, and a second set of classes for numpy
would have been the same text twice.
"""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Float32, Integer

Parameters = Mapping[str, Any]
"""Arrays by path, such as "encode.1.first.weight"; numpy arrays or torch tensors, not both."""
Shapes = dict[str, tuple[int, ...]]

_SPREAD = 2.0  # of products with random weights, in a network of rectifiers (He et al., 2015)
_NEIGHBOURS = 10  # occupied, of the 27 of a voxel on a surface; an octant list has fewer


@runtime_checkable
class Backbone(Protocol):
    """What turns the features of voxels into features on several levels."""

    def shapes(self) -> Shapes:
        """Name and shape of every parameter."""
        ...

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of the features that `apply` gives, finest level first."""
        ...

    def plan(
        self,
        cells: Integer[np.ndarray, "voxels 3"],
        crop: Integer[np.ndarray, " voxels"] | None = None,
    ) -> Any:
        """Everything that depends on where the voxels are; made once for all layers.

        `cells` are distinct and ascend crop by crop, along x first, as those of
        `pinpoint3d.voxels` do. The plan holds numpy arrays; `kernels_torch.on_device` makes
        tensors of them. Its `parent` says which row of the next level stands for each row.
        """
        ...

    def apply(
        self, parameters: Parameters, x: Float[Any, "voxels channels"], plan: Any
    ) -> tuple[Float[Any, "_ _"], ...]:
        """Features of each level, finest first."""
        ...


def initial(shapes: Shapes, rng: np.random.Generator) -> dict[str, Float32[np.ndarray, "..."]]:
    """Parameters to start training from: random weights, gains of 1 and biases of 0.

    Weights spread so that products keep the size of their input (He et al., "Delving deep into
    rectifiers", 2015, doi 10.1109/ICCV.2015.123). They are drawn in the order of their names.
    """
    parameters = {}
    for name, shape in sorted(shapes.items()):
        if name.endswith("weight"):
            n_inputs = shape[-2] * min(int(np.prod(shape[:-2])), _NEIGHBOURS)
            values = rng.normal(0, np.sqrt(_SPREAD / n_inputs), shape)
        else:
            values = np.full(shape, float(name.endswith("gain")))
        parameters[name] = values.astype(np.float32)
    return parameters


def norm_shapes(name: str, width: int) -> Shapes:
    """The gain and bias of `kernels.normalise` after the layer `name`."""
    return {f"{name}.gain": (width,), f"{name}.bias": (width,)}


def under(parameters: Parameters, prefix: str) -> Parameters:
    """The parameters whose names begin with a prefix, without it."""
    n = len(prefix)
    return {name[n:]: values for name, values in parameters.items() if name.startswith(prefix)}
