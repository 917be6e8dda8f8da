"""`pinpoint3d serve` and `pinpoint3d open`: the studio in a browser, or an API for programs.

As in `cli`, each command parses, calls the package, and prints.
"""

import os
import secrets
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import typer

from pinpoint3d.errors import MissingExtraError
from pinpoint3d.terminal import print_line

app = typer.Typer()

_LOOPBACK = ("127.0.0.1", "localhost", "::1")

Scans = Annotated[
    list[Path] | None,
    typer.Argument(help="Scans to open; work on them goes on where it was.", show_default=False),
]
Host = Annotated[str, typer.Option("--host", help="Address to listen on; others need a token.")]
Port = Annotated[int, typer.Option("--port", help="0 takes a free one.", min=0, max=65_535)]
HostName = Annotated[
    list[str] | None,
    typer.Option("--host-name", help="Further name under which browsers reach it."),
]
Data = Annotated[
    Path | None, typer.Option("--data", help="Folder of all work; else in the home folder.")
]
DataRoot = Annotated[
    Path | None, typer.Option("--data-root", help="Folder whose scans may be opened by path.")
]
SegmenterName = Annotated[
    str | None, typer.Option("--segmenter", help="net, graph, nearest, or a weights file.")
]
Study = Annotated[
    Path | None, typer.Option("--study", help="Folder of a user study to be worked on.")
]
Token = Annotated[
    str | None,
    typer.Option("--token", help="What clients must know; else drawn if one is needed."),
]


@app.command("open")
def open_scans(
    scans: Annotated[list[Path], typer.Argument(help="Scans or meshes.", show_default=False)],
    port: Port = 0,
    data: Data = None,
    segmenter: SegmenterName = None,
) -> None:
    """Open scans in the browser and click on them; everything is saved as it is done."""
    serve_studio(scans, port=port, data=data, segmenter=segmenter, browser=True)


@app.command()
def serve(
    scans: Scans = None,
    host: Host = "127.0.0.1",
    port: Port = 8331,
    host_name: HostName = None,
    token: Token = None,
    data: Data = None,
    data_root: DataRoot = None,
    segmenter: SegmenterName = None,
    study: Study = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open a browser on this machine.")
    ] = False,
) -> None:
    """Serve the studio and its API, for this machine or, with a token, for others."""
    serve_studio(
        scans or [],
        host=host,
        port=port,
        data=data,
        host_names=host_name or [],
        token=token,
        data_root=data_root,
        segmenter=segmenter,
        study=study,
        browser=browser,
    )


def serve_studio(
    scans: list[Path],
    *,
    browser: bool,
    host: str = "127.0.0.1",
    port: int = 0,
    data: Path | None = None,
    segmenter: str | None = None,
    host_names: Sequence[str] = (),
    token: str | None = None,
    data_root: Path | None = None,
    study: Path | None = None,
) -> None:
    """Serve until interrupted, and say where; the options are those of the commands.

    Raises
    ------
    MissingExtraError
        If the studio is not installed.
    """
    try:
        from pinpoint3d.server import run
        from pinpoint3d.server.settings import Settings
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("pinpoint3d"):
            raise
        raise MissingExtraError(
            "the studio is not installed; run: pip install 'pinpoint3d[studio]'"
        ) from None
    settings = Settings(
        data=data if data is not None else _home(),
        segmenter=segmenter,
        hosts=(*Settings.hosts, host if ":" not in host else f"[{host}]", *host_names),
        token=token if token is not None or host in _LOOPBACK else secrets.token_hex(16),
        data_root=data_root,
        study=study,
    )

    def on_ready(port: int, sessions: Sequence[str]) -> None:
        for address in _addresses(host, port, settings.token, sessions):
            print_line(f"studio: {address}")
            if browser:
                webbrowser.open(address)
        sys.stdout.flush()

    run.serve(settings, scans, host, port, on_ready)


def has_display() -> bool:
    """Whether a browser that is opened here would be seen."""
    if sys.platform in ("darwin", "win32"):
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _addresses(host: str, port: int, token: str | None, sessions: Sequence[str]) -> list[str]:
    """What to open in a browser: one address a session, or the studio's own."""
    shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)
    base = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"
    queries = [{"session": session} for session in sessions] or [{}]
    secret = {} if token is None else {"token": token}
    return [base + ("?" + urlencode(query | secret) if query | secret else "") for query in queries]


def _home() -> Path:
    """Where programs keep their users' data (XDG)."""
    share = os.environ.get("XDG_DATA_HOME") or Path("~").expanduser() / ".local" / "share"
    return Path(share) / "pinpoint3d" / "studio"
