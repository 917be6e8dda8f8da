"""What several test files share."""

from pathlib import Path

import hypothesis
import numpy as np
import pytest
from rectangles import grid

from pinpoint3d import Scene

hypothesis.settings.register_profile("pinpoint3d", deadline=None)  # machines are noisy
hypothesis.settings.load_profile("pinpoint3d")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real scans and assets that may lie beside the project."""
    if not SHARED.is_dir():
        pytest.skip("needs the shared folder beside the project")
    return SHARED


@pytest.fixture(scope="session")
def torch():
    """The module; tests that need it are skipped where it is not installed."""
    return pytest.importorskip("torch", reason="torch is not installed (the extra net)")


@pytest.fixture(scope="session")
def two_boxes() -> Scene:
    """A red and a blue box, 20 cm wide, standing 10 cm apart on a grey floor; 1 cm spacing."""
    return make_two_boxes()


def make_two_boxes() -> Scene:
    """Scene of `two_boxes`, with its truth: object 1 is the red box, object 2 the blue one."""
    from pinpoint3d import Masks

    rng = np.random.default_rng(7)
    floor = grid((-0.6, -0.5, 0.0), (1.2, 0, 0), (0, 1.0, 0))
    pieces, colours, objects = [floor], [(128, 128, 128)], [0]
    for box, left in enumerate((-0.25, 0.05)):
        corner = np.array([left, -0.1, 0.0])
        x, y, z = (0.2, 0, 0), (0, 0.2, 0), (0, 0, 0.2)
        faces = [
            grid(corner, x, z),
            grid(corner + y, x, z),
            grid(corner, y, z),
            grid(corner + x, y, z),
            grid(corner + z, x, y),
        ]
        pieces.append(np.concatenate(faces))
        colours.append(((200, 40, 40), (40, 40, 200))[box])
        objects.append(box + 1)
        inside = (
            (floor[:, 0] > left)
            & (floor[:, 0] < left + 0.2)
            & (floor[:, 1] > -0.1)
            & (floor[:, 1] < 0.1)
        )
        floor[inside] = np.nan
    pieces[0] = floor[np.isfinite(floor).all(axis=1)]
    counts = [len(piece) for piece in pieces]
    xyz = np.concatenate(pieces) + rng.normal(0, 0.0005, (sum(counts), 3))
    return Scene(
        xyz=xyz.astype(np.float32),
        rgb=np.repeat(np.array(colours, np.uint8), counts, axis=0),
        name="two boxes",
        labels=Masks.of(np.repeat(objects, counts)),
    )
