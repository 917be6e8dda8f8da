"""Small voxel sets for tests of the network."""

import numpy as np
from hypothesis import strategies as st


def ordered(cells: np.ndarray) -> np.ndarray:
    """Distinct cells, along x first."""
    return np.unique(cells.reshape(-1, 3), axis=0).astype(np.int64)


def bumpy_plane(n: int, seed: int = 0) -> np.ndarray:
    """Cells of a surface of about n x n voxels."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    z = np.rint(2 + 2 * np.sin(x / 4) * np.cos(y / 5) + 0.3 * rng.normal(size=x.shape)).clip(0)
    return ordered(np.stack([x, y, z], axis=-1))


cell_sets = st.lists(st.tuples(*[st.integers(0, 9)] * 3), min_size=1, max_size=60).map(
    lambda cells: ordered(np.array(cells))
)
"""From one voxel to crowded and to scattered ones."""
