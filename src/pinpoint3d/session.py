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
from jaxtyping import Bool, Int32, Int64
from numpy.typing import ArrayLike

from pinpoint3d.errors import ClickError, ProjectError
from pinpoint3d.files import load
from pinpoint3d.files.project import Project, ScanRecord, read_project, scan_record, write_project
from pinpoint3d.operations import Choose, Delete, Lock, Merge, Operation, Paint, Rename
from pinpoint3d.segmenter import EncodedScene, Segmenter, load_segmenter
from pinpoint3d.snap import snap_clicks
from pinpoint3d.types import MAX_ID, Candidate, Click, Masks, Scene, Suggestion, whole_number

_logger = logging.getLogger(__name__)
_N_KEPT = 8  # states with masks (12 bytes a point each): a few undos answer at once


@dataclass(frozen=True)
class _Brush:
    """Points that a person gave to a label: what paint and a chosen candidate come to."""

    rows: Int32[np.ndarray, " rows"]
    object: int
    part: int


@dataclass(frozen=True)
class _Union:
    """Object `other` made part of `into`, its part ids raised by `shift`."""

    into: int
    other: int
    shift: int


_Overlay = _Brush | _Union


@dataclass(frozen=True)
class _Outline:
    """What the operations up to some point came to, but for the masks.

    Attributes
    ----------
    clicks
        Clicks that count: all but those on objects and parts deleted since.
    overlays
        Operations laid over the segmenter's answer, in order.
    locked, names
        As the session shows them.
    """

    clicks: tuple[Click, ...] = ()
    overlays: tuple[_Overlay, ...] = ()
    locked: frozenset[int] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)

    def with_masks(self, masks: Masks) -> "_State":
        """The whole state, given its masks."""
        return _State(self.clicks, self.overlays, self.locked, self.names, masks=masks)


@dataclass(frozen=True, kw_only=True)
class _State(_Outline):
    """What the operations up to some point came to.

    `masks` are the segmenter's answer, under the overlays, with locked objects as they were.
    """

    masks: Masks

    def outline(self) -> _Outline:
        """The state without its masks."""
        return _Outline(self.clicks, self.overlays, self.locked, self.names)


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
        # after 0, 1, 2 ... operations: the last one has its masks, few others have
        self._states: list[_Outline] = [_Outline().with_masks(Masks.empty(len(encoded.scene)))]
        self.extend(operations)

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
        return self._now.masks

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

    def extend(self, operations: Sequence[Operation]) -> Masks:
        """Do several operations, all or none; returns the masks after the last.

        The same as doing them one after the other, but of clicks in a row only the last is
        answered, with all of them: what the others came to would be replaced unseen.

        Raises
        ------
        ClickError
            If one of them is impossible; none is done then.
        """
        before = (list(self._done), list(self._undone), list(self._states))
        try:
            state = self._now
            for i, operation in enumerate(operations):
                if isinstance(operation, Click) and isinstance(_at(operations, i + 1), Click):
                    # with the masks before the first: all that clicks keep are locked objects
                    state = _clicked(operation, state, self.scene)
                    self._note(operation, state.outline())
                else:
                    state = _after(operation, state, self._encoded)
                    self._note(operation, state)
        except BaseException:
            self._done, self._undone, self._states = before
            raise
        return self.masks

    def choose(self, click: Click, candidate: int) -> Masks:
        """Give a click's object and part to the points of one of its candidates, by number."""
        return self._do(Choose(click, candidate)).masks

    def candidates(self, click: Click) -> list[Candidate]:
        """Possible readings of a click, small to large."""
        return self._encoded.candidates(click)

    def suggest(self) -> list[Suggestion]:
        """Places where a click would help most next, the best first; none in locked objects."""
        state = self._now
        found = self._encoded.suggest(state.clicks)
        return [s for s in found if int(state.masks.object[s.point]) not in state.locked]

    def paint(self, points: ArrayLike, *, object: int, part: int = 0) -> Masks:
        """Give points to an object and part by hand; object 0 erases.

        Parameters
        ----------
        points
            Rows of the scene, in any order, or a bool mask of all its points.
        object, part
            The label they get. Points of locked objects, and points without a position, keep
            theirs.

        Raises
        ------
        ClickError
            If the points are no rows of the scene, or the object is locked.
        """
        rows = np.unique(_rows(points, len(self.scene)))
        return self._do(Paint(tuple(rows.tolist()), object, part)).masks

    def erase(self, points: ArrayLike) -> Masks:
        """Give points back to background by hand: rows, or a bool mask, as in `paint`."""
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
        self._states[-2] = self._recalled(len(self._states) - 2)
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
        state = _after(operation, self._now, self._encoded)
        self._note(operation, state)
        return state

    def _note(self, operation: Operation, state: _Outline) -> None:
        """Keep an operation and the state after it, and let go of masks that are old."""
        self._done.append(operation)
        self._states.append(state)
        self._undone = []
        if len(self._states) > _N_KEPT:
            old = self._states[-1 - _N_KEPT]
            self._states[-1 - _N_KEPT] = old.outline() if isinstance(old, _State) else old

    @property
    def _now(self) -> _State:
        state = self._states[-1]
        assert isinstance(state, _State)  # `_do` and `undo` see to it
        return state

    def _recalled(self, index: int) -> _State:
        """A state with its masks, made again where they were let go.

        Replays from the last state before it that can be had without those before.
        """
        start = index
        while (state := self._direct(start)) is None:
            start -= 1
        for i in range(start, index):
            state = _after(self._done[i], state, self._encoded)
            if i + 1 > index - _N_KEPT:  # the next undos will ask for them
                self._states[i + 1] = state
        return state

    def _direct(self, index: int) -> _State | None:
        """A state that is kept whole, or asks nothing of the masks before; None if neither."""
        state = self._states[index]
        if isinstance(state, _State):
            return state
        empty = state.with_masks(Masks.empty(len(self.scene)))
        if index == 0:
            return empty
        if isinstance(self._done[index - 1], Click | Delete) and not state.locked:
            return _answered(empty, self._encoded)
        return None


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
            return _answered(_clicked(operation, state, encoded.scene), encoded)
        case Paint(points, object_id, part_id):
            inside = np.zeros(len(state.masks), bool)
            inside[_rows(np.asarray(points, np.int64), len(inside))] = True
            inside &= encoded.scene.valid
            return _brushed(state, inside, object_id, part_id)
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
            highest = state.masks.part[state.masks.object == into].max(initial=0)
            union = _Union(into, other, int(highest))
            return replace(_laid_over(union, state), names=_names_merged(state.names, union))
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


