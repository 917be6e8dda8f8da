"""Sheets of assets to look at: `python -m pinpoint3d.synth.show KIND OUT.png [SEED]`.

Left of each pair the bare shape, right its parts in the colours that `picture` gives them.
"""

import math
import sys

import numpy as np
from jaxtyping import UInt8

from pinpoint3d.picture import write_png
from pinpoint3d.picture.palette import palette
from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.rays import build_tree, cast
from pinpoint3d.synth.shapes import FAMILIES

SIDE = 240  # pixels of one picture


def draw(
    asset: Asset, azimuth_deg: float = 30.0, elevation_deg: float = 22.0, side: int = SIDE
) -> UInt8[np.ndarray, "side two_sides 3"]:
    """One asset from outside and above: its shape, and its parts beside it."""
    turn, tilt = math.radians(azimuth_deg), math.radians(elevation_deg)
    right = np.array([math.cos(turn), math.sin(turn), 0])
    ahead = np.array([-math.sin(turn), math.cos(turn), 0]) * math.cos(tilt)
    ahead[2] = -math.sin(tilt)
    axes = np.stack([right, np.cross(ahead, right), ahead])
    seen = asset.vertices @ axes.T
    low, high = seen.min(axis=0), seen.max(axis=0)
    reach = 0.53 * float((high - low)[:2].max())
    at = (np.arange(2 * side) + 0.5) / side - 1  # twice the pixels, averaged below
    u, v = np.meshgrid(at * reach, at * reach)
    middle = (low + high) / 2
    start = np.stack([u + middle[0], v + middle[1], np.full_like(u, low[2] - 1)], -1)
    origins = (start.reshape(-1, 3) @ axes).astype(np.float32)
    directions = np.repeat(ahead[None].astype(np.float32), len(origins), axis=0)
    _, face = cast(build_tree(asset.vertices, asset.faces), origins, directions)
    a, b, c = (asset.vertices[asset.faces[:, i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    towards = axes.T @ np.array([-0.424, -0.566, -0.707])
    light = 0.35 + 0.65 * np.abs(normal @ towards)
    parts = asset.face_part + 1
    colours = palette(np.ones_like(parts), parts)
    views = []
    for face_rgb in (np.full((len(parts), 3), 215.0), colours.astype(float)):
        pixels = np.where(face[:, None] >= 0, (face_rgb * light[:, None])[face], 250)
        views.append(pixels.reshape(side, 2, side, 2, 3).mean(axis=(1, 3)))
    return np.rint(np.concatenate(views, axis=1)).astype(np.uint8)


def sheet(kind: str, seed: int, n_objects: int = 12) -> UInt8[np.ndarray, "height width 3"]:
    """Objects of one family, four pairs a row."""
    children = np.random.SeedSequence(seed).spawn(n_objects)
    pairs = [draw(FAMILIES[kind](np.random.default_rng(child))) for child in children]
    rows = [np.concatenate(pairs[i : i + 4], axis=1) for i in range(0, n_objects, 4)]
    return np.concatenate(rows)


if __name__ == "__main__":
    write_png(sheet(sys.argv[1], int((*sys.argv, 0)[3])), sys.argv[2])
