"""Office chairs: a star base on castors, a gas lift, seats and backs padded or of mesh, armrests.

Part tree: base (hub, arms with caps, castors with wheels), lift (sleeve, rod, bellows), mechanism
with levers, seat (shell, pad, piping), back (frame, mesh or pad, lumbar support, headrest),
armrests (post, pad, button).
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    bent,
    box,
    curve,
    cylinder,
    moved,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.star_base import BASES, add_star_base
from pinpoint3d.synth.shapes.sweeps import hull, oval, ring_plate, upended
from pinpoint3d.synth.shapes.upholstery import pad, piping

SEATS = ("padded", "waterfall", "mesh", "thick")
BACKS = ("mesh", "bars", "padded", "executive", "shell")
ARMS = ("none", "loop", "post", "flip", "cantilever")
HEADS = ("none", "headrest")


def make(rng: np.random.Generator) -> Asset:
    """An office chair, its seat 0.42 to 0.55 m high."""
    seat, back = str(rng.choice(SEATS)), str(rng.choice(BACKS))
    arm, base = str(rng.choice(ARMS)), str(rng.choice(BASES, p=(0.4, 0.25, 0.2, 0.15)))
    head = str(rng.choice(HEADS, p=(0.6, 0.4)))
    builder = Builder("office_chair")
    height, wide, deep = rng.uniform(0.42, 0.54), rng.uniform(0.44, 0.52), rng.uniform(0.42, 0.5)
    soft: Finish = "leather" if rng.random() < 0.3 else "fabric"
    thick = {"mesh": 0.03, "thick": rng.uniform(0.1, 0.13)}.get(seat, rng.uniform(0.055, 0.08))
    under = height - thick
    add_star_base(builder, base, under - 0.035, rng)
    mechanism = builder.part("mechanism")
    plate = box((-0.09, -0.11, under - 0.038), (0.09, 0.13, under + 0.006), 0.01)
    builder.part("housing", plate, parent=mechanism, finish="metal")
    for s, y in ((1, -0.03), (-1, 0.02))[: int(rng.integers(1, 3))]:
        ends = (s * 0.07, y, under - 0.018), (s * (wide / 2 - 0.02), y - 0.015, under - 0.022)
        rod = cylinder(*ends, 0.004, sides=8)
        tip = cylinder(ends[1], (s * wide / 2, y - 0.02, under - 0.023), 0.007, 0.01, sides=8)
        builder.part("lever", rod, tip, parent=mechanism, finish="plastic")
    _seat(builder, seat, wide, deep, (under, height), soft)
    _back(builder, back, head, (wide, deep), height, under, soft, rng)
    if arm != "none":
        for s in (-1, 1):
            _arm(builder, arm, s, wide, height, under, rng)
    style = f"{seat} seat, {back} back, {arm} arms, {base} base, {head}, {soft}"
    return pose_at_random(builder.asset(style), rng, share_open=0.5)


def _cloth(
    half_wide: float,
    half_tall: float,
    thick: float,
    puff: float = 0.0,
    power: float = 4.0,
    n_points: int = 20,
) -> Mesh:
    """A level sheet with a rounded outline, in rings so that it can be bent; domed by `puff`."""
    shares = (0.45, 0.8, 1.0)
    low = [(share, 0.0) for share in shares]
    high = [(share, thick + puff * (1 - share**2)) for share in reversed(shares)]
    outlines = [
        oval(half_wide * share, half_tall * share, half_tall * share, z, power, n_points=n_points)
        for share, z in (*low, *high)
    ]
    return hull(outlines)


def _rim(half_wide: float, half_tall: float, wide: float, thick: float) -> Mesh:
    """A level ring round a `_cloth` of the same size, lying over its edge."""
    outer = oval(half_wide, half_tall, half_tall, 0.0, 4.0, n_points=20)
    inner = oval(half_wide - wide, half_tall - wide, half_tall - wide, 0.0, 4.0, n_points=20)
    return ring_plate(outer[:, :2], inner[:, :2], 0.0, thick)


def _seat(
    builder: Builder,
    seat: str,
    wide: float,
    deep: float,
    rise: tuple[float, float],
    soft: Finish,
) -> None:
    low, high = rise
    whole = builder.part("seat")
    x, y = wide / 2, deep / 2
    if seat == "mesh":
        rim = moved(_rim(x, y, 0.03, 0.028), z=low)
        builder.part("rim", rim, parent=whole, finish="plastic")
        sheet = moved(_cloth(x - 0.026, y - 0.026, 0.004), z=high - 0.009)
        builder.part("mesh", sheet, parent=whole, finish="fabric")
        beam = box((-x + 0.01, -0.05, low - 0.002), (x - 0.01, 0.05, low + 0.01))
        builder.part("beam", beam, parent=whole, finish="plastic")
        return
    shell = moved(_cloth(x - 0.012, y - 0.012, 0.018, 0.0, 5.0), z=low)
    builder.part("shell", shell, parent=whole, finish="plastic")
    corner = (-x, -y, low + 0.012), (x, y, high)
    if seat == "thick":
        middle = (low + 0.012 + high) / 2
        lower = pad(corner[0], (x, y, middle + 0.004), 0.025, 0.07, 0.004)
        upper = pad((-x, -y, middle - 0.004), corner[1], 0.025, 0.07, 0.008)
        builder.part("pad", lower, upper, parent=whole, finish=soft)
        for level in (middle, high - 0.03):
            cord = piping(*corner, level, 0.07, 0.004)
            builder.part("piping", cord, parent=whole, finish=soft)
        return
    body = _cloth(x, y, high - low - 0.026, 0.014, 5.0)
    if seat == "waterfall":  # its front edge falls away under the knees
        v = body.vertices.copy()
        ahead = np.clip((-v[:, 1] - 0.5 * y) / (0.5 * y), 0, 1)
        v[:, 2] -= 0.025 * ahead**2 * (v[:, 2] > 0.001)
        body = Mesh(v, body.faces)
    builder.part("pad", moved(body, z=low + 0.012), parent=whole, finish=soft)


def _back(
    builder: Builder,
    back: str,
    head: str,
    size: tuple[float, float],
    height: float,
    under: float,
    soft: Finish,
    rng: np.random.Generator,
) -> None:
    """A back that reclines about the rear of the mechanism."""
    wide, deep = size
    half = wide / 2 * rng.uniform(0.85, 0.98)
    tall = rng.uniform(0.58, 0.72) if back == "executive" else rng.uniform(0.38, 0.56)
    gap, lean = rng.uniform(0.03, 0.1), rng.uniform(0.08, 0.2)
    radius = rng.uniform(0.45, 1.0)
    y, middle = deep / 2 - 0.01, gap + tall / 2
    about = (0.0, y, height)
    whole = builder.part("back")

    def up(mesh: Mesh, out: float = 0.0) -> Mesh:
        """A level mesh set up, rolled round the sitter, put over the hinge and leaned back."""
        standing = moved(upended(mesh), y=out)
        standing = bent(standing, "z", radius)
        return turned(moved(standing, 0, y, height + middle), "x", -lean, about=about)

    def put(name: str, mesh: Mesh, finish: Finish, out: float = 0.0) -> None:
        builder.part(name, up(mesh, out), parent=whole, finish=finish)

    t = tall / 2
    if back == "mesh":
        put("frame", _rim(half, t, 0.03, 0.022), "plastic")
        put("mesh", _cloth(half - 0.026, t - 0.026, 0.004), "fabric", -0.004)
    elif back == "bars":
        put("frame", _rim(half, t, 0.026, 0.02), "plastic")
        n = int(rng.integers(5, 8))
        for z in np.linspace(-t + 0.04, t - 0.04, n).tolist():
            reach = (half - 0.012) * (1 - min(abs(z) / t, 1) ** 4) ** 0.25
            strip = moved(_cloth(reach, 0.3 * tall / n, 0.008, n_points=14), y=z)
            put("bar", strip, "plastic", -0.006)
    elif back == "shell":
        put("shell", _cloth(half, t, 0.012), "plastic")
        if rng.random() < 0.6:
            put("pad", _cloth(half - 0.04, t - 0.04, 0.008, 0.01), soft, -0.011)
    else:
        put("shell", _cloth(half - 0.01, t - 0.01, 0.02), "plastic", 0.012)
        if back == "executive":
            n = int(rng.integers(2, 5))
            for k in range(n):
                z = -t + tall * (k + 0.5) / n
                cell = moved(_cloth(half, 0.53 * tall / n, 0.04, 0.025, 5.0), y=z)
                put("pad", cell, soft)
        else:
            put("pad", _cloth(half, t, 0.04, 0.02), soft)
    if back in ("mesh", "bars") and rng.random() < 0.6:
        support = moved(_cloth(half - 0.012, 0.045, 0.012, 0.006), y=-0.35 * t)
        put("lumbar support", support, "plastic", 0.004)
    if head == "headrest":
        rest = moved(_cloth(0.14, 0.07, 0.03, 0.02), y=t + 0.11)
        neck = moved(_strip(0.018, t - 0.06, t + 0.12, 0.01), y=0.0)
        put("neck", neck, "plastic", 0.006)
        put("headrest", rest, soft)
    spine = [(0, y + 0.012, height + middle), (0, y + 0.055, height + 0.02)]
    spine += [(0, y - 0.02, under - 0.018), (0, 0.08, under - 0.018)]
    leaned = np.array(spine)
    top = turned(Mesh(leaned[:1], np.zeros((0, 3), np.int64)), "x", -lean, about=about).vertices[0]
    leaned[0] = top
    arm = tube(curve(leaned, 12), np.linspace(0.018, 0.022, 12), sides=8)
    builder.part("spine", arm, parent=whole, finish="metal" if rng.random() < 0.4 else "plastic")
    builder.hinge(whole, (0, 0.08, under - 0.018), (-1, 0, 0), 0.0, math.radians(14))


def _strip(half: float, low: float, high: float, thick: float) -> Mesh:
    """A strip that will be set up: y here is height."""
    return box((-half, low, 0.0), (half, high, thick), 0.003)


def _arm(
    builder: Builder,
    arm: str,
    s: int,
    wide: float,
    height: float,
    under: float,
    rng: np.random.Generator,
) -> None:
    rise, x = 0.2, s * (wide / 2 + 0.035)
    z = height + rise
    whole = builder.part("armrest")
    if arm == "loop":
        knots = [(s * 0.12, 0.08, under - 0.004), (x, 0.09, under + 0.02), (x, 0.1, z - 0.03)]
        knots += [(x, 0.03, z), (x, -0.12, z), (x, -0.18, z - 0.05)]
        knots += [(x, -0.12, under + 0.06), (s * 0.12, -0.06, under - 0.004)]
        builder.part("loop", tube(curve(knots, 26), 0.013, sides=8), parent=whole, finish="plastic")
        return
    if arm == "cantilever":
        knots = [(s * 0.1, 0.05, under - 0.004), (x, 0.08, under), (x, 0.12, height + 0.1)]
        knots += [(x, 0.11, z - 0.008), (x, -0.14, z - 0.008)]
        bar = tube(curve(knots, 16), 0.011, sides=8)
        builder.part("bar", bar, parent=whole, finish="metal")
    else:
        bracket = box(
            (s * 0.08, -0.025, under - 0.012), (x + s * 0.012, 0.045, under + 0.004), 0.003
        )
        sleeve = box((x - 0.013, -0.02, under - 0.012), (x + 0.013, 0.04, z - 0.08), 0.003)
        builder.part("sleeve", bracket, sleeve, parent=whole, finish="plastic")
        post = box((x - 0.009, -0.014, z - 0.085), (x + 0.009, 0.034, z - 0.004), 0.002)
        builder.part("post", post, parent=whole, finish="plastic")
        knob = (x + s * 0.0125, 0.01, z - 0.1), (x + s * 0.016, 0.01, z - 0.1)
        builder.part("button", cylinder(*knob, 0.009, sides=10), parent=whole, finish="plastic")
    cover = builder.part("pad", parent=whole)
    top = pad((x - 0.042, -0.15, z - 0.006), (x + 0.042, 0.12, z + 0.02), 0.01, 0.035, 0.003)
    builder.part("cushion", top, parent=cover, finish="rubber")
    if arm == "flip":
        builder.hinge(cover, (x, 0.1, z), (-1, 0, 0), 0.0, math.radians(85))
    elif arm == "post" and rng.random() < 0.5:
        builder.hinge(cover, (x, 0.01, z), (0, 0, float(s)), 0.0, math.radians(20))
