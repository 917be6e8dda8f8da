"""Depth sensors: their rays, and how they spoil a true depth.

Figures are fitted to real scans where those could be measured, and are from published
characterisations elsewhere.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64


@dataclass(frozen=True)
class Device:
    """A depth camera, or a turning laser.

    Attributes
    ----------
    name
        What it stands for.
    width, height
        Rays of one view.
    field_deg
        Horizontal field of view; 360 makes a turning laser with equal angles between rays.
    near, far
        Range in metres.
    noise, noise_growth
        Standard deviation of depth: `noise + noise_growth * depth**2`, metres.
    waves
        Share of the noise that neighbouring pixels have in common: smooth bumps rather than grain.
    inverse_depth_step, depth_step
        Depth is rounded to steps of 1/z (per metre), then to steps of metres; 0 leaves it.
    baseline
        Metres between projector and camera: places that the projector cannot see are holes.
    mixed
        Share of the rays at depth edges that return a mean of both sides.
    grazing
        Cosine between ray and surface at which half of the rays are lost.
    holes
        Share of the view lost in patches, whatever is there.
    """

    name: str
    width: int
    height: int
    field_deg: float
    near: float
    far: float
    noise: float
    noise_growth: float
    waves: float = 0.5
    inverse_depth_step: float = 0.0
    depth_step: float = 0.0
    baseline: float = 0.0
    mixed: float = 0.1
    grazing: float = 0.1
    holes: float = 0.02


# Fitted to 22 Kinect scans of tables: steps of inverse depth, roughness of the table from 0.6 to
# 1.5 m, rarity of mixed pixels, holes to the left of objects. That noise grows with the square of
# depth: Khoshelham and Elberink 2012, doi:10.3390/s120201437.
STRUCTURED_LIGHT = Device(
    name="structured light",
    width=240,
    height=180,
    field_deg=57.0,
    near=0.45,
    far=4.5,
    noise=0.0003,
    noise_growth=0.0016,
    waves=0.8,
    inverse_depth_step=0.0029,
    depth_step=0.001,
    baseline=0.075,
    mixed=0.003,
)
# Noise nearly flat in range, many mixed pixels ("flying pixels"): Sarbolandi, Lefloch, Kolb 2015,
# doi:10.1016/j.cviu.2015.05.006.
TIME_OF_FLIGHT = Device(
    name="time of flight",
    width=240,
    height=200,
    field_deg=70.0,
    near=0.5,
    far=6.0,
    noise=0.0015,
    noise_growth=0.0004,
    waves=0.6,
    depth_step=0.001,
    mixed=0.25,
)
# A tripod laser: millimetres everywhere, few holes, mixed points at edges as the beam has width.
TRIPOD_LASER = Device(
    name="tripod laser",
    width=720,
    height=200,
    field_deg=360.0,
    near=0.4,
    far=30.0,
    noise=0.0012,
    noise_growth=0.00001,
    waves=0.1,
    mixed=0.3,
    grazing=0.04,
    holes=0.0,
)
# A tablet walked through the room, its frames already filtered: little grain, slow bumps, no mixed
# pixels.
HAND_HELD = Device(
    name="hand-held fusion",
    width=200,
    height=150,
    field_deg=62.0,
    near=0.3,
    far=5.0,
    noise=0.0012,
    noise_growth=0.0006,
    waves=0.9,
    mixed=0.0,
    grazing=0.12,
    holes=0.03,
)
DEVICES = (STRUCTURED_LIGHT, TIME_OF_FLIGHT, TRIPOD_LASER, HAND_HELD)


def rays_of(device: Device, rng: np.random.Generator) -> Float32[np.ndarray, "rays 3"]:
    """Directions in the camera's frame, row by row; depth along z for cameras, range for lasers."""
    columns, rows = np.arange(device.width) + 0.5, np.arange(device.height) + 0.5
    u, v = np.meshgrid(columns - device.width / 2, rows - device.height / 2)
    jitter = rng.uniform(-0.5, 0.5, 2)  # the grid is not aligned from view to view
    u, v = u + jitter[0], v + jitter[1]
    if device.field_deg < 180:
        focal = _focal(device)
        return (
            np.stack([u / focal, v / focal, np.ones_like(u)], -1).reshape(-1, 3).astype(np.float32)
        )
    step = math.radians(device.field_deg) / device.width
    turn, tilt = u * step, v * step
    rays = np.stack([np.sin(turn) * np.cos(tilt), np.sin(tilt), np.cos(turn) * np.cos(tilt)], -1)
    return rays.reshape(-1, 3).astype(np.float32)


