"""A piece of street: a facade with a door and windows, pavement and road, and what stands there.

For variety out of doors: no ceiling, large things, thin poles, open space behind.
"""

import math

import numpy as np

from pinpoint3d.synth.catalogue import Catalogue
from pinpoint3d.synth.layout import TRIES, Layout, Opening, along_wall
from pinpoint3d.synth.scanner import Pose
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import box
from pinpoint3d.synth.shells import WALL_THICKNESS, wall_pieces
from pinpoint3d.synth.textures import Plain, Tiles, choose, shaded
from pinpoint3d.synth.world import Placed, World

BACK = 0  # the wall that the facade is
KERB = 0.1  # m: how far the road lies below the pavement
STOREY = 3.2  # m


def make(rng: np.random.Generator, catalogue: Catalogue | None = None) -> World:
    """A street front, 8 to 12 m long, with 5 to 12 things before it."""
    catalogue = catalogue or Catalogue()
    length, pavement, road = rng.uniform(8, 12), rng.uniform(2.5, 4.0), rng.uniform(4, 6)
    layout = Layout(length, pavement)
    openings = _front(layout, catalogue, rng)
    for opening in openings:
        layout.keep_clear(opening)
    for _ in range(int(rng.integers(3, 9))):
        _stand(layout, catalogue, rng)
    cars = _parked(length, pavement, road, catalogue, rng)
    ground = _ground(length, pavement, road, openings, rng)
    return World(shell=(ground,), items=(*layout.items, *cars))


def walk(world: World, n_poses: int, rng: np.random.Generator) -> list[Pose]:
    """From the road, eye high, looking at the facade and at what stands before it."""
    ground = world.shell[0].asset
    reach = float(ground.high[0]) - 0.5
    front = float(ground.low[1])
    poses = []
    for _ in range(n_poses):
        eye = np.array([rng.uniform(-reach, reach), rng.uniform(front, front + 1.5), 0.0])
        eye[2] = rng.uniform(1.3, 2.0)
        item = world.items[int(rng.integers(len(world.items)))]
        middle = (item.asset.low + item.asset.high) / 2
        way = item.to_world(middle[None])[0] + rng.normal(0, 0.2, 3) - eye
        pitch = math.atan2(way[2], math.hypot(way[0], way[1]))
        x, y, z = eye.tolist()
        poses.append(Pose((x, y, z), math.atan2(-way[0], way[1]), max(pitch, -0.9)))
    return poses


def _front(layout: Layout, catalogue: Catalogue, rng: np.random.Generator) -> list[Opening]:
    """A door and windows side by side in the facade."""
    openings: list[Opening] = []
    at = -layout.width / 2 + float(rng.uniform(0.4, 1.0))
    door_next = bool(rng.random() < 0.5)
    while True:
        asset = catalogue.pick("door" if door_next else "window", rng)
        wide, tall = float(asset.high[0] - asset.low[0]), float(asset.high[2])
        if at + wide > layout.width / 2 - 0.4:
            return openings
        low = 0.0 if door_next else float(rng.uniform(0.7, 1.0))
        if low + tall < STOREY - 0.2:
            middle = at + wide / 2
            x, y = along_wall(BACK, middle, layout.depth / 2 + WALL_THICKNESS / 2)
            layout.add(Placed(asset, catalogue.paint(asset, rng), (x, y, low)))
            openings.append(Opening(BACK, at + 0.02, at + wide - 0.02, low, low + tall - 0.02))
        at += wide + float(rng.uniform(0.5, 1.6))
        door_next = not any(o.low == 0 for o in openings) and bool(rng.random() < 0.6)


