"""S3DIS v1.2: rooms as text, with a file for each object.

Layout: `Area_<k>/<room>/<room>.txt` and `Area_<k>/<room>/Annotations/<class>_<n>.txt`, lines of x y
z r g b. A scene is "Area_1/office_1", a split an area; figures are usually given for Area_5.

Points are those of `<room>.txt` in its order. The annotations hold the same points in another
order, so the two are matched by position; of points in one place the first of one file goes with
the first of the others. Where `<room>.txt` is not there, the annotations in the order of their
names are the room. The object id is the place of the file in that order, from 1. Points in no
annotation are unlabelled. Classes other than the 13, stairs among them, are clutter. There are no
parts. The angle by which an area is turned is not applied.
"""

import re

import numpy as np
from jaxtyping import Float64, Int64

from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, Labelled, labelled
from pinpoint3d.evaluate.sets.reading import colours, first_of, inside, is_there, names_in, table
from pinpoint3d.types import Scene

_CLASSES = (
    "ceiling", "floor", "wall", "beam", "column", "window", "door", "table", "chair", "sofa",
    "bookcase", "board", "clutter",
)  # fmt: skip
_CLUTTER = "clutter"
_ANNOTATION = re.compile(r"(?P<kind>[A-Za-z]+)_\d+")
_AREA = re.compile(r"Area_\d+")


class S3DIS(FolderSet):
    """S3DIS, a split an area."""

    name: str = "s3dis"

    def _splits(self) -> tuple[str, ...]:
        """The areas that are there."""
        return tuple(name for name in names_in(self.folder) if _AREA.fullmatch(name))

    def _entries(self, split: str) -> list[Entry]:
        area = inside(self.folder, split)
        found = []
        for room in names_in(area):
            scene = f"{split}/{room}"
            for number, name in enumerate(self._annotations(scene), start=1):
                kind = name.rsplit("_", 1)[0]
                category = kind if kind in _CLASSES else _CLUTTER
                found.append(Entry(f"{scene}:{name}", scene, number, (), category))
        return found

    def _annotations(self, scene: str) -> list[str]:
        """Names of a room's annotations; other files lie among them in some copies."""
        names = names_in(inside(self.folder, f"{scene}/Annotations"), ".txt")
        return [name for name in names if _ANNOTATION.fullmatch(name)]

    def _labelled(self, scene_id: str) -> Labelled:
        names = self._annotations(scene_id)
        if not names:
            raise FileFormatError(f"{scene_id}: has no annotations <class>_<n>.txt; copy it again.")
        pieces = [
            table(first_of(self.folder, [f"{scene_id}/Annotations/{name}.txt"]), "point", (6,))
            for name in names
        ]
        objects = np.repeat(np.arange(1, len(pieces) + 1), [len(piece) for piece in pieces])
        annotated = np.concatenate(pieces)
        room = inside(self.folder, f"{scene_id}/{scene_id.rsplit('/', 1)[-1]}.txt")
        if is_there(room):
            points = table(room, "point", (6,))
            objects = _matched(points[:, :3], annotated[:, :3], objects)
        else:
            points = annotated
        scene = Scene(points[:, :3], colours(points[:, 3:], room), name=room.stem)
        return labelled(scene, objects, unlabelled=objects == 0)


def _matched(
    points: Float64[np.ndarray, "points 3"],
    annotated: Float64[np.ndarray, "annotated 3"],
    objects: Int64[np.ndarray, " annotated"],
) -> Int64[np.ndarray, " points"]:
    """Object of each point by its position, 0 for those that no annotation holds."""
    both = np.concatenate([points, annotated])
    source = np.arange(len(both)) >= len(points)
    order = np.lexsort((source, *both.T))  # stable, so that rows of one place keep their order
    fresh = np.ones(len(both), bool)
    fresh[1:] = (both[order[1:]] != both[order[:-1]]).any(axis=1)
    place = np.cumsum(fresh) - 1
    is_point = ~source[order]
    n_points_here = np.bincount(place[is_point], minlength=place[-1] + 1)
    n_annotated_here = np.bincount(place[~is_point], minlength=place[-1] + 1)
    position = np.arange(len(both))
    rank = position - position[fresh][place]
    partner = position + n_points_here[place]
    has_partner = is_point & (rank < n_annotated_here[place])
    out = np.zeros(len(points), np.int64)
    out[order[has_partner]] = objects[order[partner[has_partner]] - len(points)]
    return out
