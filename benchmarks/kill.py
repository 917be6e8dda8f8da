"""How often a killed server loses what it acknowledged: never, or this fails.

    python benchmarks/kill.py [--kills 50]

A client clicks as fast as it is answered, the server is killed (SIGKILL) at a random moment and
started again, and every acknowledged operation must be in the log, under its revision; at the end
the labels must be those of the log replayed in Python.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from pinpoint3d import Scene, Session, load, load_segmenter, save
from pinpoint3d.client import Client, ServerError
from pinpoint3d.server.history import History, entry_of
from pinpoint3d.server.oplog import OpLog

LONGEST_S = 1.0  # from the first click to the kill
N_POINTS = 2000


class Killable:
    """A server in a process of its own, on one scan."""

    def __init__(self, scan: Path, data: Path) -> None:
        program = [sys.executable, "-c", "from pinpoint3d.cli import main; main()"]
        options = ["--port", "0", "--data", str(data), "--segmenter", "nearest"]
        self._process = subprocess.Popen(
            [*program, "serve", str(scan), *options], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None  # as asked for
        address = self._process.stdout.readline().split()[-1]
        self.url, _, self.session = address.partition("/?session=")

    def kill(self) -> None:
        """End it as a power cut would, as far as the process can tell."""
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()


def acknowledged(url: str, session: str, seed: int, into: dict[str, int]) -> None:
    """Operations until the server is gone; those it acknowledged, by key, with their revision."""
    rng = random.Random(seed)
    client = Client(url)
    number = 0
    while True:
        number += 1
        key = f"key-{seed:04}-{number:06}"
        click = {"op": "click", "row": rng.randrange(N_POINTS), "object": rng.randrange(4)}
        op = rng.choices([click, {"op": "undo"}, {"op": "redo"}], [6, 1, 1])[0]
        try:
            headers = {"If-Match": "*", "Idempotency-Key": key}
            answer = client.ask("POST", f"sessions/{session}/ops", op, headers)
        except ServerError as error:
            if error.code == "refused":  # nothing to undo or redo
                continue
            return
        into[key] = answer["rev"]


def check(log: Path, told: dict[str, int]) -> int:
    """Number of operations in the log; every one that was acknowledged must be there."""
    opened = OpLog(log)
    opened.close()
    revs = {record["key"]: record["rev"] for record in opened.records}
    lost = {key for key, rev in told.items() if revs.get(key) != rev}
    if lost:
        raise SystemExit(f"LOST {len(lost)} of {len(told)}: {sorted(lost)[:5]}")
    if [record["rev"] for record in opened.records] != list(range(1, len(opened.records) + 1)):
        raise SystemExit("revisions in the log are not 1, 2, 3 ...")
    return len(opened.records)


def check_labels(url: str, session: str, scan: Path, log: Path) -> None:
    """The server's labels against the log replayed by the package."""
    opened = OpLog(log)
    opened.close()
    scene = load(scan)
    history = History()
    for record in opened.records:
        history.add(entry_of(record, len(scene)))
    masks = Session(load_segmenter("nearest").encode(scene), history.operations()).masks
    objects, parts = Client(url).session(session).labels()
    if not (np.array_equal(objects, masks.object) and np.array_equal(parts, masks.part)):
        raise SystemExit("labels after a restart are not those of the log")


def run(kills: int, seed: int, folder: Path) -> dict[str, float]:
    """Kill a server so many times; raises SystemExit where anything is lost."""
    rng = random.Random(seed)
    points = np.random.default_rng(seed).normal(size=(N_POINTS, 3)).astype(np.float32)
    scan, data = folder / "scan.ply", folder / "data"
    save(Scene(points), None, scan)
    told: dict[str, int] = {}
    n_records, restart = 0, []
    for kill in range(kills):
        began = time.perf_counter()
        server = Killable(scan, data)
        restart.append(time.perf_counter() - began)
        log = data / "sessions" / server.session / "ops.log"
        if kill:
            check_labels(server.url, server.session, scan, log)
        clients = [
            threading.Thread(
                target=acknowledged, args=(server.url, server.session, 2 * kill + i, told)
            )
            for i in range(2)
        ]
        for client in clients:
            client.start()
        time.sleep(rng.uniform(0.05, LONGEST_S))
        server.kill()
        for client in clients:
            client.join()
        n_records = check(log, told)
    return {
        "kills": kills,
        "acknowledged": len(told),
        "in the log": n_records,
        "lost": 0,
        "restart, median s": float(np.median(restart)),
    }


def main() -> None:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(given.kills, given.seed, Path(folder))))


if __name__ == "__main__":
    main()
