"""Many sessions clicked at once over loopback: is anything lost or mixed up, and how long it takes.

    python benchmarks/load.py [--sessions 20] [--seconds 120] [--rate 1] [--points 5000]

Each session has a browser of its own that clicks at the rate, and draws its rows from a stripe of
the scan that is its alone. At the end the labels of every session must be those of the clicks that
were acknowledged, replayed in Python. Times are from sending a click to its acknowledgement, and to
the state that has it. `late_ms` is how late this process itself wakes up from a sleep of 50 ms:
where that is not far below the others, the machine was busy and they say little about the server.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from pinpoint3d import Click, Scene, Session, load, load_segmenter, save
from pinpoint3d.client import Client

N_OBJECTS = 4


@dataclass
class Clicker:
    """One session's browser: what it sent and when, and what came back."""

    session: str
    rows: range
    rng: random.Random
    sent: dict[str, float] = field(default_factory=dict)
    clicks: dict[str, Click] = field(default_factory=dict)
    done: list[Click] = field(default_factory=list)
    waiting: dict[int, float] = field(default_factory=dict)  # revisions without a state
    ack_s: list[float] = field(default_factory=list)
    mask_s: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def work(self, url: str, seconds: float, rate: float) -> None:
        """Click for so long, and wait for the last answer."""
        address = f"{url.replace('http', 'ws', 1)}/api/v1/sessions/{self.session}/ws"
        async with connect(address, max_size=None, compression=None) as ws:
            await ws.send('{"type": "hello"}')
            while json.loads(await _text(ws))["type"] != "state":
                pass
            await asyncio.sleep(self.rng.uniform(0, 1 / rate))  # not all in step
            listening = asyncio.create_task(self._listen(ws))
            until = perf_counter() + seconds
            number = 0
            while perf_counter() < until:
                number += 1
                await self._click(ws, f"{self.session}-{number:06}")
                await asyncio.sleep(1 / rate)
            async with asyncio.timeout(60):
                while self.sent or self.waiting:
                    await asyncio.sleep(0.02)
            listening.cancel()

    async def _click(self, ws: ClientConnection, key: str) -> None:
        row, label = self.rng.choice(self.rows), self.rng.randrange(N_OBJECTS)
        self.clicks[key] = Click(row, label)
        self.sent[key] = perf_counter()
        op = {"op": "click", "row": row, "object": label}
        await ws.send(json.dumps({"type": "op", "key": key, "base": None, "op": op}))

    async def _listen(self, ws: ClientConnection) -> None:
        while True:
            message = json.loads(await _text(ws))
            now = perf_counter()
            match message["type"]:
                case "ack":
                    began = self.sent.pop(message["key"])
                    self.ack_s.append(now - began)
                    self.waiting[message["rev"]] = began
                    self.done.append(self.clicks[message["key"]])
                case "state":
                    for rev in [rev for rev in self.waiting if rev <= message["rev"]]:
                        self.mask_s.append(now - self.waiting.pop(rev))
                case "error" | "stale":
                    self.sent.pop(message["key"], None)
                    self.errors.append(str(message))


async def _text(ws: ClientConnection) -> str:
    """The next message that is no frame."""
    while not isinstance(message := await ws.recv(), str):
        pass
    return message


def run(folder: Path, *, sessions: int, seconds: float, rate: float, points: int) -> dict[str, Any]:
    """Figures of one run; raises SystemExit if a session's labels are not those of its clicks."""
    xyz = np.random.default_rng(0).uniform(size=(points, 3)).astype(np.float32)
    scan = folder / "scan.ply"
    save(Scene(xyz), None, scan)
    program = [sys.executable, "-c", "from pinpoint3d.cli import main; main()"]
    options = ["--port", "0", "--data", str(folder / "data"), "--segmenter", "nearest"]
    with subprocess.Popen(
        [*program, "serve", str(scan), *options], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None  # as asked for
            url = server.stdout.readline().split()[-1].partition("/?")[0]
            client = Client(url)
            scene_id = client.sessions()[0]["scene"]
            stripe = points // sessions
            clickers = [
                Clicker(
                    client.start(scene_id).id, range(i * stripe, (i + 1) * stripe), random.Random(i)
                )
                for i in range(sessions)
            ]
            before = _memory_of(server.pid)
            late = asyncio.run(_all(clickers, url, seconds, rate))
            growth = _memory_of(server.pid) / before - 1
            wrong = [c.session for c in clickers if not _is_right(client, c, scan)]
        finally:
            server.terminate()
    if wrong:
        raise SystemExit(f"labels of {len(wrong)} sessions are not those of their clicks: {wrong}")
    acks = np.concatenate([clicker.ack_s for clicker in clickers])
    masks = np.concatenate([clicker.mask_s for clicker in clickers])
    return {
        "sessions": sessions,
        "seconds": seconds,
        "clicks": len(acks),
        "errors": sum(len(clicker.errors) for clicker in clickers),
        "wrong": 0,
        "ack_ms": _summary(acks),
        "mask_ms": _summary(masks),
        "late_ms": _summary(np.array(late)),
        "memory growth": round(growth, 3),
    }


async def _all(clickers: list[Clicker], url: str, seconds: float, rate: float) -> list[float]:
    """Have all of them work; how late a sleep ended meanwhile, in seconds."""
    late: list[float] = []
    probe = asyncio.create_task(_probe(late))
    async with asyncio.TaskGroup() as group:
        for clicker in clickers:
            group.create_task(clicker.work(url, seconds, rate))
    probe.cancel()
    return late


async def _probe(late: list[float]) -> None:
    while True:
        began = perf_counter()
        await asyncio.sleep(0.05)
        late.append(perf_counter() - began - 0.05)


def _is_right(client: Client, clicker: Clicker, scan: Path) -> bool:
    expected = Session(load_segmenter("nearest").encode(load(scan)), clicker.done).masks
    objects, _ = client.session(clicker.session).labels()
    return bool(np.array_equal(objects, expected.object))


def _summary(seconds: np.ndarray) -> dict[str, float]:
    p50, p95, worst = np.percentile(seconds, [50, 95, 100]) * 1000
    return {"p50": round(p50, 1), "p95": round(p95, 1), "max": round(worst, 1)}


def _memory_of(pid: int) -> float:
    """Resident bytes of a process (Linux)."""
    return float(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def main() -> None:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--rate", type=float, default=1.0)
    parser.add_argument("--points", type=int, default=5000)
    given = vars(parser.parse_args())
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(Path(folder), **given)))


if __name__ == "__main__":
    main()
