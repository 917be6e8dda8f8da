"""Colours as a camera sees them: materials under lamps that throw shadows.

`Lighting` says what kind of light there is; without one there are two hard lamps. `seen_colours`
puts light on materials.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from pinpoint3d.synth.rays import Tree, cast
from pinpoint3d.synth.returns import Returns
from pinpoint3d.synth.world import Placed, Surface, World, spun


@dataclass(frozen=True)
class Lighting:
    """What varies between rooms and cameras beyond where the lamps hang.

    Attributes
    ----------
    blur
        Radius of the lamps, metres: how soft the edges of shadows are.
    sun
        Unit direction towards it, or None.
    sky
        Colour of the light that comes from everywhere.
    shine
        How bright highlights on gloss are, from 0.
    saturation, contrast
        Of the camera; 1 is true to nature.
    noise
        Of the camera, standard deviation in sRGB from 0 to 1.
    exposure
        Linear brightness that the camera gives to the lightest tenth.
    flare
        Light scattered in the lens, as a share of the brightest: blacks are never black.
    """

    blur: float = 0.0
    sun: tuple[float, float, float] | None = None
    sky: tuple[float, float, float] = (1.0, 1.0, 1.0)
    shine: float = 0.0
    saturation: float = 1.0
    contrast: float = 1.0
    noise: float = 0.008
    exposure: float = 0.7
    flare: float = 0.0


def draw_lighting(rng: np.random.Generator) -> Lighting:
    """Light as rooms and streets have it, and a camera that was not set up with care."""
    sun = None
    if rng.random() < 0.3:
        height, heading = rng.uniform(0.3, 1.2), rng.uniform(0, 2 * math.pi)
        level = math.cos(height)
        sun = level * math.cos(heading), level * math.sin(heading), math.sin(height)
    warmth = rng.normal(0, 0.08)
    return Lighting(
        blur=rng.choice((0.05, 0.15, 0.4)) * rng.uniform(0.5, 1.5),
        sun=sun,
        sky=(1 + warmth, 1.0 + rng.normal(0, 0.02), 1 - warmth),
        shine=rng.uniform(0.0, 0.6),
        saturation=rng.uniform(0.35, 1.1),
        contrast=rng.uniform(0.75, 1.2),
        noise=math.exp(rng.normal(math.log(0.006), 0.25)),
        exposure=rng.uniform(0.4, 0.75),
        flare=rng.uniform(0.0, 0.1),
    )


def seen_colours(
    world: World,
    surface: Surface,
    tree: Tree,
    returns: Returns,
    rng: np.random.Generator,
    lighting: Lighting | None = None,
) -> Float32[np.ndarray, "rays 3"]:
    """Lit colour of every return, sRGB from 0 to 1, with a camera's noise."""
    lighting = lighting or Lighting()
    normals = _towards_the_eye(surface, returns)
    albedo = _albedo(world.shell + world.items, surface, returns, normals)
    light, highlights = _light(surface, tree, returns, normals, lighting, rng)
    lit = albedo**2.2 * light + highlights
    lit *= lighting.exposure / max(float(np.quantile(lit.mean(axis=1), 0.9)), 1e-3) * returns.gain
    if lighting.saturation != 1:
        grey = lit.mean(axis=1, keepdims=True)
        lit = grey + (lit - grey) * np.float32(lighting.saturation)
    if lighting.flare:
        lit = (lit + np.float32(lighting.flare)) / np.float32(1 + lighting.flare)
    curve = np.clip(lit, 0, 1) ** (lighting.contrast / 2.2)
    noisy = curve + rng.normal(0, lighting.noise, lit.shape)
    return np.clip(noisy, 0, 1).astype(np.float32)


def _towards_the_eye(surface: Surface, returns: Returns) -> Float32[np.ndarray, "rays 3"]:
    """Normals where colour is taken, on the side that is seen: shells may be wound either way."""
    normals = surface.normals[returns.colour_face]
    away = ((returns.eye - returns.colour_at) * normals).sum(axis=1) < 0
    normals[away] *= -1
    return normals


