"""Points from your own program instead of a file: two boxes on a table, and a correction."""

import numpy as np

import pinpoint3d as p3

rng = np.random.default_rng(0)


def side(corner: list[float], along: list[float], across: list[float], n: int) -> np.ndarray:
    """Points spread over a rectangle."""
    weights = rng.random((n, 2))
    return np.array(corner) + weights @ np.array([along, across])


table = side([-0.5, -0.4, 0.0], [1.0, 0, 0], [0, 0.8, 0], 20_000)
pieces, colours = [table], [(150, 120, 90)]
for left, colour in ((-0.25, (180, 40, 40)), (0.1, (40, 70, 180))):
    corner, x, y, z = [left, -0.1, 0.0], [0.15, 0, 0], [0, 0.2, 0], [0, 0, 0.12]
    top = [left, -0.1, 0.12]
    box = [side(corner, x, z, 900), side(corner, y, z, 1200), side(top, x, y, 1500)]
    pieces.append(np.concatenate(box))
    colours.append(colour)
xyz = np.concatenate(pieces) + rng.normal(0, 0.0005, (sum(map(len, pieces)), 3))
rgb = np.repeat(np.array(colours, np.uint8), [len(piece) for piece in pieces], axis=0)

objects = np.repeat([0, 1, 2], [len(piece) for piece in pieces])

scene = p3.Scene(xyz, rgb, name="two boxes")
session = p3.Session(p3.load_segmenter("graph").encode(scene))


def report(when: str) -> None:
    """Print how well each box is found."""
    for object_id in (1, 2):
        mine, true = session.masks.object == object_id, objects == object_id
        iou = (mine & true).sum() / (mine | true).sum()
        print(f"{when}: box {object_id} has {mine.sum():,} points, IoU {iou:.2f}")


session.click(position=(-0.18, 0.0, 0.12), object=1)  # on top of each box
session.click(position=(0.17, 0.0, 0.12), object=2)
report("one click each")
session.click(position=(0.1, 0.0, 0.06), object=2)  # this side of the second is missing
report("a correction")
p3.save(scene, session.masks, "two_boxes.pcd")
