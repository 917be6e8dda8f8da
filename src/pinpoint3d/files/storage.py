"""Bytes in and out: bounded reading, and writing that never leaves half a file."""

import lzma
import os
import re
import secrets
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from pinpoint3d.errors import FileAccessError, FileFormatError

MAX_FILE_BYTES = 8 << 30
MAX_POINTS = 200_000_000
HEAD_BYTES = 1 << 16  # what a reader may look at to recognise its format; also the longest header
MAX_RATIO = 300  # of unpacked to packed bytes: scans reach 10, only bombs go further
PACKED_CHUNK = 1 << 16  # bytes unpacked at a time: what is behind a stream's end is copied
_ZEROS = re.compile(rb"\0*")
LZMA_MEMORY = 1 << 28  # bytes: `xz -9` needs 65 MiB to unpack


def read_bytes(path: Path) -> bytes:
    """Whole content of a file, at most `MAX_FILE_BYTES`.

    Raises
    ------
    FileAccessError
        If it is missing, is no ordinary file, or may not be read.
    FileFormatError
        If it is empty or too large.
    """
    try:
        if path.is_dir():
            raise FileAccessError(f"{path}: is a folder; name a file in it.")
        if not path.exists():
            raise FileAccessError(f"{path}: there is no such file.")
        if not path.is_file():
            raise FileAccessError(f"{path}: is no ordinary file; copy it to one first.")
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > MAX_FILE_BYTES:
                raise FileFormatError(
                    f"{path.name}: has {size:,} bytes, more than the {MAX_FILE_BYTES:,} that can "
                    "be opened; split it first."
                )
            content = stream.read(size)
    except PermissionError:
        raise FileAccessError(f"{path}: may not be read; change its permissions.") from None
    except OSError as error:
        if isinstance(error, FileAccessError):
            raise
        raise FileAccessError(f"{path}: cannot be read ({error.strerror}).") from None
    if not content:
        raise FileFormatError(f"{path.name}: is empty; copy it again.")
    return content


def unpacked(content: bytes, path: Path) -> tuple[bytes, Path]:
    """Content of a .gz or .xz wrapper and its inner name; other files as they are.

    Raises
    ------
    FileFormatError
        If the wrapper is damaged, or holds more than `MAX_RATIO` times its own size.
    """
    for suffix, magic, decoder in (
        (".gz", b"\x1f\x8b", _GzipDecoder),
        (".xz", b"\xfd7zXZ\x00", _xz_decoder),
    ):
        if content.startswith(magic):
            inner = _unpacked(content, decoder, path)
            return inner, path.with_suffix("") if path.suffix.lower() == suffix else path
    return content, path


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _GzipDecoder:
    """zlib's decoder under the names that lzma's has."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(data, max_length)


def _xz_decoder() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, LZMA_MEMORY)


def _unpacked(content: bytes, decoder_of: Callable[[], _Decoder], path: Path) -> bytes:
    limit = min(MAX_RATIO * len(content) + HEAD_BYTES, MAX_FILE_BYTES)
    pieces, size, position = [], 0, 0
    # packed files may be many streams (bgzip makes one of every 64 KiB), and padded with zeros
    while (position := _after_zeros(content, position)) < len(content):
        decoder = decoder_of()
        while not decoder.eof:
            packed = content[position : position + PACKED_CHUNK]
            if not packed:
                raise FileFormatError(f"{path.name}: ends in the middle; copy it again.")
            try:
                pieces.append(decoder.decompress(packed, limit - size + 1))
            except (zlib.error, lzma.LZMAError, MemoryError) as error:
                raise FileFormatError(
                    f"{path.name}: cannot be unpacked ({error}); copy it again."
                ) from None
            size += len(pieces[-1])
            if size > limit:
                raise FileFormatError(
                    f"{path.name}: unpacks to over {limit:,} bytes, which no scan does; "
                    "unpack it yourself if you trust it."
                )
            position += len(packed) - len(decoder.unused_data)
    return b"".join(pieces)


def _after_zeros(content: bytes, position: int) -> int:
    match = _ZEROS.match(content, position)
    assert match is not None  # it matches none, too
    return match.end()


def is_same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same place, through links too; it need not exist."""
    try:
        return os.path.realpath(one) == os.path.realpath(other)
    except ValueError:  # a zero byte, which no path has
        return False


def write_atomically(path: Path, chunks: Iterable[bytes]) -> None:
    """Write to a temporary file beside `path` and rename it there once all is on disk.

    Whatever interrupts it, `path` holds either what it held before or all of the new content.

    Raises
    ------
    FileAccessError
        If the folder is missing or may not be written.
    """
    if not path.name or "\0" in str(path):
        raise FileAccessError(f"{str(path)!r}: is no name for a file; give another one.")
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        if path.is_dir():
            raise FileAccessError(f"{path}: is a folder; name a file in it.")
        # "x" never follows a link or reuses a file; the permissions are those of any new file
        with temporary.open("xb") as stream:
            for chunk in chunks:
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
            if path.exists():
                temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
    except OSError as error:
        if isinstance(error, FileAccessError):
            raise
        raise FileAccessError(
            f"{path}: cannot be written ({error.strerror or error}); "
            "check the folder and the space left."
        ) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
