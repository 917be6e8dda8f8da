"""Trees and shrubs of streets and terraces, up to 3.8 m: broad-leaved, conifers, palms, topiary.

Part tree: trunk, branches, crown of leafy masses (fruits among them), and what it stands in or is
held by: planter with soil, grate, stakes with ties, guard.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    curve,
    cushion,
    cylinder,
    frame,
    lathe,
    moved,
    tube,
)
from pinpoint3d.synth.shapes.sweeps import hull, oval

CROWNS = ("broad", "column", "conifer", "palm", "topiary", "bare", "layered")
STANDS = ("ground", "round tub", "square tub", "grate", "mound")
HELP = ("none", "none", "one stake", "two stakes", "guard")
FRUITS = ("none", "none", "fruit")
SIZES = ("small", "middle", "tall")


def make(rng: np.random.Generator) -> Asset:
    """A tree, 0.9 to 3.8 m high."""
    style = (str(rng.choice(options)) for options in (CROWNS, STANDS, HELP, FRUITS, SIZES))
    return build(*style, rng=rng)


def build(
    crown: str, stand: str, held: str, fruits: str, size: str, *, rng: np.random.Generator
) -> Asset:
    """A tree of given style, the soil it grows from at z = 0 of its own frame."""
    builder = Builder("tree")
    tall = {
        "small": rng.uniform(0.8, 1.4),
        "middle": rng.uniform(1.5, 2.2),
        "tall": rng.uniform(2.3, 2.8),
    }[size]
    thick = 0.012 + 0.016 * tall
    top = _trunk(builder, crown, tall, thick, rng)
    _crown(builder, crown, tall, thick, top, fruits, rng)
    _stand(builder, stand, tall, thick, rng)
    if held != "none" and crown not in ("conifer", "topiary") and size != "small":
        _help(builder, held, tall, thick)
    return builder.asset(f"{crown}, {stand}, {held}, {fruits}, {size}")


def _trunk(
    builder: Builder, crown: str, tall: float, thick: float, rng: np.random.Generator
) -> np.ndarray:
    """The trunk from the soil up; its end, where the crown begins."""
    share = {
        "broad": 0.55,
        "column": 0.25,
        "conifer": 0.9,
        "palm": 0.8,
        "topiary": 0.5,
        "bare": 0.5,
        "layered": 0.8,
    }[crown]
    sway = 0.03 * tall if crown not in ("conifer", "topiary") else 0.0
    knots = [np.array([0, 0, -0.05])]
    knots += [
        np.array([rng.normal(0, sway), rng.normal(0, sway), t * share * tall])
        for t in (0.33, 0.66, 1.0)
    ]
    n = 9
    radii = thick * (1.25 - 0.6 * np.linspace(0, 1, n))
    radii[0] *= 1.25  # roots spread
    trunk = builder.part("trunk", tube(curve(knots, n), radii, sides=10), finish="wood")
    if crown == "palm":
        for t in np.linspace(0.15, 0.9, 6):
            z = t * share * tall
            at = curve(knots, 60)
            here = at[np.abs(at[:, 2] - z).argmin()]
            ring = lathe(
                [
                    (thick * 1.15, -0.01),
                    (thick * 1.3, 0.02),
                    (thick * 0.5, 0.02),
                    (thick * 0.5, -0.01),
                ],
                10,
                closed=True,
            )
            builder.part("bark ring", moved(ring, *here), parent=trunk, finish="wood")
    return knots[-1]


def _blob(middle: np.ndarray, reach: np.ndarray, rng: np.random.Generator, sides: int = 14) -> Mesh:
    """A lumpy mass of leaves."""
    ball = cushion(-reach, reach, 2.2, sides, sides // 2)
    direction = ball.vertices / np.linalg.norm(ball.vertices, axis=1, keepdims=True)
    waves = rng.normal(0, 1.0, (6, 3)) * 4.5
    lumps = np.sin(direction @ waves.T + rng.uniform(0, 6, 6)).sum(axis=1) / 6
    return Mesh(middle + ball.vertices * (1 + 0.22 * lumps)[:, None], ball.faces)


def _crown(
    builder: Builder,
    crown: str,
    tall: float,
    thick: float,
    top: np.ndarray,
    fruits: str,
    rng: np.random.Generator,
) -> None:
    whole = builder.part("crown")
    if crown == "conifer":
        _tiers(builder, whole, tall, rng)
        return
    if crown == "palm":
        _fronds(builder, whole, tall, top, rng)
        return
    if crown == "topiary":
        _topiary(builder, whole, tall, top, rng)
        return
    n = int(rng.integers(4, 8))
    spread = tall * {"broad": 0.26, "column": 0.06, "bare": 0.28, "layered": 0.24}[crown]
    for k in range(n):
        angle = 2.4 * k + rng.uniform(-0.3, 0.3)  # the golden angle: no two above each other
        t = k / (n - 1)
        way = np.array([math.cos(angle), math.sin(angle), 0.0])
        root = top * np.array([t, t, 1.0]) * (0.7 + 0.3 * t)
        rise = (
            tall
            * {
                "broad": 0.1 + 0.2 * t,
                "column": 0.1 + 0.5 * t,
                "bare": 0.25 + 0.15 * t,
                "layered": 0.02,
            }[crown]
        )
        if crown in ("column", "layered"):
            root = top * np.array([1.0, 1.0, 0.3 + 0.65 * t])
            rise = 0.12 * tall if crown == "column" else 0.02 * tall
            if crown == "column":
                root = top * np.array([1.0, 1.0, 1.0]) + np.array([0, 0, 0.55 * tall * t - 0.02])
        end = root + way * spread * (1.1 - 0.4 * t if crown != "column" else 1.0)
        if crown != "column":
            end = end + np.array([0, 0, rise])
            path = curve([root, (root + end) / 2 - np.array([0, 0, 0.03 * tall]), end], 7)
            limb = tube(path, np.linspace(thick * 0.5, thick * 0.2, 7), sides=7)
            branch = builder.part("branch", limb, parent=whole, finish="wood")
            if crown == "bare":
                for start in path[[3, 4, 5]]:
                    away = rng.normal(0, 1, 3) * 0.08 * tall + np.array([0, 0, 0.12 * tall])
                    bow = [start, start + 0.5 * away, start + away + np.array([0, 0, 0.02 * tall])]
                    twig = tube(bow, thick * np.array([0.22, 0.16, 0.08]), sides=5)
                    builder.part("twig", twig, parent=branch, finish="wood")
        if crown == "bare":
            continue
        size = (
            tall * {"broad": 0.2, "column": 0.17, "layered": 0.15}[crown] * rng.uniform(0.85, 1.15)
        )
        flat = {"broad": 0.8, "column": 1.0, "layered": 0.4}[crown]
        leaves = _blob(end, np.array([size, size, size * flat]), rng)
        mass = builder.part("leaves", leaves, parent=whole, finish="leaf")
        if fruits == "fruit" and k % 2 == 0:
            picks = rng.choice(len(leaves.vertices), 4, replace=False)
            r = 0.012 + 0.008 * tall
            dots = [
                cushion(leaves.vertices[i] - r, leaves.vertices[i] + r, 2.0, 8, 6) for i in picks
            ]
            builder.part("fruits", *dots, parent=mass, finish="plastic")
    if crown == "broad":
        head = top + np.array([0, 0, 0.25 * tall])
        size = 0.2 * tall
        builder.part(
            "leaves", _blob(head, np.array([size, size, size]), rng), parent=whole, finish="leaf"
        )
        stem = cylinder(top - np.array([0, 0, 0.05]), head, thick * 0.6, thick * 0.3, sides=8)
        builder.part("branch", stem, parent=whole, finish="wood")


def _tiers(builder: Builder, whole: int, tall: float, rng: np.random.Generator) -> None:
    """Skirts of needles, each over the next."""
    n = int(rng.integers(3, 7))
    broad = rng.uniform(0.24, 0.34) * tall
    low = rng.uniform(0.1, 0.2) * tall
    step = (tall - low) / n
    for k in range(n):
        z, r = low + k * step, broad * (1 - k / n) + 0.02 * tall
        rise = step * 1.45 if k < n - 1 else step
        sides = 16
        jag = 1 + 0.1 * np.cos(np.pi * np.arange(sides))
        lines = []
        for share, up in ((0.45, 0.12), (1.0, 0.0), (0.55, 0.45), (0.08, 1.0)):
            line = oval(r * share, r * share, r * share, z + up * rise, n_points=sides)
            if share == 1.0:
                line[:, :2] *= jag[:, None]
            lines.append(line)
        builder.part("needles", hull(lines), parent=whole, finish="leaf")


def _fronds(
    builder: Builder, whole: int, tall: float, top: np.ndarray, rng: np.random.Generator
) -> None:
    """Feathers that rise from the trunk's end and hang over."""
    n = int(rng.integers(8, 14))
    heart = cushion(top - 0.03 * tall, top + 0.04 * tall, 2.0, 10, 6)
    builder.part("heart", heart, parent=whole, finish="leaf")
    for k in range(n):
        angle = 2.4 * k
        way = np.array([math.cos(angle), math.sin(angle), 0.0])
        across = np.array([-way[1], way[0], 0.0])
        long = tall * rng.uniform(0.3, 0.4)
        rise = rng.uniform(0.1, 0.5)
        spine = curve(
            [
                top,
                top + (way * 0.5 + np.array([0, 0, 0.4 * rise])) * long,
                top + (way + np.array([0, 0, rise - 0.55])) * long,
            ],
            8,
        )
        broad = 0.13 * long * np.sin(np.linspace(0.12, math.pi - 0.15, 8))
        lines = [
            np.stack(
                [
                    p - across * b - np.array([0, 0, 0.25 * b]),
                    p + np.array([0, 0, 0.004]),
                    p + across * b - np.array([0, 0, 0.25 * b]),
                    p - np.array([0, 0, 0.008]),
                ]
            )
            for p, b in zip(spine, broad, strict=True)
        ]
        builder.part("frond", hull(lines), parent=whole, finish="leaf")


