"""Depth sensors: their rays, and how they spoil a true depth.

Figures are fitted to real scans where those could be measured, and are from published
characterisations elsewhere.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64


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
    torn
        Pixels of a full image (`FULL_WIDTH` across) that are lost, or taken for what is in front,
        along the edges of things: the matching window covers both sides. Losses on gloss and at
        grazing angles then come in patches of about that size instead of ray by ray.
    bumps
        Height and width of the bumps of the noise in pixels of a full image; None makes them seven
        pixels of the view's own.
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
    torn: float = 0.0
    bumps: tuple[float, float] | None = None


FULL_WIDTH = 640  # pixels of a depth image as sensors deliver it; a view may have fewer
TEAR = 5.0  # pixels of a full image between places that tear by their own chance
SWAPPED = 0.7  # standard deviations: a quarter of the pixels along an edge goes to either side
EDGE = 0.03  # m of depth between neighbouring rays: they meet different things

# Fitted to 22 Kinect scans of tables: focal length, steps of inverse depth, roughness of the table
# from 0.6 to 1.5 m, rarity of mixed pixels, widths of holes on both sides of objects. That noise
# grows with the square of depth: Khoshelham and Elberink 2012, doi:10.3390/s120201437.
STRUCTURED_LIGHT = Device(
    name="structured light",
    width=240,
    height=180,
    field_deg=62.7244,  # 525 pixels of 640
    near=0.45,
    far=4.5,
    noise=0.0003,
    noise_growth=0.0014,
    waves=0.95,
    inverse_depth_step=0.0029,
    depth_step=0.001,
    baseline=0.075,
    mixed=0.003,
    holes=0.004,
    torn=1.8,
    bumps=(2.6, 6.0),
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
    holes=0.008,
    torn=1.0,
)
# A tripod laser: millimetres everywhere, few holes, mixed points at edges as the beam has width.
# Survey instruments have 1 mm, the turning laser of a real room 3.5 to 4: between them.
TRIPOD_LASER = Device(
    name="tripod laser",
    width=720,
    height=200,
    field_deg=360.0,
    near=0.4,
    far=30.0,
    noise=0.0025,
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
    torn, fringe = np.zeros_like(z), np.zeros(z.shape, bool)
    if device.torn:
        torn = device.torn * (1 + 1.1 * bumps(device, rng, TEAR))
        fringe = _fringe(device, z, torn)
    if device.baseline:
        z = _without_shadow(device, z, torn)
    z[fringe] = np.inf
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
    device: Device,
    z: Float64[np.ndarray, "height width"],
    torn: Float64[np.ndarray, "height width"],
) -> Float64[np.ndarray, "height width"]:
    """Depth without what the projector, beside the camera, cannot see.

    The projector stands to the right. A place at column u and depth z is lit at its column
    u - f b / z; along a row these must grow, or something nearer to the right stands in the light.
    The rim of the shadow is filled in from what is lit beside it, most where little is torn.
    """
    column = np.arange(device.width) - _focal(device) * device.baseline / z
    column[~np.isfinite(z)] = np.inf
    lit_from = np.minimum.accumulate(column[:, ::-1], axis=1)[:, ::-1]
    filled = np.maximum(3 * device.torn - torn, 0) * (device.width / FULL_WIDTH)
    return np.where(column > lit_from + 0.8 + filled, np.inf, z)


def _fringe(
    device: Device,
    z: Float64[np.ndarray, "height width"],
    torn: Float64[np.ndarray, "height width"],
) -> Bool[np.ndarray, "height width"]:
    """Pixels behind the edges of things, `torn` pixels of a full image deep."""
    reach = torn * (device.width / FULL_WIDTH)
    padded = np.pad(np.where(np.isfinite(z), z, np.nan), 1, constant_values=np.nan)
    beside = (padded[1:-1, 2:], padded[1:-1, :-2], padded[2:, 1:-1], padded[:-2, 1:-1])
    behind, before = np.zeros(z.shape, bool), np.zeros(z.shape, bool)
    for one, opposite in ((0, 1), (1, 0), (2, 3), (3, 2)):
        step = z - beside[one]
        # A surface seen at a grazing angle goes on as steeply on the other side.
        slope = 2 * np.nan_to_num(np.abs(beside[opposite] - z), posinf=0.0)
        behind |= step > EDGE + slope
        before |= step < -EDGE - slope
    fringe = behind & (reach >= 0.5)
    for k in range(1, int(reach.max() + 0.5)):
        grown = np.pad(behind, 1)
        grown = grown[1:-1, 2:] | grown[1:-1, :-2] | grown[2:, 1:-1] | grown[:-2, 1:-1]
        behind |= grown & ~before
        fringe |= behind & (reach >= k + 0.5)
    return fringe


def torn_edges(
    device: Device, depth: Float32[np.ndarray, " rays"], rng: np.random.Generator
) -> Int64[np.ndarray, " rays"]:
    """The ray whose depth each one reports: its own, or at edges, by patches, a neighbour's.

    The window that is matched covers both sides, and whichever has more to match wins.
    """
    z = np.where(np.isfinite(depth), depth, 0).reshape(device.height, device.width)
    drawn = bumps(device, rng, TEAR / 2).reshape(-1)
    taken = np.arange(z.size)
    own = taken.reshape(z.shape)
    for axis, first, second in ((0, own[:-1], own[1:]), (1, own[:, :-1], own[:, 1:])):
        jump = np.abs(np.diff(z, axis=axis)) > EDGE
        one, other = first[jump], second[jump]
        both = (depth[one] < np.inf) & (depth[other] < np.inf)
        one, other = one[both], other[both]
        into_one, into_other = drawn[one] > SWAPPED, drawn[other] < -SWAPPED
        taken[one[into_one]] = other[into_one]
        taken[other[into_other]] = one[into_other]
    return taken


def _mixed(
    device: Device, z: Float64[np.ndarray, "height width"], rng: np.random.Generator
) -> Float64[np.ndarray, "height width"]:
    """Depth in which some rays at edges see both sides and report something between."""
    finite = np.where(np.isfinite(z), z, 0)
    beside = np.roll(finite, 1, axis=1)
    edge = (np.abs(finite - beside) > EDGE) & (finite > 0) & (beside > 0)
    edge[:, 0] = False
    both = edge & (rng.random(z.shape) < device.mixed)
    share = rng.random(z.shape)
    return np.where(both, share * finite + (1 - share) * beside, z)


def _noise_image(device: Device, rng: np.random.Generator) -> Float64[np.ndarray, "height width"]:
    """Noise of unit variance: grain, and bumps."""
    grain = rng.standard_normal((device.height, device.width))
    if device.bumps:
        wide = bumps(device, rng, *device.bumps)
    else:
        wide = _bumps(device.height, device.width, (7.0, 7.0), rng)
    return math.sqrt(1 - device.waves**2) * grain + device.waves * wide


def bumps(
    device: Device, rng: np.random.Generator, high: float, wide: float | None = None
) -> Float64[np.ndarray, "height width"]:
    """Smooth noise of unit variance, its bumps as high and wide as given in a full image's pixels.

    They are round if `wide` is None, and never finer than the view's own pixels.
    """
    scale = device.width / FULL_WIDTH
    size = max(high * scale, 1.0), max((wide or high) * scale, 1.0)
    return _bumps(device.height, device.width, size, rng)


def _bumps(
    height: int, width: int, size: tuple[float, float], rng: np.random.Generator
) -> Float64[np.ndarray, "height width"]:
    high, wide = size
    coarse = rng.standard_normal((int(height // high) + 3, int(width // wide) + 3))
    rows, columns = np.arange(height) / high, np.arange(width) / wide
    r, c = rows.astype(int), columns.astype(int)
    a, b = (rows - r)[:, None], (columns - c)[None]
    across = (1 - b) * coarse[:, c] + b * coarse[:, c + 1]
    made = (1 - a) * across[r] + a * across[r + 1]
    return made / (np.sqrt((1 - a) ** 2 + a**2) * np.sqrt((1 - b) ** 2 + b**2))
