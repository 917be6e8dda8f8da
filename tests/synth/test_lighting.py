"""Light on materials: both sides of a sheet are lit, and no light changes what was scanned."""

from dataclasses import replace

import numpy as np
import pytest

from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.devices import STRUCTURED_LIGHT
from pinpoint3d.synth.lighting import Lighting, draw_lighting
from pinpoint3d.synth.scanner import Pose, frame
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import box
from pinpoint3d.synth.textures import Dusty, Material, Plain
from pinpoint3d.synth.world import Placed, World
from pinpoint3d.types import Scene

CAMERA = replace(STRUCTURED_LIGHT, width=80, height=60, field_deg=60.0)
LOOKING_DOWN = Pose((0.0, -0.9, 1.0), 0.0, -0.8)
GREY = Plain((0.6, 0.6, 0.6), clouds=0.0)


def world_of(asset: Asset, coat: Material) -> World:
    builder = Builder("floor")
    builder.part("floor", box((-2, -2, -0.05), (2, 2, 0)))
    floor = Placed(builder.asset("plain"), (GREY,), (0.0, 0.0, -0.05))
    return World((floor,), (Placed(asset, (coat,), (0.0, 0.0, 0.0)),))


def cube() -> Asset:
    builder = Builder("cube")
    builder.part("cube", box((-0.2, -0.2, 0), (0.2, 0.2, 0.3)))
    return builder.asset("plain")


def seen(world: World, seed: int = 0, lighting: Lighting | None = None) -> Scene:
    return frame(world, LOOKING_DOWN, CAMERA, np.random.default_rng(seed), lighting=lighting)


def rgb_of(scene: Scene) -> np.ndarray:
    assert scene.rgb is not None
    return scene.rgb.astype(int)


@pytest.mark.parametrize("coat", [GREY, Dusty(GREY, (1.0, 0.2, 0.2), 0.7)], ids=["bare", "dusty"])
def test_a_face_looks_the_same_whichever_way_it_is_wound(coat: Material):
    asset = cube()
    other = replace(asset, faces=np.ascontiguousarray(asset.faces[:, ::-1]))
    assert (
        np.abs(rgb_of(seen(world_of(asset, coat))) - rgb_of(seen(world_of(other, coat)))).max() <= 1
    )


def test_light_does_not_move_points():
    world = world_of(cube(), GREY)
    plain, lit = seen(world), seen(world, lighting=Lighting(shine=0.5, saturation=0.7))
    assert np.array_equal(plain.xyz, lit.xyz, equal_nan=True)
    assert not np.array_equal(rgb_of(plain), rgb_of(lit))


def test_gloss_shines():
    glossy = world_of(cube(), replace(GREY, gloss=0.5))
    without, with_shine = (
        rgb_of(seen(glossy, seed=1, lighting=Lighting(shine=s, noise=0.0))) for s in (0.0, 1.5)
    )
    assert np.abs(without - with_shine).max() > 5


def test_the_sun_throws_a_shadow_away_from_itself():
    world = world_of(cube(), GREY)
    bright = []
    for east in (1.0, -1.0):
        sun = (0.8 * east, 0.0, 0.6)
        scene = seen(world, lighting=Lighting(sun=sun, noise=0.0))
        left, right = (
            rgb_of(scene).reshape(60, 80, 3)[25:35, columns].mean()
            for columns in (slice(8, 22), slice(58, 72))
        )
        bright.append(left - right)
    assert bright[0] < bright[1] - 10


def test_drawn_light_keeps_colours_apart_and_differs():
    world = world_of(cube(), GREY)
    pictures = [
        rgb_of(seen(world, lighting=draw_lighting(np.random.default_rng(s)))) for s in range(8)
    ]
    means = np.array([picture.mean(axis=(0, 1)) for picture in pictures])
    assert means.std() > 3
    assert all(60 < mean < 235 for mean in means)
