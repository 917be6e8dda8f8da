import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pinpoint3d import Click, Masks, NearestSegmenter, Scene, SceneError
from pinpoint3d.simulate import JITTER_M, N_LINKS, Clicker, NoisyClicker

Label = tuple[int, int]


def row_of_points(n: int) -> Scene:
    """Points a metre apart along x."""
    return Scene([[float(x), 0.0, 0.0] for x in range(n)])


def clicked(click: Click | None) -> tuple[int, int, int]:
    assert click is not None
    assert click.point is not None
    return int(click.point), int(click.object), int(click.part)


def test_first_clicks_lie_in_the_middle_of_their_targets():
    truth = Masks.of([0, 1, 1, 1, 1, 1, 0, 2, 2, 2], [0, 1, 1, 1, 1, 1, 0, 3, 3, 3])
    clicker = Clicker(row_of_points(10), truth, [(2, 3), (1, 1)])
    assert [clicked(c) for c in clicker.first_clicks()] == [(9, 2, 3), (3, 1, 1)]


def test_of_points_equally_deep_the_lowest_row_is_clicked():
    truth = Masks.of([0, 1, 1, 1, 1, 0])
    assert clicked(Clicker(row_of_points(6), truth, [(1, 0)]).first_clicks()[0]) == (2, 1, 0)


def test_a_target_that_is_the_whole_scene_is_clicked_nearest_to_its_centroid():
    truth = Masks.of([1, 1, 1, 1])
    scene = Scene([[0.0, 0, 0], [10, 0, 0], [4, 0, 0], [5, 0, 0]])  # centroid at 4.75
    assert clicked(Clicker(scene, truth, [(1, 0)]).first_clicks()[0]) == (3, 1, 0)


def test_the_largest_error_is_clicked_in_its_middle_with_its_right_label():
    truth = Masks.of([1] * 4 + [0] * 2 + [2] * 6)
    predicted = Masks.of([1, 1, 0, 0] + [0] * 2 + [2, 1, 1, 1, 1, 1])
    clicker = Clicker(row_of_points(12), truth, [(1, 0), (2, 0)])
    assert clicked(clicker.next_click(predicted)) == (11, 2, 0)


def test_nothing_is_clicked_when_nothing_is_wrong():
    truth = Masks.of([0, 1, 1, 2])
    clicker = Clicker(row_of_points(4), truth, [(1, 0), (2, 0)])
    assert clicker.next_click(truth) is None


def test_errors_of_one_kind_that_lie_apart_are_two_errors_only_if_pieces_count():
    gap = N_LINKS + 1  # right points between the two, more than neighbours reach across
    right = [1] * gap
    truth = Masks.of([0] + [1] * 3 + right + [1] * 5 + [0])
    predicted = Masks.of([0] + [0] * 3 + right + [0] * 5 + [0])
    scene = row_of_points(len(truth))
    for connected in (True, False):
        clicker = Clicker(scene, truth, [(1, 0)], connected=connected)
        assert clicked(clicker.next_click(predicted)) == (4 + gap + 2, 1, 0)
    joined = Scene(
        np.array([*range(4), *range(50, 50 + gap), *range(4, 10)])[:, None] * [1.0, 0, 0]
    )
    whole = Clicker(joined, truth, [(1, 0)], connected=False).next_click(predicted)
    assert clicked(whole) == clicked(Clicker(joined, truth, [(1, 0)]).next_click(predicted))


def test_unselected_parts_are_the_rest_of_their_object_and_other_objects_are_background():
    truth = Masks.of([1, 1, 1, 2, 0], [1, 2, 3, 1, 0])
    clicker = Clicker(row_of_points(5), truth, [(1, 1)])
    everywhere = Masks.of([1] * 5, [1] * 5)
    assert clicked(clicker.next_click(everywhere)) == (4, 0, 0)
    rest = Masks.of([1, 1, 1, 0, 0], [1, 1, 1, 0, 0])
    assert clicked(clicker.next_click(rest)) == (1, 1, 0)
    right = Masks.of([1, 1, 1, 0, 0], [1, 0, 0, 0, 0])
    assert clicker.next_click(right) is None
    other_names = Masks.of([1, 1, 1, 5, 7], [1, 8, 9, 0, 2])
    assert clicker.next_click(other_names) is None


def test_compat_calls_everything_but_the_targets_background():
    truth = Masks.of([1, 1, 1, 2, 0], [1, 2, 0, 1, 0])
    clicker = Clicker(row_of_points(5), truth, [(1, 1)], compat=True)
    named_otherwise = Masks.of([1, 1, 2, 0, 3], [1, 3, 1, 0, 0])
    assert clicker.next_click(named_otherwise) is None
    too_wide = Masks.of([1, 1, 0, 0, 0], [1, 1, 0, 0, 0])
    assert clicked(clicker.next_click(too_wide)) == (1, 0, 0)


