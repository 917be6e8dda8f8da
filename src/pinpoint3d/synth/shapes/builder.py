"""How a family puts an asset together: parts named one by one, meshes added to them."""

import math
from dataclasses import dataclass, field, replace

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, Joint, Part, Support
from pinpoint3d.synth.shapes.primitives import Mesh, Number, Point


@dataclass
class Builder:
    """Gathers meshes into an asset, part by part."""

    kind: str
    parts: list[Part] = field(default_factory=list)
    joints: list[Joint] = field(default_factory=list)
    supports: list[Support] = field(default_factory=list)
    _pieces: list[tuple[int, Mesh]] = field(default_factory=list)

    def part(self, name: str, *meshes: Mesh, parent: int = -1, finish: Finish = "paint") -> int:
        """Index of a new part, made of `meshes` (more may follow with `add`)."""
        self.parts.append(Part(name, parent, finish))
        index = len(self.parts) - 1
        self.add(index, *meshes)
        return index

    def add(self, part: int, *meshes: Mesh) -> None:
        """Give a part more surface."""
        self._pieces.extend((part, mesh) for mesh in meshes)

    def hinge(
        self,
        part: int,
        origin: Point,
        axis: Point,
        low: Number,
        high: Number,
    ) -> None:
        """Let a part turn about an axis, radians."""
        self.joints.append(
            Joint(part, "hinge", triple(origin), triple(axis), float(low), float(high))
        )

    def slide(self, part: int, axis: Point, low: Number, high: Number) -> None:
        """Let a part move along an axis, metres."""
        self.joints.append(
            Joint(part, "slide", (0.0, 0.0, 0.0), triple(axis), float(low), float(high))
        )

    def support(
        self,
        low: Point,
        high: Point,
        z: Number,
        clearance: Number = math.inf,
    ) -> None:
        """State that things may stand on a level rectangle."""
        corners = (float(low[0]), float(low[1])), (float(high[0]), float(high[1]))
        self.supports.append(Support(*corners, float(z), float(clearance)))

    def asset(self, style: str) -> Asset:
        """The asset, moved so that it stands on z = 0 and is centred in x and y.

        Parts that got no surface, nor any part below them, are left out.
        """
        used = np.zeros(len(self.parts), bool)
        for index, _ in self._pieces:
            while index >= 0:
                used[index] = True
                index = self.parts[index].parent
        new_index = np.cumsum(used) - 1
        vertices = np.concatenate([mesh.vertices for _, mesh in self._pieces])
        starts = np.cumsum([0] + [len(mesh.vertices) for _, mesh in self._pieces[:-1]])
        faces = np.concatenate(
            [mesh.faces + start for (_, mesh), start in zip(self._pieces, starts, strict=True)]
        )
        counts = [len(mesh.faces) for _, mesh in self._pieces]
        low, high = vertices.min(axis=0), vertices.max(axis=0)
        shift = np.array([-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2, -low[2]])
        return Asset(
            kind=self.kind,
            style=style,
            vertices=(vertices + shift).astype(np.float32),
            faces=faces.astype(np.int32),
            face_part=np.repeat(new_index[[i for i, _ in self._pieces]], counts).astype(np.int32),
            parts=tuple(
                replace(part, parent=int(new_index[part.parent]) if part.parent >= 0 else -1)
                for part, keep in zip(self.parts, used, strict=True)
                if keep
            ),
            joints=tuple(
                replace(
                    joint,
                    part=int(new_index[joint.part]),
                    origin=triple(np.asarray(joint.origin) + shift),
                )
                for joint in self.joints
                if used[joint.part]
            ),
            supports=tuple(
                Support(
                    (s.low[0] + float(shift[0]), s.low[1] + float(shift[1])),
                    (s.high[0] + float(shift[0]), s.high[1] + float(shift[1])),
                    s.z + float(shift[2]),
                    s.clearance,
                )
                for s in self.supports
            ),
        )


def triple(values: Point) -> tuple[float, float, float]:
    """Three numbers as plain floats."""
    x, y, z = (float(v) for v in values)
    return x, y, z
