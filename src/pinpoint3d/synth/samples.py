"""Samples: a made scan and what its labels mean, as a function of (seed, index) alone.

`sample` is all that a dataset needs; `room`, `street`, `tabletop` and `single` make one kind each.
How a sample was scanned (device, poses, density, drift) is drawn as widely as real scans vary.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pinpoint3d.synth import rooms
from pinpoint3d.synth import street as streets
from pinpoint3d.synth.assets import Asset, Part, at_level
from pinpoint3d.synth.catalogue import Catalogue
from pinpoint3d.synth.devices import (
    DEVICES,
    FULL_WIDTH,
    HAND_HELD,
    STRUCTURED_LIGHT,
    TIME_OF_FLIGHT,
    TRIPOD_LASER,
    Device,
)
from pinpoint3d.synth.fusion import Fusion
from pinpoint3d.synth.layout import TRIES, Layout
from pinpoint3d.synth.lighting import draw_lighting
from pinpoint3d.synth.scanner import Pose, frame, scan
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import box
from pinpoint3d.synth.walks import walk
from pinpoint3d.synth.world import Placed, World
from pinpoint3d.types import Masks, Scene

Kind = Literal["room", "street", "table", "frame", "single", "insert"]
"""All are made from nothing but "insert", which puts objects into given scans (`given`)."""
KINDS: dict[Kind, float] = {
    "room": 0.6,
    "street": 0.08,
    "table": 0.12,
    "frame": 0.1,
    "single": 0.1,
}
"""Kinds of samples made from nothing, and the share of each."""

ON_TABLES = ("on a table", "on a worktop", "on a bench")
FINEST, SPARSEST = 0.005, 0.04  # m between points of rooms


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
        One of `KINDS`.
    device
        Name of the sensor.
    """

    scene: Scene
    objects: tuple[ObjectLabel, ...]
    kind: Kind
    device: str


def sample(seed: int, index: int, catalogue: Catalogue | None = None) -> Sample:
    """Sample `index` of a dataset: the same for all machines and worker counts."""
    rng = np.random.default_rng(np.random.SeedSequence((seed, index)))
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    return sample_of(kind, rng, catalogue)  # pyright: ignore[reportArgumentType]  # one of KINDS


def sample_of(kind: Kind, rng: np.random.Generator, catalogue: Catalogue | None = None) -> Sample:
    """A sample of one kind that is made from nothing."""
    catalogue = catalogue or Catalogue()
    match kind:
        case "room":
            return room(rng, catalogue)
        case "street":
            return street(rng, catalogue)
        case "single":
            return single(rng, catalogue)
        case "table" | "frame":
            return tabletop(rng, catalogue, organised=kind == "frame")
        case "insert":
            raise AssertionError("given.with_objects makes these")


def room(rng: np.random.Generator, catalogue: Catalogue | None = None) -> Sample:
    """A furnished room, scanned by any device at 0.5 to 4 cm between points."""
    world = rooms.make(rng, catalogue)
    device = DEVICES[int(rng.integers(len(DEVICES)))]
    n_poses = int(rng.integers(3, 7)) if device is TRIPOD_LASER else int(rng.integers(8, 17))
    poses = walk(world, n_poses, rng)
    fusion = _fusion(device, rng)
    scene = _scanned(world, poses, device, fusion, rng, "made room")
    return _described(scene, world, "room", device)


def street(rng: np.random.Generator, catalogue: Catalogue | None = None) -> Sample:
    """A street front, scanned from a tripod or by hand."""
    world = streets.make(rng, catalogue)
    device = TRIPOD_LASER if rng.random() < 0.6 else replace(TIME_OF_FLIGHT, far=12.0)
    n_poses = int(rng.integers(2, 5)) if device is TRIPOD_LASER else int(rng.integers(8, 15))
    poses = streets.walk(world, n_poses, rng)
    fusion = _fusion(device, rng)
    fusion = replace(fusion, spacing=max(fusion.spacing, 0.01))
    scene = _scanned(world, poses, device, fusion, rng, "made street")
    return _described(scene, world, "street", device)


def tabletop(
    rng: np.random.Generator,
    catalogue: Catalogue | None = None,
    *,
    organised: bool = False,
    device: Device | None = None,
) -> Sample:
    """Things on a table: one organised frame, or a few views fused.

    `device` is drawn if it is None; one that is given takes frames of its own size.
    """
    world = _laid_table(int(rng.integers(3, 13)), catalogue or Catalogue(), rng)
    scale = 1.0
    if device is None:
        device = STRUCTURED_LIGHT if rng.random() < 0.6 else TIME_OF_FLIGHT
        # Half of the frames in full, as sensors deliver them, the others coarser.
        scale = min(
            float(rng.uniform(1.0, 2 * FULL_WIDTH / device.width)), FULL_WIDTH / device.width
        )
    n_poses = 1 if organised else int(rng.integers(2, 6))
    poses = [
        _clear_of(world, 0.1 + device.near, _towards_the_middle(1.0, rng)) for _ in range(n_poses)
    ]
    if organised:
        size = {"width": round(device.width * scale), "height": round(device.height * scale)}
        light = draw_lighting(rng)
        scene = frame(world, poses[0], replace(device, **size), rng, lighting=light)
        return _described(scene, world, "frame", device)
    fusion = Fusion(spacing=rng.uniform(0.002, 0.008), growth=0.0, drift=abs(rng.normal(0, 0.001)))
    scene = _scanned(world, poses, device, fusion, rng, "made table")
    return _described(scene, world, "table", device)


