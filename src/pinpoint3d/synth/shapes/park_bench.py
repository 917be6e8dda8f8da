"""Benches for parks and streets: slats or slabs on iron, steel, timber or stone ends.

Part tree: seat and back with their slats, ends or supports, arm rests, cross bars, a plaque, and a
bin or planter built on.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Point,
    box,
    curve,
    cylinder,
    joined,
    moved,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import side_plate

ENDS = ("iron scroll", "steel frame", "timber", "blocks", "pipe", "cantilever")
SEATS = ("narrow slats", "broad slats", "slab", "mesh bars", "curved slats")
BACKS = ("slats", "none", "panel", "upright bars")
ARMS = ("none", "both ends", "middle too")
EXTRAS = ("none", "none", "plaque", "footplates", "planter")


def make(rng: np.random.Generator) -> Asset:
    """A bench, 1.2 to 2.2 m long."""
    style = (str(rng.choice(options)) for options in (ENDS, SEATS, BACKS, ARMS, EXTRAS))
    return build(*style, rng=rng)


def build(
    ends: str, seat: str, back: str, arms: str, extra: str, *, rng: np.random.Generator
) -> Asset:
    """A bench of given style, the front edge of its seat at y = 0."""
    builder = Builder("park_bench")
    long, deep = rng.uniform(1.2, 2.1), rng.uniform(0.38, 0.5)
    high = rng.uniform(0.4, 0.47)
    thick = {"slab": rng.uniform(0.05, 0.09), "mesh bars": 0.016}.get(
        seat, rng.uniform(0.022, 0.04)
    )
    rise, lean = rng.uniform(0.34, 0.45), rng.uniform(0.15, 0.3)
    if ends == "blocks" and back in ("slats", "upright bars"):
        back = "none"
    n = 2 if long < 1.7 else 3
    places = np.linspace(-long / 2 + 0.12, long / 2 - 0.12, n)
    under = high - thick
    _seat(builder, seat, long, deep, under, thick, rng)
    if back != "none":
        _back(builder, back, long, deep, high, rise, lean, rng)
    for x in places:
        _end(builder, ends, float(x), deep, under, high, 0.0 if back == "none" else rise, lean)
        if extra == "footplates" and ends != "blocks":
            plate = box((x - 0.06, -0.02, 0), (x + 0.06, deep + 0.06, 0.012), 0.003)
            builder.part("foot plate", plate, finish="metal")
    if arms != "none" and back != "none":
        marks = list(places) if arms == "middle too" else [places[0], places[-1]]
        for x in marks:
            _arm(builder, float(x), deep, high, lean, ends)
    if ends in ("steel frame", "pipe", "timber"):
        bar = cylinder(
            (places[0], deep / 2, under * 0.4), (places[-1], deep / 2, under * 0.4), 0.014
        )
        z = under * 0.4
        ties = [
            box((x - 0.008, 0.03, z - 0.01), (x + 0.008, deep - 0.03, z + 0.01)) for x in places
        ]
        builder.part("cross bar", bar, *ties, finish="metal")
    if extra == "plaque" and back in ("slats", "panel"):
        y, z = _lean(deep, high, lean, 0.75 * rise)
        plate = turned(box((-0.06, -0.0035, -0.022), (0.06, 0.004, 0.022), 0.001), "x", -lean)
        builder.part("plaque", moved(plate, 0, y - 0.014, z), finish="print")
    elif extra == "planter":
        x = long / 2 + 0.24
        tub = box((x - 0.25, 0, 0), (x + 0.2, deep, high + 0.05), 0.02)
        soil = box((x - 0.2, 0.05, high), (x + 0.15, deep - 0.05, high + 0.056))
        planter = builder.part("planter", tub, finish="stone")
        builder.part("soil", soil, parent=planter, finish="fabric")
    builder.support((-long / 2 + 0.05, 0.03), (long / 2 - 0.05, deep - 0.05), high)
    return builder.asset(f"{ends} ends, {seat}, {back} back, {arms} arms, {extra}, {n}")


def _lean(deep: float, high: float, lean: float, up: float) -> tuple[float, float]:
    """Y and z on the front of the back rest, `up` metres along it from the seat."""
    return deep + up * math.sin(lean), high + up * math.cos(lean)


def _seat(
    builder: Builder,
    seat: str,
    long: float,
    deep: float,
    under: float,
    thick: float,
    rng: np.random.Generator,
) -> None:
    whole = builder.part("seat")
    x = long / 2
    if seat == "slab":
        builder.part(
            "slab",
            box((-x, 0, under), (x, deep, under + thick), 0.008),
            parent=whole,
            finish="stone",
        )
        return
    if seat == "mesh bars":
        bars = [
            box((-x + 0.02, y - 0.005, under), (x - 0.02, y + 0.005, under + thick))
            for y in np.linspace(0.02, deep - 0.02, 12)
        ]
        rims = [
            box((s * x - 0.012, 0, under), (s * x + 0.012, deep, under + thick), 0.003)
            for s in (-1, 1)
        ]
        rims += [
            box((s * x * 0.995 - 0.03, 0.0, under), (s * x * 0.995 + 0.03, deep, under + thick))
            for s in (-1, 1)
        ]
        builder.part("bars", *bars, parent=whole, finish="metal")
        builder.part("rim", *rims, parent=whole, finish="metal")
        return
    n = int(rng.integers(3, 5)) if seat == "broad slats" else int(rng.integers(5, 9))
    gap = rng.uniform(0.008, 0.016)
    wide = (deep - gap * (n - 1)) / n
    for k in range(n):
        y = k * (wide + gap)
        dip = 0.0
        if seat == "curved slats":  # dips in the middle, falls over the front edge
            dip = 0.012 * math.sin(math.pi * k / (n - 1)) + (0.008 if k == 0 else 0.0)
        slat = box((-x, y, under - dip), (x, y + wide, under + thick - dip), 0.004)
        builder.part("slat", slat, parent=whole, finish="wood")


def _back(
    builder: Builder,
    back: str,
    long: float,
    deep: float,
    high: float,
    rise: float,
    lean: float,
    rng: np.random.Generator,
) -> None:
    whole = builder.part("back rest")
    x, thick = long / 2, 0.028
    pieces: list[Mesh] = []
    if back == "panel":
        pieces.append(box((-x, 0, 0.06), (x, thick, rise), 0.004))
    elif back == "slats":
        n = int(rng.integers(2, 6))
        edges = np.linspace(0.09, rise, n + 1)
        pieces += [
            box((-x, 0, a + 0.007), (x, thick, b - 0.007), 0.004) for a, b in pairwise(edges)
        ]
    else:
        pieces.append(box((-x, 0, rise - 0.05), (x, thick, rise), 0.004))
        pieces.append(box((-x, 0, 0.06), (x, thick, 0.1), 0.004))
        n = max(6, min(16, round(long / 0.12)))
        pieces += [
            box((at - 0.02, 0.006, 0.09), (at + 0.02, thick - 0.006, rise - 0.04))
            for at in np.linspace(-x + 0.05, x - 0.05, n)
        ]
    names = {"panel": "panel", "slats": "slat"}
    for k, piece in enumerate(pieces):
        name = names.get(back, "rail" if k < 2 else "bar")
        builder.part(
            name, moved(turned(piece, "x", -lean), 0, deep, high), parent=whole, finish="wood"
        )


def _end(
    builder: Builder,
    ends: str,
    x: float,
    deep: float,
    under: float,
    high: float,
    rise: float,
    lean: float,
) -> None:
    """What carries seat and back at one place along the bench."""
    tip = _lean(deep, high, lean, 0.92 * rise)
    behind = 0.03  # the post runs behind the back rest
    if ends == "blocks":
        half = 0.1
        builder.part(
            "block",
            box((x - half, 0.03, 0), (x + half, deep - 0.03, under + 0.002), 0.012),
            finish="stone",
        )
        if rise:
            post = _strip(
                [(deep - 0.06, under - 0.1), (deep + 0.05, under), (tip[0] + behind, tip[1])],
                x,
                0.02,
                0.012,
            )
            builder.part("back post", post, finish="metal")
        return
    end = builder.part("end")
    if ends == "timber":
        w = 0.032
        posts = [
            box((x - w, 0.02, 0), (x + w, 0.09, under + 0.002), 0.004),
            box((x - w, deep - 0.08, 0), (x + w, deep - 0.01, under + 0.002), 0.004),
        ]
        for post in posts:
            builder.part("leg", post, parent=end, finish="wood")
        builder.part(
            "beam",
            box((x - w * 0.7, 0.01, under - 0.08), (x + w * 0.7, deep, under + 0.001)),
            parent=end,
            finish="wood",
        )
    elif ends == "iron scroll":
        w = 0.02
        front = tube(
            curve(
                [(x, -0.05, 0.02), (x, 0.02, 0.02), (x, 0.06, 0.2), (x, 0.02, under - 0.012)], 10
            ),
            w * 0.8,
            sides=8,
        )
        rear = tube(
            curve(
                [
                    (x, deep + 0.1, 0.02),
                    (x, deep + 0.02, 0.02),
                    (x, deep - 0.05, 0.2),
                    (x, deep - 0.01, under - 0.01),
                ],
                10,
            ),
            w * 0.8,
            sides=8,
        )
        top = box((x - w, 0.0, under - 0.025), (x + w, deep + 0.01, under + 0.001), 0.003)
        angle = np.arange(14) * math.pi / 7
        r = 0.3 * under
        ring = tube(
            np.stack(
                [
                    np.full(14, x),
                    deep / 2 + r * np.cos(angle),
                    under - 0.02 - r + r * np.sin(angle),
                ],
                1,
            ),
            0.009,
            sides=6,
            closed=True,
        )
        builder.part("front leg", front, parent=end, finish="metal")
        builder.part("rear leg", rear, parent=end, finish="metal")
        builder.part("bracket", top, parent=end, finish="metal")
        builder.part("scroll", ring, parent=end, finish="metal")
    elif ends == "cantilever":
        foot = side_plate([(0.1, 0), (deep, 0), (deep, 0.03), (0.1, 0.03)], x - 0.05, x + 0.05)
        outline: list[Point] = [
            (deep * 0.55, 0.02),
            (deep * 0.85, 0.02),
            (deep * 0.8, under - 0.06),
        ]
        outline += [
            (deep + 0.01, under - 0.03),
            (deep + 0.01, under + 0.001),
            (0.02, under + 0.001),
            (0.02, under - 0.03),
        ]
        outline += [(deep * 0.5, under - 0.08)]
        builder.part("foot", foot, parent=end, finish="metal")
        builder.part(
            "column", side_plate(outline, x - 0.025, x + 0.025), parent=end, finish="metal"
        )
    else:
        round_bar = ends == "pipe"
        top = under - (0.018 if round_bar else 0.01)
        path = [(0.05, 0.0), (0.03, top), (deep - 0.02, top), (deep - 0.04, 0.0)]
        if round_bar:
            points = [(x, y, max(z, 0.02)) for y, z in path]
            legs = joined(*(cylinder(a, b, 0.02, sides=10) for a, b in pairwise(points)))
            feet = [cylinder((x, y, 0), (x, y, 0.03), 0.026, sides=10) for y in (0.05, deep - 0.04)]
            builder.part("foot", *feet, parent=end, finish="rubber")
        else:
            legs = joined(*(_strip([a, b], x, 0.025, 0.012) for a, b in pairwise(path)))
        builder.part("legs", legs, parent=end, finish="metal")
    if rise:
        post = _strip(
            [
                (deep - 0.03, under - 0.06),
                (deep + behind + 0.02, high + 0.03),
                (tip[0] + behind + 0.01, tip[1]),
            ],
            x,
            0.02,
            0.014,
        )
        builder.part("back post", post, parent=end, finish="wood" if ends == "timber" else "metal")


def _strip(path: list[tuple[float, float]], x: float, half: float, thick: float) -> Mesh:
    """Flat bars along a (y, z) path, `half` to either side of x."""
    bars = []
    for a, b in pairwise(path):
        way = np.array(b) - np.array(a)
        across = np.array([-way[1], way[0]]) / np.hypot(*way) * thick
        corners = [
            np.array(a) - across,
            np.array(b) - across,
            np.array(b) + across,
            np.array(a) + across,
        ]
        corners = [np.array([y, max(z, 0.0)]) for y, z in corners]
        bars.append(side_plate(np.stack(corners), x - half, x + half))
    return joined(*bars)


def _arm(builder: Builder, x: float, deep: float, high: float, lean: float, ends: str) -> None:
    """An arm rest from the back rest's post to the front of the seat."""
    z = high + 0.2
    y, _ = _lean(deep, high, lean, 0.22)
    arm = builder.part("arm rest")
    if ends in ("timber", "blocks"):
        rest = box((x - 0.035, -0.01, z), (x + 0.035, y + 0.05, z + 0.03), 0.006)
        post = box((x - 0.025, 0.02, high - 0.03), (x + 0.025, 0.08, z + 0.002), 0.004)
    else:
        rest = tube(
            curve(
                [
                    (x, y + 0.05, z + 0.02),
                    (x, deep * 0.5, z + 0.03),
                    (x, 0.02, z),
                    (x, -0.01, z - 0.05),
                ],
                10,
            ),
            0.016,
            sides=8,
        )
        post = cylinder((x, 0.035, high - 0.03), (x, 0.03, z), 0.012, sides=8)
    builder.part("rest", rest, parent=arm, finish="wood")
    builder.part("post", post, parent=arm, finish="metal")
