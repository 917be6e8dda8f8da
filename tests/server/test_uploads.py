"""Files from strangers: whole, in pieces, too long, hostile."""

import gzip
import hashlib
import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving import RunningServer

from pinpoint3d import Scene, load
from pinpoint3d.errors import FileFormatError
from pinpoint3d.server.parcel import pack, unpack
from pinpoint3d.server.uploads import label_of

HEADER = "ply\nformat binary_little_endian 1.0\nelement vertex {n}\n" + "".join(
    f"property float {axis}\n" for axis in "xyz"
)


def ply(n: int, body: bytes) -> bytes:
    return (HEADER.format(n=n) + "end_header\n").encode() + body


SMALL = ply(3, struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0))


def upload(
    server: RunningServer,
    content: bytes,
    name: str = "scan.ply",
    sha256: str | None = None,
    **options: str,
):
    """The last answer of sending a file."""
    wanted = {"name": name, "bytes": len(content), "sha256": sha256}
    begun = server.request("POST", "uploads", json=wanted)
    if begun.status_code != 201:
        return begun
    uploaded = begun.json()["id"]
    sent = server.request("PUT", f"uploads/{uploaded}?offset=0", content=content)
    if sent.status_code != 204:
        return sent
    return server.request("POST", f"uploads/{uploaded}/done", json=options)


def test_a_file_becomes_a_scan_that_sessions_work_on(server: RunningServer, scan: Path):
    content = scan.read_bytes()
    answer = upload(
        server, content, "../my scans/boxes.ply", sha256=hashlib.sha256(content).hexdigest()
    )
    assert answer.status_code == 200
    info = answer.json()
    assert (info["name"], info["rows"], info["points"]) == ("boxes.ply", 15_791, 15_790)
    made = server.request("POST", "sessions", json={"scene": info["id"]})
    assert made.status_code == 201
    click = {"op": "click", "row": 9_000, "object": 1}
    assert server.do(made.json()["id"], click).json()["rev"] == 1


@pytest.mark.parametrize("name", ["labelled_scan", "scan"])
def test_what_is_uploaded_is_what_the_package_reads(
    server: RunningServer, request: pytest.FixtureRequest, name: str
):
    """To the last bit, though another process reads it; exports need the source too."""
    path: Path = request.getfixturevalue(name)
    expected = load(path, units="cm", up="-y")
    info = upload(server, path.read_bytes(), units="cm", up="-y").json()
    got = server.run(server.services.scenes.open(info["id"])).scene
    for each in ("xyz", "origin", "up", "rgb", "faces"):
        np.testing.assert_array_equal(getattr(got, each), getattr(expected, each))
    assert got.xyz.dtype == expected.xyz.dtype
    assert list(got.fields) == list(expected.fields)
    for field, values in expected.fields.items():
        np.testing.assert_array_equal(got.fields[field], values)
    assert (got.labels is None) == (expected.labels is None)
    if got.labels is not None and expected.labels is not None:
        np.testing.assert_array_equal(got.labels.object, expected.labels.object)
        np.testing.assert_array_equal(got.labels.part, expected.labels.part)
    assert got.source is not None
    assert expected.source is not None
    assert got.source == replace(expected.source, path=got.source.path)
    assert got.source.path.read_bytes() == path.read_bytes()


def test_what_is_no_scene_is_refused_when_it_is_unpacked(scene: Scene, tmp_path: Path):
    pack(scene, tmp_path)
    assert len(unpack(tmp_path)) == len(scene)
    words = json.loads((tmp_path / "scene.json").read_text())
    for arrays in ({"xyz": ["<f4", [10**12, 3]]}, {"xyz": ["|O", [3, 3]]}, {"../a": ["<f4", [3]]}):
        (tmp_path / "scene.json").write_text(json.dumps(words | {"arrays": arrays}))
        with pytest.raises(FileFormatError):
            unpack(tmp_path)


def test_a_file_comes_in_pieces_and_goes_on_after_a_break(server: RunningServer):
    begun = server.request("POST", "uploads", json={"name": "a.ply", "bytes": len(SMALL)}).json()
    path = f"uploads/{begun['id']}"
    assert server.request("PUT", f"{path}?offset=0", content=SMALL[:10]).status_code == 204
    again = server.request("PUT", f"{path}?offset=0", content=SMALL[:10])
    assert again.status_code == 409
    assert again.json()["code"] == "wrong_offset"
    assert server.request("POST", f"{path}/done", json={}).status_code == 409
    offset = server.request("GET", path).json()["offset"]
    assert offset == 10
    assert server.request("PUT", f"{path}?offset=10", content=SMALL[10:]).status_code == 204
    assert server.request("POST", f"{path}/done", json={"units": "cm"}).status_code == 200
    assert server.request("GET", path).status_code == 404


