"""A real server on a free port, in a thread of this process, and browsers for it."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from pinpoint3d.server.app import create_app
from pinpoint3d.server.display import Display
from pinpoint3d.server.frames import Labels, decode, labels_of
from pinpoint3d.server.identifiers import new_id
from pinpoint3d.server.run import http_server
from pinpoint3d.server.services import Services, running
from pinpoint3d.server.settings import Settings

WAIT_S = 60.0


@dataclass
class RunningServer:
    """A server that answers, and a client for it."""

    services: Services
    port: int
    loop: asyncio.AbstractEventLoop
    headers: dict[str, str] = field(default_factory=dict)

    def request(self, method: str, path: str, **values: Any) -> httpx.Response:
        """One request; paths without a leading slash are under the API."""
        path = path if path.startswith("/") else f"/api/v1/{path}"
        headers = {**self.headers, **values.pop("headers", {})}
        return httpx.request(
            method,
            f"http://127.0.0.1:{self.port}{path}",
            timeout=WAIT_S,
            headers=headers,
            **values,
        )

    def open(self, scan: Path, segmenter: str = "nearest") -> str:
        """Id of a new session on a file."""

        async def start() -> str:
            opened = await self.services.scenes.add(scan, {}, scan.name)
            return (await self.services.sessions.create(opened.id, segmenter)).record.id

        return self.run(start())

    def do(self, session: str, op: dict[str, Any], base: str = "*", key: str | None = None):
        """An operation over REST."""
        return self.request(
            "POST",
            f"sessions/{session}/ops",
            json=op,
            headers={"If-Match": base, "Idempotency-Key": key or new_id()},
        )

    def labels(self, session: str) -> Labels:
        """Labels in the file's order."""
        answer = self.request("GET", f"sessions/{session}/labels?order=file")
        return labels_of(decode(answer.content)[0])

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """What something gives that runs on the server's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(WAIT_S)

    def scene_of(self, session: str) -> str:
        """Id of a session's scan."""
        return self.services.sessions.info(session).scene

    def display(self, session: str) -> Display:
        """Display order of a session's scan."""
        return self.run(self.services.scenes.open(self.scene_of(session))).display

    def paths(self) -> list[str]:
        """All paths that can be asked for, of the studio's pages and of the API."""
        described = create_app(self.services).openapi()["paths"]
        return ["/", "/docs", "/openapi.json", "/assets/a.js", "/a.svg"] + [
            path for path, methods in described.items() if "get" in methods
        ]

    @staticmethod
    def close_code(ws: ClientConnection) -> int | None:
        """Why the server closes a socket, once it does."""
        try:
            while True:
                ws.recv(timeout=WAIT_S)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None

    @contextmanager
    def browser(self, session: str) -> "Iterator[Browser]":
        """A WebSocket client on a session, as the studio is one."""
        url = f"ws://127.0.0.1:{self.port}/api/v1/sessions/{session}/ws"
        with connect(url, max_size=None, subprotocols=["pinpoint3d.v1"]) as ws:  # pyright: ignore[reportArgumentType]  # Subprotocol is a str
            yield Browser(ws)


class Browser:
    """What the studio keeps of a session: it says hello, and follows what it is told."""

    def __init__(self, ws: ClientConnection) -> None:
        self.ws = ws
        self.state: dict[str, Any] = {"rev": -1}
        self.labels: Labels | None = None
        self.labels_rev = -1
        self.others: list[dict[str, Any]] = []
        self.candidates: list[bytes] = []
        self.send({"type": "hello"})
        self.welcome = self.wait_for(lambda: self.find("welcome"))
        self.wait_for(lambda: self.state["rev"] >= 0 or None)

    def send(self, message: dict[str, Any]) -> None:
        self.ws.send(json.dumps(message))

    def receive(self) -> None:
        """Take one message."""
        message = self.ws.recv(timeout=WAIT_S)
        if isinstance(message, str):
            body = json.loads(message)
            if body["type"] == "state":
                self.state = body
            else:
                self.others.append(body)
            return
        frame, rest = decode(message)
        assert not rest
        if frame.kind.name == "CANDIDATES":
            self.candidates.append(message)
            return
        assert not frame.delta or frame.base_rev == self.labels_rev
        self.labels = labels_of(frame, self.labels)
        self.labels_rev = frame.rev

    def find(self, kind: str, key: str | None = None) -> dict[str, Any] | None:
        """The first message of a kind (about a key), if it has come; takes it out."""
        for i, body in enumerate(self.others):
            if body["type"] == kind and key in (None, body.get("key")):
                return self.others.pop(i)
        return None

    def wait_for(self, found: Callable[[], Any]) -> Any:
        """What `found` gives, once it is not None."""
        while (value := found()) is None:
            self.receive()
        return value

    def ask(self, op: dict[str, Any], base: int | None = None, key: str | None = None) -> str:
        """Send an operation; returns its key."""
        key = key or new_id()
        self.send({"type": "op", "key": key, "base": base, "op": op})
        return key

    def do(self, op: dict[str, Any], base: int | None = None) -> dict[str, Any]:
        """Send an operation and wait for its acknowledgement."""
        key = self.ask(op, base)
        return self.wait_for(lambda: self.find("ack", key))

    def follow(self, rev: int) -> None:
        """Wait until labels and state are of a revision, or later."""
        self.wait_for(lambda: (self.state["rev"] >= rev and self.labels_rev >= rev) or None)


def start_server(settings: Settings) -> tuple[RunningServer, Callable[[], None]]:
    """A server in a thread, and what stops it."""
    started: list[RunningServer] = []
    failed: list[BaseException] = []
    ready = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    leave: list[Callable[[], None]] = []

    async def main() -> None:
        async with running(settings) as services:
            loop = asyncio.get_running_loop()
            port = listening.getsockname()[1]
            started.append(RunningServer(services, port, loop))
            http = http_server(services, ready.set)
            leave.append(lambda: setattr(http, "should_exit", True))
            await http.serve(sockets=[listening])

    def run() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:  # noqa: BLE001  # given to the test below
            failed.append(error)
            ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(WAIT_S)

    def stop() -> None:
        for each in leave:
            each()
        thread.join(WAIT_S)
        listening.close()
        assert not thread.is_alive()

    if failed:
        stop()
        raise failed[0]
    return started[0], stop
