"""What all requests share: settings, scans, sessions, and the threads behind them."""

import asyncio
import fcntl
import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from fastapi import Request, WebSocket

from pinpoint3d.errors import FileAccessError
from pinpoint3d.server.desk import Desk
from pinpoint3d.server.exports import Exports
from pinpoint3d.server.messages import Limits
from pinpoint3d.server.metrics import Metrics
from pinpoint3d.server.scenes import SceneStore
from pinpoint3d.server.sessions import Sessions
from pinpoint3d.server.settings import Settings
from pinpoint3d.server.uploads import Uploads
from pinpoint3d.server.work import Work

_logger = logging.getLogger(__name__)
LEAST_DISK = 64 << 20  # bytes: with less, the server says that it is not ready
_PROBE_S = 0.25
_SWEEP_S = 20.0


@dataclass
class Services:
    """The parts of a running server. `is_ready` once the model is loaded."""

    settings: Settings
    work: Work
    scenes: SceneStore
    sessions: Sessions
    uploads: Uploads
    exports: Exports
    metrics: Metrics
    desk: Desk | None
    is_ready: bool = False

    @property
    def limits(self) -> Limits:
        """What clients are told of the settings."""
        return Limits(
            upload_bytes=self.settings.upload_bytes,
            points=self.settings.points,
            message_bytes=self.settings.message_bytes,
            ops_per_second=self.settings.ops_per_second,
        )

    def has_disk(self) -> bool:
        """Whether there is room for more work."""
        return shutil.disk_usage(self.settings.data).free > LEAST_DISK


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Services]:
    """Services of a server, from its start to its orderly end.

    Raises
    ------
    FileAccessError
        If another server works in the same data folder.
    """
    with _folder_for_one(settings.data):
        work = Work(settings.waiting)
        scenes = SceneStore(settings.data, work, max_points=settings.points)
        sessions = Sessions(
            settings.data / "sessions",
            scenes,
            work,
            most=settings.sessions,
            idle_s=settings.idle_s,
        )
        services = Services(
            settings=settings,
            work=work,
            scenes=scenes,
            sessions=sessions,
            uploads=Uploads(settings, scenes, work),
            exports=Exports(settings.data / "exports", work),
            metrics=Metrics(),
            desk=None
            if settings.study is None
            else Desk(settings.study, settings.data, scenes, sessions, work),
        )
        tasks = [
            asyncio.create_task(_load_model(services)),
            asyncio.create_task(_probe_loop(services)),
            asyncio.create_task(_sweep(services)),
        ]
        try:
            yield services
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if services.desk is not None:
                await services.desk.close()
            await sessions.close()
            await asyncio.to_thread(work.close)


def services_of(connection: Request) -> Services:
    """Services of the server that a request came to."""
    return connection.app.state.services


def services_of_socket(connection: WebSocket) -> Services:
    """Services of the server that a socket came to."""
    return connection.app.state.services


async def _load_model(services: Services) -> None:
    await services.scenes.segmenter(services.settings.segmenter)
    services.is_ready = True


async def _probe_loop(services: Services) -> None:
    """Measure how late the event loop wakes up."""
    while True:
        before = monotonic()
        await asyncio.sleep(_PROBE_S)
        services.metrics.lagged(max(0.0, monotonic() - before - _PROBE_S))


async def _sweep(services: Services) -> None:
    while True:
        await asyncio.sleep(_SWEEP_S)
        try:
            await services.sessions.close_idle()
        except Exception:
            _logger.exception("idle sessions could not be closed")


@contextmanager
def _folder_for_one(folder: Path) -> Iterator[None]:
    """The data folder, made where it is missing and kept for this process alone.

    The kernel lets go of the lock when a process ends, however it does.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = (folder / "lock").open("w")
    except OSError as error:
        raise FileAccessError(
            f"{folder}: cannot be worked in ({error.strerror}); give another --data."
        ) from None
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FileAccessError(
                f"{folder}: another server works in this folder; stop it, or give another --data."
            ) from None
        yield