def _albedo(
    placed: tuple[Placed, ...],
    surface: Surface,
    returns: Returns,
    normals: Float32[np.ndarray, "rays 3"],
) -> Float32[np.ndarray, "rays 3"]:
    """Colour of the material at every return; each material of an object is asked once."""
    coat_of_part: list[np.ndarray] = []
    coats, stands = [], []
    for thing in placed:
        own: dict[int, int] = {}
        for coat in thing.coats:
            if id(coat) not in own:
                own[id(coat)] = len(coats)
                coats.append(coat)
                stands.append(thing)
        coat_of_part.append(np.array([own[id(coat)] for coat in thing.coats], np.int64))
    starts = np.cumsum([0] + [len(parts) for parts in coat_of_part])
    owner, part = surface.owner[returns.colour_face], surface.part[returns.colour_face]
    coat_of_ray = np.concatenate(coat_of_part)[starts[owner] + part]
    order = np.argsort(coat_of_ray, kind="stable")
    edges = np.flatnonzero(np.diff(coat_of_ray[order])) + 1
    albedo = np.empty((len(owner), 3), np.float32)
    for rows in np.split(order, edges):
        k = int(coat_of_ray[rows[0]])
        thing = stands[k]
        place = thing.to_asset(returns.colour_at[rows])
        albedo[rows] = coats[k].colours(place, spun(normals[rows], -thing.yaw))
    return albedo


def _light(
    surface: Surface,
    tree: Tree,
    returns: Returns,
    normals: Float32[np.ndarray, "rays 3"],
    lighting: Lighting,
    rng: np.random.Generator,
) -> tuple[Float32[np.ndarray, "rays 3"], Float32[np.ndarray, "rays 3"]]:
    """Light falling on every return (sky from above, lamps and a sun), and what gloss mirrors."""
    low, high = surface.vertices.min(axis=0), surface.vertices.max(axis=0)
    high[2] = max(high[2], low[2] + 2.4)  # lamps hang as high over a lone table as in a room
    # Windows and bright walls: light from everywhere, but more from some side.
    brighter = np.append(rng.normal(0, 0.2, 2), rng.uniform(0.1, 0.35)).astype(np.float32)
    ambient = rng.uniform(0.4, 0.6) * np.maximum(0.85 + (normals * brighter).sum(1), 0.2)[:, None]
    warm = np.array([1.0, rng.uniform(0.9, 1.0), rng.uniform(0.8, 1.0)], np.float32)
    total = ambient * np.array(lighting.sky, np.float32)
    mirrored = np.zeros_like(total)
    start = returns.colour_at + normals * np.float32(2e-3)
    for _ in range(2):
        lamp = rng.uniform(
            low + (high - low) * (0.25, 0.25, 0.9), low + (high - low) * (0.75, 0.75, 0.97)
        )
        way = lamp.astype(np.float32) - start
        if lighting.blur:  # a ray to some place in the lamp: fusing rays makes a soft shadow
            way += rng.normal(0, lighting.blur / 2, way.shape).astype(np.float32)
        distance, _ = cast(tree, start, way)
        squared = (way**2).sum(axis=1)
        cosine = np.maximum((way * normals).sum(axis=1), 0) / np.sqrt(squared)
        # Room light is many times reflected: it falls off far slower than a lamp in the open.
        falling = 1 / (0.6 + 0.18 * squared)
        in_light = distance > 0.98
        shine = cosine * falling * np.where(in_light, 1.0, 0.25)
        strength = rng.uniform(0.35, 0.7)
        total = total + strength * shine[:, None] * warm
        if lighting.shine:
            seen = _highlight(surface, returns, normals, way) * in_light * falling
            mirrored += (lighting.shine * strength * seen)[:, None] * warm
    if lighting.sun is not None:
        sun = np.array(lighting.sun, np.float32)
        way = np.broadcast_to(sun * np.float32(100), start.shape).copy()  # m: beyond everything
        distance, face = cast(tree, start, way)
        in_light = (distance > 1) | surface.glass[face]
        facing = np.maximum((normals * sun).sum(axis=1), 0)
        total = total + (rng.uniform(0.8, 2.0) * facing * in_light)[:, None]
    return total.astype(np.float32), mirrored.astype(np.float32)


def _highlight(
    surface: Surface,
    returns: Returns,
    normals: Float32[np.ndarray, "rays 3"],
    way: Float32[np.ndarray, "rays 3"],
) -> Float32[np.ndarray, " rays"]:
    """How much of a lamp the surface mirrors to the eye (Blinn 1977, doi:10.1145/563858.563893)."""
    view = returns.eye - returns.colour_at
    half = way / np.linalg.norm(way, axis=1, keepdims=True)
    half += view / np.maximum(np.linalg.norm(view, axis=1, keepdims=True), 1e-6)
    half /= np.maximum(np.linalg.norm(half, axis=1, keepdims=True), 1e-6)
    gloss = surface.gloss[returns.colour_face]
    return gloss * np.maximum((half * normals).sum(axis=1), 0) ** (10 + 60 * gloss)
