import numpy as np
import pytest

from pinpoint3d.errors import FileFormatError
from pinpoint3d.evaluate.study.assignment import assign
from pinpoint3d.evaluate.study.statistics import (
    Observations,
    compare,
    flip_test,
    participants_needed,
    power,
)

N_STUDIES = 150


def made_study(
    rng: np.random.Generator,
    *,
    effect: float = 0.0,
    n_people: int = 12,
    n_tools: int = 2,
    interaction: float = 0.0,
    missing: float = 0.0,
) -> Observations:
    """Seconds of people on six tasks: tool "b" takes `effect` longer, people and tasks differ.

    `interaction` is how much the effect differs between tasks, `missing` the share of lost trials.
    """
    people, tasks = rng.normal(0, 10, n_people), rng.normal(0, 15, 6)
    own = rng.normal(0, 4, (n_people, n_tools))
    suits = rng.normal(0, 1, (6, n_tools)) * interaction
    rows = sorted(
        (
            "abc"[block.tool],
            f"p{person}",
            f"task {task}",
            60
            + people[person]
            + tasks[task]
            + (effect if block.tool == 1 else 0)
            + own[person, block.tool]
            + suits[task, block.tool]
            + rng.normal(0, 6),
        )
        for person, blocks in enumerate(assign(n_people, n_tools, 6, rng))
        for block in blocks
        for task in block.tasks
        if rng.random() >= missing
    )
    tools, participants, task_names, seconds = zip(*rows, strict=True)
    return Observations(participants, task_names, tools, ["s"], np.array(seconds)[:, None])


@pytest.mark.parametrize("effect", [0.0, 12.0])
def test_intervals_hold_the_true_difference_as_often_as_they_say(effect: float) -> None:
    holds, holds_for_other_tasks = 0, 0
    for seed in range(N_STUDIES):
        rng = np.random.default_rng(seed)
        _, [found] = compare(made_study(rng, effect=effect), rng, n_resamples=300)
        holds += found.low <= -effect <= found.high
        assert found.low_other_tasks is not None
        assert found.high_other_tasks is not None
        holds_for_other_tasks += found.low_other_tasks <= -effect <= found.high_other_tasks
    assert 0.90 <= holds / N_STUDIES <= 0.99
    assert holds_for_other_tasks >= holds


def test_where_tools_suit_some_tasks_better_only_the_wide_interval_speaks_of_other_tasks() -> None:
    narrow, wide = 0, 0
    for seed in range(N_STUDIES):
        rng = np.random.default_rng(seed)
        _, [found] = compare(made_study(rng, interaction=6), rng, n_resamples=300)
        narrow += found.low <= 0 <= found.high
        assert found.low_other_tasks is not None
        assert found.high_other_tasks is not None
        wide += found.low_other_tasks <= 0 <= found.high_other_tasks
    assert narrow / N_STUDIES < 0.8
    assert wide / N_STUDIES >= 0.9


def test_tools_that_are_alike_are_rarely_called_different() -> None:
    called = 0
    for seed in range(N_STUDIES):
        rng = np.random.default_rng(seed)
        _, [found] = compare(made_study(rng), rng, n_resamples=10)
        called += found.p < 0.05
    assert called / N_STUDIES <= 0.08


def test_among_three_tools_that_are_alike_rarely_any_pair_is_called_different() -> None:
    called = 0
    for seed in range(N_STUDIES):
        rng = np.random.default_rng(seed)
        _, found = compare(made_study(rng, n_tools=3), rng, n_resamples=10)
        assert len(found) == 3
        assert all(one.p_adjusted >= one.p for one in found)
        called += min(one.p_adjusted for one in found) < 0.05
    assert called / N_STUDIES <= 0.08


def test_lost_trials_do_not_bend_the_difference() -> None:
    differences = [
        compare(made_study(rng, effect=12, missing=0.2), rng, n_resamples=10)[1][0].difference
        for rng in map(np.random.default_rng, range(100))
    ]
    assert np.mean(differences) == pytest.approx(-12, abs=0.7)


