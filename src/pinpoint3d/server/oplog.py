"""A session's log: records that are on disk before anybody is told of them.

A record is a u32 length, a u32 crc32 of the text (both little endian), and the text, a JSON object.
What a crash left half written at the end is cut off when the log is opened.
"""

import json
import os
import struct
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pinpoint3d.server.messages import Code
from pinpoint3d.server.problems import RefusedError

_HEAD = struct.Struct("<II")
MAX_RECORD = 64 << 20


class OpLog:
    """An open log, for one process.

    Attributes
    ----------
    records
        What it held when it was opened.
    n_cut
        Bytes of a torn record that were cut off then.
    """

    def __init__(self, path: Path) -> None:
        existed = path.exists()
        self._file = path.open("r+b" if existed else "x+b", buffering=0)
        content = self._file.readall() if existed else b""
        self.records, self._end = _records(content or b"")
        self.n_cut = len(content or b"") - self._end
        if self.n_cut:
            self._file.truncate(self._end)
        self._file.seek(self._end)
        if not existed:
            sync_folder(path.parent)

    def append(self, record: Mapping[str, Any]) -> None:
        """Write a record and have it on disk.

        Raises
        ------
        RefusedError
            If the disk is full or fails; the log is as before then.
        """
        text = json.dumps(record, separators=(",", ":"), allow_nan=False).encode()
        content = _HEAD.pack(len(text), zlib.crc32(text)) + text
        try:
            written = 0
            while written < len(content):
                written += self._file.write(content[written:]) or 0
            os.fdatasync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):  # a tail that cannot be cut now is cut on opening
                self._file.truncate(self._end)
                self._file.seek(self._end)
            raise RefusedError(
                Code.DISK_FULL,
                f"nothing was saved ({error.strerror}); make room on the server's disk.",
            ) from None
        self._end += len(content)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _records(content: bytes) -> tuple[list[dict[str, Any]], int]:
    """Whole records from the start, and where they end."""
    records, end = [], 0
    while end + _HEAD.size <= len(content):
        length, crc = _HEAD.unpack_from(content, end)
        start = end + _HEAD.size
        text = content[start : start + length]
        if not 0 < length <= MAX_RECORD or len(text) < length or zlib.crc32(text) != crc:
            break
        records.append(json.loads(text))
        end = start + length
    return records, end