def _stand(layout: Layout, catalogue: Catalogue, rng: np.random.Generator) -> None:
    """Something on the pavement: at the wall, or near the kerb."""
    asset = catalogue.pick("street", rng)
    coats = catalogue.paint(asset, rng)
    for _ in range(TRIES):
        x = float(rng.uniform(-1, 1)) * (layout.width / 2 - float(asset.high[0]))
        if rng.random() < 0.4:
            y = layout.depth / 2 - float(asset.high[1]) - float(rng.uniform(0.02, 0.2))
        else:
            y = -layout.depth / 2 - float(asset.low[1]) + float(rng.uniform(0.1, 0.8))
        turn = math.pi * int(rng.integers(2)) + float(rng.normal(0, 0.1))
        placed = Placed(asset, coats, (x, y, 0.0), turn)
        if layout.fits(placed):
            layout.add(placed)
            return


def _parked(
    length: float, pavement: float, road: float, catalogue: Catalogue, rng: np.random.Generator
) -> list[Placed]:
    """One or two vehicles along the kerb, lower than the pavement."""
    kerbside = Layout(length, road)
    for _ in range(int(rng.integers(1, 3))):
        asset = catalogue.pick("vehicle", rng)
        size = asset.high - asset.low
        sideways = size[1] > size[0]  # a vehicle stands along the kerb, whichever way it was made
        yaw = math.pi / 2 * (1 if sideways else 0) + math.pi * int(rng.integers(2))
        half = float(size[0] if sideways else size[1]) / 2
        x = float(rng.uniform(-1, 1)) * (length / 2 - float(max(size[:2])) / 2 - 0.05)
        y = road / 2 - half - float(rng.uniform(0.15, 0.4))
        placed = Placed(
            asset, catalogue.paint(asset, rng), (x, y, 0.0), yaw + float(rng.normal(0, 0.02))
        )
        if kerbside.fits(placed):
            kerbside.add(placed)
    down = -(pavement + road) / 2
    return [
        Placed(p.asset, p.coats, (p.position[0], p.position[1] + down, -KERB), p.yaw)
        for p in kerbside.items
    ]


def _ground(
    length: float,
    pavement: float,
    road: float,
    openings: list[Opening],
    rng: np.random.Generator,
) -> Placed:
    """Pavement, kerb and road, and the facade with its holes."""
    builder = Builder("street")
    half, front, deep = length / 2, -pavement / 2, 0.4
    builder.part("road", box((-half, front - road, -KERB - deep), (half, front, -KERB)))
    builder.part("kerb", box((-half, front - 0.001, -KERB - deep), (half, front + 0.14, 0)))
    builder.part("pavement", box((-half, front + 0.14, -deep), (half, pavement / 2 + 0.2, 0)))
    back = pavement / 2
    tall = STOREY + float(rng.uniform(0, 1.5))
    walls = [
        box((start, back, low), (end, back + WALL_THICKNESS, high))
        for start, end, low, high in wall_pieces(length, tall, sorted(openings, key=_start))
    ]
    builder.part("facade", *walls)
    # What shows through the windows is a dark room, not the sky.
    builder.part("room", box((-half, back + 1.5, 0), (half, back + 1.55, tall)))
    asset = builder.asset("plain")
    grey = float(rng.uniform(0.35, 0.6))
    slab = (grey * 1.2, grey * 1.18, grey * 1.1)
    seed = int(rng.integers(1 << 30))
    plaster = choose("paint", rng)
    brick = (0.55, 0.3, 0.22)
    looks = {
        "road": Plain((grey * 0.6, grey * 0.6, grey * 0.62), 0.0, 0.08, seed),
        "kerb": choose("stone", rng),
        "pavement": Tiles(slab, shaded(slab, 0.7), (0.4, 0.4), 0.008, seed=seed),
        "facade": Tiles(brick, (0.7, 0.68, 0.62), (0.24, 0.075), 0.01, True, seed=seed)
        if rng.random() < 0.5
        else plaster,
        "room": Plain((0.2, 0.2, 0.22), 0.0, 0.02, seed),
    }
    coats = tuple(looks[part.name] for part in asset.parts)
    # `Builder.asset` centred it; put the front edge of the pavement back where the layout has it.
    shift_y = (front - road + back + 1.55) / 2
    return Placed(asset, coats, (0.0, shift_y, -KERB - deep))


def _start(opening: Opening) -> float:
    return opening.start
