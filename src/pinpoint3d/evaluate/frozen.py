"""Frozen suites of made scans: TOML files under `recipes/suites`, and how they are written.

`python -m pinpoint3d.evaluate.frozen NAME` makes the scans of a suite, draws its entries and writes
the file: a seed, and for every scan the hash of its arrays and what is asked. When the suite is
run, each scan is made again from the seed, and one that came out otherwise is refused: the
generator has changed since, and figures would not compare.
"""

import argparse
import hashlib
import json
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool

from pinpoint3d.errors import FileAccessError, FileFormatError, SynthesisError
from pinpoint3d.evaluate.questions import child_rng
from pinpoint3d.evaluate.sets.entries import Entry
from pinpoint3d.files.storage import read_bytes, write_atomically
from pinpoint3d.synth.assets import Asset, at_level
from pinpoint3d.synth.dataset import Recipe, catalogue, make_sample
from pinpoint3d.synth.executors import run_jobs
from pinpoint3d.synth.imported.store import digest, read_store
from pinpoint3d.synth.samples import Kind, Sample, masks_at, single
from pinpoint3d.types import Masks, Scene

Imported = Literal["none", "mixed", "only"]

LEAST_POINTS = 30  # of a part: below, a person could hardly click it
LEAST_SHARE = 0.005  # of its object
FEWEST_PARTS, MOST_PARTS = 2, 14  # of an entry, as in PartScan's validation list


@dataclass(frozen=True)
class FrozenScan:
    """One made scan: the hash of its arrays, its entries and the levels of their parts."""

    sha256: str
    entries: tuple[Entry, ...]
    levels: tuple[int, ...]


@dataclass(frozen=True)
class Frozen:
    """A suite of made scans.

    Attributes
    ----------
    name, version
        Of the suite; a new version for every change.
    kind, seed, count
        Of the samples; all are of the validation side of the catalogue.
    imported
        Whether scans show imported objects: "none", "mixed" with made ones, or "only". Then
        each of the first `count` objects for validation has a scan of its own.
    entries_a_scan
        Objects asked for in a scan, at most.
    clicks_a_target
        Budget.
    imported_sha256
        Hash of the imported objects for validation, or None where the scans show none.
    scans
        What was frozen, scan by scan.
    """

    name: str
    version: int
    kind: Kind
    seed: int
    count: int
    entries_a_scan: int
    clicks_a_target: int
    imported: Imported = "none"
    imported_sha256: str | None = None
    scans: tuple[FrozenScan, ...] = field(default=(), repr=False)

    def sample(self, index: int, store: str | None) -> Sample:
        """A scan, made from the seed and its number."""
        if self.imported == "only":
            assert store is not None  # checked before anything is made
            rng = np.random.default_rng(np.random.SeedSequence((self.seed, index)))
            return single(rng, catalogue(store, None, "val"), asset=_imported(store)[index])
        return make_sample(Recipe(self.seed, self.count, {self.kind: 1.0}, "val", store), index)


PLANS: dict[str, Frozen] = {
    "rooms-val": Frozen("rooms-val", 2, "room", 4103, 60, 3, 10, "mixed"),
    "objects-val": Frozen("objects-val", 2, "single", 4104, 154, 1, 10, "only"),
    "rooms-made": Frozen("rooms-made", 1, "room", 4101, 60, 3, 10),
    "objects-made": Frozen("objects-made", 1, "single", 4102, 120, 1, 10),
}
"""What is frozen under each name; seeds apart from all that training draws on."""


@dataclass(frozen=True)
class MadeScans:
    """The scans of a frozen suite, made when they are asked for."""

    frozen: Frozen
    store: str | None = None

    def check_store(self) -> None:
        """Refuse a store that is missing, superfluous or another one.

        Raises
        ------
        FileAccessError
            If it is not what was frozen, or cannot be opened.
        FileFormatError
            If it is no store, or a damaged one.
        """
        name, wanted = self.frozen.name, self.frozen.imported_sha256
        if wanted is None:
            if self.store is not None:
                raise FileAccessError(f"{name} shows no imported objects; leave out --store.")
            return
        if self.store is None:
            raise FileAccessError(
                f"{name} shows imported objects: pack them with pinpoint3d synth import FOLDER "
                f"-o FILE, then give --store FILE; {_without(name)} needs none."
            )
        found = digest(_imported(self.store))
        if found != wanted:
            raise FileAccessError(
                f"{self.store}: holds other objects for validation ({found[:12]}...) than {name} "
                f"was frozen with ({wanted[:12]}...); import the same collections, or use "
                f"{_without(name)}."
            )

    def scene(self, scene_id: str) -> Scene:
        """A scan.

        Raises
        ------
        SynthesisError
            If it comes out otherwise than when the suite was frozen.
        """
        return _checked_sample(self, int(scene_id)).scene

    def truth(self, scene_id: str, level: int) -> Masks:
        """Labels on a level of the part tree."""
        return masks_at(_checked_sample(self, int(scene_id)), level)

    def unlabelled(self, scene_id: str) -> Bool[np.ndarray, " points"]:
        """None: all of a made scan is labelled."""
        return np.zeros(len(self.scene(scene_id)), bool)


