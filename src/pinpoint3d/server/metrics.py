"""How a server does, in Prometheus' text form."""

from collections.abc import Iterator, Mapping

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # s


class Histogram:
    """Counts of times up to each of `BOUNDS`."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one."""
        index = next((i for i, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))
        self._counts[index] += 1
        self._sum += seconds

    def lines(self, name: str) -> Iterator[str]:
        """As text."""
        total = 0
        yield f"# TYPE {name} histogram"
        for bound, count in zip([*map(str, BOUNDS), "+Inf"], self._counts, strict=True):
            total += count
            yield f'{name}_bucket{{le="{bound}"}} {total}'
        yield f"{name}_sum {self._sum:.6f}"
        yield f"{name}_count {total}"


class Metrics:
    """Times that are counted as they happen."""

    def __init__(self) -> None:
        self._ack = Histogram()
        self._mask = Histogram()
        self._lag = Histogram()

    def acknowledged(self, seconds: float) -> None:
        """An operation was on disk so long after it came."""
        self._ack.observe(seconds)

    def answered(self, seconds: float) -> None:
        """Masks were sent so long after their click came."""
        self._mask.observe(seconds)

    def lagged(self, seconds: float) -> None:
        """The event loop woke up so late."""
        self._lag.observe(seconds)

    def text(self, gauges: Mapping[str, int]) -> str:
        """All of it, with values of the moment beside."""
        lines = [
            *self._ack.lines("pinpoint3d_ack_seconds"),
            *self._mask.lines("pinpoint3d_mask_seconds"),
            *self._lag.lines("pinpoint3d_loop_lag_seconds"),
        ]
        for name, value in gauges.items():
            lines += [f"# TYPE pinpoint3d_{name} gauge", f"pinpoint3d_{name} {value}"]
        return "\n".join(lines) + "\n"
