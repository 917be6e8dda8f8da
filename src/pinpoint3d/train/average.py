"""The mean of several runs' weights: steadier than each of them, where they began alike.

Wortsman et al., "Model soups", ICML 2022 (https://arxiv.org/abs/2203.05482).
"""

from collections.abc import Sequence

import numpy as np

from pinpoint3d.errors import TrainingError
from pinpoint3d.net.corrections import SHAPES
from pinpoint3d.net.presets import network_of
from pinpoint3d.net.weights import Weights, require

_OF_NETWORK = ("kind", "model")


def averaged(several: Sequence[Weights], names: Sequence[str]) -> Weights:
    """Weights of one network, each the mean of several.

    What was learned or fitted of one of them alone is left out: which corrections to believe, and
    the temperatures.

    Parameters
    ----------
    names
        Of each, for sentences.

    Raises
    ------
    TrainingError
        If they are of different networks.
    SegmenterError
        If some do not fit the network they describe.
    """
    first = _network_part(several[0])
    shapes = network_of(several[0], names[0]).shapes()
    total = {name: np.zeros(shape) for name, shape in shapes.items()}
    for weights, name in zip(several, names, strict=True):
        if _network_part(weights) != first:
            raise TrainingError(f"{name}: is of another network than {names[0]}; take runs of one.")
        known = {key: v for key, v in weights.parameters.items() if key not in SHAPES}
        require(known, shapes, name)
        for key, values in known.items():
            total[key] += values / len(several)
    return Weights(first, {name: values.astype(np.float32) for name, values in total.items()})


def _network_part(weights: Weights) -> dict[str, object]:
    """The configuration without notes on the run."""
    return {key: weights.config[key] for key in _OF_NETWORK if key in weights.config}
