"""Everything about a server that can be set."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Where a server keeps its work, who may use it, and how much.

    Attributes
    ----------
    data
        Folder of sessions, uploads and exports; one server at a time.
    segmenter
        Name for `load_segmenter`; None for the best there is.
    hosts
        Names, without port, under which a browser may reach it: what a Host header may say.
    token
        What a client must know; None lets in whoever reaches the socket.
    data_root
        Folder whose scans may be opened by path; None for no paths.
    study
        Folder of a user study whose tasks are worked on here, or None.
    upload_bytes, points, uploads
        The largest file and scan taken, and uploads at a time.
    sessions, sockets
        Sessions held in memory at a time, and browsers on each.
    message_bytes
        The longest WebSocket message or JSON body.
    ops_per_second, burst
        Operations of one client: on average, and at once.
    waiting
        Slow jobs that may wait; more are refused for now.
    hello_s, send_s, idle_s
        Seconds for the first message of a socket, for a client to take what it is sent, and until
        a session that nobody uses leaves memory (not the disk).
    reader_bytes, reader_s
        Memory and processor time of the process that tries out an uploaded file.
    """

    data: Path
    segmenter: str | None = None
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    token: str | None = None
    data_root: Path | None = None
    study: Path | None = None
    upload_bytes: int = 2 << 30
    points: int = 50_000_000
    uploads: int = 8
    sessions: int = 64
    sockets: int = 16
    message_bytes: int = 4 << 20
    ops_per_second: int = 20
    burst: int = 40
    waiting: int = 32
    hello_s: float = 5.0
    send_s: float = 30.0
    idle_s: float = 900.0
    reader_bytes: int = 16 << 30
    reader_s: int = 120
