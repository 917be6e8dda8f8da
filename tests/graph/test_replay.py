from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pinpoint3d import Click, GraphSegmenter, Masks, Scene
from pinpoint3d.graph.guarantees import NodeGraph, keep_clicked
from pinpoint3d.graph.replay import Answer, Fresh, Replay, StandingClicks

N_POINTS = 12
LINE = Scene([[float(x), 0.0, 0.0] for x in range(N_POINTS)])
GRAPH = NodeGraph(
    np.arange(N_POINTS, dtype=np.int32),
    np.minimum(np.arange(N_POINTS) + 1, N_POINTS - 1)[:, None].astype(np.int32),
)


class Counting:
    """Every point has the label of the click whose number is its own, counted round and round."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.replay = Replay(self._fresh, lambda _: GRAPH)

    def _fresh(self, clicks: StandingClicks, before: Answer | None) -> Fresh:
        assert before is None or before.fresh.memory == len(clicks) - 1
        self.asked.append(len(clicks))
        turn = np.arange(N_POINTS) % len(clicks)
        objects, parts = clicks.snapped.objects[turn], clicks.snapped.parts[turn]
        confidence = np.full(N_POINTS, 0.5, np.float32)
        masks = keep_clicked(Masks(objects, parts, confidence), clicks.snapped)
        return Fresh(masks, memory=len(clicks))

    def answer(self, clicks: Sequence[Click]) -> Masks:
        return self.replay.answer(StandingClicks.of(LINE, clicks))


Placed = list[tuple[int, tuple[int, int]]]
placed = st.lists(
    st.tuples(
        st.integers(0, N_POINTS - 1), st.sampled_from([(0, 0), (1, 0), (1, 1), (1, 2), (2, 0)])
    ),
    min_size=1,
    max_size=9,
)


def clicks_at(places: Placed) -> list[Click]:
    return [Click(row, *label) for row, label in places]


def same(a: Masks, b: Masks) -> bool:
    return all(
        getattr(a, k).tobytes() == getattr(b, k).tobytes() for k in ("object", "part", "confidence")
    )


@given(places=placed, others=st.lists(placed, max_size=4))
def test_answers_are_the_same_whatever_was_asked_before(
    places: Placed, others: list[Placed]
) -> None:
    busy, clicks = Counting(), clicks_at(places)
    for other in others:
        busy.answer(clicks_at(other))
    for n in range(1, len(clicks)):
        busy.answer(clicks[:n])
    assert same(busy.answer(clicks), Counting().answer(clicks))


@given(places=placed)
def test_clicked_points_have_their_latest_clicks_label(places: Placed) -> None:
    clicks = clicks_at(places)
    masks = Counting().answer(clicks)
    for row, click in {click.point: click for click in clicks}.items():
        assert (masks.object[row], masks.part[row]) == (click.object, click.part)
        assert masks.confidence[row] == 1


@given(places=placed)
def test_a_correction_gives_points_to_its_own_label_alone(places: Placed) -> None:
    engine, clicks = Counting(), clicks_at([*dict(places).items()])
    for n in range(2, len(clicks) + 1):
        *earlier, last = clicks[:n]
        if (last.object, last.part) not in {(0, 0), *((c.object, c.part) for c in earlier)}:
            continue
        before, after = engine.answer(earlier), engine.answer(clicks[:n])
        changed = (before.object != after.object) | (before.part != after.part)
        assert (after.object[changed] == last.object).all()
        assert (after.part[changed] == last.part).all()


def test_first_clicks_are_one_question_and_one_more_click_is_one_more() -> None:
    engine = Counting()
    clicks = [Click(0, 1, 1), Click(3, 1, 2), Click(6, 2)]
    engine.answer(clicks)
    assert engine.asked == [3]
    clicks += [Click(9, 1, 1), Click(10, 0)]
    engine.answer(clicks[:4])
    engine.answer(clicks)
    engine.answer(clicks[:4])
    assert engine.asked == [3, 4, 5]


def test_a_long_list_is_replayed_from_its_first_correction() -> None:
    engine = Counting()
    engine.answer([Click(0, 1), Click(3, 2), Click(6, 1), Click(9, 2)])
    assert engine.asked == [2, 3, 4]


def test_granularity_is_part_of_the_question() -> None:
    engine = Counting()
    engine.answer([Click(0, 1)])
    engine.answer([Click(0, 1, granularity=0.5)])
    assert engine.asked == [1, 1]


def test_where_nothing_is_segmented_a_correction_changes_its_own_point(two_boxes: Scene) -> None:
    encoded = GraphSegmenter(whole_scene_points=1_500).encode(two_boxes)
    box = int(np.linalg.norm(two_boxes.xyz - np.array([-0.15, 0, 0.2]), axis=1).argmin())
    far = int(two_boxes.xyz[:, 0].argmax())
    before = encoded.segment([Click(box, 1)])
    after = encoded.segment([Click(box, 1), Click(far, 0)])
    assert (before.object == after.object).all()
    assert after.confidence[far] == 1


def test_what_an_engine_doubts_stays_as_it_was_shown() -> None:
    left = [Click(0, 1, 1), Click(11, 1, 2)]

    def fresh(clicks: StandingClicks, _: Answer | None) -> Fresh:
        split = 6 if len(clicks) == 2 else 9  # the third click takes three points more
        parts = np.where(np.arange(N_POINTS) < split, 1, 2).astype(np.int32)
        ones = np.ones(N_POINTS, np.int32)
        return Fresh(Masks(ones, parts, np.full(N_POINTS, len(clicks) / 4, np.float32)))

    def doubted(clicks: StandingClicks, before: Masks, after: Masks) -> np.ndarray:
        assert len(clicks) == 3
        assert (before.part != after.part).sum() == 3
        return np.array([8])

    clicks = StandingClicks.of(LINE, [*left, Click(6, 1, 1)])
    found = Replay(fresh, lambda _: GRAPH, doubted).answer(clicks)
    assert found.part.tolist() == [1] * 8 + [2] * 4
    assert found.confidence[8] == 0.5
    assert found.confidence[7] == 0.75
