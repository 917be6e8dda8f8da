"""Filing cabinets: upright and lateral steel cases, mobile pedestals, cupboards with tambours.

Part tree: case, plinth, castors or feet; each drawer with front, tray, handle, label holder, lock
and hanging folders; a top, a cushion on a mobile one.
"""

from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish, pose_at_random
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.carcass import add_stand
from pinpoint3d.synth.shapes.controls import PROUD
from pinpoint3d.synth.shapes.fronts import THICK, Look, add_drawer
from pinpoint3d.synth.shapes.housings import hollow
from pinpoint3d.synth.shapes.primitives import box, cylinder, frame
from pinpoint3d.synth.shapes.upholstery import pad

FORMS = ("upright", "lateral", "mobile", "map chest")
GRIPS = ("cup", "bar", "bridge", "arch", "recess", "edge")
STANDS = ("plinth", "flush", "legs", "castors")
TOPS = ("none", "board", "cushion")


def make(rng: np.random.Generator) -> Asset:
    """A filing cabinet, 0.38 to 1.2 m wide and 0.5 to 1.5 m high."""
    form, grip = str(rng.choice(FORMS, p=(0.4, 0.2, 0.3, 0.1))), str(rng.choice(GRIPS))
    front = "inset" if rng.random() < 0.35 else "flat"
    labels = bool(rng.random() < 0.6)
    finish: Finish = "wood" if rng.random() < 0.2 else "metal"
    width, depth, n_drawers, height = {
        "upright": (rng.uniform(0.4, 0.48), rng.uniform(0.5, 0.65), int(rng.integers(2, 6)), 0.33),
        "lateral": (rng.uniform(0.75, 1.1), rng.uniform(0.42, 0.5), int(rng.integers(2, 5)), 0.34),
        "mobile": (rng.uniform(0.38, 0.45), rng.uniform(0.48, 0.6), int(rng.integers(2, 5)), 0.0),
        "map chest": (rng.uniform(0.9, 1.2), rng.uniform(0.6, 0.8), int(rng.integers(5, 8)), 0.1),
    }[form]
    stand = "castors" if form == "mobile" else str(rng.choice(STANDS[:3]))
    foot = {"flush": 0.0, "castors": 0.06}.get(stand, rng.uniform(0.04, 0.1))
    rise = n_drawers * height * rng.uniform(0.9, 1.05) if height else rng.uniform(0.45, 0.56)
    handle_length = rng.uniform(0.08, 0.14) if width < 0.6 else rng.uniform(0.1, 0.2)
    # The recess is built here; a drawer's own handles are then left away.
    held = "none" if grip == "recess" else grip
    look = Look(front, held, handle_length, rng.uniform(0.012, 0.022), 0.0025, vertical=False)
    builder = Builder("filing_cabinet")
    top, x = foot + rise, width / 2
    case = hollow((-x, -depth, foot), (x, 0, top), look.board, 0.002)
    builder.part("case", case, finish=finish)
    add_stand(builder, stand, width, depth, foot, finish=finish)
    high = _top(builder, form, str(rng.choice(TOPS)), width, depth, top, rng)
    builder.support((-x, -depth), (x, 0), high)
    low, upper = foot + look.board / 2, top - look.board / 2
    shares = np.linspace(0, 1, n_drawers + 1)
    if form == "mobile" and n_drawers == 3 and rng.random() < 0.6:
        shares = np.array([0, 0.22, 0.44, 1])  # pens, paper, and files below
    locked = rng.random() < 0.7
    for k, (above, below) in enumerate(pairwise((upper - (upper - low) * shares).tolist())):
        cell = (-x + look.gap, below + look.gap / 2, x - look.gap, above - look.gap / 2)
        drawer = add_drawer(builder, cell, depth, look, rng, finish=finish)
        _dress(builder, drawer, cell, depth, look, grip, labels, rng)
        if locked and k == 0:
            _lock(builder, drawer, cell, _face(depth, look), rng)
    style = f"{form}, {front} fronts, {grip}, {n_drawers} drawers, {stand}, labels {labels}"
    return pose_at_random(builder.asset(style), rng, share_open=float(rng.choice((0.0, 0.2, 0.4))))


