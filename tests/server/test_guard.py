"""Who may talk to the server: names, origins, tokens, on every method and on sockets."""

import itertools
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from serving import RunningServer
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pinpoint3d.server.guard import OPEN_PATHS

HOSTS = {
    "127.0.0.1:{port}": True,
    "localhost:{port}": True,
    "[::1]:{port}": True,
    "localhost": True,
    "evil.example:{port}": False,
    "127.0.0.1.evil.example:{port}": False,
    "localhost.evil.example": False,
    "": False,
}
ORIGINS = {
    None: True,
    "http://127.0.0.1:{port}": True,
    "http://127.0.0.1:1": False,
    "http://localhost:{port}": False,  # not the name it was asked under
    "https://evil.example": False,
    "http://127.0.0.1:{port}.evil.example": False,
    "null": False,
}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("host", HOSTS)
def test_only_names_of_the_server_are_answered(server: RunningServer, host: str, method: str):
    answer = server.request(
        method, "/api/v1/sessions", headers={"Host": host.format(port=server.port)}
    )
    assert (answer.status_code != 421) == HOSTS[host]


@pytest.mark.parametrize(
    ("origin", "method"), list(itertools.product(ORIGINS, ["GET", "POST", "PUT", "DELETE"]))
)
def test_only_the_server_s_own_page_may_change_anything(
    server: RunningServer, origin: str | None, method: str
):
    headers = {} if origin is None else {"Origin": origin.format(port=server.port)}
    answer = server.request(method, "uploads/0", headers=headers)
    assert (answer.status_code != 403) == (method == "GET" or ORIGINS[origin])


def test_another_site_s_form_is_refused_by_what_the_browser_says(server: RunningServer):
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = server.request("POST", "sessions", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "wrong_origin"


@pytest.mark.parametrize("origin", ORIGINS)
def test_only_the_server_s_own_page_opens_a_socket(
    server: RunningServer, scan: Path, origin: str | None
):
    session = server.open(scan)
    given = None if origin is None else origin.format(port=server.port)
    url = f"ws://127.0.0.1:{server.port}/api/v1/sessions/{session}/ws"
    refused = pytest.raises(InvalidStatus, match="403")
    with nullcontext() if ORIGINS[origin] else refused, connect(url, origin=given):  # pyright: ignore[reportArgumentType]  # Origin is a str
        pass


def test_a_socket_under_another_name_is_refused(server: RunningServer, scan: Path):
    handshake = {
        "Host": "evil.example",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    path = f"sessions/{server.open(scan)}/ws"
    assert server.request("GET", path, headers=handshake).status_code == 403


def test_with_a_token_nothing_is_answered_without_it(serve: Callable[..., RunningServer]):
    server = serve(token="secret")
    paths = server.paths()
    assert len(paths) > 10
    for path in paths:
        answer = server.request("GET", path.replace("{", "").replace("}", ""))
        assert (answer.status_code == 401) == (path not in OPEN_PATHS), path
    for given in ("Bearer wrong", "Bearer", "secret", "Basic secret"):
        answer = server.request("GET", "sessions", headers={"Authorization": given})
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthorised"
    answer = server.request("GET", "sessions", headers={"Authorization": "Bearer secret"})
    assert answer.status_code == 200


def test_a_socket_needs_the_token_too(serve: Callable[..., RunningServer], scan: Path):
    server = serve(token="secret")
    url = f"ws://127.0.0.1:{server.port}/api/v1/sessions/{server.open(scan)}/ws"
    with pytest.raises(InvalidStatus, match="403"), connect(url):
        pass
    with connect(url, additional_headers={"Cookie": "pinpoint3d=secret"}) as ws:
        ws.send('{"type": "hello"}')
        assert "welcome" in str(ws.recv(timeout=30))


def test_the_printed_address_becomes_a_cookie_and_one_without_the_token(
    serve: Callable[..., RunningServer],
):
    server = serve(token="secret")
    answer = server.request("GET", "/?session=abc&token=secret")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?session=abc"
    cookie = answer.headers["set-cookie"]
    assert "pinpoint3d=secret" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert server.request("GET", "/?token=wrong").status_code == 401


def test_every_answer_has_the_headers_that_hold_a_page_back(server: RunningServer):
    for path in ("/", "/docs", "/healthz", "/api/v1/sessions", "/nothing"):
        headers = server.request("GET", path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "'unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("announced", [True, False])
def test_a_long_body_is_refused(serve: Callable[..., RunningServer], announced: bool):
    server = serve(message_bytes=1000)
    body = b'{"scene": "' + b"a" * 2000 + b'"}'
    pieces = body if announced else (body[i : i + 100] for i in range(0, len(body), 100))
    headers = {"Content-Type": "application/json"}
    answer = server.request("POST", "sessions", content=pieces, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_a_socket_that_says_no_hello_is_closed(serve: Callable[..., RunningServer], scan: Path):
    server = serve(hello_s=0.05)
    url = f"ws://127.0.0.1:{server.port}/api/v1/sessions/{server.open(scan)}/ws"
    for said in (None, "[]", '{"type": "ping"}', b"\x00"):
        with connect(url) as ws:
            if said is not None:
                ws.send(said)
            assert server.close_code(ws) == 4401


def test_only_so_many_browsers_are_on_a_session(serve: Callable[..., RunningServer], scan: Path):
    server = serve(sockets=1)
    session = server.open(scan)
    url = f"ws://127.0.0.1:{server.port}/api/v1/sessions/{session}/ws"
    with server.browser(session), connect(url) as ws:
        assert server.close_code(ws) == 1013


def test_too_many_operations_at_once_are_refused_for_now(
    serve: Callable[..., RunningServer], scan: Path
):
    server = serve(ops_per_second=1, burst=3)
    with server.browser(server.open(scan)) as browser:
        keys = [
            browser.ask({"op": "click", "row": 9_000 + i, "object": 1, "part": 0}) for i in range(5)
        ]
        for key in keys[:3]:
            browser.wait_for(lambda key=key: browser.find("ack", key))
        refusal = browser.wait_for(lambda: browser.find("error", keys[4]))
        assert refusal["problem"]["code"] == "busy"
        assert refusal["problem"]["retry_after"] >= 1


def test_what_is_no_message_is_refused_in_a_sentence(server: RunningServer, scan: Path):
    with server.browser(server.open(scan)) as browser:
        for said in ("", "nonsense", "[1]", '{"type": "op"}', '{"type": "hello"}'):
            browser.ws.send(said)
            refusal = browser.wait_for(lambda: browser.find("error"))
            assert refusal["problem"]["code"] == "bad_request"
            assert refusal["problem"]["detail"].endswith(".")
        browser.send({"type": "ping"})
        browser.wait_for(lambda: browser.find("pong"))