def test_compat_takes_errors_that_lie_apart_for_one():
    gap = N_LINKS + 1
    truth = Masks.of([1] * (4 + gap))
    predicted = Masks.of([0, 0, *[1] * gap, 0, 0])
    scene = row_of_points(len(truth))
    apart = Clicker(scene, truth, [(1, 0)]).errors(predicted, most=3)
    assert len(apart) == 2
    assert len(Clicker(scene, truth, [(1, 0)], compat=True).errors(predicted, most=3)) == 1


def test_errors_come_largest_first_each_once():
    truth = Masks.of([0] + [1] * 5 + [0] * 2 + [2] * 3 + [0])
    clicker = Clicker(row_of_points(12), truth, [(1, 0), (2, 0)])
    found = clicker.errors(Masks.of([0] * 6 + [2] * 2 + [0] * 4), most=9)
    assert [clicked(click) for click in found] == [(3, 1, 0), (9, 2, 0), (6, 0, 0)]
    assert clicker.errors(truth, most=3) == []


def fine_row(n: int) -> Scene:
    """Points 4 mm apart along x."""
    return Scene([[0.004 * x, 0.0, 0.0] for x in range(n)])


def test_a_noisy_user_clicks_near_what_is_meant_and_mostly_on_the_same_part():
    truth = Masks.of([1] * 5 + [2] * 5)  # the deepest points lie 2 cm from the other object
    scene = fine_row(10)
    rng = np.random.default_rng(1)
    clicker = Clicker(scene, truth, [(1, 0), (2, 0)])
    middles = [int(c.point or 0) for c in clicker.first_clicks()]
    wrong_label, seen = 0, set()
    for _ in range(400):
        for click, middle in zip(NoisyClicker(clicker, rng).first_clicks(), middles, strict=True):
            row, object_id, _ = clicked(click)
            assert abs(scene.xyz[row, 0] - scene.xyz[middle, 0]) <= JITTER_M
            seen.add(row)
            wrong_label += object_id != truth.object[row]
    assert seen == {0, 1, 2, 3, 6, 7, 8, 9}
    assert 0.01 < wrong_label / 800 < 0.06  # 3 %, as no point of another part is so near


def test_a_noisy_user_slips_off_a_small_part_in_a_twentieth_of_clicks_at_most():
    truth = Masks.of([2] * 5 + [1] + [2] * 5)
    clicker = Clicker(fine_row(11), truth, [(1, 0)])
    rng = np.random.default_rng(2)
    off = [clicked(NoisyClicker(clicker, rng).first_clicks()[0])[0] != 5 for _ in range(600)]
    assert 0.02 < np.mean(off) < 0.07


def test_a_noisy_user_mends_any_of_the_three_largest_errors():
    sizes = [9, 7, 5, 3]
    truth, predicted, ids = [0], [0], {}
    for size in sizes:
        ids[size] = range(len(truth), len(truth) + size)
        truth += [1] * size + [0] * N_LINKS
        predicted += [0] * (size + N_LINKS)
    scene = row_of_points(len(truth))  # a metre apart: the hand cannot slip
    clicker = Clicker(scene, Masks.of(truth), [(1, 0)])
    rng = np.random.default_rng(3)
    mended = set()
    for _ in range(60):
        row, *_ = clicked(NoisyClicker(clicker, rng).next_click(Masks.of(predicted)))
        mended |= {size for size in sizes if row in ids[size]}
    assert mended == {9, 7, 5}
    assert NoisyClicker(clicker, rng).next_click(Masks.of(truth)) is None


def test_a_noisy_user_clicks_the_same_from_the_same_state():
    truth = Masks.of([1] * 20 + [2] * 20)
    clicker = Clicker(fine_row(40), truth, [(1, 0), (2, 0)])
    one, other = (NoisyClicker(clicker, np.random.default_rng(4)) for _ in range(2))
    assert one.first_clicks() == other.first_clicks()
    assert one.next_click(Masks.of([1] * 40)) == other.next_click(Masks.of([1] * 40))


def test_points_without_a_position_are_neither_clicked_nor_looked_at():
    xyz = np.array([[0, 0, 0], [1, 0, 0], [np.nan, 0, 0], [2, 0, 0], [3, 0, 0]], np.float32)
    truth = Masks.of([0, 1, 0, 1, 1])
    clicker = Clicker(Scene(xyz), truth, [(1, 0)])
    assert clicked(clicker.first_clicks()[0]) == (4, 1, 0)
    assert clicker.next_click(Masks.of([0, 1, 3, 1, 1])) is None


