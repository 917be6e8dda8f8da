"""One person's work on one scan: a list of operations with undo, redo and save.

`Session` is the only mutable object of the public API. Its masks are a function of its operations:
what the segmenter makes of the clicks, with the rest laid over in the order it was done. Replaying
the list gives the same bytes, so a saved session is the list (`files/project.py`).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int64
from numpy.typing import ArrayLike

from pinpoint3d.errors import ClickError, ProjectError
from pinpoint3d.files import load
from pinpoint3d.files.project import Project, ScanRecord, read_project, scan_record, write_project
from pinpoint3d.operations import Choose, Delete, Lock, Merge, Operation, Paint, Rename
from pinpoint3d.segmenter import EncodedScene, Segmenter, load_segmenter
from pinpoint3d.snap import snap_clicks
from pinpoint3d.types import Candidate, Click, Masks, Scene

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Brush:
    """Points that a person gave to a label: what paint and a chosen candidate come to."""

    rows: Int64[np.ndarray, " rows"]
    object: int
    part: int


_Overlay = _Brush | Merge


@dataclass(frozen=True)
class _State:
    """What the operations up to some point came to.

    Attributes
    ----------
    masks
        The answer: the segmenter's, under the overlays, with locked objects as they were.
    clicks
        Clicks that count: all but those on objects and parts deleted since.
    overlays
        Operations laid over the segmenter's answer, in order.
    locked, names
        As the session shows them.
    """

    masks: Masks
    clicks: tuple[Click, ...] = ()
    overlays: tuple[_Overlay, ...] = ()
    locked: frozenset[int] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)


class Session:
    """Clicks, paint, locks and names on an encoded scene.

    Parameters
    ----------
    encoded
        What a segmenter's `encode` gave.
    operations
        Work to go on from, in order.

    Examples
    --------
    >>> from pinpoint3d import NearestSegmenter, Scene
    >>> scene = Scene([[0.0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]])
    >>> session = Session(NearestSegmenter().encode(scene))
    >>> session.click(point=0, object=1).object.tolist()
    [1, 1, 1, 1]
    >>> session.click(point=3, object=0).object.tolist()
    [1, 1, 0, 0]
    >>> session.undo()
    True
    >>> session.masks.object.tolist()
    [1, 1, 1, 1]
    """

    def __init__(self, encoded: EncodedScene, operations: Sequence[Operation] = ()) -> None:
        self._encoded = encoded
        self._done: list[Operation] = []
        self._undone: list[Operation] = []
        self._states = [_State(Masks.empty(len(encoded.scene)))]
        for operation in operations:
            self._do(operation)

    @property
    def encoded(self) -> EncodedScene:
        """The encoded scene that is worked on."""
        return self._encoded

    @property
    def scene(self) -> Scene:
        """The scene that is worked on."""
        return self._encoded.scene

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Everything done and not undone, in order."""
        return tuple(self._done)

    @property
    def clicks(self) -> tuple[Click, ...]:
        """The clicks among the operations, in order."""
        return tuple(o for o in self._done if isinstance(o, Click))

    @property
    def masks(self) -> Masks:
        """Object, part and confidence of every point after all operations."""
        return self._states[-1].masks

    @property
    def locked(self) -> frozenset[int]:
        """Objects whose points nothing changes."""
        return self._states[-1].locked

    @property
    def names(self) -> Mapping[str, str]:
        """Names by id: "2" for object 2, "2.1" for its part 1."""
        return self._states[-1].names

    def click(
        self,
        click: Click | None = None,
        *,
        point: int | np.integer | None = None,
        position: Sequence[float] | np.ndarray | None = None,
        object: int | np.integer = 1,
        part: int | np.integer = 0,
        granularity: float | None = None,
    ) -> Masks:
        """Add a click, given whole or by its values; returns the new masks.

        Raises
        ------
        ClickError
            If it names no point of the scene.
        """
        if click is None:
            click = Click(point, object, part, position=position, granularity=granularity)
        return self._do(click).masks

    def choose(self, click: Click, candidate: int) -> Masks:
        """Give a click's object and part to the points of one of its candidates, by number."""
        return self._do(Choose(click, candidate)).masks

    def candidates(self, click: Click) -> list[Candidate]:
        """Possible readings of a click, small to large."""
        return self._encoded.candidates(click)

    def paint(self, points: ArrayLike, *, object: int, part: int = 0) -> Masks:
        """Give points to an object and part by hand; object 0 erases."""
        rows = np.unique(np.asarray(points, np.int64).ravel())
        return self._do(Paint(tuple(rows.tolist()), object, part)).masks

    def erase(self, points: ArrayLike) -> Masks:
        """Give points back to background by hand."""
        return self.paint(points, object=0)

    def lock(self, object: int, *, locked: bool = True) -> None:
        """Keep an object's points as they are, whatever is done later; or let go of them."""
        self._do(Lock(object, locked))

    def rename(self, object: int, name: str, *, part: int | None = None) -> None:
        """Call an object, or a part of it, by a name; an empty one removes the name."""
        self._do(Rename(object, part, name))

    def merge(self, into: int, other: int) -> Masks:
        """Make an object part of another; its parts get the next free ids there."""
        return self._do(Merge(into, other)).masks

    def delete(self, object: int, *, part: int | None = None) -> Masks:
        """Give an object back to background, or a part to the rest of its object."""
        return self._do(Delete(object, part)).masks

    def undo(self) -> bool:
        """Take back the last operation; False if there is none."""
        if not self._done:
            return False
        self._undone.append(self._done.pop())
        self._states.pop()
        return True

    def redo(self) -> bool:
        """Do again what was undone last; False if there is nothing."""
        if not self._undone:
            return False
        operation = self._undone.pop()
        rest = self._undone
        self._do(operation)
        self._undone = rest
        return True

    def snap_distance(self) -> float:
        """Metres from the last click's position to the point it was given to; 0 without one."""
        clicks = self.clicks
        return float(snap_clicks(self.scene, clicks[-1:]).distances[0]) if clicks else 0.0

    def save(self, path: str | Path) -> None:
        """Write the project file, and its labels beside it; `open_session` goes on from there.

        Raises
        ------
        FileAccessError
            If the path cannot be written.
        """
        write_project(
            Path(path),
            Project(
                scan=scan_record(self.scene, Path(path)),
                segmenter=self._encoded.name,
                operations=self.operations,
                names=dict(self.names),
            ),
            self.scene,
            self.masks,
            self.locked,
        )

    def _do(self, operation: Operation) -> _State:
        """Apply an operation, or raise and leave everything as it was."""
        state = _after(operation, self._states[-1], self._encoded)
        self._done.append(operation)
        self._states.append(state)
        self._undone = []
        return state


