"""The scan that comes with the package: `python -m pinpoint3d.synth.bundled FOLDER` makes it.

A corner of a room as a person with a hand-held scanner would bring it home: a cabinet, a table
with a screen and a mug on it, a chair, a lamp. Everything is chosen here, not drawn, so that the
clicks that go with it stay right; chance only shapes details and noise.
"""

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool
from scipy.spatial import KDTree

from pinpoint3d.synth.assets import Asset, at_level, pose
from pinpoint3d.synth.devices import HAND_HELD
from pinpoint3d.synth.fusion import Fusion
from pinpoint3d.synth.layout import Layout, Opening
from pinpoint3d.synth.rays import build_tree, cast
from pinpoint3d.synth.scanner import Pose, scan
from pinpoint3d.synth.shapes import cabinet, chair, lamp, monitor, mug, table
from pinpoint3d.synth.shapes.fronts import Look
from pinpoint3d.synth.shells import shell
from pinpoint3d.synth.textures import Material, Plain, Tiles, Wood, Woven
from pinpoint3d.synth.world import Placed, World, surface_of
from pinpoint3d.types import Masks, Scene

SEED = 20
WIDTH, DEPTH, HEIGHT = 7.0, 4.0, 2.7  # m; the scan shows the left two thirds of it
LEAST_POINTS = 30  # of a part with a click of its own; a leg seen edge-on is rest of its object
AJAR = (0.1, 0.2, 0.07, 0.025)  # of the cabinet's door (radians) and drawers (m)
BACKGROUND_CLICKS = ((-1.6, 0.4, 0.0), (-1.2, 2.0, 1.4))  # m: on the floor and on the back wall
KEPT = ("handle", "screen", "bezel", "shade")
"""Parts below the uppermost level that a person would name here; all others join theirs."""
FACES = ("front", "leaf")
"""Where a person clicks a drawer or a door: not inside."""
EYE = (0.0, -4.5, 3.0)  # m: from where the person looks at the scan while clicking

WHITE, DARK = (0.90, 0.89, 0.85), (0.30, 0.24, 0.20)
OAK = Wood((0.80, 0.64, 0.44), (0.60, 0.44, 0.28), (3.8, 0.0, 0.0), 0.03, seed=5)
WALNUT = Wood((0.45, 0.30, 0.20), (0.28, 0.18, 0.12), (3.8, 0.0, 0.0), 0.025, seed=6)
STEEL, BLACK = Plain((0.55, 0.55, 0.58), 0.3, seed=1), Plain((0.13, 0.13, 0.14), 0.1, seed=2)


def make(seed: int = SEED) -> tuple[Scene, dict[str, object]]:
    """The labelled scan, and its clicks as their file holds them."""
    rng = np.random.default_rng(seed)
    room = world(rng)
    fusion = Fusion(spacing=0.0105, growth=0.016, drift=0.0015)
    scene = scan(room, _walk(), replace(HAND_HELD, far=3.2), rng, fusion=fusion, name="room")
    labels, names, inner = _as_a_person_would(room, scene)
    hidden = inner | ~_in_sight(room, scene)
    # Tenths of a millimetre: finer digits are noise, and differ from machine to machine first.
    scene = Scene(scene.xyz.round(4), scene.rgb, name="room", labels=labels)
    return scene, _clicks(scene, names, hidden)


