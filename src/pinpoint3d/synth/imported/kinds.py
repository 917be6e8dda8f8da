"""What categories and parts are called here, how large they are, and what they are made of.

Sources call one thing by many names ("StorageFurniture", "Refrigerator") and often say nothing of
its size. The sizes are those that shops and standards give, wide enough for odd pieces.
"""

import math
import re

from pinpoint3d.synth.assets import Finish

SHOWN = 60  # characters that are kept of a name from a file

SIZES: dict[str, tuple[float, float]] = {
    "air_conditioner": (0.5, 1.4), "antenna": (0.3, 4.0), "armchair": (0.7, 1.7),
    "axe": (0.3, 1.1), "bag": (0.15, 0.9), "bar_chair": (0.7, 1.3), "barrel": (0.5, 1.3),
    "basin": (0.35, 1.2), "basket": (0.15, 0.9), "bath_hardware": (0.05, 1.0),
    "bathroom_sink": (0.4, 1.3), "bathtub": (1.2, 2.5), "battery": (0.03, 0.2),
    "bed": (1.8, 2.6), "bell": (0.05, 1.0), "bench": (0.7, 2.5), "beverage_fridge": (0.5, 1.9),
    "bin": (0.2, 1.4), "blender": (0.25, 0.6), "book": (0.12, 0.5), "bookcase": (0.6, 2.6),
    "books": (0.12, 0.6), "bottle": (0.1, 0.5), "bow": (0.6, 2.0), "bowl": (0.08, 0.5),
    "box": (0.04, 1.2), "bucket": (0.2, 0.5), "cabinet": (0.25, 3.4), "camera": (0.06, 0.3),
    "can": (0.07, 0.35), "canister": (0.08, 0.6), "cannon": (1.0, 3.5), "car": (3.2, 7.0),
    "cart": (0.5, 3.0), "ceiling_lamp": (0.2, 1.6), "ceiling_light": (0.15, 1.2),
    "cell_shelf": (0.5, 2.6), "chair": (0.65, 1.3), "chest": (0.3, 1.6), "clock": (0.06, 2.2),
    "coat_rack": (0.3, 2.0), "coffee_machine": (0.2, 0.7), "compass": (0.04, 0.3),
    "computer": (0.2, 1.8), "console_desk": (0.7, 2.0), "counter": (0.5, 3.5),
    "cup": (0.06, 0.3), "curtain": (0.8, 3.5), "desk": (0.7, 3.7), "desk_lamp": (0.25, 0.9),
    "dining_table": (0.8, 3.0), "dish_rack": (0.25, 0.8), "dishwasher": (0.5, 1.0),
    "dispenser": (0.12, 0.4), "door": (1.8, 2.8), "door_lock": (0.06, 0.5), "dresser": (0.6, 2.0),
    "dryer": (0.7, 1.1), "dumbbell": (0.15, 2.2), "dumpster": (1.2, 3.0),
    "earphone": (0.12, 0.3), "elevator": (2.0, 3.2), "eyeglasses": (0.12, 0.18),
    "fan": (0.2, 1.6), "faucet": (0.12, 0.6), "fireplace": (0.6, 2.2),
    "fitness_machine": (0.8, 2.5), "floor_lamp": (1.0, 2.1), "food": (0.03, 0.4),
    "fountain": (1.0, 5.0), "fridge": (0.6, 2.1), "globe": (0.25, 0.6), "grinder": (0.08, 0.4),
    "hammer": (0.2, 0.9), "handle": (0.05, 0.6), "hat": (0.2, 0.4), "hydrant": (0.5, 1.2),
    "kettle": (0.18, 0.35), "keyboard": (0.25, 0.6), "kitchen_cabinet": (0.6, 4.2),
    "knife": (0.12, 0.5), "knife_block": (0.15, 0.4), "lamp": (0.08, 2.1),
    "lamp_post": (2.0, 6.0), "laptop": (0.25, 0.55), "large_shelf": (0.8, 2.6),
    "lighter": (0.05, 0.2), "lock": (0.03, 0.3), "mailbox": (0.3, 1.6),
    "microwave": (0.4, 0.75), "mirror": (0.15, 2.0), "monitor": (0.3, 1.3),
    "mortar": (0.1, 0.4), "mouse": (0.08, 0.15), "nightstand": (0.35, 0.9),
    "office_chair": (0.8, 1.4), "ottoman": (0.35, 1.3), "oven": (0.5, 1.1),
    "paddle": (0.8, 2.2), "pallet": (0.8, 1.5), "pan": (0.15, 0.7), "pen": (0.1, 0.17),
    "phone": (0.1, 0.3), "picture": (0.1, 1.6), "plant": (0.1, 2.2), "pliers": (0.12, 0.3),
    "pot": (0.12, 0.9), "printer": (0.3, 0.7), "radio": (0.12, 0.7), "range_hood": (0.4, 1.5),
    "remote": (0.12, 0.25), "safe": (0.25, 0.7), "scissors": (0.1, 0.3), "scythe": (1.0, 2.0),
    "shelf": (0.4, 2.6), "shield": (0.4, 1.2), "shovel": (0.4, 1.7), "shower": (1.2, 2.6),
    "side_table": (0.3, 1.1), "sign": (0.5, 3.5), "simple_desk": (0.7, 2.4), "sink": (0.35, 2.2),
    "socket": (0.06, 0.3), "sofa": (1.2, 3.6), "speaker": (0.12, 1.4), "stapler": (0.08, 0.2),
    "stool": (0.35, 1.0), "stove": (0.45, 1.6), "suitcase": (0.45, 0.8), "switch": (0.08, 0.2),
    "switch_box": (0.08, 0.7), "sword": (0.5, 1.5), "table": (0.4, 3.0),
    "tableware": (0.1, 0.5), "tent": (1.5, 4.0), "toaster": (0.22, 0.45), "toilet": (0.6, 1.0),
    "toilet_paper": (0.09, 0.25), "torch": (0.1, 0.6), "toy": (0.05, 1.2),
    "towel_rail": (0.3, 1.2), "tractor": (2.5, 5.0), "tv": (0.5, 2.2), "tv_stand": (0.7, 2.8),
    "usb": (0.04, 0.09), "utensil": (0.1, 0.5), "valve": (0.08, 0.7), "vase": (0.1, 0.9),
    "wall_shelf": (0.25, 1.5), "wardrobe": (1.5, 2.8), "washer": (0.7, 1.9),
    "washing_machine": (0.7, 1.1), "watch": (0.05, 0.25), "window": (0.4, 4.0),
    "wrench": (0.1, 0.6),
}  # fmt: skip
"""Longest side in metres, from and to."""

