import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pinpoint3d.boxes import smallest_box


def block(size: tuple[float, float, float], n: int = 400, seed: int = 0) -> np.ndarray:
    """Points in a box, its eight corners among them, about the origin."""
    rng = np.random.default_rng(seed)
    corners = np.stack(np.meshgrid([-0.5, 0.5], [-0.5, 0.5], [-0.5, 0.5]), -1).reshape(-1, 3)
    return np.concatenate([corners, rng.uniform(-0.5, 0.5, (n, 3))]) * size


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_a_turned_block_gets_its_own_box(seed: int) -> None:
    turn = Rotation.from_quat(np.random.default_rng(seed).normal(size=4))
    middle = np.array([1.0, -2.0, 0.5])
    box = smallest_box(turn.apply(block((0.4, 0.2, 0.1), seed=seed)) + middle)
    assert box.size == pytest.approx([0.4, 0.2, 0.1], abs=1e-6)
    assert box.centre == pytest.approx(middle, abs=1e-6)
    assert abs(box.axes @ turn.as_matrix()) == pytest.approx(np.eye(3), abs=1e-5)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_it_holds_all_points_and_is_right_handed(seed: int, n: int) -> None:
    points = np.random.default_rng(seed).normal(size=(n, 3))
    box = smallest_box(points)
    inside = abs((points - box.centre) @ box.axes.T) <= box.size / 2 + 1e-9
    assert inside.all()
    assert box.axes @ box.axes.T == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(box.axes) == pytest.approx(1)
    assert box.size[0] >= box.size[1] >= box.size[2] >= 0


def test_it_is_smaller_than_that_of_the_principal_axes() -> None:
    """An L pulls the principal axes to its diagonal."""
    points = np.concatenate(
        [block((1, 0.1, 0.1)), block((0.1, 0.8, 0.1)) + np.array([0.45, 0.4, 0])]
    )
    box = smallest_box(points)
    centred = points - points.mean(axis=0)
    principal = np.ptp(centred @ np.linalg.svd(centred.T @ centred)[0], axis=0)
    assert box.size == pytest.approx([1, 0.85, 0.1], abs=1e-6)
    assert box.size.prod() < 0.9 * principal.prod()


def test_flat_thin_and_single_points_are_boxes_too() -> None:
    flat = block((0.3, 0.2, 0)) @ Rotation.from_euler("xyz", [0.3, 0.5, 0.7]).as_matrix()
    assert smallest_box(flat).size == pytest.approx([0.3, 0.2, 0], abs=1e-6)
    line = np.linspace(0, 1, 5)[:, None] * [1.0, 2.0, 2.0]
    assert smallest_box(line).size == pytest.approx([3, 0, 0], abs=1e-6)
    assert smallest_box(np.array([[1.0, 2.0, 3.0]])).size.tolist() == [0, 0, 0]


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_facing_keeps_the_box_and_turns_its_last_axis(seed: int) -> None:
    rng = np.random.default_rng(seed)
    box = smallest_box(rng.normal(size=(20, 3)))
    direction = rng.normal(size=3)
    turned = box.facing(direction)
    assert turned.axes[2] @ direction >= 0
    assert np.linalg.det(turned.axes) == pytest.approx(1)
    assert abs((turned.axes * box.axes).sum(axis=1)) == pytest.approx([1, 1, 1])
