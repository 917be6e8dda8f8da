"""What every part of an asset looks like: `paint`.

Colour must not give parts away, and must not mislead always either. So all parts often share one
material, which runs on from part to part or begins anew in each as in boards; and there are colour
steps inside parts: stripes, two tones, stickers. Only screens, panes and prints always differ.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32, Float64

from pinpoint3d.synth.assets import Asset, Finish, face_areas
from pinpoint3d.synth.textures.choosing import choose, printed
from pinpoint3d.synth.textures.images import Images
from pinpoint3d.synth.textures.material import Framed, Material
from pinpoint3d.synth.textures.palettes import METALS, WOODS, Colour, one_of, painted, shaded, vivid
from pinpoint3d.synth.textures.patterns import Banded, Patch
from pinpoint3d.synth.textures.prints import Picture, PictureKind
from pinpoint3d.synth.textures.solids import Brushed, Plain, Wood
from pinpoint3d.synth.textures.wear import Dusty, Rubbed

APART: tuple[Finish, ...] = ("glass", "screen", "print")
"""Finishes that always look unlike the rest."""

GLOSS: dict[Finish, float] = {"metal": 0.4, "ceramic": 0.3, "glass": 0.95, "screen": 0.5}
"""Of parts that bring their colours; elsewhere `USUAL_GLOSS`."""
USUAL_GLOSS = 0.12

OWN_COLOURS = 0.5  # of imported assets show the colours they bring
OWN_FRAMES = 0.35  # of objects have a grain that begins anew in every part
PRINTED = 0.6  # of small objects are packs, tins and toys, printed all over
SMALL = 0.5  # m
UNPRINTED: tuple[Finish, ...] = ("wood", "stone", "wicker", "leaf")
DECORATED = 0.4  # of objects have stripes, two tones or stickers
LEAST_PICTURE = 0.03  # m: what is printed on less is a mark of one colour

Boxes = Float32[np.ndarray, "parts 2 3"]


def paint(
    asset: Asset, rng: np.random.Generator, images: Images | None = None
) -> tuple[Material, ...]:
    """A material for every part of an asset.

    In about half of the objects all parts but glass, screens and prints share one material;
    otherwise parts of one finish do, or each kind of part has its own. Many small things are
    printed all over. About half of the assets that bring their colours keep them, one a part.
    """
    boxes = _boxes(asset)
    areas = np.bincount(
        asset.face_part, face_areas(asset.vertices, asset.faces), minlength=len(asset.parts)
    )
    if asset.face_rgb is not None and rng.random() < OWN_COLOURS:
        return _used(asset, _brought(asset, rng), boxes, rng)
    coats = _chosen(asset, areas, rng, images)
    if rng.random() < OWN_FRAMES:
        coats = [
            _framed(coat, box, rng) if part.finish not in APART else coat
            for coat, box, part in zip(coats, boxes, asset.parts, strict=True)
        ]
    if rng.random() < DECORATED:
        coats = _decorated(asset, coats, boxes, areas, rng)
    return _used(asset, _pictured(asset, coats, boxes, rng), boxes, rng)


def _chosen(
    asset: Asset,
    areas: Float64[np.ndarray, " parts"],
    rng: np.random.Generator,
    images: Images | None,
) -> list[Material]:
    """One material for all, for each finish, or for each kind of part."""
    how = rng.choice(("one", "by finish", "by name"), p=(0.48, 0.3, 0.22))
    by_finish: dict[Finish, float] = {}
    for part, area in zip(asset.parts, areas.tolist(), strict=True):
        by_finish[part.finish] = by_finish.get(part.finish, 0.0) + area
    main = max(by_finish, key=lambda finish: (finish not in APART, by_finish[finish]))
    chosen: dict[tuple[Finish, str], Material] = {}
    small = main not in UNPRINTED and (asset.high - asset.low).max() < SMALL
    if small and rng.random() < PRINTED:
        chosen[main, ""] = printed(rng)
        how = "one" if rng.random() < 0.5 else "by finish"
    coats: list[Material] = []
    for part in asset.parts:
        finish = part.finish if part.finish in APART or how != "one" else main
        key = (finish, part.name if how == "by name" and finish not in APART else "")
        if key not in chosen:
            chosen[key] = choose(finish, rng, images)
        coats.append(chosen[key])
    return coats


def _brought(asset: Asset, rng: np.random.Generator) -> list[Material]:
    """The mean colour of every part's faces; parts of one colour and finish share a material."""
    assert asset.face_rgb is not None
    areas = np.maximum(face_areas(asset.vertices, asset.faces), 1e-12)
    n_parts = len(asset.parts)
    total = np.maximum(np.bincount(asset.face_part, areas, minlength=n_parts), 1e-12)
    means = [
        np.bincount(asset.face_part, areas * asset.face_rgb[:, c], minlength=n_parts) / total / 255
        for c in range(3)
    ]
    seed, clouds = int(rng.integers(1 << 30)), rng.uniform(0.01, 0.05)
    made: dict[tuple[Colour, Finish], Material] = {}
    coats: list[Material] = []
    for part, mean in zip(asset.parts, np.stack(means, axis=1).round(3).tolist(), strict=True):
        key = ((mean[0], mean[1], mean[2]), part.finish)
        gloss = GLOSS.get(part.finish, USUAL_GLOSS)
        coats.append(made.setdefault(key, Plain(key[0], gloss, clouds, seed)))
    return coats


