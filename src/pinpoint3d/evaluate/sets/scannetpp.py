"""ScanNet++: meshes of rooms whose vertices lie in segments, and segments in objects.

Layout: `data/<scene>/scans/mesh_aligned_0.05.ply`, `segments.json` and `segments_anno.json`;
`splits/nvs_sem_train.txt` and `nvs_sem_val.txt`.

The object id is `objectId`; where a scene has an object 0 (neither reading of the files could be
verified), all its ids are one more. A vertex in several objects belongs to the one with the fewest
vertices, as in the set's toolkit. The mesh is no even cloud: behind its vertices, in their order,
follow points laid on faces that are large for it, with the label of the face's first corner.
Segment ids are never taken for vertex ids. `mesh_aligned_0.05_mask.txt` is not read: whether it
marks vertices to keep or to drop could not be verified.
"""

from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, Labelled, labelled
from pinpoint3d.evaluate.sets.faces import covered
from pinpoint3d.evaluate.sets.reading import (
    Document,
    first_of,
    inside,
    is_there,
    list_lines,
    metres,
    names_in,
)
from pinpoint3d.evaluate.sets.scannet import last_owner, numbered_groups, segment_indices, sizes
from pinpoint3d.types import MAX_ID

MESH = "mesh_aligned_0.05.ply"
"""The mesh that labels refer to."""

_ALL = "all"
_LISTS = {"train": "splits/nvs_sem_train.txt", "val": "splits/nvs_sem_val.txt"}


class ScanNetPP(FolderSet):
    """ScanNet++'s scans and lists."""

    name: str = "scannetpp"

    def _splits(self) -> tuple[str, ...]:
        """Those whose list is there, and "all" for every scan that is there."""
        listed = [s for s, name in _LISTS.items() if is_there(inside(self.folder, name))]
        return (*listed, _ALL)

    def _entries(self, split: str) -> list[Entry]:
        if split == _ALL:
            scenes = names_in(inside(self.folder, "data"))
        else:
            scenes = list_lines(first_of(self.folder, [_LISTS[split]]))
        return [
            Entry(f"{scene}:{object_id}", scene, object_id, (), group.of("label").text())
            for scene in scenes
            for object_id, group in self._groups(scene).items()
        ]

    def _groups(self, scene: str) -> dict[int, Document]:
        path = first_of(self.folder, [f"data/{scene}/scans/segments_anno.json"])
        annotations = Document.within(path)
        has_zero = any(
            group.of("objectId").whole(0, MAX_ID) == 0
            for group in annotations.of("segGroups").listed()
        )
        return numbered_groups(annotations, first_id=1 if has_zero else 0)

    def _labelled(self, scene_id: str) -> Labelled:
        place = f"data/{scene_id}/scans"
        path = first_of(self.folder, [f"{place}/{MESH}"])
        scene = metres(path)
        segments = Document.within(first_of(self.folder, [f"{place}/segments.json"]))
        segment_of_point = segment_indices(segments, len(scene))
        segments_of = {
            object_id: group.of("segments").wholes(MAX_ID)
            for object_id, group in self._groups(scene_id).items()
        }
        size = sizes(segments_of, segment_of_point)
        largest_first = sorted(segments_of, key=lambda object_id: -size[object_id])
        ids = last_owner({k: segments_of[k] for k in largest_first}, segment_of_point)
        whole, (ids,) = covered(scene, path, ids)
        return labelled(whole, ids, unlabelled=ids == 0)
