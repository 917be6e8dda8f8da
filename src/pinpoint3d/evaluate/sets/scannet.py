"""ScanNet v2: scanned rooms whose vertices lie in segments, and segments in objects.

Layout: `scans/<scene>/<scene>_vh_clean_2.ply`, `..._vh_clean_2.0.010000.segs.json` and
`<scene>.aggregation.json`; `scannetv2_train.txt`, `_val` and `_test` in the folder or in
`Tasks/Benchmark`. `<scene>_vh_clean.aggregation.json` belongs to the full mesh and is never read.

The object id is `objectId` + 1, as in the official instance files. A segment in several groups
belongs to the last one, as there. Where two groups have one `objectId`, the second becomes an
object of its own, numbered after the largest: two chairs are never merged. Groups are believed over
the name of their segments' file (`segmentsFile`), which is wrong in a few scenes; one whose
segments are all unknown is refused. Vertices without a group are unlabelled. There are no parts.
The alignment in `<scene>.txt` is not applied.
"""

import numpy as np
from jaxtyping import Int64

from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, Labelled, labelled
from pinpoint3d.evaluate.sets.reading import (
    Document,
    first_of,
    inside,
    is_there,
    list_lines,
    metres,
    names_in,
)
from pinpoint3d.types import MAX_ID

_ALL = "all"
_LIST_PLACES = ("", "Tasks/Benchmark/", "splits/")


class ScanNet(FolderSet):
    """ScanNet's scans and official lists."""

    name: str = "scannet"

    def _splits(self) -> tuple[str, ...]:
        """Those whose list is there, and "all" for every scan that is there."""
        listed = [
            split
            for split in ("train", "val", "test")
            if any(is_there(inside(self.folder, name)) for name in _list_names(split))
        ]
        return (*listed, _ALL)

    def _entries(self, split: str) -> list[Entry]:
        if split == _ALL:
            scenes = names_in(inside(self.folder, "scans"))
        else:
            scenes = list_lines(first_of(self.folder, _list_names(split)))
        return [
            Entry(f"{scene}:{object_id}", scene, object_id, (), group.of("label").text())
            for scene in scenes
            for object_id, group in self._groups(scene).items()
        ]

    def _groups(self, scene: str) -> dict[int, Document]:
        """Groups of segments by the id of their object, in their order."""
        path = first_of(self.folder, [f"scans/{scene}/{scene}.aggregation.json"])
        return numbered_groups(Document.within(path), first_id=1)

    def _labelled(self, scene_id: str) -> Labelled:
        place = f"scans/{scene_id}/{scene_id}_vh_clean_2"
        scene = metres(first_of(self.folder, [f"{place}.ply"]))
        segments = Document.within(first_of(self.folder, [f"{place}.0.010000.segs.json"]))
        segment_of_point = segment_indices(segments, len(scene))
        groups = self._groups(scene_id)
        segments_of = {k: group.of("segments").wholes(MAX_ID) for k, group in groups.items()}
        for object_id, n_points in sizes(segments_of, segment_of_point).items():
            if n_points == 0:
                raise groups[object_id].error(
                    f"gives object {object_id} segments that its scan has not"
                )
        ids = last_owner(segments_of, segment_of_point)
        return labelled(scene, ids, unlabelled=ids == 0)


def segment_indices(segments: Document, n_points: int) -> Int64[np.ndarray, " points"]:
    """Segment of every vertex.

    Raises
    ------
    FileFormatError
        If there is not one for each.
    """
    indices = segments.of("segIndices").wholes(MAX_ID)
    if len(indices) != n_points:
        raise FileFormatError(
            f"{segments.source}: has segments of {len(indices):,} vertices but the mesh has "
            f"{n_points:,}; copy both again."
        )
    return indices


def numbered_groups(annotations: Document, *, first_id: int) -> dict[int, Document]:
    """Groups of segments by the id of their object, in the order of the file.

    Ids are `objectId` plus what brings a scene's first possible one to `first_id`; a group whose id
    is taken gets the next after the largest.
    """
    groups = annotations.of("segGroups").listed()
    ids = [group.of("objectId").whole(0, MAX_ID // 2) + first_id for group in groups]
    largest = max(ids, default=0)
    out: dict[int, Document] = {}
    for object_id, group in zip(ids, groups, strict=True):
        if object_id in out:
            largest += 1
            object_id = largest
        out[object_id] = group
    return out


def sizes(
    segments_of: dict[int, Int64[np.ndarray, " segments"]],
    segment_of_point: Int64[np.ndarray, " points"],
) -> dict[int, int]:
    """How many points lie in the segments of each object, each segment counted once."""
    known, n_points = np.unique(segment_of_point, return_counts=True)
    out = {}
    for object_id, segments in segments_of.items():
        own = np.unique(segments)
        at = np.minimum(np.searchsorted(known, own), len(known) - 1)
        out[object_id] = int(n_points[at][known[at] == own].sum())
    return out


def last_owner(
    segments_of: dict[int, Int64[np.ndarray, " segments"]],
    segment_of_point: Int64[np.ndarray, " points"],
) -> Int64[np.ndarray, " points"]:
    """The last object with each point's segment, 0 where none has it."""
    if not segments_of:
        return np.zeros(len(segment_of_point), np.int64)
    segments = np.concatenate(list(segments_of.values()))[::-1]
    owner = np.repeat(list(segments_of), [len(own) for own in segments_of.values()])[::-1]
    owned, last = np.unique(segments, return_index=True)  # the first of those turned round
    if not len(owned):
        return np.zeros(len(segment_of_point), np.int64)
    at = np.minimum(np.searchsorted(owned, segment_of_point), len(owned) - 1)
    return np.where(owned[at] == segment_of_point, owner[last][at], 0)


def _list_names(split: str) -> list[str]:
    return [f"{place}scannetv2_{split}.txt" for place in _LIST_PLACES]
