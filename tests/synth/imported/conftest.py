"""The real collections, loaded once."""

from pathlib import Path

import pytest

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.imported.collections import load


@pytest.fixture(scope="session")
def real_assets(shared: Path) -> tuple[tuple[Asset, ...], tuple[Asset, ...]]:
    """Those for training and those for validation."""
    folder = shared / "data" / "parts"
    return load(folder, subset="train"), load(folder, subset="val")
