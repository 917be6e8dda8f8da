"""PartNet-Mobility (SAPIEN): single objects with doors, drawers and knobs.

Layout: a folder `<id>` an object with `mobility.urdf` and what that names, in the folder or in its
`dataset`. Reading, and turning to z up with the front towards -y, is `synth.imported.urdf`'s work:
what `cleaned` there takes off an object (faces without area, its size) is off here too, and joints
are at rest.

A scene is an object, all of it object 1. The part id is the place in the asset's parts, from 1: a
moving link is a part, and what the annotation names within it are parts of their own; a face has
the finest. The set has no points, so the scene's are the mesh's vertices and more laid on its large
faces, with the field `source_face`. No vertex is shared between parts, so each has the label of all
its faces.
"""

import numpy as np

from pinpoint3d.evaluate.sets.entries import Entry, FolderSet, Labelled, entries_of, labelled
from pinpoint3d.evaluate.sets.faces import covered, last_writer
from pinpoint3d.evaluate.sets.reading import first_of, inside, is_there, names_in
from pinpoint3d.synth.imported import urdf
from pinpoint3d.synth.imported.partnet import described_by_meta
from pinpoint3d.types import Scene

_ALL = "all"
_PLACES = ("", "dataset/")


class PartNetMobility(FolderSet):
    """PartNet-Mobility's objects; listing them reads them all."""

    name: str = "partnet-mobility"

    def _splits(self) -> tuple[str, ...]:
        """Only "all": the set has no lists."""
        return (_ALL,)

    def _entries(self, split: str) -> list[Entry]:  # noqa: ARG002  there is one split
        place = next((p for p in ("dataset",) if is_there(inside(self.folder, p))), ".")
        found: list[Entry] = []
        for name in names_in(inside(self.folder, place)):
            if not is_there(inside(self.folder, f"{place}/{name}/{urdf.ROBOT}")):
                continue
            masks = self.scene(name).labels
            assert masks is not None
            meta = inside(self.folder, f"{place}/{name}/meta.json")
            found += entries_of(name, masks, {1: described_by_meta(meta)[0] or None})
        return found

    def _labelled(self, scene_id: str) -> Labelled:
        path = first_of(self.folder, [f"{place}{scene_id}/{urdf.ROBOT}" for place in _PLACES])
        asset = urdf.read(path.parent, subset="val")
        part_of_face = asset.face_part.astype(np.int64) + 1
        mesh = Scene(asset.vertices, name=scene_id, faces=asset.faces)
        parts = last_writer(asset.faces, part_of_face, len(mesh))
        whole, (parts,) = covered(mesh, path, parts)
        return labelled(whole, np.ones(len(whole), np.int64), parts)
