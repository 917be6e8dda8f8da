"""Paths that clients name, held inside the one folder they may look into."""

from pathlib import Path

from pinpoint3d.server.messages import Code
from pinpoint3d.server.problems import RefusedError


def inside(root: Path | None, given: str) -> Path:
    """A file in `root`, symlinks followed, or a refusal.

    What lies outside and what does not exist are refused in the same words.
    """
    if root is None:
        raise RefusedError(
            Code.NOT_ALLOWED, "this server opens no files by path; start it with --data-root."
        )
    missing = RefusedError(Code.NOT_FOUND, "there is no such file in the data root.")
    try:
        root = root.resolve(strict=True)
        path = (root / given).resolve(strict=True)
        if not path.is_relative_to(root) or not path.is_file():
            raise missing
    except (OSError, ValueError, RuntimeError):
        raise missing from None
    return path
