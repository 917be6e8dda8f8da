"""A small suite held in memory, and segmenters that behave well or badly."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinpoint3d import Click, Masks, NearestSegmenter, Scene
from pinpoint3d.evaluate.questions import Question
from pinpoint3d.evaluate.suites import Suite
from pinpoint3d.segmenter import EncodedScene

N_POINTS = 60


@dataclass(frozen=True)
class RowsOfPoints:
    """Scenes of points along x, the middle third object 1 with two parts."""

    def scene(self, scene_id: str) -> Scene:
        rng = np.random.default_rng(int(scene_id))
        x = np.sort(rng.random(N_POINTS)) * N_POINTS / 100
        xyz = np.stack([x, np.zeros(N_POINTS), np.zeros(N_POINTS)], axis=1).astype(np.float32)
        return Scene(xyz, name=scene_id, labels=self.truth(scene_id, 0))

    def truth(self, scene_id: str, level: int) -> Masks:  # noqa: ARG002  all are alike
        third = np.repeat([0, 1, 2], N_POINTS // 3)
        objects = (third == 1).astype(np.int32)
        parts = np.where(objects == 1, 1 + (np.arange(N_POINTS) >= N_POINTS // 2), 0)
        return Masks.of(objects, parts)

    def unlabelled(self, scene_id: str) -> np.ndarray:  # noqa: ARG002  all are alike
        return np.zeros(N_POINTS, bool)


def suite(n_scenes: int = 3, clicks_a_target: int = 4) -> Suite:
    """Two questions a scene: both parts, and the object."""
    questions = []
    for i in range(n_scenes):
        scene = str(i)
        questions.append(Question(f"{i}/parts", scene, ((1, 1), (1, 2)), category="two parts"))
        questions.append(Question(f"{i}/whole", scene, ((1, 0),), whole=True, category="whole"))
    return Suite("rows", "1", "all-part", clicks_a_target, tuple(questions), RowsOfPoints())


class Engine:
    """Nearest click, but for what a subclass does differently."""

    name = "engine"

    def encode(self, scene: Scene) -> "EncodedScene":
        return Encoded(scene, self)

    def change(self, masks: Masks, clicks: Sequence[Click]) -> Masks:  # noqa: ARG002  for others
        return masks


class Encoded:
    name = "engine"

    def __init__(self, scene: Scene, engine: Engine) -> None:
        self.scene = scene
        self._engine = engine
        self._nearest = NearestSegmenter().encode(scene)

    def segment(self, clicks: Sequence[Click]) -> Masks:
        return self._engine.change(self._nearest.segment(clicks), clicks)

    def candidates(self, click: Click):
        return self._nearest.candidates(click)

    def suggest(self, clicks: Sequence[Click]):
        return self._nearest.suggest(clicks)


class Raises(Engine):
    """Fails at the third click."""

    name = "raises"

    def change(self, masks: Masks, clicks: Sequence[Click]) -> Masks:
        if len(clicks) == 3:
            raise ZeroDivisionError("no such\nluck")
        return masks


class RaisesAtOnce(Engine):
    name = "raises at once"

    def encode(self, scene: Scene) -> EncodedScene:
        raise MemoryError(f"{len(scene)} points are too many")


class WrongLength(Engine):
    name = "wrong length"

    def change(self, masks: Masks, clicks: Sequence[Click]) -> Masks:  # noqa: ARG002
        return Masks.empty(len(masks) - 1)


class NoMasks(Engine):
    name = "no masks"

    def change(self, masks: Masks, clicks: Sequence[Click]) -> Masks:  # noqa: ARG002
        return None  # pyright: ignore[reportReturnType]  # what a broken engine does


class NotANumber(Engine):
    """Confidence that is NaN, put past the checks of `Masks`."""

    name = "not a number"

    def change(self, masks: Masks, clicks: Sequence[Click]) -> Masks:  # noqa: ARG002
        object.__setattr__(masks, "confidence", np.full(len(masks), np.nan, np.float32))
        return masks


class LosesAPart(Engine):
    """Forgets part 2."""

    name = "loses a part"

    def change(self, masks: Masks, clicks: Sequence[Click]) -> Masks:  # noqa: ARG002
        lost = masks.part == 2
        return Masks.of(masks.object, np.where(lost, 1, masks.part).astype(np.int32))


class Slow(Engine):
    name = "slow"

    def change(self, masks: Masks, clicks: Sequence[Click]) -> Masks:  # noqa: ARG002
        time.sleep(5)
        return masks