def test_wrong_points_where_right_ones_lie_are_clicked_all_the_same():
    scene = Scene([[0.0, 0, 0]] * 3)
    clicker = Clicker(scene, Masks.of([0, 1, 1]), [(1, 0)])
    assert clicked(clicker.first_clicks()[0]) == (1, 1, 0)
    assert clicked(clicker.next_click(Masks.of([0, 1, 0]))) == (2, 1, 0)


def test_what_cannot_be_asked_for_is_refused():
    scene, truth = row_of_points(2), Masks.of([0, 1])
    with pytest.raises(SceneError, match="no points in the truth"):
        Clicker(scene, truth, [(1, 1)])
    with pytest.raises(SceneError, match="no target to click"):
        Clicker(scene, truth, [])
    with pytest.raises(SceneError, match="twice"):
        Clicker(scene, truth, [(1, 0), (1, 0)])
    with pytest.raises(SceneError, match="is no target"):
        Clicker(scene, truth, [(0, 0)])
    with pytest.raises(SceneError, match="for a scene of 2"):
        Clicker(scene, Masks.of([1]), [(1, 0)])
    with pytest.raises(SceneError, match="for a scene of 2"):
        Clicker(scene, truth, [(1, 0)]).next_click(Masks.of([1]))


# The plain computation, over all pairs of points.


def plain_label(masks: Masks, row: int, targets: list[Label], *, compat: bool = False) -> Label:
    label = (int(masks.object[row]), int(masks.part[row]))
    if label in targets:
        return label
    if compat:
        return (0, 0)
    return (label[0], 0) if label[0] in {o for o, _ in targets} else (0, 0)


def squared_distances(xyz: np.ndarray) -> np.ndarray:
    d = xyz[:, None].astype(np.float64) - xyz[None]
    return d[..., 0] ** 2 + d[..., 1] ** 2 + d[..., 2] ** 2


def plain_deepest(xyz: np.ndarray, regions: list[set[int]], rows: list[int]) -> int:
    """Row of the deepest point of any region, the lowest of several."""
    squared = squared_distances(xyz)
    best = (-1.0, 0)
    for region in regions:
        outside = [r for r in rows if r not in region]
        for row in region:
            depth = min((squared[row, r] for r in outside), default=np.inf)
            best = max(best, (depth, -row))
    if best[0] == np.inf:
        inside = sorted(regions[0])
        offset = xyz[inside].astype(np.float64)
        offset -= offset.mean(axis=0)
        return inside[int((offset**2).sum(axis=1).argmin())]
    return -best[1]


def plain_pieces(xyz: np.ndarray, region: set[int], rows: list[int]) -> list[set[int]]:
    """Pieces of a region by the neighbours that the rows have; for distinct positions."""
    squared = squared_distances(xyz)
    near = {r: sorted(rows, key=lambda o, r=r: squared[r, o])[1 : N_LINKS + 1] for r in rows}
    left, pieces = set(region), []
    while left:
        piece, fresh = set(), {min(left)}
        while fresh:
            piece |= fresh
            fresh = {r for r in left if any(r in near[p] or p in near[r] for p in fresh)} - piece
        left -= piece
        pieces.append(piece)
    return pieces


def plain_next(
    scene: Scene,
    truth: Masks,
    targets: list[Label],
    masks: Masks,
    *,
    connected: bool,
    compat: bool = False,
) -> tuple[int, int, int] | None:
    def plain(masks: Masks, row: int) -> Label:
        return plain_label(masks, row, targets, compat=compat)

    rows = [int(r) for r in np.flatnonzero(scene.valid)]
    kinds: dict[tuple[Label, Label], set[int]] = {}
    for row in rows:
        right, given_ = plain(truth, row), plain(masks, row)
        if right != given_:
            kinds.setdefault((right, given_), set()).add(row)
    if not kinds:
        return None
    regions = list(kinds.values())
    if connected:
        regions = [p for region in regions for p in plain_pieces(scene.xyz, region, rows)]
    row = plain_deepest(scene.xyz, regions, rows)
    return (row, *plain(truth, row))


