"""Segment a scan over HTTP with nothing but the standard library, as any language could.

A server is started here so that the example stands alone; yours may run anywhere.
`pinpoint3d.client` does the same in fewer lines.
"""

import json
import subprocess
import sys
import tempfile
import urllib.request
from typing import Any
from uuid import uuid4

from pinpoint3d import bundled_scan


def ask(url: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    """JSON answer to a GET, or to a POST of JSON."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


program = [sys.executable, "-c", "from pinpoint3d.cli import main; main()"]
with (
    tempfile.TemporaryDirectory() as data,
    subprocess.Popen(
        [*program, "serve", str(bundled_scan()), "--port", "0", "--data", data],
        stdout=subprocess.PIPE,
        text=True,
    ) as server,
):
    assert server.stdout is not None
    address = server.stdout.readline().split()[-1]  # "studio: http://127.0.0.1:PORT/?session=ID"
    base = address.partition("?")[0] + "api/v1"

    [session] = ask(f"{base}/sessions")
    print(f"{session['name']}, {session['segmenter']} segmenter")

    # Each operation has a key of its own, so that sending it again after a lost answer is harmless.
    ops = f"{base}/sessions/{session['id']}/ops"
    for click in json.loads(bundled_scan().with_name("room.clicks.json").read_text())["clicks"]:
        op = {"op": "click", "row": click["point"], "object": click["object"]}
        headers = {"If-Match": "*", "Idempotency-Key": uuid4().hex}
        ask(ops, op | {"part": click["part"]}, **headers)

    for row in ask(f"{base}/sessions/{session['id']}/state")["objects"]:
        print(f"object {row['object']}: {row['points']:,} points, {len(row['parts'])} parts")

    server.terminate()
