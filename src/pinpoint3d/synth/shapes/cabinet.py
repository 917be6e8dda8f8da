"""Cabinets: a carcass with columns of drawers, doors and open shelves, on plinth, legs or wheels.

Part tree: body (sides, top, back, shelves as one), plinth or legs; each drawer holds front,
handle and tray; each door holds leaf (with panel or pane) and handle.
"""

from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.carcass import STANDS, add_carcass, add_stand, foot_height
from pinpoint3d.synth.shapes.fronts import (
    Look,
    add_door,
    add_door_pair,
    add_drawer,
    add_shelves,
    drawn_look,
)
from pinpoint3d.synth.shapes.primitives import box


def make(rng: np.random.Generator) -> Asset:
    """A cabinet, 0.35 to 1.9 m wide, closed or partly open."""
    look = drawn_look(rng)
    n_columns = int(rng.choice((1, 1, 1, 2, 2, 3)))
    width = n_columns * rng.uniform(0.35, 0.65)
    depth = rng.uniform(0.35, 0.62)
    height = rng.choice((rng.uniform(0.45, 0.95), rng.uniform(0.95, 1.5), rng.uniform(1.7, 2.1)))
    stand = str(rng.choice(STANDS))
    return build(width, depth, float(height), n_columns, stand, look, rng)


def build(
    width: float,
    depth: float,
    height: float,
    n_columns: int,
    stand: str,
    look: Look,
    rng: np.random.Generator,
) -> Asset:
    """A cabinet of given outer size, metres, whose cells are filled at random."""
    builder = Builder("cabinet")
    foot = foot_height(stand, rng)
    body = builder.part("body", finish="wood")
    add_carcass(builder, body, width, depth, foot, height, look.board)
    add_stand(builder, stand, width, depth, foot)
    lip = rng.choice((0.0, 0.0, 0.02))
    if lip:
        top = box((-width / 2 - lip, -depth - lip, height), (width / 2 + lip, 0, height + 0.025))
        builder.part("top", top, finish="stone" if rng.random() < 0.5 else "wood")
        height += 0.025
    builder.support((-width / 2, -depth), (width / 2, 0), height)
    inner = np.linspace(-width / 2, width / 2, n_columns + 1)
    roof = height - (0.025 if lip else 0.0)
    for left, right in pairwise(inner):
        if left > -width / 2:
            post = box((left - look.board / 2, -depth, foot), (left + look.board / 2, 0, roof))
            builder.add(body, post)
        # A drawer is four parts, or five with two handles; all together must stay clickable.
        most = min(7, int(48 / n_columns / (5 if right - left > 0.62 else 4)))
        _column(builder, body, (left, right), (foot, roof), depth, look, most, rng)
    styles = f"{look.front} fronts, {look.handle} handles, {stand}, {n_columns} columns"
    return pose_at_random(builder.asset(styles), rng, share_open=rng.choice((0.0, 0.15, 0.5)))


def _column(
    builder: Builder,
    body: int,
    across: tuple[float, float],
    rise: tuple[float, float],
    depth: float,
    look: Look,
    most: int,
    rng: np.random.Generator,
) -> None:
    """Fill one column from the top down with at `most` so many drawers, a door or open cells."""
    left, right = across
    z_high = rise[1] - look.board * 0.5
    z_low = rise[0] + look.board * 0.5
    kinds = ("drawers", "door", "drawer over door", "open")
    plan = str(rng.choice(kinds, p=(0.45, 0.25, 0.2, 0.1)))
    if plan == "open":
        add_shelves(builder, body, across, (rise[0], rise[1]), depth, look, rng)
        return
    n_drawers = 0
    if plan == "drawers":
        n_drawers = int(np.clip(round((z_high - z_low) / rng.uniform(0.14, 0.3)), 1, most))
        edges = np.linspace(z_high, z_low, n_drawers + 1)
        if n_drawers > 2 and rng.random() < 0.4:  # lower drawers are often deeper
            edges = z_high - (z_high - z_low) * np.linspace(0, 1, n_drawers + 1) ** 1.25
    elif plan == "drawer over door":
        n_drawers = 1
        edges = np.array([z_high, z_high - rng.uniform(0.13, 0.2), z_low])
    else:
        edges = np.array([z_high, z_low])
    for top, bottom in pairwise(edges[: n_drawers + 1]):
        cell = (left + look.gap, bottom + look.gap, right - look.gap, top - look.gap)
        add_drawer(builder, cell, depth, look, rng)
    if plan != "drawers":
        add_shelves(builder, body, across, (rise[0], float(edges[-2])), depth, look, rng)
        cell = (left + look.gap, z_low + look.gap, right - look.gap, float(edges[-2]) - look.gap)
        if right - left > 0.5 and rng.random() < 0.7:
            add_door_pair(builder, cell, depth, look, rng)
        else:
            side = "left" if rng.random() < 0.5 else "right"
            add_door(builder, cell, depth, look, side, rng)
