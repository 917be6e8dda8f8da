"""The store: what is read is what was written, and damage is told."""

import hashlib
import json
import struct
import zlib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pinpoint3d.errors import FileAccessError, FileFormatError
from pinpoint3d.synth.assets import Asset
from pinpoint3d.synth.imported.store import MARK, read_store, write_store
from pinpoint3d.synth.shapes import cabinet, mug


def assets() -> list[Asset]:
    """A cabinet with joints and supports, a coloured mug, and another for evaluation."""
    chest, cup, other = (
        family.make(np.random.default_rng(seed))
        for family, seed in ((cabinet, 1), (mug, 2), (mug, 3))
    )
    rgb = np.random.default_rng(4).integers(0, 256, (len(cup.faces), 3), np.uint8)
    return [
        chest,
        replace(cup, face_rgb=rgb, licence="CC0", credit="Zoë"),
        replace(other, subset="val"),
    ]


def same(one: Asset, other: Asset) -> bool:
    return all(
        np.array_equal(a, b) and a.dtype == b.dtype if isinstance(a, np.ndarray) else a == b
        for a, b in (
            (getattr(one, f.name), getattr(other, f.name)) for f in fields(Asset)
        )
    )  # fmt: skip


def test_assets_come_back_as_they_were_each_on_its_side(tmp_path: Path):
    path, given_ = tmp_path / "a.store", assets()
    write_store(given_, path)

    train, val = (read_store(path, subset=side) for side in ("train", "val"))

    assert [len(train), len(val)] == [2, 1]
    assert all(same(a, b) for a, b in zip(given_, (*train, *val), strict=True))
    assert given_[0].joints
    assert given_[0].supports


def test_equal_assets_give_equal_bytes(tmp_path: Path):
    write_store(assets(), tmp_path / "a.store")
    write_store(iter(assets()), tmp_path / "b.store")

    assert (tmp_path / "a.store").read_bytes() == (tmp_path / "b.store").read_bytes()


def test_an_empty_store_is_one(tmp_path: Path):
    write_store([], tmp_path / "a.store")

    assert read_store(tmp_path / "a.store", subset="train") == ()


def test_a_file_that_is_none_and_one_that_is_missing_are_told(tmp_path: Path):
    (tmp_path / "a.store").write_bytes(b"PK\3\4 something else")
    with pytest.raises(FileFormatError, match="is no store of assets"):
        read_store(tmp_path / "a.store", subset="train")
    with pytest.raises(FileAccessError, match="no such file"):
        read_store(tmp_path / "b.store", subset="train")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255), cut=st.booleans())
def test_no_byte_can_change_or_go_unnoticed(tmp_path: Path, at: float, change: int, cut: bool):
    path = tmp_path / "a.store"
    if not path.exists():
        write_store(assets()[2:], path)
    content = bytearray(path.read_bytes())
    place = int(at * len(content))
    content[place] ^= change
    broken = tmp_path / "broken.store"
    broken.write_bytes(content[: max(1, place)] if cut else content)

    with pytest.raises(FileFormatError, match=r"^broken\.store"):
        read_store(broken, subset="val")


def forged(path: Path, change: dict[str, Any], block: bytes | None = None) -> None:
    """Change a store's index or block, and put the right check sum on it."""
    write_store(assets()[1:2], path)
    body = path.read_bytes()[len(MARK) + 32 :]
    (length,) = struct.unpack_from("<Q", body)
    index = json.loads(zlib.decompress(body[8 : 8 + length]))
    entry = index["train"]["assets"][0]
    for key, value in change.items():
        (index["train"] if key in index["train"] else entry)[key] = value
    blocks = body[8 + length :]
    if block is not None:
        packed = zlib.compress(block)
        index["train"] |= {"packed": len(packed), "size": len(block)}
        blocks = packed
    text = zlib.compress(json.dumps(index).encode())
    body = struct.pack("<Q", len(text)) + text + blocks
    path.write_bytes(MARK + hashlib.sha256(body).digest() + body)


@pytest.mark.parametrize(
    "change",
    [
        {"vertices": 10**8}, {"vertices": 3}, {"faces": 0}, {"faces": 10**8}, {"coloured": 0},
        {"parts": []}, {"parts": [["a", 0, "wood"]]}, {"parts": [["a", -1, "gold"]]},
        {"parts": [["a", -1]]}, {"parts": 7}, {"kind": 5}, {"style": None}, {"packed": 5},
        {"size": 10}, {"size": 1 << 40}, {"assets": {}}, {"joints": [{}]}, {"supports": [[1, 2]]},
        {"supports": [[0, 0, 1, 1, "x"]]},
        {"joints": [{"part": 99, "kind": "hinge", "origin": [0, 0, 0], "axis": [0, 0, 1],
                     "low": 0, "high": 1, "state": 0}]},
    ],
)  # fmt: skip
def test_an_index_that_lies_is_refused(tmp_path: Path, change: dict[str, Any]):
    path = tmp_path / "a.store"
    forged(path, change)

    with pytest.raises(FileFormatError, match=r"^a\.store"):
        read_store(path, subset="train")


@pytest.mark.parametrize("byte", [b"\0", b"\x7f", b"\xff"])
def test_a_block_of_other_numbers_is_refused(tmp_path: Path, byte: bytes):
    path = tmp_path / "a.store"
    asset = assets()[1]
    size = 12 * len(asset.vertices) + (12 + 4 + 3) * len(asset.faces)
    forged(path, {}, byte * size)

    if byte == b"\0":  # all corners in one place are a shape like any other
        assert len(read_store(path, subset="train")) == 1
        return
    with pytest.raises(FileFormatError, match=r"^a\.store"):
        read_store(path, subset="train")


@pytest.mark.slow
def test_the_real_collections_fit_a_small_file(
    real_assets: tuple[tuple[Asset, ...], tuple[Asset, ...]], tmp_path: Path
):
    train, val = real_assets
    path = tmp_path / "all.store"

    write_store((*train, *val), path)

    assert path.stat().st_size < 25_000_000
    assert all(same(a, b) for a, b in zip(train, read_store(path, subset="train"), strict=True))
    assert all(same(a, b) for a, b in zip(val, read_store(path, subset="val"), strict=True))
