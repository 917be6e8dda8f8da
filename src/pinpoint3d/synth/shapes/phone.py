"""Phones and remote controls: slabs with a screen and buttons, most lying on a table.

Part tree: body, screen, bezel, buttons (keypad), camera bump (bump, lenses); a desk phone has a
handset and a base, a cordless one a cradle.
"""

import math
from collections.abc import Callable

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    curve,
    cushion,
    cylinder,
    extrusion,
    joined,
    moved,
    rounded_rectangle,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import side_plate

KINDS = ("smartphone", "smartphone face down", "remote control", "key phone", "cordless", "desk")
EDGES = ("square", "round", "soft")
PADS = ("grid", "ring", "few", "dense")

_FINISH: dict[str, Finish] = {"screen": "screen", "lens": "glass", "case": "rubber"}


def make(rng: np.random.Generator) -> Asset:
    """A telephone or a remote control, 0.1 to 0.25 m long."""
    kind = str(rng.choice(KINDS, p=(0.25, 0.15, 0.25, 0.1, 0.12, 0.13)))
    edge, pad = str(rng.choice(EDGES)), str(rng.choice(PADS))
    if kind == "desk":
        return _desk(edge, pad, rng)
    if kind == "cordless":
        return _cordless(edge, pad, rng)
    builder = Builder("phone")
    if kind in ("remote control", "key phone"):
        style = _keyed(builder, kind, edge, pad, rng)
    else:
        style = _smart(builder, kind, edge, rng)
    return builder.asset(style)


def _slab(width: float, length: float, thick: float, edge: str) -> Mesh:
    """A flat body about the origin from z = 0 up, its long side along y."""
    if edge == "square":
        return box((-width / 2, -length / 2, 0), (width / 2, length / 2, thick), 0.002)
    if edge == "soft":
        size = (width / 2, length / 2, thick)
        return cushion((-size[0], -size[1], 0), size, 6.0, sides=32, rings=10)
    radius = 0.16 * width
    inner = extrusion(rounded_rectangle(width, length, radius), thick * 0.7, thick * 0.15)
    outer = extrusion(rounded_rectangle(width - 0.003, length - 0.003, radius), thick)
    return joined(inner, outer)


def _smart(builder: Builder, kind: str, edge: str, rng: np.random.Generator) -> str:
    width, thick = rng.uniform(0.064, 0.08), rng.uniform(0.0075, 0.011)
    length = width * rng.uniform(1.95, 2.2)
    border = rng.choice((0.002, 0.004))
    button = str(rng.choice(("none", "home", "notch")))
    chin = 0.016 if button == "home" else border
    bump = str(rng.choice(("none", "square", "bar", "column")))
    down = kind == "smartphone face down"
    case = rng.random() < 0.3
    pieces: list[tuple[str, Mesh, bool]] = []  # name, mesh, belongs to the camera
    pieces.append(("case" if case else "body", _slab(width, length, thick, edge), False))
    inset = border + (0.0025 if edge == "soft" else 0.0012)
    flat = extrusion(
        rounded_rectangle(
            width - 2 * inset, length - 2 * inset - chin, 0.006 if edge != "square" else 0.002
        ),
        0.0012,
        thick - 0.001,
    )
    pieces.append(("screen", moved(flat, y=chin / 2), False))
    if button == "home":
        at = -length / 2 + 0.0095
        disc = cylinder((0, at, thick - 0.001), (0, at, thick + 0.0004), 0.0055)
        pieces.append(("button", disc, False))
    for side, y, reach in ((-1, 0.2, 0.02), (-1, 0.05, 0.02), (1, 0.14, 0.014)):
        x = sorted((side * (width / 2 - 0.002), side * (width / 2 + 0.0006)))
        key = box((x[0], y * length, thick * 0.35), (x[1], y * length + reach, thick * 0.65))
        pieces.append(("button", key, False))
    pieces += [(name, mesh, True) for name, mesh in _camera(bump, width, length, rng)]
    camera = -1
    for name, mesh, of_camera in pieces:
        if of_camera and camera < 0:
            camera = builder.part("camera")
        out = turned(mesh, "y", math.pi, (0, 0, thick / 2)) if down else mesh
        finish = _FINISH.get(name, "plastic")
        builder.part(name, out, parent=camera if of_camera else -1, finish=finish)
    return f"{kind}, {edge}, {bump} camera, {button}, case {case}"


