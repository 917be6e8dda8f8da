"""Where compiled code is kept between runs, so that only the first run on a machine waits for it.

numba keeps it beside the source file, or else in the user's cache folder; where it may write to
neither (a read-only installation run by a user without a home, as in many containers) it refuses
to compile at all. `find_cache_folder` names a place for that case.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISDIR

VARIABLE = "NUMBA_CACHE_DIR"


def find_cache_folder() -> None:
    """Set `NUMBA_CACHE_DIR` where numba would find no folder; otherwise change nothing."""
    if VARIABLE in os.environ or _writable(Path(__file__).parent) or _writable(_user_cache()):
        return
    os.environ[VARIABLE] = str(_private_folder())
    if "numba" in sys.modules:  # it has read its environment already
        sys.modules["numba"].config.CACHE_DIR = os.environ[VARIABLE]


def _user_cache() -> Path:
    """The folder in which numba makes its own; the home folder stands for it off Linux."""
    home = Path("~").expanduser()
    if sys.platform in ("win32", "darwin"):
        return home
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")


def _writable(folder: Path) -> bool:
    """Whether files can be made in `folder`, or it can be made itself."""
    for place in (folder, *folder.parents):
        if place.exists():
            return place.is_dir() and os.access(place, os.W_OK)
    return False


def _private_folder() -> Path:
    """A folder under the system's temporary one that is this user's alone.

    Code is loaded from it, so one that another user made or may write to is not trusted, and a
    fresh one is made for this run.
    """
    import tempfile  # costs as much as the rest of `import pinpoint3d`, and is rarely needed

    user = os.getuid()
    folder = Path(tempfile.gettempdir()) / f"pinpoint3d-{user}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    state = folder.lstat()
    if S_ISDIR(state.st_mode) and state.st_uid == user and not S_IMODE(state.st_mode) & 0o077:
        return folder
    return Path(tempfile.mkdtemp(prefix="pinpoint3d-"))
