"""Tests of `files.las`: everything of a LAS file survives labelling, and lies are refused."""

import io
import struct
from pathlib import Path

import laspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pinpoint3d
from pinpoint3d import Masks, PinpointError, Scene
from pinpoint3d.errors import FileFormatError
from pinpoint3d.files import las
from pinpoint3d.files.contents import Contents, LabelColumns
from pinpoint3d.files.las_layout import POINT_TYPES, parse_layout

PATH = Path("scan.las")
HEADER_SIZES = (227, 227, 227, 235, 375)
ADDED = (  # name, type number, numpy type, scale, offset
    ("amplitude", 3, "<u2", None, None),
    ("normal", 29, "<f4", None, None),
    ("range", 4, "<i2", 0.01, 5.0),
)


def make_las(
    point_format: int = 3,
    version: int | None = None,
    n: int = 5,
    *,
    added: tuple = ADDED,
    undescribed: int = 0,
    records: tuple[bytes, ...] = (),
    gap: bytes = b"",
    extended: tuple[bytes, ...] = (),
    trailing: bytes = b"",
    rows: np.ndarray | None = None,
    seed: int = 0,
) -> bytes:
    """A LAS file by hand: odd creation date, stale bounding box, every field random."""
    version = version if version is not None else (4 if point_format >= 6 else 2)
    descriptors, sizes = [], 0
    for name, number, element, scale, offset in added:
        options = (8 if scale is not None else 0) | (16 if offset is not None else 0)
        d = bytearray(192)
        struct.pack_into("<HBB32s", d, 0, 0, number, options, name.encode())
        struct.pack_into("<d", d, 112, scale or 0.0)
        struct.pack_into("<d", d, 136, offset or 0.0)
        descriptors.append(bytes(d))
        sizes += np.dtype(element).itemsize * (3 if number > 20 else 1)
    if added:
        records = (*records, record(b"LASF_Spec", 4, b"".join(descriptors)))
    standard = np.dtype(POINT_TYPES[point_format])
    size = standard.itemsize + sizes + undescribed
    raw = np.random.default_rng(seed).integers(0, 256, (n, size), np.uint8)
    fixed = raw[:, : standard.itemsize].copy().reshape(-1).view(standard)
    for name in standard.names or ():
        if standard[name].kind == "f":
            fixed[name] = np.arange(n) / 4
        elif rows is not None and name in (rows.dtype.names or ()):
            fixed[name] = rows[name]
    raw[:, : standard.itemsize] = fixed.view(np.uint8).reshape(n, -1)
    if any(number == 29 for _, number, *_ in added):
        raw[:, standard.itemsize + 2 : standard.itemsize + 14] = np.arange(3, dtype="<f4").view(
            "u1"
        )
    header = bytearray(HEADER_SIZES[version] + 3)  # headers may be longer than they must be
    header[-3:] = b"own"
    struct.pack_into("<4sHHIHH8s", header, 0, b"LASF", 7, 1, 1, 2, 3, b"GUIDGUID")
    struct.pack_into("<BB32s32s", header, 24, 1, version, b"sys\0junk", b"made by hand")
    body = b"".join(records) + gap
    points_at = len(header) + len(body)
    struct.pack_into("<HHHII", header, 90, 77, 2019, len(header), points_at, len(records))
    struct.pack_into("<BHI5I", header, 104, point_format, size, n, 9, 8, 7, 6, 5)
    struct.pack_into("<12d", header, 131, 0.001, 0.01, 0.1, 10, 20, 30, *range(6))
    if version >= 4:
        struct.pack_into("<QI", header, 235, points_at + n * size if extended else 0, len(extended))
        struct.pack_into("<Q", header, 247, n)
    return bytes(header) + body + raw.tobytes() + b"".join(extended) + trailing


def record(user: bytes, number: int, payload: bytes) -> bytes:
    return struct.pack("<H16sHH32s", 0xAABB, user, number, len(payload), b"text\0junk") + payload


def extended_record(user: bytes, payload: bytes) -> bytes:
    return struct.pack("<H16sHQ32s", 0, user, 1, len(payload), b"extended") + payload


def make_labels(n: int, first: int = 1) -> LabelColumns:
    return LabelColumns(
        np.arange(first, first + n, dtype=np.int32),
        np.arange(n, dtype=np.int32) % 3,
        np.linspace(0, 1, n, dtype=np.float32),
    )


