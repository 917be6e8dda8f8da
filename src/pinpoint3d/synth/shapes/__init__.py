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
6. Meshes come from `primitives` and `sweeps` (closed, outward): at most some 5,000 faces and 60
   parts an object, so few sides on what is small. Let pieces overlap or touch rather than hang in
   the air; what nobody would click alone joins its neighbour.
7. What several kinds have in common is there already: `handles`, `fronts` (drawers, doors,
   shelves), `carcass` (cases and what they stand on), `legs`, `star_base`, `upholstery` (pads,
   piping, buttons, weaves), `hangers`; `housings` and `controls` of appliances, `hobs`, `taps`.
8. The style string given to `builder.asset` names the discrete choices: objects with one style
   stay on one side of a train and validation split.
9. Add the family to `FAMILIES` under its kind, and to the roles that it plays in
   `synth.catalogue.ROLES` ("seat", "on a table" ...). `tests/synth/shapes/test_families.py` then
   checks it: kind, real size, closed meshes, no part without surface, few faces and parts, the same
   bytes for the same seed, variety.
   Look at it: `python -m pinpoint3d.synth.show chair OUT.png` draws a sheet of twelve.
"""

from collections.abc import Callable

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes import (
    bag,
    basin,
    basket,
    bathtub,
    bed,
    bench,
    bicycle,
    bin,
    blender,
    books,
    bookshelf,
    bottle,
    bowl,
    cabinet,
    car,
    cart,
    carton,
    chair,
    clock,
    coat_rack,
    coffee_maker,
    curtain,
    desk,
    dishwasher,
    door,
    drill,
    fan,
    filing_cabinet,
    fridge,
    hammer,
    hood,
    kettle,
    keyboard,
    kitchen_unit,
    knife,
    lamp,
    laptop,
    microwave,
    mirror,
    monitor,
    mug,
    office_chair,
    oven,
    park_bench,
    pendant,
    phone,
    picture_frame,
    plant,
    pliers,
    pot,
    printer,
    radiator,
    scissors,
    screwdriver,
    shelf_board,
    shoe_rack,
    shower,
    sign,
    sofa,
    speaker,
    spray_bottle,
    stool,
    table,
    teddy,
    toaster,
    toilet,
    torch,
    toy_car,
    tree,
    tv_stand,
    vase,
    wall_cupboard,
    wall_switch,
    wardrobe,
    washing_machine,
    window,
)

FAMILIES: dict[str, Callable[[np.random.Generator], Asset]] = {
    "bag": bag.make,
    "basin": basin.make,
    "basket": basket.make,
    "bathtub": bathtub.make,
    "bed": bed.make,
    "bench": bench.make,
    "bicycle": bicycle.make,
    "bin": bin.make,
    "blender": blender.make,
    "books": books.make,
    "bookshelf": bookshelf.make,
    "bottle": bottle.make,
    "bowl": bowl.make,
    "cabinet": cabinet.make,
    "car": car.make,
    "cart": cart.make,
    "carton": carton.make,
    "chair": chair.make,
    "clock": clock.make,
    "coat_rack": coat_rack.make,
    "coffee_maker": coffee_maker.make,
    "curtain": curtain.make,
    "desk": desk.make,
    "dishwasher": dishwasher.make,
    "door": door.make,
    "drill": drill.make,
    "fan": fan.make,
    "filing_cabinet": filing_cabinet.make,
    "fridge": fridge.make,
    "hammer": hammer.make,
    "hood": hood.make,
    "kettle": kettle.make,
    "keyboard": keyboard.make,
    "kitchen_unit": kitchen_unit.make,
    "knife": knife.make,
    "lamp": lamp.make,
    "laptop": laptop.make,
    "microwave": microwave.make,
    "mirror": mirror.make,
    "monitor": monitor.make,
    "mug": mug.make,
    "office_chair": office_chair.make,
    "oven": oven.make,
    "park_bench": park_bench.make,
    "pendant": pendant.make,
    "phone": phone.make,
    "picture_frame": picture_frame.make,
    "plant": plant.make,
    "pliers": pliers.make,
    "pot": pot.make,
    "printer": printer.make,
    "radiator": radiator.make,
    "scissors": scissors.make,
    "screwdriver": screwdriver.make,
    "shelf_board": shelf_board.make,
    "shoe_rack": shoe_rack.make,
    "shower": shower.make,
    "sign": sign.make,
    "sofa": sofa.make,
    "speaker": speaker.make,
    "spray_bottle": spray_bottle.make,
    "stool": stool.make,
    "table": table.make,
    "teddy": teddy.make,
    "toaster": toaster.make,
    "toilet": toilet.make,
    "torch": torch.make,
    "toy_car": toy_car.make,
    "tree": tree.make,
    "tv_stand": tv_stand.make,
    "vase": vase.make,
    "wall_cupboard": wall_cupboard.make,
    "wall_switch": wall_switch.make,
    "wardrobe": wardrobe.make,
    "washing_machine": washing_machine.make,
    "window": window.make,
}
"""Every family's `make`, by the kind it makes."""
