"""Other methods behind the same two Protocols, so that one harness compares them: `load_peer`.

Nearest click and the graph engine come from the package itself; geodesic Voronoi (`geodesic`) and
the random walker (`walker`) are baselines that need no training; the networks of `net.peers` run
with weights that were trained as ours are; `originals` runs the published networks where their code
and weights are at hand.
"""

from pathlib import Path

from pinpoint3d.errors import SegmenterError
from pinpoint3d.evaluate.peers.geodesic import GeodesicSegmenter
from pinpoint3d.evaluate.peers.originals import KINDS, OriginalSegmenter
from pinpoint3d.evaluate.peers.walker import WalkerSegmenter
from pinpoint3d.graph.engine import GraphSegmenter
from pinpoint3d.graph.nearest import NearestSegmenter
from pinpoint3d.net.engine import NetSegmenter
from pinpoint3d.net.presets import PRESETS, preset_of
from pinpoint3d.segmenter import Segmenter, load_segmenter

UNTRAINED = {
    segmenter.name: segmenter
    for segmenter in (NearestSegmenter, GeodesicSegmenter, WalkerSegmenter, GraphSegmenter)
}
"""Peers that need no training, the plainest first."""

TRAINED = tuple(name for name in PRESETS if name != "default")
"""Peers that are networks trained as ours is; each takes a file of weights."""


def load_peer(name: str, weights: Path | None = None) -> Segmenter:
    """Segmenter of a name.

    Parameters
    ----------
    name
        One of `UNTRAINED`, of `TRAINED`, "original-agile3d" or "original-pinpoint3d"; otherwise
        whatever `load_segmenter` takes.
    weights
        File of a trained network, or checkpoint of the originals.

    Raises
    ------
    SegmenterError
        If there is none of that name, or it has no weights, or those of another network.
    MissingExtraError
        If the code of an original is not installed.
    """
    if name in TRAINED:
        return _trained(name, weights)
    if name in KINDS:
        return OriginalSegmenter(name, weights)
    if weights is not None:
        takers = ", ".join((*TRAINED, *KINDS))
        raise SegmenterError(f"{name!r} takes no checkpoint; give one to {takers}.")
    return UNTRAINED[name]() if name in UNTRAINED else load_segmenter(name)


def _trained(name: str, weights: Path | None) -> Segmenter:
    """A network of one of our presets, from its weights."""
    if weights is None:
        raise SegmenterError(f"{name} has no weights yet; train it, and give them with --weights.")
    segmenter = NetSegmenter(weights, name=name)
    found = preset_of(segmenter.network.config)
    if found != name:
        raise SegmenterError(f"{weights.name}: is of the network {found}, not of {name}.")
    return segmenter
