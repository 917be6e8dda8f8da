"""A world: painted assets standing in one frame, z up, metres.

What surrounds (floor, walls) is background; every item is an object, numbered from 1 in its order.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int32

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.textures import Material


@dataclass(frozen=True)
class Placed:
    """An asset with its materials, turned about z and moved into the world.

    Attributes
    ----------
    coats
        A material for every part of the asset.
    position
        Where the asset's origin (the middle of its foot) stands, metres.
    yaw
        Turn about z, radians; at 0 its front looks towards -y.
    """

    asset: Asset
    coats: tuple[Material, ...]
    position: tuple[float, float, float]
    yaw: float = 0.0

    def to_world(self, xyz: Float32[np.ndarray, "points 3"]) -> Float32[np.ndarray, "points 3"]:
        """Points of the asset in the world."""
        return spun(xyz, self.yaw) + np.array(self.position, np.float32)

    def to_asset(self, xyz: Float32[np.ndarray, "points 3"]) -> Float32[np.ndarray, "points 3"]:
        """Points of the world in the asset's frame."""
        return spun(xyz - np.array(self.position, np.float32), -self.yaw)


@dataclass(frozen=True)
class World:
    """Everything that a scanner can see."""

    shell: tuple[Placed, ...]
    items: tuple[Placed, ...]


@dataclass(frozen=True)
class Surface:
    """All triangles of a world in one mesh.

    Attributes
    ----------
    vertices, faces
        float32 (V, 3) in the world's frame, int32 (F, 3).
    owner
        Index into `shell + items` of every face. int32 (F,).
    part
        Index into the owner's parts of every face. int32 (F,).
    normals
        Unit normal of every face, outward. float32 (F, 3).
    gloss, glass
        Gloss of its material, float32 (F,), and whether light passes it, bool (F,).
    """

    vertices: Float32[np.ndarray, "vertices 3"]
    faces: Int32[np.ndarray, "faces 3"]
    owner: Int32[np.ndarray, " faces"]
    part: Int32[np.ndarray, " faces"]
    normals: Float32[np.ndarray, "faces 3"]
    gloss: Float32[np.ndarray, " faces"]
    glass: Bool[np.ndarray, " faces"]


def surface_of(world: World) -> Surface:
    """The triangles of a world."""
    placed = world.shell + world.items
    vertices = np.concatenate([p.to_world(p.asset.vertices) for p in placed])
    starts = np.cumsum([0] + [len(p.asset.vertices) for p in placed[:-1]])
    faces = np.concatenate(
        [p.asset.faces + start for p, start in zip(placed, starts, strict=True)]
    ).astype(np.int32)
    counts = [len(p.asset.faces) for p in placed]
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    normals = np.cross(b - a, c - a)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)
    return Surface(
        vertices=vertices,
        faces=faces,
        owner=np.repeat(np.arange(len(placed), dtype=np.int32), counts),
        part=np.concatenate([p.asset.face_part for p in placed]),
        normals=normals.astype(np.float32),
        gloss=np.concatenate(
            [np.array([c.gloss for c in p.coats], np.float32)[p.asset.face_part] for p in placed]
        ),
        glass=np.concatenate(
            [
                np.array([part.finish == "glass" for part in p.asset.parts])[p.asset.face_part]
                for p in placed
            ]
        ),
    )


def spun(xyz: Float32[np.ndarray, "points 3"], yaw: float) -> Float32[np.ndarray, "points 3"]:
    """Points turned about the z axis."""
    cosine, sine = np.float32(math.cos(yaw)), np.float32(math.sin(yaw))
    out = xyz.copy()
    out[:, 0] = cosine * xyz[:, 0] - sine * xyz[:, 1]
    out[:, 1] = sine * xyz[:, 0] + cosine * xyz[:, 1]
    return out