def _top(
    builder: Builder,
    form: str,
    top: str,
    width: float,
    depth: float,
    z: float,
    rng: np.random.Generator,
) -> float:
    """Height of the upper face, after a board or cushion was laid on it."""
    x = width / 2
    if top == "board":
        low, high = (-x - 0.004, -depth - THICK, z), (x + 0.004, 0.0, z + 0.02)
        builder.part("top", box(low, high, 0.002), finish="wood")
        return z + 0.02
    if top == "cushion" and form == "mobile":
        thick = rng.uniform(0.03, 0.05)
        low, high = (-x + 0.003, -depth + 0.003, z - 0.004), (x - 0.003, -0.003, z + thick)
        builder.part("cushion", pad(low, high, 0.018, 0.03, 0.008), finish="fabric")
        return z + thick
    return z


def _face(depth: float, look: Look) -> float:
    return -depth - THICK if look.front == "flat" else -depth + 0.0005


def _dress(
    builder: Builder,
    drawer: int,
    cell: tuple[float, float, float, float],
    depth: float,
    look: Look,
    grip: str,
    labels: bool,
    rng: np.random.Generator,
) -> None:
    """Recess, label holder and folders of one drawer."""
    left, low, right, high = cell
    face, middle, tall = _face(depth, look), (left + right) / 2, high - low
    if grip == "recess":
        half = min(0.08, 0.3 * (right - left))
        z = high - min(0.05, 0.4 * tall)
        low_corner = (middle - half, face - 0.0012, z - 0.014)
        rim = frame(low_corner, (middle + half, face + 0.002, z + 0.014), 0.004)
        bowl = box(
            (middle - half + 0.003, face - PROUD / 2, z - 0.011),
            (middle + half - 0.003, face + 0.002, z + 0.011),
        )
        recess = builder.part("recess", rim, parent=drawer, finish="metal")
        builder.part("bowl", bowl, parent=recess, finish="plastic")
    if labels and tall > 0.07:
        z = low + tall * (0.82 if tall > 0.2 and grip != "recess" else 0.3)
        if tall < 0.2:
            z = low + 0.25 * tall
        a, b = middle - 0.035, middle + 0.035
        rim = frame((a, face - 0.0025, z - 0.014), (b, face + 0.001, z + 0.014), 0.003)
        holder = builder.part("label holder", rim, parent=drawer, finish="metal")
        card = box((a + 0.002, face - 0.001, z - 0.012), (b - 0.002, face + 0.001, z + 0.012))
        builder.part("card", card, parent=holder, finish="paper")
    if tall > 0.24 and rng.random() < 0.6:
        floor, rim_z = low + 0.02, low + 0.75 * tall
        back = -0.05
        front = face + 0.05
        sheets = [
            box(
                (left + 0.031, y - 0.002, floor - 0.002),
                (right - 0.031, y + rng.uniform(0.002, 0.012), rim_z + rng.uniform(-0.02, 0.01)),
            )
            for y in np.sort(rng.uniform(front, back, int(rng.integers(2, 7)))).tolist()
        ]
        builder.part("folders", *sheets, parent=drawer, finish="paper")


def _lock(
    builder: Builder,
    drawer: int,
    cell: tuple[float, float, float, float],
    face: float,
    rng: np.random.Generator,
) -> None:
    """A lock in the upper right corner of a drawer's front, now and then with its key."""
    at, z = cell[2] - rng.uniform(0.035, 0.06), cell[3] - 0.028
    lock = builder.part("lock", parent=drawer)
    barrel = cylinder((at, face - 0.003, z), (at, face + 0.002, z), 0.009, sides=14)
    builder.part("barrel", barrel, parent=lock, finish="metal")
    slot = box((at - 0.001, face - 0.0036, z - 0.005), (at + 0.001, face - 0.002, z + 0.005))
    builder.part("keyhole", slot, parent=lock, finish="plastic")
    if rng.random() < 0.3:
        key = cylinder((at, face - 0.02, z), (at, face - 0.002, z), 0.002, sides=6)
        bow = cylinder((at - 0.001, face - 0.026, z), (at + 0.001, face - 0.026, z), 0.009)
        builder.part("key", key, bow, parent=lock, finish="metal")
