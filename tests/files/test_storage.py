import bz2
import errno
import gzip
import lzma
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d import FileAccessError, FileFormatError
from pinpoint3d.files.storage import is_same_file, read_bytes, unpacked, write_atomically

SCAN = Path("scan.ply.gz")


def broken_off(error: BaseException) -> Iterator[bytes]:
    yield b"half of"
    raise error


@pytest.mark.parametrize("before", [b"old", None])
@pytest.mark.parametrize(
    "error",
    [ValueError("bad"), OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()],
)
def test_an_interrupted_save_leaves_what_was_there(
    tmp_path: Path, before: bytes | None, error: BaseException
) -> None:
    path = tmp_path / "scan.ply"
    if before is not None:
        path.write_bytes(before)
    expected = FileAccessError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected):
        write_atomically(path, broken_off(error))
    assert [p.name for p in tmp_path.iterdir()] == ([] if before is None else ["scan.ply"])
    if before is not None:
        assert path.read_bytes() == before


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(FileAccessError, match="No space left on device"):
        write_atomically(tmp_path / "scan.ply", broken_off(full))


def test_a_save_replaces_the_file_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "scan.ply"
    path.write_bytes(b"old and longer")
    path.chmod(0o640)
    write_atomically(path, [b"n", b"ew"])
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["scan.ply"]


def test_a_new_file_gets_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    write_atomically(tmp_path / "ours", [b""])
    (tmp_path / "other").touch()
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_save_through_a_link_leaves_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "original").write_bytes(b"old")
    (tmp_path / "link").symlink_to("original")
    write_atomically(tmp_path / "link", [b"new"])
    assert (tmp_path / "original").read_bytes() == b"old"
    assert (tmp_path / "link").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["line\nbreak", "caf\xe9 \U0001f4a1", "a" * 250, "-rf", " "])
def test_odd_names_are_written_and_read(tmp_path: Path, name: str) -> None:
    write_atomically(tmp_path / name, [b"content"])
    assert read_bytes(tmp_path / name) == b"content"


@pytest.mark.parametrize("name", ["missing/scan.ply", ".", "", "a" * 300, "a\0b", "file/scan.ply"])
def test_what_cannot_be_written_is_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    with pytest.raises(FileAccessError):
        write_atomically(Path(name), [b"content"])
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("name", ["missing", ".", "pipe", "a" * 300, "a\0b", "loop", "file/scan"])
def test_what_cannot_be_read_is_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    Path("loop").symlink_to("loop")
    Path("file").touch()
    with pytest.raises(FileAccessError):
        read_bytes(Path(name))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scan.ply").touch()
    with pytest.raises(FileFormatError, match=r"scan\.ply: is empty"):
        read_bytes(tmp_path / "scan.ply")


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "scan.ply").open("wb") as stream:
        stream.truncate((8 << 30) + 1)
    with pytest.raises(FileFormatError, match="more than the 8,589,934,592 that can"):
        read_bytes(tmp_path / "scan.ply")


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([gzip.compress, lzma.compress]), st.integers(1, 3))
def test_packed_content_is_unpacked(content: bytes, pack, copies: int) -> None:  # pyright: ignore[reportMissingParameterType]  # a function
    packed = pack(content) * copies + bytes(8)
    assert unpacked(packed, SCAN)[0] == content * copies


@pytest.mark.parametrize(
    ("name", "inner"), [("a.ply.gz", "a.ply"), ("a.ply.GZ", "a.ply"), ("a.ply", "a.ply")]
)
def test_the_name_inside_a_wrapper(name: str, inner: str) -> None:
    assert unpacked(gzip.compress(b"ply"), Path(name)) == (b"ply", Path(inner))


def test_what_is_not_packed_stays() -> None:
    assert unpacked(b"ply\n", SCAN) == (b"ply\n", SCAN)
    assert unpacked(bz2.compress(b"a"), SCAN) == (bz2.compress(b"a"), SCAN)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_wrapper_cut_anywhere_is_refused(pack) -> None:  # pyright: ignore[reportMissingParameterType]  # a function
    packed = pack(b"content of a scan")
    for end in range(6, len(packed)):
        with pytest.raises(FileFormatError):
            unpacked(packed[:end], SCAN)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_bomb_is_refused(pack) -> None:  # pyright: ignore[reportMissingParameterType]  # a function
    with pytest.raises(FileFormatError, match="which no scan does"):
        unpacked(pack(bytes(50_000_000)), SCAN)


def test_junk_behind_a_wrapper_is_refused() -> None:
    with pytest.raises(FileFormatError, match="cannot be unpacked"):
        unpacked(gzip.compress(b"ply") + b"junk", SCAN)


def test_a_wrapper_of_thousands_of_streams_is_unpacked_in_time() -> None:
    block = os.urandom(1000)
    packed = gzip.compress(block, 1) * 20_000
    start = time.process_time()
    assert unpacked(packed, SCAN)[0] == block * 20_000
    assert time.process_time() - start < 5


def test_two_paths_to_one_file(tmp_path: Path) -> None:
    (tmp_path / "scan.ply").touch()
    (tmp_path / "link.ply").symlink_to("scan.ply")
    assert is_same_file(tmp_path / "link.ply", tmp_path / "x" / ".." / "scan.ply")
    assert not is_same_file(tmp_path / "scan.ply", tmp_path / "other.ply")
    assert not is_same_file(tmp_path / "scan.ply", Path("a\0b"))
