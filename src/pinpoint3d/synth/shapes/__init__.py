"""Kinds of objects made by procedure: `FAMILIES` names them all.

How a family is written
-----------------------
One module a family, named as a person calls the object, with one public `make(rng) -> Asset`
(`cabinet` shows drawers and doors, `mug` a small thing). In it:

1. Draw the style first (a few tuples of words at the top of the module: fronts, legs, handles),
   then continuous measures from real ranges in metres. Take all chance from `rng`; never loop until
   something fits.
2. Make a `Builder(kind)`. Build in your own frame: x to the right, front towards -y, z up;
   `builder.asset` moves the result to stand on z = 0, centred.
3. `builder.part(name, *meshes, parent=, finish=)` for everything a person might click, as a tree:
   a drawer is a part without surface whose children are its front, tray and handle. A part is
   whole: its meshes touch. Siblings of one kind share a name. Parts that geometry barely shows (a
   flush front, a screen in its bezel, a label) are welcome.
4. `finish` says what it is usually made of. Colours are not chosen here: `textures.paint` decides,
   and often gives the whole object one material on purpose.
5. What moves gets `builder.hinge` or `builder.slide` on its part, closed at 0; end with
   `pose_at_random`. Where things may stand, or be put inside, say `builder.support`.
6. Meshes come from `primitives` (closed, outward, few faces: at most some 5,000 an object); let
   pieces overlap or touch rather than hang in the air. Handles of furniture come from `handles`.
7. The style string given to `builder.asset` names the discrete choices: objects with one style
   stay on one side of a train and validation split.
8. Add the family to `FAMILIES`, and its kind to the places of `synth.rooms` where it stands
   (`AGAINST_WALL`, `TABLES`, `ON_SURFACES` ...); `tests/synth/shapes/test_families.py` then checks
   it: real size, closed meshes, no part without surface, the same bytes for the same seed, variety.
   Look at it: `python -m pinpoint3d.synth.show chair OUT.png` draws a sheet of twelve.
"""

from collections.abc import Callable

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes import (
    bottle,
    cabinet,
    chair,
    lamp,
    monitor,
    mug,
    table,
)

FAMILIES: dict[str, Callable[[np.random.Generator], Asset]] = {
    "bottle": bottle.make,
    "cabinet": cabinet.make,
    "chair": chair.make,
    "lamp": lamp.make,
    "monitor": monitor.make,
    "mug": mug.make,
    "table": table.make,
}
"""Every family's `make`, by the kind it makes."""
