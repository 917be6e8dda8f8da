"""torch, where it is installed."""

import pytest


@pytest.fixture(scope="session")
def torch():
    """The module; tests that need it are skipped where it is not installed."""
    return pytest.importorskip("torch", reason="torch is not installed (the extra net)")
