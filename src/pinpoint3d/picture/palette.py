"""Colours of objects and parts that people with any colour vision tell apart.

An object has a hue; its parts have shades of it, far apart in lightness.
"""

import numpy as np
from jaxtyping import Float32, Float64, Int32, UInt8

# Okabe and Ito, Color Universal Design (2008): told apart with any common colour vision.
# Black and grey are left out (they read as shadow and as background).
_OKABE_ITO = (
    (0, 114, 178),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (213, 94, 0),
    (240, 228, 66),
)
# Lightness (OKLab) and turn of hue in degrees of parts 1, 2, ...: neighbours in this list differ
# most in lightness, which every eye sees.
_PART_SHADES = (
    (0.78, -22),
    (0.50, 12),
    (0.90, 14),
    (0.62, -30),
    (0.84, 34),
    (0.42, -12),
    (0.70, 26),
    (0.94, -14),
    (0.56, 38),
)
_REST_LIGHTNESS = 0.66


def palette(
    objects: Int32[np.ndarray, " labels"], parts: Int32[np.ndarray, " labels"]
) -> UInt8[np.ndarray, "labels 3"]:
    """Colours, as pictures show them, of (object, part) pairs; background is grey."""
    return np.rint(label_colours(objects, parts) * 255).astype(np.uint8)


def label_colours(
    objects: Int32[np.ndarray, " labels"], parts: Int32[np.ndarray, " labels"]
) -> Float32[np.ndarray, "labels 3"]:
    """Colours of (object, part) pairs: sRGB, 0 to 1."""
    base = _to_oklab(np.array(_OKABE_ITO) / 255)
    lab = base[(objects - 1) % len(base)]
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    hue = np.arctan2(lab[:, 2], lab[:, 1])
    shades = np.array(_PART_SHADES)
    shade = shades[(parts - 1) % len(shades)]
    lightness = np.where(parts > 0, shade[:, 0], _REST_LIGHTNESS + 0.4 * (lab[:, 0] - 0.66))
    hue = hue + np.where(parts > 0, np.radians(shade[:, 1]), 0)
    # Beyond the table the same colours come again, turned and darkened a little.
    again = (objects - 1) // len(base)
    hue = hue + 0.3 * again
    lightness = lightness - 0.06 * ((again + (parts - 1).clip(0) // len(shades)) % 4)
    # Light shades hold less chroma in sRGB; clipping would turn the hue.
    chroma = chroma * np.where(parts > 0, np.clip(1.9 - 1.2 * lightness, 0.4, 1), 1)
    colours = _from_oklab(np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=1))
    colours[objects == 0] = 0.75
    return colours.astype(np.float32)


# Ottosson, A perceptual color space for image processing (2020): linear sRGB to cone responses,
# and their cube roots to lightness and two opponent axes.
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OPPONENT = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _to_oklab(srgb: Float64[np.ndarray, "colours 3"]) -> Float64[np.ndarray, "colours 3"]:
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _CONES.T) @ _OPPONENT.T


def _from_oklab(lab: Float64[np.ndarray, "colours 3"]) -> Float64[np.ndarray, "colours 3"]:
    cones = (lab @ np.linalg.inv(_OPPONENT).T) ** 3
    linear = np.clip(cones @ np.linalg.inv(_CONES).T, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
