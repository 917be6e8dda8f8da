"""A network that is made at once, and the command line on it."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from pinpoint3d.net.model import Config, Model
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.weights import Weights, write_weights

TINY = Config(channels=(8, 8), token_width=8, node_width=8, width=8, n_rounds=1, fine_width=8)


def run(command: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """What `pinpoint3d COMMAND ...` answers."""
    call = [sys.executable, "-c", "from pinpoint3d.cli import main; main()", command]
    return subprocess.run(
        [*call, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def tiny_weights(path: Path) -> Path:
    """A file of random weights."""
    parameters = initial(Model(TINY).shapes(), np.random.default_rng(0))
    write_weights(path, Weights({"model": TINY.as_dict(), "step": 7}, parameters))
    return path
