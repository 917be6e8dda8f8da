"""What a session is, apart from what was done in it: `session.json` beside its log."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pinpoint3d.files.storage import write_atomically
from pinpoint3d.server.identifiers import is_id
from pinpoint3d.server.oplog import sync_folder

LOG = "ops.log"
_RECORD = "session.json"
_DELETED = "deleted"


@dataclass(frozen=True)
class SessionRecord:
    """A session on disk.

    Attributes
    ----------
    id, name, created
        Its ULID, what people call it, and when it was made (ISO 8601).
    scene, rows
        The scan, and how many rows its file has.
    segmenter
        Name for `load_segmenter`.
    """

    id: str
    name: str
    created: str
    scene: str
    rows: int
    segmenter: str


def write_record(folder: Path, record: SessionRecord) -> None:
    """Make the folder of a session, its record on disk."""
    mine = folder / record.id
    mine.mkdir(parents=True)
    write_atomically(mine / _RECORD, [json.dumps(asdict(record), indent=1).encode()])
    sync_folder(mine)
    sync_folder(folder)


def read_records(folder: Path) -> Iterator[SessionRecord]:
    """All sessions in a folder, the oldest first; a half-made one has no record yet."""
    for path in sorted(folder.glob(f"*/{_RECORD}")):
        yield SessionRecord(**json.loads(path.read_bytes()))


def mark_deleted(folder: Path, session_id: str) -> None:
    """Forget a session's work, but not that it was there."""
    mine = folder / session_id
    (mine / _DELETED).touch()
    sync_folder(mine)
    for path in (mine / _RECORD, mine / LOG):
        path.unlink(missing_ok=True)


def was_deleted(folder: Path, session_id: str) -> bool:
    """Whether there was such a session."""
    return is_id(session_id) and (folder / session_id / _DELETED).exists()
