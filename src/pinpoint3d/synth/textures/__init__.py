"""What surfaces look like: a `Material` is colour as a function of a place in the object.

`paint` chooses one for every part of an asset, `choose` one for a single finish; `load_images` adds
pictures of real surfaces to what they choose from. Read `material.Material` first.
"""

from pinpoint3d.synth.textures.choosing import choose
from pinpoint3d.synth.textures.images import Images, Photo, load_images
from pinpoint3d.synth.textures.material import Framed, Material
from pinpoint3d.synth.textures.noise import cells, noise
from pinpoint3d.synth.textures.painting import paint
from pinpoint3d.synth.textures.palettes import Colour, painted, shaded, vivid
from pinpoint3d.synth.textures.patterns import Banded, Dotted, Patch, Tiles
from pinpoint3d.synth.textures.prints import Blotted, Picture, Printed
from pinpoint3d.synth.textures.solids import (
    Brushed,
    Chips,
    Faded,
    Plain,
    Plaited,
    Speckled,
    Stone,
    Wood,
    Woven,
)
from pinpoint3d.synth.textures.wear import Dusty, Rubbed, Scratched, Worn

__all__ = [
    "Banded",
    "Blotted",
    "Brushed",
    "Chips",
    "Colour",
    "Dotted",
    "Dusty",
    "Faded",
    "Framed",
    "Images",
    "Material",
    "Patch",
    "Photo",
    "Picture",
    "Plain",
    "Plaited",
    "Printed",
    "Rubbed",
    "Scratched",
    "Speckled",
    "Stone",
    "Tiles",
    "Wood",
    "Worn",
    "Woven",
    "cells",
    "choose",
    "load_images",
    "noise",
    "paint",
    "painted",
    "shaded",
    "vivid",
]
