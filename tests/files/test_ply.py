import struct
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d import FileFormatError
from pinpoint3d.files.contents import Contents, LabelColumns
from pinpoint3d.files.ply import read, relabel, sniff, write, write_partscan

SCAN = Path("scan.ply")
FORMATS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
SPELLINGS = {
    "i1": ("char", "int8", "INT8"), "u1": ("uchar", "uint8", "UChar"), "i2": ("short", "int16"),
    "u2": ("ushort", "uint16"), "i4": ("int", "int32"), "u4": ("uint", "uint32"),
    "f4": ("float", "float32", "FLOAT"), "f8": ("double", "float64"), "i8": ("int64",),
    "u8": ("uint64",),
}  # fmt: skip
OURS = (b"property int object_id", b"property int part_id", b"property float confidence")


def labels_of(n: int, seed: int = 0) -> LabelColumns:
    rng = np.random.default_rng(seed)
    objects = rng.integers(0, 2**31 - 1, n, dtype=np.int32)
    return LabelColumns(objects, objects // 7, rng.random(n, np.float32))


def relabelled(data: bytes, labels: LabelColumns) -> bytes:
    return b"".join(relabel(data, labels, SCAN))


def text_of(labels: LabelColumns, row: int) -> bytes:
    return f"{labels.object_id[row]} {labels.part_id[row]} {labels.confidence[row]!s}".encode()


def binary_of(labels: LabelColumns, row: int, order: str) -> bytes:
    values = labels.object_id[row], labels.part_id[row], labels.confidence[row]
    return struct.pack(order + "iif", *values)


def ascii_ply(properties: str, *lines: str, more: str = "", tail: str = "") -> bytes:
    named = "".join(f"property {p}\n" for p in properties.split(", "))
    head = f"ply\nformat ascii 1.0\nelement vertex {len(lines)}\n{named}{more}end_header\n"
    return (head + "".join(f"{line}\n" for line in lines) + tail).encode("latin-1")


def binary_ply(columns: dict[str, np.ndarray], order: str = "<") -> bytes:
    names = {v: k for k, v in FORMATS.items()}
    n = len(next(iter(columns.values())))
    lines = [f"property {SPELLINGS[v.dtype.str[1:]][0]} {name}" for name, v in columns.items()]
    head = "\n".join(
        ["ply", f"format {names[order]} 1.0", f"element vertex {n}", *lines, "end_header\n"]
    )
    rows = np.empty(n, [(name, order + v.dtype.str[1:]) for name, v in columns.items()])
    for name, v in columns.items():
        rows[name] = v
    return head.encode() + rows.tobytes()


def corner(n: int = 4) -> dict[str, np.ndarray]:
    return dict(zip("xyz", np.arange(3 * n, dtype=np.float32).reshape(3, n), strict=True))


def colours(**columns: np.ndarray) -> tuple[list[list[int]], str | None]:
    contents = read(binary_ply(corner(len(next(iter(columns.values())))) | columns), SCAN)
    return ([] if contents.rgb is None else contents.rgb.tolist()), contents.colour


@dataclass
class AnyPly:
    """A PLY file in pieces, so that what it is with labels can be put together by other means."""

    before: bytes  # header up to the last vertex property
    line_end: bytes
    after: bytes  # rest of the header, and elements before the vertices
    rows: list[bytes]
    row_end: bytes  # in text
    rest: bytes
    order: str
    columns: dict[str, tuple[str, list[bytes]]]  # scalar properties: type, and bytes in binary

    def plain(self) -> bytes:
        return self._joined(b"", [b""] * len(self.rows))

    def labelled(self, labels: LabelColumns) -> bytes:
        lines = b"".join(line + self.line_end for line in OURS)
        ends = []
        for k, row in enumerate(self.rows):
            if self.order:
                ends.append(binary_of(labels, k, self.order))
            else:
                gap = b"" if row.endswith((b" ", b"\t")) else b" "
                ends.append(gap + text_of(labels, k))
        return self._joined(lines, ends)

    def _joined(self, lines: bytes, ends: list[bytes]) -> bytes:
        rows = b"".join(r + e + self.row_end for r, e in zip(self.rows, ends, strict=True))
        return self.before + lines + self.after + rows + self.rest


SOME_NAMES = [
    "intensity",
    "scalar_Label",
    "v",
    "\xe4\xf6",
    "\xe0",
    "confidenc",
    "curvature",
    "Object_Id",
]
TOKENS = ["1e-05", "+3", ".5", "-0", "1.10", "nan", "-inf", "7.", "123456789.123456789"]


@st.composite
def any_ply(draw: Callable) -> AnyPly:
    encoding = draw(st.sampled_from(list(FORMATS)))
    order = FORMATS[encoding]
    eol = draw(st.sampled_from([b"\n", b"\r\n", b"\r"]))
    n = draw(st.integers(1, 5))
    kinds = st.sampled_from(list(SPELLINGS))

    def scalar(kind: str) -> bytes:
        size = int(kind[1])
        if order:
            return draw(st.binary(min_size=size, max_size=size))
        if kind[0] == "f":
            return draw(st.sampled_from(TOKENS)).encode()
        limits = np.iinfo(kind)
        return str(draw(st.integers(int(limits.min), int(limits.max)))).encode()

    def listed(kind: str, count_kind: str) -> list[bytes]:
        items = [scalar(kind) for _ in range(draw(st.integers(0, 4)))]
        size = int(count_kind[1])
        count = len(items).to_bytes(size, "big" if order == ">" else "little")
        return [count if order else str(len(items)).encode(), *items]

    def line(words: list[bytes]) -> bytes:
        if order:
            return b"".join(words)
        gap = st.sampled_from([b" ", b"  ", b"\t"])
        text = draw(st.sampled_from([b"", b" "])) + words[0]
        for word in words[1:]:
            text += draw(gap) + word
        return text + draw(st.sampled_from([b"", b" "]))

    def element(name: str, count: int, properties: list[tuple[str, str, str | None]]):
        head = [f"element {name} {count}"]
        for p, kind, count_kind in properties:
            spelled = draw(st.sampled_from(SPELLINGS[kind]))
            before = "" if count_kind is None else f"list {SPELLINGS[count_kind][0]} "
            head.append(f"property {before}{spelled} {p}")
            if draw(st.integers(0, 4)) == 0 and p != properties[-1][0]:
                head.append("comment gr\xfc\xdfe  end_header obj")
        cells = [
            [[scalar(k)] if c is None else listed(k, c) for _, k, c in properties]
            for _ in range(count)
        ]
        rows = [line([word for cell in row for word in cell]) for row in cells]
        return head, rows, cells

    extra = draw(st.lists(st.sampled_from(SOME_NAMES), unique=True, max_size=4))
    properties: list[tuple[str, str, str | None]] = [
        *((axis, draw(st.sampled_from(["f4", "f8"])), None) for axis in "xyz"),
        *((name, draw(kinds), None) for name in extra),
    ]
    if draw(st.booleans()):
        properties.append(("samples", draw(kinds), draw(st.sampled_from(["u1", "i2", "u4"]))))
    properties = draw(st.permutations(properties))
    others = [
        ("camera", 1, [("view", "f4", None), ("knots", "u2", "u1")]),
        ("tristrips", 2, [("strip", "i4", "i4")]),
        ("empty", 0, [("nothing", "u1", None)]),
    ]
    blocks = [("vertex", n, properties), *draw(st.lists(st.sampled_from(others), unique_by=str))]
    blocks = draw(st.permutations(blocks))
    head = ["ply", f"format {encoding} 1.0", "obj_info  made\tby hand"]
    before, row_end = b"", b"" if order else eol
    data = {"before": b"", "after": b""}
    vertex_rows: list[bytes] = []
    vertex_cells = []
    for name, count, of_block in blocks:
        lines, rows, cells = element(name, count, of_block)
        head += lines
        if name == "vertex":
            before = b"".join(text.encode("latin-1") + eol for text in head)
            vertex_rows, vertex_cells, head = rows, cells, []
        else:
            data["after" if before else "before"] += b"".join(row + row_end for row in rows)
    head.append("end_header")
    columns = {
        p: (kind, [row[i][0] for row in vertex_cells])
        for i, (p, kind, c) in enumerate(properties)
        if c is None
    }
    after = b"".join(text.encode("latin-1") + eol for text in head)
    rest = data["after"] + (draw(st.binary(max_size=5)) if order else b"")
    return AnyPly(before, eol, after + data["before"], vertex_rows, row_end, rest, order, columns)


@settings(max_examples=150, deadline=None)
@given(any_ply(), st.integers(0, 99))
def test_saving_adds_our_columns_to_any_file_and_nothing_else(ply: AnyPly, seed: int) -> None:
    labels = labels_of(len(ply.rows), seed)
    assert relabelled(ply.plain(), labels) == ply.labelled(labels)


@settings(max_examples=60, deadline=None)
@given(any_ply())
def test_the_second_labels_replace_the_first(ply: AnyPly) -> None:
    first, second = (labels_of(len(ply.rows), seed) for seed in (1, 2))
    twice = relabelled(relabelled(ply.plain(), first), second)
    if ply.order:
        assert twice == ply.labelled(second)
    assert read(twice, SCAN).fields["object_id"].tolist() == second.object_id.tolist()
    assert read(twice, SCAN).fields["confidence"].tolist() == second.confidence.tolist()
    assert relabelled(twice, first) == relabelled(relabelled(twice, second), first)


@settings(max_examples=150, deadline=None)
@given(any_ply())
def test_every_column_is_read_in_its_type_to_the_bit(ply: AnyPly) -> None:
    contents = read(ply.plain(), SCAN)
    assert set(contents.fields) == {name for name in ply.columns if name not in ("x", "y", "z")}
    for name, (kind, cells) in ply.columns.items():
        if name in "xyz":
            continue
        values = contents.fields[name]
        assert values.dtype == np.dtype(kind)
        if ply.order:
            expected = np.frombuffer(b"".join(cells), ply.order + kind).astype(kind)
            assert values.tobytes() == expected.tobytes()
        elif kind[0] != "f":
            assert values.tolist() == [int(cell) for cell in cells]
        else:
            np.testing.assert_array_equal(values, np.array([float(c) for c in cells], kind))


def test_ascii_numbers_are_never_printed_again() -> None:
    data = ascii_ply("float x, float y, float z", "1e-05 +3 .5", "-0 1.10 7.000")
    lines = relabelled(data, labels_of(2)).splitlines()
    assert lines[-2].startswith(b"1e-05 +3 .5 ")
    assert lines[-1].startswith(b"-0 1.10 7.000 ")


def test_rows_after_a_lone_cr_may_begin_with_a_line_feed() -> None:
    xyz = np.frombuffer(b"\n\0\0\x40" * 3, "<f4")
    head = b"ply\rformat binary_little_endian 1.0\relement vertex 1\r"
    data = (
        head + b"property float x\rproperty float y\rproperty float z\rend_header\r" + xyz.tobytes()
    )
    assert read(data, SCAN).xyz[0].tolist() == xyz.tolist()


def test_headers_may_mix_line_ends() -> None:
    data = ascii_ply("float x, float y, float z", "1 2 3").replace(b"x\n", b"x\r\n")
    lines = relabelled(data, labels_of(1)).split(b"\n")
    assert lines[6:9] == list(OURS)


def test_nan_payloads_and_negative_zero_survive_saving() -> None:
    bits = np.array([0x7FC00001, 0x7F800001, 0xFFC12345, 0x80000000], np.uint32)
    data = binary_ply(corner() | {"odd": bits.view(np.float32)}, ">")
    saved = read(relabelled(data, labels_of(4)), SCAN)
    assert saved.fields["odd"].view(np.uint32).tolist() == bits.tolist()
    assert read(data, SCAN).fields["odd"].view(np.uint32).tolist() == bits.tolist()


def test_signalling_nan_positions_are_read_without_a_warning() -> None:
    columns = corner()
    columns["x"] = np.array([0x7F800001, 0, 0, 0], np.uint32).view(np.float32)
    columns |= {c: columns["x"].astype(np.float32, copy=True) for c in ("red", "green", "blue")}
    assert np.isnan(read(binary_ply(columns), SCAN).xyz[0, 0])


def test_ascii_ids_of_64_bits_are_exact() -> None:
    largest = 2**63 - 1
    data = ascii_ply("float x, float y, float z, int64 id", f"0 0 0 {largest}", "0 0 0 -5")
    assert read(data, SCAN).fields["id"].tolist() == [largest, -5]


@pytest.mark.parametrize("name", ["vertex_indices", "vertex_index", "vertex_id"])
@pytest.mark.parametrize("encoding", list(FORMATS))
def test_polygons_become_fans_of_triangles(name: str, encoding: str) -> None:
    order = FORMATS[encoding]
    head = f"ply\nformat {encoding} 1.0\nelement face 3\nproperty list uchar int {name}\n"
    head += "property uchar colour\nelement vertex 5\n"
    head += "property float x\nproperty float y\nproperty float z\nend_header\n"
    polygons = [[0, 1, 2], [0, 1, 2, 3], [4, 3, 2, 1, 0]]
    if order:
        faces = b"".join(struct.pack(f"{order}B{len(p)}iB", len(p), *p, 9) for p in polygons)
        points = np.zeros((5, 3), order + "f4").tobytes()
    else:
        faces = b"".join(f"{len(p)} {' '.join(map(str, p))} 9\n".encode() for p in polygons)
        points = b"0 0 0\n" * 5
    contents = read(head.encode() + faces + points, SCAN)
    assert contents.faces is not None
    assert contents.faces.tolist() == [
        [0, 1, 2], [0, 1, 2], [0, 2, 3], [4, 3, 2], [4, 2, 1], [4, 1, 0],
    ]  # fmt: skip


@pytest.mark.parametrize("index", [2_000_000_000, -1, 4])
def test_points_are_read_although_a_face_names_no_vertex(index: int) -> None:
    data = ascii_ply(
        "float x, float y, float z",
        *["0 0 0"] * 4,
        more="element face 1\nproperty list uchar int vertex_indices\n",
        tail=f"3 0 1 {index}\n",
    )
    contents = read(data, SCAN)
    assert len(contents.xyz) == 4
    assert contents.faces is None
    assert "vertex that does not exist" in contents.notes[0]


def test_colours_of_each_type() -> None:
    bright, dark = [0, 128, 255], [1, 0, 1]
    rgb = {"red", "green", "blue"}
    as_bytes = {name: np.array([v], np.uint8) for name, v in zip(rgb, bright, strict=True)}
    for factor, kind, said in (
        (1, np.uint8, "0-255"),
        (257, np.uint16, "16 bit"),
        (1, np.uint16, "0-255"),
        (1, np.int32, "0-255"),
        (1 / 255, np.float32, "0-1"),
        (1, np.float64, "0-255 as fractions"),
    ):
        columns = {k: (v * np.float64(factor)).astype(kind) for k, v in as_bytes.items()}
        expected = [[int(as_bytes[c][0]) for c in ("red", "green", "blue")]]
        assert colours(**columns) == (expected, said)
    columns = {
        k: np.array([v], np.uint8) for k, v in zip(("red", "green", "blue"), dark, strict=True)
    }
    assert colours(**columns) == ([dark], "0-255")


@pytest.mark.parametrize("names", ["diffuse_red diffuse_green diffuse_blue", "R G B", "r g b"])
def test_colours_under_other_names(names: str) -> None:
    columns = {name: np.array([10 * k], np.uint8) for k, name in enumerate(names.split())}
    assert colours(**columns) == ([[0, 10, 20]], "0-255")


def test_fractions_without_a_number_are_black() -> None:
    nan = np.full(2, np.nan, np.float32)
    assert colours(red=nan, green=nan, blue=nan) == ([[0, 0, 0]] * 2, "0-1")


def test_gaussian_splats_show_their_colour_and_keep_all_62_columns() -> None:
    names = [*(f"f_dc_{k}" for k in range(3)), *(f"f_rest_{k}" for k in range(45))]
    names += ["opacity", *(f"scale_{k}" for k in range(3)), *(f"rot_{k}" for k in range(4))]
    rng = np.random.default_rng(0)
    columns = corner(1) | {n: np.zeros(1, np.float32) for n in ("nx", "ny", "nz")}
    columns |= {n: rng.normal(0, 1, 1).astype(np.float32) for n in names}
    contents = read(binary_ply(columns), SCAN)
    expected = 255 * np.clip(
        [0.5 + 0.28209479177387814 * columns[f"f_dc_{k}"][0] for k in range(3)], 0, 1
    )
    assert contents.rgb is not None
    assert contents.rgb[0].tolist() == np.rint(expected).astype(int).tolist()
    assert contents.colour == "spherical harmonics"
    assert set(names) <= set(contents.fields)


def test_a_packed_splat_is_named() -> None:
    data = ascii_ply("uint packed_position, uint packed_rotation", "1 2")
    with pytest.raises(FileFormatError, match="compressed Gaussian splat"):
        read(data, SCAN)


def test_positions_in_capitals_and_of_whole_numbers() -> None:
    data = ascii_ply("int X, short Y, uchar Z", "100000 -5 7")
    assert read(data, SCAN).xyz.tolist() == [[100000, -5, 7]]


def test_a_lower_case_name_goes_before_its_capital() -> None:
    data = ascii_ply("float x, float y, float z, float X", "1 2 3 4")
    contents = read(data, SCAN)
    assert contents.xyz.tolist() == [[1, 2, 3]]
    assert contents.fields["X"].tolist() == [4]


def test_float64_coordinates_keep_every_digit() -> None:
    data = ascii_ply("double x, double y, double z", "5000000.123456 0.1 -3e-300")
    assert read(data, SCAN).xyz.tolist() == [[5000000.123456, 0.1, -3e-300]]


def test_trailing_bytes_are_noted_and_kept() -> None:
    data = binary_ply(corner()) + b"junk!"
    assert read(data, SCAN).notes == ("5 bytes after the last element are kept",)
    assert relabelled(data, labels_of(4)).endswith(b"junk!")


def test_a_scanners_own_confidence_is_left_alone() -> None:
    own = np.linspace(0, 7, 4, dtype=np.float32)
    saved = relabelled(binary_ply(corner() | {"confidence": own}), labels_of(4))
    fields = read(saved, SCAN).fields
    assert fields["confidence"].tolist() == own.tolist()
    assert fields["pinpoint_confidence"].tolist() == labels_of(4).confidence.tolist()
    assert relabelled(saved, labels_of(4, 1)) == relabelled(
        binary_ply(corner() | {"confidence": own}), labels_of(4, 1)
    )


def test_a_foreign_object_id_is_left_alone() -> None:
    own = np.linspace(0, 7, 4, dtype=np.float32)
    fields = read(relabelled(binary_ply(corner() | {"object_id": own}), labels_of(4)), SCAN).fields
    assert fields["object_id"].tolist() == own.tolist()
    assert fields["pinpoint_object_id"].tolist() == labels_of(4).object_id.tolist()


def test_no_name_left_for_the_labels_is_said() -> None:
    own = np.zeros(4, np.float32)
    data = binary_ply(corner() | {"object_id": own, "pinpoint_object_id": own})
    with pytest.raises(FileFormatError, match="rename the column pinpoint_object_id"):
        relabelled(data, labels_of(4))


@pytest.mark.parametrize("order", ["<", ">"])
def test_our_columns_are_overwritten_where_they_stand(order: str) -> None:
    columns = {
        "part_id": np.zeros(4, np.uint16), **corner(), "object_id": np.zeros(4, np.int64),
        "confidence": np.zeros(4), "last": np.arange(4, dtype=np.int16),
    }  # fmt: skip
    labels = LabelColumns(
        np.arange(4, dtype=np.int32), np.full(4, 300, np.int32), np.ones(4, np.float32)
    )
    columns_after = columns | {
        "object_id": labels.object_id.astype(np.int64),
        "part_id": labels.part_id.astype(np.uint16),
        "confidence": labels.confidence.astype(np.float64),
    }
    assert relabelled(binary_ply(columns, order), labels) == binary_ply(columns_after, order)


def test_an_id_too_large_for_its_column_is_refused() -> None:
    columns = corner() | {"object_id": np.zeros(4, np.uint8), "part_id": np.zeros(4, np.uint8)}
    labels = LabelColumns(np.full(4, 256, np.int32), np.zeros(4, np.int32), np.ones(4, np.float32))
    with pytest.raises(FileFormatError, match="id 256 does not fit its column object_id"):
        relabelled(binary_ply(columns), labels)


@pytest.mark.parametrize("order", ["<", ">", ""])
def test_our_columns_are_overwritten_behind_lists_too(order: str) -> None:
    encoding = next(k for k, v in FORMATS.items() if v == order)
    head = f"ply\nformat {encoding} 1.0\nelement vertex 2\nproperty list uchar short near\n"
    head += "property float x\nproperty float y\nproperty float z\n"
    head += (
        "property int object_id\nproperty int part_id\nproperty list uchar uchar far\nend_header\n"
    )

    def rows(a: tuple[int, int], b: tuple[int, int]) -> bytes:
        if order:
            first = struct.pack(order + "Bhhfffii", 2, 7, 8, 1, 2, 3, *a) + b"\1\5"
            return first + struct.pack(order + "Bfffii", 0, 4, 5, 6, *b) + b"\0"
        return b" 2 7 8 1 2 3 %d %d 1 5\n0 4 5 6 %d  %d 0\n" % (*a, *b)

    labels = LabelColumns(
        np.array([1, 2], np.int32), np.array([3, 4], np.int32), np.ones(2, np.float32)
    )
    saved = relabelled(head.encode() + rows((0, 0), (0, 0)), labels)
    contents = read(saved, SCAN)
    assert contents.xyz.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert contents.fields["object_id"].tolist() == [1, 2]
    assert contents.fields["part_id"].tolist() == [3, 4]
    if order:
        assert rows((1, 3), (2, 4))[:27] in saved


def test_a_list_among_the_vertices_is_noted() -> None:
    data = ascii_ply("float x, float y, float z, list uchar int near", "0 0 0 2 5 6", "1 1 1 0")
    contents = read(data, SCAN)
    assert contents.xyz.tolist() == [[0, 0, 0], [1, 1, 1]]
    assert contents.notes == ("list property near of the vertices is kept but not shown",)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"ply\n", "no complete PLY header"),
        (b"ply\n" + b"comment x\n" * 9000, "no complete PLY header"),
        (ascii_ply("float x, float y, float z"), "holds no points"),
        (b"ply\nformat ascii 1.0\nelement face 0\nend_header\n", "has no vertices"),
        (ascii_ply("float x, float y", "0 0"), "no x, y and z"),
        (ascii_ply("float x, float y, list uchar int z", "0 0 0"), "no x, y and z"),
        (ascii_ply("float x, float x, float z", "0 0 0"), "two properties of one name"),
        (ascii_ply("half x, float y, float z", "0 0 0"), "property type 'half' is not known"),
        (ascii_ply("float x, list float int y, float z", "0 0 0"), "fractional length"),
        (ascii_ply("float x, float", "0 0 0"), "header line 'property float' cannot be read"),
        (ascii_ply("float x, float y, float z", "0 0 0").replace(b" 1\n", b" -1\n"), "negative"),
        (ascii_ply("float x, float y, float z\nhey 3", "0 0 0"), "line that begins with 'hey'"),
        (ascii_ply("float x, float y, float z", "0 0 0").replace(b"ascii", b"utf8"), "'utf8'"),
        (ascii_ply("float x, float y, float z", "0 0 a"), "no number"),
        (ascii_ply("float x, float y, float z", "0 0 \xb2"), "no number"),
        (ascii_ply("float x, float y, float z", "0 0 0 1 1 1", ""), "vertex 0 has 6 numbers"),
        (ascii_ply("float x, float y, float z", "0 0 0", "1 1"), "vertex 1 has 2 numbers"),
        (ascii_ply("float x, float y, uchar z", "0 0 256"), "a value of z does not fit"),
        (ascii_ply("float x, float y, uchar z", "0 0 nan"), "a value of z does not fit"),
        (ascii_ply("float x, float y, int64 z", "0 0 1e30"), "a value of z does not fit"),
        (ascii_ply("float x, float y, float z", "0 0 0")[:-6], "promises 1 rows of vertex"),
        (ascii_ply("float x, float y, float z", "0 0 0", more="element vertex 3\n"), "one name"),
        (b"ply\nformat binary_little_endian 1.0\nelement vertex 9\nend_header\n", "no x, y and z"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(data: bytes, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read(data, SCAN)


def liar(count: int = 4, properties: str = "", body: bytes = b"\xff" * 64) -> bytes:
    head = f"ply\nformat binary_little_endian 1.0\nelement vertex {count}\nproperty float x\n"
    return f"{head}property float y\nproperty float z\n{properties}end_header\n".encode() + body


LIARS = {
    "a count of 10^12": liar(10**12),
    "a count of 10^4000": liar(10**4000),
    "a count of 10^5000": liar().replace(b"vertex 4", b"vertex 1" + b"0" * 5000),
    "a list of 4 10^9": liar(4, "property list uint float far\n"),
    "a list of 2^64": liar(2, "property list uint64 double far\n"),
    "a list of -1": liar(2, "property list int double far\n"),
    "10^12 empty faces": liar(4, "element face 1000000000000\nproperty list uchar int i\n"),
    "10^6 properties": liar(4, "".join(f"property float p{k}\n" for k in range(10**6))),
    "3000 properties": liar(4, "".join(f"property float p{k}\n" for k in range(3000))),
    "10^9 lines": ascii_ply("float x, float y, float z", "0 0 0").replace(b" 1\n", b" 199999999\n"),
    "an ascii list": ascii_ply("float x, float y, float z, list int int l", "0 0 0 1e18 4 4"),
}


@pytest.mark.parametrize("lie", list(LIARS))
def test_a_lying_header_is_refused_at_once_and_without_memory(lie: str) -> None:
    with suppress(FileFormatError):
        read(LIARS[lie], SCAN)  # compiled code is loaded on the first call
    elapsed = []
    for _ in range(3):
        start = time.process_time()
        with pytest.raises(FileFormatError):
            read(LIARS[lie], SCAN)
        elapsed.append(time.process_time() - start)
    assert min(elapsed) < 0.3  # under 0.05 without the types being checked at every call
    tracemalloc.start()
    with pytest.raises(FileFormatError):
        read(LIARS[lie], SCAN)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50e6


def small_files() -> dict[str, bytes]:
    ragged = liar(2, "property list uchar short near\nproperty uchar red\n", b"")
    ragged += (bytes(12) + b"\2abcdr" + bytes(12) + b"\0r") + b"tail"
    faces = "element face 2\nproperty list uchar int vertex_indices\n"
    return {
        "binary": binary_ply(corner(2) | {n: np.zeros(2) for n in ("red", "green", "blue")}),
        "big endian": binary_ply(corner(2) | {n: np.ones(2) for n in ("nx", "ny", "nz")}, ">"),
        "ragged": ragged,
        "faces": liar(3, faces, bytes(36) + struct.pack("<B3iB4i", 3, 0, 1, 2, 4, 0, 1, 2, 1)),
        "ascii": ascii_ply("float x, double y, int64 z, list uchar int l, uint8 r",
                           "1 2 3 1 5 6", "7 8 9 0 1", more=faces, tail="3 0 1 0\n3 1 0 1\n"),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(small_files()))
def test_a_file_cut_anywhere_is_read_or_refused(name: str) -> None:
    data = small_files()[name]
    read(data, SCAN)
    for end in range(len(data)):
        with suppress(FileFormatError):
            assert len(read(data[:end], SCAN).xyz) in (2, 3)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(small_files().values())), st.data())