def world(rng: np.random.Generator) -> World:
    """The room: furniture along its back wall, a window on the left."""
    layout = Layout(WIDTH, DEPTH)
    look = Look("flat", "bridge", 0.18, 0.022, 0.007, vertical=False)
    chest = cabinet.build(1.2, 0.45, 0.95, 2, "tapered legs", look, np.random.default_rng(42))
    fronts = {"": OAK, "front": Plain(WHITE), "leaf": Plain(WHITE), "handle": STEEL}
    _stand(layout, pose(chest, AJAR), fronts, (1.75, 1.72, 0.0))
    desk = table.build(1.4, 0.75, 0.74, "square edged", "square legs", np.random.default_rng(12))
    _stand(layout, desk, {"": WALNUT}, (3.55, 1.57, 0.0))
    seat = chair.build("cushioned", "slats", "square legs", False, np.random.default_rng(8))
    cloth = Woven((0.23, 0.38, 0.52), (0.20, 0.33, 0.46), 0.03, seed=3)
    _stand(layout, seat, {"": OAK, "cushion": cloth}, (2.9, 0.6, 0.0), 0.45)
    light = lamp.build("floor", "arc", "bowl", np.random.default_rng(1))
    amber = Plain((0.85, 0.55, 0.16), seed=4)
    _stand(layout, light, {"": BLACK, "shade": amber}, (0.55, 1.35, 0.0), 0.9)
    screen = monitor.make(np.random.default_rng(3))
    display = {"": BLACK, "neck": STEEL, "foot": STEEL, "screen": Plain((0.16, 0.27, 0.42))}
    _stand(layout, screen, display, (3.75, 1.7, 0.7405), -0.15)
    cup = mug.build("straight", "ear", 0.048, 0.115, np.random.default_rng(0))
    _stand(layout, cup, {"": Plain((0.75, 0.20, 0.16), seed=8)}, (3.16, 1.36, 0.7405), -0.5)

    window = Opening(wall=3, start=-0.7, end=0.7, low=0.95, high=2.1)
    room = shell(WIDTH, DEPTH, HEIGHT, [window], rng)
    looks: dict[str, Material] = {
        "floor": Tiles((0.66, 0.53, 0.40), DARK, (1.1, 0.13), 0.004, staggered=True, seed=9),
        "wall": Plain((0.85, 0.84, 0.80), 0.02, 0.03, 10),
    }
    coats = tuple(looks.get(part.name, Plain(WHITE)) for part in room.asset.parts)
    return World((Placed(room.asset, coats, room.position),), tuple(layout.items))


def write(folder: Path) -> None:
    """Write `room.ply` and `room.clicks.json`."""
    scene, clicks = make()
    labels = scene.labels
    assert labels is not None
    assert scene.rgb is not None
    columns = np.dtype(
        [(axis, "<f4") for axis in "xyz"]
        + [(name, "u1") for name in ("red", "green", "blue", "object_id", "part_id")]
    )
    rows = np.empty(len(scene), columns)
    rows["x"], rows["y"], rows["z"] = scene.xyz.T
    rows["red"], rows["green"], rows["blue"] = scene.rgb.T
    rows["object_id"], rows["part_id"] = labels.object, labels.part
    header = ["ply", "format binary_little_endian 1.0"]
    header += [f"comment a made scan with its truth: pinpoint3d.synth.bundled, seed {SEED}"]
    header += [f"element vertex {len(rows)}"]
    header += [
        f"property {'float' if name in 'xyz' else 'uchar'} {name}" for name in columns.fields or ()
    ]
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join([*header, "end_header", ""])
    (folder / "room.ply").write_bytes(text.encode() + rows.tobytes())
    text = json.dumps(clicks, indent=1)
    (folder / "room.clicks.json").write_text(text + "\n", encoding="utf-8")


def _stand(
    layout: Layout,
    asset: Asset,
    coats: Mapping[str, Material],
    position: tuple[float, float, float],
    yaw: float = 0.0,
) -> None:
    """Set an asset down, x counted from the left wall; materials go by part name, "" for others."""
    x, y, z = position
    chosen = tuple(coats.get(part.name, coats[""]) for part in asset.parts)
    layout.add(Placed(asset, chosen, (x - WIDTH / 2, y, z), yaw))


def _walk() -> list[Pose]:
    """Where the person stands and looks, x counted from the left wall: overviews, then near."""
    looks = [
        ((2.2, -0.6, 1.5), (0.9, 1.4, 0.6)),
        ((1.6, -0.3, 1.5), (1.7, 1.6, 0.4)),
        ((3.0, -0.5, 1.5), (1.9, 1.6, 0.4)),
        ((2.1, -0.6, 1.6), (3.2, 1.1, 0.4)),
        ((3.4, -0.6, 1.6), (3.3, 1.2, 0.4)),
        ((4.3, -0.2, 1.6), (3.2, 1.0, 0.4)),
        ((3.1, -0.9, 1.5), (0.6, 1.2, 0.7)),
        ((3.4, -0.9, 1.5), (1.9, 1.9, 0.9)),
        ((2.1, -0.9, 1.5), (3.5, 1.9, 0.9)),
        ((1.6, 0.9, 1.3), (0.6, 1.4, 1.1)),
        ((1.5, 0.8, 1.1), (1.6, 1.5, 0.5)),
        ((2.1, 0.7, 1.1), (1.9, 1.5, 0.4)),
        ((2.2, -0.1, 1.3), (2.9, 0.6, 0.4)),
        ((2.85, 1.0, 1.15), (3.4, 1.5, 0.75)),
        ((3.3, 0.8, 1.15), (3.5, 1.6, 0.8)),
        ((4.0, 0.9, 1.2), (3.4, 1.5, 0.7)),
        ((3.7, -0.1, 1.2), (2.9, 0.6, 0.3)),
        ((3.1, -0.3, 0.9), (3.4, 1.3, 0.3)),
        ((1.5, 0.2, 0.8), (0.6, 1.4, 0.3)),
        ((2.95, 0.95, 1.15), (3.16, 1.36, 0.78)),
    ]
    return [_looking(eye, target) for eye, target in looks]


