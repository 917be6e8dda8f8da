"""Hobs: rings or burners let into the top of a cooker or worktop; `add_hob` puts one there."""

import numpy as np

from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Point,
    box,
    cylinder,
    hoop,
    joined,
    lathe,
    moved,
)

STYLES = ("coils", "solid plates", "gas", "glass", "marked glass")

_DRAWN = 0.0006  # m: what is printed on glass stands out by less than a scanner sees


def add_hob(
    builder: Builder,
    style: str,
    low: Point,
    high: Point,
    z: float,
    rng: np.random.Generator,
    *,
    parent: int = -1,
) -> int:
    """Index of a new hob of one of `STYLES`, lying on height `z` between two corners (x, y).

    Its part tree: hob -> plate, rings or burners, pan supports.
    """
    x0, y0, x1, y1 = (float(v) for v in (*low[:2], *high[:2]))
    wide, deep = x1 - x0, y1 - y0
    hob = builder.part("hob", parent=parent, finish="metal")
    thick = 0.004 if "glass" in style else float(rng.choice((0.003, 0.008)))
    plate = box((x0, y0, z - 0.002), (x1, y1, z + thick), 0.001)
    glassy = "glass" in style
    builder.part("plate", plate, parent=hob, finish="screen" if glassy else "metal")
    top = z + thick
    five = wide > 0.68
    xs = (x0 + wide * (0.2 if five else 0.27), x1 - wide * (0.2 if five else 0.27))
    ys = (y0 + deep * 0.28, y1 - deep * 0.26)
    places = [(x, y) for x in xs for y in ys]
    if wide < 0.4:
        places = [((x0 + x1) / 2, y) for y in ys]
    elif five:
        places.append(((x0 + x1) / 2, (y0 + y1) / 2))
    most = 0.46 * min(deep * 0.46, (wide * 0.3 if five else wide * 0.46) if wide >= 0.4 else wide)
    big = int(rng.integers(2))
    for k, (x, y) in enumerate(places):
        radius = float(np.clip(most * (1.0 if k % 2 == big else 0.8), 0.05, 0.115))
        rise = _ring(builder, hob, style, (x, y, top), radius, rng)
        half = radius * 0.7
        builder.support((x - half, y - half), (x + half, y + half), top + rise)
    if style == "gas":
        _pan_supports(builder, hob, (x0, y0), (x1, y1), top, five)
    return hob


def _ring(
    builder: Builder,
    hob: int,
    style: str,
    at: tuple[float, float, float],
    radius: float,
    rng: np.random.Generator,
) -> float:
    """Height above the plate at which a pan stands on the ring that was added."""
    if style == "coils":
        ring = builder.part("ring", parent=hob, finish="metal")
        bowl = lathe([(radius * 1.08, -0.001), (radius * 1.08, 0.002), (radius, 0.003)], sides=16)
        builder.part("drip pan", moved(bowl, *at), parent=ring, finish="metal")
        turns = [
            moved(_turn(radius * share, 0.005), at[0], at[1], at[2] + 0.0065)
            for share in (0.92, 0.6, 0.28)
        ]
        builder.part("coil", joined(*turns), parent=ring, finish="metal")
        return 0.0105
    if style == "solid plates":
        rise = 0.008
        disc = lathe([(radius, -0.001), (radius, rise - 0.002), (radius * 0.96, rise)], sides=24)
        builder.part("ring", moved(disc, *at), parent=hob, finish="metal")
        return rise
    if style == "gas":
        crown = lathe(
            [(radius * 0.5, -0.001), (radius * 0.42, 0.012), (radius * 0.45, 0.018)], sides=18
        )
        cap = lathe([(radius * 0.4, 0.017), (radius * 0.4, 0.022), (radius * 0.3, 0.025)], sides=18)
        burner = builder.part("burner", moved(crown, *at), parent=hob, finish="metal")
        builder.part("cap", moved(cap, *at), parent=burner, finish="metal")
        return 0.04
    if style == "glass":
        disc = lathe([(radius, -0.001), (radius, _DRAWN)], sides=28)
        builder.part("ring", moved(disc, *at), parent=hob, finish="print")
        return _DRAWN
    assert style == "marked glass", style
    line = 0.004
    rim = [(radius - line, -0.001), (radius, -0.001), (radius, _DRAWN), (radius - line, _DRAWN)]
    cross = [
        box((-radius * 0.3, -line / 2, -0.001), (radius * 0.3, line / 2, _DRAWN)),
        box((-line / 2, -radius * 0.3, -0.001), (line / 2, radius * 0.3, _DRAWN)),
    ]
    marks = [lathe(rim, sides=28, closed=True)]
    if rng.random() < 0.5:
        marks += cross
    builder.part("ring", moved(joined(*marks), *at), parent=hob, finish="print")
    return _DRAWN


def _pan_supports(
    builder: Builder, hob: int, low: Point, high: Point, z: float, five: bool
) -> None:
    """Grates of bars over the burners, one to a column of them."""
    n_columns = 3 if five else 2 if high[0] - low[0] >= 0.4 else 1
    edges = np.linspace(low[0] + 0.02, high[0] - 0.02, n_columns + 1)
    y0, y1 = low[1] + 0.03, high[1] - 0.02
    bar, rise = 0.005, 0.04
    for left, right in zip(edges[:-1] + 0.004, edges[1:] - 0.004, strict=True):
        pieces = [
            box((x - bar, y0, z + rise - 0.01), (x + bar, y1, z + rise))
            for x in (left + bar, right - bar, (left + right) / 2)
        ]
        pieces += [
            box((left, y - bar, z + rise - 0.011), (right, y + bar, z + rise - 0.001))
            for y in np.linspace(y0 + bar, y1 - bar, 5)
        ]
        pieces += [
            box((x - bar, y - bar, z - 0.001), (x + bar, y + bar, z + rise - 0.002))
            for x in (left + bar, right - bar)
            for y in (y0 + bar, y1 - bar)
        ]
        builder.part("pan support", joined(*pieces), parent=hob, finish="metal")


def _turn(radius: float, thick: float) -> Mesh:
    """One turn of a coil; the innermost is a disc."""
    if radius < 2 * thick:
        return cylinder((0, 0, -thick), (0, 0, thick * 0.8), radius, sides=10)
    return hoop(radius, thick, n_points=12, sides=4)
