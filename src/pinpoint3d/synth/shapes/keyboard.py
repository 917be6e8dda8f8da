"""Computer keyboards: a flat body with groups of keys, some with a palm rest, knob or cable.

Part tree: body, main keys (rows or single keys, space bar), function keys, arrow keys, number pad,
each a part of its own; feet, palm rest, knob, lights, cable.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Number,
    box,
    curve,
    cylinder,
    joined,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import side_plate

LAYOUTS = ("full", "no number pad", "compact")
BODIES = ("slab", "wedge", "rounded", "tray")
KEYS = ("blocks", "rows", "keys")
LINKS = ("cable", "wireless")


def make(rng: np.random.Generator) -> Asset:
    """A keyboard, 0.28 to 0.47 m wide."""
    layout, body = str(rng.choice(LAYOUTS)), str(rng.choice(BODIES))
    keys, link = str(rng.choice(KEYS)), str(rng.choice(LINKS))
    rest = body != "tray" and rng.random() < 0.2
    pitch = rng.uniform(0.0175, 0.0195)  # m: keys are 18 to 19 mm apart everywhere
    border = rng.uniform(0.004, 0.014)
    columns = {"full": 22.5, "no number pad": 18.25, "compact": 15.0}[layout]
    width, depth = columns * pitch + 2 * border, 6.4 * pitch + 2 * border
    thick = rng.uniform(0.007, 0.016)
    tilt = rng.uniform(0.04, 0.12) if body == "wedge" else 0.0
    builder = Builder("keyboard")
    builder.part("body", _body(body, width, depth, thick, tilt), finish="plastic")
    if rest:
        size = rng.uniform(0.05, 0.08)
        cushioned = box((-width / 2, -depth - size, 0), (width / 2, -depth, thick), 0.005)
        builder.part("palm rest", cushioned, finish="leather" if rng.random() < 0.5 else "plastic")
    low = (-width / 2 + border, -depth + border)
    rise = rng.choice((0.002, 0.004, 0.008))
    for name, parent_name, meshes in _keys(keys, layout, pitch, low, thick, float(rise)):
        placed = [turned(mesh, "x", tilt, (0, -depth, thick)) for mesh in meshes]
        group = builder.part(parent_name) if len(placed) > 1 else -1
        for mesh in placed:
            builder.part(name, mesh, parent=group, finish="plastic")
    extra = str(rng.choice(("none", "knob", "lights", "badge")))
    if layout == "full" and extra != "none":
        at = (width / 2 - border - 2 * pitch, -border - 0.4 * pitch)
        mesh = {
            "knob": cylinder((*at, thick - 0.002), (*at, thick + 0.012), 0.008),
            "lights": box((at[0] - 0.02, at[1] - 0.003, thick - 0.002), (*at, thick + 0.0006)),
            "badge": box((at[0] - 0.03, at[1] - 0.005, thick - 0.002), (*at, thick + 0.0006)),
        }[extra]
        builder.part(extra, turned(mesh, "x", tilt, (0, -depth, thick)), finish="metal")
    if link == "cable":
        x, bow = rng.uniform(-0.3, 0.3) * width, rng.uniform(-0.08, 0.08)
        knots = [(x, -0.01, 0.003), (x, 0.02, 0.0025), (x + bow, 0.08, 0.0025)]
        path = curve([*knots, (x + bow * 0.3, 0.14, 0.0025)], 14)
        builder.part("cable", tube(path, 0.0025, sides=6), finish="rubber")
    return builder.asset(f"{layout}, {body} body, {keys}, {link}, palm rest {rest}")


def _body(body: str, width: float, depth: float, thick: float, tilt: float) -> Mesh:
    x = width / 2
    if body == "slab":
        return box((-x, -depth, 0), (x, 0, thick), 0.002)
    if body == "rounded":
        return box((-x, -depth, 0), (x, 0, thick), 0.45 * thick)
    if body == "wedge":
        back = thick + depth * math.tan(tilt)
        outline = [(-depth, 0), (0, 0), (0, back), (-depth, thick)]
        return side_plate(outline, -x, x)
    rim = 0.004  # the raised edge of a tray-like case
    floor = box((-x, -depth, 0), (x, 0, thick))
    walls = [
        box((-x - rim, -depth - rim, 0), (x + rim, -depth, thick + 0.006)),
        box((-x - rim, 0, 0), (x + rim, rim, thick + 0.006)),
        box((-x - rim, -depth, 0), (-x, 0, thick + 0.006)),
        box((x, -depth, 0), (x + rim, 0, thick + 0.006)),
    ]
    return joined(floor, *walls)


def _keys(
    keys: str,
    layout: str,
    pitch: float,
    low: tuple[float, float],
    thick: float,
    rise: float,
) -> list[tuple[str, str, list[Mesh]]]:
    """Key groups: name of a piece, name of the group, pieces; in keys from the lower left."""

    def cap(column: Number, row: Number, wide: Number, deep: Number = 1.0) -> Mesh:
        a = np.array([low[0] + column * pitch, low[1] + row * pitch])
        b = a + np.array([wide, deep]) * pitch - 0.0015
        return box((*a, thick - 0.002), (*b, thick + rise), 0.0008 if keys == "keys" else 0.0)

    groups: list[tuple[str, str, list[Mesh]]] = [("space bar", "", [cap(3.75, 0, 6.25)])]
    if keys == "blocks":
        groups += [
            ("keys", "", [cap(0, 1, 15, 4)]),
            ("modifier keys", "", [cap(0, 0, 3.75)]),
            ("modifier keys", "", [cap(10, 0, 5)]),
            ("function keys", "", [cap(0, 5.4, 15)]),
        ]
    else:
        rows = [cap(0, 0, 3.75), cap(10, 0, 5), *(cap(0, k, 15) for k in (1, 2, 3, 4))]
        groups.append(("key row", "keys", rows))
        if keys == "keys":
            groups.append(("key", "function keys", [cap(1.25 * k, 5.4, 1.2) for k in range(12)]))
        else:
            spans = (0, 2, 6.5, 11)
            groups.append(("key row", "function keys", [cap(k, 5.4, 4 if k else 1) for k in spans]))
    if layout == "compact":
        return groups
    groups.append(("arrow key", "arrow keys", [cap(15.25 + k, 0, 1) for k in range(3)]))
    groups[-1][2].append(cap(16.25, 1, 1))
    groups.append(("navigation keys", "", [cap(15.25, 3, 3, 2)]))
    if layout == "full":
        if keys == "blocks":
            groups.append(("number pad", "", [cap(18.5, 0, 4, 5)]))
        else:
            groups.append(("key row", "number pad", [cap(18.5, k, 4) for k in range(5)]))
    return groups
