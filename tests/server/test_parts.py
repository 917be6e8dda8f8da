"""What robots ask a session for."""

from pathlib import Path

import numpy as np
import pytest
from serving import RunningServer

from pinpoint3d import Scene


def test_parts_are_where_their_points_are(server: RunningServer, scan: Path, scene: Scene):
    session = server.open(scan)
    assert server.request("GET", f"sessions/{session}/parts").json() == {"rev": 0, "parts": []}
    server.do(session, {"op": "click", "row": 12_000, "object": 1, "part": 2})
    server.do(session, {"op": "click", "row": 40, "object": 0})
    server.do(session, {"op": "rename", "object": 1, "name": "box"})
    answer = server.request("GET", f"sessions/{session}/parts").json()
    whole, part = answer["parts"]
    labels = server.labels(session)
    own = scene.xyz[labels.object == 1].astype(np.float64) + scene.origin
    assert answer["rev"] == 3
    assert (whole["object"], whole["part"], whole["name"]) == (1, None, "box")
    assert (part["object"], part["part"], part["n_points"]) == (1, 2, len(own))
    assert whole["world"]["centroid"] == pytest.approx(own.mean(axis=0), abs=1e-5)
    assert whole["camera"] is None  # the scan is no image


def test_an_organised_scan_has_image_masks(server: RunningServer, tmp_path: Path):
    path = tmp_path / "wall.pcd"
    v, u = np.divmod(np.arange(12 * 16), 16)
    rows = "\n".join(f"{(x - 8) / 50} {(y - 6) / 50} 1" for x, y in zip(u, v, strict=True))
    path.write_text(
        "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 16\nHEIGHT 12\n"
        f"VIEWPOINT 0 0 0 1 0 0 0\nPOINTS 192\nDATA ascii\n{rows}\n"
    )
    session = server.open(path)
    server.do(session, {"op": "click", "row": 20, "object": 1})
    server.do(session, {"op": "click", "row": 28, "object": 0})
    [found] = server.request("GET", f"sessions/{session}/parts").json()["parts"]
    on = np.repeat(np.arange(len(found["image"]["runs"])) % 2, found["image"]["runs"])
    assert on.tolist() == server.labels(session).object.tolist()
    assert found["image"]["size"] == [12, 16]
    assert found["camera"]["normal"] == pytest.approx([0, 0, -1], abs=1e-5)