@lru_cache(maxsize=1)
def _checked_sample(scans: MadeScans, index: int) -> Sample:
    sample = scans.frozen.sample(index, scans.store)
    if checksum(sample) != scans.frozen.scans[index].sha256:
        raise SynthesisError(
            f"{scans.frozen.name}: scan {index} comes out otherwise than when version "
            f"{scans.frozen.version} was frozen, because the generator has changed; freeze a new "
            "version with python -m pinpoint3d.evaluate.frozen."
        )
    return sample


def checksum(sample: Sample) -> str:
    """Hash of a sample's arrays."""
    labels = sample.scene.labels
    assert labels is not None  # samples are labelled
    digest = hashlib.sha256()
    for array in (sample.scene.xyz, sample.scene.rgb, labels.object, labels.part):
        digest.update(b"" if array is None else array.tobytes())
    return digest.hexdigest()


def freeze(plan: Frozen, *, store: str | None = None, workers: int = 1) -> Frozen:
    """The plan with its scans made, hashed, and their entries drawn.

    Raises
    ------
    FileAccessError
        If the plan shows imported objects and there is no store, or the other way round, or the
        store holds fewer objects than the plan shows.
    """
    if (plan.imported == "none") != (store is None):
        wants = "no store" if store is not None else "a store (--store FILE)"
        raise FileAccessError(f"{plan.name} shows {plan.imported} imported objects; give {wants}.")
    sha = None
    if store is not None:
        known = _imported(store)
        if plan.imported == "only" and len(known) < plan.count:
            raise FileAccessError(
                f"{store}: holds {len(known)} objects for validation; {plan.name} shows "
                f"{plan.count}: give --count."
            )
        sha = digest(known)
    plan = replace(plan, imported_sha256=sha, scans=())
    executor = "local" if workers == 1 else "processes"
    scans = dict(run_jobs(_Freezing(plan, store), range(plan.count), executor, workers))
    return replace(plan, scans=tuple(scans[i] for i in range(plan.count)))


@dataclass(frozen=True)
class _Freezing:
    """Freezes a scan by its number, in whichever process it is called."""

    plan: Frozen
    store: str | None

    def __call__(self, index: int) -> FrozenScan:
        sample = self.plan.sample(index, self.store)
        drawn = draw_entries(sample, self.plan, index)
        return FrozenScan(
            checksum(sample), tuple(entry for entry, _ in drawn), tuple(level for _, level in drawn)
        )


def draw_entries(sample: Sample, plan: Frozen, index: int) -> list[tuple[Entry, int]]:
    """Entries of a scan and the level of the part tree each is on.

    Objects are drawn from those that on some level have 2 to 14 parts large enough to click; of
    several levels one is drawn. Smaller parts stay with the rest of the object.
    """
    rng = child_rng(plan.seed, f"{plan.name} {index}")
    labels = sample.scene.labels
    assert labels is not None  # samples are labelled
    possible: list[tuple[int, list[tuple[int, tuple[int, ...]]]]] = []
    for object_id, known in enumerate(sample.objects, start=1):
        own = labels.part[labels.object == object_id]
        levels: list[tuple[int, tuple[int, ...]]] = []
        before = None
        for level in range(len(known.parts)):
            ancestor = at_level(known.parts, level)
            if before is not None and (ancestor == before).all():
                break
            before = ancestor
            parts = _large_parts(np.concatenate([[0], ancestor + 1])[own])
            if FEWEST_PARTS <= len(parts) <= MOST_PARTS:
                levels.append((level, parts))
        if levels:
            possible.append((object_id, levels))
    drawn = []
    for place in np.sort(rng.permutation(len(possible))[: plan.entries_a_scan]).tolist():
        object_id, levels = possible[place]
        level, parts = levels[int(rng.integers(len(levels)))]
        kind = sample.objects[object_id - 1].kind
        name = f"{plan.name}/{index}/{object_id}"
        drawn.append((Entry(name, str(index), object_id, parts, kind), level))
    return drawn


