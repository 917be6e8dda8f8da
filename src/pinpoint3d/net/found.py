"""What the network says of one object: odds and parts on nodes, and how both are held to clicks.

An answer is kept to the clicks in two ways: what lies far from all of them is none of it
(`Found.without_strays`), and where a click names the size of what it means, it is that
(`Found.held`).
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float32, Int32, Int64
from scipy.spatial import KDTree

from pinpoint3d.graph.guarantees import pieces

REACHED = -1.0  # odds of an object from which on clicks elsewhere there are held against it
LEAST_ODDS = -6.0  # of an object on nodes that are kept
EVEN = 0.5  # chance of a part where a click names its size and not the network
NAMED_ODDS = 2.0  # of an object, at least, where a click names its size
STRAY = 0.1  # of what holds an object's clicks: a piece without any that is farther off is not its

ClickKey = tuple[int, int, int, float | None]
"""Row, object, part and granularity of a click."""


@dataclass(frozen=True)
class Found:
    """What the network says of one object, on the nodes it was looked for.

    Attributes
    ----------
    own, against
        Clicks on the object, and clicks elsewhere that it was asked to heed.
    nodes
        Of the window, ascending. int64 (R,).
    odds
        Logarithm of p(object) / p(not). float32 (R,).
    part
        Likeliest part on each, and its chance within the object. int32 and float32 (R,).
    """

    own: tuple[ClickKey, ...]
    against: tuple[ClickKey, ...]
    nodes: Int64[np.ndarray, " rows"]
    odds: Float32[np.ndarray, " rows"]
    part: Int32[np.ndarray, " rows"]
    chance: Float32[np.ndarray, " rows"]

    def reaches(self, node: int) -> bool:
        """Whether the object may well extend to a node."""
        at = int(np.searchsorted(self.nodes, node))
        if at == len(self.nodes) or self.nodes[at] != node:
            return False
        return bool(self.odds[at] > REACHED)

    def held(
        self, part_id: int, named: Bool[np.ndarray, " nodes"], *, background: bool, rest: bool
    ) -> "Found":
        """The same with one part, or the object (0), on the nodes named, as far as others let it.

        Parameters
        ----------
        background, rest
            Whether it may take from the background, and from the rest of its object.
        """
        n = len(named)
        odds = dense(n, self.nodes, self.odds, 2 * LEAST_ODDS)
        part = dense(n, self.nodes, self.part, 0)
        chance = dense(n, self.nodes, self.chance, EVEN)
        if background:
            odds[named] = np.maximum(odds[named], NAMED_ODDS)
        if part_id == 0:
            odds[~named] = 2 * LEAST_ODDS
        elif rest:
            taken = named & (part == 0)
            part[taken], chance[taken] = part_id, EVEN
        if part_id:
            part[~named & (part == part_id)] = 0
        nodes = np.flatnonzero(odds > LEAST_ODDS)
        return replace(self, nodes=nodes, odds=odds[nodes], part=part[nodes], chance=chance[nodes])

    def spread(self, spans: Int32[np.ndarray, " finest"]) -> "Found":
        """The same on the finest nodes, of which each has one here."""
        at = np.minimum(np.searchsorted(self.nodes, spans), max(len(self.nodes) - 1, 0))
        nodes = np.flatnonzero(self.nodes[at] == spans) if len(self.nodes) else self.nodes
        return replace(self._at(at[nodes]), nodes=nodes)

    def without_strays(
        self,
        clicked: Int32[np.ndarray, " clicks"],
        xyz: Float32[np.ndarray, "nodes 3"],
        neighbour: Int32[np.ndarray, "nodes k"],
    ) -> "Found":
        """The same less the pieces without a click that lie far from those with one.

        Parameters
        ----------
        clicked
            Nodes of the clicks on the object.
        xyz, neighbour
            Where all nodes of the window lie, and the nearest others of each.
        """
        inside = np.zeros(len(xyz), bool)
        inside[self.nodes[self.odds > 0]] = True
        inside[clicked] = True
        nodes = np.flatnonzero(inside)
        piece = pieces(inside, neighbour)[nodes]
        is_held = np.isin(piece, piece[np.searchsorted(nodes, clicked)])
        if is_held.all():
            return self
        held, loose = xyz[nodes[is_held]], nodes[~is_held]
        away, _ = KDTree(held).query(xyz[loose])
        _, number = np.unique(piece[~is_held], return_inverse=True)
        gap = np.full(number.max() + 1, np.inf)
        np.minimum.at(gap, number, away)
        stray = np.zeros(len(xyz), bool)
        stray[loose] = (gap > STRAY * np.linalg.norm(np.ptp(held, axis=0)))[number]
        return self._at(np.flatnonzero(~stray[self.nodes]))

    def _at(self, rows: Int64[np.ndarray, " kept"]) -> "Found":
        """The same on some of its nodes."""
        return replace(
            self,
            nodes=self.nodes[rows],
            odds=self.odds[rows],
            part=self.part[rows],
            chance=self.chance[rows],
        )


def dense(
    n: int, nodes: Int64[np.ndarray, " rows"], values: np.ndarray, elsewhere: float | int
) -> np.ndarray:
    """Values of all nodes, of those known on some."""
    out = np.full(n, elsewhere, values.dtype)
    out[nodes] = values
    return out