def _framed(coat: Material, box: Float32[np.ndarray, "2 3"], rng: np.random.Generator) -> Material:
    """The material in a frame of the part's own, its grain along the part as boards are sawn."""
    if isinstance(coat, Plain):
        return coat  # looks the same everywhere
    grain = _grain(coat)
    longest = np.argsort(box[0] - box[1], kind="stable").tolist()
    axes = [longest[1], longest[2]]
    axes.insert(grain, longest[0])
    x, y, z = (float(s) for s in rng.uniform(-3, 3, 3))
    return Framed(coat, (axes[0], axes[1], axes[2]), (x, y, z))


def _grain(coat: Material) -> int:
    """The axis along which a material's grain runs; 0 if it has none."""
    while (under := getattr(coat, "under", None)) is not None:
        coat = under
    if isinstance(coat, Wood):
        return int(np.abs(coat.trunk).argmax())
    return coat.axis if isinstance(coat, Brushed) else 0


def _decorated(
    asset: Asset,
    coats: list[Material],
    boxes: Boxes,
    areas: Float64[np.ndarray, " parts"],
    rng: np.random.Generator,
) -> list[Material]:
    """The coats with bands over the whole object or one kind of part, or with stickers."""
    free = np.array([part.finish not in APART for part in asset.parts]) & (areas > 0)
    if not free.any():
        return coats
    coats = list(coats)
    if rng.random() < 0.45:
        for _ in range(int(rng.integers(1, 4))):
            k = int(rng.choice(len(coats), p=areas * free / (areas * free).sum()))
            coats[k] = _stickered(asset, k, coats[k], boxes[k], rng)
        return coats
    kinds = sorted({part.name for part, f in zip(asset.parts, free.tolist(), strict=True) if f})
    kind = None if rng.random() < 0.5 else kinds[int(rng.integers(len(kinds)))]
    banded = [k for k in np.flatnonzero(free).tolist() if kind in (None, asset.parts[k].name)]
    low, high = boxes[banded, 0].min(axis=0), boxes[banded, 1].max(axis=0)
    over = Plain(painted(rng) if rng.random() < 0.6 else vivid(rng), 0.15)
    if rng.random() < 0.3:
        over = choose("wood", rng)
    direction, edges = _bands(low, high, rng)
    made: dict[int, Material] = {}  # shared coats stay shared
    for k in banded:
        made.setdefault(id(coats[k]), Banded(coats[k], over, direction, edges))
    for k in banded:
        coats[k] = made[id(coats[k])]
    return coats


def _bands(
    low: Float32[np.ndarray, "3"], high: Float32[np.ndarray, "3"], rng: np.random.Generator
) -> tuple[tuple[float, float, float], tuple[float, ...]]:
    """A direction, and edges along it: of two tones, one stripe or many."""
    way = np.zeros(3)
    way[rng.choice(3, p=(0.3, 0.2, 0.5))] = 1
    if rng.random() < 0.2:  # slanting
        way = rng.normal(0, 1, 3)
    way /= np.linalg.norm(way)
    ends = np.stack([low * way, high * way])
    start, end = float(ends.min(axis=0).sum()), float(ends.max(axis=0).sum())
    kind = rng.choice(("two tones", "stripe", "stripes"))
    if kind == "two tones":
        at = [rng.uniform(0.2, 0.8)]
    elif kind == "stripe":
        first = rng.uniform(0.05, 0.8)
        at = [first, first + rng.uniform(0.05, 0.2)]
    else:
        n_stripes = int(rng.integers(3, 9))
        thick = rng.uniform(0.2, 0.8)
        at = [(k + extra) / n_stripes for k in range(n_stripes) for extra in (0.1, 0.1 + thick)]
    x, y, z = way.tolist()
    return (x, y, z), tuple(start + share * (end - start) for share in at)


