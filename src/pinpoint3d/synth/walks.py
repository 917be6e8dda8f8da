"""The way of a scanner through a world: where a person would stand, and where they would look."""

import math

import numpy as np

from pinpoint3d.synth.layout import TRIES, footprints, overlap
from pinpoint3d.synth.scanner import Pose
from pinpoint3d.synth.shells import WALL_THICKNESS
from pinpoint3d.synth.world import World


def walk(layout: World, n_poses: int, rng: np.random.Generator) -> list[Pose]:
    """Where a person with a scanner would stand and look: at free places, eye high, at things."""
    floor = layout.shell[0].asset
    reach = floor.high[:2] - WALL_THICKNESS - 0.3
    prints = [part for item in layout.items for part in footprints(item)]
    poses = []
    for k in range(n_poses):
        at = rng.uniform(-reach, reach)
        for _ in range(TRIES):
            square = at + np.array([(-0.2, -0.2), (0.2, -0.2), (0.2, 0.2), (-0.2, 0.2)])
            if not any(overlap(square, p.corners, 0.0) for p in prints if p.high > 0.3):
                break
            at = rng.uniform(-reach, reach)
        eye = np.array([at[0], at[1], rng.uniform(1.1, 1.8)])
        if layout.items and k % 4 != 3:
            item = layout.items[int(rng.integers(len(layout.items)))]
            middle = (item.asset.low + item.asset.high) / 2
            target = item.to_world(middle[None])[0] + rng.normal(0, 0.15, 3)
        else:  # now and then across the room
            target = np.array([*(-at * rng.uniform(0.3, 1)), rng.uniform(0.3, 1.3)])
        way = target - eye
        yaw = math.atan2(-way[0], way[1])
        pitch = math.atan2(way[2], math.hypot(way[0], way[1]))
        poses.append(Pose((float(eye[0]), float(eye[1]), float(eye[2])), yaw, max(pitch, -1.2)))
    return poses