def _clicked(click: Click, state: _State, scene: Scene) -> _State:
    """State with one more click, which wins at its point over what was painted there before."""
    clicks = (*state.clicks, click)
    brushes = [overlay for overlay in state.overlays if isinstance(overlay, _Brush)]
    overlays = state.overlays
    if brushes:
        row = snap_clicks(scene, clicks).rows[-1:].astype(np.int32)
        if any(row[0] in brush.rows for brush in brushes):
            object_id, part_id = int(click.object), int(click.part)
            for union in state.overlays:  # as the segmenter's answer to it is merged
                if isinstance(union, _Union) and object_id == union.other:
                    object_id = union.into
                    part_id += union.shift if part_id else 0
            whole_number(part_id, "the part of a click after a merge")
            overlays = (*overlays, _Brush(row, object_id, part_id))
    return replace(state, clicks=clicks, overlays=overlays)


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
    if object_id in state.locked:
        raise ClickError(f"object {object_id} is locked; unlock it to give points to it.")
    free = inside & ~np.isin(state.masks.object, list(state.locked))
    return _laid_over(_Brush(np.flatnonzero(free).astype(np.int32), object_id, part_id), state)


def _laid_over(overlay: _Overlay, state: _State) -> _State:
    """State with one more overlay on its masks."""
    objects, parts = state.masks.object.copy(), state.masks.part.copy()
    confidence = state.masks.confidence.copy()
    match overlay:
        case _Brush(rows, object_id, part_id):
            objects[rows], parts[rows], confidence[rows] = object_id, part_id, 1
        case _Union(into, other, shift):
            moved = objects == other
            raised = moved & (parts > 0)
            if raised.any() and int(parts[raised].max()) + shift > MAX_ID:
                raise ClickError(
                    f"object {other} cannot be merged into {into}; "
                    f"part ids would pass the largest, {MAX_ID:,}."
                )
            parts[raised] += np.int32(shift)
            objects[moved] = into
    masks = Masks(objects, parts, confidence)
    return replace(state, masks=masks, overlays=(*state.overlays, overlay))


def _names_merged(names: Mapping[str, str], union: _Union) -> dict[str, str]:
    """Names after a merge: those of the parts move with them, the other object's own goes."""
    merged = {}
    for key, name in names.items():
        object_key, _, part_key = key.partition(".")
        if object_key != str(union.other):
            merged[key] = name
        elif part_key:
            merged[f"{union.into}.{int(part_key) + union.shift}"] = name
    return merged


def _without(state: _State, object_id: int, part_id: int | None) -> _State:
    """State that has forgotten the clicks, paint and names on an object or a part."""
    merges = [o for o in state.overlays if isinstance(o, _Union)]
    ids = {object_id}
    for merge in reversed(merges):  # what was merged into it goes with it
        if merge.into in ids:
            ids.add(merge.other)
    if part_id is not None and len(ids) > 1:
        raise ClickError(
            f"part {part_id} of object {object_id} cannot be deleted after a merge; erase it."
        )

    def concerns(labelled: Click | _Overlay) -> bool:
        if isinstance(labelled, _Union):
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


def _at(operations: Sequence[Operation], index: int) -> Operation | None:
    return operations[index] if index < len(operations) else None


def _check_object(state: _State, object_id: int) -> None:
    if object_id == 0 or not (state.masks.object == object_id).any():
        raise ClickError(f"there is no object {object_id}; click it first.")


def _rows(points: ArrayLike, n: int) -> Int64[np.ndarray, " rows"]:
    """Rows that a person means: given as rows, or as a bool mask of all `n` points."""
    try:
        given = np.asarray(points)
    except ValueError:  # lists of different lengths
        given = np.asarray(None)
    if given.dtype.kind == "b":
        if given.shape != (n,):
            raise ClickError(
                f"a mask of shape {given.shape} for a scene of {n:,} points; "
                "give one value for each point."
            )
        return np.flatnonzero(given)
    if given.size == 0 and given.ndim == 1:
        return np.zeros(0, np.int64)
    whole = given.dtype.kind in "iu" or (
        given.dtype.kind == "f" and np.array_equal(given, np.floor(given))
    )
    if given.ndim > 1 or not whole:
        raise ClickError(
            "painted points are no rows; give a list of whole numbers, or a bool mask."
        )
    if given.min() < 0 or given.max() >= n:
        raise ClickError(f"a painted point lies outside the scene of {n:,} points.")
    return np.atleast_1d(given).astype(np.int64)
