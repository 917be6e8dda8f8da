"""A process that reads a file of strangers, so that it harms no other if the file is evil.

    python -m pinpoint3d.server.reader FILE OPTIONS BYTES SECONDS POINTS FOLDER

Leaves the scene in the folder (`parcel.py`) and prints one JSON object: what is wrong, or nothing.
So the file is parsed once, and the server itself sees plain arrays alone.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pinpoint3d.errors import FileFormatError
from pinpoint3d.server.parcel import pack, unpack
from pinpoint3d.types import Scene

_WAIT_S = 2  # beyond the processor time: for the process to start


def read_apart(
    path: Path,
    options: Mapping[str, Any],
    *,
    kept: Path,
    sha256: str,
    memory: int,
    seconds: int,
    points: int,
) -> Scene:
    """Scene of a file, read in a process of its own with no more memory and time than given.

    Parameters
    ----------
    path, options
        The file, and how `load` opens it.
    kept, sha256
        Where the file will be kept, and its hash: what the scene's source says.
    memory, seconds, points
        Bytes, processor time and points that it may take.

    Raises
    ------
    FileFormatError
        If it cannot be opened like this, in a sentence that names `path` by its last part.
    """
    too_much = FileFormatError(
        f"{path.name}: takes more memory or time to open than is allowed; make it smaller."
    )
    limits = [str(memory), str(seconds), str(points)]
    with TemporaryDirectory(prefix="read-", dir=path.parent) as folder:
        try:
            ran = subprocess.run(
                [
                    *(sys.executable, "-m", "pinpoint3d.server.reader"),
                    *(str(path), json.dumps(dict(options)), *limits, folder),
                ],
                capture_output=True,
                timeout=4 * seconds + _WAIT_S,
                stdin=subprocess.DEVNULL,
                check=False,
            )
            said = json.loads(ran.stdout.splitlines()[-1])
        except (subprocess.TimeoutExpired, ValueError, IndexError):
            raise too_much from None
        if "error" in said:
            raise FileFormatError(said["error"])
        return unpack(Path(folder), path=kept, sha256=sha256, options=options)


def main(arguments: list[str]) -> None:
    """Read the file and say how it went."""
    file, options, memory, seconds, points, folder = arguments
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from pinpoint3d.errors import PinpointError
    from pinpoint3d.files import load

    said = {}
    try:
        scene = load(Path(file), **json.loads(options))
        if len(scene) > int(points):
            said["error"] = (
                f"{Path(file).name}: has {len(scene):,} points, more than the "
                f"{int(points):,} taken here; thin it out."
            )
        else:
            pack(scene, Path(folder))
    except PinpointError as error:
        said["error"] = str(error)
    except MemoryError:
        said["error"] = f"{Path(file).name}: takes more memory than is allowed; make it smaller."
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
