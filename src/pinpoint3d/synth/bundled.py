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
from scipy.spatial import KDTree

from pinpoint3d.synth.assets import Asset, at_level, pose
from pinpoint3d.synth.devices import HAND_HELD
from pinpoint3d.synth.fusion import Fusion
from pinpoint3d.synth.rooms import Layout, Opening, shell
from pinpoint3d.synth.scanner import Pose, scan
from pinpoint3d.synth.shapes import cabinet, chair, lamp, monitor, mug, table
from pinpoint3d.synth.textures import Material, Plain, Tiles, Wood, Woven
from pinpoint3d.synth.world import Placed, World
from pinpoint3d.types import Masks, Scene

SEED = 20
WIDTH, DEPTH, HEIGHT = 7.0, 4.0, 2.7  # m; the scan shows the left two thirds of it
LEAST_POINTS = 30  # of a part with a click of its own; a leg seen edge-on is rest of its object
OPEN_DRAWER = 1
BACKGROUND_CLICKS = ((-1.6, 0.4, 0.0), (-1.2, 2.0, 1.4))  # m: on the floor and on the back wall
KEPT = ("handle", "screen", "bezel", "shade")
"""Parts below the uppermost level that a person would name here; all others join theirs."""

WHITE, DARK = (0.90, 0.89, 0.85), (0.30, 0.24, 0.20)
OAK = Wood((0.80, 0.64, 0.44), (0.60, 0.44, 0.28), (3.8, 0.0, 0.0), 0.03, seed=5)
WALNUT = Wood((0.45, 0.30, 0.20), (0.28, 0.18, 0.12), (3.8, 0.0, 0.0), 0.025, seed=6)
STEEL, BLACK = Plain((0.55, 0.55, 0.58), 0.3, seed=1), Plain((0.13, 0.13, 0.14), 0.1, seed=2)


def make(seed: int = SEED) -> tuple[Scene, dict[str, str]]:
    """The labelled scan, and the names of its objects ("2") and parts ("2.1")."""
    rng = np.random.default_rng(seed)
    room = world(rng)
    fusion = Fusion(spacing=0.0105, growth=0.0155, drift=0.0015)
    scene = scan(room, _walk(), replace(HAND_HELD, far=3.2), rng, fusion=fusion, name="room")
    labels, names = _as_a_person_would(room, scene)
    # Tenths of a millimetre: finer digits are noise, and differ from machine to machine first.
    return Scene(scene.xyz.round(4), scene.rgb, name="room", labels=labels), names


def world(rng: np.random.Generator) -> World:
    """The room: furniture along its back wall, a window on the left."""
    layout = Layout(WIDTH, DEPTH)
    look = cabinet.Look("flat", "bridge", 0.18, 0.022, 0.007, vertical=False)
    chest = cabinet.build(1.2, 0.45, 0.95, 2, "tapered legs", look, np.random.default_rng(42))
    opened = [0.2 if k == OPEN_DRAWER else 0.0 for k in range(len(chest.joints))]
    fronts = {"": OAK, "front": Plain(WHITE), "leaf": Plain(WHITE), "handle": STEEL}
    _stand(layout, pose(chest, opened), fronts, (1.75, 1.72, 0.0))
    desk = table.build(1.4, 0.75, 0.74, "square edged", "square legs", np.random.default_rng(12))
    _stand(layout, desk, {"": WALNUT}, (3.55, 1.57, 0.0))
    seat = chair.build("cushioned", "slats", "square legs", False, np.random.default_rng(8))
    cloth = Woven((0.23, 0.38, 0.52), (0.20, 0.33, 0.46), 0.03, seed=3)
    _stand(layout, seat, {"": OAK, "cushion": cloth}, (2.9, 0.6, 0.0), 0.45)
    light = lamp.build("floor", "arc", "bowl", np.random.default_rng(1))
    amber = Plain((0.85, 0.55, 0.16), seed=4)
    _stand(layout, light, {"": BLACK, "shade": amber}, (0.55, 1.35, 0.0), 0.9)
    screen = monitor.monitor(np.random.default_rng(3))
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


def clicks(scene: Scene, names: Mapping[str, str]) -> dict[str, object]:
    """The clicks that a careful person makes: one in the middle of every part, two on the room.

    The middle of a part is its point farthest from any point outside it.
    """
    labels = scene.labels
    assert labels is not None
    made = []
    for label in names:
        if "." in label:
            object_id, part_id = (int(v) for v in label.split("."))
            inside = (labels.object == object_id) & (labels.part == part_id)
            made.append({"point": _deepest(scene, inside), "object": object_id, "part": part_id})
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


def write(folder: Path) -> None:
    """Write `room.ply` and `room.clicks.json`."""
    scene, names = make()
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
    text = json.dumps(clicks(scene, names), indent=1)
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


def _as_a_person_would(room: World, scene: Scene) -> tuple[Masks, dict[str, str]]:
    """Labels as coarse as a person names things, parts numbered from 1, and their names."""
    truth = scene.labels
    assert truth is not None
    parts = np.zeros(len(scene), np.int32)
    names: dict[str, str] = {}
    for object_id, item in enumerate(room.items, start=1):
        asset = item.asset
        names[str(object_id)] = asset.kind
        group = at_level(asset.parts, 0)
        for k, part in enumerate(asset.parts):
            group[k] = k if part.name in KEPT else group[k]
        rows = np.flatnonzero(truth.object == object_id)
        group_of_row = np.concatenate([[-1], group])[truth.part[rows]]
        next_id = 1
        for k in np.unique(group):
            mine = rows[group_of_row == k]
            if len(mine) < LEAST_POINTS:
                continue
            parts[mine] = next_id
            names[f"{object_id}.{next_id}"] = asset.parts[k].name
            next_id += 1
    return Masks.of(truth.object, parts), names


def _deepest(scene: Scene, inside: np.ndarray) -> int:
    """Row of the point inside that lies farthest from all points outside."""
    rows = np.flatnonzero(inside)
    _, near = KDTree(scene.xyz).query(scene.xyz[rows], k=7)
    among_its_own = inside[near].sum(axis=1)
    rows = rows[among_its_own == among_its_own.max()]  # nobody clicks a stray point
    distance, _ = KDTree(scene.xyz[~inside]).query(scene.xyz[rows])
    return int(rows[distance.argmax()])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
