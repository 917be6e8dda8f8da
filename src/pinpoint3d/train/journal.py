# pyright: reportMissingImports=false
# torch is an extra, so this file is checked with it and without it.
"""What a training run writes down while it goes on: a table, and TensorBoard where it is installed.

The table is `log.csv`, a line a step. A run that is resumed goes on in the same table.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = "log.csv"


@dataclass(frozen=True)
class Progress:
    """Where a run stands after a step; `iou` is that of the last validation, by rounds."""

    step: int
    steps: int
    loss: float
    rate: float
    crops_per_second: float
    iou: tuple[float, ...]


class Journal:
    """The writer of one run, in its folder; to be closed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._table = folder / TABLE
        self._board = _board(folder)
        self._judged: tuple[float, ...] = ()

    def close(self) -> None:
        """Have everything on disk."""
        if self._board is not None:
            self._board.close()

    def add(self, now: Progress) -> None:
        """Write down a step."""
        fresh = not self._table.exists()
        with self._table.open("a", newline="") as stream:
            writer = csv.writer(stream)
            if fresh:
                writer.writerow(["step", "loss", "rate", "crops_per_second", "iou"])
            shown = " ".join(f"{v:.4f}" for v in now.iou)
            writer.writerow(
                [now.step, f"{now.loss:.4f}", f"{now.rate:.2e}",
                 f"{now.crops_per_second:.2f}", shown]
            )  # fmt: skip
        if self._board is None:
            return
        for name in ("loss", "rate", "crops_per_second"):
            self._board.add_scalar(name, getattr(now, name), now.step)
        if now.iou != self._judged:
            self._judged = now.iou
            for clicks, iou in enumerate(now.iou, start=1):
                self._board.add_scalar(f"iou/{clicks}", iou, now.step)


def _board(folder: Path) -> Any:
    """TensorBoard's writer, or None where it is not installed."""
    try:
        from torch.utils.tensorboard.writer import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(folder)
