"""A session: clicks, a correction, undo and redo, names; saved, and resumed exactly."""

import numpy as np

import pinpoint3d as p3

scene = p3.load(p3.bundled_scan())
session = p3.Session(p3.load_segmenter("graph").encode(scene))

session.click(point=7267, object=1, part=1)
session.click(point=64461, object=1, part=2)
session.rename(1, "the first thing clicked")
before = session.masks

session.click(point=0, object=0)  # this point is none of it
session.undo()
assert np.array_equal(session.masks.part, before.part)
session.redo()

session.save("room.pinpoint.json")
resumed = p3.open_session("room.pinpoint.json")
assert np.array_equal(resumed.masks.object, session.masks.object)
print(f"{len(resumed.clicks)} clicks on {resumed.names['1']!r} are as they were")

p3.save(scene, resumed.masks, "room.labelled.ply")
