"""Scans that sessions work on: known on disk by what they hold, open in memory while in use."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine, Mapping, Set
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pinpoint3d.errors import FileAccessError
from pinpoint3d.files import load
from pinpoint3d.files.storage import write_atomically
from pinpoint3d.segmenter import EncodedScene, Segmenter, load_segmenter
from pinpoint3d.server.display import Display, display_of, has_normals, level_frames
from pinpoint3d.server.messages import Code, SceneInfo
from pinpoint3d.server.problems import RefusedError
from pinpoint3d.server.work import Lane, Work
from pinpoint3d.types import Report, Scene

T = TypeVar("T")


@dataclass(frozen=True)
class SceneRecord:
    """What is kept of a scan: its file, that file's hash, and how it is opened.

    `path` is relative to the server's data folder for files that are kept there.
    """

    id: str
    name: str
    path: str
    sha256: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class OpenScene:
    """A scan in memory, with its display order."""

    id: str
    scene: Scene
    display: Display
    info: SceneInfo


class SceneStore:
    """All scans of a server.

    Parameters
    ----------
    folder
        The server's data folder.
    work
        Where scans are read and encoded.
    max_points
        The largest scan taken.
    """

    def __init__(self, folder: Path, work: Work, *, max_points: int) -> None:
        self._folder = folder
        self._work = work
        self._max_points = max_points
        self._open: dict[str, asyncio.Task[OpenScene]] = {}
        self._encoded: dict[tuple[str, str], asyncio.Task[EncodedScene]] = {}
        self._segmenters: dict[str | None, asyncio.Task[Segmenter]] = {}
        (folder / "scenes").mkdir(parents=True, exist_ok=True)
        self._records = {
            record.id: record
            for path in sorted((folder / "scenes").glob("*.json"))
            for record in [SceneRecord(**json.loads(path.read_bytes()))]
        }

    def records(self) -> list[SceneRecord]:
        """All scans that were ever opened."""
        return list(self._records.values())

    def record(self, scene_id: str) -> SceneRecord:
        """What is kept of a scan, or a refusal."""
        if scene_id not in self._records:
            raise RefusedError(
                Code.NOT_FOUND, "there is no such scan here; open or upload it first."
            )
        return self._records[scene_id]

    async def add(self, path: Path, options: Mapping[str, Any], name: str) -> OpenScene:
        """Open a scan and keep it by what it holds; the same file and options are one scan."""
        scene = await self._work.run(Lane.FILES, partial(load, path, **options))
        return await self.add_read(scene, name)

    async def add_read(self, scene: Scene, name: str) -> OpenScene:
        """Keep a scan that was read already, as `add` does."""
        opened = await self._work.run(Lane.FILES, self._prepared, scene, name)
        source = opened.scene.source
        assert source is not None  # it was read from a file
        stored = source.path.resolve()
        if stored.is_relative_to(self._folder.resolve()):
            stored = stored.relative_to(self._folder.resolve())
        record = SceneRecord(opened.id, name, str(stored), source.sha256, dict(source.options))
        if self._records.get(opened.id) != record:
            text = json.dumps(asdict(record), indent=1).encode()
            target = self._folder / "scenes" / f"{opened.id}.json"
            await self._work.run(Lane.DISK, write_atomically, target, [text])
            self._records[opened.id] = record
        if opened.id not in self._open:
            self._open[opened.id] = asyncio.ensure_future(_value(opened))
        return await _shared(self._open, opened.id, lambda: _value(opened))

    async def open(self, scene_id: str) -> OpenScene:
        """A scan in memory, read again where it is not."""
        record = self.record(scene_id)
        return await _shared(self._open, scene_id, lambda: self._reopened(record))

    async def reopen(self, scene_id: str, options: Mapping[str, Any]) -> OpenScene:
        """The same file read with other options, which make it another scan."""
        record = self.record(scene_id)
        return await self.add(
            self._folder / record.path, {**record.options, **options}, record.name
        )

    async def encoded(self, scene_id: str, segmenter: str | None) -> EncodedScene:
        """A scan as a segmenter encodes it, computed once while it is in use."""
        opened = await self.open(scene_id)
        engine = await self.segmenter(segmenter)

        async def encode() -> EncodedScene:
            return await self._work.run(Lane.ENCODE, engine.encode, opened.scene)

        return await _shared(self._encoded, (scene_id, engine.name), encode)

    async def segmenter(self, name: str | None) -> Segmenter:
        """A segmenter, loaded once."""
        load_it = partial(self._work.run, Lane.ENCODE, load_segmenter, name)
        return await _shared(self._segmenters, name, load_it)

    async def level(self, scene_id: str, level: int) -> bytes:
        """Frames of a level's points."""
        opened = await self.open(scene_id)
        if not 0 <= level < len(opened.display.levels):
            raise RefusedError(
                Code.NOT_FOUND, f"the scan has levels 0 to {len(opened.display.levels) - 1}."
            )
        return await self._work.run(Lane.FILES, level_frames, opened.scene, opened.display, level)

    def keep_only(self, in_use: Set[str]) -> None:
        """Let go of scans that no session uses."""
        for scene_id in set(self._open) - in_use:
            if self._open[scene_id].done():
                del self._open[scene_id]
        for key in [key for key in self._encoded if key[0] not in in_use]:
            if self._encoded[key].done():
                del self._encoded[key]

    async def _reopened(self, record: SceneRecord) -> OpenScene:
        path = self._folder / record.path  # an absolute path stays itself
        try:
            opened = await self._work.run(
                Lane.FILES, self._read, path, dict(record.options), record.name
            )
        except FileAccessError:
            raise RefusedError(
                Code.SCAN_CHANGED, f"{record.name}: its file is gone; put it back."
            ) from None
        if opened.id != record.id:
            raise RefusedError(
                Code.SCAN_CHANGED, f"{record.name}: its file has changed; put the old one back."
            )
        return opened

    def _read(self, path: Path, options: Mapping[str, Any], name: str) -> OpenScene:
        return self._prepared(load(path, **options), name)

    def _prepared(self, scene: Scene, name: str) -> OpenScene:
        """A scan with its display order, if it is not too large."""
        if len(scene) > self._max_points:
            raise RefusedError(
                Code.TOO_LARGE,
                f"{name}: has {len(scene):,} points, more than the {self._max_points:,} taken "
                "here; thin it out.",
            )
        source = scene.source
        assert source is not None  # it was read from a file
        display = display_of(scene)
        scene_id = _id_of(source.sha256, source.options)
        return OpenScene(scene_id, scene, display, _info(scene_id, name, scene, display))