def _camera(
    bump: str, width: float, length: float, rng: np.random.Generator
) -> list[tuple[str, Mesh]]:
    """Bump and lenses under the back, which faces down."""
    if bump == "none":
        return []
    top = length / 2 - 0.006
    reach = rng.uniform(0.001, 0.0022)
    x = width / 2 - 0.006
    if bump == "bar":
        low, high = (-x, top - 0.03), (x, top - 0.012)
        spots = [(x - 0.012 - 0.02 * k, top - 0.021) for k in range(int(rng.integers(1, 4)))]
    elif bump == "square":
        low, high = (x - 0.032, top - 0.034), (x, top)
        spots = [(x - 0.009, top - 0.009), (x - 0.009, top - 0.025), (x - 0.023, top - 0.017)]
    else:
        low, high = (x - 0.016, top - 0.042), (x, top)
        spots = [(x - 0.008, top - 0.009 - 0.013 * k) for k in range(int(rng.integers(1, 4)))]
    pieces = [("bump", box((*low, -reach), (*high, 0.002), 0.0006))]
    return pieces + [
        ("lens", cylinder((*at, 0), (*at, -reach - 0.0008), 0.0055, sides=12)) for at in spots
    ]


def _keyed(builder: Builder, kind: str, edge: str, pad: str, rng: np.random.Generator) -> str:
    remote = kind == "remote control"
    width = rng.uniform(0.035, 0.055)
    length = rng.uniform(0.13, 0.23) if remote else rng.uniform(0.1, 0.125)
    thick = rng.uniform(0.013, 0.022)
    builder.part("body", _slab(width, length, thick, edge), finish="plastic")
    top = length / 2 - 0.01
    if not remote or rng.random() < 0.15:
        tall = 0.03
        pane = box((-width * 0.36, top - tall, thick - 0.003), (width * 0.36, top, thick + 0.0006))
        builder.part("screen", pane, finish="screen")
        top -= tall + 0.004
    elif rng.random() < 0.7:
        at = (width * rng.choice((-0.25, 0.25)), top - 0.004)
        knob = cylinder((*at, thick - 0.003), (*at, thick + 0.0018), 0.0045, sides=12)
        builder.part("power button", knob, finish="rubber")
        top -= 0.014
    _keypad(builder, pad if remote else "grid", width, (-length / 2 + 0.012, top), thick, -1)
    if remote and rng.random() < 0.5:
        cover = box(
            (-width * 0.3, -length / 2 + 0.01, -0.0004), (width * 0.3, -length * 0.1, 0.003)
        )
        builder.part("battery cover", cover, finish="plastic")
    return f"{kind}, {edge}, {pad} keys"


def _keypad(
    builder: Builder,
    pad: str,
    width: float,
    span: tuple[float, float],
    top: float,
    parent: int,
    place: Callable[[Mesh], Mesh] = moved,
) -> None:
    """Keys on a face at height `top`, between two values of y."""
    whole = builder.part("keypad", parent=parent)
    low, high = top - 0.003, top + 0.0016
    room = span[1] - span[0]
    if pad == "ring":
        at = span[1] - 0.34 * width
        ring = cylinder((0, at, low), (0, at, high), 0.32 * width, sides=20)
        builder.part("ring", place(ring), parent=whole, finish="plastic")
        middle = cylinder((0, at, low), (0, at, high + 0.0012), 0.14 * width, sides=14)
        builder.part("button", place(middle), parent=whole, finish="rubber")
        span = (span[0], at - 0.36 * width)
        room = span[1] - span[0]
        pad = "few"
    columns, pitch = {"grid": (3, 0.012), "few": (2, 0.014), "dense": (3, 0.0095)}[pad]
    rows = max(1, min(int(room / pitch), 9 if pad == "dense" else 4))
    if pad == "dense":  # one rubber mat a row, as on cheap remote controls
        for k in range(rows):
            y = span[1] - pitch * (k + 0.5)
            strip = box((-width * 0.38, y - 0.003, low), (width * 0.38, y + 0.003, high), 0.0006)
            builder.part("key row", place(strip), parent=whole, finish="rubber")
        return
    across = 0.72 * width / columns
    for k in range(rows):
        for j in range(columns):
            x, y = across * (j - (columns - 1) / 2), span[1] - pitch * (k + 0.5)
            size = (0.36 * across, 0.34 * pitch)
            key = box((x - size[0], y - size[1], low), (x + size[0], y + size[1], high), 0.0005)
            builder.part("button", place(key), parent=whole, finish="rubber")


