"""Switches and sockets in the wall: one to three inserts in a common plate.

Part tree: plate (frame, back box if it stands out); each insert with its rockers, holes, dial,
contacts or screws. A few centimetres; the wall is at its back, towards +y.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    box,
    cylinder,
    extrusion,
    frame,
    lathe,
    moved,
    rounded_rectangle,
)
from pinpoint3d.synth.shapes.sweeps import ring_plate, upended

INSERTS = ("rocker", "double rocker", "round socket", "flat pin socket", "toggle", "dimmer", "data")
PLATES = ("square", "rounded", "bevelled", "raised box")
LAYOUTS = ("row", "column")
FIXINGS = ("hidden", "screws")


def make(rng: np.random.Generator) -> Asset:
    """A switch or socket plate, 7 to 30 cm long."""
    n = int(rng.choice((1, 1, 1, 2, 2, 3)))
    kinds = [str(kind) for kind in rng.choice(INSERTS, n)]
    if rng.random() < 0.6:
        kinds = kinds[:1] * n
    plate, layout = str(rng.choice(PLATES)), str(rng.choice(LAYOUTS))
    return build(kinds, plate, layout, str(rng.choice(FIXINGS)), rng)


def build(
    kinds: list[str], plate: str, layout: str, fixing: str, rng: np.random.Generator
) -> Asset:
    """A plate with given inserts, its back at y = 0."""
    builder = Builder("wall_switch")
    pitch = rng.uniform(0.068, 0.075)
    rim = rng.uniform(0.006, 0.014)
    thick = rng.uniform(0.007, 0.011)
    side = rng.uniform(0.052, 0.06)
    along = 0 if layout == "row" else 1
    size = np.array([side + 2 * rim, side + 2 * rim])
    size[along] += pitch * (len(kinds) - 1)
    half = size / 2
    back = 0.0
    if plate == "raised box":
        back = -rng.uniform(0.025, 0.035)
        case = box((-half[0], back, -half[1]), (half[0], 0, half[1]), 0.003)
        builder.part("box", case, finish="plastic")
    whole = builder.part("plate", finish="plastic")
    # One frame round every insert, overlapping in between, as plates are moulded.
    for k in range(len(kinds)):
        x, z = _place(k, len(kinds), pitch, along)
        reach = np.array([side / 2 + rim, side / 2 + rim])
        if len(kinds) > 1:
            reach[along] = max(pitch / 2, side / 2 + 0.002)
        ends = (x - reach[0], x + reach[0], z - reach[1], z + reach[1])
        if k in (0, len(kinds) - 1) and len(kinds) > 1:
            ends = _to_edge(ends, half, along, first=k == 0)
        low, high = (ends[0], back - thick, ends[2]), (ends[1], back, ends[3])
        inner = side / 2 - 0.0005
        border = (
            x - inner - ends[0],
            ends[1] - x - inner,
            z - inner - ends[2],
            ends[3] - z - inner,
        )
        if plate == "rounded" and len(kinds) == 1:
            outer = rounded_rectangle(size[0], size[1], 0.012, 4)
            hole = rounded_rectangle(2 * inner, 2 * inner, 0.002, 4)
            builder.add(whole, upended(ring_plate(outer, hole, -back, thick - back)))
        elif plate == "bevelled" and len(kinds) == 1:
            outline = rounded_rectangle(size[0], size[1], 0.004, 2)
            hole = rounded_rectangle(2 * inner, 2 * inner, 0.002, 2)
            builder.add(whole, upended(ring_plate(outline, hole, 0, thick * 0.6)))
            upper = rounded_rectangle(size[0] - rim, size[1] - rim, 0.004, 2)
            builder.add(whole, upended(ring_plate(upper, hole, thick * 0.5, thick)))
        else:
            builder.add(whole, frame(low, high, border))
    for k, kind in enumerate(kinds):
        x, z = _place(k, len(kinds), pitch, along)
        _insert(builder, kind, (x, back, z), side / 2 - 0.001, thick, rng)
        if fixing == "screws" and plate != "bevelled":
            for s in (-1, 1):
                at = np.array([x, z])
                at[1 - along] += s * (side / 2 + rim * 0.5)
                head = upended(
                    lathe([(0.0028, 0), (0.0028, thick + 0.0006), (0.002, thick + 0.001)], 10)
                )
                builder.part("screw", moved(head, at[0], back, at[1]), parent=whole, finish="metal")
    style = f"{', '.join(kinds)}: {plate} plate, {layout}, {fixing}"
    return pose_at_random(builder.asset(style), rng, share_open=0.4)


def _place(k: int, n: int, pitch: float, along: int) -> tuple[float, float]:
    offset = (k - (n - 1) / 2) * pitch
    return (offset, 0.0) if along == 0 else (0.0, offset)


def _to_edge(
    ends: tuple[float, float, float, float], half: np.ndarray, along: int, *, first: bool
) -> tuple[float, float, float, float]:
    """A frame's ends with the outermost moved to the plate's edge."""
    out = list(ends)
    if along == 0:
        out[0 if first else 1] = float(half[0]) * (-1 if first else 1)
    else:
        out[2 if first else 3] = float(half[1]) * (-1 if first else 1)
    return out[0], out[1], out[2], out[3]


def _insert(
    builder: Builder,
    kind: str,
    at: tuple[float, float, float],
    half: float,
    thick: float,
    rng: np.random.Generator,
) -> None:
    """One insert of a plate, `half` its half side, its back in the plane of the wall."""
    x, y, z = at
    if "socket" in kind:
        _socket(builder, kind, at, half, thick)
        return
    group = builder.part("switch" if kind != "data" else "data socket")
    base = box((x - half, y - 0.4 * thick, z - half), (x + half, y, z + half))
    builder.part("insert", base, parent=group, finish="plastic")
    if kind in ("rocker", "double rocker"):
        n = 1 if kind == "rocker" else 2
        edges = np.linspace(-half, half, n + 1)
        for a, b in pairwise(edges):
            low = (x + a + 0.0006, y - thick - 0.002, z - half + 0.0006)
            rocker = box(low, (x + b - 0.0006, y - 0.3 * thick, z + half - 0.0006), 0.001)
            index = builder.part("rocker", rocker, parent=group, finish="plastic")
            builder.hinge(index, (x, y - 0.5 * thick, z), (1, 0, 0), 0.0, math.radians(4))
        if rng.random() < 0.3:
            lamp = box(
                (x - 0.003, y - thick - 0.0025, z - 0.001), (x + 0.003, y - thick, z + 0.001)
            )
            builder.part("pilot light", lamp, parent=group, finish="glass")
        return
    outline = rounded_rectangle(2 * half, 2 * half, 0.002, 2)
    cover = moved(upended(extrusion(outline, 0.9 * thick)), x, y, z)
    builder.part("cover", cover, parent=group, finish="plastic")
    if kind == "toggle":
        bezel = frame((x - 0.009, y - thick - 0.0015, z - 0.015), (x + 0.009, y, z + 0.015), 0.003)
        builder.part("bezel", bezel, parent=group, finish="metal")
        lever = cylinder(
            (x, y - 0.4 * thick, z), (x, y - thick - 0.016, z - 0.005), 0.0035, 0.005, 10
        )
        index = builder.part("lever", lever, parent=group, finish="metal")
        builder.hinge(index, (x, y - 0.4 * thick, z), (-1, 0, 0), 0.0, math.radians(36))
    elif kind == "dimmer":
        profile = [(0.021, 0), (0.0205, thick + 0.01), (0.018, thick + 0.013)]
        knob = moved(upended(lathe(profile, sides=22)), x, y, z)
        index = builder.part("dial", knob, parent=group, finish="plastic")
        mark = box((x - 0.001, y - thick - 0.0135, z + 0.008), (x + 0.001, y - thick, z + 0.017))
        builder.part("mark", mark, parent=index, finish="print")
        builder.hinge(index, (x, y, z), (0, 1, 0), 0.0, math.radians(270))
    else:
        for s in (-1, 1):
            low = (x + s * 0.012 - 0.008, y - thick - 0.001, z - 0.008)
            jack = frame(low, (x + s * 0.012 + 0.008, y - 0.3 * thick, z + 0.008), 0.002)
            builder.part("jack", jack, parent=group, finish="metal")
        label = box((x - 0.015, y - 0.9 * thick - 0.0004, z + 0.013), (x + 0.015, y, z + 0.02))
        builder.part("label", label, parent=group, finish="paper")


def _socket(
    builder: Builder, kind: str, at: tuple[float, float, float], half: float, thick: float
) -> None:
    x, y, z = at
    group = builder.part("socket")
    square = rounded_rectangle(2 * half, 2 * half, 0.003, 6)
    if kind == "round socket":
        radius = min(0.0205, 0.86 * half)
        angle = np.arctan2(square[:, 1], square[:, 0])
        circle = radius * np.stack([np.cos(angle), np.sin(angle)], 1)
        face = upended(ring_plate(square, circle, 0, thick))
        builder.part("cover", moved(face, x, y, z), parent=group, finish="plastic")
        lip = [(radius + 0.0025, 0.9 * thick), (radius + 0.002, thick + 0.0015)]
        lip += [(radius, thick + 0.0015), (radius, 0.9 * thick)]
        builder.part(
            "rim",
            moved(upended(lathe(lip, sides=24, closed=True)), x, y, z),
            parent=group,
            finish="plastic",
        )
        floor = cylinder((x, y, z), (x, y - 0.15 * thick, z), radius * 1.01, sides=24)
        builder.part("well", floor, parent=group, finish="plastic")
        for s in (-1, 1):
            pin = cylinder(
                (x + s * 0.0095, y, z),
                (x + s * 0.0095, y - 0.15 * thick - 0.0006, z),
                0.0027,
                sides=8,
            )
            builder.part("hole", pin, parent=group, finish="rubber")
            edge = z + s * radius
            clip = box((x - 0.002, y - thick, edge - s * 0.002), (x + 0.002, y, edge + s * 0.001))
            builder.part("earth contact", clip, parent=group, finish="metal")
        return
    face = upended(extrusion(square, thick))
    builder.part("cover", moved(face, x, y, z), parent=group, finish="plastic")
    for dx, dz, w, h in (
        (-0.011, -0.006, 0.003, 0.002),
        (0.011, -0.006, 0.003, 0.002),
        (0, 0.011, 0.002, 0.004),
    ):
        slot = box(
            (x + dx - w, y - thick - 0.0004, z + dz - h), (x + dx + w, y - 0.5 * thick, z + dz + h)
        )
        builder.part("hole", slot, parent=group, finish="rubber")
    rocker = box(
        (x + half - 0.02, y - thick - 0.003, z + half - 0.016),
        (x + half - 0.009, y, z + half - 0.003),
        0.001,
    )
    builder.part("rocker", rocker, parent=group, finish="plastic")