async def _value(value: T) -> T:
    return value


async def _shared(
    tasks: dict[Any, asyncio.Task[T]], key: Any, start: Callable[[], Coroutine[Any, Any, T]]
) -> T:
    """Result of a task that all who ask for it share; one that failed is tried again."""
    task = tasks.get(key)
    if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
        task = asyncio.ensure_future(start())
        tasks[key] = task
    return await asyncio.shield(task)


def _id_of(sha256: str, options: Mapping[str, Any]) -> str:
    """Name of what a file holds when it is opened like this."""
    text = json.dumps([sha256, dict(options)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _info(scene_id: str, name: str, scene: Scene, display: Display) -> SceneInfo:
    assert scene.source is not None  # it was read from a file
    report: Report = scene.source.report
    return SceneInfo(
        id=scene_id,
        name=name,
        points=len(display),
        rows=len(scene),
        levels=list(display.levels),
        low=display.low,
        step=display.step,
        origin=(float(scene.origin[0]), float(scene.origin[1]), float(scene.origin[2])),
        up=(float(scene.up[0]), float(scene.up[1]), float(scene.up[2])),
        positions=display.positions,
        spacing_m=report.spacing_m,
        has_colours=scene.rgb is not None,
        has_normals=has_normals(scene),
        has_truth=scene.labels is not None,
        report=asdict(report),
    )
