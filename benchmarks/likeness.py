"""How scan-like made scans are: the same statistics of real and made ones, and a classifier.

    python benchmarks/likeness.py ../shared/data [--frames 23] [--seed 1] [--picture FILE]

Takes the folder that holds `scans_osd`, `scans_pcl` and `unpack.py`. Made frames of tables stand
beside Kinect scans, made rooms seen by a tripod laser from one place beside a laser scan of a room.
A classifier of local patches then says how well the two can be told apart from 64 points: trained
on half of the scans, tested on the other half, as many of both at every range on tables and on
things. Frames are drawn from training kinds and styles only.
"""

import argparse
import json
import lzma
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float64, Int64, UInt8
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image, ImageDraw, ImageFont
from scipy.spatial import ConvexHull, KDTree

import pinpoint3d as p3
from pinpoint3d.synth import rooms
from pinpoint3d.synth.catalogue import Catalogue
from pinpoint3d.synth.devices import STRUCTURED_LIGHT, TRIPOD_LASER
from pinpoint3d.synth.fusion import Fusion
from pinpoint3d.synth.samples import tabletop
from pinpoint3d.synth.scanner import scan
from pinpoint3d.synth.walks import walk
from pinpoint3d.types import Scene

FIRST_OBJECT_LABEL = 20  # 1 to 9 are the table, 10 k to 10 k + 9 the pieces of object k - 1
ROWS, COLUMNS, FOCAL = 480, 640, 525.0  # of every Kinect image here
TABLE_BANDS = ((0.6, 0.7), (0.8, 0.9), (1.0, 1.1), (1.2, 1.4))  # m of depth
ROOM_BANDS = ((1.5, 2.0), (2.0, 3.0), (3.0, 4.0), (4.0, 6.0))  # m from the sensor
N_PLACES = 150  # of a scan and a band, where planes are fitted
JUMP = 0.03  # m of depth between neighbours in a row: an edge
N_PATCHES = 1200  # of a scan, for the classifier
PATCH = 64  # points
FEATURES = {
    "geometry": (
        "gap", "reach", "flatness", "stretch", "rough", "rough / bend", "levels", "level step",
        "neighbours alike", "outlier", "off centre", "facing", "upright", "normals",
    ),
    "colour": (
        "noise R", "noise G", "noise B", "slope R", "slope G", "slope B", "R with G", "G with B",
        "neighbours R", "neighbours G", "neighbours B", "tails", "span",
    ),
    "level": ("red", "green", "blue"),
}  # fmt: skip
"""What a patch is told apart by; the level of its colours says what is on the table, not how it
was scanned, and so counts by itself."""


@dataclass(frozen=True)
class View:
    """One scan from one place: its points and, of an image, their pixels.

    `depth` is along z for cameras and from the sensor for lasers; `thing` is 0 on the table and in
    scans without labels, whose `labelled` is False.
    """

    name: str
    xyz: Float64[np.ndarray, "points 3"]
    depth: Float64[np.ndarray, " points"]
    rgb: Float64[np.ndarray, "points 3"]
    thing: Int64[np.ndarray, " points"]
    pixel: Int64[np.ndarray, " points"] | None
    labelled: bool


# ---------------------------------------------------------------- scans