def _large_parts(part: np.ndarray) -> tuple[int, ...]:
    """Parts that hold enough of an object's points."""
    ids, counts = np.unique(part, return_counts=True)
    enough = (counts >= LEAST_POINTS) & (counts >= LEAST_SHARE * len(part)) & (ids > 0)
    return tuple(ids[enough].tolist())


def frozen_suites() -> dict[str, Path]:
    """Files of the frozen suites by name: of the checkout, or those that were installed."""
    here = Path(__file__).resolve()
    for folder in (here.parents[3] / "recipes" / "suites", here.parent / "recipes"):
        if folder.is_dir():
            return {path.stem: path for path in sorted(folder.glob("*.toml"))}
    return {}


def write_frozen(frozen: Frozen, path: Path) -> None:
    """Write a suite as TOML, a line a scan."""
    lines = [
        "# Frozen by python -m pinpoint3d.evaluate.frozen: do not edit, freeze a new version.",
        "# An entry is object, level of the part tree, parts, kind.",
    ]
    keys = ["name", "version", "kind", "seed", "count", "entries_a_scan", "clicks_a_target"]
    keys.append("imported")
    if frozen.imported_sha256 is not None:
        keys.append("imported_sha256")
    lines += [f"{key} = {json.dumps(getattr(frozen, key))}" for key in keys]
    lines.append("scans = [")
    for scan in frozen.scans:
        entries = [
            [entry.object, level, list(entry.parts), entry.category]
            for entry, level in zip(scan.entries, scan.levels, strict=True)
        ]
        lines.append(f'  {{ sha256 = "{scan.sha256}", entries = {json.dumps(entries)} }},')
    write_atomically(path, ["\n".join([*lines, "]", ""]).encode()])


def read_frozen(path: Path) -> Frozen:
    """A suite as `write_frozen` wrote it.

    Raises
    ------
    FileAccessError
        If the file cannot be read.
    FileFormatError
        If it is damaged.
    """
    try:
        document: dict[str, Any] = tomllib.loads(read_bytes(path).decode())
        listed = document.pop("scans")
        frozen = Frozen(**document)
        scans = tuple(_scan(frozen.name, i, row) for i, row in enumerate(listed))
        complete = len(scans) == frozen.count and any(scan.entries for scan in scans)
    except (UnicodeDecodeError, ValueError, TypeError, KeyError) as error:
        raise FileFormatError(f"{path.name}: is no frozen suite ({error}).") from None
    if not complete:
        raise FileFormatError(
            f"{path.name}: holds {len(scans)} of {frozen.count} scans, or asks for nothing; "
            "freeze it again."
        )
    return replace(frozen, scans=scans)


def _scan(name: str, index: int, row: dict[str, Any]) -> FrozenScan:
    entries = [
        Entry(f"{name}/{index}/{object_id}", str(index), int(object_id), tuple(parts), kind)
        for object_id, _, parts, kind in row["entries"]
    ]
    levels = tuple(int(level) for _, level, _, _ in row["entries"])
    return FrozenScan(str(row["sha256"]), tuple(entries), levels)


@lru_cache(maxsize=2)
def _imported(store: str) -> tuple[Asset, ...]:
    """The imported objects for validation."""
    return read_store(Path(store), subset="val")


def _without(name: str) -> str:
    """The suite like this one of made objects alone."""
    return name.replace("-val", "-made")


def main(arguments: Sequence[str] | None = None) -> None:
    """Freeze a suite by its name."""
    parser = argparse.ArgumentParser(description="Freeze a suite of made scans.")
    parser.add_argument("name", choices=sorted(PLANS))
    parser.add_argument("--out", type=Path, help="the file; else recipes/suites/NAME.toml")
    parser.add_argument("--version", type=int, help="of the suite; else that of the plan")
    parser.add_argument("--count", type=int, help="scans; else as many as planned")
    parser.add_argument("--store", help="file of imported objects to show as well")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    plan = PLANS[options.name]
    plan = replace(plan, version=options.version or plan.version, count=options.count or plan.count)
    out = options.out or Path("recipes/suites") / f"{options.name}.toml"
    if not out.parent.is_dir():
        raise FileAccessError(f"{out.parent}: there is no such folder; make it first.")
    write_frozen(freeze(plan, store=options.store, workers=options.workers), out)


if __name__ == "__main__":
    main()
