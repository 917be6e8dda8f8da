"""Running a server in this process: one port, one folder, until it is told to stop."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from pinpoint3d.errors import FileAccessError
from pinpoint3d.server.app import create_app
from pinpoint3d.server.services import Services, running
from pinpoint3d.server.settings import Settings

_PING_S = 15.0
_DEAD_S = 30.0
_LEAVE_S = 10


def serve(
    settings: Settings,
    scans: Sequence[Path],
    host: str,
    port: int,
    on_ready: Callable[[int, list[str]], None],
) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    settings
        Everything but the address.
    scans
        Files to open: for each a session, the last one on it where there is one.
    host, port
        The address; port 0 takes a free one.
    on_ready
        Called with the port and the sessions' ids once connections are taken.

    Raises
    ------
    PinpointError
        If the address or the data folder is in use, or a scan cannot be opened.
    """
    with _listening(host, port) as listening:
        asyncio.run(_serve(settings, scans, listening, on_ready))


async def _serve(
    settings: Settings,
    scans: Sequence[Path],
    listening: socket.socket,
    on_ready: Callable[[int, list[str]], None],
) -> None:
    async with running(settings) as services:
        sessions = [await _session_on(services, scan) for scan in scans]
        server = http_server(services, lambda: on_ready(listening.getsockname()[1], sessions))
        await server.serve(sockets=[listening])


def http_server(services: Services, on_ready: Callable[[], None]) -> uvicorn.Server:
    """Uvicorn's server for a server's application; `on_ready` is called once it takes connections.

    Dead browsers are found by pings; labels are sent as they are, for they are packed already.
    """
    config = uvicorn.Config(
        create_app(services),
        lifespan="off",
        log_level="warning",
        access_log=False,
        ws="websockets-sansio",
        ws_per_message_deflate=False,  # 25 times slower on frames
        ws_max_size=services.settings.message_bytes,
        ws_ping_interval=_PING_S,
        ws_ping_timeout=_DEAD_S,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_LEAVE_S,
    )
    return _Server(config, on_ready)


async def _session_on(services: Services, scan: Path) -> str:
    """The last session on a scan, or a new one."""
    opened = await services.scenes.add(scan, {}, scan.name)
    engine = await services.scenes.segmenter(services.settings.segmenter)
    known = services.sessions.newest_on(opened.id, engine.name)
    if known is not None:
        await services.sessions.get(known)
        return known
    return (await services.sessions.create(opened.id, engine.name)).record.id


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is there."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(256)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or error
        raise FileAccessError(
            f"{host}:{port}: cannot be listened on ({reason}); give another --port."
        ) from None
    return listening
