"""Samples: a made scan and what its labels mean, as a function of (seed, index) alone.

`sample` is all that a dataset needs; `room` and `tabletop` make one kind each. How a sample was
scanned (device, poses, density, drift) is drawn as widely as real scans vary.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from pinpoint3d.synth import rooms
from pinpoint3d.synth.assets import Part, at_level
from pinpoint3d.synth.devices import (
    DEVICES,
    HAND_HELD,
    STRUCTURED_LIGHT,
    TIME_OF_FLIGHT,
    TRIPOD_LASER,
)
from pinpoint3d.synth.fusion import Fusion
from pinpoint3d.synth.scanner import Pose, frame, scan
from pinpoint3d.synth.shapes import FAMILIES
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import box
from pinpoint3d.synth.textures import paint
from pinpoint3d.synth.world import Placed, World
from pinpoint3d.types import Masks, Scene


@dataclass(frozen=True)
class ObjectLabel:
    """What one object id of a sample stands for.

    Attributes
    ----------
    kind, style
        Of the asset: "chair", and its discrete choices. Splits go by them.
    parts
        The part tree; part id p of this object is `parts[p - 1]`.
    """

    kind: str
    style: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Sample:
    """A labelled scan, its finest labels, and how to read and coarsen them.

    Attributes
    ----------
    scene
        Object k of its labels is `objects[k - 1]`; objects that no ray met have no points.
    objects
        Meaning of every object id.
    kind
        "room", "table" or "frame".
    device
        Name of the sensor.
    """

    scene: Scene
    objects: tuple[ObjectLabel, ...]
    kind: str
    device: str


def sample(seed: int, index: int) -> Sample:
    """Sample `index` of a dataset: the same for all machines and worker counts."""
    rng = np.random.default_rng(np.random.SeedSequence((seed, index)))
    how = rng.choice(("room", "table", "frame"), p=(0.7, 0.15, 0.15))
    if how == "room":
        return room(rng)
    return tabletop(rng, organised=how == "frame")


def room(rng: np.random.Generator) -> Sample:
    """A furnished room, scanned by any device at 0.5 to 4 cm between points."""
    world = rooms.make(rng)
    device = DEVICES[int(rng.integers(len(DEVICES)))]
    n_poses = int(rng.integers(2, 6)) if device is TRIPOD_LASER else int(rng.integers(8, 17))
    # Even on a logarithmic scale: sparse clouds are a main case, not an exception.
    spacing = math.exp(rng.uniform(math.log(0.005), math.log(0.04)))
    fusion = Fusion(
        spacing=spacing,
        growth=spacing * rng.uniform(0.0, 1.2),
        averaged=device is HAND_HELD or rng.random() < 0.4,
        drift=abs(rng.normal(0, 0.003)),
    )
    poses = rooms.walk(world, n_poses, rng)
    scene = scan(world, poses, device, rng, fusion=fusion, name="made room")
    return _described(scene, world, "room", device.name)


def tabletop(rng: np.random.Generator, *, organised: bool = False) -> Sample:
    """Things on a table: one organised frame, or a few views fused."""
    world = _laid_table(rng)
    device = STRUCTURED_LIGHT if rng.random() < 0.6 else TIME_OF_FLIGHT
    poses = [_over_the_table(rng) for _ in range(1 if organised else int(rng.integers(2, 6)))]
    if organised:
        scale = float(rng.uniform(1.0, 2.0))
        size = {"width": round(device.width * scale), "height": round(device.height * scale)}
        scene = frame(world, poses[0], replace(device, **size), rng)
        return _described(scene, world, "frame", device.name)
    fusion = Fusion(spacing=rng.uniform(0.002, 0.008), growth=0.0, drift=abs(rng.normal(0, 0.001)))
    scene = scan(world, poses, device, rng, fusion=fusion, name="made table")
    return _described(scene, world, "table", device.name)


def masks_at(labelled: Sample, level: int) -> Masks:
    """Labels on one level of the part tree, 0 the coarsest; ids stay those of the parts."""
    labels = labelled.scene.labels
    assert labels is not None
    parts = labels.part.copy()
    for object_id, known in enumerate(labelled.objects, start=1):
        rows = np.flatnonzero(labels.object == object_id)
        ancestor = np.concatenate([[0], at_level(known.parts, level) + 1])
        parts[rows] = ancestor[parts[rows]]
    return Masks.of(labels.object, parts)


def _described(scene: Scene, world: World, kind: str, device: str) -> Sample:
    objects = tuple(
        ObjectLabel(item.asset.kind, item.asset.style, item.asset.parts) for item in world.items
    )
    return Sample(scene, objects, kind, device)


def _laid_table(rng: np.random.Generator) -> World:
    """A table top with up to a dozen things standing close together."""
    builder = Builder("table top")
    half = rng.uniform(0.5, 0.9, 2)
    builder.part("top", box((-half[0], -half[1], -0.03), (half[0], half[1], 0)), finish="wood")
    asset = builder.asset("plain")
    top = Placed(asset, paint(asset, rng), (0.0, 0.0, -0.03))
    reach = rng.uniform(0.2, 0.4)
    layout = rooms.Layout(float(2 * half[0]), float(2 * half[1]))
    for _ in range(int(rng.integers(3, 13))):
        kind = rooms.ON_SURFACES[int(rng.integers(len(rooms.ON_SURFACES)))]
        thing = FAMILIES[kind](rng)
        if (thing.high - thing.low).max() > rooms.TALLEST_ON_TABLE:
            continue
        coats = paint(thing, rng)
        for _ in range(rooms.TRIES):
            x, y = (float(v) for v in rng.uniform(-reach, reach, 2))
            placed = Placed(thing, coats, (x, y, 0.0005), float(rng.uniform(0, 2 * math.pi)))
            if layout.fits(placed, gap=0.002):
                layout.add(placed)
                break
    return World((top,), tuple(layout.items))


def _over_the_table(rng: np.random.Generator) -> Pose:
    """A sensor held before the table, looking down on its middle by 25 to 60 degrees."""
    away, turn = rng.uniform(0.7, 1.3), rng.uniform(-0.9, 0.9)
    pitch = -math.radians(rng.uniform(25, 60))
    flat = away * math.cos(pitch)
    x, y = flat * math.sin(turn), -flat * math.cos(turn)
    aim = rng.normal(0, 0.04, 2)
    yaw = math.atan2(-(aim[0] - x), aim[1] - y)
    return Pose((x, y, -away * math.sin(pitch)), yaw, pitch)
