"""The Python client: what it costs, and that it gives what the package gives."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from serving import RunningServer

from pinpoint3d import Scene, Session, load, load_segmenter
from pinpoint3d.client import Client, ServerError


def test_a_session_over_http_is_one_of_the_package(
    server: RunningServer, scan: Path, scene: Scene, tmp_path: Path
):
    client = Client(f"http://127.0.0.1:{server.port}/")
    session = client.start(client.upload(scan), segmenter="nearest")
    expected = Session(load_segmenter("nearest").encode(scene))
    first = session.click(point=12_000, object=None)
    assert first.object == 1
    session.click(position=scene.xyz[15_000].tolist(), object=2)
    session.click(point=40, object=0)
    session.click(point=12_300, object=1, part=None)
    session.paint([11, 7], object=2)
    session.rename(1, "box")
    session.merge(1, 2)
    session.undo()
    result = session.redo()
    expected.click(point=12_000)
    expected.click(position=scene.xyz[15_000].tolist(), object=2)
    expected.click(point=40, object=0)
    expected.click(point=12_300, object=1, part=1)
    expected.paint([7, 11], object=2)
    expected.rename(1, "box")
    expected.merge(1, 2)
    objects, parts = session.labels()
    assert (objects == expected.masks.object).all()
    assert (parts == expected.masks.part).all()
    [box] = result.objects
    assert (box.name, box.points) == ("box", int(np.count_nonzero(objects == 1)))
    assert box == session.objects()[0]
    session.export(tmp_path / "out.npz")
    saved = load(tmp_path / "out.npz")
    assert saved.labels is not None
    assert (saved.labels.object == objects).all()
    assert session.id in [each["id"] for each in client.sessions()]
    session.lock(1)
    with pytest.raises(ServerError, match="locked") as refused:
        client.session(session.id).click(point=40, object=1)
    assert (refused.value.status, refused.value.code) == (423, "locked")
    session.lock(1, locked=False)
    session.delete(1)
    session.forget()
    with pytest.raises(ServerError) as gone:
        session.undo()
    assert gone.value.status == 410


def test_a_stale_operation_says_where_the_session_is(server: RunningServer, scan: Path):
    session = Client(f"http://127.0.0.1:{server.port}").session(server.open(scan))
    session.click(point=12_000)
    session.undo()
    with pytest.raises(ServerError) as stale:
        session.do({"op": "redo"}, base=1)
    assert (stale.value.code, stale.value.rev) == ("stale", 2)


def test_the_token_is_sent(serve: Callable[..., RunningServer]):
    server = serve(token="secret")
    url = f"http://127.0.0.1:{server.port}"
    assert Client(url, token="secret").sessions() == []
    with pytest.raises(ServerError, match="token"):
        Client(url).sessions()


def test_an_answer_that_is_cut_off_is_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with listening.accept()[0] as asked:
                asked.recv(4096)
                asked.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ServerError, match="no server answers there"):
            Client(f"http://127.0.0.1:{listening.getsockname()[1]}").sessions()
        thread.join()


def test_without_a_server_there_is_one_sentence():
    with pytest.raises(ServerError, match="no server answers there"):
        Client("http://127.0.0.1:9").sessions()


def test_the_client_loads_no_segmenter_and_no_web_framework():
    code = "import json, sys, pinpoint3d.client; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    loaded = set(json.loads(ran.stdout))
    assert loaded.isdisjoint(["torch", "numba", "scipy", "fastapi", "pydantic", "uvicorn"])