def open_session(
    path: str | Path,
    *,
    scene: Scene | None = None,
    segmenter: Segmenter | None = None,
) -> Session:
    """Session of a saved project, exactly as it was left.

    Parameters
    ----------
    path
        The .pinpoint.json file.
    scene
        The scan, if it is not a file, or not where it was; None opens it from where it was.
    segmenter
        Another segmenter than the one that was used.

    Raises
    ------
    ProjectError
        If the project is damaged, or belongs to another scan.
    """
    path = Path(path)
    project = read_project(path)
    if scene is None:
        if project.scan.path is None:
            raise ProjectError(
                f"{path.name}: its scan was no file; give the scene to open_session."
            )
        scene = load(path.parent / project.scan.path, **project.scan.options)
    _check_same_scan(project.scan, scene, path)
    chosen = segmenter if segmenter is not None else load_segmenter(project.segmenter)
    return Session(chosen.encode(scene), project.operations)


def _check_same_scan(saved: ScanRecord, scene: Scene, path: Path) -> None:
    here = scan_record(scene, path)
    if here.sha256 is not None and here.sha256 == saved.sha256:
        return
    if here.geometry_sha256 != saved.geometry_sha256:
        raise ProjectError(
            f"{path.name}: was saved for another scan ({saved.n_points:,} points) than "
            f"{scene.name} ({len(scene):,} points); give the scan it belongs to."
        )
    if saved.sha256 is not None and here.sha256 is not None:
        _logger.warning("%s has changed, but its points are the same; going on", scene.name)


def _after(operation: Operation, state: _State, encoded: EncodedScene) -> _State:
    """State after an operation; every case of `Operation` is here."""
    match operation:
        case Click():
            return _answered(replace(state, clicks=(*state.clicks, operation)), encoded)
        case Paint(points, object_id, part_id):
            return _brushed(state, _rows_mask(points, len(state.masks)), object_id, part_id)
        case Choose(click, number):
            candidates = encoded.candidates(click)
            if not 0 <= number < len(candidates):
                raise ClickError(
                    f"candidate {number} of a click that has {len(candidates)}; count from 0."
                )
            mask = candidates[number].mask
            return _brushed(state, mask, int(click.object), int(click.part))
        case Merge(into, other):
            for object_id in (into, other):
                _check_object(state, object_id)
            if into == other or {into, other} & state.locked:
                raise ClickError(
                    f"object {other} cannot be merged into {into}; "
                    "unlock both, or choose two different ones."
                )
            names = _names_merged(state, into, other)
            return replace(_laid_over(operation, state), names=names)
        case Delete(object_id, part_id):
            _check_object(state, object_id)
            if object_id in state.locked:
                raise ClickError(f"object {object_id} is locked; unlock it to delete from it.")
            return _answered(_without(state, object_id, part_id), encoded)
        case Lock(object_id, locked):
            _check_object(state, object_id)
            changed = state.locked | {object_id} if locked else state.locked - {object_id}
            return replace(state, locked=changed)
        case Rename(object_id, part_id, name):
            key = str(object_id) if part_id is None else f"{object_id}.{part_id}"
            others = {k: v for k, v in state.names.items() if k != key}
            return replace(state, names=others | ({key: name} if name else {}))


