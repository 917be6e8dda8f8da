"""Spray bottles with a trigger, and spray cans: bottle, collar, head, trigger, nozzle, label.

Part tree: bottle (body, neck), liquid line or label, collar, head (housing, trigger, nozzle, tube);
a can has body, dome, cap or button.
"""

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import Mesh, box, curve, cylinder, lathe, squared, stretched
from pinpoint3d.synth.shapes.sweeps import side_plate

BODIES = ("round", "flat oval", "square", "waisted", "can")
HEADS = ("pistol", "slim", "block")
NOZZLES = ("round", "square", "long")
LABELS = ("none", "wrap", "front", "two")


def make(rng: np.random.Generator) -> Asset:
    """A spray bottle or can, 0.15 to 0.32 m high."""
    body, head = str(rng.choice(BODIES)), str(rng.choice(HEADS))
    nozzle, label = str(rng.choice(NOZZLES)), str(rng.choice(LABELS))
    builder = Builder("spray_bottle")
    if body == "can":
        return _can(builder, head, label, rng)
    radius, height = rng.uniform(0.028, 0.046), rng.uniform(0.13, 0.2)
    flat = rng.uniform(0.55, 0.75) if body == "flat oval" else 1.0
    neck = 0.012
    waist = 0.78 if body == "waisted" else 1.0
    knots = [(0.95, 0.0), (1.0, 0.06), (waist, 0.5), (0.9, 0.72), (neck / radius, 0.95)]
    rows = curve(np.c_[np.array(knots), np.zeros(5)], 15)[:, :2] * (radius, height)
    rows[:, 1] = np.maximum.accumulate(np.clip(rows[:, 1], 0, height))
    rows = np.concatenate([rows, [(neck, height)]])

    def shaped(mesh: Mesh) -> Mesh:
        """A round skin flattened or pulled to a square low down, round again at the neck."""
        if body != "square":
            return stretched(mesh, y=flat)
        share = np.clip((height * 0.9 - mesh.vertices[:, 2:]) / (0.3 * height), 0, 1)
        pulled = squared(mesh, 5).vertices
        return Mesh(mesh.vertices + share * (pulled - mesh.vertices), mesh.faces)

    bottle = builder.part("bottle")
    builder.part("body", shaped(lathe(rows, sides=28)), parent=bottle, finish="plastic")
    throat = cylinder((0, 0, height - 0.01), (0, 0, height + 0.012), neck)
    builder.part("neck", throat, parent=bottle, finish="plastic")
    if label in ("wrap", "two"):
        low, high = height * 0.15, height * (0.55 if label == "wrap" else 0.35)
        builder.part("label", shaped(_wrapped(rows, low, high)), finish="print")
    if label == "two":
        band = shaped(_wrapped(rows, height * 0.42, height * 0.62))
        builder.part("label", band, finish="print")
    if label == "front":
        at = float(np.interp(height * 0.35, rows[:, 1], rows[:, 0])) * flat
        patch = box(
            (-radius * 0.3, -at - 0.0012, height * 0.2), (radius * 0.3, -at + 0.008, height * 0.5)
        )
        builder.part("label", patch, finish="print")
    collar = [(0.0155, height + 0.001), (0.017, height + 0.006), (0.016, height + 0.02)]
    builder.part("collar", lathe(collar, sides=16), finish="plastic")
    _head(builder, head, nozzle, height + 0.018, rng)
    style = f"{body}, {head} head, {nozzle} nozzle, {label} label"
    return pose_at_random(builder.asset(style), rng, share_open=0.2)


def _wrapped(rows: np.ndarray, low: float, high: float) -> Mesh:
    between = rows[(rows[:, 1] > low) & (rows[:, 1] < high)]
    edges = np.interp([low, high], rows[:, 1], rows[:, 0])
    strip = np.array([(edges[0], low), *between, (edges[1], high)])
    paper = np.array([0.0006, 0.0])  # m: a label's thickness, so that only colour shows it
    return lathe(np.concatenate([strip + paper, strip[::-1] - 2 * paper]), 28, closed=True)


