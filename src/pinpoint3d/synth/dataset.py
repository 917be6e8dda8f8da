"""Data sets: a recipe in, shards of samples and a manifest out; the same bits on every machine.

`build` makes what is missing of a set and may be interrupted at any time; `Dataset` reads one.
Every tenth sample is for validation: it shows only kinds, styles and imported objects that no
training sample does.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from pinpoint3d._version import __version__
from pinpoint3d.errors import FileFormatError, SynthesisError
from pinpoint3d.files.clicks import read_json
from pinpoint3d.files.storage import read_bytes, write_atomically
from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.catalogue import Catalogue, Subset, catalogue_of
from pinpoint3d.synth.executors import Executor, run_jobs
from pinpoint3d.synth.given import with_objects
from pinpoint3d.synth.imported.store import read_store
from pinpoint3d.synth.samples import KINDS, Kind, Sample, sample_of
from pinpoint3d.synth.shards import Shard, write_shard
from pinpoint3d.synth.textures import load_images

SCHEMA = "pinpoint3d.dataset"
VERSION = (1, 0)
PER_SHARD = 10
VAL_EVERY = 10  # one sample in so many is for validation
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Recipe:
    """What a data set is made from.

    Attributes
    ----------
    seed, count
        Of the set, and how many samples.
    kinds
        Share of each kind of sample.
    subset
        "both" keeps every tenth sample for validation; "train" and "val" make all for one side;
        "any" knows no sides.
    store
        File of imported objects (`imported.store`), or None for made ones alone.
    images
        Folder of pictures of surfaces (`textures.load_images`), or None for made ones alone.
    scans
        Folder of scans that samples of the kind "insert" put objects into, or None.
    sources_sha256
        Hash of what store, images and scans hold, filled in by `build`.
    """

    seed: int
    count: int
    kinds: Mapping[Kind, float] = field(default_factory=lambda: dict(KINDS))
    subset: Literal["both", "train", "val", "any"] = "both"
    store: str | None = None
    images: str | None = None
    scans: str | None = None
    sources_sha256: str | None = None

    def __post_init__(self) -> None:
        if self.count < 1 or self.seed < 0:
            raise SynthesisError(
                f"a set of {self.count} samples from seed {self.seed}; "
                "give at least 1, and a seed from 0."
            )
        if "insert" in self.kinds and self.scans is None:
            raise SynthesisError("objects are to be put into scans; name a folder of scans.")

    def subset_of(self, index: int) -> Subset:
        """The side of the split that a sample is on."""
        if self.subset != "both":
            return self.subset
        return "val" if index % VAL_EVERY == VAL_EVERY - 1 else "train"


def make_sample(recipe: Recipe, index: int) -> Sample:
    """Sample `index` of a set: a function of the recipe and the index alone."""
    rng = np.random.default_rng(np.random.SeedSequence((recipe.seed, index)))
    kinds = sorted(recipe.kinds)
    shares = np.array([recipe.kinds[kind] for kind in kinds], np.float64)
    kind = kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]
    side = recipe.subset_of(index)
    known = catalogue(recipe.store, recipe.images, side)
    if kind == "insert":
        assert recipe.scans is not None  # as checked when the recipe was made
        return with_objects(Path(recipe.scans), side, known, rng)
    return sample_of(kind, rng, known)


def build(
    recipe: Recipe,
    folder: Path,
    *,
    executor: Executor = "processes",
    workers: int = 2,
    done: Callable[[int], None] = lambda _: None,
) -> "Dataset":
    """Make the set in `folder`, or what is missing of it.

    Parameters
    ----------
    recipe, folder
        What to make, and where; the folder is made if it is not there.
    executor, workers
        See `executors.run_jobs`.
    done
        Called with the number of samples that a finished shard holds.

    Raises
    ------
    SynthesisError
        If the folder holds a set of another recipe, or workers keep dying.
    FileAccessError
        If the folder cannot be written.
    """
    recipe = replace(recipe, sources_sha256=_hash_of_sources(recipe))
    fingerprint = _fingerprint(recipe)
    if (folder / MANIFEST).exists():
        there = read_json(folder / MANIFEST).get("fingerprint")
        if there != fingerprint:
            raise SynthesisError(f"{folder}: holds a set made by another recipe; use a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    n_shards = -(-recipe.count // PER_SHARD)
    missing = []
    for number in range(n_shards):
        if _is_made(folder / _shard_name(number), fingerprint):
            done(len(_indices(recipe, number)))
        else:
            missing.append(number)
    work = _Work(recipe, folder, fingerprint)
    for number, _ in run_jobs(work, missing, executor, workers):
        done(len(_indices(recipe, number)))
    shards = [
        {
            "file": _shard_name(number),
            "sha256": hashlib.sha256(read_bytes(folder / _shard_name(number))).hexdigest(),
            "samples": [_indices(recipe, number).start, _indices(recipe, number).stop],
        }
        for number in range(n_shards)
    ]
    manifest = {
        "schema": SCHEMA,
        "version": list(VERSION),
        "app": f"pinpoint3d {__version__}",
        "fingerprint": fingerprint,
        "recipe": asdict(recipe),
        "shards": shards,
    }
    text = json.dumps(manifest, indent=1, sort_keys=True)
    write_atomically(folder / MANIFEST, [text.encode() + b"\n"])
    return Dataset(folder)


class Dataset:
    """The samples of a folder, by index."""

    def __init__(self, folder: str | Path) -> None:
        """Open a set.

        Raises
        ------
        FileFormatError
            If it holds no set, or a damaged one.
        """
        self.folder = Path(folder)
        document = read_json(self.folder / MANIFEST)
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise FileFormatError(f"{self.folder}: holds no data set of pinpoint3d.")
        try:
            self.recipe = Recipe(**document["recipe"])
            self._shards: Sequence[Mapping[str, Any]] = document["shards"]
            self._first = [int(shard["samples"][0]) for shard in self._shards]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise FileFormatError(f"{self.folder}: its manifest is damaged ({error}).") from None

    def __len__(self) -> int:
        return self.recipe.count

    def __getitem__(self, index: int) -> Sample:
        if not 0 <= index < len(self):  # what ends a loop over it
            raise IndexError(index)
        shard = self._shards[int(np.searchsorted(self._first, index, side="right")) - 1]
        return Shard(self.folder / str(shard["file"])).sample(index)

    def subset(self, side: Subset) -> list[int]:
        """Indices of one side of the split."""
        return [i for i in range(len(self)) if self.recipe.subset_of(i) == side]

    def verify(self) -> None:
        """Compare every shard with the hash in the manifest.

        Raises
        ------
        FileFormatError
            If one has changed.
        """
        for shard in self._shards:
            path = self.folder / str(shard["file"])
            if hashlib.sha256(read_bytes(path)).hexdigest() != shard["sha256"]:
                raise FileFormatError(
                    f"{path}: has changed since it was made; build the set again."
                )


@dataclass(frozen=True)
class _Work:
    """Makes a shard by its number, in whichever process it is called."""

    recipe: Recipe
    folder: Path
    fingerprint: str

    def __call__(self, number: int) -> None:
        indices = _indices(self.recipe, number)
        samples = ((index, make_sample(self.recipe, index)) for index in indices)
        write_shard(self.folder / _shard_name(number), samples, self.fingerprint)


def _indices(recipe: Recipe, number: int) -> range:
    return range(number * PER_SHARD, min((number + 1) * PER_SHARD, recipe.count))


def _shard_name(number: int) -> str:
    return f"shard-{number:05d}.safetensors"


def _fingerprint(recipe: Recipe) -> str:
    """Hash of what decides the samples: where the sources lie does not."""
    decides = asdict(recipe) | {"store": None, "images": None, "made": __version__}
    del decides["scans"]  # their hash is among the sources
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]


def _is_made(path: Path, fingerprint: str) -> bool:
    try:
        return path.exists() and Shard(path).made_by == fingerprint
    except FileFormatError:
        return False


def _hash_of_sources(recipe: Recipe) -> str | None:
    """Hash of the store, of every image and every scan, or None where there are none."""
    paths = [] if recipe.store is None else [Path(recipe.store)]
    for folder in (recipe.images, recipe.scans):
        if folder is not None:
            paths += sorted(path for path in Path(folder).iterdir() if path.is_file())
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(read_bytes(path)).digest())
    return digest.hexdigest() if paths else None


@cache
def catalogue(store: str | None, images: str | None, subset: Subset) -> Catalogue:
    """What one side of the split is made from; read once a process."""
    sides: tuple[Literal["train", "val"], ...] = ("train", "val")
    if subset != "any":
        sides = (subset,)
    assets: list[Asset] = []
    if store is not None:
        assets = [asset for side in sides for asset in read_store(Path(store), subset=side)]
    pictures = None
    if images is not None:
        pictures = load_images(Path(images), None if subset == "any" else subset)
    return catalogue_of(assets, subset, pictures)
