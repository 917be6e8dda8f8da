"""A small client for the server: sessions from Python without the studio.

It needs nothing but the standard library and numpy, no web framework and no segmenter.
`docs/http-api.md` describes what it speaks.
"""

import http.client
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

import numpy as np
from jaxtyping import Int32

from pinpoint3d.errors import PinpointError
from pinpoint3d.server.frames import decode, labels_of

WAIT_S = 120.0


class ServerError(PinpointError):
    """What the server refused, in its own sentence.

    Attributes
    ----------
    status, code
        HTTP status and the problem's code; 0 and "unreachable" where no server answered.
    rev
        Where the session stands, if the operation was stale.
    retry_after
        Seconds until it may be tried again, or None.
    """

    def __init__(
        self,
        detail: str,
        *,
        status: int = 0,
        code: str = "unreachable",
        rev: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.rev = rev
        self.retry_after = retry_after


@dataclass(frozen=True)
class Part:
    """A named part of an object."""

    part: int
    name: str | None
    points: int
    clicks: int
    confidence: float | None
    iou: float | None


@dataclass(frozen=True)
class Object:
    """An object and its parts; `iou` only where the scan holds its own labels."""

    object: int
    name: str | None
    points: int
    clicks: int
    confidence: float | None
    iou: float | None
    locked: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Result:
    """What an operation came to: the revision, the target with new ids, and all objects."""

    rev: int
    object: int | None
    part: int | None
    objects: tuple[Object, ...]


class Client:
    """A server.

    Parameters
    ----------
    url
        Its address, "http://127.0.0.1:8331" for example.
    token
        What it asks for, or None.
    """

    def __init__(self, url: str = "http://127.0.0.1:8331", token: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._token = token

    def upload(self, scan: str | Path, *, units: str | None = None, up: str | None = None) -> str:
        """Send a scan; returns the id under which sessions are opened on it."""
        path = Path(scan)
        begun = self.ask("POST", "uploads", {"name": path.name, "bytes": path.stat().st_size})
        offset = 0
        with path.open("rb") as stream:
            while piece := stream.read(begun["chunk"]):
                self.send("PUT", f"uploads/{begun['id']}?offset={offset}", piece)
                offset += len(piece)
        options = {k: v for k, v in (("units", units), ("up", up)) if v is not None}
        return self.ask("POST", f"uploads/{begun['id']}/done", options)["id"]

    def start(self, scene: str, *, segmenter: str | None = None) -> "ClientSession":
        """A new session on a scan."""
        made = self.ask("POST", "sessions", {"scene": scene, "segmenter": segmenter})
        return ClientSession(self, made["id"])

    def session(self, session_id: str) -> "ClientSession":
        """A session that is there already."""
        return ClientSession(self, self.ask("GET", f"sessions/{quote(session_id)}")["id"])

    def sessions(self) -> list[dict[str, Any]]:
        """All sessions, the newest first, as the server describes them."""
        return self.ask("GET", "sessions")

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """JSON answer to a request under /api/v1, None where there is none."""
        content = None if body is None else json.dumps(body).encode()
        more = {} if body is None else {"Content-Type": "application/json"}
        answer = self.send(method, path, content, {**more, **(headers or {})})
        return json.loads(answer) if answer else None

    def send(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Bytes that answer a request under /api/v1.

        Raises
        ------
        ServerError
            If the server cannot be reached, or refuses.
        """
        request = urllib.request.Request(  # the address is the caller's own
            f"{self._url}/api/v1/{path}", data=content, headers=dict(headers or {}), method=method
        )
        if self._token is not None:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None
        except (OSError, ValueError, http.client.HTTPException) as error:  # the last: cut off
            raise ServerError(f"{self._url}: no server answers there ({error}).") from None


class ClientSession:
    """A session on a server. Points are rows of the scan's file.

    Every method waits until its operation is on the server's disk and its masks are computed.
    """

    def __init__(self, client: Client, session_id: str) -> None:
        self._client = client
        self.id = session_id

    def click(
        self,
        *,
        point: int | None = None,
        position: Sequence[float] | None = None,
        object: int | None = 1,
        part: int | None = 0,
        negative: bool = False,
        granularity: float | None = None,
    ) -> Result:
        """Click on a row or at a world position; `object` or `part` None makes a new one."""
        op = {
            "op": "click",
            "row": point,
            "position": None if position is None else [float(v) for v in position],
            "object": object,
            "part": part,
            "negative": negative,
            "granularity": granularity,
        }
        return self.do({key: v for key, v in op.items() if v is not None or key in _NULLABLE})

    def paint(self, rows: Sequence[int], *, object: int | None, part: int | None = 0) -> Result:
        """Give rows to a target by hand; object 0 erases."""
        whole = [int(row) for row in rows]
        return self.do({"op": "paint", "rows": whole, "object": object, "part": part})

    def rename(self, object: int, name: str, *, part: int | None = None) -> Result:
        """Call an object, or one of its parts, by a name."""
        return self.do({"op": "rename", "object": object, "part": part, "name": name})

    def lock(self, object: int, *, locked: bool = True) -> Result:
        """Keep an object as it is, or let go of it."""
        return self.do({"op": "lock", "object": object, "locked": locked})

    def merge(self, into: int, other: int) -> Result:
        """Make an object part of another."""
        return self.do({"op": "merge", "into": into, "other": other})

    def delete(self, object: int, *, part: int | None = None) -> Result:
        """Forget an object, or one of its parts."""
        return self.do({"op": "delete", "object": object, "part": part})

    def undo(self) -> Result:
        """Take back the last operation."""
        return self.do({"op": "undo"})

    def redo(self) -> Result:
        """Do again what was undone last."""
        return self.do({"op": "redo"})

    def do(self, op: Mapping[str, Any], *, base: int | None = None) -> Result:
        """An operation in the server's own form, on revision `base` or whatever stands."""
        headers = {
            "If-Match": "*" if base is None else f'"{base}"',
            "Idempotency-Key": secrets.token_hex(13),
        }
        answer = self._client.ask("POST", f"sessions/{self.id}/ops", dict(op), headers)
        objects = _objects(answer["state"])
        return Result(answer["rev"], answer["object"], answer["part"], objects)

    def objects(self) -> tuple[Object, ...]:
        """All objects as they are now."""
        return _objects(self._client.ask("GET", f"sessions/{self.id}/state"))

    def labels(self) -> tuple[Int32[np.ndarray, " rows"], Int32[np.ndarray, " rows"]]:
        """Object and part of every row of the scan's file."""
        frame, _ = decode(self._client.send("GET", f"sessions/{self.id}/labels?order=file"))
        labels = labels_of(frame)
        return labels.object.astype(np.int32), labels.part.astype(np.int32)

    def export(self, path: str | Path, *, format: str | None = None) -> None:
        """Have the server make a file, and write it to `path`; the format is that of its ending.

        Raises
        ------
        ServerError
            If the file cannot be made, or takes more than two minutes.
        """
        path = Path(path)
        wanted = {"format": format or path.suffix.lower().removeprefix(".")}
        export = self._client.ask("POST", f"sessions/{self.id}/exports", wanted)
        until = monotonic() + WAIT_S
        while export["state"] in ("waiting", "running"):
            if monotonic() > until:
                raise ServerError(f"{path.name}: is not made after {WAIT_S:.0f} s; try again.")
            sleep(0.05)
            export = self._client.ask("GET", f"exports/{export['id']}")
        path.write_bytes(self._client.send("GET", f"exports/{export['id']}/file"))

    def forget(self) -> None:
        """Delete the session and its work."""
        self._client.ask("DELETE", f"sessions/{self.id}")


_NULLABLE = ("object", "part")


def _objects(state: Mapping[str, Any]) -> tuple[Object, ...]:
    return tuple(
        Object(
            **{key: row[key] for key in _OBJECT_KEYS},
            parts=tuple(Part(**{k: p[k] for k in _PART_KEYS}) for p in row["parts"]),
        )
        for row in state["objects"]
    )


_PART_KEYS = ("part", "name", "points", "clicks", "confidence", "iou")
_OBJECT_KEYS = ("object", "name", "points", "clicks", "confidence", "iou", "locked")


def _refusal(error: urllib.error.HTTPError) -> ServerError:
    try:
        problem = json.loads(error.read())
        return ServerError(
            problem["detail"],
            status=error.code,
            code=problem["code"],
            rev=problem.get("rev"),
            retry_after=problem.get("retry_after"),
        )
    except (ValueError, KeyError, TypeError):
        return ServerError(f"the server answered {error.code}.", status=error.code, code="unknown")
