import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from pinpoint3d import Scene
from pinpoint3d.graph.surface import encode_surface
from pinpoint3d.net.view import View, view_of
from pinpoint3d.net.walks import walk

HALF = 2e-3  # relative: distances are kept in half precision


@pytest.fixture(scope="module")
def view(two_boxes: Scene) -> View:
    return view_of(encode_surface(two_boxes, np.arange(len(two_boxes))))


def lengths(view: View, bend: float, tint: float) -> csr_array:
    """Every step to a neighbour, as long as `walk` says."""
    n, k = view.neighbour.shape
    tail, head = np.repeat(np.arange(n), k), view.neighbour.ravel()
    step = (view.xyz[head] - view.xyz[tail]).astype(np.float64)
    length = np.linalg.norm(step, axis=1)
    off = [np.abs((step * view.normal[end]).sum(axis=1)) for end in (tail, head)]
    crease = 1 - np.abs((view.normal[tail] * view.normal[head]).sum(axis=1))
    crease += 0.5 * np.maximum(*off) / np.maximum(length, 1e-9)
    apart = 0 if view.rgb is None else np.linalg.norm(view.rgb[head] - view.rgb[tail], axis=1)
    far = length * (1 + bend * crease + tint * apart)
    return csr_array((np.maximum(far, 1e-12), (tail, head)), shape=(n, n))


def test_ways_are_the_shortest(view: View) -> None:
    found = walk(view, 7).astype(np.float64)
    for metres, (bend, tint) in zip(found, ((0, 0), (20, 0), (0, 20)), strict=True):
        expected = dijkstra(lengths(view, bend, tint), indices=7)
        np.testing.assert_allclose(metres, expected, rtol=HALF, atol=1e-4)


def test_a_way_ends_where_it_has_come_to_enough(view: View) -> None:
    whole, part = walk(view, 7)[0], walk(view, 7, most=50)[0]
    reached = np.isfinite(part)
    assert reached.sum() == 50
    np.testing.assert_array_equal(part[reached], whole[reached])
    assert whole[reached].max() <= whole[~reached].min()
