"""Coat racks: trees and tripods with hooks, rails on castors, hall stands with a bench or mirror.

Part tree: pole (sections, finial), base (feet or disc), hooks or pegs, umbrella ring and tray;
a rail has ends, bars, shelf and castors; what hangs on them: hangers, coats, hats, bags.
"""

import math

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.hangers import add_hanger
from pinpoint3d.synth.shapes.primitives import (
    Mesh,
    box,
    curve,
    cushion,
    cylinder,
    frame,
    hoop,
    lathe,
    moved,
    tube,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import hull, oval

FORMS = ("tree", "tree", "tripod", "garment rail", "hall stand")
BASES = ("disc", "three feet", "four feet", "cross", "square plate")
HOOKS = ("double hooks", "pegs", "ball hooks", "branches")


def make(rng: np.random.Generator) -> Asset:
    """A coat rack, 1.4 to 2 m high."""
    form = str(rng.choice(FORMS))
    builder = Builder("coat_rack")
    worn = str(rng.choice(("empty", "coats", "hats and bags")))
    if form == "garment rail":
        style = _rail(builder, worn != "empty", rng)
    elif form == "hall stand":
        style = _hall_stand(builder, worn, rng)
    else:
        style = _tree(builder, form, worn, rng)
    asset = builder.asset(f"{form}, {style}, {worn}")
    return pose_at_random(asset, rng, share_open=float(rng.choice((0.0, 0.5))))


def _tree(builder: Builder, form: str, worn: str, rng: np.random.Generator) -> str:
    base, hooks = str(rng.choice(BASES)), str(rng.choice(HOOKS))
    height = rng.uniform(1.6, 1.95)
    finish: Finish = "wood" if rng.random() < 0.5 else "metal"
    if form == "tripod":
        n, spread, r = 3, rng.uniform(0.2, 0.28), rng.uniform(0.011, 0.016)
        for k in range(n):
            angle = 2 * math.pi * k / n
            way = np.array([math.cos(angle), math.sin(angle)])
            twist = np.array([-way[1], way[0]])
            foot, top = way * spread, -way * 0.09 + twist * 0.03
            pole = cylinder((*foot, 0), (*top, height), r, 0.8 * r, sides=10)
            leg = builder.part("leg")
            builder.part("pole", pole, parent=leg, finish=finish)
            for share in (0.72, 0.9):
                at = foot + (top - foot) * share
                out = way * (1 if share < 0.8 else -1)
                _hook(builder, "pegs", (*at, share * height), out, leg, r, finish)
        z = height * spread / (spread + 0.09)
        knot = cylinder((0, 0, z - 0.03), (0, 0, z + 0.03), 0.045, sides=14)
        builder.part("joint", knot, finish="metal")
        return f"{n} poles, {finish}"
    r = rng.uniform(0.014, 0.024)
    low = 0.02 if base in ("disc", "square plate") else 0.0
    pole = builder.part("pole")
    n_sections = int(rng.integers(1, 4))
    edges = np.linspace(low, height, n_sections + 1).tolist()
    for k in range(n_sections):
        rod = cylinder((0, 0, edges[k]), (0, 0, edges[k + 1]), r, sides=12)
        builder.part("section", rod, parent=pole, finish=finish)
        if k:
            sleeve = cylinder(
                (0, 0, edges[k] - 0.015), (0, 0, edges[k] + 0.015), 1.15 * r, sides=12
            )
            builder.part("sleeve", sleeve, parent=pole, finish="metal")
    ball = cushion((-1.5 * r, -1.5 * r, height - r), (1.5 * r, 1.5 * r, height + 2 * r), 2, 12, 8)
    builder.part("finial", ball, parent=pole, finish=finish)
    reach = _foot(builder, base, r, finish, rng)
    n_hooks, n_tiers = int(rng.integers(3, 7)), int(rng.integers(1, 3))
    places = []
    for tier in range(n_tiers):
        z = height - 0.1 - 0.32 * tier
        for k in range(n_hooks):
            angle = 2 * math.pi * (k + 0.5 * tier) / n_hooks
            way = np.array([math.cos(angle), math.sin(angle)])
            end = _hook(builder, hooks, (0.0, 0.0, z), way, -1, r, finish)
            places.append((end, way))
    ringed = rng.random() < 0.35
    if ringed:
        _umbrellas(builder, r, reach, rng)
    if worn != "empty":
        n = int(rng.integers(1, min(5, len(places))))
        chosen = rng.choice(len(places), n, replace=False)
        for k in chosen.tolist():
            end, way = places[k]
            if worn == "coats":
                _coat(builder, end, way, rng)
            elif rng.random() < 0.5:
                _hat(builder, end, way, rng)
            else:
                _bag(builder, end, way, rng)
    return f"{base}, {n_hooks} {hooks} in {n_tiers}, {finish}, ring {ringed}"


def _foot(builder: Builder, base: str, r: float, finish: Finish, rng: np.random.Generator) -> float:
    """How far the base reaches, after it was built."""
    reach = rng.uniform(0.18, 0.26)
    if base == "disc":
        disc = [(reach, 0), (reach, 0.015), (reach * 0.3, 0.026), (r * 1.2, 0.05)]
        builder.part(
            "base", lathe(disc, sides=28), finish="stone" if rng.random() < 0.3 else finish
        )
        return reach
    if base == "square plate":
        plate = box((-reach, -reach, 0), (reach, reach, 0.022), 0.004)
        builder.part("base", plate, finish=finish)
        return reach
    whole = builder.part("base")
    if base == "cross":
        for turn in (0.0, math.pi / 2):
            bar = box((-reach * 1.1, -0.02, 0), (reach * 1.1, 0.02, 0.035), 0.004)
            builder.part("foot", turned(bar, "z", turn + 0.4), parent=whole, finish=finish)
        return reach
    n = 3 if base == "three feet" else 4
    for k in range(n):
        angle = 2 * math.pi * k / n
        knots = [(0.0, 0, 0.24), (0.5 * reach, 0, 0.16), (1.05 * reach, 0, 0.03)]
        knots.append((1.25 * reach, 0, 0.012))
        foot = turned(tube(curve(knots, 8), 0.012, sides=8), "z", angle)
        low = float(foot.vertices[:, 2].min())
        builder.part("foot", moved(foot, z=-low), parent=whole, finish=finish)
    return reach


def _hook(
    builder: Builder,
    hooks: str,
    place: tuple[float, float, float],
    way: np.ndarray,
    parent: int,
    r: float,
    finish: Finish,
) -> tuple[float, float, float]:
    """Where something hangs, after a hook was put out from a pole towards `way`."""
    x, y, z = place
    a, b = float(way[0]), float(way[1])

    def at(out: float, up: float) -> tuple[float, float, float]:
        return (x + a * out, y + b * out, z + up)

    if hooks == "pegs":
        rod = cylinder(at(0.0, 0.0), at(0.1, 0.05), 0.008, sides=8)
        builder.part("peg", rod, parent=parent, finish=finish)
        return at(0.085, 0.045)
    if hooks == "branches":
        knots = [at(0.0, -0.12), at(0.04, -0.08), at(0.09, 0.02), at(0.11, 0.1)]
        limb = tube(curve(knots, 9), np.linspace(0.011, 0.006, 9), sides=8)
        builder.part("branch", limb, parent=parent, finish=finish)
        return at(0.075, -0.01)
    upper = [at(0.0, 0.0), at(0.06, 0.01), at(0.12, 0.06), at(0.14, 0.12)]
    hook = builder.part(
        "hook", tube(curve(upper, 8), 0.006, sides=6), parent=parent, finish="metal"
    )
    tip = np.array(at(0.14, 0.12))
    ball = cushion(tip - 0.013, tip + 0.013, 2, 8, 5)
    builder.part("ball", ball, parent=hook, finish=finish)
    if hooks == "double hooks":
        lower = [at(0.0, -0.05), at(0.03, -0.08), at(0.06, -0.07), at(0.07, -0.04)]
        bow = tube(curve(lower, 7), 0.005, sides=5)
        builder.part("lower arm", bow, parent=hook, finish="metal")
        builder.add(hook, cylinder((x, y, z - 0.08), (x, y, z + 0.03), 1.12 * r, sides=12))
    return at(0.08, 0.03)


def _umbrellas(builder: Builder, r: float, reach: float, rng: np.random.Generator) -> None:
    """A ring for umbrellas round the pole, now and then with one in it."""
    z, ring = rng.uniform(0.5, 0.65), 0.8 * reach
    holder = builder.part("umbrella holder")
    rail = hoop(ring, 0.005, z, n_points=22)
    builder.part("ring", rail, parent=holder, finish="metal")
    for angle in (0.2, 0.2 + 2 * math.pi / 3, 0.2 + 4 * math.pi / 3):
        spoke = cylinder(
            (0, 0, z), (ring * math.cos(angle), ring * math.sin(angle), z), 0.004, sides=6
        )
        builder.part("spoke", spoke, parent=holder, finish="metal")
    if rng.random() < 0.5:
        angle = rng.uniform(0, 2 * math.pi)
        way = np.array([math.cos(angle), math.sin(angle)])
        inner = 0.5 * (ring + r)
        umbrella = builder.part("umbrella")
        foot, top = (*(way * inner * 1.1), 0.05), (*(way * inner), 0.86)
        folded = tube(np.linspace(foot, top, 5), [0.006, 0.022, 0.03, 0.026, 0.008], sides=8)
        builder.part("cloth", folded, parent=umbrella, finish="fabric")
        tip = cylinder((foot[0], foot[1], 0.0), foot, 0.003, 0.005, sides=6)
        builder.part("tip", tip, parent=umbrella, finish="metal")
        x, y, z1 = top
        crook = [(x, y, z1 - 0.01), (x, y, z1 + 0.06), (x + 0.025, y, z1 + 0.095)]
        crook += [(x + 0.05, y, z1 + 0.06), (x + 0.05, y, z1 + 0.045)]
        grip = tube(curve(crook, 12), 0.008, sides=8)
        builder.part("handle", grip, parent=umbrella, finish="wood")


def _coat(
    builder: Builder,
    place: tuple[float, float, float],
    way: np.ndarray,
    rng: np.random.Generator,
    drop: float | None = None,
    parent: int = -1,
) -> None:
    """A coat hung by its collar: folds that widen downwards, a sleeve on either side."""
    x, y, z = place
    long = rng.uniform(0.7, 1.05) if drop is None else drop
    angle = math.atan2(float(way[1]), float(way[0]))
    wide, thick = rng.uniform(0.16, 0.22), rng.uniform(0.05, 0.08)
    rows = [(1.0, 1.0), (0.95, 1.0), (0.85, 0.9), (0.75, 0.75), (0.28, 0.5), (0.2, 0.3)]
    heights = np.array([-1.0, -0.6, -0.3, -0.16, -0.03, 0.02]) * long
    outlines = []
    for k, ((a, b), h) in enumerate(zip(rows, heights.tolist(), strict=True)):
        line = oval(thick * b, wide * a, wide * a, h, 2.2, n_points=24)
        if k < 3:  # folds
            turn = np.arange(len(line)) * (2 * math.pi / len(line))
            fold = 1 + 0.09 * np.cos(7 * turn + rng.uniform(0, 6))
            line[:, :2] *= fold[:, None]
        outlines.append(line)
    body = hull(outlines)
    coat = builder.part("coat", parent=parent)
    pieces = [("body", body)]
    for s in (-1, 1):
        knots = [(0.0, s * 0.7 * wide, -0.13 * long), (0.02, s * 1.1 * wide, -0.3 * long)]
        knots.append((0.03, s * 1.12 * wide, -0.75 * long))
        sleeve = tube(curve(knots, 7), np.linspace(0.055, 0.042, 7), sides=8)
        pieces.append(("sleeve", sleeve))
    collar = hull([oval(0.04, 0.07, 0.07, h, 2.0, n_points=16) for h in (-0.05 * long, 0.03)])
    pieces.append(("collar", collar))
    for name, mesh in pieces:
        placed = moved(turned(mesh, "z", angle), x, y, z - 0.01)
        builder.part(name, placed, parent=coat, finish="fabric")


def _hat(
    builder: Builder,
    place: tuple[float, float, float],
    way: np.ndarray,
    rng: np.random.Generator,
) -> None:
    x, y, z = place
    brim, crown = rng.uniform(0.12, 0.17), 0.085
    angle = math.atan2(float(way[1]), float(way[0]))
    hat = builder.part("hat")
    disc = lathe([(brim, 0), (brim, 0.004), (crown, 0.008)], sides=22)
    top = lathe([(crown, 0.0), (crown * 1.02, 0.03), (crown * 0.92, 0.1), (0.05, 0.12)], sides=22)
    strip = lathe([(crown * 1.035, 0.006), (crown * 1.03, 0.032)], sides=22)
    tilt = rng.uniform(0.7, 1.1)
    for name, mesh in (("brim", disc), ("crown", top), ("band", strip)):
        tipped = turned(turned(mesh, "y", tilt), "z", angle)
        builder.part(name, moved(tipped, x, y, z - 0.03), parent=hat, finish="fabric")


def _bag(
    builder: Builder,
    place: tuple[float, float, float],
    way: np.ndarray,
    rng: np.random.Generator,
) -> None:
    x, y, z = place
    angle = math.atan2(float(way[1]), float(way[0]))
    half, tall, strap = rng.uniform(0.12, 0.18), rng.uniform(0.22, 0.32), rng.uniform(0.15, 0.3)
    bag = builder.part("bag")
    body = cushion((-0.05, -half, -strap - tall), (0.05, half, -strap), 4.0, 18, 8)
    knots = [(0, -0.85 * half, -strap - 0.05), (0, -0.5 * half, -0.4 * strap), (0, 0, 0.012)]
    knots += [(0, -b, c) for _, b, c in reversed(knots[:2])]
    loop = tube(curve(knots, 14), 0.007, sides=6)
    finish: Finish = "leather" if rng.random() < 0.5 else "fabric"
    for name, mesh in (("body", body), ("strap", loop)):
        builder.part(name, moved(turned(mesh, "z", angle), x, y, z), parent=bag, finish=finish)


def _rail(builder: Builder, full: bool, rng: np.random.Generator) -> str:
    """A rail for clothes between two ends, on castors or feet."""
    ends = str(rng.choice(("loops", "posts", "crossed")))
    shelf = str(rng.choice(("none", "bars", "board")))
    rolling = bool(rng.random() < 0.6)
    x, y, height = rng.uniform(0.4, 0.75), rng.uniform(0.18, 0.24), rng.uniform(1.45, 1.8)
    r, foot = rng.uniform(0.011, 0.016), 0.07 if rolling else 0.0
    finish: Finish = "wood" if ends == "crossed" and rng.random() < 0.6 else "metal"
    low = foot + (0.0 if rolling else 0.012)
    for s in (-1, 1):
        at = s * x
        side = builder.part("end")
        bars: list[Mesh] = []
        if ends == "loops":
            rim = frame((at - r, -y, foot), (at + r, y, height + r), 2 * r, axis="x")
            builder.part("loop", rim, parent=side, finish=finish)
        elif ends == "posts":
            bars.append(cylinder((at, 0, low + r), (at, 0, height + r), r, sides=12))
            bars.append(cylinder((at, -y, low + r), (at, y, low + r), r, sides=12))
        else:
            # The two cross above the rail, which lies in their fork.
            for sy in (-1, 1):
                top = (at + 0.9 * r * sy, -sy * 0.05, height + 0.1)
                bars.append(cylinder((at + 0.9 * r * sy, sy * y, foot), top, r, sides=10))
        for bar in bars:
            builder.part("post", bar, parent=side, finish=finish)
        for sy in (-1, 1):
            spot = (at, sy * (y - 0.015))
            if rolling:
                castor = builder.part("castor", parent=side)
                wheel = cylinder(
                    (spot[0] - 0.011, spot[1], 0.025), (spot[0] + 0.011, spot[1], 0.025), 0.025
                )
                builder.part("wheel", wheel, parent=castor, finish="rubber")
                fork = box(
                    (spot[0] - 0.015, spot[1] - 0.01, 0.03),
                    (spot[0] + 0.015, spot[1] + 0.01, foot + 0.012),
                    0.002,
                )
                builder.part("fork", fork, parent=castor, finish="metal")
            else:
                cap = cylinder((*spot, 0), (*spot, low + 2 * r), 1.3 * r, sides=10)
                builder.part("foot", cap, parent=side, finish="rubber")
    z = (
        height
        if ends != "crossed"
        else height + 0.1 - 0.1 * (height + 0.1 - foot) / (2 * (y + 0.05)) + 0.015
    )
    over = 2 * r if ends == "crossed" else 0.0
    bar = cylinder((-x - over, 0, z), (x + over, 0, z), r, sides=12)
    rail = builder.part("rail", bar, finish=finish)
    z_shelf = foot + 0.1
    if ends == "loops":
        z_shelf = foot + r
    elif ends == "posts":
        z_shelf = low + r
    inner = y * (0.75 if ends != "crossed" else 0.6)
    if shelf == "board":
        board = box((-x, -inner, z_shelf - 0.008), (x, inner, z_shelf + 0.008), 0.001)
        builder.part("shelf", board, finish="wood")
        builder.support((-x + 0.03, -inner), (x - 0.03, inner), z_shelf + 0.008, 0.3)
    elif shelf == "bars":
        lattice = builder.part("shelf")
        n = 2 if ends == "crossed" else 4
        for at in np.linspace(-inner, inner, n).tolist():
            wire = cylinder((-x, at, z_shelf), (x, at, z_shelf), 0.006, sides=8)
            builder.part("bar", wire, parent=lattice, finish=finish)
    elif ends == "posts":
        beam = cylinder((-x, 0, z_shelf), (x, 0, z_shelf), r, sides=10)
        builder.part("beam", beam, finish=finish)
    if full:
        for at in np.sort(rng.uniform(-x + 0.08, x - 0.08, int(rng.integers(2, 7)))).tolist():
            hanger = add_hanger(builder, rail, at, 0.0, z + r, 0.2, 0.01)
            if rng.random() < 0.7:
                place, drop = (at, 0.0, z + r - 0.053), rng.uniform(0.6, 0.95)
                _coat(builder, place, np.array([1.0, 0.0]), rng, drop, parent=hanger)
    return f"{ends}, {shelf} below, castors {rolling}, {finish}"


def _hall_stand(builder: Builder, worn: str, rng: np.random.Generator) -> str:
    """A tall panel with hooks, a hat shelf, a mirror or a bench below."""
    panel = str(rng.choice(("boards", "slats", "sheet", "padded")))
    below, mirror = str(rng.choice(("bench", "shelf", "none"))), bool(rng.random() < 0.4)
    x, height, t = rng.uniform(0.35, 0.6), rng.uniform(1.7, 1.95), 0.018
    back = builder.part("back")
    rail_z = height - rng.uniform(0.28, 0.35)
    if panel == "sheet":
        sheet = box((-x, -t, 0), (x, 0, height), 0.002)
        builder.part("panel", sheet, parent=back, finish="wood")
    else:
        n = {"boards": 6, "slats": 14, "padded": 4}[panel]
        pitch = 2 * x / n
        half = pitch * (0.35 if panel == "slats" else 0.495)
        for k in range(n):
            at = -x + (k + 0.5) * pitch
            bevel = 0.006 if panel == "padded" else 0.002
            strip = box((at - half, -t, 0), (at + half, -0.004, height), bevel)
            soft: Finish = "fabric" if panel == "padded" else "wood"
            builder.part("pad" if panel == "padded" else "board", strip, parent=back, finish=soft)
        sheet = box((-x, -0.005, 0), (x, 0, height))
        builder.part("backing", sheet, parent=back, finish="wood")
    rail = box((-x, -t - 0.016, rail_z - 0.045), (x, -t + 0.001, rail_z + 0.045), 0.003)
    builder.part("hook rail", rail, finish="wood")
    deep = rng.uniform(0.2, 0.28)
    hat_shelf = box((-x, -deep, height), (x, 0, height + 0.02), 0.002)
    builder.part("hat shelf", hat_shelf, finish="wood")
    builder.support((-x, -deep), (x, 0), height + 0.02)
    n_hooks = max(3, round(2 * x / rng.uniform(0.13, 0.2)))
    places = []
    for at in np.linspace(-x + 0.08, x - 0.08, n_hooks).tolist():
        face = -t - 0.015
        hook = builder.part("hook")
        plate = box(
            (at - 0.01, face - 0.004, rail_z - 0.035), (at + 0.01, face + 0.001, rail_z + 0.03)
        )
        builder.part("plate", plate, parent=hook, finish="metal")
        arm = [(at, face, rail_z - 0.02), (at, face - 0.035, rail_z - 0.03)]
        arm += [(at, face - 0.06, rail_z - 0.015), (at, face - 0.065, rail_z + 0.012)]
        builder.part("arm", tube(curve(arm, 9), 0.005, sides=6), parent=hook, finish="metal")
        places.append((at, face - 0.05, rail_z - 0.015))
    if mirror:
        half, low, high = 0.16, 0.75, rail_z - 0.1
        glass = builder.part("mirror")
        face = -t - 0.012
        builder.part(
            "frame",
            frame((-half, face, low), (half, -t + 0.001, high), 0.02),
            parent=glass,
            finish="wood",
        )
        pane = box(
            (-half + 0.018, face + 0.006, low + 0.018), (half - 0.018, -t + 0.001, high - 0.018)
        )
        builder.part("glass", pane, parent=glass, finish="glass")
    if below != "none":
        z = 0.45 if below == "bench" else 0.12
        reach = 0.36
        board = box((-x, -reach, z - 0.025), (x, -t + 0.001, z), 0.003)
        builder.part("bench" if below == "bench" else "shelf", board, finish="wood")
        for s in (-1, 1):
            side = box(
                (s * (x - 0.012) - 0.012, -reach, 0),
                (s * (x - 0.012) + 0.012, -t + 0.001, z - 0.024),
            )
            builder.part("side", side, finish="wood")
        builder.support((-x + 0.02, -reach + 0.02), (x - 0.02, -0.08), z, 0.35)
        if below == "bench":
            for z in (0.14, 0.28):
                shelf = box((-x + 0.02, -reach + 0.01, z - 0.014), (x - 0.02, -t + 0.001, z))
                builder.part("shoe shelf", shelf, finish="wood")
                builder.support((-x + 0.04, -reach + 0.02), (x - 0.04, -0.05), z, 0.12)
    else:
        for s in (-1, 1):
            foot = box((s * (x - 0.03) - 0.02, -0.26, 0), (s * (x - 0.03) + 0.02, 0, 0.04), 0.004)
            builder.part("foot", foot, finish="wood")
    if worn != "empty":
        ahead = np.array([0.0, -1.0])
        free = [p for p in places if not mirror or abs(p[0]) > 0.2] or places[:1]
        place = free[int(rng.integers(len(free)))]
        if worn == "coats":
            _coat(builder, (place[0], place[1] - 0.045, place[2]), ahead, rng, 0.75)
        else:
            _bag(builder, (place[0], place[1], place[2]), ahead, rng)
    return f"{panel}, {below} below, mirror {mirror}"
