"""Pliers lying flat: combination, pointed, cutting and gripping ones; two halves about a rivet.

Part tree: each half holds jaw, cheek, arm and grip (with a collar); rivet, spring, teeth.
"""

import numpy as np

from pinpoint3d.synth.assets import Asset, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    Points,
    box,
    curve,
    cylinder,
    extrusion,
    moved,
    stretched,
    tube,
)

JAWS = ("combination", "pointed", "cutter", "round", "pincers")
GRIPS = ("dipped", "sleeve", "bare", "two colours")
RIVETS = ("flush", "proud")
ARMS = ("bowed", "straight", "wide")


def make(rng: np.random.Generator) -> Asset:
    """Pliers, 0.12 to 0.25 m long, pointing towards +x."""
    jaw, grip = str(rng.choice(JAWS)), str(rng.choice(GRIPS))
    rivet, arm = str(rng.choice(RIVETS)), str(rng.choice(ARMS))
    scale = rng.uniform(0.75, 1.25)
    thick = rng.uniform(0.008, 0.012) * scale
    level = max(thick / 2, 0.0075 * scale)
    builder = Builder("pliers")
    for side in (1, -1):
        half = builder.part("half")
        _half(builder, half, side, jaw, grip, arm, scale, thick, level)
        if side == 1:
            builder.hinge(half, (0, 0, 0), (0, 0, 1), 0, 0.6)
    rise = 0.0004 if rivet == "flush" else 0.002
    bolt = cylinder(
        (0, 0, level), (0, 0, level + thick / 2 + rise), 0.0065 * scale, 0.006 * scale, sides=16
    )
    builder.part("rivet", bolt, finish="metal")
    style = f"{jaw}, {grip} grips, {rivet} rivet, {arm} arms"
    return pose_at_random(builder.asset(style), rng, share_open=0.6)


def _half(
    builder: Builder,
    half: int,
    side: int,
    jaw: str,
    grip: str,
    arm: str,
    scale: float,
    thick: float,
    level: float,
) -> None:
    """One half about the rivet at (0, 0): its jaw on +y (mirrored for -1), its arm on -y."""

    def own(mesh: Mesh) -> Mesh:
        return stretched(mesh, y=side)

    def plate(outline: Points, high: float = 1.0) -> Mesh:
        tall = thick * high
        return own(extrusion(np.array(outline) * scale, tall, level - tall / 2))

    seam = 0.0002
    outlines = {
        "combination": [(0, seam), (0.045, seam), (0.045, 0.006), (0.03, 0.010), (0, 0.012)],
        "pointed": [(0, seam), (0.07, seam), (0.07, 0.0022), (0.03, 0.0065), (0, 0.011)],
        "cutter": [(0, seam), (0.024, seam), (0.025, 0.003), (0.014, 0.012), (0, 0.013)],
        "round": [(0, seam), (0.04, seam), (0.042, 0.003), (0.03, 0.007), (0, 0.011)],
        "pincers": [
            (0.004, 0.010),
            (0.018, 0.014),
            (0.03, seam),
            (0.034, seam),
            (0.03, 0.016),
            (0.014, 0.022),
            (0, 0.016),
        ],
    }
    builder.part(
        "jaw", plate(outlines[jaw], 0.6 if jaw == "pointed" else 0.9), parent=half, finish="metal"
    )
    cheek = own(
        cylinder((0, 0, level - thick / 2), (0, 0, level + thick / 2), 0.0125 * scale, sides=16)
    )
    bridge = plate([(-0.004, 0.004), (0.008, 0.004), (0.008, 0.0115), (-0.004, 0.012)])
    root = plate([(0.004, -0.009), (-0.012, -0.0115), (-0.016, -0.004), (-0.004, 0.004)])
    builder.part("cheek", cheek, bridge, root, parent=half, finish="metal")
    if jaw == "combination":
        at = 0.02 * scale
        teeth = box(
            (at, 0.0, level + thick * 0.44),
            (at + 0.014 * scale, 0.004 * scale, level + thick * 0.47),
        )
        builder.part("teeth", own(teeth), parent=half, finish="metal")
    out = {"bowed": 0.021, "straight": 0.012, "wide": 0.027}[arm]
    knots = [
        (-0.006, -0.006),
        (-0.03, -0.0115),
        (-0.065, -out),
        (-0.1, -out * 0.98),
        (-0.13, -out * 0.72 - 0.003),
    ]
    path = curve(np.c_[np.array(knots) * scale, np.full(5, level)], 16)
    reach = np.full(16, 0.0045 * scale)
    builder.part("arm", own(tube(path, reach, sides=8)), parent=half, finish="metal")
    if grip == "bare":
        return
    sleeve = (
        np.full(13, 0.0065 * scale) if grip == "dipped" else np.linspace(0.0068, 0.0074, 13) * scale
    )
    if grip == "sleeve":
        sleeve[0] *= 1.05  # a stop for the thumb
    handle = builder.part("grip", parent=half)
    if grip == "two colours":
        builder.part(
            "sleeve", own(tube(path[3:], sleeve, sides=10)), parent=handle, finish="rubber"
        )
        strip = moved(tube(path[5:13], 0.0055 * scale, sides=8), y=-0.0035 * scale)
        builder.part("inlay", own(strip), parent=handle, finish="rubber")
    else:
        builder.part(
            "sleeve", own(tube(path[3:], sleeve, sides=10)), parent=handle, finish="rubber"
        )
    end = path[-1] + (path[-1] - path[-2]) / np.linalg.norm(path[-1] - path[-2]) * 0.004 * scale
    cap = cylinder(path[-1], end, sleeve[-1] * 0.95, sleeve[-1] * 0.6, sides=10)
    builder.part("cap", own(cap), parent=handle, finish="rubber")
