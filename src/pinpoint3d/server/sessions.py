"""All sessions of a server: on disk for good, in memory while somebody uses them."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from pinpoint3d.server.identifiers import new_id
from pinpoint3d.server.live import LiveSession
from pinpoint3d.server.messages import Code, SessionInfo
from pinpoint3d.server.oplog import OpLog
from pinpoint3d.server.problems import RefusedError
from pinpoint3d.server.records import (
    LOG,
    SessionRecord,
    mark_deleted,
    read_records,
    was_deleted,
    write_record,
)
from pinpoint3d.server.scenes import SceneStore
from pinpoint3d.server.work import Lane, Work

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Rest:
    """A session that is not in memory: how many operations its log has, and when the last came."""

    rev: int
    modified: str


class Sessions:
    """Sessions by id.

    Parameters
    ----------
    folder
        Where each has its folder.
    scenes, work
        Where scans come from, and where slow things run.
    most
        How many may be in memory.
    idle_s
        Seconds until one that nobody uses leaves memory.
    """

    def __init__(
        self, folder: Path, scenes: SceneStore, work: Work, *, most: int, idle_s: float
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._scenes = scenes
        self._work = work
        self._most = most
        self._idle_s = idle_s
        self._live: dict[str, LiveSession] = {}
        self._opening = asyncio.Lock()
        self._records: dict[str, SessionRecord] = {}
        self._rest: dict[str, _Rest] = {}
        for record in read_records(folder):
            self._records[record.id] = record
            self._rest[record.id] = self._looked_at(record)

    @property
    def live(self) -> Mapping[str, LiveSession]:
        """Sessions in memory."""
        return self._live

    def infos(self) -> list[SessionInfo]:
        """All sessions, the newest first."""
        return [self.info(session_id) for session_id in sorted(self._records, reverse=True)]

    def info(self, session_id: str) -> SessionInfo:
        """A session in a list."""
        record = self._record(session_id)
        live = self._live.get(session_id)
        if live is None:
            rest = self._rest[session_id]
        else:
            last = live.entries_since(live.rev - 1)
            rest = _Rest(live.rev, last[0].at if last else record.created)
        return SessionInfo(
            id=record.id,
            scene=record.scene,
            name=record.name,
            segmenter=record.segmenter,
            rev=rest.rev,
            created=record.created,
            modified=rest.modified,
        )

    async def create(self, scene_id: str, segmenter: str | None) -> LiveSession:
        """A new session on a scan."""
        opened = await self._scenes.open(scene_id)
        engine = await self._scenes.segmenter(segmenter)
        async with self._opening:
            await self._make_room()
        record = SessionRecord(
            id=new_id(),
            name=opened.info.name,
            created=_now(),
            scene=scene_id,
            rows=opened.info.rows,
            segmenter=engine.name,
        )
        await self._work.run(Lane.DISK, write_record, self._folder, record)
        self._records[record.id] = record
        self._rest[record.id] = _Rest(0, record.created)
        return await self.get(record.id)

    def newest_on(self, scene_id: str, segmenter: str) -> str | None:
        """The session last made on a scan with a segmenter."""
        mine = [
            record.id
            for record in self._records.values()
            if record.scene == scene_id and record.segmenter == segmenter
        ]
        return max(mine, default=None)

    async def get(self, session_id: str) -> LiveSession:
        """A session in memory, read from its log where it is not.

        Raises
        ------
        RefusedError
            NOT_FOUND or GONE; NOT_READY if too many others are in use.
        """
        record = self._record(session_id)
        async with self._opening:
            live = self._live.get(session_id)
            if live is not None and not live.has_failed:
                live.used = monotonic()
                return live
            if live is not None:
                await self._close(live)
            await self._make_room()
            self._record(session_id)  # it may have been deleted meanwhile
            log = await self._work.run(Lane.DISK, OpLog, self._folder / session_id / LOG)
            live = LiveSession(record, log, self._scenes, self._work)
            self._live[session_id] = live
            return live

    async def delete(self, session_id: str) -> None:
        """Forget a session and its work."""
        self._record(session_id)
        async with self._opening:
            self._record(session_id)
            live = self._live.get(session_id)
            if live is not None:
                await self._close(live)
            del self._records[session_id]
            await self._work.run(Lane.DISK, mark_deleted, self._folder, session_id)
        if live is not None:
            for listener in live.listeners:
                listener.wake()

    def is_gone(self, session_id: str) -> bool:
        """Whether a session was deleted."""
        return session_id not in self._records

    async def close_idle(self) -> None:
        """Let sessions out of memory that nobody has used for long."""
        async with self._opening:
            for live in self._idle(self._idle_s):
                await self._close(live)
        self._scenes.keep_only({live.record.scene for live in self._live.values()})

    async def close(self) -> None:
        """Let all out of memory."""
        async with self._opening:
            for live in list(self._live.values()):
                await self._close(live)

    async def _make_room(self) -> None:
        """Let the one out that was not used for longest, if there are too many."""
        if len(self._live) < self._most:
            return
        idle = self._idle(0.0)
        if not idle:
            raise RefusedError(
                Code.NOT_READY,
                f"{self._most} sessions are in use, and no more fit; try again soon.",
                retry_after=30,
            )
        await self._close(idle[0])

    def _idle(self, seconds: float) -> list[LiveSession]:
        """Sessions without listeners and not used for so long, the longest first."""
        before = monotonic() - seconds
        free = [s for s in self._live.values() if not s.listeners and s.used <= before]
        return sorted(free, key=lambda s: s.used)

    async def _close(self, live: LiveSession) -> None:
        self._rest[live.record.id] = _Rest(live.rev, self.info(live.record.id).modified)
        await live.close()
        del self._live[live.record.id]

    def _record(self, session_id: str) -> SessionRecord:
        if session_id in self._records:
            return self._records[session_id]
        if was_deleted(self._folder, session_id):
            raise RefusedError(Code.GONE, "this session was deleted.")
        raise RefusedError(Code.NOT_FOUND, "there is no such session.")

    def _looked_at(self, record: SessionRecord) -> _Rest:
        """A session's log, checked when the server starts: a torn end is cut off."""
        log = OpLog(self._folder / record.id / LOG)
        log.close()
        if log.n_cut:
            _logger.warning(
                "session %s: %d bytes of an operation that was never confirmed were cut off",
                record.id,
                log.n_cut,
            )
        modified = log.records[-1]["at"] if log.records else record.created
        return _Rest(len(log.records), modified)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
