"""Files made of a session for other programs, in the background."""

import asyncio
import logging
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Literal

from pinpoint3d.errors import PinpointError
from pinpoint3d.files import save
from pinpoint3d.files.clicks import write_clicks
from pinpoint3d.server.identifiers import new_id
from pinpoint3d.server.live import LiveSession
from pinpoint3d.server.messages import Code, Export
from pinpoint3d.server.problems import RefusedError, refused
from pinpoint3d.server.scenes import OpenScene
from pinpoint3d.server.work import Lane, Work
from pinpoint3d.session import Session
from pinpoint3d.types import Click, Masks

_logger = logging.getLogger(__name__)
KEPT_S = 3600.0
_ENDINGS = {"partscan": ".ply", "project": ".zip", "clicks": ".json"}


@dataclass
class _Job:
    """An export under way or done."""

    id: str
    session: str
    rev: int
    format: str
    path: Path
    name: str
    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    detail: str | None = None
    made: float = 0.0


@dataclass(frozen=True)
class _Content:
    """What of a session a file is made of, taken at once."""

    masks: Masks
    clicks: tuple[Click, ...]
    names: Mapping[str, str]


class Exports:
    """Exports of a server, in a folder that is emptied when it starts."""

    def __init__(self, folder: Path, work: Work) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._folder = folder
        self._work = work
        self._jobs: dict[str, _Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, live: LiveSession, wanted: str) -> Export:
        """Start to make a file of a session as it is now."""
        self._work.check_free(Lane.FILES)
        self._drop_old()
        answer = await live.answered(live.rev)
        export_id = new_id()
        ending = _ENDINGS.get(wanted, f".{wanted}")
        stem = live.record.name.partition(".")[0] or "scan"
        job = _Job(
            id=export_id,
            session=live.record.id,
            rev=answer.rev,
            format=wanted,
            path=self._folder / f"{export_id}{ending}",
            name=f"{stem}.labelled{ending}",
        )
        self._jobs[export_id] = job
        task = asyncio.create_task(self._make(job, live))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return self.get(export_id)

    def get(self, export_id: str) -> Export:
        """How far an export is."""
        job = self._find(export_id)
        return Export(
            id=job.id,
            session=job.session,
            rev=job.rev,
            format=job.format,
            state=job.state,
            name=job.name,
            bytes=job.path.stat().st_size if job.state == "done" else None,
            detail=job.detail,
        )

    def file(self, export_id: str) -> tuple[Path, str]:
        """A finished export, and what to call it."""
        job = self._find(export_id)
        if job.state == "failed":
            raise RefusedError(Code.REFUSED, job.detail or "the export failed.")
        if job.state != "done":
            raise RefusedError(
                Code.NOT_READY, "the file is still being made; try again soon.", retry_after=1
            )
        return job.path, job.name

    async def _make(self, job: _Job, live: LiveSession) -> None:
        job.state = "running"
        try:
            if job.format == "project":
                await live.read(lambda session, _: _write_project(session, job.path))
            else:
                content = await live.read(
                    lambda session, _: _Content(session.masks, session.clicks, session.names)
                )
                opened = await live.scene()
                await self._work.run(Lane.FILES, _write, opened, content, job.path, job.format)
            job.state = "done"
        except PinpointError as error:
            job.state, job.detail = "failed", str(refused(error))
        except Exception:
            _logger.exception("export %s failed", job.id)
            job.state, job.detail = "failed", "the file cannot be made; see the server's log."
        finally:
            job.made = monotonic()

    def _find(self, export_id: str) -> _Job:
        if export_id not in self._jobs:
            raise RefusedError(Code.NOT_FOUND, "there is no such export; make it again.")
        return self._jobs[export_id]

    def _drop_old(self) -> None:
        before = monotonic() - KEPT_S
        for job in list(self._jobs.values()):
            if job.state in ("done", "failed") and job.made < before:
                del self._jobs[job.id]
                job.path.unlink(missing_ok=True)


def _write(opened: OpenScene, content: _Content, path: Path, wanted: str) -> None:
    if wanted == "clicks":
        write_clicks(path, content.clicks, content.names)
    else:
        style = "partscan" if wanted == "partscan" else None
        save(opened.scene, content.masks, path, style=style)


def _write_project(session: Session, path: Path) -> None:
    """The session's two files in one."""
    folder = path.with_suffix(".d")
    folder.mkdir()
    try:
        session.save(folder / f"{session.scene.name}.pinpoint.json")
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, file.name)
    finally:
        shutil.rmtree(folder)
