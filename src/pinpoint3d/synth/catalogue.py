"""What a scene may be furnished with: which kinds stand where, and which only evaluation may see.

`Catalogue.pick` draws an asset for a role ("seat", "on a table"). Made kinds come from
`shapes.FAMILIES`, imported ones from whoever gives them; the split between training and validation
holds for both: whole kinds (`HELD_OUT`), styles by their hash, and imported objects by their
`subset`.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes import FAMILIES
from pinpoint3d.synth.textures import Images, Material, paint

Subset = Literal["train", "val", "any"]

ROLES: Mapping[str, tuple[str, ...]] = {
    "storage": ("cabinet", "wardrobe", "bookshelf", "filing_cabinet", "shoe_rack", "tv_stand"),
    "table": ("table",),
    "desk": ("desk",),
    "seat": ("chair", "stool"),
    "desk seat": ("office_chair", "chair"),
    "sofa": ("sofa", "bench"),
    "bed": ("bed",),
    "kitchen unit": ("kitchen_unit", "kitchen_unit", "dishwasher", "oven", "fridge"),
    "over a unit": ("wall_cupboard", "wall_cupboard", "hood"),
    "bath fixture": ("basin", "toilet", "bathtub", "shower", "washing_machine"),
    "on the floor": (
        "bin", "plant", "bag", "lamp/floor", "fan", "coat_rack", "cart", "basket", "bicycle",
        "carton", "stool", "speaker", "mirror/floor", "toy_car", "teddy",
    ),
    "on a table": (
        "mug", "bottle", "monitor", "lamp/table", "laptop", "keyboard", "printer", "speaker",
        "phone", "books", "carton", "vase", "plant/small", "clock", "picture_frame", "fan",
        "basket", "bowl", "pot", "teddy", "toy_car", "bag", "torch", "scissors", "knife",
        "mirror/table",
    ),
    "on a worktop": (
        "kettle", "toaster", "coffee_maker", "microwave", "blender", "pot", "bowl", "mug", "bottle",
        "knife", "carton", "basket", "spray_bottle", "vase",
    ),
    "on a bench": (
        "hammer", "screwdriver", "pliers", "drill", "scissors", "torch", "spray_bottle", "carton",
        "knife", "bottle", "bin", "basket", "toy_car",
    ),
    "on a shelf": ("books", "books", "vase", "carton", "basket", "clock", "picture_frame", "bowl",
                   "speaker", "teddy", "plant/small", "bottle"),
    "on a wall": ("shelf_board", "mirror/wall", "wall_switch", "wall_switch", "clock",
                  "picture_frame"),
    "radiator": ("radiator",),
    "from the ceiling": ("pendant",),
    "door": ("door",),
    "window": ("window",),
    "curtain": ("curtain",),
    "vehicle": ("car", "bicycle"),
    "street": ("park_bench", "sign", "tree", "bin", "cart", "bicycle", "plant/floor"),
}  # fmt: skip
"""Made kinds by role, each as often as it is named; "lamp/floor" takes styles with that word."""

HELD_OUT = frozenset(
    {
        "basket", "bench", "blender", "clock", "filing_cabinet", "office_chair", "park_bench",
        "printer", "scissors", "shower", "speaker", "spray_bottle", "toaster", "wardrobe",
        "washing_machine",
    }
)  # fmt: skip
"""Kinds that no training scene shows."""
_KEPT_BACK = HELD_OUT | {"washer", "dryer"}
"""The same, and what collections call some of them."""

VAL_STYLES = 5  # one style in so many is kept for validation
IMPORTED_SHARE = 0.35  # of picks for a role that has imported objects
PREFER_HELD_OUT = 0.5  # of validation picks where the role has such kinds
MOST_DRAWS = 200  # one draw in five is of a validation style: all to fail has chance 1e-19

_CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "storage": (
        "cabinet", "bookcase", "shelf", "wardrobe", "nightstand", "tv_stand", "chest", "dresser",
        "console_desk", "counter", "bookshelf", "large_shelf", "cell_shelf", "single_cabinet",
    ),
    "table": ("table", "side_table", "dining_table", "coffee_table", "simple_desk"),
    "desk": ("desk",),
    "seat": ("chair", "stool", "armchair", "bar_chair"),
    "desk seat": ("office_chair",),
    "sofa": ("sofa", "armchair", "ottoman", "bench"),
    "bed": ("bed",),
    "kitchen unit": (
        "stove", "fridge", "sink", "dishwasher", "oven", "kitchen_cabinet", "beverage_fridge",
    ),
    "over a unit": ("range_hood", "wall_shelf"),
    "bath fixture": (
        "toilet", "bathtub", "shower", "washer", "dryer", "standing_sink", "bathroom_sink",
        "washing_machine",
    ),
    "from the ceiling": ("ceiling_lamp", "ceiling_light"),
    "on a wall": ("mirror", "switch_box", "socket", "towel_rail", "wall_shelf", "picture"),
    "on the floor": ("bin", "plant", "bag", "fan", "box", "barrel", "coat_rack", "floor_lamp"),
    "on a table": (
        "lamp", "bottle", "cup", "computer", "laptop", "radio", "speaker", "book", "books", "vase",
        "monitor", "keyboard", "phone", "camera", "plant", "toy", "bowl", "can", "desk_lamp", "tv",
    ),
    "on a worktop": (
        "pot", "pan", "cup", "bottle", "microwave", "coffee_machine", "toaster", "blender", "knife",
        "utensil", "food", "dish_rack", "knife_block", "canister", "grinder", "mortar", "bowl",
    ),
    "on a bench": (
        "hammer", "axe", "wrench", "knife", "torch", "battery", "lock", "can", "utensil",
    ),
    "vehicle": ("car", "tractor"),
    "street": ("sign", "lamp_post", "mailbox", "hydrant", "dumpster", "barrel", "bench", "bin"),
}  # fmt: skip
_CEILINGS = {"on a table": 0.75, "on a worktop": 0.75, "on a bench": 0.6, "on a shelf": 0.5}
"""Metres that a thing of such a role measures at most: kinds differ in size."""


_IN_WALLS = {"door", "window", "curtain", "wall_switch"}


@dataclass(frozen=True)
class Catalogue:
    """Assets by role.

    Attributes
    ----------
    subset
        "train" or "val" keep to their side of the split; "any" knows none.
    imported
        Assets by role and category; `catalogue_of` sorts them in.
    images
        Pictures of real surfaces that things may be painted with, or None.
    """

    subset: Subset = "any"
    imported: Mapping[str, Mapping[str, tuple[Asset, ...]]] = field(default_factory=dict)
    images: Images | None = None

    def pick(self, role: str, rng: np.random.Generator) -> Asset:
        """An asset for a role; made ones are made on the spot."""
        known = self.imported.get(role)
        if known and rng.random() < IMPORTED_SHARE:
            categories = sorted(known)
            of_one = known[categories[int(rng.integers(len(categories)))]]
            return of_one[int(rng.integers(len(of_one)))]
        names = self._names(role, rng)
        for _ in range(MOST_DRAWS):
            kind, _, word = names[int(rng.integers(len(names)))].partition("/")
            asset = FAMILIES[kind](rng)
            if word in asset.style and self._allows(asset) and _suits(role, asset):
                return asset
        raise AssertionError(f"no {self.subset} asset found for {role!r}")

    def pick_any(self, rng: np.random.Generator) -> Asset:
        """An asset of any kind, each as likely as another; not what is part of a wall."""
        kinds = sorted(set(FAMILIES) - _IN_WALLS)
        if self.subset == "train":
            kinds = [kind for kind in kinds if kind not in HELD_OUT]
        known: dict[str, tuple[Asset, ...]] = {}
        for categories in self.imported.values():
            known |= categories
        if known and rng.random() < len(known) / (len(known) + len(kinds)):
            of_one = known[sorted(known)[int(rng.integers(len(known)))]]
            return of_one[int(rng.integers(len(of_one)))]
        for _ in range(MOST_DRAWS):
            asset = FAMILIES[kinds[int(rng.integers(len(kinds)))]](rng)
            if self._allows(asset):
                return asset
        raise AssertionError(f"no {self.subset} asset found")

    def paint(self, asset: Asset, rng: np.random.Generator) -> tuple[Material, ...]:
        """A material for every part of an asset."""
        return paint(asset, rng, self.images)

    def _names(self, role: str, rng: np.random.Generator) -> tuple[str, ...]:
        names = ROLES[role]
        if self.subset == "train":
            return tuple(n for n in names if n.partition("/")[0] not in HELD_OUT)
        if self.subset == "val":
            fresh = tuple(n for n in names if n.partition("/")[0] in HELD_OUT)
            if fresh and rng.random() < PREFER_HELD_OUT:
                return fresh
        return names

    def _allows(self, asset: Asset) -> bool:
        if self.subset == "any":
            return True
        return self.subset == subset_of(asset)


def catalogue_of(
    assets: Iterable[Asset], subset: Subset = "any", images: Images | None = None
) -> Catalogue:
    """Catalogue of the made kinds and of imported assets of one subset.

    Training gets no imported asset of a kind that is held out, either.
    """
    by_role: dict[str, dict[str, list[Asset]]] = {}
    for asset in assets:
        if subset not in ("any", asset.subset):
            continue
        if subset == "train" and asset.kind in _KEPT_BACK:
            continue
        for role, categories in _CATEGORIES.items():
            if asset.kind in categories and _suits(role, asset):
                by_role.setdefault(role, {}).setdefault(asset.kind, []).append(asset)
    frozen = {
        role: {category: tuple(found) for category, found in known.items()}
        for role, known in by_role.items()
    }
    return Catalogue(subset, frozen, images)


def subset_of(asset: Asset) -> Literal["train", "val"]:
    """The side of the split that a made asset is on."""
    if asset.kind in HELD_OUT:
        return "val"
    return (
        "val" if zlib.crc32(f"{asset.kind}: {asset.style}".encode()) % VAL_STYLES == 0 else "train"
    )


def _suits(role: str, asset: Asset) -> bool:
    """Whether an asset has a size that the role takes."""
    return float((asset.high - asset.low).max()) <= _CEILINGS.get(role, np.inf)
