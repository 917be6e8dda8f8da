"""Furnished rooms: a shell with openings, furniture by a simple grammar, clutter on what bears it.

`make` gives a whole room of one of the `KINDS`: each a list of rules such as "a run of kitchen
units along a wall" or "seats round a table". A rule is tried until its count is reached or the
room is full; nothing is set down where it would touch what stands there.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.catalogue import Catalogue
from pinpoint3d.synth.layout import TRIES, Layout, Opening, along_wall
from pinpoint3d.synth.shells import WALL_THICKNESS, shell
from pinpoint3d.synth.textures import Material
from pinpoint3d.synth.world import Placed, World

How = Literal["wall", "run", "open", "set", "bed", "desk", "on wall", "under", "ceiling"]
MOST_ITEMS = 24


@dataclass(frozen=True)
class Rule:
    """Something that a kind of room has.

    Attributes
    ----------
    how
        "wall": with its back to a wall; "run": side by side along a wall, with things hung above;
        "open": anywhere; "set": a table with seats round it; "bed": head to a wall, small storage
        beside; "desk": a desk at a wall and its seat; "on wall": hung; "under": below a table;
        "ceiling": hung from it.
    role
        Of `catalogue.ROLES`.
    most
        At most so many of it, and at least as many as `least`, if there is room.
    """

    how: How
    role: str
    least: int
    most: int


KINDS: Mapping[str, tuple[tuple[Rule, ...], tuple[str, ...]]] = {
    "living room": (
        (
            Rule("wall", "sofa", 1, 2),
            Rule("wall", "storage", 1, 3),
            Rule("open", "table", 0, 1),
            Rule("set", "table", 0, 1),
            Rule("wall", "on the floor", 1, 3),
            Rule("on wall", "on a wall", 1, 4),
            Rule("on wall", "radiator", 0, 1),
            Rule("ceiling", "from the ceiling", 0, 1),
        ),
        ("on a table", "on a shelf"),
    ),
    "bedroom": (
        (
            Rule("bed", "bed", 1, 1),
            Rule("wall", "storage", 1, 3),
            Rule("desk", "desk", 0, 1),
            Rule("wall", "on the floor", 1, 3),
            Rule("on wall", "on a wall", 1, 3),
            Rule("on wall", "radiator", 0, 1),
            Rule("ceiling", "from the ceiling", 0, 1),
        ),
        ("on a table", "on a shelf"),
    ),
    "kitchen": (
        (
            Rule("run", "kitchen unit", 2, 5),
            Rule("set", "table", 0, 1),
            Rule("wall", "storage", 0, 1),
            Rule("wall", "on the floor", 0, 2),
            Rule("on wall", "on a wall", 1, 3),
            Rule("ceiling", "from the ceiling", 0, 1),
        ),
        ("on a worktop",),
    ),
    "bathroom": (
        (
            Rule("wall", "bath fixture", 3, 5),
            Rule("on wall", "radiator", 0, 1),
            Rule("wall", "on the floor", 1, 3),
            Rule("on wall", "on a wall", 1, 3),
            Rule("wall", "storage", 0, 1),
        ),
        ("on a shelf", "on a bench"),
    ),
    "office": (
        (
            Rule("desk", "desk", 1, 3),
            Rule("wall", "storage", 1, 3),
            Rule("set", "table", 0, 1),
            Rule("wall", "on the floor", 1, 3),
            Rule("under", "on the floor", 0, 2),
            Rule("on wall", "on a wall", 1, 3),
            Rule("on wall", "radiator", 0, 1),
        ),
        ("on a table", "on a shelf"),
    ),
    "workshop": (
        (
            Rule("wall", "table", 1, 2),
            Rule("wall", "storage", 1, 3),
            Rule("wall", "on the floor", 2, 4),
            Rule("under", "on the floor", 0, 2),
            Rule("open", "on the floor", 1, 3),
            Rule("on wall", "on a wall", 1, 2),
        ),
        ("on a bench",),
    ),
    "mixed": (
        (
            Rule("set", "table", 0, 1),
            Rule("wall", "storage", 1, 3),
            Rule("wall", "sofa", 0, 1),
            Rule("wall", "bath fixture", 0, 1),
            Rule("run", "kitchen unit", 0, 2),
            Rule("wall", "on the floor", 1, 4),
            Rule("open", "on the floor", 0, 2),
            Rule("on wall", "on a wall", 1, 3),
        ),
        ("on a table", "on a worktop", "on a bench", "on a shelf"),
    ),
}
"""Rules of every kind of room, and the roles of what lies about on its surfaces."""


def make(
    rng: np.random.Generator,
    catalogue: Catalogue | None = None,
    *,
    n_items: int | None = None,
) -> World:
    """A furnished room, 2.6 to 6 m a side.

    Parameters
    ----------
    rng
        All chance is taken from it.
    catalogue
        What there is to choose from; None takes all made kinds.
    n_items
        About how many objects, else 8 to 20; never above `MOST_ITEMS`.
    """
    catalogue = catalogue or Catalogue()
    kind = list(KINDS)[int(rng.integers(len(KINDS)))]
    rules, clutter = KINDS[kind]
    small = kind == "bathroom"
    width, depth = rng.uniform(2.2 if small else 2.6, 3.8 if small else 6.0), rng.uniform(2.4, 5.0)
    height = rng.uniform(2.3, 2.9)
    n_items = int(rng.integers(8, 21)) if n_items is None else min(n_items, MOST_ITEMS)
    layout = Layout(width, depth)
    openings = _openings(layout, height, catalogue, rng)
    n_furniture = max(2, round(n_items * rng.uniform(0.5, 0.7)))
    for rule in rules:
        wanted = int(rng.integers(rule.least, rule.most + 1))
        for _ in range(wanted):
            if len(layout.items) < n_furniture or rule.least:
                _PLACERS[rule.how](layout, rule.role, height, catalogue, rng)
    bearers = [item for item in layout.items if item.asset.supports]
    for _ in range(3 * n_items):
        if len(layout.items) >= min(n_items, MOST_ITEMS) or not bearers:
            break
        bearer = bearers[int(rng.integers(len(bearers)))]
        asset = catalogue.pick(clutter[int(rng.integers(len(clutter)))], rng)
        if layout.put_on(bearer, asset, catalogue.paint(asset, rng), rng) and asset.supports:
            bearers.append(layout.items[-1])  # things are stacked
    items = tuple(layout.items[:MOST_ITEMS])
    return World(shell=(shell(width, depth, height, openings, rng),), items=items)


# ---------------------------------------------------------------- openings


def _openings(
    layout: Layout, height: float, catalogue: Catalogue, rng: np.random.Generator
) -> list[Opening]:
    """A doorway and up to two windows, in different walls; most hold a door or a window."""
    openings = []
    for n, wall in enumerate(rng.permutation(4)[: int(rng.integers(1, 4))].tolist()):
        role = "door" if n == 0 else "window"
        asset = catalogue.pick(role, rng)
        wide, tall = float(asset.high[0] - asset.low[0]), float(asset.high[2])
        length = layout.length_of(wall)
        low = 0.0 if n == 0 else float(rng.uniform(0.75, 1.0))
        if wide > length - 0.5 or low + tall > height - 0.05:
            continue
        along = float(rng.uniform(-1, 1)) * (length / 2 - wide / 2 - 0.2)
        edge = 0.02  # the frame reaches a little into the wall, so that no gap shows
        opening = Opening(wall, along - wide / 2 + edge, along + wide / 2 - edge, low,
                          low + tall - edge)  # fmt: skip
        openings.append(opening)
        layout.keep_clear(opening)
        if rng.random() < 0.15:
            continue
        out = (layout.depth if wall % 2 == 0 else layout.width) / 2 + WALL_THICKNESS / 2
        x, y = along_wall(wall, along, out)
        placed = Placed(asset, catalogue.paint(asset, rng), (x, y, low), -wall * math.pi / 2)
        if layout.fits_in_wall(placed):
            layout.add(placed)
            if n and rng.random() < 0.35:
                _curtain(layout, opening, height, catalogue, rng)
    return openings


def _curtain(
    layout: Layout, opening: Opening, height: float, catalogue: Catalogue, rng: np.random.Generator
) -> None:
    asset = catalogue.pick("curtain", rng)
    z = min(opening.high + 0.15, height - 0.01) - float(asset.high[2])
    along = (opening.start + opening.end) / 2
    half = float(asset.high[0])
    if z < 0 or abs(along) + half > layout.length_of(opening.wall) / 2:
        return
    placed = layout.against(opening.wall, along, asset, catalogue.paint(asset, rng), 0.01, z)
    if layout.fits_in_wall(placed):
        layout.add(placed)


# ---------------------------------------------------------------- rules


def _wall(
    layout: Layout, role: str, height: float, catalogue: Catalogue, rng: np.random.Generator
) -> None:
    """With its back to a wall, now and then in a corner; a room has one bath of a kind."""
    asset = catalogue.pick(role, rng)
    twice = role == "bath fixture" and any(i.asset.kind == asset.kind for i in layout.items)
    if asset.high[2] < height and not twice:
        _against_a_wall(layout, asset, catalogue.paint(asset, rng), rng)


def _against_a_wall(
    layout: Layout, asset: Asset, coats: tuple[Material, ...], rng: np.random.Generator
) -> Placed | None:
    for _ in range(TRIES):
        wall = int(rng.integers(4))
        reach = layout.length_of(wall) / 2 - float(asset.high[0]) - 0.02
        if reach <= 0:
            continue
        along = float(rng.uniform(-reach, reach))
        if rng.random() < 0.3:
            along = math.copysign(reach - float(rng.uniform(0, 0.06)), along)
        placed = layout.against(wall, along, asset, coats, float(rng.uniform(0.012, 0.05)), 0.0)
        if layout.fits(placed):
            layout.add(placed)
            return placed
    return None


def _run(
    layout: Layout, role: str, height: float, catalogue: Catalogue, rng: np.random.Generator
) -> None:
    """One unit more: beside the last of the run if there is one, or the first at a wall."""
    asset = catalogue.pick(role, rng)
    coats = catalogue.paint(asset, rng)
    half = float(asset.high[0])
    beside = [i for i in layout.items if i.asset.kind in _UNITS]
    for neighbour in reversed(beside):
        wall = round(-neighbour.yaw / (math.pi / 2)) % 4
        x, y = neighbour.position[:2]
        at = (x, -y, -x, y)[wall]
        for way in (1, -1):
            along = at + way * (float(neighbour.asset.high[0]) + half + 0.004)
            placed = layout.against(wall, along, asset, coats, 0.012, 0.0)
            if layout.fits(placed, gap=0.002):
                layout.add(placed)
                _over(layout, placed, wall, along, height, catalogue, rng)
                return
    placed = _against_a_wall(layout, asset, coats, rng)
    if placed is not None:
        wall = round(-placed.yaw / (math.pi / 2)) % 4
        x, y = placed.position[:2]
        _over(layout, placed, wall, (x, -y, -x, y)[wall], height, catalogue, rng)


_UNITS = ("kitchen_unit", "dishwasher", "oven", "fridge", "stove", "sink")


def _over(
    layout: Layout,
    unit: Placed,
    wall: int,
    along: float,
    height: float,
    catalogue: Catalogue,
    rng: np.random.Generator,
) -> None:
    """A cupboard or a hood above a low unit, two times in three."""
    if unit.asset.high[2] > 1.3 or rng.random() < 0.33:
        return
    asset = catalogue.pick("over a unit", rng)
    z = float(rng.uniform(1.4, 1.55))
    if z + float(asset.high[2]) < height:
        placed = layout.against(wall, along, asset, catalogue.paint(asset, rng), 0.008, z)
        if layout.fits(placed, gap=0.002):
            layout.add(placed)


def _open(
    layout: Layout, role: str, height: float, catalogue: Catalogue, rng: np.random.Generator
) -> None:
    """Anywhere, mostly square to the walls."""
    asset = catalogue.pick(role, rng)
    if asset.high[2] < height:
        _in_the_open(layout, asset, catalogue, rng)


def _in_the_open(
    layout: Layout, asset: Asset, catalogue: Catalogue, rng: np.random.Generator
) -> Placed | None:
    coats = catalogue.paint(asset, rng)
    for _ in range(TRIES):
        half = np.array([layout.width, layout.depth]) / 2 * rng.uniform(0.3, 0.9)
        x, y = (float(v) for v in rng.uniform(-half, half))
        yaw = int(rng.integers(4)) * math.pi / 2 + rng.normal(0, 0.15)
        placed = Placed(asset, coats, (x, y, 0.0), yaw)
        if layout.fits(placed, gap=0.05):
            layout.add(placed)
            return placed
    return None


def _set(
    layout: Layout, role: str, height: float, catalogue: Catalogue, rng: np.random.Generator
) -> None:
    """A table, and seats of one model round it, drawn up or pushed back."""
    del height
    table = _in_the_open(layout, catalogue.pick(role, rng), catalogue, rng)
    if table is None or float(table.asset.high[2]) < 0.6:
        return
    seat = catalogue.pick("seat", rng)
    coats = catalogue.paint(seat, rng)
    half = (table.asset.high - table.asset.low)[:2] / 2
    places = [(0, -1), (0, 1), (-1, 0), (1, 0)]
    if half[0] > 0.7:
        places = [(-0.5, -1), (0.5, -1), (-0.5, 1), (0.5, 1), (-1, 0), (1, 0)]
    for sx, sy in places:
        if rng.random() < 0.3:
            continue
        off = float(seat.high[1]) * rng.uniform(0.1, 1.3)  # how far from the table's edge
        x = float(sx * half[0]) if sy else sx * (float(half[0]) + off)
        y = sy * (float(half[1]) + off) if sy else 0.0
        x, y, _ = table.to_world(np.array([[x, y, 0]], np.float32))[0].tolist()
        # Its front, -y, turns to the table.
        facing = math.atan2(table.position[0] - x, -(table.position[1] - y))
        if sy:
            facing = table.yaw + (math.pi if sy < 0 else 0.0)
        placed = Placed(seat, coats, (x, y, 0.0), facing + rng.normal(0, 0.15))
        if layout.fits(placed):
            layout.add(placed)


def _bed(
    layout: Layout, role: str, height: float, catalogue: Catalogue, rng: np.random.Generator
) -> None:
    """A bed with its head to a wall, and something low beside it."""
    del height
    asset = catalogue.pick(role, rng)
    bed = _against_a_wall(layout, asset, catalogue.paint(asset, rng), rng)
    if bed is None:
        return
    wall = round(-bed.yaw / (math.pi / 2)) % 4
    x, y = bed.position[:2]
    at = (x, -y, -x, y)[wall]
    for way in (1, -1):
        thing = catalogue.pick("storage", rng)
        if thing.high[2] < 0.9 and thing.high[0] < 0.45:
            along = at + way * (float(asset.high[0] + thing.high[0]) + 0.05)
            placed = layout.against(wall, along, thing, catalogue.paint(thing, rng), 0.02, 0.0)
            if layout.fits(placed):
                layout.add(placed)


def _desk(
    layout: Layout, role: str, height: float, catalogue: Catalogue, rng: np.random.Generator
) -> None:
    """A desk at a wall, and a seat before it."""
    del height
    asset = catalogue.pick(role, rng)
    desk = _against_a_wall(layout, asset, catalogue.paint(asset, rng), rng)
    if desk is None:
        return
    seat = catalogue.pick("desk seat", rng)
    off = float(seat.high[1]) * rng.uniform(0.2, 1.2)
    place = np.array([[rng.uniform(-0.2, 0.2), float(asset.low[1]) - off, 0]], np.float32)
    x, y, _ = desk.to_world(place)[0].tolist()
    placed = Placed(
        seat, catalogue.paint(seat, rng), (x, y, 0.0), desk.yaw + math.pi + rng.normal(0, 0.4)
    )
    if layout.fits(placed):
        layout.add(placed)


def _on_wall(
    layout: Layout, role: str, height: float, catalogue: Catalogue, rng: np.random.Generator
) -> None:
    """Hung on a wall, at the height where people hang such a thing."""
    asset = catalogue.pick(role, rng)
    tall = float(asset.high[2])
    if role == "radiator":
        z = float(rng.uniform(0.0, 0.15)) if "from the floor" not in asset.style else 0.0
    elif asset.kind == "wall_switch":
        z = float(rng.choice((0.3, 1.05)) + rng.normal(0, 0.03))
    else:  # its middle about eye high
        z = max(0.9, float(rng.uniform(1.3, 1.65)) - tall / 2)
    if z + tall > height - 0.05:
        return
    coats = catalogue.paint(asset, rng)
    for _ in range(TRIES):
        wall = int(rng.integers(4))
        reach = layout.length_of(wall) / 2 - float(asset.high[0]) - 0.05
        if reach > 0:
            along = float(rng.uniform(-reach, reach))
            placed = layout.against(wall, along, asset, coats, 0.006, z)
            if layout.fits(placed):
                layout.add(placed)
                return


def _under(
    layout: Layout, role: str, height: float, catalogue: Catalogue, rng: np.random.Generator
) -> None:
    """On the floor below a table or desk."""
    del height
    tables = [i for i in layout.items if i.asset.kind in ("table", "desk")]
    if not tables:
        return
    table = tables[int(rng.integers(len(tables)))]
    asset = catalogue.pick(role, rng)
    coats = catalogue.paint(asset, rng)
    for _ in range(TRIES):
        place = np.zeros((1, 3), np.float32)
        place[0, :2] = rng.uniform(table.asset.low[:2] * 0.7, table.asset.high[:2] * 0.7)
        x, y, _ = table.to_world(place)[0].tolist()
        placed = Placed(asset, coats, (x, y, 0.0), float(rng.uniform(0, 2 * math.pi)))
        if layout.fits(placed):
            layout.add(placed)
            return


def _ceiling(
    layout: Layout, role: str, height: float, catalogue: Catalogue, rng: np.random.Generator
) -> None:
    """From the ceiling, over a table if there is one."""
    asset = catalogue.pick(role, rng)
    tables = [i for i in layout.items if i.asset.kind == "table"]
    x, y = (float(v) for v in rng.normal(0, 0.3, 2))
    if tables:
        x, y = tables[0].position[:2]
    z = height - float(asset.high[2]) - 0.002
    placed = Placed(
        asset, catalogue.paint(asset, rng), (x, y, z), float(rng.uniform(0, 2 * math.pi))
    )
    if z > 1.3 and layout.fits(placed):
        layout.add(placed)


_PLACERS = {
    "wall": _wall,
    "run": _run,
    "open": _open,
    "set": _set,
    "bed": _bed,
    "desk": _desk,
    "on wall": _on_wall,
    "under": _under,
    "ceiling": _ceiling,
}