def real_tables(folder: Path) -> list[View]:
    """The labelled Kinect scans."""
    views = []
    for path in sorted(folder.glob("*.pcd")):
        scene = p3.load(path)
        label = scene.fields["label"].astype(np.int64)
        thing = np.where(label < FIRST_OBJECT_LABEL, 0, label // 10 - 1)
        views.append(_camera_view(path.stem, scene, thing, labelled=True))
    return views


def other_frames(folder: Path, scratch: Path) -> list[View]:
    """Two Kinect frames without labels."""
    carton = scratch / "milk.pcd"
    packed = (folder / "milk_cartoon_all_small_clorox.pcd.xz").read_bytes()
    carton.write_bytes(lzma.decompress(packed))
    return [
        _camera_view(path.stem, p3.load(path), None, labelled=False)
        for path in (carton, folder / "region_growing_rgb_tutorial.pcd")
    ]


def made_tables(n: int, seed: int) -> list[View]:
    """Frames of tables as training sees them, of the structured-light camera at its full size."""
    camera = replace(STRUCTURED_LIGHT, width=COLUMNS, height=ROWS)
    views = []
    for k in range(n):
        rng = np.random.default_rng((seed, k))
        made = tabletop(rng, Catalogue("train"), organised=True, device=camera)
        labels = made.scene.labels
        assert labels is not None
        views.append(_camera_view(f"made {k}", made.scene, labels.object, labelled=True))
    return views


def _camera_view(name: str, scene: Scene, thing: np.ndarray | None, *, labelled: bool) -> View:
    keep = np.flatnonzero(scene.valid)
    xyz = scene.xyz[keep].astype(np.float64) + scene.origin
    assert scene.rgb is not None
    return View(
        name=name,
        xyz=xyz,
        depth=np.abs(xyz[:, 2]),
        rgb=scene.rgb[keep].astype(np.float64),
        thing=np.zeros(len(keep), np.int64) if thing is None else thing[keep].astype(np.int64),
        pixel=keep if len(scene) == ROWS * COLUMNS else None,
        labelled=labelled,
    )


def real_room(folder: Path) -> list[View]:
    """A room by a turning laser that stood near the origin; every point is there twice."""
    scene = p3.load(folder / "room_scan1.pcd")
    xyz = np.unique(scene.xyz[scene.valid], axis=0).astype(np.float64) + scene.origin
    return [_laser_view("room_scan1", xyz, np.zeros(3))]


def made_rooms(n: int) -> list[View]:
    """Rooms seen by the tripod laser from one place, every return kept."""
    views = []
    for k in range(n):
        rng = np.random.default_rng((2027, k))
        world = rooms.make(rng, Catalogue("train"))
        pose = walk(world, 1, rng)[0]
        fusion = Fusion(spacing=0.002, growth=0.0, averaged=False, drift=0.0)
        scene = scan(world, [pose], TRIPOD_LASER, rng, fusion=fusion)
        views.append(
            _laser_view(f"made {k}", scene.xyz.astype(np.float64), np.array(pose.position))
        )
    return views


def _laser_view(name: str, xyz: np.ndarray, eye: np.ndarray) -> View:
    away = np.linalg.norm(xyz - eye, axis=1)
    return View(name, xyz, away, np.zeros_like(xyz), np.zeros(len(xyz), np.int64), None, False)


# ---------------------------------------------------------------- statistics


def geometry_of(
    view: View, bands: Iterable[tuple[float, float]], radii: Sequence[float]
) -> dict[str, np.ndarray]:
    """Spacing, and on the table (or anywhere, without labels) roughness and unrest of normals."""
    tree, rng = KDTree(view.xyz), np.random.default_rng(0)
    found: dict[str, np.ndarray] = {}
    for near, far in bands:
        inside = np.flatnonzero((view.depth >= near) & (view.depth < far) & (view.thing == 0))
        if len(inside) < N_PLACES:
            continue
        places = rng.choice(inside, N_PLACES, replace=False)
        band = f"{near:g}-{far:g} m"
        found[f"nearest point, {band}, mm"] = 1e3 * tree.query(view.xyz[places], k=2)[0][:, 1]
        for radius in radii:
            rough, turn = [], []
            for place in places:
                around = np.array(tree.query_ball_point(view.xyz[place], radius))
                around = around[view.thing[around] == 0]
                if len(around) < 8:
                    continue
                normal, residual = _plane(view.xyz[around])
                rough.append(1e3 * residual)
                if radius == radii[-1]:
                    close = np.asarray(tree.query(view.xyz[place], k=32)[1])
                    own, _ = _plane(view.xyz[close][view.thing[close] == 0])
                    turn.append(np.degrees(np.arccos(min(abs(float(own @ normal)), 1.0))))
            found[f"roughness within {100 * radius:g} cm, {band}, mm"] = np.array(rough)
            if turn:
                found[f"normal of 32 points off, {band}, degrees"] = np.array(turn)
    return found


def _plane(xyz: np.ndarray) -> tuple[np.ndarray, float]:
    """Normal of the plane through points, and the standard deviation of their distance to it."""
    values, vectors = np.linalg.eigh(np.cov(xyz.T)) if len(xyz) > 3 else (np.zeros(3), np.eye(3))
    return vectors[:, 0], float(np.sqrt(max(values[0], 0.0)))


def image_of(view: View) -> dict[str, np.ndarray]:
    """Holes, edges and colours of an image."""
    if view.pixel is None:
        return {}
    depth, thing = np.full(ROWS * COLUMNS, np.nan), np.full(ROWS * COLUMNS, -1)
    rgb = np.full((ROWS * COLUMNS, 3), np.nan)
    depth[view.pixel], thing[view.pixel], rgb[view.pixel] = view.depth, view.thing, view.rgb
    depth, thing = depth.reshape(ROWS, COLUMNS), thing.reshape(ROWS, COLUMNS)
    rgb = rgb.reshape(ROWS, COLUMNS, 3)
    valid = np.isfinite(depth)
    found = _edges(depth, valid)
    found["missing inside the hull, %"] = np.array([100 * (1 - valid[_hull(valid)].mean())])
    alone = ~valid & (sliding_window_view(np.pad(valid, 1), (3, 3)).sum(axis=(2, 3)) >= 6)
    found["of missing: lone pixels, %"] = np.array([100 * alone.sum() / max(_in_hull(valid), 1)])
    patches = sliding_window_view(rgb, (5, 5), axis=(0, 1))[::5, ::5].reshape(-1, 3, 25)
    owner = sliding_window_view(thing, (5, 5))[::5, ::5].reshape(-1, 25)
    flat = (owner == 0).all(axis=1)
    residual = _without_trend(patches[flat])
    for k, name in enumerate("RGB"):
        found[f"colour noise {name}"] = residual[:, k].std(axis=1)
    beside = residual.reshape(-1, 3, 5, 5)
    with np.errstate(invalid="ignore"):
        along = (beside[..., 1:] * beside[..., :-1]).mean(axis=(1, 2, 3))
        found["neighbours' noise alike"] = along / (beside**2).mean(axis=(1, 2, 3))
    if view.labelled:
        other = (thing[:, 8:] >= 0) & (thing[:, :-8] >= 0) & (thing[:, 8:] != thing[:, :-8])
        step = np.linalg.norm(rgb[:, 8:] - rgb[:, :-8], axis=2)
        found["contrast between things"] = step[other][::10]
        found["contrast within things"] = step[(thing[:, 8:] == thing[:, :-8]) & valid[:, 8:]][::97]
    bright = view.rgb[::97]
    found["brightness"] = bright.mean(axis=1)
    found["saturation"] = bright.max(axis=1) - bright.min(axis=1)
    return {name: values[np.isfinite(values)] for name, values in found.items()}


def _edges(depth: np.ndarray, valid: np.ndarray) -> dict[str, np.ndarray]:
    """Widths of holes at depth jumps along rows, and how many jumps have a point between."""
    widths: dict[str, list[int]] = {"far to near": [], "near to far": []}
    between, n_triples = 0, 0
    for row, known in zip(depth, valid, strict=True):
        columns = np.flatnonzero(known)
        if len(columns) < 3:
            continue
        z = row[columns]
        step, gap = np.diff(z), np.diff(columns) - 1
        jump = (np.abs(step) > JUMP) & (gap < 60)
        widths["near to far"] += gap[jump & (step > 0)].tolist()
        widths["far to near"] += gap[jump & (step < 0)].tolist()
        close = (gap[1:] == 0) & (gap[:-1] == 0) & (np.abs(z[2:] - z[:-2]) > JUMP)
        ends = np.minimum(np.abs(z[1:-1] - z[2:]), np.abs(z[1:-1] - z[:-2]))
        between += int((close & (ends > 0.008)).sum())
        n_triples += int(close.sum())
    found = {}
    for name, values in widths.items():
        gaps = np.array(values, float)
        if len(gaps):
            found[f"jumps {name} without a hole, %"] = np.array([100 * (gaps == 0).mean()])
        found[f"holes at jumps {name}, pixels"] = gaps[gaps > 0]
    found["mixed pixels at jumps, %"] = np.array([100 * between / max(n_triples, 1)])
    return found


def _hull(valid: Bool[np.ndarray, "rows columns"]) -> Bool[np.ndarray, "rows columns"]:
    """Pixels within the convex hull of those with a point."""
    pixels = np.argwhere(valid)[:, ::-1]
    corners = pixels[ConvexHull(pixels).vertices]
    sheet = Image.new("1", valid.shape[::-1])
    ImageDraw.Draw(sheet).polygon([tuple(corner) for corner in corners.tolist()], fill=1)
    return np.asarray(sheet)


def _in_hull(valid: Bool[np.ndarray, "rows columns"]) -> int:
    return int((~valid & _hull(valid)).sum())


def _without_trend(patches: Float64[np.ndarray, "n 3 25"]) -> Float64[np.ndarray, "n 3 25"]:
    """Colours of 5 x 5 patches less a plane fitted to each."""
    v, u = np.divmod(np.arange(25), 5)
    plane = np.stack([np.ones(25), u - 2.0, v - 2.0], 1)
    return patches - patches @ (plane @ np.linalg.pinv(plane)).T


def pooled(views: Iterable[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Values of all scans by name."""
    lists: dict[str, list[np.ndarray]] = {}
    for found in views:
        for name, values in found.items():
            lists.setdefault(name, []).append(values)
    return {name: np.concatenate(values) for name, values in lists.items()}


# ---------------------------------------------------------------- classifier


def patches_of(view: View, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Features of some patches, one row each, and the stratum of each: its range, and on what."""
    tree = KDTree(view.xyz)
    on_thing = view.thing > 0
    weight = np.where(on_thing, 0.5 / max(on_thing.mean(), 1e-6), 0.5 / max(1 - on_thing.mean(), 1))
    places = rng.choice(len(view.xyz), N_PATCHES, replace=False, p=weight / weight.sum())
    distance, near = (np.asarray(found) for found in tree.query(view.xyz[places], k=PATCH))
    up = _plane(view.xyz[view.thing == 0][::50])[0]
    scale = view.depth[places] / FOCAL
    step = 0.0029 * view.depth[places] ** 2
    rows = np.empty((len(places), sum(len(names) for names in FEATURES.values())))
    for k, place in enumerate(places):
        row = _shape_features(view, near[k], place, up, scale[k], step[k])
        gap = round(float(np.median(distance[k, 1:5]) / scale[k]), 2)  # finer is the file's digits
        row = [gap, distance[k, -1] / scale[k], *row, *_colour_features(view, near[k], scale[k])]
        rows[k] = row
    stratum = np.floor(view.depth[places] * 10).astype(int) * 2 + on_thing[places]
    return np.nan_to_num(rows, posinf=0.0, neginf=0.0), stratum


def _shape_features(
    view: View, near: np.ndarray, place: int, up: np.ndarray, scale: float, step: float
) -> list[np.floating | float]:
    xyz = view.xyz[near] - view.xyz[near].mean(axis=0)
    values, axes = np.linalg.eigh(xyz.T @ xyz / len(xyz))
    u, v, w = (xyz @ axes[:, [2, 1, 0]]).T
    rough = w.std() + 1e-9
    bent = np.stack([np.ones_like(u), u, v, u * u, u * v, v * v], 1)
    left = w - bent @ np.linalg.lstsq(bent, w, rcond=None)[0]
    z = np.unique(view.depth[near])
    eye = view.xyz[place] / np.linalg.norm(view.xyz[place])
    order = np.argsort(u)
    smooth = np.abs(np.diff(left[order])).mean() / (left.std() + 1e-9)
    halves = [_plane(xyz[side])[0] for side in (u < 0, u >= 0)]
    centre = view.xyz[place] - view.xyz[near].mean(axis=0)
    return [
        np.log(rough / np.sqrt(values[2] + 1e-12)),
        np.sqrt(values[1] / values[2]),
        rough / scale,
        np.log(rough / (left.std() + 1e-9)),
        len(z),
        (np.median(np.diff(z)) if len(z) > 1 else 0.0) / step,
        smooth,
        np.abs(left).max() / (left.std() + 1e-9),
        np.linalg.norm(centre) / scale,
        abs(float(axes[:, 0] @ eye)),
        abs(float(axes[:, 0] @ up)),
        abs(float(halves[0] @ halves[1])),
    ]


def _colour_features(view: View, near: np.ndarray, scale: float) -> list[float]:
    xyz = (view.xyz[near] - view.xyz[near].mean(axis=0)) / scale
    rgb = view.rgb[near]
    plane = np.concatenate([np.ones((len(near), 1)), xyz], axis=1)
    trend = np.linalg.lstsq(plane, rgb, rcond=None)[0]
    left = rgb - plane @ trend
    noise = left.std(axis=0) + 1e-3
    mates = np.argsort(((xyz[:16, None] - xyz[None, :16]) ** 2).sum(axis=2), axis=1)[:, 1]
    alike = np.abs(left[:16] - left[:16][mates]).mean(axis=0) / noise
    together = (left[:, [0, 1]] * left[:, [1, 2]]).mean(axis=0) / (noise[[0, 1]] * noise[[1, 2]])
    span = np.log1p(np.ptp(rgb, axis=0).max())
    slopes = np.log1p(np.linalg.norm(trend[1:], axis=0))
    tails = np.log1p((left[:, 1] ** 4).mean() / noise[1] ** 4)
    return [*np.log(noise), *slopes, *together, *alike, tails, span, *rgb.mean(axis=0)]


def told_apart(real: Sequence[View], made: Sequence[View]) -> dict[str, float]:
    """Share of test patches rightly called real or made, by group of features."""
    rng = np.random.default_rng(1)
    halves = [
        [
            [
                np.concatenate(both)
                for both in zip(*(patches_of(view, rng) for view in views[half::2]), strict=True)
            ]
            for views in (real, made)
        ]
        for half in (0, 1)
    ]
    names = [name for group in FEATURES.values() for name in group]
    column = {
        group: np.array([names.index(name) for name in own]) for group, own in FEATURES.items()
    }
    both = np.concatenate([column["geometry"], column["colour"]])
    groups: dict[str, np.ndarray] = {
        "geometry": column["geometry"],
        "colour": column["colour"],
        "both": both,
        "both and level of colour": np.arange(len(names)),
    }
    groups |= {f"only {name}": np.array([k]) for k, name in enumerate(names)}
    train, test = (_matched(sides, rng) for sides in halves)
    told = {group: _accuracy(train, test, columns) for group, columns in groups.items()}
    for on_thing, where in enumerate(("tables", "things")):
        train, test = (
            _matched([[values[side[1] % 2 == on_thing] for values in side] for side in sides], rng)
            for sides in halves
        )
        for group in ("geometry", "colour"):
            told[f"{group} on {where}"] = _accuracy(train, test, column[group])
    return told


def _matched(
    sides: Sequence[Sequence[np.ndarray]], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Features and answers of as many real as made patches in every stratum."""
    rows, answers = [], []
    for stratum in np.unique(sides[0][1]):
        here = [np.flatnonzero(strata == stratum) for _, strata in sides]
        n = min(len(found) for found in here)
        for side, found in enumerate(here):
            rows.append(sides[side][0][rng.choice(found, n, replace=False)])
            answers.append(np.full(n, 2.0 * side - 1))
    return np.concatenate(rows), np.concatenate(answers)


def _accuracy(
    train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray], columns: np.ndarray
) -> float:
    """Of ridge regression on random features of the ranks of values."""
    rng = np.random.default_rng(2)
    knots = np.quantile(train[0][:, columns], np.linspace(0, 1, 65), axis=0)
    bend = rng.normal(0, 1.5 / np.sqrt(len(columns)), (len(columns), 500))
    start = rng.uniform(-np.pi, np.pi, 500)

    def lifted(rows: np.ndarray) -> np.ndarray:
        ranks = [
            np.interp(rows[:, c], knots[:, k] + 1e-9 * np.arange(65), np.linspace(-1.7, 1.7, 65))
            for k, c in enumerate(columns)
        ]
        ranked = np.stack(ranks, 1)
        return np.concatenate([np.ones((len(rows), 1)), ranked, np.cos(ranked @ bend + start)], 1)

    x = lifted(train[0])
    weights = np.linalg.solve(x.T @ x + 3.0 * np.eye(x.shape[1]), x.T @ train[1])
    return float((np.sign(lifted(test[0]) @ weights) == test[1]).mean())


# ---------------------------------------------------------------- report


def table_of(columns: Mapping[str, Mapping[str, np.ndarray]]) -> str:
    """Rows of medians with quartiles, one column a set."""
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name in next(iter(columns.values())):
        cells = []
        for values in columns.values():
            if len(values.get(name, ())):
                low, middle, high = np.quantile(values[name], (0.25, 0.5, 0.75))
                cells.append(f"{middle:.3g} ({low:.3g} to {high:.3g})")
            else:
                cells.append("")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def picture_of(
    sets: Sequence[Mapping[str, Mapping[str, np.ndarray]]],
) -> UInt8[np.ndarray, "h w 3"]:
    """Distributions drawn over each other, a panel a statistic: the first set filled."""
    panels = [
        _panel(name, {set_: values[name] for set_, values in columns.items() if name in values})
        for columns in sets
        for name in next(iter(columns.values()))
        if len(next(iter(columns.values()))[name]) > 3
    ]
    while len(panels) % 5:
        panels.append(np.full_like(panels[0], 255))
    rows = [np.concatenate(panels[k : k + 5], axis=1) for k in range(0, len(panels), 5)]
    return np.concatenate(rows, axis=0)


def _panel(name: str, sets: Mapping[str, np.ndarray]) -> UInt8[np.ndarray, "height width 3"]:
    """One small chart."""
    width, height = 300, 150
    sheet = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    pool = np.concatenate(list(sets.values()))
    low, high = np.quantile(pool, (0.005, 0.99))
    edges = np.linspace(low, high + 1e-9, 41)
    shares = {k: np.histogram(v, edges)[0] / max(len(v), 1) for k, v in sets.items()}
    top = max(float(share.max()) for share in shares.values()) or 1.0
    inks = ("#9db4c8", "#c0392b", "#2f7d32")
    for (label, share), ink in zip(shares.items(), inks, strict=False):
        x = 12 + np.arange(40) * 6.9
        y = 128 - 92 * share / top
        if ink == inks[0]:
            for a, b in zip(x, y, strict=True):
                draw.rectangle((a, b, a + 6.9, 128), fill=ink)
        else:
            corners = [(p, q) for a, q in zip(x, y, strict=True) for p in (a, a + 6.9)]
            draw.line(corners, fill=ink, width=2)
        draw.text((12 + 95 * list(shares).index(label), 18), label, fill=ink, font=font)
    draw.text((12, 3), name, fill="black", font=font)
    draw.line((12, 128, 288, 128), fill="black")
    draw.text((12, 131), f"{low:.3g}", fill="black", font=font)
    draw.text((255, 131), f"{high:.3g}", fill="black", font=font)
    return np.asarray(sheet)


def main() -> None:
    """Print both tables and the accuracies, and draw the distributions."""
    parser = argparse.ArgumentParser(description="Made scans beside real ones.")
    parser.add_argument("data", type=Path, help="the folder with the scans and unpack.py")
    parser.add_argument("--frames", type=int, default=23)
    parser.add_argument("--seed", type=int, default=1, help="the scanner was fitted on 2026")
    parser.add_argument("--picture", type=Path, default=Path("out/bench/likeness.png"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        packed = str(options.data / "scans_osd")
        unpack = [sys.executable, str(options.data / "unpack.py"), folder, "--from", packed]
        subprocess.run(unpack, check=True, stdout=subprocess.DEVNULL)
        osd = real_tables(scratch)
        pcl = other_frames(options.data / "scans_pcl", scratch)
    made = made_tables(options.frames, options.seed)
    radii = (0.01, 0.02, 0.05)
    frames = {
        name: pooled(image_of(view) | geometry_of(view, TABLE_BANDS, radii) for view in views)
        for name, views in (("OSD", osd), ("made", made), ("PCL", pcl))
    }
    laser = {
        name: pooled(geometry_of(view, ROOM_BANDS, (0.05, 0.1, 0.2)) for view in views)
        for name, views in (
            ("room_scan1", real_room(options.data / "scans_pcl")),
            ("made room", made_rooms(4)),
        )
    }
    print(table_of(frames), table_of(laser), sep="\n\n")
    told = told_apart([view for view in osd if view.pixel is not None], made)
    print("\nPatches rightly called real or made:")
    for group, share in told.items():
        print(f"  {100 * share:5.1f} %  {group}")
    print(json.dumps({k: round(v, 3) for k, v in told.items() if not k.startswith("only")}))
    options.picture.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture_of((frames, laser))).save(options.picture, optimize=True)


if __name__ == "__main__":
    main()
