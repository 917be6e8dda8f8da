"""Files that clients send, a piece at a time, and what becomes of them.

Nothing of a client's name gets into a path but its suffix. A file is kept under its hash, once a
process of its own has read it.
"""

import asyncio
import hashlib
import re
import shutil
import unicodedata
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO

from pinpoint3d.errors import FileFormatError
from pinpoint3d.server.identifiers import new_id
from pinpoint3d.server.messages import Code, NewUpload, Upload
from pinpoint3d.server.problems import RefusedError
from pinpoint3d.server.reader import read_apart
from pinpoint3d.server.scenes import OpenScene, SceneStore
from pinpoint3d.server.settings import Settings
from pinpoint3d.server.work import Lane, Work
from pinpoint3d.types import Scene

CHUNK = 8 << 20
ABANDONED_S = 3600.0
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,7})?\.[a-z0-9]{1,7}$")
_STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@dataclass
class _Incoming:
    """An upload under way."""

    id: str
    label: str
    size: int
    sha256: str | None
    path: Path
    offset: int = 0
    touched: float = field(default_factory=monotonic)
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)


class Uploads:
    """Uploads of a server.

    Parameters
    ----------
    settings
        Its limits and its data folder.
    scenes, work
        Where scans go, and where slow things run.
    """

    def __init__(self, settings: Settings, scenes: SceneStore, work: Work) -> None:
        self._settings = settings
        self._scenes = scenes
        self._work = work
        self._incoming: dict[str, _Incoming] = {}
        self._arriving = settings.data / "uploads"
        shutil.rmtree(self._arriving, ignore_errors=True)  # of a server that was stopped
        self._arriving.mkdir(parents=True)
        self._kept = settings.data / "files"
        self._kept.mkdir(exist_ok=True)

    def begin(self, wanted: NewUpload) -> Upload:
        """Make room for a file."""
        limits = self._settings
        if wanted.bytes > limits.upload_bytes:
            raise RefusedError(
                Code.TOO_LARGE, f"the largest file taken has {limits.upload_bytes:,} bytes."
            )
        self.drop_abandoned()
        if len(self._incoming) >= limits.uploads:
            raise RefusedError(
                Code.BUSY, f"{limits.uploads} uploads are under way; wait for one.", retry_after=10
            )
        if shutil.disk_usage(limits.data).free < 2 * wanted.bytes:
            raise RefusedError(Code.DISK_FULL, "the server's disk has no room for this file.")
        upload_id = new_id()
        suffix = _SUFFIX.search(wanted.name.lower())
        path = self._arriving / f"{upload_id}{suffix.group() if suffix else ''}"
        path.touch()
        mine = _Incoming(upload_id, label_of(wanted.name), wanted.bytes, wanted.sha256, path)
        self._incoming[upload_id] = mine
        return _shown(mine)

    def get(self, upload_id: str) -> Upload:
        """How far an upload is."""
        return _shown(self._find(upload_id))

    async def receive(self, upload_id: str, offset: int, body: AsyncIterator[bytes]) -> None:
        """Take a piece of a file, which must begin where the last one ended."""
        mine = self._find(upload_id)
        async with mine.busy:
            if offset != mine.offset:
                raise RefusedError(
                    Code.WRONG_OFFSET, f"{mine.offset} bytes are here; go on from there."
                )
            stream = await self._work.run(Lane.DISK, mine.path.open, "r+b")
            try:
                await self._work.run(Lane.DISK, stream.seek, offset)
                async for piece in body:
                    mine.touched = monotonic()
                    if mine.offset + len(piece) > mine.size:
                        raise RefusedError(
                            Code.TOO_LARGE, f"more came than the {mine.size:,} bytes announced."
                        )
                    await self._work.run(Lane.DISK, _write, stream, piece)
                    mine.offset += len(piece)
            finally:
                await self._work.run(Lane.DISK, stream.close)

    async def finish(self, upload_id: str, options: Mapping[str, Any]) -> OpenScene:
        """Open a file that is all here; it is gone if it cannot be opened."""
        mine = self._find(upload_id)
        async with mine.busy:
            if mine.offset != mine.size:
                raise RefusedError(
                    Code.WRONG_OFFSET, f"{mine.offset:,} of {mine.size:,} bytes are here; send on."
                )
            self._work.check_free(Lane.FILES)
            try:
                scene = await self._work.run(Lane.FILES, self._keep, mine, options)
                return await self._scenes.add_read(scene, mine.label)
            finally:
                self._drop(mine)

    def cancel(self, upload_id: str) -> None:
        """Forget an upload."""
        self._drop(self._find(upload_id))

    def drop_abandoned(self) -> None:
        """Forget uploads of which nothing has come for long."""
        before = monotonic() - ABANDONED_S
        for mine in list(self._incoming.values()):
            if mine.touched < before and not mine.busy.locked():
                self._drop(mine)

    def _keep(self, mine: _Incoming, options: Mapping[str, Any]) -> Scene:
        """Read a file and keep it, or refuse it; the scene's source is where it is kept."""
        with mine.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if mine.sha256 not in (None, digest):
            raise RefusedError(Code.UNREADABLE, "the file was damaged on its way; send it again.")
        kept = self._kept / f"{digest}{mine.path.name.removeprefix(mine.id)}"
        try:
            scene = read_apart(
                mine.path,
                options,
                kept=kept,
                sha256=digest,
                memory=self._settings.reader_bytes,
                seconds=self._settings.reader_s,
                points=self._settings.points,
            )
        except FileFormatError as error:
            detail = str(error).replace(mine.path.name, mine.label)
            raise RefusedError(Code.UNREADABLE, detail) from None
        mine.path.replace(kept)
        return scene

    def _find(self, upload_id: str) -> _Incoming:
        if upload_id not in self._incoming:
            raise RefusedError(Code.NOT_FOUND, "there is no such upload; begin it again.")
        return self._incoming[upload_id]

    def _drop(self, mine: _Incoming) -> None:
        self._incoming.pop(mine.id, None)
        mine.path.unlink(missing_ok=True)


def label_of(name: str) -> str:
    """What a client calls a file, as text that steers nothing and names no folder."""
    text = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    text = "".join(c for c in text if unicodedata.category(c) not in _STEERING).strip()
    return text[:200] or "scan"


def _shown(mine: _Incoming) -> Upload:
    return Upload(id=mine.id, chunk=CHUNK, offset=mine.offset)


def _write(stream: BinaryIO, piece: bytes) -> None:
    try:
        stream.write(piece)
        stream.flush()
    except OSError as error:
        raise RefusedError(
            Code.DISK_FULL, f"the file cannot be kept ({error.strerror}); make room."
        ) from None