def _stickered(
    asset: Asset,
    k: int,
    coat: Material,
    box: Float32[np.ndarray, "2 3"],
    rng: np.random.Generator,
) -> Material:
    """The coat of part `k` with a sticker, badge or spill on one of its sides."""
    faces = asset.faces[asset.face_part == k]
    a, b, c = (asset.vertices[faces[:, i]].astype(np.float64) for i in range(3))
    normals = np.cross(b - a, c - a)
    weight = np.linalg.norm(normals, axis=1)
    face = int(rng.choice(len(faces), p=weight / weight.sum()))
    axis = int(np.abs(normals[face]).argmax())
    sign = 1 if normals[face, axis] > 0 else -1
    s, t = sorted(rng.random(2))  # a place on the face, evenly
    middle = a[face] * s + b[face] * (t - s) + c[face] * (1 - t)
    across = [i for i in range(3) if i != axis]
    most = np.minimum(0.4 * (box[1] - box[0])[across], 0.2)  # m
    half = np.maximum(most * rng.uniform(0.15, 1.0, 2), 0.006)
    over: Material = Plain(vivid(rng), 0.15)
    if rng.random() < 0.6:
        low, high = middle[across] - half, middle[across] + half
        over = _picture((across[0], across[1]), np.stack([low, high]), False, rng)
    x, y, z = middle.tolist()
    size = float(half[0]), float(half[1])
    return Patch(coat, over, axis, sign, (x, y, z), size, bool(rng.random() < 0.3))


def _pictured(
    asset: Asset, coats: list[Material], boxes: Boxes, rng: np.random.Generator
) -> list[Material]:
    """The coats with a picture of its own on many a screen and print that is flat."""
    coats = list(coats)
    on = rng.random() < 0.4  # of screens; printed panels nearly always show something
    for k, part in enumerate(asset.parts):
        if part.finish not in ("screen", "print"):
            continue
        extent = boxes[k, 1] - boxes[k, 0]
        axes = sorted(np.argsort(-extent, kind="stable")[:2].tolist())
        flat = extent.min() < 0.4 * extent[axes].min()
        shown = on if part.finish == "screen" else rng.random() < 0.85
        if flat and shown and extent[axes].min() > LEAST_PICTURE:
            coats[k] = _picture((axes[0], axes[1]), boxes[k][:, axes], part.finish == "screen", rng)
    return coats


def _picture(
    axes: tuple[int, int],
    corners: Float32[np.ndarray, "2 2"] | Float64[np.ndarray, "2 2"],
    lit: bool,
    rng: np.random.Generator,
) -> Picture:
    """A picture that fits between two corners; `lit` for what screens show."""
    kinds: tuple[PictureKind, ...] = (
        "cover",
        "cover",
        "cover",
        "blocks",
        "text",
        "landscape",
        "blots",
    )
    if lit:
        kinds = ("interface", "interface", "landscape", "text")
    kind = kinds[int(rng.integers(len(kinds)))]
    inks = tuple(vivid(rng) for _ in range(5))
    if kind == "text":
        inks = ((0.93, 0.92, 0.88), shaded(vivid(rng), 0.4), *inks[2:])
    (u_low, v_low), (u_high, v_high) = corners.tolist()
    return Picture(
        kind,
        inks,
        axes,
        (u_low, v_low),
        (u_high, v_high),
        0.3 if lit else 0.15,
        int(rng.integers(1 << 30)),
    )


def _used(
    asset: Asset, coats: Sequence[Material], boxes: Boxes, rng: np.random.Generator
) -> tuple[Material, ...]:
    """The coats, dusty or rubbed at their edges now and then."""
    dusty, rubbed = rng.random() < 0.12, rng.random() < 0.12
    if not (dusty or rubbed):
        return tuple(coats)
    seed, amount, width = (
        int(rng.integers(1 << 30)),
        rng.uniform(0.2, 0.7),
        rng.uniform(0.006, 0.02),
    )
    bare = one_of(METALS if rng.random() < 0.4 else WOODS, rng)
    dust = shaded((0.6, 0.58, 0.54), rng.uniform(0.7, 1.3))
    whole = rng.random() < 0.4  # only the object's own corners, or the edges of every part
    object_box = np.stack([asset.low, asset.high])
    made: dict[tuple[int, ...], Material] = {}  # shared coats stay shared
    out: list[Material] = []
    for k, (part, coat) in enumerate(zip(asset.parts, coats, strict=True)):
        if part.finish == "glass":
            out.append(coat)
            continue
        key = (id(coat), k if rubbed and not whole else -1)
        if key not in made:
            worn = coat
            if rubbed and part.finish not in APART:
                low, high = (object_box if whole else boxes[k]).tolist()
                worn = Rubbed(worn, bare, tuple(low), tuple(high), width, seed)
            made[key] = Dusty(worn, dust, amount, seed + 1) if dusty else worn
        out.append(made[key])
    return tuple(out)


def _boxes(asset: Asset) -> Boxes:
    """Lower and upper corner of every part; zeros for one without faces."""
    boxes = np.zeros((len(asset.parts), 2, 3), np.float32)
    for k in range(len(asset.parts)):
        corners = asset.vertices[asset.faces[asset.face_part == k].reshape(-1)]
        if len(corners):
            boxes[k] = corners.min(axis=0), corners.max(axis=0)
    return boxes
