"""A surface as the network sees it: nodes, superpoints, and what lies between them, z up.

`view_of` makes one from the graph engine's `Surface`; `View.cut` takes the part of it round a
click or an object. A view holds numpy arrays alone and knows nothing of clicks.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import no_type_check

import numpy as np
from jaxtyping import Float32, Int32, Int64
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from pinpoint3d.graph.surface import Surface

FLOOR_BIN = 0.05  # m: heights that count as one when the floor is looked for
FLOOR_SHARE = 0.02  # of all nodes that a floor has at least
FLAT = 0.9  # cosine between a floor's normals and up, at least
N_NODE_INPUTS = 18
N_SUPERPOINT_INPUTS = 9
N_ARC_INPUTS = 8
N_STEP_INPUTS = 4
N_STEPS = 6  # from each node: to so many of its nearest neighbours
FARTHEST = 1e6  # m from the middle: what is farther is as far, so that squares stay numbers
MOST = 10.0  # that an input of the network is
DETOUR = 20.0  # a border of contrast 1 is as long as this many times its length


@dataclass(frozen=True)
class View:
    """A piece of a scene: V nodes in S superpoints, joined by A arcs.

    Attributes
    ----------
    size
        Edge of a node, metres.
    cell
        Of each node on the grid, ascending along x, then y, then z. int32 (V, 3).
    xyz, normal
        Mean position in metres, and the oriented normal. float32 (V, 3).
    rgb
        Mean colour from 0 to 1, or None. float32 (V, 3).
    variation, height, count
        Surface variation, height above the floor in metres, points. float32 (V,).
    neighbour
        Nearest other nodes; the node itself where one lies outside the view. int32 (V, k).
    superpoint
        Of each node. int32 (V,).
    tail, head
        Superpoints of each arc; every border is two arcs. int32 (A,).
    border
        What lies between: nodes along it, concave and convex bend, colour step, angle between the
        mean normals, difference of the mean colours, metres between centres. float32 (A, 7).
    order, rise
        Superpoints in the order of the merge tree's leaves, and the height at which each joins the
        next one: the highest rise between two is the height at which they join.
        int32 (S,), float32 (S - 1,).
    """

    size: float
    cell: Int32[np.ndarray, "nodes 3"]
    xyz: Float32[np.ndarray, "nodes 3"]
    normal: Float32[np.ndarray, "nodes 3"]
    rgb: Float32[np.ndarray, "nodes 3"] | None
    variation: Float32[np.ndarray, " nodes"]
    height: Float32[np.ndarray, " nodes"]
    count: Float32[np.ndarray, " nodes"]
    neighbour: Int32[np.ndarray, "nodes k"]
    superpoint: Int32[np.ndarray, " nodes"]
    tail: Int32[np.ndarray, " arcs"]
    head: Int32[np.ndarray, " arcs"]
    border: Float32[np.ndarray, "arcs 7"]
    order: Int32[np.ndarray, " superpoints"]
    rise: Float32[np.ndarray, " gaps"]

    def __len__(self) -> int:
        return len(self.xyz)

    @property
    def n_superpoints(self) -> int:
        """S."""
        return len(self.order)

    @cached_property
    def n_nodes_of(self) -> Float32[np.ndarray, " superpoints"]:
        """Nodes of each superpoint."""
        return np.bincount(self.superpoint, minlength=self.n_superpoints).astype(np.float32)

    @cached_property
    def centre(self) -> Float32[np.ndarray, "superpoints 3"]:
        """Mean position of each superpoint, metres."""
        return self.pooled(self.xyz)

    @cached_property
    def facing(self) -> Float32[np.ndarray, "superpoints 3"]:
        """Mean normal of each superpoint, of length 1."""
        mean = self.pooled(self.normal)
        return mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), np.float32(1e-6))

    @cached_property
    def colour(self) -> Float32[np.ndarray, "superpoints 3"]:
        """Mean colour of each superpoint; 0 without colour."""
        if self.rgb is None:
            return np.zeros((self.n_superpoints, 3), np.float32)
        return self.pooled(self.rgb)

    @cached_property
    def networks(self) -> tuple[csr_array, csr_array, csr_array]:
        """Lengths of the arcs: as they are, stretched by creases alone, and by colour alone."""
        length = np.maximum(self.border[:, 6].astype(np.float64), 1e-9)
        crease = self.border[:, 1] + 0.5 * self.border[:, 2] + 0.5 * self.border[:, 4]
        tint = self.border[:, 3] + self.border[:, 5]
        shape = (self.n_superpoints, self.n_superpoints)
        ends = (self.tail, self.head)
        return (
            csr_array((length, ends), shape=shape),
            csr_array((length * (1 + DETOUR * crease), ends), shape=shape),
            csr_array((length * (1 + DETOUR * tint), ends), shape=shape),
        )

    @cached_property
    def steps(self) -> Float32[np.ndarray, "measures nodes k"]:
        """Metres to each neighbour: as they are, stretched by creases alone, and by colour alone.

        Where there is no colour the last are as the first.
        """
        colour = self.xyz[:, :0] if self.rgb is None else self.rgb
        out = np.empty((3, *self.neighbour.shape), np.float32)
        _fill_steps(self.xyz, self.normal, colour, self.neighbour, DETOUR, out)
        return out

    def pooled(
        self, values: Float32[np.ndarray, "nodes k"]
    ) -> Float32[np.ndarray, "superpoints k"]:
        """Mean of each superpoint's nodes."""
        n = self.n_superpoints
        total = [np.bincount(self.superpoint, column, minlength=n) for column in values.T]
        return (np.stack(total, axis=1) / self.n_nodes_of[:, None]).astype(np.float32)

    def joined_at(self, superpoint: int) -> Float32[np.ndarray, " superpoints"]:
        """Height of the merge tree at which each superpoint joins the one given."""
        place = int(np.flatnonzero(self.order == superpoint)[0])
        along = np.zeros(self.n_superpoints, np.float32)
        along[place + 1 :] = np.maximum.accumulate(self.rise[place:])
        along[:place] = np.maximum.accumulate(self.rise[:place][::-1])[::-1]
        heights = np.empty_like(along)
        heights[self.order] = along
        return heights

    def cut(self, superpoints: Int64[np.ndarray, " kept"]) -> "Cut":
        """The view of some superpoints (ascending) alone."""
        new_superpoint = np.full(self.n_superpoints, -1, np.int32)
        new_superpoint[superpoints] = np.arange(len(superpoints), dtype=np.int32)
        rows = np.flatnonzero(new_superpoint[self.superpoint] >= 0)
        new_node = np.full(len(self), -1, np.int32)
        new_node[rows] = np.arange(len(rows), dtype=np.int32)
        neighbour = new_node[self.neighbour[rows]]
        own = np.broadcast_to(np.arange(len(rows), dtype=np.int32)[:, None], neighbour.shape)
        tail, head = new_superpoint[self.tail], new_superpoint[self.head]
        inside = (tail >= 0) & (head >= 0)
        order = new_superpoint[self.order]
        kept = np.flatnonzero(order >= 0)
        rise = np.maximum.reduceat(self.rise, kept[:-1]) if len(kept) > 1 else self.rise[:0]
        if len(kept) > 1:  # what lies past the last superpoint kept joins nothing
            rise[-1] = self.rise[kept[-2] : kept[-1]].max()
        view = View(
            size=self.size,
            cell=self.cell[rows],
            xyz=self.xyz[rows],
            normal=self.normal[rows],
            rgb=None if self.rgb is None else self.rgb[rows],
            variation=self.variation[rows],
            height=self.height[rows],
            count=self.count[rows],
            neighbour=np.where(neighbour < 0, own, neighbour),
            superpoint=new_superpoint[self.superpoint[rows]],
            tail=tail[inside],
            head=head[inside],
            border=self.border[inside],
            order=order[kept],
            rise=rise,
        )
        return Cut(view, rows, superpoints, np.flatnonzero(inside))


