"""Bytes in and out: bounded reading, and writing that never leaves half a file."""

import gzip
import io
import lzma
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from pinpoint3d.errors import FileAccessError, FileFormatError

MAX_FILE_BYTES = 8 << 30
MAX_POINTS = 200_000_000
HEAD_BYTES = 1 << 16  # what a reader may look at to recognise its format; also the longest header
MAX_RATIO = 300  # of unpacked to packed bytes: scans reach 10, only bombs go further
_PACKED = {".gz": (b"\x1f\x8b", gzip.open), ".xz": (b"\xfd7zXZ\x00", lzma.open)}


def read_bytes(path: Path) -> bytes:
    """Whole content of a file, at most `MAX_FILE_BYTES`.

    Raises
    ------
    FileAccessError
        If it is missing, is no ordinary file, or may not be read.
    FileFormatError
        If it is empty or too large.
    """
    if path.is_dir():
        raise FileAccessError(f"{path}: is a folder; name a file in it.")
    if not path.exists():
        raise FileAccessError(f"{path}: there is no such file.")
    if not path.is_file():
        raise FileAccessError(f"{path}: is no ordinary file; copy it to one first.")
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise FileFormatError(
                f"{path.name}: has {size:,} bytes, more than the {MAX_FILE_BYTES:,} that can be "
                "opened; split it first."
            )
        content = path.read_bytes()
    except PermissionError:
        raise FileAccessError(f"{path}: may not be read; change its permissions.") from None
    except OSError as error:
        raise FileAccessError(f"{path}: cannot be read ({error.strerror}).") from None
    if not content:
        raise FileFormatError(f"{path.name}: is empty; copy it again.")
    return content


def unpacked(content: bytes, path: Path) -> tuple[bytes, Path]:
    """Content of a .gz or .xz wrapper and its inner name; other files as they are."""
    for suffix, (magic, open_) in _PACKED.items():
        if content.startswith(magic):
            limit = min(MAX_RATIO * len(content) + HEAD_BYTES, MAX_FILE_BYTES)
            try:
                with open_(io.BytesIO(content)) as stream:
                    inner = stream.read(limit + 1)
            except (OSError, EOFError, lzma.LZMAError) as error:
                raise FileFormatError(
                    f"{path.name}: cannot be unpacked ({error}); copy it again."
                ) from None
            if len(inner) > limit:
                raise FileFormatError(
                    f"{path.name}: unpacks to over {limit:,} bytes, which no scan does; "
                    "unpack it yourself if you trust it."
                )
            return inner, path.with_suffix("") if path.suffix.lower() == suffix else path
    return content, path


def write_atomically(path: Path, chunks: Iterable[bytes]) -> None:
    """Write to a temporary file beside `path` and rename it there once all is on disk.

    Whatever interrupts it, `path` holds either what it held before or all of the new content.

    Raises
    ------
    FileAccessError
        If the folder is missing or may not be written.
    """
    if path.is_dir():
        raise FileAccessError(f"{path}: is a folder; name a file in it.")
    try:
        with NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".part", delete=False
        ) as temporary:
            try:
                for chunk in chunks:
                    temporary.write(chunk)
                temporary.flush()
                os.fsync(temporary.fileno())
                os.fchmod(temporary.fileno(), _usual_mode(path))
                temporary.close()
                Path(temporary.name).replace(path)
            except BaseException:
                with suppress(OSError):
                    Path(temporary.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        if isinstance(error, FileAccessError):
            raise
        raise FileAccessError(
            f"{path}: cannot be written ({error.strerror}); check the folder and the space left."
        ) from None


def _usual_mode(path: Path) -> int:
    """Permissions of the file that is replaced, or those of a new file."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
