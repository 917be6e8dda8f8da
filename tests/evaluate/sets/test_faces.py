"""Labels of faces brought to points, by hand and as laws."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d.evaluate.sets.faces import last_writer, majority

FAN = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 4]], np.int32)


def test_the_majority_of_faces_names_a_point_and_the_last_face_does_so_by_the_other_rule() -> None:
    label = np.array([5, 5, 2])
    assert majority(FAN, label, 6).tolist() == [5, 5, 5, 2, 2, -1]
    assert last_writer(FAN, label, 6).tolist() == [2, 5, 5, 2, 2, -1]


def test_without_faces_no_point_has_a_label() -> None:
    nothing = np.empty((0, 3), np.int32), np.empty(0, np.int64)
    assert majority(*nothing, 2).tolist() == last_writer(*nothing, 2).tolist() == [-1, -1]


@given(st.lists(st.tuples(*[st.integers(0, 5)] * 3, st.integers(-1, 3)), min_size=1, max_size=12))
@settings(deadline=None, max_examples=50)
def test_the_majority_does_not_depend_on_the_order_of_faces(
    rows: list[tuple[int, int, int, int]],
) -> None:
    table = np.array(rows, np.int64)
    forth, back = (
        majority(t[:, :3].astype(np.int32), np.ascontiguousarray(t[:, 3]), 6)
        for t in (table, table[::-1])
    )
    assert np.array_equal(forth, back)
    for point, label in enumerate(forth.tolist()):
        votes = np.bincount(np.repeat(table[:, 3] + 1, (table[:, :3] == point).sum(axis=1)))
        assert label == (votes.argmax() - 1 if votes.sum() else -1)
