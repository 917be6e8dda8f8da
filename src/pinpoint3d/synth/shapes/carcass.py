"""Carcasses of furniture and what they stand on: plinths, legs, castors.

The frame is that of `fronts`: back at y = 0, front at y = -depth, centred in x.
"""

from collections.abc import Sequence

import numpy as np

from pinpoint3d.synth.assets import Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import Point, box, cylinder, joined

STANDS = ("plinth", "legs", "tapered legs", "flush", "castors")


def foot_height(stand: str, rng: np.random.Generator) -> float:
    """How high one of `STANDS` lifts a carcass, metres."""
    return {"plinth": rng.uniform(0.06, 0.1), "castors": 0.06, "flush": 0.0}.get(
        stand, rng.uniform(0.08, 0.18)
    )


def add_carcass(
    builder: Builder,
    body: int,
    width: float,
    depth: float,
    foot: float,
    height: float,
    board: float,
) -> None:
    """Give a part two sides, top, bottom and back, open towards the front."""
    left, right = -width / 2, width / 2
    builder.add(
        body,
        box((left, -depth, foot), (left + board, 0, height), 0.001),
        box((right - board, -depth, foot), (right, 0, height), 0.001),
        box((left, -depth, height - board), (right, 0, height), 0.001),
        box((left, -depth, foot), (right, 0, foot + board), 0.001),
        box((left, -0.006, foot), (right, 0, height)),
    )


def add_boards(
    builder: Builder,
    across: tuple[float, float],
    rise: tuple[float, float],
    depth: float,
    board: float,
    back: float = 1.0,
) -> int:
    """Index of a new body whose sides, top, bottom and back are parts of their own.

    `back` is how much of its height the back closes, from below.
    """
    (left, right), (low, high) = across, rise
    body = builder.part("body")
    pieces: list[tuple[str, Point, Point]] = [
        ("side", (left, -depth, low), (left + board, 0, high)),
        ("side", (right - board, -depth, low), (right, 0, high)),
        ("top", (left + board, -depth, high - board), (right - board, 0, high)),
        ("bottom", (left + board, -depth, low), (right - board, 0, low + board)),
    ]
    if back > 0:
        top = min(high - board, low + back * (high - low))
        pieces.append(("back", (left + board, -0.005, low + board), (right - board, -0.001, top)))
    for name, corner, other in pieces:
        builder.part(name, box(corner, other, 0.001), parent=body, finish="wood")
    return body


def add_crown(
    builder: Builder,
    width: float,
    depth: float,
    top: float,
    steps: Sequence[float],
    rise: float = 0.016,
    name: str = "crown",
) -> float:
    """Height of the upper face of a moulding laid on a carcass.

    Its boards, each `rise` high, stand out by `steps` metres, from below.
    """
    x = width / 2
    levels = [top + rise * k for k in range(len(steps))]
    boards = [
        box((-x - out, -depth - out, z), (x + out, 0, z + rise), 0.003)
        for out, z in zip(steps, levels, strict=True)
    ]
    builder.part(name, *boards, finish="wood")
    return top + rise * len(steps)


def add_stand(
    builder: Builder,
    stand: str,
    width: float,
    depth: float,
    foot: float,
    finish: Finish = "wood",
) -> None:
    """Put one of `STANDS`, `foot` metres high, under a carcass."""
    if stand == "flush":
        return
    if stand == "plinth":
        low, high = (-width / 2 + 0.005, -depth + 0.04, 0), (width / 2 - 0.005, -0.02, foot)
        builder.part("plinth", box(low, high), finish=finish)
        return
    inset = 0.05
    for x in (-width / 2 + inset, width / 2 - inset):
        for y in (-depth + inset, -inset):
            if stand == "castors":
                wheel = cylinder((x - 0.01, y, 0.022), (x + 0.01, y, 0.022), 0.022, sides=12)
                stem = cylinder((x, y, 0.03), (x, y, foot), 0.008, sides=8)
                builder.part("castor", joined(wheel, stem), finish="rubber")
            elif stand == "legs":
                leg = box((x - 0.02, y - 0.02, 0), (x + 0.02, y + 0.02, foot), 0.003)
                builder.part("leg", leg, finish=finish)
            else:
                leg = cylinder((x * 1.02, y * 1.02, 0), (x, y, foot), 0.012, 0.022, sides=10)
                builder.part("leg", leg, finish=finish)