@dataclass(frozen=True)
class Cut:
    """A part of a view, and the rows of its nodes, superpoints and arcs in the whole."""

    view: View
    nodes: Int64[np.ndarray, " nodes"]
    superpoints: Int64[np.ndarray, " superpoints"]
    arcs: Int64[np.ndarray, " arcs"]


def view_of(surface: Surface) -> View:
    """The network's view of a surface whose scene has z up."""
    graph, nodes, tree = surface.graph, surface.nodes, surface.tree
    low, high = graph.pairs.T
    border = np.stack(
        [
            graph.border,
            graph.concave,
            graph.convex,
            graph.colour,
            graph.bend,
            graph.contrast,
            graph.distance,
        ],
        axis=1,
    )
    border = np.minimum(border, np.float32(FARTHEST))
    middle = np.median(nodes.xyz, axis=0)
    xyz = np.clip(nodes.xyz, middle - np.float32(FARTHEST), middle + np.float32(FARTHEST))
    xyz = (xyz - middle).astype(np.float32)
    return View(
        size=nodes.size,
        cell=nodes.cell,
        xyz=xyz,
        normal=surface.normal,
        rgb=nodes.rgb,
        variation=surface.variation,
        height=_heights(xyz, surface.normal),
        count=nodes.count.astype(np.float32),
        neighbour=surface.neighbour,
        superpoint=surface.superpoint,
        tail=np.concatenate([low, high]),
        head=np.concatenate([high, low]),
        border=np.concatenate([border, border]),
        order=tree.order,
        rise=tree.rises(),
    )


