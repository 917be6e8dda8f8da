"""PartNet v0: single objects as 10,000 points, each with a leaf of the object's part tree.

Layout: in `data/<anno_id>` the files `result.json`, `meta.json` and, in `point_sample`,
`sample-points-all-pts-nor-rgba-10000.txt` (x y z nx ny nz r g b a) and
`sample-points-all-label-10000.txt`; `stats/train_val_test_split/<Category>.<split>.json`.

A scene is an `anno_id`, all of it object 1. The part id is the leaf's id in `result.json`, to which
labels refer; those of `result_after_merging.json` are others. A leaf is a node without children:
nodes with children may name meshes too. An object whose only leaf has id 0 has no parts. y points
up, which could not be verified; lengths mean nothing. For the meshes see `synth.imported.partnet`.
"""

import numpy as np

from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, Labelled, entries_of, labelled
from pinpoint3d.evaluate.sets.reading import (
    Document,
    colours,
    first_of,
    inside,
    is_there,
    names_in,
    table,
    whole_numbers,
)
from pinpoint3d.synth.imported.partnet import MAX_NODES, described_by_meta
from pinpoint3d.types import MAX_ID, Scene

_ALL = "all"
_LISTS = "stats/train_val_test_split"
_SAMPLE = "point_sample/sample-points-all-{}-10000.txt"


class PartNet(FolderSet):
    """PartNet's point samples and official lists; listing a split reads its objects."""

    name: str = "partnet"

    def _splits(self) -> tuple[str, ...]:
        """Those of which a category's list is there, and "all" for every object."""
        known = ("train", "val", "test")
        return (*(split for split in known if self._lists(split)), _ALL)

    def _lists(self, split: str) -> list[str]:
        """Names of the lists of a split, without their suffix."""
        place = inside(self.folder, _LISTS)
        names = names_in(place, ".json") if is_there(place) else []
        return [name for name in names if name.endswith(f".{split}")]

    def _entries(self, split: str) -> list[Entry]:
        if split == _ALL:
            scenes = names_in(inside(self.folder, "data"))
        else:
            scenes = [
                entry.of("anno_id").word()
                for name in self._lists(split)
                for entry in Document.within(
                    first_of(self.folder, [f"{_LISTS}/{name}.json"])
                ).listed()
            ]
        found: list[Entry] = []
        for scene in scenes:
            masks = self.scene(scene).labels
            assert masks is not None
            meta = inside(self.folder, f"data/{scene}/meta.json")
            found += entries_of(scene, masks, {1: described_by_meta(meta)[0] or None})
        return found

    def _labelled(self, scene_id: str) -> Labelled:
        place = f"data/{scene_id}"
        leaves = _leaves(Document.within(first_of(self.folder, [f"{place}/result.json"])))
        points = first_of(self.folder, [f"{place}/{_SAMPLE.format('pts-nor-rgba')}"])
        values = table(points, "point", (10,))
        path = first_of(self.folder, [f"{place}/{_SAMPLE.format('label')}"])
        label = whole_numbers(table(path, "label", (1,))[:, 0], path, "labels")
        if len(label) != len(values):
            raise FileFormatError(
                f"{path.name}: has {len(label):,} labels for {len(values):,} points; copy it again."
            )
        wrong = label[~np.isin(label, leaves)]
        if len(wrong):
            raise FileFormatError(
                f"{scene_id}/{path.name}: names part {wrong[0]}, which is no leaf of result.json; "
                "copy both again."
            )
        scene = Scene(
            values[:, :3],
            colours(values[:, 6:9], points),
            name=scene_id,
            up="+y",
            fields={"normals": values[:, 3:6].astype(np.float32)},
        )
        return labelled(scene, np.ones(len(label), np.int64), label)


def _leaves(tree: Document) -> list[int]:
    """Ids of the nodes without children."""
    roots = tree.listed()
    if len(roots) != 1:
        raise tree.error(f"has {len(roots)} trees instead of one")
    stack, leaves = roots, []
    n_nodes = 0
    while stack:
        node = stack.pop()
        children = node.of("children").listed() if node.has("children") else []
        if not children:
            leaves.append(node.of("id").whole(0, MAX_ID))
        n_nodes += 1
        if n_nodes + len(stack) + len(children) > MAX_NODES:
            raise tree.error(f"has over {MAX_NODES:,} parts")
        stack += children
    return leaves