def relabelled(content: bytes, labels: LabelColumns) -> bytes:
    return b"".join(las.relabel(content, labels, PATH))


def points_of(content: bytes) -> np.ndarray:
    layout = parse_layout(content, PATH)
    raw = np.frombuffer(content, np.uint8, layout.n_points * layout.point_size, layout.points_at)
    return raw.reshape(layout.n_points, layout.point_size)


FULL = {
    "records": (record(b"someone", 99, b"kept"), record(b"LASF_Projection", 2112, b"WKT")),
    "gap": b"\xdd\xcc",
    "undescribed": 3,
    "trailing": b"behind",
}


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("version", "point_format"),
    [(v, f) for v in range(5) for f in range(11) if f <= (1, 1, 3, 5, 10)[v]],
)
def test_every_version_and_point_format_gives_the_dimensions_laspy_sees(
    version: int, point_format: int
) -> None:
    content = make_las(point_format, version)
    contents = las.read(content, PATH)
    assert contents.format == f"LAS 1.{version}, point format {point_format}"
    if version == 0:
        return  # laspy opens 1.1 and later
    oracle = laspy.read(io.BytesIO(content))
    np.testing.assert_allclose(contents.xyz, oracle.xyz, rtol=1e-12)
    for name in oracle.point_format.dimension_names:
        if name in ("X", "Y", "Z", "red", "green", "blue"):
            continue
        np.testing.assert_allclose(contents.fields[name], np.array(oracle[name]), err_msg=name)


def test_coordinates_are_raw_values_times_scale_plus_offset() -> None:
    rows = np.array([(-5, 7, 2**31 - 1)], [("X", "i4"), ("Y", "i4"), ("Z", "i4")])
    contents = las.read(make_las(n=1, rows=rows), PATH)
    np.testing.assert_array_equal(
        contents.xyz, [[-5 * 0.001 + 10, 7 * 0.01 + 20, (2**31 - 1) * 0.1 + 30]]
    )


def test_colours_of_8_bits_in_16_bit_fields_stay_what_they_are() -> None:
    rows = np.array([(1, 2, 255), (0, 9, 3)], [("red", "u2"), ("green", "u2"), ("blue", "u2")])
    contents = las.read(make_las(2, n=2, rows=rows), PATH)
    assert contents.colour == "0-255"
    np.testing.assert_array_equal(contents.rgb, [[1, 2, 255], [0, 9, 3]])


def test_colours_of_16_bits_are_brought_to_8() -> None:
    rows = np.array([(65535, 256, 255)], [("red", "u2"), ("green", "u2"), ("blue", "u2")])
    contents = las.read(make_las(2, n=1, rows=rows), PATH)
    assert contents.colour == "16 bit"
    np.testing.assert_array_equal(contents.rgb, [[255, 1, 0]])


def test_an_added_dimension_called_red_is_a_field_and_no_colour() -> None:
    contents = las.read(make_las(0, added=(("red", 3, "<u2", None, None),)), PATH)
    assert contents.rgb is None
    assert "red" in contents.fields


def test_added_dimensions_of_one_name_are_both_there() -> None:
    twice = (("gain", 1, "<u1", None, None), ("gain", 3, "<u2", None, None))
    fields = las.read(make_las(added=twice), PATH).fields
    assert (fields["gain"].dtype, fields["gain_"].dtype) == (np.uint8, np.uint16)


def test_a_long_count_that_contradicts_the_short_one_is_taken_and_noted() -> None:
    content = bytearray(make_las(6))
    struct.pack_into("<I", content, 107, 4)
    contents = las.read(bytes(content), PATH)
    assert len(contents.xyz) == 5
    assert any("counts 4 points in one place" in note for note in contents.notes)


# ---------------------------------------------------------------- labels


