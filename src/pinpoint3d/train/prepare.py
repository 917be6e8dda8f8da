"""Crops of a whole data set, made once by many processes and kept beside its shards.

A file of crops is a function of the data set's seed and the sample's number; those that are there
are left alone, so preparing may be interrupted at any time. Objects whose parts nobody could tell
apart are left out, for networks that see in nodes of the scan's own size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import numpy as np

from pinpoint3d.errors import TrainingError
from pinpoint3d.net.network import Sight
from pinpoint3d.synth.catalogue import Subset
from pinpoint3d.synth.dataset import Dataset
from pinpoint3d.synth.executors import Executor, run_jobs
from pinpoint3d.train.crops import CropFile, crops_of, is_clear, write_crops

PER_SAMPLE = 8
TIED = Sight()
_SALT = 7  # sets these random numbers apart from those that made the sample


@dataclass(frozen=True)
class _Work:
    """Makes the crops of a sample, in whichever process it is called."""

    folder: Path
    sight: Sight

    def __call__(self, number: int) -> None:
        dataset = Dataset(self.folder)
        rng = np.random.default_rng((dataset.recipe.seed, number, _SALT))
        size, grain = self.sight.size, self.sight.grain
        crops = crops_of(dataset[number], rng, most=PER_SAMPLE, size=size, grain=grain)
        kept = [crop for crop in crops if size is not None or is_clear(crop)]
        write_crops(crop_file(self.folder, number, self.sight), kept)


def prepare(
    folder: Path,
    sight: Sight = TIED,
    *,
    executor: Executor = "processes",
    workers: int = 2,
    done: Callable[[int], None] = lambda _: None,
) -> None:
    """Make what is missing of a data set's crops; `done` is told how many more are there.

    Parameters
    ----------
    sight
        Of the network: crops of another size of nodes or superpoints lie in another folder.

    Raises
    ------
    FileFormatError
        If the folder holds no data set.
    """
    n_samples = len(Dataset(folder))
    crop_file(folder, 0, sight).parent.mkdir(exist_ok=True)
    missing = [i for i in range(n_samples) if not crop_file(folder, i, sight).exists()]
    done(n_samples - len(missing))
    for _ in run_jobs(_Work(folder, sight), missing, executor, workers):
        done(1)


def wait_for(folder: Path, sight: Sight = TIED) -> None:
    """Return once another process has prepared a data set."""
    numbers = list(range(len(Dataset(folder))))
    while numbers:
        if crop_file(folder, numbers[-1], sight).exists():
            numbers.pop()
        else:
            sleep(1)


def crop_files(folders: Sequence[Path], side: Subset, sight: Sight = TIED) -> list[Path]:
    """Files of the crops of one side of some data sets, without the empty ones.

    Raises
    ------
    TrainingError
        If there are none.
    """
    files = [
        crop_file(folder, number, sight)
        for folder in folders
        for number in Dataset(folder).subset(side)
        if len(CropFile(crop_file(folder, number, sight)))
    ]
    if not files:
        raise TrainingError(
            f"no {'training' if side == 'train' else 'validation'} crop in "
            f"{', '.join(map(str, folders))}; make a larger data set with --subset both."
        )
    return files


def crop_file(folder: Path, number: int, sight: Sight = TIED) -> Path:
    """Where the crops of a sample are kept for networks that see alike."""
    size = "tied" if sight.size is None else f"{1000 * sight.size:g}mm"
    return folder / f"crops-{size}-{sight.grain:g}" / f"{number:06d}.safetensors"
