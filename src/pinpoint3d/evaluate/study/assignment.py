"""Who does which task with which tool, in which order, so that order and tasks favour no tool.

Tools are in blocks: a person works with one tool, then with the next. Orders of tools come from a
Williams design, and the groups of tasks are turned against them.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64


@dataclass(frozen=True)
class Block:
    """Tasks done one after the other with one tool; numbers from 0."""

    tool: int
    tasks: tuple[int, ...]


def williams_design(n: int) -> Int64[np.ndarray, "orders n"]:
    """Orders of n things with each thing equally often in each place and after each other one.

    n orders for even n, 2n for odd n; rows 0 to n - 1, and n to 2n - 1, have each thing once in
    each place. After Williams, "Experimental designs balanced for the estimation of residual
    effects of treatments", 1949, doi:10.1071/CH9490149.
    """
    zigzag = np.zeros(n, np.int64)
    zigzag[1::2] = np.arange(1, n // 2 + 1)
    zigzag[2::2] = n - np.arange(1, (n - 1) // 2 + 1)
    orders = (zigzag + np.arange(n)[:, None]) % n
    return orders if n % 2 == 0 else np.concatenate([orders, orders[:, ::-1]])


def assign(
    n_participants: int, n_tools: int, n_tasks: int, rng: np.random.Generator
) -> list[list[Block]]:
    """Blocks of each participant, one a tool; every participant does every task once.

    Any `n_tools` participants in a row, counted from the first, have each tool once in each place
    and each task once with each tool. Twice as many for an odd number of tools also have each tool
    equally often after each other one. In every `n_tools` times as many each task comes equally
    often in each place among the blocks. `n_tasks` must be at least `n_tools`.
    """
    assert n_tasks >= n_tools  # or somebody would meet a tool without a task
    design = rng.permutation(n_tools)[williams_design(n_tools)]
    groups = np.array_split(rng.permutation(n_tasks), n_tools)
    n_squares = len(design) // n_tools
    participants: list[list[Block]] = []
    for square in range(-(-n_participants // n_tools)):
        first = n_tools * (square % n_squares)
        for order in rng.permutation(design[first : first + n_tools]):
            turned = [groups[(place + square) % n_tools] for place in range(n_tools)]
            participants.append(
                [
                    Block(int(tool), tuple(rng.permutation(group).tolist()))
                    for tool, group in zip(order, turned, strict=True)
                ]
            )
    return participants[:n_participants]
