"""Painted assets: colour often does not tell parts apart, and steps inside parts too."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.shapes import FAMILIES
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import box
from pinpoint3d.synth.textures import Banded, Framed, Material, Patch, Picture, Plain, Wood, paint
from pinpoint3d.synth.textures.painting import APART


def layers(coat: Material) -> list[Material]:
    """A material and all that lie under it, the lowest last."""
    found = [coat]
    while (under := getattr(found[-1], "under", None)) is not None:
        found.append(under)
    return found


def lowest(coats: Iterable[Material]) -> list[Material]:
    return [layers(coat)[-1] for coat in coats]


def painted(kind: str, seed: int) -> tuple[Asset, tuple[Material, ...]]:
    rng = np.random.default_rng(seed)
    asset = FAMILIES[kind](rng)
    return asset, paint(asset, rng)


def test_colour_often_does_not_tell_parts_apart():
    alike = 0
    for seed in range(60):
        asset, coats = painted("cabinet", seed)
        assert len(coats) == len(asset.parts)
        own = [c for c, p in zip(coats, asset.parts, strict=True) if p.finish not in APART]
        alike += len({id(coat) for coat in lowest(own)}) == 1
    assert 18 < alike < 45


def test_siblings_of_one_name_are_of_one_material():
    for seed in range(20):
        asset, coats = painted("table", seed)
        legs = [c for c, p in zip(lowest(coats), asset.parts, strict=True) if p.name == "leg"]
        assert all(coat is legs[0] for coat in legs)


def test_texture_runs_on_in_some_objects_and_begins_anew_in_others():
    own_frames = 0
    for seed in range(60):
        _, coats = painted("table", seed)
        own_frames += any(isinstance(layer, Framed) for c in coats for layer in layers(c))
    assert 5 < own_frames < 40


def test_boards_with_their_own_frame_have_their_grain_along_them():
    builder = Builder("frame")
    builder.part("post", box((-0.02, -0.03, 0), (0.02, 0.03, 1)), finish="wood")
    builder.part("rail", box((0.03, -0.03, 0), (1, 0.03, 0.04)), finish="wood")
    asset = builder.asset("plain")
    found = 0
    for seed in range(200):
        for coat, longest in zip(paint(asset, np.random.default_rng(seed)), (2, 0), strict=True):
            framed = [layer for layer in layers(coat) if isinstance(layer, Framed)]
            wood = layers(coat)[-1]
            if framed and isinstance(wood, Wood):
                assert framed[0].axes[int(np.abs(wood.trunk).argmax())] == longest
                found += 1
    assert found > 20


def test_colour_steps_inside_parts_happen():
    kinds: list[type] = []
    for seed in range(80):
        _, coats = painted("chair", seed)
        kinds += list({type(layer) for coat in coats for layer in layers(coat)})
    assert kinds.count(Banded) >= 4
    assert kinds.count(Patch) >= 4


def test_screens_and_prints_never_share_the_material_of_the_rest():
    pictures = 0
    for kind in ("monitor", "bottle", "books"):
        for seed in range(20):
            asset, coats = painted(kind, seed)
            bare = lowest(coats)
            of_rest = {
                id(c) for c, p in zip(bare, asset.parts, strict=True) if p.finish not in APART
            }
            special = [c for c, p in zip(bare, asset.parts, strict=True) if p.finish in APART]
            assert not of_rest & {id(coat) for coat in special}
            pictures += any(isinstance(coat, Picture) for coat in special)
    assert pictures > 10


def imported() -> Asset:
    """A red box, half of it bright and half dark, and a blue one."""
    builder = Builder("thing")
    builder.part("body", box((-0.1, -0.1, 0), (0.1, 0.1, 0.2)))
    builder.part("lid", box((-0.1, -0.1, 0.2), (0.1, 0.1, 0.21)))
    asset = builder.asset("plain")
    rgb = np.zeros((len(asset.faces), 3), np.uint8)
    rgb[asset.face_part == 0, 0] = 100
    rgb[np.flatnonzero(asset.face_part == 0)[::2], 0] = 200
    rgb[asset.face_part == 1, 2] = 255
    return replace(asset, face_rgb=rgb)


def test_about_half_of_the_assets_that_bring_colours_keep_them():
    asset = imported()
    kept = 0
    for seed in range(60):
        body, lid = lowest(paint(asset, np.random.default_rng(seed)))
        if isinstance(lid, Plain) and lid.colour == (0.0, 0.0, 1.0):
            assert isinstance(body, Plain)
            assert body.colour == pytest.approx((150 / 255, 0, 0), abs=0.002)
            kept += 1
    assert 18 < kept < 42


def test_parts_without_faces_are_painted_too():
    asset = imported()
    asset = replace(asset, parts=(*asset.parts, replace(asset.parts[1], name="nothing")))
    for seed in range(60):
        assert len(paint(asset, np.random.default_rng(seed))) == 3


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_family_can_be_painted_in_colours_within_range(kind: str):
    for seed in range(3):
        asset, coats = painted(kind, seed)
        a, b, c = (asset.vertices[asset.faces[:, i]] for i in range(3))
        normals = np.cross(b - a, c - a)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)
        for k, coat in enumerate(coats):
            mine = np.flatnonzero(asset.face_part == k)[:50]
            colours = coat.colours((a + b + c)[mine] / 3, normals[mine])
            assert np.isfinite(colours).all()
            if len(mine):
                assert 0 <= colours.min() <= colours.max() <= 1
            assert 0 <= coat.gloss <= 1


def test_the_same_seed_paints_the_same():
    rng = np.random.default_rng
    asset = FAMILIES["cabinet"](rng(0))
    assert paint(asset, rng(3)) == paint(asset, rng(3))
