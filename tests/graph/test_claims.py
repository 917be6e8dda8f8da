import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from small_graphs import graph_of, graphs, surface_of

from pinpoint3d.graph.claims import CLAIMED, Seeds, resolve
from pinpoint3d.graph.surface import Surface

LABELS = 3


def seeds_of(
    *clicks: tuple[int, int], limit: float = 1.0, further: bool = False, n_labels: int = 2
) -> Seeds:
    """Seeds from (superpoint, label) pairs that claim up to one height."""
    superpoint, label = np.array(clicks, np.int32).T
    return Seeds(
        superpoint,
        label,
        np.full(len(clicks), limit, np.float32),
        np.full(len(clicks), further),
        n_labels,
    )


def winners(
    surface: Surface, seeds: Seeds, region: np.ndarray | None = None
) -> tuple[list[int], np.ndarray]:
    """Likeliest label of each superpoint, and all probabilities."""
    everywhere = np.ones(len(surface.graph), bool)
    found = resolve(surface, seeds, everywhere if region is None else region)
    return found.argmax(axis=1).tolist(), found


@st.composite
def clicked(draw: st.DrawFn) -> tuple[Surface, Seeds, np.ndarray]:
    """A surface with clicks on it and a region that holds them."""
    surface = surface_of(draw(graphs()))
    n = len(surface.graph)
    click = st.tuples(
        st.integers(0, n - 1),
        st.integers(0, LABELS - 1),
        st.sampled_from([0.0, 0.5, 1.0, np.inf]),
        st.booleans(),
    )
    clicks = draw(st.lists(click, min_size=1, max_size=6))
    superpoint, label, limit, further = (np.array(column) for column in zip(*clicks, strict=True))
    seeds = Seeds(
        superpoint.astype(np.int32),
        label.astype(np.int32),
        limit.astype(np.float32),
        further.astype(bool),
        LABELS,
    )
    region = np.random.default_rng(draw(st.integers(0, 999))).random(n) < 0.7
    region[seeds.superpoint] = True
    return surface, seeds, region


@settings(max_examples=100, deadline=None)
@given(case=clicked())
def test_probabilities_add_to_1_and_outside_the_region_all_is_label_0(
    case: tuple[Surface, Seeds, np.ndarray],
) -> None:
    surface, seeds, region = case
    found = resolve(surface, seeds, region)
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    assert (found[~region] == np.eye(LABELS)[0]).all()


@settings(max_examples=100, deadline=None)
@given(case=clicked())
def test_a_clicked_superpoint_has_its_clicks_labels_by_their_share(
    case: tuple[Surface, Seeds, np.ndarray],
) -> None:
    surface, seeds, region = case
    found = resolve(surface, seeds, region)
    for superpoint in set(seeds.superpoint.tolist()):
        here = seeds.label[seeds.superpoint == superpoint]
        share = np.bincount(here, minlength=LABELS) / len(here)
        np.testing.assert_allclose(found[superpoint], share, rtol=1e-5)


def test_one_click_claims_up_to_the_crease_and_not_beyond() -> None:
    surface = surface_of(graph_of(4, [(0, 1), (1, 2), (2, 3)], [0.1, 1.5, 0.1]))
    label, found = winners(surface, seeds_of((0, 1)))
    assert label == [1, 1, 0, 0]
    assert found[0, 1] == 1
    assert found[1, 1] == CLAIMED
    assert found[3, 0] == CLAIMED


def test_a_higher_limit_claims_across_the_crease() -> None:
    surface = surface_of(graph_of(4, [(0, 1), (1, 2), (2, 3)], [0.1, 1.5, 0.1]))
    assert winners(surface, seeds_of((0, 1), limit=2.0))[0] == [1, 1, 1, 1]


def test_two_labels_end_where_the_border_between_them_is_strongest() -> None:
    surface = surface_of(graph_of(4, [(0, 1), (1, 2), (2, 3)], [0.1, 0.6, 0.1]))
    assert winners(surface, seeds_of((0, 0), (3, 1)))[0] == [0, 0, 1, 1]


def test_a_superpoint_between_two_alike_clicks_goes_to_the_side_it_is_bent_from_less() -> None:
    surface = surface_of(graph_of(3, [(0, 1), (1, 2)], [0.04, 0.08]))
    assert winners(surface, seeds_of((0, 0), (2, 1)))[0] == [0, 0, 1]
    assert winners(surface, seeds_of((0, 1), (2, 0)))[0] == [1, 1, 0]


def test_a_correction_beside_its_label_takes_no_more_than_the_label_has() -> None:
    pairs = [(i, i + 1) for i in range(5)]
    surface = surface_of(graph_of(6, pairs, [1.5, 0.1, 0.1, 0.1, 0.1], size=[2, 1, 1, 1, 1, 1]))
    first, correction = (0, 1), (1, 1)
    whole = winners(surface, seeds_of(first, correction))[0]
    seeds = seeds_of(first, correction)
    little = Seeds(seeds.superpoint, seeds.label, seeds.limit, np.array([False, True]), 2)
    assert whole == [1] * 6
    mended = winners(surface, little)[0]
    assert mended[:2] == [1, 1]
    assert sum(mended) < 6


def test_a_click_that_nobody_contests_is_not_stopped_by_clicks_on_other_pieces() -> None:
    surface = surface_of(graph_of(4, [(0, 1), (2, 3)], [0.1, 0.1]))
    assert winners(surface, seeds_of((0, 0), (2, 1)))[0] == [0, 0, 1, 1]


def test_a_lone_superpoint_takes_its_click() -> None:
    assert winners(surface_of(graph_of(1, [])), seeds_of((0, 1)))[0] == [1]
