"""What a browser test of the studio does with its server and its page.

Expressions are evaluated through the debugger: the page's own policy forbids `eval`, and with it
Playwright's `wait_for_function`.
"""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PICTURES = Path(__file__).resolve().parents[2] / "out" / "studio"
PATIENCE_S = 60.0  # machines are busy


class Server:
    """`pinpoint3d serve` in a process, which can be killed and started again."""

    def __init__(self, data: Path, *arguments: str, python: str = sys.executable) -> None:
        self._command = [
            python,
            *("-c", "from pinpoint3d.cli import main; main()"),
            *("serve", "--data", str(data), "--no-browser", *arguments),
        ]
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start, on the port it had before."""
        self._process = subprocess.Popen(
            [*self._command, "--port", str(self.port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "OMP_WAIT_POLICY": "passive"},
        )
        said = []
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said.append(line)
            found = re.search(r"http://127\.0\.0\.1:(\d+)/(?:\?session=(\w+))?", line)
            if found:
                self.port, self.session = int(found[1]), found[2] or ""
                return
        self._close()
        raise AssertionError(f"the server did not start:\n{''.join(said)}")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.send_signal(signal.SIGKILL)
        self._close()

    def stop(self) -> None:
        """Ask it to leave."""
        self._process.terminate()
        self._close()

    def _close(self) -> None:
        self._process.wait(30)
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def address(self) -> str:
        """Where its API begins."""
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Studio:
    """One page on a session, and what a person does there."""

    page: Any
    server: Server
    faults: list[str] = field(default_factory=list)
    session: str = ""

    def open(self, session: str | None = None) -> None:
        """Go to a session and wait until it can be worked on."""
        self.session = session or self.session or self.server.session
        self.page.goto(f"{self.server.address}/?session={self.session}&test=1")
        self.until("window.__pp && __pp.state().loaded === 1 && __pp.state().ready")
        self.page.evaluate("__pp.calm()")

    def state(self) -> dict[str, Any]:
        """What the page knows."""
        return self.page.evaluate("__pp.state()")

    def ask(self, expression: str) -> Any:
        """Value of an expression in the page."""
        return self.page.evaluate(expression)

    def until(self, expression: str, patience_s: float = PATIENCE_S) -> None:
        """Wait for an expression to become true."""
        end = time.monotonic() + patience_s
        while not self.page.evaluate(f"!!({expression})"):
            if time.monotonic() > end:
                known = self.page.evaluate("window.__pp ? JSON.stringify(__pp.state()) : null")
                raise AssertionError(f"never became true: {expression}\n{known}\n{self.faults}")
            time.sleep(0.02)

    def settled(self, rev: int | None = None) -> None:
        """Wait until all that was done is answered and drawn."""
        wanted = "" if rev is None else f"&& s.rev >= {rev}"
        self.until(f"(s => s.pending === 0 && s.labelsRev === s.rev {wanted})(__pp.state())")

    def screen(self, xyz: tuple[float, float, float]) -> tuple[int, tuple[float, float]]:
        """The displayed point nearest to a place, and where it is in the window."""
        point = self.ask(f"__pp.nearest({xyz[0]}, {xyz[1]}, {xyz[2]})")
        at = self.ask(f"__pp.screen({point})")
        box = self.page.locator(".stage").bounding_box()
        return point, (box["x"] + at["x"], box["y"] + at["y"])

    def click(self, xyz: tuple[float, float, float], *keys: str, button: str = "left") -> int:
        """Click on a place of the scan, wait for the answer; the point that was clicked."""
        _, (x, y) = self.screen(xyz)
        box = self.page.locator(".stage").bounding_box()
        picked = self.ask(f"__pp.pick({x - box['x']}, {y - box['y']})")
        rev = self.state()["rev"]
        for key in keys:
            self.page.keyboard.down(key)
        self.page.mouse.click(x, y, button=button)
        for key in keys:
            self.page.keyboard.up(key)
        self.settled(rev + 1)
        return picked

    def press(self, keys: str) -> None:
        """Press keys that make an operation, and wait for its answer."""
        rev = self.state()["rev"]
        self.page.keyboard.press(keys)
        self.settled(rev + 1)

    def counts(self) -> dict[str, int]:
        """Points of each label, "object.part"."""
        return self.ask("__pp.counts()")

    def picture(self, name: str) -> None:
        """Keep a screenshot for people to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")