def node_inputs(view: View) -> Float32[np.ndarray, "nodes 18"]:
    """What the backbone is told of each node.

    Colour about grey and whether there is any; the normal times itself, so that its sign does not
    matter, and how far it points up; surface variation; height above the floor, in metres and in
    nodes; edge of a node; points in it; and where in its cell its points lie.
    """
    x = np.zeros((len(view), N_NODE_INPUTS), np.float32)
    if view.rgb is not None:
        x[:, :3] = 2 * view.rgb - 1
        x[:, 3] = 1
    n = view.normal
    x[:, 4:7] = n**2
    x[:, 7:10] = n * n[:, [1, 2, 0]]
    x[:, 10] = n[:, 2]
    x[:, 11] = 10 * view.variation
    x[:, 12] = np.clip(view.height, 0, 3) - 1
    x[:, 13] = np.log1p(np.maximum(view.height, 0) / view.size) / 4
    x[:, 14] = np.log(view.size / 0.02)
    x[:, 15] = np.log(view.count) / 2
    inside = view.xyz[:, 2] / np.float32(view.size) - view.cell[:, 2]
    x[:, 16] = inside - inside.min() - 0.5  # cells begin where the lowest of all places in them is
    x[:, 17] = 1
    return np.clip(x, -MOST, MOST)


def superpoint_inputs(view: View) -> Float32[np.ndarray, "superpoints 9"]:
    """What the decoder is told of each superpoint besides its features.

    Size, flatness, how far it points up, height, spread along z, edge of a node, colour.
    """
    spread = view.pooled(view.xyz**2) - view.centre**2
    mean = view.pooled(np.stack([view.variation, view.height, view.count], axis=1))
    x = np.zeros((view.n_superpoints, N_SUPERPOINT_INPUTS), np.float32)
    x[:, 0] = np.log(view.n_nodes_of) / 4
    x[:, 1] = 10 * mean[:, 0]
    x[:, 2] = np.abs(view.facing[:, 2])
    x[:, 3] = np.clip(mean[:, 1], 0, 3) - 1
    x[:, 4] = np.sqrt(np.maximum(spread[:, 2], 0)) / np.float32(view.size) / 4
    x[:, 5] = np.log(view.size / 0.02)
    if view.rgb is not None:
        x[:, 6:9] = 2 * view.colour - 1
    return np.clip(x, -MOST, MOST)


def arc_inputs(view: View) -> Float32[np.ndarray, "arcs 8"]:
    """What the decoder is told of each border, on the scale of a superpoint."""
    x = np.empty((len(view.border), N_ARC_INPUTS), np.float32)
    x[:, 0] = np.log(view.border[:, 0]) / 3
    x[:, 1:6] = view.border[:, 1:6]
    x[:, 6] = np.log(np.maximum(view.border[:, 6] / np.float32(view.size), 0.1)) / 2
    x[:, 7] = (view.centre[view.head, 2] - view.centre[view.tail, 2]) / np.maximum(
        view.border[:, 6], np.float32(1e-6)
    )
    return np.clip(x, -MOST, MOST)