def test_more_than_was_announced_is_refused(server: RunningServer):
    begun = server.request("POST", "uploads", json={"name": "a.ply", "bytes": 10}).json()
    answer = server.request("PUT", f"uploads/{begun['id']}?offset=0", content=SMALL)
    assert answer.status_code == 413


def test_limits_are_told_before_a_byte_is_sent(serve: Callable[..., RunningServer]):
    server = serve(upload_bytes=1000, uploads=2)
    big = server.request("POST", "uploads", json={"name": "a.ply", "bytes": 1001})
    assert big.status_code == 413
    for expected in (201, 201, 429):
        answer = server.request("POST", "uploads", json={"name": "a.ply", "bytes": 10})
        assert answer.status_code == expected
    assert int(answer.headers["Retry-After"]) > 0


def test_a_wrong_hash_is_refused(server: RunningServer):
    answer = upload(server, SMALL, sha256="0" * 64)
    assert answer.status_code == 422
    assert "damaged on its way" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("claims.ply", ply(1_000_000_000, b"\0" * 100)),
        ("cut.ply", SMALL[:-5]),
        ("nothing.ply", ply(0, b"")),
        ("nan.ply", ply(1, struct.pack("<3f", *[float("nan")] * 3))),
        ("text.xyz", b"not a scan at all\n"),
        ("bomb.ply.gz", gzip.compress(ply(8_000_000, bytes(96_000_000)))),
        ("pickle.npy", b"\x93NUMPY\x01\x00\x46\x00{'descr': '|O', 'fortran_order': False, 'shap"),
        ("image.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("mesh.glb", b"glTF\x02\x00\x00\x00\xff\xff\xff\x7f" + bytes(40)),
        ("a.las", b"LASF" + bytes(400)),
        ("z.zip", b"PK\x03\x04" + bytes(100)),
        ("no suffix", bytes(64)),
    ],
)
def test_hostile_files_are_refused_in_a_sentence_and_leave_nothing(
    server: RunningServer, name: str, content: bytes
):
    arriving = server.services.settings.data / "uploads"
    before = set(arriving.iterdir())
    answer = upload(server, content, name)
    assert answer.status_code == 422
    assert answer.json()["code"] == "unreadable"
    detail = answer.json()["detail"]
    assert detail.startswith(name)
    assert str(server.services.settings.data) not in answer.text
    assert set(arriving.iterdir()) == before


def test_a_file_that_takes_too_much_memory_harms_only_its_own_process(
    serve: Callable[..., RunningServer],
):
    server = serve(reader_bytes=200 << 20)
    answer = upload(server, SMALL, "large.ply")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("large.ply: takes more memory or time")
    assert server.request("GET", "/healthz").status_code == 200


def test_a_scan_of_too_many_points_is_refused(serve: Callable[..., RunningServer]):
    answer = upload(serve(points=2), SMALL)
    assert answer.status_code == 422
    assert "more than the 2 taken" in answer.json()["detail"]


@given(st.text(max_size=300))
def test_no_name_is_a_path_or_steers_a_terminal(name: str):
    label = label_of(name)
    assert 0 < len(label) <= 200
    assert not set(label) & set("/\\\0\n\r\x1b\u202e")


PATHS = ["../outside.ply", "/etc/passwd", "link.ply", "folder/../../outside.ply", "folder"]


@pytest.mark.parametrize(
    "path", [*PATHS, "absent.ply", "CON", "folder/link/outside.ply", "..", "", "a\0b", "x" * 5000]
)
def test_no_path_leaves_the_data_root(
    serve: Callable[..., RunningServer], tmp_path: Path, path: str
):
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (tmp_path / "outside.ply").write_bytes(SMALL)
    (root / "link.ply").symlink_to(tmp_path / "outside.ply")
    (root / "folder" / "link").symlink_to(tmp_path)
    server = serve(data_root=root)
    answer = server.request("POST", "scenes", json={"path": path})
    assert answer.status_code in (400, 404)
    assert "outside" not in answer.text


def test_paths_inside_the_data_root_are_opened_and_others_never(
    serve: Callable[..., RunningServer], tmp_path: Path
):
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a.ply").write_bytes(SMALL)
    server = serve(data_root=tmp_path / "root")
    answer = server.request("POST", "scenes", json={"path": "a.ply", "units": "mm"})
    assert answer.status_code == 201
    assert answer.json()["report"]["unit"] == "mm"
    shut = serve(data=tmp_path / "other")
    assert shut.request("POST", "scenes", json={"path": "a.ply"}).status_code == 403