def _topiary(
    builder: Builder, whole: int, tall: float, top: np.ndarray, rng: np.random.Generator
) -> None:
    shape = str(rng.choice(("ball", "two balls", "cone", "block")))
    r = 0.2 * tall
    if shape == "cone":
        lines = [
            (0.3 * r, 0.12 * tall),
            (1.1 * r, 0.15 * tall),
            (0.7 * r, 0.5 * tall),
            (0.1 * r, 0.98 * tall),
        ]
        builder.part(
            "leaves", moved(lathe(lines, sides=20), *(top * [1, 1, 0])), parent=whole, finish="leaf"
        )
    elif shape == "block":
        low, high = top + np.array([-r, -r, -0.1 * tall]), top + np.array([r, r, 0.45 * tall])
        builder.part("leaves", box(low, high, 0.04), parent=whole, finish="leaf")
    else:
        builder.part(
            "leaves", _blob(top, np.array([r, r, r]), rng, 18), parent=whole, finish="leaf"
        )
        if shape == "two balls":
            over = top + np.array([0, 0, 1.75 * r])
            stem = cylinder(top, over, 0.02, sides=8)
            builder.part("stem", stem, parent=whole, finish="wood")
            builder.part(
                "leaves", _blob(over, np.full(3, 0.7 * r), rng, 16), parent=whole, finish="leaf"
            )