def test_damaged_bytes_are_read_or_refused(good: bytes, data: st.DataObject) -> None:
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    with suppress(FileFormatError):
        contents = read(bytes(damaged), SCAN)
        relabelled(bytes(damaged), labels_of(len(contents.xyz)))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_after_a_header_are_read_or_refused(body: bytes) -> None:
    for properties in (
        "",
        "property list short int near\nelement face 2\nproperty list char uint i\n",
    ):
        with suppress(FileFormatError):
            read(liar(2, properties, body), SCAN)


def test_only_ply_is_taken_for_ply() -> None:
    assert sniff(b"ply\n")
    assert sniff(b"ply\r\n")
    assert sniff(b"ply \n")
    assert not sniff(b"plywood")
    assert not sniff(b"# .PCD")
    assert not sniff(b"")


def written(contents: Contents, labels: LabelColumns | None = None) -> Contents:
    return read(b"".join(write(contents, labels)), SCAN)


def test_what_is_written_is_read_again() -> None:
    rng = np.random.default_rng(1)
    normals = rng.normal(size=(5, 3)).astype(np.float32)
    fields = {
        "time": rng.random(5), "ring": np.arange(5, dtype=np.int64) << 40,
        "flag": np.array([True, False] * 2 + [True]),
        "feature": rng.random((5, 2)).astype(np.float32),
    }  # fmt: skip
    contents = Contents(
        "any", 1e6 * rng.random((5, 3)), rng.integers(0, 256, (5, 3), dtype=np.uint8), "0-255",
        normals, fields, np.array([[0, 1, 2], [2, 3, 4]], np.int32),
    )  # fmt: skip
    again = written(contents, labels_of(5))
    assert again.xyz.tobytes() == contents.xyz.tobytes()
    assert again.rgb is not None
    assert contents.rgb is not None
    assert again.rgb.tolist() == contents.rgb.tolist()
    assert again.normals is not None
    assert again.normals.tolist() == normals.tolist()
    assert again.faces is not None
    assert contents.faces is not None
    assert again.faces.tolist() == contents.faces.tolist()
    assert again.fields["time"].tolist() == fields["time"].tolist()
    assert again.fields["ring"].tolist() == fields["ring"].tolist()
    assert again.fields["flag"].tolist() == [1, 0, 1, 0, 1]
    assert again.fields["feature_1"].tolist() == fields["feature"][:, 1].tolist()
    assert again.fields["part_id"].tolist() == labels_of(5).part_id.tolist()