def test_a_tool_is_not_blamed_for_the_hard_tasks_it_met_more_often() -> None:
    rng = np.random.default_rng(0)
    seconds_for = {"easy": 10.0, "hard": 90.0}
    rows = sorted(
        (tool, person, task, seconds_for[task])
        for person, pairs in {
            "p1": [("a", "hard"), ("b", "easy")],
            "p2": [("a", "hard"), ("b", "easy")],
            "p3": [("a", "hard"), ("b", "easy")],
            "p4": [("a", "easy"), ("b", "hard")],
        }.items()
        for tool, task in pairs
    )
    tools, people, tasks, seconds = zip(*rows, strict=True)
    means, [found] = compare(
        Observations(people, tasks, tools, ["s"], np.array(seconds)[:, None]), rng
    )
    assert found.difference == pytest.approx(0, abs=1e-9)
    assert [mean.mean for mean in means] == pytest.approx([50, 50])


def test_a_whole_balanced_study_has_the_plain_means() -> None:
    rng = np.random.default_rng(5)
    observed = made_study(rng, effect=8)
    means, [found] = compare(observed, rng, n_resamples=10)
    for mean in means:
        own = observed.values[np.array(observed.tools) == mean.tool]
        assert mean.mean == pytest.approx(own.mean())
    assert found.difference == pytest.approx(means[0].mean - means[1].mean)


def test_the_same_seed_gives_the_same_figures() -> None:
    observed = made_study(np.random.default_rng(1), effect=8)
    assert compare(observed, np.random.default_rng(2)) == compare(
        observed, np.random.default_rng(2)
    )


def test_trials_that_can_not_tell_tools_from_tasks_are_refused() -> None:
    people = ["p1", "p2", "p3"] * 2
    confounded = Observations(
        people, ["x"] * 3 + ["y"] * 3, ["a"] * 3 + ["b"] * 3, ["s"], np.arange(6.0)[:, None]
    )
    with pytest.raises(FileFormatError, match="too few to tell tools from tasks"):
        compare(confounded, np.random.default_rng(0))


def test_too_few_participants_are_refused() -> None:
    observed = made_study(np.random.default_rng(0), n_people=2)
    with pytest.raises(FileFormatError, match="run at least 3"):
        compare(observed, np.random.default_rng(0))


def test_the_permutation_test_counts_the_signs_by_hand() -> None:
    own = np.array([[1.0], [2.0], [3.0]])  # of 8 ways two have a sum of 6 or more either way
    assert flip_test(own, np.random.default_rng(0)).tolist() == [0.25]


def test_random_flips_agree_with_all_flips() -> None:
    own = np.random.default_rng(3).normal(0.5, 1, (12, 1))
    more = np.concatenate([own, np.zeros((1, 1))])  # a 13th that changes no sum
    [exact], [drawn] = (flip_test(each, np.random.default_rng(0)) for each in (own, more))
    assert drawn == pytest.approx(exact, abs=0.02)


def test_power_is_that_of_whole_analyses() -> None:
    sd = np.sqrt(2 * 4**2 + 2 * 6**2 / 3)  # of own differences: made_study's spread, 3 tasks a tool
    found = 0
    for seed in range(N_STUDIES):
        rng = np.random.default_rng(seed)
        _, [difference] = compare(made_study(rng, effect=7), rng, n_resamples=10)
        found += difference.p < 0.05
    predicted = power(12, 7.0, float(sd), np.random.default_rng(0))
    assert predicted == pytest.approx(found / N_STUDIES, abs=0.1)


def test_power_without_an_effect_is_the_rate_of_false_alarms() -> None:
    assert power(10, 0.0, 1.0, np.random.default_rng(0)) == pytest.approx(0.05, abs=0.02)


def test_the_participants_needed_are_those_of_the_t_test() -> None:
    # 34 pairs find half a standard deviation with 80 % power at 5 % (Cohen's tables)
    needed = participants_needed(0.5, 1.0, np.random.default_rng(0))
    assert needed is not None
    assert abs(needed - 34) <= 4
    assert participants_needed(0.01, 1.0, np.random.default_rng(0)) is None