def _stand(
    builder: Builder, stand: str, tall: float, thick: float, rng: np.random.Generator
) -> None:
    """What the tree grows from, its surface at z = 0."""
    deep = rng.uniform(0.16, 0.2) * tall + 0.06
    r = max(3.0 * thick, deep * rng.uniform(0.5, 0.7))
    if stand == "round tub":
        profile = [
            (0.75 * r, -deep),
            (r, 0.03),
            (r * 1.06, 0.03),
            (r * 1.06, 0.06),
            (r * 0.94, 0.06),
            (r * 0.92, -0.03),
        ]
        tub = builder.part("planter", lathe(profile, sides=24), finish="ceramic")
        soil = lathe([(r * 0.93, -0.035), (r * 0.92, -0.004), (r * 0.5, 0.006)], sides=24)
        builder.part("soil", soil, parent=tub, finish="fabric")
    elif stand == "square tub":
        tub = builder.part("planter")
        low, high = (-r, -r, -deep), (r, r, 0.04)
        builder.part("walls", frame(low, high, 0.03, axis="z"), parent=tub, finish="wood")
        builder.part(
            "floor",
            box((-r + 0.02, -r + 0.02, -deep + 0.03), (r - 0.02, r - 0.02, -deep + 0.05)),
            parent=tub,
            finish="wood",
        )
        builder.part(
            "soil",
            box((-r + 0.029, -r + 0.029, -0.08), (r - 0.029, r - 0.029, 0)),
            parent=tub,
            finish="fabric",
        )
        for s in (-1, 1):
            for t in (-1, 1):
                post = box(
                    (s * (r - 0.03), t * (r - 0.03), -deep - 0.04),
                    (s * (r + 0.012), t * (r + 0.012), 0.06),
                    0.004,
                )
                builder.part("post", post, parent=tub, finish="wood")
    elif stand == "grate":
        side = max(0.45, 6 * thick)
        plate = builder.part(
            "grate", frame((-side, -side, -0.02), (side, side, 0.0), 0.05, axis="z"), finish="metal"
        )
        for k in range(9):
            x = (k - 4) * side / 4.7
            bar = box((x - 0.02, -side + 0.04, -0.018), (x + 0.02, side - 0.04, -0.003))
            builder.add(plate, bar)
        ring = lathe(
            [
                (thick * 3.2, -0.02),
                (thick * 3.2, 0.004),
                (thick * 2.6, 0.004),
                (thick * 2.6, -0.02),
            ],
            20,
            closed=True,
        )
        builder.part("collar", ring, parent=plate, finish="metal")
    elif stand == "mound":
        mound = lathe([(0.3 * tall, -0.04), (0.2 * tall, 0.0), (0.05 * tall, 0.03)], sides=20)
        builder.part("soil", mound, finish="fabric")


