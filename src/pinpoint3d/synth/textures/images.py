"""Pictures of real surfaces, laid on anything in metres. Nothing needs them.

`load_images` reads a folder of them once; `Images.draw` makes a material of one that suits.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, no_type_check

import numpy as np
from jaxtyping import Float32, UInt8
from numba import njit

from pinpoint3d.errors import FileAccessError, FileFormatError
from pinpoint3d.files.textures import decode_texture
from pinpoint3d.synth.assets import Finish
from pinpoint3d.synth.textures.material import Material, clipped, flat

Pixels = UInt8[np.ndarray, "rows columns 3"]

SIDE = {  # metres that an image is across, least and most; elsewhere as in USUAL_SIDE
    "fabric": (0.25, 0.8),
    "metal": (0.5, 1.0),
    "plastic": (0.3, 0.8),
    "cork": (0.4, 0.9),
    "paper": (0.3, 0.8),
    "cardboard": (0.4, 0.9),
}
USUAL_SIDE = (0.8, 1.8)  # m: what the usual textures show
KINDS: Mapping[Finish, tuple[str, ...]] = {
    "wood": ("wood", "wood", "wood", "wood", "planks", "bamboo", "chipboard", "cork"),
    "wicker": ("bamboo",),
    "paint": ("paint", "plaster", "wood"),
    "metal": ("metal", "metal", "metal", "metal_plate", "rust"),
    "plastic": ("plastic",),
    "fabric": ("fabric", "fabric", "fabric", "carpet"),
    "ceramic": ("porcelain", "tile"),
    "stone": ("marble", "granite", "terrazzo", "concrete"),
    "paper": ("paper", "cardboard"),
}
"""Kinds of image that suit a finish, the likely ones several times."""


@dataclass(frozen=True, eq=False)
class Photo:
    """An image laid again and again on the axis plane that a surface faces most.

    Attributes
    ----------
    pixels
        sRGB, rows from above.
    side
        What the image is across, metres.
    tint
        Rows of the 3 x 3 matrix that every colour is multiplied with.
    shift
        Where the image begins, metres.
    """

    pixels: Pixels
    side: float
    tint: tuple[tuple[float, float, float], ...] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1))
    shift: tuple[float, float] = (0.0, 0.0)
    gloss: float = 0.1

    def colours(
        self, xyz: Float32[np.ndarray, "points 3"], normals: Float32[np.ndarray, "points 3"]
    ) -> Float32[np.ndarray, "points 3"]:
        """See `Material`."""
        u, v = flat(xyz, normals)
        found = _looked_up(
            self.pixels, (u + self.shift[0]) / self.side, -(v + self.shift[1]) / self.side
        )
        red, green, blue = (np.array(line, np.float32) for line in self.tint)
        return clipped(
            np.stack([(found * line).sum(axis=1) for line in (red, green, blue)], axis=1)
        )


@dataclass(frozen=True, eq=False)
class Images:
    """A library of images by kind: "wood", "fabric", ..."""

    by_kind: Mapping[str, tuple[Pixels, ...]]

    def draw(self, finish: Finish, rng: np.random.Generator) -> Material | None:
        """An image that suits a finish, in a hue and brightness of its own; None if there is none.

        All kinds that are listed for the finish and in the library are equally likely.
        """
        kinds = [kind for kind in KINDS.get(finish, ()) if kind in self.by_kind]
        if not kinds:
            return None
        kind = kinds[int(rng.integers(len(kinds)))]
        return self.draw_kind(kind, rng)

    def draw_kind(self, kind: str, rng: np.random.Generator) -> Photo:
        """An image of a kind that the library has, in a hue and brightness of its own."""
        pixels = self.by_kind[kind][int(rng.integers(len(self.by_kind[kind])))]
        # Cloth comes in every hue; wood that is turned far is no wood any more.
        reach = 3.1 if kind in ("fabric", "carpet", "plastic", "paint", "tile") else 0.12
        tint = _tint(rng.uniform(-reach, reach), rng.uniform(0.6, 1.2), rng.uniform(0.75, 1.25))
        shift = float(rng.uniform(0, 2)), float(rng.uniform(0, 2))
        gloss = rng.uniform(0.3, 0.7) if kind.startswith("metal") else rng.uniform(0.0, 0.25)
        return Photo(pixels, rng.uniform(*SIDE.get(kind, USUAL_SIDE)), tint, shift, gloss)


def load_images(folder: Path, subset: Literal["train", "val"] | None = None) -> Images:
    """Images of a folder whose `index.json` lists them: "file", "kind" and "subset" of each.

    With a `subset`, only those of it.

    Raises
    ------
    FileAccessError
        If the index or an image is missing or cannot be read.
    FileFormatError
        If the index is no such list, or an image is damaged.
    """
    index = folder / "index.json"
    try:
        entries = json.loads(_content(index))
        listed = [(str(e["kind"]), str(e["file"]), str(e["subset"])) for e in entries]
    except (ValueError, TypeError, KeyError) as error:
        raise FileFormatError(
            f"{index}: is no list of images with file, kind and subset; make it anew."
        ) from error
    by_kind: dict[str, list[Pixels]] = {}
    for kind, file, belongs in listed:
        if subset in (None, belongs):
            pixels, wrong = decode_texture(_content(folder / file), MOST_PIXELS)
            if pixels is None:
                raise FileFormatError(f"{folder / file}: {wrong}; replace it or take it off.")
            pixels.flags.writeable = False
            by_kind.setdefault(kind, []).append(pixels)
    return Images({kind: tuple(found) for kind, found in by_kind.items()})


MOST_PIXELS = 4_000_000  # of one image: 2000 x 2000 shows half a millimetre of a metre


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileAccessError(f"{path}: cannot be read ({error.strerror}).") from error


def _tint(
    hue: float, saturation: float, brightness: float
) -> tuple[tuple[float, float, float], ...]:
    """A matrix that turns colours about the grey axis by `hue` radians, and scales them."""
    third, cosine, sine = 1 / 3, np.cos(hue), np.sin(hue) / np.sqrt(3)
    turn = [[third + (2 if i == j else -1) * cosine / 3 for j in range(3)] for i in range(3)]
    for i in range(3):
        turn[i][(i + 1) % 3] -= sine
        turn[i][(i + 2) % 3] += sine
    return tuple(
        tuple(
            float(brightness * (saturation * turn[i][j] + (1 - saturation) / 3)) for j in range(3)
        )
        for i in range(3)
    )  # pyright: ignore[reportReturnType]  # three rows of three


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _looked_up(pixels, u, v):
    """Colours between pixels, 0 to 1; one image goes from 0 to 1 and begins again."""
    height, width = pixels.shape[0], pixels.shape[1]
    out = np.empty((len(u), 3), np.float32)
    for i in range(len(u)):
        x, y = (u[i] - np.floor(u[i])) * width, (v[i] - np.floor(v[i])) * height
        x0, y0 = int(x), int(y)
        fx, fy = np.float32(x - x0), np.float32(y - y0)
        x0, y0 = x0 % width, y0 % height
        x1, y1 = (x0 + 1) % width, (y0 + 1) % height
        for c in range(3):
            above = pixels[y0, x0, c] * (1 - fx) + pixels[y0, x1, c] * fx
            below = pixels[y1, x0, c] * (1 - fx) + pixels[y1, x1, c] * fx
            out[i, c] = (above * (1 - fy) + below * fy) / np.float32(255)
    return out
