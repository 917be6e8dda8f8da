"""Random walker: a point takes the label that a walk starting there is likeliest to meet first.

The walk goes over voxels of about two points, hardly across creases and colour steps. The matrix is
factorised once a scene; a click then costs one back-substitution, kept for the clicks that follow.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64, Int32, Int64
from scipy.sparse import coo_array, diags_array
from scipy.sparse.linalg import splu

from pinpoint3d.graph.affinity import edge_contrast
from pinpoint3d.graph.guarantees import keep_clicked
from pinpoint3d.graph.neighbours import (
    build_nodes,
    median_spacing,
    nearest_neighbours,
    undirected_edges,
)
from pinpoint3d.graph.normals import estimate_normals, orient_normals
from pinpoint3d.graph.suggest import node_graph, suggested
from pinpoint3d.recent import Recent
from pinpoint3d.snap import snap_clicks
from pinpoint3d.types import Candidate, Click, Masks, Scene, Suggestion

NODE_PER_SPACING = 1.7  # two to three points a voxel, as in the graph engine
MAX_NODES = 60_000  # 5 s to factorise; larger scenes get coarser voxels
STEEPNESS = 8.0  # of crossing in contrast, as in the graph engine
LEAST = 1e-4  # of crossing, so that no crease is a wall
LEAK = 1e-6  # at which a walk ends anywhere: keeps the matrix regular where no click leads
SURE = 1e-9  # of meeting any click at all: below, a point is background
CACHED_CLICKS = 512
N_CANDIDATES = 4


class Walks:
    """Random walks on one graph, whose matrix is factorised once.

    Parameters
    ----------
    edges, ease
        Linked nodes, each pair once, and how easily a walk crosses. int32 (E, 2), float64 (E,).
    n_nodes
        Nodes of the graph.

    Notes
    -----
    Leo Grady, "Random walks for image segmentation", 2006, doi 10.1109/TPAMI.2006.233. With the
    Laplacian L, a small leak e and the seeds S, the chances of a label solve (L + e I) x = 0 off S
    and x = b on S. They are x = G (G_SS)^-1 b, with G the columns of (L + e I)^-1 at S: a column a
    seed, kept while there is room, however many labels there are.
    """

    def __init__(
        self,
        edges: Int32[np.ndarray, "edges 2"],
        ease: Float64[np.ndarray, " edges"],
        n_nodes: int,
    ) -> None:
        a, b = edges.T
        degree = np.bincount(a, ease, minlength=n_nodes) + np.bincount(b, ease, minlength=n_nodes)
        off = (-np.tile(ease, 2), (np.r_[a, b], np.r_[b, a]))
        matrix = coo_array(off, shape=(n_nodes, n_nodes)) + diags_array(degree + LEAK)
        self._factor = splu(
            matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}
        )
        self._n_nodes = n_nodes
        self._columns: Recent[int, Float64[np.ndarray, " nodes"]] = Recent(CACHED_CLICKS)

    def chances(
        self, seeds: Int64[np.ndarray, " seeds"], fixed: Float64[np.ndarray, "seeds labels"]
    ) -> Float64[np.ndarray, "nodes labels"]:
        """Chance that a walk from each node first meets each label; `fixed` holds at the seeds."""
        columns = np.stack([self.column(int(seed)) for seed in seeds], axis=1)
        return np.maximum(columns @ np.linalg.solve(columns[seeds], fixed), 0)

    def column(self, node: int) -> Float64[np.ndarray, " nodes"]:
        """Column of the inverse at a node, scaled to 1 there: how near all others are to it."""
        return self._columns.of(node, lambda: self._solved(node))

    def _solved(self, node: int) -> Float64[np.ndarray, " nodes"]:
        unit = np.zeros(self._n_nodes)
        unit[node] = 1
        column = self._factor.solve(unit)
        return column / column[node]


class WalkerSegmenter:
    """The click that a random walk meets first wins."""

    name = "walker"

    def encode(self, scene: Scene) -> "WalkerEncodedScene":
        """Voxels, how easily a walk crosses between them, and the factorised matrix."""
        return WalkerEncodedScene(scene)


class WalkerEncodedScene:
    """A scene ready for walks; made by `WalkerSegmenter.encode`."""

    name = "walker"

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        rows = np.flatnonzero(scene.valid)
        size = NODE_PER_SPACING * median_spacing(scene.xyz[rows])
        nodes = build_nodes(scene, rows, size=size)
        while len(nodes) > MAX_NODES:
            size *= float(np.sqrt(1.1 * len(nodes) / MAX_NODES))
            nodes = build_nodes(scene, rows, size=size)
        neighbour = nearest_neighbours(nodes.xyz)
        edges = undirected_edges(neighbour)
        normal, _ = estimate_normals(nodes.xyz, neighbour)
        normal = orient_normals(nodes.xyz, normal, edges, scene.up)
        weight = edge_contrast(nodes, normal, edges).weight().astype(np.float64)
        ease = np.exp(-STEEPNESS * weight) + LEAST
        self._walks = Walks(edges, ease, len(nodes))
        self._node_of_point = nodes.node_of_point

    @property
    def scene(self) -> Scene:
        """The scene that was encoded."""
        return self._scene

    def segment(self, clicks: Sequence[Click]) -> Masks:
        """The likeliest label of every point; where no click leads, background of confidence 0."""
        n = len(self._scene)
        snapped = snap_clicks(self._scene, clicks)
        snapped = snapped.take(snapped.standing())
        if len(snapped) == 0:
            return Masks.empty(n)
        labels = np.stack([snapped.objects, snapped.parts], axis=1)
        kinds, kind = np.unique(labels, axis=0, return_inverse=True)
        seeds, place = np.unique(self._node_of_point[snapped.rows], return_inverse=True)
        fixed = np.zeros((len(seeds), len(kinds)))
        np.add.at(fixed, (place, kind), 1)
        fixed /= fixed.sum(axis=1, keepdims=True)
        met = self._walks.chances(seeds.astype(np.int64), fixed)
        total = met.sum(axis=1)
        label = met.argmax(axis=1)
        share = np.divide(met.max(axis=1), total, out=np.zeros(len(met)), where=total > SURE)
        node = self._node_of_point
        inside = (node >= 0) & (total[node] > SURE)
        objects = np.where(inside, kinds[label[node], 0], 0).astype(np.int32)
        parts = np.where(inside, kinds[label[node], 1], 0).astype(np.int32)
        confidence = np.where(inside, np.clip(share[node], 0, 1), 0).astype(np.float32)
        return keep_clicked(Masks(objects, parts, confidence), snapped)

    def candidates(self, click: Click) -> list[Candidate]:
        """The voxels likeliest to meet the click, a tenth, a quarter, a half and all of them."""
        row = int(snap_clicks(self._scene, [click]).rows[0])
        node = self._node_of_point
        column = self._walks.column(int(node[row]))
        found = []
        for share in (0.1, 0.25, 0.5, 1.0):
            least = np.quantile(column, 1 - share)
            mask = (node >= 0) & (column[node] >= least)
            mask[row] = True
            found.append(Candidate(np.asarray(mask), score=1 / N_CANDIDATES))
        return found

    def suggest(self, clicks: Sequence[Click]) -> list[Suggestion]:
        """Places where a click would help most after those so far, the best first."""
        snapped = snap_clicks(self._scene, clicks)
        return suggested(self.segment(clicks), [node_graph(self._scene)], snapped)
