"""Tests of `files.laz`: packed points come out and go in unchanged, and damage never spreads."""

import io
import struct
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import laspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pinpoint3d
from pinpoint3d import Masks, PinpointError
from pinpoint3d.errors import FileFormatError, MissingExtraError
from pinpoint3d.files import las, laz
from pinpoint3d.files.contents import Contents, LabelColumns
from pinpoint3d.files.las_layout import COMPRESSED_BIT, POINT_TYPES, make_record, parse_layout

lazrs = import_module("lazrs")  # it has no types
PATH = Path("scan.laz")
EXTRA = 3  # bytes of each point that nothing describes
CHUNK_SIZE_AT = 12  # within the description of the packing


def make_points(point_format: int, n: int, n_channels: int = 1) -> np.ndarray:
    """Points that change slowly, of one or two scanner channels, as bytes."""
    size = np.dtype(POINT_TYPES[point_format]).itemsize + EXTRA
    steps = np.random.default_rng(point_format).integers(0, 3, (n, size))
    points = np.cumsum(steps, axis=0).astype(np.uint8)
    if point_format >= 6:
        points[:, 15] = (points[:, 15] & 0xCF) | (0x10 * (np.arange(n) // 5 % n_channels))
    return points


def make_laz(
    point_format: int = 3,
    n: int = 30,
    *,
    variable: bool = False,
    extended: bytes = b"",
    records: bytes = b"",
    n_records: int = 0,
    n_channels: int = 1,
) -> tuple[bytes, np.ndarray]:
    """A LAZ file with the program's own header, packed by lazrs; and its points."""
    points = make_points(point_format, n, n_channels)
    packing = lazrs.LazVlr.new_for_compression(point_format, EXTRA, variable)
    record = make_record("laszip encoded", 22204, packing.record_data(), "")
    version = 4 if point_format >= 6 else 3
    header = bytearray(375 if version == 4 else 235)
    struct.pack_into("<4s20xBB", header, 0, b"LASF", 1, version)
    body = record.header + record.payload + records
    struct.pack_into("<HII", header, 94, len(header), len(header) + len(body), 1 + n_records)
    struct.pack_into("<BHI", header, 104, point_format | COMPRESSED_BIT, points.shape[1], n)
    struct.pack_into("<6d", header, 131, 0.001, 0.001, 0.001, 0, 0, 0)
    stream = io.BytesIO()
    stream.write(header + body)
    packer = lazrs.LasZipCompressor(stream, packing)
    if variable:
        packer.compress_chunks([points[: n // 3].reshape(-1), points[n // 3 :].reshape(-1)])
    else:
        packer.compress_many(points.reshape(-1))
    packer.done()
    content = bytearray(stream.getvalue())
    if version == 4:
        struct.pack_into("<Q", content, 247, n)
    if extended:
        struct.pack_into("<QI", content, 235, len(content), 1)
    return bytes(content) + extended, points


def extended_record(user: bytes, payload: bytes) -> bytes:
    return struct.pack("<H16sHQ32s", 0, user, 1, len(payload), b"") + payload


def make_labels(n: int, first: int = 1) -> LabelColumns:
    ids = np.arange(first, first + n, dtype=np.int32)
    return LabelColumns(ids, ids % 3, np.linspace(0, 1, n, dtype=np.float32))


def unpacked(content: bytes) -> np.ndarray:
    return laz.unpack(content, parse_layout(content, PATH), PATH)


# ---------------------------------------------------------------- reading and writing


@pytest.mark.parametrize("point_format", range(11))
def test_points_of_every_format_come_out_as_they_went_in(point_format: int) -> None:
    content, points = make_laz(point_format)
    np.testing.assert_array_equal(unpacked(content), points)


@pytest.mark.parametrize("point_format", [0, 6])
def test_points_of_several_chunks_come_out_as_they_went_in(point_format: int) -> None:
    content, points = make_laz(point_format, 50_001)  # lazrs fills chunks with 50,000
    np.testing.assert_array_equal(unpacked(content), points)


def test_chunks_of_different_sizes_are_read() -> None:
    content, points = make_laz(7, variable=True)
    np.testing.assert_array_equal(unpacked(content), points)


def test_points_packed_without_chunks_are_read() -> None:
    content, points = make_laz(1)
    layout = parse_layout(content, PATH)
    way_at = content.index(layout.records[0].payload)
    whole = bytearray(content[: layout.points_at] + content[layout.points_at + 8 :])
    struct.pack_into("<H", whole, way_at, 1)
    np.testing.assert_array_equal(unpacked(bytes(whole)), points)


def test_a_table_whose_place_stands_at_the_end_is_found() -> None:
    content, points = make_laz(1)
    at = parse_layout(content, PATH).points_at
    streamed = content[:at] + struct.pack("<q", -1) + content[at + 8 :] + content[at : at + 8]
    np.testing.assert_array_equal(unpacked(streamed), points)


@pytest.mark.parametrize("point_format", [0, 3, 5, 6, 8, 10])
def test_labelling_leaves_the_unpacked_points_as_they_were(point_format: int) -> None:
    content, points = make_laz(point_format)
    labelled = b"".join(las.relabel(content, make_labels(30), PATH))
    np.testing.assert_array_equal(unpacked(labelled)[:, :-12], points)
    seen = laspy.read(io.BytesIO(labelled), laz_backend=laspy.LazBackend.Lazrs)
    np.testing.assert_array_equal(seen["object_id"], make_labels(30).object_id)
    np.testing.assert_array_equal(seen["confidence"], make_labels(30).confidence)


@pytest.mark.parametrize("point_format", [1, 7])
def test_labelling_twice_is_labelling_once(point_format: int) -> None:
    content, _ = make_laz(point_format)
    once = b"".join(las.relabel(content, make_labels(30, 9), PATH))
    first = b"".join(las.relabel(content, make_labels(30), PATH))
    assert b"".join(las.relabel(first, make_labels(30, 9), PATH)) == once


def test_packing_and_unpacking_a_file_changes_nothing_else() -> None:
    extended = extended_record(b"someone", b"far")
    content, _ = make_laz(7, extended=extended)
    plain = b"".join(las.relabel(content, None, PATH, compressed=False))
    assert plain.endswith(extended)
    again = b"".join(las.relabel(plain, None, PATH, compressed=True))
    assert again.endswith(extended)
    assert b"".join(las.relabel(again, None, PATH, compressed=False)) == plain


def test_a_record_behind_the_description_of_the_packing_stays_behind_it() -> None:
    other = make_record("someone", 5, b"kept", "")
    content, _ = make_laz(3, records=other.header + other.payload, n_records=1)
    labelled = b"".join(las.relabel(content, make_labels(30), PATH))
    users = [(r.user, r.number) for r in parse_layout(labelled, PATH).records]
    assert users == [("laszip encoded", 22204), ("someone", 5), ("LASF_Spec", 4)]


def test_the_index_of_a_cloud_optimised_file_is_dropped_and_said_to_be() -> None:
    index = make_record("copc", 1, bytes(160), "")
    far = extended_record(b"copc", b"pages")
    content, points = make_laz(
        6, extended=far, records=index.header + index.payload, n_records=1, variable=True
    )
    assert any("COPC" in note for note in las.read(content, PATH).notes)
    labelled = b"".join(las.relabel(content, make_labels(30), PATH))
    layout = parse_layout(labelled, PATH)
    assert all(r.user != "copc" for r in layout.records)
    assert layout.n_extended == 0
    np.testing.assert_array_equal(unpacked(labelled)[:, :-12], points)


def test_other_scans_are_written_packed() -> None:
    xyz = np.random.default_rng(0).random((50, 3))
    rgb = np.arange(150, dtype=np.uint8).reshape(50, 3)
    contents = Contents("", xyz, rgb=rgb, fields={"curvature": np.arange(50, dtype=np.float32)})
    content = b"".join(las.write(contents, make_labels(50), compressed=True))
    seen = laspy.read(io.BytesIO(content), laz_backend=laspy.LazBackend.Lazrs)
    np.testing.assert_allclose(seen.xyz, xyz, atol=1e-8)
    np.testing.assert_array_equal(seen["curvature"], contents.fields["curvature"])
    np.testing.assert_array_equal(seen["object_id"], make_labels(50).object_id)


def test_a_laz_file_is_loaded_and_saved_with_its_labels(tmp_path: Path) -> None:
    path = tmp_path / "scan.laz"
    path.write_bytes(make_laz(3)[0])
    scene = pinpoint3d.load(path)
    masks = Masks.of(np.arange(30) % 4)
    for name in ("labelled.laz", "labelled.las"):
        pinpoint3d.save(scene, masks, tmp_path / name)
        again = pinpoint3d.load(tmp_path / name)
        assert again.labels is not None
        np.testing.assert_array_equal(again.labels.object, masks.object)
        np.testing.assert_array_equal(again.xyz, scene.xyz)


def test_without_lazrs_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    content, _ = make_laz()
    monkeypatch.setitem(sys.modules, "lazrs", None)
    with pytest.raises(MissingExtraError, match=r"reading scan.laz needs lazrs; install"):
        las.read(content, PATH)


# ---------------------------------------------------------------- damage and attacks


@pytest.mark.parametrize("point_format", [1, 7])
def test_a_file_cut_anywhere_is_refused_or_has_all_its_points(point_format: int) -> None:
    content, points = make_laz(point_format, 8)
    n_whole = 0
    for end in range(len(content)):
        try:
            read = unpacked(content[:end])
        except FileFormatError:
            continue
        n_whole += 1
        np.testing.assert_array_equal(read, points)
    assert n_whole < 24  # only the table of chunks at the very end is not needed


def test_waveforms_of_several_scanner_channels_are_refused_where_lazrs_mixes_them_up() -> None:
    content, points = make_laz(9, n_channels=2)
    with pytest.raises(FileFormatError, match="waveforms of several scanner channels"):
        las.read(content, PATH)
    layout = parse_layout(content, PATH)
    plain = bytearray(content[: layout.points_at] + points.tobytes())
    plain[104] = 9
    with pytest.raises(FileFormatError, match="points changed when they were packed"):
        b"".join(las.relabel(bytes(plain), None, PATH, compressed=True))


def test_colours_of_several_scanner_channels_are_not_mixed_up() -> None:
    content, points = make_laz(8, n_channels=2)
    np.testing.assert_array_equal(unpacked(content), points)


def test_a_small_file_that_unpacks_to_gigabytes_is_refused() -> None:
    content = bytearray(make_laz(0)[0])
    struct.pack_into("<I", content, 107, 20_000_000)
    with pytest.raises(FileFormatError, match="promises 20,000,000 points in"):
        las.read(bytes(content), PATH)


def test_more_points_than_are_packed_are_refused() -> None:
    for point_format in (0, 6):
        content = bytearray(make_laz(point_format)[0])
        struct.pack_into("<I", content, 107, 60_000)
        if point_format == 6:
            struct.pack_into("<Q", content, 247, 60_000)
        with pytest.raises(FileFormatError, match="packed points are damaged"):
            las.read(bytes(content), PATH)


def test_a_layer_of_four_gigabytes_is_refused() -> None:
    content = bytearray(make_laz(6)[0])
    layout = parse_layout(bytes(content), PATH)
    struct.pack_into("<I", content, layout.points_at + 8 + layout.point_size + 4, 2**32 - 1)
    with pytest.raises(FileFormatError, match="packed points are damaged"):
        las.read(bytes(content), PATH)


@pytest.mark.parametrize(
    ("place", "lie"), [(0, 0), (0, 3), (2, 1), (32, 0), (32, 255), (34, 99), (36, 255), (38, 77)]
)
def test_a_description_that_does_not_fit_the_points_is_refused(place: int, lie: int) -> None:
    content = bytearray(make_laz(3)[0])
    payload = parse_layout(bytes(content), PATH).records[0].payload
    content[content.index(payload) + place] = lie
    with pytest.raises(FileFormatError, match="packed"):
        las.read(bytes(content), PATH)


def test_chunks_of_no_points_are_refused() -> None:
    content = bytearray(make_laz(3)[0])
    payload = parse_layout(bytes(content), PATH).records[0].payload
    struct.pack_into("<I", content, content.index(payload) + CHUNK_SIZE_AT, 0)
    with pytest.raises(FileFormatError, match="does not fit their format"):
        las.read(bytes(content), PATH)


def test_a_file_without_a_description_of_its_packing_is_refused() -> None:
    content = make_laz(3)[0].replace(b"laszip encoded", b"laszip removed")
    with pytest.raises(FileFormatError, match="does not say how its points are packed"):
        las.read(content, PATH)


@given(
    point_format=st.integers(0, 10),
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=5),
    skip=st.sampled_from([0, 230, 450]),
)
@settings(max_examples=200, deadline=None)
def test_changed_bytes_are_read_or_refused(
    point_format: int, changes: list[tuple[int, int]], skip: int
) -> None:
    content = bytearray(make_laz(point_format, 20)[0])
    for place, value in changes:
        content[skip + place % (len(content) - skip)] = value
    with suppress(PinpointError):
        las.read(bytes(content), PATH)


@pytest.mark.parametrize("point_format", [3, 8])
def test_garbled_points_print_nothing(point_format: int, capfd: pytest.CaptureFixture[str]) -> None:
    content = bytearray(make_laz(point_format)[0])
    start = parse_layout(bytes(content), PATH).points_at + 8
    rng = np.random.default_rng(0)
    for _ in range(200):
        garbled = bytearray(content)
        for place in rng.integers(start, len(content), 5):
            garbled[place] = rng.integers(256)
        with suppress(PinpointError):
            las.read(bytes(garbled), PATH)
    assert capfd.readouterr().err == ""
