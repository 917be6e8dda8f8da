"""What the tests of the server share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from serving import RunningServer, start_server

from pinpoint3d import Scene, load, save
from pinpoint3d.server.settings import Settings


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., RunningServer]]:
    """A function that starts servers, with settings; all end with the test."""
    stops: list[Callable[[], None]] = []

    def start(**values: Any) -> RunningServer:
        settings = Settings(**{"data": tmp_path / "data", "segmenter": "nearest", **values})
        server, stop = start_server(settings)
        stops.append(stop)
        return server

    yield start
    for stop in stops:
        stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that the tests of a module share."""
    settings = Settings(data=tmp_path_factory.mktemp("data"), segmenter="nearest")
    running_server, stop = start_server(settings)
    yield running_server
    stop()


@pytest.fixture(scope="session")
def scan(tmp_path_factory: pytest.TempPathFactory, two_boxes: Scene) -> Path:
    """Two boxes on a floor as a file, one of its points without a position."""
    xyz = two_boxes.xyz.copy()
    xyz[5] = np.nan
    path = tmp_path_factory.mktemp("scan") / "boxes.ply"
    save(Scene(xyz, two_boxes.rgb), None, path)
    return path


@pytest.fixture(scope="session")
def labelled_scan(tmp_path_factory: pytest.TempPathFactory, two_boxes: Scene) -> Path:
    """Two boxes as a file that holds its truth."""
    path = tmp_path_factory.mktemp("scan") / "labelled.ply"
    save(two_boxes, two_boxes.labels, path)
    return path


@pytest.fixture(scope="session")
def scene(scan: Path) -> Scene:
    """What the package itself makes of the file."""
    return load(scan)
