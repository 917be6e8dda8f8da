"""Other methods behind the same two Protocols, so that one harness compares them: `load_peer`.

Nearest click and the graph engine come from the package itself; geodesic Voronoi (`geodesic`) and
the random walker (`walker`) are baselines that need no training; `originals` runs the published
networks where their code and weights are at hand.
"""

from pathlib import Path

from pinpoint3d.errors import SegmenterError
from pinpoint3d.evaluate.peers.geodesic import GeodesicSegmenter
from pinpoint3d.evaluate.peers.originals import KINDS, OriginalSegmenter
from pinpoint3d.evaluate.peers.walker import WalkerSegmenter
from pinpoint3d.graph.engine import GraphSegmenter
from pinpoint3d.graph.nearest import NearestSegmenter
from pinpoint3d.segmenter import Segmenter, load_segmenter

UNTRAINED = {
    segmenter.name: segmenter
    for segmenter in (NearestSegmenter, GeodesicSegmenter, WalkerSegmenter, GraphSegmenter)
}
"""Peers that need no training, the plainest first."""

NOT_YET = {
    "agile3d": "the AGILE3D-style network has no weights yet; train it first, or give "
    "original-agile3d a checkpoint of its authors.",
    "pointsam": "the Point-SAM-style network has no weights yet; train it first.",
}
"""Peers that the harness has a place for, and what each is missing."""


def load_peer(name: str, weights: Path | None = None) -> Segmenter:
    """Segmenter of a name.

    Parameters
    ----------
    name
        One of `UNTRAINED`, of `NOT_YET`, "original-agile3d" or "original-pinpoint3d"; otherwise
        whatever `load_segmenter` takes.
    weights
        Checkpoint of the originals.

    Raises
    ------
    SegmenterError
        If there is none of that name, or it has no weights.
    MissingExtraError
        If the code of an original is not installed.
    """
    if name in NOT_YET:
        raise SegmenterError(NOT_YET[name])
    if name in KINDS:
        return OriginalSegmenter(name, weights)
    if weights is not None:
        raise SegmenterError(f"{name!r} takes no checkpoint; give one to {', '.join(KINDS)}.")
    return UNTRAINED[name]() if name in UNTRAINED else load_segmenter(name)
