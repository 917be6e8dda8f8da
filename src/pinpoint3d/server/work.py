"""Where slow things run, so that the event loop never waits for them.

Each kind has its own threads: one decodes (that is the lock of the model), one encodes, some wait
for the disk, some read and write scans. Clicks never queue behind the encoding of another scan.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import ParamSpec, TypeVar

from pinpoint3d.server.messages import Code
from pinpoint3d.server.problems import RefusedError

P = ParamSpec("P")
R = TypeVar("R")


class Lane(Enum):
    """A kind of work, with its number of threads."""

    DECODE = ("decode", 1)
    ENCODE = ("encode", 1)
    DISK = ("disk", 4)
    FILES = ("files", 2)


class Work:
    """Threads for all slow work of a server."""

    def __init__(self, waiting: int) -> None:
        """At most `waiting` jobs of a kind wait; what comes then is refused for now."""
        self._waiting = waiting
        self._jobs = dict.fromkeys(Lane, 0)
        self._pools = {
            lane: ThreadPoolExecutor(lane.value[1], thread_name_prefix=lane.value[0])
            for lane in Lane
        }

    def jobs(self, lane: Lane) -> int:
        """Jobs of a kind that run or wait."""
        return self._jobs[lane]

    def check_free(self, lane: Lane) -> None:
        """Refuse for now what would wait behind too many others."""
        if self._jobs[lane] >= self._waiting + lane.value[1]:
            raise RefusedError(
                Code.NOT_READY, "the server has too much to do; try again soon.", retry_after=2
            )

    async def run(self, lane: Lane, do: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Result of a function, run in a thread of its kind.

        A job that has begun runs to its end even if nobody waits for it any more.
        """
        loop = asyncio.get_running_loop()
        self._jobs[lane] += 1
        try:
            return await loop.run_in_executor(self._pools[lane], lambda: do(*args, **kwargs))
        finally:
            self._jobs[lane] -= 1

    def close(self) -> None:
        """Finish what runs, drop what waits."""
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)
