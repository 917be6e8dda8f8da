"""Colour images as a cheap camera delivers them: soft, one colour a pixel, the others guessed.

Colours of a real frame are two thirds interpolated, so that noise is alike in neighbours and edges
are soft; `developed` does the same to a clean image.
"""

import math

import numpy as np
from jaxtyping import Float32, Float64, UInt8
from scipy.ndimage import correlate1d, gaussian_filter

# Noise of each channel's samples, as parts of that of green, and how much of a sample its own pixel
# keeps: they give bare tables the noise of Kinect scans, alike in red and green, twice as much in
# blue, and as smooth.
NOISE = (0.85, 1.1, 2.2)
OWN = (0.0, 0.3, 0.0)
TAILS = 5  # degrees of freedom
SMOOTHED = 0.4  # pixels: what the camera does against its noise


def developed(
    image: Float32[np.ndarray, "height width 3"], noise: float, rng: np.random.Generator
) -> UInt8[np.ndarray, "height width 3"]:
    """Picture of a clean image, sRGB from 0 to 1, by a GRBG sensor with so much noise in green.

    The lens is a little softer or sharper in every picture.
    """
    blur = rng.uniform(0.3, 0.8)  # pixels
    soft = gaussian_filter(image, (blur, blur, 0), mode="nearest")
    height, width = image.shape[:2]
    even_row, even_column = np.arange(height) % 2 == 0, np.arange(width) % 2 == 0
    red, blue = np.outer(even_row, ~even_column), np.outer(~even_row, even_column)
    # Some pixels are far noisier than most: the tails are those of a t distribution.
    grain = noise * rng.standard_t(TAILS, (height, width)) * math.sqrt(1 - 2 / TAILS)
    result = np.empty(image.shape, np.float64)
    for channel, known in enumerate((red, ~(red | blue), blue)):
        seen = np.where(known, soft[..., channel] + NOISE[channel] * grain, 0)
        guessed = _tent(seen) / _tent(known.astype(np.float64))
        own = OWN[channel] * known
        result[..., channel] = own * seen + (1 - own) * guessed
    result = gaussian_filter(result, (SMOOTHED, SMOOTHED, 0), mode="nearest")
    return np.rint(np.clip(result, 0, 1) * 255).astype(np.uint8)


def _tent(values: Float64[np.ndarray, "height width"]) -> Float64[np.ndarray, "height width"]:
    """Each value and its eight neighbours, summed with weights that fall to the corners."""
    weights = (0.5, 1.0, 0.5)
    return correlate1d(
        correlate1d(values, weights, 0, mode="constant"), weights, 1, mode="constant"
    )
