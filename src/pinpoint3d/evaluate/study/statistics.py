"""Tools compared on crossed observations: everybody meets every tool, on some of the tasks each.

An observation is modelled as a sum of effects of its participant, its task and its tool, so that
nothing is held against a tool because hard tasks or slow people met it more often, as they may
where trials are missing. Chance enters by resampling participants (and tasks), never by a formula.
Read `compare` first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from jaxtyping import Float64, Int64
from scipy.stats import norm, t

from pinpoint3d.errors import FileFormatError

N_RESAMPLES = 4000  # ends of a 95 % interval then vary by a few percent of its width
N_FLIPS = 5000  # a p of .05 then has a standard error of .003
MAX_EXACT = 12  # participants, for whom all 4,096 ways to flip signs are tried
LEVEL = 0.95
ROUNDING = 1e-9  # of a value: sums in another order differ by less, and what is measured by more
MAX_NEEDED = 512  # participants: no study of a tool has as many


@dataclass(frozen=True)
class Observations:
    """Values and whose they are.

    Attributes
    ----------
    participants, tasks, tools
        Of each observation, by name.
    measures
        Names of the columns.
    values
        float64 (N, M).
    """

    participants: Sequence[str]
    tasks: Sequence[str]
    tools: Sequence[str]
    measures: Sequence[str]
    values: Float64[np.ndarray, "observations measures"]


@dataclass(frozen=True)
class Mean:
    """Mean of a measure with a tool, and its interval over participants."""

    measure: str
    tool: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """How much larger a measure is with `tool` than with `other`.

    Attributes
    ----------
    measure, tool, other
        What is compared.
    difference, low, high
        Interval over participants, for the tasks of the study.
    low_other_tasks, high_other_tasks
        Interval over participants and tasks, for other tasks of the kind; wider, and cautious.
        None where there is one task alone.
    sd
        Standard deviation over the participants of their own differences.
    p
        How often chance alone gives a difference at least as large, either way.
    p_adjusted
        The same with all pairs of tools in view (Holm).
    """

    measure: str
    tool: str
    other: str
    difference: float
    low: float
    high: float
    low_other_tasks: float | None
    high_other_tasks: float | None
    sd: float
    p: float
    p_adjusted: float


def compare(
    observed: Observations, rng: np.random.Generator, *, n_resamples: int = N_RESAMPLES
) -> tuple[list[Mean], list[Difference]]:
    """Mean of every measure with every tool, and the difference of every pair.

    Intervals are percentiles of the bootstrap, widened for few participants after Hesterberg, "What
    teachers should know about the bootstrap", 2015, doi:10.1080/00031305.2015.1089789. Those over
    participants and tasks draw both anew, after Owen, "The pigeonhole bootstrap", 2007,
    doi:10.1214/07-AOAS122. p flips the signs of participants' differences.

    Raises
    ------
    FileFormatError
        If there are too few participants, or they met so few tools and tasks that the effects of
        these can not be told apart.
    """
    model = _Additive(observed)
    n_people, n_tasks, n_tools = model.sizes
    people = rng.multinomial(n_people, np.full(n_people, 1 / n_people), n_resamples)
    tasks = rng.multinomial(n_tasks, np.full(n_tasks, 1 / n_tasks), n_resamples)
    all_people, all_tasks = np.ones((1, n_people)), np.ones((1, n_tasks))
    mean = model.means(all_people, all_tasks)[0]
    over_people = model.means(people.astype(float), np.ones((n_resamples, n_tasks)))
    over_both = model.means(people.astype(float), tasks.astype(float))
    low, high = _interval(over_people, n_people, model.lost)
    means = [
        Mean(measure, name, float(mean[tool, k]), float(low[tool, k]), float(high[tool, k]))
        for tool, name in enumerate(model.tools)
        for k, measure in enumerate(observed.measures)
    ]
    differences: list[Difference] = []
    for tool, other in combinations(range(n_tools), 2):
        low, high = _interval(over_people[:, tool] - over_people[:, other], n_people, model.lost)
        low_both, high_both = _interval(
            over_both[:, tool] - over_both[:, other], n_people, model.lost
        )
        own = model.own_differences(tool, other)
        p = flip_test(own, rng)
        differences.extend(
            Difference(
                measure=measure,
                tool=model.tools[tool],
                other=model.tools[other],
                difference=float(mean[tool, k] - mean[other, k]),
                low=float(low[k]),
                high=float(high[k]),
                low_other_tasks=float(low_both[k]) if n_tasks > 1 else None,
                high_other_tasks=float(high_both[k]) if n_tasks > 1 else None,
                sd=float(own[:, k].std(ddof=1)) if len(own) > 1 else 0.0,
                p=float(p[k]),
                p_adjusted=float(p[k]),
            )
            for k, measure in enumerate(observed.measures)
        )
    return means, _holm(differences)


def flip_test(
    own: Float64[np.ndarray, "participants measures"], rng: np.random.Generator
) -> Float64[np.ndarray, " measures"]:
    """Chance, by a permutation test, of a mean at least as large where every sign could be another.

    Exact up to twelve participants, by random flips beyond.
    """
    n = len(own)
    if n <= MAX_EXACT:
        signs = 1 - 2.0 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
    else:
        signs = rng.choice([-1.0, 1.0], (N_FLIPS, n))
        signs[0] = 1  # what was observed is one of the ways
    flipped = np.abs(signs @ own)
    tolerance = ROUNDING * np.abs(own).sum(axis=0)
    return (flipped >= np.abs(own.sum(axis=0)) - tolerance).mean(axis=0)


def power(
    n_participants: int,
    effect: float,
    sd: float,
    rng: np.random.Generator,
    *,
    alpha: float = 1 - LEVEL,
    n_simulations: int = 1000,
) -> float:
    """Share of simulated studies in which the permutation test finds a difference of two tools.

    Parameters
    ----------
    n_participants
        Of each study.
    effect, sd
        Mean and standard deviation over participants of their own differences; an earlier study's
        analysis gives the latter.
    rng
        Draws the studies.
    alpha
        A difference is found where p lies below.
    n_simulations
        Studies drawn.
    """
    studies = rng.normal(effect, sd, (n_participants, n_simulations))
    return float((flip_test(studies, rng) < alpha).mean())


def participants_needed(
    effect: float, sd: float, rng: np.random.Generator, *, goal: float = 0.8
) -> int | None:
    """Least even number of participants whose `power` reaches the goal; None for over 512."""
    low, high = 0, 2  # of `low` it is known that they are too few
    while power(high, effect, sd, rng) < goal:
        if high >= MAX_NEEDED:
            return None
        low, high = high, 2 * high
    while high - low > 2:
        middle = (low + high) // 4 * 2
        if power(middle, effect, sd, rng) < goal:
            low = middle
        else:
            high = middle
    return high


class _Additive:
    """Least-squares effects of participants, tasks and tools, and what is left over."""

    def __init__(self, observed: Observations) -> None:
        _, self._participant = _numbered(observed.participants)
        _, self._task = _numbered(observed.tasks)
        self.tools, self._tool = _numbered(observed.tools)
        codes = (self._participant, self._task, self._tool)
        n_people, n_tasks, n_tools = self.sizes = tuple(int(code.max()) + 1 for code in codes)
        # one for the mean, and one for each contrast of the groups of tasks that go with tools
        self.lost = min(n_tools, n_tasks)
        if n_people <= self.lost:
            raise FileFormatError(
                f"{n_people} of the participants have trials, too few to say anything of others; "
                f"run at least {self.lost + 1}."
            )
        columns = [np.eye(n)[code] for code, n in zip(codes, self.sizes, strict=True)]
        design = np.concatenate([np.ones((len(self._tool), 1)), *columns], axis=1)
        solution, _, rank, _ = np.linalg.lstsq(design, observed.values)
        if rank < n_people + n_tasks + n_tools - 2:
            raise FileFormatError(
                f"{len(self._tool)} trials are too few to tell tools from tasks and "
                "participants; run more participants."
            )
        effects = np.split(solution, np.cumsum([1, n_people, n_tasks]))
        # only sums of effects are determined; with means of zero they can be read one by one
        self._total = sum(effect.mean(axis=0) for effect in effects)
        self._people, self._tasks, tools = (effect - effect.mean(axis=0) for effect in effects[1:])
        levelled = observed.values - design @ solution + tools[self._tool]
        # what rounding leaves of no difference at all must not look like one
        dust = ROUNDING * np.abs(observed.values).max(axis=0)
        self._levelled = np.where(np.abs(levelled) > dust, levelled, 0)

    def means(
        self,
        people: Float64[np.ndarray, "samples participants"],
        tasks: Float64[np.ndarray, "samples tasks"],
    ) -> Float64[np.ndarray, "samples tools measures"]:
        """Mean of each measure with each tool, where everybody would do everything with it.

        Participants and tasks count by the weights given; NaN where no trial with a tool counts.
        """
        weights = people[:, self._participant] * tasks[:, self._task]
        base = (
            self._total
            + people @ self._people / people.sum(axis=1, keepdims=True)
            + tasks @ self._tasks / tasks.sum(axis=1, keepdims=True)
        )
        means = np.full((len(people), self.sizes[2], self._levelled.shape[1]), np.nan)
        for tool in range(self.sizes[2]):
            with_tool = self._tool == tool
            total = weights[:, with_tool].sum(axis=1, keepdims=True)
            means[:, tool] = base + np.divide(
                weights[:, with_tool] @ self._levelled[with_tool],
                total,
                out=np.full(base.shape, np.nan),
                where=total > 0,
            )
        return means

    def own_differences(
        self, tool: int, other: int
    ) -> Float64[np.ndarray, "participants measures"]:
        """Of everybody who used both tools, the difference, levelled for the tasks they did.

        Levelling takes from their spread what it takes in degrees of freedom, and that is put back.
        """
        sides = []
        for each in (tool, other):
            share = np.zeros((self.sizes[0], len(self._tool)))
            rows = np.flatnonzero(self._tool == each)
            share[self._participant[rows], rows] = 1
            count = share.sum(axis=1, keepdims=True)
            sides.append(np.where(count > 0, share @ self._levelled / np.maximum(count, 1), np.nan))
        difference = sides[0] - sides[1]
        difference = difference[~np.isnan(difference).any(axis=1)]
        n, mean = len(difference), difference.mean(axis=0)
        return mean + (difference - mean) * np.sqrt((n - 1) / max(n - self.lost, 1))


def _numbered(names: Sequence[str]) -> tuple[list[str], Int64[np.ndarray, " observations"]]:
    """Distinct names in the order they first come, and the number of each name given."""
    distinct = list(dict.fromkeys(names))
    number = {name: i for i, name in enumerate(distinct)}
    return distinct, np.array([number[name] for name in names], np.int64)


def _interval(
    samples: Float64[np.ndarray, "samples ..."], n: int, lost: int
) -> tuple[Float64[np.ndarray, "..."], Float64[np.ndarray, "..."]]:
    """Ends of the interval over samples of `n` participants, `lost` degrees of freedom fewer."""
    tail = norm.cdf(np.sqrt(n / (n - lost)) * t.ppf((1 - LEVEL) / 2, n - lost))
    low, high = np.nanquantile(samples, [tail, 1 - tail], axis=0)
    return low, high


def _holm(differences: list[Difference]) -> list[Difference]:
    """Differences with their p adjusted among the pairs of tools of each measure."""
    adjusted: dict[int, float] = {}
    for measure in {difference.measure for difference in differences}:
        of_measure = [i for i, d in enumerate(differences) if d.measure == measure]
        of_measure.sort(key=lambda i: differences[i].p)
        largest = 0.0
        for place, i in enumerate(of_measure):
            largest = max(largest, min(1.0, (len(of_measure) - place) * differences[i].p))
            adjusted[i] = largest
    return [replace(d, p_adjusted=adjusted[i]) for i, d in enumerate(differences)]