def _answered(state: _State, encoded: EncodedScene) -> _State:
    """State whose masks are the segmenter's answer to its clicks, with all overlays on it.

    `state.masks` are those before the change: what locked objects keep.
    """
    fresh = replace(state, masks=encoded.segment(state.clicks), overlays=(), locked=frozenset())
    for overlay in state.overlays:
        fresh = _laid_over(overlay, fresh)
    masks = _kept_locked(fresh.masks, state.masks, state.locked)
    return replace(state, masks=masks)


def _brushed(
    state: _State, inside: Bool[np.ndarray, " points"], object_id: int, part_id: int
) -> _State:
    """State with points given to a label by hand, but for those of locked objects."""
    free = inside & ~np.isin(state.masks.object, list(state.locked))
    return _laid_over(_Brush(np.flatnonzero(free), object_id, part_id), state)


def _laid_over(overlay: _Overlay, state: _State) -> _State:
    """State with one more overlay on its masks."""
    objects, parts = state.masks.object.copy(), state.masks.part.copy()
    confidence = state.masks.confidence.copy()
    match overlay:
        case _Brush(rows, object_id, part_id):
            objects[rows], parts[rows], confidence[rows] = object_id, part_id, 1
        case Merge(into, other):
            moved = objects == other
            parts[moved & (parts > 0)] += _part_shift(state, into)
            objects[moved] = into
    masks = Masks(objects, parts, confidence)
    return replace(state, masks=masks, overlays=(*state.overlays, overlay))


def _part_shift(state: _State, into: int) -> np.int32:
    """What is added to the part ids of an object merged into another: the highest id there."""
    return np.int32(state.masks.part[state.masks.object == into].max(initial=0))


def _names_merged(state: _State, into: int, other: int) -> dict[str, str]:
    """Names after a merge: those of the parts move with them, the other object's own goes."""
    names = {}
    for key, name in state.names.items():
        object_key, _, part_key = key.partition(".")
        if object_key != str(other):
            names[key] = name
        elif part_key:
            names[f"{into}.{int(part_key) + _part_shift(state, into)}"] = name
    return names


def _without(state: _State, object_id: int, part_id: int | None) -> _State:
    """State that has forgotten the clicks, paint and names on an object or a part."""
    merges = [o for o in state.overlays if isinstance(o, Merge)]
    ids = {object_id}
    for merge in reversed(merges):  # what was merged into it goes with it
        if merge.into in ids:
            ids.add(merge.other)
    if part_id is not None and len(ids) > 1:
        raise ClickError(
            f"part {part_id} of object {object_id} cannot be deleted after a merge; erase it."
        )

    def concerns(labelled: Click | _Overlay) -> bool:
        if isinstance(labelled, Merge):
            return labelled.into in ids
        return labelled.object in ids and part_id in (None, labelled.part)

    prefix = f"{object_id}." if part_id is None else f"{object_id}.{part_id}"
    gone = {str(object_id)} if part_id is None else set()
    return replace(
        state,
        clicks=tuple(click for click in state.clicks if not concerns(click)),
        overlays=tuple(overlay for overlay in state.overlays if not concerns(overlay)),
        names={
            k: v
            for k, v in state.names.items()
            if k not in gone and not (k.startswith(prefix) if part_id is None else k == prefix)
        },
    )


def _kept_locked(fresh: Masks, before: Masks, locked: frozenset[int]) -> Masks:
    """New masks in which locked objects have exactly the points that they had."""
    if not locked:
        return fresh
    ids = list(locked)
    kept = np.isin(before.object, ids)
    gained = np.isin(fresh.object, ids) & ~kept
    objects = np.where(kept, before.object, np.where(gained, np.int32(0), fresh.object))
    parts = np.where(kept, before.part, np.where(gained, np.int32(0), fresh.part))
    confidence = np.where(kept, before.confidence, fresh.confidence)
    return Masks(objects, parts, confidence)


def _check_object(state: _State, object_id: int) -> None:
    if object_id == 0 or not (state.masks.object == object_id).any():
        raise ClickError(f"there is no object {object_id}; click it first.")


def _rows_mask(points: Sequence[int] | Int64[np.ndarray, " rows"], n: int) -> np.ndarray:
    rows = np.asarray(points, np.int64)
    if len(rows) and (rows.min() < 0 or rows.max() >= n):
        raise ClickError(f"a painted point lies outside the scene of {n:,} points.")
    inside = np.zeros(n, bool)
    inside[rows] = True
    return inside
