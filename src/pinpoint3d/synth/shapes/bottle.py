"""Bottles: body, neck, cap, often a label round the body; some have a spray head."""

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import box, curve, cylinder, lathe, moved

BODIES = ("wine", "soft drink", "jar", "detergent", "flask")
CAPS = ("screw", "cork", "spray", "pump", "none")


def make(rng: np.random.Generator) -> Asset:
    """A bottle, 10 to 34 cm high."""
    body = str(rng.choice(BODIES))
    cap = str(rng.choice(CAPS, p=(0.45, 0.15, 0.15, 0.15, 0.1)))
    height = {"wine": 0.30, "soft drink": 0.27, "jar": 0.13, "detergent": 0.24, "flask": 0.2}[body]
    height *= rng.uniform(0.85, 1.15)
    radius = height * {"jar": 0.33}.get(body, rng.uniform(0.12, 0.18))
    shoulder = {"wine": 0.62, "soft drink": 0.66, "jar": 0.82, "detergent": 0.7, "flask": 0.55}[
        body
    ]
    neck = radius * {"jar": 0.85}.get(body, rng.uniform(0.3, 0.45))
    waist = 0.9 if body == "soft drink" else 1.0
    knots = [(0.92, 0), (1, 0.04), (waist, 0.35), (1, shoulder), (neck / radius, shoulder + 0.18)]
    profile = np.array([*knots, (neck / radius, 1.0)]) * (radius, height)
    profile = np.minimum(profile, (np.inf, height * 1.0))
    steps = np.concatenate([profile[:2], curve(np.c_[profile[1:5], np.zeros(4)], 12)[1:, :2]])
    builder = Builder("bottle")
    glassy = rng.random() < 0.3
    finish = "ceramic" if glassy else "plastic"
    split = len(steps)
    builder.part("body", lathe(steps[:split]), finish=finish)
    throat = [(neck, profile[4, 1]), (neck, height)]
    builder.part("neck", lathe(throat, sides=14), finish=finish)
    if rng.random() < 0.65:
        low, high = height * rng.uniform(0.12, 0.25), height * rng.uniform(0.45, 0.6)
        # A paper's thickness proud of the body, so that only colour shows it.
        rows = steps[(steps[:, 1] > low) & (steps[:, 1] < high)]
        edges = np.interp([low, high], steps[:, 1], steps[:, 0])
        band = np.array([(edges[0], low), *rows, (edges[1], high)])
        band[:, 0] += 0.0006
        builder.part("label", lathe(band), finish="print")
    _cap(builder, cap, neck, height)
    return builder.asset(f"{body}, {cap} cap")


def _cap(builder: Builder, cap: str, neck: float, height: float) -> None:
    if cap == "none":
        return
    if cap == "cork":
        plug = cylinder((0, 0, height - 0.01), (0, 0, height + 0.015), neck * 0.8)
        builder.part("cork", plug, finish="wood")
        return
    lid = lathe(
        [(neck * 1.15, height - 0.016), (neck * 1.15, height + 0.003), (neck, height + 0.006)]
    )
    if cap == "screw":
        builder.part("cap", lid, finish="plastic")
        return
    head = builder.part("head")
    builder.part("collar", lid, parent=head, finish="plastic")
    if cap == "pump":
        stem = cylinder((0, 0, height), (0, 0, height + 0.035), 0.005, sides=8)
        nozzle = box((-0.012, -0.045, height + 0.035), (0.012, 0.014, height + 0.047), 0.003)
        builder.part("nozzle", stem, nozzle, parent=head, finish="plastic")
        return
    housing = box((-0.013, -0.05, height + 0.004), (0.013, 0.032, height + 0.05), 0.006)
    builder.part("housing", housing, parent=head, finish="plastic")
    trigger = moved(
        box((-0.006, -0.005, -0.05), (0.006, 0.005, 0.0), 0.002), 0, -0.036, height + 0.012
    )
    builder.part("trigger", trigger, parent=head, finish="plastic")
