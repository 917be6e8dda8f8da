"""Files that a scan names: only those of its own folder."""

from pathlib import Path

import pytest

from pinpoint3d.errors import FileFormatError
from pinpoint3d.files.siblings import read_sibling, sibling_or_reason


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    folder = tmp_path / "scan"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "a b.png").write_bytes(b"image")
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "folder link").symlink_to(tmp_path)
    return folder / "scan.gltf"


@pytest.mark.parametrize("name", ["images/a b.png", "images/a%20b.png", "./images\\a b.png"])
def test_files_of_the_folder_and_below_are_read(scan: Path, name: str):
    assert read_sibling(scan, name, 100) == b"image"


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "..\\secret",
        "%2e%2e/secret",
        "images/../../secret",
        "link",
        "folder link/secret",
        "/etc/passwd",
        "//etc/passwd",
        "file:///etc/passwd",
        "https://example.org/secret",
        "C:\\secret",
        "images",
        "missing",
        "nul\0byte",
        "\ud800",
        "x" * 5000,
        "",
    ],
)
def test_nothing_else_is_read(scan: Path, name: str):
    assert sibling_or_reason(scan, name, 100)[0] is None
    with pytest.raises(FileFormatError, match=r"^scan.gltf: needs .*\.$"):
        read_sibling(scan, name, 100)


def test_a_file_over_the_limit_is_refused_with_its_size(scan: Path):
    assert sibling_or_reason(scan, "images/a b.png", 4) == (None, "has over 4 bytes")
