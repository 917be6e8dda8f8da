"""Features of all levels of a backbone, brought together on its finest."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int32

from pinpoint3d.net.parameters import Parameters, Shapes
from pinpoint3d.net.sparse import kernels_of


def level_shapes(name: str, widths: Sequence[int], width: int) -> Shapes:
    """The parameters of `blended`, for a backbone of some widths."""
    return {f"{name}.{level}.weight": (n, width) for level, n in enumerate(widths)}


def level_rows(plan: Any, n_nodes: int) -> tuple[Int32[np.ndarray, " nodes"], ...]:
    """Row of each level that stands for each node, finest level left out."""
    rows, row = [], np.arange(n_nodes, dtype=np.int32)
    for parent in plan.parent:
        row = np.asarray(parent)[row]
        rows.append(row)
    return tuple(rows)


def blended(
    parameters: Parameters,
    name: str,
    levels: Sequence[Float[Any, "_ _"]],
    rows: Sequence[Int32[Any, " nodes"]],
) -> Float[Any, "nodes width"]:
    """Sum over levels of what each says of a node, through weights of its own."""
    kernels = kernels_of(levels[0])
    both = levels[0] @ parameters[f"{name}.0.weight"]
    for level, row in enumerate(rows, start=1):
        both = both + kernels.gather(levels[level] @ parameters[f"{name}.{level}.weight"], row)
    return both
