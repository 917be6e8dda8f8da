"""Pseudo part labels: instance-labelled scans, whose objects are known, get parts of their own.

`pseudo_parts` is all that a dataset needs. Each object is over-segmented (`graph.surface`), its
superpoints are grouped in several ways (`partitions`, on `features`), the best is chosen by an
estimate of how well it agrees with true parts (`quality`), and objects where that is low stay
without parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from jaxtyping import Float64, Int32, Int64

from pinpoint3d.errors import SceneError
from pinpoint3d.graph.surface import Surface, encode_surface
from pinpoint3d.synth.pseudo.clusters import clustered
from pinpoint3d.synth.pseudo.features import FeatureFunction, superpoint_features
from pinpoint3d.synth.pseudo.partitions import FEWEST_POINTS, Cut, Tokens, connected, tree_cuts
from pinpoint3d.synth.pseudo.quality import expected_agreement
from pinpoint3d.types import Masks, Scene

Way = Literal["tree", "k-means"]
"""How superpoints are grouped: cuts of a merge tree, or clusters in feature space alone."""

Reason = Literal["too few points", "no division", "low quality", "has parts"]
"""Why an object was left without pseudo parts; "no division" where nothing parts it, or where it
lies in more pieces than the most parts."""

LEAST_QUALITY = 0.45  # keeps five made objects in six, 0.16 better than the rest; docs/log.md


@dataclass(frozen=True)
class PseudoLabels:
    """Masks with parts, and how far to trust them.

    Attributes
    ----------
    masks
        The scene's objects as they were. Parts are numbered from 1, the largest first, and fill
        their object; the confidence of their points is that of the object times the quality.
    quality
        Expected agreement with true parts, 0 to 1, of every object for which parts were found,
        those of low quality included.
    left_out
        Objects whose labels stay as they were, and why.
    """

    masks: Masks
    quality: Mapping[int, float]
    left_out: Mapping[int, Reason]


def pseudo_parts(
    scene: Scene,
    *,
    features: FeatureFunction | None = None,
    rng: np.random.Generator,
    way: Way = "tree",
    least_quality: float = LEAST_QUALITY,
) -> PseudoLabels:
    """Parts for every object of a scene that has none.

    Parameters
    ----------
    scene
        With object ids in its labels.
    features
        What tells parts apart, a row a point, such as a network's features; None takes shape and
        colour (`features.superpoint_features`).
    rng
        Decides the starts of k-means, and the sample that stands for a large object in the
        silhouette; the same state gives the same labels.
    way
        "tree" cuts a merge tree of the superpoints. "k-means" clusters features with the number
        of clusters by silhouette, as is usual; it agrees less with true parts.
    least_quality
        Objects below it stay without parts.

    Raises
    ------
    SceneError
        If the scene has no labels or no object, or if `features` gives anything but one row of
        finite numbers for every point.
    """
    labels = scene.labels
    if labels is None:
        raise SceneError(f"{scene.name}: no labels to find parts in; give each point its object.")
    ids = np.unique(labels.object)
    ids = ids[ids > 0]
    if len(ids) == 0:
        raise SceneError(f"{scene.name}: its labels hold no object; parts need objects to lie in.")
    parts, confidence = labels.part.copy(), labels.confidence.copy()
    found: dict[int, float] = {}
    left_out: dict[int, Reason] = {}
    # One sort, not one pass over the scene an object.
    order = np.argsort(labels.object, kind="stable")
    first = np.searchsorted(labels.object[order], np.append(ids, ids[-1] + 1))
    for object_id, begin, end in zip(ids.tolist(), first[:-1], first[1:], strict=True):
        rows = order[begin:end]
        rows = rows[scene.valid[rows]]
        if labels.part[rows].any():
            left_out[object_id] = "has parts"
            continue
        if len(rows) < 2 * FEWEST_POINTS:
            left_out[object_id] = "too few points"
            continue
        surface = encode_surface(scene, rows)
        part, score = _best(*_tokens(scene, surface, features), rng=rng, way=way)
        if part.max() == 0:
            left_out[object_id] = "no division"
            continue
        found[object_id] = score
        if score < least_quality:
            left_out[object_id] = "low quality"
            continue
        superpoint = surface.superpoint[surface.nodes.node_of_point[rows]]
        parts[rows] = _largest_first(part[superpoint])
        confidence[rows] *= np.float32(score)
    masks = Masks(labels.object, parts, confidence)
    return PseudoLabels(masks, MappingProxyType(found), MappingProxyType(left_out))


def _tokens(
    scene: Scene, surface: Surface, features: FeatureFunction | None
) -> tuple[Tokens, Float64[np.ndarray, "superpoints features"]]:
    """Superpoints of an object with their sizes in points, and their features."""
    superpoint = surface.superpoint[surface.nodes.node_of_point[surface.rows]]
    size = np.bincount(superpoint, minlength=len(surface.graph)).astype(np.float64)
    return Tokens(surface.graph, size), superpoint_features(scene, surface, features)


def _best(
    tokens: Tokens,
    features: Float64[np.ndarray, "superpoints features"],
    *,
    rng: np.random.Generator,
    way: Way,
) -> tuple[Int64[np.ndarray, " superpoints"], float]:
    """Part of each superpoint, numbered from 0, and the quality of that choice.

    One part, of quality 0, where nothing can be told apart.
    """
    if way == "tree":
        cuts = tree_cuts(tokens, features)
    else:
        cuts = [Cut(connected(tokens, clustered(features, tokens.size, rng=rng)))]
    cuts = [cut for cut in cuts if len(cut) > 1]
    if not cuts:
        return np.zeros(len(tokens), np.int64), 0.0
    scores = expected_agreement(tokens, features, cuts, rng=rng)
    best = int(np.argmax(scores))
    return cuts[best].piece, float(scores[best])


def _largest_first(part: Int64[np.ndarray, " points"]) -> Int32[np.ndarray, " points"]:
    """Ids from 1, by falling number of points."""
    count = np.bincount(part)
    rank = np.empty(len(count), np.int32)
    rank[np.argsort(-count, kind="stable")] = np.arange(1, len(count) + 1, dtype=np.int32)
    return rank[part]
