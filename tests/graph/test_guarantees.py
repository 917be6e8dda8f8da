import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pinpoint3d import Click, Masks, Scene
from pinpoint3d.graph.guarantees import (
    NodeGraph,
    keep_clicked,
    keep_settled,
    keep_unconcerned,
)
from pinpoint3d.snap import SnappedClicks, snap_clicks

SCENE = Scene(np.arange(30).reshape(10, 3))
labels = st.one_of(st.just((0, 0)), st.tuples(st.integers(1, 3), st.integers(0, 3)))


@given(clicks=st.lists(st.tuples(st.integers(0, 9), labels), max_size=8))
def test_clicked_points_have_their_latest_clicks_label_and_all_others_stay(
    clicks: list[tuple[int, tuple[int, int]]],
) -> None:
    masks = Masks(
        np.repeat([0, 4], 5).astype(np.int32),
        np.repeat([0, 5], 5).astype(np.int32),
        np.full(10, 0.5, np.float32),
    )
    found = keep_clicked(masks, snap_clicks(SCENE, [Click(row, *label) for row, label in clicks]))
    latest = dict(clicks)
    for row in range(10):
        label = latest.get(row, (masks.object[row], masks.part[row]))
        assert (found.object[row], found.part[row]) == label
        assert found.confidence[row] == (1 if row in latest else 0.5)


def test_the_masks_given_stay_as_they_were() -> None:
    masks = Masks.empty(10)
    keep_clicked(masks, snap_clicks(SCENE, [Click(3)]))
    assert not masks.object.any()


def chain(*labels: tuple[int, int]) -> Masks:
    """Masks of points in a row, of confidence 0.5."""
    objects, parts = np.array(labels, np.int32).T
    return Masks(objects, parts, np.full(len(labels), 0.5, np.float32))


def last_click(row: int, n_points: int, label: tuple[int, int]) -> SnappedClicks:
    return snap_clicks(Scene(np.eye(3)[np.zeros(n_points, int)]), [Click(row, *label)])


def in_a_row(n_points: int) -> NodeGraph:
    """A node a point, each beside the next."""
    following = np.minimum(np.arange(n_points) + 1, n_points - 1)
    return NodeGraph(np.arange(n_points, dtype=np.int32), following[:, None].astype(np.int32))


def test_a_correction_takes_the_piece_round_its_click_and_no_other() -> None:
    before = chain((1, 1), (1, 1), (1, 2), (1, 1), (1, 1))
    after = chain((1, 2), (1, 1), (1, 2), (1, 2), (1, 2))
    found = keep_unconcerned(before, after, last_click(4, 5, (1, 2)), in_a_row(5))
    assert found.part.tolist() == [1, 1, 2, 2, 2]


def test_a_correction_gives_nothing_to_other_labels() -> None:
    before = chain((1, 1), (1, 1), (2, 0), (2, 0), (0, 0))
    after = chain((1, 2), (1, 2), (0, 0), (1, 1), (2, 0))
    found = keep_unconcerned(before, after, last_click(1, 5, (1, 2)), in_a_row(5))
    assert found.object.tolist() == [1, 1, 2, 2, 0]
    assert found.part.tolist() == [2, 2, 0, 0, 0]


def test_points_outside_the_graph_stay() -> None:
    before, after = chain((1, 1), (1, 1), (1, 1)), chain((1, 2), (1, 2), (1, 2))
    graph = NodeGraph(np.array([0, 1, -1], np.int32), np.array([[1], [1]], np.int32))
    found = keep_unconcerned(before, after, last_click(0, 3, (1, 2)), graph)
    assert found.part.tolist() == [2, 2, 1]
    nothing = keep_unconcerned(before, after, last_click(2, 3, (1, 2)), graph)
    assert nothing.part.tolist() == [1, 1, 1]


@given(data=st.data(), n_nodes=st.integers(1, 8))
def test_what_a_correction_takes_is_all_that_its_click_reaches(
    data: st.DataObject, n_nodes: int
) -> None:
    n_points = 2 * n_nodes
    nodes = st.integers(0, n_nodes - 1)
    neighbour = data.draw(st.lists(st.tuples(nodes, nodes), min_size=n_nodes, max_size=n_nodes))
    node_of_point = data.draw(st.lists(st.integers(-1, n_nodes - 1), min_size=1, max_size=n_points))
    n_points = len(node_of_point)
    before, after = (
        chain(*data.draw(st.lists(labels, min_size=n_points, max_size=n_points))) for _ in range(2)
    )
    label = data.draw(labels)
    row = data.draw(st.integers(0, n_points - 1))
    graph = NodeGraph(np.array(node_of_point, np.int32), np.array(neighbour, np.int32))
    found = keep_unconcerned(before, after, last_click(row, n_points, label), graph)

    def pair(masks: Masks, i: int) -> tuple[int, int]:
        return int(masks.object[i]), int(masks.part[i])

    gained = {
        i
        for i in range(n_points)
        if node_of_point[i] >= 0 and pair(after, i) == label and pair(before, i) != label
    }
    reached, front = set(), {node_of_point[row]} - {-1}
    while front:
        reached |= front
        beside = {b for a in front for b in neighbour[a]}
        beside |= {a for a in range(n_nodes) if front & set(neighbour[a])}
        front = (beside & {node_of_point[i] for i in gained}) - reached
    for i in range(n_points):
        taken = i in gained and node_of_point[i] in reached
        assert pair(found, i) == pair(after if taken else before, i)


def test_a_click_for_something_new_changes_what_it_changes_in_the_engines_answers() -> None:
    settled = chain((1, 1), (1, 2), (1, 2))
    before, after = chain((1, 1), (1, 1), (1, 1)), chain((2, 0), (1, 1), (2, 0))
    found = keep_settled(settled, before, after)
    assert found.object.tolist() == [2, 1, 2]
    assert found.part.tolist() == [0, 2, 0]
