"""What every answer keeps, whichever engine gave it: a clicked point has its click's label."""

from pinpoint3d.snap import SnappedClicks
from pinpoint3d.types import Masks


def keep_clicked(masks: Masks, clicks: SnappedClicks) -> Masks:
    """Masks in which every clicked point has its click's label; a later click on it wins."""
    objects, parts, confidence = masks.object.copy(), masks.part.copy(), masks.confidence.copy()
    for row, object_id, part_id in zip(clicks.rows, clicks.objects, clicks.parts, strict=True):
        objects[row], parts[row], confidence[row] = object_id, part_id, 1
    return Masks(objects, parts, confidence)
