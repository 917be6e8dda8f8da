"""Exports: each format comes back with the session's labels on the file's own rows."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from serving import RunningServer

from pinpoint3d import load, open_session
from pinpoint3d.files.clicks import read_clicks


def exported(server: RunningServer, session: str, wanted: str) -> bytes:
    begun = server.request("POST", f"sessions/{session}/exports", json={"format": wanted})
    assert begun.status_code == 202
    path = f"exports/{begun.json()['id']}"
    while (state := server.request("GET", path).json())["state"] in ("waiting", "running"):
        time.sleep(0.02)
    assert state["state"] == "done", state["detail"]
    answer = server.request("GET", f"{path}/file")
    assert len(answer.content) == state["bytes"]
    part = server.request("GET", f"{path}/file", headers={"Range": "bytes=2-5"})
    assert part.status_code == 206
    assert part.content == answer.content[2:6]
    return answer.content


@pytest.fixture(scope="module")
def worked_on(server: RunningServer, scan: Path) -> str:
    session = server.open(scan)
    server.do(session, {"op": "click", "row": 12_000, "object": 1, "part": 2})
    server.do(session, {"op": "click", "row": 40, "object": 0})
    server.do(session, {"op": "rename", "object": 1, "name": "box"})
    return session


@pytest.mark.parametrize("wanted", ["ply", "npz", "pcd"])
def test_labels_come_back(server: RunningServer, worked_on: str, tmp_path: Path, wanted: str):
    path = tmp_path / f"out.{wanted}"
    path.write_bytes(exported(server, worked_on, wanted))
    saved = load(path).labels
    assert saved is not None
    expected = server.labels(worked_on)
    assert (saved.object == expected.object).all()
    assert (saved.part == expected.part).all()


def test_a_project_goes_on_in_python(
    server: RunningServer, worked_on: str, scan: Path, tmp_path: Path
):
    with zipfile.ZipFile(io.BytesIO(exported(server, worked_on, "project"))) as archive:
        archive.extractall(tmp_path)
    [project] = tmp_path.glob("*.pinpoint.json")
    session = open_session(project, scene=load(scan))
    assert np.array_equal(session.masks.object, server.labels(worked_on).object)
    assert session.names == {"1": "box"}


def test_clicks_come_back(server: RunningServer, worked_on: str, tmp_path: Path):
    (tmp_path / "clicks.json").write_bytes(exported(server, worked_on, "clicks"))
    clicked = read_clicks(tmp_path / "clicks.json")
    assert [(click.point, click.object, click.part) for click in clicked.clicks] == [
        (12_000, 1, 2),
        (40, 0, 0),
    ]
    assert clicked.names == {"1": "box"}


def test_an_export_whose_scan_is_gone_fails_in_a_sentence(
    serve: Callable[..., RunningServer], scan: Path, tmp_path: Path
):
    copy = tmp_path / "copy.ply"
    copy.write_bytes(scan.read_bytes())
    server = serve()
    session = server.open(copy)
    server.do(session, {"op": "click", "row": 12_000, "object": 1})
    copy.unlink()
    begun = server.request("POST", f"sessions/{session}/exports", json={"format": "ply"}).json()
    path = f"exports/{begun['id']}"
    while (state := server.request("GET", path).json())["state"] in ("waiting", "running"):
        time.sleep(0.02)
    assert state["state"] == "failed"
    assert str(tmp_path) not in state["detail"]
    assert server.request("GET", f"{path}/file").status_code == 422
