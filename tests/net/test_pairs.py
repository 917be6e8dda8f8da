from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinpoint3d import Scene
from pinpoint3d.graph.surface import encode_surface
from pinpoint3d.net.pairs import (
    ClickFields,
    Question,
    click_fields,
    node_pairs,
    recalled,
    superpoint_pairs,
)
from pinpoint3d.net.view import View, view_of


@pytest.fixture(scope="module")
def view(two_boxes: Scene) -> View:
    return view_of(encode_surface(two_boxes, np.arange(len(two_boxes))))


def question(nodes: list[int], parts: list[int], asked: tuple[int, ...]) -> Question:
    """Clicks on one object; part -1 stands for the background."""
    part = np.array(parts, np.int32)
    return Question(
        asked,
        np.array(nodes, np.int32),
        part >= 0,
        np.maximum(part, 0),
    )


def measured(view: View, asked: Question) -> list[ClickFields]:
    return [click_fields(view, int(node)) for node in asked.node]


def at(view: View, place: tuple[float, float, float]) -> int:
    return int(np.linalg.norm(view.xyz - np.array(place), axis=1).argmin())


def test_labels_are_background_object_rest_and_parts() -> None:
    asked = question([3, 4, 5, 6], [-1, 0, 7, 9], (7, 9))
    assert asked.n_labels == 5
    assert asked.kind.tolist() == [0, 1, 2, 3, 3]
    assert asked.member.astype(int).tolist() == [
        [1, 0, 0, 0, 0],
        [0, 1, 1, 0, 0],
        [0, 1, 0, 1, 0],
        [0, 1, 0, 0, 1],
    ]


def test_distances_grow_by_detours_and_are_least_at_the_click(view: View) -> None:
    node = at(view, (-0.15, 0, 0.2))
    fields = click_fields(view, node).superpoints
    mine = view.superpoint[node]
    assert fields[0, mine] == fields[0].min()
    assert (fields[1:4, mine] == 0).all()
    assert (fields[2] >= fields[1] - 1e-6).all()
    assert (fields[3] >= fields[1] - 1e-6).all()


def test_swapping_two_parts_swaps_their_features(view: View) -> None:
    a, b, c = at(view, (-0.15, 0, 0.2)), at(view, (0.15, 0, 0.2)), at(view, (0, 0.3, 0))
    rows = np.arange(len(view), dtype=np.int32)
    one, two = question([a, b, c], [1, 2, -1], (1, 2)), question([b, a, c], [1, 2, -1], (1, 2))
    swap = [0, 1, 2, 4, 3]
    for measure in (
        lambda q: superpoint_pairs(view, q, measured(view, q), None),
        lambda q: node_pairs(view, rows, q, measured(view, q), None),
    ):
        np.testing.assert_array_equal(measure(one)[:, swap], measure(two))


def test_the_nearer_label_has_the_lower_ratio(view: View) -> None:
    a, b = at(view, (-0.15, 0, 0.2)), at(view, (0.15, 0, 0.2))
    asked = question([a, b], [1, 2], (1, 2))
    pairs = node_pairs(view, np.array([a, b], np.int32), asked, measured(view, asked), None)
    for ratio in (1, 12, 14, 16):  # straight, and the ways along the surface
        assert pairs[0, 3, ratio] < 0 < pairs[0, 4, ratio]
        assert pairs[1, 4, ratio] < 0 < pairs[1, 3, ratio]


def test_corrections_are_told_from_the_clicks_before(view: View) -> None:
    a, b, c = (at(view, (x, 0, 0.2)) for x in (-0.15, 0.15, -0.1))
    rows = np.arange(len(view), dtype=np.int32)
    plain = question([a, b, c], [1, 2, 1], (1, 2))
    asked = replace(plain, corrections=(2,))
    on_nodes = [node_pairs(view, rows, q, measured(view, q), None) for q in (plain, asked)]
    on_superpoints = [superpoint_pairs(view, q, measured(view, q), None) for q in (plain, asked)]
    for place, (without, told) in ((c, on_nodes), (view.superpoint[c], on_superpoints)):
        np.testing.assert_array_equal(without[..., :-2], told[..., :-2])
        assert not without[..., -2:].any()
        own, beside = told[..., -2], told[..., -1]
        assert own[place].tolist() == [0, 1, 0, 1, 0]
        assert beside[place].tolist() == [1, 0, 1, 0, 1]
        assert not own[:, [0, 2, 4]].any()


def test_features_are_numbers_even_where_no_label_has_a_click(view: View) -> None:
    rows = np.arange(len(view), dtype=np.int32)
    node = at(view, (-0.15, 0, 0.2))
    for asked in (question([], [], (1,)), question([node], [0], (1,)), question([node], [3], (3,))):
        fields = measured(view, asked)
        previous = np.full((len(view), asked.n_labels), 0.5, np.float32)
        pooled = np.full((view.n_superpoints, asked.n_labels), 0.5, np.float32)
        assert np.isfinite(superpoint_pairs(view, asked, fields, pooled)).all()
        assert np.isfinite(node_pairs(view, rows, asked, fields, previous)).all()


def test_size_on_its_own_changes_no_ratio(view: View) -> None:
    a, b = at(view, (-0.15, 0, 0.2)), at(view, (0.15, 0, 0.2))
    asked, rows = question([a, b], [1, 2], (1, 2)), np.arange(len(view), dtype=np.int32)
    border = view.border.copy()
    border[:, 6] *= 4
    larger = replace(view, xyz=view.xyz * 4, size=view.size * 4, border=border)
    np.testing.assert_allclose(
        node_pairs(view, rows, asked, measured(view, asked), None),
        node_pairs(larger, rows, asked, measured(larger, asked), None),
        atol=5e-3,  # distances along the surface are kept in half precision
    )


@given(
    answer=st.lists(st.integers(0, 3), min_size=1, max_size=8),
    confidence=st.floats(0.25, 1, width=32),
)
def test_what_is_recalled_adds_to_one_and_speaks_for_the_answer(
    answer: list[int], confidence: float
) -> None:
    asked = question([0], [1], (1, 2))
    sure = np.full(len(answer), confidence, np.float32)
    chance = recalled(np.array(answer, np.int32), sure, asked)
    np.testing.assert_allclose(chance[:, :2].sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(chance[:, 2:].sum(axis=1), chance[:, 1], atol=1e-5)
    own = chance[:, [0, 2, 3, 4]][np.arange(len(answer)), answer]
    np.testing.assert_allclose(own, confidence, atol=1e-5)
