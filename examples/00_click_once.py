"""One click on the bundled scan, and the ways it can be read: from a part to the whole object."""

import pinpoint3d as p3

scene = p3.load(p3.bundled_scan())
print(scene)

encoded = p3.load_segmenter("graph").encode(scene)
click = p3.Click(point=7267, object=1, part=1)

for reading in encoded.candidates(click):
    print(f"{reading.mask.sum():7,} points, score {reading.score:.2f}")

masks = encoded.segment([click])
print(f"the object has {(masks.object == 1).sum():,} points, the part {(masks.part == 1).sum():,}")