def _focal(device: Device) -> float:
    return 0.5 * device.width / math.tan(math.radians(device.field_deg) / 2)


def measured(
    device: Device, depth: Float32[np.ndarray, " rays"], rng: np.random.Generator
) -> Float32[np.ndarray, " rays"]:
    """Depth as the device reports it; infinite where it reports none."""
    z = depth.reshape(device.height, device.width).astype(np.float64)
    if device.baseline:
        z = _without_shadow(device, z)
    z = _mixed(device, z, rng)
    finite = np.isfinite(z)
    sigma = device.noise + device.noise_growth * np.where(finite, z, 0) ** 2
    z = z + sigma * _noise_image(device, rng)
    if device.inverse_depth_step:
        inverse = np.where(finite, 1 / np.where(finite, z, 1), 0)
        steps = np.rint(inverse / device.inverse_depth_step)
        z = np.where(
            finite & (steps > 0), 1 / np.maximum(steps * device.inverse_depth_step, 1e-9), np.inf
        )
    if device.depth_step:
        z = np.rint(z / device.depth_step) * device.depth_step
    return z.reshape(-1).astype(np.float32)


def _without_shadow(
    device: Device, z: Float64[np.ndarray, "height width"]
) -> Float64[np.ndarray, "height width"]:
    """Depth without what the projector, beside the camera, cannot see.

    The projector stands to the right. A place at column u and depth z is lit at its column
    u - f b / z; along a row these must grow, or something nearer to the right stands in the light.
    """
    column = np.arange(device.width) - _focal(device) * device.baseline / z
    column[~np.isfinite(z)] = np.inf
    lit_from = np.minimum.accumulate(column[:, ::-1], axis=1)[:, ::-1]
    return np.where(column > lit_from + 0.8, np.inf, z)


def _mixed(
    device: Device, z: Float64[np.ndarray, "height width"], rng: np.random.Generator
) -> Float64[np.ndarray, "height width"]:
    """Depth in which some rays at edges see both sides and report something between."""
    finite = np.where(np.isfinite(z), z, 0)
    beside = np.roll(finite, 1, axis=1)
    edge = (np.abs(finite - beside) > 0.03) & (finite > 0) & (beside > 0)
    edge[:, 0] = False
    both = edge & (rng.random(z.shape) < device.mixed)
    share = rng.random(z.shape)
    return np.where(both, share * finite + (1 - share) * beside, z)


def _noise_image(device: Device, rng: np.random.Generator) -> Float64[np.ndarray, "height width"]:
    """Noise of unit variance: grain, and bumps some seven pixels wide."""
    height, width = device.height, device.width
    grain = rng.standard_normal((height, width))
    coarse = rng.standard_normal((height // 7 + 3, width // 7 + 3))
    rows, columns = np.arange(height) / 7, np.arange(width) / 7
    r, c = rows.astype(int), columns.astype(int)
    a, b = (rows - r)[:, None], (columns - c)[None]
    bumps = (1 - a) * ((1 - b) * coarse[r][:, c] + b * coarse[r][:, c + 1])
    bumps += a * ((1 - b) * coarse[r + 1][:, c] + b * coarse[r + 1][:, c + 1])
    bumps /= np.sqrt(((1 - a) ** 2 + a**2) * ((1 - b) ** 2 + b**2))
    return math.sqrt(1 - device.waves**2) * grain + device.waves * bumps
