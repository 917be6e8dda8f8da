"""Meshes: OBJ, GLB, glTF, STL and OFF in, GLB out.

Which of the readers a file goes to is decided by its content, and by its name where that is silent:
a binary STL has no mark, and an OBJ may begin with anything.
"""

import re
from pathlib import Path

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files import gltf, off, stl
from pinpoint3d.files.contents import Contents
from pinpoint3d.files.glb_write import write_glb
from pinpoint3d.files.obj import read_obj
from pinpoint3d.files.storage import HEAD_BYTES
from pinpoint3d.files.surface import contents_of

__all__ = ["NAME", "SUFFIXES", "read", "sniff", "write_glb"]

NAME = "mesh"
SUFFIXES = (".obj", ".glb", ".gltf", ".stl", ".off")

# Lines that OBJ files begin with, up to the first vertex.
_OBJ = re.compile(
    rb"(?:[ \t]*(?:(?:#|(?:mtllib|usemtl|o|g|s|vn|vt)[ \t])[^\n]*)?\n)*[ \t]*v[ \t]+[-+.0-9]"
)
_READERS = {
    ".obj": read_obj,
    ".glb": gltf.read_gltf,
    ".gltf": gltf.read_gltf,
    ".stl": stl.read_stl,
    ".off": off.read_off,
}


def sniff(head: bytes) -> bool:
    """Whether these first bytes are a mesh's that has a mark: not a binary STL's."""
    return _suffix_of(head) is not None


def read(data: bytes, path: Path, *, sample: float | None) -> Contents:
    """Vertices of a mesh, and points laid on its faces where they are coarse.

    Parameters
    ----------
    data, path
        Content and name of the file; materials and buffers are looked for beside it.
    sample
        Distance between points laid on faces, in the file's units; None lays them where needed.
    """
    by_name = next((s for s in reversed([x.lower() for x in path.suffixes]) if s in _READERS), None)
    suffix = _suffix_of(data[:HEAD_BYTES]) or by_name
    if suffix is None:
        raise FileFormatError(f"{path.name}: is no mesh; open one of {', '.join(SUFFIXES)}.")
    return contents_of(_READERS[suffix](data, path), path, sample=sample)


def _suffix_of(head: bytes) -> str | None:
    if gltf.sniff(head):
        return ".glb"
    if off.sniff(head):
        return ".off"
    if stl.sniff(head):
        return ".stl"
    return ".obj" if _OBJ.match(head) else None
