"""A process that opens a file nobody has opened before, so that it harms no other if it is evil.

    python -m pinpoint3d.server.tryout FILE OPTIONS BYTES SECONDS POINTS

Prints one JSON object: how many points there are, or what is wrong in a sentence.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pinpoint3d.errors import FileFormatError

_WAIT_S = 2  # beyond the processor time: for the process to start


def check_opens(
    path: Path, options: Mapping[str, Any], *, memory: int, seconds: int, points: int
) -> None:
    """Open a file in a process of its own, with no more memory and time than given.

    Raises
    ------
    FileFormatError
        If it cannot be opened like this, in a sentence that names `path` by its last part.
    """
    arguments = [str(path), json.dumps(dict(options)), str(memory), str(seconds), str(points)]
    too_much = FileFormatError(
        f"{path.name}: takes more memory or time to open than is allowed; make it smaller."
    )
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "pinpoint3d.server.tryout", *arguments],
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


def main(arguments: list[str]) -> None:
    """Open the file and say how it went."""
    file, options, memory, seconds, points = arguments
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from pinpoint3d.errors import PinpointError
    from pinpoint3d.files import load

    try:
        scene = load(Path(file), **json.loads(options))
    except PinpointError as error:
        said = {"error": str(error)}
    except MemoryError:
        said = {"error": f"{Path(file).name}: takes more memory than is allowed; make it smaller."}
    else:
        said = {"points": len(scene)}
        if len(scene) > int(points):
            said = {
                "error": f"{Path(file).name}: has {len(scene):,} points, more than the "
                f"{int(points):,} taken here; thin it out."
            }
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