@st.composite
def cases(draw: st.DrawFn, *, distinct: bool) -> tuple[Scene, Masks, list[Label], Masks]:
    """A scene, its truth, some targets and a wrong answer; on a grid with ties unless distinct."""
    n = draw(st.integers(1, 40))
    if distinct:
        seed = draw(st.integers(0, 10_000))
        xyz = np.random.default_rng(seed).normal(size=(n, 3)).astype(np.float32)
    else:
        steps = st.integers(0, 3).map(float)
        xyz = draw(arrays.arrays(np.float32, (n, 3), elements=steps))
        xyz[draw(st.lists(st.integers(1, n - 1), max_size=2)) if n > 1 else [], 0] = np.nan
    ids = arrays.arrays(np.int32, n, elements=st.integers(0, 2))

    def masks() -> Masks:
        objects = draw(ids)
        return Masks.of(objects, np.where(objects > 0, draw(ids), 0))

    scene, truth = Scene(xyz), masks()
    held = {
        (int(truth.object[r]), int(truth.part[r]))
        for r in np.flatnonzero(scene.valid & (truth.object > 0))
    }
    if not held:
        truth = Masks.of(np.ones(n, np.int32))
        held = {(1, 0)}
    targets = draw(st.lists(st.sampled_from(sorted(held)), min_size=1, unique=True))
    return scene, truth, targets, masks()


@settings(deadline=None)
@given(case=cases(distinct=False))
def test_the_next_click_is_that_of_the_plain_computation(
    case: tuple[Scene, Masks, list[Label], Masks],
):
    scene, truth, targets, masks = case
    click = Clicker(scene, truth, targets, connected=False).next_click(masks)
    expected = plain_next(scene, truth, targets, masks, connected=False)
    assert (click and clicked(click)) == expected


@settings(deadline=None)
@given(case=cases(distinct=False))
def test_the_next_click_in_compat_is_that_of_the_plain_computation(
    case: tuple[Scene, Masks, list[Label], Masks],
):
    scene, truth, targets, masks = case
    click = Clicker(scene, truth, targets, compat=True).next_click(masks)
    expected = plain_next(scene, truth, targets, masks, connected=False, compat=True)
    assert (click and clicked(click)) == expected


@settings(deadline=None)
@given(case=cases(distinct=True))
def test_the_next_click_is_that_of_the_plain_computation_with_pieces(
    case: tuple[Scene, Masks, list[Label], Masks],
):
    scene, truth, targets, masks = case
    click = Clicker(scene, truth, targets).next_click(masks)
    expected = plain_next(scene, truth, targets, masks, connected=True)
    assert (click and clicked(click)) == expected


@settings(deadline=None)
@given(case=cases(distinct=False))
def test_first_clicks_are_those_of_the_plain_computation(
    case: tuple[Scene, Masks, list[Label], Masks],
):
    scene, truth, targets, _ = case
    rows = [int(r) for r in np.flatnonzero(scene.valid)]
    for click, (object_id, part_id) in zip(
        Clicker(scene, truth, targets).first_clicks(), targets, strict=True
    ):
        inside = {r for r in rows if (truth.object[r], truth.part[r]) == (object_id, part_id)}
        expected = plain_deepest(scene.xyz, [inside], rows)
        assert clicked(click) == (expected, object_id, part_id)


@settings(deadline=None)
@given(case=cases(distinct=False), connected=st.booleans())
def test_a_click_is_never_on_a_point_that_is_right_and_always_the_same(
    case: tuple[Scene, Masks, list[Label], Masks], connected: bool
):
    scene, truth, targets, masks = case
    click = Clicker(scene, truth, targets, connected=connected).next_click(masks)
    if click is None:
        return
    row, *_ = clicked(click)
    assert scene.valid[row]
    assert plain_label(masks, row, targets) != (click.object, click.part)
    assert plain_label(truth, row, targets) == (click.object, click.part)
    assert Clicker(scene, truth, targets, connected=connected).next_click(masks) == click


def test_a_larger_scene_agrees_with_the_plain_computation():
    rng = np.random.default_rng(5)
    xyz = rng.random((1500, 3)).astype(np.float32)
    scene = Scene(xyz)
    truth = Masks.of((xyz[:, 0] * 3).astype(np.int32), (xyz[:, 0] > 1 / 3).astype(np.int32))
    masks = Masks.of((xyz[:, 1] * 3).astype(np.int32))
    clicker = Clicker(scene, truth, [(1, 1), (2, 1)])
    expected = plain_next(scene, truth, [(1, 1), (2, 1)], masks, connected=False)
    unconnected = Clicker(scene, truth, [(1, 1), (2, 1)], connected=False)
    assert clicked(unconnected.next_click(masks)) == expected
    assert clicker.next_click(masks) is not None


def test_clicks_of_the_clicker_lead_to_the_truth(two_boxes: Scene):
    truth = two_boxes.labels
    assert truth is not None
    encoded = NearestSegmenter().encode(two_boxes)
    clicker = Clicker(two_boxes, truth, [(1, 0), (2, 0)])
    clicks = clicker.first_clicks()
    wrong = []
    for _ in range(30):
        masks = encoded.segment(clicks)
        wrong.append(int((masks.object != truth.object).sum()))
        click = clicker.next_click(masks)
        if click is None:
            break
        clicks.append(click)
    assert wrong[-1] < wrong[0] / 10
