"""The scan that comes with the package, and where it lies."""

from pathlib import Path


def bundled_scan() -> Path:
    """Path of the bundled scan, a made room with its truth; its clicks lie beside it."""
    return Path(__file__).with_name("room.ply")
