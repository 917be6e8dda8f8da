from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d.evaluate.study.assignment import Block, assign, williams_design

LAWS = settings(max_examples=60, deadline=None)
seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("n", range(1, 9))
def test_a_williams_design_has_each_thing_as_often_in_each_place_and_after_each_other(
    n: int,
) -> None:
    design = williams_design(n)
    assert len(design) == (n if n % 2 == 0 else 2 * n)
    places = Counter((place, int(thing)) for row in design for place, thing in enumerate(row))
    assert set(places.values()) == {len(design) // n}
    followers = Counter((int(a), int(b)) for row in design for a, b in pairwise(row))
    assert len(followers) == n * (n - 1)
    assert len(set(followers.values())) <= 1


@LAWS
@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 6), seeds)
def test_every_tool_is_as_often_in_every_place_and_meets_every_task_as_often(
    n_tools: int, n_squares: int, n_more: int, seed: int
) -> None:
    n_tasks = n_tools + n_more
    participants = assign(n_squares * n_tools, n_tools, n_tasks, np.random.default_rng(seed))
    places = Counter((place, b.tool) for blocks in participants for place, b in enumerate(blocks))
    assert set(places.values()) == {n_squares}
    met = Counter((b.tool, task) for blocks in participants for b in blocks for task in b.tasks)
    assert len(met) == n_tools * n_tasks
    assert set(met.values()) == {n_squares}


@LAWS
@given(st.integers(2, 5), st.integers(0, 3), seeds)
def test_in_enough_participants_every_tool_follows_every_other_as_often(
    n_tools: int, n_more: int, seed: int
) -> None:
    n = 2 * n_tools
    participants = assign(n, n_tools, n_tools + n_more, np.random.default_rng(seed))
    followers = Counter((a.tool, b.tool) for bs in participants for a, b in pairwise(bs))
    assert set(followers.values()) == {2}


@LAWS
@given(st.integers(1, 4), st.integers(0, 4), seeds)
def test_every_task_comes_as_often_early_as_late(n_tools: int, n_more: int, seed: int) -> None:
    participants = assign(n_tools**2, n_tools, n_tools + n_more, np.random.default_rng(seed))
    places = Counter(
        (place, task) for bs in participants for place, b in enumerate(bs) for task in b.tasks
    )
    assert set(places.values()) == {n_tools}


@LAWS
@given(st.integers(1, 20), st.integers(1, 5), st.integers(0, 6), seeds)
def test_every_participant_uses_every_tool_and_does_every_task_once(
    n_participants: int, n_tools: int, n_more: int, seed: int
) -> None:
    n_tasks = n_tools + n_more
    participants = assign(n_participants, n_tools, n_tasks, np.random.default_rng(seed))
    assert len(participants) == n_participants
    for blocks in participants:
        assert sorted(b.tool for b in blocks) == list(range(n_tools))
        assert sorted(task for b in blocks for task in b.tasks) == list(range(n_tasks))
        sizes = [len(b.tasks) for b in blocks]
        assert max(sizes) - min(sizes) <= 1


def test_the_same_seed_assigns_the_same() -> None:
    def assigned(seed: int) -> list[list[Block]]:
        return assign(6, 3, 7, np.random.default_rng(seed))

    assert assigned(3) == assigned(3)
    assert assigned(3) != assigned(4)
