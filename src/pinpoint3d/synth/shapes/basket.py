"""Baskets: woven, slatted, of wire or cloth; with a hoop, ears or cut-out handles, some lidded.

Part tree: body (or floor, posts and bands), rim, handles, liner, lid (cover, knob), feet, label.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    circle,
    curve,
    cushion,
    cylinder,
    extrusion,
    hoop,
    joined,
    lathe,
    moved,
    squared,
    stretched,
    tube,
    turned,
)

PLANS = ("round", "oval", "square")
WALLS = ("woven", "smooth", "wire", "slats")
HANDLES = ("none", "hoop", "ears", "patches")
TOPS = ("open", "liner", "lid")

_FINISH: dict[str, Finish] = {
    "woven": "wicker",
    "smooth": "fabric",
    "wire": "metal",
    "slats": "wood",
}


def make(rng: np.random.Generator) -> Asset:
    """A basket, 0.18 to 0.6 m wide."""
    plan, wall = str(rng.choice(PLANS)), str(rng.choice(WALLS))
    handle, top = str(rng.choice(HANDLES)), str(rng.choice(TOPS, p=(0.5, 0.25, 0.25)))
    if handle == "hoop" and top == "lid":
        handle = "ears"
    radius = rng.uniform(0.09, 0.26)
    height = radius * rng.uniform(0.7, 1.0 if handle == "hoop" else 1.9)
    flare = rng.uniform(0.75, 1.0)
    deep = (
        rng.uniform(0.6, 0.8)
        if plan == "oval" or (plan == "square" and rng.random() < 0.6)
        else 1.0
    )
    builder = Builder("basket")

    def shaped(mesh: Mesh) -> Mesh:
        """A round skin given the basket's plan."""
        return stretched(squared(mesh, 6) if plan == "square" else mesh, y=deep)

    thick = rng.uniform(0.004, 0.009)
    steps = {"woven": _woven, "smooth": _smooth, "wire": _wire, "slats": _slats}[wall]
    for name, mesh in steps(radius, flare, height, thick, rng):
        builder.part(name, shaped(mesh), finish=_FINISH[wall])
    bead = hoop(radius, thick * rng.uniform(0.9, 1.5), height, 28)
    builder.part("rim", shaped(bead), finish="wicker" if wall != "wire" else "metal")
    _handles(builder, handle, radius, deep, height, thick, rng)
    if top != "lid" and wall != "wire":
        reach = 0.6 * radius * flare  # a square within the round floor
        builder.support((-reach, -reach * deep), (reach, reach * deep), thick)
    if top == "liner":
        cloth = lathe(
            [
                (radius + thick * 1.2, height * 0.75),
                (radius + thick * 1.6, height + thick * 1.2),
                (radius - thick * 1.7, height + thick * 1.2),
                (radius - thick * 1.7, height * 0.8),
            ],
            sides=24,
            closed=True,
        )
        builder.part("liner", shaped(cloth), finish="fabric")
    elif top == "lid":
        lid = builder.part("lid")
        rise = radius * rng.choice((0.06, 0.25))
        rows = [(1.03, 0), (1.03, 0.3), (0.7, 0.8), (0.3, 1.0)]
        cover = moved(lathe(np.array(rows) * (radius, rise), 24), z=height + thick * 0.6)
        builder.part("cover", shaped(cover), parent=lid, finish="wicker")
        z = height + thick * 0.6 + rise
        knob = cushion((-0.02, -0.02, z - 0.006), (0.02, 0.02, z + 0.025), 2.5, sides=12, rings=6)
        builder.part("knob", knob, parent=lid, finish="wood")
    if rng.random() < 0.25 and wall in ("woven", "smooth"):
        at = -radius * deep * (flare + (1 - flare) * 0.55)
        tag = box(
            (-0.035, at - 0.005, height * 0.4), (0.035, at + thick, height * 0.4 + 0.04), 0.001
        )
        builder.part("label", tag, finish="print")
    return builder.asset(f"{plan}, {wall}, {handle}, {top}")


def _vessel(radius: float, flare: float, height: float, thick: float, waves: int) -> Mesh:
    """A cup; its wall bulges `waves` times from floor to rim, as rows of cane do."""
    t = np.linspace(0, 1, max(2, 4 * waves + 1))
    out = radius * (flare + (1 - flare) * t)
    if waves:
        out = out + 0.35 * thick * np.sin(2 * math.pi * waves * t)
    outer = np.stack([out, height * t], axis=1)
    inner = [(radius - thick, height), (radius * flare - thick, thick)]
    return lathe(np.concatenate([outer, inner]), sides=28)


