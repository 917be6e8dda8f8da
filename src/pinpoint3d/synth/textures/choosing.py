"""A material for one finish: `choose` draws what a wooden, woven or painted thing looks like."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from pinpoint3d.synth.assets import Finish
from pinpoint3d.synth.textures.images import Images
from pinpoint3d.synth.textures.material import Material
from pinpoint3d.synth.textures.palettes import (
    BOARDS,
    HIDES,
    METALS,
    STONES,
    WOODS,
    Colour,
    one_of,
    painted,
    shaded,
    vivid,
    warm,
)
from pinpoint3d.synth.textures.patterns import Dotted
from pinpoint3d.synth.textures.prints import Blotted, Printed
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
from pinpoint3d.synth.textures.wear import Scratched, Worn

PHOTO_SHARE = 0.35  # of materials for which there is an image
UNWORN = ("glass", "screen")


@dataclass(frozen=True)
class _Chance:
    """Where a material takes its chance from.

    What came later takes it from `own`, which the seed begins: so a new variety changes nothing
    but looks, and all that is drawn after it stays.
    """

    rng: np.random.Generator
    own: np.random.Generator
    seed: int


def choose(finish: Finish, rng: np.random.Generator, images: Images | None = None) -> Material:
    """A material of one finish, worn now and then; an image if there are any that suit."""
    seed = int(rng.integers(1 << 30))
    chance = _Chance(rng, np.random.default_rng(seed), seed)
    material = _MAKERS[finish](chance)
    if images is not None and chance.own.random() < PHOTO_SHARE:
        material = images.draw(finish, chance.own) or material
    if finish not in UNWORN and rng.random() < 0.25:
        amount, size = rng.uniform(0.15, 0.5), rng.uniform(0.05, 0.3)
        tone = shaded((0.5, 0.45, 0.4), rng.uniform(0.4, 1.6))
        if chance.own.random() < 0.7:
            material = Worn(material, tone, amount, size, seed + 7)
        else:
            material = Scratched(material, tone, amount + 0.2, size, seed=seed + 7)
    return material


def printed(rng: np.random.Generator) -> Material:
    """What packs, tins and wrapping look like. Most inks are warm, as those for food are."""
    inks = tuple(warm(rng) if rng.random() < 0.7 else vivid(rng) for _ in range(5))
    return Printed(inks[0], inks[1:], rng.uniform(0.12, 0.4), 0.15, int(rng.integers(1 << 30)))


def _wood(chance: _Chance) -> Material:
    rng, own, seed = chance.rng, chance.own, chance.seed
    if rng.random() >= 0.75:
        return Plain(painted(rng), 0.15, 0.02, seed)
    light = one_of(WOODS, rng)
    trunk = np.zeros(3)
    trunk[rng.choice(3, p=(0.4, 0.1, 0.5))] = 1
    trunk += rng.normal(0, 0.05, 3)
    trunk /= np.linalg.norm(trunk)
    x, y, z = (float(v) for v in trunk)
    # Most furniture is of quiet wood: beech, birch, maple and their foils.
    quiet = own.random() < 0.85
    dark = shaded(light, own.uniform(0.94, 0.99) if quiet else rng.uniform(0.6, 0.9))
    ring = own.uniform(0.008, 0.02) if quiet else rng.uniform(0.01, 0.04)
    wood = Wood(light, dark, (x, y, z), ring, rng.uniform(0.1, 0.5), 0.1, seed)
    if own.random() < 0.05:
        board = one_of(BOARDS, own)
        return Chips(_shades(board, 0.08, own), board, own.uniform(0.012, 0.03), 0.0, 0.05, seed)
    return wood


def _paint(chance: _Chance) -> Material:
    rng, own, seed = chance.rng, chance.own, chance.seed
    colour = painted(rng)
    plain = Plain(colour, rng.uniform(0.05, 0.35), 0.02, seed)
    if own.random() < 0.15:  # hammered, cast, rolled on
        second = shaded(colour, own.uniform(0.75, 1.2))
        return Speckled(colour, second, own.uniform(0.004, 0.02), own.uniform(0.2, 0.5), seed=seed)
    return plain


def _metal(chance: _Chance) -> Material:
    rng, seed = chance.own, chance.seed
    kind, colour, gloss = rng.random(), one_of(METALS, rng), rng.uniform(0.3, 0.8)
    if kind < 0.65:
        return Brushed(colour, int(rng.integers(3)), gloss, seed)
    if kind < 0.75:  # galvanised
        return Chips(_shades(colour, 0.1, rng), colour, rng.uniform(0.015, 0.05), 0.0, gloss, seed)
    return Plain(painted(rng) if kind < 0.85 else colour, gloss, 0.03, seed)


def _plastic(chance: _Chance) -> Material:
    rng, seed = chance.own, chance.seed
    colour = painted(rng) if rng.random() < 0.6 else vivid(rng)
    gloss = rng.uniform(0.05, 0.4)
    kind = rng.random()
    if kind < 0.12:
        second = shaded(colour, rng.uniform(0.8, 1.2))
        return Speckled(colour, second, rng.uniform(0.003, 0.01), 0.4, 0.02, gloss, seed)
    if kind < 0.17:  # two colours that ran into each other in the mould
        return Stone(colour, shaded(colour, rng.uniform(0.7, 1.2)), gloss=gloss, seed=seed)
    return Plain(colour, gloss, 0.02, seed)


def _fabric(chance: _Chance) -> Material:
    rng, seed = chance.own, chance.seed
    colour = painted(rng)
    second = shaded(colour, rng.uniform(0.6, 0.95)) if rng.random() < 0.4 else colour
    if rng.random() < 0.25:
        second = painted(rng)
    woven = Woven(colour, second, rng.uniform(0.02, 0.12), bool(rng.random() < 0.4), 0.0, seed)
    kind = rng.random()
    if kind < 0.1:  # velvet: its pile lies this way and that
        return Plain(colour, 0.0, 0.14, seed)
    if kind < 0.25:  # carpet, tweed
        return Speckled(colour, second, rng.uniform(0.004, 0.012), 0.4, 0.08, 0.0, seed)
    if kind < 0.32:
        return Dotted(woven, vivid(rng), rng.uniform(0.03, 0.12), rng.uniform(0.15, 0.35))
    if kind < 0.42:
        return Blotted(
            (colour, second, painted(rng), vivid(rng)), rng.uniform(0.04, 0.2), seed=seed
        )
    return woven


def _leather(chance: _Chance) -> Material:
    rng, seed = chance.own, chance.seed
    colour = one_of(HIDES, rng) if rng.random() < 0.7 else painted(rng)
    return Plain(colour, rng.uniform(0.1, 0.35), 0.08, seed)


def _wicker(chance: _Chance) -> Material:
    rng, seed = chance.own, chance.seed
    colour = one_of(WOODS, rng) if rng.random() < 0.75 else painted(rng)
    return Plaited(colour, rng.uniform(0.008, 0.03), 0.05, seed)


def _stone(chance: _Chance) -> Material:
    rng, seed = chance.own, chance.seed
    ground, kind = one_of(STONES, rng), rng.random()
    second = shaded(ground, rng.uniform(0.5, 1.3))
    if kind < 0.2:
        chips = (ground, one_of(STONES, rng), one_of(WOODS, rng), one_of(STONES, rng))
        return Chips(chips, second, rng.uniform(0.015, 0.05), rng.uniform(0.1, 0.35), 0.25, seed)
    if kind < 0.35:  # concrete
        return Speckled(ground, second, rng.uniform(0.006, 0.02), 0.2, 0.12, 0.05, seed)
    return Stone(ground, second, kind < 0.7, 0.25, seed)


def _print(chance: _Chance) -> Material:
    rng, seed = chance.own, chance.seed
    return Plain(vivid(rng), 0.15, 0.02, seed) if rng.random() < 0.2 else printed(rng)


def _screen(chance: _Chance) -> Material:
    dark = shaded((0.08, 0.08, 0.09), chance.own.uniform(0.5, 2.0))
    return Plain(dark, 0.5, 0.02, chance.seed)


def _glass(chance: _Chance) -> Material:
    tints = ((0.75, 0.82, 0.82), (0.8, 0.8, 0.8), (0.62, 0.75, 0.66), (0.5, 0.42, 0.34))
    return Plain(one_of(tints, chance.own), 0.95, 0.01, chance.seed)


def _leaf(chance: _Chance) -> Material:
    rng = chance.own
    green = (rng.uniform(0.15, 0.4), rng.uniform(0.4, 0.65), rng.uniform(0.1, 0.3))
    return Plain(green, 0.05, 0.15, chance.seed)


def _paper(chance: _Chance) -> Material:
    rng, seed = chance.own, chance.seed
    if rng.random() < 0.3:  # cardboard
        board = one_of(BOARDS, rng)
        return Speckled(board, shaded(board, 0.85), 0.008, 0.3, 0.05, 0.0, seed)
    if rng.random() < 0.5:
        return printed(rng)
    white = (0.93, 0.92, 0.88) if rng.random() < 0.7 else painted(rng)
    return Plain(white, 0.0, 0.03, seed)


def _rubber(chance: _Chance) -> Material:
    rng = chance.own
    black = shaded((0.16, 0.16, 0.17), rng.uniform(0.6, 1.6))
    colour = black if rng.random() < 0.8 else painted(rng)
    return Plain(colour, 0.05, 0.02, chance.seed)


def _ceramic(chance: _Chance) -> Material:
    rng, seed = chance.own, chance.seed
    colour = (0.93, 0.93, 0.91) if rng.random() < 0.5 else vivid(rng)
    kind = rng.random()
    if kind < 0.15:  # a glaze that ran down from the rim
        second = painted(rng) if rng.random() < 0.5 else shaded(colour, rng.uniform(0.4, 0.8))
        start = rng.uniform(0.0, 0.15)
        return Faded(
            colour, second, (0.0, 0.0, 1.0), start, start + rng.uniform(0.02, 0.1), seed=seed
        )
    if kind < 0.3:  # stoneware
        second = shaded(colour, rng.uniform(0.3, 0.7))
        return Speckled(colour, second, rng.uniform(0.004, 0.01), 0.08, 0.04, 0.2, seed)
    return Plain(colour, 0.3, 0.02, seed)


def _shades(colour: Colour, spread: float, rng: np.random.Generator) -> tuple[Colour, ...]:
    """A colour, lighter and darker."""
    return tuple(shaded(colour, 1 + float(f)) for f in rng.uniform(-spread, spread, 6))


_MAKERS: Mapping[Finish, Callable[[_Chance], Material]] = {
    "wood": _wood,
    "paint": _paint,
    "metal": _metal,
    "plastic": _plastic,
    "fabric": _fabric,
    "leather": _leather,
    "ceramic": _ceramic,
    "stone": _stone,
    "glass": _glass,
    "screen": _screen,
    "print": _print,
    "paper": _paper,
    "rubber": _rubber,
    "leaf": _leaf,
    "wicker": _wicker,
}
