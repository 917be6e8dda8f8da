"""Who may talk to the server at all: checked before any route, for HTTP and WebSockets alike.

A page on the internet can make a browser talk to this machine. So the Host header must be a name
of this server (a name rebound to 127.0.0.1 is none), and what changes something, or opens a socket,
must come from this server's own page: its Origin must be the Host. Programs send no Origin.
"""

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from pinpoint3d.server.messages import Code
from pinpoint3d.server.problems import MEDIA_TYPE, RefusedError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "pinpoint3d"
OPEN_PATHS = ("/healthz", "/readyz")  # for whatever watches over the server: they tell nothing
_SAFE = ("GET", "HEAD", "OPTIONS")
_HEADERS = {
    b"content-security-policy": (
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        b"connect-src 'self'; worker-src 'self' blob:; font-src 'self'; base-uri 'none'; "
        b"form-action 'self'; frame-ancestors 'none'"
    ),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}


class Guard:
    """ASGI middleware.

    Parameters
    ----------
    app
        What is guarded.
    hosts
        Names that the Host header may have, without port.
    token
        What clients must know, or None.
    max_body
        The longest body of a request, but for those that `streams` says take more.
    """

    def __init__(
        self,
        app: App,
        *,
        hosts: tuple[str, ...],
        token: str | None,
        max_body: int,
        streams: Callable[[str], bool],
    ) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}
        self._token = token
        self._max_body = max_body
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a connection through, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        try:
            self._check(scope, headers)
        except RefusedError as refusal:
            await _answer(scope, refusal, receive, _with_headers(send))
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        if not self._streams(scope["path"]):
            receive = _bounded(receive, self._max_body)
        try:
            await self._app(scope, receive, _with_headers(send))
        except RefusedError as refusal:  # a body that grew too long while it was read
            await _answer(scope, refusal, receive, _with_headers(send))

    def _check(self, scope: Scope, headers: dict[bytes, str]) -> None:
        host = headers.get(b"host", "").lower()
        if _without_port(host) not in self._hosts:
            raise RefusedError(
                Code.WRONG_HOST, "this server does not go by that name; see --host-name."
            )
        origin = headers.get(b"origin")
        acts = scope["type"] == "websocket" or scope["method"] not in _SAFE
        if acts and origin is not None and urlsplit(origin).netloc.lower() != host:
            raise RefusedError(Code.WRONG_ORIGIN, "another site's page may not use this server.")
        if (
            acts
            and origin is None
            and headers.get(b"sec-fetch-site", "none")
            not in (
                "none",
                "same-origin",
            )
        ):
            raise RefusedError(Code.WRONG_ORIGIN, "another site's page may not use this server.")
        if self._token is not None and scope["path"] not in OPEN_PATHS:
            given = _bearer(headers) or _cookie(headers) or _query_token(scope)
            if not hmac.compare_digest(given.encode(), self._token.encode()):
                raise RefusedError(
                    Code.UNAUTHORISED, "open the address that the server printed, with its token."
                )
        length = headers.get(b"content-length", "0")
        too_long = not length.isdecimal() or int(length) > self._max_body
        if scope["type"] == "http" and too_long and not self._streams(scope["path"]):
            raise RefusedError(Code.TOO_LARGE, f"a body here has at most {self._max_body:,} bytes.")


async def _answer(scope: Scope, refusal: RefusedError, receive: Receive, send: Send) -> None:
    """A refusal as an answer; a socket is closed before it opens, which browsers see as 403."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.problem.code})
        return
    body = refusal.problem.model_dump_json(exclude_none=True).encode()
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    if refusal.problem.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    status = refusal.problem.status
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _with_headers(send: Send) -> Send:
    """`send` that puts the security headers on every answer."""

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message["headers"]}
            more = [(name, value) for name, value in _HEADERS.items() if name not in own]
            message = {**message, "headers": [*message["headers"], *more]}
        await send(message)

    return sending


def _bounded(receive: Receive, most: int) -> Receive:
    """`receive` that refuses a body longer than it said, or of no said length, on the way."""
    seen = 0

    async def receiving() -> MutableMapping[str, Any]:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise RefusedError(Code.TOO_LARGE, f"a body here has at most {most:,} bytes.")
        return message

    return receiving


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def _bearer(headers: dict[bytes, str]) -> str:
    scheme, _, token = headers.get(b"authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _cookie(headers: dict[bytes, str]) -> str:
    try:
        morsel = SimpleCookie(headers.get(b"cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel is not None else ""


def _query_token(scope: Scope) -> str:
    """The token of the printed address, which the first page turns into a cookie."""
    if scope["type"] != "http" or scope["path"] != "/":
        return ""
    text = scope.get("query_string", b"").decode("latin-1")
    return next((part[6:] for part in text.split("&") if part.startswith("token=")), "")
