"""Colours that things have, and how to draw one."""

from collections.abc import Sequence

import numpy as np

Colour = tuple[float, float, float]
"""sRGB, 0 to 1."""

WOODS = (
    (0.80, 0.64, 0.44),
    (0.87, 0.76, 0.58),
    (0.62, 0.43, 0.27),
    (0.45, 0.29, 0.19),
    (0.30, 0.20, 0.15),
    (0.72, 0.52, 0.36),
    (0.66, 0.60, 0.52),
)
METALS = (
    (0.72, 0.72, 0.73),
    (0.55, 0.56, 0.58),
    (0.80, 0.68, 0.42),
    (0.20, 0.20, 0.21),
    (0.62, 0.45, 0.35),
    (0.88, 0.88, 0.88),
)
STONES = ((0.88, 0.87, 0.85), (0.30, 0.30, 0.32), (0.66, 0.62, 0.57), (0.52, 0.54, 0.55))
HIDES = ((0.16, 0.13, 0.12), (0.42, 0.25, 0.15), (0.62, 0.42, 0.26), (0.80, 0.74, 0.66))
BOARDS = ((0.72, 0.57, 0.38), (0.80, 0.67, 0.48), (0.58, 0.42, 0.28))
"""Cork, chipboard, cardboard."""


def one_of(colours: Sequence[Colour], rng: np.random.Generator) -> Colour:
    """A colour of a palette, a little lighter or darker."""
    return shaded(colours[int(rng.integers(len(colours)))], rng.uniform(0.88, 1.1))


def shaded(colour: Colour, factor: float) -> Colour:
    """A colour made lighter or darker."""
    red, green, blue = (min(1.0, channel * factor) for channel in colour)
    return red, green, blue


def painted(rng: np.random.Generator) -> Colour:
    """A colour that rooms are furnished in: mostly white, grey or muted, seldom loud."""
    kind = rng.choice(4, p=(0.25, 0.2, 0.4, 0.15))
    if kind == 0:
        return shaded((0.94, 0.93, 0.90), rng.uniform(0.9, 1.05))
    if kind == 1:
        grey = rng.uniform(0.12, 0.7)
        return grey, grey, grey * rng.uniform(0.95, 1.08)
    return _hsv(rng.random(), rng.uniform(0.1, 0.45) if kind == 2 else 0.75, rng.uniform(0.35, 0.9))


def vivid(rng: np.random.Generator) -> Colour:
    """Any colour, as inks and toys have."""
    return _hsv(rng.random(), rng.uniform(0.2, 0.9), rng.uniform(0.3, 0.95))


def warm(rng: np.random.Generator) -> Colour:
    """Red, orange or yellow, as packs of food have."""
    return _hsv(rng.uniform(-0.03, 0.17) % 1, rng.uniform(0.5, 0.95), rng.uniform(0.6, 0.95))


def _hsv(hue: float, saturation: float, value: float) -> Colour:
    channels = [
        value * (1 - saturation * min(1.0, max(0.0, abs((hue * 6 + k) % 6 - 3) - 1)))
        for k in (3.0, 1.0, 5.0)
    ]
    return channels[0], channels[1], channels[2]
