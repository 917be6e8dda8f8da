"""Places to ask materials about."""

import numpy as np
import pytest

Surface = tuple[np.ndarray, np.ndarray]


@pytest.fixture
def surface() -> Surface:
    """2000 places and normals scattered over a cube of 2 m."""
    rng = np.random.default_rng(5)
    normals = np.eye(3)[rng.integers(3, size=2000)]
    return rng.uniform(-1, 1, (2000, 3)).astype(np.float32), normals.astype(np.float32)
