"""Click lists as JSON files, which `pinpoint3d segment` takes; `docs/formats.md` has the form."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pinpoint3d.errors import ClickError, FileFormatError
from pinpoint3d.files.storage import read_bytes, write_atomically
from pinpoint3d.types import MAX_ID, Click

SCHEMA = "pinpoint3d.clicks"
VERSION = (1, 0)
MAX_BYTES = 64 << 20
_NAMED = re.compile(r"[1-9]\d{0,9}(\.[1-9]\d{0,9})?")
_KEYS = {"point", "position", "object", "part", "granularity"}


@dataclass(frozen=True)
class ClickFile:
    """A click list and what its objects and parts are called.

    Attributes
    ----------
    clicks
        In the order they were made.
    names
        By id: "2" for object 2, "2.1" for its part 1.
    """

    clicks: tuple[Click, ...]
    names: Mapping[str, str] = field(default_factory=dict)


def read_clicks(path: str | Path) -> ClickFile:
    """Clicks and names of a JSON file; a bare list of clicks is taken too.

    Raises
    ------
    FileFormatError
        If it is no click file of a version known here; the message names the click at fault.
    """
    path = Path(path)
    document = read_json(path)
    if isinstance(document, list):
        document = {"schema": SCHEMA, "version": list(VERSION), "clicks": document}
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise FileFormatError(f'{path.name}: is no click file; its "schema" must be "{SCHEMA}".')
    check_version(document.get("version"), VERSION, path)
    clicks = document.get("clicks")
    if not isinstance(clicks, list):
        raise FileFormatError(f'{path.name}: its "clicks" are no list.')
    names = document.get("names", {})
    if not isinstance(names, dict) or not all(isinstance(v, str) for v in names.values()):
        raise FileFormatError(f'{path.name}: its "names" must give a text for each id.')
    for key in names:
        if not _NAMED.fullmatch(key) or max(map(int, key.split("."))) > MAX_ID:
            raise FileFormatError(
                f'{path.name}: its "names" hold {key[:40]!r}; write "2" for object 2 and "2.1" for '
                "its part 1."
            )
    return ClickFile(tuple(_click(entry, i, path) for i, entry in enumerate(clicks, 1)), names)


def write_clicks(
    path: str | Path, clicks: Sequence[Click], names: Mapping[str, str] | None = None
) -> None:
    """Write clicks and names as `read_clicks` takes them."""
    document = {
        "schema": SCHEMA,
        "version": list(VERSION),
        "clicks": [click_as_dict(click) for click in clicks],
        "names": dict(names or {}),
    }
    write_atomically(Path(path), [json.dumps(document, indent=1).encode() + b"\n"])


def click_as_dict(click: Click) -> dict[str, Any]:
    """A click's values under their names, without those that are not set."""
    values = {
        "point": click.point,
        "position": None if click.position is None else list(click.position),
        "object": click.object,
        "part": click.part,
        "granularity": None if click.granularity is None else float(click.granularity),
    }
    return {key: value for key, value in values.items() if value is not None}


def read_json(path: Path) -> Any:
    """Parsed content of a JSON file of bounded size and depth."""
    content = read_bytes(path)
    if len(content) > MAX_BYTES:
        raise FileFormatError(f"{path.name}: has {len(content):,} bytes, too many for JSON.")
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        reason = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise FileFormatError(f"{path.name}: is no valid JSON ({reason}).") from None


def check_version(version: Any, known: tuple[int, int], path: Path) -> None:
    """Refuse files of a newer major version; a newer minor one may hold keys unknown here."""
    if (
        not isinstance(version, list)
        or len(version) != 2
        or not all(type(v) is int and v >= 0 for v in version)
    ):
        raise FileFormatError(f'{path.name}: its "version" must be two whole numbers.')
    if version[0] > known[0]:
        raise FileFormatError(
            f"{path.name}: is of version {version[0]}.{version[1]}, newer than this program knows; "
            "update pinpoint3d."
        )


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _click(entry: Any, number: int, path: Path) -> Click:
    if not isinstance(entry, dict):
        raise FileFormatError(f"{path.name}: click {number} is no object with point and label.")
    unknown = set(entry) - _KEYS
    if unknown:
        raise FileFormatError(
            f"{path.name}: click {number} has an unknown key {min(unknown)[:40]!r}."
        )
    for key in ("point", "object", "part"):
        if key in entry and type(entry[key]) is not int:
            raise FileFormatError(f"{path.name}: click {number}: {key} must be a whole number.")
    position = entry.get("position")
    if position is not None and not (
        isinstance(position, list)
        and len(position) == 3
        and all(type(v) in (int, float) for v in position)
    ):
        raise FileFormatError(f"{path.name}: click {number}: position must be three numbers.")
    granularity = entry.get("granularity")
    if granularity is not None and type(granularity) not in (int, float):
        raise FileFormatError(f"{path.name}: click {number}: granularity must be a number.")
    try:
        return Click(
            point=entry.get("point"),
            object=entry.get("object", 1),
            part=entry.get("part", 0),
            position=None if position is None else [float(v) for v in position],
            granularity=None if granularity is None else float(granularity),
        )
    except (ClickError, OverflowError) as error:
        raise FileFormatError(f"{path.name}: click {number}: {error}") from None
