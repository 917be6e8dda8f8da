"""Where questions are asked: a window of a scene, encoded, and what is kept of it between clicks.

`ground_of` makes one. A window is encoded in nodes of the scan's own size; what turns out too large
to be seen in these is looked at in coarser nodes, on a higher level.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Int32, Int64

from pinpoint3d.graph.surface import Surface, encode_surface
from pinpoint3d.graph.windows import Window
from pinpoint3d.net.found import Found
from pinpoint3d.net.network import Sight
from pinpoint3d.net.pairs import ClickFields, click_fields
from pinpoint3d.net.view import View, view_of
from pinpoint3d.recent import Recent
from pinpoint3d.types import Masks, Scene

MAX_NODES = 150_000
COARSER = 2.0  # how much larger nodes are from level to level
CACHED_FIELDS = 256  # clicks whose distances are kept: 0.3 MB each in a room
CACHED_ANSWERS = 64
CACHED_LOOKS = 8  # features of what questions looked at
MANY_NODES = 12_000  # of an object: one of more is looked at in coarser nodes, as in training
EDGE_SHARE = 0.01  # of an object's nodes at the edge of what was looked at: it goes on beyond
REACH = 0.7  # of the diagonal of an object's clicks: how far round them it is looked for


@dataclass(frozen=True)
class Reading:
    """What one click may mean, on nodes, and how well that fits the network's chances."""

    nodes: Bool[np.ndarray, " nodes"]
    score: float


@dataclass(frozen=True)
class Ground:
    """A window of the scene, encoded.

    Attributes
    ----------
    level
        0 for nodes of the scan's own size, more for coarser ones.
    features
        Of the whole window; None where `looks` holds all there is.
    rows_by_node
        Rows of the window, those of each node one after another.
    spans
        On other levels than 0, of which answers speak, the node here of every node there.
    fields, answers, readings, looks
        What is kept: distances from clicks, by node; answers and readings that depend on clicks
        alone; and features of what questions looked at.
    """

    window: Window
    level: int
    surface: Surface
    view: View
    features: Any
    rows_by_node: Int64[np.ndarray, " window"]
    spans: Int32[np.ndarray, " finest"] | None
    fields: Recent[int, ClickFields] = field(default_factory=lambda: Recent(CACHED_FIELDS))
    answers: Recent[object, Found] = field(default_factory=lambda: Recent(CACHED_ANSWERS))
    readings: Recent[tuple[int, bool], list[Reading]] = field(
        default_factory=lambda: Recent(CACHED_ANSWERS)
    )
    looks: Recent[bytes, Any] = field(default_factory=lambda: Recent(CACHED_LOOKS))

    def click_fields(self, node: int) -> ClickFields:
        """Distances from a click, computed once and kept while they are in use."""
        return self.fields.of(node, lambda: click_fields(self.view, node))

    def on_nodes(
        self, masks: Masks
    ) -> tuple[
        Int32[np.ndarray, " nodes"], Int32[np.ndarray, " nodes"], Float32[np.ndarray, " nodes"]
    ]:
        """Object, part and confidence of every node.

        Of the labels of its points the highest is taken, which no order of the points changes.
        """
        rows = self.rows_by_node
        first = np.searchsorted(self.surface.nodes.node_of_point[rows], np.arange(len(self.view)))
        label = (masks.object[rows].astype(np.int64) << 31) | masks.part[rows]
        highest = np.maximum.reduceat(label, first)
        confidence = np.maximum.reduceat(masks.confidence[rows], first)
        parts = highest & ((1 << 31) - 1)
        return (highest >> 31).astype(np.int32), parts.astype(np.int32), confidence

    def near(
        self, node: Int32[np.ndarray, " clicks"], around: tuple[int, int]
    ) -> Int64[np.ndarray, " superpoints"]:
        """Superpoints round the clicks of an object, ascending: where it is looked for.

        They hold as many nodes as there are in reach, but no fewer and no more than `around` says.
        """
        view = self.view
        clicked = view.xyz[node]
        apart = np.full(view.n_superpoints, np.inf, np.float32)
        for point in clicked:
            apart = np.minimum(apart, np.linalg.norm(view.centre - point, axis=1))
        apart[view.superpoint[node]] = 0
        reach = REACH * np.linalg.norm(clicked.max(axis=0) - clicked.min(axis=0))
        order = np.argsort(apart, kind="stable")
        count = np.cumsum(view.n_nodes_of[order])
        most = np.clip(count[apart[order] <= reach][-1], *around)
        n_clicked = len(np.unique(view.superpoint[node]))
        n = max(int(np.searchsorted(count, most, side="right")), n_clicked)
        return np.sort(order[:n])

    def is_outgrown(
        self, near: Int64[np.ndarray, " looked_at"], mine: Int32[np.ndarray, " nodes"]
    ) -> bool:
        """Whether an object has too many nodes, or goes on beyond what was looked at.

        `near` are the superpoints looked at, and `mine` the place there of each node of the object.
        """
        if len(mine) > MANY_NODES:
            return True
        view = self.view
        inside = np.zeros(view.n_superpoints, bool)
        inside[near] = True
        edge = np.zeros(view.n_superpoints, bool)
        edge[view.tail[inside[view.tail] & ~inside[view.head]]] = True
        return bool(edge[near[mine]].sum() > EDGE_SHARE * len(mine))


def ground_of(
    scene: Scene,
    window: Window,
    rows: Int64[np.ndarray, " window"],
    sight: Sight,
    encoded: Callable[[View], Any],
    *,
    level: int = 0,
    finest: Ground | None = None,
) -> Ground:
    """A window of a scene whose z is up, encoded.

    Parameters
    ----------
    rows
        Of the window.
    encoded
        Gives the features of a view; not called where the network looks at surroundings alone.
    finest
        The window on level 0, for any other.
    """
    size = sight.size if finest is None else finest.surface.nodes.size * COARSER**level
    surface = encode_surface(scene, rows, max_nodes=MAX_NODES, size=size, grain=sight.grain)
    spans = None if finest is None else _spans(finest.surface, surface)
    view = view_of(surface)
    features = encoded(view) if sight.whole else None
    by_node = rows[np.argsort(surface.nodes.node_of_point[rows], kind="stable")]
    return Ground(window, level, surface, view, features, by_node, spans)


def _spans(finest: Surface, coarse: Surface) -> Int32[np.ndarray, " finest"]:
    """The coarse node of every finest one: the last of those that its points lie in."""
    spans = np.zeros(len(finest.nodes), np.int32)
    rows = finest.rows
    np.maximum.at(spans, finest.nodes.node_of_point[rows], coarse.nodes.node_of_point[rows])
    return spans


def upright(scene: Scene) -> Scene:
    """The scene turned so that up is z; the scene itself where it is so already."""
    up = scene.up
    if up[2] > 1 - 1e-9:
        return scene
    side = np.cross(up, [0.0, 0.0, 1.0] if abs(up[2]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    turn = np.stack([side, np.cross(up, side), up])
    with np.errstate(invalid="ignore"):  # rows without a position stay without
        xyz = (scene.xyz @ turn.T).astype(np.float32)
    return Scene(xyz, scene.rgb, name=scene.name, origin=np.zeros(3))
