"""How good an engine is: a simulated user clicks the parts of an object, and then its errors."""

import pinpoint3d as p3
from pinpoint3d.metrics import entry_iou
from pinpoint3d.simulate import Clicker

CLICKS_A_PART = 3

scene = p3.load(p3.bundled_scan())
truth = scene.labels
assert truth is not None
parts = sorted({int(part) for part in truth.part[truth.object == 1]} - {0})
targets = [(1, part) for part in parts]

for name in ("nearest", "graph"):
    encoded = p3.load_segmenter(name).encode(scene)
    clicker = Clicker(scene, truth, targets)
    clicks = clicker.first_clicks()
    while True:
        masks = encoded.segment(clicks)
        if len(clicks) % len(targets) == 0:
            n = len(clicks) // len(targets)
            print(f"{name:8s} {n} click(s) a part: IoU {entry_iou(masks, truth, targets):.3f}")
        further = clicker.next_click(masks)
        if further is None or len(clicks) == CLICKS_A_PART * len(targets):
            break
        clicks.append(further)
