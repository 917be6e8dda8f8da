import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d import Click, ClickError, Scene
from pinpoint3d.snap import nearest_row, snap_clicks


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 40), seed=st.integers(0, 9999), reach=st.sampled_from([0.1, 1, 1e4]))
def test_a_position_snaps_to_the_nearest_point_that_has_one(
    n: int, seed: int, reach: float
) -> None:
    rng = np.random.default_rng(seed)
    xyz = rng.normal(size=(n, 3))
    xyz[1:][rng.random(n - 1) < 0.3] = np.nan
    scene = Scene(xyz)
    position = rng.normal(size=3) * reach
    apart = np.linalg.norm(scene.xyz.astype(float) - position, axis=1)
    row, metres = nearest_row(scene, position)
    assert apart[row] == np.nanmin(apart)
    assert metres == pytest.approx(apart[row], rel=1e-6)


def test_of_equally_near_points_the_lowest_row_is_taken() -> None:
    scene = Scene([[1, 0, 0], [-1, 0, 0], [1, 0, 0]])
    assert nearest_row(scene, (0.0, 0.0, 0.0)) == (0, 1.0)


def test_positions_are_those_of_the_world() -> None:
    scene = Scene(np.array([[500_000.25, 5_000_000.0, 0], [500_001.25, 5_000_000.0, 0]]))
    assert scene.origin[0] == 500_000
    row, metres = nearest_row(scene, (500_001.25, 5_000_000.0, 0.125))
    assert (row, metres) == (1, 0.125)


@pytest.mark.parametrize("far", [1e20, 1e39, 1e160, 1e300])
def test_a_position_however_far_away_snaps_to_a_point_that_has_one(far: float) -> None:
    scene = Scene([[np.nan, 0, 0], [0, 0, 0], [np.nan, 0, 0]])
    clicks = snap_clicks(scene, [Click(position=(far, 0.0, 0.0))])
    assert clicks.rows.tolist() == [1]
    assert np.isfinite(clicks.distances).all()
    assert clicks.distances[0] > 1e19


def test_clicks_become_rows_labels_and_distances_in_their_order() -> None:
    scene = Scene([[0, 0, 0], [1, 0, 0], [2, 0, 0]])
    clicks = snap_clicks(
        scene, [Click(2, object=4, part=1), Click(position=(1.25, 0.0, 0.0), object=0), Click(0)]
    )
    assert clicks.rows.tolist() == [2, 1, 0]
    assert clicks.objects.tolist() == [4, 0, 1]
    assert clicks.parts.tolist() == [1, 0, 0]
    assert clicks.distances.tolist() == [0, 0.25, 0]


def test_no_clicks_are_no_rows() -> None:
    assert len(snap_clicks(Scene([[0, 0, 0]]), [])) == 0


@given(rows=st.lists(st.integers(0, 4), max_size=8))
def test_of_the_clicks_on_one_point_the_last_stands(rows: list[int]) -> None:
    clicks = snap_clicks(Scene(np.eye(5, 3)), [Click(row, i) for i, row in enumerate(rows)])
    standing = clicks.standing()
    last = {row: i for i, row in enumerate(rows)}
    assert standing.tolist() == sorted(last.values())
    assert clicks.take(standing).rows.tolist() == [rows[i] for i in standing]
    assert clicks.take(standing).objects.tolist() == standing.tolist()


@pytest.mark.parametrize(
    ("click", "message"),
    [
        (Click(3), "click 2: point 3 is outside the scene of 3 points."),
        (Click(1), "click 2: point 1 has no position (NaN); click another."),
    ],
)
def test_a_click_that_names_no_point_is_refused_by_its_number(click: Click, message: str) -> None:
    scene = Scene([[0, 0, 0], [0, np.inf, 0], [1, 0, 0]])
    with pytest.raises(ClickError) as refused:
        snap_clicks(scene, [Click(0), click])
    assert str(refused.value) == message