def _woven(
    radius: float, flare: float, height: float, thick: float, rng: np.random.Generator
) -> list[tuple[str, Mesh]]:
    waves = int(rng.integers(4, 9))
    pieces = [("body", _vessel(radius, flare, height, thick, waves))]
    if rng.random() < 0.4:  # a band of another colour
        share = rng.uniform(0.35, 0.7)
        out = radius * (flare + (1 - flare) * share) + 0.6 * thick
        band = lathe(
            [
                (out, height * share),
                (out, height * (share + 0.1)),
                (out - thick, height * (share + 0.1)),
                (out - thick, height * share),
            ],
            28,
            closed=True,
        )
        pieces.append(("band", band))
    return pieces


def _smooth(
    radius: float, flare: float, height: float, thick: float, rng: np.random.Generator
) -> list[tuple[str, Mesh]]:
    split = rng.uniform(0.3, 0.7) if rng.random() < 0.4 else 0.0
    body = _vessel(radius, flare, height, thick, 0)
    if not split:
        return [("body", body)]
    # Dipped in another colour up to a line: a thin second skin over the lower part.
    out = radius * (flare + (1 - flare) * split)
    rows = [(radius * flare + 0.001, 0), (out + 0.001, height * split)]
    rows += [(out - 0.002, height * split), (radius * flare - 0.002, 0)]
    return [("body", body), ("lower band", lathe(rows, 28, closed=True))]


def _wire(
    radius: float, flare: float, height: float, thick: float, rng: np.random.Generator
) -> list[tuple[str, Mesh]]:
    wire = 0.35 * thick
    n_posts, pieces = int(rng.integers(10, 20)), []
    for k in range(n_posts):
        angle = 2 * math.pi * k / n_posts
        way = np.array([math.cos(angle), math.sin(angle)])
        knots = [(0, 0, wire), (*(way * radius * flare), wire), (*(way * radius), height)]
        pieces.append(tube(np.array(knots, np.float64), wire, sides=5))
    cage = joined(*pieces)
    hoops = [
        (
            "hoop",
            hoop(radius * (flare + (1 - flare) * share), wire * 1.2, height * share + wire, 28),
        )
        for share in np.linspace(0, 1, int(rng.integers(3, 6)))[:-1]
    ]
    return [("wires", cage), *hoops]


def _slats(
    radius: float, flare: float, height: float, thick: float, rng: np.random.Generator
) -> list[tuple[str, Mesh]]:
    floor = extrusion(
        circle(radius * flare),
        thick,
    )
    pieces = [("floor", floor)]
    n_slats = int(rng.integers(10, 17))
    wide = 2 * math.pi * radius * flare / n_slats * 0.7
    lean = math.atan2(radius * (1 - flare), height)
    for k in range(n_slats):
        strip = box(
            (-thick * 0.45, -wide / 2, 0), (thick * 0.45, wide / 2, height / math.cos(lean))
        )
        placed = moved(turned(strip, "y", lean), x=radius * flare - 0.3 * thick)
        kept = Mesh(np.maximum(placed.vertices, (-9, -9, 0)), placed.faces)
        pieces.append(("slat", turned(kept, "z", 2 * math.pi * k / n_slats)))
    share = 0.5
    out = radius * (flare + (1 - flare) * share)
    pieces.append(("hoop", hoop(out, thick * 0.8, height * share, 28)))
    return pieces


def _handles(
    builder: Builder,
    handle: str,
    radius: float,
    deep: float,
    height: float,
    thick: float,
    rng: np.random.Generator,
) -> None:
    if handle == "hoop":
        rise = height + radius * rng.uniform(0.7, 1.2)
        knots = [
            (-radius, 0, height * 0.9),
            (-radius * 0.9, 0, 0.5 * (height + rise)),
            (0, 0, rise),
        ]
        knots += [(-x, y, z) for x, y, z in reversed(knots[:2])]
        builder.part("handle", tube(curve(knots, 18), thick * 1.1, sides=8), finish="wicker")
    elif handle == "ears":
        reach = radius * rng.uniform(0.25, 0.4)
        for side in (-1, 1):
            x = side * radius
            knots = [
                (x, -reach * deep, height - thick),
                (x + side * 0.5 * reach, -reach * 0.6 * deep, height + 0.6 * reach),
                (x + side * 0.5 * reach, reach * 0.6 * deep, height + 0.6 * reach),
                (x, reach * deep, height - thick),
            ]
            if deep == 1.0 or reach < 0.3 * radius:  # a round wall curves back from the ears' roots
                inward = math.sqrt(max(0.0, 1 - (reach / radius) ** 2))
                knots[0] = (x * inward, *knots[0][1:])
                knots[3] = (x * inward, *knots[3][1:])
            builder.part("handle", tube(curve(knots, 14), thick, sides=8), finish="leather")
    elif handle == "patches":
        for side in (-1, 1):
            spot = sorted((side * (radius - 0.012), side * (radius + 0.004)))
            hole = cylinder((spot[0], 0, height * 0.8), (spot[1], 0, height * 0.8), 0.1 * radius)
            wide = Mesh(hole.vertices * (1, 2, 1), hole.faces)
            builder.part("handle", wide, finish="leather")
