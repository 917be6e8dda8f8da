"""Every network learns by the same loop."""

from types import ModuleType

import numpy as np
import pytest

from pinpoint3d.net.losses import LossWeights
from pinpoint3d.net.model import Config
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.peers.agile3d import Agile3DConfig
from pinpoint3d.net.peers.pointsam import PointSamConfig
from pinpoint3d.net.presets import AnyConfig, built
from pinpoint3d.synth.samples import Sample, sample_of
from pinpoint3d.train.crops import Crop, crops_of
from pinpoint3d.train.lessons import lesson_on

TINY: dict[str, AnyConfig] = {
    "default": Config(channels=(8, 8), token_width=8, node_width=8, width=8, n_rounds=1),
    "reference": Agile3DConfig((8, 8), width=16, hidden=16, n_heads=2, n_part_layers=1),
    "agile3d": Agile3DConfig((8, 8), width=16, hidden=16, n_heads=2),
    "pointsam": PointSamConfig(16, 16, 2, 1, 1, 8),
}
SIZE = 0.05
STEPS = 50


@pytest.fixture(scope="module")
def sample() -> Sample:
    return sample_of("single", np.random.default_rng(3))


@pytest.fixture(scope="module")
def crop(sample: Sample) -> Crop:
    return next(crops_of(sample, np.random.default_rng(0), size=SIZE))


def test_nodes_are_as_large_as_asked_for(sample: Sample, crop: Crop) -> None:
    assert crop.view.size == SIZE
    assert (crop.label == 1).any()
    tied = next(crops_of(sample, np.random.default_rng(0)))
    assert tied.view.size < SIZE
    assert len(tied.view) > len(crop.view)


@pytest.mark.parametrize("name", list(TINY))
def test_a_few_steps_lower_the_loss(torch: ModuleType, crop: Crop, name: str) -> None:
    from pinpoint3d.train.loop import lesson_loss

    torch.set_num_threads(1)
    network = built(TINY[name])
    values = initial(network.shapes(), np.random.default_rng(0))
    parameters = {k: torch.tensor(v, requires_grad=True) for k, v in values.items()}
    optimiser = torch.optim.AdamW(list(parameters.values()), 3e-3)
    lesson = lesson_on(crop, np.random.default_rng(0), all_parts=True)
    losses = []
    for step in range(STEPS):
        optimiser.zero_grad()
        rng = np.random.default_rng(step)
        loss = lesson_loss(network, parameters, lesson, LossWeights(), 2, rng)
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert np.isfinite(losses).all()
    assert np.mean(losses[-5:]) < 0.95 * np.mean(losses[:3])
    idle = {name for name, values in parameters.items() if values.grad is None}
    assert not idle
