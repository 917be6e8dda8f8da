"""Geodesic Voronoi: every point takes the label of the click nearest to it along the surface.

Distances run over the nearest neighbours of all points, at full resolution. It knows no creases,
no colours and no stopping, which is what makes it the baseline to beat.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32, Int64
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from pinpoint3d.graph.guarantees import keep_clicked
from pinpoint3d.graph.suggest import node_graph, suggested
from pinpoint3d.recent import Recent
from pinpoint3d.snap import snap_clicks
from pinpoint3d.types import Candidate, Click, Masks, Scene, Suggestion

N_NEIGHBOURS = 16  # fewer leave a noisy surface in pieces
CACHED_BYTES = 1 << 28  # of distance maps, one a click
N_CANDIDATES = 4


class GeodesicSegmenter:
    """Nearest click along the surface wins."""

    name = "geodesic"

    def encode(self, scene: Scene) -> "GeodesicEncodedScene":
        """Link every point to its nearest neighbours."""
        return GeodesicEncodedScene(scene)


class GeodesicEncodedScene:
    """A scene whose points are linked to their neighbours; made by `GeodesicSegmenter.encode`."""

    name = "geodesic"

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._rows = np.flatnonzero(scene.valid)
        self._place = np.full(len(scene), -1, np.int64)
        self._place[self._rows] = np.arange(len(self._rows))
        self._graph = neighbour_graph(scene.xyz[self._rows])
        most = max(1, CACHED_BYTES // (4 * max(len(self._rows), 1)))
        self._known: Recent[int, Float32[np.ndarray, " finite"]] = Recent(most)

    @property
    def scene(self) -> Scene:
        """The scene that was encoded."""
        return self._scene

    def segment(self, clicks: Sequence[Click]) -> Masks:
        """Label of the nearest click along the surface; confidence compares it with its rival.

        Confidence is 1 - d / (d + r): d metres to the nearest click, r to the nearest one of
        another label. Points that no click leads to are background with confidence 0.
        """
        n = len(self._scene)
        snapped = snap_clicks(self._scene, clicks)
        snapped = snapped.take(snapped.standing())
        if len(snapped) == 0:
            return Masks.empty(n)
        labels = np.stack([snapped.objects, snapped.parts], axis=1)
        kinds, kind = np.unique(labels, axis=0, return_inverse=True)
        best = np.full(len(self._rows), np.inf, np.float32)
        rival = best.copy()
        chosen = np.zeros(len(self._rows), np.int64)
        for k in range(len(kinds)):
            distance = np.full(len(self._rows), np.inf, np.float32)
            for row in snapped.rows[kind == k].tolist():
                np.minimum(distance, self._from(row), out=distance)
            closer = distance < best
            rival = np.where(closer, best, np.minimum(rival, distance))
            chosen[closer] = k
            best[closer] = distance[closer]
        reached = np.isfinite(best)
        objects, parts = np.zeros(n, np.int32), np.zeros(n, np.int32)
        confidence = np.zeros(n, np.float32)
        rows, label = self._rows[reached], kinds[chosen[reached]]
        objects[rows], parts[rows] = label[:, 0], label[:, 1]
        near, far = best[reached], rival[reached]
        share = np.full(len(near), 0.0, np.float32)
        apart = np.isfinite(far) & (near + far > 0)
        share[apart] = near[apart] / (near[apart] + far[apart])
        confidence[rows] = 1 - share
        return keep_clicked(Masks(objects, parts, confidence), snapped)

    def candidates(self, click: Click) -> list[Candidate]:
        """Discs on the surface round the click, the largest all that it leads to."""
        row = int(snap_clicks(self._scene, [click]).rows[0])
        distance = np.full(len(self._scene), np.inf, np.float32)
        distance[self._rows] = self._from(row)
        reach = distance[np.isfinite(distance)].max()
        radii = reach * np.geomspace(0.01, 1, N_CANDIDATES)
        radii[-1] = reach
        return [Candidate(distance <= radius, score=1 / N_CANDIDATES) for radius in radii]

    def suggest(self, clicks: Sequence[Click]) -> list[Suggestion]:
        """Places where a click would help most after those so far, the best first."""
        snapped = snap_clicks(self._scene, clicks)
        return suggested(self.segment(clicks), [node_graph(self._scene)], snapped)

    def _from(self, row: int) -> Float32[np.ndarray, " finite"]:
        """Metres along the surface from a row to every finite point; kept while there is room."""
        return self._known.of(row, lambda: self._measured(row))

    def _measured(self, row: int) -> Float32[np.ndarray, " finite"]:
        metres = dijkstra(self._graph, directed=False, indices=int(self._place[row]))
        return np.asarray(metres, np.float32)


def neighbour_graph(xyz: Float32[np.ndarray, "finite 3"]) -> csr_array:
    """Sparse matrix of metres from every point to its nearest neighbours, in compressed rows.

    Points at one place are linked at a length that is tiny but not 0, which would mean no link.
    """
    n = len(xyz)
    k = min(N_NEIGHBOURS + 1, n)
    distance, index = KDTree(xyz, balanced_tree=False, compact_nodes=False).query(xyz, k=k)
    distance = np.maximum(np.asarray(distance).reshape(n, k), 1e-9)
    index = np.asarray(index).reshape(n, k)
    tail = np.repeat(np.arange(n, dtype=np.int64), k)
    head: Int64[np.ndarray, " links"] = index.ravel()
    other = tail != head
    links = csr_array((distance.ravel()[other], (tail[other], head[other])), shape=(n, n))
    return csr_array(links.maximum(links.T))
