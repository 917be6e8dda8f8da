"""What every research set gives: entries that ask for something, and labelled scenes.

`ResearchSet` is the form; `FolderSet` is what the readers beside this file have in common. A set is
read where its owners put it: nothing is downloaded, converted or written.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Integer

from pinpoint3d.errors import FileAccessError, FileFormatError
from pinpoint3d.files.siblings import SHOWN
from pinpoint3d.types import MAX_ID, Masks, Scene


@dataclass(frozen=True)
class Entry:
    """One question of a set: an object of a scene, or parts of it.

    Attributes
    ----------
    name
        Unlike that of any other entry of its split.
    scene
        Id of the scene, for `ResearchSet.scene`.
    object
        Id of the object in the scene's labels.
    parts
        Ids of the parts asked for; empty for the object as a whole.
    category
        What the set calls the object, or None.
    """

    name: str
    scene: str
    object: int
    parts: tuple[int, ...] = ()
    category: str | None = None


@runtime_checkable
class ResearchSet(Protocol):
    """A labelled set of scenes as it lies on disk."""

    @property
    def name(self) -> str:
        """The name it is opened by."""
        ...

    @property
    def splits(self) -> tuple[str, ...]:
        """The lists of entries it has here."""
        ...

    def entries(self, split: str) -> list[Entry]:
        """What a split asks for, in the set's own order."""
        ...

    def scene(self, scene_id: str) -> Scene:
        """A scene with the set's labels; points nobody labelled are background there."""
        ...

    def unlabelled(self, scene_id: str) -> Bool[np.ndarray, " points"]:
        """Points of a scene of which the set does not say what they are."""
        ...


@dataclass(frozen=True)
class Labelled:
    """A scene with its labels, and the points without."""

    scene: Scene
    unlabelled: Bool[np.ndarray, " points"]


class FolderSet(ABC):
    """What the readers of sets have in common; splits are found once, the latest scene is kept.

    Parameters
    ----------
    folder
        Where the set lies; what it holds is said by each reader.

    Raises
    ------
    FileAccessError
        If there is no such folder.
    """

    name: str

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise FileAccessError(f"{folder}: there is no such folder; name the one of the set.")
        self.folder = folder
        self.splits = self._splits()
        self._latest: tuple[str, Labelled] | None = None

    @abstractmethod
    def _splits(self) -> tuple[str, ...]:
        """The lists of entries that are there now."""

    def entries(self, split: str) -> list[Entry]:
        """What a split asks for, in the set's own order.

        Raises
        ------
        FileAccessError
            If there is no such split, or a file of it is missing.
        FileFormatError
            If a file of it is damaged.
        """
        if split not in self.splits:
            known = ", ".join(self.splits) or "none, because its lists are not there"
            raise FileAccessError(
                f"{self.folder}: has no split {split[:SHOWN]!r} of {self.name}; use one of {known}."
            )
        found = self._entries(split)
        if len({entry.name for entry in found}) < len(found):
            raise FileFormatError(
                f"{self.folder}: its split {split} names an entry twice; copy it again."
            )
        return found

    def scene(self, scene_id: str) -> Scene:
        """A scene with the set's labels; points nobody labelled are background there.

        Raises
        ------
        FileAccessError
            If a file of it is missing.
        FileFormatError
            If a file of it is damaged, or does not fit another one.
        """
        return self._read(scene_id).scene

    def unlabelled(self, scene_id: str) -> Bool[np.ndarray, " points"]:
        """Points of a scene of which the set does not say what they are."""
        return self._read(scene_id).unlabelled

    def _read(self, scene_id: str) -> Labelled:
        if self._latest is None or self._latest[0] != scene_id:
            self._latest = None  # two large scenes need not be there at once
            self._latest = (scene_id, self._labelled(scene_id))
        return self._latest[1]

    @abstractmethod
    def _entries(self, split: str) -> list[Entry]:
        """Entries of a split that is there."""

    @abstractmethod
    def _labelled(self, scene_id: str) -> Labelled:
        """The scene, read anew."""


def labelled(
    scene: Scene,
    objects: Integer[np.ndarray, " points"],
    parts: Integer[np.ndarray, " points"] | None = None,
    *,
    unlabelled: Bool[np.ndarray, " points"] | None = None,
) -> Labelled:
    """A scene with these labels.

    Rows without a position and `unlabelled` ones become background and count as unlabelled.

    Raises
    ------
    FileFormatError
        If an id is negative, or too large.
    """
    unknown = ~scene.valid if unlabelled is None else unlabelled | ~scene.valid
    object_ids = np.where(unknown, 0, objects)
    part_ids = np.zeros_like(object_ids) if parts is None else np.where(object_ids == 0, 0, parts)
    for ids in (object_ids, part_ids):
        if ids.min() < 0 or ids.max() > MAX_ID:
            raise FileFormatError(
                f"{scene.name}: has ids from {ids.min():,} to {ids.max():,} where 0 to "
                f"{MAX_ID:,} can be; copy it again."
            )
    return Labelled(relabelled(scene, Masks.of(object_ids, part_ids)), unknown)


def relabelled(scene: Scene, masks: Masks) -> Scene:
    """The same scene with other labels."""
    return Scene(
        scene.xyz,
        scene.rgb,
        name=scene.name,
        labels=masks,
        origin=scene.origin,
        up=scene.up,
        fields=scene.fields,
        faces=scene.faces,
        source=scene.source,
    )


def entries_of(
    scene_id: str, masks: Masks, categories: Mapping[int, Any] | None = None
) -> list[Entry]:
    """An entry for every object of a scene: all its parts, or the whole where it has none."""
    known = categories or {}
    pairs = np.unique(np.stack([masks.object, masks.part], axis=1), axis=0)
    pairs = pairs[pairs[:, 0] > 0]
    ids, first = np.unique(pairs[:, 0], return_index=True)
    parts = np.split(pairs[:, 1], first[1:])
    return [
        Entry(
            f"{scene_id}:{object_id}",
            scene_id,
            object_id,
            tuple(own[own > 0].tolist()),
            known.get(object_id),
        )
        for object_id, own in zip(ids.tolist(), parts, strict=False)
    ]