def _cordless(edge: str, pad: str, rng: np.random.Generator) -> Asset:
    """A handset standing in its cradle, leaning back."""
    builder = Builder("phone")
    width, length, thick = rng.uniform(0.045, 0.055), rng.uniform(0.14, 0.17), 0.024
    deep, height = rng.uniform(0.07, 0.1), rng.uniform(0.03, 0.05)
    lean = math.pi / 2 - rng.uniform(0.1, 0.35)

    def place(mesh: Mesh) -> Mesh:
        up = turned(moved(mesh, z=-thick / 2), "x", lean)
        return moved(up, z=height * 0.4 + length / 2)

    round_foot = rng.random() < 0.4
    if round_foot:
        foot = cylinder((0, 0, 0), (0, 0, height), deep * 0.62, width * 0.62, sides=24)
    else:
        foot = box((-width * 0.75, -deep / 2, 0), (width * 0.75, deep / 2, height), 0.006)
    builder.part("cradle", foot, finish="plastic")
    handset = builder.part("handset")
    body = place(_slab(width, length, thick, edge))
    builder.part("body", body, parent=handset, finish="plastic")
    top = length / 2 - 0.02
    slot = box((-0.01, top + 0.004, thick - 0.003), (0.01, top + 0.007, thick + 0.0005))
    builder.part("earpiece", place(slot), parent=handset, finish="metal")
    pane = box((-width * 0.36, top - 0.03, thick - 0.003), (width * 0.36, top, thick + 0.0006))
    builder.part("screen", place(pane), parent=handset, finish="screen")
    span = (-length * 0.25, top - 0.034)
    _keypad(builder, "grid" if pad == "dense" else pad, width, span, thick, handset, place)
    return builder.asset(f"cordless, {edge}, {pad} keys, round cradle {round_foot}")


def _desk(edge: str, pad: str, rng: np.random.Generator) -> Asset:
    """A sloped base with keys, its handset lying on the left, joined by a cord or not."""
    builder = Builder("phone")
    width, depth = rng.uniform(0.17, 0.23), rng.uniform(0.17, 0.21)
    low, high = rng.uniform(0.02, 0.035), rng.uniform(0.06, 0.1)
    x, slope = width / 2, math.atan2(high - low, depth)
    outline = [(-depth / 2, 0), (depth / 2, 0), (depth / 2, high), (-depth / 2, low)]
    builder.part("base", side_plate(outline, -x, x), finish="plastic")
    split = -x + 0.065  # m: the handset's bed takes the left
    middle, z = (split + x) / 2, (low + high) / 2

    def place(mesh: Mesh) -> Mesh:
        return moved(turned(mesh, "x", slope), x=middle, z=z)

    room = depth / math.cos(slope) / 2 - 0.012
    span = (-room, room)
    if rng.random() < 0.75:
        tall = rng.uniform(0.03, 0.05)
        wide = (x - split) / 2 - 0.008
        pane = box((-wide, room - tall, -0.003), (wide, room, 0.0008))
        builder.part("screen", place(pane), finish="screen")
        span = (-room, room - tall - 0.006)
    _keypad(builder, pad, min(0.075, (x - split) * 0.9), span, 0.0, -1, place)
    handset = builder.part("handset")

    def laid(mesh: Mesh) -> Mesh:
        return moved(turned(mesh, "x", slope), x=-x + 0.034, z=z)

    reach = rng.uniform(0.088, 0.1)
    for end in (-1, 1):
        y = sorted((end * (reach - 0.045), end * reach))
        if edge == "square":
            cup = box((-0.024, y[0], -0.002), (0.024, y[1], 0.034), 0.005)
        else:
            cup = cushion((-0.024, y[0], -0.002), (0.024, y[1], 0.036), 4.0, rings=8)
        builder.part(
            "earpiece" if end > 0 else "mouthpiece", laid(cup), parent=handset, finish="plastic"
        )
    knots = [(0, -reach * 0.75, 0.026), (0, 0, 0.04), (0, reach * 0.75, 0.026)]
    if edge == "square":
        bar = box((-0.018, -reach * 0.9, 0.022), (0.018, reach * 0.9, 0.036), 0.005)
    else:
        bar = tube(curve(knots, 10), 0.012, sides=10)
    builder.part("grip", laid(bar), parent=handset, finish="plastic")
    cord = rng.random() < 0.6
    if cord:
        # From under the mouthpiece round the left of the base to its front, lying on the table.
        at_y, at_z = -reach * math.cos(slope), z - (reach - 0.02) * math.sin(slope)
        knots = [
            (-x + 0.034, at_y + 0.01, at_z + 0.012),
            (-x + 0.029, at_y - 0.03, at_z),
            (-x - 0.01, -depth * 0.75, 0.006),
            (-x - 0.045, -depth * 0.3, 0.006),
            (-x - 0.03, 0, 0.006),
            (-x + 0.004, 0, 0.008),
        ]
        builder.part("cord", tube(curve(knots, 24), 0.0045, sides=8), finish="rubber")
    return builder.asset(f"desk, {edge}, {pad} keys, cord {cord}")
