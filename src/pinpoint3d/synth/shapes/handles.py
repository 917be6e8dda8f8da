"""Handles and knobs of furniture and doors, made to be put on a front that faces -y.

`handle` draws one of `STYLES`; each is built round the origin, standing out towards -y from y = 0.
"""

import math

import numpy as np

from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    arc,
    box,
    curve,
    cylinder,
    extrusion,
    joined,
    lathe,
    moved,
    tube,
    turned,
)

STYLES = ("bar", "arch", "bridge", "cup", "knob", "square knob", "edge")


def handle(style: str, length: float, rng: np.random.Generator) -> Mesh:
    """A handle of one of `STYLES`, lying along x.

    Parameters
    ----------
    style
        One of `STYLES`.
    length
        Along x, metres; knobs ignore it.
    """
    reach = rng.uniform(0.022, 0.038)  # m: fingers must fit behind
    thick = rng.uniform(0.005, 0.009)
    half = length / 2
    if style == "bar":
        foot = half * rng.uniform(0.7, 0.92)
        posts = [cylinder((x, 0, 0), (x, -reach, 0), thick * 0.8, sides=8) for x in (-foot, foot)]
        return joined(cylinder((-half, -reach, 0), (half, -reach, 0), thick, sides=10), *posts)
    if style == "arch":
        knots = [(-half, 0, 0), (-half * 0.8, -reach * 0.8, 0), (0, -reach, 0)]
        knots += [(-x, y, z) for x, y, z in reversed(knots[:2])]
        return tube(curve(knots, 11), thick, sides=6)
    if style == "bridge":
        wide = rng.uniform(0.010, 0.018)
        bar = box((-half, -reach, -wide / 2), (half, -reach + thick, wide / 2), 0.001)
        feet = [
            box((x - thick / 2, -reach, -wide / 2), (x + thick / 2, 0, wide / 2), 0.001)
            for x in (-half + thick / 2, half - thick / 2)
        ]
        return joined(bar, *feet)
    if style == "cup":
        outline = np.concatenate([arc(0.03, math.pi, 2 * math.pi, 9), [(0.03, 0.006)]])
        outline = np.concatenate([outline, [(-0.03, 0.006)]])
        shell = extrusion(outline * (length / 0.08, 0.9), 0.03)
        return moved(shell, z=-0.012)
    if style == "knob":
        radius = rng.uniform(0.012, 0.02)
        profile = [(radius * 0.5, 0), (radius * 0.4, reach * 0.5), (radius, reach * 0.65)]
        profile += [(radius * 0.95, reach * 0.9), (radius * 0.5, reach)]
        return turned(lathe(profile, sides=10), "x", math.pi / 2)
    if style == "square knob":
        side = rng.uniform(0.010, 0.016)
        post = cylinder((0, 0, 0), (0, -reach, 0), side * 0.4, sides=8)
        return joined(box((-side, -reach, -side), (side, -reach * 0.55, side), 0.002), post)
    assert style == "edge", style
    # A folded strip along the upper edge, as on kitchen fronts without other handles.
    return joined(
        box((-half, -0.018, 0), (half, 0.004, 0.003)),
        box((-half, -0.018, -0.014), (half, -0.0155, 0)),
    )


def upright(mesh: Mesh) -> Mesh:
    """A handle turned to stand along z."""
    return turned(mesh, "y", math.pi / 2)
