"""Where jobs run: in this process, in several, or on a Ray cluster; results as they are done.

A job is a number; what it makes depends on the number alone, so it does not matter who does it, in
what order, or how often. A worker that dies takes only its job with it, which is then done again.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Literal, TypeVar

from pinpoint3d.errors import MissingExtraError, SynthesisError

Executor = Literal["local", "processes", "ray"]
T = TypeVar("T")
MOST_DEATHS = 3  # of workers before the jobs are thought to kill them


def run_jobs(
    work: Callable[[int], T],
    jobs: Sequence[int],
    executor: Executor = "processes",
    workers: int = 1,
) -> Iterator[tuple[int, T]]:
    """Each job and its result, in the order in which they are done.

    Parameters
    ----------
    work
        What to do; for "processes" and "ray" it must be picklable.
    jobs
        Numbers to call it with.
    executor
        "local": here, one after another. "processes": in `workers` processes. "ray": on the
        cluster that `ray.init` finds, or on this machine.
    workers
        Processes, for "processes".

    Raises
    ------
    SynthesisError
        If workers keep dying.
    MissingExtraError
        If "ray" is asked for and not installed.
    """
    if executor == "local":
        return ((job, work(job)) for job in jobs)
    if executor == "processes":
        return _in_processes(work, jobs, workers)
    return _on_ray(work, jobs)


def _in_processes(
    work: Callable[[int], T], jobs: Sequence[int], workers: int
) -> Iterator[tuple[int, T]]:
    left, deaths = list(jobs), 0
    while left:
        # Forking a process that has started threads can hang; a fresh one costs a second.
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            futures = {pool.submit(work, job): job for job in left}
            try:
                for future in as_completed(futures):
                    result = future.result()
                    left.remove(futures[future])
                    yield futures[future], result
            except BrokenProcessPool:
                deaths += 1
                if deaths >= MOST_DEATHS:
                    raise SynthesisError(
                        f"workers died {deaths} times with {len(left)} jobs left; "
                        "use fewer workers if memory is short, and in a script of your own "
                        "begin under `if __name__ == '__main__':`."
                    ) from None


def _on_ray(work: Callable[[int], T], jobs: Sequence[int]) -> Iterator[tuple[int, T]]:
    try:
        import ray  # pyright: ignore[reportMissingImports]  # an extra, and a large one
    except ImportError:
        raise MissingExtraError("the ray executor needs ray; install pinpoint3d[ray].") from None
    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    remote = ray.remote(max_retries=MOST_DEATHS)(_called)
    shared = ray.put(work)
    waiting = {remote.remote(shared, job): job for job in jobs}
    while waiting:
        [done], _ = ray.wait(list(waiting), num_returns=1)
        try:
            result = ray.get(done)
        except ray.exceptions.WorkerCrashedError:
            raise SynthesisError(
                f"workers died {MOST_DEATHS + 1} times with {len(waiting)} jobs left; "
                "give each more memory."
            ) from None
        yield waiting.pop(done), result


def _called(work: Callable[[int], T], job: int) -> T:
    """A job done: Ray takes plain functions, and nothing else that can be called."""
    return work(job)