@pytest.mark.parametrize("point_format", range(11))
def test_labelling_leaves_every_other_byte_as_it_was(point_format: int) -> None:
    extended = (extended_record(b"someone", b"far"),) if point_format >= 6 else ()
    content = make_las(point_format, extended=extended, **FULL)
    labelled = relabelled(content, make_labels(5))
    before, after = parse_layout(content, PATH), parse_layout(labelled, PATH)
    np.testing.assert_array_equal(points_of(labelled)[:, :-12], points_of(content))
    assert labelled[after.points_end :] == content[before.points_end :]
    assert labelled[after.records_end : after.points_at] == b"\xdd\xcc"
    foreign = [(r.header, r.payload) for r in before.records if r.number != 4]
    assert [(r.header, r.payload) for r in after.records if r.number != 4] == foreign
    described, again = before.records[-1].payload, after.records[-1].payload
    assert again.startswith(described)
    header = bytearray(labelled[: after.header_size])
    for start, end in ((96, 100), (105, 107), (235, 243)):  # points' place and size; records'
        if end <= HEADER_SIZES[before.version]:
            header[start:end] = content[start:end]
    assert bytes(header) == content[: before.header_size]


@pytest.mark.parametrize("point_format", [0, 3, 7])
def test_labels_and_dimensions_are_what_laspy_sees(point_format: int) -> None:
    content = make_las(point_format)
    labels = make_labels(5)
    seen = laspy.read(io.BytesIO(relabelled(content, labels)))
    original = laspy.read(io.BytesIO(content))
    np.testing.assert_array_equal(seen["object_id"], labels.object_id)
    np.testing.assert_array_equal(seen["part_id"], labels.part_id)
    np.testing.assert_array_equal(seen["confidence"], labels.confidence)
    for name in original.point_format.dimension_names:
        np.testing.assert_array_equal(np.array(seen[name]), np.array(original[name]))


@pytest.mark.parametrize("undescribed", [1, 8, 24, 300])
@pytest.mark.parametrize("added", [(), ADDED])
def test_bytes_that_no_record_describes_do_not_hide_the_labels_from_laspy(
    added: tuple, undescribed: int
) -> None:
    labels = make_labels(5)
    content = make_las(added=added, undescribed=undescribed)
    seen = laspy.read(io.BytesIO(relabelled(content, labels)))
    np.testing.assert_array_equal(seen["object_id"], labels.object_id)


def test_extended_records_are_still_found_by_laspy() -> None:
    content = make_las(7, extended=(extended_record(b"someone", b"far"),), trailing=b"behind")
    seen = laspy.read(io.BytesIO(relabelled(content, make_labels(5))))
    assert [(r.user_id, r.record_data) for r in seen.evlrs or []] == [("someone", b"far")]


@given(
    point_format=st.integers(0, 10),
    n=st.integers(1, 4),
    undescribed=st.integers(0, 2),
    trailing=st.binary(max_size=3),
)
@settings(max_examples=30, deadline=None)
def test_labelling_twice_is_labelling_once(
    point_format: int, n: int, undescribed: int, trailing: bytes
) -> None:
    content = make_las(point_format, n=n, undescribed=undescribed, trailing=trailing)
    once = relabelled(content, make_labels(n, 5))
    assert relabelled(relabelled(content, make_labels(n)), make_labels(n, 5)) == once


def test_foreign_dimensions_with_our_names_are_left_alone() -> None:
    foreign = (("object_id", 9, "<f4", None, None), ("confidence", 9, "<f4", None, None))
    content = make_las(0, added=foreign)
    labelled = relabelled(content, make_labels(5))
    np.testing.assert_array_equal(points_of(labelled)[:, :-12], points_of(content))
    fields = las.read(labelled, PATH).fields
    np.testing.assert_array_equal(fields["pinpoint_object_id"], make_labels(5).object_id)
    np.testing.assert_array_equal(fields["part_id"], make_labels(5).part_id)
    np.testing.assert_array_equal(fields["pinpoint_confidence"], make_labels(5).confidence)
    assert relabelled(labelled, make_labels(5)) == labelled


def test_an_id_too_large_for_its_dimension_is_refused() -> None:
    content = make_las(0, added=(("object_id", 1, "<u1", None, None),))
    with pytest.raises(FileFormatError, match="id 304 does not fit its dimension object_id"):
        relabelled(content, make_labels(5, 300))


def test_labels_of_another_number_of_points_are_refused() -> None:
    with pytest.raises(FileFormatError, match="has 5 points but the masks 4"):
        relabelled(make_las(), make_labels(4))


def test_a_point_that_is_full_is_refused() -> None:
    with pytest.raises(FileFormatError, match="no room for more dimensions"):
        relabelled(make_las(0, added=(), undescribed=65510, n=1), make_labels(1))


# ---------------------------------------------------------------- writing other scans


