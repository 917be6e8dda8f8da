"""Tell an arm where a thing is: a depth image, clicks on its pixels, places to reach for.

Looks at a real scan where one is at hand (name any organised PCD on the command line, with a column
and a line for each click), and else at a table that the package's camera sees.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from pinpoint3d import GraphSegmenter, load
from pinpoint3d.robot import Frame, found_parts, organised_frame, rgbd_frame
from pinpoint3d.synth.devices import STRUCTURED_LIGHT
from pinpoint3d.synth.samples import tabletop

SCAN = Path(__file__).parents[2] / "shared" / "data" / "scans_osd" / "learn33.pcd"
ON_SCAN = [(393, 340), (305, 230), (140, 262)]  # a mug, a tub, a bowl: columns and lines


def from_camera() -> tuple[Frame, list[tuple[int, int]]]:
    """Millimetres, colours and K, as cameras deliver them, and pixels on the largest things."""
    camera = replace(STRUCTURED_LIGHT, width=320, height=240)
    view = tabletop(np.random.default_rng(6), organised=True, device=camera).scene
    assert view.rgb is not None
    assert view.labels is not None
    depth = np.nan_to_num(1000 * view.xyz[:, 2]).astype(np.uint16).reshape(240, 320)
    intrinsics = np.array([[262.5, 0, 159.5], [0, 262.5, 119.5], [0, 0, 1]])
    frame = rgbd_frame(depth, intrinsics, colour=view.rgb.reshape(240, 320, 3))
    size = np.bincount(view.labels.object[view.labels.object > 0])
    pixels = []
    for thing in np.argsort(-size)[:3]:
        rows = np.flatnonzero(view.labels.object == thing)
        middle = np.median([rows % 320, rows // 320], axis=1)
        pixels.append((int(middle[0]), int(middle[1])))
    return frame, pixels


if len(sys.argv) > 1:
    frame = organised_frame(load(sys.argv[1]))
    numbers = [int(number) for number in sys.argv[2:]]
    pixels = list(zip(numbers[::2], numbers[1::2], strict=True))
elif SCAN.is_file():
    frame, pixels = organised_frame(load(SCAN)), ON_SCAN
else:
    frame, pixels = from_camera()

clicks = [frame.click(*pixel, object=k) for k, pixel in enumerate(pixels, 1)]
masks = GraphSegmenter().encode(frame.scene).segment(clicks)

for found in found_parts(frame.scene, masks, frame):
    place, image = found.camera, found.image
    assert place is not None  # both are there, because of the frame
    assert image is not None
    at = ", ".join(f"{value:.3f}" for value in place.centroid)
    edges = " x ".join(f"{100 * value:.1f}" for value in place.box_size)
    print(f"object {found.object}: {found.n_points:,} points, confidence {found.confidence:.2f}")
    print(f"  centroid ({at}) m from the camera, box {edges} cm, in the image {image.box}")
    if place.normal is not None:
        faces = ", ".join(f"{value:+.2f}" for value in place.normal)
        print(f"  faces ({faces}), normals spread {found.normal_spread_deg:.0f} degrees")
