"""What is asked: entries of a set, read in one of the settings of the click protocol.

An `Entry` is an object of a scene and its parts. A `Question` is what one run of the click loop
asks for, its targets; `questions_of` turns the one into the other.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from pinpoint3d.evaluate.sets.entries import Entry
from pinpoint3d.metrics import Target

Setting = Literal["all-part", "random-part", "single-part", "object", "objects"]
"""all-part: every part of the entry is a target; random-part: some of them, at least one;
single-part: one of them; object: the object with its parts merged; objects: all the objects that a
scene is asked for at once."""

SETTINGS: tuple[Setting, ...] = get_args(Setting)


@dataclass(frozen=True)
class Question:
    """What one run of the click loop asks for.

    Attributes
    ----------
    name
        Unlike that of any other question of the suite.
    scene
        Id of the scene.
    targets
        The (object, part) pairs asked for.
    whole
        Whether objects are asked for, with their parts merged into part 0.
    category
        What the object is called, or None.
    level
        Of the part tree on which the parts are taken, 0 the coarsest; sets have but one.
    """

    name: str
    scene: str
    targets: tuple[Target, ...]
    whole: bool = False
    category: str | None = None
    level: int = 0


def questions_of(
    entries: Sequence[Entry], setting: Setting, seed: int, levels: Sequence[int] | None = None
) -> list[Question]:
    """Questions that the entries make in a setting, in their order.

    Parameters
    ----------
    entries
        What a suite holds. One without parts asks for its object in every setting.
    setting
        Which of the parts become targets.
    seed
        Of the choice of parts, which also depends on the entry's name, and on nothing else.
    levels
        Level of the part tree of each entry; 0 unless given.
    """
    if setting == "objects":
        return _by_scene(entries)
    found = []
    for entry, level in zip(entries, levels or [0] * len(entries), strict=True):
        whole = setting == "object" or not entry.parts
        chosen = (0,) if whole else _chosen(entry, setting, seed)
        targets = tuple((entry.object, part) for part in chosen)
        found.append(Question(entry.name, entry.scene, targets, whole, entry.category, level))
    return found


def child_rng(seed: int, name: str) -> np.random.Generator:
    """Generator of one entry: the same whatever else is run, in whichever order."""
    return np.random.default_rng(np.random.SeedSequence((seed, zlib.crc32(name.encode()))))


def _chosen(entry: Entry, setting: Setting, seed: int) -> tuple[int, ...]:
    """Parts of an entry that become targets, in their order."""
    if setting == "all-part":
        return entry.parts
    rng = child_rng(seed, entry.name)
    n = 1 if setting == "single-part" else int(rng.integers(1, len(entry.parts) + 1))
    places = np.sort(rng.permutation(len(entry.parts))[:n])
    return tuple(entry.parts[i] for i in places.tolist())


def _by_scene(entries: Sequence[Entry]) -> list[Question]:
    """One question a scene, for every object that any of its entries names."""
    objects: dict[str, set[int]] = {}
    for entry in entries:
        objects.setdefault(entry.scene, set()).add(entry.object)
    return [
        Question(scene, scene, tuple((k, 0) for k in sorted(ids)), whole=True)
        for scene, ids in objects.items()
    ]