def written(contents: Contents, labels: LabelColumns | None = None) -> bytes:
    return b"".join(las.write(contents, labels))


@given(
    corner=st.floats(-1e7, 1e7),
    size=st.sampled_from([0.0, 0.1, 3.0, 50.0, 20000.0]),
    seed=st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_coordinates_come_back_to_a_billionth_of_the_extent(
    corner: float, size: float, seed: int
) -> None:
    xyz = corner + size * np.random.default_rng(seed).random((7, 3))
    again = las.read(written(Contents("", xyz)), PATH).xyz
    assert np.abs(again - xyz).max() <= max(5e-9 * size, 1e-9) + 1e-15 * abs(corner) * 4


def test_float32_coordinates_of_a_room_come_back_exactly() -> None:
    xyz = np.random.default_rng(0).normal(0, 2, (500, 3)).astype(np.float32)
    xyz[0] = 0
    again = las.read(written(Contents("", xyz)), PATH).xyz
    np.testing.assert_allclose(again, xyz, atol=5e-9)


def test_all_fields_that_fit_are_kept() -> None:
    n = 6
    fields = {
        "intensity": np.arange(n, dtype=np.uint16) * 1000,
        "classification": np.full(n, 200, np.uint8),
        "number_of_returns": np.full(n, 15, np.uint8),
        "scan_angle": np.full(n, -30000, np.int16),
        "gps_time": np.linspace(0, 1e9, n),
        "user_data": np.linspace(0, 1, n),  # LAS has one byte for it
        "big": np.arange(n, dtype=np.int64) << 40,
        "half": np.arange(n).astype(np.float16),
        "flag": np.arange(n) % 2 == 0,
        "descriptor": np.arange(n * 33, dtype=np.float32).reshape(n, 33),
        "Z": np.arange(n, dtype=np.float32),
        "red": np.arange(n, dtype=np.float32),
        "swapped": np.arange(n, dtype=">u4"),
        "a name of more than thirty-two bytes, one": np.arange(n),
        "a name of more than thirty-two bytes, two": np.arange(n) + 1,
    }
    rgb = np.arange(3 * n, dtype=np.uint8).reshape(n, 3)
    normals = np.eye(3, dtype=np.float32)[np.arange(n) % 3]
    contents = Contents("", np.random.default_rng(0).random((n, 3)), rgb=rgb, normals=normals,
                        fields=fields)  # fmt: skip
    content = written(contents, make_labels(n))
    again = las.read(content, PATH)
    np.testing.assert_array_equal(again.rgb, rgb)
    np.testing.assert_array_equal(again.normals, normals)
    renamed = {
        "user_data": "user_data_2",
        "Z": "Z_2",
        "red": "red_2",
        "a name of more than thirty-two bytes, one": "a name of more than thirty-two b",
        "a name of more than thirty-two bytes, two": "a name of more than thirty-two_2",
    }
    for name, values in fields.items():
        if name == "descriptor":
            back = np.stack([again.fields[f"descriptor_{k}"] for k in range(33)], axis=1)
        else:
            back = again.fields[renamed.get(name, name)]
        np.testing.assert_array_equal(back, values, err_msg=name)
    seen = laspy.read(io.BytesIO(content))
    np.testing.assert_array_equal(seen["object_id"], make_labels(n).object_id)
    np.testing.assert_array_equal(seen.classification, fields["classification"])
    np.testing.assert_allclose(seen.header.mins, contents.xyz.min(axis=0), atol=1e-8)
    np.testing.assert_allclose(seen.header.maxs, contents.xyz.max(axis=0), atol=1e-8)


def test_points_without_a_position_are_refused() -> None:
    xyz = np.array([[0, 0, 0], [np.nan, 1, 2], [1, np.inf, 0]])
    with pytest.raises(FileFormatError, match="2 points that have no position; save as"):
        written(Contents("", xyz))


def test_more_fields_than_las_can_describe_are_refused() -> None:
    fields = {"histogram": np.zeros((2, 352), np.float32)}
    with pytest.raises(FileFormatError, match="352 added dimensions, the most is 341"):
        written(Contents("", np.zeros((2, 3)), fields=fields))


def test_coordinates_too_far_apart_are_refused() -> None:
    with pytest.raises(FileFormatError, match="this far apart"):
        written(Contents("", np.array([[-1e308, 0, 0], [1e308, 0, 0]])))


# ---------------------------------------------------------------- lies and damage


@pytest.mark.parametrize(
    ("place", "lie", "sentence"),
    [
        (25, b"\x05", "is LAS 1.5; only 1.0 to 1.4"),
        (94, b"\xff\xff", "do not fit into"),
        (96, b"\0\0\0\x80", "points from byte 2,147,483,648 do not fit"),
        (100, b"\xff\xff\xff\xff", "promises 4,294,967,295 records"),
        (104, b"\x0b", "points of the unknown format 11"),
        (105, b"\0\0", "points of 0 bytes are too short"),
        (247, b"\xff" * 8, "more than the 200,000,000"),
        (247, b"\xff\xff\xff\0\0\0\0\0", "promises 16,777,215 points but the file ends after"),
        (131, struct.pack("<d", np.nan), "coordinates have scale"),
        (139, struct.pack("<d", 0), "coordinates have scale"),
        (155, struct.pack("<d", np.inf), "coordinates have scale"),
        (235, b"\xff" * 8, "what follows its points"),
        (227, b"\x01", "what follows its points"),
    ],
)
def test_a_header_that_lies_is_refused(place: int, lie: bytes, sentence: str) -> None:
    content = bytearray(make_las(6, extended=(extended_record(b"someone", b"far"),)))
    content[place : place + len(lie)] = lie
    with pytest.raises(FileFormatError, match=sentence):
        las.read(bytes(content), PATH)


def test_a_file_without_points_is_refused() -> None:
    content = bytearray(make_las(0))
    struct.pack_into("<I", content, 107, 0)
    with pytest.raises(FileFormatError, match="holds no points"):
        las.read(bytes(content), PATH)


@pytest.mark.parametrize("point_format", [3, 7])
def test_a_file_cut_anywhere_is_refused_or_has_all_its_points(point_format: int) -> None:
    content = make_las(point_format, n=3, **FULL)
    points_end = parse_layout(content, PATH).points_end
    for end in range(len(content)):
        if end >= points_end:
            assert len(las.read(content[:end], PATH).xyz) == 3
        else:
            with pytest.raises(FileFormatError):
                las.read(content[:end], PATH)


@given(
    point_format=st.integers(0, 10),
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=5),
)
@settings(max_examples=300, deadline=None)
def test_changed_bytes_are_read_or_refused(
    point_format: int, changes: list[tuple[int, int]]
) -> None:
    content = bytearray(make_las(point_format, n=2, **FULL))
    for place, value in changes:
        content[place % len(content)] = value
    try:
        n = len(las.read(bytes(content), PATH).xyz)
        labelled = relabelled(bytes(content), make_labels(n))
        assert relabelled(labelled, make_labels(n)) == labelled
    except PinpointError:
        pass


