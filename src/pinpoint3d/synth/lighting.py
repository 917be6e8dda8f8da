"""Colours as a camera sees them: materials under lamps that throw shadows."""

import math

import numpy as np
from jaxtyping import Float32

from pinpoint3d.synth.rays import Tree, cast
from pinpoint3d.synth.returns import Returns
from pinpoint3d.synth.world import Surface, World

BRIGHT = 0.7  # linear brightness that automatic exposure gives to the lightest tenth


def seen_colours(
    world: World,
    surface: Surface,
    tree: Tree,
    returns: Returns,
    rng: np.random.Generator,
) -> Float32[np.ndarray, "rays 3"]:
    """Lit colour of every return, sRGB from 0 to 1, with a camera's noise."""
    placed = world.shell + world.items
    albedo = np.empty((len(returns.face), 3), np.float32)
    owner, part = surface.owner[returns.colour_face], surface.part[returns.colour_face]
    key = owner.astype(np.int64) * (1 << 16) + part
    order = np.argsort(key, kind="stable")
    edges = np.flatnonzero(np.diff(key[order])) + 1
    for rows in np.split(order, edges):
        stands = placed[owner[rows[0]]]
        place = stands.to_asset(returns.colour_at[rows])
        turned = surface.normals[returns.colour_face[rows]]
        cosine, sine = math.cos(-stands.yaw), math.sin(-stands.yaw)
        normal = turned.copy()
        normal[:, 0] = cosine * turned[:, 0] - sine * turned[:, 1]
        normal[:, 1] = sine * turned[:, 0] + cosine * turned[:, 1]
        albedo[rows] = stands.coats[part[rows[0]]].colours(place, normal)
    light = _light(surface, tree, returns, rng)
    lit = albedo**2.2 * light
    lit *= BRIGHT / max(float(np.quantile(lit.mean(axis=1), 0.9)), 1e-3) * returns.gain
    noisy = np.clip(lit, 0, 1) ** (1 / 2.2) + rng.normal(0, 0.008, lit.shape)
    return np.clip(noisy, 0, 1).astype(np.float32)


def _light(
    surface: Surface, tree: Tree, returns: Returns, rng: np.random.Generator
) -> Float32[np.ndarray, "rays 3"]:
    """Light falling on every return: sky from above, and lamps that throw shadows."""
    low, high = surface.vertices.min(axis=0), surface.vertices.max(axis=0)
    high[2] = max(high[2], low[2] + 2.4)  # lamps hang as high over a lone table as in a room
    normal = surface.normals[returns.colour_face]
    ambient = rng.uniform(0.4, 0.6) * (0.85 + 0.15 * normal[:, 2:])
    warm = np.array([1.0, rng.uniform(0.9, 1.0), rng.uniform(0.8, 1.0)], np.float32)
    total = ambient * np.ones(3, np.float32)
    start = returns.colour_at + normal * np.float32(2e-3)
    for _ in range(2):
        lamp = rng.uniform(
            low + (high - low) * (0.25, 0.25, 0.9), low + (high - low) * (0.75, 0.75, 0.97)
        )
        way = lamp.astype(np.float32) - start
        distance, _ = cast(tree, start, way)
        squared = (way**2).sum(axis=1)
        cosine = np.maximum((way * normal).sum(axis=1), 0) / np.sqrt(squared)
        # Room light is many times reflected: it falls off far slower than a lamp in the open.
        falling = 1 / (0.6 + 0.18 * squared)
        shine = cosine * falling * np.where(distance > 0.98, 1.0, 0.25)
        total = total + rng.uniform(0.35, 0.7) * shine[:, None] * warm
    return total.astype(np.float32)
