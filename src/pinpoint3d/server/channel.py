"""One browser on one session, over a WebSocket.

Acknowledgements and refusals are sent in their order. Labels and state are not queued: whenever
the client has taken what it was sent, it gets the newest, as the difference to what it has where
that is known. So a slow client skips states and never holds up the others.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import TypeAdapter, ValidationError

from pinpoint3d.server.live import LiveSession
from pinpoint3d.server.messages import (
    Ack,
    ClickOp,
    ClientMessage,
    Code,
    DoOp,
    Hello,
    Message,
    Ping,
    Pong,
    Progress,
    Refusal,
    Resync,
    Stale,
    Welcome,
)
from pinpoint3d.server.metrics import Metrics
from pinpoint3d.server.problems import RefusedError
from pinpoint3d.server.settings import Settings

CLOSE_GOING_AWAY = 1001
CLOSE_TOO_SLOW = 1013
CLOSE_NO_HELLO = 4401
CLOSE_GONE = 4410
MOST_WAITING = 1000  # messages: a client that takes none for so long has died

_CLIENT: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)


class TokenBucket:
    """How often something may happen: on average, and at once."""

    def __init__(self, per_second: int, burst: int) -> None:
        self._rate = per_second
        self._burst = burst
        self._left = float(burst)
        self._at = monotonic()

    def take(self) -> bool:
        """Whether it may happen now; counts it if so."""
        now = monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Channel:
    """A socket that has been accepted.

    Parameters
    ----------
    socket
        The WebSocket.
    session
        What it is on.
    welcome
        The answer to its hello.
    settings
        Limits and time-outs.
    is_gone
        Whether the session was deleted.
    metrics
        Where times are counted.
    """

    def __init__(
        self,
        socket: WebSocket,
        session: LiveSession,
        welcome: Welcome,
        settings: Settings,
        is_gone: Callable[[], bool],
        metrics: Metrics,
    ) -> None:
        self._socket = socket
        self._session = session
        self._welcome = welcome
        self._settings = settings
        self._is_gone = is_gone
        self._metrics = metrics
        self._out: deque[Message | bytes] = deque()
        self._labels_rev: int | None = None  # what the client's labels are
        self._state_rev: int | None = None
        self._progress: Progress | None = None
        self._woken = asyncio.Event()
        self._unanswered: deque[tuple[int, float]] = deque()  # revisions, and when they came
        self._readings: asyncio.Task[None] | None = None
        self._bucket = TokenBucket(settings.ops_per_second, settings.burst)

    def wake(self) -> None:
        """There is something to send."""
        self._woken.set()

    async def serve(self) -> None:
        """Talk until one of both leaves."""
        try:
            async with asyncio.timeout(self._settings.hello_s):
                hello = _CLIENT.validate_json(await self._socket.receive_text())
        except (TimeoutError, ValidationError, KeyError):  # the last where it came as bytes
            hello = None
        except WebSocketDisconnect:
            return
        if not isinstance(hello, Hello):
            await self._socket.close(CLOSE_NO_HELLO, "say hello first")
            return
        colours = self._session.colours
        if colours is not None and hello.rev == colours.rev:
            self._labels_rev = hello.rev
        self._send(self._welcome)
        self._session.listeners.add(self)
        tasks = {asyncio.create_task(self._receive()), asyncio.create_task(self._deliver())}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._session.listeners.discard(self)
            self._session.used = monotonic()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            error = task.exception()
            if error is not None and not isinstance(error, WebSocketDisconnect | RuntimeError):
                raise error

    async def _receive(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                received = _CLIENT.validate_json(message.get("text") or "")
            except ValidationError as error:
                self._refuse(None, RefusedError(Code.BAD_REQUEST, _first_fault(error)))
                continue
            await self._take(received)
            if len(self._out) > MOST_WAITING:
                await self._socket.close(CLOSE_TOO_SLOW, "too slow")
                return

    async def _take(self, message: ClientMessage) -> None:
        match message:
            case DoOp():
                if self._bucket.take():
                    await self._do(message)
                else:
                    self._refuse(
                        message.key,
                        RefusedError(Code.BUSY, "too many at once; wait a second.", retry_after=1),
                    )
            case Resync():
                self._labels_rev = None
                self._state_rev = None
                self.wake()
            case Ping():
                self._send(Pong())
            case Hello():
                self._refuse(None, RefusedError(Code.BAD_REQUEST, "hello is said once."))

    async def _do(self, message: DoOp) -> None:
        started = monotonic()
        try:
            ack = await self._session.submit(message.key, message.base, message.op)
        except RefusedError as refusal:
            problem = refusal.problem
            if problem.code is Code.STALE:
                ops = problem.ops or []
                self._send(Stale(key=message.key, rev=problem.rev or 0, ops=ops))
            else:
                self._refuse(message.key, refusal)
            return
        self._metrics.acknowledged(monotonic() - started)
        self._unanswered.append((ack.rev, started))
        self._send(ack)
        if isinstance(message.op, ClickOp) and self._session.is_first_click(message.op, ack):
            self._readings = asyncio.create_task(self._send_candidates(message.op, ack))

    async def _send_candidates(self, op: ClickOp, ack: Ack) -> None:
        await self._session.answered(ack.rev)
        self._out.append(await self._session.candidates(op, ack))
        self.wake()

    def _send(self, message: Message) -> None:
        self._out.append(message)
        self.wake()

    def _refuse(self, key: str | None, refusal: RefusedError) -> None:
        self._send(Refusal(key=key, problem=refusal.problem))

    async def _deliver(self) -> None:
        """Send what waits, then labels and state if there are newer ones, and wait again."""
        while True:
            self._woken.clear()
            if self._is_gone():
                await self._socket.close(CLOSE_GONE, "the session was deleted")
                return
            try:
                while self._out:
                    await self._write(self._out.popleft())
                await self._write_news()
            except TimeoutError:
                await self._socket.close(CLOSE_TOO_SLOW, "too slow")
                return
            await self._woken.wait()

    async def _write_news(self) -> None:
        progress, colours = self._session.progress, self._session.colours
        if progress != self._progress:
            self._progress = progress
            await self._write(progress)
        if colours is not None and self._labels_rev != colours.rev:
            frame = colours.delta if self._labels_rev == colours.base_rev else colours.whole()
            self._labels_rev = colours.rev
            await self._write(frame)
            while self._unanswered and self._unanswered[0][0] <= colours.rev:
                self._metrics.answered(monotonic() - self._unanswered.popleft()[1])
        answer = self._session.answer
        if answer is not None and self._state_rev != answer.rev == self._labels_rev:
            self._state_rev = answer.rev
            await self._write(answer.state)

    async def _write(self, message: Message | bytes) -> None:
        async with asyncio.timeout(self._settings.send_s):
            if isinstance(message, bytes):
                await self._socket.send_bytes(message)
            else:
                await self._socket.send_text(message.model_dump_json())


def _first_fault(error: ValidationError) -> str:
    """One sentence of what is wrong with a message, without what was in it."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(step) for step in fault["loc"]) or "the message"
    return f"{where}: {fault['msg']}."
