"""The plainest engine: every point takes the label of the click nearest to it in space."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.spatial import KDTree

from pinpoint3d.graph.affinity import lengths
from pinpoint3d.graph.guarantees import NodeGraph, keep_clicked
from pinpoint3d.graph.suggest import node_graph, suggested
from pinpoint3d.recent import Recent
from pinpoint3d.snap import snap_clicks
from pinpoint3d.types import Candidate, Click, Masks, Scene, Suggestion

N_CANDIDATES = 4


class NearestSegmenter:
    """Nearest click wins; a baseline that every other engine has to beat."""

    name = "nearest"

    def encode(self, scene: Scene) -> "NearestEncodedScene":
        """Keep the scene; there is nothing to compute."""
        return NearestEncodedScene(scene)


@dataclass(frozen=True)
class NearestEncodedScene:
    """A scene whose points follow their nearest click."""

    scene: Scene
    name: str = "nearest"
    _last: Recent[tuple[Click, ...], Masks] = field(
        default_factory=lambda: Recent(1), repr=False, compare=False
    )

    def segment(self, clicks: Sequence[Click]) -> Masks:
        """Label of the nearest click; confidence compares it with the nearest rival.

        Confidence is 1 - d / (d + r): d metres to the nearest click, r to the nearest one of
        another label; 1 when there is no rival.
        """
        asked = tuple(clicks)
        # `suggest` asks again for what was just answered
        return self._last.of(asked, lambda: self._answer(asked))

    @cached_property
    def _graph(self) -> NodeGraph:
        return node_graph(self.scene)

    def _answer(self, clicks: Sequence[Click]) -> Masks:
        snapped = snap_clicks(self.scene, clicks)
        snapped = snapped.take(snapped.standing())
        if len(snapped) == 0:
            return Masks.empty(len(self.scene))
        valid = np.flatnonzero(self.scene.valid)
        labels = np.stack([snapped.objects, snapped.parts], axis=1)
        kinds, kind = np.unique(labels, axis=0, return_inverse=True)
        distance = np.stack(
            [
                KDTree(self.scene.xyz[snapped.rows[kind == k]]).query(self.scene.xyz[valid])[0]
                for k in range(len(kinds))
            ],
            axis=1,
        )
        best = distance.argmin(axis=1)
        near = distance.min(axis=1)
        distance[np.arange(len(valid)), best] = np.inf
        rival = distance.min(axis=1)
        masks = Masks.empty(len(self.scene))
        objects, parts = masks.object.copy(), masks.part.copy()
        confidence = masks.confidence.copy()
        objects[valid], parts[valid] = kinds[best].T
        share = np.divide(near, near + rival, out=np.zeros_like(near), where=near > 0)
        confidence[valid] = 1 - share
        return keep_clicked(Masks(objects, parts, confidence), snapped)

    def candidates(self, click: Click) -> list[Candidate]:
        """Balls about the click, from a hundredth of the scene's reach to all of it."""
        row = snap_clicks(self.scene, [click]).rows[0]
        distance = lengths(self.scene.xyz - self.scene.xyz[row])
        distance[~self.scene.valid] = np.inf
        reach = distance[self.scene.valid].max()
        radii = reach * np.geomspace(0.01, 1, N_CANDIDATES)
        return [Candidate(distance <= radius, score=1 / N_CANDIDATES) for radius in radii]

    def suggest(self, clicks: Sequence[Click]) -> list[Suggestion]:
        """Places where a click would help most after those so far, the best first."""
        snapped = snap_clicks(self.scene, clicks)
        if len(snapped) == 0:
            return []
        return suggested(self.segment(clicks), [self._graph], snapped)
