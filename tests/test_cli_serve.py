"""`pinpoint3d serve` and `pinpoint3d open`: what is refused, and what is printed to be opened."""

import fcntl
import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from pinpoint3d import Scene, save

PROGRAM = [sys.executable, "-c", "from pinpoint3d.cli import main; main()"]


def refused(*arguments: str) -> str:
    """What is said on standard error."""
    ran = subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 2, ran.stderr
    assert not ran.stdout
    return ran.stderr


def test_a_scan_that_is_not_there_is_refused(tmp_path: Path):
    said = refused("open", str(tmp_path / "absent.ply"), "--data", str(tmp_path / "data"))
    assert "there is no such file" in said
    assert said.count("\n") == 1


def test_a_port_in_use_is_refused(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refused("serve", "--port", port, "--data", str(tmp_path / "data"))
    assert f"127.0.0.1:{port}: cannot be listened on" in said


def test_a_data_folder_in_use_is_refused(tmp_path: Path):
    with (tmp_path / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        said = refused("serve", "--port", "0", "--data", str(tmp_path))
    assert "another server works in this folder" in said


def hear_interrupts() -> None:
    """In a background job they are ignored, and so they would be by the server."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
def test_another_address_needs_a_token_and_the_printed_one_has_it(tmp_path: Path):
    save(Scene([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]), None, tmp_path / "a.ply")
    arguments = ["serve", str(tmp_path / "a.ply"), "--host", "0.0.0.0", "--port", "0"]
    with subprocess.Popen(
        [*PROGRAM, *arguments, "--data", str(tmp_path / "data"), "--segmenter", "nearest"],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        base, _, query = address.partition("?")
        values = dict(part.split("=") for part in query.split("&"))
        assert set(values) == {"session", "token"}
        assert len(values["token"]) == 32
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{base}api/v1/sessions")
        request = urllib.request.Request(f"{base}api/v1/sessions")
        request.add_header("Authorization", f"Bearer {values['token']}")
        with urllib.request.urlopen(request) as answer:
            assert [each["id"] for each in json.load(answer)] == [values["session"]]
        server.send_signal(signal.SIGINT)
        assert server.wait(60) == 130


@pytest.mark.slow
def test_the_demo_can_end_in_the_studio(tmp_path: Path):
    with subprocess.Popen(
        [*PROGRAM, "demo", "--serve", "--out", str(tmp_path / "demo")],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=hear_interrupts,
    ) as server:
        assert server.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("studio: "):
            lines.append(server.stdout.readline())
            assert lines[-1], "it ended before it served"
        assert any("chair" in line for line in lines)  # the table comes first
        base, _, query = lines[-1].split()[-1].partition("?")
        with urllib.request.urlopen(f"{base}api/v1/sessions") as answer:
            [session] = json.load(answer)
        assert (session["name"], f"session={session['id']}") == ("room.ply", query)
        server.send_signal(signal.SIGINT)
        assert server.wait(60) == 130
