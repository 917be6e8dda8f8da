"""What encoding a room of 100,000 points costs the network, level by level, on one thread or more.

    OMP_WAIT_POLICY=passive python benchmarks/network.py [--points 100000] [--threads 1]

A made room, in voxels of 1.5 times the spacing of its points. The forms take turns in this one
process, because the machine's speed changes from minute to minute: ratios are what counts. Beside
each level's convolution stand that of plain torch, offset by offset, and the product of all its
rows with one matrix of the same width, which no convolution can beat. Peak memory is measured in a
process of its own. Without torch, its columns are left out. Prints JSON.
"""

import argparse
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numba
import numpy as np
from threadpoolctl import threadpool_limits

from pinpoint3d.graph.neighbours import median_spacing
from pinpoint3d.net import kernels_numpy
from pinpoint3d.net.kernel_maps import KernelMap
from pinpoint3d.net.parameters import initial
from pinpoint3d.net.unet import UNet
from pinpoint3d.synth.dataset import Recipe, make_sample
from pinpoint3d.voxels import voxelise

SEED = 3
VOXEL_PER_SPACING = 1.5
CROP = 11_000  # voxels, of a training step
REPEATS = 7
NET = UNet(16)


def room_cells(n_points: int) -> np.ndarray:
    """Voxels of a made room."""
    scene = make_sample(Recipe(SEED, 1, {"room": 1.0}, "val"), 0).scene
    rng = np.random.default_rng(SEED)
    xyz = rng.permutation(scene.xyz[scene.valid])[:n_points]
    return voxelise(xyz, VOXEL_PER_SPACING * median_spacing(xyz)).cells()


def random(*shape: int) -> np.ndarray:
    """Values to compute with."""
    return np.random.default_rng(SEED).normal(size=shape).astype(np.float32)


def in_turns(tasks: dict[str, Callable[[], object]]) -> dict[str, dict[str, float]]:
    """Median milliseconds of every task, of the processor and on the wall, after one to warm up."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in tasks}
    for _ in range(REPEATS + 1):
        for name, task in tasks.items():
            cpu, wall = process_time(), perf_counter()
            task()
            taken[name].append((process_time() - cpu, perf_counter() - wall))
    return {
        name: {
            "cpu_ms": round(1e3 * median(cpu for cpu, _ in times[1:]), 2),
            "wall_ms": round(1e3 * median(wall for _, wall in times[1:]), 2),
        }
        for name, times in taken.items()
    }


def encoding(cells: np.ndarray, torch: Any) -> dict[str, Any]:
    """Everything an encode does, and a training step on a crop."""
    parameters = initial(NET.shapes(), np.random.default_rng(SEED))
    x, plan = random(len(cells), NET.n_inputs), NET.plan(cells)
    tasks: dict[str, Callable[[], object]] = {
        "maps": lambda: NET.plan(cells),
        "numpy": lambda: NET.apply(parameters, x, plan),
    }
    if torch is not None:
        from pinpoint3d.net.kernels_torch import on_device

        tensors = {n: torch.tensor(v, requires_grad=True) for n, v in parameters.items()}
        near = np.argsort(np.abs(cells - np.median(cells, axis=0)).sum(axis=1))[:CROP]
        crop = cells[np.sort(near)]
        crop_plan, plan_there = on_device(NET.plan(crop), "cpu"), on_device(plan, "cpu")
        crop_x, x_there = torch.tensor(random(len(crop), NET.n_inputs)), torch.tensor(x)

        def encode() -> None:
            with torch.inference_mode():
                NET.apply(tensors, x_there, plan_there)

        def step() -> None:
            levels = NET.apply(tensors, crop_x, crop_plan)
            torch.autograd.grad(sum(v.square().mean() for v in levels), [*tensors.values()])

        tasks |= {"torch": encode, f"torch step on {len(crop)} voxels": step}
    return in_turns(tasks)


def level(maps: KernelMap, width: int, torch: Any) -> dict[str, Any]:
    """One convolution of a level in its forms, and picoseconds a multiply-and-add."""
    x, weight = random(maps.n_source, width), random(27, width, width) / width
    n_macs = {"numpy": len(maps.source) * width**2, "product": maps.n_source * width**2}
    tasks: dict[str, Callable[[], object]] = {
        "numpy": lambda: kernels_numpy.convolve(x, weight, maps),
        "product": lambda: x @ weight[13],
    }
    if torch is not None:
        from pinpoint3d.net import kernels_torch

        there = kernels_torch.on_device((x, weight, maps), "cpu")
        tasks["torch"] = lambda: kernels_torch.offset_by_offset(*there)
        n_macs["torch"] = n_macs["numpy"]
    taken = in_turns(tasks)
    for name, times in taken.items():
        times["ps_per_mac"] = round(1e9 * times["cpu_ms"] / n_macs[name], 1)
    return {
        "voxels": maps.n_source,
        "pairs_per_voxel": round(len(maps.source) / maps.n_source, 1),
        "channels": width,
        **taken,
    }


def peak_memory_mb(cells: np.ndarray) -> dict[str, int]:
    """Resident memory of a fresh process before and after an encode."""
    # Of Linux: ru_maxrss starts from what the parent process used.
    code = (
        "import sys; sys.path.insert(0, 'benchmarks'); from network import *;"
        "lines = lambda: open('/proc/self/status').read().splitlines();"
        "peak = lambda: next(line.split()[1] for line in lines() if line.startswith('VmHWM'));"
        "cells = np.load(io.BytesIO(sys.stdin.buffer.read())); before = peak();"
        "values = initial(NET.shapes(), np.random.default_rng(0));"
        "NET.apply(values, random(len(cells), NET.n_inputs), NET.plan(cells));"
        "print(before, peak())"
    )
    stream = io.BytesIO()
    np.save(stream, cells)
    result = subprocess.run(
        [sys.executable, "-c", code], input=stream.getvalue(), capture_output=True, check=True
    )
    before, after = (round(int(kilobytes) / 1024) for kilobytes in result.stdout.split())
    return {"imported": before, "encoded": after}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Time the network.")
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    numba.set_num_threads(options.threads)
    torch: Any = None
    if find_spec("torch") is not None:
        torch = import_module("torch")
        torch.set_num_threads(options.threads)
    cells = room_cells(options.points)
    with threadpool_limits(options.threads):
        figures = {
            "threads": options.threads,
            "load": [round(load, 1) for load in os.getloadavg()],
            "points": options.points,
            "encode": encoding(cells, torch),
            "levels": [
                level(maps, width, torch)
                for maps, width in zip(NET.plan(cells).around, NET.channels, strict=True)
            ],
        }
    print(json.dumps(figures | {"peak_memory_mb": peak_memory_mb(cells)}, indent=1))


if __name__ == "__main__":
    main()
