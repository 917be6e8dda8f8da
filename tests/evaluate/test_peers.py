from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rectangles import grid
from scipy.sparse.csgraph import dijkstra

from pinpoint3d import Click, Scene
from pinpoint3d.errors import MissingExtraError, SegmenterError
from pinpoint3d.evaluate.peers import TRAINED, UNTRAINED, load_peer
from pinpoint3d.evaluate.peers.geodesic import GeodesicSegmenter, neighbour_graph
from pinpoint3d.evaluate.peers.originals import KINDS
from pinpoint3d.evaluate.peers.walker import LEAK, WalkerSegmenter, Walks
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.peers.agile3d import Agile3DConfig
from pinpoint3d.net.peers.pointsam import PointSamConfig
from pinpoint3d.net.presets import built, described
from pinpoint3d.net.weights import Weights, write_weights
from pinpoint3d.segmenter import EncodedScene, Segmenter

BOTH = [GeodesicSegmenter, WalkerSegmenter]


def folded_sheet() -> Scene:
    """A U of paper: two parallel sheets 5 cm apart, joined at one end; 1 cm between points."""
    low = grid((0, 0, 0), (0.4, 0, 0), (0, 0.2, 0))
    high = low + np.array([0, 0, 0.05])
    bend = grid((0.41, 0, 0), (0, 0.2, 0), (0, 0, 0.05))
    return Scene(np.concatenate([low, high, bend]).astype(np.float32), name="folded")


def nearest_row(scene: Scene, position: tuple[float, float, float]) -> int:
    return int(np.linalg.norm(scene.xyz - np.array(position, np.float32), axis=1).argmin())


@pytest.mark.parametrize("name", sorted(UNTRAINED))
def test_every_untrained_peer_is_a_segmenter_of_its_name(name: str, two_boxes: Scene):
    peer = load_peer(name)
    assert isinstance(peer, Segmenter)
    assert peer.name == name
    encoded = peer.encode(two_boxes)
    assert isinstance(encoded, EncodedScene)
    rows = [nearest_row(two_boxes, (x, 0, 0.2)) for x in (-0.15, 0.15)]
    floor = nearest_row(two_boxes, (0.0, 0.4, 0.0))
    masks = encoded.segment([Click(rows[0], 1, 2), Click(rows[1], 2, 0), Click(floor, 0)])
    assert len(masks) == len(two_boxes)
    labels = list(zip(masks.object.tolist(), masks.part.tolist(), strict=True))
    assert [labels[r] for r in (*rows, floor)] == [(1, 2), (2, 0), (0, 0)]


@pytest.mark.parametrize("peer", BOTH)
def test_labels_go_along_the_surface_and_not_through_the_air(peer: type):
    scene = folded_sheet()
    ours, theirs = nearest_row(scene, (0.05, 0.1, 0)), nearest_row(scene, (0.35, 0.1, 0.05))
    masks = peer().encode(scene).segment([Click(ours, 1), Click(theirs, 2)])
    above_ours = nearest_row(scene, (0.2, 0.1, 0.05))
    below_theirs = nearest_row(scene, (0.15, 0.1, 0.0))
    assert masks.object[above_ours] == 2
    assert masks.object[below_theirs] == 1


@pytest.mark.parametrize("peer", BOTH)
def test_no_clicks_give_background_and_clicked_points_their_label(peer: type, two_boxes: Scene):
    encoded = peer().encode(two_boxes)
    assert not encoded.segment([]).object.any()
    clicks = [Click(5, 1, 1), Click(6, 1, 2), Click(7, 0), Click(5, 2, 0)]
    masks = encoded.segment(clicks)
    assert (masks.object[5], masks.part[5]) == (2, 0)  # the later click on it wins
    assert (masks.object[6], masks.part[6], masks.object[7]) == (1, 2, 0)


@pytest.mark.parametrize("peer", BOTH)
def test_the_same_clicks_give_the_same_masks_whatever_was_asked_before(
    peer: type, two_boxes: Scene
):
    rows = [0, 700, 1500, 2500, len(two_boxes) - 1]
    clicks = [Click(row, 1 + i % 2, i % 3) for i, row in enumerate(rows)]
    fresh = peer().encode(two_boxes).segment(clicks)
    used = peer().encode(two_boxes)
    for k in (5, 1, 3):
        used.segment(clicks[:k])
    used.candidates(clicks[0])
    again = used.segment(clicks)
    for name in ("object", "part", "confidence"):
        assert getattr(fresh, name).tobytes() == getattr(again, name).tobytes()


@pytest.mark.parametrize("peer", BOTH)
def test_candidates_nest_and_hold_the_click(peer: type, two_boxes: Scene):
    found = peer().encode(two_boxes).candidates(Click(40, 1))
    assert all(candidate.mask[40] for candidate in found)
    for inner, outer in pairwise(found):
        assert not (inner.mask & ~outer.mask).any()


