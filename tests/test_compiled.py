"""Compiled code is kept somewhere even where the package and the home folder are read-only."""

import os
import stat
import sys
from pathlib import Path

import pytest

from pinpoint3d import compiled


@pytest.fixture
def locked_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A user who may write only to the temporary folder, which is returned."""
    monkeypatch.setenv(compiled.VARIABLE, "")  # so that what the test sets is taken back
    monkeypatch.delenv(compiled.VARIABLE)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    real_access = os.access

    def access(path: Path, mode: int) -> bool:
        return tmp_path in (path, *Path(path).parents) and real_access(path, mode)

    monkeypatch.setattr("os.access", access)
    if "numba" in sys.modules:
        monkeypatch.setattr(sys.modules["numba"].config, "CACHE_DIR", "")
    return tmp_path


def test_nothing_is_set_where_numba_finds_a_folder_itself(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(compiled.VARIABLE, raising=False)
    compiled.find_cache_folder()
    assert compiled.VARIABLE not in os.environ


@pytest.mark.usefixtures("locked_out")
def test_a_folder_chosen_by_the_user_is_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(compiled.VARIABLE, "chosen")
    compiled.find_cache_folder()
    assert os.environ[compiled.VARIABLE] == "chosen"


def test_a_private_folder_is_made_once_and_used_again(locked_out: Path):
    compiled.find_cache_folder()
    folder = Path(os.environ.pop(compiled.VARIABLE))
    assert folder.parent == locked_out
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    compiled.find_cache_folder()
    assert Path(os.environ[compiled.VARIABLE]) == folder


@pytest.mark.parametrize("trap", ["open to all", "a link", "a file"])
def test_a_folder_that_others_could_fill_is_not_trusted(locked_out: Path, trap: str):
    expected = locked_out / f"pinpoint3d-{os.getuid()}"
    elsewhere = locked_out / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    if trap == "open to all":
        expected.mkdir()
        expected.chmod(0o777)
    elif trap == "a link":
        expected.symlink_to(elsewhere)
    else:
        expected.touch()
    compiled.find_cache_folder()
    folder = Path(os.environ[compiled.VARIABLE])
    assert folder != expected
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_place_that_numba_names_as_its_last_resort_is_the_one_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.delenv(compiled.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "not made yet"))
    monkeypatch.setattr(compiled, "__file__", "/dev/null/compiled.py")
    compiled.find_cache_folder()
    assert compiled.VARIABLE not in os.environ
