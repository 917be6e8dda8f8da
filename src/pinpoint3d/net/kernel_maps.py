"""Which rows of one level feed which rows of another: the index lists of a sparse convolution.

`KernelMap` is what both forms of the kernels read. It holds numpy arrays or torch tensors alike.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Int32, Int64

ROWS = 512  # rows of the output worked on at a time: with their inputs they stay in a 1 MB cache


@dataclass(frozen=True)
class KernelMap:
    """Pairs (row of the input, row of the output) of each offset of a kernel, P pairs in all.

    Within an offset the pairs ascend in both rows, and no row occurs twice in either.

    Attributes
    ----------
    source, target
        Row of the input and of the output of each pair, offset after offset. int32 (P,).
    starts
        Where each offset's pairs begin, and where the last one's end.
    n_source, n_target
        Rows of the input and of the output.
    """

    source: Int32[Any, " pairs"]
    target: Int32[Any, " pairs"]
    starts: tuple[int, ...]
    n_source: int
    n_target: int

    @cached_property
    def transposed(self) -> "KernelMap":
        """The same pairs with input and output exchanged: the way gradients and up-steps go."""
        return KernelMap(self.target, self.source, self.starts, self.n_target, self.n_source)

    @cached_property
    def blocks(self) -> Int64[np.ndarray, "offsets edges"]:
        """Where each offset's pairs of each `ROWS` rows of the output begin; not on CUDA."""
        target = np.asarray(self.target)
        edges = np.arange(0, self.n_target + ROWS, ROWS)
        return np.stack(
            [
                start + np.searchsorted(target[start:end], edges)
                for start, end in pairwise(self.starts)
            ]
        )