def single(
    rng: np.random.Generator,
    catalogue: Catalogue | None = None,
    *,
    n_views: int | None = None,
    asset: Asset | None = None,
) -> Sample:
    """One object, on a table if it is small and on the floor if not, seen from a few sides.

    The object is drawn from the catalogue if it is None.
    """
    catalogue = catalogue or Catalogue()
    asset = asset or catalogue.pick_any(rng)
    world = _alone(asset, catalogue, rng)
    size = float(np.linalg.norm(asset.high - asset.low))
    device = DEVICES[int(rng.integers(len(DEVICES)))]
    if device is TRIPOD_LASER:
        device = HAND_HELD
    # A small thing is held close to the sensor, as near as it can see.
    device = replace(device, near=min(device.near, 0.2))
    away = max(0.35, 1.1 * size)
    n_views = int(rng.integers(1, 9)) if n_views is None else n_views
    poses = [_towards_the_middle(away, rng, all_round=True) for _ in range(n_views)]
    spacing = float(np.clip(size / rng.uniform(40, 160), 0.0015, 0.03))
    fusion = Fusion(spacing=spacing, growth=0.0, drift=abs(rng.normal(0, 0.001)))
    scene = _scanned(world, poses, device, fusion, rng, f"made {asset.kind}")
    return _described(scene, world, "single", device)


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


def _scanned(
    world: World,
    poses: list[Pose],
    device: Device,
    fusion: Fusion,
    rng: np.random.Generator,
    name: str,
) -> Scene:
    light = draw_lighting(rng)
    return scan(world, poses, device, rng, fusion=fusion, lighting=light, name=name)


def _fusion(device: Device, rng: np.random.Generator) -> Fusion:
    """Density and drift of a scan of something large.

    Even on a logarithmic scale: sparse clouds are a main case, not an exception.
    """
    spacing = math.exp(rng.uniform(math.log(FINEST), math.log(SPARSEST)))
    return Fusion(
        spacing=spacing,
        growth=spacing * rng.uniform(0.0, 1.2),
        averaged=device is HAND_HELD or rng.random() < 0.4,
        drift=abs(rng.normal(0, 0.003)),
    )


def _described(scene: Scene, world: World, kind: Kind, device: Device) -> Sample:
    objects = tuple(
        ObjectLabel(item.asset.kind, item.asset.style, item.asset.parts) for item in world.items
    )
    return Sample(scene, objects, kind, device.name)


def _laid_table(n_things: int, catalogue: Catalogue, rng: np.random.Generator) -> World:
    """A table top with up to a dozen things standing close together."""
    half = rng.uniform(0.5, 0.9, 2)
    top = _slab(half, 0.03, catalogue, rng)
    reach = rng.uniform(0.2, 0.4)
    layout = Layout(float(2 * half[0]), float(2 * half[1]))
    for _ in range(n_things):
        thing = catalogue.pick(ON_TABLES[int(rng.integers(len(ON_TABLES)))], rng)
        coats = catalogue.paint(thing, rng)
        for _ in range(TRIES):
            x, y = (float(v) for v in rng.uniform(-reach, reach, 2))
            placed = Placed(thing, coats, (x, y, 0.0005), float(rng.uniform(0, 2 * math.pi)))
            if layout.fits(placed, gap=0.002):
                layout.add(placed)
                break
    return World((top,), tuple(layout.items))


def _alone(asset: Asset, catalogue: Catalogue, rng: np.random.Generator) -> World:
    """One object on a slab a little larger than itself."""
    reach = np.abs(np.concatenate([asset.low[:2], asset.high[:2]])).max()
    half = np.full(2, float(reach) * rng.uniform(1.3, 2.2) + 0.05)
    ground = _slab(half, 0.03, catalogue, rng)
    turn = float(rng.uniform(0, 2 * math.pi))
    return World((ground,), (Placed(asset, catalogue.paint(asset, rng), (0.0, 0.0, 0.0005), turn),))


def _slab(half: np.ndarray, thick: float, catalogue: Catalogue, rng: np.random.Generator) -> Placed:
    """A board whose upper side is at 0."""
    builder = Builder("table top")
    board = box((-half[0], -half[1], -thick), (half[0], half[1], 0))
    builder.part("top", board, finish="wood")
    asset = builder.asset("plain")
    return Placed(asset, catalogue.paint(asset, rng), (0.0, 0.0, -thick))


def _towards_the_middle(away: float, rng: np.random.Generator, *, all_round: bool = False) -> Pose:
    """A sensor held `away` metres off, give or take a third, looking down by 25 to 50 degrees.

    From the front; with `all_round` from any side, looking down by 15 to 60.
    """
    away = away * float(rng.uniform(0.7, 1.3))
    turn = rng.uniform(-math.pi, math.pi) if all_round else rng.uniform(-0.9, 0.9)
    pitch = -math.radians(rng.uniform(*((15, 60) if all_round else (25, 50))))
    flat = away * math.cos(pitch)
    x, y = flat * math.sin(turn), -flat * math.cos(turn)
    aim = rng.normal(0, 0.04 * away, 2)
    yaw = math.atan2(-(aim[0] - x), aim[1] - y)
    return Pose((x, y, -away * math.sin(pitch)), yaw, pitch)


def _clear_of(world: World, least: float, pose: Pose) -> Pose:
    """A pose drawn back along its view until no thing is nearer to it than `least` metres."""
    backward = -pose.axes[2].astype(np.float64)
    position = np.array(pose.position)
    for _ in range(TRIES):
        inside = [
            np.clip(eye, item.asset.low, item.asset.high) - eye
            for item in world.items
            for eye in item.to_asset(position[None].astype(np.float32))
        ]
        if not inside or float(np.linalg.norm(inside, axis=1).min()) >= least:
            break
        position = position + 0.1 * backward
    x, y, z = (float(v) for v in position)
    return replace(pose, position=(x, y, z))