def _head(builder: Builder, head: str, nozzle: str, z: float, rng: np.random.Generator) -> None:
    """The pump with its trigger, spraying towards -y."""
    whole = builder.part("head")
    rise, reach = rng.uniform(0.035, 0.055), rng.uniform(0.035, 0.05)
    back = reach * rng.uniform(0.7, 1.0)
    outline = {
        "pistol": [
            (-reach, 0.45),
            (-0.012, 0.4),
            (-0.009, 0),
            (0.012, 0),
            (back, 0.6),
            (back * 0.9, 0.95),
            (-reach, 1.0),
        ],
        "slim": [
            (-reach, 0.6),
            (-0.01, 0.55),
            (-0.009, 0),
            (0.01, 0),
            (0.014, 0.55),
            (back * 1.1, 0.75),
            (back, 1.0),
            (-reach, 0.95),
        ],
        "block": [
            (-reach, 0.3),
            (-0.01, 0.3),
            (-0.01, 0),
            (0.012, 0),
            (back * 0.6, 0.2),
            (back * 0.6, 1.0),
            (-reach, 1.0),
        ],
    }[head]
    half = rng.uniform(0.009, 0.013)
    side = np.array(outline) * (1, rise) + (0, z)
    shell = side_plate(side, -half, half)
    builder.part("housing", shell, parent=whole, finish="plastic")
    level = z + 0.72 * rise
    tip = {"round": 0.012, "square": 0.01, "long": 0.022}[nozzle]
    if nozzle == "square":
        snout = box(
            (-0.009, -reach - tip, level - 0.009), (0.009, -reach + 0.002, level + 0.009), 0.002
        )
    else:
        snout = cylinder((0, -reach + 0.002, level), (0, -reach - tip, level), 0.0085, 0.007)
    builder.part("nozzle", snout, parent=whole, finish="plastic")
    hole = cylinder(
        (0, -reach - tip + 0.001, level), (0, -reach - tip - 0.0006, level), 0.0025, sides=8
    )
    builder.part("opening", hole, parent=whole, finish="rubber")
    root = (-reach * 0.72, z + {"pistol": 0.47, "slim": 0.6, "block": 0.32}[head] * rise)
    length = rng.uniform(0.035, 0.055)
    lever = [
        (root[0] - 0.004, root[1] + 0.005),
        (root[0] - 0.006, root[1] - 0.4 * length),
        (root[0] - 0.012, root[1] - length),
        (root[0] - 0.007, root[1] - length),
        (root[0] + 0.001, root[1] - 0.4 * length),
        (root[0] + 0.004, root[1] + 0.005),
    ]
    wide = half * 0.75
    pull = side_plate(lever, -wide, wide)
    trigger = builder.part("trigger", pull, parent=whole, finish="plastic")
    builder.hinge(trigger, (0, root[0], root[1]), (1, 0, 0), 0, 0.35)


def _can(builder: Builder, head: str, label: str, rng: np.random.Generator) -> Asset:
    """A spray can: cylinder, dome, and a cap, or a button with its nozzle."""
    radius, height = rng.uniform(0.022, 0.034), rng.uniform(0.12, 0.22)
    body = [(radius * 0.93, 0), (radius, 0.004), (radius, height), (radius * 0.95, height + 0.003)]
    builder.part("body", lathe(body, sides=24), finish="metal")
    foot = lathe(
        [(radius * 1.02, 0.0), (radius * 1.02, 0.004), (radius * 0.9, 0.004), (radius * 0.9, 0.0)],
        sides=24,
        closed=True,
    )
    builder.part("rim", foot, finish="metal")
    t = np.linspace(0, 1.1, 5)
    dome = np.stack([radius * 0.95 * np.cos(t), height + 0.002 + radius * 0.4 * np.sin(t)], 1)
    builder.part("dome", lathe(dome, sides=24), finish="metal")
    top = float(dome[-1, 1])
    if label != "none":
        rows = np.array([(radius, 0.0), (radius, height)])
        low, high = (0.1, 0.9) if label == "wrap" else (0.25, 0.6)
        builder.part("label", _wrapped(rows, low * height, high * height), finish="print")
    if head == "block":
        rise = rng.uniform(0.03, 0.06)
        wide = radius * rng.uniform(0.85, 1.0)
        cap = [
            (wide, height + 0.001),
            (wide * 0.98, height + rise),
            (wide * 0.85, height + rise + 0.004),
        ]
        builder.part("cap", lathe(cap, sides=24), finish="plastic")
        return builder.asset(f"can, capped, {label} label")
    stem = cylinder((0, 0, top - 0.003), (0, 0, top + 0.005), 0.005, sides=10)
    builder.part("stem", stem, finish="plastic")
    button = cylinder((0, 0, top + 0.003), (0, 0, top + 0.017), 0.008)
    builder.part("button", button, finish="plastic")
    reach = 0.01 if head == "pistol" else rng.uniform(0.03, 0.09)
    spout = cylinder((0, -0.006, top + 0.011), (0, -reach, top + 0.011), 0.0025, sides=8)
    builder.part("nozzle", spout, finish="plastic")
    return builder.asset(f"can, {head}, {label} label")
