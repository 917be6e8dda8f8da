"""What a data set holds: numbers for a table, and a sheet of pictures to look at."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np
from jaxtyping import UInt8
from scipy.spatial import KDTree

from pinpoint3d.picture import render
from pinpoint3d.synth.samples import Sample
from pinpoint3d.types import Masks, Scene

PICTURE = (360, 270)  # pixels
PAIRS_A_ROW = 3
CEILING = 0.25  # m below the highest point: taken off rooms so that one can look in
QUERIES = 400  # points that stand for all when spacing is measured
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Edges of the histogram of part sizes, as shares of their object's points."""


@dataclass
class Statistics:
    """Counts over samples, filled by `add`.

    Attributes
    ----------
    samples, devices, kinds
        How often each kind of sample, device and kind of object occurs.
    styles
        Kinds with their discrete choices that were met.
    points, objects, spacing
        One value a sample: points, objects in sight, median distance between neighbours in metres.
    parts
        Parts in sight, one value an object.
    shares
        Share of its object's points, one value a part.
    """

    samples: Counter[str] = field(default_factory=Counter)
    devices: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    styles: set[tuple[str, str]] = field(default_factory=set)
    points: list[int] = field(default_factory=list)
    objects: list[int] = field(default_factory=list)
    spacing: list[float] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)

    def add(self, sample: Sample) -> None:
        """Count one more sample."""
        labels = sample.scene.labels
        assert labels is not None
        self.samples[sample.kind] += 1
        self.devices[sample.device] += 1
        self.points.append(int(np.count_nonzero(sample.scene.valid)))
        self.spacing.append(_spacing(sample.scene))
        seen = np.unique(labels.object[labels.object > 0])
        self.objects.append(len(seen))
        for object_id in seen.tolist():
            known = sample.objects[object_id - 1]
            self.kinds[known.kind] += 1
            self.styles.add((known.kind, known.style))
            count = np.bincount(labels.part[labels.object == object_id])
            named = count[1:][count[1:] > 0]
            self.parts.append(len(named))
            self.shares += (named / count.sum()).tolist()

    def summary(self) -> dict[str, object]:
        """The figures, ready for JSON."""
        edges = [0.0, *SHARES, 1.0]
        histogram, _ = np.histogram(self.shares, edges)
        return {
            "samples": sum(self.samples.values()),
            "by_kind": dict(sorted(self.samples.items())),
            "by_device": dict(sorted(self.devices.items())),
            "points_mean": round(fmean(self.points)) if self.points else 0,
            "spacing_mm": _quantiles([1000 * s for s in self.spacing]),
            "objects_a_sample": round(fmean(self.objects), 1) if self.objects else 0,
            "kinds_of_objects": len(self.kinds),
            "styles_of_objects": len(self.styles),
            "parts_an_object_mean": round(fmean(self.parts), 2) if self.parts else 0,
            "parts_an_object": _quantiles(self.parts),
            "part_share_edges": edges,
            "part_share_counts": histogram.tolist(),
            "most_common_objects": dict(self.kinds.most_common(20)),
        }


def statistics(samples: Iterable[Sample]) -> Statistics:
    """Counts over all samples."""
    counted = Statistics()
    for sample in samples:
        counted.add(sample)
    return counted


def contact_sheet(samples: Iterable[Sample]) -> UInt8[np.ndarray, "height width 3"]:
    """Pictures of samples, colour beside parts, `PAIRS_A_ROW` pairs a row."""
    pairs = [_pair(sample) for sample in samples]
    blank = np.full_like(pairs[0], 250)
    pairs += [blank] * (-len(pairs) % PAIRS_A_ROW)
    rows = [
        np.concatenate(pairs[i : i + PAIRS_A_ROW], axis=1)
        for i in range(0, len(pairs), PAIRS_A_ROW)
    ]
    return np.concatenate(rows)


def _pair(sample: Sample) -> UInt8[np.ndarray, "height width 3"]:
    scene = _without_ceiling(sample.scene) if sample.kind == "room" else sample.scene
    cut = 0.3 if sample.kind == "room" else 0.0
    tilt = 5.0 if sample.kind == "frame" else 40.0
    views = [
        render(scene, labels, cut=cut, azimuth_deg=25.0, elevation_deg=tilt, size=PICTURE)
        for labels in (None, scene.labels)
    ]
    return np.concatenate(views, axis=1)


def _without_ceiling(scene: Scene) -> Scene:
    height = scene.xyz[:, 2]
    kept = scene.valid & (height < height[scene.valid].max() - CEILING)
    labels = scene.labels
    if labels is None or not kept.any():
        return scene
    masks = Masks.of(labels.object[kept], labels.part[kept])
    rgb = None if scene.rgb is None else scene.rgb[kept]
    return Scene(scene.xyz[kept], rgb, name=scene.name, labels=masks, up=scene.up)


def _spacing(scene: Scene) -> float:
    """Median distance to the nearest other point, metres."""
    xyz = scene.xyz[scene.valid]
    chosen = xyz[:: max(1, len(xyz) // QUERIES)]
    return float(np.median(KDTree(xyz).query(chosen, k=2)[0][:, 1]))


def _quantiles(values: Sequence[int | float]) -> dict[str, float]:
    """Least, quartiles and most."""
    if not values:
        return {}
    at = np.quantile(values, (0, 0.25, 0.5, 0.75, 1)).round(2).tolist()
    return dict(zip(("least", "quarter", "median", "three_quarters", "most"), at, strict=True))
