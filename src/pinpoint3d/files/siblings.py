"""Files that a scan names beside itself: materials, textures, buffers.

A name inside a file is written by whoever made the file, so it is followed only to an ordinary file
in the same folder or below it; never elsewhere by "..", an absolute path, a link or a URL.
"""

import re
from pathlib import Path
from urllib.parse import unquote

from pinpoint3d.errors import FileFormatError

SHOWN = 80  # characters of a name in a message; repr keeps control characters out of it


def read_sibling(path: Path, name: str, limit: int) -> bytes:
    """Content of the file `name` beside `path`.

    Raises
    ------
    FileFormatError
        If there is none, the name leads out of the folder, or the file has over `limit` bytes.
    """
    content, reason = sibling_or_reason(path, name, limit)
    if content is None:
        raise FileFormatError(
            f"{path.name}: needs {name[:SHOWN]!r}, which {reason}; put that file beside it."
        )
    return content


def sibling_or_reason(path: Path, name: str, limit: int) -> tuple[bytes | None, str]:
    """Content of the file `name` beside `path`, or None and why: "is not beside it", for example.

    A name is tried as it stands and then with its percent escapes undone, as in a URI.
    """
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", name):
        return None, "is no file of its folder"
    reason = "is not beside it"
    for spelling in dict.fromkeys((name, unquote(name))):
        try:
            folder = path.parent.resolve()
            target = (folder / spelling.replace("\\", "/")).resolve()
            if not target.is_relative_to(folder):
                reason = "lies outside its folder"
            elif target.is_file():
                if target.stat().st_size > limit:
                    return None, f"has over {limit:,} bytes"
                return target.read_bytes(), ""
        except (OSError, ValueError):  # a name no file system takes, or one that may not be read
            continue
    return None, reason