# ---------------------------------------------------------------- through the door


def test_a_las_file_is_loaded_and_saved_with_its_labels(tmp_path: Path) -> None:
    path = tmp_path / "scan.las"
    path.write_bytes(make_las(3, **FULL))
    scene = pinpoint3d.load(path)
    masks = Masks.of([0, 1, 1, 2, 2], [0, 0, 1, 0, 1])
    pinpoint3d.save(scene, masks, tmp_path / "labelled.las")
    again = pinpoint3d.load(tmp_path / "labelled.las")
    assert again.labels is not None
    np.testing.assert_array_equal(again.labels.object, masks.object)
    np.testing.assert_array_equal(again.labels.part, masks.part)
    np.testing.assert_array_equal(again.xyz, scene.xyz)
    np.testing.assert_array_equal(again.fields["amplitude"], scene.fields["amplitude"])
    labelled = (tmp_path / "labelled.las").read_bytes()
    np.testing.assert_array_equal(points_of(labelled)[:, :-12], points_of(path.read_bytes()))


def test_a_scene_of_your_own_is_saved_as_las(tmp_path: Path, two_boxes: Scene) -> None:
    pinpoint3d.save(two_boxes, two_boxes.labels, tmp_path / "boxes.las")
    again = pinpoint3d.load(tmp_path / "boxes.las")
    np.testing.assert_allclose(again.xyz, two_boxes.xyz, atol=1e-8)
    np.testing.assert_array_equal(again.rgb, two_boxes.rgb)
    assert again.labels is not None
    assert two_boxes.labels is not None
    np.testing.assert_array_equal(again.labels.object, two_boxes.labels.object)