def _help(builder: Builder, held: str, tall: float, thick: float) -> None:
    z = 0.42 * tall
    if held == "guard":
        r = max(0.14, thick * 3.5)
        guard = builder.part("guard")
        for k in range(8):
            a = 2 * math.pi * k / 8
            x, y = r * math.cos(a), r * math.sin(a)
            builder.part(
                "bar",
                cylinder((x, y, -0.05), (x, y, z), 0.008, sides=6),
                parent=guard,
                finish="metal",
            )
        for height in (0.12, z - 0.05):
            ring = lathe(
                [
                    (r + 0.012, height - 0.015),
                    (r + 0.012, height + 0.015),
                    (r - 0.008, height + 0.015),
                    (r - 0.008, height - 0.015),
                ],
                16,
                closed=True,
            )
            builder.part("hoop", ring, parent=guard, finish="metal")
        return
    sides = (1,) if held == "one stake" else (-1, 1)
    for s in sides:
        x = s * (thick + 0.12)
        stake = cylinder((x, 0, -0.05), (x, 0, z), 0.024, sides=8)
        builder.part("stake", stake, finish="wood")
        tie = box((min(0.0, x), -0.012, z - 0.1), (max(0.0, x), 0.012, z - 0.05))
        builder.part("tie", tie, finish="rubber")
    if len(sides) == 2:
        rail = box((-thick - 0.13, 0.015, z - 0.05), (thick + 0.13, 0.04, z - 0.005))
        builder.part("rail", rail, finish="wood")