def step_inputs(
    view: View, rows: Int32[np.ndarray, " rows"]
) -> tuple[
    Int32[np.ndarray, " steps"], Int32[np.ndarray, " steps"], Float32[np.ndarray, "steps 4"]
]:
    """Steps from nodes to neighbours, both among `rows`, and what lies between.

    Tail and head as places in `rows`; angle of the normals, difference of colour, how far off the
    tail's plane, and length in nodes.
    """
    place = np.full(len(view), -1, np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    colour = view.xyz[:, :0] if view.rgb is None else view.rgb
    most = len(rows) * min(N_STEPS, view.neighbour.shape[1])
    tail, head = np.empty((2, most), np.int32)
    x = np.empty((most, N_STEP_INPUTS), np.float32)
    n = _steps_among(
        place, rows, view.xyz, view.normal, colour, view.neighbour[:, :N_STEPS], tail, head, x
    )
    tail, head, x = tail[:n], head[:n], x[:n]
    x[:, 2:] /= np.float32(view.size)
    x[:, 3] -= 1
    return tail, head, x


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _step(xyz: NDArray, normal: NDArray, colour: NDArray, a: int, b: int) -> tuple:
    """Length, angle of the normals, how far off the plane of each end, difference of colour."""
    squared, parallel, off_a, off_b, apart = 0.0, 0.0, 0.0, 0.0, 0.0
    for c in range(3):
        step = xyz[b, c] - xyz[a, c]
        squared += step * step
        parallel += normal[a, c] * normal[b, c]
        off_a += step * normal[a, c]
        off_b += step * normal[b, c]
    for c in range(colour.shape[1]):
        apart += (colour[b, c] - colour[a, c]) ** 2
    return np.sqrt(squared), 1 - abs(parallel), abs(off_a), abs(off_b), np.sqrt(apart)


@njit(cache=True)
@no_type_check
def _steps_among(
    place: NDArray,
    rows: NDArray,
    xyz: NDArray,
    normal: NDArray,
    colour: NDArray,
    neighbour: NDArray,
    tail: NDArray,
    head: NDArray,
    x: NDArray,
) -> int:
    """Fill in the steps among rows, in metres; returns their number."""
    n = 0
    for row in range(len(rows)):
        a = rows[row]
        for b in neighbour[a]:
            if place[b] < 0 or b == a:
                continue
            length, bend, off, _, apart = _step(xyz, normal, colour, a, b)
            tail[n], head[n] = row, place[b]
            x[n, 0], x[n, 1], x[n, 2], x[n, 3] = bend, apart, off, length
            n += 1
    return n


@njit(cache=True)
@no_type_check  # numba compiles the plain function
def _fill_steps(
    xyz: NDArray,
    normal: NDArray,
    colour: NDArray,
    neighbour: NDArray,
    detour: float,
    out: NDArray,
) -> None:
    """Lengths of the steps from each node to its neighbours, in three measures."""
    for i in range(len(neighbour)):
        for at in range(neighbour.shape[1]):
            j = neighbour[i, at]
            length, bend, off_i, off_j, apart = _step(xyz, normal, colour, i, j)
            crease = bend + 0.5 * max(off_i, off_j) / max(length, 1e-9)
            out[0, i, at] = length
            out[1, i, at] = length * (1 + detour * crease)
            out[2, i, at] = length * (1 + detour * apart)


def _heights(
    xyz: Float32[np.ndarray, "nodes 3"], normal: Float32[np.ndarray, "nodes 3"]
) -> Float32[np.ndarray, " nodes"]:
    """Metres above the lowest level plane of some size; above the lowest node without one."""
    z = xyz[:, 2]
    floor = float(z.min())
    level = z[np.abs(normal[:, 2]) > FLAT]
    if len(level):
        layer = ((level - floor) / FLOOR_BIN).astype(np.int64)
        layers, count = np.unique(layer, return_counts=True)
        large = np.flatnonzero(count >= FLOOR_SHARE * len(z))
        if len(large):
            floor = float(level[layer == layers[large[0]]].mean())
    return (z - np.float32(floor)).astype(np.float32)