@pytest.mark.parametrize("peer", BOTH)
def test_pieces_without_a_click_are_background_of_confidence_0(peer: type):
    near = grid((0, 0, 0), (0.2, 0, 0), (0, 0.2, 0))
    xyz = np.concatenate([near, near + np.array([50, 0, 0]), [[np.nan, 0, 0]]]).astype(np.float32)
    masks = peer().encode(Scene(xyz)).segment([Click(0, 1)])
    n = len(near)
    assert (masks.object[:n] == 1).all()
    assert not masks.object[n:].any()
    assert not masks.confidence[n:].any()


def test_points_at_one_place_belong_together():
    xyz = np.repeat(np.arange(40, dtype=np.float32)[:, None] * [0.01, 0, 0], 2, axis=0)
    scene = Scene(xyz.astype(np.float32))
    masks = GeodesicSegmenter().encode(scene).segment([Click(0, 1), Click(79, 2)])
    assert (masks.object[::2] == masks.object[1::2]).all()
    assert masks.object.tolist()[:38] == [1] * 38


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 1000), n_clicks=st.integers(1, 5))
def test_geodesic_gives_every_point_its_nearest_click_along_the_graph(seed: int, n_clicks: int):
    rng = np.random.default_rng(seed)
    scene = Scene(rng.random((120, 3)).astype(np.float32))
    rows = rng.permutation(120)[:n_clicks]
    clicks = [Click(int(row), 1 + i) for i, row in enumerate(rows)]
    masks = GeodesicSegmenter().encode(scene).segment(clicks)
    distance = dijkstra(neighbour_graph(scene.xyz), directed=False, indices=rows)
    mine = distance[masks.object - 1, np.arange(120)]
    assert mine == pytest.approx(distance.min(axis=0), rel=1e-6)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 1000), n_seeds=st.integers(1, 6))
def test_chances_of_walks_are_those_of_the_plain_equations(seed: int, n_seeds: int):
    rng, n = np.random.default_rng(seed), 20
    ring = np.stack([np.arange(n), (np.arange(n) + 1) % n], axis=1)  # nothing is cut off
    pairs = np.unique(
        np.sort(np.concatenate([ring, rng.integers(n, size=(25, 2))]), axis=1), axis=0
    )
    pairs = pairs[pairs[:, 0] != pairs[:, 1]].astype(np.int32)
    ease = rng.uniform(0.01, 1, len(pairs))
    seeds = np.sort(rng.permutation(n)[:n_seeds])
    fixed = np.eye(3)[rng.integers(3, size=n_seeds)]
    matrix = np.zeros((n, n))
    for (a, b), w in zip(pairs, ease, strict=True):
        matrix[a, b] -= w
        matrix[b, a] -= w
        matrix[a, a] += w
        matrix[b, b] += w
    matrix += LEAK * np.eye(n)
    off = np.setdiff1d(np.arange(n), seeds)
    expected = np.zeros((n, 3))
    expected[seeds] = fixed
    right = -matrix[np.ix_(off, seeds)] @ fixed
    expected[off] = np.linalg.solve(matrix[np.ix_(off, off)], right)
    walks = Walks(pairs, ease, n)
    assert walks.chances(seeds, fixed) == pytest.approx(expected, abs=1e-8)


TINY = {
    "agile3d": Agile3DConfig((4, 4), 8, 8, 2, 1),
    "reference": Agile3DConfig((4, 4), 8, 8, 2, 1, 1),
    "pointsam": PointSamConfig(8, 8, 2, 1, 1, 4),
}


@pytest.mark.parametrize("name", TRAINED)
def test_trained_networks_take_weights_of_their_own_and_say_so(
    name: str, tmp_path: Path, two_boxes: Scene
):
    with pytest.raises(SegmenterError, match="no weights yet"):
        load_peer(name)
    for preset, config in TINY.items():
        arrays = initial(built(config).shapes(), np.random.default_rng(0))
        write_weights(tmp_path / f"{preset}.safetensors", Weights(described(config), arrays))
    peer = load_peer(name, tmp_path / f"{name}.safetensors")
    assert isinstance(peer, Segmenter)
    assert peer.name == name
    masks = peer.encode(two_boxes).segment([Click(11_000, 1, 1), Click(0, 0)])
    assert (masks.object[11_000], masks.part[11_000], masks.object[0]) == (1, 1, 0)
    other = TRAINED[TRAINED.index(name) - 1]
    with pytest.raises(SegmenterError, match=f"of the network {other}, not of {name}"):
        load_peer(name, tmp_path / f"{other}.safetensors")


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_originals_say_what_they_need(name: str, tmp_path: Path):
    with pytest.raises(SegmenterError, match="--weights"):
        load_peer(name)
    weights = tmp_path / "checkpoint.pth"
    weights.write_bytes(b"weights")
    with pytest.raises(MissingExtraError, match="checkout on PYTHONPATH"):
        load_peer(name, weights)


def test_names_that_are_none_are_refused(tmp_path: Path):
    with pytest.raises(SegmenterError, match="no segmenter 'nonsense'"):
        load_peer("nonsense")
    with pytest.raises(SegmenterError, match="takes no checkpoint"):
        load_peer("graph", tmp_path / "checkpoint.pth")