ANY_SIZE = (0.02, 30.0)
"""Longest side of things of no known category."""

MIDDLING = 0.4  # m: longest side of such things if their numbers stand for no length at all
UNITS = (1.0, 0.01, 0.001)
"""Metres, centimetres, millimetres: what numbers without a unit may count."""

SUPPORTING = frozenset(
    {
        "bench", "bookcase", "cabinet", "cell_shelf", "chest", "console_desk", "counter", "desk",
        "dining_table", "dresser", "kitchen_cabinet", "large_shelf", "nightstand", "shelf",
        "side_table", "simple_desk", "sink", "stove", "table", "tv_stand", "wall_shelf",
    }
)  # fmt: skip
"""Categories on which, or in which, other things stand."""

_OTHER_NAMES = {
    "chestofdrawers": "dresser", "coffeemachine": "coffee_machine", "display": "monitor",
    "foldingchair": "chair", "kitchenpot": "pot", "knifeblock": "knife_block", "mug": "cup",
    "refrigerator": "fridge", "storagefurniture": "cabinet", "trashcan": "bin",
    "washingmachine": "washing_machine",
}  # fmt: skip
_OF_PART: tuple[tuple[str, Finish], ...] = (
    ("glass|pane|window", "glass"),
    ("screen|display", "screen"),
    ("cushion|mattress|pillow|sheet|cover|shade|blanket|curtain|fabric", "fabric"),
    ("wheel|tire|tyre|caster", "rubber"),
    ("handle|knob|metal|burner|faucet|spout|hinge|lock|blade", "metal"),
    ("wood", "wood"),
    ("plant|leaves|foliage", "leaf"),
)
_OF_KIND: tuple[tuple[str, Finish], ...] = (
    ("sofa|armchair|bed|ottoman|curtain|bag|tent", "fabric"),
    ("plant", "leaf"),
    ("sink|toilet|bath|basin|cup|bowl|vase|tableware", "ceramic"),
    ("bottle|bin|phone|keyboard|printer|computer|monitor|tv|toy", "plastic"),
    ("pot|pan|hammer|knife|wrench|axe|sword|faucet|can|barrel", "metal"),
    ("box", "paper"),
    ("table|desk|chair|shelf|cabinet|bookcase|stand|bench|stool", "wood"),
    ("wardrobe|door|chest|dresser", "wood"),
)  # fmt: skip
_HOLLOW = frozenset({"bottle", "cup", "vase", "lamp", "can", "canister"})
"""Of glass altogether they would not be seen at all."""


def kind_of(category: str) -> str:
    """Our name of a category: "TrashCan" is a "bin"."""
    plain = re.sub(r"[^a-z0-9]+", "_", category.strip().lower()).strip("_")[:SHOWN]
    return _OTHER_NAMES.get(plain.replace("_", ""), plain) or "thing"


def part_name(name: str) -> str:
    """A part's name in lower-case words, without the number that tells it from its siblings."""
    words = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    words = re.sub(r"[^a-z0-9]+", " ", words.lower()).strip()
    return re.sub(r"( ?\d+)+$", "", words)[:SHOWN].strip() or "part"


def finish_of(name: str, kind: str) -> Finish:
    """What a part of this name is usually made of, or else an object of this kind."""
    for words, finish in _OF_PART:
        if re.search(rf"\b({words})", name) and not (finish == "glass" and kind in _HOLLOW):
            return finish
    for words, finish in _OF_KIND:
        if re.search(words, kind):
            return finish
    return "paint"


def scale_of(kind: str, longest: float, *, metric: bool) -> float:
    """Factor that makes a thing with this longest side as large as its kind is.

    It is 1 where the size is plausible as it stands, and a power of ten where the numbers are
    centimetres or millimetres. What is too large or too small otherwise gets the nearest plausible
    size; where lengths mean nothing (`metric` is False), a middling one.
    """
    low, high = SIZES.get(kind, ANY_SIZE)
    if not metric:
        return (math.sqrt(low * high) if kind in SIZES else MIDDLING) / longest
    for unit in UNITS:
        if low <= longest * unit <= high:
            return unit
    return min(max(longest, low), high) / longest
