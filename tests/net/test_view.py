import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d import Scene
from pinpoint3d.graph.surface import encode_surface
from pinpoint3d.net.view import View, arc_inputs, node_inputs, superpoint_inputs, view_of


@pytest.fixture(scope="module")
def view(two_boxes: Scene) -> View:
    return view_of(encode_surface(two_boxes, np.arange(len(two_boxes))))


def test_heights_count_from_the_floor(view: View, two_boxes: Scene) -> None:
    floor = np.abs(view.xyz[:, 2] - two_boxes.xyz[:, 2].min()) < 0.005
    assert np.abs(view.height[floor]).max() < 0.01
    assert view.height.max() == pytest.approx(np.ptp(two_boxes.xyz[:, 2]), abs=0.02)


def test_superpoints_join_where_the_merge_tree_says(view: View, two_boxes: Scene) -> None:
    tree = encode_surface(two_boxes, np.arange(len(two_boxes))).tree
    for superpoint in (0, view.n_superpoints // 2):
        heights = view.joined_at(superpoint)
        for other in range(0, view.n_superpoints, 7):
            above = set(tree.chain_above(other))
            common = next((e for e in tree.chain_above(superpoint) if e in above), None)
            assert heights[other] == (np.inf if common is None else tree.height[common])


@settings(max_examples=25)
@given(data=st.data())
def test_a_cut_keeps_what_lies_inside_as_it_was(view: View, data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.integers(0, view.n_superpoints - 1), min_size=1))
    superpoints = np.array(sorted(kept))
    cut = view.cut(superpoints)
    assert (superpoints[cut.view.superpoint] == view.superpoint[cut.nodes]).all()
    assert (cut.view.xyz == view.xyz[cut.nodes]).all()
    assert (superpoints[cut.view.tail] == view.tail[cut.arcs]).all()
    assert (superpoints[cut.view.head] == view.head[cut.arcs]).all()
    assert (
        len(cut.arcs) == (np.isin(view.tail, superpoints) & np.isin(view.head, superpoints)).sum()
    )
    first = int(superpoints[0])
    assert (cut.view.joined_at(0) == view.joined_at(first)[superpoints]).all()
    whole = cut.nodes[cut.view.neighbour]
    inside = np.isin(view.neighbour[cut.nodes], cut.nodes)
    assert (whole[inside] == view.neighbour[cut.nodes][inside]).all()
    assert (whole == cut.nodes[:, None])[~inside].all()


def test_inputs_are_numbers_of_moderate_size_with_and_without_colour(two_boxes: Scene) -> None:
    for scene in (two_boxes, Scene(two_boxes.xyz)):
        view = view_of(encode_surface(scene, np.arange(len(scene))))
        for values in (node_inputs(view), superpoint_inputs(view), arc_inputs(view)):
            assert np.isfinite(values).all()
            assert np.abs(values).max() < 10


def test_the_sign_of_normals_does_not_matter_to_the_backbone(view: View) -> None:
    from dataclasses import replace

    flipped = node_inputs(replace(view, normal=-view.normal))
    same = node_inputs(view)
    same[:, 10], flipped[:, 10] = np.abs(same[:, 10]), np.abs(flipped[:, 10])
    np.testing.assert_allclose(same, flipped)
