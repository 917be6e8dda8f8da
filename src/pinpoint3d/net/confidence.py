"""Confidence that can be taken at its word: temperatures between a network's odds and ours.

A network is surer of its answers on what it has learned from than it should be elsewhere. Guo,
Pleiss, Sun and Weinberger, "On calibration of modern neural networks", 2017 (arXiv 1706.04599)
divide its odds by a temperature. Here there are two: of parts, and of all else, objects and
background. They are applied to the answer that is shown and to nothing that the network is asked
with, so no label depends on them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float64
from scipy.optimize import minimize_scalar

from pinpoint3d.errors import SegmenterError
from pinpoint3d.types import Masks

Temperature = tuple[float, float]
"""Of objects and background, and of parts; 1 changes nothing."""

KEY = "temperature"  # in the configuration of a weights file
PLAIN: Temperature = (1.0, 1.0)
COLDEST, HOTTEST = 0.1, 10.0
_CLOSEST = 1e-6  # to 0 and 1, in a logarithm


def calibrated(masks: Masks, temperature: Temperature) -> Masks:
    """Masks with the odds of every point's label divided by a temperature."""
    if temperature == PLAIN:
        return masks
    unsure = np.flatnonzero(masks.confidence < 1)  # of a large scene few points are
    of_point = np.where(masks.part[unsure] > 0, temperature[1], temperature[0])
    confidence = masks.confidence.copy()
    confidence[unsure] = _cooled(confidence[unsure], of_point)
    return Masks(masks.object, masks.part, confidence)


def fitted_temperature(
    confidence: Float[np.ndarray, " answers"], right: Bool[np.ndarray, " answers"]
) -> float:
    """The temperature that makes what was right likeliest; 1 where nothing can be learned."""
    learned = (confidence > 0) & (confidence < 1)
    confidence, right = confidence[learned], right[learned]
    if len(confidence) == 0:
        return 1.0

    def surprise(log_temperature: float) -> float:
        chance = _cooled(confidence, np.full(len(confidence), np.exp(log_temperature)))
        chance = np.clip(np.where(right, chance, 1 - chance), _CLOSEST, 1)
        return float(-np.log(chance).mean())

    bounds = (np.log(COLDEST), np.log(HOTTEST))
    found: Any = minimize_scalar(surprise, bounds=bounds, method="bounded")
    return float(np.exp(found.x))


def temperature_of(config: Mapping[str, Any], name: str) -> Temperature:
    """The temperatures in a configuration.

    Raises
    ------
    SegmenterError
        If they are none; `name` says whose.
    """
    given = config.get(KEY, PLAIN)
    match given:
        case [int() | float() as objects, int() | float() as parts] if all(
            COLDEST <= value <= HOTTEST for value in (objects, parts)
        ):
            return float(objects), float(parts)
    raise SegmenterError(f"{name}: its configuration says {KEY} is {given!r:.50}.")


def _cooled(
    confidence: Float[np.ndarray, " answers"], temperature: Float64[np.ndarray, " answers"]
) -> Float64[np.ndarray, " answers"]:
    """Confidence with its odds to the power of 1 / temperature; 0 and 1 stay."""
    sure = confidence.astype(np.float64)
    power = 1 / temperature
    yes, no = sure**power, (1 - sure) ** power
    return yes / (yes + no)
