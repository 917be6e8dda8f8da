"""Signs on posts: road signs, finger posts, house numbers, notice boards and folding boards.

Part tree: base, posts with caps and clamps, plates with their printed face and frame, arms, lamps.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Point,
    arc,
    box,
    circle,
    cushion,
    cylinder,
    frame,
    lathe,
    moved,
    rounded_rectangle,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import front_plate

KINDS = ("road", "road", "finger post", "two posts", "folding board", "bus stop", "stand")
PLATES = ("round", "triangle", "octagon", "square", "oblong", "diamond")
BASES = ("flange", "block", "none", "rubber foot", "cross")
POSTS = ("round", "square", "thick round")
BACKS = ("plain", "folded rim", "ribs")


def make(rng: np.random.Generator) -> Asset:
    """A sign, 0.9 to 3 m high, facing -y."""
    style = (str(rng.choice(options)) for options in (KINDS, PLATES, BASES, POSTS, BACKS))
    return build(*style, rng=rng)


def build(
    kind: str, plate: str, base: str, post: str, back: str, *, rng: np.random.Generator
) -> Asset:
    """A sign of given style."""
    builder = Builder("sign")
    if kind == "folding board":
        _folding(builder, rng)
        return builder.asset(f"folding board, {plate}")
    radius = {"round": 0.03, "square": 0.028, "thick round": 0.045}[post]
    tall = rng.uniform(1.0, 1.3) if kind == "stand" else rng.uniform(2.0, 2.9)
    wide = rng.uniform(0.7, 1.4)
    spots = (-wide / 2 + 0.15, wide / 2 - 0.15) if kind == "two posts" else (0.0,)
    for x in spots:
        _post(builder, post, x, radius, tall)
        _base(builder, base if kind != "stand" else "rubber foot", x, radius)
    near = -radius
    n = 0
    if kind == "two posts":
        high = rng.uniform(0.5, 0.9)
        _plate(
            builder, "oblong", (0.0, near, tall - high / 2 - 0.03), (wide, high), back, spots, rng
        )
    elif kind == "finger post":
        n = int(rng.integers(2, 6))
        for k in range(n):
            _finger(builder, tall - 0.12 - 0.17 * k, radius, rng)
    elif kind == "bus stop":
        _plate(
            builder,
            "round" if plate == "round" else "square",
            (0.0, near, tall - 0.2),
            (0.4, 0.4),
            back,
            spots,
            rng,
        )
        _plate(builder, "oblong", (0.0, near, tall - 0.5), (0.42, 0.12), back, spots, rng)
        case = builder.part("timetable")
        z = 1.35
        builder.part(
            "box",
            box((-0.16, near - 0.03, z - 0.24), (0.16, near + 0.004, z + 0.24), 0.006),
            parent=case,
            finish="metal",
        )
        builder.part(
            "sheet",
            box((-0.14, near - 0.032, z - 0.22), (0.14, near - 0.028, z + 0.22)),
            parent=case,
            finish="paper",
        )
        builder.part(
            "cover",
            frame((-0.165, near - 0.038, z - 0.245), (0.165, near - 0.03, z + 0.245), 0.02),
            parent=case,
            finish="metal",
        )
    else:
        size = rng.uniform(0.3, 0.42) if kind == "stand" else rng.uniform(0.4, 0.75)
        n = 1 if kind == "stand" else int(rng.integers(1, 4))
        z = tall - size / 2 - 0.02
        shape, side, up = plate, size, size
        for k in range(n):
            if k:
                shape = str(rng.choice(("oblong", "oblong", plate)))
                side, up = (
                    (size, size)
                    if shape != "oblong"
                    else (size * rng.uniform(0.6, 1.1), size * rng.uniform(0.25, 0.5))
                )
                z -= up / 2 + 0.015
            elif shape == "oblong":
                up = size * rng.uniform(0.5, 0.75)
            _plate(builder, shape, (0.0, near, z), (side, up), back, spots, rng)
            z -= up / 2
    return builder.asset(f"{kind} of {n}, {plate}, {base}, {post} post, {back} back")


def _post(builder: Builder, post: str, x: float, radius: float, tall: float) -> None:
    pole = builder.part("post", finish="metal")
    if post == "square":
        builder.add(pole, box((x - radius, -radius, 0), (x + radius, radius, tall), 0.003))
        cap = box(
            (x - radius * 1.1, -radius * 1.1, tall - 0.01),
            (x + radius * 1.1, radius * 1.1, tall + 0.012),
            0.006,
        )
    else:
        builder.add(pole, cylinder((x, 0, 0), (x, 0, tall), radius, sides=14))
        profile = [
            (radius * 1.08, tall - 0.015),
            (radius * 1.08, tall + 0.004),
            (radius * 0.6, tall + 0.02),
        ]
        cap = moved(lathe(profile, sides=14), x)
    builder.part("cap", cap, parent=pole, finish="plastic")


def _base(builder: Builder, base: str, x: float, radius: float) -> None:
    if base == "flange":
        plate = builder.part(
            "base", box((x - 0.11, -0.11, 0), (x + 0.11, 0.11, 0.015), 0.004), finish="metal"
        )
        bolts = [
            cylinder(
                (x + s * 0.08, t * 0.08, 0.01), (x + s * 0.08, t * 0.08, 0.032), 0.012, sides=6
            )
            for s in (-1, 1)
            for t in (-1, 1)
        ]
        builder.part("bolts", *bolts, parent=plate, finish="metal")
        ribs = [
            box((x + s * radius * 0.8, -0.004, 0.01), (x + s * (radius + 0.04), 0.004, 0.09))
            for s in (-1, 1)
        ]
        builder.part("ribs", *ribs, parent=plate, finish="metal")
    elif base == "block":
        block = lathe([(0.2, 0), (0.19, 0.1), (0.13, 0.14)], sides=18)
        builder.part("base", moved(block, x), finish="stone")
    elif base == "rubber foot":
        foot = builder.part(
            "base", box((x - 0.2, -0.3, 0), (x + 0.2, 0.3, 0.09), 0.03), finish="rubber"
        )
        sleeve = box(
            (x - radius - 0.02, -radius - 0.02, 0.08),
            (x + radius + 0.02, radius + 0.02, 0.15),
            0.006,
        )
        builder.part("sleeve", sleeve, parent=foot, finish="rubber")
    elif base == "cross":
        arms = [
            box((x - 0.3, -0.025, 0), (x + 0.3, 0.025, 0.04), 0.004),
            box((x - 0.025, -0.3, 0), (x + 0.025, 0.3, 0.04), 0.004),
        ]
        builder.part("base", *arms, finish="metal")
        bag = cushion((x + 0.05, -0.12, 0.035), (x + 0.29, 0.12, 0.12), 3.0, 12, 6)
        builder.part("sand bag", bag, finish="fabric")


def _outline(shape: str, wide: float, high: float) -> np.ndarray:
    """Corners (x, z) of a plate about its middle."""
    if shape == "round":
        return circle(0.5, 28) * (wide, high)
    if shape == "octagon":
        return arc(0.54, math.pi / 8, 2 * math.pi + math.pi / 8, 9)[:-1] * (wide, high)
    if shape == "diamond":
        return _turned_square(wide * 0.72)
    if shape == "triangle":
        corners = [
            arc(0.05, a - 1.0, a + 1.0, 5) + 0.5 * np.array([math.cos(a), math.sin(a)])
            for a in (math.pi / 2, math.pi * 7 / 6, math.pi * 11 / 6)
        ]
        return np.concatenate(corners) * (wide, high)
    return rounded_rectangle(wide, high, 0.04, 3)


def _turned_square(side: float) -> np.ndarray:
    """A square with round corners, standing on one of them."""
    flat = rounded_rectangle(side, side, 0.04, 3)
    c = math.sqrt(0.5)
    return flat @ np.array([[c, c], [-c, c]])


def _plate(
    builder: Builder,
    shape: str,
    at: tuple[float, float, float],
    size: tuple[float, float],
    back: str,
    spots: tuple[float, ...],
    rng: np.random.Generator,
) -> None:
    """A plate before its posts: sheet, printed face with a border, and clamps behind."""
    x, y, z = at
    wide, high = size
    plate = builder.part("plate")
    outline = _outline(shape, wide, high)
    y -= 0.006

    def sheet(scale: float, near: float, far: float, lift: float = 0.0) -> Mesh:
        edge = 1 - (1 - scale) * np.array([1.0, wide / high if shape == "oblong" else 1.0])
        flat = outline * np.maximum(edge, 0.3) + np.array([x, z + lift])
        return front_plate(flat, near, far)

    builder.part("sheet", sheet(1.0, y - 0.004, y), parent=plate, finish="metal")
    face = builder.part("face", sheet(0.97, y - 0.0052, y - 0.003), parent=plate, finish="print")
    if rng.random() < 0.6:
        builder.part("field", sheet(0.8, y - 0.0062, y - 0.004), parent=face, finish="print")
        half = 0.06 * wide
        mark = box((x - half, y - 0.0072, z - 0.22 * high), (x + half, y - 0.005, z + 0.18 * high))
        builder.part("symbol", mark, parent=face, finish="print")
    if back == "folded rim":
        n = len(outline)
        centre = np.array([x, z])
        ring = [
            cylinder(
                _at(outline[i] * 0.985 + centre, y + 0.003),
                _at(outline[(i + 1) % n] * 0.985 + centre, y + 0.003),
                0.0065,
                sides=5,
            )
            for i in range(n)
        ]
        builder.part("rim", *ring, parent=plate, finish="metal")
    elif back == "ribs":
        ribs = [
            box(
                (x - 0.3 * wide, y - 0.002, z + s * 0.2 * high - 0.012),
                (x + 0.3 * wide, y + 0.008, z + s * 0.2 * high + 0.012),
            )
            for s in (-1, 1)
        ]
        builder.part("ribs", *ribs, parent=plate, finish="metal")
    for spot in spots:
        for s in (-0.25, 0.25) if high > 0.2 else (0.0,):
            height = z + s * high
            strap = box(
                (spot - 0.055, y - 0.001, height - 0.014),
                (spot + 0.055, 0.055, height + 0.014),
                0.008,
            )
            builder.part("clamp", strap, parent=plate, finish="metal")


def _at(point: np.ndarray, y: float) -> tuple[float, float, float]:
    return float(point[0]), y, float(point[1])


def _finger(builder: Builder, z: float, radius: float, rng: np.random.Generator) -> None:
    """A pointed board that looks away from the post to one side."""
    long, high = rng.uniform(0.5, 0.9), rng.uniform(0.12, 0.15)
    outline: list[Point] = [
        (0.0, z - high / 2),
        (long, z - high / 2),
        (long + 0.09, z),
        (long, z + high / 2),
        (0.0, z + high / 2),
    ]
    angle = rng.uniform(-0.5, 0.5) + (math.pi if rng.random() < 0.5 else 0.0)
    finger = builder.part("finger board")
    board = turned(front_plate(outline, -0.012, 0.012), "z", angle)
    builder.part("board", board, parent=finger, finish="wood")
    inner: list[Point] = [
        (radius + 0.03, z - 0.03),
        (long * 0.95, z - 0.03),
        (long * 0.95, z + 0.03),
        (radius + 0.03, z + 0.03),
    ]
    for side in (-1, 1):
        face = front_plate(inner, min(0.0, side * 0.0132), max(0.0, side * 0.0132))
        builder.part("lettering", turned(face, "z", angle), parent=finger, finish="print")
    collar = cylinder((0, 0, z - high * 0.4), (0, 0, z + high * 0.4), radius + 0.012, sides=14)
    builder.part("collar", collar, parent=finger, finish="metal")


def _folding(builder: Builder, rng: np.random.Generator) -> None:
    """Two boards leaning on each other, as before a shop."""
    wide, tall, lean = rng.uniform(0.5, 0.7), rng.uniform(0.85, 1.2), rng.uniform(0.16, 0.24)
    rise = tall * math.cos(lean)
    for side, turn in ((1, -lean), (-1, lean)):
        board = builder.part("board")
        edge = frame((-wide / 2, -0.012, 0), (wide / 2, 0.012, tall), 0.035)
        panel = box((-wide / 2 + 0.03, -0.006, 0.12), (wide / 2 - 0.03, 0.006, tall - 0.03))
        near = -side
        sheet = box(
            (-wide / 2 + 0.05, near * 0.009, 0.16), (wide / 2 - 0.05, near * 0.004, tall - 0.06)
        )
        pieces: list[tuple[str, Mesh, Finish]] = [
            ("rim", edge, "wood"),
            ("panel", panel, "paint"),
            ("poster", sheet, "print"),
        ]
        for name, mesh, finish in pieces:
            placed = turned(mesh, "x", turn)
            placed = moved(placed, 0, -side * (tall * math.sin(lean) + 0.006))
            builder.part(name, placed, parent=board, finish=finish)
    for s in (-1, 1):
        x = s * wide * 0.35
        hinge = box((x - 0.03, -0.03, rise - 0.035), (x + 0.03, 0.03, rise + 0.008), 0.003)
        builder.part("hinge", hinge, finish="metal")
    z = 0.4 * rise
    reach = tall * math.sin(lean) * 0.6
    strap = box((wide / 2 - 0.03, -reach - 0.02, z), (wide / 2 - 0.015, reach + 0.02, z + 0.006))
    builder.part("strap", strap, finish="fabric")
