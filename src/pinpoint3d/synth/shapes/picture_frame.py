"""Picture frames on a stand or leaning: frame, mount, picture, backing, strut.

Part tree: frame (four bars as one, or bars and corners), mount, picture, backing, strut or easel.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    circle,
    cylinder,
    frame,
    joined,
    moved,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import front_plate

SHAPES = ("portrait", "landscape", "square", "oval", "double")
PROFILES = ("flat", "stepped", "round", "wide")
STANDS = ("strut", "easel", "upright")
CORNERS = ("plain", "blocks", "discs")


def make(rng: np.random.Generator) -> Asset:
    """A picture in its frame, 0.1 to 0.7 m wide, facing -y."""
    shape, profile = str(rng.choice(SHAPES)), str(rng.choice(PROFILES))
    stand, corner = str(rng.choice(STANDS)), str(rng.choice(CORNERS, p=(0.7, 0.15, 0.15)))
    mount = rng.random() < 0.55
    short = rng.uniform(0.09, 0.22) if stand != "upright" else rng.uniform(0.2, 0.5)
    long = short * rng.uniform(1.25, 1.5)
    width, height = {
        "portrait": (short, long),
        "oval": (short, long),
        "landscape": (long, short),
        "square": (short, short),
        "double": (short, long),
    }[shape]
    lean = 0.0 if stand == "upright" else rng.uniform(0.12, 0.3)
    builder = Builder("picture_frame")
    thick = rng.uniform(0.012, 0.025)
    # The frames stand side by side, folded a little towards the viewer when there are two.
    fold = rng.uniform(0.2, 0.6) if shape == "double" else 0.0
    for side in (-1, 1) if shape == "double" else (0,):

        def place(mesh: Mesh, side: int = side) -> Mesh:
            beside = moved(mesh, x=side * (width / 2 + 0.001))
            if shape == "double":  # hinged in the middle, it needs no strut
                return turned(beside, "z", -side * fold)
            return turned(beside, "x", -lean, (0, thick, 0))

        whole = builder.part("picture") if shape == "double" else -1
        pieces = _framed(shape, profile, corner, mount, width, height, thick, rng)
        for name, mesh, finish in pieces:
            builder.part(name, place(mesh), parent=whole, finish=finish)
    if shape == "double":
        pin = cylinder((0, thick / 2, 0.01), (0, thick / 2, height - 0.01), 0.004, sides=8)
        builder.part("hinge", pin, finish="metal")
    elif stand != "upright":
        _stand(builder, stand, lean, width, height, thick)
    return builder.asset(f"{shape}, {profile}, {stand}, {corner} corners, mount {mount}")


def _framed(
    shape: str,
    profile: str,
    corner: str,
    mount: bool,
    width: float,
    height: float,
    thick: float,
    rng: np.random.Generator,
) -> list:
    """Name, mesh and finish of the pieces, standing on z = 0 with their front at y = 0."""
    x = width / 2
    border = width * (rng.uniform(0.14, 0.2) if profile == "wide" else rng.uniform(0.06, 0.11))
    finish = "wood" if rng.random() < 0.6 else "metal"
    if shape == "oval":
        return _oval(mount, x, height, border, thick, finish)
    low, high = (-x, 0, 0), (x, thick, height)
    bars = frame(low, high, border)
    if profile == "stepped":
        outer = frame((-x, -0.006, 0), (x, 0.002, height), border * 0.4)
        bars = joined(bars, outer)
    pieces: list = [("frame", bars, finish)]
    if profile == "round":
        ends = np.array([(-1, 0), (1, 0), (1, 1), (-1, 1)]) * (x - border / 2, height - border)
        ends += (0, border / 2)
        path = np.stack([ends[:, 0], np.full(4, 0.0), ends[:, 1]], axis=1)
        for a, b in zip(path, np.roll(path, -1, axis=0), strict=True):
            pieces.append(("bead", cylinder(a, b, border * 0.22, sides=8), finish))
    if corner != "plain":
        for at_x in (-x + border / 2, x - border / 2):
            for at_z in (border / 2, height - border / 2):
                size = border * 0.53
                if corner == "blocks":
                    block = box(
                        (at_x - size, -0.008, at_z - size), (at_x + size, 0.004, at_z + size), 0.001
                    )
                    block = Mesh(np.maximum(block.vertices, (-9, -9, 0)), block.faces)
                else:
                    block = cylinder(
                        (at_x, -0.008, at_z), (at_x, 0.004, at_z), size * 0.85, sides=14
                    )
                pieces.append(("corner", block, finish))
    inner = (x - border, height / 2 - border)
    middle = height / 2
    recess = thick * 0.3
    pane = inner
    if mount:
        share = rng.uniform(0.5, 0.8)
        pane = (inner[0] * share, inner[1] * share)
        edge = (inner[0] - pane[0], inner[0] - pane[0], inner[1] - pane[1], inner[1] - pane[1])
        board = frame(
            (-inner[0] - 0.002, recess, middle - inner[1] - 0.002),
            (inner[0] + 0.002, recess + 0.002, middle + inner[1] + 0.002),
            tuple(e + 0.002 for e in edge),
        )
        pieces.append(("mount", board, "paper"))
        recess += 0.0006  # the picture hardly shows behind its mount
    picture = box(
        (-pane[0] - 0.001, recess, middle - pane[1] - 0.001),
        (pane[0] + 0.001, recess + 0.003, middle + pane[1] + 0.001),
    )
    pieces.append(("picture", picture, "print"))
    back = box(
        (-inner[0] - 0.002, recess + 0.0015, middle - inner[1] - 0.002),
        (inner[0] + 0.002, thick - 0.001, middle + inner[1] + 0.002),
    )
    pieces.append(("backing", back, "paper"))
    return pieces


def _oval(mount: bool, x: float, height: float, border: float, thick: float, finish: str) -> list:
    """An oval frame on a small foot."""
    middle, z = height / 2, height / 2
    ring = circle(1.0, 32)
    radius = border * 0.5
    path = ring * (x - radius, z - radius)
    loop = tube(
        np.stack([path[:, 0], np.full(32, thick / 2), path[:, 1] + middle], 1), radius, 8, True
    )

    def disc(scale: float, low: float, high: float) -> Mesh:
        block = front_plate(ring * (x - radius * scale, z - radius * scale), low, high)
        return moved(block, z=middle)

    flat = thick / 2
    pieces: list = [("frame", loop, finish)]
    pieces.append(("backing", disc(0.8, flat + 0.001, flat + 0.004), "paper"))
    if mount:
        pieces.append(("mount", disc(1.0, flat - 0.001, flat + 0.002), "paper"))
    pieces.append(("picture", disc(4.0 if mount else 1.0, flat - 0.0016, flat + 0.002), "print"))
    foot = box((-x * 0.35, 0, 0), (x * 0.35, thick, radius), 0.001)
    pieces.append(("foot", foot, finish))
    return pieces


def _stand(
    builder: Builder, stand: str, lean: float, width: float, height: float, thick: float
) -> None:
    """What holds a picture that leans back by `lean` about its lower back edge."""
    high = 0.7 * height
    root = np.array([0, thick + high * math.sin(lean), high * math.cos(lean)])
    foot = np.array([0, root[1] + 0.45 * root[2], 0.0])
    if stand == "strut":
        way = foot - root
        half = width * 0.09
        length = float(np.linalg.norm(way))
        leaf = box((-half, -0.0015, -length), (half, 0.0015, 0.004), 0.0005)
        leg = turned(leaf, "x", math.atan2(way[1], -way[2]))
        lift = float((leg.vertices[:, 2] + root[2]).min())
        builder.part("strut", moved(leg, 0, root[1] - 0.002, root[2] - lift), finish="paper")
        return
    # An easel: two bars up the back that carry a ledge under the frame, and a leg behind.
    top = np.array([0, thick + height * 0.9 * math.sin(lean), height * 0.9 * math.cos(lean)])
    for side in (-1, 1):
        start = (side * width * 0.4, thick + 0.004, 0.004)
        end = (top[0] + side * width * 0.06, top[1] + 0.003, top[2])
        builder.part("easel leg", cylinder(start, end, 0.005, sides=8), finish="wood")
    builder.part("easel leg", cylinder((0, foot[1], 0.004), top, 0.005, sides=8), finish="wood")
    ledge = box((-width * 0.45, -0.01, 0), (width * 0.45, thick + 0.008, 0.006))
    builder.part("ledge", ledge, finish="wood")