def test_columns_of_one_name_are_all_written() -> None:
    fields = {
        n: np.full(1, k, np.float32) for k, n in enumerate(["x", "a b", "a_b", "\u6df1", "\u5ea6"])
    }
    fields["words"] = np.array(["text"])
    again = written(Contents("any", np.zeros((1, 3), np.float32), fields=fields))
    assert {n: v.item() for n, v in again.fields.items()} == {
        "x_2": 0,
        "a_b": 1,
        "a_b_2": 2,
        "?": 3,
        "?_2": 4,
    }


def test_a_foreign_column_survives_writing_with_labels() -> None:
    contents = Contents("any", np.zeros((1, 3)), fields={"confidence": np.array([55.0])})
    fields = written(contents, labels_of(1)).fields
    assert fields["confidence"].tolist() == [55]
    assert fields["pinpoint_object_id"].tolist() == labels_of(1).object_id.tolist()


def test_too_many_columns_are_refused() -> None:
    contents = Contents("any", np.zeros((1, 3)), fields={"feature": np.zeros((1, 1022))})
    with pytest.raises(FileFormatError, match="more than the 1,024 of a PLY file"):
        written(contents)


def test_partscan_style_fuses_object_and_part() -> None:
    contents = Contents("any", np.zeros((3, 3)), fields={"time": np.zeros(3)})
    labels = LabelColumns(
        np.array([0, 34, 5], np.int32), np.array([0, 1, 99], np.int32), np.ones(3, np.float32)
    )
    data = b"".join(write_partscan(contents, labels, SCAN))
    again = read(data, SCAN)
    assert again.fields["label"].tolist() == [0, 3401, 599]
    assert set(again.fields) == {"label", "object_id", "part_id"}
    assert again.fields["object_id"].tolist() == labels.object_id.tolist()
    assert again.fields["part_id"].tolist() == labels.part_id.tolist()
    assert set(read(data.replace(b"partscan labels", b"something else."), SCAN).fields) == {"label"}
    assert again.rgb is not None
    assert not again.rgb.any()


@pytest.mark.parametrize(("object_id", "part"), [(1, 100), (2**31 // 100, 0)])
def test_partscan_style_refuses_what_it_has_no_room_for(object_id: int, part: int) -> None:
    labels = LabelColumns(
        np.array([object_id], np.int32), np.array([part], np.int32), np.ones(1, np.float32)
    )
    with pytest.raises(FileFormatError):
        b"".join(write_partscan(Contents("any", np.zeros((1, 3))), labels, SCAN))