def _looking(eye: tuple[float, float, float], target: tuple[float, float, float]) -> Pose:
    x, y, z = (b - a for a, b in zip(eye, target, strict=True))
    return Pose((eye[0] - WIDTH / 2, *eye[1:]), math.atan2(-x, y), math.atan2(z, math.hypot(x, y)))


def _clicks(
    scene: Scene, names: Mapping[str, str], hidden: Bool[np.ndarray, " points"]
) -> dict[str, object]:
    """The clicks that a careful person makes: one in the middle of every part, two on the room.

    The middle of a part is the point farthest from any outside it, of those in sight if it has any.
    """
    labels = scene.labels
    assert labels is not None
    made = []
    for label in names:
        if "." in label:
            object_id, part_id = (int(v) for v in label.split("."))
            inside = (labels.object == object_id) & (labels.part == part_id)
            row = _deepest(scene, inside, hidden)
            made.append({"point": row, "object": object_id, "part": part_id})
    for place in BACKGROUND_CLICKS:
        away = np.linalg.norm(scene.xyz - np.array(place, np.float32), axis=1)
        away[labels.object > 0] = np.inf
        made.append({"point": int(away.argmin()), "object": 0, "part": 0})
    return {
        "schema": "pinpoint3d.clicks",
        "version": [1, 0],
        "clicks": made,
        "names": dict(names),
    }


def _as_a_person_would(
    room: World, scene: Scene
) -> tuple[Masks, dict[str, str], Bool[np.ndarray, " points"]]:
    """Labels as coarse as a person names things, their names, and which points lie inside things.

    Parts are numbered from 1 in every object.
    """
    truth = scene.labels
    assert truth is not None
    parts = np.zeros(len(scene), np.int32)
    inner = np.zeros(len(scene), bool)
    names: dict[str, str] = {}
    for object_id, item in enumerate(room.items, start=1):
        asset = item.asset
        names[str(object_id)] = asset.kind
        group = at_level(asset.parts, 0)
        for k, part in enumerate(asset.parts):
            group[k] = k if part.name in KEPT else group[k]
        rows = np.flatnonzero(truth.object == object_id)
        group_of_row = np.concatenate([[-1], group])[truth.part[rows]]
        is_face = np.array([part.name in FACES for part in asset.parts])
        inside = np.isin(group, group[is_face]) & ~is_face
        inner[rows] = np.concatenate([[False], inside])[truth.part[rows]]
        next_id = 1
        for k in np.unique(group):
            mine = rows[group_of_row == k]
            if len(mine) < LEAST_POINTS:
                continue
            parts[mine] = next_id
            names[f"{object_id}.{next_id}"] = asset.parts[k].name
            next_id += 1
    return Masks.of(truth.object, parts), names, inner


def _in_sight(room: World, scene: Scene) -> Bool[np.ndarray, " points"]:
    """Which points nothing hides from the eye of the person; the viewer has no near walls."""
    surface = surface_of(World((), room.items))
    way = np.array(EYE, np.float32) - scene.xyz
    # A few centimetres towards the eye, out of the noise about the point's own surface.
    start = scene.xyz + way * (0.03 / np.linalg.norm(way, axis=1, keepdims=True))
    distance, _ = cast(build_tree(surface.vertices, surface.faces), start.astype(np.float32), way)
    return distance > 1


def _deepest(
    scene: Scene, inside: Bool[np.ndarray, " points"], hidden: Bool[np.ndarray, " points"]
) -> int:
    """Row of the point in sight and inside that lies farthest from all points outside."""
    seen = inside & ~hidden
    rows = np.flatnonzero(seen if seen.any() else inside)
    _, near = KDTree(scene.xyz).query(scene.xyz[rows], k=7)
    among_its_own = inside[near].sum(axis=1)
    rows = rows[among_its_own == among_its_own.max()]  # nobody clicks a stray point
    distance, _ = KDTree(scene.xyz[~inside]).query(scene.xyz[rows])
    return int(rows[distance.argmax()])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
