# pyright: reportMissingImports=false
# tensorboard is an extra, so this file is checked with it and without it.
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest

from pinpoint3d.train.journal import Journal, Progress

STEPS = [
    Progress(1, 3, 2.5, 1e-3, 2.0, ()),
    Progress(2, 3, 2.25, 5e-4, 2.0, (0.5, 0.75)),
    Progress(3, 3, 2.125, 1e-4, 2.0, (0.5, 0.75)),
]


def test_a_run_that_goes_on_goes_on_in_the_same_table(tmp_path: Path) -> None:
    for part in (STEPS[:1], STEPS[1:]):
        with closing(Journal(tmp_path / "run")) as journal:
            for step in part:
                journal.add(step)
    lines = (tmp_path / "run" / "log.csv").read_text().split()
    assert lines[0] == "step,loss,rate,crops_per_second,iou"
    assert [line.split(",")[0] for line in lines[1:] if "," in line] == ["1", "2", "3"]


def test_tensorboard_shows_the_losses_and_each_validation_once(
    torch: ModuleType, tmp_path: Path
) -> None:
    assert torch
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with closing(Journal(tmp_path)) as journal:
        for step in STEPS:
            journal.add(step)
    events = EventAccumulator(str(tmp_path)).Reload()
    assert [(e.step, e.value) for e in events.Scalars("loss")] == [(1, 2.5), (2, 2.25), (3, 2.125)]
    assert [(e.step, e.value) for e in events.Scalars("iou/2")] == [(2, 0.75)]
